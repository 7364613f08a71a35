"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import samples
from click.testing import CliRunner, Result
from loopback import HangError, Loopback, Received, Reply, bad_key, good

from llm_extract import __version__
from llm_extract.cli import main
from llm_extract.schema import Record, record_json_schema

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

Program = Callable[..., subprocess.CompletedProcess[str]]
FIRST = samples.path_of("first-letter")
COMMANDS = sorted(main.commands)


def call(*arguments: str | Path) -> Result:
    """The program in this process, for what needs no process of its own."""
    return CliRunner().invoke(main, [str(a) for a in arguments])


def rules(*arguments: str | Path) -> Result:
    """A run or a show with the rules alone."""
    return call(*arguments, "--engine", "baseline")


def records(out: Path) -> dict[str, dict[str, Any]]:
    """The records of a run by letter."""
    return {r["letter_id"]: r for r in map(json.loads, (out / "records.jsonl").read_text("utf-8").splitlines())}


def said(result: Result) -> str:
    """What stands on standard error."""
    return result.stderr


# --- help ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command(option: str) -> None:
    """With a sentence for each."""
    result = call(option)
    assert result.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name}  +\S", result.output, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_explained(name: str) -> None:
    """`COMMAND --help` says what the command does, and each option has a sentence."""
    assert call(name, "--help").exit_code == 0
    command = main.commands[name]
    assert command.help
    assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    """Whoever reads the README learns of it."""
    readme = (samples.ROOT / "README.md").read_text("utf-8")
    if not readme.strip():
        pytest.skip("README.md is not written yet")
    assert f"llm-extract {name}" in readme


def test_the_names_that_others_call_are_there() -> None:
    """Commands and options of the interface that tools outside of the project use."""
    options = {o for p in main.commands["run"].params for o in p.opts}
    assert {"run", "show", "doctor", "schema", "prompts"} <= set(COMMANDS)
    wanted = {"--out", "--engine", "--model", "--base-url", "--concurrency", "--max-cost", "--limit", "--fresh"}
    assert wanted <= options


def test_the_version_is_the_packages(program: Program) -> None:
    """`python -m llm_extract` is the same program, and names itself `llm-extract`."""
    done = program("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"llm-extract, version {__version__}")


def test_the_installed_program_is_the_same() -> None:
    """The script that installing makes calls the same function."""
    script = shutil.which("llm-extract", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("the package is not installed as a program")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"llm-extract, version {__version__}"


# --- run -----------------------------------------------------------------------------------------------------------------


def test_a_run_reads_a_folder(program: Program, tmp_path: Path) -> None:
    """One record a letter, a report, exit code 0; the summary on standard output, progress in plain lines on standard error."""
    out = tmp_path / "out"
    done = program("run", samples.LETTERS, "--out", out, "--engine", "baseline")
    assert done.returncode == 0, done.stderr
    assert set(records(out)) == set(samples.NAMES)
    assert json.loads((out / "run.json").read_text())["statuses"] == {"ok": len(samples.NAMES)}
    assert f"letters read: {len(samples.NAMES)} of {len(samples.NAMES)}" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr


def test_the_summary_says_what_became_of_the_letters(tmp_path: Path) -> None:
    """Letters, statuses, tokens, cost, time and where to find the rest, each path in one piece."""
    out = tmp_path / ("a-long-name-" * 12) / "out"
    result = rules("run", FIRST, tmp_path / "gone.txt", "--out", out)
    assert result.exit_code == 3
    for row in ("letters", "status", "tokens", "cost", "time", "records", "run"):
        assert re.search(rf"│ {row} +│ \S", result.stdout), row
    assert "2 (2 read now, 0 already there)" in result.stdout
    assert "1 ok, 1 failed" in result.stdout
    assert "0.0000 USD" in result.stdout
    assert out.name in result.stdout


def test_records_are_lines_of_the_contract(tmp_path: Path) -> None:
    """Also the line of a letter that could not be read."""
    rules("run", samples.LETTERS, tmp_path / "gone.txt", "--out", tmp_path / "out")
    validator = jsonschema.Draft202012Validator(record_json_schema())
    found = records(tmp_path / "out")
    assert len(found) == len(samples.NAMES) + 1
    for record in found.values():
        validator.validate(record)
        Record.model_validate(record)


@pytest.mark.parametrize("text", ["", "  \n", "Dear aunt, thank you for the socks."])
def test_some_failed_is_exit_code_three(text: str, tmp_path: Path) -> None:
    """Every letter has a line, the failed one says why, and the others are read."""
    bad = tmp_path / "bad.txt"
    bad.write_text(text)
    result = rules("run", FIRST, bad, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert {i: r["status"] for i, r in records(tmp_path / "out").items()} == {"first-letter": "ok", "bad": "failed"}


def test_the_same_command_resumes(tmp_path: Path) -> None:
    """Letters that have a record are not read again, failed ones are, and both are said."""
    letter = tmp_path / "late.txt"
    arguments = ("run", FIRST, letter, "--out", tmp_path / "out")
    assert rules(*arguments).exit_code == 3
    letter.write_text(samples.letter("omeprazole-short").text)
    again = rules(*arguments)
    assert again.exit_code == 0
    assert "1 of 2 letters have a record already; 1 to read." in said(again)
    assert "2 (1 read now, 1 already there)" in again.stdout
    third = rules(*arguments)
    assert third.exit_code == 0
    assert "2 of 2 letters have a record already; 0 to read." in said(third)
    assert set(records(tmp_path / "out")) == {"first-letter", "late"}


def test_fresh_reads_everything_again(tmp_path: Path) -> None:
    """`--fresh` forgets what the folder holds."""
    rules("run", FIRST, "--out", tmp_path / "out")
    again = rules("run", FIRST, "--out", tmp_path / "out", "--fresh")
    assert "already" not in said(again)
    assert "1 (1 read now, 0 already there)" in again.stdout


def test_a_limit_takes_the_first_letters(tmp_path: Path) -> None:
    """`--limit` counts in the order of the inputs."""
    rules("run", samples.LETTERS, "--out", tmp_path / "out", "--limit", "2")
    assert list(records(tmp_path / "out")) == samples.NAMES[:2]


def test_brackets_in_a_path_are_no_markup(tmp_path: Path) -> None:
    """Paths are printed as they are."""
    out = tmp_path / "out[red]"
    assert "out[red]" in rules("run", FIRST, "--out", out).stdout


# --- wrong use ---------------------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "no letters": (("run", "nowhere/*.txt", "--out", "out", "--engine", "baseline"), "Nothing matches"),
    "an empty folder": (("run", ".", "--out", "out", "--engine", "baseline"), "holds no .txt or .pdf"),
    "a key without a model": (("run", str(FIRST), "--out", "out"), "--model"),
    "a limit without prices": (
        ("run", str(FIRST), "--out", "out", "--model", "demo", "--max-cost", "1"),
        "LLM_EXTRACT_INPUT_PRICE",
    ),
    "nobody listening": (
        ("run", str(FIRST), "--out", "out", "--model", "demo", "--base-url", "http://127.0.0.1:9/v1"),
        "127.0.0.1:9",
    ),
    "nobody to show with": (("show", str(FIRST), "--model", "demo", "--base-url", "http://127.0.0.1:9/v1"), "127.0.0.1:9"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_one_line_and_exit_code_two(name: str, program: Program) -> None:
    """No traceback: one sentence that says what to do, nothing on standard output."""
    arguments, message = WRONG[name]
    done = program(*arguments, **({"OPENAI_API_KEY": "sk-secret"} if name == "a key without a model" else {}))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("llm-extract: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert "sk-secret" not in done.stderr


@pytest.mark.parametrize("variable", [("LLM_EXTRACT_CONCURRENCY", "many"), ("LLM_EXTRACT_ENGINE", "oracle")])
def test_a_wrong_setting_of_the_environment_is_one_line(variable: tuple[str, str], program: Program) -> None:
    """The setting is named."""
    done = program("run", FIRST, "--out", "out", **dict([variable]))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert variable[0].removeprefix("LLM_EXTRACT_").lower() in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "x.txt"),
        ("run", "--out", "o"),
        ("run", "x.txt", "--out", "o", "--engine", "oracle"),
        ("run", "x.txt", "--out", "o", "--concurrency", "0"),
        ("run", "x.txt", "--out", "o", "--max-cost", "-1"),
        ("show",),
        ("nonsense",),
    ],
)
def test_a_command_that_cannot_be_parsed_is_exit_code_two(arguments: tuple[str, ...]) -> None:
    """With how it is used."""
    result = call(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in said(result)


def test_other_settings_on_one_folder_are_refused(tmp_path: Path) -> None:
    """Records of two kinds do not mix; the message names what changed, and what was read stays."""
    out = tmp_path / "out"
    rules("run", FIRST, "--out", out)
    before = (out / "records.jsonl").read_bytes()
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(run | {"settings": run["settings"] | {"version": "0.0.1"}}))
    result = rules("run", FIRST, "--out", out)
    assert result.exit_code == 2
    assert f"version (0.0.1 -> {__version__})" in said(result)
    assert (out / "records.jsonl").read_bytes() == before


# --- an endpoint ---------------------------------------------------------------------------------------------------------------


def true_reply(request: Received) -> str:
    """What the first letter says, for whichever question was asked."""
    schema = request.body["response_format"]["json_schema"]["schema"]
    topic = next(name for name, answer in samples.NOTHING.items() if set(answer) == set(schema["properties"]))
    user = request.body["messages"][-1]["content"]
    if "falling box" not in user and "Norco 5/325mg" not in user and "Physical therapy 2" not in user:
        return json.dumps(samples.NOTHING[topic])

    class Asked:
        prompt = topic

    Asked.user = user  # type: ignore[attr-defined]
    return json.dumps(samples.true_answer(Asked))  # type: ignore[arg-type]


def to(server: Loopback) -> tuple[str, ...]:
    """The options for the scripted server."""
    return ("--model", "demo", "--base-url", server.base_url)


PRICES = {"LLM_EXTRACT_INPUT_PRICE": "1", "LLM_EXTRACT_OUTPUT_PRICE": "2"}


def test_a_run_with_a_model_pays_once(program: Program, tmp_path: Path) -> None:
    """Tokens and cost stand in the report; the same command again, and a fresh one out of the cache, ask nothing."""
    out = tmp_path / "out"
    with Loopback([good(true_reply)], models=["demo"]) as server:
        arguments = ("run", FIRST, "--out", out, "--engine", "model", *to(server))
        first = program(*arguments, **PRICES)
        assert first.returncode == 0, first.stderr
        asked = len(server.requests)
        report = json.loads((out / "run.json").read_text())
        assert asked == report["attempts"] == 6
        assert report["cost_usd"] == pytest.approx(6 * (100 * 1 + 10 * 2) / 1_000_000)
        assert program(*arguments, **PRICES).returncode == 0
        assert program(*arguments, "--fresh", **PRICES).returncode == 0
        assert len(server.requests) == asked
    record = records(out)["first-letter"]
    assert record["run"]["cached"]
    assert record["status"] == "ok"
    assert set(record["provenance"].values()) == {"model"}


def test_the_key_of_the_environment_is_sent_and_written_nowhere(program: Program, tmp_path: Path) -> None:
    """`OPENAI_API_KEY` and `OPENAI_BASE_URL` are honoured; no file and no line holds the key."""
    with Loopback([good(true_reply)], models=["demo"]) as server:
        variables = {"OPENAI_API_KEY": "sk-secret-key", "OPENAI_BASE_URL": server.base_url, "LLM_EXTRACT_MODEL": "demo"}
        done = program("run", FIRST, "--out", tmp_path / "out", **variables)
        assert done.returncode == 0, done.stderr
        assert {r.headers["authorization"] for r in server.requests} == {"Bearer sk-secret-key"}
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and b"sk-secret-key" in path.read_bytes()]
    assert kept == []
    assert "sk-secret" not in done.stdout + done.stderr


def test_money_is_not_overspent(program: Program, tmp_path: Path) -> None:
    """A limit under which no question's worst case fits leaves all letters, with exit code 3 and what to do."""
    with Loopback([good(true_reply)], models=["demo"]) as server:
        done = program("run", FIRST, "--out", tmp_path / "out", "--max-cost", "0.000001", *to(server), **PRICES)
        assert server.requests == []
    assert done.returncode == 3
    assert "Stopped at the limit of 1e-06 USD with 1 of 1 letters unread; raise --max-cost to go on." in done.stderr
    assert not json.loads((tmp_path / "out" / "run.json").read_text())["complete"]


def test_a_refused_key_in_the_middle_keeps_what_was_read(program: Program, tmp_path: Path) -> None:
    """A fatal answer ends the run with one sentence; records that are there stay and are not read again."""

    def until_then(request: Received) -> Reply:
        reply = (
            bad_key() if "falling box" not in str(request.body) and "Norco 5/325mg" not in str(request.body) else good(true_reply)
        )
        return reply(request)  # type: ignore[return-value]

    out = tmp_path / "out"
    letters = (FIRST, samples.path_of("omeprazole-short"))
    with Loopback([until_then], models=["demo"]) as server:
        done = program("run", *letters, "--out", out, "--concurrency", "1", *to(server))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert list(records(out)) == ["first-letter"]
    report = json.loads((out / "run.json").read_text())
    assert (report["complete"], report["letters"], report["records"]) == (False, 2, 1)


def _with_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_with_130_and_keeps_what_was_read(environment: dict[str, str], tmp_path: Path) -> None:
    """Twice, it gives up the letter under way; the others' records stand, and the same command goes on."""
    hanging = False

    def hang_on_the_second(request: Received) -> Reply:
        nonlocal hanging
        if "falling box" in str(request.body) or "Norco 5/325mg" in str(request.body):
            return good(true_reply)(request)  # type: ignore[return-value]
        hanging = True
        raise HangError

    out = tmp_path / "out"
    letters = [str(FIRST), str(samples.path_of("omeprazole-short"))]
    with Loopback([hang_on_the_second], models=["demo"]) as server:
        command = [sys.executable, "-m", "llm_extract", "run", *letters, "--out", str(out), "--concurrency", "1", *to(server)]
        # A test run in the background of a script has SIGINT ignored, which a child would inherit.
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_with_ctrl_c
        )
        while not hanging and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Stopping: letters under way are finished")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.strip().endswith("llm-extract: interrupted; the same command goes on where it stopped.")
    assert "Traceback" not in errors
    assert list(records(out)) == ["first-letter"]


# --- show, schema, prompts -------------------------------------------------------------------------------------------


def test_show_prints_each_value_with_its_words() -> None:
    """The letter's own fields, then each item, on standard output."""
    result = rules("show", FIRST)
    assert result.exit_code == 0
    for words in (
        "first-letter: ok",
        "expert_reviewer",
        "impingement syndrome",
        "Item 1 of 2: upheld",
        "Item 2 of 2: overturned",
    ):
        assert words in result.stdout


def test_show_can_print_the_record_itself() -> None:
    """`--json` prints the line that a run would write, and nothing else."""
    result = rules("show", FIRST, "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    jsonschema.Draft202012Validator(record_json_schema()).validate(record)
    assert record["items"][0]["decision"] == "upheld"


def test_show_names_the_rule_that_gave_a_value() -> None:
    """`--rules` prints the rule's name beside each value, and `llm-extract rules NAME` says what that rule is."""
    result = rules("show", FIRST, "--rules")
    assert re.search(r"\bage\.\w+", result.stdout)
    assert " baseline " not in result.stdout
    explained = call("rules", "injury.")
    assert explained.exit_code == 0
    assert "injury.labelled" in explained.stdout


def test_a_rule_that_does_not_exist_is_wrong_use() -> None:
    """Exit code 2, and how to see all of them."""
    result = call("rules", "nonsense.")
    assert result.exit_code == 2
    assert "`llm-extract rules` lists all" in said(result)


def test_show_of_a_letter_that_cannot_be_read(tmp_path: Path) -> None:
    """Exit code 3 and why."""
    result = rules("show", tmp_path / "gone.txt")
    assert result.exit_code == 3
    assert "missing_file" in result.output


def test_a_letter_cannot_command_the_terminal(tmp_path: Path) -> None:
    """Escape sequences and markup of a letter are printed harmless."""
    evil = tmp_path / "evil.txt"
    evil.write_text(samples.letter().text.replace("Norco 5/325mg", "Norco\x1b[2J [bold]5/325mg"))
    result = rules("show", evil)
    assert "\x1b" not in result.output
    assert "[bold]" in result.output


def test_schema_prints_the_exported_schema() -> None:
    """As JSON, for validators outside of this program."""
    assert json.loads(call("schema").stdout) == record_json_schema()


def test_prompts_lists_what_is_asked(program: Program) -> None:
    """Each prompt with its version and a sentence, and where they stand."""
    done = program("prompts")
    assert done.returncode == 0
    for name in samples.questions().names:
        assert re.search(rf"^{re.escape(name)} +\S", done.stdout, re.MULTILINE)
    assert "They stand in " in done.stdout


def test_prompts_of_ones_own_are_listed(program: Program, tmp_path: Path) -> None:
    """`LLM_EXTRACT_PROMPTS_DIR` counts, and a folder that cannot be read is said in one line."""
    shutil.copy(samples.ROOT / "prompts" / "reasons.v1.md", tmp_path / "reasons.v9.md")
    wrong = program("prompts", LLM_EXTRACT_PROMPTS_DIR=str(tmp_path))
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    text = (tmp_path / "reasons.v9.md").read_text().replace("version: 1", "version: 9")
    (tmp_path / "reasons.v9.md").write_text(text)
    assert program("prompts", LLM_EXTRACT_PROMPTS_DIR=str(tmp_path)).stdout.startswith("reasons.v9")
