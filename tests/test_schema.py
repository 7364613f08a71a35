"""The contract as models: complete, closed, frozen, and the same in the exported JSON Schema."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import samples
from pydantic import BaseModel, ValidationError

from llm_extract import schema
from llm_extract.baseline import Baseline
from llm_extract.pipeline import Pipeline
from llm_extract.schema import FIELDS, RECORD_KEYS, Citation, Label, Record, record_json_schema, record_line
from llm_extract.settings import Settings
from llm_extract.wiring import open_letter

# The tables of the record contract, version 1, path by path.
CONTRACT = {
    schema.Record: "schema_version letter_id source status case reviewer patient clinical items evidence provenance issues run",
    schema.SourceFile: "path sha256 chars pages layout",
    schema.Case: "case_number priority date_of_injury date_assigned application_received ur_denial_date decision_date",
    schema.Reviewer: "licensed_states specialties",
    schema.Patient: "age sex",
    schema.Clinical: "diagnoses medications prior_treatments",
    schema.Item: "request treatment category generic_name strength quantity refills frequency body_part retrospective "
    "date_of_service decision claims_admin_guidelines reviewer_guidelines rationale reasons",
    schema.Citation: "source title section pages",
    schema.Issue: "pointer code message",
    schema.RunInfo: "engine model prompt attempts input_tokens output_tokens cached cost_usd seconds",
    schema.EvidenceSpan: "start end",
}
ENUMS: dict[str, tuple[Any, str]] = {
    "layout": (schema.Layout, "expert_reviewer physician_reviewer notice_2013 professional_review unknown"),
    "status": (schema.Status, "ok partial fallback failed"),
    "priority": (schema.Priority, "standard expedited"),
    "sex": (schema.Sex, "female male"),
    "category": (
        schema.Category,
        "medication injection surgery physical_medicine behavioral equipment imaging diagnostic_test consultation program "
        "home_care other",
    ),
    "decision": (schema.Decision, "upheld overturned partially_overturned"),
    "source": (schema.Source, "MTUS ACOEM ODG other"),
    "reason": (
        schema.Reason,
        "no_functional_improvement long_term_use missing_documentation no_monitoring not_recommended first_line_not_tried "
        "exceeds_guideline criteria_not_met safety depends_on_denied criteria_met other",
    ),
    "reader": (schema.Reader, "model baseline"),
}
NOT_NULL = {"licensed_states", "specialties", "diagnoses", "medications", "prior_treatments"}


@pytest.fixture(scope="module")
def record() -> Record:
    """A whole record of a letter with seven items."""
    pipeline = Pipeline(Baseline(), lambda file: open_letter(Settings(), file))
    return asyncio.run(pipeline.read_file(samples.file_of(samples.path_of("long-lumbar"))))


@pytest.mark.parametrize("model", CONTRACT, ids=lambda model: model.__name__)
def test_every_field_of_the_contract_is_there_and_described(model: type[BaseModel]) -> None:
    """Each table of the contract is a model with exactly its fields, each with a description."""
    assert set(model.model_fields) == set(CONTRACT[model].split())
    assert [name for name, info in model.model_fields.items() if not (info.description or "").strip()] == []


@pytest.mark.parametrize("name", ENUMS)
def test_every_code_of_the_contract_is_there(name: str) -> None:
    """Each closed list of the contract is a literal with exactly its words, in its order."""
    kind, words = ENUMS[name]
    assert kind.__args__ == tuple(words.split())


@pytest.mark.parametrize("model", [schema.Case, schema.Patient])
def test_what_the_letter_does_not_say_is_null(model: type[BaseModel]) -> None:
    """An empty case and an empty patient are all null."""
    assert set(model().model_dump().values()) == {None}


def test_lists_are_empty_where_the_letter_does_not_say() -> None:
    """List fields are never null."""
    content = schema.Content()
    assert {
        name: getattr(getattr(content, room), name)
        for room in ("reviewer", "clinical")
        for name in NOT_NULL & set(type(getattr(content, room)).model_fields)
    } == dict.fromkeys(NOT_NULL, ())


@pytest.mark.parametrize("model", CONTRACT, ids=lambda model: model.__name__)
def test_models_are_frozen_and_closed(model: type[BaseModel]) -> None:
    """No model can be changed after it was made, and none takes a key that the contract does not have."""
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("extra") == "forbid"


def test_an_unknown_key_is_refused() -> None:
    """A misspelt key is an error, not a silent loss."""
    with pytest.raises(ValidationError, match="Extra inputs"):
        Citation.model_validate({"source": "ODG", "title": "ODG", "page": [1]})


def test_a_value_cannot_be_changed() -> None:
    """Assigning to a field fails."""
    with pytest.raises(ValidationError, match="frozen"):
        schema.Patient(age=40).age = 41  # type: ignore[misc]


def test_a_record_line_is_one_line_in_the_order_of_the_keys(record: Record) -> None:
    """`record_line` has no line break and its keys in `RECORD_KEYS` order, which names every key once."""
    line = record_line(record)
    assert "\n" not in line
    assert tuple(json.loads(line)) == RECORD_KEYS
    assert sorted(RECORD_KEYS) == sorted(Record.model_fields)


def test_a_record_survives_the_line(record: Record) -> None:
    """What is written can be read again and is the same record."""
    assert Record.model_validate_json(record_line(record)) == record


def test_letters_outside_of_ascii_stay_readable() -> None:
    """A line holds characters, not escapes."""
    item = schema.Issue(pointer="", code="x", message="Ménière’s")
    assert "Ménière’s" in item.model_dump_json()


def test_fields_are_walked_once_each() -> None:
    """`FIELDS` has every leaf of the content once, names are unique, and descriptions are the models' own."""
    models = {"/case": schema.Case, "/reviewer": schema.Reviewer, "/patient": schema.Patient, "/clinical": schema.Clinical,
              "/items/*": schema.Item}  # fmt: skip
    assert [f.path for f in FIELDS] == [f"{at}/{name}" for at, model in models.items() for name in model.model_fields]
    assert len({f.name for f in FIELDS}) == len(FIELDS)
    assert all(f.description for f in FIELDS)
    assert {f.name for f in FIELDS if not f.needs_evidence} == {"category", "generic_name"}


# --- the exported JSON Schema ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """A validator that knows nothing of this project but the exported schema."""
    exported = record_json_schema()
    jsonschema.Draft202012Validator.check_schema(exported)
    return jsonschema.Draft202012Validator(exported, format_checker=jsonschema.FormatChecker())


def test_the_exported_schema_takes_a_real_record(record: Record, validator: jsonschema.Draft202012Validator) -> None:
    """A line of `records.jsonl` validates."""
    assert [e.message for e in validator.iter_errors(json.loads(record_line(record)))] == []


WRONG: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "a status of its own": (("status",), "done"),
    "another version": (("schema_version",), "2"),
    "an unknown key": (("patient", "name"), "somebody"),
    "an age in words": (("patient", "age"), "48"),
    "no date": (("case", "date_of_injury"), "last summer"),
    "an unknown decision": (("items", 0, "decision"), "denied"),
    "an unknown reason": (("items", 0, "reasons"), ["because"]),
    "pages as text": (("items", 0, "reviewer_guidelines", 0, "pages"), "74-80"),
    "evidence before the letter": (("evidence", "/patient/age", 0, "start"), -1),
    "a third reader": (("provenance", "/patient/age"), "oracle"),
    "null for a list": (("clinical", "diagnoses"), None),
    "null for a request": (("items", 0, "request"), None),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_exported_schema_rejects_what_the_contract_does_not_allow(
    name: str, record: Record, validator: jsonschema.Draft202012Validator
) -> None:
    """One wrong value is enough for a validator outside of this project to say no."""
    (*path, last), value = WRONG[name]
    data = json.loads(record_line(record))
    place: Any = data
    for key in path:
        place = place[key]
    place[last] = value
    assert list(validator.iter_errors(data))


@pytest.mark.parametrize("key", RECORD_KEYS)
def test_the_exported_schema_misses_every_key(key: str, record: Record, validator: jsonschema.Draft202012Validator) -> None:
    """A record without one of its keys is rejected."""
    data = json.loads(record_line(record))
    del data[key]
    assert list(validator.iter_errors(data))


def test_the_kept_schema_is_the_exported_one() -> None:
    """`schema/record.v1.json` is what `llm-extract schema` prints."""
    kept = samples.ROOT / "schema" / "record.v1.json"
    assert json.loads(kept.read_text("utf-8")) == record_json_schema()


# --- labels -----------------------------------------------------------------------------------------------------------


def _labels(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


@pytest.mark.parametrize("path", _labels(samples.LABELS), ids=lambda path: path.stem)
def test_labels_of_invented_letters_fit_the_contract(path: Path) -> None:
    """Each label is a `Label`, named like its file, and its keys are complete and in order."""
    label = Label.model_validate_json(path.read_text("utf-8"))
    assert label.letter_id == path.stem
    kept = json.loads(path.read_text("utf-8"))
    assert {key: kept[key] for key in label.model_dump(mode="json")} == label.model_dump(mode="json")


def test_every_invented_letter_has_a_label() -> None:
    """Letters and labels pair off."""
    assert [path.stem for path in _labels(samples.LABELS)] == samples.NAMES


def test_labels_of_real_letters_fit_the_contract() -> None:
    """The labels of the development letters are `Label`s."""
    found = _labels(samples.REAL / "labels")
    if not found:
        pytest.skip("the development letters are not part of the project")
    for path in found:
        assert Label.model_validate_json(path.read_text("utf-8")).items
