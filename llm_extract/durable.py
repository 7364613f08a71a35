"""Files that a crash leaves whole: written beside, brought to the disk, then put in place; or grown by whole lines.

    write_whole(path, blocks)                   # old or new, never a part
    append_whole(file, line)                    # the line or nothing
    with writing(path):                         # a full disk is no bug: a sentence, not a traceback
        ...

A name in a folder is on the disk when the folder is; so the folder, too, is synced behind a replacement. What a file system that
lies about `fsync` does is beyond this.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from llm_extract.errors import SettingsError

AGAIN = "make room and start again, nothing is lost"


def beside(path: Path) -> Path:
    """The name under which a file is written until it is whole: in its folder, hidden. What a crash leaves is written over."""
    return path.with_name(f".{path.name}.part")


def write_whole(path: Path, blocks: Iterable[bytes]) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Raises `OSError`, or what `blocks` raises: then the old one stands and nothing is left beside it.
    """
    new = beside(path)
    try:
        with new.open("wb") as file:
            file.writelines(blocks)
        put_in_place(new, path)
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def put_in_place(new: Path, path: Path) -> None:
    """Give a file that is written and closed its name, behind its bytes. Raises `OSError`."""
    sync_file(new)
    new.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Bring a closed file's bytes to the disk. Raises `OSError`."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a new or renamed entry of a folder to the disk, where the system can. Raises `OSError`."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_whole(file: BinaryIO, line: bytes) -> None:
    """Write a line to an unbuffered file whole, or, where the disk takes only a part of it, not at all. Raises `OSError`.

    The operating system has it then, so that a killed process loses nothing; the disk has it when somebody syncs.
    """
    written = 0
    try:
        while written < len(line):
            written += file.write(line[written:])
    except OSError:
        with suppress(OSError):
            os.ftruncate(file.fileno(), os.fstat(file.fileno()).st_size - written)
        raise


@contextmanager
def writing(path: Path, then: str = AGAIN) -> Iterator[None]:
    """Raise `SettingsError` for a disk that takes no more: what cannot be written, why, and what to do `then`."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror or error}): {then}.") from error
