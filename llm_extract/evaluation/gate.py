"""The gate: may a change land? Held against a kept report, engine by engine.

Three kinds of checks, all of which have to pass:

- `field`: the lower bound of the 95 % interval of (F1 now - F1 kept), paired by letter, is not below -margin.
- `letter`: no letter that was perfect in all core fields has an error there now.
- `schema`: every record is valid and usable: none `failed` that was not before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from xml.etree import ElementTree

from llm_extract.errors import SettingsError
from llm_extract.evaluation.kept import Kept, KeptReportError
from llm_extract.evaluation.metrics import FIELD_NAMES, GROUPS, Tallies
from llm_extract.evaluation.report import Difference, EngineRun, Part, Report, differences

GATED = ("core", "clinical", "reasons", "decision")
"""Gated where nothing else is named."""


class Check(Part):
    """One thing that had to hold."""

    kind: str
    engine: str
    name: str
    passed: bool
    detail: str


class Gate(Part):
    """The outcome against a kept report."""

    against: str
    margin: float
    checks: tuple[Check, ...]
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)


def gate(report: Report, runs: Sequence[EngineRun], kept: Kept, *, margin: float, gated: Sequence[str] = ()) -> Gate:
    """Hold a report against a kept one; `gated` fields and groups, `GATED` where none is named.

    Raises `KeptReportError` where the two share no engine or no letter, and `SettingsError` for a field that there is not.
    """
    gated = tuple(gated) or GATED
    refuse_unknown(gated)
    headline = {line.letter_id for line in report.letters if line.headline}
    before = {line.letter_id: line for line in kept.report.letters}
    letters = [letter_id for letter_id in before if letter_id in headline]
    shared = [run for run in runs if any(engine.name == run.name for engine in kept.report.engines)]
    refuse_other_cases(kept, [run.name for run in runs], headline)
    checks: list[Check] = []
    found: list[Difference] = []
    for run in shared:
        old = Tallies.of((row for row in kept.rows if row.engine == run.name), letters)
        own = differences(run.name, Tallies.of(run.rows, letters), "kept report", old)
        found += own
        checks += [*_fields(own, margin, gated), *_letters(run.name, report, kept), *_schema(run.name, report, kept)]
    return Gate(against=str(kept.path), margin=margin, checks=tuple(checks), differences=tuple(found))


def refuse_unknown(gated: Iterable[str]) -> None:
    """Raise `SettingsError` for a field or group that there is not."""
    known = (*GROUPS, *FIELD_NAMES)
    if unknown := sorted(set(gated) - set(known)):
        raise SettingsError(f"There is no field {', '.join(unknown)} to gate; there is: {', '.join(known)}.")


def refuse_other_cases(kept: Kept, engines: Collection[str], letters: Collection[str]) -> None:
    """Raise `KeptReportError` where a kept report has none of these engines or none of these letters."""
    for what, theirs, ours in (
        ("letter", {line.letter_id for line in kept.report.letters}, letters),
        ("engine", {engine.name for engine in kept.report.engines}, engines),
    ):
        if theirs.isdisjoint(ours):
            raise KeptReportError(f"The kept report in {kept.path} has no {what} of this evaluation: name another one.")


def _fields(own: Sequence[Difference], margin: float, gated: Sequence[str]) -> Iterator[Check]:
    for difference in own:
        if difference.name in gated and not difference.repeats_a_group:
            low = difference.low
            change = difference.difference
            detail = (
                "nothing to compare"
                if low is None or change is None
                else f"F1 {100 * change:+.2f} points, lower bound {100 * low:+.2f}, {100 * margin:.2f} may be lost"
            )
            yield Check(
                kind="field", engine=difference.engine, name=difference.name, passed=low is None or low >= -margin, detail=detail
            )


def _letters(engine: str, report: Report, kept: Kept) -> Iterator[Check]:
    """A check for each letter that was perfect in all core fields."""
    now = {line.letter_id: line.engines[engine] for line in report.letters if engine in line.engines}
    for line in kept.report.letters:
        was = line.engines.get(engine)
        if was is not None and was.core_errors == 0 and was.status != "failed" and line.letter_id in now:
            errors = now[line.letter_id].core_errors
            yield Check(
                kind="letter", engine=engine, name=line.letter_id, passed=errors == 0, detail=f"{errors} core errors, none before"
            )


def _schema(engine: str, report: Report, kept: Kept) -> Iterator[Check]:
    was = {line.letter_id: line.engines[engine].status for line in kept.report.letters if engine in line.engines}
    failed = [
        line.letter_id
        for line in report.letters
        if engine in line.engines and line.engines[engine].status == "failed" and was.get(line.letter_id) not in (None, "failed")
    ]
    detail = f"without a usable record: {', '.join(failed)}" if failed else "every letter has a usable record that had one"
    yield Check(kind="schema", engine=engine, name="records", passed=not failed, detail=detail)


def junit(outcome: Gate) -> str:
    """The gate as JUnit XML: a test suite an engine, a test case a check."""
    suites = ElementTree.Element("testsuites", name="llm-extract eval")
    for engine in dict.fromkeys(check.engine for check in outcome.checks):
        own = [check for check in outcome.checks if check.engine == engine]
        failures = sum(not check.passed for check in own)
        suite = ElementTree.SubElement(suites, "testsuite", name=engine, tests=str(len(own)), failures=str(failures))
        for check in own:
            case = ElementTree.SubElement(suite, "testcase", classname=f"{engine}.{check.kind}", name=check.name)
            if not check.passed:
                ElementTree.SubElement(case, "failure", message=check.detail)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"
