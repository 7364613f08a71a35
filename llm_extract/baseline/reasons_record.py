"""Reasons that speak of the record: information that is needed is not in it, or nobody watched the opioids."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import NO, NOT_STATED, WATCH, gap, matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_GAP: Reason = "missing_documentation"
_UNWATCHED: Reason = "no_monitoring"
_INFO = (
    r"(?:rationale|specifics|particulars|explanations?|justification|reasons?|reasoning|treatment plans?|plan\b"
    r"|(?:treatment )?goals?|clarif\w+"
    r"|(?:progress|medical|clinical|recent|treatment|operative|surgical|therapy|imaging|radiology|consultation|initial"
    r"|current|office"
    r"|supporting) (?:\w+ )?(?:notes?|reports?|records?|documentation|information|evaluation|assessment)|rfa\b"
    r"|physical exam\w*(?! (?:findings|signs|evidence))|examination(?! (?:findings|signs|evidence))|information|description"
    r"|details?"
    r"|(?:specific |dosing )?(?:frequency|duration|dos(?:e|es|age|ing)|quantity|strength|directions|site|level|side|height"
    r"|weight)"
    r"|(?:functional|baseline) (?:\w+ )?(?:testing|measure\w*|evaluation)|body parts?|length of|number of|how many|how often"
    r"|date of|results? of|documentation (?:(?:that )?(?:was|is"
    r"|were) )?(?:submitted"
    r"|provided|available|supplied|regarding the (?:request|need)))\b"
)
_ADJECTIVES = r"(?:(?!(?:evidence|risk|of|in|on|at|from|with|by|to|for|or|and|that|is|was|report)\b)[a-z-]+ ){0,2}?"
_OF_GUIDELINES = (
    r"(?:hazard|risk)s? (?:which|that)|of the (?:two|three|four|five|six|criteria) (?:is|are)\b|short[- ]term"
    r"|(?:mtus|guidelines?|odg|acoem) do|specifically address|surgery is not"
)
_DOES_NOT = (
    r"\b(?:does|do|did|has|have|is|was|were|are) not|n't"
    r"|\bnor (?:do|does|did|has|have) (?:the |any |this |his |her )?(?:\w+ )?\w+"
)
_FINDING = (
    r"(?:radicul\w+|neuro\w+|complaints?|symptoms?|findings?|signs?|deficits?|weakness|spasms?|red flags?|instability"
    r"|risk factors?"
    r"|flare\w*|exacerbations?)\b"
)
_RECORD = r"(?:records?|notes?|reports?|file|chart|request|rfa|letter|documentation|provider|physician|treater|surgeon)"

_SILENT: tuple[Rule, ...] = (
    Rule(
        name="reasons.record.unclear",
        why="The reviewer does not know when, how, why or whether.",
        examples={
            "It is unclear why the patient needs two NSAIDs.": _GAP,
            "It is unknown exactly when the patient started taking this medication.": _GAP,
            "It is not clear from the records how many visits were had.": _GAP,
            "The cause is clear.": None,
        },
        pattern=compiled(
            r"\b(?:un(?:known|clear|certain)|not (?:known|clear|certain|evident|apparent)|no(?:t any)? (?:word|discussion"
            r"|indication"
            r"|mention|explanation|documentation)(?: made)?) (?:exactly |to me |as to |of |on |(?:from|in) the \w+ "
            r"|regarding )?(?:when|how|what|why"
            r"|whether|if|where|which|who)\b"
            r"|\b(?:un(?:known|clear|certain)|not (?:known|clear)) (?:from|for|as to|that|nor)\b"
            r"|\b(?:un(?:known|clear)|not (?:known|clear)) (?:to|at|on|in|with|by) (?:which|what|whom)\b"
        ),
        unless=compiled(
            r"\bhow (?:effective|helpful|much (?:relief|benefit|it helps))|\bhow (?:the|this) \w+ helps|no (?:\w+ ){0,2}how"
        ),
    ),
    Rule(
        name="reasons.record.does_not_explain",
        why="The record, the request or its author does not explain, specify, discuss or clarify something.",
        examples={
            "The request does not specify the frequency or quantity.": _GAP,
            "The treater does not explain why this is requested.": _GAP,
            "The treater does not give a reason for the suspension.": _GAP,
            "Nor do the records offer any measure of the depression.": _GAP,
            "The provider failed to clarify the dose.": _GAP,
            "The guidelines do not specifically address this.": None,
        },
        pattern=compiled(
            rf"(?:{_DOES_NOT}) (?:\w+ly )?(?:state|specif\w+|explain\w*|discuss\w*|say|furnish\w*|comment\w*|clarif\w+|outlin\w+"
            r"|provid\w+|offer|give|address\w*|submit\w*|detail\w*|justif\w+)"
            r"(?! (?:for|the guideline|that (?:this|the) \w+ is for))"
            r"|\bfail(?:s|ed)? to (?:state|specify|explain|discuss|provide (?:a|any|the) (?:rationale|reason|plan)|outline"
            r"|furnish"
            r"|clarify|address)"
        ),
        unless=compiled(_OF_GUIDELINES),
        needs=(
            *("state", "specif", "explain", "discuss", "say", "furnish", "comment", "clarif", "outlin", "provid", "offer"),
            *("give", "address", "submit", "detail", "justif"),
        ),
    ),
    Rule(
        name="reasons.record.does_not_mention",
        why="The record does not mention something that is no finding (a missing finding is an indication that is absent).",
        examples={
            "The request as submitted failed to indicate the frequency.": _GAP,
            "The reports didn't contain a recent examination.": _GAP,
            "The request does not include the body part to be treated.": _GAP,
            "The reports do not list a single gastrointestinal complaint.": None,
            "The notes do not describe any radicular symptoms.": None,
        },
        pattern=compiled(
            rf"(?:{_DOES_NOT}) (?:\w+ly )?(?:mention|describ\w+|identif\w+|name|list\w*|indicate\b|includ\w+|contain\w*)"
            r"(?! (?:for|the guideline|that (?:this|the) \w+ is for))"
            r"|\bfail(?:s|ed)? to (?:mention|indicate|include|describe|identify)"
        ),
        unless=compiled(
            rf"{_OF_GUIDELINES}|\bindicate that the (?:patient|worker) (?:is|has|was)\b"
            rf"|(?:mention|describ\w+|list\w*|includ\w+|contain\w*|identif\w+|indicate) (?:[a-z/-]+ ){{0,6}}?{_FINDING}"
        ),
    ),
    Rule(
        name="reasons.record.no_discussion",
        why="There is no discussion, explanation or account of something that the decision needs.",
        examples={
            "There is no discussion of sleep hygiene or of the other components of insomnia.": _GAP,
            "No assessment of the home was made.": _GAP,
            "There is no account in the notes of what was tried.": _GAP,
            "There is no discussion.": None,
        },
        pattern=compiled(
            r"\b(?:no|without|nor is there any) (?:\w+ )?(?:discussion|explanation|description|assessment|account|analysis"
            r"|justification"
            r"|comment)\b (?:[a-z]+ ){0,3}?(?:of|as to|about|regarding|on|for|concerning)\b"
        ),
        unless=compiled(_OF_GUIDELINES),
    ),
    Rule(
        name="reasons.record.not_given",
        why="Something is said not to have been given, stated or attached.",
        examples={
            "The operative report was not included for review.": _GAP,
            "Nowhere is it stated how long.": _GAP,
            "The results are not available.": _GAP,
            "The employee is not documented to be homebound.": None,
            "No benefit was stated.": None,
        },
        pattern=compiled(
            r"\b(?:not|never|nor|nowhere) (?:is it |was it |been |set out|given )?(?:stated|specified|provided|explained"
            r"|described"
            r"|set out|given|said|supplied|furnished|outlined|defined|listed|named|indicated (?:(?:in|on|by) the|how|why|what"
            r"|when|where|whether)|submitted|available|included"
            r"|recorded|documented|examined|asked about|found in|attached|within the (?:documentation|records?|notes?))\b"
            r"(?! (?:a|any)? ?(?:benefit|acupuncture)| to (?:be|have)\b)"
        ),
        unless=compiled(_OF_GUIDELINES),
    ),
    Rule(
        name="reasons.record.no_information",
        why="A negation, then information that a reviewer needs.",
        examples={
            "There is no rationale provided for the request.": _GAP,
            "No progress note discussing this request is available.": _GAP,
            "There is no treatment plan with specific goals.": _GAP,
            "Without further clarification of the goals, the request cannot be supported.": _GAP,
            "No documentation was submitted to support the request.": _GAP,
            "There is no examination evidence of radiculopathy.": None,
        },
        pattern=compiled(
            r"(?:\b(?:no|without|lack(?:s|ing|ed)?(?: of)?|absence of|omits?|nor (?:is|was|were|are)? ?(?:there)?"
            r"|insufficient|inadequate"
            rf"|limited|neither)) {_ADJECTIVES}(?:(?:mention|documentation|indication|discussion|description|record|statement"
            rf"|report)"
            rf" (?:of|as to|regarding) (?:the |an? |any )?{_ADJECTIVES})?{_INFO}"
        ),
        unless=compiled(
            _OF_GUIDELINES
            + r"|\bno reason (?:that|why) (?:\w+ ){1,3}can(?:not|'t)\b|\b(?:no|a) (?:change|plan to|plans? for (?:surgery"
            r"|any))|re-?lief"
        ),
    ),
    Rule(
        name="reasons.record.information_missing",
        why="Information that a reviewer needs, then that it is unknown or missing.",
        examples={
            "The number of prior therapy sessions is unknown.": _GAP,
            "The body part to be treated has not been identified.": _GAP,
            "The physician's RFA was missing from the records.": _GAP,
            "The duration and frequency were not specified.": _GAP,
            "The number of visits is twelve.": None,
        },
        pattern=compiled(rf"\b{_INFO}{gap(9)}{NOT_STATED}"),
        unless=compiled(_OF_GUIDELINES + r"|medical necessity (?:for|of|has|is|was)\b"),
    ),
    Rule(
        name="reasons.record.nobody_says",
        why="No report explains; the author offers no reason; the file is silent.",
        examples={
            "No report explains the change of drug.": _GAP,
            "The physician offers no reason for it.": _GAP,
            "The notes are silent on the dose.": _GAP,
            "The request is incomplete.": _GAP,
            "The report is long.": None,
        },
        pattern=compiled(
            r"\bno (?:report|note|record|physician|provider)\w* (?:explains?|states?|tells?|gives?|describes?|says?)"
            r"|\b(?:gives?|gave|offers?|offered|states?|furnish\w*|provide[sd]?) no (?:\w+ )?(?:reason|rationale|explanation"
            r"|indication"
            rf"|detail)|\b{_RECORD} (?:\w+ ){{0,3}}?(?:is|are) silent\b|\bincomplete\b|\b(?:is|are) missing\b|\billegible\b"
        ),
        unless=compiled(_OF_GUIDELINES),
    ),
    Rule(
        name="reasons.record.too_little",
        why="There is some information, and too little of it; what is asked cannot be judged from it.",
        examples={
            "There is insufficient information to support the request.": _GAP,
            "Medical necessity cannot be determined from the two pages.": _GAP,
            "There is limited documentation of the knee.": _GAP,
            "There is enough information.": None,
        },
        pattern=compiled(
            r"\b(?:insufficient|inadequate|limited|lack(?:s|ing|ed)?(?: of)?|paucity of|scant"
            r"|sparse) (?:\w+ ){0,2}?(?:information|data|detail"
            r"|clarity|specif\w+|documentation(?! of| that| show))"
            r"|\blimited documentation|\bcannot be (?:found|made out|judged|determined|verified|ascertained|established|assessed)"
            r"|\bdifficult to (?:determine|assess|establish)|\bsilent on whether|\bnot in the file"
        ),
        unless=compiled(_OF_GUIDELINES + r"|functional|improvement|benefit|(?:for|of) (?:the )?medical necessity"),
    ),
)

_NOT_THERE: tuple[Rule, ...] = (
    Rule(
        name="reasons.record.no_document",
        why="A document or figure that a reviewer needs is not there.",
        examples={
            "No periodontal charting and no bitewing series has been submitted.": _GAP,
            "There is also no sleep history in any of the notes.": _GAP,
            "No MRI report was included with the records.": _GAP,
            "There is no documentation of a multidisciplinary evaluation.": _GAP,
            "There is no list of current medications.": _GAP,
            "There is no history of cancer.": None,
        },
        pattern=compiled(
            r"\b(?:no|without|lacks?|lacking|neither|nor an?) (?:(?:documentation|record|mention) of (?:an? "
            r"|the )?)?(?:(?!evidence|findings|signs)[a-z-]+ ){0,2}?(?:charting|(?:sleep|diet|dietary|medication"
            r"|weight) history|bmi\b|vital signs|blood pressure readings?|(?:mri|imaging|pr-2|emg|x-ray) reports?"
            r"|x-rays|radiographs|audiogram|laboratory results|testing results|(?:multi|inter)disciplinary evaluation"
            r"|psychological evaluation|list of|home situation|narrative commentary|baseline (?:measure\w*|function\w*"
            r"|score\w*))"
        ),
    ),
    Rule(
        name="reasons.record.not_found",
        why="The reviewer looked for it and did not find it, or cannot judge without it.",
        examples={
            "I could not locate a report that discusses this request.": _GAP,
            "The reviewer looked for the evaluation and found neither it nor a measurement.": _GAP,
            "This reviewer has no means of confirming that the disease exists.": _GAP,
            "This reviewer is unable to determine necessity without a current exam.": _GAP,
            "The surgeon could not find the nerve.": None,
        },
        pattern=compiled(
            r"\b(?:i|reviewer|one) (?:am |was |is |did |could )?(?:unable to|not able to|not|cannot) (?:find|locate)\b"
            r"|\blooked for\b[^.;]{0,120}\bfound (?:no|neither|nothing)|\bno means of (?:\w+ )?(?:confirm|verif|know"
            r"|judg|determin|tell)|\breviewer is unable to (?:determine|assess|verify|confirm|judge|establish)"
        ),
    ),
    Rule(
        name="reasons.record.more_needed",
        why="What is there is not enough, cannot be read, or leaves the request open.",
        examples={
            "More information is needed to determine medical necessity.": _GAP,
            "The information provided is not sufficient.": _GAP,
            "The note was handwritten, sparse, and difficult to follow.": _GAP,
            "The request is vague and nonspecific.": _GAP,
            "The tasks of the aide are not itemized.": _GAP,
            "Further surgery is needed.": None,
        },
        pattern=compiled(
            r"\b(?:more|additional|further) (?:clinical )?(?:information|documentation|details?) (?:is|are|would be"
            r"|was) (?:needed|required|necessary)|\b(?:information|documentation) (?:\w+ ){0,3}?(?:is|was"
            r"|are) (?:not (?:sufficient|adequate|enough)|insufficient|inadequate)\b|\bnot enough information"
            r"|\bdifficult to (?:decipher|follow|read)|\bthinly developed|\brequest (?:\w+ )?(?:is"
            r"|was) (?:\w+ )?(?:vague|ambiguous|open-ended|non-?specific)|\bnot (?:been )?(?:itemi[sz]ed|disclosed"
            r"|spelled out|enumerated)\b"
        ),
        unless=compiled(r"functional|improvement|benefit"),
    ),
)

_WATCHED: tuple[Rule, ...] = (
    Rule(
        name="reasons.monitoring.none",
        why="A negation, then something by which opioids are watched, in one list of what is missing.",
        examples={
            "There is no evidence of urine drug screening, a signed opioid agreement, or CURES review.": _UNWATCHED,
            "The provider did not address aberrant drug-related behaviors.": _UNWATCHED,
            "There is no documentation of the 4 A's.": _UNWATCHED,
            "The patient is not on any opioid, so no urine drug screen is needed.": None,
        },
        pattern=compiled(rf"{NO}{gap(24)}{WATCH}"),
        unless=compiled(
            r"not (?:on|taking) any opioid|no opioid is planned|potential opioid abuse|urine drug screen was not"
            r"|effort or compliance"
            r"|criteria for drug"
        ),
        needs=(
            *("urine", "drug", "toxic", "uds", "udt", "cures", "pdmp", "contract", "agreement", "aberra", "abuse"),
            *("misuse", "diver", "risk", "pill", "a's", "4 as", "4a", "four as", "foura", '"as', "complian", "monitor"),
            *("liver", "renal", "kidney", "hepatic"),
        ),
    ),
    Rule(
        name="reasons.monitoring.not_done",
        why="Something by which opioids are watched, then that it was not done.",
        examples={
            "CURES reports have not been provided.": _UNWATCHED,
            "Monitoring for aberrant behavior is not shown.": _UNWATCHED,
            "The inconsistent UDS results were not addressed by the provider.": _UNWATCHED,
            "A drug screen was done.": None,
        },
        pattern=compiled(rf"(?:\b{WATCH}|\bmonitoring (?:of|for)\b){gap(12)}{NOT_STATED}"),
        unless=compiled(r"urine drug screen was not (?:medically )?(?:necessary|certified)|criteria for drug"),
    ),
    Rule(
        name="reasons.monitoring.ignored",
        why="A result that should have alarmed somebody did not.",
        examples={
            "The provider takes no notice of the aberrant screen.": _UNWATCHED,
            "He gets opioids from two prescribers.": _UNWATCHED,
            "The drug screen of March was positive for THC and no report comments on it.": _UNWATCHED,
            "The drug screen was negative for the prescribed drug.": None,
            "The screen was aberrant and was discussed.": None,
        },
        pattern=compiled(
            r"(?:provider|physician|report\w*|nobody|no one) (?:\w+ )?(?:did not|does not|takes no|no) (?:comment|notice|address"
            r"|explain)\w*[^.]{0,60}(?:aberrant|screen|inconsisten\w+|result)"
            r"|\b(?:screens?|screening|tests?|results?)\b[^.]{0,60}\b(?:positive|negative|inconsistent|aberrant|unexpected"
            r"|showed no|no \w+ though)\b[^.]{0,60}"
            r"(?:\b(?:no|not|never|nobody|none)\b|n't)[^.]{0,40}\b(?:comment|discuss|address|notice|follow|explain|mention"
            r"|account)"
            r"|(?:inconsistent"
            r"|aberrant)[^.]{0,60}\bnot (?:addressed"
            r"|discussed|explained)|\b(?:two|multiple|several) prescribers"
        ),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_GAP: (*_SILENT, *_NOT_THERE), _UNWATCHED: _WATCHED}
MATTER = matter_of(APPLIED)
RULES = MATTER.rules
