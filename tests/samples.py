"""The invented letters, and a model that answers truly about the first of them, for tests of the upper rooms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from llm_extract.engine import Question, Reading
from llm_extract.fake import Reply, ScriptedAsker
from llm_extract.letters import Letter, LetterFile, letter_from_text, read_letter
from llm_extract.questions import Questions
from llm_extract.reader import ModelReader
from llm_extract.settings import Settings

ROOT = Path(__file__).parent.parent
LETTERS = ROOT / "fixtures" / "letters"
LABELS = ROOT / "fixtures" / "labels"
REAL = ROOT.parent / "shared" / "letters"
NAMES = sorted(path.stem for path in LETTERS.iterdir())

each_letter = pytest.mark.parametrize("name", NAMES)


def path_of(name: str) -> Path:
    """The file of an invented letter."""
    return next(path for path in LETTERS.iterdir() if path.stem == name)


@lru_cache
def letter(name: str = "first-letter") -> Letter:
    """An invented letter, read once."""
    return read_letter(path_of(name))


@lru_cache
def questions() -> Questions:
    """The shipped prompts, checked once."""
    return Questions.load(Settings(prompts_dir=ROOT / "prompts"))


def file_of(path: Path) -> LetterFile:
    """A letter file named by its stem."""
    return LetterFile(path.stem, path)


def written(folder: Path, name: str, text: str) -> LetterFile:
    """A letter file with this text."""
    path = folder / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    return file_of(path)


# --- a model that answers truly about the first letter ----------------------------------------------------------------

NOTHING: dict[str, dict[str, Any]] = {
    "clinical": {"diagnoses": [], "medications": [], "prior_treatments": []},
    "reasons": {"finding": "", "reasons": []},
    "facts": {
        "case_number": None,
        "priority": None,
        "date_of_injury": None,
        "date_assigned": None,
        "application_received": None,
        "ur_denial_date": None,
        "decision_date": None,
        "licensed_states": [],
        "specialties": [],
        "age": None,
        "sex": None,
    },
    "item": {
        "treatment": "",
        "category": "other",
        "generic_name": None,
        "strength": None,
        "quantity": None,
        "refills": None,
        "frequency": None,
        "body_part": None,
        "date_of_service": None,
        "decision": "",
        "claims": [],
        "reviewer": [],
    },
    "items": {"items": []},
}
"""Answers that say nothing, each of its question's form."""

FACTS = {
    "case_number": "CM15-0990001",
    "priority": "Standard",
    "date_of_injury": "06/17/2013",
    "date_assigned": "02/04/2015",
    "application_received": "01/21/2015",
    "ur_denial_date": "01/09/2015",
    "decision_date": "03/23/2015",
    "licensed_states": ["California", "Nevada"],
    "specialties": ["Orthopedic Surgery"],
    "age": 48,
    "sex": "female",
}
CLINICAL = {
    "diagnoses": ["right shoulder impingement syndrome", "partial-thickness rotator cuff tear"],
    "medications": ["ibuprofen", "Norco"],
    "prior_treatments": ["home exercise program", "subacromial corticosteroid injection"],
}
NORCO = {
    **NOTHING["item"],
    "treatment": "Norco",
    "category": "medication",
    "generic_name": "hydrocodone/acetaminophen",
    "strength": "5/325mg",
    "quantity": "#60",
    "decision": "Upheld",
    "claims": [{"title": "MTUS Chronic Pain Treatment Guidelines", "section": "Opioids", "pages": "74-80"}],
    "reviewer": [{"title": "MTUS Chronic Pain Treatment Guidelines", "section": None, "pages": "76-80, 91"}],
}
THERAPY = {
    **NOTHING["item"],
    "treatment": "Physical therapy",
    "category": "physical_medicine",
    "quantity": "2 times a week for 6 weeks",
    "frequency": "2 times a week for 6 weeks",
    "body_part": "right shoulder",
    "decision": "Overturned",
    "reviewer": [
        {"title": "Official Disability Guidelines (ODG)", "section": "Shoulder Chapter, Physical therapy", "pages": None}
    ],
}
WHY_NORCO = {
    "finding": "no benefit, no monitoring",
    "reasons": [{"sentence": 2, "code": "no_functional_improvement"}, {"sentence": 3, "code": "no_monitoring"}],
}
WHY_THERAPY = {"finding": "criteria met", "reasons": [{"sentence": 3, "code": "criteria_met"}]}


def topic_of(question: Question) -> str:
    """`reasons` of `reasons.v1`."""
    return question.prompt.partition(".")[0]


def true_answer(question: Question) -> dict[str, Any]:
    """What the first letter says."""
    about_norco = "Norco 5/325mg" in question.user
    answers = {
        "facts": FACTS,
        "clinical": CLINICAL,
        "item": NORCO if about_norco else THERAPY,
        "reasons": WHY_NORCO if about_norco else WHY_THERAPY,
    }
    return answers[topic_of(question)]


def silent(question: Question) -> dict[str, Any]:
    """An answer that says nothing."""
    return NOTHING[topic_of(question)]


def answering(changed: Mapping[str, Reply | Callable[[Question], Reply]]) -> Callable[[Question], Reply]:
    """True answers, but for the topics that are given."""

    def reply(question: Question) -> Reply:
        other = changed.get(topic_of(question), true_answer)
        return other(question) if callable(other) else other

    return reply


def reader_of(script: Callable[[Question], Reply]) -> tuple[ModelReader, ScriptedAsker]:
    """A model reader on a scripted asker."""
    asker = ScriptedAsker(script)
    return ModelReader(asker, questions(), model="scripted"), asker


# --- values -----------------------------------------------------------------------------------------------------------


def values(reading: Reading) -> dict[str, Any]:
    """The bare values of a reading by pointer."""
    return {pointer: reading.get(pointer) for pointer in reading.fields}


def words_of(letter: Letter, reading: Reading, pointer: str) -> str:
    """The letter's words behind a value, folded; of several spans with a bar between them."""
    found = next(f for p, f in reading.leaves() if p == pointer)
    return " | ".join(re.sub(r"\s+", " ", letter.text[s.start : s.end]) for s in found.spans)


def codes(reading: Reading) -> list[tuple[str, str]]:
    """Pointers and codes of a reading's issues."""
    return [(issue.pointer, issue.code) for issue in reading.issues]


# --- a letter of no known layout -------------------------------------------------------------------------------------

UNKNOWN_TEXT = """Independent Medical Review. Determination of case CM15-0990077.

The injured worker is a 51 year old man who was hurt on 4/5/2013. Diagnoses: lumbar strain. He takes Opana ER.

We reviewed the request for Opana ER 20mg #60. The record shows no benefit after a year of use. Opana ER 20mg #60 is not
medically necessary.

We also reviewed the MRI of the left hip. A labral tear is suspected and six weeks of care have failed. The MRI of the left hip
is medically necessary.
"""


def unknown_letter() -> Letter:
    """A letter whose form the rules do not know."""
    return letter_from_text(UNKNOWN_TEXT, "unknown-layout")
