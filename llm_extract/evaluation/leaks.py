"""Guards that keep an evaluation honest: no letter stands in two splits, and nothing was made out of a test letter's words.

What they find names letters, files and lines and never quotes, so that a failure can be shown to somebody who must not read the
test letters. Everything is exact counting over words: nothing is sampled, the same input gives the same answer.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple, TypeAlias

from llm_extract.folding import fold

Run: TypeAlias = tuple[str, ...]
"""Words that follow each other in a text."""

_WORD = re.compile(r"[^\W_]+")
_SHINGLE = 5
_PIECE = 3
_OFTEN = 3
"""Letters of a split in which a run must stand to be called usual there."""

# What source code puts between two words of a string: "\n", "\s+" of a pattern, an escaped character, f"..." in the next line.
_NOISE = re.compile(r"""\\(?:u[\da-f]{4}|x[\da-f]{2}|[a-z])|\b[bfru]{1,2}(?=["'])""", re.IGNORECASE)


class NearDuplicate(NamedTuple):
    """Two letters of different splits, `first` before `second` in the alphabet; `similarity` is a fraction of 1."""

    first: str
    second: str
    similarity: float


class Leak(NamedTuple):
    """A file that holds words of a test letter, and the line, from 1, on which they begin."""

    source: str
    line: int
    letter_id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line} has words of {self.letter_id}"


# --- between splits --------------------------------------------------------------------------------------------------


def near_duplicates(texts: Mapping[str, str], splits: Mapping[str, str], *, threshold: float = 0.6) -> list[NearDuplicate]:
    """Pairs of letters of different splits that share at least `threshold` of the smaller one's own words, most alike first.

    Both mappings go by letter id. Compared are sets of five consecutive words of the folded text in lower case, a word with a
    digit read as "0", so that other dates and doses hide nothing. Similarity is containment: what both have over the smaller set.
    The form's own words do not count: fives that stand in three letters of each of two splits. A letter copied once never gets
    there, nor does a family of copies with one or two members in the other split. In a set so small that the form does not get
    there either, its words count.

    Measured on 62 letters (30 and 32, four layouts, two authors): unrelated ones have 0.17 at most and 0 in the median; with all
    of the form counted, as in the smallest sets, 0.50 at most. A copy with other numbers and drugs has 0.80 at least and 0.97
    in the median; where names, months, "he" and "she", "left" and "right" are others too, 0.68 and 0.85. The default lies between
    for sets of any size; a set in which the form is known can do with less and then finds letters of which a half was copied.
    Raises KeyError for a text without a split.
    """
    fives = {letter_id: set(_runs(_shapes(text), _SHINGLE)) for letter_id, text in texts.items()}
    usual = _usual_in_two(fives, splits)
    own = {letter_id: (found - usual) or found for letter_id, found in fives.items()}
    pairs = (
        NearDuplicate(first, second, _containment(own[first], own[second]))
        for first, second in combinations(sorted(texts), 2)
        if splits[first] != splits[second]
    )
    return sorted((pair for pair in pairs if pair.similarity >= threshold), key=lambda pair: (-pair.similarity, pair))


def shared_families(families: Mapping[str, str], splits: Mapping[str, str]) -> list[str]:
    """Names of families that stand in more than one split, in order; both mappings go by letter id.

    Letters of a family were written alike on purpose: rules made on one of them know the others. Raises KeyError for a letter
    without a split.
    """
    stands_in: dict[str, set[str]] = defaultdict(set)
    for letter_id, family in families.items():
        stands_in[family].add(splits[letter_id])
    return sorted(family for family, found in stands_in.items() if len(found) > 1)


def _shapes(text: str) -> list[str]:
    return ["0" if any(map(str.isdigit, word)) else word for word in _words(fold(text).text)]


def _usual_in_two(found: Mapping[str, set[Run]], splits: Mapping[str, str]) -> set[Run]:
    counts: dict[str, Counter[Run]] = defaultdict(Counter)
    for letter_id, runs in found.items():
        counts[splits[letter_id]].update(runs)
    usual = Counter(run for count in counts.values() for run, letters in count.items() if letters >= _OFTEN)
    return {run for run, in_splits in usual.items() if in_splits > 1}


def _containment(first: set[Run], second: set[Run]) -> float:
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


# --- from test letters into sources ----------------------------------------------------------------------------------


def foreign_strings(
    test_texts: Mapping[str, str], other_texts: Mapping[str, str], sources: Mapping[str, str], *, words: int = 10
) -> list[Leak]:
    """Places in `sources` (text by file name) that hold `words` consecutive words of a test letter which are its own, in order.

    A run of words is a letter's own where more than half of its pieces of three words stand in no text of `other_texts`, the
    letters that rules and prompts may be made of. So a run that stands there is nobody's own, nor is one that fills the form with
    another drug, page or specialty: one new word makes three new pieces. Without that rule no length would do: real letters,
    which had no part in the set, have runs of 25 words in common with test letters that no other letter has.
    Case, punctuation, line breaks, comment signs, escapes and the joints of a string over several lines hide nothing.

    Ten words: in the five real letters (4,000 words) runs of six to nine still trip it and those of ten do not; nor do those of
    the tests of the rules, where guideline titles and plain requests have up to nine. Pasted alone, 79 % of the test letters'
    sentences of ten words and more that no other letter has are found; the rest are known phrases with new words filled in.
    Shorter clauses pass, and so do words that a development letter has too; for such letters there is `near_duplicates`.
    """
    piece = min(_PIECE, words)
    usual = {run for text in other_texts.values() for run in _runs(_words(fold(text).text), piece)}
    owners: dict[Run, set[str]] = defaultdict(set)
    for letter_id, text in test_texts.items():
        for run in _runs(_words(fold(text).text), words):
            if _is_own(run, usual, piece):
                owners[run].add(letter_id)
    return sorted({leak for name, text in sources.items() for leak in _leaks(name, text, words, owners)})


def _is_own(run: Run, usual: set[Run], piece: int) -> bool:
    pieces = list(_runs(run, piece))
    return 2 * sum(p not in usual for p in pieces) > len(pieces)


def _leaks(name: str, text: str, words: int, owners: Mapping[Run, Iterable[str]]) -> Iterator[Leak]:
    plain = _NOISE.sub(lambda m: " " * len(m.group()), text)
    starts = [m.start() for m in _WORD.finditer(plain)]
    for at, run in zip(starts, _runs(_words(plain), words), strict=False):
        for letter_id in owners.get(run, ()):
            yield Leak(name, text.count("\n", 0, at) + 1, letter_id)


# --- words -----------------------------------------------------------------------------------------------------------


def _words(text: str) -> list[str]:
    """Words and numbers in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def _runs(words: list[str] | Run, length: int) -> Iterator[Run]:
    """Each run of `length` words in order; a text with fewer words is one run."""
    return (tuple(words[at : at + length]) for at in range(max(len(words) - length + 1, bool(words))))
