"""A scripted OpenAI-compatible server on the loopback, for tests of everything that asks a model over HTTP.

    with Loopback([throttled(7), good('{"word": "tea"}')]) as server:
        ...                         # base_url=server.base_url
    assert len(server.requests) == 2

Each request to `/chat/completions` plays the next behaviour; the last one plays for ever. `/models` lists `models`, or answers
404 where that is None. A `FaultPlan` is a behaviour that plays all the bad ones at random. The server runs in a thread of its
own, so that synchronous tests and other processes can use it as well.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Headers
    body: Any


@dataclass(frozen=True)
class Reply:
    """What goes back: `body` as it is where it is bytes, else as JSON. `content_length` may lie."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Headers = field(default_factory=dict)
    content_length: int | None = None

    def bytes(self) -> bytes:
        """The reply on the wire."""
        payload = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        length = len(payload) if self.content_length is None else self.content_length
        head = {"content-type": "application/json", **self.headers, "content-length": str(length)}
        lines = [f"HTTP/1.1 {self.status} Scripted", *(f"{name}: {value}" for name, value in head.items())]
        return "\r\n".join([*lines, "", ""]).encode() + payload


class HangError(Exception):
    """Raised by a behaviour: hold the connection open and say nothing."""


class DripError(Exception):
    """Raised by a behaviour: begin a reply and never finish it, a space every few milliseconds."""


class ResetError(Exception):
    """Raised by a behaviour: tear the connection down with RST."""


Behaviour = Callable[[Received], Reply | Awaitable[Reply]]


# --- behaviours ------------------------------------------------------------------------------------------------------


def good(
    content: str | Callable[[Received], str],
    *,
    finish_reason: str | None = "stop",
    refusal: str | None = None,
    tokens: tuple[int, int] = (100, 10),
    cached: Any = None,
    model: str = "demo",
) -> Behaviour:
    """An answer with this content, or with what a function makes of the request."""

    def reply(request: Received) -> Reply:
        text = content(request) if callable(content) else content
        message = {"role": "assistant", "content": text, "refusal": refusal}
        usage: dict[str, Any] = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
        usage |= {} if cached is None else {"prompt_tokens_details": {"cached_tokens": cached}}
        choice = {"index": 0, "finish_reason": finish_reason, "message": message}
        return Reply(
            body={"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": usage}
        )

    return reply


def status(code: int, *, error: str | None = None, kind: str = "error", headers: Headers | None = None, **more: Any) -> Behaviour:
    """An error reply in OpenAI's form; `error` is its machine-readable code."""
    body = {"error": {"message": more.pop("message", "scripted"), "type": kind, "code": error, "param": None, **more}}
    return lambda _: Reply(code, body, headers or {})


def throttled(retry_after: float | str | None = None, *, date: str | None = None) -> Behaviour:
    """A 429, with `Retry-After` in seconds or as a date, and a `Date` where one is given."""
    named = {"retry-after": retry_after, "date": date}
    headers = {name: str(value) for name, value in named.items() if value is not None}
    return status(429, error="rate_limit_exceeded", headers=headers)


def server_error() -> Behaviour:
    """A 500."""
    return status(500)


def unavailable(retry_after: float | None = None) -> Behaviour:
    """A 503, as a server gives that is still loading its model."""
    return status(503, headers={} if retry_after is None else {"retry-after": str(retry_after)})


def out_of_quota() -> Behaviour:
    """A 429 that no waiting helps."""
    return status(429, error="insufficient_quota", headers={"retry-after": "1"})


def bad_key() -> Behaviour:
    """A 401."""
    return status(401, error="invalid_api_key")


def unknown_model() -> Behaviour:
    """A 404 as for a model that does not exist."""
    return status(404, error="model_not_found")


def unsupported(parameter: str, replacement: str | None = None) -> Behaviour:
    """A 400 as hosted reasoning models give it, for as long as the parameter is sent."""
    use = f" Use '{replacement}' instead." if replacement else ""
    message = f"Unsupported parameter: '{parameter}' is not supported with this model.{use}"
    return status(400, error="unsupported_parameter", kind="invalid_request_error", param=parameter, message=message)


def torn_json() -> Behaviour:
    """An answer whose content is JSON that breaks off, with a finish reason that denies it."""
    return good('{"word": "te')


def torn_body() -> Behaviour:
    """A reply whose own JSON breaks off."""
    return lambda _: Reply(body=b'{"id": "1", "object": "chat.compl')


def page() -> Behaviour:
    """A web page with status 200, as proxies and portals send."""
    return lambda _: Reply(body=b"<html>Sign in</html>", headers={"content-type": "text/html"})


def wrong_schema() -> Behaviour:
    """JSON that fits no schema of ours."""
    return good('{"unheard_of": true}')


def refusal() -> Behaviour:
    """A refusal in the field that is made for it."""
    return good("", refusal="I cannot help with that.")


def empty() -> Behaviour:
    """An answer without content."""
    return good("")


def cut_off(content: str = '{"word": "te') -> Behaviour:
    """An answer that met the token limit."""
    return good(content, finish_reason="length")


def reset() -> Behaviour:
    """The connection is torn down before a reply."""

    def behave(_: Received) -> Reply:
        raise ResetError

    return behave


def hang() -> Behaviour:
    """No reply, ever."""

    def behave(_: Received) -> Reply:
        raise HangError

    return behave


def drip() -> Behaviour:
    """A reply that keeps coming and never ends, as from hosts that keep the line warm."""

    def behave(_: Received) -> Reply:
        raise DripError

    return behave


def after(seconds: float, behaviour: Behaviour) -> Behaviour:
    """The same, later."""

    async def behave(request: Received) -> Reply:
        await asyncio.sleep(seconds)
        return await _played(behaviour, request)

    return behave


class FaultPlan:
    """A behaviour that answers badly with a given probability, drawn by a seed, in all the ways above in turn.

    `faults` counts what was played, `tokens` sums what an endpoint would bill: prompt and answer tokens of each reply that counts
    them. Refusals, misfits and cut answers are billed like good ones.
    """

    KINDS: Mapping[str, Callable[[], Behaviour]] = {
        "throttled": lambda: throttled(0),
        "server_error": server_error,
        "reset": reset,
        "hang": hang,
        "torn_body": torn_body,
        "torn_json": torn_json,
        "wrong_schema": wrong_schema,
        "refusal": refusal,
        "empty": empty,
        "cut_off": cut_off,
        "page": page,
    }

    def __init__(self, answer: Behaviour, *, share: float, seed: int) -> None:
        self.answer = answer
        self.share = share
        self.faults: Counter[str] = Counter()
        self.tokens = (0, 0)
        self._random = random.Random(seed)
        self._deck: list[str] = []

    async def __call__(self, request: Received) -> Reply:
        """The next reply."""
        kind = self._next_kind() if self._random.random() < self.share else "good"
        self.faults[kind] += 1
        reply = await _played(self.answer if kind == "good" else self.KINDS[kind](), request)
        usage = reply.body.get("usage") if isinstance(reply.body, dict) else None
        if usage:
            self.tokens = (self.tokens[0] + usage["prompt_tokens"], self.tokens[1] + usage["completion_tokens"])
        return reply

    def _next_kind(self) -> str:
        """Kinds are dealt like cards, so that few faults are already of every kind."""
        if not self._deck:
            self._deck = sorted(self.KINDS)
            self._random.shuffle(self._deck)
        return self._deck.pop()


# --- the server ------------------------------------------------------------------------------------------------------


class Loopback:
    """The server; a context manager. `requests` holds what was asked of `/chat/completions`, in order of arrival."""

    def __init__(self, script: Sequence[Behaviour], *, models: Sequence[str] | Behaviour | None = ("demo",)) -> None:
        self.script = list(script)
        self.models = models
        self.requests: list[Received] = []
        self.paths: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def base_url(self) -> str:
        """The address for clients, with `/v1`."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def bodies(self) -> list[Any]:
        """The bodies of the requests, parsed."""
        return [request.body for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Closing a transport only schedules it: the loop has to turn until the sockets are really given back.
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.append(writer)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            writer.transport.abort()  # the client or the test is gone: nobody is left to be told
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                writer.write((await self._reply(request)).bytes())
                await writer.drain()
        except HangError:
            await reader.read()  # until the client gives up
        except DripError:
            writer.write(Reply(body=b"", content_length=1_000_000).bytes())
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.005)
        except ResetError:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def _reply(self, request: Received) -> Reply:
        self.paths.append(request.path)
        if request.path.endswith("/models"):
            return await self._listed(request)
        self.requests.append(request)
        return await _played(self.script[min(len(self.requests), len(self.script)) - 1], request)

    async def _listed(self, request: Received) -> Reply:
        if self.models is None:
            return Reply(404, {"error": {"message": "no such path"}})
        if callable(self.models):
            return await _played(self.models, request)
        return Reply(
            body={
                "object": "list",
                "data": [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in self.models],
            }
        )


async def _played(behaviour: Behaviour, request: Received) -> Reply:
    reply = behaviour(request)
    return reply if isinstance(reply, Reply) else await reply


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except asyncio.IncompleteReadError:
        return None  # a client that was killed in the middle of a request
    return Received(method, path, headers, json.loads(body) if body else None)
