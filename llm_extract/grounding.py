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
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

from llm_extract.decision_words import read_decision, says_who_decides, tells_of_review
from llm_extract.engine import Entry, Found, Reading, spec_path
from llm_extract.folding import LONGEST_TEXT, Folded, folded_str
from llm_extract.letters import Letter
from llm_extract.schema import STATES, WITHOUT_EVIDENCE, Citation, Issue, Span
from llm_extract.sections import Part, Sections, sections_of
from llm_extract.values import (
    DATE,
    NUMBER,
    STATE_CODES,
    find_dates,
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


_IN_NUMBER = re.compile(r"\d[.,/]\Z|(?<!\w)\.\Z")


def _goes_through(text: str, at: int) -> bool:
    """Whether a word or number goes on over the boundary before `at`. "Omeprazole20mg" has only lost its blank, "L5" has not."""
    before, after = text[max(0, at - 1) : at], text[at : at + 1]
    if not (before and after) or before.isspace() or after.isspace():  # nearly every boundary: the rest need not be asked
        return False
    if after.isdigit() and _IN_NUMBER.search(text[max(0, at - 2) : at]):
        return True
    if before.isdigit() and _GOES_ON.match(text, at):
        return True
    if before.isalpha() and after.isdigit():
        return _LOST_BLANK.search(text[max(0, at - 3) : at]) is None
    if before.isalnum() and _NEW_WORD.match(text, at):
        return _WORD_OR_NUMBER_ENDS.search(text[max(0, at - 3) : at]) is None
    return before.isalnum() and after.isalnum()


_GOES_ON = re.compile(r"[.,/]\d")
# "02/01/2014Date Assigned", "UpheldClaims": a capital that begins a word has lost the blank in front of it.
_NEW_WORD = re.compile(r"[A-Z][a-z]{2}")
_WORD_OR_NUMBER_ENDS = re.compile(r"[a-z]{3}\Z|\d\Z")
_LOST_BLANK = re.compile(r"[^\W\d_]{3}\Z|(?<!\w)x\Z", re.IGNORECASE)

# --- 2. the value follows from the words -----------------------------------------------------------------------------

# "isnot medically necessary" has lost a blank.
_A_NOT = r"(?:is|are|was|were)?not"
NEGATION = re.compile(
    rf"\b(?:{_A_NOT}|no|non|never|without|neither|nor|cannot|un(?=necessary)|denied|lack)\b|n't\b|\bnon-?(?=certif)",
    re.IGNORECASE,
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
    if value == evidence.words:  # a rationale, copied by place: its words are its own
        return _TOKEN.search(value) is not None
    want, have = _tokens(str(value)), _tokens(evidence.words)
    return (
        bool(want)
        and _in_order(want, have)
        and _digits(want) == _digits(have)
        and _negations(str(value)) == _negations(evidence.words)
    )


_TOKEN = re.compile(r"[^\W\d_]+|(?:(?<!\w)\.)?\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|[%<>±+]")


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(plain(text).lower())


def _digits(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token[-1].isdigit()]


def _in_order(want: list[str], have: list[str]) -> bool:
    rest = iter(have)
    return all(token in rest for token in want)


def _negations(text: str) -> int:
    return len(NEGATION.findall(plain(text)))


# In lower case. A denial governs what follows it in its clause, but not past words that say that something was done after all:
# "no relief from physical therapy", "no longer takes Norco". One with a verb, or "no history of", governs a list over its commas:
# "denies pain, fever, cough". A bare "no" or "without" governs the one thing behind it, which ends at the comma ("without
# myelopathy, lumbar radiculopathy") unless "or" goes on with it: "without fever, chills or cough". What "was ruled out" stands in
# front.
_DONE_AFTER_ALL = (
    r"(?!\b(?:with|from|after|despite|by|has|had|is|was|are|were|but|who|which|includ\w+|takes|improve\w*|relief|benefit"
    r"|help\w*|longer|further)\b)"
)
_KIND_OF_DENIAL = r"(?:known|past|prior|previous|significant|relevant|medical|surgical|family|personal|documented|clinical)"
_DENIED_LIST = re.compile(
    r"\b(?:denie[sd]|denying|negative for|(?<!was )(?<!were )(?<!been )(?<!is )(?<!are )ruled out|allerg(?:ic|y) to"
    r"|never (?:had|taken|used|been)|not (?:been )?(?:diagnosed with|have|had|take|taken|taking|use|used|using)"
    rf"|(?:no|without)(?: (?:any|a|an|other|{_KIND_OF_DENIAL})){{0,4}}"
    r" (?:history|evidence|signs?|symptoms?|diagnos[ei]s|complaints?|suspicion|indications?|allerg(?:y|ies)|mention)"
    r" (?:of|to|for))\b"
    rf"(?:{_DONE_AFTER_ALL}.){{0,80}}\Z"
)
_DENIED_ONE = re.compile(rf"\b(?:no|without)\b(?P<between>(?:{_DONE_AFTER_ALL}.){{0,80}})\Z")
_OR_BEFORE = re.compile(r"\b(?:or|nor)(?: \w+){0,3} ?\Z")
_OR_AFTER = re.compile(r"(?:,[^,.;:]{1,40}){0,4}?,? (?:or|nor)\b", re.IGNORECASE)


def _mentioned(value: Any, evidence: Evidence) -> bool:
    """Words of the summary that it does not deny: "no history of diabetes" is no diagnosis."""
    return _verbatim(value, evidence) and not _denied(evidence.before, evidence.after)


def _denied(before: str, after: str) -> bool:
    """Whether a denial in front of words, in their clause, governs them."""
    clause = f" {before[max(map(before.rfind, '.;:')) + 1 :].lower()}"
    if not any(word in clause for word in _DENYING):
        return False
    if _DENIED_LIST.search(clause):
        return True
    m = _last_denial(clause)
    if m is None:
        return False
    return "," not in m["between"] or _OR_BEFORE.search(m["between"]) is not None or _OR_AFTER.match(after) is not None


def _last_denial(before: str) -> re.Match[str] | None:
    """The nearest bare denial: of "no fever, no chills" the second one."""
    found = None
    for start in _BARE_DENIAL.finditer(before):
        found = _DENIED_ONE.match(before, start.start()) or found
    return found


_BARE_DENIAL = re.compile(r"\b(?:no|without)\b")
_DENYING = ("no", "without", "den", "negative", "ruled", "allerg", "never")
"""What a clause with a denial holds: most clauses hold nothing of it and need no pattern."""


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


# "RF" is short for refill, and for radio frequency.
_RF = r"\brfs?\b(?! ?(?:ablation|neurotomy|lesion|rhizotomy|procedure|treatment))"
_REFILLS = re.compile(
    rf"(?<!#)(?P<before>{_A_NUMBER}|\ban?)(?: \(\d+\))?(?:(?: \w+)? refill(?:s|\(s\))?| ?{_RF})(?![:.]? ?x ?\d)"
    rf"|(?:refill(?:s|\(s\))?|{_RF}|\brf(?=x?\d))[:.]? ?(?:x ?|# ?|of )?(?P<behind>\d+)",
    re.IGNORECASE,
)
_NEAR_REFILL = re.compile(rf"refill|{_RF}|\brfx?\d", re.IGNORECASE)


def _refills(value: Any, evidence: Evidence) -> bool:
    """The number beside "refill"; the words may be that number alone when "refill" stands next to them."""
    beside = [parse_number(m["before"] or m["behind"]) for m in _REFILLS.finditer(plain(evidence.words))]
    around = f"{evidence.before[-24:]} {evidence.words} {evidence.after[:24]}"
    return value in beside if beside else set(_numbers(evidence.words)) == {value} and bool(_NEAR_REFILL.search(around))


_AGE_BEHIND = re.compile(r"[\s-]*(?:y(?:ea)?rs?\.?[\s.-]*(?:olds?\b|of ?age\b|o\b)|y\.? ?/? ?o\b)", re.IGNORECASE)
_AGE_BEFORE = re.compile(r"\b(?:age[ds]?(?: (?:of|is|was))?|now)[\s:]*\Z", re.IGNORECASE)
# "the applicant, 52, hurt her back": an age between commas behind the patient.
_PERSON_BEFORE = re.compile(
    r"\b(?:patient|worker|claimant|applicant|employee|individual|female|male|woman|man|lady|gentleman|he|she),\s*\Z",
    re.IGNORECASE,
)
_COMMA_BEHIND = re.compile(r"\s?(?:,(?!\d)|;|\)|who\b)")


def _age(value: Any, evidence: Evidence) -> bool:
    """A number that the letter calls an age: no dose, no count, and no number of years of pain."""
    around = " ".join((evidence.before, plain(evidence.words), evidence.after))
    inside = range(len(evidence.before), len(around) - len(evidence.after))
    near = _NUMBERS.finditer(around, max(0, inside.start - _LONGEST_NUMBER), inside.stop + _LONGEST_NUMBER)
    return any(parse_number(m.group()) == value and m.start() in inside and _is_age(around, *m.span()) for m in near)


_LONGEST_NUMBER = len("seventy-seven ")


def _is_age(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _AROUND) : start]
    if _AGE_BEHIND.match(text, end) or _AGE_BEFORE.search(before):
        return True
    two_digits = end - start == 2 and text[start:end].isdigit()
    return two_digits and bool(_PERSON_BEFORE.search(before) and _COMMA_BEHIND.match(text, end))


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


_CLAUSE_END = re.compile(r"[.;:?!]\s")
_BY_WHOM = re.compile(r"(?:\s*by\b[^.;:]{0,60})?", re.IGNORECASE)
_SAYS_NOT = re.compile(rf"(?:\b(?:{_A_NOT}|never|nor|cannot|no longer|non)|n't)\b(?: \w+){{0,4}}[ -]?$", re.IGNORECASE)


def _decision(value: Any, evidence: Evidence) -> bool:
    """What the deciding words say, with what stands before them in their clause: "medically necessary" is none behind "not"."""
    words = plain(evidence.words)
    said = read_decision(words)
    clause = _CLAUSE_END.split(evidence.before)[-1]
    if not says_who_decides(words) and tells_of_review(f"{clause} {words} {_by_whom(evidence.after)}"):
        return False
    if value == "partially_overturned":
        return said == value or _NECESSARY.search(words) is not None
    turned = _SAYS_NOT.search(clause) is not None or _PARTLY.match(evidence.after.lstrip(" ,-")) is not None
    return said == value and not turned


def _by_whom(after: str) -> str:
    m = _BY_WHOM.match(after)
    return m.group() if m else ""


_PAGES_LABEL = re.compile(r"\b(?:pages?|pgs?|pp?)\b(?:\(s\))?[.:]*(?=\s*\d)", re.IGNORECASE)


def _citation(value: Citation, evidence: Evidence) -> bool:
    """Title and section word by word; every page stands there, behind "page" if it says so, or lies in a range that does."""
    have = _tokens(evidence.words)
    named = all(_in_order(_tokens(part), have) for part in (value.title, value.section) if part)
    label = _PAGES_LABEL.search(evidence.words)
    return named and bool(value.title) and set(value.pages) <= set(page_numbers(evidence.words[label.end() if label else 0 :]))


_STATE = re.compile(
    r"(?P<dc>\b(?:washington,? )?d\.? ?c\b\.?)|(?P<name>" + "|".join(sorted(map(re.escape, STATES), key=len, reverse=True)) + ")",
    re.IGNORECASE,
)
# In capitals: "in", "or" and "me" are words.
_STATE_CODE = re.compile(r"(?<![\w.])(?:" + "|".join(STATE_CODES) + r")(?![\w.]\w)")


def _state(value: Any, evidence: Evidence) -> bool:
    """The state's name or code: not "Virginia" of "West Virginia", "Kansas" of "Arkansas", "Washington" of "Washington, DC"."""
    before = f"{evidence.before[-_LONGEST_STATE:]} "
    words = range(len(before), len(before) + len(evidence.words))
    text = before + evidence.words + evidence.after[: len(", D. C.")]
    named = {_state_named(m) for m in _STATE.finditer(text) if m.start() in words}
    coded = {STATE_CODES[m.group()] for m in _STATE_CODE.finditer(evidence.words)}
    return value in STATES and value in named | coded


def _state_named(m: re.Match[str]) -> str:
    return "District of Columbia" if m["dc"] else next(s for s in STATES if s.lower() == m.group().lower())


_LONGEST_STATE = max(map(len, STATES))


def _case_number(value: Any, evidence: Evidence) -> bool:
    """Every letter and digit, and no further one."""
    signs = re.sub(r"\W", "", str(value))
    return bool(signs) and re.search(r"(?<!\w)" + r"\W{0,3}".join(signs) + r"(?!\w)", evidence.words, re.IGNORECASE) is not None


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
    if part.end <= part.start:
        return False
    first, last = sections.folded.original_range(*part)
    return all(first <= start and end <= last for start, end in spans)


def _touches(spans: tuple[Span, ...], sections: Sections, part: Part) -> bool:
    return any(s.start < b.end and b.start < s.end for s in spans for b in sections.spans(part))


# --- the gate --------------------------------------------------------------------------------------------------------

_AROUND = 80
"""Characters of context on each side of a value's words: enough for a clause."""


def unsupported(pointer: str, found: Found, letter: Letter) -> str | None:
    """Why a value is not proved, as a sentence; None where it is."""
    path, name = _field(pointer)
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
    if not follows(path, found.value, _evidence(found.spans, letter, around=name in _LOOKS_AROUND)):
        return "it does not follow from the words that were given for it"
    return None


@lru_cache(maxsize=4096)
def _field(pointer: str) -> tuple[str, str]:
    """The contract path of a pointer and its last name."""
    path = spec_path(pointer)
    return path, path.rsplit("/", 1)[1]


_LOOKS_AROUND = frozenset(
    {"age", "sex", "licensed_states", "diagnoses", "medications", "prior_treatments", "quantity", "refills", "decision"}
)
"""The fields whose words may be turned round by those around them. The others are spared looking there."""


def _evidence(spans: tuple[Span, ...], letter: Letter, *, around: bool) -> Evidence:
    folded = letter.folded
    words = " ".join(_words(letter, s) for s in spans) if len(spans) > 1 else _words(letter, spans[0])
    if not around:
        return Evidence(words, folded.latest_year)
    first, last = folded.find(spans[0]) or (0, 0), folded.find(spans[-1]) or (0, 0)
    return Evidence(
        words,
        folded.latest_year,
        before=folded.plain[max(0, first[0] - _AROUND) : first[0]].strip(),
        after=folded.plain[last[1] : last[1] + _AROUND].strip() if last[1] else "",
    )


def _words(letter: Letter, span: Span) -> str:
    """The folded words of a span, cut out of the folded letter: many times cheaper than folding each span anew.

    Words of a page footer, which may prove a case number, are not in it.
    """
    part = letter.folded.find(span)
    return folded_str(letter.text[span.start : span.end]) if part is None else letter.folded.text[part[0] : part[1]].strip()


def ground(reading: Reading, letter: Letter) -> Reading:
    """The reading without the values that the letter does not prove; each one dropped becomes an issue.

    So does the end of a text that is longer than any letter, which nobody has read.
    """
    kept: dict[str, Entry] = {}
    issues: list[Issue] = [] if letter.folded.whole or _TOO_LONG in reading.issues else [_TOO_LONG]
    for pointer, entry in reading.fields.items():
        entries = (entry,) if isinstance(entry, Found) else entry
        doubts = [_verdict(pointer, found, letter) for found in entries]
        issues += [_dropped(pointer, why) for why in doubts if why is not None]
        proved = tuple(found for found, why in zip(entries, doubts, strict=True) if why is None)
        if proved:
            kept[pointer] = proved[0] if isinstance(entry, Found) else proved
    return replace(reading, fields=kept, issues=(*reading.issues, *issues), replaced=reading.replaced or bool(issues))


def _verdict(pointer: str, found: Found, letter: Letter) -> str | None:
    """`unsupported`, asked once of a value in a place, though it passes the gate after each reader and before the record.

    Verdicts are kept with the letter, as its sections are, by the very object: what is not the same one is proved anew.
    """
    verdicts: dict[tuple[str, int], tuple[Found, str | None]] = vars(letter).setdefault("verdicts", {})
    known = verdicts.get((pointer, id(found)))
    if known is not None and known[0] is found:
        return known[1]
    why = unsupported(pointer, found, letter)
    if len(verdicts) >= _MOST_VERDICTS:  # a letter that is read again and again
        verdicts.clear()
    verdicts[pointer, id(found)] = found, why
    return why


_MOST_VERDICTS = 10_000
"""Several times what the longest letter has."""


_TOO_LONG = Issue(
    pointer="",
    code="too_long",
    message=f"Only the first {LONGEST_TEXT} characters were read, which is more than a letter has: split the file.",
)


def _dropped(pointer: str, why: str) -> Issue:
    return Issue(pointer=pointer, code="unsupported", message=f"A value was dropped: {why}.")
