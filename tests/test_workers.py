"""Letters read in processes of their own: the same records, and one letter's crash is one letter's."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import samples
from filelock import FileLock

from llm_extract import workers
from llm_extract.engine import Answer, Question
from llm_extract.errors import FatalEndpointError, LlmExtractError, SettingsError, TransientEndpointError
from llm_extract.fake import ScriptedAsker
from llm_extract.letters import LetterFile
from llm_extract.questions import KINDS, part_of
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import open_pipeline, workers_of
from llm_extract.workers import Asked, command

CRASHING = """
import os, pathlib, sys
from llm_extract.pipeline import Pipeline
whole = Pipeline.read_file
async def read_file(self, file):
    if "crash" in file.letter_id and not ("once" in file.letter_id and list(pathlib.Path(sys.argv[2]).glob("seen"))):
        pathlib.Path(sys.argv[2], "seen").touch()
        os.abort()
    return await whole(self, file)
Pipeline.read_file = read_file
"""


def settings(**given: Any) -> Settings:
    """Settings of a model somewhere, without a cache."""
    return Settings(**{"model": "demo", "cache": False, "_env_file": None} | given)


def letters(folder: Path, *names: str) -> list[LetterFile]:
    """Copies of the first letter under these names, each with a diagnosis of its own."""
    text = samples.letter().text
    return [samples.written(folder, n, text.replace("impingement", f"impingement of {n}", 1)) for n in names]


async def read(given: Settings, files: Iterable[LetterFile], script: Any, count: int) -> dict[str, Record]:
    """The records of some files by letter, read by so many workers."""
    asker = script if hasattr(script, "ask") else ScriptedAsker(script)
    pipeline = await open_pipeline(given, asker=asker, workers=count)
    try:
        async with aclosing(pipeline.stream(files)) as records:
            return {record.letter_id: _without_time(record) async for record in records}
    finally:
        await pipeline.close()


def _without_time(record: Record) -> Record:
    return record.model_copy(update={"run": record.run.model_copy(update={"seconds": 0.0})})


def crash_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let workers abort over letters with "crash" in their names, once only where "once" stands there too."""
    first, *rest = command()
    patched = [first, *(CRASHING + part if part.startswith("import sys") else part for part in rest), str(folder)]
    monkeypatch.setattr(workers, "command", lambda: patched)


# --- the same records ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["baseline", "hybrid", "model"])
async def test_workers_make_the_same_records(engine: str, tmp_path: Path) -> None:
    """Text, PDF, files that cannot be read and letters of other kinds: with workers each record is what it is without them."""
    names = ("first-letter", "professional-review", "psych-cp1252", "pdf-one-page")
    files = [samples.file_of(samples.path_of(name)) for name in names]
    files += [LetterFile("missing", tmp_path / "missing.txt"), samples.written(tmp_path, "empty", " ")]
    given = settings(engine=engine)
    alone, together = await read(given, files, samples.silent, 0), await read(given, files, samples.silent, 2)
    assert together == alone
    assert Counter(record.status for record in together.values())["failed"] == 2


async def test_answers_and_second_answers_reach_the_worker(tmp_path: Path) -> None:
    """True answers, faulty ones that are asked again in part, and questions that the endpoint fails: the same records."""
    wrong = {**samples.CLINICAL, "diagnoses": ["words that do not stand there"]}

    def script(question: Question) -> Any:
        if question.answer.__name__.endswith("Again"):
            return {name: [] for name in question.answer.model_fields}
        if "impingement of b" in question.user and samples.topic_of(question) == "clinical":
            return TransientEndpointError("The endpoint failed.", status=500)
        return wrong if samples.topic_of(question) == "clinical" else samples.true_answer(question)

    files = letters(tmp_path, "a", "b", "c")
    given = settings(engine="model")
    alone, together = await read(given, files, script, 0), await read(given, files, script, 1)
    assert together == alone
    assert {issue.code for issue in together["b"].issues} >= {"endpoint_transient"}
    assert together["a"].run.attempts > 0


async def test_what_is_true_of_every_letter_ends_the_run(tmp_path: Path) -> None:
    """A refused key is no letter's record: it is raised where letters are asked for, as without workers."""
    with pytest.raises(FatalEndpointError, match="refuses"):
        await read(settings(), letters(tmp_path, "a", "b"), lambda _: FatalEndpointError("It refuses the key."), 1)


# --- crashes ---------------------------------------------------------------------------------------------------------------


async def test_a_crash_costs_the_letter_that_does_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its record says so; the letters beside it have theirs, and no answer was asked for twice."""
    crash_in(monkeypatch, tmp_path)
    asker = ScriptedAsker(samples.true_answer)
    records = await read(settings(concurrency=4), letters(tmp_path, "a", "b", "crash", "c", "d"), asker, 1)
    assert {name: record.status for name, record in records.items()} == {**dict.fromkeys("abcd", "ok"), "crash": "failed"}
    assert [issue.code for issue in records["crash"].issues] == ["worker_died"]
    assert records["crash"].source.sha256 is not None
    assert max(Counter(question.user for question in asker.questions).values()) == 1


async def test_a_crash_that_does_not_come_back_costs_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A worker that is killed for a reason outside of the letter leaves no failed record."""
    crash_in(monkeypatch, tmp_path)
    records = await read(settings(engine="baseline"), letters(tmp_path, "a", "crash-once"), samples.silent, 1)
    assert [record.status for record in records.values()] == ["ok", "ok"]


@pytest.mark.parametrize("count", [1, 6])
async def test_a_worker_that_does_not_start_ends_the_run(count: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No letter is to blame: the message says how to go on, also where the first ones are gone before the last ones are there."""
    monkeypatch.setattr(workers, "command", lambda: [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(SettingsError, match="--workers 0"):
        await read(settings(engine="baseline"), letters(tmp_path, "a"), samples.silent, count)


# --- the end ---------------------------------------------------------------------------------------------------------------


class Never:
    """An asker that never answers, and knows who asked."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def ask(self, question: Question) -> Answer:
        """Wait for ever."""
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def close(self) -> None:
        """Nothing to give back."""


def holding(monkeypatch: pytest.MonkeyPatch, lock: Path) -> None:
    """Let a worker hold a lock for as long as it lives."""
    first, *rest = command()
    held = f"from filelock import FileLock\nlock = FileLock({str(lock)!r})\nlock.acquire(timeout=0)\n"
    monkeypatch.setattr(workers, "command", lambda: [first, *(held + p if p.startswith("import sys") else p for p in rest)])


async def test_a_run_that_is_broken_off_leaves_no_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cancelled with questions under way, it ends its workers before it ends itself."""
    holding(monkeypatch, tmp_path / "lock")
    asker = Never()
    reading = asyncio.ensure_future(read(settings(), letters(tmp_path, "a", "b"), asker, 1))
    await asyncio.wait_for(asker.asked.wait(), 60)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    with FileLock(tmp_path / "lock", timeout=0):
        pass


async def test_a_letter_that_is_called_off_while_they_start_takes_none_along(tmp_path: Path) -> None:
    """The others are read as if it had never been, and closing ends all processes."""
    readers = workers.Workers(settings(engine="baseline"), 2)
    readers.begin()
    gone, stays = (asyncio.ensure_future(readers.read(file)) for file in letters(tmp_path, "a", "b"))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).letter_id == "b"
    assert gone.cancelled()
    await readers.close()


ORPHANED = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import pytest, test_workers as t
async def main():
    folder, asker = Path(sys.argv[2]), t.Never()
    with pytest.MonkeyPatch.context() as patch:
        t.holding(patch, folder / "lock")
        reading = asyncio.ensure_future(t.read(t.settings(), t.letters(folder, "a"), asker, 1))
        await asker.asked.wait()
        print("asked", flush=True)
        await reading
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_kill_9_leaves_no_orphan(tmp_path: Path) -> None:
    """A parent that is killed without a word takes its workers with it."""
    arguments = [sys.executable, "-c", ORPHANED, str(Path(__file__).parent), str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "asked\n"
        parent.kill()
    with FileLock(tmp_path / "lock", timeout=60):
        pass


# --- what goes over the pipe --------------------------------------------------------------------------------------------


def _questions() -> list[Question]:
    wholes = [answer for answer, _ in KINDS.values()]
    parts = [part_of(answer, tuple(answer.model_fields)[:1]) for answer in wholes]
    return [Question("demo.v1", "system", "user", answer, 100) for answer in (*wholes, *parts)]


@pytest.mark.parametrize("question", _questions(), ids=lambda question: question.answer.__name__)
def test_a_question_is_the_same_on_both_sides(question: Question) -> None:
    """Schema and all, so that both sides have one key in the answer cache."""
    assert Asked.of(question).question() == question


def test_a_question_that_the_other_side_could_not_ask_is_refused() -> None:
    """A schema is a class: one that is none of ours does not go over a pipe unnoticed."""
    known = _questions()[0]
    with pytest.raises(TypeError, match="another process"):
        Asked.of(replace(known, answer=Record))


@pytest.mark.parametrize("error", [TransientEndpointError("down", status=503, retry_after=3.0), SettingsError("no")])
def test_an_error_is_the_same_on_both_sides(error: LlmExtractError) -> None:
    """With what it carries."""
    import pickle

    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


# --- how many ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "letters_left", "cores", "expected"),
    [
        ({"engine": "baseline"}, 10_000, 8, 8),
        ({"engine": "baseline"}, 10_000, 1, 0),
        ({"engine": "baseline"}, 20, 8, 0),
        ({"engine": "baseline"}, 199, 8, 0),
        ({"engine": "baseline"}, 399, 8, 3),
        ({"engine": "hybrid"}, 10_000, 4, 4),
        ({"engine": "hybrid"}, 10_000, 64, 6),
        ({"engine": "hybrid", "model": None}, 10_000, 8, 0),
        ({"engine": "baseline", "model": None}, 10_000, 8, 8),
        ({"engine": "hybrid", "workers": 0}, 10_000, 8, 0),
        ({"engine": "hybrid", "workers": 3}, 2, 8, 2),
    ],
)
def test_as_many_workers_as_pay(
    given: dict[str, Any], letters_left: int, cores: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A core each for the rules, a few at an endpoint, one a hundred letters, none beside the embedded model."""
    monkeypatch.setattr("llm_extract.wiring._cores", lambda: cores)
    assert workers_of(settings(**given), letters_left) == expected
