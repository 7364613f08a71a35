"""Drug names: the table, the longest name, combinations, and generic names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline.drugs import generic_of, mentions, table


def names(text: str) -> list[str]:
    """The names as they stand in the text."""
    return [text[m.start : m.end] for m in mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He takes Norco and Soma.", ["Norco", "Soma"]),
        ("Soma Compound with Codeine", ["Soma Compound with Codeine"]),
        ("Terocin patch, then Terocin lotion", ["Terocin patch", "Terocin"]),
        ("TRAMADOL HCL ER 150mg", ["TRAMADOL HCL ER"]),
        ("Tylenol #3 at night", ["Tylenol #3"]),
        ("hydrocodone-acetaminophen", ["hydrocodone-acetaminophen"]),
        ("normal Norcot", []),
        ("somatic complaints", []),
        ("", []),
    ],
)
def test_names_are_whole_words_and_the_longest_wins(text: str, expected: list[str]) -> None:
    """A name inside a word is none, and of two names that begin alike the longer one is meant."""
    assert names(text) == expected


def test_a_part_of_a_text_is_read_with_offsets_of_the_whole() -> None:
    """Offsets are those of the text, also where only a part of it is read."""
    text = "Norco before, Soma inside, Ambien behind"
    (found,) = mentions(text, 12, 25)
    assert (text[found.start : found.end], found.drug.generic) == ("Soma", "carisoprodol")


@pytest.mark.parametrize(
    ("treatment", "generic"),
    [
        ("Norco", "hydrocodone/acetaminophen"),
        ("Hydrocodone/APAP", "hydrocodone/acetaminophen"),
        ("Hydrocodone Bitartrate/Acetaminophen", "hydrocodone/acetaminophen"),
        ("Flurbiprofen/Baclofen/Lidocaine cream", "flurbiprofen/baclofen/lidocaine"),
        ("Soma (Carisoprodol)", "carisoprodol"),
        ("Norco (Hydrocodone/APAP)", "hydrocodone/acetaminophen"),
        ("Norco instead of Percocet", "hydrocodone/acetaminophen"),
        ("Tylenol #3", "acetaminophen/codeine"),
        ("Dendracin lotion", "methyl salicylate/capsaicin/menthol"),
        ("Theramine", None),
        ("physical therapy", None),
        ("", None),
    ],
)
def test_generic_names(treatment: str, generic: str | None) -> None:
    """Names side by side are one combination, brackets say the same again, and what is named later is context."""
    assert generic_of(treatment) == generic


def test_every_name_of_the_table_is_found_and_maps_to_lower_case() -> None:
    """Each line of the table is found by its own name (spellings that differ in signs count as one), in lower case."""
    missed = [d.name for d in table().values() if [m.drug.generic for m in mentions(d.name)] != [d.generic]]
    assert missed == []
    assert all(d.generic == d.generic.lower() for d in table().values())


@given(
    st.lists(st.sampled_from(["Norco", "soma", "hydrocodone", "-", "/", "and", "#", "3", " ", "İ", "ß", "x"]), max_size=30).map(
        "".join
    )
)
def test_mentions_lie_in_the_text_in_order(text: str) -> None:
    """Any text gives mentions that lie inside it and do not overlap."""
    edges = [edge for m in mentions(text) for edge in (m.start, m.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)
    assert all(m.start < m.end for m in mentions(text))
