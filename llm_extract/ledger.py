"""What a run has done: `records.jsonl` and `run.json` in the run's folder.

One writer appends whole lines; a line that a crash tore off is dropped when the run goes on, and its letter is read again. A letter is
done when a record of its bytes stands there that is not `failed`, so that the same command resumes and pays nothing twice, a changed
letter is read anew, and failures are tried again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from llm_extract.errors import SettingsError
from llm_extract.letters import LetterFile
from llm_extract.schema import Record, record_line

RECORDS, RUN = "records.jsonl", "run.json"


@dataclass
class Totals:
    """Sums over the records of a run."""

    statuses: Counter[str] = field(default_factory=Counter)
    input_tokens: int = 0
    output_tokens: int = 0
    attempts: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    def add(self, record: Record | Mapping[str, Any]) -> None:
        """Count one record. A single unknown price makes the sum unknown: it is never taken for zero."""
        data = record.model_dump() if isinstance(record, Record) else record
        run = data["run"]
        self.statuses[data["status"]] += 1
        self.input_tokens += run["input_tokens"]
        self.output_tokens += run["output_tokens"]
        self.attempts += run["attempts"]
        self.seconds += run["seconds"]
        unknown = self.cost_usd is None or run["cost_usd"] is None
        self.cost_usd = None if unknown else (self.cost_usd or 0.0) + run["cost_usd"]

    @property
    def letters(self) -> int:
        """Number of records."""
        return sum(self.statuses.values())


@dataclass(frozen=True)
class Done:
    """A finished letter of an earlier start: the hash of its bytes and whether it failed."""

    sha256: str | None
    failed: bool


class Ledger:
    """The folder of one run. Open it once; `write` appends a record and flushes it."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], *, fresh: bool = False) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.started = datetime.now(UTC)
        self.totals = Totals()
        self.skipped = 0
        self._file: IO[str] | None = None
        _make(folder)
        if fresh:
            for name in (RECORDS, RUN):
                (folder / name).unlink(missing_ok=True)
        self._refuse_other_settings()
        self.done = {d["letter_id"]: Done(d["source"]["sha256"], d["status"] == "failed") for d in self._lines()}

    @property
    def records_path(self) -> Path:
        """`records.jsonl` of this run."""
        return self.folder / RECORDS

    def left(self, files: list[LetterFile]) -> list[LetterFile]:
        """The files that still have to be read; lines of letters that will be read again are taken out now."""
        again = [f for f in files if not self._is_done(f)]
        names = {f.letter_id for f in again}
        self._rewrite(keep=lambda letter_id: letter_id not in names)
        self.skipped = len(files) - len(again)
        return again

    def write(self, record: Record) -> None:
        """Append one record. The line is handed to the operating system at once: a killed process loses none."""
        if self._file is None:
            self._file = self.records_path.open("a", encoding="utf-8", newline="\n")
        try:
            self._file.write(record_line(record) + "\n")
            self._file.flush()
        except OSError as error:
            raise SettingsError(
                f"{self.records_path} cannot be written ({error.strerror}): make room and start again, nothing is lost."
            ) from error
        self.totals.add(record)

    def finish(self, *, complete: bool, letters: int) -> dict[str, Any]:
        """Write `run.json` and return it. `complete` is false when letters are left that no record stands for."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._file.fileno())
        self.close()
        whole = Totals()
        for line in self._lines():
            whole.add(line)
        ended = datetime.now(UTC)
        report = {
            "settings": self.settings,
            "complete": complete,
            "letters": letters,
            "records": whole.letters,
            "skipped_as_done": self.skipped,
            "statuses": dict(sorted(whole.statuses.items())),
            "input_tokens": whole.input_tokens,
            "output_tokens": whole.output_tokens,
            "attempts": whole.attempts,
            "cost_usd": whole.cost_usd,
            "started": self.started.isoformat(timespec="seconds"),
            "ended": ended.isoformat(timespec="seconds"),
            "seconds": round((ended - self.started).total_seconds(), 3),
            "seconds_of_letters": round(whole.seconds, 3),
            "this_start": {"letters": self.totals.letters, "attempts": self.totals.attempts, "cost_usd": self.totals.cost_usd},
        }
        _replace(self.folder / RUN, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
        return report

    def close(self) -> None:
        """Close the records file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- inside --

    def _refuse_other_settings(self) -> None:
        path = self.folder / RUN
        if not path.exists():
            if not self.records_path.exists():
                _replace(path, json.dumps({"settings": self.settings, "complete": False}, indent=2) + "\n")
            return
        try:
            before = json.loads(path.read_text("utf-8"))["settings"]
        except (OSError, ValueError, KeyError, TypeError):
            raise SettingsError(f"{path} cannot be read as a run of this program: give another --out or --fresh.") from None
        changed = sorted(k for k in before.keys() | self.settings.keys() if before.get(k) != self.settings.get(k))
        if changed:
            shown = ", ".join(f"{k} ({before.get(k)} -> {self.settings.get(k)})" for k in changed)
            raise SettingsError(
                f"{self.folder} holds a run with other settings: {shown}. Give another --out, or --fresh to start over."
            )

    def _is_done(self, file: LetterFile) -> bool:
        done = self.done.get(file.letter_id)
        if done is None or done.failed or done.sha256 is None:
            return False
        try:
            with file.path.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest() == done.sha256
        except OSError:
            return False

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Whole records of the file; a torn last line is passed over."""
        if not self.records_path.exists():
            return
        with self.records_path.open("rb") as lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    yield json.loads(line)

    def _rewrite(self, *, keep: Any) -> None:
        if not self.records_path.exists():
            return
        kept = [json.dumps(d, ensure_ascii=False, separators=(",", ":")) + "\n" for d in self._lines() if keep(d["letter_id"])]
        _replace(self.records_path, "".join(kept))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"The folder {folder} cannot be made ({error.strerror}): give another --out.") from error
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"The folder {folder} is not writable: give another --out.")


def _replace(path: Path, text: str) -> None:
    """Write a file so that a crash leaves the old or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
