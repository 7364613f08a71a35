"""Labels, records and small changes of them, for tests of the evaluation."""

from __future__ import annotations

import json
import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache, reduce
from typing import Any

import samples
from hypothesis import strategies as st

from llm_extract.evaluation.score import Row, score
from llm_extract.schema import BY_NAME, Citation, Content, Item, Label, Record, RunInfo, SourceFile

Outcomes = Mapping[str, Mapping[str, int]]
"""Field to outcome to a count; neither fields nor outcomes without any."""

# --- labels ----------------------------------------------------------------------------------------------------------

FULL = Label.model_validate(
    {
        "letter_id": "full",
        "case": {
            "case_number": "CM15-0990099",
            "priority": "standard",
            "date_of_injury": "2012-04-05",
            "date_assigned": "2015-02-01",
            "application_received": "2015-01-21",
            "ur_denial_date": "2015-01-09",
            "decision_date": "2015-03-23",
        },
        "reviewer": {"licensed_states": ["California", "Nevada"], "specialties": ["Orthopedic Surgery", "Pain Medicine"]},
        "patient": {"age": 48, "sex": "female"},
        "clinical": {
            "diagnoses": ["lumbar radiculopathy", "carpal tunnel syndrome"],
            "medications": ["naproxen", "gabapentin"],
            "prior_treatments": ["acupuncture", "epidural steroid injection"],
        },
        "items": [
            {
                "request": "Retrospective Norco 10/325mg #60 with 1 refill, 30 day supply, for the low back (DOS 1/5/2015)",
                "treatment": "Norco",
                "category": "medication",
                "generic_name": "hydrocodone/acetaminophen",
                "strength": "10/325 mg",
                "quantity": 60,
                "refills": 1,
                "frequency": "30 day supply",
                "body_part": "low back",
                "retrospective": True,
                "date_of_service": "2015-01-05",
                "decision": "upheld",
                "claims_admin_guidelines": [
                    {"source": "MTUS", "title": "Opioids", "section": "Criteria", "pages": [78, 80]},
                    {"source": "other", "title": "Physicians' Desk Reference", "section": None, "pages": []},
                ],
                "reviewer_guidelines": [
                    {"source": "ODG", "title": "Official Disability Guidelines", "section": "Pain Chapter", "pages": []},
                    {"source": "ACOEM", "title": "Low Back Complaints", "section": None, "pages": [300]},
                ],
                "rationale": "The record shows no benefit of the drug. It was not watched over.",
                "reasons": ["no_functional_improvement", "no_monitoring"],
            },
            {"request": "MRI", "treatment": "MRI", "category": "imaging", "decision": "overturned", "reasons": ["criteria_met"]},
        ],
    }
)
"""A label in which each field has a value, list fields two, and a second item with little more than it must have."""

SPARSE = Label(letter_id="sparse", items=(Item(request="MRI", treatment="MRI", category="imaging", decision="upheld"),))
"""A label that says nothing that may be left out."""


@lru_cache
def label(name: str = "first-letter") -> Label:
    """The label of an invented letter."""
    return Label.model_validate_json((samples.LABELS / f"{name}.json").read_bytes())


def labels() -> list[Label]:
    """Every label of an invented letter, the full and the sparse one."""
    return [*map(label, samples.NAMES), FULL, SPARSE]


def changed(content: Content, **values: Any) -> Label:
    """The content with other values, named by path with two underscores: `patient__age`, `items__0__decision`."""
    data = content.model_dump(include={"letter_id", *Content.model_fields}, mode="json")
    for path, value in values.items():
        *parents, last = [int(p) if p.isdecimal() else p for p in path.split("__")]
        parent: Any = reduce(operator.getitem, parents, data)
        parent[last] = json.loads(json.dumps(value, default=_plain))
    return Label.model_validate({"letter_id": "changed", **data})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value.model_dump(mode="json")


def path_of(name: str, index: int = 0) -> str:
    """A field's path as `changed` wants it, an item's field in the item `index`."""
    return BY_NAME[name].path.strip("/").replace("*", str(index)).replace("/", "__")


def value_of(content: Content, name: str, index: int = 0) -> Any:
    """A field's value, an item's field in the item `index`."""
    value: Any = content
    for part in path_of(name, index).split("__"):
        value = value[int(part)] if part.isdecimal() else getattr(value, part)
    return value


def an_item(treatment: str, request: str | None = None, **more: Any) -> Item:
    """An item; upheld and of the category `other` where nothing else is said."""
    given = {"category": "other", "decision": "upheld", **more}
    return Item(treatment=treatment, request=treatment if request is None else request, **given)


# --- records ---------------------------------------------------------------------------------------------------------


def record_of(content: Label, *, run: Mapping[str, Any] | None = None, **more: Any) -> Record:
    """A record that says what a label says."""
    data = {name: getattr(content, name) for name in Content.model_fields}
    return Record(
        **{
            "letter_id": content.letter_id,
            "source": SourceFile(path=""),
            "status": "ok",
            "run": RunInfo(**{"engine": "baseline", "cost_usd": 0.0, **(run or {})}),
            **data,
            **more,
        }
    )


def failed(letter_id: str, **run: Any) -> Record:
    """The record of a letter that could not be read."""
    return record_of(Label(letter_id=letter_id), status="failed", run=run)


# --- rows ------------------------------------------------------------------------------------------------------------


def outcomes(rows: Iterable[Row]) -> Outcomes:
    """What the rows say, field by field."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        counted.setdefault(row.field, Counter())[row.outcome] += 1
    return counted


def scored(gold: Content, predicted: Content) -> Outcomes:
    """What a content is worth, held against a label."""
    return outcomes(score("letter", "engine", gold, predicted))


def moved(before: Outcomes, after: Outcomes) -> dict[str, dict[str, int]]:
    """The counts that changed, by how much."""
    change: dict[str, dict[str, int]] = {}
    for name in {*before, *after}:
        old, new = before.get(name, {}), after.get(name, {})
        steps = {o: new.get(o, 0) - old.get(o, 0) for o in {*old, *new} if new.get(o, 0) != old.get(o, 0)}
        if steps:
            change[name] = steps
    return change


def a_row(**values: Any) -> Row:
    """A row of a value that is right, but for what is given."""
    return Row(
        **{
            "letter_id": "a",
            "engine": "model",
            "field": "age",
            "pointer": "/patient/age",
            "predicted_pointer": "/patient/age",
            "gold": 48,
            "predicted": 48,
            "gold_normal": 48,
            "predicted_normal": 48,
            "comparator": "exact",
            "outcome": "correct",
            **values,
        }
    )


# --- any content -----------------------------------------------------------------------------------------------------

_WORDS = ("knee", "brace", "lumbar", "MRI", "therapy", "cream")
texts = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join)
_entries = st.lists(texts, max_size=3).map(tuple)
citations = st.builds(
    Citation,
    source=st.sampled_from(("MTUS", "ODG")),
    title=texts,
    section=st.none() | texts,
    pages=st.lists(st.integers(1, 3), max_size=2).map(tuple),
)
items = st.builds(
    Item,
    request=texts,
    treatment=texts,
    category=st.sampled_from(("equipment", "imaging")),
    quantity=st.none() | st.integers(1, 3),
    body_part=st.none() | texts,
    retrospective=st.booleans(),
    decision=st.sampled_from(("upheld", "overturned")),
    reviewer_guidelines=st.lists(citations, max_size=2).map(tuple),
    reasons=st.lists(st.sampled_from(("safety", "criteria_met")), max_size=2).map(tuple),
)


@st.composite
def contents(draw: st.DrawFn) -> Label:
    """Any label: few words, so that values are often equal, alike, or there twice."""
    return Label.model_validate(
        {
            "letter_id": "any",
            "patient": {"age": draw(st.none() | st.integers(40, 42))},
            "clinical": {"diagnoses": draw(_entries), "medications": draw(_entries)},
            "items": draw(st.lists(items, max_size=4)),
        }
    )
