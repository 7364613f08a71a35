"""The baseline: rules for every field of the contract, with evidence. No network, no model, no heavy import.

Each module holds the rules of one matter and is called from `read_letter` below: `header`, `case_dates`, `credentials`,
`patient`, `clinical`, `conditions`, `treatments`, `request` (with `kinds` and `drugs`), `citations`, `reasons`. To add a rule,
add its pattern to the table of its module.
"""

from __future__ import annotations

from llm_extract.baseline import case_dates, clinical, conditions, patient, treatments
from llm_extract.baseline.citations import read_citations
from llm_extract.baseline.credentials import read_credentials
from llm_extract.baseline.header import read_header
from llm_extract.baseline.page import Page
from llm_extract.baseline.reasons import read_reasons
from llm_extract.baseline.request import read_request
from llm_extract.engine import Entry, Found, Reading, item_pointer
from llm_extract.letters import Letter
from llm_extract.schema import Issue
from llm_extract.sections import ItemParts

# Fields of the request line that a rule reads with certainty where it finds them: the pattern says what the number means.
_CERTAIN = frozenset({"strength", "quantity", "refills", "frequency", "retrospective", "date_of_service"})


class Baseline:
    """The rules as an engine. Reads thousands of letters a minute and never raises for a letter's text."""

    name = "baseline"

    async def read(self, letter: Letter) -> Reading:
        """Read one letter."""
        return read_letter(letter)

    async def close(self) -> None:
        """Nothing to give back."""


def read_letter(letter: Letter) -> Reading:
    """What the rules find in one letter."""
    page = Page(letter)
    fields: dict[str, Entry] = {}
    fields.update(case_dates.read_case_dates(page))
    fields.update(read_header(page))  # a header block is believed before the narrative (contract, rule 16)
    fields.update(read_credentials(page))
    fields.update(patient.read_patient(page))
    for name, rule in _CLINICAL:
        if entries := rule(page):
            fields[f"/clinical/{name}"] = entries
    for index, parts in enumerate(page.sections.items):
        fields.update({item_pointer(index, name): entry for name, entry in _item(page, parts).items()})
    return Reading(
        fields=fields,
        item_count=len(page.sections.items),
        issues=tuple(_issues(page)),
        absent=_absent(page, fields),
    )


_CLINICAL = (
    ("diagnoses", conditions.diagnoses),
    ("medications", clinical.medications),
    ("prior_treatments", treatments.prior_treatments),
)


def _item(page: Page, parts: ItemParts) -> dict[str, Entry]:
    start, end = parts.request
    fields: dict[str, Entry] = {"request": page.found(page.verbatim(start, end), "request.line", (start, end), certain=True)}
    for name, (value, places) in read_request(page.cut(parts.request), latest_year=page.latest_year).items():
        moved = tuple((start + a, start + b) for a, b in places)
        shown = _as_written(page, name, value, moved)
        fields[name] = page.found(shown, f"request.{name}", *moved, certain=name in _CERTAIN)
    fields.setdefault("retrospective", Found(value=False, by="request.retrospective", certain=True))
    if parts.decision and parts.decided:
        fields["decision"] = page.found(parts.decision, "decision.word", parts.decided, certain=True)
    for name, part in (("claims_admin_guidelines", parts.claims_guideline), ("reviewer_guidelines", parts.reviewer_guideline)):
        if citations := read_citations(page, part):
            fields[name] = citations
    if parts.rationale:
        fields["rationale"] = page.found(page.verbatim(*parts.rationale), "rationale.section", parts.rationale, certain=True)
        if reasons := read_reasons(page, parts.rationale, parts.decision):
            fields["reasons"] = reasons
    return fields


def _as_written(page: Page, name: str, value: object, places: tuple[tuple[int, int], ...]) -> object:
    """Values that are words of the letter keep its typography, which the rules do not see."""
    if name in ("frequency", "body_part") and len(places) == 1:
        return page.verbatim(*places[0])
    return value


def _absent(page: Page, fields: dict[str, Entry]) -> frozenset[str]:
    gone = set(patient.absent(page))
    if "/case/date_of_injury" not in fields and case_dates.injury_is_absent(page):
        gone.add("/case/date_of_injury")
    return frozenset(gone)


def _issues(page: Page) -> list[Issue]:
    sections = page.sections
    if sections.layout == "unknown":
        return [
            Issue(
                pointer="",
                code="unknown_layout",
                message="No known layout: the rules could not find items; read it by eye or with --engine model.",
            )
        ]
    if not sections.items:
        return [
            Issue(
                pointer="/items",
                code="no_items",
                message="No disputed item was found under the letter's headings; check whether the letter is whole.",
            )
        ]
    if sections.cut_off:
        return [
            Issue(
                pointer="",
                code="cut_off",
                message="A section that letters of this layout have is missing; the letter seems to be cut off.",
            )
        ]
    return []
