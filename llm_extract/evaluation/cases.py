"""Labelled letters: a folder with `text/` and `labels/`, checked file by file before anything is scored.

`text/` (or `letters/`) holds NAME.txt or NAME.pdf, `labels/` NAME.json: the contract's object without what a run adds. A label
may carry `evidence` as a record does. Lines of `manifest*.jsonl` beside them may give `split`, `family`, `layout` and `traps`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from llm_extract.errors import LetterError, SettingsError
from llm_extract.evaluation.compare import squeezed
from llm_extract.evaluation.leaks import near_duplicates, shared_families
from llm_extract.letters import Letter, LetterFile
from llm_extract.schema import EvidenceSpan, Label

OpenLetter = Callable[[LetterFile], Letter]


class LabelFile(Label):
    """A label as it stands in its file: the contract's label, and where its maker gave it, the evidence of its values."""

    evidence: dict[str, tuple[EvidenceSpan, ...]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One labelled letter. `slices` are the names under which its figures are also reported: split, layout, traps, ..."""

    file: LetterFile
    label: LabelFile
    slices: Mapping[str, str] = field(default_factory=dict)

    @property
    def letter_id(self) -> str:
        """The stem of both files."""
        return self.file.letter_id

    @property
    def split(self) -> str | None:
        """`dev`, `test`, or None where the cases are not split."""
        return self.slices.get("split")


class Mistake(NamedTuple):
    """What is wrong with one labelled letter, and where: `pointer` is "" for the whole file."""

    file: str
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.pointer + ': ' if self.pointer else ''}{self.message}"


class CasesError(SettingsError):
    """The labelled letters cannot be scored as they are. `mistakes` names each one; the message is all of them, a line each."""

    code = "cases"

    def __init__(self, summary: str, mistakes: Iterable[Mistake] = ()) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n  ".join((summary, *map(str, self.mistakes))))


class Cases(NamedTuple):
    """The cases of a folder, and the mistakes of those that were left out."""

    folder: Path
    cases: tuple[Case, ...]
    left_out: tuple[Mistake, ...] = ()


def load_cases(folder: Path, open_letter: OpenLetter, *, skip_mistaken: bool = False) -> Cases:
    """Every labelled letter of a folder, sorted by id.

    Raises `CasesError` that names every mistake of every file; with `skip_mistaken` the letters that have one are left out
    instead. Letters that stand in two splits, or are near-duplicates of one in another split, are always refused.
    """
    texts, labels = _files(_text_folder(folder), (".txt", ".pdf")), _files(_existing(folder / "labels"), (".json",))
    slices, broken = _slices(folder)
    cases: list[Case] = []
    mistakes = [*broken, *_unpaired(texts, labels)]
    for name in sorted(texts.keys() & labels.keys()):
        case, wrong = _case(LetterFile(name, texts[name]), labels[name], slices.get(name, {}), open_letter)
        mistakes += wrong
        if case is not None and not wrong:
            cases.append(case)
    if broken or (mistakes and not skip_mistaken):  # a broken manifest may hide to which split a letter belongs
        count = len({m.file for m in mistakes})
        summary = f"There are mistakes in {count} of the files of {folder}; nothing is scored before they are corrected:"
        raise CasesError(summary, mistakes)
    if not cases and mistakes:
        raise CasesError(f"Every labelled letter of {folder} has a mistake, so that none is left to score:", mistakes)
    if not cases:
        raise CasesError(f"{folder} holds no labelled letter: put NAME.txt into text/ and NAME.json into labels/.")
    _refuse_leaks(cases, open_letter)
    return Cases(folder, tuple(cases), tuple(mistakes))


def _text_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise CasesError(f"There is no folder {folder}: --cases wants one that holds text/ and labels/.")
    return _existing(next((folder / name for name in ("text", "letters") if (folder / name).is_dir()), folder / "text"))


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise CasesError(f"There is no folder {folder}: labelled letters are text/NAME.txt and labels/NAME.json.")
    return folder


def _files(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Files by stem; a text comes before a PDF of the same name, since labels are made from text."""
    found: dict[str, Path] = {}
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for suffix in suffixes:
        for path in paths:
            if path.suffix.lower() == suffix:
                found.setdefault(path.stem, path)
    return found


def _unpaired(texts: Mapping[str, Path], labels: Mapping[str, Path]) -> Iterator[Mistake]:
    for name in sorted(labels.keys() - texts.keys()):
        yield Mistake(f"labels/{name}.json", "", f"its letter is missing: put {name}.txt or {name}.pdf beside the other letters.")
    for name in sorted(texts.keys() - labels.keys()):
        yield Mistake(f"{texts[name].parent.name}/{texts[name].name}", "", f"its label is missing: labels/{name}.json.")


# --- one case --------------------------------------------------------------------------------------------------------


def _case(
    file: LetterFile, label_path: Path, slices: Mapping[str, str], open_letter: OpenLetter
) -> tuple[Case | None, list[Mistake]]:
    """The case or None, and what is wrong. A letter that cannot be opened is a case: what is labelled in it counts as missing."""
    raw = label_path.read_bytes()
    label, wrong = _label(raw)
    data = _loosely(raw)
    if data.get("letter_id", file.letter_id) != file.letter_id:
        wrong.append(("/letter_id", f"it says {data['letter_id']!r}; the file's name says {file.letter_id!r}."))
    if (letter := _opened(file, open_letter)) is not None:
        wrong += _not_verbatim(data, letter)
        wrong += _bad_evidence(label.evidence, data, letter) if label else ()
    at = partial(Mistake, f"labels/{label_path.name}")
    return (Case(file, label, slices) if label else None), [at(pointer, message) for pointer, message in wrong]


def _opened(file: LetterFile, open_letter: OpenLetter) -> Letter | None:
    try:
        return open_letter(file)
    except LetterError:
        return None


_Wrong = tuple[str, str]
"""Pointer and message."""


def _label(raw: bytes) -> tuple[LabelFile | None, list[_Wrong]]:
    """The label, or what does not fit the contract. Strictly: a number in quotes is a mistake, not a number."""
    if raw.startswith(codecs.BOM_UTF8):
        return None, [("", "it begins with a byte order mark: save it as UTF-8 without one.")]
    try:
        return LabelFile.model_validate_json(raw, strict=True), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return None, list({_pointer(e["loc"]): f"{e['msg']}." for e in found}.items())


def _pointer(loc: tuple[Any, ...]) -> str:
    """A JSON pointer. pydantic names members of a union (int, float) as if they were keys; keys of `evidence` are pointers."""
    return "".join(f"/{str(part).removeprefix('/')}" for part in loc if part not in {"int", "float"})


def _loosely(raw: bytes) -> dict[str, Any]:
    """The label's JSON whether it fits or not, so that one look names all mistakes; empty where it is no JSON object."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _not_verbatim(data: Mapping[str, Any], letter: Letter) -> Iterator[_Wrong]:
    """Words that are verbatim by contract and stand nowhere in the letter: another letter's label, or a slip of the keyboard."""
    text = squeezed(letter.folded.text)
    items = data.get("items")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        for name in ("request", "rationale"):
            words = value_at(item, name)
            if isinstance(words, str) and not _stands(words, text):
                yield f"/items/{index}/{name}", f"this {name} is not in the letter."


_ANCHOR = 12
"""Squeezed characters by which the rest of a quote is found again behind a page's end; fewer where the quote ends before."""

_LEAST = 4
"""Squeezed characters that are found nearby by chance if they are fewer."""

_FOOTER = range(12, 200)
"""Squeezed length of what may part a quote: a page's footer and the next one's header. A shorter one has a number in it."""


def _stands(quote: str, text: str) -> bool:
    """Whether a quote stands in a squeezed text: as a whole, or parted by nothing but a page's end."""
    words = squeezed(quote)
    starts = (found.start() for found in re.finditer(re.escape(words[:_ANCHOR]), text))
    return words in text or any(_stands_at(at, words, text) for at in starts)


def _stands_at(at: int, words: str, text: str) -> bool:
    """Whether the words stand in the text from `at` on, page ends between them or not."""
    while True:
        same = _same(words, text[at : at + len(words)])
        words, at = words[same:], at + same
        if not words:
            return True
        behind = text.find(words[:_ANCHOR], at, at + _FOOTER.stop)
        footer = text[at : max(behind, at)]
        is_footer = len(footer) in _FOOTER or any(map(str.isdigit, footer))
        if not is_footer or len(words) < _LEAST:
            return False
        at = behind


def _same(a: str, b: str) -> int:
    """How many characters at the beginning are the same."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _bad_evidence(evidence: Mapping[str, Sequence[EvidenceSpan]], data: Mapping[str, Any], letter: Letter) -> Iterator[_Wrong]:
    length = len(letter.text)
    for pointer, spans in evidence.items():
        if value_at(data, pointer) in (None, [], {}):
            yield f"/evidence{pointer}", "the label has no value at this pointer."
        if any(not s.start < s.end <= length for s in spans):
            yield f"/evidence{pointer}", f"a span is empty or lies outside of the letter, which has {length} characters."


def value_at(data: Any, pointer: str) -> Any:
    """The value at a JSON pointer, None where there is none."""
    for part in pointer.strip("/").split("/"):
        if isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        else:
            return None
    return data


# --- splits ----------------------------------------------------------------------------------------------------------


def _slices(folder: Path) -> tuple[dict[str, dict[str, str]], list[Mistake]]:
    """What the manifests say of each letter, and their mistakes. A trap becomes a slice of its own: `trap:two_digit_years`."""
    slices: dict[str, dict[str, str]] = {}
    mistakes = []
    for path in sorted(folder.glob("manifest*.jsonl")):
        for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
            if line.strip() and (wrong := _take(line, slices)):
                mistakes.append(Mistake(path.name, f"/{number}", wrong))
    return slices, mistakes


def _take(line: bytes, slices: dict[str, dict[str, str]]) -> str | None:
    """Take up a manifest's line, or say what is wrong with it. A letter in two splits would be in none for sure."""
    named = _manifest_line(line)
    if named is None:
        return 'the line is no JSON object with "letter_id" and, if any, a list of "traps".'
    letter_id, given = named
    return None if slices.setdefault(letter_id, given) == given else f"an earlier line says something else of {letter_id}."


def _manifest_line(line: bytes) -> tuple[str, dict[str, str]] | None:
    try:
        data = json.loads(line)
        given = {name: str(data[name]) for name in ("split", "family", "layout") if name in data}
        return str(data["letter_id"]), given | {f"trap:{trap}": "yes" for trap in data.get("traps", ())}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _refuse_leaks(cases: Iterable[Case], open_letter: OpenLetter) -> None:
    """Raise `CasesError` where a split knows another one's letters: figures on it would flatter."""
    split = {case.letter_id: case.split for case in cases if case.split is not None}
    if len(set(split.values())) < 2:
        return
    splits = {letter_id: str(name) for letter_id, name in split.items()}
    families = {c.letter_id: c.slices["family"] for c in cases if c.letter_id in splits and "family" in c.slices}
    mistakes = [
        Mistake("manifest", "", f"the family {name} stands in more than one split.") for name in shared_families(families, splits)
    ]
    letters = {case.letter_id: _opened(case.file, open_letter) for case in cases if case.letter_id in splits}
    texts = {letter_id: letter.folded.text for letter_id, letter in letters.items() if letter is not None}
    mistakes += [
        Mistake(pair.first, "", f"it is a near-duplicate ({pair.similarity:.0%}) of {pair.second} in another split.")
        for pair in near_duplicates(texts, splits)
    ]
    if mistakes:
        raise CasesError("Letters leak from one split into another; keep a family of letters in one split:", mistakes)
