"""Structured records from Independent Medical Review letters, every value tied to the words that prove it.

>>> from llm_extract import extract
>>> record = extract("letter.pdf")
>>> print(record.patient.age, record.items[0].decision, record.evidence["/patient/age"])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm_extract.api import aextract, aextract_many, extract, extract_many
    from llm_extract.errors import LlmExtractError
    from llm_extract.letters import Letter
    from llm_extract.schema import Record
    from llm_extract.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Letter",
    "LlmExtractError",
    "Record",
    "Settings",
    "__version__",
    "aextract",
    "aextract_many",
    "extract",
    "extract_many",
]

_HOME = {
    "aextract": "api",
    "aextract_many": "api",
    "extract": "api",
    "extract_many": "api",
    "Letter": "letters",
    "LlmExtractError": "errors",
    "Record": "schema",
    "Settings": "settings",
}


def __getattr__(name: str) -> Any:
    # Lazily, so that `llm-extract --help` does not wait for pydantic.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"llm_extract.{_HOME[name]}"), name)
