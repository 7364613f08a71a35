"""How often a prescription may be filled again."""

from __future__ import annotations

import re

from llm_extract.baseline.request_line import Line, read_alone
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import NUMBER_TWICE, parse_number

_WORD = r"(?:refills?|rfs?)\b"
AHEAD = Rule(
    name="refills.number_first",
    why='A number in front of the word, "no" and "a" too; a number of tablets in front of it belongs to the tablets.',
    certain=True,
    pattern=compiled(
        r"[,(]? ?(?:\b(?:with|w/|plus|and) ?|\bx ?)?(?:(?<=\bx)|(?<![#\w.]))"
        rf"(?P<n>{NUMBER_TWICE}|no|a|without)(?: any)? (?:additional |monthly |more )?{_WORD}(?! ?[:=x] ?\d)(?: each"
        r"| allowed)?\)?"
    ),
    examples={
        "Norco #120 with 2 refills": 2,
        "Skelaxin with one refill": 1,
        "Soma #60 w/ 3 RF": 3,
        "Norco #120, no refills": 0,
        "Soma 350mg #30 x2 refills": 2,
        "Tramadol without refills": 0,
        "Norco #120 refills: 2": None,
        "Soma refills": None,
    },
)
BEHIND = Rule(
    name="refills.number_last",
    why="A number behind the word and a colon, a times sign or nothing.",
    certain=True,
    pattern=compiled(
        rf"[,(]? ?(?:\b(?:with|w/|plus|and) ?)?\b{_WORD}(?: ?(?:[x:#=-]|of|times)){{0,2}} ?(?P<n>{NUMBER_TWICE}|none\b|no\b)"
        r"(?: times?)?(?! ?(?:mg|tab|cap))\)?"
    ),
    examples={
        "Neurontin #90 RF x3": 3,
        "Tizanidine #60 refills: 2": 2,
        "Soma RF x2": 2,
        "Refills: none": 0,
        "Refills x 3": 3,
        "Soma 3 refills": None,
    },
)
RULES = (AHEAD, BEHIND)
_COUNT_BEFORE = re.compile(r"(?:#|\bqty|\bquantity|\bcount|\bno\.|\bnumber)[ :.#]{0,3}\Z")
_NONE = ("none", "without")


def read_refills(line: Line) -> None:
    """The number of refills; the first rule that reads one."""
    if "refill" in line.rest or "rf" in line.rest:
        next((rule for rule in RULES if _refills(line, rule)), None)


def _refills(line: Line, rule: Rule) -> bool:
    hits = (m for m in line.matches(rule) if not _COUNT_BEFORE.search(line.rest[: m.start("n")]))
    m = next(hits, None)
    value = parse_number("no" if m["n"] in _NONE else m["n"]) if m else None
    if m is None or not isinstance(value, int):
        return False
    line.use(m.span())
    line.put("refills", value, m.span(), by=rule.name)
    return True


MATTER = Matter(RULES, lambda rule, words: read_alone(lambda line: _refills(line, rule), words))
