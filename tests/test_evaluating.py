"""An evaluation from its plan to its exit code, with a scripted model in the endpoint's place."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import samples
from case_folders import cases_folder, label_of, relabel, setting
from samples import true_answer

from llm_extract import evaluating, wiring
from llm_extract.cache import AnswerCache
from llm_extract.engine import Asker, Question, Usage
from llm_extract.errors import LlmExtractError, MissingExtraError, RefusedAnswerError, SettingsError, TransientEndpointError
from llm_extract.evaluating import GATE_FAILED, OK, Plan, evaluate, recordings_path, variants
from llm_extract.evaluation.cases import CasesError
from llm_extract.evaluation.kept import KeptReportError
from llm_extract.evaluation.recorded import Recordings, RecordingsError
from llm_extract.evaluation.report import Report
from llm_extract.fake import Reply, ScriptedAsker
from llm_extract.wiring import open_asker, recorded_asker, settings_of

COST = Usage(attempts=1, input_tokens=812, output_tokens=33, seconds=4.25)
DEMO: dict[str, Any] = {"model": "demo", "cache": False, "input_price": 1.0, "output_price": 2.0}
FIRST_LETTER_QUESTIONS = 6


class Endpoint:
    """Stands for whatever would be opened; `opened` counts how often."""

    def __init__(self) -> None:
        self.script: Callable[[Question], Reply] = true_answer
        self.askers: list[ScriptedAsker] = []

    async def __call__(self, *_: object) -> Asker:
        """Open it."""
        self.askers.append(ScriptedAsker(self.script, model="demo", cost=COST))
        return self.askers[-1]

    @property
    def opened(self) -> int:
        """How often it was opened."""
        return len(self.askers)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """The scripted model in the endpoint's place."""
    endpoint = Endpoint()
    monkeypatch.setattr(wiring, "_uncached", endpoint)
    return endpoint


@pytest.fixture(autouse=True)
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes longer than all the rest; the command line's tests draw."""
    monkeypatch.setitem(sys.modules, "llm_extract.evaluation.html", SimpleNamespace(html=lambda *_: "<!doctype html>"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The first letter, labelled."""
    return cases_folder(tmp_path / "cases", "first-letter")


def plan(folder: Path, *engines: str, more: tuple[str, ...] = (), given: dict[str, Any] | None = None, **other: Any) -> Plan:
    """A plan with the scripted model's settings."""
    return Plan(folder, variants(engines, more, DEMO if given is None else given), **other)


def report_in(out: Path) -> Report:
    """The report that was written."""
    return Report.model_validate_json((out / "report.json").read_bytes())


# --- variants --------------------------------------------------------------------------------------------------------


def test_engines_and_variants_become_columns() -> None:
    """In their order; a variant has the common settings but for those that it names, quoted where they have blanks."""
    given = {**DEMO, "seed": 3}
    found = variants(["baseline", "model"], ["warm temperature=0.5 engine=model", '"two words" prompts_dir="my prompts"'], given)
    assert [v.name for v in found] == ["baseline", "model", "warm", "two words"]
    assert [v.settings.engine for v in found] == ["baseline", "model", "model", "hybrid"]
    assert [v.settings.temperature for v in found] == [0.0, 0.0, 0.5, 0.0]
    assert found[3].settings.prompts_dir == Path("my prompts")
    assert {v.settings.seed for v in found} == {3}


@pytest.mark.parametrize(
    ("engines", "more", "message"),
    [
        (["model", "model"], [], "Two engines of the evaluation are called model; give each its own name."),
        (["model"], ["model seed=1", "a", "a"], "Two engines of the evaluation are called a, model;"),
        (["oracle"], [], "The setting engine is wrong: Input should be 'hybrid', 'cascade', 'model' or 'baseline'."),
        ([], ["warm heat=1"], "There is no setting heat; there is: engine, model"),
        ([], ["warm temperature=hot"], "The setting temperature is wrong"),
        ([], ["seed=1"], '--variant wants "NAME setting=value ...":'),
        ([], ["warm temperature 0.5"], '--variant wants "NAME setting=value ...":'),
        ([], ['warm "temperature=0.5'], '--variant wants "NAME setting=value ...":'),
        ([], [""], '--variant wants "NAME setting=value ...":'),
        ([], [], "No engine is named: give --engines baseline,model,hybrid or --variant."),
    ],
)
def test_a_wrong_variant_is_said(engines: list[str], more: list[str], message: str) -> None:
    """In one sentence that names what is wrong."""
    with pytest.raises(SettingsError) as wrong:
        variants(engines, more, {})
    assert str(wrong.value).startswith(message)


def test_a_wrong_variant_is_not_repeated() -> None:
    """It may hold a key."""
    with pytest.raises(SettingsError) as wrong:
        variants([], ["mine api_key sk-secret"], {})
    assert "sk-secret" not in str(wrong.value)


# --- recording and replaying -----------------------------------------------------------------------------------------


def test_a_recording_replays_to_the_same_figures(folder: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    """Without a model; tokens, seconds and price are those of the time when the answers were asked for."""
    readers = ("baseline", "model", "hybrid")
    assert evaluate(plan(folder, *readers, record=True, out=tmp_path / "live")) == OK
    asked = sum(len(asker.questions) for asker in endpoint.askers)
    endpoint.askers.clear()
    assert evaluate(plan(folder, *readers, replay=True, out=tmp_path / "replay")) == OK
    live, replay = report_in(tmp_path / "live"), report_in(tmp_path / "replay")
    assert endpoint.opened == 0
    assert asked == FIRST_LETTER_QUESTIONS  # the hybrid reader asks a part of what the model reader has asked
    cost = replay.engine("model").cost
    assert cost.seconds == FIRST_LETTER_QUESTIONS * COST.seconds
    assert (cost.input_tokens, cost.output_tokens) == (FIRST_LETTER_QUESTIONS * 812, FIRST_LETTER_QUESTIONS * 33)
    assert cost.cost_usd == pytest.approx(FIRST_LETTER_QUESTIONS * (812 * 1.0 + 33 * 2.0) / 1_000_000)
    assert 0 < replay.engine("hybrid").cost.seconds <= cost.seconds
    for name in ("model", "hybrid"):
        assert replay.engine(name) == live.engine(name)
    assert replay.differences == live.differences


def test_recording_twice_asks_for_nothing_and_changes_nothing(folder: Path, endpoint: Endpoint) -> None:
    """The second time every answer is there, and the file has the same bytes."""
    path = recordings_path(folder, settings_of(DEMO))
    evaluate(plan(folder, "model", record=True))
    first = path.read_bytes()
    evaluate(plan(folder, "model", record=True))
    assert endpoint.opened == 1
    assert path.read_bytes() == first


def test_without_record_nothing_is_written_beside_the_cases(folder: Path, endpoint: Endpoint) -> None:
    """Who only wants to know leaves the cases as they are."""
    assert evaluate(plan(folder, "model")) == OK
    assert sorted(path.name for path in folder.iterdir()) == ["labels", "text"]


def test_a_failure_is_part_of_the_replay(folder: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    """An answer that was refused when it was recorded is refused in the replay, and costs the figures what it cost."""
    endpoint.script = samples.answering({"clinical": RefusedAnswerError("It declined.")})
    for name, how in (("live", {"record": True}), ("replay", {"replay": True})):
        assert evaluate(plan(folder, "model", out=tmp_path / name, **how)) == OK
    live, replay = (report_in(tmp_path / name).engine("model") for name in ("live", "replay"))
    assert replay == live
    assert replay.statuses == {"partial": 1}
    assert replay.cost.seconds == FIRST_LETTER_QUESTIONS * COST.seconds


def test_a_reworded_prompt_has_no_recorded_answers(folder: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    """The replay stops and says how many answers of which prompt are missing, and how to get them; the others are there."""
    evaluate(plan(folder, "model", record=True))
    prompts = tmp_path / "prompts"
    shutil.copytree(samples.ROOT / "prompts", prompts)
    (reasons,) = prompts.glob("reasons.v*.md")
    text = reasons.read_text("utf-8")
    assert "patient" in text
    reasons.write_text(text.replace("patient", "injured worker"), "utf-8")
    with pytest.raises(RecordingsError) as wrong:
        evaluate(plan(folder, "model", given={**DEMO, "prompts_dir": prompts}, replay=True))
    said = str(wrong.value)
    assert f"2 answers are not in {recordings_path(folder, settings_of(DEMO))} (2 of {reasons.stem}): " in said
    assert "with --record in place of --replay the model is asked for those alone" in said


def test_another_model_has_a_file_of_its_own(folder: Path, endpoint: Endpoint) -> None:
    """Whatever it is called; a replay of one that was never asked is told so."""
    evaluate(plan(folder, "model", record=True))
    with pytest.raises(RecordingsError, match=r"\d answers are not in .*org_other-1\.5b\.jsonl\.gz \("):
        evaluate(plan(folder, more=("other model=org/other-1.5b",), replay=True))


def test_answers_that_got_lost_are_no_figures(folder: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    """Where the endpoint fails there is no report; what it did answer is recorded, and the next time asked for the rest alone."""
    endpoint.script = samples.answering({"facts": TransientEndpointError("Connection lost.")})
    with pytest.raises(RecordingsError, match=r"1 answers are not in .*the endpoint did not give them; the same command again"):
        evaluate(plan(folder, "model", record=True, out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    endpoint.script = true_answer
    assert evaluate(plan(folder, "model", record=True)) == OK
    assert [samples.topic_of(question) for question in endpoint.askers[-1].questions] == ["facts"]


def test_a_replay_records_nothing(folder: Path) -> None:
    """Both together is a mistake: it would only throw answers away."""
    with pytest.raises(SettingsError, match="--replay asks nobody"):
        evaluate(plan(folder, "model", replay=True, record=True))


def test_the_rules_alone_need_no_recordings(folder: Path, endpoint: Endpoint) -> None:
    """Nobody is opened, and a replay has nothing to miss."""
    assert evaluate(plan(folder, "baseline", replay=True)) == OK
    assert endpoint.opened == 0


async def test_recordings_take_answers_from_the_cache(endpoint: Endpoint, tmp_path: Path) -> None:
    """What a run has paid for is recorded with its first price without being asked again, and the cache is given back."""
    given = settings_of({**DEMO, "cache": True, "cache_dir": tmp_path / "cache"})
    question = samples.questions().ask("facts", samples.letter().folded.text)
    run = await open_asker(given)
    paid = await run.ask(question)
    await run.close()
    recordings = Recordings(tmp_path / "answers.jsonl.gz")
    asker = recorded_asker(given, recordings, replay=False)
    taken = await asker.ask(question)
    await asker.close()
    assert (taken, endpoint.opened, len(recordings)) == (paid, 1, 1)
    assert taken.usage.seconds == COST.seconds


async def test_what_is_asked_for_a_recording_is_cached_too(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run after it pays nothing; the cache was opened once and is closed once."""
    opened: list[AnswerCache] = []

    def open_cache(folder: Path) -> AnswerCache:
        opened.append(AnswerCache(folder))
        return opened[-1]

    monkeypatch.setattr("llm_extract.cache.AnswerCache", open_cache)
    given = settings_of({**DEMO, "cache": True, "cache_dir": tmp_path / "cache"})
    question = samples.questions().ask("facts", samples.letter().folded.text)
    asker = recorded_asker(given, Recordings(tmp_path / "answers.jsonl.gz"), replay=False)
    await asker.ask(question)
    await asker.close()
    assert len(opened) == 1
    assert opened[0]._closed
    run = await open_asker(given)
    assert (await run.ask(question)).usage.cached_answers == 1
    await run.close()
    assert len(endpoint.askers[0].questions) == 1


# --- letters and labels ----------------------------------------------------------------------------------------------


def test_a_letter_that_cannot_be_opened_is_a_failed_record(tmp_path: Path, endpoint: Endpoint) -> None:
    """All its values are missing, for every engine; the report warns of it and the evaluation goes on."""
    folder = cases_folder(tmp_path / "cases", "first-letter", "omeprazole-short")
    (folder / "text" / "omeprazole-short.txt").write_bytes(b"")
    assert evaluate(plan(folder, "baseline", "model", out=tmp_path / "out")) == OK
    report = report_in(tmp_path / "out")
    label = label_of("omeprazole-short")
    for engine in report.engines:
        assert engine.statuses == {"ok": 1, "failed": 1}
        assert f"{engine.name}: 1 letters have no usable record; all their values count as missing." in report.warnings
        assert (engine.score("decision").missing, engine.score("item").missing) == (len(label["items"]), len(label["items"]))
        assert engine.score("diagnoses").missing >= len(label["clinical"]["diagnoses"]) > 0
        assert engine.score("all").invented == 0 or engine.name == "model"
    (line,) = [line for line in report.letters if line.letter_id == "omeprazole-short"]
    assert line.engines["baseline"].status == "failed"
    assert line.engines["baseline"].core_f1 == 0.0


def test_mistakes_are_told_before_anything_is_asked(folder: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    """Labels, kept report and gated fields are looked at first: answers cost time and money."""
    evaluate(plan(folder, "baseline", out=tmp_path / "kept"))
    shutil.copytree(folder, tmp_path / "wrong")
    relabel(tmp_path / "wrong", "first-letter", setting("/patient/age", "48"))
    wrong: list[tuple[type[LlmExtractError], Plan]] = [
        (CasesError, plan(tmp_path / "wrong", "model")),
        (KeptReportError, plan(folder, "model", against=tmp_path / "nowhere")),
        (KeptReportError, plan(folder, "model", against=tmp_path / "kept")),
        (KeptReportError, plan(cases_folder(tmp_path / "other", "notice-2013"), "baseline", "model", against=tmp_path / "kept")),
        (SettingsError, plan(folder, "model", gated=("decisoin",))),
    ]
    for error, planned in wrong:
        with pytest.raises(error):
            evaluate(planned)
    assert endpoint.opened == 0


@pytest.mark.parametrize(("show_test", "shown"), [(False, {"omeprazole-short", "notice-2013"}), (True, None)])
def test_the_text_of_test_letters_is_not_shown(
    show_test: bool, shown: set[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only on request: nobody should work towards them by accident."""
    folder = cases_folder(tmp_path / "cases")
    (folder / "manifest.jsonl").write_text('{"letter_id": "first-letter", "split": "test"}\n')
    seen: list[set[str]] = []
    monkeypatch.setattr("llm_extract.reporting.write_report", lambda *given: seen.append(set(given[3])))
    evaluate(plan(folder, "baseline", out=tmp_path / "out", show_test=show_test))
    assert seen == [shown or {"first-letter", "omeprazole-short", "notice-2013"}]


@pytest.mark.parametrize("gone", [("numpy",), ("rapidfuzz", "jinja2")])
def test_without_the_extra_it_is_named(gone: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing and what to install, instead of an import error from somewhere inside."""
    for name in gone:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError) as wrong:
        evaluate(plan(folder, "baseline"))
    assert str(wrong.value) == f"Evaluation needs {', '.join(gone)}: install llm_extract[eval]."


# --- gate ------------------------------------------------------------------------------------------------------------


def test_a_change_for_the_worse_is_held_up(
    folder: Path, endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same again passes with no margin; a model that answers worse does not, and the terminal says where."""
    kept, out = tmp_path / "kept", tmp_path / "out"
    evaluate(plan(folder, "model", record=True, out=kept))
    again = plan(folder, "model", replay=True, against=kept, out=out)
    assert evaluate(again) == OK
    assert json.loads((out / "gate.json").read_text())["checks"]
    capsys.readouterr()
    recordings_path(folder, settings_of(DEMO)).unlink()
    endpoint.script = samples.answering({"item": lambda question: {**true_answer(question), "category": "surgery"}})
    assert evaluate(replace(again, replay=False)) == GATE_FAILED
    said = capsys.readouterr().out
    assert "Gate failed: " in said
    assert "  broken: model, first-letter, /items/1/category: correct -> wrong" in said
    assert "  failed: model, letter first-letter: 3 core errors, none before" in said
    assert (out / "gate.junit.xml").exists()


def test_progress_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """Every tenth letter and the last, on standard error."""
    for done in range(1, 13):
        evaluating._tell("model", 12, done)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "model: 10 of 12 letters\nmodel: 12 of 12 letters\n")
