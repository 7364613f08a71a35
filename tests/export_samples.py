"""Runs for the export's tests: folders with records, and records with any text in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

from hypothesis import strategies as st

from llm_extract.ledger import RECORDS, RUN
from llm_extract.schema import (
    CATEGORIES,
    DECISIONS,
    REASONS,
    Case,
    Citation,
    Clinical,
    EvidenceSpan,
    Issue,
    Item,
    Patient,
    Record,
    Reviewer,
    RunInfo,
    Sex,
    Source,
    SourceFile,
    Status,
    record_line,
)

REPORT = {"settings": {"engine": "baseline"}, "complete": True, "ended": "2026-01-02T03:04:05+00:00"}
NASTY = (
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r",
    "\n=1",
    "＝1",
    " =1",
    "'=1",
    "'",
    ";",
    "; ",
    "a; b",
    "\\",
    "a\\; b",
    "_x0041_",
    ",",
)


def run_of(folder: Path, made: Sequence[Record], /, *, lines: Sequence[str] = (), **report: Any) -> Path:
    """A run's folder with these records, and more lines behind them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [*map(record_line, made), *lines]
    (folder / RECORDS).write_text("".join(f"{line}\n" for line in written), encoding="utf-8", newline="")
    (folder / RUN).write_text(json.dumps({**REPORT, "letters": len(made), "records": len(made), **report}))
    return folder


def record(letter_id: str = "a", **changes: Any) -> Record:
    """A record with one item; `changes` are fields of the record."""
    plain = Record(
        letter_id=letter_id,
        source=SourceFile(path=f"letters/{letter_id}.txt", sha256="0" * 64, chars=9, layout="expert_reviewer"),
        status="ok",
        items=(item(),),
        run=RunInfo(engine="baseline", cost_usd=0.0),
    )
    return plain.model_copy(update=changes)


def item(**changes: Any) -> Item:
    """An item of which little is known."""
    plain = Item(request="Norco #60", treatment="Norco", category="medication", quantity=60, decision="upheld")
    return plain.model_copy(update=changes)


def failed(letter_id: str) -> Record:
    """What becomes of a letter that could not be read."""
    issue = Issue(pointer="", code="empty_file", message="The file is empty.")
    return record(letter_id, status="failed", items=(), issues=(issue,))


# --- records with any text -------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(NASTY)
_days = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
_lists = st.lists(texts, max_size=3).map(tuple)
_maybe = st.none() | texts
_counts = st.integers(0, 10**9)
_citations = st.lists(
    st.builds(
        Citation,
        source=st.sampled_from(get_args(Source)),
        title=texts,
        section=_maybe,
        pages=st.lists(_counts, max_size=4).map(tuple),
    ),
    max_size=2,
).map(tuple)
_items = st.builds(
    Item,
    request=texts,
    treatment=texts,
    category=st.sampled_from(CATEGORIES),
    generic_name=_maybe,
    strength=_maybe,
    quantity=st.none() | _counts | st.floats(-1e6, 1e6),
    refills=st.none() | _counts,
    frequency=_maybe,
    body_part=_maybe,
    retrospective=st.booleans(),
    date_of_service=_days,
    decision=st.sampled_from(DECISIONS),
    claims_admin_guidelines=_citations,
    reviewer_guidelines=_citations,
    rationale=_maybe,
    reasons=st.lists(st.sampled_from(REASONS), max_size=3).map(tuple),
)
_issues = st.builds(Issue, pointer=st.sampled_from(["", "/patient/age", "/items/0/reasons/1"]), code=texts, message=texts)
_spans = st.lists(st.builds(EvidenceSpan, start=_counts, end=_counts), min_size=1, max_size=2).map(tuple)


@st.composite
def records(draw: st.DrawFn, letter_id: str = "a") -> Record:
    """Any record: every field of any value, each leaf with or without proof."""
    plain = Record(
        letter_id=letter_id,
        source=draw(st.builds(SourceFile, path=texts, sha256=_maybe, chars=st.none() | _counts, pages=st.none() | _counts)),
        status=draw(st.sampled_from(get_args(Status))),
        case=draw(
            st.builds(
                Case,
                case_number=_maybe,
                date_of_injury=_days,
                date_assigned=_days,
                application_received=_days,
                ur_denial_date=_days,
                decision_date=_days,
            )
        ),
        reviewer=draw(st.builds(Reviewer, licensed_states=_lists, specialties=_lists)),
        patient=draw(st.builds(Patient, age=st.none() | _counts, sex=st.none() | st.sampled_from(get_args(Sex)))),
        clinical=draw(st.builds(Clinical, diagnoses=_lists, medications=_lists, prior_treatments=_lists)),
        items=draw(st.lists(_items, max_size=2).map(tuple)),
        issues=draw(st.lists(_issues, max_size=2).map(tuple)),
        run=draw(st.builds(RunInfo, engine=texts, model=_maybe, prompt=_maybe, cost_usd=st.none() | st.floats(0, 1e6))),
    )
    pointers = list(leaves(plain))
    proved = draw(st.lists(st.sampled_from(pointers), unique=True))
    evidence = {pointer: draw(_spans) for pointer in proved}
    provenance = {pointer: draw(st.sampled_from(["model", "baseline"])) for pointer in proved}
    return plain.model_copy(update={"evidence": evidence, "provenance": provenance})


def leaves(plain: Record) -> list[str]:
    """Pointers of a record's values, list entries each by itself."""
    sections = {name: getattr(plain, name) for name in ("case", "reviewer", "patient", "clinical")}
    places = {**sections, **{f"items/{i}": it for i, it in enumerate(plain.items)}}
    found = []
    for place, part in places.items():
        for name in type(part).model_fields:
            value = getattr(part, name)
            own = f"/{place}/{name}"
            found += [f"{own}/{i}" for i in range(len(value))] if isinstance(value, tuple) else [own]
    return found
