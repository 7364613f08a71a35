"""How a run goes: a bar on a terminal, plain lines in a pipe, JSON lines for machines. All on standard error.

A `Meter` counts; what shows it is one of four small classes. Nothing is timed by letters: the run ticks once a second.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from llm_extract.admission import Admission
from llm_extract.errors import AnswerError, LetterError, codes_of
from llm_extract.lines import RecordLine

Style = Literal["auto", "bar", "lines", "json", "none"]
SECONDS_BETWEEN_LINES = 10.0
_WINDOW = 60
"""Ticks over which the present rate is taken."""


_OF_LETTERS = codes_of(LetterError) | codes_of(AnswerError)
"""Codes of issues that are errors of one letter; those of requests are counted where requests are made."""


@dataclass
class Meter:
    """Counts of one start of a run. `clock` is in seconds."""

    total: int
    admission: Admission | None = None
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    letter_errors: Counter[str] = field(default_factory=Counter)
    input_tokens: int = 0
    output_tokens: int = 0
    requests: int = 0

    def __post_init__(self) -> None:
        self._started = self.clock()
        self._ticks: deque[tuple[float, int]] = deque([(self._started, 0)], maxlen=_WINDOW)

    def add(self, line: RecordLine) -> None:
        """Count a record that was written."""
        self.done += 1
        self.statuses[line.status] += 1
        self.letter_errors.update(_OF_LETTERS.intersection(line.codes))
        self.input_tokens += line.share.input_tokens
        self.output_tokens += line.share.output_tokens
        self.requests += line.share.attempts

    def tick(self) -> None:
        """Remember how far it is now."""
        self._ticks.append((self.clock(), self.done))

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return self.clock() - self._started

    @property
    def rate(self) -> float:
        """Letters a second over the last minute."""
        then, done = self._ticks[0]
        passed = self.clock() - then
        return (self.done - done) / passed if passed > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the present rate; None while nothing is known."""
        return (self.total - self.done) / self.rate if self.rate else None

    @property
    def errors(self) -> dict[str, int]:
        """Errors by class: of requests, tried again or not, and of letters."""
        return dict(sorted((self.letter_errors + (self.admission.errors if self.admission else Counter())).items()))

    def snapshot(self) -> dict[str, Any]:
        """Everything for machines. `concurrency` is how many requests may be under way, `spent_usd` null where unknown."""
        left, door = self.seconds_left, self.admission
        return {
            "done": self.done,
            "total": self.total,
            "seconds": round(self.seconds, 3),
            "letters_per_second": round(self.rate, 3),
            "seconds_left": None if left is None else round(left, 1),
            "statuses": dict(sorted(self.statuses.items())),
            "errors": self.errors,
            "requests": self.requests,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "spent_usd": door.budget.spent_usd if door else None,
            "concurrency": door.aimd.allowed if door else None,
            "under_way": door.under_way if door else None,
            "waiting": door.waiting if door else None,
            "endpoint_down": door.breaker.open if door else False,
        }

    def sentence(self) -> str:
        """What a line says behind the counts: money, requests, errors."""
        door = self.admission
        spent = door.budget.spent_usd if door else None
        parts = [f"{spent:.4f} USD"] if spent else []
        parts += [f"{door.under_way} of {door.aimd.allowed} requests"] if door and (door.under_way or door.waiting) else []
        parts += ["the endpoint is down"] if door and door.breaker.open else []
        parts += [f"{count} {name}" for name, count in self.errors.items()]
        return ", ".join(parts)


class Shown(Protocol):
    """A way to show a run. `update` after each record, `tick` each second, `say` for sentences in between."""

    def update(self, line: RecordLine) -> None:
        """A record was written."""
        ...

    def tick(self) -> None:
        """Time has passed."""
        ...

    def say(self, sentence: str) -> None:
        """Something that a person should know."""
        ...


@contextmanager
def shown(style: Style, console: Console, meter: Meter) -> Iterator[Shown]:
    """The way to show that was asked for; `auto` is a bar on a terminal and lines elsewhere."""
    if style == "auto":
        style = "bar" if console.is_terminal else "lines"
    if style == "bar":
        with _bar(console) as bar:
            yield Bar(bar, meter)
        return
    way = {"lines": Lines, "json": JsonLines, "none": Silent}[style](console, meter)
    try:
        yield way
    finally:
        way.end()


class Silent:
    """Sentences only."""

    def __init__(self, console: Console, meter: Meter) -> None:
        self.console = console
        self.meter = meter

    def update(self, line: RecordLine) -> None:
        """Count."""
        self.meter.add(line)

    def tick(self) -> None:
        """Remember."""
        self.meter.tick()

    def say(self, sentence: str) -> None:
        """A line."""
        self.console.print(sentence)

    def end(self) -> None:
        """Nothing more is to come."""


class Lines(Silent):
    """A line now and then, for pipes and logs: first, last, and every `SECONDS_BETWEEN_LINES` seconds."""

    def __init__(self, console: Console, meter: Meter) -> None:
        super().__init__(console, meter)
        self._last = meter.seconds
        self._said = 0

    def update(self, line: RecordLine) -> None:
        """Count; say so at the end."""
        super().update(line)
        if self.meter.done == self.meter.total:
            self._line()

    def tick(self) -> None:
        """Say how far it is when that is due."""
        super().tick()
        if self.meter.seconds - self._last >= SECONDS_BETWEEN_LINES:
            self._line()

    def end(self) -> None:
        """Say how far it came, where that was not said."""
        if self.meter.done != self._said:
            self._line()

    def _line(self) -> None:
        self._last, self._said = self.meter.seconds, self.meter.done
        meter, more = self.meter, self.meter.sentence()
        self.console.print(
            f"letters read: {meter.done} of {meter.total}, {pace(meter.rate)}, {_left(meter)}{', ' + more if more else ''}"
        )


def _left(meter: Meter) -> str:
    left = meter.seconds_left
    return "time left unknown" if left is None else f"{left:.0f} s left"


def pace(rate: float) -> str:
    """`12.3 letters/s`, or `8 s each` below one a second."""
    if rate >= 1:
        return f"{rate:.1f} letters/s"
    return f"{1 / rate:.0f} s each" if rate else "none yet"


class JsonLines(Silent):
    """One JSON object a second and one at the end; `event` is `progress`, `end` or `message`."""

    def __init__(self, console: Console, meter: Meter) -> None:
        super().__init__(console, meter)
        self._write("progress", **meter.snapshot())

    def tick(self) -> None:
        """The numbers of now."""
        super().tick()
        self._write("progress", **self.meter.snapshot())

    def say(self, sentence: str) -> None:
        """A sentence in an object, since what reads this reads nothing else."""
        self._write("message", text=sentence)

    def end(self) -> None:
        """The last numbers."""
        self._write("end", **self.meter.snapshot())

    def _write(self, event: str, **values: Any) -> None:
        # Straight to the stream: rich would break long lines.
        self.console.file.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
        self.console.file.flush()


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("Reading letters"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[more]}", markup=False),
        console=console,
    )


class Bar:
    """A progress bar with rate, time left, money, requests under way, errors, and the last letter."""

    def __init__(self, bar: Progress, meter: Meter) -> None:
        self._bar = bar
        self._meter = meter
        self._last = ""
        self._task = bar.add_task("", total=meter.total, pace="", more="")

    def update(self, line: RecordLine) -> None:
        """Move on."""
        self._meter.add(line)
        self._last = f"{line.letter_id[:32]} {line.status}"
        self._bar.update(self._task, completed=self._meter.done)

    def tick(self) -> None:
        """Put the numbers behind the bar right."""
        self._meter.tick()
        more = ", ".join(part for part in (self._meter.sentence(), self._last) if part)
        self._bar.update(self._task, pace=pace(self._meter.rate), more=more)

    def say(self, sentence: str) -> None:
        """A line above the bar."""
        self._bar.console.print(sentence)
