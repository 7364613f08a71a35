"""The names of medical specialties: which hold an "and" themselves, and how a list of names is parted.

From the American Board of Medical Specialties, with the spellings that letters use.
"""

from __future__ import annotations

import re

from llm_extract.baseline.rule import compiled
from llm_extract.sections import Part

_PEOPLE = (
    r"doctor of (?:chiropractic|dental surgery|podiatric medicine)"
    r"|(?:orthop(?:a)?edic |hand |spine |plastic |general |neuro)surgeon"
    r"|neurologist|psychiatrist|physiatrist|anesthesiologist|chiropractor|acupuncturist|psychologist|podiatrist|rheumatologist"
    r"|internist|dentist|optometrist"
)
_SURGERY = (
    r"(?:orthop(?:a)?edic|neurological|neuro|hand|spine|spinal|plastic|general|vascular|thoracic|oral (?:&|and) maxillofacial"
    r"|foot (?:&|and) ankle|podiatric|colon and rectal|trauma)[ -]?surgery(?! \w+ of)"
)
_MEDICINE = (
    r"physical medicine (?:and|&) rehabilitation|pain (?:medicine|management)|interventional pain(?: medicine| management)?"
    r"|(?:internal|family|emergency|occupational|preventive|sports|sleep|addiction|geriatric|nuclear|neuromuscular|brain injury"
    r"|spinal cord injury|hospice and palliative|palliative|headache|public health and general preventive"
    r"|occupational and environmental|critical care|osteopathic manipulative|oriental|integrative|undersea and hyperbaric"
    r"|vascular|electrodiagnostic) medicine|family practice"
)
_FIELDS = (
    r"anesthesiology|neurology|psychiatry(?: (?:and|&) neurology)?"
    r"|(?:addiction|forensic|geriatric|child and adolescent) psychiatry|(?:clinical|health|neuro)? ?psychology"
    r"|(?:interventional |diagnostic |neuro|musculoskeletal )?radiology|clinical neurophysiology|rheumatology|cardiology"
    r"|gastroenterology|nephrology|pulmonary(?: disease| medicine)?|endocrinology|dermatology|urology|ophthalmology"
    r"|otolaryngology|allergy (?:and|&) immunology|infectious disease|hematology|oncology|pathology|physiatry|pediatrics"
    r"|obstetrics (?:and|&) gynecology|chiropractic|acupuncture|dentistry|podiatry|optometry|pharmacy|physical therapy"
)
SPECIALTY = rf"(?:{_PEOPLE}|{_SURGERY}|{_MEDICINE}|{_FIELDS})"
"""A specialty by its own name, in lower case."""

_WITH_AND = (
    "physical medicine and rehabilitation",
    "pm&r",
    "pm & r",
    "hospice and palliative medicine",
    "allergy and immunology",
    "obstetrics and gynecology",
    "psychiatry and neurology",
    "oral and maxillofacial surgery",
    "oral and maxillofacial",
    "head and neck surgery",
    "foot and ankle surgery",
    "foot and ankle",
    "hand and upper extremity surgery",
    "hand and upper extremity",
    "occupational and environmental medicine",
    "environmental and occupational medicine",
    "family and community medicine",
    "plastic and reconstructive surgery",
    "colon and rectal surgery",
    "public health and general preventive medicine",
    "preventive and occupational medicine",
    "ear, nose and throat",
    "ear, nose, and throat",
    "spinal and orthopedic surgery",
    "electrodiagnostic and neuromuscular medicine",
    "acupuncture and oriental medicine",
    "brain injury medicine and rehabilitation",
    "sports and exercise medicine",
    "child and adolescent psychiatry",
    "undersea and hyperbaric medicine",
    "vascular and interventional radiology",
    "thoracic and cardiac surgery",
    "endocrinology, diabetes and metabolism",
    "endocrinology, diabetes, and metabolism",
    "pulmonary and critical care medicine",
)
_WHOLE = compiled(
    "|".join(re.escape(name).replace(r"\ and\ ", " (?:and|&) ") for name in sorted(_WITH_AND, key=len, reverse=True))
)
_IN_PROSE = compiled(r" ?(?:,|;|/(?= )) ?(?:and |& )?| (?:and|&) (?:also )?(?:in )?|(?<=\w) {2,}")
_IN_LIST = compiled(r" ?[,;] ?(?:and )?")
_LEAD = compiled(
    r"(?:and |in |the |an? |specialty of |is |also |fellowship[- ]trained in |board[- ]certified in |certified in )+"
)
_EDGE = " .,;:"


def split_names(text: str, part: Part, *, in_list: bool) -> list[Part]:
    """Where the names stand that commas, and in prose also "and", part; a name that holds one of its own stays whole."""
    whole = [m.span() for m in _WHOLE.finditer(text, *part)]
    places: list[tuple[int, int]] = []
    at = part.start
    for m in (_IN_LIST if in_list else _IN_PROSE).finditer(text, *part):
        if not any(start < m.end() and m.start() < end for start, end in whole):
            places.append((at, m.start()))
            at = m.end()
    return [_trimmed(text, start, end) for start, end in (*places, (at, part.end))]


def _trimmed(text: str, start: int, end: int) -> Part:
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return Part(start, end)
