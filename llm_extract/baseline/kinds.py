"""The category of a treatment: the first rule of the table that matches decides.

A category is knowledge about the named treatment (contract), so the words are those of the field. The order matters where a name
holds words of two categories: "psychological clearance for spinal cord stimulator trial" is a consultation. A rule's name is
`category.<category>.<what>`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import get_args

from llm_extract.baseline.drugs import mentions
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.schema import Category
from llm_extract.values import letter_first, lower


def _kind(
    name: str, why: str, words: str, examples: tuple[str, ...], others: tuple[str, ...] = (), *, unless: str | None = None
) -> Rule:
    """A rule by its words, with treatments of its category and others that it leaves alone."""
    category = name.partition(".")[0]
    shown: dict[str, str | None] = {**dict.fromkeys(examples, category), **dict.fromkeys(others, None)}
    return Rule(
        name=f"category.{name}",
        why=why,
        pattern=compiled(letter_first(words)),
        examples=shown,
        unless=compiled(unless) if unless else None,
    )


DRUG = Rule(
    name="category.medication.named",
    why="A drug of the table in front, in no injection, test, pump or kit, is asked for as a drug.",
    examples={"Norco": "medication", "Terocin patches": "medication", "Botox": None, "Toradol injection": None, "MRI": None},
)
COMPOUND = Rule(
    name="category.medication.compound",
    why='A compounded cream holds words of other categories ("base", "day supply"), and its ingredients may be cut short.',
    pattern=compiled(letter_first(r"(?:\bcompound(?:ed)?|\bcmpd)\b(?! fracture)")),
    examples={"Compounded cream with base": "medication", "compound fracture repair": None},
)
FORM = Rule(
    name="category.medication.form",
    why="What comes as a tablet or in milligrams is a drug, known or not; asked last.",
    pattern=compiled(
        r"\b(?:tablets?|capsules?|cream|ointment|lotion|gel|patch(?:es)?|drops|syrup|lozenge|suppositor|mg|mcg|oral|topical"
        r"|medications?|prescription|refills?|pills?|inhaler|spray|compound(?:ed)?|cmpd|suspension|film|powder|drug|vitamins?"
        r"|supplements?)\b|\d ?mg|\d ?%"
    ),
    examples={"Zzyxorol 10mg": "medication", "some cream": "medication", "some thing": None},
)
NONE = Rule(
    name="category.other.unknown",
    why="No word tells.",
    examples={"something else": "other", "MRI": None},
)

_TABLE = (
    _kind(
        "surgery.team",
        "Assistants and anaesthesia belong to the operation (contract, rule 12).",
        r"\bassistant(?! .*\bhome\b)|co-?surgeon|surgeon assist|first assist|surgical (?:tech|assist)|monitored an|\bmac\b"
        r"|^\W*(?:(?:general|local|regional|iv|intravenous|conscious|moderate|and|or) )*(?:an(?:a)?esthe|sedation)"
        r"|: an(?:a)?esthe|\bmanipulation under an|\bmua\b",
        ("Assistant surgeon", "Monitored anesthesia care", "General anesthesia", "IV sedation"),
        ("epidural steroid injection under general anesthesia",),
    ),
    _kind(
        "other.stay",
        "Days in a hospital and the fees of a house (contract, rule 12).",
        r"inpatient (?:stay|hospital|admission)|hospital (?:stay|admission|length)|length of stay|outpatient facility"
        r"|facility (?:fee|charge)"
        r"|surgery center|overnight stay|hospitali[sz]ation|skilled nursing facility|assisted living",
        ("Inpatient stay", "Facility fee", "Hospital stay"),
        ("hospital bed",),
    ),
    _kind(
        "other.dental",
        "Dental work (contract, rule 12).",
        r"dental|dentist|tooth|teeth|root canal|periodont|\bcrowns?\b|denture|orthodont",
        ("dental crown", "Root canal treatment"),
        ("crutches", "dental consultation"),
        unless=r"consult|referral",
    ),
    _kind(
        "diagnostic_test.capacity_or_genes",
        "Functional capacity evaluations and genetic tests (contract, rule 12).",
        r"functional capacity|\bfce\b|genetic|\bdna\b|pharmacogen|genotyp|cytokine",
        ("Functional capacity evaluation", "DNA test"),
        ("functional restoration program",),
    ),
    _kind(
        "home_care.people",
        "Who cares at home.",
        r"home (?:health|care|aide?|nurs|assist|attend|help|evaluation|visit)|nurse home|homemaker|housekeep|house ?cleaning"
        r"|caregiver"
        r"|attendant care|in-home|nursing (?:visit|care)|\bhome rn\b|visiting nurse",
        ("Home health aide", "24 hour caregiver", "housekeeping services"),
        ("home TENS unit",),
    ),
    _kind("home_care.transport", "Rides.", r"transport|\btaxi\b|\bmileage\b", ("Transportation to appointments",), ("scooter",)),
    _kind(
        "consultation.clearance",
        "Seeing a doctor before something else.",
        r"clearance|pre-?op(?:erative)? (?:medical |history|evaluation|h&p|visit|exam|consult)|\bh&p\b|history and physical",
        ("Pre-operative medical clearance", "psychological clearance for spinal cord stimulator trial"),
        ("pre-operative labs",),
    ),
    _kind(
        "consultation.opinion",
        "Being seen by another.",
        r"consult|referral|\brefer\b|second opinion|specialist|dieti[ct]ian|evaluat\w+ and treat\w* (?:with|by)|transfer of care",
        ("Pain management consultation", "Referral to ENT"),
        ("MRI",),
    ),
    _kind(
        "consultation.visit",
        "Being seen again.",
        r"office visit|follow[- ]?up|re-?evaluation|re-?check|re-?exam|\bvisits? with|new patient|return (?:to clinic|visit)"
        r"|\be/m\b"
        r"|medication management|check-?up|(?:doctor|physician)(?:'s)? visit",
        ("Follow-up visit", "Medication management", "Office visits"),
        ("physical therapy visits",),
    ),
    _kind(
        "consultation.evaluation",
        "An evaluation by a doctor; one with treatment belongs to the treatment.",
        r"(?<!therapy )(?<!acupuncture )(?<!chiropractic )\bevaluation\b(?! (?:of|and) treat)(?! ?\(fce)|(?:medical"
        r"|psychiatric|psychological|neurolog\w+|orthop\w+) evaluation",
        ("Psychiatric evaluation", "HELP program evaluation"),
        ("physical therapy evaluation and treatment", "acupuncture evaluation"),
    ),
    _kind(
        "program.restoration",
        "Programs of several disciplines.",
        r"functional restoration|restoration program|pain (?:management )?program|multi-?disciplinary|inter-?disciplinary"
        r"|\bhelp\b"
        r"|rehabilitation program|\bfrp\b|\bnesp|\bcpmp\b",
        ("Functional restoration program", "HELP"),
        ("home health",),
    ),
    _kind(
        "program.health",
        "Programs of weight, habit and exercise.",
        r"detox|weight (?:loss|reduction|management)(?! surg)|\bgym\b|pool (?:membership|access)|health club|fitness"
        r"|jenny craig|lindora|weight ?watchers"
        r"|nutri|wellness program|(?:smoking|tobacco) cessation|\bymca\b|drug rehab|residential treatment|inpatient rehab"
        r"|personal train|\byoga\b",
        ("Gym membership", "Inpatient detoxification", "Weight loss program"),
        ("pool therapy", "weight loss surgery"),
    ),
    _kind(
        "diagnostic_test.nerves",
        "Nerves and muscles.",
        r"\bemg|\bnc[vs]\b|electro-?(?:diagnos|myogra)|nerve conduction|somatosensory|evoked|\bssep|quantitative sensory"
        r"|sudoscan|\bqst\b"
        r"|range of motion (?:test|measure)|computerized (?:range|muscle|strength)|muscle (?:strength )?testing|\beeg\b"
        r"|electroencephal",
        ("EMG/NCV", "Electrodiagnostic studies"),
        ("EMS unit",),
    ),
    _kind(
        "diagnostic_test.laboratory",
        "Blood, urine and tissue.",
        r"laborator|pre-?op(?:erative)? (?:test|lab|work-?up)|\blabs?\b|blood (?:test|work|panel|draw|count)|\bcbc\b|\bcmp\b"
        r"|\bbmp\b|panel"
        r"|urin|\buds\b|\budt\b|toxicolog|drug (?:screen|test)|\btsh\b|liver function|hemoglobin|creatinine|allerg\w+ test|biops"
        r"|serum|culture|\ba1c\b|chromatograph|quantitation|confirmation test|metaboli\w+ (?:test|panel)|\besr\b|\bcrp\b|\bhiv\b"
        r"|(?:testosterone|vitamin \w+|thyroid|drug|iron|uric acid) levels?\b",
        ("Urine drug screen", "CBC, CMP and hemoglobin A1c", "Quantitative chromatography"),
        ("label",),
    ),
    _kind(
        "diagnostic_test.organs",
        "Sleep, heart, lung, ear and bowel; tests of the mind.",
        r"polysomn|sleep (?:study|apnea test)|titration|\bekg\b|\becg\b|electrocardio|echocardio|stress test"
        r"|pulmonary function|spirometr"
        r"|\bvng\b|videonystag|audiogra|doppler|endoscopy\b|colonoscop|discogra|holter|ambulatory (?:blood|monitor)"
        r"|psychological test|psychometric|neuropsych\w+ test|autonomic|\bans test|sudomotor|cardio-?respiratory",
        ("Nocturnal polysomnogram", "Preoperative EKG", "Psychological testing"),
        ("stress management",),
    ),
    _kind(
        "imaging.scan",
        "Magnets, rays and sound; sound that guides or heals is none.",
        r"\bmr[ia]s?\b|\bct\b|\bcat\b|x[- ]?rays?\b|radiogra|ultraso(?:und|nogra)(?! therap|\w* ?-?guid|\w* guid)"
        r"|bone (?:scan|densi)|\bdexa\b"
        r"|arthrogra|myelogra|\bpet\b|\bspect\b|imaging|\bscan\b|venogra|angiogra|^\W*fluorosc|tomogra|magnetic resonance"
        r"|mammogra"
        r"|sonogra",
        ("MRI without contrast", "X-rays", "Bone scan", "fluoroscopy"),
        ("ultrasound-guided injection", "ultrasound therapy"),
    ),
    _kind(
        "behavioral.therapy",
        "Treatment of the mind.",
        r"psychotherap|\bcbt\b|cognitive|behaviou?r|biofeedback|counsel|hypno|relaxation|stress management|individual therap"
        r"|group (?:therap|psych)|\bemdr\b|pain coping|mental health|psycholog|psychiat|neurofeedback|mindfulness"
        r"|psych (?:treat|session|visit)",
        ("Cognitive behavioral therapy", "Biofeedback", "Psychology sessions"),
        ("psyllium",),
    ),
    _kind(
        "equipment.electrical",
        "Currents, magnets and motors for home; a stimulator that is implanted is surgery.",
        r"stimulator(?! (?:trial|implant|lead|permanent))(?=.*(?:unit|purchase|rental|bone|muscle|device))"
        r"|bone (?:growth )?stimulat|\btens\b"
        r"|\bunits?\b(?! (?:of|each))|device|electrodes?|batter|h-?wave|interferential|\bnmes\b|neuromuscular electrical"
        r"|\bcpap\b|\bbipap\b"
        r"|continuous passive|\bcpm\b|combo ?care|hearing aid|monitor\b|\bdvt\b|pneumatic|\bems\b(?= )|\b(?:if|inf|ifc|muscle"
        r"|e) ?-?stim"
        r"|ortho ?stim|prime dual|\bmeds-?4|x-?force|\bconcentrator|wound vac",
        ("TENS unit", "Bone growth stimulator", "CPM machine", "H-wave rental"),
        ("spinal cord stimulator trial",),
    ),
    _kind(
        "equipment.orthosis",
        "What is worn.",
        r"brace|orthos[ie]s|orthot|splint|sling|corset|collar|\blso\b|\btlso\b|\bcam boot|\bboots?\b|shoes?\b|insoles?"
        r"|\binserts?\b|garment"
        r"|stocking|immobilizer|glove|wrap\b|prosthe|back support|\bsupports?\b|walking boot|\bbelt\b|knee sleeve|\bkneehab",
        ("LSO brace", "Custom foot orthotics", "Cervical collar purchase"),
        ("orthosteric",),
    ),
    _kind(
        "equipment.temperature",
        "Heat and cold.",
        r"cold therapy|cryotherap|cryo-?cuff|polar care|ice (?:machine|pack)|hot (?:pack|and cold)|hot/cold|heating (?:pad"
        r"|system|unit)|heat pad"
        r"|(?:cold|hot|heat|gel) packs?\b|\bpads?\b|vacutherm|vascutherm|thermo|thermacure|game ready|paraffin|aqua ?relief"
        r"|\bcompression (?:unit|pump|device|sleeve|wrap|system|therapy)|q-?tech",
        ("Cold therapy unit", "Hot/cold pack", "Game Ready rental"),
        ("cold laser",),
    ),
    _kind(
        "equipment.furniture",
        "What one sits, lies, walks and rides on; also supplies, kits and whatever is bought or rented.",
        r"crutch|\bcanes?\b|walker|wheelchair|scooter|mattress|\bbed\b|pillow|chair|cushion|commode|shower|grab bar"
        r"|raised toilet|toilet seat"
        r"|recliner|\bramps?\b|stair lift|vehicle|\bvan\b|\blift\b|suppl(?:y|ies)|\bdme\b|durable|equipment|\bkit\b|rental"
        r"|purchase"
        r"|exercise ball|bike|treadmill|inversion|ergonomic|traction (?:unit|device|kit)|theraband|thera-?cane|foam roll"
        r"|\bcompression\b"
        r"|\bdesk\b|reacher|rollator|\bbench\b|thera-?putty|appliance|night ?guard|(?:eye)?glasses|contact lens",
        ("Hospital bed", "Wheelchair", "Ergonomic chair", "Exercise ball"),
        ("caneloni",),
    ),
    _kind(
        "injection.shot",
        "What goes in by needle, named by what it is.",
        r"inject|infiltration|steroid inj|cortisone|depo-?medrol|kenalog|toradol (?:im\b|inj|shot)|\bprp\b|platelet"
        r"|prolotherap|trigger point"
        r"|\bintramuscular|\bim\b(?! nail)|stem cell|\binfusion",
        ("Corticosteroid injection", "Trigger point injections", "PRP"),
        ("trigger finger release",),
    ),
    _kind(
        "injection.block",
        "Blocks, epidurals and nerves treated by heat.",
        r"(?:nerve|branch|facet|plexus|ganglion|joint|sympathetic|root|medial|occipital|diagnostic|sacroiliac|peripheral"
        r"|stellate|caudal) blocks?"
        r"|\bblocks?\b|epidural|\besis?\b|\btfesi\b|\blesi\b|\bcesi\b|\bmbbs?\b|radiofrequency|\brfa\b|rhizotom|neurotom"
        r"|\bablation\b"
        r"|epidurolysis|\bracz\b",
        ("Medial branch blocks", "epidural steroid injection under fluoroscopy", "radiofrequency ablation"),
        ("building",),
    ),
    _kind(
        "injection.joint_or_toxin",
        "Hyaluronic acid for joints and botulinum toxins.",
        r"synvisc|orthovisc|hyalgan|supartz|euflexxa|monovisc|gel-?one|durolane|viscosuppl|hyaluron|botox|botulinum|dysport"
        r"|xeomin|chymopap",
        ("Orthovisc", "Botox", "Synvisc One"),
        ("Norco",),
    ),
    _kind(
        "physical_medicine.therapy",
        "Therapists' work.",
        r"physical therap|physiotherap|occupational therap|\bpt\b|\bot\b|\baqua(?:tic)?\b|aquatherap|hydrotherap|pool therap"
        r"|hand therap|therapy (?:visit|session|evaluation)"
        r"|work (?:hardening|conditioning)|therapeutic exercise|gait training|exercise program|home exercise|vestibular"
        r"|physical medicine"
        r"|rehabilitation|post-?op(?:erative)? therap|\bback school",
        ("Physical therapy", "Aquatic therapy", "Work hardening program", "Physical therapy evaluation"),
        ("vocational rehabilitation",),
        unless=r"vocational",
    ),
    _kind(
        "physical_medicine.hands_on",
        "Chiropractors', acupuncturists' and masseurs' work, and rays and waves at their hands.",
        r"\bchiro|acupunct|acupressure|massage|manipulat|myofascial|manual therap|kinesio|infrared|cupping|shock ?wave"
        r"|\beswt\b|low level laser|cold laser"
        r"|ultrasound therap|traction|neurostimulation therap|\blint\b|electrical (?:nerve |muscle )?stimulation|\bpens\b"
        r"|\btherapy\b",
        ("Acupuncture", "Chiropractic treatment", "Extracorporeal shockwave therapy"),
        ("chief", "radiation therapy"),
        unless=r"radiation|oxygen|vision|gene therapy",
    ),
    _kind(
        "surgery.named",
        "Operations by their own names and letters.",
        r"surg|arthroscop|fusion|\bacdf\b|\b[aptxo]lif\b|\borif\b|\bt[hks][ar]\b|laminect|discect|kyphoplast|vertebroplast"
        r"|\bidet\b"
        r"|mumford|bariatric|\bhernia|\bslap\b|disc replacement|hardware",
        ("Lumbar fusion", "ACDF", "arthroscopy with rotator cuff repair"),
        ("knee brace",),
    ),
    _kind(
        "surgery.by_ending",
        "Operations by what is done: cut, mend, take out, put in.",
        r"ectomy|otomy|oplasty|ostomy|release|repair|decompress|reconstruct|arthrodes|resection|excision|debride|implant"
        r"|replacement|removal"
        r"|fixation|transposition|graft|revision|(?:tendon|nerve|muscle|fat) transfer|reduction|amput|lysis|tenolysis"
        r"|neurolysis|synovect|acromi|procedure|\boperation\b|pinning"
        r"|percutaneous|intradiscal",
        ("carpal tunnel release", "meniscectomy", "hardware removal"),
        ("post-operative medications", "tub transfer bench"),
    ),
    _kind(
        "surgery.implanted",
        "Stimulators, leads and pumps that are put in.",
        r"stimulator|\bleads?\b|\bpump\b",
        ("spinal cord stimulator trial", "intrathecal pump"),
        ("leader",),
    ),
    _kind("diagnostic_test.other", "Whatever else is called a test.", r"\btest(?:s|ing)?\b", ("sensory testing",), ("testicle",)),
    _kind("program.other", "Whatever else is called a program.", r"\bprogram\b", ("some program",), ("programming",)),
)
RULES = (DRUG, COMPOUND, *_TABLE, FORM, NONE)
_BY_NEEDLE = ("visco", "toxin")
_NOT_A_DRUG_REQUEST = re.compile(
    letter_first(
        r"inject|\bim\b|intramuscular|block|(?:pain|intrathecal|infusion|insulin|morphine|baclofen|implant\w*) pump"
        r"|pump (?:refill|trial)|infusion|screen|test|monitor|clearance|consult|unit\b|therapy|program|kit rental|surgery|panel"
        r"|trial of spinal|epidural|level|detox|wean"
    )
)


@lru_cache(maxsize=4096)
def kind_of(treatment: str, request: str) -> tuple[Category, str]:
    """The category of a treatment and the rule that gave it; `other` where no word tells."""
    low, asked = lower(treatment), lower(request)
    if _is_drug(treatment, low):
        return "medication", DRUG.name
    if COMPOUND.search(asked) and not _NOT_A_DRUG_REQUEST.search(low):
        return "medication", COMPOUND.name
    rule = next((rule for rule in _TABLE if rule.search(low)), None) or _by_request(treatment, asked)
    return _category(rule), rule.name


def category_of(treatment: str, request: str) -> Category:
    """The category alone."""
    return kind_of(treatment, request)[0]


def _is_drug(treatment: str, low: str) -> bool:
    named = mentions(treatment)
    in_front = bool(named) and named[0].start < 25
    return in_front and not named[0].drug.kind.startswith(_BY_NEEDLE) and not _NOT_A_DRUG_REQUEST.search(low)


def _by_request(treatment: str, asked: str) -> Rule:
    """Where the treatment's words tell nothing: a drug by its form, else what the whole request says."""
    named = mentions(treatment)
    if named and named[0].drug.kind.startswith(_BY_NEEDLE):
        return next(rule for rule in _TABLE if rule.name == "category.injection.joint_or_toxin")
    if named or FORM.search(asked):
        return FORM
    return next((rule for rule in _TABLE if rule.search(asked)), NONE)


def _category(rule: Rule) -> Category:
    name = rule.name.split(".")[1]
    return next(category for category in get_args(Category) if category == name)


def _read(rule: Rule, words: str) -> Category | None:
    if rule is DRUG:
        return "medication" if _is_drug(words, words.lower()) else None
    if rule is NONE:
        category, by = kind_of(words, words)
        return category if by == NONE.name else None
    return _category(rule) if rule.search(words.lower()) else None


MATTER = Matter(RULES, _read)
