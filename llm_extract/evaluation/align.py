"""Which of the record's items is which of the label's: an optimal one-to-one pairing by the treatment.

Never by the decision, or a flipped decision would look like another item. Where treatments are equally alike (two "MRI"), the
words of the requests part them, and where even those are the same, the order. A pair below `THRESHOLD` is no pair: one item is
missing, one invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from scipy.optimize import linear_sum_assignment

from llm_extract.evaluation.compare import words
from llm_extract.schema import Item

THRESHOLD = 0.6
"""Least similarity of two treatments, 0 to 1. The report shows what other thresholds would give; see DECISIONS.md."""

_BY_REQUEST, _BY_ORDER = 1e-5, 1e-12
"""Weights of what parts equal treatments: each so small that it never outweighs a difference in what stands before it."""


class Alignment(NamedTuple):
    """Indices of paired items, label's and record's; and of those that stay alone."""

    pairs: tuple[tuple[int, int], ...]
    missing: tuple[int, ...]
    invented: tuple[int, ...]


def align(gold: Sequence[Item], predicted: Sequence[Item], *, threshold: float = THRESHOLD) -> Alignment:
    """Pair the items of a label with those of a record. The same, mirrored, when the arguments are exchanged."""
    if _texts(gold) > _texts(predicted):  # solved from one side only, so that ties too are mirrored
        pairs, missing, invented = align(predicted, gold, threshold=threshold)
        return Alignment(tuple(sorted((g, p) for p, g in pairs)), invented, missing)
    by_treatment = _similarities([i.treatment for i in gold], [i.treatment for i in predicted])
    by_request = _similarities([i.request for i in gold], [i.request for i in predicted])
    # Squared, so that of several twins the first goes with the first: the bare distances of crossed pairs may have the same sum.
    apart = np.subtract.outer(np.arange(len(gold)), np.arange(len(predicted))) ** 2
    # Below the threshold a pair is worth nothing, so that it never keeps an item from its true partner.
    worth = np.where(by_treatment >= threshold, by_treatment + _BY_REQUEST * by_request - _BY_ORDER * apart, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    pairs = tuple((int(g), int(p)) for g, p in zip(rows, columns, strict=True) if by_treatment[g, p] >= threshold)
    paired_gold, paired_predicted = {g for g, _ in pairs}, {p for _, p in pairs}
    return Alignment(
        pairs,
        tuple(g for g in range(len(gold)) if g not in paired_gold),
        tuple(p for p in range(len(predicted)) if p not in paired_predicted),
    )


def _texts(items: Sequence[Item]) -> list[tuple[str, str]]:
    return [(item.treatment, item.request) for item in items]


def _similarities(gold: list[str], predicted: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Similarity of every two texts, 0 to 1, whatever the order of their words.

    The mean of two: of all words, and of the words that both have. So "Shoulder CPM" is still the item "CPM", cut out too widely,
    and not one item missing and another invented with all their values; but where "CPM" is there too, it comes first.
    """
    left, right = [words(t) for t in gold], [words(t) for t in predicted]
    every, shared = (process.cdist(left, right, scorer=scorer) for scorer in (fuzz.token_sort_ratio, fuzz.token_set_ratio))
    shared = np.maximum(every, shared)  # two empty texts share no word and are the same
    # In single precision 0.7 would be less than 0.7.
    return np.asarray((every.astype(np.float64) + shared) / 200, dtype=np.float64)
