"""One letter in, one record out; many letters as a bounded stream.

    read -> ground -> check -> Record

A letter that cannot be read becomes a `failed` record, never an exception: the others go on. Only `FatalEndpointError` and
`SettingsError` are raised, because they are true of every letter to come.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from llm_extract.checks import check
from llm_extract.engine import Engine, Found, Reading, Usage
from llm_extract.errors import FatalEndpointError, LetterError, LlmExtractError, NotALetterError, SettingsError
from llm_extract.grounding import ground
from llm_extract.letters import Letter, LetterFile
from llm_extract.schema import (
    ITEM_FIELDS,
    LETTER_FIELDS,
    EvidenceSpan,
    FieldSpec,
    Issue,
    Record,
    RunInfo,
    SourceFile,
    Status,
)
from llm_extract.sections import sections_of

Price = Callable[[Usage], float | None]
Opener = Callable[[LetterFile], Letter]


def unknown_price(usage: Usage) -> float | None:
    """The price of an endpoint of which nothing is known: null, never zero; a record that cost nothing cost nothing."""
    return 0.0 if usage.attempts == 0 else None


@dataclass
class Pipeline:
    """Reads letters with one engine. `price` turns usage into USD, `open_letter` a file into a `Letter`."""

    engine: Engine
    open_letter: Opener
    price: Price = unknown_price
    concurrency: int = 4

    async def read(self, letter: Letter) -> Record:
        """The record of one letter. Raises `FatalEndpointError` only."""
        started = time.monotonic()
        try:
            reading = await self._reading(letter)
        except (FatalEndpointError, SettingsError):
            raise
        except LlmExtractError as error:
            return self.failed(letter.letter_id, letter.path, error, started, letter)
        return self._record(letter, reading, started)

    async def read_file(self, file: LetterFile) -> Record:
        """The record of one file; a file that cannot be read gives a `failed` one."""
        started = time.monotonic()
        try:
            letter = await asyncio.to_thread(self.open_letter, file)
        except LetterError as error:
            return self.failed(file.letter_id, str(file.path), error, started)
        return await self.read(letter)

    async def stream(self, letters: Iterable[LetterFile | Letter]) -> AsyncIterator[Record]:
        """Records as they are ready, in no promised order, at most `concurrency` letters under way and none read ahead."""
        waiting = iter(letters)
        under_way: set[asyncio.Task[Record]] = set()
        try:
            while True:
                while len(under_way) < self.concurrency and (letter := next(waiting, None)) is not None:
                    read = self.read_file(letter) if isinstance(letter, LetterFile) else self.read(letter)
                    under_way.add(asyncio.ensure_future(read))
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def close(self) -> None:
        """Give back what the engine holds."""
        await self.engine.close()

    # -- inside --

    async def _reading(self, letter: Letter) -> Reading:
        refuse_what_is_no_letter(letter)
        reading = with_treatments(check(ground(await self.engine.read(letter), letter), letter))
        if not reading.item_count and not reading.fields:
            raise NotALetterError(_NOTHING_FOUND)
        return reading

    def _record(self, letter: Letter, reading: Reading, started: float) -> Record:
        content, evidence, provenance, issues = assemble(reading)
        issues = (*_encoding_issue(letter), *issues)
        return Record.model_validate(
            {
                **content,
                "letter_id": letter.letter_id,
                "source": _source(letter),
                "status": _status(reading, issues),
                "evidence": evidence,
                "provenance": provenance,
                "issues": issues,
                "run": self._run(reading, started),
            }
        )

    def _run(self, reading: Reading, started: float) -> RunInfo:
        usage = reading.usage
        return RunInfo(
            engine=self.engine.name,
            model=reading.model,
            prompt=", ".join(reading.prompts) or None,
            attempts=usage.attempts,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached=usage.answers > 0 and usage.cached_answers == usage.answers,
            cost_usd=self.price(usage),
            seconds=round(time.monotonic() - started, 3),
        )

    def failed(self, letter_id: str, path: str, error: LlmExtractError, started: float, letter: Letter | None = None) -> Record:
        """The record of a letter that cannot be read: why, and what to do."""
        return Record(
            letter_id=letter_id,
            source=_source(letter) if letter else SourceFile(path=path, sha256=_sha256_of(path)),
            status="failed",
            issues=(Issue(pointer="", code=error.code, message=str(error)),),
            run=RunInfo(engine=self.engine.name, seconds=round(time.monotonic() - started, 3), cost_usd=0.0),
        )


_NOTHING_FOUND = "Nothing of a letter was found in it; give the text of an Independent Medical Review determination."


def refuse_what_is_no_letter(letter: Letter) -> None:
    """Raise `NotALetterError` for a text in which nothing marks such a letter: no model is asked about it."""
    sections = sections_of(letter)
    if sections.layout != "unknown" or sections.items:
        return
    words = letter.folded.text.lower()
    signs = (
        "independent medical review",
        "medically necessary",
        "utilization review",
        "imr",
        "claims administrator",
        "injured worker",
    )
    if sum(sign in words for sign in signs) < 2:  # noqa: PLR2004 - one such phrase stands in any medical report
        raise NotALetterError("The text is no Independent Medical Review letter: none of its headings or phrases stand in it.")


def _source(letter: Letter) -> SourceFile:
    return SourceFile(
        path=letter.path,
        sha256=letter.sha256,
        chars=len(letter.text),
        pages=letter.pages,
        layout=sections_of(letter).layout,
    )


def _sha256_of(path: str) -> str | None:
    """The hash of a file that could not be read as a letter, where it can be opened at all."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _encoding_issue(letter: Letter) -> tuple[Issue, ...]:
    if letter.encoding in ("utf-8", "utf-8-sig", "pdf"):
        return ()
    return (Issue(pointer="", code="encoding", message=f"The file is not UTF-8; it was read as {letter.encoding}."),)


# A letter that has lost a section is read as far as it goes, and never called whole.
_INCOMPLETE = frozenset({"cut_off", "no_items", "item_count", "no_decision", "no_request", "unknown_layout"})


def _status(reading: Reading, issues: tuple[Issue, ...]) -> Status:
    if reading.fallback is not None:
        return "fallback"
    return "partial" if reading.replaced or any(i.code in _INCOMPLETE for i in issues) else "ok"


def with_treatments(reading: Reading) -> Reading:
    """Every item names its treatment: where none was proved, the request's own words are it."""
    fields = dict(reading.fields)
    issues = list(reading.issues)
    for index in range(reading.item_count):
        request, pointer = fields.get(f"/items/{index}/request"), f"/items/{index}/treatment"
        if isinstance(request, Found) and pointer not in fields:
            fields[pointer] = request
            issues.append(
                Issue(
                    pointer=pointer,
                    code="whole_request",
                    message="No treatment could be cut out of the request; it stands whole.",
                )
            )
    return replace(reading, fields=fields, issues=tuple(issues))


# --- from a flat reading to the contract's object --------------------------------------------------------------------


def assemble(
    reading: Reading,
) -> tuple[dict[str, Any], dict[str, tuple[EvidenceSpan, ...]], dict[str, str], tuple[Issue, ...]]:
    """Content, evidence, provenance and issues of a reading.

    An item without a request or a decision cannot stand in the contract: it is left out, which its issue says.
    """
    content: dict[str, Any] = {}
    for spec in LETTER_FIELDS:
        section, name = spec.path.strip("/").split("/")
        content.setdefault(section, {})[name] = _value(reading, spec.path, spec)
    complete = [i for i in range(reading.item_count) if _stands(reading, i)]
    moved = {old: new for new, old in enumerate(complete)}
    content["items"] = [
        {spec.name: _value(reading, spec.path.replace("*", str(i)), spec) for spec in ITEM_FIELDS} for i in complete
    ]
    for item in content["items"]:
        item["retrospective"] = bool(item["retrospective"])
        item["category"] = item["category"] or "other"
    leaves = [(p, f) for pointer, f in reading.leaves() if (p := _renumbered(pointer, moved)) is not None]
    evidence = {p: tuple(EvidenceSpan(start=s.start, end=s.end) for s in f.spans) for p, f in leaves if f.spans}
    issues = tuple(_at(i, _renumbered(i.pointer, moved)) for i in reading.issues)
    return content, evidence, {p: f.reader for p, f in leaves if f.value is not False}, issues


def _at(issue: Issue, pointer: str | None) -> Issue:
    """The issue under its item's new number; of an item that was left out, under the list."""
    return issue.model_copy(update={"pointer": "/items" if pointer is None else pointer})


def _stands(reading: Reading, index: int) -> bool:
    return all(f"/items/{index}/{name}" in reading.fields for name in ("request", "decision"))


def _renumbered(pointer: str, moved: dict[int, int]) -> str | None:
    parts = pointer.split("/")
    if len(parts) < 3 or parts[1] != "items":  # noqa: PLR2004
        return pointer
    new = moved.get(int(parts[2]))
    return None if new is None else "/".join((*parts[:2], str(new), *parts[3:]))


def _value(reading: Reading, pointer: str, spec: FieldSpec) -> Any:
    entry = reading.fields.get(pointer)
    if spec.is_list:
        return tuple(f.value for f in entry) if isinstance(entry, tuple) else ()
    return entry.value if isinstance(entry, Found) else None
