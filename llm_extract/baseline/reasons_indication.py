"""Reasons that speak of this patient: what comes first was not tried, or an indication of the guideline is absent."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import FIRST, NO, TREATED, gap, matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_FIRST: Reason = "first_line_not_tried"
_UNMET: Reason = "criteria_not_met"

# --- what comes first ------------------------------------------------------------------------------------------------

_NOT_CARE = (
    r"tried to return|last tested|trial of (?:the )?(?:spinal|stimulator)|decision has|no decision|trials? to (?:determine"
    r"|show)|randomi[sz]ed"
    r"|has been no decision|how many|number of|description of|account of|\bresults? of|\brespon(?:se|ded) to|\boutcomes?\b"
    r"|\bspecifics\b|\bdetails\b"
    r"|not (?:been )?(?:recommended|supported)"
)
_ELSE_WHEN = r"(?:until|unless|because|but|however|although|whereas|before|prior to|since)\b"
_UNTRIED: tuple[Rule, ...] = (
    Rule(
        name="reasons.first_line.no_trial",
        why="A negation, then a trial or failure, then what comes first.",
        examples={
            "There is no documentation that the patient has tried and failed first-line medications.": _FIRST,
            "The patient has not exhausted conservative treatment.": _FIRST,
            "The records do not show failure of antidepressants.": _FIRST,
            "There is no indication that the patient cannot tolerate oral NSAIDs.": _FIRST,
            "The patient has yet to try a home exercise program.": _FIRST,
            "It is unclear how many sessions of therapy have been completed.": None,
        },
        pattern=compiled(rf"{NO}{gap(16, but=_ELSE_WHEN)}\b{TREATED}\b{gap(9)}{FIRST}"),
        unless=compiled(_NOT_CARE),
    ),
    Rule(
        name="reasons.first_line.care_untried",
        why="A negation, then what comes first, then that it was tried or failed.",
        examples={
            "There is no evidence that conservative treatment has been exhausted.": _FIRST,
            "There was no mention of Tylenol, NSAID, Tricyclic or weaning failure.": _FIRST,
            "There is no documentation that TENS was trialed for one month.": _FIRST,
            "There is no record of active physical therapy having been done before this.": _FIRST,
            "No benefit of therapy was seen.": None,
        },
        pattern=compiled(rf"{NO}{gap(12)}{FIRST}{gap(12)}\b{TREATED}\b"),
        unless=compiled(_NOT_CARE),
    ),
    Rule(
        name="reasons.first_line.care_not_done",
        why="What comes first, then that it was not done.",
        examples={
            "Conservative care has not been exhausted.": _FIRST,
            "Sleep hygiene was never attempted.": _FIRST,
            "Intolerance of other treatments is not shown.": _FIRST,
            "First-line treatment was given.": None,
        },
        pattern=compiled(
            r"\b(?:first[- ]line|conservative|non-?operative|home exercise program|sleep hygiene|physical therapy|lesser"
            r"|lower levels? of care)\b"
            r"[^.;]{0,60}\b(?:not|never) (?:been |yet been |yet )?(?:failing|tried|attempted|exhausted|failed|documented"
            r"|completed|provided|given"
            r"|trialed|optimi[sz]ed|maximi[sz]ed)\b"
            r"|\b(?:intoleran\w+|failure|exhaustion|trials?) (?:of|to|with) (?:[a-z-]+ ){1,6}?(?:is|was|are|were|has"
            r"|have) not (?:been )?"
            r"(?:shown|documented|established|demonstrated|described|mentioned|evident|noted)\b"
        ),
        unless=compiled(_NOT_CARE + r"|not (?:been )?documented to (?:help|improve)"),
    ),
    Rule(
        name="reasons.first_line.no_such_trial",
        why="A negation, then the trial that was spoken of before.",
        examples={"The notes failed to provide evidence of such a trial.": _FIRST, "Such a trial was done.": None},
        pattern=compiled(rf"{NO}{gap(8)}\b(?:such an?|any|prior|previous) trials?\b"),
        unless=compiled(_NOT_CARE),
    ),
    Rule(
        name="reasons.first_line.not_yet",
        why="The words alone say that something else comes first.",
        examples={
            "Ongoing use of Norco obviates the need for the topical compound.": _FIRST,
            "A trial has not yet been completed.": _FIRST,
            "No prior trial of a splint is on record.": _FIRST,
            "Failure of oral drugs has not occurred.": _FIRST,
            "There is no record that a home program was ever set up.": _FIRST,
            "He had finished only half of the therapy prescribed.": _FIRST,
            "Only three sessions of therapy had been done.": _FIRST,
            "The trial helped.": None,
        },
        pattern=compiled(
            r"\b(?:prior to (?:trying|exhausting)|cannot be called exhausted|not (?:yet )?(?:been )?(?:completed|finished"
            r"|tried|attempted)\b"
            r"|had not (?:had|tried|been)|has not (?:had an? (?:\w+ )?trial|occurred|reached )|obviates?\b"
            r"|failure[^.;]{0,60}has not occurred"
            r"|never (?:been )?(?:referred|sent|offered|tried)\b|let alone (?:that )?(?:(?:it|they) )?(?:\w+ )?fail\w*"
            r"|not been given a home|(?:was|were) ever (?:tried|set up|given|attempted|done|started)|not (?:\w+ )?a trial of\b"
            r"|no (?:\w+ )?(?:prior|previous|initial|adequate|formal) (?:\w+ )?(?:trial of|attempts? at)"
            r"|no (?:word|sign|evidence|mention|record)[^;]{0,30}\b(?:tried|attempted|trialed)\b"
            r"|only (?:[\w-]+ ){1,3}?(?:visits|sessions) (?:of (?:\w+ ){1,3}?)?(?:had|have|has|were|was) (?:been )?(?:done"
            r"|attended|completed|had)"
            r"|(?:finished|completed|attended|had) only (?:half|part|some|a few|\w+) of (?:\w+ ){0,3}?(?:therapy|visits"
            r"|sessions|treatment))"
        ),
        unless=compiled(_NOT_CARE + r"|has not begun the program"),
    ),
)

# --- indications -----------------------------------------------------------------------------------------------------

_NOT_AGAINST = (
    r"(?!not (?:\w+ly )?(?:been )?(?:recommend|support|endors|fda|advis)|not (?:medically )?(?:necessary|certified|appropriate)"
    r"|not been (?:established|shown)\b)"
)
NOT = NO.replace(r"\b(?:", rf"\b{_NOT_AGAINST}(?:", 1) + r"(?! (?:risk of harm|cost))"
"""A negation, but not the words that decide or that say that a guideline is against it."""
_ELSEWHERE = (
    r"guideline (?:gives|has)|is the patient able|last screen|to recommend|no evidence (?:to support|that)|should not"
    r"|no (?:\w+ )?(?:support|basis|literature) (?:for|to)|indication for (?:the )?(?:ongoing|continued|current)|mtus (?:do|is)"
    r"|odg (?:do|is)|do not specifically"
)
_ABSENT: tuple[Rule, ...] = (
    Rule(
        name="reasons.criteria.not_met",
        why="The reviewer says in so many words that criteria are not met, or that the patient is no candidate.",
        examples={
            "The patient does not meet the criteria.": _UNMET,
            "The criteria for the use of this device have not been satisfied.": _UNMET,
            "The patient is not a candidate for surgery.": _UNMET,
            "The criteria are met.": None,
        },
        pattern=compiled(
            rf"{NOT}{gap(14)}\b(?:meet|met\b|satisf\w+|fulfil\w+|qualif\w+|criteri(?:a|on)|candidate|indicat(?:ed"
            rf"|ions?) (?:for|in\b(?! the (?:notes?|records?|request|reports?|doc)))|warranted|applicable)\b"
            r"|\bcriteri(?:a|on)\b[^;]{0,80}?\b(?:not|un)[ -]?(?:been )?(?:met|satisfied|fulfilled)\b|\b(?:none|neither"
            r"|not any) of (?:these|them|the|those|which)\b|\b(?:none|neither) (?:applies|apply)\b"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.no_finding",
        why="A negation, then a sign, symptom, diagnosis or event that the guideline asks for.",
        examples={
            "There is no documentation of radiculopathy on physical exam.": _UNMET,
            "There are no red flag conditions documented.": _UNMET,
            "The MRI does not reveal nerve root impingement.": _UNMET,
            "There is no surgical lesion identified on imaging.": _UNMET,
            "There is no new injury or significant change in symptoms.": _UNMET,
            "There is no hurry.": None,
        },
        pattern=compiled(
            rf"{NOT}{gap(14)}\b(?:radiculopath\w+|radicular|nerve root|radiculitis|neurologic\w*|red flags?|instability"
            rf"|progressive"
            rf"|progression"
            r"|neuropath\w+|diagnos\w+|signs?\b(?! (?:in|that)\b)|symptoms?\b|objective|findings?|suspect\w*|suspicion"
            r"|deficits?|weakness"
            r"|deformity|lesions?|allodynia|effusion|crepitus|atrophy|locking|swelling"
            r"|impingement|compression|stenosis|compromise|pathology|tears?\b|osteoarthritis|arthritis|arthropathy|adhesive"
            r"|trigger points?"
            r"|twitch|tumou?r|infection|trauma|injury|fracture|migraine|history|evidence of|complain\w*|conditions?\b"
            r"|disorder|depression"
            r"|apnea|need for|procedure is planned|plans? for)"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.not_acute",
        why="A negation, then the acute state for which alone the guideline recommends it.",
        examples={
            "The patient has chronic pain and there are no acute exacerbations.": _UNMET,
            "There is no evidence of muscle spasm on exam.": _UNMET,
            "There is nothing to suggest an acute flare.": _UNMET,
            "The acute pain was bad.": None,
        },
        pattern=compiled(
            rf"{NOT}{gap(14)}\b(?:acute|exacerbations?|flares?|flare-?ups?|spasms?|spasticity|post-?operative|recent surgery)\b"
            r"|\b(?:outside|past|beyond|out) (?:of )?the acute\b|\bnot acute\b"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.no_gi_risk",
        why="A negation, then the stomach or heart risk for which the guideline recommends it.",
        examples={
            "The patient is not at intermediate risk of a GI event.": _UNMET,
            "There is no documentation of gastrointestinal complaints.": _UNMET,
            "He has no peptic ulcer.": _UNMET,
            "He had an ulcer.": None,
        },
        pattern=compiled(
            rf"{NOT}{gap(14)}\b(?:gastrointestinal|gi\b|dyspepsia|gastritis|gerd\b|reflux|heartburn|peptic|ulcer\w*"
            rf"|risk factors?|at risk"
            r"|stomach|abdominal|cardiac|cardiovascular|comorbid\w*|nausea|vomiting|constipat\w+)"
        ),
        unless=compiled(_ELSEWHERE + r"|aberrant|abuse"),
    ),
    Rule(
        name="reasons.criteria.no_ability",
        why="A negation, then a state of the patient on which the guideline depends: homebound, impaired, motivated, in need.",
        examples={
            "The patient is not homebound.": _UNMET,
            "Records do not indicate that the patient is confined to the home.": _UNMET,
            "There is no functional deficit that a cane would not help.": _UNMET,
            "There is no functional restoration program to which this would be an adjunct.": _UNMET,
            "There was no prior unsuccessful return to work attempt.": _UNMET,
            "He is motivated.": None,
        },
        pattern=compiled(
            rf"{NOT}{gap(14)}\b(?:homebound|confined|bed-?bound|housebound|functional (?:deficits?|limitations?"
            rf"|impairments?)|motivat\w+"
            r"|unable to|impair\w*|mobility|assistance|suicidal|return[- ]to[- ]work|jobs?\b"
            r"|(?:exercise|restoration|rehabilitation|structured) program|any of the (?:above|other|conditions))\b"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.absent",
        why="An indication is said to be absent, not present, not among the findings.",
        examples={
            "Instability is absent.": _UNMET,
            "The patient is not among those for whom it is meant.": _UNMET,
            "He denies any numbness or weakness.": _UNMET,
            "The exam findings are not consistent with carpal tunnel syndrome.": _UNMET,
            "What is asked for is help with household chores.": _UNMET,
            "Instability is present.": None,
        },
        pattern=compiled(
            r"\b(?:is|are|was|were|therefore) (?:thus |therefore )?(?:absent|not (?:present|met|fulfilled|satisfied|among"
            r"|a candidate"
            r"|one of|consistent with(?! (?:short|the (?:guideline|mtus|odg|short|recommend)|guideline|mtus|odg))"
            r"|suggestive of|indicative of|corroborated|at (?:\w+ )?risk|in need|localized))\b"
            r"|\b(?:is|has|had|have) neither\b|\bhas none\b|\bdoes not (?:have|take|meet|qualify|fulfill|satisfy|apply"
            r"|corroborate|correlate)\b"
            r"|\b(?:help|assistance) (?:is |was )?(?:only |just |needed |requested )?(?:with|for|in) (?:just |only )?(?:these"
            r"|such|household"
            r"|housekeeping|homemak\w+|domestic|cleaning|laundry|chores|shopping)\b"
            r"|\bdo(?:es)? not support (?:the|a) (?:need|diagnosis|presence|medical)\b|\bexpressly den(?:ied|ies)"
            r"|\bdenie[sd] (?:\w+ ){0,2}?(?:numbness|weakness|tingling|radicular|radiating|heartburn|reflux|nausea|dyspepsia"
            r"|depress\w+)"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.normal",
        why="What should be impaired is normal, intact or stable.",
        examples={
            "The neurological examination is normal.": _UNMET,
            "Sensation is entirely intact.": _UNMET,
            "The motor examination of both arms is documented as normal.": _UNMET,
            "The straight leg raise is negative.": _UNMET,
            "The radiographs show mild changes only.": _UNMET,
            "The gait is slow.": None,
        },
        pattern=compiled(
            r"\b(?:is|was|are|were|has|been|remains?) (?:(?:documented|described|reported|recorded|noted|read|found) (?:as "
            r"|to be )?)?"
            r"(?:entirely |completely |neurologically |essentially |grossly )?(?:normal|asymptomatic"
            r"|intact|stable|unremarkable|benign)\b|\bwithin normal limits\b"
            r"|\b(?:shows?|showed|reveals?|revealed) only (?:mild|minimal|slight|minor)\b|\b(?:mild|minimal"
            r"|minor) (?:\w+ ){1,3}only\b"
            r"|\b(?:tests?|testing|studies|study|mri|x-rays?|emg|ncv|exam\w*|maneuvers?"
            r"|raise|raising|signs?|tinel\S*|phalen\S*|spurling\S*|mcmurray\S*|lachman\S*|compression) (?:was|were|is"
            r"|are) (?:all )?negative\b"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.not_indicated",
        why="What is asked for is not indicated in this patient.",
        examples={
            "The patient has radicular pain, for which facet injections are not indicated.": _UNMET,
            "It is not clinically indicated here.": _UNMET,
            "Continuing the same is not indicated.": None,
            "It is indicated.": None,
        },
        pattern=compiled(r"\bnot (?:clinically |medically |currently )?(?:indicated|warranted|applicable)\b"),
        unless=compiled(_ELSEWHERE + r"|^\W*(?:therefore,? )?(?:the request|continu\w+)\b"),
    ),
)
DENIED = Rule(
    name="reasons.criteria.denied",
    why="Where no other rule matches, what is denied of this patient is an indication that is absent.",
    examples={
        "He never wore the boot.": _UNMET,
        "The medical necessity of the request has not been established.": None,
        "He wore the boot.": None,
    },
    pattern=compiled(NO),
    unless=compiled(r"\b(?:medical(?:ly)? necess\w+|necessity|appropriate)\b|\bunless\b|\bif there"),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_FIRST: _UNTRIED, _UNMET: _ABSENT}
MATTER = matter_of(APPLIED | {_UNMET: (*_ABSENT, DENIED)})
RULES = MATTER.rules
