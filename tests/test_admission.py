"""When a request may be sent: within what the endpoint takes, what it asks for, and what may be spent."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.admission import BREAKER_FAILURES, LONGEST_RETRY_AFTER, START, SUCCESSES, Admission, Aimd, Bucket, Need
from llm_extract.budget import Budget, Prices
from llm_extract.errors import FatalEndpointError, LimitReachedError, RequestRejectedError, ThrottledError, TransientEndpointError

T = TypeVar("T")
NEED = Need(100, 400, 50)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next thing to do: hours pass in milliseconds, and always the same way."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        select = self._selector.select  # type: ignore[attr-defined]

        def jump(timeout: float | None = None) -> Any:
            ready = select(0)
            if not ready and timeout:
                self._now += timeout
            return ready

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        """Seconds since the loop began."""
        return self._now


def played(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


def now() -> float:
    """Seconds on the virtual clock."""
    return asyncio.get_running_loop().time()


async def sent(admission: Admission, error: Exception | None = None, *, seconds: float = 0.0, need: Need = NEED) -> float:
    """One request that ends with an answer or with this error; when it was let in."""
    async with admission.request(need) as ticket:
        at = now()
        await asyncio.sleep(seconds)
        if error is not None:
            raise error
        ticket.answered(need.input_tokens, need.output_tokens)
    return at


async def failing(admission: Admission, error: Exception, **parts: Any) -> None:
    """One request that ends with this error."""
    with pytest.raises(type(error)):
        await sent(admission, error, **parts)


class Endpoint:
    """Takes `capacity` requests at once, each for `seconds`, and throttles more than that."""

    def __init__(self, capacity: int, seconds: float = 1.0) -> None:
        self.capacity = capacity
        self.seconds = seconds
        self.under_way = self.answers = self.throttled = 0

    async def __call__(self) -> None:
        """One request."""
        if self.under_way >= self.capacity:
            self.throttled += 1
            await asyncio.sleep(0.01)
            raise ThrottledError("slow down")
        self.under_way += 1
        await asyncio.sleep(self.seconds)
        self.under_way -= 1
        self.answers += 1


async def until_answered(admission: Admission, endpoint: Endpoint) -> None:
    """Ask until there is an answer, as a client with patience does."""
    while True:
        try:
            async with admission.request(NEED) as ticket:
                await endpoint()
                ticket.answered(100, 50)
        except ThrottledError:
            await asyncio.sleep(0.1)
        else:
            return


# --- how many at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [1, 4, 10, 40])
def test_an_endpoint_that_throttles_is_kept_busy(capacity: int) -> None:
    """95 % of what an endpoint can do are reached without telling anybody what that is, and few requests are turned away."""

    async def run() -> tuple[float, Endpoint]:
        admission, endpoint = Admission(concurrency=64), Endpoint(capacity)
        waiting = [until_answered(admission, endpoint) for _ in range(200 * capacity)]
        await asyncio.gather(*waiting)
        return now(), endpoint

    seconds, endpoint = played(run())
    assert endpoint.answers == 200 * capacity
    assert seconds <= 200 * endpoint.seconds / 0.95
    assert endpoint.throttled <= 0.1 * endpoint.answers + 20


@pytest.mark.parametrize("most", [1, 3, 16])
def test_an_endpoint_that_takes_everything_gets_what_was_allowed(most: int) -> None:
    """No more requests are under way than the setting says, and soon as many; a single slot is never left idle."""

    async def run() -> tuple[int, float]:
        admission, highest = Admission(concurrency=most), 0

        async def one() -> None:
            nonlocal highest
            async with admission.request(NEED):
                highest = max(highest, admission.under_way)
                await asyncio.sleep(1.0)

        await asyncio.gather(*(one() for _ in range(20 * most)))
        return highest, now()

    highest, seconds = played(run())
    assert highest == most
    assert seconds <= 21


def test_one_more_for_each_25_answers_and_a_quarter_less_at_a_429() -> None:
    """Where nobody has been yet; before the first throttling and on the way back, one more for each answer."""
    aimd = Aimd(100)
    assert aimd.allowed == START
    for _ in range(32):
        aimd.succeeded()
    assert aimd.allowed == START + 32 == 40
    aimd.throttled(aimd.round)
    assert aimd.allowed == 30
    for _ in range(8):
        aimd.succeeded()
    assert aimd.limit == 38
    for _ in range(SUCCESSES):
        aimd.succeeded()
    assert aimd.limit == pytest.approx(39)


def test_an_endpoint_that_takes_less_now_is_believed() -> None:
    """Throttled again on the way back, there is no way back: from there on it is one more for every 25 answers."""
    aimd = Aimd(100)
    for _ in range(32):
        aimd.succeeded()
    aimd.throttled(aimd.round)
    aimd.throttled(aimd.round)
    assert aimd.limit == 22.5
    for _ in range(SUCCESSES):
        aimd.succeeded()
    assert aimd.limit == pytest.approx(23.5)


def test_one_overload_is_one_cut() -> None:
    """Requests that were under way together and are all turned away are the same news."""
    aimd = Aimd(100)
    together = aimd.round
    for _ in range(8):
        aimd.throttled(together)
    assert aimd.limit == START * 0.75
    aimd.throttled(aimd.round)
    assert aimd.limit == START * 0.75**2


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 64))
def test_there_is_always_one_request_and_never_too_many(answers: list[bool], most: int) -> None:
    """Whatever the endpoint says, the limit stays between one and the setting."""
    aimd = Aimd(most)
    for good in answers:
        if good:
            aimd.succeeded()
        else:
            aimd.throttled(aimd.round)
        assert 1 <= aimd.allowed <= most


def test_first_come_first_served() -> None:
    """Nobody overtakes, and nobody waits for ever."""

    async def run() -> list[int]:
        admission, order = Admission(concurrency=1), []

        async def one(number: int) -> None:
            async with admission.request(NEED):
                order.append(number)
                await asyncio.sleep(1.0)

        await asyncio.gather(*(one(i) for i in range(20)))
        return order

    assert played(run()) == list(range(20))


def test_who_is_cancelled_while_waiting_holds_up_nobody() -> None:
    """Its place is free at once; so is that of a cancelled request under way."""

    async def run() -> float:
        admission = Admission(concurrency=1)
        under_way = asyncio.ensure_future(sent(admission, seconds=1000))
        waiting = asyncio.ensure_future(sent(admission, seconds=1000))
        last = asyncio.ensure_future(sent(admission))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.sleep(1)
        under_way.cancel()
        at = await last
        assert (admission.under_way, admission.waiting) == (0, 0)
        return at

    assert played(run()) == 2.0


# --- what the endpoint asks for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [ThrottledError("slow", retry_after=30), TransientEndpointError("503", status=503, retry_after=30)]
)
def test_retry_after_holds_for_all(error: Exception) -> None:
    """What one request is told to wait, every other one waits, those that queue already and those that come later."""

    async def run() -> list[float]:
        admission = Admission(concurrency=8)
        await failing(admission, error, seconds=1)
        return await asyncio.gather(*(sent(admission) for _ in range(5)))

    assert played(run()) == [31.0] * 5


def test_the_longest_retry_after_counts() -> None:
    """A shorter one that comes later does not take it back."""

    async def run() -> float:
        admission = Admission(concurrency=8)
        both = [failing(admission, ThrottledError("slow", retry_after=s), seconds=1) for s in (60, 5)]
        await asyncio.gather(*both)
        return await sent(admission)

    assert played(run()) == 61.0


def test_an_endpoint_that_asks_for_too_much_ends_the_run() -> None:
    """Nobody sits for an hour in front of a run: it ends, and goes on with the same command."""

    async def run() -> None:
        admission = Admission()
        await failing(admission, ThrottledError("slow", retry_after=LONGEST_RETRY_AFTER + 1))
        await sent(admission)

    with pytest.raises(FatalEndpointError, match=r"10 minutes .*same command"):
        played(run())


@given(st.integers(1, 600), st.integers(1, 40))
def test_requests_a_minute_are_kept(a_minute: int, count: int) -> None:
    """In no minute are more requests sent than the limit and the burst that a lull has saved; none waits longer than it must."""

    async def run() -> list[float]:
        admission = Admission(concurrency=64, requests_a_minute=a_minute)
        return list(await asyncio.gather(*(sent(admission) for _ in range(count))))

    times = played(run())
    burst = max(1.0, a_minute / 6)
    for i, at in enumerate(times):
        assert i + 1 <= burst + at * a_minute / 60 + 1e-6
    assert times[-1] <= max(0.0, count - burst) * 60 / a_minute + 1e-6


def test_tokens_are_estimated_and_put_right() -> None:
    """What a request did not use is given back, and what it used beyond its estimate is taken."""

    async def run(used: int) -> float:
        admission = Admission(concurrency=64, tokens_a_minute=6000)  # a bucket of 1000
        async with admission.request(Need(500, 500, 500)) as ticket:
            ticket.answered(used - 50, 50)
        return await sent(admission, need=Need(500, 500, 500))

    assert played(run(1000)) == pytest.approx(10.0)
    assert played(run(100)) == pytest.approx(1.0)
    assert played(run(1500)) == pytest.approx(15.0)


def test_a_request_larger_than_the_bucket_passes_alone() -> None:
    """It waits until the bucket is full and is paid for by those behind it; it never waits for ever."""

    async def run() -> tuple[float, float]:
        admission = Admission(concurrency=64, tokens_a_minute=600)  # a bucket of 100, 10 a second
        large = await sent(admission, need=Need(900, 900, 100))
        return large, await sent(admission, need=Need(10, 10, 0))

    assert played(run()) == (0.0, pytest.approx(91.0))


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(0, 20)), max_size=30), st.floats(1, 6000))
def test_a_bucket_never_gives_more_than_flowed_in(asked: list[tuple[float, float]], a_minute: float) -> None:
    """Over any stretch of time: what it held at first and the rate times the time, and one request that was larger."""
    bucket, at, taken = Bucket(a_minute), 0.0, 0.0
    full = max(1.0, a_minute / 6)
    for amount, pause in asked:
        at += pause
        at += bucket.wait(amount, at) + 1e-9
        assert bucket.wait(amount, at) <= 1e-6
        bucket.take(amount)
        taken += amount
        assert taken <= full + at * a_minute / 60 + max(0.0, amount - full) + 1e-3


# --- the circuit breaker ---------------------------------------------------------------------------------------------------


async def break_(admission: Admission) -> None:
    """Make the endpoint count as down."""
    for _ in range(BREAKER_FAILURES):
        await failing(admission, TransientEndpointError("down"))
    assert admission.breaker.open


async def down(admission: Admission) -> None:
    """A request that fails, alone."""
    assert admission.under_way == 1
    raise TransientEndpointError("down")


def test_an_endpoint_that_is_down_is_asked_by_one_at_a_time() -> None:
    """At longer and longer intervals; the others wait and lose none of their tries."""

    async def run() -> list[float]:
        admission, tries = Admission(concurrency=8, outage=10_000), []
        await break_(admission)

        async def one() -> None:
            while True:
                with suppress(TransientEndpointError):
                    async with admission.request(NEED):
                        tries.append(now())
                        await down(admission)

        asking = [asyncio.ensure_future(one()) for _ in range(5)]
        await asyncio.sleep(400)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        return tries

    tries = played(run())
    assert [round(b - a) for a, b in pairwise([0.0, *tries])] == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


@pytest.mark.parametrize("error", [None, RequestRejectedError("bad", status=400), ThrottledError("slow")])
def test_one_answer_of_any_kind_closes_the_breaker(error: Exception | None) -> None:
    """Whoever refuses or throttles is there."""

    async def run() -> list[float]:
        admission = Admission(concurrency=8)
        await break_(admission)
        if error is None:
            await sent(admission)
        else:
            await failing(admission, error)
        assert not admission.breaker.open
        return list(await asyncio.gather(*(sent(admission) for _ in range(3))))

    assert played(run()) == [1.0] * 3


def test_a_failure_now_and_then_opens_nothing() -> None:
    """Only failures in a row count."""

    async def run() -> Admission:
        admission = Admission()
        for _ in range(20):
            for _ in range(BREAKER_FAILURES - 1):
                await failing(admission, TransientEndpointError("hiccup"))
            await sent(admission)
        return admission

    admission = played(run())
    assert not admission.breaker.open
    assert admission.errors == {"endpoint_transient": 20 * (BREAKER_FAILURES - 1)}


def test_a_try_that_is_called_off_leaves_room_for_another() -> None:
    """A letter that is given up while the endpoint is being tried does not close the door behind it."""

    async def run() -> float:
        admission = Admission()
        await break_(admission)
        tried = asyncio.ensure_future(sent(admission, seconds=1000))
        await asyncio.sleep(5)
        tried.cancel()
        return await sent(admission)

    assert played(run()) == 5.0


def test_an_endpoint_that_stays_down_ends_the_run() -> None:
    """Not one letter after the other is given up: the run stops, and goes on with the same command."""

    async def run() -> None:
        admission = Admission(outage=300)
        await break_(admission)
        while True:
            await failing(admission, TransientEndpointError("It is down."))

    with pytest.raises(FatalEndpointError, match=r"down for 5 minutes \(It is down\).*same command"):
        played(run())


def test_behind_a_fatal_error_nothing_is_sent() -> None:
    """Who waits at the door is turned away with the same sentence."""

    async def run() -> None:
        admission = Admission(concurrency=1)
        first = asyncio.ensure_future(failing(admission, FatalEndpointError("The key is refused.", status=401), seconds=1))
        second = asyncio.ensure_future(sent(admission))
        await first
        await second

    with pytest.raises(FatalEndpointError, match="key is refused"):
        played(run())


# --- money -----------------------------------------------------------------------------------------------------------------


def money(limit: float | None = None) -> Budget:
    """A dollar a token sent or answered."""
    return Budget.of(Prices(1e6, 1e6), limit)


OUTCOMES: dict[str, tuple[Exception | None, float, float]] = {
    "an answer": (None, 150, 0),
    "turned away": (RequestRejectedError("bad", status=400), 0, 0),
    "throttled": (ThrottledError("slow"), 0, 0),
    "a server error": (TransientEndpointError("500", status=500), 0, 0),
    "a time-out": (TransientEndpointError("late"), 450, 450),
    "a torn reply": (TransientEndpointError("torn", status=200), 450, 450),
    "a mistake of ours": (ZeroDivisionError(), 450, 450),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_a_request_costs(name: str) -> None:
    """What the endpoint counted; nothing where it turned the request away; all it may cost where nobody can know."""
    error, spent, unsure = OUTCOMES[name]

    async def run() -> Budget:
        admission = Admission(budget=money())
        if error is None:
            await sent(admission)
        else:
            await failing(admission, error)
        return admission.budget

    budget = played(run())
    assert (budget.spent_usd, budget.unsure_usd) == (spent, unsure)
    assert not budget.reserved


def test_a_request_that_never_arrived_costs_nothing() -> None:
    """No connection, no bill."""

    async def run() -> float | None:
        admission = Admission(budget=money())
        with suppress(TransientEndpointError):
            async with admission.request(NEED) as ticket:
                ticket.free()
                raise TransientEndpointError("nobody listens")
        return admission.budget.spent_usd

    assert played(run()) == 0.0


def test_a_request_waits_for_money_that_comes_back() -> None:
    """Two fit under the limit by what they cost, one alone by what they might: they go one after the other."""

    async def run() -> list[float]:
        admission = Admission(budget=money(700))
        return list(await asyncio.gather(sent(admission, seconds=5), sent(admission, seconds=5)))

    assert played(run()) == [0.0, 5.0]


def test_money_that_is_spent_ends_what_waits() -> None:
    """With nothing under way that could give some back, waiting is of no use."""

    async def run() -> None:
        admission = Admission(budget=money(500))
        await asyncio.gather(sent(admission, seconds=5), sent(admission, seconds=5))

    with pytest.raises(LimitReachedError):
        played(run())


@given(st.lists(st.sampled_from(sorted(OUTCOMES)), max_size=25), st.floats(0, 5000), st.integers(1, 8))
def test_the_limit_holds_whatever_comes_back(names: list[str], limit: float, at_once: int) -> None:
    """Many at once, with every outcome there is: what was spent never passes the limit, and nothing stays reserved."""

    async def run() -> Budget:
        admission = Admission(concurrency=at_once, budget=money(limit), outage=1e9)
        requests = [sent(admission, OUTCOMES[name][0], seconds=1) for name in names]
        await asyncio.gather(*requests, return_exceptions=True)
        assert (admission.under_way, admission.waiting) == (0, 0)
        return admission.budget

    budget = played(run())
    assert (budget.spent_usd or 0.0) <= limit
    assert not budget.reserved
