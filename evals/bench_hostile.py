"""How the work grows on texts that nobody wrote: all of `hostile_texts` in every room of a letter, at a length and twice that.

`make bench` runs it. A ratio of two means linear; the table shows the worst ones, and the slowest texts in seconds. The texts are
shorter than `LONGEST_TEXT`, which bounds the work on longer ones; the last lines are texts of the longest file that is read.
Exit code 1 where a text takes longer than `MOST_SECONDS` a million characters: that is no question of the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hostile_texts import UNITS, places, repeated

from llm_extract.baseline import read_letter
from llm_extract.checks import check
from llm_extract.grounding import ground
from llm_extract.letters import MAX_CHARS, Letter

MOST_SECONDS = 10.0
"""A text that takes longer shows work that does not end: letters take about a second a million characters."""


class Growth(NamedTuple):
    """Seconds for a text and for one twice as long."""

    unit: str
    place: str
    once: float
    twice: float

    @property
    def ratio(self) -> float:
        """Two for linear work, four for quadratic."""
        return self.twice / self.once


def read(text: str) -> None:
    """A text through rules, grounding and checks."""
    letter = Letter("hostile", "", "", text)
    check(ground(read_letter(letter), letter), letter)


def seconds(text: str, times: int) -> float:
    """Seconds of processor time of one reading, the best of `times`: other processes only ever add."""
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        read(text)
        best = min(best, time.process_time() - started)
    return best


def growths(length: int, times: int) -> Iterator[Growth]:
    """Every text in every place."""
    for name, unit in UNITS.items():
        shorter, longer = places(repeated(unit, length)), places(repeated(unit, 2 * length))
        for place in shorter:
            yield Growth(name, place, seconds(shorter[place], times), seconds(longer[place], times))


def table(title: str, rows: list[Growth]) -> str:
    """Lines of text, worst first."""
    lines = [title, f"  {'text':28} {'place':12} {'seconds':>9} {'twice':>9} {'ratio':>6}"]
    lines += [f"  {g.unit:28} {g.place:12} {g.once:9.4f} {g.twice:9.4f} {g.ratio:6.2f}" for g in rows]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print, and write `evals/reports/bench-hostile.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=10_000, help="characters of noise; each text is read at twice that too")
    parser.add_argument("--times", type=int, default=2, help="readings of each text, of which the best counts")
    parser.add_argument("--show", type=int, default=15, help="rows of each table")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "reports" / "bench-hostile.json")
    given = parser.parse_args()
    found = list(growths(given.length, given.times))
    steep = sorted(found, key=lambda g: g.ratio, reverse=True)[: given.show]
    again = [g._replace(once=seconds_at(g, given.length), twice=seconds_at(g, 2 * given.length)) for g in steep]
    slow = sorted(found, key=lambda g: g.twice, reverse=True)[: given.show]
    whole = [(name, seconds(repeated(unit, MAX_CHARS), 1)) for name, unit in UNITS.items()]
    whole.sort(key=lambda row: row[1], reverse=True)
    sys.stdout.write(table("Steepest (measured again)", sorted(again, key=lambda g: g.ratio, reverse=True)))
    sys.stdout.write(table("Slowest", slow))
    sys.stdout.write(f"Slowest of {MAX_CHARS} characters\n")
    sys.stdout.writelines(f"  {name:28} {took:9.3f}\n" for name, took in whole[: given.show])
    report = {
        "length": given.length,
        "texts": len(found),
        "median_ratio": sorted(g.ratio for g in found)[len(found) // 2],
        "steepest": [{**g._asdict(), "ratio": g.ratio} for g in again],
        "slowest": [{**g._asdict(), "ratio": g.ratio} for g in slow],
        "seconds_of_a_million_characters": dict(whole[: given.show]),
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return int(any(took > MOST_SECONDS for _, took in whole))


def seconds_at(growth: Growth, length: int) -> float:
    """A text measured with more care."""
    return seconds(places(repeated(UNITS[growth.unit], length))[growth.place], 5)


if __name__ == "__main__":
    sys.exit(main())
