"""A stretch of the letter that is about one item, and the parts of the item that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from llm_extract.decision_words import read_decision, tells_of_review
from llm_extract.sections import ItemParts, Part
from llm_extract.unknown_layout.labels import Kind, Label
from llm_extract.unknown_layout.lines import Line, Lines
from llm_extract.unknown_layout.requests import LONGEST_REQUEST, Decided, asked_for, decided_alone, decided_at_end, length, trim
from llm_extract.unknown_layout.verdicts import verdict
from llm_extract.values import sentences

LONGEST_VALUE = 300
"""Characters behind a label that decide: what is longer tells and does not decide."""
SHORTEST_RATIONALE = 25
"""Characters of a rationale that has no label."""
_LONGEST_GUIDELINE = 1500


@dataclass(frozen=True)
class Given:
    """What a block gives of its item.

    `labelled`: a label says so, which tells an item from any numbered paragraph; `reasoned`: the rationale has one of its own.
    `torn`: the block decides two ways, or in words that say nothing.
    """

    request: Part | None = None
    decided: Decided | None = None
    claims: Part | None = None
    reviewer: Part | None = None
    rationale: Part | None = None
    labelled: bool = False
    reasoned: bool = False
    torn: bool = False

    def filled(self, other: Given) -> Given:
        """This block with what only the other one of the same number gives; two decisions that differ are none."""
        decided = self.decided or other.decided
        torn = bool(self.decided and other.decided and self.decided.decision != other.decided.decision)
        return Given(
            self.request or other.request,
            None if torn else decided,
            self.claims or other.claims,
            self.reviewer or other.reviewer,
            other.rationale if other.reasoned and not self.reasoned else self.rationale or other.rationale,
            self.labelled or other.labelled,
            self.reasoned or other.reasoned,
            self.torn or other.torn or torn,
        )

    def parts(self) -> Iterator[ItemParts]:
        """The item, where there is a request."""
        if self.request:
            decision, place = self.decided or (None, None)
            yield ItemParts(self.request, decision, place, self.claims, self.reviewer, self.rationale)


@dataclass
class Block:
    """A stretch of the letter that is about one item, while its labels are read.

    `topic` is what stands in front of the first label; None: whatever no label claims, which `rest` gathers.
    """

    lines: Lines
    start: int
    end: int
    topic: Kind | None = "request"
    parts: dict[str, Part] = field(default_factory=dict)
    decided: list[Decided] = field(default_factory=list)
    rest: list[Part] = field(default_factory=list)

    def read(self) -> Given:
        """The item's parts. Of two rationales the longer one is it; without one what is left, where that is long enough."""
        for kind, region in self.regions():
            self._take(kind, region)
        rest = [part for part in self.rest if length(part) >= SHORTEST_RATIONALE]
        rationale = self.parts.get("rationale") or max(rest, key=length, default=None)
        decided, torn = self._decision(rationale)
        return Given(
            self.parts.get("request"),
            decided,
            _citing(self.lines.low, self.parts.get("claims")),
            _citing(self.lines.low, self.parts.get("reviewer")),
            rationale,
            labelled=not self._kinds.isdisjoint({"decision", "rationale", "claims", "reviewer"}),
            reasoned="rationale" in self.parts,
            torn=torn,
        )

    def _take(self, kind: Kind | None, region: Part) -> None:
        if kind is None:
            self._left(*region)
        elif kind == "request" and kind not in self.parts:
            self._request(region)
        elif kind == "decision":
            self.decide(region)
        elif kind == "rationale" and length(region) > length(self.parts.get(kind)):
            self.parts[kind] = region
        elif kind in ("claims", "reviewer") and kind not in self.parts:
            self.parts[kind] = self._guideline(region)

    def _decision(self, rationale: Part | None) -> tuple[Decided | None, bool]:
        """The block's decision, and whether it contradicts itself or its labelled words say nothing."""
        if self.decided:
            torn = len({d.decision for d in self.decided}) > 1
            return (None if torn else self.decided[0]), torn
        told = verdict(self.lines, rationale or Part(self.start, self.end))
        return told, told is None and "decision" in self._kinds

    @cached_property
    def _kinds(self) -> frozenset[str]:
        return frozenset(label.kind for label in self.labels)

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """The labels of the block."""
        return self.lines.labels_between(self.start, self.end)

    def regions(self) -> Iterator[tuple[Kind | None, Part]]:
        """What stands in front of the first label, and behind each."""
        edges = [(self.topic, self.start, self.start), *self.labels, ("other", self.end, self.end)]
        for (kind, _, start), (_, end, _) in pairwise(edges):
            region = trim(self.lines.text, start, end)
            if region.end > region.start:
                yield kind, region

    def _request(self, region: Part) -> None:
        """The request, without what decides at its end; what follows it may be the rationale."""
        first = trim(self.lines.text, region.start, self._request_end(region))
        inline = decided_at_end(self.lines, first) or self._decided_over_gap(region, first)
        below = None if inline else self._decided_below(first.end, region.end)
        if said := inline[1] if inline else below:
            self.decided.append(said)
        self._left(said.place.end if said else first.end, region.end)
        request = asked_for(self.lines, inline[0] if inline else first)
        if 2 < length(request) <= LONGEST_REQUEST:
            self.parts["request"] = request

    def _decided_over_gap(self, region: Part, first: Part) -> tuple[Part, Decided] | None:
        """A request that goes on over a page's end to its decision, without a sentence's end between."""
        longer = trim(self.lines.text, region.start, min(region.end, region.start + LONGEST_REQUEST))
        found = decided_at_end(self.lines, longer) if longer.end > first.end else None
        return found if found and not _NEW_SENTENCE.search(self.lines.text, first.start, found[0].end) else None

    def _decided_below(self, start: int, end: int) -> Decided | None:
        """A line below the request that does nothing but decide."""
        line = next(iter(self.lines.lines_between(start, end)), None)
        answer = _ANSWER.match(self.lines.low, line.start, line.end) if line else None
        return decided_alone(self.lines, Part(answer.end(), min(line.end, end))) if line and answer else None

    def _request_end(self, region: Part) -> int:
        """The end of its paragraph; where nothing parts paragraphs and no label follows, of the lines that go on."""
        lines = self.lines
        end = lines.paragraph_end(region.start, region.end)
        inside = lines.lines_between(region.start + 1, end)
        if end < region.end or not inside or region.end < self.end - 1:
            return end
        return next((line.start for line in inside if not goes_on(lines.text, line)), end)

    def decide(self, region: Part) -> None:
        """The first sentence behind the label that decides, of two: "No. The treatment is not medically necessary."."""
        stop = self.lines.paragraph_end(region.start, min(region.end, region.start + LONGEST_VALUE))
        told = sentences(self.lines.text, region.start, stop)[:2]
        ticked = ticked_boxes(self.lines.text, region)
        places = [ticked] if ticked else [trim(self.lines.text, *sentence, ending=" .") for sentence in told]
        for place in places:
            if not tells_of_review(self.lines.low[slice(*place)]) and (said := read_decision(self.lines.text[slice(*place)])):
                self.decided.append(Decided(said, place))
                self._left(place.end, region.end)
                return
        self._left(region.start, region.end)

    def _guideline(self, region: Part) -> Part:
        """A side's line; where no label marks the rationale it ends with its paragraph, or with its sentence's line."""
        text = self.lines.text
        limit = min(region.end, region.start + _LONGEST_GUIDELINE)
        if "rationale" in self._kinds:
            return trim(text, region.start, limit)
        end = self.lines.paragraph_end(region.start, limit)
        if end == region.end and (inside := self.lines.lines_between(region.start + 1, end)):
            end = next((line.start for line in inside if not goes_on(text, line)), end)
        self._left(end, region.end)
        return trim(text, region.start, end)

    def _left(self, start: int, end: int) -> None:
        """Keep what no label claims: the rationale may be there."""
        rest = trim(self.lines.text, start, end, leading=" .;:,-)")
        if rest.end > rest.start:
            self.rest.append(rest)


_BOXES = re.compile(r"[\[(] ?[xX✓✔]? ?[\])]|[☐☒☑□]")


def ticked_boxes(text: str, region: Part) -> Part | None:
    """The stretch of boxes behind a label, with what is written to the last of them."""
    boxes = list(_BOXES.finditer(text, region.start, min(region.end, region.start + 2 * LONGEST_VALUE)))
    return trim(text, boxes[0].start(), min(region.end, boxes[-1].end() + 80)) if len(boxes) > 1 else None


_ANSWER = re.compile(r"(?:(?:yes|no)[.,:;-] )?")
_NEW_SENTENCE = re.compile(r"[a-z0-9)][.?!] [A-Z]")
_OPEN_END = re.compile(r"(?:[,;/&(-]|\b(?:and|or|of|for|the|to|with|in|at|on|a|an|by|x|per|every))\Z", re.IGNORECASE)


def goes_on(text: str, line: Line) -> bool:
    """Whether a line goes on with the one before it: it begins small or with a number, or that one ends open."""
    return not text[line.start].isupper() or _OPEN_END.search(text[max(0, line.start - 12) : line.start].rstrip()) is not None


_NOTHING = re.compile(
    r"\W*(?:none\b|no\b(?! ?\.)|not\b|n/?a\b|nil\b|nothing\b|silent\b|unknown\b|(?:it |they |the \w+ (?:\w+ )?)?did not\b|$)"
)


def _citing(low: str, part: Part | None) -> Part | None:
    """A side's line, None where it says that nothing is cited."""
    return None if part is None or _NOTHING.match(low, *part) else part


_CLOSING = re.compile(
    r"(?:this|the) (?:final |foregoing |above )?(?:determination|decision|letter|review|report|imr)\b[^.]{0,60}?"
    r"\b(?:is|shall|may|has|constitutes|will|was) (?:[a-z]+ ){0,4}?(?:binding|final|deemed|appeal\w*|that of|prepared|intended"
    r"|confidential|admissible|the (?:final )?(?:determination|decision))"
    r"|sincerely|respectfully|yours\b|signed\b|for the organization|cc ?:|copies\b|copy to|enclosures?\b|disclaimer|attestation"
    r"|certification(?: of|:|$)|effect of (?:the|this) (?:decision|determination)|appeals?(?: rights)? ?(?::|$)|how to appeal"
    r"|if you |any party|you may|within (?:thirty|30)|(?:pursuant to|under) (?:california )?(?:labor code|section)"
    r"|i (?:certify|declare|attest)|the (?:undersigned|reviewer) (?:certifies|attests|declares)"
    r"|[^.]{0,60}\b(?:has no liability|is not liable|hold harmless)|medical director\b|end of "
)


def last_end(lines: Lines, start: int, limit: int) -> int:
    """Where the last item ends: at a heading that is no label of an item, or before closing matter."""
    other = {label.start for label in lines.labels_between(start, limit) if label.kind != "other"}
    headings = {head.start for head in lines.headings}
    for line in lines.lines_between(start + 1, limit):
        if line.start not in other and (line.start in headings or closes(lines, line)):
            return line.start
    return limit


def end_of_letter(lines: Lines) -> int:
    """Where closing matter begins behind the last label of an item, else the end of the text."""
    last = max((label.end for label in lines.labels if label.kind != "other"), default=0)
    end = len(lines.text)
    return next((line.start for line in lines.lines_between(last, end) if closes(lines, line)), end)


def closes(lines: Lines, line: Line) -> bool:
    """Whether a line begins closing matter."""
    return line.gap and _CLOSING.match(lines.low, line.start) is not None
