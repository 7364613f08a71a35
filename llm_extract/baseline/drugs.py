"""Drug names, from data: `data/drugs.tsv` (name, generic, kind). A drug is added there, by one line."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple


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


@lru_cache(maxsize=1)
def table() -> dict[str, Drug]:
    """Lower-case name to drug."""
    lines = resources.files("llm_extract.baseline").joinpath("data/drugs.tsv").read_text("utf-8").splitlines()[1:]
    drugs = (Drug(*line.split("\t")) for line in lines if line.strip())
    return {d.name.lower(): d for d in drugs}


_WORD = re.compile(r"[A-Za-z][A-Za-z0-9'&-]*|[#&/+]|\d+(?:\.\d+)?")
_LONGEST = 7


@lru_cache(maxsize=1)
def _first_tokens() -> dict[str, list[tuple[tuple[str, ...], Drug]]]:
    """Names by their first token, longest first, so that the longest name wins."""
    index: dict[str, list[tuple[tuple[str, ...], Drug]]] = {}
    for name, drug in table().items():
        tokens = tuple(m.group() for m in _WORD.finditer(name))
        if tokens:
            index.setdefault(tokens[0], []).append((tokens, drug))
    for entries in index.values():
        entries.sort(key=lambda e: -len(e[0]))
    return index


def mentions(text: str, start: int = 0, end: int | None = None) -> list[DrugMention]:
    """Every drug named in `text[start:end]`, in order, longest name first; linear in the text."""
    stop = len(text) if end is None else end
    tokens = [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text, start, stop)]
    index = _first_tokens()
    found: list[DrugMention] = []
    i = 0
    while i < len(tokens):
        hit = next(
            (
                (names, drug)
                for names, drug in index.get(tokens[i][0], ())
                if len(names) <= _LONGEST and tuple(t[0] for t in tokens[i : i + len(names)]) == names
            ),
            None,
        )
        if hit is None:
            hyphenated = _hyphenated(tokens[i][0])
            if hyphenated is not None:
                found.append(DrugMention(hyphenated, tokens[i][1], tokens[i][2]))
            i += 1
            continue
        names, drug = hit
        found.append(DrugMention(drug, tokens[i][1], tokens[i + len(names) - 1][2]))
        i += len(names)
    return found


def _hyphenated(token: str) -> Drug | None:
    """ "hydrocodone-acetaminophen": every part a drug of its own."""
    if "-" not in token:
        return None
    parts = [table().get(p) for p in token.split("-")]
    if len(parts) < 2 or not all(parts):
        return None
    return Drug(token, "/".join(p.generic for p in parts if p), parts[0].kind if parts[0] else "other")


def generic_of(treatment: str) -> str | None:
    """US generic name(s) of what a treatment names, joined with `/` in the order of the name; None where none is known.

    A combination written out ("Hydrocodone/APAP") has a line of its own or is put together from its parts.
    """
    found = mentions(treatment)
    if not found:
        return None
    # Names that follow each other behind "/", "," or "and" are one combination; anything later is context.
    names = [found[0].drug.generic]
    for before, after in zip(found, found[1:], strict=False):
        if not re.fullmatch(
            r"[\s/,+&-]*(?:and|with)?[\s]*|\s*(?:HCL|hydrochloride)?\s*/\s*", treatment[before.end : after.start], re.I
        ):
            if re.match(r"\s*\(", treatment[before.end : after.start]):
                continue
            break
        if after.drug.generic not in names:
            names.append(after.drug.generic)
    if len(names) == 1 and "(" in treatment and len({f.drug.generic for f in found}) == 1:
        return names[0]
    ingredients: list[str] = []
    for part in "/".join(names).split("/"):
        if part not in ingredients:
            ingredients.append(part)
    return "/".join(ingredients)
