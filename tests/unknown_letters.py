"""Invented determinations on forms of nobody's, each with what it decides, and texts of the field that decide nothing."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """What one item is to give; the texts are how the parts begin and, behind the bar, end. None: the letter has none."""

    request: str
    decision: str | None
    claims: str | None = None
    reviewer: str | None = None
    rationale: str | None = None


TABLE = """PRAIRIE INDEPENDENT REVIEW, LLC
Independent Medical Review - Notice of Decision

Case CM21-0990301     Received 03/02/2021

Issue                                             Decision
1. Norco 10/325 mg, #60                           Upheld
2. MRI of the lumbar spine                        Overturned
3. Acupuncture, 8 visits                          Modified

Background

The claimant is a 50 year old woman with low back pain.

Discussion

1. Norco 10/325 mg, #60
Insurer's guideline: MTUS Opioids Guideline
Reviewer's guideline: ODG, Pain Chapter, Opioids
No pain contract is on file and her function has not changed in a year.

2. MRI of the lumbar spine
Insurer's guideline: none cited
Reviewer's guideline: ACOEM, Low Back Complaints
Progressive weakness of the left foot is documented, which is a red flag.

3. Acupuncture, 8 visits
Insurer's guideline: Acupuncture Medical Treatment Guidelines
Reviewer's guideline: Acupuncture Medical Treatment Guidelines
The guideline supports a trial of six visits, and these are necessary now.
"""

ONE_ISSUE = """Lakeshore Medical Review Group
Independent Medical Review

Re: CM19-0990302
Decision date: May 6, 2019

Disputed service: Lumbar epidural steroid injection at L5-S1

Outcome: The denial is overturned.

Case summary: The applicant is a 44-year-old roofer with left sciatica. Diagnoses: lumbar radiculopathy.

Guideline relied on by the carrier: ODG, Low Back Chapter
Guideline relied on by this reviewer: MTUS Chronic Pain Medical Treatment Guidelines, page 46

Basis for the decision: Radiculopathy is documented on examination and corroborated by imaging. Eight weeks of therapy failed.

Respectfully,
For the review panel
"""

ITEM_NO = """IMR DETERMINATION LETTER
Summit Peer Physicians

Item No. 1: Lidoderm patches 5%, #30
Ruling: Denial affirmed.
Authority cited by the claims adjuster: MTUS Chronic Pain Guidelines, page 56
Authority cited by our reviewer: MTUS Chronic Pain Guidelines, pages 56-57
Grounds: No trial of a tricyclic or of an anti-epilepsy drug is described.

Item No. 2: Urine drug screen
Ruling: Denial reversed.
Authority cited by the claims adjuster: ODG
Authority cited by our reviewer: ODG, Pain Chapter, Urine drug testing
Grounds: The patient takes opioids and is at moderate risk, so that two screens a year are supported.
"""

HASHED = """ATLAS IRO - INDEPENDENT REVIEW
Determination of medical necessity

REQUESTS

#1 Naproxen 550 mg #60 - NOT MEDICALLY NECESSARY

The employee has used naproxen for three years, and her hypertension is not under control. NSAIDs are for short use.

#2 Omeprazole 20 mg #60 - NOT MEDICALLY NECESSARY

With naproxen withdrawn there is no longer a reason to protect the stomach.

#3 Lumbar support - MEDICALLY NECESSARY

She returned to lifting work, and the brace has kept her at work since then.
"""

REQUEST_OF = """Independent medical review of a workers' compensation dispute

Request 1 of 2
Treatment requested: Home exercise kit
Finding: not certified
Rationale: The exercises that were taught need no equipment, and no reason to depart from them is given.

Request 2 of 2
Treatment requested: Psychology consultation
Finding: certified
Rationale: Depressed mood with loss of sleep is documented at three visits, and no evaluation has been made.

Sincerely,
Medical Director
"""

LETTERED = """EXTERNAL MEDICAL REVIEW
CM20-0990306

Disputed Treatment A)  Aquatic therapy, twice a week for 4 weeks, lumbar spine

Conclusion: The denial is upheld.
UR cited: ODG, Low Back Chapter, Aquatic therapy
The reviewer cited: ODG, Low Back Chapter, Aquatic therapy
Analysis: Aquatic therapy is for those who cannot bear weight. The worker walks three miles a day.

Disputed Treatment B)  TENS unit, 30 day rental

Conclusion: The denial is overturned.
UR cited: MTUS Chronic Pain Guidelines
The reviewer cited: MTUS Chronic Pain Guidelines, TENS, page 114
Analysis: A one month trial beside a home program is what the guideline asks for.

This determination is final and binding on all parties.
"""

BY_SECTIONS = """Central Valley Independent Medical Review Organization
Final determination

ISSUES IN DISPUTE

1. Zolpidem 10 mg #30
2. Sleep study

DETERMINATION

1. Denial upheld
2. Denial overturned

REASONS

1. Zolpidem is for two to six weeks of use, and it has been prescribed for two years without a word on sleep hygiene.
2. Witnessed apneas and a neck of 19 inches make sleep apnea likely; testing should not wait.

QUALIFICATIONS OF THE REVIEWER

Board certified in Internal Medicine, licensed in California and Nevada.
"""

SENTENCES = """Harbor Review Physicians
Independent Medical Review

The worker is a 39-year-old cook who burned his right hand.

The records show three weeks of healing and a full fist. Occupational therapy has reached its aims. The request for occupational
therapy, 12 further visits, is not medically necessary.

Silver sulfadiazine remains useful while the graft matures, and its cost is small. The request for silver sulfadiazine cream 1%
is medically necessary.
"""

OWN_LINES = """INDEPENDENT MEDICAL REVIEW

CASE HISTORY

A 61-year-old bus driver has had neck pain since a collision in 2014.

ISSUE 1

Cervical facet injection at C4-5

DECISION

Overturned

CLAIMS ADMINISTRATOR'S GUIDELINE

ODG, Neck Chapter

REVIEWER'S GUIDELINE

ODG, Neck Chapter, Facet joint diagnostic blocks

RATIONALE

Axial pain with tender facets and failed therapy fits the criteria, and no fusion stands at the level.

ISSUE 2

Moderate sedation

DECISION

Upheld

CLAIMS ADMINISTRATOR'S GUIDELINE

ODG, Neck Chapter

REVIEWER'S GUIDELINE

ODG, Neck Chapter, Facet joint diagnostic blocks

RATIONALE

Sedation may falsify a diagnostic block, and no anxiety that would ask for it is described.

DOCUMENTS CONSIDERED

Progress notes of 2015.
"""

DECIDED_LINES = """Sierra Medical Arbitration
Independent Medical Review decision

Tramadol 50 mg #90: Denial upheld

No risk assessment is on file, and the pain is rated the same as before.

Voltaren gel 1%, 100 gm: Denial overturned

Osteoarthritis of the knee is shown on film, and oral drugs have hurt her stomach.
"""

FLOWING = (
    "Bayview Review Organization. Independent Medical Review, case CM18-0990311. The worker is a 33-year-old man. Issue 1. Gym "
    "membership, 6 months. Decision: Upheld. The insurer relied on: ODG, Low Back Chapter. The reviewer relied on: ODG, Low Back "
    "Chapter, Gym memberships. Reasons: No home program has been tried, and nobody would supervise him. Issue 2. Knee brace. "
    "Decision: Overturned. The insurer relied on: ACOEM. The reviewer relied on: ACOEM, Knee Complaints, page 340. Reasons: "
    "The knee gives way, and the ligament is torn on MRI."
)

TICKED = """NOTICE OF INDEPENDENT REVIEW DECISION

Description of the service in dispute: Right shoulder arthroscopy

Review outcome: [ ] Upheld   [X] Overturned   [ ] Partially overturned

Patient clinical history: The patient is a 55-year-old painter. He has weakness in abduction.

Analysis and explanation of the decision: A full-thickness tear has failed six months of care, so that repair is the next step.
"""

ROMAN = """Delta Independent Medical Review

Issue I: Whether Botox injections, 200 units, are medically necessary
Determination: No. The treatment is not medically necessary.
Reasons: The headaches are not migraine, and no other drug has been tried for them.

Issue II: Whether a neurology referral is medically necessary
Determination: Yes. The treatment is medically necessary.
Reasons: The headaches changed in character in May, and no neurologist has seen the patient.
"""

WHETHER = """Northgate IMR Services
Independent Medical Review

The issue in dispute is whether Gralise 600 mg #90 is medically necessary.

The injured worker is a 47-year-old teacher with a burning pain of the left foot after surgery.

Analysis: Gabapentin in its plain form has not been tried at a full dose, and no reason for the dearer form is given. The request
is not medically necessary.
"""

BRACKETED = """Independent Medical Review
Pinnacle Medical Reviewers, CM17-0990315

(1) Left knee arthroscopy with partial meniscectomy

Locking and a displaced tear are documented. The surgery is medically necessary.

(2) Post-operative cold therapy unit, purchase

Cold therapy is of use for a week; a purchase serves no purpose. The unit is not medically necessary.
"""

CELLS_BELOW = """Independent Medical Review - summary of decisions

Treatment / Determination

1. Physical therapy for the right wrist, 12 visits
Partially approved (6 visits)
2. Wrist splint
Approved
"""

NUMBERED_ROWS = """Independent Medical Review Board

Item Disputed service Outcome
1 Cyclobenzaprine 7.5 mg #60 Denied
2 Bilateral EMG and NCV of the
upper extremities Approved
3 Interferential unit Denied

Explanation for item 1. Long use of a muscle relaxant is not supported.
"""

PLAN = """State Department of Insurance
Independent Medical Review Findings

Requested treatment: Spinal cord stimulator trial
Determination: The health plan's denial is overturned in part.
Criteria used by the health plan: internal policy on neurostimulators
Criteria used by the reviewer: ODG, Pain Chapter, Spinal cord stimulators
Rationale: The trial is supported; the permanent lead that the request includes is not, as the trial has not been made.
"""

OVERALL = """Orchard Review Services
Independent Medical Review

Determination: All denials are upheld.

Service 1: Terocin patch #30
Rationale: Topical lidocaine in this form is not approved, and no first line drug has failed.

Service 2: Genicin #90
Rationale: Glucosamine is for arthritis of the knee, of which there is no sign in this record.

Cc: the parties
"""

LETTERS: dict[str, tuple[str, tuple[Item, ...]]] = {
    "a table with a discussion by number": (
        TABLE,
        (
            Item(
                "Norco 10/325 mg, #60",
                "upheld",
                "MTUS Opioids Guideline",
                "ODG, Pain Chapter, Opioids",
                "No pain contract|in a year.",
            ),
            Item("MRI of the lumbar spine", "overturned", None, "ACOEM, Low Back Complaints", "Progressive weakness|a red flag."),
            Item(
                "Acupuncture, 8 visits",
                "partially_overturned",
                "Acupuncture Medical Treatment Guidelines",
                "Acupuncture Medical Treatment Guidelines",
                "The guideline supports|necessary now.",
            ),
        ),
    ),
    "one issue with labels": (
        ONE_ISSUE,
        (
            Item(
                "Lumbar epidural steroid injection at L5-S1",
                "overturned",
                "ODG, Low Back Chapter",
                "MTUS Chronic Pain Medical Treatment Guidelines, page 46",
                "Radiculopathy is documented|therapy failed.",
            ),
        ),
    ),
    "item numbers": (
        ITEM_NO,
        (
            Item(
                "Lidoderm patches 5%, #30",
                "upheld",
                "MTUS Chronic Pain Guidelines, page 56",
                "MTUS Chronic Pain Guidelines, pages 56-57",
                "No trial|is described.",
            ),
            Item(
                "Urine drug screen",
                "overturned",
                "ODG",
                "ODG, Pain Chapter, Urine drug testing",
                "The patient takes|are supported.",
            ),
        ),
    ),
    "hashed numbers, decided at the end of the line": (
        HASHED,
        (
            Item("Naproxen 550 mg #60", "upheld", rationale="The employee has used|for short use."),
            Item("Omeprazole 20 mg #60", "upheld", rationale="With naproxen|the stomach."),
            Item("Lumbar support", "overturned", rationale="She returned|since then."),
        ),
    ),
    "requests that are counted": (
        REQUEST_OF,
        (
            Item("Home exercise kit", "upheld", rationale="The exercises|is given."),
            Item("Psychology consultation", "overturned", rationale="Depressed mood|been made."),
        ),
    ),
    "letters instead of numbers": (
        LETTERED,
        (
            Item(
                "Aquatic therapy, twice a week for 4 weeks, lumbar spine",
                "upheld",
                "ODG, Low Back Chapter, Aquatic therapy",
                "ODG, Low Back Chapter, Aquatic therapy",
                "Aquatic therapy is for|a day.",
            ),
            Item(
                "TENS unit, 30 day rental",
                "overturned",
                "MTUS Chronic Pain Guidelines",
                "MTUS Chronic Pain Guidelines, TENS, page 114",
                "A one month|asks for.",
            ),
        ),
    ),
    "a section each for issues, decisions and reasons": (
        BY_SECTIONS,
        (
            Item("Zolpidem 10 mg #30", "upheld", rationale="Zolpidem is for|sleep hygiene."),
            Item("Sleep study", "overturned", rationale="Witnessed apneas|should not wait."),
        ),
    ),
    "sentences that decide": (
        SENTENCES,
        (
            Item("occupational therapy, 12 further visits", "upheld", rationale="The records show|medically necessary."),
            Item("silver sulfadiazine cream 1%", "overturned", rationale="Silver sulfadiazine|medically necessary."),
        ),
    ),
    "labels on lines of their own": (
        OWN_LINES,
        (
            Item(
                "Cervical facet injection at C4-5",
                "overturned",
                "ODG, Neck Chapter",
                "ODG, Neck Chapter, Facet joint diagnostic blocks",
                "Axial pain|at the level.",
            ),
            Item(
                "Moderate sedation",
                "upheld",
                "ODG, Neck Chapter",
                "ODG, Neck Chapter, Facet joint diagnostic blocks",
                "Sedation may|is described.",
            ),
        ),
    ),
    "lines that end in their decision": (
        DECIDED_LINES,
        (
            Item("Tramadol 50 mg #90", "upheld", rationale="No risk|as before."),
            Item("Voltaren gel 1%, 100 gm", "overturned", rationale="Osteoarthritis|her stomach."),
        ),
    ),
    "a text that has lost its line ends": (
        FLOWING,
        (
            Item(
                "Gym membership, 6 months",
                "upheld",
                "ODG, Low Back Chapter",
                "ODG, Low Back Chapter, Gym memberships",
                "No home|him.",
            ),
            Item("Knee brace", "overturned", "ACOEM", "ACOEM, Knee Complaints, page 340", "The knee gives|on MRI."),
        ),
    ),
    "a box that is ticked": (
        TICKED,
        (Item("Right shoulder arthroscopy", "overturned", rationale="A full-thickness|the next step."),),
    ),
    "roman numbers and questions": (
        ROMAN,
        (
            Item("Botox injections, 200 units", "upheld", rationale="The headaches are not|for them."),
            Item("a neurology referral", "overturned", rationale="The headaches changed|the patient."),
        ),
    ),
    "one question in a sentence": (
        WHETHER,
        (Item("Gralise 600 mg #90", "upheld", rationale="Gabapentin in|medically necessary."),),
    ),
    "numbers in brackets, decided by a sentence": (
        BRACKETED,
        (
            Item("Left knee arthroscopy with partial meniscectomy", "overturned", rationale="Locking and|medically necessary."),
            Item("Post-operative cold therapy unit, purchase", "upheld", rationale="Cold therapy|medically necessary."),
        ),
    ),
    "cells of a table on lines of their own": (
        CELLS_BELOW,
        (Item("Physical therapy for the right wrist, 12 visits", "partially_overturned"), Item("Wrist splint", "overturned")),
    ),
    "rows of a table over two lines": (
        NUMBERED_ROWS,
        (
            Item("Cyclobenzaprine 7.5 mg #60", "upheld"),
            Item("Bilateral EMG and NCV of the upper extremities", "overturned"),
            Item("Interferential unit", "upheld"),
        ),
    ),
    "a health plan's denial": (
        PLAN,
        (
            Item(
                "Spinal cord stimulator trial",
                "partially_overturned",
                "internal policy on neurostimulators",
                "ODG, Pain Chapter, Spinal cord stimulators",
                "The trial is|been made.",
            ),
        ),
    ),
    "one decision for all": (
        OVERALL,
        (
            Item("Terocin patch #30", "upheld", rationale="Topical lidocaine|has failed."),
            Item("Genicin #90", "upheld", rationale="Glucosamine is|this record."),
        ),
    ),
}

NO_LETTERS: dict[str, str] = {
    "a utilization review letter": """Meridian Managed Care
NOTICE OF UTILIZATION REVIEW DETERMINATION

Request 1: Norco 10/325 mg #60
Determination: Non-certified
Rationale: The guideline does not support long use, and the request is not medically necessary.

Request 2: MRI of the lumbar spine
Determination: Certified
Rationale: Red flags are documented.

If you disagree with this decision, you may request an Independent Medical Review within 30 days. A form is enclosed.
""",
    "a utilization review appeal": """Meridian Managed Care
Reconsideration of a utilization review decision

1. Physical therapy, 12 visits
Determination: The original denial is upheld.
Rationale: Nothing new was sent. The request is not medically necessary.
""",
    "a utilization review letter without a title": """Re: J. Doe

Dear Doctor: Your request for authorization was received on 4/2/2019.

Treatment requested: Lumbar MRI
Decision: Denied
Reason: There are no red flags. The request for lumbar MRI is not medically necessary.

The injured worker has the right to dispute this by filing an application for independent medical review (IMR).
""",
    "a qualified medical evaluator's report": """PANEL QUALIFIED MEDICAL EVALUATION

The applicant is a 52-year-old man. I reviewed the following records:
1. IMR determination dated 5/5/2015, lumbar MRI: Overturned.
2. UR decision of 3/3/2015: Denied.

Discussion: The request for a fusion is medically necessary in my opinion. Apportionment: 20 percent.
""",
    "a progress report": """PRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)

Assessment:
1. Lumbar radiculopathy
2. Chronic pain

Plan:
1. Norco 10/325 mg #60, medically necessary for function
2. MRI, which was denied; we will ask for IMR

Conclusion: The request for MRI is medically necessary.
""",
    "a medical report without a title": """The patient is a 40-year-old woman seen for her knee.

Impression: 1. Medial meniscus tear. 2. Effusion.

Result: The MRI is approved. Recommendation: arthroscopy, which is medically necessary. Reasons: locking and pain.
""",
    "an article on the program": """Five years of independent medical review in California

Independent medical review was made law in 2012. In this study 91 percent of denials were upheld and 9 percent were overturned.

1. Drugs make up half of all requests. Opioids are the largest group.
2. Physical medicine follows. Its denials are overturned twice as often.

Conclusion: The program is stable, and most denials are upheld.
""",
    "a table of rates": """Independent medical review outcomes by kind of treatment, 2019

Treatment               Decisions        Overturned
Drugs                   41,202           9 %
Surgery                 6,300            13 %
""",
    "an invoice": """INVOICE 20031
Independent Medical Review services

Item                     Status          Amount
1. Standard review       Approved        345.00
2. Expedited review      Approved        515.00
Total                                    860.00
""",
    "a bill review": """INDEPENDENT BILL REVIEW - EXPLANATION OF REVIEW
Bill review determination

1. CPT 99214: allowed at the fee schedule
2. CPT 97110: denied as bundled
""",
    "a letter that asks for records": """California IMR program
Notice of assignment and request for information

The case CM21-0990399 was assigned on 4/1/2021. Send within 15 days:
1. the denial letter
2. the medical records
The issue in dispute: Norco 10/325 mg #60.
""",
    "a judge's order": """WORKERS' COMPENSATION APPEALS BOARD
Order denying petition

The applicant appeals a determination of independent medical review. Issue: whether the award was timely. Ruling: The petition is
denied for the reasons below. Reasons: The appeal was filed late.
""",
    "a form that nobody has filled in": """INDEPENDENT MEDICAL REVIEW DETERMINATION

Issue 1: ______________________
Decision: Upheld / Overturned
Rationale: ____________________
""",
    "a guideline": """Guide to Independent Medical Review for physicians

Request: Say what is asked for. Decision: The reviewer upholds or overturns the denial. Reasons: They follow the guideline.
1. The claims administrator sends the file.
2. The reviewer decides. If the denial is upheld the treatment need not be given.
""",
}

# Forms that other agencies use, or that were met after the rules stood.

BOXES_OF_AN_IRO = """MEADOWLARK REVIEW INSTITUTE
IRO Certificate 0000

NOTICE OF INDEPENDENT REVIEW DECISION

DATE OF REVIEW: 06/12/2018

DESCRIPTION OF THE SERVICE OR SERVICES IN DISPUTE:
Lumbar ESI L4-5 with fluoroscopy

A DESCRIPTION OF THE QUALIFICATIONS FOR EACH PHYSICIAN WHO REVIEWED THE DECISION:
Board Certified in Physical Medicine and Rehabilitation

REVIEW OUTCOME:
Upon independent review, the reviewer finds that the previous adverse determination should be:

[X] Upheld (Agree)
[ ] Overturned (Disagree)
[ ] Partially Overturned (Agree in part/Disagree in part)

PATIENT CLINICAL HISTORY [SUMMARY]:
This is a 47 year old male with back pain after lifting a box.

ANALYSIS AND EXPLANATION OF THE DECISION INCLUDE CLINICAL BASIS, FINDINGS AND CONCLUSIONS USED TO SUPPORT THE DECISION:
The ODG require objective findings of radiculopathy. There are none here.

A DESCRIPTION AND THE SOURCE OF THE SCREENING CRITERIA OR OTHER CLINICAL BASIS USED TO MAKE THE DECISION:
[X] ODG
"""

OTHER_SIDES_DECISION = """Coast Review Physicians
Independent Medical Review

1. Right carpal tunnel release

UR determination: Denied on 3/2/2018 because no nerve study was sent.

IMR determination: Overturned.

Why: Nerve conduction studies of 2/1/2018 show moderate disease, and splints failed.

2. Left carpal tunnel release

UR determination: Denied on 3/2/2018 because no nerve study was sent.

IMR determination: Upheld.

Why: The left hand has no symptoms.
"""

ONE_OF_TWO = """Independent medical review organization decision

Disputed item (1 of 2):
   Prilosec 20 mg, #60
Claims administrator's decision: Denied.  Basis: MTUS
Our decision: Denial upheld
Our basis: The patient is not at risk for gastrointestinal events.

Disputed item (2 of 2):
   Cold compression unit
Claims administrator's decision: Denied.  Basis: ODG
Our decision: Denial overturned
Our basis: Seven days after surgery are supported.
"""

LISTS_IN_REASONS = """Independent Medical Review, Alder Group

Issue 1: Opioid detoxification program
Finding: Upheld
Reasons: The guideline asks for
1. a failed taper
2. consent
None is documented.

Issue 2: Suboxone 8 mg #30
Finding: Overturned
Reasons: Opioid use disorder is diagnosed:
1. loss of control
2. craving
The drug is first line.
"""

DECISION_FIRST = """Independent Medical Review
Bayside Peer Review Network

DECISION
The claims administrator's denial of left shoulder MRI is OVERTURNED.

CASE
A 50-year-old woman fell on her left arm.

REASONS FOR DECISION
She cannot lift the arm after ten weeks of treatment. ACOEM supports imaging.
"""

BARS = """Independent Medical Review
Determinations

Requested Service | Determination | Guideline
1 | Norco 10/325 mg #60 | Not Medically Necessary | MTUS
2 | Flexeril 10 mg #60 | Not Medically Necessary | MTUS
"""

ROMAN_SECTIONS = """GREAT LAKES IMR, INC.
Final Determination of Independent Medical Review

Mailed: 08/14/2020

Case: CM20-0990501       Review: Expedited
Date of accident: 02/02/2019
Adverse determination by carrier: 06/30/2020

I. REQUEST
Transportation to and from medical visits, 12 round trips

II. HOLDING
The carrier's adverse determination is AFFIRMED.

III. STATEMENT OF THE CASE
The employee, a 66-year-old janitor, has shoulder pain after a fall. She takes ibuprofen.

IV. AUTHORITIES
Carrier: ODG, Knee and Leg Chapter, Transportation
Reviewer: ODG, Knee and Leg Chapter, Transportation

V. OPINION
Transportation is for those who cannot travel by themselves. She drives her own car.

VI. THE REVIEWER
Certified by the American Board of Family Medicine. Licensed in Michigan and California.
"""

PLAIN_WORDS = """Independent Medical Review of Denied Treatment
Valley IRO
Date: March 3, 2021

Dear Ms. Example:

You asked for a review of your claims administrator's decision. Our physician has looked at the records.

Treatment 1
What was requested: Norco 10/325 mg, 90 tablets
What we decided: The denial is upheld. Your claims administrator does not have to pay for it.
Why we decided so: The notes show no gain in function and no contract.

Treatment 2
What was requested: Six visits of acupuncture
What we decided: The denial is overturned. Your claims administrator must pay for it.
Why we decided so: Acupuncture has not been tried and six visits are a fair trial.

Yours truly,
"""

POINTS = """REVIEWER'S REPORT - INDEPENDENT MEDICAL REVIEW

Facts. The patient is a 35-year-old man with a wrist fracture.

Contested treatment. Occupational therapy, 12 visits.

Opinion of the reviewer. Twelve visits are within the guideline for a healed distal radius fracture. Stiffness remains.

Disposition. Overturned.
"""

ANSWERS = """IMR Case CM19-0990506

1. Whether Percocet 10/325 #120 is medically necessary?
   NO. Not medically necessary.
   The patient has had no urine test since 2016.

2. Whether Lyrica 75 mg #60 is medically necessary?
   YES. Medically necessary.
   He has neuropathic pain and sleeps better with it.
"""

GROUPS = """Mountain States Independent Medical Review

Upheld:
- Flector patch 1.3% #30
- Sonata 10 mg #30

Overturned:
- Cymbalta 60 mg #30
"""

UNREAD = """INDEPENDENT MEDICAL REVIEW REPORT

Question 1: Is the requested functional restoration program, 80 hours medically necessary?
Answer: No. The requested program is not medically necessary.
Rationale: The patient has not had a multidisciplinary evaluation.

Question 2: Is the requested gym membership medically necessary?
Answer: See above.
Rationale: A gym is no medical treatment.
"""

LETTERS |= {
    "boxes of another state's form": (
        BOXES_OF_AN_IRO,
        (Item("Lumbar ESI L4-5 with fluoroscopy", "upheld", rationale="The ODG require|none here."),),
    ),
    "what the other side decided": (
        OTHER_SIDES_DECISION,
        (
            Item("Right carpal tunnel release", "overturned", rationale="Nerve conduction|splints failed."),
            Item("Left carpal tunnel release", "upheld", rationale="The left|no symptoms."),
        ),
    ),
    "items counted in brackets": (
        ONE_OF_TWO,
        (
            Item("Prilosec 20 mg, #60", "upheld", rationale="The patient is|events."),
            Item("Cold compression unit", "overturned", rationale="Seven days|are supported."),
        ),
    ),
    "lists inside of the reasons": (
        LISTS_IN_REASONS,
        (
            Item("Opioid detoxification program", "upheld", rationale="The guideline asks|is documented."),
            Item("Suboxone 8 mg #30", "overturned", rationale="Opioid use|first line."),
        ),
    ),
    "the decision before all else": (
        DECISION_FIRST,
        (Item("left shoulder MRI", "overturned", rationale="She cannot|supports imaging."),),
    ),
    "cells between bars": (BARS, (Item("Norco 10/325 mg #60", "upheld"), Item("Flexeril 10 mg #60", "upheld"))),
    "sections with roman numbers": (
        ROMAN_SECTIONS,
        (
            Item(
                "Transportation to and from medical visits, 12 round trips",
                "upheld",
                "ODG, Knee and Leg Chapter, Transportation",
                "ODG, Knee and Leg Chapter, Transportation",
                "Transportation is for|her own car.",
            ),
        ),
    ),
    "a letter in plain words": (
        PLAIN_WORDS,
        (
            Item("Norco 10/325 mg, 90 tablets", "upheld", rationale="The notes|no contract."),
            Item("Six visits of acupuncture", "overturned", rationale="Acupuncture has|fair trial."),
        ),
    ),
    "labels that end in a point": (
        POINTS,
        (Item("Occupational therapy, 12 visits", "overturned", rationale="Twelve visits|Stiffness remains."),),
    ),
    "questions with answers": (
        ANSWERS,
        (
            Item("Percocet 10/325 #120", "upheld", rationale="The patient has|since 2016."),
            Item("Lyrica 75 mg #60", "overturned", rationale="He has|with it."),
        ),
    ),
    "requests under their decision": (
        GROUPS,
        (Item("Flector patch 1.3% #30", "upheld"), Item("Sonata 10 mg #30", "upheld"), Item("Cymbalta 60 mg #30", "overturned")),
    ),
    "an answer that says nothing": (
        UNREAD,
        (
            Item("functional restoration program, 80 hours", "upheld", rationale="The patient has|evaluation."),
            Item("gym membership", None, rationale="A gym|treatment."),
        ),
    ),
}

BOTH_ON_A_LINE = """REDWOOD IMRO
Independent Medical Review - Determination Letter
Case No. CM23-0990601
Employee injured: 07/04/2021
UR non-certification: 01/05/2023
IMR request received: 02/01/2023
Assigned to physician reviewer: 02/14/2023
Determination: 03/01/2023

Reviewer credentials: Board certified in Psychiatry; licensed in California, Oregon

Clinical history
This 38-year-old woman was robbed at work. Diagnoses: post-traumatic stress disorder; insomnia. She takes sertraline.

Disputed items and determinations

A. Cognitive behavioral therapy, 10 sessions
   UR: denied. IMR: overturned.
   Carrier relied on ODG, Mental Illness Chapter.
   We relied on ODG, Mental Illness Chapter, Cognitive therapy for PTSD.
   Rationale. She has improved with the first 10 sessions, and more are allowed.

B. Xanax 0.5 mg #60
   UR: denied. IMR: upheld.
   Carrier relied on MTUS, page 24.
   We relied on MTUS, page 24.
   Rationale. Benzodiazepines are not for long use.
"""

BARE_NOUNS = """Independent Medical Review Outcome Letter   CM18-0990604

Service: Lumbar fusion L4-S1
Outcome: Overturned
Guideline (UR): ODG Low Back, Fusion
Guideline (IMR): ODG Low Back, Fusion
Explanation: Instability of 6 mm is shown on flexion and extension films.

Service: Inpatient stay, 5 days
Outcome: Overturned for 3 days, upheld for the rest
Guideline (UR): none
Guideline (IMR): ODG Hospital length of stay
Explanation: The median stay for the procedure is three days.
"""

BY_REFERENCE = """INDEPENDENT MEDICAL REVIEW

Requested services at issue:
1. Right knee MRI
2. Knee brace, hinged
3. Physical therapy x 12

The reviewer's determination is as follows: items 1 and 3 are medically necessary; item 2 is not medically necessary.

Reasoning for item 1: Mechanical symptoms persist after six weeks.
Reasoning for item 2: No instability was found.
Reasoning for item 3: No therapy has been given so far.
"""

LETTERS |= {
    "both sides on a line": (
        BOTH_ON_A_LINE,
        (
            Item(
                "Cognitive behavioral therapy, 10 sessions",
                "overturned",
                "ODG, Mental Illness Chapter",
                "ODG, Mental Illness Chapter, Cognitive therapy for PTSD",
                "She has|are allowed.",
            ),
            Item("Xanax 0.5 mg #60", "upheld", "MTUS, page 24", "MTUS, page 24", "Benzodiazepines are|long use."),
        ),
    ),
    "nouns as labels": (
        BARE_NOUNS,
        (
            Item("Lumbar fusion L4-S1", "overturned", "ODG Low Back, Fusion", "ODG Low Back, Fusion", "Instability|films."),
            Item("Inpatient stay, 5 days", "partially_overturned", None, "ODG Hospital length of stay", "The median|three days."),
        ),
    ),
    "decisions by number": (
        BY_REFERENCE,
        (
            Item("Right knee MRI", "overturned", rationale="Mechanical symptoms|six weeks."),
            Item("Knee brace, hinged", "upheld", rationale="No instability|was found."),
            Item("Physical therapy x 12", "overturned", rationale="No therapy|so far."),
        ),
    ),
}
