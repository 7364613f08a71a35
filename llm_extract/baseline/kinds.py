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
    ("surgery", r"assistant|co-?surgeon|surgeon assist|anesthe|anaesthe|monitored an|\bMAC\b"),
    ("other", r"inpatient (?:stay|hospital)|hospital (?:stay|admission|length)|length of stay|inpatient stay|dental|dentist|tooth|teeth|outpatient facility|facility (?:fee|charge)|overnight stay|hospitali[sz]ation"),
    ("diagnostic_test", r"functional capacity|\bFCE\b|genetic|\bDNA\b|pharmacogen|genotyp"),
    ("home_care", r"home (?:health|care|aide|nurs|assist|attend|help|evaluation)|nurse home|homemaker|housekeep|caregiver|transport|attendant care|in-home|nursing (?:visit|care)"),
    ("consultation", r"clearance|consult|referral|second opinion|office visit|follow[- ]?up|re-?evaluation|\bvisits? with|specialist|new patient|\bevaluation\b(?! (?:of|and) treat)|\be/m\b|pre-?op(?:erative)? (?:medical |history|evaluation|h&p|visit|exam)|\brefer\b|\bH&P\b|check-?up|(?:medical|psychiatric|psychological|neurolog\w+|orthop\w+) evaluation"),
    ("program", r"functional restoration|restoration program|detox|weight (?:loss|reduction|management)|\bgym\b|pool membership|health club|pain (?:management )?program|multi-?disciplinary|interdisciplinary|\bHELP\b|rehabilitation program|\bFRP\b|jenny craig|lindora|nutri|wellness program|smoking cessation"),
    ("diagnostic_test", r"\bEMG|\bNC[VS]\b|electro-?(?:diagnos|myogra)|nerve conduction|laborator|\blabs?\b|blood (?:test|work|panel|draw)|\bCBC\b|\bCMP\b|\bBMP\b|panel|urin|\bUDS\b|\bUDT\b|toxicolog|drug (?:screen|test)|polysomn|sleep (?:study|apnea test)|titration|\bEKG\b|\bECG\b|electrocardio|echocardio|stress test|pulmonary function|spirometr|\bVNG\b|videonystag|somatosensory|evoked|\bSSEP|quantitative sensory|\bTSH\b|liver function|hemoglobin|creatinine|allerg\w+ test|biops|audiogra|doppler|sudoscan|range of motion (?:test|measure)|computerized (?:range|muscle|strength)|muscle testing|serum|culture|\bA1c\b|endoscop|colonoscop|discogra|chromatograph|quantitation|confirmation test|holter|ambulatory (?:blood|monitor)|psychological test|neuropsych\w+ test"),
    ("imaging", r"\bMR[IA]\b|\bCT\b|\bCAT\b|x[- ]?rays?\b|radiogra|ultraso(?:und|nogra)(?! therap)|bone (?:scan|densi)|\bDEXA\b|arthrogra|myelogra|\bPET\b|\bSPECT\b|imaging|\bscan\b|venogra|angiogra|fluorosc\w+$|tomogra|magnetic resonance|mammogra|sonogra"),
    ("behavioral", r"psycho(?:logical|logy)? (?:treat|session|therap|counsel|visit|support|care)|psychotherap|psych (?:treat|session|visit)|\bCBT\b|cognitive|behaviou?r|biofeedback|counsel|hypno|relaxation|stress management|individual therap|group (?:therap|psych)|\bEMDR\b|pain coping|mental health|psychiatric (?:treat|session|visit)|psychology|neurofeedback|psychiat|psycholog"),
    ("equipment", r"stimulator(?! (?:trial|implant|lead|permanent))(?=.*(?:unit|purchase|rental|bone|muscle|device))|bone (?:growth )?stimulat|\bTENS\b|\bunits?\b(?! (?:of|each))|device|brace|orthos|orthot|splint|sling|crutch|cane\b|walker|wheelchair|scooter|mattress|\bbed\b|pillow|chair|cushion|electrodes?|batter|suppl(?:y|ies)|garment|stocking|\bDME\b|durable|\bcompression|cold therapy|cryotherap|cryo-?cuff|polar care|ice (?:machine|pack)|hot (?:pack|and cold)|heating pad|heat pad|\bpads?\b|traction (?:unit|device|kit)|\bkit\b|corset|collar|\bLSO\b|\bTLSO\b|\bcam boot|\bboot\b|shoes?\b|insoles?|inserts?|commode|shower|grab bar|raised toilet|\bCPM\b|continuous passive|H-?wave|interferential|\bNMES\b|neuromuscular electrical|\bCPAP\b|hearing aid|glove|wrap|rental|purchase|equipment|exercise ball|bike|treadmill|inversion|ergonomic|prosthe|vacutherm|thermo|\bVascutherm|\bDVT\b|pneumatic|immobilizer|ramp|stair lift|vehicle|van\b|monitor\b|walking boot|lift\b|recliner|hospital bed|theraband|back support|support\b"),
    ("injection", r"inject|(?:nerve|branch|facet|plexus|ganglion|joint|sympathetic|root|medial|occipital|diagnostic|sacroiliac|peripheral|stellate|caudal) blocks?|\bblocks?\b|epidural|\bESIs?\b|\bTFESI\b|\bLESI\b|\bCESI\b|\bMBBs?\b|infiltration|synvisc|orthovisc|hyalgan|supartz|euflexxa|viscosuppl|hyaluron|botox|botulinum|dysport|xeomin|platelet|\bPRP\b|prolotherap|trigger point|radiofrequency|\bRFA\b|rhizotom|neurotom|\bablation\b|steroid inj|cortisone|depo-?medrol|kenalog|toradol (?:im|inj)|chymopap"),
    ("physical_medicine", r"physical therap|physiotherap|occupational therap|\bPT\b|\bOT\b|aqua|chiropract|acupunct|electro-?acupunct|massage|manipulat|myofascial|work (?:hardening|conditioning)|therapeutic exercise|hand therapy|pool therap|therapy (?:visit|session)|rehabilitation|therapy evaluation|manual therap|kinesio|gait training|exercise program|home exercise|infrared|cupping|shock ?wave|\bESWT\b|vestibular|physical medicine|post-?op(?:erative)? therap|\btherapy\b|traction|ultrasound therap|low level laser"),
    ("surgery", r"surg|ectomy|otomy|oplasty|arthroscop|fusion|release|repair|decompress|reconstruct|arthrodes|resection|excision|debride|implant|replacement|stimulator|pump|removal|laminect|discect|fixation|osteotom|ostomy|transposition|meniscect|graft|revision|kyphoplast|vertebroplast|transfer|reduction|amput|hernia|tenolysis|neurolysis|synovect|acromi|procedure|operat|lead|bariatric|manipulation under|hardware|percutaneous|intradiscal|\bIDET\b|lysis"),
)  # fmt: skip
_RULES = tuple((category, re.compile(words, re.IGNORECASE)) for category, words in _WORDS)
_DRUG_FORM = re.compile(
    r"\b(?:tablets?|capsules?|cream|ointment|lotion|gel|patch(?:es)?|drops|syrup|lozenge|suppositor|mg|mcg|oral|topical|medication|prescription|refills?|pills?|inhaler|spray|compound(?:ed)?|suspension|film|powder|drug)\b|\d ?mg|\d ?%",
    re.IGNORECASE,
)
_NOT_A_DRUG_REQUEST = re.compile(
    r"inject|block|pump|infusion|screen|test|monitor|clearance|consult|patch test|unit\b|therapy|program|kit rental|surgery|panel|trial of spinal|epidural|level",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def category_of(treatment: str, request: str) -> Category:
    """The category of a treatment; `other` where no word tells."""
    named = mentions(treatment)
    drug_first = bool(named) and named[0].start < 25 and not _NOT_A_DRUG_REQUEST.search(treatment)
    if drug_first and not named[0].drug.kind.startswith(("visco", "toxin")):
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
