"""How far a value may be trusted.

From signals that cost nothing: who read it, whether the other reader says the same, whether a
check doubted it, whether it stands verbatim in the letter.

`Calibration` turns signals into a confidence: the share of such values that were right on the development letters, drawn
towards the share of a coarser class where there were few (a Beta prior of weight `PRIOR`). It is fitted on `dev` and kept as
data (`data/confidence.json`, made by `make calibrate`), so that no test letter has a say in it.

What a reviewer gets from it: `coverage` (accept the surest values, what share of them is right) and `review` (look at the least
sure, what share of all errors is caught).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

import numpy as np

from llm_extract.evaluation.compare import normal
from llm_extract.evaluation.score import ITEM, Row, value_of
from llm_extract.folding import folded_str
from llm_extract.letters import Letter
from llm_extract.schema import BY_NAME, Record

PRIOR = 4.0
"""Values that the coarser class counts for in a finer one."""

Agreement = Literal["agrees", "differs", "silent", "alone"]
"""What the other reader says of the value: the same, another, nothing; `alone` where no other reader was asked."""


class Signals(NamedTuple):
    """What is known of a value without knowing whether it is right, coarsest first: a class is a prefix of these."""

    engine: str
    doubted: bool
    agreement: Agreement
    field: str
    reader: str
    verbatim: bool


def signals_of(engine: str, name: str, pointer: str, record: Record, other: Record | None, letter: Letter) -> Signals:
    """The signals of one value. `other` is the record of a reader that works another way, where there is one."""
    value = value_of(record, pointer)
    doubts = {issue.pointer for issue in record.issues}
    return Signals(
        engine=engine,
        doubted=pointer in doubts or _parent(pointer) in doubts,
        agreement="alone" if other is None else _agreement(name, pointer, value, other),
        field=name,
        reader=record.provenance.get(pointer, "baseline"),
        verbatim=_verbatim(value, record, pointer, letter),
    )


def _parent(pointer: str) -> str:
    """The list that an entry belongs to; issues name lists as a whole."""
    head, _, last = pointer.rpartition("/")
    return head if last.isdecimal() else pointer


def _agreement(name: str, pointer: str, value: Any, other: Record) -> Agreement:
    try:
        theirs = value_of(other, _parent(pointer))
    except IndexError:  # it has fewer items
        return "silent"
    listed = theirs if BY_NAME[name].is_list else (theirs,)
    said = {n for v in listed if (n := normal(name, v)) is not None}
    if not said:
        return "silent"
    return "agrees" if normal(name, value) in said else "differs"


def _verbatim(value: Any, record: Record, pointer: str, letter: Letter) -> bool:
    spans = record.evidence.get(pointer, ())
    return bool(spans) and folded_str(letter.text[spans[0].start : spans[-1].end]).casefold() == str(value).casefold()


# --- calibration -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calibration:
    """Hits and number of values by class of signals: every prefix of every `Signals` seen on the development letters."""

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
    """The calibration that was fitted on the development letters."""
    return Calibration.from_json(resources.files("llm_extract.evaluation").joinpath("data/confidence.json").read_text("utf-8"))


def is_value(row: Row) -> bool:
    """Whether a row is about a value of the record: what a reviewer would look at."""
    return row.predicted_normal is not None and row.field != ITEM


def with_confidence(row: Row, signals: Signals, calibration: Calibration) -> Row:
    """The row with the confidence of its value."""
    return replace(row, confidence=calibration.confidence(signals))


# --- what it is worth ------------------------------------------------------------------------------------------------


class Point(NamedTuple):
    """Accept the surest `coverage` of the values: `accuracy` of them are right."""

    coverage: float
    accuracy: float


def risk_coverage(rows: Iterable[Row]) -> list[Point]:
    """The curve over the values of some rows, surest first; values of equal confidence are accepted together or not at all.

    Missing values are no part of it: nobody can be asked to confirm what is not there.
    """
    confidence, right = _ranked(rows)
    if not len(confidence):
        return []
    accuracy = np.cumsum(right) / np.arange(1, len(right) + 1)
    last_of_tie = np.append(confidence[1:] != confidence[:-1], True)
    shares = np.arange(1, len(right) + 1) / len(right)
    return [Point(float(c), float(a)) for c, a in zip(shares[last_of_tie], accuracy[last_of_tie], strict=True)]


def accuracy_at(rows: Sequence[Row], coverage: float) -> float | None:
    """Accuracy of the surest share of the values; of equally sure ones as many as are needed, at their mean accuracy."""
    confidence, right = _ranked(rows)
    if not len(right):
        return None
    return float(_spread(confidence, right)[: max(1, round(coverage * len(right)))].mean())


def caught_at(rows: Sequence[Row], budget: float) -> float | None:
    """Share of all wrong and invented values among the least sure share `budget`; None where there is no error to catch."""
    confidence, right = _ranked(rows)
    wrong = 1 - _spread(confidence, right)
    if not wrong.sum():
        return None
    looked_at = round(budget * len(wrong))
    return float(wrong[len(wrong) - looked_at :].sum() / wrong.sum())


def _ranked(rows: Iterable[Row]) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """Confidence and rightness (1 or 0) of the values, surest first."""
    values = sorted(
        ((r.confidence, r.outcome == "correct") for r in rows if r.confidence is not None and is_value(r)), reverse=True
    )
    return np.array([c for c, _ in values], dtype=float), np.array([right for _, right in values], dtype=float)


def _spread(confidence: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Rightness with equally sure values at their mean: no luck of the order within a tie."""
    _, at = np.unique(confidence, return_inverse=True)
    means = np.bincount(at, weights=right) / np.bincount(at)
    return np.asarray(means[at], dtype=float)
