"""OpenAI's Batch API over HTTP: upload, create, look up, wait, download. Requests go through the model's own client (`model`).

    validating, in_progress, finalizing, completed      answers in one file, errors in another, both in any order
    failed                                              not even begun: nothing is billed
    expired, cancelled                                  what was done until then is in the files, and billed
    404                                                 deleted there, or never this key's: nobody knows what was billed

Creating is the one request here that must not be sent twice by mistake: where nobody knows whether it arrived (time-out, lost
connection, 5xx, a killed start) the list of batches is asked for the job's tag first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from llm_extract.batch import CHAT, LOST, whole_lines
from llm_extract.durable import beside, put_in_place, writing
from llm_extract.errors import EndpointError, FatalEndpointError, ThrottledError, TransientEndpointError
from llm_extract.model import ModelClient, Sleep

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Batch

T = TypeVar("T")

TAG: Final = "llm_extract"
"""Name of the tag in a batch's metadata."""

OVER: Final = frozenset({"completed", "failed", "expired", "cancelled", LOST})
NO_SUCH: Final = frozenset({404, 405, 501})
"""Statuses that say that an endpoint does not have what was asked for."""

QUEUE_FULL: Final = "token_limit_exceeded"
"""Code of a batch that failed because too many tokens were waiting: nothing is wrong with it, and nothing was billed."""

_GONE = 404
_FILE_SECONDS = 3600.0
_DOWNLOADS = 3
_CLOCK_SKEW = 86_400
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A batch as the endpoint describes it. `problems` are the codes for which it failed."""

    batch_id: str
    status: str
    output: str | None
    errors: str | None
    completed: int
    failed: int
    total: int
    problems: tuple[str, ...]

    @classmethod
    def of(cls, batch: Batch) -> Seen:
        """Of the SDK's object, which may lack anything where the endpoint is not OpenAI's."""
        counts = batch.request_counts
        problems = (batch.errors.data or []) if batch.errors else []
        return cls(
            batch.id,
            batch.status,
            batch.output_file_id or None,  # an empty string, too, means that there is none
            batch.error_file_id or None,
            (counts.completed if counts else 0) or 0,
            (counts.failed if counts else 0) or 0,
            (counts.total if counts else 0) or 0,
            tuple(dict.fromkeys(str(problem.code) for problem in problems)),
        )

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.status in OVER

    @property
    def queue_full(self) -> bool:
        """Whether it failed only because it had to wait with too many others."""
        return self.status == "failed" and QUEUE_FULL in self.problems


class BatchApi:
    """Batches of one endpoint. All methods raise `EndpointError`; `FatalEndpointError` where there is no Batch API."""

    def __init__(self, client: ModelClient, *, sleep: Sleep = asyncio.sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def upload(self, path: Path) -> str:
        """The id of the uploaded file. A file that was uploaded twice is merely there twice."""

        async def send(api: AsyncOpenAI) -> str:
            return (await api.files.create(file=path, purpose="batch")).id

        return await self._call(send, seconds=_FILE_SECONDS)

    async def create(self, file_id: str, tag: str, *, since: float, doubtful: bool) -> Seen:
        """The batch with this tag, created unless it is there.

        `doubtful`: an earlier try may have created it, `since` (seconds since 1970) at the earliest.
        """

        async def send(api: AsyncOpenAI) -> Batch:
            return await api.batches.create(input_file_id=file_id, endpoint=CHAT, completion_window="24h", metadata={TAG: tag})

        tries = self._client.endpoint.retries + 1
        for number in range(tries):
            if doubtful and (found := await self.find(tag, since)):
                return found
            try:
                return Seen.of(await self._call(send, retries=0))
            except ThrottledError as error:  # said before anything is made
                await self._wait_or_raise(error, number, tries)
            except TransientEndpointError as error:
                doubtful = True
                await self._wait_or_raise(error, number, tries)
        raise AssertionError("the last try returns or raises")

    async def find(self, tag: str, since: float) -> Seen | None:
        """The batch with this tag among those that were created since then, newest first; None where there is none."""

        async def look(api: AsyncOpenAI) -> Batch | None:
            async for batch in api.batches.list(limit=100):
                if (batch.metadata or {}).get(TAG) == tag:
                    return batch
                if (batch.created_at or 0) < since - _CLOCK_SKEW:
                    return None
            return None

        found = await self._call(look, seconds=_FILE_SECONDS)
        return Seen.of(found) if found else None

    async def see(self, batch_id: str, tag: str, since: float) -> Seen:
        """How a batch is doing; `LOST` where the endpoint keeps batches, and knows neither this one nor its tag.

        `since` as for `create`.
        """

        async def look(api: AsyncOpenAI) -> Batch:
            return await api.batches.retrieve(batch_id)

        try:
            return Seen.of(await self._call(look))
        except FatalEndpointError as error:
            if error.status != _GONE:
                raise
        return await self.find(tag, since) or Seen(batch_id, LOST, None, None, 0, 0, 0, ())

    async def download(self, file_id: str, target: Path, lines: int) -> bool:
        """A result file; whether the endpoint still has it.

        One that is torn or has fewer than `lines` lines is fetched again before it is taken as it is.
        """

        async def fetch(api: AsyncOpenAI) -> None:
            async with api.files.with_streaming_response.content(file_id) as reply:
                await reply.stream_to_file(part)

        part = beside(target)
        with writing(target):
            for _ in range(_DOWNLOADS):
                try:
                    await self._call(fetch, seconds=_FILE_SECONDS)
                except FatalEndpointError as error:
                    if error.status != _GONE:
                        raise
                    return False
                found, whole = await asyncio.to_thread(whole_lines, part)
                if whole and found >= lines:
                    break
            put_in_place(part, target)
        return True

    # -- inside --

    async def _call(self, action: Callable[[AsyncOpenAI], Awaitable[T]], *, retries: int | None = None, seconds: float = 0) -> T:
        try:
            return await self._client.call(action, retries=retries, seconds=seconds)
        except EndpointError as error:
            failure = _without_batches(error, self._client.endpoint.shown) if error.status in NO_SUCH else error
        raise failure

    async def _wait_or_raise(self, error: ThrottledError | TransientEndpointError, number: int, tries: int) -> None:
        if number + 1 == tries:
            raise error
        await self._sleep(error.retry_after if error.retry_after is not None else min(2.0**number, _LONGEST_PAUSE))


def _without_batches(error: EndpointError, shown: str) -> EndpointError:
    message = (
        f"The Batch API of {shown} does not have what was asked for (HTTP {error.status}): either it has no Batch API, then run "
        "without --batch or use --batch-export, or the batch or file was deleted there."
    )
    return FatalEndpointError(message, status=error.status)


def failed_for(seen: Seen) -> FatalEndpointError:
    """A batch that the endpoint did not even begin: nothing was billed, and the next one would fail as well."""
    why = ", ".join(code for code in seen.problems if code and code.isprintable() and len(code) <= 60) or "no reason given"
    return FatalEndpointError(
        f"The endpoint refused batch {seen.batch_id} as a whole ({why}); nothing was billed. "
        "When that is mended the same command submits it anew."
    )


def progress_of(seen: list[Seen]) -> str:
    """All batches under way in a sentence."""
    done, total = sum(one.completed + one.failed for one in seen), sum(one.total for one in seen)
    statuses: dict[str, Any] = {}
    for one in seen:
        statuses[one.status] = statuses.get(one.status, 0) + 1
    named = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return f"batches: {named}; {done:,} of {total:,} requests answered"
