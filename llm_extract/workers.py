"""Letters read in processes of their own, so that many cores read and the sockets never wait for the rules.

    run ─ Pipeline.stream ─ Workers.read ══ letter, answers ══> worker: a Pipeline like any other (`worker`)
                                 │       <═ questions, record ══
                                 └─ Asker: cache, admission, the endpoint

A worker opens a file, reads it by the rules, and lays both readings together, proves, checks and builds the record. What it asks
a model goes to this process, the only one that has connections, money and a cache: limits hold over all workers, and no answer is
paid twice. What comes back is the record's line.

Not `multiprocessing`, nor its pools: their children run the user's script again, wait for ever when the parent is killed, and one
that crashes breaks the pool for all. Here a worker ends with its pipe, whatever becomes of the parent. When one crashes, the
letters that it held are read again, each alone in a process of its own and without paying for an answer again: the one that
crashes there too is the one that does it, and it alone fails.
"""

from __future__ import annotations

import asyncio
import itertools
import pickle
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from llm_extract.engine import Answer, Asker, Question, Usage
from llm_extract.errors import AnswerError, EndpointError, FatalEndpointError, SettingsError, WorkerDiedError
from llm_extract.letters import LetterFile
from llm_extract.lines import RecordLine
from llm_extract.settings import Settings

LENGTH = struct.Struct("<I")
"""Before each message its length in bytes. Messages are pickled: both ends are this program, and nobody else has the pipe."""

_OWN_GROUP: Any = {} if sys.platform == "win32" else {"process_group": 0}
"""Ctrl-C at the terminal drains the run, and must not end a worker that is starting; later it listens to none."""

QUEUED = 2
"""Letters that wait in each worker before another one is started."""


# --- what is said over the pipe --------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A question on its way to the endpoint's process. `answer` names the response schema, `fields` the part of it asked for."""

    prompt: str
    system: str
    user: str
    answer: str
    fields: tuple[str, ...] | None
    max_output_tokens: int

    @classmethod
    def of(cls, question: Question) -> Asked:
        """Raises `TypeError` for a question that only its own process can ask: one with a schema of its own."""
        name, fields = question.answer.__name__, None
        if _schemas().get(name) is not question.answer:
            name, fields = name.removesuffix("Again"), tuple(question.answer.model_fields)
        asked = cls(question.prompt, question.system, question.user, name, fields, question.max_output_tokens)
        if asked._schema() is not question.answer:
            raise TypeError(f"the question {question.prompt} cannot be asked from another process")
        return asked

    def question(self) -> Question:
        """The question again."""
        schema = self._schema()
        if schema is None:
            raise TypeError(f"no question of ours is answered with {self.answer}")
        return Question(self.prompt, self.system, self.user, schema, self.max_output_tokens)

    def _schema(self) -> type[BaseModel] | None:
        from llm_extract.questions import part_of

        whole = _schemas().get(self.answer)
        return whole if self.fields is None or whole is None else part_of(whole, self.fields)


@cache
def _schemas() -> dict[str, Any]:
    from llm_extract.questions import KINDS

    return {answer.__name__: answer for answer, _ in KINDS.values()}


class Told(NamedTuple):
    """An answer on its way to a worker, which parses it again."""

    raw: str
    usage: Usage
    model: str
    finish_reason: str
    re_asked: bool

    @classmethod
    def of(cls, answer: Answer) -> Told:
        """All of an answer but its value."""
        return cls(answer.raw, answer.usage, answer.model, answer.finish_reason, answer.re_asked)

    def answer(self, question: Question) -> Answer:
        """The answer again."""
        return Answer(question.answer.model_validate_json(self.raw, strict=False), *self)


def packed(*message: Any) -> bytes:
    """A message with its length before it."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


def command() -> list[str]:
    """What starts a worker. `-P` keeps the working folder off its module path; this package's own folder stands at the end."""
    code = "import sys; sys.path.append(sys.argv[1]); from llm_extract.worker import main; main()"
    return [sys.executable, "-P", "-c", code, str(Path(__file__).resolve().parent.parent)]


# --- one worker ------------------------------------------------------------------------------------------------------


class _DiedError(Exception):
    """A worker is gone, with all letters that it held."""


@dataclass
class _Job:
    """One letter under way. `asked` keeps its answers, which a second worker needs after the first one's death."""

    file: LetterFile
    inbox: asyncio.Queue[tuple[Any, ...] | BaseException] = field(default_factory=asyncio.Queue)
    asked: dict[Asked, asyncio.Task[Answer]] = field(default_factory=dict)
    replies: set[asyncio.Task[None]] = field(default_factory=set)

    async def end(self) -> None:
        """Call off what is still asked."""
        tasks = [*self.asked.values(), *self.replies]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Worker:
    """A worker process and the letters in it. `unheard` are those of which it has said nothing yet: they wait for their turn."""

    def __init__(self, process: asyncio.subprocess.Process, settings: Settings) -> None:
        self.jobs: dict[int, _Job] = {}
        self.unheard: set[int] = set()
        self.ready = False
        self.alive = True
        self._process = process
        self._numbers = itertools.count()
        self.send(settings)
        self._listening = asyncio.ensure_future(self._listen())

    def take(self, job: _Job) -> int:
        """Give it a letter; the number by which both ends name it."""
        number = next(self._numbers)
        self.jobs[number] = job
        self.unheard.add(number)
        self.send("letter", number, job.file)
        return number

    def drop(self, number: int) -> None:
        """The letter is done, or nobody wants its record any more."""
        if self.jobs.pop(number, None) is not None:
            self.send("drop", number)
        self.unheard.discard(number)

    def send(self, *message: Any) -> None:
        """A message to the process; to a dead one it is lost."""
        if self.alive and self._process.stdin is not None:
            self._process.stdin.write(packed(*message))

    async def stop(self) -> None:
        """End the process and wait until it is gone."""
        self.alive = False
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._listening
        await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def _listen(self) -> None:
        stream = self._process.stdout
        try:
            while stream is not None:
                size = LENGTH.unpack(await stream.readexactly(LENGTH.size))[0]
                self._hear(*pickle.loads(await stream.readexactly(size)))  # noqa: S301 - of our own process
        except (asyncio.IncompleteReadError, ConnectionError):
            self._died()

    def _hear(self, kind: str, *rest: Any) -> None:
        if kind == "ready":
            self.ready = True
            return
        number = rest[0]
        self.unheard.discard(number)
        if number in self.jobs:
            self.jobs[number].inbox.put_nowait((kind, *rest[1:]))

    def _died(self) -> None:
        self.alive = False
        never = SettingsError("The processes that read letters do not start: use --workers 0, and please report this.")
        for job in self.jobs.values():
            job.inbox.put_nowait(_DiedError() if self.ready else never)


# --- all of them -----------------------------------------------------------------------------------------------------


class Workers:
    """Reads letter files in `most` processes at most. For one event loop.

    `asker` answers the workers' questions; None where the engine asks none, and until it is there: workers take a second
    to be ready, so that they may `begin` before.
    """

    def __init__(self, settings: Settings, most: int) -> None:
        # The key stays here: a worker asks nobody but this process.
        self._settings = settings.model_copy(update={"api_key": None, "workers": 0})
        self.asker: Asker | None = None
        self._most = most
        self._workers: list[_Worker] = []
        self._alone = asyncio.Lock()
        self._starting = asyncio.Lock()
        self._beginning: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """Start them, all at once. Without this they are started as they are needed."""
        self._beginning = asyncio.ensure_future(self._begin())

    async def read(self, file: LetterFile) -> RecordLine:
        """The record of a file, as its line.

        Raises `WorkerDiedError` for a letter that its reader does not survive, `SettingsError` where no worker starts, and what
        the asker raises that is true of every letter.
        """
        job = _Job(file)
        try:
            with suppress(_DiedError):
                return await self._read(job, await self._free())
            return await self._read_alone(job)
        finally:
            await job.end()

    async def close(self) -> None:
        """Stop all processes."""
        if self._beginning is not None:
            await self._beginning
        await asyncio.gather(*(worker.stop() for worker in self._workers))
        self._workers.clear()

    # -- inside --

    async def _free(self) -> _Worker:
        """The worker that is soonest done with what it has, or a new one."""
        if self._beginning is not None:
            await asyncio.shield(self._beginning)  # a letter that is called off must not call off the start for the others
        best = min(self._living, key=_backlog, default=None)
        if best is not None and (_backlog(best) < (QUEUED, 0) or not self._may_start):
            return best
        async with self._starting:
            if self._may_start:
                self._workers.append(await self._started())
        return min(self._living, key=_backlog)

    async def _begin(self) -> None:
        with suppress(OSError):  # no room for another process: the first letter says so, if there is none at all
            for _ in range(self._most):  # and no more, also where each dies at once
                self._workers.append(await self._started())

    @property
    def _living(self) -> list[_Worker]:
        self._workers[:] = (worker for worker in self._workers if worker.alive)
        return self._workers

    @property
    def _may_start(self) -> bool:
        return len(self._living) < self._most

    async def _started(self) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            *command(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 20,
            **_OWN_GROUP,
        )
        return _Worker(process, self._settings)

    async def _read_alone(self, job: _Job) -> RecordLine:
        """Once more, with nobody beside it whom it could take along."""
        async with self._alone:
            worker = await self._started()
            try:
                return await self._read(job, worker)
            except _DiedError:
                raise WorkerDiedError(
                    f"The process that read {job.file.path.name} crashed, twice: look at the file, and please report this."
                ) from None
            finally:
                await worker.stop()

    async def _read(self, job: _Job, worker: _Worker) -> RecordLine:
        job.inbox = asyncio.Queue()
        number = worker.take(job)
        try:
            while True:
                message = await job.inbox.get()
                if isinstance(message, BaseException):
                    raise message
                kind, *rest = message
                if kind == "record":
                    worker.jobs.pop(number, None)
                    line: RecordLine = rest[0]
                    return line
                if kind == "error":
                    raise rest[0]
                reply = asyncio.ensure_future(self._reply(job, worker, *rest))
                job.replies.add(reply)
                reply.add_done_callback(job.replies.discard)
        finally:
            worker.drop(number)

    async def _reply(self, job: _Job, worker: _Worker, ticket: int, asked: Asked) -> None:
        """Answer a worker's question, also with an error that its reader can bear; any other ends the reading."""
        try:
            told: Told | Exception = Told.of(await self._answer(job, asked))
        except FatalEndpointError as error:
            job.inbox.put_nowait(error)
            return
        except (EndpointError, AnswerError) as error:
            told = error
        except Exception as error:
            job.inbox.put_nowait(error)
            return
        worker.send("answer", ticket, told)

    async def _answer(self, job: _Job, asked: Asked) -> Answer:
        if self.asker is None:
            raise TypeError("an engine without a model asked one")
        if asked not in job.asked:
            job.asked[asked] = asyncio.ensure_future(self.asker.ask(asked.question()))
        return await asyncio.shield(job.asked[asked])


def _backlog(worker: _Worker) -> tuple[int, int]:
    return len(worker.unheard), len(worker.jobs)
