"""Age and sex of the patient: each sentence worded as letters word it."""

from __future__ import annotations

import pytest
from baseline_samples import ITEM, expert_letter

from llm_extract.baseline import read_letter

PEOPLE: dict[str, tuple[int | None, str | None]] = {
    "The injured worker is a 62 year old male who sustained a work related injury.": (62, "male"),
    "This is a 45 year old female with a date of injury of 3/4/09.": (45, "female"),
    "The applicant is a represented 46-year-old who has filed a claim. She reported pain. Her pain is severe.": (46, "female"),
    "The patient is a 52-year-old, right-hand dominant man who fell.": (52, "male"),
    "The claimant is a 48-year-old with back pain.": (48, None),
    "The claimant is a 48 y/o male with back pain.": (48, "male"),
    "The pt is a 48yo male with back pain.": (48, "male"),
    "48 y.o. female with neck pain.": (48, "female"),
    "48 yr old female with neck pain.": (48, "female"),
    "The patient is a 48 year-old woman.": (48, "female"),
    "A 48 years old male patient presents with pain.": (48, "male"),
    "The patient is 48 years old. He has neck pain. He was given Norco.": (48, "male"),
    "The patient is a male, 48 years of age.": (48, "male"),
    "Patient is a 48-year old gentleman with pain.": (48, "male"),
    "The female patient has pain.": (None, "female"),
    "The patient is a male who was injured on 3/4/09.": (None, "male"),
    "This forty-eight year old female has pain.": (48, "female"),
    "This is a male patient, age 39, with low back pain.": (39, "male"),
    "The patient is a 39 year-old (DOB 3/4/75) male.": (39, "male"),
    "The injured worker (IW) is a 51 year old female, who sustained an industrial injury.": (51, "female"),
    "The injured worker is a 51 year old who lives with her 12 year old son.": (51, "female"),
    "The worker is a 51 year old male whose 30-year-old wife helps.": (51, "male"),
    "This 55 year-old male was injured when he was 40 years old.": (55, "male"),
    "The employee is a 45-year-old female. The physician stated that he would refer.": (45, "female"),
    "The provider stated that he saw the patient for a 10 year old injury.": (None, None),
    "The patient has a history of a 20 year old knee injury.": (None, None),
    "The patient is a 67 year old retired female school teacher.": (67, "female"),
    "This is a 33-year-old right hand dominant Hispanic male.": (33, "male"),
    "The patient is a 58 year-old individual. She complains of pain. She uses a cane.": (58, "female"),
    "Patient is a 47 y/o F with pain.": (47, "female"),
    "The patient is a 47 y/o M who fell.": (47, "male"),
    "The 63-year-old patient sustained an injury. He was treated with PT. His pain is 7/10.": (63, "male"),
    "According to the records, the applicant, a 36-year-old female, fell.": (36, "female"),
    "44-year-old male s/p injury.": (44, "male"),
    "The patient is a 29-year old female injured worker.": (29, "female"),
    "This is a case of a 54-year-old male.": (54, "male"),
    "The patient is an 41 year old female.": (41, "female"),
    "The patient is aged 38 and is a male.": (38, "male"),
    "The injured worker is a 60-year-old female; her date of injury is 3/4/09.": (60, "female"),
    "She was injured at the age of 35 and is now 48.": (48, "female"),
    "He has no complaints. His wife, aged 47, drives him. He takes Norco.": (None, "male"),
    "The applicant's employer states that his office is closed.": (None, None),
    "The treating physician states that he has examined the worker.": (None, None),
    "He/she is the reviewer.": (None, None),
    "The worker is a 7 year old male.": (None, "male"),
    "She has pain. He has pain.": (None, None),
    "A 62yo F.": (62, None),
    "Pt is 62yrs old male.": (62, "male"),
    "The patient is a 47year old female.": (47, "female"),
    "A certified nursing assistant, now 44, who hurt the low back. She rests. She walks.": (44, "female"),
    "He has a 14-year history of pain, and has been a smoker of 14 years.": (None, "male"),
    "There is no benefit beyond the acute phase, and this injury is 14 years old.": (None, None),
    "The MRI is now about 20 years old.": (None, None),
    "This is a 40 y/o male truck driver, DOI 8/14/12.": (40, "male"),
    "This 40-year-old truck driver fell. He hurts. He rests.": (40, "male"),
    "A report by a 49 year old orthopedist. The worker is 63 years of age.": (63, None),
    "She was 35 years old when injured and is now 48 years old.": (48, "female"),
}


@pytest.mark.parametrize("summary", PEOPLE)
def test_age_and_sex(summary: str) -> None:
    """The patient's own age and sex, and nobody else's: no relative's, no physician's, no injury's age."""
    reading = read_letter(expert_letter(summary))
    assert (reading.get("/patient/age"), reading.get("/patient/sex")) == PEOPLE[summary]


def test_a_noun_decides_before_pronouns() -> None:
    """Rule 17: "a 52-year-old female" is female, whatever pronouns follow."""
    reading = read_letter(expert_letter("This is a 52-year-old female. He has pain. He has a cough. His leg hurts. He rests."))
    assert reading.get("/patient/sex") == "female"


def test_a_rationale_tells_what_the_summary_does_not() -> None:
    """The age may stand in a rationale only."""
    item = ITEM.replace("Benefit is not documented.", "This 61 year old man has no documented benefit.")
    reading = read_letter(expert_letter("There is neck pain.", items=item))
    assert (reading.get("/patient/age"), reading.get("/patient/sex")) == (61, "male")


def test_absence_is_certain_only_where_nothing_speaks_of_it() -> None:
    """A number of years, a noun or a pronoun leaves the question open."""
    silent = read_letter(expert_letter("There is neck pain."))
    assert {"/patient/age", "/patient/sex"} <= silent.absent
    assert "/patient/age" not in read_letter(expert_letter("A 20 year old knee injury is known.")).absent
    assert "/patient/sex" not in read_letter(expert_letter("The physician says that he agrees.")).absent


def test_the_evidence_is_the_number_and_the_word() -> None:
    """What proves the age is the number, what proves the sex is the noun."""
    letter = expert_letter("The worker is a 62 year old male.")
    fields = read_letter(letter).fields
    proofs = [fields[f"/patient/{name}"].spans for name in ("age", "sex")]  # type: ignore[union-attr]
    assert [letter.text[s.start : s.end] for (s,) in proofs] == ["62", "male"]
