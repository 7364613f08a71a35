"""Admission: when a request may be sent. One `Admission` stands before all requests of a run to one endpoint.

    async with admission.request(Need(...)) as ticket:      # waits here, first come, first served
        ...                                                 # send; tell the ticket what came back

A request passes when all of these let it:

- no `Retry-After` is running: what one request was told to wait holds for all;
- the circuit breaker is closed: after `BREAKER_FAILURES` transient failures in a row one request alone is tried, after a pause
  that doubles with each that fails too. An endpoint that stays down for `outage` seconds ends the run;
- fewer requests are under way than the endpoint has shown to take: additive increase, multiplicative decrease (`Aimd`),
  `concurrency` at most;
- the buckets of requests and tokens a minute hold enough: estimated before, put right when the usage is known;
- the money limit has room for the most that it may cost (`budget`).

How often a request is tried again is decided elsewhere (`model._patience`): each try passes here by itself. All time is the event
loop's, so that a loop with a clock of its own runs hours in milliseconds.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from llm_extract import telemetry
from llm_extract.budget import Budget
from llm_extract.errors import EndpointError, FatalEndpointError, ThrottledError, TransientEndpointError

CUT = 0.75
SUCCESSES = 25
NEAR = 0.95
START = 8
"""Requests under way at once before anything is known of the endpoint."""

BREAKER_FAILURES = 8
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between tries of an endpoint that is down."""

LONGEST_RETRY_AFTER = 600.0
"""Seconds. An endpoint that asks to wait longer ends the run, which goes on with the same command."""

BURST = 10.0
"""Seconds of a bucket's rate that may be sent at once after a lull."""


def _now() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Need:
    """What a request asks for: tokens as they are expected (buckets) and as they are bounded (money)."""

    input_tokens: int
    most_input_tokens: int
    output_tokens: int

    @property
    def tokens(self) -> int:
        """What it counts for in the endpoint's own accounts: expected prompt and the whole answer."""
        return self.input_tokens + self.output_tokens


# --- the single rules ------------------------------------------------------------------------------------------------


class Aimd:
    """How many requests may be under way: additive increase, multiplicative decrease.

    One more for every `SUCCESSES` answers where nobody has been yet, one for each answer up to `NEAR` what was last known to be
    taken: climbing slowly there would leave an eighth of the endpoint idle. A throttling below that says that it takes less now.

    `round` numbers the cuts: requests that were sent before a cut and come back throttled are the same news and cut no further.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(min(START, most))
        self.round = 0
        self._known = math.inf

    @property
    def allowed(self) -> int:
        """Requests that may be under way at once: one at least."""
        return max(1, int(self.limit))

    @property
    def _near(self) -> float:
        return min(NEAR * self._known, self._known - 1.0)

    def succeeded(self) -> None:
        """An answer came."""
        step = 1.0 if self.limit + 1.0 <= self._near else 1.0 / SUCCESSES
        self.limit = min(float(self.most), self.limit + step)

    def throttled(self, sent_in: int) -> None:
        """The endpoint is doing too much; the request was sent in that round."""
        if sent_in != self.round:
            return
        news = self._known == math.inf or self.limit >= self._near - 1.0
        self._known = self.limit if news else self.limit * CUT
        self.limit = max(1.0, self.limit * CUT)
        self.round += 1


class Bucket:
    """An amount a minute; None: no limit.

    A request larger than the bucket may take more than there is when it is full, which then stays shut for as long as that takes:
    otherwise it would wait for ever.
    """

    def __init__(self, a_minute: float | None) -> None:
        self._rate = None if a_minute is None else a_minute / 60
        self._most = 0.0 if a_minute is None else max(1.0, a_minute / 60 * BURST)
        self._level = self._most
        self._at: float | None = None

    def wait(self, amount: float, now: float) -> float:
        """Seconds until that much may be taken."""
        if self._rate is None:
            return 0.0
        self._fill(now)
        short = min(amount, self._most) - self._level
        return max(0.0, short) / self._rate if short > 1e-9 else 0.0

    def take(self, amount: float) -> None:
        """Take out; a negative amount is given back."""
        if self._rate is not None:
            self._level = min(self._most, self._level - amount)

    def _fill(self, now: float) -> None:
        passed = 0.0 if self._at is None else now - self._at
        self._level = min(self._most, self._level + passed * (self._rate or 0.0))
        self._at = now


class Breaker:
    """Opens after transient failures in a row; then lets one request through at a time, at longer and longer intervals."""

    def __init__(self) -> None:
        self.failures = 0
        self.since: float | None = None
        self._pause = FIRST_PAUSE
        self._try_at = 0.0
        self._trying = False

    @property
    def open(self) -> bool:
        """Whether the endpoint counts as down."""
        return self.since is not None

    def wait(self, now: float) -> float:
        """Seconds until a request may pass; infinite while one is being tried."""
        if self.since is None:
            return 0.0
        return math.inf if self._trying else max(0.0, self._try_at - now)

    def passes(self) -> bool:
        """A request passes; True where it is the one that is tried."""
        self._trying = self.open
        return self._trying

    def answered(self) -> None:
        """Somebody is there."""
        self.__init__()  # type: ignore[misc]  # as new

    def failed(self, now: float, *, tried: bool) -> None:
        """A transient failure. What was sent before the breaker opened says nothing new when it fails later."""
        self.failures += 1
        if tried:
            self._trying = False
            self._pause = min(LONGEST_PAUSE, self._pause * 2)
            self._try_at = now + self._pause
        elif self.since is None and self.failures >= BREAKER_FAILURES:
            self.since = now
            self._try_at = now + self._pause

    def given_up(self) -> None:
        """The request that was tried was called off: another may be tried."""
        self._trying = False


# --- the door --------------------------------------------------------------------------------------------------------


@dataclass
class Ticket:
    """One admitted request. Whoever sends it says what came back; otherwise nobody knows what it cost."""

    admission: Admission
    need: Need
    reservation: int = -1
    round: int = 0
    tried: bool = False
    cost: int | None = None
    tokens: int | None = None

    def answered(self, input_tokens: int | None, output_tokens: int | None, cached_input_tokens: int = 0) -> None:
        """An answer came, with the endpoint's own counts; None where it counts nothing."""
        if input_tokens is not None and output_tokens is not None:
            self.cost = self.admission.budget.cost(input_tokens, output_tokens, cached_input_tokens)
            self.tokens = input_tokens + output_tokens

    def free(self) -> None:
        """The request was turned away or never arrived."""
        self.cost, self.tokens = 0, 0

    async def __aenter__(self) -> Self:
        await self.admission.enter(self)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.admission.leave(self, error)


@dataclass
class Admission:
    """The door to one endpoint. Safe for many tasks of one event loop; made outside of any."""

    concurrency: int = 16
    requests_a_minute: float | None = None
    tokens_a_minute: float | None = None
    outage: float = 600.0
    budget: Budget = field(default_factory=Budget)
    errors: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    waiting: int = 0

    def __post_init__(self) -> None:
        self.aimd = Aimd(self.concurrency)
        self.breaker = Breaker()
        self._requests = Bucket(self.requests_a_minute)
        self._tokens = Bucket(self.tokens_a_minute)
        self._not_before = 0.0
        self._fatal: FatalEndpointError | None = None
        self._door = asyncio.Lock()
        self._changed = asyncio.Event()
        telemetry.current().watch(self)

    @property
    def allowed(self) -> int:
        """Requests that may be under way at once now."""
        return self.aimd.allowed

    def request(self, need: Need) -> Ticket:
        """A place in the queue, as a context manager around one HTTP request.

        Entering it raises `LimitReachedError` when the money is spent, `FatalEndpointError` when the endpoint was given up.
        """
        return Ticket(self, need)

    async def enter(self, ticket: Ticket) -> None:
        """Wait for admission."""
        self.waiting += 1
        since = _now()
        try:
            async with self._door:
                while (seconds := self._obstacle(ticket.need)) > 0:
                    await self._change(seconds)
                self._take(ticket)
            telemetry.current().waited(_now() - since)
        finally:
            self.waiting -= 1

    def leave(self, ticket: Ticket, error: BaseException | None) -> None:
        """Give everything back, and learn from how it went."""
        if isinstance(error, EndpointError) and error.status not in (None, 200):
            ticket.free()
        self.under_way -= 1
        sure = ticket.cost is not None
        self.budget.settle(ticket.reservation, self._most(ticket.need) if ticket.cost is None else ticket.cost, sure=sure)
        if ticket.tokens is not None:
            self._tokens.take(ticket.tokens - ticket.need.tokens)
        self._learn(ticket, error)
        self._changed.set()

    # -- inside --

    def _most(self, need: Need) -> int:
        return self.budget.most(need.most_input_tokens, need.output_tokens)

    def _obstacle(self, need: Need) -> float:
        """Seconds until it is worth looking again; infinite: not before something changes; 0: nothing is in the way."""
        if self._fatal is not None:
            raise FatalEndpointError(str(self._fatal), status=self._fatal.status)
        if not self.budget.fits(self._most(need)) or self.under_way >= self.aimd.allowed:
            return math.inf
        now = _now()
        waits = (
            self._not_before - now,
            self.breaker.wait(now),
            self._requests.wait(1, now),
            self._tokens.wait(need.tokens, now),
        )
        return max(0.0, *waits)

    async def _change(self, seconds: float) -> None:
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(None if seconds == math.inf else seconds):
                await self._changed.wait()

    def _take(self, ticket: Ticket) -> None:
        self.under_way += 1
        ticket.round = self.aimd.round
        ticket.tried = self.breaker.passes()
        self._requests.take(1)
        self._tokens.take(ticket.need.tokens)
        ticket.reservation = self.budget.reserve(self._most(ticket.need))

    def _learn(self, ticket: Ticket, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, EndpointError):
            if ticket.tried:
                self.breaker.given_up()
            return
        if isinstance(error, EndpointError):
            self.errors[error.code] += 1
        if isinstance(error, FatalEndpointError):
            self._fatal = error
        elif isinstance(error, ThrottledError | TransientEndpointError):
            self._learn_from_trouble(ticket, error)
        else:
            self.breaker.answered()
            self.aimd.succeeded()

    def _learn_from_trouble(self, ticket: Ticket, error: ThrottledError | TransientEndpointError) -> None:
        """A 429, and a failure that names a time to come back, are throttling; the others count for the breaker."""
        if error.retry_after is not None:
            self._hold(error.retry_after, error)
        if isinstance(error, ThrottledError) or error.retry_after is not None:
            self.breaker.answered()
            self.aimd.throttled(ticket.round)
            return
        self.breaker.failed(_now(), tried=ticket.tried)
        since = self.breaker.since
        if since is not None and _now() - since >= self.outage:
            self._give_up(f"The endpoint has been down for {self.outage / 60:.0f} minutes ({str(error).rstrip('.')})")

    def _hold(self, seconds: float, error: EndpointError) -> None:
        if seconds > LONGEST_RETRY_AFTER:
            self._give_up(f"The endpoint asks to come back in {seconds / 60:.0f} minutes ({str(error).rstrip('.')})")
        self._not_before = max(self._not_before, _now() + seconds)

    def _give_up(self, why: str) -> None:
        self._fatal = FatalEndpointError(f"{why}: start the same command again then, it goes on where it stopped.")
