"""Measure how far the two blind labellings of evals/gold agree, and write evals/gold/agreement.md.

The first labelling is `first/NAME.json` where settling changed the label, else `labels/NAME.json`; the second is
`second/NAME.json`; what was settled stands in `settled.jsonl`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from llm_extract.evaluation.agreement import agreement, table
from llm_extract.schema import Label

GOLD = Path(__file__).parent / "gold"


def labels(*folders: str) -> dict[str, Label]:
    """Labels by letter; a later folder's stand before an earlier one's."""
    paths = (path for folder in folders for path in sorted((GOLD / folder).glob("*.json")))
    return {path.stem: Label.model_validate_json(path.read_bytes()) for path in paths}


def page() -> str:
    """The page as Markdown."""
    measured, disagreements = agreement(labels("labels", "first"), labels("second"))
    settled = [json.loads(line) for line in (GOLD / "settled.jsonl").read_text("utf-8").splitlines()]
    sides = {side: sum(s["settled"] == s[side] for s in settled) for side in ("first", "second")}
    neither = sum(s["settled"] not in (s["first"], s["second"]) for s in settled)
    return f"""# Agreement of two blind labellings

{len(labels("second"))} letters, each labelled twice by annotators who saw neither the other's labels nor the code.
**Both annotators were language models following the same guide** (the contract's rules and the conventions of DECISIONS.md):
they share habits that two people would not share, so that these figures are an upper bound, and no substitute for people.

{len(disagreements)} leaves differ. They were settled from the letter by a third, one line each in `settled.jsonl`:
{sides["first"]} as the first had it, {sides["second"]} as the second, {neither} as neither.

`equal`: share of equal values, "the letter does not say" among them. AC1: Gwet 2008. kappa: Cohen 1960. F1: of one labelling
against the other, for entries of lists and for values that either gives. Made by `make agreement`.

{table(measured)}"""


if __name__ == "__main__":
    text = page()
    (GOLD / "agreement.md").write_text(text, "utf-8")
    sys.stdout.write(text)
