"""Diagnoses, medications and prior treatments: one table each, every sentence worded as letters word it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from baseline_samples import expert_letter
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline import clinical
from llm_extract.baseline.conditions import is_condition
from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.sections import Part

Rule = Callable[[Page], tuple[Found, ...]]


def read(rule: Rule, summary: str) -> list[str]:
    """What one rule reads of a letter with this summary."""
    return [found.value for found in rule(Page(expert_letter(summary)))]


DIAGNOSES: dict[str, list[str]] = {
    "The patient was diagnosed with lumbar disc displacement without myelopathy, cervicalgia, and shoulder joint pain.": [
        "lumbar disc displacement without myelopathy",
        "cervicalgia",
        "shoulder joint pain",
    ],
    (
        "The injured worker is undergoing treatment for: cervical sprain/strain, lumbar sprain/strain with radiculitis "
        "and rule out lumbar discogenic disease."
    ): [
        "cervical sprain/strain",
        "lumbar sprain/strain with radiculitis",
        "rule out lumbar discogenic disease",
    ],
    (
        "The current diagnoses are: 1. Lumbar discopathy. 2. Bilateral knee internal derangement. 3. Status post left "
        "shoulder arthroscopy. Treatment to date has included physical therapy."
    ): [
        "Lumbar discopathy",
        "Bilateral knee internal derangement",
        "Status post left shoulder arthroscopy",
    ],
    "Diagnoses are lumbago, lumbar radiculopathy, and myalgia and myositis unspecified.": [
        "lumbago",
        "lumbar radiculopathy",
        "myalgia and myositis unspecified",
    ],
    (
        "The injured worker's diagnoses include cervical spine strain/sprain, radiculopathy, lumbar strain/sprain, "
        "anxiety, depression, and insomnia."
    ): [
        "cervical spine strain/sprain",
        "radiculopathy",
        "lumbar strain/sprain",
        "anxiety",
        "depression",
        "insomnia",
    ],
    "The patient carries a diagnosis of chronic pain syndrome, lumbar degenerative disc disease, and opioid dependence.": [
        "chronic pain syndrome",
        "lumbar degenerative disc disease",
        "opioid dependence",
    ],
    (
        "The patient's diagnoses include: 1) Displacement of lumbar intervertebral disc without myelopathy 2) "
        "Lumbosacral spondylosis 3) Sciatica The patient has been prescribed Norco."
    ): [
        "Displacement of lumbar intervertebral disc without myelopathy",
        "Lumbosacral spondylosis",
        "Sciatica",
    ],
    "Diagnosis: Lumbar facet syndrome.": ["Lumbar facet syndrome"],
    "Diagnoses: Sprains and strains of neck; lumbar region sprain and strain; pain in joint, lower leg.": [
        "Sprains and strains of neck",
        "lumbar region sprain and strain",
        "pain in joint, lower leg",
    ],
    "The diagnosis is lumbar strain. She has been treated with medication.": ["lumbar strain"],
    "Assessment includes: Cervicalgia, cervical radiculopathy, headaches.": [
        "Cervicalgia",
        "cervical radiculopathy",
        "headaches",
    ],
    "Impression: Status post C5-6 fusion; persistent neck pain.": ["Status post C5-6 fusion", "persistent neck pain"],
    "MRI impression: L4-5 disc protrusion. Treatment included physical therapy. No diagnosis of diabetes was made.": [],
    "The primary diagnosis is 722.52 Lumbar disc degeneration. Secondary diagnoses: 724.4 lumbar radiculitis.": [
        "722.52 Lumbar disc degeneration",
        "724.4 lumbar radiculitis",
    ],
    (
        "The patient has been diagnosed as having pain in joint involving shoulder region; rotator cuff sprain; and "
        "adhesive capsulitis."
    ): [
        "pain in joint involving shoulder region",
        "rotator cuff sprain",
        "adhesive capsulitis",
    ],
    "The patient's relevant diagnoses are posttraumatic stress disorder and major depressive disorder.": [
        "posttraumatic stress disorder",
        "major depressive disorder",
    ],
    "The provider diagnosed the patient with lumbar radiculopathy and right knee meniscal tear.": [
        "lumbar radiculopathy",
        "right knee meniscal tear",
    ],
    (
        "Clinical diagnoses were cervical disc disease, bilateral shoulder impingement with rotator cuff tendinitis, and "
        "carpal tunnel syndrome bilaterally."
    ): [
        "cervical disc disease",
        "bilateral shoulder impingement with rotator cuff tendinitis",
        "carpal tunnel syndrome bilaterally",
    ],
    (
        "The injured worker was diagnosed with myofascial pain syndrome, degeneration of lumbar intervertebral disc, "
        "knee pain and foot pain."
    ): [
        "myofascial pain syndrome",
        "degeneration of lumbar intervertebral disc",
        "knee pain",
        "foot pain",
    ],
    "The applicant was given a diagnosis of lumbar strain and was returned to modified duty.": ["lumbar strain"],
    (
        "The diagnoses have included lumbago and thoracic/lumbosacral neuritis/radiculitis. Treatment to date has "
        "included medications."
    ): [
        "lumbago",
        "thoracic/lumbosacral neuritis/radiculitis",
    ],
    "Diagnostic impression: lumbar sprain, cervical sprain, right wrist sprain.": [
        "lumbar sprain",
        "cervical sprain",
        "right wrist sprain",
    ],
    "The patient is a 45 year old with a past medical history of hypertension. He complains of low back pain.": ["hypertension"],
    "His mother was diagnosed with breast cancer. Diagnosis: Lumbar strain.": ["Lumbar strain"],
    "The patient was diagnosed on 3/4/14 with left knee medial meniscus tear, chondromalacia and synovitis.": [
        "left knee medial meniscus tear",
        "chondromalacia",
        "synovitis",
    ],
    "The patient's diagnosis has included cervical radiculopathy.": ["cervical radiculopathy"],
    (
        "Working diagnoses: right hip greater trochanteric bursitis and iliotibial band syndrome, lumbar spondylosis "
        "with facet arthropathy and myofascial pain."
    ): [
        "right hip greater trochanteric bursitis",
        "iliotibial band syndrome",
        "lumbar spondylosis with facet arthropathy",
        "myofascial pain",
    ],
    "The patient sustained a crush injury to the right hand resulting in fractures of the index and middle fingers.": [
        "fractures of the index and middle fingers"
    ],
    "The patient is status post right knee arthroscopy with residual pain.": [],
    "The claimant has diagnoses of low back and neck pain, lumbar and cervical radiculopathy, and headaches.": [
        "low back and neck pain",
        "lumbar and cervical radiculopathy",
        "headaches",
    ],
    (
        "There is documentation of findings (neck pain), current diagnoses (cervical discopathy with radiculitis, lumbar "
        "discopathy, rule out internal derangement left hip), and treatment to date (medications)."
    ): [
        "cervical discopathy with radiculitis",
        "lumbar discopathy",
        "rule out internal derangement left hip",
    ],
    (
        "Impression: 1) Left knee internal derangement 2) Chondromalacia patella 3) Lumbar strain, resolved Rx so far: "
        "ibuprofen, 6 visits of PT."
    ): [
        "Left knee internal derangement",
        "Chondromalacia patella",
        "Lumbar strain, resolved",
    ],
    "Diagnoses: 1. Lumbar sprain/strain (847.2) 2. Myospasm (728.85) The claimant has two children.": [
        "Lumbar sprain/strain (847.2)",
        "Myospasm (728.85)",
    ],
    "Diagnoses listed by the treating physician on 1/19/15: lumbago; lumbar myofascial pain.": [
        "lumbago",
        "lumbar myofascial pain",
    ],
    "The treating physician's assessments on 10/6/14 were: 1. Cervical radiculopathy. 2. Sleep disorder, rule out sleep apnea.": [
        "Cervical radiculopathy",
        "Sleep disorder, rule out sleep apnea",
    ],
    "The working diagnosis is cervical disc protrusion C5-6 and C6-7.": ["cervical disc protrusion C5-6 and C6-7"],
    "The diagnoses were degenerative disc disease of the cervical and lumbar spine, and diabetes.": [
        "degenerative disc disease of the cervical and lumbar spine",
        "diabetes",
    ],
    "Dx: Axis I: Posttraumatic stress disorder, chronic; cognitive disorder NOS.": [
        "Posttraumatic stress disorder, chronic",
        "cognitive disorder NOS",
    ],
    "Diagnoses include crush injury of the finger, stiffness of hand joint and complex regional pain syndrome.": [
        "crush injury of the finger",
        "stiffness of hand joint",
        "complex regional pain syndrome",
    ],
    "The diagnoses are carpal tunnel syndrome, bilateral; and epicondylitis, right, as described above.": [
        "carpal tunnel syndrome, bilateral",
        "epicondylitis, right",
    ],
    "He is treated for post-concussion syndrome and trochanteric bursitis.": [
        "post-concussion syndrome",
        "trochanteric bursitis",
    ],
    (
        "The applicant has filed a claim for chronic low back pain, chronic neck pain, and opioid dependence reportedly "
        "associated with an industrial injury."
    ): [
        "chronic low back pain",
        "chronic neck pain",
        "opioid dependence",
    ],
    (
        "The PR-2 of 8/9/13 lists: cervical segmental dysfunction (739.1), cervicalgia, and r/o cubital tunnel syndrome, "
        "bilateral."
    ): [
        "cervical segmental dysfunction (739.1)",
        "cervicalgia",
        "r/o cubital tunnel syndrome, bilateral",
    ],
    "The PR-2 of 8/9/13 lists neck and upper back pain, 6/10 with medication.": [],
    "She has left C7 radiculopathy and cervical spondylosis, according to the orthopedist.": [
        "left C7 radiculopathy",
        "cervical spondylosis",
    ],
    "She has pain in the neck and numbness of the hand.": [],
    "Family history of diabetes. He denies a history of asthma.": [],
    "The risk assessment was low. Differential diagnosis includes sciatica. Assessment of the knee is planned.": [],
}

MEDICATIONS: dict[str, list[str]] = {
    "Current medications include Norco 10/325 mg, Soma 350 mg, and Prilosec 20 mg.": ["Norco", "Soma", "Prilosec"],
    "The patient is currently taking Tramadol ER and Naproxen. Authorization was requested for Norco, Flexeril and Prilosec.": [
        "Tramadol ER",
        "Naproxen",
    ],
    (
        "The patient's medications include Percocet (oxycodone/APAP), Lyrica, Cymbalta and Lidoderm patches. She denies "
        "side effects from Norco."
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
}

TREATMENTS: dict[str, list[str]] = {
    (
        "Treatment to date has included medications, physical therapy, chiropractic treatment, acupuncture, lumbar "
        "epidural steroid injection, home exercise program, and work restrictions."
    ): [
        "physical therapy",
        "chiropractic treatment",
        "acupuncture",
        "lumbar epidural steroid injection",
        "home exercise program",
        "work restrictions",
    ],
    (
        "Treatments have included 12 sessions of physical therapy, TENS unit, extracorporeal shockwave therapy, lumbar "
        "brace, and modified duty."
    ): [
        "physical therapy",
        "TENS unit",
        "extracorporeal shockwave therapy",
        "lumbar brace",
    ],
    (
        "Prior treatments included right shoulder arthroscopic rotator cuff repair in 2012, 24 postoperative physical "
        "therapy sessions, and Norco."
    ): [
        "shoulder arthroscopic rotator cuff repair",
        "postoperative physical therapy",
    ],
    (
        "The patient has had physical therapy, massage, injections and anti-inflammatories without relief. He is "
        "requesting surgery."
    ): [
        "physical therapy",
        "massage",
        "injections",
    ],
    "The patient underwent left knee arthroscopy on 3/4/14 with partial medial meniscectomy and chondroplasty.": [
        "knee arthroscopy",
        "partial medial meniscectomy",
        "chondroplasty",
    ],
    "She is status post L4-S1 fusion with hardware removal. She was recommended for a spinal cord stimulator.": [
        "fusion",
        "hardware removal",
    ],
    "He was treated conservatively with ice, rest, medications, a knee brace and 6 visits of PT.": [
        "ice",
        "rest",
        "knee brace",
        "PT",
    ],
    (
        "The patient has undergone L5-S1 microdiscectomy and 2 right L5 transforaminal epidural steroid injections with "
        "60% relief."
    ): [
        "microdiscectomy",
        "transforaminal epidural steroid injections",
    ],
    "Surgical history includes bilateral carpal tunnel release and cervical fusion at C5-7.": [
        "carpal tunnel release",
        "cervical fusion",
    ],
    "Past surgical history: appendectomy, cholecystectomy, hernia repair.": ["appendectomy", "cholecystectomy", "hernia repair"],
    "The patient has not had physical therapy or injections. The provider recommended a lumbar epidural steroid injection.": [],
    "Treatment has included: TENS, heat/ice, HEP, activity modification, Lidoderm patches.": [
        "TENS",
        "heat/ice",
        "HEP",
        "activity modification",
    ],
    (
        "The injured worker has been treated with NSAIDs, opioids, trigger point injections, and a cervical collar. "
        "Authorization for cervical ESI was denied."
    ): [
        "trigger point injections",
        "cervical collar",
    ],
    "Previous treatment has consisted of bracing, cortisone injection x2 to the left wrist, and hand therapy.": [
        "bracing",
        "cortisone injection",
        "hand therapy",
    ],
    "Per the 3/4/15 report the patient completed 8 of 12 sessions of acupuncture with benefit. She uses a cane.": ["acupuncture"],
    "Patient had a left L4-5 medial branch block on 5/5/14 with 80% relief. Radiofrequency ablation was requested.": [
        "medial branch block"
    ],
    (
        "The applicant has received extensive physical therapy, chiropractic manipulative therapy and acupuncture over "
        "the course of the claim."
    ): [
        "physical therapy",
        "chiropractic manipulative therapy",
        "acupuncture",
    ],
    "He is status post anterior cervical discectomy and fusion C5-6.": ["anterior cervical discectomy and fusion"],
    "The patient reports that physical therapy helped. He is a surgical candidate for total knee replacement.": [
        "physical therapy"
    ],
    "Conservative treatments: rest, activity modification, ice, heat, and physiotherapy.": [
        "rest",
        "activity modification",
        "ice",
        "heat",
        "physiotherapy",
    ],
    "The patient had failed conservative treatment including physical therapy, NSAIDs and cortisone injections.": [
        "physical therapy",
        "cortisone injections",
    ],
    "Patient is s/p right knee ACL reconstruction, s/p left shoulder SLAP repair.": ["ACL reconstruction", "SLAP repair"],
    "He wears a lumbar back brace and uses an H-wave unit at home. He has a spinal cord stimulator in place.": [
        "lumbar back brace",
        "H-wave unit",
        "spinal cord stimulator",
    ],
    "He completed a functional restoration program and 10 sessions of cognitive behavioral therapy.": [
        "functional restoration program",
        "cognitive behavioral therapy",
    ],
    "Treatment to date has included work modifications, diagnostics, psychotherapy, aqua therapy, and pain management.": [
        "work modifications",
        "psychotherapy",
        "aqua therapy",
    ],
    "The patient received an injection of Toradol in the office. Physical therapy 2x6 was ordered.": ["injection"],
    "The injured worker's surgical history included a lumbar laminectomy in 2009.": ["lumbar laminectomy"],
    "The injured worker was previously treated with right shoulder subacromial injection, physical therapy and Tramadol.": [
        "shoulder subacromial injection",
        "physical therapy",
    ],
    "He finished a course of work hardening and wears a knee sleeve.": ["work hardening", "knee sleeve"],
    "In 2009 there was a L4-5 discectomy by Dr. Smith; two ESIs gave brief relief.": ["discectomy", "ESIs"],
    "She has been seen by a psychologist for 10 visits. Two nerve blocks gave no lasting relief.": ["nerve blocks"],
    "Chiropractic helped for a day or two. Massage twice a month is paid by herself.": ["Chiropractic", "Massage"],
    "He does home exercises daily, walks, and uses a heating pad and a TENS.": ["home exercises", "heating pad", "TENS"],
    "The patient has been attending aquatic therapy with benefit.": ["aquatic therapy"],
    "Six sessions of acupuncture gave her relief of 30%. She wore a CAM boot for six weeks.": ["acupuncture", "CAM boot"],
    "Two Supartz injections were given in May. A right trigger finger release was done on 4/5/13.": [
        "Supartz injections",
        "trigger finger release",
    ],
    "PSHx: L knee scope 2010, R RCR 2012, appendectomy.": ["knee scope", "RCR", "appendectomy"],
    "The claimant had surgery on the right shoulder on 5/1/12 followed by PT.": ["surgery", "PT"],
    "Following lumbar laminectomy, he had 24 PT visits, and a bone growth stimulator.": [
        "lumbar laminectomy",
        "PT",
        "bone growth stimulator",
    ],
    "Patient was fitted with a lumbar corset and given a home traction device.": ["lumbar corset", "home traction device"],
    "Bilateral L4-5 facet injections provided 70% relief for 2 months.": ["facet injections"],
    "The wound was closed with sutures. The fracture was treated with closed reduction and percutaneous pinning.": [
        "closed reduction",
        "percutaneous pinning",
    ],
    "The patient received 2 weeks of an intensive outpatient program. She underwent eye surgery.": [
        "intensive outpatient program",
        "eye surgery",
    ],
    "Past treatments: meds, PT, chiro, acupuncture, and surgery (L shoulder 2010).": ["PT", "chiro", "acupuncture", "surgery"],
    "The patient was given a cortisone shot. Kenalog injection to the left thumb on 3/3/14 helped.": [
        "cortisone shot",
        "Kenalog injection",
    ],
    "She is being seen for counseling and takes medication.": ["counseling"],
    "Tx: PT x 18, chiro x 12, LESI x1 (L5-S1 4/2013 - 60% relief x 3 mos).": ["PT", "chiro", "LESI"],
    "He underwent T10-L2 instrumented fusion on 9/11/2001 and revision amputation of the fingertip.": [
        "instrumented fusion",
        "revision amputation",
    ],
    (
        "At the time of request for authorization for Norco there is documentation of treatment to date (Norco; and left "
        "knee arthroscopy)."
    ): ["knee arthroscopy"],
    (
        "Thus far, the applicant has been treated with the following: Analgesic medications; attorney representation; "
        "transfer of care to and from various providers; and epidural injections."
    ): ["epidural injections"],
    "The employee has been provided with a manual hospital bed, pool therapy, and a bath bench.": [
        "manual hospital bed",
        "pool therapy",
        "bath bench",
    ],
    "Prior surgery: microdiscectomy L5-S1 x 2. Past procedures: ACDF C5-7.": ["microdiscectomy", "ACDF"],
    "Surgeons held that nothing further was to be gained from surgery. His brother can drive him after surgery.": [],
    "No physical therapy has been given until now. Surgery was requested.": [],
    "He had a cuff repair. Assessment: status post rotator cuff repair, left.": ["cuff repair"],
}


@pytest.mark.parametrize("summary", DIAGNOSES)
def test_diagnoses(summary: str) -> None:
    """Labelled lists are split at their own separators; without a label the conditions stand that the letter states as such."""
    assert read(clinical.diagnoses, summary) == DIAGNOSES[summary]


@pytest.mark.parametrize("summary", MEDICATIONS)
def test_medications(summary: str) -> None:
    """Drugs count that the patient takes or took, once each; what is asked for, denied or only found in urine does not."""
    assert read(clinical.medications, summary) == MEDICATIONS[summary]


@pytest.mark.parametrize("summary", TREATMENTS)
def test_prior_treatments(summary: str) -> None:
    """A treatment is its noun with the words before it, without side, level, count and date; asked for or denied it is none."""
    assert read(clinical.prior_treatments, summary) == TREATMENTS[summary]


@pytest.mark.parametrize(("words", "told"), [("lumbar radiculopathy", True), ("morbid obesity", True), ("home traction", False)])
def test_words_that_are_called_like_a_condition(words: str, told: bool) -> None:
    """A condition is told by how it is called."""
    assert is_condition(words) is told


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("12 sessions of physical therapy over 6 weeks", "physical therapy"),
        ("a right L4-5 transforaminal epidural steroid injection on 3/4/14", "transforaminal epidural steroid injection"),
        ("a home paraffin bath at night", "home paraffin bath"),
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
]


@pytest.mark.parametrize(("summary", "name", "value", "believed"), BELIEVABLE)
def test_an_entry_of_the_model_alone_is_believed_where_nothing_speaks_against_it(
    summary: str, name: str, value: str, believed: bool
) -> None:
    """Neither what the rules have judged nor what the sentence asks for or denies joins the list."""
    page = Page(expert_letter(summary))
    at = page.text.index(value)
    assert clinical.believable(f"/clinical/{name}/0", page.found(value, "model", (at, at + len(value))), page) is believed


pieces = st.sampled_from(
    (
        *(
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
        ),
        *(
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
            ".",
        ),
        *("history of", "takes", "plan:", "ice/", "brace", "\x00", "\u0130", "He", "The patient"),
    )
)


@given(st.lists(pieces, max_size=30).map(" ".join) | st.text(max_size=100))
def test_any_summary_is_read(summary: str) -> None:
    """Any text gives entries that stand in the letter, each once."""
    page = Page(expert_letter(summary))
    for rule in (clinical.diagnoses, clinical.medications, clinical.prior_treatments):
        found = rule(page)
        assert all(f.value and f.spans for f in found)
        assert len({f.value.lower() for f in found}) == len(found)
