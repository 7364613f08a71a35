"""The lines of a letter of unknown layout: which announce an item, which bear a label, which are headings.

Forms differ in every word, but hardly in what their lines do: a number announces an item, a label names the decision, a side's
guideline or the reasons, a heading opens a section. This module tells what a line does; the modules beside it make items of it.
Everything is searched in lower-case folded text with plain quotes and dashes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from llm_extract.decision_words import DECIDES_ALONE
from llm_extract.folding import Folded
from llm_extract.sections import Part
from llm_extract.unknown_layout.labels import BARE_NOUN, Label, Line, label_at, other_at, telling_at

__all__ = ["Line", "Lines", "Marker"]

MOST_LINES = 4000
"""Lines that are looked at: ten times as many as a letter has. It bounds the work on what is no letter."""
_LONGEST_HEADING = 80
_FLOWING = 300
"""Characters a line from which a text has lost its line ends."""


class Marker(NamedTuple):
    """What announces an item: "Issue 2:" has the style "issue" and the number 2. `end`: where its words begin."""

    style: str
    number: int
    start: int
    end: int


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_MARKER = re.compile(
    r"(?:(?P<before>(?:re|regarding|as to|concerning|for|on|discussion of|(?:rationale|reason(?:ing|s)?|basis"
    r"|explanation|comments?) (?:for|on|of)) ?:? )?(?:disputed "
    r"|requested )?(?P<word>issue|item|request|treatment|service|question|dispute|procedure|medication|determination"
    r"|decision)(?: in dispute| under review| requested)?(?:(?: no\b\.?| number| ?#) ?| \(?)(?P<of_word>\d{1,2}|[a-h]"
    r"|[ivx]{1,4})\b"
    r"(?: of \d{1,2}\b)?\)?(?P<behind_word> ?(?:[):.,;-]+|$)|(?= ))"
    r"|(?P<open>[(\[#]?|(?:re|as to|regarding) )(?P<bare>\d{1,2}|[a-h])(?P<close>[).:\]]{1,2}-?|(?<=#\d)(?= )"
    r"|(?<=#\d\d)(?= ))(?!\d))"
    r" ?"
)


def marker_at(low: str, text: str, line: Line) -> Marker | None:
    """The marker that a line begins with."""
    m = _MARKER.match(low, line.start, min(line.end, line.start + 60))
    if m is None:
        return None
    if m["word"]:
        if not text[m.start("word")].isupper() and not text[m.start()].isupper():
            return None
        return Marker((m["before"] or "") + m["word"], _number(m["of_word"]), m.start(), m.end())
    return Marker(m["open"] + ("a" if m["bare"].isalpha() else "1") + m["close"][:1], _number(m["bare"]), m.start(), m.end())


def _number(words: str) -> int:
    if words.isdigit():
        return int(words)
    return _ROMAN[words] if words in _ROMAN else ord(words[0]) - ord("a") + 1


_WORD = re.compile(r"[A-Za-z][A-Za-z'’/-]*")
_SMALL = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "how", "in", "is", "it", "its", "of", "on", "or", "the", "their", "this"}
    | {"to", "under", "was", "what", "which", "who", "why", "with"}
)
_MOST_WORDS = 10


def is_heading(text: str, line: Line, *, lone: bool) -> bool:
    """Whether a line opens a section: capitals alone, or a few words without a point that have a paragraph to themselves."""
    words = text[line.start : line.end].rstrip(" :")
    if not 3 <= len(words) <= _LONGEST_HEADING or words[-1] in ".,;)" or re.search(r"\d", words):
        return False
    named = _WORD.findall(words)
    if not named or len(named) > _MOST_WORDS:
        return False
    if len(words) > 3 and words.upper() == words:
        return True
    titled = all(word[0].isupper() or word.lower() in _SMALL for word in named) and named[0][0].isupper()
    return lone and named[0][0].isupper() and (titled or len(named) <= 6)


@dataclass(frozen=True)
class Lines:
    """A folded letter's lines with what they do, each found once."""

    folded: Folded

    @property
    def text(self) -> str:
        """The folded text with plain quotes and dashes."""
        return self.folded.plain

    @property
    def low(self) -> str:
        """`text` in lower case."""
        return self.folded.low

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines in order; of a text that has lost its line ends the places where labels, numbers and sentences begin."""
        edges = [(0, True), *((b.at, b.lines > self.folded.usual_gap) for b in self.folded.breaks[:MOST_LINES])]
        edges = sorted({**dict.fromkeys(_review_begins(self.text), False), **dict(edges)}.items())
        if len(self.text) > _FLOWING * len(edges):
            edges = sorted({**dict(_flowing(self.text, self.low)), **dict(edges)}.items())
        ends = [start for start, _ in edges[1:]] + [len(self.text)]
        found = (Line(start, _end(self.text, start, end), gap) for (start, gap), end in zip(edges, ends, strict=True))
        return tuple(line for line in found if line.end > line.start)

    @cached_property
    def starts(self) -> list[int]:
        """Where the lines begin."""
        return [line.start for line in self.lines]

    def lines_between(self, start: int, end: int) -> tuple[Line, ...]:
        """The lines that begin in `[start, end)`."""
        return self.lines[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def paragraph_end(self, start: int, end: int) -> int:
        """Where the paragraph that `start` stands in ends, not behind `end`."""
        return next((line.start for line in self.lines_between(start + 1, end) if line.gap), end)

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        """The numbers and worded numbers that lines begin with."""
        return tuple(m for line in self.lines if (m := marker_at(self.low, self.text, line)))

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """The labels of lines in order; a heading that is no label is one of kind `other`."""
        return tuple(label for label, _ in self._marked)

    @cached_property
    def headings(self) -> tuple[Part, ...]:
        """The lines that open sections and are no labels of an item."""
        return tuple(Part(label.start, label.end) for label, heads in self._marked if heads)

    @cached_property
    def label_starts(self) -> list[int]:
        """Where the labels begin."""
        return [label.start for label in self.labels]

    def labels_between(self, start: int, end: int) -> tuple[Label, ...]:
        """The labels that begin in `[start, end)`."""
        return self.labels[bisect_left(self.label_starts, start) : bisect_left(self.label_starts, end)]

    @cached_property
    def _marked(self) -> tuple[tuple[Label, bool], ...]:
        found = list(self._labels())
        following = (label for label, _ in found[1:])
        return tuple((self._asks(label, next(following, None)), heads) for label, heads in found)

    def _asks(self, label: Label, after: Label | None) -> Label:
        """A bare noun ("Service:") asks where the very next label decides."""
        asks = label.kind == "other" and after is not None and after.kind == "decision" and BARE_NOUN.match(self.low, *label[1:])
        return label._replace(kind="request") if asks else label

    def _labels(self) -> Iterator[tuple[Label, bool]]:
        """The labels, and whether each is a heading of another section.

        The line behind a label or number that has a line to itself is what is labelled, however short it is.
        """
        behind_marker = {m.start: m.end for m in self.markers}
        waits = labelled = False
        for line, after in zip(self.lines, [*self.lines[1:], None], strict=True):
            start = behind_marker.get(line.start, line.start)
            label = label_at(self.low, self.text, line, start)
            if label is None and start == line.start and (line.gap or labelled or self._ends_sentence(line.start)):
                label = other_at(self.low, self.text, line)
            heads = label is None and not waits and self._heads(line, after)
            if heads:
                label = Label("other", line.start, line.end)
            elif label is None and (line.gap or labelled):
                label = telling_at(self.low, line)
            labelled = label is not None
            waits = (label.end if label and label.kind != "other" else start if start > line.start else 0) >= line.end
            if label is not None:
                yield label, heads

    def _ends_sentence(self, at: int) -> bool:
        return self.text[max(0, at - 3) : at].rstrip()[-1:] in (".", "?", "!")

    def _heads(self, line: Line, after: Line | None) -> bool:
        alone = line.gap and (after is None or after.gap)
        return is_heading(self.text, line, lone=alone) and not DECIDES_ALONE.fullmatch(self.low, line.start, line.end)


def _end(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] == " ":
        end -= 1
    return end


# Where lines would begin, had they been kept: behind a sentence, and before a label with its colon.
_SENTENCE_BEGINS = re.compile(r"[.:;?!)\]] (?=[A-Z(#\[]|\d{1,2}[.)])")
_LABEL_BEGINS = re.compile(
    r" (?=(?:(?:Final|Our|Claims|The|Cited|Guidelines?|Disputed|Requested|Reviewer's|Medical|Decision) [^.:;]{0,50}?"
    r"|(?:Decision|Determination|Finding|Outcome|Ruling|Result|Conclusion|Reasons?|Rationale|Grounds|Analysis"
    r"|Discussion|Basis|Request"
    r"|Issue|Item|Service|Treatment)(?: (?:No\. ?|#)?\d{1,2})?) ?[:.)])"
)


# What the review decided, on the line that says first what the other side did: "UR: denied. IMR: overturned."
_REVIEW_BEGINS = re.compile(r"[.;|] (?=(?:IMR|IRO|Reviewer|Our|Final)\b[^.:;|]{0,30}: )")


def _review_begins(text: str) -> Iterator[int]:
    return (m.end() for m in islice(_REVIEW_BEGINS.finditer(text), MOST_LINES))


def _flowing(text: str, low: str) -> Iterator[tuple[int, bool]]:
    for pattern in (_SENTENCE_BEGINS, _LABEL_BEGINS):
        for count, m in enumerate(pattern.finditer(text)):
            if count == MOST_LINES:
                break
            yield m.end(), False
