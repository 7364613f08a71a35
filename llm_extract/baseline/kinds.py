"""The category of a treatment, from a list of telling words: the first line that matches decides.

A category is knowledge about the named treatment (contract), so the words are those of the field. The order matters where a name
holds words of two categories: "psychological clearance for spinal cord stimulator trial" is a consultation.
"""

from __future__ import annotations

import re
from functools import lru_cache

from llm_extract.baseline.drugs import mentions
from llm_extract.schema import Category

_WORDS: tuple[tuple[Category, str], ...] = (
    (
        "surgery",
        r"assistant|co-?surgeon|surgeon assist|manipulation under an|\bMUA\b"
        r"|(?<!with )(?<!under )(?<!and )(?<!general )(?:anesthe|anaesthe)"
        r"|monitored an|\bMAC\b",
    ),
    (
        "other",
        r"inpatient (?:stay|hospital)|hospital (?:stay|admission|length)|length of stay|inpatient stay|dental|dentist|tooth"
        r"|teeth|outpatient facility|facility (?:fee|charge)|overnight stay|hospitali[sz]ation",
    ),
    ("diagnostic_test", r"functional capacity|\bFCE\b|genetic|\bDNA\b|pharmacogen|genotyp"),
    (
        "home_care",
        r"home (?:health|care|aide|nurs|assist|attend|help|evaluation)|nurse home|homemaker|housekeep|caregiver|transport"
        r"|attendant care|in-home|nursing (?:visit|care)",
    ),
    (
        "consultation",
        r"clearance|consult|referral|second opinion|office visit|follow[- ]?up|re-?evaluation|\bvisits? with|specialist"
        r"|new patient|return (?:to clinic|visit)|recheck|\bevaluation\b(?! (?:of|and) treat)|\be/m\b|medication management"
        r"|evaluat\w+ and treat\w* (?:with|by)"
        r"|pre-?op(?:erative)? (?:medical |history|evaluation|h&p|visit|exam)|\brefer\b|\bH&P\b|check-?up"
        r"|(?:medical|psychiatric|psychological|neurolog\w+|orthop\w+) evaluation",
    ),
    (
        "program",
        r"functional restoration|restoration program|detox|weight (?:loss|reduction|management)|\bgym\b|pool membership"
        r"|health club|pain (?:management )?program|multi-?disciplinary|interdisciplinary|\bHELP\b|rehabilitation program"
        r"|\bFRP\b|jenny craig|lindora|nutri|wellness program|\bNESP|smoking cessation",
    ),
    (
        "diagnostic_test",
        r"\bEMG|\bNC[VS]\b|electro-?(?:diagnos|myogra)|nerve conduction|laborator|pre-?op(?:erative)? (?:test|lab|work-?up)"
        r"|\blabs?\b|blood (?:test|work|panel|draw)|\bCBC\b|\bCMP\b|\bBMP\b|panel|urin|\bUDS\b|\bUDT\b|toxicolog"
        r"|drug (?:screen|test)|polysomn|sleep (?:study|apnea test)|titration|\bEKG\b|\bECG\b|electrocardio|echocardio"
        r"|stress test|pulmonary function|spirometr|\bVNG\b|videonystag|somatosensory|evoked|\bSSEP|quantitative sensory"
        r"|\bTSH\b|liver function|hemoglobin|creatinine|allerg\w+ test|biops|audiogra|doppler|sudoscan"
        r"|range of motion (?:test|measure)|computerized (?:range|muscle|strength)|muscle testing|serum|culture|\bA1c\b"
        r"|endoscopy\b|colonoscop|discogra|chromatograph|quantitation|confirmation test|holter|ambulatory (?:blood|monitor)"
        r"|psychological test|neuropsych\w+ test",
    ),
    (
        "imaging",
        r"\bMR[IA]\b|\bCT\b|\bCAT\b|x[- ]?rays?\b|radiogra|ultraso(?:und|nogra)(?! therap|\w* ?-?guid|\w* guid)"
        r"|bone (?:scan|densi)|\bDEXA\b|arthrogra|myelogra|\bPET\b|\bSPECT\b|imaging|\bscan\b|venogra|angiogra|^\W*fluorosc"
        r"|tomogra|magnetic resonance|mammogra|sonogra",
    ),
    (
        "behavioral",
        r"psycho(?:logical|logy)? (?:treat|session|therap|counsel|visit|support|care)|psychotherap"
        r"|psych (?:treat|session|visit)|\bCBT\b|cognitive|behaviou?r|biofeedback|counsel|hypno|relaxation|stress management"
        r"|individual therap|group (?:therap|psych)|\bEMDR\b|pain coping|mental health|psychiatric (?:treat|session|visit)"
        r"|psychology|neurofeedback|psychiat|psycholog",
    ),
    (
        "equipment",
        r"stimulator(?! (?:trial|implant|lead|permanent))(?=.*(?:unit|purchase|rental|bone|muscle|device))"
        r"|bone (?:growth )?stimulat|\bTENS\b|\bunits?\b(?! (?:of|each))|device|brace|orthos|orthot|splint|sling|crutch"
        r"|cane\b|walker|wheelchair|scooter|mattress|\bbed\b|pillow|chair|cushion|electrodes?|batter|suppl(?:y|ies)|garment"
        r"|stocking|\bDME\b|durable|\bcompression|cold therapy|cryotherap|cryo-?cuff|polar care|ice (?:machine|pack)"
        r"|hot (?:pack|and cold)|heating pad|heat pad|\bpads?\b|(?:cold|hot|heat|gel) packs?\b|combo ?care|\bCPM\b"
        r"|traction (?:unit|device|kit)|\bkit\b|corset|collar|\bLSO\b|\bTLSO\b|\bcam boot|\bboot\b|shoes?\b|insoles?"
        r"|inserts?|commode|shower|grab bar|raised toilet|continuous passive|H-?wave|interferential|\bNMES\b"
        r"|neuromuscular electrical|\bCPAP\b|hearing aid|glove|wrap|rental|purchase|equipment|exercise ball|bike|treadmill"
        r"|inversion|ergonomic|heating (?:system|unit)|prosthe|vacutherm|thermo|\bVascutherm|\bDVT\b|pneumatic|immobilizer|ramp"
        r"|stair lift|vehicle"
        r"|van\b|monitor\b|walking boot|lift\b|recliner|hospital bed|theraband|back support|support\b",
    ),
    (
        "injection",
        r"inject"
        r"|(?:nerve|branch|facet|plexus|ganglion|joint|sympathetic|root|medial|occipital|diagnostic|sacroiliac"
        r"|peripheral|stellate|caudal) blocks?"
        r"|\bblocks?\b|epidural|\bESIs?\b|\bTFESI\b|\bLESI\b|\bCESI\b|\bMBBs?\b|infiltration|synvisc|orthovisc|hyalgan"
        r"|supartz|euflexxa|viscosuppl|hyaluron|botox|botulinum|dysport|xeomin|platelet|\bPRP\b|prolotherap|trigger point"
        r"|radiofrequency|\bRFA\b|rhizotom|neurotom|\bablation\b|steroid inj|cortisone|depo-?medrol|kenalog"
        r"|toradol (?:im|inj)|chymopap",
    ),
    (
        "physical_medicine",
        r"physical therap|physiotherap|occupational therap|\bPT\b|\bOT\b|aqua|\bchiro|acupunct|electro-?acupunct|massage"
        r"|manipulat|myofascial|work (?:hardening|conditioning)|therapeutic exercise|hand therapy|pool therap"
        r"|therapy (?:visit|session)|rehabilitation|therapy evaluation|manual therap|kinesio|gait training|exercise program"
        r"|home exercise|infrared|cupping|shock ?wave|\bESWT\b|vestibular|physical medicine|post-?op(?:erative)? therap"
        r"|\btherapy\b|traction|ultrasound therap|low level laser",
    ),
    (
        "surgery",
        r"surg|ectomy|otomy|oplasty|arthroscop|fusion|release|repair|decompress|reconstruct|arthrodes|resection|excision"
        r"|debride|implant|replacement|stimulator|pump|removal|laminect|discect|fixation|osteotom|ostomy|transposition"
        r"|meniscect|graft|revision|kyphoplast|vertebroplast|transfer|reduction|amput|hernia|tenolysis|neurolysis|synovect"
        r"|acromi|procedure|operat|lead|bariatric|manipulation under|hardware|percutaneous|intradiscal|\bIDET\b|lysis",
    ),
    ("program", r"\bprogram\b"),
)
_RULES = tuple((category, re.compile(words, re.IGNORECASE)) for category, words in _WORDS)
_DRUG_FORM = re.compile(
    r"\b(?:tablets?|capsules?|cream|ointment|lotion|gel|patch(?:es)?|drops|syrup|lozenge|suppositor|mg|mcg|oral|topical"
    r"|medications?|prescription|refills?|pills?|inhaler|spray|compound(?:ed)?|cmpd|suspension|film|powder|drug)\b|\d ?mg|\d ?%",
    re.IGNORECASE,
)
_NOT_A_DRUG_REQUEST = re.compile(
    r"inject|\bIM\b|intramuscular|block|(?:pain|intrathecal|infusion|insulin|morphine|baclofen|implant\w*) pump"
    r"|pump (?:refill|trial)|infusion|screen|test|monitor|clearance|consult|patch test|unit\b|therapy|program|kit rental"
    r"|surgery|panel|trial of spinal"
    r"|epidural|level",
    re.IGNORECASE,
)
# A compounded cream holds words of other categories ("base", "day supply"), and its ingredients may be cut short.
_COMPOUND = re.compile(r"\b(?:compound(?:ed)?|cmpd)\b(?! fracture)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def category_of(treatment: str, request: str) -> Category:
    """The category of a treatment; `other` where no word tells."""
    named = mentions(treatment)
    drug_first = bool(named) and named[0].start < 25 and not _NOT_A_DRUG_REQUEST.search(treatment)
    if drug_first and not named[0].drug.kind.startswith(("visco", "toxin")):
        return "medication"
    if _COMPOUND.search(request) and not _NOT_A_DRUG_REQUEST.search(treatment):
        return "medication"
    for category, rule in _RULES:
        if rule.search(treatment):
            return category
    if named or _DRUG_FORM.search(request):
        return "injection" if named and named[0].drug.kind in ("viscosupplement", "toxin") else "medication"
    for category, rule in _RULES:
        if rule.search(request):
            return category
    return "other"
