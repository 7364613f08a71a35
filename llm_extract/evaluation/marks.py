"""Where a value stands in its letter, for the eye of whoever looks at an error. No figure depends on it.

Labels seldom carry evidence, so the words of a label's value are looked up where its field usually stands: an item's dose in that
item's request, a date in the header. What is not found is not marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal, NamedTuple

from llm_extract.evaluation.cases import LabelFile
from llm_extract.evaluation.compare import normal
from llm_extract.evaluation.score import ITEM, value_of
from llm_extract.grounding import locate
from llm_extract.letters import Letter
from llm_extract.schema import BY_NAME, Citation, EvidenceSpan, Item, Span
from llm_extract.sections import ItemParts, Part, Sections, sections_of
from llm_extract.values import find_dates, latest_year

Source = Literal["label", "record", "found", "none"]


class Place(NamedTuple):
    """Where a value stands. `source`: the label's own evidence, the record's, found by looking it up, or none.

    `near` is where to look instead, `spans` are starts and ends in turn. Offsets count UTF-16 units, as browsers do.
    """

    source: Source
    near: int
    spans: tuple[int, ...]


@dataclass(frozen=True)
class Marked:
    """A letter with its label, and where the values of both sides stand in it."""

    letter: Letter
    label: LabelFile

    def gold(self, pointer: str, name: str) -> Place:
        """Where the label's value at a pointer stands."""
        own = self.label.evidence.get(_evidence_pointer(pointer, name), ())
        if own:
            return self._place("label", pointer, own)
        found = _looked_up(pointer, name, self.label, self._sections)
        return self._place("found" if found else "none", pointer, found)

    def predicted(self, pointer: str, name: str, evidence: Mapping[str, Sequence[EvidenceSpan]]) -> Place:
        """Where a record says that its value at a pointer stands."""
        spans = evidence.get(_evidence_pointer(pointer, name), ())
        return self._place("record" if spans else "none", pointer, spans)

    def _place(self, source: Source, pointer: str, spans: Iterable[Span | EvidenceSpan]) -> Place:
        size = len(self.letter.text)
        flat = tuple(self._utf16[min(at, size)] for span in spans for at in (span.start, span.end))
        return Place(source, flat[0] if flat else self._utf16[self._near(pointer)], flat)

    def _near(self, pointer: str) -> int:
        """Where the item, or else the section, of a value begins."""
        index = _item_index(pointer)
        part = self._sections.summary if index is None else _item_start(index, pointer, self.label, self._sections)
        return self._sections.spans(part)[0].start if part and part.start < part.end else 0

    @cached_property
    def _sections(self) -> Sections:
        return sections_of(self.letter)

    @cached_property
    def _utf16(self) -> Sequence[int]:
        """Offset in code points to offset in UTF-16 units."""
        text = self.letter.text
        return range(len(text) + 1) if text.isascii() else (0, *accumulate(1 + (ord(c) > 0xFFFF) for c in text))


def _evidence_pointer(pointer: str, name: str) -> str:
    """An item stands where its treatment does."""
    return f"{pointer}/treatment" if name == ITEM else pointer


def _item_index(pointer: str) -> int | None:
    parts = pointer.split("/")
    return int(parts[2]) if parts[1] == "items" else None


# --- looking up ------------------------------------------------------------------------------------------------------


def _looked_up(pointer: str, name: str, label: LabelFile, sections: Sections) -> tuple[Span, ...]:
    """The first place that has the value's words, in the parts where its field stands."""
    index = _item_index(pointer)
    item = None if index is None else _item_parts(index, label.items, sections)
    value = value_of(label, _evidence_pointer(pointer, name))
    if name == "decision":
        return sections.spans(item.decided) if item and item.decided and item.decision == value else ()
    for within in _parts(name, item, sections):
        for part in _occurrences(name, value, sections, within):
            return sections.spans(part)
    return ()


def _parts(name: str, item: ItemParts | None, sections: Sections) -> Iterator[Part | None]:
    """Where a field stands, the most likely part first; None is the whole letter, for words that mean one thing anywhere."""
    if item is not None:
        yield {
            "claims_admin_guidelines": item.claims_guideline,
            "reviewer_guidelines": item.reviewer_guideline,
            "rationale": item.rationale,
        }.get(name) or item.request
    elif name in {"licensed_states", "specialties"} and sections.credentials:
        yield sections.credentials
    elif name in {"age", "sex", "diagnoses", "medications", "prior_treatments"} and sections.summary:
        yield sections.summary
    elif BY_NAME.get(name) and BY_NAME[name].path.startswith("/case/") and sections.header:
        yield sections.header
    if name not in _ONLY_IN_PLACE:
        yield None


_ONLY_IN_PLACE = frozenset(
    {"quantity", "refills", "strength", "frequency", "body_part", "retrospective", "priority", "generic_name"}
)
"""Short words that mean something else in another part: "30" is a page, a dose and an age."""


def _occurrences(name: str, value: Any, sections: Sections, within: Part | None) -> Iterator[Part]:
    if isinstance(value, date):
        start, end = within or (0, len(sections.folded.text))
        found = find_dates(sections.folded.text[start:end], latest_year=latest_year(sections.folded.text))
        yield from (Part(start + f.start, start + f.end) for f in found if f.value == value)
        return
    for words in _wordings(name, value):
        part = locate(words, sections, within)
        if part is not None:
            yield part


def _wordings(name: str, value: Any) -> Iterator[str]:
    """How a letter may put a value, the surest wording first."""
    if name == "age":
        yield from (f"{value}{rest}" for rest in ("-year-old", " year-old", " year old", " years old", " y/o", " yo"))
    elif name == "sex":
        yield from ("female", "woman", "lady", "she", "her") if value == "female" else ("male", "man", "gentleman", "he", "his")
    elif name == "retrospective":
        yield "retrospective"
    elif isinstance(value, Citation):
        yield value.title
    elif name not in {"category", "reasons"}:
        yield str(value)


def _item_parts(index: int, items: Sequence[Item], sections: Sections) -> ItemParts | None:
    """The letter's item with the label's request; of several equal ones the one in the same turn."""
    wanted = normal("request", items[index].request)
    same = [parts for parts in sections.items if normal("request", sections.text(parts.request)) == wanted]
    turn = sum(normal("request", item.request) == wanted for item in items[:index])
    if turn < len(same):
        return same[turn]
    return sections.items[index] if len(items) == len(sections.items) else None


def _item_start(index: int, pointer: str, label: LabelFile, sections: Sections) -> Part | None:
    """Where an item begins; for what is read off its rationale, where that begins."""
    if index >= len(label.items):
        parts = sections.items[index] if index < len(sections.items) else None
    else:
        parts = _item_parts(index, label.items, sections)
    if parts is None:
        return None
    return parts.rationale if parts.rationale and "/reasons" in pointer else parts.request
