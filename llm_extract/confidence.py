"""How far a value may be trusted: confidence from signals that cost nothing, calibrated on letters that no rule was written for.

`Calibration` turns signals into a confidence: the share of such values that were right on the calibration letters
(`evals/calibration`), drawn towards the share of a coarser class where there were few (a Beta prior of weight `PRIOR`). It is
kept as data (`data/confidence.json`, made by `make calibrate`); no letter of `test` and none that rules were tuned on has a say.

The signals: who read the value, whether a check doubted it, whether the other reader says the same, by which rule or prompt it
was found, and whether it stands verbatim in the letter.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from llm_extract.folding import folded_str
from llm_extract.schema import Span

PRIOR = 4.0
"""Values that the coarser class counts for in a finer one."""

Agreement = Literal["agrees", "differs", "silent", "alone"]
"""What the other reader says of the value: the same, another, nothing; `alone` where no other reader was asked."""

NOBODY = "nobody"
"""The reader of a value that is not there: the rules found nothing, and the class says how often that was right."""


class Signals(NamedTuple):
    """What is known of a value without knowing whether it is right, coarsest first: a class is a prefix of these.

    `by` is the rule or the prompt that found it ("" where that is not known).
    """

    engine: str
    doubted: bool
    agreement: Agreement
    field: str
    reader: str
    by: str
    verbatim: bool


def of_nothing(engine: str, field: str) -> Signals:
    """The signals of a field of which an engine found nothing."""
    return Signals(engine, False, "alone", field, NOBODY, "", False)


def is_verbatim(value: Any, spans: Iterable[Span], text: str) -> bool:
    """Whether a value is the very words of its evidence, from the first to the last, folded and whatever their case."""
    places = list(spans)
    return bool(places) and folded_str(text[places[0].start : places[-1].end]).casefold() == str(value).casefold()


@dataclass(frozen=True)
class Calibration:
    """Hits and number of values by class of signals: every prefix of every `Signals` seen on the calibration letters."""

    classes: Mapping[tuple[str, ...], tuple[int, int]]

    @classmethod
    def fit(cls, seen: Iterable[tuple[Signals, bool]]) -> Calibration:
        """From values and whether each was right."""
        classes: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
        for signals, right in seen:
            for key in _prefixes(signals):
                classes[key][0] += right
                classes[key][1] += 1
        return cls({key: (hits, n) for key, (hits, n) in classes.items()})

    def confidence(self, signals: Signals) -> float:
        """Probability that the value is right: each finer class draws the estimate from that of the coarser one before it."""
        estimate = 0.5
        for key in _prefixes(signals):
            hits, n = self.classes.get(key, (0, 0))
            estimate = (hits + PRIOR * estimate) / (n + PRIOR)
        return estimate

    def as_json(self) -> str:
        """One class a line, sorted, for a readable difference between two fits."""
        lines = (f"  {json.dumps([list(key), hits, n])}" for key, (hits, n) in sorted(self.classes.items()))
        return "[\n" + ",\n".join(lines) + "\n]\n"

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """What `as_json` wrote."""
        return cls({tuple(key): (hits, n) for key, hits, n in json.loads(text)})


def _prefixes(signals: Signals) -> list[tuple[str, ...]]:
    parts = tuple(str(part) for part in signals)
    return [parts[:length] for length in range(len(parts) + 1)]


@cache
def shipped() -> Calibration:
    """The calibration that comes with the package."""
    return Calibration.from_json(resources.files("llm_extract").joinpath("data/confidence.json").read_text("utf-8"))
