"""Drug names, from data: `data/drugs.tsv` (name, generic, kind). A drug is added there, by one line."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from itertools import islice, pairwise
from typing import NamedTuple

from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import lower


class Drug(NamedTuple):
    """One line of the table. `generic` holds ingredients joined with `/`, lower case."""

    name: str
    generic: str
    kind: str


class DrugMention(NamedTuple):
    """A drug named in a text, with the offsets of the name."""

    drug: Drug
    start: int
    end: int


_COMMENT = "# "


@lru_cache(maxsize=1)
def table() -> dict[str, Drug]:
    """Lower-case name to drug."""
    text = resources.files("llm_extract.baseline").joinpath("data/drugs.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith(_COMMENT)]
    return {d.name.lower(): d for d in (Drug(*line.split("\t")) for line in lines[1:])}


_WORD = re.compile(r"[a-z][a-z0-9'&-]*|[#&/+]|\d+(?:\.\d+)?")


@lru_cache(maxsize=1)
def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], Drug]]]:
    """Names by their first word, longest first, so that the longest name wins."""
    index: dict[str, list[tuple[tuple[str, ...], Drug]]] = {}
    for name, drug in table().items():
        words = tuple(_WORD.findall(name))
        if words:
            index.setdefault(words[0], []).append((words, drug))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


def mentions(text: str, start: int = 0, end: int | None = None) -> list[DrugMention]:
    """Every drug named in `text[start:end]`, in order, longest name first; linear in the text."""
    words = lower(text[start:end])
    index = _by_first_word()
    if "-" not in words and index.keys().isdisjoint(_WORD.findall(words)):  # most sentences; the rest below takes twice as long
        return []
    found: list[DrugMention] = []
    at = 0
    for m in _WORD.finditer(words):
        if m.start() < at:
            continue
        first = m.group()
        hit = _longest(words, m, index[first]) if first in index else _hyphenated(first, m.end())
        if hit is not None:
            at = hit[1]
            found.append(DrugMention(hit[0], start + m.start(), start + at))
    return found


def _longest(text: str, first: re.Match[str], entries: list[tuple[tuple[str, ...], Drug]]) -> tuple[Drug, int] | None:
    """The longest of the names that begin with this word which stands here, and where it ends."""
    if len(entries[0][0]) == 1:
        return entries[0][1], first.end()
    here = [first, *islice(_WORD.finditer(text, first.end()), len(entries[0][0]) - 1)]
    words = tuple(m.group() for m in here)
    return next(((drug, here[len(names) - 1].end()) for names, drug in entries if words[: len(names)] == names), None)


def _hyphenated(word: str, end: int) -> tuple[Drug, int] | None:
    """A combination whose parts are each a drug, as in "hydrocodone-acetaminophen"."""
    if "-" not in word:
        return None
    parts = [drug for part in word.split("-") if (drug := table().get(part)) is not None]
    if len(parts) < 2 or len(parts) != word.count("-") + 1:
        return None
    return Drug(word, "/".join(p.generic for p in parts), parts[0].kind), end


NAMED = Rule(
    name="generic.named",
    why="The table says what the named drug is made of.",
    examples={
        "Norco": "hydrocodone/acetaminophen",
        "Soma (Carisoprodol)": "carisoprodol",
        "TGHot cream": "tramadol/gabapentin/menthol/camphor/capsaicin",
        "Theramine": None,
        "physical therapy": None,
    },
)
COMBINED = Rule(
    name="generic.side_by_side",
    why='Drugs that follow each other behind "/", "," or "and" are one combination, in that order.',
    pattern=compiled(r"[\s/,+&-]*(?:and|with)?\s*|\s*(?:hcl|hydrochloride)?\s*/\s*"),
    examples={
        "Flurbiprofen/Baclofen/Lidocaine cream": "flurbiprofen/baclofen/lidocaine",
        "Ketoprofen and gabapentin": "ketoprofen/gabapentin",
        "Norco instead of Percocet": None,
    },
)
RULES = (NAMED, COMBINED)


def generic_of(treatment: str) -> str | None:
    """US generic name(s) of what a treatment names, joined with `/` in the order of the name; None where none is known.

    A combination written out ("Hydrocodone/APAP") has a line of its own or is put together from its parts.
    """
    return generic_by(treatment)[0]


def generic_by(treatment: str) -> tuple[str | None, str]:
    """`generic_of` and the rule that gave it."""
    generics = _generics(treatment)
    generic = "/".join(dict.fromkeys(ingredient for g in generics for ingredient in g.split("/") if g))
    return generic or None, (COMBINED if len(generics) > 1 else NAMED).name


def _generics(treatment: str) -> list[str]:
    """One entry a name of the combination; in brackets stands the same drug again, later ones are context."""
    found = mentions(treatment)
    generics = [found[0].drug.generic] if found else []
    for before, after in pairwise(found):
        between = lower(treatment[before.end : after.start])
        if COMBINED.pattern and COMBINED.pattern.fullmatch(between):
            generics.append(after.drug.generic)
        elif not between.lstrip().startswith("("):
            break
    return generics


def _read(rule: Rule, words: str) -> str | None:
    generic, by = generic_by(words)
    return generic if by == rule.name else None


MATTER = Matter(RULES, _read)
