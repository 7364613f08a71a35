"""The report of `bench_peers.py`, for machines and for people: shortfalls first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from peers.results import CLIENT, OURS, Figures, Run, Scenario, described, figures, ratios, shortfalls

Column = tuple[str, str, Callable[[float], str]]
"""Head, figure, and how it is written."""


@dataclass(frozen=True)
class Report:
    """Everything that was found. `missing` holds what contestants said that failed; one without a version has no figures."""

    runs: Sequence[Run]
    scenarios: Sequence[Scenario]
    versions: Mapping[str, str]
    missing: Mapping[str, str]
    machine: Mapping[str, Any]
    command: str

    @property
    def peers(self) -> list[str]:
        """The contestants that are not ours."""
        return [name for name in self.versions if not name.startswith("llm_extract")]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        found = figures(self.runs, self.scenarios)
        return {
            "command": self.command,
            "machine": dict(self.machine),
            "versions": dict(self.versions),
            "missing": dict(self.missing),
            "scenarios": [asdict(s) for s in self.scenarios],
            "shortfalls": [asdict(s) for s in shortfalls(found, self.peers)],
            "figures": found,
            "times_as_good_as_ours": ratios(found),
            "runs": [asdict(r) for r in self.runs],
        }

    def as_markdown(self) -> str:
        """For people."""
        found = figures(self.runs, self.scenarios)
        missing = [f"## Not measured\n\n{_bullets(self.missing)}"] if self.missing else []
        parts = [
            "# Speed beside the closest peers",
            f"{_rounds(self.runs)} {_ABOUT}\n\n{_bullets(self.machine)}",
            f"## Where a peer beats us\n\n{_beaten(found, self.peers)}",
            *missing,
            f"## The client is the limit\n\n{_client_text(self.scenarios)}",
            self._table(found, _CLIENT),
            f"## The endpoint is the limit\n\n{_bound_text(self.scenarios)}",
            self._table(found, _bound_columns(self.scenarios)),
            f"## A second run, start-up, memory\n\n{_AGAIN_TEXT}",
            self._table(found, _AGAIN),
            f"## Times as good as `{OURS}`\n\nAbove 1 the contestant is better than we are, below 1 worse.",
            _ratio_table(found),
            f"## How to repeat\n\n```console\n{self.command}\n```\n\n{_HOW}",
        ]
        return "\n\n".join(parts) + "\n"

    def _table(self, found: Mapping[str, Figures], columns: Sequence[Column]) -> str:
        def cells(name: str) -> list[str]:
            if name not in self.versions:
                return ["not measured"] * len(columns)
            return [_cell(found.get(name, {}).get(figure), written) for _, figure, written in columns]

        names = dict.fromkeys((*self.versions, *self.missing))
        rows = [_row(f"{name} {self.versions.get(name, '')}".strip(), cells(name)) for name in names]
        return _headed([head for head, _, _ in columns], rows)


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _twice(value: float) -> str:
    return f"{value:.2f}"


_CLIENT: Sequence[Column] = (
    ("requests a letter", "requests_a_letter", _plain),
    ("letters a second", "letters_a_second", _plain),
    ("requests a second", "requests_a_second", _plain),
    ("CPU ms a letter", "cpu_ms_a_letter", _plain),
    ("CPU ms a request", "cpu_ms_a_request", _plain),
    ("letters a second, start-up included", "whole_letters_a_second", _plain),
)
_AGAIN: Sequence[Column] = (
    ("cached letters a second, start-up included", "cached_whole_letters_a_second", _plain),
    ("requests of the second run", "cached_requests", _plain),
    ("CPU s of the second run", "cached_cpu_seconds", _plain),
    ("one letter, s", "start_seconds", _plain),
    ("one letter, CPU s", "start_cpu_seconds", _plain),
    ("import, s", "import_seconds", _plain),
    ("peak memory, MB", "rss_mb", _plain),
)


def _bound_columns(scenarios: Sequence[Scenario]) -> list[Column]:
    return [
        column
        for s in scenarios
        if s.ideal is not None
        for column in (
            (f"share of the ideal {_plain(s.ideal)} requests a second", f"share_of_ideal_{s.slots}", _percent),
            (f"letters a second, {s.slots} slots", f"bound_letters_a_second_{s.slots}", _plain),
        )
    ]


_ABOUT = """Contestants take turns, and figures are medians. Every contestant is a process of its own that
reads the same letters from files and asks the same endpoint on the loopback, with its own concurrency knob at the same value and
its own cache on. The endpoint gives one fixed answer to a schema, whatever the letter says."""
_AGAIN_TEXT = """The second run is a new process over the same letters, with what the first one kept; langextract keeps nothing.
One letter is the whole program: start, imports, one letter, end. Memory is the peak of the client-bound run, all its processes
together."""
_HOW = """The environments of the peers are built once, from the hash-pinned locks in `evals/peers/` (some 800 MB); `make setup`
and `make test` never touch them. Their calls home (telemetry, price lists) are switched off, and DELM is lent the token table
that it would otherwise download. Further options: `--quick`, `--letters N`, `--repeats N`, `--minutes N`, `--only NAME,NAME`."""


def _rounds(runs: Iterable[Run]) -> str:
    repeats = max((r.repeat for r in runs), default=0)
    return f"{repeats} repetition{'' if repeats == 1 else 's'} in one run."


def _client_text(scenarios: Iterable[Scenario]) -> str:
    told = next((f"{s.letters} letters, {s.concurrency} requests at once. " for s in scenarios if s.name == CLIENT), "")
    return f"""The endpoint answers at once. {told}What one more letter costs is the time of many less that of a
fifth of them, by letter.
A peer asks one large question a letter and validates its answer. `llm_extract` reads each letter with rules too, asks small
questions, proves every value and writes the evidence: its letter is more work than theirs, its request is comparable. The fixed
answers do not fit the items of every letter, so that `llm_extract model` drops more values than it would in life."""


def _bound_text(scenarios: Iterable[Scenario]) -> str:
    told = "; ".join(
        f"{s.slots} slots, {s.latency:g} s an answer, {s.concurrency} requests at once, {s.letters} letters"
        for s in scenarios
        if s.ideal is not None
    )
    return f"""{told}. The share is that of the endpoint's answers a second between a tenth and nine tenths of a run: start-up
and end do not count. Letters a second are those of the whole run without the start: who sends everything first and reads the
answers afterwards has a high share and few letters."""


def _beaten(found: Mapping[str, Figures], peers: Sequence[str]) -> str:
    worst = shortfalls(found, peers)
    if not worst:
        return "In no figure of this run."
    rows = [_row(_told(s.figure), [_cell(s.ours, _plain), _cell(s.theirs, _plain), s.peer, _twice(s.times)]) for s in worst]
    return _headed([OURS, "best peer", "which", "times as good"], rows)


def _ratio_table(found: Mapping[str, Figures]) -> str:
    times = ratios(found)
    names = [name for name in found if name != OURS]
    rows = [_row(_told(f), [_cell(times[n].get(f), _twice) for n in names]) for f in found.get(OURS, {}) if described(f)]
    return _headed(names, rows)


def _told(figure: str) -> str:
    return (described(figure) or (figure, ""))[0]


def _headed(heads: Sequence[str], rows: Iterable[str]) -> str:
    return "\n".join([_row("", heads), _row("---", ["---"] * len(heads)), *rows])


def _cell(value: float | None, written: Callable[[float], str]) -> str:
    return "-" if value is None else written(value)


def _row(name: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _bullets(told: Mapping[str, Any]) -> str:
    return "\n".join(f"- {name}: {why}" for name, why in told.items())
