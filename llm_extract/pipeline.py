"""One letter in, one record out; many letters as a bounded stream.

    read -> ground -> check -> Record

A letter that cannot be read becomes a `failed` record, never an exception: the others go on. Only `FatalEndpointError` and
`SettingsError` are raised, because they are true of every letter to come.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from llm_extract import telemetry
from llm_extract.admission import Admission
from llm_extract.checks import check
from llm_extract.engine import Engine, Found, Reading, Usage, item_pointer
from llm_extract.errors import FatalEndpointError, LetterError, LimitReachedError, LlmExtractError, NotALetterError, SettingsError
from llm_extract.finished import FinishedRecords
from llm_extract.grounding import ground
from llm_extract.letters import Letter, LetterFile, printable
from llm_extract.lines import RecordLine
from llm_extract.schema import (
    ITEM_FIELDS,
    LETTER_FIELDS,
    FieldSpec,
    Issue,
    Reader,
    Record,
    RunInfo,
    SourceFile,
    Status,
)
from llm_extract.sections import sections_of

if TYPE_CHECKING:
    from llm_extract.workers import Workers

Price = Callable[[Usage], float | None]
Opener = Callable[[LetterFile], Letter]
T = TypeVar("T")


def unknown_price(usage: Usage) -> float | None:
    """The price of an endpoint of which nothing is known: null, never zero; a record that cost nothing cost nothing."""
    return 0.0 if usage.attempts == 0 else None


class Traced(NamedTuple):
    """A record, and by its pointers what gave each value: the name of a rule, or of the prompt whose answer it stands in."""

    record: Record
    given_by: Mapping[str, str]


@dataclass
class Pipeline:
    """Reads letters with one engine. `price` turns usage into USD, `open_letter` a file into a `Letter`.

    Files of a stream are read by `workers`, where there are any: in processes of their own, which do all of this but asking.

    `admission` is the door that the engine's requests pass, for whoever shows how a run goes; in `finished` lines are kept for
    later runs. `observed` false: not every reading is of a letter's record, and whoever calls tells of those that are.
    """

    engine: Engine
    open_letter: Opener
    price: Price = unknown_price
    concurrency: int = 4
    admission: Admission | None = None
    finished: FinishedRecords | None = None
    observed: bool = True
    workers: Workers | None = None

    async def read(self, letter: Letter) -> Record:
        """The record of one letter. Raises `FatalEndpointError` and `SettingsError` only."""
        return (await self.read_traced(letter)).record

    async def read_file(self, file: LetterFile) -> Record:
        """The record of one file; a file that cannot be read gives a `failed` one."""
        return (await self.read_file_traced(file)).record

    async def read_traced(self, letter: Letter) -> Traced:
        """As `read`, with the rule or the prompt that gave each value."""
        return await self._told(self._read_letter(letter))

    async def read_file_traced(self, file: LetterFile) -> Traced:
        """As `read_file`, with the rule or the prompt that gave each value."""
        return await self._told(self._read_file(file))

    def stream(self, letters: Iterable[LetterFile | Letter]) -> AsyncGenerator[Record, None]:
        """Records as they are ready, in no promised order, at most `concurrency` letters under way and none read ahead.

        When the money limit is reached no further letter is taken; those under way that can be finished are given out, the others
        are left without a record.
        """
        return self._each(letters, self._record)

    def lines(self, letters: Iterable[LetterFile | Letter]) -> AsyncGenerator[RecordLine, None]:
        """As `stream`, for a run that writes them: their lines, made where the letter was read, kept in `finished`."""
        return self._each(letters, self._line)

    async def close(self) -> None:
        """Give back what the engine holds, and end the workers."""
        if self.workers is not None:
            await self.workers.close()
        await self.engine.close()

    # -- inside --

    async def _each(
        self, letters: Iterable[LetterFile | Letter], read: Callable[[LetterFile | Letter], Coroutine[Any, Any, T]]
    ) -> AsyncGenerator[T, None]:
        waiting = iter(letters)
        under_way: dict[asyncio.Task[T], None] = {}  # in the order of their start
        try:
            while True:
                while len(under_way) < self.concurrency and (letter := next(waiting, None)) is not None:
                    under_way[asyncio.ensure_future(read(letter))] = None
                if not under_way:
                    return
                done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                # What was read is given out before an error that came at the same time ends the stream.
                for task in sorted(done & under_way.keys(), key=_ended_badly):
                    del under_way[task]
                    if _is_left(task):
                        waiting = iter(())
                    else:
                        yield task.result()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _record(self, letter: LetterFile | Letter) -> Record:
        if isinstance(letter, Letter):
            return await self.read(letter)
        return await self.read_file(letter) if self.workers is None else (await self._line_of(self.workers, letter)).record()

    async def _line(self, letter: LetterFile | Letter) -> RecordLine:
        if isinstance(letter, Letter):
            return RecordLine.of(await self.read(letter))
        if self.workers is None:
            line = RecordLine.of(await self.read_file(letter))
        else:
            line = await self._line_of(self.workers, letter)
        if self.finished is not None:
            await self.finished.keep(line)
        return line

    async def _told(self, reading: Awaitable[Traced]) -> Traced:
        """What is read, told to whoever observes the program."""
        if not self.observed:
            return await reading
        with telemetry.current().letter(self.engine.name) as told:
            traced = await reading
            told.stands(lambda: traced.record)
        return traced

    async def _line_of(self, workers: Workers, file: LetterFile) -> RecordLine:
        """What a worker makes of a file, told likewise."""
        started = time.monotonic()
        with telemetry.current().letter(self.engine.name) as told:
            try:
                line = await workers.read(file)
            except (FatalEndpointError, SettingsError):
                raise
            except Exception as error:  # as in `_read_letter`
                line = RecordLine.of(self._unreadable(file, error, started))
            told.stands(line.record)
        return line

    async def _read_letter(self, letter: Letter) -> Traced:
        started = time.monotonic()
        try:
            return await self._read(letter, started)
        except (FatalEndpointError, SettingsError):
            raise
        except LlmExtractError as error:
            return Traced(self.failed(letter.letter_id, letter.path, error, started, letter), {})
        except Exception as error:  # one letter's bad luck with a mistake of ours must not end the run of the others
            return Traced(self._broken(letter.letter_id, _source(letter), error, started), {})

    async def _read_file(self, file: LetterFile) -> Traced:
        started = time.monotonic()
        try:
            letter = await self._opened(file)
        except (FatalEndpointError, SettingsError):
            raise
        except Exception as error:  # as in `_read_letter`
            return Traced(self._unreadable(file, error, started), {})
        return await self._read_letter(letter)

    async def _opened(self, file: LetterFile) -> Letter:
        """The letter of a file. A PDF takes so long that others go on meanwhile; a text is read sooner than a thread is woken."""
        if file.path.suffix.lower() == ".pdf":
            return await asyncio.to_thread(self.open_letter, file)
        return self.open_letter(file)

    def _unreadable(self, file: LetterFile, error: Exception, started: float) -> Record:
        """The record of a file that could not be read."""
        if isinstance(error, LetterError):
            return self.failed(printable(file.letter_id), str(file.path), error, started)
        return self._broken(printable(file.letter_id), _unread(str(file.path)), error, started)

    async def _read(self, letter: Letter, started: float) -> Traced:
        refuse_what_is_no_letter(letter)
        reading = await self.engine.read(letter)
        return self._traced(letter, with_treatments(check(ground(reading, letter), letter)), started)

    def _traced(self, letter: Letter, reading: Reading, started: float) -> Traced:
        content, evidence, provenance, given_by, issues = assemble(reading)
        issues = (*_encoding_issue(letter), *issues, *_nothing_found(reading))
        record = Record.model_validate(
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
        return Traced(record, given_by)

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
        source = _source(letter) if letter else _unread(path)
        return self._failed(letter_id, source, Issue(pointer="", code=error.code, message=str(error)), started)

    def _broken(self, letter_id: str, source: SourceFile, error: Exception, started: float) -> Record:
        # The kind and the place only: the message of a foreign exception may hold the letter's text.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        message = (
            f"The program made a mistake with this letter ({where}): please report that place; other letters are not touched."
        )
        return self._failed(letter_id, source, Issue(pointer="", code="internal_error", message=message), started)

    def _failed(self, letter_id: str, source: SourceFile, issue: Issue, started: float) -> Record:
        run = RunInfo(engine=self.engine.name, seconds=round(time.monotonic() - started, 3), cost_usd=0.0)
        return Record(letter_id=letter_id, source=source, status="failed", issues=(issue,), run=run)


def _ended_badly(task: asyncio.Task[Any]) -> bool:
    return task.cancelled() or task.exception() is not None


def _is_left(task: asyncio.Task[Any]) -> bool:
    return not task.cancelled() and isinstance(task.exception(), LimitReachedError)


_SIGNS = re.compile(
    r"independent medical review|medically necessary|utilization review|\bimr\b|claims administrator|injured worker",
    re.IGNORECASE,
)
_ENOUGH_SIGNS = 2
"""One such phrase stands in any medical report."""


def refuse_what_is_no_letter(letter: Letter) -> None:
    """Raise `NotALetterError` for a text in which nothing marks such a letter: no model is asked about it."""
    sections = sections_of(letter)
    if sections.layout != "unknown" or sections.items:
        return
    if len({m.group().lower() for m in _SIGNS.finditer(letter.folded.text)}) < _ENOUGH_SIGNS:
        raise NotALetterError("The text is no Independent Medical Review letter: none of its headings or phrases stand in it.")


def _nothing_found(reading: Reading) -> tuple[Issue, ...]:
    if reading.fields or reading.unanswered:
        return ()
    message = "Nothing of a letter was found in it; give the text of an Independent Medical Review determination."
    return (Issue(pointer="", code=NotALetterError.code, message=message),)


def _source(letter: Letter) -> SourceFile:
    return SourceFile(
        path=letter.path,
        sha256=letter.sha256,
        chars=len(letter.text),
        pages=letter.pages,
        layout=sections_of(letter).layout,
    )


def _unread(path: str) -> SourceFile:
    """What can be said of a file that could not be read as a letter."""
    return SourceFile(path=printable(path), sha256=_sha256_of(Path(path)))


def _sha256_of(path: Path) -> str | None:
    """The hash of a regular file that can be opened: a pipe would block, a device never end."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def _encoding_issue(letter: Letter) -> tuple[Issue, ...]:
    if letter.encoding in ("utf-8", "utf-8-sig", "pdf"):
        return ()
    return (Issue(pointer="", code="encoding", message=f"The file is not UTF-8; it was read as {letter.encoding}."),)


# A letter that has lost a section is read as far as it goes, and never called whole.
_INCOMPLETE = frozenset(
    {
        "cut_off",
        "too_long",
        "no_items",
        "item_count",
        "merged_items",
        "several_letters",
        "no_decision",
        "no_request",
        "no_rationale",
        "unknown_layout",
    }
)


def _status(reading: Reading, issues: tuple[Issue, ...]) -> Status:
    if not reading.fields:
        return "failed"
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


class Assembled(NamedTuple):
    """A reading as the contract's object, to be validated by it, with the pointers of that object."""

    content: dict[str, Any]
    evidence: dict[str, tuple[dict[str, int], ...]]
    provenance: dict[str, Reader]
    given_by: dict[str, str]
    issues: tuple[Issue, ...]


def assemble(reading: Reading) -> Assembled:
    """Content, evidence, provenance and issues of a reading.

    An item without a request or a decision cannot stand in the contract: it is left out, which its issue says.
    """
    complete = [i for i in range(reading.item_count) if _stands(reading, i)]
    moved = {old: new for new, old in enumerate(complete)}
    leaves = [(p, f) for pointer, f in reading.leaves() if (p := _renumbered(pointer, moved)) is not None]
    provenance: dict[str, Reader] = {f"/items/{new}/{name}": "baseline" for new in moved.values() for name in _DEFAULTS}
    return Assembled(
        content={**_letter_content(reading), "items": [_item_content(reading, i) for i in complete]},
        evidence={p: tuple({"start": s.start, "end": s.end} for s in f.spans) for p, f in leaves if f.spans},
        provenance={**provenance, **{p: f.reader for p, f in leaves}},
        given_by={p: f.by for p, f in leaves},
        issues=tuple(_at(i, _renumbered(i.pointer, moved)) for i in reading.issues),
    )


_DEFAULTS: Mapping[str, Any] = {"category": "other", "retrospective": False}
"""What stands in an item of which no reader says it."""


def _letter_content(reading: Reading) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for spec in LETTER_FIELDS:
        content.setdefault(spec.room, {})[spec.name] = _value(reading, spec.path, spec)
    return content


def _item_content(reading: Reading, index: int) -> dict[str, Any]:
    item = {spec.name: _value(reading, item_pointer(index, spec.name), spec) for spec in ITEM_FIELDS}
    return item | {name: value for name, value in _DEFAULTS.items() if item[name] is None}


def _at(issue: Issue, pointer: str | None) -> Issue:
    """The issue under its item's new number; of an item that was left out, under the list."""
    return issue if pointer == issue.pointer else issue.model_copy(update={"pointer": "/items" if pointer is None else pointer})


def _stands(reading: Reading, index: int) -> bool:
    return all(f"/items/{index}/{name}" in reading.fields for name in ("request", "decision"))


def _renumbered(pointer: str, moved: dict[int, int]) -> str | None:
    if not pointer.startswith(_ITEM):
        return pointer
    number, slash, rest = pointer[len(_ITEM) :].partition("/")
    new = moved.get(int(number))
    return None if new is None else f"{_ITEM}{new}{slash}{rest}"


_ITEM = "/items/"


def _value(reading: Reading, pointer: str, spec: FieldSpec) -> Any:
    entry = reading.fields.get(pointer)
    if spec.is_list:
        return tuple(f.value for f in entry) if isinstance(entry, tuple) else ()
    return entry.value if isinstance(entry, Found) else None
