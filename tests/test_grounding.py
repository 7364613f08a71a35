"""The gate: what the letter does not say in so many words does not pass."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import hypothesis.strategies as st
import pytest
import samples
from hypothesis import given

from llm_extract import grounding
from llm_extract.baseline import read_letter as rules
from llm_extract.engine import Found, Reading, spec_path
from llm_extract.folding import fold
from llm_extract.grounding import Evidence, follows, ground, in_place, locate, read_decision, unsupported
from llm_extract.letters import Letter, letter_from_text
from llm_extract.schema import Citation, Span
from llm_extract.sections import Part, Sections, sections_of
from llm_extract.values import plain


def sections(text: str) -> Sections:
    """A text of no layout, for questions about quotes alone."""
    return sections_of(letter_from_text(text))


def found(quote: str, text: str) -> str | None:
    """The folded words at the place of a quote."""
    folded = sections(text)
    place = locate(quote, folded)
    return None if place is None else folded.text(place)


# --- a quote stands in the letter ------------------------------------------------------------------------------------

STANDS = {
    "the very words": ("Norco 5/325mg", "for Norco 5/325mg #60.", "Norco 5/325mg"),
    "another case": ("norco", "for Norco.", "Norco"),
    "a line break": ("lumbar spine", "the lumbar\n\n spine was", "lumbar spine"),
    "doubled blanks": ("lumbar  spine", "the lumbar   spine", "lumbar spine"),
    "a lost blank": ("LBP. Muscle spasm", "has LBP.Muscle spasm", "LBP.Muscle spasm"),
    "a blank too many": ("LBP.Muscle", "has LBP. Muscle", "LBP. Muscle"),
    "number and unit apart": ("10 mg", "Norco 10mg daily", "10mg"),
    "number and unit together": ("10mg", "Norco 10 mg daily", "10 mg"),
    "a hyphen at a line end": ("post-laminectomy", "has post-\nlaminectomy syndrome", "post-laminectomy"),
    "a word broken by typesetting": ("the information is", "the informa-\ntion is here", "the informa-tion is"),
    "a typographic apostrophe": ("patient's pain", "the patient’s pain", "patient’s pain"),
    "typographic quotation marks": ('a "flare" of', "a “flare” of pain", "a “flare” of"),
    "a typographic dash": ("76-80", "pages 76–80", "76–80"),
    "quotation marks around": ('"Norco"', "for Norco.", "Norco"),
    "a full stop behind": ("for Norco.", "asked for Norco, twice", "for Norco"),
    "a unit with a lost blank before": ("20mg", "Omeprazole20mg", "20mg"),
}


@pytest.mark.parametrize("name", STANDS)
def test_differences_of_typesetting_are_accepted(name: str) -> None:
    """White space, line-end hyphens, typographic signs and case may differ."""
    quote, text, words = STANDS[name]
    assert found(quote, text) == words


MISSING = {
    "a negation left out": ("is medically necessary", "is not medically necessary"),
    "a negation put in": ("is not medically necessary", "is medically necessary"),
    "a digit more in the letter": ("10 mg", "Norco 110 mg"),
    "a digit less in the letter": ("110 mg", "Norco 10 mg"),
    "a digit behind": ("10", "#101"),
    "a point left out": ("75 mg", "7.5 mg"),
    "a point put in": ("7.5 mg", "75 mg"),
    "the part behind the point": ("5 mg", "7.5 mg"),
    "the part before the point": ("7", "7.5 mg"),
    "a leading point": ("5 mg", "about .5 mg"),
    "half of a strength": ("10", "Norco 10/325"),
    "the other half": ("325 mg", "Norco 10/325 mg"),
    "half of a thousand": ("000 units", "1,000 units"),
    "a date off by a digit": ("06/17/2013", "06/17/2014"),
    "a date cut in front": ("6/17/2013", "06/17/2013 and 16/17/2013"),
    "a level for a count": ("5", "at L5"),
    "digits drawn together": ("12", "1 2"),
    "digits drawn apart": ("1 2", "12"),
    "a piece of a word": ("able", "unable to work"),
    "a word in two": ("un able", "unable to work"),
    "words in one": ("notable", "not able"),
    "a hyphen inside a line": ("information", "the informa-tion"),
    "a hyphen that no line end explains": ("information", "the infor-mation on post-\nlaminectomy pain"),
    "a comparison turned": ("> 50", "was < 50"),
    "words skipped": ("pain of the back", "pain of the lower back"),
    "another word": ("right knee", "left knee"),
    "no words": ("...", "and ... so on"),
    "nothing": ("", "anything"),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_quote_that_says_something_else_is_not_found(name: str) -> None:
    """Digits, doses, dates, negations and whole words have to stand as they are quoted."""
    assert found(*MISSING[name]) is None


def test_the_very_words_are_preferred() -> None:
    """A place that has the quote exactly wins over an earlier one that only resembles it."""
    text = "first 10mg of one, then 10 mg of another"
    assert locate("10 mg", sections(text)) == Part(text.index("10 mg"), text.index("10 mg") + 5)


def test_a_quote_is_looked_for_in_its_part_only() -> None:
    """`within` and `after` keep a quote of another item out."""
    folded = sections("Norco: Upheld. Soma: Upheld.")
    assert locate("Soma", folded, Part(0, 14)) is None
    assert locate("Upheld", folded, after=10) == Part(21, 27)


def _word_ranges(letter: Letter) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"\S+", letter.folded.text)]


@given(st.data())
def test_any_words_of_a_letter_are_located_where_they_stand(data: st.DataObject) -> None:
    """Words of a letter, in any white space, are found at a place whose folded words equal them."""
    letter = samples.letter(data.draw(st.sampled_from(samples.NAMES)))
    words = _word_ranges(letter)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, min(first + 20, len(words) - 1)))
    quote = letter.folded.text[words[first][0] : words[last][1]]
    spread = data.draw(st.sampled_from([" ", "  ", "\n\n", " \n"]))
    place = locate(quote.replace(" ", spread), sections_of(letter))
    wanted = plain(quote).strip("\"'").rstrip(".,;:").strip()
    if re.search(r"\w", wanted):
        assert place is not None
        assert plain(letter.folded.text[place.start : place.end]).lower() == wanted.lower()
    else:
        assert place is None


@given(st.data())
def test_a_quote_with_another_digit_is_never_located_as_such(data: st.DataObject) -> None:
    """Whatever `locate` returns has the digits of the quote, one for one."""
    letter = samples.letter(data.draw(st.sampled_from(samples.NAMES)))
    words = _word_ranges(letter)
    first = data.draw(st.integers(0, len(words) - 1))
    quote = letter.folded.text[words[first][0] : words[min(first + data.draw(st.integers(0, 8)), len(words) - 1)][1]]
    altered = data.draw(_one_digit_other(quote))
    place = locate(altered, sections_of(letter))
    if place is not None:
        assert _digits(letter.folded.text[place.start : place.end]) == _digits(altered)


def _digits(text: str) -> list[str]:
    return re.findall(r"\d", text)


def _one_digit_other(text: str) -> st.SearchStrategy[str]:
    places = [i for i, c in enumerate(text) if c in "0123456789"]
    if not places:
        return st.just(text)
    return st.tuples(st.sampled_from(places), st.sampled_from("0123456789")).map(
        lambda change: text[: change[0]] + change[1] + text[change[0] + 1 :]
    )


# --- a value follows from its words ----------------------------------------------------------------------------------


def proves(path: str, value: Any, words: str, *, before: str = "", after: str = "", year: int | None = 2015) -> bool:
    """Whether the gate takes a value for what its words say."""
    return follows(path, value, Evidence(words, year, before, after))


ACCEPTED: list[tuple[str, Any, str]] = [
    ("/case/case_number", "CM15-0012345", "CM15-0012345"),
    ("/case/case_number", "CM15-0012345", "CM15 - 0012345"),
    ("/case/priority", "expedited", "EXPEDITED"),
    ("/case/date_of_injury", date(2013, 6, 17), "June 17, 2013"),
    ("/case/date_of_injury", date(2012, 4, 3), "4/3/12"),
    ("/reviewer/licensed_states", "West Virginia", "West Virginia"),
    ("/reviewer/specialties", "Pain Management", "Pain Management"),
    ("/patient/sex", "female", "woman"),
    ("/clinical/diagnoses", "lumbar disc displacement without myelopathy", "lumbar disc displacement without myelopathy"),
    ("/items/*/strength", "10/325 mg", "10/325mg"),
    ("/items/*/strength", "20/5/4 %", "20% 5% 4%"),
    ("/items/*/strength", "0.5 mg", ".5mg"),
    ("/items/*/strength", "1000 mg", "1,000 mg"),
    ("/items/*/quantity", 60, "#60"),
    ("/items/*/quantity", 6, "six (6) sessions"),
    ("/items/*/quantity", 12, "2 times a week for 6 weeks"),
    ("/items/*/quantity", 12, "12 sessions (2 times a week for 6 weeks)"),
    ("/items/*/quantity", 72, "4 hours a day, 3 days a week for 6 weeks"),
    ("/items/*/quantity", 1000, "1,000 tablets"),
    ("/items/*/quantity", 60, "#60 (30 day supply)"),
    ("/items/*/refills", 1, "with one refill"),
    ("/items/*/refills", 2, "#60 with 2 refills"),
    ("/items/*/refills", 0, "no refills"),
    ("/items/*/refills", 2, "#60 RF x2"),
    ("/items/*/refills", 2, "#60 RF: 2"),
    ("/items/*/refills", 2, "#60 with 2 RF"),
    ("/items/*/refills", 2, "RFx2"),
    ("/items/*/refills", 2, "#60 refill x2"),
    ("/items/*/refills", 2, "2 refills #60"),
    ("/items/*/refills", 2, "2 RF #60"),
    ("/items/*/refills", 3, "refill(s): 3"),
    ("/reviewer/licensed_states", "California", "CA"),
    ("/reviewer/licensed_states", "Oregon", "CA, OR"),
    ("/reviewer/licensed_states", "District of Columbia", "Washington, DC"),
    ("/reviewer/licensed_states", "District of Columbia", "Washington D.C."),
    ("/reviewer/licensed_states", "District of Columbia", "District of Columbia"),
    ("/case/case_number", "CM15-0012345", "Cm15-0012345"),
    ("/items/*/decision", "upheld", "isnot medically necessary"),
    ("/items/*/frequency", "2 times a week", "2 times a week"),
    ("/items/*/retrospective", True, "DOS 3/4/14"),
    ("/items/*/decision", "upheld", "Upheld"),
    ("/items/*/decision", "overturned", "OVERTURNED"),
    ("/items/*/decision", "partially_overturned", "Overturned in part"),
    ("/items/*/decision", "upheld", "is not medically necessary and appropriate"),
    ("/items/*/decision", "upheld", "is medically unnecessary"),
    ("/items/*/decision", "overturned", "is medically necessary and appropriate"),
]
REJECTED: list[tuple[str, Any, str]] = [
    ("/case/case_number", "CM15-0012345", "CM15-00123456"),
    ("/case/case_number", "CM15-0012345", "CM15-0012346"),
    ("/case/priority", "expedited", "Standard"),
    ("/case/priority", "urgent", "Standard"),
    ("/case/date_of_injury", date(2013, 6, 17), "June 17, 2014"),
    ("/case/date_of_injury", date(2013, 6, 17), "6/18/2013"),
    ("/case/date_of_injury", date(2013, 6, 17), "June 2013"),
    ("/case/date_of_injury", date(2013, 6, 1), "June 2013"),
    ("/reviewer/licensed_states", "Virginia", "West Virginia"),
    ("/reviewer/licensed_states", "Kansas", "Arkansas"),
    ("/reviewer/licensed_states", "Bavaria", "Bavaria"),
    ("/reviewer/licensed_states", "Oregon", "or"),
    ("/reviewer/licensed_states", "Indiana", "in California"),
    ("/reviewer/licensed_states", "California", "MCA"),
    ("/reviewer/licensed_states", "Washington", "Washington, DC"),
    ("/items/*/decision", "overturned", "isnot medically necessary"),
    ("/patient/sex", "female", "male"),
    ("/patient/sex", "male", "he or she"),
    ("/patient/sex", "unknown", "he"),
    ("/clinical/diagnoses", "radiculopathy", "no radiculopathy"),
    ("/clinical/diagnoses", "displacement with myelopathy", "displacement without myelopathy"),
    ("/clinical/medications", "Norco 10", "Norco 110"),
    ("/clinical/medications", "Norco 1", "Norco 1,000"),
    ("/items/*/strength", "10 mg", "110 mg"),
    ("/items/*/strength", "75 mg", "7.5 mg"),
    ("/items/*/strength", "7.5 mg", "75 mg"),
    ("/items/*/strength", "5 mg", ".5 mg"),
    ("/items/*/strength", "10 mg", "10 mcg"),
    ("/items/*/strength", "10/325 mg", "325/10 mg"),
    ("/items/*/strength", "10", "10 mg"),
    ("/items/*/quantity", 6, "2 times a week for 6 weeks"),
    ("/items/*/quantity", 2, "2 times a week for 6 weeks"),
    ("/items/*/quantity", 30, "#60 (30 day supply)"),
    ("/items/*/quantity", 1, "1,000 tablets"),
    ("/items/*/quantity", 12, "4 hours a day, 3 days a week for 6 weeks"),
    ("/items/*/quantity", 3, "3/4/14"),
    ("/items/*/refills", 60, "#60 with 2 refills"),
    ("/items/*/refills", 120, "#60 with 2 refills"),
    ("/items/*/refills", 2, "2 RF ablations"),
    ("/items/*/refills", 60, "#60 RF x2"),
    ("/items/*/refills", 60, "2 refills #60"),
    ("/items/*/retrospective", True, "in the past"),
    ("/items/*/decision", "overturned", "Upheld"),
    ("/items/*/decision", "upheld", "Overturned"),
    ("/items/*/decision", "upheld", "Upheld in part"),
    ("/items/*/decision", "partially_overturned", "Upheld"),
    ("/items/*/decision", "overturned", "is not medically necessary"),
    ("/items/*/decision", "upheld", "is medically necessary"),
    ("/items/*/decision", "overturned", "cannot be considered medically necessary"),
    ("/items/*/decision", "overturned", "isn't medically necessary"),
    ("/items/*/decision", "overturned", "medically unnecessary"),
    ("/items/*/decision", "overturned", "is not medically necessary. The other is medically necessary"),
    ("/items/*/decision", "upheld", "The denial stands"),
    ("/items/*/request", "MRI is indicated", "MRI is not indicated"),
    ("/items/*/frequency", "2 times a week", "2 times a week for 6 weeks"),
    ("/items/*/body_part", "left L4-5", "left L4-5 and L5-S1"),
    ("/items/*/rationale", "", "some words"),
]


@pytest.mark.parametrize(("path", "value", "words"), ACCEPTED)
def test_what_the_words_say_is_accepted(path: str, value: Any, words: str) -> None:
    """A value that a reader would take from its words passes."""
    assert proves(path, value, words)


@pytest.mark.parametrize(("path", "value", "words"), REJECTED)
def test_what_the_words_do_not_say_is_rejected(path: str, value: Any, words: str) -> None:
    """A value that differs from its words in a digit, a unit, a sign or a negation is dropped."""
    assert not proves(path, value, words)


AROUND: list[tuple[str, Any, str, str, str, bool]] = [
    ("/items/*/decision", "overturned", "The request is not", "medically necessary", "", False),
    ("/items/*/decision", "overturned", "which cannot be considered", "medically necessary", "", False),
    ("/items/*/decision", "overturned", "It was not documented. The request is", "medically necessary", "", True),
    ("/items/*/decision", "overturned", "", "Overturned", "in part", False),
    ("/patient/age", 48, "The worker is a", "48", "-year-old female", True),
    ("/patient/age", 48, "He is aged", "48", "and works", True),
    ("/patient/age", 48, "a weight of", "48", "pounds was lifted", False),
    ("/patient/age", 48, "on 6/17/", "48", "he was hurt", False),
    ("/patient/age", 46, "a", "48", "year old male", False),
    ("/patient/age", 48, "after 2 years,", "48", "pounds", False),
    ("/patient/sex", "male", "", "He", "/she has been in practice", False),
    ("/patient/sex", "female", "He/", "she", "has been in practice", False),
    ("/reviewer/licensed_states", "Virginia", "to practice in West", "Virginia", "", False),
    ("/reviewer/licensed_states", "Virginia", "to practice in Ohio and", "Virginia", "", True),
    ("/reviewer/licensed_states", "Virginia", "to practice in Virginia and", "Ohio", "", False),
    ("/clinical/diagnoses", "diabetes", "There is no history of", "diabetes", "", False),
    ("/clinical/medications", "Norco", "The patient denies any", "Norco", "", False),
    ("/clinical/prior_treatments", "surgery", "without prior", "surgery", "", False),
    ("/clinical/prior_treatments", "surgery", "There was no benefit from", "surgery", "", True),
    # "without" and a bare "no" end at the comma, unless "or" goes on with them
    ("/clinical/diagnoses", "sprain", "disc displacement without myelopathy, lumbar", "sprain", ", insomnia and gastritis", True),
    ("/clinical/diagnoses", "sprain", "disc displacement with no myelopathy, lumbar", "sprain", "", True),
    ("/clinical/diagnoses", "sprain", "no myelopathy, lumbar", "sprain", ".", True),
    ("/clinical/diagnoses", "myelopathy", "disc displacement without", "myelopathy", ", lumbar sprain", False),
    ("/clinical/diagnoses", "stenosis", "disc displacement without myelopathy or", "stenosis", ", lumbar sprain", False),
    ("/clinical/diagnoses", "stenosis", "disc displacement without myelopathy, fracture or spinal", "stenosis", "", False),
    ("/clinical/diagnoses", "fracture", "disc displacement without myelopathy,", "fracture", ", or stenosis", False),
    ("/clinical/diagnoses", "fracture", "disc displacement without myelopathy or stenosis, ankle", "fracture", "", True),
    ("/clinical/diagnoses", "sprain", "no fracture, without myelopathy, lumbar", "sprain", "", True),
    # a denial with a verb, or of a history, governs the whole list
    ("/clinical/diagnoses", "asthma", "There is no history of diabetes,", "asthma", ", cancer", False),
    ("/clinical/diagnoses", "asthma", "no past medical history of diabetes,", "asthma", "", False),
    ("/clinical/diagnoses", "asthma", "He denies diabetes,", "asthma", ", cancer", False),
    ("/clinical/diagnoses", "asthma", "without evidence of diabetes,", "asthma", "", False),
    ("/clinical/medications", "Norco", "She is allergic to penicillin, aspirin,", "Norco", "", False),
    ("/clinical/medications", "Norco", "She is allergic to penicillin and takes", "Norco", "", True),
    ("/clinical/diagnoses", "sprain", "Infection was ruled out, leaving", "sprain", "", True),
    ("/clinical/diagnoses", "infection", "The scan ruled out", "infection", "", False),
    # refills in short
    ("/items/*/refills", 2, "#60, RF", "2", "", True),
    ("/items/*/refills", 2, "#60", "2", "RF", True),
    ("/items/*/refills", 2, "lumbar RF ablation at", "2", "levels", False),
    # states by their codes
    ("/reviewer/licensed_states", "District of Columbia", "licensed in", "Washington", ", DC and Maryland", True),
    ("/reviewer/licensed_states", "Washington", "licensed in", "Washington", ", DC and Maryland", False),
    ("/reviewer/licensed_states", "Washington", "licensed in", "Washington", ", Oregon", True),
    # the age of a person named
    ("/patient/age", 52, "the applicant,", "52", ", who fell", True),
    ("/patient/age", 52, "the applicant,", "52", "who fell", True),
    ("/patient/age", 52, "the applicant,", "52", ",000 dollars", False),
    ("/patient/age", 52, "gave the applicant", "52", ", then 60 pills", False),
    ("/patient/age", 52, "the score,", "52", ", fell", False),
    ("/patient/age", 64, "The worker is a", "64", "yearold female", True),
    # a blank that was lost
    ("/items/*/decision", "overturned", "The request isnot", "medically necessary", "", False),
]


@pytest.mark.parametrize(("path", "value", "before", "words", "after", "accepted"), AROUND)
def test_what_stands_around_the_words_counts(path: str, value: Any, before: str, words: str, after: str, accepted: bool) -> None:
    """Words that their neighbours turn round, or that mean another thing there, prove nothing."""
    assert proves(path, value, words, before=before, after=after) is accepted


CITED = "MTUS Chronic Pain Treatment Guidelines, 2009, Opioids Page(s): 75-79, 120 of 127."


@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({}, True),
        ({"pages": (75, 79)}, True),
        ({"pages": (80,)}, False),
        ({"pages": (74,)}, False),
        ({"pages": (2009,)}, False),
        ({"title": "MTUS Chronic Pain Guidelines 2008"}, False),
        ({"section": "Antidepressants"}, False),
        ({"title": ""}, False),
    ],
)
def test_a_citation_stands_in_the_line(changes: dict[str, Any], accepted: bool) -> None:
    """Title and section word by word, pages inside their ranges and behind the word "page"."""
    citation = {"source": "MTUS", "title": "MTUS Chronic Pain Treatment Guidelines", "section": "Opioids", "pages": (75, 120)}
    assert proves("/items/*/reviewer_guidelines", Citation.model_validate({**citation, **changes}), CITED) is accepted


@pytest.mark.parametrize(
    ("words", "decision"),
    [
        ("Upheld", "upheld"),
        ("uphold", "upheld"),
        ("Over-turned", "overturned"),
        ("Partially overturned", "partially_overturned"),
        ("is not medically necessary", "upheld"),
        ("is medically necessary", "overturned"),
        ("is no longer medically necessary", "upheld"),
        ("Upheld and Overturned", None),
        ("nothing of the kind", None),
        ("", None),
    ],
)
def test_deciding_words_are_read_one_way_everywhere(words: str, decision: str | None) -> None:
    """The gate and the model's answers share one reading of the deciding words; what says both says nothing."""
    assert read_decision(words) == decision


# --- in its place -----------------------------------------------------------------------------------------------------


def _part(letter: Letter, quote: str, *, nth: int = 0) -> tuple[Span, ...]:
    text = letter.folded.text
    at = -1
    for _ in range(nth + 1):
        at = text.index(quote, at + 1)
    return letter.folded.spans(at, at + len(quote))


PLACES: list[tuple[str, str, int, bool]] = [
    ("/items/0/quantity", "#60", 0, True),
    ("/items/1/quantity", "#60", 0, False),
    ("/items/0/decision", "Upheld", 0, True),
    ("/items/1/decision", "Upheld", 0, False),
    ("/items/0/decision", "not medically necessary", 0, False),
    ("/items/1/reasons/0", "no urine drug screen", 0, False),
    ("/items/0/reasons/0", "no urine drug screen", 0, True),
    ("/items/1/reviewer_guidelines/0", "MTUS Chronic Pain Treatment Guidelines", 1, False),
    ("/items/0/claims_admin_guidelines/0", "MTUS Chronic Pain Treatment Guidelines", 1, False),
    ("/items/0/reviewer_guidelines/0", "MTUS Chronic Pain Treatment Guidelines", 1, True),
    ("/clinical/diagnoses/0", "impingement syndrome", 1, False),
    ("/clinical/medications/0", "Norco", 0, True),
    ("/clinical/medications/0", "Norco", 2, False),
    ("/reviewer/specialties/0", "Orthopedic Surgery", 0, True),
    ("/reviewer/licensed_states/0", "box", 0, False),
    ("/patient/sex", "He", 0, False),
    ("/patient/sex", "female", 0, True),
]


@pytest.mark.parametrize(("pointer", "quote", "nth", "right"), PLACES)
def test_a_quote_from_elsewhere_proves_nothing(pointer: str, quote: str, nth: int, right: bool) -> None:
    """An item's value stands in that item, a clinical entry in the summary, the patient's facts not among the reviewer's."""
    letter = samples.letter()
    assert in_place(pointer, _part(letter, quote, nth=nth), sections_of(letter)) is right


def test_the_gate_asks_for_the_place() -> None:
    """A quantity that another item's request proves is dropped from this one."""
    letter = samples.letter()
    spans = _part(letter, "#60")
    assert unsupported("/items/0/quantity", Found(60, spans), letter) is None
    assert unsupported("/items/1/quantity", Found(60, spans), letter) == "its evidence stands in another part of the letter"


def test_spans_outside_of_the_letter_prove_nothing() -> None:
    """Spans beyond the text's end, backwards or empty ones are refused with a sentence."""
    letter = samples.letter()
    for span in (Span(0, len(letter.text) + 1), Span(-1, 4), Span(5, 5), Span(9, 3)):
        assert unsupported("/patient/age", Found(48, (span,)), letter) == "its evidence lies outside of the letter"


def test_a_span_that_cuts_a_number_proves_nothing() -> None:
    """A date of June without its leading zero is a piece of a number in the letter, whatever it says."""
    letter = samples.letter()
    start = letter.text.index("06/17/2013") + 1
    cut = Found(date(2013, 6, 17), (Span(start, start + 9),))
    assert unsupported("/case/date_of_injury", cut, letter) == "its evidence is a piece of a longer word or number"


LOST_BLANKS = {
    "a date and a label": (
        "/case/date_of_injury",
        date(2014, 2, 1),
        "Date of Injury: 02/01/2014Date Assigned:",
        "02/01/2014",
        True,
    ),
    "two words": ("/clinical/diagnoses/0", "lumbar sprain", "has lumbar sprainDiagnoses", "lumbar sprain", True),
    "a word in brackets": ("/clinical/medications/0", "Naproxen", "pills (Naproxen)", "Naproxen", True),
    "a number at a line's start": ("/patient/age", 60, "He is in pain.\n60 year old", "60", True),
    "a piece of a word": ("/clinical/diagnoses/0", "sprain", "has resprained it", "sprain", False),
    "a piece of a name": ("/clinical/medications/0", "Contin", "takes OxyContin", "Contin", False),
    "a piece of a number": ("/patient/age", 60, "He is 160 years old", "60", False),
}


@pytest.mark.parametrize("name", LOST_BLANKS)
def test_a_lost_blank_is_told_from_a_piece_of_a_word(name: str) -> None:
    """A new word that begins with a capital has lost its blank; a piece of a word or number proves nothing."""
    pointer, value, text, words, proved = LOST_BLANKS[name]
    start = text.index(words)
    given = Found(value, (Span(start, start + len(words)),))
    assert (unsupported(pointer, given, letter_from_text(text)) is None) is proved


def test_a_footer_beside_the_words_does_not_hide_what_turns_them() -> None:
    """What stands around a value is read in the folded letter: a page's end between "60" and "years" is none."""
    text = "The worker is 60\n\n- 1 -\n\nyears old."
    start = text.index("60")
    assert unsupported("/patient/age", Found(60, (Span(start, start + 2),)), letter_from_text(text)) is None


# --- the gate ---------------------------------------------------------------------------------------------------------


def test_what_is_dropped_becomes_an_issue() -> None:
    """An unsupported value goes, its neighbours stay, and an issue names the pointer."""
    letter = samples.letter()
    age, other = Found(48, _part(letter, "48")), Found(49, _part(letter, "48"))
    good, bad = Found("ibuprofen", _part(letter, "ibuprofen")), Found("aspirin", _part(letter, "ibuprofen"))
    grounded = ground(Reading({"/patient/age": other, "/clinical/medications": (bad, good)}), letter)
    assert dict(grounded.fields) == {"/clinical/medications": (good,)}
    assert samples.codes(grounded) == [("/patient/age", "unsupported"), ("/clinical/medications", "unsupported")]
    assert grounded.replaced
    kept = ground(Reading({"/patient/age": age}), letter)
    assert not kept.replaced
    assert kept.issues == ()


def test_values_without_words_are_dropped() -> None:
    """A value without evidence passes only where the contract asks for none."""
    letter = samples.letter()
    fields = {
        "/patient/age": Found(48),
        "/items/0/category": Found("medication"),
        "/items/0/generic_name": Found("hydrocodone/acetaminophen"),
        "/items/0/retrospective": Found(value=False),
        "/items/1/retrospective": Found(value=True),
        "/items/0/reasons": (Found("safety"),),
    }
    kept = ground(Reading(fields, item_count=2), letter).fields
    assert set(kept) == {"/items/0/category", "/items/0/generic_name", "/items/0/retrospective"}


@samples.each_letter
def test_what_the_rules_read_is_proved(name: str) -> None:
    """Every value of the rules on every invented letter passes the gate, so nothing is lost to it."""
    letter = samples.letter(name)
    reading = rules(letter)
    assert {p: why for p, f in reading.leaves() if (why := unsupported(p, f, letter)) is not None} == {}
    assert len(list(reading.leaves())) > 10


# Words that name these are codes and knowledge, or hold no digit that could be altered.
_UNALTERABLE = {"category", "generic_name", "reasons", "retrospective", "decision", "sex", "priority"}


@given(st.data())
def test_a_value_altered_in_one_digit_is_never_accepted(data: st.DataObject) -> None:
    """Whatever digit of whatever value of the rules is changed, the gate drops the value."""
    letter = samples.letter(data.draw(st.sampled_from(samples.NAMES)))
    leaves = [(p, f) for p, f in rules(letter).leaves() if _has_digits(p, f)]
    pointer, found = data.draw(st.sampled_from(leaves))
    altered = data.draw(_altered(found.value))
    if altered is not None and altered != found.value:
        assert unsupported(pointer, Found(altered, found.spans), letter) is not None


def _has_digits(pointer: str, found: Found) -> bool:
    name = spec_path(pointer).rsplit("/", 1)[1]
    return name not in _UNALTERABLE and bool(re.search(r"\d", _shown(found.value)))


def _shown(value: Any) -> str:
    return " ".join(map(str, value.pages)) if isinstance(value, Citation) else str(value)


def _altered(value: Any) -> st.SearchStrategy[Any]:
    """The value with one digit changed; None where the result is no value of the contract."""
    if isinstance(value, Citation):
        return _one_digit_other(str(value.pages[0])).map(
            lambda page: None if int(page) in value.pages else value.model_copy(update={"pages": (int(page), *value.pages[1:])})
        )
    return _one_digit_other(str(value)).map(lambda text: _of_kind(value, text))


def _of_kind(value: Any, text: str) -> Any:
    try:
        if isinstance(value, date):
            return date.fromisoformat(text)
        return type(value)(text)
    except ValueError:
        return None


def test_a_footer_inside_a_rationale_is_no_obstacle() -> None:
    """A rationale that a page footer cuts in two is proved by two spans."""
    letter = samples.letter("trap-letter")
    cut = [(p, f) for p, f in rules(letter).leaves() if p.endswith("/rationale") and len(f.spans) > 1]
    assert cut
    assert all(unsupported(p, f, letter) is None for p, f in cut)


def test_folding_is_what_the_gate_reads() -> None:
    """Invisible characters inside a quoted word do not hide it."""
    text = "for Nor\u200bco 10mg"
    assert fold(text).text == "for Norco 10mg"
    assert found("Norco 10mg", text) == "Norco 10mg"


def test_a_denial_that_lost_its_blank_is_a_denial() -> None:
    """PDF text writes "is notmedically necessary": it proves the denial, and never the opposite."""
    assert read_decision("is notmedically necessary and appropriate") == "upheld"
    assert read_decision("is medically necessary and appropriate") == "overturned"


# --- verdicts that are kept ------------------------------------------------------------------------------------------------


def test_what_was_proved_is_not_proved_again_and_what_is_another_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same value in the same place passes the gate once; an equal one, or the same in another place, is proved anew."""
    letter = letter_from_text("DIAGNOSIS: The patient is a 45-year-old male with lumbar strain.")
    start = letter.text.index("45")
    age = Found(45, (Span(start, start + 2),))
    asked: list[str] = []
    monkeypatch.setattr(grounding, "unsupported", lambda pointer, *_: asked.append(pointer))
    for entry in (age, age, replace(age)):
        ground(Reading({"/patient/age": entry}), letter)
    ground(Reading({"/items/0/quantity": age}, item_count=1), letter)
    assert asked == ["/patient/age", "/patient/age", "/items/0/quantity"]


def test_a_letter_that_is_read_again_and_again_keeps_few_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdicts of readings that are long gone are let go, and the gate stays the same."""
    monkeypatch.setattr(grounding, "_MOST_VERDICTS", 3)
    letter = letter_from_text("DIAGNOSIS: The patient is a 45-year-old male with lumbar strain.")
    start = letter.text.index("45")
    for years in (45, 54) * 5:
        kept = ground(Reading({"/patient/age": Found(years, (Span(start, start + 2),))}), letter)
        assert (kept.get("/patient/age") == 45) is (years == 45)
    assert len(vars(letter)["verdicts"]) <= 3
