"""The seam between readers and everything above: `Engine.read(letter) -> Reading`.

Model, baseline, hybrid and the scripted fake all have this one method, so that they swap and nest. A reading is a flat mapping
from the pointer of a leaf (`/patient/age`, `/items/0/quantity`, `/clinical/diagnoses`) to what was found there. Flat, because
grounding, checks and merging treat every field alike, and because "which reader gave this value" is then a dictionary lookup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pydantic import BaseModel

from llm_extract.letters import Letter
from llm_extract.schema import Issue, Reader, Span


@dataclass(frozen=True, slots=True)
class Found:
    """One value with its proof. `value` has the contract's type (a `Citation`, a date, a number, a string, ...).

    `by` names the rule or the prompt that gave it, for tracing. `certain` is set by rules that read from a set place whose
    meaning cannot be mistaken: the hybrid engine does not ask the model about those.
    """

    value: Any
    spans: tuple[Span, ...] = ()
    by: str = ""
    reader: Reader = "baseline"
    certain: bool = False


Entry = Found | tuple[Found, ...]
"""A scalar field's value, or a list field's entries."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What asking cost, over all attempts. Tokens as the endpoint counted them.

    `cached_input_tokens` are those of the prompt that came out of the endpoint's own cache, a part of `input_tokens`.
    """

    attempts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_answers: int = 0
    answers: int = 0
    seconds: float = 0.0
    cached_input_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.attempts + other.attempts,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_answers + other.cached_answers,
            self.answers + other.answers,
            self.seconds + other.seconds,
            self.cached_input_tokens + other.cached_input_tokens,
        )


@dataclass(frozen=True)
class Reading:
    """What one reader found in one letter. An absent pointer means: the letter does not say.

    `absent` holds pointers of which nothing in the letter speaks at all, so that nobody need be asked about them.
    `unanswered` maps the pointer prefix of a question that got no usable answer to the reason. `fallback` is None where the asked
    engine answered, else the reason why another reader's values stand in its place. `replaced`: a check dropped or replaced a
    value.
    """

    fields: Mapping[str, Entry] = field(default_factory=dict)
    item_count: int = 0
    issues: tuple[Issue, ...] = ()
    usage: Usage = Usage()
    model: str | None = None
    prompts: tuple[str, ...] = ()
    unanswered: Mapping[str, str] = field(default_factory=dict)
    fallback: str | None = None
    replaced: bool = False
    absent: frozenset[str] = frozenset()

    def get(self, pointer: str) -> Any:
        """The bare value at a pointer: None or an empty tuple-free None where nothing was found."""
        entry = self.fields.get(pointer)
        if entry is None:
            return None
        return tuple(f.value for f in entry) if isinstance(entry, tuple) else entry.value

    def leaves(self) -> Iterator[tuple[str, Found]]:
        """Every value with its own pointer; list entries as `/clinical/diagnoses/0`."""
        for pointer, entry in self.fields.items():
            if isinstance(entry, tuple):
                for i, found in enumerate(entry):
                    yield f"{pointer}/{i}", found
            else:
                yield pointer, entry

    def with_issues(self, *issues: Issue) -> Reading:
        """The same reading with more issues behind its own."""
        return replace(self, issues=(*self.issues, *issues))


class Engine(Protocol):
    """Anything that reads a letter. Never raises for what one letter does to it, apart from `FatalEndpointError`."""

    name: str

    async def read(self, letter: Letter) -> Reading:
        """Read one letter."""
        ...

    async def close(self) -> None:
        """Give back connections, servers and files."""
        ...


def item_pointer(index: int, name: str) -> str:
    """`/items/3/quantity`."""
    return f"/items/{index}/{name}"


def spec_path(pointer: str) -> str:
    """The contract path of a pointer: `/items/3/reasons/0` gives `/items/*/reasons`, `/clinical/diagnoses/2` its list."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "items":
        return f"/items/*/{parts[2]}"
    return "/" + "/".join(parts[:2])


# --- asking a model --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One request to a model. `system` is the part shared with other questions, so that prefix caches hit.

    `answer` is the response schema: an answer that does not fit it is asked again once, with what is wrong with it.
    """

    prompt: str
    system: str
    user: str
    answer: type[BaseModel]
    max_output_tokens: int = 400


@dataclass(frozen=True)
class Answer:
    """A usable answer: `value` is an instance of the question's schema, `raw` the text that it was parsed from.

    `re_asked` says that a second answer stands in the place of the first one, or of a part of it.
    """

    value: Any
    raw: str
    usage: Usage
    model: str
    finish_reason: str = "stop"
    re_asked: bool = False


class Asker(Protocol):
    """Anything that answers questions: the endpoint, the cache around it, the scripted fake.

    Raises `EndpointError` or `AnswerError`, nothing else.
    """

    async def ask(self, question: Question) -> Answer:
        """Ask once; transport retries and the one re-ask are inside."""
        ...

    async def close(self) -> None:
        """Give back connections, servers and files."""
        ...
