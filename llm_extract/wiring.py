"""Settings to the parts in use: the only place that picks which reader, which endpoint, which cache.

Heavy imports (the model's libraries) happen inside the functions that need them: `--help` and the baseline never pay for them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from llm_extract.admission import Admission
from llm_extract.budget import FREE, Budget, Prices, known_prices
from llm_extract.engine import Answer, Asker, Engine, Question, Reading
from llm_extract.errors import SettingsError
from llm_extract.finished import FinishedRecords
from llm_extract.letters import Letter, LetterFile, read_letter
from llm_extract.pipeline import Pipeline, Price, unknown_price
from llm_extract.schema import SCHEMA_VERSION
from llm_extract.settings import EMBEDDED_MODEL, Settings

if TYPE_CHECKING:
    from llm_extract.cache import AnswerCache
    from llm_extract.cascade import Choice
    from llm_extract.evaluation.recorded import Recordings
    from llm_extract.local import LocalServer
    from llm_extract.questions import Questions
    from llm_extract.workers import Workers

Progress = Callable[[int, int], None]
_MILLION = 1_000_000
_EMBEDDED_TIMEOUT = 900.0
_LETTERS_A_WORKER = 100
_MOST_WORKERS_AT_AN_ENDPOINT = 6
_OPENAI = "https://api.openai.com/v1"


def _silent(done: int, total: int) -> None:
    return None


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Settings from arguments, the environment for the rest.

    Raises `SettingsError` that names what is wrong: an unknown name, or a value that does not fit.
    """
    unknown = sorted(given.keys() - Settings.model_fields.keys())
    if unknown:
        raise SettingsError(f"There is no setting {', '.join(unknown)}; there is: {', '.join(Settings.model_fields)}.")
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"The setting {name} is wrong: {first['msg']}.") from None


def open_letter(settings: Settings, file: LetterFile) -> Letter:
    """A letter file under the settings' limits."""
    return read_letter(
        file.path,
        letter_id=file.letter_id,
        max_chars=settings.max_chars,
        max_pdf_pages=settings.max_pdf_pages,
        pdf_timeout=settings.pdf_timeout,
    )


async def open_pipeline(
    settings: Settings,
    *,
    progress: Progress = _silent,
    asker: Asker | None = None,
    budget: Budget | None = None,
    finished: FinishedRecords | None = None,
    workers: int = 0,
) -> Pipeline:
    """Everything that a run needs, checked before any letter is read.

    `progress(done, total)` is told of bytes while the embedded model's weights are joined, once. `asker` takes the endpoint's
    place, in tests. `budget` limits what requests may cost, `finished` keeps the records, `workers` processes read letter files.

    Raises `SettingsError` (no model named, no weights, a prompt that does not fit) and `FatalEndpointError` (nobody listening,
    wrong key, unknown model).
    """
    admission = admission_of(settings, budget)
    readers = _workers(settings, workers)
    try:
        engine, asked = await _engine_of(settings, progress, asker, admission)
    except BaseException:
        if readers is not None:
            await readers.close()
        raise
    if readers is not None:
        readers.asker = asked
    return Pipeline(
        engine=engine,
        open_letter=partial(open_letter, settings),
        price=price_of(settings),
        concurrency=letters_at_once(settings, workers),
        admission=admission,
        finished=finished,
        workers=readers,
    )


def _workers(settings: Settings, most: int) -> Workers | None:
    """Processes that start while this one gets ready to ask."""
    if not most:
        return None
    from llm_extract.workers import Workers

    workers = Workers(settings, most)
    workers.begin()
    return workers


async def _engine_of(
    settings: Settings, progress: Progress, asker: Asker | None, admission: Admission
) -> tuple[Engine, Asker | None]:
    """The engine, and whom it asks."""
    if settings.engine == "baseline":
        return Deferred("baseline", _baseline), None
    from llm_extract.questions import Questions

    questions = Questions.load(settings)
    opened = asker or await open_asker(settings, progress, admission)
    return Deferred(settings.engine, partial(_asking_engine, settings, questions, opened), opened), opened


def _baseline() -> Engine:
    from llm_extract.baseline import Baseline

    return Baseline()


def _asking_engine(settings: Settings, questions: Questions, asker: Asker) -> Engine:
    from llm_extract.hybrid import Hybrid, WithFallback
    from llm_extract.reader import ModelReader

    reader = ModelReader(asker, questions, model=model_name(settings))
    if settings.engine == "model":
        return WithFallback(reader)
    if settings.engine == "hybrid":
        return Hybrid(reader)
    from llm_extract.cascade import Cascade
    from llm_extract.confidence import shipped

    return Cascade(Hybrid(reader), cascade_choice(settings).threshold, shipped())


@dataclass
class Deferred:
    """An engine that is made when it first reads: the rules take a second to load, and where workers read nobody else needs them.

    `asker` is whom it would ask, to be closed in any case.
    """

    name: str
    make: Callable[[], Engine]
    asker: Asker | None = None
    _made: Engine | None = None

    async def read(self, letter: Letter) -> Reading:
        """The engine's reading."""
        if self._made is None:
            self._made = self.make()
        return await self._made.read(letter)

    async def close(self) -> None:
        """Close the engine, or the asker where there is no engine yet."""
        left = self._made or self.asker
        if left is not None:
            await left.close()


def cascade_choice(settings: Settings) -> Choice:
    """Which letters the cascade leaves to the rules, by the trials of the embedded model with the prompts in use.

    Nothing is proven for another model or other prompts: then every letter is asked about.
    """
    from llm_extract.cascade import choose, shipped_trials
    from llm_extract.questions import Questions

    kept = shipped_trials()
    same = kept.model == model_name(settings) and set(kept.prompts) == set(Questions.load(settings).names)
    return choose(kept.trials if same else (), settings.errors_below)


def cascade_notice(settings: Settings) -> str:
    """What the cascade will do, in a sentence for its user."""
    choice, wanted = cascade_choice(settings), f"errors below {settings.errors_below:.0%}"
    if not choice.proven:
        return f"Cascade: {wanted} are not proven for this model, not even with it asked about every letter: it is."
    return (
        f"Cascade: {wanted} are proven with the model asked about {choice.asked:.0%} of the calibration letters "
        f"({choice.errors:.1%} errors on them)."
    )


def finished_of(settings: Settings) -> FinishedRecords | None:
    """Records of earlier runs with these settings; none where nothing is kept, and none of the rules alone."""
    if not settings.cache or settings.engine == "baseline":
        return None
    from llm_extract.prompts import shipped_prompts

    limits = {name: getattr(settings, name) for name in ("max_chars", "max_pdf_pages", "max_output_tokens")}
    prompts = (settings.prompts_dir or shipped_prompts()).glob("*.md")
    return FinishedRecords(settings.cache_dir / "records", {**run_settings(settings), **limits}, prompts)


def admission_of(settings: Settings, budget: Budget | None = None) -> Admission:
    """The door to the settings' endpoint. The embedded model has slots of its own in its place (`EmbeddedAsker`)."""
    return Admission(
        concurrency=settings.concurrency,
        requests_a_minute=settings.requests_per_minute,
        tokens_a_minute=settings.tokens_per_minute,
        outage=settings.outage,
        budget=budget or Budget(),
    )


async def open_asker(settings: Settings, progress: Progress = _silent, admission: Admission | None = None) -> Asker:
    """The endpoint of the settings, or the embedded model, with the cache around it."""
    if not settings.cache:
        return await _uncached(settings, progress, admission)
    from llm_extract.cache import AnswerCache

    return await _cached(AnswerCache(settings.cache_dir / "answers"), settings, progress, admission)


async def _cached(store: AnswerCache, settings: Settings, progress: Progress, admission: Admission | None = None) -> Asker:
    from llm_extract.cache import CachedAsker

    try:
        asker = await _uncached(settings, progress, admission)
    except BaseException:
        store.close()
        raise
    return CachedAsker(asker, store, **_names_of_answers(settings))


def cached_around(settings: Settings, asker: Asker) -> Asker:
    """An asker with the settings' answer cache around it, where one is kept already; nothing is made."""
    if not settings.cache or not (settings.cache_dir / "answers").is_dir():
        return asker
    from llm_extract.cache import AnswerCache, CachedAsker

    return CachedAsker(asker, AnswerCache(settings.cache_dir / "answers"), **_names_of_answers(settings))


def answers_of(settings: Settings) -> tuple[AnswerCache, Callable[[Question], str]]:
    """The settings' answer cache, made where there is none, and what names an answer in it."""
    from llm_extract.cache import AnswerCache, answer_key

    return AnswerCache(settings.cache_dir / "answers"), partial(answer_key, **_names_of_answers(settings))


def _names_of_answers(settings: Settings) -> dict[str, Any]:
    """What of the settings is part of an answer's key (`cache.answer_key`): cache and recordings have to agree on it."""
    sampling = {"temperature": settings.temperature, "seed": settings.seed}
    return {"model": model_name(settings), "endpoint_kind": endpoint_of(settings), "sampling": sampling}


def recorded_asker(settings: Settings, recordings: Recordings, *, replay: bool, progress: Progress = _silent) -> Asker:
    """An asker for evaluations: recorded answers first; unless `replay`, then the cache and the endpoint of the settings.

    The endpoint is opened with the first question that nothing else answers.
    """
    from llm_extract.evaluation.recorded import RecordedAsker

    asker = partial(RecordedAsker, recordings, **_names_of_answers(settings))
    if replay:
        return asker()
    if not settings.cache:
        return asker(open_inner=partial(_uncached, settings, progress))
    from llm_extract.cache import AnswerCache

    store = AnswerCache(settings.cache_dir / "answers")
    return asker(open_inner=partial(_cached, store, settings, progress), store=store)


async def _uncached(settings: Settings, progress: Progress, admission: Admission | None = None) -> Asker:
    return await _embedded(settings, progress) if settings.embedded else await _remote(settings, admission)


async def _remote(settings: Settings, admission: Admission | None) -> Asker:
    from llm_extract.model import ModelClient, preflight

    await preflight(settings)  # names what is missing before anything is sent
    return ModelClient(settings, admission=admission)


async def _embedded(settings: Settings, progress: Progress) -> Asker:
    from llm_extract.local import LocalServer

    # Weights are looked for, verified and joined now; the server starts with the first question that no cache answers.
    server = await asyncio.to_thread(LocalServer.from_settings, settings, progress)
    return EmbeddedAsker(settings, server)


class EmbeddedAsker:
    """The embedded model as an asker: its server starts with the first question and stops with `close`."""

    def __init__(self, settings: Settings, server: LocalServer) -> None:
        self._settings = settings
        self._server = server
        self._client: Asker | None = None
        self._starting = asyncio.Lock()
        # The server answers as many questions at once as it has slots; more would only wait there, and time out.
        self._slots = asyncio.Semaphore(settings.local_slots)

    async def ask(self, question: Question) -> Answer:
        """Ask the embedded model."""
        async with self._slots:
            return await (await self.client()).ask(question)

    async def close(self) -> None:
        """Stop the server."""
        if self._client is not None:
            await self._client.close()
        await asyncio.to_thread(self._server.stop)

    async def client(self) -> Asker:
        """The started server's client."""
        from llm_extract.model import ModelClient

        async with self._starting:
            if self._client is None:
                await asyncio.to_thread(self._server.start)
                # On a busy machine an answer takes minutes, and asking again would only make it busier.
                patient = self._settings.model_copy(update={"timeout": max(self._settings.timeout, _EMBEDDED_TIMEOUT)})
                self._client = ModelClient(patient, base_url=self._server.base_url, model=self._server.model)
        return self._client


def model_name(settings: Settings) -> str:
    """The model's name in records and cache keys."""
    if settings.gguf is not None:
        return settings.gguf.stem
    return settings.model or EMBEDDED_MODEL


def letters_at_once(settings: Settings, workers: int = 0) -> int:
    """Letters under way at once: the rules are bound by the processor, the embedded model by its slots.

    At an endpoint half as many again as requests, so that letters which are read or wait to ask again leave nobody idle. With
    workers a few more for each, so that none waits for the next letter.
    """
    if settings.engine == "baseline":
        return 1 + 3 * workers
    return (settings.local_slots if settings.embedded else settings.concurrency + settings.concurrency // 2) + 2 * workers


def workers_of(settings: Settings, letters: int) -> int:
    """Processes that pay for so many letters, where the settings leave it open.

    A core each for the rules alone. At an endpoint this process has its own share of the work, and is busy with what six others
    read all the time. None beside the embedded model, which can use every core. A worker takes as long to start as a hundred
    letters take to read, so that there is one for each hundred at most, and none for a few letters.
    """
    if settings.workers is not None:
        return min(settings.workers, letters)
    cores = _cores()
    if cores == 1 or (settings.embedded and settings.engine != "baseline"):
        return 0
    worth = letters // _LETTERS_A_WORKER
    most = min(cores, worth) if settings.engine == "baseline" else min(cores, worth, _MOST_WORKERS_AT_AN_ENDPOINT)
    return most if most > 1 else 0


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prices_of(settings: Settings) -> Prices | None:
    """What tokens cost, None where nobody says it: nothing for the rules and the embedded model.

    For an endpoint the settings go before the user's table, and that, for OpenAI's own, before the shipped one.
    """
    if settings.engine == "baseline" or settings.embedded:
        return FREE
    if settings.input_price is not None and settings.output_price is not None:
        return Prices(settings.input_price, settings.output_price)
    if settings.input_price is not None or settings.output_price is not None:
        return None
    ours = endpoint_of(settings) == endpoint_of(settings.model_copy(update={"base_url": _OPENAI}))
    return known_prices(model_name(settings), table=settings.prices, shipped=ours)


def price_of(settings: Settings) -> Price:
    """USD of a usage, None where nobody knows the price."""
    return prices_of(settings) or unknown_price


def run_settings(settings: Settings) -> dict[str, Any]:
    """What shapes the records of a run, for `run.json` and for resuming: no key, no time-outs, no concurrency."""
    from llm_extract import __version__

    shaped: dict[str, Any] = {"engine": settings.engine, "schema_version": SCHEMA_VERSION, "version": __version__}
    if settings.engine != "baseline":
        from llm_extract.questions import Questions

        shaped |= {
            "model": model_name(settings),
            "endpoint": endpoint_of(settings),
            "prompts": list(Questions.load(settings).names),
            "temperature": settings.temperature,
            "seed": settings.seed,
        }
    if settings.engine == "cascade":
        shaped |= {"errors_below": settings.errors_below, "rules_alone_from": cascade_choice(settings).threshold}
    return shaped


def endpoint_of(settings: Settings) -> str:
    """Which endpoint answers, for `run.json` and cache keys: `embedded`, or host and path without credentials."""
    from llm_extract.cache import endpoint_kind_of

    if settings.embedded:
        return endpoint_kind_of(None)
    return endpoint_kind_of(settings.base_url or _OPENAI)
