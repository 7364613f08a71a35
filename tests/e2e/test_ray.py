"""`run --on ray` on a real cluster of two workers: the records of a run on one machine, whatever is killed in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import samples
from loopback import Loopback, Received, Reply, after, bad_key, good
from ray_session import Done, RaySession
from run_faults import asked_about, numbered_letters, reply_about

pytest.importorskip("ray", reason="the extra `ray` is not installed")
pa = pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")
from pyarrow import parquet  # noqa: E402

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

KEY = "key-of-the-workers"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the tests' own."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def variables(home: Path) -> dict[str, str]:
    """The environment of the cluster and of all that is started for it; every block of records is a part."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("LLM_EXTRACT_", "OPENAI_", "RAY_"))}
    kept = {name: value for name, value in kept.items() if not name.upper().endswith("_PROXY")}
    ours = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "COLUMNS": "80", "PYTHONWARNINGS": "error"}
    return {**kept, **ours, "LLM_EXTRACT_API_KEY": KEY, "LLM_EXTRACT_SYNC_SECONDS": "0", "LLM_EXTRACT_CACHE": "0"}


@pytest.fixture(scope="module")
def cluster(variables: dict[str, str]) -> Iterator[RaySession]:
    """The cluster."""
    with RaySession(variables) as session:
        yield session
    for _ in range(200):  # they were told to end
        if not session.left_behind():
            return
        time.sleep(0.1)
    assert session.left_behind() == []


def records(out: Path) -> list[dict[str, Any]]:
    """The records of a run in the order of the file, without the time that each took."""
    found = [json.loads(line) for line in (out / "records.jsonl").read_text("utf-8").splitlines()]
    return [{**record, "run": {**record["run"], "seconds": 0}} for record in found]


def report(out: Path) -> dict[str, Any]:
    """`run.json`."""
    return dict(json.loads((out / "run.json").read_text("utf-8")))


def plain(done: Done) -> str:
    """What went to standard error, which never holds a traceback or a word of Ray's."""
    assert "Traceback" not in done.stderr
    assert "ray" not in done.stderr.replace("--on ray", "")
    return done.stderr


def test_a_cluster_writes_the_records_of_one_machine(cluster: RaySession, tmp_path: Path) -> None:
    """A folder and Parquet with texts, PDFs and a hopeless row: the same records, as Parquet and as lines; exit code 3."""
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert cluster.run("run", samples.LETTERS, "--out", alone, "--engine", "baseline", "--workers", "0").returncode == 0
    pdf = samples.path_of("pdf-one-page").read_bytes()
    table = {
        "letter_id": ["z-hopeless", "z-pdf", "z-text"],
        "text": [None, None, samples.letter().text],
        "bytes": [None, pdf, None],
    }
    parquet.write_table(pa.table(table), tmp_path / "letters.parquet")
    done = cluster.run(
        "run",
        samples.LETTERS,
        tmp_path / "letters.parquet",
        "--out",
        out,
        "--on",
        "ray",
        "--workers",
        "2",
        "--engine",
        "baseline",
    )
    assert done.returncode == 3, done.stderr
    assert plain(done).startswith("letters read: ")
    count = len(samples.NAMES)
    assert f"{count + 3} letters ({count + 3} read now, 0 already there): 1 failed, {count + 2} ok\n" in done.stdout
    found = records(out)
    assert found[:count] == sorted(records(alone), key=lambda record: str(record["letter_id"]))
    assert [(r["letter_id"], r["status"]) for r in found[count:]] == [("z-hopeless", "failed"), ("z-pdf", "ok"), ("z-text", "ok")]
    by_id = {record["letter_id"]: record for record in found}
    for mine, other in (("z-pdf", "pdf-one-page"), ("z-text", "first-letter")):
        assert by_id[mine]["items"] == by_id[other]["items"] != []
    rows = parquet.read_table(out / "records").sort_by("letter_id").to_pylist()
    assert [row["record"] for row in rows] == (out / "records.jsonl").read_text("utf-8").splitlines()
    assert {k: report(out)[k] for k in ("complete", "letters", "records", "on", "failures")} == {
        "complete": True,
        "letters": count + 3,
        "records": count + 3,
        "on": "ray",
        "failures": {"unreadable_file": 1},
    }
    exported = cluster.run("export", out, "--to", "csv")
    assert (exported.returncode, exported.stderr) == (0, "")
    assert exported.stdout.startswith(f"{count + 3} letters (1 failed), ")


def command(server: Loopback, letters: Path, out: Path) -> list[str]:
    """A run of the hybrid engine on the cluster."""
    return ["run", str(letters), "--out", str(out), "--model", "demo", "--base-url", server.base_url, "--concurrency", "4"]


def test_a_killed_run_goes_on_and_asks_nothing_twice_that_is_recorded(
    cluster: RaySession, variables: dict[str, str], tmp_path: Path
) -> None:
    """`kill -9` in the middle, with a cluster of the run's own: the parts are whole, the same command reads the others, and the
    records are those of one machine.

    The key came from the workers' environment, and the endpoint saw no more requests at once than were asked for.
    """
    letters, alone, out = numbered_letters(tmp_path / "letters", 24), tmp_path / "alone", tmp_path / "out"
    parts = out / "records"
    on_ray = ("--on", "ray", "--workers", "2")
    under_way, most = 0, 0

    async def counted(request: Received) -> Reply:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        reply = await after(0.2, good(reply_about))(request)  # type: ignore[misc]
        under_way -= 1
        return reply

    with Loopback([counted]) as server:
        driver = [sys.executable, "-m", "llm_extract", *command(server, letters, out), *on_ray, "--ray-address", "local"]
        driver += ["--progress", "none"]
        with (tmp_path / "stderr").open("w") as errors:
            own = {**variables, "RAY_TMPDIR": str(cluster.folder)}  # its cluster, too, must not be left behind
            process = subprocess.Popen(driver, env=own, stdout=subprocess.DEVNULL, stderr=errors)
        while process.poll() is None and not list(parts.glob("part-*.parquet")):
            time.sleep(0.01)
        process.kill()
        process.wait(60)
        assert (tmp_path / "stderr").read_text().splitlines() == ["2 workers with at most 2 requests under way each."]
        assert not report(out)["complete"]
        before = set(parquet.read_table(parts).column("letter_id").to_pylist())
        assert 0 < len(before) < 24
        while asked_in(server, 0.5):  # the killed run's actors have their last answers
            pass
        asked = len(server.requests)
        done = cluster.run(*command(server, letters, out), *on_ray)
        assert done.returncode == 0, done.stderr
        assert f"{len(before)} of 24 letters have a record already" in plain(done)
        again = {asked_about(request) for request in server.requests[asked:]}
        assert again == {numbered(f"letter-{i:05}") for i in range(24)} - {numbered(name) for name in before}
        assert 1 < most <= 4
        assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {KEY}"}
        assert cluster.run(*command(server, letters, alone), "--workers", "0").returncode == 0
        asked = len(server.requests)
        assert (report(out)["complete"], report(out)["records"], report(out)["statuses"]) == (True, 24, {"ok": 24})
        refused = cluster.run(*command(server, letters, out), *on_ray, "--engine", "baseline")
        assert (refused.returncode, len(server.requests)) == (2, asked)
        assert "holds a run with other settings: endpoint (" in refused.stderr
    assert records(out) == sorted(records(alone), key=lambda record: str(record["letter_id"]))


def numbered(letter_id: str) -> str:
    """What a numbered letter is asked about."""
    return f"impingement syndrome number {int(letter_id.removeprefix('letter-'))}"


def asked_in(server: Loopback, seconds: float) -> bool:
    """Whether anything is asked in that time."""
    before = len(server.requests)
    time.sleep(seconds)
    return len(server.requests) > before


def test_an_endpoint_that_refuses_everybody_ends_the_run(cluster: RaySession, tmp_path: Path) -> None:
    """One sentence and exit code 2, as on one machine; no letter is called failed."""
    with Loopback([bad_key()], models=bad_key()) as server:
        here = cluster.run(*command(server, samples.LETTERS, tmp_path / "alone"), "--workers", "0")
        done = cluster.run(*command(server, samples.LETTERS, tmp_path / "out"), "--on", "ray", "--workers", "2")
    assert (done.returncode, here.returncode) == (2, 2)
    assert plain(done).splitlines()[-1] == here.stderr.splitlines()[-1]
    assert (report(tmp_path / "out")["complete"], report(tmp_path / "out")["records"]) == (False, 0)
    assert KEY not in done.stderr + done.stdout
