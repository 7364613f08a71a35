"""One disputed item: what stands in set places of its section, and the rules that read its parts."""

from __future__ import annotations

from typing import Any

from llm_extract.baseline.citations import read_citations
from llm_extract.baseline.page import Page
from llm_extract.baseline.reasons import read_reasons
from llm_extract.baseline.request import read_values
from llm_extract.baseline.rule import Matter, Rule
from llm_extract.baseline.service_dates import NOT_SAID
from llm_extract.engine import Entry, Found
from llm_extract.letters import letter_from_text
from llm_extract.sections import ItemParts

# Fields of the request line that a rule reads with certainty where it finds them: the pattern says what the number means.
_CERTAIN = frozenset({"strength", "quantity", "refills", "frequency", "retrospective", "date_of_service"})

REQUEST = Rule(
    name="item.request",
    why="What stands in front of the decision, from the line on which it begins.",
    examples={
        "Norco 10/325mg #60: Upheld Decision rationale: None.": "Norco 10/325mg #60",
        "Decision rationale: None.": None,
    },
)
DECISION = Rule(
    name="item.decision",
    why="The deciding word behind the request; the letter's form has it nowhere else.",
    examples={
        "Norco 10/325mg #60: Upheld Decision rationale: None.": "upheld",
        "One visit: Overturned Decision rationale: None.": "overturned",
    },
)
RATIONALE = Rule(
    name="item.rationale",
    why="Everything behind its label, to the next item or the end of the form.",
    examples={"Norco 10/325mg #60: Upheld Decision rationale: It does not help.": "It does not help."},
)
RULES = (REQUEST, DECISION, RATIONALE)


def read_item(page: Page, parts: ItemParts) -> dict[str, Entry]:
    """The fields of one item by name."""
    start, end = parts.request
    fields: dict[str, Entry] = {"request": page.found(page.verbatim(start, end), REQUEST.name, (start, end), certain=True)}
    for name, (value, places, by) in read_values(page.cut(parts.request), latest_year=page.latest_year).items():
        moved = tuple((start + a, start + b) for a, b in places)
        shown = _as_written(page, name, value, moved)
        fields[name] = page.found(shown, by, *moved, certain=name in _CERTAIN)
    fields.setdefault("retrospective", Found(value=False, by=NOT_SAID.name, certain=True))
    if parts.decision and parts.decided:
        fields["decision"] = page.found(parts.decision, DECISION.name, parts.decided, certain=True)
    for name, part in (("claims_admin_guidelines", parts.claims_guideline), ("reviewer_guidelines", parts.reviewer_guideline)):
        if citations := read_citations(page, part):
            fields[name] = citations
    if parts.rationale:
        fields["rationale"] = page.found(page.verbatim(*parts.rationale), RATIONALE.name, parts.rationale, certain=True)
        if reasons := read_reasons(page, parts.rationale, parts.decision):
            fields["reasons"] = reasons
    return fields


def _as_written(page: Page, name: str, value: object, places: tuple[tuple[int, int], ...]) -> object:
    """Values that are words of the letter keep its typography, which the rules do not see."""
    if name in ("frequency", "body_part") and len(places) == 1:
        return page.verbatim(*places[0])
    return value


_FORM = (
    "HOW THE IMR FINAL DETERMINATION WAS MADE\n\nCLINICAL CASE SUMMARY\n\nShe has pain.\n\n"
    "IMR ISSUES, DECISIONS AND RATIONALES\n\n"
    "The Final Determination was based on decisions for the disputed items/services set forth below:\n\n"
)


def _read(rule: Rule, words: str) -> Any:
    page = Page(letter_from_text(_FORM + words))
    read = read_item(page, page.sections.items[0]) if page.sections.items else {}
    return next((f.value for f in read.values() if isinstance(f, Found) and f.by == rule.name), None)


MATTER = Matter(RULES, _read)
