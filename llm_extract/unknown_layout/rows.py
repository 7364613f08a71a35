"""Rows of tables and lines that end in their decision, and lists under lines that decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from llm_extract.decision_words import CLAIMS_SIDE
from llm_extract.sections import MOST_ITEMS, Part
from llm_extract.unknown_layout.blocks import Block, Given, last_end
from llm_extract.unknown_layout.lines import Line, Lines
from llm_extract.unknown_layout.requests import LONGEST_REQUEST, Decided, asked_for, decided_alone, decided_at_end, length, trim

_COLUMNS = re.compile(
    r"(?:(?:no\.?|#|item|number) )?(?:(?:disputed |requested )?(?:issue|request|treatment|service|item|procedure"
    r"|medication)s?(?: ?/ ?[a-z]+| [a-z]+){0,3}) (?:[|/] )?"
    r"(?:[a-z]+ ){0,3}(?:decision|determination|outcome|result|finding|disposition|ruling)s?\b"
)
_ROW_NUMBER = re.compile(r"\|? ?\(?#?(?P<number>\d{1,2})[).:]{0,2} (?:\| ?)?(?=\S)")
_MOST_ROWS = 60


def tables(lines: Lines) -> Iterator[tuple[int, tuple[Given, ...]]]:
    """Tables with a row an item and the decision at the row's end; of a table that does not come out even, nothing."""
    for i, line in enumerate(lines.lines):
        if line.end - line.start < 120 and (m := _COLUMNS.match(lines.low, line.start, line.end)) and m.end() > line.end - 40:
            rows = _rows(lines, lines.lines[i + 1 : i + 1 + 2 * _MOST_ROWS])
            if rows:
                yield len(rows), rows


def _rows(lines: Lines, below: tuple[Line, ...]) -> tuple[Given, ...]:
    rows: list[Given] = []
    begun: int | None = None
    numbered = bool(below) and _ROW_NUMBER.match(lines.low, below[0].start) is not None
    for line in below:
        number = _ROW_NUMBER.match(lines.low, line.start, line.end) if begun is None else None
        if begun is None and numbered and (number is None or int(number["number"]) != len(rows) + 1):
            break
        start = begun if begun is not None else number.end() if number and numbered else line.start
        row = _cells(lines, start, line) or decided_at_end(lines, Part(start, line.end)) or _decided_below(lines, start, line)
        if row is None and (begun is not None and not numbered):
            return ()
        if row is None and not _may_begin(lines, line, start):
            break
        begun = start if row is None else None
        if row:
            rows.append(Given(asked_for(lines, row[0]), row[1], labelled=True))
    goes_on = begun is not None and numbered
    return () if goes_on else tuple(rows)


def _cells(lines: Lines, start: int, line: Line) -> tuple[Part, Decided] | None:
    """A row whose cells are parted by bars: the cell that decides, and the one before it."""
    bars = [m.start() for m in re.finditer(r"\|", lines.text[start : line.end])]
    edges = [-1, *bars, line.end - start]
    cells = [trim(lines.text, start + a + 1, start + b) for a, b in pairwise(edges)] if bars else []
    cells = [cell for cell in cells if cell.end > cell.start]
    for before, cell in pairwise(cells):
        if decided := decided_alone(lines, cell):
            return before, decided
    return None


def _may_begin(lines: Lines, line: Line, start: int) -> bool:
    """Whether a line without a decision may be the beginning of a row: it is short and no sentence."""
    return line.end - start < 120 and not lines.text[line.start : line.end].endswith(".")


def _decided_below(lines: Lines, start: int, line: Line) -> tuple[Part, Decided] | None:
    """A row whose decision stands alone on its last line."""
    decided = decided_alone(lines, Part(line.start, line.end)) if start < line.start else None
    return (trim(lines.text, start, line.start), decided) if decided else None


_BULLET = re.compile(r"(?:[-*•·o]|\d{1,2}[.)]) (?=\S)")


def grouped(lines: Lines) -> Iterator[tuple[Given, ...]]:
    """Requests with bullets under lines that do nothing but decide: "Upheld:"."""
    found: list[Given] = []
    decided: Decided | None = None
    for line in lines.lines:
        if said := decided_alone(lines, trim(lines.text, line.start, line.end, ending=" :")):
            decided = said
        elif decided and (bullet := _BULLET.match(lines.low, line.start, line.end)):
            found.append(Given(asked_for(lines, Part(bullet.end(), line.end)), decided, labelled=True))
        elif decided and (line.gap or found[-1:] == []):
            decided = None
        elif decided:
            return  # a request that goes on in the next line
    if len({f.decided for f in found}) > 1:
        yield tuple(found)


_OTHER_DECISION = re.compile(
    rf"(?:{CLAIMS_SIDE}|(?:prior|previous|original|initial|final|our|overall) |decision|determination|status|result|outcome)"
)
_DECIDES = re.compile(r"\b(?:decisions?|determinations?|issues?|disputed?|outcomes?|findings?)\b")


def decided_lines(lines: Lines) -> Iterator[tuple[Given, ...]]:
    """Paragraphs that begin with a request and its decision behind a sign, under a heading that says so or two at least."""
    heads: list[tuple[int, Part, Decided]] = []
    for line in lines.lines:
        end = lines.paragraph_end(line.start, min(len(lines.text), line.start + LONGEST_REQUEST)) if line.gap else line.start
        head = decided_at_end(lines, trim(lines.text, line.start, end)) if end > line.start else None
        if head and not _OTHER_DECISION.match(lines.low, line.start) and length(head[0]) > 3 and _is_parted(lines, *head):
            heads.append((line.start, *head))
        if len(heads) > MOST_ITEMS:
            return
    if not heads or (len(heads) == 1 and not _under_decisions(lines, heads[0][0])):
        return
    ends = [*(start for start, _, _ in heads[1:]), last_end(lines, heads[-1][2].place.end, len(lines.text))]
    yield tuple(_decided_block(lines, request, decided, end) for (_, request, decided), end in zip(heads, ends, strict=True))


def _decided_block(lines: Lines, request: Part, decided: Decided, end: int) -> Given:
    return replace(
        Block(lines, decided.place.end, end, None).read(), request=asked_for(lines, request), decided=decided, torn=False
    )


def _is_parted(lines: Lines, request: Part, decided: Decided) -> bool:
    """Whether a sign parts decision and request, not a verb: sentences are another matter."""
    return re.search(r"[:(\[-]", lines.text[request.end : decided.place.start]) is not None


def _under_decisions(lines: Lines, start: int) -> bool:
    before = lines.labels_between(0, start)
    return bool(before) and _DECIDES.search(lines.low, before[-1].start, before[-1].end) is not None
