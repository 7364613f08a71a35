"""Dates told in the narrative: each sentence worded as letters word it."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

from datetime import date

import pytest
from baseline_samples import expert_letter, value

from llm_extract.baseline import read_letter
from llm_extract.baseline.page import LONGEST_NARRATIVE

INJURED, DENIED, APPLIED, ASSIGNED = date(2009, 3, 4), date(2014, 10, 3), date(2014, 11, 5), date(2014, 11, 20)

INJURY = {
    "The applicant is a represented 45-year-old employee who has filed a claim for chronic low back pain reportedly associated with an industrial injury of June 1, 2010.": date(
        2010, 6, 1
    ),
    "The applicant is a represented Acme employee who has filed a claim for chronic neck pain, depression, and anxiety reportedly associated with an industrial injury of June 1, 2010. Thus far, the applicant has been treated with analgesic medications.": date(
        2010, 6, 1
    ),
    "This is a 45 year old female with a date of injury of 3/4/09.": INJURED,
    "The patient is a 45-year-old male with date of injury: 3/4/09.": INJURED,
    "DOI: 3/4/09. The patient complains of pain.": INJURED,
    "The injured worker is a 52 year old male, who sustained an industrial injury on 3/4/2009.": INJURED,
    "The injured worker (IW) is a 52 year old female who sustained an industrial injury on 03/04/2009. She reported initial complaints of low back pain.": INJURED,
    "This 49 year old female sustained an industrial injury on 3-4-2009. The documentation noted that the injured worker was undergoing treatment for chronic pain.": INJURED,
    "The injured worker is a 43-year-old who reported injury on 03/04/2009.": INJURED,
    "The patient is a 43-year-old female who reported an injury on 03/04/2009. The mechanism of injury was a fall.": INJURED,
    "The injured worker is a 60 year old with an injury date of 03/04/2009.": INJURED,
    "The patient has a date of injury of March 4, 2009. A progress report dated July 1, 2014 identifies pain.": INJURED,
    "This is a 55-year-old man with a March 4, 2009 date of injury.": INJURED,
    "The patient is a 39 year old male with an industrial injury dated 03/04/2009.": INJURED,
    "The claimant was injured on 3/4/09 when he fell from a ladder.": INJURED,
    "The patient is a 47 year-old male who was injured on 3/4/09. He has been diagnosed with lumbar radiculopathy.": INJURED,
    "The patient was injured at work on March 4th, 2009 while lifting a box.": INJURED,
    "This case involves a 45-year-old male who was involved in a work related accident on 3/4/2009.": INJURED,
    "The patient is a 56 year old female with a work-related injury on 3/4/09 from a slip and fall.": INJURED,
    "The patient sustained a work injury on 3/4/09 affecting the neck.": INJURED,
    "On 3/4/09, the patient sustained injuries to her low back while lifting.": INJURED,
    "On March 4, 2009, the applicant slipped and fell on a wet floor.": INJURED,
    "The patient is a 50-year-old, right hand dominant male who suffered a left shoulder injury on 3/4/09.": INJURED,
    "A 44-year-old male with a history of work related injuries on 3/4/2009.": INJURED,
    "The injured worker is a 62 year old male who sustained a work related injury March 4, 2009.": INJURED,
    "The records presented for review indicate that this 48 year-old individual was reportedly injured on March 4, 2009.": INJURED,
    "The underlying date of injury in this case is 3/4/09. Date of UR decision was 8/1/14.": INJURED,
    "The date of injury is 03/04/2009.": INJURED,
    "The patient's date of injury is March 4, 2009.": INJURED,
    "This patient sustained an injury on 3/4/2009 while employed by Acme. Request(s) under consideration include Norco 10/325mg #60.": INJURED,
    "This 45 year-old female patient sustained an injury to her low back on 3/4/09 while employed by Acme. Diagnoses include lumbar sprain.": INJURED,
    "The worker is a 51 year old male who was injured on 3/4/2009 while being employed.": INJURED,
    "The employee was injured in a motor vehicle accident on March 4, 2009.": INJURED,
    "The patient is a 61 year old male presenting with low back pain following a work-related injury on 3/4/2009.": INJURED,
    "He has a cumulative trauma injury from 3/4/2009.": INJURED,
    "This claimant is a 37 year old with a DOI of 3/4/09.": INJURED,
    "The injured worker is a 41 year old male. The date of injury was 03/04/2009.": INJURED,
    "Date of injury 03/04/2009. Patient is 45.": INJURED,
    "The applicant is a 43-year-old who has filed a claim for knee pain reportedly associated with an industrial contusion injury of March 4, 2009.": INJURED,
    "The patient is a 33 year old who sustained an industrial lifting injury on 03/04/09.": INJURED,
    "The IW is a 45 year old who developed pain after she tripped over a cord on 3/4/2009.": INJURED,
    "Injured worker is a female with date of injury 3/4/2009. Per PTP note dated 9/1/2015 she had pain.": INJURED,
    "According to the records, the patient was hit by a forklift on 3/4/2009.": INJURED,
    "The patient is a 45 year old with an injury in 2009. A progress note dated 3/4/2014 reports pain.": None,
    "The patient is a 45 year old female. On exam dated 3/4/2014, there was tenderness.": None,
    "The patient sustained an injury in March 2009. MRI dated 5/6/2012 showed a disc bulge.": None,
    "The injured worker was seen on 3/4/2014 for a follow-up visit.": None,
    "The patient was injured on February 30, 2009.": None,
    "The patient fell at work 3/4/09.": INJURED,
    "Her injury dates from March 4, 2009.": INJURED,
    "The accident happened the 3/4/2009.": INJURED,
    "He hurt his back on the 4th of March 2009.": INJURED,
    "Claimant has had chronic low back pain since 3-4-09.": INJURED,
    "Cumulative trauma from 1/1/2005 to 3/4/2009.": None,
}


@pytest.mark.parametrize("summary", INJURY)
def test_the_day_of_the_injury(summary: str) -> None:
    """Labelled, told or shown by what happened; a day of a visit, a report or an image is none, nor a month or a year alone."""
    assert value(expert_letter(summary), "/case/date_of_injury") == INJURY[summary]


DENIAL = {
    "In a Utilization Review Report dated October 3, 2014, the claims administrator failed to approve a request for Norco.": DENIED,
    "In a utilization review report of October 3, 2014, the claims administrator denied a request for an MRI.": DENIED,
    "In a UR report dated October 3, 2014, the claims administrator partially approved Norco.": DENIED,
    "A utilization review determination dated 10/3/14 recommends noncertification of acupuncture.": DENIED,
    "A utilization review determination was rendered on October 3, 2014 recommending denial of the MRI.": DENIED,
    "A utilization review decision rendered on 10/3/2014 did not certify the request.": DENIED,
    "On 10/3/14, UR non-certified the request for an MRI of the lumbar spine.": DENIED,
    "On 10/3/2014, Utilization Review non-certified a request for Norco, citing MTUS.": DENIED,
    "On October 3, 2014, Utilization Review modified or denied the request for tramadol.": DENIED,
    "The request was denied by utilization review on 10/3/14.": DENIED,
    "The utilization review denied the request on 10/3/2014.": DENIED,
    "The Utilization Review dated 10/3/14 non-certified the request for physical therapy.": DENIED,
    "The Utilization Review (UR) (10-3-14) denied a request for Ambien.": DENIED,
    "The original utilization review (October 3, 2014) denied the request for Norco 10/325mg #60.": DENIED,
    "Per the Utilization Review (10-03-2014), the request was modified.": DENIED,
    "The UR determination being challenged is dated 10/3/14. The treating physician provided reports.": DENIED,
    "The utilization review determination being challenged is dated 10/3/2014.": DENIED,
    "Request(s) under review were non-certified on 10/3/14 citing guidelines criteria.": DENIED,
    "Request(s) for Naproxen were denied on October 3, 2014.": DENIED,
    "The request(s) for Norco was modified for quantity of #45 on 10/3/14.": DENIED,
    "UR decision dated 10/3/14 denied the request.": DENIED,
    "Date of UR decision was 10/3/2014.": DENIED,
    "The date of the UR decision was 10/3/2014.": DENIED,
    "The claims administrator denied the request on 10/3/2014.": DENIED,
    "In a letter dated 10/3/14, the claims administrator non-certified the request.": DENIED,
    "The previous UR decision, dated 10/3/2014, denied the request.": DENIED,
    "UR on 10/3/14 non-certified Soma.": DENIED,
    "The UR report dated 10/3/2014 non-certified the request because there was no benefit.": DENIED,
    "Utilization review from 10/3/2014 denied the request.": DENIED,
    "On 10/03/2014 a utilization review decision modified the request for Norco.": DENIED,
    "The claims administrator determined on 10/3/14 that the MRI was not medically necessary.": DENIED,
    "A prior utilization review was completed on 10/3/14 and the request was denied.": DENIED,
    "These were non-certified by Utilization Review on 10/3/2014.": DENIED,
    "A peer review on 10/3/14 non-certified the request.": DENIED,
    "Denied by utilization review: 10/3/2014.": DENIED,
    "Denied by the carrier's UR 10-3-2014.": DENIED,
    "Utilization review non-certified aquatic therapy on 06-03-14; that decision concerns an earlier request. The request now in dispute was dated 09-09-14 and was denied on 10-03-14.": DENIED,
    "An earlier request was denied on 2/1/14. The current request was denied on 10/3/14.": DENIED,
    "The first denial was dated 2/1/2014; the denial of the request in dispute was issued on 10/3/2014.": DENIED,
    "Utilization review denied a prior request for the MRI on 2/1/14, and the present request on 10/3/14.": DENIED,
    "The UR of 2/1/14 approved six visits. The request for eight more was denied by UR on 10/3/14.": DENIED,
    "UR from 10/3/14 certified 6 of 12 visits.": DENIED,
    "UR non-certified the request for Norco (10/3/14).": DENIED,
    "The 10/3/2014 utilization review denial cites ODG.": DENIED,
    "On October 3, 2014 the request was denied.": DENIED,
    "Non-certification was issued 10/3/14.": DENIED,
    "Claims administrator denial, October 3 2014.": DENIED,
    "A physician advisor denied this on 10/3/14.": DENIED,
    "In its decision of 10/3/14 the utilization review found no indication.": DENIED,
    "The patient was denied benefits. On 10/3/14, he was seen by Dr. Smith.": None,
    "The patient denies numbness. The UR physician noted the report of 10/3/14.": None,
}


@pytest.mark.parametrize("summary", DENIAL)
def test_the_day_of_the_denial(summary: str) -> None:
    """The utilization review's own day, whoever is said to have denied; a day on which something else was done is none."""
    assert value(expert_letter(summary), "/case/ur_denial_date") == DENIAL[summary]


APPLICATION = {
    "On 11/5/14, the injured worker submitted an application for IMR for review of Norco.": APPLIED,
    "On 11/5/14, the injured worker submitted an application for independent medical review of the MRI.": APPLIED,
    "On November 5, 2014, the injured worker submitted an application for IMR.": APPLIED,
    "An application for Independent Medical Review was filed on 11/5/2014 disputing the Utilization Review Denial dated 10/3/2014.": APPLIED,
    "The application for IMR was received on 11/5/2014.": APPLIED,
    "The application was received on November 5, 2014.": APPLIED,
    "The injured worker applied for independent medical review on 11/5/14.": APPLIED,
    "IMR was requested on 11/5/14.": APPLIED,
    "Application for IMR: 11/5/14.": APPLIED,
}


@pytest.mark.parametrize("summary", APPLICATION)
def test_the_day_of_the_application(summary: str) -> None:
    """Where no header has it, the sentence about the application does."""
    assert value(expert_letter(summary), "/case/application_received") == APPLICATION[summary]


ONE_DAY = [
    *(("/case/ur_denial_date", s) for s in DENIAL),
    *(("/case/application_received", s) for s in APPLICATION if "Denial" not in s),
]


@pytest.mark.parametrize(("pointer", "summary"), ONE_DAY)
def test_one_day_means_one_thing(pointer: str, summary: str) -> None:
    """The day of a denial or of an application is never taken for the day of the injury as well."""
    dates = {
        p
        for p in read_letter(expert_letter(summary)).fields
        if p.startswith("/case/") and p.endswith(("_injury", "_date", "_received"))
    }
    assert dates <= {pointer}


def test_a_notice_of_assignment_tells_the_day_of_the_assignment() -> None:
    """The sentence of the 2013 form gives the day on which the case was assigned."""
    letter = expert_letter(
        header="An application for Independent Medical Review was filed on 11/5/2014. A Notice of Assignment and Request for "
        "Information was provided to the above parties on 11/20/2014."
    )
    assert value(letter, "/case/date_assigned") == ASSIGNED


def test_the_form_of_2013_tells_the_day_of_the_application() -> None:
    """The sentence of the form stands in front of the summary; it counts where no header has the day."""
    sentence = "An application for Independent Medical Review was filed on 11/5/2014 disputing the Utilization Review Denial dated 10/3/2014."
    letter = expert_letter(header=sentence)
    assert value(letter, "/case/application_received") == APPLIED
    assert value(letter, "/case/ur_denial_date") == DENIED


def test_the_header_is_believed_before_the_narrative() -> None:
    """Rule 16: what the header block has is not taken from the narrative, what it lacks is."""
    letter = expert_letter("The worker was injured on 3/4/2009. On 10/3/14, UR denied it.", header="Date of Injury: 3/5/2009")
    assert value(letter, "/case/date_of_injury") == date(2009, 3, 5)
    assert value(letter, "/case/ur_denial_date") == DENIED


def test_a_later_sentence_counts_where_it_labels_the_day() -> None:
    """Behind the introduction only a labelled date of injury is one."""
    tale = "She has pain. It is dull. It radiates. She rests. She walks. "
    assert value(expert_letter(tale + "The date of injury was 03/04/2009."), "/case/date_of_injury") == INJURED
    assert value(expert_letter(tale + "Her brother was injured on 03/04/2009."), "/case/date_of_injury") is None


def test_a_short_year_is_held_against_the_letter() -> None:
    """A two-digit year is the latest one not after the letter's other dates."""
    assert value(expert_letter("He was injured on 3/4/98 and seen on 5/6/2014."), "/case/date_of_injury") == date(1998, 3, 4)


def test_injury_is_absent_where_no_sentence_could_tell_it() -> None:
    """The absence is certain only where nothing that speaks of an injury has a date."""
    assert "/case/date_of_injury" in read_letter(expert_letter("He has pain. An MRI of 5/6/2012 shows a disc.")).absent
    assert "/case/date_of_injury" not in read_letter(expert_letter("He was hurt before, 3/4/2009 it may be.")).absent


def test_an_endless_narrative_is_read_as_far_as_narratives_go() -> None:
    """What stands beyond the longest narrative is not read, and nothing is called absent then."""
    reading = read_letter(expert_letter("He has pain. " * LONGEST_NARRATIVE + "The date of injury is 3/4/2009."))
    assert reading.get("/case/date_of_injury") is None
    assert "/case/date_of_injury" not in reading.absent
