"""Items are paired by what is asked for: as well as can be, whatever their order and decisions, and the same from both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import evaluation_samples as es
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from llm_extract.evaluation.align import THRESHOLD, Alignment, align
from llm_extract.schema import Item

items = st.lists(es.items, max_size=4)
requests = st.lists(st.tuples(es.texts, es.texts), unique=True, max_size=5)


OTHERS = str.maketrans("KLMNOPQRST", "uvwxyz0123")
"""To letters that stand in none of the other texts."""


def paired(gold: Sequence[str], predicted: Sequence[str], **more: float) -> Alignment:
    """The alignment of items that are named by their treatments."""
    return align([es.an_item(t) for t in gold], [es.an_item(t) for t in predicted], **more)


def alike(gold: Item, predicted: Item) -> float:
    """Similarity of two treatments, reckoned anew."""
    texts = gold.treatment.lower(), predicted.treatment.lower()
    return (fuzz.token_sort_ratio(*texts) + fuzz.token_set_ratio(*texts)) / 200


def ways(gold: Sequence[Item], predicted: Sequence[Item]) -> Iterator[list[tuple[int, int]]]:
    """Every way to pair all items of the shorter list."""
    if len(gold) > len(predicted):
        yield from ([(g, p) for p, g in way] for way in ways(predicted, gold))
        return
    for chosen in permutations(range(len(predicted)), len(gold)):
        yield list(enumerate(chosen))


def worth(gold: Sequence[Item], predicted: Sequence[Item], way: Sequence[tuple[int, int]]) -> float:
    """The similarities of a way's pairs, those below the threshold left out."""
    found = (alike(gold[g], predicted[p]) for g, p in way)
    return sum(s for s in found if s >= THRESHOLD)


# --- known answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([], [], Alignment((), (), ())),
        (["MRI"], [], Alignment((), (0,), ())),
        ([], ["MRI", "Norco"], Alignment((), (), (0, 1))),
        (["Norco", "MRI"], ["MRI", "Norco"], Alignment(((0, 1), (1, 0)), (), ())),
        (["Norco", "MRI"], ["mri"], Alignment(((1, 0),), (0,), ())),
        (["physical therapy"], ["therapy, physical"], Alignment(((0, 0),), (), ())),
        (["Norco"], ["Soma"], Alignment((), (0,), (0,))),
        (["knee brace", "Norco", "cane"], ["cane", "walker"], Alignment(((2, 0),), (0, 1), (1,))),
    ],
)
def test_pairs(gold: list[str], predicted: list[str], expected: Alignment) -> None:
    """Equal treatments are paired in any order; what has no partner is missing or invented."""
    assert paired(gold, predicted) == expected


def test_at_the_threshold_two_items_are_one() -> None:
    """Of "abcde" and "abcxy" six characters of ten are shared: exactly 0.6 is a pair, less is a missing and an invented item."""
    assert THRESHOLD == 0.6
    assert paired(["abcde"], ["abcxy"]) == Alignment(((0, 0),), (), ())
    assert paired(["abcde"], ["abxyz"]) == Alignment((), (0,), (0,))


@pytest.mark.parametrize(("threshold", "pairs"), [(0.4, 1), (0.6, 1), (0.61, 0), (1.0, 0)])
def test_another_threshold(threshold: float, pairs: int) -> None:
    """A threshold that is asked for is the one that holds, from both sides."""
    assert len(paired(["abcde"], ["abcxy"], threshold=threshold).pairs) == pairs
    assert len(paired(["abcxy"], ["abcde"], threshold=threshold).pairs) == pairs


@pytest.mark.parametrize("tenths", range(4, 11))
def test_every_threshold_holds_at_its_value(tenths: int) -> None:
    """Two treatments that are alike by exactly a threshold of the report are one item at it."""
    alike, unlike = "abcdefghij"[:tenths], "klmnopqrst"[: 10 - tenths]
    assert len(paired([alike + unlike], [alike + unlike.upper()[::-1].translate(OTHERS)], threshold=tenths / 10).pairs) == 1


def test_a_pair_at_the_threshold_is_looked_for() -> None:
    """Of four items the only two that are alike by exactly 0.6 find each other."""
    assert paired(["abcde", "rrrrr"], ["sssss", "abcxy"]) == Alignment(((0, 1),), (1,), (0,))


def test_a_pair_below_the_threshold_parts_no_true_one() -> None:
    """Two pairs below the threshold are alike by 0.98 in sum, the true pair and its rest by 0.92: the true pair stands."""
    gold, predicted = ["hinged knee brace", "lumbar support brace"], ["neck brace", "knee walker"]
    assert paired(gold, predicted) == Alignment(((0, 0),), (1,), (1,))


def test_the_whole_is_looked_at() -> None:
    """An item leaves its nearest partner (0.83) to another one that has no other, where it has a second one itself (0.80)."""
    gold, predicted = ["knee brace", "lumbar support brace"], ["brace", "neck brace"]
    assert paired(gold, predicted).pairs == ((0, 1), (1, 0))


# --- what parts equal treatments -------------------------------------------------------------------------------------


def test_requests_part_equal_treatments() -> None:
    """Of two MRIs the one of the neck goes with the one of the neck."""
    neck, back = es.an_item("MRI", "MRI of the cervical spine"), es.an_item("MRI", "MRI of the lumbar spine")
    assert align([neck, back], [back, neck]).pairs == ((0, 1), (1, 0))


def test_long_requests_that_differ_by_one_sign_part_them() -> None:
    """The words of the requests stand before the order of the items, however long the requests and far apart the items."""
    one, other = (es.an_item("MRI", f"{'MRI of the lumbar spine ' * 40}L{n}") for n in (4, 5))
    between = [es.an_item(t) for t in ("Norco", "cane", "acupuncture", "walker", "Soma", "biofeedback")]
    pairs = align([one, *between, other], [other, *between, one]).pairs
    assert {(0, 7), (7, 0)} < set(pairs)


def test_a_treatment_cut_out_too_widely_is_still_the_item() -> None:
    """The item "CPM" is found as "Shoulder CPM"; but where the record has "CPM" too, it is that one."""
    assert paired(["CPM"], ["Shoulder CPM"]).pairs == ((0, 0),)
    assert paired(["CPM", "Norco"], ["Shoulder CPM", "CPM"]).pairs == ((0, 1),)


def test_a_treatment_stands_before_its_request() -> None:
    """A treatment that differs by one sign is not made good by a request that is equal."""
    one, other = "compounded topical cream number 4", "compounded topical cream number 5"
    gold = [es.an_item(one, "first"), es.an_item(other, "second")]
    assert align(gold, [es.an_item(other, "first"), es.an_item(one, "second")]).pairs == ((0, 1), (1, 0))


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_twins_keep_their_order(before: int) -> None:
    """Of items that are the same in both the first goes with the first, also where others stand before them."""
    twins, others = [es.an_item("MRI")] * 3, [es.an_item(t) for t in ("Norco", "cane", "walker")[:before]]
    pairs = set(align([*others, *twins], [*twins, *others]).pairs)
    assert {(before + i, i) for i in range(3)} <= pairs
    assert len(pairs) == before + 3


def test_of_twins_the_nearest() -> None:
    """A record that has but one of two twins has the one that stands at its place."""
    assert paired(["MRI", "MRI"], ["MRI"]).pairs == ((0, 0),)
    assert paired(["MRI", "Norco", "MRI"], ["Soma", "cane", "MRI"]).pairs == ((2, 2),)


def test_a_tie_is_mirrored() -> None:
    """Where two ways are equally good, both sides choose the same one."""
    gold, predicted = ["MRI", "MRIs", "MRI"], ["MRIs", "Norco", "MRIs"]
    assert paired(predicted, gold).pairs == tuple(sorted((p, g) for g, p in paired(gold, predicted).pairs))


# --- laws ------------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(gold=items, predicted=items)
def test_each_item_stands_once(gold: list[Item], predicted: list[Item]) -> None:
    """Pairs and what is left over name every item of both sides once, in order, and only pairs that are alike enough."""
    found = align(gold, predicted)
    assert sorted([*(g for g, _ in found.pairs), *found.missing]) == list(range(len(gold)))
    assert sorted([*(p for _, p in found.pairs), *found.invented]) == list(range(len(predicted)))
    assert [found.missing, found.invented] == [tuple(sorted(found.missing)), tuple(sorted(found.invented))]
    assert [g for g, _ in found.pairs] == sorted(g for g, _ in found.pairs)
    assert all(alike(gold[g], predicted[p]) >= THRESHOLD - 1e-6 for g, p in found.pairs)


@settings(max_examples=60)
@given(gold=items, predicted=items)
def test_no_other_way_is_better(gold: list[Item], predicted: list[Item]) -> None:
    """Of all ways to pair the items none has treatments that are more alike in sum."""
    best = max(worth(gold, predicted, way) for way in ways(gold, predicted))
    assert worth(gold, predicted, align(gold, predicted).pairs) == pytest.approx(best, abs=1e-4)


@settings(max_examples=60)
@given(gold=items, predicted=items)
def test_both_sides_see_the_same_pairs(gold: list[Item], predicted: list[Item]) -> None:
    """Exchanging label and record mirrors the pairs, and what was missing is invented."""
    pairs, missing, invented = align(gold, predicted)
    assert align(predicted, gold) == Alignment(tuple(sorted((p, g) for g, p in pairs)), invented, missing)


@given(texts=requests, data=st.data())
def test_the_order_of_items_is_nothing(texts: list[tuple[str, str]], data: st.DataObject) -> None:
    """Items that a record has in another order are paired with themselves; equal treatments are parted by their requests."""
    gold = [es.an_item(treatment, request) for treatment, request in texts]
    predicted = data.draw(st.permutations(gold))
    found = align(gold, predicted)
    assert [gold[g].request for g, _ in found.pairs] == [predicted[p].request for _, p in found.pairs]
    assert len(found.pairs) == len(gold)


@settings(max_examples=60)
@given(gold=items, predicted=items, data=st.data())
def test_no_order_makes_it_better(gold: list[Item], predicted: list[Item], data: st.DataObject) -> None:
    """However both sides are ordered, the pairs are alike by the same sum."""
    mixed_gold, mixed_predicted = data.draw(st.permutations(gold)), data.draw(st.permutations(predicted))
    found = worth(gold, predicted, align(gold, predicted).pairs)
    assert worth(mixed_gold, mixed_predicted, align(mixed_gold, mixed_predicted).pairs) == pytest.approx(found, abs=1e-4)


OTHER_DECISION = {"upheld": "overturned", "overturned": "upheld"}


@settings(max_examples=60)
@given(gold=items, predicted=items)
def test_decisions_are_never_looked_at(gold: list[Item], predicted: list[Item]) -> None:
    """Flipping every decision, or saying another category, quantity and rationale, changes no pair."""
    other = [
        i.model_copy(update={"decision": OTHER_DECISION[i.decision], "category": "other", "quantity": 99, "rationale": "Other."})
        for i in predicted
    ]
    assert align(gold, other) == align(gold, predicted)


@samples.each_letter
def test_labels_are_paired_with_themselves(name: str) -> None:
    """The items of every labelled letter are their own partners, forwards and backwards."""
    gold = es.label(name).items
    assert align(gold, gold).pairs == tuple((i, i) for i in range(len(gold)))
    assert align(gold, gold[::-1]).pairs == tuple((i, len(gold) - 1 - i) for i in range(len(gold)))
