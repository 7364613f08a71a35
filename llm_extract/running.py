"""The `run` command: letters to `records.jsonl`, with progress, resume and a summary.

What a person sees on the way goes to standard error, the summary to standard output, so that nothing mixes with what a script
reads. The first Ctrl-C (or SIGTERM) takes no further letter and lets those under way be finished and written, the second stops at
once; both end with exit code 130, and the same command goes on.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from llm_extract.budget import Budget, Prices, SpendingLog
from llm_extract.finished import FinishedRecords
from llm_extract.ledger import RECORDS, Failures, Ledger
from llm_extract.letters import LetterFile, find_letters
from llm_extract.lines import RecordLine
from llm_extract.progress import SECONDS_BETWEEN_LINES, Meter, Shown, Style, shown
from llm_extract.settings import Settings
from llm_extract.telemetry import exporting
from llm_extract.wiring import cascade_notice, finished_of, open_pipeline, prices_of, run_settings, workers_of

if TYPE_CHECKING:
    from llm_extract.batch_post import BatchPlan
    from llm_extract.batching import BatchedPipeline
    from llm_extract.pipeline import Pipeline

OK, SOME_FAILED = 0, 3
_MB = 1_000_000
_TURN = 0.02
"""Seconds after which records that need no reading let others have their turn."""
_WORST = ("failed", "fallback", "partial", "ok")
_WIDE = 200
"""Columns of the summary in a pipe, where nothing says how wide the reader's screen is: paths stay in one piece."""


@dataclass(frozen=True)
class Plan:
    """What `run` was told beside the settings. `max_cost` in USD over all starts of the run."""

    inputs: tuple[str, ...]
    out: Path
    limit: int | None = None
    fresh: bool = False
    max_cost: float | None = None
    failures: Failures = "again"
    progress: Style = "auto"
    batch: BatchPlan | None = None


def run_letters(settings: Settings, plan: Plan) -> int:
    """Read the letters that the plan names; the exit code. Raises `KeyboardInterrupt` when it was interrupted."""
    files = find_letters(plan.inputs)[: plan.limit]
    prices = _prices(settings, plan)
    Budget.of(prices, plan.max_cost)  # refuses unknown prices before the folder is touched
    with Ledger(
        plan.out, run_settings(settings), fresh=plan.fresh, failures=plan.failures, sync_seconds=settings.sync_seconds
    ) as ledger:
        log = SpendingLog(plan.out, fresh=plan.fresh)
        try:
            budget = Budget.of(prices, plan.max_cost, log=log, spent=ledger.before.cost_usd or 0.0)
            _count_batches(budget, plan, log.spent)
            return _Run(settings, plan, ledger, budget).over(files)
        finally:
            log.close()


def _prices(settings: Settings, plan: Plan) -> Prices | None:
    """What the run's requests cost. Raises `SettingsError` for settings that batches cannot be run with."""
    if plan.batch is None:
        return prices_of(settings)
    from llm_extract.batching import batch_prices

    return batch_prices(settings, plan.max_cost)


def _count_batches(budget: Budget, plan: Plan, live: int) -> None:
    """Count what batches of the same folder have cost, in a run without batches too."""
    if plan.batch is not None or (plan.out / "batch.json").exists():
        from llm_extract.batch import count_batches

        count_batches(budget, plan.out, live=live, in_batches=plan.batch is not None, fresh=plan.fresh)


def export_batch(settings: Settings, plan: Plan, target: Path) -> int:
    """Write the requests of the run for another batch runner; nothing is sent. The exit code."""
    from llm_extract.batching import batch_prices, export_requests

    batch_prices(settings, None)
    files = find_letters(plan.inputs)[: plan.limit]
    with Ledger(plan.out, run_settings(settings), failures=plan.failures) as ledger:
        left = ledger.left(files)
        done = asyncio.run(export_requests(settings, left, plan.out, target))
    named = ", ".join(map(str, done.files)) or "nothing to ask"
    sys.stdout.write(f"{done.requests:,} requests of {done.letters:,} letters ({len(left):,} without a record): {named}\n")
    return OK


def estimate_run(settings: Settings, plan: Plan) -> int:
    """Print what the run would ask, cost and take; nothing is sent and nothing is written. The exit code."""
    from llm_extract.estimating import estimate

    files = find_letters(plan.inputs)[: plan.limit]
    if (plan.out / RECORDS).exists():
        with Ledger(plan.out, run_settings(settings), fresh=plan.fresh, failures=plan.failures) as ledger:
            files = ledger.left(files)
    found = estimate(settings, files)
    if plan.progress == "json":
        sys.stdout.write(found.as_json() + "\n")
    else:
        console_of().print(_table("Estimate", found.rows()))
    return OK


@dataclass
class _Run:
    """One start of a run."""

    settings: Settings
    plan: Plan
    ledger: Ledger
    budget: Budget
    console: Console = field(default_factory=lambda: console_of(stderr=True))

    def over(self, files: list[LetterFile]) -> int:
        """Read what is left of the files, sum up, say what is to be done."""
        left = self.ledger.left(files)
        stop = _Stop()
        try:
            asyncio.run(self._read(files, left, stop))
        except asyncio.CancelledError:
            if not stop.asked:
                raise
        finally:
            unread = len(left) - self.ledger.totals.letters + len(self.ledger.untouched)
            report = self.ledger.finish(complete=not unread, letters=len(files), **self._spending())
        console_of().print(_table("Run", _summary_rows(report, self.ledger)))
        if stop.asked:
            raise KeyboardInterrupt
        if unread:
            self.console.print(self._why_unread(unread, len(files)))
        return SOME_FAILED if unread or report["statuses"].get("failed") else OK

    def _spending(self) -> dict[str, Any]:
        return {"spent_usd": self.budget.spent_usd, "spent_usd_unsure": self.budget.unsure_usd, "max_cost": self.plan.max_cost}

    def _why_unread(self, unread: int, files: int) -> str:
        if self.ledger.untouched:
            return f"{unread} of {files} letters have no record yet; the same command without --retry-failed reads them."
        if self.plan.batch is not None:
            return f"{unread} of {files} letters have no record yet."
        limit = self.plan.max_cost
        return f"Stopped at the limit of {limit} USD with {unread} of {files} letters unread; raise --max-cost to go on."

    async def _read(self, files: list[LetterFile], left: list[LetterFile], stop: _Stop) -> None:
        """What was read before first: where that is everything nobody need be there to be asked, and no library be loaded."""
        finished = finished_of(self.settings)
        meter = Meter(len(left))
        try:
            with (
                shown(self.plan.progress, self.console, meter) as way,
                exporting(self.settings, way.say),
                stop.at_signals(way.say),
            ):
                if self.settings.engine == "cascade":
                    way.say(cascade_notice(self.settings))
                if self.ledger.skipped:
                    way.say(f"{self.ledger.skipped} of {len(files)} letters have a record already; {len(left)} to read.")
                async with _ticking(way, self.ledger):
                    unread = await self._take_finished(stop.until(left), finished, way)
                    if unread:
                        await self._ask(stop, unread, finished, meter, way)
        finally:
            if finished is not None:
                finished.close()

    async def _take_finished(
        self, letters: Iterable[LetterFile], finished: FinishedRecords | None, way: Shown
    ) -> list[LetterFile]:
        """Write the records of letters that an earlier run has read; the letters that are left."""
        unread, turn = [], time.monotonic()
        for letter in letters:
            record = finished.get(letter) if finished is not None else None
            if record is None:
                unread.append(letter)
            else:
                line = RecordLine.of(record)
                self.ledger.write(line)
                way.update(line)
            if time.monotonic() >= turn:  # for whoever shows how it goes, and for Ctrl-C
                await asyncio.sleep(0)
                turn = time.monotonic() + _TURN
        return unread

    async def _ask(
        self, stop: _Stop, unread: list[LetterFile], finished: FinishedRecords | None, meter: Meter, way: Shown
    ) -> None:
        batch = self.plan.batch
        pipeline = await (self._opened(finished, len(unread)) if batch is None else self._by_batches(batch, finished, way, stop))
        meter.admission = pipeline.admission
        try:
            async with aclosing(pipeline.lines(stop.until(unread))) as lines:
                async for line in lines:
                    self.ledger.write(line)
                    way.update(line)
        finally:
            await pipeline.close()

    async def _opened(self, finished: FinishedRecords | None, letters: int) -> Pipeline:
        workers = workers_of(self.settings, letters)
        with _weights_progress(self.console) as told:
            return await open_pipeline(self.settings, progress=told, budget=self.budget, finished=finished, workers=workers)

    async def _by_batches(self, batch: BatchPlan, finished: FinishedRecords | None, way: Shown, stop: _Stop) -> BatchedPipeline:
        from llm_extract.batching import open_batches

        return await open_batches(
            self.settings,
            batch,
            self.plan.out,
            budget=self.budget,
            fresh=self.plan.fresh,
            finished=finished,
            say=way.say,
            stopped=lambda: stop.asked > 0,
        )


@asynccontextmanager
async def _ticking(way: Shown, ledger: Ledger) -> Any:
    """Once a second show how it goes, and see to it that written records reach the disk."""

    async def tick() -> None:
        while True:
            await asyncio.sleep(1.0)
            way.tick()
            ledger.sync_when_due()

    ticking = asyncio.ensure_future(tick())
    try:
        yield
    finally:
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking


# --- stopping --------------------------------------------------------------------------------------------------------


class _Stop:
    """Whether the run was asked to stop: once, and letters under way are finished; twice, and nothing is."""

    def __init__(self) -> None:
        self.asked = 0

    def until(self, letters: Iterable[LetterFile]) -> Iterator[LetterFile]:
        """The letters, for as long as nobody asked to stop."""
        for letter in letters:
            if self.asked:
                return
            yield letter

    @contextmanager
    def at_signals(self, say: Callable[[str], None]) -> Iterator[None]:
        """Listen to SIGINT and SIGTERM while the task that enters this runs."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def asked() -> None:
            self.asked += 1
            if self.asked == 1:
                say("Stopping: letters under way are finished and written; Ctrl-C again stops at once.")
            elif task is not None:
                task.cancel()

        with _handled(loop, asked):
            yield


@contextmanager
def _handled(loop: asyncio.AbstractEventLoop, asked: Callable[[], None]) -> Iterator[None]:
    """Call `asked` in the loop at each signal; where a loop cannot listen (Windows, other threads) Python's own way stays."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    heard: list[signal.Signals] = []
    with suppress(NotImplementedError, ValueError, RuntimeError):
        for number in numbers:
            loop.add_signal_handler(number, asked)
            heard.append(number)
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


# --- what is shown ---------------------------------------------------------------------------------------------------


def console_of(*, stderr: bool = False) -> Console:
    """Standard output or standard error, wide where nothing says how wide the reader's screen is."""
    stream = sys.stderr if stderr else sys.stdout
    # No markup: a path may hold brackets.
    return Console(stderr=stderr, width=None if stream.isatty() else _WIDE, highlight=False, markup=False, emoji=False)


@contextmanager
def _weights_progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Told of bytes while the embedded model's weights are joined; shows nothing when they are there."""
    if not console.is_terminal:
        yield _WeightLines(console)
        return
    with Progress(
        TextColumn("Joining the model's weights"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


class _WeightLines:
    """A line now and then while weights are joined, for pipes and logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Say how far it is, at the end and every few seconds."""
        now = time.monotonic()
        if done >= total or now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            self._console.print(f"joining the model's weights (MB): {done // _MB} of {total // _MB}")


def _table(title: str, rows: Iterable[tuple[str, str]]) -> Table:
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return table


def _summary_rows(report: dict[str, Any], ledger: Ledger) -> Iterator[tuple[str, str]]:
    statuses = report["statuses"]
    yield (
        "letters",
        f"{report['letters']} ({report['this_start']['letters']} read now, {report['skipped_as_done']} already there)",
    )
    yield "status", ", ".join(f"{statuses[s]} {s}" for s in reversed(_WORST) if statuses.get(s)) or "none"
    if report["failures"]:
        yield "failed by", ", ".join(f"{count} {code}" for code, count in report["failures"].items())
    yield "tokens", f"{report['input_tokens']:,} in, {report['output_tokens']:,} out, {report['attempts']:,} requests"
    yield "cost", _cost(report)
    yield "time", f"{report['seconds']:.1f} s"
    yield "records", str(ledger.records_path)
    yield "run", str(ledger.run_path)


def _cost(report: dict[str, Any]) -> str:
    """What the records cost, and what was spent beside them: on requests that were lost or whose letters were left."""
    cost, spent = report["cost_usd"], report["spent_usd"]
    if cost is None:
        return "unknown (set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE, or LLM_EXTRACT_PRICES)"
    more = f" in these records, {spent:.4f} USD spent in all" if spent is not None and spent - cost > 5e-5 else ""
    unsure = f" ({report['spent_usd_unsure']:.4f} of it at most)" if more and report["spent_usd_unsure"] else ""
    return f"{cost:.4f} USD{more}{unsure}"
