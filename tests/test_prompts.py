from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from llm_extract import prompts
from llm_extract.errors import PromptError
from llm_extract.prompts import Example, Prompt, available_prompts, check_prompt, fence, load_prompt, shipped_prompts

FILE = """\
---
name: clinical
version: 2
schema: Clinical
description: what a summary says: drugs and pains
---

# System

You read summaries.

## Rules

- Quote, do not {rephrase}.

```
# not a heading
```

{{examples}}

## Example: one drug, typed over two lines

### Letter

```text
The patient takes Zorblax
50 mg. ## Example: not a heading

# System
```

### Answer

```json
{
  "drugs": [{"name": "Zorblax 50 mg", "daily": null}],
  "pain": "severe"
}
```

## Example: nothing said

### Letter

    Indented text,
      deeper text.

### Answer

{"drugs": [], "pain": "none"}

# User

{{letter}}

Which drugs? {{ hint }} Once more: {{letter}}
"""


class Drug(BaseModel):
    name: str
    daily: int | None = None


class Clinical(BaseModel):
    drugs: list[Drug]
    pain: str = Field(pattern="^(severe|none)$")


def drug_names(answer: Clinical) -> Iterator[str]:
    """The quotes of an answer."""
    return (drug.name for drug in answer.drugs)


def write(folder: Path, text: str = FILE, name: str = "clinical.v2.md") -> Path:
    """A prompts folder with one more file."""
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def refusal(folder: Path, *changes: tuple[str, str]) -> str:
    """Why the changed file is refused on loading."""
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(PromptError) as caught:
        load_prompt("clinical", directory=write(folder, text))
    return str(caught.value)


def unprovable(folder: Path, *changes: tuple[str, str], **more: Any) -> str:
    """Why the changed file is refused before the first call."""
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    prompt = load_prompt("clinical", directory=write(folder, text))
    with pytest.raises(PromptError) as caught:
        check_prompt(prompt, Clinical, drug_names, **more)
    return str(caught.value)


# --- reading a file ------------------------------------------------------------------------------------------------------


def test_a_file_says_it_all(tmp_path: Path) -> None:
    """Front matter, both parts, slots and examples are read; headings in fences and below the first level are prompt text."""
    prompt = load_prompt("clinical", directory=write(tmp_path))
    assert (prompt.name, prompt.version, prompt.id, prompt.file) == ("clinical", 2, "clinical.v2", "clinical.v2.md")
    assert (prompt.schema, prompt.description) == ("Clinical", "what a summary says: drugs and pains")
    assert prompt.system.startswith("You read summaries.\n\n## Rules\n\n- Quote")
    assert prompt.system.endswith("```\n# not a heading\n```\n\n{{examples}}")
    assert prompt.user == "{{letter}}\n\nWhich drugs? {{ hint }} Once more: {{letter}}"
    assert prompt.slots == {"letter", "hint"}
    assert prompt.examples == (
        Example(
            "one drug, typed over two lines",
            "The patient takes Zorblax\n50 mg. ## Example: not a heading\n\n# System",
            '{"drugs":[{"name":"Zorblax 50 mg","daily":null}],"pain":"severe"}',
        ),
        Example("nothing said", "Indented text,\n  deeper text.", '{"drugs":[],"pain":"none"}'),
    )


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_line_ends_do_not_count(tmp_path: Path, end: str, start: str) -> None:
    """A file saved on another system, with a byte order mark or not, is the same prompt."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ours = load_prompt("clinical", directory=write(tmp_path / "a"))
    theirs = load_prompt("clinical", directory=write(tmp_path / "b", start + FILE.replace("\n", end)))
    assert theirs == ours
    assert theirs.render(letter="x", hint="y") == ours.render(letter="x", hint="y")


def test_examples_may_stand_apart(tmp_path: Path) -> None:
    """Examples below a heading of their own, behind the user part, are the same examples."""
    examples = FILE[FILE.index("## Example: one drug") : FILE.index("# User")]
    apart = FILE.replace(examples, "") + "\n# Examples\n\n" + examples
    (tmp_path / "b").mkdir()
    assert load_prompt("clinical", directory=write(tmp_path)) == load_prompt("clinical", directory=write(tmp_path / "b", apart))


def line_of(text: str) -> int:
    """The number of the first line that holds a text."""
    return next(number for number, line in enumerate(FILE.split("\n"), 1) if line.startswith(text))


BROKEN = {
    "no front matter": [("---\n", "")],
    "front matter not closed": [("pains\n---\n", "pains\n")],
    "a line without colon": [("schema: Clinical", "schema Clinical")],
    "a key without value": [("schema: Clinical", "schema:")],
    "an unknown key": [("schema: Clinical", "schemas: Clinical")],
    "a key twice": [("schema: Clinical", "schema: Clinical\nschema: Clinical")],
    "a missing key": [("description: what a summary says: drugs and pains\n", "")],
    "another name": [("name: clinical", "name: clinic")],
    "another version": [("version: 2", "version: 3")],
    "a version in words": [("version: 2", "version: two")],
    "no system part": [("# System\n\nYou", "You")],
    "no user part": [("# User\n", "")],
    "an empty user part": [(FILE[FILE.index("{{letter}}") :], "\n")],
    "a second system part": [("# User\n", "# System\n\nAgain.\n\n# User\n")],
    "an unknown first-level heading": [("# User\n", "# Usr\n")],
    "text before the first heading": [("# System\n\nYou", "Lost.\n\n# System\n\nYou")],
    "an unclosed fence": [("# not a heading\n```\n", "# not a heading\n")],
    "a fence closed by a shorter one": [("```text", "````text")],
    "a malformed slot": [("{{ hint }}", "{{two words}}")],
    "an unclosed slot": [("{{ hint }}", "{{hint")],
    "examples without a place": [("{{examples}}", "")],
    "a place without examples": [(FILE[FILE.index("## Example: one drug") : FILE.index("# User")], "")],
    "the examples' slot in the user part": [("{{ hint }}", "{{examples}}")],
    "an example without title": [("## Example: nothing said", "## Example:")],
    "an example without letter": [("### Letter\n\n    Indented text,\n      deeper text.\n", "")],
    "an example without answer": [('### Answer\n\n{"drugs": [], "pain": "none"}', "")],
    "an empty letter": [("    Indented text,\n      deeper text.\n", "")],
    "an empty fence": [("    Indented text,\n      deeper text.\n", "```\n\n```\n")],
    "answer before letter": [("### Letter\n\n    I", "### Answer\n\n    I")],
    "a letter outside of an example": [("## Rules", "### Letter")],
    "text behind a fence": [("# System\n```\n\n### A", "# System\n```\nlost\n\n### A")],
    "text below an example's title": [("## Example: nothing said\n", "## Example: nothing said\n\nlost\n")],
    "an answer that is no JSON": [('"pain": "none"}', '"pain": none}')],
    "an answer with a key twice": [('"pain": "none"}', '"pain": "none", "pain": "none"}')],
}


@pytest.mark.parametrize("what", BROKEN)
def test_bad_files_are_refused_by_name(tmp_path: Path, what: str) -> None:
    """Whatever is wrong with a file's form, the error names the file and repeats none of its text's sentences."""
    message = refusal(tmp_path, *BROKEN[what])
    assert message.startswith("clinical.v2.md")
    assert "summaries" not in message
    assert "Indented" not in message


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("a line without colon", r"line 4: a line of front matter reads 'key: value'"),
        ("no user part", r"there is no # User"),
        ("a missing key", r"line 5: the front matter lacks description"),
        ("another version", r"clinical.v3 in its front matter: make name and version equal"),
        (
            "an unknown first-level heading",
            rf"line {line_of('# User')}: a heading of the first level is # System, # User or # Examples",
        ),
        ("a malformed slot", rf"line {line_of('Which drugs')}: .*\{{\{{name\}}\}}"),
        ("an answer that is no JSON", r"the answer of the example 'nothing said' is not JSON \(Expecting value, line 1 of it\)"),
        ("a fence closed by a shorter one", rf"line {line_of('```text')}: the fence ```` is not closed"),
    ],
)
def test_errors_name_the_place(tmp_path: Path, what: str, where: str) -> None:
    """Errors name the line, and say what belongs there."""
    assert re.search(where, refusal(tmp_path, *BROKEN[what]))


def test_file_that_is_no_text(tmp_path: Path) -> None:
    """A file in another encoding is refused with the encoding to use."""
    (tmp_path / "clinical.v2.md").write_bytes(FILE.replace("drugs", "dr\u00fcgs").encode("latin-1"))
    with pytest.raises(PromptError, match=r"clinical\.v2\.md is not UTF-8"):
        load_prompt("clinical", directory=tmp_path)


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    """A prompt that cannot be opened is an error of the settings."""
    (tmp_path / "clinical.v2.md").mkdir()
    with pytest.raises(PromptError, match=r"clinical\.v2\.md cannot be read"):
        load_prompt("clinical", directory=tmp_path)


# --- choosing a file -----------------------------------------------------------------------------------------------------


def versions(folder: Path, *names: str) -> Path:
    """A folder with valid prompts of these names."""
    for name in names:
        stem, _, version = name.removesuffix(".md").partition(".v")
        number = version.lstrip("0") or "0"
        write(folder, FILE.replace("name: clinical", f"name: {stem}").replace("version: 2", f"version: {number}"), name)
    return folder


def test_highest_version_wins(tmp_path: Path) -> None:
    """Without a version the highest number is taken, not the last in the alphabet; with one, exactly that."""
    folder = versions(tmp_path, "clinical.v2.md", "clinical.v10.md", "clinical.v9.md", "reasons.v1.md")
    (folder / "README.md").write_text("about prompts")
    assert load_prompt("clinical", directory=folder).id == "clinical.v10"
    assert load_prompt("clinical", 9, folder).id == "clinical.v9"
    assert available_prompts(folder) == {"clinical": (2, 9, 10), "reasons": (1,)}


@pytest.mark.parametrize(("name", "version"), [("clinical", 3), ("other", None), ("clin", None), ("../clinical", None)])
def test_missing_prompt_names_the_others(tmp_path: Path, name: str, version: int | None) -> None:
    """A prompt that is not there is an error that lists those that are."""
    folder = versions(tmp_path, "clinical.v2.md", "reasons.v1.md")
    with pytest.raises(PromptError, match=r"no prompt .*there is: clinical\.v2, reasons\.v1\."):
        load_prompt(name, version, folder)


def test_duplicate_version_is_refused(tmp_path: Path) -> None:
    """Two files of one version are refused, both named: which of them counts must not be chance."""
    folder = versions(tmp_path, "clinical.v2.md", "clinical.v02.md")
    for call in (lambda: load_prompt("clinical", 2, folder), lambda: available_prompts(folder)):
        with pytest.raises(PromptError, match=r"clinical\.v02\.md and clinical\.v2\.md are the same version"):
            call()


@pytest.mark.parametrize("name", ["Clinical.v3.md", "clinical.V3.md", "clinical.v3.MD", "my clinical.v3.md"])
def test_misspelt_file_names_are_not_overlooked(tmp_path: Path, name: str) -> None:
    """A file that nearly has a prompt's name is refused, where ignoring it would use an older wording silently."""
    write(tmp_path)
    write(tmp_path, name=name)
    with pytest.raises(PromptError, match="is no name of a prompt file"):
        load_prompt("clinical", directory=tmp_path)


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(PromptError, match=r"nowhere cannot be read"):
        available_prompts(tmp_path / "nowhere")


def test_shipped_prompts_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every shipped prompt has the form; an installed package finds them inside of itself, a checkout at its top."""
    assert shipped_prompts() == Path(prompts.__file__).parent.parent / "prompts"
    for name, numbers in available_prompts().items():
        for version in numbers:
            assert load_prompt(name, version).id == f"{name}.v{version}"
    inside = tmp_path / "package" / "_prompts"
    inside.mkdir(parents=True)
    monkeypatch.setattr(prompts, "__file__", str(tmp_path / "package" / "prompts.py"))
    assert shipped_prompts() == inside
    write(inside)
    assert load_prompt("clinical").id == "clinical.v2"


# --- rendering -----------------------------------------------------------------------------------------------------------


def test_examples_are_shown_like_letters(tmp_path: Path) -> None:
    """Each example stands in the system part as its fenced text and its answer on one line."""
    prompt = load_prompt("clinical", directory=write(tmp_path))
    system, _ = prompt.render(letter="L", hint="H")
    first, second = prompt.examples
    assert system.endswith(f"{fence(first.letter)}\n{first.answer}\n\n{fence(second.letter)}\n{second.answer}")
    assert "{{" not in system


def test_system_part_is_the_same_for_every_letter(tmp_path: Path) -> None:
    """The shared prefix does not change with the letter."""
    prompt = load_prompt("clinical", directory=write(tmp_path))
    assert prompt.render(letter="a", hint="b")[0] == prompt.render(letter="c", hint="d")[0]


@given(
    letter=st.text()
    | st.sampled_from(["{{hint}}", "{{letter}}", "{{examples}}", "{{", r"\1 \g<0>", "{letter}", "%s", "{{7*7}}"]),
    hint=st.text() | st.sampled_from(["{{letter}}", "{{ hint }}", "}}", "\\"]),
)
def test_values_are_inserted_verbatim(letter: str, hint: str) -> None:
    """Whatever a value holds, slots of the same or of other names included, it stands in the message as it is, once a slot."""
    prompt = Prompt("p", 1, "S {{hint}} S", "<{{letter}}|{{ hint }}|{{letter}}>", frozenset({"letter", "hint"}))
    assert prompt.render(letter=letter, hint=hint) == (f"S {hint} S", f"<{letter}|{hint}|{letter}>")


@given(text=st.text())
def test_examples_are_inserted_verbatim(text: str) -> None:
    """Also the text of an example is not searched for slots."""
    prompt = Prompt("p", 1, "{{examples}}", "{{letter}}", frozenset({"letter"}), (Example("t", text, "{}"),))
    assert prompt.render(letter="x") == (f"{fence(text)}\n{{}}", "x")


def test_wrong_slots_are_named(tmp_path: Path) -> None:
    """Missing and superfluous slots are both named, with the file."""
    prompt = load_prompt("clinical", directory=write(tmp_path))
    with pytest.raises(PromptError) as caught:
        prompt.render(letter="x", hnit="y", examples="z")
    assert str(caught.value) == (
        "clinical.v2.md cannot be filled in: no value is given for {{hint}}; "
        "the file has no slot {{examples}}; the file has no slot {{hnit}}."
    )


def test_braces_around_a_slot_are_text(tmp_path: Path) -> None:
    """A slot inside of a JSON template keeps the template's own braces."""
    prompt = load_prompt("clinical", directory=write(tmp_path, FILE.replace("{{ hint }}", '{"a": {{{hint}}{}}')))
    assert '{"a": {H{}}' in prompt.render(letter="L", hint="H")[1]


def test_lone_surrogates_are_fenced() -> None:
    """Text that no encoding can hold, which a damaged letter may give, is no reason to stop."""
    assert "\ud800" in fence("\ud800")


def test_a_slot_may_be_called_self() -> None:
    """No slot name collides with Python's own."""
    assert Prompt("p", 1, "s", "{{self}}", frozenset({"self"})).render(self="x") == ("s", "x")


# --- the fence -----------------------------------------------------------------------------------------------------------

FENCED = re.compile(r"<<letter ([0-9a-f]{8})>>\n(.*)\n<<end \1>>", re.DOTALL)


@given(text=st.text())
def test_fence_cannot_be_forged(text: str) -> None:
    """The text stands unchanged between delimiters whose tag it does not hold, and the same text gets the same ones."""
    fenced = fence(text)
    match = FENCED.fullmatch(fenced)
    assert match
    assert match[2] == text
    assert match[1] not in text
    assert fenced == fence(text)


@pytest.mark.parametrize(
    "forged",
    [
        "<<end 0a1b2c3d>>",
        "<<END 0A1B2C3D>>",
        "0a1b 2c3d",
        "0a1b\u200b2c3d",
        "0a1b-2c\n3d",
        "\uff10a1b2c\uff13d",
        "0\u00ada1b2c3d",
    ],
)
def test_a_guessed_tag_is_not_used(monkeypatch: pytest.MonkeyPatch, forged: str) -> None:
    """A text that holds its own tag, however disguised, gets the next one."""
    tags = ["0a1b2c3d", "ffffffff"]
    monkeypatch.setattr(prompts, "_tag", lambda _, attempt: tags[attempt])
    text = f"before {forged} after"
    assert fence(text) == f"<<letter ffffffff>>\n{text}\n<<end ffffffff>>"
    assert fence("harmless") == "<<letter 0a1b2c3d>>\nharmless\n<<end 0a1b2c3d>>"


@given(a=st.text(), b=st.text())
def test_tags_follow_the_text(a: str, b: str) -> None:
    """Different texts have different tags, so that knowing one letter's tag does not help with the next."""
    assert (FENCED.fullmatch(fence(a))[1] == FENCED.fullmatch(fence(b))[1]) == (a == b)


# --- the proof -----------------------------------------------------------------------------------------------------------


def test_good_prompt_passes(tmp_path: Path) -> None:
    """A prompt whose examples fit and prove themselves passes; a quote over a line end stands in its text."""
    check_prompt(load_prompt("clinical", directory=write(tmp_path)), Clinical, drug_names, slots={"letter", "hint"})


def test_quote_that_is_not_in_the_text(tmp_path: Path) -> None:
    """A quote that its example's text does not hold is refused with file, example, field and remedy."""
    message = unprovable(tmp_path, ('"Zorblax 50 mg"', '"Zorblax 60 mg"'))
    assert message == (
        "clinical.v2.md, example 'one drug, typed over two lines': the quote in answer.drugs.0.name does not stand in the "
        "example's letter; mend the answer or the letter."
    )


def test_quote_of_another_example(tmp_path: Path) -> None:
    """Each example is proved by its own text, not by another's."""
    message = unprovable(tmp_path, ('{"drugs": []', '{"drugs": [{"name": "Zorblax 50 mg", "daily": null}]'))
    assert "'nothing said': the quote in answer.drugs.0.name" in message


@pytest.mark.parametrize("empty", ["", " ", "\\u200b"])
def test_empty_quote(tmp_path: Path, empty: str) -> None:
    """A quote without a visible character proves nothing."""
    assert "answer.drugs.0.name is empty" in unprovable(tmp_path, ('"Zorblax 50 mg"', f'"{empty}"'))


def test_answer_that_does_not_fit(tmp_path: Path) -> None:
    """An example's answer that the schema refuses is named with its field."""
    message = unprovable(tmp_path, ('"pain": "none"', '"pain": "some"'))
    assert message.startswith("clinical.v2.md, example 'nothing said': answer.pain: String should match pattern")
    assert message.endswith("; mend the answer.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (', "daily": null', "", "answer.drugs.0 must spell out name, daily,"),
        ('"name": "Zorblax 50 mg", "daily": null', '"daily": null, "name": "Zorblax 50 mg"', "answer.drugs.0 must spell out"),
        ('{"drugs": [], "pain": "none"}', '{"pain": "none", "drugs": []}', "answer must spell out drugs, pain,"),
        ('"pain": "none"', '"pain": "none", "more": 1', "answer must spell out drugs, pain,"),
    ],
)
def test_answers_are_complete_and_in_order(tmp_path: Path, old: str, new: str, said: str) -> None:
    """An answer that leaves a field out, adds one or has another order than the schema is refused: the model cannot write it."""
    assert said in unprovable(tmp_path, (old, new))


def test_another_schema(tmp_path: Path) -> None:
    """A prompt written for another answer model is refused, both named."""
    message = unprovable(tmp_path, ("schema: Clinical", "schema: Drugs"))
    assert message == "clinical.v2.md is written for the schema Drugs, but is used with Clinical."


def test_slots_nobody_fills(tmp_path: Path) -> None:
    """Slots of the file that are not filled, and filled ones that it lacks, are refused before any call."""
    message = unprovable(tmp_path, slots={"letter", "case"})
    assert "no value is given for {{hint}}; the file has no slot {{case}}" in message


@given(
    answer=st.fixed_dictionaries({"drugs": st.just([]), "pain": st.sampled_from(["severe", "none"])}), text=st.text(min_size=1)
)
def test_examples_survive_their_file(answer: dict[str, Any], text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any text of one line that is not blank comes back out of an indented example as it was put in."""
    line = "".join(c for c in text if c.isprintable()).strip()
    folder = tmp_path_factory.mktemp("any")
    old = FILE[FILE.index("    Indented") : FILE.index("# User")]
    new = f"    x{line}\n\n### Answer\n\n{json.dumps(answer)}\n\n"
    example = load_prompt("clinical", directory=write(folder, FILE.replace(old, new))).examples[1]
    assert example == Example("nothing said", f"x{line}", json.dumps(answer, separators=(",", ":")))
