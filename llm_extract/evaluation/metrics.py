"""From rows to counts: per letter and field, so that letters can be resampled; and the figures that are read off them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from llm_extract.evaluation.score import ERRORS, ITEM, Outcome, Row
from llm_extract.schema import DECISIONS, FIELDS, NARRATIVE

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
FIELD_NAMES: tuple[str, ...] = (ITEM, *(f.name for f in FIELDS))

CLINICAL: tuple[str, ...] = ("diagnoses", "medications", "prior_treatments")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "core": tuple(f.name for f in FIELDS if f.name not in NARRATIVE),
    "clinical": CLINICAL,
    "reasons": ("reasons",),
    "all": tuple(f.name for f in FIELDS),
}
"""Fields that are also counted together (micro). `core`: what stands in set places; `clinical` and `reasons` want reading."""

NO_ITEM = "(no item)"
"""Stands in the confusion table where the other side has no such item."""


@dataclass(frozen=True)
class Tallies:
    """Outcomes of one engine: shape (letters, fields, outcomes), in the order of `letters`, `FIELD_NAMES`, `OUTCOMES`."""

    letters: tuple[str, ...]
    outcomes: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[Row], letters: Sequence[str]) -> Tallies:
        """Count the rows of one engine. Letters without a row stay zero: they have nothing to find and nothing found."""
        outcomes = np.zeros((len(letters), len(FIELD_NAMES), len(OUTCOMES)), dtype=np.int64)
        at_letter, at_field = ({name: i for i, name in enumerate(names)} for names in (letters, FIELD_NAMES))
        at_outcome = {name: i for i, name in enumerate(OUTCOMES)}
        for row in rows:
            if row.letter_id in at_letter:
                outcomes[at_letter[row.letter_id], at_field[row.field], at_outcome[row.outcome]] += 1
        return cls(tuple(letters), outcomes)

    def only(self, letters: Collection[str]) -> Tallies:
        """The same for some of the letters."""
        kept = [i for i, name in enumerate(self.letters) if name in letters]
        return Tallies(tuple(self.letters[i] for i in kept), self.outcomes[kept])

    def counts(self, fields: Sequence[str]) -> NDArray[np.int64]:
        """Shape (letters, 3): right values, values of the record, values of the label; over the named fields together."""
        return counts_of(self.outcomes[:, [FIELD_NAMES.index(f) for f in fields]].sum(axis=1))

    def totals(self, fields: Sequence[str]) -> Mapping[Outcome, int]:
        """Outcomes over all letters and the named fields."""
        sums = self.outcomes[:, [FIELD_NAMES.index(f) for f in fields]].sum(axis=(0, 1))
        return {name: int(n) for name, n in zip(OUTCOMES, sums, strict=True)}

    def errors(self, fields: Sequence[str]) -> NDArray[np.int64]:
        """Shape (letters,): wrong, missing and invented values of the named fields; 0 is a perfect letter."""
        outcomes = self.outcomes[:, [FIELD_NAMES.index(f) for f in fields]].sum(axis=1)
        return np.asarray(outcomes[:, [OUTCOMES.index(o) for o in ERRORS]].sum(axis=1))

    def values(self, fields: Sequence[str]) -> NDArray[np.int64]:
        """Shape (letters,): values of the named fields that the label, the record or both have."""
        outcomes = self.outcomes[:, [FIELD_NAMES.index(f) for f in fields]].sum(axis=1)
        return np.asarray(outcomes[:, [i for i, o in enumerate(OUTCOMES) if o != "correctly_null"]].sum(axis=1))


def counts_of(outcomes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shape (..., outcomes) to (..., 3): right, of the record, of the label. A wrong value is in both of the latter."""
    correct, wrong, missing, invented, _ = np.moveaxis(outcomes, -1, 0)
    return np.stack([correct, correct + wrong + invented, correct + wrong + missing], axis=-1)


# --- decisions -------------------------------------------------------------------------------------------------------


class ClassScore(NamedTuple):
    """One decision against the others. None where nothing was predicted, or there was nothing to find."""

    decision: str
    gold: int
    predicted: int
    hits: int

    @property
    def precision(self) -> float | None:
        """Share of the predicted ones that are right."""
        return self.hits / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of the label's that were found."""
        return self.hits / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both."""
        return 2 * self.hits / (self.gold + self.predicted) if self.gold + self.predicted else None


DECISION_ORDER = ("overturned", "partially_overturned", "upheld")
"""The rare class first: nine in ten denials are upheld, and a reader that says nothing else looks good on average."""

Confusion = Mapping[tuple[str, str], int]
"""(label's decision, record's decision) to a count; `NO_ITEM` for an item of one side alone."""


def confusion_of(rows: Iterable[Row]) -> Confusion:
    """The confusion table of the decisions of one engine."""
    pairs = ((row.gold_normal or NO_ITEM, row.predicted_normal or NO_ITEM) for row in rows if row.field == "decision")
    return Counter((str(gold), str(predicted)) for gold, predicted in pairs)


def class_scores(confusion: Confusion) -> list[ClassScore]:
    """A line a decision, `overturned` first. A decision of an item that was not found is missed, of an invented item wrong."""
    return [
        ClassScore(
            decision=name,
            gold=sum(n for (gold, _), n in confusion.items() if gold == name),
            predicted=sum(n for (_, predicted), n in confusion.items() if predicted == name),
            hits=confusion.get((name, name), 0),
        )
        for name in DECISION_ORDER
    ]


def majority_line(confusion: Confusion) -> list[ClassScore]:
    """What someone gets who reads nothing and says the commonest decision of every labelled item."""
    gold = Counter[str]()
    for (decision, _), n in confusion.items():
        if decision != NO_ITEM:
            gold[decision] += n
    commonest = max(DECISIONS, key=lambda name: gold[name])
    always = {(decision, commonest): n for decision, n in gold.items()}
    return class_scores(always)


def right_share(scores: Iterable[ClassScore]) -> tuple[int, int]:
    """Decisions that are right, of all in the label."""
    listed = list(scores)
    return sum(s.hits for s in listed), sum(s.gold for s in listed)
