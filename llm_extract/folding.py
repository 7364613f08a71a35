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

A text that goes on for longer than any letter is folded up to `LONGEST_TEXT` or `MOST_GAPS`; `Folded.whole` says so.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice, pairwise
from typing import NamedTuple

from llm_extract.schema import Span
from llm_extract.values import latest_year, lower, plain

LONGEST_TEXT = 300_000
"""Folded characters: five times as many as the longest real letter has. It bounds the work on what is no letter."""

MOST_GAPS = 100_000
"""Line ends, doubled spaces and invisible characters: fifty times as many as a long real letter has. A bound as well."""

_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef"
)
"""Characters that show nothing and that a model would still read, as ranges of a character class."""


def _gap_pattern(blank: str) -> re.Pattern[str]:
    """What folding rewrites: a run of blanks. A single space between two visible characters is none and costs nothing.

    The pattern begins with a plain character class, which the engine looks for many times faster than for anything else.
    """
    return re.compile(rf"[{blank}](?:(?<! )|(?![^{blank}])|(?<=\A ))[{blank}]*")


_GAP, _ASCII_GAP = _gap_pattern(rf"\s{_INVISIBLE}"), _gap_pattern(r"\s")
_ANY_GAP = re.compile(rf"[\s{_INVISIBLE}]*")
_WHITE = re.compile(r"\s")
_HYPHENS = "-\u2010"

# --- footers ---------------------------------------------------------------------------------------------------------

_LINE = re.compile(r"\f|\S(?:[^\n\r\f]*\S)?")
_LONGEST_FOOTER = 120
_PAGE = r"page\s*[|:]?\s*"
_NUMBER = rf"(?:{_PAGE})?\d{{1,3}}(?:\s+of\s+\d{{1,3}})?"
_BETWEEN = r"[\s|,:–—-]*"
_CASE = r"cm\d\d[\s-]?\d{4,7}(?!\d)"
_CASE_LABEL = r"(?:for\s+)?(?:imr\s+)?(?:case\s+)?(?:(?:number|no\.?|\#)\s*:?)?"
_FORM_DATE = r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"

# Lines that can be nothing else, in lower case: "Final Determination Letter for IMR Case Number CM15-0012345 3",
# "Final Letter of Determination Form Effective 5.16.13 Page 2 of 6", "CM15-0012345 Page 3 of 7", "Page | 2", "- 3 -".
_FOOTER_LINE = re.compile(
    rf"""(?:{_NUMBER}{_BETWEEN})?(?:final\s+determination\s+letter|imr\s+final\s+determination(?:\s+letter)?)
            \s+{_CASE_LABEL}{_BETWEEN}(?:{_CASE})?(?:{_BETWEEN}{_NUMBER})?
       | independent\s+medical\s+review(?:\s+(?:final\s+)?determination)?
            {_BETWEEN}{_CASE_LABEL}{_BETWEEN}{_CASE}{_BETWEEN}{_NUMBER}
       | (?:{_NUMBER}{_BETWEEN})?(?:final\s+letter\s+of\s+determination{_BETWEEN})?
            form\s+effective(?:\s+date)?{_BETWEEN}{_FORM_DATE}(?:{_BETWEEN}{_NUMBER})?
       | final\s+letter\s+of\s+determination{_BETWEEN}{_NUMBER}
       | \d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}\s+(?:{_PAGE})?\d{{1,2}}\s+of\s+\d{{1,2}}
       | (?:{_CASE_LABEL}{_BETWEEN})?{_CASE}{_BETWEEN}{_NUMBER}
       | {_NUMBER}{_BETWEEN}{_CASE_LABEL}{_BETWEEN}{_CASE}
       | [^\d|]{{1,60}}\s{{3,}}{_CASE}\s+{_PAGE}\d{{1,3}}
       | page\s*\|\s*\d{{1,3}}(?:\s+of\s+\d{{1,3}})?
       | \d{{1,3}}\s*\|\s*p\s?a\s?g\s?e
       | -\s?\d{{1,3}}\s?-""",
    re.VERBOSE,
)
_CASE_LINE = re.compile(rf"(?:imr\s+)?case\s+(?:number|no\.?|\#)\s*:?\s*{_CASE}")
_ENDS_IN_CASE = re.compile(rf"(?<![\w-]){_CASE}\Z")
_PAGE_LINE = re.compile(r"(?P<word>page\s*:?\s*)?(?P<number>\d{1,3})(?:\s+of\s+(?P<last>\d{1,3}))?")

# The footer in running text, where line ends were lost before the letter came to us, and the one of the form over several lines.
_INLINE_FOOTER = re.compile(
    r"final(?<!\wfinal)(?:"
    rf"\s{{1,8}}determination\s{{1,8}}letter\s{{1,8}}for\s{{1,8}}imr\s{{1,8}}case\s{{1,8}}number:?\s{{1,8}}{_CASE}"
    r"(?:[^\S\n\r\f]{1,8}(?:page[^\S\n\r\f]{1,8})?\d{1,3}\b(?:[^\S\n\r\f]of[^\S\n\r\f]\d{1,3}\b)?)?+"
    r"(?![^\S\n\r\f]{0,8}(?:,|dated\b|was\b|which\b|that\b))"
    rf"|\s{{1,8}}letter\s{{1,8}}of\s{{1,8}}determination\s{{1,80}}form\s{{1,8}}effective\s{{1,8}}{_FORM_DATE}(?!\d)"
    r"(?:\s{1,80}(?:page\s{1,4})?\d{1,3}\s{1,4}of\s{1,4}\d{1,3}\b)?+)"
)
_PAGE_BAR = re.compile(r"page(?<!\wpage)[^\S\n\r\f]{0,4}\|[^\S\n\r\f]{0,4}\d{1,3}\b(?:[^\S\n\r\f]of[^\S\n\r\f]\d{1,3}\b)?")

_LATER_START = 3
"""How many pages may be missing before a letter whose first pages were cut off."""

_MOST_LINES = 20_000
"""Lines in which footers are looked for: ten times as many as the longest letter has. It bounds the work on what is no letter."""

_LONGEST_LETTER = 20
"""Pages; "Page 78 of 127" alone on its line is a guideline's page, not a letter's."""


class _Lines(NamedTuple):
    """The lines of a text that are not blank, as ranges without the white space around them.

    `breaks`, `footers`, `unnumbered` and `numbers` say, by index, which are form feeds, footers, footers without a number, or may
    number their page.
    """

    ranges: list[tuple[int, int]]
    breaks: set[int]
    footers: set[int]
    unnumbered: set[int]
    numbers: dict[int, re.Match[str]]


class _PageLine(NamedTuple):
    """A line that may be a page number.

    `page` counts from 1; `at_edge`: the page's first or last line but for footers; `of_footer`: the line before it is a footer
    that lacks its number.
    """

    start: int
    end: int
    number: int
    last: int | None
    worded: bool
    page: int
    at_edge: bool
    of_footer: bool


def _lines(low: str) -> _Lines:
    """The lines of a text in lower case, each looked at no closer than its first and last characters ask for."""
    found = _Lines([m.span() for m in islice(_LINE.finditer(low), _MOST_LINES)], set(), set(), set(), {})
    for i, (start, end) in enumerate(found.ranges):
        may_be = low[start] in _BEGINS_FOOTER or (low[end - 1].isdigit() and "page" in low[max(start, end - _PAGE_AT_END) : end])
        if may_be and end - start <= _LONGEST_FOOTER:
            line = low[start:end]
            if line == "\f":
                found.breaks.add(i)
            elif _may_end_footer(line) and _FOOTER_LINE.fullmatch(line):
                found.footers.add(i)
                if _ENDS_IN_CASE.search(line) and not line[0].isdigit():
                    found.unnumbered.add(i)
            elif line[-1].isdigit():
                _tell_number(low, found, i, line)
    return found


def _tell_number(low: str, found: _Lines, i: int, line: str) -> None:
    """Keep a line that is only a number for its place to tell what it is.

    Far to the right of all text it is a footer, and so is the letter's own case number behind one.
    """
    start = found.ranges[i][0]
    if numbered := _PAGE_LINE.fullmatch(line):
        if low[max(0, start - _FAR_RIGHT) : start] == " " * _FAR_RIGHT:
            found.footers.add(i)
        else:
            found.numbers[i] = numbered
    elif i - 1 in found.footers | found.breaks and _CASE_LINE.fullmatch(line):
        found.footers.add(i)


_PAGE_AT_END = len("page : 123") + 2
_FAR_RIGHT = 40
"""Blanks in front of a number that no text has in front of it on its line."""


_BEGINS_FOOTER = frozenset("\ffincp#-–—|,:0123456789")
"""With what a footer line or a form feed begins: "final", "form", "for", "imr", "number", "case", "cm", "page", or a number."""


def _may_end_footer(line: str) -> bool:
    """What every footer line has, without a search."""
    return line[-1].isdigit() or line[-1] == "-" or "determination" in line or "|" in line


def _page_lines(lines: _Lines) -> list[_PageLine]:
    """The lines that may number their page. Pages are parted at form feeds; where there are none, behind each footer."""
    if not lines.numbers:
        return []
    text_lines = [i for i in range(len(lines.ranges)) if i not in lines.breaks and i not in lines.footers]
    edges = _page_edges(lines, text_lines)
    found: list[_PageLine] = []
    for i, m in lines.numbers.items():
        page = bisect_right(edges, i)
        at = bisect_left(text_lines, i)
        first = at == 0 or bisect_right(edges, text_lines[at - 1]) < page
        final = at + 1 == len(text_lines) or bisect_right(edges, text_lines[at + 1]) > page
        at_edge = len(edges) > 0 and (first or final)
        of_footer = i - 1 in lines.unnumbered
        if at_edge or of_footer or m["word"]:  # a bare number elsewhere numbers no page
            last = int(m["last"]) if m["last"] else None
            found.append(_PageLine(*lines.ranges[i], int(m["number"]), last, bool(m["word"]), page + 1, at_edge, of_footer))
    return found


def _page_edges(lines: _Lines, text_lines: list[int]) -> list[int]:
    """The indices of the lines at which pages end: every form feed, else each footer with text between it and the one before."""
    if lines.breaks:
        return sorted(lines.breaks)
    edges: list[int] = []
    for i in sorted(lines.footers):
        if bisect_left(text_lines, i) > bisect_left(text_lines, edges[-1] if edges else 0):
            edges.append(i)
    return edges


class _Count(NamedTuple):
    """What page lines say together: how often each shift occurs, how often with the same last page, and the worded numbers."""

    shifts: Counter[int]
    lasts: Counter[tuple[int, int]]
    worded: set[int]
    paged: bool


def _is_page_number(line: _PageLine, count: _Count) -> bool:
    """Whether a line that is only a number numbers its page.

    Behind a footer that lacks its number: as far as letters have pages. Beside a page's edge: the number fits the page, or is off
    by the same as another one. Anywhere: it says "Page" and, in text whose pages form feeds part, "of" the same last page as on
    another page and off by the same; in other text either "of" so few pages as a letter has, or its neighbour in the count stands
    on a line too.
    """
    shift = line.number - line.page
    if line.of_footer and line.number <= _LONGEST_LETTER:
        return True
    if line.at_edge and (0 <= shift <= _LATER_START or count.shifts[shift] > 1):
        return True
    if not line.worded:
        return False
    if line.last is not None:
        few = line.number <= line.last <= _LONGEST_LETTER
        return few and (not count.paged or count.lasts[shift, line.last] > 1)
    neighbours = {line.number - 1, line.number + 1}
    return not count.paged and line.number <= _LONGEST_LETTER and bool(count.worded & neighbours)


def _footers(text: str) -> list[tuple[int, int]]:
    """Spans of page footers and headers in order. Text of a single line has none but those in running text."""
    low = lower(text)
    found = [m.span() for m in _INLINE_FOOTER.finditer(low)] if "final" in low else []
    if "|" in low:
        found += [m.span() for m in _PAGE_BAR.finditer(low)]
    lines = _lines(low)
    if len(lines.ranges) > 1:
        found += [lines.ranges[i] for i in lines.footers]
        candidates = _page_lines(lines)
        count = _Count(
            Counter(c.number - c.page for c in candidates if c.at_edge),
            Counter((c.number - c.page, c.last) for c in candidates if c.last is not None),
            {c.number for c in candidates if c.worded and c.last is None},
            bool(lines.breaks),
        )
        found += [(c.start, c.end) for c in candidates if _is_page_number(c, count)]
    return sorted(found)


# --- folding ---------------------------------------------------------------------------------------------------------


class Break(NamedTuple):
    """A line break that folding took away: `at` is the folded offset behind it, `lines` how many newlines stood there."""

    at: int
    lines: int


@dataclass(frozen=True)
class Folded:
    """Folded text and its map to the original. Offsets into `text` are called folded, `Span`s are always original.

    `whole` is False where the text goes on behind what was folded.
    """

    text: str
    breaks: tuple[Break, ...]
    _folded_starts: tuple[int, ...]
    _original_starts: tuple[int, ...]
    _cuts: tuple[int, ...]
    whole: bool = True

    @cached_property
    def plain(self) -> str:
        """`text` with plain quotes and dashes, as long as `text`."""
        return plain(self.text)

    @cached_property
    def low(self) -> str:
        """`plain` in lower case, as long as `text`: searching it is several times faster than ignoring case."""
        return lower(self.plain)

    @cached_property
    def latest_year(self) -> int | None:
        """The latest year of the letter's dates, which two-digit years are held against."""
        return latest_year(self.plain)

    def original(self, offset: int) -> int:
        """The original offset of the character at a folded offset."""
        i = bisect_right(self._folded_starts, offset) - 1
        return self._original_starts[i] + offset - self._folded_starts[i]

    def original_range(self, start: int, end: int) -> Span:
        """From the original of the first character of folded `[start, end)`, which is not empty, to that of its last."""
        starts, originals = self._folded_starts, self._original_starts
        first = bisect_right(starts, start) - 1
        last = bisect_right(starts, end - 1, first) - 1
        return Span(originals[first] + start - starts[first], originals[last] + end - starts[last])

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The original characters of folded `[start, end)`: one span, or several where a page footer was cut out."""
        start, end = max(start, 0), min(end, len(self.text))
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        if start >= end:
            return ()
        cuts = self._cuts[bisect_right(self._cuts, start) : bisect_right(self._cuts, end - 1)] if self._cuts else ()
        if not cuts:
            return (self.original_range(start, end),)
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
        return self.breaks[bisect_left(self._broken_at, start) : bisect_left(self._broken_at, end)]

    @cached_property
    def _broken_at(self) -> list[int]:
        return [b.at for b in self.breaks]


class _Gap(NamedTuple):
    """Original `[start, end)` that folds to one space or to nothing. `footer`: words of a page footer stood in it."""

    start: int
    end: int
    footer: bool = False


def _gaps(text: str) -> Iterator[tuple[int, int, bool]]:
    """What folding takes away, in order, as fields of `_Gap`; two gaps never touch."""
    blanks = ((*m.span(), False) for m in (_ASCII_GAP if text.isascii() else _GAP).finditer(text))
    footers = [_Gap(_gap_start(text, start), _gap_end(text, end), footer=True) for start, end in _footers(text)]
    return _merged(blanks, footers) if footers else blanks


def _merged(blanks: Iterator[tuple[int, int, bool]], footers: list[_Gap]) -> Iterator[_Gap]:
    """The gaps of both kinds in order, those that touch as one."""
    current: _Gap | None = None
    for gap in map(_Gap._make, merge(blanks, footers)):
        if current and gap.start <= current.end:
            current = _Gap(current.start, max(gap.end, current.end), gap.footer or current.footer)
            continue
        if current:
            yield current
        current = gap
    if current:
        yield current


def _gap_end(text: str, at: int) -> int:
    m = _ANY_GAP.match(text, at)
    return m.end() if m else at


def _gap_start(text: str, at: int) -> int:
    while at and _ANY_GAP.fullmatch(text, at - 1, at):
        at -= 1
    return at


def _line_breaks(gap: str) -> int:
    """Line ends in a gap; a page's end counts two, like the blank line that it is to a reader."""
    lines = gap.count("\n")
    if "\r" not in gap and "\f" not in gap:  # nearly every gap of a letter
        return lines
    return lines + gap.count("\r") - gap.count("\r\n") + 2 * gap.count("\f")


def _joins(text: str, start: int, end: int, last_end: int) -> bool:
    """Whether a broken word goes on behind the gap: "post-" + "laminectomy", but neither a dash nor a bullet."""
    hyphen = start - 1
    if text[hyphen] not in _HYPHENS:
        return False
    after = text[end]
    stands_behind_a_word = hyphen > last_end and not text[hyphen - 1].isspace()
    return stands_behind_a_word and (after.isalnum() or after == "_")


def _space(text: str, start: int, end: int, *, footer: bool) -> int | None:
    """Where the space stands that a gap folds to; None for invisible characters alone, which fold to nothing."""
    if text[start].isspace():
        return start
    m = _WHITE.search(text, start, end)
    if m is not None:
        return m.start()
    return start if footer else None


class _Map:
    """The folded text while it is put together, with the pieces that it came from."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.folded_starts: list[int] = []
        self.original_starts: list[int] = []
        self._shift: int | None = None

    def add(self, text: str, start: int, end: int, space: int | None = None) -> None:
        """Put `text[start:end]` behind the others, and a space that stands at `space`. Line ends in it are single ones."""
        if start < end:
            piece = text[start:end].replace("\n", " ")
            self._append(piece + " " if space == end else piece, start)
        if space is not None and (space != end or start == end):
            self._append(" ", space)

    def _append(self, piece: str, original: int) -> None:
        """A piece that goes on where the last one ended starts no new one."""
        if original - self.length != self._shift:
            self._shift = original - self.length
            self.folded_starts.append(self.length)
            self.original_starts.append(original)
        self.pieces.append(piece)
        self.length += len(piece)


def fold(text: str) -> Folded:
    """Fold `text`; linear in its length, never raises.

    Folding what is folded changes nothing, unless taking something away has just put the words of a page footer together.
    """
    into, at = _Map(), 0
    breaks: list[Break] = []
    cuts: list[int] = []
    for count, (start, end, footer) in enumerate(_gaps(text)):
        if count == MOST_GAPS or into.length + start - at > LONGEST_TEXT:
            into.add(text, at, start)
            return _folded(into, breaks, cuts, whole=False)
        lines = _line_breaks(text[start:end])
        inside = start > 0 and end < len(text)
        if inside and end - start == lines == 1 and text[start - 1] not in _HYPHENS and not footer:
            breaks.append(Break(into.length + end - at, 1))  # a line end becomes a space in its place
            continue
        if inside and footer:
            cuts.append(into.length + start - at)
        stays = inside and not (lines and _joins(text, start, end, at))
        into.add(text, at, start, _space(text, start, end, footer=footer) if stays else None)
        if lines:
            breaks.append(Break(into.length, lines))
        at = end
    into.add(text, at, len(text))
    return _folded(into, breaks, cuts, whole=into.length <= LONGEST_TEXT)


def _folded(into: _Map, breaks: list[Break], cuts: list[int], *, whole: bool) -> Folded:
    """The map made fast, up to `LONGEST_TEXT`."""
    text = "".join(into.pieces)
    if not whole:
        text = text[:LONGEST_TEXT].rstrip(" ")
        breaks, cuts = [b for b in breaks if b.at < len(text)], [c for c in cuts if c < len(text)]
    folded_starts, original_starts = tuple(into.folded_starts) or (0,), tuple(into.original_starts) or (0,)
    return Folded(text, tuple(breaks), folded_starts, original_starts, tuple(cuts), whole)


def folded_str(text: str) -> str:
    """`fold(text).text`, for short strings such as a quote."""
    return fold(text).text
