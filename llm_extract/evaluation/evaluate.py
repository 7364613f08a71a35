"""Records and labels to rows, rows to a report: the parts of the evaluation in the order in which they are used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llm_extract import __version__
from llm_extract.confidence import Calibration, Signals
from llm_extract.evaluation.align import THRESHOLD, align
from llm_extract.evaluation.cascading import cascade_curve
from llm_extract.evaluation.cases import Case, Cases
from llm_extract.evaluation.confidence import is_value, signals_of, with_confidence
from llm_extract.evaluation.metrics import GROUPS, Tallies
from llm_extract.evaluation.report import (
    CascadeCurve,
    CasesInfo,
    Difference,
    EngineReport,
    EngineRun,
    Report,
    differences,
    engine_report,
    letter_lines,
)
from llm_extract.evaluation.score import SLIP, Row, judged, score
from llm_extract.evaluation.statistics import few_letters
from llm_extract.evaluation.verdict import verdict_of
from llm_extract.letters import Letter
from llm_extract.pipeline import Traced
from llm_extract.schema import Content, Record

BASELINE = "baseline"
"""The engine that the others are held against."""

HYBRID = "hybrid"
"""The engine that a cascade leaves the unsure letters to."""

THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Alignment thresholds whose effect the report shows."""

RESAMPLES, SEED = 2000, 7


def rows_of(
    case: Case, letter: Letter | None, traced: Traced, engine: str, other: Record | None, calibration: Calibration
) -> list[Row]:
    """The rows of one letter, with who gave each value, whether its evidence proves it and how sure it is.

    `letter` is None where it could not be opened, `other` the record of a second reader to compare with.
    """
    rows = score(case.letter_id, engine, case.label, traced.record)
    if letter is None:
        return rows
    proved = (judged(row, traced.record, letter, case.label.evidence) for row in rows)
    return [_appraised(row, traced, other, letter, calibration) for row in proved]


def _appraised(row: Row, traced: Traced, other: Record | None, letter: Letter, calibration: Calibration) -> Row:
    signals = row_signals(row, traced, other, letter)
    return row if signals is None else with_confidence(row, signals, calibration)


def row_signals(row: Row, traced: Traced, other: Record | None, letter: Letter) -> Signals | None:
    """The signals of a row's value, None where there is no value."""
    if not is_value(row) or row.predicted_pointer is None:
        return None
    record = traced.record
    return signals_of(record.run.engine, row.field, row.predicted_pointer, record, other, letter, traced.given_by)


class Reader:
    """Everything that is known of one engine's reading of the cases, as `engine_run` wants it."""

    def __init__(self, name: str, settings: Mapping[str, object], readings: Iterable[Traced]) -> None:
        self.name = name
        self.settings = settings
        self.readings = {traced.record.letter_id: traced for traced in readings}

    @property
    def records(self) -> dict[str, Record]:
        """The records by letter."""
        return {letter_id: traced.record for letter_id, traced in self.readings.items()}


def engine_run(
    reader: Reader,
    cases: Sequence[Case],
    letters: Mapping[str, Letter],
    headline: Iterable[str],
    calibration: Calibration,
    others: Mapping[str, Record] | None = None,
) -> EngineRun:
    """One engine's rows over all cases. `others`: records of a second reader, by letter."""
    others = others or {}
    rows: list[Row] = []
    for case in cases:
        traced = reader.readings[case.letter_id]
        rows += rows_of(case, letters.get(case.letter_id), traced, reader.name, others.get(case.letter_id), calibration)
    wanted = set(headline)
    return EngineRun(
        name=reader.name,
        settings=reader.settings,
        records=tuple(reader.records.values()),
        rows=tuple(rows),
        sensitivity=_sensitivity([c for c in cases if c.letter_id in wanted], reader.records),
    )


def _sensitivity(cases: Sequence[Case], records: Mapping[str, Record]) -> dict[float, tuple[int, NDArray[np.int64]]]:
    """For each alignment threshold the number of pairs and the core counts. Letters that it does not touch are counted once."""
    usual = {case.letter_id: _core_counts(case, records[case.letter_id], THRESHOLD) for case in cases}
    found = {}
    for threshold in THRESHOLDS:
        pairs, counts = 0, np.zeros(3, dtype=np.int64)
        for case in cases:
            record = records[case.letter_id]
            at_threshold = align(case.label.items, record.items, threshold=threshold)
            same = at_threshold == align(case.label.items, record.items)
            pairs += len(at_threshold.pairs)
            counts += usual[case.letter_id] if same else _core_counts(case, record, threshold)
        found[threshold] = (pairs, counts)
    return found


def _core_counts(case: Case, record: Content, threshold: float) -> NDArray[np.int64]:
    rows = score(case.letter_id, "", case.label, record, threshold=threshold)
    return np.asarray(Tallies.of(rows, [case.letter_id]).counts(GROUPS["core"])[0])


# --- the report ------------------------------------------------------------------------------------------------------


def headline_of(cases: Sequence[Case]) -> tuple[str, frozenset[str]]:
    """Whose figures stand first: the `test` letters where the cases are split, else all."""
    test = frozenset(case.letter_id for case in cases if case.split == "test")
    return ("test", test) if test else ("all", frozenset(case.letter_id for case in cases))


def report_of(cases: Cases, runs: Sequence[EngineRun], sureness: Mapping[str, float] | None = None) -> Report:
    """The report of several engines over the same cases. `sureness`: how sure the rules are of each letter, for cascades."""
    name, headline = headline_of(cases.cases)
    letters = [case.letter_id for case in cases.cases]
    slices = {case.letter_id: _with_items(case) for case in cases.cases}
    engines = tuple(engine_report(run, letters, headline, slices) for run in runs)
    compared = _against_baseline(runs, letters, headline)
    return Report(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        cases=_cases_info(cases, name, headline),
        method={
            "alignment_threshold": THRESHOLD,
            "slip_similarity": SLIP,
            "resamples": RESAMPLES,
            "seed": SEED,
            "level": 0.95,
            "intervals": "F1: percentile bootstrap over letters; shares: Wilson",
            "test": "paired letter-level randomisation of the micro-F1 difference, two-sided; Holm over fields",
        },
        verdict=verdict_of(engines, compared, BASELINE),
        engines=engines,
        differences=compared,
        cascades=tuple(_cascades(runs, sureness or {}, letters, headline)),
        letters=letter_lines(runs, letters, headline, slices),
        warnings=tuple(_warnings(cases, headline, engines)),
    )


def _cascades(
    runs: Sequence[EngineRun], sureness: Mapping[str, float], letters: Sequence[str], headline: frozenset[str]
) -> Iterator[CascadeCurve]:
    rules = next((run for run in runs if run.name == BASELINE), None)
    if rules is None or not sureness:
        return
    for run in runs:
        if run.settings.get("engine") == HYBRID:
            yield cascade_curve(rules, run, sureness, letters, headline)


def _with_items(case: Case) -> dict[str, str]:
    items = len(case.label.items)
    return {**case.slices, "items": str(items) if items < 4 else "4 or more"}


def _against_baseline(runs: Sequence[EngineRun], letters: Sequence[str], headline: frozenset[str]) -> tuple[Difference, ...]:
    tallies = {run.name: Tallies.of(run.rows, letters).only(headline) for run in runs}
    if BASELINE not in tallies:
        return ()
    others = [name for name in tallies if name != BASELINE]
    return tuple(d for name in others for d in differences(name, tallies[name], BASELINE, tallies[BASELINE]))


def _cases_info(cases: Cases, name: str, headline: frozenset[str]) -> CasesInfo:
    labels = [case.label for case in cases.cases if case.letter_id in headline]
    values = sum(row.gold_normal is not None for label in labels for row in score("", "", label, label) if row.field != "item")
    splits: dict[str, int] = {}
    for case in cases.cases:
        splits[case.split or "all"] = splits.get(case.split or "all", 0) + 1
    return CasesInfo(
        folder=cases.folder.name,
        letters=len(cases.cases),
        headline=name,
        headline_letters=len(headline),
        splits=splits,
        items=sum(len(label.items) for label in labels),
        values=values,
        digest=_digest(cases.cases),
        left_out=tuple(map(str, cases.left_out)),
    )


def _digest(cases: Iterable[Case]) -> str:
    whole = hashlib.sha256()
    for case in cases:
        whole.update(case.letter_id.encode() + b"\0" + case.label.model_dump_json().encode() + b"\0" + _sha256(case.file.path))
    return whole.hexdigest()


def _sha256(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""


def _warnings(cases: Cases, headline: frozenset[str], engines: Sequence[EngineReport]) -> Iterable[str]:
    if warning := few_letters(len(headline)):
        yield warning
    if cases.left_out:
        files = {mistake.file for mistake in cases.left_out}
        yield f"{len(files)} labelled letters have mistakes and are left out; the report names them."
    for engine in engines:
        failed = engine.statuses.get("failed", 0)
        if failed:
            yield f"{engine.name}: {failed} letters have no usable record; all their values count as missing."
