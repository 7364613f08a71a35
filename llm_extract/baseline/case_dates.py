"""Dates of the dispute told outside of the header block: the application, the assignment, and those of the neighbouring modules.

A header block is believed before the narrative (contract, rule 16): these rules only fill what it lacks.
"""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from llm_extract.baseline.denial_date import denial_date
from llm_extract.baseline.header import read_header
from llm_extract.baseline.injury_date import injury_date, injury_is_absent
from llm_extract.baseline.page import Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.baseline.told_date import D, between, dated_sentences, first_told, read_date
from llm_extract.engine import Found
from llm_extract.sections import Part

__all__ = ["MATTER", "injury_is_absent", "read_case_dates"]

_APPLIED, _ASSIGNED = date(2014, 11, 5), date(2014, 11, 20)
_IMR = r"(?:imr|(?:an )?independent medical review)(?: \(imr\))?"

_APPLICATION: tuple[Rule, ...] = (
    Rule(
        name="application.submitted",
        why="A day on which somebody is said to have submitted or filed an application for independent medical review.",
        examples={
            "On 11/5/14, the injured worker submitted an application for IMR for review of Norco.": _APPLIED,
            "On November 5, 2014, the applicant's attorney filed for independent medical review.": _APPLIED,
            "On 11/5/14 the patient submitted a urine sample.": None,
            "On 11/5/14 an application for IMR is said to be late.": _APPLIED,
        },
        pattern=compiled(rf"\bon {D},? ?(?:the |an? )?{between(40)}(?:submitted|filed|application)(?: \w+){{0,4}}? {_IMR}"),
        needs=("submitted", "filed", "application"),
    ),
    Rule(
        name="application.received",
        why="The application or request for independent medical review, with the day of its receipt, filing or signature.",
        examples={
            "An application for Independent Medical Review was filed on 11/5/2014 disputing the Utilization Review Denial dated 10/3/2014.": _APPLIED,
            "The application for IMR was received on 11/5/2014.": _APPLIED,
            "Her request for independent medical review (IMR), dated 11/5/14, lists the brace.": _APPLIED,
            "Application for IMR: 11/5/14.": _APPLIED,
            "An application for IMR was not found in the file of 11/5/14.": None,
        },
        pattern=compiled(
            rf"\b(?:application|request) for {_IMR}(?:,? (?:was |is )?(?:received|dated|submitted|filed|signed|made)(?: on| by \w+ on)?,?|:| of| on) {D}"
        ),
        needs=("application for i", "application for an i", "request for i", "request for an i"),
    ),
    Rule(
        name="application.named",
        why="The application of a letter that says for what elsewhere, with the day of its receipt, filing or signature.",
        examples={
            "The application was received on November 5, 2014.": _APPLIED,
            "His application for review, signed 11/5/14, names two items.": _APPLIED,
            "The application of heat on 11/5/14 helped.": None,
        },
        pattern=compiled(
            r"\b(?:the|an|his|her|imr) application,? (?:for review,? )?(?:was |is )?(?:received|filed|submitted|dated|signed|made)"
            rf"{between(30)}{D}"
        ),
        needs=("application",),
    ),
    Rule(
        name="application.requested",
        why="Independent medical review was requested, sought or applied for on a day.",
        examples={
            "IMR was requested on 11/5/14.": _APPLIED,
            "Independent medical review was sought on 11/5/2014.": _APPLIED,
            "IMR was decided on 11/5/14.": None,
        },
        pattern=compiled(rf"\b{_IMR} (?:was |is )?(?:requested|sought|applied for) on {D}"),
        needs=("requested on", "sought on", "applied for on"),
    ),
    Rule(
        name="application.applied",
        why="Somebody applied for, appealed to or requested independent medical review on a day.",
        examples={
            "The injured worker applied for independent medical review on 11/5/14.": _APPLIED,
            "She requested an independent medical review (IMR) on 11/5/14.": _APPLIED,
            "She applied for disability on 11/5/14.": None,
        },
        pattern=compiled(rf"\b(?:applied for|appealed to|requested) {_IMR} on {D}"),
        needs=("applied for ", "appealed to ", "requested imr", "requested independent", "requested an "),
    ),
)
_ASSIGNMENT: tuple[Rule, ...] = (
    Rule(
        name="assigned.notice",
        why="The form of 2013 says on which day the Notice of Assignment went out, which assigned the case.",
        examples={
            "A Notice of Assignment and Request for Information was provided to the above parties on 11/20/2014.": _ASSIGNED,
            "The Notice of Assignment was mailed to the parties on November 20, 2014.": _ASSIGNED,
            "The notice was provided to the parties on 11/20/2014.": None,
        },
        pattern=compiled(rf"\bnotice of assignment{between(120)}\bon {D}"),
        needs=("notice of assignment",),
    ),
    Rule(
        name="assigned.case",
        why="The case or the review is said to have been assigned on a day.",
        examples={
            "This case was assigned to the expert reviewer on 11/20/2014.": _ASSIGNED,
            "The review was assigned on November 20, 2014.": _ASSIGNED,
            "The patient was assigned to modified duty on 11/20/2014.": None,
        },
        pattern=compiled(
            rf"\b(?:case|review|imr)(?: file)? was assigned(?: to (?:an? |the )?(?:[\w-]+ ){{0,4}}?(?:reviewer|organization))? on {D}"
        ),
        needs=("was assigned",),
    ),
)
MATTER = Matter((*_APPLICATION, *_ASSIGNMENT), read_date)

_FRONT = 20_000
"""Characters in which an application or a notice of assignment is told."""


def read_case_dates(page: Page) -> dict[str, Found]:
    """`case` dates that the narrative and the form's sentences tell, of those that the header lacks."""
    has = read_header(page)
    found = {pointer: rule(page) for pointer, rule in _FIELDS if pointer not in has}
    return {pointer: value for pointer, value in found.items() if value is not None}


def _front(page: Page) -> Part:
    """What stands before the first rationale: letterhead, narrative, requests."""
    items, summary = page.sections.items, page.sections.summary
    end = items[0].rationale.start if items and items[0].rationale else summary.end if summary else 0
    return Part(0, min(end, _FRONT))


def _denial(page: Page) -> Found | None:
    front, told = _front(page), page.narrative or Part(0, 0)
    around = [Part(front.start, min(told.start, front.end)), Part(min(told.end, front.end), front.end)]
    return denial_date(page, around)


def _assigned(page: Page) -> Found | None:
    return first_told(page, _ASSIGNMENT, [_front(page)])


def _application(page: Page) -> Found | None:
    return first_told(page, _APPLICATION, [*dated_sentences(page), _front(page)])


_FIELDS: tuple[tuple[str, Callable[[Page], Found | None]], ...] = (
    ("/case/date_of_injury", injury_date),
    ("/case/ur_denial_date", _denial),
    ("/case/date_assigned", _assigned),
    ("/case/application_received", _application),
)
