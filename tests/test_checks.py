"""Cross-field checks: what is impossible goes, what is odd is said."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import samples

from llm_extract import checks
from llm_extract.baseline import read_letter as rules
from llm_extract.checks import CHECKS, Finding, check
from llm_extract.engine import Entry, Found, Reading
from llm_extract.letters import letter_from_text
from llm_extract.schema import Issue, Span


def reading(fields: dict[str, Any], *, items: int = 0, certain: tuple[str, ...] = ()) -> Reading:
    """Bare values as a reading; lists become lists of values."""

    def entry(pointer: str, value: Any) -> Entry:
        if isinstance(value, list):
            return tuple(Found(v, (Span(0, 1),)) for v in value)
        return Found(value, (Span(0, 1),), certain=pointer in certain)

    return Reading({pointer: entry(pointer, value) for pointer, value in fields.items()}, item_count=items)


def checked(fields: dict[str, Any], *, items: int = 0, certain: tuple[str, ...] = (), text: str = "words") -> Reading:
    """The reading behind all checks, beside a letter that says nothing."""
    return check(reading(fields, items=items, certain=certain), letter_from_text(text))


def test_every_check_is_in_the_list() -> None:
    """`CHECKS` holds each function of the module that yields findings, once."""
    found = [
        function
        for _, function in inspect.getmembers(checks, inspect.isfunction)
        if inspect.signature(function).return_annotation == "Iterator[Finding]"
    ]
    assert sorted(f.__name__ for f in found) == sorted(f.__name__ for f in CHECKS)  # type: ignore[attr-defined]
    assert len(set(CHECKS)) == len(CHECKS)


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_checks_have_nothing_to_say_of_a_good_letter(name: str) -> None:
    """What the rules read from an invented letter passes every check untouched."""
    letter = samples.letter(name)
    before = rules(letter)
    after = check(before, letter)
    assert after.issues == before.issues == ()
    assert after.fields == before.fields
    assert not after.replaced


# --- single values ---------------------------------------------------------------------------------------------------

IMPOSSIBLE: dict[str, tuple[str, Any, str]] = {
    "a date before anybody worked": ("/case/date_of_injury", date(1929, 12, 31), "impossible_date"),
    "a date to come": ("/case/decision_date", date.today() + timedelta(days=3), "impossible_date"),
    "a child": ("/patient/age", 9, "impossible_age"),
    "an age beyond all": ("/patient/age", 111, "impossible_age"),
    "no units": ("/items/0/quantity", 0, "impossible_quantity"),
    "too many units": ("/items/0/quantity", 10_001, "impossible_quantity"),
    "refills below zero": ("/items/0/refills", -1, "impossible_refills"),
    "refills for years": ("/items/0/refills", 25, "impossible_refills"),
    "a decision of its own": ("/items/0/decision", "denied", "not_in_list"),
    "a category of its own": ("/items/0/category", "pills", "not_in_list"),
    "a sex of its own": ("/patient/sex", "unknown", "not_in_list"),
    "a priority of its own": ("/case/priority", "urgent", "not_in_list"),
}
POSSIBLE: dict[str, tuple[str, Any]] = {
    "the first date": ("/case/date_of_injury", date(1930, 1, 1)),
    "today": ("/case/decision_date", date.today()),
    "a young worker": ("/patient/age", 10),
    "an old one": ("/patient/age", 110),
    "half a unit": ("/items/0/quantity", 0.5),
    "many units": ("/items/0/quantity", 10_000),
    "no refill": ("/items/0/refills", 0),
    "two years of refills": ("/items/0/refills", 24),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_impossible_value_is_taken_out(name: str) -> None:
    """The value goes, an issue says why, and the record will be partial."""
    pointer, value, code = IMPOSSIBLE[name]
    after = checked({pointer: value, "/case/case_number": "CM15-0012345"})
    if pointer.startswith("/items"):
        after = checked({pointer: value, "/case/case_number": "CM15-0012345"}, items=1)
    assert pointer not in after.fields
    assert "/case/case_number" in after.fields
    assert (pointer, code) in samples.codes(after)
    assert after.replaced


@pytest.mark.parametrize("name", POSSIBLE)
def test_a_value_at_the_edge_stays(name: str) -> None:
    """Bounds belong to what is possible."""
    pointer, value = POSSIBLE[name]
    after = checked({pointer: value}, items=1 if pointer.startswith("/items") else 0)
    assert after.get(pointer) == value
    assert not after.replaced


def test_one_entry_of_a_list_goes_alone() -> None:
    """Of a list the impossible entry goes, and the issue stands at the list, whose entries have moved."""
    after = checked({"/reviewer/licensed_states": ["Ohio", "Bavaria", "Utah"]})
    assert after.get("/reviewer/licensed_states") == ("Ohio", "Utah")
    assert samples.codes(after) == [("/reviewer/licensed_states", "not_in_list")]


def test_a_list_without_entries_is_gone() -> None:
    """A list whose last entry went is absent, as if the letter did not say."""
    assert "/items/0/reasons" not in checked({"/items/0/reasons": ["because"]}, items=1).fields


# --- dates beside each other ------------------------------------------------------------------------------------------

LATE, EARLY = date(2015, 3, 1), date(2014, 3, 1)
SEQUENCE = ("date_of_injury", "ur_denial_date", "application_received", "date_assigned", "decision_date")


@pytest.mark.parametrize(("before", "after"), [(SEQUENCE[i], SEQUENCE[j]) for i in range(5) for j in range(i + 1, 5)])
def test_a_dispute_happens_in_order(before: str, after: str) -> None:
    """Of two dates in the wrong order the one that is not certain goes."""
    fields = {f"/case/{before}": LATE, f"/case/{after}": EARLY}
    both = (f"/case/{before}", f"/case/{after}")
    for doubtful, certain in (both, both[::-1]):
        result = checked(fields, certain=(certain,))
        assert set(result.fields) == {certain}
        assert samples.codes(result) == [(doubtful, "dates_out_of_order")]


def test_dates_of_a_header_block_stand_although_they_are_odd() -> None:
    """Two certain dates in the wrong order are the letter's own: both stay and an issue says so."""
    fields = {"/case/ur_denial_date": LATE, "/case/application_received": EARLY}
    result = checked(fields, certain=tuple(fields))
    assert set(result.fields) == set(fields)
    assert samples.codes(result) == [("/case/ur_denial_date", "dates_out_of_order")]
    assert not result.replaced


def test_dates_in_order_are_nothing_to_speak_of() -> None:
    """The same day counts as in order, and gaps do not matter."""
    assert checked({"/case/date_of_injury": EARLY, "/case/decision_date": EARLY}).issues == ()


# --- items ------------------------------------------------------------------------------------------------------------


def test_refills_like_the_quantity_are_odd() -> None:
    """The same number twice is said, not taken out: a letter may mean it."""
    result = checked(
        {"/items/0/quantity": 3, "/items/0/refills": 3, "/items/0/request": "x", "/items/0/decision": "upheld"}, items=1
    )
    assert samples.codes(result) == [("/items/0/refills", "refills_like_quantity")]
    assert result.get("/items/0/refills") == 3


def test_an_item_without_request_or_decision_is_said() -> None:
    """Each missing part has its own code."""
    result = checked({"/items/0/treatment": "Norco"}, items=1)
    assert samples.codes(result) == [("/items/0/request", "no_request"), ("/items/0/decision", "no_decision")]


def test_a_decided_item_that_was_not_read_is_said() -> None:
    """The letter's headings are counted against the items of the reading."""
    letter = samples.letter()
    whole = rules(letter)
    fields = {p: e for p, e in whole.fields.items() if not p.startswith("/items/1")}
    result = check(Reading(fields, item_count=1), letter)
    assert ("/items", "item_count") in samples.codes(result)


def test_a_missing_rationale_is_said_where_the_layout_has_one() -> None:
    """An item of a known layout has a rationale; of an unknown one nobody can tell."""
    letter = samples.letter()
    whole = rules(letter)
    without = {p: e for p, e in whole.fields.items() if p != "/items/0/rationale"}
    assert samples.codes(check(Reading(without, item_count=2), letter)) == [("/items/0/rationale", "no_rationale")]


def test_a_request_that_holds_another_item_is_not_decided() -> None:
    """Where a request has swallowed the next one, the decision is the next one's and goes."""
    request = "8 visits is under review. 3) MAXIMUS Federal Services, Inc. has determined the request for a brace"
    result = checked({"/items/0/request": request, "/items/0/decision": "upheld"}, items=1)
    assert "/items/0/decision" not in result.fields
    assert ("/items/0/decision", "merged_items") in samples.codes(result)


def test_a_rationale_that_holds_another_item_is_said() -> None:
    """Labels of an item inside a rationale mean that the next item has no decision that could part them."""
    letter = samples.letter()
    text = letter.text.replace("right shoulder: Overturned", "right shoulder")
    undecided = letter_from_text(text)
    result = check(rules(undecided), undecided)
    assert result.item_count == 1
    assert ("/items/0/rationale", "merged_items") in samples.codes(result)


def test_a_section_that_is_missing_is_said_once() -> None:
    """A letter that is cut off is said to be, whichever reader read it, and not twice."""
    text = samples.letter().text
    cut = letter_from_text(text[: text.index("Decision rationale: The guideline supports")])
    assert ("", "cut_off") in samples.codes(check(Reading(), cut))
    said = Reading(issues=(Issue(pointer="", code="cut_off", message="said already"),))
    assert [code for _, code in samples.codes(check(said, cut))].count("cut_off") == 1


def test_a_rationale_that_ends_in_a_sentence_is_said() -> None:
    """A last rationale without a full stop may lack its end, or hold the beginning of the next request."""
    text = samples.letter().text
    cut = letter_from_text(text[: text.index("has never had supervised")])
    assert ("/items/1/rationale", "cut_off") in samples.codes(check(rules(cut), cut))


REASONS: list[tuple[str, list[str], bool]] = [
    ("upheld", ["criteria_met"], True),
    ("upheld", ["criteria_met", "safety"], False),
    ("upheld", ["safety"], False),
    ("overturned", ["safety"], True),
    ("overturned", ["criteria_met", "safety"], False),
    ("partially_overturned", ["safety"], False),
]


@pytest.mark.parametrize(("decision", "reasons", "odd"), REASONS)
def test_reasons_that_speak_against_the_decision_are_said(decision: str, reasons: list[str], odd: bool) -> None:
    """A denial that stands because the criteria are met, or falls although they are not, is odd; both values stay."""
    result = checked({"/items/0/request": "x", "/items/0/decision": decision, "/items/0/reasons": reasons}, items=1)
    assert ([code for _, code in samples.codes(result)] == ["reason_contradicts"]) is odd
    assert result.get("/items/0/reasons") == tuple(reasons)


VERDICTS: list[tuple[str, str, bool]] = [
    ("upheld", "Benefit is shown. Therefore, the request is medically necessary.", True),
    ("upheld", "Therefore, the request is not medically necessary.", False),
    ("upheld", "The guideline says when it is medically necessary. No benefit is documented.", False),
    ("upheld", "It would be medically necessary if function had improved.", False),
    ("upheld", "None of the associated services are medically necessary.", False),
    ("overturned", "The criteria are met. The request for physical therapy is not medically necessary.", True),
    ("overturned", "The criteria are met. The request is medically necessary and appropriate.", False),
    ("overturned", "The determination that it was not medically necessary is overturned.", False),
    ("partially_overturned", "Six visits are medically necessary.", False),
]


@pytest.mark.parametrize(("decision", "rationale", "odd"), VERDICTS)
def test_a_rationale_that_ends_against_its_decision_is_said(decision: str, rationale: str, odd: bool) -> None:
    """Where the closing formula says flatly the opposite of the decision, an issue says so and both stand."""
    result = checked({"/items/0/request": "x", "/items/0/decision": decision, "/items/0/rationale": rationale}, items=1)
    assert ([code for _, code in samples.codes(result)] == ["verdict_differs"]) is odd
    assert result.get("/items/0/decision") == decision


@pytest.mark.parametrize(("said", "conflict"), [("upheld", False), ("overturned", True), (None, False)])
def test_a_decision_is_held_against_the_letter_s_own_line(said: str | None, conflict: bool) -> None:
    """A model's decision that is not the one of the item's decision line never passes in silence."""
    letter = samples.letter()
    read = rules(letter)
    fields = {p: e for p, e in read.fields.items() if p != "/items/0/decision"}
    if said:
        fields["/items/0/decision"] = Found(said, (Span(0, 1),), reader="model")
    found = check(Reading(fields, item_count=2), letter)
    assert (("/items/0/decision", "decision_conflict") in samples.codes(found)) is conflict


# --- persons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Dr. Example", "Jane Example, MD", "Jane Example, M.D.", "John Example, D.O.", "Prof. Example"])
def test_a_reviewer_is_never_named(name: str) -> None:
    """A title or a degree among the specialties is a person, who is confidential."""
    result = checked({"/reviewer/specialties": ["Pain Management", name]})
    assert result.get("/reviewer/specialties") == ("Pain Management",)
    assert samples.codes(result) == [("/reviewer/specialties", "person_named")]
    assert name not in result.issues[0].message


@pytest.mark.parametrize(
    "specialty", ["Pain Management", "Physical Medicine & Rehabilitation", "Doctor of Chiropractic", "Medicine"]
)
def test_a_specialty_is_no_person(specialty: str) -> None:
    """Words that only resemble a degree stay."""
    assert checked({"/reviewer/specialties": [specialty]}).get("/reviewer/specialties") == (specialty,)


@pytest.mark.parametrize(
    ("text", "words", "named"),
    [
        ("The reviewer, Jane Example, MD, is Board Certified in Neurology", "Jane Example", True),
        ("The reviewer, Dr. Example is Board Certified in Neurology", "Example", True),
        ("Certification(s)/Specialty: Neurology\n\nDOCUMENTS REVIEWED", "Neurology", False),
        ("is licensed in Ohio, Delaware", "Ohio", False),
    ],
)
def test_a_name_is_known_by_what_stands_beside_it(text: str, words: str, named: bool) -> None:
    """A bare name that the letter gives a title or a degree goes too; a heading that begins with the same letters is none."""
    start = text.index(words)
    entry = (Found(words, (Span(start, start + len(words)),)),)
    result = check(Reading({"/reviewer/specialties": entry}), letter_from_text(text))
    assert ("/reviewer/specialties" not in result.fields) is named


def test_findings_name_no_words_of_the_letter() -> None:
    """Messages of checks speak of fields and numbers; what the letter says stands in the record alone."""

    def findings() -> Iterator[Finding]:
        letter = samples.letter()
        for one in CHECKS:
            yield from one(reading({"/reviewer/specialties": ["Dr. Secret"], "/items/0/decision": "secret"}, items=1), letter)

    assert [f for f in findings() if "ecret" in f.message] == []


def test_two_letters_in_one_file_are_not_called_one() -> None:
    """A file in which a letter begins twice is said to hold several, so that no patient gets the other one's items."""
    text = samples.letter("first-letter").text
    assert "several_letters" not in {i.code for i in check(reading({}), letter_from_text(text)).issues}
    assert "several_letters" in {i.code for i in check(reading({}), letter_from_text(f"{text}\n\n{text}")).issues}
