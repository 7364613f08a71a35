"""Runs whose letters are read in processes of their own: interrupted, resumed, asked again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Received, Reply, after, good
from run_faults import asked_about, command, numbered_letters, reply_about

pytestmark = [
    pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"]),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal"),
]


def records(out: Path) -> list[dict[str, Any]]:
    """The records of a run."""
    return [json.loads(line) for line in (out / "records.jsonl").read_text("utf-8").splitlines()]


def test_ctrl_c_finishes_what_the_workers_hold(environment: dict[str, str], tmp_path: Path) -> None:
    """A terminal interrupts its whole process group: letters under way are finished, and the same command reads the others."""
    letters, out = numbered_letters(tmp_path / "letters", 10), tmp_path / "out"
    interrupted = False

    async def slow(request: Received) -> Reply:
        waiting = len(server.requests) >= 3 and not interrupted
        answer = (after(1.5, good(reply_about)) if waiting else good(reply_about))(request)
        return answer if isinstance(answer, Reply) else await answer

    with Loopback([slow]) as server:
        line = command(server, letters, out, "--concurrency", "2", "--workers", "1")
        process = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True, process_group=0)
        while len(server.requests) < 4 and process.poll() is None:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        errors = process.communicate(timeout=120)[1]
        interrupted = True
        assert process.returncode == 130, errors
        assert "Traceback" not in errors
        assert len(records(out)) == len(server.requests) < 10
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        asked = [asked_about(request) for request in server.requests]
    assert sorted(r["letter_id"] for r in records(out)) == [f"letter-{i:05}" for i in range(10)]
    assert {r["status"] for r in records(out)} == {"ok"}
    assert len(asked) == len(set(asked)) == 10


def test_workers_ask_nothing_twice(environment: dict[str, str], tmp_path: Path) -> None:
    """Their questions go through the one cache: a second run asks nobody, and one letter many times over asks once."""
    letters = numbered_letters(tmp_path / "letters", 3)
    for i in range(4):
        (letters / f"same-{i}.txt").write_bytes((letters / "letter-00000.txt").read_bytes())
    with Loopback([after(0.2, good(reply_about))]) as server:
        for name in ("first", "second"):
            line = command(server, letters, tmp_path / name, "--workers", "2")
            done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        assert len(server.requests) == 3
    assert len(records(tmp_path / "first")) == len(records(tmp_path / "second")) == 7
