"""The answer cache: what a model has answered is not paid for twice. diskcache lives here only.

`CachedAsker` wraps any `Asker` and has its two methods. `AnswerCache` is the store below it: one sqlite database in a private
folder, shared by tasks, threads and processes. It is disposable: deleting the folder, filling the disk or locking the database
costs money, never a result.

What the store reads back is not trusted. diskcache unpickles whatever a row asks it to unpickle, and opens and deletes whatever
file a row names (CVE-2025-69872), so that whoever can write to the database runs code as the reader. `JsonDisk` knows one kind of
row, JSON bytes inside of the database, and refuses every other.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
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
from llm_extract.model import strict_schema

FORMAT: Final = 1
"""Raised when what a key covers or what a row holds changes: older rows are then never found."""

HIT: Final = Usage(cached_answers=1, answers=1)
"""What an answer out of the cache costs."""

GIVE_UP_AFTER: Final = 3
"""Failures of the store after which a run stops using it: each may have waited for a lock."""

ENDED: Final = frozenset({"stop", "eos", "end_turn"})
"""Finish reasons of a complete answer; "length", "content_filter" and whatever is not known here are not kept."""

BROKEN: Final = (sqlite3.Error, diskcache.Timeout, OSError, ValueError, TypeError)
"""What a full disk, a lock or a tampered database makes diskcache raise; the last two from rows of an unexpected shape."""

T = TypeVar("T")


# --- rows --------------------------------------------------------------------------------------------------------------


class ForgedRowError(ValueError):
    """A row that `JsonDisk` never wrote. The store removes it and counts a miss; nobody outside sees this error."""


class JsonDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache is untyped
    """Keys are `str`, values are JSON bytes inside of the database; nothing is pickled and no file is named, read or removed."""

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
        """Size, mode, file name and value columns of a new row. ASCII, so that even lone surrogates survive."""
        if read:
            raise TypeError("JsonDisk stores values, not files")
        return 0, MODE_RAW, None, json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")

    def fetch(self, mode: Any, filename: Any, value: Any, read: bool) -> Any:
        """The value of a row, or `ForgedRowError`."""
        if read or mode != MODE_RAW or filename is not None or type(value) is not bytes:
            raise ForgedRowError("not a row that JsonDisk wrote")
        try:
            return json.loads(value.decode("ascii"))
        except (ValueError, RecursionError):
            raise ForgedRowError("not JSON") from None

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

    `re_asked` says that it was taken as it is although doubts may remain: it must not be asked a third time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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


# --- the store ---------------------------------------------------------------------------------------------------------


class AnswerCache:
    """Answers by key, in one folder. Open it once a process: opening takes 50 ms, a hit 0.08 ms with its key and checks.

    `warnings` holds sentences for people, each at most once: that the store failed and the run goes on without it, or that a
    forged row was removed. Opening, `clear` and `len` raise `CacheFolderError`; the others never raise for what the disk does.
    """

    def __init__(self, folder: Path, *, lock_timeout: float = 5.0) -> None:
        self.path: Final = folder
        self.warnings: list[str] = []
        self._failures = 0
        self._closed = False
        self._cache = _open(folder, lock_timeout)
        # Writes wait for the locks of other processes (up to 1.2 s among 16 that do nothing but write), so they leave the event
        # loop. One thread, not the default pool: diskcache opens a connection a thread and closes only the caller's.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answer-cache")

    def get(self, key: str) -> Kept | None:
        """The stored answer, None on a miss. Blocks for microseconds: with a write-ahead log no reader waits for a writer."""
        return self._try(lambda: self._read(key), None)

    def put(self, key: str, kept: Kept) -> None:
        """Store an answer in place of an older one."""
        self._try(lambda: self._cache.set(key, kept.model_dump()), None)

    async def keep(self, key: str, kept: Kept) -> None:
        """`put` without holding up the event loop. Cancelled, it still stores: the answer is paid for."""
        if self._in_use:
            await asyncio.get_running_loop().run_in_executor(self._writer, self.put, key, kept)

    def clear(self) -> int:
        """Remove every answer; how many there were."""
        return int(self._or_raise(self._cache.clear))

    def close(self) -> None:
        """Finish pending writes and give back the files. A closed store misses and forgets."""
        if not self._closed:
            self._closed = True
            self._writer.submit(self._cache.close).result()
            self._writer.shutdown()
            self._cache.close()

    def __len__(self) -> int:
        return int(self._or_raise(self._cache.__len__))

    def __bool__(self) -> bool:
        return True  # `if store` asks whether there is one, not whether it holds something

    @property
    def _in_use(self) -> bool:
        return not self._closed and self._failures < GIVE_UP_AFTER

    def _read(self, key: str) -> Kept | None:
        try:
            row = self._cache.get(key)
            return None if row is None else Kept.model_validate(row)
        except (ForgedRowError, ValidationError):
            self._warn(f"The answer cache in {self.path} held an entry that this program did not write; it was removed unread.")
            self._cache.delete(key)
            return None

    def _try(self, action: Callable[[], T], otherwise: T) -> T:
        if not self._in_use:
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


def answer_key(question: Question, *, model: str, endpoint_kind: str, sampling: Mapping[str, Any]) -> str:
    """64 hexadecimal digits that name all that shapes an answer, and nothing else: no key, no time-out, no concurrency.

    `endpoint_kind` as `endpoint_kind_of` gives it, `sampling` what goes into the request beside the messages: temperature, seed.
    Raises `PromptError` for an answer model that no strict schema can express.
    """
    ingredients = {
        "format": FORMAT,
        "model": model,
        "endpoint": endpoint_kind,
        "prompt": question.prompt,
        "system": question.system,
        "user": question.user,
        "schema": _schema_text(question.answer),
        "max_output_tokens": question.max_output_tokens,
        "sampling": dict(sampling),
    }
    canonical = json.dumps(ingredients, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return sha256(canonical.encode("ascii")).hexdigest()


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
    """The answer that was kept, if it passes today's checks: a schema or a doubt that has been tightened since asks anew.

    `usage` is what the revived answer is said to cost.
    """
    if kept is None:
        return None
    try:
        value = question.answer.model_validate_json(kept.raw)
    except ValidationError:
        return None
    if not kept.re_asked and question.doubts is not None and question.doubts(value) is not None:
        return None
    return Answer(value, kept.raw, usage, kept.model, kept.finish_reason, kept.re_asked)
