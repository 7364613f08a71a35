"""The bench beside the peers (`evals/bench_peers.py`): everything that measures nothing, without the peers' environments."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

EVALS = samples.ROOT / "evals"


def _imported(name: str) -> ModuleType:
    """A module of `evals/`, which is a folder of scripts and no package."""
    sys.path.insert(0, str(EVALS))
    try:
        return __import__(name, fromlist=["*"])
    finally:
        sys.path.remove(str(EVALS))


bench = _imported("bench_peers")
results = _imported("peers.results")
page = _imported("peers.page")
driving = _imported("peers.driving")

SCENARIOS = [
    results.Scenario(results.IMPORT, 0),
    results.Scenario(results.ONE, 1),
    results.Scenario(results.FEW, 20),
    results.Scenario(results.CLIENT, 101),
    results.Scenario(results.CACHED, 101),
    results.Scenario(results.bound(16), 50, 0.25, 16, 16),
]


def runs_of(name: str, *, start: float, each: float, requests: int = 1, rate: float = 32.0, repeats: int = 3) -> list:
    """Runs of one that takes `start` seconds and `each` a letter; in the second repetition everything takes twice as long."""
    made = []
    for repeat in range(1, repeats + 1):
        slower = 2 if repeat == 2 else 1
        for scenario in SCENARIOS:
            asked = 0 if scenario.name in (results.IMPORT, results.CACHED) else requests * scenario.letters
            wall = (start + each * scenario.letters) * slower
            at_limit = rate if scenario.ideal else None
            made.append(
                results.Run(
                    name, scenario.name, repeat, scenario.letters, wall, wall / 2, 100.0, asked, scenario.letters, at_limit
                )
            )
    return made


@pytest.fixture
def runs() -> list:
    """Ours, a peer that is twice as fast a letter and starts slowly, and one that is worse in everything."""
    return [
        *runs_of(results.OURS, start=1.0, each=0.02, requests=2),
        *runs_of("swift", start=5.0, each=0.01, rate=64.0),
        *runs_of("slow", start=6.0, each=0.2, rate=8.0),
    ]


@pytest.fixture
def report(runs: list) -> object:
    """The report of those runs, with a peer that could not be measured."""
    versions = {results.OURS: "0.1.0", "swift": "2.0", "slow": "3.0"}
    return page.Report(runs, SCENARIOS, versions, {"absent": "its environment is not there"}, {"load before": "0.1"}, "make it")


def test_a_letter_costs_what_many_take_less_what_one_takes(runs: list) -> None:
    """The start-up does not count in letters a second, and figures are medians: a repetition that was disturbed changes none."""
    found = results.figures(runs, SCENARIOS)
    assert found["swift"]["letters_a_second"] == pytest.approx(100)
    assert found["swift"]["cpu_ms_a_letter"] == pytest.approx(5)
    assert found["swift"]["start_seconds"] == pytest.approx(5.01)
    assert found["swift"]["whole_letters_a_second"] == pytest.approx(101 / 6.01)


def test_letters_and_requests_are_both_shown(runs: list) -> None:
    """Who asks twice a letter has twice the requests a second and half the cost of one."""
    found = results.figures(runs, SCENARIOS)[results.OURS]
    assert found["requests_a_letter"] == 2
    assert found["requests_a_second"] == pytest.approx(2 * found["letters_a_second"])
    assert found["cpu_ms_a_request"] == pytest.approx(found["cpu_ms_a_letter"] / 2)


def test_the_share_is_held_against_slots_by_latency(runs: list) -> None:
    """32 of 64 possible answers a second are half; letters a second are those of the whole run, start-up aside."""
    found = results.figures(runs, SCENARIOS)[results.OURS]
    assert found["share_of_ideal_16"] == pytest.approx(0.5)
    assert found["bound_letters_a_second_16"] == pytest.approx(1 / 0.02)


def test_a_ratio_above_one_means_that_the_peer_is_better(runs: list) -> None:
    """Whichever way is up."""
    times = results.ratios(results.figures(runs, SCENARIOS))
    assert times["swift"]["letters_a_second"] == pytest.approx(2)
    assert times["swift"]["cpu_ms_a_letter"] == pytest.approx(2)
    assert times["swift"]["start_seconds"] == pytest.approx(1.02 / 5.01)
    assert set(times[results.OURS].values()) == {1.0}


@given(ours=st.floats(0.001, 1e6), theirs=st.floats(0.001, 1e6))
def test_ratios_turn_over_with_the_direction(ours: float, theirs: float) -> None:
    """More letters a second and less time a letter are the same advantage, and who is as good as we are has 1."""
    more = results.advantage("letters_a_second", ours, theirs)
    less = results.advantage("cpu_ms_a_letter", ours, theirs)
    assert more * less == pytest.approx(1)
    assert results.advantage("letters_a_second", ours, ours) == 1


@pytest.mark.parametrize(("ours", "theirs"), [(None, 1.0), (1.0, None), (0.0, 1.0), (1.0, 0.0)])
def test_no_ratio_without_both_figures(ours: float | None, theirs: float | None) -> None:
    """A figure that is not there is no victory of anybody."""
    assert results.advantage("letters_a_second", ours, theirs) is None


def test_shortfalls_name_the_best_peer_worst_first(runs: list) -> None:
    """Every figure in which a peer is better, and none in which we are."""
    found = results.figures(runs, SCENARIOS)
    beaten = results.shortfalls(found, ["swift", "slow"])
    assert [s.times for s in beaten] == sorted((s.times for s in beaten), reverse=True)
    assert {s.peer for s in beaten if s.figure != "requests_a_letter"} == {"swift"}
    assert {"letters_a_second", "cpu_ms_a_letter", "share_of_ideal_16"} <= {s.figure for s in beaten}
    assert not {"start_seconds", "whole_letters_a_second"} & {s.figure for s in beaten}


def test_nothing_is_a_shortfall_where_nobody_is_better(runs: list) -> None:
    """Against the slow peer alone only the requests a letter remain."""
    found = results.figures(runs, SCENARIOS)
    assert [s.figure for s in results.shortfalls(found, ["slow"])] == ["requests_a_letter"]


def test_what_cannot_be_seen_beside_the_start_up_is_no_figure() -> None:
    """Many letters that took no longer than one give no letters a second, instead of a negative or an endless number."""
    found = results.figures(runs_of("flat", start=3.0, each=0.0), SCENARIOS)["flat"]
    assert found["letters_a_second"] is None
    assert found["cpu_ms_a_letter"] is None
    assert found["requests_a_second"] is None
    assert found["whole_letters_a_second"] == pytest.approx(101 / 3)


def test_the_rate_is_that_of_the_middle() -> None:
    """Neither a slow start nor a slow end counts."""
    steady = [(10.0 + i / 10, 10 * i) for i in range(11)]
    samples = [(0.0, 0), *steady, (30.0, 101)]
    assert results.steady_rate(samples) == pytest.approx(100)


@pytest.mark.parametrize("seen", [[], [(0.0, 5)], [(0.0, 5), (1.0, 5)], [(0.0, 0), (0.01, 50), (0.02, 100)]])
def test_no_rate_where_too_little_was_seen(seen: list[tuple[float, int]]) -> None:
    """No samples, no answers, or all of them within a fifth of a second."""
    assert results.steady_rate(seen) is None


@given(st.integers(2, 200), st.floats(0.05, 5.0), st.floats(1.0, 500.0))
def test_an_even_rate_is_found(count: int, step: float, rate: float) -> None:
    """Whatever the sampling, answers that come evenly have their rate, to within what one sample holds."""
    samples = [(i * step, round(i * step * rate)) for i in range(count)]
    found = results.steady_rate(samples)
    if found is not None:
        between = 0.8 * samples[-1][1]
        assert found == pytest.approx(rate, rel=2 / max(between, 1), abs=2 / step)


def test_a_missing_peer_is_shown_as_missing(report: object) -> None:
    """With what it said, in every table, and without figures that look like a zero."""
    text = report.as_markdown()
    assert "absent: its environment is not there" in text
    rows = [line for line in text.splitlines() if line.startswith("| absent |")]
    assert len(rows) == 3
    assert all(set(row.strip("| ").split(" | ")[1:]) == {"not measured"} for row in rows)
    assert report.as_dict()["missing"] == {"absent": "its environment is not there"}


def test_a_peer_that_fails_late_keeps_its_earlier_figures(report: object) -> None:
    """Its whole repetitions count, and the page says from when on it is left out."""
    told = dataclasses.replace(report, missing={"slow": "repetition 2, cached: exit code 1"})
    rows = [line for line in told.as_markdown().splitlines() if line.startswith("| slow 3.0 |")]
    assert "slow: repetition 2, cached: exit code 1" in told.as_markdown()
    assert len(rows) == 3
    assert not any("not measured" in row for row in rows)


def test_shortfalls_come_first_on_the_page(report: object) -> None:
    """Before any table in which we look well."""
    heads = [line for line in report.as_markdown().splitlines() if line.startswith("## ")]
    assert heads[0] == "## Where a peer beats us"
    assert heads[-1] == "## How to repeat"
    assert "make it" in report.as_markdown()


def test_tables_are_whole(report: object) -> None:
    """Every row of a table has as many cells as its head."""
    block: list[int] = []
    for line in [*report.as_markdown().splitlines(), ""]:
        if line.startswith("|"):
            block.append(line.count("|"))
        elif block:
            assert len(set(block)) == 1
            block = []


def test_the_report_is_json_that_holds_every_run(report: object, runs: list) -> None:
    """Whoever doubts a median can count again."""
    read = json.loads(json.dumps(report.as_dict()))
    assert len(read["runs"]) == len(runs)
    assert read["figures"]["swift"]["letters_a_second"] == pytest.approx(100)
    assert read["times_as_good_as_ours"]["swift"]["letters_a_second"] == pytest.approx(2)
    assert read["shortfalls"][0]["times"] >= read["shortfalls"][-1]["times"]


def test_a_page_without_any_peer(runs: list) -> None:
    """Where no environment is built the page still says what was measured of ours, and that nobody beat us in this run."""
    own = [r for r in runs if r.contestant == results.OURS]
    text = page.Report(own, SCENARIOS, {results.OURS: "0.1.0"}, {}, {}, "make it").as_markdown()
    assert "In no figure of this run." in text


# --- letters, contestants --------------------------------------------------------------------------------------------


def test_numbered_letters_differ_in_their_passages() -> None:
    """A number in each passage: answers about one letter's summary are no answers about another's."""
    text = (samples.ROOT / "fixtures" / "letters" / "first-letter.txt").read_text("utf-8")
    one, two = bench.numbered(text, 1), bench.numbered(text, 2)
    assert one.count("Chart 000001 was read.") == two.count("Chart 000002 was read.") >= 3
    assert one.replace("000001", "000002") == two
    assert one.replace(" Chart 000001 was read.", "") == text


def test_as_many_letters_as_asked_for(tmp_path: Path) -> None:
    """More than there are texts, each another one, and none of the held-out ones."""
    written = [p.read_text("utf-8") for p in bench.write_letters(tmp_path / "letters", 150).iterdir()]
    assert len(written) == len(set(written)) == 150
    assert not any("gold/text/test" in pattern or pattern.endswith("gold/text/*.txt") for pattern in bench.SOURCES)


def test_a_peer_without_its_environment_cannot_be_run(tmp_path: Path) -> None:
    """It says so instead of failing the bench."""
    absent = bench.Contestant("absent", tmp_path / "bin" / "python", "import absent", "absent")
    with pytest.raises(bench.CannotRunError, match="--build"):
        absent.version()


def test_who_fails_is_left_out_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of the repetition in which it failed are not kept; earlier ones are."""
    good, bad = (bench.Contestant(name, tmp_path, "", name) for name in ("good", "bad"))

    def measured(self: object, number: int, scenario: object, one: object) -> object:
        if (one.name, number, scenario.name) == ("bad", 2, results.CACHED):
            raise bench.CannotRunError("no more")
        return results.Run(one.name, scenario.name, number, 1, 1.0, 1.0, 1.0, 1, 1)

    monkeypatch.setattr(bench.Bench, "_measured", measured)
    played = bench.Bench(tmp_path, {}, SCENARIOS)
    for number in (1, 2, 3):
        played.repeat(number, [good, bad])
    assert {r.repeat for r in played.runs if r.contestant == "bad"} == {1}
    assert {r.repeat for r in played.runs if r.contestant == "good"} == {1, 2, 3}
    assert played.failed == {"bad": "repetition 2, cached: no more"}
    assert played.measured == {"good", "bad"}


ASKER = """
import json, pathlib, sys, urllib.request
letters, base_url, cache, out = sys.argv[1:]
cache, out = pathlib.Path(cache), pathlib.Path(out)
ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
with out.open("w") as lines:
    for letter in pathlib.Path(letters).glob("*.txt"):
        if not (cache / letter.name).exists():
            body = json.dumps({"messages": [{"role": "user", "content": letter.read_text()}]}).encode()
            ask(urllib.request.Request(f"{base_url}/chat/completions", body)).read()
            cache.mkdir(exist_ok=True)
            (cache / letter.name).touch()
        lines.write("{}\\n")
"""


class Asker(bench.Contestant):  # type: ignore[misc, name-defined]
    """A contestant that asks once a letter, and keeps what it has asked."""

    def command(self, job: object) -> list[str]:
        """The script above over a job."""
        return [sys.executable, "-c", ASKER, str(job.letters), job.endpoint.base_url, str(job.cache), str(job.out)]


@pytest.fixture
def endpoint() -> Iterator[object]:
    """An endpoint that answers at once."""
    command = [sys.executable, str(EVALS / "loopback_endpoint.py"), "--latency", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield bench.Endpoint(process.stdout.readline().strip(), process.pid)
        finally:
            process.terminate()


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_a_repetition_is_measured_whole(tmp_path: Path, endpoint: object) -> None:
    """Requests are those that the endpoint counted, and the second run has what the first one kept."""
    scenarios = [results.Scenario(name, n) for name, n in ((results.ONE, 1), (results.CLIENT, 3), (results.CACHED, 3))]
    for count in (1, 3):
        bench.write_letters(tmp_path / f"letters-{count}", count)
    played = bench.Bench(tmp_path, {(0.0, None): endpoint}, scenarios)
    played.repeat(1, [Asker("asker", Path(sys.executable), "", "")])
    assert played.failed == {}
    assert [(r.scenario, r.requests, r.complete) for r in played.runs] == [
        (results.ONE, 1, 1),
        (results.CLIENT, 3, 3),
        (results.CACHED, 0, 3),
    ]
    assert all(r.cpu > 0 and r.wall > 0 and r.rss > 1 for r in played.runs)


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_a_contestant_that_loses_letters_has_no_figures(tmp_path: Path, endpoint: object) -> None:
    """Who is quick because it did not do the work is left out."""
    bench.write_letters(tmp_path / "letters-2", 1)  # one short of what is counted
    played = bench.Bench(tmp_path, {(0.0, None): endpoint}, [results.Scenario(results.CLIENT, 2)])
    played.repeat(1, [Asker("asker", Path(sys.executable), "", "")])
    assert played.runs == []
    assert "only 1 of 2 letters have a record" in played.failed["asker"]


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    """Its last line, and its exit code."""
    with pytest.raises(bench.CannotRunError, match="exit code 3: no such thing"):
        bench.spend([sys.executable, "-c", "import sys; print('no such thing'); sys.exit(3)"], {}, tmp_path)


def test_a_process_is_charged_with_its_children(tmp_path: Path) -> None:
    """Processor time of a child that it waited for is its own."""
    child = "sum(i * i for i in range(3_000_000))"
    busy = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    idle = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])"
    spent = [bench.spend([sys.executable, "-c", code], {}, tmp_path).cpu for code in (busy, idle)]
    assert spent[0] > spent[1]


@pytest.mark.parametrize("complete", [2, 1])
def test_a_driver_with_an_empty_record_has_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str], complete: int) -> None:
    """A library that swallows failed requests and returns empty rows is not measured as a quick one."""
    job = driving.Job(tmp_path, "", "", 1, tmp_path, tmp_path / "out.jsonl")
    if complete == 2:
        driving.Clock().report(job, [{"items": [1]}, {"items": [2]}], complete, "1.0")
    else:
        with pytest.raises(SystemExit, match="only 1 of 2"):
            driving.Clock().report(job, [{"items": [1]}, {}], complete, "1.0")
    told = json.loads(capsys.readouterr().out)
    assert (told["letters"], told["complete"], told["version"]) == (2, complete, "1.0")
    assert told["cpu_seconds"] > 0
    assert len(job.out.read_text("utf-8").splitlines()) == 2


def test_every_contestant_has_a_driver_and_a_lock() -> None:
    """What the bench would start is there: a driver that compiles, and a lock with hashes and without addresses."""
    peers = [c for c in bench.contestants() if c.engine is None]
    assert {c.name for c in peers} == {"instructor", "curator", "delm", "langextract"}
    for peer in peers:
        driver = EVALS / "peers" / f"run_{peer.name}.py"
        compile(driver.read_text("utf-8"), str(driver), "exec")
        lock = (EVALS / "peers" / f"requirements-{peer.name}.txt").read_text("utf-8")
        assert f"\n{peer.package}==" in f"\n{lock}"
        assert "--hash=sha256:" in lock
        assert "://" not in lock


def test_the_answers_fit_the_schemas_that_they_answer() -> None:
    """The fixed answers are records for the peers, and answers to our own questions."""
    from llm_extract.questions import ClinicalAnswer, ItemAnswer, ReasonsAnswer

    answers = json.loads((EVALS / "peers" / "answers.json").read_text("utf-8"))
    sys.path.insert(0, str(EVALS / "peers"))
    try:
        record = __import__("schema").Record
    finally:
        sys.path.remove(str(EVALS / "peers"))
        sys.modules.pop("schema")
    for model in (record, ClinicalAnswer, ItemAnswer, ReasonsAnswer):
        model.model_validate(answers[model.__name__])
    assert answers["output_schema"] == answers["Record"]
    assert answers["MultipleExtract"]["letter"] | answers["MultipleExtract"]["items"] == answers["Record"]
