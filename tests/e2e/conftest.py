"""The program as a user starts it: in a process of its own, with a home, a cache and an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing of the user's settings, and a home of the test's own; output as in a pipe."""
    home = tmp_path / "home"
    home.mkdir()
    others = ("LLM_EXTRACT_", "OPENAI_", "OTEL_")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(others)}
    kept = {name: value for name, value in kept.items() if not name.upper().endswith("_PROXY")}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "COLUMNS": "80", "PYTHONWARNINGS": "error"}


@pytest.fixture
def program(tmp_path: Path, environment: dict[str, str]) -> Program:
    """Runs `python -m llm_extract` in an empty working folder."""
    folder = tmp_path / "work"
    folder.mkdir()

    def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "llm_extract", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env={**environment, **variables}, check=False, timeout=120
        )

    return run
