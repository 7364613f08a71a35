"""The `show` command: one letter, read and printed, each value beside the words of the letter that prove it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from llm_extract.errors import LetterError
from llm_extract.letters import Letter, LetterFile
from llm_extract.schema import ITEM_FIELDS, LETTER_FIELDS, Citation, Record, record_line
from llm_extract.settings import Settings
from llm_extract.wiring import open_letter, open_pipeline

_LONGEST = 110
_NARROW = 72


def show_letter(settings: Settings, path: Path, *, as_json: bool) -> bool:
    """Read and print one letter. True where no record could be made of it."""
    record = asyncio.run(_read(settings, path))
    console = Console(highlight=False)
    if as_json:
        print(record_line(record))  # noqa: T201 - exactly the line, whatever the terminal is
    else:
        print_record(console, record, _text(settings, path))
    return record.status == "failed"


async def _read(settings: Settings, path: Path) -> Record:
    pipeline = await open_pipeline(settings)
    try:
        return await pipeline.read_file(LetterFile(path.stem, path))
    finally:
        await pipeline.close()


def _text(settings: Settings, path: Path) -> str:
    try:
        letter: Letter = open_letter(settings, LetterFile(path.stem, path))
    except LetterError:
        return ""
    return letter.text


def print_record(console: Console, record: Record, text: str) -> None:
    """The record as tables: the letter's own fields, then each item, then the issues."""
    run = record.run
    model = f", {run.model}" if run.model else ""
    console.print(
        Text(
            f"{record.letter_id}: {record.status} ({record.source.layout}; {run.engine}{model}; {run.seconds:.1f} s)",
            style="bold",
        )
    )
    if record.status != "failed":
        console.print(_table("Case, reviewer, patient, clinical summary", _letter_rows(record, text)))
        for index, item in enumerate(record.items):
            title = f"Item {index + 1} of {len(record.items)}: {item.decision.replace('_', ' ')}"
            console.print(_table(title, _item_rows(record, index, text)))
    for issue in record.issues:
        console.print(Text(f"! {issue.pointer or 'letter'}: {issue.message} [{issue.code}]", style="yellow"))


def _table(title: str, rows: Iterator[tuple[str, str, str, str]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("field", style="cyan", no_wrap=True)
    table.add_column("value", overflow="fold", max_width=_NARROW)
    table.add_column("words of the letter", overflow="fold", style="dim")
    table.add_column("by", no_wrap=True)
    for row in rows:
        # Plain `Text`: a letter's words must not be read as markup or terminal commands.
        table.add_row(*(Text(_printable(cell)) for cell in row))
    return table


def _letter_rows(record: Record, text: str) -> Iterator[tuple[str, str, str, str]]:
    for spec in LETTER_FIELDS:
        section, name = spec.path.strip("/").split("/")
        yield from _rows(record, spec.path, name, getattr(getattr(record, section), name), text)


def _item_rows(record: Record, index: int, text: str) -> Iterator[tuple[str, str, str, str]]:
    for spec in ITEM_FIELDS:
        yield from _rows(record, spec.path.replace("*", str(index)), spec.name, getattr(record.items[index], spec.name), text)


def _rows(record: Record, pointer: str, name: str, value: object, text: str) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(value, tuple):
        for i, entry in enumerate(value):
            yield _row(record, f"{pointer}/{i}", name if i == 0 else "", entry, text)
    elif value is not None and value is not False:
        yield _row(record, pointer, name, value, text)


def _row(record: Record, pointer: str, name: str, value: object, text: str) -> tuple[str, str, str, str]:
    spans = record.evidence.get(pointer, ())
    words = " … ".join(" ".join(text[s.start : s.end].split()) for s in spans)
    shown = _short(_words(value))
    proof = f"the same, at {spans[0].start}" if spans and _short(words) == shown else _short(words)
    return name, shown, proof, str(record.provenance.get(pointer, ""))


def _words(value: object) -> str:
    if isinstance(value, Citation):
        pages = f" p. {', '.join(map(str, value.pages))}" if value.pages else ""
        return f"[{value.source}] {value.title}{f': {value.section}' if value.section else ''}{pages}"
    return str(value)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _printable(words: str) -> str:
    """Without control characters: a letter may hold escape sequences that would move the terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in words)
