"""What a run has done survives crashes, and the same command pays nothing twice."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract import ledger as ledger_module
from llm_extract.errors import SettingsError
from llm_extract.ledger import RECORDS, RUN, Ledger, Totals
from llm_extract.letters import LetterFile
from llm_extract.lines import RecordLine
from llm_extract.schema import Issue, Record, RunInfo, SourceFile, record_line

SETTINGS = {"engine": "hybrid", "model": "demo", "prompts": ["a.v1", "b.v2"], "seed": 7}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A run's folder that does not exist yet."""
    return tmp_path / "deep" / "run"


@pytest.fixture
def letters(tmp_path: Path) -> list[LetterFile]:
    """Three letter files; what stands in them matters to their hashes only."""
    return [_letter(tmp_path, name) for name in ("a", "b", "c")]


def _letter(folder: Path, name: str, text: str = "words") -> LetterFile:
    path = folder / f"{name}.txt"
    path.write_text(f"{text} of {name}")
    return LetterFile(name, path)


def record(file: LetterFile, status: str = "ok", *, cost: float | None = 0.5, tokens: int = 10) -> Record:
    """A record of a letter file as it is now."""
    digest = ledger_module.hashlib.sha256(file.path.read_bytes()).hexdigest() if file.path.exists() else None
    return Record(
        letter_id=file.letter_id,
        source=SourceFile(path=str(file.path), sha256=digest),
        status=status,  # type: ignore[arg-type]
        run=RunInfo(engine="hybrid", cost_usd=cost, attempts=1, input_tokens=tokens, output_tokens=1, seconds=0.25),
    )


def started(out: Path, letters: list[LetterFile], **parts: Any) -> tuple[Ledger, list[str]]:
    """A ledger that is asked what is left, and the names of that."""
    ledger = Ledger(out, parts.pop("settings", SETTINGS), **parts)
    return ledger, [f.letter_id for f in ledger.left(letters)]


def lines(out: Path) -> list[dict[str, Any]]:
    """The records that stand in the file."""
    return [json.loads(line) for line in (out / RECORDS).read_text("utf-8").splitlines()]


def test_why_letters_failed_is_counted(out: Path, letters: list[LetterFile]) -> None:
    """`run.json` says how many failed for which reason; a letter that is read well later counts no more."""
    failed = record(letters[0], "failed").model_copy(update={"issues": (Issue(pointer="", code="empty_file", message="-"),)})
    ledger, _ = started(out, letters)
    with ledger:
        ledger.write(RecordLine.of(failed))
        assert ledger.finish(complete=False, letters=3)["failures"] == {"empty_file": 1}
    ledger, _ = started(out, letters)
    with ledger:
        ledger.write(RecordLine.of(record(letters[0])))
        assert ledger.finish(complete=False, letters=3)["failures"] == {}


def run_of(out: Path, letters: list[LetterFile], statuses: list[str], *, complete: bool = True) -> dict[str, Any]:
    """One start that writes a record for each status."""
    ledger, _ = started(out, letters)
    with ledger:
        for file, status in zip(letters, statuses, strict=False):
            ledger.write(RecordLine.of(record(file, status)))
        return ledger.finish(complete=complete, letters=len(letters))


# --- resuming -----------------------------------------------------------------------------------------------------------


def test_a_first_start_has_everything_to_do(out: Path, letters: list[LetterFile]) -> None:
    """A folder that does not exist is made; nothing is skipped."""
    ledger, left = started(out, letters)
    assert left == ["a", "b", "c"]
    assert ledger.skipped == 0
    assert json.loads((out / RUN).read_text()) == {"settings": SETTINGS, "complete": False}


@pytest.mark.parametrize("status", ["ok", "partial", "fallback"])
def test_a_letter_with_a_usable_record_is_not_read_again(out: Path, letters: list[LetterFile], status: str) -> None:
    """Whatever is not failed is done: the line stays as it is and costs nothing."""
    run_of(out, letters, [status, "ok"])
    before = (out / RECORDS).read_bytes()
    ledger, left = started(out, letters)
    assert left == ["c"]
    assert ledger.skipped == 2
    assert (out / RECORDS).read_bytes() == before


def test_a_failed_letter_is_tried_again(out: Path, letters: list[LetterFile]) -> None:
    """Its old line goes before it is read, so that it stands there once."""
    run_of(out, letters, ["ok", "failed", "ok"])
    ledger, left = started(out, letters)
    assert left == ["b"]
    with ledger:
        ledger.write(RecordLine.of(record(letters[1])))
    assert [(d["letter_id"], d["status"]) for d in lines(out)] == [("a", "ok"), ("c", "ok"), ("b", "ok")]


def test_a_changed_letter_is_read_anew(out: Path, letters: list[LetterFile]) -> None:
    """Other bytes under the same name are another letter."""
    run_of(out, letters, ["ok", "ok", "ok"])
    letters[2].path.write_text("other words")
    ledger, left = started(out, letters)
    assert left == ["c"]
    with ledger:
        ledger.write(RecordLine.of(record(letters[2], "partial")))
    assert [(d["letter_id"], d["status"]) for d in lines(out)] == [("a", "ok"), ("b", "ok"), ("c", "partial")]


def test_a_letter_that_vanished_is_read_again(out: Path, letters: list[LetterFile]) -> None:
    """Its record cannot be held against it any more: the new one will say that it is missing."""
    run_of(out, letters, ["ok", "ok", "ok"])
    letters[0].path.unlink()
    assert started(out, letters)[1] == ["a"]


def test_records_of_other_letters_are_kept(out: Path, letters: list[LetterFile]) -> None:
    """Naming fewer letters throws none away."""
    run_of(out, letters, ["ok", "failed", "ok"])
    assert started(out, letters[:1])[1] == []
    assert [d["letter_id"] for d in lines(out)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("failures", "expected"), [("again", ["b", "d"]), ("keep", ["d"]), ("only", ["b", "c"])], ids=["again", "keep", "only"]
)
def test_what_becomes_of_failures_is_a_choice(out: Path, letters: list[LetterFile], failures: str, expected: list[str]) -> None:
    """Tried again with the rest, left as they are, or tried alone and with them the letters without an answer of the model."""
    run_of(out, letters, ["ok", "failed", "fallback"])
    letters.append(_letter(letters[0].path.parent, "d"))
    ledger, left = started(out, letters, failures=failures)
    assert left == expected
    assert ledger.untouched == (["d"] if failures == "only" else [])
    assert ledger.skipped == 4 - len(left) - len(ledger.untouched)
    ledger.close()


def test_a_failed_letter_that_was_mended_is_read_though_failures_are_kept(out: Path, letters: list[LetterFile]) -> None:
    """Other bytes are another letter."""
    run_of(out, letters, ["failed", "ok", "ok"])
    letters[0].path.write_text("mended")
    ledger, left = started(out, letters, failures="keep")
    assert left == ["a"]
    ledger.close()


def test_going_on_writes_nothing_but_the_new_line(out: Path, letters: list[LetterFile]) -> None:
    """Where no line has to go the file is appended to, however long it is: it stays the same file."""
    run_of(out, letters[:2], ["ok", "ok"])
    before = (out / RECORDS).stat().st_ino, (out / RECORDS).read_bytes()
    ledger, _ = started(out, letters)
    with ledger:
        ledger.write(RecordLine.of(record(letters[2])))
    assert ((out / RECORDS).stat().st_ino, (out / RECORDS).read_bytes()[: len(before[1])]) == before


def test_of_a_line_that_stands_twice_the_later_one_counts(out: Path, letters: list[LetterFile]) -> None:
    """Two runs' files put together by hand count each letter once, and the next start that writes clears up."""
    run_of(out, letters[:2], ["ok", "ok"])
    path = out / RECORDS
    path.write_bytes(path.read_bytes() * 2)
    ledger, left = started(out, letters)
    assert (left, ledger.before.letters) == (["c"], 2)
    with ledger:
        ledger.write(RecordLine.of(record(letters[2])))
        assert ledger.finish(complete=True, letters=3)["records"] == 3
    assert [d["letter_id"] for d in lines(out)] == ["a", "b", "c"]


@given(st.lists(st.sampled_from(["record", "junk", "again"]), max_size=12), st.integers(0, 400))
def test_whatever_a_crash_left_every_letter_has_one_whole_line_in_the_end(kinds: list[str], cut: int) -> None:
    """Records, damaged lines and letters to be read again in any order, the end cut off anywhere: one more start mends it all."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        files = [_letter(Path(folder), f"l{i}") for i, _ in enumerate(kinds)]
        run_of(out, files, ["failed" if kind == "again" else "ok" for kind in kinds])
        if not (out / RECORDS).exists():
            return
        parts = (out / RECORDS).read_bytes().splitlines(keepends=True)
        data = b"".join(line[:-40] + b"\n" if kind == "junk" else line for line, kind in zip(parts, kinds, strict=True))
        (out / RECORDS).write_bytes(data[: max(0, len(data) - cut)])
        ledger, _ = started(out, [])
        with ledger:
            for file in ledger.left(files):
                ledger.write(RecordLine.of(record(file)))
            report = ledger.finish(complete=True, letters=len(files))
        assert sorted(d["letter_id"] for d in lines(out)) == sorted(f.letter_id for f in files)
        assert report["statuses"] == ({"ok": len(files)} if files else {})


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_line_is_dropped_and_its_letter_read_again(out: Path, letters: list[LetterFile], cut: int) -> None:
    """A crash in the middle of a line loses that line only, and what is appended later begins on a line of its own."""
    run_of(out, letters, ["ok", "ok"])
    path = out / RECORDS
    path.write_bytes(path.read_bytes()[:-cut])
    ledger, left = started(out, letters)
    assert left == (["c"] if cut == 1 else ["b", "c"])
    with ledger:
        for file in letters:
            if file.letter_id in left:
                ledger.write(RecordLine.of(record(file)))
    assert sorted(d["letter_id"] for d in lines(out)) == ["a", "b", "c"]


@pytest.mark.parametrize("junk", [b"\xff\xfe\n", b"5\n", b"{}\n", b"[1]\n", b"\n", b'{"letter_id": "a"}\n'])
def test_a_line_that_is_no_record_is_dropped(out: Path, letters: list[LetterFile], junk: bytes) -> None:
    """Damage in the middle of the file costs the damaged lines and nothing else."""
    run_of(out, letters, ["ok", "ok", "ok"])
    path = out / RECORDS
    first, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + junk + b"".join(rest))
    new = _letter(letters[0].path.parent, "d")
    ledger, left = started(out, [*letters, new])
    assert left == ["d"]
    with ledger:
        ledger.write(RecordLine.of(record(new)))
    assert [d["letter_id"] for d in lines(out)] == ["a", "b", "c", "d"]


def test_fresh_forgets(out: Path, letters: list[LetterFile]) -> None:
    """`fresh` starts over, with other settings too, and leaves other files alone."""
    run_of(out, letters, ["ok", "ok", "ok"])
    (out / "notes.txt").write_text("mine")
    ledger, left = started(out, letters, settings={"engine": "baseline"}, fresh=True)
    assert left == ["a", "b", "c"]
    assert (ledger.skipped, ledger.before.letters) == (0, 0)
    with ledger:
        ledger.write(RecordLine.of(record(letters[1])))
        ledger.finish(complete=False, letters=3)
    assert [d["letter_id"] for d in lines(out)] == ["b"]
    assert json.loads((out / RUN).read_text())["settings"] == {"engine": "baseline"}
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("fresh", [True, False])
def test_a_start_that_reads_nothing_takes_nothing_away(out: Path, letters: list[LetterFile], fresh: bool) -> None:
    """Whoever starts over with a wrong key still has the records of before."""
    run_of(out, letters, ["ok", "failed", "ok"])
    before = (out / RECORDS).read_bytes(), json.loads((out / RUN).read_text())["settings"]
    ledger, left = started(out, letters, fresh=fresh, settings={"engine": "other"} if fresh else SETTINGS)
    assert left
    with ledger:
        ledger.finish(complete=False, letters=3)
    assert ((out / RECORDS).read_bytes(), json.loads((out / RUN).read_text())["settings"]) == before


# --- settings -------------------------------------------------------------------------------------------------------------


def test_other_settings_are_refused_with_what_changed(out: Path, letters: list[LetterFile]) -> None:
    """Records of two kinds never mix: the message names each setting, before and after, and the way out."""
    run_of(out, letters, ["ok"])
    with pytest.raises(SettingsError) as refused:
        Ledger(out, {**SETTINGS, "model": "other", "temperature": 0.5})
    message = str(refused.value)
    assert "model (demo -> other)" in message
    assert "temperature (None -> 0.5)" in message
    assert "seed" not in message
    assert "--out" in message
    assert "--fresh" in message


def test_a_run_without_records_may_change_its_settings(out: Path) -> None:
    """A start that failed before its first letter binds nobody."""
    Ledger(out, SETTINGS)
    Ledger(out, {**SETTINGS, "model": "other"})
    assert json.loads((out / RUN).read_text())["settings"]["model"] == "other"


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"settings": 5}', None])
def test_records_of_unknown_settings_are_refused(out: Path, letters: list[LetterFile], text: str | None) -> None:
    """Where nothing says how the records were made no more are added to them."""
    run_of(out, letters, ["ok"])
    if text is None:
        (out / RUN).unlink()
    else:
        (out / RUN).write_text(text)
    with pytest.raises(SettingsError, match=r"run\.json does not say"):
        Ledger(out, SETTINGS)


# --- run.json -------------------------------------------------------------------------------------------------------------


def test_the_report_has_settings_counts_tokens_cost_and_times(out: Path, letters: list[LetterFile]) -> None:
    """What a run did and what it cost, over all starts, and the share of this one."""
    run_of(out, letters[:2], ["ok", "partial"], complete=False)
    ledger, _ = started(out, letters)
    with ledger:
        ledger.write(RecordLine.of(record(letters[2], "fallback")))
        report = ledger.finish(complete=True, letters=3)
    assert json.loads((out / RUN).read_text()) == report
    times = {"started", "ended", "seconds"}
    assert {key: value for key, value in report.items() if key not in times} == {
        "settings": SETTINGS,
        "complete": True,
        "letters": 3,
        "records": 3,
        "skipped_as_done": 2,
        "statuses": {"fallback": 1, "ok": 1, "partial": 1},
        "failures": {},
        "input_tokens": 30,
        "output_tokens": 3,
        "attempts": 3,
        "cost_usd": 1.5,
        "seconds_of_letters": 0.75,
        "this_start": {"letters": 1, "attempts": 1, "cost_usd": 0.5},
    }
    assert times <= report.keys()
    assert report["started"] <= report["ended"]


def test_what_earlier_starts_cost_is_known(out: Path, letters: list[LetterFile]) -> None:
    """A limit on the money of a run counts what stands there already."""
    run_of(out, letters, ["ok", "failed"])
    ledger = Ledger(out, SETTINGS)
    assert (ledger.before.letters, ledger.before.cost_usd) == (2, 1.0)
    assert (ledger.totals.letters, ledger.totals.cost_usd) == (0, 0.0)


def test_an_unknown_price_makes_the_sum_unknown(letters: list[LetterFile]) -> None:
    """One record without a price, and no later one can mend the sum."""
    totals = Totals()
    for cost in (0.5, None, 0.5):
        totals.add(RecordLine.of(record(letters[0], cost=cost)).share)
    assert totals.cost_usd is None
    assert totals.letters == 3


def test_records_are_lines_of_the_contract(out: Path, letters: list[LetterFile]) -> None:
    """The file holds exactly `record_line` of each record, in the order of writing, flushed at once."""
    ledger, _ = started(out, letters)
    with ledger:
        written = [record(file) for file in reversed(letters)]
        for one in written:
            ledger.write(RecordLine.of(one))
            assert (out / RECORDS).read_text("utf-8").endswith(record_line(one) + "\n")
    assert (out / RECORDS).read_text("utf-8") == "".join(record_line(one) + "\n" for one in written)


# --- trouble with the disk ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_said_in_one_sentence(out: Path, letters: list[LetterFile]) -> None:
    """Not a traceback but what happened and what to do; closing afterwards does not hide it."""
    ledger, _ = started(out, letters)
    (out / RECORDS).symlink_to("/dev/full")
    with pytest.raises(SettingsError, match="No space left on device") as full, ledger:
        ledger.write(RecordLine.of(record(letters[0])))
    assert "make room and start again" in str(full.value)
    assert ledger.totals.letters == 0


def test_a_disk_that_fills_within_a_line_leaves_no_part_of_it(out: Path, letters: list[LetterFile]) -> None:
    """What fitted of the line is taken back: the file holds whole lines, and the same command goes on when there is room."""
    resource = pytest.importorskip("resource")
    ledger, _ = started(out, letters)
    ledger.write(RecordLine.of(record(letters[0])))
    whole = (out / RECORDS).read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 100, hard))
    try:
        with pytest.raises(SettingsError, match="cannot be written"):
            ledger.write(RecordLine.of(record(letters[1])))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (out / RECORDS).read_bytes() == whole
    ledger.close()
    again, left = started(out, letters)
    assert left == ["b", "c"]
    again.close()


class Clock:
    """Time that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.mark.parametrize(("seconds", "synced"), [(0.0, [1, 2, 3, 3]), (5.0, [0, 0, 1, 1]), (9.0, [0, 0, 0, 1])])
def test_lines_reach_the_disk_in_groups(
    out: Path, letters: list[LetterFile], monkeypatch: pytest.MonkeyPatch, seconds: float, synced: list[int]
) -> None:
    """At the latest `sync_seconds` after they were written, also when no further line comes; 0 syncs each by itself."""
    clock, seen = Clock(), []
    monkeypatch.setattr(ledger_module.time, "monotonic", clock)
    ledger, _ = started(out, letters, sync_seconds=seconds)
    real, calls = os.fsync, []
    with ledger:
        ledger.write(RecordLine.of(record(letters[0])))
        monkeypatch.setattr(ledger_module.os, "fsync", lambda number: (calls.append(number), real(number)))
        calls += [0] if seconds == 0 else []  # the one of the first line, before anybody counted
        seen.append(len(calls))
        for file, now in ((letters[1], 4.0), (letters[2], 8.0)):
            clock.now = now
            ledger.write(RecordLine.of(record(file)))
            seen.append(len(calls))
        clock.now = 12.0
        ledger.sync_when_due()
        seen.append(len(calls))
    assert seen == synced


def test_a_report_that_cannot_be_written_leaves_the_old_one(
    out: Path, letters: list[LetterFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run.json` is replaced whole or not at all."""
    run_of(out, letters, ["ok"])
    before = (out / RUN).read_bytes()
    ledger, _ = started(out, letters)

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ledger_module.os, "fsync", no_room)
    with pytest.raises(SettingsError, match=r"run\.json cannot be written"), ledger:
        ledger.finish(complete=True, letters=3)
    assert (out / RUN).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file where the folder should be is no traceback."""
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(SettingsError, match="give another --out"):
            Ledger(folder, SETTINGS)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_must_not_be_written_is_said(tmp_path: Path) -> None:
    """Permissions are checked before anything is read or paid."""
    tmp_path.chmod(0o500)
    with pytest.raises(SettingsError, match="not writable"):
        Ledger(tmp_path, SETTINGS)
    tmp_path.chmod(0o700)


def test_the_same_name_in_another_folder_takes_no_record_away(tmp_path: Path, out: Path) -> None:
    """Two starts on one folder with letters of one name in different folders keep both records, under different ids."""
    files = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        files.append(_letter(tmp_path / folder, "x", text=folder))
    for file in files:
        ledger, _ = started(out, [])
        with ledger:
            left = ledger.left([file])
            ledger.write(RecordLine.of(record(left[0])))
            ledger.finish(complete=True, letters=1)
    assert [line["source"]["path"] for line in lines(out)] == [str(f.path) for f in files]
    assert len({line["letter_id"] for line in lines(out)}) == 2
    again, _ = started(out, [])
    with again:
        assert [again.left([file]) for file in files] == [[], []]


def test_one_run_at_a_time_writes_to_a_folder(out: Path, letters: list[LetterFile]) -> None:
    """A second run on a folder that is being written to is refused before it reads anything."""
    first, _ = started(out, letters)
    with first, pytest.raises(SettingsError, match="Another run is writing"):
        Ledger(out, SETTINGS)
    with Ledger(out, SETTINGS) as second:
        assert second.left(letters) == letters
