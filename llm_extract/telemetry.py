"""What the program tells an observer of itself: a span a letter, a span a request, and some counts. Never a letter's text.

    with exporting(settings, say):                      # the `run` command: OpenTelemetry's providers and OTLP exporters
        ...
    instrument()                                        # a program that has providers of its own

Rooms that do something worth seeing ask `current()` and tell it. Until somebody listens that is a `Recorder` whose methods do
nothing, so that it costs a call and no library is imported; `telemetry_otel` has the one that speaks OpenTelemetry.

What is told is counts, durations, names of ours and of models, and the hash of a letter's bytes, by which a span is found
beside its record. Ids and paths of letters are left out, since files may be named after people, and so is every message of
an error. What an endpoint says of itself is told only where it cannot be a sentence (`telemetry_otel`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from llm_extract.errors import MissingExtraError
from llm_extract.schema import Record
from llm_extract.settings import OpenTelemetrySettings

if TYPE_CHECKING:
    from llm_extract.settings import Settings


# --- what can be told ------------------------------------------------------------------------------------------------


class ReadLetter:
    """One letter while it is read; a context manager."""

    def stands(self, record: Callable[[], Record]) -> None:
        """A record came of it, which who listens asks for. One that is left without, and without an error, is not told of."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None


class Chat:
    """One request under way to a model; a context manager."""

    def answered(self, model: str, finish_reason: str, input_tokens: int | None, output_tokens: int | None) -> None:
        """An answer came. Tokens as the endpoint counted them, None where it counts nothing."""

    def turned_away(self, why: str) -> None:
        """No answer came, and no error either: a parameter was refused, and the request goes out again without it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None


class Door(Protocol):
    """What is asked of an endpoint's admission now and then."""

    waiting: int

    @property
    def allowed(self) -> int:
        """Requests that may be under way at once."""
        ...


_LETTER, _CHAT = ReadLetter(), Chat()


class Recorder:
    """Somebody who listens; this one does not."""

    def letter(self, engine: str) -> ReadLetter:
        """A letter is about to be read."""
        return _LETTER

    def chat(self, model: str, base_url: str | None, prompt: str, sampling: Mapping[str, Any]) -> Chat:
        """A request is about to be sent. `base_url` None: OpenAI's own; `prompt`: name and version; `sampling`: parameters."""
        return _CHAT

    def looked_up(self, *, hit: bool) -> None:
        """The answer cache was asked for an answer."""

    def retried(self, code: str) -> None:
        """A request failed with this code of ours (`errors`), and is about to be sent again."""

    def waited(self, seconds: float) -> None:
        """A request waited so long for its admission."""

    def watch(self, door: Door) -> None:
        """An endpoint's admission, to be looked at for as long as it lives."""


# --- who listens -----------------------------------------------------------------------------------------------------

_nobody = Recorder()
_listening: Recorder = _nobody


def current() -> Recorder:
    """Who listens now: one for the whole process, as OpenTelemetry's providers are."""
    return _listening


@contextmanager
def told_to(recorder: Recorder) -> Iterator[None]:
    """Tell this recorder while the block runs, then again whoever listened before."""
    global _listening
    before, _listening = _listening, recorder
    try:
        yield
    finally:
        _listening = before


def instrument() -> None:
    """Tell OpenTelemetry's global providers, which the calling program has set up, until `uninstrument`.

    Raises `MissingExtraError` without OpenTelemetry.
    """
    global _listening
    _require()
    from llm_extract.telemetry_otel import OpenTelemetryRecorder

    _listening = OpenTelemetryRecorder()


def uninstrument() -> None:
    """Tell nobody any more."""
    global _listening
    _listening = _nobody


@contextmanager
def exporting(settings: Settings, say: Callable[[str], None]) -> Iterator[None]:
    """Export what is told while the block runs, where the settings or OpenTelemetry's own variables ask for it.

    `say` is told once, in a sentence, when the collector does not take it; the run goes on. Raises `MissingExtraError` where
    telemetry is asked for by name and not installed.
    """
    wanted = OpenTelemetrySettings()
    if not _is_wanted(settings.telemetry, wanted):
        yield
        return
    if wanted.protocol != "http/protobuf":
        say(f"Telemetry is exported over http/protobuf only, and not over {wanted.protocol}: the run goes on without it.")
        yield
        return
    from llm_extract.telemetry_otel import exported

    with exported(wanted, say) as recorder, told_to(recorder):
        yield


_NEEDED = {
    "opentelemetry-sdk": "opentelemetry.sdk",
    "opentelemetry-exporter-otlp-proto-http": "opentelemetry.exporter.otlp.proto.http",
}
"""Package to module."""


def _is_wanted(asked: bool | None, environment: OpenTelemetrySettings) -> bool:
    """An explicit setting wins; else where a collector is named and the extra is there to reach it."""
    if asked is False or environment.sdk_disabled.lower() == "true":
        return False
    if asked:
        _require()
        return True
    return environment.names_a_collector and not _missing()


def _require() -> None:
    if missing := _missing():
        raise MissingExtraError(f"Telemetry needs {' and '.join(missing)}: install llm_extract[otel].")


def _missing() -> list[str]:
    return [package for package, module in _NEEDED.items() if not _is_there(module)]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False
