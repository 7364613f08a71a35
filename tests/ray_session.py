"""A local Ray cluster of two workers in a process of its own, and runs of the program on it.

    with RaySession() as session:
        done = session.run("letters/", "--out", "out", "--on", "ray")
    session.left_behind()       # processes that should be gone

Ray takes seconds to load and to start: one process does both once and then runs the command line again and again. Run as a
script, this file is that process: a line of JSON in, a line of JSON out.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

WORKERS = 2
PATIENCE = 600.0
"""Seconds that a command may take, on a machine that is busy with other things."""
STORE = 80_000_000
"""Bytes of Ray's object store: the least that it takes."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


class RaySession:
    """The cluster and the process that starts it, with this environment and nothing of the user's."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        # Not pytest's folder: the path of a Unix socket has some hundred characters at most.
        self.folder = Path(tempfile.mkdtemp(prefix="ray-"))
        self._environment = dict(environment)

    def __enter__(self) -> Self:
        command = [sys.executable, __file__, str(self.folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment, text=True, cwd=self.folder
        )
        assert self._answer() == {"started": True}
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(120)
        assert self._process.stdout is not None
        self._process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments: str | Path) -> Done:
        """`llm-extract` with these arguments, in the process that has the cluster."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(a) for a in arguments]) + "\n")
        self._process.stdin.flush()
        return Done(**self._answer())

    def left_behind(self) -> list[str]:
        """Command lines of processes that belong to the cluster and are there yet."""
        return [line for line in _command_lines() if str(self.folder) in line]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        late = threading.Timer(PATIENCE, self._process.kill)  # a cluster that waits for itself would wait for ever
        late.start()
        try:
            line = self._process.stdout.readline()
        finally:
            late.cancel()
        assert line, f"the process that has the cluster is gone ({self._process.wait(60)})"
        return dict(json.loads(line))


def _command_lines() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # ended meanwhile
            found.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


# --- the process -----------------------------------------------------------------------------------------------------


def main() -> None:
    """Start the cluster, say where it is, run what is asked for."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what anybody else prints is no answer
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    _started(sys.argv[1])
    answers.write(json.dumps({"started": True}) + "\n")
    answers.flush()
    for line in sys.stdin:
        answers.write(json.dumps(_run(json.loads(line))) + "\n")
        answers.flush()
    import ray

    ray.shutdown()


def _started(folder: str) -> None:
    """Start the cluster. Ray gives up after half a minute, which a busy machine may need more than once."""
    import ray

    options = {"num_cpus": WORKERS, "object_store_memory": STORE, "include_dashboard": False, "_temp_dir": folder}
    for left in (2, 1, 0):
        try:
            ray.init(address="local", log_to_driver=False, logging_level="ERROR", **options)
        except Exception:
            ray.shutdown()
            if not left:
                raise
        else:
            return


def _run(arguments: list[str]) -> dict[str, Any]:
    from llm_extract.cli import main as program

    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            program(arguments, prog_name="llm-extract")
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    return {"returncode": code, "stdout": out.getvalue(), "stderr": errors.getvalue()}


if __name__ == "__main__":
    main()
