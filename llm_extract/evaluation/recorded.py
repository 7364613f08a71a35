"""A model's recorded answers: an evaluation that replays them needs no model, no key and no network, and costs nothing twice.

One file a model, `answers/MODEL.jsonl.gz` beside the cases: a line an answer, sorted by the key that names all that shaped it
(`cache.answer_key`), so that a changed prompt asks for other keys and says which answers are missing. Failures are recorded
too, as what they were: an evaluation in which cut answers are asked again until they fit would flatter.

A line also says which engines of evaluations wanted its answer (`by`). Saving drops an answer that none of them wants any
more, and only where that is sure: each of them took part, none asked for it, and no letter or answer was missing.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import BaseModel, ConfigDict

from llm_extract.cache import Kept, answer_key, revived
from llm_extract.durable import write_whole, writing
from llm_extract.engine import Answer, Asker, Question, Usage
from llm_extract.errors import (
    AnswerError,
    EmptyAnswerError,
    EndpointError,
    InvalidAnswerError,
    LlmExtractError,
    RefusedAnswerError,
    RequestRejectedError,
    SettingsError,
    TruncatedAnswerError,
)

_FAILURES: dict[str, type[AnswerError]] = {
    error.code: error for error in (AnswerError, RefusedAnswerError, TruncatedAnswerError, EmptyAnswerError, InvalidAnswerError)
}


class RecordingsError(SettingsError):
    """The recorded answers cannot be used: the file is damaged, or answers are missing and may not be asked for."""

    code = "recordings"


class Failure(BaseModel):
    """An answer that could not be used, as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    message: str
    usage: Usage


_BY_DEFAULT: Final = ("hybrid", "model")
"""Who wants an answer of which nothing is said: the engines of an evaluation that ask, where none are named."""


class _Line(BaseModel):
    """One recorded answer, usable or not, and the names of the engines that wanted it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    prompt: str
    kept: Kept | None = None
    failure: Failure | None = None
    by: tuple[str, ...] = _BY_DEFAULT

    def as_json(self) -> str:
        """Without what is as it mostly is."""
        return self.model_dump_json(exclude_none=True, exclude={"by"} if self.by == _BY_DEFAULT else None)


class Recordings:
    """The recorded answers of one model. `missing` counts by prompt what was looked for and not there.

    `reader` is the name of the engine that asks now.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reader = ""
        self._lines = _read(path)
        self._asked: defaultdict[str, set[str]] = defaultdict(set)
        self._took_part: set[str] = set()
        self.missing: Counter[str] = Counter()

    def read_by(self, name: str) -> None:
        """An engine of the evaluation is about to ask."""
        self.reader = name
        self._took_part.add(name)

    def get(self, key: str) -> _Line | None:
        """The recorded answer of a key."""
        self._asked[key].add(self.reader)
        return self._lines.get(key)

    def add(self, key: str, prompt: str, kept: Kept | None = None, failure: Failure | None = None) -> None:
        """Take up an answer; `save` writes it."""
        before = self._lines.get(key)
        by = before.by if before else (self.reader,)
        self._lines[key] = _Line(key=key, prompt=prompt, kept=kept, failure=failure, by=by)

    def save(self, *, whole: bool = True) -> None:
        """Write the answers that some engine wants. `whole` false: not all letters were read, and all answers stay."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        sure = whole and not self.missing
        lines = (self._lines[key].model_copy(update={"by": self._wanted_by(key, sure=sure)}) for key in sorted(self._lines))
        text = "".join(f"{line.as_json()}\n" for line in lines if line.by)
        with writing(self.path):
            write_whole(self.path, [_packed(text.encode())])

    def _wanted_by(self, key: str, *, sure: bool) -> tuple[str, ...]:
        """The engines that asked for an answer now, and those that did in an earlier evaluation and may do again."""
        before = set(self._lines[key].by)
        return tuple(sorted(self._asked.get(key, set()) | (before - self._took_part if sure else before)))

    def refuse_gaps(self, how: str) -> None:
        """Raise `RecordingsError` where answers were missing, with `how` to get them."""
        if self.missing:
            named = ", ".join(f"{n} of {prompt}" for prompt, n in sorted(self.missing.items()))
            raise RecordingsError(f"{self.missing.total()} answers are not in {self.path} ({named}): {how}.")

    def __len__(self) -> int:
        return len(self._lines)

    def __bool__(self) -> bool:
        return True  # an empty file of recordings is still one


def _packed(data: bytes) -> bytes:
    """Without a time stamp and on every system alike: equal answers are equal bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        file.write(data)
    return packed.getvalue()


def _read(path: Path) -> dict[str, _Line]:
    if not path.exists():
        return {}
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines = [_Line.model_validate(json.loads(line)) for line in io.StringIO(file.read())]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise RecordingsError(
            f"The recorded answers in {path} are damaged ({type(error).__name__}): delete the file and record anew."
        ) from None
    return {line.key: line for line in lines}


class MissingAnswerError(AnswerError):
    """No answer is recorded for a question and none may be asked for."""

    code = "answer_missing"


OpenAsker = Callable[[], Awaitable[Asker]]


class Store(Protocol):
    """Where answers are looked up that no recording has: the answer cache."""

    def get(self, key: str) -> Kept | None:
        """The answer with the usage that it had when it was asked for."""
        ...

    def close(self) -> None:
        """Give back its files."""
        ...


class RecordedAsker:
    """An asker that answers from recordings, with the usage that each answer had when it was asked for.

    What is not recorded is looked up in `store` (those answers have their first usage too), then asked of another asker; both
    are taken up by the recordings. `open_inner` is called with the first question that needs it; without it the gap is counted
    and `MissingAnswerError` raised. An answer that got lost on its way is a gap too: it says nothing of the model.
    """

    def __init__(
        self,
        recordings: Recordings,
        *,
        model: str,
        endpoint_kind: str,
        sampling: Mapping[str, Any],
        open_inner: OpenAsker | None = None,
        store: Store | None = None,
    ) -> None:
        self._recordings = recordings
        self._model = model
        self._endpoint_kind = endpoint_kind
        self._sampling = dict(sampling)
        self._open_inner = open_inner
        self._opening = asyncio.Lock()
        self._inner: Asker | None = None
        self._store = store
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ask(self, question: Question) -> Answer:
        """The recorded answer, or the error that was recorded in its place."""
        key = answer_key(question, model=self._model, endpoint_kind=self._endpoint_kind, sampling=self._sampling)
        # Who asks the same at the same time waits for the recording: the cache would tell it that the answer cost nothing.
        async with self._one_at_a_time[key]:
            line = self._recordings.get(key) or self._taken_up(key, question)
            if line is not None and (answer := _revived(line, question)):
                return answer
            if self._open_inner is None:
                self._recordings.missing[question.prompt] += 1
                raise MissingAnswerError("No answer is recorded for this question.")
            return await self._asked(await self._opened(self._open_inner), key, question)

    def _taken_up(self, key: str, question: Question) -> _Line | None:
        kept = self._store.get(key) if self._store else None
        if kept is None:
            return None
        self._recordings.add(key, question.prompt, kept)
        return self._recordings.get(key)

    async def _opened(self, open_inner: OpenAsker) -> Asker:
        async with self._opening:
            if self._inner is None:
                self._inner = await open_inner()
        return self._inner

    async def _asked(self, inner: Asker, key: str, question: Question) -> Answer:
        try:
            answer = await inner.ask(question)
        except (AnswerError, RequestRejectedError) as error:
            usage = getattr(error, "usage", None) or Usage(attempts=1)
            self._recordings.add(key, question.prompt, failure=Failure(code=error.code, message=str(error), usage=usage))
            raise
        except EndpointError:
            self._recordings.missing[question.prompt] += 1
            raise
        self._recordings.add(key, question.prompt, Kept.of(answer))
        return answer

    async def close(self) -> None:
        """Close the inner asker and the store."""
        if self._inner is not None:
            await self._inner.close()
        if self._store is not None:
            self._store.close()


def _revived(line: _Line, question: Question) -> Answer | None:
    """The answer with the usage that it had, if it passes today's checks. Raises the recorded failure."""
    if line.failure is not None:
        raise _raised(line.failure)
    return None if line.kept is None else revived(line.kept, question, line.kept.usage)


def _raised(failure: Failure) -> LlmExtractError:
    if failure.code == RequestRejectedError.code:
        return RequestRejectedError(failure.message)
    return _FAILURES.get(failure.code, AnswerError)(failure.message, usage=failure.usage)
