"""Runs that are killed and endpoints that misbehave: numbered letters, true answers about them, and a run killed again and again.

Each letter asks one question that no other letter asks, and its answer names the letter: what an endpoint was asked, what the
answer cache holds and what the records say can be laid side by side.
"""

from __future__ import annotations

import json
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import samples
from loopback import Loopback, Received

NAMED = re.compile(r"impingement syndrome number \d+")


def numbered_letters(folder: Path, count: int) -> Path:
    """A folder of letters that differ in their number and in one diagnosis."""
    folder.mkdir(parents=True, exist_ok=True)
    text = samples.letter().text
    for i in range(count):
        said = text.replace("impingement", f"impingement syndrome number {i}", 1).replace("0990001", f"{i:07}")
        (folder / f"letter-{i:05}.txt").write_text(said, encoding="utf-8")
    return folder


def reply_about(request: Received) -> str:
    """The diagnosis of the letter that is asked about, in an answer of the question's form."""
    fields = set(request.body["response_format"]["json_schema"]["schema"]["properties"])
    topic = next(name for name, answer in samples.NOTHING.items() if set(answer) == fields)
    named = NAMED.search(request.body["messages"][1]["content"])
    answer = samples.NOTHING[topic]
    return json.dumps({**answer, "diagnoses": [named.group()]} if topic == "clinical" and named else answer)


def asked_about(request: Received) -> str:
    """Which letter a request is about."""
    named = NAMED.search(request.body["messages"][1]["content"])
    assert named is not None
    return named.group()


def command(server: Loopback, letters: Path, out: Path, *more: str) -> list[str]:
    """The run's command, with the scripted server as its endpoint."""
    options = ("--out", str(out), "--model", "demo", "--base-url", server.base_url, "--progress", "none")
    return [sys.executable, "-m", "llm_extract", "run", str(letters), *options, *more]


@dataclass
class Killed:
    """What one killed start left behind."""

    asked: Counter[str]
    stored: frozenset[str]
    recorded: list[str]
    torn: int


@dataclass
class Outcome:
    """What became of a run that was killed again and again."""

    killed: list[Killed] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    recorded: list[str] = field(default_factory=list)
    exit_code: int = -1
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def paid_twice(self) -> list[str]:
        """Letters about which the endpoint was asked again although the answer was stored when the run was killed."""
        return sorted(
            {name for one in self.killed for name in one.stored | frozenset(one.recorded) if self.asked[name] > one.asked[name]}
        )


def kill_again_and_again(
    server: Loopback, letters: Path, out: Path, cache: Path, environment: Mapping[str, str], *, kills: int, seed: int
) -> Outcome:
    """Start the run, kill it with SIGKILL at `kills` random numbers of requests, then let it come to its end."""
    count = len(list(letters.iterdir()))
    moments = sorted(random.Random(seed).sample(range(1, count), kills))
    outcome = Outcome()
    for moment in moments:
        process = _started(server, letters, out, environment)
        while len(server.requests) < moment and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        lines, torn = _lines(out)
        outcome.killed.append(Killed(_asked(server), _stored(cache), lines, torn))
    last = _started(server, letters, out, environment)
    outcome.exit_code = last.wait(1200)
    outcome.asked = _asked(server)
    outcome.recorded = _lines(out)[0]
    outcome.report = json.loads((out / "run.json").read_text("utf-8"))
    return outcome


def _started(server: Loopback, letters: Path, out: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(server, letters, out), env=dict(environment), stdout=subprocess.DEVNULL)


def _asked(server: Loopback) -> Counter[str]:
    return Counter(asked_about(request) for request in list(server.requests))


def _lines(out: Path) -> tuple[list[str], int]:
    """The letters of the whole records, and how many lines are none."""
    path, names, torn = out / "records.jsonl", [], 0
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            names.append(f"impingement syndrome number {int(json.loads(line)['letter_id'].removeprefix('letter-'))}")
        except (ValueError, KeyError):
            torn += 1
    return names, torn


def _stored(cache: Path) -> frozenset[str]:
    """The letters whose answers the cache holds."""
    path = cache / "answers" / "cache.db"
    if not path.exists():
        return frozenset()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        rows = [str(row[0]) for row in database.execute("SELECT value FROM Cache")]
    return frozenset(m.group() for row in rows for m in NAMED.finditer(row))
