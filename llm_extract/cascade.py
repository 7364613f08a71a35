"""The cascade: rules alone for the letters of which they are sure enough, both readers for the rest.

The user names the errors that he accepts ("errors below 5 %": of the values of a record, the share that is wrong, invented or
missing, on average over letters), not a threshold. The threshold is chosen on the calibration letters by Learn then Test
(Angelopoulos et al., 2021): thresholds are tried in a fixed order, from "ask about every letter" to "ask about none", each
against the hypothesis that the cascade makes at least that many errors, until one cannot be rejected. The last one that was
rejected keeps the promise with probability 95 % over the draw of calibration letters, for letters like them. The test is a
betting martingale (Waudby-Smith and Ramdas, 2023), valid for any number of letters, as BARGAIN (2025) uses it for cascades.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from statistics import fmean
from typing import NamedTuple

from llm_extract.confidence import Calibration, Signals, is_verbatim, of_nothing
from llm_extract.engine import Found, Reading, item_pointer
from llm_extract.hybrid import Hybrid, rules_of
from llm_extract.letters import Letter
from llm_extract.sections import sections_of

LEVEL = 0.95
"""Probability with which the promise holds."""

_LETTER_FIELDS = ("/clinical/diagnoses", "/clinical/medications", "/clinical/prior_treatments")
"""What the model is asked about in every letter; beside it the reasons of each item."""


# --- how sure the rules are of a letter ------------------------------------------------------------------------------


def sureness(rules: Reading, letter: Letter, calibration: Calibration) -> float:
    """Mean confidence of what the rules read where the model could be asked, 0 to 1; 0 for a letter of unknown layout.

    A field of which they found nothing counts with the confidence of finding nothing.
    """
    if sections_of(letter).layout == "unknown":
        return 0.0
    doubted = {issue.pointer for issue in rules.issues}
    fields = (*_LETTER_FIELDS, *(item_pointer(i, "reasons") for i in range(rules.item_count)))
    return fmean(calibration.confidence(s) for pointer in fields for s in _signals(rules, pointer, pointer in doubted, letter))


def _signals(rules: Reading, pointer: str, doubted: bool, letter: Letter) -> Iterator[Signals]:
    name = pointer.rsplit("/", 1)[1]
    entries = rules.fields.get(pointer)
    if entries is None:
        yield of_nothing("baseline", name)
        return
    for found in (entries,) if isinstance(entries, Found) else entries:
        verbatim = is_verbatim(found.value, found.spans, letter.text)
        yield Signals("baseline", doubted, "alone", name, found.reader, found.by, verbatim)


# --- which threshold keeps the promise -------------------------------------------------------------------------------


class Trial(NamedTuple):
    """A calibration letter: how sure the rules were of it, and the share of errors of the rules and of both readers, 0 to 1."""

    sureness: float
    rules: float
    both: float


class Choice(NamedTuple):
    """Letters at least as sure as `threshold` are left to the rules; None: about every letter the model is asked.

    `proven` is false where not even asking about every letter is proven to keep the promise. `asked` is the share of calibration
    letters about which the model is asked, `errors` the mean error share of the cascade on them.
    """

    threshold: float | None
    proven: bool
    asked: float
    errors: float


def choose(trials: Sequence[Trial], errors_below: float, *, level: float = LEVEL) -> Choice:
    """The cheapest proven threshold. Without trials nothing is proven."""
    steps: list[float | None] = [None, *sorted({t.sureness for t in trials if t.sureness > 0}, reverse=True)]
    best, proven = None, False
    for threshold in steps:
        if not rejects(_losses(trials, threshold), errors_below, 1 - level):
            break
        best, proven = threshold, True
    losses = _losses(trials, best)
    asked = fmean(not _is_sure(t.sureness, best) for t in trials) if trials else 1.0
    return Choice(best, proven, asked, fmean(losses) if losses else math.nan)


def _is_sure(value: float, threshold: float | None) -> bool:
    return threshold is not None and value >= threshold and value > 0  # 0: an unknown layout, which is always the model's


def _losses(trials: Sequence[Trial], threshold: float | None) -> list[float]:
    return [t.rules if _is_sure(t.sureness, threshold) else t.both for t in trials]


def rejects(losses: Sequence[float], mean: float, delta: float) -> bool:
    """Whether "the expected loss is at least `mean`" is rejected at level `delta`; losses are 0 to 1, in an order fixed before.

    A bettor without debts multiplies his capital by `1 + bet * (mean - loss)` a letter. Were the hypothesis true he could not
    expect to gain, so that a capital of 1/delta at any time has at most probability delta (Ville). A bet looks at earlier
    letters only.
    """
    if not 0 < mean < 1:
        return mean >= 1
    capital, seen, squares = 1.0, 0.5, 0.25
    for count, loss in enumerate(losses, start=1):
        bet = math.sqrt(2 * math.log(1 / delta) / (max(len(losses), 1) * squares / count))
        capital *= 1 + min(bet, _MOST_BET / (1 - mean)) * (mean - loss)
        if capital >= 1 / delta:
            return True
        seen += loss
        squares += (loss - seen / (count + 1)) ** 2
    return False


_MOST_BET = 0.75
"""Share of the capital that the worst letter may cost."""


# --- the engine ------------------------------------------------------------------------------------------------------


@dataclass
class Cascade:
    """The engine: rules alone where they are sure, `Hybrid` for the rest. `threshold` None asks about every letter."""

    hybrid: Hybrid
    threshold: float | None
    calibration: Calibration
    name: str = "cascade"

    async def read(self, letter: Letter) -> Reading:
        """Read one letter."""
        rules = rules_of(letter)
        if _is_sure(sureness(rules, letter, self.calibration), self.threshold):
            return rules
        return await self.hybrid.complete(letter, rules)

    async def close(self) -> None:
        """Give back what the model holds."""
        await self.hybrid.close()


class Trials(NamedTuple):
    """What the calibration letters gave: the model that was asked, its prompts, and a trial a letter, in a fixed order."""

    model: str
    prompts: tuple[str, ...]
    trials: tuple[Trial, ...]

    def as_json(self) -> str:
        """One trial a line."""
        lines = ",\n".join(f"  {json.dumps([round(x, 6) for x in t])}" for t in self.trials)
        named = f'"model": {json.dumps(self.model)}, "prompts": {json.dumps(self.prompts)}'
        return "{" + named + ', "trials": [\n' + lines + "\n]}\n"

    @classmethod
    def from_json(cls, text: str) -> Trials:
        """What `as_json` wrote."""
        data = json.loads(text)
        return cls(data["model"], tuple(data["prompts"]), tuple(Trial(*t) for t in data["trials"]))


@cache
def shipped_trials() -> Trials:
    """The trials of the embedded model that come with the package."""
    return Trials.from_json(resources.files("llm_extract").joinpath("data/cascade.json").read_text("utf-8"))
