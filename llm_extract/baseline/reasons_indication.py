"""Reasons that speak of this patient: an indication of the guideline is absent."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import NO, gap, matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_UNMET: Reason = "criteria_not_met"

_NOT_AGAINST = (
    r"(?!not (?:\w+ly )?(?:been )?(?:recommend|support|endors|fda|advis)|not (?:medically )?(?:necessary|certified|appropriate)"
    r"|not been (?:established|shown)\b)"
)
NOT = NO.replace(r"\b(?:", rf"\b{_NOT_AGAINST}(?:", 1) + r"(?! (?:risk of harm|cost))"
"""A negation, but not the words that decide or that say that a guideline is against it."""
_ELSEWHERE = (
    r"no (?:\w+ )?(?:place|role) (?:in|for)|of no (?:\w+ )?value|not a proven|none of the guidelines|"
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
        needs=(
            *("meet", "met", "satisf", "fulfil", "qualif", "criteri", "candidate", "indicat", "warranted", "applicable"),
            *("none", "neither", "not any of"),
        ),
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
            r"|twitch|tumou?r|infection|trauma|injury|fracture|migraine|(?<!sleep )(?<!diet )history|evidence of"
            r"|complain\w*|conditions?\b"
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
            r"|\bnot acute\b"
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
_NOT_WELL = r"\b(?:not (?:returned|working|able|been|back)|unable|cannot|never)\b"
_NOT_IN_NEED: tuple[Rule, ...] = (
    Rule(
        name="reasons.criteria.no_condition",
        why="A negation, then a condition or state for which alone the guideline has it.",
        examples={
            "The patient is not noted to have insomnia.": _UNMET,
            "There is no postherpetic neuralgia.": _UNMET,
            "The patient is not close to MMI.": _UNMET,
            "The patient does not present with the hallmarks of CRPS.": _UNMET,
            "He slept well.": None,
        },
        pattern=compiled(
            rf"{NOT}{gap(10)}\b(?:insomnia|neuralgia|mmi\b|maximum medical improvement|hallmarks?|somnolence|obes\w+"
            rf"|open wounds?|pressure ulcers?|dystonia|narcolepsy|adhd|peripheral pain|in conjunction with"
            rf"|surgical intervention)\b"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.no_surgery_planned",
        why="No operation is planned or thought of for which a study or clearance would be done.",
        examples={
            "The applicant was not, in fact, considering surgery.": _UNMET,
            "There is no planned surgery for which preoperative clearance would be needed.": _UNMET,
            "Surgery was planned.": None,
        },
        pattern=compiled(
            rf"{NO}{gap(6)}\b(?:planned|scheduled|upcoming|consider\w+|contemplat\w+|intend\w+"
            rf"|planning)(?: or \w+)? (?:[a-z]+ ){{0,5}}?(?:surg\w+|operation)\b"
        ),
        unless=compiled(_ELSEWHERE),
    ),
    Rule(
        name="reasons.criteria.past_the_phase",
        why="The phase or time in which alone the guideline has it is over.",
        examples={
            "This patient's injury is beyond the acute phase.": _UNMET,
            "That phase ended for this man when the films were read as healed.": _UNMET,
            "The pain began in the acute phase.": None,
        },
        pattern=compiled(
            r"\b(?:outside|past|beyond|out) (?:of )?the (?:\w+ )?(?:acute|subacute|initial) (?:phase|stage|period)\b"
            r"|\b(?:that|this|the acute) (?:phase|stage) (?:has |had )?(?:ended|passed|is over)"
            r"|\bbeyond the (?:[\w-]+ ){1,3}cut-?off"
        ),
        unless=compiled(_ELSEWHERE + r"|\blasting benefit"),
    ),
    Rule(
        name="reasons.criteria.partly_met",
        why="Some of the criteria are missing.",
        examples={
            "Only two of the five criteria are met.": _UNMET,
            "Two of the six are missing.": _UNMET,
            "An assistant is for complex cases, and neither is the case in a meniscectomy.": _UNMET,
            "All of the criteria are met.": None,
        },
        pattern=compiled(
            r"\b(?:fewer than|only) (?:\w+ )(?:of the (?:\w+ )?criteria|criteria are met)\b|\b(?:one|two|three|four"
            r"|several|some|most) of (?:the |these )?(?:\w+ )?(?:criteria |conditions )?(?:is|are) (?:missing|absent"
            r"|not (?:met|present|fulfilled))\b|\b(?:neither|none) (?:is|was|are|were) (?:the case|true|present|met"
            r"|at issue|fulfilled)\b"
        ),
    ),
    Rule(
        name="reasons.criteria.nothing_to_learn",
        why="What the test would tell is known already, or would change nothing.",
        examples={
            "The diagnosis is already established, so further testing is not needed.": _UNMET,
            "The diagnosis of asthma was already clinically evident and confirmed.": _UNMET,
            "The test would not alter management.": _UNMET,
            "It would not help.": None,
        },
        pattern=compiled(
            r"\bdiagnos\w+\b[^.;]{0,50}\b(?:already|clinically) (?:\w+ )?(?:established|confirmed|made|clear|evident"
            r"|obvious|known)\b|\b(?:test|study|studies|mri|imaging|results?|scan|it)\b (?:[a-z]+ ){0,4}?(?:would|will"
            r"|could) not (?:\w+ )?(?:alter|change|affect|influence)\b"
        ),
        unless=compiled(r"\bhow (?:the|this|it)\b|\bunclear|\bexplain|\bstate"),
    ),
    Rule(
        name="reasons.criteria.well",
        why="The patient works, drives, walks and looks after himself, so that the need is not there.",
        examples={
            "The claimant is working full duty without restrictions.": _UNMET,
            "The patient is independent in all activities of daily living.": _UNMET,
            "This patient is already back at her job.": _UNMET,
            "The patient is able to drive and use public transportation.": _UNMET,
            "He has not stopped smoking.": _UNMET,
            "He cannot drive.": None,
        },
        pattern=compiled(
            r"\b(?:working|returned to|back (?:at|to)) (?:full duty|(?:his|her) job)\b|\bindependent (?:in"
            r"|with) (?:[a-z]+ ){0,3}?(?:activities|adls|ambulation|mobility|self-care)|\b(?:is|was) able to (?:drive"
            r"|walk without|ambulate without|use public)|\bdro?ve(?:s)? (?:him|her)self|\b(?:still a smoker"
            r"|continues to smoke|not (?:stopped|quit) smoking)|\b(?:psych\w+) clearance (?:\w+ )?(?:has not|was not"
            r"|is not)"
        ),
        unless=compiled(_NOT_WELL),
        needs=("full duty", " job", "independent", "able to", "drove", "drives", "drive", "smok", "clearance"),
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

APPLIED: dict[Reason, tuple[Rule, ...]] = {_UNMET: (*_ABSENT, *_NOT_IN_NEED)}
MATTER = matter_of({_UNMET: (*_ABSENT, *_NOT_IN_NEED, DENIED)})
RULES = MATTER.rules
