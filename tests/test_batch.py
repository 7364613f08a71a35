"""Batches: what is written and read, and what a run by batches leaves after every fault of the protocol."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import samples
from batch_endpoint import TOKENS, BatchEndpoint, Fate
from hypothesis import given
from hypothesis import strategies as st
from loopback import Loopback, good
from run_faults import NAMED, numbered_letters

from llm_extract.batch import Book, Job, Limits, PartWriter, Result, Results, count_batches, keys_in, request_line
from llm_extract.batch_post import BatchPlan
from llm_extract.batching import batch_prices, export_requests, open_batches
from llm_extract.budget import Budget, Prices
from llm_extract.errors import FatalEndpointError, RequestRejectedError, SettingsError, TransientEndpointError
from llm_extract.letters import LetterFile, find_letters
from llm_extract.model import ModelClient
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import answers_of, open_pipeline

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

AT_ONCE = {"first_pause": 0.0, "longest_pause": 0.0, "queue_pause": 0.0}
PRICES = Prices(1.0, 2.0, batch_input=0.5, batch_output=1.0)
PRICE_TABLE = '[models."demo"]\ninput = 1.0\noutput = 2.0\nbatch_input = 0.5\nbatch_output = 1.0\n'


def text_of(body: dict[str, Any], **clinical: Any) -> str:
    """The answer of a question's form: what the letter is numbered with among its diagnoses, otherwise nothing."""
    fields = set(body["response_format"]["json_schema"]["schema"]["properties"])
    topic = next((name for name, answer in samples.NOTHING.items() if fields <= set(answer)), "clinical")
    named = NAMED.search(body["messages"][1]["content"])
    said = {**samples.NOTHING[topic], **({"diagnoses": [named.group()]} if topic == "clinical" and named else {}), **clinical}
    return json.dumps({name: said[name] for name in fields})


def settings_of(tmp_path: Path, base_url: str, **given: Any) -> Settings:
    """Settings with a cache and a table of prices of the test's own."""
    values = {"model": "demo", "base_url": base_url, "cache_dir": tmp_path / "cache", "transport_retries": 2, "engine": "hybrid"}
    if "input_price" not in given:
        tmp_path.mkdir(exist_ok=True)
        values["prices"] = tmp_path / "prices.toml"
        values["prices"].write_text(PRICE_TABLE)
    return Settings(_env_file=None, **{**values, **given})  # type: ignore[call-arg]


@dataclass
class Run:
    """What one start left."""

    records: dict[str, Record]
    said: list[str]
    budget: Budget
    slept: list[float] = field(default_factory=list)

    @property
    def found(self) -> dict[str, str]:
        """What the readers disagree on by letter: the model's diagnosis is always a shorter one than the rules'."""
        return {name: " ".join(issue.message for issue in record.issues) for name, record in self.records.items()}

    @property
    def statuses(self) -> set[str]:
        """The statuses that there are."""
        return {record.status for record in self.records.values()}


async def run(
    settings: Settings,
    files: Sequence[LetterFile],
    folder: Path,
    *,
    prices: Prices | None = None,
    limit: int | None = None,
    stop_after: int = 10_000,
    **plan: Any,
) -> Run:
    """One start of a run by batches, without waiting for anything; it is asked to stop after so many pauses."""
    done = Run({}, [], Budget(prices.batch if prices else None, limit))
    count_batches(done.budget, folder, live=0, in_batches=True)

    async def sleep(seconds: float) -> None:
        done.slept.append(seconds)

    batched = await open_batches(
        settings,
        BatchPlan(**{**AT_ONCE, **plan}),
        folder,
        budget=done.budget,
        say=done.said.append,
        stopped=lambda: len(done.slept) >= stop_after,
        sleep=sleep,
    )
    try:
        async for line in batched.lines(files):
            assert line.letter_id not in done.records
            done.records[line.letter_id] = line.record()
    finally:
        await batched.close()
    return done


@pytest.fixture
def files(tmp_path: Path) -> list[LetterFile]:
    """Six letters that ask one question each."""
    return find_letters([str(numbered_letters(tmp_path / "letters", 6))])


def diagnosis(number: int) -> str:
    """What the endpoint says of a letter."""
    return f"impingement syndrome number {number}"


def all_found(done: Run, count: int = 6) -> bool:
    """Whether every letter has its own answer."""
    return all(f"model: '{diagnosis(i)}'" in done.found.get(f"letter-{i:05}", "") for i in range(count))


# --- files -------------------------------------------------------------------------------------------------------------


@given(sizes=st.lists(st.integers(1, 60), max_size=40), lines=st.integers(1, 7), most_bytes=st.integers(10, 200))
def test_parts_hold_every_line_once_in_order_within_the_limits(
    sizes: list[int], lines: int, most_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No line is lost, doubled or moved; no file is too long unless one line alone is; none is empty."""
    folder = tmp_path_factory.mktemp("parts")
    writer = PartWriter(lambda n: folder / f"{n}.jsonl", Limits(lines, most_bytes))
    written = [b"%d" % i * size + b"\n" for i, size in enumerate(sizes)]
    parts = []
    for line in written:
        parts += [writer.end()] if writer.is_full_for(line) else []
        writer.add(line, most=len(line))
    parts.append(writer.end())
    whole = [part for part in parts if part is not None]
    assert b"".join(part.path.read_bytes() for part in whole) == b"".join(written)
    assert [part.lines for part in whole] == [part.path.read_bytes().count(b"\n") for part in whole]
    for part in whole:
        assert 0 < part.lines <= lines
        assert part.path.stat().st_size <= most_bytes or part.lines == 1
        assert part.most == part.path.stat().st_size


def test_a_file_under_way_has_no_name_until_it_is_whole(tmp_path: Path) -> None:
    """What a crash leaves is never taken for a file of requests."""
    writer = PartWriter(lambda n: tmp_path / f"{n}.jsonl", Limits())
    writer.add(b"{}\n")
    assert list(tmp_path.glob("*.jsonl")) == []
    writer.drop()
    assert list(tmp_path.iterdir()) == []


def test_a_request_line_is_what_is_documented(tmp_path: Path) -> None:
    """The key is the custom_id, within its 64 characters, and is found again without parsing the body."""
    key = "ab" * 32
    line = request_line(key, {"model": "demo", "messages": [{"role": "user", "content": 'lines\nand "custom_id":"cd"'}]})
    parsed = json.loads(line)
    assert (parsed["custom_id"], parsed["method"], parsed["url"]) == (key, "POST", "/v1/chat/completions")
    assert line.count(b"\n") == 1
    (tmp_path / "r.jsonl").write_bytes(line * 2)
    assert list(keys_in(tmp_path / "r.jsonl")) == [key, key]


@pytest.mark.parametrize("engine", ["hybrid", "model", "cascade"])
async def test_the_body_is_the_one_that_is_sent_live(engine: str, tmp_path: Path) -> None:
    """Byte for byte what a live run posts: strict schema, sampling, token limits, messages."""
    letters = [samples.file_of(samples.path_of(name)) for name in ("first-letter", "omeprazole-short")]
    with Loopback([good(lambda request: text_of(request.body))]) as server:
        live = await open_pipeline(settings_of(tmp_path / "live", server.base_url, engine=engine))
        for letter in letters:
            await live.read_file(letter)
        await live.close()
        sent = {json.dumps(body, sort_keys=True) for body in server.bodies}
        settings = settings_of(tmp_path, server.base_url, engine=engine)
        await export_requests(settings, letters, tmp_path / "out", tmp_path / "requests.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "requests.jsonl").read_text().splitlines()]
    assert lines
    assert {json.dumps(line["body"], sort_keys=True) for line in lines} <= sent
    assert len(lines) == len({line["custom_id"] for line in lines})


# --- results -----------------------------------------------------------------------------------------------------------


def client_of(tmp_path: Path) -> ModelClient:
    """A client that is never used to ask."""
    return ModelClient(settings_of(tmp_path, "http://127.0.0.1:9/v1"))


def reply(key: str, content: str = "{}", **changed: Any) -> dict[str, Any]:
    """A line of an output file."""
    message = {"role": "assistant", "content": content, "refusal": changed.pop("refusal", None)}
    choice = {"index": 0, "finish_reason": changed.pop("finish_reason", "stop"), "message": message}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "demo-1", "choices": [choice], "usage": usage}
    return {"id": "r", "custom_id": key, "error": None, "response": {"status_code": 200, "request_id": "r", "body": body}}


def failure(key: str, status: int, code: str = "some_code") -> dict[str, Any]:
    """A line of an error file."""
    return {"id": "r", "custom_id": key, "error": None, "response": {"status_code": status, "body": {"error": {"code": code}}}}


def expired(key: str) -> dict[str, Any]:
    """A line of a request that was not come to."""
    return {"id": "r", "custom_id": key, "response": None, "error": {"code": "batch_expired", "message": "quotes the letter"}}


def read(tmp_path: Path, *lines: Any) -> tuple[dict[str, Result], Results]:
    """The results of a file with these lines."""
    path = tmp_path / "output.jsonl"
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
    results = Results([path], client_of(tmp_path).delivered)
    return {result.key: result for result in results}, results


A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("line", "code", "final"),
    [
        (reply(A, "", refusal="No."), "answer_refused", True),
        (reply(A, finish_reason="content_filter"), "answer_refused", True),
        (reply(A, "{", finish_reason="length"), "answer_truncated", True),
        (reply(A, " "), "answer_empty", True),
        (failure(A, 400), "request_rejected", True),
        (failure(A, 429), "endpoint_throttled", False),
        (failure(A, 429, "insufficient_quota"), "endpoint_fatal", False),
        (failure(A, 500), "endpoint_transient", False),
        (failure(A, 408), "endpoint_transient", False),
        (expired(A), "endpoint_transient", False),
        ({"custom_id": A, "response": {"status_code": 200, "body": {"choices": []}}}, "endpoint_transient", False),
        ({"custom_id": A, "response": {"status_code": 200, "body": "<html>"}}, "endpoint_transient", False),
        ({"custom_id": A}, "endpoint_transient", False),
    ],
)
def test_a_line_is_judged_as_a_live_answer_is(line: dict[str, Any], code: str, final: bool, tmp_path: Path) -> None:
    """The letter's own trouble is final, the endpoint's is not; no message quotes what the endpoint wrote."""
    found, _ = read(tmp_path, line)
    error = found[A].error
    assert error is not None
    assert (error.code, found[A].final) == (code, final)
    assert "quotes the letter" not in str(error)


def test_a_good_line_keeps_text_model_and_usage(tmp_path: Path) -> None:
    """What goes into the answer cache is what a live answer would have put there."""
    found, _ = read(tmp_path, reply(A, '{"word": "tea"}'))
    kept = found[A].kept
    assert kept is not None
    assert (kept.raw, kept.model, kept.finish_reason, kept.re_asked) == ('{"word": "tea"}', "demo-1", "stop", False)
    assert (kept.usage.attempts, kept.usage.input_tokens, kept.usage.output_tokens) == (1, 7, 3)


def test_a_refusal_is_billed(tmp_path: Path) -> None:
    """An answer that cannot be used costs what it costs."""
    found, _ = read(tmp_path, reply(A, "", refusal="No."))
    assert (found[A].usage.input_tokens, found[A].usage.output_tokens) == (7, 3)


@given(order=st.permutations([expired(A), failure(A, 500), reply(A, "{}"), reply(A, "{}"), expired(B), failure(B, 400)]))
def test_a_key_has_one_result_whatever_the_order(order: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    """A good line beats every other, a final one those that are not; doubles count once."""
    found, results = read(tmp_path_factory.mktemp("r"), *order)
    assert found[A].kept is not None
    assert isinstance(found[B].error, RequestRejectedError)
    assert len(list(results)) == 2


def test_lines_that_are_none_are_counted_and_left(tmp_path: Path) -> None:
    """Torn JSON and foreign keys neither end the import nor become answers."""
    found, results = read(tmp_path, reply("request-7"), "[1]\n", reply(A), '{"custom_id": "aa')
    assert (set(found), results.torn, results.strange) == ({A}, 2, 1)


# --- the book ----------------------------------------------------------------------------------------------------------


def test_the_book_is_what_was_written_last(tmp_path: Path) -> None:
    """Jobs come back in order; one number is one job."""
    book = Book(tmp_path)
    book.put(Job(number=2, tag="b", lines=1, most=5), Job(number=1, tag="a", lines=1, most=3))
    book.put(Job(number=2, tag="b", lines=1, most=5, batch_id="batch_9"))
    again = Book(tmp_path)
    assert [(job.number, job.batch_id) for job in again.jobs] == [(1, None), (2, "batch_9")]
    assert again.next_number() == 3
    assert not list(tmp_path.glob(".*.part"))


def test_fresh_forgets_what_is_over_and_nothing_that_is_under_way(tmp_path: Path) -> None:
    """A batch that is being worked on is paid for: its answers are taken whatever the flag."""
    book = Book(tmp_path)
    book.put(Job(number=1, tag="a", lines=1, most=3, ended="completed", cost=2), Job(number=2, tag="b", lines=1, most=5))
    assert [job.number for job in Book(tmp_path, fresh=True).jobs] == [2]
    assert Book(tmp_path).spent == 0


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"jobs": [{"number": "x"}]}'])
def test_a_damaged_book_is_refused(text: str, tmp_path: Path) -> None:
    """Rather than submitting again what may be under way."""
    (tmp_path / "batch.json").write_text(text)
    with pytest.raises(SettingsError, match=r"batch\.json is no book of batches"):
        Book(tmp_path)


def test_other_runs_of_the_folder_count_its_batches(tmp_path: Path) -> None:
    """What is over at its cost, what is under way at the most that it can cost; each once."""
    over = Job(number=1, tag="a", lines=1, most=50, ended="completed", cost=20)
    Book(tmp_path).put(over, Job(number=2, tag="b", lines=1, most=5))
    live, batches = Budget(PRICES, 1000, spent=3), Budget(PRICES.batch, 1000, spent=3)
    count_batches(live, tmp_path, live=3, in_batches=False)
    count_batches(batches, tmp_path, live=3, in_batches=True)
    assert (live.spent, live.unsure, live.reserved) == (28, 5, {})
    assert (batches.spent, sum(batches.reserved.values())) == (23, 5)


# --- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_settings", "said"),
    [
        ({"engine": "baseline"}, "The rules ask no model"),
        ({"gguf": Path("own.gguf")}, "The embedded model has no Batch API"),
        ({"cache": False}, "need the answer cache"),
    ],
)
def test_settings_that_batches_cannot_be_run_with_are_refused(given_settings: dict[str, Any], said: str, tmp_path: Path) -> None:
    """In one sentence, before anything is read."""
    with pytest.raises(SettingsError, match=said):
        batch_prices(settings_of(tmp_path, "http://127.0.0.1:9/v1", **given_settings), None)


def test_a_limit_needs_batch_prices(tmp_path: Path) -> None:
    """Standard prices alone do not say what a batch costs."""
    settings = settings_of(tmp_path, "http://127.0.0.1:9/v1", input_price=1.0, output_price=2.0)
    assert batch_prices(settings, None) is None
    with pytest.raises(SettingsError, match="batch_input"):
        batch_prices(settings, 1.0)
    known = batch_prices(settings_of(tmp_path, "http://127.0.0.1:9/v1"), 1.0)
    assert known is not None
    assert (known.input, known.output) == (0.5, 1.0)


# --- a run -------------------------------------------------------------------------------------------------------------


async def test_a_run_by_batches_gives_the_records_of_a_live_run(tmp_path: Path) -> None:
    """For every invented letter and all engines that ask: the same values, evidence, provenance, issues and status."""
    files = [samples.file_of(path) for path in sorted(samples.LETTERS.glob("*.txt"))]
    for engine in ("hybrid", "model"):
        with BatchEndpoint(text_of) as endpoint:
            live_settings = settings_of(tmp_path / f"live-{engine}", endpoint.base_url, engine=engine)
            live = await open_pipeline(live_settings)
            expected = [await live.read_file(file) for file in files]
            await live.close()
            settings = settings_of(tmp_path / engine, endpoint.base_url, engine=engine)
            done = await run(settings, files, tmp_path / engine)
        assert len(done.records) == len(files)
        for record in expected:
            other = done.records[record.letter_id]
            assert other.model_dump(exclude={"run"}) == record.model_dump(exclude={"run"})
            assert other.run.model_dump(include={"engine", "model", "prompt"}) == record.run.model_dump(
                include={"engine", "model", "prompt"}
            )


async def test_the_first_question_is_asked_live_and_the_rest_in_one_batch(files: list[LetterFile], tmp_path: Path) -> None:
    """Unordered, doubled and foreign lines change nothing; each record bills its own answer."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(doubled=True, rubbish=True, looks=3)]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, prices=PRICES)
        assert [len(keys) for keys in endpoint.submitted] == [5]
        assert len(endpoint.live) == 1
    assert all_found(done)
    assert done.statuses == {"ok"}
    assert sorted(r.run.input_tokens for r in done.records.values()) == [0, *[TOKENS[0]] * 5]
    assert done.budget.spent == PRICES.picodollars(*TOKENS) + 5 * PRICES.batch.picodollars(*TOKENS)  # type: ignore[union-attr]
    assert done.budget.reserved == {}


async def test_files_are_split_at_the_limits(files: list[LetterFile], tmp_path: Path) -> None:
    """No file has more lines or bytes than are allowed, and no question is asked in two of them."""
    with BatchEndpoint(text_of, max_lines=2) as endpoint:
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, limits=Limits(lines=2))
        assert [len(keys) for keys in endpoint.submitted] == [2, 2, 1]
    assert all_found(done)
    size = 6000
    with BatchEndpoint(text_of, max_bytes=size) as endpoint:
        done = await run(settings_of(tmp_path / "b", endpoint.base_url), files, tmp_path / "b", limits=Limits(bytes=size))
        assert len(endpoint.submitted) > 1
        assert len(endpoint.asked) == len(set(endpoint.asked)) == 5
    assert all_found(done)


async def test_the_same_question_of_two_letters_is_one_line(tmp_path: Path) -> None:
    """A key stands once in a file, as the protocol wants it, and is billed once."""
    text = numbered_letters(tmp_path / "one", 2)
    twice = find_letters([str(text)])
    twin = samples.written(tmp_path, "twin", twice[1].path.read_text("utf-8"))
    with BatchEndpoint(text_of) as endpoint:
        done = await run(settings_of(tmp_path, endpoint.base_url), [*twice, twin], tmp_path)
        assert [len(keys) for keys in endpoint.submitted] == [1]
    assert done.found["twin"] == done.found[twice[1].letter_id]
    assert sum(r.run.input_tokens for r in done.records.values()) == TOKENS[0]


async def test_questions_that_arise_from_answers_go_into_the_next_round(files: list[LetterFile], tmp_path: Path) -> None:
    """A quote that is not in the letter is asked again, in a batch of its own, and the second answer counts."""

    def answer(body: dict[str, Any]) -> str:
        again = "That is wrong" in body["messages"][1]["content"]
        return text_of(body) if again else text_of(body, diagnoses=["a condition that nobody has"])

    with BatchEndpoint(answer) as endpoint:
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        assert len(endpoint.submitted) == 2
        assert all("That is wrong" in b["messages"][1]["content"] for b in endpoint.bodies[-6:])
    assert all_found(done)
    assert done.statuses == {"ok"}


# --- faults ------------------------------------------------------------------------------------------------------------


async def test_an_expired_batch_is_harvested_and_its_rest_alone_resubmitted(files: list[LetterFile], tmp_path: Path) -> None:
    """What was answered in time is used and billed; the others go again, and nobody else."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(ends="expired", expired=2), Fate()]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        first, second = endpoint.submitted
        assert second == first[-2:]
        assert len(endpoint.asked) == len(set(endpoint.asked)) == 5
    assert all_found(done)


@pytest.mark.parametrize(
    "fate",
    [
        Fate(errors={1: (500, "server_error"), 2: (429, "rate_limit_exceeded")}),
        Fate(missing=frozenset({0, 3})),
        Fate(answers={0: {"message": None}}),
    ],
    ids=["throttled", "missing", "no completion"],
)
async def test_what_comes_back_unanswered_is_resubmitted_alone(fate: Fate, files: list[LetterFile], tmp_path: Path) -> None:
    """Throttles, server errors, lines that never come and replies that are none."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [fate, Fate()]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        wanted = len(fate.errors) + len(fate.missing) + len(fate.answers)
        assert [len(keys) for keys in endpoint.submitted] == [5, wanted]
    assert all_found(done)


MISFIT = {"content": '{"unheard_of": true}'}


async def test_a_letters_own_trouble_is_not_resubmitted(files: list[LetterFile], tmp_path: Path) -> None:
    """Refused, cut, empty and rejected answers and one that twice does not fit stand in the records, under their codes."""
    answers = {
        0: {"refusal": "No.", "content": ""},
        1: {"finish_reason": "length"},
        2: {"content": ""},
        3: MISFIT,
    }
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(answers=answers, errors={4: (400, "invalid_request_error")}), Fate(answers={0: MISFIT})]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, prices=PRICES)
        assert [len(keys) for keys in endpoint.submitted] == [5, 1]
    codes = sorted(issue.code for r in done.records.values() for issue in r.issues)
    own = ["answer_empty", "answer_invalid", "answer_refused", "answer_truncated", "request_rejected"]
    assert [code for code in codes if code in own] == own
    assert len(done.records) == 6
    # Four of five and the second try of one were billed, and a new start neither asks nor bills anything.
    assert done.budget.spent == PRICES.picodollars(*TOKENS) + 5 * PRICES.batch.picodollars(*TOKENS)  # type: ignore[union-attr]
    again = await run(settings_of(tmp_path, "http://127.0.0.1:9/v1"), files, tmp_path, prices=PRICES)
    assert {n: r.status for n, r in again.records.items()} == {n: r.status for n, r in done.records.items()}


async def test_a_letters_own_trouble_is_asked_again_when_that_is_wanted(files: list[LetterFile], tmp_path: Path) -> None:
    """With `retry` (`--retry-failed`), also over a start that ends while the second batch is under way."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(answers={0: {"refusal": "No."}, 1: MISFIT}), Fate(answers={0: MISFIT}), Fate(looks=3)]
        settings = settings_of(tmp_path, endpoint.base_url)
        first = await run(settings, files, tmp_path)
        wanted = [
            f for f in files if any(i.code in ("answer_refused", "answer_invalid") for i in first.records[f.letter_id].issues)
        ]
        assert len(wanted) == 2
        await run(settings, wanted, tmp_path, retry=True, wait=False)
        second = await run(settings, wanted, tmp_path, retry=True)
        assert [len(keys) for keys in endpoint.submitted] == [5, 1, 2]
    assert all_found(Run({**first.records, **second.records}, [], second.budget))


async def test_an_answer_that_does_not_fit_is_asked_for_once_more(files: list[LetterFile], tmp_path: Path) -> None:
    """Alone, in the next batch, with the answer and what is wrong with it; the record bills both, and a new start neither."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(answers={2: MISFIT}), Fate()]
        settings = settings_of(tmp_path, endpoint.base_url)
        done = await run(settings, files, tmp_path, prices=PRICES)
        first, second = endpoint.submitted
        assert (len(first), len(second), set(first) & set(second)) == (5, 1, set())
        asked = endpoint.bodies[-1]["messages"]
    assert asked[0] == endpoint.bodies[0]["messages"][0]
    assert "You answered " + str(MISFIT["content"]) in asked[1]["content"]
    assert "- diagnoses: Field required" in asked[1]["content"]
    assert all_found(done)
    assert done.statuses == {"ok"}
    assert sorted(r.run.input_tokens for r in done.records.values()) == [0, *[TOKENS[0]] * 4, 2 * TOKENS[0]]
    assert sorted(r.run.attempts for r in done.records.values()) == [0, 1, 1, 1, 1, 2]
    assert done.budget.spent == PRICES.picodollars(*TOKENS) + 6 * PRICES.batch.picodollars(*TOKENS)  # type: ignore[union-attr]
    again = await run(settings_of(tmp_path, "http://127.0.0.1:9/v1"), files, tmp_path, prices=PRICES)
    assert all_found(again)


@pytest.mark.parametrize("lost", ["first", "cache"])
async def test_a_second_question_survives_starts_and_the_loss_of_the_cache(
    lost: str, files: list[LetterFile], tmp_path: Path
) -> None:
    """It is computed from the misfit, so that its key is the same whoever asks: nothing is submitted twice."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(answers={2: MISFIT}), Fate(looks=3)]
        settings = settings_of(tmp_path, endpoint.base_url)
        await run(settings, files, tmp_path, stop_after=1, first_pause=1.0)
        await run(settings, files, tmp_path, wait=False)
        if lost == "cache":
            store, _ = answers_of(settings)
            store.clear()
            store.close()
        done = await run(settings, files, tmp_path)
        assert len(endpoint.asked) == len(set(endpoint.asked))
        # The question that was asked live is gone with the cache.
        assert sum(map(len, endpoint.submitted)) == (7 if lost == "cache" else 6)
    assert all_found(done)


async def test_other_runners_get_the_second_question_as_well(files: list[LetterFile], tmp_path: Path) -> None:
    """The next export holds it alone, and its answer is taken by its key."""
    settings = settings_of(tmp_path, "http://127.0.0.1:9/v1")
    target, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    await export_requests(settings, files, tmp_path, target)
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    replies = [reply(one["custom_id"], text_of(one["body"]) if i else '{"unheard_of": true}') for i, one in enumerate(lines)]
    answers.write_text("".join(json.dumps(one) + "\n" for one in replies))
    assert len((await run(settings, files, tmp_path, imports=(answers,))).records) == 5
    assert (await export_requests(settings, files, tmp_path, target)).requests == 1
    second = tmp_path / "second.jsonl"
    ran_by_another(target, second)
    assert all_found(await run(settings, files, tmp_path, imports=(second,)))


async def test_a_batch_that_the_endpoint_does_not_have_any_more_is_submitted_once_more(
    files: list[LetterFile], tmp_path: Path
) -> None:
    """Deleted there, it is no reason to stop every start; it may have been billed, so that its bound counts as spent."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(looks=3)]
        settings = settings_of(tmp_path, endpoint.base_url)
        await run(settings, files, tmp_path, prices=PRICES, wait=False)
        endpoint.batches.clear()
        done = await run(settings, files, tmp_path, prices=PRICES)
        assert [len(keys) for keys in endpoint.submitted] == [5]
        other = await run(settings, files, tmp_path, prices=PRICES)
    gone, there = Book(tmp_path).jobs
    assert (gone.ended, gone.cost, there.ended) == ("lost", gone.most, "completed")
    assert done.budget.unsure == other.budget.unsure == gone.most
    assert done.budget.reserved == {}
    assert all_found(done)


async def test_batches_that_are_lost_again_and_again_are_given_up(
    files: list[LetterFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice in a start; its letters are left without a record, which is said."""
    created: list[int] = []

    def forgets(self: BatchEndpoint, name: str) -> tuple[int, Any]:
        created.append(len(self.batches.pop(name).lines))
        return 404, {"error": {"code": "not_found", "message": "a sentence", "type": "t", "param": None}}

    monkeypatch.setattr(BatchEndpoint, "_see", forgets)
    with BatchEndpoint(text_of) as endpoint:
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
    assert created == [5, 5]
    assert list(done.records) == ["letter-00000"]
    assert any("submits them again" in sentence for sentence in done.said)


async def test_answers_that_were_deleted_before_they_were_fetched_are_asked_for_once_more(
    files: list[LetterFile], tmp_path: Path
) -> None:
    """The batch is over and its file gone, as after thirty days."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.troubles = {"download": ["gone"]}
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        assert [len(keys) for keys in endpoint.submitted] == [5, 5]
    assert [job.ended for job in Book(tmp_path).jobs] == ["lost", "completed"]
    assert all_found(done)


async def test_an_endpoint_that_forgot_its_batch_api_is_no_lost_batch(files: list[LetterFile], tmp_path: Path) -> None:
    """Where the list is not there either, the address is wrong: the job stays in the book for the right one."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.troubles = {"see": ["gone"], "list": ["gone"]}
        settings = settings_of(tmp_path, endpoint.base_url)
        with pytest.raises(FatalEndpointError, match="no Batch API"):
            await run(settings, files, tmp_path)
        assert len(Book(tmp_path).open) == 1
        done = await run(settings, files, tmp_path)
        assert [len(keys) for keys in endpoint.submitted] == [5]
    assert all_found(done)


async def test_a_question_is_submitted_so_often_and_its_letter_then_left(files: list[LetterFile], tmp_path: Path) -> None:
    """No record stands for a letter with an open question; a new start is a new try."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(errors={0: (500, "server_error")})]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, tries=3)
        assert [len(keys) for keys in endpoint.submitted] == [5, 1, 1]
        assert len(done.records) == 5
        assert any("3 times unanswered" in sentence for sentence in done.said)
        endpoint.fates = [Fate()]
        again = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        assert len(endpoint.submitted) == 4
    assert all_found(again)


async def test_a_batch_that_fails_as_a_whole_ends_the_run(files: list[LetterFile], tmp_path: Path) -> None:
    """The codes are said; nothing is billed, nothing stays reserved, and the next start submits anew."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(ends="failed", problems=("invalid_json_line",)), Fate()]
        settings = settings_of(tmp_path, endpoint.base_url)
        with pytest.raises(FatalEndpointError, match=r"as a whole.*invalid_json_line.*nothing was billed"):
            await run(settings, files, tmp_path)
        assert Book(tmp_path).open == ()
        done = await run(settings, files, tmp_path)
    assert all_found(done)


async def test_a_cancelled_batch_is_harvested_and_not_resubmitted(files: list[LetterFile], tmp_path: Path) -> None:
    """Who cancels it at the endpoint means it."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(ends="cancelled", missing=frozenset({3, 4}))]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        assert len(endpoint.submitted) == 1
    assert len(done.records) == 4
    assert any("cancelled" in sentence for sentence in done.said)


async def test_no_quota_left_ends_the_run_when_everything_is_taken_in(files: list[LetterFile], tmp_path: Path) -> None:
    """What was answered is kept and not asked again."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(errors={0: (429, "insufficient_quota")}), Fate()]
        settings = settings_of(tmp_path, endpoint.base_url)
        with pytest.raises(FatalEndpointError, match="no quota left"):
            await run(settings, files, tmp_path)
        done = await run(settings, files, tmp_path)
        assert [len(keys) for keys in endpoint.submitted] == [5, 1]
    assert all_found(done)


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        ("create", "throttle"),
        ("create", "error"),
        ("create", "lost"),
        ("create", "reset"),
        ("upload", "error"),
        ("upload", "lost"),
        ("see", "throttle"),
        ("see", "reset"),
        ("list", "error"),
        ("download", "torn"),
        ("download", "cut"),
        ("download", "error"),
    ],
)
async def test_one_batch_is_created_whatever_happens_to_one_request(
    kind: str, trouble: Any, files: list[LetterFile], tmp_path: Path
) -> None:
    """A reply that is lost after the batch was made is the hard one: the list of batches is asked before another is made."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.troubles = {kind: [trouble], **({"create": ["lost"]} if kind == "list" else {})}
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        assert endpoint.troubles[kind] == []
        assert [len(keys) for keys in endpoint.submitted] == [5]
        assert len(endpoint.asked) == 5
    assert all_found(done)


async def test_an_endpoint_without_batches_is_named(files: list[LetterFile], tmp_path: Path) -> None:
    """And what to do instead."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.troubles = {"upload": ["gone"]}
        with pytest.raises(FatalEndpointError, match=r"no Batch API.*--batch-export"):
            await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)


async def test_a_deployment_for_batches_alone_is_not_asked_live(files: list[LetterFile], tmp_path: Path) -> None:
    """It takes no live question, which is no reason to submit nothing."""
    with BatchEndpoint(text_of, live=False) as endpoint:
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        assert [len(keys) for keys in endpoint.submitted] == [6]
    assert all_found(done)


async def test_a_parameter_that_the_model_does_not_take_is_left_out_of_the_batch(
    files: list[LetterFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live question shows it, the book remembers it, and no line of the batch fails for it."""
    chat = BatchEndpoint._chat

    def picky(self: BatchEndpoint, body: dict[str, Any]) -> tuple[int, Any]:
        if "max_tokens" in body:
            message = "Unsupported parameter: 'max_tokens' is not supported with this model."
            return 400, {"error": {"code": "unsupported_parameter", "param": "max_tokens", "message": message, "type": "t"}}
        return chat(self, body)

    monkeypatch.setattr(BatchEndpoint, "_chat", picky)
    with BatchEndpoint(text_of) as endpoint:
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path)
        assert all("max_tokens" not in b and "max_completion_tokens" in b for b in endpoint.bodies)
    assert Book(tmp_path).left_out == ("max_tokens",)
    assert all_found(done)


async def test_a_full_queue_is_waited_for(files: list[LetterFile], tmp_path: Path) -> None:
    """A batch that finds no room goes again when another is over; nothing is answered twice."""
    with BatchEndpoint(text_of) as endpoint:
        full = Fate(ends="failed", problems=("token_limit_exceeded",))
        endpoint.fates = [Fate(looks=4), full, full, Fate()]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, limits=Limits(lines=3))
        assert len(endpoint.asked) == len(set(endpoint.asked)) == 5
    assert all_found(done)


async def test_a_batch_that_no_queue_takes_is_cut_in_halves(
    files: list[LetterFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each half has its lines, its tag and its share of the money."""
    monkeypatch.setattr("llm_extract.batch_post.SMALLEST_HALF", 2)
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(ends="failed", problems=("token_limit_exceeded",)), Fate()]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, prices=PRICES)
        whole, first, second = endpoint.submitted
        assert (len(first), len(second), first + second) == (3, 2, whole)
    assert all_found(done)
    assert done.budget.reserved == {}


# --- starts that end early ---------------------------------------------------------------------------------------------


async def test_a_stop_while_waiting_leaves_batches_that_the_next_start_takes_up(files: list[LetterFile], tmp_path: Path) -> None:
    """Nothing is submitted or billed twice; what is said names how to go on."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(looks=3)]
        settings = settings_of(tmp_path, endpoint.base_url)
        pause = {"first_pause": 1.0, "longest_pause": 1.0}
        stopped = await run(settings, files, tmp_path, prices=PRICES, stop_after=2, **pause)
        assert len(Book(tmp_path).open) == 1
        assert any("the same command takes up" in sentence for sentence in stopped.said)
        done = await run(settings, files, tmp_path, prices=PRICES)
        assert [len(keys) for keys in endpoint.submitted] == [5]
    assert all_found(done)
    assert done.budget.spent == PRICES.picodollars(*TOKENS) + 5 * PRICES.batch.picodollars(*TOKENS)  # type: ignore[union-attr]


class KilledError(Exception):
    """Stands for SIGKILL: nobody catches it."""


@pytest.mark.parametrize("after", range(1, 6))
@pytest.mark.parametrize("written", [True, False], ids=["behind the write", "before the write"])
async def test_a_kill_at_any_write_of_the_book_submits_nothing_twice(
    after: int, written: bool, files: list[LetterFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before or behind each write of the book, the next start ends with one batch, every answer and one bill."""
    writes, original = 0, Book._write

    def write(self: Book, pages: Any) -> None:
        nonlocal writes
        writes += 1
        if writes != after or written:
            original(self, pages)
        if writes == after:
            raise KilledError

    with BatchEndpoint(text_of) as endpoint:
        settings = settings_of(tmp_path, endpoint.base_url)
        with monkeypatch.context() as patched:
            patched.setattr(Book, "_write", write)
            with pytest.raises(KilledError):
                await run(settings, files, tmp_path, prices=PRICES)
        done = await run(settings, files, tmp_path, prices=PRICES)
        assert len(endpoint.batches) == 1
        assert len(endpoint.asked) == len(set(endpoint.asked))
    assert all_found(done)
    assert done.budget.reserved == {}


async def test_answers_survive_the_loss_of_the_cache(files: list[LetterFile], tmp_path: Path) -> None:
    """The cache is disposable; what was paid for is taken out of the run's folder again."""
    with BatchEndpoint(text_of) as endpoint:
        settings = settings_of(tmp_path, endpoint.base_url)
        await run(settings, files, tmp_path)
        store, _ = answers_of(settings)
        store.clear()
        store.close()
        again = await run(settings, files, tmp_path)
        assert [len(keys) for keys in endpoint.submitted] == [5, 1]  # the one that was asked live is gone with the cache
    assert all_found(again)


async def test_without_waiting_a_start_submits_and_the_next_takes_in(files: list[LetterFile], tmp_path: Path) -> None:
    """For whoever starts it by the hour instead of letting it wait."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.fates = [Fate(looks=3)]
        settings = settings_of(tmp_path, endpoint.base_url)
        first = await run(settings, files, tmp_path, wait=False)
        second = await run(settings, files, tmp_path, wait=False)
        assert len(endpoint.batches) == 1
    assert list(first.records) == ["letter-00000"]  # its question was the one that is asked live
    assert first.slept == []
    assert all_found(Run({**first.records, **second.records}, [], second.budget))


# --- money -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_the_limit_holds_and_what_comes_back_makes_room(seed: int, files: list[LetterFile], tmp_path: Path) -> None:
    """The worst case of what is under way and what was spent never exceed the limit; with room for two at a time all are read."""
    worst = await _worst(files, tmp_path / "w")
    limit = round(worst * random.Random(seed).uniform(2.2, 3.5))
    seen: list[int] = []
    with BatchEndpoint(text_of) as endpoint:
        original = endpoint._create

        def create(asked: dict[str, Any]) -> tuple[int, Any]:
            book = Book(tmp_path)
            seen.append(book.spent + sum(job.most for job in book.open))
            return original(asked)

        endpoint._create = create  # type: ignore[method-assign]
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, prices=PRICES, limit=limit)
        assert len(endpoint.batches) > 1
    assert max(seen) <= limit
    assert done.budget.spent <= limit
    assert all_found(done)


async def test_no_room_for_a_single_question_submits_nothing(files: list[LetterFile], tmp_path: Path) -> None:
    """And says so."""
    with BatchEndpoint(text_of) as endpoint:
        done = await run(settings_of(tmp_path, endpoint.base_url), files, tmp_path, prices=PRICES, limit=1000)
        assert (endpoint.live, endpoint.batches, done.records) == ([], {}, {})
    assert any("raise --max-cost" in sentence for sentence in done.said)


async def _worst(files: Sequence[LetterFile], folder: Path) -> int:
    """The most that one question can cost, in picodollars at batch prices."""
    with BatchEndpoint(text_of) as endpoint:
        await run(settings_of(folder, endpoint.base_url), files, folder, prices=PRICES)
    return max(job.most for job in Book(folder).jobs) // 5


# --- other runners -----------------------------------------------------------------------------------------------------


def ran_by_another(requests: Path, answers: Path, *, leave: int = 0) -> None:
    """What `vllm run-batch` and its like make of a request file; the last lines may be left unanswered."""
    lines = [json.loads(line) for line in requests.read_text("utf-8").splitlines()]
    replies = [reply(line["custom_id"], text_of(line["body"])) for line in lines[: len(lines) - leave]]
    answers.write_text("".join(json.dumps(one) + "\n" for one in reversed(replies)))


async def test_requests_go_out_and_answers_come_in_without_any_endpoint(files: list[LetterFile], tmp_path: Path) -> None:
    """Export, another runner, import: the records are complete and nobody was asked; a second import of the file is none."""
    settings = settings_of(tmp_path, "http://127.0.0.1:9/v1")
    target = tmp_path / "requests.jsonl"
    out = await export_requests(settings, files, tmp_path, target, Limits(lines=4))
    assert (out.requests, out.letters, [p.name for p in out.files]) == (6, 6, ["requests.jsonl", "requests-2.jsonl"])
    imports = []
    for number, path in enumerate(out.files):
        imports.append(tmp_path / f"answers-{number}.jsonl")
        ran_by_another(path, imports[-1])
    done = await run(settings, files, tmp_path, imports=(*imports, imports[0]))
    assert all_found(done)
    assert len(Book(tmp_path).jobs) == 2


async def test_what_another_runner_left_is_exported_again_and_nothing_else(files: list[LetterFile], tmp_path: Path) -> None:
    """Letters with an open question have no record; the next export holds their questions."""
    settings = settings_of(tmp_path, "http://127.0.0.1:9/v1")
    target, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    await export_requests(settings, files, tmp_path, target)
    wanted = list(keys_in(target))[-2:]
    ran_by_another(target, answers, leave=2)
    done = await run(settings, files, tmp_path, imports=(answers,))
    assert len(done.records) == 4
    assert any("--batch-export writes them" in sentence for sentence in done.said)
    await export_requests(settings, files, tmp_path, target)
    assert list(keys_in(target)) == wanted


@pytest.mark.parametrize("text", ["", "no JSON\n", '{"custom_id": "request-1", "response": null}\n'])
async def test_a_file_without_answers_of_ours_is_refused(text: str, files: list[LetterFile], tmp_path: Path) -> None:
    """The sentence names the file and what is wanted."""
    path = tmp_path / "answers.jsonl"
    path.write_text(text)
    with pytest.raises(SettingsError, match=re.escape(f"{path} holds no answers")):
        await run(settings_of(tmp_path, "http://127.0.0.1:9/v1"), files, tmp_path, imports=(path,))
    assert Book(tmp_path).jobs == ()


async def test_an_export_to_nowhere_is_refused(files: list[LetterFile], tmp_path: Path) -> None:
    """A folder that does not exist is the user's mistake, and told in a sentence."""
    settings = settings_of(tmp_path, "http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match=r"requests\.jsonl cannot be written"):
        await export_requests(settings, files, tmp_path, tmp_path / "nowhere" / "requests.jsonl")


async def test_errors_that_outlast_the_patience_end_the_run_and_it_goes_on(files: list[LetterFile], tmp_path: Path) -> None:
    """An endpoint that fails again and again is given up with a sentence; the job stays in the book."""
    with BatchEndpoint(text_of) as endpoint:
        endpoint.troubles = {"create": ["error"] * 3}
        settings = settings_of(tmp_path, endpoint.base_url)
        with pytest.raises(FatalEndpointError, match="The same command goes on"):
            await run(settings, files, tmp_path)
        assert len(Book(tmp_path).open) == 1
        done = await run(settings, files, tmp_path)
        assert len(endpoint.batches) == 1
    assert all_found(done)


def test_the_judge_of_a_reply_that_is_none_says_so(tmp_path: Path) -> None:
    """A status without a code is named by its number."""
    with pytest.raises(TransientEndpointError, match="HTTP 503"):
        client_of(tmp_path).delivered(503, None)
