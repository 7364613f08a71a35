"""The labels of the header block: what each date there is called in every layout's wording, with a value right behind it.

A date is read by the longest label that ends in front of it: "UR Decision Date" is no "Decision Date".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from llm_extract.baseline.rule import Rule, compiled
from llm_extract.baseline.told_date import D, is_of_a_time
from llm_extract.schema import Priority
from llm_extract.sections import Part
from llm_extract.values import parse_date

PUT = r"(?: \([a-z]{2,4}\))? ?[:;.=|-]{0,2} ?"
"""What may stand between a label and its value."""

_REVIEW = r"(?:ur|u\.r\.|utilization(?: review)?)"
_DENIED = r"(?:denial|decision|determination|modification|non-?certification)"
_APPLICATION = r"(?:imr )?(?:application|request|app)(?: for (?:imr|independent medical review))?"
_RECEIVED = r"(?:received|receipt|filed|rec'd|recd)"
LABELS = {
    "date_assigned": r"(?:date (?:case |file )?assigned|assigned(?: date| on)?|date of assignment|assignment date)",
    "date_of_injury": (
        r"(?:dates? of (?:industrial |work )?(?:injury|accident|loss)(?:/illness)?|injury date|date injured|d\.?o\.?i\b\.?)"
    ),
    "decision_date": (
        r"(?:(?:final |imr )*(?:decision|determination)(?: letter)? date|date (?:decided|issued)"
        r"|date of (?:final |imr |the )*(?:decision|determination|letter)|(?:decision|determination) issued(?: on)?)"
    ),
    "dated": "dated",
    "ur_denial_date": (
        rf"(?:{_REVIEW} {_DENIED} (?:letter )?date|{_REVIEW} date|(?<!\w )denial date|date of (?:the )?{_REVIEW}(?: {_DENIED})?"
        rf"|date (?:of )?{_REVIEW} (?:denied|modified|decision|denial)|{_REVIEW} {_DENIED}(?= ?:)"
        rf"|{_REVIEW} (?:denied|modified)(?: on)?"
        r"|claims administrator (?:decision|denial) date|date of (?:denial|non-?certification|adverse determination))"
    ),
    "application_received": (
        rf"(?:{_APPLICATION} {_RECEIVED}(?: date| on)?|(?:date )?(?:of )?{_APPLICATION} (?:was )?{_RECEIVED}"
        rf"|date (?:of )?(?:receipt of )?{_APPLICATION}(?: received)?|(?:imr )?received date|date (?:imr )?received"
        rf"|imr {_RECEIVED}|(?:imr )?application date)"
    ),
}
"""Label, in lower case, by the field of `case` that it names; "dated" is the letter's own day, which is the decision's."""


def _pattern(name: str) -> re.Pattern[str]:
    return compiled(rf"\b{LABELS[name]}{PUT}\Z")


_DAY = date(2014, 2, 21)

RULES: tuple[Rule, ...] = (
    Rule(
        name="header.date_assigned",
        why="The form's label for the day on which the case was assigned.",
        examples={
            "Case Number: CM14-0012345 Date Assigned: 02/21/2014": _DAY,
            "Date of Assignment; 2/21/14": _DAY,
            "Date Case Assigned:02/21/2014": _DAY,
            "Assigned: February 21, 2014": _DAY,
            "Date Assigned: Date of Injury: 2/21/2014": None,
        },
        pattern=_pattern("date_assigned"),
        certain=True,
    ),
    Rule(
        name="header.date_of_injury",
        why="The form's label for the day of the injury.",
        examples={
            "Date of Injury: 02/21/2014 Decision Date: 07/24/2014": _DAY,
            "Injury Date - 2-21-2014": _DAY,
            "DOI: 21 February 2014": _DAY,
            "Date of Injury (DOI): 2/21/14": _DAY,
            "Date of Injury | 2014-02-21": _DAY,
            "Date of Injury: 2/30/2014": None,
            "Date of Injury: 1/1/2013 - 2/21/2014": None,
        },
        pattern=_pattern("date_of_injury"),
        certain=True,
    ),
    Rule(
        name="header.decision_date",
        why='The form\'s label for the day of the final determination; with "UR" before it, it names another day.',
        examples={
            "Decision Date: 02/21/2014": _DAY,
            "Final Determination Date:02/21/2014": _DAY,
            "Date of Decision: Feb. 21, 2014": _DAY,
            "Date of the Letter: 2/21/2014": _DAY,
            "UR Decision Date: 02/21/2014": None,
            "Date of UR Decision: 02/21/2014": None,
        },
        pattern=_pattern("decision_date"),
        certain=True,
    ),
    Rule(
        name="header.dated",
        why='The letter\'s own day, where "dated" has a colon or begins its line; in running text it dates something else.',
        examples={
            "Dated: 2/21/2014": _DAY,
            "Dated 2/21/2014": _DAY,
            "Dear Sir: this is about the denial dated 2/21/2014.": None,
        },
        pattern=_pattern("dated"),
        certain=True,
    ),
    Rule(
        name="header.ur_denial_date",
        why="The form's label for the day of the utilization review's denial, decision or modification.",
        examples={
            "UR Denial Date: 02/21/2014": _DAY,
            "UR Decision Date: 2/21/2014": _DAY,
            "Utilization Review Determination Date:02/21/2014": _DAY,
            "Date of Utilization Review Decision: 2/21/2014": _DAY,
            "Utilization Review Denial: 2/21/14": _DAY,
            "Date UR Denied: 2/21/14": _DAY,
            "Date of Denial: 2/21/14": _DAY,
            "Decision Date: 2/21/14": None,
        },
        pattern=_pattern("ur_denial_date"),
        certain=True,
    ),
    Rule(
        name="header.application_received",
        why="The form's label for the day on which the application for review came in.",
        examples={
            "Application Received: 02/21/2014": _DAY,
            "IMR Application Received: 2/21/2014": _DAY,
            "Application Receipt Date: 2/21/14": _DAY,
            "Date IMR Application Received:02/21/2014": _DAY,
            "Date Received: 2/21/2014": _DAY,
            "Application Received: Priority: Standard": None,
        },
        pattern=_pattern("application_received"),
        certain=True,
    ),
)
PRIORITY = Rule(
    name="header.priority",
    why='The word "priority", a letter or two misspelt at most, with one of the contract\'s words or "regular" behind it.',
    examples={
        "Priority: Standard": "standard",
        "PRIORITY EXPEDITED": "expedited",
        "Prority: Regular": "standard",
        "Priority: Urgent": None,
        "The patient was standard.": None,
    },
    pattern=compiled(rf"p(?<=\bp)(?P<label>\w{{5,9}}){PUT}(?P<priority>standard|expedited|regular|expedite)\b"),
    certain=True,
)
_LONGEST_LABEL = 70
_DATE = compiled(D)
_MOST_DATES = 60


class Labelled(NamedTuple):
    """A date of the block, the label's place in front of it and the rule that knows the label; no rule, no known label."""

    value: date
    place: Part
    label: Part
    rule: Rule | None

    @property
    def field(self) -> str | None:
        """The field of `case` that the label names."""
        return field_of(self.rule.name.removeprefix("header.")) if self.rule else None


def field_of(label: str) -> str:
    """The field of `case` that a label of `LABELS` names."""
    return "decision_date" if label == "dated" else label


def dates(text: str, block: Part, *, years_up_to: int | None) -> Iterator[Labelled]:
    """The dates of a block of lower-case text, each with the longest label in front of it."""
    for count, m in enumerate(_DATE.finditer(text, *block)):
        if count == _MOST_DATES:
            return
        value = parse_date(m["date"], latest_year=years_up_to)
        if value is not None and not is_of_a_time(text, *m.span()):
            start, rule = _longest_label(text, max(block.start, m.start() - _LONGEST_LABEL), m.start())
            yield Labelled(value, Part(*m.span()), Part(start, m.start()), rule)


# The rules' patterns as one: the engine tries them in their order at each place, so that it finds the longest label's first rule.
_BY_LABEL = {rule.name.removeprefix("header."): rule for rule in RULES}
_ANY_LABEL = compiled("\\b(?:" + "|".join(f"(?P<{name}>{LABELS[name]})" for name in _BY_LABEL) + rf"){PUT}\Z")


def _longest_label(text: str, floor: int, end: int) -> tuple[int, Rule | None]:
    m = _ANY_LABEL.search(text[floor:end])
    return (floor + m.start(), _BY_LABEL[m.lastgroup or ""]) if m else (end, None)


class Priorities(NamedTuple):
    """The priority and where its word stands."""

    value: Priority
    place: Part


def priority(text: str, block: Part) -> Priorities | None:
    """The priority of a block of lower-case text."""
    for m in PRIORITY.pattern.finditer(text, *block) if PRIORITY.pattern else ():
        if Levenshtein.distance("p" + m["label"], "priority", score_cutoff=2) <= 2:
            return Priorities(of_priority(m["priority"]), Part(*m.span("priority")))
    return None


def of_priority(word: str) -> Priority:
    """The contract's word for the form's."""
    return "expedited" if word.startswith("exped") else "standard"
