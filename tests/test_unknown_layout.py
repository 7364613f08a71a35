"""Letters on forms that nobody has seen: numbers, labels and words prove their items; what is no determination gives none."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import samples
from baseline_samples import DEV, labelled
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import ROOT, reader_of, silent
from unknown_letters import FLOWING, LETTERS, NO_LETTERS, OTHER_SIDES_DECISION, ROMAN_SECTIONS, UNREAD, Item

from llm_extract.baseline import read_letter
from llm_extract.checks import check
from llm_extract.decision_words import read_decision, says_who_decides, tells_of_review
from llm_extract.engine import Found, Reading, item_pointer
from llm_extract.folding import fold
from llm_extract.grounding import ground
from llm_extract.hybrid import Hybrid
from llm_extract.letters import Letter, letter_from_text
from llm_extract.letters import read_letter as open_letter
from llm_extract.schema import Span
from llm_extract.sections import ItemParts, Sections, sections_of
from llm_extract.unknown_layout import sections_of_unknown
from llm_extract.unknown_layout.determination import is_determination
from llm_extract.unknown_layout.lines import Lines

PRACTICE = ROOT / "evals" / "practice"
EXAMPLES = ("more4-a13", "more4-a14")
HEAD = "Independent Medical Review\n\n"


def of(text: str) -> Sections:
    """The map of a letter with this text."""
    return sections_of(letter_from_text(text))


def rules(text: str) -> Reading:
    """What the rules read and prove."""
    letter = letter_from_text(text)
    return check(ground(read_letter(letter), letter), letter)


def agrees(words: str, expected: str | None) -> bool:
    """Whether words are the expected ones, given whole or as beginning and end around a bar."""
    begins, _, ends = (expected or "").partition("|")
    return words.startswith(begins) and words.endswith(ends or begins) if expected else words == ""


def shown(sections: Sections, parts: ItemParts) -> Item:
    """An item in the words of the letter."""
    claims, reviewer = sections.text(parts.claims_guideline), sections.text(parts.reviewer_guideline)
    return Item(
        sections.text(parts.request),
        parts.decision,
        claims.rstrip(".") or None,
        reviewer.rstrip(".") or None,
        sections.text(parts.rationale) or None,
    )


# --- letters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_on_any_form_gives_its_items(name: str) -> None:
    """Request, decision, each side's guideline and the rationale of every item are found by what the form itself says."""
    text, expected = LETTERS[name]
    sections = of(text)
    found = [shown(sections, parts) for parts in sections.items]
    assert sections.layout == "unknown"
    assert [item[:4] for item in found] == [item[:4] for item in expected]
    assert all(agrees(a.rationale or "", b.rationale) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("name", LETTERS)
def test_what_is_read_on_any_form_is_proved(name: str) -> None:
    """Grounding and checks drop no item, request or decision, and every item has a treatment and a category."""
    text, expected = LETTERS[name]
    reading = rules(text)
    assert reading.item_count == len(expected)
    for index, item in enumerate(expected):
        assert reading.get(item_pointer(index, "request")) == item.request
        assert reading.get(item_pointer(index, "decision")) == item.decision
        assert reading.get(item_pointer(index, "category")) is not None


@pytest.mark.parametrize("name", NO_LETTERS)
def test_what_decides_nothing_gives_nothing(name: str) -> None:
    """Denials, reports, articles, orders and invoices have the same words; none has an item, a decision or a day of decision."""
    reading = rules(NO_LETTERS[name])
    assert reading.item_count == 0
    assert not [pointer for pointer in reading.fields if pointer.startswith("/items")]
    if not is_determination(Lines(fold(NO_LETTERS[name]))):
        assert "/case/decision_date" not in reading.fields


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_items_of_the_practice_letters_are_whole(name: str) -> None:
    """Two labelled letters of other organizations: the parts of every item are those of the label."""
    reading = ground(read_letter(practice(name)), practice(name))
    label = json.loads((PRACTICE / "labels" / f"{name}.json").read_text("utf-8"))
    assert reading.item_count == len(label["items"])
    for index, item in enumerate(label["items"]):
        for field in ("request", "decision", "rationale"):
            assert reading.get(item_pointer(index, field)) == item[field]
        for field in ("claims_admin_guidelines", "reviewer_guidelines"):
            cited = reading.get(item_pointer(index, field)) or ()
            assert [json.loads(c.model_dump_json()) for c in cited] == item[field]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_head_of_the_practice_letters_is_read(name: str) -> None:
    """Dates, priority and credentials behind labels that no other letter has."""
    reading = ground(read_letter(practice(name)), practice(name))
    label = json.loads((PRACTICE / "labels" / f"{name}.json").read_text("utf-8"))
    for room in ("case", "reviewer", "patient"):
        for field, expected in label[room].items():
            got = reading.get(f"/{room}/{field}")
            assert (list(got) if isinstance(expected, list) else str(got) if isinstance(got, date) else got) == expected, field


def practice(name: str) -> Letter:
    """A practice letter."""
    return open_letter(PRACTICE / "text" / f"{name}.txt")


@pytest.mark.parametrize("name", DEV)
def test_a_known_form_is_read_the_same_without_being_known(name: str) -> None:
    """Read as if its layout were unknown, a letter gives its items with the same requests and decisions, or none."""
    letter, _ = labelled(name)
    known, unknown = sections_of(letter), sections_of_unknown(letter.folded)
    if unknown.items:
        assert [d.decision for d in unknown.items] == [d.decision for d in known.items]
        assert [known.text(i.request).lower() for i in unknown.items] == [known.text(i.request).lower() for i in known.items]


def test_most_known_forms_are_read_without_being_known() -> None:
    """The rules for unknown forms read what the known ones share: numbers, labels and deciding words."""
    letters = [labelled(name)[0] for name in DEV]
    assert sum(bool(sections_of_unknown(letter.folded).items) for letter in letters) >= 0.8 * len(letters)


# --- sections --------------------------------------------------------------------------------------------------------


def test_the_front_is_divided_under_headings_of_any_wording() -> None:
    """Summary and credentials are told by what stands in them, the header is what stands before."""
    sections = of(ROMAN_SECTIONS)
    assert sections.text(sections.summary).startswith("The employee, a 66-year-old janitor")
    assert sections.text(sections.summary).endswith("She takes ibuprofen.")
    assert "Family Medicine" in sections.text(sections.credentials)
    assert sections.text(sections.header).endswith("06/30/2020 ")


def test_labels_of_any_wording_give_the_dates() -> None:
    """Each date goes to the field that its label means, the denial's to no other."""
    reading = rules(ROMAN_SECTIONS)
    assert {p: reading.get(f"/case/{p}") for p in ("decision_date", "date_of_injury", "ur_denial_date", "priority")} == {
        "decision_date": date(2020, 8, 14),
        "date_of_injury": date(2019, 2, 2),
        "ur_denial_date": date(2020, 6, 30),
        "priority": "expedited",
    }
    assert reading.get("/reviewer/specialties") == ("Family Medicine",)
    assert reading.get("/reviewer/licensed_states") == ("Michigan", "California")


@pytest.mark.parametrize("name", NO_LETTERS)
def test_a_text_that_decides_nothing_is_its_own_summary(name: str) -> None:
    """Where nothing tells sections apart the whole text stays the summary, as the model is shown it."""
    text = NO_LETTERS[name]
    if not is_determination(Lines(fold(text))):
        sections = of(text)
        assert sections.text(sections.summary) == sections.folded.text
        assert (sections.header, sections.credentials) == (None, None)


def test_an_empty_text_has_nothing() -> None:
    """No text, no part."""
    sections = sections_of_unknown(fold(""))
    assert (sections.summary, sections.items, sections.headings) == (None, (), 0)


@pytest.mark.parametrize("title", ["Notice of Independent Medical Review Determination", "MEDICAL PROFESSIONAL REVIEW"])
def test_a_title_alone_makes_no_known_form(title: str) -> None:
    """Another organization may use a known form's title: without that form's items its own are read."""
    text = f"{title}\nCM21-0990400\n\n" + BLOCK.format(n=1, request="Norco #60", decision="Denial upheld")
    sections = of(text)
    assert (sections.layout, [i.decision for i in sections.items]) == ("unknown", ["upheld"])
    assert of(f"{title}\n\nSome words.").layout != "unknown"


# --- structure that is not clear -------------------------------------------------------------------------------------

BLOCK = "{n}. {request}\nDecision: {decision}\nReasons: The record shows what was to be shown in it.\n\n"

UNCLEAR = {
    "a number is missing": BLOCK.format(n=1, request="Norco", decision="Upheld")
    + BLOCK.format(n=3, request="Soma", decision="Overturned"),
    "a block without a decision": "1. Norco\nDecision: Upheld\n\n2. Soma\n\n3. A cane\nDecision: Upheld\n",
    "the numbers do not begin": BLOCK.format(n=2, request="Norco", decision="Upheld"),
    "only the other side decides": "1. Norco\nUR decision: Denied\nReasons: No gain is shown in the record.\n",
    "words that say nothing": BLOCK.format(n=1, request="Norco", decision="See page two"),
    "a choice": BLOCK.format(n=1, request="Norco", decision="Upheld / Overturned"),
    "a question": "Issue 1: Whether Norco is medically necessary\nReasons: They follow on another page of this letter.\n",
    "what might be": "The request for Norco would be medically necessary if a contract were signed.",
    "what was before": "The request for Norco was denied by utilization review as not medically necessary.",
    "more sides than items": "Insurer's guideline: ODG\n\nInsurer's guideline: MTUS\n\n"
    "The request for Norco is not medically necessary.",
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_where_the_structure_is_not_clear_there_is_no_item(name: str) -> None:
    """Nothing is guessed: one unclear block, and none is read."""
    assert of(HEAD + UNCLEAR[name]).items == ()


def test_two_decisions_of_one_item_are_none() -> None:
    """An item that is decided two ways keeps its request; its decision is left out, and the issue says so."""
    text = (
        HEAD
        + "DECISIONS\n\n1. Norco: Upheld\n2. Soma: Upheld\n\nREASONS\n\n"
        + (BLOCK.format(n=1, request="Norco", decision="Overturned") + BLOCK.format(n=2, request="Soma", decision="Upheld"))
    )
    assert [(of(text).text(i.request), i.decision) for i in of(text).items] == [("Norco", None), ("Soma", "upheld")]
    assert "decision of item 1" in rules(text).issues[0].message


def test_the_other_sides_decision_is_never_taken() -> None:
    """Without the review's own line what utilization review decided decides nothing."""
    without = "\n".join(line for line in OTHER_SIDES_DECISION.splitlines() if not line.startswith("IMR determination"))
    assert all(parts.decision is None for parts in of(without).items)


def test_a_rationale_ends_before_closing_matter() -> None:
    """What binds the parties, who signs and who gets copies are no reasons."""
    text = (
        HEAD
        + BLOCK.format(n=1, request="Norco", decision="Upheld")
        + "This determination is binding on all parties.\n\nSincerely,\n"
    )
    (item,) = of(text).items
    assert of(text).text(item.rationale) == "The record shows what was to be shown in it."


def test_more_items_than_letters_have_are_cut() -> None:
    """Items are bounded, also in a text that goes on for ever."""
    text = HEAD + "".join(f"Request: Drug number {n}\nDecision: Upheld\n\n" for n in range(400))
    sections = of(text)
    assert len(sections.items) == 200
    assert sections.headings == 400


# --- deciding words --------------------------------------------------------------------------------------------------

MEANINGS: dict[str, str | None] = {
    "Upheld": "upheld",
    "Denial upheld.": "upheld",
    "The denial is sustained": "upheld",
    "AFFIRMED": "upheld",
    "not approved": "upheld",
    "Non-certified": "upheld",
    "NOT MEDICALLY NECESSARY": "upheld",
    "is not considered medically necessary and appropriate": "upheld",
    "isn't medically necessary": "upheld",
    "medically unnecessary": "upheld",
    "medical necessity has not been established": "upheld",
    "does not meet criteria for medical necessity": "upheld",
    "not overturned": "upheld",
    "the unit cannot be approved": "upheld",
    "Denial": "upheld",
    "Not necessary": "upheld",
    "Overturned": "overturned",
    "Denial overturned": "overturned",
    "The insurer's denial is reversed": "overturned",
    "The denial cannot be sustained": "overturned",
    "Approved": "overturned",
    "Certify": "overturned",
    "Medical necessity established": "overturned",
    "is medically necessary": "overturned",
    "Necessary": "overturned",
    "PARTLY APPROVED (8 visits)": "partially_overturned",
    "Overturned in part": "partially_overturned",
    "Upheld in part": "partially_overturned",
    "Modified": "partially_overturned",
    "Modify - 6 visits approved": "partially_overturned",
    "approved for 8 visits and otherwise not approved": "partially_overturned",
    "[x] Upheld [ ] Overturned": "upheld",
    "☐ Upheld ☒ Overturned": "overturned",
    "Upheld / Overturned": None,
    "Upheld and Overturned": None,
    "[ ] Upheld [ ] Overturned": None,
    "the denial of the MRI": None,
    "See page two": None,
    "": None,
}


@pytest.mark.parametrize("words", MEANINGS)
def test_deciding_words_are_read_by_meaning(words: str) -> None:
    """Each way to say that a denial stands, falls, or falls in part; a choice and a contradiction say nothing."""
    assert read_decision(words) == MEANINGS[words]


def test_who_decided_before_is_told() -> None:
    """What the other side is said to have done is the denial in dispute; "upheld" is a word of review alone."""
    assert tells_of_review("denied by utilization review")
    assert tells_of_review("The insurer has denied it")
    assert not tells_of_review("The insurer's denial is upheld")
    assert says_who_decides("Upheld")
    assert not says_who_decides("denied")


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("Utilization review denied the MRI. We find that it is needed.", False),
        ("The MRI was denied by the claims administrator in May.", False),
        ("Our review is done. The MRI is denied.", True),
    ],
)
def test_a_denial_by_the_other_side_proves_no_decision_of_the_model(text: str, stands: bool) -> None:
    """A model that quotes the utilization review's denial as the decision is not believed; one that quotes the review's is."""
    start = text.index("denied")
    decision = Found("upheld", (Span(start, start + len("denied")),), reader="model")
    grounded = ground(Reading({"/items/0/decision": decision}, item_count=1), letter_from_text(text))
    assert (grounded.get("/items/0/decision") == "upheld") is stands


# --- what is said of it, and what is asked ---------------------------------------------------------------------------


def test_the_issue_says_what_was_found_and_what_was_not() -> None:
    """A letter of unknown layout always says so; items are counted, and parts that they lack are named with their numbers."""
    (issue,) = [i for i in rules(UNREAD).issues if i.code == "unknown_layout"]
    assert "found 2 items" in issue.message
    assert "decision of item 2" in issue.message
    assert "rationale" not in issue.message
    (issue,) = [i for i in rules("Dear Sir, this is no such letter.").issues if i.code == "unknown_layout"]
    assert "could not find items" in issue.message


async def asked(text: str) -> set[str]:
    """What the hybrid engine asks about a letter."""
    reader, asker = reader_of(silent)
    await Hybrid(reader).read(letter_from_text(text))
    return {samples.topic_of(question) for question in asker.questions}


async def test_the_list_of_items_is_asked_only_where_the_rules_found_none() -> None:
    """Where the rules found the items the model is asked for the rest: the summary, missing facts, reasons."""
    assert "items" not in await asked(FLOWING)
    assert "clinical" in await asked(FLOWING)
    assert "items" in await asked(HEAD + "The worker had pain. We looked at it and think that it helps.")


async def test_items_that_the_rules_found_stand_in_the_record_of_both_readers() -> None:
    """The hybrid record of an unknown form has the rules' items, in their order and number."""
    reader, _ = reader_of(silent)
    reading = await Hybrid(reader).read(letter_from_text(FLOWING))
    assert reading.item_count == 2
    assert [reading.get(item_pointer(i, "decision")) for i in range(2)] == ["upheld", "overturned"]
    assert ("", "unknown_layout") in samples.codes(reading)


async def test_facts_of_an_unknown_form_are_asked_with_the_whole_letter() -> None:
    """No place of a fact is sure there: the model sees all of it."""
    reader, asker = reader_of(silent)
    letter = letter_from_text(LETTERS["a table with a discussion by number"][0])
    await Hybrid(reader).read(letter)
    (facts,) = [q for q in asker.questions if samples.topic_of(q) == "facts"]
    assert letter.folded.text in facts.user


# --- whatever the text -----------------------------------------------------------------------------------------------

TEXTS = sorted(text for text, _ in LETTERS.values())
PIECES = st.sampled_from(
    (
        *("Issue 1:", "1.", "2)", "I. REQUEST", "Request:", "the request for", "Norco #60", "\n", "\n\n", "|", "(", "-"),
        *("Decision:", "DECISION", "upheld", "UPHELD", "Overturned", "is not medically necessary.", "denial of", "[x]", "[ ]"),
        *("Reasons:", "The insurer relied on", "UR decision:", "Issue Decision", "Independent Medical Review", "1/2/2020"),
        *("a 50-year-old", "Board certified in Surgery"),
    )
)


def spoilt(text: str, other: str, chance: Random) -> str:
    """A letter with lines taken out, doubled, swapped, cut or joined."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 4)):
        at, to = chance.randrange(len(lines) + 1), chance.randrange(len(lines) + 1)
        a, b = min(at, to), max(at, to)
        lines = [
            lines[:a] + lines[b:],
            lines[:b] + lines[a:],
            lines[:a] + lines[b:] + lines[a:b],
            [*lines[:a], " ".join(lines[a:b]), *lines[b:]],
            lines[:b] + other.splitlines()[a:],
            lines[:a] + [line[: chance.randint(0, 40)] for line in lines[a:b]] + lines[b:],
        ][chance.randrange(6)]
    return HEAD + "\n".join(lines) + "."


def hold_the_laws(text: str) -> None:
    """Nothing raises; parts lie in the text and are not empty; a decision is what its words say, and no other is ever proved."""
    letter = letter_from_text(text)
    sections = sections_of(letter)
    end = len(sections.folded.text)
    for item in sections.items:
        parts = (item.request, item.decided, item.claims_guideline, item.reviewer_guideline, item.rationale)
        assert all(0 <= part.start < part.end <= end for part in parts if part)
        if sections.layout == "unknown":
            said = read_decision(sections.text(item.decided)) if item.decided else None
            assert item.decision == said or (item.decision == "partially_overturned" and said == "overturned")
    assert all(0 <= p.start <= p.end <= end for p in (sections.header, sections.credentials, sections.summary) if p)
    reading = ground(read_letter(letter), letter)
    if sections.layout == "unknown":
        for index, item in enumerate(sections.items):
            assert reading.get(item_pointer(index, "decision")) in (item.decision, None)
            assert reading.get(item_pointer(index, "request")) == sections.text(item.request)
    for _, found in reading.leaves():
        assert all(0 <= span.start < span.end <= len(letter.text) for span in found.spans)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_a_spoilt_letter_is_read_and_what_is_read_is_proved(text: str, other: str, seed: int) -> None:
    """Lines lost, doubled, swapped, joined and mixed with another form's never make the rules raise or point astray."""
    hold_the_laws(spoilt(text, other, Random(seed)))


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=40))
def test_pieces_of_forms_in_any_order_are_read(pieces: list[str]) -> None:
    """Numbers, labels, deciding words and headings in no order at all."""
    hold_the_laws(HEAD + " ".join(pieces))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([name for name in LETTERS if name != "a text that has lost its line ends"]), st.sampled_from(["\n", "\r\n"])
)
def test_blank_lines_between_all_lines_change_no_decision(name: str, end: str) -> None:
    """PDF text may double every line end: what is read then has the same requests and decisions, or nothing is read."""
    text, expected = LETTERS[name]
    sections = of(text.replace("\n", end * 2))
    found = [(sections.text(i.request), i.decision) for i in sections.items]
    assert found in ([], [(item.request, item.decision) for item in expected])


GROWING = {
    "issues": "Issue 1: Norco #60\nDecision: upheld\nReasons: no gain is shown\n",
    "numbers": "1. Norco is not medically necessary.\n",
    "decisions": "Decision: ",
    "sentences": "The request for Norco is not medically necessary. ",
    "boxes": "[x] Upheld [ ] ",
    "capitals": "ANALYSIS OF THE DECISION AND ",
    "tables": "Issue Decision\n1 Norco Upheld\n",
    "rows": "1 | Norco | Upheld | b\n",
    "lines": "Norco #60: Upheld\n\n",
    "headings": "REASONS\n\n",
    "dates": "UR ..... 1/2/2015 ",
    "credentials": "board certified in Surgery\n\n",
}


def steps(text: str) -> int:
    """Lines of Python that finding the sections takes."""
    count = 0

    def trace(*_: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    folded = fold(text)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        sections_of_unknown(folded)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_text_is_at_most_twice_the_work(name: str) -> None:
    """Lines of Python grow linearly with a text that repeats what the rules look for."""
    once, twice = (steps(HEAD + GROWING[name] * (length // len(GROWING[name]))) for length in (4000, 8000))
    assert twice <= 2.3 * once + 2000


def test_the_samples_are_files_of_this_project() -> None:
    """The labelled examples are there, so that no test above is empty."""
    assert all(Path(PRACTICE / "text" / f"{name}.txt").is_file() for name in EXAMPLES)
    assert len(LETTERS) >= 25
    assert len(NO_LETTERS) >= 10
