"""The `run` command: letters to `records.jsonl`, with progress, resume and a summary.

A terminal gets a progress bar with rate and time left, a pipe plain lines. Both go to standard error, so that nothing mixes
with what a script reads.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from llm_extract.budget import Budget
from llm_extract.ledger import Ledger
from llm_extract.letters import LetterFile, find_letters
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import open_pipeline, price_of, run_settings

OK, SOME_FAILED = 0, 3
_SECONDS_BETWEEN_LINES = 10.0
_MB = 1_000_000
_WORST = ("failed", "fallback", "partial", "ok")
_WIDE = 200
"""Columns of the summary in a pipe, where nothing says how wide the reader's screen is: paths stay in one piece."""


def run_letters(
    settings: Settings, inputs: tuple[str, ...], out: Path, *, limit: int | None, fresh: bool, max_cost: float | None
) -> int:
    """Read the letters that `inputs` name into `out`; the exit code."""
    files = find_letters(inputs)[:limit]
    Budget.of(price_of(settings), max_cost)  # refuses unknown prices before the folder is touched
    with Ledger(out, run_settings(settings), fresh=fresh) as ledger:
        return _run(settings, files, ledger, max_cost)


def _run(settings: Settings, files: list[LetterFile], ledger: Ledger, max_cost: float | None) -> int:
    console = console_of(stderr=True)
    budget = Budget.of(price_of(settings), max_cost, spent=ledger.before.cost_usd or 0.0)
    left = ledger.left(files)
    if ledger.skipped:
        console.print(f"{ledger.skipped} of {len(files)} letters have a record already; {len(left)} to read.")
    try:
        asyncio.run(_read(settings, left, ledger, console, budget))
    finally:
        unread = len(left) - ledger.totals.letters
        report = ledger.finish(complete=not unread, letters=len(files))
    console_of().print(_summary(report, ledger))
    if unread:
        console.print(
            f"Stopped at the limit of {max_cost} USD with {unread} of {len(files)} letters unread; raise --max-cost to go on."
        )
    return SOME_FAILED if unread or report["statuses"].get("failed") else OK


def console_of(*, stderr: bool = False) -> Console:
    """Standard output or standard error, wide where nothing says how wide the reader's screen is."""
    stream = sys.stderr if stderr else sys.stdout
    # No markup: a path may hold brackets.
    return Console(stderr=stderr, width=None if stream.isatty() else _WIDE, highlight=False, markup=False, emoji=False)


async def _read(settings: Settings, files: list[LetterFile], ledger: Ledger, console: Console, budget: Budget) -> None:
    if not files:
        return
    with _weights_progress(console) as told:
        pipeline = await open_pipeline(settings, progress=told)
    try:
        with _letters_progress(console, len(files)) as step:
            async with aclosing(pipeline.stream(budget.admit(files))) as records:
                async for record in records:
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
        lines = _PlainLines(console, "joining the model's weights (MB)", "MB")
        yield lambda done, total: lines.at(done // _MB, total // _MB)
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


@contextmanager
def _letters_progress(console: Console, total: int) -> Iterator[Callable[[Record], None]]:
    """Told of each record as it is written."""
    with _letters_bar(console, total) if console.is_terminal else _letters_lines(console, total) as step:
        yield step


@contextmanager
def _letters_lines(console: Console, total: int) -> Iterator[Callable[[Record], None]]:
    lines, counted = _PlainLines(console, "letters read", "letters"), count(1)
    yield lambda _: lines.at(next(counted), total)


@contextmanager
def _letters_bar(console: Console, total: int) -> Iterator[Callable[[Record], None]]:
    columns = (
        TextColumn("Reading letters"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total, rate="", last="")
        started = time.monotonic()

        def step(record: Record) -> None:
            bar.advance(task)
            rate = bar.tasks[0].completed / max(time.monotonic() - started, 1e-9)
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
        pace = f"{rate:.1f} {self._unit}/s" if rate >= 1 else f"{1 / max(rate, 1e-9):.0f} s each"
        self._console.print(f"{self._what}: {done} of {total}, {pace}, {left:.0f} s left")


# --- the table at the end --------------------------------------------------------------------------------------------


def _summary(report: dict[str, Any], ledger: Ledger) -> Table:
    table = Table(title="Run", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _summary_rows(report, ledger):
        table.add_row(name, value)
    return table


def _summary_rows(report: dict[str, Any], ledger: Ledger) -> Iterator[tuple[str, str]]:
    statuses, cost = report["statuses"], report["cost_usd"]
    yield (
        "letters",
        f"{report['letters']} ({report['this_start']['letters']} read now, {report['skipped_as_done']} already there)",
    )
    yield "status", ", ".join(f"{statuses[s]} {s}" for s in reversed(_WORST) if statuses.get(s)) or "none"
    yield "tokens", f"{report['input_tokens']:,} in, {report['output_tokens']:,} out, {report['attempts']:,} requests"
    unknown = "unknown (set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE)"
    yield "cost", unknown if cost is None else f"{cost:.4f} USD"
    yield "time", f"{report['seconds']:.1f} s"
    yield "records", str(ledger.records_path)
    yield "run", str(ledger.run_path)
