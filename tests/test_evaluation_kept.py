"""A kept report comes back as it was, and says what has been fixed and broken since."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
from case_folders import Change, cases_folder, evaluated, label_of, loaded, record, setting

from llm_extract.evaluation.kept import Change as Changed
from llm_extract.evaluation.kept import KeptReportError, broken, changes, fixed, load, save
from llm_extract.evaluation.report import Report
from llm_extract.evaluation.score import Row, score
from llm_extract.schema import Label

FIRST = label_of("first-letter")


def rows(*made: Change, engine: str = "baseline", letter: str = "first-letter") -> list[Row]:
    """The rows of a record that says what the label says, but for some changes."""
    label = label_of(letter)
    return score(letter, engine, Label.model_validate(label), record(label, *made))


def said(change: Changed) -> tuple[str, str | None, str, str]:
    """What a change is about."""
    return change.field, change.pointer, change.before, change.after


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, list[Row]]:
    """Two engines over one letter, one of them with errors of each kind."""
    cases = loaded(cases_folder(tmp_path_factory.mktemp("kept") / "cases", "first-letter"))
    errors = record(
        FIRST,
        setting("/patient/age", 84),
        setting("/case/priority", None),
        setting("/clinical/medications", ["ibuprofen", "Norco", "aspirin"]),
        setting("/items/1/reviewer_guidelines/0/pages", [9, 8]),
    )
    runs, report = evaluated(cases, baseline={}, model={"first-letter": errors})
    return report, [row for run in runs for row in run.rows]


# --- the files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_file", [False, True])
def test_what_is_kept_comes_back(by_file: bool, evaluation: tuple[Report, list[Row]], tmp_path: Path) -> None:
    """Every figure and every leaf, citations as the tuples that they are compared as; named by its folder or its file."""
    report, kept_rows = evaluation
    save(tmp_path / "a" / "b", report, kept_rows, {})
    kept = load(tmp_path / "a" / "b" / "report.json" if by_file else tmp_path / "a" / "b")
    assert (kept.path, kept.report, list(kept.rows)) == (tmp_path / "a" / "b", report, kept_rows)
    assert changes(kept.rows, kept_rows) == []


def test_rows_stand_by_themselves(evaluation: tuple[Report, list[Row]], tmp_path: Path) -> None:
    """Each is a JSON object that names its letter's slices too, for whoever counts them without this program."""
    report, kept_rows = evaluation
    save(tmp_path, report, kept_rows, {"first-letter": {"split": "dev"}})
    with lzma.open(tmp_path / "rows.jsonl.xz", "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(lines) == len(kept_rows)
    assert {(line["letter_id"], line["slices"]["split"]) for line in lines} == {("first-letter", "dev")}


def test_the_same_report_is_the_same_bytes(evaluation: tuple[Report, list[Row]], tmp_path: Path) -> None:
    """Kept in a repository it changes only where a figure changes."""
    for name in ("a", "b"):
        save(tmp_path / name, *evaluation, {})
    for file in ("report.json", "rows.jsonl.xz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("report.json", None, "report.json is missing"),
        ("rows.jsonl.xz", None, "rows.jsonl.xz is missing"),
        ("report.json", b"{", "cannot be read"),
        ("report.json", b"{}", "cannot be read"),
        ("rows.jsonl.xz", b"no archive", "cannot be read"),
        ("rows.jsonl.xz", lzma.compress(b"rows and rows")[:-9], "cannot be read"),
        ("rows.jsonl.xz", lzma.compress(b"a" * 90)[:12] + b"\xff" * 9, "cannot be read"),
        ("rows.jsonl.xz", lzma.compress(b"[1]\n"), "cannot be read"),
        ("rows.jsonl.xz", lzma.compress(b"{}\n"), "cannot be read"),
        ("rows.jsonl.xz", lzma.compress(b'{"by": "someone"}\n'), "cannot be read"),
    ],
    ids=["no-report", "no-rows", "cut", "other", "not-packed", "cut-off", "flipped", "list", "empty", "strange"],
)
def test_what_is_no_kept_report_is_said(
    file: str, content: bytes | None, message: str, evaluation: tuple[Report, list[Row]], tmp_path: Path
) -> None:
    """A file that is missing or damaged is wrong use, told in a sentence."""
    save(tmp_path, *evaluation, {})
    (tmp_path / file).unlink() if content is None else (tmp_path / file).write_bytes(content)
    with pytest.raises(KeptReportError, match=message) as wrong:
        load(tmp_path)
    assert str(tmp_path) in str(wrong.value)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """As it was named."""
    with pytest.raises(KeptReportError, match=r"nowhere is no kept report: report\.json is missing"):
        load(tmp_path / "nowhere")


# --- changes ---------------------------------------------------------------------------------------------------------


def test_nothing_changed_is_no_change() -> None:
    """Errors that stay errors, of whatever kind, and values that stay right."""
    wrong, missing = rows(setting("/patient/age", 84)), rows(setting("/patient/age", None))
    assert changes(wrong, wrong) == []
    assert changes(wrong, missing) == []


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (setting("/patient/age", 84), ("age", "/patient/age", "wrong")),
        (setting("/patient/age", None), ("age", "/patient/age", "missing")),
        (setting("/items/0/decision", "overturned"), ("decision", "/items/0/decision", "wrong")),
        (setting("/clinical/medications", ["ibuprofen"]), ("medications", "/clinical/medications/1", "missing")),
    ],
)
def test_a_leaf_is_broken_one_way_and_fixed_the_other(change: Change, about: tuple[str, str, str]) -> None:
    """What was right and is wrong or missing now is broken; backwards it is fixed."""
    field, pointer, outcome = about
    (worse,) = changes(rows(), rows(change))
    assert said(worse) == (field, pointer, "correct", outcome)
    assert (list(broken([worse])), list(fixed([worse]))) == ([worse], [])
    (better,) = changes(rows(change), rows())
    assert said(better) == (field, pointer, outcome, "correct")
    assert (list(broken([better])), list(fixed([better]))) == ([], [better])


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (setting("/clinical/medications", ["ibuprofen", "Norco", "aspirin"]), "medications", "aspirin"),
        (setting("/items/1/refills", 3), "refills", 3),
    ],
)
def test_an_invented_value_that_vanishes_is_fixed(change: Change, field: str, value: object) -> None:
    """It has no place in the label: it is known by what it says."""
    (better,) = changes(rows(change), rows())
    assert (better.field, better.was, better.now, better.before) == (field, value, None, "invented")
    assert list(fixed([better])) == [better]
    (worse,) = changes(rows(), rows(change))
    assert (worse.field, worse.was, worse.now, worse.after) == (field, None, value, "invented")
    assert list(broken([worse])) == [worse]


def test_an_invented_value_that_stays_is_no_change_wherever_it_stands() -> None:
    """The same invention at another place of the list is neither fixed nor broken."""
    one = setting("/clinical/medications", ["ibuprofen", "Norco", "aspirin"])
    other = setting("/clinical/medications", ["aspirin", "ibuprofen", "Norco"])
    assert changes(rows(one), rows(other)) == []


def test_letters_and_engines_of_one_side_alone_are_left_out() -> None:
    """A letter that was added, or an engine that was not asked this time, is neither fixed nor broken."""
    wrong = setting("/patient/age", 84)
    before = rows(wrong) + rows(wrong, engine="model")
    after = rows() + rows(setting("/patient/age", 1), letter="notice-2013")
    assert [(c.engine, c.letter_id) for c in changes(before, after)] == [("baseline", "first-letter")]


def test_of_two_invented_values_the_one_that_vanishes_is_fixed() -> None:
    """Neither has a place in the label, and still they are told apart."""
    two = setting("/clinical/medications", ["ibuprofen", "Norco", "Ambien", "aspirin"])
    one = setting("/clinical/medications", ["ibuprofen", "Norco", "aspirin"])
    assert [(change.was, change.after) for change in changes(rows(two), rows(one))] == [("Ambien", "not there")]
