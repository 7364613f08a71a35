"""What is known of a value without its label, what confidence that gives, and what the confidence is worth."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise, permutations, product
from typing import Any

import evaluation_samples as es
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.confidence import Calibration, Signals
from llm_extract.evaluation.confidence import (
    Point,
    accuracy_at,
    caught_at,
    is_value,
    risk_coverage,
    signals_of,
    with_confidence,
)
from llm_extract.evaluation.score import ITEM, Row
from llm_extract.schema import EvidenceSpan, Issue, Record

# --- signals ---------------------------------------------------------------------------------------------------------


def signals(name: str, pointer: str, record: Record | None = None, other: Record | None = None) -> Signals:
    """The signals of a value of the first letter's record."""
    return signals_of("model", name, pointer, record or es.record_of(es.label()), other, samples.letter(), {pointer: "some.rule"})


def other(**values: Any) -> Record:
    """Another reader's record of the first letter, with other values."""
    return es.record_of(es.changed(es.label(), **values))


def test_signals_of_a_bare_value() -> None:
    """A value of which nothing is known but who gave it: not doubted, nobody else asked, the rules', without words."""
    assert signals("age", "/patient/age") == Signals("model", False, "alone", "age", "baseline", "some.rule", False)


@pytest.mark.parametrize(
    ("name", "pointer", "values", "expected"),
    [
        ("age", "/patient/age", {}, "agrees"),
        ("age", "/patient/age", {"patient__age": 47}, "differs"),
        ("age", "/patient/age", {"patient__age": None}, "silent"),
        ("medications", "/clinical/medications/1", {"clinical__medications": ["gabapentin", "norco."]}, "agrees"),
        ("medications", "/clinical/medications/1", {"clinical__medications": ["gabapentin"]}, "differs"),
        ("medications", "/clinical/medications/1", {"clinical__medications": []}, "silent"),
        ("quantity", "/items/1/quantity", {"items__1__quantity": 12.0}, "agrees"),
        ("quantity", "/items/1/quantity", {"items__0__quantity": 12, "items__1__quantity": 6}, "differs"),
        ("quantity", "/items/1/quantity", {"items": es.label().items[:1]}, "silent"),
        ("reasons", "/items/1/reasons/0", {"items": es.label().items[:1]}, "silent"),
        ("reasons", "/items/0/reasons/0", {"items__0__reasons": ["safety", "no_functional_improvement"]}, "agrees"),
        (
            "reviewer_guidelines",
            "/items/0/reviewer_guidelines/0",
            {"items__0__reviewer_guidelines__0__section": "Use"},
            "differs",
        ),
    ],
)
def test_what_the_other_reader_says(name: str, pointer: str, values: dict[str, Any], expected: str) -> None:
    """The same value, another one or none; an entry of a list agrees wherever the other reader has it."""
    assert signals(name, pointer, other=other(**values)).agreement == expected


def test_the_other_reader_s_false_is_silence() -> None:
    """A request that one reader calls retrospective and the other not: the other says nothing of it."""
    record = other(items__0__retrospective=True)
    assert signals("retrospective", "/items/0/retrospective", record, other()).agreement == "silent"
    assert signals("retrospective", "/items/0/retrospective", record, record).agreement == "agrees"


@pytest.mark.parametrize(
    ("issue", "doubted"),
    [
        ("/patient/age", True),
        ("/patient", False),
        ("", False),
        ("/patient/sex", False),
    ],
)
def test_an_issue_doubts_its_value(issue: str, doubted: bool) -> None:
    """A value is doubted by an issue with its own pointer, not by one of the whole letter or another value."""
    record = es.record_of(es.label(), issues=(Issue(pointer=issue, code="x", message="."),))
    assert signals("age", "/patient/age", record).doubted is doubted


@pytest.mark.parametrize(
    ("issue", "doubted"),
    [("/items/0/reasons", True), ("/items/0/reasons/1", True), ("/items/0/reasons/0", False), ("/items/1/reasons", False)],
)
def test_an_issue_of_a_list_doubts_its_entries(issue: str, doubted: bool) -> None:
    """An issue that names a list as a whole doubts each of its entries, one that names an entry that one."""
    record = es.record_of(es.label(), issues=(Issue(pointer=issue, code="x", message="."),))
    assert signals("reasons", "/items/0/reasons/1", record).doubted is doubted


def test_the_reader_is_that_of_the_value() -> None:
    """Provenance is looked up by the value's own pointer."""
    record = es.record_of(es.label(), provenance={"/clinical/medications/1": "model"})
    assert [signals("medications", f"/clinical/medications/{i}", record).reader for i in (0, 1)] == ["baseline", "model"]


@pytest.mark.parametrize(
    ("name", "pointer", "words", "verbatim"),
    [
        ("diagnoses", "/clinical/diagnoses/0", ("right shoulder impingement \n\nsyndrome",), True),
        ("diagnoses", "/clinical/diagnoses/0", ("right shoulder impingement", "syndrome"), True),
        ("diagnoses", "/clinical/diagnoses/0", ("right shoulder impingement",), False),
        ("diagnoses", "/clinical/diagnoses/0", (), False),
        ("decision", "/items/0/decision", ("Upheld",), True),
        ("medications", "/clinical/medications/1", ("Norco",), True),
        ("age", "/patient/age", ("48",), True),
        ("age", "/patient/age", ("48-year-old",), False),
        ("quantity", "/items/1/quantity", ("2 times a week for 6 weeks",), False),
    ],
)
def test_verbatim_values(name: str, pointer: str, words: tuple[str, ...], verbatim: bool) -> None:
    """A value is verbatim where its evidence, folded and from its first to its last character, is its very words."""
    text = samples.letter().text
    spans = tuple(EvidenceSpan(start=text.index(w), end=text.index(w) + len(w)) for w in words)
    record = es.record_of(es.label(), evidence={pointer: spans} if spans else {})
    assert signals(name, pointer, record).verbatim is verbatim


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, True),
        ({"outcome": "invented", "gold_normal": None}, True),
        ({"outcome": "wrong", "gold_normal": 47}, True),
        ({"predicted_normal": 0}, True),
        ({"outcome": "missing", "predicted_normal": None}, False),
        ({"field": ITEM, "predicted_normal": "Norco"}, False),
    ],
)
def test_what_a_reviewer_looks_at(row: dict[str, Any], expected: bool) -> None:
    """Values of the record, right or wrong; not what is missing, and no item as such."""
    assert is_value(es.a_row(**row)) is expected


def test_a_row_gets_its_confidence() -> None:
    """The confidence is set, everything else stays."""
    known = signals("age", "/patient/age")
    calibration = Calibration.fit([(known, True)])
    assert with_confidence(es.a_row(), known, calibration) == es.a_row(confidence=calibration.confidence(known))


# --- what it is worth ------------------------------------------------------------------------------------------------

Judged = list[tuple[float, bool]]
judged_values = st.lists(st.tuples(st.sampled_from((0.2, 0.5, 0.9)), st.booleans()), max_size=12)


def rows(values: Judged) -> list[Row]:
    """Values with a confidence, right or wrong."""
    return [es.a_row(confidence=c, outcome="correct" if right else "wrong") for c, right in values]


IGNORED = [
    es.a_row(confidence=None, outcome="wrong"),
    es.a_row(confidence=0.99, outcome="missing", predicted_normal=None),
    es.a_row(confidence=0.99, outcome="invented", field=ITEM, predicted_normal="Norco"),
]
"""No part of any curve: a value without a confidence, a missing value, an item as such."""

FIVE: Judged = [(0.9, True), (0.8, True), (0.7, False), (0.7, True), (0.1, False)]


def test_the_curve_by_hand() -> None:
    """Two sure ones right, then a tie of which one is right, then an error: three steps and the tie's."""
    points = risk_coverage([*rows(FIVE), *IGNORED])
    assert points == [Point(0.2, 1.0), Point(0.4, 1.0), Point(0.8, 0.75), Point(1.0, 0.6)]


@pytest.mark.parametrize(("coverage", "expected"), [(0.0, 1.0), (0.2, 1.0), (0.4, 1.0), (0.6, 2.5 / 3), (0.8, 0.75), (1.0, 0.6)])
def test_accuracy_at_a_coverage_by_hand(coverage: float, expected: float) -> None:
    """Of a tie only a part is taken, at the tie's mean; at least one value is."""
    assert accuracy_at([*rows(FIVE), *IGNORED], coverage) == pytest.approx(expected)


@pytest.mark.parametrize(("budget", "expected"), [(0.0, 0.0), (0.2, 0.5), (0.4, 0.75), (0.6, 1.0), (1.0, 1.0)])
def test_caught_errors_by_hand(budget: float, expected: float) -> None:
    """The least sure value is one of two errors, half of the tie holds half of the other."""
    assert caught_at([*rows(FIVE), *IGNORED], budget) == pytest.approx(expected)


def test_invented_values_are_errors() -> None:
    """An invented value is as wrong as a wrong one, and can be caught."""
    values = [es.a_row(confidence=0.9), es.a_row(confidence=0.2, outcome="invented", gold_normal=None)]
    assert risk_coverage(values) == [Point(0.5, 1.0), Point(1.0, 0.5)]
    assert caught_at(values, 0.5) == 1.0


def test_nothing_to_look_at() -> None:
    """Without values there is no curve and no accuracy; without an error there is none to catch."""
    for nothing in ([], IGNORED):
        assert (risk_coverage(nothing), accuracy_at(nothing, 0.8), caught_at(nothing, 0.5)) == ([], None, None)
    assert caught_at(rows([(0.9, True)]), 0.5) is None


@given(values=judged_values)
def test_the_curve_is_that_of_thresholds(values: Judged) -> None:
    """One point a distinct confidence: what is at least as sure, its share and its accuracy; the last is all values."""
    expected = []
    for least in sorted({c for c, _ in values}, reverse=True):
        accepted = [right for c, right in values if c >= least]
        expected.append(Point(len(accepted) / len(values), sum(accepted) / len(accepted)))
    assert risk_coverage(rows(values)) == [Point(pytest.approx(c), pytest.approx(a)) for c, a in expected]


@given(values=judged_values, data=st.data())
def test_the_order_of_values_is_nothing(values: Judged, data: st.DataObject) -> None:
    """No luck of the order within a tie, whatever is asked for."""
    one, another = rows(values), rows(data.draw(st.permutations(values)))
    assert risk_coverage(one) == risk_coverage(another)
    for share in (0.1, 0.3, 0.5, 0.8):
        assert accuracy_at(one, share) == pytest.approx(accuracy_at(another, share))
        assert caught_at(one, share) == pytest.approx(caught_at(another, share))


@given(values=judged_values.filter(bool))
def test_everything_accepted_is_the_overall_accuracy(values: Judged) -> None:
    """At a coverage of 1 the accuracy is that of all values."""
    assert accuracy_at(rows(values), 1.0) == pytest.approx(sum(r for _, r in values) / len(values))


@given(values=judged_values)
def test_looking_at_everything_catches_everything(values: Judged) -> None:
    """A budget of 1 catches all errors, one of 0 none, and a larger one never fewer."""
    if all(right for _, right in values):
        assert caught_at(rows(values), 1.0) is None
        return
    caught = [caught_at(rows(values), b / 10) for b in range(11)]
    assert (caught[0], caught[-1]) == (0.0, pytest.approx(1.0))
    assert all(a <= b + 1e-12 for a, b in pairwise(caught))


@given(
    values=st.lists(st.tuples(st.sampled_from((0.2, 0.5)), st.booleans()), min_size=1, max_size=5),
    share=st.sampled_from((0.2, 0.5, 0.8)),
)
def test_ties_are_taken_at_their_mean(values: Judged, share: float) -> None:
    """A part of a tie is worth what it would be on average over all orders of the values."""
    taken, looked_at = max(1, round(share * len(values))), round(share * len(values))
    found: dict[str, list[float]] = defaultdict(list)
    for order in permutations(values):
        ranked = [right for _, right in sorted(order, key=lambda v: -v[0])]
        found["accuracy"].append(sum(ranked[:taken]) / taken)
        found["caught"].append(sum(not right for right in ranked[len(ranked) - looked_at :]))
    errors = sum(not right for _, right in values)
    assert accuracy_at(rows(values), share) == pytest.approx(math.fsum(found["accuracy"]) / len(found["accuracy"]))
    expected = math.fsum(found["caught"]) / len(found["caught"]) / errors if errors else None
    assert caught_at(rows(values), share) == (expected if expected is None else pytest.approx(expected))


def test_surer_values_first() -> None:
    """Every way to be right or wrong of three values: the surest alone decides the accuracy at a third."""
    for rights in product((True, False), repeat=3):
        values = list(zip((0.9, 0.5, 0.1), rights, strict=True))
        assert accuracy_at(rows(values), 1 / 3) == float(rights[0])
        assert risk_coverage(rows(values))[0] == Point(pytest.approx(1 / 3), float(rights[0]))
