"""`ReadLetters`: rows of letters in, rows of records out. The class that Ray Data makes actors of.

    from llm_extract.distributed.reading import ReadLetters

    letters = ray.data.read_parquet("letters.parquet")      # letter_id, and text, path or bytes
    records = letters.map_batches(
        ReadLetters, fn_constructor_kwargs={"settings": {"model": "qwen3", "base_url": "http://gpu:8000/v1"}}, concurrency=4
    )
    records.write_parquet("records")

No row raises: a letter that cannot be read, or a row that holds none, becomes a `failed` record that says why. Only what is true
of every row to come does (wrong columns, wrong settings, an endpoint that is gone): `SettingsError` and `FatalEndpointError`.

Nothing here knows Ray. The class is given plain values and opens what it needs with the first batch, where it runs: one pipeline
with an event loop of its own, shared by all calls, so that several batches may be under way and none waits for another's end.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Container, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from llm_extract.distributed.rows import LetterRow, letter_rows, record_row, record_table, settings_hash, sha256_of
from llm_extract.errors import FatalEndpointError, LetterError, LetterUnreadableError, SettingsError
from llm_extract.ledger import changed_settings
from llm_extract.letters import LetterFile, letter_from_text, printable
from llm_extract.pipeline import Pipeline
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import open_letter, open_pipeline, run_settings, settings_of

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")


class _Given(NamedTuple):
    """What a `ReadLetters` was made with."""

    settings: Mapping[str, Any]
    shaped: Mapping[str, Any] | None
    done: Container[tuple[str, str | None]]
    only: Container[str] | None


class ReadLetters:
    """Reads batches of letters; picklable, and safe to call from several threads at once.

    `settings` are values of `llm_extract.Settings` by name. The key is none of them: it would travel through the cluster and
    stand in its logs; each worker takes it from its own environment. `concurrency` in them is that of one actor.

    `shaped` is what `wiring.run_settings` says on the machine that started the run: a worker where it says something else
    (another version, other prompts) raises instead of writing records of another kind. `done` holds `(letter_id, sha256)` of
    letters that are left out, `only` the ids of those that are read, None for all.
    """

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        *,
        shaped: Mapping[str, Any] | None = None,
        done: Container[tuple[str, str | None]] = (),
        only: Container[str] | None = None,
    ) -> None:
        self._given = _Given(dict(settings or {}), shaped, done, only)
        self._opening = threading.Lock()
        self._reader: _Reader | None = None

    def __call__(self, batch: Any) -> pa.Table:
        """The rows of the batch's records (`rows.record_schema`), in the order of the letters that are read.

        Raises `SettingsError` and `FatalEndpointError` only.
        """
        reader = self._opened()
        return record_table(reader.read(list(letter_rows(batch))))

    def close(self) -> None:
        """Give back connections, files and the event loop; the next call opens them anew."""
        with self._opening:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def __del__(self) -> None:
        """Ray lets go of the object before it ends an actor: pending writes of the answer cache are finished then."""
        with contextlib.suppress(Exception):
            # Nobody can wait for the loop in the loop itself, nor where the interpreter ends, which has stopped its thread.
            if self._reader is not None and not self._reader.loop.is_here and not sys.is_finalizing():
                self.close()

    def __reduce__(self) -> tuple[Callable[[], ReadLetters], tuple[()]]:
        return partial(ReadLetters, **self._given._asdict()), ()

    def _opened(self) -> _Reader:
        with self._opening:
            if self._reader is None:
                self._reader = _Reader.opened(self._given)
            return self._reader


def _checked(given: Mapping[str, Any], shaped: Mapping[str, Any] | None) -> Settings:
    """The settings as they are on this machine. Raises `SettingsError` where they are not those of the run."""
    if given.get("api_key") is not None:
        raise SettingsError("The key must not travel through the cluster: set LLM_EXTRACT_API_KEY in each worker's environment.")
    settings = settings_of(given)
    if shaped is not None and (changed := changed_settings(shaped, run_settings(settings))):
        raise SettingsError(
            f"The worker on {socket.gethostname()} would read letters with other settings than the run's: {changed}. "
            "Install the same llm_extract with the same prompts on every machine."
        )
    return settings


@dataclass
class _Reader:
    """What a `ReadLetters` opens: a pipeline in an event loop of its own."""

    given: _Given
    settings: Settings
    settings_hash: str
    loop: _LoopThread
    pipeline: Pipeline
    folder: tempfile.TemporaryDirectory[str]
    gate: asyncio.Semaphore

    @classmethod
    def opened(cls, given: _Given) -> _Reader:
        settings, loop = _checked(given.settings, given.shaped), _LoopThread()
        try:
            pipeline = loop.result_of(open_pipeline(settings))
        except BaseException:
            loop.close()
            raise
        folder = tempfile.TemporaryDirectory(prefix="llm_extract-", ignore_cleanup_errors=True)
        gate = asyncio.Semaphore(pipeline.concurrency)
        return cls(given, settings, settings_hash(run_settings(settings)), loop, pipeline, folder, gate)

    def read(self, rows: Sequence[LetterRow]) -> list[dict[str, Any]]:
        return self.loop.result_of(self._read(rows))

    def close(self) -> None:
        try:
            self.loop.result_of(self.pipeline.close())
        finally:
            self.loop.close()
            self.folder.cleanup()

    async def _read(self, rows: Sequence[LetterRow]) -> list[dict[str, Any]]:
        tasks = [asyncio.ensure_future(self._row(row)) for row in rows]
        try:
            return [row for row in await asyncio.gather(*tasks) if row is not None]
        finally:  # an error that is true of every row ends the others too
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _row(self, row: LetterRow) -> dict[str, Any] | None:
        """The row of a letter's record; None for a letter that is left out."""
        async with self.gate:
            started = time.monotonic()
            name, digest = "", None
            try:
                name = printable(row.name)
                if self.given.only is not None and name not in self.given.only:
                    return None
                content = row.content
                digest = await self._digest(content)
                if (name, digest) in self.given.done:
                    return None
                record = await self._record(name, content)
            except (FatalEndpointError, SettingsError):
                raise
            except LetterError as error:
                record = self._failed(name, digest, error, started)
            except Exception as error:  # one row's bad luck with a mistake of ours; its message may hold the letter's text
                why = LetterUnreadableError(f"The row could not be read ({type(error).__name__}): look at its columns.")
                record = self._failed(name, digest, why, started)
            return record_row(record, digest, self.settings_hash)

    async def _digest(self, content: str | bytes | Path) -> str | None:
        """A file's is only taken here to see whether it is done: otherwise whoever reads the file takes it."""
        if not isinstance(content, Path):
            return sha256_of(content)
        return await asyncio.to_thread(sha256_of, content) if self.given.done else None

    async def _record(self, name: str, content: str | bytes | Path) -> Record:
        if isinstance(content, Path):
            return await self.pipeline.read_file(LetterFile(name, content))
        if isinstance(content, str):
            return await self.pipeline.read(letter_from_text(content, name, max_chars=self.settings.max_chars))
        return await self._of_bytes(name, content)

    async def _of_bytes(self, name: str, content: bytes) -> Record:
        """The record of a file's bytes: readers of letters open files, so it becomes one for as long as it is opened."""
        path = Path(self.folder.name) / uuid.uuid4().hex
        try:
            await asyncio.to_thread(path.write_bytes, content)
            letter = await asyncio.to_thread(open_letter, self.settings, LetterFile(name, path))
        except LetterError as error:
            raise type(error)(str(error).replace(str(path), name)) from None
        finally:
            path.unlink(missing_ok=True)
        return await self.pipeline.read(replace(letter, path=""))

    def _failed(self, name: str, digest: str | None, error: LetterError, started: float) -> Record:
        record = self.pipeline.failed(name or f"unnamed-{uuid.uuid4().hex[:8]}", "", error, started)
        return record.model_copy(update={"source": record.source.model_copy(update={"sha256": digest})})


class _LoopThread:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="llm_extract", daemon=True)
        self._thread.start()

    @property
    def is_here(self) -> bool:
        """Whether the caller is the loop's own thread."""
        return threading.current_thread() is self._thread

    def result_of(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns; called from any other thread. An interrupted wait ends the coroutine too."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        self.result_of(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
