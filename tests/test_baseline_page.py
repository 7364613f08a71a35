"""What every rule gets of a letter: texts of one length, parts, sentences, and places that become proofs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from baseline_samples import expert_letter, labelled
from samples import each_letter

from llm_extract.baseline.page import Page, first_of, sentences
from llm_extract.engine import Found
from llm_extract.letters import Letter
from llm_extract.sections import Part


@each_letter
def test_offsets_are_those_of_the_folded_text(name: str) -> None:
    """Plain and lower-case text are as long as the folded text, so that a place in one is a place in all."""
    page = Page(labelled(name)[0])
    assert len(page.text) == len(page.low) == len(page.letter.folded.text)
    assert page.low == page.text.lower()


def test_rules_see_plain_quotes_and_values_keep_their_typography() -> None:
    """A rule matches plain characters; the value is what the letter has there."""
    page = Page(Letter("letter", "", "", "De Quervain\u2019s \u201crelease\u201d"))
    assert page.text == 'De Quervain\'s "release"'
    assert page.verbatim(0, 13) == "De Quervain\u2019s"


def test_a_place_becomes_the_original_characters() -> None:
    """A folded place is proved by the span of the original, line breaks and all; two places by two spans."""
    text = "Norco  \n\n 10/325mg\n#60"
    page = Page(Letter("letter", "", "", text))
    found = page.found("x", "rule", (0, 14), (15, 18), certain=True)
    assert [text[s.start : s.end] for s in found.spans] == ["Norco  \n\n 10/325mg", "#60"]
    assert (found.value, found.by, found.certain, found.reader) == ("x", "rule", True, "baseline")


def test_nothing_is_searched_in_no_part() -> None:
    """A section that the letter does not have holds no match and no text."""
    page = Page(Letter("letter", "", "", "words"))
    assert page.search(re.compile("words"), None) is None
    assert list(page.finditer(re.compile("words"), None)) == []
    assert page.cut(None) == ""
    assert page.cut(Part(0, 4)) == "word"


def test_sentences_of_the_narrative_and_those_with_dates() -> None:
    """The narrative is the summary; a sentence without anything like a date is not looked at for one."""
    page = Page(expert_letter("She fell on 3/4/2009. Her pain is 7. In March 2010 she rested."))
    told = [page.cut(s) for s in page.sentences]
    assert told == ["She fell on 3/4/2009.", "Her pain is 7.", "In March 2010 she rested."]
    assert [page.cut(s) for s in page.dated] == [told[0], told[2]]
    assert list(page.sentences) == sentences(page.text, *page.narrative or (0, 0))


def test_a_letter_without_a_summary_has_no_narrative() -> None:
    """Where there is no summary there are no sentences either."""
    page = Page(Letter("letter", "", "", ""))
    assert (page.narrative, page.sentences, page.dated) == (None, (), ())


def test_the_first_rule_that_found_something_wins() -> None:
    """Candidates are tried in their order, and no further than needed."""
    one = Found(1)

    def candidates() -> Iterator[Found | None]:
        yield None
        yield one
        raise AssertionError

    assert first_of(candidates()) is one
    assert first_of([]) is None
