"""The benchmarks' endpoint: what it answers fits whatever schema is asked for, and its slots bound what it serves."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import jsonschema
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from llm_extract.engine import Question
from llm_extract.model import ModelClient
from llm_extract.questions import KINDS
from llm_extract.schema import record_json_schema
from llm_extract.settings import Settings
from llm_extract.wire_schema import strict_schema

sys.path.insert(0, str(samples.ROOT / "evals"))
from loopback_endpoint import MODEL, Answers, Kitchen, Smallest, running

NUMBERS: dict[str, Any] = {"type": st.just("integer"), "minimum": st.integers(-9, 9), "multipleOf": st.integers(1, 5)}
LEAVES = st.one_of(
    st.fixed_dictionaries(NUMBERS),
    st.fixed_dictionaries({"type": st.just("string"), "minLength": st.integers(0, 9)}),
    st.fixed_dictionaries({"enum": st.lists(st.text(), min_size=1)}),
    st.just({"type": ["string", "null"]}),
    st.just({"type": "boolean"}),
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(st.text(), inner, max_size=4)
    return st.one_of(
        fields.map(lambda f: {"type": "object", "properties": f, "required": list(f)}),
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3)),
        st.lists(inner, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches}),
    )


@given(st.recursive(LEAVES, _nested, max_leaves=12))
def test_the_smallest_answer_fits_its_schema(schema: dict[str, Any]) -> None:
    """Objects, lists, unions, bounds and enumerations, however nested."""
    jsonschema.validate(Smallest(schema).of(schema), schema)


@pytest.mark.parametrize("schema", [*(strict_schema(answer) for answer, _ in KINDS.values()), record_json_schema()])
def test_our_own_schemas_are_answered(schema: dict[str, Any]) -> None:
    """References too."""
    jsonschema.validate(Smallest(schema).of(schema), schema)


class Node(BaseModel):
    """A schema that refers to itself."""

    name: str
    inner: Node | None
    beside: list[Node]


def test_a_schema_that_refers_to_itself_is_answered() -> None:
    """The reference ends in nothing."""
    schema = Node.model_json_schema()
    assert Node.model_validate(Smallest(schema).of(schema)) == Node(name="", inner=None, beside=[])


def _message(body: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """The message of the reply to a request."""
    payload = answers.to(json.dumps({"messages": [], **body}).encode()).partition(b"\r\n\r\n")[2]
    return dict(json.loads(payload)["choices"][0]["message"])


def test_the_answer_stands_where_it_is_asked_for() -> None:
    """In the text, in a tool's call, or as it was given for the schema's name."""
    answers = Answers(text="free", by_name={"Known": {"name": "given"}})
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    named = {"type": "json_schema", "json_schema": {"name": "Known", "schema": schema}}
    assert _message({}, answers)["content"] == "free"
    assert json.loads(_message({"response_format": named}, answers)["content"]) == {"name": "given"}
    tool = _message({"tools": [{"function": {"name": "tell", "parameters": schema}}]}, answers)["tool_calls"][0]["function"]
    assert (tool["name"], json.loads(tool["arguments"])) == ("tell", {"name": ""})


class Sink:
    """Takes the place of a connection."""

    def __init__(self) -> None:
        self.replies: list[bytes] = []

    def send(self, data: bytes) -> None:
        """Keep it."""
        self.replies.append(data)


async def test_slots_bound_what_is_served_at_once() -> None:
    """Of six requests that come together two are served, and each that is answered lets the next one in, in order."""
    kitchen, sinks = Kitchen(Answers(), latency=0.01, slots=2), [Sink() for _ in range(6)]
    for sink in sinks:
        kitchen.take(sink, b'{"messages": []}')  # type: ignore[arg-type]
    assert (kitchen.counts.at_once, kitchen.counts.most_waiting) == (6, 4)
    while kitchen.counts.served < 6:
        assert [bool(sink.replies) for sink in sinks] == sorted((bool(sink.replies) for sink in sinks), reverse=True)
        await asyncio.sleep(0.005)
    assert [len(sink.replies) for sink in sinks] == [1] * 6


@pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])
async def test_it_is_an_endpoint_for_our_client() -> None:
    """Its list of models, its answers and its counts, over one connection that is kept."""
    with running(latency=0, slots=1) as endpoint:
        client = ModelClient(Settings(model=MODEL, base_url=endpoint.base_url))
        assert await client.models() == ((MODEL, "loopback"),)
        question = Question("demo.v1", "system", "user", KINDS["clinical"][0])
        answers = [await client.ask(question) for _ in range(3)]
        await client.close()
        stats = endpoint.stats()
        endpoint.reset()
        assert endpoint.stats()["requests"] == 0
    assert {answer.raw for answer in answers} == {'{"diagnoses": [], "medications": [], "prior_treatments": []}'}
    assert (stats["requests"], stats["served"], stats["at_once"], stats["most_at_once"]) == (3, 3, 0, 1)
