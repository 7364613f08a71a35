"""The header block: labels with their values, several on a line, and the case number wherever it is printed."""

from __future__ import annotations

import re

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import Priority
from llm_extract.values import date_pattern, parse_date

# Label as printed, in every layout's wording -> field of `case`.
_LABELS: tuple[tuple[str, str], ...] = (
    (r"Date Assigned", "date_assigned"),
    (r"Date of Injury", "date_of_injury"),
    (r"DOI", "date_of_injury"),
    (r"Decision Date", "decision_date"),
    (r"Date of (?:Final )?(?:Decision|Determination)", "decision_date"),
    (r"Dated", "decision_date"),
    (r"(?:UR|Utilization Review) (?:Denial|Decision|Determination) Date", "ur_denial_date"),
    (r"Date of (?:UR|Utilization Review) (?:Denial|Decision|Determination)", "ur_denial_date"),
    (r"(?:IMR )?Application (?:Received|Receipt)(?: Date)?", "application_received"),
    (r"(?:Date )?Application (?:was )?Received", "application_received"),
    (r"Date (?:of )?(?:IMR )?Application Received", "application_received"),
)
_LABEL = re.compile(
    "|".join(rf"(?P<{field}_{i}>\b{label})" for i, (label, field) in enumerate(_LABELS)).join(("(?:", r") ?[:;] ?"))
    + date_pattern(),
    re.IGNORECASE,
)
_CASE_NUMBER = re.compile(r"\bCM ?(?P<year>\d{2}) ?- ?(?P<serial>\d{7})\b")
_PRIORITY = re.compile(r"\bPriority ?[:;] ?(?P<priority>Standard|Expedited|Regular|Expedite)\b", re.IGNORECASE)


def read_header(page: Page) -> dict[str, Found]:
    """Fields of `case` from the header block; the case number also from a footer of the whole text."""
    fields: dict[str, Found] = {}
    block = page.sections.header
    for m in page.finditer(_LABEL, block):
        name = next(k for k, v in m.groupdict().items() if v and k.rsplit("_", 1)[1].isdigit()).rsplit("_", 1)[0]
        value = parse_date(m["date"], latest_year=page.latest_year)
        if value is not None and f"/case/{name}" not in fields:
            fields[f"/case/{name}"] = page.found(value, "header.date", m.span("date"), certain=True)
    priority = page.search(_PRIORITY, block)
    if priority:
        word: Priority = "expedited" if priority["priority"].lower().startswith("exped") else "standard"
        fields["/case/priority"] = page.found(word, "header.priority", priority.span("priority"), certain=True)
    number = _case_number(page)
    if number:
        fields["/case/case_number"] = number
    return fields


def _case_number(page: Page) -> Found | None:
    m = _CASE_NUMBER.search(page.text)
    if m:
        return page.found(f"CM{m['year']}-{m['serial']}", "header.case_number", m.span(), certain=True)
    # Folding takes page footers out of the text; a footer may be the only place that names the case.
    raw = _CASE_NUMBER.search(page.letter.text)
    if raw is None:
        return None
    from llm_extract.schema import Span

    return Found(f"CM{raw['year']}-{raw['serial']}", (Span(*raw.span()),), "footer.case_number", certain=True)
