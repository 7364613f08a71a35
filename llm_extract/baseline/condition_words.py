"""How conditions and places of the body are called: what tells a condition from other words, and which words share one entry."""

from __future__ import annotations

import re

_CONDITION = (
    r"\w+(?:itis|osis|oses|opath(?:y|ies)|algias?|stenosis|emia|plegia|paresis|dynia)\b|\b(?:syndromes?|diseases?|disorders?"
    r"|sprains?|strains?"
    r"|sprain/strain|tears?|fractures?|herniations?|hernias?|herniated|protrusions?|displacements?|bulg(?:e|es|ing)"
    r"|spondylolisthesis"
    r"|listhesis|derangement|impingement|dysfunction|degeneration|degenerative|contusions?|concussion|lacerations?|amputation"
    r"|dislocation|depress(?:ion|ive)|anxiety|insomnia|ptsd|crps|rsd|gerd|hnp|ddd|djd|copd|tmj|cts|hypertension|htn|diabetes|dm"
    r"|obesity"
    r"|lumbago|sciatica|dependence|addiction|migraines?|asthma|apnea|palsy|gastritis|constipation|ulcers?|dystrophy|radiculopathy"
    r"|rupture|instability|tinnitus|vertigo|incontinence|chondromalacia|ganglion|cyst|trigger (?:finger|thumb)|bursitis|ankylosis"
    r"|chronic (?:\w+ ){0,3}?pain|tendin\w+|neuroma|hypertrophy|sprain-strain|cancer|tumou?r|infection|failed back"
    r"|gout|claudication|lupus|fibrillation|stroke|dvt|embolism|non-?union|malunion|contractures?|bruxism|hearing loss|cataracts?"
    r"|glaucoma|d/o|frozen shoulder|abscess(?:es)?|epilepsy|dementia|bipolar|insufficiency|deficiency"
    r"|reflux|overuse|burns?|stress|hyperlipidemia|hypothyroidism|discopathy|condition)\b"
)
CONDITIONS = re.compile(_CONDITION, re.IGNORECASE)
OR_PAIN = re.compile(rf"{_CONDITION}|\b(?:pain|injur(?:y|ies)|stiffness|headaches?|numbness|weakness|symptoms)\b", re.IGNORECASE)
_PLACE_WORD = (
    r"(?:cervical|thoracic|lumbar|lumbosacral|sacral|left|right|bilateral|both|upper|lower|mid|medial|lateral|anterior"
    r"|posterior|neck|back"
    r"|shoulders?|elbows?|wrists?|hands?|thumbs?|fingers?|hips?|knees?|ankles?|foot|feet|legs?|arms?|head|spine|trunk"
    r"|extremit(?:y|ies)"
    r"|median|ulnar|radial|index|middle|ring|little|long|great|small|third|fourth|fifth|disc|facet|joint|soft tissue|muscles?"
    r"|ligaments?|tendons?|anxious|mixed|cartilage|thoracolumbar|low|forearms?|pelvic|pelvis|regions?|areas?|thighs?"
    r"|multiple sites|digits?|toes?|buttocks?|groin)"
)
ENDS_IN_PLACE = re.compile(rf"\b{_PLACE_WORD}$", re.IGNORECASE)
ONLY_PLACE = re.compile(rf"(?:the |of |{_PLACE_WORD} ?|[ctls]\d[\w/-]* ?)+$", re.IGNORECASE)
LEVEL = re.compile(r"(?:[ctls]-?\d|level)", re.IGNORECASE)
PAIRED = re.compile(r"\b(?:both|between|mixed|with (?:mixed )?(?:anxiety|depress\w+|both medical))\b[^,;]*$", re.IGNORECASE)
# Names that hold an "and": "myalgia and myositis", "sprain and strain".
PAIR_LEFT = re.compile(r"\b(?:myalgias?|sprains?|strains?|neuritis|synovitis|neuralgia)$", re.IGNORECASE)
PAIR_RIGHT = re.compile(r"(?:myositis|sprains?|strains?|radiculitis|tenosynovitis|neuritis)\b", re.IGNORECASE)


def is_condition(words: str) -> bool:
    """Whether words are called like a condition: "lumbar radiculopathy", "morbid obesity"."""
    return bool(CONDITIONS.search(words))
