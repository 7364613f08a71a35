"""A record as the line of `records.jsonl` that it is, with the little that a run counts of it.

Letters are read in processes of their own (`workers`). What they hand over is written as it is: the first process neither parses
nor validates nor prints a record again, which would take it longer than all else that it does for a letter but asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from llm_extract.schema import Issue, Record, record_line


class Share(NamedTuple):
    """What one record adds to the sums of its run. `why` holds the codes of the issues of a `failed` one."""

    status: str
    input_tokens: int
    output_tokens: int
    attempts: int
    cost_usd: float | None
    seconds: float
    why: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Share:
        """The share of a record whose line was parsed."""
        run = data["run"]
        why = tuple(dict.fromkeys(i["code"] for i in data["issues"])) if data["status"] == "failed" else ()
        return cls(
            data["status"], run["input_tokens"], run["output_tokens"], run["attempts"], run["cost_usd"], run["seconds"], why
        )


class RecordLine(NamedTuple):
    """`text` is the line without its end; `sha256` the letter's, `codes` those of the issues, `model` who was asked."""

    text: str
    letter_id: str
    sha256: str | None
    model: str | None
    codes: tuple[str, ...]
    share: Share

    @classmethod
    def of(cls, record: Record) -> RecordLine:
        """The line of a record."""
        run, codes = record.run, _codes(record.issues)
        why = codes if record.status == "failed" else ()
        share = Share(record.status, run.input_tokens, run.output_tokens, run.attempts, run.cost_usd, run.seconds, why)
        return cls(record_line(record), record.letter_id, record.source.sha256, run.model, codes, share)

    @property
    def status(self) -> str:
        """The record's status."""
        return self.share.status

    def record(self) -> Record:
        """The record again."""
        return Record.model_validate_json(self.text)


def _codes(issues: tuple[Issue, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(issue.code for issue in issues))
