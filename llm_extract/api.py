"""The Python door: one letter, or a stream of many, sync and async.

    record = extract("letter.pdf")
    for record in extract_many(["letters/"], engine="baseline"): ...

Keyword arguments are settings (`llm_extract.Settings` has them all); what is not given comes from the environment.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from llm_extract.errors import LetterError
from llm_extract.letters import Letter, LetterFile, find_letters, letter_from_text
from llm_extract.pipeline import Pipeline
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import open_pipeline, settings_of, workers_of

T = TypeVar("T")
Source = str | Path | Letter


async def aextract(
    source: Source | None = None, /, *, text: str | None = None, settings: Settings | None = None, **changes: Any
) -> Record:
    """The record of one letter: a path, a `Letter`, or its words as `text=`.

    Raises `SettingsError` or `FatalEndpointError` when nothing can be read at all. A letter that cannot be read is no
    exception: its record has `status` "failed" and says why.
    """
    if (source is None) == (text is None):
        raise TypeError("give a path or a Letter, or text=..., and not both")
    async with _parts(settings, changes) as parts:
        if text is not None:
            return await _read_text(text, parts)
        if isinstance(source, Letter):
            return await parts.pipeline.read(source)
        path = Path(str(source))
        return await parts.pipeline.read_file(LetterFile(path.stem, path))


async def _read_text(text: str, parts: _Parts) -> Record:
    started = time.monotonic()
    try:
        letter = letter_from_text(text, max_chars=parts.settings.max_chars)
    except LetterError as error:
        return parts.pipeline.failed("letter", "", error, started)
    return await parts.pipeline.read(letter)


async def aextract_many(
    sources: Iterable[Source] | str | Path, /, *, settings: Settings | None = None, **changes: Any
) -> AsyncGenerator[Record, None]:
    """Records of many letters as they are ready: files, folders, globs and `Letter`s. `concurrency` limits the requests.

    Letter ids are unique among the files of a list; of an iterator, which is only read as far as needed, each entry is looked
    up by itself. Of a long list the files are read in processes of their own, as many as pay; `workers=0` keeps to this one.
    """
    letters: Iterable[LetterFile | Letter]
    files = 0
    if isinstance(sources, str | Path | Sequence):
        letters = listed = _listed(sources)
        files = sum(isinstance(letter, LetterFile) for letter in listed)
    else:
        letters = _one_by_one(sources)
    async with _parts(settings, changes, files) as parts, aclosing(parts.pipeline.stream(letters)) as records:
        async for record in records:
            yield record


def extract(
    source: Source | None = None, /, *, text: str | None = None, settings: Settings | None = None, **changes: Any
) -> Record:
    """`aextract` for code without an event loop; works inside a running one too (a notebook)."""
    return _run(aextract(source, text=text, settings=settings, **changes))


def extract_many(
    sources: Iterable[Source] | str | Path, /, *, settings: Settings | None = None, **changes: Any
) -> Iterator[Record]:
    """`aextract_many` for code without an event loop. Letters under way go on while the caller works on a record.

    Leaving the loop early ends them.
    """
    with _LoopThread() as loop:
        records = aextract_many(sources, settings=settings, **changes)
        while (record := loop.result_of(_next(records))) is not None:
            yield record


async def _next(records: AsyncIterator[Record]) -> Record | None:
    return await anext(records, None)


class _LoopThread:
    """An event loop in a thread of its own; leaving it cancels what it still does and closes its streams."""

    def __init__(self) -> None:
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self._left: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._stay()), name="llm_extract", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        loop = self._loop.result()
        if self._left is not None:
            loop.call_soon_threadsafe(self._left.set)
        self._thread.join()

    def result_of(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop.result()).result()

    async def _stay(self) -> None:
        self._left = asyncio.Event()
        self._loop.set_result(asyncio.get_running_loop())
        await self._left.wait()


class _Parts(NamedTuple):
    pipeline: Pipeline
    settings: Settings


@asynccontextmanager
async def _parts(settings: Settings | None, changes: dict[str, Any], files: int = 0) -> AsyncIterator[_Parts]:
    """The parts for the given settings and so many files. `asker=` takes the endpoint's place, in tests."""
    asker = changes.pop("asker", None)
    given = settings.model_dump(exclude_unset=True) if settings else {}
    chosen = settings_of({**given, **changes})
    pipeline = await open_pipeline(chosen, asker=asker, workers=workers_of(chosen, files))
    try:
        yield _Parts(pipeline, chosen)
    finally:
        await pipeline.close()


def _listed(sources: Sequence[Source] | str | Path) -> list[LetterFile | Letter]:
    """Files and folders looked up together, then the letters, each in the given order."""
    sources = [sources] if isinstance(sources, str | Path) else sources
    named = [str(source) for source in sources if not isinstance(source, Letter)]
    return [*(find_letters(named) if named else ()), *(source for source in sources if isinstance(source, Letter))]


def _one_by_one(sources: Iterable[Source]) -> Iterator[LetterFile | Letter]:
    """In the given order; a name is looked up when its turn comes."""
    for source in sources:
        if isinstance(source, Letter):
            yield source
        else:
            yield from find_letters([str(source)])


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result; where an event loop runs already, from one in a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with _LoopThread() as loop:
        return loop.result_of(coroutine)
