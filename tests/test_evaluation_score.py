"""One row a leaf: what each change of a record does to the counts, and that it does nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import evaluation_samples as es
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_extract.evaluation.align import align
from llm_extract.evaluation.compare import comparator_of, normal
from llm_extract.evaluation.score import ITEM, SLIP, Outcome, Row, judged, outcome_of, score, value_of
from llm_extract.schema import FIELDS, Citation, Content, EvidenceSpan, FieldSpec, Item, Label, Record

SCALARS = [f for f in FIELDS if not f.is_list]
LISTS = [f for f in FIELDS if f.is_list]
NEVER_NULL = {"request", "treatment", "category", "decision"}
NULLABLE = [f for f in SCALARS if f.name not in NEVER_NULL]

OTHER: Mapping[str, Any] = {
    "case_number": "CM15-0990098",
    "priority": "expedited",
    "date_of_injury": "2001-01-01",
    "date_assigned": "2001-01-01",
    "application_received": "2001-01-01",
    "ur_denial_date": "2001-01-01",
    "decision_date": "2001-01-01",
    "age": 49,
    "sex": "male",
    "request": "Norco",
    "treatment": "Norcos",
    "category": "other",
    "generic_name": "oxycodone",
    "strength": "5/325 mg",
    "quantity": 30,
    "refills": 0,
    "frequency": "60 day supply",
    "body_part": "upper back",
    "date_of_service": "2001-01-01",
    "decision": "overturned",
    "rationale": "The guideline supports it.",
}
"""Another value than that of `es.FULL`. `retrospective` has none: its other value is that there is none."""

SLIPS: Mapping[str, Any] = {
    "licensed_states": "Californias",
    "specialties": "Orthopaedic Surgery",
    "diagnoses": "lumbar radiculitis",
    "medications": "naproxene",
    "prior_treatments": "acupunctures",
    "claims_admin_guidelines": {"source": "MTUS", "title": "Opioids", "section": "Criteria", "pages": [78, 81]},
    "reviewer_guidelines": {"source": "other", "title": "Official Disability Guidelines", "section": "Pain Chapter"},
}
"""An entry like the first one of `es.FULL`, and yet another one."""

UNLIKE: Mapping[str, Any] = {
    "licensed_states": "Ohio",
    "specialties": "Cardiology",
    "diagnoses": "gout",
    "medications": "Soma",
    "prior_treatments": "MRI",
    "claims_admin_guidelines": {"source": "ODG", "title": "Knee"},
    "reviewer_guidelines": {"source": "MTUS", "title": "Shoulder"},
    "reasons": "safety",
}
"""An entry like none of `es.FULL`."""


few = settings(max_examples=40)
"""Each example is a whole letter, scored twice."""


def each(fields: list[FieldSpec]) -> pytest.MarkDecorator:
    """One test a field."""
    return pytest.mark.parametrize("name", [f.name for f in fields])


def change(gold: Content, predicted: Content) -> Mapping[str, Mapping[str, int]]:
    """What a record's differences from its label move, against a record that equals the label."""
    return es.moved(es.scored(gold, gold), es.scored(gold, predicted))


def without(content: Content, name: str) -> Label:
    """The content without a field's value."""
    return es.changed(content, **{es.path_of(name): False if name == "retrospective" else None})


def leaves(content: Content) -> Iterator[tuple[str, str, Any]]:
    """Name, pointer and value of everything that a content says, found without the code under test."""
    for spec in FIELDS:
        for index in range(len(content.items)) if spec.in_item else (0,):
            at, value = spec.path.replace("*", str(index)), es.value_of(content, spec.name, index)
            entries = [(f"{at}/{i}", v) for i, v in enumerate(value)] if spec.is_list else [(at, value)]
            yield from ((spec.name, p, v) for p, v in entries if v is not None and (spec.name != "retrospective" or v))


def mirrored(outcomes: es.Outcomes) -> es.Outcomes:
    """The outcomes with missing and invented exchanged."""
    other = {"missing": "invented", "invented": "missing"}
    return {name: {other.get(o, o): n for o, n in counts.items()} for name, counts in outcomes.items()}


# --- a record that equals its label ----------------------------------------------------------------------------------


@pytest.mark.parametrize("label", es.labels(), ids=lambda label: label.letter_id)
def test_a_record_that_equals_its_label_is_right(label: Label) -> None:
    """Every value of the label is `correct` once, every other leaf `correctly_null`, and nothing is an error."""
    counted = es.scored(label, es.record_of(label))
    values = Counter(name for name, _, _ in leaves(label)) + Counter({ITEM: len(label.items)})
    assert {name: c["correct"] for name, c in counted.items() if c["correct"]} == values
    assert {o for c in counted.values() for o in c} <= {"correct", "correctly_null"}


def test_null_is_a_row_of_its_own() -> None:
    """Where neither side says anything there is one row a field, for a list one for the whole."""
    nulls = {r.field: (r.pointer, r.predicted_pointer) for r in score("a", "b", es.SPARSE, es.SPARSE) if r.gold_normal is None}
    said = {name for name, _, _ in leaves(es.SPARSE)}
    assert nulls == {f.name: (p, p) for f in FIELDS if f.name not in said and (p := f.path.replace("*", "0"))}


# --- one change ------------------------------------------------------------------------------------------------------


@each([f for f in SCALARS if f.name != "retrospective"])
def test_another_value_is_wrong(name: str) -> None:
    """A value that differs (a flipped decision) is one `wrong` of its field and moves nothing else."""
    predicted = es.changed(es.FULL, **{es.path_of(name): OTHER[name]})
    assert change(es.FULL, predicted) == {name: {"correct": -1, "wrong": 1}}


@each(NULLABLE)
def test_a_value_left_out_is_missing(name: str) -> None:
    """A value that the record does not have is one `missing` of its field and moves nothing else."""
    assert change(es.FULL, without(es.FULL, name)) == {name: {"correct": -1, "missing": 1}}


@each(NULLABLE)
def test_a_value_made_up_is_invented(name: str) -> None:
    """A value where the label has none is one `invented` of its field and moves nothing else."""
    assert change(without(es.FULL, name), es.FULL) == {name: {"correctly_null": -1, "invented": 1}}


@each(LISTS)
def test_an_entry_left_out_is_missing(name: str) -> None:
    """A list without its first entry has one `missing`; the other entries stay right though they moved up."""
    path, entries = es.path_of(name), es.value_of(es.FULL, name)
    assert change(es.FULL, es.changed(es.FULL, **{path: entries[1:]})) == {name: {"correct": -1, "missing": 1}}


@each(LISTS)
def test_an_entry_made_up_is_invented(name: str) -> None:
    """A list with one entry more, in front, has one `invented`."""
    path, entries = es.path_of(name), es.value_of(es.FULL, name)
    assert change(es.FULL, es.changed(es.FULL, **{path: [UNLIKE[name], *entries]})) == {name: {"invented": 1}}


@each(LISTS)
def test_another_entry_is_missing_and_invented(name: str) -> None:
    """An entry in the place of another one that is not like it makes two errors: one left out, one made up."""
    path, entries = es.path_of(name), es.value_of(es.FULL, name)
    predicted = es.changed(es.FULL, **{path: [UNLIKE[name], *entries[1:]]})
    assert change(es.FULL, predicted) == {name: {"correct": -1, "missing": 1, "invented": 1}}


@each([f for f in LISTS if f.name != "reasons"])
def test_a_slip_of_an_entry_is_wrong(name: str) -> None:
    """An entry that is nearly right, wherever it stands in the list, is one `wrong`: a citation whose page differs too."""
    path, entries = es.path_of(name), es.value_of(es.FULL, name)
    predicted = es.changed(es.FULL, **{path: [*entries[1:], SLIPS[name]]})
    assert change(es.FULL, predicted) == {name: {"correct": -1, "wrong": 1}}


@each(LISTS)
def test_an_empty_list_is_null(name: str) -> None:
    """A list left empty has all its entries missing; one made up has them invented, and was null before."""
    empty, entries = es.changed(es.FULL, **{es.path_of(name): []}), len(es.value_of(es.FULL, name))
    assert change(es.FULL, empty) == {name: {"correct": -entries, "missing": entries}}
    assert change(empty, es.FULL) == {name: {"correctly_null": -1, "invented": entries}}


@each(LISTS)
def test_the_order_of_entries_is_nothing(name: str) -> None:
    """A list turned round is the same list."""
    turned = es.value_of(es.FULL, name)[::-1]
    assert change(es.FULL, es.changed(es.FULL, **{es.path_of(name): turned})) == {}


@each(LISTS)
def test_an_entry_said_twice_counts_twice(name: str) -> None:
    """Of an entry that stands twice on one side alone the second is an error; on both sides both are right."""
    entries = es.value_of(es.FULL, name)
    twice = es.changed(es.FULL, **{es.path_of(name): [*entries, entries[0]]})
    assert change(es.FULL, twice) == {name: {"invented": 1}}
    assert change(twice, es.FULL) == {name: {"correct": -1, "missing": 1}}
    assert change(twice, twice) == {}


@pytest.mark.parametrize(
    "part", [{"source": "ACOEM"}, {"title": "Opioid"}, {"section": "Criterion"}, {"section": None}, {"pages": (78,)}]
)
def test_a_citation_is_compared_whole(part: Mapping[str, Any]) -> None:
    """A citation of which one part differs is one `wrong`, and no part of it is right."""
    first, *others = es.FULL.items[0].claims_admin_guidelines
    predicted = es.changed(es.FULL, items__0__claims_admin_guidelines=[first.model_copy(update=part), *others])
    assert change(es.FULL, predicted) == {"claims_admin_guidelines": {"correct": -1, "wrong": 1}}


def test_slips_are_paired_as_well_as_can_be() -> None:
    """Each entry goes with the one that it is a slip of, not with the first that is alike enough."""
    gold = es.changed(es.SPARSE, clinical__diagnoses=["lumbar strain", "lumbar strains"])
    predicted = es.changed(es.SPARSE, clinical__diagnoses=["lumbar strains X", "lumbar strainX"])
    rows = [r for r in score("a", "b", gold, predicted) if r.field == "diagnoses"]
    assert {(r.pointer, r.predicted_pointer, r.outcome) for r in rows} == {
        ("/clinical/diagnoses/0", "/clinical/diagnoses/1", "wrong"),
        ("/clinical/diagnoses/1", "/clinical/diagnoses/0", "wrong"),
    }


def test_a_slip_takes_no_entry_from_its_equal() -> None:
    """An entry that is equal to one of the label is right, whatever is like it and stands before it."""
    gold = es.changed(es.SPARSE, clinical__diagnoses=["lumbar strain"])
    predicted = es.changed(es.SPARSE, clinical__diagnoses=["lumbar strains", "Lumbar strain."])
    assert es.scored(gold, predicted)["diagnoses"] == {"correct": 1, "invented": 1}


def test_slips_take_no_entry_from_its_equal() -> None:
    """Equal entries are right even where two slips would be more alike in sum, whatever stands before them."""
    gold = es.changed(es.SPARSE, clinical__diagnoses=["gout", "abcdefgh", "abcdefuv"])
    predicted = es.changed(es.SPARSE, clinical__diagnoses=["gout", "abcdefgh", "stcdefgh"])
    assert es.scored(gold, predicted)["diagnoses"] == {"correct": 2, "missing": 1, "invented": 1}


def test_what_is_hardly_alike_takes_no_slip_from_its_partner() -> None:
    """Pairs below the least similarity count nothing: 0.92 of one true slip stands against 0.99 of two false ones."""
    gold = es.changed(es.SPARSE, clinical__diagnoses=["knee brace", "cane"])
    predicted = es.changed(es.SPARSE, clinical__diagnoses=["brace", "lumbar brace"])
    assert es.scored(gold, predicted)["diagnoses"] == {"wrong": 1, "missing": 1, "invented": 1}


def test_a_slip_of_the_least_similarity_is_looked_for() -> None:
    """Of four entries the only two that are alike by exactly 0.6 find each other."""
    gold, predicted = (es.changed(es.SPARSE, clinical__diagnoses=e) for e in (["abcde", "rrrrr"], ["sssss", "abcxy"]))
    assert es.scored(gold, predicted)["diagnoses"] == {"wrong": 1, "missing": 1, "invented": 1}


@pytest.mark.parametrize(("entry", "expected"), [("abcxy", {"wrong": 1}), ("abxyz", {"missing": 1, "invented": 1})])
def test_the_least_similarity_of_a_slip(entry: str, expected: Mapping[str, int]) -> None:
    """Six characters of ten in common are a slip, four are none."""
    gold, predicted = (es.changed(es.SPARSE, clinical__diagnoses=[e]) for e in ("abcde", entry))
    assert SLIP == 0.6
    assert es.scored(gold, predicted)["diagnoses"] == expected


# --- items -----------------------------------------------------------------------------------------------------------


def of_items(*items: Item) -> Label:
    """A label that says nothing but its items."""
    return Label(letter_id="items", items=items)


def values_of(item: Item) -> Counter[str]:
    """How many values of each field an item has, itself among them."""
    return Counter({ITEM: 1}) + Counter(name for name, _, _ in leaves(of_items(item)))


def steps(counted: Counter[str], outcome: str, sign: int = 1) -> dict[str, dict[str, int]]:
    """Counts as changes of one outcome."""
    return {name: {outcome: sign * n} for name, n in counted.items()}


def merged(*changes: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Several changes together."""
    whole: dict[str, dict[str, int]] = {}
    for one in changes:
        for name, counts in one.items():
            whole.setdefault(name, {}).update(counts)
    return whole


FIRST = es.FULL.items[0]
CANE = es.an_item("Cane", "Cane for walking", body_part="knee", reasons=("safety",))


def test_an_invented_item_has_all_its_values_invented() -> None:
    """One item more invents itself and each value that it has; that the label says nothing of its other fields is no merit."""
    gold = of_items(CANE)
    assert change(gold, of_items(CANE, FIRST)) == steps(values_of(FIRST), "invented")


def test_a_missing_item_has_all_its_values_missing() -> None:
    """One item less misses itself and each value that it has, and takes along what was null in it."""
    nulls = Counter(
        r.field
        for r in score("", "", of_items(CANE), of_items(CANE))
        if r.outcome == "correctly_null" and "items" in str(r.pointer)
    )
    expected = merged(
        steps(values_of(CANE), "missing"), steps(values_of(CANE), "correct", -1), steps(nulls, "correctly_null", -1)
    )
    assert change(of_items(FIRST, CANE), of_items(FIRST)) == expected
    assert nulls["quantity"] == nulls["claims_admin_guidelines"] == nulls["retrospective"] == 1


def test_an_item_swapped_for_another_is_missing_and_invented() -> None:
    """Another item in the place of one: all values of the one are missing, all of the other invented, even where they agree."""
    gold, predicted = of_items(CANE), of_items(FIRST)
    expected = merged(steps(values_of(CANE), "missing"), steps(values_of(FIRST), "invented"))
    found = {n: dict(c) for n, c in es.scored(gold, predicted).items() if set(c) != {"correctly_null"}}
    assert found == expected
    assert found["decision"] == {"missing": 1, "invented": 1}


def test_a_flipped_decision_leaves_its_item_found() -> None:
    """Every decision flipped: each is wrong, every item is still the same item."""
    label = es.label("long-lumbar")
    flipped = {f"items__{i}__decision": "partially_overturned" for i in range(len(label.items))}
    assert change(label, es.changed(label, **flipped)) == {"decision": {"correct": -7, "wrong": 7}}


def test_an_item_is_found_though_its_treatment_is_written_otherwise() -> None:
    """The row of the item says that it was found, the row of its treatment that it is wrong."""
    rows = {r.field: r for r in score("a", "b", of_items(es.an_item("Norco")), of_items(es.an_item("Norcos", "Norco")))}
    found = rows[ITEM]
    assert (found.outcome, found.pointer, found.predicted_pointer) == ("correct", "/items/0", "/items/0")
    assert (found.gold, found.predicted, found.gold_normal, found.comparator) == ("Norco", "Norcos", "Norco", "exact")
    assert rows["treatment"].outcome == "wrong"


@pytest.mark.parametrize(
    ("gold", "predicted", "outcome"), [([""], [""], "correct"), ([""], [], "missing"), ([], [""], "invented"), ([], [], None)]
)
def test_an_item_without_a_treatment_is_an_item(gold: list[str], predicted: list[str], outcome: str | None) -> None:
    """Whether an item was found does not hang on what it is called."""
    sides = (of_items(*(es.an_item(t, "request") for t in texts)) for texts in (gold, predicted))
    assert es.scored(*sides).get(ITEM, {}) == ({outcome: 1} if outcome else {})


@samples.each_letter
def test_the_order_of_items_is_nothing(name: str) -> None:
    """A record whose items stand the other way round is right, and its rows name both places."""
    label = es.label(name)
    turned = es.changed(label, items=label.items[::-1])
    assert change(label, turned) == {}
    last = len(label.items) - 1
    places = {(r.pointer, r.predicted_pointer) for r in score("", "", label, turned) if r.field == ITEM}
    assert places == {(f"/items/{i}", f"/items/{last - i}") for i in range(last + 1)}


def test_another_threshold_parts_a_pair() -> None:
    """The alignment's threshold can be given: at 1.0 a slip in a treatment is another item."""
    gold, predicted = of_items(es.an_item("Norco")), of_items(es.an_item("Norcos"))
    found = [r.outcome for r in score("a", "b", gold, predicted, threshold=1.0) if r.field == ITEM]
    assert found == ["missing", "invented"]


# --- letters that failed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", es.labels(), ids=lambda label: label.letter_id)
def test_a_letter_that_failed_misses_all_its_values(label: Label) -> None:
    """A letter without a usable record stays in the denominator: each of its values is missing, nothing wrong or invented."""
    rows = score("a", "b", label, es.failed(label.letter_id))
    missing = Counter(r.field for r in rows if r.outcome == "missing")
    assert missing == Counter(name for name, _, _ in leaves(label)) + Counter({ITEM: len(label.items)})
    assert {r.outcome for r in rows} <= {"missing", "correctly_null"}
    assert not any(r.outcome == "correctly_null" for r in rows if "/items/" in str(r.pointer))


# --- laws ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gold", "predicted", "outcome"),
    [
        (None, None, "correctly_null"),
        (None, 0, "invented"),
        (0, None, "missing"),
        (0, 0, "correct"),
        ("a", "b", "wrong"),
        (("a", (1,)), ("a", (1,)), "correct"),
    ],
)
def test_outcomes(gold: Any, predicted: Any, outcome: Outcome) -> None:
    """The table of the module, 0 being a value."""
    assert outcome_of(gold, predicted) == outcome


@given(gold=es.contents(), predicted=es.contents())
@few
def test_one_row_a_leaf(gold: Label, predicted: Label) -> None:
    """Each value of the label and each of the record stands in exactly one row, with its pointer, value and normal form."""
    rows = [r for r in score("letter", "engine", gold, predicted) if r.field != ITEM]
    for content, found in (
        (gold, [(r.field, r.pointer, r.gold, r.gold_normal) for r in rows if r.gold_normal is not None]),
        (
            predicted,
            [(r.field, r.predicted_pointer, r.predicted, r.predicted_normal) for r in rows if r.predicted_normal is not None],
        ),
    ):
        expected = [
            (n, p, v.model_dump(mode="json") if isinstance(v, Citation) else v, normal(n, v)) for n, p, v in leaves(content)
        ]
        assert sorted(found, key=str) == sorted(expected, key=str)
    assert {(r.letter_id, r.engine) for r in rows} == {("letter", "engine")}


@given(gold=es.contents(), predicted=es.contents())
@few
def test_pointers_lead_to_values(gold: Label, predicted: Label) -> None:
    """A pointer leads to the value that the row names; a side without such a place (an item of the other alone) has none."""
    for row in score("a", "b", gold, predicted):
        for content, pointer, value in ((gold, row.pointer, row.gold), (predicted, row.predicted_pointer, row.predicted)):
            if pointer is None:
                assert value is None
            elif row.field == ITEM:
                assert value_of(content, f"{pointer}/treatment") == value
            else:
                found = value_of(content, pointer)
                assert value == (found.model_dump(mode="json") if isinstance(found, Citation) else None if found == () else found)
        assert row.comparator == comparator_of(row.field)


@given(gold=es.contents(), predicted=es.contents())
@few
def test_a_row_s_outcome_is_that_of_its_values(gold: Label, predicted: Label) -> None:
    """Every figure can be counted again from the rows alone: an outcome follows from the two normal forms."""
    for row in score("a", "b", gold, predicted):
        if row.field != ITEM:
            assert row.outcome == outcome_of(row.gold_normal, row.predicted_normal)


@given(gold=es.contents(), predicted=es.contents())
@few
def test_items_are_those_of_the_alignment(gold: Label, predicted: Label) -> None:
    """The rows of items say what the alignment says."""
    pairs, missing, invented = align(gold.items, predicted.items)
    places = [(r.pointer, r.predicted_pointer) for r in score("a", "b", gold, predicted) if r.field == ITEM]
    assert places == [
        *((f"/items/{g}", f"/items/{p}") for g, p in pairs),
        *((f"/items/{g}", None) for g in missing),
        *((None, f"/items/{p}") for p in invented),
    ]


@given(gold=es.contents(), predicted=es.contents())
@few
def test_exchanging_label_and_record_exchanges_missing_and_invented(gold: Label, predicted: Label) -> None:
    """Whichever side is the label, as many leaves are right, wrong and null; what was missing is invented."""
    assert es.scored(predicted, gold) == mirrored(es.scored(gold, predicted))


@given(gold=es.contents())
@few
def test_any_content_is_equal_to_itself(gold: Label) -> None:
    """Whatever a label says, a record that says the same has no error."""
    assert {r.outcome for r in score("a", "b", gold, gold)} <= {"correct", "correctly_null"}


@given(gold=es.contents(), data=st.data())
@few
def test_permuting_items_and_entries_changes_nothing(gold: Label, data: st.DataObject) -> None:
    """A record with errors keeps its counts when its items and the entries of its lists change places."""
    unlike = {(i.treatment, i.request): i for i in gold.items}
    gold = gold.model_copy(update={"items": tuple(unlike.values())})
    errors = [
        data.draw(st.sampled_from(({}, {"decision": "overturned"}, {"quantity": None}, {"reasons": ("other",)}))) for _ in unlike
    ]
    predicted = [item.model_copy(update=error) for item, error in zip(gold.items, errors, strict=True)]
    said = list(gold.clinical.diagnoses[:2])
    one, other = (
        es.changed(gold, items=items, clinical__diagnoses=diagnoses)
        for items, diagnoses in ((predicted, said), (data.draw(st.permutations(predicted)), data.draw(st.permutations(said))))
    )
    assert es.scored(gold, other) == es.scored(gold, one)


@samples.each_letter
def test_rows_are_json(name: str) -> None:
    """A row can be written and read again: dates and citations as the contract writes them."""
    label = es.label(name)
    data = label.model_dump(mode="json")
    for row in score(name, "rules", label, label):
        line = json.loads(json.dumps(row.as_json()))
        assert line["letter_id"] == name
        if row.gold is not None and row.field != ITEM:
            value: Any = data
            for part in str(row.pointer).strip("/").split("/"):
                value = value[int(part) if part.isdecimal() else part]
            assert line["gold"] == line["predicted"] == value


@samples.each_letter
def test_a_value_is_found_by_its_pointer(name: str) -> None:
    """Every leaf's pointer leads to the value with its Python type."""
    label = es.label(name)
    for _, pointer, value in leaves(label):
        found = value_of(label, pointer)
        assert (found, type(found)) == (value, type(value))


# --- evidence --------------------------------------------------------------------------------------------------------

TEXT = samples.letter().text


def span(words: str, nth: int = 0) -> EvidenceSpan:
    """Where words stand in the first letter."""
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return EvidenceSpan(start=start, end=start + len(words))


def row_of(
    record: Record, pointer: str, gold: Content | None = None, evidence: Mapping[str, tuple[EvidenceSpan, ...]] | None = None
) -> Row:
    """The judged row of the record's value at a pointer."""
    rows = score("first-letter", "rules", gold or es.label(), record)
    row = next(r for r in rows if r.predicted_pointer == pointer)
    return judged(row, record, samples.letter(), evidence or {})


def with_evidence(evidence: Mapping[str, tuple[EvidenceSpan, ...]], **more: Any) -> Record:
    """The first letter's record with this evidence."""
    return es.record_of(es.changed(es.label(), **more), evidence=evidence)


@pytest.mark.parametrize(
    ("pointer", "words", "expected"),
    [
        ("/patient/age", "48-year-old", "supported"),
        ("/patient/age", "110 degrees", "unsupported"),
        ("/patient/age", None, "absent"),
        ("/items/0/decision", "Upheld", "supported"),
        ("/items/0/decision", "Overturned", "unsupported"),
        ("/items/1/decision", "Upheld", "unsupported"),
        ("/items/0/quantity", "#60", "supported"),
        ("/clinical/diagnoses/1", "partial-thickness rotator cuff tear", "supported"),
        ("/clinical/diagnoses/0", "partial-thickness rotator cuff tear", "unsupported"),
        ("/items/0/reasons/1", "no pain agreement", "supported"),
        ("/items/0/reasons/1", None, "absent"),
        ("/items/1/reviewer_guidelines/0", None, "absent"),
        ("/items/0/category", None, None),
        ("/items/0/category", "Upheld", None),
        ("/items/0/generic_name", None, None),
    ],
)
def test_evidence_is_judged(pointer: str, words: str | None, expected: str | None) -> None:
    """A value's spans prove it, do not, or are not there; of what is knowledge about the treatment none are asked for."""
    record = with_evidence({pointer: (span(words),)} if words else {})
    assert row_of(record, pointer).evidence == expected


def test_evidence_is_that_of_the_record_s_own_value() -> None:
    """A wrong value is held against its own spans: 49 does not follow from 48."""
    record = with_evidence({"/patient/age": (span("48-year-old"),)}, patient__age=49)
    row = row_of(record, "/patient/age")
    assert (row.outcome, row.evidence) == ("wrong", "unsupported")


def test_evidence_is_looked_up_where_the_record_has_the_value() -> None:
    """A record that lacks the label's first entry has the evidence of the second at its own pointer."""
    words = "partial-thickness rotator cuff tear"
    record = with_evidence({"/clinical/diagnoses/0": (span(words),)}, clinical__diagnoses=[words])
    row = row_of(record, "/clinical/diagnoses/0", evidence={"/clinical/diagnoses/1": (span(words),)})
    assert (row.pointer, row.outcome, row.evidence, row.placed) == ("/clinical/diagnoses/1", "correct", "supported", True)


@pytest.mark.parametrize(
    ("own", "label_s", "expected"),
    [
        ((10, 20), (15, 30), True),
        ((15, 30), (10, 20), True),
        ((12, 14), (10, 20), True),
        ((10, 20), (20, 30), False),
        ((20, 30), (10, 20), False),
        (None, (10, 20), False),
        ((10, 20), None, None),
        (None, None, None),
    ],
)
def test_evidence_is_placed_against_the_label_s(own: Any, label_s: Any, expected: bool | None) -> None:
    """Spans are in their place where one of them shares a character with one of the label's; without such nobody can say."""
    at = "/patient/age"
    theirs = {at: (EvidenceSpan(start=900, end=901), EvidenceSpan(start=label_s[0], end=label_s[1]))} if label_s else {}
    mine = {at: (EvidenceSpan(start=0, end=1), EvidenceSpan(start=own[0], end=own[1]))} if own else {}
    assert row_of(with_evidence(mine), at, evidence=theirs).placed is expected


def test_an_invented_value_has_no_place() -> None:
    """What the label has not cannot stand where the label has it."""
    record = with_evidence({"/clinical/medications/2": (span("Norco"),)}, clinical__medications=["ibuprofen", "Norco", "Soma"])
    row = row_of(record, "/clinical/medications/2", evidence={"/clinical/medications/1": (span("Norco"),)})
    assert (row.outcome, row.evidence, row.placed) == ("invented", "unsupported", None)


def test_the_reader_of_a_value_is_told() -> None:
    """Who gave a value stands in its row, None where the record does not say."""
    provenance = {"/patient/age": "model", "/patient/sex": "baseline"}
    record = es.record_of(es.label(), provenance=provenance)
    found = [row_of(record, f"/patient/{name}").reader for name in ("age", "sex")]
    assert [*found, row_of(record, "/case/case_number").reader] == ["model", "baseline", None]


@pytest.mark.parametrize("pointer", ["/items/0", "/items/0/retrospective", "/items/0/refills", "/patient/age"])
def test_what_is_no_value_is_not_judged(pointer: str) -> None:
    """Items as such, nulls, and a retrospective that is false have neither reader nor evidence."""
    record = es.record_of(
        es.changed(es.label(), patient__age=None), provenance={pointer: "model"}, evidence={pointer: (span("48"),)}
    )
    row = row_of(record, pointer, evidence={pointer: (span("48"),)})
    assert (row.reader, row.evidence, row.placed) == (None, None, None)


def test_a_missing_value_is_not_judged() -> None:
    """The row of an entry that the record lacks stays as it was."""
    record = with_evidence({}, clinical__medications=["Norco"])
    row = next(r for r in score("a", "b", es.label(), record) if r.field == "medications" and r.outcome == "missing")
    assert judged(row, record, samples.letter(), {}) is row
