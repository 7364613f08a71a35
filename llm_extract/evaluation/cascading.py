"""What a cascade would give at every threshold: letters from the surest on left to the rules, the others read by both.

Mixed from the two engines' rows, letter by letter, so that the whole curve costs nothing beside the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from llm_extract.evaluation.metrics import GROUPS, Tallies
from llm_extract.evaluation.report import CascadeCurve, CascadeStep, EngineRun
from llm_extract.evaluation.statistics import f1
from llm_extract.schema import RunInfo

READING = (*GROUPS["clinical"], *GROUPS["reasons"])
"""The fields that a model is asked about."""
_MOST_STEPS = 20


def cascade_curve(
    rules: EngineRun, both: EngineRun, sureness: Mapping[str, float], letters: Sequence[str], headline: Collection[str]
) -> CascadeCurve:
    """The steps from "all letters left to the rules" to "the model asked about all"."""
    alone, together = (Tallies.of(run.rows, letters).only(headline) for run in (rules, both))
    costs = [{r.letter_id: r.run for r in run.records} for run in (rules, both)]
    order = sorted(alone.letters, key=lambda letter: sureness.get(letter, 0.0))
    return CascadeCurve(engine=both.name, steps=tuple(_steps(alone, together, order, sureness, costs)))


def _steps(
    alone: Tallies, together: Tallies, order: Sequence[str], sureness: Mapping[str, float], costs: Sequence[Mapping[str, RunInfo]]
) -> Iterator[CascadeStep]:
    """From none asked to all asked, the least sure letters first; letters that are equally sure are asked together."""
    for asked in _cuts([sureness.get(letter, 0.0) for letter in order]):
        wanted = set(order[:asked])
        is_asked = np.array([letter in wanted for letter in alone.letters])
        mixed = replace(alone, outcomes=np.where(is_asked[:, None, None], together.outcomes, alone.outcomes))
        runs = [costs[letter in wanted][letter] for letter in order]
        yield CascadeStep(
            asked=asked / len(order),
            least_sure=sureness.get(order[asked], 0.0) if asked < len(order) else None,
            f1=_f1(mixed, GROUPS["all"]),
            reading_f1=_f1(mixed, READING),
            errors=_error_share(mixed),
            tokens=sum(run.input_tokens + run.output_tokens for run in runs) / len(runs),
            seconds=sum(run.seconds for run in runs) / len(runs),
        )


def _cuts(ordered: Sequence[float]) -> list[int]:
    """Numbers of letters asked at which no tie is cut, at most `_MOST_STEPS` and the two ends."""
    whole = [i for i in range(len(ordered) + 1) if i in (0, len(ordered)) or ordered[i] != ordered[i - 1]]
    step = max(1, -(-len(whole) // _MOST_STEPS))
    return sorted({*whole[::step], len(ordered)}) if ordered else []


def _f1(tallies: Tallies, fields: Sequence[str]) -> float | None:
    value = float(f1(tallies.counts(fields).sum(axis=0)))
    return None if np.isnan(value) else value


def _error_share(tallies: Tallies) -> float:
    """Mean over letters of the share of values that are wrong, missing or invented."""
    errors = tallies.errors(GROUPS["all"])
    values = tallies.values(GROUPS["all"])
    return float(np.mean(errors / np.maximum(values, 1)))
