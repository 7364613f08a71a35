"""Calibration: classes of signals, what confidence they give, and how it is kept."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.confidence import PRIOR, Calibration, Signals, is_verbatim, of_nothing, shipped
from llm_extract.schema import Span

KNOWN = Signals("model", False, "agrees", "age", "model", "facts.v1", True)
SEEN = [(KNOWN, True)] * 3 + [(KNOWN, False), (KNOWN._replace(verbatim=False), False), (KNOWN._replace(engine="hybrid"), True)]

some_signals = st.builds(
    Signals,
    engine=st.sampled_from(("model", "hybrid")),
    doubted=st.booleans(),
    agreement=st.sampled_from(("agrees", "differs", "silent", "alone")),
    field=st.sampled_from(("age", "sex")),
    reader=st.sampled_from(("model", "baseline")),
    by=st.sampled_from(("", "patient.age")),
    verbatim=st.booleans(),
)
seen_values = st.lists(st.tuples(some_signals, st.booleans()), max_size=30)


def test_classes_are_prefixes_with_their_hits() -> None:
    """All values are in the class of everything, and each in one finer class a signal."""
    classes = Calibration.fit(SEEN).classes
    assert classes[()] == (4, 6)
    assert classes["model",] == (3, 5)
    assert classes["model", "False", "agrees", "age", "model"] == (3, 5)
    assert classes["model", "False", "agrees", "age", "model", "facts.v1", "True"] == (3, 4)
    assert classes["model", "False", "agrees", "age", "model", "facts.v1", "False"] == (0, 1)
    assert len(classes) == 1 + 2 * 7 + 1


def test_confidence_by_hand() -> None:
    """Each finer class counts its values beside four of the coarser class's estimate; the coarsest beside four of a coin."""
    assert PRIOR == 4
    estimate = (4 + 4 * Fraction(1, 2)) / (6 + 4)
    for _ in range(6):
        estimate = (3 + 4 * estimate) / (5 + 4)
    estimate = (3 + 4 * estimate) / (4 + 4)
    assert Calibration.fit(SEEN).confidence(KNOWN) == pytest.approx(float(estimate), rel=1e-12)


def test_nothing_seen_is_a_coin() -> None:
    """A calibration without values says one half of everything."""
    assert Calibration.fit([]).confidence(KNOWN) == 0.5


def test_unseen_signals_have_the_confidence_of_their_coarser_class() -> None:
    """A class that was never seen leaves the estimate of the one before it."""
    calibration = Calibration.fit([(KNOWN, True)] * 5)
    whole = (5 + 4 * 0.5) / 9
    engine = (5 + 4 * whole) / 9
    doubted = KNOWN._replace(doubted=True)
    assert calibration.confidence(doubted) == pytest.approx(engine)
    assert calibration.confidence(doubted._replace(field="sex")) == calibration.confidence(doubted)


@given(seen=seen_values, signals=some_signals)
def test_confidence_is_a_probability(seen: list[tuple[Signals, bool]], signals: Signals) -> None:
    """Never surer than certain, and never quite certain: few values say little."""
    assert 0 < Calibration.fit(seen).confidence(signals) < 1


@given(seen=seen_values, signals=some_signals)
def test_a_value_that_was_right_makes_its_like_surer(seen: list[tuple[Signals, bool]], signals: Signals) -> None:
    """One more right value never lowers the confidence in others like it, one more error never raises it."""
    before = Calibration.fit(seen).confidence(signals)
    assert Calibration.fit([*seen, (signals, True)]).confidence(signals) > before
    assert Calibration.fit([*seen, (signals, False)]).confidence(signals) < before


@given(seen=seen_values, data=st.data())
def test_a_calibration_is_kept_as_it_is(seen: list[tuple[Signals, bool]], data: st.DataObject) -> None:
    """What is written is read again, and the same values in any order are written alike."""
    calibration = Calibration.fit(seen)
    text = calibration.as_json()
    assert Calibration.from_json(text) == calibration
    assert Calibration.fit(data.draw(st.permutations(seen))).as_json() == text
    assert len(json.loads(text)) == len(calibration.classes)


def test_a_calibration_has_a_line_a_class() -> None:
    """Classes are sorted, one a line, so that a difference between two fits can be read."""
    lines = Calibration.fit([(KNOWN, True)]).as_json().splitlines()
    assert (lines[0], lines[-1]) == ("[", "]")
    assert lines[1:3] == ["  [[], 1, 1],", '  [["model"], 1, 1],']
    assert len(lines) == 8 + 2


def test_the_shipped_calibration_is_one() -> None:
    """The package's own calibration can be read, is read once, and has no more hits than values in any class."""
    assert shipped() is shipped()
    assert all(0 <= hits <= n for hits, n in shipped().classes.values())
    assert all(
        len(key) <= len(Signals._fields) and (not key or key[0] in {"baseline", "model", "hybrid"}) for key in shipped().classes
    )
    assert 0 < shipped().confidence(KNOWN) < 1


def test_what_was_not_found_has_a_class_of_its_own() -> None:
    """How often a field is rightly left empty is learnt like the rest, and from nothing else."""
    empty = of_nothing("baseline", "diagnoses")
    named = empty._replace(reader="baseline", by="diagnoses.labelled")
    calibration = Calibration.fit([(empty, True)] * 4 + [(named, False)] * 4)
    assert calibration.confidence(empty) > 0.5 > calibration.confidence(named)


def test_a_value_without_a_place_is_not_verbatim() -> None:
    """The words are those from the first place to the last, folded and in any case; no place, no words."""
    assert is_verbatim("Low back", [Span(0, 3), Span(4, 9)], "low \nBACK pain")
    assert not is_verbatim("Low", [Span(0, 3), Span(4, 8)], "low back pain")
    assert not is_verbatim("low", [], "low back pain")
