"""The `eval` command: labelled letters read by several engines, scored, compared, reported and gated.

Answers come from the recordings beside the cases first, so that a whole evaluation replays without a model; then, unless only a
replay is asked for, from the cache and the endpoint.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_extract.confidence import shipped
from llm_extract.engine import Engine, Reading, Usage
from llm_extract.errors import LetterError, MissingExtraError, SettingsError
from llm_extract.letters import Letter, LetterFile
from llm_extract.pipeline import Pipeline, Traced
from llm_extract.reader import all_or_none
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import model_name, open_letter, open_pipeline, recorded_asker, run_settings, settings_of

if TYPE_CHECKING:
    from llm_extract.evaluation.cases import Case, Cases
    from llm_extract.evaluation.evaluate import Reader
    from llm_extract.evaluation.recorded import Recordings
    from llm_extract.evaluation.report import EngineRun, Report

OK, GATE_FAILED = 0, 1
ENGINES = ("baseline", "model", "hybrid")


@dataclass(frozen=True)
class Variant:
    """One engine of the evaluation: its name in the report, and the settings that make it."""

    name: str
    settings: Settings


@dataclass(frozen=True)
class Plan:
    """What is to be evaluated. `replay`: recorded answers only. `record`: keep what had to be asked for beside the cases."""

    cases: Path
    variants: tuple[Variant, ...]
    out: Path | None = None
    replay: bool = False
    record: bool = False
    skip_mistaken: bool = False
    against: Path | None = None
    margin: float = 0.0
    gated: tuple[str, ...] = ()
    show_test: bool = False


def variants(names: Iterable[str], more: Iterable[str], given: Mapping[str, Any]) -> tuple[Variant, ...]:
    """The engines of `--engines`, then those of `--variant "NAME setting=value ..."`, all with the settings `given`.

    Raises `SettingsError` for an unknown engine or setting, and for a name that stands twice.
    """
    found = [Variant(name, settings_of({**given, "engine": name})) for name in names]
    found += [_variant(text, given) for text in more]
    twice = sorted({v.name for v in found if sum(v.name == w.name for w in found) > 1})
    if twice:
        raise SettingsError(f"Two engines of the evaluation are called {', '.join(twice)}; give each its own name.")
    if not found:
        raise SettingsError(f"No engine is named: give --engines {','.join(ENGINES)} or --variant.")
    return tuple(found)


def _variant(text: str, given: Mapping[str, Any]) -> Variant:
    try:
        name, *changes = shlex.split(text)
    except ValueError:  # nothing in it, or a quote that does not end
        name, changes = "", []
    pairs = [change.partition("=") for change in changes]
    if not name or "=" in name or any(not sign for _, sign, _ in pairs):
        raise SettingsError('--variant wants "NAME setting=value ...": a name, then settings, each with its value.')
    return Variant(name, settings_of({**given, **{key: value for key, _, value in pairs}}))


def evaluate(plan: Plan) -> int:
    """Evaluate, print, write and gate; the exit code."""
    _require_extra()
    if plan.replay and plan.record:
        raise SettingsError("--replay asks nobody, so that there is nothing to --record: give one of them.")
    from llm_extract.evaluation import kept
    from llm_extract.evaluation.cases import load_cases
    from llm_extract.evaluation.evaluate import headline_of
    from llm_extract.evaluation.gate import gate, refuse_other_cases, refuse_unknown
    from llm_extract.reporting import print_gate, print_report, write_report

    # What is wrong is told before anything is asked for.
    refuse_unknown(plan.gated)
    before = kept.load(plan.against) if plan.against else None
    opener = partial(open_letter, plan.variants[0].settings)
    cases = load_cases(plan.cases, opener, skip_mistaken=plan.skip_mistaken)
    if before:
        refuse_other_cases(before, [v.name for v in plan.variants], headline_of(cases.cases)[1])
    letters = _letters(cases.cases, opener)
    runs, report = measured(plan, cases, letters)
    outcome = gate(report, runs, before, margin=plan.margin, gated=plan.gated) if before else None
    changes = kept.changes(before.rows, (row for run in runs for row in run.rows)) if before else []
    print_report(report)
    if plan.out:
        shown = _shown(cases.cases, show_test=plan.show_test)
        write_report(plan.out, report, runs, {k: v for k, v in letters.items() if k in shown}, cases.cases, outcome, changes)
    if outcome:
        print_gate(outcome, changes)
    return GATE_FAILED if outcome and not outcome.passed else OK


def report_json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `report.json`."""
    _require_extra()
    from llm_extract.evaluation.report import FORMAT, Report

    schema = Report.model_json_schema(mode="serialization")
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:llm-extract:report:{FORMAT}"}
    return {**named, **schema, "title": f"llm_extract evaluation report, format {FORMAT}"}


def _require_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("numpy", "scipy", "rapidfuzz", "matplotlib", "jinja2") if find_spec(name) is None]
    if missing:
        raise MissingExtraError(f"Evaluation needs {', '.join(missing)}: install llm_extract[eval].")


def _shown(cases: Sequence[Case], *, show_test: bool) -> set[str]:
    """Letters whose errors may be looked at: those of `test` only on request, so that nobody works towards them by accident."""
    return {case.letter_id for case in cases if show_test or case.split != "test"}


def _letters(cases: Sequence[Case], opener: Any) -> dict[str, Letter]:
    letters = {}
    for case in cases:
        try:
            letters[case.letter_id] = opener(case.file)
        except LetterError:  # its record will be `failed` and say why
            continue
    return letters


def measured(plan: Plan, cases: Cases, letters: Mapping[str, Letter]) -> tuple[list[EngineRun], Report]:
    """All engines over all cases, and the report on them."""
    from llm_extract.evaluation.evaluate import BASELINE, engine_run, headline_of, report_of

    readers = asyncio.run(read_all(plan, cases.cases))
    rules = next((reader.records for reader in readers if reader.name == BASELINE), {})
    _, headline = headline_of(cases.cases)
    runs = [
        engine_run(reader, cases.cases, letters, headline, shipped(), None if reader.name == BASELINE else rules)
        for reader in readers
    ]
    return runs, report_of(cases, runs, _sureness(letters))


def _sureness(letters: Mapping[str, Letter]) -> dict[str, float]:
    """How sure the rules are of each letter, as the cascade sees it."""
    from llm_extract.cascade import sureness
    from llm_extract.hybrid import rules_of

    return {letter_id: sureness(rules_of(letter), letter, shipped()) for letter_id, letter in letters.items()}


_TO_RECORD = "with --record in place of --replay the model is asked for those alone (`make record` in the project's checkout)"
_TO_RETRY = "the endpoint did not give them; the same command again asks for those alone"

# --- reading ---------------------------------------------------------------------------------------------------------


async def read_all(plan: Plan, cases: Sequence[Case]) -> list[Reader]:
    """Each variant's records of all cases. Raises `RecordingsError` where a replay lacks answers."""
    recordings: dict[Path, Recordings] = {}
    readers = [await _read(variant, plan, cases, recordings) for variant in plan.variants]
    for kept in recordings.values():
        if plan.record:
            kept.save(whole=not plan.skip_mistaken)
        kept.refuse_gaps(_TO_RECORD if plan.replay else _TO_RETRY)
    return readers


def recordings_path(folder: Path, settings: Settings) -> Path:
    """Where the recorded answers of a model stand beside the cases."""
    safe = "".join(c if c.isalnum() or c in "-._" else "_" for c in model_name(settings))
    return folder / "answers" / f"{safe}.jsonl.gz"


async def _read(variant: Variant, plan: Plan, cases: Sequence[Case], recordings: dict[Path, Recordings]) -> Reader:
    from llm_extract.evaluation.evaluate import Reader
    from llm_extract.evaluation.recorded import Recordings

    settings, asker = variant.settings, None
    if settings.engine != "baseline":
        path = recordings_path(plan.cases, settings)
        if path not in recordings:
            recordings[path] = Recordings(path)
        recordings[path].read_by(variant.name)
        asker = recorded_asker(settings, recordings[path], replay=plan.replay)
    pipeline = await open_pipeline(settings, asker=asker)
    meter = _Metered(pipeline.engine)
    metered = replace(pipeline, engine=meter)
    try:
        readings = await _traced(metered, [case.file for case in cases], partial(_tell, variant.name, len(cases)))
    finally:
        await pipeline.close()
    return Reader(variant.name, run_settings(settings), [Traced(meter.timed(t.record), t.given_by) for t in readings])


async def _traced(pipeline: Pipeline, files: Sequence[LetterFile], told: Callable[[int], None]) -> list[Traced]:
    """All files read, as many at once as the pipeline may."""
    slots, done = asyncio.Semaphore(pipeline.concurrency), count(1)

    async def read(file: LetterFile) -> Traced:
        async with slots:
            traced = await pipeline.read_file_traced(file)
        told(next(done))
        return traced

    return await all_or_none([read(file) for file in files])


def _tell(name: str, total: int, done: int) -> None:
    """A line now and then on standard error."""
    if done == total or done % 10 == 0:
        sys.stderr.write(f"{name}: {done} of {total} letters\n")


class _Metered:
    """An engine that remembers how long its answers took when they were first asked for: a replay takes no time of its own."""

    def __init__(self, inner: Engine) -> None:
        self.name = inner.name
        self._inner = inner
        self._usage: dict[str, Usage] = {}

    async def read(self, letter: Letter) -> Reading:
        """The inner engine's reading."""
        reading = await self._inner.read(letter)
        self._usage[letter.letter_id] = reading.usage
        return reading

    async def close(self) -> None:
        """Close the inner engine."""
        await self._inner.close()

    def timed(self, record: Record) -> Record:
        """The record with the time of its answers, one after the other; of the rules, as measured now."""
        usage = self._usage.get(record.letter_id, Usage())
        if not usage.answers:
            return record
        return record.model_copy(update={"run": record.run.model_copy(update={"seconds": round(usage.seconds, 3)})})
