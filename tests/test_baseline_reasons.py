"""Reasons: sentences worded as reviewers word them, and what kinds of sentence give none.

The rules' own examples are tried in `test_baseline_rules`.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline import reasons as reading
from llm_extract.baseline import reasons_benefit, reasons_sentences
from llm_extract.baseline.page import Page, sentences
from llm_extract.baseline.reasons import read_reasons
from llm_extract.baseline.reasons_sentences import kind_of
from llm_extract.baseline.rulebook import matters
from llm_extract.engine import Found
from llm_extract.letters import Letter
from llm_extract.schema import Decision
from llm_extract.sections import Part


def found(rationale: str, decision: Decision = "upheld") -> tuple[Found, ...]:
    """The reasons of one rationale."""
    page = Page(Letter("letter", "", "", rationale))
    return read_reasons(page, Part(0, len(page.text)), decision)


def codes(rationale: str, decision: Decision = "upheld") -> set[str]:
    """Their codes."""
    return {f.value for f in found(rationale, decision)}


RATIONALES: dict[str, set[str]] = {
    "The MTUS limits it to two or three weeks. Fourteen months of fills is not that.": {"long_term_use"},
    "The worker has had no headaches for a year. A TENS unit was never prescribed.": {"first_line_not_tried"},
    "The guideline has 24 visits. The ten requested would bring the total to 31.": {"exceeds_guideline"},
    "I have no quarrel with the benefit. The dose is 270 mg, against a ceiling of 120.": {"exceeds_guideline"},
    "There is no documentation of failure of first-line therapy.": {"first_line_not_tried"},
    "In this case, the patient has been taking Norco since at least 2012 and there is no evidence of functional improvement.": {
        "no_functional_improvement"
    },
    "The treating physician does not provide a rationale for the request.": {"missing_documentation"},
    "The medical records do not document any objective functional improvement from prior chiropractic.": {
        "no_functional_improvement"
    },
    "There is no evidence that the patient has failed a trial of antidepressants or anticonvulsants.": {"first_line_not_tried"},
    "The request exceeds the guideline recommendations.": {"exceeds_guideline"},
    "Therefore, the request for 12 sessions exceeds guideline recommendations and is not medically necessary.": {
        "exceeds_guideline"
    },
    "The patient is not at intermediate risk of a GI event.": {"criteria_not_met"},
    "There is no documentation that the patient is at risk for gastrointestinal events.": {"criteria_not_met"},
    "The guidelines do not support the use of compounded topical medications.": {"not_recommended"},
    "There are no red flag conditions documented.": {"criteria_not_met"},
    "There is no documentation of radiculopathy on physical exam.": {"criteria_not_met"},
    "There is a lack of documentation of the efficacy of the medication.": {"no_functional_improvement"},
    "The request as submitted failed to indicate the frequency of the medication.": {"missing_documentation"},
    "Additionally, the request does not specify the frequency or quantity.": {"missing_documentation"},
    "As the primary service is not supported, this associated service is also not supported.": {"depends_on_denied"},
    (
        "The patient has completed 24 visits of PT without documented benefit and should be transitioned to a home exercise "
        "program."
    ): {"no_functional_improvement"},
    "The patient is not homebound.": {"criteria_not_met"},
    "There is no documentation of CURES, UDS or an opioid agreement.": {"no_monitoring"},
    (
        "The four A's are not specifically addressed, including discussions regarding adverse effects, aberrant drug "
        "behavior and specific ADL's."
    ): {
        "no_functional_improvement",
        "no_monitoring",
    },
    (
        "The MTUS does not recommend long term use of muscle relaxants and recommends no more than 2-3 weeks. The treater is "
        "requesting #60 and does not mention short-term use."
    ): {"long_term_use"},
    "There was no evidence of a neurological deficit on exam.": {"criteria_not_met"},
    "The patient has chronic pain and there are no acute exacerbations.": {"criteria_not_met"},
    "The patient's pain has been unchanged at 8/10.": {"no_functional_improvement"},
    "The records fail to document significant functional improvement as a result of the medication.": {
        "no_functional_improvement"
    },
    "The patient does not meet the criteria.": {"criteria_not_met"},
    "Guidelines do not recommend Soma for long-term use. The patient has been using it since 2012.": {"long_term_use"},
    "Submitted reports have not demonstrated any functional improvement from treatment already rendered.": {
        "no_functional_improvement"
    },
    "There is no report of new injury, acute flare-up, or progressive change in clinical findings.": {"criteria_not_met"},
    "The claimant was on the medication for several months. Long-term use is not recommended.": {"long_term_use"},
    "There was no mention of Tylenol, NSAID, Tricyclic or weaning failure.": {"first_line_not_tried"},
    "The claimant had been on NSAIDs for several months without noted functional improvement.": {"no_functional_improvement"},
    "Submitted reports have not demonstrated clear specific functional deficits or findings to support the request.": {
        "criteria_not_met"
    },
    "It is unclear why the patient needs two NSAIDs.": {"missing_documentation"},
    "The provider has not documented evidence of derived functional benefit.": {"no_functional_improvement"},
    "Topical gabapentin is not recommended per MTUS. Consequently the whole compound is not recommended.": {"not_recommended"},
    (
        "Any compounded product that contains at least one drug that is not recommended is not recommended. This compound "
        "contains topical cyclobenzaprine, which is not supported."
    ): {"not_recommended"},
    "ODG does not recommend this device. The request is not medically necessary.": {"not_recommended"},
    "The patient does not have a diagnosis of diabetic neuropathy.": {"criteria_not_met"},
    "There is no indication that the patient has had an inadequate response or has neuropathic pain.": {"criteria_not_met"},
    "Since the surgery is not medically necessary, the associated request is not medically necessary.": {"depends_on_denied"},
    "The associated surgical request is not certified, therefore this is not necessary.": {"depends_on_denied"},
    "MTUS allows 10 visits. The patient has already had 18 visits, and the additional 12 exceed what is recommended.": {
        "exceeds_guideline"
    },
    "There was no quantified improvement in pain or function with the prior ESI, i.e. 50% relief for six to eight weeks.": {
        "no_functional_improvement"
    },
    "MRI does not show nerve root compression that corroborates the examination.": {"criteria_not_met"},
    "The combination of opioids and benzodiazepines increases the risk of respiratory depression and overdose.": {"safety"},
    (
        "Benzodiazepines are not recommended for long-term use. The patient has been taking Xanax for years. Chronic use "
        "increases his risk of dependence and overdose."
    ): {
        "long_term_use",
        "safety",
    },
    "The patient has not exhausted conservative treatment.": {"first_line_not_tried"},
    "There is no documentation that TENS was trialed for one month.": {"first_line_not_tried"},
    "The reports do not contain a recent physical examination.": {"missing_documentation"},
    "No medical reports were provided that discuss this request.": {"missing_documentation"},
    "The number of previous acupuncture visits is not documented.": {"missing_documentation"},
    "The current records show no decrease in medication use or work restrictions with acupuncture.": {
        "no_functional_improvement"
    },
    "The patient does not have signs of instability and there are no plans for surgery.": {"criteria_not_met"},
    "There is no evidence of risk assessment profile, attempt at weaning, or an updated and signed pain contract.": {
        "no_monitoring"
    },
    (
        "There is no documentation of pain relief, functional improvement, consistent urine drug screens or lack of aberrant "
        "behavior."
    ): {
        "no_functional_improvement",
        "no_monitoring",
    },
    "The request does not include the body part to be treated.": {"missing_documentation"},
    "The current MED is 240 mg, which is above the recommended 120 mg.": {"exceeds_guideline"},
    "The patient remains off work and there is no mention of improved function.": {"no_functional_improvement"},
    "There are no physical exam findings that would warrant repeat electrodiagnostic studies.": {"criteria_not_met"},
    "The patient already has a TENS unit at home.": {"other"},
    "There is no documentation of objective functional improvement with this medication.": {"no_functional_improvement"},
    "The records do not reflect functional gains from the prior therapy.": {"no_functional_improvement"},
    "There is no indication in the records that the Norco has improved the patient's pain or function.": {
        "no_functional_improvement"
    },
    "The patient has been on this medication without any demonstrated benefit.": {"no_functional_improvement"},
    "The progress notes fail to show that this medication lowers the pain scores.": {"no_functional_improvement"},
    "No functional benefit has been documented from the previous sessions of acupuncture.": {"no_functional_improvement"},
    "There is insufficient documentation of functional benefit from chiropractic care to date.": {"no_functional_improvement"},
    "The injured worker's response to previous physical therapy is not documented.": {"no_functional_improvement"},
    "The reports show no significant change in the patient's pain level or activities with use of this drug.": {
        "no_functional_improvement"
    },
    "The patient continues to report severe pain at 8-9/10 despite the use of this medication.": {"no_functional_improvement"},
    "The VAS scores have remained at 7/10 over the last three visits.": {"no_functional_improvement"},
    (
        "The attending provider failed to outline any quantifiable decrements in pain or material improvements in function "
        "effected as a result of ongoing Norco usage."
    ): {"no_functional_improvement"},
    "The applicant remains off of work, on total temporary disability, despite ongoing usage of Norco.": {
        "no_functional_improvement"
    },
    "The applicant's work status and work restrictions were seemingly unchanged from visit to visit.": {
        "no_functional_improvement"
    },
    "All of the foregoing, taken together, suggests a lack of functional improvement as defined in MTUS 9792.20f.": {
        "no_functional_improvement"
    },
    "The applicant has failed to demonstrate any lasting benefit or functional improvement with earlier acupuncture.": {
        "no_functional_improvement"
    },
    "There was little evidence to show functional gain with its use.": {"no_functional_improvement"},
    "Pain relief and increased level of function are not described.": {"no_functional_improvement"},
    "It is not evident that the patient has derived any benefit from the medication.": {"no_functional_improvement"},
    "The documentation does not support that the patient has had a measurable improvement.": {"no_functional_improvement"},
    "The efficacy of the medication was not documented.": {"no_functional_improvement"},
    "There is no mention of a reduction in the use of oral medications with the TENS unit.": {"no_functional_improvement"},
    "Efficacy of prior treatment has not been established in the notes provided.": {"no_functional_improvement"},
    "The clinical notes lacked evidence of an objective assessment of the patient's pain relief.": {"no_functional_improvement"},
    "The provider did not document how the medication helps the patient in activities of daily living.": {
        "no_functional_improvement"
    },
    "Functional improvement with prior ESI was not noted, nor was a reduction of medication.": {"no_functional_improvement"},
    "The patient reports ongoing pain and there's no evidence that his quality of life has improved.": {
        "no_functional_improvement"
    },
    "The injured worker reported that the medication provides no relief.": {"no_functional_improvement"},
    "The patient did not benefit from the first injection.": {"no_functional_improvement"},
    "There is no evidence of increased function or decreased pain from continued use.": {"no_functional_improvement"},
    "Despite 24 sessions of therapy, the claimant has made no measurable progress.": {"no_functional_improvement"},
    "The available record does not establish that the patient got better with the previous therapy.": {
        "no_functional_improvement"
    },
    "There is a lack of objective evidence that the medication is effective.": {"no_functional_improvement"},
    "Prior physical therapy did not result in functional improvement.": {"no_functional_improvement"},
    "The prior injection gave less than 50% relief.": {"no_functional_improvement"},
    "The patient had only two weeks of relief from the last epidural injection.": {"no_functional_improvement"},
    "The patient has been on this muscle relaxant for longer than the 2-3 weeks recommended.": {"long_term_use"},
    "The patient has been utilizing cyclobenzaprine since at least January 2014, which exceeds the recommended short course.": {
        "long_term_use"
    },
    "The quantity requested implies long-term use, which is not supported.": {"long_term_use"},
    "Guidelines limit use to 4 weeks, and this patient has been prescribed Xanax for over two years.": {"long_term_use"},
    "The patient has been using Ambien on a chronic basis.": {"long_term_use"},
    "This medication is intended for short-term use, and the injured worker has been taking it for six months.": {
        "long_term_use"
    },
    "Chronic use of this medication is not supported by the guidelines.": {"long_term_use"},
    "The request for 60 tablets would suggest long-term use.": {"long_term_use"},
    "MTUS does not support the long-term use of benzodiazepines. The patient has been taking Ativan since 2011.": {
        "long_term_use"
    },
    "The records indicate the medication has been used long-term.": {"long_term_use"},
    (
        "The 90-tablet, 2-refill supply of cyclobenzaprine at issue represents treatment well in excess of the short course "
        "of therapy for which it is recommended."
    ): {"long_term_use"},
    (
        "The continued use of zolpidem is not in accordance with the ODG, which recommends it for two to six weeks. He has "
        "used it since 2012."
    ): {"long_term_use"},
    "The patient has already exceeded the recommended duration of treatment.": {"long_term_use"},
    "The injured worker has been on proton pump inhibitors for an extended period of time, beyond what is recommended.": {
        "long_term_use"
    },
    "This is not a short-term prescription.": {"long_term_use"},
    "The frequency of use was not provided in the request.": {"missing_documentation"},
    "The request does not specify the body part or the number of units.": {"missing_documentation"},
    "The request as submitted does not include dosage and frequency.": {"missing_documentation"},
    "There is no rationale provided for the request.": {"missing_documentation"},
    "The medical necessity for the consultation was not explained by the provider.": {"missing_documentation"},
    "It is not clear from the records why a second opinion is needed.": {"missing_documentation"},
    "It is unclear how many sessions of physical therapy have been completed to date.": {"missing_documentation"},
    "The operative report was not included for review.": {"missing_documentation"},
    "The number of prior therapy sessions is unknown.": {"missing_documentation"},
    "The treating physician has not specified the reason for the request.": {"missing_documentation"},
    "No progress note discussing this request is available.": {"missing_documentation"},
    "There is no discussion as to why the patient requires a brand-name medication.": {"missing_documentation"},
    "The report with the request was not provided for review.": {"missing_documentation"},
    "Without further clarification of the goals of treatment, the request cannot be supported.": {"missing_documentation"},
    "The treater does not explain why this is being requested.": {"missing_documentation"},
    "There is no current physical examination documented.": {"missing_documentation"},
    "The date of the last study was not provided.": {"missing_documentation"},
    "The results of the previous MRI are not available for review.": {"missing_documentation"},
    "The documentation submitted for review does not include a recent assessment of the knee.": {"missing_documentation"},
    "The physician's RFA was missing from the records.": {"missing_documentation"},
    "The duration and frequency of treatment were not specified.": {"missing_documentation"},
    "The provider's rationale for the request was not within the documentation.": {"missing_documentation"},
    "There is no treatment plan with specific goals.": {"missing_documentation"},
    "The requesting physician has not provided the indication for this test.": {"missing_documentation"},
    "The body part to be treated has not been identified.": {"missing_documentation"},
    "No documentation was submitted to support the request.": {"missing_documentation"},
    "There is a lack of clinical information supporting the request.": {"missing_documentation"},
    "Details on prior therapy were not supplied.": {"missing_documentation"},
    "There is no evidence of urine drug screening, a signed opioid agreement, or CURES review.": {"no_monitoring"},
    "The provider did not address aberrant drug-related behaviors.": {"no_monitoring"},
    "There was no recent urine drug screen provided to verify compliance.": {"no_monitoring"},
    "No opioid pain agreement is on file.": {"no_monitoring"},
    "The inconsistent UDS results were not addressed by the provider.": {"no_monitoring"},
    "Monitoring for aberrant behavior is not shown.": {"no_monitoring"},
    "There is no documentation of the 4 A's.": {"no_monitoring"},
    (
        "There is lack of ongoing review and documentation of pain relief, functional status, appropriate medication use, "
        "and side effects."
    ): {"no_functional_improvement"},
    "There was no documentation of an opioid contract or of risk stratification.": {"no_monitoring"},
    "CURES reports have not been provided.": {"no_monitoring"},
    "The records do not show that the patient is being monitored for misuse.": {"no_monitoring"},
    (
        "There is no documentation of analgesia, activities of daily living, adverse side effects or aberrant drug taking "
        "behaviors."
    ): {
        "no_functional_improvement",
        "no_monitoring",
    },
    "Per ODG, H-wave is not recommended. The request is therefore not supported.": {"not_recommended"},
    "Topical NSAIDs are not recommended for the spine, and this patient has back pain only.": {"not_recommended"},
    "The requested compound contains gabapentin, which is not recommended in topical form.": {"not_recommended"},
    "As the compound contains baclofen, which the MTUS does not support topically, the whole product is not recommended.": {
        "not_recommended"
    },
    "Lidocaine is only FDA-approved in patch form; other formulations are not recommended, and this request is for a cream.": {
        "not_recommended"
    },
    "MTUS does not address this; ODG does not recommend shockwave therapy for this condition.": {"not_recommended"},
    "The guidelines do not support acupuncture for this condition.": {"not_recommended"},
    "There is no evidence-based support for the use of this device in chronic back pain.": {"not_recommended"},
    "Medical foods such as Theramine are not recommended by ODG.": {"not_recommended"},
    "The ACOEM guidelines do not recommend lumbar supports beyond the acute phase, and this patient is in the chronic phase.": {
        "not_recommended"
    },
    "Massage devices are considered experimental and investigational.": {"not_recommended"},
    "Guidelines recommend against the routine use of this test in patients such as this.": {"not_recommended"},
    "Passive modalities are not recommended for the chronic phase of an injury, which this patient is in.": {"not_recommended"},
    "Trigger point injections are not recommended for radicular pain, which this patient has.": {"not_recommended"},
    "This combination is not supported by evidence-based guidelines.": {"not_recommended"},
    "There is no documentation that the patient has tried and failed first-line medications.": {"first_line_not_tried"},
    "The records do not show failure of antidepressants or anticonvulsants.": {"first_line_not_tried"},
    "There is no evidence that conservative treatment has been exhausted.": {"first_line_not_tried"},
    "There is no documentation of a trial of oral medications prior to the topical.": {"first_line_not_tried"},
    "It is not documented that the patient was unresponsive to conservative care.": {"first_line_not_tried"},
    "The patient has not undergone a trial of physical therapy.": {"first_line_not_tried"},
    "There was no documented failure of other treatment options before this request.": {"first_line_not_tried"},
    "The injured worker has not yet completed a trial of conservative management.": {"first_line_not_tried"},
    "There is no indication that the patient cannot tolerate oral NSAIDs.": {"first_line_not_tried"},
    "The medical records do not establish that lower levels of care have been tried.": {"first_line_not_tried"},
    "No evidence of intolerance to, or failure of, first-line oral analgesics was provided.": {"first_line_not_tried"},
    "There is no documentation that a one-month home-based TENS trial was completed.": {"first_line_not_tried"},
    "The patient has yet to try a home exercise program.": {"first_line_not_tried"},
    (
        "The applicant's ongoing usage of first-line oral pharmaceuticals, such as Norco, effectively obviates the need for "
        "the topical compound."
    ): {"first_line_not_tried"},
    "There is no record of active physical therapy having been done before the surgery request.": {"first_line_not_tried"},
    "There is no mention of failed trials of a sleep hygiene program.": {"first_line_not_tried"},
    "The request for 12 sessions exceeds the 6 visits recommended by the guidelines.": {"exceeds_guideline"},
    "The requested number of sessions exceeds the guideline.": {"exceeds_guideline"},
    "With the prior 24 visits, the requested 12 visits would exceed the guideline's maximum of 24.": {"exceeds_guideline"},
    "MTUS allows 8-10 visits. The request for 18 sessions is in excess of this.": {"exceeds_guideline"},
    "The total number of visits requested is more than what guidelines recommend.": {"exceeds_guideline"},
    "The morphine equivalent dose of 240 mg exceeds the ceiling of 120 mg.": {"exceeds_guideline"},
    "ODG recommends up to 10 visits over 8 weeks; this request is for 16.": {"exceeds_guideline"},
    "The requested quantity is beyond the guideline limits.": {"exceeds_guideline"},
    "Twelve visits are more than the initial trial of six that guidelines recommend.": {"exceeds_guideline"},
    "The request for a block at four levels is above the two levels allowed by guidelines.": {"exceeds_guideline"},
    "The patient has already completed the maximum number of sessions allowed by guidelines.": {"exceeds_guideline"},
    "The patient does not have evidence of radiculopathy on examination.": {"criteria_not_met"},
    "There are no objective findings of radiculopathy corroborated by imaging.": {"criteria_not_met"},
    "The MRI does not reveal nerve root impingement.": {"criteria_not_met"},
    "The patient is under 65, with no history of peptic ulcer or GI bleeding.": {"criteria_not_met"},
    "There is no documentation of gastrointestinal complaints or risk factors.": {"criteria_not_met"},
    "The patient does not meet the criteria for this procedure.": {"criteria_not_met"},
    "There is no evidence of muscle spasm on exam.": {"criteria_not_met"},
    "No red flags or progressive neurologic deficits were noted.": {"criteria_not_met"},
    "There is no documentation of instability.": {"criteria_not_met"},
    "Records do not indicate that the patient is confined to the home.": {"criteria_not_met"},
    "The patient has no diagnosis of neuropathic pain.": {"criteria_not_met"},
    "There are no trigger points with a twitch response documented on examination.": {"criteria_not_met"},
    "There is no documented acute exacerbation of pain.": {"criteria_not_met"},
    "The exam findings are not consistent with carpal tunnel syndrome.": {"criteria_not_met"},
    "The patient does not have any of the conditions for which this is recommended.": {"criteria_not_met"},
    "There is no new injury or significant change in symptoms to warrant a repeat MRI.": {"criteria_not_met"},
    "None of these indications are present in this case.": {"criteria_not_met"},
    "The patient has radicular pain, for which facet injections are not indicated.": {"criteria_not_met"},
    "There is no documentation of osteoarthritis, which is the indication for hyaluronic acid.": {"criteria_not_met"},
    "There is no surgical lesion identified on imaging.": {"criteria_not_met"},
    "The patient is not a candidate for surgery.": {"criteria_not_met"},
    "The clinical findings do not support the need for EMG.": {"criteria_not_met"},
    "There is nothing to suggest that the patient is in an acute flare.": {"criteria_not_met"},
    "The patient's age and history do not place him at risk of a cardiac event.": {"criteria_not_met"},
    "The criteria for the use of this device have not been satisfied.": {"criteria_not_met"},
    "The combination of Norco and Xanax puts the patient at risk for respiratory depression.": {"safety"},
    "This drug has a high risk of dependence in this patient, who has a history of addiction.": {"safety"},
    "NSAIDs are contraindicated in this patient with kidney disease.": {"safety"},
    "The potential adverse effects outweigh the benefits in this elderly patient.": {"safety"},
    "The concurrent use of two sedating medications is a safety concern in this case.": {"safety"},
    "The patient has developed side effects including sedation and constipation from the opioid.": {"safety"},
    "The long-term NSAID use in this hypertensive patient increases cardiovascular risk.": {"safety"},
    "As the requested surgery is not medically necessary, none of the associated services are medically necessary.": {
        "depends_on_denied"
    },
    "Since the primary procedure is not medically necessary, none of the associated services are medically necessary.": {
        "depends_on_denied"
    },
    "Because the injection is not supported, the fluoroscopy is not needed.": {"depends_on_denied"},
    "The surgery has not been approved, so post-operative therapy is not required.": {"depends_on_denied"},
    "Given that the procedure was not found to be medically necessary, the pre-operative clearance is also not necessary.": {
        "depends_on_denied"
    },
    "The request for a cold therapy unit is dependent on the surgery, which is not certified.": {"depends_on_denied"},
    "The TENS supplies are not necessary as the unit itself is not necessary.": {"depends_on_denied"},
    "The NSAID has been found not medically necessary; therefore a PPI is not needed.": {"depends_on_denied"},
    "The patient already has a back brace.": {"other"},
    "The request duplicates the therapy which was certified last month.": {"other"},
    "This is a duplicate request.": {"other"},
    (
        "Based on the clinical information submitted for this review, the injured worker had ongoing complaints, but no "
        "quantitative change in function was reported with this drug."
    ): {"no_functional_improvement"},
    "There is no clear documentation of how the patient has benefited from Norco.": {"no_functional_improvement"},
    "The injured worker has had 30 chiropractic visits, yet the reports do not identify any decrease in work restrictions.": {
        "no_functional_improvement"
    },
    "Although the patient states the medication helps, objective evidence of functional gain is lacking.": {
        "no_functional_improvement"
    },
    (
        "It has not been shown that the previous acupuncture led to a clinically significant improvement in activities of "
        "daily living."
    ): {"no_functional_improvement"},
    "The reports on file contain no outcome data from the earlier sessions.": {"no_functional_improvement"},
    "The patient's pain continues at the same level in spite of taking this drug.": {"no_functional_improvement"},
    "The prior trial of TENS did not yield any lasting improvement.": {"no_functional_improvement"},
    "There is no demonstrated reduction in pain with its use.": {"no_functional_improvement"},
    "Ongoing opioid therapy is not justified because the medical record doesn't reflect improved function.": {
        "no_functional_improvement"
    },
    "The claimant was prescribed Soma for more than three months, whereas it is recommended for short term use only.": {
        "long_term_use"
    },
    "Zolpidem is indicated for short-term treatment of insomnia, and the worker has used it nightly for over a year.": {
        "long_term_use"
    },
    "The patient has been taking this benzodiazepine beyond the recommended four weeks.": {"long_term_use"},
    "A 90-day supply is not consistent with short-term use.": {"long_term_use"},
    "Refills suggest that the provider intends long-term use of the drug.": {"long_term_use"},
    "The medication has been prescribed since 2010; guidelines limit use to 2-3 weeks.": {"long_term_use"},
    "The documentation provided does not specify which body part is to be imaged.": {"missing_documentation"},
    "The provider's notes do not detail the goals of the additional therapy.": {"missing_documentation"},
    "There is no indication in the notes why the compound is needed rather than oral medication.": {"missing_documentation"},
    "The specifics of the home exercise program were not documented.": {"missing_documentation"},
    "The request lacks a duration and frequency.": {"missing_documentation"},
    "No recent clinical note was submitted with the request.": {"missing_documentation"},
    "There were no imaging reports included in the documents.": {"missing_documentation"},
    "The utility of the test for further treatment was not explained.": {"missing_documentation"},
    "The surgeon's operative plan is not available.": {"missing_documentation"},
    "It was not indicated how long the patient would need the device.": {"missing_documentation"},
    "The request does not state the dosage of the medication.": {"missing_documentation"},
    "No pain contract or random drug screens were found in the records.": {"no_monitoring"},
    "There was no discussion of aberrant behavior or pill counts.": {"no_monitoring"},
    "The records lack a current urine toxicology report.": {"no_monitoring"},
    "Screening for misuse has not been performed.": {"no_monitoring"},
    "The physician has not checked the CURES database.": {"no_monitoring"},
    "The guidelines state that this compound's ingredients are not recommended; the cream is therefore not supported.": {
        "not_recommended"
    },
    "Per the ODG, this device is not recommended for chronic low back pain.": {"not_recommended"},
    "The use of muscle stimulators is not supported by quality studies.": {"not_recommended"},
    "Topical tramadol is not endorsed by the MTUS.": {"not_recommended"},
    "There is a lack of high-quality evidence supporting the use of this device.": {"not_recommended"},
    "At least one component of the product, ketoprofen, is not recommended, so the whole is not.": {"not_recommended"},
    "The patient has not had an adequate course of physical therapy.": {"first_line_not_tried"},
    "There is no evidence of a failed trial of acetaminophen.": {"first_line_not_tried"},
    "The documentation does not show that non-pharmacological measures were attempted.": {"first_line_not_tried"},
    "Conservative treatment, including injections, has not been documented as having failed.": {"first_line_not_tried"},
    "There is no documentation of a prior trial of NSAIDs.": {"first_line_not_tried"},
    "The claimant has not failed first-line agents such as gabapentin.": {"first_line_not_tried"},
    "Records do not document intolerance of generic medication.": {"first_line_not_tried"},
    "The 24 visits requested are over the limit of the guidelines.": {"exceeds_guideline"},
    "The request for 20 sessions is greater than the 12 sessions recommended.": {"exceeds_guideline"},
    "This request, together with prior sessions, would surpass the recommended number.": {"exceeds_guideline"},
    "The patient has already received the full course of therapy recommended by guidelines.": {"exceeds_guideline"},
    "Opioid dosing at 300 MED is more than double the recommended limit.": {"exceeds_guideline"},
    "On exam, there were no neurological deficits in a dermatomal distribution.": {"criteria_not_met"},
    "The patient does not have a history of GI bleed, ulcer, or perforation.": {"criteria_not_met"},
    "Imaging failed to show significant stenosis.": {"criteria_not_met"},
    "There is no documented evidence of nerve root compression.": {"criteria_not_met"},
    "The injured worker is ambulatory and not confined to bed.": {"criteria_not_met"},
    "Physical examination did not reveal any effusion, locking or giving way.": {"criteria_not_met"},
    "There is no indication of facet-mediated pain on exam.": {"criteria_not_met"},
    "The patient does not have end-stage osteoarthritis.": {"criteria_not_met"},
    "The patient is not undergoing surgery at this time.": {"criteria_not_met"},
    "The patient does not suffer from chronic regional pain syndrome.": {"criteria_not_met"},
    "No neuropathic component to the pain is described.": {"criteria_not_met"},
    "The employee's BMI is 24, so criteria for a weight loss program are not fulfilled.": {"criteria_not_met"},
    "The injured worker is at increased risk of sedation with this combination.": {"safety"},
    "Continued use may lead to addiction in this patient.": {"safety"},
    "Given his renal insufficiency, this NSAID should be avoided.": {"safety"},
    "The patient has had constipation and drowsiness as side effects of the drug.": {"safety"},
    "Since the primary request for surgery was not supported, the post-op brace isn't necessary.": {"depends_on_denied"},
    "The associated MRI-guided injection is denied; hence the sedation is also not necessary.": {"depends_on_denied"},
    "The requested home equipment is contingent upon the surgery, which is not medically necessary.": {"depends_on_denied"},
    "The patient is already using a similar medication.": {"other"},
    (
        'The MTUS states: "Opioids may be continued if the patient has returned to work. They are not recommended where '
        'there is no functional improvement." The patient has 50% pain relief, but urine drug testing has not been '
        "performed."
    ): {"no_monitoring"},
    (
        'ODG says of this device: "Not recommended. It is not indicated for low back pain. Further study is needed." The '
        "request is therefore not medically necessary."
    ): {"not_recommended"},
    "As this medication is not supported by the guidelines for neuropathic pain, it is not medically necessary.": {
        "not_recommended"
    },
    (
        "Because the compound contains baclofen, which is not recommended for topical use, the compound as a whole is not"
        " supported."
    ): {"not_recommended"},
    "Since the requested surgery is not certified, the post-operative brace is not necessary either.": {"depends_on_denied"},
    "As the lumbar fusion has been found not medically necessary, there is no need for a co-surgeon.": {"depends_on_denied"},
    (
        "Based on the information provided, medical necessity has not been established. The patient has no radicular "
        "findings on examination."
    ): {"criteria_not_met"},
    (
        "Given the clinical information submitted for review, the medical necessity of this request is not established. "
        "The number of tablets is not stated."
    ): {"missing_documentation"},
    "ODG allows 10 visits over 8 weeks for this condition, and the 18 visits requested are well above that.": {
        "exceeds_guideline"
    },
    "The guideline supports a 7 day rental. The request for 30 days is longer than the guideline allows.": {"exceeds_guideline"},
    (
        "MTUS recommends up to 24 visits over 60 days of acupuncture with functional gains; an initial trial is 3 to 6 "
        "treatments. The 12 sessions asked for go beyond this."
    ): {"exceeds_guideline"},
    "The patient is taking 180 MED per day, well over the 120 MED ceiling.": {"exceeds_guideline"},
    "The patient has had 36 sessions of therapy against the 24 that the postsurgical guideline allows.": {"exceeds_guideline"},
    "The guidelines recommend 9-10 visits for myalgia. The request for 12 visits would exceed this.": {"exceeds_guideline"},
    "There is no discussion of why two short-acting opioids are needed at the same time.": {"missing_documentation"},
    "There is no explanation as to how this test would alter the treatment.": {"missing_documentation"},
    "There is no account in the notes of what was tried for sleep, or of the cause of the insomnia.": {"missing_documentation"},
    "The treating physician has not provided an assessment of the patient's home situation.": {"missing_documentation"},
    "No rationale has been provided for the extended release formulation.": {"missing_documentation"},
    (
        "The records do not show that the patient has tried oral antidepressants, and there is no evidence of neuropathic"
        " pain on examination."
    ): {
        "criteria_not_met",
        "first_line_not_tried",
    },
    "There is no documentation that the medication improves function, and the dose and frequency are not specified.": {
        "missing_documentation",
        "no_functional_improvement",
    },
    "The patient has not failed conservative care, nor is there any neurologic deficit.": {
        "criteria_not_met",
        "first_line_not_tried",
    },
    "There is no urine drug screen on file and no pain agreement; nor does the provider explain the dose increase.": {
        "missing_documentation",
        "no_monitoring",
    },
    "There is no objective functional gain from the 24 prior visits, and there has been no new injury or flare-up.": {
        "criteria_not_met",
        "no_functional_improvement",
    },
    (
        "ODG recommends confirmatory testing only for unexpected results. None is reported here. The request for "
        "quantitative drug testing is not medically necessary."
    ): {"criteria_not_met"},
    (
        "Medical treatment does not include homemaker services like shopping and cleaning. The patient requires help with"
        " cleaning only."
    ): {"criteria_not_met"},
    "Opioids should be discontinued when there is no overall improvement in function. The pain is 8/10 with and without Norco.": {
        "no_functional_improvement"
    },
    (
        "Topical analgesics are largely experimental in use with few randomized controlled trials. There is no "
        "documentation that the patient failed antidepressants."
    ): {
        "first_line_not_tried",
        "not_recommended",
    },
    "Acupuncture is used as an option when pain medication is reduced or not tolerated. There is no record of either here.": {
        "criteria_not_met"
    },
    "Radiographs are not recommended in the absence of red flags. No red flags are described in this patient.": {
        "criteria_not_met"
    },
    "ODG does not recommend muscle relaxants for more than 2-3 weeks. This patient has been on Flexeril since January 2013.": {
        "long_term_use"
    },
    (
        "Benzodiazepines are not recommended for long-term use because efficacy is unproven and there is a risk of "
        "dependence. The patient has taken Ativan for two years."
    ): {"long_term_use"},
    "The results of the functional capacity evaluation were not provided.": {"missing_documentation"},
    "There is no functional testing at baseline in the records.": {"missing_documentation"},
    "Liver and kidney function tests were not submitted.": {"no_monitoring"},
    "There was no prior failed return to work attempt, and the patient is not near maximal medical improvement.": {
        "criteria_not_met"
    },
    "There is no functional restoration program to which this would be an adjunct.": {"criteria_not_met"},
    "The dose of zolpidem is twice that recommended for women, which raises a concern for her safety.": {
        "exceeds_guideline",
        "safety",
    },
    "The patient has hypertension and chronic kidney disease, in which NSAIDs are to be avoided.": {"safety"},
    "The concurrent prescription of alprazolam and hydrocodone carries a danger of oversedation in this patient.": {"safety"},
    "This patient has sleep apnea, and adding a sedative-hypnotic would place her at risk.": {"safety"},
    "She reported dizziness and a fall after taking this medication.": {"safety"},
    "At 72 years of age, with a history of GI bleeding, the patient should not take ibuprofen.": {"safety"},
    "The potential for abuse is heightened by the combination of carisoprodol with hydrocodone.": {"safety"},
    "The examination of both arms was normal.": {"criteria_not_met"},
    "Strength, sensation and reflexes are intact, so that EMG is not called for.": {"criteria_not_met"},
    "None of these conditions applies to this patient.": {"criteria_not_met"},
    "The patient is 38, takes one NSAID at a low dose and reports no stomach complaints.": {"criteria_not_met"},
    "What is asked for here is help with household chores, and the patient drives herself to appointments.": {"criteria_not_met"},
    "The patient does not have diabetic neuropathy or postherpetic neuralgia, for which alone this drug is approved.": {
        "criteria_not_met"
    },
    "This use is not one of those for which the drug is approved.": {"criteria_not_met"},
    "There is nothing in the file to suggest that the patient is unable to swallow tablets.": {"criteria_not_met"},
    "The screen of May was negative for the drug prescribed, and no report comments on that.": {"no_monitoring"},
    "No CURES report has been obtained in the past year.": {"no_monitoring"},
    "There is no mention of the 4 As, of an opioid agreement or of a recent drug screen.": {"no_monitoring"},
    "Pain scores have gone from 6/10 to 7/10 while on this drug.": {"no_functional_improvement"},
    "None of the progress notes says what the drug has done for his pain or function.": {"no_functional_improvement"},
    "No pain scales before and after use are given.": {"no_functional_improvement"},
    "Twenty-four visits have been attended and the range of motion is what it was at the start.": {"no_functional_improvement"},
    "The injection of May gave two weeks of partial relief.": {"no_functional_improvement"},
    "The applicant remains on permanent work restrictions, unchanged from visit to visit, and is still using three opioids.": {
        "no_functional_improvement"
    },
    "Use of this drug for eight months is far outside the two to six weeks that are supported.": {"long_term_use"},
    "This is a refill of a drug that is meant for short courses and which has been taken nightly for a year.": {"long_term_use"},
    "With 90 tablets and two refills the prescription is for three months, whereas the drug is for short-term use only.": {
        "long_term_use"
    },
    "The patient has been on Soma for three years, which is well over the period supported.": {"long_term_use"},
    "There is no record that a home exercise program was ever set up, let alone that it failed.": {"first_line_not_tried"},
    "This patient has not had a trial of either one.": {"first_line_not_tried"},
    "The patient is given four oral agents at the same time, and intolerance of other treatments is not shown.": {
        "first_line_not_tried"
    },
    "Physical therapy was begun only two weeks ago and has not been finished.": {"first_line_not_tried"},
    "Only three visits of therapy had been done when the MRI was ordered.": {"first_line_not_tried"},
    "It has not been shown that less invasive treatment was tried.": {"first_line_not_tried"},
    "The patient already has a walker in good repair.": {"other"},
    "The medication is available without a prescription.": {"other"},
    (
        'CA MTUS states on page 22, "Anti-inflammatories are the traditional first line of treatment. Long-term use may '
        'not be warranted." The injured worker has used naproxen since 2011 and there is no evidence of improved '
        "function."
    ): {
        "long_term_use",
        "no_functional_improvement",
    },
    (
        'According to ODG: "Not recommended as a routine. Weak evidence. It is not for acute pain." There are no exam '
        "findings of facet tenderness."
    ): {"criteria_not_met"},
    (
        "Because this drug is not indicated for neuropathic pain under the guidelines, and the patient has only "
        "neuropathic pain, it cannot be certified."
    ): {"criteria_not_met"},
    "As the epidural injection is not medically necessary, fluoroscopy and sedation are not either.": {"depends_on_denied"},
    (
        "Considering the evidence submitted, the necessity of this request is not established. The provider has not "
        "stated which body part the therapy is for."
    ): {"missing_documentation"},
    "The guideline calls for 12 visits over 10 weeks after this surgery; 18 visits are more than that.": {"exceeds_guideline"},
    "The patient has already had 22 visits, and 8 further ones would bring the total to 30, beyond the 24 that MTUS allows.": {
        "exceeds_guideline"
    },
    "The rental period requested is longer than the 7 days that ODG supports after surgery.": {"exceeds_guideline"},
    "ODG recommends a single evaluation and one follow-up. Four consultations are requested, in excess of this recommendation.": {
        "exceeds_guideline"
    },
    "There is no description of how the patient will be transported or who will assist.": {"missing_documentation"},
    "No justification has been given for two muscle relaxants.": {"missing_documentation"},
    "The provider does not state the goals of additional therapy, and no gains from the first twelve visits are described.": {
        "missing_documentation",
        "no_functional_improvement",
    },
    (
        "The patient has not tried a first-line antidepressant, and the examination shows no allodynia or other sign of "
        "neuropathic pain."
    ): {
        "criteria_not_met",
        "first_line_not_tried",
    },
    "There is no pain contract in the file, and his sedation and sleep apnea put him at risk of overdose.": {
        "no_monitoring",
        "safety",
    },
    "The notes do not show any reduction in medication, nor is there a plan to wean.": {"no_functional_improvement"},
    "Although MTUS supports a trial of acupuncture, there has been no measurable gain from the first six visits.": {
        "no_functional_improvement"
    },
    "While the guidelines allow tramadol as a second-line drug, the records show no trial of a first-line agent.": {
        "first_line_not_tried"
    },
    "Though ODG accepts a hospital bed in some cases, none of the listed conditions is present.": {"criteria_not_met"},
    "The recent liver panel was not provided although the patient takes acetaminophen 4 g daily.": {"no_monitoring"},
    "The patient has not returned to work and still needs the same number of tablets as a year ago.": {
        "no_functional_improvement"
    },
    "VAS scores rose from 5/10 to 7/10 during the course of chiropractic care.": {"no_functional_improvement"},
    "There has been no decrease in VAS scores or in opioid intake with the use of the patch.": {"no_functional_improvement"},
    "The patient is elderly and takes warfarin, and the addition of an NSAID would raise the risk of bleeding.": {"safety"},
    "In view of his history of suicide attempt by overdose, a month's supply is unsafe.": {"safety"},
    "She developed a rash from this medication.": {"safety"},
    "The combination with two other sedatives is dangerous.": {"safety"},
    "The knee x-ray shows only mild degenerative change and the patient is 45 years old.": {"criteria_not_met"},
    "The patient is able to walk without a device.": {"criteria_not_met"},
    "The treating physician did not document any of the conditions for which ODG recommends this device.": {"criteria_not_met"},
    "Reflexes, strength and sensation are described as normal in the lower extremities.": {"criteria_not_met"},
    "No flare-up is reported, and the injury is six years old.": {"criteria_not_met"},
    "No surgery is planned.": {"criteria_not_met"},
    "No mention is made of CURES or of an agreement between prescriber and patient.": {"no_monitoring"},
    "Soma has been refilled monthly since 2012. MTUS does not recommend it for longer than 2 to 3 weeks.": {"long_term_use"},
    "The patient was never referred to physical therapy.": {"first_line_not_tried"},
    "Less costly generics have not been tried.": {"first_line_not_tried"},
    "The patient had completed only two of the twelve authorized sessions when surgery was requested.": {"first_line_not_tried"},
    "The employee owns a cane already.": {"other"},
    "The same study was authorized last week under another request, so that this is redundant.": {"other"},
    "MTUS does not support compounded topicals containing tramadol.": {"not_recommended"},
    "There are no quality studies that support this device for shoulder pain, and ODG considers it investigational.": {
        "not_recommended"
    },
    "A further three months are therefore not supported, as pain remains at 8/10 with the drug.": {"no_functional_improvement"},
    (
        "MTUS, page 60, says that before prescribing any medication for pain the aim of use should be determined. The "
        "treater provides no discussion of how this drug is used or with what effect. Without it, continued use cannot be"
        " recommended."
    ): {"no_functional_improvement"},
    (
        "ODG supports a cold therapy unit for up to 7 days after surgery, including home use. The surgery has not been "
        "authorized, and the unit is therefore not required."
    ): {"depends_on_denied"},
    (
        "The patient has undergone 32 visits of chiropractic manipulation since 2012. Records do not show that this has "
        "lowered his need for medication or improved his work status."
    ): {"no_functional_improvement"},
    (
        "Per ODG, repeat MRI is reserved for a significant change in symptoms. There has been no such change since the "
        "MRI of 2013."
    ): {"criteria_not_met"},
    "The claimant is 30 years old, has no history of GI disease and takes a single NSAID.": {"criteria_not_met"},
    "Lidocaine in cream form is not supported, only the patch being approved. Further, the patient has not tried gabapentin.": {
        "first_line_not_tried",
        "not_recommended",
    },
    (
        "Guidelines recommend weaning when there is no improvement. The patient has been on opioids for six years, "
        "remains unable to work, and reports pain at 9/10."
    ): {"no_functional_improvement"},
    "The sleep study is asked for without a description of the sleep complaint, its duration or the treatment tried.": {
        "missing_documentation"
    },
    "He denies any numbness or weakness, and the straight leg raise is negative.": {"criteria_not_met"},
    "It is not clear whether the patient has already had this injection.": {"missing_documentation"},
    "No spirometry or cardiac history is given that would call for pre-operative clearance in a man of 35.": {"criteria_not_met"},
    (
        "The combination of Xanax with Norco is of concern for respiratory depression, and the patient has been using "
        "Xanax nightly for two years although the guideline allows four weeks."
    ): {
        "long_term_use",
        "safety",
    },
    "There is no quantified pain relief, no return to work and no signed opioid contract.": {
        "no_functional_improvement",
        "no_monitoring",
    },
    (
        "Orthovisc is recommended for severe osteoarthritis. The radiographs show mild changes only, and cortisone has "
        "not been tried."
    ): {
        "criteria_not_met",
        "first_line_not_tried",
    },
    "As the consultation has not been found necessary, the transportation to it is not.": {"depends_on_denied"},
    "Since this is a combination drug and one of its ingredients is not recommended, the product as a whole is not.": {
        "not_recommended"
    },
    (
        "The patient has failed to demonstrate functional gains after two epidural injections, and the second gave less "
        "than four weeks of relief."
    ): {"no_functional_improvement"},
    "The EMG of 2014 was normal and there are no new complaints.": {"criteria_not_met"},
    (
        "Twelve tablets a day amount to 4.8 g of acetaminophen, which is more than the daily maximum of 4 g and may harm "
        "the liver."
    ): {
        "exceeds_guideline",
        "safety",
    },
    "The request gives no quantity.": {"missing_documentation"},
    "The worker is independent in a home exercise program and there is no reason that he cannot go on with it.": {
        "criteria_not_met"
    },
    "A gym is not a medical setting, and no home exercise program has been documented as having failed.": {
        "first_line_not_tried"
    },
    "There is no indication that the patient would be unable to use a standard bed.": {"criteria_not_met"},
    "The record shows no pathology that would be amenable to surgery.": {"criteria_not_met"},
    "Psychological clearance, which must come before a stimulator trial, has not been obtained.": {"criteria_not_met"},
    "The claimant still takes the same dose of Norco, and his activity level is no greater than before the program.": {
        "no_functional_improvement"
    },
    (
        "In this case, the patient is already receiving 16 authorized visits, and with this request the total would be "
        "28, against the 20 that the guideline supports."
    ): {"exceeds_guideline"},
    (
        "There is nothing in the examination that points to nerve root involvement, and the provider does not say what "
        "the study would change."
    ): {
        "criteria_not_met",
        "missing_documentation",
    },
    (
        "The records do not document improvement in sleep with this medication, which has been taken since 2010 although "
        "ODG limits it to six weeks."
    ): {
        "long_term_use",
        "no_functional_improvement",
    },
    "The patient has coronary artery disease and a prior stroke; NSAIDs raise his cardiovascular risk.": {"safety"},
    "MTUS does not recommend opioids as first-line treatment for neuropathic pain. No trial of an anticonvulsant is reported.": {
        "first_line_not_tried"
    },
    "A pain contract was signed in 2012 but no urine drug screen has been done since, and early refills were not questioned.": {
        "no_monitoring"
    },
    "The request does not indicate the duration of use, and the medical necessity cannot be determined.": {
        "missing_documentation"
    },
    (
        "ODG states that a lumbar support is not recommended for prevention. It may be used for instability, which this "
        "patient does not have."
    ): {"criteria_not_met"},
    "Because the hardware injection is not certified, the CT that would guide it is not needed.": {"depends_on_denied"},
    "After eight acupuncture treatments his pain is unchanged and he takes as much Norco as before.": {
        "no_functional_improvement"
    },
    "This patient is not diabetic and has no peripheral neuropathy.": {"criteria_not_met"},
    "The provider has not indicated why a compounded cream is needed when the patient tolerates tablets.": {
        "missing_documentation"
    },
    "The patient tolerates oral medication, so that there is no need for a topical product.": {"criteria_not_met"},
    "Ten further sessions would take the patient past the maximum of 24 visits.": {"exceeds_guideline"},
    (
        "Cyclobenzaprine was first prescribed in March 2013. The guideline holds that the effect is greatest in the first"
        " four days and that treatment should be brief."
    ): {"long_term_use"},
    "The treating physician is asking for an x-ray with every visit, although there was no trauma in the interval.": {
        "criteria_not_met"
    },
    "Sedation was a side effect of this drug in January, and it was nevertheless increased.": {"safety"},
}


@pytest.mark.parametrize("rationale", RATIONALES)
def test_a_sentence_of_a_denial_gives_its_reasons(rationale: str) -> None:
    """Each sentence gives its codes and, with the closing formula behind it, no others."""
    assert codes(f"{rationale} Therefore, the request is not medically necessary.") == RATIONALES[rationale]


GIVES_NONE = [
    "Current guidelines do not recommend interferential stimulation as an isolated intervention.",
    "The MTUS notes that long-term efficacy is unproven and there is a risk of dependence.",
    "ODG states that there should be evidence of functional improvement.",
    "The guideline requires failure of conservative treatment.",
    "Guidelines recommend documentation of the 4 A's for ongoing monitoring.",
    "The patient complains of neck pain radiating to the arms.",
    "The claimant sustained an injury on 3/3/2010 and has had treatment.",
    "Therefore, based on guidelines and a review of the evidence, the request is not medically necessary.",
    (
        "Criteria for the use of epidural steroid injections: radiculopathy must be documented by physical examination and "
        "corroborated by imaging studies."
    ),
    "Opioids should be discontinued if there is no overall improvement in function, unless there are extenuating circumstances.",
    (
        "Functional improvement means either a clinically significant improvement in activities of daily living or a "
        "reduction in work restrictions."
    ),
    "In this case, the patient suffers from chronic low back pain.",
    "The medical necessity of the request has not been established.",
    "Therefore the medical necessity for the request has not been substantiated.",
    "MTUS states that PPIs are for patients at risk.",
    "The patient is a 50-year-old man with neck pain.",
    "As such, the request cannot be supported.",
    "ACOEM page 303 says that imaging is for patients with red flags.",
    "The claims administrator denied the request for lack of documentation.",
    "Weaning should be done slowly.",
    "The request is not medically necessary and appropriate.",
    "Therefore, the request is not certified, on Independent Medical Review.",
    "Recommendation is for denial.",
    "ODG states that opioids should be discontinued if there is no functional improvement.",
    "According to the MTUS, criteria include failure of conservative treatment and absence of aberrant behavior.",
    "The guidelines recommend a trial of six visits, with no more than 24 in all.",
    "Benzodiazepines carry a risk of dependence in patients who use them for long.",
    "They further note that the drug has no benefit over NSAIDs.",
    "Abrupt cessation is not advised and a taper should be arranged.",
    "The utilization reviewer denied the drug for lack of functional improvement.",
    "If the study shows apnea that CPAP does not help, this can be asked for again.",
]


@pytest.mark.parametrize("rationale", GIVES_NONE)
def test_what_is_not_said_of_this_patient_gives_no_reason(rationale: str) -> None:
    """A recited guideline, a closing formula, advice and what others decided are no reasons (contract, rule 11)."""
    assert codes(rationale) == set()


def test_of_a_sentence_that_turns_from_a_guideline_to_the_patient_only_the_turn_counts() -> None:
    """What stands before "in this case" is recited."""
    sentence = (
        "While page 69 of the MTUS supports this drug where conservative care failed, in this case there is no mention "
        "of dyspepsia."
    )
    assert codes(sentence) == {"criteria_not_met"}


def test_what_goes_on_in_a_guideline_s_quotation_marks_is_recited() -> None:
    """A quotation of several sentences gives no reason of its own, and what follows it speaks of the patient again."""
    quoted = 'ODG says: "Recommended for some. There is no evidence of benefit in others. It is not for acute pain."'
    assert codes(quoted) == set()
    assert codes(f"{quoted} The patient does not have radiculopathy.") == {"criteria_not_met"}


def test_a_broad_code_stands_beside_a_narrow_one_where_another_clause_gives_it() -> None:
    """Undocumented benefit is no gap of the record by itself (contract, rule 11); a second clause with its own verb may be."""
    assert codes("There is no documentation of functional improvement with this drug.") == {"no_functional_improvement"}
    assert codes("There is no documentation that it improves function, and the dose is not specified.") == {
        "no_functional_improvement",
        "missing_documentation",
    }
    assert codes("He works, but the effectiveness of his work with and without Norco was not mentioned in the notes.") == {
        "no_functional_improvement"
    }
    assert codes("The records do not show a trial of TENS, or of any finding of neuropathic pain.") == {
        "first_line_not_tried",
        "criteria_not_met",
    }


def test_of_a_request_for_a_drug_test_absent_aberrance_is_an_absent_indication() -> None:
    """The test is itself what watches: nothing else is unwatched."""
    denied = "There is no documentation of aberrant behavior."
    assert codes(f"{denied} The request for a urine drug screen is not medically necessary.") == {"criteria_not_met"}
    assert codes(f"{denied} The request for Norco is not medically necessary.") == {"no_monitoring"}


def test_how_long_counts_only_against_a_limit() -> None:
    """A day such as "since 2012" is a reason where the rationale names a short term, and none where it does not."""
    since = "The patient has been taking it since at least 2012."
    assert codes(f"MTUS recommends it for short-term use. {since}") == {"long_term_use"}
    assert codes(since) == set()


def test_a_guideline_that_is_against_the_treatment_is_a_reason_itself() -> None:
    """The words "is not recommended" count where it stands without a condition, and for long-term use as that."""
    assert codes("ODG does not recommend this device.") == {"not_recommended"}
    assert codes("Biofeedback is not recommended as a stand-alone treatment.") == set()
    assert codes("Per MTUS, Soma is not recommended for long-term use.") == {"long_term_use"}


def test_an_overturned_denial_rests_on_met_criteria() -> None:
    """Whatever else it says; its proof is the last sentence that says so."""
    (only,) = found("There is no red flag. The criteria are met. Thank you.", "overturned")
    assert (only.value, only.by) == ("criteria_met", "reasons.criteria.met")


def test_a_request_granted_in_part_has_both_sides() -> None:
    """What was granted met the criteria, and the rest is too much."""
    rationale = "A trial is supported. The 12 visits requested exceed the 6 that are recommended."
    assert codes(rationale, "partially_overturned") == {"criteria_met", "exceeds_guideline"}


def test_without_a_rationale_there_is_no_reason() -> None:
    """An item may have none."""
    assert read_reasons(Page(Letter("letter", "", "", "")), None, "upheld") == ()


@pytest.mark.parametrize(
    "words", [*RATIONALES, *GIVES_NONE, *(w for m in matters().values() for r in m.rules for w in r.examples)]
)
def test_the_short_cuts_change_nothing(words: str) -> None:
    """What is looked for before a rule is tried never keeps it from a hit."""
    low = words.lower()
    may = reading.possible(low)
    for rule in reading._TRIED:
        found = reading._matching({"other": (rule,)}, low, may)
        assert bool(found) is (rule.search(low) is not None), rule.name


@pytest.mark.parametrize("words", [*RATIONALES, *GIVES_NONE])
def test_the_kind_of_a_sentence_is_that_of_all_its_rules(words: str) -> None:
    """The rules that may hit in a sentence by its words tell its kind as all rules do."""
    low = words.lower()
    assert kind_of(low) == kind_of(low, {rule.name for rule in reasons_sentences.RULES})


pieces = st.sampled_from(
    (
        *(
            "there is no",
            "documentation of",
            "benefit",
            "CURES",
            "guidelines",
            "recommend",
            "the patient",
            "has failed",
            "therapy",
            "exceeds",
        ),
        *(
            "since 2012",
            "short-term",
            "risk of",
            "sedation",
            "as the surgery is not",
            "not medically necessary",
            ".",
            ",",
            "however,",
            "Per ODG",
        ),
    )
)


@given(
    st.lists(pieces, max_size=30).map(" ".join) | st.text(max_size=120),
    st.sampled_from(["upheld", "overturned", "partially_overturned"]),
)
def test_any_rationale_gives_each_code_once_with_its_sentence(rationale: str, decision: Decision) -> None:
    """Any text is read, and every reason has the place of its sentence."""
    reasons = found(rationale, decision)
    assert len({f.value for f in reasons}) == len(reasons)
    assert all(0 <= s.start < s.end <= len(rationale) for f in reasons for s in f.spans)


@given(st.lists(pieces | st.sampled_from(['"', '." ', ". The criteria are met. "]), max_size=20).map(" ".join))
def test_the_proof_of_an_overturned_denial_is_looked_for_in_the_sentences_that_may_be_it(rationale: str) -> None:
    """Telling only those apart finds the sentence that telling all apart finds, with quotation marks and without."""
    page = Page(Letter("letter", "", "", rationale))
    parts = sentences(page.text)
    saying = [
        s.place
        for s in reading._told(page, parts)
        if reasons_benefit.MET.search(s.low) and (s.kind != "recited" or s.own is not s.low)
    ]
    assert [f.spans for f in reading._for_overturned(page, parts)] == [
        page.found("criteria_met", "", s).spans for s in (saying or parts)[-1:]
    ]
