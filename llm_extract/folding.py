"""A letter's text with its typesetting folded away, and the way back to the original characters.

PDF text breaks lines anywhere, doubles blank lines and spaces, hyphenates over line ends and drops page footers into the middle
of sentences. Every rule and every prompt reads the folded text; every offset that leaves the program is mapped back to the text
as it was decoded. Folding changes white space, invisible characters and page footers and nothing else:

- a run of white space becomes one space, at both ends of the text none;
- a hyphen at a line end stays and the break goes ("post-" + "laminectomy" is "post-laminectomy"), also over a page's end;
- zero-width characters, soft hyphens and other format characters vanish;
- a page footer or header (a line that only numbers the page or names the letter) vanishes with its line.

A line that is only a number, or only "Page 78", may also be a request that breaks before "60" or a citation that ends in its
page. It is a footer where the place proves it: `_is_page_number` holds the rule.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

from llm_extract.schema import Span

_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef"
)
"""Characters that show nothing and that a model would still read, as ranges of a character class."""

# What folding rewrites; a single blank between two visible characters is not among it and costs nothing.
_GAP = re.compile(rf"\A[\s{_INVISIBLE}]+|(?! [^\s{_INVISIBLE}])[\s{_INVISIBLE}]+")
_ANY_GAP = re.compile(rf"[\s{_INVISIBLE}]*")
_LINE_BREAK = re.compile(r"\r\n|[\n\r]")
_HYPHENS = "-\u2010"

# --- footers ---------------------------------------------------------------------------------------------------------

_LINE = re.compile(r"[^\n\r\f]+|\f")
_LONGEST_FOOTER = 120
_NUMBER = r"(?:page\s+)?\d{1,3}(?:\s+of\s+\d{1,3})?"
_BETWEEN = r"[\s|,:–—-]*"
_CASE = r"CM\d\d[\s-]?\d{4,7}(?!\d)"
_CASE_LABEL = r"(?:for\s+)?(?:imr\s+)?(?:case\s+)?(?:(?:number|no\.?|\#)\s*:?)?"

# Lines that can be nothing else: "Final Determination Letter for IMR Case Number CM15-0012345 3", "CM15-0012345 Page 3 of 7",
# "- 3 -".
_FOOTER_LINE = re.compile(
    rf"""(?:{_NUMBER}{_BETWEEN})?(?:final\s+determination\s+letter|imr\s+final\s+determination(?:\s+letter)?)
            \s+{_CASE_LABEL}{_BETWEEN}(?:{_CASE})?(?:{_BETWEEN}{_NUMBER})?
       | independent\s+medical\s+review(?:\s+(?:final\s+)?determination)?
            {_BETWEEN}{_CASE_LABEL}{_BETWEEN}{_CASE}{_BETWEEN}{_NUMBER}
       | (?:{_CASE_LABEL}{_BETWEEN})?{_CASE}{_BETWEEN}{_NUMBER}
       | {_NUMBER}{_BETWEEN}{_CASE_LABEL}{_BETWEEN}{_CASE}
       | -\s?\d{{1,3}}\s?-""",
    re.IGNORECASE | re.VERBOSE,
)
_PAGE_LINE = re.compile(r"(?P<word>page\s*:?\s*)?(?P<number>\d{1,3})(?:\s+of\s+(?P<last>\d{1,3}))?", re.IGNORECASE)

# The footer in running text, where line ends were lost before the letter came to us.
_INLINE_FOOTER = re.compile(
    rf"(?<!\w)Final\s{{1,8}}Determination\s{{1,8}}Letter\s{{1,8}}for\s{{1,8}}IMR\s{{1,8}}Case\s{{1,8}}Number:?\s{{1,8}}{_CASE}"
    r"(?:[^\S\n\r\f]{1,8}(?:Page[^\S\n\r\f]{1,8})?\d{1,3}\b(?:[^\S\n\r\f]of[^\S\n\r\f]\d{1,3}\b)?)?+"
    r"(?!\s{0,8}(?:,|dated\b|was\b|which\b|that\b))",
    re.IGNORECASE,
)

_LATER_START = 3
"""How many pages may be missing before a letter whose first pages were cut off."""

_MOST_LINES = 20_000
"""Lines in which footers are looked for: ten times as many as the longest letter has. It bounds the work on what is no letter."""

_LONGEST_LETTER = 20
"""Pages; "Page 78 of 127" alone on its line is a guideline's page, not a letter's."""


class _PageLine(NamedTuple):
    """A line that may be a page number. `page` counts from 1; `at_edge`: the page's first or last line but for footers."""

    start: int
    end: int
    number: int
    last: int | None
    worded: bool
    page: int
    at_edge: bool


class _Line(NamedTuple):
    """A line that is not blank, without the white space around it. `kind` is text, footer, or break (a form feed)."""

    start: int
    end: int
    kind: str
    numbered: re.Match[str] | None = None


def _lines(text: str) -> Iterator[_Line]:
    for m in _LINE.finditer(text):
        if m.group() == "\f":
            yield _Line(m.start(), m.end(), "break")
            continue
        line = m.group().strip()
        if not line:
            continue
        start = m.start() + m.group().index(line[0])
        end = start + len(line)
        if len(line) > _LONGEST_FOOTER:
            yield _Line(start, end, "text")
        elif _may_be_footer(line) and _FOOTER_LINE.fullmatch(line):
            yield _Line(start, end, "footer")
        else:
            yield _Line(start, end, "text", _PAGE_LINE.fullmatch(line) if line[-1].isdigit() else None)


def _may_be_footer(line: str) -> bool:
    """What every footer line has, without a search: most lines are ruled out by their last character."""
    return line[-1].isdigit() or line[0] == "-" or "determination" in line.lower()


def _pages(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """The lines of each page, parted at form feeds; where there are none, behind each footer."""
    lines = list(lines)
    edge = "break" if any(line.kind == "break" for line in lines) else "footer"
    page: list[_Line] = []
    for line in lines:
        if line.kind == "text":
            page.append(line)
        elif line.kind == edge and (page or edge == "break"):
            yield page
            page = []
    yield page


def _page_lines(pages: list[list[_Line]]) -> list[_PageLine]:
    found: list[_PageLine] = []
    for count, page in enumerate(pages, start=1):
        for line in page:
            m = line.numbered
            if m is None:
                continue
            at_edge = len(pages) > 1 and (line is page[0] or line is page[-1])
            if at_edge or m["word"]:  # a bare number elsewhere numbers no page
                last = int(m["last"]) if m["last"] else None
                found.append(_PageLine(line.start, line.end, int(m["number"]), last, bool(m["word"]), count, at_edge))
    return found


def _is_page_number(line: _PageLine, shifts: Counter[int], worded: set[int], paged: bool) -> bool:
    """Whether a line that is only a number numbers its page.

    Beside a page's edge: the number fits the page, or is off by the same as another one. Elsewhere, in text whose pages are not
    parted by form feeds: it says "Page", and either "of" so few pages as a letter has, or its neighbour in the count stands on a
    line too.
    """
    if line.at_edge:
        shift = line.number - line.page
        return 0 <= shift <= _LATER_START or shifts[shift] > 1
    if paged or not line.worded:
        return False
    if line.last is not None:
        return line.number <= line.last <= _LONGEST_LETTER
    return line.number <= _LONGEST_LETTER and bool(worded & {line.number - 1, line.number + 1})


def _footers(text: str) -> list[tuple[int, int]]:
    """Spans of page footers and headers in order. Text of a single line has none but those in running text."""
    found = [m.span() for m in _INLINE_FOOTER.finditer(text)]
    lines = list(islice(_lines(text), _MOST_LINES))
    if len(lines) > 1:
        found += [(line.start, line.end) for line in lines if line.kind == "footer"]
        candidates = _page_lines(list(_pages(lines)))
        shifts = Counter(c.number - c.page for c in candidates if c.at_edge)
        worded = {c.number for c in candidates if c.worded and c.last is None}
        paged = "\f" in text
        found += [(c.start, c.end) for c in candidates if _is_page_number(c, shifts, worded, paged)]
    return sorted(found)


# --- folding ---------------------------------------------------------------------------------------------------------


class Break(NamedTuple):
    """A line break that folding took away: `at` is the folded offset behind it, `lines` how many newlines stood there."""

    at: int
    lines: int


@dataclass(frozen=True)
class Folded:
    """Folded text and its map to the original. Offsets into `text` are called folded, `Span`s are always original."""

    text: str
    breaks: tuple[Break, ...]
    _folded_starts: tuple[int, ...]
    _original_starts: tuple[int, ...]
    _cuts: tuple[int, ...]

    def original(self, offset: int) -> int:
        """The original offset of the character at a folded offset."""
        i = bisect_right(self._folded_starts, offset) - 1
        return self._original_starts[i] + offset - self._folded_starts[i]

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The original characters of folded `[start, end)`: one span, or several where a page footer was cut out."""
        start, end = max(start, 0), min(end, len(self.text))
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        if start >= end:
            return ()
        cuts = self._cuts[bisect_right(self._cuts, start) : bisect_right(self._cuts, end - 1)]
        edges = [start, *cuts, end]
        return tuple(
            Span(self.original(a + (self.text[a] == " ")), self.original(b - 1 - (self.text[b - 1] == " ")) + 1)
            for a, b in pairwise(edges)
        )

    def find(self, span: Span) -> tuple[int, int] | None:
        """The folded range of an original span; None where nothing of it was kept."""
        start, end = self._kept_before(span.start), self._kept_before(span.end)
        return (start, end) if 0 <= start < end <= len(self.text) else None

    def _kept_before(self, original: int) -> int:
        """How many folded characters stand before an original offset."""
        piece = bisect_right(self._original_starts, original - 1) - 1
        if piece < 0:
            return 0
        begins = self._folded_starts[piece]
        ends = self._folded_starts[piece + 1] if piece + 1 < len(self._folded_starts) else len(self.text)
        return min(begins + original - self._original_starts[piece], ends)

    @cached_property
    def line_starts(self) -> frozenset[int]:
        """Folded offsets at which a line of the original begins."""
        return frozenset({0, *(b.at for b in self.breaks)})

    @cached_property
    def usual_gap(self) -> int:
        """How many newlines stand between two lines of one paragraph: the commonest count where a sentence goes on."""
        counts = Counter(b.lines for b in self.breaks if self.text[b.at : b.at + 1].islower())
        return max(counts, key=lambda lines: (counts[lines], lines)) if counts else 1

    def lines_broken_at(self, start: int, end: int) -> tuple[Break, ...]:
        """The breaks with a folded offset in `[start, end)`, in order."""
        first = bisect_right(self.breaks, start - 1, key=lambda b: b.at)
        return self.breaks[first : bisect_right(self.breaks, end - 1, key=lambda b: b.at)]


class _Gap(NamedTuple):
    """Original `[start, end)` that folds to one space or to nothing. `footer`: words of a page footer stood in it."""

    start: int
    end: int
    footer: bool


def _gaps(text: str) -> Iterator[_Gap]:
    """What folding takes away, in order; two gaps never touch."""
    footers = [(_gap_start(text, start), _gap_end(text, end), True) for start, end in _footers(text)]
    blanks = [(*m.span(), False) for m in _GAP.finditer(text)]
    current: _Gap | None = None
    for start, end, footer in sorted(blanks + footers):
        if current and start <= current.end:
            current = _Gap(current.start, max(end, current.end), footer or current.footer)
            continue
        if current:
            yield current
        current = _Gap(start, end, footer)
    if current:
        yield current


def _gap_end(text: str, at: int) -> int:
    m = _ANY_GAP.match(text, at)
    return m.end() if m else at


def _gap_start(text: str, at: int) -> int:
    while at and _ANY_GAP.fullmatch(text, at - 1, at):
        at -= 1
    return at


def _line_breaks(text: str, gap: _Gap) -> int:
    """Line ends in a gap; a page's end counts two, like the blank line that it is to a reader."""
    if gap.end - gap.start == 1 and text[gap.start] in " \n":  # nearly every gap of a letter
        return int(text[gap.start] == "\n")
    return sum(1 for _ in _LINE_BREAK.finditer(text, gap.start, gap.end)) + 2 * text.count("\f", gap.start, gap.end)


def _joins(text: str, gap: _Gap, last_end: int) -> bool:
    """Whether a broken word goes on behind the gap: "post-" + "laminectomy", but neither a dash nor a bullet."""
    hyphen, after = gap.start - 1, text[gap.end]
    stands_behind_a_word = hyphen > last_end and not text[hyphen - 1].isspace()
    return text[hyphen] in _HYPHENS and stands_behind_a_word and (after.isalnum() or after == "_")


def _space(text: str, gap: _Gap) -> int | None:
    """Where the space stands that a gap folds to; None for invisible characters alone, which fold to nothing."""
    if text[gap.start].isspace():
        return gap.start
    at = next((i for i in range(gap.start, gap.end) if text[i].isspace()), None)
    return gap.start if at is None and gap.footer else at


def fold(text: str) -> Folded:
    """Fold `text`; linear in its length, never raises.

    Folding what is folded changes nothing, unless taking something away has just put the words of a page footer together.
    """
    pieces: list[str] = []
    breaks: list[Break] = []
    starts: list[tuple[int, int]] = []
    cuts: list[int] = []
    length = at = 0
    for gap in _gaps(text):
        start, end, footer = gap
        if start > at:
            starts.append((length, at))
            pieces.append(text[at:start])
            length += start - at
        lines = _line_breaks(text, gap)
        inside = start > 0 and end < len(text)
        if inside and footer:
            cuts.append(length)
        space = _space(text, gap) if inside else None
        if space is not None and not (lines and _joins(text, gap, at)):
            starts.append((length, space))
            pieces.append(" ")
            length += 1
        if lines:
            breaks.append(Break(length, lines))
        at = end
    if at < len(text):
        starts.append((length, at))
        pieces.append(text[at:])

    folded_starts, original_starts = zip(*starts or [(0, 0)], strict=True)
    return Folded("".join(pieces), tuple(breaks), folded_starts, original_starts, tuple(cuts))


def folded_str(text: str) -> str:
    """`fold(text).text`, for short strings such as a quote."""
    return fold(text).text
