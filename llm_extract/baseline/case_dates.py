"""Dates of the dispute told in the narrative: the injury, the denial by utilization review, the application.

A header block is believed before the narrative (contract, rule 16): these rules only fill what it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from llm_extract.baseline.header import read_header
from llm_extract.baseline.page import Page, first_of
from llm_extract.engine import Found
from llm_extract.sections import Part
from llm_extract.values import date_pattern, parse_date

# All patterns are searched in lower-case text, one sentence at a time.
_D = date_pattern()
_WITHIN = r"(?:[^.;]|\.(?=\d))"  # stays inside a sentence
_INJURED = r"(?:injured|hurt|injuring)(?! (?:worker|employee|person|individual|party|body|part)s?\b)"
_INJURY = (
    r"(?:injur(?:y|ies)|injured(?! (?:worker|employee|person|individual|party)s?\b)|accident|trauma|incident|collision|crash"
    r"|robbery|assault(?:ed)?|attack(?:ed)?|explosion|exposure|fall)"
)
_HAPPENED = (
    r"(?:was|were|is|been) (?:\w+ )?(?:struck|hit|attacked|assaulted|bitten|burned|thrown|pinned|involved|kicked|rear-?ended)"
)

Rule = tuple[str, re.Pattern[str]]


def _rules(*rules: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in rules)


_INJURY_RULES = _rules(
    # "date of injury of 9/12/02", "injury date on 09/29/2008", "DOI: 3/4/2012"
    (
        "injury.labelled",
        r"\b(?:dates? of (?:the |his |her )?(?:industrial |work )?(?:injury|accident|loss)|injury date|date injured|d\.?o\.?i\.?)"
        rf"\b{_WITHIN}{{0,40}}?{_D}",
    ),
    # "a 55-year-old man with a March 4, 2009 date of injury"
    ("injury.dated", rf"{_D},? (?:industrial |work(?:-related)? )?(?:date of (?:injury|loss|accident)|doi|injury)\b"),
    # "sustained an industrial injury to his lower back after a motor vehicle accident on 3/9/2005"
    (
        "injury.sustained",
        r"\b(?:sustain\w*|suffer\w*|incur\w*|experienc\w*|report\w*|claim\w*|alleg\w*|had|with|involved in)"
        rf"{_WITHIN}{{0,60}}?\b{_INJURY}\b{_WITHIN}{{0,160}}?\b(?:on|of|dated|in|from|date)?:? ?\(?{_D}",
    ),
    # "was injured on 3/4/2012", "was injured in the course of employment on ..."
    ("injury.injured", rf"\b{_INJURED}{_WITHIN}{{0,160}}?{_D}"),
    # "industrial injury of June 1, 2010", "work-related injury dated ..."
    (
        "injury.of",
        r"\b(?:industrial|work|occupational|lifting|crush|slip|fall|original|cumulative|traumatic)[\w -]{0,30}"
        rf"\b{_INJURY}{_WITHIN}{{0,60}}?{_D}",
    ),
    # "On 3/4/2012, he slipped and fell"
    (
        "injury.on_that_day",
        rf"{_D},? {_WITHIN}{{0,80}}?\b(?:sustained|suffered|fell|slipped|tripped|struck|twisted|strained|lifting|{_INJURED})",
    ),
    # "The accident happened on 3/4/2012", "Her injury dates from March 4, 2012", "fell at work 3/4/09"
    (
        "injury.happened",
        rf"\b{_INJURY} (?:happened|occurred|took place|dates? (?:from|back to)|dating (?:from|back to)):?(?: on)?(?: the)? {_D}"
        r"|\b(?:fell|slipped|tripped|hurt|injured|struck)(?: \w+){0,3} (?:at|while at) work,? " + date_pattern("date2"),
    ),
    # "who fell from a ladder on 3/4/2012"
    (
        "injury.mechanism",
        rf"\b(?:fell|slipped|tripped|{_HAPPENED}|robbery|collision|twisted|strained|lifting|crushed|hurt)"
        rf"{_WITHIN}{{0,120}}?\bon {_D}",
    ),
)
_DENY = (
    r"(?:den(?:ied|ial|ies|y|ying)|non-? ?certif\w*|not certif\w*|did not certify|modif\w*|failed to (?:approve|certify)"
    r"|partially (?:approved|certified)|conditionally|adverse|not (?:authorized|approved)|declined|disapproved|delayed)"
)
_UR = r"(?:utilization(?: review)?|ur\b|claims administrator|peer review|u\.r\.)"
_DOCUMENT = r"(?:report|determination|decision|denial|letter|notice|process|review)"
_ANY_WORD = r"(?! (?:report|note|visit|exam|mri|progress|dated|seen)) [\w#/%,'()-]+"
_DECIDER = r"(?:reviewer|administrator|carrier|insurer|insurance company|adjuster|physician advis[oe]r|utilization review|ur)"
_GRANTED = r"(?!\)?,? (?:has |had )?(?:approved|certified|authorized|allowed|granted)\b)"

_DISPUTED = (
    r"(?:(?:now |currently |presently )?(?:in|at|under) (?:dispute|issue|review|question|consideration)|disputed|current request"
    r"|present request|instant request|this request|being challenged|being appealed|appealed)"
)
_UR_RULES = _rules(
    # "The request now in dispute was denied on 7/16/15", behind denials of earlier requests
    ("ur.disputed", rf"\b{_DISPUTED}\b{_WITHIN}{{0,120}}?\b{_DENY}{_WITHIN}{{0,60}}?\b(?:on|dated|of):? ?{_D}"),
    (
        "ur.present_request",
        rf"\b{_DENY}{_WITHIN}{{0,160}}?\b(?:present|current|instant|disputed|latest|new) (?:\w+ ){{0,2}}?requests? (?:was "
        rf"|again )?on {_D}",
    ),
    ("ur.disputed_denial", rf"\b{_DENY}{_WITHIN}{{0,30}}?\b{_DISPUTED}{_WITHIN}{{0,40}}?\b(?:on|dated|of|is|was):? ?{_D}"),
    # "In a Utilization Review report dated October 3, 2014, the claims administrator failed to approve ..."
    (
        "ur.report",
        rf"\b(?:utilization review|ur)\b(?: \(ur\))?,? ?{_DOCUMENT}?s?,? ?"
        rf"(?:was |is |were )?\(?(?:dated|of|on|from|performed on|completed on|issued on|rendered on"
        rf"|issued)?:? ?\(?{_D}{_GRANTED}",
    ),
    # "On 2/24/15, Utilization Review non-certified ..."
    ("ur.on_that_day", rf"\bon {_D},? ?(?:the |a |an )?{_WITHIN}{{0,30}}?{_UR}{_WITHIN}{{0,60}}?{_DENY}"),
    # "The utilization review denied the request on 10/24/2014"
    ("ur.denied_on", rf"\b{_UR}{_WITHIN}{{0,120}}?{_DENY}{_WITHIN}{{0,200}}?(?:\b(?:on|dated|of) |\(){_D}"),
    ("ur.dated", rf"\b{_UR}{_WITHIN}{{0,60}}?\b(?:dated|on|of) {_D}{_WITHIN}{{0,160}}?{_DENY}"),
    (
        "ur.determination",
        r"\b(?:utilization review|ur) (?:\(ur\) )?(?:determination|decision|denial|report|letter|notice)"
        rf"{_WITHIN}{{0,40}}?\b(?:dated|of|on|was|is) {_D}{_GRANTED}",
    ),
    # "The 10/3/2014 utilization review denial", "non-certified in a 10/3/2014 UR"
    ("ur.dated_review", rf"{_D} (?:utilization review|ur)\b"),
    # "On October 3, 2014 the request was denied"
    (
        "ur.request_denied",
        rf"\bon {_D},? (?:the|this|these|all|said) (?:[\w-]+ ){{0,3}}?(?:requests?|treatments?|services?|items?|surgery"
        rf"|procedure|medications?)"
        rf"{_WITHIN}{{0,60}}? (?:was|were) (?:\w+ ){{0,2}}?{_DENY}",
    ),
    # "The claims administrator determined on 10/3/14 that the MRI was not medically necessary"
    (
        "ur.found",
        rf"\b{_UR}{_WITHIN}{{0,30}}?\b(?:determined|found|concluded|decided|opined){_WITHIN}{{0,40}}?\bon {_D}"
        rf"{_WITHIN}{{0,120}}?\bnot\b",
    ),
    # "... by letter dated September 2, 2015 the request was denied"
    (
        "ur.letter",
        r"\b(?:by|in|per) (?:a |the )?(?:letter|notice|report|determination|decision) (?:dated|of) "
        rf"{_D}{_WITHIN}{{0,80}}?\b{_DENY}",
    ),
    (
        "ur.by_reviewer",
        rf"\b(?:{_DENY}|refused|rejected)\b(?! \w+ of){_WITHIN}{{0,60}}?\b(?:by|of) (?:the )?(?:[\w']+ ){{0,3}}?{_DECIDER}"
        rf"(?:{_WITHIN}{{0,40}}?\b(?:on|dated)|(?: \w+)?[,:])? \(?{_D}",
    ),
    (
        "ur.decider",
        rf"\b(?:administrator|carrier|insurer|adjuster)(?:'s)? (?:letter|notice|report|decision|determination|denial),? (?:of "
        rf"|dated |on )?{_D}"
        rf"|\b(?:decision|determination|letter) of "
        + date_pattern("date2")
        + r",? (?:the )?(?:utilization review|ur\b|claims administrator|carrier)",
    ),
    (
        "ur.reviewer_denied",
        r"\b(?:reviewer|administrator|carrier|insurer|adjuster|physician advis[oe]r)\b"
        rf"{_WITHIN}{{0,30}}?\b(?:{_DENY}|refused|rejected){_WITHIN}{{0,80}}?\b(?:on|dated) {_D}",
    ),
    # "... but this was denied on September 2, 2015"
    ("ur.denied", rf"\b(?:was|were|been|being) (?:\w+ ){{0,2}}?{_DENY}(?:{_ANY_WORD}){{0,10}}? (?:on|dated) {_D}"),
    (
        "ur.denial_dated",
        rf"\b(?:denial|non-?certification|modification|adverse determination)(?: \w+){{0,5}}? (?:on|dated|of|issued),? {_D}",
    ),
    # "The UR report of 10/3/14 certified 6 of 12 visits": what is left when nothing speaks of a denial
    ("ur.in_part", rf"\b(?:utilization review|ur)\b(?: \(ur\))?,? ?{_DOCUMENT}?,? ?(?:dated|of|on|from)? ?\(?{_D}"),
)
_NAMES_UR = frozenset({"ur.report", "ur.determination"})
# What was decided of another request than the disputed one.
_ANOTHER_REQUEST = re.compile(
    r"\b(?:earlier|prior|previous|former|different|another|other|unrelated|separate) (?:\w+ )?(?:requests?|denials?"
    r"|reviews? of)\b"
)
_APPLICATION = re.compile(
    rf"\bon {_D},? ?(?:the |an? )?{_WITHIN}{{0,40}}?(?:submitted|filed|application)(?: \w+){{0,4}}?"
    r" (?:imr|independent medical review)"
    rf"|(?:application|request) for (?:imr|independent medical review)(?: \(imr\))?{_WITHIN}{{0,30}}?"
    rf"\b(?:received|dated|submitted|filed|on){_WITHIN}{{0,12}}?"
    + date_pattern("date2")
    + r"|\b(?:the|an|his|her|imr) application,? (?:for review )?(?:was |is )?(?:received|filed|submitted|dated|signed|made)"
    rf"{_WITHIN}{{0,30}}?"
    + date_pattern("date3")
    + r"|(?:\b(?:imr|independent medical review)(?: \(imr\))? (?:was |is )?(?:requested|sought|applied for) on"
    r"|\bapplication for (?:imr|independent medical review)(?: \(imr\))?:) "
    + date_pattern("date5")
    + r"|\bapplied for (?:imr|(?:an )?independent medical review)(?: \(imr\))? on "
    + date_pattern("date4")
)
_ASSIGNED = re.compile(rf"\bnotice of assignment{_WITHIN}{{0,120}}?\bon {_D}")
# The last resort: the one date of the introduction, when nothing there speaks of a report or a visit.
_INTRODUCED = re.compile(rf"\b(?:on|of|since) {_D}")
_NOT_THE_INJURY = re.compile(
    r"\b(?:reports?|dated|visit|seen|evaluat\w+|mri|x-?ray|note|exam\w*|progress|underwent|surgery|born|dob|utilization|ur"
    r"|review|imr"
    r"|request\w*|application|submitted|treat\w+|follow\w*|prescri\w+|work status|presented|"
    rf"{_DENY})\b"
)
_SPEAKS_OF_INJURY = re.compile(rf"{_INJURY}|\bdoi\b|\bd\.o\.i|\bfell\b|\bslipp|\btripp|\blift|\b{_HAPPENED}|\bhurt\b")
_INTRODUCTION = 4
"""Sentences that introduce the patient; a later one counts only where it labels the date."""
_FRONT = 20_000
"""Characters in which an application or a notice of assignment is told."""


def read_case_dates(page: Page) -> dict[str, Found]:
    """`case` dates that the clinical summary tells, of those that the header lacks."""
    if page.narrative is None:
        return {}
    has = read_header(page)
    found = {pointer: rule(page) for pointer, rule in _FIELDS if pointer not in has}
    return {pointer: value for pointer, value in found.items() if value is not None}


def injury_is_absent(page: Page) -> bool:
    """Whether nothing in the summary could be the date of an injury: no date in any sentence that speaks of one."""
    if page.narrative is None or page.narrative != page.sections.summary:
        return False
    return not any(_SPEAKS_OF_INJURY.search(page.low, s.start, s.end) for s in page.dated)


def _front(page: Page) -> Part:
    """What stands before the first rationale: letterhead, narrative, requests."""
    items, summary = page.sections.items, page.sections.summary
    end = items[0].rationale.start if items and items[0].rationale else summary.end if summary else 0
    return Part(0, min(end, _FRONT))


def _denial(page: Page) -> Found | None:
    """As the summary tells it, else where the text before the first rationale names the utilization review's own paper."""
    of_this = [s for s in page.dated if not _search(_ANOTHER_REQUEST, page, s)]
    told = _first(page, _UR_RULES, of_this) or _first(page, _UR_RULES, page.dated)
    if told is not None:
        return told
    return _first(page, [rule for rule in _UR_RULES if rule[0] in _NAMES_UR], [_front(page)])


def _injury(page: Page) -> Found | None:
    introduction = [s for s in page.sentences[:_INTRODUCTION] if s in page.dated]
    for sentence in introduction:
        if hit := _first(page, _INJURY_RULES, [sentence]):
            return hit
    labelled = _first(page, _INJURY_RULES[:1], page.dated)
    first_is_dated = introduction[:1] == list(page.sentences[:1]) != []
    if labelled or not first_is_dated or _search(_NOT_THE_INJURY, page, introduction[0]):
        return labelled
    return _first(page, (("injury.introduced", _INTRODUCED),), introduction[:1])


def _assigned(page: Page) -> Found | None:
    return _first(page, (("assigned.notice", _ASSIGNED),), [_front(page)])


def _application(page: Page) -> Found | None:
    return _first(page, (("application.submitted", _APPLICATION),), [*page.dated, _front(page)])


_FIELDS: tuple[tuple[str, Callable[[Page], Found | None]], ...] = (
    ("/case/date_of_injury", _injury),
    ("/case/ur_denial_date", _denial),
    ("/case/date_assigned", _assigned),
    ("/case/application_received", _application),
)


def _search(pattern: re.Pattern[str], page: Page, part: Part) -> re.Match[str] | None:
    return pattern.search(page.low, part.start, part.end)


def _first(page: Page, rules: Iterable[Rule], parts: Iterable[Part]) -> Found | None:
    """What the first rule finds that finds a date; an earlier rule in a later sentence goes before."""
    parts = list(parts)
    return first_of(_match(page, name, rule, part) for name, rule in rules for part in parts)


# The first day of a time is not the day of anything: "cumulative trauma from 1/1/2005 to 3/4/2009".
_TO_ANOTHER_DAY = re.compile(rf" ?(?:to|through|thru|until|-) ?(?:the present\b|present\b|{_D})")


def _match(page: Page, name: str, rule: re.Pattern[str], part: Part) -> Found | None:
    for m in rule.finditer(page.low, part.start, part.end):
        group = next(name for name, words in m.groupdict().items() if words and name.startswith("date"))
        value = parse_date(m[group], latest_year=page.latest_year)
        if value is not None and not _TO_ANOTHER_DAY.match(page.low, m.end(group)):
            return page.found(value, name, m.span(group), certain=name in _CERTAIN)
    return None


# These patterns name what the date is; the others conclude it from the sentence.
_CERTAIN = frozenset(
    {
        "injury.labelled",
        "injury.dated",
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
