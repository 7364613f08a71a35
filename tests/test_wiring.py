"""Settings to the parts in use: which reader, which endpoint, which cache, which price."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import samples
from loopback import Loopback, Received, bad_key, good
from samples import silent, true_answer

from llm_extract import local
from llm_extract.baseline import Baseline
from llm_extract.cache import CachedAsker
from llm_extract.engine import Usage
from llm_extract.errors import FatalEndpointError, PromptError, SettingsError, WeightsError
from llm_extract.fake import ScriptedAsker
from llm_extract.hybrid import Hybrid, WithFallback
from llm_extract.model import ModelClient
from llm_extract.settings import EMBEDDED_MODEL, Settings
from llm_extract.wiring import (
    Deferred,
    EmbeddedAsker,
    letters_at_once,
    model_name,
    open_asker,
    open_letter,
    open_pipeline,
    price_of,
    run_settings,
    settings_of,
)

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])


def settings(**given: Any) -> Settings:
    """Settings without a cache, unless told otherwise."""
    return settings_of({"cache": False, **given})


def demo(server: Loopback, **given: Any) -> Settings:
    """Settings for the scripted server."""
    return settings(base_url=server.base_url, model="demo", transport_retries=0, **given)


def by_schema(request: Received) -> str:
    """An answer that says nothing, for whichever question was asked."""
    schema = request.body["response_format"]["json_schema"]["schema"]
    known = {frozenset(answer): answer for answer in samples.NOTHING.values()}
    return json.dumps(known[frozenset(schema["properties"])])


class FakeServer:
    """Stands for the embedded model's server, at the address of a scripted one."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.model = EMBEDDED_MODEL
        self.started = self.stopped = 0

    def start(self) -> FakeServer:
        """Count."""
        self.started += 1
        return self

    def stop(self) -> None:
        """Count."""
        self.stopped += 1


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """The embedded model's server, without weights and without a process."""
    server = FakeServer("http://127.0.0.1:9/v1")
    monkeypatch.setattr(local.LocalServer, "from_settings", lambda *_: server)
    return server


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engin": "baseline"}, "There is no setting engin; there is: engine, model"),
        ({"engine": "oracle"}, "The setting engine is wrong: Input should be 'hybrid', 'cascade', 'model' or 'baseline'."),
        ({"concurrency": 0}, "The setting concurrency is wrong"),
        ({"temperature": "warm"}, "The setting temperature is wrong"),
    ],
)
def test_wrong_settings_are_said_in_one_sentence(given: dict[str, Any], message: str) -> None:
    """An unknown name and a value that does not fit are named; nothing is silently ignored."""
    with pytest.raises(SettingsError) as wrong:
        settings_of(given)
    assert str(wrong.value).startswith(message)
    assert "\n" not in str(wrong.value)


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was given may be a key in the wrong place: the message names the setting only."""
    monkeypatch.setenv("LLM_EXTRACT_TIMEOUT", "sk-secret")
    with pytest.raises(SettingsError) as wrong:
        settings_of({})
    assert "timeout" in str(wrong.value)
    assert "sk-secret" not in str(wrong.value)


# --- which endpoint ----------------------------------------------------------------------------------------------------


async def test_no_key_and_no_model_is_the_embedded_model(embedded: FakeServer) -> None:
    """Out of the box nothing is sent anywhere, and the server waits for the first question."""
    asker = await open_asker(settings())
    assert isinstance(asker, EmbeddedAsker)
    await asker.close()
    assert (embedded.started, embedded.stopped) == (0, 1)


@pytest.mark.parametrize(
    ("variables", "is_embedded"),
    [
        ({}, True),
        ({"OPENAI_API_KEY": "sk-x"}, False),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, False),
        ({"LLM_EXTRACT_MODEL": "demo"}, False),
        ({"LLM_EXTRACT_API_KEY": ""}, True),
        ({"LLM_EXTRACT_MODEL": "demo", "LLM_EXTRACT_GGUF": "own.gguf"}, True),
        ({"LLM_EXTRACT_MODEL": EMBEDDED_MODEL, "OPENAI_API_KEY": "sk-x"}, True),
        ({"LLM_EXTRACT_MODEL": EMBEDDED_MODEL, "LLM_EXTRACT_BASE_URL": "http://localhost:1/v1"}, False),
    ],
)
def test_a_key_an_address_or_a_model_means_an_endpoint(
    variables: dict[str, str], is_embedded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them switches the embedded model off; its name or a file of one's own switches it on."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Settings().embedded is is_embedded


async def test_missing_weights_are_said_before_any_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded model is looked for at once, and a folder of answers is not left open behind the message."""

    def missing(*_: Any) -> Any:
        raise WeightsError("no weights")

    monkeypatch.setattr(local.LocalServer, "from_settings", missing)
    with pytest.raises(WeightsError):
        await open_pipeline(settings())


async def test_an_endpoint_is_asked_who_it_is_before_any_letter() -> None:
    """One cheap request: key, model and address are proved, and nothing is sent of a letter."""
    with Loopback([good("{}")], models=[("demo")]) as server:
        asker = await open_asker(demo(server))
        assert isinstance(asker, ModelClient)
        await asker.close()
        assert server.paths == ["/v1/models"]


async def test_a_model_that_the_endpoint_does_not_have_is_said() -> None:
    """With the models that it has."""
    with Loopback([good("{}")], models=["other"]) as server:
        with pytest.raises(FatalEndpointError, match="other"):
            await open_pipeline(demo(server))
        assert server.requests == []


async def test_a_wrong_key_is_said_before_any_letter() -> None:
    """401 at first contact ends the run."""
    with Loopback([bad_key()], models=bad_key()) as server:
        with pytest.raises(FatalEndpointError):
            await open_pipeline(demo(server, api_key="sk-wrong"))
        assert server.requests == []


async def test_an_endpoint_without_a_model_is_wrong_use() -> None:
    """A key alone does not say which model is meant."""
    with pytest.raises(SettingsError, match="--model"):
        await open_pipeline(settings(api_key="sk-x"))


# --- the embedded model's server ------------------------------------------------------------------------------------------


async def test_the_server_starts_once_and_stops_with_the_asker(embedded: FakeServer) -> None:
    """Many first questions at once start one server; closing ends it."""
    with Loopback([good(by_schema)]) as server:
        embedded.base_url = server.base_url
        pipeline = await open_pipeline(settings(engine="model", local_slots=4))
        records = [r async for r in pipeline.stream([samples.letter(), samples.letter("knee-surgery")])]
        await pipeline.close()
        assert len(server.requests) > 10
    assert (embedded.started, embedded.stopped) == (1, 1)
    assert {r.run.cost_usd for r in records} == {0.0}


async def test_the_server_gets_as_many_questions_as_it_has_slots(embedded: FakeServer) -> None:
    """More would only wait there, and time out."""
    under_way = most = 0

    async def slow(request: Received) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return good(by_schema)(request)

    with Loopback([slow]) as server:
        embedded.base_url = server.base_url
        pipeline = await open_pipeline(settings(engine="model", local_slots=2))
        await pipeline.read(samples.letter("knee-surgery"))
        await pipeline.close()
    assert most == 2


# --- the cache ---------------------------------------------------------------------------------------------------------------


async def test_the_cache_is_around_the_endpoint(tmp_path: Path) -> None:
    """A second run asks nothing, says so, and costs nothing."""
    with Loopback([good(by_schema)], models=["demo"]) as server:
        runs = []
        for _ in range(2):
            given = demo(server, engine="model", cache=True, cache_dir=tmp_path, input_price=1.0, output_price=2.0)
            pipeline = await open_pipeline(given)
            runs.append((await pipeline.read(samples.letter())).run)
            await pipeline.close()
        asked = len(server.requests)
    assert asked == runs[0].attempts == 6
    assert (runs[0].cached, runs[1].cached) == (False, True)
    assert (runs[1].attempts, runs[1].cost_usd) == (0, 0.0)
    assert runs[0].cost_usd == pytest.approx((600 * 1.0 + 60 * 2.0) / 1_000_000)
    assert (tmp_path / "answers").is_dir()


async def test_without_a_cache_no_folder_is_made(tmp_path: Path, embedded: FakeServer) -> None:
    """Who wants nothing kept finds nothing kept."""
    asker = await open_asker(settings(cache_dir=tmp_path))
    await asker.close()
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - a folder of the test


async def test_the_cache_wraps_the_embedded_model_too(tmp_path: Path, embedded: FakeServer) -> None:
    """A run whose answers are all kept never starts the server."""
    asker = await open_asker(settings(cache=True, cache_dir=tmp_path))
    assert isinstance(asker, CachedAsker)
    await asker.close()
    assert embedded.started == 0


# --- which reader --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "kind"), [("hybrid", Hybrid), ("model", WithFallback), ("baseline", Baseline)])
async def test_the_engine_is_the_one_that_was_named(engine: str, kind: type) -> None:
    """And records carry its name."""
    pipeline = await open_pipeline(settings(engine=engine), asker=ScriptedAsker(true_answer))
    assert isinstance(pipeline.engine, Deferred)
    assert isinstance(pipeline.engine.make(), kind)
    assert (await pipeline.read(samples.letter())).run.engine == engine


async def test_the_rules_ask_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The baseline needs neither prompts nor endpoint nor cache."""
    monkeypatch.setattr("llm_extract.wiring.open_asker", None)
    given = settings(engine="baseline", prompts_dir=Path("nowhere"))
    assert (await (await open_pipeline(given)).read(samples.letter())).status == "ok"


async def test_prompts_are_proved_before_the_endpoint_is_asked(tmp_path: Path) -> None:
    """A folder without prompts is said first."""
    with Loopback([good("{}")], models=["demo"]) as server:
        with pytest.raises(PromptError):
            await open_pipeline(demo(server, prompts_dir=tmp_path))
        assert server.paths == []


async def test_a_letter_without_an_answer_names_the_model_that_was_asked() -> None:
    """A fallback's run still says who gave no answer."""
    from llm_extract.errors import RefusedAnswerError

    asker = ScriptedAsker(lambda _: RefusedAnswerError("It declined."))
    record = await (await open_pipeline(settings(model="demo"), asker=asker)).read(samples.letter())
    assert (record.status, record.run.model) == ("fallback", "demo")


@pytest.mark.parametrize(
    ("given", "at_once"),
    [
        ({"engine": "baseline", "concurrency": 9}, 1),
        ({"concurrency": 9, "local_slots": 3}, 3),
        ({"model": "demo", "concurrency": 9}, 13),
    ],
)
def test_letters_at_once(given: dict[str, Any], at_once: int) -> None:
    """Rules are bound by the processor, the embedded model by its slots; at an endpoint some may wait."""
    assert letters_at_once(settings(**given)) == at_once


def test_letters_are_opened_under_the_settings_limits() -> None:
    """A limit of the settings reaches the reader of files."""
    from llm_extract.errors import LetterTooLargeError

    with pytest.raises(LetterTooLargeError, match="100 characters"):
        open_letter(settings(max_chars=100), samples.file_of(samples.path_of("first-letter")))


# --- prices and names ------------------------------------------------------------------------------------------------

USED = Usage(attempts=1, input_tokens=2_000_000, output_tokens=500_000)


@pytest.mark.parametrize(
    ("given", "cost"),
    [
        ({"engine": "baseline"}, 0.0),
        ({}, 0.0),
        ({"model": "demo"}, None),
        ({"model": "demo", "input_price": 0.15}, None),
        ({"model": "demo", "output_price": 0.6}, None),
        ({"model": "demo", "input_price": 0.15, "output_price": 0.6}, 0.6),
        ({"model": "demo", "input_price": 0.0, "output_price": 0.0}, 0.0),
        ({"engine": "baseline", "model": "demo"}, 0.0),
    ],
)
def test_prices(given: dict[str, Any], cost: float | None) -> None:
    """Nothing for rules and embedded model, both prices or unknown for an endpoint; never zero for unknown."""
    assert price_of(settings(**given))(USED) == (None if cost is None else pytest.approx(cost))


@pytest.mark.parametrize(
    ("given", "name"),
    [({}, EMBEDDED_MODEL), ({"model": "demo"}, "demo"), ({"gguf": Path("folder/own-model.gguf")}, "own-model")],
)
def test_model_names(given: dict[str, Any], name: str) -> None:
    """The embedded model, the named one, or the file's."""
    assert model_name(settings(**given)) == name


def test_run_settings_have_no_secrets_and_nothing_that_does_not_matter() -> None:
    """What shaped the records is named; keys, passwords in addresses, time-outs and concurrency are not."""
    given = settings(
        model="demo",
        api_key="sk-secret",
        base_url="https://user:password@example.org/v1?token=hidden",
        timeout=33.0,
        concurrency=17,
        cache_dir=Path("somewhere-of-mine"),
    )
    shaped = run_settings(given)
    assert {
        "model": "demo",
        "endpoint": "example.org/v1",
        "engine": "hybrid",
        "seed": 7,
        "temperature": 0.0,
    }.items() <= shaped.items()
    assert set(shaped["prompts"]) == set(samples.questions().names)
    written = json.dumps(shaped)
    for hidden in ("sk-secret", "user", "password", "hidden", "33", "17", "somewhere"):
        assert hidden not in written


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ({}, "embedded"),
        ({"model": "demo"}, "api.openai.com/v1"),
        ({"model": "demo", "base_url": "http://127.0.0.1:81/v1"}, "localhost/v1"),
    ],
)
def test_run_settings_name_the_endpoint(given: dict[str, Any], endpoint: str) -> None:
    """As far as answers depend on it: the port of a server on this machine is drawn at random."""
    assert run_settings(settings(**given))["endpoint"] == endpoint


def test_run_settings_of_the_rules_name_no_model() -> None:
    """Another model does not change what the rules read."""
    assert run_settings(settings(engine="baseline", model="a")) == run_settings(settings(engine="baseline", model="b"))


def test_the_same_settings_give_the_same_run() -> None:
    """And survive `run.json`."""
    shaped = run_settings(settings(model="demo"))
    assert json.loads(json.dumps(shaped)) == shaped == run_settings(settings(model="demo", concurrency=3))


async def test_silence_is_no_trouble() -> None:
    """A model that finds nothing in a letter leaves the rules' record, which is no fallback."""
    pipeline = await open_pipeline(settings(), asker=ScriptedAsker(silent))
    assert (await pipeline.read(samples.letter())).status == "ok"
