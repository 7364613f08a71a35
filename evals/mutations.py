"""Letters as bad copies of themselves: what exports, scanners, copy and paste do to text, at random.

`tests/test_mutated_letters.py` tries some hundreds of them at every run, `evals/fuzz.py` as many as one has time for. A
mutation takes a text, another letter's text and a source of chance, and gives a text; `rewrapped` breaks lines elsewhere and
changes nothing that is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

Mutation = Callable[[str, str, Random], str]

FOOTERS = (
    "Final Determination Letter for IMR Case Number CM15-0012345 {n}",
    "Final Determination Letter for IMR Case Number CM15-0012345    Page {n} of 9",
    "Final Letter of Determination      Form Effective 5.16.13                                Page {n} of 9",
    "Final Letter of Determination Form Effective 12.09.13 {n} of 9",
    "CM15-0012345 Page {n} of 9",
    "Page | {n}",
    "{n} | P a g e",
    "- {n} -",
)
"""Footers that can be nothing else; {n} is the page's number."""

PAGE_BREAKS = (
    "\n{footer}\n",
    "\n\n{footer}\n\n",
    "\n{footer}\n\f",
    "\n\n{footer}\n\n\f\n",
    "\r\n{footer}\r\n",
    " \n \n{footer} \n \n",
)
_NOISE = (
    "\0",
    "\ufffd",
    "\u0301",
    "\u200b",
    "\u00ad",
    "\u202e",
    "\t",
    "\f",
    "\r",
    "|",
    "(",
    '"',
    ";",
    ",",
    ".",
    ":",
    "-",
    "–",
    "1",
    "½",
    "🙂",
)


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _two(chance: Random, length: int) -> tuple[int, int]:
    return tuple(sorted((chance.randint(0, length), chance.randint(0, length))))  # type: ignore[return-value]


def delete_lines(text: str, other: str, chance: Random) -> str:
    """Some lines are gone."""
    lines = _lines(text)
    at = chance.randrange(len(lines))
    return "\n".join(lines[:at] + lines[at + chance.randint(1, 6) :])


def double_lines(text: str, other: str, chance: Random) -> str:
    """Some lines stand twice."""
    lines = _lines(text)
    at = chance.randrange(len(lines))
    again = at + chance.randint(1, 12)
    return "\n".join(lines[:again] + lines[at:])


def swap_lines(text: str, other: str, chance: Random) -> str:
    """Two lines have changed places."""
    lines = _lines(text)
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def cut(text: str, other: str, chance: Random) -> str:
    """Only the beginning, the end, or all but the middle is left."""
    a, b = _two(chance, len(text))
    return chance.choice((text[:a], text[b:], text[:a] + text[b:], text[a:b]))


def join_lines(text: str, other: str, chance: Random) -> str:
    """Some line ends became spaces, or nothing."""
    share, instead = chance.choice((0.05, 0.5, 1.0)), chance.choice((" ", ""))
    return "".join(instead if c == "\n" and chance.random() < share else c for c in text)


def insert_footers(text: str, other: str, chance: Random) -> str:
    """Page footers fell into the text, behind any word."""
    gaps = [m.start() for m in re.finditer(r"\s", text)] or [0]
    footer, page_break = chance.choice(FOOTERS), chance.choice(PAGE_BREAKS)
    places = sorted(chance.choice(gaps) for _ in range(chance.randint(1, 5)))
    for n, at in reversed(list(enumerate(places, start=1))):
        text = text[:at] + page_break.format(footer=footer.format(n=n)) + text[at:]
    return text


def double_spaces(text: str, other: str, chance: Random) -> str:
    """Some spaces are wider."""
    share, wide = chance.choice((0.05, 0.5, 1.0)), chance.choice(("  ", "     ", "\u00a0", " \t"))
    return "".join(wide if c == " " and chance.random() < share else c for c in text)


def drop_spaces(text: str, other: str, chance: Random) -> str:
    """Some spaces are gone."""
    share = chance.choice((0.01, 0.1, 1.0))
    return "".join("" if c == " " and chance.random() < share else c for c in text)


def break_lines(text: str, other: str, chance: Random) -> str:
    """Lines end at some spaces."""
    share, end = chance.choice((0.02, 0.2, 1.0)), chance.choice(("\n", "\n\n", "\r\n", " \n \n", "\r", "\f"))
    return "".join(end if c == " " and chance.random() < share else c for c in text)


def splice(text: str, other: str, chance: Random) -> str:
    """A letter goes on as another one, or holds a piece of it."""
    a, (b, c) = chance.randint(0, len(text)), _two(chance, len(other))
    return chance.choice((text[:a] + other[b:], text[:a] + other[b:c] + text[a:]))


def insert_noise(text: str, other: str, chance: Random) -> str:
    """Signs that nobody wrote stand in the text, singly or many of them."""
    for _ in range(chance.randint(1, 20)):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(_NOISE) * chance.choice((1, 1, 1, 2, 40)) + text[at:]
    return text


def change_case(text: str, other: str, chance: Random) -> str:
    """All, or a piece, stands in capitals or small letters."""
    a, b = _two(chance, len(text))
    return text[:a] + chance.choice((str.upper, str.lower, str.title))(text[a:b]) + text[b:]


def change_signs(text: str, other: str, chance: Random) -> str:
    """Some digits and letters are others, as scanners read them."""
    for _ in range(chance.randint(1, 12)):
        if text:
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice("0123456789OIl/.,-# ") + text[at + 1 :]
    return text


MUTATIONS: Mapping[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        *(delete_lines, double_lines, swap_lines, cut, join_lines, insert_footers, double_spaces, drop_spaces, break_lines),
        *(splice, insert_noise, change_case, change_signs),
    )
}


def mutated(text: str, other: str, chance: Random) -> tuple[str, list[str]]:
    """The text after one to four mutations, and their names."""
    names = [chance.choice(sorted(MUTATIONS)) for _ in range(chance.randint(1, 4))]
    for name in names:
        text = MUTATIONS[name](text, other, chance)
    return text, names


# A line end inside a sentence: small letters on both sides, so that no heading, label or list begins or ends there.
_INSIDE = re.compile(r"(?<=[a-z][a-z,])[^\S\n\r\f]*(?P<ends>(?:\r?\n[^\S\n\r\f]*)+)(?=[a-z]{2})")
_SPACE = re.compile(r"(?<=[a-z][a-z,]) (?=[a-z]{2})(?!for IMR)")  # a footer torn in two is another matter


def rewrapped(text: str, chance: Random) -> str:
    """The same words, lines broken elsewhere: inside of sentences only, with as many line ends as the letter has there."""
    ends = [m["ends"] for m in _INSIDE.finditer(text)]
    if not ends:
        return text
    usual = max(set(ends), key=lambda end: (ends.count(end), end))
    joined = _INSIDE.sub(lambda m: " " if chance.random() < 0.5 and m["ends"] == usual else m.group(), text)
    return _SPACE.sub(lambda m: usual if chance.random() < 0.05 else m.group(), joined)
