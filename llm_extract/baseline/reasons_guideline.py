"""Reasons that hold a request against a guideline's word: not recommended, or used for too long."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_AGAINST: Reason = "not_recommended"
_LONG: Reason = "long_term_use"

# --- not recommended -------------------------------------------------------------------------------------------------

_IS_NOT = (
    r"(?:is|are|was|were|thus|therefore|hence|be|considered) (?:\w+ly )?(?:also |still )?not (?:\w+ly )?(?:recommended|supported"
    r"(?! by (?:the )?(?:record|document|exam|clinical|evidence (?:in|of)))|endorsed|advised|approved by|fda"
    r"|addressed by (?:the )?(?:mtus"
    r"|odg|acoem|guideline|ca)|indicated for (?:minor|chronic)|suggested)"
)
_BODY_IS_AGAINST = (
    r"\b(?:guidelines?|mtus|odg|acoem|fda|acr|aaos|it|they|literature|evidence|stud(?:y|ies)|which)\b[^.;]{0,60}?"
    r"(?:do(?:es)? not (?:currently |specifically )?(?:recommend|support|endorse|advise|favor|extend)|recommends? against)"
)
_BUT = (
    r"long[- ]term|chronic or long|isolated|stand-?alone|sole|unless|until|\bexcept\b|if they|when they|for routine|(?:for"
    r"|in) follow-up of asympt"
    r"|without (?:evidence|documentation)|addition of \w+ to|primarily recommended"
)
_NOT_RECOMMENDED: tuple[Rule, ...] = (
    Rule(
        name="reasons.guideline.against",
        why='A guideline or the evidence is said to be against what is asked for, without an "unless".',
        examples={
            "The guidelines do not support the use of compounded topical medications.": _AGAINST,
            "ODG recommends against this device.": _AGAINST,
            "Biofeedback is not recommended as a stand-alone treatment.": None,
            "MTUS does not support long-term use.": None,
        },
        pattern=compiled(_BODY_IS_AGAINST),
        unless=compiled(_BUT),
    ),
    Rule(
        name="reasons.guideline.not_recommended",
        why='What is asked for is not recommended, supported, endorsed or approved, without an "unless".',
        examples={
            "This compound contains topical cyclobenzaprine, which is not recommended.": _AGAINST,
            "Passive modalities are not recommended for this patient.": _AGAINST,
            "The use of this drug in chronic pain is not FDA approved.": _AGAINST,
            "The request is not supported by the records.": None,
            "A further four month supply is therefore not supported.": None,
            "It is recommended.": None,
        },
        pattern=compiled(rf"\b{_IS_NOT}|\bnot fda|\bnot been (?:evaluated|studied|validated|approved) (?:for|in|by)\b"),
        unless=compiled(_BUT + r"|\b(?:therefore|thus|hence) not supported\b"),
    ),
    Rule(
        name="reasons.guideline.unproven",
        why="What is asked for is experimental, or no evidence supports its use.",
        examples={
            "Massage devices are considered experimental and investigational.": _AGAINST,
            "There is no evidence to support the use of this gel.": _AGAINST,
            "There is no evidence-based support for this device in chronic back pain.": _AGAINST,
            "There is no evidence of benefit.": None,
        },
        pattern=compiled(
            r"\b(?:is|are|largely|considered|remains?|as) (?:\w+ )?(?:experimental|investigational|unproven|under study)\b"
            r"|\b(?:no|insufficient|limited|little|lack of|not enough|have no) (?:\w+[- ]){0,3}?(?:evidence|studies"
            r"|literature|support)"
            r"(?: that it improves| (?:to support|that supports?|which supports?|supporting|in support of"
            r"|for) (?:the )?(?:topical|use|routine|efficacy"
            r"|safety|this|these|its|\w+ in (?:chronic"
            r"|the treatment)))|\bno (?:\w+[- ])?evidence[- ]based (?:support|guideline)"
        ),
        unless=compiled(_BUT),
    ),
    Rule(
        name="reasons.guideline.excluded",
        why="The guideline rules the treatment out for a case like this.",
        examples={
            "Such creams are expressly excluded.": _AGAINST,
            "It is advised against in the neck.": _AGAINST,
            "It is not a service that the schedule covers.": _AGAINST,
            "The tear was not seen.": None,
        },
        pattern=compiled(
            r"\badvised against|\bexcluded\b|\balmost never\b|\bcontains at least one|\bnot a service that|\bdisfavou?r"
        ),
        unless=compiled(_BUT),
    ),
)
_NO_SUPPORT: tuple[Rule, ...] = (
    Rule(
        name="reasons.guideline.none_supports",
        why="No guideline, or neither of them, supports it.",
        examples={
            "No guideline supports the use of this product.": _AGAINST,
            "Neither the MTUS nor the ODG recommends this supplement.": _AGAINST,
            "None of the guidelines recommends this.": _AGAINST,
            "There are no guidelines that support the use of this device.": _AGAINST,
            "No report supports the diagnosis.": None,
        },
        pattern=compiled(
            r"\b(?:no|none of the|neither(?: the)?) (?:[\w-]+ )?(?:guidelines?|mtus|odg"
            r"|acoem)\b(?: nor (?:the )?(?:odg|mtus|acoem))? (?:that |which )?(?:supports?|recommends?|endorses?)\b"
        ),
    ),
    Rule(
        name="reasons.guideline.no_role",
        why="It has no role, place, proven value, or is not an accepted treatment.",
        examples={
            "Binders have no role following a laparoscopic repair.": _AGAINST,
            "It has no place in the treatment of this condition.": _AGAINST,
            "It is not a recommended option for chronic pain.": _AGAINST,
            "It has not been proven effective.": _AGAINST,
            "No role was played.": None,
        },
        pattern=compiled(
            r"\bno (?:\w+ )?(?:role|place) (?:in|for|following|after|on|with)\b|\bof no (?:proven |\w+ )?value\b"
            r"|\bnot an? (?:\w+ly )?(?:recommended|accepted|proven|established|validated) (?:treatment|option|therapy"
            r"|modality|procedure)\b|\bnot (?:been )?proven (?:to be )?(?:effective|efficacious)|\b(?:efficacy"
            r"|effectiveness) of (?:this|the) (?:\w+ ){1,6}?has not been proven"
        ),
    ),
    Rule(
        name="reasons.guideline.contrary",
        why="It is contrary to the guideline, discouraged, or off the formulary.",
        examples={
            "The treatment is contrary to guidelines.": _AGAINST,
            "It is specifically discouraged in the neck.": _AGAINST,
            "This carries an unfavorable recommendation.": _AGAINST,
            'It is an "N" drug on the ODG formulary.': _AGAINST,
            "He was discouraged by the pain.": None,
        },
        pattern=compiled(
            r"\b(?:contrary|counter) to (?:the )?(?:\w+ ){0,2}?(?:guidelines?|mtus|odg|acoem)\b|\b(?:is"
            r"|are) (?:\w+ly )?discouraged (?:in|for|by)\b|\bagainst (?:the )?guidelines?\b"
            r"|\bunfavou?rable (?:\w+ )?(?:recommendation|position)|\b\"?n\"? drug\b|\bnot on the formulary"
            r"|\badvise against\b"
        ),
    ),
    Rule(
        name="reasons.guideline.component",
        why="A component of the compound is not recommended or supported.",
        examples={
            "As one component at the supplied strength is unsupported, so is the ointment.": _AGAINST,
            "Neither ingredient is recommended in topical form.": _AGAINST,
            "Topical gabapentin and topical muscle relaxants are both named as not recommended and both are in it.": _AGAINST,
            "The component is loose.": None,
        },
        pattern=compiled(
            r"\b(?:components?|ingredients?)\b[^.;]{0,50}\b(?:unsupported|not (?:recommended|supported|approved"
            r"|endorsed))\b|\bneither (?:component|ingredient) is|\b(?:named|listed|deemed|classified|rated) (?:as "
            r"|to be )?not recommended\b"
        ),
    ),
)
_RECITED_AGAINST: tuple[Rule, ...] = (
    Rule(
        name="reasons.recited.against",
        why='Where nothing else is said, a guideline\'s unconditional "not recommended" is the reason.',
        examples={
            "ODG does not recommend this device.": _AGAINST,
            "Topical baclofen is not recommended.": _AGAINST,
            "Biofeedback is not recommended as a stand-alone treatment.": None,
            "Long-term use is not recommended.": None,
        },
        pattern=compiled(
            r"(?:(?:is|are) (?:specifically )?not (?:currently )?(?:recommended|supported|endorsed|fda|indicated for)"
            r"|do(?:es)? not (?:currently )?(?:recommend|support|endorse)|recommends? against|not fda|under study|(?:largely "
            r"|as |considered )"
            r"experimental|almost never|not been evaluated for|not recommended(?: for|,|\.|:|$)"
            r"|at least one drug[^.]{0,40}not recommended"
            r"|no peer[- ]reviewed)"
        ),
        unless=compiled(
            r"long[- ]term|chronic or|isolated|stand-?alone|unless|until|\bexcept\b|sole|prevention|routine (?!use of this)"
            r"|asymptomatic"
            r"|addition of|routinely|in the absence of|reserved|where there is|for more than|primarily recommended|if the"
            r"|used to|for longer|if used|first-line|should not be recommended|prior to|without"
            r"|not recommended as a (?:primary|medical)|recommended as an? (?:option|adjunct|primary)(?! in a)"
        ),
        needs=("not ", "against", "study", "experimental", "almost never", "peer"),
    ),
)

# --- use for too long ------------------------------------------------------------------------------------------------

_LENGTH = r"(?:long[- ]term|prolonged|chronic|extended|indefinite|ongoing sustained|continuous|lengthy)"
_USE = r"(?:us(?:e|age)|treatment|therapy|basis|consumption|prescri\w+|period|manner)"
_SHORT = (
    r"(?:short[- ]term|short(?:er)? (?:\w+ )?(?:course|period|duration|time)|brief|(?:two|three|four|six|\d)[ -](?:(?:to"
    r"|-) ?\w+ )?weeks?|\d-\d weeks?)"
)
_TOO_LONG: tuple[Rule, ...] = (
    Rule(
        name="reasons.use.long",
        why="The use is, would be or is called long-term.",
        examples={
            "The intention to use it on a chronic basis was apparent.": _LONG,
            "The quantity requested implies long-term use.": _LONG,
            "This is long-term usage.": _LONG,
            "The records indicate the medication has been used long-term.": _LONG,
            "Chronic use of this medication is not supported.": _LONG,
            "The guideline names goals for long-term use.": None,
        },
        pattern=compiled(
            rf"\b(?:is|was|be|being|been|as|represents?|constitutes?|impl(?:y|ies)|suggests?|indicates?|documentation of"
            rf"|apparent|for|of|on"
            rf"|for an|on an?) (?:(?!not\b|no\b)[a-z]+ ){{0,2}}?{_LENGTH}(?:,? (?:and )?[a-z-]+){{0,2}}? {_USE}\b"
            rf"|\b(?:intend\w*|plan\w*|anticipat\w+) (?:for |on |to )?{_LENGTH} {_USE}\b"
            rf"|\b{_LENGTH}(?:,? (?:and )?\w+)? (?:use|usage) (?:of \w+ )?(?:is not|are not|not|of this|would)"
            r"|\b(?:prescribed|used|taken|given|taking|using|use (?:this|the) \w+) (?:(?!and)\w+ ){0,3}?(?:chronically"
            r"|long[- ]term\b)"
            r"|\bchronic(?:,| and)? (?:daily|ongoing|long)?,? ?use\b|used chronically"
        ),
        unless=compiled(
            r"requires|require |goals for|effects? (?:on|of) long|opioids? (?:is|are) not|no longer|not recommended for long"
        ),
        needs=("long", "chronic", "extended", "indefinite", "sustained", "continuous", "lengthy"),
    ),
    Rule(
        name="reasons.use.not_short",
        why="A negation, then the short term that the guideline allows.",
        examples={
            "It does not appear to be prescribed for the short-term treatment of an exacerbation.": _LONG,
            "The physician does not mention that this is for a short-term use.": _LONG,
            "This is not a short-term prescription.": _LONG,
            "The short-term use was helpful.": None,
        },
        pattern=compiled(
            r"\bnot (?:[\w-]+ ){0,10}?(?:for )?(?:the |an? )?(?:short[- ]term|short(?:er)? (?:\w+ )?(?:course|period)|brief)\b"
            r"|\bno documentation of (?:a )?short|incompatible with"
        ),
        unless=compiled(r"requires|effects? (?:on|of) long|no longer"),
    ),
    Rule(
        name="reasons.use.beyond",
        why="The use goes beyond the course, the phase or the weeks that the guideline allows.",
        examples={
            "The patient has been on it for longer than the 2-3 weeks recommended.": _LONG,
            "It is treatment well in excess of the short course for which it is recommended.": _LONG,
            "The patient has already exceeded the recommended duration of treatment.": _LONG,
            "It has been taken for an extended period, beyond what is recommended.": _LONG,
            "The request exceeds the recommended number of visits.": None,
        },
        pattern=compiled(
            rf"\b(?:beyond|past|in excess of|exceed(?:s|ed|ing)?|longer than|greater than|more than|(?:well|far) over"
            rf"|outside) (?:of )?(?:(?!visit|session)[a-z']+ )"
            rf"{{0,4}}?(?:{_SHORT}|initial (?:period|weeks)|(?:recommended|allowed|suggested) (?:\w+ )?(?:duration"
            r"|period|time|length|time ?frame)|period (?:recommended|supported|allowed)|(?:duration|length"
            r"|time ?frame) (?:of (?:\w+ )?)?(?:recommended|allowed"
            r"|suggested|treatment|use)\b)"
            r"|\bfar longer|\blonger than (?:an?|one|two|\d|the|what|is|recommended|guideline)|\bfor longer than"
            r"|\b(?:months?|weeks|period) (?:have |had |were |has )?(?:long )?ended\b|\bextended period"
            r"|\bin excess of the odg"
        ),
        unless=compiled(
            r"\bnumber of\b|\brequest(?:ed)? (?:\w+ ){0,4}?(?:is|are) (?:\w+ )?longer than|\brequire|no longer (?:a|in)\b"
            r"|not (?:been )?(?:exceed|longer)|pain (?:for|lasting)|not suggest|weeks without (?:\w+ )?evidence"
        ),
    ),
    Rule(
        name="reasons.use.ongoing",
        why="Ongoing use of a drug is set against what the guideline says of it.",
        examples={
            "The sustained use of zolpidem is not in accordance with the ODG.": _LONG,
            "The ongoing use of Norco helps.": None,
        },
        pattern=compiled(
            r"\b(?:ongoing|sustained|continued,? long\w*)(?: sustained| chronic)? use of [\w/ -]{1,40}(?:does not|is not"
            r"|do not) (?:conform|in"
            r" (?:accord|line|keep)|adhere|comply|consistent|compatible|endorsed|supported by the|recommended)"
        ),
    ),
)
SINCE = Rule(
    name="reasons.use.since",
    why="Says since when or for how long it is used; a reason only where the rationale names a short limit too.",
    examples={
        "The patient has been taking it since at least 2012.": _LONG,
        "This patient has been prescribed Xanax for over two years.": _LONG,
        "Fourteen months of fills is not that.": _LONG,
        "He first used it in May.": None,
        "He was hurt three years ago.": None,
    },
    pattern=compiled(
        r"\bsince (?:at least )?(?:mid |early |late )?(?:\d{1,2}[/-]|20\d\d|19\d\d|january|february|march|april|may|june|july"
        r"|august"
        r"|september|october|november|december)"
        r"|\b(?:for|over|more than|at least|greater than|minimum of|in|run back to|goes back to) (?:well |at least "
        r"|about )?(?:over |more than )?"
        r"(?:an? |one |two |three |four |five |six |several |many |the past |the last |\d+ )?(?:and a half )?(?:years?|months?)\b"
        r"|\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|eighteen|several|many"
        r"|\d+)(?: more)? months|\b(?:further month|months? of use|months or more)\b"
        r"|\b\d+ more tablets|\b(?:go|goes|run|runs|date|dates) back to\b"
        r"|\b(?:first|initially|originally) (?:given|prescribed|started|used|taken)[^.]{0,30}\b(?:in|on) (?:\d|(?:early "
        r"|late |mid )?[a-z]+ (?:of )?\d{4})"
    ),
)
IN_USE = compiled(
    r"\b(?:us(?:e|es|ed|ing|age)|utiliz\w+|tak(?:es|en|ing)|been on|was on|is on|on it|prescri\w+|given|supply|refill\w*"
    r"|tablets?|started"
    r"|had it|sought|further|fills|bottles?|dispens\w+|appears in|months? (?:is|are))\b"
)
SHORT_LIMIT = compiled(
    r"short[- ]term|short course|short period|limit(?:s|ed)? (?:its |the )?use|(?:two|three|four|six|2|3|4|6)(?: ?(?:to"
    r"|-) ?(?:two|three|four|six|3|4|6|10))? weeks|long[- ]term|35 days|brief|days of treatment|chronic use"
)
_RECITED_LONG: tuple[Rule, ...] = (
    Rule(
        name="reasons.recited.long",
        why='Where nothing else is said, "not recommended for long-term use" is the reason.',
        examples={
            "Per MTUS, Soma is not recommended for long-term use.": _LONG,
            "Guidelines do not support long-term use.": _LONG,
            "Guidelines support it.": None,
        },
        pattern=compiled(
            r"not (?:\w+ )?recommended for (?:(?:chronic|prolonged|continuous)(?: or \S+)? (?:use|usage|treatment|therapy)"
            r"|(?:chronic or )?long[- ]term)|not support (?:the )?long[- ]term|long[- ]term use is not"
            r"|not recommend(?:ed)?(?: to be used| it| this drug| its use| use)? (?:for )?(?:longer|more) than"
            r"|not recommend (?:the )?long[- ]term"
        ),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_LONG: _TOO_LONG, _AGAINST: (*_NOT_RECOMMENDED, *_NO_SUPPORT)}
RECITED: dict[Reason, tuple[Rule, ...]] = {
    _LONG: _RECITED_LONG,
    _AGAINST: (*_RECITED_AGAINST, *_NO_SUPPORT[1:2], *_NO_SUPPORT[3:]),
}
MATTER = matter_of(
    {code: (*rules, *RECITED.get(code, ()), *((SINCE,) if code == _LONG else ())) for code, rules in APPLIED.items()}
)
RULES = MATTER.rules
