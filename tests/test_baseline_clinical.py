"""Medications, and what is asked of a phrase that a model named. The rules' own examples are tried in `test_baseline_rules`."""

from __future__ import annotations

import pytest
from baseline_samples import any_summary, expert_letter
from hypothesis import given

from llm_extract.baseline import clinical
from llm_extract.baseline.clinical import medications
from llm_extract.baseline.page import Page
from llm_extract.sections import Part


def read(summary: str) -> list[str]:
    """What is read of a letter with this summary."""
    return [found.value for found in medications(Page(expert_letter(summary)))]


MEDICATIONS: dict[str, list[str]] = {
    "Current medications include Norco 10/325 mg, Soma 350 mg, and Prilosec 20 mg.": ["Norco", "Soma", "Prilosec"],
    "The patient is currently taking Tramadol ER and Naproxen. Authorization was requested for Norco, Flexeril and Prilosec.": [
        "Tramadol ER",
        "Naproxen",
    ],
    (
        "The patient's medications include Percocet (oxycodone/APAP), Lyrica, Cymbalta and Lidoderm patches. She denies side "
        "effects from Norco."
    ): [
        "Percocet",
        "Lyrica",
        "Cymbalta",
        "Lidoderm patches",
    ],
    "She was prescribed Ultram, which helps. Urine drug screen was positive for hydrocodone. CURES report was consistent.": [
        "Ultram"
    ],
    "Previous medications include Vicodin and Motrin. He is allergic to penicillin and codeine.": ["Vicodin", "Motrin"],
    "The injured worker was provided refills of OxyContin 40 mg and oxycodone 15 mg.": ["OxyContin", "oxycodone"],
    "The treatment plan was to continue Norco, refill Soma, and begin Cymbalta.": ["Norco", "Soma"],
    "Treatment has included Naproxen, Omeprazole, and cortisone injections.": ["Naproxen", "Omeprazole"],
    "He takes Norco and Soma and his urine drug screen was consistent with prescribed hydrocodone.": ["Norco", "Soma"],
    "The request was for Norco #60, Soma #30. The patient has been using Norco since 2012.": ["Norco"],
    "He reports GI upset with ibuprofen. No opioids. He has never taken gabapentin.": ["ibuprofen"],
    "Medications were Oxycontin, oxycodone IR, Lyrica and Ambien CR.": ["Oxycontin", "oxycodone IR", "Lyrica", "Ambien CR"],
    (
        "At the time of request for authorization for Medrox there is documentation of treatment to date (Naproxen and "
        "Tramadol ER since 1/14/13)."
    ): [
        "Naproxen",
        "Tramadol ER",
    ],
    "Plan: TENS for one month, back brace, cyclobenzaprine. Detoxification was sought, with Suboxone afterwards.": [],
    "Norco and Lyrica are named in a flyer, but nothing shows that she was ever given either.": [],
    "Medications: Norco 10/325 mg, Soma 350 mg, Ambien 10 mg.": ["Norco", "Soma", "Ambien"],
    "Current medications are Norco, Zanaflex, and Neurontin.": ["Norco", "Zanaflex", "Neurontin"],
    "He is currently prescribed Norco 10/325 four times a day, gabapentin 600 mg TID and Colace.": [
        "Norco",
        "gabapentin",
        "Colace",
    ],
    "Medications include Ultram, Anaprox and Protonix.": ["Ultram", "Anaprox", "Protonix"],
    "The patient is taking Vicodin for pain and Ambien for sleep.": ["Vicodin", "Ambien"],
    "Medications reviewed: hydrocodone, baclofen, and Lyrica.": ["hydrocodone", "baclofen", "Lyrica"],
    "The patient's medication regimen consists of Opana ER, Nucynta, and Cymbalta.": ["Opana ER", "Nucynta", "Cymbalta"],
    "The patient has been maintained on MS Contin and Percocet.": ["MS Contin", "Percocet"],
    "The patient was started on Lunesta 3 mg and Topamax.": ["Lunesta", "Topamax"],
    "The patient had side effects with gabapentin and Lyrica.": ["gabapentin", "Lyrica"],
    "The patient failed Flexeril and naproxen.": ["Flexeril", "naproxen"],
    "She stopped taking Cymbalta due to nausea.": ["Cymbalta"],
    "The patient was weaned off of Oxycontin.": ["Oxycontin"],
    "Ongoing medications include tizanidine, tramadol, and Terocin patches.": ["tizanidine", "tramadol", "Terocin patches"],
    "The patient uses Lidoderm patches and Voltaren gel.": ["Lidoderm patches", "Voltaren gel"],
    "Treatment to date has included ibuprofen, Norco, physical therapy.": ["ibuprofen", "Norco"],
    "The requested treatment is Norco 10/325 #120.": [],
    "The provider requested Norco and Soma refills.": [],
    "The disputed issue is a request for Omeprazole.": [],
    "Norco was denied by utilization review.": [],
    "The treatment plan includes continue Norco, refill Soma and start Lyrica.": ["Norco", "Soma"],
    "The plan was to refill Norco and continue gabapentin.": ["Norco", "gabapentin"],
    "UDS was positive for oxycodone. Her medications include Percocet.": ["Percocet"],
    "The patient was prescribed Medrol Dosepak and Flexeril in the emergency department.": ["Medrol Dosepak", "Flexeril"],
    "He received a Toradol injection. Meds: Celebrex 200 mg qd, Prilosec 20 mg bid.": ["Celebrex", "Prilosec"],
    "Oral medications included Naprosyn and Norflex; topical compounds were given.": ["Naprosyn", "Norflex"],
    "The patient reports that Nucynta decreases her pain from 8/10 to 4/10.": ["Nucynta"],
    "With Norco her pain is 4/10.": ["Norco"],
    "The patient is not taking any opioids but uses Tylenol.": ["Tylenol"],
    "The patient discontinued Celebrex.": ["Celebrex"],
    "She has been using Ambien since 2011 for insomnia.": ["Ambien"],
    "Medications prescribed: Naproxen sodium 550 mg, Cyclobenzaprine 7.5 mg, Ondansetron 8 mg.": [
        "Naproxen sodium",
        "Cyclobenzaprine",
        "Ondansetron",
    ],
    "The patient's medications consisted of Butrans patch, Norco and Senna.": ["Butrans patch", "Norco", "Senna"],
    "Authorization is requested for Butrans patch. He takes Norco daily.": ["Norco"],
    "Current medications: Zorvolix 35 mg, Quviviq 25 mg, Norco 10/325 mg.": ["Zorvolix", "Quviviq", "Norco"],
    "Medications tried and failed include Elavil, Cymbalta and Lyrica.": ["Elavil", "Cymbalta", "Lyrica"],
    "The patient was advised to discontinue ibuprofen and to begin Celebrex.": ["ibuprofen"],
    "The patient takes aspirin 81 mg, metformin and lisinopril for other conditions.": ["aspirin", "metformin", "lisinopril"],
    "The doctor prescribed Norco 5/325.": ["Norco"],
    "Treatment has included epidural injections with Depo-Medrol and lidocaine.": [],
    "The patient was dispensed Naproxen, Omeprazole and Flexeril.": ["Naproxen", "Omeprazole", "Flexeril"],
    "Medication history included Norco since at least October 2013.": ["Norco"],
    "Relief is noted with Norco and Flexeril.": ["Norco", "Flexeril"],
    "His pain is controlled with Percocet 10/325.": ["Percocet"],
    "The patient was on Suboxone.": ["Suboxone"],
    "The patient is allergic to sulfa and Keflex. Medications: Motrin.": ["Motrin"],
}


@pytest.mark.parametrize("summary", MEDICATIONS)
def test_medications(summary: str) -> None:
    """Drugs count that the patient takes or took, once each; what is asked for, denied or only found in urine does not."""
    assert read(summary) == MEDICATIONS[summary]


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("12 sessions of physical therapy over 6 weeks", "physical therapy"),
        ("a right L4-5 transforaminal epidural steroid injection on 3/4/14", "transforaminal epidural steroid injection"),
        ("a home paraffin bath at night", "home paraffin bath"),
        ("pressure garments 23 hours a day", "pressure garments"),
        ("Norco", None),
    ],
)
def test_the_treatment_within_a_phrase_of_the_model(phrase: str, name: str | None) -> None:
    """A phrase that a model names is cut to what the contract wants; a drug is no such treatment."""
    part = clinical.treatment_name(phrase, Part(0, len(phrase)))
    assert (phrase[part.start : part.end] if part else None) == name


@pytest.mark.parametrize(
    ("phrase", "name"), [("Norco 10/325 mg #60", "Norco"), ("Xyzal-like pills", "Xyzal-like pills"), ("5 pills", None)]
)
def test_the_drug_within_a_phrase_of_the_model(phrase: str, name: str | None) -> None:
    """Dose and count are cut from a drug's name; a phrase with a number and no known drug names none."""
    part = clinical.drug_name(phrase, Part(0, len(phrase)))
    assert (phrase[part.start : part.end] if part else None) == name


BELIEVABLE = [
    ("She had a paraffin graft. Surgery was requested.", "prior_treatments", "paraffin graft", True),
    ("She had surgery.", "prior_treatments", "surgery", False),
    ("The provider requested a nerve graft.", "prior_treatments", "nerve graft", False),
    ("She never had a nerve graft.", "prior_treatments", "nerve graft", False),
    ("She takes Zorbinol and Norco.", "medications", "Zorbinol", True),
    ("She takes Zorbinol and Norco.", "medications", "Norco", False),
    ("She takes zorbapril at night.", "medications", "zorbapril", True),
    ("Treated with Norco, heat and lying down.", "medications", "heat", False),
    ("Treated with Norco, heat and pacing.", "medications", "pacing", False),
    ("She wears an SI belt and tennis elbow straps.", "prior_treatments", "SI belt", True),
    ("She has postlaminectomy syndrome.", "prior_treatments", "postlaminectomy syndrome", False),
]


@pytest.mark.parametrize(("summary", "name", "value", "believed"), BELIEVABLE)
def test_an_entry_of_the_model_alone_is_believed_where_nothing_speaks_against_it(
    summary: str, name: str, value: str, believed: bool
) -> None:
    """Neither what the rules have judged nor what the sentence asks for or denies joins the list."""
    page = Page(expert_letter(summary))
    at = page.text.index(value)
    assert clinical.believable(f"/clinical/{name}/0", page.found(value, "model", (at, at + len(value))), page) is believed


@given(any_summary)
def test_any_summary_is_read(summary: str) -> None:
    """Any text gives entries that stand in the letter, each once."""
    found = medications(Page(expert_letter(summary)))
    assert all(f.value and f.spans for f in found)
    assert len({f.value.lower() for f in found}) == len(found)
