"""The model as a reader: which questions a letter needs, asked one a section, and their answers put together.

A question that fails (refused, cut off, rejected, endpoint down after its retries) takes only its own fields with it: they are
named in `Reading.unanswered`, and whoever called decides what stands there instead. `FatalEndpointError` alone is raised, because
no later letter could be read either.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from llm_extract.answers import (
    Desk,
    Values,
    numbered,
    quote_faults,
    read_clinical,
    read_facts,
    read_item,
    read_items,
    read_reasons,
    reason_faults,
)
from llm_extract.engine import Answer, Asker, Question, Reading, Usage
from llm_extract.errors import AnswerError, EndpointError, FatalEndpointError, LlmExtractError
from llm_extract.letters import Letter
from llm_extract.questions import Faults, Questions
from llm_extract.schema import Issue
from llm_extract.sections import ItemParts, Part, Sections, sections_of
from llm_extract.values import sentences

T = TypeVar("T")


class Topic(NamedTuple):
    """One thing to ask: `name` of the prompt, `item` for a question about one item."""

    name: str
    item: int | None = None

    @property
    def fields(self) -> str:
        """Pointer prefix of the fields that the answer fills, for issues; `/case` stands for reviewer and patient too."""
        if self.item is None:
            return {"clinical": "/clinical", "facts": "/case", "items": "/items"}[self.name]
        return f"/items/{self.item}/reasons" if self.name == "reasons" else f"/items/{self.item}"


@dataclass(frozen=True)
class _Asked:
    """What became of one topic: values and issues, or the error that stands in their place."""

    topic: Topic
    usage: Usage
    values: Values = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    model: str | None = None
    item_count: int | None = None
    error: LlmExtractError | None = None


class _Shown(NamedTuple):
    """The slice of a letter that a question shows, what is wrong with an answer about it, and its numbered sentences."""

    text: str
    faults: Callable[[Any], Faults]
    sentences: Sequence[Part] = ()


def _cost(error: LlmExtractError) -> Usage:
    """What a question without an answer has cost; one request where the error does not say."""
    return getattr(error, "usage", None) or Usage(attempts=1)


class ModelReader:
    """The engine `model`: every field from the model's answers; request and rationale come verbatim from the letter's sections.

    `model` is the name for records of letters of which no question was answered; an answer names its own.
    """

    name = "model"

    def __init__(self, asker: Asker, questions: Questions, *, model: str | None = None) -> None:
        self._asker = asker
        self._questions = questions
        self._model = model

    async def read(self, letter: Letter) -> Reading:
        """Ask everything about one letter."""
        return await self.consult(letter, all_topics(sections_of(letter)))

    async def consult(self, letter: Letter, topics: Iterable[Topic]) -> Reading:
        """Ask some topics about one letter, side by side. Raises `FatalEndpointError` only.

        The reading does not depend on which answer came first. `fallback` is set where not one question was answered.
        """
        topics = list(dict.fromkeys(topics))
        asked = await all_or_none([self._ask(letter, topic) for topic in topics])
        values = {pointer: entry for one in asked for pointer, entry in one.values.items()}
        issues = tuple(issue for one in asked for issue in one.issues)
        unanswered = {one.topic.fields: f"{type(one.error).code}: {one.error}" for one in asked if one.error}
        found = next((one.item_count for one in asked if one.item_count is not None), None)
        return Reading(
            fields={pointer: values[pointer] for pointer in sorted(values)},
            item_count=len(sections_of(letter).items) if found is None else found,
            issues=issues,
            usage=sum((one.usage for one in asked), Usage()),
            model=next((one.model for one in asked if one.model), self._model if asked else None),
            prompts=tuple(dict.fromkeys(self._questions.prompts[t.name].id for t in topics)),
            unanswered=unanswered,
            fallback=next(iter(unanswered.values())) if asked and all(one.error for one in asked) else None,
            replaced=bool(issues),
        )

    async def close(self) -> None:
        """Give back the asker's connections."""
        await self._asker.close()

    async def _ask(self, letter: Letter, topic: Topic) -> _Asked:
        shown = self._shown(sections_of(letter), topic)
        question = self._questions.ask(topic.name, shown.text)
        try:
            answer = await self._mended(question, await self._asker.ask(question), shown)
        except FatalEndpointError:
            raise
        except (AnswerError, EndpointError) as error:
            return _Asked(topic, _cost(error), error=error)
        parts = shown.sentences
        desk = Desk(letter, question.prompt)
        count = None
        if topic.name == "items":
            values, count, issues = read_items(desk, answer.value)
        else:
            values, issues = _read(desk, topic, parts, answer.value)
        return _Asked(topic, answer.usage, values, tuple(issues), answer.model, count)

    async def _mended(self, question: Question, answer: Answer, shown: _Shown) -> Answer:
        """The answer with its faulty fields asked again, once; where that fails it stays as it was, and grounding drops them."""
        faults = shown.faults(answer.value)
        if not faults:
            return answer
        try:
            again = await self._asker.ask(self._questions.again(question, answer.value, faults))
        except FatalEndpointError:
            raise
        except (AnswerError, EndpointError) as error:
            return replace(answer, usage=answer.usage + _cost(error))
        value = answer.value.model_copy(update={name: getattr(again.value, name) for name in faults})
        return replace(answer, value=value, usage=answer.usage + again.usage, re_asked=True)

    def _shown(self, sections: Sections, topic: Topic) -> _Shown:
        """What the question of a topic shows, and what would be wrong with an answer by itself."""
        if topic.item is None:
            text, within = _slice(sections, topic.name)
            return _Shown(text, lambda answer: quote_faults(topic.name, answer, sections, within))
        item = sections.items[topic.item]
        if topic.name == "item":
            return _Shown(_item_text(sections, item), lambda answer: quote_faults("item", answer, sections, item.whole))
        if item.rationale is None:
            raise ValueError("reasons are asked of a rationale")
        text, parts = numbered(sections, item.rationale)
        line = f"{_request_line(sections, item)}\n{text}"
        return _Shown(line, lambda answer: reason_faults(answer, item.decision, len(parts)), parts)


async def all_or_none(asking: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All results in order. The first error ends the others, so that nothing is sent for a run that has stopped."""
    tasks = [asyncio.ensure_future(one) for one in asking]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _read(desk: Desk, topic: Topic, parts: Sequence[Part], answer: Any) -> tuple[Values, list[Issue]]:
    if topic.name == "clinical":
        return read_clinical(desk, answer)
    if topic.item is None:
        return read_facts(desk, answer)
    if topic.name == "reasons":
        return read_reasons(desk, topic.item, answer, parts)
    return read_item(desk, topic.item, desk.sections.items[topic.item], answer)


def _slice(sections: Sections, name: str) -> tuple[str, Part | None]:
    """The text that a question about the letter shows, and the part in which quotes of it are looked for."""
    if name == "clinical":
        return sections.text(sections.summary), sections.summary
    return (_facts_text(sections) if name == "facts" else sections.folded.text), None


_FRONT_CHARS = 1500
_TELLS = re.compile(r"licens|certif|special|board", re.IGNORECASE)


def _facts_text(sections: Sections) -> str:
    """Header, credentials and summary, without the boilerplate between them that no fact stands in."""
    if sections.layout == "unknown":
        return sections.folded.text  # no place of a fact is sure
    parts = [sections.text(p) for p in (sections.header, _credential_words(sections), sections.summary) if p]
    return "\n".join(p for p in parts if p.strip()) or sections.folded.text[:_FRONT_CHARS]


def _credential_words(sections: Sections) -> Part | None:
    """The sentences of the credentials that speak of licences and specialties."""
    part = sections.credentials
    if part is None:
        return None
    telling = [s for s in sentences(sections.folded.text, *part) if _TELLS.search(sections.folded.text, *s)]
    return Part(telling[0][0], telling[-1][1]) if telling else part


def _request_line(sections: Sections, item: ItemParts) -> str:
    return f"{sections.text(item.request)}: {sections.text(item.decided) or 'decided'}"


def _item_text(sections: Sections, item: ItemParts) -> str:
    lines = [_request_line(sections, item)]
    lines += [f"Claims Administrator guideline: {sections.text(item.claims_guideline)}"] if item.claims_guideline else []
    lines += [f"MAXIMUS guideline: {sections.text(item.reviewer_guideline)}"] if item.reviewer_guideline else []
    return "\n".join(lines)


def all_topics(sections: Sections) -> list[Topic]:
    """Everything that can be asked about a letter of this layout."""
    topics = [Topic("facts")]
    if sections.summary is not None:
        topics.append(Topic("clinical"))
    if not sections.items:
        return [*topics, Topic("items")]
    topics += [Topic("item", i) for i in range(len(sections.items))]
    return topics + reason_topics(sections)


def reason_topics(sections: Sections) -> list[Topic]:
    """A question about each item's rationale."""
    return [Topic("reasons", i) for i, item in enumerate(sections.items) if item.rationale is not None]
