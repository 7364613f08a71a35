"""What the drivers of the peers have in common: their command line, the letters, the clock, and the line that they print."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Job:
    """One run of a peer: which letters, against which endpoint, how many requests at once, where its cache may live."""

    letters: Path
    base_url: str
    model: str
    concurrency: int
    cache: Path
    out: Path

    def texts(self) -> dict[str, str]:
        """The letters by name."""
        return {path.stem: path.read_text("utf-8") for path in sorted(self.letters.glob("*.txt"))}


def job_of(arguments: list[str] | None = None) -> Job:
    """The job that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--letters", type=Path, required=True)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    job = Job(**vars(parser.parse_args(arguments)))
    os.environ["OPENAI_API_KEY"] = "unused"  # the peers look for one before they look at the endpoint
    job.cache.mkdir(parents=True, exist_ok=True)
    return job


class Clock:
    """Seconds of the extraction itself, from its making to `report`. What went before, the imports, is seen from outside."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    def report(self, job: Job, records: Iterable[Mapping[str, Any]], complete: int, version: str) -> None:
        """Write the records, and print one line about the run. `complete` counts letters with a record that holds items.

        Exits with a message where a letter has none: a library that returns empty rows for failed requests has not done the work.
        """
        with job.out.open("w", encoding="utf-8") as lines:
            count = sum(1 for record in records if lines.write(json.dumps(record) + "\n"))
        spent = {
            "version": version,
            "letters": count,
            "complete": complete,
            "seconds": time.perf_counter() - self._started,
            "cpu_seconds": _cpu(resource.RUSAGE_SELF) + _cpu(resource.RUSAGE_CHILDREN),
            "max_rss_mb": max(_rss(resource.RUSAGE_SELF), _rss(resource.RUSAGE_CHILDREN)),
        }
        sys.stdout.write(json.dumps(spent) + "\n")
        if complete < count:
            sys.exit(f"only {complete} of {count} letters have a record with items")


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _rss(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024
