"""The labelled letters of this repository: no letter in two splits, and nothing made out of a test letter's words.

Failures name files, lines and letters and never quote, since whoever works on rules and prompts reads them. What fails here is
taken out of the source or the split; the checks are not made weaker.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import samples

from llm_extract.evaluation.leaks import Leak, foreign_strings, near_duplicates, shared_families
from llm_extract.letters import read_letter

GOLD = samples.ROOT / "evals" / "gold"
SPLITS = ("dev", "test")

# Whatever rules and prompts are made of or developed on. Letters that are fixtures are compared as letters, below.
PLACES = (
    ("prompts", "*"),
    ("llm_extract", "*.py"),
    ("llm_extract", "data/*"),
    ("tests", "*.py"),
    ("fixtures/labels", "*.json"),
)
FIXTURES = (("fixtures/letters", "*.txt"), ("fixtures/pdf_source", "*.txt"))

ALIKE = 0.35
"""Stricter than the default: this set is large enough to know its form, and its unrelated letters have 0.17 at most."""

A_SENTENCE = 16
"""Words. Fixture letters are full of guideline lines, and these share up to fifteen with test letters and no `dev` letter."""


@lru_cache
def texts(split: str) -> dict[str, str]:
    """The letters of a split by id, the fixture letters by the name of their file."""
    if split == "fixtures":
        return {f"fixture {name}": samples.letter(name).text for name in samples.NAMES}
    return {path.stem: read_letter(path).text for path in sorted((GOLD / "text").glob(f"{split}-*"))}


@lru_cache
def manifest() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Every line of the manifests, with the split that its file is named after."""
    return tuple(
        (split, json.loads(line))
        for split in SPLITS
        for line in (GOLD / f"manifest-{split}.jsonl").read_text("utf-8").splitlines()
    )


@lru_cache
def files(place: tuple[str, str]) -> dict[str, str]:
    """The text of the files of a place, by their path."""
    folder, pattern = place
    paths = [path for path in (samples.ROOT / folder).rglob(pattern) if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(samples.ROOT)): _text(path) for path in sorted(paths)}


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def sources() -> dict[str, str]:
    """All that must not hold a test letter's words, by path."""
    return {name: text for place in PLACES for name, text in files(place).items()}


def lines(found: Iterable[object]) -> str:
    """One finding a line, for the message of a failure."""
    return "\n".join(map(str, found))


# --- splits ----------------------------------------------------------------------------------------------------------


def test_each_letter_has_one_line_in_the_manifest_of_its_split() -> None:
    """No letter lacks its line or has two, no line lacks its letter, and all three ways to say the split agree."""
    listed = Counter((split, line["letter_id"]) for split, line in manifest())
    there = Counter((path.stem.partition("-")[0], path.stem) for path in (GOLD / "text").iterdir())
    wrong = [f"{letter_id}: {count} lines in manifest-{split}.jsonl" for (split, letter_id), count in listed.items() if count > 1]
    wrong += [f"{letter_id}: no line in manifest-{split}.jsonl" for split, letter_id in there.keys() - listed.keys()]
    wrong += [f"{letter_id}: no letter of {split}" for split, letter_id in listed.keys() - there.keys()]
    wrong += [f"{line['letter_id']}: split {line['split']!r}" for split, line in manifest() if line["split"] != split]
    assert not wrong, lines(sorted(wrong))
    assert {split for split, _ in there} == set(SPLITS)


def test_no_family_stands_in_two_splits() -> None:
    """What was written alike on purpose is either developed on or reported."""
    families = {line["letter_id"]: line["family"] for _, line in manifest()}
    found = shared_families(families, {line["letter_id"]: split for split, line in manifest()})
    members = [f"{family}: {', '.join(i for i, name in families.items() if name == family)}" for family in found]
    assert not members, lines(members)


def test_no_letter_is_a_copy_of_one_of_another_split() -> None:
    """Neither a `dev` letter nor a fixture, on which rules are developed too, is a test letter in other clothes."""
    known = texts("dev") | texts("fixtures")
    splits = dict.fromkeys(known, "dev") | dict.fromkeys(texts("test"), "test")
    found = near_duplicates(known | texts("test"), splits, threshold=ALIKE)
    assert not found, lines(f"{pair.first} and {pair.second}: {pair.similarity:.2f}" for pair in found)


# --- sources ---------------------------------------------------------------------------------------------------------


def leaks(given: dict[str, str]) -> list[Leak]:
    """Places with words that only test letters have."""
    return foreign_strings(texts("test"), texts("dev") | texts("fixtures"), given)


def test_no_source_has_words_of_a_test_letter() -> None:
    """Prompts, rules, their data, their tests and the fixtures' labels were made without the test letters."""
    found = leaks(sources())
    assert not found, lines(found)


def test_no_fixture_letter_has_a_sentence_of_a_test_letter() -> None:
    """What a fixture says at a sentence's length is its own, the form's or a `dev` letter's."""
    fixtures = {name: text for place in FIXTURES for name, text in files(place).items()}
    assert len(fixtures) == len(samples.NAMES)
    found = foreign_strings(texts("test"), texts("dev"), fixtures, words=A_SENTENCE)
    assert not found, lines(found)


def test_a_test_letter_in_any_source_would_be_found() -> None:
    """The guard is awake: each test letter, pasted behind a source of each place, is named with that source."""
    for place in PLACES:
        name, text = next(iter(files(place).items()))
        named = {leak.letter_id for leak in leaks({name: "\n".join((text, *texts("test").values()))})}
        missed = sorted(texts("test").keys() - named)
        assert not missed, f"{name}: not found are {', '.join(missed)}"
