"""Reasons beside the indications: a risk that weighs against it, another treatment's denial, what the patient has already."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_RISK: Reason = "safety"
_DEPENDS: Reason = "depends_on_denied"
_OTHER: Reason = "other"

# --- risk ------------------------------------------------------------------------------------------------------------

_HARM = (
    r"(?:sedation|over-?sedation|respiratory|overdose|death|dependen\w+|tolerance|addiction|seizures?|serotonin|falls?\b"
    r"|bleed\w*|harm|injury to"
    r"|interaction|toxicity|liver|hepat\w+|renal|kidney|cardiovascular|cardiac|hypertensi\w+|abuse|withdrawal|constipation"
    r"|complications?)"
)
_NO_RISK = (
    r"risk factors?|gastrointestinal event|low risk|no (?:risk|contraindic|adverse|danger|side|evidence of (?:side|adverse))"
    r"|dependence should be"
    r"|diagnostic confusion|without (?:\w+ )?(?:side|adverse)|not (?:at|have|had|documented|address)\b"
    r"|denie[sd]|lack of|document|not (?:\w+ ){0,3}?at (?:\w+ )?risk"
    r"|discuss"
)
_RISKS: tuple[Rule, ...] = (
    Rule(
        name="reasons.risk.of",
        why="A risk of a named harm to this patient.",
        examples={
            "The combination of Norco and Xanax puts the patient at risk for respiratory depression.": _RISK,
            "Chronic use increases his risk of dependence and overdose.": _RISK,
            "This raises the cardiovascular risk.": _RISK,
            "The patient has no risk of falls.": None,
            "He is not at risk of bleeding.": None,
        },
        pattern=compiled(
            rf"\b(?:risks?|danger|hazards?|potential) (?:of|for) (?:\w+ ){{0,4}}?{_HARM}|\b(?:lead(?:s|ing)?|led|contribut\w+"
            rf"|predispos\w+) to (?:\w+ ){{0,3}}?{_HARM}|\b{_HARM} (?:risks?|danger|hazard|concerns?)\b|\brisks? outweigh\w*"
            r"|\b(?:adds?|adding|added|raises?|increas(?:es?|ing)|poses?|carr(?:ies|y)|doubles?"
            r"|heightens?)\b[^.;]{0,40}\b(?:risks?|danger|hazard)"
            r"|\b(?:puts?|placed?|places|putting|placing) (?:him|her|(?:the|this) [a-z ]{3,20}?) at (?:\w+ )?(?:risk|danger)\b"
        ),
        unless=compiled(_NO_RISK),
    ),
    Rule(
        name="reasons.risk.side_effects",
        why="Side effects that the patient has, or that outweigh the good.",
        examples={
            "The patient has developed side effects including sedation from the opioid.": _RISK,
            "The potential adverse effects outweigh the benefits in this elderly patient.": _RISK,
            "Side effects were not discussed.": None,
        },
        pattern=compiled(
            r"\b(?:side[- ]effects?|adverse (?:\w+ )?(?:effects?|events?|reactions?))\b[^;]{0,40}?\b(?:outweigh\w*|from"
            r"|includ\w+|were|in this|such as)"
            r"|\b(?:is|was|were) (?:an? )?(?:side|adverse)[- ]effects? of\b|\b(?:has|had"
            r"|have) [^;]{3,50} as (?:an? )?(?:\w+ )?(?:side|adverse)[- ]effects?|\b(?:developed|experienc\w+"
            r"|suffer\w+|complain\w+ of|reports?|caus\w+) (?:\w+ ){0,2}(?:side[- ]effects|adverse|over-?sedation)"
        ),
        unless=compiled(_NO_RISK),
    ),
    Rule(
        name="reasons.risk.after_taking",
        why="A harm that came after or from taking the drug.",
        examples={
            "She reported dizziness and a fall after taking this medication.": _RISK,
            "He developed a rash from the drug.": _RISK,
            "She fell after work.": None,
        },
        pattern=compiled(
            r"\b(?:dizziness|drowsiness|sedation|somnolence|a fall|falls|confusion|rash|itching|bleeding|constipation|nausea)\b"
            r" (?:after|from|with|on) (?:taking|starting|using|this (?:drug|medication|opioid)|the (?:drug|medication|opioid))\b"
        ),
        unless=compiled(_NO_RISK),
    ),
    Rule(
        name="reasons.risk.against",
        why="The drug or procedure is contraindicated or dangerous in this patient.",
        examples={
            "NSAIDs are contraindicated in this patient with kidney disease.": _RISK,
            "The concurrent use of two sedating medications is a safety concern in this case.": _RISK,
            "At his advanced age this is a poor choice.": _RISK,
            "The present dose raises a concern about her safety.": _RISK,
            "With a history of bleeding, the patient should not take ibuprofen.": _RISK,
            "There are no contraindications.": None,
        },
        pattern=compiled(
            r"\bcontraindicat(?:ed|ion)\b|\bdanger\w*|\bover-?sedation|\boverdose\b|\brespiratory depression|\bbeers\b"
            r"|\badvanced age|\btoxicity"
            r"|\b(?:kidney|renal|liver|hepatic) (?:disease|impairment|failure|insufficiency)|\bhazard|\bunsafe\b"
            r"|\bsafety (?:concern|issue|risk)|\bconcerns? (?:about|for|over|regarding) (?:the |his |her )?(?:\w+ )?safety"
            r"|\b(?:patient|worker|claimant|applicant|employee|he|she) should not (?:take|be (?:taking|given|on)|use)\b"
            r"|\b(?:speaks?|weighs?|counts?) (?:\w+ )?against (?:it|its)\b"
            r"|\b(?:do|cause|bring) (?:this |the |him |her )?(?:\w+ )?harm\b|\bharm(?:s|ful)? (?:to )?(?:the |his "
            r"|her )?(?:liver|kidneys?|stomach)\b|\bcounts? against\b|\bpoor choice"
            r"|\bgrowing dependence"
            r"|\bhabit-?forming|\bsleep apnea\b|\bworsen(?:s|ed|ing)? (?:of )?(?:his|her|the|this)"
            r"|\bconcurrent(?:ly)? (?:use|with)[^.;]{0,40}(?:opioid|benzodiazepine|sedat)"
            r"|\b(?:together|combin\w+|conjunction) with (?:an? |two )?(?:opioids?|benzodiazepines?|other sedat)"
        ),
        unless=compiled(_NO_RISK),
    ),
)
_RECITED_RISK: tuple[Rule, ...] = (
    Rule(
        name="reasons.recited.risk",
        why="Skin reactions to light are told of one drug alone: whoever recites them argues from them.",
        examples={"Topical ketoprofen has a high incidence of photocontact dermatitis.": _RISK, "It may cause a rash.": None},
        pattern=compiled(r"photocontact|photosensiti\w+"),
    ),
)

# --- another treatment's denial --------------------------------------------------------------------------------------

_DENIED = (
    r"(?:not (?:been )?(?:found )?(?:to be )?(?:deemed )?(?:considered )?(?:medically )?(?:necessary|certified|authorized"
    r"|approved|established"
    r"|found|supported|indicated|recommended|warranted)|denied|non-?certified|upheld)"
)
_VERDICT = (
    r"(?:not (?:been )?(?:found )?(?:to be )?(?:deemed )?(?:considered )?(?:medically )?(?:necessary|certified|authorized"
    r"|approved)"
    r"|denied|non-?certified|upheld)"
)
_SERVICE = (
    r"(?:surger(?:y|ies)|surgical \w+|procedures?|operation|injections?|arthroscopy|fusion|blocks?|trial|implant\w*|unit"
    r"|device|program|nsaids?|opioids?|stimulator|services?)"
)
_DEPENDENT: tuple[Rule, ...] = (
    Rule(
        name="reasons.depends.as",
        why='"As/since/because" something else is not necessary, at the head of the sentence.',
        examples={
            "As the primary service is not supported, this associated service is also not supported.": _DEPENDS,
            "Since the surgery is not medically necessary, the assistant is not.": _DEPENDS,
            "Because the guideline is not found, it is unclear.": None,
            "As Soma is specifically not recommended by MTUS, it is not necessary.": None,
            "Since gabapentin is not supported in any topical form, the cream is not.": None,
        },
        pattern=compiled(
            r"^\W*(?:(?:and|additionally|further|also),? )?(?:since|as|because|given that|inasmuch as|in that|with"
            r"|in light of)\b(?:(?!guideline"
            rf"|component|ingredient|criteria|there is|has not (?:been )?(?:tried|fail)|functional|benefit|document|evidence"
            rf"|record)[^.,]){{0,160}}"
            rf"(?:\b{_VERDICT}\b|\b(?:primary|requested|associated|underlying"
            rf"|{_SERVICE})(?:(?!guideline)[^.,]){{0,80}}\b{_DENIED}\b)"
        ),
        unless=compiled(r"\bcomponents?\b|as noted|conservative care cannot"),
    ),
    Rule(
        name="reasons.depends.associated",
        why="Services associated with a surgery that is denied.",
        examples={
            "None of the associated services are medically necessary.": _DEPENDS,
            "The associated surgical request is not certified, therefore this is not necessary.": _DEPENDS,
            "The requested surgery was not approved.": _DEPENDS,
            "The associated pain is bad.": None,
        },
        pattern=compiled(
            rf"\b(?:none of the associated|associated (?:\w+ ){{0,3}}?(?:requests?|services?|items?|procedures?) (?:is|are|was"
            rf"|were) (?:also |therefore )?"
            rf"(?:not|non)|(?:primary|surgical|requested|index|proposed|underlying) {_SERVICE}[^.;]{{0,30}}(?:is|was|are|were"
            rf"|has been) "
            r"(?:not|non|denied)|see #? ?\d)"
        ),
        unless=compiled(r"\bcomponents?\b|as noted|conservative care cannot"),
    ),
    Rule(
        name="reasons.depends.service",
        why="A surgery, injection or device that is denied, and what would only serve it.",
        examples={
            "The surgery has not been approved, so post-operative therapy is not required.": _DEPENDS,
            "The TENS supplies are not necessary as the unit itself is not necessary.": _DEPENDS,
            "The NSAID has been found not medically necessary; therefore a PPI is not needed.": _DEPENDS,
            "The injection is not certified.": _DEPENDS,
            "The surgery went well.": None,
        },
        pattern=compiled(
            rf"\b{_SERVICE}(?: itself)? (?:is|was|are|were|has|have|had)(?: been)?(?: \w+)?? (?:not (?:been )?(?:found "
            rf"|deemed |considered )?(?:to be )?"
            r"(?:medically )?(?:necessary|certified|approved|authorized)|denied|non-?certified)"
        ),
        unless=compiled(
            r"\bcomponents?\b|as noted|conservative care cannot|not (?:\w+ )?(?:supported|indicated|recommended) (?:by|for|in"
            r"|as)\b"
        ),
    ),
    Rule(
        name="reasons.depends.no_need",
        why="What it would serve is gone: nothing is left to need it.",
        examples={
            "The request for a cold unit is dependent on the surgery, which is not certified.": _DEPENDS,
            "The service is moot.": _DEPENDS,
            "There is no need for the brace.": _DEPENDS,
            "He depends on his wife.": None,
        },
        pattern=compiled(
            rf"\b(?:dependen[td]|contingent|predicated|hinges"
            rf"|depends) (?:up)?on (?:\w+ ){{0,4}}?{_SERVICE}\b[^;]{{0,40}}{_DENIED}"
            r"|\b(?:since (?:the )?(?:latter|former)[^.;]{0,40}not|(?:request|service)[^.;]{0,40}(?:moot|no longer (?:needed"
            r"|applicable|necessary))"
            r"|not applicable\b|there is no need for the\b)"
        ),
        unless=compiled(r"\bcomponents?\b|as noted|conservative care cannot"),
    ),
)

# --- none of these ---------------------------------------------------------------------------------------------------

_ELSE: tuple[Rule, ...] = (
    Rule(
        name="reasons.other.duplicate",
        why="The patient has it already, can have it without a prescription, or it is asked for twice.",
        examples={
            "The patient already has a TENS unit at home.": _OTHER,
            "This is a duplicate request.": _OTHER,
            "It is available over-the-counter.": _OTHER,
            "The patient has pain.": None,
        },
        pattern=compiled(
            r"\balready (?:owns?|has|have|takes?|uses?|received|had(?! (?:an?|some) (?:\w+ )?(?:reaction|trial))|possess\w*"
            r"|using|taking|on\b|been (?:provided|approved"
            r"|authorized|certified))\b[^.;]{0,50}"
            r"\b(?:braces?|bed|unit|crutches|device|manual|naproxen|nsaid|one\b|walker|chair|wheelchair|drug|medication"
            r"|supplies|cane)"
            r"|\bowns? (?:\w+ ){1,4}already\b|\bstill has them|\bsecond pair|\bduplicat\w+|\bredundan\w+|\b(?:can be had"
            r"|available|obtained"
            r"|purchased) (?:\w+ )?over[- ]the[- ]counter"
            r"|\bavailable without (?:a )?prescription|\bserve no purpose|\balso an nsaid"
        ),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_RISK: (*_RISKS, *_RECITED_RISK), _DEPENDS: _DEPENDENT, _OTHER: _ELSE}
RECITED: dict[Reason, tuple[Rule, ...]] = {_RISK: _RECITED_RISK}
MATTER = matter_of(APPLIED)
RULES = MATTER.rules
