"""The Python door: one letter, or a stream of many, sync and async.

    record = extract("letter.pdf")
    for record in extract_many(["letters/"], engine="baseline"): ...

Keyword arguments are settings (`llm_extract.Settings` has them all); what is not given comes from the environment.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from llm_extract.letters import Letter, LetterFile, find_letters, letter_from_text
from llm_extract.pipeline import Pipeline
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import open_pipeline

T = TypeVar("T")
Source = str | Path | Letter


async def aextract(source: Source | None = None, /, *, text: str | None = None, settings: Settings | None = None, **changes: Any) -> Record:
    """The record of one letter: a path, a `Letter`, or its words as `text=`.

    Raises `SettingsError` or `FatalEndpointError` when nothing can be read at all. A letter that cannot be read is no exception: its
    record has `status` "failed" and says why.
    """
    if (source is None) == (text is None):
        raise TypeError("give a path or a Letter, or text=..., and not both")
    letter = letter_from_text(text) if text is not None else source
    async with _pipeline(settings, changes) as pipeline:
        if isinstance(letter, Letter):
            return await pipeline.read(letter)
        path = Path(str(letter))
        return await pipeline.read_file(LetterFile(path.stem, path))


async def aextract_many(
    sources: Iterable[Source] | str | Path, /, *, settings: Settings | None = None, **changes: Any
) -> AsyncIterator[Record]:
    """Records of many letters as they are ready: files, folders, globs and `Letter`s. At most `concurrency` are under way."""
    letters = _letters(sources)
    async with _pipeline(settings, changes) as pipeline:
        async for record in pipeline.stream(letters):
            yield record


def extract(source: Source | None = None, /, *, text: str | None = None, settings: Settings | None = None, **changes: Any) -> Record:
    """`aextract` for code without an event loop; works inside a running one too (a notebook)."""
    return _run(aextract(source, text=text, settings=settings, **changes))


def extract_many(
    sources: Iterable[Source] | str | Path, /, *, settings: Settings | None = None, **changes: Any
) -> Iterator[Record]:
    """`aextract_many` for code without an event loop. Reading goes on while the caller works on a record, a few letters ahead."""
    ahead: queue.Queue[Record | BaseException | None] = queue.Queue(maxsize=16)
    stopped = threading.Event()

    async def produce() -> None:
        async for record in aextract_many(sources, settings=settings, **changes):
            while not stopped.is_set():
                try:
                    ahead.put_nowait(record)
                    break
                except queue.Full:
                    await asyncio.sleep(0.01)
            if stopped.is_set():
                return

    def work() -> None:
        try:
            asyncio.run(produce())
        except BaseException as error:  # handed to the caller's thread, which raises it
            ahead.put(error)
        else:
            ahead.put(None)

    thread = threading.Thread(target=work, name="llm_extract", daemon=True)
    thread.start()
    try:
        while (item := ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        while thread.is_alive():
            while not ahead.empty():
                ahead.get_nowait()
            thread.join(0.05)


@asynccontextmanager
async def _pipeline(settings: Settings | None, changes: dict[str, Any]) -> AsyncIterator[Pipeline]:
    asker = changes.pop("asker", None)
    chosen = Settings(**({**settings.model_dump(exclude_unset=True), **changes} if settings else changes))
    pipeline = await open_pipeline(chosen, asker=asker)
    try:
        yield pipeline
    finally:
        await pipeline.close()


def _letters(sources: Iterable[Source] | str | Path) -> list[LetterFile | Letter]:
    given: Sequence[Source] = [sources] if isinstance(sources, str | Path) else list(sources)
    named = [str(s) for s in given if not isinstance(s, Letter)]
    files: list[LetterFile | Letter] = list(find_letters(named)) if named else []
    return [*files, *(s for s in given if isinstance(s, Letter))]


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    result: list[T] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            result.append(asyncio.run(coroutine))
        except BaseException as error:  # raised again below, in the caller's thread
            failure.append(error)

    thread = threading.Thread(target=work, name="llm_extract")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]
