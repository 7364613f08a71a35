"""The report as one HTML page that needs nothing else: no server, no network, no library.

The figures stand in the page as markup. Rows and letters stand in it once, as JSON in a `<script>` that no browser runs; the
page's script shows them as text nodes. Letters are hostile input: nothing of them is ever part of the markup, and the page's
content security policy lets no script run but its own.

Letters that may not be shown (those of the test split) are in the page as figures only.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from llm_extract.evaluation.cases import Case
from llm_extract.evaluation.gate import Gate
from llm_extract.evaluation.kept import Change, broken, fixed
from llm_extract.evaluation.markdown import NONE, number, percent
from llm_extract.evaluation.marks import Marked
from llm_extract.evaluation.metrics import DECISION_ORDER, FIELD_NAMES, NO_ITEM
from llm_extract.evaluation.plots import colour, marker, plots, slice_label
from llm_extract.evaluation.report import EngineRun, LetterLine, Report
from llm_extract.evaluation.score import ERRORS, ITEM, Row
from llm_extract.letters import Letter
from llm_extract.schema import BY_NAME, Record

if TYPE_CHECKING:
    from jinja2 import Environment

SHAPES = {"o": "●", "s": "■", "D": "◆", "^": "▲", "v": "▼", "P": "✚", "X": "✖", "*": "★"}
"""The plots' markers as characters, for the key beside an engine's name."""

WITHHELD = "Letters of the test split are scored and not shown, so that nobody works towards them; --show-test shows them."


def html(
    report: Report,
    runs: Sequence[EngineRun],
    letters: Mapping[str, Letter],
    cases: Sequence[Case],
    outcome: Gate | None,
    changes: Sequence[Change],
) -> str:
    """The page. `letters` are those whose text and values may stand in it; equal input gives equal bytes."""
    shown = _Shown.of(report, runs, letters, cases)
    keys = {engine.name: _Key(engine.name, colour(i), SHAPES[marker(i)]) for i, engine in enumerate(report.engines)}
    script = _asset("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            engines=list(keys.values()),
            keys=keys,
            plots=plots(report),
            outcome=outcome,
            changed=_changed(changes, shown, letters),
            withheld=_withheld(report, letters),
            shown=shown,
            decisions=(*DECISION_ORDER, NO_ITEM),
            floor=_floor(report),
            css=_asset("report.css"),
            script=script,
            script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            data=_json(shown.data),
        )
    )


class _Key(NamedTuple):
    """How an engine is drawn: CSS variable of its colour, and its mark."""

    name: str
    colour: str
    mark: str


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("llm_extract.evaluation", "data")
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters |= {
        "f3": number,
        "pct": percent,
        "points": _points,
        "range": _range,
        "moment": _moment,
        "kind": slice_label,
        "words": _words,
    }
    return env


@cache
def _asset(name: str) -> str:
    return resources.files("llm_extract.evaluation").joinpath("data", name).read_text("utf-8")


def _json(data: object) -> str:
    """JSON that may stand in a `<script>`: no `<`, so no end tag and no comment can begin in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _points(value: float | None) -> str:
    """A difference in points, with its sign."""
    return NONE if value is None else f"{100 * value:+.1f}".replace("-", "−")


def _range(part: Any) -> str:
    """The interval of a score, or nothing."""
    return "" if part.low is None or part.high is None else f"{part.low:.2f}–{part.high:.2f}"


def _moment(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


def _floor(report: Report) -> float:
    """Where the small interval bars of the tables begin: the tenth below the lowest bound of a group, never above 0.9."""
    lows = [s.low for engine in report.engines for s in engine.groups if s.low is not None]
    return min(0.9, int(10 * min(lows, default=0.0)) / 10)


def _withheld(report: Report, letters: Mapping[str, Letter]) -> list[str]:
    """Why letters are scored and not shown, as sentences."""
    hidden = [line for line in report.letters if line.letter_id not in letters]
    test = sum(line.slices.get("split") == "test" for line in hidden)
    others = len(hidden) - test
    return [
        *([WITHHELD] if test else []),
        *([f"{others} letters could not be opened: there is no text to show."] if others else []),
    ]


# --- what may be shown -----------------------------------------------------------------------------------------------


_Change = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Shown:
    """The rows and letters of the error browser. `data` goes into the page; the rest counts and links."""

    data: Mapping[str, Any]
    errors: Mapping[tuple[str, str], int]
    ids: Mapping[_Change, str]
    fields: Sequence[str]
    slices: Mapping[str, Sequence[str]]
    letters: Sequence[str]

    def link(self, change: Change) -> str:
        """The permalink of what a change has led to; nothing where that is no value."""
        return self.ids.get(_leaf(change.engine, change.letter_id, change.field, change.pointer, change.now), "")

    @property
    def traps(self) -> list[str]:
        """The slices that are traps; there are many."""
        return [name for name in self.slices if name.startswith("trap:")]

    @classmethod
    def of(cls, report: Report, runs: Sequence[EngineRun], letters: Mapping[str, Letter], cases: Sequence[Case]) -> _Shown:
        """Rows of letters that may be shown; what both sides leave out is no row."""
        lines = [line for line in report.letters if line.letter_id in letters]
        table = _Table.of(report, letters, cases)
        rows = [row for run in runs for row in _rows_of(run, letters)]
        records = {(run.name, record.letter_id): record for run in runs for record in run.records}
        for row in rows:
            table.add(row, records[row.engine, row.letter_id])
        fields = {row.field for row in rows}
        return cls(
            data=table.as_json(report.verdict.use),
            errors=Counter((row.engine, name) for row in rows if row.outcome in ERRORS for name in (row.field, "")),
            ids={_leaf(row.engine, row.letter_id, row.field, row.pointer, row.predicted): row_id(row) for row in rows},
            fields=[name for name in FIELD_NAMES if name in fields],
            slices=_slice_values(lines),
            letters=[line.letter_id for line in lines],
        )


def _rows_of(run: EngineRun, letters: Container[str]) -> Iterator[Row]:
    return (row for row in run.rows if row.letter_id in letters and row.outcome != "correctly_null")


def row_id(row: Row) -> str:
    """A row's permalink: engine, letter and the label's pointer, or the record's behind a plus. Later reports have it too."""
    leaf = row.pointer if row.pointer is not None else f"+{row.predicted_pointer}"
    return "~".join((_quoted(row.engine), _quoted(row.letter_id), leaf.replace("/", ".")))


def _quoted(name: str) -> str:
    return quote(name, safe="").replace("~", "%7E")


def _leaf(engine: str, letter_id: str, name: str, pointer: str | None, value: Any) -> _Change:
    """What a change and a row have in common."""
    return engine, letter_id, name, pointer if pointer is not None else json.dumps(value)


def _slice_values(lines: Sequence[LetterLine]) -> dict[str, list[str]]:
    values: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        for name, value in line.slices.items():
            if name != "family":
                values[name].add(value)
    return {name: sorted(values[name]) for name in sorted(values, key=lambda n: (n.startswith("trap:"), n))}


# --- rows and letters as JSON ----------------------------------------------------------------------------------------


@dataclass
class _Interned:
    """Equal things once, by number: a label's value stands in the rows of every engine."""

    at: dict[Any, int] = field(default_factory=dict)

    def number(self, thing: Any) -> int:
        return self.at.setdefault(thing, len(self.at))


@dataclass(frozen=True)
class _Table:
    """Rows as arrays, and the letters, values and places that rows share. The script's `COLUMNS` names a row's parts in order."""

    engines: Sequence[str]
    lines: Mapping[str, LetterLine]
    letters: Mapping[str, Marked]
    values: _Interned = field(default_factory=_Interned)
    places: _Interned = field(default_factory=_Interned)
    rows: list[list[Any]] = field(default_factory=list)

    @classmethod
    def of(cls, report: Report, letters: Mapping[str, Letter], cases: Sequence[Case]) -> _Table:
        """An empty table over the letters that may be shown."""
        labels = {case.letter_id: case.label for case in cases}
        lines = {line.letter_id: line for line in report.letters if line.letter_id in letters}
        marked = {name: Marked(letters[name], labels[name]) for name in lines}
        return cls([engine.name for engine in report.engines], lines, marked)

    def add(self, row: Row, record: Record) -> None:
        """Append a row."""
        self.rows.append(
            [
                row_id(row),
                self.engines.index(row.engine),
                list(self.lines).index(row.letter_id),
                FIELD_NAMES.index(row.field),
                row.outcome,
                None if row.gold_normal is None else self.values.number(_words(row.gold)),
                None if row.predicted_normal is None else self.values.number(_words(row.predicted)),
                row.reader,
                row.evidence,
                None if row.confidence is None else round(row.confidence, 4),
                self._gold_place(row),
                self._predicted_place(row, record),
                row.placed,
            ]
        )

    def _gold_place(self, row: Row) -> int | None:
        if row.gold_normal is None or row.pointer is None:
            return None
        return self.places.number(self.letters[row.letter_id].gold(row.pointer, row.field))

    def _predicted_place(self, row: Row, record: Record) -> int | None:
        if row.predicted_normal is None or row.predicted_pointer is None:
            return None
        return self.places.number(self.letters[row.letter_id].predicted(row.predicted_pointer, row.field, record.evidence))

    def as_json(self, use: str) -> dict[str, Any]:
        """Everything that the page's script reads."""
        return {
            "engines": [[name, colour(i), SHAPES[marker(i)]] for i, name in enumerate(self.engines)],
            "use": use,
            "fields": [[name, _about(name)] for name in FIELD_NAMES],
            "letters": [[name, marked.letter.text, _named(self.lines[name])] for name, marked in self.letters.items()],
            "values": list(self.values.at),
            "places": [[p.source, p.near, *p.spans] for p in self.places.at],
            "rows": self.rows,
        }


def _named(line: LetterLine) -> dict[str, str]:
    return {name: value for name, value in line.slices.items() if name != "family"}


def _about(name: str) -> str:
    return "whether the disputed item itself was found, by its treatment" if name == ITEM else BY_NAME[name].description


def _words(value: Any) -> str:
    """A value for people: a citation in one line, everything else as it is written."""
    if not isinstance(value, Mapping):
        return "yes" if value is True else "no" if value is False else NONE if value is None else str(value)
    pages = ", ".join(map(str, value.get("pages") or ()))
    parts = (value.get("title"), value.get("section"), f"p. {pages}" if pages else None)
    return f"{value.get('source')}: " + " · ".join(part for part in parts if part)


# --- changes ---------------------------------------------------------------------------------------------------------


class _Changed(NamedTuple):
    """Leaves that were fixed or broken. `hidden` of them are of letters that are not shown: they are counted alone."""

    name: str
    shown: Sequence[tuple[Change, str]]
    hidden: int


def _changed(changes: Sequence[Change], shown: _Shown, letters: Mapping[str, Letter]) -> list[_Changed]:
    found = []
    for name, listed in (("broken", list(broken(changes))), ("fixed", list(fixed(changes)))):
        visible = [change for change in listed if change.letter_id in letters]
        found.append(_Changed(name, [(change, shown.link(change)) for change in visible], len(listed) - len(visible)))
    return found
