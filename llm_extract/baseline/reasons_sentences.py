"""What kind of sentence a rationale has: of a guideline, of this patient, of what somebody else held, or the closing formula.

Contract, rule 11: what only recites a guideline gives no reason, nor does a closing formula. Only what is left is `applied`.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Literal

from llm_extract.baseline.reasons_needs import possible
from llm_extract.baseline.rule import Matter, Rule, compiled

Kind = Literal["closing", "outside", "recited", "applied"]

_BODY = (
    r"(?:(?:the )?(?:ca(?:lifornia)? |current |cited |most |these |this |treatment |evidenced?[- ]based |clinical |practice "
    r"|official |disability "
    r"|chronic pain |medical |postsurgical |post-surgical |acoem |mtus |odg )*"
    r"(?:mtus|acoem|odg|aaos|fda|aasm|cms|aetna|guidelines?|schedule|protocol|peer[- ]reviewed literature|literature|beers"
    r"|study|studies"
    r"|american \w+|dwc|treatment index|label)\b)"
)
_SAYS = (
    r"(?:states?|stated|recommend(?:s|ed)?|notes?|indicates?|suggests?|supports?|requires?|says?|advis(?:es|ed)|go(?:es)? on"
    r"|also|further"
    r"|allows?|provides?|specif\w+|do(?:es)? (?:not |also |support)|limits?|describes?|address\w*|considers?|lists?|page"
    r"|pages|stipulates?"
    r"|takes the position|acknowledges?|identif(?:y|ies)|defines?|cites?|restricts?|covers?|reserved?|has the following"
    r"|(?:is|are) (?:silent|not|clear)|p\.|set|puts?|accepts?|calls? for|gives?|looks? for|adds?|permits?|endorses?|reports?"
    r"|discuss\w*"
    r"|contains?|mandates?|caution\w*|establish\w*|outlines?|chapter|section|guidelines?|includes?|need)"
)
_FIRST_WORD = (
    r"^\W*(?:(?:in addition|additionally|also|however|further|moreover|while|although|specifically|regarding|generally"
    r"|unfortunately),? )?"
)
_NOT_IF = r"(?<!if )(?<!when )(?<!unless )(?<!until )(?<!once )(?<!where )"
_PATIENT = (
    rf"\b(?:in this case|here\b|this (?:patient|worker|case|request|claimant|applicant|employee|individual|injured|man|woman"
    rf"|instance"
    rf"|medication|product|compound|rationale|letter|file)|{_NOT_IF}the (?:patient|worker|claimant|applicant|employee"
    rf"|injured worker"
    r"|individual)(?:'s)? (?!is (?:not )?a candidate where|has a significant|exhibits)"
    r"|(?:injured worker|claimant|applicant|employee|patient)(?:'s|s')? (?:has|have|is|was|does|did|had|continues|reports?"
    r"|presents|already"
    r"|takes|carries|uses|cannot|remains?|pain)|the (?:requesting|treating|attending|prescribing|provider|physician|treater"
    r"|surgeon|doctor)"
    r"|(?:provided|submitted|available|reviewed) (?:medical )?(?:records?|documentation|notes?|for review)"
    r"|the (?:medical |clinical |submitted |available |progress |provided )*(?:records?|documentation|notes?|reports?|file"
    r"|chart|exam\w*)"
    rf"|within the (?:documentation|medical|records|submitted|provided|information)|{_NOT_IF}there (?:is|was|are|were"
    rf"|has been|have been)"
    r" (?:also |only |however |thus |therefore )?(?:no|not|insufficient|only|limited|little|a lack|documentation|nothing"
    r"|still)|his\b|her\b"
    r"|he\b|she\b|requested|the request\b|asked for|at issue|in question|not medically|no (?:reason|rationale"
    r"|explanation) (?:is|was)|currently prescribed|was prescribed"
    r"|has been prescribed|documented for|on file|on record|mr\.|ms\.|pt\.)"
)

_CLOSING = Rule(
    name="reasons.sentence.closing",
    why="The formula that decides: it gives no reason unless it names one.",
    examples={
        "The request is not medically necessary and appropriate.": "closing",
        "Recommendation is for denial.": "closing",
        "Therefore, the medical necessity for the request has not been substantiated.": "closing",
        "Based on the currently available information, the medical necessity for Norco has not been established.": "closing",
        "Twelve visits go beyond the number that is supported.": None,
        "As there is no benefit, the request is not medically necessary.": None,
        "The patient hurt his back.": None,
    },
    pattern=compiled(
        r"^\W*(?:(?:therefore|as such|thus|hence|in light of|given (?:the )?(?:above|this)|based on (?:the )?(?:above"
        r"|guidelines|this|these"
        r"|clinical)|accordingly|in the absence of such|for (?:these|this|the above) reasons?|consequently|recommendation is"
        r"|in summary"
        r"|in conclusion|overall|it is therefore|so,)\b[^.]{0,170}"
        r"|(?:based on|given|in view of|considering) (?:the |all |currently |clinical |medical |available |submitted |provided )*"
        r"(?:information|documentation|records?|evidence|data|findings|facts)[^.;]{0,60}?, [^.,;]{0,150}?"
        r"|(?:the |this |an? |his |her |retrospectively,? )?[^.,;]{0,150}?)"
        r"\b(?:medically (?:un)?necessary(?: and appropriate)?(?: (?:at this time|as requested|in the form asked for))?"
        r"|denial|denied"
        r"|non-?certified|not certified|upheld|overturned|certified|authorized|appropriate|warranted|supported|indicated"
        r"|non-?certification"
        r"|independent medical review|established|substantiated)\W*$"
    ),
    unless=compiled(
        r"\b(?:ongoing (?:sustained|chronic)|because|since|as (?:the|there|it|no)|due to|without|lack|absence|exceed\w*"
        r"|long[- ]term|short"
        r"|which is not|so that|none|neither|no need|nothing|failed|silent|not in the|beyond|above|outside|more than|well over"
        r"|past"
        r"|twice|longer)\b|, and |; |not recommended|does not"
        r"|do not"
        r"|ha(?:s|ve) not(?! been (?:established|substantiated|demonstrated|met|shown))|criteria\b|\bassociated\b"
    ),
)
_OUTSIDE = Rule(
    name="reasons.sentence.outside",
    why="What others decided, advice on tapering, and what may be asked for later are not the reviewer's reasons.",
    examples={
        "The utilization reviewer denied the drug for lack of functional improvement.": "outside",
        "Abrupt cessation is not advised.": "outside",
        "If the study shows apnea, this can be asked for again.": "outside",
        "The drug did not help.": None,
    },
    pattern=compiled(
        r"^\W*(?:if|should|were|whether)\b(?!.*(?:not medically|unknown))|\b(?:utilization review(?:er)?(?:'s)?|ur physician"
        r"|the reviewer for"
        r"|claims administrator(?:'s)?|ur reviewer)\b[^.]{0,60}(?:denied|held|stated|refused|noted|counted|remark|authorized"
        r"|certified"
        r"|modified)|\b(?:abrupt|taper|wean(?:ing|ed)? (?:is|should|was)|without prejudice|may well be)"
    ),
)
_RECITES: tuple[Rule, ...] = (
    Rule(
        name="reasons.sentence.per_guideline",
        why='It begins with "per", "according to" and the like, and a guideline.',
        examples={
            "According to the MTUS, criteria include failure of conservative treatment.": "recited",
            "Per ODG, it is for the short term.": "recited",
            "According to the 3/4/15 report, the pain is worse.": None,
        },
        pattern=compiled(
            rf"{_FIRST_WORD}(?:per|according to|as per|under|from|as noted (?:on|in|by)|as stated (?:in|by)|based on"
            rf"|as recommended by"
            rf"|in regards? to|with regards? to|regarding)\b[^.]{{0,200}}?(?:{_BODY}|page|evidence|chronic pain"
            rf"|official disability|acoem)"
        ),
    ),
    Rule(
        name="reasons.sentence.guideline_says",
        why="Its subject is a guideline that states, recommends or requires.",
        examples={
            "ODG states that opioids should be discontinued if there is no functional improvement.": "recited",
            "The guideline requires failure of conservative treatment.": "recited",
            "The patient states that it helps.": None,
        },
        pattern=compiled(rf"{_FIRST_WORD}(?:{_BODY}[^.]{{0,80}}?\b{_SAYS}|{_BODY} ?[:(,-])"),
    ),
    Rule(
        name="reasons.sentence.they_say",
        why='It goes on reciting: "they note", "page 78", "criteria for", "recommended".',
        examples={
            "They further note that the drug has no benefit over NSAIDs.": "recited",
            "Criteria for the use of injections: radiculopathy must be documented.": "recited",
            "They met at work.": None,
        },
        pattern=compiled(
            rf"{_FIRST_WORD}(?:(?:they|it) (?:also |further |then )?(?:notes?|indicates?|states?|recommends?|suggests?"
            rf"|advises?|adds?|says?)\b"
            r"|page \d|while page|p\. ?\d|medical treatment does not include|(?:the )?(?:medical treatment guideline"
            r"|criteria (?:for (?!the use of this)"
            r"|include)|indications?\b"
            r"|recommended\b|not recommended\b|among the criteria|acoem|odg|mtus)\b|functional improvement (?:means|is defined))"
        ),
        unless=compiled(r"criteria for [^:]{0,80}\b(?:not|been) (?:been )?(?:met|satisfied)"),
    ),
    Rule(
        name="reasons.sentence.in_general",
        why='It speaks of patients or drugs in general ("should be", "is recommended for") and not of this one.',
        examples={
            "Opioids should be discontinued if there is no overall improvement in function.": "recited",
            "Benzodiazepines carry a risk of dependence in patients who use them for long.": "recited",
            "This patient may be helped by it.": None,
        },
        pattern=compiled(
            r"\b(?:should (?:not )?be|may be|can be|is (?:generally |usually )?recommended|are (?:generally |usually "
            r"|considered )?recommended"
            r"|is considered|are considered|is defined|are indicated|is indicated (?:for|in|when|if)|are (?:an )?option"
            r"|is an option"
            r"|patients (?:who|with|in|on|of|may|should)|in patients|for patients|any compounded|is not recommended"
            r"|are not recommended"
            r"|usually|generally|in most cases|ha(?:ve|s) (?:not )?been shown to|is approved|fda[- ]approved"
            r"|is a (?:\w+ ){0,3}(?:drug|medication|opioid|benzodiazepine|relaxant|hypnotic|topical|nsaid|treatment|passive)"
            r"|appears? to diminish|(?:no )?(?:evidence|studies) exists?|most guidelines|is meant for|is for (?:two|those|a)"
            r"|is reserved|is required|must be"
            r"|trial may be"
            r"|the 4 a's of|four a's of|is not suggested|is supported (?:by|only)|would be considered|are necessary)\b"
        ),
        unless=compiled(
            rf"{_PATIENT}|^\W*(?:no\b(?! (?:evidence|studies) exist)|none\b|neither\b|there (?:is|was|are|were)|not\b|nothing\b"
            r"|nobody\b)|\bnot (?:one|among|any) of\b|\b(?:has|have) been (?:taken|taking|used|using|prescribed|given)\b"
            r"|\bexceed\w*|\bgo(?:es)? (?:past|beyond)\b|\b(?:far|well) (?:past|beyond|outside|over|above)\b"
        ),
        needs=(
            *("should", "may be", "can be", "recommended", "considered", "defined", "indicated", "option", "patients"),
            *("compounded", "usually", "generally", "in most cases", "shown to", "approved", "is a ", "diminish", "exist"),
            *("guidelines", "meant for", "is for ", "reserved", "required", "must be", "4 a's", "four a's", "suggested"),
            *("supported", "necessary"),
        ),
    ),
    Rule(
        name="reasons.sentence.if_the_patient",
        why='A condition ("if the patient", "unless the provider") is no fact.',
        examples={
            "Opioids stop unless a patient improves.": "recited",
            "It is unclear if the patient improves.": None,
        },
        pattern=compiled(
            r"\b(?:if|when|where|unless|whether|until|once) (?:the|a|an|his|her|this) (?:patient|worker|individual|claimant"
            r"|condition|provider"
            r"|practitioner)"
        ),
        unless=compiled(
            rf"{_PATIENT}|\bun(?:clear|known|certain)\b|\bnot (?:clear|known|stated)\b|\b(?:determine|assess|see) (?:if|whether)"
        ),
    ),
)
*_TOLD, _GENERAL, _CONDITION = _RECITES
_TURN = Rule(
    name="reasons.sentence.turn",
    why="From here a sentence that began with a guideline speaks of this patient.",
    examples={
        "While page 69 supports this drug, in this case there is no mention of dyspepsia.": "applied",
        "Guidelines limit use to 4 weeks, and this patient has taken it for years.": "applied",
        "The guideline has a one-month trial; 60 days is twice that.": "applied",
        "It is for those whose drugs fail or who cannot take them, none of which applies here.": "applied",
        "Guidelines limit use to 4 weeks.": None,
    },
    pattern=compiled(
        r"\b(?:in this case|in this (?:patient|worker|claimant|instance)|here,|here the|however,|but (?:the|this|there|in|he|she)"
        r"|with regard to this|although the|the records?|the medical records?|the documentation|the submitted|this (?:patient"
        r"|worker|claimant"
        r"|applicant|employee|request)|the (?:patient|claimant|applicant|injured worker|employee|worker) (?:is|has|had|was"
        r"|does|did|already)"
        r"|at issue here|the \d+-tablet|(?:and|but|yet|while|whereas) (?:the|this|his|her) [^,;]{0,40}?(?:requested|asked for"
        r"|at issue|in dispute)"
        r"|the requested|the request (?:for|is|was)|(?:neither|none) of (?:which|these|those)|there (?:is|are|was"
        r"|were) no (?:documentation|evidence|mention|indication|record)|and (?:that|this|it) (?:is|was|has) (?:not|nowhere)"
        r"|and (?:twice|double|more than) (?:that|this))|; (?:the |this )?(?:\d+|\w+(?:teen|ty)|twelve|four|six|eight|ten) \w+"
        r" (?:is|are|was|would)\b"
    ),
)
_CONCESSIVE = Rule(
    name="reasons.sentence.concessive",
    why='"Although the guideline ...," only leads to what is said of this request behind the comma.',
    examples={
        "Although the guideline lets an injection rest on an MRI, it would be unsafe to inject here.": "applied",
        "The guideline lets an injection rest on an MRI.": None,
    },
    pattern=compiled(r"^\W*(?:although|though|even though|while|whereas)\b[^,;]{12,200}, "),
)


def kind_of(low: str, may: Set[str] | None = None) -> tuple[Kind, int]:
    """The kind of a sentence in lower case, and where what is said of this patient begins in one that only begins as recited.

    `may` names the rules that may hit in it (`reasons_needs.possible`) where they are known already.
    """
    may = possible(low) if may is None else may
    if _CLOSING.name in may and _CLOSING.search(low):
        return "closing", 0
    if _OUTSIDE.name in may and _OUTSIDE.search(low):
        return "outside", 0
    if any(rule.search(low) for rule in _TOLD if rule.name in may):
        own = _turn(low) if _TURN.name in may else _behind_the_concession(low)
        return ("applied", own) if own else ("recited", 0)
    if _CONDITION.name in may and _CONDITION.search(low):
        return "recited", 0
    return _in_general(low, may) if _GENERAL.name in may else ("applied", 0)


def _in_general(low: str, may: Set[str]) -> tuple[Kind, int]:
    """The kind of a sentence that may speak in general, and where it turns to this patient."""
    begins = _GENERAL.pattern.search(low) if _GENERAL.pattern and _GENERAL.may_hit(low) else None
    if begins is None:
        return "applied", 0
    if not (_GENERAL.unless and _GENERAL.unless.search(low)):
        return "recited", 0
    turn = _TURN.search(low, max(12, begins.end())) if _TURN.name in may else None
    return "applied", turn.start() if turn else 0


def _turn(low: str) -> int:
    """Where a sentence that began with a guideline turns to this patient; 0 where it does not."""
    if turn := _TURN.search(low, 12):
        return turn.start()
    return _behind_the_concession(low)


def _behind_the_concession(low: str) -> int:
    concessive = _CONCESSIVE.search(low)
    return concessive.end() if concessive else 0


_KINDS: dict[str, Kind] = {
    _CLOSING.name: "closing",
    _OUTSIDE.name: "outside",
    **{rule.name: "recited" for rule in _RECITES},
    _TURN.name: "applied",
    _CONCESSIVE.name: "applied",
}
RULES = (_CLOSING, _OUTSIDE, *_RECITES, _TURN, _CONCESSIVE)
MATTER = Matter(RULES, lambda rule, words: _KINDS[rule.name] if rule.search(words.lower()) else None)
