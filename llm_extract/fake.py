"""A scripted `Asker`, beside the real one so that users test their prompts and engines without a server, a key or a network.

    asker = ScriptedAsker([{"word": "tea"}, ThrottledError("slow down")])
    asker = ScriptedAsker(lambda question: {"word": "tea"} if question.prompt == "drinks.v1" else {"word": None})

It keeps the real one's promises: a reply is validated against the question's schema, one that does not fit leads to one re-ask,
which takes the next reply, and errors carry their usage.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from llm_extract.engine import Answer, Question, Usage
from llm_extract.errors import AnswerError, EmptyAnswerError, InvalidAnswerError, LlmExtractError

Reply = BaseModel | Mapping[str, Any] | str | LlmExtractError
"""What one request brings: a value, a mapping, the raw text as a model would send it, or an error to raise."""

PER_REQUEST = Usage(attempts=1, input_tokens=100, output_tokens=10)
"""What each scripted request costs, unless told otherwise."""


class ScriptedAsker:
    """An `Asker` that plays a script: replies in order, or a function of the question (asked again for a re-ask).

    `questions` holds what was asked, in order; a re-ask is no question of its own. Raises `AssertionError` when the script is at
    its end, which is a mistake of the test and no error of a model.
    """

    def __init__(
        self, script: Iterable[Reply] | Callable[[Question], Reply], *, model: str = "scripted", cost: Usage = PER_REQUEST
    ) -> None:
        self.questions: list[Question] = []
        self.requests = 0
        self.closed = False
        self._model = model
        self._cost = cost
        self._reply = script if callable(script) else _in_order(iter(script))

    async def ask(self, question: Question) -> Answer:
        """Play the next reply. Raises what the script says, `InvalidAnswerError` where two replies in a row do not fit."""
        self.questions.append(question)
        usage = Usage()
        for re_asked in (False, True):
            usage = replace(usage + self._cost, answers=1)
            raw = self._played(question, usage)
            try:
                value = question.answer.model_validate_json(raw, strict=False)
            except ValidationError as error:
                misfit = ", ".join(sorted({e["type"] for e in error.errors()}))
            else:
                return Answer(value, raw, usage, self._model, re_asked=re_asked)
        raise InvalidAnswerError(f"The scripted reply does not fit {question.answer.__name__}: {misfit}.", raw=raw, usage=usage)

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def _played(self, question: Question, usage: Usage) -> str:
        """The next reply's text. `usage` is what has been spent with it."""
        self.requests += 1
        reply = self._reply(question)
        if isinstance(reply, LlmExtractError):
            raise _billed(reply, usage)
        raw = _raw(reply)
        if not raw.strip():
            raise EmptyAnswerError("The scripted reply is empty.", usage=usage)
        return raw


def _in_order(replies: Iterator[Reply]) -> Callable[[Question], Reply]:
    def next_reply(question: Question) -> Reply:
        for reply in replies:
            return reply
        raise AssertionError(f"The script has no reply left for the prompt “{question.prompt}”.")

    return next_reply


def _raw(reply: BaseModel | Mapping[str, Any] | str) -> str:
    if isinstance(reply, str):
        return reply
    return reply.model_dump_json() if isinstance(reply, BaseModel) else json.dumps(reply, default=str)


def _billed(error: LlmExtractError, usage: Usage) -> LlmExtractError:
    if isinstance(error, AnswerError) and error.usage is None:
        error.usage = usage
    return error
