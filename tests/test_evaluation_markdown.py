"""The report as Markdown and as tables of text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from case_folders import Change, cases_folder, evaluated, label_of, loaded, opener, record, relabel, setting

from llm_extract.evaluation.cases import load_cases
from llm_extract.evaluation.gate import gate
from llm_extract.evaluation.kept import Kept
from llm_extract.evaluation.markdown import fields, markdown, overview, tables
from llm_extract.evaluation.report import EngineRun, Report
from llm_extract.schema import Record

STRANGE = "a|b\\ \n| c"
"""A name that would tear a table."""

Evaluation = tuple[list[EngineRun], Report]


def changed(name: str, *changes: Change, **other: str) -> dict[str, Record]:
    """A letter's record, changed."""
    return {name: record(label_of(name), *changes, **other)}


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """Two engines, errors of all kinds, a failed letter, one left out, two splits and a name that would tear a table."""
    folder = cases_folder(
        tmp_path_factory.mktemp("markdown") / "cases", "first-letter", "omeprazole-short", "notice-2013", "trap-letter"
    )
    relabel(folder, "trap-letter", setting("/patient/age", "44|"))
    lines = [
        f'{{"letter_id": "{name}", "split": "{split}", "traps": ["a|b"]}}\n'
        for name, split in (("first-letter", "test"), ("omeprazole-short", "test"), ("notice-2013", "dev"))
    ]
    (folder / "manifest.jsonl").write_text("".join(lines))
    cases = load_cases(folder, opener, skip_mistaken=True)
    extra = {**label_of("first-letter")["items"][1], "treatment": "Gym membership"}
    errors = changed("first-letter", lambda d: d["items"].append(extra), setting("/items/0/decision", "overturned"))
    return evaluated(cases, **{"baseline": changed("omeprazole-short", status="failed"), STRANGE: errors})


def cells(line: str) -> list[str]:
    """The cells of a line of a table: bars that are not escaped part them."""
    assert line.startswith("| ")
    assert line.endswith(" |")
    return re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]


def test_every_table_is_well_formed(evaluation: Evaluation) -> None:
    """Each row has as many cells as its head, a blank line before and behind, whatever the engines and traps are called."""
    _, report = evaluation
    blocks = markdown(report).split("\n\n")
    found = [block.splitlines() for block in blocks if block.startswith("|")]
    assert len(found) == len(tables(report)) == 8
    for lines in found:
        widths = {len(cells(line)) for line in lines}
        assert widths == {len(cells(lines[0]))}
        assert {cell.strip() for cell in cells(lines[1])} == {"---"}
    assert [len(lines) - 2 for lines in found] == [len(table.rows) for table in tables(report)]


def test_every_table_of_text_is_well_formed(evaluation: Evaluation) -> None:
    """What the terminal prints has no ragged row either, and every table has something to say."""
    for table in tables(evaluation[1]):
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.title
        assert len(set(table.columns)) == len(table.columns)


def test_the_head_says_what_to_use_and_what_to_mind(evaluation: Evaluation) -> None:
    """Verdict first; then each weakness, warning and left-out letter on a line of its own."""
    _, report = evaluation
    text = markdown(report)
    assert text.startswith(f"# Evaluation\n\n**Use {report.verdict.use}.** {report.verdict.because[0]}")
    for sentence in (*report.verdict.fails, *report.warnings, *report.cases.left_out):
        assert re.search(rf"^- .*{re.escape(sentence)}$", text, re.MULTILINE)
    assert "- Left out: labels/trap-letter.json: /patient/age: " in text
    assert "1 letters have no usable record" in text


def test_the_overview_is_of_the_headline_letters(evaluation: Evaluation) -> None:
    """Where there is a test split its letters alone are counted, and the note says so."""
    table = overview(evaluation[1])
    assert table.note.startswith("2 test letters, 3 items, ")
    line = dict(zip(table.columns, table.rows[0], strict=True))
    assert (line["engine"], line["perfect letters"].split()[0]) == ("baseline", "1/2")


def test_fields_say_how_many_values_they_rest_on(evaluation: Evaluation) -> None:
    """And a dash where no label and no record has any."""
    lines = {row[0]: row[1:] for row in fields(evaluation[1]).rows}
    assert lines["decision"][0] == "3"
    assert lines["date_of_service"] == ("0", "–", "–")


def test_a_gate_that_failed_stands_with_its_reasons(evaluation: Evaluation) -> None:
    """The failed checks come before the tables; a gate that passed is one line."""
    runs, report = evaluation
    kept = Kept(Path("kept"), report, [row for run in runs for row in run.rows])
    outcome = gate(report, runs, kept, margin=0)
    assert "\n## Gate passed\n" in markdown(report, outcome)
    check = outcome.checks[0].model_copy(update={"passed": False, "detail": "worse"})
    outcome = outcome.model_copy(update={"checks": (check, *outcome.checks[1:])})
    text = markdown(report, outcome)
    assert f"\n## Gate FAILED: 1 of {len(outcome.checks)} checks\n\n- baseline, field core: worse\n" in text
    assert text.index("## Gate") < text.index("## Engines")


def test_a_single_engine_needs_no_other(tmp_path: Path) -> None:
    """Without a baseline and without splits the tables are as well formed, if shorter."""
    _, report = evaluated(loaded(cases_folder(tmp_path / "cases", "first-letter")), model={})
    found = [block.splitlines() for block in markdown(report).split("\n\n") if block.startswith("|")]
    assert all(len({len(cells(line)) for line in lines}) == 1 for lines in found)
    assert "nothing says what the model adds" in markdown(report)
