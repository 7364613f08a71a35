"""What a night of letters needs: letters an hour a client core, and tokens a second that the endpoint has to give.

    python evals/capacity.py        # the table of docs/cluster.md, from the kept report and the kept benchmark

Nothing is measured here. Tokens and requests a letter are those of the kept evaluation (the embedded model's tokenizer).
Processor time is that of the kept benchmark of whole runs in one process: that of the rules, and for each request what `hybrid`
or `model` takes beyond it, whichever is more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

REPORTS = Path(__file__).parent / "reports"
NIGHT_HOURS = 8
NIGHTS = (100_000, 1_570_000)


class Need(NamedTuple):
    """One engine's letter: tokens, requests, and milliseconds of a client's core."""

    engine: str
    input_tokens: float
    output_tokens: float
    requests: float
    milliseconds: float

    @property
    def letters_an_hour(self) -> float:
        """Letters that one client core reads in an hour, where the endpoint keeps up."""
        return 3_600_000 / self.milliseconds

    def tokens_a_second(self, letters: int) -> tuple[float, float]:
        """Prompt and answer tokens that the endpoint has to take and give for so many letters in a night."""
        seconds = NIGHT_HOURS * 3600
        return self.input_tokens * letters / seconds, self.output_tokens * letters / seconds

    def cores(self, letters: int) -> float:
        """Client cores that are busy all night with so many letters."""
        return letters / (self.letters_an_hour * NIGHT_HOURS)


def needs() -> list[Need]:
    """What each engine of the kept report needs a letter."""
    report = json.loads((REPORTS / "kept" / "report.json").read_text("utf-8"))
    rules, request = _milliseconds()
    found = []
    for engine in report["engines"]:
        cost = engine["cost"]
        found.append(
            Need(
                engine["name"],
                cost["input_tokens"],
                cost["output_tokens"],
                cost["attempts"],
                rules + cost["attempts"] * request,
            )
        )
    return found


def _milliseconds() -> tuple[float, float]:
    """Milliseconds of a core for a letter by rules, and for a request."""
    bench = json.loads((REPORTS / "bench-runs.json").read_text("utf-8"))["rows"]["client"]
    alone = {row["engine"]: row for row in bench if row["workers"] == "none"}
    rules = alone["baseline"]["cpu_ms_a_letter_after_start"]
    more = (
        (row["cpu_ms_a_letter_after_start"] - rules) * row["letters"] / row["requests"]
        for row in alone.values()
        if row["requests"]
    )
    return rules, max(more)


def table() -> str:
    """The table in Markdown."""
    head = [
        "| engine | tokens a letter, in / out | requests a letter | client ms a letter | letters an hour, one client core "
        + "".join(f"| {n:,} in a night: tokens/s in / out | client cores " for n in NIGHTS)
        + "|",
        "|" + " --- |" * (5 + 2 * len(NIGHTS)),
    ]
    return "\n".join([*head, *map(_row, needs())])


def _row(need: Need) -> str:
    cells = [
        f"`{need.engine}`",
        f"{need.input_tokens:,.0f} / {need.output_tokens:,.0f}",
        f"{need.requests:.1f}",
        f"{need.milliseconds:.0f}",
        f"{need.letters_an_hour:,.0f}",
    ]
    for letters in NIGHTS:
        taken, given = need.tokens_a_second(letters)
        cells += [f"{taken:,.0f} / {given:,.0f}", f"{need.cores(letters):.2f}"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table())
