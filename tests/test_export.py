"""A run's records as tables, in each format."""

from __future__ import annotations

import csv
import json
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
import openpyxl
import pyarrow as pa
import pytest
import samples
from export_samples import failed, item, record, records, run_of
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from pyarrow import parquet
from pydantic import BaseModel

from llm_extract import export, tables
from llm_extract.errors import MissingExtraError, SettingsError
from llm_extract.export import FORMATS, defused, entries_of, export_run, joined, undefused
from llm_extract.ledger import RECORDS, RUN
from llm_extract.schema import FIELDS, ITEM_FIELDS, LETTER_FIELDS, Citation, EvidenceSpan, Issue, Record, record_line
from llm_extract.tables import ITEMS, LETTERS, TABLES, ListOf, Parts, Table, type_name, type_of

each_format = pytest.mark.parametrize("to", FORMATS)
TABLE_NAMES = {t.name for t in TABLES} | {"run", "dictionary"}


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A run of three letters, one of them failed."""
    proof = {"/patient/age": (EvidenceSpan(start=3, end=5),), "/items/0/quantity": (EvidenceSpan(start=7, end=9),)}
    second = record("b", evidence=proof, provenance=dict.fromkeys(proof, "baseline"))
    return run_of(tmp_path / "run", [second, failed("c"), record("a", items=(item(), item(decision="overturned")))])


# --- reading exports back --------------------------------------------------------------------------------------------


def csv_rows(folder: Path, table: str) -> list[dict[str, str]]:
    """Rows of a CSV file as text."""
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def xlsx_rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    """Rows of a sheet as Excel would show their values."""
    book = openpyxl.load_workbook(path)
    head, *rows = book[sheet].iter_rows(values_only=True)
    book.close()
    shown = ([unescape(value) if isinstance(value, str) else value for value in row] for row in rows)
    return [dict(zip(head, row, strict=True)) for row in shown]


def duckdb_rows(path: Path, query: str) -> list[dict[str, Any]]:
    """Rows of a query."""
    with duckdb.connect(str(path), read_only=True) as db:
        return list(db.sql(query).to_arrow_table().to_pylist())


def rows_of(path: Path, to: str, table: str) -> list[dict[str, Any]]:
    """Rows of a table in any format."""
    if to == "csv":
        return csv_rows(path, table)
    if to == "xlsx":
        return xlsx_rows(path, table)
    if to == "duckdb":
        return duckdb_rows(path, f'FROM "{table}"')
    return list(parquet.read_table(path / f"{table}.parquet").to_pylist())


def columns_of(path: Path, to: str, table: str) -> list[Any]:
    """Names of a table's columns, with their types where the format has types."""
    if to == "csv":
        return (path / f"{table}.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    if to == "xlsx":
        book = openpyxl.load_workbook(path)
        return [cell.value for cell in book[table][1]]
    if to == "duckdb":
        return [(r["column_name"], r["column_type"]) for r in duckdb_rows(path, f'DESCRIBE "{table}"')]
    return [(field.name, field.type) for field in parquet.read_schema(path / f"{table}.parquet")]


def said_of_run(path: Path, to: str) -> dict[str, Any]:
    """The table `run`."""
    return {row["name"]: row["value"] for row in rows_of(path, to, "run")}


def contents(path: Path) -> dict[str, bytes]:
    """Bytes of a file, or of a folder's files."""
    return {p.name: p.read_bytes() for p in (sorted(path.iterdir()) if path.is_dir() else [path])}


def rebuilt(folder: Path) -> list[Record]:
    """The records that Parquet files were made of."""
    items, issues = (parquet.read_table(folder / f"{name}.parquet").to_pylist() for name in ("items", "issues"))
    found = []
    for row in parquet.read_table(folder / "letters.parquet").to_pylist():
        mine = [i for i in items if i["letter_id"] == row["letter_id"]]
        data: dict[str, Any] = {
            "letter_id": row["letter_id"],
            "status": row["status"],
            "source": {k.removeprefix("source_"): v for k, v in row.items() if k.startswith("source_")},
            "run": {k.removeprefix("run_"): v for k, v in row.items() if k.startswith("run_")},
            "items": [{spec.name: i[spec.name] for spec in ITEM_FIELDS} for i in mine],
            "issues": [{k: i[k] for k in Issue.model_fields} for i in issues if i["letter_id"] == row["letter_id"]],
        }
        for spec in LETTER_FIELDS:
            data.setdefault(spec.path.split("/")[1], {})[spec.name] = row[spec.name]
        for proof in ("evidence", "provenance"):
            data[proof] = dict(pointed(row[proof], LETTER_FIELDS, 0))
            for index, i in enumerate(mine):
                data[proof] |= dict(pointed(i[proof], ITEM_FIELDS, index))
        found.append(Record.model_validate(data))
    return found


def pointed(proof: dict[str, Any], specs: Any, index: int) -> Iterator[tuple[str, Any]]:
    """Pointers and what a structure says of them."""
    for spec in specs:
        own = spec.path.replace("*", str(index))
        entries = {f"{own}/{n}": e for n, e in enumerate(proof[spec.name])} if spec.is_list else {own: proof[spec.name]}
        yield from ((pointer, said) for pointer, said in entries.items() if said)


# --- nothing is lost -------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(records())
def test_parquet_holds_the_whole_record(given_record: Record) -> None:
    """Values, proof, issues and cost come back from the three tables as they were, whatever text is in them."""
    with tempfile.TemporaryDirectory() as folder:
        done = export_run(run_of(Path(folder), [given_record]), "parquet")
        assert rebuilt(done.path) == [given_record]


@settings(max_examples=25)
@given(records())
def test_csv_gives_the_text_back(given_record: Record) -> None:
    """Every text and list of letters and items is the record's again once the defusing is undone."""
    with tempfile.TemporaryDirectory() as folder:
        done = export_run(run_of(Path(folder), [given_record]), "csv")
        (row,) = csv_rows(done.path, "letters")
        for spec in LETTER_FIELDS:
            assert_cell(row[spec.name], getattr(getattr(given_record, spec.path.split("/")[1]), spec.name))
        for written, it in zip(csv_rows(done.path, "items"), given_record.items, strict=True):
            for spec in ITEM_FIELDS:
                assert_cell(written[spec.name], getattr(it, spec.name))


def assert_cell(cell: str, value: Any) -> None:
    """A cell says a value; citations have a table of their own."""
    if isinstance(value, tuple):
        if not value or not isinstance(value[0], Citation):
            assert entries_of(cell) == list(value)
    elif isinstance(value, bool):
        assert cell == str(value).lower()
    elif isinstance(value, int | float):
        assert float(cell) == value
    else:
        assert undefused(cell) == ("" if value is None else str(value))


@settings(max_examples=25)
@given(records())
def test_csv_citations_are_whole(given_record: Record) -> None:
    """The table of citations has every part of every citation."""
    cited = [
        (n, side, c)
        for n, it in enumerate(given_record.items, 1)
        for side in ("claims_admin_guidelines", "reviewer_guidelines")
        for c in getattr(it, side)
    ]
    with tempfile.TemporaryDirectory() as folder:
        rows = csv_rows(export_run(run_of(Path(folder), [given_record]), "csv").path, "citations")
    for row, (number, side, citation) in zip(rows, cited, strict=True):
        assert (row["item"], row["cited_in"], row["source"]) == (str(number), side, citation.source)
        assert undefused(row["title"]) == citation.title
        assert undefused(row["section"]) == (citation.section or "")
        assert entries_of(row["pages"]) == list(map(str, citation.pages))


@settings(max_examples=10)
@given(records())
def test_duckdb_and_parquet_hold_the_same(given_record: Record) -> None:
    """Row by row, in order, in every table."""
    with tempfile.TemporaryDirectory() as folder:
        run = run_of(Path(folder), [given_record])
        base, files = export_run(run, "duckdb").path, export_run(run, "parquet").path
        for name in TABLE_NAMES:
            assert rows_of(base, "duckdb", name) == rows_of(files, "parquet", name)


@settings(max_examples=25)
@given(records())
def test_xlsx_opens_whatever_is_in_it(given_record: Record) -> None:
    """No cell is a formula, and each text is the record's but for what XLSX cannot hold."""
    with tempfile.TemporaryDirectory() as folder:
        done = export_run(run_of(Path(folder), [given_record]), "xlsx")
        book = openpyxl.load_workbook(done.path)
        assert [c.coordinate for sheet in book for row in sheet for c in row if c.data_type == "f"] == []
        rows = xlsx_rows(done.path, "items")
    for row, it in zip(rows, given_record.items, strict=True):
        shown = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", it.request.replace("\r\n", "\n").replace("\r", "\n"))
        assert undefused(row["request"] or "") == shown
        assert row["quantity"] == pytest.approx(it.quantity)


@given(st.text())
def test_defusing_can_be_undone(text: str) -> None:
    """Whatever the text, and whatever it begins with."""
    assert undefused(defused(text)) == text


@given(st.lists(st.text(min_size=1)))
def test_joining_can_be_undone(entries: list[str]) -> None:
    """Whatever separators, backslashes and apostrophes the entries have."""
    assert entries_of(joined(entries)) == entries


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦", " =", "\u00a0@", "\x00=", "\ufeff=", "'"]
)
def test_formulas_are_defused(sign: str) -> None:
    """OWASP's beginnings, full width, behind white space, and an apostrophe of the text's own."""
    assert defused(f"{sign}1") == f"'{sign}1"
    assert joined(["a", f"{sign}1"]) == f"a; '{sign}1"


@pytest.mark.parametrize("text", ["Norco", "10/325 mg", "a=b", "5 - 6", "é", ""])
def test_other_texts_stay(text: str) -> None:
    """An apostrophe that nobody needs is one that somebody has to take away."""
    assert defused(text) == text


# --- types -----------------------------------------------------------------------------------------------------------


def test_values_have_their_types(tmp_path: Path) -> None:
    """Dates are dates, quantities numbers and lists lists, where the format has them."""
    it = item(quantity=7.5, date_of_service=date(2015, 1, 2), reasons=("safety", "other"), retrospective=True)
    run = run_of(tmp_path, [record(items=(it,))])
    wanted = {"quantity": 7.5, "date_of_service": date(2015, 1, 2), "reasons": ["safety", "other"], "retrospective": True}
    for to in ("parquet", "duckdb"):
        (row,) = rows_of(export_run(run, to).path, to, "items")
        assert {name: row[name] for name in wanted} == wanted
    (row,) = rows_of(export_run(run, "xlsx").path, "xlsx", "items")
    in_sheet = {**wanted, "date_of_service": datetime(2015, 1, 2), "reasons": "safety; other"}
    assert {name: row[name] for name in wanted} == in_sheet


def test_numbers_are_not_defused(tmp_path: Path) -> None:
    """A minus in front of a number is no formula."""
    run = run_of(tmp_path, [record(items=(item(quantity=-5),))])
    assert csv_rows(export_run(run, "csv").path, "items")[0]["quantity"] == "-5"
    assert xlsx_rows(export_run(run, "xlsx").path, "items")[0]["quantity"] == -5


def test_days_before_excels_calendar_are_text(tmp_path: Path) -> None:
    """A year that a letter mistyped does not become another day."""
    run = run_of(tmp_path, [record(items=(item(date_of_service=date(215, 3, 4)),))])
    assert xlsx_rows(export_run(run, "xlsx").path, "items")[0]["date_of_service"] == "0215-03-04"


@each_format
def test_columns_do_not_depend_on_the_data(whole: Path, tmp_path: Path, to: str) -> None:
    """A run without letters, whose records were never written, gives empty tables with the same columns and types."""
    empty = run_of(tmp_path / "empty", [])
    (empty / RECORDS).unlink()
    full, none = export_run(whole, to), export_run(empty, to)
    assert (none.letters, none.items, none.complete) == (0, 0, True)
    for table in FORMATS[to].all_tables:
        assert columns_of(none.path, to, table.name) == columns_of(full.path, to, table.name)
    assert rows_of(none.path, to, "letters") == []


def test_every_field_of_the_contract_is_a_column() -> None:
    """In the contract's order, and each name once."""
    names = {table.name: [c.name for c in table.columns] for table in TABLES}
    assert [n for n in names["letters"] if n in {s.name for s in LETTER_FIELDS}] == [s.name for s in LETTER_FIELDS]
    assert [n for n in names["items"] if n in {s.name for s in ITEM_FIELDS}] == [s.name for s in ITEM_FIELDS]
    assert all(len(set(found)) == len(found) for found in names.values())


def test_rows_have_exactly_the_tables_columns() -> None:
    """What a record gives is neither more nor less than what the table says."""
    cited = (Citation(source="MTUS", title="MTUS", pages=(1,)),)
    proof = {"/items/0/request": (EvidenceSpan(start=0, end=1),), "/somewhere": ()}
    data = record(
        items=(item(reviewer_guidelines=cited),), evidence=proof, issues=(Issue(pointer="", code="a", message="b"),)
    ).model_dump()
    for table in TABLES:
        rows = list(table.rows(data))
        assert rows
        assert all(set(row) == {c.name for c in table.columns} for row in rows)


@pytest.mark.parametrize(
    ("annotation", "wanted"),
    [
        (str | None, "text"),
        (int | float | None, "number"),
        (bool, "flag"),
        (date | None, "date"),
        (Literal["a", "b"] | None, "text"),
        (tuple[int, ...], "list of integer"),
        (tuple[Citation, ...], "list of structure"),
    ],
)
def test_types_come_from_annotations(annotation: Any, wanted: str) -> None:
    """A new field of a known kind needs no line here."""
    assert type_name(type_of(annotation)) == wanted


@pytest.mark.parametrize("annotation", [bytes, dict[str, str], str | int])
def test_an_unknown_type_is_an_error(annotation: Any) -> None:
    """A new kind of field is noticed when the package is loaded, not by an analyst."""
    with pytest.raises(TypeError, match="no column type"):
        type_of(annotation)


def test_a_new_model_field_becomes_a_column() -> None:
    """Structures follow their models too."""

    class Wider(BaseModel):
        """A model with fields of several kinds."""

        title: str
        pages: tuple[int, ...] = ()

    kind = type_of(tuple[Wider, ...])
    assert isinstance(kind, ListOf)
    assert isinstance(kind.entry, Parts)
    assert [(c.name, type_name(c.type)) for c in kind.entry.columns] == [("title", "text"), ("pages", "list of integer")]


# --- proof -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def proved(tmp_path: Path) -> Path:
    """A run of one letter with proof of several shapes."""
    span = (EvidenceSpan(start=1, end=2),)
    two = (EvidenceSpan(start=3, end=4), EvidenceSpan(start=5, end=6))
    it = item(
        reasons=("safety", "other"), reviewer_guidelines=(Citation(source="ODG", title="T", section="S", pages=(1, 2, 3, 9)),)
    )
    evidence = {"/items/0/reasons/1": two, "/items/0/quantity": span, "/items/0/reasons/0": span, "/patient/age": span}
    provenance = {"/items/0/quantity": "baseline", "/items/0/reasons/0": "model", "/items/0/reasons/1": "baseline"}
    provenance["/items/0/retrospective"] = "model"
    return run_of(tmp_path, [record(items=(it,), evidence=evidence, provenance=provenance)])


def test_a_cell_says_who_and_where(proved: Path) -> None:
    """Fields by reader, and places with commas between entries and a plus between places of one."""
    (row,) = csv_rows(export_run(proved, "csv").path, "items")
    assert row["provenance"] == "baseline: quantity, reasons; model: retrospective, reasons"
    assert row["evidence"] == "quantity 1-2; reasons 1-2, 3-4+5-6"
    assert row["reviewer_guidelines"] == "[ODG] T: S, p. 1-3, 9"


def test_a_structure_says_who_and_where(proved: Path) -> None:
    """A part for every field, of a list field a list."""
    query = "SELECT provenance.quantity AS q, provenance.reasons AS r, evidence.reasons[2][2].end AS e FROM items"
    assert duckdb_rows(export_run(proved, "duckdb").path, query) == [{"q": "baseline", "r": ["model", "baseline"], "e": 6}]


def test_the_long_table_has_a_row_a_place(proved: Path) -> None:
    """In the contract's order; a value without evidence has a row without a place."""
    rows = rows_of(export_run(proved, "parquet").path, "parquet", "evidence")
    assert [(r["item"], r["field"], r["entry"], r["provenance"], r["span"], r["start"], r["end"]) for r in rows] == [
        (None, "age", None, None, 1, 1, 2),
        (1, "quantity", None, "baseline", 1, 1, 2),
        (1, "retrospective", None, "model", 1, None, None),
        (1, "reasons", 1, "model", 1, 1, 2),
        (1, "reasons", 2, "baseline", 1, 3, 4),
        (1, "reasons", 2, "baseline", 2, 5, 6),
    ]


@each_format
def test_a_failed_letter_is_a_row(whole: Path, to: str) -> None:
    """With its status, nothing read, and an issue that says why."""
    done = export_run(whole, to)
    assert (done.letters, done.failed, done.items) == (3, 1, 3)
    row = rows_of(done.path, to, "letters")[2]
    assert (row["letter_id"], row["status"], row["age"] or None) == ("c", "failed", None)
    (issue,) = rows_of(done.path, to, "issues")
    assert (issue["letter_id"], issue["code"], issue["pointer"] or "") == ("c", "empty_file", "")


# --- order -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["parquet", "csv", "xlsx"])
def test_the_order_of_completion_leaves_no_trace(tmp_path: Path, to: str) -> None:
    """Two runs that differ in nothing else give the same bytes."""
    made = [record(f"letter-{n}") for n in range(7)]
    first = export_run(run_of(tmp_path / "one", made), to)
    random.Random(3).shuffle(made)
    assert contents(export_run(run_of(tmp_path / "two", made), to).path) == contents(first.path)


@each_format
def test_rows_are_in_order(tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By letter, then item, over all batches and groups."""
    monkeypatch.setattr(export, "LETTERS_AT_ONCE", 2)
    monkeypatch.setattr(export, "ROWS_A_GROUP", 3)
    made = [record(f"{n:02}", items=(item(), item())) for n in range(9)]
    random.Random(1).shuffle(made)
    rows = rows_of(export_run(run_of(tmp_path, made), to).path, to, "items")
    assert [(r["letter_id"], int(r["item"])) for r in rows] == [(f"{n:02}", i) for n in range(9) for i in (1, 2)]


def test_parquet_is_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large run is never in memory as a whole."""
    monkeypatch.setattr(export, "LETTERS_AT_ONCE", 2)
    monkeypatch.setattr(export, "ROWS_A_GROUP", 4)
    done = export_run(run_of(tmp_path, [record(f"{n:02}") for n in range(10)]), "parquet")
    assert parquet.read_metadata(done.path / "letters.parquet").num_row_groups == 3


def test_no_more_than_a_batch_is_read_before_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the run."""
    read, seen = [], []

    class Watching(export.CsvWriter):
        """Notes how many records have been read when rows arrive."""

        def add(self, table: Table, rows: Any) -> None:
            """Note, then write."""
            seen.append(len(read))
            super().add(table, rows)

    monkeypatch.setattr(export, "LETTERS_AT_ONCE", 3)
    monkeypatch.setitem(FORMATS, "csv", replace(FORMATS["csv"], writer=Watching))
    data_of = export._data_of
    monkeypatch.setattr(export, "_data_of", lambda *given: read.append(1) or data_of(*given))
    export_run(run_of(tmp_path, [record(f"{n:02}") for n in range(9)]), "csv")
    assert sorted(set(seen)) == [3, 6, 9]


# --- what counts, and what is missing --------------------------------------------------------------------------------


def test_the_last_line_of_a_letter_counts(tmp_path: Path) -> None:
    """As in the ledger: a letter that was read again has one row."""
    run = run_of(tmp_path, [failed("a")], lines=[record_line(record("a"))])
    done = export_run(run, "parquet")
    assert [r["status"] for r in rows_of(done.path, "parquet", "letters")] == ["ok"]
    assert done.complete


def gap_of(run: Path) -> str:
    """Why a run's export is not whole."""
    (gap,) = export_run(run, "csv").gaps
    return gap


def test_a_run_that_did_not_end_is_a_part(tmp_path: Path) -> None:
    """`run.json` says so."""
    assert gap_of(run_of(tmp_path, [record()], complete=False)) == "the run has not come to its end"


def test_a_torn_line_is_a_gap(tmp_path: Path) -> None:
    """Its letter is missing, whatever `run.json` says."""
    assert gap_of(run_of(tmp_path, [record()], lines=['{"schema_version":"1","let'])) == "1 torn line in records.jsonl"


@pytest.mark.parametrize(
    "line", ["[]", "7", "{}", "no json", record_line(record("x")).replace('"letter_id":"x"', '"letter_id":["x"]')]
)
def test_lines_that_are_no_records_are_gaps(tmp_path: Path, line: str) -> None:
    """Whatever somebody wrote into the file."""
    assert gap_of(run_of(tmp_path, [record()], lines=[line])) == "1 torn line in records.jsonl"


def test_lost_lines_are_a_gap(tmp_path: Path) -> None:
    """The records are counted."""
    assert gap_of(run_of(tmp_path, [record()], records=2)) == "run.json counts 2 records, records.jsonl holds 1"


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_without_a_report_nothing_vouches_for_the_whole(tmp_path: Path, text: str | None) -> None:
    """A lost or damaged `run.json` is a gap."""
    run = run_of(tmp_path, [record()])
    (run / RUN).unlink() if text is None else (run / RUN).write_text(text)
    assert "cannot say whether every letter was read" in gap_of(run)


@each_format
def test_a_part_says_that_it_is_one(tmp_path: Path, to: str) -> None:
    """In the table `run`, and among the warnings."""
    done = export_run(run_of(tmp_path, [record()], complete=False), to)
    said = said_of_run(done.path, to)
    assert (said["complete"], said["incomplete_because"], said["letters"]) == ("false", "the run has not come to its end", "1")
    assert next(iter(done.warnings)).startswith("this is a part of the run, not the whole: the run has not come to its end.")


@each_format
def test_a_whole_run_says_so(whole: Path, to: str) -> None:
    """With what `run.json` says behind it, and without a warning."""
    done = export_run(whole, to)
    said = said_of_run(done.path, to)
    assert (said["complete"], said["items"], said["letters_failed"]) == ("true", "3", "1")
    assert said["run.settings.engine"] == "baseline"
    assert list(done.warnings) == []


def test_parquet_files_say_it_in_their_metadata(tmp_path: Path) -> None:
    """Each file by itself, since files are passed on one by one; and what a column means."""
    done = export_run(run_of(tmp_path, [record()], complete=False), "parquet")
    schema = parquet.read_schema(done.path / "items.parquet")
    assert json.loads(schema.metadata[b"llm_extract"])["complete"] is False
    assert schema.field("quantity").metadata[b"description"].startswith(b"units asked for")


@pytest.mark.parametrize(("complete", "sheet"), [(True, "letters"), (False, "run")])
def test_the_workbook_of_a_part_opens_on_what_is_missing(tmp_path: Path, complete: bool, sheet: str) -> None:
    """A whole one opens on the letters."""
    book = openpyxl.load_workbook(export_run(run_of(tmp_path, [record()], complete=complete), "xlsx").path)
    assert book.active is not None
    assert book.active.title == sheet
    assert str(book.properties.description).startswith("Complete run." if complete else "Not the whole run")


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """And nothing is made in it."""
    with pytest.raises(SettingsError, match="holds no run: give the folder that"):
        export_run(tmp_path, "csv")
    assert list(tmp_path.iterdir()) == []


def test_a_record_of_another_contract_stops_the_export(tmp_path: Path) -> None:
    """Its letter and place are named, its words are not."""
    line = record_line(record("odd")).replace('"request":"Norco #60"', '"request":["secret words"]')
    with pytest.raises(SettingsError, match=r"record of odd in records.jsonl .*/items/0/request: string_type") as caught:
        export_run(run_of(tmp_path, [], lines=[line], records=1), "csv")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_records_that_change_underneath_stop_the_export(tmp_path: Path) -> None:
    """A run that goes on may cut off the line that was about to be read."""
    folder = run_of(tmp_path, [record("a"), record("b")])
    with export.Run(folder) as run:
        (folder / RECORDS).write_text(record_line(record("z")) + "\n")
        with pytest.raises(SettingsError, match="written to while it was exported"):
            list(run)


# --- the output's folder ---------------------------------------------------------------------------------------------


@each_format
def test_a_failed_export_leaves_the_old_one(whole: Path, tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, and no half file beside it, however far the new one had come."""
    monkeypatch.setattr(export, "LETTERS_AT_ONCE", 1)
    monkeypatch.setattr(export, "ROWS_A_GROUP", 1)
    old = export_run(whole, to, tmp_path / "out")
    before = contents(old.path)
    with (whole / RECORDS).open("a") as file:
        file.write(record_line(record("z")).replace('"quantity":60', '"quantity":"many"') + "\n")
    with pytest.raises(SettingsError, match="does not fit contract"):
        export_run(whole, to, tmp_path / "out")
    assert contents(old.path) == before
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted([export.LOCK, old.path.name])


@each_format
def test_what_a_crash_left_is_cleared(whole: Path, tmp_path: Path, to: str) -> None:
    """Folders of an export that was killed do not stay, and do not get into the new one."""
    out, target = tmp_path / "out", FORMATS[to].target
    for left in (f".{target}.part", f".{target}.old"):
        (out / left).mkdir(parents=True)
        (out / left / "letters.csv").write_text("half")
    done = export_run(whole, to, out)
    assert done.letters == 3
    assert sorted(p.name for p in out.iterdir()) == sorted([export.LOCK, target])


@each_format
def test_an_export_is_replaced(whole: Path, tmp_path: Path, to: str) -> None:
    """The same command again gives the new state."""
    export_run(whole, to, tmp_path / "out")
    run_of(whole, [record("only")])
    done = export_run(whole, to, tmp_path / "out")
    assert [r["letter_id"] for r in rows_of(done.path, to, "letters")] == ["only"]


@each_format
def test_files_of_others_are_not_overwritten(whole: Path, tmp_path: Path, to: str) -> None:
    """A folder of the same name that holds something else stays."""
    mine = tmp_path / "out" / FORMATS[to].target / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(SettingsError, match="holds files that no export has written"):
        export_run(whole, to, tmp_path / "out")
    assert mine.read_text() == "mine"


def test_a_file_in_the_way_is_refused(whole: Path, tmp_path: Path) -> None:
    """Whether it stands where the folder of tables would be or where all output would."""
    (tmp_path / "csv").write_text("mine")
    with pytest.raises(SettingsError, match="is a file, and would have to be a folder"):
        export_run(whole, "csv", tmp_path)
    with pytest.raises(SettingsError, match="cannot be written"):
        export_run(whole, "csv", tmp_path / "csv")


def test_two_exports_do_not_mix(whole: Path, tmp_path: Path) -> None:
    """The second one is told to wait."""
    with FileLock(tmp_path / export.LOCK), pytest.raises(SettingsError, match="Another export is writing"):
        export_run(whole, "csv", tmp_path)


def test_an_unknown_format_is_refused(whole: Path) -> None:
    """With the names of those that there are."""
    with pytest.raises(SettingsError, match="take one of parquet, csv, xlsx, duckdb"):
        export_run(whole, "xls")


@pytest.mark.parametrize(("to", "libraries"), [("parquet", "pyarrow"), ("xlsx", "xlsxwriter"), ("duckdb", "duckdb and pyarrow")])
def test_a_missing_library_is_named(whole: Path, to: str, libraries: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install, before anything is written."""
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=rf"needs {libraries}: install llm_extract\[export\]"):
        export_run(whole, to)
    assert not (whole / "export").exists()


def test_csv_needs_no_library(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is always there."""
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    assert export_run(whole, "csv").letters == 3


# --- Excel's limits --------------------------------------------------------------------------------------------------


def test_rows_beyond_a_sheet_go_on_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is lost, each sheet has its header, and the user is told."""
    monkeypatch.setattr(export, "XLSX_ROWS", 4)
    done = export_run(run_of(tmp_path, [record(f"{n}") for n in range(7)]), "xlsx")
    found = [r["letter_id"] for name in ("items", "items_2", "items_3") for r in xlsx_rows(done.path, name)]
    assert found == [str(n) for n in range(7)]
    assert "items has more rows than an Excel sheet holds; the rest stands on items_2, items_3." in done.notes


@pytest.mark.parametrize("text", ["x" * 40_000, "\U0001f600" * 17_000, "=" + "y" * 33_000, "a" + "=" * 33_000])
def test_a_text_longer_than_a_cell_stands_whole_in_parts(tmp_path: Path, text: str) -> None:
    """The cell says where, the parts together are the cell, and the user is told."""
    done = export_run(run_of(tmp_path, [record("a", items=(item(rationale=text),))]), "xlsx")
    (row,) = xlsx_rows(done.path, "items")
    assert row["rationale"].endswith("[the whole text is on the sheet long_texts]")
    parts = xlsx_rows(done.path, "long_texts")
    assert {(p["sheet"], p["letter_id"], p["item"], p["column"]) for p in parts} == {("items", "a", 1, "rationale")}
    assert undefused("".join(undefused(p["text"]) for p in parts)) == text
    assert any("1 texts are longer than an Excel cell holds" in note for note in done.notes)


@pytest.mark.parametrize("text", ["x" * 32_767, "\U0001f600" * 16_383])
def test_a_text_that_just_fits_stays_in_its_cell(tmp_path: Path, text: str) -> None:
    """Excel counts UTF-16 units."""
    done = export_run(run_of(tmp_path, [record("a", items=(item(rationale=text),))]), "xlsx")
    assert xlsx_rows(done.path, "items")[0]["rationale"] == text
    assert done.notes == ()


def test_control_characters_are_left_out_of_a_sheet(tmp_path: Path) -> None:
    """And the user is told; what only looks like XLSX's escape of one stays."""
    done = export_run(run_of(tmp_path, [record("a", items=(item(request="a\x00b\x1b\r\nc_x0041_"),))]), "xlsx")
    assert xlsx_rows(done.path, "items")[0]["request"] == "ab\nc_x0041_"
    assert done.notes == ("In 1 texts control characters, which XLSX cannot hold, were left out or made line breaks.",)


# --- docs ------------------------------------------------------------------------------------------------------------


def columns_in_docs() -> str:
    """The tables' columns as docs/export.md shows them."""
    parts = []
    for table in TABLES:
        rows = "\n".join(f"| `{c.name}` | {type_name(c.type)} | {c.description} |" for c in table.columns)
        parts.append(f"### {table.name}\n\n| column | type | meaning |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def test_the_docs_name_every_column() -> None:
    """A new field is documented, with its type and its description (paste what the failure shows)."""
    text = (samples.ROOT / "docs" / "export.md").read_text("utf-8")
    assert text.partition("<!-- columns -->\n")[2].partition("\n<!-- /columns -->")[0].strip() == columns_in_docs().strip()


def test_the_dictionary_names_every_column(whole: Path) -> None:
    """So does each export itself."""
    rows = rows_of(export_run(whole, "parquet").path, "parquet", "dictionary")
    assert [(r["table"], r["column"]) for r in rows] == [(t.name, c.name) for t in TABLES for c in t.columns]
    assert all(r["description"] for r in rows)


def test_columns_of_proof_have_a_part_for_every_field() -> None:
    """A new field has its proof by itself."""
    for table, specs in ((LETTERS, LETTER_FIELDS), (ITEMS, ITEM_FIELDS)):
        for column in table.columns[-2:]:
            assert isinstance(column.type, Parts)
            assert [part.name for part in column.type.columns] == [spec.name for spec in specs]
    assert len(FIELDS) == len(LETTER_FIELDS) + len(ITEM_FIELDS)


def test_the_schema_is_arrows() -> None:
    """The types that the docs name."""
    schema = export.arrow_schema(ITEMS)
    assert schema.field("quantity").type == pa.float64()
    assert schema.field("date_of_service").type == pa.date32()
    assert schema.field("reasons").type == pa.list_(pa.string())
    assert tables.LETTERS.columns[0].name == "letter_id"
