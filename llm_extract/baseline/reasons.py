"""Why the reviewer decided so: stock phrases of rationales, each with its sentence as proof.

Contract, rule 11: a sentence that only recites a guideline gives no reason; it must speak of this patient or this request. What
each code means stands in the contract; the phrases are the field's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from llm_extract.baseline.page import Page, sentences
from llm_extract.engine import Found
from llm_extract.schema import Decision, Reason
from llm_extract.sections import Part

_NO = (
    r"\b(?:no\b|not\b|n't\b|without|lack(?:s|ing|ed)?(?: of)?|absence of|absent|fail(?:s|ed|ure)? to|insufficient|inadequate"
    r"|unclear|nor\b|never|neither|little|minimal|missing|unknown|only vague)"
)
_W = r"[^.]"


class _Rule(NamedTuple):
    code: Reason
    name: str
    pattern: re.Pattern[str]


def _rule(code: Reason, name: str, pattern: str) -> _Rule:
    return _Rule(code, name, re.compile(pattern, re.IGNORECASE))


_RULES: tuple[_Rule, ...] = (
    _rule("no_functional_improvement", "benefit.none", rf"{_NO}{_W}{{0,140}}\b(?:functional(?: \w+)? (?:improvement|benefits?"
        rf"|gains?|changes?|restoration|status)|function(?:al)?\b|objective (?:benefit|improvement|gains?)|(?:analgesic "
        rf"|clinical |sustained |significant |lasting |clear |specific )?benefits?|efficacy|effectiveness|pain relief"
        rf"|improv(?:ed|ement|ing)|(?:reduction|decrease) (?:in|of) (?:pain|VAS|symptoms|medication)|analgesi\w+"
        rf"|response to (?:the )?(?:prior|previous))"),
    _rule("no_functional_improvement", "benefit.vague", r"\b(?:vague report|did not help|not been helpful"
        r"|pain (?:levels? )?(?:remains?|is unchanged)|no better|persist\w* (?:pain|symptoms) despite|failed to improve"
        r"|temporary relief|without (?:lasting|sustained))\b"),
    _rule("long_term_use", "use.long", r"\b(?:long[- ]term(?: \w+)? (?:use|usage|treatment|therapy|basis)"
                                       r"|chronic(?:ally)? (?:use|basis|prescri\w+)|used chronically|prolonged (?:use"
                                       r"|documentation)|documentation of prolonged|sustained use"
                                       r"|ongoing (?:sustained )?(?:chronic )?use (?:of|is not)|for (?:over|more than"
                                       r"|at least|greater than|several|many) (?:a |an |one |two |three |\d+ )?(?:years?"
                                       r"|months?)|on a long|longer than (?:a|one|two|\d|the)|not (?:mention|indicate"
                                       r"|specify|state) that this is for (?:a )?short|not (?:being |been )?(?:prescribed "
                                       r"|used |intended )?for (?:the )?short[- ]term|since (?:at least )?(?:\d{1,2}/|20\d\d"
                                       r"|19\d\d|january|february|march|april|may|june|july|august|september|october"
                                       r"|november|december))"),
    _rule("missing_documentation", "records.silent", r"\b(?:(?:no|not|without|lack\w*|absen\w+|insufficient|missing|incomplete"
        r"|inadequate)\b[^.]{0,70}\b(?:document\w*|information|rationale|explanation|specif(?:y|ied|ics?)"
        r"|provided for review|submitted|physical exam\w*|examination|progress (?:note|report)s?|treatment plan"
        r"|treatment goals?|clinical notes?)|unknown (?:exactly )?(?:when|how|what|why)|(?:unclear|not clear) (?:why|how"
        r"|what|if|whether|from)|(?:does|did|do) not (?:mention|state|specify|describe|explain|indicate|identify|discuss)"
        r"|fails to (?:mention|state|specify|describe|explain|document))"),
    _rule("no_monitoring", "monitoring.none", rf"{_NO}{_W}{{0,120}}\b(?:urine drug|drug screen\w*|UDS|CURES|pain (?:contract"
        rf"|agreement)|opioid (?:contract|agreement)|aberrant|abuse|risk (?:assessment|stratification)|compliance|monitoring"
        rf"|4 ?A'?s|four A'?s|misuse|pill count)"),
    _rule("not_recommended", "guideline.against", r"\b(?:(?:is|are|was|were) not (?:currently )?(?:recommended|supported"
        r"|endorsed|addressed|approved|FDA)|not recommended|(?:do|does) not (?:recommend|support|endorse|address|advise)"
        r"|no (?:support|recommendation|scientific (?:evidence|support)|high quality|quality evidence)|under study"
        r"|experimental|investigational|not FDA|recommend(?:s|ed)? against|little to no (?:research|evidence)"
        r"|no evidence (?:to support|for the use|of efficacy))"),
    _rule("first_line_not_tried", "first_line.untried", rf"(?:{_NO}{_W}{{0,100}}\b(?:(?:tri(?:al|als|ed)|fail(?:ed|ure)"
        rf"|attempt\w*|exhaust\w*)\b{_W}{{0,60}}\b(?:first[- ]line|conservative|antidepress\w+|anticonvuls\w+|oral|therapy"
        rf"|medication\w*|NSAIDs?|measures|treatment|options?|lower levels?|care)|first[- ]line (?:therapy|treatment|agent"
        rf"|medication)|conservative (?:care|treatment|management|measures|therapy)))|\bprior to (?:trying|exhausting)"),
    _rule("exceeds_guideline", "count.above", r"\b(?:exceed(?:s|ed|ing)?|in excess of|above (?:the |what )"
        r"|more than (?:the )?(?:\w+ )?(?:recommended|guideline|allowed|maximum)|greater than (?:the )?(?:recommended"
        r"|guideline|\d+ (?:visits|sessions))|beyond (?:the |what )(?:\w+ )?(?:recommend\w*|guideline|number)"
        r"|over the (?:recommended|maximum)|higher than (?:the )?recommended)"),
    _rule("criteria_not_met", "criteria.unmet", rf"(?:{_NO}{_W}{{0,90}}\b(?:meet|met|satisf\w+|criteria|indicat(?:ed|ions?)"
        rf"|radiculopathy|radicular|neurologic\w*|red flags?|instability|progressive|spasms?|acute (?:exacerbation|flare)"
        rf"|gastrointestinal|GI (?:risk|events?|symptoms)|neuropath\w+|diagnosis of|signs? of|symptoms of|evidence of"
        rf"|history of|objective findings?|clinical findings?|findings|suspected|homebound|failure|functional deficits?"
        rf"|motivat\w+)|\bnot (?:clinically )?indicated\b|\bnot a candidate\b)"),
    _rule("safety", "risk.weighs", r"\b(?:risks? (?:of|outweigh|for|associated|factors?)|side[- ]effects?|adverse (?:effects?"
                                   r"|events?|reactions?)|dependenc[ey]|addict\w+|contraindicat\w+|danger\w*|sedat(?:ion"
                                   r"|ing)|overdose|respiratory depression|Beers|advanced age|interaction|toxicity|hepat\w+"
                                   r"|renal (?:function|impair)|fall risk|tolerance)"),
    _rule("depends_on_denied", "depends.on", r"\b(?:(?:since|as|because|given that|inasmuch as)\b[^.]{0,90}\b(?:surg\w+"
        r"|procedure|operation|injections?|request|treatment|program|trial|block"
        r"|primary)\b[^.]{0,60}\b(?:not (?:medically )?(?:necessary|certified|supported|approved|established|authorized"
        r"|warranted|indicated|recommended|found)|denied|non-?certified|upheld)|associated (?:request|service"
        r"|surgical)[^.]{0,60}not|(?:surgery|procedure|operation) (?:itself )?(?:is|was|has been) (?:not|denied"
        r"|non)[^.]{0,80})"),
)  # fmt: skip
_MET = re.compile(
    r"\b(?:meets?|met|satisf(?:y|ies|ied)|has been (?:met|established|documented)|supports?|supported|is (?:indicated"
    r"|appropriate|reasonable|warranted|within|consistent|justified|recommended)|are (?:indicated|appropriate|reasonable"
    r"|warranted|met)|documented (?:benefit|improvement|functional)|within (?:the )?guideline"
    r"|consistent with (?:the )?guideline|improv(?:ed|ement)|functional (?:improvement|gains?)|benefit)\b",
    re.IGNORECASE,
)
_RECITES = re.compile(
    r"^\W*(?:(?:per|according to|as per|under|based on) (?:the )?(?:CA |California )?(?:MTUS|ACOEM|ODG|Official|guidelines?"
    r"|chronic pain|CA\b|evidence)[^,]*,?"
    r"|(?:the )?(?:CA |California )?(?:MTUS|ACOEM|ODG|Official Disability|Chronic Pain|Postsurgical|Acupuncture|American|FDA"
    r"|Beers|treatment guidelines?|guidelines?|these guidelines?|this guideline|current guidelines|most guidelines|they"
    r"|it)\b[^.]{0,80}?\b(?:states?|recommends?|notes?|indicates?|suggests?|supports?|requires?|says?|advises?|go(?:es)? on"
    r"|also|further|allows?|provides?|specif\w+|recommended|do(?:es)? not recommend|limit\w*|describe\w*|address\w*"
    r"|considers?|list\w*|page)\b)",
    re.IGNORECASE,
)
_APPLIES = re.compile(
    r"\b(?:this (?:patient|worker|case|request|claimant|applicant|employee|individual|injured worker|medication|drug|treatment"
    r"|letter|record|instance)|the (?:patient|worker|claimant|applicant|employee|injured worker|requesting|treating|provider"
    r"|physician|request(?:ed)?|medical records?|records?|documentation|submitted|available|progress|current(?:ly)?"
    r"|clinical)|in this case|within the documentation|was (?:prescribed|obtained|provided)|there (?:is|are|was|were) (?:no"
    r"|not|insufficient|only|limited|documentation)|has been|his|her|he|she|patient's|medically (?:un)?necessary"
    r"|not medically|request)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W*(?:therefore|as such|thus|hence|in light of|given the above|based on (?:the )?above|accordingly"
    r"|in the absence of such|for these reasons|consequently|recommendation is"
    r"|the request(?:ed)?\b)[^.]{0,160}\b(?:medically (?:un)?necessary|denial|denied|non-?certified|not certified|upheld"
    r"|overturned|certified|authorized|appropriate|warranted|supported)\W*$",
    re.IGNORECASE,
)
_AGAINST = frozenset(r.code for r in _RULES)


def read_reasons(page: Page, rationale: Part | None, decision: Decision | None) -> tuple[Found, ...]:
    """Reasons of one item with the sentence that gives each; at most once a code, in the order of the sentences."""
    if rationale is None:
        return ()
    parts = sentences(page.text, rationale.start, rationale.end)
    if decision == "overturned":
        return _for_overturned(page, parts)
    found: dict[str, Found] = {}
    for s in parts:
        for code, name in _codes(page.text[s.start : s.end]):
            found.setdefault(code, page.found(code, f"reasons.{name}", (s.start, s.end)))
    kept = _fewest(found)
    if decision == "partially_overturned":
        kept = {**{f.value: f for f in _for_overturned(page, parts)}, **kept}
    return tuple(kept.values())


def _codes(sentence: str) -> list[tuple[Reason, str]]:
    if _CLOSING.match(sentence) and not re.search(
        r"\b(?:because|since|due to|without|lack|absence|exceed|long[- ]term)\b", sentence, re.IGNORECASE
    ):
        return []
    recites = bool(_RECITES.match(sentence)) and not _APPLIES.search(sentence)
    return [(r.code, r.name) for r in _RULES if not recites and r.pattern.search(sentence)]


def _fewest(found: dict[str, Found]) -> dict[str, Found]:
    """Undocumented benefit and absent monitoring are their own codes and no missing documentation (contract, rule 11)."""
    by_place = {code: f.spans for code, f in found.items()}
    narrow = {
        by_place[c]
        for c in ("no_functional_improvement", "no_monitoring", "first_line_not_tried", "depends_on_denied")
        if c in by_place
    }
    for broad in ("missing_documentation", "criteria_not_met"):
        if by_place.get(broad) in narrow:
            found = {c: f for c, f in found.items() if c != broad}
    if "safety" in found and len(found) > 2:
        found = {c: f for c, f in found.items() if c != "safety"}
    return found


def _for_overturned(page: Page, parts: list[Part]) -> tuple[Found, ...]:
    """An overturned denial rests on met criteria; the proof is the last sentence that says so."""
    saying = [s for s in parts if page.search(_MET, s) and not _RECITES.match(page.text[s.start : s.end])]
    best = (saying or parts)[-1:]
    return tuple(page.found("criteria_met", "reasons.criteria.met", (s.start, s.end)) for s in best)
