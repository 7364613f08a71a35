"""A replay gives what was once answered, failures and prices too, and says what is missing."""

from __future__ import annotations

import asyncio
import errno
import gzip
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, field_validator

from llm_extract.cache import Kept, answer_key
from llm_extract.engine import Answer, Asker, Question, Usage
from llm_extract.errors import (
    AnswerError,
    EmptyAnswerError,
    FatalEndpointError,
    InvalidAnswerError,
    LlmExtractError,
    RefusedAnswerError,
    RequestRejectedError,
    SettingsError,
    ThrottledError,
    TransientEndpointError,
    TruncatedAnswerError,
)
from llm_extract.evaluation.recorded import MissingAnswerError, RecordedAsker, Recordings, RecordingsError
from llm_extract.fake import Reply, ScriptedAsker

COST = Usage(attempts=1, input_tokens=812, output_tokens=33, seconds=4.25)
HOW: Mapping[str, Any] = {"model": "demo", "endpoint_kind": "embedded", "sampling": {"temperature": 0.0, "seed": 7}}


class Drink(BaseModel):
    """What is drunk."""

    word: str


class StrictDrink(BaseModel):
    """The same under a stricter schema."""

    word: Literal["coffee"]


class Tightened(BaseModel):
    """What is drunk."""

    word: str

    @field_validator("word")
    @classmethod
    def no_tea(cls, word: str) -> str:
        """Stricter than `Drink`, with the same JSON Schema."""
        if word == "tea":
            raise ValueError("no tea")
        return word


Tightened.__name__ = "Drink"


def question(user: str = "What?", **other: Any) -> Question:
    """A question about drinks."""
    given: dict[str, Any] = {"prompt": "drinks.v1", "system": "Answer.", "user": user, "answer": Drink} | other
    return Question(**given)


class Opened:
    """Opens an asker and counts how often."""

    def __init__(self, script: Any) -> None:
        self.asker = ScriptedAsker(script, model="demo", cost=COST)
        self.times = 0

    async def __call__(self) -> Asker:
        """Open it; others get their turn meanwhile."""
        self.times += 1
        await asyncio.sleep(0)
        return self.asker


class Store:
    """An answer cache of a dictionary."""

    def __init__(self, **answers: Kept) -> None:
        self.answers = answers
        self.closed = False

    def get(self, key: str) -> Kept | None:
        """The answer."""
        return self.answers.get(key)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def replaying(path: Path, **other: Any) -> RecordedAsker:
    """An asker on a file of recordings that may ask nobody."""
    return RecordedAsker(Recordings(path), **{**HOW, **other})


async def recorded(
    path: Path, *questions: Question, script: Any = lambda _: {"word": "tea"}, by: str = "hybrid", **other: Any
) -> Recordings:
    """Ask, record and save; answers that could not be used are recorded as that."""
    recordings = Recordings(path)
    recordings.read_by(by)
    asker = RecordedAsker(recordings, **{**HOW, **other}, open_inner=Opened(script))
    for asked in questions:
        try:
            await asker.ask(asked)
        except LlmExtractError:
            continue
    await asker.close()
    recordings.save()
    return recordings


def on_the_disk(path: Path) -> bytes:
    """The file of recordings, packed."""
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where recordings are kept."""
    return tmp_path / "answers" / "demo.jsonl.gz"


# --- replay ----------------------------------------------------------------------------------------------------------


async def test_a_replay_gives_the_answer_with_its_first_price(path: Path) -> None:
    """Value, text, model, tokens and seconds are those of the time when it was asked; nobody is asked again."""
    live = await RecordedAsker(Recordings(path), **HOW, open_inner=Opened([{"word": "tea"}])).ask(question())
    await recorded(path, question())
    again = await replaying(path).ask(question())
    assert again == live
    assert (again.value, again.model, again.usage) == (Drink(word="tea"), "demo", Usage(1, 812, 33, 0, 1, 4.25))


FAILURES = [
    RefusedAnswerError("The model declined."),
    TruncatedAnswerError("Cut off at 700 tokens."),
    EmptyAnswerError("Nothing came."),
    InvalidAnswerError("It does not fit."),
    AnswerError("It cannot be used."),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: error.code)
async def test_a_failure_replays_as_what_it_was(error: AnswerError, path: Path) -> None:
    """Same class, same sentence, same price: an evaluation in which failures are asked again until they fit would flatter."""
    script: Callable[[Question], Reply] = lambda _: type(error)(str(error))  # noqa: E731
    await recorded(path, question(), script=script)
    asker = replaying(path)
    with pytest.raises(type(error)) as replayed:
        await asker.ask(question())
    assert type(replayed.value) is type(error)
    assert str(replayed.value) == str(error)
    assert replayed.value.usage == Usage(1, 812, 33, 0, 1, 4.25)


async def test_a_failure_is_not_asked_again_by_a_recording(path: Path) -> None:
    """A second recording keeps it, although an endpoint could be asked."""
    await recorded(path, question(), script=[RefusedAnswerError("No.")])
    opened = Opened([])
    with pytest.raises(RefusedAnswerError):
        await RecordedAsker(Recordings(path), **HOW, open_inner=opened).ask(question())
    assert opened.times == 0


async def test_a_rejected_request_is_a_failure_of_the_model(path: Path) -> None:
    """A letter that is too long for the model stays so in every replay."""
    await recorded(path, question(), script=[RequestRejectedError("Too long (HTTP 400).", status=400)])
    with pytest.raises(RequestRejectedError, match=r"Too long \(HTTP 400\)\."):
        await replaying(path).ask(question())


@pytest.mark.parametrize("error", [ThrottledError("slow down"), TransientEndpointError("gone"), FatalEndpointError("no key")])
async def test_an_answer_lost_on_its_way_is_a_gap(error: LlmExtractError, path: Path) -> None:
    """A bad line says nothing of the model: it is not recorded, and no figure may rest on it."""
    recordings = await recorded(path, question(), question("Other?"), script=[error, {"word": "tea"}])
    assert (len(recordings), dict(recordings.missing)) == (1, {"drinks.v1": 1})
    with pytest.raises(RecordingsError, match="1 answers are not in"):
        recordings.refuse_gaps("ask again")


# --- what is missing -------------------------------------------------------------------------------------------------

OTHERS: list[tuple[str, Question, dict[str, Any]]] = [
    ("prompt", question(prompt="drinks.v2"), {}),
    ("system", question(system="Answer shortly."), {}),
    ("letter", question("What then?"), {}),
    ("schema", question(answer=StrictDrink), {}),
    ("limit", question(max_output_tokens=16), {}),
    ("model", question(), {"model": "other"}),
    ("endpoint", question(), {"endpoint_kind": "localhost/v1"}),
    ("sampling", question(), {"sampling": {"temperature": 1.0, "seed": 7}}),
]


@pytest.mark.parametrize(("asked", "how"), [o[1:] for o in OTHERS], ids=[o[0] for o in OTHERS])
async def test_whatever_shapes_an_answer_makes_another_question(asked: Question, how: dict[str, Any], path: Path) -> None:
    """No recording stands for another prompt, schema, letter, model, endpoint or sampling."""
    await recorded(path, question())
    with pytest.raises(MissingAnswerError):
        await replaying(path, **how).ask(asked)


async def test_gaps_are_counted_by_prompt(path: Path) -> None:
    """The message says how many answers are missing, of which prompt, where, and what to do about it."""
    await recorded(path, question())
    recordings = Recordings(path)
    asker = RecordedAsker(recordings, **HOW)
    await asker.ask(question())
    recordings.refuse_gaps("record them")
    for asked in (question("a"), question("b"), question("c", prompt="meals.v3")):
        with pytest.raises(MissingAnswerError):
            await asker.ask(asked)
    with pytest.raises(RecordingsError) as wrong:
        recordings.refuse_gaps("record them")
    assert str(wrong.value) == f"3 answers are not in {path} (2 of drinks.v1, 1 of meals.v3): record them."


async def test_an_answer_that_does_not_fit_any_more_is_missing(path: Path) -> None:
    """A validator that was tightened since asks anew instead of letting the old answer pass."""
    await recorded(path, question())
    with pytest.raises(MissingAnswerError):
        await replaying(path).ask(question(answer=Tightened))


async def test_an_answer_that_was_asked_again_replays_as_that(path: Path) -> None:
    """The second answer, with what both cost."""
    await recorded(path, question(), script=[{}, {"word": "tea"}])
    again = await replaying(path).ask(question())
    assert (again.value, again.re_asked, again.usage.attempts) == (Drink(word="tea"), True, 2)


async def test_what_does_not_fit_any_more_is_asked_again_and_replaced(path: Path) -> None:
    """The endpoint's new answer takes the place of the one that does not fit."""
    await recorded(path, question())
    tightened = question(answer=Tightened)
    recordings = await recorded(path, tightened, script=[{"word": "coffee"}])
    assert len(recordings) == 1, "the schema alone must not tell them apart"
    assert (await replaying(path).ask(tightened)).value == Tightened(word="coffee")


# --- the file --------------------------------------------------------------------------------------------------------


async def test_saving_drops_what_nobody_wants_any_more(path: Path) -> None:
    """Answers to an older prompt go when all who asked for them have taken part and none did."""
    await recorded(path, question("a"), question("b"))
    kept = await recorded(path, question("b"), question("c"))
    assert len(kept) == 3
    assert len(Recordings(path)) == 2
    with pytest.raises(MissingAnswerError):
        await replaying(path).ask(question("a"))


async def test_answers_of_engines_that_did_not_take_part_stay(path: Path) -> None:
    """Recording one engine anew costs nothing of what another one was asked, also where both had asked the same."""
    await recorded(path, question("a"), question("b"), by="model")
    await recorded(path, question("b"), question("c"), by="hybrid")
    await recorded(path, question("d"), by="hybrid")
    for user in "abd":
        await replaying(path).ask(question(user))
    with pytest.raises(MissingAnswerError):
        await replaying(path).ask(question("c"))


async def test_answers_of_a_file_that_names_nobody_are_those_of_the_default_engines(path: Path) -> None:
    """As files of before have them: they stay until both have taken part, and their bytes are what they were."""
    await recorded(path, question("a"), by="hybrid")
    await recorded(path, question("a"), by="model")
    named = gzip.decompress(on_the_disk(path))
    assert b'"by"' not in named
    await recorded(path, question("b"), by="hybrid")
    assert len(Recordings(path)) == 2
    await recorded(path, question("b"), by="model")
    assert len(Recordings(path)) == 1


async def test_a_recording_with_gaps_drops_nothing(path: Path) -> None:
    """What a lost answer would have led to was not asked, and is wanted yet."""
    await recorded(path, question("a"), question("b"))

    def lost(asked: Question) -> Any:
        raise TransientEndpointError("The endpoint failed.")

    await recorded(path, question("a"), question("c"), script=lost)
    assert len(Recordings(path)) == 2
    recordings = Recordings(path)
    recordings.read_by("hybrid")
    recordings.get("nobody's")
    recordings.save(whole=False)
    assert len(Recordings(path)) == 2


async def test_a_crash_while_saving_leaves_the_old_recordings(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They were paid for; the disk's trouble is a sentence."""
    await recorded(path, question("a"))
    before = on_the_disk(path)

    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", no_room)
        with pytest.raises(SettingsError, match=f"{path.name} cannot be written"):
            await recorded(path, question("a"), question("b"))
    assert on_the_disk(path) == before


async def test_equal_answers_are_equal_bytes(tmp_path: Path) -> None:
    """In whatever order they were asked, wherever they are kept, whenever they are saved."""
    asked = [question(user) for user in "abcdef"]
    one, other = tmp_path / "one" / "a.jsonl.gz", tmp_path / "b.jsonl.gz"
    await recorded(one, *asked)
    await recorded(other, *reversed(asked))
    first = one.read_bytes()
    assert first == other.read_bytes()
    await recorded(one, *asked)
    assert one.read_bytes() == first


def _packed(text: bytes) -> bytes:
    return gzip.compress(text)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-9],
        lambda whole: whole[:40] + bytes([whole[40] ^ 255]) + whole[41:],
        lambda whole: b"not packed",
        lambda whole: _packed(b"no JSON\n"),
        lambda whole: _packed(b'{"key": "k"}\n'),
        lambda whole: _packed(b'{"key": "k", "prompt": "p", "by": "someone"}\n'),
        lambda whole: _packed(b"\xff\xfe\n"),
    ],
    ids=["cut-off", "flipped", "not-packed", "no-json", "short", "strange", "no-utf8"],
)
def test_a_damaged_file_is_named(damage: Callable[[bytes], bytes], path: Path) -> None:
    """Cut off, bits flipped, not packed, no JSON, other lines than ours: the message says which file and what to do."""
    asyncio.run(recorded(path, *(question(user) for user in "abc")))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RecordingsError) as wrong:
        Recordings(path)
    assert str(path) in str(wrong.value)
    assert "delete the file and record anew" in str(wrong.value)


def test_no_file_is_an_empty_one(path: Path) -> None:
    """The first recording has nothing to start from; an empty one is still one to record to."""
    recordings = Recordings(path)
    assert (len(recordings), bool(recordings)) == (0, True)


# --- asking others ---------------------------------------------------------------------------------------------------


async def test_nobody_is_opened_before_the_first_gap(path: Path) -> None:
    """A recording of what is there already needs no weights, no key and no network; then the endpoint is opened once."""
    await recorded(path, question("a"))
    opened = Opened(lambda _: {"word": "tea"})
    asker = RecordedAsker(Recordings(path), **HOW, open_inner=opened)
    await asker.ask(question("a"))
    assert opened.times == 0
    await asyncio.gather(*(asker.ask(question(user)) for user in "bcdef"))
    await asker.ask(question("g"))
    assert opened.times == 1
    assert len(opened.asker.questions) == 6


async def test_the_same_question_twice_at_once_is_asked_once(path: Path) -> None:
    """Two equal items of a letter: both get the answer with its price, as they will in a replay."""
    opened = Opened([{"word": "tea"}])
    asker = RecordedAsker(Recordings(path), **HOW, open_inner=opened)
    first, second = await asyncio.gather(asker.ask(question()), asker.ask(question()))
    assert first == second
    assert len(opened.asker.questions) == 1


async def test_an_endpoint_that_does_not_open_stops_the_recording(path: Path) -> None:
    """Its error is the caller's, and the next question tries again."""
    times = 0

    async def no_key() -> Asker:
        nonlocal times
        times += 1
        raise FatalEndpointError("The key is wrong.")

    asker = RecordedAsker(Recordings(path), **HOW, open_inner=no_key)
    for user in "ab":
        with pytest.raises(FatalEndpointError, match="The key is wrong"):
            await asker.ask(question(user))
    await asker.close()
    assert times == 2


async def test_kept_answers_are_taken_up_with_their_first_price(path: Path) -> None:
    """What the cache has is recorded as if it had been asked now, and nobody is asked."""
    kept = Kept(raw='{"word": "tea"}', usage=COST, model="demo", finish_reason="stop", re_asked=False)
    opened, recordings = Opened([]), Recordings(path)
    store = Store(**{answer_key(question(), **HOW): kept})
    asker = RecordedAsker(recordings, **HOW, open_inner=opened, store=store)
    taken = await asker.ask(question())
    await asker.close()
    recordings.save()
    assert (taken.usage, opened.times, store.closed) == (COST, 0, True)
    assert await replaying(path).ask(question()) == taken


async def test_a_recording_comes_before_the_cache(path: Path) -> None:
    """What stands beside the cases is what everybody replays; a cache is only one user's."""
    await recorded(path, question())
    kept = Kept(raw='{"word": "gin"}', usage=COST, model="demo", finish_reason="stop", re_asked=False)
    store = Store(**{answer_key(question(), **HOW): kept})
    answer: Answer = await RecordedAsker(Recordings(path), **HOW, open_inner=Opened([]), store=store).ask(question())
    assert answer.value == Drink(word="tea")


async def test_closing_closes_whom_it_opened(path: Path) -> None:
    """And nobody else: what was never opened need not be closed."""
    opened, store = Opened(lambda _: {"word": "tea"}), Store()
    asker = RecordedAsker(Recordings(path), **HOW, open_inner=opened, store=store)
    await asker.ask(question())
    await asker.close()
    assert (opened.asker.closed, store.closed) == (True, True)
    await replaying(path).close()
