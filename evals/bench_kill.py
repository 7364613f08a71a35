"""Kill a run with `kill -9` again and again, and count what was lost, doubled or paid twice.

    .venv/bin/python evals/bench_kill.py [--letters 2000] [--kills 20] [--seed 7]

A scripted endpoint on the loopback answers about invented letters that differ in their number. Prints one line a kill and the
verdict: every letter exactly once in the end, no whole line that is no record, no question asked again whose answer was stored.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from loopback import Loopback, after, good
from run_faults import kill_again_and_again, numbered_letters, reply_about


def main() -> int:
    """Run, kill, count; exit code 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        letters = numbered_letters(folder / "letters", given.letters)
        environment = {**os.environ, "LLM_EXTRACT_CACHE_DIR": str(folder / "cache")}
        started = time.monotonic()
        with Loopback([after(0.05, good(reply_about))]) as server:
            outcome = kill_again_and_again(
                server, letters, folder / "out", folder / "cache", environment, kills=given.kills, seed=given.seed
            )
    for i, one in enumerate(outcome.killed, 1):
        records = f"{len(one.recorded)} records, {len(one.recorded) - len(set(one.recorded))} twice, {one.torn} torn"
        print(f"kill {i}: {sum(one.asked.values())} requests, {len(one.stored)} answers stored, {records}")
    names = {f"impingement syndrome number {i}" for i in range(given.letters)}
    lost, doubled = len(names - set(outcome.recorded)), len(outcome.recorded) - len(set(outcome.recorded))
    requests = sum(outcome.asked.values())
    print(
        f"{given.letters} letters, {given.kills} kills, {time.monotonic() - started:.0f} s: exit code {outcome.exit_code}, "
        f"{lost} lost, {doubled} doubled, {requests - given.letters} requests repeated, "
        f"{len(outcome.paid_twice)} of them although the answer was stored"
    )
    return int(bool(lost or doubled or outcome.paid_twice or outcome.exit_code))


if __name__ == "__main__":
    sys.exit(main())
