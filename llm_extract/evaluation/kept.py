"""A report kept from an earlier evaluation, and what a change has fixed and broken since.

A report is a folder: `report.json` (the figures) and `rows.jsonl.xz` (every leaf). Both are needed to compare leaf by leaf and
letter by letter.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llm_extract.errors import SettingsError
from llm_extract.evaluation.report import Part, Report
from llm_extract.evaluation.score import ERRORS, Row


class KeptReportError(SettingsError):
    """A kept report cannot be read, or is of other cases."""

    code = "kept_report"


class Change(Part):
    """One leaf that is right in one of two reports and an error in the other. `before` and `after` are outcomes."""

    engine: str
    letter_id: str
    field: str
    pointer: str | None
    gold: Any
    was: Any
    now: Any
    before: str
    after: str


@dataclass(frozen=True)
class Kept:
    """An earlier report with its rows."""

    path: Path
    report: Report
    rows: Sequence[Row]


def save(folder: Path, report: Report, rows: Iterable[Row], slices: Mapping[str, Mapping[str, str]]) -> None:
    """Write `report.json` and `rows.jsonl.xz`. Each row also names its letter's slices, so that it stands by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(report.model_dump_json(indent=1) + "\n", "utf-8")
    with lzma.open(folder / "rows.jsonl.xz", "wb", preset=6) as packed:
        for row in rows:
            line = {**row.as_json(), "slices": dict(slices.get(row.letter_id, {}))}
            packed.write((json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode())


def load(path: Path) -> Kept:
    """A kept report by its folder or its `report.json`. Raises `KeptReportError`."""
    folder = path if path.is_dir() else path.parent
    try:
        report = Report.model_validate_json((folder / "report.json").read_bytes())
        with lzma.open(folder / "rows.jsonl.xz", "rt", encoding="utf-8") as file:
            rows = [_row(json.loads(line)) for line in file]
    except FileNotFoundError as error:
        raise KeptReportError(f"{path} is no kept report: {Path(error.filename).name} is missing in {folder}.") from None
    except (OSError, EOFError, ValueError, TypeError, KeyError, AttributeError, lzma.LZMAError) as error:
        raise KeptReportError(
            f"The kept report {path} cannot be read ({type(error).__name__}): make it anew with `eval --out`."
        ) from None
    return Kept(folder, report, rows)


def _row(line: dict[str, Any]) -> Row:
    given = {name: value for name, value in line.items() if name != "slices"}
    for name in ("gold_normal", "predicted_normal"):
        given[name] = _hashable(given[name])
    return Row(**given)


def _hashable(value: Any) -> Any:
    """JSON has no tuples: normal forms get theirs back."""
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def changes(before: Iterable[Row], after: Iterable[Row]) -> list[Change]:
    """Leaves whose rightness changed, by engine, letter and pointer. Letters and engines of one side alone are left out."""
    old, new = _errors_by_leaf(before), _errors_by_leaf(after)
    shared = {key[:2] for key in old} & {key[:2] for key in new}
    found = [_change(key, old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new)) if key[:2] in shared]
    return [change for change in found if change is not None]


_Key = tuple[str, str, str, Any]


def _errors_by_leaf(rows: Iterable[Row]) -> dict[_Key, Row]:
    """Rows by engine, letter, field and what the leaf is: the label's pointer, or for an invented value the value itself."""
    return {(r.engine, r.letter_id, r.field, r.predicted_normal if r.outcome == "invented" else r.pointer): r for r in rows}


def _change(key: _Key, old: Row | None, new: Row | None) -> Change | None:
    before, after = (None if row is None else row.outcome for row in (old, new))
    if (before in ERRORS) == (after in ERRORS):
        return None
    row = new or old
    assert row is not None  # noqa: S101 - a key comes from one of the two
    return Change(
        engine=row.engine,
        letter_id=row.letter_id,
        field=row.field,
        pointer=row.pointer,
        gold=row.gold,
        was=old.predicted if old else None,
        now=new.predicted if new else None,
        before=before or "not there",
        after=after or "not there",
    )


def fixed(listed: Iterable[Change]) -> Iterator[Change]:
    """Errors that are gone."""
    return (change for change in listed if change.before in ERRORS)


def broken(listed: Iterable[Change]) -> Iterator[Change]:
    """Errors that are new."""
    return (change for change in listed if change.after in ERRORS)
