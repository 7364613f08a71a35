"""How a run goes: counted rightly, and said to people and machines."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import suppress
from typing import Any

import pytest
from rich.console import Console

from llm_extract.admission import Admission, Need
from llm_extract.budget import Budget, Prices
from llm_extract.errors import ThrottledError
from llm_extract.lines import RecordLine
from llm_extract.progress import SECONDS_BETWEEN_LINES, Meter, pace, shown
from llm_extract.schema import Issue, Record, RunInfo, SourceFile


class Clock:
    """Time that stands still until it is told to go on."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def record(status: str = "ok", *codes: str) -> Record:
    """A record with issues of these codes."""
    return Record(
        letter_id="a",
        source=SourceFile(path="a.txt"),
        status=status,  # type: ignore[arg-type]
        issues=tuple(Issue(pointer="", code=code, message="-") for code in codes),
        run=RunInfo(engine="hybrid", attempts=2, input_tokens=100, output_tokens=10, cost_usd=0.1),
    )


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


def console(*, terminal: bool = False) -> Console:
    """A console that writes into memory."""
    return Console(file=io.StringIO(), width=200, force_terminal=terminal, highlight=False, markup=False)


def text(made: Console) -> str:
    """What was written."""
    assert isinstance(made.file, io.StringIO)
    return made.file.getvalue()


async def _one_throttled(admission: Admission) -> None:
    with pytest.raises(ThrottledError):
        async with admission.request(Need(1, 1, 1)):
            raise ThrottledError("slow")
    async with admission.request(Need(1, 1, 1)) as ticket:
        ticket.answered(1_000_000, 0)


def throttled_once() -> Admission:
    """An endpoint that was too busy once, and was paid two dollars."""
    admission = Admission(concurrency=8, budget=Budget.of(Prices(2.0, 1.0), None))
    asyncio.run(_one_throttled(admission))
    return admission


def test_a_snapshot_has_rate_money_tokens_requests_and_errors(clock: Clock) -> None:
    """Rate and time left from what was done, errors of requests and of letters by their class."""
    meter = Meter(10, throttled_once(), clock)
    clock.now += 8
    for status, *codes in (
        ("ok",),
        ("failed", "empty_file"),
        ("fallback", "answer_refused", "endpoint_transient"),
        ("ok", "unsure"),
    ):
        meter.add(RecordLine.of(record(status, *codes)))
    meter.tick()
    assert meter.snapshot() == {
        "done": 4,
        "total": 10,
        "seconds": 8.0,
        "letters_per_second": 0.5,
        "seconds_left": 12.0,
        "statuses": {"failed": 1, "fallback": 1, "ok": 2},
        "errors": {"answer_refused": 1, "empty_file": 1, "endpoint_throttled": 1},
        "requests": 8,
        "input_tokens": 400,
        "output_tokens": 40,
        "spent_usd": 2.0,
        "concurrency": 7,
        "under_way": 0,
        "waiting": 0,
        "endpoint_down": False,
    }


def test_the_rate_is_that_of_the_last_minute(clock: Clock) -> None:
    """What was slow an hour ago says nothing about when it will end."""
    meter = Meter(1000, None, clock)
    for step in range(200):
        clock.now += 1
        for _ in range(10 if step >= 100 else 0):
            meter.add(RecordLine.of(record()))
        meter.tick()
    assert meter.rate == pytest.approx(10)


def test_before_anything_is_known_nothing_is_said(clock: Clock) -> None:
    """No division by nothing, and no time left made up."""
    meter = Meter(10, None, clock)
    assert (meter.rate, meter.seconds_left, pace(meter.rate)) == (0.0, None, "none yet")
    assert (pace(12.34), pace(0.1)) == ("12.3 letters/s", "10 s each")


def test_machines_get_an_object_a_line(clock: Clock) -> None:
    """At the beginning, each second and at the end; sentences for people are objects too."""
    made, meter = console(), Meter(2, None, clock)
    with shown("json", made, meter) as way:
        way.say("2 letters [are] left")
        way.update(RecordLine.of(record()))
        clock.now += 1
        way.tick()
    lines: list[dict[str, Any]] = [json.loads(line) for line in text(made).splitlines()]
    assert [(line["event"], line.get("done")) for line in lines] == [
        ("progress", 0),
        ("message", None),
        ("progress", 1),
        ("end", 1),
    ]
    assert lines[1]["text"] == "2 letters [are] left"


def test_a_pipe_gets_a_line_now_and_then(clock: Clock) -> None:
    """Every ten seconds and at the end, with money, requests and errors."""
    made, meter = console(), Meter(3, throttled_once(), clock)
    with shown("auto", made, meter) as way:
        for _ in range(3):
            clock.now += SECONDS_BETWEEN_LINES / 2
            way.tick()
            way.update(RecordLine.of(record()))
    assert text(made).splitlines() == [
        "letters read: 1 of 3, 10 s each, 20 s left, 2.0000 USD, 1 endpoint_throttled",
        "letters read: 3 of 3, 5 s each, 0 s left, 2.0000 USD, 1 endpoint_throttled",
    ]


def test_a_run_that_ends_early_says_how_far_it_came(clock: Clock) -> None:
    """Also where an error ends it."""
    made, meter = console(), Meter(3, None, clock)
    with suppress(KeyError), shown("lines", made, meter) as way:
        clock.now += 2
        way.update(RecordLine.of(record()))
        raise KeyError
    assert text(made) == "letters read: 1 of 3, 2 s each, 4 s left\n"


def test_a_terminal_gets_a_bar(clock: Clock) -> None:
    """With the counts, the money, the errors and the last letter, whose name is no markup."""
    made, meter = console(terminal=True), Meter(2, throttled_once(), clock)
    with shown("auto", made, meter) as way:
        way.say("a [sentence]")
        clock.now += 1
        way.update(RecordLine.of(record().model_copy(update={"letter_id": "[red]a"})))
        way.tick()
    for words in ("Reading letters", "1/2", "1.0 letters/s", "2.0000 USD", "1 endpoint_throttled", "[red]a ok", "a [sentence]"):
        assert words in text(made)


def test_silence_is_possible(clock: Clock) -> None:
    """Sentences only."""
    made, meter = console(), Meter(1, None, clock)
    with shown("none", made, meter) as way:
        way.update(RecordLine.of(record()))
        way.tick()
        way.say("stopping")
    assert text(made) == "stopping\n"
    assert meter.done == 1
