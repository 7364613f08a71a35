"""What a run has done: `records.jsonl` and `run.json` in the run's folder.

One writer appends whole lines; a line that a crash tore off is dropped when the run goes on, and its letter is read again. A
letter is done when a record of its bytes stands there that is not `failed`, so that the same command resumes and pays nothing
twice, a changed letter is read anew, and failures are tried again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from filelock import FileLock, Timeout

from llm_extract.errors import SettingsError
from llm_extract.letters import LetterFile
from llm_extract.schema import RECORD_KEYS, Record, record_line

RECORDS, RUN, LOCK = "records.jsonl", "run.json", ".lock"


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
        data = record.model_dump(include={"status", "run"}) if isinstance(record, Record) else record
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
    """A letter of an earlier start: where it was read from, the hash of its bytes, and whether it failed."""

    path: str
    sha256: str | None
    failed: bool


class Ledger:
    """The folder of one run. One at a time may be open on a folder; `write` appends a record and flushes it.

    Records of an earlier start that do not count any more (`fresh`, failed and changed letters) stay until the first new record
    is written: a start that ends before it takes nothing away. `before` sums up the earlier records that count. Raises
    `SettingsError` for a folder that cannot be written or that holds a run with other settings.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], *, fresh: bool = False) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.started = datetime.now(UTC)
        self.totals = Totals()
        self.before = Totals()
        self.skipped = 0
        self.done: dict[str, Done] = {}
        self._fresh = fresh
        self._again: frozenset[str] = frozenset()
        self._file: IO[str] | None = None
        _make(folder)
        self._lock = FileLock(folder / LOCK, timeout=0)
        self._hold()
        try:
            if not fresh:
                self._take_up()
        except BaseException:
            self._lock.release()
            raise

    @property
    def records_path(self) -> Path:
        """`records.jsonl` of this run."""
        return self.folder / RECORDS

    @property
    def run_path(self) -> Path:
        """`run.json` of this run."""
        return self.folder / RUN

    def left(self, files: list[LetterFile]) -> list[LetterFile]:
        """The files that still have to be read.

        A letter whose id an earlier start gave to another file (a folder a start, the same names in each) gets an id of its own,
        so that neither takes the other's record away.
        """
        again = [f for f in map(self._named_apart, files) if not self._is_done(f)]
        self._again = frozenset(f.letter_id for f in again)
        self.skipped = len(files) - len(again)
        return again

    def write(self, record: Record) -> None:
        """Append one record. The line is handed to the operating system at once: a killed process loses none."""
        if self._file is None:
            self._clear()
        with _writing(self.records_path):
            self._file = self._file or self.records_path.open("a", encoding="utf-8", newline="\n")
            self._file.write(record_line(record) + "\n")
            self._file.flush()
        self.totals.add(record)

    def finish(self, *, complete: bool, letters: int) -> dict[str, Any]:
        """Write `run.json` and return it. `complete` is false when letters are left that no record stands for."""
        self._sync()
        whole = Totals()
        for line in () if self._fresh else self._lines():
            whole.add(line)
        report = self._report(whole, complete=complete, letters=letters)
        if not self._fresh:
            _replace(self.run_path, [json.dumps(report, indent=2, ensure_ascii=False) + "\n"])
        return report

    def close(self) -> None:
        """Close the records file. What a full disk did not take was said by `write`, and is read again."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- inside --

    def _report(self, whole: Totals, *, complete: bool, letters: int) -> dict[str, Any]:
        ended = datetime.now(UTC)
        return {
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
            "this_start": {
                "letters": self.totals.letters,
                "attempts": self.totals.attempts,
                "cost_usd": self.totals.cost_usd,
            },
        }

    def _sync(self) -> None:
        """Close the records file with its lines on the disk."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._file.fileno())
        self.close()

    def _take_up(self) -> None:
        """See what is done already; refuse to add to records of other settings."""
        for line in self._lines():
            self.done[line["letter_id"]] = Done(line["source"]["path"], line["source"]["sha256"], line["status"] == "failed")
            self.before.add(line)
        if not self.done:
            self._say_settings()
            return
        before = self._settings_before()
        changed = sorted(k for k in before.keys() | self.settings.keys() if before.get(k) != self.settings.get(k))
        if changed:
            shown = ", ".join(f"{k} ({before.get(k)} -> {self.settings.get(k)})" for k in changed)
            raise SettingsError(
                f"{self.folder} holds a run with other settings: {shown}. Give another --out, or --fresh to start over."
            )

    def _clear(self) -> None:
        """Take out the lines that do not count any more, torn ones too, before the first new one."""
        kept = () if self._fresh else (line for line in self._lines() if line["letter_id"] not in self._again)
        _replace(self.records_path, (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in kept))
        self._fresh = False
        self._say_settings()

    def _say_settings(self) -> None:
        _replace(self.run_path, [json.dumps({"settings": self.settings, "complete": False}, indent=2) + "\n"])

    def _settings_before(self) -> dict[str, Any]:
        try:
            before = json.loads(self.run_path.read_text("utf-8"))["settings"]
        except (OSError, ValueError, KeyError, TypeError):
            before = None
        if not isinstance(before, dict):
            raise SettingsError(
                f"{self.run_path} does not say with which settings the records beside it were made: "
                "give another --out, or --fresh to start over."
            )
        return before

    def _hold(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise SettingsError(f"Another run is writing to {self.folder}: wait for it, or give another --out.") from None

    def _named_apart(self, file: LetterFile) -> LetterFile:
        done = self.done.get(file.letter_id)
        if done is None or _same_file(done.path, file.path) or self._is_done(file):
            return file
        place = hashlib.sha256(os.fsencode(file.path.resolve())).hexdigest()[:8]
        return LetterFile(f"{file.letter_id}~{place}", file.path)

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
        """Whole records of the file; a torn line is passed over, so that its letter is read again."""
        if not self.records_path.exists():
            return
        with _reading(self.records_path), self.records_path.open("rb") as lines:
            for line in lines:
                record = _record_of(line)
                if record is not None:
                    yield record


def _record_of(line: bytes) -> dict[str, Any] | None:
    """The record of a line, None where it is torn or no record."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and record.keys() >= set(RECORD_KEYS) else None


def _same_file(recorded: str, path: Path) -> bool:
    return Path(recorded).resolve() == path.resolve()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"The folder {folder} cannot be made ({error.strerror}): give another --out.") from error
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"The folder {folder} is not writable: give another --out.")


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """A full disk, or a folder that was taken away, is no bug: one sentence says what to do."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}): make room and start again, nothing is lost."
        raise SettingsError(message) from error


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): mend it, or give another --out.") from error


def _replace(path: Path, lines: Iterable[str]) -> None:
    """Write a file so that a crash leaves the old or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.part")
    with _writing(path):
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
