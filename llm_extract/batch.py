"""Batches as files: request lines, result lines, and the book of jobs in a run's folder.

A request line's `custom_id` is the content key of its answer (`cache.answer_key`: 64 hexadecimal digits, as many as OpenAI
allows). Whatever the order of the answers, however often one comes and whoever computed it: its key says which question it
answers, and an answer with a key that nobody asks for is never looked up.

    DIR/batch.json                    the book: jobs, what is reserved and what was spent on them; replaced as a whole
    DIR/batch/0001.requests.jsonl     until the job is over
    DIR/batch/0001.output.jsonl       what came back, kept: the answer cache is disposable, these have been paid for
    DIR/batch/0001.errors.jsonl

A job is written down with a tag of its own before it is created, and the tag goes with it: a start that was killed between
the endpoint's creating and our writing finds its job in the endpoint's list by the tag instead of creating a second one.

Nothing here speaks HTTP (`batch_jobs`), and nothing knows letters (`batching`).
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from llm_extract.budget import Budget
from llm_extract.cache import HIT, AnswerCache, Kept, revived
from llm_extract.durable import beside, put_in_place, write_whole, writing
from llm_extract.engine import Answer, Question, Usage
from llm_extract.errors import (
    AnswerError,
    EmptyAnswerError,
    EndpointError,
    FatalEndpointError,
    InvalidAnswerError,
    LlmExtractError,
    RequestRejectedError,
    SettingsError,
    TransientEndpointError,
)

BOOK, FOLDER = "batch.json", "batch"
LOST: Final = "lost"
"""How a job ended whose batch, or whose answers, the endpoint does not have any more."""

CHAT: Final = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold: OpenAI's limits."""

    lines: int = 50_000
    bytes: int = 200_000_000


# --- request lines -----------------------------------------------------------------------------------------------------


def request_line(key: str, body: Any) -> bytes:
    """One request. The key stands first, where `keys_in` finds it without parsing the rest."""
    line = {"custom_id": key, "method": "POST", "url": CHAT, "body": body}
    return json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"


_KEY = re.compile(rb'\{"custom_id":"([0-9a-f]{64})"')


def keys_in(path: Path) -> Iterator[str]:
    """The keys of a file of request lines."""
    with path.open("rb") as lines:
        for line in lines:
            if found := _KEY.match(line):
                yield found[1].decode("ascii")


class Part(NamedTuple):
    """A whole file of requests. `most` in picodollars: what they can cost."""

    path: Path
    lines: int
    most: int


class PartWriter:
    """Writes request lines to files within the limits, none of them empty. `path_of(n)` names the n-th, from 1 on.

    `most` in picodollars is what the file under way can cost. Raises `SettingsError` for a disk that takes no more.
    """

    def __init__(self, path_of: Callable[[int], Path], limits: Limits) -> None:
        self._path_of = path_of
        self._limits = limits
        self._count = 0
        self._file: BinaryIO | None = None
        self._path = Path()
        self._lines = self._bytes = 0
        self.most = 0

    def is_full_for(self, line: bytes) -> bool:
        """Whether the file under way has to end before this line. A line that is too long for any file gets one of its own."""
        full = self._lines >= self._limits.lines or self._bytes + len(line) > self._limits.bytes
        return full and self._lines > 0

    def add(self, line: bytes, most: int = 0) -> None:
        """Write a line to the file under way, or to a new one."""
        if self._file is None:
            self._count += 1
            self._path = self._path_of(self._count)
            with writing(self._path):
                self._file = beside(self._path).open("wb")
        with writing(self._path):
            self._file.write(line)
        self._lines, self._bytes, self.most = self._lines + 1, self._bytes + len(line), self.most + most

    def end(self) -> Part | None:
        """Bring the file under way to the disk under its name; None where there is none."""
        if self._file is None:
            return None
        with writing(self._path):
            self._file.close()
            put_in_place(beside(self._path), self._path)
        part = Part(self._path, self._lines, self.most)
        self._file, self._lines, self._bytes, self.most = None, 0, 0, 0
        return part

    def drop(self) -> None:
        """Close the file under way and leave it under no name."""
        if self._file is not None:
            with suppress(OSError):  # a full disk, which was said before
                self._file.close()
            beside(self._path).unlink(missing_ok=True)
            self._file = None


def halves(path: Path, lines: int, into: Sequence[Path]) -> tuple[int, int]:
    """Write a file of so many lines as two; how many lines each has."""
    whole = path.read_bytes().splitlines(keepends=True)
    middle = (lines + 1) // 2
    for part, some in zip(into, (whole[:middle], whole[middle:]), strict=True):
        with writing(part):
            write_whole(part, some)
    return middle, len(whole) - middle


# --- result lines ------------------------------------------------------------------------------------------------------

Judge = Callable[[int, Any], Answer]
"""`ModelClient.delivered`: status and body of a reply to an answer whose `value` is not parsed, or an error."""


class Result(NamedTuple):
    """What became of one request: an answer to keep, or why there is none."""

    key: str
    kept: Kept | None
    error: LlmExtractError | None = None

    @property
    def usage(self) -> Usage:
        """What is billed for it."""
        if self.kept is not None:
            return self.kept.usage
        return Usage() if self.error is None else _bill(self.error)

    @property
    def final(self) -> bool:
        """Whether asking the same again would bring the same: the letter's own trouble, not the endpoint's."""
        return self.kept is not None or isinstance(self.error, AnswerError | RequestRejectedError)


class Results:
    """The result lines of some files, each key once. `torn` counts lines that are none, `strange` keys that are none of ours."""

    def __init__(self, paths: Iterable[Path], judge: Judge) -> None:
        self._paths = [path for path in paths if path.exists()]
        self._judge = judge
        self.torn = self.strange = 0

    def __iter__(self) -> Iterator[Result]:
        """One result a key: a good one where there is one, else the first that is final, else the first."""
        late: dict[str, Result] = {}
        good: set[str] = set()
        for result in self._each():
            if result.kept is not None and result.key not in good:
                good.add(result.key)
                yield result
            elif result.kept is None and (result.key not in late or (result.final and not late[result.key].final)):
                late[result.key] = result
        yield from (result for key, result in late.items() if key not in good)

    def _each(self) -> Iterator[Result]:
        for line in (line for path in self._paths for line in _lines(path)):
            parsed = _parsed(line)
            if parsed is None:
                self.torn += 1
            elif not _OUR_KEY.fullmatch(str(parsed.get("custom_id"))):
                self.strange += 1
            else:
                yield _judged(parsed, self._judge)


_OUR_KEY = re.compile(r"[0-9a-f]{64}")


def whole_lines(path: Path) -> tuple[int, bool]:
    """How many result lines a file holds, and whether all of its lines are some."""
    found = [_parsed(line) is not None for line in _lines(path)]
    return sum(found), all(found)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from (line for line in lines if line.strip())


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        parsed = from_json(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _judged(line: dict[str, Any], judge: Judge) -> Result:
    key, response = line["custom_id"], line.get("response")
    if not isinstance(response, dict):
        return Result(key, None, TransientEndpointError(_unanswered(line.get("error"))))
    try:
        return Result(key, Kept.of(judge(int(response.get("status_code") or 200), response.get("body"))))
    except (AnswerError, EndpointError) as error:
        error.__traceback__ = error.__context__ = None
        return Result(key, None, error)


def _unanswered(error: Any) -> str:
    """Codes only: a message may quote the request."""
    code = str(error.get("code")) if isinstance(error, dict) else ""
    said = f" ({code})" if re.fullmatch(r"[a-z][a-z0-9_]{2,50}", code) else ""
    return f"The batch ended without an answer to this question{said}."


# --- what batches have answered ----------------------------------------------------------------------------------------


@dataclass
class Outcomes:
    """What the batches of a run have brought so far.

    `unbilled` are the keys of answers that no record has paid for yet, `failed` questions without a usable answer that are not
    asked again, `tries` how often a question came back unanswered, `fatal` an error that holds for all to come.
    """

    unbilled: set[str] = field(default_factory=set)
    failed: dict[str, LlmExtractError] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    fatal: FatalEndpointError | None = None

    def add(self, result: Result) -> None:
        """Take up one result."""
        if result.kept is not None:
            self.unbilled.add(result.key)
            self.failed.pop(result.key, None)
        elif result.final and result.error is not None:
            self.failed[result.key] = result.error
        else:
            self.tries[result.key] += 1
            self.fatal = result.error if isinstance(result.error, FatalEndpointError) else self.fatal

    def once_more(self, keys: Iterable[str], tries: int) -> None:
        """Leave one try of so many to these questions, or none where they had no more."""
        for key in keys:
            self.tries[key] = max(self.tries[key], tries - 1)

    def ask_again(self, keys: Iterable[str] | None) -> None:
        """Forget what came of these questions, None: of all without a usable answer, so that they are asked once more.

        An answer that does not fit its schema looks usable until its question is known: its bill is forgotten with it.
        """
        if keys is None:
            self.failed.clear()
            self.unbilled.clear()
            return
        for key in keys:
            self.failed.pop(key, None)
            self.unbilled.discard(key)


def again(error: LlmExtractError) -> LlmExtractError:
    """A new error of the same kind, to be raised once more: the kept one would grow with every raising."""
    if isinstance(error, AnswerError):
        return type(error)(str(error), usage=error.usage)
    return type(error)(str(error))


_OTHERWISE = "The question has no answer yet."
_MISFITS = "The batch's answer does not fit the response schema, also after one re-ask: another model may do better."


def corrected(question: Question, misfit: str) -> Question:
    """The question that follows an answer that does not fit: the same, then the answer, then what is wrong with it.

    Whoever computes it from the same answer gets the same key, so that no file has to say what belongs together. Raises
    `ValueError` for an answer that fits.
    """
    user = (
        f"{question.user}\n\nYou answered {misfit}\nThat does not fit:\n{_wrong_with(misfit, question)}\n"
        "Answer again, with one JSON object that fits the schema."
    )
    return replace(question, user=user)


def _wrong_with(misfit: str, question: Question) -> str:
    """A line for each fault, without the answer's words, which stand above them."""
    try:
        question.answer.model_validate_json(misfit)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        return "\n".join(f"- {'/'.join(map(str, fault['loc'])) or 'the answer'}: {fault['msg']}" for fault in faults)
    raise ValueError("the answer fits: there is nothing to correct")


def _bill(error: LlmExtractError) -> Usage:
    return getattr(error, "usage", None) or Usage()


class FromBatches:
    """An `Asker` that answers from the cache, and takes down in `heard` what nobody has answered. It asks nobody.

    `begin` before each letter, `settle` when its record stands: an answer costs what it cost in the batch in one record, and
    nothing in every other.
    """

    def __init__(self, store: AnswerCache, key_of: Callable[[Question], str], outcomes: Outcomes) -> None:
        self._store = store
        self._key_of = key_of
        self._outcomes = outcomes
        self._used: set[str] = set()
        self.heard: dict[str, Question] = {}

    def begin(self) -> None:
        """Forget the letter before."""
        self.heard.clear()
        self._used.clear()

    def settle(self) -> None:
        """The letter's record stands, and its answers are paid for in it."""
        self._outcomes.unbilled -= self._used

    async def ask(self, question: Question) -> Answer:
        """The answer, or the error that came in its place; `EmptyAnswerError` where neither has come.

        Of an answer that does not fit its schema the question is asked once more, with what is wrong, as live runs do.
        """
        key = self._key_of(question)
        kept = self._store.get(key)
        answer = revived(kept, question, self._cost(key, kept))
        if answer is not None:
            self._used.add(key)
            return answer
        if key in self._outcomes.failed:
            raise again(self._outcomes.failed[key])
        if kept is not None and key in self._outcomes.unbilled:
            return await self._corrected(key, kept, question)
        self.heard[key] = question
        raise EmptyAnswerError(_OTHERWISE)

    async def _corrected(self, key: str, misfit: Kept, question: Question) -> Answer:
        """What came of the second question. It takes the misfit's place under the first one's key, with what both cost."""
        second = corrected(question, misfit.raw)
        other = self._key_of(second)
        kept, error = self._store.get(other), self._outcomes.failed.get(other)
        fits = revived(kept, second) is not None
        if not fits and error is None and (kept is None or other not in self._outcomes.unbilled):
            self.heard[other] = second
            raise EmptyAnswerError(_OTHERWISE)
        usage = replace(self._cost(key, misfit) + (_bill(error) if error else self._cost(other, kept)), answers=1)
        if kept is not None and fits:
            both = kept.model_copy(update={"usage": usage, "re_asked": True})
            await self._store.keep(key, both)
            if (answer := revived(both, question, usage)) is not None:
                self._used |= {key, other}
                return answer
        self._outcomes.failed[key] = InvalidAnswerError(_MISFITS, usage=usage)
        raise again(self._outcomes.failed[key])

    def _cost(self, key: str, kept: Kept | None) -> Usage:
        """What an answer costs a record: what it cost in the batch where none has paid for it yet."""
        fresh = key in self._outcomes.unbilled and key not in self._used
        return kept.usage if kept is not None and fresh else HIT

    async def close(self) -> None:
        """Close the store."""
        self._store.close()


# --- the book ----------------------------------------------------------------------------------------------------------


class Job(BaseModel):
    """One file and its batch. `most` and `cost` in picodollars; `ended` is the batch's last status, `imported`, or `lost`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    tag: str
    lines: int
    most: int
    file_id: str | None = None
    batch_id: str | None = None
    created: float = 0.0
    ended: str | None = None
    answered: int = 0
    cost: int = 0


class _Pages(BaseModel):
    """The book as it stands in its file. `live` in picodollars: the question that was asked to try the endpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    left_out: tuple[str, ...] = ()
    tried: bool = False
    live: int = 0
    jobs: tuple[Job, ...] = ()


class Book:
    """The jobs of one run's folder. Every change is on the disk before it returns.

    With `fresh` jobs that are over are forgotten, as records are; those under way are not: they are paid for. Raises
    `SettingsError` for a book that cannot be read or written.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.path = folder / BOOK
        self.folder = folder / FOLDER
        self._pages = _read(self.path)
        if fresh and self._pages.jobs:
            gone = [job for job in self._pages.jobs if job.ended is not None]
            self._write(_Pages(jobs=self.open))
            for path in (path for job in gone for path in self.answers_of(job)):
                path.unlink(missing_ok=True)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs in the order of their numbers."""
        return self._pages.jobs

    @property
    def open(self) -> tuple[Job, ...]:
        """Jobs that are not over."""
        return tuple(job for job in self._pages.jobs if job.ended is None)

    @property
    def spent(self) -> int:
        """Picodollars spent on jobs that are over, and on trying the endpoint."""
        return self._pages.live + sum(job.cost for job in self._pages.jobs)

    @property
    def tried(self) -> bool:
        """Whether the endpoint has been tried."""
        return self._pages.tried

    @property
    def left_out(self) -> tuple[str, ...]:
        """Parameters that the endpoint does not support."""
        return self._pages.left_out

    def try_over(self, left_out: Iterable[str], live: int) -> None:
        """The endpoint has been tried: what it does not support, what that cost."""
        self._write(self._pages.model_copy(update={"tried": True, "left_out": tuple(left_out), "live": self._pages.live + live}))

    def next_number(self) -> int:
        """A number that no job has, nor any above it."""
        return max((job.number for job in self.jobs), default=0) + 1

    def put(self, *jobs: Job, instead_of: int | None = None) -> None:
        """Write jobs down, each in the place of the one with its number; `instead_of` names one that is no more."""
        gone = {job.number for job in jobs} | ({instead_of} if instead_of is not None else set())
        kept = [job for job in self.jobs if job.number not in gone]
        ordered = sorted((*kept, *jobs), key=lambda job: job.number)
        self._write(self._pages.model_copy(update={"jobs": tuple(ordered)}))

    def requests_of(self, number: int) -> Path:
        """The file of a job's requests."""
        return self.folder / f"{number:04}.requests.jsonl"

    def answers_of(self, job: Job) -> tuple[Path, Path]:
        """The files of what came back: answers and errors."""
        return self.folder / f"{job.number:04}.output.jsonl", self.folder / f"{job.number:04}.errors.jsonl"

    def forget(self, job: Job) -> None:
        """Take a job out of the book, and its files away."""
        self.put(instead_of=job.number)
        for path in (*self.answers_of(job), self.requests_of(job.number)):
            path.unlink(missing_ok=True)

    def make_folder(self) -> None:
        """For its owner only: requests quote letters."""
        with writing(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take_in(self, path: Path, tag: str) -> Job:
        """A copy of another runner's answers, as a job that has not been counted yet."""
        job = Job(number=self.next_number(), tag=tag, lines=0, most=0)
        self.make_folder()
        target = self.answers_of(job)[0]
        with writing(target):
            shutil.copyfile(path, beside(target))
            put_in_place(beside(target), target)
        return job

    def _write(self, pages: _Pages) -> None:
        with writing(self.path):
            write_whole(self.path, [(pages.model_dump_json(indent=1) + "\n").encode()])
        self._pages = pages


def count_batches(budget: Budget, folder: Path, *, live: int, in_batches: bool, fresh: bool = False) -> None:
    """Count the folder's batches into a run's budget; `live` in picodollars is what the run's own log says.

    A batch that is under way keeps its reservation in a run by batches, which sees it end; in any other it counts as spent. With
    `fresh` what is over is forgotten.
    """
    book = Book(folder)
    if not fresh:
        budget.spent = max(budget.spent, live + book.spent)
        budget.unsure += sum(job.cost for job in book.jobs if job.ended == LOST)
    for job in book.open:
        if in_batches:
            budget.reserved[reservation_of(job)] = job.most
        else:
            budget.spent += job.most
            budget.unsure += job.most


def reservation_of(job: Job) -> int:
    """The number of a job's reservation: below those of requests. It stands in the book, not in the log of requests."""
    return -job.number


def _read(path: Path) -> _Pages:
    try:
        return _Pages.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _Pages()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): mend it, or give another --out.") from error
    except ValidationError:
        message = f"{path} is no book of batches of this version: move it away, and look for its batches at the endpoint."
        raise SettingsError(message) from None
