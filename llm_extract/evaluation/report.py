"""The report: every figure of an evaluation as frozen models, counted from rows.

Terminal, Markdown and HTML only show it. `Report.model_json_schema()` is its documented format; `llm-extract schema report`
prints it. Where cases are split, the headline figures are those of the `test` letters alone; those of `dev`, on which rules and
prompts were developed, stand among the slices.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from llm_extract.evaluation import confidence as trust
from llm_extract.evaluation.metrics import (
    DECISION_ORDER,
    FIELD_NAMES,
    GROUPS,
    NO_ITEM,
    ClassScore,
    Tallies,
    class_scores,
    confusion_of,
    majority_line,
    right_share,
)
from llm_extract.evaluation.score import Row
from llm_extract.evaluation.statistics import difference_interval, f1, f1_interval, few_letters, holm, sign_flip, wilson
from llm_extract.schema import Record, Status

FORMAT: Literal["1"] = "1"
COVERAGES = (0.8, 0.9, 0.95)
BUDGETS = (0.1, 0.3, 0.5)


class Part(BaseModel):
    """Base of the report's models: frozen, unknown keys refused, so that an old reader never misreads a newer report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(Part):
    """Outcomes of one field, or of fields together, with micro precision, recall and F1. Null: there is nothing to divide by."""

    name: str = Field(description="field, or group of fields: core, clinical, reasons, all; item: was the item found")
    core: bool = Field(description="whether it belongs to the core fields")
    correct: int
    wrong: int
    missing: int
    invented: int
    correctly_null: int = Field(description="the letter does not say and nothing was said; part of no figure")
    precision: float | None
    recall: float | None
    f1: float | None
    low: float | None = Field(description="lower bound of F1: bootstrap over letters, 95 %")
    high: float | None = Field(description="upper bound of F1")


class Share(Part):
    """A share of letters, with Wilson's interval."""

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class DecisionScore(Part):
    """One decision against the others."""

    decision: str
    gold: int
    predicted: int
    hits: int
    precision: float | None
    recall: float | None
    f1: float | None


class Decisions(Part):
    """How each decision was read, `overturned` first, beside someone who reads nothing and says the commonest one."""

    classes: tuple[DecisionScore, ...]
    confusion: dict[str, dict[str, int]] = Field(description="label's decision to record's decision to a count")
    right: Share = Field(description="decisions that are right, of all labelled items; Wilson over items")
    majority: tuple[DecisionScore, ...]
    majority_right: Share


class Cost(Part):
    """What the readings cost when their answers were first asked for, over the headline letters."""

    input_tokens: float = Field(description="prompt tokens a letter")
    output_tokens: float = Field(description="answer tokens a letter")
    attempts: float = Field(description="requests a letter")
    seconds: float = Field(description="mean seconds a letter")
    seconds_median: float = Field(description="median seconds a letter")
    cost_usd: float | None = Field(description="USD of all letters; null where the price is unknown")
    seconds_a_perfect_letter: float | None = Field(description="seconds of all letters by the number of perfect ones")
    usd_a_perfect_letter: float | None = Field(description="USD of all letters by the number of perfect ones")


class CurvePoint(Part):
    """The surest `coverage` of the values are right with `accuracy`."""

    coverage: float
    accuracy: float


class Confidence(Part):
    """What a value's confidence is worth, over core values and over all."""

    curve: tuple[CurvePoint, ...] = Field(description="risk-coverage over all values, surest first")
    core_curve: tuple[CurvePoint, ...] = Field(description="risk-coverage over the core values")
    accuracy_at: dict[str, float | None] = Field(description="coverage to accuracy, all values")
    core_accuracy_at: dict[str, float | None] = Field(description="coverage to accuracy, core values")
    caught_at: dict[str, float | None] = Field(description="share of values reviewed to share of wrong and invented ones caught")


class Sensitivity(Part):
    """What another alignment threshold would have given."""

    threshold: float
    pairs: int
    core_f1: float | None


class Slice(Part):
    """Figures of a part of the letters."""

    name: str
    value: str
    letters: int
    core_f1: float | None
    low: float | None
    high: float | None
    all_f1: float | None
    warning: bool = Field(description="too few letters for the interval to mean much")


class EngineReport(Part):
    """One engine's figures over the headline letters, and by slice over all."""

    name: str
    model: str | None
    prompts: str | None
    settings: dict[str, object]
    groups: tuple[Score, ...]
    fields: tuple[Score, ...]
    macro_by_field: float | None = Field(description="mean F1 of the core fields")
    macro_by_letter: float | None = Field(description="mean core F1 of the letters")
    perfect: Share = Field(description="letters perfect in all core fields")
    statuses: dict[Status, int]
    decisions: Decisions
    evidence: dict[str, int] = Field(description="values of which the contract asks evidence: supported, unsupported, absent")
    placed: Share | None = Field(description="evidence that touches the label's own; null where labels have none")
    cost: Cost
    confidence: Confidence
    sensitivity: tuple[Sensitivity, ...]
    slices: tuple[Slice, ...]

    def score(self, name: str) -> Score:
        """The score of a field or group."""
        return next(s for s in (*self.groups, *self.fields) if s.name == name)


class Difference(Part):
    """F1 of one engine minus that of another on the same letters: paired bootstrap and paired letter-level randomisation test."""

    engine: str
    against: str
    name: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None = Field(description="adjusted over the fields of this comparison; null for groups, which stand alone")

    @property
    def repeats_a_group(self) -> bool:
        """Whether this is the field of a group that has but it: "reasons" stands among the groups already."""
        return self.name in GROUPS and self.p_holm is not None


class CascadeStep(Part):
    """What a cascade gives that asks the model about the share `asked` of the letters, the least sure ones."""

    asked: float
    least_sure: float | None = Field(description="sureness of the least sure letter left to the rules; null where none is")
    f1: float | None = Field(description="over all fields")
    reading_f1: float | None = Field(description="over clinical lists and reasons")
    errors: float = Field(description="mean over letters of the share of values that are wrong, missing or invented")
    tokens: float = Field(description="a letter, in and out")
    seconds: float = Field(description="a letter")


class CascadeCurve(Part):
    """Rules alone for the surest letters, an engine for the others, over the headline letters."""

    engine: str
    steps: tuple[CascadeStep, ...]


class LetterLine(Part):
    """One letter and how each engine did on it."""

    letter_id: str
    slices: dict[str, str]
    headline: bool
    engines: dict[str, LetterScore]


class LetterScore(Part):
    """One letter by one engine."""

    status: Status
    core_f1: float | None
    all_f1: float | None
    errors: int = Field(description="wrong, missing and invented values in all fields")
    core_errors: int
    seconds: float


class CasesInfo(Part):
    """What was scored."""

    folder: str
    letters: int
    headline: str = Field(description="whose figures the headline shows: a split, or all")
    headline_letters: int
    splits: dict[str, int]
    items: int = Field(description="items of the headline letters")
    values: int = Field(description="labelled values of the headline letters")
    digest: str = Field(description="SHA-256 over the letters' and labels' bytes: equal for equal cases")
    left_out: tuple[str, ...] = Field(description="mistakes of labelled letters that were left out")


class Verdict(Part):
    """What a reader who knows nothing of the project should take away."""

    use: str = Field(description="engine")
    because: tuple[str, ...] = Field(description="sentences")
    fails: tuple[str, ...] = Field(description="sentences: where the recommended engine is worst")


class Report(Part):
    """An evaluation."""

    format: Literal["1"] = FORMAT
    made: str = Field(description="date and time, ISO 8601")
    version: str = Field(description="version of llm_extract")
    cases: CasesInfo
    method: dict[str, object] = Field(description="threshold, resamples, seed, level: what the figures depend on")
    verdict: Verdict
    engines: tuple[EngineReport, ...]
    differences: tuple[Difference, ...]
    cascades: tuple[CascadeCurve, ...] = Field(description="of each engine that reads with rules and a model")
    letters: tuple[LetterLine, ...]
    warnings: tuple[str, ...]

    def engine(self, name: str) -> EngineReport:
        """The figures of one engine."""
        return next(e for e in self.engines if e.name == name)

    def difference(self, engine: str, name: str) -> Difference | None:
        """The difference of an engine from the baseline in a field or group."""
        return next((d for d in self.differences if d.engine == engine and d.name == name), None)


LetterLine.model_rebuild()


# --- from rows -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EngineRun:
    """One engine over all cases. `sensitivity` maps a threshold to (pairs, core counts summed over the headline letters)."""

    name: str
    settings: Mapping[str, object]
    records: Sequence[Record]
    rows: Sequence[Row]
    sensitivity: Mapping[float, tuple[int, NDArray[np.int64]]]


def engine_report(
    run: EngineRun, letters: Sequence[str], headline: Collection[str], slices: Mapping[str, Mapping[str, str]]
) -> EngineReport:
    """The figures of one engine. `letters` are all cases' ids, `headline` those whose figures stand first."""
    everything = Tallies.of(run.rows, letters)
    tallies = everything.only(headline)
    rows = [row for row in run.rows if row.letter_id in headline]
    records = [record for record in run.records if record.letter_id in headline]
    perfect = int((tallies.errors(GROUPS["core"]) == 0).sum())
    groups = tuple(score_of(name, tallies, fields) for name, fields in GROUPS.items())
    fields = tuple(score_of(name, tallies, (name,)) for name in FIELD_NAMES)
    return EngineReport(
        name=run.name,
        model=next((r.run.model for r in records if r.run.model), None),
        prompts=", ".join(sorted({p for r in records for p in (r.run.prompt or "").split(", ") if p})) or None,
        settings=dict(run.settings),
        groups=groups,
        fields=fields,
        macro_by_field=_mean([s.f1 for s in fields if s.core]),
        macro_by_letter=_mean([_number(v) for v in f1(tallies.counts(GROUPS["core"]))]),
        perfect=share_of(perfect, len(tallies.letters)),
        statuses=dict(Counter(record.status for record in records)),
        decisions=_decisions(rows),
        evidence=dict(sorted(Counter(str(row.evidence) for row in rows if row.evidence is not None).items())),
        placed=_placed(rows),
        cost=_cost(records, perfect),
        confidence=_confidence(rows),
        sensitivity=tuple(
            Sensitivity(threshold=threshold, pairs=pairs, core_f1=_number(f1(counts)))
            for threshold, (pairs, counts) in sorted(run.sensitivity.items())
        ),
        slices=_slices(everything, slices),
    )


CORE = frozenset(GROUPS["core"])


def score_of(name: str, tallies: Tallies, fields: Sequence[str]) -> Score:
    """Outcomes, precision, recall and F1 of some fields together."""
    counts, totals = tallies.counts(fields), tallies.totals(fields)
    hits, predicted, gold = (int(n) for n in counts.sum(axis=0))
    low, high = f1_interval(counts)
    return Score(
        name=name,
        core=name == "core" or name in CORE,
        **{str(outcome): n for outcome, n in totals.items()},
        precision=hits / predicted if predicted else None,
        recall=hits / gold if gold else None,
        f1=2 * hits / (predicted + gold) if predicted + gold else None,
        low=_number(low),
        high=_number(high),
    )


def share_of(hits: int, of: int) -> Share:
    """A share with Wilson's interval."""
    low, high = wilson(hits, of)
    return Share(hits=hits, of=of, share=hits / of if of else None, low=_number(low), high=_number(high))


def _number(value: float | NDArray[np.float64]) -> float | None:
    """None for nan: JSON has no nan."""
    return None if math.isnan(float(value)) else float(value)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return fmean(known) if known else None


def _decisions(rows: Sequence[Row]) -> Decisions:
    confusion = confusion_of(rows)
    classes, majority = class_scores(confusion), majority_line(confusion)
    table: dict[str, dict[str, int]] = {}
    for gold in (*DECISION_ORDER, NO_ITEM):
        line = {predicted: n for predicted in (*DECISION_ORDER, NO_ITEM) if (n := confusion.get((gold, predicted), 0))}
        if line:
            table[gold] = line
    return Decisions(
        classes=tuple(map(_class, classes)),
        confusion=table,
        right=share_of(*right_share(classes)),
        majority=tuple(map(_class, majority)),
        majority_right=share_of(*right_share(majority)),
    )


def _class(score: ClassScore) -> DecisionScore:
    return DecisionScore(**score._asdict(), precision=score.precision, recall=score.recall, f1=score.f1)


def _placed(rows: Sequence[Row]) -> Share | None:
    placed = [row.placed for row in rows if row.placed is not None]
    return share_of(sum(placed), len(placed)) if placed else None


def _cost(records: Sequence[Record], perfect: int) -> Cost:
    runs = [record.run for record in records]
    usd = None if any(run.cost_usd is None for run in runs) else sum(run.cost_usd or 0.0 for run in runs)
    seconds = [run.seconds for run in runs]
    return Cost(
        input_tokens=_mean([run.input_tokens for run in runs]) or 0.0,
        output_tokens=_mean([run.output_tokens for run in runs]) or 0.0,
        attempts=_mean([run.attempts for run in runs]) or 0.0,
        seconds=_mean(seconds) or 0.0,
        seconds_median=median(seconds) if seconds else 0.0,
        cost_usd=usd,
        seconds_a_perfect_letter=sum(seconds) / perfect if perfect else None,
        usd_a_perfect_letter=usd / perfect if perfect and usd is not None else None,
    )


def _confidence(rows: Sequence[Row]) -> Confidence:
    core = [row for row in rows if row.field in CORE]
    return Confidence(
        curve=_thinned(trust.risk_coverage(rows)),
        core_curve=_thinned(trust.risk_coverage(core)),
        accuracy_at={str(c): trust.accuracy_at(rows, c) for c in COVERAGES},
        core_accuracy_at={str(c): trust.accuracy_at(core, c) for c in COVERAGES},
        caught_at={str(b): trust.caught_at(rows, b) for b in BUDGETS},
    )


_POINTS = 200


def _thinned(points: Sequence[trust.Point]) -> tuple[CurvePoint, ...]:
    """At most `_POINTS` points of a curve, its last among them."""
    step = max(1, math.ceil((len(points) - 1) / (_POINTS - 1)))
    kept = [*points[: len(points) - 1 : step], *points[-1:]]
    return tuple(CurvePoint(coverage=p.coverage, accuracy=p.accuracy) for p in kept)


def _slices(tallies: Tallies, slices: Mapping[str, Mapping[str, str]]) -> tuple[Slice, ...]:
    """Each value of each slice that holds more than one letter; a family is no slice: it is what a split keeps together."""
    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    for letter_id, named in slices.items():
        for name, value in named.items():
            if name != "family":
                members[name, value].add(letter_id)
    return tuple(_slice(name, value, tallies.only(ids)) for (name, value), ids in sorted(members.items()) if len(ids) > 1)


def _slice(name: str, value: str, tallies: Tallies) -> Slice:
    core = tallies.counts(GROUPS["core"])
    low, high = f1_interval(core)
    return Slice(
        name=name,
        value=value,
        letters=len(tallies.letters),
        core_f1=_number(f1(core.sum(axis=0))),
        low=_number(low),
        high=_number(high),
        all_f1=_number(f1(tallies.counts(GROUPS["all"]).sum(axis=0))),
        warning=few_letters(len(tallies.letters)) is not None,
    )


# --- between engines -------------------------------------------------------------------------------------------------


def differences(engine: str, tallies: Tallies, against: str, others: Tallies) -> tuple[Difference, ...]:
    """Groups and fields of one engine against another on the same letters, Holm over the fields."""
    groups = [_difference(engine, tallies, against, others, name, fields) for name, fields in GROUPS.items()]
    fields = [_difference(engine, tallies, against, others, name, (name,)) for name in FIELD_NAMES]
    adjusted = holm([math.nan if d.p is None else d.p for d in fields])
    return (*groups, *(d.model_copy(update={"p_holm": _number(p)}) for d, p in zip(fields, adjusted, strict=True)))


def _difference(engine: str, a: Tallies, against: str, b: Tallies, name: str, fields: Sequence[str]) -> Difference:
    left, right = a.counts(fields), b.counts(fields)
    low, high = difference_interval(left, right)
    return Difference(
        engine=engine,
        against=against,
        name=name,
        difference=_number(f1(left.sum(axis=0)) - f1(right.sum(axis=0))),
        low=_number(low),
        high=_number(high),
        p=_number(sign_flip(left, right)) if left.sum() or right.sum() else None,
        p_holm=None,
    )


def letter_lines(
    runs: Sequence[EngineRun], letters: Sequence[str], headline: Collection[str], slices: Mapping[str, Mapping[str, str]]
) -> tuple[LetterLine, ...]:
    """A line a letter, with each engine's score of it."""
    by_engine = {run.name: _letter_scores(run, letters) for run in runs}
    return tuple(
        LetterLine(
            letter_id=letter_id,
            slices=dict(slices.get(letter_id, {})),
            headline=letter_id in headline,
            engines={name: scores[letter_id] for name, scores in by_engine.items()},
        )
        for letter_id in letters
    )


def _letter_scores(run: EngineRun, letters: Sequence[str]) -> dict[str, LetterScore]:
    tallies, records = Tallies.of(run.rows, letters), {record.letter_id: record for record in run.records}
    errors = {name: tallies.errors(fields) for name, fields in GROUPS.items()}
    by_letter = {name: f1(tallies.counts(fields)) for name, fields in GROUPS.items()}
    return {
        letter_id: LetterScore(
            status=records[letter_id].status,
            core_f1=_number(by_letter["core"][i]),
            all_f1=_number(by_letter["all"][i]),
            errors=int(errors["all"][i]),
            core_errors=int(errors["core"][i]),
            seconds=records[letter_id].run.seconds,
        )
        for i, letter_id in enumerate(letters)
    }
