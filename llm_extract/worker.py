"""What runs in a worker process: letters come in over the pipe, questions and records go out (`workers` is the other end).

It ends with its pipe: when the parent closes it, or dies of anything. Ctrl-C and SIGTERM are the parent's to hear.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import pickle
import signal
import sys
import threading
from contextvars import ContextVar
from typing import Any, BinaryIO

from llm_extract import pdf_worker
from llm_extract.engine import Answer, Question
from llm_extract.errors import LlmExtractError
from llm_extract.letters import LetterFile
from llm_extract.lines import RecordLine
from llm_extract.pipeline import Pipeline
from llm_extract.workers import LENGTH, Asked, Told, packed

_NUMBER: ContextVar[int] = ContextVar("_NUMBER")


def main() -> None:
    """Read letters until the pipe ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    replies = _private_stdout()
    pdf_worker.readers = pdf_worker.PdfReaders(1)  # as many PDFs at once as there are workers
    asyncio.run(_Room(replies).serve(sys.stdin.buffer))


def _private_stdout() -> BinaryIO:
    """The pipe for replies, out of reach of whatever prints."""
    private = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
        os.dup2(nowhere.fileno(), 1)
    return private


class _Room:
    """The letters of this process. It is the `Asker` of its own pipeline, too."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._letters: dict[int, asyncio.Task[None]] = {}
        self._waiting: dict[int, asyncio.Future[Told | LlmExtractError]] = {}
        self._tickets = itertools.count()

    async def serve(self, requests: BinaryIO) -> None:
        """Make the pipeline, then do as the parent says; never returns, since the process ends with the pipe."""
        from llm_extract.wiring import open_pipeline

        (settings,) = _message(requests)
        self._pipeline: Pipeline = await open_pipeline(settings, asker=self)
        self._send("ready")
        threading.Thread(target=self._listen, args=(requests, asyncio.get_running_loop()), daemon=True).start()
        await asyncio.Event().wait()

    async def ask(self, question: Question) -> Answer:
        """Ask the parent, and wait."""
        ticket = next(self._tickets)
        self._waiting[ticket] = asyncio.get_running_loop().create_future()
        try:
            self._send("ask", _NUMBER.get(), ticket, Asked.of(question))
            told = await self._waiting[ticket]
        finally:
            del self._waiting[ticket]
        if isinstance(told, LlmExtractError):
            raise told
        return told.answer(question)

    async def close(self) -> None:
        """Nothing to give back."""

    # -- inside --

    def _listen(self, requests: BinaryIO, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread of its own, which the end of the pipe wakes whatever the other one does."""
        try:
            while True:
                loop.call_soon_threadsafe(self._hear, *_message(requests))
        except (EOFError, OSError):
            os._exit(0)

    def _hear(self, kind: str, number: int, *rest: Any) -> None:
        if kind == "letter":
            self._letters[number] = asyncio.ensure_future(self._read(number, *rest))
        elif kind == "drop" and number in self._letters:
            self._letters[number].cancel()
        elif kind == "answer" and number in self._waiting and not self._waiting[number].done():
            self._waiting[number].set_result(*rest)

    async def _read(self, number: int, file: LetterFile) -> None:
        _NUMBER.set(number)
        try:
            self._send("record", number, RecordLine.of(await self._pipeline.read_file(file)))
        except LlmExtractError as error:
            self._send("error", number, error)
        except Exception as error:  # its own text may quote the letter
            self._send("error", number, RuntimeError(type(error).__name__))
        finally:
            del self._letters[number]

    def _send(self, *message: Any) -> None:
        try:
            self._replies.write(packed(*message))
            self._replies.flush()
        except OSError:
            os._exit(0)


def _message(requests: BinaryIO) -> tuple[Any, ...]:
    """The next message. Raises `EOFError` at the end of the pipe."""
    size = requests.read(LENGTH.size)
    if len(size) < LENGTH.size:
        raise EOFError
    message: tuple[Any, ...] = pickle.loads(requests.read(LENGTH.unpack(size)[0]))  # noqa: S301 - of our own parent
    return message
