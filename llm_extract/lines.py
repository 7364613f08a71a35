"""A record as the line of `records.jsonl` that it is, with the little that a run counts of it.

Letters are read in processes of their own (`workers`). What they hand over is written as it is: the first process neither parses
nor validates nor prints a record again, which would take it longer than all else that it does for a letter but asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from llm_extract.schema import Record, record_line


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
        return cls.counted(data["status"], data["run"], (issue["code"] for issue in data["issues"]))

    @classmethod
    def counted(cls, status: str, run: Mapping[str, Any], codes: Iterable[str]) -> Share:
        """The share of a record with this status, these costs by the names of `RunInfo`, and issues with these codes."""
        why = tuple(dict.fromkeys(codes)) if status == "failed" else ()
        return cls(status, run["input_tokens"], run["output_tokens"], run["attempts"], run["cost_usd"], run["seconds"], why)


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
        codes = tuple(dict.fromkeys(issue.code for issue in record.issues))
        share = Share.counted(record.status, vars(record.run), codes)
        return cls(record_line(record), record.letter_id, record.source.sha256, record.run.model, codes, share)

    @property
    def status(self) -> str:
        """The record's status."""
        return self.share.status

    def record(self) -> Record:
        """The record again."""
        return Record.model_validate_json(self.text)
