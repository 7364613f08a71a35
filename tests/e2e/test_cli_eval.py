"""`llm-extract eval`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import samples
from case_folders import cases_folder, label_of, relabel, setting
from click.testing import CliRunner, Result
from loopback import Loopback, Received, good

from llm_extract.cli import main

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

Program = Callable[..., subprocess.CompletedProcess[str]]
FIRST = "first-letter"


def call(*arguments: str | Path) -> Result:
    """The program in this process."""
    return CliRunner().invoke(main, ["eval", *map(str, arguments)])


def rules(folder: Path, *arguments: str | Path) -> Result:
    """An evaluation of the rules alone."""
    return call("--cases", folder, "--engines", "baseline", *arguments)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three labelled letters."""
    return cases_folder(tmp_path / "cases")


@pytest.fixture
def harder(folder: Path) -> Path:
    """Three labelled letters, of which the rules read one wrongly: its label is another patient's."""
    relabel(folder, FIRST, setting("/patient/age", 84))
    relabel(folder, FIRST, setting("/clinical/medications", ["aspirin"]))
    return folder


# --- done ------------------------------------------------------------------------------------------------------------


def test_an_evaluation_says_what_to_use(program: Program, harder: Path, tmp_path: Path) -> None:
    """Fields, engines, verdict and warnings on standard output, progress on standard error, everything else in files."""
    out = tmp_path / "out"
    done = program("eval", "--cases", harder, "--engines", "baseline", "--out", out)
    assert done.returncode == 0, done.stderr
    assert re.search(r"│ decision +│ +6 │ 1\.000 \[1\.00–1\.00\] │", done.stdout)
    assert re.search(r"│ baseline +│ 0\.\d{3} \[0\.\d\d–[01]\.\d\d\] │", done.stdout)
    assert re.search(r"^Use baseline\.$", done.stdout, re.MULTILINE)
    assert re.search(r"^  baseline reads all fields with F1 0\.\d{3} ", done.stdout, re.MULTILINE)
    assert re.search(r"^  Warning: Only 3 letters: ", done.stdout, re.MULTILINE)
    assert done.stdout.splitlines()[-1].startswith("Report: ")
    assert done.stderr == "baseline: 3 of 3 letters\n"
    assert "\x1b" not in done.stdout
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "report.json", "report.md", "rows.jsonl.xz"]
    assert "**Use baseline.**" in (out / "report.md").read_text("utf-8")
    assert (out / "report.html").stat().st_size > 0


def test_without_a_folder_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    """The terminal's tables may be all that is wanted."""
    before = sorted(path for path in tmp_path.rglob("*"))
    result = rules(folder)
    assert result.exit_code == 0, result.output
    assert "Report:" not in result.stdout
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_variant_is_another_column(folder: Path) -> None:
    """Under its own name, beside the engines."""
    result = rules(folder, "--variant", "short engine=baseline max_chars=1000")
    assert result.exit_code == 0, result.output
    assert re.search(r"┃ field +┃ values ┃ +baseline ┃ +short ┃", result.stdout)
    assert "  Warning: short: 3 letters have no usable record; all their values count as missing." in result.stdout


def by_schema(request: Received) -> str:
    """The true answer for whichever question of the first letter was asked, as far as its form tells."""
    keys = set(request.body["response_format"]["json_schema"]["schema"]["properties"])
    (silent,) = (answer for answer in samples.NOTHING.values() if set(answer) == keys)
    return json.dumps(samples.CLINICAL if keys == set(samples.CLINICAL) else silent)


def test_a_model_is_asked_once_and_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--record` keeps its answers beside the cases; `--replay` needs neither endpoint nor cache, and finds the same."""
    folder = cases_folder(tmp_path / "cases", FIRST)
    monkeypatch.setenv("LLM_EXTRACT_CACHE_DIR", str(tmp_path / "cache"))
    found = []
    with Loopback([good(by_schema)], models=["demo"]) as server:
        model = ("--cases", folder, "--engines", "model", "--model", "demo", "--base-url", server.base_url)
        found.append(call(*model, "--record"))
        assert found[0].exit_code == 0, found[0].output
        asked = len(server.requests)
        assert asked == 6
        monkeypatch.setenv("LLM_EXTRACT_CACHE_DIR", str(tmp_path / "other"))
        found.append(call(*model, "--replay"))
        assert len(server.requests) == asked
    found.append(call(*model, "--replay"))
    assert (folder / "answers" / "demo.jsonl.gz").is_file()
    assert not (tmp_path / "other").exists()
    assert [result.exit_code for result in found] == [0, 0, 0]
    assert found[0].stdout == found[1].stdout == found[2].stdout


# --- the gate --------------------------------------------------------------------------------------------------------


def test_a_gate_that_passes(folder: Path, tmp_path: Path) -> None:
    """Against itself with no margin: exit code 0, and nothing is fixed or broken."""
    rules(folder, "--out", tmp_path / "kept")
    result = rules(folder, "--against", tmp_path / "kept", "--margin", "0", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert f"Against {tmp_path / 'kept'}: 0 values fixed, 0 broken.\nGate passed." in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"gate.json", "gate.junit.xml", "report.html"}


def test_a_gate_that_fails(folder: Path, tmp_path: Path) -> None:
    """Exit code 1; the terminal names what broke, JUnit counts it, and the report begins with it."""
    rules(folder, "--out", tmp_path / "kept")
    flipped = "overturned" if label_of(FIRST)["items"][0]["decision"] == "upheld" else "upheld"
    relabel(folder, FIRST, setting("/items/0/decision", flipped))
    result = rules(folder, "--against", tmp_path / "kept" / "report.json", "--margin", "50", "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert "0 values fixed, 1 broken." in result.stdout
    assert f"  broken: baseline, {FIRST}, /items/0/decision: correct -> wrong" in result.stdout
    assert f"  failed: baseline, letter {FIRST}: 1 core errors, none before" in result.stdout
    whole = ElementTree.parse(tmp_path / "out" / "gate.junit.xml").getroot()  # noqa: S314 - our own
    (suite,) = whole
    assert (suite.get("name"), suite.get("failures"), len(list(whole.iter("failure")))) == ("baseline", "1", 1)
    gate = json.loads((tmp_path / "out" / "gate.json").read_text())
    assert suite.get("tests") == str(len(gate["checks"]))
    assert f"## Gate FAILED: 1 of {len(gate['checks'])} checks" in (tmp_path / "out" / "report.md").read_text("utf-8")


# --- wrong use -------------------------------------------------------------------------------------------------------


def test_all_mistakes_are_named_and_nothing_is_scored(program: Program, folder: Path, tmp_path: Path) -> None:
    """Exit code 2, a line a mistake with file and pointer, no table, no report."""
    relabel(folder, FIRST, setting("/patient/age", "48"))
    relabel(folder, FIRST, setting("/items/0/rationale", "It helps."))
    (folder / "labels" / "notice-2013.json").write_bytes(b"\xef\xbb\xbf{}")
    (folder / "text" / "alone.txt").write_text("x")
    done = program("eval", "--cases", folder, "--engines", "baseline", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"llm-extract: There are mistakes in 3 of the files of {folder}; nothing is scored before they are corrected:",
        "  text/alone.txt: its label is missing: labels/alone.json.",
        f"  labels/{FIRST}.json: /patient/age: Input should be a valid integer.",
        f"  labels/{FIRST}.json: /items/0/rationale: this rationale is not in the letter.",
        "  labels/notice-2013.json: it begins with a byte order mark: save it as UTF-8 without one.",
    ]
    assert not (tmp_path / "out").exists()


def test_letters_with_mistakes_can_be_left_out(folder: Path) -> None:
    """The rest is scored, and the terminal says what was left out and why."""
    relabel(folder, FIRST, setting("/patient/age", "48"))
    result = rules(folder, "--skip-mistaken")
    assert result.exit_code == 0, result.output
    assert "\n2 all letters, " in result.stdout
    assert "  Warning: 1 labelled letters have mistakes and are left out; the report names them.\n" in result.stdout
    assert f"  Left out: labels/{FIRST}.json: /patient/age: Input should be a valid integer.\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--gate", "decisoin"], "There is no field decisoin to gate; there is: core, clinical, reasons, all, item, "),
        (["--against", "nowhere"], "nowhere is no kept report: report.json is missing"),
        (["--engines", "oracle"], "The setting engine is wrong: Input should be 'hybrid', 'cascade', 'model' or 'baseline'."),
        (["--engines", ""], "No engine is named: give --engines"),
        (["--variant", "baseline seed=1"], "Two engines of the evaluation are called baseline;"),
        (["--variant", "warm heat=1"], "There is no setting heat; there is: engine, model, "),
        (["--variant", "warm heat"], "--variant wants"),
        (["--replay", "--record"], "--replay asks nobody"),
        (["--engines", "model", "--replay"], " answers are not in "),
    ],
)
def test_wrong_use_is_exit_code_two(arguments: list[str], message: str, folder: Path) -> None:
    """In one line, with no table before it."""
    result = rules(folder, *arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("llm-extract: "))
    assert message in line


@pytest.mark.parametrize("name", ["nowhere", "labels"])
def test_a_folder_without_cases_is_wrong_use(name: str, folder: Path) -> None:
    """One that is not there, and one that holds something else."""
    result = rules(folder / name)
    assert result.exit_code == 2
    assert result.stderr.startswith("llm-extract: There is no folder ")


def test_without_the_extra_it_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain installation says what to install and ends with 2."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    result = rules(folder)
    assert (result.exit_code, result.stderr) == (2, "llm-extract: Evaluation needs scipy: install llm_extract[eval].\n")
