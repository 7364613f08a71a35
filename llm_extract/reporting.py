"""An evaluation's report on the terminal and in a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from llm_extract.running import console_of

if TYPE_CHECKING:
    from rich.console import Console

    from llm_extract.evaluation.cases import Case
    from llm_extract.evaluation.gate import Gate
    from llm_extract.evaluation.kept import Change
    from llm_extract.evaluation.markdown import Table as TextTable
    from llm_extract.evaluation.report import EngineRun, Report
    from llm_extract.letters import Letter

_SHOWN = 20
"""Failed checks and broken leaves on the terminal; the files have all."""


def print_report(report: Report) -> None:
    """Verdict, overview and fields; the rest stands in the files."""
    from llm_extract.evaluation.markdown import fields, overview

    console = console_of()
    for table in (fields(report), overview(report)):
        _print_table(console, table)
    console.print(f"Use {report.verdict.use}.", style="bold")
    for sentence in report.verdict.because:
        console.print(f"  {sentence}")
    for sentence in report.verdict.fails:
        console.print(f"  It fails most at {sentence}")
    for sentence in report.warnings:
        console.print(f"  Warning: {sentence}", style="yellow")
    for sentence in report.cases.left_out[:_SHOWN]:
        console.print(f"  Left out: {sentence}", style="yellow")


def _print_table(console: Console, text: TextTable) -> None:
    table = Table(title=text.title, title_justify="left", caption=text.note, caption_justify="left")
    for i, column in enumerate(text.columns):
        table.add_column(column, justify="left" if i == 0 else "right", overflow="fold")
    for row in text.rows:
        table.add_row(*row)
    console.print(table)


def print_gate(outcome: Gate, changes: Sequence[Change]) -> None:
    """Whether the gate let it through, and if not, why not."""
    from llm_extract.evaluation.kept import broken, fixed

    console = console_of()
    console.print(f"Against {outcome.against}: {len(list(fixed(changes)))} values fixed, {len(list(broken(changes)))} broken.")
    for change in list(broken(changes))[:_SHOWN]:
        console.print(
            f"  broken: {change.engine}, {change.letter_id}, {change.pointer or change.field}: {change.before} -> {change.after}"
        )
    for check in outcome.failures[:_SHOWN]:
        console.print(f"  failed: {check.engine}, {check.kind} {check.name}: {check.detail}", style="red")
    console.print(
        "Gate passed." if outcome.passed else f"Gate failed: {len(outcome.failures)} of {len(outcome.checks)} checks.",
        style="bold",
    )


def write_report(
    folder: Path,
    report: Report,
    runs: Sequence[EngineRun],
    letters: Mapping[str, Letter],
    cases: Sequence[Case],
    outcome: Gate | None,
    changes: Sequence[Change],
) -> None:
    """`report.json`, `rows.jsonl.xz`, `report.md` and `report.html`; with a gate `gate.json`, `gate.junit.xml` too.

    `letters` are those whose text the page's error browser may show.
    """
    from llm_extract.evaluation import kept
    from llm_extract.evaluation.gate import junit
    from llm_extract.evaluation.html import html
    from llm_extract.evaluation.markdown import markdown

    rows = list(chain.from_iterable(run.rows for run in runs))
    kept.save(folder, report, rows, {line.letter_id: line.slices for line in report.letters})
    (folder / "report.md").write_text(markdown(report, outcome), "utf-8")
    (folder / "report.html").write_text(html(report, runs, letters, cases, outcome, changes), "utf-8")
    if outcome:
        (folder / "gate.json").write_text(outcome.model_dump_json(indent=1) + "\n", "utf-8")
        (folder / "gate.junit.xml").write_text(junit(outcome), "utf-8")
    console_of().print(f"Report: {folder / 'report.html'} (also report.md, report.json, rows.jsonl.xz)")
