"""The rules on whole letters: what they must read, the laws they keep, and that no text takes them long."""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from typing import Any

import pytest
from baseline_samples import (
    DEV,
    ITEM,
    REAL_NAMES,
    core_of_label,
    core_of_reading,
    expert_letter,
    labelled,
    needs_dev,
    needs_real,
    single_values,
    values_of,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import NAMES, each_letter

from llm_extract.baseline import Baseline, read_letter
from llm_extract.baseline.citations import read_citations
from llm_extract.baseline.page import LONGEST_NARRATIVE, Page
from llm_extract.baseline.request import read_request
from llm_extract.grounding import unsupported
from llm_extract.letters import Letter
from llm_extract.schema import FIELDS
from llm_extract.sections import Part, sections_of

# --- labelled letters ------------------------------------------------------------------------------------------------


@each_letter
def test_every_core_value_of_an_invented_letter(name: str) -> None:
    """Of the invented letters the rules read every core field as its label has it."""
    letter, label = labelled(name)
    assert core_of_reading(read_letter(letter)) == core_of_label(label)


@needs_real
@pytest.mark.parametrize("name", REAL_NAMES)
def test_every_core_value_of_a_real_letter(name: str) -> None:
    """Of the five real letters the rules read every core field as two people labelled it."""
    letter, label = labelled(name)
    assert core_of_reading(read_letter(letter)) == core_of_label(label)


@needs_dev
def test_core_values_of_the_development_letters() -> None:
    """Over the development letters the core values' micro-F1 is no lower than it has been."""
    right = read = wanted = 0
    for name in DEV:
        letter, label = labelled(name)
        found, told = (set(single_values(core)) for core in (core_of_reading(read_letter(letter)), core_of_label(label)))
        right, read, wanted = right + len(found & told), read + len(found), wanted + len(told)
    assert 2 * right / (read + wanted) >= 0.997


# --- laws ------------------------------------------------------------------------------------------------------------


def laws_of(letter: Letter) -> None:
    """Every value has a place inside the letter, follows from it, and belongs to a field of the contract."""
    reading = read_letter(letter)
    assert reading.item_count == len(sections_of(letter).items)
    for pointer, found in reading.leaves():
        assert all(0 <= s.start < s.end <= len(letter.text) for s in found.spans), pointer
        assert unsupported(pointer, found, letter) is None, (pointer, found.value)
        assert found.by
        assert found.reader == "baseline"


@each_letter
def test_every_value_is_proved_by_its_letter(name: str) -> None:
    """What the rules read passes the gate that every value has to pass."""
    laws_of(labelled(name)[0])


# The gate folds each piece of evidence by itself: words of a page's footer that were torn apart may then look like a footer.
WITHOUT_FOOTERS = [name for name in NAMES if "\f" not in (text := labelled(name)[0].text) and "Letter for IMR Case" not in text]
WORDS = re.compile(r"\S+\s*")
edits = st.lists(
    st.tuples(
        st.sampled_from(["drop", "repeat", "move", "break", "join", "page"]),
        st.integers(0, 4000),
        st.integers(1, 60),
        st.integers(0, 4000),
    ),
    min_size=1,
    max_size=5,
)


def _broken(words: list[str], kind: str) -> list[str]:
    """Words with another space behind each; a page ends behind the first only, and not beside a number, which it would take."""
    if kind == "page":
        beside_number = re.search(r"\d", "".join(words[:2]))
        return words if beside_number else [word.rstrip() + "\n\f\n" for word in words[:1]] + words[1:]
    return [word.rstrip() + {"break": "\n\n", "join": " "}[kind] for word in words]


def edited(words: list[str], edits: list[tuple[str, int, int, int]]) -> list[str]:
    """Words of a letter after what happens to letters: words lost, said twice, moved, broken over lines and pages."""
    for kind, at, count, other in edits:
        at, other = at % (len(words) + 1), other % (len(words) + 1)
        piece = words[at : at + count]
        if kind == "drop":
            words = words[:at] + words[at + count :]
        elif kind == "repeat":
            words = words[: at + count] + piece + words[at + count :]
        elif kind == "move":
            words = words[:other] + piece + words[other:]
        else:
            words = words[:at] + _broken(piece, kind) + words[at + count :]
    return words


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(WITHOUT_FOOTERS), edits)
def test_an_edited_letter_keeps_the_laws(name: str, edits: list[tuple[str, int, int, int]]) -> None:
    """Whatever happens to a letter's words, what the rules still read is proved by what still stands there."""
    words = edited(WORDS.findall(labelled(name)[0].text), edits)
    laws_of(Letter(name, "", "", "".join(words)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), st.integers(0, 12_000))
def test_a_letter_that_was_cut_off_keeps_the_laws(name: str, length: int) -> None:
    """A letter may end anywhere between two words."""
    text = labelled(name)[0].text[:length]
    laws_of(Letter(name, "", "", text[: text.rfind(" ") + 1]))


odd = st.sampled_from(
    ["Upheld", "Claims Administrator guideline:", "Decision rationale:", "1.", "(", "3/4/14", "½", "İ", "\x00", "\f", "-\n"]
)


@given(st.text(max_size=200) | st.lists(odd, max_size=30).map(" ".join), st.integers(0, 9000), st.sampled_from(NAMES))
def test_no_text_raises(text: str, at: int, name: str) -> None:
    """Any text by itself, and put anywhere into a letter, is read without an error."""
    whole = labelled(name)[0].text
    for letter in (Letter("odd", "", "", text), Letter("odd", "", "", whole[:at] + text + whole[at:])):
        reading = read_letter(letter)
        assert all(0 <= s.start <= s.end <= len(letter.text) for _, found in reading.leaves() for s in found.spans)


def paragraphs(letter: Letter) -> list[str]:
    """A letter's paragraphs, each on one line: headings with what follows, requests, guideline lines, rationales."""
    sections, text = sections_of(letter), letter.folded.text
    edges = {0, len(text)}
    for part in (sections.header, sections.credentials, sections.summary):
        edges |= set(part or ())
    for item in sections.items:
        edges.add(item.request.start)
        edges |= {p.end for p in (item.claims_guideline, item.reviewer_guideline, item.rationale) if p}
    return [p for a, b in pairwise(sorted(edges)) if (p := text[a:b].strip())]


def without_footer(values: dict[str, Any]) -> dict[str, Any]:
    """A case number may stand in a page's footer only, which paragraphs do not have."""
    return {pointer: value for pointer, value in values.items() if pointer != "/case/case_number"}


GAPS = [("\n", "\n\n"), ("\n\n", "\n\n\n\n"), ("\r\n", "\r\n\r\n"), (" \n \n", "\n\n\n"), ("\n", "\n\f")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), st.integers(30, 160) | st.just(100_000), st.sampled_from(GAPS))
def test_lines_may_break_anywhere(name: str, width: int, gaps: tuple[str, str]) -> None:
    """The same words give the same values, at whatever width lines break and whether or not a blank line follows each."""
    letter, _ = labelled(name)
    between_lines, between_paragraphs = gaps
    wrapped = (textwrap.wrap(p, width, break_long_words=False, break_on_hyphens=False) for p in paragraphs(letter))
    text = between_paragraphs.join(between_lines.join(lines) for lines in wrapped)
    assert without_footer(values_of(Letter(name, "", "", text))) == without_footer(values_of(letter))


async def test_the_rules_are_an_engine() -> None:
    """The engine reads what the function reads, and has nothing to close."""
    engine = Baseline()
    letter = expert_letter()
    assert await engine.read(letter) == read_letter(letter)
    assert engine.name == "baseline"
    await engine.close()


def test_only_fields_of_the_contract_are_read() -> None:
    """No rule gives a field that the contract does not have."""
    known = {spec.path for spec in FIELDS}
    read = {re.sub(r"^/items/\d+/", "/items/*/", p) for name in NAMES for p in read_letter(labelled(name)[0]).fields}
    assert read <= known


# --- no text takes long ----------------------------------------------------------------------------------------------

LONG = 300_000
REPEATED = [
    *("1", "12 ", "(", "() ", "and ", ", ", ". ", "/", "1/", "x 2 ", "10% ", "2 times a ", "the a ", "she ", "\f", "Dr. "),
    *("Page(s): ", "MTUS ", "Non-MTUS Citation ", "had injury with ", "on 1/1/1 ", "on 1/1/10 ", "at the age of 5 years old "),
    *("Norco ", "L4-5 ", "Decision rationale: ", ": Upheld Claims Administrator guideline: ", "board certified in ", "Issue 1: "),
    *("1) Regarding the request for ", "is not medically necessary. The Claims Administrator ", "unknown frequency and "),
]
BEFORE = ("HOW THE IMR", "CLINICAL CASE SUMMARY", "IMR ISSUES", ": Upheld", "Decision based on", "The request is not")
"""What stands behind header, credentials, summary, request, guideline line and rationale."""


@pytest.mark.parametrize("repeated", REPEATED)
def test_no_text_takes_long(repeated: str) -> None:
    """A word said thousands of times in every part of a letter is read within this test: no rule's work outgrows the text."""
    flood = (repeated * (LONG // len(repeated) + 1))[: LONG // len(BEFORE)]
    text = expert_letter(items=ITEM).text
    for words in BEFORE:
        text = text.replace(words, f"{flood} {words}", 1)
    assert len(text) > LONG
    letter = Letter("long", "", "", text)
    reading = read_letter(letter)
    assert all(0 <= s.start <= s.end <= len(text) for _, found in reading.leaves() for s in found.spans)


def test_rules_read_no_more_than_real_letters_have() -> None:
    """Requests, guideline lines and narratives are read up to bounds that no real one reaches: more text is no more work."""
    page = Page(expert_letter("She fell on 3/4/2009. " * LONG))
    assert page.narrative is not None
    assert page.narrative.end - page.narrative.start == LONGEST_NARRATIVE
    assert page.sentences[-1].end <= page.narrative.end
    line = Page(Letter("line", "", "", "Decision based on MTUS 2009. " * 10_000))
    assert len(read_citations(line, Part(0, len(line.text)))) == len(read_citations(line, Part(0, 20_000)))
    flood = "take 2 tablets of Norco 10/325mg #60 and "
    assert read_request(flood * 10_000) == read_request(flood * 100)
