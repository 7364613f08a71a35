"""OpenAI's Batch API on the loopback: files, batches, output and error files, as documented, and whatever can go wrong with them.

    with BatchEndpoint(answer) as endpoint:             # answer(body of a request line) -> the model's text
        endpoint.fates = [Fate(expired=2), Fate()]      # of the first batch, of the second; the last one holds for all
        ...                                             # base_url=endpoint.base_url
    assert endpoint.asked == [...]                      # keys in the order in which they were worked on

What the documentation forbids is refused as it says: a custom_id that comes twice, another url than the batch's, a file that is
too long, another purpose. A batch is worked on when it is looked at: `Fate.looks` says how often until it is over.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

Body = dict[str, Any]
Text = Callable[[Body], str]
Trouble = Literal["throttle", "error", "lost", "reset", "torn", "cut", "gone"]
"""Of one HTTP request: 429; 500 before anything is done; done, but the connection breaks before the reply; broken before anything
is done; a reply that breaks off; a reply that is whole and lacks its last half; 404."""

TOKENS = (100, 10)
"""Prompt and answer tokens of each answer."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a batch.

    `ends` is its last status, `looks` how many looks it takes, `problems` the codes of one that fails. Of its requests the last
    `expired` get no answer in time, the `errors` (by their place) this status and code, the `missing` no line at all, the
    `answers` this in place of a chat completion's choice. `doubled` writes every line twice. Lines come in a random order.
    """

    ends: Literal["completed", "failed", "expired", "cancelled"] = "completed"
    looks: int = 1
    problems: tuple[str, ...] = ()
    expired: int = 0
    errors: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    missing: frozenset[int] = frozenset()
    answers: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    doubled: bool = False
    rubbish: bool = False


@dataclass
class Batch:
    """One batch; `shown` is what the API says of it."""

    shown: Body
    fate: Fate
    lines: list[Body]
    looks: int = 0


class BatchEndpoint:
    """The server; a context manager. `asked` are the keys of answered requests, `live` the bodies of live ones.

    `troubles` maps `create`, `upload`, `see`, `list`, `download` to what happens to the next such requests.
    """

    def __init__(self, answer: Text, *, max_lines: int = 50_000, max_bytes: int = 200_000_000, live: bool = True) -> None:
        self.answer = answer
        self.fates: Sequence[Fate] = (Fate(),)
        self.troubles: dict[str, list[Trouble]] = {}
        self.max_lines, self.max_bytes = max_lines, max_bytes
        self.takes_live = live
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Batch] = {}
        self.asked: list[str] = []
        self.live: list[Body] = []
        self.calls: list[str] = []
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def base_url(self) -> str:
        """The address for clients, with `/v1`."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def submitted(self) -> list[list[str]]:
        """The keys of each batch."""
        return [[line["custom_id"] for line in batch.lines] for batch in self.batches.values()]

    @property
    def bodies(self) -> list[Body]:
        """The bodies of all request lines."""
        return [line["body"] for batch in self.batches.values() for line in batch.lines]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    # -- the API --

    def reply(self, method: str, path: str, headers: Mapping[str, str], payload: bytes) -> tuple[int, Any, Trouble | None]:
        """Status, body, and what goes wrong on the way back."""
        path, _, query = path.removeprefix("/v1/").partition("?")
        kind = _kind(method, path)
        with self._lock:
            self.calls.append(kind)
            trouble = self.troubles.get(kind, []).pop(0) if self.troubles.get(kind) else None
            if trouble == "throttle":
                return 429, _error("rate_limit_exceeded"), None
            if trouble == "error":
                return 500, _error("server_error"), None
            if trouble == "gone":
                return 404, _error("not_found"), None
            if trouble == "reset":
                return 0, None, trouble
            status, body = self._do(kind, path, query, headers, payload)
            return status, body, trouble

    def _do(self, kind: str, path: str, query: str, headers: Mapping[str, str], payload: bytes) -> tuple[int, Any]:
        if kind == "models":
            return 200, {"object": "list", "data": [{"id": "demo", "object": "model", "created": 1, "owned_by": "us"}]}
        if kind == "chat":
            return self._chat(json.loads(payload))
        if kind == "upload":
            return self._upload(headers, payload)
        if kind == "create":
            return self._create(json.loads(payload))
        if kind == "list":
            return self._list(query)
        name = path.split("/")[1]
        if kind == "download":
            return (200, self.files[name]) if name in self.files else (404, _error("not_found"))
        return self._see(name) if kind == "see" else (404, _error("not_found"))

    def _chat(self, body: Body) -> tuple[int, Any]:
        if not self.takes_live:
            return 404, _error("deployment_for_batches_only")
        self.live.append(body)
        return 200, _completion(body, self.answer(body))

    def _upload(self, headers: Mapping[str, str], payload: bytes) -> tuple[int, Any]:
        message = BytesParser(policy=HTTP).parsebytes(
            b"Content-Type: " + headers["content-type"].encode() + b"\r\n\r\n" + payload
        )
        parts = {p.get_param("name", header="content-disposition"): p.get_payload(decode=True) for p in message.iter_parts()}
        if parts.get("purpose") != b"batch":
            return 400, _error("invalid_purpose")
        name = f"file-{len(self.files)}"
        self.files[name] = parts["file"]
        return 200, {
            "id": name,
            "object": "file",
            "bytes": len(parts["file"]),
            "created_at": 1,
            "filename": "f",
            "purpose": "batch",
        }

    def _create(self, asked: Body) -> tuple[int, Any]:
        if asked["completion_window"] != "24h" or asked["input_file_id"] not in self.files:
            return 400, _error("invalid_request")
        if len(asked.get("metadata") or {}) > 16:
            return 400, _error("invalid_request")
        data = self.files[asked["input_file_id"]]
        lines = [json.loads(line) for line in data.splitlines()]
        fate = self.fates[min(len(self.batches), len(self.fates) - 1)]
        problems = self._problems(lines, asked["endpoint"], len(data))
        if problems:
            fate = Fate(ends="failed", problems=problems)
        name = f"batch_{len(self.batches)}"
        shown = {
            "id": name,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "errors": None,
            "input_file_id": asked["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": int(time.time()),
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": asked.get("metadata"),
        }
        self.batches[name] = Batch(shown, fate, lines)
        return 200, shown

    def _problems(self, lines: list[Body], endpoint: str, size: int) -> tuple[str, ...]:
        keys = [line.get("custom_id") for line in lines]
        checks = {
            "empty_file": not lines,
            "too_many_tasks": len(lines) > self.max_lines,
            "file_too_large": size > self.max_bytes,
            "duplicate_custom_id": len(set(keys)) < len(keys),
            "invalid_custom_id": any(not isinstance(key, str) or len(key) > 64 for key in keys),
            "invalid_method": any(line.get("method") != "POST" for line in lines),
            "mismatched_url": any(line.get("url") != endpoint for line in lines),
            "mismatched_model": len({line["body"].get("model") for line in lines}) > 1,
        }
        return tuple(code for code, wrong in checks.items() if wrong)

    def _list(self, query: str) -> tuple[int, Any]:
        """Newest first, two a page, so that looking further is tried as well."""
        names = list(reversed(self.batches))
        after = next((part.removeprefix("after=") for part in query.split("&") if part.startswith("after=")), None)
        begin = names.index(after) + 1 if after else 0
        page = names[begin : begin + 2]
        data = [self.batches[name].shown for name in page]
        return 200, {"object": "list", "data": data, "has_more": begin + 2 < len(names), "last_id": page[-1] if page else None}

    def _see(self, name: str) -> tuple[int, Any]:
        if name not in self.batches:
            return 404, _error("not_found")
        batch = self.batches[name]
        batch.looks += 1
        if batch.shown["status"] not in ("completed", "failed", "expired", "cancelled"):
            if batch.looks >= batch.fate.looks:
                self._finish(name, batch)
            else:
                batch.shown |= {
                    "status": "in_progress",
                    "request_counts": {"total": len(batch.lines), "completed": 0, "failed": 0},
                }
        return 200, batch.shown

    # -- what batches come to --

    def _finish(self, name: str, batch: Batch) -> None:
        batch.shown["status"] = batch.fate.ends
        if batch.fate.ends == "failed":
            data = [{"code": code, "message": "a sentence", "line": None, "param": None} for code in batch.fate.problems]
            batch.shown["errors"] = {"object": "list", "data": data}
            return
        results = list(self._results(batch))
        good = [line for line in results if line["error"] is None and line["response"]["status_code"] == 200]
        bad = [line for line in results if line not in good]
        for kind, lines in (("output", good), ("error", bad)):
            # An empty string in place of no file: seen in the wild.
            batch.shown[f"{kind}_file_id"] = self._filed(f"{name}-{kind}", lines, batch.fate) if lines else ""
        counts = {"total": len(batch.lines), "completed": len(good), "failed": len(bad)}
        batch.shown["request_counts"] = counts

    def _results(self, batch: Batch) -> Iterator[Body]:
        fate, count = batch.fate, len(batch.lines)
        for place, line in enumerate(batch.lines):
            if place in fate.missing:
                continue
            if place >= count - fate.expired:
                error = {"code": "batch_expired", "message": "This request could not be executed before the window expired."}
                yield _result(line, None, error)
            elif place in fate.errors:
                status, code = fate.errors[place]
                yield _result(line, {"status_code": status, "request_id": "r", "body": _error(code)})
            else:
                self.asked.append(line["custom_id"])
                changed = fate.answers.get(place, {})
                body = _completion(line["body"], self.answer(line["body"]), changed)
                yield _result(line, {"status_code": 200, "request_id": "r", "body": body})

    def _filed(self, name: str, lines: list[Body], fate: Fate) -> str:
        lines = lines * 2 if fate.doubled else lines
        random.Random(len(lines)).shuffle(lines)
        data = [json.dumps(line).encode() for line in lines]
        data += [b'{"custom_id": "nobody\'s", "response": null, "error": null}'] if fate.rubbish else []
        self.files[f"file-{name}"] = b"\n".join(data) + b"\n"
        return f"file-{name}"


def _kind(method: str, path: str) -> str:
    parts = path.split("/")
    if path == "models":
        return "models"
    if path == "chat/completions":
        return "chat"
    if path == "files":
        return "upload"
    if parts[0] == "files":
        return "download" if parts[-1] == "content" else "other"
    return "see" if len(parts) > 1 else "create" if method == "POST" else "list"


def _result(line: Body, response: Body | None, error: Body | None = None) -> Body:
    return {"id": "batch_req_1", "custom_id": line["custom_id"], "response": response, "error": error}


def _completion(asked: Body, text: str, changed: Mapping[str, Any] | None = None) -> Body:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    choice |= {name: value for name, value in (changed or {}).items() if name in choice}
    message |= {name: value for name, value in (changed or {}).items() if name in message}
    usage = {"prompt_tokens": TOKENS[0], "completion_tokens": TOKENS[1], "total_tokens": sum(TOKENS)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked["model"],
        "choices": [choice],
        "usage": usage,
    }


def _error(code: str) -> Body:
    return {"error": {"message": "a sentence", "type": "invalid_request_error", "param": None, "code": code}}


def _handler_of(endpoint: BatchEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            payload = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body, trouble = endpoint.reply(self.command, self.path, headers, payload)
            if trouble in ("reset", "lost"):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent = data[: len(data) // 2] if trouble in ("torn", "cut") else data
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data) if trouble == "torn" else len(sent)))
            self.end_headers()
            self.wfile.write(sent)
            self.close_connection = trouble == "torn"

        do_GET = do_POST = _serve  # noqa: N815 - named by http.server

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def finish(self) -> None:
            """A connection that was broken on purpose cannot be flushed."""
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

    return Handler
