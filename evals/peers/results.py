"""From measured runs to figures and ratios: the part of `bench_peers.py` that measures nothing. `page.py` writes them down.

A run is one process over some letters. A contestant's figures are medians over the repetitions. What one more letter costs is
the difference between many letters and a few of them, so that nothing of the start-up is counted, nor of what a program starts
or loads only when it has many letters; a letter alone has figures of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

OURS = "llm_extract hybrid"
"""The contestant that the others are held against."""

IMPORT, ONE, FEW, CLIENT, CACHED = "import", "one letter", "client-bound, few letters", "client-bound", "cached"
"""Names of the scenarios; the endpoint-bound ones are named by `bound`."""


def bound(slots: int) -> str:
    """Name of the scenario in which the endpoint is the limit."""
    return f"endpoint-bound, {slots} slots"


@dataclass(frozen=True)
class Run:
    """One measured process: seconds, megabytes, requests, and letters with a record (`complete`).

    `rate` is answers a second over the middle of the run, seen at the endpoint.
    """

    contestant: str
    scenario: str
    repeat: int
    letters: int
    wall: float
    cpu: float
    rss: float
    requests: int
    complete: int
    rate: float | None = None


@dataclass(frozen=True)
class Scenario:
    """What all contestants are put through: letters of a run, latency in seconds, slots (None: no limit), requests at once."""

    name: str
    letters: int
    latency: float = 0.0
    slots: int | None = None
    concurrency: int = 16

    @property
    def ideal(self) -> float | None:
        """Answers a second that the endpoint gives at most; None where it is not the limit."""
        return None if self.slots is None or not self.latency else self.slots / self.latency


def steady_rate(samples: Sequence[tuple[float, int]]) -> float | None:
    """Answers a second between a tenth and nine tenths of them, from (seconds, answers so far); None where that went too fast."""
    if len(samples) < 2 or samples[-1][1] <= samples[0][1]:
        return None
    none, every = samples[0][1], samples[-1][1]
    began, ended = (next(s for s in samples if s[1] - none >= share * (every - none)) for share in (0.1, 0.9))
    seconds = ended[0] - began[0]
    return (ended[1] - began[1]) / seconds if seconds >= 0.2 else None


# --- figures ---------------------------------------------------------------------------------------------------------

Figures = dict[str, float | None]


def figures(runs: Iterable[Run], scenarios: Sequence[Scenario]) -> dict[str, Figures]:
    """Each contestant's figures by name (`described` says what they are), in the order of the runs."""
    by_name: dict[str, list[Run]] = {}
    for run in runs:
        by_name.setdefault(run.contestant, []).append(run)
    return {name: _figures(own, scenarios) for name, own in by_name.items()}


def _figures(runs: Sequence[Run], scenarios: Sequence[Scenario]) -> Figures:
    kinds = (IMPORT, ONE, FEW, CLIENT, CACHED)
    brought, one, few, many, again = ([r for r in runs if r.scenario == name] for name in kinds)
    letters_a_second = _over(1, _slope(few, many, "wall"))
    cpu_ms = _over(_slope(few, many, "cpu"), 0.001)
    each = _over(_middle(many, "requests"), _middle(many, "letters"))
    found: Figures = {
        "requests_a_letter": each,
        "letters_a_second": letters_a_second,
        "requests_a_second": _times(letters_a_second, each),
        "cpu_ms_a_letter": cpu_ms,
        "cpu_ms_a_request": _over(cpu_ms, each),
        "whole_letters_a_second": _over(_middle(many, "letters"), _middle(many, "wall")),
        "cached_whole_letters_a_second": _over(_middle(again, "letters"), _middle(again, "wall")),
        "cached_requests": _middle(again, "requests"),
        "cached_cpu_seconds": _middle(again, "cpu"),
        "start_seconds": _middle(one, "wall"),
        "start_cpu_seconds": _middle(one, "cpu"),
        "import_seconds": _middle(brought, "wall"),
        "rss_mb": _middle(many, "rss"),
    }
    for scenario in scenarios:
        if scenario.ideal is not None:
            waited = [r for r in runs if r.scenario == scenario.name]
            rate = _middle([r for r in waited if r.rate is not None], "rate")
            found[f"share_of_ideal_{scenario.slots}"] = _over(rate, scenario.ideal)
            # Of the whole run: who sends everything first and reads the answers afterwards is fast in the middle only.
            found[f"bound_letters_a_second_{scenario.slots}"] = _over(1, _slope(one, waited, "wall"))
    return found


def _middle(runs: Sequence[Run], name: str) -> float | None:
    return median(getattr(run, name) for run in runs) if runs else None


def _slope(few: Sequence[Run], many: Sequence[Run], name: str) -> float | None:
    """What one more letter costs. None where that is too little to be seen beside the start-up."""
    low, high, first, last = (_middle(runs, what) for what in (name, "letters") for runs in (few, many))
    if low is None or high is None or first is None or last is None or last <= first or high <= low:
        return None
    return (high - low) / (last - first)


def _over(a: float | None, b: float | None) -> float | None:
    return a / b if a is not None and b else None


def _times(a: float | None, b: float | None) -> float | None:
    return a * b if a is not None and b is not None else None


# --- ratios ----------------------------------------------------------------------------------------------------------

MORE, LESS = "more is better", "less is better"

_COMPARED: Mapping[str, tuple[str, str]] = {
    "letters_a_second": ("letters a second, client-bound, start-up aside", MORE),
    "whole_letters_a_second": ("letters a second, client-bound, start-up included", MORE),
    "requests_a_second": ("requests a second, client-bound, start-up aside", MORE),
    "cpu_ms_a_letter": ("processor time of one more letter, ms", LESS),
    "cpu_ms_a_request": ("processor time of one more letter by its requests, ms", LESS),
    "cached_whole_letters_a_second": ("letters a second of a second run, start-up included", MORE),
    "start_seconds": ("one letter, the whole program, s", LESS),
    "start_cpu_seconds": ("one letter, the whole program, s of processor time", LESS),
    "import_seconds": ("import, s", LESS),
    "rss_mb": ("peak memory, MB", LESS),
    "requests_a_letter": ("requests a letter", LESS),
}
_COMPARED_AT_SLOTS = {
    "share_of_ideal": "share of the ideal requests a second, endpoint-bound",
    "bound_letters_a_second": "letters a second, endpoint-bound, start-up aside",
}


def described(figure: str) -> tuple[str, str] | None:
    """What a figure is and which way is up; None for one that contestants are not held against each other in."""
    kind, _, slots = figure.rpartition("_")
    if kind in _COMPARED_AT_SLOTS:
        return f"{_COMPARED_AT_SLOTS[kind]}, {slots} slots", MORE
    return _COMPARED.get(figure)


def advantage(figure: str, ours: float | None, theirs: float | None) -> float | None:
    """How many times as good as ours theirs is; below 1 it is worse. None where one of the two is not there."""
    told = described(figure)
    if told is None or not ours or not theirs:
        return None
    return theirs / ours if told[1] == MORE else ours / theirs


def ratios(found: Mapping[str, Figures]) -> dict[str, dict[str, float]]:
    """By contestant and figure, how many times as good as ours."""
    ours = found.get(OURS, {})
    return {name: dict(_advantages(ours, theirs)) for name, theirs in found.items()}


def _advantages(ours: Figures, theirs: Figures) -> Iterator[tuple[str, float]]:
    for figure, value in theirs.items():
        times = advantage(figure, ours.get(figure), value)
        if times is not None:
            yield figure, times


@dataclass(frozen=True)
class Shortfall:
    """A figure in which the best peer is `times` as good as we are."""

    figure: str
    peer: str
    times: float
    ours: float | None
    theirs: float | None


def shortfalls(found: Mapping[str, Figures], peers: Sequence[str], least: float = 1.02) -> list[Shortfall]:
    """Where the best peer beats us by two per cent or more, the worst first."""
    times = ratios(found)
    best: dict[str, tuple[float, str]] = {}
    for peer in peers:
        for figure, ratio in times.get(peer, {}).items():
            best[figure] = max(best.get(figure, (0.0, "")), (ratio, peer))
    beaten = [Shortfall(f, p, r, found[OURS][f], found[p][f]) for f, (r, p) in best.items() if r >= least]
    return sorted(beaten, key=lambda one: -one.times)
