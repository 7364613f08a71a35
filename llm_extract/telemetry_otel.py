"""OpenTelemetry: what `telemetry` is told, as spans and metrics. opentelemetry is used here only.

Names follow the semantic conventions for generative AI (`gen_ai.*`, as in semantic conventions 1.37 to 1.42); what those have
no name for begins with `llm_extract.`. docs/telemetry.md has the table. A span has the attributes of `LETTER_ATTRIBUTES` or
`CHAT_ATTRIBUTES` and no others, no events and no description of its status: exceptions are told by their code alone.

What an endpoint says of itself (a model's name, a finish reason) is told only where it has the form of one: an endpoint that
writes a letter's words there must not get them into a collector.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import Token
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from opentelemetry import context, metrics, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
from opentelemetry.sdk import metrics as sdk_metrics
from opentelemetry.sdk import trace as sdk_trace
from opentelemetry.sdk.metrics.export import MetricExportResult, MetricsData, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider

from llm_extract import __version__
from llm_extract.errors import LlmExtractError
from llm_extract.schema import Record
from llm_extract.settings import OpenTelemetrySettings
from llm_extract.telemetry import Chat, Door, ReadLetter, Recorder

SCOPE: Final = "llm_extract"
SERVICE: Final = "llm-extract"
LAST_EXPORT: Final = 5.0
"""Seconds that the end of a run waits for a collector."""

ENGINE, STATUS, LAYOUT = "llm_extract.engine", "llm_extract.letter.status", "llm_extract.letter.layout"
LETTER_ATTRIBUTES: Final = frozenset(
    {
        ENGINE,
        STATUS,
        LAYOUT,
        "llm_extract.letter.sha256",
        "llm_extract.letter.items",
        "llm_extract.letter.requests",
        "llm_extract.letter.cached",
        "llm_extract.letter.cost_usd",
        "error.type",
    }
)
CHAT_ATTRIBUTES: Final = frozenset(
    {
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.output.type",
        "gen_ai.request.model",
        "gen_ai.request.temperature",
        "gen_ai.request.seed",
        "gen_ai.request.max_tokens",
        "gen_ai.response.model",
        "gen_ai.response.finish_reasons",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "server.address",
        "server.port",
        "llm_extract.prompt",
        "error.type",
    }
)

# The boundaries that the conventions give: powers of two from 10 ms, of four from one token.
SECONDS: Final = [0.01 * 2**n for n in range(14)]
TOKENS: Final = [4**n for n in range(14)]
LETTER_SECONDS: Final = [*SECONDS, 163.84, 327.68]

_SAMPLING: Final = {
    "temperature": "gen_ai.request.temperature",
    "seed": "gen_ai.request.seed",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
}

# `openai` is also the format that is spoken, where nobody can know who answers.
_PROVIDERS: Final = (
    ("openai.azure.com", "azure.ai.openai"),
    ("inference.ai.azure.com", "azure.ai.inference"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("anthropic.com", "anthropic"),
    ("amazonaws.com", "aws.bedrock"),
    ("cohere.ai", "cohere"),
    ("cohere.com", "cohere"),
    ("deepseek.com", "deepseek"),
    ("groq.com", "groq"),
    ("mistral.ai", "mistral_ai"),
    ("moonshot.ai", "moonshot_ai"),
    ("perplexity.ai", "perplexity"),
    ("x.ai", "x_ai"),
)
_FINISHED: Final = frozenset({"stop", "length", "content_filter", "tool_calls", "function_call", "eos", "end_turn"})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}")
"""A model's name, or a prompt's: one word."""


def provider_of(host: str) -> str:
    """The conventions' name of whoever answers at a host."""
    return next((name for end, name in _PROVIDERS if host == end or host.endswith(f".{end}")), "openai")


def _word(text: str, otherwise: str) -> str:
    return text if _NAME.fullmatch(text) else otherwise


def _error_type(error: BaseException) -> str:
    """Our code of an error, else its class: never its message."""
    return error.code if isinstance(error, LlmExtractError) else type(error).__name__


# --- the recorder ----------------------------------------------------------------------------------------------------


class OpenTelemetryRecorder(Recorder):
    """Tells the given providers, else the global ones."""

    def __init__(self, tracers: TracerProvider | None = None, meters: MeterProvider | None = None) -> None:
        self.tracer = trace.get_tracer(SCOPE, __version__, tracers)
        meter = metrics.get_meter(SCOPE, __version__, meters)
        self._doors: weakref.WeakValueDictionary[int, Door] = weakref.WeakValueDictionary()
        self.duration = meter.create_histogram(
            "gen_ai.client.operation.duration", "s", "GenAI operation duration.", explicit_bucket_boundaries_advisory=SECONDS
        )
        self.tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=TOKENS,
        )
        self.letters = meter.create_counter("llm_extract.letters", "{letter}", "Letters that got a record.")
        self.letter_duration = meter.create_histogram(
            "llm_extract.letter.duration",
            "s",
            "Time from opening a letter to its record.",
            explicit_bucket_boundaries_advisory=LETTER_SECONDS,
        )
        self.cost = meter.create_counter("llm_extract.cost", "{USD}", "What the records have cost, as far as prices are known.")
        self.active = meter.create_up_down_counter("llm_extract.requests.active", "{request}", "Requests under way.")
        self._lookups = meter.create_counter("llm_extract.cache.lookups", "{answer}", "Answers looked for in the answer cache.")
        self._retries = meter.create_counter("llm_extract.requests.retries", "{request}", "Requests sent again.")
        self._wait = meter.create_histogram(
            "llm_extract.requests.wait",
            "s",
            "Time that a request waited for its admission.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        meter.create_observable_gauge(
            "llm_extract.requests.allowed", [self._allowed], "{request}", "Requests that may be under way at once."
        )
        meter.create_observable_gauge(
            "llm_extract.requests.waiting", [self._waiting], "{request}", "Requests that wait for admission."
        )

    def letter(self, engine: str) -> ReadLetter:
        """A span a letter, at the top of its own trace unless the caller is in one."""
        return _ReadLetter(self, engine)

    def chat(self, model: str, base_url: str | None, prompt: str, sampling: Mapping[str, Any]) -> Chat:
        """A span a request."""
        return _Chat(self, model, base_url, prompt, sampling)

    def looked_up(self, *, hit: bool) -> None:
        """Hits and misses in one counter."""
        self._lookups.add(1, {"llm_extract.cache.hit": hit})

    def retried(self, code: str) -> None:
        """By the class of the error."""
        self._retries.add(1, {"error.type": code})

    def waited(self, seconds: float) -> None:
        """Zero where nothing was in the way."""
        self._wait.record(seconds)

    def watch(self, door: Door) -> None:
        """Its figures are asked for at each export."""
        self._doors[id(door)] = door

    def _allowed(self, _: CallbackOptions) -> Iterable[Observation]:
        doors = list(self._doors.values())
        return [Observation(sum(door.allowed for door in doors))] if doors else []

    def _waiting(self, _: CallbackOptions) -> Iterable[Observation]:
        doors = list(self._doors.values())
        return [Observation(sum(door.waiting for door in doors))] if doors else []


class _Current:
    """A span that is the current one between enter and exit, without the exception's words in it."""

    def __init__(self, recorder: OpenTelemetryRecorder, name: str, kind: SpanKind, attributes: Mapping[str, Any]) -> None:
        self.recorder = recorder
        self._name = name
        self._kind = kind
        self.attributes = dict(attributes)
        self.span: Span = trace.INVALID_SPAN
        self.seconds = 0.0
        self._token: Token[Context] | None = None

    def begin(self) -> None:
        self.span = self.recorder.tracer.start_span(self._name, kind=self._kind, attributes=self.attributes)
        self._token = context.attach(trace.set_span_in_context(self.span))
        self.seconds = -time.perf_counter()

    def end(self, error_type: str | None) -> None:
        if error_type is not None:
            self.attributes["error.type"] = error_type
            self.span.set_status(Status(StatusCode.ERROR))
        self.span.set_attributes(self.attributes)
        self.span.end()
        self.leave()

    def leave(self) -> None:
        """The span is current no more; one that was not ended is never exported."""
        self.seconds += time.perf_counter()
        if self._token is not None:
            context.detach(self._token)


class _ReadLetter(ReadLetter):
    def __init__(self, recorder: OpenTelemetryRecorder, engine: str) -> None:
        self._now = _Current(recorder, "read letter", SpanKind.INTERNAL, {ENGINE: engine})
        self._record: Record | None = None

    def stands(self, record: Callable[[], Record]) -> None:
        self._record = record()

    def __enter__(self) -> Self:
        self._now.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._record is not None:
            self._now.attributes |= _attributes_of(self._record)
            self._now.end(_failure_of(self._record))
            self._count(self._record)
        elif error is not None:
            self._now.end(_error_type(error))
        else:
            self._now.leave()

    def _count(self, record: Record) -> None:
        told = {name: self._now.attributes[name] for name in (ENGINE, STATUS, LAYOUT) if name in self._now.attributes}
        self._now.recorder.letters.add(1, told)
        self._now.recorder.letter_duration.record(self._now.seconds, {ENGINE: told[ENGINE], STATUS: told[STATUS]})
        if record.run.cost_usd:
            self._now.recorder.cost.add(record.run.cost_usd, {ENGINE: told[ENGINE]})


def _attributes_of(record: Record) -> dict[str, Any]:
    """What a record says of itself without a word of its letter."""
    known = {
        LAYOUT: record.source.layout,
        "llm_extract.letter.sha256": record.source.sha256,
        "llm_extract.letter.cost_usd": record.run.cost_usd,
    }
    return {
        STATUS: record.status,
        "llm_extract.letter.items": len(record.items),
        "llm_extract.letter.requests": record.run.attempts,
        "llm_extract.letter.cached": record.run.cached,
        **{name: value for name, value in known.items() if value is not None},
    }


def _failure_of(record: Record) -> str | None:
    """Why a letter failed, by the code of its first issue."""
    return record.issues[0].code if record.status == "failed" and record.issues else None


class _Chat(Chat):
    def __init__(
        self, recorder: OpenTelemetryRecorder, model: str, base_url: str | None, prompt: str, sampling: Mapping[str, Any]
    ) -> None:
        self._asked = {"gen_ai.operation.name": "chat", **_server_of(base_url), "gen_ai.request.model": _word(model, "unnamed")}
        sent = {_SAMPLING[name]: value for name, value in sampling.items() if name in _SAMPLING}
        more = {"gen_ai.output.type": "json", **({"llm_extract.prompt": prompt} if _NAME.fullmatch(prompt) else {})}
        name = f"chat {self._asked['gen_ai.request.model']}"
        self._now = _Current(recorder, name, SpanKind.CLIENT, {**self._asked, **sent, **more})
        self._used: dict[str, int] = {}
        self._why: str | None = None

    def answered(self, model: str, finish_reason: str, input_tokens: int | None, output_tokens: int | None) -> None:
        self._asked["gen_ai.response.model"] = _word(model, str(self._asked["gen_ai.request.model"]))
        self._used = {k: n for k, n in (("input", input_tokens), ("output", output_tokens)) if n is not None}
        self._now.attributes |= {
            "gen_ai.response.model": self._asked["gen_ai.response.model"],
            "gen_ai.response.finish_reasons": [finish_reason if finish_reason in _FINISHED else "other"],
            **{f"gen_ai.usage.{kind}_tokens": n for kind, n in self._used.items()},
        }

    def turned_away(self, why: str) -> None:
        self._why = why

    def __enter__(self) -> Self:
        self._now.begin()
        self._now.recorder.active.add(1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        why = _error_type(error) if error else self._why
        self._now.recorder.active.add(-1)
        self._now.end(why)
        self._now.recorder.duration.record(self._now.seconds, {**self._asked, **({"error.type": why} if why else {})})
        for token_type, count in self._used.items():
            self._now.recorder.tokens.record(count, {**self._asked, "gen_ai.token.type": token_type})


def _server_of(base_url: str | None) -> dict[str, Any]:
    """Provider, host and port of an address, without its user, password, path and query."""
    parts = urlsplit(base_url or "https://api.openai.com/v1")
    host = parts.hostname or ""
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return {"gen_ai.provider.name": provider_of(host), "server.address": host, "server.port": port}


# --- exporting -------------------------------------------------------------------------------------------------------


class _Complaint:
    """Said once, however often and whatever is not taken."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._once = threading.Lock()

    def __call__(self) -> None:
        if self._once.acquire(blocking=False):
            self._say(
                "The OpenTelemetry collector does not take the run's telemetry: the run goes on without it; "
                "check OTEL_EXPORTER_OTLP_ENDPOINT."
            )


class _Spans(OTLPSpanExporter):
    """Spans to a collector."""

    def __init__(self, complain: Callable[[], None]) -> None:
        super().__init__()
        self._complain = complain

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._complain()
        return result


class _Metrics(OTLPMetricExporter):
    """Metrics to a collector."""

    def __init__(self, complain: Callable[[], None]) -> None:
        super().__init__()
        self._complain = complain

    def export(self, metrics_data: MetricsData, timeout_millis: float | None = 10_000, **kwargs: Any) -> MetricExportResult:
        result = super().export(metrics_data, timeout_millis, **kwargs)
        if result is not MetricExportResult.SUCCESS:
            self._complain()
        return result


@contextmanager
def exported(environment: OpenTelemetrySettings, say: Callable[[str], None]) -> Iterator[Recorder]:
    """A recorder whose providers export over OTLP until the block ends; the global ones, where somebody has set them up."""
    if isinstance(trace.get_tracer_provider(), sdk_trace.TracerProvider):
        yield OpenTelemetryRecorder()
        return
    # The exporters tell each try on a line of its own, in the middle of the run's progress.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
    complain = _Complaint(say)
    resource = _resource()
    tracers = sdk_trace.TracerProvider(resource=resource, shutdown_on_exit=False)
    if environment.traces:
        tracers.add_span_processor(BatchSpanProcessor(_Spans(complain)))
    readers = [PeriodicExportingMetricReader(_Metrics(complain))] if environment.metrics else []
    meters = sdk_metrics.MeterProvider(readers, resource=resource, shutdown_on_exit=False)
    try:
        yield OpenTelemetryRecorder(tracers if environment.traces else trace.NoOpTracerProvider(), meters)
    finally:
        _end((tracers.shutdown, meters.shutdown), complain)


def _end(endings: Sequence[Callable[[], None]], complain: Callable[[], None]) -> None:
    """Send what is left, side by side, and wait no longer than `LAST_EXPORT`: a run has ended, whatever its collector does."""
    threads = [threading.Thread(target=ending, daemon=True) for ending in endings]
    for thread in threads:
        thread.start()
    until = time.monotonic() + LAST_EXPORT
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        complain()


def _resource() -> Resource:
    """The program's name and version, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise."""
    said = Resource.create()
    name = str(said.attributes.get("service.name", ""))
    ours = {"service.name": SERVICE} if name.startswith("unknown_service") else {}
    return Resource({"service.version": __version__}).merge(said).merge(Resource(ours))
