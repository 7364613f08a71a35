"""What a run's tables are: columns with their types and meanings, and the rows that a record gives.

The columns of the contract's fields come out of `schema.FIELDS`, those of file and run out of their models, so that a new field
appears by itself. Nothing here opens a file or knows a format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

from llm_extract.schema import (
    FIELDS,
    ITEM_FIELDS,
    LETTER_FIELDS,
    Citation,
    EvidenceSpan,
    FieldSpec,
    Issue,
    Record,
    RunInfo,
    SourceFile,
)

Data: TypeAlias = Mapping[str, Any]
"""A record as plain values: what `Record.model_dump` gives."""
Row: TypeAlias = Mapping[str, Any]
"""One row of a table: column name to value, of the column's type or None."""

# --- columns and their types -----------------------------------------------------------------------------------------

Plain = Literal["text", "integer", "number", "flag", "date"]
_PLAIN: dict[Any, Plain] = {str: "text", int: "integer", float: "number", bool: "flag", date: "date"}


@dataclass(frozen=True)
class ListOf:
    """A list of values of one type."""

    entry: Type


@dataclass(frozen=True)
class Parts:
    """A value of several named parts: a structure where the format has them."""

    columns: tuple[Column, ...]


Type: TypeAlias = Plain | ListOf | Parts


@dataclass(frozen=True)
class Column:
    """One column. `shown` is how a spreadsheet's cell says it in words, where the type alone does not tell."""

    name: str
    type: Type
    description: str
    shown: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Table:
    """One table. `rows` gives the rows that one record adds to it."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Data], Iterable[Row]]


def type_of(annotation: Any) -> Type:
    """The column type of a field's annotation. Raises `TypeError` for one that no table can hold."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return ListOf(type_of(arguments[0]))
    if origin is Literal:
        return "text"
    if origin in {Union, UnionType}:
        return _common({type_of(a) for a in arguments if a is not NoneType})
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Parts(_columns_of(annotation))
    if annotation not in _PLAIN:
        raise TypeError(f"no column type for {annotation}")
    return _PLAIN[annotation]


def _common(types: set[Type]) -> Type:
    """An integer or a number is a number."""
    if types == {"integer", "number"}:
        return "number"
    if len(types) != 1:
        raise TypeError(f"no column type for a value of {types}")
    return types.pop()


def type_name(kind: Type) -> str:
    """`list of text`: a type in words."""
    if isinstance(kind, ListOf):
        return f"list of {type_name(kind.entry)}"
    return "structure" if isinstance(kind, Parts) else kind


def _columns_of(model: type[BaseModel], prefix: str = "") -> tuple[Column, ...]:
    return tuple(
        Column(prefix + name, type_of(info.annotation), info.description or "") for name, info in model.model_fields.items()
    )


def _columns_of_fields(specs: Sequence[FieldSpec]) -> Iterator[Column]:
    for spec in specs:
        kind = type_of(spec.annotation)
        yield Column(spec.name, kind, spec.description, _citations_in_words if kind == _CITATIONS else None)


def _columns_of_proof(specs: Sequence[FieldSpec]) -> Iterator[Column]:
    """Who gave each value of the row and where it stands, as one structure each with a part a field."""
    readers = Parts(tuple(Column(s.name, ListOf("text") if s.is_list else "text", "") for s in specs))
    spans = Parts(tuple(Column(s.name, ListOf(_SPANS) if s.is_list else _SPANS, "") for s in specs))
    yield Column("provenance", readers, "who gave each value, by field: model or baseline", _provenance_in_words)
    yield Column("evidence", spans, "characters of the letter that prove each value, by field", _evidence_in_words)


_CITATIONS = ListOf(Parts(_columns_of(Citation)))
_SPANS = ListOf(Parts(_columns_of(EvidenceSpan)))
_SIDES = tuple(spec.name for spec in ITEM_FIELDS if type_of(spec.annotation) == _CITATIONS)

# --- a record's rows -------------------------------------------------------------------------------------------------

_POINTER = re.compile(r"(?:/items/(?P<item>\d+)|/[a-z_]+)/(?P<field>[a-z_]+)(?:/(?P<entry>\d+))?")
_RANK = {spec.name: rank for rank, spec in enumerate(FIELDS)}


def _letter_rows(data: Data) -> Iterator[Row]:
    values = {spec.name: data[spec.path.split("/")[1]][spec.name] for spec in LETTER_FIELDS}
    yield {
        "letter_id": data["letter_id"],
        "status": data["status"],
        **values,
        "item_count": len(data["items"]),
        "issue_count": len(data["issues"]),
        "issue_codes": sorted({issue["code"] for issue in data["issues"]}),
        **{f"source_{name}": value for name, value in data["source"].items()},
        **{f"run_{name}": value for name, value in data["run"].items()},
        **_proof(data, values, {spec.name: spec.path for spec in LETTER_FIELDS}),
    }


def _item_rows(data: Data) -> Iterator[Row]:
    for index, item in enumerate(data["items"]):
        pointers = {spec.name: spec.path.replace("*", str(index)) for spec in ITEM_FIELDS}
        yield {"letter_id": data["letter_id"], "item": index + 1, **item, **_proof(data, item, pointers)}


def _proof(data: Data, values: Row, pointers: Mapping[str, str]) -> Row:
    return {column: _by_field(data[column], values, pointers) for column in ("provenance", "evidence")}


def _by_field(found: Mapping[str, Any], values: Row, pointers: Mapping[str, str]) -> dict[str, Any]:
    """What `found` says of each field: of a list, what it says of each entry."""
    return {name: _at(found, pointer, values[name]) for name, pointer in pointers.items()}


def _at(found: Mapping[str, Any], pointer: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return [found.get(f"{pointer}/{i}") for i in range(len(value))]
    return found.get(pointer)


def _citation_rows(data: Data) -> Iterator[Row]:
    for index, item in enumerate(data["items"]):
        for side in _SIDES:
            for number, citation in enumerate(item[side], 1):
                yield {
                    "letter_id": data["letter_id"],
                    "item": index + 1,
                    "cited_in": side,
                    "citation": number,
                    **citation,
                }


def _evidence_rows(data: Data) -> Iterator[Row]:
    evidence, provenance = data["evidence"], data["provenance"]
    for pointer in sorted({*evidence, *provenance}, key=_order):
        of_value = {"letter_id": data["letter_id"], "pointer": pointer, **_place_of(pointer)}
        spans = evidence.get(pointer) or ({"start": None, "end": None},)
        for number, span in enumerate(spans, 1):
            yield {**of_value, "provenance": provenance.get(pointer), "span": number, **span}


def _issue_rows(data: Data) -> Iterator[Row]:
    for number, issue in enumerate(data["issues"], 1):
        yield {"letter_id": data["letter_id"], "issue": number, **_place_of(issue["pointer"]), **issue}


@lru_cache(maxsize=1 << 16)
def _place_of(pointer: str) -> Mapping[str, Any]:
    """Item and entry of a pointer, counted from 1, and the field's name; None where the pointer has none."""
    match = _POINTER.fullmatch(pointer)
    if match is None:
        return {"item": None, "field": None, "entry": None}
    item, entry = match["item"], match["entry"]
    return {"item": item and int(item) + 1, "field": match["field"], "entry": entry and int(entry) + 1}


@lru_cache(maxsize=1 << 16)
def _order(pointer: str) -> tuple[int, int, int, str]:
    """The contract's order: the letter's own fields, then item by item."""
    place = _place_of(pointer)
    return place["item"] or 0, _RANK.get(place["field"], len(_RANK)), place["entry"] or 0, pointer


# --- how a cell says it ----------------------------------------------------------------------------------------------


def _citations_in_words(citations: Sequence[Row]) -> str:
    return "; ".join(map(_citation_in_words, citations))


def _citation_in_words(citation: Row) -> str:
    section = f": {citation['section']}" if citation["section"] else ""
    pages = f", p. {', '.join(_ranges(citation['pages']))}" if citation["pages"] else ""
    return f"[{citation['source']}] {citation['title']}{section}{pages}"


def _ranges(pages: Sequence[int]) -> Iterator[str]:
    """`74-80` for seven pages in a row."""
    first = last = pages[0]
    for page in (*pages[1:], None):
        if page is not None and page == last + 1:
            last = page
            continue
        yield str(first) if first == last else f"{first}-{last}"
        first = last = page if page is not None else 0


def _provenance_in_words(by_field: Row) -> str:
    """`baseline: age, sex; model: diagnoses`."""
    given = {name: set(_entries(readers)) for name, readers in by_field.items()}
    readers = sorted({r for found in given.values() for r in found if r})
    return "; ".join(f"{r}: {', '.join(name for name, found in given.items() if r in found)}" for r in readers)


def _evidence_in_words(by_field: Row) -> str:
    """`age 1292-1294; diagnoses 1430-1467, 1472-1507`: a comma between entries, a plus between the places of one."""
    return "; ".join(f"{name} {_places_in_words(spans)}" for name, spans in by_field.items() if any(_entries(spans)))


def _places_in_words(spans: Any) -> str:
    return ", ".join("+".join(f"{s['start']}-{s['end']}" for s in entry or ()) or "none" for entry in _entries(spans))


def _entries(proof: Any) -> Sequence[Any]:
    """What `_by_field` gives of one field, as a list: of a list field it is one already."""
    return proof if isinstance(proof, list) else [proof]


# --- the tables ------------------------------------------------------------------------------------------------------

LETTER_ID = Column("letter_id", "text", "the letter; the same in every table")
ITEM = Column("item", "integer", "number of the disputed item within the letter, from 1; null for the letter itself")
_FIELD = Column("field", "text", "name of the field, which is a column of letters or items")
_ENTRY = Column("entry", "integer", "number of the entry in a list, from 1")
_POINTER_COLUMN = Column("pointer", "text", "JSON pointer into the record (counted from 0); empty for the whole letter")

LETTERS = Table(
    "letters",
    (
        LETTER_ID,
        Column("status", "text", Record.model_fields["status"].description or ""),
        *_columns_of_fields(LETTER_FIELDS),
        Column("item_count", "integer", "number of disputed items"),
        Column("issue_count", "integer", "number of issues"),
        Column("issue_codes", ListOf("text"), "codes of the issues, each once"),
        *_columns_of(SourceFile, "source_"),
        *_columns_of(RunInfo, "run_"),
        *_columns_of_proof(LETTER_FIELDS),
    ),
    _letter_rows,
)
ITEMS = Table("items", (LETTER_ID, ITEM, *_columns_of_fields(ITEM_FIELDS), *_columns_of_proof(ITEM_FIELDS)), _item_rows)
CITATIONS = Table(
    "citations",
    (
        LETTER_ID,
        ITEM,
        Column("cited_in", "text", "the column of items that it stands in: who cites it"),
        Column("citation", "integer", "number of the citation there, from 1"),
        *_columns_of(Citation),
    ),
    _citation_rows,
)
EVIDENCE = Table(
    "evidence",
    (
        LETTER_ID,
        _POINTER_COLUMN,
        ITEM,
        _FIELD,
        _ENTRY,
        Column("provenance", "text", "who gave the value: model or baseline"),
        Column("span", "integer", "number of the place, from 1, where several prove one value"),
        Column("start", "integer", "offset of the first code point in the letter's decoded text; null without evidence"),
        Column("end", "integer", "offset behind the last code point"),
    ),
    _evidence_rows,
)
ISSUES = Table(
    "issues",
    (LETTER_ID, Column("issue", "integer", "number of the issue, from 1"), ITEM, _FIELD, _ENTRY, *_columns_of(Issue)),
    _issue_rows,
)
TABLES = (LETTERS, ITEMS, CITATIONS, EVIDENCE, ISSUES)


def no_rows(_: Data) -> Iterable[Row]:
    """Of a table that is not about records one by one."""
    return ()


RUN_TABLE = Table(
    "run",
    (
        Column("name", "text", "what is said: of the export, then (run. ...) what run.json says"),
        Column("value", "text", "its value; `complete` is false where letters of the run are missing here"),
    ),
    no_rows,
)
DICTIONARY = Table(
    "dictionary",
    (
        Column("table", "text", "name of a table"),
        Column("column", "text", "name of a column"),
        Column("type", "text", "what it holds"),
        Column("description", "text", "what it means; null, or an empty list, where the letter does not say"),
    ),
    no_rows,
)


def dictionary_rows(tables: Sequence[Table]) -> list[Row]:
    """A row for each column of the tables."""
    return [
        {"table": t.name, "column": c.name, "type": type_name(c.type), "description": c.description}
        for t in tables
        for c in t.columns
    ]
