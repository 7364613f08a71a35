"""The header block: labels with their values, several on a line, and the case number wherever it is printed."""

from __future__ import annotations

import re

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
    fields = {} if block is None else _block(page, Part(block.start, min(block.end, block.start + _LONGEST_BLOCK)))
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


def _case_number(page: Page) -> Found | None:
    m = _CASE_NUMBER.search(page.text)
    if m:
        return page.found(f"CM{m['year']}-{m['serial']}", "header.case_number", m.span(), certain=True)
    # Folding takes page footers out of the text; a footer may be the only place that names the case.
    raw = _CASE_NUMBER.search(page.letter.text)
    if raw is None:
        return None
    return Found(f"CM{raw['year']}-{raw['serial']}", (Span(*raw.span()),), "footer.case_number", certain=True)
