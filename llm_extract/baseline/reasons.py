"""Why the reviewer decided so: phrases of rationales, each with its sentence as proof.

Contract, rule 11: a sentence that only recites a guideline gives no reason; it must speak of this patient or this request. So
every sentence is first told apart (recited, closing, applied), then the rules of each code are tried on what is applied; a few
codes may also rest on what a guideline is said to hold ("is not recommended"). What each code means stands in the contract; the
phrases are the field's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from llm_extract.baseline.page import Page, sentences
from llm_extract.engine import Found
from llm_extract.schema import Decision, Reason
from llm_extract.sections import Part

# --- words that rules share ------------------------------------------------------------------------------------------

_NO = (
    r"\b(?:no\b|not\b|n't\b|without|lack(?:s|ing|ed)?(?: of)?|absence of|absent|fail(?:s|ed|ure)? to|insufficient|inadequate"
    r"|unclear|nor\b|never|neither|little|minimal|missing|unknown|none|nothing|nobody|nowhere|only (?:vague|minimal|limited)"
    r"|cannot|can not)"
)
_W = r"[^.;]"
_BENEFIT = (
    r"(?:functional(?: \w+){0,2} (?:improvements?|benefits?|gains?|changes?|restoration|status|goals?|capacity)|function(?:ing"
    r"|al(?:ity|ly)?)?\b(?! (?:deficit|capacity|restoration program|impair|loss|limitation))"
    r"|objective(?:ly)?(?: \w+)? (?:benefits?|improvements?|gains?|changes?|evidence of (?:benefit|improvement))"
    r"|(?:analgesic |clinical |sustained |significant |lasting |clear |specific |documented |therapeutic |measurable "
    r"|quantifiable |meaningful )?benefits?\b"
    r"|(?<!guaranteed )efficacy|effectiveness|effective\b|how effective|pain relief|relief of pain|relief\b|gains?\b"
    r"|improv(?:ed|ements?|ing|es)\b"
    r"|(?:reductions?|decreases?|change) (?:in|of) (?:the )?(?:pain|vas|symptoms|medications?|work restrictions)|analgesi\w+"
    r"|pain scores?"
    r"|response to (?:the )?(?:prior|previous|current|treatment|medication)|outcomes? of|activities of daily living|adls?\b"
    r"|return(?:ed|ing)? to work)"
)
_TREATED = (
    r"(?:trials?|tried|failed|failures?|fail|attempt\w*|exhaust\w*|unresponsive|refractory|intoleran\w+|not tolerated|responded"
    r"|complet\w+)"
)
_FIRST = (
    r"(?:first[- ]line|conservative|anti-?depress\w+|anti-?convuls\w+|tri-?cyclics?|snri|aed\b|gabapentin|oral|physical therapy"
    r"|therap(?:y|ies)"
    r"|medications?|nsaids?|measures|treatments?|options?|lower levels?|care\b|home exercise|exercise|acetaminophen|methods?"
    r"|tens\b|sleep hygiene"
    r"|sleep aid|opioids?|alternatives?|injections?|modalities|splint\w*|ice packs?|agents?|hygiene)"
)
_WATCH = (
    r"(?:urine (?:drug|tox\w*)|drug (?:screen\w*|test\w*)|toxicology|uds\b|udt\b|cures\b|pain (?:contract|agreement"
    r"|management (?:contract|agreement))"
    r"|(?:opioid|narcotic|treatment) (?:contract|agreement)|signed (?:contract|agreement)|agreement (?:in|on|is)|aberran\w+"
    r"|abuse\b|misuse|diversion"
    r"|risk (?:assessment|stratification)|pill counts?|4 ?a'?s|four a'?s|drug[- ]seeking|(?:medication|treatment"
    r"|patient) compliance"
    r"|monitoring (?:of|for|program))"
)
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"


class _Rule(NamedTuple):
    code: Reason
    name: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


def _rule(code: Reason, name: str, pattern: str, unless: str | None = None) -> _Rule:
    return _Rule(code, name, re.compile(pattern), re.compile(unless) if unless else None)


# --- rules on what is said of this patient or request ----------------------------------------------------------------

_APPLIED: tuple[_Rule, ...] = (
    _rule(
        "no_functional_improvement",
        "benefit.none",
        rf"{_NO}{_W}{{0,110}}?{_BENEFIT}",
        r"\b(?:until|unless|if there is|before) |improve(?:s|d)? (?:outcome|accuracy)|beyond the acute|needed to|trial of"
        r"|functional capacity"
        r"|(?:no|not) (?:expected|likely) to|return to work (?:goal|plan)|cannot return|effective(?:ness)? (?:in|for) |risk"
        r"|prevent"
        r"|has not tried|not (?:been )?(?:recommended|supported)",
    ),
    _rule(
        "no_functional_improvement",
        "benefit.undocumented",
        rf"{_BENEFIT}{_W}{{0,60}}\b(?:(?:was|were|is|are|has|have|had)(?: been)? not|n't|nowhere|never"
        rf"|not) (?:been )?(?:\w+ )?(?:document\w*|mentioned|shown|demonstrat\w+"
        r"|report\w+|described|recorded|quantified|noted|evident|provided|identified|established|addressed|discussed|specified"
        r"|attributed)"
        rf"|\b(?:vague|insufficient|no clear) report\w*{_W}{{0,60}}(?:effective|benefit|function|improve)",
        r"return to work",
    ),
    _rule(
        "no_functional_improvement",
        "benefit.same",
        r"\b(?:did not help|not been helpful|no better|no longer (?:helps?|effective)|fail(?:s|ed|ure) to (?:\w+ )?(?:improve"
        r"|demonstrate|return|show)"
        r"|persist\w* (?:pain|symptoms) despite|temporary relief only|reached a plate\w+|has plateaued|changed nothing"
        r"|no effect|without (?:any )?(?:effect|change|success)"
        r"|(?:pain|symptoms?|complaints?|scores?|ranges? of motion|range|motion|function|findings|work status|restrictions"
        r"|strength|the employee|she|he|patient)"
        r" (?:levels? )?(?:\w+ ){0,3}?(?:remains?|remained|stayed|is still|are still|(?:is|are|was|were|has"
        r"|have)(?: been)? (?:the same|unchanged|not changed))"
        r"|the same (?:\d|two-point|pain|ranges?|before and after)|\bunchanged\b|identical (?:grip|range|pain|findings|exam)"
        r"|not changed\b"
        r"|to the degree what it was|have not been eased|argued? against functional"
        r"|(?:in spite of|despite) (?:it|this|\w+ (?:usage|use|consumption))|still \d+ (?:of|out of|/)"
        r"|(?:off|out) of work|not (?:gone back|returned|been able to return|working)|total(?:ly)? temporary|temporar\w+ total"
        r"|\bttd\b|\btpd\b"
        r"|difficulty (?:with|performing|in) (?:activities|even|basic|dress|bath)|(?:cannot|unable to) (?:dress|bathe|perform)"
        r"|needs help (?:in|to|with)"
        r"|dependence on (?:his|her)|nothing (?:is said|on file shows|shows) (?:of activit\w+|that \w+ lets)|no note tells what"
        r"|brought any improvement"
        r"|added to (?:his|her|the) (?:relief|function|activity)|does not make a compelling case)",
        r"mmi|has not tried|surgical|diagnos|\bstudy\b|red flag|\bmri\b|\bemg\b|imaging",
    ),
    _rule(
        "long_term_use",
        "use.long",
        r"\b(?:(?:is|was|be|being|as|represents?|constitutes?|documentation of|apparent|for|of) (?:\w+ ){0,2}?(?:long[- ]term"
        r"|prolonged|chronic(?: ,)?,? long-term)(?: \w+){0,2} (?:use|usage|treatment|therapy|basis)"
        r"|long[- ]term(?:,? (?:and )?\w+)? (?:use|usage) (?:of \w+ )?(?:is not|are not|not|of this|would)|(?:prescribed|used"
        r"|taken|given|taking|using|use (?:this|the) \w+) (?:(?!and)\w+ ){0,3}?(?:chronically|on a (?:chronic|long[- ]term"
        r"|continuous|daily) basis)"
        r"|chronic(?:,| and)? (?:daily|ongoing|long)?,? ?use\b|used chronically|on a (?:long[- ]term|chronic) basis"
        r"|not (?:\w+ ){0,10}?(?:for )?(?:the |a )?(?:short[- ]term|short course|brief|short period)"
        r"|beyond (?:a |the )?(?:short|\w+ weeks|initial|recommended (?:duration|period|time))|incompatible with"
        r"|no documentation of (?:a )?short|far longer|longer than (?:a|an|one|two|\d|the|what|is|recommended|guideline)"
        r"|for longer than"
        r"|(?:go|goes|went|going) (?:past|beyond) (?:the )?(?:two|three|four|six|\d)[ -]?(?:to|-)? ?(?:three|four|six|\d)? weeks"
        r"|exceeds? (?:the )?(?:\w+ ){0,2}(?:short|two|three|four|six|\d)(?:[ -](?:to|term)?[ -]?\w+)? (?:weeks?|term|treatment"
        r"|use|duration)"
        r"|in excess of the (?:odg|short|position|two|\d)|(?:ongoing|sustained)(?: sustained"
        r"| chronic)? use of [\w/ -]{1,40}(?:does not|is not|do not)|months? (?:have|had|were) ended|(?:period|months) ended)",
        r"requires|require |goals for|effects? (?:on|of) long|opioids? (?:is|are) not|no longer",
    ),
    _rule(
        "missing_documentation",
        "records.silent",
        r"\b(?:(?:it (?:is|was|remains) (?:also )?|is |are |remains? )?(?:un(?:known|clear|certain)|not (?:known|clear"
        r"|certain)) (?:exactly |to me )?(?:when|how|what|why|whether|if|from|for|as to|which|that|where|nor)"
        r"|(?:does|do|did|has|have|is|was)(?: not|n't) (?:\w+ )?(?:mention|state|specif\w+|describ\w+|explain\w*|identif\w+"
        r"|discuss\w*|say|name|furnish\w*|comment\w*|clarif\w+|list\w*|outlin\w+|provid\w+|indicat\w+|address\w*|submit\w*"
        r"|includ\w+|contain\w*)(?! (?:for|the guideline|that (?:this|the) \w+ is for))"
        r"|fail(?:s|ed)? to (?:mention|state|specify|indicate|include|describe|explain|identify|discuss|provide (?:a|any"
        r"|the) (?:rationale|reason|plan)|outline|furnish|clarify)"
        r"|(?:not|never|nor|nowhere) (?:is it |was it |been |set out|given )?(?:stated|specified|provided|explained|described"
        r"|set out|given|said|supplied|furnished|outlined|defined|listed|named|indicated|submitted|available|included|made out"
        r"|recorded|documented|examined|asked about|found in)\b(?! (?:a|any)? ?(?:benefit|acupuncture))"
        r"|no (?:\w+ ){0,3}?(?:rationale|explanation|reasons?|treatment plan|plan\b|goals?|treatment goals?|(?:progress "
        r"|medical |clinical |recent )(?:notes?|reports?|records?)|physical exam\w*(?! (?:findings|signs|evidence))"
        r"|examination(?! (?:findings|signs|evidence))|information|description|discussion of (?:why|how|where|what|the)"
        r"|indication (?:of|as to) (?:why|how|where|what|which)|mention of (?:how|why|where|what|when)|word (?:on|of what"
        r"|about)|imaging reports?|(?:specific )?(?:frequency|duration|dos(?:e|age)|quantity)|medical records?"
        r"|recent (?:\w+ )?(?:notes?|exam\w*|report)|height|detail\w*|clear (?:rationale|indication why))\b"
        r"|no (?:report|note|record|physician)\w* (?:explains?|states?|tells?|gives?|describes?|says?|takes notice)|(?:gives"
        r"|give|gave|offers|offered|states|furnish\w*) no (?:reason|rationale|explanation|indication)"
        r"|(?:frequency|dose|dosage|duration|quantity|number(?: of (?:\w+ )?(?:sessions|visits|treatments|appointments))?|site"
        r"|body part|rationale|length)(?: (?:and|or) (?:the )?\w+(?: of \w+)?)? (?:was|were|is|are) (?:un(?:known|specified"
        r"|clear)|not|missing)"
        r"|\bincomplete\b|is missing|are missing|lack(?:s|ing|ed)?(?: of)? (?:\w+ ){0,2}?(?:information|rationale|detail"
        r"|clarity|explanation|specif\w+|(?:clinical )?documentation regarding|clinical (?:information|notes))"
        r"|insufficient (?:clinical )?(?:information|documentation|evidence (?:in|within)|data)|inadequate (?:information"
        r"|documentation)|limited (?:information|documentation)"
        r"|(?:records?|notes?|reports?|file|request|letter|documentation)\b(?: \w+){0,4}? (?:contains?|names?|gives?|shows?"
        r"|provides?|has|is|are|do not show|does not show|does not indicate|did not indicate)"
        r" (?:neither|silent|no (?:sensory|height|word|information|examination|plan|detail|reason)|the employee's diet)"
        r"|neither (?:gives|states|shows|the kind|contains|the (?:dose|frequency))|cannot be (?:found|made out|judged"
        r"|determined|verified)|silent on whether|not in the file|from the two pages|is not explained)",
        r"short[- ]term|mtus do|guidelines? do|odg do|acoem do|specifically address|surgery is not",
    ),
    _rule(
        "no_monitoring",
        "monitoring.none",
        rf"{_NO}{_W}{{0,150}}?{_WATCH}|{_WATCH}{_W}{{0,80}}\b(?:not (?:been )?(?:\w+ly )?(?:done|documented|performed|mentioned"
        rf"|addressed|provided|discussed|obtained|noted)|absent|lacking|missing)"
        r"|(?:provider|physician|report\w*|nobody|no one) (?:\w+ )?(?:did not|does not|takes no|no) (?:comment|notice|address"
        r"|explain)\w*[^.]{0,60}(?:aberrant|screen|inconsisten\w+|result)"
        r"|(?:inconsistent|aberrant)[^.]{0,60}\bnot (?:addressed|discussed|explained)|no report takes notice|two prescribers",
        r"not (?:on|taking) any opioid|no opioid is planned|potential opioid abuse|urine drug screen was not"
        r"|effort or compliance|criteria for drug",
    ),
    _rule(
        "not_recommended",
        "guideline.against",
        r"\b(?:(?:guidelines?|mtus|odg|acoem|fda|acr|aaos|it|they|literature|evidence"
        r"|study)\b[^.;]{0,60}?(?:do(?:es)? not (?:currently )?(?:recommend|support|endorse|advise|favor|extend)"
        r"|recommends? against)"
        r"|(?:is|are|was|were|thus|therefore|hence) (?:specifically |currently |generally |also )?not (?:currently "
        r"|specifically |generally )?(?:recommended|supported (?:by|for|as|in)|endorsed|approved by|fda|addressed by"
        r"|indicated for (?:minor|chronic))"
        r"|not fda|(?:is|are|largely|considered|remains?|as) (?:\w+ )?(?:experimental|investigational|under study)"
        r"|advised against|excluded\b|almost never|contains at least one"
        r"|not a service that|no evidence (?:to support|for (?:topical|the use|use)|that it improves)|have no evidence"
        r"|does not recommend|(?:is|are) not supported|do not support)",
        r"long[- ]term|chronic or long|isolated|stand-?alone|sole|unless|until|except|if they|when they|routine use|(?:for"
        r"|in) follow-up of asympt|without (?:evidence|documentation)|addition of \w+ to",
    ),
    _rule(
        "first_line_not_tried",
        "first_line.untried",
        rf"{_NO}{_W}{{0,110}}?\b{_TREATED}\b{_W}{{0,60}}?\b{_FIRST}|{_NO}{_W}{{0,80}}?\b{_FIRST}{_W}{{0,80}}?\b{_TREATED}"
        r"|\b(?:first[- ]line|conservative|home exercise program|sleep hygiene)\b[^.;]{0,60}(?:not|never) (?:been |yet been "
        r"|yet )?(?:failing|tried|attempted|exhausted|failed|documented|completed|provided|given)"
        r"|prior to (?:trying|exhausting)|cannot be called exhausted|has barely begun|only half of the therapy"
        r"|not (?:yet )?(?:completed|finished|tried|attempted)\b|no word that"
        r"|had not (?:had|tried|been)|has not had a trial|obviates|has not (?:been )?(?:occurred|reached)"
        r"|failure[^.;]{0,60}has not occurred|not been given a home"
        r"|(?:tried|attempted) and found wanting|ever given|(?:three|two|one) of some|no (?:prior|previous|initial) trial of"
        r"|was ever tried",
        r"tried to return|last tested|trial of (?:the )?(?:spinal|stimulator)|decision has|no decision|trials? to (?:determine"
        r"|show)|randomi[sz]ed|has not begun the program|has been no decision",
    ),
    _rule(
        "exceeds_guideline",
        "count.above",
        r"\b(?:exceed(?:s|ed|ing)?|surpass\w*|in excess of|(?:above|over|beyond|past|higher than|greater than"
        r"|more than) (?:both |even |that |what |twice |what is |the )*"
        r"(?:recommend\w*|guideline\w*|allow\w*|maximum|limit|ceiling|number|figures?|course|total|full course|initial course"
        r"|\d+(?:,\d+)? ?(?:visits|sessions|mg|med|mme|hours|treatments|day)?|the (?:cited|usual)|[a-z]+ ?(?:recommended"
        r"|allowed|supports?))"
        r"|(?:well )?(?:above|over) (?:both|what)|beyond both|(?:more than )?(?:nearly |almost )?(?:twice|double|triple|(?:two"
        r"|three|four|five|six|\d+) times) (?:of )?(?:what|that|the|than|over|as)|(?:is|are|be|was) (?:nearly |almost "
        r"|exactly )?(?:twice|double|triple) "
        r"|double of|limit is|more than (?:the|what|that|four times|twice)|would make \d+|go(?:es)? (?:beyond|past) (?:both"
        r"|the (?:initial|number|\d+))|is full program|where only a two week|twice that)",
        r"\b(?:does not|do not|not) (?:go )?(?:exceed|beyond)|should not exceed|not exceed|short[- ]term|odg position|fallen"
        r"|(?:twice|once)(?: or twice)? (?:a|per|daily)|more than (?:\d+|one|two|six) (?:months|weeks|years)|\bno more than\b"
        r"|more than half|long[- ]term|recommends? that|risk",
    ),
    _rule(
        "criteria_not_met",
        "criteria.unmet",
        rf"{_NO}{_W}{{0,100}}?\b(?:meet|met\b|satisf\w+|fulfil\w+|criteri(?:a|on)|indicat(?:ed|ions?)|radiculopathy|radicular"
        rf"|radiculitis|neurologic\w*|red flags?|instability|progressive|spasms?|spasticity|acute|exacerbations?|flares?"
        r"|gastrointestinal|gi (?:risk|events?|symptoms|issues|complaints|upset)|dyspepsia|reflux|heartburn|ulcer\w*"
        r"|neuropath\w+|diagnos\w+|signs?|symptoms?|objective|findings?|suspect\w*|suspicion|homebound|functional deficits?"
        r"|motivat\w+|candidate|complain\w*|risk factors?|trauma|injury|fracture|tumor|infection|deficits?|weakness|deformity"
        r"|osteoarthritis|cardiac|history|evidence of|indication|ground|procedure is planned|opioid\w* (?:is|are)|nsaid"
        r"|migraine|any of the (?:above|other)|adhesive|neither|exercise program|change)"
        r"|\b(?:none of (?:these|them|the|which)|(?:is|are|was|were|therefore) (?:thus |therefore )?(?:absent|not (?:present"
        r"|met|fulfilled|satisfied|indicated|homebound|among|documented|a candidate|one of))|is not among|is neither"
        r"|has neither|had neither|have neither|has none|does not (?:have|take|meet|qualify|fulfill|satisfy|apply|show)"
        r"|(?:is|was|are|were|has) (?:entirely |completely |neurologically )?(?:normal|asymptomatic|intact|stable)"
        r"|not (?:clinically )?indicated|can ?not be near|nor a |touches no|is not localized|not (?:medically )?(?:indicated"
        r"|warranted)|expressly denied|outside (?:of )?the acute|years old|purchase\b[^.]{0,20}not|without cardiac"
        r"|nothing is on record)",
        r"guideline (?:gives|has)|is the patient able|last screen|to recommend|no evidence (?:to support|that)|should not"
        r"|indication for (?:the )?(?:ongoing|continued|current)|mtus (?:do|is)|odg (?:do|is)|do not specifically",
    ),
    _rule(
        "safety",
        "risk.weighs",
        r"\b(?:risks? (?:of (?:\w+ ){0,2}?(?:sedation|over-?sedation|respiratory|overdose|death|dependen\w+|seizures?|serotonin"
        r"|falls?|bleed\w*|harm|addiction|interaction)|outweigh\w*)|(?:adds?|adding|added|raises?|increases?|poses?|carries"
        r"|carry|doubles?)\b[^.;]{0,40}\b(?:risks?|danger|hazard)"
        r"|side[- ]effects? (?:outweigh|of (?:this|the) medication (?:in|for))|adverse (?:effects?|events?|reactions?) (?:from"
        r"|of|were|in this)|contraindicat\w+|danger\w*|over-?sedation|overdose|respiratory depression|beers|advanced age"
        r"|interaction risk|toxicity"
        r"|(?:kidney|renal|liver|hepatic) (?:disease|impairment|failure)|hazard|unsafe|(?:do|cause|bring) (?:this |the |him "
        r"|her )?(?:\w+ )?harm|worsen\w*|photocontact|photosensitiv\w+|counts? against|poor choice|growing dependence"
        r"|sleep apnea|he falls|habit-?forming|concurrent(?:ly)? (?:use|with)[^.;]{0,40}(?:opioid|benzodiazepine)"
        r"|together with two opioids)",
        r"risk factors?|gastrointestinal event|\brisk for\b|low risk|no (?:risk|contraindic|adverse|danger)"
        r"|dependence should be|looks for|cpap|diagnostic confusion"
        r"|titrat|record",
    ),
    _rule(
        "depends_on_denied",
        "depends.on",
        r"^\W*(?:(?:and|additionally|further|also),? )?(?:since|as|because|given that|inasmuch as|in that"
        r"|with)\b(?:(?!guideline|component|ingredient"
        r"|criteria)[^.,]){0,160}\b(?:not (?:been )?(?:found )?(?:to be )?(?:deemed )?(?:considered )?(?:medically"
        r" )?(?:necessary|certified|authorized|approved|established|found)|denied|non-?certified|upheld)\b"
        r"|none of the associated|associated (?:\w+ ){0,3}?(?:requests?|services?|items?|procedures?) (?:is|are|was"
        r"|were) (?:also |therefore )?(?:not|non)|(?:primary|surgical|requested|index) (?:procedure|surgery|service"
        r"|operation)[^.;]{0,30}(?:is|was|are|were|has been) (?:not|non|denied)|\bsee #? ?\d|^\W*no \w+, no \w+|(?:surgery"
        r"|procedure|operation|injection)(?: itself)? (?:is|was|has been) (?:not (?:medically )?(?:necessary|certified|approved"
        r"|authorized|supported|indicated)|denied|non)"
        r"|since (?:the )?(?:latter|former)[^.;]{0,40}not|(?:request|service)[^.;]{0,40}(?:moot|no longer (?:needed|applicable"
        r"|necessary))|not applicable|there is no need for the",
        r"\bcomponents?\b|as noted|conservative care cannot",
    ),
    _rule(
        "other",
        "other.duplicate",
        r"\b(?:already (?:owns?|has|have|takes?|uses?|received|had|possess\w*|been (?:provided|approved"
        r"|authorized))\b[^.;]{0,50}\b(?:braces?|bed|unit|crutches|device|manual|naproxen|nsaid|one|walker|chair|wheelchair"
        r"|drug|medication)|still has them|second pair|duplicat\w+|redundan\w+"
        r"|(?:can be had|available) over[- ]the[- ]counter|serve no purpose|also an nsaid)",
    ),
)

# --- rules on what a guideline is said to hold -----------------------------------------------------------------------

_RECITED: tuple[_Rule, ...] = (
    _rule(
        "long_term_use",
        "guideline.long",
        r"not (?:\w+ )?recommended for (?:chronic or )?long[- ]term|not (?:\w+ )?recommended for (?:chronic|prolonged)"
        r"|not support long[- ]term|long[- ]term use is not|not recommended(?: to be used)? (?:for )?longer than",
    ),
    _rule(
        "not_recommended",
        "guideline.against",
        r"(?:(?:is|are) (?:specifically )?not (?:currently )?(?:recommended|supported|endorsed|fda|indicated for)"
        r"|do(?:es)? not (?:currently )?(?:recommend|support|endorse)|recommends? against|not fda|under study|(?:largely |as "
        r"|considered )experimental"
        r"|almost never|not been evaluated for|not recommended(?: for|,|\.|:|$)|at least one drug[^.]{0,40}not recommended"
        r"|no peer[- ]reviewed)",
        r"long[- ]term|chronic or|isolated|stand-?alone|unless|until|except|sole|prevention|routine|asymptomatic|addition of"
        r"|if the|used to"
        r"|for longer|if used|first-line|should not be recommended|prior to|without|not recommended as a (?:primary|medical)"
        r"|recommended as an? (?:option|adjunct|primary)(?! in a)",
    ),
    _rule("safety", "risk.known", r"photocontact|photosensiti\w+"),
)

# --- kinds of sentence -----------------------------------------------------------------------------------------------

_BODY = (
    r"(?:(?:the )?(?:ca(?:lifornia)? |current |cited |most |these |this |treatment |evidenced?[- ]based |clinical |practice "
    r"|official |chronic pain |medical |postsurgical |post-surgical |acoem |mtus |odg )*"
    r"(?:mtus|acoem|odg|aaos|fda|aasm|cms|aetna|guidelines?|schedule|protocol|peer[- ]reviewed literature|literature|beers"
    r"|study|studies|american \w+|dwc|treatment index|label)\b)"
)
_SAYS = (
    r"(?:states?|stated|recommend(?:s|ed)?|notes?|indicates?|suggests?|supports?|requires?|says?|advis(?:es|ed)|go(?:es)? on"
    r"|also|further|allows?|provides?|specif\w+|do(?:es)? (?:not |also |support)"
    r"|limits?|describes?|address\w*|considers?|lists?|page|pages|stipulates?|takes the position|acknowledges?|identif(?:y|ies)"
    r"|defines?|cites?|restricts?|covers?|reserved?|has the following|(?:is|are) (?:silent|not|clear)|p\.|set|puts?|accepts?"
    r"|calls? for|gives?|looks? for|adds?|permits?|endorses?|reports?|discuss\w*|contains?|mandates?|caution\w*|establish\w*"
    r"|outlines?|chapter|section|guidelines?)"
)
_RECITES = re.compile(
    rf"^\W*(?:(?:in addition|additionally|also|however|further|moreover|while|although|specifically|regarding|generally"
    rf"|unfortunately),? )?(?:(?:per|according to|as per|under|from|as noted (?:on|in|by)|as stated (?:in|by)|based on"
    rf"|as recommended by|in regards? to|with regards? to|regarding)\b[^.]{{0,200}}?(?:{_BODY}|page|evidence|chronic pain"
    rf"|official disability|acoem)"
    rf"|{_BODY}[^.]{{0,80}}?\b{_SAYS}|(?:they|it) (?:also |further |then )?(?:notes?|indicates?|states?|recommends?|suggests?"
    rf"|advises?|adds?|says?)\b|{_BODY} ?[:(,-]|page \d|while page|p\. ?\d|(?:the )?(?:medical treatment guideline"
    rf"|criteria (?:for|include)|indications?\b|recommended\b|not recommended\b|among the criteria|acoem|odg|mtus)\b)"
)
# Said of patients and treatments in general.
_GENERAL = re.compile(
    r"\b(?:should (?:not )?be|may be|can be|is (?:generally |usually )?recommended|are (?:generally |usually "
    r"|considered )?recommended|is considered|are considered|is defined|are indicated|is indicated (?:for|in|when|if)"
    r"|are (?:an )?option|is an option|patients (?:who|with|in|on|of|may|should)|in patients|for patients|any compounded"
    r"|is not recommended|are not recommended"
    r"|usually|generally|in most cases|have been shown|has been shown|is approved|fda[- ]approved|is a (?:\w+ ){0,3}(?:drug"
    r"|medication|opioid|benzodiazepine|relaxant|hypnotic|topical|nsaid|treatment|passive)|appears? to diminish|most guidelines"
    r"|is meant for|is for (?:two|those|a)|is reserved|is required|must be|trial may be|the 4 a's of|four a's of"
    r"|is not suggested|is supported (?:by|only)|would be considered|are necessary)\b"
)
_PATIENT = re.compile(
    r"\b(?:in this case|here\b|this (?:patient|worker|case|request|claimant|applicant|employee|individual|injured|man|woman"
    r"|instance|medication|product|compound|rationale|letter|file)|the (?:patient|worker|claimant|applicant|employee"
    r"|injured worker|individual)(?:'s)? (?!is (?:not )?a candidate where|has a significant|exhibits)"
    r"|(?:injured worker|claimant|applicant|employee|patient)(?:'s|s')? (?:has|have|is|was|does|did|had|continues|reports?"
    r"|presents|already|takes|carries|uses|cannot|remains?|pain)|the (?:requesting|treating|attending|prescribing|provider"
    r"|physician|treater|surgeon|doctor)|(?:provided|submitted|available|reviewed) (?:medical )?(?:records?|documentation"
    r"|notes?|for review)|the (?:medical |clinical |submitted |available |progress |provided )*(?:records?|documentation|notes?"
    r"|reports?|file|chart|exam\w*)"
    r"|within the (?:documentation|medical|records|submitted|provided|information)|there (?:is|was|are|were|has been"
    r"|have been) (?:also |only |however |thus |therefore )?(?:no|not|insufficient|only|limited|little|a lack|documentation"
    r"|nothing|still)|his\b|her\b|he\b|she\b|requested|the request\b|asked for|at issue|in question|not medically"
    r"|currently prescribed|was prescribed|has been prescribed|documented for|on file|on record|mr\.|ms\.|pt\.)"
)
_HYPOTHETIC = re.compile(
    r"\b(?:if|when|where|unless|whether|until|once) (?:the|a|an|his|her|this) (?:patient|worker|individual|claimant|condition"
    r"|provider|practitioner)"
)
_FROM_HERE = re.compile(
    r"\b(?:in this case|in this (?:patient|worker|claimant|instance)|here,|here the|however,|but (?:the|this|there|in|he|she)"
    r"|with regard to this|although the|the records?|the medical records?|the documentation|the submitted|this (?:patient"
    r"|worker|claimant|applicant|employee|request)|the (?:patient|claimant|applicant|injured worker|employee|worker) (?:is|has"
    r"|had|was|does|did|already)|at issue here|the \d+-tablet|there is no (?:documentation|evidence|mention|indication|record)"
    r"|none of)"
)
_CLOSING = re.compile(
    r"^\W*(?:(?:therefore|as such|thus|hence|in light of|given (?:the )?(?:above|this)|based on (?:the )?(?:above|guidelines"
    r"|this|these|clinical)|accordingly|in the absence of such|for (?:these|this|the above) reasons?|consequently"
    r"|recommendation is|in summary|in conclusion|overall|it is therefore|so,)\b[^.]{0,170}"
    r"|(?:the |this |an? |his |her "
    r"|retrospectively,? )?[^.,;]{0,150}?)\b(?:medically (?:un)?necessary(?: and appropriate)?(?: (?:at this time|as requested"
    r"|in the form asked for))?|denial|denied|non-?certified|not certified|upheld|overturned|certified|authorized|appropriate"
    r"|warranted|supported|non-?certification|independent medical review|established)\W*$"
)
_GIVES_WHY = re.compile(
    r"\b(?:ongoing (?:sustained|chronic)|because|since|as (?:the|there|it|no)|due to|without|lack|absence|exceed\w*"
    r"|long[- ]term|short|which is not|so that|none|neither|no need|nothing|failed|silent|not in the)\b|, and |; "
    r"|not recommended|does not|do not|has not|have not"
)
_OUTSIDE = re.compile(
    r"^\W*(?:if|should|were|whether)\b(?!.*(?:not medically|unknown))|\b(?:utilization review(?:er)?(?:'s)?|ur physician"
    r"|the reviewer for|claims administrator(?:'s)?|ur reviewer)\b[^.]{0,60}(?:denied|held|stated|refused|noted|counted|remark"
    r"|authorized|certified|modified)"
    r"|abrupt|taper|wean(?:ing|ed)? (?:is|should|was)|without prejudice|may well be"
)
_SHORT_LIMIT = re.compile(
    r"short[- ]term|short course|short period|limit(?:s|ed)? (?:its |the )?use|(?:two|three|four|six|2|3|4|6)(?: ?(?:to"
    r"|-) ?(?:two|three|four|six|3|4|6|10))? weeks|long[- ]term|35 days|brief|days of treatment|chronic use"
)
_SINCE = re.compile(
    rf"\b(?:since (?:at least )?(?:mid |early |late )?(?:\d{{1,2}}[/-]|20\d\d|19\d\d|{_MONTH})|(?:for|over|more than|at least"
    rf"|greater than|minimum of|in|run back to|goes back to) (?:well |at least )?(?:over |more than )?(?:a |an |one |two "
    rf"|three |four |five |six |several |many |the past |\d+ )?(?:and a half )?(?:years?|months?)\b"
    rf"|(?:first|initially) (?:given|prescribed|started)[^.]{{0,30}}(?:in|on) (?:\d|{_MONTH})|run back to|(?:three|four|five"
    rf"|six|\d+)(?: more)? months|\d+ more tablets|further month|month of use|months or more|more than four years)"
)
_IN_USE = re.compile(
    r"\b(?:us(?:e|es|ed|ing|age)|tak(?:es|en|ing)|been on|was on|is on|on it|prescri\w+|given|supply|refills?|tablets?|started"
    r"|had it|sought|further|months? (?:is|are))\b"
)
_STARTS_HERE = re.compile(r"^\W*(?:no\b|none\b|neither\b|there (?:is|was|are|were)|not\b|nothing\b|nobody\b)")


def read_reasons(page: Page, rationale: Part | None, decision: Decision | None) -> tuple[Found, ...]:
    """Reasons of one item with the sentence that gives each; at most once a code, in the order of the sentences."""
    if rationale is None:
        return ()
    parts = sentences(page.text, rationale.start, rationale.end)
    if decision == "overturned":
        return _for_overturned(page, parts)
    found = _against(page, parts)
    if decision == "partially_overturned":
        found = {**{f.value: f for f in _for_overturned(page, parts)}, **_of_a_part(found)}
    return tuple(found.values())


def _of_a_part(found: dict[str, Found]) -> dict[str, Found]:
    """What speaks against the rest of a request that was granted in part: it is too much, or something else is missing."""
    return {code: f for code, f in found.items() if code in ("exceeds_guideline", "missing_documentation", "long_term_use")}


_LONGEST_SENTENCE = 1500
"""Characters of a sentence that are read; a longer one is none, and rules over it would take long."""


class _Sentence(NamedTuple):
    place: Part
    low: str
    kind: str


def _against(page: Page, parts: list[Part]) -> dict[str, Found]:
    told = [_told(page, place) for place in parts]
    limited = any(_SHORT_LIMIT.search(s.low) for s in told)
    found: dict[str, Found] = {}
    for s in told:
        for code, name in _codes(s, limited):
            found.setdefault(code, page.found(code, f"reasons.{name}", s.place))
    for s in told if not found else ():
        for code, name in _matching(_RECITED, s.low):
            found.setdefault(code, page.found(code, f"reasons.{name}", s.place))
    return found or _by_default(page, told)


def _told(page: Page, place: Part) -> _Sentence:
    """A sentence with its kind; of one that goes from a guideline to this patient, what is said of the patient."""
    low = page.low[place.start : min(place.end, place.start + _LONGEST_SENTENCE)]
    if _CLOSING.match(low) and not _GIVES_WHY.search(low):
        return _Sentence(place, low, "closing")
    if _OUTSIDE.search(low):
        return _Sentence(place, low, "outside")
    if _RECITES.match(low):
        turn = _FROM_HERE.search(low, 12)
        return _Sentence(place, low[turn.start() :] if turn else low, "applied" if turn else "recited")
    general = _GENERAL.search(low) and not _STARTS_HERE.match(low)
    if (general or _HYPOTHETIC.search(low)) and not _PATIENT.search(low):
        return _Sentence(place, low, "recited")
    return _Sentence(place, low, "applied")


def _codes(s: _Sentence, limited: bool) -> list[tuple[Reason, str]]:
    if s.kind == "recited":
        return [(code, name) for code, name in _matching(_RECITED, s.low)]
    if s.kind != "applied":
        return []
    codes = dict(_matching(_APPLIED, s.low))
    if limited and "exceeds_guideline" not in codes and _SINCE.search(s.low) and _IN_USE.search(s.low):
        codes.setdefault("long_term_use", "use.since")
    return list(_narrowest(codes, bool(re.search(r"[,;]| and ", s.low))).items())


def _matching(rules: tuple[_Rule, ...], low: str) -> list[tuple[Reason, str]]:
    hits: dict[Reason, str] = {}
    for rule in rules:
        if rule.code not in hits and rule.pattern.search(low) and not (rule.unless and rule.unless.search(low)):
            hits[rule.code] = rule.name
    return list(hits.items())


def _narrowest(codes: dict[Reason, str], clauses: bool) -> dict[Reason, str]:
    """Undocumented benefit, absent monitoring and untried care are their own codes and no broader one (contract, rule 11)."""
    narrow = {"no_functional_improvement", "no_monitoring", "first_line_not_tried", "depends_on_denied"} & set(codes)
    if "depends_on_denied" in codes:
        return {"depends_on_denied": codes["depends_on_denied"]}
    broad: set[str] = {"missing_documentation", "criteria_not_met"} if narrow else set()
    if "missing_documentation" in codes and not clauses:
        broad.add("criteria_not_met")
    if "long_term_use" in codes:
        broad.add("not_recommended")  # "used chronically, which is not recommended"
    return {c: n for c, n in codes.items() if c not in broad}


def _by_default(page: Page, told: list[_Sentence]) -> dict[str, Found]:
    """Where no rule above matches: what is denied of this patient is an indication that is absent."""
    denied = next((s for s in told if s.kind == "applied" and re.search(_NO, s.low)), None)
    return {} if denied is None else {"criteria_not_met": page.found("criteria_not_met", "reasons.criteria.denied", denied.place)}


_MET = re.compile(
    r"\b(?:meets?|met|satisf(?:y|ies|ied)|has been (?:met|established|documented)|supports?|supported|is (?:indicated"
    r"|appropriate|reasonable|warranted|within|consistent|justified|recommended)|are (?:indicated|appropriate|reasonable"
    r"|warranted|met)|documented (?:benefit|improvement|functional)|within (?:the )?guideline"
    r"|consistent with (?:the )?guideline|improv(?:ed|ement)|functional (?:improvement|gains?)|benefit)\b"
)


def _for_overturned(page: Page, parts: list[Part]) -> tuple[Found, ...]:
    """An overturned denial rests on met criteria; the proof is the last sentence that says so."""
    lows = [(s, page.low[s.start : s.end]) for s in parts]
    saying = [s for s, low in lows if _MET.search(low) and not _RECITES.match(low)]
    best = (saying or parts)[-1:]
    return tuple(page.found("criteria_met", "reasons.criteria.met", s) for s in best)
