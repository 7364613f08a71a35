"""How sure a score is, and whether two engines differ: intervals and tests whose unit is the letter.

The values of one letter are right or wrong together (one lost heading loses them all), so a letter is one observation, however
many values it has. Intervals that resample values are too narrow; these draw whole letters (Field and Welsh 2007, "Bootstrapping
clustered data"). A score's interval and the interval of a difference come from the same draws, so engines stay paired.

Scores come from counts: an array whose last axis is (hits, predicted, gold), the number of right values, of values that the
engine gave and of values that the label has. Its first axis is the letters wherever letters are resampled. All scores, levels and
p-values are fractions of 1. What is undefined is nan, without a warning. Wrong shapes raise ValueError: they are mistakes of the
caller.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_HITS, _PREDICTED, _GOLD = range(3)
_EXACT_UP_TO = 14
"""Letters that differ, up to which `sign_flip` looks at every one of the 2^n assignments."""
_SAME = 1e-12
"""Differences of F1 that are further apart than this are different; closer ones are rounding."""
_ENOUGH_LETTERS = 30
_MEASURED_HALF_WIDTHS = ((60, 5.4), (120, 4.0), (250, 2.7))
"""Letters, and half the width of the 95 % interval in points of F1 that was measured with them near 0.90."""


class Interval(NamedTuple):
    """A confidence interval, both ends included; (nan, nan) where there is none."""

    low: float
    high: float


NO_INTERVAL = Interval(math.nan, math.nan)

# --- scores ----------------------------------------------------------------------------------------------------------


def precision(counts: npt.ArrayLike) -> Floats:
    """The share of the predicted values that are right. (..., 3) to (...); nan where nothing was predicted."""
    c = _counts(counts)
    return _ratio(c[..., _HITS], c[..., _PREDICTED])


def recall(counts: npt.ArrayLike) -> Floats:
    """The share of the gold values that were found. (..., 3) to (...); nan where there was nothing to find."""
    c = _counts(counts)
    return _ratio(c[..., _HITS], c[..., _GOLD])


def f1(counts: npt.ArrayLike) -> Floats:
    """2 hits / (predicted + gold), the harmonic mean of precision and recall. (..., 3) to (...); nan where both are 0.

    Over summed counts this is micro-F1. Unlike the mean of precision and recall it is also defined where nothing was predicted
    though there was something to find: 0.
    """
    c = _counts(counts)
    return _ratio(2 * c[..., _HITS], c[..., _PREDICTED] + c[..., _GOLD])


def _counts(counts: npt.ArrayLike) -> Floats:
    c = np.asarray(counts, dtype=np.float64)
    if not c.ndim or c.shape[-1] != 3:
        raise ValueError(f"the last axis of counts is (hits, predicted, gold), not of shape {c.shape}")
    return c


def _by_letter(counts: npt.ArrayLike) -> Floats:
    c = _counts(counts)
    if c.ndim != 2:
        raise ValueError(f"counts of one engine are of shape (letters, 3), not {c.shape}")
    return c


def _paired(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Floats]:
    one, other = _by_letter(a), _by_letter(b)
    if len(one) != len(other):
        raise ValueError(f"two engines are compared on the same letters, not on {len(one)} and {len(other)}")
    return one, other


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=ratio, where=np.not_equal(whole, 0))
    return ratio


# --- intervals -------------------------------------------------------------------------------------------------------


def resampled(counts: npt.ArrayLike, *, resamples: int = 2000, seed: int = 7) -> Floats:
    """Sums over as many letters as there are, drawn with replacement. (letters, ..., 3) to (resamples, ..., 3).

    The draws depend on the number of letters, `resamples` and `seed` only: engines, fields and classes that are resampled in
    separate calls are summed over the same letters, row by row, and may be subtracted. No letters: all sums are 0.
    """
    c = _counts(counts)
    if c.ndim < 2:
        raise ValueError("the first axis of counts to resample is the letters, and it is missing")
    return np.tensordot(_weights(len(c), resamples, seed), c, axes=1)


@lru_cache(maxsize=4)
def _weights(letters: int, resamples: int, seed: int) -> Floats:
    """How often each letter is drawn, (resamples, letters). Kept, since a report asks for the same draws a field and engine."""
    draws = np.random.default_rng(seed).multinomial(letters, [1 / letters] * letters, size=resamples) if letters else None
    weights = np.zeros((resamples, 0)) if draws is None else draws.astype(np.float64)
    weights.setflags(write=False)
    return weights


def interval(samples: npt.ArrayLike, level: float = 0.95) -> Interval:
    """The percentile interval of one resampled score (Efron 1979). (resamples,) to two ends; (nan, nan) when all are nan.

    Resamples in which the score is undefined are left out: the interval is that of the score where it has a value. Letters
    without a single mistake give an interval without width; `wilson` over letters says what such a sample can still hide.
    """
    values = np.asarray(samples, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"an interval is that of one score, (resamples,), not {values.shape}")
    defined = values[~np.isnan(values)]
    if not defined.size:
        return NO_INTERVAL
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def f1_interval(counts: npt.ArrayLike, *, level: float = 0.95, resamples: int = 2000, seed: int = 7) -> Interval:
    """The interval of one engine's micro-F1, counts of shape (letters, 3)."""
    return interval(f1(resampled(_by_letter(counts), resamples=resamples, seed=seed)), level)


def difference_interval(
    a: npt.ArrayLike, b: npt.ArrayLike, *, level: float = 0.95, resamples: int = 2000, seed: int = 7
) -> Interval:
    """The interval of f1(a) - f1(b) over the same letters, both of shape (letters, 3) in the same order.

    Paired: a letter that is hard for both moves both, so this is narrower than what the two engines' own intervals suggest.
    """
    one, other = (f1(resampled(c, resamples=resamples, seed=seed)) for c in _paired(a, b))
    return interval(one - other, level)


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval (1927) of a share of independent trials, such as letters; (nan, nan) for none.

    Not for values: those of a letter are no independent trials.
    """
    from scipy.stats import binomtest  # the slowest import here by far, and only shares need it

    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share")
    if not n:
        return NO_INTERVAL
    found = binomtest(successes, n).proportion_ci(confidence_level=level, method="wilson")
    return Interval(max(0.0, float(found.low)), min(1.0, float(found.high)))


# --- tests -----------------------------------------------------------------------------------------------------------


def sign_flip(a: npt.ArrayLike, b: npt.ArrayLike, *, resamples: int = 10_000, seed: int = 7) -> float:
    """The two-sided p-value of the difference in micro-F1, both of shape (letters, 3) in the same order.

    Approximate randomisation (Yeh 2000, "More accurate tests for the statistical significance of result differences"): if the
    engines are alike, either could have given either's counts of a letter, so all 2^n ways to swap are equally likely, and p is
    the share of them whose difference is at least as large as the one seen. Letters with equal counts stay where they are. Up
    to 14 letters that differ every way is counted, beyond `resamples` random ones and the one seen, which keeps p above 0 and
    the test valid (Phipson and Smyth 2010). No letter differs: 1.0. An engine without an F1 (nothing predicted and nothing to
    find, while the other predicted): nan. A way to swap that leaves an engine without one counts as large.
    """
    one, other = _paired(a, b)
    change = (other - one)[np.any(one != other, axis=1)]
    if not len(change):
        return 1.0
    totals = one.sum(axis=0), other.sum(axis=0)
    seen = float(_distance(*totals))
    if math.isnan(seen):
        return math.nan
    exact = len(change) <= _EXACT_UP_TO
    moved = (_all_swaps(len(change)) if exact else _random_swaps(len(change), resamples, seed)) @ change
    large = ~(_distance(totals[0] + moved, totals[1] - moved) < seen - _SAME)  # so written, nan is large
    return float(np.mean(large)) if exact else (1 + int(large.sum())) / (1 + resamples)


def _distance(a: Floats, b: Floats) -> Floats:
    return np.abs(f1(a) - f1(b))


def _all_swaps(letters: int) -> Floats:
    """Every way to swap or keep, (2^letters, letters) of 1 and 0."""
    return (np.arange(2**letters)[:, None] >> np.arange(letters) & 1).astype(np.float64)


def _random_swaps(letters: int, resamples: int, seed: int) -> Floats:
    return np.random.default_rng(seed).integers(0, 2, size=(resamples, letters)).astype(np.float64)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number (Holm 1979), in the given order: those below a level hold together at that level.

    nan stays nan and is not counted: where there was nothing to test, no chance was taken.
    """
    adjusted = [math.nan] * len(p_values)
    tested = sorted((i for i, p in enumerate(p_values) if not math.isnan(p)), key=lambda i: p_values[i])
    largest = 0.0
    for rank, i in enumerate(tested):
        largest = max(largest, min(1.0, (len(tested) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


# --- agreement -------------------------------------------------------------------------------------------------------


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable]) -> float:
    """Agreement of two raters beyond chance, (po - pe) / (1 - pe), where chance keeps each rater's own shares.

    Cohen 1960, "A coefficient of agreement for nominal scales": pe is the sum over categories of the product of both raters'
    shares. Labels are of one order and nominal: equal or not; None is a category like any other. nan for no labels, and where
    both raters used the same single category: chance then explains all. ValueError for lists of different length.
    """
    agreed = _agreed(a, b)
    of_a, of_b = Counter(a), Counter(b)
    by_chance = sum(of_a[k] * of_b[k] for k in of_a)  # in pairs of labels, len(a)² of them: whole numbers, so 1 is exactly 1
    pairs = len(a) ** 2
    return (agreed * len(a) - by_chance) / (pairs - by_chance) if pairs != by_chance else math.nan


def gwet_ac1(a: Sequence[Hashable], b: Sequence[Hashable]) -> float:
    """Agreement of two raters beyond chance, (po - pe) / (1 - pe), which does not collapse where one category is most of all.

    Gwet 2008, "Computing inter-rater reliability and its variance in the presence of high agreement": pe is the sum over
    categories of pi (1 - pi), divided by K - 1, with pi the mean of both raters' shares. K is the number of categories that
    anybody used; counting unused ones would raise the result. K = 1: both agree everywhere, 1.0. Labels as in `cohen_kappa`;
    nan for no labels. ValueError for lists of different length.
    """
    agreed = _agreed(a, b)
    used = Counter(a) + Counter(b)
    if len(used) < 2:
        return 1.0 if used else math.nan
    shares = [count / (2 * len(a)) for count in used.values()]
    by_chance = sum(share * (1 - share) for share in shares) / (len(used) - 1)
    return (agreed / len(a) - by_chance) / (1 - by_chance)


def _agreed(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    return sum(x == y for x, y in zip(a, b, strict=True))


# --- sample size -----------------------------------------------------------------------------------------------------


def few_letters(n: int) -> str | None:
    """One sentence for the reader of a report on fewer than 30 letters, else None.

    The half-width that it expects is the one measured with 60 letters, widened with the square root of the letters missing.
    """
    if n >= _ENOUGH_LETTERS:
        return None
    if n < 1:
        return "No letters were scored, so nothing is known: add labelled letters."
    letters, points = _MEASURED_HALF_WIDTHS[0]
    expected = points * math.sqrt(letters / n)
    measured = ", ".join(f"±{points} with {letters}" for letters, points in _MEASURED_HALF_WIDTHS)
    return (
        f"Only {n} letter{'s' * (n > 1)}: an F1 near 0.90 is known to about ±{expected:.0f} points (measured: {measured} letters)"
        " and intervals from so few tend to be too narrow, so add labelled letters before you choose by these figures."
    )
