"""`llm-extract export`: what it prints and writes, how it ends, and the questions of its docs."""

from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import samples
from click.testing import CliRunner, Result
from export_samples import item, record, run_of

from llm_extract import export
from llm_extract.baseline import drugs
from llm_extract.cli import main
from llm_extract.export import FORMATS
from llm_extract.ledger import RECORDS, RUN

Program = Callable[..., subprocess.CompletedProcess[str]]
DOCS = (samples.ROOT / "docs" / "export.md").read_text("utf-8")
OVERTURN_RATE, BY_READER, WHERE_IT_STANDS = re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL)

each_format = pytest.mark.parametrize("to", FORMATS)


def call(*arguments: str | Path) -> Result:
    """The program in this process."""
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the fixtures with the rules."""
    folder = tmp_path_factory.mktemp("run")
    assert call("run", samples.LETTERS, "--out", folder, "--engine", "baseline").exit_code == 0
    return folder


@pytest.fixture(scope="module")
def base(run: Path) -> Path:
    """The same as a database."""
    assert call("export", run, "--to", "duckdb").exit_code == 0
    return run / "export" / "records.duckdb"


def asked(base: Path, query: str) -> list[dict[str, Any]]:
    """Rows of a query."""
    with duckdb.connect(str(base), read_only=True) as db:
        return list(db.sql(query).to_arrow_table().to_pylist())


# --- the command -----------------------------------------------------------------------------------------------------


@each_format
def test_a_run_is_exported(program: Program, run: Path, to: str) -> None:
    """One line on standard output says what was written and where; the default place is the run's own folder."""
    done = program("export", run, "--to", to)
    target = run / "export" / FORMATS[to].target
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{len(samples.NAMES)} letters (0 failed), {len(items(run))} items: {target}\n"
    assert target.exists()


def items(run: Path) -> list[dict[str, Any]]:
    """All items of a run's records."""
    return [i for line in (run / RECORDS).read_text("utf-8").splitlines() for i in json.loads(line)["items"]]


def test_another_folder_can_be_given(run: Path, tmp_path: Path) -> None:
    """It is made, with its parents."""
    result = call("export", run, "--to", "csv", "--out", tmp_path / "a" / "b")
    assert result.exit_code == 0
    assert (tmp_path / "a" / "b" / "csv" / "letters.csv").exists()


def test_a_part_is_exported_with_a_warning(run: Path, tmp_path: Path) -> None:
    """On standard error, so that a script sees it and a pipe stays clean."""
    part = tmp_path / "part"
    part.mkdir()
    (part / RECORDS).write_bytes((run / RECORDS).read_bytes())
    (part / RUN).write_text(json.dumps({**json.loads((run / RUN).read_text()), "complete": False}))
    result = call("export", part, "--to", "csv")
    assert result.exit_code == 0
    assert result.stderr.startswith("llm-extract: this is a part of the run, not the whole: the run has not come to its end.")
    assert "incomplete_because,the run has not come to its end" in (part / "export/csv/run.csv").read_text("utf-8-sig")


@each_format
def test_without_a_run_nothing_is_written(tmp_path: Path, to: str) -> None:
    """Exit code 2 and one sentence."""
    result = call("export", tmp_path / "nothing", "--to", to)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(r"llm-extract: .* holds no run: give the folder that .* has written\.\n", result.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_one_sentence(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 and what to install."""
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    result = call("export", run, "--to", "xlsx", "--out", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == "llm-extract: Export to xlsx needs xlsxwriter: install llm_extract[export].\n"


def test_every_format_can_be_asked_for() -> None:
    """The command's choices are the formats, so that neither is forgotten."""
    (option,) = [p for p in main.commands["export"].params if p.name == "to"]
    assert list(option.type.choices) == list(FORMATS)  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
@each_format
def test_a_full_disk_is_one_sentence(run: Path, tmp_path: Path, environment: dict[str, str], to: str) -> None:
    """Exit code 2; what was exported before stands as it was, and nothing half beside it."""
    out = tmp_path / "out"
    call("export", run, "--to", to, "--out", out)
    before = {p: p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}

    def full_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    command = [sys.executable, "-m", "llm_extract", "export", str(run), "--to", to, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, preexec_fn=full_disk, check=False)
    assert done.returncode == 2, done.stderr
    assert re.fullmatch(
        r"llm-extract: .* cannot be written \(.*\): make room or give .*; an earlier export stands\.\n", done.stderr
    )
    assert {p: p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()} == before


# --- the questions of the docs ---------------------------------------------------------------------------------------


def test_the_docs_question_is_answered(run: Path, base: Path) -> None:
    """Overturn rate of opioids by specialty and year, as counted from the records themselves."""
    wanted: dict[tuple[str, int | None], list[str]] = {}
    for line in (run / RECORDS).read_text("utf-8").splitlines():
        found = json.loads(line)
        decided, specialties = found["case"]["decision_date"], found["reviewer"]["specialties"]
        for disputed in found["items"]:
            if disputed["category"] == "medication" and OPIOIDS & set((disputed["generic_name"] or "").split("/")):
                for specialty in set(specialties) or {"(not stated)"}:
                    wanted.setdefault((specialty, int(decided[:4]) if decided else None), []).append(disputed["decision"])
    rows = asked(base, OVERTURN_RATE)
    assert len(rows) == len(wanted) > 1
    for row in rows:
        decisions = wanted[row["specialty"], row["year"]]
        assert (row["decided"], row["overturned"]) == (len(decisions), decisions.count("overturned"))
        assert row["percent_overturned"] == pytest.approx(100 * row["overturned"] / row["decided"], abs=0.05)


OPIOIDS = set(re.findall(r"\('([a-z]+)'\)", OVERTURN_RATE))


def test_the_docs_question_keeps_odd_letters(tmp_path: Path) -> None:
    """No specialty, no date and a drug that nobody knows: shown where they can be, and left out only where they must."""
    opioid = item(generic_name="hydrocodone/acetaminophen", decision="overturned")
    others = (opioid, item(generic_name=None), item(generic_name="ibuprofen"), item(generic_name="tramadol", decision="upheld"))
    done = export.export_run(run_of(tmp_path, [record("a", items=others)]), "duckdb")
    (row,) = asked(done.path, OVERTURN_RATE)
    assert row == {
        "specialty": "(not stated)",
        "year": None,
        "decided": 2,
        "overturned": 1,
        "partially": 0,
        "percent_overturned": 50.0,
    }


def test_the_docs_list_of_opioids_is_whole() -> None:
    """Every drug that the package's table calls an opioid has an ingredient of the list."""
    table = Path(drugs.__file__).parent / "data" / "drugs.tsv"
    rows = [line.split("\t") for line in table.read_text("utf-8").splitlines()]
    opioids = {row[1] for row in rows if row[2:] == ["opioid"]}
    assert len(opioids) > 20
    assert {generic for generic in opioids if not OPIOIDS & set(generic.split("/"))} == set()


def test_the_docs_other_questions_are_answered(run: Path, base: Path) -> None:
    """Who gave each field, and where each decision stands."""
    by_reader = asked(base, BY_READER)
    decisions = [row for row in by_reader if row["field"] == "decision"]
    assert [(row["provenance"], row["values"]) for row in decisions] == [("baseline", len(items(run)))]
    stands = asked(base, WHERE_IT_STANDS)
    assert len(stands) == sum(i["decision"] == "overturned" for i in items(run))
    assert all(row["given_by"] == "baseline" and row["stands_at"] > 0 for row in stands)


def test_the_docs_python_is_true() -> None:
    """Each line of the example gives what its comment says."""
    (block,) = [b for b in re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL) if "undefused" in b]
    names: dict[str, Any] = {}
    imports, *examples = [line for line in block.splitlines() if line.strip()]
    exec(imports, names)  # noqa: S102 - our own docs
    for line in examples:
        expression, _, wanted = line.partition("#")
        assert eval(expression, names) == eval(wanted)  # noqa: S307 - our own docs
