"""Fit the confidence of values on the development letters of evals/gold, and write llm_extract/evaluation/data/confidence.json.

Reads recorded answers only. No letter of `test` has a say in it: a confidence that was fitted on the letters that it is
measured on would flatter.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import llm_extract.evaluation
from llm_extract.evaluating import ENGINES, Plan, read_all, variants
from llm_extract.evaluation.cases import Case, load_cases
from llm_extract.evaluation.confidence import Calibration, Signals
from llm_extract.evaluation.evaluate import BASELINE, Reader, row_signals
from llm_extract.evaluation.score import score
from llm_extract.wiring import open_letter

GOLD = Path(__file__).parent / "gold"
OUT = Path(llm_extract.evaluation.__file__).parent / "data" / "confidence.json"


def seen(reader: Reader, rules: Reader, cases: list[Case], opener: partial) -> Iterator[tuple[Signals, bool]]:
    """Each value that a reader gave, and whether it was right."""
    for case in cases:
        record, other = reader.records[case.letter_id], rules.records[case.letter_id]
        for row in score(case.letter_id, reader.name, case.label, record):
            signals = row_signals(row, record, None if reader is rules else other, opener(case.file))
            if signals is not None:
                yield signals, row.outcome == "correct"


def development_cases(opener: partial) -> list[Case]:
    """The letters that may have a say."""
    return [case for case in load_cases(GOLD, opener).cases if case.split == "dev"]


def fitted() -> Calibration:
    """The calibration that recorded answers and development labels give."""
    plan = Plan(cases=GOLD, variants=variants(ENGINES, (), {}), replay=True)
    opener = partial(open_letter, plan.variants[0].settings)
    cases = development_cases(opener)
    readers = asyncio.run(read_all(plan, cases))
    rules = next(reader for reader in readers if reader.name == BASELINE)
    return Calibration.fit(value for reader in readers for value in seen(reader, rules, cases, opener))


if __name__ == "__main__":
    calibration = fitted()
    OUT.write_text(calibration.as_json(), "utf-8")
    hits, values = calibration.classes[()]
    sys.stdout.write(f"{values} values of the development letters, {hits} of them right; written to {OUT.name}\n")
