"""Reasons: sentences worded as reviewers word them, and what kinds of sentence give none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline.page import Page
from llm_extract.baseline.reasons import read_reasons
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
        "The patient has completed 24 visits of PT without documented benefit and should be transitioned to a home "
        "exercise program."
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
        "The MTUS does not recommend long term use of muscle relaxants and recommends no more than 2-3 weeks. The "
        "treater is requesting #60 and does not mention short-term use."
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
        "Any compounded product that contains at least one drug that is not recommended is not recommended. This "
        "compound contains topical cyclobenzaprine, which is not supported."
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
        "There is no documentation of pain relief, functional improvement, consistent urine drug screens or lack of "
        "aberrant behavior."
    ): {
        "no_functional_improvement",
        "no_monitoring",
    },
    "The request does not include the body part to be treated.": {"missing_documentation"},
    "The current MED is 240 mg, which is above the recommended 120 mg.": {"exceeds_guideline"},
    "The patient remains off work and there is no mention of improved function.": {"no_functional_improvement"},
    "There are no physical exam findings that would warrant repeat electrodiagnostic studies.": {"criteria_not_met"},
    "The patient already has a TENS unit at home.": {"other"},
}


@pytest.mark.parametrize("rationale", RATIONALES)
def test_a_sentence_of_a_denial_gives_its_reasons(rationale: str) -> None:
    """Each sentence gives its codes and, with the closing formula behind it, no others."""
    assert codes(f"{rationale} Therefore, the request is not medically necessary.") == RATIONALES[rationale]


GIVES_NONE = [
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
