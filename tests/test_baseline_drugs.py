"""Drug names: the table, the longest name, combinations, and generic names."""

from __future__ import annotations

import re
from collections import Counter
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline.drugs import generic_of, mentions, table
from llm_extract.baseline.kinds import category_of

TABLE = resources.files("llm_extract.baseline").joinpath("data/drugs.tsv")


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


def lines() -> list[str]:
    """The table's lines, its head aside."""
    return [line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("# ")]


def test_the_table_says_where_it_comes_from() -> None:
    """The head of the file names its source, and the columns follow."""
    text = TABLE.read_text("utf-8")
    assert text.startswith("# ")
    assert "# Source: " in text.partition("\nname\t")[0]
    assert lines()[0] == "name\tgeneric\tkind"


def test_the_table_is_well_formed() -> None:
    """Three columns without spaces at their ends, sorted by name without regard to case, no name twice."""
    rows = [line.split("\t") for line in lines()[1:]]
    assert [row for row in rows if len(row) != 3 or [cell.strip() for cell in row] != row or not row[0] or not row[2]] == []
    names = [row[0].lower() for row in rows]
    assert names == sorted(names)
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_every_kind_of_the_table_is_explained() -> None:
    """The kinds of the table are those that the page beside it lists."""
    page = TABLE.parent.joinpath("README.md").read_text("utf-8")
    listed = set(re.findall(r"`(\w+)`", page.partition("## Kinds")[2].partition("## How to match")[0]))
    assert {drug.kind for drug in table().values()} <= listed


# International names, and what stands for them in the United States.
NOT_US = (
    *("paracetamol", "salbutamol", "pethidine", "dextropropoxyphene", "adrenaline", "noradrenaline", "lignocaine", "frusemide"),
    *("ciclosporin", "glibenclamide", "suxamethonium", "rifampicin", "aciclovir", "simeticone", "levomepromazine", "amoxycillin"),
)


def test_generic_names_are_those_of_the_united_states() -> None:
    """No ingredient has an international name that differs from the US one, a salt's sign or a capital letter."""
    ingredients = {one for drug in table().values() for one in drug.generic.split("/") if one}
    assert ingredients.isdisjoint(NOT_US)
    assert [one for one in ingredients if not re.fullmatch(r"[a-z0-9][a-z0-9' .,-]*[a-z0-9]", one)] == []


ASKED_FOR = {
    "Fluriflex": "flurbiprofen/cyclobenzaprine",
    "TGHot": "tramadol/gabapentin/menthol/camphor/capsaicin",
    "UltraFlex-G": "gabapentin/cyclobenzaprine/tramadol",
    "Flurlido-A": "flurbiprofen/lidocaine/amitriptyline",
    "Gabaketolido": "gabapentin/ketoprofen/lidocaine",
    "Terocin": "methyl salicylate/capsaicin/menthol/lidocaine",
    "Terocin patches": "lidocaine/menthol",
    "Medrox": "methyl salicylate/menthol/capsaicin",
    "LidoPro": "capsaicin/lidocaine/menthol/methyl salicylate",
    "Menthoderm": "methyl salicylate/menthol",
    "Ketoprofen cream": "ketoprofen",
    "Synapryn": "tramadol",
    "Fanatrex": "gabapentin",
    "Deprizine": "ranitidine",
    "Dicopanol": "diphenhydramine",
    "Vicoprofen": "hydrocodone/ibuprofen",
    "Nuedexta": "dextromethorphan/quinidine",
    "Tramadol HCl ER": "tramadol",
    "Cyclobenzaprine HCI": "cyclobenzaprine",
    "Trazadone": "trazodone",
    "Zanaflax": "tizanidine",
    "Omeprezole": "omeprazole",
    "Theratramadol": None,
    "Gabadone": None,
    "Sentra PM": None,
    "Trepadone": None,
    "Strazepam": None,
}


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_letters_of_injured_workers_ask_for_is_known(name: str) -> None:
    """Compounds, kits, medical foods, salts, release forms and slips are drugs, with a generic name where one is settled."""
    assert category_of(name, name) == "medication"
    assert generic_of(name) == ASKED_FOR[name]


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


@given(
    st.lists(st.sampled_from([*list(table())[:200], "takes", "mg", "and", ",", "(", "12", "x9norco"]), max_size=12).map(" ".join)
)
def test_passing_over_a_text_without_the_first_word_of_a_drug_changes_nothing(text: str) -> None:
    """A hyphen behind a text, which has every word of it looked at, changes nothing in what it names."""
    assert mentions(text) == mentions(f"{text} -", 0, len(text) + 2)
