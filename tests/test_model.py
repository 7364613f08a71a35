from __future__ import annotations

import asyncio
import inspect
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx2
import instructor.core.exceptions
import loopback
import openai
import pytest
import samples
import tenacity
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Behaviour, Loopback, Received, good
from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from llm_extract.admission import Admission
from llm_extract.budget import Budget, Prices
from llm_extract.engine import Answer, Question
from llm_extract.errors import (
    AnswerError,
    EmptyAnswerError,
    FatalEndpointError,
    InvalidAnswerError,
    LlmExtractError,
    RefusedAnswerError,
    RequestRejectedError,
    SettingsError,
    ThrottledError,
    TransientEndpointError,
    TruncatedAnswerError,
)
from llm_extract.model import (
    RETRY_AFTER_CAP,
    Endpoint,
    Enforcement,
    ModelClient,
    foreign_errors,
    our_class,
    preflight,
    probe_schema,
    retry_after,
)
from llm_extract.settings import EMBEDDED_MODEL, Settings

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

SECRET = "Zebulon Quince limps"  # noqa: S105 - no password: a letter's invented words
"""Stands for a letter's text: it may be on the wire and in `raw`, and nowhere else."""


class Drug(BaseModel):
    """The drug that a sentence names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="the drug's name, as written")
    tablets: int | None = Field(None, description="number of tablets; null where the sentence does not say")


TEA = '{"name": "tea", "tablets": 3}'
QUESTION = Question(prompt="drug.v1", system="Name the drug.", user=f"He took tea. {SECRET}.", answer=Drug)


class Naps(list[float]):
    """Takes the place of time: remembers how long it would have waited."""

    async def __call__(self, seconds: float) -> None:
        """Remember, and come back at once."""
        self.append(seconds)


@asynccontextmanager
async def asked_at(base_url: str, *, naps: Naps | None = None, **more: Any) -> AsyncIterator[ModelClient]:
    """A client for an address, closed in the end."""
    client = ModelClient(Settings(model="demo", base_url=base_url, **more), sleep=Naps() if naps is None else naps)
    try:
        yield client
    finally:
        await client.close()


async def played(
    script: Sequence[Behaviour], question: Question = QUESTION, *, naps: Naps | None = None, **more: Any
) -> tuple[Answer | LlmExtractError, list[Any]]:
    """What a script brings for one question, error or answer, and the bodies that the server got."""
    with Loopback(script) as server:
        async with asked_at(server.base_url, naps=naps, **more) as client:
            try:
                return await client.ask(question), server.bodies
            except LlmExtractError as error:
                return error, server.bodies


made: Any = create_model
"""Without the types of its overloads, which do not allow for fields computed in a test."""


# --- on the wire -----------------------------------------------------------------------------------------------------


async def test_request_carries_the_enforced_schema_and_the_sampling() -> None:
    """A request says `strict: true` with a closed schema that requires every field, and the settings' seed and temperature."""
    answer, bodies = await played([good(TEA)], seed=11, temperature=0.25)
    assert isinstance(answer, Answer)
    assert bodies == [
        {
            "model": "demo",
            "messages": [{"role": "system", "content": QUESTION.system}, {"role": "user", "content": QUESTION.user}],
            "seed": 11,
            "temperature": 0.25,
            "max_tokens": 400,
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": "Drug",
                    "strict": True,
                    "schema": {
                        "type": "object",
                        "description": "The drug that a sentence names.",
                        "properties": {
                            "name": {"type": "string", "description": "the drug's name, as written"},
                            "tablets": {
                                "description": "number of tablets; null where the sentence does not say",
                                "anyOf": [{"type": "integer"}, {"type": "null"}],
                            },
                        },
                        "required": ["name", "tablets"],
                        "additionalProperties": False,
                    },
                },
            },
        }
    ]


async def test_answer_is_of_the_question_s_own_class_with_its_bill() -> None:
    """An answer's value is of exactly the class asked for, and the answer tells its text, cost, model and finish reason."""
    answer, _ = await played([good(TEA, tokens=(321, 45), model="demo-2026-01-01")])
    assert isinstance(answer, Answer)
    assert type(answer.value) is Drug
    assert answer.value == Drug(name="tea", tablets=3)
    assert (answer.raw, answer.model, answer.finish_reason, answer.re_asked) == (TEA, "demo-2026-01-01", "stop", False)
    assert (answer.usage.attempts, answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.answers) == (1, 321, 45, 1)
    assert answer.usage.seconds > 0


@pytest.mark.parametrize(("said", "counted"), [(256, 256), (None, 0), ("many", 0), (-5, 0), (9999, 321)])
async def test_prompt_tokens_that_the_endpoint_had_cached_are_counted(said: Any, counted: int) -> None:
    """As the endpoint says it, but never more than it read, and none where what it says is no number."""
    answer, _ = await played([good(TEA, tokens=(321, 45), cached=said)])
    assert isinstance(answer, Answer)
    assert answer.usage.cached_input_tokens == counted


@pytest.mark.parametrize("served", ["/home/u/models/q.gguf", "C:\\models\\q", "q.GGUF", "", None])
async def test_path_of_the_server_is_no_model_name(served: Any) -> None:
    """Where a server gives a path of its machine for the model's name, the name that was asked for stands."""
    answer, _ = await played([good(TEA, model=served)])
    assert isinstance(answer, Answer)
    assert answer.model == "demo"


async def test_null_finish_reason_is_taken_for_stop() -> None:
    """A server that sends no finish reason gives a usable answer."""
    answer, _ = await played([good(TEA, finish_reason=None)])
    assert isinstance(answer, Answer)
    assert answer.finish_reason == "stop"


@settings(max_examples=25)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    frame=st.sampled_from(["{}", "{{{{ {} }}}}", "{{% if {} %}}", "    indented {}"]),
)
def test_letter_reaches_the_endpoint_as_it_is(frame: str, text: str) -> None:
    """Whatever a letter holds, template marks included, arrives unchanged: nothing renders it."""
    letter = frame.format(text)
    _, bodies = asyncio.run(played([good(TEA)], replace(QUESTION, user=letter)))
    assert bodies[0]["messages"][1]["content"] == letter


@pytest.mark.parametrize(("asked", "allowed", "sent"), [(400, 700, 400), (900, 700, 700), (64, 64, 64)])
async def test_token_limit_is_the_smaller_of_question_and_settings(asked: int, allowed: int, sent: int) -> None:
    """Neither the question's nor the settings' token limit is exceeded."""
    _, bodies = await played([good(TEA)], replace(QUESTION, max_output_tokens=asked), max_output_tokens=allowed)
    assert bodies[0]["max_tokens"] == sent


async def test_key_is_sent_and_shown_nowhere() -> None:
    """The key goes into the Authorization header; neither the client's endpoint nor an error about the key shows it."""
    with Loopback([loopback.bad_key()]) as server:
        async with asked_at(server.base_url, api_key="sk-zebulon") as client:
            with pytest.raises(FatalEndpointError) as caught:
                await client.ask(QUESTION)
            assert server.requests[0].headers["authorization"] == "Bearer sk-zebulon"
            assert "sk-zebulon" not in repr(client.endpoint) + str(caught.value)
    assert "LLM_EXTRACT_API_KEY" in str(caught.value)


def test_address_is_shown_without_its_password() -> None:
    """Messages name the endpoint without user, password and query."""
    assert Endpoint("demo", "http://me:pass@host:8000/v1?token=x").shown == "the endpoint http://host:8000/v1"


async def test_no_proxy_stands_between_us_and_the_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters for a server on this machine do not go through a proxy that the environment names."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    answer, bodies = await played([good(TEA)], transport_retries=0)
    assert isinstance(answer, Answer)
    assert len(bodies) == 1


async def test_a_proxy_of_the_environment_is_used_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of a server elsewhere goes through the proxy that the environment names."""
    with Loopback([good(TEA)]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        async with asked_at("http://endpoint.invalid/v1", transport_retries=0) as client:
            assert (await client.ask(QUESTION)).raw == TEA
    assert proxy.paths == ["http://endpoint.invalid/v1/chat/completions"]


async def test_a_request_that_was_lost_may_be_billed() -> None:
    """A connection torn down in the middle counts in full, one that never came about costs nothing."""
    spent = []
    with Loopback([loopback.reset()]) as server:
        for base_url in (server.base_url, "http://127.0.0.1:9/v1"):
            admission = Admission(budget=Budget.of(Prices(1.0, 1.0), None))
            client = ModelClient(Settings(model="demo", base_url=base_url, transport_retries=0), admission=admission)
            with pytest.raises(TransientEndpointError):
                await client.ask(QUESTION)
            await client.close()
            spent.append(admission.budget.unsure_usd)
    assert spent[0] > 0 == spent[1]


def test_answers_that_fit_do_not_wait_for_instructor() -> None:
    """Neither instructor nor the SDK's hundreds of resources are imported where the first answer fits."""
    code = (
        "import asyncio, sys; from llm_extract.engine import Question; from llm_extract.model import ModelClient\n"
        "from llm_extract.questions import ClinicalAnswer; from llm_extract.settings import Settings\n"
        "client = ModelClient(Settings(model='demo', base_url=sys.argv[1], _env_file=None))\n"
        "async def main():\n"
        "    await client.models(); await client.ask(Question('p', 's', 'u', ClinicalAnswer)); await client.close()\n"
        "asyncio.run(main()); print(*({'instructor', 'openai.resources'} & set(sys.modules)))"
    )
    with Loopback([good('{"diagnoses": [], "medications": [], "prior_treatments": []}')]) as server:
        command = [sys.executable, "-c", code, server.base_url]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=samples.ROOT)
    assert (done.stdout.strip(), len(server.requests)) == ("", 1), done.stderr


def test_a_client_without_a_model_is_refused() -> None:
    """An endpoint without a model's name is a mistake of the settings, told before anything is asked."""
    with pytest.raises(SettingsError, match="--model"):
        ModelClient(Settings(base_url="http://127.0.0.1:9/v1"))


async def test_questions_asked_at_once_do_not_mix() -> None:
    """Of forty questions under way together, each gets its own answer, its own re-ask and its own bill."""

    def echo(request: Received) -> str:
        _, asked, *re_ask = request.body["messages"]
        misfit = asked["content"].endswith("odd") and not re_ask
        return json.dumps({"name": None if misfit else asked["content"], "tablets": len(re_ask)})

    async def one(client: ModelClient, i: int) -> Answer:
        return await client.ask(replace(QUESTION, user=f"text {i}, {'odd' if i % 2 else 'even'}"))

    with Loopback([loopback.after(0.01, good(echo))]) as server:
        async with asked_at(server.base_url) as client:
            answers = await asyncio.gather(*(one(client, i) for i in range(40)))
    assert [(a.value.name, a.value.tablets) for a in answers] == [
        (f"text {i}, odd", 2) if i % 2 else (f"text {i}, even", 0) for i in range(40)
    ]
    assert [a.usage.attempts for a in answers] == [2 if i % 2 else 1 for i in range(40)]


# --- answers that do not fit -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [loopback.torn_json(), loopback.wrong_schema(), good("Tea, three tablets."), good("[]")])
async def test_answer_that_does_not_fit_is_asked_again_once_with_the_reason(first: Behaviour) -> None:
    """A misfit costs one further request, which holds the misfit and what is wrong with it; the bill holds both."""
    answer, bodies = await played([first, good(TEA, tokens=(150, 20))])
    assert isinstance(answer, Answer)
    assert (answer.value.name, answer.re_asked, answer.raw) == ("tea", True, TEA)
    assert (answer.usage.attempts, answer.usage.input_tokens, answer.usage.output_tokens) == (2, 250, 30)
    assert bodies[1]["messages"][:2] == bodies[0]["messages"]
    assert [m["role"] for m in bodies[1]["messages"][2:]] == ["assistant", "user"]
    assert "validation error" in bodies[1]["messages"][3]["content"]
    assert bodies[1]["response_format"] == bodies[0]["response_format"]


async def test_second_misfit_is_the_answer_s_own_error_and_pays_for_both() -> None:
    """Two misfits end in `InvalidAnswerError` with the last text and the cost of both, after exactly two requests."""
    error, bodies = await played([loopback.wrong_schema()])
    assert isinstance(error, InvalidAnswerError)
    assert len(bodies) == 2
    assert error.raw == '{"unheard_of": true}'
    assert error.usage is not None
    assert (error.usage.attempts, error.usage.input_tokens, error.usage.output_tokens) == (2, 200, 20)
    assert "name (missing)" in str(error)


async def test_number_in_quotes_is_no_reason_to_pay_again() -> None:
    """Values that pydantic can read loosely, such as "3" for a number, are taken without a re-ask."""
    answer, bodies = await played([good('{"name": "tea", "tablets": "3"}')])
    assert isinstance(answer, Answer)
    assert answer.value.tablets == 3
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (loopback.refusal(), RefusedAnswerError),
        (good("", finish_reason="content_filter"), RefusedAnswerError),
        (loopback.cut_off(), TruncatedAnswerError),
        (loopback.cut_off(""), TruncatedAnswerError),
        (loopback.cut_off(TEA), TruncatedAnswerError),
        (loopback.empty(), EmptyAnswerError),
        (good(" \n"), EmptyAnswerError),
    ],
)
async def test_refusal_truncation_and_emptiness_are_never_asked_again(behaviour: Behaviour, expected: type) -> None:
    """Each is an error of its own with its cost, after one request."""
    error, bodies = await played([behaviour])
    assert type(error) is expected
    assert len(bodies) == 1
    assert error.usage is not None  # type: ignore[union-attr]
    assert (error.usage.attempts, error.usage.input_tokens) == (1, 100)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (loopback.cut_off(), TruncatedAnswerError),
        (loopback.refusal(), RefusedAnswerError),
        (loopback.empty(), EmptyAnswerError),
    ],
)
async def test_unusable_re_ask_pays_for_the_misfit_too(second: Behaviour, expected: type[AnswerError]) -> None:
    """A second answer that is cut off, refused or empty is the error that it would be as the first, with the tokens of both."""
    error, bodies = await played([loopback.wrong_schema(), second])
    assert type(error) is expected
    assert len(bodies) == 2
    assert error.usage is not None
    assert error.usage.input_tokens == 200


# --- transport -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        loopback.throttled(),
        loopback.server_error(),
        loopback.unavailable(),
        loopback.status(408),
        loopback.status(409),
        loopback.status(529),
        loopback.reset(),
        loopback.torn_body(),
        loopback.page(),
        lambda _: loopback.Reply(body={"error": {"message": "upstream", "code": 502}}),
    ],
)
async def test_passing_trouble_is_waited_out_by_one_owner(trouble: Behaviour) -> None:
    """After a 429, a 5xx, a lost connection or a reply that is none, one wait and one further request follow, no more."""
    naps = Naps()
    answer, bodies = await played([trouble, good(TEA)], naps=naps)
    assert isinstance(answer, Answer)
    assert len(bodies) == answer.usage.attempts == 2
    assert answer.re_asked is False
    assert len(naps) == 1
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (loopback.throttled(), ThrottledError),
        (loopback.server_error(), TransientEndpointError),
        (loopback.reset(), TransientEndpointError),
    ],
)
@pytest.mark.parametrize("retries", [0, 3])
async def test_trouble_that_stays_ends_after_the_allowed_retries(trouble: Behaviour, expected: type, retries: int) -> None:
    """`transport_retries` further tries are made, with waits between half a second and a minute, then the error stands."""
    naps = Naps()
    error, bodies = await played([trouble], naps=naps, transport_retries=retries)
    assert type(error) is expected
    assert len(bodies) == retries + 1
    assert len(naps) == retries
    assert all(0.5 <= nap <= 60 for nap in naps)


@pytest.mark.parametrize("seconds", [0, 7, 125, RETRY_AFTER_CAP])
@pytest.mark.parametrize("behaviour", [loopback.throttled, loopback.unavailable])
async def test_wait_is_as_long_as_the_endpoint_asks(behaviour: Callable[[float], Behaviour], seconds: float) -> None:
    """`Retry-After` is honoured for 429 and 503 up to the cap, above two minutes too, with at most a tenth (or 1 s) added."""
    naps = Naps()
    answer, _ = await played([behaviour(seconds), good(TEA)], naps=naps)
    assert isinstance(answer, Answer)
    assert len(naps) == 1
    assert seconds <= naps[0] <= seconds + max(1, seconds / 10)


async def test_wait_beyond_the_cap_is_left_to_the_run() -> None:
    """An endpoint that asks for more than the cap gets no further try; the error says for how long it asked."""
    naps = Naps()
    error, bodies = await played([loopback.throttled(RETRY_AFTER_CAP + 1)], naps=naps)
    assert isinstance(error, ThrottledError)
    assert error.retry_after == RETRY_AFTER_CAP + 1
    assert (len(bodies), naps) == (1, [])


async def test_retry_after_date_is_waited_for() -> None:
    """`Retry-After` may be an HTTP date, counted from the reply's own clock."""
    naps = Naps()
    trouble = loopback.throttled("Fri, 02 Jan 2015 10:05:00 GMT", date="Fri, 02 Jan 2015 10:02:30 GMT")
    await played([trouble, good(TEA)], naps=naps)
    assert 150 <= naps[0] <= 165


@given(seconds=st.integers(0, 10**6), skew=st.integers(-(10**6), 10**6))
def test_retry_after_date_does_not_depend_on_our_clock(seconds: int, skew: int) -> None:
    """The wait that a date asks for is its distance from the reply's `Date`, whatever our own clock says."""
    server = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=skew)
    headers = {
        "date": format_datetime(server, usegmt=True),
        "retry-after": format_datetime(server + timedelta(seconds=seconds), usegmt=True),
    }
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Fri, 02 Jan 2015 10:05:00 GMT", "date": "Fri, 02 Jan 2015 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 02 Jan 2015 10:05:00 GMT"}, 0.0),
    ],
)
def test_retry_after_reads_what_endpoints_send(headers: dict[str, str], expected: float | None) -> None:
    """Seconds, fractions, milliseconds and dates are read, the past is now, and nonsense is as good as nothing."""
    assert retry_after(headers) == expected


@given(st.text(max_size=40))
def test_retry_after_never_raises(text: str) -> None:
    """Whatever stands in the header, the result is None or a finite number of seconds that is not negative."""
    seconds = retry_after({"retry-after": text})
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(
    ("trouble", "expected", "hint"),
    [
        (loopback.bad_key(), FatalEndpointError, "LLM_EXTRACT_API_KEY"),
        (loopback.status(403), FatalEndpointError, "refuses the key"),
        (loopback.unknown_model(), FatalEndpointError, "“demo”"),
        (loopback.status(404), FatalEndpointError, "--base-url"),
        (loopback.status(400, error="model_not_found"), FatalEndpointError, "“demo”"),
        (loopback.out_of_quota(), FatalEndpointError, "insufficient_quota"),
        (loopback.status(402), FatalEndpointError, "billing"),
        (loopback.status(400, error="context_length_exceeded"), RequestRejectedError, "context_length_exceeded"),
        (loopback.status(413), RequestRejectedError, "HTTP 413"),
        (loopback.status(422), RequestRejectedError, "HTTP 422"),
    ],
)
async def test_trouble_that_no_waiting_helps_is_not_tried_again(trouble: Behaviour, expected: type, hint: str) -> None:
    """Key, model, quota and malformed requests end at the first reply, with a message that says what to do."""
    naps = Naps()
    error, bodies = await played([trouble], naps=naps)
    assert type(error) is expected
    assert hint in str(error)
    assert (len(bodies), naps) == (1, [])


@pytest.mark.parametrize("behaviour", [loopback.hang(), loopback.drip()])
async def test_endpoint_that_never_finishes_is_given_up(behaviour: Behaviour) -> None:
    """`timeout` bounds the whole answer: silence ends in a transient error, and so does a reply that keeps dripping."""
    error, bodies = await played([behaviour], timeout=0.3, transport_retries=1)
    assert isinstance(error, TransientEndpointError)
    assert "LLM_EXTRACT_TIMEOUT" in str(error)
    assert len(bodies) == 2


async def test_nobody_listening_is_transient_for_one_letter(free_port: int) -> None:
    """A refused connection is waited out and then said in plain words."""
    naps = Naps()
    async with asked_at(f"http://127.0.0.1:{free_port}/v1", naps=naps, transport_retries=2) as client:
        with pytest.raises(TransientEndpointError, match="nobody listens there"):
            await client.ask(QUESTION)
    assert len(naps) == 2


async def test_unknown_host_is_said_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host name that does not resolve is named as the cause."""
    import socket

    def unresolved(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    async with asked_at("http://nowhere.invalid/v1", transport_retries=0) as client:
        with pytest.raises(TransientEndpointError, match="host name is unknown"):
            await client.ask(QUESTION)


async def test_address_that_cannot_work_is_fatal() -> None:
    """A malformed address is no passing trouble, although the SDK calls it a connection error."""
    naps = Naps()
    async with asked_at("ftp://127.0.0.1/v1", naps=naps) as client:
        with pytest.raises(FatalEndpointError):
            await client.ask(QUESTION)
    assert naps == []


async def test_key_that_cannot_be_sent_is_fatal() -> None:
    """A key with a line break in it, which no header can hold, is no passing trouble either."""
    naps = Naps()
    error, bodies = await played([good(TEA)], naps=naps, api_key="a\nb")
    assert isinstance(error, FatalEndpointError)
    assert (bodies, naps) == ([], [])


async def test_every_wait_is_told_before_it_begins() -> None:
    """`on_retry` hears the error and the seconds of each wait, so that others can be slowed down too."""
    told: list[tuple[type, float]] = []
    naps = Naps()
    with Loopback([loopback.throttled(5), loopback.server_error(), good(TEA)]) as server:
        config = Settings(model="demo", base_url=server.base_url)
        client = ModelClient(config, sleep=naps, on_retry=lambda error, seconds: told.append((type(error), seconds)))
        await client.ask(QUESTION)
        await client.close()
    assert [kind for kind, _ in told] == [ThrottledError, TransientEndpointError]
    assert [seconds for _, seconds in told] == naps


async def test_client_may_be_closed_twice() -> None:
    """Closing again is no mistake."""
    client = ModelClient(Settings(model="demo", base_url="http://127.0.0.1:9/v1"))
    await client.close()
    await client.close()


# --- parameters that an endpoint refuses -----------------------------------------------------------------------------


def choosy(*refused: str) -> Behaviour:
    """An endpoint that names each refused parameter as long as it is sent."""

    def behave(request: Received) -> Any:
        named = next((name for name in refused if name in request.body), None)
        return (good(TEA) if named is None else loopback.unsupported(named, "max_completion_tokens"))(request)

    return behave


async def test_refused_parameters_are_left_out_for_good() -> None:
    """A reasoning model that refuses `max_tokens`, `temperature` and `seed` gets its own limit, and never gets them again."""
    with Loopback([choosy("max_tokens", "temperature", "seed")]) as server:
        async with asked_at(server.base_url, max_output_tokens=2000) as client:
            first = await client.ask(QUESTION)
            second = await client.ask(QUESTION)
    assert (first.usage.attempts, second.usage.attempts) == (4, 1)
    last = server.bodies[-1]
    assert last["max_completion_tokens"] == 2000
    assert not {"max_tokens", "temperature", "seed"} & set(last)


async def test_parameters_refused_in_a_sentence_are_found() -> None:
    """Servers that name the parameter in their text only are understood as well."""

    def refuse_seed(request: Received) -> Any:
        detail = {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}
        return loopback.Reply(422, detail) if "seed" in request.body else good(TEA)(request)

    answer, bodies = await played([refuse_seed])
    assert isinstance(answer, Answer)
    assert ["seed" in body for body in bodies] == [True, False]


async def test_other_bad_requests_keep_every_parameter() -> None:
    """A 400 that blames the prompt is this request's own and changes nothing for the next."""
    trouble = loopback.status(400, error="context_length_exceeded", message=f"too long: {SECRET}, temperature not supported?")
    with Loopback([trouble, good(TEA)]) as server:
        async with asked_at(server.base_url) as client:
            with pytest.raises(RequestRejectedError):
                await client.ask(QUESTION)
            await client.ask(QUESTION)
    assert server.bodies[0] == server.bodies[1]


# --- confidentiality -------------------------------------------------------------------------------------------------


class Picky(BaseModel):
    """Its validator complains with the letter's words, as careless validators do."""

    name: str

    @field_validator("name")
    @classmethod
    def never(cls, value: str) -> str:
        """Accept nothing."""
        raise ValueError(f"not {value}")


LEAKY: list[Behaviour] = [
    good(json.dumps({"name": SECRET})),
    good(json.dumps({SECRET: SECRET})),
    good(f"{SECRET}"),
    good(SECRET, finish_reason="length"),
    good("", refusal=f"I will not discuss {SECRET}"),
    loopback.status(400, message=SECRET, error=SECRET),
    loopback.status(401, message=SECRET),
    loopback.status(404, message=SECRET),
    loopback.status(429, message=SECRET),
    loopback.status(500, message=SECRET),
    lambda _: loopback.Reply(body=f"<p>{SECRET}</p>".encode()),
    loopback.reset(),
]


@pytest.mark.parametrize("behaviour", LEAKY)
async def test_no_error_and_no_log_holds_the_letter(behaviour: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever an endpoint echoes, neither message, cause, context, traceback nor a log line at DEBUG holds the letter."""
    with caplog.at_level(logging.DEBUG):
        error, _ = await played([behaviour], replace(QUESTION, answer=Picky), transport_retries=1)
    assert isinstance(error, LlmExtractError)
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert SECRET not in caplog.text


# --- foreign errors --------------------------------------------------------------------------------------------------


def _exceptions(module: Any) -> set[type[BaseException]]:
    return {c for _, c in inspect.getmembers(module, inspect.isclass) if issubclass(c, BaseException)}


@pytest.mark.parametrize(
    "module", [openai, openai._exceptions, httpx2, instructor.core.exceptions, tenacity], ids=lambda m: m.__name__
)
def test_every_foreign_error_has_a_class_of_ours(module: Any) -> None:
    """Each exception that the installed openai, httpx2, instructor and tenacity export maps to exactly one class of ours."""
    found = {c for c in _exceptions(module) if not issubclass(c, Warning) and c.__module__.partition(".")[0] != "builtins"}
    assert found
    homeless = [c.__name__ for c in found if our_class(c) is None]
    assert homeless == []
    assert all(issubclass(our_class(c) or object, LlmExtractError) for c in found)


def test_nothing_that_is_not_foreign_is_in_the_table() -> None:
    """The table has no entry so wide that it would swallow a mistake of our own."""
    for ours in (ValueError, TypeError, KeyError, RuntimeError, Exception, asyncio.CancelledError):
        assert our_class(ours) is None
    assert all(issubclass(c, LlmExtractError) for c in foreign_errors().values())


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        (openai.RateLimitError, ThrottledError),
        (openai.APITimeoutError, TransientEndpointError),
        (openai.AuthenticationError, FatalEndpointError),
        (openai.BadRequestError, RequestRejectedError),
        (openai.LengthFinishReasonError, TruncatedAnswerError),
        (openai.ContentFilterFinishReasonError, RefusedAnswerError),
        (httpx2.ReadTimeout, TransientEndpointError),
        (httpx2.UnsupportedProtocol, FatalEndpointError),
        (instructor.core.exceptions.IncompleteOutputException, TruncatedAnswerError),
        (instructor.core.exceptions.InstructorRetryException, InvalidAnswerError),
        (tenacity.RetryError, TransientEndpointError),
    ],
)
def test_nearest_parent_in_the_table_counts(foreign: type[BaseException], ours: type) -> None:
    """A foreign class maps as its nearest parent in the table does."""
    assert our_class(foreign) is ours


# --- before any letter is read ---------------------------------------------------------------------------------------


async def checked(models: Sequence[str] | Behaviour | None, name: str = "demo") -> tuple[LlmExtractError | None, Loopback]:
    """What the pre-flight check says of an endpoint with this list of models."""
    with Loopback([good(TEA)], models=models) as server:
        try:
            await preflight(Settings(model=name, base_url=server.base_url, transport_retries=4), sleep=Naps())
        except LlmExtractError as error:
            return error, server
    return None, server


@pytest.mark.parametrize(
    ("models", "name"),
    [
        (["demo"], "demo"),
        (["demo:latest"], "demo"),
        (["models/demo"], "demo"),
        (["org/demo"], "org/demo:free"),
        ([], "demo"),
        (None, "demo"),
        (loopback.status(403), "demo"),
        (loopback.throttled(1), "demo"),
        (lambda _: loopback.Reply(body={"data": [{"id": "q.gguf", "owned_by": "llamacpp"}]}), "demo"),
    ],
)
async def test_preflight_is_silent_where_nothing_speaks_against_the_model(models: Any, name: str) -> None:
    """A listed model, a list that may omit it and no list at all all pass, and no completion is paid for."""
    error, server = await checked(models, name)
    assert error is None
    assert server.requests == []


async def test_preflight_costs_one_request() -> None:
    """The check of a healthy endpoint is one GET of the list."""
    _, server = await checked(["demo"])
    assert server.paths == ["/v1/models"]


async def test_preflight_names_up_to_five_models() -> None:
    """A model that is not there is told with five that are, and with how many more there are."""
    error, _ = await checked([f"m{i}" for i in range(7)])
    assert isinstance(error, FatalEndpointError)
    assert "“demo”" in str(error)
    assert "“m0”, “m1”, “m2”, “m3”, “m4” and 2 more" in str(error)
    assert "m5" not in str(error)


@pytest.mark.parametrize(
    ("models", "hint"),
    [(loopback.bad_key(), "LLM_EXTRACT_API_KEY"), (loopback.server_error(), "HTTP 500"), (loopback.out_of_quota(), "quota")],
)
async def test_preflight_stops_the_run_where_no_letter_can_succeed(models: Behaviour, hint: str) -> None:
    """A refused key, an empty purse and a broken endpoint are fatal before anything is read."""
    error, _ = await checked(models)
    assert type(error) is FatalEndpointError
    assert hint in str(error)


async def test_preflight_turns_nobody_listening_into_a_fatal_error(free_port: int) -> None:
    """At first contact a refused connection is fatal, after one short wait at most."""
    naps = Naps()
    with pytest.raises(FatalEndpointError, match=r"nobody listens there\. Nothing was read"):
        await preflight(Settings(model="demo", base_url=f"http://127.0.0.1:{free_port}/v1"), sleep=naps)
    assert len(naps) == 1


def obedient(request: Received) -> str:
    """What an endpoint that enforces the schema answers: one of the schema's own words."""
    words = request.body["response_format"]["json_schema"]["schema"]["properties"]["word"]["enum"]
    return json.dumps({"word": words[-1]})


@pytest.mark.parametrize(
    ("behaviour", "verdict", "evidence"),
    [
        (good(obedient), Enforcement.ENFORCED, "one of them"),
        (good("The sea lay black."), Enforcement.IGNORED, "“The sea lay black.”"),
        (good('{"word": "sea"}'), Enforcement.IGNORED, "sea"),
        (good("", finish_reason="length"), Enforcement.IGNORED, "finish reason “length”"),
        (loopback.status(400, error="invalid_schema"), Enforcement.REJECTED, "invalid_schema"),
    ],
)
async def test_probe_believes_the_answer_and_not_the_status(behaviour: Behaviour, verdict: Enforcement, evidence: str) -> None:
    """Only an answer that a free model could not have given proves that the schema is enforced."""
    with Loopback([behaviour]) as server:
        async with asked_at(server.base_url) as client:
            probe = await probe_schema(client)
    assert probe.verdict is verdict
    assert evidence in probe.evidence
    assert len(server.requests) == 1


async def test_probe_asks_for_other_words_each_time() -> None:
    """The words are made for the call: no model can have learnt them, and no cache can hold the answer."""
    with Loopback([good(obedient)]) as server:
        async with asked_at(server.base_url) as client:
            probes = [await probe_schema(client), await probe_schema(client)]
    assert all(probes)
    first, second = (body["response_format"]["json_schema"]["schema"]["properties"]["word"]["enum"] for body in server.bodies)
    assert not set(first) & set(second)


# --- recorded --------------------------------------------------------------------------------------------------------

SENTENCE = "For her back pain the patient takes one Norco tablet in the morning and two in the evening."


def recorded_question(**changes: Any) -> Question:
    """A question about an invented sentence."""
    asked = Question("drug.v1", "Name the drug and the tablets a day. Answer as JSON.", SENTENCE, Drug, max_output_tokens=64)
    return replace(asked, **changes)


@asynccontextmanager
async def recorded_client(base_url: str) -> AsyncIterator[ModelClient]:
    """The client of the recorded tests: every setting that is on the wire is written down here."""
    config = Settings(base_url=base_url, model=EMBEDDED_MODEL, timeout=600, seed=7, temperature=0, max_output_tokens=200)
    client = ModelClient(config, sleep=Naps())
    try:
        yield client
    finally:
        await client.close()


@pytest.mark.recorded
async def test_recorded_answer(embedded_endpoint: str) -> None:
    """The embedded model answers under our schema, over real HTTP, and the answer is read with its tokens."""
    async with recorded_client(embedded_endpoint) as client:
        answer = await client.ask(recorded_question())
    assert answer.value.name == "Norco"
    assert answer.finish_reason == "stop"
    assert answer.model == EMBEDDED_MODEL
    assert answer.usage.attempts == 1
    assert answer.usage.input_tokens > 0 < answer.usage.output_tokens


class CountedDrug(Drug):
    """A drug under a rule that no JSON Schema can say."""

    @field_validator("tablets")
    @classmethod
    def _of_the_whole_day(cls, tablets: int | None) -> int | None:
        if tablets != 3:
            raise ValueError("one in the morning and two in the evening are 3 tablets: write 3")
        return tablets


@pytest.mark.recorded
async def test_recorded_re_ask(embedded_endpoint: str) -> None:
    """The embedded model mends an answer that does not fit: two requests, one cassette, both on the bill."""
    async with recorded_client(embedded_endpoint) as client:
        answer = await client.ask(recorded_question(answer=CountedDrug))
    assert answer.value.tablets == 3
    assert answer.re_asked
    assert answer.usage.attempts == 2


@pytest.mark.recorded
async def test_recorded_truncation(embedded_endpoint: str) -> None:
    """An answer that meets the token limit is a truncation, with what it cost."""
    async with recorded_client(embedded_endpoint) as client:
        with pytest.raises(TruncatedAnswerError) as caught:
            await client.ask(recorded_question(max_output_tokens=4))
    assert caught.value.usage is not None
    assert caught.value.usage.output_tokens == 4


@pytest.mark.recorded
async def test_recorded_probe(embedded_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp enforces the schema: asked for prose, it answers with one of four random words."""
    words = iter(["a1f0c3", "77be02", "c09d5e", "3e41aa"])
    monkeypatch.setattr("secrets.token_hex", lambda _: next(words))
    async with recorded_client(embedded_endpoint) as client:
        probe = await probe_schema(client)
    assert probe.verdict is Enforcement.ENFORCED


@pytest.mark.recorded
async def test_recorded_preflight(embedded_endpoint: str) -> None:
    """llama.cpp's own list of models passes the check."""
    await preflight(Settings(base_url=embedded_endpoint, model=EMBEDDED_MODEL))
    async with recorded_client(embedded_endpoint) as client:
        assert await client.models() == ((EMBEDDED_MODEL, "llamacpp"),)


@pytest.mark.recorded
async def test_recorded_throttling(scripted_endpoint: Callable[[Sequence[Behaviour]], str]) -> None:
    """A 429 keeps its `Retry-After` in the cassette, and the client waits that long."""
    naps = Naps()
    async with asked_at(scripted_endpoint([loopback.throttled(7), good(TEA)]), naps=naps) as client:
        answer = await client.ask(QUESTION)
    assert answer.usage.attempts == 2
    assert 7 <= naps[0] <= 8


@pytest.mark.recorded
async def test_recorded_server_error(scripted_endpoint: Callable[[Sequence[Behaviour]], str]) -> None:
    """A 500 is tried again."""
    async with asked_at(scripted_endpoint([loopback.server_error(), good(TEA)])) as client:
        answer = await client.ask(QUESTION)
    assert answer.usage.attempts == 2


@pytest.mark.recorded
async def test_recorded_refusal(scripted_endpoint: Callable[[Sequence[Behaviour]], str]) -> None:
    """A refusal is no misfit: one request."""
    async with asked_at(scripted_endpoint([loopback.refusal()])) as client:
        with pytest.raises(RefusedAnswerError) as caught:
            await client.ask(QUESTION)
    assert caught.value.usage is not None
    assert caught.value.usage.attempts == 1


@pytest.mark.vcr
@pytest.mark.default_cassette("test_recorded_answer.yaml")
async def test_miss_says_what_differs(cassette_misses: list[str]) -> None:
    """Another letter never replays a stale answer, and the miss names the place where the requests differ, with both texts."""
    async with recorded_client("http://endpoint.invalid/v1") as client:
        with pytest.raises(TransientEndpointError, match="CannotOverwriteExistingCassetteException"):
            await client.ask(recorded_question(user="The patient takes nothing."))
    assert '/messages/1/content: asked "The patient takes nothing.", recorded "For her back pain' in cassette_misses[0]
    cassette_misses.clear()


def test_cassettes_hold_nothing_private() -> None:
    """No cassette keeps a key, a cookie, an organisation, a client's or server's name, a date, a host or a port."""
    cassettes = [yaml.safe_load(p.read_text()) for p in sorted((Path(__file__).parent / "cassettes").rglob("*.yaml"))]
    interactions = [interaction for cassette in cassettes for interaction in cassette["interactions"]]
    assert interactions
    for interaction in interactions:
        headers = {name.lower() for part in ("request", "response") for name in interaction[part]["headers"]}
        assert headers <= {"content-type", "retry-after"}
        assert interaction["request"]["uri"].startswith("http://endpoint.invalid/v1/")


# --- start-up --------------------------------------------------------------------------------------------------------


def test_import_is_cheap() -> None:
    """Importing the module imports neither openai nor instructor nor tenacity: `--help` and the baseline never pay for them."""
    heavy = {"openai", "instructor", "tenacity", "httpx2"}
    code = f"import sys, llm_extract.model, llm_extract.fake; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port at which nobody listens: bound, so that nobody else takes it, but not listening."""
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
