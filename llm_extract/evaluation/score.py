"""One row a leaf: what the label says, what the record says, and what that makes. Every figure is counted from these rows.

| outcome | label | record | counts against |
|---|---|---|---|
| `correct` | a value | the same | nothing |
| `wrong` | a value | another | precision and recall |
| `missing` | a value | nothing | recall |
| `invented` | nothing | a value | precision |
| `correctly_null` | nothing | nothing | nothing, and for nothing: it has no part in precision and recall |

A list's entries are leaves of their own, in any order; leftovers of both sides that are alike make a `wrong`. A letter without a
usable record has all its values `missing`. An item of one side alone has all its values `missing` or `invented`. The row of field
`item` says whether the item itself was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from llm_extract.engine import Found
from llm_extract.evaluation.align import THRESHOLD, align
from llm_extract.evaluation.compare import Comparator, Normal, comparator_of, normal, similarity
from llm_extract.grounding import unsupported
from llm_extract.letters import Letter
from llm_extract.schema import BY_NAME, ITEM_FIELDS, LETTER_FIELDS, Content, EvidenceSpan, FieldSpec, Item, Reader, Record, Span

Outcome = Literal["correct", "wrong", "missing", "invented", "correctly_null"]
ERRORS: tuple[Outcome, ...] = ("wrong", "missing", "invented")
"""The outcomes that count against a reader."""
Evidence = Literal["supported", "unsupported", "absent"]
ITEM = "item"
"""Field name of the rows that say whether an item was found."""

SLIP = 0.6
"""Least similarity at which a leftover entry of the label and one of the record are one wrong value instead of two errors.

It moves errors between `wrong` and `missing` with `invented`, never a precision, a recall or an F1."""


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf of one letter, read by one engine. `pointer` is the label's, `predicted_pointer` the record's.

    `gold` and `predicted` are as JSON holds them, the `_normal` ones as they were compared. `reader` gave the value. `evidence`
    says whether the record's spans prove its value; None where the contract asks for none. `placed`: whether they touch the
    label's own evidence, None where the label has none. `confidence` is 0 to 1, None where there is no value.
    """

    letter_id: str
    engine: str
    field: str
    pointer: str | None
    predicted_pointer: str | None
    gold: Any
    predicted: Any
    gold_normal: Normal
    predicted_normal: Normal
    comparator: Comparator
    outcome: Outcome
    reader: Reader | None = None
    evidence: Evidence | None = None
    placed: bool | None = None
    confidence: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One value on one side, or its absence."""

    pointer: str
    value: Any

    def normal(self, name: str) -> Normal:
        return normal(name, self.value)


def outcome_of(gold: Normal, predicted: Normal) -> Outcome:
    """The outcome of two normal forms."""
    if gold is None:
        return "correctly_null" if predicted is None else "invented"
    if predicted is None:
        return "missing"
    return "correct" if gold == predicted else "wrong"


def score(letter_id: str, engine: str, gold: Content, predicted: Content, *, threshold: float = THRESHOLD) -> list[Row]:
    """The rows of one letter. `predicted` is a record, or any other content; evidence is judged by `judged`."""
    return [
        _row(letter_id, engine, name, g, p)
        for name, g, p in (*_letter_leaves(gold, predicted), *_item_leaves(gold, predicted, threshold))
    ]


def _row(letter_id: str, engine: str, name: str, gold: _Leaf | None, predicted: _Leaf | None) -> Row:
    left, right = (None if leaf is None else leaf.normal(name) for leaf in (gold, predicted))
    return Row(
        letter_id=letter_id,
        engine=engine,
        field=name,
        pointer=gold.pointer if gold else None,
        predicted_pointer=predicted.pointer if predicted else None,
        gold=_json(gold.value) if gold else None,
        predicted=_json(predicted.value) if predicted else None,
        gold_normal=left,
        predicted_normal=right,
        comparator=comparator_of(name),
        outcome=_found(gold, predicted) if name == ITEM else outcome_of(left, right),
    )


def _found(gold: _Leaf | None, predicted: _Leaf | None) -> Outcome:
    """A pair is right whatever the treatments say: that they differ is an error of the field `treatment`."""
    return "invented" if gold is None else "missing" if predicted is None else "correct"


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


_Pair = tuple[str, _Leaf | None, _Leaf | None]


def _letter_leaves(gold: Content, predicted: Content) -> Iterator[_Pair]:
    for spec in LETTER_FIELDS:
        section, name = spec.path.strip("/").split("/")
        yield from _field(
            spec, spec.path, getattr(getattr(gold, section), name), spec.path, getattr(getattr(predicted, section), name)
        )


def _item_leaves(gold: Content, predicted: Content, threshold: float) -> Iterator[_Pair]:
    found = align(gold.items, predicted.items, threshold=threshold)
    for g, p in found.pairs:
        yield from _item(g, gold.items[g], p, predicted.items[p])
    for g in found.missing:
        yield from _item(g, gold.items[g], None, None)
    for p in found.invented:
        yield from _item(None, None, p, predicted.items[p])


def _item(g: int | None, gold: Item | None, p: int | None, predicted: Item | None) -> Iterator[_Pair]:
    left = None if gold is None else _Leaf(f"/items/{g}", gold.treatment)
    right = None if predicted is None else _Leaf(f"/items/{p}", predicted.treatment)
    yield ITEM, left, right
    for spec in ITEM_FIELDS:
        pairs = _field(spec, f"/items/{g}/{spec.name}", _values(spec, gold), f"/items/{p}/{spec.name}", _values(spec, predicted))
        # Nothing was said of a field of an item that only one side has: that the other says nothing is no merit.
        yield from (
            (name, a if gold else None, b if predicted else None)
            for name, a, b in pairs
            if (gold and predicted) or (a and a.normal(name) is not None) or (b and b.normal(name) is not None)
        )


def _values(spec: FieldSpec, item: Item | None) -> Any:
    if item is None:
        return () if spec.is_list else None
    return getattr(item, spec.name)


def _field(spec: FieldSpec, gold_at: str, gold: Any, predicted_at: str, predicted: Any) -> Iterator[_Pair]:
    if not spec.is_list:
        yield spec.name, _Leaf(gold_at, gold), _Leaf(predicted_at, predicted)
        return
    left = [_Leaf(f"{gold_at}/{i}", value) for i, value in enumerate(gold)]
    right = [_Leaf(f"{predicted_at}/{i}", value) for i, value in enumerate(predicted)]
    if not left and not right:
        yield spec.name, _Leaf(gold_at, None), _Leaf(predicted_at, None)
    yield from _entries(spec.name, left, right)


def _entries(name: str, gold: list[_Leaf], predicted: list[_Leaf]) -> Iterator[_Pair]:
    """Equal entries first, each once; then slips; what is left is missing or invented. Takes the lists apart."""
    for leaf in list(gold):
        twin = next((p for p in predicted if p.normal(name) == leaf.normal(name)), None)
        if twin is not None:
            gold.remove(leaf)
            predicted.remove(twin)
            yield name, leaf, twin
    for g, p in _slips(name, gold, predicted):
        gold.remove(g)
        predicted.remove(p)
        yield name, g, p
    yield from ((name, leaf, None) for leaf in gold)
    yield from ((name, None, leaf) for leaf in predicted)


def _slips(name: str, gold: Sequence[_Leaf], predicted: Sequence[_Leaf]) -> list[tuple[_Leaf, _Leaf]]:
    if not gold or not predicted:
        return []
    alike = np.array([[similarity(name, g.normal(name), p.normal(name)) for p in predicted] for g in gold])
    worth = np.where(alike >= SLIP, alike, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(gold[g], predicted[p]) for g, p in pairs if alike[g, p] >= SLIP]


# --- evidence --------------------------------------------------------------------------------------------------------


def judged(row: Row, record: Record, letter: Letter, gold_evidence: Mapping[str, Sequence[EvidenceSpan]]) -> Row:
    """The row with who gave its value and whether the evidence proves it."""
    pointer = row.predicted_pointer
    if pointer is None or row.field == ITEM or row.predicted_normal is None:
        return row
    spans = record.evidence.get(pointer, ())
    theirs = gold_evidence.get(row.pointer or "", ())
    return replace(
        row,
        reader=record.provenance.get(pointer),
        evidence=_proof(row.field, pointer, value_of(record, pointer), spans, letter),
        placed=any(s.start < t.end and t.start < s.end for s in spans for t in theirs) if theirs else None,
    )


def _proof(name: str, pointer: str, value: Any, spans: Sequence[EvidenceSpan], letter: Letter) -> Evidence | None:
    if not BY_NAME[name].needs_evidence:
        return None
    if not spans:
        return "absent"
    found = Found(value, tuple(Span(s.start, s.end) for s in spans))
    return "supported" if unsupported(pointer, found, letter) is None else "unsupported"


def value_of(content: Content, pointer: str) -> Any:
    """The value of a record or label at a JSON pointer to a leaf, with its Python type."""
    value: Any = content
    for part in pointer.strip("/").split("/"):
        value = value[int(part)] if isinstance(value, tuple) else getattr(value, part)
    return value
