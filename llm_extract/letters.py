"""Letter files to `Letter`s, and inputs to letter files. The only opener of letters."""

from __future__ import annotations

import codecs
import glob
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from llm_extract.errors import (
    LetterEmptyError,
    LetterError,
    LetterMissingError,
    LetterTooLargeError,
    LetterUnreadableError,
    PdfDamagedError,
    PdfEncryptedError,
    PdfWithoutTextError,
    SettingsError,
)
from llm_extract.folding import Folded, fold

MAX_CHARS = 1_000_000
MAX_PDF_PAGES = 200
PDF_TIMEOUT = 30.0
"""Seconds. These three are the defaults of `Settings`, for callers without any."""


@dataclass(frozen=True)
class Letter:
    """One letter as decoded text. Offsets everywhere are code points of `text`, which is never changed after decoding.

    `encoding` is how the bytes became text: utf-8, utf-8-sig, utf-16, utf-32, cp1252 or pdf; a byte order mark is not part of
    `text`. `pages` is None for text files. `path` is for people and records; file names that are no Unicode have U+FFFD in it.
    """

    letter_id: str
    path: str
    sha256: str
    text: str
    encoding: str = "utf-8"
    pages: int | None = None

    @cached_property
    def folded(self) -> Folded:
        """The text with its typesetting folded away; what rules and prompts read."""
        return fold(self.text)


# --- one letter ------------------------------------------------------------------------------------------------------


def read_letter(
    path: Path,
    *,
    letter_id: str | None = None,
    max_chars: int = MAX_CHARS,
    max_pdf_pages: int = MAX_PDF_PAGES,
    pdf_timeout: float = PDF_TIMEOUT,
) -> Letter:
    """Read the letter at `path`. Its content decides what it is, so that a PDF named `.txt` is read as the PDF that it is.

    `letter_id` is the file's stem where it is not given, `pdf_timeout` in seconds. Raises a `LetterError` that says what to do.
    May be called from many threads at once; blocks while it reads.
    """
    letter_id = letter_id or printable(path.stem)
    data = _text_bytes(path, max_chars)
    if data is None:
        return _pdf_letter(path, letter_id, max_chars, max_pdf_pages, pdf_timeout)
    name = printable(str(path))
    text, encoding = decode(data, name)
    return _checked(Letter(letter_id, name, hashlib.sha256(data).hexdigest(), text, encoding), max_chars)


def letter_from_text(text: str, letter_id: str = "letter", *, max_chars: int = MAX_CHARS) -> Letter:
    """A letter from a string, for callers who have no file. `path` is empty; `sha256` is of the text as UTF-8."""
    data = text.encode("utf-8", "surrogatepass")
    if _not_text(text):
        raise _no_text(letter_id)
    return _checked(Letter(letter_id, "", hashlib.sha256(data).hexdigest(), text), max_chars)


def _checked(letter: Letter, max_chars: int) -> Letter:
    name = letter.path or letter.letter_id
    if len(letter.text) > max_chars:
        raise _too_long(name, max_chars)
    if not letter.folded.text:
        raise LetterEmptyError(f"{name} holds no words: look whether the export that made it went wrong.")
    return letter


def _text_bytes(path: Path, max_chars: int) -> bytes | None:
    """The bytes of a text file, None for a PDF: its worker opens it."""
    name = printable(str(path))
    try:
        size = _size(path, name)
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if _is_pdf(path, head):
                return None
            _refuse_office_file(head, name)
            if size > 4 * max_chars + 4:  # no encoding takes more bytes for a character, nor for the mark
                raise _too_long(name, max_chars)
            return head + file.read()
    except (OSError, ValueError) as error:
        raise _not_opened(error, name) from error


def _size(path: Path, name: str) -> int:
    """Bytes. Asked before opening: a pipe or a device would block, or never end."""
    info = path.stat()
    if stat.S_ISDIR(info.st_mode):
        raise LetterUnreadableError(f"{name} is a folder, not a letter: name it as an input of a run to read all letters in it.")
    if not stat.S_ISREG(info.st_mode):
        raise LetterUnreadableError(f"{name} is no regular file: save the letter as a .txt or .pdf file.")
    return info.st_size


def _not_opened(error: OSError | ValueError, name: str) -> LetterError:
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return LetterMissingError(f"There is no file {name}: check the path.")
    if isinstance(error, PermissionError):
        return LetterUnreadableError(f"{name} must not be read by this user: give read permission.")
    why = error.strerror or type(error).__name__
    return LetterUnreadableError(f"{name} cannot be opened ({why}): check the disk and the path.")


def _too_long(name: str, max_chars: int) -> LetterTooLargeError:
    return LetterTooLargeError(f"{name} is longer than {max_chars} characters: split it, or raise LLM_EXTRACT_MAX_CHARS.")


def printable(name: str) -> str:
    """A file name as it can stand in a record: bytes that are no Unicode become U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


# --- what a file is --------------------------------------------------------------------------------------------------

_HEAD = 1024
"""Bytes. PDF readers allow that much before the header."""

_OFFICE_FILES = {b"PK\x03\x04": "a Word or zip file", b"\xd0\xcf\x11\xe0": "an old Word file", b"{\\rtf": "an RTF file"}


def _is_pdf(path: Path, head: bytes) -> bool:
    starts_as_pdf = head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"%PDF-")
    return starts_as_pdf or (path.suffix.lower() == ".pdf" and _office_file(head) is None and head.strip() != b"")


def _office_file(head: bytes) -> str | None:
    return next((kind for magic, kind in _OFFICE_FILES.items() if head.startswith(magic)), None)


def _refuse_office_file(head: bytes, name: str) -> None:
    kind = _office_file(head)
    if kind:
        raise LetterUnreadableError(f"{name} is {kind}: export it as PDF or plain text.")


# --- text ------------------------------------------------------------------------------------------------------------

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""The control characters (category Cc) but for white space."""
_MOST_CONTROLS = 0.1
"""Share of control characters above which bytes are no text in the encoding that they seem to have."""


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Text and encoding of a text file's bytes: the byte order mark's, else strict UTF-8, else cp1252.

    Raises `LetterUnreadableError` for bytes that break the marked encoding or that cp1252 leaves undefined, and for binary data.
    """
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _not_text(text):
            break
        return text, encoding
    raise _no_text(name)


def _no_text(name: str) -> LetterUnreadableError:
    return LetterUnreadableError(f"{name} is no text in UTF-8, UTF-16, UTF-32 or cp1252: save it as UTF-8 text or as PDF.")


def _not_text(text: str) -> bool:
    """Whether no person wrote this: NUL occurs in no letter, halves of surrogate pairs are no characters, the rest is a share."""
    if "\0" in text or not (text.isascii() or _HALF.search(text) is None):
        return True
    return len(_CONTROL.findall(text)) > _MOST_CONTROLS * len(text)


# --- PDF -------------------------------------------------------------------------------------------------------------

_PDF_ERRORS: dict[str, tuple[type[LetterError], str]] = {
    "encrypted": (PdfEncryptedError, "asks for a password: save a copy without one and read that."),
    "without_text": (PdfWithoutTextError, "has pages but no text, so it is a scan: run OCR on it first."),
    "damaged": (PdfDamagedError, "cannot be opened as PDF: fetch it again, or print it to a new PDF."),
    "crashed": (PdfDamagedError, "made the PDF reader crash: print it to a new PDF, or save it as text."),
    "too_many_pages": (
        LetterTooLargeError,
        "has too many pages: split it, or raise LLM_EXTRACT_MAX_PDF_PAGES.",
    ),
    "too_long": (LetterTooLargeError, "has too much text: split it, or raise LLM_EXTRACT_MAX_CHARS."),
    "too_large": (LetterTooLargeError, "is too large a file to be one letter: split it, or save it as text."),
    "memory": (LetterTooLargeError, "needs too much memory: print it to a new PDF, or save it as text."),
    "timeout": (LetterTooLargeError, "takes too long to read: save it as text, or raise LLM_EXTRACT_PDF_TIMEOUT."),
    "unreadable": (LetterUnreadableError, "cannot be opened: check the disk and the path."),
    "not_started": (LetterUnreadableError, "was not read because the PDF reader does not start: install pypdfium2 again."),
}


def _pdf_letter(path: Path, letter_id: str, max_chars: int, max_pages: int, timeout: float) -> Letter:
    from llm_extract.pdf_worker import readers

    name = printable(str(path))
    reply = readers.read(path, max_pages=max_pages, max_chars=max_chars, timeout=timeout)
    if reply.error:
        kind, sentence = _PDF_ERRORS[reply.error]
        raise kind(f"{name} {sentence}")
    return _checked(Letter(letter_id, name, reply.sha256, reply.text, "pdf", reply.pages), max_chars)


# --- inputs ----------------------------------------------------------------------------------------------------------

SUFFIXES = (".txt", ".pdf")


@dataclass(frozen=True, slots=True, init=False)
class LetterFile:
    """A letter of a run before it is opened. `letter_id` is unique within the run, `place` is the path in words.

    A run holds all of its letters: a `Path` each would be most of its memory.
    """

    letter_id: str
    place: str

    def __init__(self, letter_id: str, path: Path | str) -> None:
        object.__setattr__(self, "letter_id", letter_id)
        object.__setattr__(self, "place", str(path))

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.place)


def find_letters(inputs: Sequence[str]) -> list[LetterFile]:
    """The letters that files, folders and globs (`**` too) name, in the order of `inputs`, sorted within each; each file once.

    A folder gives the `.txt` and `.pdf` files in it and below, without hidden ones and without following links to other folders.
    A named file that does not exist is kept: it becomes a failed record. Raises `SettingsError` for an input without letters.

    Letter ids are the files' stems. Of files with the same stem the first in the order of paths has it bare, the others as
    `stem~XXXXXXXX` with a hash of their path: an id then does not depend on how many others there are, and a file that is added
    later changes no id but, at most, the bare one.
    """
    if not inputs:
        raise SettingsError("No letters are named: give files, folders or globs.")
    found: dict[str, str] = {}
    real_folder = lru_cache(os.path.realpath)
    for named in inputs:
        for path in _expand(named):
            found.setdefault(_identity(path, real_folder), path)
    return _with_ids([str(Path(path)) for path in found.values()])


def _expand(named: str) -> Iterable[str]:
    if not named.strip():
        raise SettingsError("An input is empty: give a file, a folder or a glob.")
    if os.path.isdir(named):  # noqa: PTH112 - unlike Path.is_dir it is False where the path cannot be looked at
        return _some(sorted(_walk(named)), f"The folder {printable(named)} holds no .txt or .pdf file: check the path.")
    if glob.has_magic(named) and not os.path.lexists(named):
        return _some(_matches(named), f"Nothing matches {printable(named)}: check the pattern, and quote it against the shell.")
    return [named]


def _some(paths: list[str], otherwise: str) -> list[str]:
    if not paths:
        raise SettingsError(otherwise)
    return paths


def _walk(folder: str) -> Iterator[str]:
    """Letters in a folder and below. Plain strings: `Path` objects would cost more than the listing of large folders."""
    for parent, folders, files in os.walk(folder, onerror=_cannot_list):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (os.path.join(parent, name) for name in files if _is_letter_name(name))  # noqa: PTH118


def _cannot_list(error: OSError) -> None:
    raise SettingsError(
        f"The folder {printable(str(error.filename))} cannot be listed: give read permission, or name the letters one by one."
    ) from error


def _is_letter_name(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _matches(pattern: str) -> list[str]:
    """Files that match, and the letters in folders that match. A file of another kind counts if the pattern names its suffix."""
    suffix = os.path.splitext(pattern)[1]  # noqa: PTH122
    named_suffix = bool(suffix) and not glob.has_magic(suffix)
    found: set[str] = set()
    for path in glob.iglob(pattern, recursive=True):  # noqa: PTH207
        if os.path.isdir(path):  # noqa: PTH112
            found.update(_walk(path))
        elif named_suffix or _is_letter_name(os.path.basename(path)):  # noqa: PTH119
            found.add(os.path.normpath(path))
    return sorted(found)


def _identity(path: str, real_folder: Callable[[str], str]) -> str:
    """The same for every way to name a file, links too. Folders are resolved once: 100,000 letters would wait for it."""
    if os.path.islink(path):  # noqa: PTH114
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    return os.path.join(real_folder(folder), name)  # noqa: PTH118


def _with_ids(places: list[str]) -> list[LetterFile]:
    ids: dict[str, str] = {}
    taken: set[str] = set()
    later: list[str] = []
    for place in sorted(places):
        stem = printable(Path(place).stem)
        if stem in taken:
            later.append(place)
        else:
            ids[place] = stem
            taken.add(stem)
    for place in later:
        ids[place] = _free_id(Path(place), taken)
        taken.add(ids[place])
    return [LetterFile(ids[place], place) for place in places]


def _free_id(path: Path, taken: set[str]) -> str:
    digest = hashlib.sha256(os.fsencode(path.as_posix())).hexdigest()
    candidates = (f"{printable(path.stem)}~{digest[:length]}" for length in range(8, len(digest) + 1))
    return next(c for c in candidates if c not in taken)
