"""Cross-field checks: what each value may be by itself and beside the others.

A check that finds a value impossible takes it out (and the record is `partial`); a check that finds it odd only says so, because
letters themselves hold errors and the record has to say what the letter says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from llm_extract.engine import Entry, Found, Reading, item_pointer, spec_path
from llm_extract.letters import Letter
from llm_extract.schema import CATEGORIES, DECISIONS, REASONS, STATES, Issue
from llm_extract.sections import sections_of
from llm_extract.values import sentences

EARLIEST = date(1930, 1, 1)
YOUNGEST, OLDEST = 10, 110
MOST_UNITS, MOST_REFILLS = 10_000, 24
# The order in which a dispute happens.
_SEQUENCE = ("date_of_injury", "ur_denial_date", "application_received", "date_assigned", "decision_date")
_CLOSED = {
    "/case/priority": ("standard", "expedited"),
    "/patient/sex": ("female", "male"),
    "/reviewer/licensed_states": STATES,
    "/items/*/category": CATEGORIES,
    "/items/*/decision": DECISIONS,
    "/items/*/reasons": REASONS,
}
# A person: a title in front or a degree behind. Reviewers' names are confidential (Cal. Labor Code 4610.6(f)).
_TITLE = r"\b(?:Dr|Mr|Mrs|Ms|Prof)\.? "
_DEGREE = r",? \b(?:M\.?D|D\.?O|D\.?C|Ph\.?D|Psy\.?D|L\.?Ac|R\.?N|D\.?P\.?M|D\.?D\.?S)\b\.?(?:$|[,;])"
_PERSON = re.compile(rf"{_TITLE}[A-Z]|{_DEGREE}")
_TITLE_IN_FRONT, _DEGREE_BEHIND = re.compile(rf"{_TITLE}$"), re.compile(_DEGREE)
_AROUND = 20
"""Characters of the letter before and behind a value in which a title or a degree is looked for."""


class Finding(NamedTuple):
    """What a check says of a value. `impossible` takes the value out."""

    pointer: str
    code: str
    message: str
    impossible: bool = False


Check = Callable[[Reading, Letter], Iterator[Finding]]


def _dates_possible(reading: Reading, letter: Letter) -> Iterator[Finding]:
    latest = date.today() + timedelta(days=1)
    for pointer, found in reading.leaves():
        if isinstance(found.value, date) and not EARLIEST <= found.value <= latest:
            yield Finding(pointer, "impossible_date", f"{found.value} is no possible date of this case.", impossible=True)


def _dates_in_order(reading: Reading, letter: Letter) -> Iterator[Finding]:
    known = [(name, value) for name in _SEQUENCE if (value := reading.get(f"/case/{name}")) is not None]
    for (before, first), (after, second) in pairwise(known):
        if first > second:
            # Dates of a header block are the letter's own; one that a narrative was read for is more likely misread.
            doubtful = next((name for name in (before, after) if not _certain(reading, f"/case/{name}")), None)
            message = f"{before} ({first}) is after {after} ({second}); check both in the letter."
            yield Finding(f"/case/{doubtful or before}", "dates_out_of_order", message, impossible=doubtful is not None)


def _certain(reading: Reading, pointer: str) -> bool:
    entry = reading.fields.get(pointer)
    return isinstance(entry, Found) and entry.certain


def _age(reading: Reading, letter: Letter) -> Iterator[Finding]:
    age = reading.get("/patient/age")
    if age is not None and not YOUNGEST <= age <= OLDEST:
        yield Finding("/patient/age", "impossible_age", f"{age} years is no age of an injured worker.", impossible=True)


def _amounts(reading: Reading, letter: Letter) -> Iterator[Finding]:
    for index in range(reading.item_count):
        at_quantity, at_refills = item_pointer(index, "quantity"), item_pointer(index, "refills")
        quantity, refills = reading.get(at_quantity), reading.get(at_refills)
        if quantity is not None and not 0 < quantity <= MOST_UNITS:
            yield Finding(at_quantity, "impossible_quantity", f"{quantity} units is no possible request.", impossible=True)
        if refills is not None and not 0 <= refills <= MOST_REFILLS:
            yield Finding(at_refills, "impossible_refills", f"{refills} refills is no possible request.", impossible=True)
        if refills is not None and refills == quantity:
            message = "Refills and quantity are the same number; check the request."
            yield Finding(at_refills, "refills_like_quantity", message)


def _item_count(reading: Reading, letter: Letter) -> Iterator[Finding]:
    headings = sections_of(letter).headings
    if headings and reading.item_count != headings:
        yield Finding("/items", "item_count", f"The letter decides {headings} items, {reading.item_count} were read.")


def _items_complete(reading: Reading, letter: Letter) -> Iterator[Finding]:
    placed = len(sections_of(letter).items)
    for index in range(reading.item_count):
        for name in ("request", "decision", "rationale"):
            needed = name != "rationale" or index < placed  # where the layout is unknown nothing says that there is one
            if needed and item_pointer(index, name) not in reading.fields:
                yield Finding(item_pointer(index, name), f"no_{name}", f"Item {index + 1} has no {name} that the letter proves.")


_LABEL_OF_AN_ITEM = re.compile(
    r"Inc\.? has determined (?:that )?the (?:retrospective )?request|Claims Administrator(?:['’]s)? guidelines? ?:"
    r"|MAXIMUS guidelines? ?:|Decision rationale ?:|Rationale for the Decision ?:",
    re.IGNORECASE,
)


def _items_apart(reading: Reading, letter: Letter) -> Iterator[Finding]:
    """Labels inside a request or a rationale: an item whose decision is missing was taken for a part of its neighbour."""
    for index in range(reading.item_count):
        request, rationale = (str(reading.get(item_pointer(index, name)) or "") for name in ("request", "rationale"))
        message = f"Item {index + 1} holds the labels of another one, whose decision is missing; read both by eye."
        if _LABEL_OF_AN_ITEM.search(request):
            yield Finding(item_pointer(index, "decision"), "merged_items", message, impossible=True)
        elif _LABEL_OF_AN_ITEM.search(rationale):
            yield Finding(item_pointer(index, "rationale"), "merged_items", message)


_ENDS_WELL = re.compile(r"[.?!:;)\]\"'”’]\s*$")


def _letter_whole(reading: Reading, letter: Letter) -> Iterator[Finding]:
    sections = sections_of(letter)
    if any(issue.code in ("cut_off", "no_items") for issue in reading.issues):
        return
    if sections.cut_off:
        message = "A section that letters of this layout have is missing; the letter seems to be cut off."
        yield Finding("", "cut_off", message)
    elif sections.items and not _ENDS_WELL.search(sections.text(sections.items[-1].rationale)):
        message = "The last rationale ends in the middle of a sentence; the letter seems to be cut off."
        yield Finding(item_pointer(len(sections.items) - 1, "rationale"), "cut_off", message)


_FRONT = re.compile(r"HOW THE IMR FINAL DETERMINATION WAS MADE|Notice of Independent Medical Review Determination")


def _one_letter(reading: Reading, letter: Letter) -> Iterator[Finding]:
    """A file that holds two letters would give one patient the other one's items."""
    fronts = [m.group() for m in _FRONT.finditer(letter.folded.text)]
    if len(fronts) != len(set(fronts)):
        yield Finding(
            "", "several_letters", "The file seems to hold more than one letter: split it, each becomes a record of its own."
        )


def _closed_lists(reading: Reading, letter: Letter) -> Iterator[Finding]:
    for pointer, found in reading.leaves():
        allowed = _CLOSED.get(spec_path(pointer))
        if allowed is not None and found.value not in allowed:
            yield Finding(pointer, "not_in_list", "The value is none of those that the contract allows.", impossible=True)


def _no_persons(reading: Reading, letter: Letter) -> Iterator[Finding]:
    for pointer, found in reading.leaves():
        if pointer.startswith("/reviewer/") and _names_a_person(found, letter):
            yield Finding(pointer, "person_named", "A reviewer's name is confidential and was taken out.", impossible=True)


def _names_a_person(found: Found, letter: Letter) -> bool:
    """By the value's own words, or by a title in front of them or a degree behind them in the letter."""
    return _PERSON.search(str(found.value)) is not None or any(
        _TITLE_IN_FRONT.search(letter.text[max(0, span.start - _AROUND) : span.start])
        or _DEGREE_BEHIND.match(letter.text[span.end : span.end + _AROUND])
        for span in found.spans
    )


def _reasons_fit(reading: Reading, letter: Letter) -> Iterator[Finding]:
    for index in range(reading.item_count):
        pointer = item_pointer(index, "reasons")
        reasons, decision = reading.get(pointer) or (), reading.get(item_pointer(index, "decision"))
        if decision == "upheld" and reasons == ("criteria_met",):
            message = "The denial was upheld, yet the only reason says that the criteria are met."
            yield Finding(pointer, "reason_contradicts", message)
        if decision == "overturned" and reasons and "criteria_met" not in reasons:
            message = "The denial was overturned, yet no reason says that the criteria are met."
            yield Finding(pointer, "reason_contradicts", message)


def _decisions_agree(reading: Reading, letter: Letter) -> Iterator[Finding]:
    """What a model says of a decision against the word that stands in its place."""
    for index, item in enumerate(sections_of(letter).items[: reading.item_count]):
        pointer = item_pointer(index, "decision")
        said = reading.get(pointer)
        if item.decision and said and said != item.decision:
            message = f"The decision that was read is not that of the letter's decision line ({item.decision}); read it by eye."
            yield Finding(pointer, "decision_conflict", message)


_NECESSARY = re.compile(r"\bmedically (?:necessary|appropriate|reasonable)|\bmedical necessity\b", re.IGNORECASE)
_NOT_FLAT = re.compile(
    r"\b(?:not|no|none|neither|nor|never|cannot|without|lacks?|fails?|denied|denial|non-?\w+|if|when|unless|until|only|would|guidelines?)\b"
    r"|n't\b",
    re.IGNORECASE,
)
_FLATLY_NOT = re.compile(
    r"^(?:(?:therefore|thus|hence|as such|accordingly|consequently)\b,? ?)?(?:the|this|these)\b"
    r"(?:(?!\b(?:denial|determination|decision|if|unless|guidelines?)\b)[^.,;]){0,120}"
    r"\b(?:is|are|was|were) (?:therefore |thus )?not medically necessary(?: and appropriate)?\.?$",
    re.IGNORECASE,
)
_CLOSING = 2
"""Sentences at a rationale's end in which a closing formula is looked for."""
_CLOSING_CHARACTERS = 600


def _verdict_agrees(reading: Reading, letter: Letter) -> Iterator[Finding]:
    """The rationale's closing formula against the decision: a letter may contradict itself, and a decision may be misread."""
    for index in range(reading.item_count):
        decision = reading.get(item_pointer(index, "decision"))
        verdict = _verdict(str(reading.get(item_pointer(index, "rationale")) or ""))
        if (decision, verdict) in (("upheld", "necessary"), ("overturned", "not necessary")):
            message = f"The item is {decision}, yet its rationale ends by saying that it is {verdict}; read both by eye."
            yield Finding(item_pointer(index, "decision"), "verdict_differs", message)


def _verdict(rationale: str) -> str | None:
    """What the last sentence that speaks of necessity says; None where nothing is said flatly.

    Without any negation or condition it is necessary; "not necessary" only where the subject is the request itself, since
    overturned items are told with the denial that they overturn, and associated services with the procedure that they serve.
    """
    closing = rationale[-_CLOSING_CHARACTERS:]
    said = [closing[a:b].strip() for a, b in sentences(closing)[-_CLOSING:] if _NECESSARY.search(closing, a, b)]
    if not said:
        return None
    if not _NOT_FLAT.search(said[-1]):
        return "necessary"
    return "not necessary" if _FLATLY_NOT.match(said[-1]) else None


CHECKS: tuple[Check, ...] = (
    _dates_possible,
    _dates_in_order,
    _age,
    _amounts,
    _item_count,
    _items_complete,
    _items_apart,
    _decisions_agree,
    _verdict_agrees,
    _letter_whole,
    _one_letter,
    _closed_lists,
    _no_persons,
    _reasons_fit,
)
"""All of them, in order. A new check is a function above and its name here."""


def check(reading: Reading, letter: Letter) -> Reading:
    """The reading without impossible values, with an issue for each finding."""
    findings = [f for one in CHECKS for f in one(reading, letter)]
    gone = {f.pointer for f in findings if f.impossible}
    fields = {p: kept for p, e in reading.fields.items() if (kept := _without(p, e, gone)) is not None}
    issues = tuple(Issue(pointer=_where(f, reading), code=f.code, message=f.message) for f in findings)
    return replace(reading, fields=fields, issues=(*reading.issues, *issues), replaced=reading.replaced or bool(gone))


def _where(finding: Finding, reading: Reading) -> str:
    """The finding's pointer; the list's own for an entry that is taken out, whose place another one may take."""
    entry_is_gone = finding.impossible and finding.pointer not in reading.fields
    return finding.pointer.rsplit("/", 1)[0] if entry_is_gone else finding.pointer


def _without(pointer: str, entry: Entry, gone: set[str]) -> Entry | None:
    if pointer in gone:
        return None
    if isinstance(entry, Found):
        return entry
    return tuple(f for i, f in enumerate(entry) if f"{pointer}/{i}" not in gone) or None
