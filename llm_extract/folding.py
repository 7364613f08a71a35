"""A letter's text with its typesetting folded away, and the way back to the original characters.

PDF text breaks lines anywhere, doubles blank lines and spaces, hyphenates over line ends and drops page footers into the middle of
sentences. Every rule and every prompt reads the folded text; every offset that leaves the program is mapped back to the text as
it was decoded. Folding changes white space, invisible characters and page footers and nothing else:

- a run of white space becomes one space, at both ends of the text none;
- a hyphen at a line end stays and the break goes ("post-" + "laminectomy" is "post-laminectomy");
- zero-width characters and soft hyphens vanish;
- a page footer or header (a line that only numbers the page or names the letter) vanishes with its line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from llm_extract.schema import Span

_INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

# A line of its own: "3", "Page 3 of 7", "- 3 -", "Final Determination Letter for IMR Case Number CM15-0012345 3". A bare number counts
# only beside a form feed or at the foot of a page (two blank lines around it), since a request may break before "60".
_FOOTER_LINE = re.compile(
    r"""^[^\S\n]*(?:
          page\ +\d{1,3}(?:\ +of\ +\d{1,3})?
        | (?:final\ determination\ letter|imr\ final\ determination|independent\ medical\ review)[^\n]{0,40}\bCM\d\d-\d{7}[^\n]{0,20}
        | imr\ case\ (?:number|no\.?|\#):?\ +CM\d\d-\d{7}[^\S\n]+page\ +\d{1,3}[^\n]{0,12}
        | CM\d\d-\d{7}[^\S\n]+(?:page\ +)?\d{1,3}(?:\ +of\ +\d{1,3})?
        | -\ ?\d{1,3}\ ?-
      )[^\S\n]*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_BARE_NUMBER = re.compile(
    r"(?:(?<=\n\n)|(?<=\n[^\S\n]\n)|(?<=\f))[^\S\n]*\d{1,3}[^\S\n]*(?=\n?\f)|\f[^\S\n]*\d{1,3}[^\S\n]*(?=\n)"
)
_INLINE_FOOTER = re.compile(
    r"\s(?:Final Determination Letter for )IMR Case Number:? CM\d\d-\d{7}(?: Page)?(?: \d{1,3}\b)?(?: of \d{1,3}\b)?"
)

# What folding rewrites; a single blank between two visible characters is not among it and costs nothing.
_REWRITE = re.compile(rf"(?<=\S)-[^\S\n]*\n\s*(?=\w)|[^\S ]\s*|  +\s*| [^\S ]\s*|[{_INVISIBLE}]+")


@dataclass(frozen=True, slots=True)
class Break:
    """A line break that folding took away: `at` is the folded offset, `lines` how many newlines stood there."""

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
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        if start >= end:
            return ()
        edges = [start, *(c for c in self._cuts if start < c < end), end]
        return tuple(
            Span(self.original(a + (self.text[a] == " ")), self.original(b - 1 - (self.text[b - 1] == " ")) + 1)
            for a, b in zip(edges, edges[1:], strict=False)
        )

    def lines_broken_at(self, start: int, end: int) -> tuple[Break, ...]:
        """The breaks with a folded offset in `[start, end)`, in order."""
        return tuple(b for b in self.breaks if start <= b.at < end)


def fold(text: str) -> Folded:
    """Fold `text`; linear in its length, never raises."""
    pieces: list[str] = []
    breaks: list[Break] = []
    folded_starts: list[int] = []
    original_starts: list[int] = []
    cuts: list[int] = []
    length = 0

    def keep(piece: str, original: int) -> None:
        nonlocal length
        if piece:
            folded_starts.append(length)
            original_starts.append(original)
            pieces.append(piece)
            length += len(piece)

    def gap(piece: str, original: int, lines: int) -> None:
        # Two gaps may meet (white space around an invisible character): one space is enough.
        at_start_or_space = not pieces or pieces[-1].endswith(" ")
        if piece == " " and at_start_or_space:
            piece = ""
        keep(piece, original)
        if lines:
            breaks.append(Break(length, lines))

    def body(start: int, end: int) -> None:
        at = start
        for m in _REWRITE.finditer(text, start, end):
            keep(text[at : m.start()], at)
            found = m.group()
            if found[0] == "-":
                keep("-", m.start())
                breaks.append(Break(length, found.count("\n")))
            elif found[0] not in _INVISIBLE:
                gap(" ", m.start(), found.count("\n") + 2 * found.count("\f"))
            at = m.end()
        keep(text[at:end], at)

    at = 0
    for start, end in _footers(text):
        body(at, start)
        if length:
            cuts.append(length)
        at = end
    body(at, len(text))

    folded = "".join(pieces)
    stripped = folded.rstrip(" ")
    if not folded_starts:
        folded_starts, original_starts = [0], [0]
    return Folded(
        stripped,
        _merge(breaks),
        tuple(folded_starts),
        tuple(original_starts),
        tuple(c for c in cuts if 0 < c < len(stripped)),
    )


def folded_str(text: str) -> str:
    """`fold(text).text`, for short strings such as a quote."""
    return fold(text).text


def _footers(text: str) -> list[tuple[int, int]]:
    found = [m.span() for p in (_FOOTER_LINE, _BARE_NUMBER, _INLINE_FOOTER) for m in p.finditer(text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _merge(breaks: list[Break]) -> tuple[Break, ...]:
    merged: list[Break] = []
    for b in breaks:
        if merged and merged[-1].at == b.at:
            merged[-1] = Break(b.at, merged[-1].lines + b.lines)
        else:
            merged.append(b)
    return tuple(merged)
