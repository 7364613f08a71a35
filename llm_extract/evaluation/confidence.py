"""Confidence in an evaluation: the signals of a record's values, and what their confidence is worth to a reviewer.

`coverage`: accept the surest values, what share of them is right. `review`: look at the least sure, what share of all errors is
caught. The calibration itself is `llm_extract.confidence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from llm_extract.confidence import Agreement, Calibration, Signals, is_verbatim
from llm_extract.evaluation.compare import normal
from llm_extract.evaluation.score import ITEM, Row, value_of
from llm_extract.letters import Letter
from llm_extract.schema import BY_NAME, Record, Span


def signals_of(
    engine: str, name: str, pointer: str, record: Record, other: Record | None, letter: Letter, given_by: Mapping[str, str]
) -> Signals:
    """The signals of one value.

    `other` is the record of a reader that works another way, where there is one; `given_by` has what gave each value.
    """
    value = value_of(record, pointer)
    doubts = {issue.pointer for issue in record.issues}
    return Signals(
        engine=engine,
        doubted=pointer in doubts or _parent(pointer) in doubts,
        agreement="alone" if other is None else _agreement(name, pointer, value, other),
        field=name,
        reader=record.provenance.get(pointer, "baseline"),
        by=given_by.get(pointer, ""),
        verbatim=is_verbatim(value, (Span(s.start, s.end) for s in record.evidence.get(pointer, ())), letter.text),
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
