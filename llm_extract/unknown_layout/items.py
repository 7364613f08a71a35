"""The items of a letter by the first way of finding them that gives whole ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import replace

from llm_extract.sections import ItemParts
from llm_extract.unknown_layout.blocks import Block, Given
from llm_extract.unknown_layout.lines import Lines
from llm_extract.unknown_layout.numbered import numbered
from llm_extract.unknown_layout.rows import decided_lines, grouped
from llm_extract.unknown_layout.told import labelled_blocks, told_in_sentences


def items_of(lines: Lines) -> tuple[tuple[ItemParts, ...], int]:
    """The items of the first way that gives whole ones, and where the first of them is first spoken of."""
    for way in (numbered, labelled_blocks, decided_lines, grouped, told_in_sentences):
        whole = [
            found
            for found in (_with_overall(lines, found) for found in way(lines))
            if _is_whole(lines, found) and _are_all(lines, found)
        ]
        if len(whole) == 1:
            items = tuple(parts for found in whole[0] for parts in found.parts())
            return items, _line_of(lines, min(item.request.start for item in items))
        if whole:
            break
    return (), len(lines.text)


def _line_of(lines: Lines, at: int) -> int:
    """Where the line begins that announces an item: that of its request, or one before it with only a number or label."""
    i = bisect_right(lines.starts, at) - 1
    announced = {m.start: m.end for m in lines.markers} | {
        label.start: label.end for label in lines.labels if label.kind == "request"
    }
    while i > 0 and announced.get(lines.starts[i - 1], 0) >= lines.lines[i - 1].end:
        i -= 1
    return lines.starts[i]


_WORD = re.compile(r"[^\W\d_]{3}")


def _is_whole(lines: Lines, found: tuple[Given, ...]) -> bool:
    """Whether each item has its request, and each its decision but for those that the letter contradicts itself about."""
    asked = all(f.request and _WORD.search(lines.text, *f.request) for f in found)
    return asked and all(f.decided or f.torn for f in found) and any(f.decided for f in found)


def _are_all(lines: Lines, found: tuple[Given, ...]) -> bool:
    """Whether no more items seem to stand there: a form with more labels of one side than items has items that were not read."""
    counts = Counter(label.kind for label in lines.labels)
    return max(counts["claims"], counts["reviewer"]) <= len(found) and counts["decision"] <= 2 * len(found) + 1


def _with_overall(lines: Lines, found: tuple[Given, ...]) -> tuple[Given, ...]:
    """Blocks without a decision of their own take the letter's one labelled decision; "in part" only where there is one item."""
    if any(f.decided or f.torn for f in found):
        return found
    letter = Block(lines, 0, len(lines.text))
    for kind, region in letter.regions():
        if kind == "decision":
            letter.decide(region)
    said = {d.decision for d in letter.decided}
    if len(said) != 1 or (len(found) > 1 and "partially_overturned" in said):
        return found
    return tuple(replace(f, decided=f.decided or letter.decided[0]) for f in found)
