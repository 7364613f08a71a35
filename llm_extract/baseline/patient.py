"""The patient: age and sex, from the summary and, where that is silent, from the rationales."""

from __future__ import annotations

import re

from llm_extract.baseline.age import first_age, may_hold_age
from llm_extract.baseline.page import LONGEST_NARRATIVE, Page
from llm_extract.baseline.sex import may_tell_sex, told_sex
from llm_extract.engine import Found
from llm_extract.sections import Part


def read_patient(page: Page) -> dict[str, Found]:
    """`age` and `sex` where the letter gives them."""
    fields: dict[str, Found] = {}
    places = _places(page)
    age = first_age(page.low, places)
    if age is not None:
        place = _whole_word(page.low, *age.number)
        fields["/patient/age"] = page.found(age.value, age.rule.name, place, certain=age.rule.certain)
    sex = told_sex(page.text, page.low, places, age)
    if sex is not None:
        fields["/patient/sex"] = page.found(sex.value, sex.rule.name, sex.place, certain=sex.certain)
    return fields


def absent(page: Page) -> frozenset[str]:
    """The fields of which nothing in the letter speaks at all: no number with "year", no noun, no pronoun."""
    places = _places(page)
    gone = set()
    if not any(may_hold_age(page.low, part) for part in places):
        gone.add("/patient/age")
    if not any(may_tell_sex(page.low, part) for part in places):
        gone.add("/patient/sex")
    return frozenset(gone)


def _places(page: Page) -> list[Part]:
    """Where the patient is spoken of: the summary, then the rationales; on a form that nobody knows, anywhere at all."""
    parts = [part for part in (page.narrative, *(i.rationale for i in page.sections.items)) if part is not None]
    return [*parts, Part(0, min(len(page.text), LONGEST_NARRATIVE))] if page.sections.layout == "unknown" else parts


_REST_OF_WORD = re.compile(r"\w*")


def _whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of a number with what is written to it without a blank: "62yo"."""
    rest = _REST_OF_WORD.match(text, end)
    return start, rest.end() if rest else end
