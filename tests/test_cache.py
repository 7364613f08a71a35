from __future__ import annotations

import asyncio
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import diskcache
import pytest
from diskcache.core import MODE_BINARY, MODE_PICKLE, MODE_RAW, MODE_TEXT
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, field_validator

from llm_extract.cache import (
    FORMAT,
    GIVE_UP_AFTER,
    GROUP_CHARACTERS,
    GROUP_ROWS,
    HIT,
    AnswerCache,
    CachedAsker,
    ForgedRowError,
    JsonDisk,
    Kept,
    _groups,
    _Waiting,
    answer_key,
    endpoint_kind_of,
)
from llm_extract.engine import Answer, Question, Usage
from llm_extract.errors import CacheFolderError, RefusedAnswerError, TransientEndpointError, TruncatedAnswerError
from llm_extract.wire_schema import strict_schema


class Colour(BaseModel):
    colour: str
    shade: int = 0


PAID = Usage(attempts=2, input_tokens=100, output_tokens=20, answers=1, seconds=1.5)
KEPT = Kept(raw='{"colour":"red"}', usage=PAID, model="m-1", finish_reason="stop", re_asked=False)
QUESTION = Question(prompt="colour.v1", system="Name colours.", user="A red barn.", answer=Colour)
WHERE: dict[str, Any] = {"model": "m", "endpoint_kind": "embedded", "sampling": {"temperature": 0.0, "seed": 7}}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TEXT = st.text(st.characters(codec=None, exclude_categories=()))
"""Any text, half surrogate pairs too."""

USAGE = st.builds(
    Usage, *[st.integers(0, 2**63)] * 5, seconds=st.floats(0, allow_nan=False, allow_infinity=False) | st.just(float("inf"))
)
ANY_KEPT = st.builds(Kept, raw=TEXT, usage=USAGE, model=TEXT, finish_reason=TEXT, re_asked=st.booleans())


class Scripted:
    """Gives the scripted answers in turn, the last one for ever; counts what it was asked."""

    def __init__(self, *answers: Answer | Exception, wait: asyncio.Event | None = None) -> None:
        self.answers = list(answers) or [said("red")]
        self.asked: list[Question] = []
        self.closed = False
        self.wait = wait

    async def ask(self, question: Question) -> Answer:
        """The next answer, or the next error."""
        self.asked.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await (self.wait.wait() if self.wait else asyncio.sleep(0))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def said(colour: str, **changes: Any) -> Answer:
    """An answer that was paid for."""
    value = Colour(colour=colour)
    return replace(Answer(value, value.model_dump_json(), PAID, "m-1"), **changes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerCache]:
    """An open store in a folder of its own."""
    with closing(AnswerCache(tmp_path / "answers")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerCache]:
    """One store for all examples of a property."""
    with closing(AnswerCache(tmp_path_factory.mktemp("shared") / "answers")) as opened:
        yield opened


def sql(folder: Path, statement: str, *values: Any) -> list[Any]:
    """Run one statement on the store's database behind its back."""
    with closing(sqlite3.connect(folder / "cache.db")) as connection, connection:
        return connection.execute(statement, values).fetchall()


def poison(folder: Path, mode: int, filename: str | None, value: Any) -> None:
    """Rewrite every row, as somebody could who can write to the database."""
    sql(folder, "UPDATE Cache SET mode = ?, filename = ?, value = ?", mode, filename, value)


class Trap:
    """Unpickled, it creates a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


# --- what a row may be -------------------------------------------------------------------------------------------------


def long_way(row: bytes) -> Kept | None:
    """What a row says by the standard library's JSON, as this program read it when the first rows were written."""
    try:
        return Kept.model_validate(json.loads(row.decode("ascii")))
    except (ValueError, RecursionError):
        return None


def fetched(row: bytes) -> Kept | None:
    """What a row says to the store; None where it is refused."""
    try:
        return JsonDisk("nowhere").fetch(MODE_RAW, None, row, read=False)
    except ForgedRowError:
        return None


@given(kept=ANY_KEPT)
@example(kept=KEPT.model_copy(update={"raw": "\ud800"}))
def test_rows_round_trip(kept: Kept) -> None:
    """Any answer comes back equal, half surrogate pairs included, which an endpoint may send as JSON escapes."""
    _, mode, filename, column = JsonDisk("nowhere").store(kept, read=False)
    assert (mode, filename) == (MODE_RAW, None)
    assert fetched(column) == kept


@given(kept=ANY_KEPT)
def test_rows_are_read_by_older_programs_and_read_theirs(kept: Kept) -> None:
    """A row is ASCII JSON that the first version of this program read as the same answer, and the rows that it wrote are read."""
    assert long_way(kept.as_json()) == kept
    assert fetched(json.dumps(kept.model_dump(), separators=(",", ":")).encode("ascii")) == kept


@given(
    changes=st.dictionaries(st.sampled_from([*Kept.model_fields, "extra"]), JSON, max_size=2),
    usage=st.dictionaries(st.sampled_from(["attempts", "seconds", "answers", "extra"]), JSON, max_size=2),
)
@example(changes={"raw": "\ud800"}, usage={})
@example(changes={"raw": "\ud800"}, usage={"extra": 1})
@example(changes={}, usage={"attempts": "3", "seconds": "1.5"})
@example(changes={"re_asked": "yes"}, usage={"attempts": 3.0})
def test_other_shapes_are_judged_as_ever(changes: dict[str, Any], usage: dict[str, Any]) -> None:
    """The short way of reading a row refuses and reads what the long way does, whatever its fields hold."""
    row = {**KEPT.model_dump(), **changes}
    row["usage"] = {**row["usage"], **usage} if isinstance(row["usage"], dict) else row["usage"]
    written = json.dumps(row).encode("ascii")
    assert fetched(written) == long_way(written)


@given(at=st.integers(0, len(KEPT.as_json())), cut=st.integers(0, 3), put=st.binary(max_size=3))
def test_damaged_rows_are_judged_as_ever(at: int, cut: int, put: bytes) -> None:
    """The short way of reading a row refuses and reads what the long way does, whichever bytes of it are damaged."""
    row = KEPT.as_json()
    damaged = row[:at] + put + row[at + cut :]
    assert fetched(damaged) == long_way(damaged)


ROW = KEPT.as_json()


@pytest.mark.parametrize(
    ("mode", "filename", "value"),
    [
        (MODE_PICKLE, None, ROW),
        (MODE_BINARY, None, ROW),
        (MODE_TEXT, None, ROW),
        (99, None, ROW),
        (None, None, ROW),
        (MODE_RAW, "ab/cd/ef.val", ROW),
        (MODE_RAW, None, ROW.decode()),
        (MODE_RAW, None, 3),
        (MODE_RAW, None, None),
        (MODE_RAW, None, b"{"),
        (MODE_RAW, None, b"\xff"),
        (MODE_RAW, None, ROW.replace(b"red", "röd".encode())),
        (MODE_RAW, None, b"[" * 100_000),
    ],
)
def test_other_rows_are_refused(mode: Any, filename: Any, value: Any) -> None:
    """Only an answer as JSON bytes in the database itself is a value; another mode, a file name or another type is refused."""
    assert fetched(ROW) == KEPT, "refused must be what is changed"
    with pytest.raises(ForgedRowError):
        JsonDisk("nowhere").fetch(mode, filename, value, read=False)


@pytest.mark.parametrize("key", [1, 1.5, b"k", None, ("k",)])
def test_keys_are_strings(key: Any) -> None:
    """A key of another type is refused before anything could pickle it."""
    with pytest.raises(TypeError):
        JsonDisk("nowhere").put(key)


@pytest.mark.parametrize(("key", "raw"), [(pickle.dumps("k"), 0), (b"k", 1), ("k", 0), (4, 1)])
def test_foreign_keys_are_refused_on_reading(key: Any, raw: int) -> None:
    """A key column that holds a pickle is refused, not unpickled."""
    with pytest.raises(ForgedRowError):
        JsonDisk("nowhere").get(key, raw)


@pytest.mark.parametrize("value", [None, "x", b"x", {}, KEPT.model_dump()])
def test_values_are_answers(value: Any) -> None:
    """A value of another type is refused before anything could pickle it or write it to a file."""
    with pytest.raises(TypeError):
        JsonDisk("nowhere").store(value, read=False)


def test_files_are_not_stored() -> None:
    """A file object is no value, in either direction."""
    with pytest.raises(TypeError):
        JsonDisk("nowhere").store(KEPT, read=True)
    with pytest.raises(ForgedRowError):
        JsonDisk("nowhere").fetch(MODE_RAW, None, ROW, read=True)


def test_poisoned_pickle_never_runs(store: AnswerCache, tmp_path: Path) -> None:
    """One UPDATE that runs code in diskcache itself is a miss here, and the row is gone."""
    marker = tmp_path / "executed"
    payload = pickle.dumps(Trap(marker))
    with closing(diskcache.Cache(str(tmp_path / "plain"))) as plain:
        plain["k"] = 1
        poison(tmp_path / "plain", MODE_PICKLE, None, payload)
        plain.get("k")
    assert marker.exists(), "the payload must be a real one"
    marker.unlink()

    store.put("k", KEPT)
    poison(store.path, MODE_PICKLE, None, payload)
    assert store.get("k") is None
    assert not marker.exists()
    assert sql(store.path, "SELECT * FROM Cache") == []
    assert len(store.warnings) == 1
    assert "did not write" in store.warnings[0]


@pytest.mark.parametrize("mode", [MODE_RAW, MODE_BINARY, MODE_TEXT, MODE_PICKLE])
@pytest.mark.parametrize("how", ["parent", "absolute", "symlink", "inside"])
@pytest.mark.parametrize("then", ["get", "put", "clear"])
def test_named_files_are_neither_read_nor_removed(store: AnswerCache, tmp_path: Path, mode: int, how: str, then: str) -> None:
    """A file name in a row, escaping or not, is a miss; the file stays, whether the row is read, replaced or cleared."""
    victim = tmp_path / "victim"
    victim.write_text(KEPT.model_dump_json())
    link = store.path / "link"
    link.symlink_to(victim)
    inside = store.path / "inside"
    inside.write_text(KEPT.model_dump_json())
    name = {"parent": "../victim", "absolute": str(victim), "symlink": "link", "inside": "inside"}[how]
    store.put("k", KEPT)
    poison(store.path, mode, name, None)

    if then == "get":
        assert store.get("k") is None
        assert sql(store.path, "SELECT * FROM Cache") == []
    elif then == "put":
        store.put("k", KEPT)
        assert store.get("k") == KEPT
    else:
        assert store.clear() == 1
    assert victim.exists()
    assert link.is_symlink()
    assert inside.exists()


@pytest.mark.parametrize("value", [b"null", b"[]", b"{}", b'"text"', json.dumps({**KEPT.model_dump(), "extra": 1}).encode()])
def test_json_of_another_shape_is_a_miss(store: AnswerCache, value: bytes) -> None:
    """JSON that is no stored answer is removed like any forged row."""
    store.put("k", KEPT)
    poison(store.path, MODE_RAW, None, value)
    assert store.get("k") is None
    assert store.get("k") is None
    store.put("k", KEPT)
    assert store.get("k") == KEPT


def test_planted_settings_are_refused(store: AnswerCache, tmp_path: Path) -> None:
    """A settings row that would send diskcache to another folder makes opening fail; nothing is created there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    sql(store.path, "INSERT INTO Settings VALUES ('_directory', ?)", str(elsewhere))
    with pytest.raises(CacheFolderError, match="no usable database"):
        AnswerCache(store.path)
    assert list(elsewhere.iterdir()) == []


def test_stored_limits_do_not_count(store: AnswerCache, tmp_path: Path) -> None:
    """An eviction policy, a size limit and a lax write mode written into the database do not reach a later process."""
    sql(store.path, "UPDATE Settings SET value = 'least-recently-stored' WHERE key = 'eviction_policy'")
    sql(store.path, "UPDATE Settings SET value = 1 WHERE key = 'size_limit'")
    sql(store.path, "UPDATE Settings SET value = 10 WHERE key = 'cull_limit'")
    sql(store.path, "UPDATE Settings SET value = 0 WHERE key = 'sqlite_synchronous'")
    with closing(AnswerCache(store.path)) as reopened:
        for i in range(50):
            reopened.put(str(i), KEPT)
        assert len(reopened) == 50
    settings = dict(sql(store.path, "SELECT key, value FROM Settings"))
    assert settings["eviction_policy"] == "none"
    assert settings["statistics"] == 0
    assert settings["sqlite_synchronous"] == 1


# --- the folder --------------------------------------------------------------------------------------------------------


def test_folder_is_private(tmp_path: Path) -> None:
    """The folder is created for its owner only, whatever the umask."""
    before = os.umask(0)
    try:
        AnswerCache(tmp_path / "a" / "b").close()
    finally:
        os.umask(before)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_readable_folder_is_closed(tmp_path: Path) -> None:
    """A folder of ours that others may read is used, and closed to them."""
    (tmp_path / "c").mkdir(mode=0o755)
    AnswerCache(tmp_path / "c").close()
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o1777])
def test_writable_folder_is_refused(tmp_path: Path, mode: int) -> None:
    """A folder into which others may write is refused, with what to do, and left as it is."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(CacheFolderError, match=r"written to by other users.*LLM_EXTRACT_CACHE_DIR"):
        AnswerCache(folder)
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o7777 == mode


def test_folder_of_someone_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that belongs to another user is refused."""
    (tmp_path / "theirs").mkdir(mode=0o700)
    me = os.getuid()
    monkeypatch.setattr("llm_extract.cache.os.getuid", lambda: me + 1)
    with pytest.raises(CacheFolderError, match="another user"):
        AnswerCache(tmp_path / "theirs")


def test_linked_database_is_refused(tmp_path: Path) -> None:
    """A database that is a symbolic link is refused: what it leads to would be written."""
    folder = tmp_path / "linked"
    folder.mkdir(mode=0o700)
    (folder / "cache.db").symlink_to(tmp_path / "target")
    with pytest.raises(CacheFolderError, match="leads elsewhere"):
        AnswerCache(folder)
    assert not (tmp_path / "target").exists()


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """A file where the folder should be is an error of the settings, not a crash."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheFolderError, match="cannot be used"):
        AnswerCache(tmp_path / "file")


def test_damaged_database_is_named(tmp_path: Path) -> None:
    """A file that is no database is reported with the folder to delete."""
    folder = tmp_path / "damaged"
    folder.mkdir(mode=0o700)
    (folder / "cache.db").write_bytes(b"no database at all " * 500)
    with pytest.raises(CacheFolderError, match=r"damaged holds no usable database \(file is not a database\): delete it"):
        AnswerCache(folder)


# --- helpers of the command line -----------------------------------------------------------------------------------------


def test_len_and_clear(store: AnswerCache) -> None:
    """`len` counts the answers, `clear` removes them all and says how many; an empty store is still a store."""
    assert store
    for i in range(250):
        store.put(str(i), KEPT)
    assert len(store) == 250
    assert store.clear() == 250
    assert len(store) == 0
    assert store.get("7") is None
    assert store


def test_broken_database_stops_the_commands(store: AnswerCache) -> None:
    """`len` and `clear` on a broken database are errors, not a count of nothing."""
    sql(store.path, "DROP TABLE Settings")
    with pytest.raises(CacheFolderError, match="no such table"):
        len(store)
    sql(store.path, "DROP TABLE Cache")
    with pytest.raises(CacheFolderError, match="no such table"):
        store.clear()


async def test_closed_store_misses(store: AnswerCache) -> None:
    """After `close`, which may be called twice, the store misses and forgets, and does not open its files again."""
    store.put("k", KEPT)
    store.close()
    store.close()
    store.put("l", KEPT)
    await store.keep("m", KEPT)
    assert store.get("k") is None
    assert store.warnings == []
    assert sql(store.path, "SELECT key FROM Cache") == [("k",)]


# --- failures under way --------------------------------------------------------------------------------------------------


async def test_sqlite_error_costs_money_only(store: AnswerCache) -> None:
    """With the table gone in the middle of a run every question is still answered, and one warning is given."""
    inner = Scripted()
    asker = CachedAsker(inner, store, **WHERE)
    sql(store.path, "DROP TABLE Cache")
    for _ in range(GIVE_UP_AFTER + 2):
        assert (await asker.ask(QUESTION)).value == Colour(colour="red")
    assert len(inner.asked) == GIVE_UP_AFTER + 2
    assert len(store.warnings) == 1
    assert "no such table" in store.warnings[0]


async def test_locked_database_costs_money_only(tmp_path: Path) -> None:
    """While another process holds the lock answers are not stored; after a few such failures the store is left alone."""
    with closing(AnswerCache(tmp_path / "locked", lock_timeout=0.01)) as store:
        asker = CachedAsker(Scripted(), store, **WHERE)
        with closing(sqlite3.connect(store.path / "cache.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for i in range(GIVE_UP_AFTER):
                await asker.ask(replace(QUESTION, user=str(i)))
            other.execute("ROLLBACK")
        assert len(store.warnings) == 1
        assert "database is locked" in store.warnings[0]
        await asker.ask(QUESTION)
        assert len(store) == 0


@pytest.mark.parametrize("at_once", [False, True])
def test_full_disk_costs_money_only(tmp_path: Path, at_once: bool) -> None:
    """Where the file system takes no more bytes, answers still come, one by one or many at once, with one warning."""
    script = """
        import asyncio, json, pathlib, resource, sys
        sys.path.insert(0, sys.argv[2])
        from test_cache import *
        store = AnswerCache(pathlib.Path(sys.argv[1]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        asker = CachedAsker(Scripted(said("red" * 10_000)), store, **WHERE)
        async def main():
            asked = [asker.ask(replace(QUESTION, user=str(i))) for i in range(20)]
            return [len(a.raw) for a in (await asyncio.gather(*asked) if sys.argv[3] == "True" else [await a for a in asked])]
        answers = asyncio.run(main())
        print(json.dumps([answers, store.warnings]))
        store.close()
    """
    answers, warnings = json.loads(python(script, str(tmp_path / "full"), str(Path(__file__).parent), str(at_once)))
    assert len(answers) == 20
    assert len(warnings) == 1
    assert "the run goes on" in warnings[0]


def test_warnings_quote_no_row(store: AnswerCache) -> None:
    """A warning about an undecodable row does not repeat its text, which SQLite's own message does."""
    store.put("k", KEPT)
    sql(store.path, "UPDATE Cache SET value = CAST(? AS TEXT)", b"confidential \xff")
    assert store.get("k") is None
    assert len(store.warnings) == 1
    assert "confidential" not in store.warnings[0]


# --- keeping many at once ------------------------------------------------------------------------------------------------

UNSTORABLE = "\ud800"
"""A key that no database takes."""


def answer(raw: str) -> Kept:
    """An answer with this text."""
    return KEPT.model_copy(update={"raw": raw})


def rows_of(store: AnswerCache) -> dict[str, str]:
    """Key and text of every committed row, as another process sees them."""
    return {key: json.loads(value)["raw"] for key, value in sql(store.path, "SELECT key, value FROM Cache")}


@contextmanager
def busy(store: AnswerCache) -> Iterator[list[list[str]]]:
    """The writing thread is busy, so that all that is kept inside waits; the keys of the groups that are written then."""
    done, groups = threading.Event(), []
    write = store._write

    def recording(group: Sequence[_Waiting]) -> None:
        groups.append([one.key for one in group])
        write(group)

    store._writer._write = recording
    store._writer._thread.submit(done.wait)
    try:
        yield groups
    finally:
        done.set()


async def kept_together(store: AnswerCache, answers: dict[str, str]) -> list[list[str]]:
    """Keep answers while the writing thread is busy; the keys of the groups that were written."""
    with busy(store) as groups:
        tasks = [asyncio.create_task(store.keep(key, answer(raw))) for key, raw in answers.items()]
        await settle()
    await asyncio.gather(*tasks)
    return groups


async def test_kept_answers_are_committed(store: AnswerCache) -> None:
    """When `keep` returns another process finds the answer, alone or among many: a kill costs nothing that was returned."""

    async def keep(i: int) -> bool:
        await store.keep(str(i), answer(f"text {i}"))
        return rows_of(store).get(str(i)) == f"text {i}"

    assert await keep(0)
    assert all(await asyncio.gather(*(keep(i) for i in range(50))))


async def test_waiting_answers_are_written_together(store: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept while the store is busy is one transaction; a single answer needs none but its own."""
    begun: list[str] = []
    transact = store._cache.transact
    monkeypatch.setattr(store._cache, "transact", lambda: begun.append("group") or transact())
    assert await kept_together(store, {"single": "s"}) == [["single"]]
    assert begun == []
    many = {str(i): f"text {i}" for i in range(20)}
    assert await kept_together(store, many) == [list(many)]
    assert begun == ["group"]
    assert rows_of(store) == {"single": "s", **many}


def text_of(group: Sequence[_Waiting]) -> int:
    """Characters of a group's answers."""
    return sum(len(one.kept.raw) for one in group)


@given(
    lengths=st.lists(st.sampled_from([0, 1, 1000, GROUP_CHARACTERS // 3, GROUP_CHARACTERS, GROUP_CHARACTERS + 1]), max_size=200)
)
@example(lengths=[1] * (2 * GROUP_ROWS + 1))
def test_groups_have_bounds(lengths: list[int]) -> None:
    """Groups are the answers in their order, none above the bounds but a single answer, and none that the next would fit into."""
    texts = {length: answer("x" * length) for length in set(lengths)}
    waiting = [_Waiting(str(i), texts[length], None) for i, length in enumerate(lengths)]  # type: ignore[arg-type]
    groups = list(_groups(waiting))
    assert [one for group in groups for one in group] == waiting
    assert all(len(group) <= GROUP_ROWS and (len(group) == 1 or text_of(group) <= GROUP_CHARACTERS) for group in groups)
    for group, after in pairwise(groups):
        assert len(group) == GROUP_ROWS or text_of([*group, after[0]]) > GROUP_CHARACTERS


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", "d", UNSTORABLE]), st.sampled_from(["wait", "cancel", "go on", "pause"])),
        max_size=30,
    ),
    together=st.booleans(),
)
@example(steps=[("a", "go on"), (UNSTORABLE, "go on"), ("a", "cancel"), ("b", "go on"), ("b", "cancel")], together=True)
def test_any_interleaving_ends_with_the_right_rows(shared: AnswerCache, steps: list[tuple[str, str]], together: bool) -> None:
    """However keeps overlap, are cancelled or fail: each key has its last answer, nobody waits for ever, failures are counted."""
    shared.clear()
    shared.warnings.clear()
    shared._failures = -len(steps)  # what fails here is not to end its use

    async def keep_all() -> list[Any]:
        tasks = []
        with busy(shared) if together else nullcontext():
            for i, (key, then) in enumerate(steps):
                tasks.append(asyncio.create_task(shared.keep(key, answer(str(i)))))
                await asyncio.sleep(0.001 if then == "pause" else 0)  # it has begun
                if then == "cancel":
                    tasks[-1].cancel()
                if then == "wait" and not together:
                    await tasks[-1]
        results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 30)
        await shared.keep("end", KEPT)  # behind all that was cancelled
        return results

    results = asyncio.run(keep_all())
    last = {key: str(i) for i, (key, _) in enumerate(steps) if key != UNSTORABLE}
    assert rows_of(shared) == {**last, "end": KEPT.raw}
    assert all(result is None or isinstance(result, asyncio.CancelledError) for result in results)
    failed = sum(key == UNSTORABLE for key, _ in steps)
    assert shared._failures == failed - len(steps)
    assert len(shared.warnings) == min(failed, 1)
    shared._failures = 0


@pytest.mark.parametrize("bad", [[0], [5], [9], [3, 7]])
async def test_a_bad_row_takes_no_other_with_it(store: AnswerCache, bad: list[int]) -> None:
    """Where one of a group cannot be stored the others are, also those behind it; each that cannot is one failure."""
    keys = [UNSTORABLE + str(i) if i in bad else str(i) for i in range(10)]
    assert await kept_together(store, {key: key for key in keys}) == [keys]
    assert rows_of(store) == {str(i): str(i) for i in range(10) if i not in bad}
    assert len(store.warnings) == 1
    assert "UnicodeEncodeError" in store.warnings[0]
    await store.keep("after", KEPT)
    assert store.get("after") == KEPT, "fewer failures than end its use"


@pytest.mark.parametrize("how", ["ABORT", "ROLLBACK"])
async def test_a_row_that_the_database_refuses_takes_no_other_with_it(store: AnswerCache, how: str) -> None:
    """The same where the database itself stops the statement, or the whole transaction, in its middle."""
    trap = f"CREATE TRIGGER trap BEFORE INSERT ON Cache WHEN NEW.key = '5' BEGIN SELECT RAISE({how}, 'trapped'); END"
    sql(store.path, trap)
    await kept_together(store, {str(i): str(i) for i in range(10)})
    assert rows_of(store) == {str(i): str(i) for i in range(10) if i != 5}
    assert len(store.warnings) == 1
    await store.keep("after", KEPT)
    assert store.get("after") == KEPT, "one failure, and none that holds the database"


async def test_failures_of_a_group_are_counted_for_each_answer(store: AnswerCache) -> None:
    """As many answers of one group as end the use of the store, and it is left alone."""
    bad = {UNSTORABLE + str(i): "" for i in range(GIVE_UP_AFTER)}
    await kept_together(store, {"before": "b", **bad, "behind": "c"})
    assert rows_of(store) == {"before": "b"}
    await store.keep("after", KEPT)
    assert rows_of(store) == {"before": "b"}
    assert len(store.warnings) == 1


async def test_a_short_lock_costs_a_group_nothing(store: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a group's transaction cannot begin that is one failure, and each answer has its own try then."""
    locked = [diskcache.Timeout()] * (GIVE_UP_AFTER - 1)
    transact = store._cache.transact

    def sometimes() -> Any:
        if locked:
            raise locked.pop()
        return transact()

    monkeypatch.setattr(store._cache, "transact", sometimes)
    for _ in range(GIVE_UP_AFTER - 1):
        await kept_together(store, {str(i): str(i) for i in range(10)})
        assert rows_of(store) == {str(i): str(i) for i in range(10)}
        store.clear()
    assert len(store.warnings) == 1
    await kept_together(store, {"l": "", UNSTORABLE: "", "m": ""})
    assert rows_of(store) == {"l": ""}, "one failure more ends its use"


async def test_a_long_lock_ends_the_use_of_the_store(tmp_path: Path) -> None:
    """A group that no lock can be had for waits as often as single answers would, is not stored, and holds nobody up."""
    with closing(AnswerCache(tmp_path / "locked", lock_timeout=0.01)) as store:
        with closing(sqlite3.connect(store.path / "cache.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.gather(*(store.keep(str(i), KEPT) for i in range(200)))
            other.execute("ROLLBACK")
        assert store._failures == GIVE_UP_AFTER
        assert len(store.warnings) == 1
        assert "database is locked" in store.warnings[0]


async def test_cancelled_keeps_are_stored(store: AnswerCache) -> None:
    """Who is cancelled while the answer waits to be written has it stored all the same; the others are told."""
    with busy(store):
        tasks = [asyncio.create_task(store.keep(str(i), answer(str(i)))) for i in range(10)]
        await settle()
        for task in tasks[::2]:
            task.cancel()
        await settle()
        assert all(task.cancelled() for task in tasks[::2])
    assert await asyncio.gather(*tasks[1::2]) == [None] * 5
    store.close()
    assert rows_of(store) == {str(i): str(i) for i in range(10)}


async def test_close_writes_what_waits(store: AnswerCache) -> None:
    """`close` returns when all that is pending is stored, more than one group of it, and whoever waits for it is told."""
    tasks = [asyncio.create_task(store.keep(str(i), answer(str(i)))) for i in range(3 * GROUP_ROWS)]
    with busy(store) as groups:
        await settle()
    tasks[7].cancel()
    store.close()
    assert rows_of(store) == {str(i): str(i) for i in range(3 * GROUP_ROWS)}
    assert max(map(len, groups)) == GROUP_ROWS
    told = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 30)
    assert [i for i, one in enumerate(told) if one is not None] == [7]


def test_loops_of_threads_share_a_store(store: AnswerCache) -> None:
    """Event loops in several threads keep at once: every answer is stored when its `keep` returns, and everybody is told."""
    barrier = threading.Barrier(4)
    missing: list[str] = []

    async def keep(key: str) -> None:
        await store.keep(key, answer(key))
        if rows_of(store).get(key) != key:
            missing.append(key)

    async def keep_all(thread: int) -> None:
        await asyncio.wait_for(asyncio.gather(*(keep(f"{thread}-{i}") for i in range(40))), 60)

    def work(thread: int) -> None:
        barrier.wait()
        asyncio.run(keep_all(thread))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missing == []
    assert rows_of(store) == {f"{t}-{i}": f"{t}-{i}" for t in range(4) for i in range(40)}


async def test_a_loop_that_has_ended_disturbs_nobody(store: AnswerCache) -> None:
    """An answer whose event loop was closed while it waited is stored, and the others of its group are told."""

    async def abandoned() -> None:
        task = asyncio.create_task(store.keep("theirs", answer("t")))
        await settle()
        task.cancel()

    with busy(store) as groups:
        thread = threading.Thread(target=asyncio.run, args=(abandoned(),))
        thread.start()
        thread.join()
        ours = asyncio.create_task(store.keep("ours", answer("o")))
        await settle()
    await asyncio.wait_for(ours, 30)
    assert groups == [["theirs", "ours"]]
    assert rows_of(store) == {"theirs": "t", "ours": "o"}


async def test_a_mistake_holds_nobody_up(store: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no failure of the disk is raised to those who wait, instead of leaving them waiting; the next are written."""

    def mistaken(group: Any) -> None:
        raise AssertionError("a mistake of ours")

    monkeypatch.setattr(store._writer, "_write", mistaken)
    told = await asyncio.wait_for(asyncio.gather(*(store.keep(str(i), KEPT) for i in range(3)), return_exceptions=True), 30)
    assert [type(one) for one in told] == [AssertionError] * 3
    monkeypatch.undo()
    await store.keep("next", KEPT)
    assert store.get("next") == KEPT


# --- keys --------------------------------------------------------------------------------------------------------------


class Wider(Colour):
    gloss: bool = False


class Renamed(Colour):
    pass


class Swapped(BaseModel):
    shade: int = 0
    colour: str


Swapped.__name__ = "Colour"

VARIANTS: dict[str, tuple[Question, dict[str, Any]]] = {
    "as it is": (QUESTION, WHERE),
    "model": (QUESTION, {**WHERE, "model": "n"}),
    "endpoint": (QUESTION, {**WHERE, "endpoint_kind": "host"}),
    "temperature": (QUESTION, {**WHERE, "sampling": {"temperature": 0.1, "seed": 7}}),
    "seed": (QUESTION, {**WHERE, "sampling": {"temperature": 0.0, "seed": 8}}),
    "no seed": (QUESTION, {**WHERE, "sampling": {"temperature": 0.0}}),
    "prompt version": (replace(QUESTION, prompt="colour.v2"), WHERE),
    "system": (replace(QUESTION, system="Name colours!"), WHERE),
    "user": (replace(QUESTION, user="A red barn!"), WHERE),
    "border between system and user": (replace(QUESTION, system="Name colours.A", user=" red barn."), WHERE),
    "token limit": (replace(QUESTION, max_output_tokens=401), WHERE),
    "schema": (replace(QUESTION, answer=Wider), WHERE),
    "name of the schema": (replace(QUESTION, answer=Renamed), WHERE),
    "order of the schema": (replace(QUESTION, answer=Swapped), WHERE),
}


def test_every_ingredient_changes_the_key() -> None:
    """Keys differ as soon as one ingredient does, the order of the schema's properties included."""
    assert strict_schema(Swapped)["properties"] == strict_schema(Colour)["properties"], "equal but for their order"
    keys = {name: answer_key(question, **where) for name, (question, where) in VARIANTS.items()}
    assert len(set(keys.values())) == len(VARIANTS)
    assert all(len(key) == 64 for key in keys.values())


@given(
    texts=st.tuples(*[TEXT] * 5),
    most=st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
    sampling=st.dictionaries(TEXT, JSON, max_size=3),
    question=st.sampled_from([question for question, _ in VARIANTS.values()]),
)
@example(texts=("p", "s", "u", "m", "e"), most=400, sampling={"temperature": 0}, question=QUESTION)
@example(texts=("p", "s", "u", "m", "e"), most=400.0, sampling={"temperature": 0.0}, question=QUESTION)
@example(texts=("p", "s", "u", "m", "e"), most=1, sampling={"temperature": False}, question=QUESTION)
@example(texts=("p", "s", "u", "m", "e"), most=True, sampling={"temperature": 0}, question=QUESTION)
def test_keys_are_what_they_have_always_been(texts: tuple[str, ...], most: Any, sampling: Any, question: Question) -> None:
    """A key is the hash of one canonical JSON text, however much of it is remembered: keys of existing stores stay valid."""
    prompt, system, user, model, endpoint = texts
    question = replace(question, prompt=prompt, system=system, user=user, max_output_tokens=most)
    ingredients = {
        "format": FORMAT,
        "model": model,
        "endpoint": endpoint,
        "prompt": prompt,
        "system": system,
        "user": user,
        "schema": json.dumps([question.answer.__name__, strict_schema(question.answer)], separators=(",", ":")),
        "max_output_tokens": most,
        "sampling": sampling,
    }
    canonical = json.dumps(ingredients, sort_keys=True, allow_nan=False, separators=(",", ":"))
    expected = sha256(canonical.encode("ascii")).hexdigest()
    assert answer_key(question, model=model, endpoint_kind=endpoint, sampling=sampling) == expected


@given(st.tuples(*[st.text(max_size=3)] * 4), st.tuples(*[st.text(max_size=3)] * 4))
def test_keys_are_equal_only_for_equal_texts(a: tuple[str, ...], b: tuple[str, ...]) -> None:
    """Two questions share a key exactly when prompt, system, user and model are the same, wherever the texts are cut."""

    def key(prompt: str, system: str, user: str, model: str) -> str:
        return answer_key(replace(QUESTION, prompt=prompt, system=system, user=user), **{**WHERE, "model": model})

    assert (key(*a) == key(*b)) == (a == b)


def test_order_of_sampling_does_not_count() -> None:
    """The order of the sampling settings leaves the key as it is."""
    reordered = {**WHERE, "sampling": {"seed": 7, "temperature": 0.0}}
    assert answer_key(QUESTION, **reordered) == answer_key(QUESTION, **WHERE)


def test_keys_are_equal_across_processes() -> None:
    """Every variant's key is the same in processes with other hash seeds."""
    script = """
        import json, sys
        sys.path.insert(0, sys.argv[1])
        from test_cache import *
        print(json.dumps([answer_key(question, **where) for question, where in VARIANTS.values()]))
    """
    here = [answer_key(question, **where) for question, where in VARIANTS.values()]
    for seed in ("1", "2"):
        assert json.loads(python(script, str(Path(__file__).parent), PYTHONHASHSEED=seed)) == here


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (None, "embedded"),
        ("http://127.0.0.1:41234/v1", "localhost/v1"),
        ("http://localhost:8000/v1/", "localhost/v1"),
        ("http://[::1]:8000/v1", "localhost/v1"),
        ("https://API.example.com/v1", "api.example.com/v1"),
        ("https://user:secret@api.example.com:8443/v1?key=secret", "api.example.com:8443/v1"),
    ],
)
def test_endpoint_kind(url: str | None, kind: str) -> None:
    """An endpoint is its host, port and path, without credentials and without the random port of a loopback server."""
    assert endpoint_kind_of(url) == kind


# --- asking ------------------------------------------------------------------------------------------------------------


async def test_hit_costs_nothing(store: AnswerCache) -> None:
    """The second identical question is answered from the store: same value, no attempt, no token, one cached answer."""
    inner = Scripted(said("red", finish_reason="stop"))
    asker = CachedAsker(inner, store, **WHERE)
    first = await asker.ask(QUESTION)
    second = await asker.ask(QUESTION)
    assert first.usage == PAID
    assert second == replace(first, usage=HIT)
    assert (HIT.attempts, HIT.input_tokens, HIT.output_tokens, HIT.cached_answers, HIT.answers) == (0, 0, 0, 1, 1)
    assert len(inner.asked) == 1


async def test_original_usage_is_kept(store: AnswerCache) -> None:
    """What the answer cost when it was asked stays on record, as do its model and whether it was asked again."""
    asker = CachedAsker(Scripted(said("red", re_asked=True, model="m-2024")), store, **WHERE)
    await asker.ask(QUESTION)
    kept = store.get(answer_key(QUESTION, **WHERE))
    assert kept == Kept(raw=said("red").raw, usage=PAID, model="m-2024", finish_reason="stop", re_asked=True)


@given(value=JSON)
def test_any_json_answer_round_trips(shared: AnswerCache, value: Any) -> None:
    """Whatever JSON an endpoint answers comes back out of the store, character by character."""
    kept = Kept(raw=json.dumps(value, ensure_ascii=False), usage=PAID, model="m", finish_reason="stop", re_asked=False)
    shared.put("any", kept)
    assert shared.get("any") == kept


@given(colour=st.text(st.characters(codec="utf-8")), shade=st.integers(), indent=st.none() | st.integers(0, 4))
def test_any_answer_is_a_hit(shared: AnswerCache, colour: str, shade: int, indent: int | None) -> None:
    """The second answer equals the first, whatever its values and white space, and is not asked for."""
    value = Colour(colour=colour, shade=shade)
    raw = value.model_dump_json(indent=indent)
    inner = Scripted(Answer(value, raw, PAID, "m"))

    async def twice() -> list[Answer]:
        asker = CachedAsker(inner, shared, **WHERE)
        return [await asker.ask(QUESTION), await asker.ask(QUESTION)]

    shared.clear()
    first, second = asyncio.run(twice())
    assert second == replace(first, usage=HIT)
    assert len(inner.asked) == 1


async def test_survives_the_process(store: AnswerCache) -> None:
    """What one run stored a later one finds."""
    await CachedAsker(Scripted(), store, **WHERE).ask(QUESTION)
    later = AnswerCache(store.path)
    inner = Scripted(said("green"))
    asker = CachedAsker(inner, later, **WHERE)
    assert (await asker.ask(QUESTION)).value == Colour(colour="red")
    assert inner.asked == []
    await asker.close()


async def test_close_closes_both(store: AnswerCache) -> None:
    """Closing closes what it wraps and the store, the store even where the inner asker fails to close."""
    inner = Scripted()

    async def fail() -> None:
        raise TransientEndpointError("lost")

    inner.close = fail  # type: ignore[method-assign]
    asker = CachedAsker(inner, store, **WHERE)
    await asker.ask(QUESTION)
    with pytest.raises(TransientEndpointError):
        await asker.close()
    assert store.get(answer_key(QUESTION, **WHERE)) is None

    other = Scripted()
    await CachedAsker(other, store, **WHERE).close()
    assert other.closed


@pytest.mark.parametrize(
    "bad",
    [
        RefusedAnswerError("declined", raw="no"),
        TruncatedAnswerError("cut", raw="{"),
        TransientEndpointError("lost"),
        said("red", finish_reason="length"),
        said("red", finish_reason="content_filter"),
        said("red", raw=""),
        said("red", raw=" \n"),
    ],
    ids=repr,
)
async def test_unusable_answers_are_not_kept(store: AnswerCache, bad: Answer | Exception) -> None:
    """Errors, refusals, cut and empty answers are handed on and never stored: the next asking asks."""
    inner = Scripted(bad, said("blue"))
    asker = CachedAsker(inner, store, **WHERE)
    if isinstance(bad, Exception):
        with pytest.raises(type(bad)):
            await asker.ask(QUESTION)
    else:
        assert await asker.ask(QUESTION) == bad
    assert len(store) == 0
    assert (await asker.ask(QUESTION)).value == Colour(colour="blue")
    assert len(inner.asked) == 2


class Strict(BaseModel):
    colour: str
    shade: int = 0

    @field_validator("colour")
    @classmethod
    def known(cls, colour: str) -> str:
        """Stricter than `Colour`, with the same JSON Schema."""
        if colour != "blue":
            raise ValueError("blue only")
        return colour


Strict.__name__ = "Colour"


async def test_tightened_validator_asks_anew(store: AnswerCache) -> None:
    """An answer that today's validator refuses is asked again and replaced, once."""
    inner = Scripted(said("red"), said("blue"))
    asker = CachedAsker(inner, store, **WHERE)
    await asker.ask(QUESTION)
    tightened = replace(QUESTION, answer=Strict)
    assert answer_key(tightened, **WHERE) == answer_key(QUESTION, **WHERE), "the schema alone must not tell them apart"
    assert (await asker.ask(tightened)).raw == said("blue").raw
    assert (await asker.ask(tightened)).usage == HIT
    assert len(inner.asked) == 2


async def test_hit_tells_that_the_answer_was_asked_again(store: AnswerCache) -> None:
    """Out of the cache too, the second answer to a question is known as that."""
    inner = Scripted(said("red", re_asked=True))
    asker = CachedAsker(inner, store, **WHERE)
    await asker.ask(QUESTION)
    again = await asker.ask(QUESTION)
    assert (again.usage, again.re_asked, len(inner.asked)) == (HIT, True, 1)


# --- many at once --------------------------------------------------------------------------------------------------------


async def settle() -> None:
    """Let every task that is ready run until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_identical_questions_fly_once(store: AnswerCache) -> None:
    """Of twenty identical questions at once one is asked; the others get its answer as a hit."""
    go = asyncio.Event()
    inner = Scripted(wait=go)
    asker = CachedAsker(inner, store, **WHERE)
    tasks = [asyncio.create_task(asker.ask(QUESTION)) for _ in range(20)]
    await settle()
    go.set()
    answers = await asyncio.gather(*tasks)
    assert len(inner.asked) == 1
    assert {a.value.colour for a in answers} == {"red"}
    assert sorted(a.usage == HIT for a in answers) == [False] + [True] * 19


async def test_identical_questions_fly_once_without_a_store(store: AnswerCache) -> None:
    """Also where the store has failed, one is asked and the others get its answer."""
    sql(store.path, "DROP TABLE Cache")
    go = asyncio.Event()
    inner = Scripted(wait=go)
    asker = CachedAsker(inner, store, **WHERE)
    tasks = [asyncio.create_task(asker.ask(QUESTION)) for _ in range(5)]
    await settle()
    go.set()
    await asyncio.gather(*tasks)
    assert len(inner.asked) == 1


async def test_different_questions_fly_together(store: AnswerCache) -> None:
    """Different questions do not wait for each other."""
    go = asyncio.Event()
    inner = Scripted(wait=go)
    asker = CachedAsker(inner, store, **WHERE)
    tasks = [asyncio.create_task(asker.ask(replace(QUESTION, user=str(i)))) for i in range(5)]
    await settle()
    assert len(inner.asked) == 5
    go.set()
    await asyncio.gather(*tasks)


async def test_next_asks_where_the_first_fails(store: AnswerCache) -> None:
    """The first one's error is its own; the next in line asks for itself, and the rest get that answer."""
    go = asyncio.Event()
    inner = Scripted(TransientEndpointError("lost"), said("blue"), wait=go)
    asker = CachedAsker(inner, store, **WHERE)
    tasks = [asyncio.create_task(asker.ask(QUESTION)) for _ in range(4)]
    await settle()
    go.set()
    first, *others = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(first, TransientEndpointError)
    assert [a.value.colour for a in others if isinstance(a, Answer)] == ["blue"] * 3
    assert len(inner.asked) == 2


async def test_cancelled_leader_hands_on(store: AnswerCache) -> None:
    """Who is cancelled while asking leaves the question to the next; who is cancelled while waiting disturbs nobody."""
    go = asyncio.Event()
    inner = Scripted(wait=go)
    asker = CachedAsker(inner, store, **WHERE)
    leader, waiter, other = [asyncio.create_task(asker.ask(QUESTION)) for _ in range(3)]
    await settle()
    waiter.cancel()
    leader.cancel()
    await settle()
    go.set()
    answers = await asyncio.gather(leader, waiter, other, return_exceptions=True)
    assert [type(a) for a in answers] == [asyncio.CancelledError, asyncio.CancelledError, Answer]
    assert len(inner.asked) == 2
    assert (await asker.ask(QUESTION)).usage == HIT


def test_threads_share_a_flight(store: AnswerCache) -> None:
    """Event loops of several threads ask an identical question once between them."""
    inner = Scripted()
    asker = CachedAsker(inner, store, **WHERE)
    barrier = threading.Barrier(8)
    answers: list[Answer] = []

    def work() -> None:
        barrier.wait()
        answers.append(asyncio.run(asker.ask(QUESTION)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(inner.asked) == 1


def test_processes_lose_no_writes(tmp_path: Path) -> None:
    """Four processes that open one fresh folder together and write at once: every answer is there, and no warning given."""
    script = """
        import asyncio, pathlib, sys
        sys.path.insert(0, sys.argv[3])
        from test_cache import *
        store = AnswerCache(pathlib.Path(sys.argv[1]), lock_timeout=60)
        async def main():
            await asyncio.gather(*(store.keep(f"{sys.argv[2]}-{i}", KEPT) for i in range(100)))
        asyncio.run(main())
        print(store.warnings)
        store.close()
    """
    folder = tmp_path / "shared"
    children = [start(script, str(folder), str(i), str(Path(__file__).parent)) for i in range(4)]
    assert [finish(child) for child in children] == ["[]\n"] * 4
    with closing(AnswerCache(folder)) as store:
        assert len(store) == 400
        assert all(store.get(f"{p}-{i}") == KEPT for p in range(4) for i in range(100))


# --- child processes -----------------------------------------------------------------------------------------------------


def start(script: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start a Python process on a script."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child: subprocess.Popen[str]) -> str:
    """What the process printed; it must have ended well."""
    out, errors = child.communicate(timeout=120)
    assert child.returncode == 0, errors
    return out


def python(script: str, *arguments: str, **environment: str) -> str:
    """What a script prints in a process of its own."""
    return finish(start(script, *arguments, **environment))
