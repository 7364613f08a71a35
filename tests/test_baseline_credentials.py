"""The reviewer's credentials: each line or sentence worded as letters word it."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

import pytest
from baseline_samples import expert_letter

from llm_extract.baseline import read_letter
from llm_extract.letters import Letter
from llm_extract.schema import STATES

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
}


def read(letter: Letter) -> tuple[list[str], list[str]]:
    """Specialties and states."""
    reading = read_letter(letter)
    return list(reading.get("/reviewer/specialties") or ()), list(reading.get("/reviewer/licensed_states") or ())


@pytest.mark.parametrize("credentials", CREDENTIALS)
def test_specialties_and_states(credentials: str) -> None:
    """One name an entry in the letter's order, from labelled lines and from prose; names that hold an "and" stay whole."""
    assert read(expert_letter(credentials=credentials)) == CREDENTIALS[credentials]


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
