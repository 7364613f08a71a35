"""Numbered blocks, and lists of the same numbers that say each a part: requests, decisions, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from llm_extract.decision_words import read_decision, tells_of_review
from llm_extract.unknown_layout.blocks import LONGEST_VALUE, Block, Given, end_of_letter, last_end
from llm_extract.unknown_layout.labels import Kind, Label
from llm_extract.unknown_layout.lines import Lines, Marker
from llm_extract.unknown_layout.requests import Decided, decided_at_end, length, trim
from llm_extract.unknown_layout.rows import tables
from llm_extract.unknown_layout.verdicts import REFERS


class _Run(NamedTuple):
    """Markers of one style that count 1, 2, 3, ...; `topic` is what the label in front of them says they list."""

    markers: tuple[Marker, ...]
    topic: Kind | None


def _runs(lines: Lines) -> list[_Run]:
    """The lists of the letter, in order."""
    open_runs: dict[str, list[Marker]] = {}
    runs: list[list[Marker]] = []
    for marker in lines.markers:
        run = open_runs.get(marker.style)
        if marker.number == 1:
            run = open_runs[marker.style] = []
            runs.append(run)
        if run is not None and marker.number == len(run) + 1:
            run.append(marker)
    return [_Run(tuple(run), _topic(lines, run[0])) for run in runs]


_LISTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("rationale", re.compile(r"\b(?:rationales?|reasons?|reasoning|analysis|discussion|grounds|basis|explanations?|why)\b")),
    ("decision", re.compile(r"\b(?:decisions?|determinations?|findings?|outcomes?|rulings?|results?|conclusions?)\b")),
    ("request", re.compile(r"\b(?:issues?|requests?|requested|disputed?|treatments?|services?|items?)\b")),
)


def _topic(lines: Lines, first: Marker) -> Kind | None:
    """What the heading or label right in front of a list says that it lists; a heading with all of it says "request"."""
    if _LISTS[0][1].search(first.style):
        return "rationale"  # "Reasons for item 1:"
    before = lines.labels_between(max(0, first.start - 200), first.start)
    if not before or not (before[-1].end >= first.start - 2 or _ends_its_line(lines, before[-1], first.start - 120)):
        return None
    words = lines.low[before[-1].start : first.start]
    said = [kind for kind, pattern in _LISTS if pattern.search(words)]
    return "request" if len(said) > 1 else said[0] if said else None


def _ends_its_line(lines: Lines, label: Label, least: int) -> bool:
    """Whether a label has its line to itself, not too far in front of a list."""
    after = next(iter(lines.lines_between(label.start + 1, len(lines.text))), None)
    return label.end >= least and after is not None and after.start - label.end <= 1


def numbered(lines: Lines) -> Iterator[tuple[Given, ...]]:
    """The items of the lists of one length, taken together; each length by itself."""
    runs = _runs(lines)
    if len(runs) > _MOST_RUNS:
        return
    by_length: dict[int, list[tuple[Given, ...]]] = {}
    for run in runs:
        limit = min((_begins(lines, r) for r in runs if _follows(lines, run, r)), default=len(lines.text))
        by_length.setdefault(len(run.markers), []).append(_blocks(lines, run, limit))
    for count, rows in tables(lines):
        by_length.setdefault(count, []).insert(0, rows)
    for lists in by_length.values():
        useful = [found for found in lists if _is_useful(found)]
        if useful:
            yield _by_reference(lines, tuple(_merged(same) for same in zip(*useful, strict=True)))


_NUMBER_OR_RANGE = re.compile(r"(?P<first>\d{1,2})(?: ?(?:-|to|through) ?(?P<last>\d{1,2}))?")


def _by_reference(lines: Lines, found: tuple[Given, ...]) -> tuple[Given, ...]:
    """Decisions by number, where no item has one of its own: "Items 1 and 3 are medically necessary; item 2 is not"."""
    if any(f.decided or f.torn for f in found):
        return found
    said: dict[int, Decided] = {}
    for m in REFERS.finditer(lines.low):
        place = trim(lines.text, *m.span("said"))
        decision = None if tells_of_review(m.group()) else read_decision(lines.text[slice(*place)])
        ranges = ((int(one["first"]), int(one["last"] or one["first"])) for one in _NUMBER_OR_RANGE.finditer(m["numbers"]))
        numbers = [n for first, last in ranges for n in range(first, last + 1)]
        if decision is None or any(n in said for n in numbers):
            return found
        said |= dict.fromkeys(numbers, Decided(decision, place))
    if said.keys() != set(range(1, len(found) + 1)):
        return found
    return tuple(replace(f, decided=said[n]) for n, f in enumerate(found, 1))


_MOST_RUNS = 100
"""Lists in a text that may be a letter: ten times as many as a long one has."""


def _follows(lines: Lines, run: _Run, other: _Run) -> bool:
    """Whether another list of the same items stands behind one: a list inside of a rationale has no heading and no labels."""
    first, *more = other.markers
    if len(run.markers) != len(other.markers) or first.start <= run.markers[-1].start:
        return False
    labels = lines.labels_between(first.start, more[0].start) if more else ()
    return other.topic is not None or first.style[-1].isalpha() or any(label.kind != "other" for label in labels)


def _begins(lines: Lines, run: _Run) -> int:
    """Where a list begins with the label or heading above it."""
    before = lines.labels_between(max(0, run.markers[0].start - 120), run.markers[0].start)
    return before[-1].start if before and before[-1].end >= run.markers[0].start - 2 else run.markers[0].start


def _merged(found: Iterable[Given]) -> Given:
    first, *rest = found
    for other in rest:
        first = first.filled(other)
    return first


def _is_useful(found: tuple[Given, ...]) -> bool:
    """Whether a list is of items: labels or decisions in each block, or requests under a heading that says so."""
    return all(f.labelled or f.decided for f in found)


def _blocks(lines: Lines, run: _Run, limit: int) -> tuple[Given, ...]:
    last = run.markers[-1]
    limit = max(limit, last.end)
    end = last_end(lines, last.end, limit) if len(run.markers) > 1 else min(limit, max(last.end, end_of_letter(lines)))
    ends = [*(m.start for m in run.markers[1:]), end]
    topic = run.topic if run.topic in ("decision", "rationale") and not _named_again(lines, run.markers, ends) else "request"
    found = tuple(_block(lines, m.end, end, topic) for m, end in zip(run.markers, ends, strict=True))
    if len(found) > 1 and not found[-1].reasoned and not any(f.rationale for f in found[:-1]):
        found = (*found[:-1], replace(found[-1], rationale=None))  # what follows a list that gives no reasons
    return tuple(replace(f, labelled=True) for f in found) if run.topic else found


def _named_again(lines: Lines, markers: tuple[Marker, ...], ends: list[int]) -> bool:
    """Whether each block begins with a line of its own that is no sentence: the request stands there again."""
    firsts = [(lines.lines_between(m.start, end)[0], end) for m, end in zip(markers, ends, strict=True)]
    return all(
        line.end < end - 1 and lines.text[line.end - 1] not in ".?!" and line.end - line.start < 160 for line, end in firsts
    )


def _block(lines: Lines, start: int, end: int, topic: Kind) -> Given:
    if topic == "decision":
        place = trim(lines.text, start, lines.paragraph_end(start, end), ending=" .")
        inline = decided_at_end(lines, place)
        said = None if inline or length(place) > LONGEST_VALUE else read_decision(lines.text[slice(*place)])
        if said and not tells_of_review(lines.low[slice(*place)]):
            return replace(Block(lines, place.end, end, None).read(), decided=Decided(said, place), labelled=True)
        topic = "request"
    return Block(lines, start, end, topic).read()
