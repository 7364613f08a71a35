"""The reviewer's licences and specialties: which parts of a letter speak of the reviewer.

Where no section does, only a sentence that names the reviewer, or a line of the form, is believed: a treating physician has
specialties too. On a form that nobody knows a section may hold more than its heading says: what is said of others is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from llm_extract.baseline.licences import read_states
from llm_extract.baseline.page import Page, sentences
from llm_extract.baseline.rule import compiled
from llm_extract.baseline.specialties import read_specialties
from llm_extract.engine import Found
from llm_extract.sections import Part

_LONGEST_CREDENTIALS = 6000
"""Characters; the form's own words are 1,300 of them."""
_ENDS = 6000
"""Characters at either end of a text without sections in which the reviewer may be spoken of."""
_OF_REVIEWER = compiled(
    r"\b(?:reviewer|review(?:ed)? (?:was |is )?(?:performed |conducted |completed |done |made )?by|peer review|the undersigned"
    r"|i am|states? ?(?:\(s\))? ?of licen[sc]|certifications?(?:\(s\))? ?/|reviewing (?:physician|provider))"
)
_OF_SOMEBODY_ELSE = compiled(
    r"\b(?:treating|attending|primary|requesting|patient's|worker's|referred|consult\w*|evaluat\w+|seen by|dr|patient|worker"
    r"|applicant|claimant|employee)\b"
)


def read_credentials(page: Page) -> dict[str, tuple[Found, ...]]:
    """`licensed_states` and `specialties`; an absent key where the letter does not say."""
    section, layout = page.sections.credentials, page.sections.layout
    parts = list(_of_reviewer(page)) if section is None or layout == "unknown" else [_bounded(section)]
    if section is not None and layout == "unknown":
        parts += (s for s in sentences(page.text, *_bounded(section)) if not _OF_SOMEBODY_ELSE.search(page.low, *s))
    are_a_list = section is not None and layout == "professional_review"
    found = {
        "/reviewer/licensed_states": read_states(page, parts),
        "/reviewer/specialties": read_specialties(page, parts, are_a_list=are_a_list),
    }
    return {pointer: entries for pointer, entries in found.items() if entries}


def _bounded(section: Part) -> Part:
    return Part(section.start, min(section.end, section.start + _LONGEST_CREDENTIALS))


def _of_reviewer(page: Page) -> Iterator[Part]:
    """The sentences near the letter's beginning and end that speak of the reviewer."""
    size = len(page.text)
    ends = [Part(0, size)] if size <= 2 * _ENDS else [Part(0, _ENDS), Part(size - _ENDS, size)]
    for end in ends:
        if _OF_REVIEWER.search(page.low, *end):
            yield from (s for s in sentences(page.text, *end) if _speaks_of_reviewer(page.low, s))


def _speaks_of_reviewer(text: str, sentence: Part) -> bool:
    return _OF_REVIEWER.search(text, *sentence) is not None and not _OF_SOMEBODY_ELSE.search(text, *sentence)
