"""A run's records as tables: Parquet, CSV, XLSX or DuckDB.

`tables.py` says what the tables are; here they are filled and written. The writers know columns and rows, nothing of letters.

Three promises. Rows are in order of letter id and item, however the run came to its end. A crash leaves the old export or none,
never a half one. An export of a part of a run says that it is one. Memory holds letter ids and some hundred letters, not the run.
"""

from __future__ import annotations

import contextlib
import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

from filelock import FileLock, Timeout
from pydantic import ValidationError
from pydantic_core import from_json

from llm_extract import __version__
from llm_extract.durable import beside, sync_file, sync_folder, writing
from llm_extract.errors import MissingExtraError, SettingsError
from llm_extract.ledger import RECORDS, RUN
from llm_extract.schema import RECORD_KEYS, SCHEMA_VERSION, Record
from llm_extract.tables import (
    DICTIONARY,
    EVIDENCE,
    ITEM,
    LETTER_ID,
    RUN_TABLE,
    TABLES,
    Column,
    Data,
    ListOf,
    Parts,
    Row,
    Table,
    Type,
    dictionary_rows,
    no_rows,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LOCK = ".export.lock"
LETTERS_AT_ONCE = 500
ROWS_A_GROUP = 20_000
"""Rows that Parquet and DuckDB are given at once: enough to compress well, some ten megabytes of memory a table."""

# --- the run's folder ------------------------------------------------------------------------------------------------


class Run:
    """A run's folder, opened for reading: the records that count in order of letter id, and what is missing of the run.

    As in the ledger the last whole line of a letter counts, and torn lines are passed over. Raises `SettingsError` for a folder
    that holds no run, and for a record that does not fit the contract.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.report = _report_of(folder / RUN)
        self.torn = 0
        self._offsets: dict[str, int] = {}
        self._file = _opened(folder / RECORDS)
        if self._file is None and self.report is None:
            raise SettingsError(f"{folder} holds no run: give the folder that `llm-extract run --out` has written.")
        self._find()

    @property
    def letters(self) -> int:
        """Number of letters."""
        return len(self._offsets)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why this is not the whole run; empty where it is."""
        return tuple(_gaps(self.report, self.letters, self.torn))

    def __iter__(self) -> Iterator[Data]:
        for letter_id in sorted(self._offsets):
            with _reading(self.folder / RECORDS):
                line = self._line_at(self._offsets[letter_id])
            yield _data_of(line, letter_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def _find(self) -> None:
        offset = 0
        with _reading(self.folder / RECORDS):
            for line in self._file or ():
                letter_id = _letter_id_of(line)
                if letter_id is None:
                    self.torn += 1
                else:
                    self._offsets[letter_id] = offset
                offset += len(line)

    def _line_at(self, offset: int) -> bytes:
        assert self._file is not None  # noqa: S101 - there are no offsets without a file
        self._file.seek(offset)
        return self._file.readline()


def _opened(path: Path) -> IO[bytes] | None:
    """The records; None where a run that had nothing to write has none."""
    if not path.exists():
        return None
    with _reading(path):
        return path.open("rb")


def _report_of(path: Path) -> dict[str, Any] | None:
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


_KEYS = frozenset(RECORD_KEYS)


def _letter_id_of(line: bytes) -> str | None:
    """The letter of a line, None where the line is torn or no record: as the ledger has it."""
    try:
        record = from_json(line)
    except ValueError:
        return None
    whole = isinstance(record, dict) and record.keys() >= _KEYS and isinstance(record["letter_id"], str)
    return record["letter_id"] if whole else None


def _data_of(line: bytes, letter_id: str) -> Data:
    if _letter_id_of(line) != letter_id:
        raise SettingsError(f"{RECORDS} was written to while it was exported: wait for the run to end, and export again.")
    try:
        return Record.model_validate_json(line).model_dump()
    except ValidationError as error:
        # Place and kind only: the value would be the letter's words.
        first = error.errors(include_input=False, include_url=False)[0]
        place = "/".join(map(str, first["loc"]))
        raise SettingsError(
            f"The record of {letter_id} in {RECORDS} does not fit contract version {SCHEMA_VERSION} (/{place}: {first['type']}): "
            "read that letter again, or export with the version that wrote it."
        ) from None


def _gaps(report: dict[str, Any] | None, letters: int, torn: int) -> Iterator[str]:
    if report is None:
        yield f"{RUN} is missing or damaged and cannot say whether every letter was read"
    elif report.get("complete") is not True:
        yield "the run has not come to its end"
    if torn:
        yield f"{torn} torn {'line' if torn == 1 else 'lines'} in {RECORDS}"
    if report is not None and report.get("records", letters) != letters:
        yield f"{RUN} counts {report['records']} records, {RECORDS} holds {letters}"


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): mend it and export again.") from error


# --- exporting -------------------------------------------------------------------------------------------------------


class Writer(Protocol):
    """Takes rows, table by table in any order, and puts them into files. `notes` is what a user has to know of the result."""

    notes: list[str]

    def add(self, table: Table, rows: Sequence[Row]) -> None:
        """Append rows to a table."""
        ...

    def close(self) -> None:
        """Write what is left and close the files."""
        ...

    def abandon(self) -> None:
        """Let go of the files, which will be thrown away."""
        ...


@dataclass(frozen=True)
class About:
    """What a writer is told: where to write, which tables, and what to say of the run in the file itself."""

    folder: Path
    tables: tuple[Table, ...]
    run: Mapping[str, Any]


@dataclass(frozen=True)
class Format:
    """One output. `target` is its name in the output folder: of a file, or of a folder with `suffix` files, one a table."""

    target: str
    libraries: tuple[str, ...]
    writer: Callable[[About], Writer]
    tables: tuple[Table, ...] = TABLES
    suffix: str | None = None

    @property
    def all_tables(self) -> tuple[Table, ...]:
        """The tables of the records and the two about them."""
        return (*self.tables, RUN_TABLE, DICTIONARY)

    @property
    def files(self) -> frozenset[str]:
        """Names of the files in the target's folder; empty where the target is a file."""
        return frozenset(f"{t.name}{self.suffix}" for t in self.all_tables) if self.suffix else frozenset()


@dataclass(frozen=True)
class Exported:
    """What was written. `gaps` says why it is not the whole run, `notes` what else has to be known; both are sentences."""

    path: Path
    letters: int
    failed: int
    items: int
    gaps: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every letter of the run is there."""
        return not self.gaps

    @property
    def warnings(self) -> Iterator[str]:
        """Sentences for standard error."""
        if self.gaps:
            yield (
                f"this is a part of the run, not the whole: {'; '.join(self.gaps)}. "
                "Start the same `llm-extract run` again to finish it, then export again."
            )
        yield from self.notes


def export_run(folder: Path, to: str, out: Path | None = None) -> Exported:
    """Write the records of the run in `folder` as tables into `out` (default: `folder/export`), in the format `to`.

    Raises `SettingsError` for an unknown format, a folder without a run, an output that cannot be written or that is someone
    else's, and `MissingExtraError` where the format's library is not installed.
    """
    if to not in FORMATS:
        raise SettingsError(f"There is no format {to}: take one of {', '.join(FORMATS)}.")
    form = FORMATS[to]
    _require(to, form.libraries)
    with Run(folder) as run, _place_to_write(out or folder / "export", form) as place, _building(place, form) as part:
        counts, notes = _written(run, form, part)
    return Exported(place, run.letters, counts["failed"], counts["items"], run.gaps, notes)


def _require(to: str, libraries: Sequence[str]) -> None:
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        raise MissingExtraError(f"Export to {to} needs {' and '.join(missing)}: install llm_extract[export].")


def _written(run: Run, form: Format, part: Path) -> tuple[Counter[str], tuple[str, ...]]:
    about = About(part, form.all_tables, {"complete": not run.gaps, "gaps": list(run.gaps), "run": run.report})
    writer, counts = form.writer(about), Counter[str]()
    try:
        for batch in _batches(run):
            counts["failed"] += sum(data["status"] == "failed" for data in batch)
            counts["items"] += sum(len(data["items"]) for data in batch)
            for table in form.tables:
                writer.add(table, [row for data in batch for row in table.rows(data)])
        writer.add(RUN_TABLE, list(_run_rows(run, counts)))
        writer.add(DICTIONARY, dictionary_rows(form.tables))
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    return counts, tuple(writer.notes)


def _batches(records: Iterable[Data]) -> Iterator[list[Data]]:
    left = iter(records)
    while batch := list(islice(left, LETTERS_AT_ONCE)):
        yield batch


def _run_rows(run: Run, counts: Mapping[str, int]) -> Iterator[Row]:
    said = {
        "complete": not run.gaps,
        "incomplete_because": "; ".join(run.gaps) or None,
        "letters": run.letters,
        "letters_failed": counts["failed"],
        "items": counts["items"],
        "schema_version": SCHEMA_VERSION,
        "exported_by": f"llm_extract {__version__}",
    }
    for name, value in chain(said.items(), _flat(run.report or {}, "run")):
        yield {"name": name, "value": value if value is None or isinstance(value, str) else json.dumps(value)}


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}")
    else:
        yield name, value


# --- the output's folder ---------------------------------------------------------------------------------------------


_THEN = "make room or give another --out; an earlier export stands"


@contextlib.contextmanager
def _place_to_write(out: Path, form: Format) -> Iterator[Path]:
    """The target in a folder that no other export writes to. Raises `SettingsError` where it would overwrite what is not ours."""
    target, lock = out / form.target, FileLock(out / LOCK, timeout=0)
    with writing(out, _THEN):
        out.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise SettingsError(f"Another export is writing to {out}: wait for it, or give another --out.") from None
    try:
        with writing(target, _THEN):
            _refuse_others(target, form)
        yield target
    finally:
        lock.release()


def _refuse_others(target: Path, form: Format) -> None:
    if target.is_dir() and (not form.suffix or {path.name for path in target.iterdir()} - form.files):
        raise SettingsError(f"{target} holds files that no export has written: give another --out.")
    if form.suffix and target.exists() and not target.is_dir():
        raise SettingsError(f"{target} is a file, and would have to be a folder: give another --out.")


@contextlib.contextmanager
def _building(target: Path, form: Format) -> Iterator[Path]:
    """A folder beside the target to write in; what stands there at the end takes the target's place, whole.

    Nothing is written outside of it: the letters' words stay in the output folder.
    """
    part, old = beside(target), target.with_name(f".{target.name}.old")
    with writing(target, _THEN):
        for left_behind in (part, old):
            shutil.rmtree(left_behind, ignore_errors=True)
        part.mkdir()
        try:
            yield part
            _sync(part)
            _put(part if form.suffix else part / target.name, target, old)
        finally:
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def _sync(folder: Path) -> None:
    for path in folder.iterdir():
        sync_file(path)
    sync_folder(folder)


def _put(new: Path, target: Path, old: Path) -> None:
    """A full folder cannot be replaced in one step: the old one steps aside first, so that a crash leaves one or none."""
    if target.is_dir():
        target.rename(old)
    new.replace(target)
    sync_folder(target.parent)


# --- cells of spreadsheets -------------------------------------------------------------------------------------------

_FORMULA = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]|['\t\r\n]")
"""The beginnings that OWASP names (= + - @ tab CR LF, full width too), also behind white space and what cannot be seen."""


def defused(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet might take it for a formula, or where it begins with one."""
    return f"'{text}" if _FORMULA.match(text) else text


def undefused(cell: str) -> str:
    """The text that `defused` was given."""
    return cell.removeprefix("'")


def joined(entries: Iterable[Any]) -> str:
    """A list in one cell: entries with `; ` between them, each defused; a semicolon or backslash of its own has a backslash."""
    return "; ".join(re.sub(r"([\\;])", r"\\\1", defused(str(entry))) for entry in entries)


def entries_of(cell: str) -> list[str]:
    """The entries, as text, that `joined` was given. None of them may be empty, and in the contract none is."""
    found = re.findall(r"(?:[^\\;]|\\.)+", cell, re.DOTALL)
    bare = [entry if n == 0 else entry.removeprefix(" ") for n, entry in enumerate(found)]
    return [undefused(re.sub(r"\\(.)", r"\1", entry, flags=re.DOTALL)) for entry in bare]


def cell_of(value: Any, column: Column) -> Any:
    """What a spreadsheet's cell holds: numbers, dates and flags as they are, all else as defused text, None for nothing."""
    if value is None:
        return None
    if column.shown is not None:
        return defused(column.shown(value)) or None
    if isinstance(column.type, ListOf):
        return joined(value) or None
    return defused(value) or None if column.type == "text" else value


# --- CSV -------------------------------------------------------------------------------------------------------------


class CsvWriter:
    """A folder of `.csv` files in UTF-8 with a byte order mark, without which Excel misreads everything beyond ASCII."""

    def __init__(self, about: About) -> None:
        self.notes: list[str] = []
        self._files = {t.name: (about.folder / f"{t.name}.csv").open("w", encoding="utf-8-sig", newline="") for t in about.tables}
        self._writers = {name: csv.writer(file) for name, file in self._files.items()}
        for table in about.tables:
            self._writers[table.name].writerow(column.name for column in table.columns)

    def add(self, table: Table, rows: Sequence[Row]) -> None:
        """Append rows to a table's file."""
        self._writers[table.name].writerows([_csv_cell(row[c.name], c) for c in table.columns] for row in rows)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def abandon(self) -> None:
        """Close the files, whatever the disk says."""
        for file in self._files.values():
            with contextlib.suppress(OSError):
                file.close()


def _csv_cell(value: Any, column: Column) -> Any:
    cell = cell_of(value, column)
    return str(cell).lower() if isinstance(cell, bool) else cell


# --- XLSX ------------------------------------------------------------------------------------------------------------

XLSX_ROWS = 1_048_576
XLSX_CHARACTERS = 32_767
"""Excel's limits: rows of a sheet with its header, and UTF-16 units of a cell."""
_PART = 16_000
"""Characters of a long text that fit into a cell even where each is two UTF-16 units."""
_CONTINUED = " … [the whole text is on the sheet long_texts]"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_FIRST_DAY = date(1900, 3, 1)
"""Before it Excel's calendar is wrong, or has no days."""
_WIDTHS: dict[Any, int] = {"text": 22, "integer": 11, "number": 11, "flag": 11, "date": 12}
_WIDE = 30

LONG_TEXTS = Table(
    "long_texts",
    (
        Column("sheet", "text", "the sheet on which the text begins"),
        LETTER_ID,
        ITEM,
        Column("column", "text", "its column there"),
        Column("part", "integer", "number of the part, from 1"),
        Column("text", "text", "the part"),
    ),
    no_rows,
)


class XlsxWriter:
    """One workbook, a sheet a table, written row by row. It opens on the sheet `run` where the run is not complete."""

    def __init__(self, about: About) -> None:
        from xlsxwriter import Workbook

        self.notes: list[str] = []
        self._complete = about.run["complete"]
        # constant_memory: rows go to files of the output folder at once. No option lets a text become a formula or a link.
        self._book: Workbook = Workbook(
            str(about.folder / XLSX.target),
            {"constant_memory": True, "tmpdir": str(about.folder), "default_date_format": "yyyy-mm-dd"},
        )
        self._book.use_zip64()  # a sheet of half a million letters is larger than a plain zip file holds
        self._book.set_properties({"created": _created(about.run["run"]), "comments": _in_words(about.run)})
        self._head = self._book.add_format({"bold": True, "bottom": 1})
        self._sheets: dict[str, _Sheets] = {}
        self._stripped = self._long = 0
        for table in about.tables:
            self.add(table, ())

    def add(self, table: Table, rows: Sequence[Row]) -> None:
        """Append rows to a table's sheet."""
        if table.name not in self._sheets:
            self._sheets[table.name] = _Sheets(self._book, self._head, table)
        sheets = self._sheets[table.name]
        for row in rows:
            sheets.add([self._fitting(cell_of(row[c.name], c), table, row, c) for c in table.columns])

    def close(self) -> None:
        """Write the workbook. Raises `OSError` where it cannot be written."""
        from xlsxwriter.exceptions import XlsxWriterException

        self.notes += self._say()
        if not self._complete:
            self._sheets[RUN_TABLE.name].first.activate()
        for sheets in self._sheets.values():
            sheets.end()
        try:
            self._book.close()
        except XlsxWriterException as error:
            raise OSError(str(error)) from error

    def abandon(self) -> None:
        """Close the library's temporary files, which go with the folder."""
        for sheet in self._book.worksheets():
            with contextlib.suppress(OSError):
                sheet.row_data_fh.close()

    def _fitting(self, cell: Any, table: Table, row: Row, column: Column) -> Any:
        """The cell without what a sheet cannot hold; a text that is too long goes on, in parts, on a sheet of its own."""
        if not isinstance(cell, str):
            return cell
        text = cell
        if _NOT_IN_XML.search(cell):
            self._stripped += 1
            text = _NOT_IN_XML.sub("", cell.replace("\r\n", "\n").replace("\r", "\n"))
        if len(text) <= _PART or len(text.encode("utf-16-le")) // 2 <= XLSX_CHARACTERS:
            return text
        self._long += 1
        self.add(LONG_TEXTS, list(_parts(text, table, row, column)))
        return text[: _PART - len(_CONTINUED)] + _CONTINUED

    def _say(self) -> Iterator[str]:
        for name, sheets in self._sheets.items():
            if len(sheets.all) > 1:
                more = ", ".join(sheet.name for sheet in sheets.all[1:])
                yield f"{name} has more rows than an Excel sheet holds; the rest stands on {more}."
        if self._long:
            yield f"{self._long} texts are longer than an Excel cell holds; they stand in parts on the sheet {LONG_TEXTS.name}."
        if self._stripped:
            yield f"In {self._stripped} texts control characters, which XLSX cannot hold, were left out or made line breaks."


def _parts(text: str, table: Table, row: Row, column: Column) -> Iterator[Row]:
    about = {"sheet": table.name, "letter_id": row.get("letter_id"), "item": row.get("item"), "column": column.name}
    for part, start in enumerate(range(0, len(text), _PART), 1):
        yield {**about, "part": part, "text": text[start : start + _PART]}


class _Sheets:
    """The sheets of one table: one, and more where Excel's rows do not suffice."""

    def __init__(self, book: Workbook, head: Any, table: Table) -> None:
        self._book, self._head, self._table = book, head, table
        self.all: list[Worksheet] = []
        self._row = 0
        self._begin()

    @property
    def first(self) -> Worksheet:
        """The table's first sheet."""
        return self.all[0]

    def add(self, cells: Sequence[Any]) -> None:
        """Append a row."""
        if self._row == XLSX_ROWS:
            self.end()
            self._begin()
        for number, cell in enumerate(cells):
            if cell is not None:
                _put_cell(self.all[-1], self._row, number, cell)
        self._row += 1

    def end(self) -> None:
        """Put filters on the columns of the last sheet, whose last row is known now."""
        self.all[-1].autofilter(0, 0, max(self._row - 1, 1), len(self._table.columns) - 1)

    def _begin(self) -> None:
        more = f"_{len(self.all) + 1}" if self.all else ""
        sheet = self._book.add_worksheet(f"{self._table.name}{more}")
        for number, column in enumerate(self._table.columns):
            sheet.set_column(number, number, _WIDTHS.get(column.type, _WIDE))
            sheet.write_string(0, number, column.name, self._head)
        sheet.freeze_panes(1, 1)
        self.all.append(sheet)
        self._row = 1


def _put_cell(sheet: Worksheet, row: int, number: int, cell: Any) -> None:
    """Each by its own method, never by guessing: a text is not looked at for what else it might be."""
    if isinstance(cell, bool):
        sheet.write_boolean(row, number, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, number, cell)
    elif isinstance(cell, date) and cell >= _FIRST_DAY:
        sheet.write_datetime(row, number, cell)
    else:
        sheet.write_string(row, number, str(cell))


def _created(report: Mapping[str, Any] | None) -> datetime:
    """When the run ended, so that the same run gives the same bytes."""
    try:
        return datetime.fromisoformat((report or {})["ended"])
    except (KeyError, TypeError, ValueError):
        return datetime(1980, 1, 1)


def _in_words(said: Mapping[str, Any]) -> str:
    return "Complete run." if said["complete"] else f"Not the whole run: {'; '.join(said['gaps'])}."


# --- Parquet and DuckDB ----------------------------------------------------------------------------------------------


def arrow_schema(table: Table, said: Mapping[str, Any] | None = None) -> pa.Schema:
    """A table's Arrow schema: descriptions in the fields' metadata, and what is `said` of the run in the schema's."""
    import pyarrow as pa

    fields = [pa.field(c.name, _arrow_type(c.type), metadata={"description": c.description}) for c in table.columns]
    return pa.schema(fields, metadata={"llm_extract": json.dumps(said, ensure_ascii=False)})


def _arrow_type(kind: Type) -> pa.DataType:
    import pyarrow as pa

    if isinstance(kind, ListOf):
        return pa.list_(_arrow_type(kind.entry))
    if isinstance(kind, Parts):
        return pa.struct([(column.name, _arrow_type(column.type)) for column in kind.columns])
    plain = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_(), "date": pa.date32()}
    return plain[kind]


class _ArrowWriter:
    """Gathers rows as Arrow tables and hands them on in groups, which are small enough for memory and big enough to compress."""

    def __init__(self, about: About) -> None:
        self.notes: list[str] = []
        self._schemas = {table.name: arrow_schema(table, about.run) for table in about.tables}
        self._waiting: dict[str, list[pa.Table]] = {table.name: [] for table in about.tables}

    def add(self, table: Table, rows: Sequence[Row]) -> None:
        """Append rows to a table."""
        import pyarrow as pa

        schema, waiting = self._schemas[table.name], self._waiting[table.name]
        columns = [pa.array([row[field.name] for row in rows], field.type) for field in schema]
        waiting.append(pa.Table.from_arrays(columns, schema=schema))
        if sum(t.num_rows for t in waiting) >= ROWS_A_GROUP:
            self._hand_on(table.name)

    def close(self) -> None:
        """Hand on what is left and close the files."""
        for name in self._waiting:
            self._hand_on(name)
        self._end()

    def _hand_on(self, name: str) -> None:
        import pyarrow as pa

        waiting, self._waiting[name] = self._waiting[name], []
        group = pa.concat_tables([self._schemas[name].empty_table(), *waiting]).combine_chunks()
        if group.num_rows:
            self._write(name, group)

    def _write(self, name: str, group: pa.Table) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class ParquetWriter(_ArrowWriter):
    """A folder of `.parquet` files."""

    def __init__(self, about: About) -> None:
        from pyarrow import parquet

        super().__init__(about)
        self._files = {
            name: parquet.ParquetWriter(about.folder / f"{name}.parquet", schema, compression="zstd")
            for name, schema in self._schemas.items()
        }

    def _write(self, name: str, group: pa.Table) -> None:
        self._files[name].write_table(group)

    def _end(self) -> None:
        for file in self._files.values():
            file.close()

    def abandon(self) -> None:
        """Close the files, whatever the disk says."""
        for file in self._files.values():
            with contextlib.suppress(OSError):
                file.close()


class DuckDbWriter(_ArrowWriter):
    """One DuckDB database."""

    def __init__(self, about: About) -> None:
        import duckdb

        super().__init__(about)
        # Spilled rows stay in the output folder; one thread keeps them in order; a gigabyte is enough for any number of letters.
        config: dict[str, Any] = {"temp_directory": str(about.folder), "threads": 1, "memory_limit": "1GB"}
        with _duckdb_errors():
            self._db = duckdb.connect(str(about.folder / DUCKDB.target), config=config)
        for name, schema in self._schemas.items():
            self._run(f'CREATE TABLE "{name}" AS FROM arrived', schema.empty_table())

    def _write(self, name: str, group: pa.Table) -> None:
        self._run(f'INSERT INTO "{name}" FROM arrived', group)

    def _run(self, statement: str, arrived: pa.Table) -> None:
        with _duckdb_errors():
            self._db.register("arrived", arrived)
            self._db.execute(statement)
            self._db.unregister("arrived")

    def _end(self) -> None:
        with _duckdb_errors():
            self._db.execute("CHECKPOINT")
            self._db.close()

    def abandon(self) -> None:
        """Close the database."""
        self._db.close()


@contextlib.contextmanager
def _duckdb_errors() -> Iterator[None]:
    """What a full disk raises, as everything else raises it."""
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.FatalException) as error:
        raise OSError(str(error).partition("\n")[0]) from error


# --- the formats -----------------------------------------------------------------------------------------------------

PARQUET = Format("parquet", ("pyarrow",), ParquetWriter, suffix=".parquet")
CSV = Format("csv", (), CsvWriter, suffix=".csv")
# Without the long table of evidence: it is most of the rows, and the rows' own column says the same.
XLSX = Format("records.xlsx", ("xlsxwriter",), XlsxWriter, tuple(t for t in TABLES if t is not EVIDENCE))
DUCKDB = Format("records.duckdb", ("duckdb", "pyarrow"), DuckDbWriter)
FORMATS: dict[str, Format] = {"parquet": PARQUET, "csv": CSV, "xlsx": XLSX, "duckdb": DUCKDB}
