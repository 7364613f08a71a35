"""Letters for tests of the rules: a form to put one sentence into, the labelled letters, and what is compared of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel
from samples import LABELS, NAMES, REAL, ROOT, letter

from llm_extract.baseline import read_letter
from llm_extract.engine import Reading
from llm_extract.letters import Letter
from llm_extract.letters import read_letter as open_letter

GOLD = ROOT / "evals" / "gold"
DEV = sorted(path.stem for path in (GOLD / "text").glob("dev-*.txt"))
REAL_NAMES = sorted(path.stem for path in (REAL / "text").glob("*.txt"))

# What rules can only do honestly in part; the model reads these better, so no rule is held to them here.
NOT_CORE = frozenset({"diagnoses", "medications", "prior_treatments", "reasons"})

ITEM = """Norco 10/325mg #60: Upheld

Claims Administrator guideline: Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78.

MAXIMUS guideline: Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78-80.

Decision rationale: Benefit is not documented. The request is not medically necessary."""


def expert_letter(
    summary: str = "The worker has low back pain.",
    *,
    header: str = "",
    credentials: str = "State(s) of Licensure: California\n\nCertification(s)/Specialty: Internal Medicine",
    items: str = ITEM,
) -> Letter:
    """An `expert_reviewer` letter with these words in its parts."""
    parts = (
        header,
        "HOW THE IMR FINAL DETERMINATION WAS MADE",
        "MAXIMUS Federal Services sent the complete case file to an expert reviewer.",
        credentials,
        "CLINICAL CASE SUMMARY",
        "The expert reviewer developed the following clinical case summary based on a review of the case file, including all "
        "medical records:",
        summary,
        "IMR ISSUES, DECISIONS AND RATIONALES",
        "The Final Determination was based on decisions for the disputed items/services set forth below:",
        items,
    )
    return Letter("letter", "", "", "\n\n".join(part for part in parts if part))


def value(letter: Letter, pointer: str) -> Any:
    """What the rules read at a pointer."""
    return read_letter(letter).get(pointer)


@lru_cache
def labelled(name: str) -> tuple[Letter, dict[str, Any]]:
    """A labelled letter by its stem, with its label: an invented one, one of the development set, or a real one."""
    if name in NAMES:
        return letter(name), _json(LABELS / f"{name}.json")
    folder = GOLD if name in DEV else REAL
    return open_letter(folder / "text" / f"{name}.txt"), _json(folder / "labels" / f"{name}.json")


def _json(path: Path) -> dict[str, Any]:
    label: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return label


def core_of_label(label: dict[str, Any]) -> dict[str, Any]:
    """The label's core values by pointer, empty ones aside."""
    flat = {f"/{part}/{k}": v for part in ("case", "reviewer", "patient", "clinical") for k, v in label[part].items()}
    flat |= {f"/items/{i}/{k}": v for i, item in enumerate(label["items"]) for k, v in item.items()}
    return {pointer: v for pointer, v in flat.items() if v not in (None, []) and _is_core(pointer)}


def core_of_reading(reading: Reading) -> dict[str, Any]:
    """What was read, in the form of a label."""
    return {pointer: _plain(reading.get(pointer)) for pointer in reading.fields if _is_core(pointer)}


def _is_core(pointer: str) -> bool:
    return pointer.rsplit("/", 1)[1] not in NOT_CORE


def _plain(found: Any) -> Any:
    if isinstance(found, tuple):
        return [_plain(one) for one in found]
    if isinstance(found, BaseModel):
        return found.model_dump(mode="json")
    return found.isoformat() if hasattr(found, "isoformat") else found


def values_of(letter: Letter) -> dict[str, Any]:
    """Every value of a letter by its own pointer, without its place."""
    return {pointer: found.value for pointer, found in read_letter(letter).leaves()}


def single_values(core: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Pointer and value of each scalar and each list entry, to be counted."""
    for pointer, found in core.items():
        for one in found if isinstance(found, list) else [found]:
            yield pointer, json.dumps(one, sort_keys=True)


needs_dev = pytest.mark.skipif(not DEV, reason="the labelled development letters are not in this checkout")
needs_real = pytest.mark.skipif(not REAL_NAMES, reason="the real letters are not beside this checkout")

_pieces = st.sampled_from(
    (
        "Diagnoses include",
        "Diagnosis:",
        "diagnosed with",
        "(",
        ")",
        ",",
        ";",
        "and",
        "1.",
        "2)",
        "#1",
        "lumbar",
        "strain",
        "C5-6",
        "pain",
        "treated with",
        "Tx:",
        "had",
        "no",
        "physical therapy",
        "left",
        "knee",
        "injection",
        "surgery",
        "of",
        "was requested",
        "Norco",
        "Zorbinol 5 mg",
        "Medications:",
        ".",
        "history of",
        "takes",
        "plan:",
        "ice/",
        "brace",
        "\x00",
        "İ",
        "He",
        "The patient",
    )
)
any_summary = st.lists(_pieces, max_size=30).map(" ".join) | st.text(max_size=100)
"""What a summary is made of, in any order, and any text at all."""
