"""Rows of letters and rows of records, as they go through Ray and stand in Parquet."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_extract.errors import LetterUnreadableError, SettingsError
from llm_extract.lines import RecordLine
from llm_extract.schema import Record

if TYPE_CHECKING:
    import pyarrow as pa

ID = "letter_id"
HOLDERS = ("text", "path", "bytes")
"""Columns of which one at least says what the letter is: its text, where its file is, or its file's bytes (PDF or text)."""

# --- letters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One row as it came: anything may stand in it, and nothing is looked at before the row is read."""

    letter_id: Any
    text: Any = None
    path: Any = None
    data: Any = None

    @property
    def name(self) -> str:
        """The letter's id as text. Raises `LetterUnreadableError` where there is none."""
        if _is_missing(self.letter_id) or str(self.letter_id) == "":
            raise LetterUnreadableError(f"The row has no {ID}: give each letter one.")
        return str(self.letter_id)

    @property
    def content(self) -> str | bytes | Path:
        """The text, else the bytes, else the file: the first that is there. Raises `LetterUnreadableError` where none is."""
        if not _is_missing(self.text):
            return str(_of(self.text, str, "text"))
        if not _is_missing(self.data):
            return bytes(_of(self.data, bytes | bytearray | memoryview, "bytes"))
        if not _is_missing(self.path):
            return Path(os.fsdecode(_of(self.path, str | bytes, "path")))
        raise LetterUnreadableError(f"The row holds no letter: its {_or(HOLDERS)} is empty.")


def letter_rows(batch: Any) -> Iterator[LetterRow]:
    """The rows of an Arrow table, a pandas frame or a mapping of columns: whatever Ray Data gives.

    Raises `SettingsError` where the columns hold no letters: that is true of every batch to come.
    """
    columns = _columns(batch)
    require_columns(columns, "The rows")
    nothing = [None] * len(columns[ID])
    text, path, data = (columns.get(name, nothing) for name in HOLDERS)
    return map(LetterRow, columns[ID], text, path, data)


def require_columns(names: Iterable[str], what: str) -> None:
    """Raise `SettingsError` that names what is there, where columns are missing."""
    there = list(names)
    if ID not in there or not set(HOLDERS) & set(there):
        raise SettingsError(
            f"{what} must have the columns {ID} and one of {_or(HOLDERS)}; there is: {', '.join(there) or 'none'}."
        )


def _columns(batch: Any) -> Mapping[str, list[Any]]:
    if hasattr(batch, "to_pydict"):
        return dict(batch.to_pydict())
    return {str(name): list(batch[name]) for name in batch}  # a mapping and a frame alike give their columns' names


def _is_missing(value: Any) -> bool:
    """None, and NaN, which pandas puts in its place."""
    return value is None or (isinstance(value, float) and value != value)


def _of(value: Any, kind: Any, column: str) -> Any:
    if not isinstance(value, kind):
        raise LetterUnreadableError(f"The column {column} holds a value of the type {type(value).__name__}: mend the row.")
    return value


def _or(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def sha256_of(content: str | bytes | Path) -> str | None:
    """The hash of a letter's bytes, of a text as UTF-8; None for a file that cannot be opened, as records have it."""
    if isinstance(content, str):
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    try:
        with content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() if content.is_file() else None
    except (OSError, ValueError):
        return None


# --- records ---------------------------------------------------------------------------------------------------------


@lru_cache
def record_schema() -> pa.Schema:
    """The columns of a row a record: what users filter by, and `record`, the line of `records.jsonl`.

    Spelled out, because a block of letters without a single case number must have the same columns as the next one.
    `settings` names the settings that the record was made with, `sha256` the bytes that it was made of.
    """
    import pyarrow as pa

    texts = pa.list_(pa.string())
    return pa.schema(
        [
            pa.field(ID, pa.string(), nullable=False),
            ("sha256", pa.string()),
            ("settings", pa.string()),
            ("status", pa.string()),
            ("layout", pa.string()),
            ("case_number", pa.string()),
            ("decision_date", pa.date32()),
            ("items", pa.int32()),
            ("overturned", pa.int32()),
            ("issues", texts),
            ("attempts", pa.int32()),
            ("input_tokens", pa.int64()),
            ("output_tokens", pa.int64()),
            ("cost_usd", pa.float64()),
            ("seconds", pa.float64()),
            pa.field("record", pa.string(), nullable=False),
        ]
    )


def record_row(record: Record, sha256: str | None, settings: str) -> dict[str, Any]:
    """The row of a record. `overturned` counts items decided for the patient, partially too."""
    line = RecordLine.of(record)
    return {
        ID: record.letter_id,
        "sha256": sha256 or record.source.sha256,
        "settings": settings,
        "status": record.status,
        "layout": record.source.layout,
        "case_number": record.case.case_number,
        "decision_date": record.case.decision_date,
        "items": len(record.items),
        "overturned": sum(item.decision != "upheld" for item in record.items),
        "issues": list(line.codes),
        "attempts": record.run.attempts,
        "input_tokens": record.run.input_tokens,
        "output_tokens": record.run.output_tokens,
        "cost_usd": record.run.cost_usd,
        "seconds": record.run.seconds,
        "record": line.text,
    }


def record_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of records as a table, also where there are none."""
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=record_schema())


def settings_hash(shaped: Mapping[str, Any]) -> str:
    """A short name of what shapes a run's records (`wiring.run_settings`)."""
    return hashlib.sha256(json.dumps(dict(shaped), sort_keys=True, default=str).encode()).hexdigest()[:16]


# --- what is done ----------------------------------------------------------------------------------------------------


class DoneLetters:
    """Letters that have a record, by id and content: `(letter_id, sha256) in done`.

    16 bytes a letter in one array, since each actor has a copy: two million letters are 32 MB. Two letters have the same key
    once in 10^26 runs of that size.
    """

    def __init__(self, letters: Iterable[tuple[str, str | None]] = ()) -> None:
        self._keys = b"".join(sorted({_key(letter_id, sha256) for letter_id, sha256 in letters}))

    def __len__(self) -> int:
        return len(self._keys) // _KEY

    def __contains__(self, letter: tuple[str, str | None]) -> bool:
        wanted = _key(*letter)
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._keys[middle * _KEY : (middle + 1) * _KEY] < wanted:
                low = middle + 1
            else:
                high = middle
        return self._keys[low * _KEY : (low + 1) * _KEY] == wanted


_KEY = 16


def _key(letter_id: str, sha256: str | None) -> bytes:
    said = f"{letter_id}\0{sha256 or ''}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=_KEY).digest()
