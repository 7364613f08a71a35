"""Folders of labelled letters made of the invented ones, and evaluations of them without a model, for tests of the evaluation."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import samples

from llm_extract.confidence import shipped
from llm_extract.evaluation.cases import Cases, load_cases
from llm_extract.evaluation.evaluate import Reader, engine_run, headline_of, report_of
from llm_extract.evaluation.report import EngineRun, Report
from llm_extract.letters import Letter, LetterFile, read_letter
from llm_extract.pipeline import Traced
from llm_extract.schema import Record, RunInfo, SourceFile

Change = Callable[[dict[str, Any]], object]

THREE = ("first-letter", "omeprazole-short", "notice-2013")
"""Enough letters where their number does not matter."""


def cases_folder(folder: Path, *names: str) -> Path:
    """The named invented letters with their labels, three where none is named."""
    for part in ("text", "labels"):
        (folder / part).mkdir(parents=True)
    for name in names or THREE:
        shutil.copy(samples.path_of(name), folder / "text")
        shutil.copy(samples.LABELS / f"{name}.json", folder / "labels")
    return folder


def label_of(name: str) -> dict[str, Any]:
    """An invented letter's label."""
    label: dict[str, Any] = json.loads((samples.LABELS / f"{name}.json").read_text("utf-8"))
    return label


def relabel(folder: Path, name: str, change: Change) -> None:
    """Change a label in its file."""
    path = folder / "labels" / f"{name}.json"
    label = json.loads(path.read_text("utf-8"))
    change(label)
    path.write_text(json.dumps(label), "utf-8")


def setting(pointer: str, value: Any) -> Change:
    """Sets the value at a JSON pointer."""
    *path, last = (int(part) if part.isdecimal() else part for part in pointer.strip("/").split("/"))

    def change(data: dict[str, Any]) -> None:
        at: Any = data
        for part in path:
            at = at[part]
        at[last] = value

    return change


def opener(file: LetterFile) -> Letter:
    """Opens a letter with the usual limits."""
    return read_letter(file.path, letter_id=file.letter_id)


def loaded(folder: Path) -> Cases:
    """The cases of a folder."""
    return load_cases(folder, opener)


# --- evaluations of records that are made, not read ------------------------------------------------------------------


def record(label: Mapping[str, Any], *changes: Change, status: str = "ok", engine: str = "baseline", **run: Any) -> Record:
    """A record that says what the label says, but for the changes; a failed one says nothing."""
    said = json.loads(json.dumps({key: value for key, value in label.items() if key != "evidence"}))
    for change in changes:
        change(said)
    if status == "failed":
        said = {"letter_id": label["letter_id"]}
    frame = {"source": SourceFile(path="letter.txt"), "status": status, "run": RunInfo(engine=engine, cost_usd=0.0, **run)}
    return Record.model_validate(said | frame)


def evaluated(cases: Cases, **engines: Mapping[str, Record]) -> tuple[list[EngineRun], Report]:
    """The evaluation of engines by name; of a letter without a record the label itself is the record."""
    letters = {case.letter_id: opener(case.file) for case in cases.cases}
    _, headline = headline_of(cases.cases)
    runs = [
        engine_run(Reader(name, {"engine": name}, _records(cases, records)), cases.cases, letters, headline, shipped())
        for name, records in engines.items()
    ]
    return runs, report_of(cases, runs)


def _records(cases: Cases, given: Mapping[str, Record]) -> list[Traced]:
    return [Traced(given.get(c.letter_id) or record(c.label.model_dump(mode="json")), {}) for c in cases.cases]
