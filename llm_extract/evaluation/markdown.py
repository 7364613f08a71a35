"""The report as tables of text: one list of tables, printed by the terminal and written as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from llm_extract.evaluation.gate import Gate
from llm_extract.evaluation.metrics import DECISION_ORDER, NO_ITEM
from llm_extract.evaluation.report import CascadeCurve, DecisionScore, EngineReport, Report, Score

NONE = "–"


class Table(NamedTuple):
    """A titled table. `note` says how to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables(report: Report) -> list[Table]:
    """All tables of a report, the most important first."""
    return [
        overview(report),
        fields(report),
        *(_decisions(engine) for engine in report.engines),
        _differences(report),
        _confidence(report),
        *(_cascade(curve) for curve in report.cascades),
        _slices(report),
        _sensitivity(report),
    ]


def overview(report: Report) -> Table:
    """One line an engine: quality and price."""
    rows = tuple(_engine_line(engine) for engine in report.engines)
    columns = (
        "engine", "all fields F1", "core F1", "clinical F1", "reasons F1", "overturned F1", "perfect letters",
        "tokens in/out", "s a letter", "USD", "s a perfect letter",
    )  # fmt: skip
    note = (
        f"{report.cases.headline_letters} {report.cases.headline} letters, {report.cases.items} items, "
        f"{report.cases.values} values. "
        "Brackets: 95 % interval, letters resampled. Tokens and seconds: when the answers were first asked for."
    )
    return Table("Engines", columns, rows, note)


def _engine_line(engine: EngineReport) -> tuple[str, ...]:
    cost = engine.cost
    return (
        engine.name,
        *(_f1(engine.score(name)) for name in ("all", "core", "clinical", "reasons")),
        number(engine.decisions.classes[0].f1),
        f"{engine.perfect.hits}/{engine.perfect.of} [{percent(engine.perfect.low)}–{percent(engine.perfect.high)}]",
        f"{cost.input_tokens:,.0f}/{cost.output_tokens:,.0f}",
        f"{cost.seconds:.2f}",
        "unknown" if cost.cost_usd is None else f"{cost.cost_usd:.4f}",
        NONE if cost.seconds_a_perfect_letter is None else f"{cost.seconds_a_perfect_letter:.1f}",
    )


def fields(report: Report) -> Table:
    """One line a field: F1 of each engine, and how many labelled values there are."""
    first = report.engines[0]
    rows = tuple((s.name, str(_gold(s)), *(_f1(engine.score(s.name)) for engine in report.engines)) for s in first.fields)
    averages = (
        ("mean of core fields", NONE, *(number(engine.macro_by_field) for engine in report.engines)),
        ("mean of letters, core", NONE, *(number(engine.macro_by_letter) for engine in report.engines)),
    )
    note = f"{NONE}: no such value in any label or record. `item`: was the item found."
    return Table("Fields: F1", ("field", "values", *(e.name for e in report.engines)), (*rows, *averages), note)


def _gold(score: Score) -> int:
    return score.correct + score.wrong + score.missing


def _f1(score: Score) -> str:
    if score.f1 is None:
        return NONE
    return f"{score.f1:.3f}" if score.low is None else f"{score.f1:.3f} [{score.low:.2f}–{score.high:.2f}]"


def number(value: float | None) -> str:
    """Three decimals, or a dash."""
    return NONE if value is None else f"{value:.3f}"


def percent(value: float | None) -> str:
    """A share in per cent, or a dash."""
    return NONE if value is None else f"{100 * value:.0f}%"


def _decisions(engine: EngineReport) -> Table:
    found = engine.decisions
    seen = (*DECISION_ORDER, NO_ITEM)
    rows = [_class_line(engine.name, score, found.confusion.get(score.decision, {}), seen) for score in found.classes]
    rows += [_class_line("always the commonest", score, {}, ()) + (NONE,) * len(seen) for score in found.majority]
    if NO_ITEM in found.confusion:
        counts = tuple(str(found.confusion[NO_ITEM].get(name, 0)) for name in seen)
        rows.append((engine.name, NO_ITEM, "0", NONE, NONE, NONE, *counts))
    right, lazy = found.right, found.majority_right
    note = f"{engine.name} has {right.hits} of {right.of} right; saying the commonest every time {lazy.hits}."
    return Table(
        f"Decisions: {engine.name}",
        ("who", "label says", "items", "precision", "recall", "F1", *(f"read {n}" for n in seen)),
        tuple(rows),
        note,
    )


def _class_line(who: str, score: DecisionScore, read: dict[str, int], seen: Sequence[str]) -> tuple[str, ...]:
    counts = tuple(str(read.get(name, 0)) for name in seen)
    return (who, score.decision, str(score.gold), number(score.precision), number(score.recall), number(score.f1), *counts)


def _differences(report: Report) -> Table:
    rows = tuple(
        (
            d.engine,
            d.name,
            f"{100 * d.difference:+.1f}",
            NONE if d.low is None or d.high is None else f"{100 * d.low:+.1f} to {100 * d.high:+.1f}",
            number(d.p),
            number(d.p_holm),
        )
        for d in report.differences
        if d.difference is not None
    )
    note = "Points of F1. p: paired letter-level randomisation test; Holm: adjusted over the fields."
    return Table("Against the baseline", ("engine", "field", "difference", "95 % interval", "p", "p, Holm"), rows, note)


def _confidence(report: Report) -> Table:
    first = report.engines[0].confidence
    columns = (
        "engine",
        *(f"core accuracy at {percent(float(c))} coverage" for c in first.core_accuracy_at),
        *(f"accuracy at {percent(float(c))}" for c in first.accuracy_at),
        *(f"errors caught reviewing {percent(float(b))}" for b in first.caught_at),
    )
    rows = tuple(
        (
            engine.name,
            *map(number, engine.confidence.core_accuracy_at.values()),
            *map(number, engine.confidence.accuracy_at.values()),
            *map(percent, engine.confidence.caught_at.values()),
        )
        for engine in report.engines
    )
    return Table(
        "Confidence", columns, rows, "Accept the surest values; look at the least sure. Missing values are no part of it."
    )


def _cascade(curve: CascadeCurve) -> Table:
    rows = tuple(
        (
            percent(step.asked),
            NONE if step.least_sure is None else f"{step.least_sure:.3f}",
            f"{100 * step.errors:.1f}%",
            number(step.f1),
            number(step.reading_f1),
            f"{step.tokens:,.0f}",
            f"{step.seconds:.1f}",
        )
        for step in curve.steps
    )
    columns = ("letters asked about", "sureness from", "errors", "F1", "F1, lists and reasons", "tokens a letter", "s a letter")
    note = "The model is asked about the letters of which the rules are least sure; the others are left to the rules alone."
    return Table(f"Cascade of baseline and {curve.engine}", columns, rows, note)


def _slices(report: Report) -> Table:
    first = report.engines[0]
    rows = []
    for i, part in enumerate(first.slices):
        cells = (_slice_cell(engine.slices[i].core_f1, engine.slices[i].low, engine.slices[i].high) for engine in report.engines)
        rows.append((f"{part.name}: {part.value}", f"{part.letters}{' (few)' if part.warning else ''}", *cells))
    note = "Over all letters of the cases, of every split. (few): fewer than 30 letters, the interval says little."
    return Table("Slices: core F1", ("slice", "letters", *(e.name for e in report.engines)), tuple(rows), note)


def _slice_cell(value: float | None, low: float | None, high: float | None) -> str:
    return NONE if value is None or low is None or high is None else f"{value:.3f} [{low:.2f}–{high:.2f}]"


def _sensitivity(report: Report) -> Table:
    first = report.engines[0]
    rows = tuple(
        (
            f"{line.threshold:.1f}",
            *(f"{e.sensitivity[i].pairs} pairs, core F1 {number(e.sensitivity[i].core_f1)}" for e in report.engines),
        )
        for i, line in enumerate(first.sensitivity)
    )
    used = report.method["alignment_threshold"]
    return Table("Alignment threshold", ("threshold", *(e.name for e in report.engines)), rows, f"Used: {used}.")


# --- Markdown --------------------------------------------------------------------------------------------------------


def markdown(report: Report, outcome: Gate | None = None) -> str:
    """The whole report as Markdown."""
    return (
        "\n".join(
            [*_head(report), *(_gate_lines(outcome) if outcome else ()), *(line for t in tables(report) for line in _table(t))]
        )
        + "\n"
    )


def _head(report: Report) -> Iterator[str]:
    yield "# Evaluation"
    yield ""
    yield f"**Use {report.verdict.use}.** {' '.join(report.verdict.because)}"
    yield ""
    yield from (f"- It fails most at {sentence}" for sentence in report.verdict.fails)
    yield from (f"- Warning: {sentence}" for sentence in report.warnings)
    yield from (f"- Left out: {sentence}" for sentence in report.cases.left_out)
    yield ""
    cases = report.cases
    yield f"{cases.folder}, {cases.letters} letters, digest {cases.digest[:12]}; llm_extract {report.version}, {report.made}."
    yield ""


def _gate_lines(outcome: Gate) -> Iterator[str]:
    said = "passed" if outcome.passed else f"FAILED: {len(outcome.failures)} of {len(outcome.checks)} checks"
    yield f"## Gate {said}"
    yield ""
    yield from (f"- {check.engine}, {check.kind} {check.name}: {check.detail}" for check in outcome.failures)
    yield ""


def _table(table: Table) -> Iterable[str]:
    cells = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return [
        f"## {table.title}",
        "",
        *("| " + " | ".join(map(_cell, line)) + " |" for line in cells),
        "",
        *([table.note, ""] if table.note else []),
    ]


def _cell(text: str) -> str:
    """Names of letters, traps and engines are anyone's: a bar or a line end would tear the table."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
