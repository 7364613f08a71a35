"""The jobs of one run on their way: submitted, waited for, taken in. Nothing here knows letters.

A job's money is reserved in the run's budget and written in the book before anything is sent; when the job is over, what its
answers cost takes the reservation's place. Both stand in one file with the job's state, so that no crash can part them.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from llm_extract.batch import LOST, Book, Job, Limits, Outcomes, Part, Results, halves, keys_in, reservation_of
from llm_extract.batch_jobs import BatchApi, Seen, failed_for, progress_of
from llm_extract.budget import Budget
from llm_extract.cache import AnswerCache
from llm_extract.engine import Usage
from llm_extract.errors import EndpointError, FatalEndpointError, SettingsError, ThrottledError, TransientEndpointError
from llm_extract.model import ModelClient, Sleep

SMALLEST_HALF: Final = 1000
"""Requests below which a batch that finds no room in the endpoint's queue waits rather than being cut in two."""

_SLICE = 0.25
"""Seconds until a pause sees that it should end."""


@dataclass(frozen=True)
class BatchPlan:
    """How a run uses batches. `imports`: result files of another runner; with them nothing is submitted.

    `wait` false: submit, take what is over, and end. `retry`: ask again what brought no usable answer. `tries` a question;
    pauses in seconds between looks at the batches, `queue_pause` where the endpoint's queue has no room.
    """

    imports: tuple[Path, ...] = ()
    wait: bool = True
    retry: bool = False
    limits: Limits = field(default_factory=Limits)
    tries: int = 3
    first_pause: float = 2.0
    longest_pause: float = 60.0
    queue_pause: float = 600.0


class _Came(NamedTuple):
    """What the files of one job held."""

    keys: frozenset[str]
    answered: int
    usage: Usage
    torn: int
    strange: int


@dataclass
class Post:
    """The jobs of one run's folder. `outage` in seconds: how long the endpoint may be down while its batches are waited for.

    `say` is told sentences for people, `stopped` asked whether to go on. Methods raise `FatalEndpointError` and `SettingsError`.
    """

    book: Book
    client: ModelClient
    store: AnswerCache
    budget: Budget
    outcomes: Outcomes
    plan: BatchPlan
    outage: float
    say: Callable[[str], None]
    stopped: Callable[[], bool]
    sleep: Sleep = asyncio.sleep
    in_flight: set[str] = field(default_factory=set)
    cancelled: bool = False
    _waits: set[int] = field(default_factory=set)

    @property
    def _api(self) -> BatchApi:
        return BatchApi(self.client, sleep=self.sleep)

    # -- there --

    async def submit(self, part: Part | None) -> None:
        """Write a file's job down, reserve its money, create its batch."""
        if part is None:
            return
        job = Job(number=self.book.next_number(), tag=uuid.uuid4().hex, lines=part.lines, most=part.most)
        self.book.put(job)
        self.budget.reserved[reservation_of(job)] = job.most
        await self._create(job, doubtful=False)

    async def _create(self, job: Job, *, doubtful: bool) -> None:
        """`doubtful`: an earlier start may have created it and not have lived to write that down."""
        with _ending_the_run():
            if job.file_id is None:
                file_id = await self._api.upload(self._whole(job))
                job = job.model_copy(update={"file_id": file_id, "created": time.time()})
                self.book.put(job)
            seen = await self._api.create(job.file_id or "", job.tag, since=job.created, doubtful=doubtful)
        self.book.put(job.model_copy(update={"batch_id": seen.batch_id}))
        self.say(f"Batch {seen.batch_id}: {job.lines:,} requests submitted.")

    def _whole(self, job: Job) -> Path:
        path = self.book.requests_of(job.number)
        if not path.exists():
            message = f"{path} is gone before it was submitted: put it back, or move {self.book.path} away to begin anew."
            raise SettingsError(message)
        return path

    # -- waiting --

    async def wait(self, *, once: bool = False) -> bool:
        """Wait for the batches under way, or look `once`, and take in what they bring; whether something came."""
        news, pause, said, down_since = False, self.plan.first_pause, "", 0.0
        while self.book.open and not self.stopped():
            seen: dict[int, Seen] = {}
            try:
                seen = await self._look()
                down_since = 0.0
            except (ThrottledError, TransientEndpointError) as error:
                down_since = down_since or time.monotonic()
                if time.monotonic() - down_since > self.outage:
                    raise _ending(error) from None
            for number, one in seen.items():
                news |= await self._take_in(self._job(number), one)
            if self.outcomes.fatal is not None:
                raise FatalEndpointError(str(self.outcomes.fatal), status=self.outcomes.fatal.status)
            said = self._say_how([one for one in seen.values() if not one.over], said)
            if not self.book.open or not self.plan.wait or once:
                break
            no_room = bool(self._waits) and len(self._waits) == len(self.book.open)
            pause = min(pause * 1.5, self.plan.longest_pause)
            await self._pause(self.plan.queue_pause if no_room else pause)
            self._waits = set() if no_room else self._waits
        return news

    def _job(self, number: int) -> Job:
        return next(job for job in self.book.jobs if job.number == number)

    async def _look(self) -> dict[int, Seen]:
        """What the endpoint says of each job. One that has no batch yet gets it, unless it waits for room."""
        for job in self.book.open:
            if job.batch_id is None and job.number not in self._waits:
                await self._create(job, doubtful=job.file_id is not None)
        known = [(job, job.batch_id) for job in self.book.open if job.batch_id is not None]
        return {job.number: await self._api.see(batch_id, job.tag, job.created) for job, batch_id in known}

    def _say_how(self, under_way: list[Seen], said: str) -> str:
        sentence = progress_of(under_way) if under_way else ""
        if sentence and sentence != said:
            self.say(sentence)
        return sentence

    async def _pause(self, seconds: float) -> None:
        """Sleep, but not through a Ctrl-C."""
        while seconds > 0 and not self.stopped():
            await self.sleep(min(seconds, _SLICE))
            seconds -= _SLICE

    def _wait_for_room(self, job: Job) -> None:
        """A batch for which the endpoint's queue had no room: again when others are over, in halves where it is the only one."""
        others = any(one.batch_id is not None and one.number != job.number for one in self.book.open)
        new = {"file_id": None, "batch_id": None, "created": 0.0}
        if others or job.lines < 2 * SMALLEST_HALF:
            self.book.put(job.model_copy(update={**new, "tag": uuid.uuid4().hex}))
            self._waits.add(job.number)
            self.say("The endpoint's queue has no room for a batch: it is submitted again later.")
            return
        self._halve(job)
        self.say(f"The endpoint's queue has no room for {job.lines:,} requests at once: they are submitted in halves.")

    def _halve(self, job: Job) -> None:
        numbers = (self.book.next_number(), self.book.next_number() + 1)
        path = self.book.requests_of(job.number)
        sizes = halves(path, job.lines, [self.book.requests_of(number) for number in numbers])
        first = job.most * sizes[0] // job.lines
        parts = zip(numbers, sizes, (first, job.most - first), strict=True)
        both = [Job(number=n, tag=uuid.uuid4().hex, lines=lines, most=most) for n, lines, most in parts]
        self.book.put(*both, instead_of=job.number)
        self.budget.reserved.pop(reservation_of(job), None)
        self.budget.reserved.update({reservation_of(one): one.most for one in both})
        path.unlink(missing_ok=True)

    # -- back --

    async def take_up(self) -> None:
        """What earlier starts have brought, and what of theirs is under way."""
        for job in self.book.jobs:
            if job.ended is None:
                self.in_flight.update(self._keys(job))
                self.budget.reserved[reservation_of(job)] = job.most
            else:
                await self._taken(job, again=True)
        if not self.book.open:  # a new start is a new try of what was given up
            self.outcomes.tries.clear()
        self.outcomes.fatal = None
        self.outcomes.ask_again(None if self.plan.retry and not self.book.open else self.in_flight)

    async def take_file(self, path: Path) -> None:
        """The output file of another runner; once, however often it is given."""
        tag = await asyncio.to_thread(_digest, path)
        if any(job.tag == tag for job in self.book.jobs):
            return
        came = await self._close(self.book.take_in(path, tag), "imported")
        if not came.keys:
            self.book.forget(self.book.jobs[-1])
            raise SettingsError(f"{path} holds no answers to our requests: give the output file of a batch of --batch-export.")
        odd = [f", {came.torn:,} lines are no JSON"] if came.torn else []
        odd += [f", {came.strange:,} have no key of ours"] if came.strange else []
        self.say(f"{path}: {came.answered:,} of {len(came.keys):,} requests answered{''.join(odd)}.")

    async def _take_in(self, job: Job, seen: Seen) -> bool:
        """Take in a batch that is over; false for one that is not, or that has to wait for room."""
        if not seen.over:
            return False
        if seen.queue_full:
            self._wait_for_room(job)
            return False
        came = await self._close(job, seen.status if await self._fetched(job, seen) else LOST)
        self._waits.clear()
        if seen.status == "failed":
            raise failed_for(seen)
        ended = self._job(job.number).ended
        self.say(f"Batch {seen.batch_id} {ended}: {came.answered:,} of {job.lines:,} requests answered.")
        self.cancelled = self.cancelled or seen.status == "cancelled"
        return True

    async def _fetched(self, job: Job, seen: Seen) -> bool:
        """Bring what came back into the run's folder; false where the answers are not there any more."""
        output, errors = self.book.answers_of(job)
        with _ending_the_run():
            if seen.errors is not None:
                await self._api.download(seen.errors, errors, seen.failed)
            there = seen.output is None or await self._api.download(seen.output, output, seen.completed)
        return there and seen.status != LOST

    async def _close(self, job: Job, ended: str) -> _Came:
        """Take in a job's files and write down what it brought and cost.

        One that is lost may have been billed, so that it counts with the most that it can have cost, and may be lost for a
        reason that holds for the next as well: its questions go once more, and no further.
        """
        asked = frozenset(self._keys(job))
        came = await self._taken(job)
        if ended != "failed":
            self.outcomes.tries.update(asked - came.keys)
        cost = self.budget.cost(came.usage.input_tokens, came.usage.output_tokens, came.usage.cached_input_tokens)
        if ended == LOST:
            self.outcomes.once_more(asked - came.keys, self.plan.tries)
            cost = job.most
            self.budget.unsure += cost
        self.in_flight -= asked
        self.book.put(job.model_copy(update={"ended": ended, "answered": came.answered, "cost": cost}))
        self.budget.reserved.pop(reservation_of(job), None)
        self.budget.spent += cost
        self.book.requests_of(job.number).unlink(missing_ok=True)
        return came

    def _keys(self, job: Job) -> Iterator[str]:
        path = self.book.requests_of(job.number)
        return keys_in(path) if path.exists() else iter(())

    async def _taken(self, job: Job, *, again: bool = False) -> _Came:
        """A job's results into outcomes and cache. `again`: the cache had them, and gets what it has lost."""
        results = Results(self.book.answers_of(job), self.client.delivered)
        keys, answered, usage = set(), 0, Usage()
        for result in results:
            keys.add(result.key)
            usage += result.usage
            self.outcomes.add(result)
            if result.kept is None:
                continue
            answered += 1
            if not again or self.store.get(result.key) is None:
                await self.store.keep(result.key, result.kept)
        if self.store.warnings:
            raise SettingsError(f"{self.store.warnings[0]} Mend that and start again: what the batches brought is kept.")
        return _Came(frozenset(keys), answered, usage, results.torn, results.strange)


@contextmanager
def _ending_the_run() -> Iterator[None]:
    """What outlasts the client's patience ends the run."""
    try:
        yield
    except EndpointError as error:
        failure = error if isinstance(error, FatalEndpointError) else _ending(error)
    else:
        return
    raise failure


def _ending(error: EndpointError) -> FatalEndpointError:
    return FatalEndpointError(f"{error} The same command goes on where this one stopped.", status=error.status)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return "import:" + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): give the output file of a batch.") from error
