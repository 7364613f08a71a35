"""Every rule of the baseline by its name: what `llm-extract rules` prints and the tests try.

A module of this package takes part by having a `MATTER` (see `rule.py`); nothing is listed twice.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from llm_extract import baseline
from llm_extract.baseline.rule import Matter, Rule


@lru_cache(maxsize=1)
def matters() -> dict[str, Matter]:
    """The matters by the name of their module, in the order of the alphabet."""
    names = sorted(module.name for module in pkgutil.iter_modules(baseline.__path__))
    modules = {name: importlib.import_module(f"{baseline.__name__}.{name}") for name in names}
    return {name: module.MATTER for name, module in modules.items() if hasattr(module, "MATTER")}


def rules() -> dict[str, Rule]:
    """The rules by name."""
    return {rule.name: rule for matter in matters().values() for rule in matter.rules}
