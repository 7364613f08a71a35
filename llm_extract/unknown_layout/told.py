"""Items without numbers: blocks that begin with a label, and sentences that decide a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from llm_extract.sections import Part
from llm_extract.unknown_layout.blocks import SHORTEST_RATIONALE, Block, Given, end_of_letter, last_end
from llm_extract.unknown_layout.labels import Label
from llm_extract.unknown_layout.lines import Lines
from llm_extract.unknown_layout.requests import asked_for, trim
from llm_extract.unknown_layout.verdicts import verdicts
from llm_extract.values import sentences


def labelled_blocks(lines: Lines) -> Iterator[tuple[Given, ...]]:
    """A block from each label of a request to the next one."""
    starts = [label for label in lines.labels if label.kind == "request" and not _lists(lines, label)]
    if not starts:
        return
    end = end_of_letter(lines) if len(starts) == 1 else last_end(lines, starts[-1].end, len(lines.text))
    ends = [*(label.start for label in starts[1:]), end]
    found = tuple(Block(lines, label.end, stop).read() for label, stop in zip(starts, ends, strict=True))
    if all(f.request for f in found):
        yield found


def _lists(lines: Lines, label: Label) -> bool:
    """Whether a list of several stands behind a label: then its numbers tell the items."""
    return any(label.end <= m.start <= label.end + 2 for m in lines.markers)


_REQUEST_IS = re.compile(
    r"(?:(?:it is |we |this (?:organization|office|reviewer) |the (?:(?:physician|expert|medical"
    r"|independent) )?(?:reviewer|panel|organization) )?(?:therefore|accordingly|thus|hence|for these reasons"
    r"|in conclusion"
    r"|determined?s?|finds?|found|concludes?|decides?)?,? ?(?:that )?)(?:the )?(?:insurer's |carrier's "
    r"|claims administrator's )?(?P<of>denial of (?:the )?(?:request for )?|requests? for )"
    r"(?P<request>(?:[^.;]|\.(?=\d)|(?<=no)\.){3,300}?) (?=(?:is|are|was|were|has been|have been|cannot be|must be"
    r"|shall be|should be)\b)"
)


def told_in_sentences(lines: Lines) -> Iterator[tuple[Given, ...]]:
    """An item a sentence that says what becomes of "the request for X"; one request decided twice is one item."""
    items: dict[str, Given] = {}
    last = 0
    for start, end in islice(_sentences(lines), _MOST_TOLD):
        m = _REQUEST_IS.match(lines.low, start, min(end, start + 800))
        told = list(verdicts(lines, Part(start, end))) if m else []
        if m is None or not told:
            continue
        request = asked_for(lines, Part(*m.span("request")))
        found = Given(request, told[0], rationale=_paragraph(lines, last, start, end), labelled=True)
        last = end
        words = lines.low[slice(*request)]
        items[words] = items[words].filled(found) if words in items else found
    if len(items) == 1:
        (only,) = items.values()
        labelled = replace(Block(lines, 0, len(lines.text)).read(), request=None, decided=None, torn=False)
        has_rationale = any(label.kind == "rationale" for label in lines.labels)
        yield (replace(only, rationale=None).filled(labelled) if has_rationale else only,)
    elif items:
        yield tuple(items.values())


_MOST_TOLD = 4000


def _sentences(lines: Lines) -> Iterator[tuple[int, int]]:
    """The sentences of the letter; a label or a paragraph's end ends one too."""
    edges = sorted(
        {0, *(line.start for line in lines.lines if line.gap), *(label.end for label in lines.labels), len(lines.text)}
    )
    for start, end in pairwise(edges):
        yield from sentences(lines.text, start, end)


def _paragraph(lines: Lines, last: int, start: int, end: int) -> Part | None:
    """The paragraph that a verdict stands in, from the verdict before it, where it says more than the verdict."""
    begin = max(last, next((line.start for line in reversed(lines.lines_between(last, start + 1)) if line.gap), 0))
    stop = lines.paragraph_end(start, len(lines.text))
    behind = "" if _REQUEST_IS.search(lines.low, end, min(stop, end + 800)) else lines.text[end:stop]
    part = trim(lines.text, begin, stop if behind else end)
    return part if start - begin > SHORTEST_RATIONALE or len(behind) > SHORTEST_RATIONALE else None
