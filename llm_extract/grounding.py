"""A value without proof never stands: every value's evidence is held against the letter before the record is written.

Three questions a value, in this order:

1. *Does the quote stand in the letter?* `locate` finds a quote only where it stands letter by letter: white space,
   line-end hyphens, case and typographic quotes may differ, nothing else. There is no fuzzy matching on purpose: it grounds
   "is medically necessary" onto "is not medically necessary".
2. *Does the value follow from the words?* `follows` reads the evidence again with the parsers of `values.py` and compares:
   every digit, date, dose, id and negation has to be the same, and what stands around the words must not turn them round.
3. *Does it stand in the right place?* `in_place`: an item's value in that item, a clinical entry in the summary, a reason in the
   item's rationale.

Rules and model go through the same gate; neither is believed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

from llm_extract.engine import Entry, Found, Reading, spec_path
from llm_extract.folding import Folded, folded_str
from llm_extract.letters import Letter
from llm_extract.schema import STATES, WITHOUT_EVIDENCE, Citation, Decision, Issue, Span
from llm_extract.sections import Part, Sections, sections_of
from llm_extract.values import (
    DATE,
    NUMBER,
    find_dates,
    latest_year,
    normal_strength,
    page_numbers,
    parse_number,
    plain,
)

# --- 1. the quote stands in the letter -------------------------------------------------------------------------------


def locate(quote: str, sections: Sections, within: Part | None = None, *, after: int = 0) -> Part | None:
    """Where `quote` stands in the folded letter, whole words only; None when it does not.

    `within` limits the search to one part, `after` to what begins at that offset or later. The first place that has the
    very words is preferred to one that differs in white space or a line-end hyphen.
    """
    wanted = plain(folded_str(quote)).strip().strip("\"'").rstrip(".,;:").strip()
    if not re.search(r"\w", wanted):
        return None
    start, end = within or (0, len(sections.folded.text))
    text = plain(sections.folded.text)
    patterns = (re.escape(wanted), _loose(wanted), _dehyphenated(wanted) if _line_end_hyphens(sections.folded) else None)
    for pattern in patterns:
        for m in re.compile(pattern, re.IGNORECASE).finditer(text, max(start, after), end) if pattern else ():
            if not _cut_off(text, m.start(), m.end()) and _only_line_end_hyphens(wanted, m, sections.folded):
                return Part(m.start(), m.end())
    return None


_PIECE = re.compile(r"\s+|\d+|[^\W\d]+|[^\w\s]")


def _loose(quote: str, inside: str = "") -> str:
    """The quote with white space free beside punctuation and between number and unit, never in a number or between words.

    `inside` is a pattern that may stand between two letters of a word.
    """
    pieces = _PIECE.findall(quote)
    pattern = ""
    for before, piece, after in zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False):
        if piece.isspace():
            pattern += r"\s*" if _may_touch(before, after) else r"\s+"
        else:
            free = r"\s*" if before and not before.isspace() and _may_touch(before, piece) else ""
            pattern += free + inside.join(map(re.escape, piece))
    return re.sub(r"(?:\\s\*){2,}", r"\\s*", pattern)


def _may_touch(before: str, after: str) -> bool:
    """Whether white space between two pieces says nothing: "LBP. Muscle", "10 mg"; but not "1 0", "un able", "7. 5"."""
    if before.isdigit() or after.isdigit():
        return before.isalpha() or after.isalpha()
    return not (before.isalpha() and after.isalpha())


def _dehyphenated(quote: str) -> str:
    """The quote with a hyphen allowed between any two letters: `_only_line_end_hyphens` says which ones count."""
    return _loose(quote, inside="-?")


def _line_end_hyphens(folded: Folded) -> frozenset[int]:
    """Folded offsets of hyphens behind which the original's line ends: typesetting may have put them there."""
    text = plain(folded.text)
    return frozenset(b.at - 1 for b in folded.breaks if b.at and text[b.at - 1] == "-")


def _only_line_end_hyphens(wanted: str, m: re.Match[str], folded: Folded) -> bool:
    """Whether each hyphen that the place has and the quote has not stands at a line's end."""
    typeset = _line_end_hyphens(folded) if m.group().count("-") > wanted.count("-") else frozenset()
    rest = iter(c for c in wanted if not c.isspace())
    expected = next(rest, "")
    for at, c in enumerate(m.group(), m.start()):
        if c.isspace():
            continue
        if c == "-" != expected:
            if at not in typeset:
                return False
        else:
            expected = next(rest, "")
    return True


def _cut_off(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is a piece of a longer word or number: "10 mg" in "110 mg", "5" in "7.5", "10" in "10/325"."""
    return _goes_through(text, start) or _goes_through(text, end)


_IN_NUMBER = re.compile(r"\d[.,/]$|(?<!\w)\.$")


def _goes_through(text: str, at: int) -> bool:
    """Whether a word or number goes on over the boundary before `at`. "Omeprazole20mg" has only lost its blank, "L5" has not."""
    before, after = text[at - 1 : at], text[at : at + 1]
    if after.isdigit() and _IN_NUMBER.search(text[max(0, at - 2) : at]):
        return True
    if before.isdigit() and re.match(r"[.,/]\d", text[at : at + 2]):
        return True
    if before.isalpha() and after.isdigit():
        return _LOST_BLANK.search(text[max(0, at - 3) : at]) is None
    return before.isalnum() and after.isalnum()


_LOST_BLANK = re.compile(r"[^\W\d_]{3}$|(?<!\w)x$", re.IGNORECASE)

# --- 2. the value follows from the words -----------------------------------------------------------------------------

NEGATION = re.compile(
    r"\b(?:not|no|non|never|without|neither|nor|cannot|un(?=necessary)|denied|lack)\b|n't\b|\bnon-?(?=certif)", re.IGNORECASE
)


class Evidence(NamedTuple):
    """The words of the letter that a value rests on, and the letter's years to read short dates with.

    `before` and `after` are what stands around the words in the letter: they may turn them round.
    """

    words: str
    latest_year: int | None
    before: str = ""
    after: str = ""


def follows(path: str, value: Any, evidence: Evidence) -> bool:
    """Whether `value` of the contract field `path` follows from the words of its evidence."""
    check = _FOLLOWS.get(path.rsplit("/", 1)[1], _verbatim)
    return check(value, evidence)


def _verbatim(value: Any, evidence: Evidence) -> bool:
    """The value's words stand in the evidence in their order, with the same numbers and as many negations."""
    want, have = _tokens(str(value)), _tokens(evidence.words)
    return (
        bool(want)
        and _in_order(want, have)
        and _digits(want) == _digits(have)
        and _negations(str(value)) == _negations(evidence.words)
    )


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|(?:(?<!\w)\.)?\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|[%<>±+]", plain(text).lower())


def _digits(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token[-1].isdigit()]


def _in_order(want: list[str], have: list[str]) -> bool:
    rest = iter(have)
    return all(token in rest for token in want)


def _negations(text: str) -> int:
    return len(NEGATION.findall(plain(text)))


# A denial governs what follows it in its clause, over commas and "or": "no history of diabetes or hypertension". Not past words
# that say that something was done after all: "no relief from physical therapy", "no longer takes Norco".
_DENIED_MENTION = re.compile(
    r"\b(?:no|without|denie[sd]|denying|negative for|ruled out|allerg(?:ic|y) to|never (?:had|taken|used|been)"
    r"|not (?:been )?(?:diagnosed with|have|had|take|taken|taking|use|used|using))\b"
    r"(?:(?!\b(?:with|from|after|despite|by|has|had|is|was|are|were|but|who|which|includ\w+|takes|improve\w*|relief|benefit"
    r"|help\w*|longer|further)\b)[^.;:]){0,80}$",
    re.IGNORECASE,
)


def _mentioned(value: Any, evidence: Evidence) -> bool:
    """Words of the summary that it does not deny: "no history of diabetes" is no diagnosis."""
    return _verbatim(value, evidence) and _DENIED_MENTION.search(evidence.before) is None


def _date(value: Any, evidence: Evidence) -> bool:
    return isinstance(value, date) and any(d.value == value for d in find_dates(evidence.words, latest_year=evidence.latest_year))


_A_NUMBER = rf"(?:(?:(?<![\w.])|(?<=\dx)){NUMBER}|\b(?:once|twice|thrice|no))(?!\w*[\d/]\d)"
_NUMBERS = re.compile(_A_NUMBER, re.IGNORECASE)
_RANGE_START = re.compile(r"\d+ ?(?:-|to) ?(?=\d)", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:#|no\.? ?|qty:? ?|quantity:? ?)(?P<marked>\d[\d,.]*)"
    r"|(?P<named>\d[\d,.]*)[ -]*(?:sessions?|visits?|treatments?|tablets?|tabs?|capsules?|caps?|pills?|units?|patches|patch"
    r"|hours?|gm|grams?|g|ml|boxes|box|bottles?|tubes?|injections?)\b(?! ?(?:a|per|each|every|/)\b)",
    re.IGNORECASE,
)


def _numbers(words: str) -> list[int | float]:
    """The numbers that the words give, in digits or in letters; "six (6)" gives both."""
    return [n for m in _NUMBERS.finditer(plain(words)) if (n := parse_number(m.group())) is not None]


# Words that are a dose and nothing else count nothing: "100mg".
_IS_DOSE = re.compile(r"^\W*\d[\d.,/-]* ?(?:mg|mcg|%|mg/ml)(?:\W|$)[^\d#]*$", re.IGNORECASE)


def _quantity(value: Any, evidence: Evidence) -> bool:
    """The only number of the words, a marked one (#60, 12 visits), or a rate multiplied out whole: 2 a week for 6 weeks."""
    if _IS_DOSE.search(f"{plain(evidence.words)}{evidence.after[:5]}"):
        return False
    numbers = _numbers(_RANGE_START.sub("", plain(evidence.words)))
    counted = {parse_number((m["marked"] or m["named"]).strip(",.")) for m in _COUNTED.finditer(plain(evidence.words))}
    return bool(set(numbers) == {value} or value in counted or (len(numbers) > 1 and prod(numbers) == value))


_REFILLS = re.compile(
    rf"(?P<before>{_A_NUMBER}|\ban?)(?: \(\d+\))?(?: \w+)? refill|refills?:? ?(?:x ?|# ?)?(?P<behind>\d+)",
    re.IGNORECASE,
)


def _refills(value: Any, evidence: Evidence) -> bool:
    """The number beside "refill"; the words may be that number alone when "refill" stands next to them."""
    beside = [parse_number(m["before"] or m["behind"]) for m in _REFILLS.finditer(plain(evidence.words))]
    around = f"{evidence.before[-24:]} {evidence.words} {evidence.after[:24]}"
    return value in beside if beside else set(_numbers(evidence.words)) == {value} and "refill" in around.lower()


_AGE_BEHIND = re.compile(r"[\s-]*(?:y(?:ea)?rs?\b\.?[\s.-]*(?:olds?\b|of age\b|o\b)|y\.? ?/? ?o\b)", re.IGNORECASE)
_AGE_BEFORE = re.compile(r"\b(?:age[ds]?(?: (?:of|is|was))?|now)[\s:]*$", re.IGNORECASE)


def _age(value: Any, evidence: Evidence) -> bool:
    """A number that the letter calls an age: no dose, no count, and no number of years of pain."""
    around = " ".join((evidence.before, plain(evidence.words), evidence.after))
    inside = range(len(evidence.before), len(around) - len(evidence.after))
    return any(
        parse_number(m.group()) == value and m.start() in inside and _is_age(around, *m.span()) for m in _NUMBERS.finditer(around)
    )


def _is_age(text: str, start: int, end: int) -> bool:
    return bool(_AGE_BEHIND.match(text, end) or _AGE_BEFORE.search(text[:start]))


def _strength(value: Any, evidence: Evidence) -> bool:
    """The same numbers in the same order, and the same units, as the evidence's own strength."""
    written = (normal_strength(plain(evidence.words)) or evidence.words.replace(",", "")).lower()
    units = set(_UNIT.findall(str(value).lower()))
    return _AMOUNT.findall(str(value)) == _AMOUNT.findall(written) and bool(units) and units <= set(_UNIT.findall(written))


_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_UNIT = re.compile(r"[a-zµ%]+")

_SEX = {
    "female": re.compile(r"\b(?:female|woman|lady|gentlewoman|girl|she|her|hers|herself|f)\b", re.IGNORECASE),
    "male": re.compile(r"\b(?:male|man|gentleman|boy|he|him|his|himself|m)\b", re.IGNORECASE),
}
# "He/she" is the reviewer, never the patient (contract, rule 10).
_OR_SHE = re.compile(r" ?/ ?(?:s?he|her|him|his)\b", re.IGNORECASE)
_HE_OR = re.compile(r"\b(?:s?he|her|him|his) ?/ ?$", re.IGNORECASE)


def _sex(value: Any, evidence: Evidence) -> bool:
    """A word for this sex and none for the other."""
    named = {sex for sex, pattern in _SEX.items() if pattern.search(evidence.words)}
    return named == {value} and _OR_SHE.match(evidence.after) is None and _HE_OR.search(evidence.before) is None


_NECESSARY = re.compile(r"medically ?(?P<un>un)?necessary", re.IGNORECASE)
_PARTLY = re.compile(r"\bpartial|\bin[ -]part\b|\bmodified\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|nor|cannot|no longer|non)\b|n't\b", re.IGNORECASE)


def read_decision(words: str) -> Decision | None:
    """What deciding words say: Upheld, Overturned, or (not) medically necessary. None where they say nothing, or both."""
    if _PARTLY.search(words):
        return "partially_overturned"
    said = {decision for decision, word in _VERDICTS if word.search(words)} or set(_necessity(words))
    return said.pop() if len(said) == 1 else None


_VERDICTS: tuple[tuple[Decision, re.Pattern[str]], ...] = (
    ("upheld", re.compile(r"\bup ?h[eo]ld", re.IGNORECASE)),
    ("overturned", re.compile(r"\bover-?turn", re.IGNORECASE)),
)


def _necessity(words: str) -> Iterator[Decision]:
    """What each "medically necessary" says, by the words before it up to the one before."""
    clauses = [0, *(m.end() for m in _NECESSARY.finditer(words))]
    for start, m in zip(clauses, _NECESSARY.finditer(words), strict=False):
        yield "upheld" if m["un"] or _NOT.search(words, start, m.start()) else "overturned"


_CLAUSE_END = re.compile(r"[.;:?!]\s")
_SAYS_NOT = re.compile(r"(?:\b(?:not|never|nor|cannot|no longer|non)|n't)\b(?: \w+){0,4}[ -]?$", re.IGNORECASE)


def _decision(value: Any, evidence: Evidence) -> bool:
    """What the deciding words say, with what stands before them in their clause: "medically necessary" is none behind "not"."""
    words = plain(evidence.words)
    said = read_decision(words)
    if value == "partially_overturned":
        return said == value or _NECESSARY.search(words) is not None
    clause = _CLAUSE_END.split(evidence.before)[-1]
    turned = _SAYS_NOT.search(clause) is not None or _PARTLY.match(evidence.after.lstrip(" ,-")) is not None
    return said == value and not turned


_PAGES_LABEL = re.compile(r"\b(?:pages?|pgs?|pp?)\b(?:\(s\))?[.:]*(?=\s*\d)", re.IGNORECASE)


def _citation(value: Citation, evidence: Evidence) -> bool:
    """Title and section word by word; every page stands there, behind "page" if it says so, or lies in a range that does."""
    have = _tokens(evidence.words)
    named = all(_in_order(_tokens(part), have) for part in (value.title, value.section) if part)
    label = _PAGES_LABEL.search(evidence.words)
    return named and bool(value.title) and set(value.pages) <= set(page_numbers(evidence.words[label.end() if label else 0 :]))


_STATE = re.compile("|".join(sorted(map(re.escape, STATES), key=len, reverse=True)), re.IGNORECASE)


def _state(value: Any, evidence: Evidence) -> bool:
    """The state's whole name: neither "Virginia" of "West Virginia" nor "Kansas" of "Arkansas"."""
    text = f"{evidence.before[-_LONGEST_STATE:]} {evidence.words}"
    first = len(text) - len(evidence.words)
    return value in STATES and any(m.group().lower() == value.lower() and m.start() >= first for m in _STATE.finditer(text))


_LONGEST_STATE = max(map(len, STATES))


def _case_number(value: Any, evidence: Evidence) -> bool:
    """Every letter and digit, and no further one."""
    signs = re.sub(r"\W", "", str(value))
    return bool(signs) and re.search(r"(?<!\w)" + r"\W{0,3}".join(signs) + r"(?!\w)", evidence.words) is not None


_PRIORITY = {"standard": re.compile(r"standard|regular", re.IGNORECASE), "expedited": re.compile(r"expedit", re.IGNORECASE)}


def _priority(value: Any, evidence: Evidence) -> bool:
    return {p for p, pattern in _PRIORITY.items() if pattern.search(evidence.words)} == {value}


_RETROSPECTIVE = re.compile(rf"retro|\bdos\b|d\.o\.s|dates? of ser|{DATE.replace('{n}', '_r')}", re.IGNORECASE)


def _retrospective(value: Any, evidence: Evidence) -> bool:
    return not value or _RETROSPECTIVE.search(evidence.words) is not None


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
    "age": _age,
    "sex": _sex,
    "diagnoses": _mentioned,
    "medications": _mentioned,
    "prior_treatments": _mentioned,
    "strength": _strength,
    "quantity": _quantity,
    "refills": _refills,
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
    """Whether the evidence lies where values of this field stand. A section that the letter does not have limits nothing."""
    room, *rest = pointer.strip("/").split("/")
    if room == "items":
        return _in_item(int(rest[0]), rest[1], spans, sections)
    if room == "patient":
        return sections.credentials is None or not _touches(spans, sections, sections.credentials)
    part = {"clinical": sections.summary, "reviewer": sections.credentials}.get(room)
    return part is None or _inside(spans, sections, part)


def _in_item(index: int, name: str, spans: tuple[Span, ...], sections: Sections) -> bool:
    if index >= len(sections.items):
        return True
    item = sections.items[index]
    if name in _IN_REQUEST:
        return _inside(spans, sections, item.request)
    part = {
        "decision": item.decided,
        "rationale": item.rationale,
        "reasons": item.rationale,
        "claims_admin_guidelines": item.claims_guideline,
        "reviewer_guidelines": item.reviewer_guideline,
    }[name]
    return part is not None and _inside(spans, sections, part)


def _inside(spans: tuple[Span, ...], sections: Sections, part: Part) -> bool:
    bounds = sections.spans(part)
    return bool(bounds) and all(bounds[0].start <= s.start and s.end <= bounds[-1].end for s in spans)


def _touches(spans: tuple[Span, ...], sections: Sections, part: Part) -> bool:
    return any(s.start < b.end and b.start < s.end for s in spans for b in sections.spans(part))


# --- the gate --------------------------------------------------------------------------------------------------------

_AROUND = 80
"""Characters of context on each side of a value's words: enough for a clause."""


def unsupported(pointer: str, found: Found, letter: Letter) -> str | None:
    """Why a value is not proved, as a sentence; None where it is."""
    path = spec_path(pointer)
    name = path.rsplit("/", 1)[1]
    if name in WITHOUT_EVIDENCE or (name == "retrospective" and not found.value):
        return None
    if not found.spans:
        return "no words of the letter were given for it"
    if any(not 0 <= s.start < s.end <= len(letter.text) for s in found.spans):
        return "its evidence lies outside of the letter"
    if any(_cut_off(letter.text, *s) for s in found.spans):
        return "its evidence is a piece of a longer word or number"
    if not in_place(pointer, found.spans, sections_of(letter)):
        return "its evidence stands in another part of the letter"
    if not follows(path, found.value, _evidence(found.spans, letter)):
        return "it does not follow from the words that were given for it"
    return None


def _evidence(spans: tuple[Span, ...], letter: Letter) -> Evidence:
    text, first, last = letter.text, spans[0].start, spans[-1].end
    return Evidence(
        words=" ".join(_words(letter, s) for s in spans),
        latest_year=_latest_year(letter),
        before=plain(" ".join(text[max(0, first - _AROUND) : first].split())),
        after=plain(" ".join(text[last : last + _AROUND].split())),
    )


def _words(letter: Letter, span: Span) -> str:
    """The folded words of a span, cut out of the folded letter: many times cheaper than folding each span anew.

    Words of a page footer, which may prove a case number, are not in it.
    """
    part = letter.folded.find(span)
    return folded_str(letter.text[span.start : span.end]) if part is None else letter.folded.text[part[0] : part[1]].strip()


@lru_cache(maxsize=64)
def _latest_year(letter: Letter) -> int | None:
    return latest_year(letter.folded.text)


def ground(reading: Reading, letter: Letter) -> Reading:
    """The reading without the values that the letter does not prove; each one dropped becomes an issue."""
    kept: dict[str, Entry] = {}
    issues: list[Issue] = []
    for pointer, entry in reading.fields.items():
        entries = (entry,) if isinstance(entry, Found) else entry
        doubts = [unsupported(pointer, found, letter) for found in entries]
        issues += [_dropped(pointer, why) for why in doubts if why is not None]
        proved = tuple(found for found, why in zip(entries, doubts, strict=True) if why is None)
        if proved:
            kept[pointer] = proved[0] if isinstance(entry, Found) else proved
    return replace(reading, fields=kept, issues=(*reading.issues, *issues), replaced=reading.replaced or bool(issues))


def _dropped(pointer: str, why: str) -> Issue:
    return Issue(pointer=pointer, code="unsupported", message=f"A value was dropped: {why}.")
