"""The header block: labels with their values, several on a line, and the case number wherever it is printed."""

from __future__ import annotations

import re
from itertools import pairwise

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import Priority, Span
from llm_extract.sections import Part
from llm_extract.values import date_pattern, parse_date

# Label as printed, in every layout's wording and in lower case -> field of `case`.
_LABELS: tuple[tuple[str, str], ...] = (
    (r"date assigned", "date_assigned"),
    (r"date of injury", "date_of_injury"),
    (r"doi", "date_of_injury"),
    (r"decision date", "decision_date"),
    (r"date of (?:final )?(?:decision|determination)", "decision_date"),
    (r"dated", "decision_date"),
    (r"(?:ur|utilization review) (?:denial|decision|determination) date", "ur_denial_date"),
    (r"date of (?:ur|utilization review) (?:denial|decision|determination)", "ur_denial_date"),
    (r"(?:imr )?application (?:received|receipt)(?: date)?", "application_received"),
    (r"(?:date )?application (?:was )?received", "application_received"),
    (r"date (?:of )?(?:imr )?application received", "application_received"),
)
_LABEL = re.compile(
    "|".join(rf"(?P<{name}_{i}>\b{label})" for i, (label, name) in enumerate(_LABELS)).join(("(?:", r") ?[:;]? ?"))
    + date_pattern()
)
_CASE_NUMBER = re.compile(r"CM(?<=\bCM) ?(?P<year>\d{2}) ?- ?(?P<serial>\d{7})\b")
_PRIORITY = re.compile(r"\bpriority ?[:;]? ?(?P<priority>standard|expedited|regular|expedite)\b")
_LONGEST_BLOCK = 20_000
"""Characters; the letter's form, which may stand between the block and the first heading, has 6,000."""


def read_header(page: Page) -> dict[str, Found]:
    """Fields of `case` from the header block; the case number also from a footer of the whole text."""
    block = page.sections.header
    bounded = None if block is None else Part(block.start, min(block.end, block.start + _LONGEST_BLOCK))
    fields = {} if bounded is None else _columns(page, bounded) or _block(page, bounded)
    number = _case_number(page)
    if number:
        fields["/case/case_number"] = number
    return fields


def _block(page: Page, block: Part) -> dict[str, Found]:
    """The first date behind each label, and the priority."""
    fields: dict[str, Found] = {}
    for m in _LABEL.finditer(page.low, *block):
        label = next(name for name, words in m.groupdict().items() if words and name[-1].isdigit())
        value = parse_date(m["date"], latest_year=page.latest_year)
        if value is not None:
            found = page.found(value, "header.date", m.span("date"), certain=True)
            fields.setdefault(f"/case/{label.rsplit('_', 1)[0]}", found)
    priority = _PRIORITY.search(page.low, *block)
    if priority:
        word: Priority = "expedited" if priority["priority"].startswith("exped") else "standard"
        fields["/case/priority"] = page.found(word, "header.priority", priority.span("priority"), certain=True)
    return fields


_COLUMN_LABELS = (*_LABELS, (r"(?:imr )?case number", "case_number"), (r"priority", "priority"))
_ANY_LABEL = re.compile(
    "|".join(rf"(?P<{name}_{i}>\b{label})" for i, (label, name) in enumerate(_COLUMN_LABELS)).join(("(?:", r") ?: ?"))
)
_ANY_VALUE = re.compile(rf"{date_pattern()}|(?P<number>cm ?\d{{2}} ?- ?\d{{7}})|(?P<priority>standard|expedited)")
_KIND = {"case_number": "number", "priority": "priority"}


def _columns(page: Page, block: Part) -> dict[str, Found]:
    """A block whose labels come first and whose values follow in the same order, as PDF text has it when it reads by columns.

    Paired only where there are as many values as labels and each one is of its label's kind; nothing is guessed.
    """
    labels = list(_ANY_LABEL.finditer(page.low, *block))
    if len(labels) < 3 or any(page.low[a.end() : b.start()].strip() for a, b in pairwise(labels)):
        return {}
    values = list(_ANY_VALUE.finditer(page.low, labels[-1].end(), block.end))[: len(labels)]
    names = [next(k for k, v in m.groupdict().items() if v).rsplit("_", 1)[0] for m in labels]
    kinds = [next(k for k in ("date", "number", "priority") if m[k]) for m in values]
    if kinds != [_KIND.get(name, "date") for name in names]:
        return {}
    fields: dict[str, Found] = {}
    for name, m in zip(names, values, strict=True):
        value = parse_date(m["date"], latest_year=page.latest_year) if m["date"] else m["priority"]
        if value is not None and name != "case_number":
            fields[f"/case/{name}"] = page.found(value, "header.column", m.span(), certain=True)
    return fields


def _case_number(page: Page) -> Found | None:
    m = _CASE_NUMBER.search(page.text)
    if m:
        return page.found(f"CM{m['year']}-{m['serial']}", "header.case_number", m.span(), certain=True)
    # Folding takes page footers out of the text; a footer may be the only place that names the case.
    raw = _CASE_NUMBER.search(page.letter.text)
    if raw is None:
        return None
    return Found(f"CM{raw['year']}-{raw['serial']}", (Span(*raw.span()),), "footer.case_number", certain=True)
