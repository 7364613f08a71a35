"""Every mistake of a label is named before anything is scored, and nothing else is."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import samples
from case_folders import Change, cases_folder, label_of, loaded, opener, relabel, setting
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.evaluation.cases import CasesError, load_cases

FIRST = "labels/first-letter.json"
LETTER = samples.letter("first-letter").text
RATIONALE = label_of("first-letter")["items"][0]["rationale"]


def mistakes(folder: Path) -> list[tuple[str, str, str]]:
    """File, pointer and message of each mistake."""
    with pytest.raises(CasesError) as wrong:
        loaded(folder)
    return [(m.file, m.pointer, m.message) for m in wrong.value.mistakes]


def one_letter(tmp_path: Path, text: str, rationale: str = RATIONALE) -> Path:
    """The first letter with another text, its label with another rationale of the first item."""
    folder = cases_folder(tmp_path / "cases", "first-letter")
    (folder / "text" / "first-letter.txt").write_text(text, "utf-8")
    relabel(folder, "first-letter", setting("/items/0/rationale", rationale))
    return folder


# --- right labels raise no alarm -------------------------------------------------------------------------------------


def test_the_invented_letters_have_right_labels(tmp_path: Path) -> None:
    """Plain text, cp1252 and PDF: of twelve letters all are cases, sorted by id."""
    found = loaded(cases_folder(tmp_path / "cases", *samples.NAMES))
    assert [case.letter_id for case in found.cases] == samples.NAMES
    assert found.left_out == ()


@pytest.mark.parametrize("name", ["evals/gold", "../shared/letters"])
def test_the_labelled_letters_have_right_labels(name: str) -> None:
    """No check cries wolf over the labels that people made with care: as many cases as labels."""
    folder = samples.ROOT / name
    if not (folder / "labels").is_dir():
        pytest.skip(f"{name} is not there")
    ids = sorted(path.stem for path in (folder / "labels").glob("*.json"))
    assert [case.letter_id for case in loaded(folder).cases] == ids


def test_a_second_labelling_raises_no_alarm(tmp_path: Path) -> None:
    """Labels of the same letters by someone else pass too: the checks are no judge of what a label says."""
    gold = samples.ROOT / "evals" / "gold"
    if not (gold / "second").is_dir():
        pytest.skip("evals/gold/second is not there")
    shutil.copytree(gold / "text", tmp_path / "text")
    shutil.copytree(gold / "second", tmp_path / "labels", ignore=shutil.ignore_patterns("*.md", "*.jsonl"))
    assert len(loaded(tmp_path).cases) == len(list((tmp_path / "labels").iterdir()))


@pytest.mark.parametrize(
    "footer",
    [
        "\n\f",
        "\nFinal Determination Letter for IMR Case Number CM15-0990001 3\n\f",
        "\n4\n",
        "\nState of California - Division of Workers' Compensation, confidential\n\nIMR Unit, page iv\n",
        "\nSheet 2 of 9, printed 3/4/2015\n",
    ],
)
@pytest.mark.parametrize("rationale", [RATIONALE, "The patient has had it for a year without any benefit. It is denied."])
def test_a_page_end_inside_a_rationale_is_no_mistake(rationale: str, footer: str, tmp_path: Path) -> None:
    """Footers of whatever form may stand in the letter where the label goes on, in long rationales and in short ones."""
    words = rationale.split()
    middle = len(words) // 2
    parted = " ".join(words[:middle]) + footer + " ".join(words[middle:])
    text = LETTER + "\nDecision rationale: " + parted + "\n"
    text = (
        text
        if rationale != RATIONALE
        else re.sub(r"Decision rationale:.*?(?=Physical)", f"Decision rationale: {parted}\n\n", LETTER, count=1, flags=re.S)
    )
    assert len(loaded(one_letter(tmp_path, text, rationale)).cases) == 1


def test_two_page_ends_inside_a_rationale_are_no_mistake(tmp_path: Path) -> None:
    """A long rationale may run over three pages."""
    words = RATIONALE.split()
    cut = len(words) // 3
    pages = [" ".join(words[:cut]), " ".join(words[cut : 2 * cut]), " ".join(words[2 * cut :])]
    text = LETTER.replace("Decision rationale:", "Decision rationale, as signed:") + "\n\nIMR Unit, page xx of the file\n".join(
        pages
    )
    assert len(loaded(one_letter(tmp_path, text)).cases) == 1


@given(st.data())
def test_typesetting_is_no_mistake(data: st.DataObject) -> None:
    """Words stand in a letter however PDF text spaced, broke and hyphenated them."""
    from llm_extract.evaluation.cases import _stands
    from llm_extract.evaluation.compare import squeezed
    from llm_extract.folding import folded_str

    gaps = st.sampled_from([" ", "  ", "\n", "\n\n", "", " \u00ad"])
    hyphens = st.sampled_from(["", "", "", "-\n", "-\n\n"])
    words = [w[: len(w) // 2] + data.draw(hyphens) + w[len(w) // 2 :] if len(w) > 5 else w for w in RATIONALE.split()]
    text = "".join(word + data.draw(gaps) for word in words)
    assert _stands(RATIONALE, squeezed(folded_str(f"Before it. {text} Behind it.")))


@given(st.integers(0, len(RATIONALE) - 1), st.sampled_from("qxz"))
def test_every_slip_of_the_keyboard_is_found(at: int, slip: str) -> None:
    """One wrong letter anywhere in a rationale makes it other words than the letter's, however long it is."""
    from llm_extract.evaluation.cases import _stands
    from llm_extract.evaluation.compare import squeezed

    wrong = RATIONALE[:at] + slip + RATIONALE[at + 1 :]
    text = squeezed(samples.letter("first-letter").folded.text)
    assert _stands(RATIONALE, text)
    assert not _stands(wrong, text)


# --- mistakes --------------------------------------------------------------------------------------------------------

WRONG: list[tuple[Change, str, str]] = [
    (setting("/patient/name", "Ann"), "/patient/name", "Extra inputs are not permitted."),
    (setting("/patient/age", "48"), "/patient/age", "Input should be a valid integer."),
    (setting("/patient/age", 48.0), "/patient/age", "Input should be a valid integer."),
    (setting("/items/0/quantity", "60"), "/items/0/quantity", "Input should be a valid number."),
    (setting("/items/0/retrospective", "no"), "/items/0/retrospective", "Input should be a valid boolean."),
    (setting("/clinical/diagnoses", "strain"), "/clinical/diagnoses", "Input should be a valid array."),
    (setting("/case/date_of_injury", "06/17/2013"), "/case/date_of_injury", "Input should be a valid date in the format"),
    (setting("/items/1/decision", "approved"), "/items/1/decision", "Input should be 'upheld', 'overturned' or"),
    (setting("/items/1/reasons", ["no_reason"]), "/items/1/reasons/0", "Input should be 'no_functional_improvement',"),
    (setting("/schema_version", "2"), "/schema_version", "Input should be '1'."),
    (lambda label: label["items"][1].pop("decision"), "/items/1/decision", "Field required."),
    (setting("/letter_id", "letter-1"), "/letter_id", "it says 'letter-1'; the file's name says 'first-letter'."),
    (setting("/items/0/request", "Norco 5/325mg #6O"), "/items/0/request", "this request is not in the letter."),
    (setting("/items/1/rationale", "It helps."), "/items/1/rationale", "this rationale is not in the letter."),
    (
        setting("/evidence", {"/patient/age": [{"start": 0, "end": len(LETTER) + 1}]}),
        "/evidence/patient/age",
        "a span is empty or",
    ),
    (setting("/evidence", {"/patient/age": [{"start": 9, "end": 9}]}), "/evidence/patient/age", "a span is empty or"),
    (
        setting("/evidence", {"/patient/age": [{"start": -1, "end": 9}]}),
        "/evidence/patient/age/0/start",
        "Input should be greater",
    ),
    (
        setting("/evidence", {"/items/7/decision": [{"start": 0, "end": 9}]}),
        "/evidence/items/7/decision",
        "the label has no value",
    ),
    (
        setting("/evidence", {"/clinical/allergies": []}),
        "/evidence/clinical/allergies",
        "the label has no value at this pointer.",
    ),
    (
        setting("/evidence", {"/items/1/claims_admin_guidelines": []}),
        "/evidence/items/1/claims_admin_guidelines",
        "the label has no",
    ),
]


@pytest.mark.parametrize(("change", "pointer", "message"), WRONG, ids=[f"{p}-{m[:20]}" for _, p, m in WRONG])
def test_a_mistake_is_named_with_its_pointer(change: Change, pointer: str, message: str, tmp_path: Path) -> None:
    """Each mistake is named once, in its file, at its place in the contract, and no other letter is blamed."""
    folder = cases_folder(tmp_path / "cases")
    relabel(folder, "first-letter", change)
    ((file, at, said),) = mistakes(folder)
    assert (file, at) == (FIRST, pointer)
    assert said.startswith(message)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{'letter_id': 'first-letter'}", "Invalid JSON: key must be a string at line 1 column 2."),
        (b"", "Invalid JSON: EOF while parsing a value at line 1 column 0."),
        (b'{"letter_id": "\x93"}', "Invalid JSON: invalid unicode code point"),
        (b"[" * 100_000, "Invalid JSON: recursion limit exceeded"),
        (b"[]", "Input should be an object."),
    ],
)
def test_a_label_that_is_no_json_object_is_named(raw: bytes, message: str, tmp_path: Path) -> None:
    """With the line at which reading it ended."""
    folder = cases_folder(tmp_path / "cases")
    (folder / FIRST).write_bytes(raw)
    ((file, pointer, said),) = mistakes(folder)
    assert (file, pointer) == (FIRST, "")
    assert said.startswith(message)


def test_a_byte_order_mark_is_named(tmp_path: Path) -> None:
    """It cannot be seen in an editor, so that the message says how to be rid of it."""
    folder = cases_folder(tmp_path / "cases")
    (folder / FIRST).write_bytes(b"\xef\xbb\xbf" + (folder / FIRST).read_bytes())
    assert mistakes(folder) == [(FIRST, "", "it begins with a byte order mark: save it as UTF-8 without one.")]


def test_what_stands_alone_is_named(tmp_path: Path) -> None:
    """A label without its letter and a letter without its label, each by its file."""
    folder = cases_folder(tmp_path / "cases")
    (folder / "text" / "first-letter.txt").unlink()
    (folder / "labels" / "notice-2013.json").unlink()
    assert mistakes(folder) == [
        (FIRST, "", "its letter is missing: put first-letter.txt or first-letter.pdf beside the other letters."),
        ("text/notice-2013.txt", "", "its label is missing: labels/notice-2013.json."),
    ]


@pytest.mark.parametrize(
    "line",
    [b"{", b'{"split": "dev"}', b"[1]", b'{"letter_id": "first-letter", "traps": 1}', b'{"letter_id": "\x93"}'],
)
def test_a_broken_manifest_line_is_named(line: bytes, tmp_path: Path) -> None:
    """By its number; and leaving letters out does not help, since nobody knows to which split they belong."""
    folder = cases_folder(tmp_path / "cases")
    (folder / "manifest-dev.jsonl").write_bytes(b'{"letter_id": "notice-2013", "split": "dev"}\n\n' + line + b"\n")
    message = 'the line is no JSON object with "letter_id" and, if any, a list of "traps".'
    assert mistakes(folder) == [("manifest-dev.jsonl", "/3", message)]
    with pytest.raises(CasesError):
        load_cases(folder, opener, skip_mistaken=True)


def test_all_mistakes_are_named_in_one_go(tmp_path: Path) -> None:
    """Those of a label that does not fit the contract, its other ones, and those of all other files; the message has them all."""
    folder = cases_folder(tmp_path / "cases")
    for change in (setting("/patient/age", "48"), setting("/letter_id", "x"), setting("/items/0/rationale", "It helps.")):
        relabel(folder, "first-letter", change)
    relabel(folder, "notice-2013", setting("/patient/sex", "m"))
    (folder / "labels" / "extra.json").write_text("{}")
    (folder / "manifest.jsonl").write_text("{\n")
    named = [(file, pointer) for file, pointer, _ in mistakes(folder)]
    assert named == [
        ("manifest.jsonl", "/1"),
        ("labels/extra.json", ""),
        (FIRST, "/patient/age"),
        (FIRST, "/letter_id"),
        (FIRST, "/items/0/rationale"),
        ("labels/notice-2013.json", "/patient/sex"),
    ]
    with pytest.raises(CasesError, match="mistakes in 4 of the files") as wrong:
        loaded(folder)
    lines = str(wrong.value).splitlines()
    assert [line.split(": ")[0].strip() for line in lines[1:]] == [file for file, _ in named]


def test_a_message_never_quotes_the_letter(tmp_path: Path) -> None:
    """Letters are confidential, and so are their labels: a wrong rationale is named, not repeated."""
    folder = cases_folder(tmp_path / "cases")
    relabel(folder, "first-letter", setting("/items/0/rationale", "confidential words"))
    relabel(folder, "first-letter", setting("/patient/age", "confidential words"))
    with pytest.raises(CasesError) as wrong:
        loaded(folder)
    assert "confidential" not in str(wrong.value)


def test_the_rest_can_be_scored(tmp_path: Path) -> None:
    """On request letters with mistakes are left out, and stay named."""
    folder = cases_folder(tmp_path / "cases")
    relabel(folder, "first-letter", setting("/patient/age", "48"))
    found = load_cases(folder, opener, skip_mistaken=True)
    assert [case.letter_id for case in found.cases] == ["notice-2013", "omeprazole-short"]
    assert [str(mistake) for mistake in found.left_out] == [f"{FIRST}: /patient/age: Input should be a valid integer."]


def test_nothing_left_to_score_is_an_error(tmp_path: Path) -> None:
    """Where every label has a mistake, leaving them out names the mistakes instead of saying that there are no labels."""
    folder = cases_folder(tmp_path / "cases", "first-letter")
    relabel(folder, "first-letter", setting("/patient/age", "48"))
    with pytest.raises(CasesError, match=r"(?s)has a mistake.*/patient/age"):
        load_cases(folder, opener, skip_mistaken=True)


@pytest.mark.parametrize("missing", ["", "text", "labels"])
def test_a_folder_that_is_not_there_is_named(missing: str, tmp_path: Path) -> None:
    """The cases' folder itself, or either of its two."""
    folder = cases_folder(tmp_path / "cases")
    shutil.rmtree(folder / missing)
    with pytest.raises(CasesError, match=re.escape(f"There is no folder {folder / missing}".rstrip("/"))):
        loaded(folder)


def test_an_empty_folder_says_what_belongs_in_it(tmp_path: Path) -> None:
    """Two empty folders are no evaluation."""
    for name in ("text", "labels"):
        (tmp_path / name).mkdir()
    with pytest.raises(CasesError, match=r"put NAME\.txt into text/ and NAME\.json into labels/"):
        loaded(tmp_path)


# --- letters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"  \n", b"PK\x03\x04...", b"\0\0"])
def test_a_letter_that_cannot_be_opened_is_a_case(raw: bytes, tmp_path: Path) -> None:
    """It stays among the cases, so that its values count as missing, and its label is still checked."""
    folder = cases_folder(tmp_path / "cases")
    (folder / "text" / "first-letter.txt").write_bytes(raw)
    assert "first-letter" in [case.letter_id for case in loaded(folder).cases]
    relabel(folder, "first-letter", setting("/patient/age", "48"))
    assert [pointer for _, pointer, _ in mistakes(folder)] == ["/patient/age"]


def test_of_a_text_and_a_pdf_of_one_name_the_text_counts(tmp_path: Path) -> None:
    """Labels are made from text; the PDF beside it is no second case."""
    folder = cases_folder(tmp_path / "cases", "first-letter")
    shutil.copy(samples.path_of("pdf-neck"), folder / "text" / "first-letter.pdf")
    (case,) = loaded(folder).cases
    assert case.file.path.name == "first-letter.txt"


def test_other_files_beside_letters_and_labels_are_nobodys_case(tmp_path: Path) -> None:
    """Hidden files that a system leaves behind, notes; a suffix in capitals is still a suffix."""
    folder = cases_folder(tmp_path / "cases")
    for name in ("text/._first-letter.txt", "text/.DS_Store", "labels/notes.md", "labels/.first-letter.json.swp"):
        (folder / name).write_text("x")
    (folder / "text" / "first-letter.txt").rename(folder / "text" / "first-letter.TXT")
    assert len(loaded(folder).cases) == 3


def test_letters_may_stand_in_letters(tmp_path: Path) -> None:
    """`letters/` will do for `text/`."""
    folder = cases_folder(tmp_path / "cases")
    (folder / "text").rename(folder / "letters")
    assert len(loaded(folder).cases) == 3


# --- splits ----------------------------------------------------------------------------------------------------------


def manifest(folder: Path, *lines: dict[str, Any], name: str = "manifest.jsonl") -> None:
    """Write a manifest."""
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def test_manifests_name_slices(tmp_path: Path) -> None:
    """Split, family, layout and each trap; letters without a line have none, and a byte order mark is no word."""
    folder = cases_folder(tmp_path / "cases")
    line = {"letter_id": "first-letter", "split": "dev", "family": "f", "layout": "expert_reviewer", "traps": ["typos"], "by": 1}
    manifest(folder, line)
    (folder / "manifest.jsonl").write_bytes(b"\xef\xbb\xbf" + (folder / "manifest.jsonl").read_bytes())
    first, second, _ = loaded(folder).cases
    assert first.slices == {"split": "dev", "family": "f", "layout": "expert_reviewer", "trap:typos": "yes"}
    assert (first.split, second.split, second.slices) == ("dev", None, {})


def test_a_letter_in_two_splits_is_refused(tmp_path: Path) -> None:
    """Whichever manifest is read last does not decide."""
    folder = cases_folder(tmp_path / "cases")
    manifest(folder, {"letter_id": "first-letter", "split": "dev"}, name="manifest-dev.jsonl")
    manifest(folder, {"letter_id": "first-letter", "split": "test"}, name="manifest-test.jsonl")
    assert mistakes(folder) == [("manifest-test.jsonl", "/1", "an earlier line says something else of first-letter.")]


def test_a_family_in_two_splits_is_refused(tmp_path: Path) -> None:
    """Letters that were made from one another belong together."""
    folder = cases_folder(tmp_path / "cases")
    manifest(
        folder,
        {"letter_id": "first-letter", "split": "dev", "family": "a"},
        {"letter_id": "notice-2013", "split": "test", "family": "a"},
    )
    assert mistakes(folder) == [("manifest", "", "the family a stands in more than one split.")]


def test_a_copy_in_another_split_is_refused_whatever_may_be_left_out(tmp_path: Path) -> None:
    """A test letter that also stands among the development letters is no test."""
    folder = cases_folder(tmp_path / "cases")
    (folder / "text" / "copy.txt").write_text(LETTER, "utf-8")
    (folder / "labels" / "copy.json").write_text(json.dumps(label_of("first-letter") | {"letter_id": "copy"}))
    manifest(folder, {"letter_id": "first-letter", "split": "dev"}, {"letter_id": "copy", "split": "test"})
    ((file, _, said),) = mistakes(folder)
    assert (file, said) == ("copy", "it is a near-duplicate (100%) of first-letter in another split.")
    with pytest.raises(CasesError, match="leak from one split into another"):
        load_cases(folder, opener, skip_mistaken=True)
