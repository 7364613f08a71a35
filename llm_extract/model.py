"""The model's door: any OpenAI-compatible endpoint as an `Asker`. openai, instructor and tenacity are used here only.

    Question ─ ModelClient.ask ─ _usable ─ tenacity ─ admission ─ one HTTP request
                      │          refusal,   429, 5xx, time-out,   when it
                      │          cut, empty lost connection       may be sent
                      └ a misfit ─ instructor ─ _usable: the re-ask

A question thus makes 2 x (1 + `transport_retries`) requests at most.

One owner a kind of retry, so that no cause is tried twice by two parties (the SDK's own retries are off):

- Transport belongs to tenacity (`_patience`): 429, 5xx, time-outs and lost connections, exponential with jitter, or as long as
  `Retry-After` asks, up to `RETRY_AFTER_CAP`.
- An answer that does not fit belongs to instructor: one re-ask, with the first answer and what is wrong with it as the next
  messages. It may own this because it is given a `create` of ours in place of the SDK's (`instructor.patch(create=...)`):
  refusals, truncations and empty answers leave there as errors of ours, which instructor does not take for a misfit, so they
  are never re-asked. It is called for a misfit only, which it is handed as the first answer: over one that fits it takes several
  times as long as the whole request.
- A parameter that the endpoint names as unsupported (hosted reasoning models refuse `max_tokens`, a `temperature`, a `seed`) is
  left out from then on, for the life of the client.

What is on the wire is the *enforced* schema (`wire_schema`). Letters never pass through instructor's `context=`, which would
render them as Jinja templates. No foreign exception leaves `ask`: they are mapped in one table (`foreign_errors`), without their
texts, which may quote a letter, and without chaining.

The heavy imports happen when a client is made: `import llm_extract.model` costs what pydantic costs.
"""

from __future__ import annotations

import asyncio
import copy
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from llm_extract import telemetry
from llm_extract.admission import Admission, Need, Ticket
from llm_extract.engine import Answer, Question, Usage
from llm_extract.errors import (
    AnswerError,
    EmptyAnswerError,
    EndpointError,
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
from llm_extract.wire_schema import response_format, schema_size

if TYPE_CHECKING:
    import tenacity
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

    from llm_extract.settings import Settings

RETRY_AFTER_CAP = 600.0
"""Longest `Retry-After` that is waited for, in seconds. An endpoint that asks for more gets no further try of this letter."""

Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")
OnRetry = Callable[[EndpointError, float], None]


# --- where to ask ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to ask. `base_url` None is OpenAI's own. `timeout` in seconds, for one whole answer."""

    model: str
    base_url: str | None = None
    api_key: str = field(default="unused", repr=False)
    timeout: float = 120.0
    retries: int = 4
    temperature: float = 0.0
    seed: int = 7
    max_output_tokens: int = 700

    @classmethod
    def of(cls, settings: Settings, *, base_url: str | None = None, model: str | None = None) -> Endpoint:
        """The endpoint that the settings mean; `base_url` and `model` win over them. Raises `SettingsError` without a model."""
        name = model or settings.model
        if not name:
            raise SettingsError("No model is named for the endpoint: give --model NAME or set LLM_EXTRACT_MODEL.")
        return cls(
            model=name,
            base_url=base_url or settings.base_url,
            api_key=settings.api_key.get_secret_value() if settings.api_key else "unused",
            timeout=settings.timeout,
            retries=settings.transport_retries,
            temperature=settings.temperature,
            seed=settings.seed,
            max_output_tokens=settings.max_output_tokens,
        )

    @property
    def shown(self) -> str:
        """The address as messages may show it: without user, password and query."""
        if self.base_url is None:
            return "OpenAI's endpoint"
        parts = urlsplit(self.base_url)
        host = parts.netloc.rpartition("@")[2]
        return f"the endpoint {parts.scheme}://{host}{parts.path}"

    @property
    def on_this_machine(self) -> bool:
        """Whether the address is a loopback one, to which no proxy of the environment may be put in between."""
        host = urlsplit(self.base_url or "").hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.")

    def refuse_unsendable_key(self) -> None:
        """Raise `FatalEndpointError` for a key that no header can hold, on which aiohttp loses a connection."""
        if re.search(r"[\x00-\x1f\x7f]", self.api_key):
            raise FatalEndpointError(
                f"{_start(self)} was not asked, since the key holds a line break or another control character: "
                "check LLM_EXTRACT_API_KEY or OPENAI_API_KEY."
            )


# --- the client ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Completion:
    """What is read of one chat completion. Not the SDK's class: making one of those takes as long as the rest of a request.

    Some servers count no tokens (None). `body` is the whole reply.
    """

    text: str
    refused: bool
    finish_reason: str
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int
    body: Mapping[str, Any]

    @classmethod
    def of(cls, body: Any) -> Completion | None:
        """None for a proxy's page, torn JSON, or an error that comes with a 200."""
        choices = body.get("choices") if isinstance(body, dict) else None
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message, usage = choice.get("message"), body.get("usage") if isinstance(body, dict) else None
        if not isinstance(message, dict):
            return None
        text, counted, model = message.get("content"), usage if isinstance(usage, dict) else {}, body.get("model")
        return cls(
            text=text if isinstance(text, str) else "",
            refused=bool(message.get("refusal")),
            finish_reason=str(choice.get("finish_reason") or "stop"),  # some servers send null
            model=model if isinstance(model, str) else None,
            input_tokens=_count(counted.get("prompt_tokens")),
            output_tokens=_count(counted.get("completion_tokens")),
            cached_input_tokens=_cached(counted),
            body=body,
        )


def _count(said: Any) -> int | None:
    return said if isinstance(said, int) else None


def _cached(counted: Mapping[str, Any]) -> int:
    """Prompt tokens that the endpoint took out of its own cache: none where it does not say so, and never more than it read."""
    details = counted.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    return max(0, min(cached or 0, _count(counted.get("prompt_tokens")) or 0))


@dataclass
class _Asking:
    """One `ask` under way: what it has cost so far, over all attempts, and the answers that came."""

    question: Question
    started: float = field(default_factory=time.perf_counter)
    attempts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    answers: list[Completion] = field(default_factory=list)

    def usage(self) -> Usage:
        """The bill up to now; `answers` is 1 since a re-ask is part of the one answer that a caller gets."""
        seconds = time.perf_counter() - self.started
        return Usage(self.attempts, self.input_tokens, self.output_tokens, 0, 1, seconds, self.cached_input_tokens)

    def count(self, completion: Completion) -> None:
        """Add one answer's tokens."""
        self.answers.append(completion)
        self.input_tokens += completion.input_tokens or 0
        self.output_tokens += completion.output_tokens or 0
        self.cached_input_tokens += completion.cached_input_tokens


class ModelClient:
    """An `Asker` for any OpenAI-compatible endpoint.

    `base_url` and `model` win over the settings (the embedded server has both). `sleep` takes the place of `asyncio.sleep`
    between tries, for tests. `on_retry(error, seconds)` is told of each wait before it begins. Every request passes `admission`,
    which may be shared with other clients of the same endpoint; without it nothing holds requests up. Safe for many concurrent
    `ask`s on one event loop.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        base_url: str | None = None,
        model: str | None = None,
        sleep: Sleep = asyncio.sleep,
        on_retry: OnRetry | None = None,
        admission: Admission | None = None,
    ) -> None:
        self.endpoint = Endpoint.of(settings, base_url=base_url, model=model)
        self._admission = admission
        self._sleep = sleep
        self._on_retry = on_retry
        self._unsupported: set[str] = set()
        self._openai = _openai_client(self.endpoint)

    async def ask(self, question: Question) -> Answer:
        """Ask; transport retries and the one re-ask are inside. Raises `EndpointError` or `AnswerError`."""
        asking = _Asking(question)
        try:
            value = await self._value(asking)
        except Exception as error:
            failure = self._failure(error, asking)
        else:
            return self._answer(asking, value)
        raise failure  # outside of any `except`: the foreign error, which quotes the letter, must not hang on as its context

    async def close(self) -> None:
        """Close the connections; may be called twice."""
        await self._openai.close()

    async def models(self) -> tuple[tuple[str, str], ...] | None:
        """`(name, owner)` of each model that the endpoint lists; None: it keeps no list for this key. Raises `EndpointError`."""
        failure: LlmExtractError
        listed: tuple[tuple[str, str], ...]
        try:
            listed = await _patience(min(self.endpoint.retries, 1), self._sleep, self._on_retry)(self._list_models)
        except EndpointError as error:
            if error.status in {403, 404, 405, 501}:
                return None
            failure = error
        else:
            return listed
        raise failure

    async def complete(self, messages: list[dict[str, str]], answer: type[BaseModel], max_output_tokens: int) -> tuple[str, str]:
        """One bare request, neither parsed nor re-asked: the text and the finish reason. Raises `EndpointError`."""
        completion = await self._sent(_Asking(Question("", "", "", answer, max_output_tokens)), messages)
        return completion.text, completion.finish_reason

    # -- for batches: the same request and the same checks of its answer, with other post between them --

    def drafted(self, question: Question) -> tuple[dict[str, Any], Need]:
        """The body of the request that `ask` would send first, and bounds on its tokens. Nothing is sent."""
        messages, sampling = _messages(question), self._sampling(question)
        return self._body(messages, question.answer, sampling), self._need(question, messages, sampling)

    def delivered(self, status: int, body: Any) -> Answer:
        """What a reply says that came in a file. Its `value` is not parsed: that takes the question.

        Raises as `ask` does, `InvalidAnswerError` apart.
        """
        if status != 200:
            said = body.get("error") if isinstance(body, dict) else None
            raise _of_status(status, _code_in(said.get(name) for name in _CODES) if isinstance(said, dict) else "", self.endpoint)
        completion = self._completion(body)
        tokens = completion.input_tokens or 0, completion.output_tokens or 0
        usage = Usage(1, *tokens, 0, 1, cached_input_tokens=completion.cached_input_tokens)
        try:
            _raise_if_unusable(completion)
        except AnswerError as error:
            error.raw, error.usage = completion.text, usage
            raise
        served = _served(completion.model, self.endpoint.model)
        return Answer(None, completion.text, usage, served, completion.finish_reason)

    async def call(self, action: Callable[[AsyncOpenAI], Awaitable[T]], *, retries: int | None = None, seconds: float = 0) -> T:
        """A request of another kind (files, batches), tried again like all; `seconds` where one may take longer than an answer.

        Raises `EndpointError`.
        """
        patience = _patience(self.endpoint.retries if retries is None else retries, self._sleep, self._on_retry)
        failure: EndpointError
        try:
            result: T = await patience(self._called, action, max(seconds, self.endpoint.timeout))
        except EndpointError as error:
            failure = error
        else:
            return result
        raise failure

    def leave_out(self, parameters: Iterable[str]) -> None:
        """Take parameters for unsupported, as an earlier client of the same endpoint learned them to be."""
        self._unsupported.update(parameters)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The parameters that the endpoint does not support, as far as that is known."""
        return tuple(sorted(self._unsupported))

    # -- inside --

    async def _called(self, action: Callable[[AsyncOpenAI], Awaitable[T]], seconds: float) -> T:
        try:
            self.endpoint.refuse_unsendable_key()
            async with asyncio.timeout(seconds):
                return await action(self._openai)
        except Exception as error:
            failure = _translated(error, self.endpoint)
            if failure is None:
                raise
        raise failure

    async def _value(self, asking: _Asking) -> BaseModel:
        """The answer as the question's schema: the first one, or that of the re-ask."""
        completion = await self._usable(asking, _messages(asking.question))
        with suppress(ValidationError):
            return _parsed(completion, asking.question.answer)
        return await self._re_asked(asking, completion)

    async def _re_asked(self, asking: _Asking, misfit: Completion) -> BaseModel:
        """The second answer, for which instructor asks when it has been handed the first one and found it wrong."""
        handed = [misfit]

        async def create(*, messages: list[dict[str, Any]], **_: Any) -> ChatCompletion:
            return _for_instructor(handed.pop() if handed else await self._usable(asking, messages))

        answer = asking.question.answer
        await _instructed(create)(
            response_model=_instructed_class(answer),
            messages=_messages(asking.question),
            max_retries=1,  # that is one further request
            strict=False,  # "3" for an int is no reason to pay again
        )
        return _parsed(asking.answers[-1], answer)  # instructor's own result is of a class of its own

    def _failure(self, error: Exception, asking: _Asking) -> LlmExtractError:
        cause = error.__cause__ or error  # instructor wraps whatever happens below it
        failure: LlmExtractError
        if isinstance(cause, ValidationError):
            failure = InvalidAnswerError(_misfit(cause, asking.question.answer))
        else:
            failure = _translated(cause, self.endpoint) or _unknown(cause)
        if isinstance(failure, AnswerError):
            failure.raw = asking.answers[-1].text if asking.answers else ""
            failure.usage = asking.usage()
        failure.__cause__ = failure.__context__ = None
        return failure

    async def _usable(self, asking: _Asking, messages: list[dict[str, Any]]) -> Completion:
        """One answer worth parsing."""
        completion = await self._sent(asking, messages)
        asking.count(completion)
        _raise_if_unusable(completion)
        return completion

    async def _sent(self, asking: _Asking, messages: list[dict[str, Any]]) -> Completion:
        patience = _patience(self.endpoint.retries, self._sleep, self._on_retry)
        completion: Completion = await patience(self._request, asking, messages)
        return completion

    async def _request(self, asking: _Asking, messages: list[dict[str, Any]]) -> Completion:
        """One HTTP request, or a second one without the parameter that the endpoint names as unsupported."""
        sampling = self._sampling(asking.question)
        if self._admission is None:
            completion = await self._tried(asking, messages, sampling, None)
        else:
            async with self._admission.request(self._need(asking.question, messages, sampling)) as ticket:
                completion = await self._tried(asking, messages, sampling, ticket)
        return completion or await self._request(asking, messages)

    async def _tried(
        self, asking: _Asking, messages: list[dict[str, Any]], sampling: dict[str, Any], ticket: Ticket | None
    ) -> Completion | None:
        """The completion; None where a parameter was refused, which from now on is left out."""
        asking.attempts += 1
        with telemetry.current().chat(self.endpoint.model, self.endpoint.base_url, asking.question.prompt, sampling) as told:
            try:
                completion = await self._posted(messages, asking.question.answer, sampling)
            except Exception as error:
                refused = _unsupported_parameter(error, sampling)
                failure = _translated(error, self.endpoint) if refused is None else None
                if ticket is not None and (refused is not None or _never_arrived(error)):
                    ticket.free()
                if refused is None and failure is None:
                    raise
            else:
                if ticket is not None:
                    ticket.answered(completion.input_tokens, completion.output_tokens, completion.cached_input_tokens)
                model = _served(completion.model, self.endpoint.model)
                told.answered(model, completion.finish_reason, completion.input_tokens, completion.output_tokens)
                return completion
            if failure is not None:
                raise failure
            told.turned_away("unsupported_parameter")
        self._unsupported.add(cast("str", refused))
        return None

    def _need(self, question: Question, messages: list[dict[str, Any]], sampling: Mapping[str, Any]) -> Need:
        """Tokens of a request: a token is a byte at least, and some four bytes of English; servers add a few a message."""
        size = sum(len(str(m.get("content", "")).encode()) + _FRAME_TOKENS for m in messages) + schema_size(question.answer)
        limit = sampling.get("max_tokens") or sampling.get("max_completion_tokens") or self.endpoint.max_output_tokens
        return Need(size // 4, size, limit)

    async def _posted(self, messages: list[dict[str, Any]], answer: type[BaseModel], sampling: dict[str, Any]) -> Completion:
        """One completion. The SDK's `post`: its `create` walks through the whole body first, three times as long as the rest."""
        import httpx2

        body = {"messages": messages, **self._body(messages, answer, sampling)}  # in the order in which `create` sends it
        self.endpoint.refuse_unsendable_key()
        async with asyncio.timeout(self.endpoint.timeout):  # the SDK's time-out is for each read: a dripping endpoint outlives it
            reply = await self._openai.post("/chat/completions", cast_to=httpx2.Response, body=body, options=_WITH_KEY)
        try:
            return self._completion(reply.json())
        except ValueError:
            return self._completion(None)

    def _completion(self, body: Any) -> Completion:
        completion = Completion.of(body)
        if completion is None:
            raise TransientEndpointError(f"{_start(self.endpoint)} sent something that is no chat completion.", status=200)
        return completion

    def _body(self, messages: list[dict[str, Any]], answer: type[BaseModel], sampling: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request: the one place that knows it, for live requests and for batches."""
        return {
            "model": self.endpoint.model,
            "messages": messages,
            "response_format": response_format(answer),
            **sampling,
        }

    def _sampling(self, question: Question) -> dict[str, Any]:
        """The parameters that this endpoint takes.

        `max_completion_tokens` also counts hidden reasoning, for which the question's limit, an estimate of the visible answer,
        leaves no room: there the settings' limit alone holds.
        """
        limit = self.endpoint.max_output_tokens
        wanted: dict[str, Any] = {"temperature": self.endpoint.temperature, "seed": self.endpoint.seed}
        if "max_tokens" in self._unsupported:
            wanted["max_completion_tokens"] = max(limit, question.max_output_tokens)
        else:
            wanted["max_tokens"] = min(limit, question.max_output_tokens)
        return {name: value for name, value in wanted.items() if name not in self._unsupported}

    def _answer(self, asking: _Asking, value: BaseModel) -> Answer:
        completion = asking.answers[-1]
        return Answer(
            value=value,
            raw=completion.text,
            usage=asking.usage(),
            model=_served(completion.model, self.endpoint.model),
            finish_reason=completion.finish_reason,
            re_asked=len(asking.answers) > 1,
        )

    async def _list_models(self) -> tuple[tuple[str, str], ...]:
        listed = await self._called(_models_listed, self.endpoint.timeout)
        return tuple((str(m["id"]), str(m.get("owned_by", ""))) for m in listed if isinstance(m, dict) and "id" in m)


async def _models_listed(api: AsyncOpenAI) -> list[Any]:
    """What stands in the list. Not by `api.models`, which imports all of the SDK's resources: half a second, for one GET."""
    import httpx2

    reply = await api.get("/models", cast_to=httpx2.Response, options=_WITH_KEY)
    try:
        body = reply.json()
    except ValueError:
        return []  # a page where others keep a list
    listed = body.get("data") if isinstance(body, dict) else None
    return listed if isinstance(listed, list) else []


def _messages(question: Question) -> list[dict[str, Any]]:
    return [{"role": "system", "content": question.system}, {"role": "user", "content": question.user}]


_FRAME_TOKENS = 16
"""More than what chat templates put around one message."""

_WITH_KEY: Any = {"security": {"bearer_auth": True}}

MOST_CONNECTIONS = 2048
"""More than `concurrency` may be: requests are held up by admission alone."""

KEEP_ALIVE = 4.0
"""Seconds that a connection may idle: less than the five after which common servers close one, maybe while it is used again."""


def _openai_client(endpoint: Endpoint) -> AsyncOpenAI:
    """The SDK over aiohttp, whose parser and pool take a third of the processor time that those of httpx2 do."""
    import httpx2
    import openai

    _hush()
    timeout = httpx2.Timeout(endpoint.timeout, connect=min(10.0, endpoint.timeout))
    limits = httpx2.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=KEEP_ALIVE)
    made = openai.DefaultAsyncHttpxClient if _through_socks(endpoint) else openai.DefaultAioHttpClient
    return openai.AsyncOpenAI(
        api_key=endpoint.api_key,
        base_url=endpoint.base_url,
        max_retries=0,
        timeout=timeout,
        http_client=made(timeout=timeout, limits=limits, trust_env=not endpoint.on_this_machine),
    )


def _through_socks(endpoint: Endpoint) -> bool:
    """Whether the environment names a proxy of a kind that aiohttp does not speak."""
    from urllib.request import getproxies

    return not endpoint.on_this_machine and any(proxy.startswith("socks") for proxy in getproxies().values())


def _hush() -> None:
    """Keep letters out of logs: instructor logs validation errors, and openai at DEBUG the whole request."""
    import logging

    logging.getLogger("instructor").setLevel(logging.CRITICAL + 1)
    for name in ("openai", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _instructed(create: Callable[..., Awaitable[ChatCompletion]]) -> Callable[..., Awaitable[Any]]:
    """Instructor, which most runs never need and which takes a second to import."""
    import instructor

    return cast("Callable[..., Awaitable[Any]]", instructor.patch(create=cast("Any", create), mode=instructor.Mode.JSON_SCHEMA))


@lru_cache(maxsize=256)
def _instructed_class(answer: type[BaseModel]) -> type[BaseModel]:
    """The response class for instructor, which would make one anew for each misfit; it keeps the answer's text out of errors."""
    import instructor

    class Wire(instructor.ResponseSchema):
        model_config = ConfigDict(hide_input_in_errors=True)

    return create_model(answer.__name__, __base__=(answer, Wire))


def _for_instructor(completion: Completion) -> ChatCompletion:
    """The SDK's class, which instructor reads, of a copy: it puts sums of its own into it."""
    from openai.types.chat import ChatCompletion

    return ChatCompletion.construct(**copy.deepcopy(dict(completion.body)))


def _parsed(completion: Completion, answer: type[BaseModel]) -> BaseModel:
    return answer.model_validate_json(completion.text, strict=False)


def _served(served: str | None, asked: str) -> str:
    """The name that the endpoint gives, which may be of a dated snapshot; some local servers give a path of theirs instead."""
    if not served or served.startswith(("/", "~", ".")) or "\\" in served or served.lower().endswith(".gguf"):
        return asked
    return served


def _raise_if_unusable(completion: Completion) -> None:
    """Refusal, truncation, emptiness, in this order: a cut answer may be empty too, a refusal leaves the content empty."""
    if completion.refused or completion.finish_reason == "content_filter":
        raise RefusedAnswerError("The model declined to answer: this letter's values come from the rules alone.")
    if completion.finish_reason == "length":
        raise TruncatedAnswerError("The answer was cut off at the token limit: raise LLM_EXTRACT_MAX_OUTPUT_TOKENS.")
    if not completion.text.strip():
        raise EmptyAnswerError("The model sent an empty answer: another model may do better.")


def _misfit(error: ValidationError, answer: type[BaseModel]) -> str:
    """What did not fit, in the schema's own words: never the answer's, which quote the letter."""
    known = [
        e for e in error.errors(include_input=False, include_url=False) if e["loc"][:1] and e["loc"][0] in answer.model_fields
    ]
    fields = ", ".join(dict.fromkeys(f"{e['loc'][0]} ({e['type']})" for e in known)) or error.errors()[0]["type"]
    return f"The answer does not fit the response schema, also after one re-ask: {fields}."


def _unknown(error: BaseException) -> TransientEndpointError:
    return TransientEndpointError(f"Asking the model failed unexpectedly ({type(error).__name__}): please report this.")


# --- transport: how often and how long to wait -----------------------------------------------------------------------


def _patience(retries: int, sleep: Sleep, on_retry: OnRetry | None) -> tenacity.AsyncRetrying:
    """The transport's policy; made for each request, since tenacity keeps the state of a call on the object."""
    import tenacity

    return tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type((ThrottledError, TransientEndpointError)),
        stop=tenacity.stop_any(tenacity.stop_after_attempt(1 + retries), cast("Any", _asks_too_much)),
        wait=_wait,
        sleep=sleep,
        before_sleep=_teller(on_retry),
        reraise=True,
    )


def _asked_wait(state: tenacity.RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, ThrottledError | TransientEndpointError) else None


def _asks_too_much(state: tenacity.RetryCallState) -> bool:
    return (_asked_wait(state) or 0.0) > RETRY_AFTER_CAP


def _wait(state: tenacity.RetryCallState) -> float:
    """What `Retry-After` asks and a little more, lest all come back at once; else exponential with full jitter, at most 60 s."""
    import tenacity

    asked = _asked_wait(state)
    if asked is None:
        return tenacity.wait_random_exponential(multiplier=1, max=60, min=0.5)(state)
    return asked + tenacity.wait_random(0, max(1.0, asked / 10))(state)


def _teller(on_retry: OnRetry | None) -> Callable[[tenacity.RetryCallState], None]:
    def tell(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, EndpointError) and state.next_action is not None:
            telemetry.current().retried(error.code)
            if on_retry is not None:
                on_retry(error, state.next_action.sleep)

    return tell


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an endpoint asks to wait, None where it says nothing usable.

    `retry-after-ms` goes before `Retry-After`, which may be seconds or an HTTP date (RFC 9110, 10.2.3). A date counts from the
    answer's own `Date`, where there is one: the two clocks need not agree.
    """
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after")
    seconds = _seconds(asked)
    if seconds is not None:
        return seconds
    at = _http_date(asked)
    if at is None:
        return None
    return max(0.0, (at - (_http_date(headers.get("date")) or datetime.now(UTC))).total_seconds())


def _seconds(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _http_date(text: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


# --- foreign errors --------------------------------------------------------------------------------------------------


@cache
def foreign_errors() -> Mapping[type[BaseException], type[LlmExtractError]]:
    """The one table: foreign class to ours. A class that is not in it counts as its nearest parent that is.

    HTTP statuses and error codes refine it (`_by_status`): a 429 without quota is fatal.
    """
    import json

    import httpx2
    import openai
    import tenacity
    from instructor.core import exceptions as instructor

    return {
        openai.OpenAIError: FatalEndpointError,  # the SDK cannot even begin: no credentials
        openai.APIError: TransientEndpointError,
        openai.APIConnectionError: TransientEndpointError,  # and APITimeoutError
        openai.APIResponseValidationError: TransientEndpointError,
        openai.APIStatusError: RequestRejectedError,  # 4xx without a class of its own, such as 413
        openai.BadRequestError: RequestRejectedError,
        openai.UnprocessableEntityError: RequestRejectedError,
        openai.AuthenticationError: FatalEndpointError,
        openai.PermissionDeniedError: FatalEndpointError,
        openai.NotFoundError: FatalEndpointError,
        openai.ConflictError: TransientEndpointError,
        openai.RateLimitError: ThrottledError,
        openai.InternalServerError: TransientEndpointError,
        openai.LengthFinishReasonError: TruncatedAnswerError,
        openai.ContentFilterFinishReasonError: RefusedAnswerError,
        openai.InvalidWebhookSignatureError: FatalEndpointError,
        httpx2.HTTPError: TransientEndpointError,
        httpx2.StreamError: TransientEndpointError,
        httpx2.CookieConflict: TransientEndpointError,
        httpx2.InvalidURL: FatalEndpointError,
        httpx2.UnsupportedProtocol: FatalEndpointError,
        httpx2.LocalProtocolError: FatalEndpointError,  # a key with a line break in it
        httpx2.TooManyRedirects: FatalEndpointError,
        instructor.InstructorError: InvalidAnswerError,
        instructor.IncompleteOutputException: TruncatedAnswerError,
        instructor.ProviderError: TransientEndpointError,
        instructor.ClientError: FatalEndpointError,
        instructor.ConfigurationError: FatalEndpointError,
        instructor.ModeError: FatalEndpointError,
        tenacity.RetryError: TransientEndpointError,
        tenacity.TryAgain: TransientEndpointError,
        TimeoutError: TransientEndpointError,  # our own limit on the whole answer
        json.JSONDecodeError: TransientEndpointError,  # a reply, not an answer, that breaks off: the SDK lets it through
    }


def our_class(foreign: type[BaseException]) -> type[LlmExtractError] | None:
    """The class of ours that stands for a foreign one; None where the table knows none of its parents."""
    table = foreign_errors()
    return next((table[parent] for parent in foreign.__mro__ if parent in table), None)


def _translated(error: BaseException, endpoint: Endpoint) -> LlmExtractError | None:
    """Our error for a foreign one, its text left behind; an error of ours as it is; None where the error is nobody's."""
    import openai

    if isinstance(error, LlmExtractError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _by_status(error, endpoint)
    ours = our_class(type(error))
    for cause in _causes(error):  # the SDK calls a malformed address, too, a connection error
        ours = FatalEndpointError if our_class(type(cause)) is FatalEndpointError else ours
    if ours is None:
        return None
    if issubclass(ours, AnswerError):
        return ours(f"The answer cannot be used ({type(error).__name__}).")
    return ours(f"{_start(endpoint)} {_why(error)}.")


_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_NO_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_NO_MODEL = frozenset({"model_not_found", "model_not_exist", "unknown_model"})


def _by_status(error: Any, endpoint: Endpoint) -> EndpointError:
    code = _code_in(getattr(error, name, None) for name in _CODES)
    return _of_status(error.status_code, code, endpoint, error.response.headers)


def _of_status(status: int, code: str, endpoint: Endpoint, headers: Mapping[str, str] = _NO_HEADERS) -> EndpointError:
    start = _start(endpoint)
    if code in _NO_QUOTA or status == 402:
        return FatalEndpointError(f"{start} has no quota left for this key ({code or status}): check its billing.", status=status)
    if status == 404 or code in _NO_MODEL:
        hint = "check --model, and --base-url, which mostly ends in /v1"
        message = f"{start} knows no model “{endpoint.model}”, or the address is wrong (HTTP {status}): {hint}."
        return FatalEndpointError(message, status=status)
    if status in {401, 403}:
        return FatalEndpointError(
            f"{start} refuses the key (HTTP {status}): check LLM_EXTRACT_API_KEY or OPENAI_API_KEY.", status=status
        )
    if status == 429:
        return ThrottledError(
            f"{start} asks to slow down (HTTP 429): lower --concurrency or come back later.",
            retry_after=retry_after(headers),
        )
    if status in {408, 409, 425} or status >= 500:
        return TransientEndpointError(
            f"{start} failed (HTTP {status}): try again later.", status=status, retry_after=retry_after(headers)
        )
    said = f", {code}" if code else ""
    return RequestRejectedError(f"{start} rejects the request as malformed or too long (HTTP {status}{said}).", status=status)


_CODES = ("code", "type")


def _code_in(said: Iterable[Any]) -> str:
    """The machine-readable code or type of an error; nothing that could be a sentence, since those may quote the letter."""
    return next((s for s in said if isinstance(s, str) and re.fullmatch(r"[a-z][a-z0-9_.-]{2,50}", s)), "")


def _start(endpoint: Endpoint) -> str:
    return endpoint.shown[0].upper() + endpoint.shown[1:]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, nearest first."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _never_arrived(error: BaseException) -> bool:
    """Whether no connection came about, so that nobody can send a bill."""
    import socket

    import aiohttp
    import httpx2

    lost = _lost_connection(error)
    if lost is not None:  # openai's transport calls each of them a time-out of connecting
        return isinstance(lost, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    nowhere = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, socket.gaierror, ConnectionRefusedError)
    return any(isinstance(cause, nowhere) for cause in _causes(error))


def _lost_connection(error: BaseException) -> BaseException | None:
    """What aiohttp says of a connection that failed."""
    import aiohttp

    return next((cause for cause in _causes(error) if isinstance(cause, aiohttp.ClientConnectionError)), None)


def _why(error: BaseException) -> str:
    """What went wrong on the line, without any foreign text."""
    import socket
    import ssl

    causes = tuple(_causes(_lost_connection(error) or error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return "cannot be found: its host name is unknown"
        if isinstance(cause, ConnectionRefusedError):
            return "cannot be reached: nobody listens there"
        if isinstance(cause, ssl.SSLError):
            return "cannot be reached: the TLS handshake failed"
        if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
            return "did not answer in time: raise LLM_EXTRACT_TIMEOUT or lower --concurrency"
    if _never_arrived(error):
        return "cannot be reached"
    return f"broke the connection off ({type(causes[-1]).__name__})"


def _unsupported_parameter(error: Exception, sent: Mapping[str, Any]) -> str | None:
    """The sampling parameter that a 400 or 422 names as unsupported, among those that were sent."""
    import openai

    if not isinstance(error, openai.APIStatusError) or error.status_code not in {400, 422}:
        return None
    named = str(error.param or "").rpartition(".")[2]
    if named in sent:
        return named if _UNSUPPORTED.search(f"{error.code} {error.message}") else None
    said = str(error.body if error.body is not None else error.message)
    quoted = (name for name in sent if re.search(rf"""['"`]{name}['"`]""", said))
    return next(quoted, None) if _UNSUPPORTED.search(said) else None


_UNSUPPORTED = re.compile(
    r"unsupported|not\W+supported|does not support|unknown|unrecognized|unexpected|extra_forbidden|not permitted", re.IGNORECASE
)


# --- before any letter is read ---------------------------------------------------------------------------------------


async def preflight(
    settings: Settings, *, base_url: str | None = None, model: str | None = None, sleep: Sleep = asyncio.sleep
) -> None:
    """One cheap request before any letter is read: endpoint there, key accepted, model known.

    Says nothing where the endpoint keeps no list of models (403, 404). Raises `FatalEndpointError` (or `SettingsError`).
    """
    client = ModelClient(settings, base_url=base_url, model=model, sleep=sleep)
    try:
        failure = await _first_contact(client)
    finally:
        await client.close()
    if failure is not None:
        raise failure


async def _first_contact(client: ModelClient) -> FatalEndpointError | None:
    try:
        listed = await client.models()
    except FatalEndpointError as error:
        return error
    except ThrottledError:
        return None  # somebody answers and knows the key
    except EndpointError as error:  # where nothing has answered yet, no later letter has better prospects
        return FatalEndpointError(f"{error} Nothing was read and nothing was spent.", status=error.status)
    name = client.endpoint.model
    if not listed or _is_listed(name, listed):
        return None
    offered = ", ".join(f"“{model}”" for model, _ in listed[:5])
    more = f" and {len(listed) - 5} more" if len(listed) > 5 else ""
    return FatalEndpointError(
        f"{_start(client.endpoint)} has no model “{name}”; it has {offered}{more}: choose one with --model."
    )


def _is_listed(name: str, listed: tuple[tuple[str, str], ...]) -> bool:
    """Whether the endpoint would take `name`: lists may omit a tag (`:latest`, `:free`) or carry a folder (`models/...`).

    llama.cpp's server answers to any name.
    """
    offered = {model for model, _ in listed}
    spellings = offered | {m.removesuffix(":latest") for m in offered} | {m.removeprefix("models/") for m in offered}
    return name in spellings or name.partition(":")[0] in offered or any(owner == "llamacpp" for _, owner in listed)


class Enforcement(Enum):
    """What an endpoint does with a response schema."""

    ENFORCED = "enforced"
    IGNORED = "ignored"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class SchemaProbe:
    """What the probe saw. `evidence` is a sentence for people, and quotes no letter."""

    verdict: Enforcement
    evidence: str


async def probe_schema(client: ModelClient) -> SchemaProbe:
    """Whether the endpoint enforces a schema, proved rather than trusted: some answer 200 and constrain nothing.

    Prose is asked for, under a schema whose only answers are random words made for this call: a model that is free writes
    prose, and one that was shown the schema but is not held to it follows the instruction. Raises `EndpointError`.
    """
    import secrets

    words = tuple(f"{secrets.token_hex(3)}" for _ in range(4))
    word: Any = Literal.__getitem__(words)
    schema = create_model("Probe", __config__=ConfigDict(extra="forbid"), word=(word, ...))
    messages = [
        {"role": "system", "content": "You write plain English prose. Never write JSON."},
        {"role": "user", "content": "Write one sentence about the sea at night, in plain prose."},
    ]
    try:
        raw, reason = await client.complete(messages, schema, 64)
    except RequestRejectedError as error:
        return SchemaProbe(Enforcement.REJECTED, str(error))
    return _probed(schema, raw, reason)


def _probed(schema: type[BaseModel], raw: str, reason: str) -> SchemaProbe:
    try:
        schema.model_validate_json(raw)
    except ValidationError:
        seen = " ".join(raw.split())[:80]
        said = f"it answered “{seen}”" if seen else f"it answered nothing (finish reason “{reason}”)"
        return SchemaProbe(Enforcement.IGNORED, f"Asked for prose under a schema of four random words, {said}.")
    return SchemaProbe(Enforcement.ENFORCED, "Asked for prose under a schema of four random words, it answered with one of them.")
