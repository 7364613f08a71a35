"""PDF to text in a process of its own, which can be stopped.

A PDF parser is native code that reads files from strangers: it may hang, eat the memory or crash, and a thread cannot be stopped.
So PDFium runs in worker processes. Each lives long, takes one PDF at a time (a line of JSON in, a line of JSON out), has a cap on
its memory, and is killed and replaced when it is late. `PdfReaders` is the side that asks, `main` the side that answers.

Not `multiprocessing`: that runs the user's script again in the child, which breaks scripts without a `__main__` guard. The
worker is this very file, started by its path and importing nothing of the package, so that it starts quickly, needs no installed
package and runs the same code.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

MEMORY_LIMIT = 2 * 1024**3
"""Bytes of address space a worker may use, PDFium and Python included; enforced where the system can (not on Windows)."""

MAX_BYTES = 256 * 1024**2
"""The largest PDF file that is opened."""

START_SECONDS = 60.0
"""How long a worker may take to come up; generous, because a busy machine is no fault of the letter."""

DOCUMENTS_PER_WORKER = 1000
"""A worker is replaced after so many PDFs, before what a native library leaks adds up to its memory limit."""


@dataclass(frozen=True, slots=True)
class PdfRequest:
    """One PDF to read. `path` is absolute; `seconds` is for the worker's own end, should the asking side be gone."""

    path: str
    max_pages: int
    max_chars: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PdfReply:
    """A PDF's text, or why there is none.

    `error` is "" or one of: encrypted, damaged, without_text, too_many_pages, too_long, too_large, memory, unreadable, which the
    worker finds; timeout, crashed, not_started, which befall it. PDFium out of memory aborts, which counts as memory too.
    """

    error: str = ""
    text: str = ""
    pages: int = 0
    sha256: str = ""


# --- the side that asks ----------------------------------------------------------------------------------------------


class _WorkerLateError(Exception):
    pass


class _WorkerDiedError(Exception):
    pass


class _WorkerAbortedError(_WorkerDiedError):
    pass


def worker_command() -> list[str]:
    """What starts a worker. `-P` keeps the folder of this file off the child's module path."""
    return [sys.executable, "-P", str(Path(__file__).resolve())]


class _Worker:
    """One running worker process. Not thread-safe: `PdfReaders` hands it to one thread at a time."""

    def __init__(self) -> None:
        self.documents = 0
        # A session of its own: Ctrl-C at the terminal drains the run, and must not end the PDFs that are under way.
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            worker_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.exchange(b"", START_SECONDS)

    def exchange(self, line: bytes, seconds: float) -> bytes:
        """Send a line and wait for the next one; a worker that is late or gone is stopped for good."""
        try:
            with _killed_after(self.process, seconds) as late:
                answer = self._send(line)
        except BaseException:
            self.stop()
            raise
        if answer.endswith(b"\n") and not late.is_set():
            return answer
        if late.is_set():
            self.stop()
            raise _WorkerLateError
        raise self._death()

    def _death(self) -> _WorkerDiedError:
        try:
            aborted = self.process.wait(1) == -signal.SIGABRT
        except subprocess.TimeoutExpired:  # it only closed its pipe
            aborted = False
        self.stop()
        return _WorkerAbortedError() if aborted else _WorkerDiedError()

    def _send(self, line: bytes) -> bytes:
        stdin, stdout = _pipes(self.process)
        try:
            stdin.write(line)
            stdin.flush()
            return stdout.readline()
        except OSError:  # it closed its ends, which only a dead worker does
            return b""

    @property
    def usable(self) -> bool:
        """Whether it still runs and is not due for replacement."""
        return self.documents < DOCUMENTS_PER_WORKER and self.process.poll() is None

    def stop(self) -> None:
        """End the process and close its pipes; may be called again."""
        self.process.kill()
        self.process.wait()
        self.close_pipes()

    def close_pipes(self) -> None:
        """Close our ends. What is left in the buffer towards a dead worker is of no interest."""
        for pipe in _pipes(self.process):
            with contextlib.suppress(OSError):
                pipe.close()

    def disown(self) -> None:
        """In a forked child: the worker belongs to the parent process, whose pipes must not be shared."""
        self.process.returncode = 0
        self.close_pipes()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a worker is always started with pipes")
    return process.stdin, process.stdout  # type: ignore[return-value]  # IO[bytes] of a Popen is a BinaryIO


@contextlib.contextmanager
def _killed_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill the process unless the block ends in time; the event says whether that happened. Works without `select` on pipes."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()


class PdfReaders:
    """A few workers, started when first needed and shared by all threads."""

    def __init__(self, size: int | None = None) -> None:
        self._size = size or max(1, min(4, os.cpu_count() or 1))
        self._slots = threading.BoundedSemaphore(self._size)
        self._idle: list[_Worker] = []

    def read(self, path: Path, *, max_pages: int, max_chars: int, timeout: float) -> PdfReply:
        """The text of the PDF at `path`; waits for a free worker first, which does not count as its `timeout` seconds."""
        request = PdfRequest(str(path.absolute()), max_pages, max_chars, timeout)
        with self._slots:
            try:
                worker = self._take()
            except (_WorkerLateError, _WorkerDiedError, OSError):
                return PdfReply(error="not_started")
            return self._ask(worker, request)

    def _take(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.usable:
                return worker
            worker.stop()
        return _Worker()

    def _ask(self, worker: _Worker, request: PdfRequest) -> PdfReply:
        try:
            answer = worker.exchange(_encode(asdict(request)), request.seconds)
        except _WorkerLateError:
            return PdfReply(error="timeout")
        except _WorkerAbortedError:
            return PdfReply(error="memory")
        except _WorkerDiedError:
            return PdfReply(error="crashed")
        worker.documents += 1
        self._idle.append(worker)
        return PdfReply(**json.loads(answer))

    def close(self) -> None:
        """Stop the idle workers. Reading again starts new ones."""
        while self._idle:
            self._idle.pop().stop()

    def forget(self) -> None:
        """In a forked child: start afresh, with a lock that no lost thread holds."""
        idle, self._idle = self._idle, []
        self._slots = threading.BoundedSemaphore(self._size)
        for worker in idle:
            worker.disown()


readers = PdfReaders()
"""The process's own workers; ended with it."""

atexit.register(readers.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=readers.forget)


def _encode(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode("ascii") + b"\n"


# --- the side that answers -------------------------------------------------------------------------------------------


def main() -> None:
    """Answer requests until the other side closes the pipe."""
    replies = _private_stdout()
    import pypdfium2  # noqa: F401 - loaded before the limit, and before the first request's clock runs

    _limit_memory()
    replies.write(_encode({}))
    replies.flush()
    for line in sys.stdin.buffer:
        request = PdfRequest(**json.loads(line))
        _end_myself_after(2 * request.seconds + 5)
        replies.write(_encode(asdict(_answer(request))))
        replies.flush()
        _end_myself_after(0)


def _private_stdout() -> BinaryIO:
    """The pipe for replies, out of reach of a native library that prints."""
    private = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
        os.dup2(nowhere.fileno(), 1)
    return private


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses a limit below what is mapped already
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_myself_after(seconds: float) -> None:
    """Arm (or with 0 disarm) an alarm that ends this process even inside native code, should nobody be left to kill it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(request: PdfRequest) -> PdfReply:
    try:
        return _read(request)
    except MemoryError:
        return PdfReply(error="memory")
    except OSError:
        return PdfReply(error="unreadable")


def _read(request: PdfRequest) -> PdfReply:
    with Path(request.path).open("rb") as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            return PdfReply(error="too_large")
        data = file.read()
    error, pages = _page_texts(data, request)
    text = join_pages(pages)
    if not error and not text.strip():
        error = "without_text"
    if not error and len(text) > request.max_chars:
        error = "too_long"
    return PdfReply(error, "" if error else text, len(pages), hashlib.sha256(data).hexdigest())


def _page_texts(data: bytes, request: PdfRequest) -> tuple[str, list[str]]:
    """What went wrong, or "", and the text of each page."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        with contextlib.closing(pypdfium2.PdfDocument(data)) as pdf:
            if len(pdf) > request.max_pages:
                return "too_many_pages", []
            return _first_pages(pdf, request.max_chars)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        return "encrypted" if locked else "damaged", []


def _first_pages(pdf: Any, max_chars: int) -> tuple[str, list[str]]:
    pages: list[str] = []
    chars = 0
    for number in range(len(pdf)):
        with contextlib.closing(pdf[number]) as page, contextlib.closing(page.get_textpage()) as textpage:
            pages.append(clean_page(textpage.get_text_bounded(errors="replace")))
        chars += len(pages[-1])
        if chars > max_chars:
            return "too_long", []
    return "", pages


# PDFium takes a hyphen at a line end and the line end away and puts one marker in their place: U+0002, or U+FFFE in its other
# text function. Both words' halves and the hyphen belong to the letter (contract, labelling rule 9), so both come back.
_MARKERS = {0x02: "-\n", 0xFFFE: "-\n", 0xFFFF: "\ufffd"}
_CONTROLS = {code: " " for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n"}


def clean_page(text: str) -> str:
    """One page as PDFium gave it, with plain line ends, its hyphens back, and blanks for control characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS | _MARKERS)


def join_pages(pages: list[str]) -> str:
    """The pages in order, a form feed between two of them at the start of a line."""
    return "\n\f".join(pages)


if __name__ == "__main__":
    main()
