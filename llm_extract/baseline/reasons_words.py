"""Words that the rules of reasons put together: what denies, what is documented, and what of (benefit, trials, monitoring).

A rule says, say, "a negation, within so many words a trial, within so many words a first-line treatment", instead of listing
sentences. All patterns are for lower-case text and linear: a gap has a least upper bound of words and stops at clause words.
"""

from __future__ import annotations

from collections.abc import Mapping

from llm_extract.baseline.rule import Matter, Rule
from llm_extract.schema import Reason

NO = (
    r"\b(?:no\b(?! (?:doubt|more than))|not\b(?! only)|without|lack(?:s|ing|ed)?(?: of)?|absence of|absent|fail(?:s|ed|ure)? to"
    r"|insufficient|inadequate|unclear|uncertain|nor\b|never|neither|little|minimal|missing|unknown|none|nothing|nobody|nowhere"
    r"|only (?:vague|minimal|limited)|cannot|can not|devoid of|yet to|scant|sparse"
    r"|(?:is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should)n't\b)"
)
"""What denies."""
STATED = (
    r"(?:document\w*|mention\w*|shown|show|demonstrat\w*|report(?:ed|s)?|describ\w+|record(?:ed|s)?|quantif\w+|not(?:ed|e)"
    r"|evident"
    r"|provided|identif\w+|establish\w*|address\w*|discuss\w*|specif\w+|attribut\w+|outlin\w+|detail\w*|furnish\w*|given|included"
    r"|submitted|available|supplied|stated|listed|clarified|explained|defined|indicated|named|found|presented|clear"
    r"|substantiated|verified|obtained|performed|done|made|in the|within the|part of the|on file)"
)
"""Participles of what a record does to a fact."""
NOT_STATED = (
    rf"(?:(?:(?:was|were|is|are|has|have|had)(?: \w+ly)?(?: been)? not|(?:was|were|is|are|has|have|had)n't|cannot be|never"
    rf"|nowhere"
    rf"|not|neither)(?: yet)? (?:been )?(?:\w+ly )?{STATED}"
    r"|(?:was|were|is|are|remains?) (?:also |still )?(?:unknown|un(?:specified|clear|documented|stated|certain)|missing|absent"
    r"|lacking|omitted|questionable|not known))"
)
"""That a fact is not in the record."""
_STOP = r"(?:until|unless|because|but|however|although|whereas|before|prior to)\b"


def gap(words: int, *, but: str = _STOP) -> str:
    """Up to so many words, none of which begins another clause."""
    return rf"[^ ;]*(?: (?!{but})[^ ;]+){{0,{words}}}? [\"'(]?(?:[^ ;/-]+[/-])?"


MEASURED = (
    r"(?:pain|vas|symptom\w*|medic\w+|analges\w+|opioid\w*|narcotic\w*|work restrictions|scores?|disability|spasms?|intake)"
)
LESS = (
    rf"(?:reduc(?:tions?|ed|es|ing)|decreas(?:es?|ed|ing)|decrements?|lower(?:s|ed|ing)?|lessen\w*|drops?|alleviat\w+)"
    rf"(?: (?!(?:risk|dose|dosage)\b)[a-z'-]+){{0,5}}? {MEASURED}"
)
"""Less pain, fewer drugs."""
BENEFIT = (
    r"(?:functional(?:,? \w+){0,2} (?:improvements?|benefits?|gains?|changes?|restoration|status|goals?|capacity|progress"
    r"|outcomes?)\b(?! (?:evaluat|exam|test|assess|program))"
    r"|(?<!liver )(?<!renal )(?<!kidney )(?<!hepatic )function(?:ing|al(?:ity|ly)?)?\b"
    r"(?! (?:deficit|capacity|restoration|impair|loss|limitation|abilit|difficult|test|evaluat|assess|overlay|need))"
    r"|objective(?:ly)?(?: \w+)? (?:benefits?|improvements?|gains?|changes?|evidence of (?:benefit|improvement))"
    r"|benefi(?:ts?|ted|tted|cial)\b|(?<!guaranteed )efficac(?:y|ious)|effective(?:ness)?\b|relief\b|reliev(?:ed|es|ing)\b"
    r"|gains?\b"
    r"|improv(?:ed|ements?|ing|es|e)\b|(?:measurable|meaningful|significant|sustained|good|real|any) progress\b|better\b"
    r"|help(?:s|ed|ful|ing)?\b(?<!\bhelp)|\bhelp\b(?! (?:with (?!(?:the |his |her )?(?:pain|symptom|function))|at|around)\b)"
    r"|analgesia\b|analgesic (?:effect|benefit|relie|respon|efficac)\w*"
    r"|change(?:s|d)? (?:in|of) (?:\S+ ){0,3}?(?:pain|vas|function|symptoms|medications?|work)"
    rf"|{LESS}|pain (?:scores?|levels?|control|scales?|ratings?)|can do (?:with|on)\b|(?:with|to) what effect\b"
    r"|(?<!unusual )(?<!allergic )(?<!adverse )respon(?:se|ded|ds) (?:\w+ ){0,1}?to (?!oral|conserv)|outcomes?\b(?! tool)"
    r"|activities of daily living|adls?\b"
    r"|quality of life"
    r"|return(?:ed|ing)? to work\b(?! (?:attempt|goal|plan))|daily activities|activit(?:y|ies) (?:levels?|with|tolerance|which"
    r"|that)\b"
    r"|(?:able|enabl\w+|lets?|allow\w*) (?:\w+ ){0,3}?(?:to )?(?:do|perform|function|work)\b)"
)
"""What a treatment is given for."""
TREATED = (
    r"(?:trials?|tried|try|trialed|failed|failures?|fail|attempt\w*|exhaust\w*|unresponsive|ineffective"
    r"|refractory|recalcitrant|intoleran\w+"
    r"|(?:not )?tolerate[ds]?|responded|complet\w+|undergone|undertaken|engaged in|participat\w+|contraindicat\w+"
    r"|having been done"
    r"|had (?:an? )?(?:\w+ )?(?:course|trial|attempt)|course of)"
)
"""That a treatment was used up."""
FIRST = (
    r"(?:first[- ]line|conservative|omeprazole|generics?\b|cbt\b|over-the-counter|tylenol|less invasive"
    r"|non-?operative|anti-?depress\w+|anti-?convuls\w+|anti-?epilep\w+|tri-?cyclics?|snri|aed\b"
    r"|gabapentin|oral\b|physical therapy|therap(?:y|ies)|physiotherapy|medications?|nsaids?|measures|treatments?|options?"
    r"|lower levels?|care\b|home exercise|exercises?|acetaminophen|methods?|tens\b|sleep hygiene|sleep aids?|alternatives?"
    r"|injections?|modalities|splint\w*|bracing|ice packs?|agents?|hygiene|interventions?|diet\w*|analgesics|opioids?)"
)
"""What comes first by the guidelines."""
WATCH = (
    r"(?:urine (?:drug|tox\w*)|drug (?:screen\w*|test\w*)|toxicology|uds\b|udt\b|cures\b|pdmp\b|pain (?:contract|agreement"
    r"|management (?:contract|agreement))|(?:opioid|opiate|narcotic|treatment|medication) (?:pain )?(?:contract|agreement)"
    r"|signed (?:\w+ )?(?:contract|agreement)|agreement (?:in|on|is)|aberran\w+|abuse\b|misuse|diversion"
    r"|risk (?:assessment|stratification|screening)|pill counts?|(?:4|four) ?\"?a'?s|drug[- ]seeking"
    r"|(?:liver|renal|kidney|hepatic) (?:function )?(?:tests?|testing|panel|enzymes?)"
    r"|(?:medication|treatment|patient) compliance|compliance with (?:the )?medic\w+|monitor(?:ing|ed) (?:of|for|program))"
)
"""What is watched of patients on opioids."""


def matter_of(by_code: Mapping[Reason, tuple[Rule, ...]]) -> Matter:
    """The rules of a module under the codes that they give, each once. In words by themselves a rule reads its code."""
    codes = {rule.name: code for code, rules in by_code.items() for rule in rules}
    return Matter(
        tuple({id(rule): rule for rules in by_code.values() for rule in rules}.values()),
        lambda rule, words: codes[rule.name] if rule.search(words.lower()) else None,
    )
