"""A request while it is read: each rule marks the characters that it used, and what no rule used is the treatment.

That is how the contract defines the treatment, and why the rules of a request share one object. A used character is hidden from
later rules, so that no two rules read the same number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from llm_extract.baseline.rule import Rule
from llm_extract.values import lower

_USED = re.compile(rb"\x01+")
Place = tuple[int, int]
"""Half-open offsets into the request."""


class Value(NamedTuple):
    """A value of a request, the places that prove it in the order of its words, and the name of the rule that read it."""

    value: object
    places: tuple[Place, ...]
    by: str


@dataclass
class Line:
    """A request: its text, which characters are used, what is left in lower case (`rest`, used ones as NUL), and the values.

    `product` is the count that a rate multiplies out to; an explicit count goes before it. `asked` is the text as written
    without dates and lead-in, for the rules that read a compound. `commas` are places of commas that stay in the treatment.
    """

    text: str
    latest_year: int | None = None
    used: bytearray = field(default_factory=bytearray)
    rest: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    product: Value | None = None
    asked: str = ""
    commas: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.used = bytearray(len(self.text))
        self.rest = lower(self.text)

    def use(self, *places: Place) -> None:
        """Mark characters as used."""
        for start, end in places:
            self.used[start:end] = b"\x01" * (end - start)
            self.hide((start, end))

    def hide(self, place: Place) -> None:
        """Keep characters from later rules without using them."""
        start, end = place
        self.rest = self.rest[:start] + "\0" * (end - start) + self.rest[end:]

    def matches(self, rule: Rule) -> Iterator[re.Match[str]]:
        """The hits of a rule's pattern on characters that are still free."""
        return rule.pattern.finditer(self.rest) if rule.pattern and rule.may_hit(self.rest) else iter(())

    def first(self, rule: Rule) -> re.Match[str] | None:
        """The first hit of a rule's pattern on characters that are still free."""
        return rule.search(self.rest)

    def put(self, name: str, value: object, *places: Place, by: str) -> None:
        """Record a value; the first rule that gives one wins."""
        self.values.setdefault(name, Value(value, places, by))

    def words(self, place: Place) -> str:
        """The text of a place, as written."""
        return self.text[slice(*place)]

    def unused(self) -> str:
        """The text as written, used characters as NUL."""
        text = self.text
        for m in _USED.finditer(self.used):
            text = text[: m.start()] + "\0" * (m.end() - m.start()) + text[m.end() :]
        return text

    def cut(self) -> str:
        """The used characters as words."""
        return "".join(c if used else " " for c, used in zip(self.text, self.used, strict=True)).strip(" ,;:-()[]")


def read_alone(apply: Callable[[Line], object], words: str) -> Any:
    """What a rule reads in words that stand by themselves: its value, several as a tuple, else the words that it cuts out.

    None where it leaves the words alone.
    """
    line = Line(words)
    apply(line)
    if line.product is not None:
        return line.words(line.product.places[0]), line.product.value
    values = tuple(value.value for value in line.values.values())
    return values[0] if len(values) == 1 else values or line.cut() or None


def tight(text: str, start: int, end: int) -> Place:
    """The range without blanks, points and brackets at its ends; a bracket that is closed inside stays."""
    while start < end and (text[start] in " ,;:-" or (text[start] in "([" and not _closed(text, start, end))):
        start += 1
    opened = text.count("(", start, end)
    while end > start and (text[end - 1] in " ,;:-[(" or (text[end - 1] == ")" and text.count(")", start, end) > opened)):
        opened -= text[end - 1] == "("
        end -= 1
    return start, end


def _closed(text: str, start: int, end: int) -> bool:
    return text.find(")" if text[start] == "(" else "]", start, end) > start
