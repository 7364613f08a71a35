"""Age and sex of the patient: each sentence worded as letters word it."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

import pytest
from baseline_samples import ITEM, expert_letter

from llm_extract.baseline import age as ages
from llm_extract.baseline import read_letter
from llm_extract.letters import Letter

PEOPLE: dict[str, tuple[int | None, str | None]] = {
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
    "The applicant is a represented Acme Corporation employee who has filed a claim for chronic low back pain reportedly associated with an industrial injury of June 1, 2010. The applicant's attorney subsequently appealed. She was placed off of work. Her pain was 7/10.": (
        None,
        "female",
    ),
    "The applicant is a represented 52-year-old Acme Corporation employee who has filed a claim for neck pain.": (52, None),
    "The injured worker is a 52 year old male with an industrial injury dated 03-04-2009.": (52, "male"),
    "The injured worker is a 52 year old, male who sustained a work related injury.": (52, "male"),
    "The injured worker (IW) is a 44-year-old woman with a date of injury of 3/4/09.": (44, "female"),
    "This is a 42 year old patient with a date of injury on 3/4/09. A review of the medical records indicates that the patient is undergoing treatment.": (
        42,
        None,
    ),
    "44 year old female claimant sustained a work injury on 3/4/09 involving the low back.": (44, "female"),
    "58y/o male injured worker with date of injury 3/4/09 with related low back pain.": (58, "male"),
    "58yr old male injured worker.": (58, "male"),
    "According to the records made available for review, this is a 54-year-old female with a 3/4/09 date of injury.": (
        54,
        "female",
    ),
    "The records presented for review indicate that this 45-year-old gentleman was injured on 3/4/09.": (45, "male"),
    "Claimant is a 35 year old female with right knee pain.": (35, "female"),
    "Ms. Doe is a 61-year-old who fell. She hurts. She rests.": (61, "female"),
    "The patient is a 45-year-old right-hand-dominant male laborer who sustained injury.": (45, "male"),
    "The patient is a 45 year-old Spanish-speaking female.": (45, "female"),
    "This 47 year old nursing assistant was assaulted by a male patient.": (47, None),
    "This 47 year old nurse hurt her back while lifting a male patient. She rests.": (47, "female"),
    "The patient is a sixty-one-year-old male.": (61, "male"),
    "The patient is a 39-years-old male.": (39, "male"),
    "The patient is a 39- year-old male.": (39, "male"),
    "The patient is 39 yrs. old and is male.": (39, "male"),
    "The worker is a male aged 57 years.": (57, "male"),
    "A female of 46 years of age presents.": (46, "female"),
    "Patient is a 51 yo RHD female.": (51, "female"),
    "51 yo F with CRPS.": (51, "female"),
    "51 y.o. M, s/p fusion.": (51, "male"),
    "This patient is a 33 year-old (at the time of injury) female.": (33, "female"),
    "At the time of injury, the patient was a 33 year old male. He is now 45 years old.": (33, "male"),
    "The patient, a 50-year-old woman, slipped.": (50, "female"),
    "The patient has had pain for 12 years. The cane is 3 years old.": (None, None),
    "She has a 17 year old fusion. She is tired.": (None, "female"),
    "The patient is the father of two; he works.": (None, "male"),
    "This 29 year old was shot by a man.": (29, None),
    "Patient smokes since age 16. He drinks.": (None, "male"),
    "The guidelines state that patients 65 years old and over need care.": (None, None),
    "Risk factors: age greater than 65 years.": (None, None),
    "risk factor (1) age > 65 years; the patient is less than 65 years of age.": (None, None),
    "NSAIDs are risky in men over 50 years of age.": (None, None),
    "The patient is a 44-year old transgender female.": (44, "female"),
    "The injured worker is a 49 year old right handed individual. The injured worker reported that his pain is 8. His wife helps him.": (
        49,
        "male",
    ),
    "The physician noted that she would return. The provider feels he may work.": (None, None),
    "The reviewer states he/she agrees.": (None, None),
    "(s)he has pain. S/he rests.": (None, None),
    "The patient's mother is 80 years old. The patient is a 50-year-old man.": (50, "male"),
    "Her 52 year-old husband drives her. She rests.": (None, "female"),
    "He is a 58-year-old whose date of birth is 3/4/1956.": (58, "male"),
    "Age 58, male, DOI 3/4/09.": (58, "male"),
    "A 58 -year-old male.": (58, "male"),
    "The pt. is a 58 YEAR OLD MALE.": (58, "male"),
    "IMR for a 58 yr-old M who fell.": (58, "male"),
    "Employee, 41, strained his neck. His pain is 5.": (41, "male"),
    "45 Y/O FEMALE": (45, "female"),
    "The 45-year old's pain persists.": (45, None),
    "The patient is a man in his 50s.": (None, "male"),
    "In 2009 the then 41-year-old fell; she is now 46.": (46, "female"),
    "She is 36 years of age and weighs 150 pounds.": (36, "female"),
    "The 5'4\", 61 year old lady weighs 180.": (61, "female"),
    "Request by a 60 year-old physician. The patient is a 45 year old.": (45, None),
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


AGES = {words: age for rule in ages.RULES for words, age in rule.examples.items()}


@pytest.mark.parametrize("summary", AGES)
def test_the_age_in_a_whole_letter(summary: str) -> None:
    """What a rule reads by itself, all of them together read in a letter: no other rule finds an age where it finds none."""
    assert read_letter(expert_letter(summary)).get("/patient/age") == AGES[summary]


def test_an_age_of_now_goes_before_one_of_the_injury() -> None:
    """The age on the day of the injury is taken only where the letter tells no other."""
    then = "She was 35 years old at the time of the injury."
    assert read_letter(expert_letter(then)).get("/patient/age") == 35
    assert read_letter(expert_letter(f"{then} The worker is a 41-year-old cook.")).get("/patient/age") == 41


def test_a_letter_of_no_known_layout_is_read_as_a_whole() -> None:
    """Where nobody knows which section is the summary, the patient may be described anywhere."""
    text = "Independent medical review. CLAIM\nThe applicant, 52, a female machinist, fell.\nDISCUSSION\nThe request is not supported."
    reading = read_letter(Letter("letter", "", "", text))
    assert (reading.get("/patient/age"), reading.get("/patient/sex")) == (52, "female")


def test_what_was_read_is_never_called_absent() -> None:
    """A field that a rule has found is not among those of which the letter is silent."""
    for words in PEOPLE:
        reading = read_letter(expert_letter(words))
        assert not reading.absent & reading.fields.keys(), words
