"""Where things stand in a letter: its layout, its sections, its items. Every engine reads from here.

Everything works on the folded text (`folding.py`), so a heading that the PDF broke over two lines is one heading. Line breaks are
only used where nothing else tells one paragraph from the next: the request of an item has no label in front of it.

A `Part` is a half-open range of folded offsets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from llm_extract.folding import Folded
from llm_extract.letters import Letter
from llm_extract.schema import Decision, Layout, Span
from llm_extract.values import lower

MOST_ITEMS = 200
"""Items that are read: four times as many as the longest letters decide. `Sections.headings` counts the others too."""


class Part(NamedTuple):
    """Half-open range of the folded text."""

    start: int
    end: int


@dataclass(frozen=True)
class ItemParts:
    """Where one disputed item stands. `decided` is the place of the words that decide, `decision` what they say."""

    request: Part
    decision: Decision | None
    decided: Part | None
    claims_guideline: Part | None
    reviewer_guideline: Part | None
    rationale: Part | None

    @property
    def whole(self) -> Part:
        """From the request to the end of the last part."""
        ends = [p.end for p in (self.request, self.decided, self.claims_guideline, self.reviewer_guideline, self.rationale) if p]
        return Part(self.request.start, max(ends))


@dataclass(frozen=True)
class Sections:
    """A letter's map. A section that the letter does not have is None.

    `headings` counts the places where a decision stands; `items` lacks those in front of which no request does, and those
    behind the first `MOST_ITEMS`.
    """

    folded: Folded
    layout: Layout
    header: Part | None
    credentials: Part | None
    summary: Part | None
    items: tuple[ItemParts, ...]
    headings: int
    cut_off: bool

    def text(self, part: Part | None) -> str:
        """The folded text of a part, "" for None."""
        return "" if part is None else self.folded.text[part.start : part.end]

    def spans(self, part: Part) -> tuple[Span, ...]:
        """The original characters of a part."""
        return self.folded.spans(part.start, part.end)


def _heading(words: str, *, any_case: bool = False) -> re.Pattern[str]:
    """A heading's words as PDF text may have them: a blank lost, or one too many inside a word."""
    letters = [re.escape(c) + " ?" if c != " " else "" for c in words]
    return re.compile("".join(letters), re.IGNORECASE if any_case else 0)


class _Heading(NamedTuple):
    """A heading on a line of its own: its words, the pattern that they are found by, and the form's words that follow it."""

    words: str
    pattern: re.Pattern[str]
    followed_by: re.Pattern[str] | None = None


_DETERMINATION_WORDS = "HOW THE IMR FINAL DETERMINATION WAS MADE"
_DETERMINATION = _Heading(
    _DETERMINATION_WORDS,
    _heading(_DETERMINATION_WORDS),
    re.compile(r"(?=MAXIMUS Federal Services,?(?: Inc\.?,?)? sent the complete case file)"),
)
_DOCUMENTS = _heading("DOCUMENTS REVIEWED")
_SUMMARY = _Heading(
    "CLINICAL CASE SUMMARY",
    _heading("CLINICAL CASE SUMMARY"),
    re.compile(r"(?=The (?:expert|physician) reviewer developed the following clinical case summary)"),
)
_EXPERT_ITEMS = _Heading(
    "IMR ISSUES, DECISIONS AND RATIONALES",
    re.compile(r"I ?M ?R ?I ?S ?S ?U ?E ?S ?, ?D ?E ?C ?I ?S ?I ?O ?N ?S ?,? ?(?:A ?N ?D|&) ?R ?A ?T ?I ?O ?N ?A ?L ?E ?S?"),
)
_PHYSICIAN_ITEMS = _Heading(
    "IMR DECISION(S) AND RATIONALE(S)",
    re.compile(r"I ?M ?R ?D ?E ?C ?I ?S ?I ?O ?N ?(?:\( ?S ?\)|S)? ?(?:A ?N ?D|&) ?R ?A ?T ?I ?O ?N ?A ?L ?E ?(?:\( ?S ?\)|S)?"),
)
_NOTICE = _heading("Notice of Independent Medical Review Determination", any_case=True)
_NOTICE_ITEM = re.compile(
    r"(?P<number>\d\d?) ?[).] ?MAXIMUS Federal Services,? Inc\.? has determined (?:that )?the "
    r"(?:request for |(?=(?:retrospective|prospective) request for ))",
    re.IGNORECASE,
)
_PROFESSIONAL = _heading("MEDICAL PROFESSIONAL REVIEW", any_case=True)
_ISSUE_AT_DISPUTE = re.compile(r"I ?S ?S ?U ?E ?(?:\( ?S ?\)|S)? ?A ?T ?D ?I ?S ?P ?U ?T ?E ?:?")

_SUMMARY_LEAD = re.compile(
    r" ?(?:The (?:expert|physician) reviewer developed the following clinical case summary based on a review of the case file, ?"
    r"including all medical records: ?)?",
    re.IGNORECASE,
)
_ITEMS_LEAD = re.compile(
    r" ?(?:The Final Determination was based on decisions for the disputed items ?/ ?services set forth below: ?)?", re.IGNORECASE
)


def sections_of(letter: Letter) -> Sections:
    """Find layout, sections and items. Never raises: a text that is no letter has layout `unknown` and no items.

    Every engine asks for every value, so the answer is kept with the letter, as its folded text is, and goes with it.
    """
    kept = vars(letter)
    if "sections" not in kept:
        scan = _Scan(letter.folded)
        kept["sections"] = _divided(scan)
    sections: Sections = kept["sections"]
    return sections


def _divided(scan: _Scan) -> Sections:
    """The sections of the letter's layout. Where only a title that any organization may use tells it, its items must too."""
    layout = _layout(scan)
    sections = _BUILD[layout](scan)
    if sections.items or layout not in _BY_TITLE:
        return sections
    other = _unknown(scan)
    return other if other.items else sections


_BY_TITLE = frozenset({"notice_2013", "professional_review"})


@dataclass(frozen=True)
class _Scan:
    """A folded letter while it is divided; what several steps look for is looked for once."""

    folded: Folded

    @property
    def text(self) -> str:
        """The folded text."""
        return self.folded.text

    @cached_property
    def labels(self) -> list[_Label]:
        """The labels of `expert_reviewer` items, in order."""
        return list(_expert_labels(self.folded.low))

    @cached_property
    def label_starts(self) -> list[int]:
        """Where the labels begin."""
        return [label.start for label in self.labels]

    @cached_property
    def anchors(self) -> list[_Anchor]:
        """The decisions that stand right before a label: one an item."""
        return [a for label in self.labels if (a := _anchor(self.text, label.start)) is not None]

    @cached_property
    def physician_anchors(self) -> list[_Anchor]:
        """The verdicts that stand right before a label of `physician_reviewer` items: one an item."""
        return list(_physician_anchors(self.folded))

    def labels_between(self, start: int, end: int) -> list[_Label]:
        """The labels that begin in `[start, end)`."""
        return self.labels[bisect_left(self.label_starts, start) : bisect_left(self.label_starts, end)]


def _layout(scan: _Scan) -> Layout:
    """The layout whose items stand there; without items the one whose heading does.

    Items tell best: a letter may quote another layout's headings in its narrative, but not its item lines with their labels.
    """
    if scan.anchors:
        return "expert_reviewer"
    if scan.physician_anchors:
        return "physician_reviewer"
    text = scan.text
    by_items: tuple[tuple[Layout, re.Pattern[str]], ...] = (
        ("notice_2013", _NOTICE_ITEM),
        ("professional_review", _ISSUE_AT_DISPUTE),
    )
    by_heading: tuple[tuple[Layout, re.Pattern[str]], ...] = (
        ("expert_reviewer", _EXPERT_ITEMS.pattern),
        ("physician_reviewer", _PHYSICIAN_ITEMS.pattern),
        ("notice_2013", _NOTICE),
        ("professional_review", _PROFESSIONAL),
        ("expert_reviewer", _DETERMINATION.pattern),
    )
    return next((layout for layout, mark in (*by_items, *by_heading) if mark.search(text)), "unknown")


def _own_line(folded: Folded, heading: _Heading) -> re.Match[str] | None:
    """The first match that begins a line, else the first match anywhere (the text may have lost its line breaks).

    A heading that does not stand there is looked for in other letters than capitals, then with a typing error, and last by
    the words of the form that follow it.
    """
    first = None
    begins = folded.line_starts
    for m in heading.pattern.finditer(folded.text):
        if m.start() in begins:
            return m
        first = first or m
    found = first or _in_any_case(folded, heading.pattern) or _misspelt(folded, heading)
    return found or (heading.followed_by.search(folded.text) if heading.followed_by else None)


def _in_any_case(folded: Folded, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """The heading in other letters than capitals, where it has a line to itself: running text has the same words."""
    ends = folded.line_starts
    loose = re.compile(pattern.pattern, pattern.flags | re.IGNORECASE).finditer(folded.text)
    return next((m for m in loose if m.start() in ends and (m.end() in ends or m.end() + 1 in ends)), None)


_NO_LETTER = re.compile(r"[\W\d_]+")
_MOST_TYPING_ERRORS = 3
_MOST_LINES = 3000
"""Lines in which a misspelt heading is looked for: ten times as many as a letter has."""


def _misspelt(folded: Folded, heading: _Heading) -> re.Match[str] | None:
    """A line, or two, that differs from the heading by a typing error or three: "CLINICAL CASE SUMARY"."""
    edges = [b.at for b in folded.breaks[:_MOST_LINES]]
    for start, *ends in zip([0, *edges], edges, [*edges[1:], len(folded.text)], strict=False):
        for end in ends:
            if abs(end - start - len(heading.words)) <= _MOST_TYPING_ERRORS + heading.words.count(" ") and _is_nearly(
                folded.text[start:end], heading.words
            ):
                return re.compile(re.escape(folded.text[start:end].rstrip(" :"))).match(folded.text, start)
    return None


def _is_nearly(line: str, heading: str) -> bool:
    a, b = (_NO_LETTER.sub("", lower(words)) for words in (line, heading))
    return Levenshtein.distance(a, b, score_cutoff=_MOST_TYPING_ERRORS) <= _MOST_TYPING_ERRORS


# What may follow the last item: letterhead matter that belongs to no rationale.
_CLOSING = re.compile(
    r"(?<=[.)\"'] )(?:Sincerely,|Disclaimer ?:|DISCLAIMER|cc ?: |CC ?: |Effect of the Decision ?:"
    r"|MAXIMUS is providing an independent review|Copies? (?:sent )?to ?:)"
)
# The initials of whoever typed the letter: "/JMR".
_TYPIST = re.compile(r"(?<=[.)\"'] )/ ?[A-Za-z]{2,4} ?\Z")
_LONGEST_TYPIST = len("/ abcd ")
_ANY_RATIONALE = re.compile(r"rationale(?:(?<=decision rationale) ?:| for (?:the decision ?:|why))")


def _body_end(folded: Folded) -> int:
    """Where the last item ends: before closing matter, else at the end of the text."""
    text = folded.text
    last = max((m.end() for m in _ANY_RATIONALE.finditer(folded.low)), default=0)
    m = (_CLOSING.search(text, last) or _TYPIST.search(text, max(last, len(text) - _LONGEST_TYPIST))) if last else None
    return m.start() if m else len(text)


# "The Expert Reviewer found the guidelines used by the Claims Administrator relevant and appropriate": what one side cites is
# what the other side cites. A denial in these words ("not relevant") takes over nothing.
_ADOPTS = re.compile(
    r"[Rr](?<=\b[Rr])(?i:eviewer\b(?:(?:(?!\b(?:not|no|neither|claims)\b)[^.]){0,140}?"
    r"\b(?:used|cited|relied (?:up)?on|referenced|applied|utilized|provided|identified|listed) by (?:the )?claims administrator\b"
    r"(?!(?:(?!\bbut\b)[^.]){0,200}?\b(?:not (?:\w+ )?(?:relevant|applicable|appropriate)|inapplicable|irrelevant|inappropriate))"
    r"|(?:(?!\b(?:not|no|neither)\b)[^.]){0,60}?\b(?:agree[sd]?|concur(?:s|red)?) with the guidelines?\b"
    r"|(?:(?!\b(?:not|no|neither)\b)[^.]){0,60}?\bthe same (?:sections? |guidelines? |citations? |criteria ){1,2}"
    r"(?:of the mtus )?(?:as|that) (?:the )?claims administrator\b))"
)


_LONGEST_LINE = 2000
"""Characters of a guideline line in which it may take over the other one; real ones stay under 1,000."""


def _with_adopted(text: str, claims: Part | None, reviewer: Part | None) -> Part | None:
    """The reviewer's line, from the claims administrator's on where it takes over what that one cites."""
    if claims is None or reviewer is None:
        return reviewer
    if not _ADOPTS.search(text, reviewer.start, min(reviewer.end, reviewer.start + _LONGEST_LINE)):
        return reviewer
    return Part(claims.start, reviewer.end)


# --- expert_reviewer -------------------------------------------------------------------------------------------------


class _Label(NamedTuple):
    """A label of an item: which of `_LABEL_ORDER` it is, and where it stands."""

    kind: str
    start: int
    end: int


_LABEL_ORDER = ("claims", "reviewer", "rationale")
# Looked for by their rare last words in lower-case text, then backwards: that is five times faster than by their first words.
_LABEL_TAIL = re.compile(r"guid[a-z]{4,8}(?: cited)? ?:|deci[a-z]{3,6} rational?e? ?:")
_LABEL_HEAD = re.compile(
    r"(?:(?P<claims>(?:the )?claims administrator(?:['’]s)?)"
    r"|(?P<reviewer>(?:maximus|(?:the )?(?:expert|physician) reviewer)(?:['’]s)?)) ?\Z"
)
_RATIONALE_HEAD = re.compile(r"the (?:expert|physician) reviewer['’]s \Z")
_LONGEST_HEAD = 32


def _expert_labels(text: str) -> Iterable[_Label]:
    for tail in _LABEL_TAIL.finditer(text):
        floor = max(0, tail.start() - _LONGEST_HEAD)
        before = text[floor : tail.start()]
        if tail.group().startswith("d"):
            head = _RATIONALE_HEAD.search(before)
            yield _Label("rationale", floor + head.start() if head else tail.start(), tail.end())
        elif head := _LABEL_HEAD.search(before):
            yield _Label(head.lastgroup or "", floor + head.start(), tail.end())


_DECISION_WORDS = (
    r"(?P<partial>(?:partial(?:ly)?|modified)[ -]{0,3}(?:overturned|upheld)"
    r"|(?:overturned|upheld)[ ,-]{0,3}(?:in[ -]part|partially))"
    r"|(?P<upheld>uphold|up ?held|uphled|uphed)|(?P<overturned>over[ -]?turned?|overtuned|overturnd|overturend)"
)
# The decision stands at the end of the request's line and right before the first label of the item, wherever lines break.
_DECIDED = re.compile(rf"(?: ?[:;.,–—-] ?| )(?P<decision>{_DECISION_WORDS}) ?\.? ?\Z", re.IGNORECASE)
_LONGEST_DECISION = 40


@dataclass(frozen=True)
class _Anchor:
    """The decision behind an item's request. `start`: where the request ends; `end`: where the item's first label begins."""

    start: int
    end: int
    decided: Part
    decision: Decision


def _anchor(text: str, label: int) -> _Anchor | None:
    floor = max(0, label - _LONGEST_DECISION)
    m = _DECIDED.search(text[floor:label])
    if m is None:
        return None
    decision: Decision = "partially_overturned" if m["partial"] else "upheld" if m["upheld"] else "overturned"
    return _Anchor(floor + m.start(), label, Part(floor + m.start("decision"), floor + m.end("decision")), decision)


def _expert(scan: _Scan) -> Sections:
    folded, text, anchors = scan.folded, scan.text, scan.anchors
    heading = _own_line(folded, _EXPERT_ITEMS)
    first_anchor = anchors[0].start if anchors else len(text)
    if heading is not None and heading.start() > first_anchor:
        heading = None
    front_end = heading.start() if heading else first_anchor
    summary_start = _own_line(folded, _SUMMARY)
    if summary_start is not None and summary_start.start() >= front_end:
        summary_start = None
    lead = _ITEMS_LEAD.match(text, heading.end()) if heading else None
    items_start = lead.end() if lead else front_end
    while again := _EXPERT_ITEMS.pattern.match(text, items_start):  # the heading stands anew at the top of a page
        lead = _ITEMS_LEAD.match(text, again.end())
        items_start = lead.end() if lead else again.end()
    if heading is None and anchors:
        items_start = front_end = _request_start(folded, summary_start.end() if summary_start else 0, first_anchor)
    elif first_anchor - items_start > _LONGEST_REQUEST:
        items_start = _request_start(folded, items_start, first_anchor)
    header, credentials, summary = _front(folded, _own_line(folded, _DETERMINATION), summary_start, front_end)
    items = tuple(islice(_expert_items(scan, items_start), MOST_ITEMS))
    return Sections(
        folded,
        "expert_reviewer",
        header,
        credentials,
        summary,
        items,
        headings=len(anchors),
        cut_off=not items or items[-1].rationale is None or heading is None or summary is None,
    )


def _front(
    folded: Folded, determination: re.Match[str] | None, summary: re.Match[str] | None, end: int
) -> tuple[Part | None, Part | None, Part | None]:
    """Header block, credentials and clinical summary of the layouts that begin with HOW THE IMR FINAL DETERMINATION WAS MADE."""
    text = folded.text
    top = determination.start() if determination and determination.start() < end else 0
    header = Part(0, top) if top else None
    if summary is None:
        return header, Part(top, end), None
    lead = _SUMMARY_LEAD.match(text, summary.end())
    documents = _DOCUMENTS.search(text, top, summary.start())
    credentials = Part(top, documents.start() if documents else summary.start())
    return header, credentials, Part(lead.end() if lead else summary.end(), end)


def _expert_items(scan: _Scan, floor: int) -> Iterable[ItemParts]:
    anchors = scan.anchors
    floors = ((b, _rationale_floor(scan, a.end, b.start)) for a, b in pairwise(anchors))
    starts = [floor, *(_request_start(scan.folded, least, anchor.start) for anchor, least in floors)]
    ends = [*starts[1 : len(anchors)], _body_end(scan.folded)]
    for anchor, start, end in zip(anchors, starts, ends, strict=False):
        claims, reviewer, rationale = _parts_in_order(scan.text, scan.labels_between(anchor.end, end), end)
        request = _trim(scan.text, start, anchor.start)
        if request.end > request.start:
            yield ItemParts(request, anchor.decision, anchor.decided, claims, reviewer, rationale)


def _rationale_floor(scan: _Scan, start: int, end: int) -> int:
    """Where the next request may begin at the earliest: behind the rationale's label of the item before it."""
    return next((label.end for label in scan.labels_between(start, end) if label.kind == "rationale"), start)


def _parts_in_order(
    text: str, labels: Iterable[_Label], end: int, *, keep_label: bool = False
) -> tuple[Part | None, Part | None, Part | None]:
    """What stands behind the labels of one item: claims administrator's line, reviewer's line, rationale.

    A label counts once and in this order: the words may be quoted again inside a rationale. `keep_label`: the two lines are
    sentences that begin with their label.
    """
    taken: list[_Label] = []
    for label in labels:
        if not taken or _LABEL_ORDER.index(label.kind) > _LABEL_ORDER.index(taken[-1].kind):
            taken.append(label)
    parts: dict[str, Part] = {}
    for i, label in enumerate(taken):
        stop = taken[i + 1].start if i + 1 < len(taken) else end
        part = _trim(text, label.start if keep_label and label.kind != "rationale" else label.end, stop)
        if part.end > part.start:
            parts[label.kind] = part
    claims, reviewer = parts.get("claims"), parts.get("reviewer")
    return claims, _with_adopted(text, claims, reviewer), parts.get("rationale")


_ENDS_SENTENCE = re.compile(r"[.?!:;]['\"”’)\]]*$")
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])(?<!\b(?:Dr|Mr|Ms|vs|No|no|mg|Mg|ml|pg|pp|ie|eg|st|St|qd|wk|hr|gm|qt|oz))(?<!\b(?:Mrs|tab|cap|qty|qid|tid"
    r"|bid|prn))"
    r"(?!(?<=\d)\.\d)[.?!]['\"”’)\]]* ?(?=[A-Z0-9\"“#(])"
)
_LONGEST_REQUEST = 1200


def _request_start(folded: Folded, floor: int, anchor: int) -> int:
    """Where the request before `anchor` begins, not before `floor`.

    A paragraph's gap tells best; page breaks make gaps too, also inside a request, so a gap behind a finished sentence is
    preferred. Without gaps a line that follows a finished sentence, without lines the last sentence's end.
    """
    text = folded.text
    floor = max(floor, anchor - _LONGEST_REQUEST)
    breaks = [b for b in folded.lines_broken_at(floor, anchor) if text[b.at : anchor].strip()]
    usual = folded.usual_gap
    gaps = [b.at for b in breaks if b.lines > usual]
    finished = [at for at in gaps if _ENDS_SENTENCE.search(text[max(floor, at - 8) : at].rstrip())]
    for candidates in (finished, gaps):
        if candidates:
            return candidates[-1]
    ended = [b.at for b in breaks if _ENDS_SENTENCE.search(text[max(floor, b.at - 8) : b.at].rstrip())]
    if ended:
        return ended[-1]
    ends = list(_SENTENCE_END.finditer(text, floor, anchor))
    if ends:
        return ends[-1].end()
    return breaks[0].at if breaks and floor == anchor - _LONGEST_REQUEST else floor


def _trim(text: str, start: int, end: int, ending: str = " ") -> Part:
    """The range without blanks in front and without `ending` characters behind."""
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] in ending:
        end -= 1
    return Part(start, end)


# --- physician_reviewer ----------------------------------------------------------------------------------------------

_NECESSARY = r"(?:is|are|was|were)(?P<not> ?not)? ?medically ?necessary(?: ?(?:and|or) ?appropriate)?"
_VERDICT = re.compile(_NECESSARY, re.IGNORECASE)
_REVIEWER = r"(?:Physician|Expert|Professional|Medical)? ?Reviewer"
# Behind the verdict of an item its first label follows: the claims administrator's, or another where that one is missing.
# Looked for by its rare word in lower-case text, then backwards.
_PHYSICIAN_VERDICT = re.compile(
    r"medically ?necessary(?: ?(?:and|or) ?appropriate)? ?[.:]? ?(?="
    r"the claims administrator(?:'s)?\b(?! (?:denied|modified|certified|approved|noted|stated|failed))"
    rf"|the {_REVIEWER.lower()}(?:'s decision rationale| based (?:his|her|the)| did not (?:base|cite)))"
)
_VERDICT_HEAD = re.compile(r"(?:is|are|was|were)(?P<not> ?not)? ?\Z")
_LONGEST_VERDICT_HEAD = len("were not ")
# "The request for X": words of the form in front of what is asked for. "Retrospective request for" is the request's own.
_REQUEST_LEAD = re.compile(
    r"(?:(?:Whether|If)(?: or not)? )?(?:(?:Is|Are|Was|Were) )?(?:(?:The|This) (?:requested )?)?"
    r"(?:(?:(?:determination of (?:the )?)?medical necessity|appropriateness) (?:of|for) (?:the )?)?"
    r"(?:(?:(?:current|disputed|following) )?requests? ?(?:\(s\) ?)?for )?(?:(?:authorization|approval|coverage) (?:of|for) )?",
    re.IGNORECASE,
)
# The first letter stands in front of the groups, in both cases: the engine looks for nothing else that fast.
_PHYSICIAN_LABEL = re.compile(
    r"[DdRrTt](?i:(?P<claims>(?<=T)he Claims Administrator(?: (?:based|did|used|cited|relied|provided|referenced)|['’]s))"
    rf"|(?P<reviewer>(?<=T)he {_REVIEWER} (?:based|did|used|cited|found|relied|concurs|agrees))"
    rf"|(?P<rationale>(?:(?<=T)he {_REVIEWER}(?:['’]s)? decision|(?<=D)ecision) rationale ?:|(?<=R)ationale for the Decision ?:))"
)
_NUMBERED = re.compile(r"(?P<number>\d(?<![^ ]\d)\d?) ?[.)] ?(?=\S)")


def _physician_anchors(folded: Folded) -> Iterable[_Anchor]:
    low = folded.low
    for m in _PHYSICIAN_VERDICT.finditer(low):
        floor = max(0, m.start() - _LONGEST_VERDICT_HEAD)
        if head := _VERDICT_HEAD.search(low[floor : m.start()]):
            start = floor + head.start()
            decided = Part(start, start + len(low[start : m.end()].rstrip(" .")))
            yield _Anchor(start, m.end(), decided, "upheld" if head["not"] else "overturned")


def _physician(scan: _Scan) -> Sections:
    folded, text = scan.folded, scan.text
    heading = _own_line(folded, _PHYSICIAN_ITEMS)
    anchors = [a for a in scan.physician_anchors if heading is None or a.start >= heading.end()]
    lead = _ITEMS_LEAD.match(text, heading.end()) if heading else None
    front_end = heading.start() if heading else (anchors[0].start if anchors else len(text))
    summary_start = _own_line(folded, _SUMMARY)
    if summary_start is not None and summary_start.start() >= front_end:
        summary_start = None
    header, credentials, summary = _front(folded, _own_line(folded, _DETERMINATION), summary_start, front_end)
    items = tuple(islice(_physician_items(folded, anchors, lead.end() if lead else front_end), MOST_ITEMS))
    return Sections(
        folded,
        "physician_reviewer",
        header,
        credentials,
        summary,
        items,
        headings=len(anchors),
        cut_off=not items or items[-1].rationale is None or heading is None,
    )


def _physician_items(folded: Folded, anchors: list[_Anchor], floor: int) -> Iterable[ItemParts]:
    text = folded.text
    starts = []
    for i, anchor in enumerate(anchors):
        low = floor if i == 0 else anchors[i - 1].end
        starts.append(_numbered_start(folded, low, anchor.start, i + 1))
    for i, anchor in enumerate(anchors):
        end = starts[i + 1].start if i + 1 < len(anchors) else _body_end(folded)
        labels = (_Label(m.lastgroup or "", *m.span()) for m in _PHYSICIAN_LABEL.finditer(text, anchor.end, end))
        claims, reviewer, rationale = _parts_in_order(text, labels, end, keep_label=True)
        request = _asked_for(text, starts[i].end, anchor.start)
        if request.end <= request.start:
            continue
        yield ItemParts(
            request=request,
            decision=anchor.decision,
            decided=anchor.decided,
            claims_guideline=claims,
            reviewer_guideline=reviewer,
            rationale=rationale,
        )


def _asked_for(text: str, start: int, end: int, ending: str = " ") -> Part:
    """A request without the form's words in front of it, which are none where nothing follows them."""
    whole = _trim(text, start, end, ending)
    lead = _REQUEST_LEAD.match(text, *whole)
    return whole if lead is None or lead.end() >= whole.end else _trim(text, lead.end(), whole.end)


def _numbered_start(folded: Folded, floor: int, anchor: int, number: int) -> Part:
    """The list number before a request, as the range from the number to the request's first character."""
    lines = folded.line_starts
    found = [m for m in _NUMBERED.finditer(folded.text, floor, anchor) if int(m.group("number")) == number]
    at_line = [m for m in found if m.start() in lines]
    best = (at_line or found)[-1:] or None
    if best:
        return Part(best[0].start(), best[0].end())
    at = _request_start(folded, floor, anchor)
    return Part(at, at)


# --- notice_2013 -----------------------------------------------------------------------------------------------------

_NOTICE_QUALIFICATIONS = re.compile(r"Medical Qualifications of the (?:Expert|Physician) Reviewer ?:?", re.IGNORECASE)
_NOTICE_SUMMARY = re.compile(r"(?:(?:Expert|Physician) Reviewer )?(?:Clinical )?Case Summary ?:", re.IGNORECASE)
_NOTICE_DOCUMENTS = re.compile(r"Documents Reviewed for Determination ?:?", re.IGNORECASE)
_NOTICE_REGARDING = re.compile(r"(?P<number>\d\d?) ?[).] ?Regarding (?:the )?(?:requests? for )?", re.IGNORECASE)
_NOTICE_SECTION = re.compile(
    r"Sections?(?: ?\(s\))? of the Medical Treatment Utilization Schedule Relied Upon by the (?:Expert|Physician) Reviewer"
    r" to Make His/Her Decision ?:?",
    re.IGNORECASE,
)
_NOTICE_RATIONALE = re.compile(r"Rationale for (?:the )?Decision ?:?", re.IGNORECASE)


def _notice(scan: _Scan) -> Sections:
    folded, text = scan.folded, scan.text
    listed = _notice_list(text)
    qualifications = _NOTICE_QUALIFICATIONS.search(text)
    summary_at = _NOTICE_SUMMARY.search(text, qualifications.end() if qualifications else 0)
    documents = _NOTICE_DOCUMENTS.search(text, summary_at.end() if summary_at else 0)
    regarding = list(_NOTICE_REGARDING.finditer(text, documents.end() if documents else 0))
    items_at = regarding[0].start() if regarding else len(text)
    first_listed = _NOTICE_ITEM.search(text)
    return Sections(
        folded,
        "notice_2013",
        header=Part(0, first_listed.start() if first_listed else (qualifications.start() if qualifications else 0)),
        credentials=Part(qualifications.end(), summary_at.start() if summary_at else items_at) if qualifications else None,
        summary=_trim(text, summary_at.end(), documents.start() if documents else items_at) if summary_at else None,
        items=tuple(_notice_items(folded, listed, regarding)),
        headings=len(listed) or len(regarding),
        cut_off=not regarding or summary_at is None,
    )


def _notice_list(text: str) -> dict[int, tuple[Part, Part, Decision]]:
    """Number to (request, deciding words, decision) of the list, which stands twice: the first one counts."""
    found: dict[int, tuple[Part, Part, Decision]] = {}
    for m in _NOTICE_ITEM.finditer(text):
        v = _VERDICT.search(text, m.end(), m.end() + _LONGEST_REQUEST)
        if v and int(m.group("number")) not in found:
            decision: Decision = "upheld" if v.group("not") else "overturned"
            found[int(m.group("number"))] = (_trim(text, m.end(), v.start()), Part(*v.span()), decision)
    return found


def _notice_items(
    folded: Folded, listed: dict[int, tuple[Part, Part, Decision]], regarding: list[re.Match[str]]
) -> Iterable[ItemParts]:
    text = folded.text
    details: dict[int, tuple[Part, Part | None, Part | None]] = {}
    for i, m in enumerate(regarding):
        end = regarding[i + 1].start() if i + 1 < len(regarding) else _body_end(folded)
        section = _NOTICE_SECTION.search(text, m.end(), end)
        rationale = _NOTICE_RATIONALE.search(text, section.end() if section else m.end(), end)
        request_end = section.start() if section else (rationale.start() if rationale else end)
        request = _trim(text, m.end(), request_end, " :")
        guideline = _trim(text, section.end(), rationale.start() if rationale else end) if section else None
        details[int(m.group("number"))] = (request, guideline, _trim(text, rationale.end(), end) if rationale else None)
    for number in sorted(listed.keys() | details.keys()):
        entry, own = listed.get(number), details.get(number)
        guideline, reasoning = (own[1], own[2]) if own else (None, None)
        claims, reviewer = _split_guideline(text, guideline)
        if entry is not None:
            yield ItemParts(entry[0], entry[2], entry[1], claims, reviewer, reasoning)
        elif own is not None:
            yield ItemParts(own[0], None, None, claims, reviewer, reasoning)


_REVIEWER_SENTENCE = re.compile(
    rf"The {_REVIEWER} (?:also )?(?:based|found|used|relied|cited|did|agree|concur|applied|referenced)", re.IGNORECASE
)


def _split_guideline(text: str, part: Part | None) -> tuple[Part | None, Part | None]:
    if part is None:
        return None, None
    m = _REVIEWER_SENTENCE.search(text, part.start, part.end)
    if m is None:
        return part, None
    claims = _trim(text, part.start, m.start())
    if claims.end <= claims.start:
        return None, _trim(text, m.start(), part.end)
    return claims, _with_adopted(text, claims, _trim(text, m.start(), part.end))


# --- professional_review ---------------------------------------------------------------------------------------------

_PROFESSIONAL_HEADINGS = re.compile(
    r"[CDIMPR](?:(?P<issue>(?<=I)SSUES?(?: ?\(S\))? (?:AT|IN) DISPUTE ?:?)"
    r"|(?P<summary>(?:(?<=C)LINICAL CASE|(?<=C)ASE) SUMMARY ?:?)"
    r"|(?P<documents>(?<=D)OCUMENTS REVIEWED(?: FOR DETERMINATION)? ?:?)"
    r"|(?P<guideline>(?<=M)EDICAL TREATMENT GUIDELINE(?: ?\(S\)"
    r"|S)? RELIED UPON BY (?:THE )?(?:MEDICAL )?PROFESSIONAL REVIEWER(?: AND WHY)? ?:?)"
    r"|(?P<rationale>(?<=R)ATIONALE FOR WHY THE REQUESTED TREATMENT(?:\(S\)|S)? ?/ ?SERVICE(?:\(S\)|S)?"
    r" (?:IS ?/ ?WAS|IS|WAS)(?P<not> NOT)? MEDICALLY NECESSARY ?:?)"
    r"|(?P<qualifications>(?:(?<=M)EDICAL |(?<=P)ROFESSIONAL )REVIEWER(?:['’]S)? QUALIFICATIONS ?:?))"
)
_PROFESSIONAL_HEADINGS_IN_ANY_CASE = re.compile(_PROFESSIONAL_HEADINGS.pattern, re.IGNORECASE)


class _Headed(NamedTuple):
    """A heading and the part under it."""

    heading: re.Match[str]
    part: Part


def _first(parts: dict[str, list[_Headed]], kind: str) -> Part | None:
    return parts[kind][0].part if kind in parts else None


def _professional(scan: _Scan) -> Sections:
    folded, text = scan.folded, scan.text
    parts: dict[str, list[_Headed]] = {}
    found = list(_PROFESSIONAL_HEADINGS.finditer(text))
    if not any(m["issue"] for m in found):
        loose = _PROFESSIONAL_HEADINGS_IN_ANY_CASE.finditer(text)
        found = [m for m in loose if m.start() in folded.line_starts or m.group().endswith(":")]
    for i, m in enumerate(found):
        kind = next(k for k in ("issue", "summary", "documents", "guideline", "rationale", "qualifications") if m.group(k))
        stop = found[i + 1].start() if i + 1 < len(found) else len(text)
        parts.setdefault(kind, []).append(_Headed(m, _trim(text, m.end(), stop)))
    items = tuple(_professional_items(folded, parts))
    return Sections(
        folded,
        "professional_review",
        header=Part(0, found[0].start()) if found else None,
        credentials=_first(parts, "qualifications"),
        summary=_first(parts, "summary"),
        items=items,
        headings=len(items),
        cut_off=not {"issue", "summary", "rationale"} <= parts.keys(),
    )


_WHETHER = re.compile(r"(?:Whether |If |Is |Are |Was |Were |The |Request |Medical |Determination )", re.IGNORECASE)
_ISSUE_VERDICT = re.compile(
    r",? (?:(?:is|are|was|were|be|being) (?:not )?)?(?:considered |deemed )?medically ?(?:necessary|appropriate)\b", re.IGNORECASE
)
_ARTICLE = re.compile(r"(?:the |an? )?(?:requested )?", re.IGNORECASE)
_ISSUE = re.compile(r"(?:\b(?:For )?(?:Issue|Item|Request) (?:No\.? ?|# ?)?(?P<number>\d{1,2}) ?[:.)])", re.IGNORECASE)


def _professional_items(folded: Folded, parts: dict[str, list[_Headed]]) -> Iterable[ItemParts]:
    """One item an entry of the issue's numbered list, or the whole issue.

    Guideline and rationale are shared, unless each issue has headings of its own, which then decide it, or they are divided by
    "Issue 1:", whose words then decide each issue by themselves.
    """
    text = folded.text
    issue = _first(parts, "issue")
    if issue is None or issue.end <= issue.start:
        return
    numbers = _counted(_NUMBERED.finditer(text, issue.start, issue.end))
    edges = [(m.end(), numbers[i + 1].start() if i + 1 < len(numbers) else issue.end) for i, m in enumerate(numbers)] or [issue]
    requests = [_issue_asks_for(text, _trim(text, start, end, " .;?")) for start, end in edges]
    reasoned = parts.get("rationale", [])
    each_headed = len(reasoned) == len(requests) > 1
    rationales, guidelines = (_by_request(folded, parts.get(kind, []), requests) for kind in ("rationale", "guideline"))
    for i, (request, rationale, guideline) in enumerate(zip(requests, rationales, guidelines, strict=True)):
        own = None if each_headed or rationale == _first(parts, "rationale") else _own_decision(text, rationale)
        decision, decided = own or _shared_decision([reasoned[i]] if each_headed else reasoned, text)
        yield ItemParts(request, decision, decided, None, guideline, rationale)


def _by_request(folded: Folded, headed: list[_Headed], requests: list[Part]) -> list[Part | None]:
    """What stands under a heading for each request: under its own, behind its own number, or the same for all."""
    if len(headed) == len(requests):
        found: list[Part | None] = [h.part for h in headed]
    else:
        found = _by_issue(folded, headed[0].part if headed else None, len(requests))
    if len(set(found)) < len(requests):
        return found
    return [part and _without_names(folded.text, part, i, requests) for i, part in enumerate(found)]


def _without_names(text: str, part: Part, index: int, requests: list[Part]) -> Part:
    """The part of an issue without its own number and name in front, and without the next issue's behind."""
    start, end = part
    name = re.escape(_words(text, requests[index]))
    if m := re.compile(rf"(?:{index + 1} ?[.)] ?)?(?:{name} ?[:.-])|{index + 1} ?[.)] ?", re.IGNORECASE).match(text, start, end):
        start = m.end()
    if index + 1 < len(requests):
        name = f"{index + 2}. {_words(text, requests[index + 1])}"
        behind = text[start:end].rstrip(" :.").lower()
        if behind.endswith(name.lower()):
            end = start + len(behind) - len(name)
    return _trim(text, start, end)


def _words(text: str, part: Part) -> str:
    return text[part.start : part.end]


def _issue_asks_for(text: str, issue: Part) -> Part:
    """What an issue asks for: "Whether the request for X is medically necessary" asks for X, and so does "X"."""
    if not _WHETHER.match(text, *issue):
        return issue
    verdict = _ISSUE_VERDICT.search(text, *issue)
    asked = _asked_for(text, issue.start, verdict.start() if verdict else issue.end, " .;?")
    article = _ARTICLE.match(text, *asked) if asked.start > issue.start else None
    return Part(article.end(), asked.end) if article and article.end() < asked.end else asked


def _counted(numbers: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """The numbers that count 1, 2, 3, ...: others stand inside an entry."""
    found: list[re.Match[str]] = []
    for m in numbers:
        if int(m["number"]) == len(found) + 1:
            found.append(m)
    return found


def _shared_decision(reasoned: Sequence[_Headed], text: str) -> tuple[Decision | None, Part | None]:
    """What the heading of the rationale says; nothing where headings of untold issues contradict each other."""
    said = {bool(h.heading["not"]) for h in reasoned}
    if len(said) != 1:
        return None, None
    heading = reasoned[0].heading
    return ("upheld" if heading["not"] else "overturned"), _trim(text, heading.start(), heading.end(), " :")


# A verdict in a sentence of its own words: "was therefore not medically necessary", "The rest of the 24 visits was not: ...".
_OWN_VERDICT = re.compile(
    r"(?:is|are|was|were|be)(?: (?!not\b)\w+)?(?P<not> not)?(?: (?!not\b)\w+)? medically necessary"
    r"|(?:denial|determination|decision)(?: of \w+)? (?:is|was)(?: \w+)? (?:(?P<upheld>upheld|affirmed)|overturned|reversed)\b"
    r"|(?P<rest>(?:rest|remainder|remaining|balance|others?|additional)\b[^.;:]{0,60}? (?:is|are|was|were) not)\b",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"\b(?:partial(?:ly)?|in part|only the (?:first )?\w+|rest|remainder|remaining|balance|initial)\b", re.IGNORECASE
)


def _own_decision(text: str, part: Part | None) -> tuple[Decision, Part] | None:
    """What the issue's own rationale says last; verdicts of both kinds, with a word that divides them, make it partial."""
    verdicts = list(_OWN_VERDICT.finditer(text, part.start, part.end)) if part else []
    whole = [v for v in verdicts if not v["rest"]]
    if part is None or not whole:
        return None
    met = [v for v in whole if not (v["not"] or v["upheld"])]
    if met and len(met) < len(verdicts) and _PARTIAL.search(text, part.start, part.end):
        return "partially_overturned", Part(*met[-1].span())
    return ("overturned" if whole[-1] in met else "upheld"), Part(*whole[-1].span())


def _by_issue(folded: Folded, part: Part | None, count: int) -> list[Part | None]:
    """A part divided at "Issue N:", or at the numbers of a list that begins with it, or the whole part for every issue."""
    if part is None or count < 2:
        return [part] * count
    text = folded.text
    listed = (m for m in _NUMBERED.finditer(text, *part) if m.start() == part.start or m.start() in folded.line_starts)
    for marks in (list(_ISSUE.finditer(text, *part)), _counted(listed)):
        if [int(m.group("number")) for m in marks] == list(range(1, count + 1)):
            break
    else:
        return [part] * count
    return [_trim(text, m.end(), marks[i + 1].start() if i + 1 < count else part.end) for i, m in enumerate(marks)]


# --- unknown ---------------------------------------------------------------------------------------------------------


def _unknown(scan: _Scan) -> Sections:
    from llm_extract.unknown_layout import sections_of_unknown  # builds on this module

    return sections_of_unknown(scan.folded)


_BUILD = {
    "expert_reviewer": _expert,
    "physician_reviewer": _physician,
    "notice_2013": _notice,
    "professional_review": _professional,
    "unknown": _unknown,
}
