"""A date told in a sentence: what the tables of `injury_date`, `denial_date` and `case_dates` are made of.

Every pattern holds one date, in the group `date`, and stays inside a sentence. What stands between the words that name the day
and the date itself must not speak of another day (`between`): "was injured and seen on 5/6/2014" is no day of an injury.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from llm_extract.baseline.page import LONGEST_NARRATIVE, Page, sentences
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.engine import Found
from llm_extract.sections import Part
from llm_extract.values import date_pattern, latest_year, lower, parse_date, plain

D = date_pattern()
IN_SENTENCE = r"(?:[^.;]|\.(?=\d))"


def between(longest: int, stop: str = "") -> str:
    """A pattern for up to `longest` characters of the sentence, as few as will do, without any of the words of `stop`."""
    return rf"(?:(?!\b(?:{stop})\b){IN_SENTENCE}){{0,{longest}}}?" if stop else rf"{IN_SENTENCE}{{0,{longest}}}?"


class Told(NamedTuple):
    """A date and its place in the text that was searched."""

    value: date
    place: Part


# The first day of a time is not the day of anything: "cumulative trauma from 1/1/2005 to 3/4/2009".
_TO_ANOTHER_DAY = compiled(rf" ?(?:to|through|thru|until|-) ?(?:the present\b|present\b|{D})")
_END_OF_A_TIME = compiled(rf"{D} ?(?:to|through|thru|until|-) ?\Z")
_LONGEST_DATE = 36
_DIGIT = compiled("[0-9]")


def told(rule: Rule, text: str, part: Part, *, years_up_to: int | None) -> Told | None:
    """The first date of a calendar that the rule finds in a part of lower-case text; neither end of a time is one."""
    if rule.pattern is None or not rule.may_hit(text, *part) or (rule.unless and rule.unless.search(text, *part)):
        return None
    for m in rule.pattern.finditer(text, *part):
        value = parse_date(m["date"], latest_year=years_up_to)
        if value is not None and not is_of_a_time(text, *m.span("date")):
            return Told(value, Part(*m.span("date")))
    return None


def is_of_a_time(text: str, start: int, end: int) -> bool:
    """Whether the date at this place is one end of a time from day to day."""
    before = text[max(0, start - _LONGEST_DATE) : start]
    return _TO_ANOTHER_DAY.match(text, end) is not None or _END_OF_A_TIME.search(before) is not None


def dated_sentences(page: Page) -> tuple[Part, ...]:
    """The sentences of the narrative that may hold a date; of the whole text where no known form says what the narrative is."""
    if page.sections.layout != "unknown":
        return page.dated
    return tuple(s for s in sentences(page.text, 0, LONGEST_NARRATIVE) if _DIGIT.search(page.low, *s))


def first_told(page: Page, rules: Iterable[Rule], parts: Iterable[Part]) -> Found | None:
    """What the first rule finds that finds a date; an earlier rule in a later sentence goes before."""
    parts = list(parts)
    for rule in rules:
        for part in parts:
            if hit := told(rule, page.low, part, years_up_to=page.latest_year):
                return page.found(hit.value, rule.name, hit.place, certain=rule.certain)
    return None


def read_date(rule: Rule, words: str) -> date | None:
    """The date that one rule reads in words that stand by themselves."""
    text = lower(plain(words))
    hit = told(rule, text, Part(0, len(text)), years_up_to=latest_year(words))
    return hit.value if hit else None


def searched(pattern: re.Pattern[str], page: Page, part: Part) -> re.Match[str] | None:
    """First match in a part of the page's lower-case text."""
    return pattern.search(page.low, part.start, part.end)
