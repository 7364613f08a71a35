"""Prior treatments: whole summaries, worded as letters word them. The rules' own examples are tried in `test_baseline_rules`."""

from __future__ import annotations

import pytest
from baseline_samples import any_summary, expert_letter
from hypothesis import given

from llm_extract.baseline.page import Page
from llm_extract.baseline.treatments import prior_treatments


def read(summary: str) -> list[str]:
    """What is read of a letter with this summary."""
    return [found.value for found in prior_treatments(Page(expert_letter(summary)))]


TREATMENTS: dict[str, list[str]] = {
    "Non-surgical care: bracing, ice, two cortisone shots.": ["bracing", "ice", "cortisone shots"],
    (
        "She has been provided 9 sessions of CBT, 1 session of EMDR which she could not tolerate, 8 sessions of physical "
        "therapy for the neck, and a soft cervical collar."
    ): [
        "CBT",
        "EMDR",
        "physical therapy",
        "soft cervical collar",
    ],
    "Over the years there have been aquatic therapy, two caudal epidurals, and a lumbar brace that stays in the truck.": [
        "aquatic therapy",
        "caudal epidurals",
        "lumbar brace",
    ],
    "PSHx: TKA 2/12/13. IVC filter placed 2/20/13. Inpatient rehab 9 d. CPM at home x 3 wks. Cont PT.": [
        "TKA",
        "IVC filter",
        "Inpatient rehab",
        "CPM",
        "PT",
    ],
    "A PTP requests chiropractic care and an LSO. Orders: PT.": [],
    "A night guard is recommended. He may need a root canal. DME: elbow strap x 1.": [],
    (
        "Treatment to date has included medications, physical therapy, chiropractic treatment, acupuncture, lumbar epidural "
        "steroid injection, home exercise program, and work restrictions."
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
        "The patient has had physical therapy, massage, injections and anti-inflammatories without relief. He is requesting "
        "surgery."
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
        "The patient has undergone L5-S1 microdiscectomy and 2 right L5 transforaminal epidural steroid injections with 60% "
        "relief."
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
        "The applicant has received extensive physical therapy, chiropractic manipulative therapy and acupuncture over the "
        "course of the claim."
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
    (
        "Treatment to date has included physical therapy, acupuncture, chiropractic care, epidural steroid injections, and "
        "medications."
    ): [
        "physical therapy",
        "acupuncture",
        "chiropractic care",
        "epidural steroid injections",
    ],
    "Conservative care has consisted of physical therapy, NSAIDs, activity modification and a home exercise program.": [
        "physical therapy",
        "activity modification",
        "home exercise program",
    ],
    "Prior treatment includes physical therapy x 24, 2 ESIs, chiropractic x 12, and Norco.": [
        "physical therapy",
        "ESIs",
        "chiropractic",
    ],
    "The patient is status post ACDF C5-6 in 2011.": ["ACDF"],
    "The patient has failed physical therapy, acupuncture, NSAIDs and injections.": [
        "physical therapy",
        "acupuncture",
        "injections",
    ],
    "The injured worker has undergone lumbar fusion at L4-S1 in 2010 and hardware removal in 2012.": [
        "lumbar fusion",
        "hardware removal",
    ],
    "Past treatments included chiropractic care, TENS unit, and hot/cold therapy.": [
        "chiropractic care",
        "TENS unit",
        "hot/cold therapy",
    ],
    (
        "Previous treatments have included medications, 18 sessions of physical therapy, 6 acupuncture visits and two "
        "cortisone injections to the right shoulder."
    ): [
        "physical therapy",
        "acupuncture",
        "cortisone injections",
    ],
    "He is status post right total knee arthroplasty on 3/4/13.": ["total knee arthroplasty"],
    "The patient is status post L4-5 laminectomy and discectomy.": ["laminectomy", "discectomy"],
    "Surgical history includes left knee arthroscopy with meniscectomy, and right shoulder subacromial decompression.": [
        "knee arthroscopy",
        "meniscectomy",
        "shoulder subacromial decompression",
    ],
    "Treatments to date: aquatic therapy, massage therapy, and psychotherapy.": [
        "aquatic therapy",
        "massage therapy",
        "psychotherapy",
    ],
    "The patient has had 3 lumbar epidural injections, with the last on 1/5/14.": ["lumbar epidural injections"],
    "She completed 12 visits of postoperative physical therapy.": ["postoperative physical therapy"],
    "Treatment has included rest, ice, heat, NSAIDs, bracing and work restrictions.": [
        "rest",
        "ice",
        "heat",
        "bracing",
        "work restrictions",
    ],
    "He underwent arthroscopic rotator cuff repair, distal clavicle resection and biceps tenodesis on 2/2/12.": [
        "arthroscopic rotator cuff repair",
        "distal clavicle resection",
        "biceps tenodesis",
    ],
    "Prior treatments include medial branch blocks, radiofrequency ablation, and a spinal cord stimulator trial.": [
        "medial branch blocks",
        "radiofrequency ablation",
        "spinal cord stimulator trial",
    ],
    "The patient had a spinal cord stimulator implanted in 2009.": ["spinal cord stimulator"],
    (
        "Treatment to date has included cervical spine surgery, sympathetic blocks, stellate ganglion blocks and a "
        "functional restoration program."
    ): [
        "cervical spine surgery",
        "sympathetic blocks",
        "stellate ganglion blocks",
        "functional restoration program",
    ],
    "The injured worker has been treated conservatively with physical therapy, home exercises, H-wave and medications.": [
        "physical therapy",
        "home exercises",
        "H-wave",
    ],
    "Treatments have included wrist splints, occupational therapy and a carpal tunnel injection.": [
        "wrist splints",
        "occupational therapy",
        "carpal tunnel injection",
    ],
    "The patient attended 6 sessions of cognitive behavioral therapy and biofeedback.": [
        "cognitive behavioral therapy",
        "biofeedback",
    ],
    "Treatment to date: PT, HEP, TENS, LESI, NSAIDs.": ["PT", "HEP", "TENS", "LESI"],
    "The claimant has had extensive treatment including physical therapy, manipulation, and trigger point injections.": [
        "physical therapy",
        "manipulation",
        "trigger point injections",
    ],
    "Conservative treatment has included 12 chiropractic treatments.": ["chiropractic treatments"],
    "The patient had previous surgeries including a left carpal tunnel release and a right cubital tunnel release.": [
        "carpal tunnel release",
        "cubital tunnel release",
    ],
    "He received a left shoulder corticosteroid injection with good relief.": ["shoulder corticosteroid injection"],
    "The patient received viscosupplementation injections for the knee.": ["viscosupplementation injections"],
    "She has tried acupuncture without benefit.": ["acupuncture"],
    "He is participating in a home exercise program.": ["home exercise program"],
    "The patient reported that the TENS unit was helpful.": ["TENS unit"],
    "The patient uses a TENS unit and a back brace.": ["TENS unit", "back brace"],
    "The injured worker is utilizing a home exercise program, ice and heat.": ["home exercise program", "ice", "heat"],
    (
        "Treatment modalities included shockwave therapy, localized intense neurostimulation therapy and chiropractic "
        "manipulation."
    ): [
        "shockwave therapy",
        "localized intense neurostimulation therapy",
        "chiropractic manipulation",
    ],
    "Prior therapies include: physical therapy, epidural steroid injection, facet injections.": [
        "physical therapy",
        "epidural steroid injection",
        "facet injections",
    ],
    (
        "Thus far, the applicant has been treated with analgesic medications, opioid therapy, unspecified amounts of "
        "physical therapy and extensive periods of time off of work."
    ): ["physical therapy"],
    "The patient's previous treatments have included physical therapy and work hardening.": [
        "physical therapy",
        "work hardening",
    ],
    "The patient underwent an anterior cervical discectomy and fusion at C5-C6 and C6-C7 on June 4, 2012.": [
        "anterior cervical discectomy and fusion"
    ],
    "S/P right knee arthroscopy 4/4/14, s/p lumbar fusion.": ["knee arthroscopy", "lumbar fusion"],
    "Left knee surgery was performed on 3/3/14.": ["knee surgery"],
    "He had 2 knee surgeries, PT and injections to the knee.": ["knee surgeries", "PT", "injections"],
    "Post-operatively he received 24 sessions of therapy.": ["therapy"],
    "The patient has undergone multiple surgeries including bilateral knee replacements.": ["knee replacements"],
    "The patient is currently attending physical therapy twice a week.": ["physical therapy"],
    "The patient was given a lumbar support and an ergonomic chair.": ["lumbar support"],
    "The patient was placed in a short leg cast and later a walking boot.": ["short leg cast", "walking boot"],
    "The physician requested physical therapy. The patient has never had acupuncture.": [],
    "Treatment plan included physical therapy, acupuncture and Norco.": [],
    "The treatment plan includes a request for a lumbar epidural steroid injection.": [],
    "The patient is a candidate for lumbar fusion.": [],
    "Surgery was recommended. He wishes to avoid surgery.": [],
    "The patient was authorized for 12 sessions of physical therapy but has not yet started.": [],
    "Utilization review denied chiropractic treatment and acupuncture on 3/3/14.": [],
    "The patient has not had any injections or surgery.": [],
    "He denies any prior surgery.": [],
    "No prior physical therapy was documented.": [],
    "She would like to proceed with carpal tunnel release.": [],
    "The patient should continue physical therapy and home exercise program.": ["physical therapy", "home exercise program"],
    "The patient underwent two-level cervical fusion with instrumentation in 2009 and removal of hardware in 2010.": [
        "cervical fusion",
        "removal of hardware",
    ],
    "Treatment consisted of medication, physiotherapy, extracorporeal shock wave therapy, and interferential unit.": [
        "physiotherapy",
        "extracorporeal shock wave therapy",
        "interferential unit",
    ],
    "Treatment has consisted of splinting, stretching, iontophoresis, and night splints.": [
        "splinting",
        "stretching",
        "iontophoresis",
        "night splints",
    ],
    (
        "The injured worker has received the following treatments: Norco, physical therapy, lumbar sympathetic block, and "
        "ketamine infusion."
    ): [
        "physical therapy",
        "lumbar sympathetic block",
        "ketamine infusion",
    ],
    "Treatments to date include laser therapy, myofascial release, kinesiotaping, and traction.": [
        "laser therapy",
        "myofascial release",
        "kinesiotaping",
        "traction",
    ],
    "Other therapies included paraffin bath, electrical stimulation, and infrared therapy.": [
        "paraffin bath",
        "electrical stimulation",
        "infrared therapy",
    ],
    "Treatment has included diagnostics, cryotherapy, pool therapy, self-directed exercises and a cane.": [
        "cryotherapy",
        "pool therapy",
        "self-directed exercises",
    ],
    "He had bilateral L3, L4 and L5 medial branch blocks on 4/4/14 with 80% pain reduction.": ["medial branch blocks"],
    "The patient had an L5-S1 transforaminal ESI in March 2013.": ["transforaminal ESI"],
    "The patient underwent radiofrequency neurotomy in 2013.": ["radiofrequency neurotomy"],
    (
        "Treatment to date has included pain medications, right wrist surgery x 2 (2010, 2012), hand therapy (24 sessions), "
        "and a Dynasplint."
    ): [
        "wrist surgery",
        "hand therapy",
        "Dynasplint",
    ],
    "The patient had open reduction and internal fixation of the left ankle.": ["open reduction and internal fixation"],
    "The claimant is status post ORIF of the distal radius.": ["ORIF"],
    "The patient has had two lumbar surgeries.": ["lumbar surgeries"],
    "The patient had a left inguinal hernia repair in 2011.": ["inguinal hernia repair"],
    "She underwent right thumb CMC arthroplasty and De Quervain's release.": ["thumb CMC arthroplasty", "De Quervain's release"],
    "Prior treatments were chiropractic manipulation, massage, and a gym membership.": [
        "chiropractic manipulation",
        "massage",
        "gym membership",
    ],
    "He has been treated with physical therapy (12 sessions), acupuncture (6 sessions), and medications (Norco, Soma).": [
        "physical therapy",
        "acupuncture",
    ],
    "The patient has completed a total of 24 PT visits and 8 chiropractic sessions.": ["PT", "chiropractic sessions"],
    "He responded well to a prior ESI.": ["ESI"],
    "The previous lumbar ESI gave 50% relief for 8 weeks.": ["lumbar ESI"],
    "Prior ESI on 3/3/14 provided 60% relief. A repeat ESI is requested.": ["ESI"],
    (
        "The worker has been treated with: Physical therapy; Medications; Lumbar epidural steroid injections; Psychological "
        "counseling."
    ): [
        "Physical therapy",
        "Lumbar epidural steroid injections",
        "Psychological counseling",
    ],
    "Treatment to date has included left shoulder arthroscopy, subacromial decompression, debridement, and Mumford procedure.": [
        "shoulder arthroscopy",
        "subacromial decompression",
        "debridement",
        "Mumford procedure",
    ],
    "The patient underwent gastric bypass and cholecystectomy.": ["gastric bypass", "cholecystectomy"],
    "The patient had a coronary artery bypass graft in 2004.": ["coronary artery bypass graft"],
    "He has undergone kyphoplasty and vertebroplasty.": ["kyphoplasty", "vertebroplasty"],
    "Treatment included Botox injections, occipital nerve blocks, and physical therapy.": [
        "Botox injections",
        "occipital nerve blocks",
        "physical therapy",
    ],
    "The patient received 4 sessions of ESWT and 3 PRP injections.": ["ESWT", "PRP injections"],
    "The patient completed 160 hours of a functional restoration program.": ["functional restoration program"],
    "The injured worker's treatments have included home physical therapy, a walker, CPM machine, and a cold therapy unit.": [
        "home physical therapy",
        "CPM machine",
        "cold therapy unit",
    ],
    "He received injections into the sacroiliac joint.": ["injections"],
    "Bilateral sacroiliac joint injections were performed on 5/5/14.": ["sacroiliac joint injections"],
    "The patient has had an intrathecal pump since 2008.": ["intrathecal pump"],
    "He has undergone physical therapy with no improvement.": ["physical therapy"],
    "Treatment has been conservative with physical therapy and medication.": ["physical therapy"],
    "She was treated initially with rest, medications, and six visits of physical therapy.": ["rest", "physical therapy"],
    "The patient's treatment history includes activity modification, ergonomic adjustments and corticosteroid injections.": [
        "activity modification",
        "ergonomic adjustments",
        "corticosteroid injections",
    ],
    "Previous operative procedures include right knee arthroscopy (2008) and left L4-5 microdiscectomy (2010).": [
        "knee arthroscopy",
        "microdiscectomy",
    ],
    "The patient had surgery to the left knee in 2012.": ["surgery"],
    "Treatment thus far includes oral medications, topical creams, a soft cervical collar and 6 PT sessions.": [
        "soft cervical collar",
        "PT",
    ],
    "The patient has trialed TENS, ice packs and heat pads.": ["TENS", "ice packs", "heat pads"],
    "He underwent a left L5-S1 hemilaminotomy, foraminotomy and microdiscectomy.": [
        "hemilaminotomy",
        "foraminotomy",
        "microdiscectomy",
    ],
    "The patient had facet blocks, rhizotomy, and disc replacement at C5-6.": ["facet blocks", "rhizotomy", "disc replacement"],
    "The patient was treated with modified duty, PT, and orthotics.": ["PT", "orthotics"],
    "The injured worker was provided a right elbow brace, and attended hand therapy.": ["elbow brace", "hand therapy"],
    "She is receiving individual psychotherapy and group therapy.": ["individual psychotherapy", "group therapy"],
    "Treatment to date has included Norco, Soma, Ambien.": [],
    "Past treatment included a trial of opioids.": [],
    "The patient underwent an MRI and EMG.": [],
    "Status post left shoulder arthroscopic surgery, with a residual range of motion deficit.": ["shoulder arthroscopic surgery"],
    (
        "Treatment to date has included: medications (including Norco), diagnostic studies, physical therapy (no benefit), "
        "and back surgery."
    ): [
        "physical therapy",
        "back surgery",
    ],
    "Treatment to date has included land-based and aquatic physical therapy, and individual and group psychotherapy.": [
        "land-based and aquatic physical therapy",
        "individual and group psychotherapy",
    ],
    "She completed 12 visits of physical and occupational therapy.": ["physical and occupational therapy"],
    "He has had cervical and lumbar epidural steroid injections.": ["cervical and lumbar epidural steroid injections"],
    "The patient was treated with ibuprofen and physical therapy.": ["physical therapy"],
    "The patient had post surgical physical therapy and a home based exercise program.": [
        "post surgical physical therapy",
        "home based exercise program",
    ],
    "She received post-op therapy after a remote hysterectomy.": ["post-op therapy", "hysterectomy"],
    "He had an uncomplicated cholecystectomy and a distant tonsillectomy.": ["cholecystectomy", "tonsillectomy"],
    "Past surgical history is significant for cesarean section, appendectomy and tubal ligation.": [
        "cesarean section",
        "appendectomy",
        "tubal ligation",
    ],
    "He completed inpatient rehabilitation and an outpatient detoxification.": [
        "inpatient rehabilitation",
        "outpatient detoxification",
    ],
    "Treatment has included computerized lumbar traction, localized heat, and graded motor imagery therapy.": [
        "computerized lumbar traction",
        "localized heat",
        "graded motor imagery therapy",
    ],
    "He underwent open reduction and internal fixation of the tibia. Diagnoses: status post ORIF tibia, knee pain.": [
        "open reduction and internal fixation"
    ],
    "He had bilateral total knee arthroplasties in 2010. He is status post TKA.": ["total knee arthroplasties"],
    "He had a right total hip replacement. The right THA is well positioned.": ["total hip replacement"],
    (
        "The patient underwent left shoulder arthroscopy, distal clavicle excision and subacromial decompression. "
        "Impression: status post arthroscopic subacromial decompression."
    ): [
        "shoulder arthroscopy",
        "distal clavicle excision",
        "subacromial decompression",
    ],
    "She underwent carpal tunnel release in 2012. She has had pain since the surgery.": ["carpal tunnel release"],
    "He has had lumbar epidural injections; the injections helped for two weeks.": ["lumbar epidural injections"],
    "The patient has been treated with: NSAIDs; ten sessions of acupuncture; and a series of visits.": ["acupuncture"],
    "The plan of care included refills, laboratory testing, and a request for authorization for therapy.": [],
    "He has a lumbar brace which he wears at work.": ["lumbar brace"],
    "A TENS unit was applied in the office for 20 minutes.": ["TENS unit"],
    "The MRI showed an intact repair and postsurgical changes.": [],
    "He was given a sling with abduction pillow and an ice machine.": ["sling with abduction pillow", "ice machine"],
    "Treatments since: bed rest, crutches, dry needling, and cupping.": ["bed rest", "dry needling", "cupping"],
    "He has been through vocational rehabilitation and attends AA meetings.": ["vocational rehabilitation"],
    "She had stent placement in 2012 and cataract extraction.": ["stent placement", "cataract extraction"],
    "He was hospitalized for four days and had debridement of the wound and a split thickness skin graft.": [
        "debridement",
        "split thickness skin graft",
    ],
    "The patient received manual therapy, myofascial release and electrical stimulation.": [
        "manual therapy",
        "myofascial release",
        "electrical stimulation",
    ],
    "Therapy has been helpful. He has attended 12 physical therapy visits.": ["physical therapy"],
    "He was treated with a short course of physical therapy and a long trial of NSAIDs.": ["physical therapy"],
    "She underwent an emergency fasciotomy and later a delayed primary closure.": ["fasciotomy"],
    "Two platelet rich plasma injections gave no relief; viscosupplementation was tried.": [
        "platelet rich plasma injections",
        "viscosupplementation",
    ],
    "He was issued crutches and a CAM walker boot.": ["CAM walker boot"],
    "Treatment has consisted of supervised exercise, mirror therapy and stellate ganglion blocks x3.": [
        "exercise",
        "mirror therapy",
        "stellate ganglion blocks",
    ],
    (
        "Treatment history: L5-S1 laminectomy/discectomy 2005; bilateral SI joint injections 2013; radiofrequency "
        "ablation L3-5 2014."
    ): [
        "laminectomy/discectomy",
        "SI joint injections",
        "radiofrequency ablation",
    ],
    "The injured worker's treatment included modified duty, diagnostic ultrasound and hand therapy.": ["hand therapy"],
    "He uses a BiPAP machine and an interferential stimulator.": ["BiPAP machine", "interferential stimulator"],
    "She had a left knee partial lateral meniscectomy with chondroplasty in 2011.": [
        "knee partial lateral meniscectomy",
        "chondroplasty",
    ],
    "She has attended land-based and pool therapy, which helped.": ["land-based and pool therapy"],
    "The patient underwent thoracic and lumbar facet injections in 2014.": ["thoracic and lumbar facet injections"],
    "He was treated with gabapentin and occupational therapy.": ["occupational therapy"],
    "Post-surgical therapy was completed, as well as a course of water based exercise.": [
        "Post-surgical therapy",
        "water based exercise",
    ],
    "He is status post operative repair of the tendon.": ["operative repair"],
    "Her surgical history includes a C-section, an urgent appendectomy and a routine hernia repair.": [
        "C-section",
        "appendectomy",
        "hernia repair",
    ],
    "He went through alcohol detoxification and cardiac rehabilitation.": ["alcohol detoxification", "cardiac rehabilitation"],
    "He had a total knee replacement in 2012. Diagnoses: status post right TKR; lumbago.": ["total knee replacement"],
    (
        "She underwent right shoulder arthroscopic debridement and distal clavicle resection. Assessment: s/p "
        "arthroscopic distal clavicle resection."
    ): [
        "shoulder arthroscopic debridement",
        "distal clavicle resection",
    ],
    "He underwent anterior cervical discectomy and fusion in 2011. He has had neck pain since the operation.": [
        "anterior cervical discectomy and fusion"
    ],
    "Treatment: eight visits; physical therapy; modified duty; refills of Norco.": ["physical therapy"],
    "She is independent in a home based program and uses a BiPAP machine.": ["home based program", "BiPAP machine"],
    "A knee immobilizer was applied in the emergency room and crutches were given.": ["knee immobilizer"],
    "She has an ankle brace that she wears when walking.": ["ankle brace"],
    "He had cold laser therapy and targeted muscle reinnervation therapy.": [
        "cold laser therapy",
        "targeted muscle reinnervation therapy",
    ],
    "The patient has had 24 sessions of therapy and acupuncture.": ["acupuncture"],
    "An x-ray showed healed fracture after the prior fixation.": [],
    "He has not had surgery. Cortisone injections and a wrist splint were tried.": ["Cortisone injections", "wrist splint"],
    "The patient is treated with Norco, a cane, home exercise and aquatic exercise.": ["home exercise", "aquatic exercise"],
    "He was hospitalized and underwent incision and drainage.": ["incision and drainage"],
    "Treatment to date: extracorporeal shock wave therapy x3, LINT, trigger point impedance imaging.": [
        "extracorporeal shock wave therapy",
        "LINT",
    ],
    "She underwent left L5-S1 hemilaminectomy and microdiscectomy and a spinal cord stimulator trial.": [
        "hemilaminectomy",
        "microdiscectomy",
        "spinal cord stimulator trial",
    ],
}


@pytest.mark.parametrize("summary", TREATMENTS)
def test_prior_treatments(summary: str) -> None:
    """A treatment is its noun with the words before it, without side, level, count and date; asked for or denied it is none."""
    assert read(summary) == TREATMENTS[summary]


@given(any_summary)
def test_any_summary_is_read(summary: str) -> None:
    """Any text gives entries that stand in the letter, each once."""
    found = prior_treatments(Page(expert_letter(summary)))
    assert all(f.value and f.spans for f in found)
    assert len({f.value.lower() for f in found}) == len(found)
