"""Do two people who label the same letters blind agree? Field by field, before anybody settles anything.

Fields with one value: share of equal values, Gwet's AC1 and Cohen's kappa, with "the letter does not say" as a value of its
own. AC1 stands beside kappa because kappa collapses where nearly everybody says the same (Gwet 2008): a `retrospective` that is
nearly always false. Lists: F1 of one labelling against the other, which is the same in both directions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from llm_extract.evaluation.compare import Normal, is_list
from llm_extract.evaluation.metrics import FIELD_NAMES, Tallies
from llm_extract.evaluation.score import ITEM, Row, score
from llm_extract.evaluation.statistics import cohen_kappa, f1, gwet_ac1
from llm_extract.schema import Label


class FieldAgreement(NamedTuple):
    """Agreement in one field. `values`: compared values (lists: entries of both). None where a measure does not apply."""

    name: str
    values: int
    agreed: float | None
    ac1: float | None
    kappa: float | None
    f1: float | None


@dataclass(frozen=True)
class Disagreement:
    """One leaf on which the two differ. `pointer` is the first labelling's, or the second's where the first has no such value."""

    letter_id: str
    pointer: str
    first: Any
    second: Any


def agreement(first: Mapping[str, Label], second: Mapping[str, Label]) -> tuple[list[FieldAgreement], list[Disagreement]]:
    """Agreement by field over the letters that both have labelled, and every disagreement. Items are paired by treatment."""
    shared = sorted(first.keys() & second.keys())
    rows = [row for letter_id in shared for row in score(letter_id, "", first[letter_id], second[letter_id])]
    tallies = Tallies.of(rows, shared)
    measured = [_measured(name, [row for row in rows if row.field == name], tallies) for name in FIELD_NAMES]
    return measured, [_disagreement(row) for row in rows if row.outcome not in ("correct", "correctly_null")]


def _measured(name: str, rows: Sequence[Row], tallies: Tallies) -> FieldAgreement:
    values = [row for row in rows if row.outcome != "correctly_null"]
    whole = float(f1(tallies.counts((name,)).sum(axis=0)))
    if name == ITEM or is_list(name):
        return FieldAgreement(name, len(values), None, None, None, _known(whole))
    a, b = _ratings(rows)
    return FieldAgreement(name, len(a), _share(a, b), _known(gwet_ac1(a, b)), _known(cohen_kappa(a, b)), _known(whole))


def _ratings(rows: Iterable[Row]) -> tuple[list[Normal], list[Normal]]:
    pairs = [(row.gold_normal, row.predicted_normal) for row in rows]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _share(a: Sequence[Normal], b: Sequence[Normal]) -> float | None:
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a) if a else None


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _disagreement(row: Row) -> Disagreement:
    return Disagreement(row.letter_id, row.pointer or f"second:{row.predicted_pointer}", row.gold, row.predicted)


def table(measured: Iterable[FieldAgreement]) -> str:
    """The agreement as a Markdown table."""
    head = ["| field | values | equal | AC1 | kappa | F1 |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    lines = (f"| {m.name} | {m.values} | {' | '.join(map(_shown, (m.agreed, m.ac1, m.kappa, m.f1)))} |" for m in measured)
    return "\n".join([*head, *lines]) + "\n"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
