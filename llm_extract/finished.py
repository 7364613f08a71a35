"""Finished records by what they were made of: a letter that was read before is not read again, whichever run asks for it.

The answer cache (`cache`) saves what a model costs; reading a letter by rules, laying both readings together and proving every
value is still done anew, some ten milliseconds a letter. Where bytes, settings, prompts and this program's own code are the same,
the record is too: then it is taken out of here, in less than one.

The store is as disposable as the answer cache, and as private: it holds letters. Kept are whole records only, in which the model
answered every question that was asked; nothing is kept of the rules alone, which are cheaper to run than to store.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
import zlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from llm_extract.engine import Usage
from llm_extract.errors import AnswerError, EndpointError, codes_of
from llm_extract.letters import LetterFile
from llm_extract.lines import RecordLine
from llm_extract.schema import Record

if TYPE_CHECKING:
    from llm_extract.cache import AnswerCache

_PACKAGE = Path(__file__).parent
_CODE = frozenset({".py", ".tsv", ".json", ".toml", ".md"})
_LARGEST = 1 << 24
"""Bytes. What is larger is no usual letter, and is left to the reader of letters with its limits."""


_UNANSWERED = codes_of(EndpointError) | codes_of(AnswerError)
"""Codes of the issues of a record in which a question has no answer: another day may bring one."""


class FinishedRecords:
    """Records by the letter's bytes and `shaped`, which names all else that shapes a record (settings, prompts' texts).

    The folder is made with the first record that is kept. Never raises for what the disk does to a store that could be opened.
    """

    def __init__(self, folder: Path, shaped: Mapping[str, Any], prompts: Iterable[Path]) -> None:
        self._folder = folder
        # Now, not with the first record: code that is changed while a run goes on is not the code that it runs.
        described = json.dumps(dict(shaped), sort_keys=True, default=str)
        self._salt = hashlib.sha256(f"{described}{_code_digest()}{_files_digest(prompts)}".encode()).digest()
        self._store: AnswerCache | None = None

    def get(self, file: LetterFile) -> Record | None:
        """The record of a file that was read before, as this run's: its id and path, and no cost."""
        started = time.monotonic()
        digest = _digest(file.path) if self._store is not None or self._folder.is_dir() else None
        kept = self._opened().get(self._key(digest)) if digest else None
        if kept is None:
            return None
        try:
            record = Record.model_validate_json(zlib.decompress(base64.b64decode(kept.raw)))
        except (ValidationError, ValueError, zlib.error):
            return None
        return _as_read_now(record, file, started)

    async def keep(self, line: RecordLine) -> None:
        """Store a record, if it is whole."""
        if line.status not in ("ok", "partial") or line.sha256 is None:
            return
        if line.model is None or not _UNANSWERED.isdisjoint(line.codes):
            return
        from llm_extract.cache import Kept

        raw = base64.b64encode(zlib.compress(line.text.encode(), 1)).decode("ascii")
        kept = Kept(raw=raw, usage=Usage(), model=line.model, finish_reason="stop", re_asked=False)
        await self._opened().keep(self._key(line.sha256), kept)

    def close(self) -> None:
        """Finish pending writes and give back the files."""
        if self._store is not None:
            self._store.close()

    # -- inside --

    def _opened(self) -> AnswerCache:
        from llm_extract.cache import AnswerCache

        if self._store is None:
            self._store = AnswerCache(self._folder)
        return self._store

    def _key(self, digest: str) -> str:
        return hashlib.sha256(self._salt + digest.encode()).hexdigest()


def _digest(path: Path) -> str | None:
    """The hash of a regular file of a letter's size; None leaves it to the reader of letters, who says what is wrong."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return None


def _as_read_now(record: Record, file: LetterFile, started: float) -> Record:
    run = record.run
    answered = run.attempts > 0 or run.cached
    free = {"attempts": 0, "input_tokens": 0, "output_tokens": 0, "cached": answered, "cost_usd": 0.0}
    path = str(file.path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return record.model_copy(
        update={
            "letter_id": file.letter_id.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
            "source": record.source.model_copy(update={"path": path}),
            "run": run.model_copy(update={**free, "seconds": round(time.monotonic() - started, 3)}),
        }
    )


def _code_digest() -> str:
    """What this program is, to the byte: a changed rule, table or check means other records. A version number may lag behind."""
    files = (path for path in _PACKAGE.rglob("*") if path.suffix in _CODE and "__pycache__" not in path.parts)
    return _files_digest(files) + version("pypdfium2") + version("pydantic")


def _files_digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        data = path.read_bytes()
        digest.update(f"{path.name} {len(data)} ".encode() + data)
    return digest.hexdigest()
