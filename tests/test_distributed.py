"""Rows of letters to rows of records, and a run's folder in Parquet: everything of `--on ray` that needs no cluster.

The cluster itself: `e2e/test_ray.py`.
"""

from __future__ import annotations

import json
import math
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import samples
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Loopback, Received, after, bad_key, good
from run_faults import numbered_letters, reply_about

from llm_extract.cli import main
from llm_extract.errors import FatalEndpointError, LocalServerError, SettingsError
from llm_extract.ledger import Ledger
from llm_extract.lines import RecordLine
from llm_extract.schema import Record
from llm_extract.wiring import run_settings, settings_of

pa = pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")
pytest.importorskip("duckdb", reason="the extra `ray` is not installed")
from pyarrow import parquet  # noqa: E402

from llm_extract.distributed import runs  # noqa: E402
from llm_extract.distributed.parts import PartsFolder  # noqa: E402
from llm_extract.distributed.reading import ReadLetters  # noqa: E402
from llm_extract.distributed.rows import DoneLetters, record_row, record_schema, record_table, settings_hash, sha256_of  # noqa: E402
from llm_extract.distributed.runs import plain_settings, rows_a_block  # noqa: E402
from llm_extract.distributed.sources import find_sources  # noqa: E402

BASELINE = {"engine": "baseline"}
SHAPED = run_settings(settings_of(BASELINE))

loopback_only = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])


@pytest.fixture
def reading() -> Iterator[Callable[..., ReadLetters]]:
    """Makes readers, and closes them."""
    made: list[ReadLetters] = []

    def make(given: dict[str, Any] | None = None, **more: Any) -> ReadLetters:
        made.append(ReadLetters(given or BASELINE, **more))
        return made[-1]

    yield make
    for reader in made:
        reader.close()


def records(table: pa.Table) -> dict[str, dict[str, Any]]:
    """The records of a table by letter, without what differs from run to run."""
    return {
        name: bare(json.loads(line))
        for name, line in zip(*table.select(["letter_id", "record"]).to_pydict().values(), strict=True)
    }


def bare(record: dict[str, Any]) -> dict[str, Any]:
    """A record without the time that it took."""
    return {**record, "run": {**record["run"], "seconds": 0}}


def run(*arguments: str | Path) -> Result:
    """The program in this process."""
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


@pytest.fixture(scope="module")
def run_alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The records of the invented letters by the rules, of a run on one machine."""
    out = tmp_path_factory.mktemp("alone")
    assert run(samples.LETTERS, "--out", out, "--engine", "baseline", "--workers", "0").exit_code == 0
    lines = (out / "records.jsonl").read_text("utf-8").splitlines()
    return {record["letter_id"]: bare(record) for record in map(json.loads, lines)}


# --- reading ---------------------------------------------------------------------------------------------------------


def test_files_give_the_records_of_a_run(reading: Callable[..., ReadLetters], run_alone: dict[str, Any]) -> None:
    """Rows with paths, text files and PDFs, become what `run` writes; the flat columns say the same as the record."""
    table = reading()({"letter_id": samples.NAMES, "path": [str(samples.path_of(name)) for name in samples.NAMES]})
    assert records(table) == run_alone
    assert table.schema == record_schema()
    for row in table.to_pylist():
        record = Record.model_validate_json(row["record"])
        assert row == record_row(record, record.source.sha256, settings_hash(SHAPED))


def test_texts_and_bytes_give_the_records_of_their_files(reading: Callable[..., ReadLetters], run_alone: dict[str, Any]) -> None:
    """What does not come from a path has none, and is the same for the rest, hash included."""
    text, pdf = samples.path_of("first-letter"), samples.path_of("pdf-one-page")
    table = reading()(
        pa.table({"letter_id": [text.stem, pdf.stem], "text": [text.read_text("utf-8"), None], "bytes": [None, pdf.read_bytes()]})
    )
    for name, record in records(table).items():
        expected = run_alone[name]
        assert record == {**expected, "source": {**expected["source"], "path": ""}}


HOPELESS: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"letter_id": None, "text": "x"}, "no letter_id"),
    "NaN for an id": ({"letter_id": math.nan, "text": "x"}, "no letter_id"),
    "nothing in it": ({"letter_id": "a"}, "holds no letter"),
    "NaN for a text": ({"letter_id": "a", "text": math.nan}, "holds no letter"),
    "a number for a text": ({"letter_id": "a", "text": 7}, "type int"),
    "no words": ({"letter_id": "a", "text": " \n"}, "holds no words"),
    "half a character": ({"letter_id": "a", "text": "\ud800"}, "is no text"),
    "no letter": ({"letter_id": "a", "text": "A recipe for soup."}, "no Independent Medical Review letter"),
    "no file": ({"letter_id": "a", "path": "/nowhere/a.txt"}, "There is no file"),
    "a path that cannot be": ({"letter_id": "a", "path": "a\0b"}, "There is no file"),
    "a damaged PDF": ({"letter_id": "a", "bytes": b"%PDF-1.7 broken"}, "a cannot be opened as PDF"),
    "a Word file": ({"letter_id": "a", "bytes": b"PK\x03\x04 word"}, "a is a Word or zip file"),
}


@pytest.mark.parametrize("name", HOPELESS)
def test_a_hopeless_row_is_a_failed_record(name: str, reading: Callable[..., ReadLetters]) -> None:
    """It says why, and the row beside it is read."""
    row, why = HOPELESS[name]
    text = samples.path_of("first-letter").read_text("utf-8")
    batch = {
        column: [row.get(column), {"letter_id": "good", "text": text}.get(column)]
        for column in ("letter_id", "text", "path", "bytes")
    }
    failed, good_one = reading()(batch).to_pylist()
    assert (failed["status"], good_one["status"]) == ("failed", "ok")
    record = Record.model_validate_json(failed["record"])
    assert why in record.issues[0].message
    assert record.letter_id == (row["letter_id"] if isinstance(row["letter_id"], str) else failed["letter_id"]) != ""


anything = st.one_of(
    st.none(),
    st.text(st.characters(codec=None), max_size=20),
    st.binary(max_size=20),
    st.integers(),
    st.floats(),
    st.lists(st.none()),
)


@given(st.lists(st.tuples(anything, anything, anything, anything), min_size=1, max_size=4))
@settings(max_examples=60)
def test_no_row_raises(rows: list[tuple[Any, ...]]) -> None:
    """Whatever stands in a row, as many rows come back as there were, each with a record of the contract."""
    columns = dict(zip(("letter_id", "text", "path", "bytes"), map(list, zip(*rows, strict=True)), strict=True))
    table = ANY_ROWS(columns)
    assert table.num_rows == len(rows)
    for row in table.to_pylist():
        assert Record.model_validate_json(row["record"]).letter_id == row["letter_id"] != ""


ANY_ROWS = ReadLetters(BASELINE)


def test_a_mistake_of_ours_is_a_failed_record(reading: Callable[..., ReadLetters], monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody thought of costs one row, and what it says, which may be the letter's words, is not told."""
    reader = reading()
    reader({"letter_id": ["a"], "text": ["x"]})

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the patient's words")

    monkeypatch.setattr("llm_extract.distributed.reading.letter_from_text", broken)
    [row] = reader({"letter_id": ["a"], "text": ["x"]}).to_pylist()
    assert (row["status"], row["issues"]) == ("failed", ["unreadable_file"])
    assert "RuntimeError" in row["record"]
    assert "patient's words" not in row["record"]


def test_wrong_columns_are_one_clear_error(reading: Callable[..., ReadLetters]) -> None:
    """That is no row's fault: it names what is there."""
    with pytest.raises(SettingsError, match="letter_id and one of text, path and bytes; there is: id, text"):
        reading()({"id": ["a"], "text": ["x"]})


def test_it_is_picklable_before_and_after_it_has_read(reading: Callable[..., ReadLetters]) -> None:
    """What goes to a worker is what it was made with, not what it has opened."""
    rows = {"letter_id": ["a", "b"], "text": ["one", "two"]}
    reader = reading(done=DoneLetters([("b", sha256_of("two"))]))
    before = pickle.dumps(reader)
    assert reader(rows).column("letter_id").to_pylist() == ["a"]
    again = pickle.loads(pickle.dumps(reader))  # noqa: S301 - our own
    assert pickle.dumps(again) == before
    assert again(rows).column("letter_id").to_pylist() == ["a"]
    again.close()


def test_a_closed_reader_opens_anew(reading: Callable[..., ReadLetters]) -> None:
    """Closing twice is no error either."""
    reader = reading()
    for _ in range(2):
        assert reader({"letter_id": ["a"], "text": ["x"]}).num_rows == 1
        reader.close()
        reader.close()


def test_the_key_is_refused() -> None:
    """It would stand in the cluster's logs."""
    with pytest.raises(SettingsError, match="set LLM_EXTRACT_API_KEY in each worker's environment") as raised:
        ReadLetters({**BASELINE, "api_key": "secret-key"})({"letter_id": ["a"], "text": ["x"]})
    assert "secret-key" not in str(raised.value)


def test_a_worker_with_another_version_refuses() -> None:
    """Records of two kinds would stand in one run."""
    with pytest.raises(SettingsError, match=r"other settings than the run's: version \(9.9 -> "):
        ReadLetters(BASELINE, shaped={**SHAPED, "version": "9.9"})({"letter_id": ["a"], "text": ["x"]})


def test_what_is_done_is_left_out(reading: Callable[..., ReadLetters]) -> None:
    """By id and content together: a changed letter is read, and so is the same text under another id; of a file too."""
    path = samples.path_of("first-letter")
    rows = {"letter_id": ["a", "b"], "path": [str(path), str(path)]}
    [first, _] = reading()(rows).to_pylist()
    done = DoneLetters([("a", first["sha256"])])
    assert reading(done=done)(rows).column("letter_id").to_pylist() == ["b"]
    assert reading(done=DoneLetters([("a", "0" * 64)]))(rows).num_rows == 2
    assert reading(only=frozenset({"a"}))(rows).column("letter_id").to_pylist() == ["a"]
    assert reading(only=frozenset())(rows).schema == record_schema()


@given(st.lists(st.tuples(st.text(), st.none() | st.text())), st.lists(st.tuples(st.text(), st.none() | st.text())))
def test_done_letters_are_a_set(done: list[tuple[str, str | None]], others: list[tuple[str, str | None]]) -> None:
    """In it is what was put in, and nothing else; an unknown hash is the empty one."""
    found = DoneLetters(done)
    known = {(name, sha256 or "") for name, sha256 in done}
    assert len(found) == len(known)
    assert all((letter in found) == ((letter[0], letter[1] or "") in known) for letter in [*done, *others])


# --- an endpoint -----------------------------------------------------------------------------------------------------


def hybrid(server: Loopback, cache: Path, **more: Any) -> dict[str, Any]:
    """Settings of the hybrid engine on a scripted server."""
    return {"engine": "hybrid", "model": "demo", "base_url": server.base_url, "cache_dir": str(cache), **more}


@loopback_only
def test_calls_at_once_share_one_endpoint_and_its_limit(reading: Callable[..., ReadLetters], tmp_path: Path) -> None:
    """Two batches under way ask no more at once than one may, the model list once, and all letters are answered."""
    files = sorted(numbered_letters(tmp_path / "letters", 12).iterdir())
    under_way, most, lock = 0, 0, threading.Lock()

    async def counted(request: Received) -> Any:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        reply = await after(0.05, good(reply_about))(request)  # type: ignore[misc]
        with lock:
            under_way -= 1
        return reply

    with Loopback([counted]) as server, ThreadPoolExecutor(2) as threads:
        reader = reading(hybrid(server, tmp_path / "cache", concurrency=3))
        halves = [{"letter_id": [f.stem for f in some], "path": list(map(str, some))} for some in (files[:6], files[6:])]
        tables = list(threads.map(reader, halves))
        reader.close()
    assert [row["status"] for table in tables for row in table.to_pylist()] == ["ok"] * 12
    assert [row["letter_id"] for table in tables for row in table.to_pylist()] == [f.stem for f in files]
    assert len(server.requests) == 12
    assert server.paths.count("/v1/models") == 1
    assert 2 <= most <= 3


@loopback_only
def test_an_endpoint_that_refuses_everybody_raises(reading: Callable[..., ReadLetters], tmp_path: Path) -> None:
    """A wrong key is true of every row to come: no failed records for it."""
    with Loopback([bad_key()], models=bad_key()) as server:
        reader = reading(hybrid(server, tmp_path / "cache"))
        with pytest.raises(FatalEndpointError, match="key"):
            reader({"letter_id": ["a"], "text": [samples.letter().text]})


def test_settings_of_an_actor_are_plain_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key stays here, requests and quotas are shared out, and the worker's own environment changes nothing else."""
    given = settings_of(
        {"model": "m", "base_url": "http://gpu/v1", "api_key": "secret-key", "concurrency": 16, "requests_per_minute": 600}
        | {"input_price": 1.0, "output_price": 2.0}
    )
    values = plain_settings(given, 4)
    assert "secret-key" not in json.dumps(values)
    assert (values["concurrency"], values["requests_per_minute"], values["tokens_per_minute"]) == (4, 150, None)
    assert "cache_dir" not in values
    for name, value in (("TEMPERATURE", "1"), ("BASE_URL", "http://other/v1"), ("TOKENS_PER_MINUTE", "9"), ("API_KEY", "theirs")):
        monkeypatch.setenv(f"LLM_EXTRACT_{name}", value)
    there = settings_of(values)
    assert run_settings(there) == run_settings(given)
    assert (there.base_url, there.temperature, there.tokens_per_minute) == ("http://gpu/v1", 0.0, None)
    assert there.api_key is not None
    assert there.api_key.get_secret_value() == "theirs"
    assert plain_settings(given, 99)["concurrency"] == 1


def test_prices_come_along_as_numbers(tmp_path: Path) -> None:
    """The table lies on the machine that starts the run."""
    table = tmp_path / "prices.toml"
    table.write_text('[models."m"]\ninput = 3.0\noutput = 4.0\n')
    values = plain_settings(settings_of({"model": "m", "base_url": "http://gpu/v1", "prices": table}), 2)
    assert (values["input_price"], values["output_price"]) == (3.0, 4.0)
    assert values["prices"] is None


@given(st.integers(0, 10**7), st.integers(1, 500))
def test_blocks_are_small_and_never_empty(letters: int, workers: int) -> None:
    """Between 1 and 64 letters; where there are enough letters every worker gets one at least."""
    rows = rows_a_block(letters, workers)
    assert 1 <= rows <= 64
    assert letters < workers or math.ceil(letters / rows) >= workers


# --- inputs ----------------------------------------------------------------------------------------------------------


def written(path: Path, /, **columns: Any) -> Path:
    """A Parquet file with these columns."""
    parquet.write_table(pa.table(columns), path)
    return path


def test_folders_and_parquet_are_inputs_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files first; a folder of Parquet, a file and a glob count each file's rows once; paths are good on any machine."""
    folder = tmp_path / "tables"
    folder.mkdir()
    one = written(folder / "one.parquet", letter_id=["a", "b"], text=["x", "y"], more=[1, 2])
    written(folder / "two.parquet", letter_id=[3, 4], path=["p", "q"])
    alone = find_sources([str(one)])
    assert (list(alone.ids), alone.tables[0].columns) == (["a", "b"], ("letter_id", "text"))
    assert list(find_sources([str(folder / "t*.parquet")]).ids) == ["3", "4"]
    (folder / "below").mkdir()
    written(folder / "below" / "any.parquet", letter_id=["c"], bytes=[b"x"])
    assert list(find_sources([str(folder / "below")]).ids) == ["c"]
    monkeypatch.chdir(folder)
    assert find_sources(["below"]).tables[0].files == (str(folder / "below" / "any.parquet"),)
    both = find_sources([str(one), str(samples.path_of("first-letter")), str(folder / "two.parquet")])
    assert list(both.ids) == ["first-letter", "a", "b", "3", "4"]
    [block] = both.blocks(10)
    assert block.to_pylist() == [{"letter_id": "first-letter", "path": str(samples.path_of("first-letter")).encode()}]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no id": (
        {"id": ["a"], "text": ["x"]},
        "must have the columns letter_id and one of text, path and bytes; there is: id, text",
    ),
    "no letter": ({"letter_id": ["a"], "body": ["x"]}, "there is: letter_id, body"),
    "text of another type": ({"letter_id": ["a"], "text": [7]}, "text is int64"),
    "bytes of another type": ({"letter_id": ["a"], "bytes": ["x"]}, "bytes is string"),
    "an id of another type": ({"letter_id": [1.5], "text": ["x"]}, "letter_id is double"),
    "an id that is missing": ({"letter_id": ["a", None], "text": ["x", "y"]}, "rows without a letter_id"),
    "an id that is empty": ({"letter_id": ["a", ""], "text": ["x", "y"]}, "rows without a letter_id"),
    "an id twice": ({"letter_id": ["a", "a"], "text": ["x", "y"]}, "1 letter ids stand more than once in the inputs ('a')"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_tables_are_refused_before_anything_starts(name: str, tmp_path: Path) -> None:
    """One sentence that names what is there; exit code 2, and no folder is made."""
    columns, why = WRONG[name]
    done = run(written(tmp_path / "letters.parquet", **columns), "--out", tmp_path / "out", "--on", "ray", "--engine", "baseline")
    assert (done.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """A damaged file and one that is not there."""
    (tmp_path / "broken.parquet").write_text("no")
    for name in ("broken.parquet", "nowhere.parquet"):
        with pytest.raises(SettingsError, match="cannot be read as Parquet"):
            find_sources([str(tmp_path / name)])


# --- the run's folder ------------------------------------------------------------------------------------------------


def made(name: str, status: str = "ok", sha256: str = "0", **more: Any) -> dict[str, Any]:
    """A row of a record."""
    issues = [{"pointer": "", "code": "empty_file", "message": "m"}] if status == "failed" else []
    run_info = {"engine": "baseline", "attempts": 1, "input_tokens": 10, "output_tokens": 2, "cost_usd": 0.5, "seconds": 1.0}
    data = {"letter_id": name, "source": {"path": "p", "sha256": sha256}, "status": status, "issues": issues, "run": run_info}
    return record_row(Record.model_validate({**data, **more}), sha256, settings_hash(SHAPED))


def with_parts(folder: Path, *parts: list[dict[str, Any]], **more: Any) -> PartsFolder:
    """A run's folder with these parts, let go of."""
    with PartsFolder(folder, SHAPED, seconds=0, **more) as opened:
        for rows in parts:
            opened.add(record_table(rows))
    return opened


def test_the_last_part_counts_and_failed_letters_are_read_again(tmp_path: Path) -> None:
    """What is done is what a run on one machine calls so, by each way with failures; sums count each letter once."""
    with_parts(tmp_path, [made("a", sha256="1"), made("b", "failed")], [made("a", sha256="2"), made("c", "fallback")])
    with PartsFolder(tmp_path, SHAPED) as folder:
        again, keep, only = (folder.standing(way) for way in ("again", "keep", "only"))  # type: ignore[arg-type]
    assert again.recorded == {"a", "b", "c"}
    assert again.totals.statuses == {"ok": 1, "failed": 1, "fallback": 1}
    assert (again.totals.failures, again.totals.input_tokens, again.totals.cost_usd) == ({"empty_file": 1}, 30, 1.5)
    assert (("a", "2") in again.done, ("a", "1") in again.done) == (True, False)
    assert [(len(s.done), set(s.unused)) for s in (again, keep, only)] == [(2, {"b"}), (3, set()), (1, {"b", "c"})]


def test_a_torn_part_is_none(tmp_path: Path) -> None:
    """What a killed run was writing has another name, and is not counted."""
    with_parts(tmp_path, [made("a")])
    (tmp_path / "records" / ".part-00000002.parquet.part").write_bytes(b"PAR1 torn")
    with PartsFolder(tmp_path, SHAPED, seconds=0) as folder:
        assert folder.standing().recorded == {"a"}
        folder.add(record_table([made("b")]))
        assert folder.standing().recorded == {"a", "b"}
    assert sorted(p.name for p in (tmp_path / "records").iterdir()) == ["part-00000001.parquet", "part-00000002.parquet"]


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    """It is not passed over: its letters would be called read, or be paid twice without a word."""
    with_parts(tmp_path, [made("a")], [made("b")])
    (tmp_path / "records" / "part-00000002.parquet").write_bytes(b"PAR1 torn")
    with PartsFolder(tmp_path, SHAPED) as folder, pytest.raises(SettingsError, match=r": part-00000002\.parquet\): remove"):
        folder.standing()


def test_other_settings_are_refused_as_by_the_ledger(tmp_path: Path) -> None:
    """Word for word the sentence of a run on one machine."""
    with_parts(tmp_path / "parts", [made("a")])
    with Ledger(tmp_path / "lines", SHAPED) as ledger:
        ledger.write(RecordLine.of(Record.model_validate_json(made("a")["record"])))
        ledger.finish(complete=True, letters=1)
    changed, said = {**SHAPED, "engine": "hybrid", "model": "m"}, []
    for folder, opening in (("parts", PartsFolder), ("lines", Ledger)):
        with pytest.raises(SettingsError) as raised:
            opening(tmp_path / folder, changed)
        said.append(str(raised.value).replace(str(tmp_path / folder), "DIR"))
    assert (
        said[0]
        == said[1]
        == (
            "DIR holds a run with other settings: engine (baseline -> hybrid), model (None -> m). "
            "Give another --out, or --fresh to start over."
        )
    )


def test_settings_that_are_lost_are_refused(tmp_path: Path) -> None:
    """Nobody knows then what the records were made with."""
    with_parts(tmp_path, [made("a")])
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(SettingsError, match="does not say with which settings"):
        PartsFolder(tmp_path, SHAPED)


def test_a_run_of_one_machine_is_not_taken_over(tmp_path: Path) -> None:
    """Its records stand in no part: they would all be read again."""
    with Ledger(tmp_path, SHAPED) as ledger:
        ledger.write(RecordLine.of(Record.model_validate_json(made("a")["record"])))
        ledger.finish(complete=True, letters=1)
    with pytest.raises(SettingsError, match="holds a run without --on ray"):
        PartsFolder(tmp_path, SHAPED)


def test_starting_over_keeps_what_was_until_something_new_is_there(tmp_path: Path) -> None:
    """And no part of before counts any more, even where a crash left one behind."""
    with_parts(tmp_path, [made("a")], [made("b")])
    kept = (tmp_path / "records" / "part-00000002.parquet").read_bytes()
    with PartsFolder(tmp_path, SHAPED, fresh=True, seconds=0) as folder:
        assert folder.standing().recorded == frozenset()
        assert len(list((tmp_path / "records").iterdir())) == 2
        folder.add(record_table([made("c")]))
        assert folder.standing().recorded == {"c"}
        (tmp_path / "records" / "part-00000002.parquet").write_bytes(kept)
    with_parts(tmp_path / "other", [{**made("d"), "settings": "another"}])
    with PartsFolder(tmp_path / "other", SHAPED) as folder:
        assert folder.standing().recorded == frozenset()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """A run on one machine is kept out too."""
    with PartsFolder(tmp_path, SHAPED):
        for opening in (PartsFolder, Ledger):
            with pytest.raises(SettingsError, match="Another run is writing"):
                opening(tmp_path, SHAPED)


def test_records_are_collected_in_order_of_their_ids(tmp_path: Path) -> None:
    """Each once, as its last part has it, byte for byte the line; nothing else is left in the folder."""
    rows = {name: made(name) for name in "dbacé"}
    with PartsFolder(tmp_path, SHAPED, seconds=0) as folder:
        for some in ("d", "b", "ac", "é"):
            folder.add(record_table([{**rows[n]} for n in some]))
        folder.add(record_table([rows["b"] | {"record": '{"new":1}'}]))
        lines = folder.collect().read_text("utf-8").splitlines()
    assert lines == [rows["a"]["record"], '{"new":1}', rows["c"]["record"], rows["d"]["record"], rows["é"]["record"]]
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", "records", "records.jsonl", "run.json"]


def test_rows_wait_for_a_part_worth_writing(tmp_path: Path) -> None:
    """Until there are enough, or the end; time alone is given here by `seconds`."""
    with PartsFolder(tmp_path, SHAPED, seconds=3600) as folder:
        for name in "abc":
            folder.add(record_table([made(name)]))
        assert list((tmp_path / "records").iterdir()) == []
        folder.flush()
        folder.flush()
        assert [parquet.read_metadata(p).num_rows for p in (tmp_path / "records").iterdir()] == [3]


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what could not be written is in no part."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with PartsFolder(tmp_path, SHAPED, seconds=0) as folder:
        monkeypatch.setattr(parquet, "write_table", full)
        with pytest.raises(SettingsError, match=r"cannot be written \(No space left on device\): make room"):
            folder.add(record_table([made("a")]))
        monkeypatch.undo()
        assert folder.standing().recorded == frozenset()


# --- the command -----------------------------------------------------------------------------------------------------


REFUSED = {
    "money": (["--max-cost", "1", "--engine", "baseline"], "--max-cost cannot be kept on several machines"),
    "the embedded model": ([], "The embedded model serves one machine"),
    "batches": (["--batch"], "--estimate and batches go without --on ray"),
    "a request file": (["--batch-export", "x.jsonl"], "--estimate and batches go without --on ray"),
    "an estimate": (["--estimate"], "--estimate and batches go without --on ray"),
    "no worker": (["--workers", "0"], "one worker at least"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_one_machine_alone_can_keep_is_refused(name: str, tmp_path: Path) -> None:
    """Before anything is started or made; in a sentence."""
    more, why = REFUSED[name]
    done = run(samples.LETTERS, "--out", tmp_path / "out", "--on", "ray", *more)
    assert (done.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert why in done.stderr


def test_an_address_needs_a_cluster(tmp_path: Path) -> None:
    """`--ray-address` alone would be passed over without a word."""
    done = run(samples.LETTERS, "--out", tmp_path / "out", "--ray-address", "auto")
    assert done.exit_code == 2
    assert "--ray-address goes with --on ray" in done.stderr


def test_the_extra_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is looked for before."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    done = run(tmp_path / "nowhere", "--out", tmp_path / "out", "--on", "ray", "--engine", "baseline")
    assert (done.exit_code, done.stderr.strip()) == (
        2,
        "llm-extract: --on ray needs ray and pyarrow and duckdb: install llm_extract[ray], here and on every worker.",
    )


def test_our_errors_come_out_of_what_ray_wraps_around_them() -> None:
    """By class and sentence, without Ray's classes, tracebacks and advice; what is not ours is not."""

    class RayTaskError(Exception):
        def __init__(self, cause: Exception) -> None:
            super().__init__("traceback of a worker")
            self.cause = cause

    class BothError(RayTaskError, FatalEndpointError):
        pass

    inner = FatalEndpointError("The key is wrong: mend it.\nFailed to apply UDF transform after 1/1 attempts (total ...).")
    outer = ValueError("wrapped")
    outer.__cause__ = BothError(inner)
    found = runs._ours(outer)
    assert (type(found), str(found)) == (FatalEndpointError, "The key is wrong: mend it.")
    found = runs._ours(RayTaskError(LocalServerError("It does not start.")))
    assert (type(found), str(found)) == (LocalServerError, "It does not start.")
    assert runs._ours(RayTaskError(ValueError("a letter's words"))) is None
