"""Imports point down only, and nobody pays for what he does not use."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import samples

PACKAGE = samples.ROOT / "llm_extract"

# From the ground up. A room may use its own floor and those below; a room that is not here has no place yet.
FLOORS: tuple[tuple[str, frozenset[str]], ...] = (
    ("ground", frozenset({"", "durable", "errors"})),
    (
        "data",
        frozenset(
            {
                "decision_words",
                "folding",
                "letters",
                "lines",
                "pdf_worker",
                "schema",
                "sections",
                "settings",
                "unknown_layout",
                "values",
            }
        ),
    ),
    ("seam", frozenset({"engine", "prompts", "telemetry", "telemetry_otel"})),
    (
        "engines",
        frozenset(
            {
                "admission",
                "answers",
                "baseline",
                "batch",
                "batch_jobs",
                "batch_post",
                "budget",
                "cache",
                "cascade",
                "checks",
                "confidence",
                "fake",
                "finished",
                "grounding",
                "hybrid",
                "local",
                "local_server",
                "model",
                "questions",
                "reader",
                "reason_words",
                "wire_schema",
                "workers",
            }
        ),
    ),
    ("runs", frozenset({"evaluation", "export", "ledger", "pipeline", "tables"})),
    ("wiring", frozenset({"wiring"})),
    (
        "doors",
        frozenset(
            {
                "__main__",
                "api",
                "batching",
                "cli",
                "distributed",
                "doctor",
                "estimating",
                "evaluating",
                "progress",
                "reporting",
                "running",
                "service",
                "showing",
                "worker",
            }
        ),
    ),
)
FLOOR_OF = {room: level for level, (_, rooms) in enumerate(FLOORS) for room in rooms}

# Libraries that one room alone may know (design: "live here only").
OWNED = {
    "openai": {"model"},
    "instructor": {"model"},
    "tenacity": {"model"},
    "diskcache": {"cache"},
    "xllamacpp": {"local", "local_server"},
    "aiohttp": {"model"},
    "pypdfium2": {"pdf_worker"},
    "click": {"cli"},
    "rich": {"doctor", "progress", "reporting", "running", "showing"},
    "pydantic_settings": {"settings"},
    "pyarrow": {"distributed", "export"},
    "duckdb": {"distributed", "export"},
    "ray": {"distributed"},
    "xlsxwriter": {"export"},
    "opentelemetry": {"telemetry_otel"},
}
HEAVY = (
    "openai",
    "instructor",
    "rich",
    "xllamacpp",
    "pypdfium2",
    "numpy",
    "scipy",
    "matplotlib",
    "jinja2",
    "pyarrow",
    "duckdb",
    "xlsxwriter",
    "opentelemetry",
    "ray",
)


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def room_of(path: Path) -> str:
    """The room that a module is in: its name, or the subpackage's; "" for the package itself."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


class _Imports(ast.NodeVisitor):
    """The modules that a file imports, at its top and inside of functions; those for type checkers alone do not run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.top: set[str] = set()
        self.lazy: set[str] = set()
        self._depth = 0

    def visit_If(self, node: ast.If) -> None:
        """Leave out `if TYPE_CHECKING`: nothing in it is imported when the program runs."""
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """What stands in a function is imported when it is called."""
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - named by ast

    def visit_Import(self, node: ast.Import) -> None:
        """`import a.b`."""
        self._add(*(alias.name for alias in node.names))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """`from a import b`: b may be a module of a."""
        assert node.level == 0, f"{self._path.name} imports relatively"
        module = node.module or ""
        self._add(*(f"{module}.{a.name}" if _is_module(f"{module}.{a.name}") else module for a in node.names))

    def _add(self, *names: str) -> None:
        (self.lazy if self._depth else self.top).update(names)


@lru_cache
def imports(path: Path) -> _Imports:
    """What a module imports."""
    found = _Imports(path)
    found.visit(ast.parse(path.read_text("utf-8")))
    return found


def _is_module(name: str) -> bool:
    path = samples.ROOT.joinpath(*name.split("."))
    return name.startswith("llm_extract") and (path.with_suffix(".py").exists() or path.is_dir())


def _ours(names: set[str]) -> Iterator[str]:
    yield from (name for name in names if name.split(".")[0] == "llm_extract")


def _room(name: str) -> str:
    """The room of an imported name: `llm_extract.baseline.page` is in `baseline`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_room_has_its_floor(path: Path) -> None:
    """A new module is given its place in the table before anything imports it."""
    assert room_of(path) in FLOOR_OF


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """No module imports from a floor above its own, neither at its top nor inside of a function."""
    own = FLOOR_OF[room_of(path)]
    found = imports(path)
    assert {name for name in _ours(found.top | found.lazy) if FLOOR_OF[_room(name)] > own} == set()


def test_imports_at_the_top_have_no_circle() -> None:
    """Modules can be loaded in any order, since none needs itself."""
    names = {path: ".".join(path.relative_to(samples.ROOT).with_suffix("").parts).removesuffix(".__init__") for path in modules()}
    graph = {name: set(_ours(imports(path).top)) - {name} for path, name in names.items()}
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("library", OWNED)
def test_a_library_has_one_home(library: str) -> None:
    """What may change with a library's version stands in one place."""
    users = {
        room_of(path) for path in modules() for name in imports(path).top | imports(path).lazy if name.split(".")[0] == library
    }
    assert users <= OWNED[library]


def _modules_of(statement: str) -> set[str]:
    """Modules that a fresh interpreter has loaded behind a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=samples.ROOT)
    return set(done.stdout.split())


def _loaded(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded behind a statement."""
    return {name.split(".")[0] for name in _modules_of(statement)}


@pytest.mark.parametrize(
    "module", ["llm_extract", "llm_extract.cli", "llm_extract.baseline", "llm_extract.api", "llm_extract.wiring"]
)
def test_heavy_libraries_wait_until_they_are_needed(module: str) -> None:
    """Importing the package, its command line or the rules loads no model's library, no PDF reader and no terminal's."""
    assert _loaded(f"import {module}").isdisjoint(HEAVY)


@pytest.mark.parametrize("module", ["llm_extract", "llm_extract.cli"])
def test_help_does_not_wait_for_pydantic(module: str) -> None:
    """The package and its command line load their parts when they are asked for them."""
    assert _loaded(f"import {module}").isdisjoint({"pydantic", "pydantic_settings", "diskcache"})


def test_the_rules_read_a_letter_without_heavy_libraries() -> None:
    """A run of the baseline over text files never pays for a model."""
    path = samples.path_of("first-letter")
    statement = f"from llm_extract import extract; assert extract({str(path)!r}, engine='baseline').status == 'ok'"
    assert _loaded(statement).isdisjoint(HEAVY)


@pytest.mark.parametrize("module", ["llm_extract.running", "llm_extract.api", "llm_extract.workers", "llm_extract.questions"])
def test_a_process_that_only_asks_never_loads_the_rules(module: str) -> None:
    """The rules' patterns take a second: the process whose workers read, or whose letters are all read, goes without them."""
    assert "llm_extract.baseline" not in _modules_of(f"import {module}")
