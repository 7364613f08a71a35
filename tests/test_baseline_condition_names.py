"""Conditions that a model named, as the list that they stand in has them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline.condition_names import as_listed

LISTS: list[tuple[str, list[str], list[str]]] = [
    ("PTSD, chronic, and anxiety", ["PTSD", "chronic", "anxiety"], ["PTSD, chronic", "anxiety"]),
    (
        "Major depressive disorder, single episode, moderate",
        ["Major depressive disorder", "single episode", "moderate"],
        ["Major depressive disorder, single episode, moderate"],
    ),
    (
        "corneal ulcer, stromal scarring, ocular hypertension",
        ["corneal ulcer, stromal scarring, ocular hypertension"],
        ["corneal ulcer", "stromal scarring", "ocular hypertension"],
    ),
    ("lumbar strain and gait change", ["lumbar strain and gait change"], ["lumbar strain and gait change"]),
    (
        "stable T12 compression fracture",
        ["T12 compression fracture", "stable T12 compression fracture"],
        ["stable T12 compression fracture"],
    ),
    ("a hernia, later a recurrent hernia", ["hernia", "recurrent hernia"], ["recurrent hernia"]),
    ("knee sprain. X-rays: knee sprain", ["knee sprain", "knee sprain"], ["knee sprain"]),
    ("laminectomy, lumbar flexion, neurologically intact", ["laminectomy", "lumbar flexion", "neurologically intact"], []),
]


@pytest.mark.parametrize(("text", "named", "listed"), LISTS)
def test_named_conditions_stand_as_the_letter_lists_them(text: str, named: list[str], listed: list[str]) -> None:
    """Qualifiers go on, lists are split, the longer words stand, and what is no condition is left out."""
    places = [(text.index(name), text.index(name) + len(name)) for name in named]
    assert [text[a:b] for a, b in as_listed(text, places)] == listed


@given(
    st.text("abc ,;.-()1/and strain tear", max_size=80), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=5)
)
def test_entries_lie_in_what_was_named(text: str, ends: list[tuple[int, int]]) -> None:
    """Whatever is named, entries are in order, apart, within the named range, and each says something."""
    places = [(a, b) for a, b in ends if a < b <= len(text)]
    listed = as_listed(text, places)
    assert listed == sorted(listed)
    assert all(before[1] <= after[0] for before, after in pairwise(listed))
    assert all(min(a for a, _ in places) <= a < b <= max(b for _, b in places) and text[a:b].strip() for a, b in listed)
