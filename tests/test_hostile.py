"""No text, whatever it is made of, makes the program raise, point outside of the letter, or work more than its length asks for.

The texts are those of `evals/hostile_texts.py`. How long they take is measured by `evals/bench_hostile.py`; here the work is
counted: Python's lines by tracing, and of the patterns it is shown that none can be matched in exponentially many ways.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import runpy
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
import samples

import llm_extract.baseline
import llm_extract.unknown_layout
from llm_extract.baseline import read_letter
from llm_extract.baseline.rule import LazyPattern
from llm_extract.checks import check
from llm_extract.engine import Reading
from llm_extract.folding import LONGEST_TEXT, MOST_GAPS, fold
from llm_extract.grounding import ground
from llm_extract.letters import MAX_CHARS, Letter
from llm_extract.sections import MOST_ITEMS, sections_of

TEXTS = runpy.run_path(str(samples.ROOT / "evals" / "hostile_texts.py"))
UNITS: dict[str, str] = TEXTS["UNITS"]
PLACES: list[str] = list(TEXTS["places"](""))

each_unit = pytest.mark.parametrize("unit", UNITS)


def hostile(unit: str, length: int, place: str = "alone") -> Letter:
    """A letter with that much noise in a place."""
    return Letter("hostile", "", "", TEXTS["places"](TEXTS["repeated"](UNITS[unit], length))[place])


def read(letter: Letter) -> Reading:
    """A letter through rules, grounding and checks."""
    return check(ground(read_letter(letter), letter), letter)


# --- whatever it is, it is read --------------------------------------------------------------------------------------


@each_unit
def test_noise_anywhere_in_a_letter_is_read_without_complaint(unit: str) -> None:
    """Noise alone, behind, before and in every room of a letter raises nothing, and all evidence lies in the letter."""
    for place in PLACES:
        letter = hostile(unit, 600, place)
        for pointer, found in read(letter).leaves():
            assert all(0 <= s.start < s.end <= len(letter.text) for s in found.spans), f"{pointer} with noise {place}"


@each_unit
def test_a_letter_survives_noise_behind_it(unit: str) -> None:
    """What stands in front of the noise is read as without it: the case, the patient, the first request and its decision."""
    clean, noisy = read(hostile(unit, 0, "behind")), read(hostile(unit, 3000, "behind"))
    for pointer in ("/case/case_number", "/case/date_of_injury", "/patient/age", "/patient/sex", "/items/0/request"):
        assert noisy.get(pointer) == clean.get(pointer), pointer
    assert clean.get("/items/0/request") == "Norco 10/325mg #60"


# --- work grows with length ------------------------------------------------------------------------------------------


def steps(letter: Letter) -> int:
    """Lines of Python that reading a letter takes."""
    count = 0

    def trace(*_: object) -> object:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        read(letter)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("place", ["alone", "behind", "summary", "request", "guideline", "rationale"])
@pytest.mark.parametrize(
    "unit", ["lines of numbers", "items without words", "dates", "commas and words", "short words", "pages of many"]
)
def test_twice_the_noise_is_at_most_twice_the_work(unit: str, place: str) -> None:
    """Lines of Python grow linearly with the noise, also where rules read closely; bounded work grows less."""
    least = steps(hostile(unit, 0, place))
    once, twice = (steps(hostile(unit, length, place)) - least for length in (1500, 3000))
    assert twice <= 2.4 * max(once, 0) + 3000


# --- patterns that cannot be matched in many ways --------------------------------------------------------------------

LOOPS = (codes.MAX_REPEAT, codes.MIN_REPEAT)  # possessive ones never go back
ENDLESS = 30
"""Repetitions from which a pattern counts as unbounded."""


def modules() -> list[str]:
    """Every module whose patterns meet a letter's text."""
    alone = ("folding", "sections", "values", "decision_words", "grounding", "checks", "answers", "reader")
    packages = (llm_extract.baseline, llm_extract.unknown_layout)
    inside = [f"{package.__name__}.{m.name}" for package in packages for m in pkgutil.iter_modules(package.__path__)]
    return [*(f"llm_extract.{name}" for name in alone), *inside]


def patterns(value: Any, name: str, depth: int = 0) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The compiled patterns in a module's value, also inside of tables."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, LazyPattern):
        yield name, re.compile(value.pattern)
    elif depth > 4 or isinstance(value, type):
        return
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from patterns(one, f"{name}[{key!r}]", depth + 1)
    elif isinstance(value, tuple | list | frozenset | set):
        for i, one in enumerate(value):
            yield from patterns(one, f"{name}[{i}]", depth + 1)
    elif is_dataclass(value):
        for field in fields(value):
            yield from patterns(getattr(value, field.name), f"{name}.{field.name}", depth + 1)


def children(op: Any, given: Any) -> list[Any]:
    """The patterns inside of a node of a parsed pattern."""
    if op in LOOPS or op is codes.POSSESSIVE_REPEAT:
        return [given[2]]
    if op is codes.SUBPATTERN:
        return [given[3]]
    if op is codes.ATOMIC_GROUP:
        return [given]
    if op is codes.BRANCH:
        return list(given[1])
    if op in (codes.ASSERT, codes.ASSERT_NOT):
        return [given[1]]
    return [part for part in given[1:] if part] if op is codes.GROUPREF_EXISTS else []


def may_be_empty(op: Any, given: Any, state: Any) -> bool:
    """Whether a node can match nothing; a word's boundary parts words, so that it counts as something."""
    return op is not codes.AT and bool(parser.SubPattern(state, [(op, given)]).getwidth()[0] == 0)


def splittable(body: Any) -> Iterator[Any]:
    """The loops that a loop's body can consist of alone: between the two a run of the same signs parts in many ways."""
    nodes = list(body)
    for i, (op, given) in enumerate(nodes):
        if not all(may_be_empty(*other, body.state) for j, other in enumerate(nodes) if j != i):
            continue
        if op in LOOPS and given[1] > 1 and given[0] != given[1]:
            yield given
        elif op in (*LOOPS, codes.SUBPATTERN, codes.BRANCH):
            for inner in children(op, given):
                yield from splittable(inner)


def ambiguous(body: Any) -> Iterator[Any]:
    """The endless loops over loops that a pattern can go back into in exponentially many ways."""
    for op, given in body:
        if op in LOOPS and given[1] >= ENDLESS:
            yield from splittable(given[2])
        for inner in children(op, given):
            yield from ambiguous(inner)


@pytest.mark.parametrize(
    ("pattern", "bad"),
    [
        (r"(?:a+)*b", True),
        (r"(?:a{1,2})+b", True),
        (r"(?:x|\d+ ?)+$", True),
        (r"(?:(?:a*))+b", True),
        (r"(?:a+ )*b", False),
        (r"(?:a+)*+b", False),
        (r"(?:\ba+\b ?)*c", False),
        (r"(?:a?b)*c", False),
        (r"[ab]+c+", False),
    ],
)
def test_ambiguous_patterns_are_told_from_harmless_ones(pattern: str, bad: bool) -> None:
    """A loop over a loop is dangerous where nothing has to stand between two rounds."""
    assert bool(list(ambiguous(parser.parse(pattern)))) is bad


@pytest.mark.parametrize("module", modules())
def test_no_pattern_can_be_matched_in_exponentially_many_ways(module: str) -> None:
    """Twenty digits must not keep a pattern busy for minutes: no loop stands over a loop with nothing that has to part them."""
    held = vars(importlib.import_module(module)).items()
    found = [p for name, value in held if not name.startswith("__") for p in patterns(value, name)]
    assert [name for name, p in found if list(ambiguous(parser.parse(p.pattern, p.flags)))] == []


def test_the_patterns_of_all_rules_are_looked_at() -> None:
    """The search for patterns sees into tables, of which the rules are made."""
    held = [vars(importlib.import_module(module)) for module in modules()]
    assert sum(1 for names in held for name, value in names.items() for _ in patterns(value, name)) > 200


# --- the bounds on what is no letter ---------------------------------------------------------------------------------


def codes_of(reading: Reading) -> list[str]:
    """The codes of a reading's issues."""
    return [issue.code for issue in reading.issues]


def test_the_longest_real_letters_are_read_whole() -> None:
    """Sixty thousand characters, each line followed by a blank one and each space doubled, are far from every bound."""
    line = "The injured worker  was  seen  again  and  reported  low back pain.\n\n"
    folded = fold(line * (60_000 // len(line)))
    assert folded.whole
    assert len(folded.breaks) * 20 < MOST_GAPS
    assert len(folded.text) * 5 <= LONGEST_TEXT


@pytest.mark.parametrize(
    "unit", ["one word", "short words", "lines of numbers", "hyphenated lines", "invisible characters", "doses"]
)
def test_a_text_longer_than_any_letter_is_read_as_far_as_a_letter_goes(unit: str) -> None:
    """The letter in front is read, an issue says once that the rest was not, and the record is not called whole."""
    letter = hostile(unit, MAX_CHARS, "behind")
    assert len(letter.folded.text) <= LONGEST_TEXT
    reading = ground(ground(read_letter(letter), letter), letter)
    assert codes_of(reading).count("too_long") == 1
    assert reading.replaced
    assert reading.get("/items/0/request") == "Norco 10/325mg #60"
    assert reading.get("/items/0/decision") == "upheld"


def test_folding_stops_where_it_says() -> None:
    """What was folded is the text's beginning, its map holds, and nothing points behind it."""
    text = "Norco 10 mg.\n" * 40_000
    folded = fold(text)
    assert not folded.whole
    assert text.replace("\n", " ").startswith(folded.text)
    assert folded.text == folded.text.strip()
    assert folded.original(len(folded.text) - 1) == len(folded.text) - 1
    assert all(b.at <= len(folded.text) for b in folded.breaks)
    assert fold(folded.text).whole


def test_more_items_than_any_letter_decides_are_counted_and_not_read() -> None:
    """The first items are read, and a finding says how many there are."""
    letter = hostile("items without words", 60_000)
    found = sections_of(letter)
    assert len(found.items) == MOST_ITEMS < found.headings
    assert "item_count" in codes_of(read(letter))
