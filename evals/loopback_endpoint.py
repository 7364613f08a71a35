"""An OpenAI-compatible endpoint on the loopback for benchmarks: a process of its own that costs next to no processor time.

    python evals/loopback_endpoint.py --latency 0.5 [--slots 32] [--port 0] [--answers FILE] [--text TEXT]

It prints its `base_url` as a line and serves until SIGTERM or SIGINT. Each chat completion takes `--latency` seconds; with
`--slots N` at most N are served at once and the rest queue, first come, first served, so that no client can get more than
N / latency answers a second. What is answered:

- a request with a schema (`response_format`, a tool's or function's parameters, vLLM's `guided_json` and
  `structured_outputs`): the smallest instance of that schema, or what `--answers` gives for its name (a JSON object of schema
  name to answer);
- any other: `--text`.

`GET /v1/models` lists one model, `GET /v1/stats` counts, `GET /v1/reset` counts from zero. Benchmarks in Python start it with
`running`:

    with running(latency=0.5, slots=32) as endpoint:
        ...  # endpoint.base_url, endpoint.stats(), endpoint.reset()
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

MODEL = "demo"
TOKENS = (100, 10)
"""Prompt and answer tokens that each answer is billed with."""


# --- the smallest answer to a schema ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Smallest:
    """Smallest instances of the nodes of one JSON Schema. A reference that never ends in anything is null."""

    root: Mapping[str, Any]

    def of(self, node: Any, depth: int = 0) -> Any:
        """The smallest value that a node allows: null before a list before anything longer."""
        node = node if isinstance(node, dict) else {}
        if "$ref" in node:
            return self.of(self._target(node["$ref"]), depth + 1) if depth < 40 else None
        if "const" in node or "enum" in node:
            return node["const"] if "const" in node else node["enum"][0]
        if branches := node.get("anyOf") or node.get("oneOf"):
            return self.of(min(branches, key=_weight), depth + 1)
        if parts := node.get("allOf"):
            beside = {key: value for key, value in node.items() if key != "allOf"}
            return self.of(_merged([*(self._resolved(part) for part in parts), beside]), depth + 1)
        return self._typed(node, depth)

    def _typed(self, node: dict[str, Any], depth: int) -> Any:
        kind = node.get("type", "object" if "properties" in node else "null")
        kind = ("null" if "null" in kind else kind[0]) if isinstance(kind, list) else kind
        if kind == "object":
            needed = node.get("required", ())
            return {name: self.of(node.get("properties", {}).get(name), depth + 1) for name in needed}
        if kind == "array":
            places = list(node.get("prefixItems", ()))
            places += [node.get("items")] * max(0, node.get("minItems", 0) - len(places))
            return [self.of(place, depth + 1) for place in places]
        plain = _PLAIN.get(kind)
        return plain(node) if plain else None

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        return self._resolved(self._target(node["$ref"])) if "$ref" in node else node

    def _target(self, reference: str) -> Any:
        found: Any = self.root
        for name in reference.removeprefix("#").strip("/").split("/"):
            found = found.get(name, {}) if name else found
        return found


def _weight(node: dict[str, Any]) -> int:
    """Null first, then what holds nothing else, then references and objects."""
    return 0 if node.get("type") == "null" else 2 if "$ref" in node or "properties" in node else 1


def _merged(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for node in nodes:
        properties = {**merged.get("properties", {}), **node.get("properties", {})}
        required = [*merged.get("required", ()), *node.get("required", ())]
        merged |= node | ({"properties": properties, "required": required} if properties else {})
    return merged


_FORMATS = {
    "date": "2000-01-01",
    "date-time": "2000-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT0S",
    "email": "a@b.cd",
    "uri": "about:blank",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_TRIES = ("", "a", "A", "0", "00", "2000", "2000-01-01", "01/01/2000", "a a")


def _string(node: dict[str, Any]) -> str:
    if node.get("format") in _FORMATS:
        return _FORMATS[node["format"]]
    least, pattern = node.get("minLength", 0), node.get("pattern")
    fitting = (text.ljust(least, "a") for text in _TRIES)
    return next((text for text in fitting if pattern is None or re.search(pattern, text)), "a" * least)


def _number(node: dict[str, Any]) -> int:
    least = max(node.get("minimum", 0), node.get("exclusiveMinimum", -1) + 1)
    most = min(node.get("maximum", least), node.get("exclusiveMaximum", least + 1) - 1, least)
    step = node.get("multipleOf", 1)
    return int(-(-most // step) * step)


_PLAIN: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": lambda _: False,
}


# --- replies -----------------------------------------------------------------------------------------------------------


def asked_schema(body: Mapping[str, Any]) -> tuple[str, Any, str]:
    """Name and schema of what a request asks for, and where the answer belongs: in the `text`, a `tool` or a `function` call."""
    given = body.get("response_format") or {}
    wrapped = given.get("json_schema") or {}
    if schema := wrapped.get("schema") or given.get("schema"):
        return str(wrapped.get("name", "")), schema, "text"
    if tools := body.get("tools"):
        function = tools[0]["function"]
        return function["name"], function.get("parameters", {}), "tool"
    if functions := body.get("functions"):
        return functions[0]["name"], functions[0].get("parameters", {}), "function"
    guided = body.get("guided_json") or (body.get("structured_outputs") or {}).get("json")
    return "", json.loads(guided) if isinstance(guided, str) else guided, "text"


def completion(content: str, place: str, name: str) -> bytes:
    """A chat completion on the wire."""
    message: dict[str, Any] = {"role": "assistant", "content": content if place == "text" else None}
    if place == "tool":
        call = {"name": name, "arguments": content}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": call}]
    elif place == "function":
        message["function_call"] = {"name": name, "arguments": content}
    choice = {"index": 0, "finish_reason": "tool_calls" if place == "tool" else "stop", "message": message}
    usage = {"prompt_tokens": TOKENS[0], "completion_tokens": TOKENS[1], "total_tokens": sum(TOKENS)}
    return reply(
        {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": usage}
    )


def reply(body: Any, status: str = "200 OK") -> bytes:
    """A JSON reply on the wire."""
    payload = json.dumps(body, separators=(",", ":")).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(payload)}\r\n\r\n"
    return head.encode() + payload


def refused(message: str, status: str = "400 Bad Request") -> bytes:
    """An error in OpenAI's form."""
    return reply({"error": {"message": message, "type": "invalid_request_error", "code": None, "param": None}}, status)


_MODELS = reply({"object": "list", "data": [{"id": MODEL, "object": "model", "created": 1, "owned_by": "loopback"}]})


@dataclass
class Answers:
    """Replies by schema, made once each."""

    text: str = "{}"
    by_name: Mapping[str, Any] = field(default_factory=dict)
    _made: dict[bytes, bytes] = field(default_factory=dict)

    def to(self, payload: bytes) -> bytes:
        """The reply to a request's body."""
        try:
            body = json.loads(payload)
            name, schema, place = asked_schema(body)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return refused("The body is no chat completion request.")
        if body.get("stream"):
            return refused("This endpoint does not stream.")
        key = blake2b(json.dumps([name, schema, place]).encode(), digest_size=16).digest()
        if key not in self._made:
            self._made[key] = completion(self._content(name, schema), place, name)
        return self._made[key]

    def _content(self, name: str, schema: Any) -> str:
        if name in self.by_name:
            given = self.by_name[name]
            return given if isinstance(given, str) else json.dumps(given)
        return self.text if not schema else json.dumps(Smallest(schema).of(schema))


# --- serving -----------------------------------------------------------------------------------------------------------


@dataclass
class Counts:
    """What was served. `waiting` holds those that arrived while all slots were taken."""

    requests: int = 0
    served: int = 0
    at_once: int = 0
    most_at_once: int = 0
    most_waiting: int = 0
    connections: int = 0
    first: float | None = None
    last: float | None = None

    def came(self) -> None:
        """A request arrived."""
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.first = time.monotonic() if self.first is None else self.first

    def went(self) -> None:
        """A reply was sent."""
        self.served += 1
        self.at_once -= 1
        self.last = time.monotonic()


class Kitchen:
    """Holds each request for the latency, `slots` at once at most."""

    def __init__(self, answers: Answers, latency: float, slots: int | None) -> None:
        self.answers = answers
        self.latency = latency
        self.slots = slots
        self.counts = Counts()
        self._loop = asyncio.get_running_loop()
        self._serving = 0
        self._waiting: deque[tuple[Connection, bytes]] = deque()

    def take(self, connection: Connection, payload: bytes) -> None:
        """A chat completion was asked for."""
        self.counts.came()
        if self.slots is not None and self._serving >= self.slots:
            self._waiting.append((connection, payload))
            self.counts.most_waiting = max(self.counts.most_waiting, len(self._waiting))
        else:
            self._serve(connection, payload)

    def stats(self) -> bytes:
        """The counts, and the processor time of this process since it began."""
        counts = self.counts
        seconds = 0.0 if counts.first is None or counts.last is None else counts.last - counts.first
        return reply(
            {
                "latency": self.latency,
                "slots": self.slots,
                "requests": counts.requests,
                "served": counts.served,
                "at_once": counts.at_once,
                "most_at_once": counts.most_at_once,
                "most_waiting": counts.most_waiting,
                "connections": counts.connections,
                "seconds": seconds,
                "cpu_seconds": time.process_time(),
            }
        )

    def _serve(self, connection: Connection, payload: bytes) -> None:
        self._serving += 1
        ready = self.answers.to(payload)
        if self.latency > 0:
            self._loop.call_later(self.latency, self._done, connection, ready)
        else:
            self._done(connection, ready)

    def _done(self, connection: Connection, ready: bytes) -> None:
        self._serving -= 1
        self.counts.went()
        if self._waiting:
            self._serve(*self._waiting.popleft())
        connection.send(ready)


_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One connection; its requests are answered one after the other."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._data = bytearray()
        self._busy = False

    def connection_made(self, transport: Any) -> None:
        """Somebody connects."""
        self._transport = transport
        self._kitchen.counts.connections += 1

    def data_received(self, data: bytes) -> None:
        """Bytes arrive."""
        self._data += data
        if not self._busy:
            self._next()

    def send(self, data: bytes) -> None:
        """Answer what was asked, and look whether more was."""
        if not self._transport.is_closing():
            self._transport.write(data)
            self._busy = False
            if self._data:
                self._next()

    def _next(self) -> None:
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._data[: end + 2])
        length = _LENGTH.search(head)
        until = end + 4 + (int(length.group(1)) if length else 0)
        if len(self._data) < until:
            if b"100-continue" in head.lower():
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        payload = bytes(self._data[end + 4 : until])
        del self._data[:until]
        self._busy = True
        self._route(head, payload)

    def _route(self, head: bytes, payload: bytes) -> None:
        path = head.split(b" ", 2)[1].split(b"?")[0]
        if path.endswith(b"/chat/completions"):
            self._kitchen.take(self, payload)
        elif path.endswith(b"/models"):
            self.send(_MODELS)
        elif path.endswith(b"/stats"):
            self.send(self._kitchen.stats())
        elif path.endswith(b"/reset"):
            self._kitchen.counts = Counts(at_once=self._kitchen.counts.at_once)
            self.send(reply({}))
        else:
            self.send(refused("There is no such path.", "404 Not Found"))


async def serve(answers: Answers, latency: float, slots: int | None, port: int) -> None:
    """Serve until a signal comes."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, ended.set)
    kitchen = Kitchen(answers, latency, slots)
    server = await loop.create_server(lambda: Connection(kitchen), "127.0.0.1", port, backlog=4096)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()


def _runner() -> Any:
    """What runs the event loop: uvloop where it is installed."""
    try:
        import uvloop  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return asyncio.run
    return uvloop.run


# --- for benchmarks in Python ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Endpoint:
    """A running endpoint."""

    base_url: str
    pid: int

    def stats(self) -> dict[str, Any]:
        """The counts since the start or the last reset."""
        return dict(json.loads(self._fetched("stats")))

    def reset(self) -> None:
        """Count from zero."""
        self._fetched("reset")

    def _fetched(self, name: str) -> bytes:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.base_url}/{name}", timeout=30) as answer:
            return bytes(answer.read())


@contextmanager
def running(
    *, latency: float, slots: int | None = None, answers: Path | None = None, text: str | None = None
) -> Iterator[Endpoint]:
    """An endpoint in a process of its own, ended with the block."""
    given = {"--latency": latency, "--slots": slots, "--answers": answers, "--text": text}
    options = [str(part) for name, value in given.items() if value is not None for part in (name, value)]
    command = [sys.executable, str(Path(__file__)), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own interpreter and file
        try:
            base_url = process.stdout.readline().strip() if process.stdout else ""
            if not base_url:
                raise RuntimeError("The endpoint did not start: see its message above.")
            yield Endpoint(base_url, process.pid)
        finally:
            process.terminate()


def main() -> None:
    """Serve as the options say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each answer takes [0]")
    parser.add_argument("--slots", type=int, help="requests that are served at once; the others queue [no limit]")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--answers", type=Path, help="JSON object: name of a schema to its answer")
    parser.add_argument("--text", default="{}", help="answer to requests without a schema")
    given = parser.parse_args()
    by_name = json.loads(given.answers.read_text("utf-8")) if given.answers else {}
    _runner()(serve(Answers(given.text, by_name), given.latency, given.slots, given.port))


if __name__ == "__main__":
    main()
