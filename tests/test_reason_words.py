"""What a sentence must say before a model may call it a reason."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.reason_words import may_give
from llm_extract.schema import Decision, Reason

GIVES: list[tuple[Reason, str]] = [
    ("safety", "The patient has had two falls while sedated."),
    ("safety", "He takes 220 mg of morphine equivalents a day."),
    ("no_monitoring", "No urine drug test is in the chart."),
    ("long_term_use", "She has used Soma for eleven months."),
    ("exceeds_guideline", "Sixteen visits go beyond the ten that are allowed."),
    ("first_line_not_tried", "The patient has not failed a course of therapy."),
    ("missing_documentation", "The start date is not in the notes."),
    ("no_functional_improvement", "This patient's pain was no better after six visits."),
    ("depends_on_denied", "Since the operation is not supported, the walker is not medically necessary."),
    ("not_recommended", "The ODG does not recommend this device."),
    ("criteria_not_met", "The patient walks three miles and is not homebound."),
    ("other", "The patient asked for another doctor."),
    ("safety", "This patient swelled up in both legs on plain gabapentin."),
    ("first_line_not_tried", "A splint was never prescribed to this patient."),
    ("not_recommended", "Binders have no role after this patient's repair."),
    ("exceeds_guideline", "The patient has used up the visits."),
]
DOES_NOT: list[tuple[Reason, str]] = [
    ("safety", "The brace hangs in his closet."),
    ("safety", "The request is not medically necessary."),
    ("no_monitoring", "The patient lives on the second floor."),
    ("first_line_not_tried", "The request is not certified."),
    ("not_recommended", "This patient's grip was 12 kg on the left, an improvement."),
    ("missing_documentation", "Therefore, the request is not medically necessary."),
    ("exceeds_guideline", "MTUS states that up to ten visits are supported."),
    ("depends_on_denied", "The patient is right handed."),
]


@pytest.mark.parametrize(("code", "sentence"), GIVES)
def test_a_sentence_of_the_kind_may_give_a_reason(code: Reason, sentence: str) -> None:
    """What speaks of this patient and of a reason's matter may be its proof."""
    assert may_give(code, sentence, "upheld")


@pytest.mark.parametrize(("code", "sentence"), DOES_NOT)
def test_a_sentence_of_another_kind_may_not(code: Reason, sentence: str) -> None:
    """What says nothing of the matter, recites a guideline or only closes proves no reason."""
    assert not may_give(code, sentence, "upheld")


@pytest.mark.parametrize("decision", [None, *get_args(Decision)])
def test_met_criteria_are_no_reason_to_uphold(decision: Decision | None) -> None:
    """That the criteria are met never stands beside an upheld denial; a grant may rest on a recited guideline."""
    assert may_give("criteria_met", "ODG criteria appear to be met.", decision) is (decision != "upheld")


@given(st.sampled_from(get_args(Reason)), st.text(max_size=200), st.sampled_from([None, *get_args(Decision)]))
def test_any_text_is_judged(code: Reason, sentence: str, decision: Decision | None) -> None:
    """No text breaks the gate, and its case and typography do not matter."""
    plain = "".join(c for c in sentence if c.isascii())
    assert may_give(code, plain.upper(), decision) == may_give(code, plain.lower(), decision)
