"""Why the reviewer decided so: each code that a rationale gives, with its sentence as proof.

Contract, rule 11: a sentence that only recites a guideline gives no reason; it must speak of this patient or this request. So
every sentence is first told apart (`reasons_sentences`), then the rules of each code are tried on what is applied
(`reasons_benefit`, `reasons_record`, `reasons_guideline`, `reasons_count`, `reasons_first`, `reasons_indication`,
`reasons_risk`, `reasons_depends`); a few codes may also rest on what a guideline is said to hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from llm_extract.baseline import (
    reasons_benefit,
    reasons_count,
    reasons_depends,
    reasons_first,
    reasons_guideline,
    reasons_indication,
    reasons_record,
    reasons_risk,
)
from llm_extract.baseline.page import Page, sentences
from llm_extract.baseline.reasons_guideline import IN_USE, SHORT_LIMIT, SINCE
from llm_extract.baseline.reasons_indication import DENIED, NOT
from llm_extract.baseline.reasons_needs import BEGINNINGS, possible
from llm_extract.baseline.reasons_sentences import Kind, kind_of
from llm_extract.baseline.reasons_words import NO, NOT_STATED
from llm_extract.baseline.rule import Rule
from llm_extract.engine import Found
from llm_extract.schema import Decision, Reason
from llm_extract.sections import Part

_ByCode = Mapping[Reason, tuple[Rule, ...]]
_APPLIED: _ByCode = (
    reasons_benefit.APPLIED
    | reasons_record.APPLIED
    | reasons_guideline.APPLIED
    | reasons_count.APPLIED
    | reasons_first.APPLIED
    | reasons_indication.APPLIED
    | reasons_risk.APPLIED
    | reasons_depends.APPLIED
)
_RECITED: _ByCode = reasons_guideline.RECITED | reasons_count.RECITED | reasons_risk.RECITED
_LONGEST_SENTENCE = 1500
"""Characters of a sentence that are read; a longer one is none, and rules over it would take long."""


def read_reasons(page: Page, rationale: Part | None, decision: Decision | None) -> tuple[Found, ...]:
    """Reasons of one item with the sentence that gives each; at most once a code, in the order of the sentences."""
    if rationale is None:
        return ()
    parts = sentences(page.text, rationale.start, rationale.end)
    if decision == "overturned":
        return _for_overturned(page, parts)
    found = _against(page, parts)
    if decision == "partially_overturned":
        found = {**{f.value: f for f in _for_overturned(page, parts)}, **_of_a_part(found)}
    return tuple(found.values())


def _of_a_part(found: dict[str, Found]) -> dict[str, Found]:
    """What speaks against the rest of a request that was granted in part: it is too much, or something else is missing."""
    return {code: f for code, f in found.items() if code in ("exceeds_guideline", "missing_documentation", "long_term_use")}


class _Sentence(NamedTuple):
    """A sentence in lower case. `own` is what it says of this patient: all of it, or what follows a guideline's words.

    `may` names the rules that may hit in it (`reasons_needs.possible`).
    """

    place: Part
    low: str
    own: str
    kind: Kind
    may: Set[str]


def _against(page: Page, parts: list[Part]) -> dict[str, Found]:
    told = list(_told(page, parts))
    limited = _Limited(told)
    of_a_test = _OF_A_TEST.search(_asked(page, told)) is not None
    found: dict[str, Found] = {}
    for s in told:
        for code, name in _codes(s, limited).items():
            fits: Reason = "criteria_not_met" if of_a_test and code == "no_monitoring" else code
            found.setdefault(fits, page.found(fits, name, s.place))
    for s in told if not found else ():
        for code, name in _matching(_RECITED, s.low, s.may).items():
            found.setdefault(code, page.found(code, name, s.place))
    return found or _by_default(page, told)


def _lower(page: Page, place: Part) -> str:
    return page.low[place.start : min(place.end, place.start + _LONGEST_SENTENCE)]


def _told(page: Page, parts: list[Part]) -> Iterator[_Sentence]:
    """The sentences with their kinds; what goes on with a guideline's words in quotation marks recites it too."""
    quoted = False
    for place in parts:
        low = _lower(page, place)
        may = possible(low)
        kind, turn = kind_of(low, may)
        quoted = quoted and not low.lstrip().startswith('"')
        if quoted and kind == "applied":
            kind, turn = "recited", 0
        if low.count('"') % 2:
            quoted = not quoted and kind == "recited" and not low.endswith('"')
        yield _Sentence(place, low, low[turn:], kind, may)


_OF_A_TEST = re.compile(
    r"\b(?:urine|drug|toxicolog\w+|confirmatory|point[- ]of[- ]care) (?:\w+ )?(?:screen\w*|test\w*)|\bu(?:ds|dt)\b"
)
"""A request for a drug test: what is not shown of monitoring or aberrant behaviour is then an indication of the test."""


def _asked(page: Page, told: list[_Sentence]) -> str:
    """What the item asks for: its request line, else the closing formula, which names it too."""
    start = told[0].place.start if told else -1
    request = next((i.request for i in page.sections.items if i.rationale and i.rationale.start <= start < i.rationale.end), None)
    if request is not None:
        return page.low[request.start : request.end]
    return next((s.low for s in reversed(told) if s.kind == "closing"), "")


class _Limited:
    """Whether a rationale names a short term, looked for when it is asked for first: few sentences say how long."""

    def __init__(self, told: list[_Sentence]) -> None:
        self._told = told

    @cached_property
    def short(self) -> bool:
        """In any sentence."""
        return any(SHORT_LIMIT.search(s.low) for s in self._told)


def _codes(s: _Sentence, limited: _Limited) -> dict[Reason, str]:
    if s.kind == "recited":
        return _matching(_RECITED, s.low, s.may)
    if s.kind != "applied":
        return {}
    may = s.may if s.own is s.low else possible(s.own)
    codes = _matching(_APPLIED, s.own, may)
    if "exceeds_guideline" not in codes and SINCE.name in may and _says_how_long(s.own) and limited.short:
        codes.setdefault("long_term_use", SINCE.name)
    if not codes and s.own is not s.low:
        codes = _matching(_RECITED, s.low, s.may)
    return _narrowest(codes, s.own)


def _says_how_long(own: str) -> bool:
    return SINCE.search(own) is not None and IN_USE.search(own) is not None


def _matching(by_code: _ByCode, low: str, may: Set[str]) -> dict[Reason, str]:
    """The codes whose rules hit, each with the name of its first that does; `may` as `reasons_needs.possible` gives it."""
    denial = None if may.isdisjoint(_DENYING) else _DENIES.search(low)
    may = may - _UNSTATED if not may.isdisjoint(_UNSTATED) and _IS_UNSTATED.search(low) is None else may
    first: dict[Reason, str] = {}
    for code, rules in by_code.items():
        for rule in rules:
            if (rule.name in may or rule.name in _FREE) and _hits(rule, low, denial):
                first[code] = rule.name
                break
    return first


_DENIES = re.compile(NO)
_IS_UNSTATED = re.compile(NOT_STATED)


def _hits(rule: Rule, low: str, denial: re.Match[str] | None) -> bool:
    """Whether a rule hits: `rule.search`, but that one that begins with a negation is tried from the first of them on."""
    denies = rule.name in _DENYING
    if (denies and denial is None) or rule.pattern is None or not rule.may_hit(low):
        return False
    start = denial.start() if denies and denial else 0
    return rule.pattern.search(low, start) is not None and not (rule.unless and rule.unless.search(low))


_TRIED = tuple(rule for table in (_APPLIED, _RECITED) for rules in table.values() for rule in rules)
_DENYING = frozenset(r.name for r in _TRIED if r.pattern is not None and r.pattern.pattern.startswith((NO, NOT)))
"""The rules that begin with a negation."""
_UNSTATED = frozenset(r.name for r in _TRIED if r.pattern is not None and r.pattern.pattern.endswith(NOT_STATED))
"""The rules that end with words that say that something is not in the record; they hit nowhere without them."""
_FREE = frozenset(r.name for r in _TRIED) - BEGINNINGS.keys()
"""The rules that need no word in particular: they are tried on every sentence."""


_FROM_NARROW: tuple[tuple[Reason, frozenset[Reason]], ...] = (
    ("missing_documentation", frozenset({"no_functional_improvement", "no_monitoring", "first_line_not_tried"})),
    (
        "criteria_not_met",
        frozenset({"no_functional_improvement", "no_monitoring", "first_line_not_tried", "missing_documentation"}),
    ),
)
"""A broad code, and the narrower ones that say the same more exactly (contract, rule 11)."""
_CLAUSE = re.compile(
    r"; |,? (?:and|but|nor|yet|while|whereas|so that)(?: that)? (?=(?:(?:also|thus|therefore|it) )?(?:there (?:is|are|was|were"
    r"|has)"
    r"|(?:he|she|it|they|nothing|nobody|none) |(?:is|are|was|were|has|have|does|do|did) (?:there|the|any|he|she|it|this)\b"
    r"|(?!(?:with|without|of|in|to|for|from|on|at|by|or|not) )(?:[^ ,;]+ ){1,7}?"
    r"(?:is|are|was|were|has|have|had|does|do|did|would|will|can|shows?|reveals?)\b))"
    r"|, (?=(?:and|or|nor) (?:of|that|any|for|is) )"
)
"""Where another clause with its own verb, or another object of the same negation, begins."""


def _narrowest(codes: dict[Reason, str], own: str) -> dict[Reason, str]:
    """A broad code gives way to a narrow one, unless another clause of the sentence gives it by itself."""
    if "depends_on_denied" in codes:
        return {"depends_on_denied": codes["depends_on_denied"]}
    clauses: list[set[Reason]] | None = None
    gone: set[Reason] = {"not_recommended"} if "long_term_use" in codes else set()  # "used chronically, which is not recommended"
    for broad, narrow in _FROM_NARROW:
        if broad not in codes or not narrow & codes.keys():
            continue
        clauses = _by_clause(codes, own) if clauses is None else clauses
        if not any(broad in given and not narrow & given for given in clauses):
            gone.add(broad)
    return {c: n for c, n in codes.items() if c not in gone}


def _by_clause(codes: dict[Reason, str], own: str) -> list[set[Reason]]:
    """Which of a sentence's codes each of its clauses gives; an object behind "or of" is denied as the first one is."""
    table = {code: _APPLIED[code] for code in codes}
    edges = [0, *(m.start() for m in _CLAUSE.finditer(own)), len(own)]
    clauses = [own[a:b].lstrip(" ,;") for a, b in pairwise(edges)] if len(edges) > 2 else []
    lows = [f"no {c}" if c.startswith(_SAME_NEGATION) else c for c in clauses]
    return [set(_matching(table, low, possible(low))) for low in lows]


_SAME_NEGATION = (
    "and of ",
    "or of ",
    "nor of ",
    "and that ",
    "or that ",
    "nor that ",
    "or any ",
    "nor any ",
    "or for ",
    "nor for ",
)


def _by_default(page: Page, told: list[_Sentence]) -> dict[str, Found]:
    """Where no rule of a code matches: what is denied of this patient is an indication that is absent."""
    denied = next((s for s in told if s.kind == "applied" and DENIED.search(s.own)), None)
    return {} if denied is None else {"criteria_not_met": page.found("criteria_not_met", DENIED.name, denied.place)}


def _for_overturned(page: Page, parts: list[Part]) -> tuple[Found, ...]:
    """An overturned denial rests on met criteria; the proof is the last sentence that says so."""
    low = page.low[parts[0].start : parts[-1].end] if parts else ""
    # Outside of quotation marks the kind of a sentence is its own, so that only those that say so need be told apart.
    apt = parts if '"' in low else [s for s in parts if reasons_benefit.MET.search(_lower(page, s))]
    told = list(_told(page, apt))
    saying = [s.place for s in told if reasons_benefit.MET.search(s.low) and (s.kind != "recited" or s.own is not s.low)]
    best = (saying or parts)[-1:]
    return tuple(page.found("criteria_met", reasons_benefit.MET.name, s) for s in best)
