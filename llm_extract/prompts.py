"""Prompts are files, `NAME.vN.md`: a new wording is a new file, so that every answer can name the words that it was given.

    ---
    name: clinical
    version: 1
    schema: ClinicalAnswer
    description: diagnoses, drugs and treatments of one summary
    ---

    # System

    What all questions share, so that prefix caches hit. {{examples}} stands where the worked examples go.

    ## Example: an operation among the diagnoses

    ### Letter

    ```
    The text of the example, fenced as here or indented.
    ```

    ### Answer

    ```json
    {"diagnoses": ["..."]}
    ```

    # User

    {{letter}}

Headings of the first level are `System`, `User` and, where the examples are to stand apart, `Examples`; below them, and inside of
fences, any Markdown is prompt text. `{{slot}}` is replaced once and literally: nothing that a value holds is looked at again.
`check_prompt` proves a file before the first call; until then it may be edited by people who do not know Python.
"""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError

from llm_extract.errors import PromptError
from llm_extract.folding import folded_str

EXAMPLES = "examples"
"""The slot of the system part that the file fills itself."""

_SLOT = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}")
_FILE = re.compile(r"([a-z][a-z0-9_-]*)\.v([0-9]+)\.md")
_ALMOST_FILE = re.compile(r".+\.v[0-9]+\.md", re.IGNORECASE)
_KEYS = ("name", "version", "schema", "description")


@dataclass(frozen=True)
class Example:
    """A worked example. `answer` is JSON on one line, keys in the order in which the file gives them."""

    title: str
    letter: str
    answer: str


@dataclass(frozen=True)
class Prompt:
    """One prompt file. `slots` are those that the caller fills; `examples` fill the system part's `{{examples}}`."""

    name: str
    version: int
    system: str
    user: str
    slots: frozenset[str] = frozenset()
    examples: tuple[Example, ...] = ()
    schema: str = ""
    description: str = ""
    path: Path | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """`name.vN`, as records and cache keys name it."""
        return f"{self.name}.v{self.version}"

    @property
    def file(self) -> str:
        """The file's name, for messages."""
        return f"{self.id}.md" if self.path is None else self.path.name

    def render(self, /, **slots: str) -> tuple[str, str]:
        """The system and the user message, values inserted as they are.

        Raises `PromptError` that names each slot without a value and each value without a slot.
        """
        if wrong := _mismatch(self.slots, slots.keys()):
            raise PromptError(f"{self.file} cannot be filled in: {wrong}.")
        values = {**slots, EXAMPLES: _shown(self.examples)}
        return _fill(self.system, values), _fill(self.user, values)


def fence(text: str) -> str:
    """The text between delimiters that nobody who wrote it can have put into it.

    They carry a hash of the text: the same text gives the same prompt, so that caches hit, and a text that names its own hash
    (white space, case, punctuation and invisible characters aside) gets another one.
    """
    plain = _letters_and_digits(text)
    tag = next(tag for attempt in count() if (tag := _tag(text, attempt)) not in plain)
    return f"<<letter {tag}>>\n{text}\n<<end {tag}>>"


# --- files -------------------------------------------------------------------------------------------------------------


def load_prompt(name: str, version: int | None = None, directory: Path | None = None) -> Prompt:
    """The prompt of a name, in its highest version unless one is given; the shipped ones unless a folder is given.

    Raises `PromptError` where there is none, and for a file that does not have the form above.
    """
    files = _files(directory or shipped_prompts())
    found = {v: path for (n, v), path in files.items() if n == name}
    chosen = max(found, default=None) if version is None else version
    if chosen not in found:
        wanted = name if version is None else f"{name}.v{version}"
        offered = ", ".join(path.stem for path in files.values()) or "none"
        raise PromptError(f"There is no prompt {wanted} in {directory or 'the shipped prompts'}; there is: {offered}.")
    return _parse(found[chosen], name, chosen)


def available_prompts(directory: Path | None = None) -> dict[str, tuple[int, ...]]:
    """Names and their versions, both in ascending order."""
    found: dict[str, tuple[int, ...]] = {}
    for name, version in _files(directory or shipped_prompts()):
        found[name] = (*found.get(name, ()), version)
    return found


def shipped_prompts() -> Path:
    """The folder of the shipped prompts: inside of an installed package, at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / "_prompts"
    return inside if inside.is_dir() else package.parent / "prompts"


def _files(directory: Path) -> dict[tuple[str, int], Path]:
    found: dict[tuple[str, int], Path] = {}
    for path in _listed(directory):
        if not (match := _FILE.fullmatch(path.name)):
            raise PromptError(f"{path.name} is no name of a prompt file: use lower case, as in name.v1.md.")
        key = match[1], int(match[2])
        if key in found:
            raise PromptError(f"{found[key].name} and {path.name} are the same version: rename or delete one of them.")
        found[key] = path
    return dict(sorted(found.items()))


def _listed(directory: Path) -> list[Path]:
    try:
        return sorted(path for path in directory.iterdir() if _ALMOST_FILE.fullmatch(path.name))
    except OSError as error:
        raise PromptError(f"The prompts folder {directory} cannot be read: {error.strerror}.") from error


# --- the form of a file ------------------------------------------------------------------------------------------------


class _Part(NamedTuple):
    """What stands below one heading: `kind` is system, user, examples, example, letter or answer."""

    kind: str
    title: str
    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


class _Source(NamedTuple):
    """A prompt file being read, for messages that name file and line."""

    path: Path
    lines: list[str]

    def refuse(self, line: int, what: str) -> NoReturn:
        raise PromptError(f"{self.path.name}, line {line}: {what}.")


def _parse(path: Path, name: str, version: int) -> Prompt:
    source = _Source(path, _lines(path))
    head, body = _front_matter(source)
    if (head["name"], head["version"]) != (name, str(version)):
        stated = f"{head['name']}.v{head['version']}"
        raise PromptError(f"{path.name} calls itself {stated} in its front matter: make name and version equal to the file's.")
    parts = _parts(source, body)
    system, user = _only(source, parts, "system"), _only(source, parts, "user")
    examples = tuple(_examples(source, parts))
    slots = _slots(source, system) | _slots(source, user)
    _check_examples_slot(source, system, user, bool(examples))
    return Prompt(
        name=name,
        version=version,
        system=system.text,
        user=user.text,
        slots=slots - {EXAMPLES},
        examples=examples,
        schema=head["schema"],
        description=head["description"],
        path=path,
    )


def _lines(path: Path) -> list[str]:
    """Lines without their ends, whichever system's editor wrote them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PromptError(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise PromptError(f"{path.name} is not UTF-8: save it in that encoding.") from None
    return text.split("\n")


def _front_matter(source: _Source) -> tuple[dict[str, str], int]:
    """The front matter's values and the index of the first line behind it."""
    if source.lines[0].rstrip() != "---":
        source.refuse(1, "a prompt file begins with front matter, between two lines ---")
    end = next((i for i, line in enumerate(source.lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        source.refuse(1, "the front matter is not closed by a second line ---")
    head: dict[str, str] = {}
    for number, line in enumerate(source.lines[1:end], 2):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip():
            _check_front_line(source, number, key, bool(colon and value), key in head)
            head[key] = value
    if missing := [key for key in _KEYS if key not in head]:
        source.refuse(end + 1, f"the front matter lacks {', '.join(missing)}")
    return head, end + 1


def _check_front_line(source: _Source, number: int, key: str, has_value: bool, twice: bool) -> None:
    if key not in _KEYS or not has_value:
        source.refuse(number, f"a line of front matter reads 'key: value', the key one of {', '.join(_KEYS)}")
    if twice:
        source.refuse(number, f"{key} is given twice")


_MARK = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_FIRST_LEVEL = re.compile(r"# +(.*?) *")
_EXAMPLE = re.compile(r"## +Example\b *:? *(.*?) *")
_EXAMPLE_PART = re.compile(r"### +(Letter|Answer) *")


def _parts(source: _Source, first: int) -> list[_Part]:
    parts: list[_Part] = []
    opened: tuple[str, int] | None = None
    for number, line in enumerate(source.lines[first:], first + 1):
        heading = None if opened else _heading(source, number, line)
        opened = _fenced(opened, number, line)
        if heading:
            parts.append(heading)
        elif parts:
            parts[-1].lines.append(line)
        elif line.strip():
            source.refuse(number, "text before the first heading; begin with # System")
    if opened:
        source.refuse(opened[1], f"the fence {opened[0]} is not closed")
    return parts


def _heading(source: _Source, number: int, line: str) -> _Part | None:
    """The part that a line opens, None where it is text."""
    if match := _FIRST_LEVEL.fullmatch(line):
        if match[1] not in ("System", "User", "Examples"):
            source.refuse(number, "a heading of the first level is # System, # User or # Examples; use ## for text of the prompt")
        return _Part(match[1].lower(), "", number, [])
    if match := _EXAMPLE.fullmatch(line):
        if not match[1]:
            source.refuse(number, "an example has a title: ## Example: what it shows")
        return _Part("example", match[1], number, [])
    if match := _EXAMPLE_PART.fullmatch(line):
        return _Part(match[1].lower(), "", number, [])
    return None


def _fenced(opened: tuple[str, int] | None, number: int, line: str) -> tuple[str, int] | None:
    """The fence that is open behind a line, with the number of the line that opened it."""
    match = _MARK.fullmatch(line)
    if opened is None:
        return (match[1], number) if match else None
    closes = match and match[1].startswith(opened[0]) and not match[2].strip()
    return None if closes else opened


def _only(source: _Source, parts: list[_Part], kind: str) -> _Part:
    found = [part for part in parts if part.kind == kind]
    if not found:
        source.refuse(len(source.lines), f"there is no # {kind.capitalize()}")
    if len(found) > 1:
        source.refuse(found[1].line, f"a second # {kind.capitalize()}")
    if not found[0].text:
        source.refuse(found[0].line, f"# {kind.capitalize()} is empty")
    return found[0]


def _slots(source: _Source, part: _Part) -> frozenset[str]:
    for number, line in enumerate(part.lines, part.line + 1):
        if "{{" in _SLOT.sub(" ", line):
            source.refuse(number, "{{ opens a slot, which reads {{name}}: letters, digits and underscores on one line")
    return frozenset(_SLOT.findall(part.text))


def _check_examples_slot(source: _Source, system: _Part, user: _Part, has_examples: bool) -> None:
    if EXAMPLES in _slots(source, user):
        source.refuse(user.line, "{{examples}} stands in the system part, which questions share")
    if has_examples and EXAMPLES not in _slots(source, system):
        source.refuse(system.line, "there are examples, but no {{examples}} in the system part says where they go")
    if not has_examples and EXAMPLES in _slots(source, system):
        source.refuse(system.line, "{{examples}} stands in the system part, but the file has no ## Example")


def _examples(source: _Source, parts: list[_Part]) -> Iterator[Example]:
    """The examples in order; each is a heading followed by its letter and its answer."""
    rest = [part for part in parts if part.kind not in ("system", "user")]
    while rest:
        head = rest.pop(0)
        if head.kind not in ("examples", "example"):
            source.refuse(head.line, f"### {head.kind.capitalize()} belongs below an ## Example: title, once, the letter first")
        if head.text:
            source.refuse(head.line + 1, "text here would be lost: it belongs below # System, ### Letter or ### Answer")
        if head.kind == "example":
            yield _example(source, head, rest)


def _example(source: _Source, head: _Part, rest: list[_Part]) -> Example:
    if [part.kind for part in rest[:2]] != ["letter", "answer"]:
        source.refuse(head.line, f"the example '{head.title}' needs ### Letter and then ### Answer")
    letter, answer = rest.pop(0), rest.pop(0)
    return Example(head.title, _block(source, letter), _compact(source, answer, head.title))


def _block(source: _Source, part: _Part) -> str:
    """The fenced or indented text of a part, without fence and indentation."""
    solid = [i for i, line in enumerate(part.lines) if line.strip()]
    if not solid:
        source.refuse(part.line, f"### {part.kind.capitalize()} is empty")
    lines = part.lines[solid[0] : solid[-1] + 1]
    if opened := _fenced(None, 0, lines[0]):
        closed = next((i for i, line in enumerate(lines[1:], 1) if _fenced(opened, 0, line) is None), 0)
        if closed != len(lines) - 1:
            source.refuse(part.line, f"text behind the fence of ### {part.kind.capitalize()} would be lost")
        lines = lines[1:-1]
    text = textwrap.dedent("\n".join(lines)).strip("\n")
    if not text.strip():
        source.refuse(part.line, f"### {part.kind.capitalize()} is empty")
    return text


def _compact(source: _Source, part: _Part, title: str) -> str:
    try:
        value = json.loads(_block(source, part), object_pairs_hook=_without_duplicates)
    except ValueError as error:
        why = f"{error.msg}, line {error.lineno} of it" if isinstance(error, json.JSONDecodeError) else str(error)
        source.refuse(part.line, f"the answer of the example '{title}' is not JSON ({why})")
    return _one_line(value)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


# --- rendering -----------------------------------------------------------------------------------------------------------


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda match: values[match[1]], text)


def _mismatch(in_file: Collection[str], filled: Collection[str]) -> str:
    """How a file's slots and those that are filled differ, in words; empty where they agree."""
    without_value = [f"no value is given for {{{{{slot}}}}}" for slot in sorted(set(in_file) - set(filled))]
    without_slot = [f"the file has no slot {{{{{slot}}}}}" for slot in sorted(set(filled) - set(in_file))]
    return "; ".join(without_value + without_slot)


def _shown(examples: tuple[Example, ...]) -> str:
    # The same delimiters as around the letter itself: what the model is shown is what it will see.
    return "\n\n".join(f"{fence(example.letter)}\n{example.answer}" for example in examples)


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _tag(text: str, attempt: int) -> str:
    """Eight hexadecimal digits; more would only cost tokens, since a text that holds them gets others."""
    return sha256(f"{attempt}:{text}".encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _letters_and_digits(text: str) -> str:
    """What a reader, or a model, may take for the same characters: folded case, no white space, punctuation or invisible ones."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


# --- the proof before spending -----------------------------------------------------------------------------------------


def check_prompt(
    prompt: Prompt,
    answer_model: type[BaseModel],
    quotes: Callable[[Any], Iterable[str]],
    *,
    slots: Collection[str] | None = None,
) -> None:
    """Prove a prompt before any call: that its examples say what the model is asked to say, and prove it by their own text.

    `quotes` gives the strings of an answer that must stand in the letter; white space does not count. `slots` are those that the
    caller will fill. Raises `PromptError` that names file, example and field, and says what to mend.
    """
    if prompt.schema and prompt.schema != answer_model.__name__:
        raise PromptError(f"{prompt.file} is written for the schema {prompt.schema}, but is used with {answer_model.__name__}.")
    if slots is not None and (wrong := _mismatch(prompt.slots, slots)):
        raise PromptError(f"{prompt.file} has the wrong slots: {wrong}; mend the # System and # User parts.")
    for example in prompt.examples:
        _check_example(f"{prompt.file}, example '{example.title}'", example, answer_model, quotes)


def _check_example(where: str, example: Example, answer_model: type[BaseModel], quotes: Callable[[Any], Iterable[str]]) -> None:
    try:
        answer = answer_model.model_validate_json(example.answer)
    except ValidationError as error:
        raise PromptError(f"{where}: {_misfit(error)}; mend the answer.") from None
    data = answer.model_dump(mode="json", by_alias=True)
    for given, wanted in zip(_objects(json.loads(example.answer), "answer"), _objects(data, "answer"), strict=False):
        if given != wanted:
            raise PromptError(f"{where}: {wanted.path} must spell out {', '.join(wanted.keys)}, in this order and nothing else.")
    letter = folded_str(example.letter)
    for quote in map(folded_str, quotes(answer)):
        if not quote or quote not in letter:
            what = "is empty" if not quote else "does not stand in the example's letter"
            raise PromptError(f"{where}: the quote in {_place(data, quote)} {what}; mend the answer or the letter.")


def _misfit(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(('answer', *map(str, first['loc'])))}: {first['msg']}"


class _Object(NamedTuple):
    path: str
    keys: list[str]


def _objects(value: Any, path: str) -> Iterator[_Object]:
    """The objects in a JSON value, from the outside in: an enforced schema leaves a model no other keys and no other order."""
    if isinstance(value, dict):
        yield _Object(path, list(value))
    for name, inner in _inner(value):
        yield from _objects(inner, f"{path}.{name}")


def _place(data: Any, quote: str) -> str:
    """The field that holds a folded quote."""
    return next((path for path, text in _strings(data, "answer") if folded_str(text) == quote), "the answer")


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    for name, inner in _inner(value):
        yield from _strings(inner, f"{path}.{name}")


def _inner(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()
