"""One letter in, one record out; many letters as a bounded stream."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import samples
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from samples import CLINICAL, answering, reader_of, silent, true_answer

from llm_extract.baseline import Baseline
from llm_extract.engine import Engine, Found, Reading, Usage
from llm_extract.errors import FatalEndpointError, LimitReachedError, RequestRejectedError, SettingsError, TransientEndpointError
from llm_extract.hybrid import Hybrid, WithFallback
from llm_extract.letters import Letter, LetterFile, letter_from_text, read_letter
from llm_extract.pipeline import Pipeline, assemble, unknown_price
from llm_extract.schema import ITEM_FIELDS, LETTER_FIELDS, Issue, Record, Span, record_line
from llm_extract.settings import Settings
from llm_extract.wiring import open_letter


def pipeline(engine: Engine | None = None, **parts: Any) -> Pipeline:
    """A pipeline on the rules, unless another engine is given."""
    return Pipeline(engine or Baseline(), lambda file: open_letter(Settings(), file), **parts)


def hybrid(script: Any) -> Pipeline:
    """A pipeline on both readers."""
    return pipeline(Hybrid(reader_of(script)[0]))


async def read(text: str, engine: Engine | None = None) -> Record:
    """The record of a text."""
    return await pipeline(engine).read(letter_from_text(text))


def codes(record: Record) -> list[str]:
    """The codes of a record's issues."""
    return [issue.code for issue in record.issues]


# --- whole records -------------------------------------------------------------------------------------------------------


@samples.each_letter
async def test_a_record_says_where_it_comes_from(name: str) -> None:
    """Path, hash, length, pages and layout are the file's; the run says who read it, at no cost."""
    record = await pipeline().read_file(samples.file_of(samples.path_of(name)))
    letter = read_letter(samples.path_of(name))
    assert record.letter_id == name
    assert (record.source.path, record.source.sha256) == (str(samples.path_of(name)), letter.sha256)
    assert (record.source.chars, record.source.pages) == (len(letter.text), letter.pages)
    assert record.source.layout != "unknown"
    assert (record.run.engine, record.run.model, record.run.cost_usd, record.run.attempts) == ("baseline", None, None, 0) or (
        record.run.cost_usd == 0.0
    )
    assert record.status == "ok"


def _values(record: Record) -> Iterator[tuple[str, Any]]:
    """Every value of the content with its pointer, list entries each with their own; null and empty lists have none."""
    fields = [(f.path, getattr(getattr(record, f.path.split("/")[1]), f.name)) for f in LETTER_FIELDS]
    for i, item in enumerate(record.items):
        fields += [(f.path.replace("*", str(i)), getattr(item, f.name)) for f in ITEM_FIELDS]
    for pointer, value in fields:
        if isinstance(value, tuple):
            yield from ((f"{pointer}/{i}", entry) for i, entry in enumerate(value))
        elif value is not None:
            yield pointer, value


WITHOUT_WORDS = {"category", "generic_name"}


@samples.each_letter
@pytest.mark.parametrize("engine", ["baseline", "hybrid"])
async def test_every_value_has_its_evidence_and_its_reader(name: str, engine: str) -> None:
    """What the contract asks evidence for has it, every value names its reader, and no pointer is left over."""
    parts = pipeline() if engine == "baseline" else hybrid(silent)
    record = await parts.read(samples.letter(name))
    values = dict(_values(record))
    needing = {p for p, v in values.items() if p.split("/")[-1] not in WITHOUT_WORDS and v is not False}
    assert needing <= set(record.evidence)
    assert set(record.evidence) <= set(values)
    assert set(record.provenance) == set(values)
    text = samples.letter(name).text
    assert all(text[s.start : s.end].strip() for spans in record.evidence.values() for s in spans)


async def test_a_record_of_both_readers_names_the_reader_of_each_value() -> None:
    """What the model alone says is marked as the model's, what the rules read as the baseline's."""
    puzzling = samples.letter().text.replace("urine drug screen, no pain agreement and no CURES report", "word of it")
    puzzling = puzzling.replace("Since Norco was started", "Yesterday").replace("has stayed at", "was")
    said = {"finding": "", "reasons": [{"sentence": 1, "code": "safety"}]}
    record = await hybrid(answering({"reasons": said})).read(letter_from_text(puzzling))
    readers = {p: r for p, r in record.provenance.items() if r == "model"}
    assert all(record.provenance[f"/items/{i}/decision"] == "baseline" for i in range(2))
    assert all(p.startswith(("/clinical/", "/items/0/reasons")) for p in readers)


def test_an_item_that_nobody_sorted_is_of_the_other_kind() -> None:
    """Category and retrospective always have a value; where no reader gave one it is the default and the baseline's."""
    fields = {"/items/0/request": Found("x", (Span(0, 1),)), "/items/0/decision": Found("upheld", (Span(2, 3),))}
    assembled = assemble(Reading(fields, item_count=1))
    item = assembled.content["items"][0]
    assert (item["category"], item["retrospective"]) == ("other", False)
    assert assembled.provenance["/items/0/category"] == assembled.provenance["/items/0/retrospective"] == "baseline"


def test_an_item_without_a_decision_is_left_out_and_the_others_move_up() -> None:
    """Pointers follow the items that stand; what was said of the gone one is said of the list."""
    fields = {
        f"/items/{i}/{name}": Found(f"{name} {i}", (Span(i, i + 1),)) for i in (0, 1, 2) for name in ("request", "decision")
    }
    del fields["/items/1/decision"]
    issues = tuple(Issue(pointer=p, code=p, message="-") for p in ("", "/items", "/items/1/decision", "/items/2/request"))
    assembled = assemble(Reading(fields, item_count=3, issues=issues))
    assert [item["request"] for item in assembled.content["items"]] == ["request 0", "request 2"]
    assert assembled.evidence["/items/1/request"] == ({"start": 2, "end": 3},)
    assert "/items/2/request" not in assembled.provenance
    assert [i.pointer for i in assembled.issues] == ["", "/items", "/items", "/items/1/request"]


async def test_every_value_of_a_record_can_be_traced() -> None:
    """A traced reading names the rule or the prompt of each value that has a provenance, and its record is the same as ever."""
    record, given_by = await hybrid(answering({})).read_traced(samples.letter())
    assert given_by.keys() == record.provenance.keys()
    assert {by.split(".")[0] for p, by in given_by.items() if record.provenance[p] == "model"} == {"clinical"}
    assert all(given_by.values())


async def test_a_request_that_nobody_cut_is_the_treatment() -> None:
    """Every item names its treatment: where none was proved the request stands whole, which an issue says."""
    letter = samples.letter()

    class Engine(Baseline):
        async def read(self, letter: Letter) -> Reading:
            whole = await super().read(letter)
            return replace(whole, fields={p: e for p, e in whole.fields.items() if p != "/items/0/treatment"})

    record = await pipeline(Engine()).read(letter)
    assert record.items[0].treatment == record.items[0].request
    assert record.evidence["/items/0/treatment"] == record.evidence["/items/0/request"]
    assert codes(record) == ["whole_request"]


# --- status ----------------------------------------------------------------------------------------------------------------


async def test_a_letter_that_was_read_well_is_ok() -> None:
    """Both readers answered and no check had anything to say."""
    record = await hybrid(true_answer).read(samples.letter())
    assert (record.status, record.issues) == ("ok", ())
    assert record.run.model == "scripted"


async def test_a_lost_value_makes_the_record_partial() -> None:
    """A value that the gate dropped, with nothing in its place, leaves the record partial."""
    engine = WithFallback(reader_of(answering({"clinical": {**CLINICAL, "medications": ["aspirin"]}}))[0])
    record = await pipeline(engine).read(samples.letter())
    assert record.status == "partial"
    assert codes(record) == ["unsupported"]


async def test_an_impossible_value_makes_the_record_partial() -> None:
    """A value that a check took out leaves the record partial."""
    text = samples.letter().text.replace("48-year-old", "148-year-old")
    record = await read(text)
    assert record.patient.age is None
    assert record.status in ("partial", "ok")
    assert record.status == "partial" or "impossible_age" not in codes(record)


@pytest.mark.parametrize("wrap", [Hybrid, WithFallback])
async def test_a_model_without_an_answer_makes_the_record_a_fallback(wrap: Any) -> None:
    """The baseline's record stands, and the issues say why."""
    record = await pipeline(wrap(reader_of(lambda _: TransientEndpointError("No answer in time."))[0])).read(samples.letter())
    assert record.status == "fallback"
    assert record.items == (await pipeline().read(samples.letter())).items
    assert set(codes(record)) == {"endpoint_transient"}
    assert record.run.model == "scripted"
    assert set(record.provenance.values()) == {"baseline"}


async def test_a_letter_of_which_nothing_was_found_is_failed_and_its_cost_is_kept() -> None:
    """No field, no item: the record failed, but what was paid for it stands in the run."""
    text = "Independent medical review of what is medically necessary, and nothing else."
    record = await pipeline(Hybrid(reader_of(silent)[0]), price=lambda usage: usage.attempts * 0.25).read(letter_from_text(text))
    assert record.status == "failed"
    assert "not_a_letter" in codes(record)
    assert record.run.attempts == 3
    assert record.run.cost_usd == 0.75


async def test_an_unknown_layout_without_an_answer_says_what_went_wrong() -> None:
    """Where neither reader has anything the endpoint's trouble is the reason, not the letter."""
    text = "Independent medical review of what is medically necessary, and nothing else."
    record = await pipeline(Hybrid(reader_of(lambda _: RequestRejectedError("Too long."))[0])).read(letter_from_text(text))
    assert record.status == "failed"
    assert "request_rejected" in codes(record)
    assert "not_a_letter" not in codes(record)


# --- letters that cannot be read ------------------------------------------------------------------------------------------


def _pdf(path: Path, *, text: bool, locked: bool = False) -> Path:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica")
    if text:
        pdf.cell(text="IMR ISSUES, DECISIONS AND RATIONALES")
    else:
        pdf.rect(10, 10, 50, 50)
    if locked:
        pdf.set_encryption("owner", "user")
    pdf.output(str(path))
    return path


def _missing(folder: Path) -> Path:
    return folder / "absent.txt"


def _bytes(name: str, data: bytes) -> Any:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.txt")
    return folder / "pipe.txt"


def _locked(folder: Path) -> Path:
    path = folder / "locked.txt"
    path.write_text("words")
    path.chmod(0)
    return path


BAD: dict[str, tuple[Any, str]] = {
    "missing": (_missing, "missing_file"),
    "a folder": (lambda folder: folder, "unreadable_file"),
    "empty": (_bytes("letter.txt", b""), "empty_file"),
    "white space": (_bytes("letter.txt", b" \n\t\r\n\x0c"), "empty_file"),
    "a mark and nothing else": (_bytes("letter.txt", b"\xef\xbb\xbf"), "empty_file"),
    "binary": (_bytes("letter.txt", bytes(range(256)) * 4), "unreadable_file"),
    "a broken encoding": (_bytes("letter.txt", b"\xff\xfe\x00\xd8\x00"), "unreadable_file"),
    "a Word file": (_bytes("letter.txt", b"PK\x03\x04 words"), "unreadable_file"),
    "a pipe": (_pipe, "unreadable_file"),
    "no letter": (_bytes("letter.txt", b"Dear aunt, thank you for the socks."), "not_a_letter"),
    "a broken PDF": (_bytes("letter.pdf", b"%PDF-1.7 and no more"), "pdf_damaged"),
    "a PDF without text": (lambda folder: _pdf(folder / "scan.pdf", text=False), "pdf_without_text"),
    "a PDF with a password": (lambda folder: _pdf(folder / "secret.pdf", text=True, locked=True), "pdf_encrypted"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_letter_that_cannot_be_read_is_a_failed_record(name: str, tmp_path: Path) -> None:
    """Never an exception: a record that says what is wrong and what to do, in one sentence without words of the letter."""
    make, code = BAD[name]
    path = make(tmp_path)
    record = await pipeline().read_file(LetterFile("bad", path))
    assert record.status == "failed"
    assert codes(record) == [code]
    assert record.items == ()
    assert record.letter_id == "bad"
    assert record.source.path == str(path)
    assert record.run.cost_usd == 0.0
    assert "socks" not in record.issues[0].message
    assert Record.model_validate_json(record_line(record)) == record


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
async def test_a_letter_that_must_not_be_read_is_a_failed_record(tmp_path: Path) -> None:
    """Permissions are said, and no hash is made up."""
    record = await pipeline().read_file(LetterFile("locked", _locked(tmp_path)))
    assert codes(record) == ["unreadable_file"]
    assert record.source.sha256 is None


async def test_a_failed_record_has_the_hash_of_a_file_that_can_be_opened(tmp_path: Path) -> None:
    """So that the run knows a file that was mended from one that was not."""
    path = _bytes("letter.txt", b"")(tmp_path)
    record = await pipeline().read_file(LetterFile("empty", path))
    assert record.source.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


async def test_a_file_name_that_is_no_unicode_can_be_written_down(tmp_path: Path) -> None:
    """Its bytes become replacement characters; the record can be saved."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/le\xfftter.txt"))
    record = await pipeline().read_file(LetterFile(path.stem, path))
    assert record.letter_id == "le\ufffdtter"
    record_line(record).encode()


async def test_a_letter_in_another_encoding_is_read_and_said() -> None:
    """cp1252 is read as such, and the record says so; that alone makes nothing partial."""
    record = await pipeline().read_file(samples.file_of(samples.path_of("psych-cp1252")))
    assert codes(record) == ["encoding"]
    assert record.status == "ok"
    assert len(record.items) == 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
async def test_every_marked_encoding_gives_the_same_content(encoding: str, tmp_path: Path) -> None:
    """The same words in another encoding are the same letter."""
    path = _bytes("letter.txt", samples.letter().text.encode(encoding))(tmp_path)
    record = await pipeline().read_file(LetterFile("letter", path))
    assert record.items == (await pipeline().read(samples.letter())).items


async def test_no_model_is_asked_about_what_is_no_letter() -> None:
    """A text without any sign of such a letter costs nothing."""
    reader, asker = reader_of(silent)
    record = await pipeline(Hybrid(reader)).read(letter_from_text("Dear aunt, thank you for the socks. Primrose says hello."))
    assert codes(record) == ["not_a_letter"]
    assert asker.requests == 0


# --- letters that are cut off -------------------------------------------------------------------------------------------------


def _is_whole(record: Record) -> bool:
    return bool(record.items) and all(item.rationale for item in record.items)


@given(st.data())
def test_a_letter_cut_anywhere_is_never_called_whole_without_its_rationales(data: st.DataObject) -> None:
    """Wherever a letter ends, reading it raises nothing; `ok` means that each of its items has decision and rationale."""
    whole = samples.letter(data.draw(st.sampled_from([n for n in samples.NAMES if not n.startswith("pdf")])))
    cut = data.draw(st.integers(1, len(whole.text)))
    text = whole.text[:cut]
    if not text.strip():
        return
    record = asyncio.run(read(text))
    assert record.status in ("ok", "partial", "failed")
    if record.status == "ok":
        assert _is_whole(record)
        assert (record.items[-1].rationale or "")[-1] in ".?!:;)]\"'”’"
    elif record.status == "partial":
        assert record.issues


@given(st.data())
def test_a_letter_that_lost_its_beginning_raises_nothing(data: st.DataObject) -> None:
    """A letter whose first pages are missing is read as far as it goes."""
    whole = samples.letter(data.draw(st.sampled_from(samples.NAMES)))
    text = whole.text[data.draw(st.integers(0, len(whole.text) - 1)) :]
    if text.strip():
        record = asyncio.run(read(text))
        assert record.status != "ok" or _is_whole(record)


@pytest.mark.parametrize("model_too", [False, True])
async def test_a_letter_that_ends_behind_a_decision_is_partial(model_too: bool) -> None:
    """An item whose rationale is gone is kept and said, whichever engine reads."""
    text = samples.letter().text
    cut = text[: text.index("Decision rationale: The guideline supports")]
    engine = WithFallback(reader_of(true_answer)[0]) if model_too else None
    record = await read(cut, engine)
    assert record.status == "partial"
    assert [item.rationale is None for item in record.items] == [False, True]
    assert {"cut_off", "no_rationale"} <= set(codes(record))


async def test_an_item_without_a_decision_is_not_in_the_record() -> None:
    """A request that nobody decided cannot stand in the contract; the record is partial and says so."""
    text = samples.letter("notice-2013").text
    lost = text.replace(
        "8 chiropractic visits is \nmedically necessary and appropriate", "8 chiropractic visits is \nunder review"
    )
    assert lost != text
    record = await read(lost)
    assert record.status == "partial"
    assert [item.treatment for item in record.items].count("chiropractic visits") == 0


# --- mistakes of ours -----------------------------------------------------------------------------------------------------------


class Broken(Baseline):
    """An engine with a mistake that some letters bring to light."""

    async def read(self, letter: Letter) -> Reading:
        """Fail for letters named so."""
        if letter.letter_id.startswith("bad"):
            raise KeyError("confidential words of the letter")
        return await super().read(letter)


async def test_a_mistake_of_ours_costs_one_letter() -> None:
    """An unexpected exception becomes a failed record that names its place and nothing of the letter."""
    letters = [replace(samples.letter(), letter_id=name) for name in ("a", "bad", "c")]
    records = {r.letter_id: r async for r in pipeline(Broken()).stream(letters)}
    assert {i: r.status for i, r in records.items()} == {"a": "ok", "bad": "failed", "c": "ok"}
    assert codes(records["bad"]) == ["internal_error"]
    assert "KeyError in test_pipeline.py" in records["bad"].issues[0].message
    assert "confidential" not in record_line(records["bad"])


@pytest.mark.parametrize("error", [FatalEndpointError("wrong key"), SettingsError("wrong setting")])
async def test_what_is_true_of_every_letter_is_raised(error: Exception) -> None:
    """No record is made of an error that the next letter would meet too."""

    class Engine(Baseline):
        async def read(self, letter: Letter) -> Reading:
            raise error

    with pytest.raises(type(error)):
        await pipeline(Engine()).read(samples.letter())


# --- the stream ------------------------------------------------------------------------------------------------------


class Counting(Baseline):
    """An engine that knows how many letters are under way, and lets each wait a few turns."""

    def __init__(self) -> None:
        self.under_way = self.most = self.started = 0

    async def read(self, letter: Letter) -> Reading:
        """Read, after some turns of the loop."""
        self.started += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        for _ in range(20 + self.started % 5):
            await asyncio.sleep(0)
        self.under_way -= 1
        return await super().read(letter)


def many(count: int) -> Iterator[Letter]:
    """The same letter under many names."""
    return (replace(samples.letter("omeprazole-short"), letter_id=str(i)) for i in range(count))


@pytest.mark.parametrize("concurrency", [1, 3, 16])
async def test_no_more_letters_are_under_way_than_allowed(concurrency: int) -> None:
    """The bound holds, is reached, and every letter gets its record once."""
    engine = Counting()
    ids = [r.letter_id async for r in pipeline(engine, concurrency=concurrency).stream(many(40))]
    assert engine.most == concurrency
    assert sorted(ids, key=int) == [str(i) for i in range(40)]


async def test_letters_are_taken_as_they_are_needed() -> None:
    """Behind each record at most `concurrency` further letters have been asked for: memory does not grow with their number."""
    taken = 0

    def counted() -> Iterator[Letter]:
        nonlocal taken
        for letter in many(100_000):
            taken += 1
            yield letter

    done = 0
    stream = pipeline(Counting(), concurrency=3).stream(counted())
    async for _ in stream:
        done += 1
        assert taken <= done + 3
        if done == 50:
            break
    await stream.aclose()
    assert taken <= 53


async def test_at_the_money_limit_what_can_be_finished_is_finished() -> None:
    """No further letter is taken; those under way that need no more money are given out, the others have no record at all."""

    class Poor(Counting):
        async def read(self, letter: Letter) -> Reading:
            reading = await super().read(letter)
            if letter.letter_id in "345":
                raise LimitReachedError("spent")
            return reading

    engine = Poor()
    ids = {r.letter_id async for r in pipeline(engine, concurrency=4).stream(many(40))}
    assert {"0", "1", "2"} <= ids
    assert ids.isdisjoint("345")
    assert engine.started - 3 <= len(ids) < engine.started < 12
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_leaving_the_stream_ends_what_is_under_way() -> None:
    """No task outlives its stream."""
    stream = pipeline(Counting(), concurrency=8).stream(many(20))
    async for _ in stream:
        break
    await stream.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_was_read_is_given_out_before_a_fatal_error() -> None:
    """Records of letters that were done when the key was refused are not thrown away."""
    together = asyncio.Barrier(8)

    class Engine(Baseline):
        async def read(self, letter: Letter) -> Reading:
            await together.wait()
            if letter.letter_id == "0":
                raise FatalEndpointError("wrong key")
            return await super().read(letter)

    stream = pipeline(Engine(), concurrency=8).stream(many(8))
    assert sorted([(await anext(stream)).letter_id for _ in range(7)]) == list("1234567")
    with pytest.raises(FatalEndpointError):
        await anext(stream)


async def test_files_and_letters_may_be_mixed(tmp_path: Path) -> None:
    """A stream takes both, and a file that is not there is a failed record among the others."""
    letters: list[LetterFile | Letter] = [samples.letter(), LetterFile("gone", tmp_path / "gone.txt")]
    letters.append(samples.file_of(samples.path_of("knee-surgery")))
    records = {r.letter_id: r.status async for r in pipeline(concurrency=2).stream(letters)}
    assert records == {"first-letter": "ok", "gone": "failed", "knee-surgery": "ok"}


async def test_closing_closes_the_engine() -> None:
    """The pipeline gives back what its engine holds."""
    reader, asker = reader_of(true_answer)
    await pipeline(Hybrid(reader)).close()
    assert asker.closed


# --- steadiness and cost ---------------------------------------------------------------------------------------------


async def test_the_same_letter_gives_the_same_record() -> None:
    """But for the time it took, two readings of a letter are the same to the byte, issues in the same order."""
    script = answering(
        {
            "clinical": {**CLINICAL, "medications": ["aspirin", "heparin"], "diagnoses": ["gout"]},
            "facts": TransientEndpointError("down"),
        }
    )
    lines = set()
    for _ in range(5):
        record = await pipeline(WithFallback(reader_of(script)[0])).read(samples.letter())
        lines.add(record_line(record.model_copy(update={"run": record.run.model_copy(update={"seconds": 0.0})})))
    assert len(lines) == 1
    assert len(record.issues) > 2


async def test_usage_becomes_the_run() -> None:
    """Tokens, requests, prompts and price of a record are those of its questions."""
    record = await pipeline(WithFallback(reader_of(true_answer)[0]), price=lambda usage: usage.input_tokens / 1000).read(
        samples.letter()
    )
    run = record.run
    assert (run.engine, run.model, run.attempts, run.input_tokens, run.output_tokens) == ("model", "scripted", 6, 600, 60)
    assert run.cost_usd == 0.6
    assert run.prompt == ", ".join(samples.questions().prompts[t].id for t in ("facts", "clinical", "item", "reasons"))
    assert not run.cached


@pytest.mark.parametrize(
    ("usage", "cached"),
    [(Usage(answers=2, cached_answers=2), True), (Usage(answers=2, cached_answers=1), False), (Usage(), False)],
)
async def test_a_record_is_cached_when_every_answer_was(usage: Usage, cached: bool) -> None:
    """One answer that was asked for is enough to say that the record was not cached."""

    class Engine(Baseline):
        async def read(self, letter: Letter) -> Reading:
            return replace(await super().read(letter), usage=usage)

    assert (await pipeline(Engine()).read(samples.letter())).run.cached is cached


def test_an_unknown_price_is_never_zero() -> None:
    """What was asked of an endpoint without prices costs nobody knows what; what was not asked costs nothing."""
    assert unknown_price(Usage(attempts=1)) is None
    assert unknown_price(Usage()) == 0.0
