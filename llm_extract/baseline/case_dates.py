"""Dates of the dispute told in the narrative: the injury, the denial by utilization review, the application.

A header block is believed before the narrative (contract, rule 16): these rules only fill what it lacks.
"""

from __future__ import annotations

import re

from llm_extract.baseline.page import Page, first_of, sentences
from llm_extract.engine import Found
from llm_extract.sections import Part
from llm_extract.values import date_pattern, parse_date

_D = date_pattern()
_WITHIN = r"(?:[^.;]|\.(?=\d))"  # stays inside a sentence
_INJURY = (
    r"(?:injur(?:y|ed|ies)|accident|trauma|incident|collision|crash|robbery|assault(?:ed)?|attack(?:ed)?|explosion|exposure|fall)"
)

_INJURY_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        # "date of injury of 9/12/02", "injury date on 09/29/2008", "DOI: 3/4/2012"
        ("injury.labelled", rf"\b(?:dates? of (?:the |his |her )?(?:industrial |work )?(?:injury|accident|loss)|injury date|date injured|D\.?O\.?I\.?)\b{_WITHIN}{{0,40}}?{_D}"),
        # "sustained an industrial injury to his lower back after a motor vehicle accident on 3/9/2005"
        ("injury.sustained", rf"\b(?:sustain\w*|suffer\w*|incur\w*|experienc\w*|report\w*|claim\w*|alleg\w*|had|with|involved in){_WITHIN}{{0,60}}?\b{_INJURY}\b{_WITHIN}{{0,160}}?\b(?:on|of|dated|in|from|date)?:? ?\(?{_D}"),
        # "was injured on 3/4/2012", "was injured in the course of employment on ..."
        ("injury.injured", rf"\b(?:injured|hurt|injuring){_WITHIN}{{0,160}}?{_D}"),
        # "industrial injury of June 1, 2010", "work-related injury dated ..."
        ("injury.of", rf"\b(?:industrial|work|occupational|lifting|crush|slip|fall|original|cumulative|traumatic)[\w -]{{0,30}}\b{_INJURY}{_WITHIN}{{0,60}}?{_D}"),
        # "On 3/4/2012, he slipped and fell"
        ("injury.on_that_day", rf"{_D},? {_WITHIN}{{0,80}}?\b(?:sustained|injured|suffered|fell|slipped|tripped|struck|twisted|strained|lifting|hurt)\b"),
        # "who fell from a ladder on 3/4/2012"
        ("injury.mechanism", rf"\b(?:fell|slipped|tripped|(?:was|were|is|been) (?:\w+ )?(?:struck|hit|attacked|assaulted|bitten|burned|thrown|pinned|involved)|robbery|collision|twisted|strained|lifting|crushed|hurt){_WITHIN}{{0,120}}?\bon {_D}"),
    )
)  # fmt: skip
_DENY = r"(?:den(?:ied|ial|ies|y|ying)|non-? ?certif\w*|not certif\w*|did not certify|modif\w*|failed to (?:approve|certify)|partially (?:approved|certified)|conditionally|adverse|not (?:authorized|approved)|declined|disapproved|delayed)"
_UR = r"(?:utilization(?: review)?|UR\b|claims administrator|peer review|U\.R\.)"
_UR_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        # "In a Utilization Review report dated October 3, 2014, the claims administrator failed to approve ..."
        ("ur.report", rf"\b(?:utilization review|UR)\b(?: \(UR\))?,? ?(?:report|determination|decision|denial|letter|notice|process|review)?s?,? ?(?:was |is |were )?(?:dated|of|on|from|performed on|completed on|issued on|issued)? ?\(?{_D}"),
        # "On 2/24/15, Utilization Review non-certified ..."
        ("ur.on_that_day", rf"\bon {_D},? ?(?:the |a |an )?{_WITHIN}{{0,30}}?{_UR}{_WITHIN}{{0,60}}?{_DENY}"),
        # "The utilization review denied the request on 10/24/2014"
        ("ur.denied_on", rf"\b{_UR}{_WITHIN}{{0,120}}?{_DENY}{_WITHIN}{{0,200}}?\b(?:on|dated|of) {_D}"),
        ("ur.dated", rf"\b{_UR}{_WITHIN}{{0,60}}?\b(?:dated|on|of) {_D}{_WITHIN}{{0,160}}?{_DENY}"),
        # "... but this was denied on September 2, 2015"
        ("ur.determination", rf"\b(?:utilization review|UR) (?:\(UR\) )?(?:determination|decision|denial|report|letter|notice){_WITHIN}{{0,40}}?\b(?:dated|of|on) {_D}"),
        ("ur.letter", rf"\b(?:by|in|per) (?:a |the )?(?:letter|notice|report|determination|decision) (?:dated|of) {_D}{_WITHIN}{{0,80}}?\b{_DENY}"),
        ("ur.by_reviewer", rf"\b(?:{_DENY}|refused|rejected)\b(?! \w+ of){_WITHIN}{{0,60}}?\b(?:by|of) (?:the )?(?:[\w']+ ){{0,3}}?(?:reviewer|administrator|carrier|insurer|adjuster|utilization review|UR){_WITHIN}{{0,40}}?\b(?:on|dated) {_D}"),
        ("ur.reviewer_denied", rf"\b(?:reviewer|administrator|carrier|insurer|adjuster)\b{_WITHIN}{{0,30}}?\b(?:{_DENY}|refused|rejected){_WITHIN}{{0,80}}?\b(?:on|dated) {_D}"),
        ("ur.denied", rf"\b(?:was|were|been|being) (?:\w+ ){{0,2}}?{_DENY}(?: \w+){{0,8}}? (?:on|dated) {_D}"),
        ("ur.denial_dated", rf"\b(?:denial|non-?certification|modification|adverse determination)(?: \w+){{0,5}}? (?:on|dated|of) {_D}"),
    )
)  # fmt: skip
_APPLICATION = re.compile(
    rf"\bon {_D},? ?(?:the |an? )?{_WITHIN}{{0,40}}?(?:submitted|filed|application)(?: \w+){{0,4}}? (?:IMR|independent medical review)"
    rf"|(?:application|request) for (?:IMR|independent medical review){_WITHIN}{{0,30}}?\b(?:received|dated|submitted|on){_WITHIN}{{0,12}}?"
    + date_pattern("date2"),
    re.IGNORECASE,
)
_ASSIGNED = re.compile(rf"\bNotice of Assignment{_WITHIN}{{0,120}}?\bon {_D}", re.IGNORECASE)
# The last resort: the one date of the introduction, when nothing there speaks of a report or a visit.
_INTRODUCED = re.compile(rf"\b(?:on|of|since) {_D}", re.IGNORECASE)
_NOT_THE_INJURY = re.compile(
    r"\b(?:report|dated|visit|seen|evaluat\w+|MRI|x-?ray|note|exam\w*|progress|underwent|surgery|denied|utilization|born|DOB)\b",
    re.IGNORECASE,
)


def read_case_dates(page: Page) -> dict[str, Found]:
    """`case` dates that the clinical summary tells."""
    summary = page.sections.summary
    if summary is None:
        return {}
    items = page.sections.items
    front = Part(0, items[0].rationale.start if items and items[0].rationale else summary.end)
    found = {
        "/case/date_of_injury": _injury(page, summary),
        "/case/ur_denial_date": first_of(_match(page, name, rule, summary) for name, rule in _UR_RULES)
        or first_of(_match(page, name, rule, front) for name, rule in _UR_RULES if name in ("ur.report", "ur.determination")),
        "/case/date_assigned": _match(page, "assigned.notice", _ASSIGNED, front),
        "/case/application_received": _match(page, "application.submitted", _APPLICATION, summary),
    }
    return {pointer: value for pointer, value in found.items() if value is not None}


def injury_is_absent(page: Page) -> bool:
    """Whether nothing in the summary could be the date of an injury: no valid date in any sentence that speaks of one."""
    summary = page.sections.summary
    if summary is None:
        return False
    about = re.compile(rf"{_INJURY}|\bDOI\b|\bfell\b|\bslipp|\blift", re.IGNORECASE)
    dated = re.compile(_D, re.IGNORECASE)
    return not any(page.search(about, s) and page.search(dated, s) for s in sentences(page.text, summary.start, summary.end))


def _injury(page: Page, summary: Part) -> Found | None:
    """The patient is introduced in the first sentences; a later sentence counts only where it labels the date."""
    parts = sentences(page.text, summary.start, summary.end)
    for part in parts[:4]:
        hit = first_of(_match(page, name, rule, part) for name, rule in _INJURY_RULES)
        if hit:
            return hit
    labelled = first_of(_match(page, name, rule, summary) for name, rule in _INJURY_RULES[:1])
    if labelled or not parts or page.search(_NOT_THE_INJURY, parts[0]):
        return labelled
    return _match(page, "injury.introduced", _INTRODUCED, parts[0])


def _match(page: Page, name: str, rule: re.Pattern[str], part: Part) -> Found | None:
    for m in page.finditer(rule, part):
        group = "date" if m["date"] else "date2"
        value = parse_date(m[group], latest_year=page.latest_year)
        if value is not None:
            return page.found(value, name, m.span(group), certain=name in _CERTAIN)
    return None


# These patterns name what the date is; the others conclude it from the sentence.
_CERTAIN = frozenset(
    {
        "injury.labelled",
        "injury.sustained",
        "injury.injured",
        "injury.of",
        "ur.report",
        "ur.on_that_day",
        "ur.denied_on",
        "ur.dated",
        "ur.denied",
    }
)
