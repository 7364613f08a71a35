"""How fast the rules read, against the floor of reading the file and searching it once with one compiled pattern.

`make bench` runs it: letters and kilobytes a second on one core, core F1 on the same letters, the share of each step, and the
memory that many letters take. Everything in one run on one machine, so that the ratios mean something where the seconds do not.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from llm_extract.baseline import (
    case_dates,
    citations,
    clinical,
    conditions,
    credentials,
    header,
    patient,
    read_letter,
    reasons,
    request,
    treatments,
)
from llm_extract.baseline.page import Page
from llm_extract.checks import check
from llm_extract.evaluation.metrics import GROUPS, Tallies
from llm_extract.evaluation.score import score
from llm_extract.evaluation.statistics import f1, f1_interval
from llm_extract.grounding import ground
from llm_extract.letters import Letter, letter_from_text
from llm_extract.pipeline import assemble, with_treatments
from llm_extract.schema import Content, Label

GOLD = Path(__file__).parent / "gold"
FLOOR = re.compile(r"(?i)\b(?:upheld|overturned|is (?:not )?medically necessary)\b")


def texts() -> dict[str, str]:
    """The gold letters by id."""
    return {path.stem: path.read_text("utf-8", errors="replace") for path in sorted((GOLD / "text").glob("*.txt"))}


def floor() -> int:
    """What no reader can do without: read each file, search it once."""
    return sum(len(FLOOR.findall(path.read_text("utf-8", errors="replace"))) for path in (GOLD / "text").glob("*.txt"))


def seconds(work: Callable[[], object], *, least: float = 2.0) -> float:
    """Seconds of processor time of one call, the best of as many as fit into `least` seconds: other processes only ever add."""
    best, until = float("inf"), time.perf_counter() + least
    while time.perf_counter() < until:
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def record_of(letter: Letter) -> Content:
    """A letter through rules, grounding and checks, as the program does."""
    reading = with_treatments(check(ground(read_letter(letter), letter), letter))
    return Content.model_validate(assemble(reading).content)


def letters(known: dict[str, str]) -> list[Letter]:
    """The letters anew: what a letter has cached of itself is not to be timed away."""
    return [Letter(letter_id, letter_id, "", text) for letter_id, text in known.items()]


def steps(known: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Seconds of each step over all letters; each on pages that have what the step before it made."""
    pages = [Page(letter) for letter in letters(known)]
    timed: list[tuple[str, Callable[[Page], object]]] = [
        ("folding", lambda page: page.letter.folded),
        ("sections", lambda page: page.sections),
        ("plain text, sentences", lambda page: (page.low, page.sentences, page.dated, page.latest_year)),
        ("case dates", case_dates.read_case_dates),
        ("header", header.read_header),
        ("credentials", credentials.read_credentials),
        ("patient", patient.read_patient),
        ("diagnoses", conditions.diagnoses),
        ("medications", clinical.medications),
        ("prior treatments", treatments.prior_treatments),
        ("requests", lambda page: [request.read_request(page.cut(item.request)) for item in page.sections.items]),
        ("citations", lambda page: [citations.read_citations(page, item.reviewer_guideline) for item in page.sections.items]),
        ("reasons", lambda page: [reasons.read_reasons(page, item.rationale, item.decision) for item in page.sections.items]),
    ]
    for name, step in timed:
        started = time.process_time()
        for page in pages:
            step(page)
        yield name, time.process_time() - started
    readings = [(read_letter(page.letter), page.letter) for page in pages]
    for name, gate in (("grounding", ground), ("checks", check)):
        started = time.process_time()
        for reading, letter in readings:
            gate(reading, letter)
        yield name, time.process_time() - started


def quality(known: dict[str, str], split: str) -> dict[str, float]:
    """Core F1 with its interval on the letters of a split."""
    ids = [letter_id for letter_id in known if letter_id.startswith(split)]
    labels = {i: Label.model_validate_json((GOLD / "labels" / f"{i}.json").read_bytes()) for i in ids}
    rows = [row for i in ids for row in score(i, "baseline", labels[i], record_of(letter_from_text(known[i], i)))]
    counts = Tallies.of(rows, ids).counts(GROUPS["core"])
    low, high = f1_interval(counts)
    return {"f1": float(f1(counts.sum(axis=0))), "low": low, "high": high}


def memory(known: dict[str, str], many: int) -> list[tuple[int, float]]:
    """Peak memory (MB) after a hundredth, a tenth, a half and all of `many` letters: it is flat where nothing is kept of them."""
    marks, found = {many // 100, many // 10, many // 2, many}, []
    for count, (letter_id, text) in enumerate(islice(cycle(known.items()), many), start=1):
        record_of(letter_from_text(text, letter_id))
        if count in marks:
            found.append((count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    return found


def main() -> None:
    """Measure, print, and write `evals/reports/bench-baseline.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=2_000, help="letters of the memory run")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "reports" / "bench-baseline.json")
    given = parser.parse_args()
    known = texts()
    kilobytes = sum(map(len, known.values())) / 1000
    rules = seconds(lambda: [read_letter(letter) for letter in letters(known)])
    whole = seconds(lambda: [record_of(letter) for letter in letters(known)])
    least = seconds(floor)
    by_step = dict(steps(known))
    report = {
        "letters": len(known),
        "kilobytes_a_letter": kilobytes / len(known),
        "letters_a_second_rules": len(known) / rules,
        "letters_of_3_kb_a_second_rules": kilobytes / 3 / rules,
        "letters_a_second_with_grounding_and_checks": len(known) / whole,
        "letters_of_3_kb_a_second_with_grounding_and_checks": kilobytes / 3 / whole,
        "times_the_floor": rules / least,
        "shares": {name: took / sum(by_step.values()) for name, took in by_step.items()},
        "core": {split: quality(known, split) for split in ("dev", "test")},
        "peak_megabytes": dict(memory(known, given.many)),
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
