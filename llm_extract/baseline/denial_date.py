"""The day on which utilization review denied or modified the request in dispute, as the narrative tells it.

A day of a note, of a visit, of the request itself or of a service is none, nor the day on which another request was denied.
"""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from llm_extract.baseline.page import Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.baseline.told_date import D, between, dated_sentences, first_told, read_date, searched
from llm_extract.engine import Found
from llm_extract.sections import Part

_DAY = date(2014, 10, 3)

_DENY = (
    r"(?:den(?:ied|ial|ies|y|ying)|non-? ?certif\w*|not certif\w*|did not (?:certify|approve|authorize)|modif\w*"
    r"|fail(?:ed|s|ing) to (?:approve|certify|authorize)|partially (?:approved|certified)|conditionally|adverse"
    r"|not (?:authorized|approved|recommended|medically necessary)|declin(?:ed|ing)|disapproved|delayed|refused|rejected)"
)
_UR = r"(?:utilization(?: review)?|ur\b|claims administrator|peer review|u\.r\.)"
_REVIEW = r"(?:utilization review|ur|u\.r\.)(?: \(ur\))?"
_DOCUMENT = r"(?:report|determination|decision|denial|letter|notice|process|review|physician|non-?certification|modification|form|rationale|recommendation)"
_DECIDER = (
    r"(?:reviewer|administrator|carrier|insurer|insurance company|adjuster|physician advis[oe]r|utilization review|ur"
    r"|claims examiner|review physician|medical director|third[- ]party administrator|tpa)"
)
_DISPUTED = (
    r"(?:(?:now |currently |presently )?(?:in|at|under) (?:dispute|issue|review|question|consideration)|disputed|current request"
    r"|present request|instant request|this request|being challenged|being appealed|appealed)"
)
# Letters of which `_DISPUTED` has some.
_SAYS_DISPUTED = (
    *("disput", "at issue", "in issue", "under issue", "in review", "at review", "under review", "question", "consideration"),
    *("current request", "present request", "instant request", "this request", "challenged", "appealed"),
)
# Words of another day than the decision's own: what was asked for, done, written or cited.
_ANOTHER_DAY = (
    r"rfa|request for authorization|forms?|notes?|progress|visit|visits (?:on|of)|exam\w*|pr-?2|services?|dos|d\.o\.s|prescri\w+|requested"
    r"|received|submitted|seen|mri (?:dated|from|of \d)|cit(?:ed|ing|es)|referenc\w+|dispensed|performed|provided|given|undergone|underwent|injur(?:y|ed)"
    r"|doi|(?<!review )(?<!ur )(?<!denial )reports?|until|since|through|previously approved"
)
_REQUESTED = (
    r"(?:requests?|treatments?|services?|items?|surgery|procedure|medications?|therapy|injections?|visits|sessions|study|mri)"
)
_GRANTED = r"(?!\)?,? (?:has |had |having )?(?:approved|certified|authorized|allowed|granted)\b)"
_ON = r"(?:\b(?:on|dated|of|from|as of)(?: or about)?:? ?\(?|[(:,] ?)"

_DONE_BY_ANOTHER = compiled(
    rf"\bon {D},? ?(?:the |this )?(?:\w+ )?(?:patient|worker|claimant|applicant|employee|he|she|physician|provider|doctor|dr)\b"
)
_APPEALED = compiled(
    r"\b(?:appeal\w*|disagree\w*|disput\w*|challeng\w*|respon\w+|repl(?:y|ied)) [^.;]{0,30}\bdenial[^.;]{0,30} on "
)


def _within(longest: int) -> str:
    return between(longest, _ANOTHER_DAY)


_OF_THIS_ONE: tuple[Rule, ...] = (
    Rule(
        name="ur.disputed",
        why="What is in dispute, under review or current was denied, and its denial's day is told.",
        examples={
            "The request now in dispute was dated 09-09-14 and was denied on 10-03-14.": _DAY,
            "The current request was denied on 10/3/14.": _DAY,
            "Request(s) under review were non-certified on 10/3/14 citing guidelines criteria.": _DAY,
            "The services at issue were modified in a notice dated October 3, 2014.": _DAY,
            "The disputed MRI was requested on 10/3/14.": None,
        },
        pattern=compiled(rf"\b{_DISPUTED}\b{between(120)}\b{_DENY}{_within(60)}\b(?:on|dated|of):? ?{D}"),
        unless=_APPEALED,
        certain=True,
        needs=_SAYS_DISPUTED,
    ),
    Rule(
        name="ur.present_request",
        why="Of several denials that one is told which fell on the present request.",
        examples={
            "Utilization review denied a prior request for the MRI on 2/1/14, and the present request on 10/3/14.": _DAY,
            "It denied six visits in May and the disputed request again on 10/3/14.": _DAY,
            "It approved the present request on 10/3/14.": None,
        },
        pattern=compiled(
            rf"\b{_DENY}{between(160)}\b(?:present|current|instant|disputed|latest|new) (?:\w+ ){{0,2}}?requests? (?:was |again )?on {D}"
        ),
        needs=("request on", "requests on", "request was on", "requests was on", "request again on", "requests again on"),
    ),
    Rule(
        name="ur.disputed_denial",
        why="The denial itself is called the disputed, appealed or challenged one.",
        examples={
            "The denial of the request in dispute was issued on 10/3/2014.": _DAY,
            "The denial being appealed is dated October 3, 2014.": _DAY,
            "The UR denial in dispute (10/3/14) cites ODG.": _DAY,
            "The denial is in dispute; the note of 10/3/14 is not.": None,
        },
        pattern=compiled(rf"\b{_DENY}{_within(30)}\b{_DISPUTED}{_within(40)}(?:\b(?:on|dated|of|is|was):? ?|\(){D}"),
        needs=_SAYS_DISPUTED,
    ),
)
_OTHERS: tuple[Rule, ...] = (
    Rule(
        name="ur.report",
        why="The utilization review, or its report, decision or letter, has its day right behind its name and grants nothing.",
        examples={
            "In a Utilization Review Report dated October 3, 2014, the claims administrator failed to approve a request for Norco.": _DAY,
            "A utilization review determination was rendered on October 3, 2014 recommending denial of the MRI.": _DAY,
            "The Utilization Review (UR) (10-3-14) denied a request for Ambien.": _DAY,
            "Per the Utilization Review (10-03-2014), the request was modified.": _DAY,
            "The original utilization review (October 3, 2014) denied the request for Norco 10/325mg #60.": _DAY,
            "Date of UR decision was 10/3/2014.": _DAY,
            "A utilization review was performed on 10/3/14 and recommended non-certification of the brace.": _DAY,
            "The UR letter of 10/3/14 states that benefit was not shown.": _DAY,
            "UR: 10/3/14, denied.": _DAY,
            "U.R. decision issued 10/3/2014.": _DAY,
            "The utilization review report from 3 October 2014 cites ODG.": _DAY,
            "The UR of 10/3/14 approved six visits.": None,
            "The UR physician noted the report of 10/3/14.": None,
        },
        pattern=compiled(
            rf"\b{_REVIEW},? ?{_DOCUMENT}?s?,? ?(?:(?:was|is|were) )?"
            r"\(?(?:dated|of|on|from|(?:performed|completed|issued|rendered|made|dated|conducted|done)(?: on)?)?:? ?"
            rf"\(?{D}{_GRANTED}"
        ),
        certain=True,
    ),
    Rule(
        name="ur.on_that_day",
        why="The day stands first, and behind it the utilization review or the claims administrator denies.",
        examples={
            "On 10/3/14, UR non-certified the request for an MRI of the lumbar spine.": _DAY,
            "On 10/3/2014, Utilization Review non-certified a request for Norco, citing MTUS.": _DAY,
            "On October 3, 2014, the claims administrator modified or denied the request for tramadol.": _DAY,
            "On 10/3/14 a peer review recommended an adverse determination.": _DAY,
            "On 10/3/14 the claims administrator received the request, which was denied later.": None,
            "On 10/3/14 the patient saw Dr. Smith, and utilization review denied the MRI.": None,
        },
        pattern=compiled(rf"\bon {D},? ?(?:the |a |an )?{_within(30)}{_UR}{_within(60)}{_DENY}"),
        unless=_DONE_BY_ANOTHER,
        certain=True,
    ),
    Rule(
        name="ur.denied_on",
        why="The utilization review or the claims administrator denied, with the day of it behind and no other paper between.",
        examples={
            "The utilization review denied the request on 10/3/2014.": _DAY,
            "UR non-certified the request for Norco (10/3/14).": _DAY,
            "Utilization review denied this request October 3, 2014.": _DAY,
            "The claims administrator denied the request on 10/3/2014.": _DAY,
            "Utilization review failed to authorize aquatic therapy in a letter dated 10/3/14.": _DAY,
            "The UR denied the request for Norco, citing an RFA dated 10/3/14.": None,
            "Utilization review denied the MRI requested on 10/3/14.": None,
            "The UR denied the cream for date of service 10/3/14.": None,
            "The claims administrator denied the request based on a progress note of 10/3/14.": None,
        },
        pattern=compiled(rf"\b{_UR}{_within(120)}{_DENY}{_within(200)}(?:\b(?:on|dated|of|requests?,?) |\(){D}"),
        certain=True,
    ),
    Rule(
        name="ur.dated",
        why="A day of the utilization review, with its denial behind it.",
        examples={
            "The Utilization Review dated 10/3/14 non-certified the request for physical therapy.": _DAY,
            "The utilization review physician's letter of 10/3/14 modified the request to 30 tablets.": _DAY,
            "The claims administrator's decision dated 10/3/14 denied the gym membership.": _DAY,
            "Utilization review cited a note of 10/3/14 and denied the request.": None,
        },
        pattern=compiled(rf"\b{_UR}{_within(60)}\b(?:dated|on|of) {D}{between(160)}{_DENY}"),
        certain=True,
    ),
    Rule(
        name="ur.determination",
        why="The utilization review's determination, decision, report or letter, and a day a few words behind.",
        examples={
            "The UR determination being challenged is dated 10/3/14. The treating physician provided reports.": _DAY,
            "The utilization review denial for the knee brace was issued on October 3, 2014.": _DAY,
            "A UR decision recommending denial was made on 10/3/14.": _DAY,
            "The UR decision cites a note of 10/3/14.": None,
            "The utilization review decision of 10/3/14 authorized six visits.": None,
        },
        pattern=compiled(
            rf"\b{_REVIEW} (?:determination|decision|denial|report|letter|notice){_within(40)}\b(?:dated|of|on|was|is) {D}{_GRANTED}"
        ),
    ),
    Rule(
        name="ur.dated_review",
        why="A day that stands right before the utilization review or the denial is its own.",
        examples={
            "The 10/3/2014 utilization review denial cites ODG.": _DAY,
            "The MRI was non-certified in a 10/3/2014 UR.": _DAY,
            "The October 3, 2014 UR decision modified the request.": _DAY,
            "In a letter dated 11/1/14 he disagreed with the 10/3/14 denial.": _DAY,
            "By 10/3/2014 the review had ended.": None,
        },
        pattern=compiled(
            rf"{D} (?:utilization review|ur|denial|non-?certification|adverse determination|modification)\b"
            r"(?! (?:approved|certified|authorized))"
        ),
    ),
    Rule(
        name="ur.request_denied",
        why="The day stands first, and behind it the request or the treatment was denied.",
        examples={
            "On October 3, 2014 the request was denied.": _DAY,
            "On 10/3/14, the requested 12 visits of therapy were modified to 6.": _DAY,
            "On 10/3/14 these services were not certified.": _DAY,
            "On 10/3/14 the request was received and was later denied.": None,
            "On 10/3/14 the patient was denied benefits.": None,
            "On 10/3/14, the worker was seen and the request for therapy was denied.": None,
        },
        pattern=compiled(
            rf"\bon {D},? (?:the|this|these|all|said|a|an) (?:(?!received|reviewed|submitted|asked|ordered)[\w-]+ ){{0,6}}?{_REQUESTED}{_within(60)} (?:was|were) (?:\w+ ){{0,2}}?{_DENY}"
        ),
        unless=_DONE_BY_ANOTHER,
    ),
    Rule(
        name="ur.found",
        why="The utilization review determined on a day that the treatment was not necessary.",
        examples={
            "The claims administrator determined on 10/3/14 that the MRI was not medically necessary.": _DAY,
            "Utilization review found the brace on 10/3/14 to be not medically necessary.": _DAY,
            "Utilization review determined on 10/3/14 that the MRI was necessary.": None,
        },
        pattern=compiled(
            rf"\b{_UR}{_within(30)}\b(?:determined|found|concluded|decided|opined|deemed){_within(40)}\bon {D}{between(120)}\bnot\b"
        ),
    ),
    Rule(
        name="ur.letter",
        why="A letter, notice or decision of a day, by which the request was denied.",
        examples={
            "By letter dated September 2, 2015 the request was denied.": date(2015, 9, 2),
            "In a letter dated 10/3/14, the claims administrator non-certified the request.": _DAY,
            "Per the notice of 10/3/14, six visits were not authorized.": _DAY,
            "In a letter dated 10/3/14 the physician asked for an MRI.": None,
        },
        pattern=compiled(
            rf"\b(?:by|in|per|with) (?:a |an |the |its )?(?:letter|notice|report|determination|decision) (?:dated|of) {D}{_within(80)}\b{_DENY}"
        ),
    ),
    Rule(
        name="ur.by_reviewer",
        why="The request was denied by the reviewer, the administrator or the carrier, with the day behind.",
        examples={
            "The request was denied by utilization review on 10/3/14.": _DAY,
            "These were non-certified by Utilization Review on 10/3/2014.": _DAY,
            "Denied by utilization review: 10/3/2014.": _DAY,
            "Denied by the carrier's UR 10-3-2014.": _DAY,
            "The MRI was not approved by the physician advisor in a decision dated 10/3/14.": _DAY,
            "It was denied by the reviewer, who cited a note dated 10/3/14.": None,
        },
        pattern=compiled(
            rf"\b{_DENY}(?! \w+ of){_within(60)}\b(?:by|of|at|in) (?:the )?(?:[\w']+ ){{0,3}}?{_DECIDER}\b"
            rf"(?:{_within(40)}\b(?:on|dated)|(?: \w+)?[,:])? \(?{D}"
        ),
    ),
    Rule(
        name="ur.denied_by",
        why="A denial with its day, and behind it who denied.",
        examples={
            "Denied 10/3/14 by UR for lack of records.": _DAY,
            "The brace was not authorized on 10/3/2014 by the claims administrator.": _DAY,
            "Pain was denied on 10/3/14 by the worker.": None,
        },
        pattern=compiled(
            rf"\b{_DENY},? (?:on |dated )?\(?{D}\)?,? (?:by|through|in|at) (?:the )?(?:[\w']+ ){{0,3}}?{_DECIDER}\b"
        ),
    ),
    Rule(
        name="ur.decider",
        why="A letter, decision or denial of the administrator, the carrier or the adjuster, with its day.",
        examples={
            "Claims administrator denial, October 3 2014.": _DAY,
            "The carrier's letter dated 10/3/14 states that the MRI is not indicated.": _DAY,
            "The insurer's denial of 10/3/2014 cites ACOEM.": _DAY,
            "The surgeon's letter dated 10/3/14 appeals.": None,
        },
        pattern=compiled(
            r"\b(?:administrator|carrier|insurer|adjuster|physician advis[oe]r)(?:'s)? (?:letter|notice|report|decision|determination|denial),? (?:of |dated |on )?"
            rf"{D}{_GRANTED}"
        ),
    ),
    Rule(
        name="ur.decision_of",
        why="A decision or letter of a day that the utilization review or the carrier made.",
        examples={
            "In its decision of 10/3/14 the utilization review found no indication.": _DAY,
            "The letter of October 3, 2014, the claims administrator's, gives no reason.": _DAY,
            "In her letter of 10/3/14 the physician disagreed.": None,
        },
        pattern=compiled(
            rf"\b(?:decision|determination|letter|denial|notice) (?:of|dated) {D},? (?:by |from )?(?:the )?(?:utilization review|ur\b|claims administrator|carrier)"
        ),
    ),
    Rule(
        name="ur.reviewer_denied",
        why="The reviewer, the administrator or the carrier denied on a day.",
        examples={
            "A physician advisor denied this on 10/3/14.": _DAY,
            "The carrier refused the surgery on October 3, 2014.": _DAY,
            "The adjuster declined to authorize it in a letter dated 10/3/14.": _DAY,
            "The carrier denied the MRI prescribed on 10/3/14.": None,
        },
        pattern=compiled(rf"\b{_DECIDER}\b{_within(30)}\b{_DENY}{_within(80)}\b(?:on|dated) {D}"),
    ),
    Rule(
        name="ur.denied",
        why="The request was denied, modified or not certified on a day.",
        examples={
            "Request(s) for Naproxen were denied on October 3, 2014.": _DAY,
            "The request(s) for Norco was modified for quantity of #45 on 10/3/14.": _DAY,
            "It was previously reviewed and non-certified on 10/3/14.": _DAY,
            "Six more visits were not authorized on 10/3/14.": _DAY,
            "The MRI was denied 10/3/14.": _DAY,
            "The request was denied after a report on 10/3/14.": None,
            "Pain was denied on 10/3/14 by the worker.": None,
            "The worker was denied benefits when seen on 10/3/14.": None,
        },
        pattern=compiled(
            rf"\b(?:was|were|been|being) (?:\w+ ){{0,4}}?{_DENY}(?:(?! (?:{_ANOTHER_DAY}|report|note|dated)\b) [\w#/%,'()-]+){{0,10}}? (?:(?:on|dated|in a (?:letter|notice) dated) )?{D}(?! by the (?:patient|worker|claimant|applicant|employee)\b)"
        ),
        certain=True,
    ),
    Rule(
        name="ur.denial_dated",
        why="A denial, non-certification, modification or adverse determination with its day.",
        examples={
            "Non-certification was issued 10/3/14.": _DAY,
            "The denial letter dated 10/3/14 cites ODG.": _DAY,
            "An adverse determination was rendered on October 3, 2014.": _DAY,
            "The non-certification of the MRI on 10/3/2014 is appealed.": _DAY,
            "The denial cites the note of 10/3/14.": None,
            "The provider appealed the denial on 10/3/14.": None,
        },
        pattern=compiled(
            rf"\b(?:denial|non-?certification|modification|adverse determination)(?:(?! (?:{_ANOTHER_DAY})\b) \w+){{0,5}}? (?:on|dated|of|issued),? {D}"
        ),
        unless=_APPEALED,
    ),
    Rule(
        name="ur.in_part",
        why="The utilization review's day where nothing speaks of a denial: it certified a part, which modifies the request.",
        examples={
            "UR from 10/3/14 certified 6 of 12 visits.": _DAY,
            "The utilization review of 10/3/14 approved 30 of the 60 tablets.": _DAY,
            "The utilization review dated 10/3/14 authorized only two injections.": _DAY,
            "The UR of 2/1/14 approved six visits.": None,
        },
        pattern=compiled(
            rf"\b{_REVIEW},? ?{_DOCUMENT}?,? ?(?:dated|of|on|from)? ?\(?{D}\)?,? (?:approved|certified|authorized|allowed|granted) "
            rf"(?=(?:only|just|a part|part|partial\w*)\b|{between(60)}(?: of (?:the )?\d|\binstead\b|\brather than\b|\bof the (?:requested|total)\b))"
        ),
    ),
)
RULES = (*_OF_THIS_ONE, *_OTHERS)
MATTER = Matter(RULES, read_date)

_NAMES_UR = tuple(rule for rule in RULES if rule.name in {"ur.report", "ur.determination"})
_ANOTHER_REQUEST = compiled(
    r"\b(?:earlier|prior|previous|former|different|another|other|unrelated|separate|initial|first) (?:[\w-]+ )?(?:requests?|denials?"
    r"|reviews? of)\b"
)


def denial_date(page: Page, around: Iterable[Part]) -> Found | None:
    """As the summary tells it, else where the text `around` it names the utilization review's own paper.

    A sentence that speaks of another request tells this one's day only in so many words.
    """
    dated = dated_sentences(page)
    of_this = (s for s in dated if not searched(_ANOTHER_REQUEST, page, s))
    told = first_told(page, _OF_THIS_ONE, dated) or first_told(page, _OTHERS, of_this)
    return told or first_told(page, _NAMES_UR, around)
