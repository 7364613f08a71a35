"""What the lines of a letter of unknown layout are labelled with, whatever the wording: request, decision, guidelines, reasons.

Searched in lower-case folded text with plain quotes and dashes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from llm_extract.decision_words import CLAIMS_SIDE, DECIDES_ALONE

Kind = Literal["request", "decision", "claims", "reviewer", "rationale", "other"]
KINDS: tuple[Kind, ...] = ("claims", "reviewer", "decision", "rationale", "request", "other")

_LONGEST_LABEL = 160


class Line(NamedTuple):
    """A line without the blanks behind it. `gap`: it begins a paragraph."""

    start: int
    end: int
    gap: bool


class Label(NamedTuple):
    """A label at the beginning of a line, or a heading. `end`: where the words behind it begin."""

    kind: Kind
    start: int
    end: int


REVIEWER_SIDE = (
    r"(?:(?:the |this |our |an? )?(?:(?:independent |physician |expert |medical |clinical |imr |iro |assigned "
    r"|professional )*reviewer"
    r"|(?:independent |expert |medical |imr )+(?:review )?(?:physician|panel|specialist|organization)|imr(?:o)?|iro"
    r"|panel|review panel"
    r"|(?:review )?organization|(?:independent )?(?:medical )?review(?: organization)?|office|determination"
    r"|decision)(?:'s)?|we|us)"
)
_SOURCE = (
    r"(?:(?:clinical |medical |treatment |evidence[- ]based |supporting |relevant |specific )*(?:guidelines?(?: ?\(s\))?|criteria"
    r"|authorit(?:y|ies)|evidence|sources?|citations?|references?|standards?|literature|schedule))"
)
_USED = r"(?:cited|relied (?:up)?on|used|applied|consulted|referenced|considered|followed|quoted|invoked|named|given)"
_RELIES = (
    rf"(?:has |have )?(?:{_USED}|relie[sd] (?:up)?on|cites|based (?:its|his|her|their|our) (?:denial|decision"
    r"|determination|finding)s? (?:up)?on)"
)


def _side(side: str) -> str:
    """The labels that name a side's guideline: "<side>'s guideline", "guideline cited by <side>", "<side> relied on"."""
    return (
        rf"{side}(?: {_SOURCE}(?: ?/ ?{_SOURCE}| and {_SOURCE})?(?: {_USED})?| {_RELIES}(?: {_SOURCE})?)"
        rf"|(?:{_SOURCE} )?(?:{_USED}|of|from) (?:by )?{side}"
        rf"|{_SOURCE} ?\(? ?{side} ?\)?"
    )


_NOUN = (
    r"(?:request|treatment|service|item|issue|procedure|medication|care|equipment)s?(?:(?: ?/ ?| or )(?:service|item"
    r"|treatment|procedure)s?)?(?: ?\(s\))?"
)
_DECIDER = (
    r"(?:(?:the|our|final|imr|independent|medical|review|reviewer's|reviewer|physician|expert|panel|panel's"
    r"|organization's|overall) )*"
)
_REASONER = r"(?:(?:the|our|medical|clinical|decision|reviewer's|reviewer|physician|expert|imr|detailed|summary|brief) )*"
_WORDS: Mapping[Kind, str] = {
    "claims": _side(CLAIMS_SIDE),
    "reviewer": _side(REVIEWER_SIDE)
    + rf"|{_SOURCE} (?:{_USED}|for|in) (?:in |by |for )?this (?:review|determination|decision|case)",
    "decision": (
        rf"{_DECIDER}(?:decision|determination|finding|outcome|ruling|result|conclusion|disposition|holding|verdict"
        r"|recommendation|answer)"
        r"(?:s|\(s\))?(?: (?:on|for|of|as to|regarding|upon|by) (?:the |this |our )?(?:(?:independent |medical |imr "
        r"|physician |expert )*"
        r"(?:issue|item|request|treatment|service|dispute|review|reviewer|panel|case|denial)s?)(?: (?:no\.? ?|# ?)?\d{1,2})?)?"
        r"|what (?:we|the (?:reviewer|panel|physician)) (?:have |has )?(?:decided|found|determined)"
    ),
    "rationale": (
        rf"{_REASONER}(?:reasons?|reasoning|rationales?|grounds?|analysis|discussion|basis|explanation|justification"
        r"|considerations?"
        r"|opinion|why(?: [a-z']+){0,5})(?:\(s\))?(?:(?: and|,|/| &) ?(?:the )?(?:reasons?|rationale|analysis"
        r"|conclusions?|discussion|basis|explanation)){0,2}"
        r"(?: (?:for|of|behind|supporting|why) [a-z']+(?:[ /][a-z']+){0,5})?"
    ),
    "request": (
        rf"(?:description of )?(?:the )?(?:(?:disputed|requested|contested|denied) {_NOUN}|(?:{_NOUN}"
        r"|matters?) (?:requested|(?:in|at|under) (?:dispute|issue|question|review)"
        r"|being reviewed|reviewed|disputed)|requests?|issues?|items?|what (?:is|was) (?:requested|disputed|in dispute))"
    ),
}
# Behind the words: a colon, dash, point or dots, or the line's end.
_PUT = r"(?: ?(?::[ -]*|-{1,2} |\.{2,} ?|\. (?=\S))| ?$)"
# Each kind has its own pattern: together they would be a giant that nobody can see whole.
_LABELS = tuple((kind, re.compile(rf"(?:{_WORDS[kind]}){_PUT}")) for kind in KINDS if kind in _WORDS)
# What the other side decided is no decision of the review.
_OF_OTHERS = re.compile(
    rf"(?:{CLAIMS_SIDE}|(?:prior|previous|original|initial|underlying)(?: {CLAIMS_SIDE})?)"
    r"(?: (?:decision|determination|denial|finding|action|position|response|outcome"
    rf"|modification)){{1,2}}(?: [a-z]+){{0,3}}{_PUT}"
)
_SECTION_NUMBER = re.compile(r"[ivx]{1,4}[.)] (?=[a-z])")
# Sentences that say the same without a colon: only the head of a paragraph or of a line behind a label counts.
_TELLS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("claims", re.compile(rf"{CLAIMS_SIDE} {_RELIES} ")),
    ("reviewer", re.compile(rf"{REVIEWER_SIDE} {_RELIES} ")),
)
_ASKS = re.compile(
    r"the (?:sole |only )?(?:issue|question)(?: (?:in dispute|presented|before us|to be decided|for review))? is (?=whether\b)"
)
_LIKE_GUIDELINE = re.compile(
    r"(?:the |ca |california |state |chronic pain )*(?:mtus|odg|acoem|medical treatment|guideline|official disab|american college"
    r"|none\b|no (?:guideline|citation|evidence)|not (?:cited|given|stated|named)|n/a)"
)
_BARE_SIDES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("claims", re.compile(rf"{CLAIMS_SIDE} ?:+ ?")),
    ("reviewer", re.compile(rf"{REVIEWER_SIDE} ?:+ ?")),
)
_LOUD_KINDS: tuple[Kind, ...] = ("request", "decision", "rationale")
# A heading in capitals may say more behind the label's own words: "ANALYSIS AND EXPLANATION OF THE DECISION INCLUDE ...:".
_LOUD: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?:an? )?(?:{_WORDS[kind]})\b[^:]*(?::|$)")) for kind in _LOUD_KINDS
)
_ANY_LOUD = re.compile(r"[^:]{3,}:")
# The organization by its own name: "Golden Valley guideline:"; the letterhead has it too.
_BY_NAME = re.compile(rf"(?P<name>[a-z][a-z&.'-]{{3,30}})(?: [a-z&.'-]{{2,20}}){{0,3}}?(?:'s)? {_SOURCE}(?: {_USED})?{_PUT}")
_LETTERHEAD = 300
BARE_NOUN = re.compile(
    r"(?:service|treatment|procedure|medication|drug|item|equipment|test|study|surgery|therapy)s?(?: ?\(s\))? ?:"
)
"""Nouns that label a request only where a decision follows: in a summary they label what was done."""
_ANY_LABEL = re.compile(r"[a-z][a-z'/() &-]{1,50}(?<! ) ?:(?= |$)")


def label_at(low: str, text: str, line: Line, start: int) -> Label | None:
    """The label that stands at `start`, which is the line's beginning or behind its marker."""
    end = min(line.end, start + _LONGEST_LABEL)
    number = _SECTION_NUMBER.match(low, start, end) if start == line.start else None
    if number:
        start = number.end()
    if text[start : start + 1].islower():
        return None  # a sentence that goes on: "the guideline says:"
    label = _named(low, line, start, end) or (_loud(low, text, start, end) if start == line.start else None)
    return label._replace(start=line.start) if label and number else label


def other_at(low: str, text: str, line: Line) -> Label | None:
    """Any other words with a colon at the beginning of a line, which end the part before them."""
    m = _ANY_LABEL.match(low, line.start, line.end) if text[line.start].isupper() else None
    return Label("other", line.start, m.end()) if m else None


def _named(low: str, line: Line, start: int, end: int) -> Label | None:
    for kind, pattern in _LABELS:
        if (m := pattern.match(low, start, end)) and not (m.end() == end < line.end):
            return Label(kind, start, m.end())
    for kind, pattern in _BARE_SIDES:
        if m := pattern.match(low, start, end):
            if _LIKE_GUIDELINE.match(low, m.end(), line.end):
                return Label(kind, start, m.end())
            if _decides(low, m.end(), line.end):
                return Label("decision" if kind == "reviewer" else "other", start, m.end())
    if (m := _BY_NAME.match(low, start, end)) and m["name"] in low[: min(_LETTERHEAD, start)]:
        return Label("reviewer", start, m.end())
    if m := _OF_OTHERS.match(low, start, end):
        return Label("other", start, m.end())
    m = _ASKS.match(low, start, end)
    return Label("request", start, m.end()) if m else None


def _decides(low: str, start: int, end: int) -> bool:
    """Whether a line does nothing but decide: "IMR: overturned."."""
    m = DECIDES_ALONE.match(low, start, end)
    return m is not None and m.end() >= end


def _loud(low: str, text: str, start: int, end: int) -> Label | None:
    """A heading in capitals that begins with a label's words, or any with a colon."""
    stop = low.find(":", start, end)
    words = text[start : stop if stop >= 0 else end]
    if words != words.upper() or not re.search(r"[A-Z]{4}", words):
        return None
    for kind, pattern in _LOUD:
        if m := pattern.match(low, start, end):
            return Label(kind, start, m.end())
    return Label("other", start, m.end()) if (m := _ANY_LOUD.match(low, start, end)) else None


def telling_at(low: str, line: Line) -> Label | None:
    """A sentence at the line's beginning that names what a side relied on."""
    for kind, pattern in _TELLS:
        if m := pattern.match(low, line.start, min(line.end, line.start + _LONGEST_LABEL)):
            return Label(kind, line.start, m.end())
    return None
