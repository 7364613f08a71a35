"""What a run has done: `records.jsonl` and `run.json` in the run's folder.

One writer appends whole lines. A letter is done when a record of its bytes stands there that is not `failed`, so that the same
command resumes and pays nothing twice, a changed letter is read anew, and one more letter costs one letter. What becomes of
letters that failed before is a choice (`Failures`).

What a crash leaves, and what is done about it:

- `kill -9`: every line is handed to the operating system with one write before anything else happens, so that none is lost. A
  line that was torn while it was written is cut off when the run goes on, and its letter is read again.
- Full disk: what fitted of the line is taken back at once; the message says what to do.
- Power loss: lines reach the disk in groups, at the latest `sync_seconds` after they were written (0: each by itself). Lines that
  were not there yet are gone or torn; their letters are read again, mostly out of the answer cache.
- Records that do not count any more (failed, changed, `--fresh`) stay until the first new record is written. Then the file
  is replaced, old or new and never a part. Where there are none, nothing but the new lines is written, however long the file is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self

from filelock import FileLock, Timeout
from pydantic_core import from_json

from llm_extract.durable import append_whole, sync_folder, write_whole, writing
from llm_extract.errors import SettingsError
from llm_extract.letters import LetterFile
from llm_extract.lines import RecordLine, Share
from llm_extract.schema import RECORD_KEYS

RECORDS, RUN, LOCK = "records.jsonl", "run.json", ".lock"

Failures = Literal["again", "keep", "only"]
"""Letters that failed before: `again` reads them with those that have no record, `keep` leaves them as they are, `only` reads
nothing else, and with them the `fallback` ones, of which the model gave no usable answer."""

_UNUSED: Mapping[Failures, frozenset[str]] = {
    "again": frozenset({"failed"}),
    "keep": frozenset(),
    "only": frozenset({"failed", "fallback"}),
}


@dataclass
class Totals:
    """Sums over the records of a run."""

    statuses: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    input_tokens: int = 0
    output_tokens: int = 0
    attempts: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    def add(self, share: Share) -> None:
        """Count one record. A single unknown price makes the sum unknown: it is never taken for zero."""
        self.statuses[share.status] += 1
        self.failures.update(share.why)
        self.input_tokens += share.input_tokens
        self.output_tokens += share.output_tokens
        self.attempts += share.attempts
        self.seconds += share.seconds
        unknown = self.cost_usd is None or share.cost_usd is None
        self.cost_usd = None if unknown else (self.cost_usd or 0.0) + (share.cost_usd or 0.0)

    @property
    def letters(self) -> int:
        """Number of records."""
        return sum(self.statuses.values())


@dataclass(frozen=True, slots=True)
class Done:
    """A letter of an earlier start: where it was read from, the hash of its bytes, what it added, and its line's place."""

    path: str
    sha256: str | None
    share: Share
    start: int
    end: int


def changed_settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """`name (before -> now), ...` of the settings that differ; empty where none does."""
    changed = sorted(k for k in before.keys() | now.keys() if before.get(k) != now.get(k))
    return ", ".join(f"{k} ({before.get(k)} -> {now.get(k)})" for k in changed)


def refuse_other_settings(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise `SettingsError` where a folder's records were made with other settings, naming what changed."""
    if changed := changed_settings(before, now):
        raise SettingsError(f"{folder} holds a run with other settings: {changed}. Give another --out, or --fresh to start over.")


class Ledger:
    """The folder of one run. One at a time may be open on a folder; `write` appends a record.

    `before` sums up the earlier records; `untouched` names the letters that have no record and are not asked for (`only`).
    Raises `SettingsError` for a folder that cannot be written or that holds a run with other settings.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any],
        *,
        fresh: bool = False,
        failures: Failures = "again",
        sync_seconds: float = 5.0,
    ) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.started = datetime.now(UTC)
        self.totals = Totals()
        self.before = Totals()
        self.skipped = 0
        self.untouched: list[str] = []
        self.done: dict[str, Done] = {}
        self._fresh = fresh
        self._failures = failures
        self._sync_seconds = sync_seconds
        self._unsynced_since: float | None = None
        self._stale: list[tuple[int, int]] = []
        self._again: frozenset[str] = frozenset()
        self._file: BinaryIO | None = None
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
        named = [self._named_apart(f) for f in files]
        again = [f for f in named if self._is_wanted(f)]
        self._again = frozenset(f.letter_id for f in again)
        self.untouched = [f.letter_id for f in named if f.letter_id not in self.done and f.letter_id not in self._again]
        self.skipped = len(files) - len(again) - len(self.untouched)
        return again

    def write(self, line: RecordLine) -> None:
        """Append one record. The line is handed to the operating system at once: a killed process loses none."""
        if self._file is None:
            self._file = self._opened()
        with writing(self.records_path):
            append_whole(self._file, f"{line.text}\n".encode())
        self.totals.add(line.share)
        if self._unsynced_since is None:
            self._unsynced_since = time.monotonic()
        self.sync_when_due()

    def sync_when_due(self) -> None:
        """Bring written lines to the disk when the oldest has waited long enough; to be called now and then between letters."""
        since = self._unsynced_since
        if self._file is not None and since is not None and time.monotonic() - since >= self._sync_seconds:
            with writing(self.records_path):
                os.fsync(self._file.fileno())
            self._unsynced_since = None

    def finish(self, *, complete: bool, letters: int, **more: Any) -> dict[str, Any]:
        """Write `run.json` and return it. `complete` is false when letters are left that no record stands for."""
        self._close_file()
        report = self._report(complete=complete, letters=letters) | more
        if not self._fresh:
            self._write_report(report)
        return report

    def close(self) -> None:
        """Close the records file. What a full disk did not take was said by `write`, and is read again."""
        self._close_file()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- inside --

    def _report(self, *, complete: bool, letters: int) -> dict[str, Any]:
        ended = datetime.now(UTC)
        whole = self._whole()
        return {
            "settings": self.settings,
            "complete": complete,
            "letters": letters,
            "records": whole.letters,
            "skipped_as_done": self.skipped,
            "statuses": dict(sorted(whole.statuses.items())),
            "failures": dict(sorted(whole.failures.items())),
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

    def _whole(self) -> Totals:
        """Sums over all records that stand in the file: those of before that still count, and this start's."""
        whole = Totals()
        for done in self.done.values():
            whole.add(done.share)
        # This start's sums one by one would be kept for every letter; sums of sums are the same.
        now = self.totals
        whole.statuses += now.statuses
        whole.failures += now.failures
        whole.input_tokens += now.input_tokens
        whole.output_tokens += now.output_tokens
        whole.attempts += now.attempts
        whole.seconds += now.seconds
        whole.cost_usd = None if None in (whole.cost_usd, now.cost_usd) else (whole.cost_usd or 0.0) + (now.cost_usd or 0.0)
        return whole

    def _close_file(self) -> None:
        """Close the records file with its lines on the disk."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._file.fileno())
            with contextlib.suppress(OSError):
                self._file.close()
            self._file, self._unsynced_since = None, None

    def _take_up(self) -> None:
        """See what is done already; refuse to add to records of other settings."""
        for start, end, line in self._lines():
            record = _record_of(line)
            if record is None:
                self._stale.append((start, end))
                continue
            name = record["letter_id"]
            if name in self.done:  # two copies of a line: the later one counts
                self._stale.append((self.done[name].start, self.done[name].end))
            source = record["source"]
            self.done[name] = Done(source["path"], source["sha256"], Share.of(record), start, end)
        for done in self.done.values():
            self.before.add(done.share)
        if not self.done:
            self._say_settings()
            return
        refuse_other_settings(self.folder, self._settings_before(), self.settings)

    def _opened(self) -> BinaryIO:
        """The records file, ready for the next line: without what counts no more, and behind a whole line."""
        gone = sorted([*self._stale, *((d.start, d.end) for d in (self.done.get(i) for i in self._again) if d)])
        with writing(self.records_path):
            end = self.records_path.stat().st_size if self.records_path.exists() else 0
            tail_only = bool(gone) and len(gone) == 1 and gone[0][1] == end
            if self._fresh:
                write_whole(self.records_path, ())
            elif tail_only:
                os.truncate(self.records_path, gone[0][0])
            elif gone:
                write_whole(self.records_path, _without(self.records_path, gone))
            file = self.records_path.open("ab", buffering=0)
            _end_last_line(file, self.records_path)
            sync_folder(self.folder)
        if self._fresh:
            self._say_settings()
        self._fresh = False
        self._stale = []
        for name in self._again:
            self.done.pop(name, None)
        self._again = frozenset()
        return file

    def _say_settings(self) -> None:
        self._write_report({"settings": self.settings, "complete": False})

    def _write_report(self, report: Mapping[str, Any]) -> None:
        with writing(self.run_path):
            write_whole(self.run_path, [(json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode()])

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

    def _is_wanted(self, file: LetterFile) -> bool:
        done = self.done.get(file.letter_id)
        if self._failures == "only":
            return done is not None and done.share.status in _UNUSED["only"]
        if self._failures == "keep" and done is not None and done.share.status == "failed":
            return _changed(done, file)
        return not self._is_done(file)

    def _is_done(self, file: LetterFile) -> bool:
        done = self.done.get(file.letter_id)
        return done is not None and done.share.status not in _UNUSED["again"] and not _changed(done, file)

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Lines of the file with their places in it."""
        if not self.records_path.exists():
            return
        at = 0
        with _reading(self.records_path), self.records_path.open("rb") as lines:
            for line in lines:
                yield at, at + len(line), line
                at += len(line)


_KEYS = frozenset(RECORD_KEYS)


def _record_of(line: bytes) -> dict[str, Any] | None:
    """The record of a line, None where it is torn or no record."""
    try:
        record = from_json(line)  # a third of the time that `json.loads` takes
    except ValueError:
        return None
    return record if isinstance(record, dict) and record.keys() >= _KEYS else None


def _changed(done: Done, file: LetterFile) -> bool:
    """Whether the file holds other bytes than those that the record was made of, or cannot be opened any more.

    A file that could not be opened then either has not changed.
    """
    try:
        with file.path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() != done.sha256
    except OSError:
        return done.sha256 is not None


def _end_last_line(file: BinaryIO, path: Path) -> None:
    """A record whose line break alone was lost stays; the next one begins on a line of its own."""
    with path.open("rb") as readable:
        if readable.seek(0, os.SEEK_END) == 0:
            return
        readable.seek(-1, os.SEEK_END)
        if readable.read(1) != b"\n":
            append_whole(file, b"\n")


def _without(path: Path, gone: Collection[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of a file but for some ranges, which are sorted: copied as they are, since parsing takes ten times as long."""
    at = 0
    with path.open("rb") as file:
        for start, end in gone:
            yield from _range(file, at, start)
            at = end
        yield from _range(file, at, None)


def _range(file: BinaryIO, start: int, end: int | None) -> Iterator[bytes]:
    file.seek(start)
    while (size := _BLOCK if end is None else min(_BLOCK, end - file.tell())) > 0 and (block := file.read(size)):
        yield block


_BLOCK = 1 << 20


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
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): mend it, or give another --out.") from error
