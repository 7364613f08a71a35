"""What a sentence must speak of before a model may call it a reason: the gate that grounding is for values, for codes.

A code is no words of the letter, so that nothing in the letter can contradict it but its sentence. A small model names a sentence
about a brace in a closet as `safety`. The words here are wide: they refuse what says nothing of the kind, they do not decide
which reason it is. The contract's rule 11 refuses the rest: a closing formula and the reciting of a guideline give no reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import get_args

from llm_extract.baseline.reasons_sentences import Kind, kind_of
from llm_extract.schema import Decision, Reason
from llm_extract.values import lower, plain

_WORDS: Mapping[Reason, str] = {
    "no_functional_improvement": """
        function improv benefi relie pain effica effect respon progress work activit gain help better goal
    """,
    "long_term_use": """
        long chronic since month year week day short acute period duration prolong continu extend ongoing indefinite
        maintenance
    """,
    "missing_documentation": r"""
        document record report provid note submit available chart file describ stat indicat mention evidence detail
        inform clear clarif rational expla specif lack absen without nothing \bno\b \bnot\b unknown identif list plan
        exam
    """,
    "no_monitoring": """
        monitor screen urine uds toxicolog cures pdmp contract agreement pill aberran complian drug_test misus abus
        diver
    """,
    "not_recommended": r"""
        recommend support endors address silent \bprove unproven stud(?:y|ies) effica advis lack experiment investigat
        favou?r guideline evidence mtus odg acoem literature value indicat \brole\b \bplace_in discourag \bapproved formulary
        exclud contrary off-label
    """,
    "first_line_not_tried": """
        fail tri(?:ed|al) conservativ first alternativ other before prior exhaust attempt intoler respon therap instead
        exercise physical least step receiv undergo over-the-counter generic obviat splint
        \b(?:not|never|nor|no)\b[^.]{0,30}(?:given|prescri|start|placed|handed|worn|taken|\bhad\b)
    """,
    "exceeds_guideline": r"""
        \d \b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|first|second|third)\b teen\b
        exceed more beyond above excess limit up_to maxim number frequen total already addition further double triple twice
        exhaust used_up too_(?:high|many|much|great)
    """,
    "safety": r"""
        risk danger harm adverse side_effect contraindica depend addict toleran toxi overdos sedat hepat renal kidney
        liver gastr bleed cardi heart ulcer \bage[ds]?\b elderly older pregnan respirat breath interact unsafe safe abus
        misus hyperalges fall fatal death died complicat infect caution warn black_box avoid allerg apnea suicid alcohol
        morphine \bmed\b withdraw \brash dermatit swell swoll edema drows nodd asleep serotonin seizure radiation creatinine
        burns irritat rebound overuse hazard beers anticoag
    """,
    "depends_on_denied": r"""
        necess den(?:y|ied|ial) certif approv support establish surg procedure operati associat accompan companion moot
        since \bas_(?:the|this|that|it|they|neither|none)\b because also therefore without itself primary underlying
    """,
}
_SPEAKS = {code: re.compile("|".join(words.replace("_", " ") for words in wide.split())) for code, wide in _WORDS.items()}
_GIVEN_BY: Mapping[Kind, Collection[Reason]] = {
    "applied": get_args(Reason),
    "recited": {"not_recommended"},  # that a guideline does not recommend a thing is said by reciting it
    "closing": {"depends_on_denied"},  # companions of a denied operation are decided in one sentence
    "outside": (),
}


def may_give(code: Reason, sentence: str, decision: Decision | None) -> bool:
    """Whether a sentence can be the proof of a reason for a decision."""
    if code == "criteria_met":
        return decision != "upheld"  # a grant may rest on the guideline alone, recited
    low = lower(plain(sentence))
    if code in _SPEAKS and not _SPEAKS[code].search(low):
        return False
    return code in _GIVEN_BY[kind_of(low)[0]]
