"""What an item asks for, and the words at its end that decide."""

from __future__ import annotations

import re
from typing import NamedTuple

from llm_extract.decision_words import CLAIMS_SIDE, DECIDES_ALONE, FILLER, TAIL, read_decision, terms
from llm_extract.schema import Decision
from llm_extract.sections import Part
from llm_extract.unknown_layout.lines import Lines

LONGEST_REQUEST = 400


class Decided(NamedTuple):
    """A decision and the words that say it."""

    decision: Decision
    place: Part


def length(part: Part | None) -> int:
    """Characters of a part, 0 for None."""
    return part.end - part.start if part else 0


def trim(text: str, start: int, end: int, *, leading: str = " ", ending: str = " ") -> Part:
    """The range without such characters at its ends."""
    while start < end and text[start] in leading:
        start += 1
    while end > start and text[end - 1] in ending:
        end -= 1
    return Part(start, end)


_LEAD = re.compile(
    r"(?:(?:regarding|re|as to|concerning|about|with (?:regard|respect) to)\b:? ?)?(?:(?:whether|if)(?: or not)? )?"
    r"(?:[a-z][^:;]{2,60}? (?:has|have) (?:determined|found|concluded|decided) (?:that )?(?=the (?:\w+ )?requests? for ))?"
    r"(?:(?:is|are|was|were) )?(?:the (?:medical necessity (?:of|for) )?)?(?:the )?(?:(?:disputed|current|following"
    r"|above|requested) )?"
    r"(?:requests? (?:is )?(?:for )(?:authori[sz]ation (?:of|for) )?|denial of (?:the )?)?"
)
_WHETHER = re.compile(r"(?:whether|if|is|are|was|were)\b")
_ASKED = re.compile(
    r",? (?:(?:is|are|was|were|be|being) )?(?:considered |deemed )?(?:medically )?(?:necessary|appropriate|indicated)\b"
)


def asked_for(lines: Lines, part: Part) -> Part:
    """A request without the form's words: of "Whether the request for X is medically necessary" X."""
    low, end = lines.low, part.end
    if _WHETHER.match(low, *part) and (asked := _ASKED.search(low, *part)):
        end = asked.start()
    lead = _LEAD.match(low, part.start, end)
    start = lead.end() if lead and lead.end() < end else part.start
    place = trim(lines.text, start, end, leading=" :;,.-", ending=" :;,.-?")
    quoted = lines.text[place.start : place.start + 1] == '"' == lines.text[place.end - 1 : place.end]
    return Part(place.start + 1, place.end - 1) if quoted and length(place) > 2 else place


_PARTED = re.compile(
    rf"(?P<sep> ?(?:[:;,(\[]|-{{1,2}}(?= )|(?<=[a-z0-9)])\.(?= )) ?| (?=(?:is|are|was|were|isn't|has been|have been"
    rf"|must be)\b))(?P<said>{FILLER})\Z"
)
_BARE = re.compile(rf"(?P<sep> )(?P<said>{FILLER})\Z")
_BEHIND = re.compile(TAIL)
_LONGEST_FILLER = 90


def decided_at_end(lines: Lines, part: Part) -> tuple[Part, Decided] | None:
    """A request and the decision that stands at its end, behind a sign or a verb, or as a word with a capital.

    None for a question ("Whether ... is medically necessary") and where other words follow.
    """
    low, text = lines.low, lines.text
    if _WHETHER.match(low, *part):
        return None
    for term in terms(low, *part):
        floor = max(part.start, term.start - _LONGEST_FILLER)
        head = _PARTED.search(low[floor : term.start]) or _BARE.search(low[floor : term.start])
        tail = _BEHIND.match(low, term.end, part.end)
        if head is None or tail is None or not _ends(lines, tail.end(), part.end):
            continue
        said = floor + head.start("said")
        if head["sep"] == " " and not low.startswith(_VERBS, said) and not text[said].isupper():
            continue
        place = trim(text, said, tail.end(), ending=" .!]")
        decision = read_decision(text[slice(*place)])
        if decision and floor + head.start() > part.start and not _OTHERS_DECISION.search(low, part.start, floor + head.start()):
            return Part(part.start, floor + head.start()), Decided(decision, place)
    return None


def decided_alone(lines: Lines, part: Part) -> Decided | None:
    """The decision of words that do nothing but decide."""
    place = trim(lines.text, *part, ending=" .")
    said = read_decision(lines.text[slice(*place)]) if DECIDES_ALONE.fullmatch(lines.low, *place) else None
    return Decided(said, place) if said else None


# "Claims administrator's decision: denied": what stands in front of the sign is no request.
_OTHERS_DECISION = re.compile(
    rf"\b(?:{CLAIMS_SIDE}|(?:{CLAIMS_SIDE} |our |final |prior |previous |original |initial )?"
    r"(?:decision|determination|denial|outcome|finding|ruling|result|status|action)(?: (?:of|by|on) [a-z' ]{1,40})?)\W*\Z"
)
_VERBS = ("is ", "are ", "was ", "were ", "isn't ", "has been ", "have been ", "must be ")


def _ends(lines: Lines, at: int, end: int) -> bool:
    """Whether a line, a sentence or the part ends here."""
    return at >= end or at in lines.folded.line_starts or lines.text[at - 1 : at] in ".!" or lines.text[at - 2 : at] == ". "
