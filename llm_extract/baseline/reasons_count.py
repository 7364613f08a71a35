"""Reasons that count: more visits, a higher dose or more often than the guideline allows."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_OVER: Reason = "exceeds_guideline"
_LIMIT = (
    r"(?:recommend\w*|guidelines?\w*|allow\w*|maximum|limits?\b|ceiling|number\b|figures?|course\b|total\b|threshold"
    r"|supported|mtus|odg"
    r"|\d+(?:,\d+)? ?(?:visits|sessions|mg|med|mme|hours|treatments|levels|injections))"
)
_TOO_MUCH: tuple[Rule, ...] = (
    Rule(
        name="reasons.count.exceeds",
        why="The request exceeds what the guideline allows.",
        examples={
            "The request exceeds the guideline recommendations.": _OVER,
            "The request for 12 sessions exceeds the 6 visits recommended.": _OVER,
            "MTUS allows 8-10 visits. The request for 18 is in excess of this.": _OVER,
            "It does not exceed the limit.": None,
            "The patient exceeds expectations at work no more than twice a day.": None,
        },
        pattern=compiled(r"\b(?:exceed(?:s|ed|ing)?|surpass\w*|in excess of|well over)\b"),
        unless=compiled(
            r"\b(?:does not|do not|not) (?:go )?(?:exceed|beyond)|should not exceed|not exceed|short[- ]term|odg position"
            r"|(?:twice|once)(?: or twice)? (?:a|per|daily)|\bno more than\b|long[- ]term|recommends? that|\brisks?\b"
            r"|duration|extended period"
            r"|acute phase|short (?:course|period)|period (?:supported|recommended|allowed)"
        ),
    ),
    Rule(
        name="reasons.count.above",
        why="A count, dose or level is above a number of the guideline's.",
        examples={
            "The current MED is 240 mg, which is above the recommended 120 mg.": _OVER,
            "The visits requested are more than what guidelines recommend.": _OVER,
            "A block at four levels is above the two levels allowed by guidelines.": _OVER,
            "The 14 days requested are above that.": _OVER,
            "The request is longer than the 2 weeks supported by MTUS.": _OVER,
            "He has had 36 visits against the 24 that the guideline allows.": _OVER,
            "Pain has lasted more than two months.": None,
            "Pain was above the knee.": None,
        },
        pattern=compiled(
            rf"\b(?:above|over|beyond|past|higher than|greater than|more than) (?:(?:both|even|that|what|twice|is|the|mtus"
            rf"|odg|acoem|usual|initial|daily|recommended|stated"
            rf"|two|three|four|five|six|\d+(?:-\d+)?) )*?(?:trial of \w+ |(?:visits|sessions|levels|weeks"
            rf"|hours) )?(?:that )?{_LIMIT}"
            r"|\b(?:well )?(?:above|over|beyond) (?:both|what)\b"
            r"|\b(?:above|over|beyond|past|more than|longer than) (?:that|this|these|those)\b"
            r"(?: (?:limit|number|amount|figure|maximum|ceiling|recommend\w*|guideline\w*|level)\b|(?= ?(?:[.,;]|$)))"
            r"|\brequest(?:ed)? (?:\w+ ){0,4}?(?:is|are) (?:\w+ )?longer than (?:the|what|is|\d)"
            r"|\bagainst (?:the|a) (?:\w+ ){1,5}?(?:guidelines?|odg|mtus|acoem) (?:allow|recommend|support|permit)"
            r"|\bmore than (?:the|what) (?:\w+ ){0,3}?(?:supports?|allows?|recommends?|permits?|endorses?|advises?"
            r"|provides? for)\b"
        ),
        unless=compiled(
            r"\b(?:does not|do not|not) (?:go )?(?:exceed|beyond)|not exceed|short[- ]term|more than (?:\d+|one|two|three"
            r"|six) (?:months|weeks|years"
            r"|days)|\bno more than\b|more than half|long[- ]term|recommends? that|\brisks?\b|(?:greater|more"
            r"|higher) than \d+ (?:cm|mm|kg|percent|%)"
            r"|over the (?:last|past|course|counter)|over \d+ (?:weeks|months|years)|over (?:the )?(?:initial )?(?:course"
            r"|number)|recommended (?:\w+ ){0,3}(?:weeks|days|months)|duration|acute phase"
            r"|extended period"
        ),
    ),
    Rule(
        name="reasons.count.times",
        why="The request is twice or several times what the guideline allows.",
        examples={
            "This is nearly double what the guideline allows.": _OVER,
            "The dose is three times the ceiling.": _OVER,
            "He takes it three times a day.": None,
        },
        pattern=compiled(
            r"\b(?:(?:more than )?(?:nearly |almost |exactly )?(?:twice|double|triple|(?:two|three|four|five|six"
            r"|\d+) times) (?:of )?(?:what|that|the"
            r"|than|over)|(?:is|are|be|was|asks? for) (?:nearly |almost |exactly )?(?:double|triple)\b|double of)\b"
        ),
        unless=compiled(r"\b(?:twice|once|times) (?:a|per|daily|in the)\b|\brisks?\b"),
        needs=("twice", "double", "triple", " times"),
    ),
    Rule(
        name="reasons.count.used_up",
        why="The number that the guideline allows has been had, or would be passed with what is asked for.",
        examples={
            "The patient has already completed the maximum number of sessions allowed.": _OVER,
            "With the prior 24, this would make 36 visits.": _OVER,
            "He has completed six visits.": None,
        },
        pattern=compiled(
            r"\b(?:completed|received|had|used|exhausted|undergone) (?:\w+ ){0,3}?(?:maximum|full|entire|recommended"
            r"|allowed) (?:\w+ ){0,3}?"
            r"(?:visits|sessions|treatments|number|course|injections)|\bwould make \d+|\blimit is\b"
        ),
        unless=compiled(r"\b(?:has|have) not\b|\bnot (?:yet )?(?:completed|received)"),
    ),
    Rule(
        name="reasons.count.not_a_trial",
        why="A full programme or series is asked for where the guideline begins with a trial.",
        examples={
            "The request is for a full program where a two-week trial comes first.": _OVER,
            "A trial is requested.": None,
        },
        pattern=compiled(
            r"\bfull (?:program|course|series)[^;]{0,60}\b(?:trial|only|two[- ]week|initial)|\bwhere only an?\b"
            r"|\binstead of (?:an? )?(?:initial )?trial"
        ),
    ),
)

_OVER_ITS_LIMIT: tuple[Rule, ...] = (
    Rule(
        name="reasons.count.excessive",
        why="The reviewer calls the number, the dose or the frequency excessive.",
        examples={
            "The number of visits requested is excessive.": _OVER,
            "The amount requested is excessive per the guidelines.": _OVER,
            "The dose is too high.": _OVER,
            "Excessive daytime sleepiness is reported.": None,
        },
        pattern=compiled(
            r"\b(?:number|amount|quantity|quantities|frequency|visits|sessions|hours|dos(?:e|age)|request|requested"
            r"|rental|supply)\b[^.;]{0,40}?\b(?:is|are|was|were|be|appears?|seems?) (?:\w+ )?(?:excessive|too (?:high"
            r"|great|many|much|frequent))\b"
        ),
        unless=compiled(r"\b(?:is|are|was|were) (?:\w+ )?not (?:\w+ )?(?:excessive|too)\b"),
    ),
    Rule(
        name="reasons.count.more_often",
        why="It is asked for more often than the guideline has it.",
        examples={
            "The drug screens are more frequent than guidelines recommend.": _OVER,
            "A sixth test within eight months is more than the yearly test that ODG supports for low risk.": _OVER,
            "More than one screen per year is not supported for low-risk patients.": _OVER,
            "The headaches are more frequent than last year.": None,
        },
        pattern=compiled(
            r"\bmore (?:often|frequent(?:ly)?) than (?:the |what |is |are )?(?:\w+ ){0,2}?(?:guidelines?|recommended"
            r"|odg|mtus|acoem|supported|allowed|yearly|annual\w*|advised)\b|\bmore than (?:the )?(?:yearly|annual"
            r"|one (?:screen|test)|once (?:a|per) year)\b"
        ),
    ),
    Rule(
        name="reasons.count.ceiling",
        why="It passes a ceiling, or the total that the guideline allows.",
        examples={
            "The twenty requested would bring the total to 58.": _OVER,
            "The twelve requested pass the ceiling.": _OVER,
            "Twelve is more than the entire allowance.": _OVER,
            "The dose is 270 mg, against a recommended ceiling of 120.": _OVER,
            "The total is within the ceiling.": None,
        },
        pattern=compiled(
            r"\b(?:pass(?:es)?|above|over|beyond|tops?|breaks?|against|more than) (?:the|a|that|this"
            r"|both) (?:\w+ ){0,3}?(?:ceiling|cap|maximum|limit|allowance)\b|\b(?:brings?|makes?|raises?|puts?"
            r"|bringing|making) (?:the|his|her|a|it to) (?:\w+ )?total (?:to|of) \d|\bthe total would be \d"
        ),
        unless=compiled(r"\bnot (?:go |be )?(?:above|over|beyond|more|pass)\b"),
    ),
    Rule(
        name="reasons.count.reached",
        why="The number allowed has been used up.",
        examples={
            "The patient has reached the maximum number of visits allowed by guidelines.": _OVER,
            "The allowed visits have been exhausted.": _OVER,
            "The patient has used up the postsurgical visits allowed.": _OVER,
            "The patient has already received 24 visits, which is the maximum recommended.": _OVER,
            "He has reached maximum medical improvement.": None,
            "Conservative care has been exhausted.": None,
        },
        pattern=compiled(
            r"\b(?:maximum (?:number|of)|allotment|allow(?:ed|able|ance)|limit)\b[^.;]{0,40}? (?:has|have) (?:already "
            r"|now )?been (?:reached|used|exhausted|exceeded|completed|met)\b|\breached the (?:maximum|limit"
            r"|recommended|allowed)|\b(?:used up|exhausted) (?:the|all|his|her) (?:\w+ ){0,3}?(?:visits|sessions"
            r"|hours)\b|, which is (?:already )?the (?:maximum|limit|full number|most)\b"
        ),
    ),
    Rule(
        name="reasons.count.not_within",
        why='The number is set against the guideline\'s with "not within", "not consistent with" or "does not comply".',
        examples={
            "The request for 12 visits is not consistent with the guideline's trial of 3-6 visits.": _OVER,
            "The requested 12 sessions is not in accordance with the recommended 3 to 6 treatments.": _OVER,
            "The request is not within the recommended number of visits.": _OVER,
            "This is not consistent with radiculopathy.": None,
        },
        pattern=compiled(
            r"\bnot (?:within|consistent with|in accord\w* with|in line with"
            r"|in keeping with)\b[^.;]{0,40}?\b(?:number of|trial of \w+|limits?\b|\d+ ?(?:to|-) ?\d+ (?:visits"
            r"|sessions|treatments)|dos(?:e|age|ing) limit)|\bdoes not (?:comply|conform"
            r"|accord) with (?:the )?(?:\w+ )?(?:limits?|number)\b|\boutside (?:of )?(?:the |guideline )+limits?\b"
        ),
    ),
)
_RECITED_LIMIT: tuple[Rule, ...] = (
    Rule(
        name="reasons.recited.limit",
        why="One sentence sets the guideline's number and the request's beside each other.",
        examples={
            "ODG recommends up to 10 visits over 8 weeks; this request is for 16.": _OVER,
            "The guideline allows 2 blocks, and the provider asks for 4.": _OVER,
            "ODG recommends up to 10 visits.": None,
        },
        pattern=compiled(
            r"\b(?:up to|maximum of|no more than|limit\w* (?:to|of)|allows?|recommends?) (?:\w+ ){0,2}?\d[^;]{0,60}[;,]"
            r" (?:and |but |while |whereas |yet )?(?:this|the|his|her) (?:\w+ )?(?:request|one|provider|physician)[^;]{0,30}?"
            r"\b(?:is|was|for|asks?) (?:for )?\d"
        ),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_OVER: (*_TOO_MUCH, *_OVER_ITS_LIMIT)}
RECITED: dict[Reason, tuple[Rule, ...]] = {_OVER: _RECITED_LIMIT}
MATTER = matter_of({_OVER: (*_TOO_MUCH, *_OVER_ITS_LIMIT, *_RECITED_LIMIT)})
RULES = MATTER.rules
