"""The gate lets through what is no worse than what was kept, and says of everything else why not."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from case_folders import Change, cases_folder, evaluated, label_of, loaded, record, setting

from llm_extract.errors import SettingsError
from llm_extract.evaluation.cases import Cases
from llm_extract.evaluation.gate import GATED, Gate, gate, junit
from llm_extract.evaluation.kept import Kept, KeptReportError
from llm_extract.evaluation.report import EngineRun, Report
from llm_extract.schema import Record

FIRST = label_of("first-letter")
Evaluation = tuple[list[EngineRun], Report]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """Three labelled letters."""
    return loaded(cases_folder(tmp_path_factory.mktemp("gate") / "cases"))


@pytest.fixture(scope="module")
def perfect(cases: Cases) -> Evaluation:
    """An engine that makes no error."""
    return evaluated(cases, baseline={})


def kept(evaluation: Evaluation) -> Kept:
    """An evaluation as a kept report."""
    runs, report = evaluation
    return Kept(Path("kept"), report, [row for run in runs for row in run.rows])


def first(*changes: Change, status: str = "ok") -> dict[str, Record]:
    """The first letter's record, changed."""
    return {"first-letter": record(FIRST, *changes, status=status)}


def held(evaluation: Evaluation, against: Evaluation, *, margin: float = 0.0, gated: tuple[str, ...] = ()) -> Gate:
    """The gate."""
    runs, report = evaluation
    return gate(report, runs, kept(against), margin=margin, gated=gated)


def failed(outcome: Gate) -> list[tuple[str, str]]:
    """Kind and name of what did not pass."""
    return [(check.kind, check.name) for check in outcome.failures]


def test_an_evaluation_passes_against_itself(cases: Cases) -> None:
    """With no margin at all, errors and failed letters in it notwithstanding: nothing got worse."""
    worse = evaluated(cases, baseline=first(setting("/patient/age", 84)), model=first(status="failed"))
    outcome = held(worse, worse)
    assert outcome.passed
    assert failed(outcome) == []
    assert {(c.engine, c.kind) for c in outcome.checks} == {
        (e, k) for e in ("baseline", "model") for k in ("field", "letter", "schema")
    }
    assert {c.name for c in outcome.checks if c.kind == "field"} == set(GATED)


def test_a_flipped_decision_in_a_perfect_letter_fails(cases: Cases, perfect: Evaluation) -> None:
    """However wide the margin: one decision is worth more than a point of an average."""
    outcome = held(evaluated(cases, baseline=first(setting("/items/0/decision", "overturned"))), perfect, margin=1.0)
    assert not outcome.passed
    assert failed(outcome) == [("letter", "first-letter")]
    assert outcome.failures[0].detail == "1 core errors, none before"


def test_a_letter_that_had_errors_may_keep_having_them(cases: Cases) -> None:
    """Only perfect letters are held to be perfect."""
    before = evaluated(cases, baseline=first(setting("/patient/age", 84)))
    after = evaluated(cases, baseline=first(setting("/patient/age", 84), setting("/patient/sex", "male")))
    assert failed(held(after, before, margin=1.0)) == []


def test_a_lower_bound_below_the_margin_fails(cases: Cases, perfect: Evaluation) -> None:
    """What counts is how much may have been lost, not how much was; a margin as wide as that lets it through."""
    lost = evaluated(cases, baseline=first(setting("/clinical/medications", [])))
    outcome = held(lost, perfect)
    assert failed(outcome) == [("field", "clinical")]
    (clinical,) = [d for d in outcome.differences if d.name == "clinical"]
    assert clinical.low is not None
    assert clinical.difference is not None
    assert clinical.low < clinical.difference < 0
    assert (
        f"F1 {100 * clinical.difference:+.2f} points, lower bound {100 * clinical.low:+.2f}, 0.00 may be lost"
        in outcome.failures[0].detail
    )
    assert held(lost, perfect, margin=-clinical.low).passed
    assert not held(lost, perfect, margin=-clinical.low - 0.001).passed


def test_what_is_not_gated_may_get_worse(cases: Cases, perfect: Evaluation) -> None:
    """Only the named fields and groups are held against the kept report."""
    lost = evaluated(cases, baseline=first(setting("/clinical/medications", [])))
    assert held(lost, perfect, gated=("core", "reasons")).passed
    assert failed(held(lost, perfect, gated=("medications", "diagnoses"))) == [("field", "medications")]


def test_a_failed_record_fails(cases: Cases, perfect: Evaluation) -> None:
    """A letter that had a usable record and has none now is named."""
    outcome = held(evaluated(cases, baseline=first(status="failed")), perfect, margin=1.0)
    assert failed(outcome) == [("letter", "first-letter"), ("schema", "records")]
    assert outcome.failures[1].detail == "without a usable record: first-letter"


def test_a_letter_that_gets_better_passes(cases: Cases, perfect: Evaluation) -> None:
    """Nothing is wrong with fewer errors."""
    assert held(perfect, evaluated(cases, baseline=first(status="failed"))).passed


def test_a_field_that_nobody_has_is_no_loss(cases: Cases, perfect: Evaluation) -> None:
    """No value in any label or record: there is nothing to compare, and nothing to fail."""
    (only,) = [check for check in held(perfect, perfect, gated=("date_of_service",)).checks if check.kind == "field"]
    assert (only.passed, only.detail) == (True, "nothing to compare")


def test_an_unknown_field_is_named(perfect: Evaluation) -> None:
    """With those that there are; a typing error must not pass for a gate that holds."""
    with pytest.raises(
        SettingsError, match=r"There is no field decisoin, reson to gate; there is: core, clinical, reasons, all, "
    ):
        held(perfect, perfect, gated=("reson", "core", "decisoin"))


def test_a_report_of_other_cases_is_refused(perfect: Evaluation, tmp_path: Path) -> None:
    """Nothing can be said about letters, or engines, that the kept report does not know."""
    others = evaluated(loaded(cases_folder(tmp_path / "cases", "wrist-typos")), baseline={})
    with pytest.raises(KeptReportError, match="has no letter of this evaluation"):
        held(others, perfect)
    runs, report = perfect
    renamed = [EngineRun(f"new {run.name}", run.settings, run.records, run.rows, run.sensitivity) for run in runs]
    with pytest.raises(KeptReportError, match="has no engine of this evaluation"):
        gate(report, renamed, kept(perfect), margin=0)


def test_letters_and_engines_that_were_added_are_not_held_against_anything(
    cases: Cases, perfect: Evaluation, tmp_path: Path
) -> None:
    """The gate compares what both have."""
    fewer = evaluated(loaded(cases_folder(tmp_path / "cases", "first-letter", "notice-2013")), baseline={})
    more = evaluated(cases, baseline={}, model=first(status="failed"))
    outcome = held(more, fewer)
    assert outcome.passed
    assert {check.name for check in outcome.checks if check.kind == "letter"} == {"first-letter", "notice-2013"}
    assert {check.engine for check in outcome.checks} == {"baseline"}


def test_junit_parses_and_counts(cases: Cases, perfect: Evaluation) -> None:
    """A suite an engine, a case a check, a failure with its reason where a check did not pass; names are escaped."""
    lost = evaluated(cases, baseline=first(status="failed"))
    outcome = held(lost, perfect)
    strange = outcome.checks[0].model_copy(update={"engine": 'a<b>&"c"', "name": "</testcase>", "passed": False, "detail": "<&>"})
    outcome = outcome.model_copy(update={"checks": (*outcome.checks, strange)})
    whole = ElementTree.fromstring(junit(outcome).encode())  # noqa: S314 - our own
    assert [suite.get("name") for suite in whole] == ["baseline", 'a<b>&"c"']
    for suite in whole:
        checks = [check for check in outcome.checks if check.engine == suite.get("name")]
        failures = [(c.get("name"), f.get("message")) for c in suite for f in c.iter("failure")]
        assert suite.get("tests") == str(len(checks)) == str(len(suite))
        assert suite.get("failures") == str(len(failures))
        assert failures == [(check.name, check.detail) for check in checks if not check.passed]
    assert sum(int(suite.get("failures", "")) for suite in whole) == len(outcome.failures) > 1
