"""The header block: labels with their values, read by lines, by columns and with typing errors; the case number wherever it is.

A text of no known layout has no header: there a label counts with its colon, or at the beginning of a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from llm_extract.baseline.header_labels import LABELS, PRIORITY, PUT, Labelled, dates, field_of, of_priority, priority
from llm_extract.baseline.header_labels import RULES as LABEL_RULES
from llm_extract.baseline.page import Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.baseline.told_date import D
from llm_extract.engine import Found
from llm_extract.letters import Letter
from llm_extract.schema import Span
from llm_extract.sections import Part
from llm_extract.values import parse_date

_LONGEST_BLOCK = 20_000
"""Characters; the letter's form, which may stand between the block and the first heading, has 6,000."""

_COLUMN = Rule(
    name="header.column",
    why="Two labels or more and then as many values, each of its label's kind: PDF text has it so when it reads by columns.",
    examples={
        "Date of Injury: Decision Date: 11/04/2003 07/24/2014": {
            "/case/date_of_injury": date(2003, 11, 4),
            "/case/decision_date": date(2014, 7, 24),
        },
        "UR Denial Date: Priority: 01/23/2014 Expedited": {
            "/case/ur_denial_date": date(2014, 1, 23),
            "/case/priority": "expedited",
        },
        "Case Number: Claims Number: Date of Injury: CM14-0012345 11/04/2003": {"/case/date_of_injury": date(2003, 11, 4)},
        "Date of Injury: Decision Date: 11/04/2003": None,
        "Date of Injury: Priority: 11/04/2003 07/24/2014": None,
    },
    certain=True,
)
_MISSPELT = Rule(
    name="header.misspelt",
    why="A label of the form with a typing error in every six letters at most, and a date behind it.",
    examples={
        "Date of Injry: 11/04/2003": {"/case/date_of_injury": date(2003, 11, 4)},
        "UR Denail Date: 01/23/2014": {"/case/ur_denial_date": date(2014, 1, 23)},
        "Aplication Recieved: 01/29/2014": {"/case/application_received": date(2014, 1, 29)},
        "Date Asigned: 2/21/14": {"/case/date_assigned": date(2014, 2, 21)},
        "Date of Birth: 11/04/1963": None,
        "Date of Visit: 11/04/2013": None,
    },
)
_NUMBER = Rule(
    name="header.case_number",
    why="The letters CM, two digits of a year and seven of a count: nothing else in a letter looks like it.",
    examples={
        "Case Number: CM14-0012345": {"/case/case_number": "CM14-0012345"},
        "IMR Case Number: CM14 - 0012345": {"/case/case_number": "CM14-0012345"},
        "cm14-0012345": {"/case/case_number": "CM14-0012345"},
        "CM15-12345": None,
        "XCM15-0012345": None,
    },
    pattern=compiled(r"cm(?<=\bcm) ?(?P<year>\d{2}) ?- ?(?P<serial>\d{7})\b"),
    certain=True,
)
_FOOTER = Rule(
    name="footer.case_number",
    why="The same in a page's footer, which is no part of the letter's running text and may be the only place that has it.",
    examples={
        "Final Determination Letter for IMR Case Number CM15-0099887": {"/case/case_number": "CM15-0099887"},
        "Final Determination Letter for IMR Case Number CM15": None,
    },
    pattern=re.compile(r"CM(?<=\bCM) ?(?P<year>\d{2}) ?- ?(?P<serial>\d{7})\b"),
    certain=True,
)


def read_header(page: Page) -> dict[str, Found]:
    """Fields of `case` from the header block; the case number also from a footer of the whole text.

    Kept with the page: the rules of the narrative ask which dates are still wanted.
    """
    kept = vars(page)
    if "header" not in kept:
        kept["header"] = _read(page)
    fields: dict[str, Found] = kept["header"]
    return fields


def _read(page: Page) -> dict[str, Found]:
    block = page.sections.header
    unknown = page.sections.layout == "unknown"
    fields: dict[str, Found] = {}
    if unknown:
        block = Part(0, len(page.text))
    if block is not None:
        bounded = Part(block.start, min(block.end, block.start + _LONGEST_BLOCK))
        dated = list(dates(page.low, bounded, years_up_to=page.latest_year))
        fields = _labelled(page, dated, labels_only=unknown) | _columns(page, bounded)
        if len(fields.keys() & _DATES) < len(_DATES) and not unknown:
            fields = _misspelt_before(page, bounded, dated) | fields
        fields = _priority(page, bounded) | fields
    return fields | _case_number(page)


_DATES = frozenset(f"/case/{field_of(name)}" for name in LABELS)


def _pairs(page: Page, block: Part) -> dict[str, Found]:
    return _labelled(page, dates(page.low, block, years_up_to=page.latest_year))


def _labelled(page: Page, dated: Iterable[Labelled], *, labels_only: bool = False) -> dict[str, Found]:
    """The first date right behind each label. "Dated", and any label outside of a block, must look like a label."""
    fields: dict[str, Found] = {}
    for one in dated:
        if one.rule is not None and (_looks_like_label(page, one.label) or not (labels_only or one.rule.name == "header.dated")):
            fields.setdefault(f"/case/{one.field}", page.found(one.value, one.rule.name, one.place, certain=one.rule.certain))
    return fields


def _looks_like_label(page: Page, label: Part) -> bool:
    return ":" in page.low[slice(*label)] or label.start in page.letter.folded.line_starts


def _priority(page: Page, block: Part) -> dict[str, Found]:
    hit = priority(page.low, block)
    return {} if hit is None else {"/case/priority": page.found(hit.value, PRIORITY.name, hit.place, certain=PRIORITY.certain)}


# --- columns ---------------------------------------------------------------------------------------------------------

# Labels whose value is no date, or is left out of the published letter.
_OTHER_LABELS = {
    "case_number": r"(?:imr |maximus )?case (?:number|no\b\.?|#)",
    "priority": "priority",
    "blank": r"(?:claims?|employee|employer|provider|applicant|patient)(?: (?:number|name|no\b\.?|#))?",
}
_KINDS = {"case_number": "number", "priority": "priority"}
_ANY_LABEL = compiled("(?:" + "|".join(rf"(?P<{n}>\b(?:{label}))" for n, label in (LABELS | _OTHER_LABELS).items()) + f"){PUT}")
_ANY_VALUE = compiled(rf"(?:{D}|(?P<number>cm ?\d{{2}} ?- ?\d{{7}})|(?P<priority>(?:standard|expedited|regular)\b))[ ,;|]*")


def _columns(page: Page, block: Part) -> dict[str, Found]:
    """Labels that come first and whose values follow in the same order.

    Paired only where there are as many values as labels and each one is of its label's kind; nothing is guessed.
    """
    fields: dict[str, Found] = {}
    for labels, values in _groups(page, block):
        names = [name for m in labels if (name := next(n for n, words in m.groupdict().items() if words)) != "blank"]
        kinds = [next(k for k in ("date", "number", "priority") if m[k]) for m in values]
        if len(names) < 2 or kinds != [_KINDS.get(name, "date") for name in names]:
            continue
        for name, kind, m in zip(names, kinds, values, strict=True):
            value = _of_column(kind, m[kind], page.latest_year)
            if value is not None:
                fields.setdefault(
                    f"/case/{field_of(name)}", page.found(value, _COLUMN.name, m.span(kind), certain=_COLUMN.certain)
                )
    return fields


def _of_column(kind: str, words: str, years_up_to: int | None) -> Any:
    """The value of a column's words; the case number has a rule of its own."""
    if kind == "number":
        return None
    return of_priority(words) if kind == "priority" else parse_date(words, latest_year=years_up_to)


def _groups(page: Page, block: Part) -> Iterator[tuple[list[re.Match[str]], list[re.Match[str]]]]:
    """Runs of two labels or more with the run of values behind each."""
    at = block.start
    while (first := _ANY_LABEL.search(page.low, at, block.end)) is not None:
        labels = [first, *_run(_ANY_LABEL, page.low, first.end(), block.end)]
        values = _run(_ANY_VALUE, page.low, labels[-1].end(), block.end)
        if len(labels) > 1:
            yield labels, values
        at = max(labels[-1].end(), values[-1].end() if values else 0)


def _run(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[re.Match[str]]:
    """Matches that follow each other right away."""
    found: list[re.Match[str]] = []
    while (m := pattern.match(text, start, end)) is not None and m.end() > start:
        found.append(m)
        start = m.end()
    return found


# --- typing errors ---------------------------------------------------------------------------------------------------

# Each label in its usual words, without blanks: what a label with a typing error is held against.
_SPELT = {
    "dateassigned": "date_assigned",
    "dateofassignment": "date_assigned",
    "dateofinjury": "date_of_injury",
    "injurydate": "date_of_injury",
    "decisiondate": "decision_date",
    "determinationdate": "decision_date",
    "dateofdecision": "decision_date",
    "urdenialdate": "ur_denial_date",
    "urdecisiondate": "ur_denial_date",
    "dateofurdecision": "ur_denial_date",
    "utilizationreviewdenialdate": "ur_denial_date",
    "applicationreceived": "application_received",
    "applicationreceiveddate": "application_received",
    "dateapplicationreceived": "application_received",
}
_WORDS_BEFORE = re.compile(r"(?:[a-z.]+[ /]+){0,4}[a-z.]+ ?[:;.=-]{0,2} ?\Z")
_LONGEST_LABEL = 60


class _Near(NamedTuple):
    """How far a label is from one of `_SPELT`, and the field that it names."""

    distance: int
    name: str


def _misspelt(page: Page, block: Part) -> dict[str, Found]:
    return _misspelt_before(page, block, dates(page.low, block, years_up_to=page.latest_year))


def _misspelt_before(page: Page, block: Part, dated: Iterable[Labelled]) -> dict[str, Found]:
    """Dates behind a label with a typing error: "Date of Injruy:", "Aplication Recieved:"."""
    fields: dict[str, Found] = {}
    for one in dated:
        before = page.low[max(block.start, one.place.start - _LONGEST_LABEL) : one.place.start]
        words = None if one.rule else _WORDS_BEFORE.search(before)
        if near := _nearest(words.group()) if words else None:
            fields.setdefault(f"/case/{near.name}", page.found(one.value, _MISSPELT.name, one.place))
    return fields


def _nearest(words: str) -> _Near | None:
    """The label that the last words are, but for a typing error in every six letters."""
    tokens = re.findall(r"[a-z]+", words)
    tails = ["".join(tokens[-count:]) for count in range(2, len(tokens) + 1)]
    found = (
        _Near(distance, name)
        for tail in tails
        for label, name in _SPELT.items()
        if (distance := Levenshtein.distance(tail, label, score_cutoff=len(label) // 6)) <= len(label) // 6
    )
    return min(found, default=None)


# --- case number -----------------------------------------------------------------------------------------------------


def _case_number(page: Page, _: Part | None = None) -> dict[str, Found]:
    if hit := _NUMBER.search(page.low):
        return {"/case/case_number": page.found(_as_number(hit), _NUMBER.name, hit.span(), certain=_NUMBER.certain)}
    # Folding takes page footers out of the text.
    raw = _FOOTER.search(page.letter.text)
    if raw is None:
        return {}
    return {"/case/case_number": Found(_as_number(raw), (Span(*raw.span()),), _FOOTER.name, certain=_FOOTER.certain)}


def _as_number(m: re.Match[str]) -> str:
    return f"CM{m['year']}-{m['serial']}"


# --- the rules by themselves -----------------------------------------------------------------------------------------


def _read_one(rule: Rule, words: str) -> Any:
    """What one rule reads in words that are a whole block: a value of a label's rule, the fields by pointer of another."""
    page = Page(Letter("words", "", "", words))
    block = Part(0, len(page.text))
    if rule is _FOOTER:
        raw = rule.search(words)
        return {"/case/case_number": _as_number(raw)} if raw else None
    read = _WAYS.get(rule.name, _pairs)
    fields = {pointer: found.value for pointer, found in read(page, block).items() if found.by == rule.name}
    if rule in LABEL_RULES or rule is PRIORITY:
        return next(iter(fields.values()), None)
    return fields or None


_WAYS: dict[str, Callable[[Page, Part], dict[str, Found]]] = {
    _COLUMN.name: _columns,
    _MISSPELT.name: _misspelt,
    PRIORITY.name: _priority,
    _NUMBER.name: _case_number,
}
RULES: tuple[Rule, ...] = (*LABEL_RULES, PRIORITY, _COLUMN, _MISSPELT, _NUMBER, _FOOTER)
MATTER = Matter(RULES, _read_one)
