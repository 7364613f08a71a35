"""Dates told in the narrative: each sentence worded as letters word it."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from baseline_samples import expert_letter, value

from llm_extract.baseline import case_dates, denial_date, injury_date, read_letter
from llm_extract.baseline.page import LONGEST_NARRATIVE
from llm_extract.baseline.rule import Matter
from llm_extract.letters import Letter

INJURED, DENIED, APPLIED, ASSIGNED = date(2009, 3, 4), date(2014, 10, 3), date(2014, 11, 5), date(2014, 11, 20)


def examples(matter: Matter) -> dict[str, Any]:
    """The words of a matter's rules with what they say: a whole letter must give the same as the rule by itself."""
    return {words: expected for rule in matter.rules for words, expected in rule.examples.items()}


# Beside the examples of the rules: words that several rules might read, and those that none may.
INJURY = {
    "The applicant is a represented 45-year-old employee who has filed a claim for chronic low back pain reportedly associated with an industrial injury of June 1, 2010.": date(
        2010, 6, 1
    ),
    "The applicant is a represented Acme employee who has filed a claim for chronic neck pain, depression, and anxiety reportedly associated with an industrial injury of June 1, 2010. Thus far, the applicant has been treated with analgesic medications.": date(
        2010, 6, 1
    ),
    "The injured worker (IW) is a 52 year old female who sustained an industrial injury on 03/04/2009. She reported initial complaints of low back pain.": INJURED,
    "This 49 year old female sustained an industrial injury on 3-4-2009. The documentation noted that the injured worker was undergoing treatment for chronic pain.": INJURED,
    "The patient is a 43-year-old female who reported an injury on 03/04/2009. The mechanism of injury was a fall.": INJURED,
    "The patient has a date of injury of March 4, 2009. A progress report dated July 1, 2014 identifies pain.": INJURED,
    "The patient is a 47 year-old male who was injured on 3/4/09. He has been diagnosed with lumbar radiculopathy.": INJURED,
    "The patient is a 56 year old female with a work-related injury on 3/4/09 from a slip and fall.": INJURED,
    "The patient sustained a work injury on 3/4/09 affecting the neck.": INJURED,
    "The injured worker is a 62 year old male who sustained a work related injury March 4, 2009.": INJURED,
    "The records presented for review indicate that this 48 year-old individual was reportedly injured on March 4, 2009.": INJURED,
    "The date of injury is 03/04/2009.": INJURED,
    "This patient sustained an injury on 3/4/2009 while employed by Acme. Request(s) under consideration include Norco 10/325mg #60.": INJURED,
    "This 45 year-old female patient sustained an injury to her low back on 3/4/09 while employed by Acme. Diagnoses include lumbar sprain.": INJURED,
    "The worker is a 51 year old male who was injured on 3/4/2009 while being employed.": INJURED,
    "The employee was injured in a motor vehicle accident on March 4, 2009.": INJURED,
    "The patient is a 61 year old male presenting with low back pain following a work-related injury on 3/4/2009.": INJURED,
    "This claimant is a 37 year old with a DOI of 3/4/09.": INJURED,
    "The injured worker is a 41 year old male. The date of injury was 03/04/2009.": INJURED,
    "Date of injury 03/04/2009. Patient is 45.": INJURED,
    "The applicant is a 43-year-old who has filed a claim for knee pain reportedly associated with an industrial contusion injury of March 4, 2009.": INJURED,
    "The patient is a 33 year old who sustained an industrial lifting injury on 03/04/09.": INJURED,
    "Injured worker is a female with date of injury 3/4/2009. Per PTP note dated 9/1/2015 she had pain.": INJURED,
    "The patient is a 45 year old with an injury in 2009. A progress note dated 3/4/2014 reports pain.": None,
    "The patient is a 45 year old female. On exam dated 3/4/2014, there was tenderness.": None,
    "The patient sustained an injury in March 2009. MRI dated 5/6/2012 showed a disc bulge.": None,
    "Cumulative trauma from 1/1/2005 to 3/4/2009.": None,
    "The applicant is a represented Acme Foods employee who has filed a claim for chronic low back pain (LBP) reportedly associated with an industrial injury of March 4, 2009.": INJURED,
    "The patient is a 41 year old female with a 3/4/2009 industrial injury claim. She has been diagnosed with cervicalgia.": INJURED,
    "This patient is a 58-year-old male with an industrial injury that occurred on 3/4/09.": INJURED,
    "The patient is a 60 year-old male with a date of injury on 3/4/2009. He is s/p lumbar fusion on 5/6/2012.": INJURED,
    "The patient underwent lumbar fusion on 5/6/2012. The injury occurred on 3/4/2009.": INJURED,
    "According to the medical records the patient is a 49 year old female patient with chronic pain syndrome, date of injury is 03/04/2009.": INJURED,
    "This is a 62-year-old female with 3/4/2009 date of injury.": INJURED,
    "The patient was born on 3/4/1969 and hurt her neck in 2009.": None,
    "The claimant is a 44 year old female (DOB 5/6/70) with a date of injury of 3/4/09.": INJURED,
    "Patient is a 45 y/o who twisted the left knee stepping off a curb on 3-4-09.": INJURED,
    "The injured worker was driving a truck on 3/4/2009 when he was rear-ended.": INJURED,
    "The worker sustained a specific injury on March 4, 2009 and a cumulative trauma from 3/4/2008 to 3/4/2009.": INJURED,
    "Per the doctor's first report of occupational injury dated 5/6/2012, the worker hurt his wrist.": None,
    "The injured worker's date of injury was 03-04-2009. Diagnoses include lumbago.": INJURED,
    "The IW is a 54 year old male who sustained an industrial related injury on 03/04/09 to the lumbar spine.": INJURED,
    "IW is a 54 year old. DOI is 3/4/09.": INJURED,
    "He is a 62-year-old with injuries from 3/4/09.": INJURED,
    "The patient has had low back pain since lifting a box at work on 3/4/2009.": INJURED,
    "45-year-old male, date of injury 4 Mar 2009.": INJURED,
    "The 50 year old worker tripped over a hose on the job on 3/4/2009.": INJURED,
    "She developed bilateral wrist pain due to repetitive work, with date of injury 3/4/2009.": INJURED,
    "The claim is for an injury of 3/4/2009.": INJURED,
    "The date of injury is documented as March 4, 2009.": INJURED,
    "The patient reported an injury on 03/04/2009 from lifting. On 5/6/2014, she was evaluated.": INJURED,
    "The patient presented on 5/6/2014 with pain after an injury.": None,
    "The patient is status post left shoulder arthroscopy on 5/6/2012. He has pain.": None,
    "The patient has been treated for an injury since 5/6/2012.": None,
    "A 40-year-old man who had surgery for a knee injury on 5/6/2012.": None,
    "He injured his back in 2009. He re-injured it on 5/6/2012.": None,
    "MRI of 5/6/2012 showed traumatic injury of the meniscus.": None,
    "The patient is a 34-year-old female with the date of injury of March 4, 2009, when she slipped.": INJURED,
    "The patient is a 34-year-old female. She was in a motor vehicle accident on 3/4/2009 while delivering mail.": INJURED,
    "This worker's injury, which happened on 3/4/2009, was to his foot.": INJURED,
    "The patient is a 53 year old male, DOI 03.04.2009.": INJURED,
    "Injury: 3/4/2009. The patient is 53.": INJURED,
    "This is a worker injured on the fourth of March.": None,
    "His 2009 injury left pain; an examination on 5/6/2014 showed spasm.": None,
    "She claims industrial injury to her psyche on 3/4/09.": INJURED,
    "The patient (DOI: 3/4/09) complains of neck pain.": INJURED,
    "The patient was injured on 03/04/2009 secondary to a fall.": INJURED,
    "The mechanism of injury was not stated; the date is 03/04/2009.": None,
    "A 45-year-old sustained a crush injury to the hand at a press, 3/4/2009.": INJURED,
    "The applicant, 45, alleged injury arising out of and in the course of employment 3/4/2009.": INJURED,
    "the industrial injury took place on the 4th of March, 2009": INJURED,
    "The IMR request stems from an accident dated 3/4/2009.": INJURED,
    "She was involved in a work-related motor vehicle accident, 3/4/2009.": INJURED,
    "The patient sustained injury on 3/4/2009 - 5/6/2010.": None,
}
INJURY |= examples(injury_date.MATTER)


@pytest.mark.parametrize("summary", INJURY)
def test_the_day_of_the_injury(summary: str) -> None:
    """Labelled, told or shown by what happened; a day of a visit, a report or an image is none, nor a month or a year alone."""
    assert value(expert_letter(summary), "/case/date_of_injury") == INJURY[summary]


DENIAL = {
    "In a utilization review report of October 3, 2014, the claims administrator denied a request for an MRI.": DENIED,
    "In a UR report dated October 3, 2014, the claims administrator partially approved Norco.": DENIED,
    "A utilization review determination dated 10/3/14 recommends noncertification of acupuncture.": DENIED,
    "A utilization review decision rendered on 10/3/2014 did not certify the request.": DENIED,
    "On October 3, 2014, Utilization Review modified or denied the request for tramadol.": DENIED,
    "The utilization review determination being challenged is dated 10/3/2014.": DENIED,
    "UR decision dated 10/3/14 denied the request.": DENIED,
    "The date of the UR decision was 10/3/2014.": DENIED,
    "The previous UR decision, dated 10/3/2014, denied the request.": DENIED,
    "UR on 10/3/14 non-certified Soma.": DENIED,
    "The UR report dated 10/3/2014 non-certified the request because there was no benefit.": DENIED,
    "Utilization review from 10/3/2014 denied the request.": DENIED,
    "On 10/03/2014 a utilization review decision modified the request for Norco.": DENIED,
    "A prior utilization review was completed on 10/3/14 and the request was denied.": DENIED,
    "A peer review on 10/3/14 non-certified the request.": DENIED,
    "Utilization review non-certified aquatic therapy on 06-03-14; that decision concerns an earlier request. The request now in dispute was dated 09-09-14 and was denied on 10-03-14.": DENIED,
    "An earlier request was denied on 2/1/14. The current request was denied on 10/3/14.": DENIED,
    "The first denial was dated 2/1/2014; the denial of the request in dispute was issued on 10/3/2014.": DENIED,
    "The UR of 2/1/14 approved six visits. The request for eight more was denied by UR on 10/3/14.": DENIED,
    "The patient was denied benefits. On 10/3/14, he was seen by Dr. Smith.": None,
    "The patient denies numbness. The UR physician noted the report of 10/3/14.": None,
    "A Utilization Review dated 10-3-2014 non-certified the request for Norco.": DENIED,
    "On 10-03-2014, the Utilization Review determination modified the request.": DENIED,
    "On 10-3-14 a utilization review determination non-certified a request for 12 PT visits.": DENIED,
    "The utilization review form dated 10/3/2014 denied the MRI.": DENIED,
    "The request for authorization dated 9/15/14 was denied on 10/3/14 by UR.": DENIED,
    "In a Utilization Review Report dated October 3, 2014, the claims administrator failed to approve a request for Norco. The claims administrator referenced an RFA form received on September 25, 2014 in its determination.": DENIED,
    "The claims administrator referenced an RFA form received on September 25, 2014 in its determination to deny the request.": None,
    "UR non-certified the request for a urine drug screen on 9/9/14 but the current request for Norco was denied on 10/3/14.": DENIED,
    "A prior UR determination dated 10/3/14 resulted in denial of the requested services.": DENIED,
    "The request was previously reviewed and non-certified on 10/3/14 because of lack of documentation.": DENIED,
    "Utilization review dated 10/03/2014 modified the request to 1 month.": DENIED,
    "UR decision: 10/3/14.": DENIED,
    "UR rationale dated 10/3/14: not certified.": DENIED,
    "The patient's request for aquatic therapy received an adverse determination on 10/3/2014.": DENIED,
    "The utilization review letter dated 10/3/2014 was reviewed.": DENIED,
    "The requested surgery was deemed not medically necessary by utilization review on 10/3/14.": DENIED,
    "In the UR of 10/3/14 the request was denied.": DENIED,
    "The carrier's utilization review company denied it by fax on 10/3/14.": DENIED,
    "The prior denial on 2/1/14 concerned an MRI.": None,
    "An earlier request for therapy was denied by UR on 2/1/14.": None,
    "UR report dated 10/3/14 stated that the request had been denied.": DENIED,
    "The provider appealed the denial on 10/3/14.": None,
    "In an appeal letter dated 11/1/14, the attending disagreed with the 10/3/14 denial.": DENIED,
    "The patient denied pain on 10/3/14.": None,
    "The patient was seen on 10/3/14 and denied radicular symptoms.": None,
    "She denies numbness at the visit of 10/3/14.": None,
    "Utilization review denied this request October 3, 2014.": DENIED,
    "UR (10/3/14): non-certified.": DENIED,
    "The Utilization Review on 10/3/2014 denied the request as guidelines do not support it.": DENIED,
    "Denied 10/3/14 by UR for lack of records.": DENIED,
    "On 10/3/14 the request for Norco #60 was modified to #30 for weaning.": DENIED,
    "The UR physician, in a decision of 10/3/14, modified the request.": DENIED,
    "The claims administrator's denial letter is dated 10/3/2014.": DENIED,
    "On 10/3/14, the injured worker was seen and the request for therapy was denied.": None,
    "The Claims Administrator denied the MRI on the basis of a note from 10/3/14.": None,
    "Utilization review denial was rendered 3 October 2014.": DENIED,
    "A modification was issued by the claims administrator on 10/3/14.": DENIED,
    "The 10/03/2014 UR decision certified 6 visits and denied 6.": DENIED,
    "The request was non-certified in UR dated 10/3/14.": DENIED,
    "His application disputes the UR denial dated 10/3/2014.": DENIED,
    "The medication was denied since 10/3/14.": None,
}
DENIAL |= examples(denial_date.MATTER)


@pytest.mark.parametrize("summary", DENIAL)
def test_the_day_of_the_denial(summary: str) -> None:
    """The utilization review's own day, whoever is said to have denied; a day on which something else was done is none."""
    assert value(expert_letter(summary), "/case/ur_denial_date") == DENIAL[summary]


APPLICATION = {
    "On 11/5/14, the injured worker submitted an application for independent medical review of the MRI.": APPLIED,
    "On November 5, 2014, the injured worker submitted an application for IMR.": APPLIED,
}
APPLICATION |= {words: day for words, day in examples(case_dates.MATTER).items() if day == APPLIED}


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


UNKNOWN = {
    "To whom it may concern. The claimant is a 47-year-old man who was hurt on 3/4/2009 when a ladder slipped.": INJURED,
    "Summary of findings. The form lists many things. It is long. It has pages. Here it goes on. The worker was injured on 3/4/2009.": INJURED,
    "To whom it may concern. Date of accident: 3/4/2009.": INJURED,
    "To whom it may concern. The adjuster was injured by a remark on 3/4/2009.": None,
    "To whom it may concern. I write about the visit of 3/4/2009.": None,
}


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_letter_of_no_known_layout_must_name_the_patient_or_the_day(text: str) -> None:
    """Without an introduction to go by, the day must be labelled, or told of the patient in so many words."""
    assert value(Letter("letter", "", "", text), "/case/date_of_injury") == UNKNOWN[text]


def test_another_requests_denial_is_not_looked_for_around_the_narrative() -> None:
    """What the summary tells of another request is not read again as if it stood in the letterhead."""
    letter = expert_letter("Utilization review dated 2/1/14 denied a prior request for therapy.", header="The form of 2013.")
    assert value(letter, "/case/ur_denial_date") is None
