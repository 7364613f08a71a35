"""Money: what a model's tokens cost, and a limit that is kept rather than noticed.

Before a request is sent the most that it could cost is reserved: its bytes are a bound on its prompt tokens (a token is a byte
at least), the token limit that goes with it is one on its answer. When it is over, what it really cost takes the reservation's
place; where nobody can know that (a time-out, a lost connection) the whole reservation counts as spent.

What was reserved and what was spent stands in `spending.jsonl` beside the records before the request is sent, so that a limit
also holds over starts that were killed and over letters whose records were never written or have been replaced.

Amounts are whole picodollars, 10^-12 USD: sums are exact, and the cheapest token costs some thousand of them.
"""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Self

from llm_extract.durable import append_whole, write_whole, writing
from llm_extract.engine import Usage
from llm_extract.errors import LimitReachedError, SettingsError

SPENDING = "spending.jsonl"
PICO = 10**12
"""Picodollars a dollar."""
_PICO_A_TOKEN = 10**6
"""A dollar a million tokens, in picodollars a token."""
SHIPPED_PRICES = Path(__file__).parent / "data" / "prices.toml"


# --- prices ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prices:
    """USD a million tokens of one model; `batch_*` None where no batch price is known. `said` is where they stand."""

    input: float
    output: float
    cached_input: float | None = None
    batch_input: float | None = None
    batch_output: float | None = None
    said: str = "settings"

    def __call__(self, usage: Usage) -> float:
        """USD of a usage."""
        return self.picodollars(usage.input_tokens, usage.output_tokens, usage.cached_input_tokens) / PICO

    def picodollars(self, input_tokens: int, output_tokens: int, cached_input_tokens: int = 0) -> int:
        """The exact price of some tokens, fractions of a picodollar a token rounded up.

        Prompt tokens out of the endpoint's own cache, a part of `input_tokens`, have a price of their own; where nobody has said
        it they cost as much as the others.
        """
        cached = _a_token(self.input if self.cached_input is None else self.cached_input)
        fresh = input_tokens - cached_input_tokens
        return fresh * _a_token(self.input) + cached_input_tokens * cached + output_tokens * _a_token(self.output)

    @property
    def batch(self) -> Prices | None:
        """The same model's prices for batches."""
        if self.batch_input is None or self.batch_output is None:
            return None
        return Prices(self.batch_input, self.batch_output, said=self.said)


def _a_token(price: float) -> int:
    return math.ceil(price * _PICO_A_TOKEN - 1e-6)


FREE = Prices(0.0, 0.0, said="rules and embedded model")


def known_prices(model: str, *, table: Path | None, shipped: bool) -> Prices | None:
    """The prices of a model: from the user's table, else from the shipped one if `shipped`; None where nobody says them.

    A dated snapshot (`gpt-5-mini-2025-08-07`) costs what its model costs. Raises `SettingsError` for a table that is none.
    """
    tables = [*([table] if table else []), *([SHIPPED_PRICES] if shipped else [])]
    found = (prices_in(path).get(name) for path in tables for name in _names(model))
    return next((prices for prices in found if prices), None)


def _names(model: str) -> Iterator[str]:
    yield model
    undated = model.rsplit("-", 3)
    if len(undated) == 4 and [len(part) for part in undated[1:]] == [4, 2, 2] and "".join(undated[1:]).isdigit():
        yield undated[0]


@lru_cache(maxsize=8)
def prices_in(path: Path) -> Mapping[str, Prices]:
    """The table of a TOML file, in USD a million tokens. Raises `SettingsError`.

    `[models."NAME"]` has `input`, `output` and, where known, `cached_input`, `batch_input`, `batch_output`; `as_of` in front says
    of which day they are.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        said = f"{path.name}, {data['as_of']}" if "as_of" in data else path.name
        return {name: _prices_of(name, entry, said) for name, entry in data["models"].items()}
    except OSError as error:
        raise SettingsError(f"The prices in {path} cannot be read ({error.strerror}): mend LLM_EXTRACT_PRICES.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f'The prices in {path} are no table of [models."NAME"] with input and output in USD a million tokens '
            f"({type(error).__name__}): mend them or LLM_EXTRACT_PRICES."
        ) from None


_KNOWN = frozenset({"input", "output", "cached_input", "batch_input", "batch_output"})


def _prices_of(name: str, entry: Mapping[str, Any], said: str) -> Prices:
    wrong = sorted(key for key, value in entry.items() if key not in _KNOWN or type(value) not in (int, float) or value < 0)
    if wrong:
        raise SettingsError(f"The prices of {name} are wrong: {', '.join(wrong)}; there is {', '.join(sorted(_KNOWN))}.")
    return Prices(**entry, said=said)


# --- the limit -------------------------------------------------------------------------------------------------------


@dataclass
class Budget:
    """What has been spent and what is reserved, in picodollars, under a limit or without one.

    `prices` None: nobody knows what a request costs; then nothing is counted, and there is no limit either.
    """

    prices: Prices | None = None
    limit: int | None = None
    spent: int = 0
    unsure: int = 0
    reserved: dict[int, int] = field(default_factory=dict)
    log: SpendingLog | None = None
    _ids: Iterator[int] = field(default_factory=count)

    @classmethod
    def of(cls, prices: Prices | None, limit: float | None, *, log: SpendingLog | None = None, spent: float = 0.0) -> Self:
        """A limit in USD. `spent` is what records of earlier starts say, which counts where the log knows of less.

        Raises `SettingsError` for a limit on a model whose prices nobody has said.
        """
        if limit is not None and prices is None:
            raise SettingsError(
                "--max-cost needs prices: set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE (USD a million tokens), "
                "or name a table of them in LLM_EXTRACT_PRICES."
            )
        before = max(log.spent if log else 0, math.ceil(spent * PICO - 0.5))
        most = None if limit is None else math.floor(limit * PICO + 0.5)
        return cls(prices, most, before, log.unsure if log else 0, log=log)

    @property
    def spent_usd(self) -> float | None:
        """USD spent over all starts, reservations of lost requests included; None where prices are unknown."""
        return None if self.prices is None else self.spent / PICO

    @property
    def unsure_usd(self) -> float:
        """The part of `spent_usd` that is a bound and no bill: requests of which nobody knows whether they were answered."""
        return self.unsure / PICO

    def most(self, input_tokens: int, output_tokens: int) -> int:
        """What a request can cost at most, from bounds on its tokens."""
        return max(self.cost(input_tokens, output_tokens), self.cost(input_tokens, output_tokens, input_tokens))

    def cost(self, input_tokens: int, output_tokens: int, cached_input_tokens: int = 0) -> int:
        """What a request has cost, from its bill."""
        return self.prices.picodollars(input_tokens, output_tokens, cached_input_tokens) if self.prices else 0

    def fits(self, most: int) -> bool:
        """Whether there is room for a request now. Raises `LimitReachedError` when there will be none, whatever comes back."""
        if self.limit is None or self.spent + sum(self.reserved.values()) + most <= self.limit:
            return True
        if not self.reserved:
            raise LimitReachedError("The money limit leaves no room for the next request: raise --max-cost to go on.")
        return False

    def reserve(self, most: int) -> int:
        """Set the most that a request can cost aside; the number of the reservation."""
        number = next(self._ids)
        self.reserved[number] = most
        if self.log and most:
            self.log.reserved(number, most)
        return number

    def settle(self, number: int, cost: int, *, sure: bool = True) -> None:
        """Put what a request cost in its reservation's place; `sure` false: it is only known not to be more."""
        most = self.reserved.pop(number)
        self.spent += cost
        self.unsure += 0 if sure else cost
        if self.log and most:
            self.log.settled(number, cost, sure=sure)


class SpendingLog:
    """`spending.jsonl` of a run's folder: an append-only line before each request and one behind it.

    A reservation without its end was under way when a start was killed; it counts as spent. Nothing is written, and with `fresh`
    nothing forgotten, before the first reservation; then what earlier starts have spent becomes one line.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.path = folder / SPENDING
        self.spent, self.unsure = (0, 0) if fresh else _spent_before(self.path)
        self._file: BinaryIO | None = None

    def reserved(self, number: int, most: int) -> None:
        """A request is about to be sent."""
        self._append({"n": number, "reserved": most})

    def settled(self, number: int, cost: int, *, sure: bool) -> None:
        """A request is over."""
        self._append({"n": number, "cost": cost} if sure else {"n": number, "cost": cost, "sure": False})

    def close(self) -> None:
        """Bring the lines to the disk and close the file."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _append(self, line: Mapping[str, Any]) -> None:
        with writing(self.path):
            if self._file is None:
                # What is known of earlier starts becomes one line.
                write_whole(self.path, [_line({"before": self.spent, "unsure": self.unsure})])
                self._file = self.path.open("ab", buffering=0)
            append_whole(self._file, _line(line))


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"


def _spent_before(path: Path) -> tuple[int, int]:
    """Picodollars spent, and how much of them is a bound only. Of a line that a crash tore the reservation counts."""
    spent = unsure = 0
    open_: dict[int, int] = {}
    for entry in _entries(path):
        if "before" in entry:
            spent, unsure = entry["before"], entry["unsure"]
        elif "reserved" in entry:
            open_[entry["n"]] = entry["reserved"]
        else:
            open_.pop(entry["n"], None)
            spent += entry["cost"]
            unsure += 0 if entry.get("sure", True) else entry["cost"]
    lost = sum(open_.values())
    return spent + lost, unsure + lost


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): mend it, or give another --out.") from error
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.keys() & {"before", "reserved", "cost"}:
            yield entry
