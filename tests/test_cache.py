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
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import diskcache
import pytest
from diskcache.core import MODE_BINARY, MODE_PICKLE, MODE_RAW, MODE_TEXT
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, field_validator

from llm_extract.cache import (
    GIVE_UP_AFTER,
    HIT,
    AnswerCache,
    CachedAsker,
    ForgedRowError,
    JsonDisk,
    Kept,
    answer_key,
    endpoint_kind_of,
)
from llm_extract.engine import Answer, Question, Usage
from llm_extract.errors import CacheFolderError, RefusedAnswerError, TransientEndpointError, TruncatedAnswerError
from llm_extract.model import strict_schema


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


@given(value=JSON)
def test_json_round_trip(value: Any) -> None:
    """Whatever JSON can say comes back equal through the row format."""
    disk = JsonDisk("nowhere")
    _, mode, filename, column = disk.store(value, read=False)
    assert disk.fetch(mode, filename, column, read=False) == value


def test_lone_surrogates_survive() -> None:
    """Half a surrogate pair, which an endpoint may send as a JSON escape, is stored and read like any character."""
    disk = JsonDisk("nowhere")
    _, mode, filename, column = disk.store("\ud800", read=False)
    assert disk.fetch(mode, filename, column, read=False) == "\ud800"


@pytest.mark.parametrize(
    ("mode", "filename", "value"),
    [
        (MODE_PICKLE, None, b"null"),
        (MODE_BINARY, None, b"null"),
        (MODE_TEXT, None, b"null"),
        (99, None, b"null"),
        (None, None, b"null"),
        (MODE_RAW, "ab/cd/ef.val", b"null"),
        (MODE_RAW, None, "null"),
        (MODE_RAW, None, 3),
        (MODE_RAW, None, None),
        (MODE_RAW, None, b"{"),
        (MODE_RAW, None, b"\xff"),
        (MODE_RAW, None, b"[" * 100_000),
    ],
)
def test_other_rows_are_refused(mode: Any, filename: Any, value: Any) -> None:
    """Only JSON bytes in the database itself are a value; another mode, a file name or another type is refused."""
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


def test_files_are_not_stored() -> None:
    """A file object is no value, in either direction."""
    with pytest.raises(TypeError):
        JsonDisk("nowhere").store("x", read=True)
    with pytest.raises(ForgedRowError):
        JsonDisk("nowhere").fetch(MODE_RAW, None, b"null", read=True)


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


def test_full_disk_costs_money_only(tmp_path: Path) -> None:
    """Where the file system takes no more bytes, answers still come, with one warning and no lost process."""
    script = """
        import asyncio, json, pathlib, resource, sys
        sys.path.insert(0, sys.argv[2])
        from test_cache import *
        store = AnswerCache(pathlib.Path(sys.argv[1]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        asker = CachedAsker(Scripted(said("red" * 10_000)), store, **WHERE)
        async def main():
            return [len((await asker.ask(replace(QUESTION, user=str(i)))).raw) for i in range(20)]
        answers = asyncio.run(main())
        print(json.dumps([answers, store.warnings]))
        store.close()
    """
    answers, warnings = json.loads(python(script, str(tmp_path / "full"), str(Path(__file__).parent)))
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


@given(st.tuples(*[st.text(max_size=3)] * 4), st.tuples(*[st.text(max_size=3)] * 4))
def test_keys_are_equal_only_for_equal_texts(a: tuple[str, ...], b: tuple[str, ...]) -> None:
    """Two questions share a key exactly when prompt, system, user and model are the same, wherever the texts are cut."""

    def key(prompt: str, system: str, user: str, model: str) -> str:
        return answer_key(replace(QUESTION, prompt=prompt, system=system, user=user), **{**WHERE, "model": model})

    assert (key(*a) == key(*b)) == (a == b)


def test_doubts_and_order_of_sampling_do_not_count() -> None:
    """The doubts function and the order of the sampling settings leave the key as it is."""
    reordered = {**WHERE, "sampling": {"seed": 7, "temperature": 0.0}}
    assert answer_key(replace(QUESTION, doubts=lambda _: "no"), **reordered) == answer_key(QUESTION, **WHERE)


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


async def test_new_doubts_ask_anew(store: AnswerCache) -> None:
    """A stored answer that was never doubted, and is now, is asked again."""
    inner = Scripted(said("red"), said("blue"))
    asker = CachedAsker(inner, store, **WHERE)
    await asker.ask(QUESTION)
    doubting = replace(QUESTION, doubts=lambda value: "not red" if value.colour == "red" else None)
    assert (await asker.ask(doubting)).value.colour == "blue"
    assert (await asker.ask(doubting)).usage == HIT
    assert len(inner.asked) == 2


async def test_remaining_doubts_are_not_asked_for_ever(store: AnswerCache) -> None:
    """An answer that was taken as it is after its re-ask is a hit, although the doubt is still there."""
    inner = Scripted(said("red", re_asked=True))
    asker = CachedAsker(inner, store, **WHERE)
    doubting = replace(QUESTION, doubts=lambda _: "never content")
    await asker.ask(doubting)
    again = await asker.ask(doubting)
    assert again.usage == HIT
    assert again.re_asked
    assert len(inner.asked) == 1


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
