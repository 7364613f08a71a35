"""A value without proof never stands: every value's evidence is held against the letter before the record is written.

Three questions a value, in this order:

1. *Does the quote stand in the letter?* `locate` finds a quote only where it stands letter by letter: white space, line-end hyphens,
   case and typographic quotes may differ, nothing else. There is no fuzzy matching on purpose: it grounds "is medically necessary"
   onto "is not medically necessary".
2. *Does the value follow from the words?* `follows` reads the evidence again with the parsers of `values.py` and compares: every digit,
   date, dose, id and negation has to be the same.
3. *Does it stand in the right place?* `in_place`: an item's value in that item, a clinical entry in the summary, a reason in the
   item's rationale.

Rules and model go through the same gate; neither is believed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from llm_extract.engine import Entry, Found, Reading, spec_path
from llm_extract.folding import folded_str
from llm_extract.letters import Letter
from llm_extract.schema import STATES, Citation, Issue, Span
from llm_extract.sections import Part, Sections, sections_of
from llm_extract.values import (
    DATE,
    NUMBER,
    find_dates,
    latest_year,
    normal_strength,
    parse_number,
    plain,
)

# --- 1. the quote stands in the letter -------------------------------------------------------------------------------


def locate(quote: str, sections: Sections, within: Part | None = None, *, after: int = 0) -> Part | None:
    """Where `quote` stands in the folded letter, whole words only; None when it does not.

    `within` limits the search to one part. Case may differ, because a model may capitalise; words and signs may not.
    """
    wanted = plain(folded_str(quote)).strip().strip("\"'").rstrip(".,;:")
    if not re.search(r"\w", wanted):
        return None
    start, end = within or (0, len(sections.folded.text))
    text = plain(sections.folded.text)
    for m in re.compile(_loose(wanted), re.IGNORECASE).finditer(text, max(start, after), end):
        if not _continues(text, m.start(), m.end()):
            return Part(m.start(), m.end())
    return None


def _loose(quote: str) -> str:
    """White space may be there or not beside punctuation ("LBP.Muscle"), and any run of it counts as one blank."""
    return r"\s+".join(re.escape(word) for word in quote.split())


def _continues(text: str, start: int, end: int) -> bool:
    """Whether the match is a piece of a longer word or number: "10 mg" in "110 mg", "5" in "7.5"."""
    before, after = text[start - 1 : start], text[end : end + 2]
    first, last = text[start], text[end - 1]
    if first.isalnum() and (before.isalnum() or (first.isdigit() and re.search(r"[\d][.,/]$", text[max(0, start - 2) : start]))):
        return True
    return last.isalnum() and (after[:1].isalnum() or (last.isdigit() and bool(re.match(r"[.,/]\d", after))))


# --- 2. the value follows from the words -----------------------------------------------------------------------------

NEGATION = re.compile(
    r"\b(?:not|no|non|never|without|neither|nor|cannot|un(?=necessary)|denied|lack)\b|n't\b|\bnon-?(?=certif)", re.IGNORECASE
)


class Evidence(NamedTuple):
    """The words of the letter that a value rests on, and the letter's years to read short dates with."""

    words: str
    latest_year: int | None


def follows(path: str, value: Any, evidence: Evidence) -> bool:
    """Whether `value` of the contract field `path` follows from the words of its evidence."""
    check = _FOLLOWS.get(path.rsplit("/", 1)[1], _verbatim)
    return check(value, evidence)


def _verbatim(value: Any, evidence: Evidence) -> bool:
    """All the value's words stand in the evidence in their order; the evidence adds nothing that turns them round."""
    want, have = _tokens(str(value)), _tokens(evidence.words)
    return bool(want) and _in_order(want, have) and _negations(str(value)) == _negations(evidence.words)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+(?:\.\d+)?|[%>]", plain(folded_str(text)).lower())


def _in_order(want: list[str], have: list[str]) -> bool:
    rest = iter(have)
    return all(token in rest for token in want)


def _negations(text: str) -> int:
    return len(NEGATION.findall(plain(text)))


def _date(value: Any, evidence: Evidence) -> bool:
    return isinstance(value, date) and any(d.value == value for d in find_dates(evidence.words, latest_year=evidence.latest_year))


def _number(value: Any, evidence: Evidence) -> bool:
    words = plain(evidence.words)
    numbers = [
        n
        for m in re.finditer(rf"(?:(?<![\w.])|(?<=\dx))(?:{NUMBER}|once|twice|thrice|no\b|an?\b)", words, re.IGNORECASE)
        if (n := parse_number(m.group())) is not None
    ]
    return bool(value in numbers) or _is_product(value, numbers)


def _is_product(value: Any, numbers: list[int | float]) -> bool:
    """ "2 times a week for 6 weeks" is 12: the product of the rate's numbers, two or three of them."""
    factors = [n for n in numbers if n]
    pairs = {a * b for i, a in enumerate(factors) for b in factors[i + 1 :]}
    triples = {a * b * c for i, a in enumerate(factors) for j, b in enumerate(factors[i + 1 :], i + 1) for c in factors[j + 1 :]}
    return bool(value in pairs | triples)


def _strength(value: Any, evidence: Evidence) -> bool:
    """The same numbers in the same order, and the same units, as the evidence's own strength."""
    want = re.findall(r"\d+(?:\.\d+)?", str(value))
    have = re.findall(r"\d+(?:\.\d+)?", (normal_strength(plain(evidence.words)) or "") or evidence.words.replace(",", ""))
    units = set(re.findall(r"[a-zµ%]+", str(value).lower()))
    known = set(re.findall(r"[a-zµ%]+", (normal_strength(plain(evidence.words)) or evidence.words).lower()))
    return want == have and units <= known


_SEX = {
    "female": re.compile(r"\b(?:female|woman|lady|gentlewoman|girl|she|her|hers|herself|f)\b", re.IGNORECASE),
    "male": re.compile(r"\b(?:male|man|gentleman|boy|he|him|his|himself|m)\b", re.IGNORECASE),
}


def _sex(value: Any, evidence: Evidence) -> bool:
    other = "male" if value == "female" else "female"
    return bool(_SEX[value].search(evidence.words)) and _SEX[other].search(evidence.words) is None


_NECESSARY = re.compile(r"medically ?necessary", re.IGNORECASE)


def _decision(value: Any, evidence: Evidence) -> bool:
    """The deciding words themselves: Upheld, Overturned, or (not) medically necessary with its negation."""
    words = plain(evidence.words).lower()
    if value == "partially_overturned":
        return bool(re.search(r"partial|in part|modif", words)) or bool(_NECESSARY.search(words))
    if re.search(r"up ?h[eo]ld|overturn", words):
        return (("uph" in words) == (value == "upheld")) and not ("uph" in words and "overturn" in words)
    if _NECESSARY.search(words):
        negated = bool(re.search(r"\bnot ?medically|\bnot\b[^.]{0,30}medically|unnecessary", words))
        return negated == (value == "upheld")
    return False


def _citation(value: Citation, evidence: Evidence) -> bool:
    """Title and section word by word; every page stands there or lies in a range that does."""
    if not _in_order(_tokens(value.title), _tokens(evidence.words)):
        return False
    if value.section and not _in_order(_tokens(value.section), _tokens(evidence.words)):
        return False
    from llm_extract.values import page_numbers

    return set(value.pages) <= set(page_numbers(evidence.words))


def _state(value: Any, evidence: Evidence) -> bool:
    return bool(value in STATES) and str(value).lower() in folded_str(evidence.words).lower()


def _case_number(value: Any, evidence: Evidence) -> bool:
    return re.sub(r"\W", "", str(value)) in re.sub(r"\W", "", evidence.words)


def _priority(value: Any, evidence: Evidence) -> bool:
    wanted = {"standard": r"standard|regular", "expedited": r"expedit"}[value]
    return bool(re.search(wanted, evidence.words, re.IGNORECASE))


def _retrospective(value: Any, evidence: Evidence) -> bool:
    return not value or bool(
        re.search(rf"retro|\bdos\b|d\.o\.s|dates? of ser|{DATE.replace('{n}', '_r')}", evidence.words, re.IGNORECASE)
    )


def _anything(value: Any, evidence: Evidence) -> bool:
    """Codes are knowledge about the words; that the sentence stands in the right rationale is checked by place."""
    return bool(evidence.words.strip()) and value is not None


_FOLLOWS: dict[str, Callable[[Any, Evidence], bool]] = {
    "case_number": _case_number,
    "priority": _priority,
    "date_of_injury": _date,
    "date_assigned": _date,
    "application_received": _date,
    "ur_denial_date": _date,
    "decision_date": _date,
    "date_of_service": _date,
    "licensed_states": _state,
    "age": _number,
    "sex": _sex,
    "strength": _strength,
    "quantity": _number,
    "refills": _number,
    "decision": _decision,
    "retrospective": _retrospective,
    "claims_admin_guidelines": _citation,
    "reviewer_guidelines": _citation,
    "category": _anything,
    "generic_name": _anything,
    "reasons": _anything,
}

# --- 3. the evidence stands in the right place -----------------------------------------------------------------------

_IN_REQUEST = frozenset(
    {"request", "treatment", "strength", "quantity", "refills", "frequency", "body_part", "retrospective", "date_of_service"}
)


def in_place(pointer: str, spans: tuple[Span, ...], sections: Sections) -> bool:
    """Whether the evidence lies where values of this field stand."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "clinical":
        return sections.summary is None or _inside(spans, sections, sections.summary)
    if parts[0] != "items" or int(parts[1]) >= len(sections.items):
        return True
    item, name = sections.items[int(parts[1])], parts[2]
    if name in _IN_REQUEST:
        return _inside(spans, sections, item.request)
    if name == "reasons":
        return item.rationale is None or _inside(spans, sections, item.rationale)
    allowed = {
        "decision": item.decided,
        "rationale": item.rationale,
        "claims_admin_guidelines": item.claims_guideline,
        "reviewer_guidelines": item.reviewer_guideline,
    }.get(name)
    return allowed is None or _inside(spans, sections, allowed)


def _inside(spans: tuple[Span, ...], sections: Sections, part: Part) -> bool:
    bounds = sections.spans(part)
    return bool(bounds) and all(bounds[0].start <= s.start and s.end <= bounds[-1].end for s in spans)


# --- the gate --------------------------------------------------------------------------------------------------------


def unsupported(pointer: str, found: Found, letter: Letter) -> str | None:
    """Why a value is not proved, as a sentence; None where it is."""
    path = spec_path(pointer)
    name = path.rsplit("/", 1)[1]
    if name in ("category", "generic_name") or (name == "retrospective" and not found.value):
        return None
    if not found.spans:
        return "no words of the letter were given for it"
    size = len(letter.text)
    if any(not 0 <= s.start < s.end <= size for s in found.spans):
        return "its evidence lies outside of the letter"
    sections = sections_of(letter)
    if not in_place(pointer, found.spans, sections):
        return "its evidence stands in another part of the letter"
    words = " ".join(folded_str(letter.text[s.start : s.end]) for s in found.spans)
    if not follows(path, found.value, Evidence(words, latest_year(letter.folded.text))):
        return "it does not follow from the words that were given for it"
    return None


def ground(reading: Reading, letter: Letter) -> Reading:
    """The reading without the values that the letter does not prove; each one dropped becomes an issue."""
    kept: dict[str, Entry] = {}
    issues: list[Issue] = []
    for pointer, entry in reading.fields.items():
        if isinstance(entry, Found):
            why = unsupported(pointer, entry, letter)
            if why is None:
                kept[pointer] = entry
            else:
                issues.append(_dropped(pointer, why))
            continue
        proved = []
        for i, found in enumerate(entry):
            why = unsupported(f"{pointer}/{i}", found, letter)
            if why is None:
                proved.append(found)
            else:
                issues.append(_dropped(pointer, why))
        if proved:
            kept[pointer] = tuple(proved)
    from dataclasses import replace

    return replace(reading, fields=kept, issues=(*reading.issues, *issues), replaced=reading.replaced or bool(issues))


def _dropped(pointer: str, why: str) -> Issue:
    return Issue(pointer=pointer, code="unsupported", message=f"A value was dropped: {why}.")
