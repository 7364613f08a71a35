"""What the model is asked: a prompt file, a response schema from this module, and a slice of the letter.

Answers are short and hold words of the letter, or numbers of its sentences: never a date in another form, never a rationale. How
one becomes values of the contract stands in `answers`.

To change a wording: a new file in `prompts/`. To ask for another field: its line in an answer model here, in the prompt's text
and examples, and in the function of `answers` that reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from llm_extract.engine import Question
from llm_extract.prompts import Prompt, check_prompt, fence, load_prompt
from llm_extract.schema import Category, Reason
from llm_extract.settings import Settings


class AnswerModel(BaseModel):
    """Base of the response schemas: closed, every key required, so that a schema-enforcing endpoint leaves nothing out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClinicalAnswer(AnswerModel):
    """Answer to `clinical`."""

    diagnoses: list[str] = Field(description="conditions, words of the summary, one an entry", max_length=40)
    medications: list[str] = Field(description="drugs that the patient takes or took, names only", max_length=40)
    prior_treatments: list[str] = Field(description="treatments other than drugs that the patient has had", max_length=40)


class GivenReason(AnswerModel):
    """One reason with the number of the sentence that gives it."""

    sentence: int = Field(description="number of the sentence")
    code: Reason = Field(description="the reason's code")


class ReasonsAnswer(AnswerModel):
    """Answer to `reasons`."""

    finding: str = Field(description="what was found about this patient, in a few words")
    reasons: list[GivenReason] = Field(description="fewest codes that fit", max_length=6)


class FactsAnswer(AnswerModel):
    """Answer to `facts`. Dates are the letter's words."""

    case_number: str | None = Field(description="IMR case number")
    priority: str | None = Field(description="standard or expedited")
    date_of_injury: str | None = Field(description="words of the date")
    date_assigned: str | None = Field(description="words of the date")
    application_received: str | None = Field(description="words of the date")
    ur_denial_date: str | None = Field(description="words of the date")
    decision_date: str | None = Field(description="words of the date")
    licensed_states: list[str] = Field(description="states of the reviewer's licence", max_length=60)
    specialties: list[str] = Field(description="the reviewer's certifications and specialties", max_length=20)
    age: int | None = Field(description="of the patient, in years")
    sex: str | None = Field(description="the word that tells the patient's sex")


class CitedDocument(AnswerModel):
    """One document of a guideline line."""

    title: str = Field(description="the document's name as written")
    section: str | None = Field(description="section, chapter or topic as written")
    pages: str | None = Field(description="page numbers as written")


class ItemAnswer(AnswerModel):
    """Answer to `item`. Everything but category and generic name is words of the letter."""

    treatment: str = Field(description="the thing asked for")
    category: Category = Field(description="kind of treatment")
    generic_name: str | None = Field(description="active ingredients of a medication")
    strength: str | None = Field(description="words that give the strength")
    quantity: str | None = Field(description="words that give the count")
    refills: str | None = Field(description="words that give the refills")
    frequency: str | None = Field(description="words that give rate or duration")
    body_part: str | None = Field(description="body part with side and level")
    date_of_service: str | None = Field(description="date of a retrospective request")
    decision: str = Field(description="the deciding word or words")
    claims: list[CitedDocument] = Field(description="cited by the claims administrator", max_length=8)
    reviewer: list[CitedDocument] = Field(description="cited by the reviewer", max_length=8)


class ListedItem(AnswerModel):
    """One disputed item of a letter of unknown layout."""

    request: str = Field(description="the request as worded")
    decision: str = Field(description="the deciding words")
    rationale_begins: str | None = Field(description="first five words of the rationale")


class ItemsAnswer(AnswerModel):
    """Answer to `items`."""

    items: list[ListedItem] = Field(description="the disputed items in the letter's order", max_length=30)


# --- prompts ---------------------------------------------------------------------------------------------------------


def _strings(answer: BaseModel, *names: str) -> Iterator[str]:
    for name in names:
        value = getattr(answer, name)
        yield from ([value] if isinstance(value, str) else value or ())


def _quotes_of_item(answer: ItemAnswer) -> Iterator[str]:
    yield from _strings(
        answer, "treatment", "strength", "quantity", "refills", "frequency", "body_part", "date_of_service", "decision"
    )
    for document in (*answer.claims, *answer.reviewer):
        yield from _strings(document, "title", "section", "pages")


_FACT_WORDS = tuple(name for name in FactsAnswer.model_fields if name != "age")

KINDS: dict[str, tuple[type[AnswerModel], Callable[[Any], Iterable[str]]]] = {
    "clinical": (ClinicalAnswer, lambda a: _strings(a, "diagnoses", "medications", "prior_treatments")),
    "reasons": (ReasonsAnswer, lambda _: ()),
    "facts": (FactsAnswer, lambda a: _strings(a, *_FACT_WORDS)),
    "item": (ItemAnswer, _quotes_of_item),
    "items": (ItemsAnswer, lambda a: (q for i in a.items for q in _strings(i, "request", "decision", "rationale_begins"))),
}
"""Name of a question to its response schema and to the quotes in an answer that must stand in the letter."""

_LIMITS = {"clinical": 500, "reasons": 220, "facts": 300, "item": 420, "items": 1500}


Faults = dict[str, str]
"""Fields of an answer that are wrong by themselves, each with a sentence for the model that says why."""


@lru_cache(maxsize=256)
def part_of(answer: type[AnswerModel], names: tuple[str, ...]) -> type[AnswerModel]:
    """The response schema of some fields of an answer."""
    fields: dict[str, Any] = {name: (answer.model_fields[name].annotation, answer.model_fields[name]) for name in names}
    return create_model(f"{answer.__name__}Again", __base__=AnswerModel, **fields)


@dataclass(frozen=True)
class Questions:
    """The prompts of a run, checked before any call."""

    prompts: dict[str, Prompt]

    @classmethod
    def load(cls, settings: Settings) -> Questions:
        """The newest version of every prompt. Raises `PromptError` for a file that cannot be used."""
        prompts = {name: load_prompt(name, directory=settings.prompts_dir) for name in KINDS}
        for name, prompt in prompts.items():
            answer, quotes = KINDS[name]
            check_prompt(prompt, answer, quotes, slots={"letter"})
        return cls(prompts)

    def ask(self, name: str, text: str) -> Question:
        """A question about a slice of a letter."""
        prompt = self.prompts[name]
        system, user = prompt.render(letter=fence(text))
        return Question(prompt.id, system, user, KINDS[name][0], _LIMITS[name])

    def again(self, question: Question, answer: AnswerModel, faults: Faults) -> Question:
        """The same question for its faulty fields alone: the prompt is the same up to its end, so that prefix caches hit."""
        said = answer.model_dump_json(include=set(faults))
        wrong = "\n".join(f"- {name}: {why}" for name, why in faults.items())
        user = (
            f"{question.user}\n\nYou answered {said}\nThat is wrong:\n{wrong}\nAnswer again, {', '.join(faults)} alone. "
            "Copy words exactly as they stand in the text, or leave them out."
        )
        return replace(question, user=user, answer=part_of(type(answer), tuple(faults)))

    @property
    def names(self) -> tuple[str, ...]:
        """Names and versions of all prompts, for the record."""
        return tuple(p.id for p in self.prompts.values())
