"""The model as a reader: which questions a letter needs, asked one a section, and their answers put together.

A question that fails (refused, cut off, rejected, endpoint down after its retries) takes only its own fields with it: they are named
in `Reading.unanswered`, and whoever called decides what stands there instead. `FatalEndpointError` alone is raised, because no later
letter could be read either.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from llm_extract.engine import Asker, Entry, Question, Reading, Usage
from llm_extract.errors import AnswerError, EndpointError, FatalEndpointError, LlmExtractError
from llm_extract.letters import Letter
from llm_extract.questions import (
    Desk,
    Questions,
    Values,
    numbered,
    quote_doubts,
    read_clinical,
    read_facts,
    read_item,
    read_items,
    read_reasons,
)
from llm_extract.schema import Issue
from llm_extract.sections import Part, Sections, sections_of
from llm_extract.values import sentences


class Topic(NamedTuple):
    """One thing to ask: `name` of the prompt, `item` for a question about one item."""

    name: str
    item: int | None = None

    @property
    def fields(self) -> str:
        """Pointer prefix of the fields that the answer fills, for issues."""
        return {"clinical": "/clinical", "facts": "/case", "items": "/items"}.get(self.name, f"/items/{self.item}")


@dataclass
class _Answers:
    """What has come back so far."""

    values: Values = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    usage: Usage = Usage()
    model: str | None = None
    item_count: int | None = None
    failed: dict[Topic, LlmExtractError] = field(default_factory=dict)


class ModelReader:
    """The engine `model`: every field from the model's answers; request and rationale come verbatim from the letter's sections."""

    name = "model"

    def __init__(self, asker: Asker, questions: Questions) -> None:
        self._asker = asker
        self._questions = questions

    async def read(self, letter: Letter) -> Reading:
        """Ask everything about one letter."""
        return await self.consult(letter, all_topics(sections_of(letter)))

    async def consult(self, letter: Letter, topics: Iterable[Topic]) -> Reading:
        """Ask some topics about one letter, side by side. Raises `FatalEndpointError` only."""
        topics = list(dict.fromkeys(topics))
        answers = _Answers()
        await asyncio.gather(*(self._ask(letter, topic, answers) for topic in topics))
        sections = sections_of(letter)
        return Reading(
            fields=_in_order(answers.values),
            item_count=len(sections.items) if answers.item_count is None else answers.item_count,
            issues=tuple(answers.issues),
            usage=answers.usage,
            model=answers.model,
            prompts=tuple(dict.fromkeys(self._questions.prompts[t.name].id for t in topics)),
            unanswered={t.fields: f"{type(e).code}: {e}" for t, e in answers.failed.items()},
        )

    async def close(self) -> None:
        """Give back the asker's connections."""
        await self._asker.close()

    async def _ask(self, letter: Letter, topic: Topic, answers: _Answers) -> None:
        sections = sections_of(letter)
        question, parts = self._question(sections, topic)
        try:
            answer = await self._asker.ask(question)
        except FatalEndpointError:
            raise
        except (AnswerError, EndpointError) as error:
            answers.failed[topic] = error
            answers.usage += getattr(error, "usage", None) or Usage(attempts=1)
            return
        answers.usage += answer.usage
        answers.model = answers.model or answer.model
        desk = Desk(letter, question.prompt)
        if topic.name == "items":
            values, answers.item_count, issues = read_items(desk, answer.value)
        else:
            values, issues = _READ[topic.name](desk, topic, parts, answer.value)
        answers.values.update(values)
        answers.issues += issues

    def _question(self, sections: Sections, topic: Topic) -> tuple[Question, list[Part]]:
        """The question of a topic, and the sentences that its numbers mean."""
        item = sections.items[topic.item] if topic.item is not None else None
        if topic.name == "reasons" and item is not None and item.rationale is not None:
            text, parts = numbered(sections, item.rationale)
            decided = sections.text(item.decided) or "decided"
            return self._questions.ask("reasons", f"{sections.text(item.request)}: {decided}\n{text}"), parts
        if topic.name == "item" and item is not None:
            return self._questions.ask(
                "item", _item_text(sections, topic.item or 0), quote_doubts("item", sections, item.whole)
            ), []
        if topic.name == "clinical":
            return self._questions.ask(
                "clinical", sections.text(sections.summary), quote_doubts("clinical", sections, sections.summary)
            ), []
        if topic.name == "facts":
            text = _facts_text(sections)
            return self._questions.ask("facts", text, quote_doubts("facts", sections, None)), []
        return self._questions.ask("items", sections.folded.text, quote_doubts("items", sections, None)), []


_READ = {
    "clinical": lambda desk, topic, parts, value: read_clinical(desk, value),
    "reasons": lambda desk, topic, parts, value: read_reasons(desk, topic.item, value, parts),
    "facts": lambda desk, topic, parts, value: read_facts(desk, value),
    "item": lambda desk, topic, parts, value: read_item(desk, topic.item, desk.sections.items[topic.item], value),
}

_FRONT_CHARS = 1500
_TELLS = re.compile(r"licens|certif|special|board", re.IGNORECASE)


def _facts_text(sections: Sections) -> str:
    """Header, credentials and summary, without the boilerplate between them that no fact stands in."""
    parts = [sections.text(p) for p in (sections.header, _credential_words(sections), sections.summary) if p]
    return "\n".join(p for p in parts if p.strip()) or sections.folded.text[:_FRONT_CHARS]


def _credential_words(sections: Sections) -> Part | None:
    """The sentences of the credentials that speak of licences and specialties."""
    part = sections.credentials
    if part is None:
        return None
    telling = [s for s in sentences(sections.folded.text, *part) if _TELLS.search(sections.folded.text, *s)]
    return Part(telling[0][0], telling[-1][1]) if telling else part


def _item_text(sections: Sections, index: int) -> str:
    item = sections.items[index]
    lines = [f"{sections.text(item.request)}: {sections.text(item.decided)}"]
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


def _in_order(values: Values) -> dict[str, Entry]:
    """The same values by pointer order, so that a record does not depend on which answer came first."""
    return {pointer: values[pointer] for pointer in sorted(values)}
