"""When two values of a field are the same.

Each value is brought into a normal form by its field's comparator, and forms are equal or not. No similarity makes a value
right; it only tells a wrong value from a missing and an invented one.

| comparator | fields | what does not count |
|---|---|---|
| `exact` | enums, numbers, dates, flags | the way a number is written: 12 and 12.0 |
| `words` | short texts, entries of lists | case, white space, typographic quotes and dashes, punctuation (.,:;) at both ends |
| `verbatim` | `request`, `rationale` | as `words`; and white space and hyphens anywhere, which PDF text doubles and drops |
| `strength` | `strength` | case and white space |
| `citation` | guidelines | as `words` in title and section; the order of pages, and a page said twice |

`retrospective` false is an absence: a point for every item that is not retrospective would only flatter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from rapidfuzz import fuzz

from llm_extract.schema import BY_NAME, Citation
from llm_extract.values import plain

Comparator = Literal["exact", "words", "verbatim", "strength", "citation"]
Normal = str | int | float | bool | tuple[Any, ...] | None
"""A value as it is compared: hashable, None for "the letter does not say"."""

_COMPARATORS: dict[str, Comparator] = {
    "case_number": "words",
    "licensed_states": "words",
    "specialties": "words",
    "diagnoses": "words",
    "medications": "words",
    "prior_treatments": "words",
    "request": "verbatim",
    "treatment": "words",
    "generic_name": "words",
    "strength": "strength",
    "frequency": "words",
    "body_part": "words",
    "claims_admin_guidelines": "citation",
    "reviewer_guidelines": "citation",
    "rationale": "verbatim",
}


def comparator_of(name: str) -> Comparator:
    """The comparator of a field by its name."""
    return _COMPARATORS.get(name, "exact")


def normal(name: str, value: Any) -> Normal:
    """The normal form of one value (one entry, for a list field) of the field `name`."""
    if value is None or (name == "retrospective" and value is False):
        return None
    return _NORMAL[comparator_of(name)](value) or None if isinstance(value, str) else _NORMAL[comparator_of(name)](value)


def words(text: str) -> str:
    """Lower case, plain quotes and dashes, single spaces, no punctuation at the ends."""
    return " ".join(plain(text).casefold().split()).strip(" .,:;")


def squeezed(text: str) -> str:
    """`words` without white space and hyphens."""
    return words(re.sub(r"[\s\-]+", "", plain(text)))


def _exact(value: Any) -> Normal:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value  # type: ignore[no-any-return]  # an enum's string, a number or a flag


def _strength(value: str) -> str:
    return "".join(value.casefold().split())


def _citation(value: Citation) -> Normal:
    section = words(value.section) or None if value.section else None
    return (value.source, words(value.title), section, tuple(sorted(set(value.pages))))


_NORMAL: dict[Comparator, Callable[[Any], Normal]] = {
    "exact": _exact,
    "words": words,
    "verbatim": squeezed,
    "strength": _strength,
    "citation": _citation,
}


def similarity(name: str, a: Normal, b: Normal) -> float:
    """How alike two normal forms of a list field's entries are, 0 to 1: a slip of one entry, or two entries.

    Codes (`reasons`) are alike only where they are equal.
    """
    if comparator_of(name) == "exact":
        return float(a == b)
    return fuzz.token_sort_ratio(_text(a), _text(b)) / 100


def _text(value: Normal) -> str:
    if isinstance(value, tuple):
        source, title, section, pages = value
        return f"{source} {title} {section or ''} {' '.join(map(str, pages))}"
    return str(value)


def is_list(name: str) -> bool:
    """Whether a field has a list of entries, each of which is a leaf."""
    return BY_NAME[name].is_list
