"""Intervals, tests and agreement against reference implementations, worked examples and their laws."""

from __future__ import annotations

import math
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from llm_extract.evaluation import statistics
from llm_extract.evaluation.statistics import (
    Interval,
    cohen_kappa,
    difference_interval,
    f1,
    f1_interval,
    few_letters,
    gwet_ac1,
    holm,
    interval,
    precision,
    recall,
    resampled,
    sign_flip,
    wilson,
)

Counts = npt.NDArray[np.int64]


def some_letters(letters: int, seed: int, *, right: float = 0.85) -> tuple[Counts, Counts]:
    """Two engines' counts of the same letters, the second worse by a tenth; letters differ in how hard they are."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(1, 12, size=letters)
    ease = rng.beta(6 * right, 6 * (1 - right), size=letters)
    engines = []
    for ability in (ease, 0.9 * ease):
        hits = rng.binomial(gold, ability)
        engines.append(np.stack([hits, hits + rng.binomial(gold - hits, 0.5), gold], axis=-1))
    return engines[0], engines[1]


@st.composite
def a_letter(draw: st.DrawFn, gold: int | None = None) -> tuple[int, int, int]:
    """Possible counts of a letter: no more hits than predicted or gold values."""
    of_gold = draw(st.integers(0, 12)) if gold is None else gold
    predicted = draw(st.integers(0, 12))
    return draw(st.integers(0, min(predicted, of_gold))), predicted, of_gold


@st.composite
def engines(draw: st.DrawFn, most: int = 6) -> tuple[Counts, Counts]:
    """Two engines' counts of the same letters, which have the same labels."""
    golds = draw(st.lists(st.integers(0, 8), min_size=1, max_size=most))
    a, b = ([draw(a_letter(gold)) for gold in golds] for _ in range(2))
    return np.array(a), np.array(b)


letters = st.lists(a_letter(), min_size=1, max_size=12).map(np.array)
p_values = st.lists(st.floats(0, 1) | st.just(math.nan), max_size=12)
LABELS = ("denied", "approved", None, 3, ("a", "b"))
ratings = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=30)


# --- scores ----------------------------------------------------------------------------------------------------------


def test_scores_of_counts() -> None:
    """Six right of eight predicted and twelve to find: 3/4, 1/2 and 12/20."""
    assert (precision([6, 8, 12]), recall([6, 8, 12]), f1([6, 8, 12])) == (0.75, 0.5, 0.6)


@pytest.mark.parametrize(
    ("counts", "p", "r", "both"),
    [
        ([0, 0, 0], math.nan, math.nan, math.nan),
        ([0, 0, 5], math.nan, 0.0, 0.0),
        ([0, 5, 0], 0.0, math.nan, 0.0),
        ([5, 5, 5], 1.0, 1.0, 1.0),
    ],
)
def test_a_score_without_a_denominator_is_nan(counts: list[int], p: float, r: float, both: float) -> None:
    """Nothing predicted has no precision, nothing to find no recall, and only neither has no F1."""
    np.testing.assert_array_equal([precision(counts), recall(counts), f1(counts)], [p, r, both])


@pytest.mark.parametrize("score", [f1, precision, recall])
def test_scores_keep_the_other_axes(score) -> None:
    """Counts of (letters, fields, 3) give (letters, fields), each as it would be alone."""
    counts = np.stack(some_letters(9, seed=1), axis=1)
    scores = score(counts)
    assert scores.shape == (9, 2)
    assert scores[4, 1] == score(counts[4, 1])


@given(letters)
def test_f1_is_the_harmonic_mean(counts: Counts) -> None:
    """Where precision and recall are defined and not both 0, F1 is 2PR/(P+R)."""
    p, r, both = precision(counts), recall(counts), f1(counts)
    defined = counts[:, 0] > 0
    np.testing.assert_allclose(both[defined], 2 * p[defined] * r[defined] / (p[defined] + r[defined]))


@given(letters, st.randoms(use_true_random=False))
def test_the_order_of_letters_is_nothing_to_micro_f1(counts: Counts, random) -> None:
    """Shuffled letters sum to the same score."""
    order = random.sample(range(len(counts)), len(counts))
    np.testing.assert_array_equal(f1(counts[order].sum(axis=0)), f1(counts.sum(axis=0)))


@given(letters, st.integers(2, 5))
def test_repeated_letters_are_nothing_to_micro_f1(counts: Counts, times: int) -> None:
    """A set of letters that is given twice scores like the set given once."""
    np.testing.assert_allclose(f1(np.tile(counts, (times, 1)).sum(axis=0)), f1(counts.sum(axis=0)))


@pytest.mark.parametrize("wrong", [3, [1, 2], [[1, 2, 3, 4]]])
def test_counts_are_three(wrong) -> None:
    """A last axis that is not (hits, predicted, gold) is the caller's mistake, not a score."""
    for score in (f1, precision, recall):
        with pytest.raises(ValueError, match="last axis of counts"):
            score(wrong)


# --- intervals -------------------------------------------------------------------------------------------------------

RESAMPLES = 20_000
# The 2.5 % quantile of R draws from a normal distribution has a standard error of sqrt(.025 * .975 / R) / phi(1.96), that is
# 2.67 / sqrt(R), standard deviations; nearer the middle it is less. An end may differ between two programs by both their errors;
# 4.5 of them are never by chance.
RESAMPLING_ERROR = 4.5 * math.sqrt(2) * 2.67 / math.sqrt(RESAMPLES)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_of_f1_is_scipys(level: float) -> None:
    """The percentile bootstrap of scipy over the same letters ends where ours does, up to resampling error."""
    counts, _ = some_letters(50, seed=2)

    def score(hits, predicted, gold, axis=-1):
        return 2 * hits.sum(axis) / (predicted.sum(axis) + gold.sum(axis))

    theirs = scipy.stats.bootstrap(
        tuple(counts.T),
        score,
        paired=True,
        vectorized=True,
        method="percentile",
        confidence_level=level,
        n_resamples=RESAMPLES,
        batch=2000,
        rng=11,
    )
    assert f1_interval(counts, level=level, resamples=RESAMPLES) == pytest.approx(
        tuple(theirs.confidence_interval), abs=RESAMPLING_ERROR * theirs.standard_error
    )


def test_the_interval_of_a_difference_is_scipys() -> None:
    """The same for the paired difference of two engines, at another level."""
    a, b = some_letters(50, seed=3)

    def difference(*columns, axis=-1):
        hits, predicted, gold, *other = (column.sum(axis) for column in columns)
        return 2 * hits / (predicted + gold) - 2 * other[0] / (other[1] + other[2])

    theirs = scipy.stats.bootstrap(
        (*a.T, *b.T),
        difference,
        paired=True,
        vectorized=True,
        method="percentile",
        confidence_level=0.9,
        n_resamples=RESAMPLES,
        batch=2000,
        rng=12,
    )
    assert difference_interval(a, b, level=0.9, resamples=RESAMPLES) == pytest.approx(
        tuple(theirs.confidence_interval), abs=RESAMPLING_ERROR * theirs.standard_error
    )


def test_pairing_makes_the_difference_certain() -> None:
    """Engines that fail on the same letters differ by less than two samples of letters would, and one from itself by nothing."""
    a, b = some_letters(60, seed=4)
    paired = difference_interval(a, b)
    apart = interval(f1(resampled(a)) - f1(resampled(b, seed=8)))
    assert paired.high - paired.low < 0.8 * (apart.high - apart.low)
    assert difference_interval(a, a) == (0.0, 0.0)


def test_separate_calls_draw_the_same_letters() -> None:
    """Engines and fields resampled one by one are, row by row, what they are when resampled together."""
    a, b = some_letters(30, seed=5)
    together = resampled(np.stack([a, b], axis=1), resamples=50)
    assert together.shape == (50, 2, 3)
    np.testing.assert_array_equal(together[:, 0], resampled(a, resamples=50))
    np.testing.assert_array_equal(together[:, 1], resampled(b, resamples=50))


def test_every_resample_has_as_many_letters_as_the_set() -> None:
    """A letter's draws over all letters are their number, each letter is drawn, and another seed draws others."""
    drawn = resampled(np.repeat(np.eye(20)[:, :, None], 3, axis=2), resamples=400)[..., 0]
    assert set(drawn.sum(axis=1)) == {20.0}
    assert (drawn == drawn.round()).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 1, atol=4.5 / math.sqrt(400))  # a letter's draws have a variance below 1
    assert not np.array_equal(drawn, resampled(np.repeat(np.eye(20)[:, :, None], 3, axis=2), resamples=400, seed=8)[..., 0])


@given(a_letter(), st.integers(1, 20))
def test_letters_that_are_alike_resample_to_their_sum(letter: tuple[int, int, int], n: int) -> None:
    """With the same counts in every letter it does not matter which are drawn."""
    sums = resampled(np.array([letter] * n), resamples=20)
    np.testing.assert_array_equal(sums, np.broadcast_to(n * np.array(letter), (20, 3)))


@given(letters, st.integers(2, 40))
def test_more_values_a_letter_are_no_more_letters(counts: Counts, times: int) -> None:
    """Values that are right or wrong together leave the interval as wide as it was."""
    one, many = f1_interval(counts, resamples=100), f1_interval(times * counts, resamples=100)
    np.testing.assert_allclose(many, one)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50), st.floats(0.5, 0.99))
def test_an_interval_lies_within_its_samples(samples: list[float], level: float) -> None:
    """Both ends lie between the smallest and the largest sample, in order, and a higher level never narrows it."""
    found, wider = interval(samples, level), interval(samples, level + 0.005)
    assert min(samples) <= wider.low <= found.low <= found.high <= wider.high <= max(samples)


@given(engines())
def test_intervals_of_scores_are_scores(both: tuple[Counts, Counts]) -> None:
    """An F1 lies between 0 and 1, a difference between -1 and 1, and the mirrored difference is its negative."""
    a, b = both
    ends, difference, mirrored = (
        f1_interval(a, resamples=50),
        difference_interval(a, b, resamples=50),
        difference_interval(b, a, resamples=50),
    )
    assert math.isnan(ends.low) or 0 <= ends.low <= ends.high <= 1
    assert math.isnan(difference.low) or -1 <= difference.low <= difference.high <= 1
    np.testing.assert_allclose([-mirrored.high, -mirrored.low], difference, atol=1e-12)


def test_resamples_without_a_score_are_left_out() -> None:
    """A nan among the samples changes nothing; nothing but nan, or no letters at all, is no interval."""
    assert interval([math.nan, 0.25, math.nan, 0.75], level=0.5) == interval([0.25, 0.75], level=0.5) == (0.375, 0.625)
    for none in (
        interval([math.nan] * 3),
        interval([]),
        f1_interval(np.zeros((0, 3))),
        f1_interval(np.zeros((4, 3))),
        difference_interval(np.zeros((4, 3)), np.ones((4, 3))),
    ):
        assert isinstance(none, Interval)
        assert all(map(math.isnan, none))


def test_a_value_in_one_letter_of_many_has_an_interval() -> None:
    """Where most resamples miss the only letter with values, the others still say what they can: here, always right."""
    assert f1_interval([[3, 3, 3], *[[0, 0, 0]] * 4]) == (1.0, 1.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: resampled([1, 2, 3]),
        lambda: f1_interval(np.zeros((5, 2, 3))),
        lambda: interval(np.zeros((5, 2))),
        lambda: interval([0.1, 0.2], level=95),
        lambda: difference_interval(np.ones((5, 3)), np.ones((4, 3))),
        lambda: difference_interval(np.ones((5, 3)), np.ones((1, 3))),
        lambda: sign_flip(np.ones((5, 3)), np.ones((1, 3))),
        lambda: sign_flip(np.ones((2, 2, 3)), np.zeros((2, 2, 3))),
        lambda: wilson(3, 2),
        lambda: wilson(1, 0),
        lambda: wilson(-1, 2),
        lambda: cohen_kappa(["a"], []),
        lambda: gwet_ac1(["a"], ["a", "b"]),
    ],
)
def test_what_does_not_fit_is_refused(call) -> None:
    """Wrong shapes, unequal lengths and impossible shares raise; numpy would quietly repeat a single letter."""
    with pytest.raises(ValueError):  # noqa: PT011 - some of the messages are numpy's
        call()


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (0, 12), (7, 12), (12, 12), (91, 100)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_wilson_is_that_of_statsmodels(successes: int, n: int, level: float) -> None:
    """A second implementation gives the same ends, also of none and all."""
    theirs = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    assert wilson(successes, n, level) == pytest.approx(theirs, abs=1e-9)


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_holds_the_share(successes: int, failures: int) -> None:
    """The share lies in its interval, which stays within 0 and 1; of no trials there is none."""
    n = successes + failures
    found = wilson(successes, n)
    if n:
        assert 0 <= found.low <= successes / n + 1e-12
        assert successes / n - 1e-12 <= found.high <= 1
    else:
        assert all(map(math.isnan, found))


def test_intervals_over_letters_cover_better_than_over_values() -> None:
    """Where the values of a letter go together, the interval over letters holds the true F1 more often than the one over values.

    200 sets of 40 letters with 10 values each; a letter's share of right values follows a beta distribution with mean 0.9.
    """
    rng = np.random.default_rng(6)
    n, values, truth, runs = 40, 10, 0.9, 200
    held = np.zeros(2)
    for _ in range(runs):
        right = rng.random((n, values)) < rng.beta(9 * truth, 9 * (1 - truth), size=(n, 1))
        per_letter = np.stack([right.sum(axis=1), *np.full((2, n), values)], axis=-1)
        per_value = np.stack([right.ravel(), *np.ones((2, n * values))], axis=-1)
        ends = [f1_interval(counts, resamples=400) for counts in (per_letter, per_value)]
        held += [low <= truth <= high for low, high in ends]
    assert held[0] > held[1]


# --- the test of a difference ----------------------------------------------------------------------------------------


def distance(a: Counts, b: Counts) -> float:
    """The difference of micro-F1, rounded so that equal ones are equal."""
    return float(np.round(np.abs(f1(a.sum(axis=0)) - f1(b.sum(axis=0))), 12))


def scipys_p(a: Counts, b: Counts) -> float:
    """The exact p-value of the same test by scipy, which swaps the row numbers of a letter's two counts."""
    rows = np.concatenate([a, b])

    def distances(x, y, axis):
        sums = (rows[np.moveaxis(side, axis, -1).astype(int)].sum(axis=-2) for side in (x, y))
        ours, theirs = (2 * s[..., 0] / (s[..., 1] + s[..., 2]) for s in sums)
        return np.round(np.abs(ours - theirs), 12)

    numbers = np.arange(len(rows)).reshape(2, -1)
    found = scipy.stats.permutation_test(
        tuple(numbers), distances, permutation_type="samples", alternative="greater", vectorized=True, n_resamples=np.inf
    )
    return float(found.pvalue)


@pytest.mark.parametrize("seed", range(8))
def test_few_letters_give_scipys_exact_p(seed: int) -> None:
    """With ten letters every assignment is counted, and scipy counts the same."""
    a, b = some_letters(10, seed=seed)
    assert sign_flip(a, b) == pytest.approx(scipys_p(a, b), abs=1e-12)


def test_letters_that_are_alike_count_in_the_score_only() -> None:
    """Five letters with equal counts are not swapped, but they stay in both F1; scipy swaps them and gets the same."""
    a, b = some_letters(12, seed=39)
    b[5:10] = a[5:10]
    assert sign_flip(a, b) == pytest.approx(scipys_p(a, b), abs=1e-12)
    assert sign_flip(a, b) != sign_flip(np.delete(a, range(5, 10), axis=0), np.delete(b, range(5, 10), axis=0))


def test_fourteen_letters_that_differ_are_still_counted_out() -> None:
    """14 letters that differ among 200 give a whole number of 2^14 assignments, whatever the seed; 15 are sampled."""
    a = np.tile([5, 6, 7], (200, 1))
    b = a.copy()
    b[:14, 0] -= np.arange(14) % 4 + 1
    p = sign_flip(a, b, seed=1)
    assert p == sign_flip(a, b, seed=2, resamples=10)
    assert p == 2 / 2**14  # all letters speak for one engine: only they and their mirror image are so far apart
    b[14, 0] -= 1
    assert sign_flip(a, b, resamples=9) >= 1 / 10


def test_sampled_assignments_come_near_the_exact_p(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same letters by chance and in full differ by no more than the standard error allows."""
    a, b = some_letters(13, seed=21)
    exact = sign_flip(a, b)
    monkeypatch.setattr(statistics, "_EXACT_UP_TO", 0)
    assert 0.02 < exact < 0.98
    assert sign_flip(a, b) == pytest.approx(exact, abs=4.5 * math.sqrt(exact * (1 - exact) / 10_000))
    assert sign_flip(a, b) != exact


def test_sampled_p_is_never_zero() -> None:
    """Where no sampled assignment is as extreme, the one seen is: 1 of 1,000."""
    good, bad = np.tile([5, 5, 5], (60, 1)), np.tile([0, 5, 5], (60, 1))
    assert sign_flip(good, bad, resamples=999) == 1 / 1000


@given(engines(), st.booleans())
def test_p_does_not_know_which_engine_is_which(both: tuple[Counts, Counts], exact: bool) -> None:
    """Swapped engines have the same p-value, counted or sampled, and it is a probability above 0 where both have an F1."""
    a, b = both
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "_EXACT_UP_TO", 14 if exact else 0)
        p, mirrored = sign_flip(a, b, resamples=99), sign_flip(b, a, resamples=99)
    np.testing.assert_array_equal(p, mirrored)
    assert math.isnan(p) or 0 < p <= 1


@given(engines(most=5))
@settings(max_examples=40)
def test_p_keeps_its_promise(both: tuple[Counts, Counts]) -> None:
    """Of all ways to swap the counts, which are equally likely if the engines are alike, at most a share p has that p or less."""
    a, b = both
    assume((a[:, 1:].sum(axis=0) > 0).all() and (b[:, 1:].sum(axis=0) > 0).all())
    swaps = np.array(list(product([False, True], repeat=len(a))))[:, :, None]
    found = np.array([sign_flip(np.where(swap, b, a), np.where(swap, a, b)) for swap in swaps])
    for p in set(found):
        assert np.mean(found <= p + 1e-12) <= p + 1e-12


def test_equal_engines_differ_by_chance_alone() -> None:
    """No letter that differs: 1. Letters that differ and even out: 1 too."""
    a, _ = some_letters(20, seed=22)
    assert sign_flip(a, a) == 1.0
    assert sign_flip(np.zeros((0, 3)), np.zeros((0, 3))) == 1.0
    assert sign_flip([[1, 2, 2], [0, 2, 2]], [[0, 2, 2], [1, 2, 2]]) == 1.0


def test_ties_count_as_at_least_as_large() -> None:
    """Differences that are equal but for rounding count.

    Seen: 6/10 - 6/14 = 6/35. The second or the third letter swapped: 8/14 - 4/10 = 6/35. Both: 10/14 - 2/10 = 18/35. With the
    first letter swapped too, the same four mirrored. All eight are as large as the one seen, though 3/5 - 3/7 and 4/7 - 2/5 are
    not the same in floating point.
    """
    assert sign_flip([[2, 4, 3], [0, 2, 1], [1, 2, 2]], [[0, 0, 3], [1, 2, 1], [2, 2, 2]]) == 1.0


def test_one_engine_better_in_every_letter() -> None:
    """Three letters, one engine better in all: what was seen and its mirror image, 2 of 8."""
    assert sign_flip(np.tile([3, 4, 4], (3, 1)), np.tile([1, 4, 4], (3, 1))) == 2 / 8


def test_an_engine_without_an_f1_cannot_be_tested() -> None:
    """Nothing to find, and one engine predicted nothing: it has no F1, so the difference has no p-value."""
    assert math.isnan(sign_flip([[0, 0, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 0]]))
    assert sign_flip([[0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 2, 0]]) == 1.0


@given(p_values)
@settings(max_examples=20)  # theirs takes 40 ms
def test_holm_is_that_of_statsmodels(raw: list[float]) -> None:
    """A second implementation adjusts the p-values that are there alike; nan keeps its place and does not count."""
    adjusted = holm(raw)
    there = [i for i, p in enumerate(raw) if not math.isnan(p)]
    assert [math.isnan(p) for p in adjusted] == [math.isnan(p) for p in raw]
    if there:
        theirs = multipletests([raw[i] for i in there], method="holm")[1]
        np.testing.assert_allclose([adjusted[i] for i in there], theirs, rtol=1e-12)


@given(p_values)
def test_holm_never_lowers_nor_reorders(raw: list[float]) -> None:
    """Adjusted p-values are at least the raw ones, at most 1, and in the same order."""
    pairs = sorted((p, q) for p, q in zip(raw, holm(raw), strict=True) if not math.isnan(p))
    assert all(p <= q <= 1 for p, q in pairs)
    assert all(before[1] <= after[1] for before, after in pairwise(pairs))


def test_holm_by_hand() -> None:
    """0.01 x 4; 0.03 x 3; 0.04 x 2 is less than the 0.09 before it; 0.5 x 1. The nan is none of the four."""
    assert holm([0.5, 0.01, math.nan, 0.04, 0.03]) == pytest.approx([0.5, 0.04, math.nan, 0.09, 0.09], nan_ok=True)


# --- agreement -------------------------------------------------------------------------------------------------------


def raters(table: list[list[int]]) -> tuple[list[int], list[int]]:
    """The labels behind a table of counts, rows the first rater's categories and columns the second's."""
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [i for i, _ in pairs], [j for _, j in pairs]


# 100 charts of pregnant patients, sorted by two abstractors into ectopic, abnormal and normal intrauterine pregnancy: the example
# of Gwet, "Handbook of Inter-Rater Reliability", and of his package irrCAC (data set cont3x3abstractors), which gives
# AC1 = 0.8493305 and kappa = 0.7964094.
ABSTRACTORS = raters([[13, 0, 0], [0, 20, 7], [0, 4, 56]])


def test_ac1_of_the_three_categories_of_a_textbook() -> None:
    """The published 0.8493305 of the charts, by hand.

    po = (13 + 20 + 56) / 100 = 0.89. The mean shares are (13 + 13) / 200 = 0.13, (27 + 24) / 200 = 0.255 and
    (60 + 63) / 200 = 0.615, so
    pe = (0.13 x 0.87 + 0.255 x 0.745 + 0.615 x 0.385) / 2 = (0.1131 + 0.189975 + 0.236775) / 2 = 0.269925 and
    AC1 = (0.89 - 0.269925) / (1 - 0.269925) = 0.620075 / 0.730075 = 0.8493305.
    """
    assert gwet_ac1(*ABSTRACTORS) == pytest.approx(0.620075 / 0.730075, abs=1e-12)
    assert gwet_ac1(*ABSTRACTORS) == pytest.approx(0.8493305, abs=1e-7)


def test_ac1_where_kappa_collapses() -> None:
    """125 subjects, 118 positive by both, none negative by both: raters agree on 94 %, kappa is below 0 and AC1 is 0.94.

    po = 118 / 125 = 0.944. Positive shares are 123 / 125 and 120 / 125, their mean is 0.972. With two categories
    pe = 2 x 0.972 x 0.028 = 0.054432 and AC1 = 0.889568 / 0.945568 = 0.94078. For kappa
    pe = (123 x 120 + 2 x 5) / 125² = 14770 / 15625 = 0.94528 and kappa = -0.00128 / 0.05472 = -0.02339.
    """
    a, b = raters([[118, 5], [2, 0]])
    assert gwet_ac1(a, b) == pytest.approx(0.889568 / 0.945568, abs=1e-12)
    assert cohen_kappa(a, b) == pytest.approx(-0.00128 / 0.05472, abs=1e-12)


def test_kappa_of_the_textbook() -> None:
    """The published 0.7964094 of the same charts."""
    assert cohen_kappa(*ABSTRACTORS) == pytest.approx(0.7964094, abs=1e-7)


@given(ratings)
def test_kappa_is_that_of_statsmodels(pairs: list[tuple[object, object]]) -> None:
    """A second implementation computes the same from the table of counts, None being a category."""
    a, b = zip(*pairs, strict=True)
    assume(len({*a, *b}) > 1)
    table = [[pairs.count((x, y)) for y in LABELS] for x in LABELS]
    assert cohen_kappa(a, b) == pytest.approx(cohens_kappa(np.array(table), return_results=False), abs=1e-9)


@pytest.mark.parametrize("agreement", [cohen_kappa, gwet_ac1])
@given(pairs=ratings, times=st.integers(2, 4))
def test_agreement_is_about_shares(agreement, pairs: list[tuple[object, object]], times: int) -> None:
    """Raters swapped, labels renamed or reordered, and every pair repeated: the same agreement."""
    a, b = zip(*pairs, strict=True)
    names = {label: f"name {i}" for i, label in enumerate(LABELS)}
    same = [
        agreement(b, a),
        agreement(a[::-1], b[::-1]),
        agreement([names[x] for x in a], [names[x] for x in b]),
        agreement(a * times, b * times),
    ]
    np.testing.assert_allclose(same, agreement(a, b), atol=1e-12)


@given(ratings)
def test_agreement_is_one_only_where_raters_agree_everywhere(pairs: list[tuple[object, object]]) -> None:
    """Full agreement on two categories or more is 1 by both measures, and a single difference makes both less."""
    a, b = zip(*pairs, strict=True)
    if len(set(a)) > 1:
        assert (cohen_kappa(a, a), gwet_ac1(a, a)) == (1.0, pytest.approx(1.0))
    if a != b:
        assert cohen_kappa(a, b) < 1
        assert gwet_ac1(a, b) < 1


def test_agreement_on_one_category() -> None:
    """All denied by both: AC1 is full agreement, kappa is undefined. No labels: both are."""
    assert gwet_ac1([None] * 7, [None] * 7) == 1.0
    assert math.isnan(cohen_kappa([None] * 7, [None] * 7))
    assert math.isnan(gwet_ac1([], []))
    assert math.isnan(cohen_kappa([], []))


# --- sample size -----------------------------------------------------------------------------------------------------


def test_few_letters_are_warned_of() -> None:
    """15 letters are a quarter of the 60 that were measured, so twice their 5.4 points are expected."""
    assert few_letters(15) == (
        "Only 15 letters: an F1 near 0.90 is known to about ±11 points"
        " (measured: ±5.4 with 60, ±4.0 with 120, ±2.7 with 250 letters)"
        " and intervals from so few tend to be too narrow, so add labelled letters before you choose by these figures."
    )
    assert str(few_letters(1)).startswith("Only 1 letter: ")
    assert str(few_letters(0)).startswith("No letters were scored")


@pytest.mark.parametrize(("n", "warned"), [(0, True), (29, True), (30, False), (250, False)])
def test_thirty_letters_are_not_few(n: int, warned: bool) -> None:
    """Below 30 there is a warning, from 30 on none."""
    assert (few_letters(n) is not None) == warned
