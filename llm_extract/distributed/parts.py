"""The folder of a run on Ray: records in parts of Parquet, what is done, `run.json`, and at the end `records.jsonl`.

    DIR/records/part-00000001.parquet ...   a row a record (`rows.record_schema`); of a letter's rows that in the last part counts
    DIR/records.jsonl                       the same by letter id, once every letter has a record: for `export`, and for people
    DIR/run.json                            as every run has it

What a crash leaves: a part is written beside its place under another name, brought to the disk and then renamed, so that there is
no torn one. Each row names the settings that it was made with, and others do not count: `--fresh` that is killed in the middle
leaves nothing that could be taken for a record of the new run.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from filelock import FileLock, Timeout

from llm_extract.distributed.rows import DoneLetters, record_schema, settings_hash
from llm_extract.durable import beside, put_in_place, write_whole, writing
from llm_extract.errors import SettingsError
from llm_extract.ledger import LOCK, RECORDS, RUN, Failures, Totals, refuse_other_settings
from llm_extract.lines import Share

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FOLDER = "records"
ROWS_A_PART = 1000
"""Records that are held back at most, for parts that are no crumbs; `seconds` says how long."""
ON = "ray"
"""What `run.json` says in `on`, so that a run of one machine is not mistaken for one of ours."""
_WHERE_TO_SORT = ".sorting"


@dataclass(frozen=True)
class Standing:
    """What stands in a folder: sums, the letters that are done, and the ids of those that count as read or as failed."""

    totals: Totals
    done: DoneLetters
    recorded: frozenset[str]
    unused: frozenset[str]


class PartsFolder:
    """One run's folder, held by one process at a time. A part is written when the last one is `seconds` old, 0: with each block.

    Raises `SettingsError` for a folder that cannot be written, and for one that holds a run of another kind.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], *, fresh: bool = False, seconds: float = 5.0) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.started = datetime.now(UTC)
        self.now = Totals()
        self._hash = settings_hash(settings)
        self._fresh = fresh
        self._seconds = seconds
        self._waiting: list[pa.Table] = []
        self._written = time.monotonic()
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / LOCK, timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise SettingsError(f"Another run is writing to {folder}: wait for it, or give another --out.") from None
        except OSError as error:
            raise SettingsError(f"The folder {folder} is not writable ({error.strerror}): give another --out.") from error
        try:
            self._take_up()
            with writing(folder):
                (folder / FOLDER).mkdir(exist_ok=True)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    # -- records --

    def add(self, table: pa.Table) -> None:
        """Take in rows of records; they are on the disk when a part's worth of them, or of time, has come together."""
        self._waiting.append(table.select(record_schema().names))
        for row in table.drop_columns(["record"]).to_pylist():
            self.now.add(share_of(row))
        if sum(t.num_rows for t in self._waiting) >= ROWS_A_PART or time.monotonic() - self._written >= self._seconds:
            self.flush()

    def flush(self) -> None:
        """Write what waits as one part."""
        import pyarrow as pa
        from pyarrow import parquet

        rows, self._waiting = pa.concat_tables([record_schema().empty_table(), *self._waiting]), []
        self._written = time.monotonic()
        if not rows.num_rows:
            return
        self._begin()
        path = self._next()
        with writing(path):
            parquet.write_table(rows, beside(path), compression="zstd")
            put_in_place(beside(path), path)

    def standing(self, failures: Failures = "again") -> Standing:
        """What has a record, and which of it is done: all but `failed` ones where those are read again."""
        totals, done, recorded, unused = Totals(), [], [], []
        read_again = {"again": {"failed"}, "keep": set(), "only": {"failed", "fallback"}}[failures]
        for row in self._rows():
            totals.add(share_of(row))
            recorded.append(row["letter_id"])
            if row["status"] in read_again:
                unused.append(row["letter_id"])
            else:
                done.append((row["letter_id"], row["sha256"]))
        return Standing(totals, DoneLetters(done), frozenset(recorded), frozenset(unused))

    def collect(self) -> Path:
        """Write `records.jsonl`: the records that count, by letter id, whatever order and parts they came in."""
        path = self.folder / RECORDS
        with writing(path):
            write_whole(path, (line.encode() + b"\n" for (line,) in self._asked(_COLLECT)))
        return path

    def report(self, *, complete: bool, letters: int, skipped: int, totals: Totals, **more: Any) -> dict[str, Any]:
        """Write `run.json`, in the form of every run, and return it."""
        ended = datetime.now(UTC)
        report = {
            "settings": self.settings,
            "complete": complete,
            "on": ON,
            "letters": letters,
            "records": totals.letters,
            "skipped_as_done": skipped,
            "statuses": dict(sorted(totals.statuses.items())),
            "failures": dict(sorted(totals.failures.items())),
            "input_tokens": totals.input_tokens,
            "output_tokens": totals.output_tokens,
            "attempts": totals.attempts,
            "cost_usd": totals.cost_usd,
            "started": self.started.isoformat(timespec="seconds"),
            "ended": ended.isoformat(timespec="seconds"),
            "seconds": round((ended - self.started).total_seconds(), 3),
            "seconds_of_letters": round(totals.seconds, 3),
            "this_start": {"letters": self.now.letters, "attempts": self.now.attempts, "cost_usd": self.now.cost_usd},
            **more,
        }
        if not self._fresh:
            self._write_run(report)
        return report

    # -- inside --

    @property
    def _parts(self) -> list[Path]:
        """The parts that count, in their order; none where the folder is started over."""
        return [] if self._fresh else sorted((self.folder / FOLDER).glob("part-*.parquet"))

    def _next(self) -> Path:
        last = int(self._parts[-1].stem.removeprefix("part-")) if self._parts else 0
        return self.folder / FOLDER / f"part-{last + 1:08}.parquet"

    def _take_up(self) -> None:
        """Refuse to add to records of other settings, or of a run without Ray, whose records stand in `records.jsonl` alone."""
        if self._fresh:
            return
        before = _json(self.folder / RUN)
        if (self.folder / RECORDS).exists() and before.get("on") != ON:
            raise SettingsError(
                f"{self.folder} holds a run without --on ray: go on without it, give another --out, or --fresh to start over."
            )
        if self._parts:
            self._refuse_other(before.get("settings"))
        else:
            self._write_run({"settings": self.settings, "complete": False, "on": ON})

    def _refuse_other(self, before: Any) -> None:
        if not isinstance(before, dict):
            raise SettingsError(
                f"{self.folder / RUN} does not say with which settings the records beside it were made: "
                "give another --out, or --fresh to start over."
            )
        refuse_other_settings(self.folder, before, self.settings)

    def _begin(self) -> None:
        """Make room for the first part of a run that starts over: what was there stays until then."""
        if not self._fresh:
            return
        with writing(self.folder):
            for path in (*(self.folder / FOLDER).glob("part-*.parquet"), self.folder / RECORDS):
                path.unlink(missing_ok=True)
        self._fresh = False
        self._write_run({"settings": self.settings, "complete": False, "on": ON})

    def _write_run(self, report: Mapping[str, Any]) -> None:
        path = self.folder / RUN
        with writing(path):
            write_whole(path, [(json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode()])

    def _rows(self) -> Iterator[dict[str, Any]]:
        for row in self._asked(_STANDING):
            yield dict(zip(_SHOWN, row, strict=True))

    def _asked(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query over the parts. DuckDB sorts on the disk what memory does not hold, in the run's own folder."""
        import duckdb

        parts, scratch = self._parts, self.folder / _WHERE_TO_SORT
        if not parts:
            return
        try:
            with duckdb.connect() as base:
                base.execute("SET temp_directory = ?", [str(scratch)])
                yield from _fetched(base.execute(query, {"parts": [str(p) for p in parts], "settings": self._hash}))
        except duckdb.Error as error:
            raise self._unreadable(error) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _unreadable(self, error: Exception) -> SettingsError:
        damaged = [path.name for path in self._parts if not _is_whole(path)]
        named = f"{type(error).__name__}{': ' if damaged else ''}{', '.join(damaged[:3])}"
        return SettingsError(
            f"The records in {self.folder / FOLDER} cannot be read ({named}): remove the parts that are damaged, "
            "and their letters are read again."
        )


_SHOWN = ("letter_id", "sha256", "status", "issues", "attempts", "input_tokens", "output_tokens", "cost_usd", "seconds")
_COUNTING = """
WITH parts AS (SELECT * FROM read_parquet($parts, filename = true) WHERE settings = $settings),
last AS (SELECT letter_id, max(filename) AS filename FROM parts GROUP BY letter_id)
"""
_STANDING = f"{_COUNTING} SELECT {', '.join(_SHOWN)} FROM parts JOIN last USING (letter_id, filename)"  # noqa: S608 - our own words
_COLLECT = f"{_COUNTING} SELECT record FROM parts JOIN last USING (letter_id, filename) ORDER BY letter_id"  # noqa: S608 - as above
_FETCHED = 1000


def _fetched(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(_FETCHED):
        yield from rows


def share_of(row: Mapping[str, Any]) -> Share:
    """What a row of a record adds to the sums."""
    return Share.counted(row["status"], row, row["issues"] or ())


def _is_whole(path: Path) -> bool:
    from pyarrow import ArrowException, parquet

    try:
        return parquet.read_metadata(path) is not None
    except (OSError, ArrowException):
        return False


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
