from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import BaseModel

from llm_extract.engine import Asker, Question, Usage
from llm_extract.errors import EmptyAnswerError, InvalidAnswerError, RefusedAnswerError, ThrottledError
from llm_extract.fake import PER_REQUEST, ScriptedAsker


class Drug(BaseModel):
    """The drug that a sentence names."""

    name: str


QUESTION = Question(prompt="drug.v1", system="Name the drug.", user="He took tea.", answer=Drug)


@pytest.mark.parametrize("reply", [Drug(name="tea"), {"name": "tea"}, '{"name": "tea"}'])
async def test_reply_may_be_a_value_a_mapping_or_text(reply: Drug | dict[str, str] | str) -> None:
    """All three ways to write a reply give the same validated value, its text and the cost of one request."""
    asker: Asker = ScriptedAsker([reply])
    answer = await asker.ask(QUESTION)
    assert answer.value == Drug(name="tea")
    assert json.loads(answer.raw) == {"name": "tea"}
    assert answer.usage == replace(PER_REQUEST, answers=1)


async def test_replies_come_in_order_and_questions_are_kept() -> None:
    """Each question takes the next reply, and the test can look at what was asked."""
    asker = ScriptedAsker([{"name": "tea"}, {"name": "milk"}])
    other = replace(QUESTION, user="He took milk.")
    assert [(await asker.ask(q)).value.name for q in (QUESTION, other)] == ["tea", "milk"]
    assert asker.questions == [QUESTION, other]


async def test_function_answers_by_the_question() -> None:
    """A function of the question serves where the order is not known."""
    asker = ScriptedAsker(lambda question: {"name": question.prompt})
    assert (await asker.ask(QUESTION)).value.name == "drug.v1"


async def test_reply_that_does_not_fit_is_asked_again_once() -> None:
    """A misfit takes a second reply, and both are on the bill, as with the real client."""
    answer = await ScriptedAsker([{"nam": "tea"}, {"name": "tea"}]).ask(QUESTION)
    assert (answer.value.name, answer.re_asked) == ("tea", True)
    assert answer.usage == replace(PER_REQUEST + PER_REQUEST, answers=1)


async def test_two_misfits_are_an_invalid_answer() -> None:
    """Two replies that do not fit raise `InvalidAnswerError` with the last text and the cost of both."""
    with pytest.raises(InvalidAnswerError, match="missing") as caught:
        await ScriptedAsker([{}, {"nam": "tea"}]).ask(QUESTION)
    assert caught.value.raw == '{"nam": "tea"}'
    assert caught.value.usage == replace(PER_REQUEST + PER_REQUEST, answers=1)


@pytest.mark.parametrize("second", [RefusedAnswerError("no"), ""], ids=["refused", "empty"])
async def test_unusable_re_ask_pays_for_the_misfit_too(second: RefusedAnswerError | str) -> None:
    """A second reply that is no answer at all raises its own error with the cost of both, as with the real client."""
    asker = ScriptedAsker([{}, second])
    with pytest.raises((RefusedAnswerError, EmptyAnswerError)) as caught:
        await asker.ask(QUESTION)
    assert (caught.value.usage, asker.requests) == (replace(PER_REQUEST + PER_REQUEST, answers=1), 2)


async def test_errors_are_raised_with_their_cost() -> None:
    """A scripted error is raised as it is; one about an answer carries what the request cost, unless it has a bill of its own."""
    asker = ScriptedAsker(
        [ThrottledError("slow down"), RefusedAnswerError("no"), RefusedAnswerError("no", usage=Usage(attempts=9))]
    )
    with pytest.raises(ThrottledError, match="slow down"):
        await asker.ask(QUESTION)
    with pytest.raises(RefusedAnswerError) as caught:
        await asker.ask(QUESTION)
    assert caught.value.usage == replace(PER_REQUEST, answers=1)
    with pytest.raises(RefusedAnswerError) as caught:
        await asker.ask(QUESTION)
    assert caught.value.usage == Usage(attempts=9)


async def test_empty_reply_is_its_own_error() -> None:
    """A reply without content raises `EmptyAnswerError` and is not asked again."""
    asker = ScriptedAsker(["", {"name": "tea"}])
    with pytest.raises(EmptyAnswerError):
        await asker.ask(QUESTION)
    assert asker.requests == 1


async def test_script_that_ends_too_early_fails_the_test() -> None:
    """A question more than the script has replies is the test's mistake and never taken for a model's error."""
    with pytest.raises(AssertionError, match=r"drug\.v1"):
        await ScriptedAsker([]).ask(QUESTION)


async def test_closing_is_remembered() -> None:
    """Whoever owns the asker can be shown to close it."""
    asker = ScriptedAsker([])
    await asker.close()
    assert asker.closed
