"""`run --batch` as a user starts it: half price, interrupted, killed, and with another runner in the endpoint's place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import samples
from batch_endpoint import TOKENS, BatchEndpoint, Fate
from click.testing import CliRunner
from run_faults import numbered_letters

from llm_extract.cli import main

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

Program = Callable[..., subprocess.CompletedProcess[str]]
TABLE = '[models."demo"]\ninput = 1.0\noutput = 2.0\nbatch_input = 0.5\nbatch_output = 1.0\n'
LIVE_COST = (TOKENS[0] * 1.0 + TOKENS[1] * 2.0) / 1e6
BATCH_COST = LIVE_COST / 2


def silent(body: dict[str, Any]) -> str:
    """An answer of the question's form that says nothing."""
    fields = set(body["response_format"]["json_schema"]["schema"]["properties"])
    return json.dumps(next(answer for answer in samples.NOTHING.values() if set(answer) == fields))


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Four letters that ask one question each."""
    return numbered_letters(tmp_path / "letters", 4)


@pytest.fixture
def priced(tmp_path: Path) -> dict[str, str]:
    """A table with batch prices, in the environment."""
    path = tmp_path / "prices.toml"
    path.write_text(TABLE)
    return {"LLM_EXTRACT_PRICES": str(path), "OPENAI_API_KEY": "no-key"}


def command(endpoint: BatchEndpoint, letters: Path, out: Path, *more: str) -> list[str]:
    """The arguments of a run at the endpoint."""
    return ["run", str(letters), "--out", str(out), "--model", "demo", "--base-url", endpoint.base_url, *more]


def records(out: Path) -> list[dict[str, Any]]:
    """The records of a run."""
    path = out / "records.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def report(out: Path) -> dict[str, Any]:
    """`run.json`."""
    return dict(json.loads((out / "run.json").read_text("utf-8")))


def test_a_run_by_batches_is_a_run(program: Program, letters: Path, tmp_path: Path, priced: dict[str, str]) -> None:
    """Records, report, exit code 0, and half the price but for the one live question; again, and nothing is asked."""
    out = tmp_path / "out"
    with BatchEndpoint(silent) as endpoint:
        done = program(*command(endpoint, letters, out, "--batch", "--max-cost", "1"), **priced)
        assert done.returncode == 0, done.stderr
        asked = len(endpoint.calls)
        again = program(*command(endpoint, letters, out, "--batch", "--max-cost", "1"), **priced)
        assert again.returncode == 0, again.stderr
        assert len(endpoint.calls) == asked
    assert sorted(r["letter_id"] for r in records(out)) == [f"letter-{i:05}" for i in range(4)]
    assert {r["status"] for r in records(out)} == {"ok"}
    assert report(out)["cost_usd"] == pytest.approx(3 * BATCH_COST)
    assert report(out)["spent_usd"] == pytest.approx(LIVE_COST + 3 * BATCH_COST)
    assert report(out)["complete"]
    assert "3 requests submitted" in done.stderr
    assert "completed: 3 of 3 requests answered" in done.stderr
    assert "Traceback" not in done.stderr + again.stderr


def test_a_run_can_change_between_batches_and_live(
    program: Program, letters: Path, tmp_path: Path, priced: dict[str, str]
) -> None:
    """The settings of a run do not name how its questions travel, and its money is one account."""
    out = tmp_path / "out"
    with BatchEndpoint(silent) as endpoint:
        first = program(*command(endpoint, letters, out, "--batch", "--limit", "2"), **priced)
        second = program(*command(endpoint, letters, out, "--max-cost", "0.000001"), **priced)
        third = program(*command(endpoint, letters, out, "--max-cost", "1"), **priced)
    assert (first.returncode, second.returncode, third.returncode) == (0, 3, 0), third.stderr
    assert "Stopped at the limit" in second.stderr
    assert len(records(out)) == 4
    assert report(out)["spent_usd"] == pytest.approx(3 * LIVE_COST + BATCH_COST)


def test_ctrl_c_leaves_the_batches_running(
    environment: dict[str, str], letters: Path, tmp_path: Path, priced: dict[str, str]
) -> None:
    """Exit code 130 and a sentence how to go on; the same command takes up the answers and submits nothing."""
    out = tmp_path / "out"
    with BatchEndpoint(silent) as endpoint:
        endpoint.fates = [Fate(looks=1_000_000)]
        start = [sys.executable, "-m", "llm_extract", *command(endpoint, letters, out, "--batch", "--progress", "none")]
        process = subprocess.Popen(
            start,
            env=environment | priced,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while endpoint.calls.count("see") < 2 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
        assert "1 batches go on at the endpoint; the same command takes up what they bring." in errors
        assert "Traceback" not in errors
        batch = next(iter(endpoint.batches.values()))
        batch.fate = Fate()
        done = subprocess.run(start, env=environment | priced, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        assert len(endpoint.batches) == 1
        assert len(endpoint.asked) == 3
    assert len(records(out)) == 4


def test_kill_9_between_creating_and_writing_submits_nothing_twice(
    environment: dict[str, str], letters: Path, tmp_path: Path, priced: dict[str, str]
) -> None:
    """Killed while the endpoint's reply is under way, the next start finds the batch by its tag."""
    out = tmp_path / "out"
    process: subprocess.Popen[bytes] | None = None
    with BatchEndpoint(silent) as endpoint:
        create = endpoint._create

        def killing(asked: dict[str, Any]) -> tuple[int, Any]:
            made = create(asked)
            if process is not None and len(endpoint.batches) == 1:
                os.kill(process.pid, signal.SIGKILL)
                process.wait(30)
            return made

        endpoint._create = killing  # type: ignore[method-assign]
        start = [sys.executable, "-m", "llm_extract", *command(endpoint, letters, out, "--batch", "--progress", "none")]
        process = subprocess.Popen(start, env=environment | priced, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert process.wait(60) == -signal.SIGKILL
        done = subprocess.run(start, env=environment | priced, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        assert len(endpoint.batches) == 1
        assert "list" in endpoint.calls
    assert len(records(out)) == 4


def test_another_runner_in_the_endpoints_place(program: Program, letters: Path, tmp_path: Path) -> None:
    """Export, answers from elsewhere in any order, import: the records are there and no endpoint was."""
    out, requests, answers = tmp_path / "out", tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    nowhere = ["run", letters, "--out", out, "--model", "demo", "--base-url", "http://127.0.0.1:9/v1"]
    exported = program(*nowhere, "--batch-export", requests)
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.startswith("4 requests of 4 letters (4 without a record):")
    lines = [json.loads(line) for line in requests.read_text().splitlines()]
    replies = [{"custom_id": line["custom_id"], "error": None, "response": _answered(line)} for line in reversed(lines)]
    answers.write_text("".join(json.dumps(reply) + "\n" for reply in replies[:3]))
    first = program(*nowhere, "--batch-import", answers)
    assert first.returncode == 3
    assert "3 of 3 requests answered" in first.stderr
    assert "1 of 4 letters have no record yet." in first.stderr
    answers.write_text(json.dumps(replies[3]) + "\n")
    second = program(*nowhere, "--batch-import", answers)
    assert second.returncode == 0, second.stderr
    assert len(records(out)) == 4


def _answered(line: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": silent(line["body"])}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"status_code": 200, "request_id": "r", "body": {"id": "1", "model": "demo", "choices": [choice], "usage": usage}}


def test_without_waiting_the_exit_code_says_that_letters_are_left(
    program: Program, letters: Path, tmp_path: Path, priced: dict[str, str]
) -> None:
    """3 while batches are under way, 0 when all have their records."""
    out = tmp_path / "out"
    with BatchEndpoint(silent) as endpoint:
        endpoint.fates = [Fate(looks=4)]
        first = program(*command(endpoint, letters, out, "--batch", "--no-wait"), **priced)
        second = program(*command(endpoint, letters, out, "--batch", "--no-wait"), **priced)
    assert (first.returncode, second.returncode) == (3, 0), first.stderr + second.stderr
    assert "batches go on at the endpoint" in first.stderr
    assert len(records(out)) == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--batch", "--engine", "baseline"], "The rules ask no model"),
        (["--batch", "--batch-export", "r.jsonl"], "Give one of --batch, --batch-export and --batch-import"),
        (["--no-wait"], "--no-wait goes with --batch"),
        (["--batch", "--max-cost", "1", "--model", "nobodys-model"], "needs the model's batch prices"),
        (["--batch-import", "gone.jsonl"], "does not exist"),
    ],
)
def test_wrong_use_is_one_sentence(options: list[str], said: str, letters: Path, tmp_path: Path) -> None:
    """Exit code 2; the folder is not touched."""
    arguments = ["run", str(letters), "--out", str(tmp_path / "out"), "--base-url", "http://127.0.0.1:9/v1", "--model", "demo"]
    result = CliRunner().invoke(main, [*arguments, *options])
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "out").exists()
