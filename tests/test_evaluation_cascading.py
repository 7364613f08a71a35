"""The curve of a cascade: which letters are asked about at each step, and what that gives and costs."""

from __future__ import annotations

from typing import Any

import evaluation_samples as es
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.evaluation.cascading import cascade_curve
from llm_extract.evaluation.report import EngineRun
from llm_extract.evaluation.score import Row

LETTERS = ("a", "b", "c", "d")
SURENESS = {"a": 0.9, "b": 0.3, "c": 0.6, "d": 0.6}


def rows(letter: str, right: int, missing: int) -> list[Row]:
    """A letter with so many right and missing drugs."""
    outcomes = ["correct"] * right + ["missing"] * missing
    return [es.a_row(letter_id=letter, field="medications", outcome=outcome) for outcome in outcomes]


def run(name: str, figures: dict[str, tuple[int, int]], **cost: Any) -> EngineRun:
    """An engine that found so much in each letter, each at the same cost."""
    records = [es.record_of(es.FULL, letter_id=letter, run={"engine": name, **cost}) for letter in LETTERS]
    found = [row for letter, (right, missing) in figures.items() for row in rows(letter, right, missing)]
    return EngineRun(name, {"engine": name}, records, found, {})


RULES = run("baseline", {"a": (4, 0), "b": (1, 3), "c": (2, 2), "d": (4, 0)}, seconds=0.5)
BOTH = run("hybrid", {"a": (4, 0), "b": (4, 0), "c": (3, 1), "d": (2, 2)}, seconds=10.0, input_tokens=100, output_tokens=20)


def test_the_least_sure_letters_are_asked_about_first() -> None:
    """Equally sure letters together; at the ends stand the two engines; errors are means over letters."""
    curve = cascade_curve(RULES, BOTH, SURENESS, LETTERS, LETTERS)
    assert curve.engine == "hybrid"
    assert [(s.asked, s.least_sure) for s in curve.steps] == [(0.0, 0.3), (0.25, 0.6), (0.75, 0.9), (1.0, None)]
    assert [s.errors for s in curve.steps] == pytest.approx([5 / 16, 2 / 16, 3 / 16, 3 / 16])
    assert [s.f1 for s in curve.steps] == pytest.approx([2 * r / (r + 16) for r in (11, 14, 13, 13)])
    assert [s.reading_f1 for s in curve.steps] == [s.f1 for s in curve.steps]


def test_a_step_costs_what_its_letters_cost() -> None:
    """Tokens and seconds are those of the engine that reads each letter."""
    steps = cascade_curve(RULES, BOTH, SURENESS, LETTERS, LETTERS).steps
    assert [s.tokens for s in steps] == [0, 30, 90, 120]
    assert [s.seconds for s in steps] == pytest.approx([0.5, 2.875, 7.625, 10.0])


def test_only_the_headline_letters_count() -> None:
    """Letters of another split are no part of the curve."""
    steps = cascade_curve(RULES, BOTH, SURENESS, LETTERS, {"a", "b"}).steps
    assert [s.asked for s in steps] == [0.0, 0.5, 1.0]


@given(sureness=st.dictionaries(st.sampled_from(LETTERS), st.sampled_from((0.1, 0.5, 0.9))))
def test_the_ends_do_not_depend_on_sureness(sureness: dict[str, float]) -> None:
    """However sure the rules are, nobody asked is the baseline and everybody asked is the other engine."""
    steps = cascade_curve(RULES, BOTH, sureness, LETTERS, LETTERS).steps
    assert (steps[0].tokens, steps[0].errors) == (0, pytest.approx(5 / 16))
    assert (steps[-1].tokens, steps[-1].errors) == (120, pytest.approx(3 / 16))
