"""A letter that was read before is not read again, unless anything that shapes its record has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import samples
from samples import answering, reader_of, true_answer

from llm_extract import finished as finished_module
from llm_extract.errors import EmptyAnswerError, LlmExtractError, RefusedAnswerError, TransientEndpointError
from llm_extract.finished import FinishedRecords
from llm_extract.hybrid import Hybrid, WithFallback
from llm_extract.letters import LetterFile
from llm_extract.lines import RecordLine
from llm_extract.pipeline import Pipeline
from llm_extract.schema import Record, record_line
from llm_extract.settings import Settings
from llm_extract.wiring import finished_of, open_letter, settings_of

SHAPED = {"engine": "hybrid", "model": "scripted"}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[FinishedRecords]:
    """An empty store."""
    made = FinishedRecords(tmp_path / "records", SHAPED, ())
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> LetterFile:
    """The first letter, in a folder of the test's own."""
    return samples.written(tmp_path, "mine", samples.letter().text)


async def read(file: LetterFile, script: Any = true_answer, engine: Any = WithFallback) -> Record:
    """The record of a file as the model engine reads it."""
    parts = Pipeline(engine(reader_of(script)[0]), lambda f: open_letter(Settings(), f), price=lambda usage: usage.attempts * 0.5)
    return await parts.read_file(file)


async def test_a_record_comes_back_as_this_runs(store: FinishedRecords, file: LetterFile, tmp_path: Path) -> None:
    """The same content and evidence to the byte, under the name and path of today, marked as cached and at no cost."""
    record = await read(file)
    assert record.run.cost_usd == 3.0
    await store.keep(RecordLine.of(record))
    copy = LetterFile("copy~1", tmp_path / "elsewhere.txt")
    copy.path.write_bytes(file.path.read_bytes())
    found = store.get(copy)
    assert found is not None
    assert (found.letter_id, found.source.path) == ("copy~1", str(copy.path))
    run = found.run
    assert (run.attempts, run.input_tokens, run.output_tokens, run.cached, run.cost_usd) == (0, 0, 0, True, 0.0)
    same = {"letter_id": record.letter_id, "source": record.source, "run": record.run}
    assert record_line(found.model_copy(update=same)) == record_line(record)


async def test_other_bytes_are_another_letter(store: FinishedRecords, file: LetterFile) -> None:
    """One character more, and it is read."""
    await store.keep(RecordLine.of(await read(file)))
    file.path.write_text(file.path.read_text() + " ")
    assert store.get(file) is None


@pytest.mark.parametrize("what", ["a setting", "a prompt", "the code"])
async def test_whatever_shapes_a_record_is_part_of_its_name(
    what: str, file: LetterFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another setting, other words in a prompt, another line in this program: the letter is read anew."""
    prompt = tmp_path / "clinical.v1.md"
    prompt.write_text("before")
    store = FinishedRecords(tmp_path / "records", SHAPED, [prompt])
    await store.keep(RecordLine.of(await read(file)))
    assert store.get(file) is not None
    store.close()
    if what == "a prompt":
        prompt.write_text("behind")
    if what == "the code":
        monkeypatch.setattr(finished_module, "_code_digest", lambda: "another")
    shaped = {**SHAPED, "seed": 8} if what == "a setting" else SHAPED
    again = FinishedRecords(tmp_path / "records", shaped, [prompt])
    assert again.get(file) is None
    again.close()


ERRORS: list[LlmExtractError] = [RefusedAnswerError("No."), EmptyAnswerError("Nothing."), TransientEndpointError("Down.")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("topic", ["clinical", "all"])
async def test_a_question_without_an_answer_is_asked_again_another_day(
    store: FinishedRecords, file: LetterFile, error: LlmExtractError, topic: str
) -> None:
    """Only whole records are kept: neither those of the rules alone nor those in which one answer is missing."""
    script = answering({"clinical": error}) if topic == "clinical" else (lambda _: error)
    record = await read(file, script, Hybrid if topic == "all" else WithFallback)
    assert record.status == ("partial" if topic == "clinical" else "fallback")
    await store.keep(RecordLine.of(record))
    assert store.get(file) is None


async def test_a_failed_letter_is_not_kept(store: FinishedRecords, tmp_path: Path) -> None:
    """A file that is not there, too large or no file is left to the reader of letters, who says what is wrong."""
    gone = LetterFile("gone", tmp_path / "gone.txt")
    await store.keep(RecordLine.of(await read(gone)))
    assert store.get(gone) is None
    assert store.get(LetterFile("folder", tmp_path)) is None


async def test_a_spoilt_entry_is_a_miss(store: FinishedRecords, file: LetterFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be unpacked or is no record is read again."""
    record = await read(file)
    for raw in (b"no record", b"{}"):
        with monkeypatch.context() as patched:
            patched.setattr(finished_module.zlib, "compress", lambda *_, raw=raw: raw)
            await store.keep(RecordLine.of(record))
        assert store.get(file) is None


def test_nothing_is_made_before_something_is_kept(tmp_path: Path, file: LetterFile) -> None:
    """A look into a store that is not there leaves no folder behind."""
    store = FinishedRecords(tmp_path / "records", SHAPED, ())
    assert store.get(file) is None
    store.close()
    assert not (tmp_path / "records").exists()


def test_the_rules_alone_and_a_run_without_cache_keep_nothing(tmp_path: Path) -> None:
    """Rules are cheaper to run than to store."""
    own = {"cache_dir": tmp_path, "model": "demo"}
    assert finished_of(settings_of({**own, "engine": "baseline"})) is None
    assert finished_of(settings_of({**own, "cache": False})) is None
    assert finished_of(settings_of(own)) is not None
