"""`run --batch`: the questions of many letters at half price, answered within a day. Files in place of requests, else the same.

`BatchedPipeline` has the members of `Pipeline` that a run uses. Its `stream` reads each letter with an asker that answers from
the cache and takes down what is not there (`batch.FromBatches`). A letter of which nothing was taken down has its record. The
questions of the others go into files of request lines, which become batches; when those are over the letters that wait are read
again. So questions that arise from answers (faulty fields, asked once more) need no code of their own: they are what is taken
down in the second round.

- What is submitted is reserved at batch prices as its worst case; where the limit leaves no room the rest waits for the next
  round, when the real cost has taken the reservation's place.
- A question that comes back without an answer (expired, throttled, 5xx, no line at all) is submitted again, `tries` times in
  all; a letter of which one stays open is left without a record, for the same command or for a live run. A refused, cut, empty
  or rejected answer is the letter's own: it stands in the record as in a live run.
- Of an answer that does not fit its schema the question is asked once more with the reason, as in a live run: the second
  question is computed from the misfit and taken down like any other (`FromBatches`).
- A batch, or its answers, that the endpoint does not have any more (404) is lost: its questions go once more, and the most that
  it can have cost counts as spent.
- Before the first batch one question is asked live: a wrong key, a parameter that the model does not take or a schema that the
  endpoint rejects shows in a second, and not in 50,000 lines a day later. Its answer is used.
- Batches go on when this program ends: the next start finds them in the book, and takes up what they brought.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from llm_extract import telemetry
from llm_extract.admission import Admission
from llm_extract.batch import Book, FromBatches, Limits, Outcomes, PartWriter, request_line
from llm_extract.batch_jobs import NO_SUCH
from llm_extract.batch_post import BatchPlan, Post
from llm_extract.budget import FREE, Budget, Prices
from llm_extract.cache import Kept
from llm_extract.engine import Question, Usage
from llm_extract.errors import AnswerError, EndpointError, FatalEndpointError, LimitReachedError, SettingsError
from llm_extract.finished import FinishedRecords
from llm_extract.letters import LetterFile
from llm_extract.lines import RecordLine
from llm_extract.model import ModelClient, Sleep, preflight
from llm_extract.pipeline import Pipeline, unknown_price
from llm_extract.settings import Settings
from llm_extract.wiring import answers_of, open_pipeline, prices_of


def batch_prices(settings: Settings, max_cost: float | None) -> Prices | None:
    """What batches cost; None where nobody knows. Raises `SettingsError` for settings that batches cannot be run with."""
    if settings.engine == "baseline":
        raise SettingsError("The rules ask no model: leave --batch away, or choose another --engine.")
    if settings.embedded:
        raise SettingsError("The embedded model has no Batch API: name another with --model, or leave --batch away.")
    if not settings.cache:
        raise SettingsError("Batches need the answer cache, where their answers are kept: unset LLM_EXTRACT_CACHE.")
    standard = prices_of(settings)
    prices = standard.batch if standard else None
    if prices is None and max_cost is not None:
        raise SettingsError(
            "--max-cost with --batch needs the model's batch prices: name a table with batch_input and batch_output "
            "(USD a million tokens) in LLM_EXTRACT_PRICES."
        )
    return prices


async def open_batches(
    settings: Settings,
    plan: BatchPlan,
    folder: Path,
    *,
    budget: Budget,
    fresh: bool = False,
    finished: FinishedRecords | None = None,
    say: Callable[[str], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    sleep: Sleep = asyncio.sleep,
) -> BatchedPipeline:
    """Everything that a run by batches needs; what earlier starts got is taken up. Nobody is asked yet.

    `folder` is the run's, and the caller holds its lock; `budget` counts at batch prices. `sleep` takes the place of
    `asyncio.sleep`, in tests. Raises `SettingsError`.
    """
    prices = batch_prices(settings, None)
    store, key_of = answers_of(settings)
    outcomes = Outcomes()
    try:
        asker = FromBatches(store, key_of, outcomes)
        pipeline = await open_pipeline(settings, asker=asker, budget=budget)
        pipeline.price = prices or unknown_price
        pipeline.observed = False  # a letter with open questions is read again
        client = ModelClient(settings, sleep=sleep)
        book = Book(folder, fresh=fresh)
        client.leave_out(book.left_out)
        post = Post(book, client, store, budget, outcomes, plan, settings.outage, say, stopped, sleep)
        await post.take_up()
        for path in plan.imports:
            await post.take_file(path)
    except BaseException:
        store.close()
        raise
    return BatchedPipeline(settings, pipeline, asker, post, finished)


@dataclass
class BatchedPipeline:
    """A pipeline whose questions go by post."""

    settings: Settings
    pipeline: Pipeline
    asker: FromBatches
    post: Post
    finished: FinishedRecords | None = None
    _deferred: int = 0
    _reached: bool = False
    _answered: bool = False

    @property
    def admission(self) -> Admission | None:
        """For whoever shows how a run goes."""
        return self.pipeline.admission

    async def close(self) -> None:
        """Give back connections and files. Batches under way go on."""
        await self.post.client.close()
        await self.pipeline.close()

    async def lines(self, letters: Iterable[LetterFile]) -> AsyncGenerator[RecordLine, None]:
        """Records, as lines, as their letters have all answers. Letters with open questions at the end are left without one.

        Raises `FatalEndpointError` and `SettingsError` only.
        """
        waiting, again = letters, True
        if self._is_waited_for():  # of an earlier start: what is over by now saves a reading of its letters
            await self._reach()
            await self.post.wait(once=True)
        while again:
            left: list[LetterFile] = []
            self._answered = False
            async for line in self._read(waiting, left):
                yield line
            again = bool(left) and await self._news()
            waiting = left
        self._part(len(left))

    async def _news(self) -> bool:
        """Whether answers have come since the letters were read."""
        if self._is_waited_for():
            await self._reach()
            self._answered |= await self.post.wait()
        return self._answered and not self.post.stopped()

    def _is_waited_for(self) -> bool:
        """Whether batches are under way; with another runner's answers nobody is asked how they are."""
        return bool(self.post.book.open) and not self.post.plan.imports

    # -- reading --

    async def _read(self, letters: Iterable[LetterFile], left: list[LetterFile]) -> AsyncGenerator[RecordLine, None]:
        """Records of letters that nothing is open of; the others join `left` and their questions the files."""
        self._deferred = 0
        writer = PartWriter(lambda _: self.post.book.requests_of(self.post.book.next_number()), self.post.plan.limits)
        try:
            for letter in letters:
                if self.post.stopped():
                    left.append(letter)
                    continue
                line = await self._read_one(letter)
                if line is not None:
                    yield line
                    continue
                left.append(letter)
                for key, question in tuple(self.asker.heard.items()):
                    await self._write(writer, key, question)
            if not self.post.stopped():
                await self.post.submit(writer.end())
        finally:
            writer.drop()

    async def _read_one(self, letter: LetterFile) -> RecordLine | None:
        """The record's line; None where a question is open."""
        self.asker.begin()
        with telemetry.current().letter(self.pipeline.engine.name) as told:
            record = await self.pipeline.read_file(letter)
            if self.asker.heard:
                return None
            told.stands(lambda: record)
        self.asker.settle()
        line = RecordLine.of(record)
        if self.finished is not None:
            await self.finished.keep(line)
        return line

    async def _write(self, writer: PartWriter, key: str, question: Question) -> None:
        """Add a question's line, unless it is under way, given up, too dear for now, or was answered in trying the endpoint."""
        post = self.post
        given_up = bool(post.plan.imports) or post.cancelled or post.outcomes.tries[key] >= post.plan.tries
        if key in post.in_flight or given_up or post.stopped() or await self._answered_in_trying(key, question):
            return
        body, need = post.client.drafted(question)
        most = post.budget.most(need.most_input_tokens, need.output_tokens)
        if not self._fits(writer.most + most):
            self._deferred += 1
            return
        line = request_line(key, body)
        if writer.is_full_for(line):
            await post.submit(writer.end())
        post.book.make_folder()
        writer.add(line, most)
        post.in_flight.add(key)

    def _fits(self, most: int) -> bool:
        try:
            return self.post.budget.fits(most)
        except LimitReachedError:
            return False

    # -- the endpoint, before anything is submitted --

    async def _reach(self) -> None:
        """Endpoint there, key accepted, model known: once a start."""
        if not self._reached:
            await preflight(self.settings)
            self._reached = True

    async def _answered_in_trying(self, key: str, question: Question) -> bool:
        """Ask the run's very first question live; whether that answered it."""
        await self._reach()
        if self.post.book.tried:
            return False
        standard = prices_of(self.settings) or FREE
        _, need = self.post.client.drafted(question)
        if not self._fits(standard.picodollars(need.most_input_tokens, need.output_tokens)):
            return False
        kept, usage = await self._try(question)
        cost = standard.picodollars(usage.input_tokens, usage.output_tokens, usage.cached_input_tokens)
        self.post.book.try_over(self.post.client.left_out, cost)
        self.post.budget.spent += cost
        if kept is not None:
            await self.post.store.keep(key, kept)
            self._answered = True
        return kept is not None

    async def _try(self, question: Question) -> tuple[Kept | None, Usage]:
        """The answer and its cost. Raises `FatalEndpointError` where the batches would fare no better."""
        try:
            answer = await self.post.client.ask(question)
        except AnswerError as error:  # the question's own trouble: the endpoint took it
            return None, error.usage or Usage()
        except EndpointError as error:
            if error.status in NO_SUCH:  # a deployment for batches alone takes no live question
                return None, Usage()
            failure = FatalEndpointError(f"{error} That was one live question; no batch was submitted.", status=error.status)
        else:
            return Kept.of(answer), answer.usage
        raise failure

    # -- the end --

    def _part(self, left: int) -> None:
        """Say what is still to come, and how to get it."""
        post = self.post
        if post.book.open:
            post.say(f"{len(post.book.open)} batches go on at the endpoint; the same command takes up what they bring.")
        elif not left or post.stopped():
            return
        elif post.plan.imports:
            post.say("Some questions have no answer yet: --batch-export writes them, a run without batches asks them.")
        elif post.cancelled:
            post.say("A batch was cancelled at the endpoint: the same command submits anew what it left open.")
        elif self._deferred:
            post.say(f"The money limit leaves no room for {self._deferred:,} more questions: raise --max-cost to go on.")
        else:
            post.say(f"Some questions came back {post.plan.tries} times unanswered: the same command submits them again.")


# --- for other runners -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exported:
    """What `--batch-export` wrote."""

    files: tuple[Path, ...]
    requests: int
    letters: int


async def export_requests(
    settings: Settings, files: Iterable[LetterFile], folder: Path, target: Path, limits: Limits | None = None
) -> Exported:
    """Write what a run would ask to `target`, and to `NAME-2.jsonl` and so on where that is full. Nothing is sent.

    Left out is what the cache answers, and what the batches of `folder` have answered or are about to.
    """
    batched = await open_batches(settings, BatchPlan(), folder, budget=Budget())
    writer = PartWriter(lambda n: target if n == 1 else target.with_stem(f"{target.stem}-{n}"), limits or Limits())
    written = batched.post.in_flight
    parts, letters = [], 0
    try:
        for file in files:
            open_ = await batched._read_one(file) is None
            letters += open_
            for key, question in batched.asker.heard.items() if open_ else ():
                if key in written:
                    continue
                written.add(key)
                line = request_line(key, batched.post.client.drafted(question)[0])
                parts += [writer.end()] if writer.is_full_for(line) else []
                writer.add(line)
        parts.append(writer.end())
    finally:
        writer.drop()
        await batched.close()
    done = [part for part in parts if part is not None]
    return Exported(tuple(part.path for part in done), sum(part.lines for part in done), letters)
