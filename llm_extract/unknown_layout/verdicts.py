"""Decisions that stand in sentences: "The request is not medically necessary."."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from llm_extract.decision_words import LONGEST, TERM, read_decision, tells_of_review
from llm_extract.sections import Part
from llm_extract.unknown_layout.lines import Lines
from llm_extract.unknown_layout.requests import Decided, trim
from llm_extract.values import sentences

_HYPOTHETICAL = re.compile(r"\b(?:if|when|unless|whether|may be|could|would|should|until|guidelines?|recommend\w*)\b")
_SUBJECT = (
    r"(?:requests?|denials?|determination|decision|treatments?|services?|items?|procedures?|medications?|therapy"
    r"|surgery|non-certification"
    r"|units?|visits|sessions|study|test|device)(?: (?:for|of) (?:[^.;]|\.(?=\d)){1,250}?)?(?: requested| in dispute| at issue)?"
)
_VERDICT = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|isn't|aren't|wasn't)\b(?: [a-z]+){0,4}?|(?<=\. )not|^not) (?:medically"
    r"|reasonabl[ey] and) ?(?:necessary|appropriate)"
    r"|\bmedical necessity\b(?: [a-z]+){0,6}? (?:established|shown|demonstrated|met|supported|documented|substantiated)\b"
    rf"|\b{_SUBJECT} (?:is|are|cannot be|must be|shall be)(?: [a-z]+){{0,4}}? (?:overturned|upheld|approved|certified"
    r"|authorized|denied|non-?certified|reversed|affirmed|granted)\b"
)
REFERS = re.compile(
    r"\b(?:items?|issues?|requests?|treatments?|services?|numbers?|nos?\.?) (?P<numbers>\d{1,2}(?:(?:,? and |, ?| & | ?- ?| to"
    r"|through )\d{1,2}){0,20}) (?P<said>(?:is|are|was|were)\b[^.;]{3,120})"
)
"""A decision of items by their numbers: "items 1 and 3 are medically necessary"."""
_PART_OF = re.compile(r"\b(?:partial(?:ly)?|partly|in part|only the|rest|remainder|remaining|balance|otherwise|first|initial)\b")
_MOST_SENTENCES = 400


def verdict(lines: Lines, part: Part) -> Decided | None:
    """What the sentences of a part decide together; None where they decide nothing, or both ways without parting the request."""
    told = list(verdicts(lines, part))
    said = {d.decision for d in told}
    if len(said) == 1:
        return told[-1]
    if {"overturned", "upheld"} <= said and _PART_OF.search(lines.low, *part):
        return _partly(lines, told)
    return None


def _partly(lines: Lines, told: list[Decided]) -> Decided | None:
    """Verdicts of both kinds on the parts of a request: all their words prove it, or the ones that call a part necessary."""
    whole = Part(told[0].place.start, told[-1].place.end)
    if read_decision(lines.text[slice(*whole)]) == "partially_overturned" and whole.end - whole.start <= LONGEST:
        return Decided("partially_overturned", whole)
    granted = next(d.place for d in reversed(told) if d.decision == "overturned")
    return Decided("partially_overturned", granted) if "medically necessary" in lines.low[slice(*granted)] else None


def verdicts(lines: Lines, part: Part) -> Iterator[Decided]:
    """The sentences of a part that decide, but for those that tell of utilization review, of a guideline or of what might be."""
    low = lines.low
    if not TERM.search(low, *part):
        return
    for start, end in islice(sentences(lines.text, *part), _MOST_SENTENCES):
        stop = min(end, start + 800)
        m = _VERDICT.search(low, start, stop)
        if (
            m is None
            or REFERS.search(low, start, stop)
            or tells_of_review(low[start:stop])
            or _HYPOTHETICAL.search(low, start, stop)
        ):
            continue
        place = trim(lines.text, _verb(low, m), stop, ending=" .")
        if said := read_decision(lines.text[slice(*place)]):
            yield Decided(said, place)


_VERB = re.compile(r"\b(?:is|are|cannot|must|shall)\b")


def _verb(low: str, m: re.Match[str]) -> int:
    """Where the deciding words begin: behind a named subject."""
    if not m.group().startswith(("is", "are", "was", "were", "be", "not", "medical")):
        verbs = list(_VERB.finditer(low, m.start(), m.end()))
        return verbs[-1].start() if verbs else m.start()
    return m.start()
