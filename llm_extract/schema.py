"""The record contract, version 1, as frozen pydantic models.

This file is where a field is added or described. Each field's `description` is what the model reads and what the exported
JSON Schema says (`llm-extract schema`). `FIELDS` below is derived from the models and is what grounding, merging and scoring walk
over, so that a new field is taken up everywhere at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

SCHEMA_VERSION: Literal["1"] = "1"

Layout = Literal["expert_reviewer", "physician_reviewer", "notice_2013", "professional_review", "unknown"]
Status = Literal["ok", "partial", "fallback", "failed"]
Priority = Literal["standard", "expedited"]
Sex = Literal["female", "male"]
Reader = Literal["model", "baseline"]
Decision = Literal["upheld", "overturned", "partially_overturned"]
Source = Literal["MTUS", "ACOEM", "ODG", "other"]
Category = Literal[
    "medication",
    "injection",
    "surgery",
    "physical_medicine",
    "behavioral",
    "equipment",
    "imaging",
    "diagnostic_test",
    "consultation",
    "program",
    "home_care",
    "other",
]
Reason = Literal[
    "no_functional_improvement",
    "long_term_use",
    "missing_documentation",
    "no_monitoring",
    "not_recommended",
    "first_line_not_tried",
    "exceeds_guideline",
    "criteria_not_met",
    "safety",
    "depends_on_denied",
    "criteria_met",
    "other",
]


class Frozen(BaseModel):
    """Base of every model here: immutable, and unknown keys are an error rather than a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(Frozen):
    """The dispute's dates and number: from the header block where there is one, else from the narrative."""

    case_number: str | None = Field(None, description="IMR case number, such as CM15-0012345")
    priority: Priority | None = Field(None, description="priority of the review: standard or expedited")
    date_of_injury: date | None = Field(None, description="day of the injury; null when only a month or year is given")
    date_assigned: date | None = Field(None, description="day the case was assigned to the review")
    application_received: date | None = Field(None, description="day the application for review was received")
    ur_denial_date: date | None = Field(
        None, description="day on which utilization review denied or modified the disputed request"
    )
    decision_date: date | None = Field(None, description="day of the final determination")


class Reviewer(Frozen):
    """What the letter says of the reviewer. Never a name: it is confidential (Cal. Labor Code 4610.6(f))."""

    licensed_states: tuple[str, ...] = Field(
        (), description="full names of the states in which the reviewer is licensed, in the letter's order"
    )
    specialties: tuple[str, ...] = Field(
        (),
        description="board certifications, specialties and subspecialties, in the letter's order, one name an entry, "
        'without "Board Certified in"',
    )


class Patient(Frozen):
    """The injured worker."""

    age: int | None = Field(None, description="age in years, as the letter gives it")
    sex: Sex | None = Field(
        None, description="from a noun (62 year old male) or, where there is none, from pronouns that mean the patient"
    )


class Clinical(Frozen):
    """What the clinical case summary says. An empty list means that the letter does not say."""

    diagnoses: tuple[str, ...] = Field(
        (),
        description="what the letter calls diagnosis, impression or assessment, or the conditions that it states in their "
        "place; one condition an entry, the letter's own words without the lead-in; findings and symptoms are not diagnoses",
    )
    medications: tuple[str, ...] = Field(
        (), description="drugs that the summary says the patient takes or took, names only, as written"
    )
    prior_treatments: tuple[str, ...] = Field(
        (),
        description="treatments other than drugs that the summary says the patient has had (surgery, injections, therapy, "
        "implants), the shortest phrase that names each",
    )


class Citation(Frozen):
    """One guideline document that a side's "guideline" line cites."""

    source: Source = Field(description="the body whose document it is")
    title: str = Field(description='the document as written, without "Decision based on", "Non-MTUS Citation", section and pages')
    section: str | None = Field(None, description="named section, chapter, table or topic")
    pages: tuple[int, ...] = Field((), description="page numbers, ranges spelled out")


class Item(Frozen):
    """One disputed item or service."""

    request: str = Field(description="the request verbatim, white space folded, without list number, trailing colon and decision")
    treatment: str = Field(
        description="the thing asked for: the request without strength, count, refills, frequency, body part, dates and "
        "words such as Retrospective or request for"
    )
    category: Category = Field(description="kind of treatment")
    generic_name: str | None = Field(
        None, description="for a medication: active ingredients, lower case US generic names joined with /"
    )
    strength: str | None = Field(None, description="number and unit, one space between them: 10/325 mg, 5 %")
    quantity: int | float | None = Field(
        None,
        description="units asked for (tablets, visits, sessions, hours, grams), rates multiplied out: 2 times a week for 6 "
        "weeks is 12; one fill, never multiplied by refills",
    )
    refills: int | None = Field(None, description="number of refills")
    frequency: str | None = Field(None, description="the words that give rate or duration, as written")
    body_part: str | None = Field(None, description="body part with side and levels, as written in the request")
    retrospective: bool = Field(False, description="the request asks for a date of service already past")
    date_of_service: date | None = Field(None, description="of a retrospective request; the first of several")
    decision: Decision = Field(
        description="upheld: the denial stands; overturned: the treatment is medically necessary; partially_overturned"
    )
    claims_admin_guidelines: tuple[Citation, ...] = Field((), description="what the claims administrator cited")
    reviewer_guidelines: tuple[Citation, ...] = Field((), description="what the reviewer cited")
    rationale: str | None = Field(None, description="the reviewer's rationale for this item, verbatim, white space folded")
    reasons: tuple[Reason, ...] = Field((), description="why the reviewer decided so; every reason the rationale gives")


class Content(Frozen):
    """What a letter says: the part of the record that readers fill in, and that labels hold."""

    case: Case = Field(Case(), description="numbers and dates of the dispute")
    reviewer: Reviewer = Field(Reviewer(), description="the reviewer's licences and specialties, never a name")
    patient: Patient = Field(Patient(), description="the injured worker")
    clinical: Clinical = Field(Clinical(), description="what the clinical case summary says")
    items: tuple[Item, ...] = Field((), description="the disputed items and services, in the letter's order")


class Label(Content):
    """A hand-made label: the record without what a run adds to it."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    letter_id: str


class Span(NamedTuple):
    """Half-open range of Unicode code points in a letter's decoded text."""

    start: int
    end: int


class EvidenceSpan(Frozen):
    """A `Span` as the record writes it."""

    start: int = Field(ge=0, description="offset of the first code point")
    end: int = Field(ge=0, description="offset behind the last code point")


class SourceFile(Frozen):
    """The file that the record was read from."""

    path: str = Field(description="path as it was given")
    sha256: str | None = Field(None, description="SHA-256 of the file's bytes; null where it could not be opened")
    chars: int | None = Field(None, description="length of the decoded text in Unicode code points")
    pages: int | None = Field(None, description="number of pages of a PDF")
    layout: Layout = Field("unknown", description="which of the known letter layouts it has")


class Issue(Frozen):
    """Something that a reader or a check changed, dropped or doubts."""

    pointer: str = Field(description='JSON pointer of the value; "" for the whole letter')
    code: str = Field(description="stable word for programs")
    message: str = Field(description="one sentence for people, with what to do where something can be done")


class RunInfo(Frozen):
    """How the record came about and what it cost."""

    engine: str = Field(description="hybrid, model or baseline")
    model: str | None = Field(None, description="name of the model that was asked, null for the baseline")
    prompt: str | None = Field(None, description="names and versions of the prompts")
    attempts: int = Field(0, description="requests made to the endpoint, retries and re-asks included")
    input_tokens: int = Field(0, description="prompt tokens over all attempts")
    output_tokens: int = Field(0, description="answer tokens over all attempts")
    cached: bool = Field(False, description="true when every answer came out of the cache")
    cost_usd: float | None = Field(None, description="price of all attempts; null where the price is unknown")
    seconds: float = Field(0.0, description="wall time spent on this letter")


class Record(Content):
    """What one letter becomes: one line of `records.jsonl`."""

    schema_version: Literal["1"] = Field(SCHEMA_VERSION, description="version of this contract")
    letter_id: str = Field(description="the file's stem, unique within a run")
    source: SourceFile = Field(description="where it was read from")
    status: Status = Field(
        description="ok: the asked engine answered and every check passed; partial: a field was replaced or dropped; "
        "fallback: the model gave no usable answer and the baseline's record stands; failed: no record could be made"
    )
    evidence: dict[str, tuple[EvidenceSpan, ...]] = Field(
        default_factory=dict, description="JSON pointer of a value to the characters that prove it"
    )
    provenance: dict[str, Reader] = Field(default_factory=dict, description="JSON pointer of a value to the reader that gave it")
    issues: tuple[Issue, ...] = Field((), description="what was changed, dropped or doubted, and why")
    run: RunInfo = Field(description="how the record came about and what it cost")


RECORD_KEYS = (
    "schema_version", "letter_id", "source", "status", "case", "reviewer", "patient", "clinical", "items", "evidence",
    "provenance", "issues", "run",
)  # fmt: skip
"""Order of the keys in `records.jsonl`: what a person wants to see first comes first."""

STATES = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "District of Columbia",
    "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine",
    "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada",
    "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon",
    "Pennsylvania", "Puerto Rico", "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah", "Vermont",
    "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming",
)  # fmt: skip


class FieldSpec(NamedTuple):
    """One leaf of the contract. `path` is `/patient/age` or, inside an item, `/items/*/quantity`.

    `room` is the path's first part (`patient`, `items`), `name` its last one, unique over the contract.
    """

    path: str
    room: str
    name: str
    is_list: bool
    needs_evidence: bool
    core: bool
    annotation: Any
    description: str

    @property
    def in_item(self) -> bool:
        """Whether every item has its own value."""
        return self.path.startswith("/items/*/")


# Knowledge about the named treatment rather than words of the letter; `retrospective` false is the absence of words.
WITHOUT_EVIDENCE = frozenset({"category", "generic_name"})
# What wants reading rather than a set place: reported apart from the core fields.
NARRATIVE = frozenset({"diagnoses", "medications", "prior_treatments", "reasons"})


def _specs(model: type[BaseModel], prefix: str) -> Iterator[FieldSpec]:
    for name, info in model.model_fields.items():
        is_list = _is_tuple(info.annotation)
        yield FieldSpec(
            path=f"{prefix}/{name}",
            room=prefix.split("/")[1],
            name=name,
            is_list=is_list,
            needs_evidence=name not in WITHOUT_EVIDENCE,
            core=name not in NARRATIVE,
            annotation=info.annotation,
            description=info.description or "",
        )


def _is_tuple(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


FIELDS: tuple[FieldSpec, ...] = (
    *_specs(Case, "/case"),
    *_specs(Reviewer, "/reviewer"),
    *_specs(Patient, "/patient"),
    *_specs(Clinical, "/clinical"),
    *_specs(Item, "/items/*"),
)
LETTER_FIELDS = tuple(f for f in FIELDS if not f.in_item)
ITEM_FIELDS = tuple(f for f in FIELDS if f.in_item)
BY_NAME = {f.name: f for f in FIELDS}

CATEGORIES: tuple[str, ...] = get_args(Category)
REASONS: tuple[str, ...] = get_args(Reason)
DECISIONS: tuple[str, ...] = get_args(Decision)


def record_json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one line of `records.jsonl`, for validators outside of this project."""
    schema = Record.model_json_schema(mode="serialization")
    for model in (schema, *schema["$defs"].values()):
        if "properties" in model:
            model["required"] = list(model["properties"])  # a record spells out every key, also where it has a default
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:llm-extract:record:{SCHEMA_VERSION}",
        **schema,
        "title": f"llm_extract record, contract version {SCHEMA_VERSION}",
    }


def record_line(record: Record) -> str:
    """One line of `records.jsonl`, keys in `RECORD_KEYS` order, no line break inside."""
    return to_json({key: getattr(record, key) for key in RECORD_KEYS}).decode()
