"""How many letters a second a run reads, and what that takes: `llm-extract run` against an endpoint of fixed latency.

    .venv/bin/python evals/bench_runs.py             # 10,000 letters at most, some forty minutes on two idle cores
    .venv/bin/python evals/bench_runs.py --large     # 100,000 letters in the memory row too
    .venv/bin/python evals/bench_runs.py --quick     # a look, which writes nothing but to standard output

Each row is the program as a user starts it, in a process of its own, with a cache of its own, against `loopback_endpoint.py`.
Letters are the invented ones of `fixtures/letters` and `evals/practice/text`, numbered in every passage, so that no two ask the
same question. Rows:

- throughput: the endpoint serves N requests at once and each takes a second, so that N answers a second are the ideal. `whole`
  counts from the first request to the last answer, `steady` between a quarter and nine tenths of the answers, as in a long run;
- client: an endpoint that answers at once, so that this program is the limit: letters a second, and milliseconds of processor
  time a letter, all processes counted, with and without the start of the program;
- cached: the same letters again with another --out (finished records), and again without those (answers alone);
- memory: the most that all processes held at once (proportional set size), after runs of growing length;
- start-up: beside `python -c pass`; the best of several, since other processes only ever add.

Writes `evals/reports/bench-runs.json` and `.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Self

from loopback_endpoint import MODEL, Endpoint, running

ROOT = Path(__file__).parent.parent
SOURCES = ("fixtures/letters/*.txt", "evals/practice/text/*.txt")
LIBRARIES = ("openai", "aiohttp", "instructor", "pydantic", "diskcache")
LATENCY = 1.0
SLOTS = (8, 32, 64)
REQUESTS_A_LETTER = {"hybrid": 1, "model": 9}
"""About as many as these letters need, to make runs of like length."""


@dataclass(frozen=True)
class Size:
    """How long each row is: `rounds` answers a slot, letters of the other rows, starts of which the best counts."""

    rounds: int = 30
    client: int = 1_000
    cached: int = 10_000
    large: int | None = None
    starts: int = 5


# --- letters ---------------------------------------------------------------------------------------------------------

_SENTENCE_END = re.compile(r"(?<=[a-z]{3}\.)(?=\s+[A-Z][a-z])")


def numbered(text: str, number: int) -> str:
    """A letter that says its number every few sentences."""
    parts = _SENTENCE_END.split(text)
    return "".join(part + (f" File {number:06d}." if i % 2 == 0 and i + 1 < len(parts) else "") for i, part in enumerate(parts))


def letters(folder: Path, count: int) -> Path:
    """A folder of so many letters."""
    folder.mkdir(parents=True)
    texts = [path.read_text("utf-8", errors="replace") for pattern in SOURCES for path in sorted(ROOT.glob(pattern))]
    for number, text in enumerate(islice(cycle(texts), count)):
        (folder / f"letter-{number:06d}.txt").write_text(numbered(text, number), "utf-8")
    return folder


# --- one process -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """What one process and its children took: seconds, seconds of processor time, and at most so much memory at once."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    exit_code: int


def took(command: list[str], environment: Mapping[str, str]) -> Took:
    """Run a command to its end."""
    started = time.monotonic()
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
        memory = _Memory(process.pid)
        memory.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    memory.ended.set()
    memory.join()
    return Took(time.monotonic() - started, used.ru_utime + used.ru_stime, memory.peak / 1024, process.returncode)


class _Memory(threading.Thread):
    """Looks at a process and its children now and then; `peak` in kilobytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.peak = 0
        self._pid = pid

    def run(self) -> None:
        """Look until the process has ended."""
        while not self.ended.wait(0.25):
            self.peak = max(self.peak, sum(_proportional(pid) for pid in _family(self._pid)))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


# --- runs --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """A folder for everything, and how long the rows are."""

    folder: Path
    size: Size

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the user's settings; modules are compiled once, as where a program is installed."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("LLM_EXTRACT_", "OPENAI_", "OTEL_"))}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        return kept | {"PYTHONPYCACHEPREFIX": str(self.folder / "compiled"), "LLM_EXTRACT_CACHE_DIR": str(self.folder / "cache")}

    def letters(self, count: int) -> Path:
        """A folder of so many letters, made once."""
        folder = self.folder / f"letters-{count}"
        return folder if folder.exists() else letters(folder, count)

    def run(self, count: int, engine: str, *more: str, cold: bool = True) -> Took:
        """One run into a folder of its own, without what earlier ones cached unless told otherwise."""
        if cold:
            shutil.rmtree(self.folder / "cache", ignore_errors=True)
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        command = [sys.executable, "-m", "llm_extract", "run", str(self.letters(count)), "--out", str(out)]
        result = took([*command, "--engine", engine, "--progress", "none", *more], self.environment)
        if result.exit_code not in (0, 3):  # 3: nothing was found in a letter, of which the smallest answers say nothing
            raise RuntimeError(f"The run of {count} letters by {engine} ended with exit code {result.exit_code}.")
        return result

    def asking(self, endpoint: Endpoint, concurrency: int) -> list[str]:
        """Options of a run that asks an endpoint."""
        return ["--model", MODEL, "--base-url", endpoint.base_url, "--concurrency", str(concurrency)]

    # -- rows --

    def throughput(self) -> Iterator[dict[str, Any]]:
        """Answers a second beside the ideal."""
        for engine, requests in REQUESTS_A_LETTER.items():
            for slots in SLOTS:
                with running(latency=LATENCY, slots=slots) as endpoint:
                    count = max(4, slots * self.size.rounds // requests)
                    with _Answers(endpoint) as seen:
                        used = self.run(count, engine, *self.asking(endpoint, slots))
                    whole = endpoint.stats()
                ideal = slots / LATENCY
                yield {
                    "engine": engine,
                    "slots": slots,
                    "letters": count,
                    "requests": whole["served"],
                    "whole": whole["served"] / max(whole["seconds"], LATENCY) / ideal,
                    "steady": seen.rate(0.25, 0.9) / ideal,
                    "cores_busy": used.cpu_seconds / used.seconds,
                }

    def client(self) -> Iterator[dict[str, Any]]:
        """Letters a second where nothing is waited for."""
        for engine in ("baseline", *REQUESTS_A_LETTER):
            count = max(2, self.size.client // (5 if engine == "model" else 1))
            for workers in ((), ("--workers", "0")):
                with running(latency=0) as endpoint:
                    asking = [*self.asking(endpoint, 64), *workers]
                    one, many = self.run(1, engine, *asking), self.run(count, engine, *asking)
                    requests = endpoint.stats()["served"]
                yield {
                    "engine": engine,
                    "workers": "as chosen" if not workers else "none",
                    "letters": count,
                    "requests": requests,
                    "letters_a_second": count / many.seconds,
                    "letters_a_second_after_start": _quotient(count - 1, many.seconds - one.seconds),
                    "cpu_ms_a_letter": 1000 * many.cpu_seconds / count,
                    "cpu_ms_a_letter_after_start": 1000 * (many.cpu_seconds - one.cpu_seconds) / (count - 1),
                }

    def cached(self) -> Iterator[dict[str, Any]]:
        """Letters a second of a run that has been made before, and the memory of the one that fills the caches."""
        count = self.size.cached
        with running(latency=0) as endpoint:
            asking = self.asking(endpoint, 64)
            cold = self.run(count, "hybrid", *asking)
            asked = endpoint.stats()["served"]
            finished = self.run(count, "hybrid", *asking, cold=False)
            shutil.rmtree(self.folder / "cache" / "records")
            answers = self.run(count, "hybrid", *asking, cold=False)
            again = endpoint.stats()["served"] - asked
        for name, used in (("cold", cold), ("finished records", finished), ("answers alone", answers)):
            yield {
                "cache": name,
                "letters": count,
                "letters_a_second": count / used.seconds,
                "cpu_ms_a_letter": 1000 * used.cpu_seconds / count,
                "peak_megabytes": used.peak_megabytes,
                "requests": asked if name == "cold" else again,
            }

    def memory(self) -> Iterator[dict[str, Any]]:
        """The most memory of runs of growing length, cold, engine hybrid."""
        for count in (self.size.cached // 10, self.size.cached, self.size.large):
            if count is not None:
                with running(latency=0) as endpoint:
                    used = self.run(count, "hybrid", *self.asking(endpoint, 64))
                yield {"letters": count, "peak_megabytes": used.peak_megabytes, "letters_a_second": count / used.seconds}

    def starts(self) -> Iterator[dict[str, Any]]:
        """Seconds until a process has ended, the best of several."""
        one, out = str(self.letters(1)), str(self.folder / "out")
        program = ["-m", "llm_extract"]
        commands = {
            "python -c pass": ["-c", "pass"],
            "import llm_extract": ["-c", "import llm_extract"],
            "from llm_extract import extract": ["-c", "from llm_extract import extract"],
            "llm-extract --help": [*program, "--help"],
            "run of one letter, baseline": [*program, "run", one, "--out", out, "--fresh", "--engine", "baseline"],
        }
        for name, command in commands.items():
            best = [took([sys.executable, *command], self.environment) for _ in range(self.size.starts + 1)][1:]
            yield {
                "what": name,
                "seconds": min(used.seconds for used in best),
                "cpu_seconds": min(used.cpu_seconds for used in best),
            }


def _quotient(amount: float, seconds: float) -> float | None:
    """None where the machine was so busy that one letter took longer than many."""
    return amount / seconds if seconds > 0 else None


class _Answers(threading.Thread):
    """Looks at what an endpoint has served now and then, for as long as its block lasts."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join()

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self._endpoint = endpoint
        self._seen: list[tuple[float, int]] = []

    def run(self) -> None:
        """Look until told to end."""
        while not self.ended.wait(0.2):
            self._look()
        self._look()

    def _look(self) -> None:
        self._seen.append((time.monotonic(), self._endpoint.stats()["served"]))

    def rate(self, first: float, last: float) -> float:
        """Answers a second between two shares of all answers."""
        most = self._seen[-1][1]
        start = next(seen for seen in self._seen if seen[1] >= first * most)
        end = next(seen for seen in self._seen if seen[1] >= last * most)
        return (end[1] - start[1]) / (end[0] - start[0]) if end[0] > start[0] else 0.0


# --- the report --------------------------------------------------------------------------------------------------------


def machine() -> dict[str, Any]:
    """Where this was measured, and with what."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "llm_extract": version("llm_extract"),
        **{name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def page(report: Mapping[str, Any]) -> str:
    """The report as Markdown."""
    where = report["machine"]
    parts = [
        "# Runs: letters a second, processor time, memory, start-up",
        f"Made by `{report['command']}` on {report['date']}: {where['processor']}, {where['cores']} cores (load "
        f"{where['load_before']:.1f} when it began), Python {where['python']}, "
        + ", ".join(f"{name} {where[name]}" for name in LIBRARIES)
        + ". What each column means stands at the top of `evals/bench_runs.py`.",
    ]
    for name, rows in report["rows"].items():
        parts += [f"## {name.capitalize()}", _table(rows)]
    return "\n\n".join(parts) + "\n"


def _table(rows: list[dict[str, Any]]) -> str:
    head = [name.replace("_", " ") for name in rows[0]]
    lines = [head, ["---"] * len(head), *([_cell(value) for value in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    return (
        f"{value:,.3f}"
        if isinstance(value, float) and value < 10
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few letters; nothing is kept")
    parser.add_argument("--large", action="store_true", help="100,000 letters in the memory row too")
    parser.add_argument("--rows", default="throughput,client,cached,memory,starts", help="only these, with commas")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "reports", help="folder of the report")
    given = parser.parse_args()
    size = Size(rounds=2, client=20, cached=20, starts=1) if given.quick else Size(large=100_000 if given.large else None)
    report: dict[str, Any] = {
        "command": " ".join(["evals/bench_runs.py", *sys.argv[1:]]),
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "size": asdict(size),
        "rows": {},
    }
    with tempfile.TemporaryDirectory(prefix="bench-runs-") as folder:
        bench = Bench(Path(folder), size)
        took([sys.executable, "-m", "llm_extract", "--version"], bench.environment)
        for name in given.rows.split(","):
            for row in getattr(bench, name)():
                report["rows"].setdefault(name, []).append(row)
                print(json.dumps({name: row}), flush=True)
    if not given.quick:
        (given.out / "bench-runs.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
        (given.out / "bench-runs.md").write_text(page(report), "utf-8")
    print(page(report))


if __name__ == "__main__":
    main()
