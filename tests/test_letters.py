"""Letter files to letters, and inputs to letter files."""

from __future__ import annotations

import codecs
import hashlib
import os
import signal
import subprocess
import sys
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from llm_extract import errors, letters, pdf_worker
from llm_extract.letters import (
    MAX_CHARS,
    MAX_PDF_PAGES,
    PDF_TIMEOUT,
    Letter,
    LetterFile,
    decode,
    find_letters,
    letter_from_text,
    read_letter,
)
from llm_extract.settings import Settings

TEXT = "The injured worker’s café is 5 µg.\r\n\r\nHe/she agrees.\n"


def write(path: Path, data: bytes | str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32"),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "utf-32"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_every_supported_encoding_gives_the_same_text(tmp_path: Path, data: bytes, encoding: str) -> None:
    """A byte order mark decides, then UTF-8, then cp1252; the mark is not part of the text and line ends stay as they are."""
    path = write(tmp_path / "CM15-0012345.txt", data)
    assert read_letter(path) == Letter("CM15-0012345", str(path), hashlib.sha256(data).hexdigest(), TEXT, encoding, None)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_decoding_gives_back_what_was_encoded(text: str) -> None:
    """Any text without control characters comes back from UTF-8 and from UTF-16 with a mark."""
    assert decode(codecs.BOM_UTF8 + text.encode(), "x") == (text, "utf-8-sig")
    assert decode(text.encode("utf-16"), "x") == (text, "utf-16")


@pytest.mark.parametrize(
    "data",
    [
        b"caf\xe9 \x81",
        b"caf\xe9 \x8d \x8f \x90 \x9d",
        b"plain\0text",
        TEXT.encode("utf-16-le"),
        bytes(range(1, 9)) * 4 + b"abc",
        b"\x7f" * 50,
        codecs.BOM_UTF8 + b"\xff\xfe",
        codecs.BOM_UTF16_LE + b"\x00\xd8x\x00",
        codecs.BOM_UTF32_LE + b"abc",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    ],
)
def test_bytes_that_are_no_text_are_unreadable(tmp_path: Path, data: bytes) -> None:
    """Undefined bytes, binary data and broken marked encodings raise an error that says which encodings are read."""
    with pytest.raises(errors.LetterUnreadableError, match="save it as UTF-8 text or as PDF"):
        read_letter(write(tmp_path / "a.txt", data))


def test_a_few_stray_control_characters_are_text(tmp_path: Path) -> None:
    """One bell or form feed in a page of words is no reason to reject a letter."""
    text = "The request is upheld.\x07\f\n" * 3
    assert read_letter(write(tmp_path / "a.txt", text)).text == text


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"PK\x03\x04rest", "Word"), (b"\xd0\xcf\x11\xe0rest", "old Word"), (b"{\\rtf1 text}", "RTF")],
)
@pytest.mark.parametrize("suffix", [".txt", ".pdf", ".docx"])
def test_office_files_are_named_and_say_how_to_export(tmp_path: Path, data: bytes, kind: str, suffix: str) -> None:
    """Content decides what a file is, whatever its suffix."""
    with pytest.raises(errors.LetterUnreadableError, match=f"{kind} .*export it as PDF or plain text"):
        read_letter(write(tmp_path / f"a{suffix}", data))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b""),
        ("a.pdf", b""),
        ("a.pdf", b" \r\n"),
        ("a.txt", b" \r\n\t\f "),
        ("a.txt", codecs.BOM_UTF8),
        ("a.txt", codecs.BOM_UTF16_LE),
        ("a.txt", "\u200b\n".encode()),
    ],
)
def test_files_without_words_are_empty(tmp_path: Path, name: str, data: bytes) -> None:
    """Nothing, white space, a mark alone and invisible characters are an empty letter."""
    with pytest.raises(errors.LetterEmptyError):
        read_letter(write(tmp_path / name, data))


def test_a_long_letter_is_too_large(tmp_path: Path) -> None:
    """Characters count, not bytes; exactly the limit passes."""
    path = write(tmp_path / "a.txt", "é" * 10)
    assert read_letter(path, max_chars=10).text == "é" * 10
    with pytest.raises(errors.LetterTooLargeError, match=r"9 characters.*LLM_EXTRACT_MAX_CHARS"):
        read_letter(path, max_chars=9)


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    """A file that cannot be short enough in any encoding is not read: that its bytes are no text is never found out."""
    with pytest.raises(errors.LetterTooLargeError):
        read_letter(write(tmp_path / "a.txt", b"\x81" * 9), max_chars=1)
    with pytest.raises(errors.LetterUnreadableError):
        read_letter(write(tmp_path / "a.txt", b"\x81" * 8), max_chars=1)


@pytest.mark.parametrize(("name", "sentence"), [("missing.txt", "check the path"), ("file.txt/below.txt", "check the path")])
def test_a_missing_file_says_so(tmp_path: Path, name: str, sentence: str) -> None:
    """A path that leads nowhere is a missing letter."""
    write(tmp_path / "file.txt", "x")
    with pytest.raises(errors.LetterMissingError, match=sentence):
        read_letter(tmp_path / name)


def test_a_folder_is_no_letter(tmp_path: Path) -> None:
    """A folder raises an error that says how to read the letters in it."""
    with pytest.raises(errors.LetterUnreadableError, match="is a folder"):
        read_letter(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would block for ever."""
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(errors.LetterUnreadableError, match="no regular file"):
        read_letter(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(PermissionError(13, "no"), "read permission"), (OSError(5, "I/O error"), r"I/O error.*check the disk")],
)
def test_a_file_that_cannot_be_opened_is_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, sentence: str
) -> None:
    """Permission and disk errors are this letter's own, and say what to do. Raised by hand: the superuser may open everything."""

    def refuse(*_: object) -> None:
        raise error

    path = write(tmp_path / "a.txt", "x")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(errors.LetterUnreadableError, match=sentence):
        read_letter(path)


def test_a_name_too_long_is_an_error_of_the_letter(tmp_path: Path) -> None:
    """Whatever the system says of a path stays a `LetterError`."""
    with pytest.raises(errors.LetterUnreadableError):
        read_letter(tmp_path / ("a" * 300 + ".txt"))
    with pytest.raises(errors.LetterMissingError):
        read_letter(tmp_path / "a\0.txt")


def test_no_message_holds_the_letter_s_text(tmp_path: Path) -> None:
    """Messages are logged, letters are confidential."""
    for data in (b"SECRET\0", b"SECRET" * 9, b"{\\rtf SECRET", b"%PDF-1.4 SECRET"):
        with pytest.raises(errors.LetterError) as raised:
            read_letter(write(tmp_path / "a.txt", data), max_chars=20)
        assert "SECRET" not in str(raised.value)


def test_a_letter_from_a_string() -> None:
    """Callers without a file get the same checks."""
    letter = letter_from_text("Upheld.", "mine")
    assert (letter.letter_id, letter.path, letter.text, letter.folded.text) == ("mine", "", "Upheld.", "Upheld.")
    assert letter.sha256 == hashlib.sha256(b"Upheld.").hexdigest()
    assert letter_from_text("x").letter_id == "letter"
    with pytest.raises(errors.LetterEmptyError):
        letter_from_text(" \n")
    with pytest.raises(errors.LetterTooLargeError):
        letter_from_text("xx", max_chars=1)
    for text in ("a\0b", "a\ud800b"):
        with pytest.raises(errors.LetterUnreadableError):
            letter_from_text(text)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes only there")
def test_a_file_name_that_is_no_unicode_can_stand_in_a_record(tmp_path: Path) -> None:
    """Paths and ids go into JSON lines in UTF-8, which lone surrogates would break."""
    path = write(tmp_path / os.fsdecode(b"caf\xe9.txt"), "Upheld.")
    letter = read_letter(path)
    assert (letter.letter_id, Path(letter.path).name) == ("caf\ufffd", "caf\ufffd.txt")
    assert find_letters([str(tmp_path)]) == [LetterFile("caf\ufffd", path)]


def test_the_limits_are_those_of_the_settings() -> None:
    """The defaults for callers without settings are not a second opinion."""
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert defaults["max_chars"] == MAX_CHARS
    assert defaults["max_pdf_pages"] == MAX_PDF_PAGES
    assert defaults["pdf_timeout"] == PDF_TIMEOUT


# --- PDF -------------------------------------------------------------------------------------------------------------

Command = Callable[[str], None]


def pdf(path: Path, *pages: str, password: str | None = None) -> Path:
    """A PDF with a page a string, a line a line."""
    document = FPDF()
    document.set_font("Helvetica", size=12)
    for page in pages:
        document.add_page()
        for line in page.split("\n"):
            document.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    if password is not None:
        document.set_encryption(owner_password="owner", user_password=password)  # noqa: S106
    document.output(str(path))
    return path


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Replaces what workers run by a script; the real ones are back afterwards."""

    def run(script: str) -> None:
        pdf_worker.readers.close()
        monkeypatch.setattr(pdf_worker, "worker_command", lambda: [sys.executable, "-c", script])

    yield run
    pdf_worker.readers.close()


READY = "print('{}', flush=True); line = input(); "


def test_a_pdf_s_pages_become_one_text(tmp_path: Path) -> None:
    """Lines end in a newline, hyphens at line ends come back, a form feed stands between pages at the start of a line."""
    path = pdf(tmp_path / "a.pdf", "It is post-\nlaminectomy, 2 -\n3 times.\n1", "L4-\n5 is up-", "held.\n3")
    letter = read_letter(path)
    assert letter.text == "It is post-\nlaminectomy, 2 -\n3 times.\n1\n\fL4-\n5 is up-\n\fheld.\n3"
    assert letter.folded.text == "It is post-laminectomy, 2 - 3 times. L4-5 is up-held."
    assert (letter.letter_id, letter.encoding, letter.pages) == ("a", "pdf", 3)
    assert letter.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_letter(path) == letter


def test_both_markers_of_pdfium_are_hyphens() -> None:
    """U+0002 and U+FFFE stand for a hyphen and a line end; other control characters become blanks, so that no word merges."""
    assert pdf_worker.clean_page("a\x02b\ufffec\r\nd\re\x00f\x0cg\th\uffff") == "a-\nb-\nc\nd\ne f g\th\ufffd"


@pytest.mark.parametrize("prefix", [b"", codecs.BOM_UTF8, b"\r\n"])
def test_a_pdf_is_known_by_its_content(tmp_path: Path, prefix: bytes) -> None:
    """A PDF with the suffix .txt is read as the PDF that it is."""
    data = pdf(tmp_path / "a.pdf", "Upheld.").read_bytes()
    letter = read_letter(write(tmp_path / "b.txt", prefix + data))
    assert (letter.text, letter.encoding) == ("Upheld.", "pdf")


def test_a_pdf_that_asks_for_a_password(tmp_path: Path) -> None:
    """A locked PDF is its own error; one that only restricts editing is read."""
    with pytest.raises(errors.PdfEncryptedError, match="save a copy without"):
        read_letter(pdf(tmp_path / "a.pdf", "Upheld.", password="user"))  # noqa: S106
    assert read_letter(pdf(tmp_path / "b.pdf", "Upheld.", password="")).text == "Upheld."


def test_a_scan_asks_for_ocr(tmp_path: Path) -> None:
    """A PDF of images alone is its own error, which says what to do."""
    from PIL import Image

    document = FPDF()
    for _ in range(2):
        document.add_page()
        document.image(Image.new("RGB", (40, 40), "red"))
    document.output(str(tmp_path / "a.pdf"))
    with pytest.raises(errors.PdfWithoutTextError, match="run OCR"):
        read_letter(tmp_path / "a.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.7\ngarbage", b"<html>404</html>", b"\0\1\2"])
def test_a_damaged_pdf(tmp_path: Path, data: bytes) -> None:
    """What no reader can open says to fetch it again."""
    with pytest.raises(errors.PdfDamagedError, match="fetch it again"):
        read_letter(write(tmp_path / "a.pdf", data))


def test_too_many_pages_and_too_much_text(tmp_path: Path) -> None:
    """Limits count pages and characters; exactly the limit passes."""
    path = pdf(tmp_path / "a.pdf", "one", "two")
    assert read_letter(path, max_pdf_pages=2, max_chars=8).pages == 2
    with pytest.raises(errors.LetterTooLargeError, match="MAX_PDF_PAGES"):
        read_letter(path, max_pdf_pages=1)
    with pytest.raises(errors.LetterTooLargeError, match="MAX_CHARS"):
        read_letter(path, max_chars=7)


def test_a_pdf_file_over_the_size_limit(tmp_path: Path) -> None:
    """A file that no letter's PDF can be is not loaded."""
    path = pdf(tmp_path / "a.pdf", "one")
    with path.open("r+b") as file:
        file.truncate(pdf_worker.MAX_BYTES + 1)
    with pytest.raises(errors.LetterTooLargeError, match="too large a file"):
        read_letter(path)


def test_a_pdf_that_vanishes_before_the_worker_opens_it(tmp_path: Path) -> None:
    """The worker reports what it cannot open; it does not die of it."""
    reply = pdf_worker.readers.read(tmp_path / "gone.pdf", max_pages=1, max_chars=10, timeout=20)
    assert reply.error == "unreadable"


def test_a_hanging_worker_is_killed_and_replaced(tmp_path: Path, worker: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF that hangs the parser costs its own time limit; the next one is read."""
    path = pdf(tmp_path / "a.pdf", "Upheld.")
    worker(READY + "import time; time.sleep(600)")
    with pytest.raises(errors.LetterTooLargeError, match=r"takes too long.*LLM_EXTRACT_PDF_TIMEOUT"):
        read_letter(path, pdf_timeout=0.2)
    monkeypatch.undo()
    assert read_letter(path).text == "Upheld."


@pytest.mark.parametrize(
    ("death", "kind"),
    [
        ("import os; os._exit(0)", errors.PdfDamagedError),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", errors.PdfDamagedError),
        ("import os; os.abort()", errors.LetterTooLargeError),
        ("print('half a', end='', flush=True)", errors.PdfDamagedError),
    ],
)
def test_a_crashing_worker_fails_one_letter(
    tmp_path: Path, worker: Command, monkeypatch: pytest.MonkeyPatch, death: str, kind: type[errors.LetterError]
) -> None:
    """A crash is the error of the PDF that caused it (an abort is how PDFium runs out of memory); the next one is read."""
    path = pdf(tmp_path / "a.pdf", "Upheld.")
    worker(READY + death)
    with pytest.raises(kind):
        read_letter(path)
    monkeypatch.undo()
    assert read_letter(path).text == "Upheld."


@pytest.mark.parametrize("script", ["raise SystemExit('no pypdfium2')", "import os; os.close(1); input()"])
def test_a_worker_that_does_not_start(tmp_path: Path, worker: Command, script: str) -> None:
    """A broken installation is told as such, and not as a damaged PDF."""
    worker(script)
    with pytest.raises(errors.LetterUnreadableError, match="install pypdfium2 again"):
        read_letter(pdf(tmp_path / "a.pdf", "Upheld."))


def test_a_worker_command_that_is_not_there(tmp_path: Path, worker: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """No interpreter to start is an error of the letter too, and not of the run."""
    worker("")
    monkeypatch.setattr(pdf_worker, "worker_command", lambda: [str(tmp_path / "no-python")])
    with pytest.raises(errors.LetterUnreadableError):
        read_letter(pdf(tmp_path / "a.pdf", "Upheld."))


def test_a_worker_killed_between_two_letters_is_replaced(tmp_path: Path) -> None:
    """What ends an idle worker (the system short of memory) goes unnoticed."""
    path = pdf(tmp_path / "a.pdf", "Upheld.")
    read_letter(path)
    for idle in pdf_worker.readers._idle:
        idle.process.kill()
        idle.process.wait()
    assert read_letter(path).text == "Upheld."


def test_a_worker_is_kept_and_replaced_in_time(tmp_path: Path, worker: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting costs more than reading, so a worker lives on, but not so long that leaks add up."""
    path = pdf(tmp_path / "a.pdf", "Upheld.")
    pdf_worker.readers.close()
    monkeypatch.setattr(pdf_worker, "DOCUMENTS_PER_WORKER", 2)
    pids = []
    for _ in range(4):
        read_letter(path)
        pids.append(pdf_worker.readers._idle[-1].process.pid)
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_pdf_that_unpacks_to_gigabytes_is_stopped(tmp_path: Path, worker: Command) -> None:
    """The memory limit holds for the native parser; here a smaller one, so that the test is kind to its machine."""
    pytest.importorskip("resource")
    worker("from llm_extract import pdf_worker as w; w.MEMORY_LIMIT = 400 * 2**20; w.main()")
    path = write(tmp_path / "a.pdf", _bomb(800 * 2**20))
    with pytest.raises(errors.LetterTooLargeError, match="too much memory"):
        read_letter(path)


def _bomb(size: int) -> bytes:
    """A PDF of a few kilobytes whose page content is `size` bytes."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.flush()
    twice = zlib.compress(once, 9)
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%b\nendstream endobj\ntrailer<</Root 1 0 R>>\n"
    ) % (len(twice), twice)


def test_many_threads_get_their_own_letters(tmp_path: Path) -> None:
    """Replies never go to the wrong thread."""
    paths = [pdf(tmp_path / f"{i}.pdf", f"Letter {i}.") for i in range(12)] * 3
    with ThreadPoolExecutor(8) as pool:
        letters = list(pool.map(read_letter, paths))
    assert [letter.text for letter in letters] == [f"Letter {i}." for i in range(12)] * 3


SCRIPT = """
import os, sys
from pathlib import Path
from llm_extract.letters import read_letter
from llm_extract.pdf_worker import readers
path = Path(sys.argv[1])
print(read_letter(path).text, flush=True)
worker = readers._idle[0].process.pid
assert os.getpgid(worker) != os.getpgid(0), "Ctrl-C would reach the worker"
os.chdir("/")
for _ in range(readers._size):  # as if other threads were reading just now
    readers._slots.acquire()
child = os.fork()
if child == 0:
    print("child", read_letter(Path(sys.argv[1])).text, flush=True)
    assert readers._idle[0].process.pid != worker, "parent and child share a worker"
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
readers._slots.release(readers._size)
print("parent", read_letter(path).text)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks on this system")
def test_a_plain_script_reads_pdfs_before_and_after_a_fork(tmp_path: Path) -> None:
    """No `__main__` guard is needed, a forked child gets workers and locks of its own, and nothing is left open at the end."""
    script = write(tmp_path / "script.py", SCRIPT)
    # A file that would be imported in the place of the real library, if workers looked in the current folder.
    write(tmp_path / "pypdfium2.py", "raise SystemExit(1)")
    path = pdf(tmp_path / "a.pdf", "Upheld.")
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", str(script), str(path)], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    lines = ["Upheld.", "child Upheld.", "parent Upheld."]
    assert (done.stdout.splitlines(), done.stderr, done.returncode) == (lines, "", 0)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_a_worker_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    """A worker whose asking side was killed sees its pipe close and ends: none is left behind."""
    code = (
        "import sys, os, signal; from pathlib import Path; from llm_extract import letters, pdf_worker\n"
        "letters.read_letter(Path(sys.argv[1])); worker = pdf_worker.readers._idle[0].process\n"
        "os.write(1, str(worker.pid).encode()); os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = pdf(tmp_path / "a.pdf", "x")
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, timeout=300, check=False)
    assert done.returncode == -signal.SIGKILL
    _wait_until_gone(int(done.stdout))


def _wait_until_gone(pid: int) -> None:
    """Returns when the process has ended (or is a zombie that nobody reaps); hangs, and so fails, if it never does."""
    while True:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        time.sleep(0.05)


# --- inputs ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with letters and with what is none."""
    for name in [
        "in/b.txt",
        "in/a.PDF",
        "in/sub/c.txt",
        "in/notes.md",
        "in/.hidden.txt",
        "in/.git/d.txt",
        "other/e.txt",
        "x[1].txt",
    ]:
        write(tmp_path / name, name)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*inputs: str) -> list[str]:
    """The paths that inputs name, in order."""
    return [f.path.as_posix() for f in find_letters(inputs)]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["in"], ["in/a.PDF", "in/b.txt", "in/sub/c.txt"]),
        (["other", "in"], ["other/e.txt", "in/a.PDF", "in/b.txt", "in/sub/c.txt"]),
        (["in/notes.md"], ["in/notes.md"]),
        (["in/.hidden.txt"], ["in/.hidden.txt"]),
        (["in/*.txt"], ["in/b.txt"]),
        (["**/*.txt"], ["in/b.txt", "in/sub/c.txt", "other/e.txt", "x[1].txt"]),
        (["in/**"], ["in/a.PDF", "in/b.txt", "in/sub/c.txt"]),
        (["in/*"], ["in/a.PDF", "in/b.txt", "in/sub/c.txt"]),
        (["in/*.md"], ["in/notes.md"]),
        (["[io]*"], ["in/a.PDF", "in/b.txt", "in/sub/c.txt", "other/e.txt"]),
        (["x[1].txt"], ["x[1].txt"]),
        (["in/b.txt", "in", "./in/b.txt", "in/../in/sub"], ["in/b.txt", "in/a.PDF", "in/sub/c.txt"]),
        (["gone.txt", "in/b.txt"], ["gone.txt", "in/b.txt"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_files_folders_and_globs_name_letters(inputs: list[str], expected: list[str]) -> None:
    """Inputs keep their order, folders and globs are sorted, hidden files are skipped unless named, and each file counts once."""
    assert names(*inputs) == expected


def test_links_to_one_file_count_once(folder: Path) -> None:
    """A file that is reached by a link too is the same letter."""
    (folder / "in" / "link.txt").symlink_to(folder / "in" / "b.txt")
    (folder / "again").symlink_to(folder / "in")
    (folder / "in" / "loop").symlink_to(folder / "in")
    assert names("in", "again") == ["in/a.PDF", "in/b.txt", "in/sub/c.txt"]


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ([], "No letters are named"),
        ([""], "An input is empty"),
        (["empty"], r"The folder empty holds no \.txt or \.pdf file"),
        (["in", "*.doc"], r"Nothing matches \*\.doc"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_an_input_without_letters_is_wrong_use(inputs: list[str], sentence: str) -> None:
    """A folder or glob that gives nothing is most likely a mistake: it is told before anything is read."""
    with pytest.raises(errors.SettingsError, match=sentence):
        find_letters(inputs)


def test_a_folder_that_cannot_be_listed_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters are never left out silently. Raised by hand: the superuser may list everything."""
    real = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("sub"):
            raise PermissionError(13, "no", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(errors.SettingsError, match="in/sub cannot be listed: give read permission"):
        find_letters(["in"])


def test_ids_are_stems_and_unique(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of files with one stem the first has it bare, the others with a hash of their path."""
    for name in ["n/a.txt", "n/b.txt", "s/a.txt", "s/a.pdf"]:
        write(tmp_path / name, "x")
    monkeypatch.chdir(tmp_path)
    ids = {f.path.as_posix(): f.letter_id for f in find_letters(["."])}
    hashes = {p: hashlib.sha256(p.encode()).hexdigest()[:8] for p in ids}
    assert ids == {"n/a.txt": "a", "n/b.txt": "b", "s/a.txt": f"a~{hashes['s/a.txt']}", "s/a.pdf": f"a~{hashes['s/a.pdf']}"}


def test_an_id_never_meets_a_stem_that_looks_like_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is named like another one's made-up id keeps its stem; the made-up id grows."""
    digest = hashlib.sha256(b"s/a.txt").hexdigest()
    for name in ["n/a.txt", "s/a.txt", f"s/a~{digest[:8]}.txt"]:
        write(tmp_path / name, "x")
    monkeypatch.chdir(tmp_path)
    assert sorted(f.letter_id for f in find_letters(["."])) == ["a", f"a~{digest[:8]}", f"a~{digest[:9]}"]


@given(st.sets(st.tuples(st.sampled_from("nsx"), st.sampled_from("abc"), st.sampled_from(["txt", "pdf"])), min_size=2), st.data())
def test_ids_are_stable_when_files_are_added(files: set[tuple[str, str, str]], data: st.DataObject) -> None:
    """A new file changes no id but, at most, the bare stem of one that it comes before; the order of inputs changes none."""
    paths = [f"{folder}/{stem}.{suffix}" for folder, stem, suffix in sorted(files)]
    added = data.draw(st.sampled_from(paths))
    shuffled = data.draw(st.permutations(paths))
    before = {f.path: f.letter_id for f in find_letters([p for p in paths if p != added])}
    after = {f.path: f.letter_id for f in find_letters(shuffled)}
    changed = [path for path in before if before[path] != after[path]]
    assert len(set(after.values())) == len(paths)
    assert all(before[path] == path.stem == Path(added).stem and added < path.as_posix() for path in changed)
    assert len(changed) <= 1


def test_control_characters_are_those_of_the_category_but_for_white_space() -> None:
    """Of all characters those of category Cc that are no white space count as control characters."""
    told = {c for c in map(chr, range(0x3000)) if unicodedata.category(c) == "Cc" and not c.isspace()}
    assert {c for c in map(chr, range(0x3000)) if letters._CONTROL.match(c)} == told
