"""The "guideline" lines: which documents each side cites, with source, title, section and pages.

A line is one or more runs of "Decision based on ...", without the sentences that are form or say that nothing was cited
(`guideline_form`). In a run, a document's name opens a citation (`documents`) and what follows belongs to it up to the next
name; a run without a known name is one document of an `other` body. Behind its name a document has sections and pages in any
order (`citation_parts`).
"""

from __future__ import annotations

import re
from itertools import pairwise

from llm_extract.baseline.citation_parts import (
    LEAD,
    NAMED_PART,
    PAGE_LABEL,
    PAGES,
    WORK,
    behind_labels,
    body,
    past,
    reason_start,
    section_of,
    section_start,
    stop,
    trimmed_title,
)
from llm_extract.baseline.documents import (
    OTHER,
    Opening,
    bare_topic,
    in_parentheses,
    next_others,
    openings,
    other_openings,
)
from llm_extract.baseline.guideline_form import RELIED, SENTENCE, Piece, Run, cites_nothing, is_consulted, pieces, runs
from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import Citation, Source
from llm_extract.sections import Part

_LONGEST_LINE = 4000
"""Characters of a guideline line that are read; real ones stay under 1,000."""
_SHORTEST_TITLE = 12


def read_citations(page: Page, part: Part | None) -> tuple[Found, ...]:
    """Citations of one guideline line, in the letter's order, each once; empty where it cites nothing."""
    if part is None:
        return ()
    line = Part(part.start, min(part.end, part.start + _LONGEST_LINE))
    if cites_nothing(page.low, line):
        return ()
    cited: dict[Citation, Found] = {}
    for run in runs(page.low, line):
        for found in _documents(page, run):
            cited.setdefault(found.value, found)
    return _relied_upon(page, line, tuple(cited.values()))


def _relied_upon(page: Page, line: Part, cited: tuple[Found, ...]) -> tuple[Found, ...]:
    """Where a line names a document by its bare name only to say that it counts, what was consulted of that document is cited."""
    relied = RELIED.search(page.low, *line) if " relied " in page.low[line.start : line.end] else None
    if relied is None:
        return cited
    consulted = next((Part(*m.span()) for m in SENTENCE.finditer(page.low, *line) if is_consulted(m.group())), None)
    if consulted is None or consulted.start > relied.start():
        return cited
    source = {"m": "MTUS", "a": "ACOEM"}.get(relied["source"][0], "ODG")
    found = [f for f in _documents(page, Run(*consulted)) if f.value.source == source and f.value.section]
    return tuple(found) or cited


def _documents(page: Page, run: Run) -> list[Found]:
    return [found for piece in pieces(page.low, run) for found in _of_piece(page, piece)]


_TELLS = re.compile(
    r"\breviewer\b|\bclaims administrator\b|\b(?:guidelines?|it|they|these|this|mtus|odg|acoem)"
    r" (?:was|were|is|are|has|have|does|do|did|addresses|speaks?|deals?)\b",
    re.IGNORECASE,
)
_NARRATES = re.compile(
    r"\b(?:found|applicable|was used|were used|consulted|established|following|does not|did not)\b", re.IGNORECASE
)
# "page 78 of the Chronic Pain Medical Treatment Guidelines": pages and sections stand in front of the document.
_PART_IN_FRONT = re.compile(
    rf"(?:\b{PAGE_LABEL} ?\d|\b(?:Chapter|Section|Table|Topic)\b)[^;]{{0,120}}\b(?:of|in|from|within) (?:the )?\Z", re.IGNORECASE
)


def _of_piece(page: Page, piece: Piece) -> list[Found]:
    text = page.text
    start, labelled = behind_labels(text, piece.start, piece.end)
    of_mtus = labelled or piece.of_mtus
    topic = bare_topic(text, start, piece.end) if of_mtus else None
    opened = openings(text, start, piece.end) or ([topic] if topic else [])
    first = opened[0].start if opened else piece.end
    found: list[Found | None] = []
    if opened and _PART_IN_FRONT.search(text[start:first]) and not _TELLS.search(text, start, first):
        opened[0] = opened[0]._replace(start=start, front=(start, first))
    elif _is_title(page, piece, start, first, alone=not opened):
        found += _others(page, start, first, of_mtus=of_mtus and (not opened or topic is not None))
    for opening, after in pairwise([*opened, None]):
        if opening is not None:
            found += _known_and_others(page, opening, after.start if after else piece.end)
    return [f for f in found if f]


def _known_and_others(page: Page, opening: Opening, end: int) -> list[Found | None]:
    """A document of a known body, and those of other bodies that follow it."""
    others = other_openings(page.text, opening.end, end)
    known = _known(page, opening, others[0] if others else end)
    return [known, *(_others(page, others[0], end, of_mtus=False, at=others) if others else ())]


def _is_title(page: Page, piece: Piece, start: int, end: int, *, alone: bool) -> bool:
    """Whether the words in front of the first known name (or all, where there is none) are a document of their own."""
    text = page.text
    if _TELLS.search(text, start, end):
        return False
    if alone:
        return piece.first or text[start : start + 1].isupper() or text[start : start + 1].isdigit()
    return end - start > _SHORTEST_TITLE and not in_parentheses(text, start, end) and not _NARRATES.search(text, start, end)


def _others(page: Page, start: int, end: int, *, of_mtus: bool, at: list[int] | None = None) -> list[Found | None]:
    edges = [*(at or (start, *next_others(page.text, start, end))), end]
    return [_other(page, a, b, of_mtus=of_mtus) for a, b in pairwise(edges)]


def _known(page: Page, opening: Opening, end: int) -> Found:
    title = page.verbatim(*opening.title).removeprefix("the ").strip(" ,;:")
    last = stop(page.text, opening.end, end)
    in_front, before = body(page.text, *opening.front)
    behind, after = body(page.text, opening.end, last)
    named = [words for place in (*before, *opening.around, *after) if (words := _section(page, *place))]
    pages = tuple(dict.fromkeys((*in_front, *behind)))
    value = Citation(source=opening.source, title=title, section=", ".join(named) or None, pages=pages)
    return page.found(value, opening.by, (opening.start, _trimmed_end(page.text, opening.end, last)))


def _other(page: Page, start: int, end: int, *, of_mtus: bool) -> Found | None:
    text = page.text
    start = past(LEAD, text, start, end)
    end = reason_start(text, start, end)
    first_page = PAGES.search(text, start, end)
    part = NAMED_PART.search(text, start, first_page.start() if first_page else end)
    title_end = part.start() if part else first_page.start() if first_page else end
    title = trimmed_title(page.verbatim(start, title_end)).removesuffix(".").strip(" ,;:")
    if not _LETTERS.search(title):
        return None
    pages, stretches = body(text, title_end, end)
    section = ", ".join(words for place in stretches if (words := _section(page, *place))) or None
    if section is None and (work := WORK.search(title)) and work.start() == 0:
        title, section = work.group(), title[work.end() :].strip(" ,;:")
    value = Citation(source=_source_of(title, of_mtus=of_mtus), title=title, section=section, pages=pages)
    return page.found(value, OTHER.name, (start, _trimmed_end(text, start, end)))


_LETTERS = re.compile(r"[A-Za-z]{3}")
_BODIES: tuple[tuple[Source, re.Pattern[str]], ...] = (
    ("ACOEM", re.compile(r"\bACOEM\b")),
    ("ODG", re.compile(r"\bODG\b|Official Disability")),
    ("MTUS", re.compile(r"^(?:(?:CA|California) )?(?:MTUS|Medical Treatment Utilization)\b")),
)


def _source_of(title: str, *, of_mtus: bool) -> Source:
    """The body whose document an unknown title is."""
    return next((source for source, words in _BODIES if words.search(title)), "MTUS" if of_mtus else "other")


def _section(page: Page, start: int, end: int) -> str | None:
    return section_of(page.verbatim(section_start(page.text, start, end), end))


def _trimmed_end(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" ,;"))
