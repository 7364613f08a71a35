"""The `run` command: letters to `records.jsonl`, with progress, resume and a summary.

A terminal gets a progress bar with rate and time left, a pipe plain lines. Both go to standard error, so that nothing mixes with what
a script reads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from llm_extract.budget import Budget
from llm_extract.ledger import RUN, Ledger
from llm_extract.letters import LetterFile, find_letters
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import open_pipeline, run_settings

OK, SOME_FAILED = 0, 3
_SECONDS_BETWEEN_LINES = 10.0
_WORST = ("failed", "fallback", "partial", "ok")


def run_letters(
    settings: Settings, inputs: tuple[str, ...], out: Path, *, limit: int | None, fresh: bool, max_cost: float | None
) -> int:
    """Read the letters that `inputs` name into `out`; the exit code."""
    console = Console(stderr=True, highlight=False)
    budget = Budget.of(settings, max_cost)
    files = find_letters(inputs)[:limit]
    with Ledger(out, run_settings(settings), fresh=fresh) as ledger:
        left = ledger.left(files)
        if ledger.skipped:
            console.print(f"{ledger.skipped} of {len(files)} letters have a record already; {len(left)} to read.")
        try:
            asyncio.run(_read(settings, left, ledger, console, budget))
        finally:
            complete = ledger.skipped + ledger.totals.letters == len(files)
            report = ledger.finish(complete=complete, letters=len(files))
        Console(highlight=False).print(_summary(report, ledger))
        if not complete:
            console.print(f"Stopped at the limit of {max_cost} USD: {len(files) - ledger.skipped - ledger.totals.letters} letters are left.")
        failed = report["statuses"].get("failed", 0)
        return SOME_FAILED if failed or not complete else OK


async def _read(settings: Settings, files: list[LetterFile], ledger: Ledger, console: Console, budget: Budget) -> None:
    if not files:
        return
    with _weights_progress(console) as told:
        pipeline = await open_pipeline(settings, progress=told)
    try:
        with _letters_progress(console, len(files)) as step:
            async for record in pipeline.stream(budget.admit(files)):
                budget.settle(record)
                ledger.write(record)
                step(record)
    finally:
        await pipeline.close()


# --- progress --------------------------------------------------------------------------------------------------------


@contextmanager
def _weights_progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Told of bytes while the embedded model's weights are joined; shows nothing when they are there."""
    if not console.is_terminal:
        lines = _PlainLines(console, "joining the model's weights", "bytes")
        yield lines.at
        return
    with Progress(TextColumn("Joining the model's weights"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


@contextmanager
def _letters_progress(console: Console, total: int) -> Iterator[Callable[[Record], None]]:
    if not console.is_terminal:
        lines = _PlainLines(console, "letters read", "letters")
        count = 0

        def say(_: Record) -> None:
            nonlocal count
            count += 1
            lines.at(count, total)

        yield say
        return
    columns = (
        TextColumn("Reading letters"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total, rate="", last="")
        started = time.monotonic()

        def step(record: Record) -> None:
            bar.advance(task)
            done = bar.tasks[0].completed
            rate = done / max(time.monotonic() - started, 1e-9)
            shown = f"{rate:.1f}/s" if rate >= 1 else f"{1 / rate:.1f} s each"
            bar.update(task, rate=shown, last=f"{record.letter_id[:32]} {record.status}")

        yield step


class _PlainLines:
    """A line now and then, for pipes and logs: first, last, and every `_SECONDS_BETWEEN_LINES` seconds."""

    def __init__(self, console: Console, what: str, unit: str) -> None:
        self._console = console
        self._what = what
        self._unit = unit
        self._started = self._last = time.monotonic()

    def at(self, done: int, total: int) -> None:
        """Say how far it is."""
        now = time.monotonic()
        if done < total and now - self._last < _SECONDS_BETWEEN_LINES:
            return
        self._last = now
        rate = done / max(now - self._started, 1e-9)
        left = (total - done) / rate if rate else 0.0
        self._console.print(f"{self._what}: {done} of {total}, {rate:.2f} {self._unit}/s, {left:.0f} s left")


# --- the table at the end --------------------------------------------------------------------------------------------


def _summary(report: dict[str, Any], ledger: Ledger) -> Table:
    table = Table(title="Run", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column()
    statuses = report["statuses"]
    rows = {
        "letters": f"{report['letters']} ({report['this_start']['letters']} read now, {report['skipped_as_done']} already there)",
        "status": ", ".join(f"{statuses[s]} {s}" for s in reversed(_WORST) if statuses.get(s)) or "none",
        "tokens": f"{report['input_tokens']:,} in, {report['output_tokens']:,} out, {report['attempts']:,} requests",
        "cost": "unknown (set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE)" if report["cost_usd"] is None else f"{report['cost_usd']:.4f} USD",
        "time": f"{report['seconds']:.1f} s",
        "records": str(ledger.records_path),
        "run": str(ledger.folder / RUN),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table

