"""Dates, priority and certifications that stand behind labels of any wording, in the head of a letter of unknown layout.

The known forms' labels are read by `header`; another organisation has its own ("Sent to reviewer ..... 3/10/2022"). Here a label
is known by its meaning: the words in front of a date on the same line, and what they are about.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from llm_extract.baseline.header_labels import of_priority
from llm_extract.baseline.page import Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.baseline.specialty_names import split_names
from llm_extract.baseline.told_date import D, is_of_a_time
from llm_extract.engine import Entry, Found
from llm_extract.letters import letter_from_text
from llm_extract.sections import Part
from llm_extract.values import parse_date

_LONGEST_LABEL = 70
_LONGEST_HEAD = 8000
"""Characters of a letter's head; half a page has 1,500."""
_MOST_DATES = 80
_DAY = date(2022, 3, 10)

# Behind a label: a sign, dots, a verb, or nothing where the label has its line to itself.
_PUT = r"[a-z ()/',&-]{0,40}?[ :;=|.-]{0,60}\Z"
_SIGN = r"(?= ?[:;=|.-])[ :;=|.-]{1,60}"
_REVIEW_ASKED = (
    r"application|appeal|petition|request for (?:imr|independent|external|review)|(?:imr|review) request(?:ed)?|imr form"
)
_GIVEN_TO = (
    r"(?:assign(?:ed|ment)\b|(?:sent|referred|forwarded|given|submitted|delivered|transmitted) to (?:the |an? "
    r"|our )?(?:[a-z]+ ){0,2}?"
    r"(?:reviewer|physician|expert|panel)|reviewer (?:appointed|selected|retained)|referred for review)"
)
_DENIED_BY = (
    r"(?:\bur\b|\bu\.r\.|utilization review|denial|denied|non-?certif\w*|adverse|insurer's|carrier's"
    r"|claims administrator's|plan's)"
)

DATES: tuple[Rule, ...] = (
    Rule(
        name="labelled.application_received",
        why="A label that speaks of the application or appeal for independent review.",
        examples={
            "Application received .. 03/10/2022": _DAY,
            "Appeal filed: March 10, 2022": _DAY,
            "Request for IMR received on 3/10/2022": _DAY,
            "Application of heat: none. Seen 3/10/2022": None,
            "Records received: 3/10/2022": None,
        },
        pattern=compiled(rf"\b(?:{_REVIEW_ASKED})\b{_PUT}"),
        unless=compiled(r"\b(?:den(?:ied|ial)|decision|decided|closed)\b"),
    ),
    Rule(
        name="labelled.date_assigned",
        why="A label or sentence that says that the file was given to the reviewer.",
        examples={
            "Sent to reviewer ...... 03/10/2022": _DAY,
            "The file was assigned to the reviewer on March 10, 2022.": _DAY,
            "Referred to physician reviewer: 3/10/2022": _DAY,
            "Reviewer selected 3/10/2022": _DAY,
            "The patient was sent to therapy on 3/10/2022": None,
        },
        pattern=compiled(rf"\b{_GIVEN_TO}{_PUT}"),
    ),
    Rule(
        name="labelled.ur_denial_date",
        why="A label that speaks of the denial, or of utilization review.",
        examples={
            "UR decision ........... 03/10/2022": _DAY,
            "Denied by utilization review on: March 10, 2022": _DAY,
            "Carrier's determination: 3/10/2022": _DAY,
            "Date of adverse decision: 3/10/2022": _DAY,
            "UR records received: 3/10/2022": None,
            "Decision date: 3/10/2022": None,
        },
        pattern=compiled(rf"{_DENIED_BY}{_PUT}"),
        unless=compiled(
            r"\b(?:birth|services?|received|imr|independent|visit|records?|deadline|due|appeal\w*|application|overturned"
            r"|upheld)\b"
        ),
    ),
    Rule(
        name="labelled.date_of_injury",
        why="A label that speaks of the injury or accident.",
        examples={
            "Injury date ........... 03/10/2022": _DAY,
            "Date of accident: 3/10/2022": _DAY,
            "Injured on: March 10, 2022": _DAY,
            "Injury reported: 3/10/2022": None,
        },
        pattern=compiled(rf"\b(?:injur(?:y|ed)|accident|date of (?:loss|onset|incident))\b{_PUT}"),
        unless=compiled(r"\b(?:birth|report\w*|notice|treat\w*|filed|seen)\b"),
    ),
    Rule(
        name="labelled.decision_date",
        why="A label that speaks of the determination, or of the letter that brings it.",
        examples={
            "Determination date .... 03/10/2022": _DAY,
            "Notice issued: March 10, 2022": _DAY,
            "Date of this letter: 3/10/2022": _DAY,
            "Decided on 3/10/2022": _DAY,
            "Mailed: 3/10/2022": _DAY,
            "Date: March 10, 2022": _DAY,
            "UR decision: 3/10/2022": None,
            "Decision due: 3/10/2022": None,
            "Report of MRI: 3/10/2022": None,
        },
        pattern=compiled(
            r"\b(?:determination|decision|decided|determined|(?:notice|letter|report|review) (?:date|issued|sent|completed)"
            r"|date of (?:this |the )?"
            rf"(?:letter|notice|review|report)|date issued|issue date|issued|mailed|rendered)\b{_PUT}|\Adate ?[:.|-]{{1,3}} ?\Z"
        ),
        unless=compiled(
            rf"{_DENIED_BY}|{_REVIEW_ASKED}|\b(?:insurer|carrier|administrator|received|services?|birth|injur\w+|hearing"
            r"|records?|prior|due|deadline)\b"
        ),
    ),
)
OWN_DATE = Rule(
    name="labelled.letter_date",
    why="A date that has a line of the letterhead to itself is the letter's, and the letter is the determination.",
    examples={"Pacific Review\n\nMarch 10, 2022\n\nDear parties:": _DAY, "The visit of March 10, 2022": None},
    pattern=compiled(D),
)
PRIORITY = Rule(
    name="labelled.priority",
    why="A label for the kind or urgency of the review, with one of the contract's words behind it.",
    examples={
        "Type of review ........ Standard": "standard",
        "Review level: Expedited": "expedited",
        "Review type - regular": "standard",
        "Standard of care: met": None,
    },
    pattern=compiled(
        r"\b(?:(?:type|kind|level|class|track|status) of (?:the )?(?:review|imr|case|request)|(?:review|imr|case"
        r"|request) (?:type|priority|level"
        r"|status|track|class)|review(?= ?:)|urgency|time ?frame|timing)"
        rf"{_SIGN}(?P<priority>standard|regular|expedited)\b"
    ),
)
CERTIFICATIONS = Rule(
    name="labelled.certifications",
    why="A label for certifications or specialties, and names that semicolons part.",
    examples={
        "Board certification: Orthopaedic Surgery; Hand Surgery. Licensed in: Utah.": ("Orthopaedic Surgery", "Hand Surgery"),
        "Specialties: Neurology; Pain Medicine": ("Neurology", "Pain Medicine"),
        "Board certification: Surgery; licensed in Ohio.": None,
        "Certification: the reviewer has no conflict; none is known.": None,
    },
    pattern=compiled(
        r"\b(?:(?:board )?certifications?|specialt(?:y|ies)|boards?)(?: ?\(s\))?"
        rf"{_SIGN}"
        r"(?P<names>[a-z][a-z&, ]{2,60}(?:; ?(?:and )?(?!licen|the\b|state)[a-z][a-z&, ]{2,60}){1,5})(?=\.|$|; ?licen| licen)"
    ),
    unless=compiled(r"(?:certifications?|boards?|specialt(?:y|ies))[^a-z]*(?:the|this|i|we|he|she)\b"),
)
RULES = (*DATES, OWN_DATE, PRIORITY, CERTIFICATIONS)
_OWN = "letter"
_FIELD = {rule.name: f"/case/{rule.name.partition('.')[2]}" for rule in DATES}


def read_labelled(page: Page) -> dict[str, Entry]:
    """Fields of `case` and the specialties behind labels of any wording; nothing of a letter whose layout is known."""
    head = page.sections.header
    if page.sections.layout != "unknown" or head is None:
        return {}
    place = Part(head.start, min(head.end, head.start + _LONGEST_HEAD))
    fields: dict[str, Entry] = {**_dates(page, place), **_priority(page, place)}
    if (names := _certifications(page, page.sections.credentials)) is not None:
        fields["/reviewer/specialties"] = names
    return fields


class _Dated(NamedTuple):
    """A date of the head, and the words in front of it on its line, down to the date or sentence before."""

    value: date
    place: Part
    label: str
    alone: bool


_DATE = compiled(D)
_SENTENCE_END = compiled(r"[a-z)]\. (?=[a-z])")


def _dated(page: Page, part: Part) -> Iterator[_Dated]:
    last = part.start
    for m in islice(_DATE.finditer(page.low, *part), _MOST_DATES):
        line = _line_of(page, m.start())
        begin = max(last, line, m.start() - _LONGEST_LABEL)
        words = page.low[begin : m.start()]
        cut = max((end.end() for end in _SENTENCE_END.finditer(words)), default=0)
        value = parse_date(m["date"], latest_year=page.latest_year)
        if value is not None and not is_of_a_time(page.low, *m.span("date")):
            alone = line == m.start() and _line_of(page, m.end() + 1) > line
            yield _Dated(value, Part(*m.span("date")), words[cut:].lstrip(" .,;|"), alone)
        last = m.end()


def _line_of(page: Page, at: int) -> int:
    """Where the line begins that holds this character; behind the text's end none does."""
    breaks = page.letter.folded.breaks
    i = bisect_right(breaks, at, key=lambda one: one.at)
    return len(page.text) if at >= len(page.text) else breaks[i - 1].at if i else 0


def _dates(page: Page, part: Part) -> dict[str, Found]:
    """The first date of each label; a label that two rules could mean is the earlier rule's.

    A date that has a line of the letterhead to itself is the determination's where no label gives one.
    """
    fields: dict[str, Found] = {}
    for one in _dated(page, part):
        rule = next((rule for rule in DATES if rule.search(one.label)), OWN_DATE if one.alone else None)
        if rule is not None:
            key = _FIELD.get(rule.name, _OWN)
            fields.setdefault(key, page.found(one.value, rule.name, one.place))
    own = fields.pop(_OWN, None)
    return {"/case/decision_date": own, **fields} if own else fields


def _priority(page: Page, part: Part) -> dict[str, Found]:
    m = PRIORITY.search(page.low, *part)
    return {"/case/priority": page.found(of_priority(m["priority"]), PRIORITY.name, m.span("priority"))} if m else {}


def _certifications(page: Page, part: Part | None) -> tuple[Found, ...] | None:
    m = CERTIFICATIONS.search(page.low, *part) if part else None
    if m is None:
        return None
    pieces = (Part(m.start("names") + piece.start(), m.start("names") + piece.end()) for piece in _PIECE.finditer(m["names"]))
    places = (place for piece in pieces for place in split_names(page.low, piece, in_list=True))
    return tuple(page.found(page.verbatim(*place), CERTIFICATIONS.name, place) for place in places)


_PIECE = compiled(r"[^;]+")


def _read(rule: Rule, words: str) -> Any:
    page = Page(letter_from_text(words))
    whole = Part(0, len(page.text))
    if rule is CERTIFICATIONS:
        return tuple(found.value for found in _certifications(page, whole) or ()) or None
    read = _priority(page, whole) if rule is PRIORITY else _dates(page, whole)
    return next((found.value for found in read.values() if found.by == rule.name), None)


MATTER = Matter(RULES, _read)
