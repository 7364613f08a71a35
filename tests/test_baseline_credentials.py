"""The reviewer's credentials: each line or sentence worded as letters word it."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

import pytest
from baseline_samples import expert_letter

from llm_extract.baseline import read_letter
from llm_extract.letters import Letter
from llm_extract.schema import STATES
from llm_extract.values import STATE_CODES

CREDENTIALS: dict[str, tuple[list[str], list[str]]] = {
    "The physician reviewer is Board Certified in Physical Medicine and Rehabilitation and is licensed to practice in California. He/she has been in active clinical practice for more than five years and is currently working at least 24 hours a week in active practice.": (
        ["Physical Medicine and Rehabilitation"],
        ["California"],
    ),
    "The Physician Reviewer is Board Certified in Emergency Medicine, and is licensed to practice in New York.": (
        ["Emergency Medicine"],
        ["New York"],
    ),
    "The Expert Reviewer is licensed in Chiropractic, has a subspecialty in Acupuncture and is licensed to practice in California.": (
        ["Chiropractic", "Acupuncture"],
        ["California"],
    ),
    "The Expert Reviewer is Board Certified in Orthopedic Surgery, has a subspecialty in Spine Surgery and is licensed to practice in Texas, Ohio.": (
        ["Orthopedic Surgery", "Spine Surgery"],
        ["Texas", "Ohio"],
    ),
    "The expert reviewer is Board Certified in Anesthesiology, has a subspecialty in Acupuncture & Pain Medicine and is licensed to practice in California.": (
        ["Anesthesiology", "Acupuncture", "Pain Medicine"],
        ["California"],
    ),
    "The Physician Reviewer is Board Certified in Anesthesiology, has a subspecialty in Pain Management and is licensed to practice in California and Washington.": (
        ["Anesthesiology", "Pain Management"],
        ["California", "Washington"],
    ),
    "The Expert Reviewer is Board Certified in Physical Medicine & Rehabilitation, has a subspecialty in Interventional Spine and is licensed to practice in California.": (
        ["Physical Medicine & Rehabilitation", "Interventional Spine"],
        ["California"],
    ),
    "The physician reviewer is Board Certified in Internal Medicine, has a subspecialty in Cardiology, and is licensed to practice in Texas. He/she has been in active clinical practice.": (
        ["Internal Medicine", "Cardiology"],
        ["Texas"],
    ),
    "The Expert Reviewer is a Licensed Acupuncturist and is licensed to practice in California.": (
        ["Acupuncturist"],
        ["California"],
    ),
    "The Expert Reviewer is Board Certified in Psychology, has a subspecialty in Health Psychology and Pain Management and is licensed to practice in California.": (
        ["Psychology", "Health Psychology", "Pain Management"],
        ["California"],
    ),
    "The Expert Reviewer is Board Certified in Psychiatry and is licensed to practice in Illinois, Wisconsin. He/she": (
        ["Psychiatry"],
        ["Illinois", "Wisconsin"],
    ),
    "The Physician Reviewer is Board Certified in Occupational Medicine and is licensed to practice in California.": (
        ["Occupational Medicine"],
        ["California"],
    ),
    "The physician reviewer is Board Certified in Family Practice and is licensed to practice in New Jersey.": (
        ["Family Practice"],
        ["New Jersey"],
    ),
    "The Physician Reviewer is Board Certified in Preventive Medicine, has a subspecialty in Occupational Medicine and is licensed to practice in West Virginia.": (
        ["Preventive Medicine", "Occupational Medicine"],
        ["West Virginia"],
    ),
    "The Expert Reviewer is a Doctor of Chiropractic, and is licensed to practice in California. He/she has": (
        ["Doctor of Chiropractic"],
        ["California"],
    ),
    "The Expert Reviewer is Board Certified in Chiropractic and is licensed to practice in California, Florida, New York.": (
        ["Chiropractic"],
        ["California", "Florida", "New York"],
    ),
    "The Physician Reviewer is Board Certified in Neurology, has a subspecialty in Neuromuscular Medicine and is licensed to practice in Maryland.": (
        ["Neurology", "Neuromuscular Medicine"],
        ["Maryland"],
    ),
    "The Expert Reviewer is Board Certified in Orthopedic Surgery and is licensed to practice in Georgia, California and the District of Columbia.": (
        ["Orthopedic Surgery"],
        ["Georgia", "California", "District of Columbia"],
    ),
    "The Expert Reviewer is Board Certified in Dentistry and is licensed to practice in California.": (
        ["Dentistry"],
        ["California"],
    ),
    "The Expert Reviewer is licensed in Psychology and is licensed to practice in California.": (["Psychology"], ["California"]),
    "The Expert Reviewer is Board Certified in Family Medicine, and is licensed to practice in Massachusetts. He/she has": (
        ["Family Medicine"],
        ["Massachusetts"],
    ),
    "The Expert Reviewer is board certified in Physical Medicine and Rehabilitation with a subspecialty in Pain Medicine, licensed to practice in Ohio.": (
        ["Physical Medicine and Rehabilitation", "Pain Medicine"],
        ["Ohio"],
    ),
    "The reviewer is Board Certified in Plastic Surgery and Hand Surgery, and is licensed to practice in Nevada.": (
        ["Plastic Surgery", "Hand Surgery"],
        ["Nevada"],
    ),
    "The reviewer is board certified in Orthopaedic Surgery with added qualifications in Hand Surgery. Licensed to practice in California.": (
        ["Orthopaedic Surgery", "Hand Surgery"],
        ["California"],
    ),
    "The physician reviewer is a Doctor of Chiropractic, certified in Acupuncture and licensed to practice in California.": (
        ["Doctor of Chiropractic", "Acupuncture"],
        ["California"],
    ),
    "Board Certification: Orthopedic Surgery; Licensure: California, Nevada.": (["Orthopedic Surgery"], ["California", "Nevada"]),
    "Specialty: Pain Medicine. Licensed in the State of California.": (["Pain Medicine"], ["California"]),
    "Diplomate of the American Board of Anesthesiology, subspecialty certification in Pain Medicine, licensed in Ohio.": (
        ["Anesthesiology", "Pain Medicine"],
        ["Ohio"],
    ),
    "The reviewer is certified by the American Board of Physical Medicine and Rehabilitation and licensed in Georgia.": (
        ["Physical Medicine and Rehabilitation"],
        ["Georgia"],
    ),
    "The Expert Reviewer is board-certified in Neurosurgery, fellowship trained in Spine Surgery, and licensed to practice medicine in the states of New York and New Jersey.": (
        ["Neurosurgery", "Spine Surgery"],
        ["New York", "New Jersey"],
    ),
    "The reviewer is a board certified orthopedic surgeon, licensed in California.": (["orthopedic surgeon"], ["California"]),
    "The Expert Reviewer is a licensed clinical psychologist and is licensed to practice in California.": (
        ["clinical psychologist"],
        ["California"],
    ),
    "Licensed in California, Arizona and Hawaii. Board certified in Physical Medicine and Rehabilitation with subspecialty certification in Pain Medicine.": (
        ["Physical Medicine and Rehabilitation", "Pain Medicine"],
        ["California", "Arizona", "Hawaii"],
    ),
    "States of Licensure: California Certifications/Specialties: Occupational Medicine": (
        ["Occupational Medicine"],
        ["California"],
    ),
    "Board Certified in Dermatology, licensed to practice in Washington, D.C., and Maryland.": (
        ["Dermatology"],
        ["District of Columbia", "Maryland"],
    ),
    "State(s) of Licensure: California Certification(s)/Specialty: Physical Medicine & Rehabilitation, Pain Management": (
        ["Physical Medicine & Rehabilitation", "Pain Management"],
        ["California"],
    ),
    "State(s) of Licensure: California, Indiana, New York Certification(s)/Specialty: Internal Medicine": (
        ["Internal Medicine"],
        ["California", "Indiana", "New York"],
    ),
    "State(s) of Licensure: North Carolina Certification(s)/Specialty: Orthopedic Surgery, Hand Surgery": (
        ["Orthopedic Surgery", "Hand Surgery"],
        ["North Carolina"],
    ),
    "State(s) of Licensure: Minnesota, Florida Certification(s)/Specialty: Anesthesiology, Acupuncture, Pain Management": (
        ["Anesthesiology", "Acupuncture", "Pain Management"],
        ["Minnesota", "Florida"],
    ),
    "Certification(s)/Specialty: Physical Medicine & Rehabilitation State(s) of Licensure: Texas": (
        ["Physical Medicine & Rehabilitation"],
        ["Texas"],
    ),
    "State of Licensure: Oregon, Washington Certification/Specialty: Occupational Medicine": (
        ["Occupational Medicine"],
        ["Oregon", "Washington"],
    ),
    "State(s) of Licensure: California Certification(s)/Specialty: Chiropractor, Oriental Medicine": (
        ["Chiropractor", "Oriental Medicine"],
        ["California"],
    ),
    "State(s) of Licensure: Tennessee, Florida, Ohio Certification(s)/Specialty: Surgery, Surgical Critical Care": (
        ["Surgery", "Surgical Critical Care"],
        ["Tennessee", "Florida", "Ohio"],
    ),
    "State(s) of Licensure: California Certification(s)/Specialty: Family Practice": (["Family Practice"], ["California"]),
    "State(s) of Licensure: Arizona, California Certification(s)/Specialty: Psychologist": (
        ["Psychologist"],
        ["Arizona", "California"],
    ),
    "State(s) of Licensure: New York, West Virginia, Pennsylvania Certification(s)/Specialty: Psychiatry, Geriatric Psychiatry, Addiction Psychiatry": (
        ["Psychiatry", "Geriatric Psychiatry", "Addiction Psychiatry"],
        ["New York", "West Virginia", "Pennsylvania"],
    ),
    "State(s) of Licensure: District of Columbia, Virginia Certification(s)/Specialty: Dentist": (
        ["Dentist"],
        ["District of Columbia", "Virginia"],
    ),
    "State(s) of Licensure: Washington Certification(s)/Specialty: Allergy and Immunology, Internal Medicine": (
        ["Allergy and Immunology", "Internal Medicine"],
        ["Washington"],
    ),
    "The Physician Reviewer is Board Certified in Anesthesiology, has a subspecialty in Fellowship Trained in Pain Medicine and is licensed to practice in Oklahoma and Texas.": (
        ["Anesthesiology", "Pain Medicine"],
        ["Oklahoma", "Texas"],
    ),
    "The Expert Reviewer is Board Certified in Neurological Surgery, has a subspecialty in Spine and is licensed to practice in Nevada.": (
        ["Neurological Surgery", "Spine"],
        ["Nevada"],
    ),
    "State(s) of Licensure: CA, NV Certification(s)/Specialty: Pain Management": (["Pain Management"], ["California", "Nevada"]),
    "State(s) of Licensure: Californa Certification(s)/Specialty: Pain Management": (["Pain Management"], []),
    "The reviewer is Board Certified in Occupational Medicine and is licensed to practice in Montana, Tennessee, and Texas.": (
        ["Occupational Medicine"],
        ["Montana", "Tennessee", "Texas"],
    ),
    "The physician reviewer is Board Certified in Physical Medicine and Rehabilitation, has a subspecialty in Pain Medicine and Sports Medicine and is licensed to practice in Washington, D.C. and Virginia.": (
        ["Physical Medicine and Rehabilitation", "Pain Medicine", "Sports Medicine"],
        ["District of Columbia", "Virginia"],
    ),
    "The Expert Reviewer is Board Certified in Podiatry, and is licensed to practice in New York. He/she has been in active clinical practice.": (
        ["Podiatry"],
        ["New York"],
    ),
    "State(s) of Licensure: Utah, South Dakota Certification(s)/Specialty: Obstetrics & Gynecology": (
        ["Obstetrics & Gynecology"],
        ["Utah", "South Dakota"],
    ),
    "State(s) of Licensure: Texas, New Mexico\nCertification(s)/Specialty: Orthopedic Surgery\nThe expert reviewer has no affiliation with the employer in Ohio.": (
        ["Orthopedic Surgery"],
        ["Texas", "New Mexico"],
    ),
    "The Expert Reviewer is Board Certified in Emergency Medicine and is licensed to practice in the Commonwealth of Virginia.": (
        ["Emergency Medicine"],
        ["Virginia"],
    ),
    "The reviewer is board certified in internal medicine with subspecialties in rheumatology and geriatrics, and licensed in OH.": (
        ["internal medicine", "rheumatology", "geriatrics"],
        ["Ohio"],
    ),
    "The reviewer is a licensed chiropractor, licensed in the State of California.": (["chiropractor"], ["California"]),
    "The Expert Reviewer is a Licensed Clinical Social Worker and is licensed to practice in California.": (
        ["Clinical Social Worker"],
        ["California"],
    ),
    "Reviewer: MD, Board Certified Orthopedic Surgery, licensed in California": (["Orthopedic Surgery"], ["California"]),
    "The Expert Reviewer has the following credentials: State(s) of Licensure: North Dakota, Minnesota Certification(s)/Specialty: Psychology": (
        ["Psychology"],
        ["North Dakota", "Minnesota"],
    ),
    "The reviewer is double board certified in Neurology and Psychiatry; licensed: California.": (
        ["Neurology", "Psychiatry"],
        ["California"],
    ),
    "STATE(S) OF LICENSURE: CALIFORNIA CERTIFICATION(S)/SPECIALTY: FAMILY PRACTICE": (["FAMILY PRACTICE"], ["California"]),
    "State of Licensure: California Specialty: Dentist": (["Dentist"], ["California"]),
    "Licensed to practice in: California, Nevada. Specialty: Pain Medicine, Anesthesiology": (
        ["Pain Medicine", "Anesthesiology"],
        ["California", "Nevada"],
    ),
    "The Physician Reviewer is Board Certified in Otolaryngology, has a subspecialty in Head and Neck Surgery and is licensed to practice in Puerto Rico.": (
        ["Otolaryngology", "Head and Neck Surgery"],
        ["Puerto Rico"],
    ),
    "Certification(s)/Specialty: Preventive Medicine, Occupational Medicine State(s) of Licensure: Arkansas, Kansas": (
        ["Preventive Medicine", "Occupational Medicine"],
        ["Arkansas", "Kansas"],
    ),
    "The reviewer is certified in Acupuncture and Oriental Medicine, licensed in Calif.": (
        ["Acupuncture and Oriental Medicine"],
        [],
    ),
}


def read(letter: Letter) -> tuple[list[str], list[str]]:
    """Specialties and states."""
    reading = read_letter(letter)
    return list(reading.get("/reviewer/specialties") or ()), list(reading.get("/reviewer/licensed_states") or ())


@pytest.mark.parametrize("credentials", CREDENTIALS)
def test_specialties_and_states(credentials: str) -> None:
    """One name an entry in the letter's order, from labelled lines and from prose; names that hold an "and" stay whole."""
    assert read(expert_letter(credentials=credentials)) == CREDENTIALS[credentials]


QUALIFICATIONS: dict[str, tuple[list[str], list[str]]] = {
    "MD, Orthopaedic Surgery (ABOS certified), Sports Medicine. State of licensure: Colorado.": (
        ["Orthopaedic Surgery", "Sports Medicine"],
        ["Colorado"],
    ),
    "M.D.; Neurology; State license: California": (["Neurology"], ["California"]),
    "Doctor of Chiropractic; licensed in California; 20 years of practice.": (["Doctor of Chiropractic"], ["California"]),
    "D.D.S., Oral and Maxillofacial Surgery, licensed in Texas.": (["Oral and Maxillofacial Surgery"], ["Texas"]),
}


@pytest.mark.parametrize("qualifications", QUALIFICATIONS)
def test_a_list_of_qualifications_without_any_form(qualifications: str) -> None:
    """A professional review may list what the reviewer is, without "certified": the specialties' own names tell."""
    text = (
        "MEDICAL PROFESSIONAL REVIEW\nISSUE AT DISPUTE:\nGym\nCASE SUMMARY:\nShe fell.\n"
        "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY NECESSARY:\nNo.\n"
        f"MEDICAL REVIEWER QUALIFICATIONS:\n{qualifications}"
    )
    assert read(Letter("letter", "", "", text)) == QUALIFICATIONS[qualifications]


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_known(state: str) -> None:
    """Each state is read under its own name, in whatever case."""
    assert read(expert_letter(credentials=f"State(s) of Licensure: {state.upper()}"))[1] == [state]


def test_a_name_counts_once() -> None:
    """A state or a specialty that is said twice is one entry."""
    line = "State(s) of Licensure: Texas, Texas Certification(s)/Specialty: Surgery, SURGERY"
    assert read(expert_letter(credentials=line)) == (["Surgery"], ["Texas"])


def test_no_credentials_no_entries() -> None:
    """A letter that says nothing of the reviewer gives neither list."""
    assert read(expert_letter(credentials="")) == ([], [])


def test_states_of_the_narrative_are_no_licences() -> None:
    """A state that the narrative names is none of the reviewer's."""
    assert read(expert_letter("He is licensed to practice in Ohio and hurt his knee in Texas.", credentials="")) == ([], [])


def test_typography_stays_in_a_name() -> None:
    """A name is the letter's own words, its dashes included."""
    line = "State(s) of Licensure: Ohio Certification(s)/Specialty: Oto\u2013Laryngology"
    assert read(expert_letter(credentials=line))[0] == ["Oto\u2013Laryngology"]


WITHOUT_SECTION: dict[str, tuple[list[str], list[str]]] = {
    "Dear Sir. This review was performed by a physician board certified in Neurology and licensed in Texas.": (
        ["Neurology"],
        ["Texas"],
    ),
    "REVIEWER CREDENTIALS\nState of Licensure: CA\nCertifications/Specialty: Pain Management": (
        ["Pain Management"],
        ["California"],
    ),
    "The worker was referred to Dr. X, board certified in Psychiatry, licensed in Ohio. She is tired.": ([], []),
    "REVIEWER\nThis review was made by a physician, board certified in Neurology.\nHISTORY\nThe worker saw Dr. X, board certified in Psychiatry.": (
        ["Neurology"],
        [],
    ),
    "The worker is treated by a board certified orthopedic surgeon. The reviewer agrees.": ([], []),
}


@pytest.mark.parametrize("text", WITHOUT_SECTION)
def test_a_letter_of_no_known_layout_must_speak_of_the_reviewer(text: str) -> None:
    """Where no section is the reviewer's, a treating physician's specialty and licence are not taken for the reviewer's."""
    assert read(Letter("letter", "", "", text)) == WITHOUT_SECTION[text]


@pytest.mark.parametrize(("code", "state"), STATE_CODES.items())
def test_every_postal_code_is_known(code: str, state: str) -> None:
    """A code in capitals that is a whole entry of the line is its state."""
    assert read(expert_letter(credentials=f"State(s) of Licensure: {code}, Guam"))[1] == [state]


def test_words_are_no_postal_codes() -> None:
    """Words such as "or" and "me" are no codes, also in capitals, where they are no entry of a list."""
    assert read(expert_letter(credentials="LICENSED TO PRACTICE IN OHIO OR SOON IN MAINE FOR ME"))[1] == ["Ohio", "Maine"]
