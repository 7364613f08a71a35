"""Proofs, from the tree of a pattern, that it hits nowhere without certain words or letters: what short cuts rest on.

The proofs are one-sided: what is proved holds of every text, what is not proved may hold all the same. They read the tree that
`re` itself compiles, so that they see every alternative. Look-arounds are taken as always true, which can only widen a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Node = tuple[Any, Any]
Nodes = tuple[Node, ...]
_MOST_TEXTS = 5000


class _UnknownError(Exception):
    """The pattern does not say which letters stand there, or says others than those that are needed."""


def tree(pattern: str) -> Nodes:
    """The nodes of a pattern in a row."""
    return tuple(_parser.parse(pattern))


@dataclass(frozen=True)
class Needs:
    """A match holds some of `letters`, or a word that begins so: its first `length` letters, or all of a shorter one."""

    beginnings: Collection[str] = ()
    letters: Collection[str] = ()
    length: int = 4

    def are_proved(self, pattern: re.Pattern[str]) -> bool:
        """Whether every match of the pattern, in any text, must hold one of these."""
        assert not pattern.flags & re.IGNORECASE
        return self._hold_in(tree(pattern.pattern), (), ())

    def _hold_in(self, body: Nodes, before: Nodes, behind: Nodes) -> bool:
        """Whether what begins in `body` (with `before` matched just before it and `behind` just after) holds one of them."""
        return any(self._hold_from(body, i, before, behind) for i in range(len(body)))

    def _hold_from(self, body: Nodes, i: int, before: Nodes, behind: Nodes) -> bool:
        ahead, (kind, of) = before + body[:i], body[i]
        return (
            self._a_word_begins(body[i:] + behind, ahead)
            or self._letters_stand(body[i:])
            or (kind is op.SUBPATTERN and self._hold_in(tuple(of[3]), ahead, body[i + 1 :] + behind))
            or (kind is op.BRANCH and all(self._hold_in(tuple(one), ahead, body[i + 1 :] + behind) for one in of[1]))
            or (kind in _REPEATS and of[0] >= 1 and self._hold_in(tuple(of[2]), (), ()))
        )

    def _a_word_begins(self, nodes: Nodes, before: Nodes) -> bool:
        if not self.beginnings or not _ends_outside_of_a_word(before):
            return False
        try:
            return self._begin(nodes, "")
        except _UnknownError:
            return False

    def _begin(self, nodes: Nodes, got: str) -> bool:
        """True where the word of which `got` is known is sure to be one of the beginnings; else `_UnknownError`."""
        if len(got) == self.length:
            return self._is_needed(got)
        if not nodes:
            raise _UnknownError
        (kind, of), rest = nodes[0], nodes[1:]
        if kind in (op.LITERAL, op.IN):
            return all(self._goes_on(letter, rest, got) for letter in _letters(kind, of))
        if kind is op.BRANCH:
            return all(self._begin(tuple(one) + rest, got) for one in of[1])
        if kind is op.SUBPATTERN:
            return self._begin(tuple(of[3]) + rest, got)
        if kind in _REPEATS:
            return all(self._begin(way, got) for way in _ways(kind, of, rest))
        if got and _ends_a_word(kind, of):
            return self._is_needed(got)
        if kind in (op.AT, op.ASSERT, op.ASSERT_NOT):
            return self._begin(rest, got)
        raise _UnknownError

    def _goes_on(self, letter: str, rest: Nodes, got: str) -> bool:
        if _of_a_word(letter):
            return self._begin(rest, got + letter)
        return self._is_needed(got)

    def _is_needed(self, word: str) -> bool:
        if word not in self.beginnings:
            raise _UnknownError
        return True

    def _letters_stand(self, nodes: Nodes) -> bool:
        """Whether some letters are sure to stand in what these nodes, from the first on, match."""
        open_ = {""}
        for node in nodes if self.letters else ():
            ways = _texts(node)
            if ways is None or len(open_) * len(ways) > _MOST_TEXTS:
                return False
            open_ = {text for text in _joined(open_, ways) if not any(letters in text for letters in self.letters)}
            if not open_:
                return True
        return False


_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)


def _ways(kind: Any, of: Any, rest: Nodes) -> Iterator[Nodes]:
    """None of a repetition, and one with the others behind it."""
    least, most, body = of
    if least == 0:
        yield rest
    if body.getwidth()[0] == 0:
        raise _UnknownError
    more = most if most is op.MAXREPEAT else most - 1
    again = ((kind, (max(least - 1, 0), more, body)),) if more else ()
    yield (*tuple(body), *again, *rest)


def _letters(kind: Any, of: Any) -> Iterator[str]:
    """The letters that a literal or a class of letters stands for."""
    for one, what in ((op.LITERAL, of),) if kind is op.LITERAL else of:
        if one is op.LITERAL:
            yield chr(what)
        elif one is op.RANGE:
            yield from map(chr, range(what[0], what[1] + 1))
        else:
            raise _UnknownError


def _of_a_word(letter: str) -> bool:
    return re.match(r"\w", letter) is not None


_NO_LETTER_OF_A_WORD = (op.CATEGORY, op.CATEGORY_NOT_WORD)
_LETTER_OF_A_WORD = (op.CATEGORY, op.CATEGORY_WORD)


def _is_word_class_within(nodes: Any) -> bool:
    """Whether these nodes are one class of letters with all letters of words in it."""
    return len(nodes) == 1 and nodes[0][0] is op.IN and _LETTER_OF_A_WORD in nodes[0][1]


def _ends_a_word(kind: Any, of: Any) -> bool:
    r"""Whether behind a letter of a word this says that the word has ended: \b, $, (?!\w)."""
    if kind is op.AT:
        return of in (op.AT_BOUNDARY, op.AT_END, op.AT_END_STRING)
    return kind is op.ASSERT_NOT and of[0] == 1 and _is_word_class_within(of[1])


def _ends_outside_of_a_word(nodes: Nodes) -> bool:
    """Whether a letter of a word that comes next is sure to begin one."""
    if not nodes:
        return False
    (kind, of), before = nodes[-1], nodes[:-1]
    if kind in (op.AT, op.ASSERT, op.ASSERT_NOT):
        return _begins_a_word(kind, of) or _ends_outside_of_a_word(before)
    if kind in (op.LITERAL, op.IN):
        return _has_no_letter_of_a_word(kind, of)
    if kind is op.SUBPATTERN:
        return _ends_outside_of_a_word(before + tuple(of[3]))
    if kind is op.BRANCH:
        return all(_ends_outside_of_a_word(before + tuple(one)) for one in of[1])
    if kind in _REPEATS:
        once = of[2].getwidth()[0] > 0 and _ends_outside_of_a_word(tuple(of[2]))
        return once and (of[0] > 0 or _ends_outside_of_a_word(before))
    return False


def _begins_a_word(kind: Any, of: Any) -> bool:
    r"""Whether before a letter of a word this says that the word begins here: \b, ^, (?<!\w)."""
    if kind is op.AT:
        return of in (op.AT_BOUNDARY, op.AT_BEGINNING, op.AT_BEGINNING_STRING)
    return kind is op.ASSERT_NOT and of[0] == -1 and _is_word_class_within(of[1])


def _has_no_letter_of_a_word(kind: Any, of: Any) -> bool:
    if kind is op.IN and all(one == _NO_LETTER_OF_A_WORD for one in of):
        return True
    try:
        return not any(map(_of_a_word, _letters(kind, of)))
    except _UnknownError:
        return False


def _texts(node: Node) -> set[str] | None:
    """Every text that a node can match, None where they are too many."""
    kind, of = node
    if kind in (op.AT, op.ASSERT, op.ASSERT_NOT):
        return {""}
    if kind in (op.LITERAL, op.IN):
        return _classed(kind, of)
    if kind is op.SUBPATTERN:
        return _texts_of(of[3])
    if kind is op.BRANCH:
        ways = [_texts_of(one) for one in of[1]]
        return None if None in ways else {text for way in ways if way for text in way}
    if kind in _REPEATS and of[1] == 1:
        once = _texts_of(of[2])
        return None if once is None else once | ({""} if of[0] == 0 else set())
    return None


def _classed(kind: Any, of: Any) -> set[str] | None:
    try:
        return set(_letters(kind, of))
    except _UnknownError:
        return None


def _texts_of(nodes: Iterable[Node]) -> set[str] | None:
    texts = {""}
    for node in nodes:
        ways = _texts(node)
        if ways is None or len(texts) * len(ways) > _MOST_TEXTS:
            return None
        texts = set(_joined(texts, ways))
    return texts


def _joined(texts: Iterable[str], ways: Collection[str]) -> Iterator[str]:
    return (text + way for text in texts for way in ways)
