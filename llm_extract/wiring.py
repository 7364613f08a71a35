"""Settings to the parts in use: the only place that picks which reader, which endpoint, which cache.

Heavy imports (the model's libraries) happen inside the functions that need them: `--help` and the baseline never pay for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from llm_extract.baseline import Baseline
from llm_extract.engine import Answer, Asker, Engine, Question, Usage
from llm_extract.errors import SettingsError
from llm_extract.letters import Letter, LetterFile, read_letter
from llm_extract.pipeline import Pipeline, Price, unknown_price
from llm_extract.schema import SCHEMA_VERSION
from llm_extract.settings import EMBEDDED_MODEL, Settings

if TYPE_CHECKING:
    from llm_extract.cache import AnswerCache
    from llm_extract.evaluation.recorded import Recordings
    from llm_extract.local import LocalServer

Progress = Callable[[int, int], None]
_MILLION = 1_000_000
_EMBEDDED_TIMEOUT = 900.0
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


async def open_pipeline(settings: Settings, *, progress: Progress = _silent, asker: Asker | None = None) -> Pipeline:
    """Everything that a run needs, checked before any letter is read.

    `progress(done, total)` is told of bytes while the embedded model's weights are joined, once. `asker` takes the endpoint's
    place, in tests. Raises `SettingsError` and `FatalEndpointError`, each with what to do.
    """
    engine = Baseline() if settings.engine == "baseline" else await _model_engine(settings, progress, asker)
    return Pipeline(
        engine=engine,
        open_letter=partial(open_letter, settings),
        price=price_of(settings),
        concurrency=letters_at_once(settings),
    )


async def _model_engine(settings: Settings, progress: Progress, asker: Asker | None) -> Engine:
    from llm_extract.hybrid import Hybrid, WithFallback
    from llm_extract.questions import Questions
    from llm_extract.reader import ModelReader

    questions = Questions.load(settings)
    reader = ModelReader(asker or await open_asker(settings, progress), questions, model=model_name(settings))
    return Hybrid(reader) if settings.engine == "hybrid" else WithFallback(reader)


async def open_asker(settings: Settings, progress: Progress = _silent) -> Asker:
    """The endpoint of the settings, or the embedded model, with the cache around it."""
    if not settings.cache:
        return await _uncached(settings, progress)
    from llm_extract.cache import AnswerCache

    return await _cached(AnswerCache(settings.cache_dir / "answers"), settings, progress)


async def _cached(store: AnswerCache, settings: Settings, progress: Progress) -> Asker:
    from llm_extract.cache import CachedAsker

    try:
        asker = await _uncached(settings, progress)
    except BaseException:
        store.close()
        raise
    return CachedAsker(asker, store, **_names_of_answers(settings))


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


async def _uncached(settings: Settings, progress: Progress) -> Asker:
    return await _embedded(settings, progress) if settings.embedded else await _remote(settings)


async def _remote(settings: Settings) -> Asker:
    from llm_extract.model import ModelClient, preflight

    await preflight(settings)  # names what is missing before anything is sent
    return ModelClient(settings)


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


def letters_at_once(settings: Settings) -> int:
    """Letters under way at once: the rules are bound by the processor, the embedded model by its slots."""
    if settings.engine == "baseline":
        return 1
    return settings.local_slots if settings.embedded else settings.concurrency


def price_of(settings: Settings) -> Price:
    """USD of a usage: nothing for rules and embedded model, unknown unless both prices are set."""
    if settings.engine == "baseline" or settings.embedded:
        return lambda _: 0.0
    if settings.input_price is None or settings.output_price is None:
        return unknown_price
    return partial(_priced, settings.input_price / _MILLION, settings.output_price / _MILLION)


def _priced(a_prompt_token: float, an_answer_token: float, usage: Usage) -> float:
    return usage.input_tokens * a_prompt_token + usage.output_tokens * an_answer_token


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
    return shaped


def endpoint_of(settings: Settings) -> str:
    """Which endpoint answers, for `run.json` and cache keys: `embedded`, or host and path without credentials."""
    from llm_extract.cache import endpoint_kind_of

    if settings.embedded:
        return endpoint_kind_of(None)
    return endpoint_kind_of(settings.base_url or _OPENAI)
