"""A rule of the baseline: what it is called, why it may be believed, and the words that show it at work.

A rule stands in the `RULES` of the module of its matter, with its examples; that is all there is to add one. The tests try
every example of every rule, `llm-extract rules` prints them, and whatever a rule reads carries its name (`Found.by`), which
`llm-extract show --rules` prints beside each value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `name` is `matter.what`, the same that `Found.by` says of what it read.

    `examples` maps words of letters (invented) to what the rule reads in them; None where it must leave them alone. What is
    read is compared as `Matter.read` gives it. A rule that is a pattern has it here, in lower case and linear; one that is a
    function of its module has None. `unless` takes the pattern's hit back where it is found in the same words. `certain`: the
    words say what the value means, so that no model need be asked. `needs`: letters of which every hit of the pattern holds some;
    text without them is not searched, which is many times faster. The tests prove them from the pattern.
    """

    name: str
    why: str
    examples: Mapping[str, Any]
    pattern: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    certain: bool = False
    needs: tuple[str, ...] = ()

    def may_hit(self, text: str, start: int = 0, end: int | None = None) -> bool:
        """Whether `text[start:end]` has letters without which the pattern cannot hit."""
        for letters in self.needs:  # several times faster than `any` over a generator
            if text.find(letters, start, end) >= 0:
                return True
        return not self.needs

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """The pattern's first hit in `text[start:end]` (lower case), None where there is none or `unless` takes it back."""
        if self.pattern is None or not self.may_hit(text, start, end):
            return None
        end = len(text) if end is None else end
        hit = self.pattern.search(text, start, end)
        return None if hit is None or (self.unless and self.unless.search(text, start, end)) else hit


@dataclass(frozen=True, slots=True)
class Matter:
    """The rules of one module. `read(rule, words)` gives what that rule reads in words that stand by themselves."""

    rules: tuple[Rule, ...]
    read: Callable[[Rule, str], Any]


class LazyPattern:
    """Stands for a compiled pattern, and is one from its first use on: most letters need a few of the rules' patterns only.

    To compile them all takes longer than to read a hundred letters.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __getattr__(self, name: str) -> Any:
        """Whatever a compiled pattern has, asked for the first time: compile it, and find all of that here the next time."""
        if name.startswith("__"):
            raise AttributeError(name)
        real = re.compile(self.pattern)
        vars(self).update((known, getattr(real, known)) for known in _OF_A_PATTERN)
        return getattr(real, name)


_OF_A_PATTERN = tuple(name for name in dir(re.Pattern) if not name.startswith("__"))


def compiled(pattern: str) -> re.Pattern[str]:
    """As `re.compile`, but later: a table of rules stays a table, and costs nothing until it is used."""
    return cast("re.Pattern[str]", LazyPattern(pattern))
