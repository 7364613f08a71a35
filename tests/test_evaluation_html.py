"""The report's page: true to the figures, silent about withheld letters, deaf to hostile ones, and whole by itself."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import samples

from llm_extract.confidence import Calibration
from llm_extract.evaluating import Plan, read_all, variants
from llm_extract.evaluation import kept
from llm_extract.evaluation.cases import Case, Cases, LabelFile, load_cases
from llm_extract.evaluation.evaluate import Reader, engine_run, headline_of, report_of
from llm_extract.evaluation.gate import Gate, gate
from llm_extract.evaluation.html import WITHHELD, html, row_id
from llm_extract.evaluation.kept import Change, Kept
from llm_extract.evaluation.marks import Marked
from llm_extract.evaluation.plots import COLOURS, plots
from llm_extract.evaluation.report import EngineRun, Report
from llm_extract.letters import Letter, LetterFile, letter_from_text, read_letter
from llm_extract.pipeline import Traced
from llm_extract.schema import Record
from llm_extract.sections import sections_of

ATTACK = "</script><img src=x onerror=alert(1)><!-- <script> {{ 7*7 }} {% raw %} {# gone #} & <b>bold</b> ]]>"
MARKER = "Withheld-Marker-Syndrome"
SHOWN, HELD_BACK = ("first-letter", "knee-surgery"), ("omeprazole-short", "long-lumbar")
OTHER = 'model & "co"'
"""An engine's name is given by the user: it too may hold markup."""


class Input(NamedTuple):
    """What the page is made from."""

    report: Report
    runs: Sequence[EngineRun]
    letters: Mapping[str, Letter]
    cases: Sequence[Case]
    outcome: Gate | None
    changes: Sequence[Change]


# --- reading a page --------------------------------------------------------------------------------------------------

VOID = frozenset({"meta", "br", "input", "img", "link", "hr"})


@dataclass
class Element:
    """A start tag with its attributes, the text that it holds, and what encloses it."""

    tag: str
    attributes: dict[str, str | None]
    parents: tuple[Element, ...]
    text: str = ""

    def within(self, tag: str, **attributes: str) -> bool:
        """Whether an element with these attributes encloses it."""
        return any(
            p.tag == tag and all(p.attributes.get(k.replace("_", "-")) == v for k, v in attributes.items()) for p in self.parents
        )


class Page(HTMLParser):
    """A page as a browser would divide it; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self.open, f"<{self.open[-1].tag}> is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, dict(attrs), tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which has to be of this tag."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> of line {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Text belongs to every element around it."""
        for element in self.open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a tag with these attributes."""
        return [
            e
            for e in self.elements
            if e.tag == tag and all(e.attributes.get(k.replace("_", "-")) == v for k, v in attributes.items())
        ]

    def data(self) -> dict[str, Any]:
        """What the page's script is given."""
        (script,) = self.all("script", id="data")
        found: dict[str, Any] = json.loads(script.text)
        return found

    def visible(self) -> str:
        """All text but that of scripts and styles."""
        (body,) = self.all("body")
        hidden = [e.text for e in self.elements if e.tag in {"script", "style"}]
        text = body.text
        for part in hidden:
            text = text.replace(part, "")
        return text

    def cells(self, row: Element) -> list[Element]:
        """The cells of a table's row."""
        return [e for e in self.elements if e.tag in {"td", "th"} and any(p is row for p in e.parents)]


# --- an evaluation ---------------------------------------------------------------------------------------------------


def _case_files(folder: Path) -> None:
    """Four invented letters in two splits; hostile words in one that is shown, a marker in one that is not."""
    (folder / "text").mkdir(parents=True)
    (folder / "labels").mkdir()
    lines = []
    for split, names in (("dev", SHOWN), ("test", HELD_BACK)):
        for name in names:
            text, label = samples.letter(name).text, json.loads((samples.LABELS / f"{name}.json").read_text("utf-8"))
            if name == SHOWN[0]:
                text = f"\U0001f9d1 {ATTACK}\n{text}\n{ATTACK}\n"
                label["clinical"]["diagnoses"].append(ATTACK)
            if name == HELD_BACK[0]:
                text += f"\n{MARKER}\n"
                label["clinical"]["diagnoses"].append(MARKER)
            (folder / "text" / f"{name}.txt").write_text(text, "utf-8")
            (folder / "labels" / f"{name}.json").write_text(json.dumps(label), "utf-8")
            lines.append(
                {"letter_id": name, "split": split, "family": f"family-{name}", "layout": "one", "traps": [f"trap_{split}"]}
            )
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def _second(record: Record, case: Case) -> Record:
    """A record of another reader: right where the rules are wrong, with an error and a lost piece of evidence of its own."""
    case_block = record.case.model_copy(update={"case_number": f"{ATTACK} CM99-9999999", "priority": None})
    run = record.run.model_copy(update={"engine": "model", "model": "m", "input_tokens": 4000, "seconds": 9.5, "cost_usd": 0.25})
    evidence = {pointer: spans for pointer, spans in record.evidence.items() if not pointer.startswith("/patient")}
    clinical = case.label.clinical.model_copy(update={"medications": (*case.label.clinical.medications, "Inventol")})
    found = {"case": case_block, "clinical": clinical, "run": run, "evidence": evidence, "status": "partial"}
    return record.model_copy(update=found)


def _evaluated(folder: Path) -> tuple[Cases, Mapping[str, Letter], list[EngineRun]]:
    plan = Plan(folder, variants(["baseline"], [], {}))
    cases = load_cases(folder, _opened)
    letters = {case.letter_id: _opened(case.file) for case in cases.cases}
    (rules,) = asyncio.run(read_all(plan, cases.cases))
    other = Reader(OTHER, {"engine": "model"}, [Traced(_second(rules.records[c.letter_id], c), {}) for c in cases.cases])
    _, headline = headline_of(cases.cases)
    runs = [engine_run(reader, cases.cases, letters, headline, Calibration({})) for reader in (rules, other)]
    return cases, letters, runs


def _opened(file: LetterFile) -> Letter:
    return read_letter(file.path, letter_id=file.letter_id)


def _before(run: EngineRun) -> EngineRun:
    """The run as it was before a change: some right values were wrong, in every letter, and some wrong ones right."""
    turn = {"decision": "wrong", "diagnoses": "correct"}
    rows = [
        replace(row, outcome=turn[row.field], predicted=ATTACK) if row.field in turn and row.gold else row for row in run.rows
    ]
    return replace(run, rows=tuple(rows))


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Input:
    """An evaluation of two engines against a kept report, whose test letters are withheld."""
    folder = tmp_path_factory.mktemp("cases") / "ours"
    _case_files(folder)
    cases, letters, runs = _evaluated(folder)
    report = report_of(cases, runs)
    earlier = [_before(run) for run in runs]
    old = Kept(folder / "kept", report_of(cases, earlier), [row for run in earlier for row in run.rows])
    changes = kept.changes(old.rows, (row for run in runs for row in run.rows))
    shown = {name: letters[name] for name in SHOWN}
    return Input(report, runs, shown, cases.cases, gate(report, runs, old, margin=0.0), changes)


@pytest.fixture(scope="module")
def text(given: Input) -> str:
    """The page's text."""
    return html(*given)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    """The page, divided."""
    return Page(text)


# --- hostile input ---------------------------------------------------------------------------------------------------


def test_hostile_letter_is_inert(page: Page, given: Input) -> None:
    """A letter that ends the script and brings an image and a template stands in the page as its own text, as no element."""
    letters = {name: text for name, text, _ in page.data()["letters"]}
    assert letters == {name: letter.text for name, letter in given.letters.items()}
    assert letters[SHOWN[0]].count(ATTACK) == 2
    assert [script.attributes.get("id") for script in page.all("script")] == ["data", None]
    assert not {e.tag for e in page.elements} & {"img", "iframe", "object", "embed", "link", "base", "b-"}
    assert not [name for e in page.elements for name in e.attributes if name.startswith("on")]


def test_hostile_values_of_labels_and_records_are_inert(page: Page) -> None:
    """Values with markup reach the list of rows and the table of changes as text."""
    data = page.data()
    assert ATTACK in data["values"]
    assert any(value.startswith(ATTACK) and value.endswith("CM99-9999999") for value in data["values"])
    changed = [cell.text for cell in page.all("td", **{"class": "said"}) if cell.within("section", id="changes")]
    assert any(ATTACK in cell for cell in changed)
    assert not [e for e in page.all("b") if e.text == "bold"]


def test_only_the_pages_own_script_may_run(page: Page) -> None:
    """The content security policy names the hash of the page's script and allows nothing else to be loaded or run."""
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    own = page.all("script")[-1].text
    digest = b64encode(hashlib.sha256(own.encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in (policy.attributes["content"] or "").split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"


def test_the_script_writes_text_alone() -> None:
    """The page's script has no way to turn a string into markup or code."""
    script = _asset("report.js")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|DOMParser|srcdoc", script)


def _asset(name: str) -> str:
    return (samples.ROOT / "llm_extract" / "evaluation" / "data" / name).read_text("utf-8")


# --- withheld letters ------------------------------------------------------------------------------------------------


def test_withheld_letters_are_figures_alone(text: str, page: Page, given: Input) -> None:
    """Of a letter that may not be shown the page has its scores, but no word, no value and no row."""
    data = page.data()
    assert MARKER not in text
    assert [name for name, *_ in data["letters"]] == list(SHOWN)
    labels = {case.letter_id: case.label for case in given.cases}
    known = " ".join(letter.text for letter in given.letters.values())
    for name in HELD_BACK:
        values = [v for item in labels[name].items for v in (item.request, item.rationale) if v and v not in known]
        assert values
        assert not [value for value in values if value in text or json.dumps(value)[1:-1] in text]
        assert not [row for row in data["rows"] if name in row[0]]
        assert page.all("a", href=f"#errors?engine=baseline&letter={name}&outcome=errors") == []
        assert name in [e.text for e in page.all("th", scope="row") if e.within("section", id="letters")]


def test_withholding_is_said(page: Page, alone: Page) -> None:
    """A sentence says that letters are withheld, and why; where none is, there is no such sentence."""
    assert WITHHELD in page.visible()
    assert WITHHELD not in alone.visible()


@pytest.fixture(scope="module")
def alone(given: Input) -> Page:
    """The page of the shown letters by the first engine alone, as if they had no manifest, without a kept report."""
    cases = [replace(case, slices={}) for case in given.cases if case.split == "dev"]
    wanted, first = {case.letter_id for case in cases}, given.runs[0]
    run = replace(
        first,
        rows=tuple(row for row in first.rows if row.letter_id in wanted),
        records=tuple(record for record in first.records if record.letter_id in wanted),
    )
    return Page(html(report_of(Cases(Path("some"), tuple(cases)), [run]), [run], given.letters, cases, None, ()))


def test_changes_of_withheld_letters_are_counted_alone(page: Page, given: Input) -> None:
    """What was fixed and broken is listed for the letters that are shown, and counted for the others."""
    (section,) = page.all("section", id="changes")
    for name, listed in (("broken", list(kept.broken(given.changes))), ("fixed", list(kept.fixed(given.changes)))):
        (details,) = [e for e in page.all("details") if name in (e.attributes.get("class") or "").split()]
        hidden = sum(change.letter_id in HELD_BACK for change in listed)
        assert hidden
        assert f"({len(listed)})" in details.text
        assert f"not shown: {hidden}." in details.text
        rows = [e for e in page.all("tr") if any(p is details for p in e.parents) and e.within("tbody")]
        assert len(rows) == len(listed) - hidden
    assert not [
        name for name in HELD_BACK if name in "".join(e.text for e in page.all("a") if any(p is section for p in e.parents))
    ]


# --- the error browser -----------------------------------------------------------------------------------------------


def _options(page: Page, name: str) -> list[str]:
    return [e.attributes["value"] or "" for e in page.all("option") if e.within("select", name=name)]


def test_every_filter_value_is_offered(page: Page, given: Input) -> None:
    """Each engine, field, slice and letter that a shown row has can be chosen, and so can each outcome."""
    rows = [row for run in given.runs for row in run.rows if row.letter_id in given.letters and row.outcome != "correctly_null"]
    assert _options(page, "engine") == ["", "baseline", OTHER]
    assert set(_options(page, "field")) == {"", *(row.field for row in rows)}
    assert set(_options(page, "outcome")) == {"", "errors", *(row.outcome for row in rows)}
    assert set(_options(page, "letter")) == {"", *SHOWN}
    shown = [line for line in given.report.letters if line.letter_id in given.letters]
    slices = {f"{name}:{value}" for line in shown for name, value in line.slices.items() if name != "family"}
    assert set(_options(page, "slice")) == {"", *slices}
    assert "trap:trap_dev:yes" in slices


def test_rows_are_those_of_the_shown_letters(page: Page, given: Input) -> None:
    """Every leaf of a shown letter but those that both sides leave out is a row, with its outcome and both values."""
    data = page.data()
    expected = {
        row_id(row): row
        for run in given.runs
        for row in run.rows
        if row.letter_id in given.letters and row.outcome != "correctly_null"
    }
    assert {row[0] for row in data["rows"]} == expected.keys()
    for cells in data["rows"]:
        row = expected[cells[0]]
        assert (data["engines"][cells[1]][0], data["letters"][cells[2]][0], data["fields"][cells[3]][0]) == (
            row.engine,
            row.letter_id,
            row.field,
        )
        assert (cells[4], cells[7], cells[8], cells[12]) == (row.outcome, row.reader, row.evidence, row.placed)
        assert (cells[5] is None, cells[6] is None) == (row.gold_normal is None, row.predicted_normal is None)
        if isinstance(row.gold, str):
            assert data["values"][cells[5]] == row.gold


def test_permalinks_are_stable_and_unique(page: Page, alone: Page) -> None:
    """A row's permalink is its own, and the same in the next report, also where an engine and letters were added."""
    ids = [row[0] for row in page.data()["rows"]]
    assert len(ids) == len(set(ids))
    own = [row[0] for row in alone.data()["rows"]]
    assert own == [name for name in ids if name.startswith("baseline~")]
    assert f"baseline~{SHOWN[1]}~.patient.age" in own


def test_links_lead_to_rows(page: Page, given: Input) -> None:
    """Links into the error browser name engines, fields, letters and rows that are there."""
    from urllib.parse import parse_qs

    data = page.data()
    ids = {row[0] for row in data["rows"]}
    links = [
        parse_qs((e.attributes["href"] or "").removeprefix("#errors?"))
        for e in page.all("a")
        if "#errors?" in (e.attributes["href"] or "")
    ]
    assert {name for link in links for name in link.get("engine", ())} == {"baseline", OTHER}
    assert {name for link in links for name in link.get("row", ())} <= ids
    assert [link for link in links if "row" in link]
    assert {name for link in links for name in link.get("field", ())} <= {name for name, _ in data["fields"]}
    assert {name for link in links for name in link.get("letter", ())} == set(SHOWN)


def test_the_script_knows_the_columns(page: Page) -> None:
    """The script's names for a row's parts are as many as there are parts."""
    columns = re.search(r"COLUMNS = \[(.*?)\]", _asset("report.js"))
    assert columns
    assert {len(row) for row in page.data()["rows"]} == {len(columns[1].split(","))}


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: the script's syntax is not checked")
def test_the_script_is_valid() -> None:
    """The page's script parses."""
    path = samples.ROOT / "llm_extract" / "evaluation" / "data" / "report.js"
    assert subprocess.run(["node", "--check", str(path)], capture_output=True, check=False).returncode == 0


# --- marks -----------------------------------------------------------------------------------------------------------


def _utf16(text: str, spans: Sequence[int]) -> str:
    """The words at offsets as a browser counts them."""
    units = text.encode("utf-16-le")
    return " ".join(units[2 * start : 2 * end].decode("utf-16-le") for start, end in zip(spans[::2], spans[1::2], strict=True))


def test_marks_stand_at_the_words_of_the_value(page: Page) -> None:
    """Both sides' marks cut the value's words out of the letter, also behind a character that a browser counts as two."""
    data = page.data()
    text = data["letters"][0][1]
    assert ord(text[0]) > 0xFFFF
    (row,) = [row for row in data["rows"] if row[0] == f"baseline~{SHOWN[0]}~.items.0.request"]
    for column, source in ((10, "found"), (11, "record")):
        found, _, *spans = data["places"][row[column]]
        assert found == source
        assert _utf16(text, spans).split() == data["values"][row[5]].split()


def test_most_values_of_labels_are_found(page: Page) -> None:
    """Of the label's values that stand in a letter's words, nine in ten are marked."""
    data = page.data()
    codes = {"category", "generic_name", "reasons"}
    placed = [
        data["places"][row[10]][0] for row in data["rows"] if row[10] is not None and data["fields"][row[3]][0] not in codes
    ]
    assert Counter(placed)["found"] > 0.9 * len(placed)


def test_evidence_of_the_label_is_preferred() -> None:
    """Where a label names its evidence, that is marked, and nothing is looked up."""
    letter = letter_from_text("Age 40. The patient is a 40 year old male.")
    label = LabelFile.model_validate(
        {"letter_id": "letter", "patient": {"age": 40}, "evidence": {"/patient/age": [{"start": 4, "end": 6}]}}
    )
    assert Marked(letter, label).gold("/patient/age", "age") == ("label", 4, (4, 6))


def test_what_is_not_found_is_not_marked() -> None:
    """A value whose words stand nowhere has no mark, and a place to look at."""
    letter = samples.letter()
    label = LabelFile.model_validate({"letter_id": "letter", "patient": {"age": 113}})
    place = Marked(letter, label).gold("/patient/age", "age")
    summary = sections_of(letter).summary
    assert summary
    assert place == ("none", sections_of(letter).spans(summary)[0].start, ())


# --- figures ---------------------------------------------------------------------------------------------------------


def _value(cell: Element) -> float | None:
    value = float(cell.attributes["data-v"] or "nan")
    return None if value == -9 else value


def test_engines_table_shows_the_reports_numbers(page: Page, given: Input) -> None:
    """The first table has each engine's F1, perfect letters and price as the report has them."""
    for engine in given.report.engines:
        (row,) = page.all("tr", data_engine=engine.name)
        cells = page.cells(row)
        names = ("all", "core", "clinical", "reasons")
        assert [_value(c) for c in cells[1:5]] == [engine.score(n).f1 for n in names]
        for cell, name in zip(cells[1:5], names, strict=True):
            score = engine.score(name)
            assert score.f1 is not None
            assert cell.text.split() == [f"{score.f1:.3f}", f"{score.low:.2f}–{score.high:.2f}"]
        assert _value(cells[5]) == engine.decisions.classes[0].f1
        assert cells[6].text.startswith(f"{engine.perfect.hits} of {engine.perfect.of}")
        assert cells[7].text == f"{engine.cost.input_tokens:,.0f} / {engine.cost.output_tokens:,.0f}"
        assert cells[8].text.startswith(f"{engine.cost.seconds:.2f}")


def test_fields_table_shows_the_reports_numbers(page: Page, given: Input) -> None:
    """Every field and group of every engine stands in the tables with its counts, precision, recall and F1."""
    for engine in given.report.engines:
        (table,) = page.all("table", **{"class": "sortable fields", "data_engine": engine.name})
        rows = [e for e in page.all("tr") if any(p is table for p in e.parents) and "data-name" in e.attributes]
        assert [row.attributes["data-name"] for row in rows] == [s.name for s in (*engine.groups, *engine.fields)]
        for row, s in zip(rows, (*engine.groups, *engine.fields), strict=True):
            shown = [_value(cell) for cell in page.cells(row)[1:10]]
            counts = (s.correct, s.wrong, s.missing, s.invented, s.correctly_null)
            assert shown == [s.correct + s.wrong + s.missing, s.precision, s.recall, s.f1, *counts]


def test_other_tables_show_the_reports_numbers(page: Page, given: Input) -> None:
    """Decisions, differences, slices and letters are the report's."""
    for engine in given.report.engines:
        (table,) = page.all("table", **{"class": "confusion", "data_engine": engine.name})
        rows = [e for e in page.all("tr") if any(p is table for p in e.parents) and e.within("tbody")]
        first = page.cells(rows[0])
        assert first[0].text == f"overturned {engine.decisions.classes[0].gold}"
        gold = engine.decisions.confusion.get("overturned", {})
        assert [int(c.text) for c in first[1:5]] == [
            gold.get(n, 0) for n in ("overturned", "partially_overturned", "upheld", "(no item)")
        ]
    (table,) = page.all("table", **{"class": "sortable differences", "data_engine": OTHER})
    rows = [e for e in page.all("tr") if any(p is table for p in e.parents) and "data-name" in e.attributes]
    known = [d for d in given.report.differences if d.difference is not None]
    assert [(row.attributes["data-name"], _value(page.cells(row)[1])) for row in rows] == [(d.name, d.difference) for d in known]
    (table,) = page.all("table", **{"class": "sortable letters"})
    rows = [e for e in page.all("tr") if any(p is table for p in e.parents) and e.within("tbody")]
    shown = [(cells[0].text, _value(cells[2]), _value(cells[4])) for cells in map(page.cells, rows)]
    assert shown == [(n.letter_id, n.engines["baseline"].core_f1, n.engines["baseline"].errors) for n in given.report.letters]


def test_verdict_gate_and_warnings_stand_first(page: Page, given: Input) -> None:
    """The first section says which engine to use, why, where it fails, what to mind, and what the gate said."""
    (section,) = page.all("section", id="verdict")
    words = " ".join(section.text.split())
    verdict, outcome = given.report.verdict, given.outcome
    assert outcome is not None
    assert given.report.warnings
    for sentence in (*verdict.because, *verdict.fails, *given.report.warnings):
        assert sentence in words
    assert ("Gate passed" if outcome.passed else "Gate failed") in words
    assert page.elements.index(section) < page.elements.index(page.all("section", id="plots")[0])
    assert given.report.cases.digest in page.visible()


# --- the page itself -------------------------------------------------------------------------------------------------


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    """No attribute and no style names another address: the page works from a file, without a network."""
    links = [
        value or ""
        for e in page.elements
        for name, value in e.attributes.items()
        if name in {"href", "src", "action", "xlink:href"}
    ]
    assert links
    assert not [link for link in links if not link.startswith("#")]
    everything = " ".join(value or "" for e in page.elements for value in e.attributes.values())
    styles = " ".join(e.text for e in page.all("style"))
    assert not re.search(r"https?:|//[a-z]", everything + styles)
    assert "@import" not in styles
    assert not re.search(r"url\((?!#)", everything + styles)
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|WebSocket|sendBeacon", _asset("report.js"))


def test_page_is_well_formed(page: Page) -> None:
    """Tags match (the parser checks), ids are unique, and what refers to an id finds it."""
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert [name for name, n in Counter(ids).items() if n > 1] == []
    for name in ("aria-controls", "aria-labelledby"):
        assert {e.attributes[name] for e in page.elements if name in e.attributes} <= set(ids)
    anchors = {(e.attributes["href"] or "")[1:] for e in page.all("a")} | {
        (e.attributes["href"] or "")[1:] for e in page.all("use")
    }
    assert {anchor for anchor in anchors if not anchor.startswith("errors?")} <= set(ids)
    assert {scope for e in page.all("th") if (scope := e.attributes.get("scope"))} <= {"col", "row", "colgroup"}
    assert not [e for e in page.all("th") if "scope" not in e.attributes]


def test_equal_input_gives_equal_bytes(text: str, given: Input) -> None:
    """The page, its drawings among it, depends on nothing but its input."""
    assert html(*given) == text


def test_drawings_use_the_pages_colours_and_carry_no_date(given: Input) -> None:
    """Every plot takes its colours from the page, in both themes, names each engine over its marks and has no date of its own."""
    drawn = plots(given.report)
    assert [plot.name for plot in drawn] == ["cost", "risk", "fields", "slices"]
    for plot in drawn:
        assert not re.search(r"#[0-9a-f]{6}\b|rgb\(|<metadata|<style|xmlns|\d{4}-\d\d-\d\d", plot.svg)
        assert {"var(--e0)", "var(--e1)"} <= set(re.findall(r"var\(--e\d\)", plot.svg))
        assert plot.caption.endswith(".")
    light, dark = (_asset("report.css").split("@media screen and (prefers-color-scheme: dark)"))[:2]
    for theme in (light, dark):
        assert set(re.findall(r"--(\w+):", theme)) >= {"ink", "muted", "line", *(f"e{i}" for i in range(COLOURS))}


def test_words_over_marks_are_the_figures(given: Input) -> None:
    """What appears over a mark is the figure that it stands for."""
    drawn = {plot.name: plot.svg for plot in plots(given.report)}
    for engine in given.report.engines:
        score = engine.score("all")
        words = f"{engine.name}: F1 {score.f1:.3f} ({score.low:.3f} to {score.high:.3f})".replace("&", "&amp;").replace(
            '"', "&quot;"
        )
        assert f"all fields, {words}</title>" in drawn["fields"]
        assert f"<title>{words}, {engine.cost.seconds:,.2f} s a letter</title>" in drawn["cost"]


def test_one_engine_without_splits_is_enough(alone: Page) -> None:
    """Cases without a manifest and a single engine make a whole page too, without differences and changes."""
    assert alone.all("section", id="differences") == alone.all("section", id="changes") == []
    assert {row[1] for row in alone.data()["rows"]} == {0}
    assert {"figure", "table", "form"} <= {e.tag for e in alone.elements}


def test_nothing_to_show_is_a_page(given: Input) -> None:
    """Where no letter may be shown there are figures, the sentence that says why, and no error browser."""
    page = Page(html(given.report, given.runs, {}, given.cases, None, ()))
    assert page.data()["rows"] == page.data()["letters"] == []
    assert page.all("form") == []
    assert WITHHELD in page.visible()
