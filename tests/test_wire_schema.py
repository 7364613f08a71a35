"""The response schema on the wire keeps OpenAI's published rules for `strict: true`, whatever the model is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, create_model

from llm_extract import schema as contract
from llm_extract.errors import MissingExtraError, PromptError, WeightsError
from llm_extract.local import LocalServer
from llm_extract.model import ModelClient
from llm_extract.settings import Settings
from llm_extract.wire_schema import strict_schema

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])
made: Any = create_model


class Drug(BaseModel):
    """A model as users write them."""

    name: str = Field(description="the drug's name")
    tablets: int | None = Field(None, ge=0, description="how many")


ALLOWED = {
    "object": {"properties", "required", "additionalProperties", "$defs"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"enum", "pattern", "format"},
    "integer": {"enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "number": {"enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "boolean": {"enum"},
    "null": {"enum"},
}
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}


def violations(schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where a schema breaks OpenAI's published rules for `strict: true` (guide “Structured outputs”, supported schemas)."""
    if not at and (schema.get("type") != "object" or "anyOf" in schema):
        yield "the root is no object"
    if "$ref" in schema:
        yield from (f"{at}: sibling of $ref" for key in schema if key != "$ref")
        return
    if "anyOf" in schema:
        yield from (f"{at}: {key}" for key in schema if key not in {"anyOf", "description"})
        for i, branch in enumerate(schema["anyOf"]):
            yield from violations(branch, f"{at}|{i}")
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    allowed = {"type", "description"}.union(*(ALLOWED[kind] for kind in kinds))
    yield from (f"{at}: {key}" for key in schema if key not in allowed)
    if schema["type"] == "object":
        if schema["additionalProperties"] is not False or schema["required"] != list(schema["properties"]):
            yield f"{at}: open or optional"
        for name, node in {**schema["properties"], **schema.get("$defs", {})}.items():
            yield from violations(node, f"{at}/{name}")
    if schema["type"] == "array":
        yield from violations(schema["items"], f"{at}/*")
    if schema.get("format", "date") not in FORMATS:
        yield f"{at}: format"


class Kind(Enum):
    """An enumeration that two fields share."""

    A = "a"
    B = "b"


class Inner(BaseModel):
    """A part whose field is called as a keyword is."""

    title: str = Field("x", title="Title", description="the title", examples=["a"])
    kind: Kind = Kind.A


class Tree(BaseModel):
    """A model that holds itself."""

    name: str
    children: list[Tree] = []


class Cat(BaseModel):
    """One branch of a discriminated union."""

    kind: Literal["cat"]


class Dog(BaseModel):
    """The other."""

    kind: Literal["dog"]
    toys: tuple[str, ...] = ()


LEAVES: dict[str, tuple[Any, dict[str, Any]]] = {
    "text": (str, {"type": "string"}),
    "short": (Annotated[str, Field(min_length=1, max_length=9)], {"type": "string"}),
    "anchored": (Annotated[str, Field(pattern=r"^.{0,80}$")], {"type": "string", "pattern": "^.{0,80}$"}),
    "anywhere": (Annotated[str, Field(pattern=r"\d+")], {"type": "string"}),
    "ahead": (Annotated[str, Field(pattern=r"^(?i:a)$")], {"type": "string"}),
    "day": (date, {"type": "string", "format": "date"}),
    "raw_bytes": (bytes, {"type": "string"}),
    "count": (Annotated[int, Field(ge=0, le=9)], {"type": "integer", "minimum": 0, "maximum": 9}),
    "share": (Annotated[float, Field(gt=0, lt=1)], {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    "flag": (bool, {"type": "boolean"}),
    "nothing": (None, {"type": "null"}),
    "choice": (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
    "constant": (Literal["a"], {"type": "string", "enum": ["a"]}),
    "mixed": (Literal["a", 1, None], {"type": ["string", "integer", "null"], "enum": ["a", 1, None]}),
    "listed": (list[str], {"type": "array", "items": {"type": "string"}}),
    "tupled": (tuple[str, ...], {"type": "array", "items": {"type": "string"}}),
    "unique": (set[int], {"type": "array", "items": {"type": "integer"}}),
    "few": (
        Annotated[list[int], Field(min_length=1, max_length=3)],
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
    ),
    "pair": (
        tuple[int, str],
        {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "minItems": 2, "maxItems": 2},
    ),
    "twins": (tuple[int, int], {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
    "perhaps": (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
}


@pytest.mark.parametrize("name", LEAVES)
def test_each_kind_of_field_has_its_strict_form(name: str) -> None:
    """Types, enumerations, tuples, optional values and bounds come out in the published subset; what is outside of it goes."""
    annotation, expected = LEAVES[name]
    assert strict_schema(made("M", value=(annotation, ...)))["properties"]["value"] == expected


@pytest.mark.parametrize(
    "model",
    [contract.Case, contract.Reviewer, contract.Patient, contract.Clinical, contract.Item, Drug, Inner, Tree],
    ids=lambda m: m.__name__,
)
def test_strict_schema_keeps_the_published_rules(model: type[BaseModel]) -> None:
    """The contract's models and the awkward ones keep every published rule."""
    assert list(violations(strict_schema(model))) == []


shapes: Any = st.recursive(
    st.sampled_from([annotation for annotation, _ in LEAVES.values() if annotation is not None] + [Kind, Inner, Tree, Cat | Dog]),
    lambda inner: st.one_of(
        inner.map(list.__class_getitem__),
        inner.map(lambda t: tuple.__class_getitem__((t, ...))),
        inner.map(lambda t: t | None),
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: made("Part", **{f"f{i}": (t, ...) for i, t in enumerate(ts)})),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["title", "type", "items", "z", "a", "default", "enum"]), shapes, min_size=1))
def test_every_model_keeps_the_rules_and_the_order(fields: dict[str, Any]) -> None:
    """Whatever a model is made of, its schema keeps the published rules and names the fields in the order of declaration."""
    model = made("M", **{name: (annotation, None) for name, annotation in fields.items()})
    schema = strict_schema(model)
    assert list(violations(schema)) == []
    assert list(schema["properties"]) == schema["required"] == list(fields)


def test_fields_named_as_keywords_stay_fields() -> None:
    """A field called `title` is not mistaken for the keyword, whose texts go."""
    assert strict_schema(Inner)["properties"]["title"] == {"type": "string", "description": "the title"}


def test_recursive_model_keeps_its_reference_and_others_are_written_out() -> None:
    """Only what holds itself stays a reference into `$defs`."""
    model = made("M", tree=(Tree, ...), one=(Inner, ...), two=(Inner | None, None))
    schema = strict_schema(model)
    assert schema["properties"]["tree"] == {"$ref": "#/$defs/Tree"}
    assert list(schema["$defs"]) == ["Tree"]
    assert schema["properties"]["one"]["properties"]["kind"] == {
        "type": "string",
        "description": "An enumeration that two fields share.",
        "enum": ["a", "b"],
    }
    assert schema["properties"]["two"]["anyOf"][1] == {"type": "null"}


def test_discriminated_union_becomes_a_plain_one() -> None:
    """`oneOf` with a discriminator, which the subset lacks, is sent as `anyOf`."""
    schema = strict_schema(made("M", pet=(Annotated[Cat | Dog, Field(discriminator="kind")], ...)))
    assert [branch["properties"]["kind"]["enum"] for branch in schema["properties"]["pet"]["anyOf"]] == [["cat"], ["dog"]]


@pytest.mark.parametrize("annotation", [dict[str, int], Any, list, list[Any], tuple[()], made("Bare")])
def test_open_shapes_are_refused_with_their_place(annotation: Any) -> None:
    """A field that no closed schema can describe is a mistake of the prompt, named with its path."""
    with pytest.raises(PromptError, match=r"M.*/value"):
        strict_schema(made("M", value=(annotation, ...)))


def test_root_must_be_an_object() -> None:
    """A list or a union at the root, which the rules forbid, is refused."""
    with pytest.raises(PromptError, match="root"):
        strict_schema(RootModel[list[int]])


@pytest.mark.parametrize("model", [contract.Case, contract.Item, contract.Clinical, Drug, Tree], ids=lambda m: m.__name__)
def test_same_fields_as_the_sdk_s_own_strict_schema(model: type[BaseModel]) -> None:
    """OpenAI's own converter closes the same objects with the same required fields."""
    theirs = openai.pydantic_function_tool(model)["function"]["parameters"]
    ours = strict_schema(model)
    assert (ours["required"], ours["additionalProperties"]) == (theirs["required"], theirs["additionalProperties"])
    assert list(ours["properties"]) == list(dict(theirs)["properties"])  # type: ignore[call-overload]


# --- the embedded model ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def embedded_model() -> Iterator[str]:
    """The address of the embedded model's server, for as long as this module's tests run."""
    try:
        server = LocalServer.from_settings(Settings(local_slots=1))
    except (MissingExtraError, WeightsError) as error:
        pytest.skip(str(error))
    with server:
        yield server.base_url


@pytest.mark.local_model
@pytest.mark.parametrize(
    "model", [contract.Case, contract.Item, Tree, made("All", **{n: (a, ...) for n, (a, _) in LEAVES.items()})]
)
async def test_llama_cpp_takes_every_schema(model: type[BaseModel], embedded_model: str) -> None:
    """llama.cpp's converter rejects none of our schemas, whatever keyword they hold."""
    client = ModelClient(Settings(model="demo", base_url=embedded_model))
    try:
        _, reason = await client.complete([{"role": "user", "content": "Make something up."}], model, 16)
    finally:
        await client.close()
    assert reason in {"length", "stop"}
