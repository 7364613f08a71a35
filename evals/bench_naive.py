"""What asking well saves: the naive way of extraction against `hybrid`, same model, same letters, one run, nothing cached.

The naive way is what instructor's tutorial shows: the whole letter as the message, the whole contract as `response_model`, one
call, its default of retries left in place. `make bench-naive` runs it on some `dev` letters with the embedded model (some three
minutes a letter) and writes `evals/reports/bench-naive.json`: tokens and seconds a letter, F1 of both, and the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llm_extract.engine import Usage
from llm_extract.evaluation.cases import Case, load_cases
from llm_extract.evaluation.metrics import GROUPS, Tallies
from llm_extract.evaluation.score import Row, score
from llm_extract.evaluation.statistics import f1
from llm_extract.hybrid import Hybrid
from llm_extract.letters import Letter, read_letter
from llm_extract.local import LocalServer
from llm_extract.model import ModelClient
from llm_extract.pipeline import Pipeline
from llm_extract.questions import Questions
from llm_extract.reader import ModelReader
from llm_extract.schema import Content
from llm_extract.settings import Settings

HERE = Path(__file__).parent
OUT = HERE / "reports" / "bench-naive.json"
_LONGEST_ANSWER = 3000
_PATIENCE = 1800.0


@dataclass
class Tally:
    """One way of asking: what it found and what it cost over all letters."""

    name: str
    rows: list[Row] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    unanswered: int = 0

    def figures(self, ids: Sequence[str]) -> dict[str, object]:
        """A letter's mean cost, and F1 by group."""
        counts = Tallies.of(self.rows, ids)
        return {
            "input_tokens": self.usage.input_tokens / len(ids),
            "output_tokens": self.usage.output_tokens / len(ids),
            "requests": self.usage.attempts / len(ids),
            "seconds": self.seconds / len(ids),
            "letters_without_an_answer": self.unanswered,
            "f1": {name: float(f1(counts.counts(fields).sum(axis=0))) for name, fields in GROUPS.items()},
        }


async def naive(server: LocalServer, letter: Letter) -> tuple[Content, Usage, bool]:
    """The tutorial's call. An answer that never fits the schema is an empty content, and is paid for."""
    import instructor
    import openai
    from instructor.core.exceptions import InstructorRetryException

    usage = Usage()

    def count(completion: object) -> None:
        nonlocal usage
        counted = getattr(completion, "usage", None)
        usage += Usage(1, getattr(counted, "prompt_tokens", 0), getattr(counted, "completion_tokens", 0))

    bare = openai.AsyncOpenAI(base_url=server.base_url, api_key="unused", timeout=_PATIENCE)
    client = instructor.from_openai(bare, mode=instructor.Mode.JSON_SCHEMA)
    client.on("completion:response", count)
    messages = [{"role": "user", "content": f"Extract the record of this letter:\n\n{letter.text}"}]
    try:
        found = await client.chat.completions.create(
            model=server.model,
            response_model=Content,
            messages=messages,  # type: ignore[arg-type]
            max_tokens=_LONGEST_ANSWER,
            temperature=0,
        )
        return Content.model_validate(found.model_dump()), usage, True
    except InstructorRetryException:
        return Content(), usage, False
    finally:
        await bare.close()


def pipeline(server: LocalServer) -> Pipeline:
    """`hybrid` as the program has it, without any cache."""
    settings = Settings(timeout=_PATIENCE)
    client = ModelClient(settings, base_url=server.base_url, model=server.model)
    hybrid = Hybrid(ModelReader(client, Questions.load(settings)))
    return Pipeline(hybrid, lambda file: read_letter(file.path, letter_id=file.letter_id), concurrency=1)


async def measure(cases: Sequence[Case], server: LocalServer) -> tuple[Tally, Tally]:
    """Both ways in turn, letter by letter, so that a machine that slows down slows both."""
    asked_naively, asked_well = Tally("naive"), Tally("hybrid")
    ours = pipeline(server)
    for case in cases:
        letter = read_letter(case.file.path, letter_id=case.letter_id)
        started = time.perf_counter()
        content, usage, answered = await naive(server, letter)
        asked_naively.seconds += time.perf_counter() - started
        asked_naively.usage += usage
        asked_naively.unanswered += not answered
        asked_naively.rows += score(case.letter_id, "naive", case.label, content)
        started = time.perf_counter()
        record = await ours.read(letter)
        asked_well.seconds += time.perf_counter() - started
        asked_well.usage += Usage(record.run.attempts, record.run.input_tokens, record.run.output_tokens)
        asked_well.rows += score(case.letter_id, "hybrid", case.label, record)
        sys.stderr.write(f"{case.letter_id}: naive {asked_naively.seconds:.0f} s, hybrid {asked_well.seconds:.0f} s so far\n")
    await ours.close()
    return asked_naively, asked_well


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=6)
    given = parser.parse_args()
    cases = [c for c in load_cases(HERE / "gold", lambda f: read_letter(f.path, letter_id=f.letter_id)).cases if c.split == "dev"]
    chosen = cases[:: max(1, len(cases) // given.letters)][: given.letters]
    with LocalServer.from_settings(Settings()) as server:
        tallies = asyncio.run(measure(chosen, server))
    ids = [case.letter_id for case in chosen]
    figures = {tally.name: tally.figures(ids) for tally in tallies}
    plain, well = tallies
    ratios = {
        "output_tokens": well.usage.output_tokens / max(plain.usage.output_tokens, 1),
        "input_tokens": well.usage.input_tokens / max(plain.usage.input_tokens, 1),
        "seconds": well.seconds / plain.seconds,
    }
    report = {"letters": ids, **figures, "hybrid_to_naive": ratios}
    OUT.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
