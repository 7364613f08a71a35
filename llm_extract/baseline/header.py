"""The header block: labels with their values, several on a line, and the case number wherever it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import Priority, Span
from llm_extract.sections import Part
from llm_extract.values import date_pattern, parse_date

# Label as printed, in every layout's wording and in lower case -> field of `case`.
_REVIEW = r"(?:ur|u\.r\.|utilization(?: review)?)"
_DENIED = r"(?:denial|decision|determination|modification|non-?certification)"
_APPLICATION = r"(?:imr )?(?:application|request)(?: for (?:imr|independent medical review))?"
_LABELS: tuple[tuple[str, str], ...] = (
    (r"date (?:case )?assigned|assigned date|date of assignment|assignment date", "date_assigned"),
    (r"dates? of (?:industrial |work )?injury|injury date|date injured|d\.?o\.?i\b\.?", "date_of_injury"),
    (r"(?:final )?(?:decision|determination) date|date decided", "decision_date"),
    (r"date of (?:final |imr )*(?:decision|determination)", "decision_date"),
    (r"dated", "decision_date"),
    (rf"{_REVIEW} {_DENIED} date|{_REVIEW} date|(?<!\w )denial date", "ur_denial_date"),
    (rf"date of (?:the )?{_REVIEW}(?: {_DENIED})?|date {_REVIEW} (?:denied|decision|denial)", "ur_denial_date"),
    (rf"{_REVIEW} {_DENIED}(?= ?:)|{_REVIEW} (?:denied|modified)(?: on)?", "ur_denial_date"),
    (rf"{_APPLICATION} (?:received|receipt|filed)(?: date| on)?", "application_received"),
    (rf"(?:date )?(?:of )?{_APPLICATION} (?:was )?(?:received|receipt)", "application_received"),
    (rf"date (?:of )?(?:receipt of )?{_APPLICATION}(?: received)?|received date", "application_received"),
)
# Labels whose value is no date, or is left out of the published letter.
_OTHER_LABELS = (
    (r"(?:imr |maximus )?case (?:number|no\b\.?|#)", "case_number"),
    (r"priority", "priority"),
    (r"(?:claims?|employee|employer|provider|applicant|patient)(?: (?:number|name|no\b\.?|#))?", "blank"),
)
_PUT = r" ?[:;.=-]{0,2} ?"


def _alternatives(labels: tuple[tuple[str, str], ...]) -> str:
    return "|".join(rf"(?P<{name}_{i}>\b(?:{label}))" for i, (label, name) in enumerate(labels))


_LABEL = re.compile(f"(?:{_alternatives(_LABELS)}){_PUT}{date_pattern()}")
_ANY_LABEL = re.compile(f"(?:{_alternatives((*_LABELS, *_OTHER_LABELS))}){_PUT}")
_ANY_VALUE = re.compile(
    rf"(?:{date_pattern()}|(?P<number>cm ?\d{{2}} ?- ?\d{{7}})|(?P<priority>(?:standard|expedited|regular)\b))[ ,;|]*"
)
_CASE_NUMBER = re.compile(r"CM(?<=\bCM) ?(?P<year>\d{2}) ?- ?(?P<serial>\d{7})\b")
_SMALL_CASE_NUMBER = re.compile(r"cm(?<=\bcm) ?(?P<year>\d{2}) ?- ?(?P<serial>\d{7})\b")
_PRIORITY = re.compile(rf"\b(?P<label>p\w{{5,9}}){_PUT}(?P<priority>standard|expedited|regular|expedite)\b")
_LONGEST_BLOCK = 20_000
"""Characters; the letter's form, which may stand between the block and the first heading, has 6,000."""


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
    fields: dict[str, Found] = {}
    if block is not None:
        bounded = Part(block.start, min(block.end, block.start + _LONGEST_BLOCK))
        fields = _pairs(page, bounded) | _columns(page, bounded)
        if len(fields.keys() & _DATES) < len(_DATES):
            fields = _misspelt(page, bounded) | fields
        if priority := _priority(page, bounded):
            fields.setdefault("/case/priority", priority)
    number = _case_number(page)
    if number:
        fields["/case/case_number"] = number
    return fields


_DATES = frozenset(f"/case/{name}" for _, name in _LABELS)


def _name(m: re.Match[str]) -> str:
    """The field that the matched label names."""
    return next(name for name, words in m.groupdict().items() if words and name[-1].isdigit()).rsplit("_", 1)[0]


def _pairs(page: Page, block: Part) -> dict[str, Found]:
    """The first date right behind each label. "Dated" is one at the beginning of its line or with a colon."""
    fields: dict[str, Found] = {}
    for m in _LABEL.finditer(page.low, *block):
        value = parse_date(m["date"], latest_year=page.latest_year)
        if value is not None and (not m.group().startswith("dated") or _is_label(page, m.start(), m.start("date"))):
            fields.setdefault(f"/case/{_name(m)}", page.found(value, "header.date", m.span("date"), certain=True))
    return fields


def _is_label(page: Page, start: int, end: int) -> bool:
    return ":" in page.low[start:end] or start in page.letter.folded.line_starts


def _priority(page: Page, block: Part) -> Found | None:
    for m in _PRIORITY.finditer(page.low, *block):
        if Levenshtein.distance(m["label"], "priority", score_cutoff=2) <= 2:
            word: Priority = "expedited" if m["priority"].startswith("exped") else "standard"
            return page.found(word, "header.priority", m.span("priority"), certain=True)
    return None


# --- columns ---------------------------------------------------------------------------------------------------------

_KIND = {"case_number": "number", "priority": "priority"}


def _columns(page: Page, block: Part) -> dict[str, Found]:
    """Labels that come first and whose values follow in the same order, as PDF text has it when it reads by columns.

    Paired only where there are as many values as labels and each one is of its label's kind; nothing is guessed.
    """
    fields: dict[str, Found] = {}
    for labels, values in _groups(page, block):
        names = [name for m in labels if (name := _name(m)) != "blank"]
        kinds = [next(k for k in ("date", "number", "priority") if m[k]) for m in values]
        if len(names) < 2 or kinds != [_KIND.get(name, "date") for name in names]:
            continue
        for name, m in zip(names, values, strict=True):
            value = parse_date(m["date"], latest_year=page.latest_year) if m["date"] else _of_priority(m["priority"])
            if value is not None and name != "case_number":
                kind = "date" if m["date"] else "priority"
                fields.setdefault(f"/case/{name}", page.found(value, "header.column", m.span(kind), certain=True))
    return fields


def _of_priority(word: str | None) -> date | Priority | None:
    return None if word is None else "expedited" if word.startswith("exped") else "standard"


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
_BLOCK_DATE = re.compile(date_pattern())
_MOST_DATES = 60


class _Near(NamedTuple):
    """How far a label is from one of `_SPELT`, and the field that it names."""

    distance: int
    name: str


def _misspelt(page: Page, block: Part) -> dict[str, Found]:
    """Dates behind a label with a typing error: "Date of Injruy:", "Aplication Recieved:"."""
    fields: dict[str, Found] = {}
    for count, m in enumerate(_BLOCK_DATE.finditer(page.low, *block)):
        if count == _MOST_DATES:
            break
        before = _WORDS_BEFORE.search(page.low[max(block.start, m.start() - _LONGEST_LABEL) : m.start()])
        near = _nearest(before.group()) if before else None
        value = parse_date(m["date"], latest_year=page.latest_year)
        if near and value is not None:
            fields.setdefault(f"/case/{near.name}", page.found(value, "header.misspelt", m.span("date")))
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


def _case_number(page: Page) -> Found | None:
    m = _CASE_NUMBER.search(page.text) or _SMALL_CASE_NUMBER.search(page.low)
    if m:
        return page.found(f"CM{m['year']}-{m['serial']}", "header.case_number", m.span(), certain=True)
    # Folding takes page footers out of the text; a footer may be the only place that names the case.
    raw = _CASE_NUMBER.search(page.letter.text)
    if raw is None:
        return None
    return Found(f"CM{raw['year']}-{raw['serial']}", (Span(*raw.span()),), "footer.case_number", certain=True)
