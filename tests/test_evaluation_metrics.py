"""From rows to counts and figures: known answers, and that groups are the sums of their fields."""

from __future__ import annotations

from collections import Counter

import evaluation_samples as es
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_extract.evaluation.metrics import (
    DECISION_ORDER,
    FIELD_NAMES,
    GROUPS,
    NO_ITEM,
    OUTCOMES,
    ClassScore,
    Tallies,
    class_scores,
    confusion_of,
    counts_of,
    majority_line,
    right_share,
)
from llm_extract.evaluation.score import ITEM, Row, score
from llm_extract.schema import DECISIONS, FIELDS

LETTERS = ("a", "b", "c")
rows = st.lists(
    st.builds(
        es.a_row,
        letter_id=st.sampled_from(LETTERS),
        field=st.sampled_from(FIELD_NAMES),
        outcome=st.sampled_from(OUTCOMES),
    ),
    max_size=40,
)


def outcomes(*names: str, letter: str = "a", field: str = "age") -> list[Row]:
    """Rows of these outcomes."""
    return [es.a_row(letter_id=letter, field=field, outcome=name) for name in names]


# --- fields and groups -----------------------------------------------------------------------------------------------


def test_every_field_stands_once() -> None:
    """Items and the contract's fields, no other and none twice."""
    assert ("item", *(f.name for f in FIELDS)) == FIELD_NAMES
    assert len(set(FIELD_NAMES)) == len(FIELD_NAMES)


def test_groups_part_the_fields() -> None:
    """Each field of the contract is in one of core, clinical and reasons, and all of them in all; items are in none."""
    parts = [*GROUPS["core"], *GROUPS["clinical"], *GROUPS["reasons"]]
    assert sorted(parts) == sorted(GROUPS["all"]) == sorted(set(FIELD_NAMES) - {ITEM})
    assert GROUPS["clinical"] == ("diagnoses", "medications", "prior_treatments")
    assert GROUPS["reasons"] == ("reasons",)
    assert {f.name for f in FIELDS if f.core} == set(GROUPS["core"])


# --- tallies ---------------------------------------------------------------------------------------------------------


def test_each_outcome_counts_where_it_must() -> None:
    """Wrong is in both denominators, missing in the label's, invented in the record's, correctly null in none."""
    by_outcome = {o: Tallies.of(outcomes(o), ["a"]).counts(["age"])[0].tolist() for o in OUTCOMES}
    assert by_outcome == {
        "correct": [1, 1, 1],
        "wrong": [0, 1, 1],
        "missing": [0, 0, 1],
        "invented": [0, 1, 0],
        "correctly_null": [0, 0, 0],
    }


def test_counts_are_right_predicted_and_gold() -> None:
    """7 right, 2 wrong, 3 missing, 4 invented and 5 null make 7 right ones of 13 predicted and 12 labelled."""
    assert counts_of(np.array([7, 2, 3, 4, 5])).tolist() == [7, 13, 12]
    assert counts_of(np.array([[[7, 2, 3, 4, 5]] * 2] * 3)).tolist() == [[[7, 13, 12]] * 2] * 3


def test_letters_keep_their_order_and_their_place() -> None:
    """A letter without a row counts zero and stays in its place; rows of other letters are not counted."""
    tallies = Tallies.of(
        [*outcomes("correct", letter="c"), *outcomes("missing", letter="a"), *outcomes("wrong", letter="x")], LETTERS
    )
    assert tallies.letters == LETTERS
    assert tallies.counts(["age"]).tolist() == [[0, 0, 1], [0, 0, 0], [1, 1, 1]]
    assert tallies.counts(["sex"]).tolist() == [[0, 0, 0]] * 3


def test_some_of_the_letters() -> None:
    """Taking some letters keeps their order and their counts, whatever else is named."""
    tallies = Tallies.of([*outcomes("correct", letter="c"), *outcomes("missing", letter="a")], LETTERS).only({"c", "a", "x"})
    assert tallies.letters == ("a", "c")
    assert tallies.counts(["age"]).tolist() == [[0, 0, 1], [1, 1, 1]]


def test_totals_name_their_outcomes() -> None:
    """Outcomes are summed over letters and the named fields, and no other field."""
    counted = [*outcomes("correct", "wrong", letter="a"), *outcomes("invented", letter="b"), *outcomes("missing", field="sex")]
    tallies = Tallies.of([*counted, *outcomes("missing", field="case_number")], LETTERS)
    assert tallies.totals(["age", "sex"]) == {"correct": 1, "wrong": 1, "missing": 1, "invented": 1, "correctly_null": 0}


@pytest.mark.parametrize(
    ("outcome", "errors"), [("correct", 0), ("correctly_null", 0), ("wrong", 1), ("missing", 1), ("invented", 1)]
)
def test_errors_are_three_outcomes(outcome: str, errors: int) -> None:
    """A letter with a wrong, missing or invented value is not perfect in that field, and as good as before in the others."""
    tallies = Tallies.of(outcomes("correct", outcome), LETTERS)
    assert tallies.errors(["age", "sex"]).tolist() == [errors, 0, 0]
    assert tallies.errors(["sex"]).tolist() == [0, 0, 0]


@settings(max_examples=25)
@given(rows=rows)
def test_a_group_is_the_sum_of_its_fields(rows: list[Row]) -> None:
    """Counts, totals and errors of fields together are the sums of those of each."""
    tallies = Tallies.of(rows, LETTERS)
    for fields in GROUPS.values():
        assert tallies.counts(fields).tolist() == sum(tallies.counts([f]) for f in fields).tolist()
        assert tallies.errors(fields).tolist() == sum(tallies.errors([f]) for f in fields).tolist()
        assert tallies.totals(fields) == {o: sum(tallies.totals([f])[o] for f in fields) for o in OUTCOMES}


@given(rows=rows)
def test_tallies_count_rows(rows: list[Row]) -> None:
    """Every number is the number of rows of one letter, field and outcome."""
    tallies = Tallies.of(rows, LETTERS)
    counted = Counter((r.letter_id, r.field, r.outcome) for r in rows)
    assert tallies.outcomes.sum() == len(rows)
    assert all(
        tallies.outcomes[LETTERS.index(letter), FIELD_NAMES.index(field), OUTCOMES.index(outcome)] == n
        for (letter, field, outcome), n in counted.items()
    )


# --- decisions -------------------------------------------------------------------------------------------------------


def decided(gold: str | None, predicted: str | None) -> Row:
    """The row of a decision."""
    return es.a_row(field="decision", gold_normal=gold, predicted_normal=predicted)


UP, OVER, PARTLY = "upheld", "overturned", "partially_overturned"
CONFUSION = {(UP, UP): 5, (UP, OVER): 1, (OVER, OVER): 2, (OVER, UP): 3, (OVER, NO_ITEM): 1, (NO_ITEM, UP): 2, (PARTLY, UP): 1}


def test_the_confusion_table() -> None:
    """Pairs of decisions are counted, an item of one side alone among them; rows of other fields are not."""
    listed = [decided(UP, UP), decided(UP, UP), decided(OVER, UP), decided(OVER, None), decided(None, PARTLY)]
    other = es.a_row(field="category", gold_normal=UP, predicted_normal=OVER)
    assert confusion_of([*listed, other]) == {(UP, UP): 2, (OVER, UP): 1, (OVER, NO_ITEM): 1, (NO_ITEM, PARTLY): 1}


def test_a_decision_of_an_item_of_one_side_is_in_the_table() -> None:
    """A missing and an invented item stand in the table with "no item", as scoring makes their rows."""
    gold, predicted = (es.SPARSE.model_copy(update={"items": (es.an_item(t),)}) for t in ("Norco", "Cane"))
    assert confusion_of(score("a", "b", gold, predicted)) == {(UP, NO_ITEM): 1, (NO_ITEM, UP): 1}


def test_each_decision_against_the_others() -> None:
    """The rare decision first; an item that was not found is a miss, an invented one a false alarm."""
    assert class_scores(CONFUSION) == [
        ClassScore(OVER, gold=6, predicted=3, hits=2),
        ClassScore(PARTLY, gold=1, predicted=0, hits=0),
        ClassScore(UP, gold=6, predicted=11, hits=5),
    ]
    assert set(DECISION_ORDER) == set(DECISIONS)
    assert DECISION_ORDER[0] == OVER


def test_figures_of_a_decision() -> None:
    """Precision, recall and F1 by hand: 2 hits of 3 predicted and 6 labelled."""
    score = ClassScore(OVER, gold=6, predicted=3, hits=2)
    assert (score.precision, score.recall, score.f1) == pytest.approx((2 / 3, 2 / 6, 4 / 9))
    assert ClassScore(OVER, gold=4, predicted=4, hits=3).f1 == 0.75


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"), [(0, 0, (None, None, None)), (2, 0, (None, 0.0, 0.0)), (0, 2, (0.0, None, 0.0))]
)
def test_a_figure_without_a_denominator_is_null(gold: int, predicted: int, expected: tuple[float | None, ...]) -> None:
    """Where nothing was predicted there is no precision, where there is nothing to find no recall."""
    score = ClassScore(OVER, gold=gold, predicted=predicted, hits=0)
    assert (score.precision, score.recall, score.f1) == expected


def test_the_majority_line_says_the_commonest_decision_of_every_labelled_item() -> None:
    """Seven of ten upheld: someone who reads nothing is right seven times and never finds an overturned denial."""
    confusion = {(UP, OVER): 6, (UP, NO_ITEM): 1, (OVER, OVER): 3, (NO_ITEM, OVER): 20}
    line = majority_line(confusion)
    assert line == [ClassScore(OVER, 3, 0, 0), ClassScore(PARTLY, 0, 0, 0), ClassScore(UP, 7, 10, 7)]
    assert right_share(line) == (7, 10)


def test_the_majority_may_be_another_decision() -> None:
    """The commonest decision is that of the labels, not always the same one and not the record's."""
    assert majority_line({(OVER, UP): 2, (UP, UP): 1})[0] == ClassScore(OVER, gold=2, predicted=3, hits=2)


def test_no_items_have_no_majority() -> None:
    """Without a labelled item there is nothing to be right about."""
    assert right_share(majority_line({(NO_ITEM, UP): 3})) == (0, 0)


def test_the_share_of_right_decisions() -> None:
    """Hits of all decisions over all labelled items, items that were not found among them."""
    assert right_share(class_scores(CONFUSION)) == right_share(iter(class_scores(CONFUSION))) == (7, 13)


@given(st.lists(st.tuples(st.sampled_from((None, *DECISIONS)), st.sampled_from((None, *DECISIONS))), max_size=30))
def test_confusion_and_scores_count_the_same(pairs: list[tuple[str | None, str | None]]) -> None:
    """Sums over the table are the items of the label, of the record, and those that are right."""
    pairs = [p for p in pairs if p != (None, None)]
    scores = class_scores(confusion_of(decided(*p) for p in pairs))
    assert sum(s.gold for s in scores) == sum(g is not None for g, _ in pairs)
    assert sum(s.predicted for s in scores) == sum(p is not None for _, p in pairs)
    assert sum(s.hits for s in scores) == sum(g == p for g, p in pairs)
    majority = majority_line(confusion_of(decided(*p) for p in pairs))
    assert right_share(majority)[0] == max((Counter(g for g, _ in pairs if g).values()), default=0)
