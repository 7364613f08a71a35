"""The report's figures, reckoned again from the rows in plain Python; its format; and the verdict that it opens with."""

from __future__ import annotations

import inspect
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from statistics import fmean, median
from typing import Any

import evaluation_samples as es
import numpy as np
import pytest
import samples
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from llm_extract import __version__
from llm_extract.confidence import Calibration, Signals
from llm_extract.evaluation import confidence as trust
from llm_extract.evaluation.align import THRESHOLD
from llm_extract.evaluation.cases import Case, Cases, LabelFile, Mistake
from llm_extract.evaluation.evaluate import THRESHOLDS, Reader, engine_run, headline_of, report_of, row_signals, rows_of
from llm_extract.evaluation.metrics import FIELD_NAMES, GROUPS, NO_ITEM, Tallies
from llm_extract.evaluation.report import (
    Difference,
    EngineReport,
    EngineRun,
    Report,
    Score,
    differences,
    engine_report,
    letter_lines,
    share_of,
)
from llm_extract.evaluation.score import ITEM, SLIP, Row, score
from llm_extract.evaluation.statistics import difference_interval, f1_interval, holm, sign_flip, wilson
from llm_extract.evaluation.verdict import verdict_of
from llm_extract.letters import LetterFile
from llm_extract.pipeline import Traced
from llm_extract.schema import EvidenceSpan, Issue, Label, Record

TEXTS = [name for name in samples.NAMES if samples.path_of(name).suffix == ".txt"]
TEST = frozenset(TEXTS[: len(TEXTS) // 2 + 1])

# --- an evaluation ---------------------------------------------------------------------------------------------------


def case(label: Label, *, evidence: Mapping[str, Any] | None = None, **slices: str) -> Case:
    """A labelled letter."""
    name = label.letter_id
    path = samples.path_of(name) if name in samples.NAMES else Path("nowhere") / f"{name}.txt"
    return Case(LetterFile(name, path), LabelFile(**dict(label), evidence=evidence or {}), slices)


def cases(*listed: Case, **more: Any) -> Cases:
    """Labelled letters as a folder has them."""
    return Cases(Path("some") / "gold", listed, **more)


def evidence_of(name: str) -> dict[str, tuple[EvidenceSpan, ...]]:
    """Where a letter says whether each item stands, and its sex: found by the words alone, right or wrong."""
    text, found = samples.letter(name).text, {}
    for pointer, words in (("/items/0/decision", "medically necessary"), ("/patient/sex", "male"), ("/patient/age", "year")):
        if words in text:
            at = text.index(words)
            found[pointer] = (EvidenceSpan(start=at, end=at + len(words)),)
    return found


def changes(kind: int, label: Label) -> Label:
    """A label with the mistakes of one kind."""
    first = label.items[0]
    slipped = es.changed(label, items__0__treatment=f"{first.treatment}s", items__0__refills=7, patient__age=None)
    return (
        label,
        es.changed(label, items__0__decision="partially_overturned", clinical__diagnoses=[]),
        slipped,
        es.changed(label, items=label.items[1:], clinical__medications=[*label.clinical.medications, "invented drug"]),
        es.changed(label, items=[*label.items[::-1], es.an_item("Invented thing")], items__0__reasons=["other"]),
    )[kind]


def record(name: str, kind: int, engine: str, cost: float | None) -> Record:
    """An engine's record of a letter, with mistakes of a kind; the sixth kind is that it failed."""
    run = {
        "engine": engine,
        "seconds": 1.5 + kind,
        "input_tokens": 100 * kind,
        "output_tokens": kind,
        "attempts": 1,
        "cost_usd": cost,
    }
    if kind == 5:
        return es.failed(name, **run)
    return es.record_of(changes(kind, es.label(name)), evidence=evidence_of(name), status="ok", run=run)


CALIBRATION = Calibration(
    {
        (): (8, 9),
        ("baseline",): (1, 4),
        ("baseline", "False", "alone", "age"): (0, 9),
        ("baseline", "False", "alone", "decision"): (9, 9),
        ("baseline", "False", "alone", "medications"): (3, 9),
        ("model", "False", "agrees"): (20, 20),
        ("model", "False", "agrees", "medications"): (0, 20),
        ("model", "False", "differs"): (3, 20),
    }
)


@lru_cache
def evaluation() -> tuple[Cases, tuple[EngineRun, ...], Report]:
    """Three engines over the letters, two of which make mistakes, and a variant named as nothing else."""
    listed = [
        case(
            es.label(name),
            evidence=({**evidence_of(name), "/items/0/decision": (EvidenceSpan(start=0, end=5),)} if i % 2 else {}),
            split="test" if name in TEST else "dev",
            layout=("expert_reviewer", "notice_2013")[i % 2],
            family=("one", "two")[i % 2],
            **({"trap:years": "yes"} if i in (1, 2) else {"lone": "yes"} if i == 3 else {}),
        )
        for i, name in enumerate(TEXTS)
    ]
    letters = {name: samples.letter(name) for name in TEXTS[1:]}
    kinds = {"baseline": (4, 1, 2, 3, 5, 1, 4, 2, 3, 1), "model": (0, 2, 0, 1, 3, 0, 5, 0, 2, 0), "perfect": (0,) * 10}
    costs = {"baseline": 0.0, "model": None, "perfect": 0.25}
    readers = [
        Reader(
            engine,
            {"engine": engine},
            [Traced(record(n, k, engine, costs[engine]), {}) for n, k in zip(TEXTS, kinds[engine], strict=True)],
        )
        for engine in kinds
    ]
    _, headline = headline_of(listed)
    runs = tuple(
        engine_run(r, listed, letters, headline, CALIBRATION, readers[0].records if r.name != "baseline" else None)
        for r in readers
    )
    whole = cases(*listed, left_out=(Mistake("labels/x.json", "/a", "wrong."), Mistake("labels/x.json", "/b", "wrong.")))
    return whole, runs, report_of(whole, runs)


def report() -> Report:
    """The evaluation's report."""
    return evaluation()[2]


def runs() -> dict[str, EngineRun]:
    """The evaluation's runs by engine."""
    return {run.name: run for run in evaluation()[1]}


ENGINES = ("baseline", "model", "perfect")
each_engine = pytest.mark.parametrize("engine", ENGINES)


class Plain:
    """Figures of some rows, with nothing but counting."""

    def __init__(self, rows: Iterable[Row]) -> None:
        said = Counter(row.outcome for row in rows)
        self.outcomes = {o: said[o] for o in ("correct", "wrong", "missing", "invented", "correctly_null")}
        self.hits = said["correct"]
        self.predicted = said["correct"] + said["wrong"] + said["invented"]
        self.gold = said["correct"] + said["wrong"] + said["missing"]
        self.errors = said["wrong"] + said["missing"] + said["invented"]

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return 2 * self.hits / (self.predicted + self.gold) if self.predicted + self.gold else None

    @property
    def counts(self) -> list[int]:
        """As intervals and tests want them."""
        return [self.hits, self.predicted, self.gold]


def of(engine: str, fields: Sequence[str], letters: Iterable[str] = TEST) -> list[Row]:
    """The rows of an engine in some fields and letters."""
    wanted = set(letters)
    return [r for r in runs()[engine].rows if r.letter_id in wanted and r.field in fields]


def by_letter(engine: str, fields: Sequence[str], letters: Iterable[str] = TEST) -> list[Plain]:
    """The same, letter by letter in the order of the cases."""
    wanted = set(letters)
    return [Plain(of(engine, fields, [name])) for name in TEXTS if name in wanted]


SCORED = {**GROUPS, **{name: (name,) for name in FIELD_NAMES}}


def nan_is_none(*values: float) -> list[float | None]:
    """Undefined figures as the report has them."""
    return [None if math.isnan(v) else v for v in values]


# --- figures of one engine -------------------------------------------------------------------------------------------


@each_engine
@pytest.mark.parametrize("name", SCORED)
def test_scores_are_counted_from_rows(engine: str, name: str) -> None:
    """Outcomes, precision, recall, F1 of each field and group are those of the headline letters' rows; so is the interval."""
    found, plain = report().engine(engine).score(name), Plain(of(engine, SCORED[name]))
    assert {o: getattr(found, o) for o in plain.outcomes} == plain.outcomes
    assert found.precision == (plain.hits / plain.predicted if plain.predicted else None)
    assert found.recall == (plain.hits / plain.gold if plain.gold else None)
    assert found.f1 == pytest.approx(plain.f1)
    assert [found.low, found.high] == nan_is_none(*f1_interval([p.counts for p in by_letter(engine, SCORED[name])]))


@each_engine
def test_scores_stand_once_and_in_order(engine: str) -> None:
    """Groups as they are named, items and fields in the contract's order; core is said of core fields and their group."""
    found = report().engine(engine)
    assert [s.name for s in found.groups] == list(GROUPS)
    assert [s.name for s in found.fields] == list(FIELD_NAMES)
    assert {s.name for s in (*found.groups, *found.fields) if s.core} == {"core", *GROUPS["core"]}


@each_engine
def test_groups_are_sums_of_fields(engine: str) -> None:
    """The outcomes of a group are the sums of those of its fields, items in none."""
    found = report().engine(engine)
    for name, fields in GROUPS.items():
        for outcome in ("correct", "wrong", "missing", "invented", "correctly_null"):
            assert getattr(found.score(name), outcome) == sum(getattr(found.score(f), outcome) for f in fields)


@each_engine
def test_macro_averages(engine: str) -> None:
    """Means of the core fields' F1 and of the letters' core F1, each counted once, those without an F1 left out."""
    found = report().engine(engine)
    fields = [f for name in GROUPS["core"] if (f := Plain(of(engine, (name,))).f1) is not None]
    letters = [f for p in by_letter(engine, GROUPS["core"]) if (f := p.f1) is not None]
    assert found.macro_by_field == pytest.approx(fmean(fields))
    assert found.macro_by_letter == pytest.approx(fmean(letters))


def test_macro_averages_leave_out_what_has_no_f1() -> None:
    """Of three fields and three letters by hand: those of which nothing is said are no zero; nor are clinical fields in it."""
    rows = [
        es.a_row(letter_id="a", field="age"),
        es.a_row(letter_id="a", field="sex", outcome="missing"),
        es.a_row(letter_id="b", field="age", outcome="wrong"),
        es.a_row(letter_id="b", field="diagnoses"),
        es.a_row(letter_id="c", field="priority", outcome="correctly_null"),
    ]
    found = engine_report(EngineRun("x", {}, (), rows, {}), "abc", "abc", {})
    assert found.macro_by_field == pytest.approx((0.5 + 0.0) / 2)
    assert found.macro_by_letter == pytest.approx((2 / 3 + 0.0) / 2)
    nothing = engine_report(EngineRun("x", {}, (), rows[-1:], {}), "abc", "abc", {})
    assert (nothing.macro_by_field, nothing.macro_by_letter) == (None, None)


@each_engine
def test_perfect_letters(engine: str) -> None:
    """Headline letters without an error in a core field; errors in clinical lists and reasons do not count here."""
    perfect = sum(p.errors == 0 for p in by_letter(engine, GROUPS["core"]))
    assert report().engine(engine).perfect == share_of(perfect, len(TEST))
    assert (engine == "perfect") == (perfect == len(TEST))


def test_a_share_has_wilson_s_interval() -> None:
    """Hits of all; null of nothing."""
    found, (low, high) = share_of(3, 4), wilson(3, 4)
    assert (found.hits, found.of, found.share, found.low, found.high) == (3, 4, 0.75, low, high)
    nothing = share_of(0, 0)
    assert (nothing.share, nothing.low, nothing.high) == (None, None, None)


@each_engine
def test_decisions_are_counted_from_rows(engine: str) -> None:
    """The confusion table, each decision's figures and both shares are those of the rows, overturned first."""
    found = report().engine(engine).decisions
    pairs = Counter((r.gold_normal or NO_ITEM, r.predicted_normal or NO_ITEM) for r in of(engine, ("decision",)))
    assert {(g, p): n for g, line in found.confusion.items() for p, n in line.items()} == pairs
    assert [c.decision for c in found.classes] == ["overturned", "partially_overturned", "upheld"]
    for c in found.classes:
        gold = sum(n for (g, _), n in pairs.items() if g == c.decision)
        predicted = sum(n for (_, p), n in pairs.items() if p == c.decision)
        hits = pairs[c.decision, c.decision]
        assert (c.gold, c.predicted, c.hits) == (gold, predicted, hits)
        assert c.precision == (hits / predicted if predicted else None)
        assert c.recall == (hits / gold if gold else None)
        assert c.f1 == (2 * hits / (gold + predicted) if gold + predicted else None)
    items = sum(c.gold for c in found.classes)
    assert found.right == share_of(sum(c.hits for c in found.classes), items)
    commonest = max(c.gold for c in found.classes)
    assert found.majority_right == share_of(commonest, items)
    assert [c.predicted for c in found.majority if c.gold == commonest] == [items]
    assert sum(c.predicted for c in found.majority) == items


def test_the_confusion_table_is_in_order() -> None:
    """Rows and columns run from the rare decision to the item that is not there, and empty ones are left out."""
    table = report().engine("baseline").decisions.confusion
    order = ["overturned", "partially_overturned", "upheld", "(no item)"]
    assert len(table) > 2
    assert all(table.values())
    for listed in (table, *table.values()):
        assert list(listed) == [name for name in order if name in listed]
    assert all(n > 0 for line in table.values() for n in line.values())


@each_engine
def test_evidence_is_counted_from_rows(engine: str) -> None:
    """Values by what their evidence is worth, and the share of those that stand where the label has them."""
    rows = of(engine, FIELD_NAMES)
    found = report().engine(engine)
    assert found.evidence == Counter(r.evidence for r in rows if r.evidence is not None)
    assert list(found.evidence) == sorted(found.evidence)
    placed = [r.placed for r in rows if r.placed is not None]
    assert found.placed == share_of(placed.count(True), len(placed))
    assert {True, False} == set(placed)


def test_labels_without_evidence_place_nothing() -> None:
    """Where no label has evidence the share is null, not zero."""
    run = runs()["model"]
    bare = EngineRun(run.name, {}, run.records, [r for r in run.rows if r.placed is None], {})
    assert engine_report(bare, TEXTS, TEST, {}).placed is None


@each_engine
def test_who_and_how(engine: str) -> None:
    """Settings and statuses of the headline letters' records."""
    found, run = report().engine(engine), runs()[engine]
    assert found.settings == {"engine": engine}
    assert found.statuses == Counter(r.status for r in run.records if r.letter_id in TEST)


def run_of(*records: Record, rows: Sequence[Row] = ()) -> EngineReport:
    """The report of an engine that has read these letters."""
    ids = [r.letter_id for r in records]
    return engine_report(EngineRun("x", {}, records, rows, {}), ids, ids, {})


def test_model_and_prompts() -> None:
    """The model that was asked, and every prompt of any record once; null where none was."""
    asked = [
        es.record_of(es.SPARSE.model_copy(update={"letter_id": str(i)}), run={"model": m, "prompt": p})
        for i, (m, p) in enumerate([(None, None), ("qwen", "reasons.v1, clinical.v2"), ("qwen", "facts.v1, reasons.v1")])
    ]
    found = run_of(*asked)
    assert (found.model, found.prompts) == ("qwen", "clinical.v2, facts.v1, reasons.v1")
    assert (run_of(asked[0]).model, run_of(asked[0]).prompts) == (None, None)


# --- what it costs ---------------------------------------------------------------------------------------------------


def priced(*costs: float | None) -> list[Record]:
    """Records that took 1, 2, 4, ... seconds, at these prices."""
    return [
        es.record_of(
            es.SPARSE.model_copy(update={"letter_id": f"letter-{i}"}),
            run={"cost_usd": c, "seconds": 2.0**i, "input_tokens": 100 * i, "output_tokens": 10 * i, "attempts": i},
        )
        for i, c in enumerate(costs)
    ]


def wrong_in(*numbers: int) -> list[Row]:
    """An error in each of these letters."""
    return [es.a_row(letter_id=f"letter-{i}", outcome="wrong") for i in numbers]


def test_cost_by_hand() -> None:
    """Means a letter, the sum of prices, and all of it by the number of perfect letters: two of three."""
    cost = run_of(*priced(0.1, 0.2, 0.3), rows=wrong_in(1)).cost
    assert (cost.input_tokens, cost.output_tokens, cost.attempts) == (100, 10, 1)
    assert (cost.seconds, cost.seconds_median) == (pytest.approx(7 / 3), 2)
    assert cost.cost_usd == pytest.approx(0.6)
    assert (cost.seconds_a_perfect_letter, cost.usd_a_perfect_letter) == (3.5, pytest.approx(0.3))


def test_an_unknown_price_is_not_zero() -> None:
    """One letter of unknown price makes the whole price unknown; the time is known all the same."""
    cost = run_of(*priced(0.1, None)).cost
    assert (cost.cost_usd, cost.usd_a_perfect_letter) == (None, None)
    assert cost.seconds_a_perfect_letter == 1.5


def test_what_is_free_is_zero() -> None:
    """Rules cost nothing, which is known."""
    cost = run_of(*priced(0.0, 0.0)).cost
    assert (cost.cost_usd, cost.usd_a_perfect_letter) == (0.0, 0.0)


def test_without_a_perfect_letter_there_is_no_price_of_one() -> None:
    """Nothing is divided by zero: the price of a perfect letter is unknown."""
    cost = run_of(*priced(0.1, 0.1), rows=wrong_in(0, 1)).cost
    assert (cost.seconds_a_perfect_letter, cost.usd_a_perfect_letter) == (None, None)
    assert cost.cost_usd == pytest.approx(0.2)


def test_no_letter_costs_nothing() -> None:
    """A report over no letters has zeros where there is nothing to take a mean of."""
    cost = run_of().cost
    assert (cost.input_tokens, cost.output_tokens, cost.attempts, cost.seconds, cost.seconds_median) == (0, 0, 0, 0, 0)


@each_engine
def test_cost_is_that_of_the_headline_letters(engine: str) -> None:
    """Tokens, time and price of the other letters are no part of it."""
    cost, read = report().engine(engine).cost, [r.run for r in runs()[engine].records if r.letter_id in TEST]
    assert cost.input_tokens == fmean(r.input_tokens for r in read)
    assert (cost.seconds, cost.seconds_median) == (fmean(r.seconds for r in read), median(r.seconds for r in read))


# --- confidence, thresholds, slices ----------------------------------------------------------------------------------


@each_engine
def test_confidence_of_the_headline_letters(engine: str) -> None:
    """The curves' ends, accuracies and caught errors are those of the headline rows, and of core fields where it says so."""
    found, rows, core = report().engine(engine).confidence, of(engine, FIELD_NAMES), of(engine, GROUPS["core"])
    assert found.accuracy_at == {str(c): trust.accuracy_at(rows, c) for c in (0.8, 0.9, 0.95)}
    assert found.core_accuracy_at == {str(c): trust.accuracy_at(core, c) for c in (0.8, 0.9, 0.95)}
    assert found.caught_at == {str(b): trust.caught_at(rows, b) for b in (0.1, 0.3, 0.5)}
    for curve, of_rows in ((found.curve, rows), (found.core_curve, core)):
        assert [(p.coverage, p.accuracy) for p in curve] == trust.risk_coverage(of_rows)
        assert curve[-1].coverage == 1.0
    assert len(found.curve) > len(found.core_curve) > 1 or engine == "perfect"


@pytest.mark.parametrize("values", [0, 1, 199, 200, 201, 399, 400, 1001])
def test_long_curves_are_thinned(values: int) -> None:
    """At most 200 points are kept, in order, the first and the last among them; up to 200 all are."""
    rows = [es.a_row(letter_id="a", confidence=(i + 1) / 2000, outcome="correct" if i % 3 else "wrong") for i in range(values)]
    whole = trust.risk_coverage(rows)
    run = EngineRun("x", {}, (), rows, {})
    kept = [(p.coverage, p.accuracy) for p in engine_report(run, ["a"], ["a"], {}).confidence.curve]
    assert len(kept) == values if values <= 200 else 100 < len(kept) <= 200
    assert kept == [point for point in whole if point in set(kept)]
    assert kept[:1] + kept[-1:] == whole[:1] + whole[-1:]


@each_engine
def test_other_alignment_thresholds(engine: str) -> None:
    """Pairs and core F1 at each threshold are those of scoring the headline letters anew; at the usual one the report's own."""
    found = report().engine(engine)
    listed = {c.letter_id: c.label for c in evaluation()[0].cases}
    assert [s.threshold for s in found.sensitivity] == sorted(THRESHOLDS)
    for line in found.sensitivity:
        rows = [
            row
            for r in runs()[engine].records
            if r.letter_id in TEST
            for row in score(r.letter_id, engine, listed[r.letter_id], r, threshold=line.threshold)
        ]
        assert line.pairs == sum(r.field == ITEM and r.outcome == "correct" for r in rows)
        assert line.core_f1 == pytest.approx(Plain(r for r in rows if r.field in GROUPS["core"]).f1)
        if line.threshold == THRESHOLD:
            assert line.core_f1 == found.score("core").f1


def test_a_threshold_matters() -> None:
    """At 1.0 treatments that slipped are other items: there are fewer pairs than at 0.6 and the figure differs."""
    lines = {s.threshold: s for s in report().engine("baseline").sensitivity}
    assert lines[1.0].pairs < lines[THRESHOLD].pairs
    assert lines[1.0].core_f1 != lines[THRESHOLD].core_f1


@each_engine
def test_slices_are_counted_from_rows(engine: str) -> None:
    """Each value of a slice that more than one letter has, over the letters of all splits; a family is none."""
    members: dict[tuple[str, str], list[str]] = defaultdict(list)
    for c in evaluation()[0].cases:
        items = len(c.label.items)
        for name, value in {**c.slices, "items": str(items) if items < 4 else "4 or more"}.items():
            members[name, value].append(c.letter_id)
    expected = sorted(key for key, ids in members.items() if len(ids) > 1 and key[0] != "family")
    found = report().engine(engine).slices
    assert [(s.name, s.value) for s in found] == expected
    assert {("split", "dev"), ("split", "test"), ("trap:years", "yes"), ("items", "4 or more")} < set(expected)
    for s in found:
        ids = members[s.name, s.value]
        assert (s.letters, s.warning) == (len(ids), True)
        assert s.core_f1 == pytest.approx(Plain(of(engine, GROUPS["core"], ids)).f1)
        assert s.all_f1 == pytest.approx(Plain(of(engine, GROUPS["all"], ids)).f1)
        assert (s.low, s.high) == f1_interval([p.counts for p in by_letter(engine, GROUPS["core"], ids)])


def test_a_large_slice_is_not_warned_of() -> None:
    """From thirty letters on an interval means something."""
    ids = [f"letter-{i:02}" for i in range(30)]
    rows = [es.a_row(letter_id=i) for i in ids]
    for listed, warned in ((ids, False), (ids[1:], True)):
        (found,) = engine_report(EngineRun("x", {}, (), rows, {}), ids, ids, {i: {"layout": "a"} for i in listed}).slices
        assert found.warning is warned


# --- between engines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "name"), list(product(ENGINES[1:], SCORED)))
def test_differences_are_counted_from_rows(engine: str, name: str) -> None:
    """F1 of each engine minus the baseline's, the paired interval and the paired p over the headline letters."""
    found = report().difference(engine, name)
    own, others = ([p.counts for p in by_letter(e, SCORED[name])] for e in (engine, "baseline"))
    assert found is not None
    assert found.against == "baseline"
    f1s = [Plain(of(e, SCORED[name])).f1 for e in (engine, "baseline")]
    expected = None if None in f1s else f1s[0] - f1s[1]
    assert found.difference == pytest.approx(expected)
    assert [found.low, found.high] == nan_is_none(*difference_interval(own, others))
    if np.sum([own, others]):
        assert [found.p] == nan_is_none(sign_flip(own, others))
    else:
        assert found.p is None


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_p_values_are_adjusted_over_the_fields(engine: str) -> None:
    """Holm over all fields of one comparison; groups stand alone."""
    own = [d for d in report().differences if d.engine == engine]
    assert [d.name for d in own] == [*GROUPS, *FIELD_NAMES]
    assert all(d.p_holm is None for d in own[: len(GROUPS)])
    fields = own[len(GROUPS) :]
    assert [d.p_holm for d in fields] == nan_is_none(*holm([math.nan if d.p is None else d.p for d in fields]))


def test_p_by_hand() -> None:
    """Twelve letters in which one engine alone has the age: 2 of 4096 ways to swap are as extreme, two fields are tested."""
    letters = [f"letter-{i}" for i in range(12)]
    sex = [es.a_row(letter_id=i, field="sex") for i in letters]
    one, other = (
        Tallies.of([*sex, *(es.a_row(letter_id=i, outcome=o) for i in letters)], letters) for o in ("correct", "missing")
    )
    found = {d.name: d for d in differences("x", one, "y", other) if d.name in FIELD_NAMES}
    assert (found["age"].difference, found["age"].p, found["age"].p_holm) == (
        1.0,
        pytest.approx(2 / 4096),
        pytest.approx(4 / 4096),
    )
    assert (found["sex"].difference, found["sex"].p, found["sex"].p_holm) == (0.0, 1.0, 1.0)
    assert (found["refills"].p, found["refills"].p_holm) == (None, None)


def test_an_engine_without_an_f1_has_no_p() -> None:
    """A field that no label has and one engine invents: nothing can be compared, and null says so, not nan."""
    invented = [es.a_row(letter_id=i, field="refills", outcome="invented", gold_normal=None) for i in "ab"]
    one, other = Tallies.of([], "ab"), Tallies.of(invented, "ab")
    for first, second in ((one, other), (other, one)):
        (found,) = [d for d in differences("x", first, "y", second) if d.name == "refills"]
        assert found.difference is None
        assert found.p is None
        assert found.p_holm is None


def test_without_a_baseline_nothing_is_compared() -> None:
    """Engines are held against the baseline; where it was not run there are no differences."""
    listed, _, _ = evaluation()
    found = report_of(listed, [runs()["model"], runs()["perfect"]])
    assert found.differences == ()
    assert found.difference("model", "all") is None
    assert [e.name for e in found.engines] == ["model", "perfect"]


def test_letters_are_counted_from_rows() -> None:
    """A line a letter of all splits, with each engine's errors, F1, status and time."""
    found = report().letters
    assert [line.letter_id for line in found] == TEXTS
    for line, c in zip(found, evaluation()[0].cases, strict=True):
        assert line.headline == (line.letter_id in TEST)
        assert dict(c.slices).items() < line.slices.items()
        assert list(line.engines) == list(ENGINES)
        for engine, own in line.engines.items():
            whole, core = (Plain(of(engine, GROUPS[g], [line.letter_id])) for g in ("all", "core"))
            run = next(r for r in runs()[engine].records if r.letter_id == line.letter_id)
            assert (own.errors, own.core_errors) == (whole.errors, core.errors)
            assert (own.all_f1, own.core_f1) == (pytest.approx(whole.f1), pytest.approx(core.f1))
            assert (own.status, own.seconds) == (run.status, run.run.seconds)


def test_a_letter_of_which_nothing_is_known_has_no_slices() -> None:
    """Slices may be missing for a letter; its F1 is null where it has no value at all."""
    (line,) = letter_lines([EngineRun("x", {}, [es.failed("a")], (), {})], ["a"], (), {})
    assert (line.slices, line.headline, line.engines["x"].core_f1, line.engines["x"].errors) == ({}, False, None, 0)


# --- the format ------------------------------------------------------------------------------------------------------


def refuse(constant: str) -> float:
    """No NaN and no infinity in what is written."""
    raise AssertionError(constant)


def test_a_report_is_kept_as_it_is() -> None:
    """Written as JSON, without NaN, and read again it is the same report."""
    text = report().model_dump_json()
    assert Report.model_validate_json(text) == report()
    assert "NaN" not in text
    json.loads(text, parse_constant=refuse)
    json.dumps(report().model_dump(mode="python"), allow_nan=False)


def test_a_report_fits_its_schema() -> None:
    """The documented format is a valid JSON Schema, and a report is of it; another key or a missing one is not."""
    schema = Report.model_json_schema(mode="serialization")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    data = json.loads(report().model_dump_json())
    assert list(validator.iter_errors(data)) == []
    assert list(validator.iter_errors({**data, "more": 1}))
    assert list(validator.iter_errors({k: v for k, v in data.items() if k != "verdict"}))


def test_a_report_stays_what_it_was() -> None:
    """Nobody changes a figure behind the rows' back, and keys of a newer format are refused, not lost."""
    with pytest.raises(ValidationError, match="frozen"):
        report().warnings = ()  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra"):
        Report.model_validate({**report().model_dump(), "more": 1})


def test_figures_are_found_by_name() -> None:
    """An engine, a field or a group, a difference; of a difference that there is not None."""
    found = report()
    assert found.engine("model").name == "model"
    assert (found.engine("model").score("core").name, found.engine("model").score("age").name) == ("core", "age")
    assert found.difference("perfect", "age") in found.differences
    assert found.difference("baseline", "age") is None
    assert found.format == "1"
    assert found.version == __version__


# --- what was scored -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("splits", "expected"),
    [
        (("dev", "test", "test"), ("test", {"b", "c"})),
        (("dev", "dev", "dev"), ("all", {"a", "b", "c"})),
        ((None, None, "dev"), ("all", {"a", "b", "c"})),
        ((None, "test", None), ("test", {"b"})),
    ],
)
def test_the_headline(splits: Sequence[str | None], expected: tuple[str, set[str]]) -> None:
    """The test letters' figures stand first; all letters' where there are none."""
    listed = [
        case(es.SPARSE.model_copy(update={"letter_id": i}), **({"split": s} if s else {}))
        for i, s in zip("abc", splits, strict=True)
    ]
    assert headline_of(listed) == expected


def test_cases_are_described() -> None:
    """Letters and splits of all, items and labelled values of the headline's, the folder without its path, what was left out."""
    info = report().cases
    labels = [c.label for c in evaluation()[0].cases if c.letter_id in TEST]
    assert (info.folder, info.letters, info.headline, info.headline_letters) == ("gold", len(TEXTS), "test", len(TEST))
    assert info.splits == {"test": len(TEST), "dev": len(TEXTS) - len(TEST)}
    assert info.items == sum(len(label.items) for label in labels)
    assert info.values == sum(
        r.gold_normal is not None for label in labels for r in score("", "", label, label) if r.field != ITEM
    )
    assert info.values == report().engine("perfect").score("all").correct
    assert info.left_out == ("labels/x.json: /a: wrong.", "labels/x.json: /b: wrong.")


def test_letters_without_a_split_are_all() -> None:
    """Where nothing is split, one split of that name holds every letter, and the figures are those of all."""
    listed = cases(case(es.FULL), case(es.SPARSE))
    reader = Reader("model", {}, [Traced(es.record_of(label), {}) for label in (es.FULL, es.SPARSE)])
    found = report_of(listed, [engine_run(reader, listed.cases, {}, iter(("sparse", "full")), CALIBRATION)])
    assert (found.cases.headline, found.cases.splits, found.cases.headline_letters) == ("all", {"all": 2}, 2)
    assert found.engine("model").score("decision").correct == 3
    assert found.letters[0].slices == {"items": "2"}
    assert {line.pairs for line in found.engine("model").sensitivity} == {3}


def test_the_digest_is_that_of_letters_and_labels(tmp_path: Path) -> None:
    """Equal cases have equal digests; another value of a label, another byte of a letter or another letter makes another one."""

    def digest(label: Label, text: str | None, name: str = "letter.txt") -> str:
        path = tmp_path / name
        if text is not None:
            path.write_text(text, "utf-8")
        one = Case(LetterFile(label.letter_id, path), LabelFile(**dict(label)), {})
        return report_of(cases(one), [EngineRun("x", {}, [es.record_of(label)], (), {})]).cases.digest

    first = digest(es.FULL, "text")
    other = es.changed(es.FULL, patient__age=49)
    assert first == digest(es.FULL, "text", "other.txt")
    found = {first, digest(other, "text"), digest(es.FULL, "Text"), digest(es.FULL, None, "nowhere.txt")}
    assert len(found) == 4
    assert digest(es.FULL.model_copy(update={"letter_id": "x"}), "text") not in found


def test_a_report_warns_of_what_weakens_it() -> None:
    """Few letters, letters left out, each once, and letters without a usable record by engine."""
    few, left_out, *failed = report().warnings
    assert few.startswith(f"Only {len(TEST)} letters")
    assert left_out.startswith("1 labelled letters have mistakes")
    assert [w.split(":")[0] for w in failed] == [e for e in ENGINES if report().engine(e).statuses.get("failed")]
    assert failed[0].startswith("baseline: 1 letters have no usable record")


def test_a_sound_evaluation_has_no_warning() -> None:
    """Thirty letters without mistakes or failures warn of nothing."""
    labels = [es.SPARSE.model_copy(update={"letter_id": f"letter-{i:02}"}) for i in range(30)]
    listed = cases(*map(case, labels))
    assert report_of(listed, [EngineRun("x", {}, [es.record_of(label) for label in labels], (), {})]).warnings == ()


def test_the_method_is_the_one_that_was_used() -> None:
    """Resamples, seed and level that the report names are those that the intervals are made with."""
    defaults = {name: p.default for name, p in inspect.signature(f1_interval).parameters.items() if p.default is not p.empty}
    paired = {
        name: p.default for name, p in inspect.signature(difference_interval).parameters.items() if p.default is not p.empty
    }
    assert defaults == paired == {name: report().method[name] for name in ("level", "resamples", "seed")}
    assert (report().method["alignment_threshold"], report().method["slip_similarity"]) == (THRESHOLD, SLIP)

    assert "Holm" in str(report().method["test"])


# --- from records to rows --------------------------------------------------------------------------------------------


def test_rows_are_judged_and_weighed() -> None:
    """Each value of the record has its evidence judged and its confidence; missing values and items have neither."""
    name = "first-letter"
    one = case(es.label(name), evidence={"/patient/sex": evidence_of(name)["/patient/sex"]})
    read = es.record_of(
        es.changed(es.label(name), patient__age=None), evidence=evidence_of(name), provenance={"/patient/sex": "model"}
    )
    rows = {
        r.predicted_pointer: r
        for r in rows_of(one, samples.letter(name), Traced(read, {"/patient/sex": "patient.noun"}), "mine", None, CALIBRATION)
    }
    sex, age, item = rows["/patient/sex"], rows["/patient/age"], rows["/items/0"]
    assert (sex.engine, sex.reader, sex.placed, age.reader) == ("mine", "model", True, None)
    assert sex.evidence in ("supported", "unsupported")
    assert sex.confidence == CALIBRATION.confidence(Signals("baseline", False, "alone", "sex", "model", "patient.noun", False))
    assert (age.outcome, age.confidence, age.evidence) == ("missing", None, None)
    assert (item.confidence, item.evidence) == (None, None)


def test_the_second_reader_is_asked() -> None:
    """A value that a second reader gives too is surer, by the calibration's class."""
    one, read = case(es.label()), es.record_of(es.label(), run={"engine": "model"})
    sure, alone = (
        {r.pointer: r.confidence for r in rows_of(one, samples.letter(), Traced(read, {}), "mine", other, CALIBRATION)}[
            "/patient/age"
        ]
        for other in (es.record_of(es.label()), None)
    )
    assert sure == CALIBRATION.confidence(Signals("model", False, "agrees", "age", "baseline", "", False))
    assert alone == CALIBRATION.confidence(Signals("model", False, "alone", "age", "baseline", "", False))
    assert sure > alone


def test_a_letter_that_could_not_be_opened_is_scored() -> None:
    """Without a letter there is no evidence to judge and no signal, but every value of the label is counted."""
    rows = rows_of(case(es.FULL), None, Traced(es.failed("full"), {}), "mine", None, CALIBRATION)
    assert rows == score("full", "mine", es.FULL, es.failed("full"))
    assert {r.confidence for r in rows_of(case(es.FULL), None, Traced(es.record_of(es.FULL), {}), "mine", None, CALIBRATION)} == {
        None
    }


def test_rows_without_a_value_have_no_signals() -> None:
    """What calibration is fitted on are values of the record: no missing ones, no items."""
    read = es.record_of(es.changed(es.label(), patient__age=None), issues=(Issue(pointer="/patient/sex", code="x", message="."),))
    found = {
        r.predicted_pointer: row_signals(r, Traced(read, {}), None, samples.letter()) for r in score("a", "b", es.label(), read)
    }
    assert (found["/patient/age"], found["/items/0"]) == (None, None)
    assert found["/patient/sex"] == Signals("baseline", True, "alone", "sex", "baseline", "", False)


def test_runs_keep_what_was_read() -> None:
    """Every record and setting of the reader, and rows of every case under the reader's name."""
    for name, run in runs().items():
        assert run.settings == {"engine": name}
        assert [r.letter_id for r in run.records] == TEXTS
        assert list(dict.fromkeys(r.letter_id for r in run.rows)) == TEXTS
        assert {r.engine for r in run.rows} == {name}
        assert all(r.confidence is None for r in run.rows if r.letter_id == TEXTS[0])
    signals = {r.confidence for r in runs()["model"].rows if r.confidence is not None}
    assert len(signals) > 1


# --- the verdict -----------------------------------------------------------------------------------------------------


def named(name: str, all_f1: float | None = 0.9, fields: Mapping[str, Sequence[int]] | None = None, **more: Any) -> EngineReport:
    """An engine with this F1 over all fields, and these outcomes (right, wrong, missing, invented) of some fields."""
    base = report().engine("perfect")

    def group(score: Score) -> Score:
        return score.model_copy(update={"f1": all_f1 if score.name == "all" else 0.5, "low": 0.4, "high": 0.95})

    def field(score: Score) -> Score:
        right, wrong, missing, invented = (fields or {}).get(score.name, (0, 0, 0, 0))
        f1 = 2 * right / (2 * right + 2 * wrong + missing + invented) if right + wrong + missing + invented else None
        said = {"correct": right, "wrong": wrong, "missing": missing, "invented": invented}
        return score.model_copy(
            update={**said, "f1": f1, "low": None if f1 is None else 0.1, "high": None if f1 is None else 0.9}
        )

    changed = {"name": name, "groups": tuple(map(group, base.groups)), "fields": tuple(map(field, base.fields)), **more}
    return base.model_copy(update={"statuses": {"ok": 5}, **changed})


def held(engine: str, low: float | None, difference: float | None = 0.1, name: str = "all", **more: Any) -> Difference:
    """A difference from the baseline with this lower bound."""
    given = {"high": None if difference is None else difference + 0.05, "p": None, "p_holm": None, **more}
    return Difference(engine=engine, against="baseline", name=name, difference=difference, low=low, **given)


@pytest.mark.parametrize(
    ("lows", "use"),
    [
        ({"model": (0.01, 0.1)}, "model"),
        ({"model": (0.0, 0.1)}, "baseline"),
        ({"model": (-0.01, 0.5)}, "baseline"),
        ({"model": (None, None)}, "baseline"),
        ({"model": (0.02, 0.1), "hybrid": (0.01, 0.2)}, "hybrid"),
        ({"model": (0.02, 0.1), "hybrid": (-0.01, 0.2)}, "model"),
        ({}, "baseline"),
    ],
)
def test_the_baseline_is_used_unless_another_is_surely_better(
    lows: Mapping[str, tuple[float | None, float | None]], use: str
) -> None:
    """The lower bound of the paired difference over all fields has to be above zero; of several such the best by difference."""
    engines = [named("baseline", 0.1), *(named(name, 0.99) for name in lows)]
    listed = [held(name, low, difference) for name, (low, difference) in lows.items()]
    assert verdict_of(engines, listed, "baseline").use == use


@pytest.mark.parametrize("name", ["core", "decision", "reasons"])
def test_only_all_fields_decide(name: str) -> None:
    """An engine that is surely better in a part alone is not recommended."""
    verdict = verdict_of([named("baseline"), named("model")], [held("model", 0.1, name=name), held("model", -0.1)], "baseline")
    assert verdict.use == "baseline"


def test_only_the_baseline_is_held_against() -> None:
    """That one model is surely better than another says nothing of the baseline."""
    against_another = held("model", 0.1).model_copy(update={"against": "hybrid"})
    assert verdict_of([named("baseline"), named("model"), named("hybrid")], [against_another], "baseline").use == "baseline"


def test_without_a_baseline_the_best_is_used_and_it_is_said() -> None:
    """Nothing says what a model adds where the rules were not run."""
    verdict = verdict_of([named("model", 0.8), named("hybrid", 0.9), named("other", None)], [], "baseline")
    assert verdict.use == "hybrid"
    assert verdict.because[-1] == "The baseline was not among the engines: nothing says what the model adds."
    assert verdict.because[0].startswith("hybrid reads all fields with F1 0.900 (0.400 to 0.950)")


def test_the_level_is_said() -> None:
    """F1 with its interval over all and core fields, and the perfect letters, of the engine that is recommended."""
    engine = named("baseline", perfect=share_of(3, 7))
    assert verdict_of([engine], [], "baseline").because == (
        "baseline reads all fields with F1 0.900 (0.400 to 0.950) and the core fields with 0.500 (0.400 to 0.950); "
        "3 of 7 letters are perfect in all core fields.",
    )
    unknown = named("baseline", None)
    assert "with F1 unknown and" in verdict_of([unknown], [], "baseline").because[0]


@pytest.mark.parametrize(
    ("low", "difference", "high", "words"),
    [
        (0.021, 0.05, 0.08, "surely better than baseline over all fields: +5.0 points of F1 (+2.1 to +8.0)"),
        (-0.08, -0.05, -0.01, "surely worse than baseline over all fields: -5.0 points of F1 (-8.0 to -1.0)"),
        (-0.01, 0.02, 0.05, "not surely different from baseline over all fields: +2.0 points of F1 (-1.0 to +5.0)"),
        (0.0, 0.02, 0.05, "not surely different from baseline over all fields: +2.0 points of F1 (+0.0 to +5.0)"),
        (-0.05, -0.02, 0.0, "not surely different from baseline over all fields: -2.0 points of F1 (-5.0 to +0.0)"),
        (None, None, None, "not surely different from baseline over all fields: nothing to compare"),
    ],
)
def test_each_comparison_is_said(low: float | None, difference: float | None, high: float | None, words: str) -> None:
    """How each engine stands against the baseline, in points, and what it costs a letter."""
    cost = report().engine("perfect").cost.model_copy(update={"seconds": 12.34, "input_tokens": 3000.2, "output_tokens": 400.0})
    verdict = verdict_of([named("baseline"), named("model", cost=cost)], [held("model", low, difference, high=high)], "baseline")
    assert verdict.because[1:] == (f"model is {words}; it takes 12.3 s and 3,400 tokens a letter.",)


def test_fields_that_surely_differ_are_named() -> None:
    """Fields with an adjusted p below 0.05 and groups whose interval leaves out zero, by side; nothing else, nothing twice."""
    listed = [
        held("model", 0.1),
        held("model", 0.1, 0.12, name="core", p=0.001),
        held("model", -0.3, -0.2, name="clinical", high=-0.1),
        held("model", 0.01, 0.02, name="reasons", p=0.001),
        held("model", 0.01, 0.02, name="reasons", p=0.001, p_holm=0.01),
        held("model", 0.1, name="age", p_holm=0.049),
        held("model", 0.1, name="sex", p_holm=0.001),
        held("model", 0.1, name="refills", p_holm=0.05),
        held("model", -0.3, -0.2, name="decision", p_holm=0.01, high=-0.1),
        held("model", -0.3, 0.1, name="strength", p_holm=0.01),
        held("hybrid", 0.1, name="decision", p_holm=0.001),
    ]
    verdict = verdict_of([named("baseline"), named("model"), named("hybrid")], listed, "baseline")
    assert (
        "; better in core (+12.0), reasons (+2.0), age, sex; worse in clinical (-20.0), decision; it takes" in verdict.because[1]
    )


def test_the_worst_fields_are_named_with_their_errors() -> None:
    """The three lowest F1 among fields with at least ten labelled values and an error, errors by their number."""
    fields = {
        "age": (5, 1, 4, 2),
        "sex": (9, 1, 0, 0),
        "diagnoses": (8, 0, 2, 3),
        "quantity": (9, 0, 1, 0),
        "reasons": (0, 1, 8, 0),
        "decision": (10, 0, 0, 0),
    }
    verdict = verdict_of([named("baseline", fields=fields)], [], "baseline")
    assert verdict.fails == (
        "age: F1 0.556 (0.100 to 0.900) (4 missing, 2 invented, 1 wrong).",
        "diagnoses: F1 0.762 (0.100 to 0.900) (3 invented, 2 missing).",
        "sex: F1 0.900 (0.100 to 0.900) (1 wrong).",
    )


def test_the_worst_fields_are_those_of_the_engine_that_is_recommended() -> None:
    """Where another engine is recommended, its own weaknesses are told, and letters that it could not read."""
    engines = [
        named("baseline", fields={"age": (5, 5, 0, 0)}),
        named("model", fields={"sex": (5, 5, 0, 0)}, statuses={"ok": 1, "failed": 2}),
    ]
    verdict = verdict_of(engines, [held("model", 0.1)], "baseline")
    assert [f.split(":")[0] for f in verdict.fails] == ["sex", "2 letters have no usable record."]


def test_the_report_opens_with_its_verdict() -> None:
    """Of the three engines the one without a mistake is recommended, from the differences of the headline letters."""
    found = report()
    assert found.verdict == verdict_of(found.engines, found.differences, "baseline")
    assert found.verdict.use == "perfect"
    assert found.verdict.fails == ()
