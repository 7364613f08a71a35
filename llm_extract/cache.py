"""The answer cache: what a model has answered is not paid for twice. diskcache lives here only.

`CachedAsker` wraps any `Asker` and has its two methods. `AnswerCache` is the store below it: one sqlite database in a private
folder, shared by tasks, threads and processes. It is disposable: deleting the folder, filling the disk or locking the database
costs money, never a result.

What the store reads back is not trusted. diskcache unpickles whatever a row asks it to unpickle, and opens and deletes whatever
file a row names (CVE-2025-69872), so that whoever can write to the database runs code as the reader. `JsonDisk` knows one kind of
row, an answer as JSON bytes inside of the database, and refuses every other.

What is kept while the store is busy is written together: a transaction and the way to the writing thread and back cost three
times the processor time that a row does.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import diskcache
from diskcache.core import DBNAME, DEFAULT_SETTINGS, ENOVAL, METADATA, MODE_RAW, UNKNOWN
from pydantic import BaseModel, ConfigDict, ValidationError

from llm_extract import telemetry
from llm_extract.engine import Answer, Asker, Question, Usage
from llm_extract.errors import CacheFolderError
from llm_extract.wire_schema import strict_schema

FORMAT: Final = 1
"""Raised when what a key covers or what a row holds changes: older rows are then never found."""

HIT: Final = Usage(cached_answers=1, answers=1)
"""What an answer out of the cache costs."""

GIVE_UP_AFTER: Final = 3
"""Failures of the store after which a run stops using it: each may have waited for a lock."""

GROUP_ROWS: Final = 64
GROUP_CHARACTERS: Final = 1 << 18
"""How many answers are written together at most, and how much text unless one alone is longer. That holds the write lock of the
database for some 3 ms (20 where SQLite tidies up its log), after which other processes get their turn."""

ENDED: Final = frozenset({"stop", "eos", "end_turn"})
"""Finish reasons of a complete answer; "length", "content_filter" and whatever is not known here are not kept."""

BROKEN: Final = (sqlite3.Error, diskcache.Timeout, OSError, ValueError, TypeError)
"""What a full disk, a lock or a tampered database makes diskcache raise; the last two from rows of an unexpected shape."""

T = TypeVar("T")


# --- rows --------------------------------------------------------------------------------------------------------------


class ForgedRowError(ValueError):
    """A row that `JsonDisk` never wrote. The store removes it and counts a miss; nobody outside sees this error."""


class JsonDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache is untyped
    """Keys are `str`, values `Kept` as JSON bytes in the database itself: nothing is pickled, no file named, read or removed."""

    def put(self, key: Any) -> tuple[str, bool]:
        """The key as the database holds it."""
        if type(key) is not str:
            raise TypeError(f"keys are str, not {type(key).__name__}")
        return key, True

    def get(self, key: Any, raw: Any) -> str:
        """The key of a row; a pickled one (`raw` false) is refused."""
        if type(key) is not str or not raw:
            raise ForgedRowError("not a key that JsonDisk wrote")
        return key

    def store(self, value: Any, read: bool, key: Any = UNKNOWN) -> tuple[int, int, None, bytes]:
        """Size, mode, file name and value columns of a new row."""
        if read or type(value) is not Kept:
            raise TypeError(f"values are Kept, not {type(value).__name__}")
        return 0, MODE_RAW, None, value.as_json()

    def fetch(self, mode: Any, filename: Any, value: Any, read: bool) -> Kept:
        """The value of a row, or `ForgedRowError`."""
        if read or mode != MODE_RAW or filename is not None or type(value) is not bytes or not value.isascii():
            raise ForgedRowError("not a row that JsonDisk wrote")
        try:
            return Kept.from_json(value)
        except (ValueError, RecursionError):
            raise ForgedRowError("not an answer as JSON") from None

    def remove(self, file_path: Any) -> None:
        """Remove nothing: no row of ours has a file, so a name in one is a trap for whoever deletes the row."""


class _KnownSettingsCache(diskcache.Cache):  # type: ignore[misc]
    """diskcache sets every row of its settings table as an attribute of itself; a planted `_directory` would lead elsewhere."""

    def reset(self, key: str, value: Any = ENOVAL, update: bool = True) -> Any:
        if key not in DEFAULT_SETTINGS and key not in METADATA:
            raise ForgedRowError("the settings table holds a name that diskcache does not have")
        return super().reset(key, value, update)


class Kept(BaseModel):
    """One stored answer. `usage` is what it cost when it was asked; reading it costs `HIT`.

    `re_asked` says that it is the second answer, since the first one did not fit its schema; `usage` is what both cost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    raw: str
    usage: Usage
    model: str
    finish_reason: str
    re_asked: bool

    @classmethod
    def of(cls, answer: Answer) -> Kept:
        """What there is to keep of an answer."""
        return cls(
            raw=answer.raw,
            usage=answer.usage,
            model=answer.model,
            finish_reason=answer.finish_reason,
            re_asked=answer.re_asked,
        )

    def as_json(self) -> bytes:
        """In ASCII, so that even half a surrogate pair survives, which an endpoint may send as a JSON escape."""
        try:
            return self.model_dump_json(ensure_ascii=True).encode("ascii")
        except ValueError:  # such a half: pydantic's JSON, which takes half the time, does not know it
            return json.dumps(self.model_dump(), separators=(",", ":")).encode("ascii")

    @classmethod
    def from_json(cls, text: bytes) -> Kept:
        """What `as_json` gave. Raises `ValueError` or `RecursionError` for all else."""
        try:
            return cls.model_validate_json(text)
        except ValidationError:  # as above, or no answer, which the long way says too
            return cls.model_validate(json.loads(text.decode("ascii")))


# --- group commit ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An answer that is to be written, and who waits for that."""

    key: str
    kept: Kept
    waiter: asyncio.Future[None]


class _GroupWriter:
    """Writes in a thread of its own: one answer at once, and those that come meanwhile together as soon as that is done.

    Writing waits for the locks of other processes (up to 0.8 s among 16 that do nothing but write), so it leaves the event loop.
    One thread, not the default pool: diskcache opens a connection a thread and closes only the caller's, and one that is busy is
    what makes a group of those who wait. Any number of event loops and threads may add.
    """

    def __init__(self, write: Callable[[Sequence[_Waiting]], None]) -> None:
        self._write = write
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answer-cache")
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []  # not empty: the thread has been told, and has not looked yet
        self._closed = False

    async def add(self, key: str, kept: Kept) -> None:
        """Returns when it has been written. Cancelled, it is written too; after `close` nothing is."""
        waiter = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed:
                return
            if not self._waiting:
                self._thread.submit(self._write_waiting)
            self._waiting.append(_Waiting(key, kept, waiter))
        await waiter

    def close(self, last: Callable[[], None]) -> None:
        """Finish what waits, then do `last` in the thread, and end it."""
        with self._lock:
            self._closed = True
            ended = self._thread.submit(last)
        ended.result()
        self._thread.shutdown()

    def _write_waiting(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for group in _groups(waiting):
            error = None
            try:
                self._write(group)
            except BaseException as mistake:  # whoever waits would wait for ever
                error = mistake
            _wake(group, error)


def _groups(waiting: Iterable[_Waiting]) -> Iterator[list[_Waiting]]:
    """In their order, none above the bounds but a single one."""
    group: list[_Waiting] = []
    characters = 0
    for one in waiting:
        characters += len(one.kept.raw)
        if group and (len(group) == GROUP_ROWS or characters > GROUP_CHARACTERS):
            yield group
            group, characters = [], len(one.kept.raw)
        group.append(one)
    if group:
        yield group


def _wake(group: Iterable[_Waiting], error: BaseException | None) -> None:
    """Tell those who wait, with one call into each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for one in group:
        loops.setdefault(one.waiter.get_loop(), []).append(one.waiter)
    for loop, waiters in loops.items():
        with suppress(RuntimeError):  # a loop that is closed: nobody waits there any more
            loop.call_soon_threadsafe(_settle, waiters, error)


def _settle(waiters: Iterable[asyncio.Future[None]], error: BaseException | None) -> None:
    for waiter in waiters:
        if not waiter.done():  # cancelled
            waiter.set_result(None) if error is None else waiter.set_exception(error)


# --- the store ---------------------------------------------------------------------------------------------------------


class AnswerCache:
    """Answers by key, in one folder. Open it once a process: opening takes 50 ms, a hit 0.05 ms with its key and checks.

    `warnings` holds sentences for people, each at most once: that the store failed and the run goes on without it, or that a
    forged row was removed. Opening, `clear` and `len` raise `CacheFolderError`; the others never raise for what the disk does.
    """

    def __init__(self, folder: Path, *, lock_timeout: float = 5.0) -> None:
        self.path: Final = folder
        self.warnings: list[str] = []
        self._failures = 0
        self._closed = False
        self._cache = _open(folder, lock_timeout)
        self._writer = _GroupWriter(self._write)

    def get(self, key: str) -> Kept | None:
        """The stored answer, None on a miss. Blocks for microseconds: with a write-ahead log no reader waits for a writer."""
        return None if self._closed else self._try(lambda: self._read(key), None)

    def put(self, key: str, kept: Kept) -> None:
        """Store an answer in place of an older one."""
        if not self._closed:
            self._set(key, kept)

    async def keep(self, key: str, kept: Kept) -> None:
        """`put` without holding up the event loop, together with what others keep at the same time; returns when it is stored.

        Cancelled, it still stores: the answer is paid for.
        """
        if self._works:
            await self._writer.add(key, kept)

    def clear(self) -> int:
        """Remove every answer; how many there were."""
        return int(self._or_raise(self._cache.clear))

    def close(self) -> None:
        """Finish pending writes and give back the files. A closed store misses and forgets."""
        if not self._closed:
            self._closed = True
            self._writer.close(self._cache.close)
            self._cache.close()

    def __len__(self) -> int:
        return int(self._or_raise(self._cache.__len__))

    def __bool__(self) -> bool:
        return True  # `if store` asks whether there is one, not whether it holds something

    @property
    def _works(self) -> bool:
        return self._failures < GIVE_UP_AFTER

    def _set(self, key: str, kept: Kept) -> None:
        self._try(lambda: self._cache.set(key, kept), None)

    def _write(self, group: Sequence[_Waiting]) -> None:
        """In one transaction; where that fails one by one, so that what cannot be stored takes nothing else with it."""
        if len(group) == 1 or not self._try(lambda: self._set_all(group), False):
            for one in group:
                self._set(one.key, one.kept)

    def _set_all(self, group: Iterable[_Waiting]) -> bool:
        try:
            with self._cache.transact():
                for one in group:
                    self._cache.set(one.key, one.kept)
        except diskcache.Timeout:
            raise  # not begun, for which no answer is to blame: one failure of the store
        except BROKEN:
            return False  # counted for each answer that fails by itself too
        return True

    def _read(self, key: str) -> Kept | None:
        try:
            return self._cache.get(key)  # type: ignore[no-any-return]
        except ForgedRowError:
            self._warn(f"The answer cache in {self.path} held an entry that this program did not write; it was removed unread.")
            self._cache.delete(key)
            return None

    def _try(self, action: Callable[[], T], otherwise: T) -> T:
        if not self._works:
            return otherwise
        try:
            return action()
        except BROKEN as error:
            self._failures += 1
            self._warn(
                f"The answer cache in {self.path} failed ({_reason(error)}); the run goes on, some answers may be paid again."
            )
            return otherwise

    def _or_raise(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except BROKEN as error:
            raise _unusable(self.path, f"failed ({_reason(error)})") from error

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)


def _open(folder: Path, lock_timeout: float) -> _KnownSettingsCache:
    _make_private(folder)
    settings = {
        **DEFAULT_SETTINGS,  # named one by one, or those in the database would count
        "eviction_policy": "none",  # the default drops answers silently from 1 GiB on
        "size_limit": 2**62,
        "cull_limit": 0,
        "sqlite_cache_size": 2**10,  # pages of 4 KB for each connection; the default lets a long run grow by 32 MB for each
        "sqlite_mmap_size": 0,  # with a mapped file a full disk is a fatal signal instead of an error
    }
    try:
        return _KnownSettingsCache(str(folder), timeout=lock_timeout, disk=JsonDisk, **settings)
    except BROKEN as error:
        raise _unusable(folder, f"holds no usable database ({_reason(error)})") from error


def _make_private(folder: Path) -> None:
    """Create the folder for its owner only; refuse one that another user could have filled."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform != "win32":
            _refuse_foreign(folder)
            # Answers quote letters: a folder that others may only read is closed to them rather than refused.
            folder.chmod(0o700)
    except OSError as error:
        raise _unusable(folder, f"cannot be used ({_reason(error)})") from error


def _refuse_foreign(folder: Path) -> None:
    for status in (folder.lstat(), folder.stat()):
        if status.st_uid != os.getuid():
            raise _unusable(folder, "belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise _unusable(folder, "can be written to by other users")
    database = folder / DBNAME
    if database.is_symlink() or (database.exists() and database.stat().st_uid != os.getuid()):
        raise _unusable(folder, "holds a database that leads elsewhere or belongs to another user")


def _unusable(folder: Path, what: str) -> CacheFolderError:
    return CacheFolderError(
        f"The cache folder {folder} {what}: delete it, set LLM_EXTRACT_CACHE_DIR to a folder of your own, "
        "or set LLM_EXTRACT_CACHE=false to go without."
    )


def _reason(error: BaseException) -> str:
    """SQLite's and the system's own words, else the class: other messages may quote what a row holds."""
    if isinstance(error, diskcache.Timeout) and error.__context__ is not None:
        return _reason(error.__context__)  # diskcache says "timeout" for everything that stops a transaction from beginning
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if hasattr(error, "sqlite_errorname") else type(error).__name__


# --- keys --------------------------------------------------------------------------------------------------------------


_canonical: Final[Callable[[Any], str]] = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":")).encode


def answer_key(question: Question, *, model: str, endpoint_kind: str, sampling: Mapping[str, Any]) -> str:
    """64 hexadecimal digits that name all that shapes an answer, and nothing else: no key, no time-out, no concurrency.

    `endpoint_kind` as `endpoint_kind_of` gives it, `sampling` what goes into the request beside the messages: temperature, seed.
    Raises `PromptError` for an answer model that no strict schema can express.
    """
    shared = _shared_part(
        model,
        endpoint_kind,
        question.prompt,
        question.system,
        question.answer,
        question.max_output_tokens,
        _canonical(dict(sampling)),
    )
    digest = shared.copy()
    digest.update(f"{_canonical(question.user)}}}".encode("ascii"))
    return str(digest.hexdigest())


# `typed`: 400 and 400.0 are equal, and are not the same JSON.
@lru_cache(maxsize=128, typed=True)
def _shared_part(
    model: str, endpoint_kind: str, prompt: str, system: str, answer: type[BaseModel], max_output_tokens: int, sampling: str
) -> Any:
    """The hash over the canonical JSON up to the user's text, which is last in its order and differs with every question."""
    ingredients = {
        "format": FORMAT,
        "model": model,
        "endpoint": endpoint_kind,
        "prompt": prompt,
        "system": system,
        "schema": _schema_text(answer),
        "max_output_tokens": max_output_tokens,
        "sampling": json.loads(sampling),
    }
    return sha256(f'{_canonical(ingredients)[:-1]},"user":'.encode("ascii"))


@lru_cache(maxsize=128)
def _schema_text(answer: type[BaseModel]) -> str:
    # Not sorted: a model writes its answer in the order of the schema's properties, so that their order shapes it. The name is
    # on the wire too.
    return json.dumps([answer.__name__, strict_schema(answer)], separators=(",", ":"))


def endpoint_kind_of(base_url: str | None) -> str:
    """Which endpoint answers, as far as answers depend on it: `embedded`, or host, port and path without credentials.

    The port of a loopback address is left out: there it is often drawn at random.
    """
    if base_url is None:
        return "embedded"
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    place = "localhost" if _is_loopback(host) else parts.netloc.rpartition("@")[2].lower()
    return place + parts.path.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- the asker ---------------------------------------------------------------------------------------------------------


class CachedAsker:
    """An `Asker` that asks `inner` only what `store` cannot answer. `close` closes both.

    Identical questions under way at once in this process, on whatever thread or event loop, are asked once: one asks, the others
    wait for what it keeps. Where it keeps nothing (an error, a refusal, a cut answer) the next one asks for itself.
    """

    def __init__(self, inner: Asker, store: AnswerCache, *, model: str, endpoint_kind: str, sampling: Mapping[str, Any]) -> None:
        self._inner = inner
        self._store = store
        self._model = model
        self._endpoint_kind = endpoint_kind
        self._sampling = dict(sampling)
        self._flights: dict[str, Future[Kept | None]] = {}

    async def ask(self, question: Question) -> Answer:
        """The stored answer if it still fits, else the inner asker's. Raises what that raises."""
        key = answer_key(question, model=self._model, endpoint_kind=self._endpoint_kind, sampling=self._sampling)
        mine: Future[Kept | None] = Future()
        # `setdefault` of a dict is atomic: exactly one of those who find nothing becomes the one who asks.
        while (ahead := self._flights.setdefault(key, mine)) is not mine:
            # Shielded: who is cancelled while waiting must not cancel the flight of the others.
            kept = await asyncio.shield(asyncio.wrap_future(ahead))
            if answer := revived(kept, question):
                telemetry.current().looked_up(hit=True)
                return answer
        return await self._lead(key, mine, question)

    async def close(self) -> None:
        """Close the inner asker and the store."""
        try:
            await self._inner.close()
        finally:
            self._store.close()

    async def _lead(self, key: str, mine: Future[Kept | None], question: Question) -> Answer:
        kept = None
        try:
            kept = self._store.get(key)
            answer = revived(kept, question)
            telemetry.current().looked_up(hit=answer is not None)
            if answer is not None:
                return answer
            kept = None
            answer = await self._inner.ask(question)
            if kept := _worth_keeping(answer):
                await self._store.keep(key, kept)
            return answer
        finally:
            del self._flights[key]
            mine.set_result(kept)


def _worth_keeping(answer: Answer) -> Kept | None:
    """Refusals and cut answers come as errors and never get here; this holds where an asker is lax about them."""
    if answer.finish_reason.lower() not in ENDED or not answer.raw.strip():
        return None
    return Kept.of(answer)


def revived(kept: Kept | None, question: Question, usage: Usage = HIT) -> Answer | None:
    """The answer that was kept, if it fits today's schema: one that has been tightened since asks anew.

    `usage` is what the revived answer is said to cost.
    """
    if kept is None:
        return None
    try:
        value = question.answer.model_validate_json(kept.raw)
    except ValidationError:
        return None
    return Answer(value, kept.raw, usage, kept.model, kept.finish_reason, kept.re_asked)
