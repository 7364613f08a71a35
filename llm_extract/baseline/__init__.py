"""The baseline: rules for every field of the contract, with evidence. No network, no model, no heavy import.

Each module holds the rules of one matter, a table of `Rule`s with their reasons and examples (`rule`). `read_letter` below calls
the doors of the matters, which call the rest:

- `header` (`header_labels`), `case_dates` (`told_date`, `injury_date`, `denial_date`), `credentials` (`licences`, `specialties`,
  `specialty_names`), `labelled` (labels of letters of unknown layout), `patient` (`age`, `sex`);
- `clinical` (drugs taken), `conditions` (`condition_lists`, `condition_words`), `treatments` (`treatment_names`,
  `treatment_lists`);
- `items`: `request` (`request_line`, `lead_in`, `service_dates`, `dosing`, `refills`, `rates`, `strengths`, `body_parts`,
  `quantities`, `asked`; `kinds`, `drugs`), `citations` (`documents`, `guideline_form`, `citation_parts`), `reasons`
  (`reasons_*`).

To add a rule, add it to the `RULES` of its module: nothing else is to be done. `rulebook` finds them all.
"""

from __future__ import annotations

from llm_extract.baseline import case_dates, clinical, conditions, patient, treatments
from llm_extract.baseline.credentials import read_credentials
from llm_extract.baseline.header import read_header
from llm_extract.baseline.items import read_item
from llm_extract.baseline.labelled import read_labelled
from llm_extract.baseline.page import Page
from llm_extract.engine import Entry, Reading, item_pointer
from llm_extract.letters import Letter
from llm_extract.schema import Issue
from llm_extract.sections import Sections


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
    fields.update(read_credentials(page))
    fields.update(read_labelled(page))
    fields.update(read_header(page))  # a header block is believed before the narrative (contract, rule 16)
    fields.update(patient.read_patient(page))
    for name, rule in _CLINICAL:
        if entries := rule(page):
            fields[f"/clinical/{name}"] = entries
    for index, parts in enumerate(page.sections.items):
        fields.update({item_pointer(index, name): entry for name, entry in read_item(page, parts).items()})
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


def _absent(page: Page, fields: dict[str, Entry]) -> frozenset[str]:
    gone = set(patient.absent(page))
    if "/case/date_of_injury" not in fields and case_dates.injury_is_absent(page):
        gone.add("/case/date_of_injury")
    return frozenset(gone)


def _issues(page: Page) -> list[Issue]:
    sections = page.sections
    if sections.layout == "unknown":
        return [_of_unknown_layout(sections)]
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


def _of_unknown_layout(sections: Sections) -> Issue:
    """What the rules found by numbers and labels alone in a letter of no known layout, and what they did not."""
    if not sections.items:
        message = "No known layout: the rules could not find items; read it by eye or with --engine model."
        return Issue(pointer="", code="unknown_layout", message=message)
    lacking = [f"the {name} of {_numbers(without)}" for name, without in _lacking(sections).items() if without]
    lacking += ["the reviewer's credentials"] if sections.credentials is None else []
    found = f"No known layout: the rules found {_counted(len(sections.items))} by numbers, labels and deciding words"
    but = f", but not {', '.join(lacking)}" if lacking else ""
    return Issue(pointer="", code="unknown_layout", message=f"{found}{but}; compare with the letter.")


def _counted(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _lacking(sections: Sections) -> dict[str, list[int]]:
    """The numbers, from 1, of the items that lack a part, by the part's name."""
    items = list(enumerate(sections.items, 1))
    return {
        "decision": [n for n, item in items if item.decision is None],
        "claims administrator's guideline": [n for n, item in items if item.claims_guideline is None],
        "reviewer's guideline": [n for n, item in items if item.reviewer_guideline is None],
        "rationale": [n for n, item in items if item.rationale is None],
    }


_MOST_NAMED = 5


def _numbers(items: list[int]) -> str:
    """The numbers in words, as in "item 2" or "items 1 and 3"; of many only how many they are."""
    if len(items) > _MOST_NAMED:
        return _counted(len(items))
    *first, last = map(str, items)
    return f"items {', '.join(first)} and {last}" if first else f"item {last}"
