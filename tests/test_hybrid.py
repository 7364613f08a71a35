"""Two readers, one record: who gives which field, and what is said when they differ or one of them is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import samples
from baseline_samples import expert_letter
from samples import CLINICAL, answering, reader_of, silent, true_answer

from llm_extract import hybrid as hybrid_module
from llm_extract.baseline import read_letter as rules_of
from llm_extract.engine import Entry, Found, Reading
from llm_extract.errors import FatalEndpointError, RefusedAnswerError, TransientEndpointError
from llm_extract.fake import ScriptedAsker
from llm_extract.hybrid import TRUST, Hybrid, WithFallback, filled, merge
from llm_extract.letters import Letter, letter_from_text
from llm_extract.schema import BY_NAME, FIELDS, Citation, FieldSpec, Issue, Span

WORDS = letter_from_text("some words of no letter, long enough for every span of these tests to lie inside of them")
KNOWN = samples.letter()


def by(reader: Any, value: Any, at: int = 0, length: int = 5) -> Found:
    """A value of a reader at a place."""
    return Found(value, (Span(at, at + length),), reader=reader)


def pointer_of(spec: FieldSpec) -> str:
    """The field of the letter or of its first item."""
    return spec.path.replace("*", "0")


def two_values(spec: FieldSpec) -> tuple[Any, Any]:
    """Two different values of a field's kind."""
    if "guidelines" in spec.name:
        return Citation(source="ODG", title="ODG"), Citation(source="MTUS", title="MTUS")
    if "date" in spec.name or spec.name == "application_received":
        return date(2014, 1, 1), date(2015, 1, 1)
    if spec.name in ("age", "quantity", "refills"):
        return 1, 2
    return (True, False) if spec.name == "retrospective" else ("first", "second")


def readings(spec: FieldSpec, rules: Any, model: Any) -> tuple[Reading, Reading]:
    """A reading of each reader with a value for one field; None: it has none."""

    def reading(reader: Any, value: Any, at: int) -> Reading:
        entry: Entry = by(reader, value, at)
        return Reading({} if value is None else {pointer_of(spec): (entry,) if spec.is_list else entry}, item_count=1)

    return reading("baseline", rules, 0), reading("model", model, 20)


def trust_of(spec: FieldSpec) -> str:
    """How the field is settled."""
    return TRUST.get(spec.path, "rules")


def test_trust_names_fields_of_the_contract() -> None:
    """Each line of the table is a field, `added` only for lists."""
    assert set(TRUST) <= {spec.path for spec in FIELDS}
    assert all(spec.is_list for spec in FIELDS if trust_of(spec) == "added")


@pytest.mark.parametrize("name", BY_NAME)
def test_where_readers_differ_the_table_decides(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Field by field the trusted reader's value stands, lists may be put together, and an issue gives both values."""
    monkeypatch.setattr(hybrid_module, "believable", lambda pointer, found, page: True)
    spec = BY_NAME[name]
    first, second = two_values(spec)
    merged = merge(*readings(spec, first, second), KNOWN)
    of_rules, of_model = (first, "baseline"), (second, "model")
    stands = {"model": [of_model], "certain": [of_model], "added": [of_rules, of_model]}.get(trust_of(spec), [of_rules])
    assert [(found.value, found.reader) for _, found in merged.leaves()] == stands
    assert samples.codes(merged) == [(pointer_of(spec), "disagreement")]
    assert f"Rules: {str(first)!r}" in merged.issues[0].message
    assert f"model: {str(second)!r}" in merged.issues[0].message


@pytest.mark.parametrize("name", BY_NAME)
def test_the_rules_fill_the_models_gaps(name: str) -> None:
    """A value that only the rules gave stands, whoever is trusted, and nothing need be said."""
    spec = BY_NAME[name]
    value, _ = two_values(spec)
    merged = merge(*readings(spec, value, None), KNOWN)
    assert [(f.value, f.reader) for _, f in merged.leaves()] == [(value, "baseline")]
    assert merged.issues == ()


@pytest.mark.parametrize("name", BY_NAME)
def test_the_model_fills_the_rules_gaps_but_for_set_places(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that only the model gave stands; of a field that has a set place it does not, which an issue says."""
    monkeypatch.setattr(hybrid_module, "believable", lambda pointer, found, page: True)
    spec = BY_NAME[name]
    value, _ = two_values(spec)
    merged = merge(*readings(spec, None, value), KNOWN)
    if trust_of(spec) == "rules_only":
        assert merged.fields == {}
        assert samples.codes(merged) == [(pointer_of(spec), "disagreement")]
    else:
        assert [(f.value, f.reader) for _, f in merged.leaves()] == [(value, "model")]


@pytest.mark.parametrize("name", [name for name in BY_NAME if TRUST.get(BY_NAME[name].path) == "rules_only"])
def test_an_unknown_layout_has_no_set_places(name: str) -> None:
    """Where the layout is unknown the model fills every gap."""
    spec = BY_NAME[name]
    value, _ = two_values(spec)
    merged = merge(*readings(spec, None, value), WORDS)
    assert [(f.value, f.reader) for _, f in merged.leaves()] == [(value, "model")]
    assert merged.issues == ()


@pytest.mark.parametrize("name", BY_NAME)
def test_readers_that_agree_have_nothing_to_say(name: str) -> None:
    """The same value from both is one value without an issue."""
    spec = BY_NAME[name]
    value, _ = two_values(spec)
    merged = merge(*readings(spec, value, value), KNOWN)
    assert [f.value for _, f in merged.leaves()] == [value]
    assert merged.issues == ()


def test_case_white_space_and_order_are_no_disagreement() -> None:
    """Two lists of the same words, and two spellings of the same words, agree."""
    fields: dict[str, tuple[Entry, Entry]] = {
        "/items/0/treatment": (by("baseline", "Physical  Therapy"), by("model", "physical therapy")),
        "/reviewer/licensed_states": (
            (by("baseline", "Ohio"), by("baseline", "Utah", 10)),
            (by("model", "Utah", 10), by("model", "Ohio")),
        ),
    }
    merged = merge(
        Reading({p: r for p, (r, _) in fields.items()}, item_count=1),
        Reading({p: m for p, (_, m) in fields.items()}, item_count=1),
        KNOWN,
    )
    assert merged.issues == ()


@pytest.mark.parametrize("path", [path for path, trust in TRUST.items() if trust == "certain"])
@pytest.mark.parametrize("certain", [True, False])
def test_a_certain_rule_is_trusted_before_the_model(path: str, certain: bool) -> None:
    """What a rule is certain of stands; of what it only took for the value the model decides. Either way both are shown."""
    rules = replace(by("baseline", "strain", 10), certain=certain)
    merged = merge(Reading({path: (rules,)}), Reading({path: (by("model", "sprain", 30),)}), KNOWN)
    assert merged.get(path) == (("strain",) if certain else ("sprain",))
    assert samples.codes(merged) == [(path, "disagreement")]


def test_labelled_diagnoses_are_certain_and_stated_ones_are_not() -> None:
    """A list under its label is copied, a condition in the narrative is taken for a diagnosis."""
    for summary, certain in (("Diagnoses: lumbar strain.", True), ("The patient has lumbar strain.", False)):
        entry = rules_of(expert_letter(summary)).fields["/clinical/diagnoses"]
        assert isinstance(entry, tuple)
        assert [(found.value, found.certain) for found in entry] == [("lumbar strain", certain)]


# --- lists that the model adds to --------------------------------------------------------------------------------------

ADDED = [path for path, trust in TRUST.items() if trust == "added"]


def together(path: str, rules: list[Found], model: list[Found]) -> list[Any]:
    """The values of a list that both readers gave."""
    pointer = path.replace("*", "0")
    return list(merge(Reading({pointer: tuple(rules)}), Reading({pointer: tuple(model)}), KNOWN).get(pointer))


@pytest.mark.parametrize("path", ADDED)
def test_added_entries_stand_in_the_letters_order(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries are sorted by their place, whoever gave them, and each counts once, the rules' words first."""
    monkeypatch.setattr(hybrid_module, "believable", lambda pointer, found, page: True)
    given = [by("baseline", "b", 10), by("baseline", "d", 30)]
    assert together(path, given, [by("model", "c", 20), by("model", "a", 0), by("model", "B", 40)]) == list("abcd")
    assert together(path, [by("baseline", "Injection", 0)], [by("model", "injections", 20)]) == ["Injection"]
    assert together(path, [by("baseline", "exercise", 5, 8)], [by("model", "home exercise", 0, 13)]) == ["exercise"]


@pytest.mark.parametrize("path", ADDED)
def test_what_is_not_believable_is_not_added(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the model's own entries only believable ones join, and the difference is said."""
    monkeypatch.setattr(hybrid_module, "believable", lambda pointer, found, page: found.value == "yes")
    assert together(path, [by("baseline", "rule", 0)], [by("model", "yes", 10), by("model", "no", 20)]) == ["rule", "yes"]


# --- the engine ---------------------------------------------------------------------------------------------------------


async def hybrid(script: Any, letter: Letter) -> tuple[Reading, ScriptedAsker]:
    """A reading of both readers and the asker that was asked."""
    reader, asker = reader_of(script)
    return await Hybrid(reader).read(letter), asker


async def test_the_model_is_asked_what_the_rules_cannot_settle() -> None:
    """The summary is asked for; of a plain letter neither the facts nor an item's request, which stand in set places."""
    _, asker = await hybrid(true_answer, samples.letter())
    topics = [samples.topic_of(q) for q in asker.questions]
    assert topics.count("clinical") == 1
    assert set(topics) <= {"clinical", "reasons"}


def puzzling() -> Letter:
    """The first letter with a first rationale in which no rule sees a reason."""
    text = samples.letter().text
    start, end = text.index("The guidelines allow an opioid"), text.index("Physical therapy 2 times")
    return letter_from_text(f"{text[:start]}The sky is blue. Grass gives him an allergy. Water is still.\n\n{text[end:]}")


async def test_reasons_that_no_rule_sees_are_asked() -> None:
    """A rationale without a phrase that the rules know is the model's to read."""
    letter = puzzling()
    assert "/items/0/reasons" not in rules_of(letter).fields
    said = {"finding": "", "reasons": [{"sentence": 2, "code": "safety"}]}
    reading, asker = await hybrid(answering({"reasons": said}), letter)
    assert any("2. Grass gives him an allergy" in q.user for q in asker.questions if samples.topic_of(q) == "reasons")
    assert reading.get("/items/0/reasons") == ("safety",)
    assert samples.words_of(letter, reading, "/items/0/reasons/0") == "Grass gives him an allergy."


async def test_facts_are_asked_where_the_rules_found_none() -> None:
    """A letter of which the rules cannot tell the licence, although it may have one, gets the question."""
    text = samples.letter().text.replace("State(s) of Licensure: California, Nevada", "May practise: California, Nevada")
    letter = letter_from_text(text)
    assert "/reviewer/licensed_states" not in rules_of(letter).fields
    reading, asker = await hybrid(true_answer, letter)
    assert "facts" in {samples.topic_of(q) for q in asker.questions}
    assert reading.get("/reviewer/licensed_states") == ("California", "Nevada")


async def test_both_readers_give_one_reading() -> None:
    """Where the model answers truly everything of the label stands, clinical lists from the model."""
    reading, _ = await hybrid(true_answer, samples.letter())
    assert reading.get("/clinical/diagnoses") == tuple(CLINICAL["diagnoses"])
    assert reading.get("/patient/age") == 48
    assert reading.get("/items/0/decision") == "upheld"
    assert reading.issues == ()
    assert reading.fallback is None
    assert reading.model == "scripted"


async def test_a_model_that_finds_nothing_leaves_what_the_rules_found() -> None:
    """Empty answers are no contradiction and no failure."""
    letter = samples.letter()
    reading, _ = await hybrid(silent, letter)
    assert reading.fields.keys() == rules_of(letter).fields.keys()
    assert reading.issues == ()
    assert not reading.replaced


async def test_an_invented_value_does_not_stand_and_is_said() -> None:
    """A diagnosis that the letter does not have is dropped, the rules' ones stay."""
    invented = answering({"clinical": {**CLINICAL, "diagnoses": ["diabetes mellitus"]}})
    reading, _ = await hybrid(invented, samples.letter())
    assert "diabetes mellitus" not in str(samples.values(reading))
    assert reading.get("/clinical/diagnoses") == tuple(CLINICAL["diagnoses"])
    assert ("/clinical/diagnoses", "unsupported") in samples.codes(reading)


@pytest.mark.parametrize("also_by_rules", [True, False])
def test_a_lost_value_makes_the_record_partial_where_nothing_stands_for_it(also_by_rules: bool) -> None:
    """A rejected candidate beside a proved value loses nothing; without one the field is gone."""
    lost = Issue(pointer="/clinical/medications", code="unsupported", message="dropped")
    rules = Reading({"/clinical/medications": (by("baseline", "Norco"),)} if also_by_rules else {})
    merged = merge(rules, Reading(issues=(lost,), replaced=True), KNOWN)
    assert merged.issues == (lost,)
    assert merged.replaced is not also_by_rules


async def test_an_unanswered_question_leaves_the_rules_value() -> None:
    """One question without an answer: an issue names its fields and why, the rules' values stand, no fallback."""
    letter = puzzling()
    script = {"clinical": RefusedAnswerError("It declined."), "reasons": samples.NOTHING["reasons"]}
    reading, asker = await hybrid(answering(script), letter)
    assert len(asker.questions) > 1
    assert reading.get("/clinical/diagnoses") == rules_of(letter).get("/clinical/diagnoses")
    assert ("/clinical", "answer_refused") in samples.codes(reading)
    assert [i.message for i in reading.issues if "It declined" in i.message]
    assert reading.replaced
    assert reading.fallback is None


async def test_no_answer_at_all_is_the_rules_record() -> None:
    """All questions without an answer: the rules' values, a reason, and an issue for each question."""
    letter = samples.letter()
    reading, asker = await hybrid(lambda _: TransientEndpointError("No answer in time."), letter)
    assert reading.fields == rules_of(letter).fields
    assert reading.fallback == "endpoint_transient: No answer in time."
    assert [code for _, code in samples.codes(reading)] == ["endpoint_transient"] * len(asker.questions)
    assert samples.codes(reading)[0][0] == "/clinical"


async def test_a_fatal_error_is_raised() -> None:
    """A key that is refused ends the run; no letter falls back because of it."""
    with pytest.raises(FatalEndpointError):
        await hybrid(lambda _: FatalEndpointError("wrong key"), samples.letter())


async def test_an_unknown_layout_is_the_models() -> None:
    """Where the rules find no item the model is asked for all, and gives them."""
    items = {
        "items": [
            {"request": "Opana ER 20mg #60", "decision": "is not medically necessary", "rationale_begins": "The record shows no"},
            {"request": "MRI of the left hip", "decision": "is medically necessary", "rationale_begins": None},
        ]
    }
    reading, asker = await hybrid(lambda q: items if q.prompt.startswith("items") else silent(q), samples.unknown_letter())
    assert "items" in {samples.topic_of(q) for q in asker.questions}
    assert reading.item_count == 2
    assert [reading.get(f"/items/{i}/decision") for i in range(2)] == ["upheld", "overturned"]
    assert ("", "unknown_layout") in samples.codes(reading)


async def test_closing_closes_both() -> None:
    """Both wrappers hand `close` down."""
    for wrap in (Hybrid, WithFallback):
        reader, asker = reader_of(true_answer)
        await wrap(reader).close()
        assert asker.closed


# --- the model alone, with the rules behind it --------------------------------------------------------------------------


async def alone(script: Any, letter: Letter) -> Reading:
    """A reading of the engine `model` as it is wired."""
    reader, _ = reader_of(script)
    return await WithFallback(reader).read(letter)


async def test_the_model_alone_is_left_as_it_is() -> None:
    """With all questions answered no rule adds anything, also where the model said nothing."""
    letter = samples.letter()
    reading = await alone(answering({"clinical": samples.NOTHING["clinical"]}), letter)
    assert not [p for p in reading.fields if p.startswith("/clinical")]
    assert {found.reader for _, found in reading.leaves()} == {"model"}
    assert reading.issues == ()


@pytest.mark.parametrize(
    ("topic", "prefixes"),
    [
        ("clinical", ("/clinical/",)),
        ("facts", ("/case/", "/patient/", "/reviewer/")),
        ("reasons", ("/items/0/reasons", "/items/1/reasons")),
        ("item", ("/items/",)),
    ],
)
async def test_the_rules_fill_the_fields_of_an_unanswered_question_only(topic: str, prefixes: tuple[str, ...]) -> None:
    """Each value of the rules belongs to the question that failed; the other fields are the model's."""
    letter = samples.letter()
    reading = await alone(answering({topic: TransientEndpointError("down")}), letter)
    from_rules = [p for p, found in reading.leaves() if found.reader == "baseline"]
    from_model = [p for p, found in reading.leaves() if found.reader == "model"]
    assert from_rules
    assert from_model
    assert all(p.startswith(prefixes) for p in from_rules)
    assert reading.replaced
    assert reading.fallback is None
    if topic == "item":
        assert all("reasons" in p for p in from_model if p.startswith("/items/"))


async def test_the_model_alone_without_an_answer_is_the_rules_record() -> None:
    """Nothing answered: the rules' whole record, marked as a fallback."""
    letter = samples.letter()
    reading = await alone(lambda _: RefusedAnswerError("It declined."), letter)
    assert reading.fields == rules_of(letter).fields
    assert reading.item_count == 2
    assert reading.fallback == "answer_refused: It declined."


def test_a_reading_with_all_answers_is_not_touched() -> None:
    """`filled` gives back the very reading."""
    reading = Reading({"/patient/age": by("model", 48)})
    assert filled(reading, samples.letter()) is reading
