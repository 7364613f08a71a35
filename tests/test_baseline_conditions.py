"""Diagnoses: whole summaries, worded as letters word them. The rules' own examples are tried in `test_baseline_rules`."""

from __future__ import annotations

import pytest
from baseline_samples import any_summary, expert_letter
from hypothesis import given

from llm_extract.baseline.condition_words import is_condition
from llm_extract.baseline.conditions import diagnoses
from llm_extract.baseline.page import Page


def read(summary: str) -> list[str]:
    """What is read of a letter with this summary."""
    return [found.value for found in diagnoses(Page(expert_letter(summary)))]


DIAGNOSES: dict[str, list[str]] = {
    "Treating diagnoses: [1] low back pain; [2] neck pain.": ["low back pain", "neck pain"],
    (
        "The clinic's diagnoses were: a. Trigger thumb b. Major depression, single episode, severe c. Pain disorder with "
        "psychological factors They advise 80 hours of treatment."
    ): [
        "Trigger thumb",
        "Major depression, single episode, severe",
        "Pain disorder with psychological factors",
    ],
    "Diagnoses per the note of 3/4/12: (i) cubital tunnel syndrome; (ii) lateral epicondylitis.": [
        "cubital tunnel syndrome",
        "lateral epicondylitis",
    ],
    "Diagnoses: C. difficile colitis, gastritis.": ["C. difficile colitis", "gastritis"],
    (
        "The evaluation lists the following: Axis I: Panic Disorder; Pain Disorder associated with both psychological factors "
        "and a general medical condition. GAF 52."
    ): [
        "Panic Disorder",
        "Pain Disorder associated with both psychological factors and a general medical condition",
    ],
    "DSM diagnoses: Axis I: Major depressive disorder; Axis II: deferred; Axis III: lumbar strain; Axis V: GAF 55.": [
        "Major depressive disorder",
        "lumbar strain",
    ],
    "Diagnoses: lumbar strain (acute; resolved), knee sprain.": ["lumbar strain (acute; resolved)", "knee sprain"],
    'The employee also has cervical spondylosis and, according to a checklist, "sleep".': ["cervical spondylosis"],
    "Assessment: 1. Lumbar strain - continue Norco. 2. HTN: see PCP.": ["Lumbar strain", "HTN"],
    "The diagnosis of fibromyalgia was ruled out. The diagnosis of lupus was added.": ["lupus"],
    "He is left with what the surgeon calls arachnoiditis. His physician looks after type 2 diabetes and gout.": [
        "arachnoiditis",
        "type 2 diabetes",
        "gout",
    ],
    "An evaluation of carpal tunnel syndrome was made; she is seen by the surgeon for consultation.": [],
    "The patient was diagnosed with lumbar disc displacement without myelopathy, cervicalgia, and shoulder joint pain.": [
        "lumbar disc displacement without myelopathy",
        "cervicalgia",
        "shoulder joint pain",
    ],
    (
        "The injured worker is undergoing treatment for: cervical sprain/strain, lumbar sprain/strain with radiculitis and "
        "rule out lumbar discogenic disease."
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
        "The injured worker's diagnoses include cervical spine strain/sprain, radiculopathy, lumbar strain/sprain, anxiety, "
        "depression, and insomnia."
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
        "The patient's diagnoses include: 1) Displacement of lumbar intervertebral disc without myelopathy 2) Lumbosacral "
        "spondylosis 3) Sciatica The patient has been prescribed Norco."
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
        "The patient has been diagnosed as having pain in joint involving shoulder region; rotator cuff sprain; and adhesive "
        "capsulitis."
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
        "The injured worker was diagnosed with myofascial pain syndrome, degeneration of lumbar intervertebral disc, knee "
        "pain and foot pain."
    ): [
        "myofascial pain syndrome",
        "degeneration of lumbar intervertebral disc",
        "knee pain",
        "foot pain",
    ],
    "The applicant was given a diagnosis of lumbar strain and was returned to modified duty.": ["lumbar strain"],
    (
        "The diagnoses have included lumbago and thoracic/lumbosacral neuritis/radiculitis. Treatment to date has included "
        "medications."
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
        "Working diagnoses: right hip greater trochanteric bursitis and iliotibial band syndrome, lumbar spondylosis with "
        "facet arthropathy and myofascial pain."
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
    "Dx: lumbar radiculopathy; cervical sprain.": ["lumbar radiculopathy", "cervical sprain"],
    "DX: Lumbago, Lumbar disc disease, Myofascial pain.": ["Lumbago", "Lumbar disc disease", "Myofascial pain"],
    "Diagnostic impressions include cervical disc protrusion, bilateral wrist tendinitis and anxiety.": [
        "cervical disc protrusion",
        "bilateral wrist tendinitis",
        "anxiety",
    ],
    "Current diagnoses are left knee internal derangement, right knee strain, and status post left knee arthroscopy.": [
        "left knee internal derangement",
        "right knee strain",
        "status post left knee arthroscopy",
    ],
    "The injured worker was diagnosed as having lumbar disc herniation, lumbar radiculopathy and chronic pain.": [
        "lumbar disc herniation",
        "lumbar radiculopathy",
        "chronic pain",
    ],
    (
        "The injured worker was diagnosed as having cervical radiculitis; shoulder impingement syndrome. Treatment to date "
        "has included physical therapy."
    ): [
        "cervical radiculitis",
        "shoulder impingement syndrome",
    ],
    "He carries diagnoses of chronic low back pain, failed back surgery syndrome, and depression.": [
        "chronic low back pain",
        "failed back surgery syndrome",
        "depression",
    ],
    "The applicant carries a diagnosis of carpal tunnel syndrome.": ["carpal tunnel syndrome"],
    "The injured worker's diagnoses included lumbar spine sprain/strain, bilateral lower extremity radiculitis, and myospasm.": [
        "lumbar spine sprain/strain",
        "bilateral lower extremity radiculitis",
        "myospasm",
    ],
    "The patient is a 45-year-old female with diagnoses of 1. Lumbar sprain. 2. Right knee medial meniscus tear. 3. Insomnia.": [
        "Lumbar sprain",
        "Right knee medial meniscus tear",
        "Insomnia",
    ],
    "Diagnoses include: (1) cervical spondylosis; (2) thoracic strain; (3) lumbar spondylosis.": [
        "cervical spondylosis",
        "thoracic strain",
        "lumbar spondylosis",
    ],
    (
        "Diagnoses: 1. Chronic cervical strain 2. Rule out cervical HNP 3. Bilateral carpal tunnel syndrome, status post "
        "right release."
    ): [
        "Chronic cervical strain",
        "Rule out cervical HNP",
        "Bilateral carpal tunnel syndrome, status post right release",
    ],
    (
        "Diagnoses include 722.10 displacement of lumbar intervertebral disc without myelopathy and 724.4 thoracic or "
        "lumbosacral neuritis or radiculitis."
    ): [
        "722.10 displacement of lumbar intervertebral disc without myelopathy",
        "724.4 thoracic or lumbosacral neuritis or radiculitis",
    ],
    "The diagnoses are M54.5 low back pain, M54.16 radiculopathy lumbar region, and G89.4 chronic pain syndrome.": [
        "M54.5 low back pain",
        "M54.16 radiculopathy lumbar region",
        "G89.4 chronic pain syndrome",
    ],
    (
        "Diagnoses: Lumbar radiculopathy (M54.16), Sprain of ligaments of lumbar spine (S33.5XXA), and Muscle spasm of back "
        "(M62.830)."
    ): [
        "Lumbar radiculopathy (M54.16)",
        "Sprain of ligaments of lumbar spine (S33.5XXA)",
        "Muscle spasm of back (M62.830)",
    ],
    "The most recent diagnoses listed are knee osteoarthritis and obesity.": ["knee osteoarthritis", "obesity"],
    "The patient has diagnosis of cervical radiculopathy.": ["cervical radiculopathy"],
    "Diagnoses provided were brachial neuritis and shoulder pain.": ["brachial neuritis", "shoulder pain"],
    "The clinical impression was lumbar facet arthropathy.": ["lumbar facet arthropathy"],
    "Impressions: lumbar stenosis, L4-5 spondylolisthesis, and neurogenic claudication.": [
        "lumbar stenosis",
        "L4-5 spondylolisthesis",
        "neurogenic claudication",
    ],
    "The assessment was chronic regional pain syndrome of the right upper extremity.": [
        "chronic regional pain syndrome of the right upper extremity"
    ],
    "The treating diagnosis is right lateral epicondylitis.": ["right lateral epicondylitis"],
    (
        "Her listed diagnoses are major depressive disorder, single episode, moderate; generalized anxiety disorder; and "
        "male hypoactive sexual desire disorder."
    ): [
        "major depressive disorder, single episode, moderate",
        "generalized anxiety disorder",
        "male hypoactive sexual desire disorder",
    ],
    (
        "He has been diagnosed with Major Depressive Disorder, Single Episode, Severe, and Pain Disorder Associated with "
        "Both Psychological Factors and a General Medical Condition."
    ): [
        "Major Depressive Disorder, Single Episode, Severe",
        "Pain Disorder Associated with Both Psychological Factors and a General Medical Condition",
    ],
    "A diagnosis of adhesive capsulitis was made.": ["adhesive capsulitis"],
    "Diagnosis of lumbar disc displacement was given.": ["lumbar disc displacement"],
    "The diagnoses at this visit were right shoulder rotator cuff tear and AC joint arthrosis.": [
        "right shoulder rotator cuff tear",
        "AC joint arthrosis",
    ],
    "Progress report dated 5/2/14 lists the diagnoses as: lumbar sprain, cervical sprain, and stress.": [
        "lumbar sprain",
        "cervical sprain",
        "stress",
    ],
    "The treating provider has diagnosed cervical strain, lumbar strain and bilateral knee contusions.": [
        "cervical strain",
        "lumbar strain",
        "bilateral knee contusions",
    ],
    "The treating physician has diagnosed the patient with left foot plantar fasciitis.": ["left foot plantar fasciitis"],
    "Diagnosis: status post left ankle fracture with open reduction internal fixation.": [
        "status post left ankle fracture with open reduction internal fixation"
    ],
    "The patient's diagnoses are as follows: Lumbar disc displacement, Lumbar radiculopathy.": [
        "Lumbar disc displacement",
        "Lumbar radiculopathy",
    ],
    "The following diagnoses were noted: lumbar spondylosis, sacroiliitis and trochanteric bursitis.": [
        "lumbar spondylosis",
        "sacroiliitis",
        "trochanteric bursitis",
    ],
    "The following diagnoses are listed: 1. Cervicalgia 2. Lumbago.": ["Cervicalgia", "Lumbago"],
    "Pertinent diagnoses: chronic pain syndrome; opioid dependence.": ["chronic pain syndrome", "opioid dependence"],
    "Diagnoses include low back pain with left leg radiation.": ["low back pain with left leg radiation"],
    (
        "Diagnoses include lumbosacral spondylosis without myelopathy, unspecified idiopathic peripheral neuropathy, and "
        "pain in joint, pelvic region and thigh."
    ): [
        "lumbosacral spondylosis without myelopathy",
        "unspecified idiopathic peripheral neuropathy",
        "pain in joint, pelvic region and thigh",
    ],
    (
        "Diagnoses include chronic pain, shoulder joint pain, carpal tunnel syndrome, and encounter for long-term use of "
        "other medications."
    ): [
        "chronic pain",
        "shoulder joint pain",
        "carpal tunnel syndrome",
        "encounter for long-term use of other medications",
    ],
    "The patient presents with the following diagnoses: bilateral shoulder strain; bilateral wrist tendinitis.": [
        "bilateral shoulder strain",
        "bilateral wrist tendinitis",
    ],
    "The patient's diagnoses according to the 8/7/14 report are right de Quervain's tenosynovitis and trigger thumb.": [
        "right de Quervain's tenosynovitis",
        "trigger thumb",
    ],
    (
        "According to the progress report the diagnoses are: 1. Cervical disc disease. 2. Cervical radiculopathy. 3. Status "
        "post right shoulder surgery. On exam there was tenderness."
    ): [
        "Cervical disc disease",
        "Cervical radiculopathy",
        "Status post right shoulder surgery",
    ],
    (
        "The diagnoses from 07/16/2014 are: 1. Cervical sprain/strain 2. Lumbar sprain/strain 3. Headache The physician "
        "requests 12 visits."
    ): [
        "Cervical sprain/strain",
        "Lumbar sprain/strain",
        "Headache",
    ],
    "The diagnoses per the 6/4/14 report are right knee pain and left knee pain.": ["right knee pain", "left knee pain"],
    "The claimant has been diagnosed with Bilateral Knee Osteoarthritis.": ["Bilateral Knee Osteoarthritis"],
    "Accepted diagnoses include lumbar strain and hernia.": ["lumbar strain", "hernia"],
    "Relevant comorbid diagnoses include diabetes mellitus and hypertension.": ["diabetes mellitus", "hypertension"],
    "Final diagnosis: Lumbar radiculopathy.": ["Lumbar radiculopathy"],
    "Orthopedic diagnoses include right ankle sprain and peroneal tendinitis.": ["right ankle sprain", "peroneal tendinitis"],
    "Psychiatric diagnoses include adjustment disorder with mixed anxiety and depressed mood.": [
        "adjustment disorder with mixed anxiety and depressed mood"
    ],
    "DIAGNOSES: LUMBAR DISC PROTRUSION; RIGHT S1 RADICULOPATHY.": ["LUMBAR DISC PROTRUSION", "RIGHT S1 RADICULOPATHY"],
    "Assessment: 1. Neck pain - 723.1. 2. Low back pain - 724.2.": ["Neck pain - 723.1", "Low back pain - 724.2"],
    "Assessment/Plan: Lumbar radiculopathy, stable.": ["Lumbar radiculopathy, stable"],
    "His working diagnosis was left shoulder impingement versus rotator cuff tear.": [
        "left shoulder impingement versus rotator cuff tear"
    ],
    "The patient has a diagnosis of lumbar sprain/strain and he has received 12 sessions of therapy.": ["lumbar sprain/strain"],
    "The diagnosis was lumbar radiculopathy, for which an epidural injection was recommended.": ["lumbar radiculopathy"],
    "The patient was diagnosed with post-traumatic headaches, and was prescribed Topamax.": ["post-traumatic headaches"],
    "Diagnoses have included right knee meniscal tear, left knee degenerative joint disease and gait abnormality.": [
        "right knee meniscal tear",
        "left knee degenerative joint disease",
        "gait abnormality",
    ],
    (
        "The injured worker's current diagnoses include chronic right knee pain, status post right knee arthroscopy in 2012 "
        "and chondromalacia of the patella."
    ): [
        "chronic right knee pain",
        "status post right knee arthroscopy in 2012",
        "chondromalacia of the patella",
    ],
    "Diagnoses include status post cervical fusion C5-C7, residual cervical radiculopathy, and cervicogenic headaches.": [
        "status post cervical fusion C5-C7",
        "residual cervical radiculopathy",
        "cervicogenic headaches",
    ],
    "Diagnoses includes lumbar disc disease at L4-L5 and L5-S1, and right sciatica.": [
        "lumbar disc disease at L4-L5 and L5-S1",
        "right sciatica",
    ],
    "The injured worker is being treated for bilateral carpal tunnel syndrome and bilateral cubital tunnel syndrome.": [
        "bilateral carpal tunnel syndrome",
        "bilateral cubital tunnel syndrome",
    ],
    "The injured worker is currently diagnosed as having cervical disc disorder and radiculopathy.": [
        "cervical disc disorder",
        "radiculopathy",
    ],
    "The patient is diagnosed with lumbar disc degeneration.": ["lumbar disc degeneration"],
    "Diagnoses are noted as lumbago and right hip pain.": ["lumbago", "right hip pain"],
    "He was noted to have diagnoses of hypertension and GERD.": ["hypertension", "GERD"],
    "Diagnoses include lumbar disc herniation with myelopathy, chronic pain due to trauma, and sleep disturbance.": [
        "lumbar disc herniation with myelopathy",
        "chronic pain due to trauma",
        "sleep disturbance",
    ],
    "Past diagnoses: rotator cuff syndrome.": ["rotator cuff syndrome"],
    "Diagnosis included status post lumbar laminectomy and chronic radiculopathy.": [
        "status post lumbar laminectomy",
        "chronic radiculopathy",
    ],
    "The current diagnosis is right shoulder pain. The patient was seen on 1/2/15.": ["right shoulder pain"],
    "The physician's impression was bilateral plantar fasciitis, heel spur and pes planus.": [
        "bilateral plantar fasciitis",
        "heel spur",
        "pes planus",
    ],
    "Diagnoses include cervical and lumbar sprain/strain, left shoulder internal derangement.": [
        "cervical and lumbar sprain/strain",
        "left shoulder internal derangement",
    ],
    "Diagnoses include cervical, thoracic and lumbar sprain/strain; bilateral knee pain.": [
        "cervical, thoracic and lumbar sprain/strain",
        "bilateral knee pain",
    ],
    "Diagnoses: lumbar spine pain, right shoulder pain s/p surgery, anxiety/depression.": [
        "lumbar spine pain",
        "right shoulder pain s/p surgery",
        "anxiety/depression",
    ],
    "The patient complains of pain. MRI findings show a tear. There is no diagnosis of radiculopathy.": [],
    "The diagnosis is not clear from the notes.": [],
    "Diagnostic studies include an MRI of the lumbar spine and EMG.": [],
    "No formal diagnosis has been given.": [],
    "Electrodiagnostic impression: bilateral carpal tunnel syndrome. Diagnoses: wrist pain.": ["wrist pain"],
    "Diagnoses include injury of the knee and leg.": ["injury of the knee and leg"],
    "The patient was assessed with right wrist tendonitis.": ["right wrist tendonitis"],
    "Treating diagnoses include L5-S1 disc herniation; right lower extremity radiculopathy; and depression secondary to pain.": [
        "L5-S1 disc herniation",
        "right lower extremity radiculopathy",
        "depression secondary to pain",
    ],
    "The provider's diagnoses: cervical discogenic disease; rule out thoracic outlet syndrome.": [
        "cervical discogenic disease",
        "rule out thoracic outlet syndrome",
    ],
    "ICD-9 diagnoses: 847.0 neck sprain, 847.2 lumbar sprain.": ["847.0 neck sprain", "847.2 lumbar sprain"],
    "The pertinent diagnosis is lumbar post-laminectomy syndrome (722.83).": ["lumbar post-laminectomy syndrome (722.83)"],
    "Diagnoses of cervical spondylosis, cervicalgia, and shoulder pain were given.": [
        "cervical spondylosis",
        "cervicalgia",
        "shoulder pain",
    ],
    "Diagnoses of lumbar strain and knee sprain are noted.": ["lumbar strain", "knee sprain"],
    "A physician's progress note dated 4/4/14 noted diagnoses of hand joint pain, tenosynovitis, and trigger finger.": [
        "hand joint pain",
        "tenosynovitis",
        "trigger finger",
    ],
    "Current diagnoses: Lumbar strain; Right knee sprain; Left knee sprain Treatment to date: medications, physical therapy.": [
        "Lumbar strain",
        "Right knee sprain",
        "Left knee sprain",
    ],
    "Diagnosis: Displacement of cervical disc without myelopathy. Treatment: chiropractic.": [
        "Displacement of cervical disc without myelopathy"
    ],
    "This is a patient with the diagnosis of right shoulder impingement syndrome.": ["right shoulder impingement syndrome"],
    "Diagnoses include, but are not limited to, lumbago and cervicalgia.": ["lumbago", "cervicalgia"],
    "Diagnoses include but not limited to: cervical strain; chronic headaches.": ["cervical strain", "chronic headaches"],
    "Diagnoses were listed to include lumbar herniated disc, neck pain and insomnia.": [
        "lumbar herniated disc",
        "neck pain",
        "insomnia",
    ],
    "The patient's medical diagnoses include asthma.": ["asthma"],
    "Diagnosis codes included 724.2 lumbago and 719.46 knee pain.": ["724.2 lumbago", "719.46 knee pain"],
    "The patient has been given the diagnoses of PTSD and panic disorder.": ["PTSD", "panic disorder"],
    "He has the following diagnoses: Sprain of wrist, Pain in limb.": ["Sprain of wrist", "Pain in limb"],
    "Diagnosed with: lumbar stenosis; radiculopathy.": ["lumbar stenosis", "radiculopathy"],
    "The patient was initially diagnosed with contusion of the knee and later with a medial meniscus tear.": [
        "contusion of the knee",
        "medial meniscus tear",
    ],
    "The patient had symptoms. The doctor has diagnosed her with CRPS type I of the left hand.": ["CRPS type I of the left hand"],
    "Relevant diagnoses include right shoulder pain, possible labral tear, and cervical strain, rule out radiculopathy.": [
        "right shoulder pain",
        "possible labral tear",
        "cervical strain",
        "rule out radiculopathy",
    ],
    "The patient's diagnoses consist of lumbar sprain, sacroiliac joint dysfunction, and hip bursitis.": [
        "lumbar sprain",
        "sacroiliac joint dysfunction",
        "hip bursitis",
    ],
    "A pain management consultation on 3/3/15 gave an impression of cervical facet syndrome.": ["cervical facet syndrome"],
    "The treating provider is treating the injured worker for chronic neck pain, cervical disc disease and headaches.": [
        "chronic neck pain",
        "cervical disc disease",
        "headaches",
    ],
    "The injured worker has a history of chronic low back pain, hypertension, and hyperlipidemia.": [
        "chronic low back pain",
        "hypertension",
        "hyperlipidemia",
    ],
    "The medical records reflect a diagnosis of lumbar stenosis with claudication.": ["lumbar stenosis with claudication"],
    "It was reported that the injured worker had diagnoses of thoracic outlet syndrome and fibromyalgia.": [
        "thoracic outlet syndrome",
        "fibromyalgia",
    ],
    "The diagnosis remains lumbar strain with radiculitis.": ["lumbar strain with radiculitis"],
    "Diagnoses: 1.) Lumbar disc protrusion 2.) Lumbar facet hypertrophy 3.) Gastritis secondary to NSAIDs": [
        "Lumbar disc protrusion",
        "Lumbar facet hypertrophy",
        "Gastritis secondary to NSAIDs",
    ],
    "Diagnosis list: #1 cervical strain #2 lumbar strain #3 bilateral wrist sprain.": [
        "cervical strain",
        "lumbar strain",
        "bilateral wrist sprain",
    ],
    "Diagnoses include degenerative joint disease/osteoarthritis of the right knee, and meniscal tear.": [
        "degenerative joint disease/osteoarthritis of the right knee",
        "meniscal tear",
    ],
    "The documented diagnoses were: rotator cuff tear, right; lateral epicondylitis, left.": [
        "rotator cuff tear, right",
        "lateral epicondylitis, left",
    ],
    "The patient is followed for complex regional pain syndrome and depression.": [
        "complex regional pain syndrome",
        "depression",
    ],
    (
        "The diagnoses include opioid type dependence, continuous use; chronic pain syndrome; and other pain disorders "
        "related to psychological factors."
    ): [
        "opioid type dependence, continuous use",
        "chronic pain syndrome",
        "other pain disorders related to psychological factors",
    ],
    "Diagnoses, 07/09/15, included cervical strain, thoracic sprain, and loss of sleep.": [
        "cervical strain",
        "thoracic sprain",
        "loss of sleep",
    ],
    "Diagnoses (3/4/15): lumbar radiculopathy; left knee sprain.": ["lumbar radiculopathy", "left knee sprain"],
    "Diagnosis, per the report of 7/9/15, includes right shoulder impingement and insomnia.": [
        "right shoulder impingement",
        "insomnia",
    ],
    "The diagnoses carried by the treating neurologist are: concussion; cervicalgia.": ["concussion", "cervicalgia"],
    "The diagnoses appearing in the file are lumbar strain and obesity.": ["lumbar strain", "obesity"],
    "The diagnoses entered on the form were wrist sprain, de Quervain's tenosynovitis.": [
        "wrist sprain",
        "de Quervain's tenosynovitis",
    ],
    "He was diagnosed with left carpal tunnel syndrome, mild, per electrodiagnostic testing.": [
        "left carpal tunnel syndrome, mild, per electrodiagnostic testing"
    ],
    "Diagnoses: right knee medial meniscus tear, confirmed by MRI, and chondromalacia.": [
        "right knee medial meniscus tear, confirmed by MRI",
        "chondromalacia",
    ],
    "Impression: lumbar disc herniation, as seen on MRI; radiculitis, by history.": [
        "lumbar disc herniation, as seen on MRI",
        "radiculitis, by history",
    ],
    "The patient has no coronary disease. He is treated for migraine.": ["migraine"],
    "She has no diabetes and no hypertension.": [],
    "The patient's accepted diagnoses are lumbar sprain, cervical sprain.": ["lumbar sprain", "cervical sprain"],
    "The provider's impression at that time was of myofascial pain syndrome.": ["myofascial pain syndrome"],
    "Dx 1) L/S strain 2) R knee DJD": ["L/S strain", "R knee DJD"],
    "Assessment includes major depressive disorder, single episode, and generalized anxiety disorder.": [
        "major depressive disorder, single episode",
        "generalized anxiety disorder",
    ],
    "The working diagnoses of the treating physician remain lumbago and sciatica.": ["lumbago", "sciatica"],
    "Diagnoses rendered were rotator cuff tear and biceps tendinitis.": ["rotator cuff tear", "biceps tendinitis"],
    "Current diagnoses, as of the last visit, are knee osteoarthritis and status post arthroscopy.": [
        "knee osteoarthritis",
        "status post arthroscopy",
    ],
    "She is being followed for fibromyalgia, hypothyroidism and depression.": ["fibromyalgia", "hypothyroidism", "depression"],
    "On 7/9/15 diagnoses were: 1. CRPS right arm. 2. Depression.": ["CRPS right arm", "Depression"],
    "Diagnoses: Lumbar strain. Current medications: Norco.": ["Lumbar strain"],
    "The doctor found a diagnosis of chronic regional pain syndrome, type I, left hand.": [
        "chronic regional pain syndrome, type I, left hand"
    ],
    "The diagnosis for which this request is made is cervical radiculopathy.": ["cervical radiculopathy"],
    "The assessment was that of lateral epicondylitis, right greater than left.": [
        "lateral epicondylitis, right greater than left"
    ],
    "Treating diagnoses consist of the following: (1) bilateral knee pain; (2) lumbar stenosis.": [
        "bilateral knee pain",
        "lumbar stenosis",
    ],
    "A diagnosis was made of right ulnar neuropathy.": ["right ulnar neuropathy"],
    "His diagnosis has been listed as herniated nucleus pulposus, L5-S1.": ["herniated nucleus pulposus, L5-S1"],
    "The diagnoses on file: plantar fasciitis, tarsal tunnel syndrome.": ["plantar fasciitis", "tarsal tunnel syndrome"],
    "Diagnosed conditions are lumbar strain with radiculitis, post-traumatic headache and vertigo.": [
        "lumbar strain with radiculitis",
        "post-traumatic headache",
        "vertigo",
    ],
    "The diagnoses (as of 4/4/16) are bilateral knee pain and right hip bursitis.": ["bilateral knee pain", "right hip bursitis"],
    "Diagnoses from 6/1/15 note: 1. Disc protrusion L4-5. 2. Myalgia.": ["Disc protrusion L4-5", "Myalgia"],
    "Impression, 3/2/14: left shoulder rotator cuff tear, full thickness; AC joint arthritis.": [
        "left shoulder rotator cuff tear, full thickness",
        "AC joint arthritis",
    ],
    "The diagnoses of record are lumbago and knee strain.": ["lumbago", "knee strain"],
    "The diagnoses given by the orthopedist on 3/4/15 were impingement syndrome and labral tear.": [
        "impingement syndrome",
        "labral tear",
    ],
    "She has carried the diagnoses of fibromyalgia and irritable bowel syndrome.": ["fibromyalgia", "irritable bowel syndrome"],
    "His psychological diagnoses are major depression, moderate, and insomnia.": ["major depression, moderate", "insomnia"],
    "The patient was found to have the following diagnoses: cervical spondylosis, radiculitis.": [
        "cervical spondylosis",
        "radiculitis",
    ],
    "The doctor's diagnostic impression is: 1) left wrist ganglion cyst; 2) right thumb CMC arthritis.": [
        "left wrist ganglion cyst",
        "right thumb CMC arthritis",
    ],
    "Medical history is negative for diabetes. She is under care for asthma and knee osteoarthritis.": [
        "asthma",
        "knee osteoarthritis",
    ],
    "There is no history of diabetes.": [],
    "He was diagnosed on 3/2/14 with L3 compression fracture, by CT, and osteoporosis.": [
        "L3 compression fracture, by CT",
        "osteoporosis",
    ],
    "Assessments were lumbar facet syndrome, sacroiliac joint dysfunction, and opioid tolerance.": [
        "lumbar facet syndrome",
        "sacroiliac joint dysfunction",
        "opioid tolerance",
    ],
    "The diagnosis remains complex regional pain syndrome of the left foot.": ["complex regional pain syndrome of the left foot"],
    "The diagnoses are unchanged. Diagnoses: knee pain.": ["knee pain"],
    "Diagnosis of carpal tunnel syndrome was confirmed by EMG.": ["carpal tunnel syndrome"],
    "Diagnostic impressions listed: post-concussive syndrome; cervical strain; PTSD.": [
        "post-concussive syndrome",
        "cervical strain",
        "PTSD",
    ],
    "The applicant's stated diagnoses include chronic neck pain, shoulder pain, and derivative anxiety.": [
        "chronic neck pain",
        "shoulder pain",
        "derivative anxiety",
    ],
    "Diagnoses per Dr. Lee: lumbar stenosis with claudication, diabetes mellitus.": [
        "lumbar stenosis with claudication",
        "diabetes mellitus",
    ],
}


@pytest.mark.parametrize("summary", DIAGNOSES)
def test_diagnoses(summary: str) -> None:
    """Labelled lists are split at their own separators; without a label the conditions stand that the letter states as such."""
    assert read(summary) == DIAGNOSES[summary]


@pytest.mark.parametrize(("words", "told"), [("lumbar radiculopathy", True), ("morbid obesity", True), ("home traction", False)])
def test_words_that_are_called_like_a_condition(words: str, told: bool) -> None:
    """A condition is told by how it is called."""
    assert is_condition(words) is told


@given(any_summary)
def test_any_summary_is_read(summary: str) -> None:
    """Any text gives entries that stand in the letter, each once."""
    found = diagnoses(Page(expert_letter(summary)))
    assert all(f.value and f.spans for f in found)
    assert len({f.value.lower() for f in found}) == len(found)
