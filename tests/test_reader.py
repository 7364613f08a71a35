"""The model as a reader: what is asked of which letter, and what becomes of answers and failures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import samples
from samples import CLINICAL, answering, reader_of, silent, true_answer

from llm_extract.engine import Answer, Question, Usage
from llm_extract.errors import (
    EmptyAnswerError,
    FatalEndpointError,
    InvalidAnswerError,
    LlmExtractError,
    RefusedAnswerError,
    RequestRejectedError,
    ThrottledError,
    TransientEndpointError,
    TruncatedAnswerError,
)
from llm_extract.fake import ScriptedAsker
from llm_extract.grounding import ground
from llm_extract.letters import letter_from_text
from llm_extract.reader import ModelReader, Topic, all_topics, reason_topics
from llm_extract.sections import sections_of


def asked(asker: ScriptedAsker) -> list[str]:
    """Names of the questions, sorted: they are asked side by side."""
    return sorted(samples.topic_of(question) for question in asker.questions)


# --- what is asked -----------------------------------------------------------------------------------------------------


async def test_a_letter_of_two_items_takes_six_questions() -> None:
    """One question for the facts, one for the summary, and two an item."""
    reader, asker = reader_of(true_answer)
    reading = await reader.read(samples.letter())
    assert asked(asker) == ["clinical", "facts", "item", "item", "reasons", "reasons"]
    assert reading.prompts == tuple(samples.questions().prompts[t].id for t in ("facts", "clinical", "item", "reasons"))


async def test_a_question_shows_its_section_and_no_more() -> None:
    """The summary's question holds no rationale, the question of one item nothing of the other."""
    reader, asker = reader_of(true_answer)
    await reader.read(samples.letter())
    shown = {samples.topic_of(q): q.user for q in asker.questions if "Physical therapy 2 times" not in q.user}
    assert "falling box" in shown["clinical"]
    assert "Decision rationale" not in shown["clinical"]
    assert "Norco 5/325mg #60: Upheld" in shown["item"]
    assert "impingement" not in shown["item"]
    assert "1. The guidelines allow an opioid" in shown["reasons"]
    assert "Orthopedic Surgery" in shown["facts"]
    assert "affiliation" not in shown["facts"]


async def test_an_unknown_layout_is_shown_whole() -> None:
    """Without known sections the letter is asked for its items and shown in full."""
    reader, asker = reader_of(silent)
    await reader.read(samples.unknown_letter())
    assert asked(asker) == ["clinical", "facts", "items"]
    folded = samples.unknown_letter().folded.text
    assert all(folded in question.user for question in asker.questions if samples.topic_of(question) != "facts")


def test_topics_follow_the_letters_sections() -> None:
    """Reasons are asked of items that have a rationale, in order."""
    sections = sections_of(samples.letter("long-lumbar"))
    assert reason_topics(sections) == [Topic("reasons", i) for i in range(7)]
    assert len(all_topics(sections)) == 2 + 2 * 7
    assert len({topic.fields for topic in all_topics(sections)}) == 2 + 2 * 7


async def test_a_topic_is_asked_once() -> None:
    """The same topic twice is one question."""
    reader, asker = reader_of(true_answer)
    await reader.consult(samples.letter(), [Topic("clinical"), Topic("clinical")])
    assert asked(asker) == ["clinical"]


async def test_only_the_faulty_field_is_asked_again_once() -> None:
    """A quote that does not stand in the letter costs one short question for its field; the rest of the answer stands."""
    wrong = {**CLINICAL, "medications": ["aspirin"], "diagnoses": CLINICAL["diagnoses"][:1]}
    replies = iter([wrong, {"medications": ["ibuprofen"]}])
    reader, asker = reader_of(lambda _: next(replies))
    reading = await reader.consult(samples.letter(), [Topic("clinical")])
    assert reading.get("/clinical/medications") == ("ibuprofen",)
    assert reading.get("/clinical/diagnoses") == (CLINICAL["diagnoses"][0],)
    assert [list(q.answer.model_fields) for q in asker.questions] == [list(CLINICAL), ["medications"]]
    assert reading.usage.attempts == 2
    assert not reading.issues


async def test_a_field_that_stays_faulty_is_dropped() -> None:
    """What the second answer gets wrong too is not asked a third time: it is dropped, which an issue says."""
    reader, asker = reader_of(
        lambda q: {**CLINICAL, "medications": ["aspirin"]} if len(q.answer.model_fields) > 1 else {"medications": ["aspirin"]}
    )
    reading = await reader.consult(samples.letter(), [Topic("clinical")])
    assert len(asker.questions) == 2
    assert "/clinical/medications" not in reading.fields
    assert [(i.pointer, i.code) for i in reading.issues] == [("/clinical/medications", "unsupported")]


async def test_an_answer_stands_where_asking_again_fails() -> None:
    """A re-ask that is refused takes nothing away from the first answer, and is paid for."""
    replies: Iterator[Any] = iter(
        [{**CLINICAL, "medications": ["aspirin", "Norco"]}, RefusedAnswerError("no", usage=Usage(1, 10, 1))]
    )
    reader, _ = reader_of(lambda _: next(replies))
    reading = await reader.consult(samples.letter(), [Topic("clinical")])
    assert reading.get("/clinical/medications") == ("Norco",)
    assert reading.usage.attempts == 2
    assert not reading.unanswered


# --- what comes of it --------------------------------------------------------------------------------------------------


async def test_true_answers_give_the_label() -> None:
    """A model that answers truly gives every value of the first letter's label, and all of them pass the gate."""
    reader, _ = reader_of(true_answer)
    letter = samples.letter()
    reading = await reader.read(letter)
    assert ground(reading, letter).fields == reading.fields
    assert reading.issues == ()
    assert reading.item_count == 2
    assert not reading.replaced
    assert reading.fallback is None
    assert reading.get("/items/0/reasons") == ("no_functional_improvement", "no_monitoring")
    assert reading.get("/items/1/quantity") == 12
    assert all(found.reader == "model" for _, found in reading.leaves())


async def test_usage_is_summed_over_all_questions() -> None:
    """Tokens, requests and answers of a letter are those of its questions together."""
    reader, _ = reader_of(true_answer)
    reading = await reader.read(samples.letter())
    assert reading.usage == Usage(attempts=6, input_tokens=600, output_tokens=60, answers=6)
    assert reading.model == "scripted"


async def test_a_dropped_quote_marks_the_reading() -> None:
    """A value whose words are not there is gone, said and remembered."""
    reader, _ = reader_of(answering({"clinical": {**CLINICAL, "medications": ["aspirin", "Norco"]}}))
    reading = await reader.read(samples.letter())
    assert reading.get("/clinical/medications") == ("Norco",)
    assert samples.codes(reading) == [("/clinical/medications", "unsupported")]
    assert reading.replaced


async def test_nothing_to_ask_asks_nothing() -> None:
    """Without topics there is no request, no model and no failure."""
    reader, asker = reader_of(true_answer)
    reading = await reader.consult(samples.letter(), [])
    assert asker.requests == 0
    assert (reading.model, reading.prompts, reading.fallback, reading.usage) == (None, (), None, Usage())


class Delayed:
    """An asker whose answers come in a given order, whatever the order of the questions."""

    def __init__(self, slowest_first: bool) -> None:
        self._inner = ScriptedAsker(
            answering({"clinical": {**CLINICAL, "medications": ["aspirin"]}, "facts": {**samples.FACTS, "age": 9}})
        )
        self._slowest_first = slowest_first
        self._count = 0

    async def ask(self, question: Question) -> Answer:
        """Answer after as many turns of the loop as this question's place in the wanted order."""
        self._count += 1
        for _ in range(20 - self._count if self._slowest_first else self._count):
            await asyncio.sleep(0)
        return await self._inner.ask(question)

    async def close(self) -> None:
        """Nothing to give back."""


async def test_a_reading_does_not_depend_on_which_answer_came_first() -> None:
    """Values, issues and their order are those of the topics, not of the clock."""
    readings = [
        await ModelReader(Delayed(slowest_first), samples.questions()).read(samples.letter()) for slowest_first in (True, False)
    ]
    assert readings[0] == readings[1]
    assert list(readings[0].fields) == list(readings[1].fields)
    assert samples.codes(readings[0]) == [("/patient/age", "unsupported"), ("/clinical/medications", "unsupported")]


# --- failures ----------------------------------------------------------------------------------------------------------

FAILURES: dict[str, Callable[[], LlmExtractError]] = {
    "refused": lambda: RefusedAnswerError("It declined."),
    "cut off": lambda: TruncatedAnswerError("Cut off."),
    "empty": lambda: EmptyAnswerError("Empty."),
    "misfit": lambda: InvalidAnswerError("Does not fit."),
    "throttled": lambda: ThrottledError("Slow down."),
    "down": lambda: TransientEndpointError("No answer in time."),
    "rejected": lambda: RequestRejectedError("Too long.", status=413),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_a_question_without_an_answer_takes_its_own_fields_only(name: str) -> None:
    """Every way in which one question can fail leaves the others' values, and says which fields have no answer."""
    error = FAILURES[name]()
    reader, _ = reader_of(answering({"clinical": error}))
    reading = await reader.read(samples.letter())
    assert dict(reading.unanswered) == {"/clinical": f"{error.code}: {error}"}
    assert not [p for p in reading.fields if p.startswith("/clinical")]
    assert reading.get("/patient/age") == 48
    assert reading.fallback is None
    assert reading.usage.attempts == 6


async def test_questions_of_one_item_fail_apart() -> None:
    """The failed question about the reasons of an item says nothing of its request, and the other way round."""
    down = TransientEndpointError("down")
    for topic, pointer in (("reasons", "/items/{}/reasons"), ("item", "/items/{}")):
        reader, _ = reader_of(answering({topic: down}))
        reading = await reader.read(samples.letter())
        assert list(reading.unanswered) == [pointer.format(0), pointer.format(1)]


async def test_all_questions_without_an_answer_are_a_fallback() -> None:
    """Where nothing was answered the reading says why, and names the model that was asked."""
    reader, _ = reader_of(lambda _: TransientEndpointError("down"))
    reading = await reader.read(samples.letter())
    assert reading.fallback == "endpoint_transient: down"
    assert reading.fields == {}
    assert reading.model == "scripted"


async def test_answers_that_say_nothing_are_answers() -> None:
    """A model that finds nothing has answered: this is no fallback."""
    reader, _ = reader_of(silent)
    reading = await reader.consult(samples.letter(), [Topic("clinical"), Topic("facts")])
    assert reading.fallback is None
    assert reading.unanswered == {}
    assert reading.fields == {}


async def test_a_fatal_error_ends_the_reading() -> None:
    """A wrong key is no matter of one question: it is raised, and the questions under way are given up."""
    given_up: list[str] = []

    class Asker:
        async def ask(self, question: Question) -> Answer:
            if samples.topic_of(question) == "clinical":
                raise FatalEndpointError("wrong key")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                given_up.append(question.prompt)
                raise
            raise AssertionError

        async def close(self) -> None:
            return None

    with pytest.raises(FatalEndpointError, match="wrong key"):
        await ModelReader(Asker(), samples.questions()).read(samples.letter())
    assert len(given_up) == 5


async def test_closing_closes_the_asker() -> None:
    """The reader gives back what its asker holds."""
    reader, asker = reader_of(true_answer)
    await reader.close()
    assert asker.closed


async def test_a_letter_without_a_summary_is_not_asked_for_one() -> None:
    """A section that is not there is no topic."""
    text = samples.letter().text
    letter = letter_from_text(text[: text.index("CLINICAL CASE")] + text[text.index("IMR ISSUES") :])
    assert [t.name for t in all_topics(sections_of(letter))] == ["facts", "item", "item", "reasons", "reasons"]
