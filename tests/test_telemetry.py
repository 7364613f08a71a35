"""What an observer is told: spans and metrics by the conventions, nothing of a letter, nothing at all where nobody listens."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import loopback
import pytest
import samples
from batch_endpoint import BatchEndpoint
from hypothesis import given
from hypothesis import strategies as st
from loopback import Behaviour, Loopback, Received, good
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from run_faults import numbered_letters, reply_about

from llm_extract import telemetry
from llm_extract.admission import Admission
from llm_extract.batch_post import BatchPlan
from llm_extract.batching import open_batches
from llm_extract.budget import Budget
from llm_extract.errors import FatalEndpointError, MissingExtraError
from llm_extract.letters import LetterFile, find_letters
from llm_extract.schema import Record
from llm_extract.settings import OpenTelemetrySettings, Settings
from llm_extract.telemetry_otel import (
    CHAT_ATTRIBUTES,
    LETTER_ATTRIBUTES,
    SECONDS,
    TOKENS,
    OpenTelemetryRecorder,
    provider_of,
)
from llm_extract.wiring import open_pipeline

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

KEY = "sk-confidential-0123456789abcdef"


# --- what was told ------------------------------------------------------------------------------------------------------


@dataclass
class Point:
    """One data point of a metric."""

    attributes: dict[str, Any]
    value: float
    count: int
    bounds: Sequence[float]


class Observed:
    """What a recorder told providers in memory."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self._meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.recorder = OpenTelemetryRecorder(tracers, self._meters)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """In the order of their ends."""
        return self._spans.get_finished_spans()

    def of_kind(self, kind: SpanKind) -> list[ReadableSpan]:
        """CLIENT are requests, INTERNAL letters."""
        return [span for span in self.spans if span.kind is kind]

    @property
    def metrics(self) -> dict[str, list[Point]]:
        """Points by the metric's name."""
        data = self._reader.get_metrics_data()
        found = data.resource_metrics if data else ()
        every = (metric for one in found for scope in one.scope_metrics for metric in scope.metrics)
        return {metric.name: [_point(point) for point in metric.data.data_points] for metric in every}

    def total(self, name: str) -> float:
        """The sum of a metric over its points."""
        return sum(point.value for point in self.metrics.get(name, []))

    @property
    def said(self) -> str:
        """Every name and value that was told, as one text."""
        spans = [[span.name, dict(span.attributes or {}), span.status.description, _events(span)] for span in self.spans]
        points = {name: [point.attributes for point in points] for name, points in self.metrics.items()}
        return json.dumps([spans, points], default=list)


def _point(point: Any) -> Point:
    whole = hasattr(point, "sum")
    return Point(
        dict(point.attributes),
        point.sum if whole else point.value,
        point.count if whole else 1,
        point.explicit_bounds if whole else (),
    )


def _events(span: ReadableSpan) -> list[str]:
    return [str(dict(event.attributes or {})) for event in span.events]


@pytest.fixture
def observed() -> Iterator[Observed]:
    """Somebody listens."""
    one = Observed()
    with telemetry.told_to(one.recorder):
        yield one


def truly(request: Received) -> str:
    """What the first letter says, in its words."""
    fields = set(request.body["response_format"]["json_schema"]["schema"]["properties"])
    about_norco = "Norco 5/325mg" in request.body["messages"][1]["content"]
    answers = {
        "facts": samples.FACTS,
        "clinical": samples.CLINICAL,
        "item": samples.NORCO if about_norco else samples.THERAPY,
        "reasons": samples.WHY_NORCO if about_norco else samples.WHY_THERAPY,
    }
    topic = next(name for name, nothing in samples.NOTHING.items() if fields <= set(nothing))
    return json.dumps({name: answers[topic][name] for name in fields})


def settings_of(tmp_path: Path, server: Loopback, **given: Any) -> Settings:
    """Settings that ask the server, with a cache of the test's own and prices."""
    values = {"model": "demo", "base_url": server.base_url, "api_key": KEY, "engine": "model", "cache_dir": tmp_path / "cache"}
    prices = {"input_price": 1.0, "output_price": 2.0}
    return Settings(_env_file=None, **{**values, **prices, "transport_retries": 2, **given})  # type: ignore[call-arg]


async def read(tmp_path: Path, script: Sequence[Behaviour], *files: LetterFile, **given: Any) -> list[Record]:
    """Records of the files, the first letter where none is given."""
    with Loopback(script) as server:
        pipeline = await open_pipeline(settings_of(tmp_path, server, **given))
        try:
            return [await pipeline.read_file(file) for file in files or (samples.file_of(samples.path_of("first-letter")),)]
        finally:
            await pipeline.close()


# --- spans --------------------------------------------------------------------------------------------------------------


async def test_requests_stand_below_their_letter(observed: Observed, tmp_path: Path) -> None:
    """One trace a letter, with the letter's span at its top and one span a request below it."""
    (record,) = await read(tmp_path, [good(truly)])
    (letter,) = observed.of_kind(SpanKind.INTERNAL)
    chats = observed.of_kind(SpanKind.CLIENT)
    assert (letter.name, letter.parent) == ("read letter", None)
    assert {chat.name for chat in chats} == {"chat demo"}
    assert len(chats) == record.run.attempts > 3
    assert {chat.parent.span_id for chat in chats if chat.parent} == {letter.context.span_id}  # type: ignore[union-attr]
    assert {chat.context.trace_id for chat in chats} == {letter.context.trace_id}  # type: ignore[union-attr]


async def test_letters_have_traces_of_their_own(observed: Observed, tmp_path: Path) -> None:
    """A run of a million letters is not one trace."""
    files = find_letters([str(numbered_letters(tmp_path / "letters", 3))])
    with Loopback([good(reply_about)]) as server:
        pipeline = await open_pipeline(settings_of(tmp_path, server, engine="hybrid"))
        records = [record async for record in pipeline.stream(files)]
        await pipeline.close()
    letters = observed.of_kind(SpanKind.INTERNAL)
    assert len({span.context.trace_id for span in letters if span.context}) == len(records) == 3
    above = {chat.parent.span_id for chat in observed.of_kind(SpanKind.CLIENT) if chat.parent}
    assert above == {span.context.span_id for span in letters if span.context}


async def test_a_request_says_what_the_conventions_ask_for(observed: Observed, tmp_path: Path) -> None:
    """Operation, provider, models, sampling, usage, finish reasons, server: exactly the allowed attributes but for errors."""
    await read(tmp_path, [good(truly, tokens=(321, 45), model="demo-2026-08-07")], temperature=0.25, seed=11)
    chat = observed.of_kind(SpanKind.CLIENT)[0]
    said = dict(chat.attributes or {})
    assert set(said) == CHAT_ATTRIBUTES - {"error.type"}
    assert said["gen_ai.operation.name"] == "chat"
    assert (said["gen_ai.request.model"], said["gen_ai.response.model"]) == ("demo", "demo-2026-08-07")
    assert (said["gen_ai.request.temperature"], said["gen_ai.request.seed"]) == (0.25, 11)
    assert (said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]) == (321, 45)
    assert said["gen_ai.response.finish_reasons"] == ("stop",)
    assert said["server.address"] == "127.0.0.1"
    assert re.fullmatch(r"(facts|clinical|item|reasons)\.v\d+", str(said["llm_extract.prompt"]))
    assert chat.status.status_code is StatusCode.UNSET


async def test_a_letter_says_what_became_of_it(observed: Observed, tmp_path: Path) -> None:
    """Engine, status, layout, hash, requests and cost as its record has them; not its name."""
    (record,) = await read(tmp_path, [good(truly)])
    (letter,) = observed.of_kind(SpanKind.INTERNAL)
    assert dict(letter.attributes or {}) == {
        "llm_extract.engine": "model",
        "llm_extract.letter.status": record.status,
        "llm_extract.letter.layout": "expert_reviewer",
        "llm_extract.letter.sha256": record.source.sha256,
        "llm_extract.letter.items": 2,
        "llm_extract.letter.requests": record.run.attempts,
        "llm_extract.letter.cached": False,
        "llm_extract.letter.cost_usd": record.run.cost_usd,
    }
    assert set(letter.attributes or {}) == LETTER_ATTRIBUTES - {"error.type"}


async def test_a_letter_that_fails_says_why(observed: Observed, tmp_path: Path) -> None:
    """By the code of its issue; the span's status is an error, without a description."""
    await read(tmp_path, [good(truly)], samples.written(tmp_path, "empty", " \n"))
    (letter,) = observed.of_kind(SpanKind.INTERNAL)
    assert (letter.attributes or {})["error.type"] == "empty_file"
    assert (letter.status.status_code, letter.status.description) == (StatusCode.ERROR, None)
    assert [(p.value, p.attributes["llm_extract.letter.status"]) for p in observed.metrics["llm_extract.letters"]] == [
        (1, "failed")
    ]


# --- errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "error_type"),
    [
        (loopback.throttled(0), "endpoint_throttled"),
        (loopback.server_error(), "endpoint_transient"),
        (loopback.reset(), "endpoint_transient"),
        (loopback.status(400), "request_rejected"),
        (loopback.bad_key(), "endpoint_fatal"),
        (loopback.page(), "endpoint_transient"),
    ],
)
async def test_a_request_that_fails_says_how(behaviour: Behaviour, error_type: str, observed: Observed, tmp_path: Path) -> None:
    """`error.type` is our code, in the span as in the duration; the status is an error, and no event quotes the exception."""
    with Loopback([behaviour]) as server:
        pipeline = await open_pipeline(settings_of(tmp_path, server, engine="hybrid", transport_retries=0))
        try:
            await pipeline.read_file(samples.file_of(samples.path_of("first-letter")))
        except FatalEndpointError:
            assert error_type == "endpoint_fatal"
        finally:
            await pipeline.close()
    (chat,) = observed.of_kind(SpanKind.CLIENT)
    assert (chat.attributes or {})["error.type"] == error_type
    assert (chat.status.status_code, chat.status.description, chat.events) == (StatusCode.ERROR, None, ())
    assert [p.attributes["error.type"] for p in observed.metrics["gen_ai.client.operation.duration"]] == [error_type]
    assert "gen_ai.client.token.usage" not in observed.metrics


async def test_retries_are_counted_by_their_cause(observed: Observed, tmp_path: Path) -> None:
    """Each further try is a span and one more in the counter."""
    script = [loopback.throttled(0), loopback.status(503, headers={"retry-after": "0"}), good(truly)]
    await read(tmp_path, script, engine="hybrid")
    retried = {p.attributes["error.type"]: p.value for p in observed.metrics["llm_extract.requests.retries"]}
    assert retried == {"endpoint_throttled": 1, "endpoint_transient": 1}
    assert [bool((chat.attributes or {}).get("error.type")) for chat in observed.of_kind(SpanKind.CLIENT)] == [True, True, False]


async def test_a_parameter_that_is_refused_is_no_failure_of_the_letter(observed: Observed, tmp_path: Path) -> None:
    """The request that named it ends with a type of its own, the next one goes without."""
    (record,) = await read(tmp_path, [loopback.unsupported("seed"), good(truly)], engine="hybrid")
    first, second = observed.of_kind(SpanKind.CLIENT)
    assert (first.attributes or {})["error.type"] == "unsupported_parameter"
    assert "gen_ai.request.seed" not in (second.attributes or {})
    assert record.status == "ok"


async def test_a_key_that_is_refused_ends_the_letters_span(observed: Observed, tmp_path: Path) -> None:
    """A letter that is left without a record is no letter that failed: an error in its span, and nothing in the counter."""
    with pytest.raises(FatalEndpointError):
        await read(tmp_path, [loopback.bad_key()])
    (letter,) = observed.of_kind(SpanKind.INTERNAL)
    assert (letter.attributes or {})["error.type"] == "endpoint_fatal"
    assert "llm_extract.letters" not in observed.metrics


# --- metrics --------------------------------------------------------------------------------------------------------------


async def test_durations_and_tokens_have_the_conventional_buckets(observed: Observed, tmp_path: Path) -> None:
    """0.01 s to 81.92 s in powers of two, 1 to 67,108,864 tokens in powers of four."""
    (record,) = await read(tmp_path, [good(truly, tokens=(100, 10))])
    duration, tokens = observed.metrics["gen_ai.client.operation.duration"], observed.metrics["gen_ai.client.token.usage"]
    assert [round(bound, 9) for bound in duration[0].bounds] == [round(0.01 * 2**n, 9) for n in range(14)]
    assert (SECONDS[-1], TOKENS[-1], list(tokens[0].bounds)) == (81.92, 67108864, TOKENS)
    assert sum(point.count for point in duration) == record.run.attempts
    used = {point.attributes["gen_ai.token.type"]: point.value for point in tokens}
    assert used == {"input": record.run.input_tokens, "output": record.run.output_tokens}


async def test_metrics_have_the_attributes_that_are_allowed(observed: Observed, tmp_path: Path) -> None:
    """Few values each, so that a collector is not flooded: no hash, no prompt, no tokens among them."""
    door = Admission()  # those of the reading may be gone
    await read(tmp_path, [loopback.throttled(0), good(truly)])
    server = {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "server.address", "server.port"}
    answered = server | {"gen_ai.response.model"}
    letter = {"llm_extract.engine", "llm_extract.letter.status"}
    allowed = {
        "gen_ai.client.operation.duration": [server | {"error.type"}, answered],
        "gen_ai.client.token.usage": [answered | {"gen_ai.token.type"}] * 2,
        "llm_extract.letters": [letter | {"llm_extract.letter.layout"}],
        "llm_extract.letter.duration": [letter],
        "llm_extract.cost": [{"llm_extract.engine"}],
        "llm_extract.cache.lookups": [{"llm_extract.cache.hit"}],
        "llm_extract.requests.retries": [{"error.type"}],
        "llm_extract.requests.wait": [set()],
        "llm_extract.requests.active": [set()],
        "llm_extract.requests.allowed": [set()],
        "llm_extract.requests.waiting": [set()],
    }
    assert {name: [set(point.attributes) for point in points] for name, points in observed.metrics.items()} == allowed
    assert door.waiting == 0


async def test_letters_cost_and_cache_add_up(observed: Observed, tmp_path: Path) -> None:
    """The second reading of a letter costs nothing and asks nobody: hits where there were misses."""
    file = samples.file_of(samples.path_of("first-letter"))
    first, second = await read(tmp_path, [good(truly)], file, file)
    assert [(p.value, p.attributes["llm_extract.letter.status"]) for p in observed.metrics["llm_extract.letters"]] == [(2, "ok")]
    assert (first.run.cost_usd, second.run.cost_usd) == (pytest.approx(observed.total("llm_extract.cost")), 0)
    looked = {p.attributes["llm_extract.cache.hit"]: p.value for p in observed.metrics["llm_extract.cache.lookups"]}
    assert looked == {False: first.run.attempts, True: first.run.attempts}
    assert [(s.attributes or {})["llm_extract.letter.cached"] for s in observed.of_kind(SpanKind.INTERNAL)] == [False, True]


async def test_the_door_is_watched_for_as_long_as_it_lives(observed: Observed) -> None:
    """Allowed and waiting requests are asked for at each export, of doors that somebody still holds."""
    door = Admission(concurrency=3)
    assert (observed.total("llm_extract.requests.allowed"), observed.total("llm_extract.requests.waiting")) == (3, 0)
    del door
    assert "llm_extract.requests.allowed" not in observed.metrics


async def test_requests_under_way_come_down_to_none(observed: Observed, tmp_path: Path) -> None:
    """Also where they fail."""
    seen: list[float] = []

    def answer(request: Received) -> str:
        seen.append(observed.total("llm_extract.requests.active"))
        return truly(request)

    await read(tmp_path, [loopback.reset(), good(answer)])
    assert max(seen) >= 1
    assert observed.total("llm_extract.requests.active") == 0


async def test_a_letter_that_waits_for_its_batch_is_told_of_once(observed: Observed, tmp_path: Path) -> None:
    """It is read before its questions are answered and again behind: one record, one span, one more in the counter."""
    files = find_letters([str(numbered_letters(tmp_path / "letters", 3))])
    with BatchEndpoint(lambda body: reply_about(Received("POST", "", {}, body))) as endpoint:
        given = {"model": "demo", "base_url": endpoint.base_url, "cache_dir": tmp_path / "cache"}
        settings = Settings(_env_file=None, **given)  # type: ignore[call-arg]
        plan = BatchPlan(first_pause=0.0, longest_pause=0.0)
        batched = await open_batches(settings, plan, tmp_path, budget=Budget())
        records = [line.record() async for line in batched.lines(files)]
        await batched.close()
    assert len(records) == len(observed.of_kind(SpanKind.INTERNAL)) == observed.total("llm_extract.letters") == 3
    assert len(observed.of_kind(SpanKind.CLIENT)) == 1  # the question that is asked live


# --- nothing of a letter ------------------------------------------------------------------------------------------------


def long_words(text: str) -> set[str]:
    """Words that could only come from a text: twelve letters and more."""
    return {word.lower() for word in re.findall(r"\w{12,}", text)}


def phrases(text: str) -> set[str]:
    """Three words in a row."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)}


ANSWERS = json.dumps([samples.FACTS, samples.CLINICAL, samples.NORCO, samples.THERAPY, samples.WHY_NORCO])
# Names of fields have an underscore, and are no words of a letter.
WHAT_LETTERS_SAY = {word for word in long_words(samples.letter().text) | long_words(ANSWERS) if "_" not in word}


def quoting(behaviour: Callable[[str], Behaviour]) -> Behaviour:
    """An endpoint that writes what it was asked where it should say something else."""

    def reply(request: Received) -> Any:
        return behaviour(request.body["messages"][1]["content"])(request)

    return reply


@pytest.mark.parametrize(
    "behaviour",
    [
        good(truly),
        quoting(lambda letter: loopback.status(400, message=letter, error=letter)),
        quoting(lambda letter: loopback.status(500, message=letter, kind=letter)),
        quoting(lambda letter: loopback.status(429, message=letter, headers={"retry-after": "0"})),
        quoting(lambda letter: good(letter)),
        quoting(lambda letter: good(letter, finish_reason=letter)),
        quoting(lambda letter: good(letter, refusal=letter)),
        quoting(lambda letter: good("{}", model=letter)),
        quoting(lambda letter: loopback.status(400, error="unsupported_value", message=f"'seed' {letter} not supported")),
        loopback.cut_off(),
        loopback.reset(),
    ],
)
async def test_no_word_of_a_letter_an_answer_or_a_key_is_told(behaviour: Behaviour, observed: Observed, tmp_path: Path) -> None:
    """Whatever the endpoint writes, and whatever the file is called."""
    assert len(WHAT_LETTERS_SAY) > 5
    named = samples.written(tmp_path, "Zebulonia-Quincelimping", samples.letter().text)
    await read(tmp_path, [behaviour], named, transport_retries=0, engine="hybrid")
    said = observed.said
    assert observed.spans
    assert long_words(said).isdisjoint(WHAT_LETTERS_SAY)
    assert phrases(said).isdisjoint(phrases(samples.letter().text))
    assert not [secret for secret in (KEY, "confidential", "Quince", "Zebulon", str(tmp_path)) if secret in said]


@given(model=st.text(max_size=40), reason=st.text(max_size=40), prompt=st.text(max_size=40))
def test_what_an_endpoint_says_of_itself_is_one_word_or_left_out(model: str, reason: str, prompt: str) -> None:
    """No sentence can pass for a model, a finish reason or a prompt."""
    one = Observed()
    with one.recorder.chat("demo", None, prompt, {}) as chat:
        chat.answered(model, reason, 1, 2)
    (span,) = one.spans
    values = [value for value in (span.attributes or {}).values() if isinstance(value, str)]
    assert all(re.fullmatch(r"[!-~]+", value) for value in values)
    assert set(span.attributes or {}) <= CHAT_ATTRIBUTES


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("ours.openai.azure.com", "azure.ai.openai"),
        ("api.mistral.ai", "mistral_ai"),
        ("api.groq.com", "groq"),
        ("notx.ai", "openai"),
        ("localhost", "openai"),
    ],
)
def test_a_provider_is_known_by_its_host(host: str, provider: str) -> None:
    """Where nobody can know, it is the format that is spoken, as the conventions want it."""
    assert provider_of(host) == provider


@pytest.mark.parametrize(
    ("base_url", "server"),
    [
        (None, ("api.openai.com", 443)),
        ("https://user:pass@gpu.example/v1?key=secret", ("gpu.example", 443)),
        ("http://gpu.example:8000/v1", ("gpu.example", 8000)),
        ("http://gpu.example", ("gpu.example", 80)),
    ],
)
def test_an_address_is_told_without_its_credentials(base_url: str | None, server: tuple[str, int]) -> None:
    """Host and port alone."""
    one = Observed()
    with one.recorder.chat("demo", base_url, "clinical.v1", {}):
        pass
    said = dict(one.spans[0].attributes or {})
    assert (said["server.address"], said["server.port"]) == server
    assert "pass" not in one.said
    assert "secret" not in one.said


# --- who listens --------------------------------------------------------------------------------------------------------


def test_nothing_is_imported_where_nobody_listens(tmp_path: Path) -> None:
    """A run without a collector does not know OpenTelemetry, though it is installed."""
    code = (
        "import sys; from llm_extract.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, 'opentelemetry' in sys.modules)"
    )
    arguments = ["run", str(samples.path_of("first-letter")), "--out", str(tmp_path / "out"), "--engine", "baseline"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "0 False"


async def test_what_is_told_to_nobody_changes_nothing(tmp_path: Path) -> None:
    """Without a listener the same records come out, and `current` is one whose spans say nothing."""
    (silent,) = await read(tmp_path, [good(truly)])
    one = Observed()
    with telemetry.told_to(one.recorder):
        (told,) = await read(tmp_path / "again", [good(truly)])
    assert telemetry.current().letter("model") is telemetry.current().letter("hybrid")
    same = {"run": {"seconds"}}
    assert told.model_dump(exclude=same) == silent.model_dump(exclude=same)


def test_a_program_with_providers_of_its_own_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """`instrument` takes the global ones, `uninstrument` ends it."""
    one = Observed()
    monkeypatch.setattr("opentelemetry.trace._TRACER_PROVIDER", TracerProvider(shutdown_on_exit=False))
    from opentelemetry import trace

    exporter = InMemorySpanExporter()
    trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(exporter))  # type: ignore[attr-defined]
    telemetry.instrument()
    try:
        with telemetry.current().chat("demo", None, "clinical.v1", {}):
            pass
    finally:
        telemetry.uninstrument()
    with telemetry.current().chat("demo", None, "clinical.v1", {}):
        pass
    assert [span.name for span in exporter.get_finished_spans()] == ["chat demo"]
    assert one.spans == ()


# --- exporting ------------------------------------------------------------------------------------------------------------


class Collector:
    """Takes OTLP over HTTP on the loopback; a context manager. `posted` maps paths to what came."""

    def __init__(self, status: int = 200) -> None:
        self.posted: dict[str, list[bytes]] = {}
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.posted.setdefault(self.path, []).append(body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Not on the tests' standard error."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def address(self) -> str:
        """As OTEL_EXPORTER_OTLP_ENDPOINT has it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def spans(self) -> list[Any]:
        """All spans that came."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.posted.get("/v1/traces", [])]
        return [s for r in requests for resource in r.resource_spans for scope in resource.scope_spans for s in scope.spans]

    @property
    def services(self) -> set[str]:
        """The service names that they came from."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.posted.get("/v1/traces", [])]
        found = (attribute for r in requests for one in r.resource_spans for attribute in one.resource.attributes)
        return {attribute.value.string_value for attribute in found if attribute.key == "service.name"}

    @property
    def metrics(self) -> set[str]:
        """Names of the metrics that came."""
        requests = [ExportMetricsServiceRequest.FromString(body) for body in self.posted.get("/v1/metrics", [])]
        return {m.name for r in requests for one in r.resource_metrics for scope in one.scope_metrics for m in scope.metrics}

    def __enter__(self) -> Collector:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def nobody_there() -> str:
    """An address where nobody listens."""
    with Collector() as gone:
        return gone.address


def run_of_rules(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str], *more: str, **variables: str
) -> tuple[int, str]:
    """`llm-extract run` over one letter by the rules: exit code and standard error."""
    from click.testing import CliRunner

    from llm_extract.cli import main

    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    arguments = ["run", str(samples.path_of("first-letter")), "--out", str(tmp_path / "out"), "--engine", "baseline"]
    done = CliRunner().invoke(main, [*arguments, "--progress", "lines", *more])
    return done.exit_code, done.stderr


@pytest.fixture(autouse=True)
def no_wait_for_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A collector that is down is given up sooner than a user's would be."""
    monkeypatch.setattr("llm_extract.telemetry_otel.LAST_EXPORT", 2.0)


def test_a_named_collector_gets_spans_and_metrics(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """OTEL_EXPORTER_OTLP_ENDPOINT alone is enough; the service is called after the program."""
    with Collector() as collector:
        code, said = run_of_rules(monkeypatch, tmp_path, capfd, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address)
        assert (code, [span.name for span in collector.spans], collector.services) == (0, ["read letter"], {"llm-extract"})
        assert {"llm_extract.letters", "llm_extract.letter.duration"} <= collector.metrics
    assert "collector" not in said


def test_the_users_service_name_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """OTEL_SERVICE_NAME wins over ours."""
    with Collector() as collector:
        run_of_rules(monkeypatch, tmp_path, capfd, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address, OTEL_SERVICE_NAME="night-shift")
        assert collector.services == {"night-shift"}


@pytest.mark.parametrize(
    ("more", "variables"),
    [
        (["--no-telemetry"], {}),
        ([], {"LLM_EXTRACT_TELEMETRY": "false"}),
        ([], {"OTEL_SDK_DISABLED": "true"}),
        ([], {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"}),
    ],
)
def test_a_named_collector_gets_nothing_where_that_is_said(
    more: list[str],
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """By flag, by setting, or by OpenTelemetry's own switches."""
    with Collector() as collector:
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, **variables}
        assert run_of_rules(monkeypatch, tmp_path, capfd, *more, **given)[0] == 0
        assert collector.posted == {}


def test_a_collector_for_spans_alone_gets_those_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Metrics do not go to an address that nobody named."""
    with Collector() as collector:
        where = f"{collector.address}/v1/traces"
        code, said = run_of_rules(monkeypatch, tmp_path, capfd, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=where)
        assert (code, set(collector.posted)) == (0, {"/v1/traces"})
    assert "collector" not in said


@pytest.mark.parametrize("status", [None, 401, 503])
def test_a_collector_that_is_down_is_said_once_and_the_run_finishes(
    status: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody listening, a refused key, an overloaded one: the records are there, one sentence says it, the exit code is 0."""
    with Collector(status or 200) as collector:
        address = nobody_there() if status is None else collector.address
        code, said = run_of_rules(monkeypatch, tmp_path, capfd, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert code == 0
    assert said.count("The OpenTelemetry collector does not take the run's telemetry") == 1
    assert "Traceback" not in said + capfd.readouterr().err
    assert len((tmp_path / "out" / "records.jsonl").read_text("utf-8").splitlines()) == 1


def test_another_protocol_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It would take another library, and the port of gRPC does not speak HTTP."""
    with Collector() as collector:
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
        code, said = run_of_rules(monkeypatch, tmp_path, capfd, **given)
        assert (code, collector.posted) == (0, {})
    assert "http/protobuf only, and not over grpc" in said


def test_without_the_extra_only_an_explicit_wish_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A collector that the environment happens to name is no reason to stop; `--telemetry` names what is missing."""
    monkeypatch.setattr(telemetry, "find_spec", lambda name: None)
    code, said = run_of_rules(monkeypatch, tmp_path, capfd, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert (code, "telemetry" in said) == (0, False)
    code, said = run_of_rules(monkeypatch, tmp_path, capfd, "--telemetry")
    assert (code, said.count("install llm_extract[otel]")) == (2, 1)
    with pytest.raises(MissingExtraError, match="opentelemetry-sdk"):
        telemetry.instrument()


@pytest.mark.parametrize(
    ("said", "exported"),
    [
        ({}, (True, True)),  # asked for by name: the default collector
        ({"OTLP_ENDPOINT": "http://c:4318"}, (True, True)),
        ({"OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, (True, False)),
        ({"OTLP_METRICS_ENDPOINT": "http://c:4318/v1/metrics"}, (False, True)),
        ({"OTLP_ENDPOINT": ""}, (True, True)),
    ],
)
def test_what_goes_where_is_opentelemetrys_own_rule(
    said: dict[str, str], exported: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address for one kind alone exports that kind; an empty variable is none."""
    for name, value in said.items():
        monkeypatch.setenv(f"OTEL_EXPORTER_{name}", value)
    found = OpenTelemetrySettings()
    assert (found.traces, found.metrics) == exported
    assert found.names_a_collector == any(said.values())


def test_settings_of_others_are_not_read_out_of_our_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenTelemetry's exporters do not read `.env`, so that a collector named there alone would not get anything."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318\n")
    assert not OpenTelemetrySettings().names_a_collector


# --- docs -----------------------------------------------------------------------------------------------------------------


async def test_the_page_names_everything_that_is_told(observed: Observed, tmp_path: Path) -> None:
    """Each attribute and metric stands in docs/telemetry.md, and each name of ours there is told."""
    page = (samples.ROOT / "docs" / "telemetry.md").read_text("utf-8")
    named = set(re.findall(r"`((?:gen_ai|llm_extract|server|error)\.[a-z0-9_.]+)`", page))
    door = Admission()
    await read(tmp_path, [loopback.throttled(0), good(truly)])
    assert door.allowed
    told = set(observed.metrics) | {name for points in observed.metrics.values() for p in points for name in p.attributes}
    assert named == told | CHAT_ATTRIBUTES | LETTER_ATTRIBUTES
