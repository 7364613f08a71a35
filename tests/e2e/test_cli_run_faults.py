"""What a run leaves when it is killed, interrupted or badly served: every letter once, nothing paid twice, no cent too much."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from loopback import FaultPlan, Loopback, Received, Reply, after, good, refusal, server_error, throttled
from run_faults import asked_about, command, kill_again_and_again, numbered_letters, reply_about

from llm_extract.schema import record_json_schema

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

PRICES = {"LLM_EXTRACT_INPUT_PRICE": "1", "LLM_EXTRACT_OUTPUT_PRICE": "2"}


def records(out: Path) -> list[dict[str, Any]]:
    """The records of a run in the order of the file."""
    return [json.loads(line) for line in (out / "records.jsonl").read_text("utf-8").splitlines()]


def report(out: Path) -> dict[str, Any]:
    """`run.json`."""
    return dict(json.loads((out / "run.json").read_text("utf-8")))


def _with_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_kill_9_loses_nothing_and_pays_nothing_twice(environment: dict[str, str], tmp_path: Path) -> None:
    """Killed five times at random, a run ends with each letter once; no question is asked again whose answer was stored."""
    letters = numbered_letters(tmp_path / "letters", 60)
    cache = tmp_path / "cache"
    environment |= {"LLM_EXTRACT_CACHE_DIR": str(cache), "LLM_EXTRACT_CONCURRENCY": "4"}
    with Loopback([after(0.03, good(reply_about))]) as server:
        outcome = kill_again_and_again(server, letters, tmp_path / "out", cache, environment, kills=5, seed=11)
    names = [f"impingement syndrome number {i}" for i in range(60)]
    assert outcome.exit_code == 0
    assert sorted(outcome.recorded) == sorted(names)
    assert set(outcome.asked) == set(names)
    assert outcome.paid_twice == []
    under_way = 4 + 2  # letters: of four a question is at the endpoint, of two more an answer is on its way to the disk
    assert sum(outcome.asked.values()) <= 60 + 5 * under_way
    assert len(outcome.killed) == 5
    for one in outcome.killed:
        assert len(one.recorded) == len(set(one.recorded))
        assert one.torn <= 1
    assert any(one.recorded and len(one.recorded) < 60 for one in outcome.killed)
    assert (outcome.report["complete"], outcome.report["statuses"]) == (True, {"ok": 60})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_first_interrupt_finishes_what_is_under_way(
    number: signal.Signals, environment: dict[str, str], tmp_path: Path
) -> None:
    """No further letter is taken, those under way are written, exit code 130; the same command reads the others."""
    letters, out = numbered_letters(tmp_path / "letters", 12), tmp_path / "out"
    interrupted = False

    async def slow(request: Received) -> Reply:
        waiting = len(server.requests) >= 3 and not interrupted
        answer = (after(1.5, good(reply_about)) if waiting else good(reply_about))(request)
        return answer if isinstance(answer, Reply) else await answer

    with Loopback([slow]) as server:
        process = subprocess.Popen(
            command(server, letters, out, "--concurrency", "2"),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_with_ctrl_c,
        )
        while len(server.requests) < 4 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        shown, errors = process.communicate(timeout=60)
        interrupted = True
        asked = [asked_about(request) for request in server.requests]
        assert process.returncode == 130, errors
        assert "llm-extract: interrupted; the same command goes on where it stopped." in errors
        assert "Traceback" not in errors
        written = records(out)
        assert len(written) == len(asked) < 12  # each that was asked about was finished
        assert {r["status"] for r in written} == {"ok"}
        assert not report(out)["complete"]
        assert f"{len(written)} read now" in shown
        done = subprocess.run(command(server, letters, out), env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 12
    assert sorted(r["letter_id"] for r in records(out)) == [f"letter-{i:05}" for i in range(12)]
    assert report(out)["complete"]


HOSTILE = {"LLM_EXTRACT_TIMEOUT": "1", "LLM_EXTRACT_TRANSPORT_RETRIES": "3", "LLM_EXTRACT_CONCURRENCY": "16"}


@pytest.mark.parametrize("seed", [1, 3])
def test_a_hostile_endpoint_costs_no_letter_its_record(seed: int, environment: dict[str, str], tmp_path: Path) -> None:
    """With three answers of ten bad in every way, each letter has a valid record, and requests stay within their bound."""
    letters, out = numbered_letters(tmp_path / "letters", 60), tmp_path / "out"
    plan = FaultPlan(good(reply_about), share=0.3, seed=seed)
    with Loopback([plan]) as server:
        done = subprocess.run(
            command(server, letters, out), env=environment | HOSTILE | PRICES, capture_output=True, text=True, check=False
        )
        asked = [asked_about(request) for request in server.requests]
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    validator = jsonschema.Draft202012Validator(record_json_schema())
    for record in records(out):
        validator.validate(record)
    assert sorted(r["letter_id"] for r in records(out)) == [f"letter-{i:05}" for i in range(60)]
    assert max(map(asked.count, set(asked))) <= 2 * (1 + 3)
    assert set(plan.faults) == {"good", *FaultPlan.KINDS}
    bill = plan.tokens[0] * 1 + plan.tokens[1] * 2
    assert report(out)["spent_usd"] * 1_000_000 >= bill - 1e-6


def test_a_limit_holds_to_the_cent_whatever_the_endpoint_does(environment: dict[str, str], tmp_path: Path) -> None:
    """What the endpoint bills stays within the limit, over two starts and one kill; what was spent is never said to be less."""
    letters, out = numbered_letters(tmp_path / "letters", 60), tmp_path / "out"
    limit = 0.08
    plan = FaultPlan(good(reply_about, tokens=(900, 120)), share=0.3, seed=3)
    own = {"LLM_EXTRACT_CACHE_DIR": str(tmp_path / "cache"), "LLM_EXTRACT_CONCURRENCY": "4"}
    variables = environment | HOSTILE | PRICES | own
    with Loopback([plan]) as server:
        first = subprocess.Popen(
            command(server, letters, out, "--max-cost", str(limit)), env=variables, stdout=subprocess.DEVNULL
        )
        while len(server.requests) < 10 and first.poll() is None:
            time.sleep(0.01)
        first.kill()
        first.wait(60)
        for _ in range(2):
            done = subprocess.run(
                command(server, letters, out, "--max-cost", str(limit)),
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
    bill = (plan.tokens[0] * 1 + plan.tokens[1] * 2) / 1_000_000
    assert done.returncode == 3
    assert "raise --max-cost to go on" in done.stderr
    assert bill <= report(out)["spent_usd"] + 1e-12 <= limit + 2e-12
    assert bill > 0.25 * limit  # the rest is set aside for requests of which nobody knows whether they were answered
    written = [r["letter_id"] for r in records(out)]
    assert 0 < len(written) == len(set(written)) < 60
    assert not report(out)["complete"]


# --- what a run says and what it leaves for the next ------------------------------------------------------------------------


def _run(server: Loopback, letters: Path, out: Path, variables: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    """One start of the run, to its end; later options win."""
    return subprocess.run(command(server, letters, out, *more), env=variables, capture_output=True, text=True, check=False)


def test_failures_are_a_choice_and_a_retry_reads_nothing_else(environment: dict[str, str], tmp_path: Path) -> None:
    """`--retry-failed` reads letters without a usable answer and no others; `--keep-failed` leaves failed ones as they are."""
    letters, out = numbered_letters(tmp_path / "letters", 4), tmp_path / "out"
    (letters / "letter-00000.txt").write_text("  \n")
    down = True

    def reply(request: Received) -> Reply:
        behaviour = refusal() if down and "number 1" in str(request.body) else good(reply_about)
        return behaviour(request)  # type: ignore[return-value]

    def statuses() -> dict[str, str]:
        return {r["letter_id"][-1]: r["status"] for r in records(out)}

    with Loopback([reply]) as server:
        assert _run(server, letters, out, environment, "--limit", "3").returncode == 3
        assert statuses() == {"0": "failed", "1": "fallback", "2": "ok"}
        assert report(out)["failures"] == {"empty_file": 1}
        down = False
        again = _run(server, letters, out, environment, "--retry-failed")
        assert statuses() == {"0": "failed", "1": "ok", "2": "ok"}
        assert "1 of 4 letters have no record yet" in again.stderr
        assert not report(out)["complete"]
        kept = _run(server, letters, out, environment, "--keep-failed")
        assert statuses() == {"0": "failed", "1": "ok", "2": "ok", "3": "ok"}
        assert kept.returncode == 3
        (letters / "letter-00000.txt").write_text((letters / "letter-00002.txt").read_text())
        assert _run(server, letters, out, environment).returncode == 0
    assert set(statuses().values()) == {"ok"}
    assert report(out)["complete"]


def test_machines_can_follow_a_run(environment: dict[str, str], tmp_path: Path) -> None:
    """`--progress json`: every line on standard error is an object, the last one has the end of the run."""
    letters, out = numbered_letters(tmp_path / "letters", 5), tmp_path / "out"
    with Loopback([throttled(0), good(reply_about)]) as server:
        done = _run(server, letters, out, environment | PRICES, "--progress", "json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines[0]["event"] == "progress"
    last = lines[-1]
    assert (last["event"], last["done"], last["total"], last["errors"]) == ("end", 5, 5, {"endpoint_throttled": 1})
    assert last["requests"] == 6
    assert last["spent_usd"] == pytest.approx(5 * (100 + 20) / 1_000_000)


def test_what_was_read_before_needs_no_endpoint(environment: dict[str, str], tmp_path: Path) -> None:
    """Another folder, the same letters and settings: the records are there again although nobody listens any more."""
    letters = numbered_letters(tmp_path / "letters", 5)
    with Loopback([good(reply_about)]) as server:
        assert _run(server, letters, tmp_path / "first", environment).returncode == 0
        asked = len(server.requests)
    second = _run(server, letters, tmp_path / "second", environment)
    assert second.returncode == 0, second.stderr
    assert asked == 5

    def said(out: Path) -> list[dict[str, Any]]:
        return sorted(({k: v for k, v in r.items() if k != "run"} for r in records(out)), key=lambda r: str(r["letter_id"]))

    assert said(tmp_path / "second") == said(tmp_path / "first")
    assert {(r["run"]["cached"], r["run"]["attempts"]) for r in records(tmp_path / "second")} == {(True, 0)}


def test_one_more_letter_costs_one_letter(environment: dict[str, str], tmp_path: Path) -> None:
    """What is done is not read, not asked and not written again."""
    letters, out = numbered_letters(tmp_path / "letters", 6), tmp_path / "out"
    with Loopback([good(reply_about)]) as server:
        assert _run(server, letters, out, environment, "--limit", "5").returncode == 0
        before = (out / "records.jsonl").read_bytes()
        done = _run(server, letters, out, environment)
        assert len(server.requests) == 6
    assert "6 (1 read now, 5 already there)" in done.stdout
    assert (out / "records.jsonl").read_bytes().startswith(before)
    assert len(records(out)) == 6


def test_an_endpoint_that_goes_away_ends_the_run_and_loses_no_letter(environment: dict[str, str], tmp_path: Path) -> None:
    """Down for longer than the setting says: exit code 2, one sentence, and the letters that were not read have no record."""
    letters, out = numbered_letters(tmp_path / "letters", 30), tmp_path / "out"
    variables = environment | {"LLM_EXTRACT_OUTAGE": "1", "LLM_EXTRACT_CONCURRENCY": "4", "LLM_EXTRACT_TRANSPORT_RETRIES": "8"}

    def reply(request: Received) -> Reply:
        return (good(reply_about) if len(server.requests) <= 10 else server_error())(request)  # type: ignore[return-value]

    with Loopback([reply]) as server:
        done = _run(server, letters, out, variables)
    assert done.returncode == 2, done.stderr
    assert "start the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    assert {r["status"] for r in records(out)} == {"ok"}
    assert len(records(out)) == 10
    assert not report(out)["complete"]
