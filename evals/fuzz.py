"""Mutated letters without end, outside of the tests: `python evals/fuzz.py --minutes 10`, or `--letters 5000 --seed 7`.

Takes the letters of `evals/gold` that are for development, those of `evals/practice` and of `fixtures`, spoils them with
`mutations.py`, reads them with rules, grounding and checks, and holds what comes out against what must be true of any text:

- nothing raises, and the record fits the contract;
- every span of evidence lies in the letter, and the gate proves every value from it;
- no letter takes longer than `--slowest` seconds;
- lines broken elsewhere inside of sentences change nothing that is read.

A failure is printed with its seed; `--seed SEED --letters 1 --write FILE` makes that letter again. The exit code is 1 where
something failed. At the end it says how many of the rules' values the gate dropped, by field: those are the rules' to answer for.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

from mutations import mutated, rewrapped

from llm_extract.baseline import read_letter
from llm_extract.checks import check
from llm_extract.engine import Reading, spec_path
from llm_extract.grounding import ground, unsupported
from llm_extract.letters import Letter
from llm_extract.pipeline import assemble, with_treatments
from llm_extract.schema import Content
from llm_extract.sections import sections_of

ROOT = Path(__file__).parents[1]
SOURCES = ("evals/gold/text/dev-*.txt", "evals/practice/text/*.txt", "fixtures/letters/*.txt")


def texts() -> list[str]:
    """The letters that may be looked at."""
    return [path.read_text("utf-8", errors="replace") for source in SOURCES for path in sorted(ROOT.glob(source))]


def faults(letter: Letter, dropped: Counter[str]) -> Iterator[str]:
    """What is wrong with the reading of a letter, a sentence each."""
    rules = read_letter(letter)
    grounded = ground(rules, letter)
    dropped.update(spec_path(issue.pointer) for issue in grounded.issues if issue.code == "unsupported")
    reading = with_treatments(check(grounded, letter))
    Content.model_validate(assemble(reading).content)
    for pointer, found in reading.leaves():
        if any(not 0 <= s.start < s.end <= len(letter.text) for s in found.spans):
            yield f"evidence of {pointer} lies outside of the letter"
        elif why := unsupported(pointer, found, letter):
            yield f"{pointer} stands though {why}"


def values(reading: Reading) -> dict[str, object]:
    """What is read, without its places."""
    return {pointer: found.value for pointer, found in reading.leaves()}


def differences(text: str, other: str) -> Iterator[str]:
    """The fields that two texts of the same words are read differently in."""
    if sections_of(Letter("letter", "", "", text)).layout == "unknown":  # it has nothing but its lines to be divided by
        return
    a, b = (values(read_letter(Letter("letter", "", "", t))) for t in (text, other))
    yield from (
        f"{pointer} changes with the line ends" for pointer in sorted(a.keys() | b.keys()) if a.get(pointer) != b.get(pointer)
    )


def tried(seed: int, known: list[str], dropped: Counter[str], slowest: float) -> tuple[str, list[str], list[str]]:
    """The letter of a seed, the names of its mutations, and what is wrong with how it is read."""
    chance = Random(seed)
    text, other = chance.choice(known), chance.choice(known)
    wrapped = rewrapped(text, chance)
    spoilt, names = mutated(text, other, chance)
    started = time.perf_counter()
    try:
        found = [*faults(Letter("letter", "", "", spoilt), dropped), *differences(text, wrapped)]
    except Exception:  # whatever it is, it is what is looked for
        found = [traceback.format_exc(limit=-3)]
    took = time.perf_counter() - started
    return spoilt, names, [*found, *([f"took {took:.1f} s"] if took > slowest else [])]


def main() -> int:
    """Try seeds until the letters or the minutes are used up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=1000, help="letters to try; ignored where --minutes is given")
    parser.add_argument("--minutes", type=float, help="try letters for so long")
    parser.add_argument("--seed", type=int, default=0, help="of the first letter; the next ones count on")
    parser.add_argument("--slowest", type=float, default=5.0, help="seconds that a letter may take at most")
    parser.add_argument("--write", type=Path, help="write the (last) letter that failed to this file")
    given = parser.parse_args()
    known, dropped, failed, until = texts(), Counter[str](), 0, time.monotonic() + 60 * (given.minutes or 0)
    done = 0
    for seed in count(given.seed):
        if (time.monotonic() > until) if given.minutes else (done == given.letters):
            break
        text, names, found = tried(seed, known, dropped, given.slowest)
        done += 1
        failed += bool(found)
        if found:
            print(f"seed {seed} ({', '.join(names)}):", *found, sep="\n  ")
            if given.write:
                given.write.write_text(text, "utf-8", errors="replace", newline="")
    print(f"{done} letters, {failed} failed. Dropped by the gate: {dict(dropped.most_common())}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
