"""What a crash, a full disk or a killed process leaves of a file that was being written."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from llm_extract import durable
from llm_extract.durable import append_whole, beside, put_in_place, sync_folder, write_whole, writing
from llm_extract.errors import SettingsError

OLD, NEW = b"old and whole\n", b"new and longer than the old one\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is there already."""
    path = tmp_path / "book.json"
    path.write_bytes(OLD)
    return path


def no_room(*_: Any, **__: Any) -> Any:
    """What a full disk says."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# --- replacing ----------------------------------------------------------------------------------------------------------


@given(before=st.none() | st.binary(max_size=40), blocks=st.lists(st.binary(max_size=40), max_size=8))
def test_a_file_holds_what_was_written_and_nothing_is_left_beside_it(
    before: bytes | None, blocks: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All blocks in order, whatever stood there before."""
    path = tmp_path_factory.mktemp("whole") / "file"
    if before is not None:
        path.write_bytes(before)
    write_whole(path, blocks)
    assert path.read_bytes() == b"".join(blocks)
    assert list(path.parent.iterdir()) == [path]


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_it_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, name, folder: in another order a power failure could leave an empty file under the name."""
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def named(self: Path, target: Path) -> Path:
        steps.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", named)
    write_whole(path, [NEW])
    assert steps == ["file", "name", "folder"]


def failing_blocks() -> Iterator[bytes]:
    """A writer that breaks off."""
    yield NEW[:5]
    raise ValueError("no more")


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(step: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At whichever step it shows; the sentence names the file and what to do."""
    target = {"open": (Path, "open"), "fsync": (os, "fsync"), "replace": (Path, "replace")}[step]
    with monkeypatch.context() as patched:
        patched.setattr(*target, no_room)
        with pytest.raises(SettingsError, match="No space left on device") as full, writing(path):
            write_whole(path, [NEW])
    assert str(full.value).startswith(f"{path} cannot be written")
    assert "make room and start again" in str(full.value)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


def test_what_breaks_off_while_it_is_made_leaves_the_old_file(path: Path) -> None:
    """Not only the disk may fail: so may whoever gives the bytes."""
    with pytest.raises(ValueError, match="no more"):
        write_whole(path, failing_blocks())
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


KILLED = """
import os, sys
from pathlib import Path
from llm_extract.durable import write_whole

path, when = Path(sys.argv[1]), sys.argv[2]

def dies(original, at):
    def call(*arguments):
        if at == "before":
            os._exit(9)
        original(*arguments)
        os._exit(9)
    return call

step, _, at = when.partition(" ")
if step == "write":
    blocks = iter(lambda: os._exit(9), None)
else:
    blocks = [sys.argv[3].encode()]
    owner = os if step == "fsync" else Path
    setattr(owner, step, dies(getattr(owner, step), at))
write_whole(path, blocks)
"""


@pytest.mark.parametrize(
    ("when", "left"),
    [
        ("write in the middle", OLD),
        ("fsync before", OLD),
        ("fsync behind", OLD),
        ("replace before", OLD),
        ("replace behind", NEW),
    ],
)
def test_a_killed_process_leaves_the_old_file_or_the_new_one(when: str, left: bytes, path: Path) -> None:
    """Never a part of either; what is left beside it is written over by the next."""
    command = [sys.executable, "-c", KILLED, str(path), when, NEW.decode()]
    assert subprocess.run(command, check=False, cwd=samples.ROOT).returncode == 9
    assert path.read_bytes() == left
    write_whole(path, [b"the next"])
    assert path.read_bytes() == b"the next"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_others_wrote_is_put_in_place(path: Path) -> None:
    """A library or a download writes it under the name beside, and it takes the old one's place whole."""
    beside(path).write_bytes(NEW)
    put_in_place(beside(path), path)
    assert path.read_bytes() == NEW
    assert list(path.parent.iterdir()) == [path]


def test_a_system_that_cannot_sync_folders_is_not_asked_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows opens no folders."""
    monkeypatch.setattr(durable.os, "name", "nt")
    monkeypatch.setattr(durable.os, "open", no_room)
    sync_folder(path.parent)


# --- appending ----------------------------------------------------------------------------------------------------------


class Filling:
    """An unbuffered file on a disk that takes so many bytes more, some at a time."""

    def __init__(self, file: BinaryIO, room: int, at_once: int) -> None:
        self._file, self._room, self._at_once = file, room, at_once

    def write(self, data: bytes) -> int:
        """As many as fit; the error when none does."""
        size = min(len(data), self._room, self._at_once)
        if size == 0:
            no_room()
        self._room -= size
        return self._file.write(data[:size])

    def fileno(self) -> int:
        """The real file's."""
        return self._file.fileno()


@given(
    lines=st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=6),
    room=st.integers(0, 120),
    at_once=st.integers(1, 9),
)
def test_a_line_is_written_whole_or_not_at_all(
    lines: list[bytes], room: int, at_once: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However little the disk takes at once and wherever it ends."""
    path = tmp_path_factory.mktemp("lines") / "lines.jsonl"
    written: list[bytes] = []
    with path.open("ab", buffering=0) as file:
        filling = cast("BinaryIO", Filling(cast("BinaryIO", file), room, at_once))
        for line in lines:
            try:
                append_whole(filling, line)
            except OSError:
                break
            written.append(line)
    assert path.read_bytes() == b"".join(written)
    assert (len(written) == len(lines)) == (len(b"".join(lines)) <= room)


# --- the sentence --------------------------------------------------------------------------------------------------------


def test_the_sentence_is_the_callers(path: Path) -> None:
    """What to do differs; an error without the system's words is quoted itself."""
    with (
        pytest.raises(SettingsError, match=r"cannot be written \(out of pages\): give another --out\.$"),
        writing(path, "give another --out"),
    ):
        raise OSError("out of pages")


def test_other_errors_are_bugs_and_stay_what_they_are(path: Path) -> None:
    """Only the disk's are told as a sentence."""
    with pytest.raises(ZeroDivisionError), writing(path):
        raise ZeroDivisionError
