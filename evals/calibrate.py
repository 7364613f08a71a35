"""Fit the confidence of values and the cascade's trials on the calibration letters; writes llm_extract/data/*.json.

`evals/calibration` holds letters that neither rules nor prompts were written with: on letters that a rule was tuned on it is
always right, and its confidence would flatter. No letter of `test` has a say either. The engine `model`, of which the calibration
letters have no recorded answers, is fitted on `dev` of evals/gold, and so is `hybrid` as long as they have none for it either;
then the cascade has no trials, proves nothing, and asks about every letter. Reads recorded answers only.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import llm_extract
from llm_extract.cascade import Trial, Trials, sureness
from llm_extract.confidence import Calibration, Signals, of_nothing
from llm_extract.evaluating import Plan, Variant, read_all, variants
from llm_extract.evaluation.cases import Case, load_cases
from llm_extract.evaluation.evaluate import BASELINE, Reader, row_signals
from llm_extract.evaluation.score import ERRORS, ITEM, Row, score
from llm_extract.hybrid import rules_of
from llm_extract.letters import Letter
from llm_extract.questions import Questions
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import model_name, open_letter

HERE = Path(__file__).parent
OUT = Path(llm_extract.__file__).parent / "data"
FOLDS = 5
"""A letter's sureness is that of a calibration which has not seen it: fitted on the other folds."""

Seen = list[tuple[Signals, bool]]
_MAY_BE_EMPTY = ("diagnoses", "medications", "prior_treatments")


@dataclass(frozen=True)
class Read:
    """One folder of labelled letters, read by its engines."""

    cases: list[Case]
    letters: dict[str, Letter]
    readers: dict[str, Reader]


def read(folder: Path, engines: Sequence[str], *, split: str | None = None) -> Read:
    """The letters of a folder (of one split) by engine, from recorded answers."""
    chosen: tuple[Variant, ...] = variants(engines, (), {})
    opener = partial(open_letter, chosen[0].settings)
    cases = [case for case in load_cases(folder, opener).cases if split in (None, case.split)]
    readers = asyncio.run(read_all(Plan(cases=folder, variants=chosen, replay=True), cases))
    return Read(cases, {case.letter_id: opener(case.file) for case in cases}, {reader.name: reader for reader in readers})


def rows_of(case: Case, record: Record) -> list[Row]:
    """The scored values of one letter."""
    return [row for row in score(case.letter_id, record.run.engine, case.label, record) if row.field != ITEM]


def seen(letters: Read, engine: str, case: Case) -> Seen:
    """Each value that an engine gave in a letter, and whether it was right."""
    letter, traced = letters.letters[case.letter_id], letters.readers[engine].readings[case.letter_id]
    other = None if engine == BASELINE else letters.readers[BASELINE].readings[case.letter_id].record
    signals = ((row, row_signals(row, traced, other, letter)) for row in rows_of(case, traced.record))
    return [(s, row.outcome == "correct") for row, s in signals if s is not None]


def nothing_of(case: Case, record: Record) -> Iterator[tuple[Signals, bool]]:
    """Each list that the rules left empty, and whether the label does too."""
    for name in _MAY_BE_EMPTY:
        if not getattr(record.clinical, name):
            yield of_nothing(BASELINE, name), not getattr(case.label.clinical, name)
    if len(record.items) == len(case.label.items):
        for mine, theirs in zip(record.items, case.label.items, strict=True):
            if not mine.reasons:
                yield of_nothing(BASELINE, "reasons"), not theirs.reasons


def errors_of(case: Case, record: Record) -> float:
    """Share of a letter's values that are wrong, missing or invented."""
    outcomes = [row.outcome for row in rows_of(case, record) if row.outcome != "correctly_null"]
    return sum(outcome in ERRORS for outcome in outcomes) / max(len(outcomes), 1)


def trials(letters: Read, by_rules: dict[str, Seen]) -> Iterator[Trial]:
    """A trial a letter, its sureness by a calibration of the other folds."""
    for index, case in enumerate(letters.cases):
        others = (s for i, other in enumerate(letters.cases) if i % FOLDS != index % FOLDS for s in by_rules[other.letter_id])
        letter = letters.letters[case.letter_id]
        yield Trial(
            sureness(rules_of(letter), letter, Calibration.fit(others)),
            errors_of(case, letters.readers[BASELINE].readings[case.letter_id].record),
            errors_of(case, letters.readers["hybrid"].readings[case.letter_id].record),
        )


def main() -> None:
    """Fit both and write them."""
    recorded = (HERE / "calibration" / "answers").is_dir()
    fresh = read(HERE / "calibration", (BASELINE, "hybrid") if recorded else (BASELINE,))
    dev = read(HERE / "gold", (BASELINE, "model", "hybrid"), split="dev")
    by_rules = {
        case.letter_id: seen(fresh, BASELINE, case)
        + list(nothing_of(case, fresh.readers[BASELINE].readings[case.letter_id].record))
        for case in fresh.cases
    }
    by_both = [s for case in (fresh if recorded else dev).cases for s in seen(fresh if recorded else dev, "hybrid", case)]
    by_model = [s for case in dev.cases for s in seen(dev, "model", case)]
    calibration = Calibration.fit([*(s for values in by_rules.values() for s in values), *by_both, *by_model])
    (OUT / "confidence.json").write_text(calibration.as_json(), "utf-8")
    settings = Settings()
    kept = Trials(model_name(settings), Questions.load(settings).names, tuple(trials(fresh, by_rules)) if recorded else ())
    (OUT / "cascade.json").write_text(kept.as_json(), "utf-8")
    hits, values = calibration.classes[()]
    sys.stdout.write(f"{values} values, {hits} of them right; {len(kept.trials)} trials of the cascade\n")
    if not recorded:
        sys.stdout.write("evals/calibration has no recorded answers: hybrid is fitted on dev, and the cascade has no trials.\n")


if __name__ == "__main__":
    main()
