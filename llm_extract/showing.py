"""The `show` and `rules` commands: one letter, read and printed with the words that prove each value; the rules, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from llm_extract.baseline.rule import Rule
from llm_extract.baseline.rulebook import rules
from llm_extract.errors import LetterError
from llm_extract.letters import Letter, LetterFile
from llm_extract.pipeline import Traced
from llm_extract.schema import ITEM_FIELDS, LETTER_FIELDS, Citation, Record, record_line
from llm_extract.settings import Settings
from llm_extract.wiring import open_letter, open_pipeline

_LONGEST = 110
_NARROW = 72


Shown = tuple[str, ...]
"""A row of a table: field, value, the letter's words, and who or what gave the value."""


def show_letter(settings: Settings, path: Path, *, as_json: bool, by_rule: bool = False) -> bool:
    """Read and print one letter. True where no record could be made of it.

    `by_rule` names the rule or the prompt that gave each value instead of the reader alone.
    """
    record, given_by = asyncio.run(_read(settings, path))
    console = Console(highlight=False)
    if as_json:
        print(record_line(record))  # noqa: T201 - exactly the line, whatever the terminal is
    else:
        print_record(console, record, _text(settings, path), given_by if by_rule else record.provenance)
    return record.status == "failed"


def print_rules(beginning: str) -> bool:
    """Print the rules whose names begin so: why each may be believed, and its examples. False where there is none."""
    console = Console(highlight=False)
    chosen = [rule for name, rule in sorted(rules().items()) if name.startswith(beginning)]
    for rule in chosen:
        console.print(Text(rule.name, style="bold cyan"), Text(rule.why, style=""), sep="  ")
        for words, read in rule.examples.items():
            console.print(Text(f'    "{words}"'), Text(_outcome(rule, read), style="dim"), sep="  ")
    return bool(chosen)


def _outcome(rule: Rule, read: object) -> str:
    if read is None:
        return "is left alone"
    return "matches" if read is True else f"gives {_words(read)}"


async def _read(settings: Settings, path: Path) -> Traced:
    pipeline = await open_pipeline(settings)
    try:
        return await pipeline.read_file_traced(LetterFile(path.stem, path))
    finally:
        await pipeline.close()


def _text(settings: Settings, path: Path) -> str:
    try:
        letter: Letter = open_letter(settings, LetterFile(path.stem, path))
    except LetterError:
        return ""
    return letter.text


def print_record(console: Console, record: Record, text: str, given_by: Mapping[str, str]) -> None:
    """The record as tables: the letter's own fields, then each item, then the issues; `given_by` fills the last column."""
    run = record.run
    model = f", {run.model}" if run.model else ""
    console.print(
        Text(
            f"{record.letter_id}: {record.status} ({record.source.layout}; {run.engine}{model}; {run.seconds:.1f} s)",
            style="bold",
        )
    )
    if record.status != "failed":
        console.print(_table("Case, reviewer, patient, clinical summary", _letter_rows(record, text, given_by)))
        for index, item in enumerate(record.items):
            title = f"Item {index + 1} of {len(record.items)}: {item.decision.replace('_', ' ')}"
            console.print(_table(title, _item_rows(record, index, text, given_by)))
    for issue in record.issues:
        console.print(Text(f"! {issue.pointer or 'letter'}: {issue.message} [{issue.code}]", style="yellow"))


def _table(title: str, rows: Iterator[Shown]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("field", style="cyan", no_wrap=True)
    table.add_column("value", overflow="fold", max_width=_NARROW)
    table.add_column("words of the letter", overflow="fold", style="dim")
    table.add_column("by", no_wrap=True)
    for row in rows:
        # Plain `Text`: a letter's words must not be read as markup or terminal commands.
        table.add_row(*(Text(_printable(cell)) for cell in row))
    return table


def _letter_rows(record: Record, text: str, given_by: Mapping[str, str]) -> Iterator[Shown]:
    for spec in LETTER_FIELDS:
        section, name = spec.path.strip("/").split("/")
        for pointer, label, value in _values(spec.path, name, getattr(getattr(record, section), name)):
            yield label, *_proved(record, pointer, value, text), given_by.get(pointer, "")


def _item_rows(record: Record, index: int, text: str, given_by: Mapping[str, str]) -> Iterator[Shown]:
    for spec in ITEM_FIELDS:
        path = spec.path.replace("*", str(index))
        for pointer, label, value in _values(path, spec.name, getattr(record.items[index], spec.name)):
            yield label, *_proved(record, pointer, value, text), given_by.get(pointer, "")


def _values(pointer: str, name: str, value: object) -> Iterator[tuple[str, str, object]]:
    """Pointer, label and value of each entry of a field; nothing for what the letter does not say."""
    if isinstance(value, tuple):
        for i, entry in enumerate(value):
            yield f"{pointer}/{i}", name if i == 0 else "", entry
    elif value is not None and value is not False:
        yield pointer, name, value


def _proved(record: Record, pointer: str, value: object, text: str) -> tuple[str, str]:
    """A value, and the words of the letter that prove it."""
    spans = record.evidence.get(pointer, ())
    words = " … ".join(" ".join(text[s.start : s.end].split()) for s in spans)
    shown = _short(_words(value))
    return shown, f"the same, at {spans[0].start}" if spans and _short(words) == shown else _short(words)


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
