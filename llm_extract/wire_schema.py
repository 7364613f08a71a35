"""The response schema on the wire: what an endpoint is made to keep to, out of a pydantic model.

It is the *enforced* schema: `strict: true`, closed objects, everything required. Answers depend on it, so that it is part of the
answer cache's keys: where a change here changes a schema, its questions are asked anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from llm_extract.errors import PromptError


@lru_cache(maxsize=256)
def schema_size(answer: type[BaseModel]) -> int:
    """Bytes of a response schema, which some endpoints count as prompt."""
    return len(json.dumps(response_format(answer)).encode())


@lru_cache(maxsize=256)
def response_format(answer: type[BaseModel]) -> dict[str, Any]:
    """What a request says of its response schema."""
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", answer.__name__)[:64]
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": strict_schema(answer)}}


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model within OpenAI's published subset for `strict: true`, which llama.cpp's converter takes as well.

    Objects are closed, every property is required, in the order of declaration; no defaults, titles or examples; a reference is
    written out, but for recursive ones; a tuple is an array, an optional value a union with null, a constant an enum of one.
    Keywords outside of the subset go (`minLength`, `uniqueItems`, an unanchored `pattern`): pydantic checks them on arrival. To
    bound a string's length on the wire, declare `pattern=r"^.{0,80}$"`. Raises `PromptError` for what no closed schema can say:
    open mappings, `Any`, a root that is no object.
    """
    raw = model.model_json_schema(mode="validation")
    defs = raw.get("$defs", {})
    strictly = _Strict(model.__name__, defs, frozenset(name for name in defs if name in _reachable(defs[name], defs)))
    root = defs[_target(raw)] if "$ref" in raw else raw
    schema = strictly.node(root, "")
    if schema.get("type") != "object":
        raise PromptError(f"The response schema {model.__name__} must be an object at its root.")
    if strictly.recursive:
        schema["$defs"] = {name: strictly.node(defs[name], name) for name in defs if name in strictly.recursive}
    return schema


_KEPT: Mapping[str, tuple[str, ...]] = {
    "string": (),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("minItems", "maxItems"),
    "boolean": (),
    "null": (),
}
_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_JSON_TYPES: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@dataclass(frozen=True, slots=True)
class _Strict:
    """Rewrites the nodes of one model's schema; `at` is the path that an error message names."""

    name: str
    defs: Mapping[str, dict[str, Any]]
    recursive: frozenset[str]

    def node(self, raw: dict[str, Any], at: str) -> dict[str, Any]:
        """One schema node, rewritten; the given one stays as it is."""
        if "$ref" in raw:
            return self._reference(raw, at)
        if len(raw.get("allOf", ())) == 1:
            return self.node({**raw["allOf"][0], **{k: v for k, v in raw.items() if k != "allOf"}}, at)
        described = {"description": raw["description"]} if "description" in raw else {}
        union = raw.get("anyOf") or raw.get("oneOf")
        if union:
            return {**described, "anyOf": [self.node(branch, at) for branch in union]}
        if "enum" in raw or "const" in raw:
            values = raw["enum"] if "enum" in raw else [raw["const"]]
            return {"type": _type_of(values), **described, "enum": list(values)}
        return self._typed(raw, at, described)

    def _typed(self, raw: dict[str, Any], at: str, described: dict[str, Any]) -> dict[str, Any]:
        kind = str(raw.get("type", ""))
        if kind == "object":
            return {"type": kind, **described, **self._object(raw, at)}
        if kind == "array":
            return {"type": kind, **described, "items": self._items(raw, at), **_kept(raw, kind)}
        if kind not in _KEPT:
            raise PromptError(f"The response schema {self.name} leaves {at or 'its root'} open to any value: give it a type.")
        return {"type": kind, **described, **_kept(raw, kind), **(_text_rules(raw) if kind == "string" else {})}

    def _reference(self, raw: dict[str, Any], at: str) -> dict[str, Any]:
        target = _target(raw)
        if target in self.recursive:
            return {"$ref": raw["$ref"]}  # a reference may have no siblings
        return self.node({**self.defs[target], **{k: v for k, v in raw.items() if k != "$ref"}}, at)

    def _object(self, raw: dict[str, Any], at: str) -> dict[str, Any]:
        if isinstance(raw.get("additionalProperties"), dict) or "patternProperties" in raw:
            raise PromptError(f"The response schema {self.name} has an open mapping at {at or 'its root'}: use a list of pairs.")
        properties: dict[str, dict[str, Any]] = raw.get("properties", {})
        if not properties and at:
            raise PromptError(f"The response schema {self.name} has an object without fields at {at}.")
        return {
            "properties": {name: self.node(p, f"{at}/{name}") for name, p in properties.items()},
            "required": list(properties),
            "additionalProperties": False,
        }

    def _items(self, raw: dict[str, Any], at: str) -> dict[str, Any]:
        places = [self.node(p, f"{at}/{i}") for i, p in enumerate(raw.get("prefixItems", ()))]
        if isinstance(raw.get("items"), dict):
            places.append(self.node(raw["items"], f"{at}/*"))
        distinct = [p for i, p in enumerate(places) if p not in places[:i]]
        if not distinct:
            raise PromptError(f"The response schema {self.name} does not say what the list {at} holds.")
        return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _kept(raw: dict[str, Any], kind: str) -> dict[str, Any]:
    return {key: raw[key] for key in _KEPT[kind] if key in raw}


def _text_rules(raw: dict[str, Any]) -> dict[str, Any]:
    """Formats of the published list; patterns without look-around that hold for the whole string, as llama.cpp wants them."""
    rules = {"format": raw["format"]} if raw.get("format") in _FORMATS else {}
    pattern: str = raw.get("pattern", "")
    if pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith(r"\$") and "(?" not in pattern:
        rules["pattern"] = pattern
    return rules


def _type_of(values: list[Any]) -> Any:
    kinds = list(dict.fromkeys(_JSON_TYPES[type(v)] for v in values))
    return kinds[0] if len(kinds) == 1 else kinds


def _target(raw: dict[str, Any]) -> str:
    return str(raw["$ref"]).removeprefix("#/$defs/")


def _reachable(raw: Any, defs: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names of the definitions that a node refers to, directly or through others."""
    if isinstance(raw, list):
        return frozenset().union(*(_reachable(v, defs, seen) for v in raw))
    if not isinstance(raw, dict):
        return frozenset()
    found = frozenset({_target(raw)}) if isinstance(raw.get("$ref"), str) else frozenset()
    deeper = (_reachable(defs[name], defs, seen | found) for name in found - seen)
    return found.union(*deeper, *(_reachable(v, defs, seen | found) for v in raw.values()))
