"""Reasons that speak of benefit: none was shown, or (what an overturned denial rests on) there was some."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import BENEFIT, NO, NOT_STATED, gap, matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_CODE: Reason = "no_functional_improvement"
_TO_COME = r"\b(?:expected|likely) to\b|improve(?:s|d)? (?:outcome|accuracy)|effective(?:ness)? (?:in|for) |needed to\b"
_TRIED = (
    r"\bhas not tried\b|\b(?:trials?|failures?) of (?:\w+ ){0,2}(?:conservative|first|oral|anti|other|physical)|conservative care"
)

_OTHER_CLAUSE = (
    r"(?:until|unless|because|but|however|although|whereas|before|prior to|new (?:injury|red flag|symptoms)"
    r"|and (?:there|he|she|the (?:patient|worker)))\b"
)

_NOT_SHOWN: tuple[Rule, ...] = (
    Rule(
        name="reasons.benefit.none",
        why="A negation, then a word for benefit in the same clause: it did not come, or nobody wrote it down.",
        examples={
            "There is no documentation of objective functional improvement with this medication.": _CODE,
            "The records do not reflect functional gains from the prior therapy.": _CODE,
            "The provider did not document how the drug helps the patient in activities of daily living.": _CODE,
            "The progress notes fail to show that this medication lowers the pain scores.": _CODE,
            "There is no mention of a reduction in the use of oral medications with the TENS unit.": _CODE,
            "Despite 24 sessions of therapy, the claimant has made no measurable progress.": _CODE,
            "The record does not establish that the patient got better with the previous therapy.": _CODE,
            "There's no evidence that his quality of life has improved.": _CODE,
            "The reports show no significant change in the patient's pain level with use of this drug.": _CODE,
            "The worker shall not go on until benefit is seen.": None,
            "The denial stands because there is no functional deficit.": None,
            "There is no evidence of failure of oral analgesics.": None,
            "There is no functional restoration program to which this would be an adjunct.": None,
            "The results of the functional capacity evaluation are not there.": None,
            "This test is not likely to improve outcome.": None,
        },
        pattern=compiled(rf"{NO}{gap(16, but=_OTHER_CLAUSE)}{BENEFIT}"),
        unless=compiled(
            rf"{_TO_COME}|{_TRIED}|\bif there is\b|\bexcept\b|beyond the acute|functional capacity|return to work (?:goal"
            rf"|plan)|cannot return"
            r"|\brisks?\b|\bprevent|\bno (?:quarrel|dispute)|quality evidence|\bproven\b|\bno current indication"
            r"|\bweeks without (?:\w+ )?evidence"
            r"|not (?:been )?(?:recommended|supported)|maxim\w+ medical improvement"
            r"|(?:none|neither) of (?:which|these|those)"
        ),
    ),
    Rule(
        name="reasons.benefit.undocumented",
        why="A word for benefit, then that it is not in the record.",
        examples={
            "The efficacy of the medication was not documented.": _CODE,
            "Functional improvement with the prior injection was not noted.": _CODE,
            "Pain relief and increased level of function are not described.": _CODE,
            "The patient's response to the block is unknown.": _CODE,
            "The benefit of the brace was documented.": None,
        },
        pattern=compiled(rf"{BENEFIT}{gap(10)}{NOT_STATED}"),
        unless=compiled(r"return to work"),
    ),
    Rule(
        name="reasons.benefit.vague",
        why="Benefit is spoken of, but only vaguely: the reviewer says that this shows nothing.",
        examples={
            "There was only vague reporting of how effective it was.": _CODE,
            "The note gives an insufficient report of function.": _CODE,
            "A clear report of function is given.": None,
        },
        pattern=compiled(rf"\b(?:vague|insufficient|no clear|subjective|conflicting) report\w*{gap(9)}{BENEFIT}"),
    ),
    Rule(
        name="reasons.benefit.little",
        why="The relief that there was is called too small or too short.",
        examples={
            "The prior injection gave less than 50% relief.": _CODE,
            "The patient had only two weeks of relief from the last epidural injection.": _CODE,
            "She had only temporary relief with therapy.": _CODE,
            "The brace gave short-lived benefit.": _CODE,
            "She had 70% relief for ten weeks.": None,
        },
        pattern=compiled(
            r"\b(?:(?:less than|under|only|just|at most|no more than) (?:about |a )?(?:an? )?(?:\d+|ten|twenty|thirty|forty"
            r"|fifty|one|two"
            r"|three|few|some|several|couple|slight|mild|partial|temporary|short|brief|transient|modest)\b|temporary"
            r"|short-lived|transient)"
            rf"{gap(4)}(?:relief|improvement|benefit|(?:pain )?reduction)\b"
            r"|\b(?:one|two|three|few|1|2|3) (?:days|weeks?) of (?:partial |some |mild |temporary )?(?:relief|benefit)\b"
        ),
        unless=compiled(r"\b(?:require[sd]?|criteria|should|must)\b"),
    ),
    Rule(
        name="reasons.benefit.not_helped",
        why="Words of their own for a treatment that did nothing.",
        examples={
            "Acupuncture did not help.": _CODE,
            "His recovery has plateaued.": _CODE,
            "The drug was taken for a month with no effect.": _CODE,
            "The treatment failed to improve function.": _CODE,
            "Surgical care failed to improve the worker.": None,
        },
        pattern=compiled(
            r"\b(?:did not help|not been helpful|no better|no longer (?:helps?|effective)|fail(?:s|ed|ure) to (?:\w+ )?(?:improve"
            r"|demonstrate|return|show)|temporary relief only|reached a plate\w+|(?:has|have) plateaued|changed nothing|no effect"
            r"|without (?:any )?(?:effect|change|success)|to no avail|minimal(?:ly)? (?:helpful|effective|response)"
            r"|not (?:significantly |substantially )?(?:changed|progressed|responded))\b"
        ),
        unless=compiled(r"\bmmi\b|has not tried|surgical|diagnos|\bstudy\b|red flag|\bmri\b|\bemg\b|imaging"),
    ),
    Rule(
        name="reasons.benefit.unchanged",
        why="Pain, findings or work status stayed what they were under the treatment.",
        examples={
            "The VAS scores have remained at 7/10 over the last three visits.": _CODE,
            "Work restrictions were seemingly unchanged from visit to visit.": _CODE,
            "Her grip strength is still 20 pounds.": _CODE,
            "His activity level is no greater than before the program.": _CODE,
            "The range of motion was the same before and after.": _CODE,
            "The MRI is unchanged.": None,
            "The patient has pain.": None,
        },
        pattern=compiled(
            r"\b(?:pain|symptoms?|complaints?|scores?|ranges? of motion|range|motion|function|findings|work status|restrictions"
            r"|strength|employee|she|he|patient|worker|applicant|claimant)"
            r" (?:levels? )?(?:\w+ ){0,3}?(?:remain(?:s|ed)?|stay(?:s|ed)|continues (?:at )?the same|is still|are still|(?:is"
            r"|are|was|were|has|have)"
            r"(?: been)? (?:the same|unchanged|not changed))\b"
            r"|the same (?:\d|pain|ranges?|before and after)|\bunchanged\b|identical (?:grip|range|pain|findings|exam)"
            r"|still \d+ (?:of|out of|/)|\bnot changed\b|\bis (?:just )?what it was\b"
            r"|\bno (?:greater|less|lower|higher|fewer|different)(?: now)? than (?:before|at|it was|in|when)\b"
        ),
        unless=compiled(r"\bmmi\b|surgical|diagnos|\bstudy\b|red flag|\bmri\b|\bemg\b|imaging"),
        needs=("what it was", " than ", "remain", "stay", "same", "still", "unchanged", "changed", "identical"),
    ),
    Rule(
        name="reasons.benefit.worse",
        why="Pain went up, or is the same with the treatment as without it.",
        examples={
            "His pain score has actually gone from 7/10 to 8/10 in the interval.": _CODE,
            "Pain is 8/10 with and without Norco.": _CODE,
            "The pain levels have increased since the drug was begun.": _CODE,
            "The dose went from 5 mg to 10 mg.": None,
            "Pain went from 8/10 to 4/10.": None,
        },
        pattern=compiled(
            r"\b(?:pain|vas|symptoms?|scores?) (?:\w+ ){0,3}?(?:gone|went|rose|risen|increased|worsened)\b(?! from 10)"
            r"(?: up)?(?: from (?:[0-5] ?/|6 ?/ ?10 to (?:[789]|10)\b|7 ?/ ?10 to (?:[89]|10)\b|8 ?/ ?10 to (?:9|10)\b"
            r"|9 ?/ ?10 to 10)"
            r"|(?! from))|\b\d+ ?/ ?10,? (?:both )?with and without\b"
        ),
        unless=compiled(
            r"from 4 ?/ ?10 to [0-3] ?/|from 5 ?/ ?10 to [0-4] ?/|\b(?:mri|surgical|diagnos)|without (?:the |this )?med"
        ),
    ),
    Rule(
        name="reasons.benefit.despite",
        why="The complaint goes on in spite of what is asked for.",
        examples={
            "The patient continues to report severe pain at 8/10 despite the use of this medication.": _CODE,
            "Work restrictions are no fewer despite ongoing usage of Norco.": _CODE,
            "He has persistent symptoms despite therapy.": _CODE,
            "She went home despite rain.": None,
        },
        pattern=compiled(
            r"(?:\bpersist\w*|\bcontinu\w+|\bongoing|\bsevere) (?:\w+ ){0,4}?(?:pain|symptoms|complaints)\b[^;]{0,30}?"
            r"\b(?:despite|in spite of)\b"
            r"|(?:in spite of|despite) (?:it\b|this\b|(?:\w+ ){0,4}?(?:us(?:e|ing|age)|consumption|taking)\b)"
        ),
        unless=compiled(r"\bmmi\b|surgical|diagnos|\bstudy\b|red flag|\bmri\b|\bemg\b|imaging"),
    ),
    Rule(
        name="reasons.benefit.off_work",
        why="Who is still off work or totally disabled has not improved in function (return to work is its measure in the MTUS).",
        examples={
            "The applicant remains off of work.": _CODE,
            "He is on total temporary disability.": _CODE,
            "She has taken opioids for six years and remains unable to work.": _CODE,
            "The worker has not returned to work.": _CODE,
            "He is at work.": None,
        },
        pattern=compiled(
            r"\b(?:(?:off|out) (?:of )?work|unable to (?:return to )?work|(?:remains?|still) (?:totally |permanently )?disabled"
            r"|not (?:gone back|returned|been able to return|working|worked)"
            r"|total(?:ly)? temporar\w+"
            r"|temporar\w+ total\w*|ttd|tpd)\b"
        ),
        unless=compiled(r"surgical|diagnos|\bstudy\b|red flag|\bmri\b|\bemg\b|imaging"),
        needs=("work", "disabled", "temporar", "ttd", "tpd", "gone back", "returned"),
    ),
    Rule(
        name="reasons.benefit.daily_life",
        why="Daily life is as hard as before: nothing was gained in function.",
        examples={
            "The patient has difficulty performing even basic activities.": _CODE,
            "She is unable to bathe and needs help to dress.": _CODE,
            "He can dress.": None,
        },
        pattern=compiled(
            r"\b(?:difficulty (?:with|performing|in) (?:activities|even|basic|dress|bath)|(?:cannot|unable to) (?:dress|bathe"
            r"|perform)"
            r"|needs help (?:in|to|with) (?!cook|chore|house|shop|clean|ride|transport|laundry|meal)|dependen(?:ce"
            r"|t) on (?:opioid|medical|further|his|her))"
        ),
        unless=compiled(r"surgical|diagnos|\bstudy\b|red flag|\bmri\b|\bemg\b|imaging|\bmmi\b"),
    ),
    Rule(
        name="reasons.benefit.argued",
        why="The reviewer weighs what was reported and finds no improvement in it.",
        examples={
            "This does not make a compelling case for continuation.": _CODE,
            "All of this argues against functional improvement.": _CODE,
            "These facts make a case.": None,
        },
        pattern=compiled(
            r"\bnot (?:in and of \w+,? )?(?:mak\w+|constitut\w+) a (?:compelling|persuasive|strong) case|\bargu(?:es?|ed) against"
            r"|\boutweighed by\b|\b(?:negligible|trivial|marginal)\b[^;]{0,30}\b(?:benefit|improvement|gains?|comments?)"
        ),
    ),
)

_MET: tuple[Rule, ...] = (
    Rule(
        name="reasons.criteria.met",
        why="Of an overturned denial: the reviewer says that criteria are met, or that the treatment did good.",
        examples={
            "The patient meets the criteria.": "criteria_met",
            "The request is within the guideline.": "criteria_met",
            "There is documented functional improvement with Norco.": "criteria_met",
            "The patient hurt his back.": None,
        },
        pattern=compiled(
            r"\b(?:meets?|met|satisf(?:y|ies|ied)|has been (?:met|established|documented)|supports?|supported|is (?:indicated"
            r"|appropriate|reasonable|warranted|within|consistent|justified|recommended)|are (?:indicated|appropriate|reasonable"
            r"|warranted|met)|documented (?:benefit|improvement|functional)|within (?:the )?guideline"
            r"|consistent with (?:the )?guideline|improv(?:ed|ement)|functional (?:improvement|gains?)|benefit)\b"
        ),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_CODE: _NOT_SHOWN}
MET = _MET[0]
MATTER = matter_of({_CODE: _NOT_SHOWN, "criteria_met": _MET})
RULES = MATTER.rules
