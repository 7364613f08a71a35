"""Speed beside the closest peers (DELM, langextract, Curator, instructor): same letters, same endpoint, one run.

    .venv/bin/python evals/bench_peers.py --build       # the peers' environments where they are missing, then the whole
    .venv/bin/python evals/bench_peers.py --quick       # a look: few letters, one repetition

Each contestant is a process of its own, started here, against `loopback_endpoint.py`: ours is `llm-extract run`, a peer is its
driver in `evals/peers/`. Per repetition, contestants taking turns: an import, one letter, a few and many letters at an endpoint
that answers at once, the same again (cached), and many letters at an endpoint of fixed latency with 16 and with 64 slots. Wall
clock, processor time with all children, peak memory, and what the endpoint counted. Writes `evals/reports/bench-peers.json` and
`.md`, some twenty minutes. A peer that cannot be run is in the report with what it said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from loopback_endpoint import MODEL, Endpoint, running
from peers.page import Report
from peers.results import CACHED, CLIENT, FEW, IMPORT, ONE, Run, Scenario, bound, steady_rate

from llm_extract.answers import quote_faults
from llm_extract.letters import letter_from_text
from llm_extract.questions import ClinicalAnswer
from llm_extract.sections import sections_of

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = HERE / "peers"
BIN = Path(sys.executable).parent
SOURCES = ("fixtures/letters/*.txt", "evals/gold/text/dev-*.txt", "evals/practice/text/*.txt")
LATENCY = 0.25
SLOTS = (16, 64)
PATIENCE = 300.0
"""Seconds after which a process is given up."""


# --- letters ---------------------------------------------------------------------------------------------------------

_SENTENCE_ENDS = re.compile(r"[a-z]{3}\.(?=\s+[A-Z][a-z])")


def numbered(text: str, number: int, every: int = 150) -> str:
    """A letter with a sentence of its own in each of its passages, so that no two letters ask the same question of a cache."""
    parts, last = [], 0
    for end in _SENTENCE_ENDS.finditer(text):
        if end.end() - last >= every:
            parts.append(text[last : end.end()])
            last = end.end()
    return f" Chart {number:06d} was read.".join([*parts, text[last:]])


def write_letters(folder: Path, count: int) -> Path:
    """As many letters as asked for, from the invented ones of the project whose summary holds the words of the fixed answer.

    An answer whose words are not in the letter is asked again by us and by nobody else; in life that is one in three.
    """
    folder.mkdir()
    texts = [p.read_text("utf-8", errors="replace") for pattern in SOURCES for p in sorted(ROOT.glob(pattern))]
    answer = ClinicalAnswer.model_validate(json.loads((PEERS / "answers.json").read_text("utf-8"))["ClinicalAnswer"])
    texts = [text for text in texts if _holds(text, answer)]
    for number, text in enumerate(islice(cycle(texts), count)):
        (folder / f"letter-{number:05d}.txt").write_text(numbered(text, number), "utf-8")
    return folder


def _holds(text: str, answer: ClinicalAnswer) -> bool:
    sections = sections_of(letter_from_text(text))
    return sections.summary is not None and not quote_faults("clinical", answer, sections, sections.summary)


# --- contestants -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One process: which letters, where its cache may live, where it writes."""

    letters: Path
    endpoint: Endpoint
    concurrency: int
    cache: Path
    out: Path


@dataclass(frozen=True)
class Contestant:
    """One program. `brought` is the import that its users begin with; `package` is where its version is looked up."""

    name: str
    python: Path
    brought: str
    package: str
    engine: str | None = None

    def command(self, job: Job) -> list[str]:
        """The command of a job."""
        asked = ["--model", MODEL, "--base-url", job.endpoint.base_url, "--concurrency", str(job.concurrency)]
        if self.engine is not None:
            run = [str(BIN / "llm-extract"), "run", str(job.letters), "--out", str(job.out), "--fresh", "--progress", "none"]
            return [*run, "--engine", self.engine, *asked]
        driver = [str(self.python), str(PEERS / f"run_{self.name}.py"), "--letters", str(job.letters)]
        return [*driver, "--cache", str(job.cache), "--out", str(job.out), *asked]

    def version(self) -> str:
        """The version in its environment. Raises `CannotRunError` where there is none."""
        if not self.python.exists():
            raise CannotRunError(f"its environment {self.python.parent.parent} is not there; run with --build")
        asked = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        return said(str(self.python), "-c", asked)

    def complete(self, job: Job) -> int:
        """Letters with a record after a job; for ours, one that is not failed."""
        with (job.out if self.engine is None else job.out / "records.jsonl").open(encoding="utf-8") as lines:
            return sum(self.engine is None or json.loads(line)["status"] != "failed" for line in lines)


class CannotRunError(Exception):
    """A contestant cannot be run; the message is what it said."""


def contestants() -> list[Contestant]:
    """Ours and the peers."""
    here, name = Path(sys.executable), "llm_extract"
    ours = [Contestant(f"{name} {e}", here, "from llm_extract import extract", name, e) for e in ("hybrid", "model")]
    peers = {
        "instructor": ("import openai; from instructor import from_openai", "instructor"),
        "curator": ("from bespokelabs.curator import LLM", "bespokelabs-curator"),
        "delm": ("from delm import DELM", "delm"),
        "langextract": ("from langextract import extract", "langextract"),
    }
    return ours + [Contestant(name, environment(name) / "bin" / "python", *names) for name, names in peers.items()]


def environment(name: str) -> Path:
    """Where a peer is installed."""
    return PEERS / f".venv-{name}"


def build(name: str) -> None:
    """A peer's environment from its lock. One that cannot be built is not there afterwards, and the report says so."""
    where, uv = environment(name), str(BIN / "uv")
    lock = PEERS / f"requirements-{name}.txt"
    steps = [
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(where)],
        [uv, "pip", "sync", "--quiet", "--python", str(where / "bin" / "python"), "--require-hashes", str(lock)],
    ]
    try:
        for step in steps:
            said(*step)
    except CannotRunError as error:
        sys.stderr.write(f"{name}: {error}\n")
        shutil.rmtree(where, ignore_errors=True)


def said(*command: str) -> str:
    """What a command prints. Raises `CannotRunError` with its last words where it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - commands of this file
    if done.returncode:
        raise CannotRunError(_last_line(done.stderr))
    return done.stdout.strip()


def surroundings(job: Job | None, home: Path) -> dict[str, str]:
    """The environment of a contestant: nothing of the user's settings, no calls home, caches in the run's own folders."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "LLM_EXTRACT_", "CURATOR_", "HF_", "LITELLM_"))}
    quiet = {
        "NO_PROXY": "127.0.0.1",
        "HF_HUB_OFFLINE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "TELEMETRY_ENABLED": "false",
        "CURATOR_DISABLE_RICH_DISPLAY": "1",
        "HF_HOME": str(home),
    }
    tables = next(environment("curator").glob("lib/python*/site-packages/litellm/litellm_core_utils/tokenizers"), None)
    quiet |= {"TIKTOKEN_CACHE_DIR": str(tables)} if tables else {}
    return kept | quiet | ({"LLM_EXTRACT_CACHE_DIR": str(job.cache)} if job else {})


# --- measuring -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spent:
    """What a process took: seconds, seconds of processor time with all its children, megabytes at the most."""

    wall: float
    cpu: float
    rss: float


def spend(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> Spent:
    """Run a command to its end. Raises `CannotRunError` with its last words where it fails or takes too long."""
    with tempfile.TemporaryFile("w+", dir=folder) as words:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - commands of this file
            command, env=environ, cwd=folder, stdin=subprocess.DEVNULL, stdout=words, stderr=words
        )
        with _watched(process) as peak:
            _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            words.seek(0)
            gave_up = f"given up after {PATIENCE:.0f} s" if wall > PATIENCE else f"exit code {process.returncode}"
            raise CannotRunError(f"{gave_up}: {_last_line(words.read())}")
    return Spent(wall, used.ru_utime + used.ru_stime, max(peak[0], used.ru_maxrss / 1024))


@contextmanager
def _watched(process: subprocess.Popen[bytes]) -> Iterator[list[float]]:
    """Peak memory in MB of a process and its children together, in a list of one; a process that takes too long is ended."""
    peak, ended, until = [0.0], threading.Event(), time.perf_counter() + PATIENCE

    def watch() -> None:
        while not ended.wait(0.1):
            peak[0] = max(peak[0], _resident(process.pid))
            if time.perf_counter() > until:
                process.kill()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    except BaseException:  # interrupted: nobody waits for it any more
        process.kill()
        raise
    finally:
        ended.set()
        thread.join()


def _resident(pid: int) -> float:
    """Resident megabytes of a process and its descendants, as far as the system tells."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 + sum(_resident(int(child)) for child in children)
    return 0.0


@contextmanager
def _sampled(endpoint: Endpoint) -> Iterator[list[tuple[float, int]]]:
    """(seconds, answers given) of an endpoint, twenty times a second."""
    samples: list[tuple[float, int]] = []
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(0.05):
            samples.append((time.perf_counter(), endpoint.stats()["served"]))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()


def _last_line(said: str) -> str:
    """The last line with something in it, short enough for a table."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


# --- the bench -------------------------------------------------------------------------------------------------------


@dataclass
class Bench:
    """All runs of all contestants, in a folder that is deleted afterwards. `failed`: who failed, and what they said."""

    folder: Path
    endpoints: Mapping[tuple[float, int | None], Endpoint]
    scenarios: Sequence[Scenario]
    runs: list[Run] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def repeat(self, number: int, playing: Sequence[Contestant]) -> None:
        """One repetition: every scenario, contestants taking turns; whoever fails once is left out from then on."""
        for scenario in self.scenarios:
            if scenario.name == IMPORT and number > 1:
                continue  # once is enough: it is part of every other run
            for one in playing:
                if one.name not in self.failed:
                    self._try(number, scenario, one)
        for one in playing:
            shutil.rmtree(self._home(one, number), ignore_errors=True)

    def _try(self, number: int, scenario: Scenario, one: Contestant) -> None:
        try:
            run = self._measured(number, scenario, one)
        except CannotRunError as error:
            self.failed[one.name] = f"repetition {number}, {scenario.name}: {error}"
            self.runs = [r for r in self.runs if (r.contestant, r.repeat) != (one.name, number)]
            sys.stderr.write(f"{one.name} is left out: {self.failed[one.name]}\n")
            return
        self.runs.append(run)
        sys.stderr.write(f"{number} {scenario.name}: {one.name} {run.wall:.2f} s, {run.cpu:.2f} s CPU, {run.requests} requests\n")

    @property
    def measured(self) -> set[str]:
        """Those with at least one whole repetition."""
        return {run.contestant for run in self.runs}

    def _home(self, one: Contestant, number: int) -> Path:
        return self.folder / f"{one.name.replace(' ', '-')}-{number}"

    def _measured(self, number: int, scenario: Scenario, one: Contestant) -> Run:
        home = self._home(one, number)
        home.mkdir(exist_ok=True)
        if scenario.name == IMPORT:
            spent = spend([str(one.python), "-c", one.brought], surroundings(None, home), home)
            return Run(one.name, IMPORT, number, 0, spent.wall, spent.cpu, spent.rss, 0, 0)
        endpoint = self.endpoints[scenario.latency, scenario.slots]
        cache = home / f"cache-{CLIENT if scenario.name == CACHED else scenario.name}"  # the second run has the first one's
        out = home / f"out-{scenario.name}"
        job = Job(self.folder / f"letters-{scenario.letters}", endpoint, scenario.concurrency, cache, out)
        endpoint.reset()
        with _sampled(endpoint) as samples:
            spent = spend(one.command(job), surroundings(job, home), home)
        complete, asked = one.complete(job), endpoint.stats()["requests"]
        if complete < scenario.letters:
            raise CannotRunError(f"only {complete} of {scenario.letters} letters have a record")
        rate = steady_rate(samples) if scenario.slots and asked >= 3 * scenario.slots else None  # of whole rounds
        return Run(one.name, scenario.name, number, scenario.letters, spent.wall, spent.cpu, spent.rss, asked, complete, rate)


def plan(letters: int) -> list[Scenario]:
    """What everybody is put through. Where the endpoint is the limit, twelve rounds of its slots: of fewer, start-up is most."""
    at_slots = [Scenario(bound(slots), 12 * slots if letters > 100 else letters, LATENCY, slots, slots) for slots in SLOTS]
    few = Scenario(FEW, letters // 5)
    return [Scenario(IMPORT, 0), Scenario(ONE, 1), few, Scenario(CLIENT, letters), Scenario(CACHED, letters), *at_slots]


def measure(given: argparse.Namespace, playing: Sequence[Contestant]) -> Report:
    """Repeat until the repetitions are done, or one more would take too long."""
    machine, scenarios = machine_now(), plan(given.letters)
    versions, absent = versions_of(playing)
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as name, ExitStack() as stack:
        for count in {s.letters for s in scenarios if s.letters}:
            write_letters(Path(name) / f"letters-{count}", count)
        kinds = {(s.latency, s.slots) for s in scenarios}
        answers = PEERS / "answers.json"
        endpoints = {k: stack.enter_context(running(latency=k[0], slots=k[1], answers=answers)) for k in kinds}
        bench = Bench(Path(name), endpoints, scenarios, failed=absent)
        started = time.monotonic()
        for number in range(1, given.repeats + 1):
            bench.repeat(number, playing)
            if (time.monotonic() - started) * (number + 1) / number > given.minutes * 60:
                break
    kept = {name: version for name, version in versions.items() if name in bench.measured}
    return Report(bench.runs, scenarios, kept, bench.failed, machine, "make bench-peers")


def versions_of(playing: Sequence[Contestant]) -> tuple[dict[str, str], dict[str, str]]:
    """Versions of those that are there, and of the others what is wrong."""
    versions, absent = {}, {}
    for one in playing:
        try:
            versions[one.name] = one.version()
        except CannotRunError as error:
            absent[one.name] = str(error)
    return versions, absent


def machine_now() -> dict[str, str]:
    """What was measured on, and how busy it was before anything began."""
    names = re.findall(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    return {
        "processor": f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores",
        "load before": f"{os.getloadavg()[0]:.1f} processes that wanted a core (on an idle machine under 0.3)",
        "Python": platform.python_version(),
        "system": platform.platform(),
        "commit": commit(),
        "date": time.strftime("%Y-%m-%d"),
    }


def commit() -> str:
    """What was measured of ours, as git has it."""
    with suppress(CannotRunError, OSError):
        git = shutil.which("git") or "git"
        return said(git, "rev-parse", "--short", "HEAD") + (" with changes" if said(git, "status", "--porcelain") else "")
    return "unknown"


def _read(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text()
    return ""


def main() -> int:
    """Build where asked, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--build", action="store_true", help="build the environments of the peers that are missing")
    parser.add_argument("--quick", action="store_true", help="few letters, one repetition")
    parser.add_argument("--letters", type=int, help="letters of the client-bound runs [1000; 30 with --quick]")
    parser.add_argument("--repeats", type=int, help="repetitions at the most [2; 1 with --quick]")
    parser.add_argument("--minutes", type=float, default=30.0, help="no repetition is begun that would end later [30]")
    parser.add_argument("--only", help="names of contestants, with commas between them")
    parser.add_argument("--out", type=Path, default=HERE / "reports" / "bench-peers.json")
    given = parser.parse_args()
    given.letters = given.letters or (30 if given.quick else 1000)
    given.repeats = given.repeats or (1 if given.quick else 2)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the `with`s, which end what was started
    everybody = contestants()
    chosen = [c for c in everybody if given.only is None or c.name in given.only.split(",")]
    if not chosen:
        parser.error(f"--only knows {', '.join(c.name for c in everybody)}")
    if given.build:
        for one in chosen:
            if one.engine is None and not one.python.exists():
                build(one.name)
    report = measure(given, chosen)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(report.as_dict(), indent=1) + "\n", "utf-8")
    given.out.with_suffix(".md").write_text(report.as_markdown(), "utf-8")
    sys.stdout.write(report.as_markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
