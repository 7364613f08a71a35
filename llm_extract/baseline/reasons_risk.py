"""Reasons beside the indications: a risk that weighs against it, or what the patient has already."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_RISK: Reason = "safety"
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
        needs=(" after ", " from ", " with t", " on t"),
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
            r"\bcontraindicat(?:ed|ions?)\b|\bdanger\w*|\bover-?sedation|\boverdose\b|\brespiratory depression|\bbeers\b"
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
_NONE_OF_IT = _NO_RISK + r"|\b(?:no|not|never|none|neither|without|nor|ineffective\w*|screen\w*|monitor\w*)\b"
_HARMED: tuple[Rule, ...] = (
    Rule(
        name="reasons.risk.reaction",
        why="The patient reacted to the drug, or is known to.",
        examples={
            "The patient is allergic to codeine.": _RISK,
            "The worker swelled up in both legs on plain gabapentin.": _RISK,
            "The patch caused a rash.": _RISK,
            "The cream irritated the skin.": _RISK,
            "The drug makes the patient drowsy.": _RISK,
            "He nodded off while driving.": _RISK,
            "There was no rash with the patch.": None,
            "Swelling of the knee is seen.": None,
        },
        pattern=compiled(
            r"\b(?:allerg(?:ic|y) (?:to|reaction)|known (?:\w+ )?allergy)|\b(?:rash|dermatitis|swelling|swelled"
            r"|swollen|edema|drows\w+|sedation|somnolence|hyperalgesia|palpitations)\b[^.;]{0,25}? (?:on|with|from"
            r"|to) (?:the |this |plain |his |her )?(?:drug|medic\w+|patch|cream|gabapentin|opioid|nsaid|narcotic)"
            r"|\b(?:caus(?:es|ed)|mak(?:es|ing)|made|le(?:ads|d) to|left) (?:\w+ ){0,3}?(?:rash|dermatitis|burns"
            r"|sedation|drowsy|drowsiness|sedated|dizzy|hyperalgesia)\b|\birritat\w+ (?:of )?(?:the|his|her) skin"
            r"|\bnodd(?:ed|ing) off\b|\b(?:fell|falls|falling) asleep (?:at|while|during)"
            r"|\bopioid[- ]induced hyperalgesia|\b(?:overuse|rebound) headaches?\b"
        ),
        unless=compiled(_NONE_OF_IT),
    ),
    Rule(
        name="reasons.risk.together",
        why="Drugs taken together that add to each other's harm.",
        examples={
            "The combination augments sedation.": _RISK,
            "The sedating effects are additive.": _RISK,
            "There is a concern for serotonin syndrome with tramadol.": _RISK,
            "He takes two sedating drugs at the same hours, a pairing that depresses breathing.": _RISK,
            "This combination is known to be abused.": _RISK,
            "The combination of therapy and rest did well.": None,
        },
        pattern=compiled(
            r"\b(?:combin\w+|together|concurrent\w*|pairing|mix(?:ture)?|along with)\b[^.;]{0,70}?\b(?:sedat\w+"
            r"|abuse(?:d|rs)?|addict\w+|fatal|breathing|serotonin)\b|\bserotonin syndrome|\bseizure threshold"
            r"|\bdepress(?:es|ing|ion of)? (?:\w+ )?(?:breathing|respirat\w+)|\b(?:sedat\w+ )?effects are additive"
            r"|\b(?:two|three|several|multiple) sedat\w+ (?:drugs|medications|agents)|\binteract(?:s"
            r"|ions?) (?:\w+ )?(?:with|exists?)|\bqt prolongation"
        ),
        unless=compiled(_NONE_OF_IT),
    ),
    Rule(
        name="reasons.risk.outweighs",
        why="Harm is weighed against the good, and found too great.",
        examples={
            "The risk of this procedure outweighs the potential benefit.": _RISK,
            "The test exposes the patient to unnecessary radiation.": _RISK,
            "Radiation without a question to answer is to be avoided.": _RISK,
            "It is not safe to continue.": _RISK,
            "The scan adds contrast in a man whose creatinine was 1.6.": _RISK,
            "The absorption across abraded skin is potentially toxic.": _RISK,
            "Benefits outweigh the costs.": None,
        },
        pattern=compiled(
            r"\b(?:risks?|harms?|dangers?|side[- ]effects?)\b[^.;]{0,60}?\boutweigh|\b(?:risks?|dangers?) (?:is"
            r"|are) (?:\w+ )?not (?:\w+ )?(?:justif|worth)|\bunnecessary (?:risks?|radiation|harm|exposure)"
            r"|\bradiation\b[^.;]{0,60}\bavoid|\bexpos(?:es|ed|ing) (?:\w+ ){1,3}to (?:\w+ )?(?:risks?|radiation|harm)"
            r"|\bnot (?:be )?safe\b|\bcontrast\b[^.;]{0,50}\b(?:creatinine|kidneys?|renal|gfr|allerg\w+)"
            r"|\b(?:potentially|can be|be|is|are) (?:toxic|lethal|fatal|harmful)\b|\bsafety of (?:this|the"
            r"|its)[^.;]{0,40}\bnot (?:been )?(?:established|shown|proven)|\b(?:is|are) (?:a |an )?(?:\w+ )?(?:risk"
            r"|danger|hazard) to (?:the|this|his|her)\b"
        ),
    ),
    Rule(
        name="reasons.risk.dependent",
        why="Dependence, tolerance or addiction in this patient.",
        examples={
            "The patient has become dependent on this medication.": _RISK,
            "The patient has developed tolerance.": _RISK,
            "The patient has a history of substance abuse, making opioids inappropriate.": _RISK,
            "It has a high addiction potential.": _RISK,
            "The patient is pregnant.": _RISK,
            "There is no history of substance abuse.": None,
        },
        pattern=compiled(
            r"\b(?:become|is|physically|psychologically|are) (?:\w+ )?dependent (?:up)?on (?:this (?:drug|med)"
            r"|the (?:drug|med)|opioids?|narcotics?|benzo)|\bdeveloped (?:\w+ )?(?:tolerance|dependence|addiction)"
            r"|\b(?:signs?|history) of (?:\w+ )?(?:addiction|substance abuse|alcohol|drug abuse|seizures|overdose"
            r"|gi bleed\w*|gastrointestinal bleed\w*)|\b(?:addiction|abuse) potential|\bpotential for (?:abuse"
            r"|addiction|misuse)|\balcohol (?:abuse|daily|while)|\b(?:is|are) (?:pregnant|breast[- ]?feeding)\b"
            r"|\bgi bleed (?:on|from|with)\b|\bseizure history\b"
        ),
        unless=compiled(_NONE_OF_IT),
    ),
)
_RECITED_RISK: tuple[Rule, ...] = (
    Rule(
        name="reasons.recited.risk",
        why="Skin reactions to light are told of one drug alone: whoever recites them argues from them.",
        examples={"Topical ketoprofen has a high incidence of photocontact dermatitis.": _RISK, "It may cause a rash.": None},
        pattern=compiled(r"photocontact|photosensiti\w+"),
        needs=("photo",),
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
            r"|\bowns? (?:\w+ ){1,4}already\b|\bstill has them|\bsecond pair\b(?! of (?:\w+ )?(?:hands|eyes))"
            r"|\bduplicat\w+|\bredundan\w+|\b(?:can be had"
            r"|available|obtained"
            r"|purchased) (?:\w+ )?over[- ]the[- ]counter"
            r"|\bavailable without (?:a )?prescription|\bserve no purpose|\balso an nsaid"
        ),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_RISK: (*_RISKS, *_HARMED, *_RECITED_RISK), _OTHER: _ELSE}
RECITED: dict[Reason, tuple[Rule, ...]] = {_RISK: _RECITED_RISK}
MATTER = matter_of(APPLIED)
RULES = MATTER.rules
