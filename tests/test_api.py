"""The Python door: one letter, or a stream of many, with and without an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import samples
from samples import true_answer

import llm_extract
from llm_extract import Letter, Record, Settings, aextract, aextract_many, extract, extract_many
from llm_extract.engine import Answer, Question
from llm_extract.errors import FatalEndpointError, SettingsError
from llm_extract.fake import ScriptedAsker

RULES: dict[str, Any] = {"engine": "baseline"}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Every call gives back the threads that it started."""
    yield
    assert [t for t in threading.enumerate() if t.name.startswith("llm_extract") and t.is_alive()] == []


def test_three_lines_are_enough() -> None:
    """As the package's docstring says."""
    record = extract(samples.path_of("first-letter"), **RULES)
    assert (record.patient.age, record.items[0].decision) == (48, "upheld")
    span = record.evidence["/patient/age"][0]
    assert samples.letter().text[span.start : span.end] == "48"


def test_the_public_names_are_there() -> None:
    """Each name of `__all__` can be had, and no other one is made up."""
    assert all(hasattr(llm_extract, name) for name in llm_extract.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'extrct'"):
        llm_extract.extrct  # noqa: B018 - the look-up itself is what fails


@pytest.mark.parametrize("kind", ["path", "str", "letter", "text"])
def test_a_letter_may_come_in_any_form(kind: str) -> None:
    """A path, its name, a `Letter` or bare words give the same content."""
    path = samples.path_of("first-letter")
    given: dict[str, Any] = {"path": path, "str": str(path), "letter": samples.letter(), "text": None}
    record = extract(text=samples.letter().text, **RULES) if kind == "text" else extract(given[kind], **RULES)
    assert record.items == extract(path, **RULES).items
    assert record.letter_id == ("letter" if kind == "text" else "first-letter")


@pytest.mark.parametrize("given", [{}, {"text": "words", "source": "letter.txt"}])
def test_one_letter_exactly(given: dict[str, Any]) -> None:
    """Neither nothing nor both."""
    source = given.pop("source", None)
    with pytest.raises(TypeError, match="not both"):
        extract(source, **given, **RULES)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": ""}, "empty_file"),
        ({"text": " \n "}, "empty_file"),
        ({"text": "Dear aunt"}, "not_a_letter"),
        ({"text": "a\0b"}, "unreadable_file"),
    ],
)
def test_words_that_are_no_letter_are_a_failed_record(given: dict[str, Any], code: str) -> None:
    """No exception, as for files."""
    record = extract(**given, **RULES)
    assert record.status == "failed"
    assert [i.code for i in record.issues] == [code]


def test_a_missing_file_is_a_failed_record(tmp_path: Path) -> None:
    """A record that says so, under the file's name."""
    record = extract(tmp_path / "gone.txt", **RULES)
    assert (record.letter_id, record.status, record.issues[0].code) == ("gone", "failed", "missing_file")


def test_text_is_held_to_the_settings_limits() -> None:
    """A text has the same limits as a file."""
    record = extract(text=samples.letter().text, max_chars=100, **RULES)
    assert record.issues[0].code == "too_large"


@pytest.mark.parametrize("wrong", [{"engin": "baseline"}, {"engine": "oracle"}])
def test_wrong_settings_are_our_error(wrong: dict[str, Any]) -> None:
    """A misspelt argument is not ignored, and callers need to know one error class only."""
    with pytest.raises(SettingsError):
        extract(text="words", **wrong)
    with pytest.raises(SettingsError):
        list(extract_many(samples.LETTERS, **wrong))


def test_settings_can_be_given_whole_and_changed() -> None:
    """Arguments win over `settings`, which win over the environment."""
    given = Settings(engine="baseline", max_chars=100)
    assert extract(samples.letter(), settings=given).status == "ok"
    assert extract(samples.path_of("first-letter"), settings=given).issues[0].code == "too_large"
    assert extract(samples.path_of("first-letter"), settings=given, max_chars=10_000).status == "ok"


def test_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not given comes from the environment."""
    monkeypatch.setenv("LLM_EXTRACT_ENGINE", "baseline")
    assert extract(samples.letter()).run.engine == "baseline"


async def test_it_works_inside_a_running_loop() -> None:
    """As in a notebook, where a loop runs already."""
    assert extract(samples.letter(), **RULES).status == "ok"
    assert len(list(extract_many([samples.letter()], **RULES))) == 1


async def test_the_async_doors_give_the_same() -> None:
    """`aextract` and `aextract_many` for code with a loop of its own."""
    record = await aextract(samples.letter(), **RULES)
    assert record.items == extract(samples.letter(), **RULES).items
    assert [r.letter_id async for r in aextract_many([samples.letter()], **RULES)] == ["first-letter"]


def test_errors_come_out_where_the_call_was_made() -> None:
    """What ends a run is raised in the caller's thread, with its own class."""
    asker = ScriptedAsker(lambda _: FatalEndpointError("wrong key"))
    with pytest.raises(FatalEndpointError, match="wrong key"):
        extract(samples.letter(), asker=asker)
    with pytest.raises(FatalEndpointError, match="wrong key"):
        list(extract_many([samples.letter()], asker=asker))
    assert asker.closed


# --- many ----------------------------------------------------------------------------------------------------------------


def test_a_folder_is_a_stream_of_its_letters() -> None:
    """Every letter once, files and `Letter`s alike."""
    assert sorted(r.letter_id for r in extract_many(samples.LETTERS, **RULES)) == samples.NAMES
    mixed = extract_many([samples.path_of("knee-surgery"), samples.letter()], **RULES)
    assert sorted(r.letter_id for r in mixed) == ["first-letter", "knee-surgery"]


def test_a_list_can_be_read_by_workers() -> None:
    """Processes of their own make the same records, also for a caller without an event loop and with a model."""
    for given in (RULES, {"asker": ScriptedAsker(samples.true_answer)}):
        here, there = (
            {r.letter_id: r.items for r in extract_many(samples.LETTERS, workers=workers, **given)} for workers in (0, 2)
        )
        assert here == there


def test_letter_ids_are_unique_in_a_list(tmp_path: Path) -> None:
    """Two files of one name are two letters."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(samples.letter().text)
    ids = [r.letter_id for r in extract_many([tmp_path / "a", tmp_path / "b"], **RULES)]
    assert len(set(ids)) == 2


def test_an_iterator_is_read_as_far_as_needed() -> None:
    """A million letters need not be in memory before the first one is read."""
    taken = 0

    def letters() -> Iterator[Letter]:
        nonlocal taken
        while True:
            taken += 1
            yield replace(samples.letter("omeprazole-short"), letter_id=str(taken))

    records = extract_many(letters(), **RULES)
    got = [next(records) for _ in range(5)]
    records.close()  # type: ignore[attr-defined]
    assert [r.letter_id for r in got] == ["1", "2", "3", "4", "5"]
    assert taken <= 6


def test_an_iterator_may_hold_folders() -> None:
    """Each entry is looked up when its turn comes."""
    assert len(list(extract_many(iter([samples.LETTERS, samples.letter()]), **RULES))) == len(samples.NAMES) + 1


def test_leaving_early_ends_the_letters_under_way() -> None:
    """The question that is being asked is given up, the asker closed, and no thread stays."""

    class Asker:
        given_up = closed = False

        async def ask(self, question: Question) -> Answer:
            if "Norco 5/325mg" in question.user or "falling box" in question.user:
                return await ScriptedAsker(true_answer).ask(question)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.given_up = True
                raise
            raise AssertionError

        async def close(self) -> None:
            self.closed = True

    asker = Asker()
    first = replace(samples.letter(), letter_id="quick")
    seen: list[Record] = []
    for record in extract_many([first, samples.letter("knee-surgery")], asker=asker, model="demo", concurrency=2):
        seen.append(record)
        break
    assert [r.letter_id for r in seen] == ["quick"]
    assert asker.given_up
    assert asker.closed


async def test_leaving_the_async_stream_closes_it() -> None:
    """`aclose` ends what is under way and gives back the asker."""
    asker = ScriptedAsker(true_answer)
    stream = aextract_many([samples.letter()] * 3, asker=asker)
    await anext(stream)
    await stream.aclose()
    assert asker.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_nothing_runs_before_it_is_asked_for() -> None:
    """A stream that nobody reads starts no thread."""
    extract_many(samples.LETTERS, **RULES)
    assert [t.name for t in threading.enumerate() if t.name.startswith("llm_extract")] == []
