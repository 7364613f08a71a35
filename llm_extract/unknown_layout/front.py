"""Clinical summary and credentials of a letter of unknown layout, under headings of any wording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from llm_extract.sections import ItemParts, Part
from llm_extract.unknown_layout.lines import Lines
from llm_extract.unknown_layout.requests import trim

_INTRODUCES = re.compile(r"\b\d{1,3}[ -]?(?:years?|yrs?|y\.?/?o\.?)[ -]?(?:old|of age)?\b[^.]{0,80}?|\baged? \d\d\b")
_OF_CASE = re.compile(
    r"\b(?:summary|history|background|facts|clinical|record shows|narrative|synopsis|overview|course|the (?:patient"
    r"|employee|worker|case))\b"
)
_GOES_ON_CLINICAL = re.compile(
    r"(?:[a-z]+ )*(?:exam\w*|diagnos[ie]s|diagnostic\w*|medications?|treatments? (?:to date|received)|imaging|history"
    r"|course|assessment|impression|findings"
    r"|subjective|objective|complaints?|work status|studies)\b"
)
_NO_SUMMARY = re.compile(
    r"\b(?:documents?|records? reviewed|issues?|disputed?|decisions?|determinations?|rationale|reviewer"
    r"|qualifications?|credentials?)\b"
)


def summary_of(lines: Lines, first: int) -> Part | None:
    """The section in which the patient is introduced, or whose heading says so; without either all that is before the items."""
    of_items = (Part(label.start, label.end) for label in lines.labels if label.kind != "other")
    heads = sorted({*lines.headings, *_close_heads(lines), *_inline_heads(lines), *of_items}) or [Part(0, 0)]
    sections = [Part(a.end, b) for a, b in zip(heads, [*(h.start for h in heads[1:]), len(lines.text)], strict=True)]
    named = [i for i, head in enumerate(heads) if _names_case(lines, head)]
    introduced = [i for i, part in enumerate(sections) if _introduces(lines, part) and not _is_other(lines, heads[i])]
    chosen = next((i for i in introduced if i in named), next(iter(introduced or named), None))
    if chosen is None or _cuts(sections[chosen], first):
        return trim(lines.text, 0, first) if first else None
    end = sections[chosen].end
    for head, section in zip(heads[chosen + 1 :], sections[chosen + 1 :], strict=True):
        if not _GOES_ON_CLINICAL.fullmatch(lines.low[head.start : head.end].rstrip(" :")):
            break
        end = section.end
    return trim(lines.text, sections[chosen].start, end, leading=" :.-")


_MOST_WORDS = 6


def _close_heads(lines: Lines) -> Iterator[Part]:
    """Headings that name the case and have their section on the very next line."""
    for line, after in pairwise(lines.lines):
        words = lines.text[line.start : line.end]
        short = len(words.split()) <= _MOST_WORDS and words[-1].isalpha() and lines.text[after.start].isupper()
        if line.gap and not after.gap and short and _names_case(lines, Part(line.start, line.end)):
            yield Part(line.start, line.end)


def _inline_heads(lines: Lines) -> Iterator[Part]:
    """Labels with their section behind them on the same line: "Case summary: The worker ..."."""
    for label in lines.labels:
        words = lines.low[label.start : label.end]
        if label.kind == "other" and words.rstrip().endswith(":") and (_OF_CASE.search(words) or _NO_SUMMARY.search(words)):
            yield Part(label.start, label.end)


def _names_case(lines: Lines, head: Part) -> bool:
    words = lines.low[head.start : head.end]
    return _OF_CASE.search(words) is not None and _NO_SUMMARY.search(words) is None


def _is_other(lines: Lines, head: Part) -> bool:
    return head.end > head.start and _NO_SUMMARY.search(lines.low, *head) is not None


def _introduces(lines: Lines, part: Part) -> bool:
    return _INTRODUCES.search(lines.low, part.start, min(part.end, part.start + 600)) is not None


def _cuts(section: Part, first: int) -> bool:
    """Whether the items begin inside of a section."""
    return section.start < first < section.end


_TELLS_CREDENTIALS = re.compile(
    r"\blicen[sc]|\bboard[- ]certif|(?<!non)(?<!non[- ])\bcertification|\bdiplomate|\bspecialt(?:y|ies)\b"
)
_LONGEST_CREDENTIALS = 1500


def places_of(items: tuple[ItemParts, ...]) -> Iterator[Part | None]:
    """Where the items' parts stand."""
    for item in items:
        yield from (item.request, item.decided, item.claims_guideline, item.reviewer_guideline, item.rationale)


def credentials_of(lines: Lines, taken: list[Part | None]) -> Part | None:
    """The paragraphs or labelled lines that tell of licences and certifications, outside of what summary and items take."""
    edges = sorted({*(line.start for line in lines.lines if line.gap), *(label.start for label in lines.labels), len(lines.text)})
    told = [Part(a, b) for a, b in pairwise(edges) if _TELLS_CREDENTIALS.search(lines.low, a, min(b, a + _LONGEST_CREDENTIALS))]
    told = [part for part in told if not any(t and t.start < part.end and part.start < t.end for t in taken)]
    if not told:
        return None
    start, end = told[0]
    for part in told[1:]:
        end = part.end if part.end - start < _LONGEST_CREDENTIALS else end
    return trim(lines.text, start, end)
