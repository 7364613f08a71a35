"""The reviewer's licences and specialties, in the two forms of the letters: labelled lines and prose."""

from __future__ import annotations

import re

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import STATES
from llm_extract.sections import Part

# Patterns are searched in lower-case text.
_STATES_LINE = re.compile(
    r"(?:states? ?(?:\(s\))? ?of licen[sc]e?(?:ure)?|licensure states? ?(?:\(s\))?|state licen[sc]es? ?(?:\(s\))?"
    r"|licen[sc]ed? (?:states? ?(?:\(s\))?|in)"
    r"|licensure) ?[:-](?P<states>.*?)(?=certification|special|board|$)"
)
_SPECIALTY_LINE = re.compile(
    r"(?:(?:board )?certif\w{0,9} ?(?:\(s\)|s)? ?(?:/|and|&) ?special(?:ty|ties|ity|ities)(?:\(s\)|\(ies\))?"
    r"|(?:board )?certifications? ?(?:\(s\))?|special(?:ty|ties|ity|ities) ?(?:\(s\)"
    r"|\(ies\))?(?:/certifications?(?:\(s\))?)?) ?: ?(?P<names>.*?)"
    r"(?=(?:; |\. )|states? ?(?:\(s\))? ?of licen|licensure|licensed|clinical case|documents reviewed|sub-?special\w+ ?:|$)"
)
_STATE_NAMES = {s.lower(): s for s in STATES}
_STATE = re.compile(r"\b(?:" + "|".join(sorted(_STATE_NAMES, key=len, reverse=True)) + r")\b(?!,? d\.? ?c\b)")

_LICENSED = re.compile(
    r"\b(?:is |and |holds an? )?(?:currently |also |duly )?(?:licensed (?:to practice "
    r"|physician )?(?:medicine )?(?:and practic\w+ )?in"
    r"|licen[sc](?:e|es|ure) (?:to practice (?:medicine )?)?in|licensed by)"
    r" (?:the )?(?:states? (?:and territories )?of )?(?P<states>(?:[^.]|(?<=\bd)\.(?= ?c\b)|(?<=\bd\.c)\.(?=,| and))*+)"
)
# Where the names of a certification end: at the next clause, licence or sentence.
_NAMES_END = (
    r"(?=,? (?:and )?(?:he/she |she |he )?(?:is|has|holds|who|was|maintains|with) |,? (?:and )?with (?:an? |added )?(?:sub"
    r"|added|special|fellow|certif)"
    r"|,? and is|,? (?:and )?(?:currently )?(?:licensed|practicing|in active)|,? (?:and )?board[- ]certified"
    r"|,? (?:and )?(?:with )?added qual|,? (?:and )?(?:with )?fellowship|,? (?:and )?sub-?special|\.(?: |$)|$|; )"
)
# "is Board Certified in X", "has a subspecialty in Y", "with a fellowship in Z", "is licensed in Chiropractic".
_CERTIFIED = re.compile(
    r"(?:\bboard[- ](?:certified|eligible) (?:physician |medical doctor |specialist |doctor |surgeon )?in"
    r"|board[- ]certifications? (?:is |are )?in|(?:board[- ])?certified by the [^.]{0,60}? in"
    r"|(?:diplomate (?:of|in)(?: the)?|certified by the|certification (?:by|from) the|diplomate,)"
    r" (?:american|national|california) (?:osteopathic )?(?:boards? of|academy of|college of)"
    r"|sub-?special\w+(?: certificat\w+| board certificat\w+)? (?:in|of)"
    r"|(?:has|holds) (?:a |an )?(?:added |additional )?(?:certificat\w+|qualificat\w+|certificate of added qualifications?) in"
    r"|(?:with )?added qualifications? in|fellowship[- ](?:trained|training) in|(?:has |with )?an? (?:fellowship|speciality"
    r"|specialty|certificate"
    r"|certification) in|speciali[sz]\w+ in|fellowship in"
    r"|special(?:ty|ties)(?: is| are)?(?: in| of|:)|(?:\bis|\band|,) certified in|(?:is|and) licensed in(?! the states? of)) "
    rf"(?P<names>.*?){_NAMES_END}"
)
# A profession instead of a certification: "is a Licensed Acupuncturist", "a board certified orthopedic surgeon".
_PROFESSION = re.compile(
    r"\breviewer (?:is|holds) (?:an? )?(?:(?:state )?licensed )?(?P<names>acupuncturist|chiropractor|doctor of (?:chiropractic"
    r"|dental surgery"
    r"|dental medicine|physical therapy|oriental medicine|psychology)|(?:clinical )?psychologist|dentist|podiatrist"
    r"|optometrist|physical therapist|occupational therapist|pharmacist|neuropsychologist|doctor of podiatric medicine)\b"
    r"|\bboard[- ]certified (?P<practitioner>(?:[a-z-]+ ){0,3}?(?:surgeon|[a-z]{3,}ologist|[a-z]{3,}iatrist|internist"
    r"|anesthetist|[a-z]{3,}opedist))\b(?! in\b)"
)
# A specialty by its own name, for lists without any such words: "MD, Orthopaedic Surgery (ABOS certified), Sports Medicine."
_SPECIALTY = re.compile(
    r"\b(?:doctor of (?:chiropractic|dental surgery|podiatric medicine)|(?:orthop(?:a)?edic |hand |spine |plastic |general "
    r"|neuro)surgeon"
    r"|neurologist|psychiatrist|physiatrist|anesthesiologist|chiropractor|acupuncturist|psychologist|podiatrist|rheumatologist"
    r"|internist"
    r"|(?:orthop(?:a)?edic|neurological|neuro|hand|spine|spinal|plastic|general|vascular|thoracic|oral and maxillofacial"
    r"|oral (?:&|and) maxillofacial"
    r"|foot and ankle|foot (?:&|and) ankle|podiatric|colon and rectal|trauma)[ -]?surgery(?! \w+ of)"
    r"|(?:physical medicine (?:and|&) rehabilitation|pain (?:medicine|management)|interventional pain(?: medicine| management)?"
    r"|(?:internal|family|emergency|occupational|preventive|sports|sleep|addiction|geriatric|nuclear|neuromuscular"
    r"|brain injury|spinal cord injury"
    r"|hospice and palliative|palliative|headache|public health and general preventive|occupational and environmental"
    r"|critical care|osteopathic manipulative"
    r"|oriental|integrative|undersea and hyperbaric|vascular) medicine"
    r"|family practice|anesthesiology|neurology|psychiatry(?: (?:and|&) neurology)?|(?:addiction|forensic|geriatric"
    r"|child and adolescent) psychiatry|clinical psychology|health psychology"
    r"|neuropsychology|psychology|(?:interventional |diagnostic |neuro|musculoskeletal )?radiology|clinical neurophysiology"
    r"|rheumatology|cardiology|gastroenterology"
    r"|nephrology|pulmonary(?: disease| medicine)?|endocrinology|dermatology|urology|ophthalmology|otolaryngology"
    r"|allergy (?:and|&) immunology|infectious disease"
    r"|hematology|oncology|pathology|physiatry|pediatrics|obstetrics (?:and|&) gynecology|chiropractic|acupuncture|dentistry"
    r"|podiatry|optometry|pharmacy"
    r"|physical therapy|electrodiagnostic medicine))\b"
)
# Names of specialties that hold an "and" or a comma themselves (American Board of Medical Specialties, plus usual spellings).
_WITH_AND = (
    "Physical Medicine and Rehabilitation",
    "Hospice and Palliative Medicine",
    "Allergy and Immunology",
    "Obstetrics and Gynecology",
    "Psychiatry and Neurology",
    "Oral and Maxillofacial Surgery",
    "Head and Neck Surgery",
    "Foot and Ankle Surgery",
    "Hand and Upper Extremity Surgery",
    "Occupational and Environmental Medicine",
    "Environmental and Occupational Medicine",
    "Family and Community Medicine",
    "Plastic and Reconstructive Surgery",
    "Colon and Rectal Surgery",
    "Public Health and General Preventive Medicine",
    "Preventive and Occupational Medicine",
    "Ear, Nose and Throat",
    "Ear, Nose, and Throat",
    "Spinal and Orthopedic Surgery",
    "Electrodiagnostic and Neuromuscular Medicine",
    "Acupuncture and Oriental Medicine",
    "Brain Injury Medicine and Rehabilitation",
    "Sports and Exercise Medicine",
)
_PROTECT = re.compile(
    "|".join(re.escape(name.lower()).replace(r"\ and\ ", " (?:and|&) ") for name in sorted(set(_WITH_AND), key=len, reverse=True))
)
_SEPARATOR = re.compile(r" ?(?:,|;|/(?= )) ?(?:and |& )?| (?:and|&) (?:also )?(?:in )?|(?<=\w) {2,}")
_LINE_SEPARATOR = re.compile(r" ?[,;] ?(?:and )?")
_LONGEST_CREDENTIALS = 6000
"""Characters; the form's own words are 1,300 of them."""


def read_credentials(page: Page) -> dict[str, tuple[Found, ...]]:
    """`licensed_states` and `specialties`; an absent key where the letter does not say."""
    whole = page.sections.credentials or Part(0, len(page.text))
    part = Part(whole.start, min(whole.end, whole.start + _LONGEST_CREDENTIALS))
    found = {"/reviewer/licensed_states": _states(page, part), "/reviewer/specialties": _specialties(page, part)}
    return {pointer: entries for pointer, entries in found.items() if entries}


def _states(page: Page, part: Part) -> tuple[Found, ...]:
    line = _STATES_LINE.search(page.low, *part)
    places = [line.span("states")] if line else [m.span("states") for m in _LICENSED.finditer(page.low, *part)]
    entries: dict[str, Found] = {}
    for m in (m for place in places for m in _STATE.finditer(page.low, *place)):
        name = _STATE_NAMES[m.group()]
        entries.setdefault(name, page.found(name, "credentials.states", m.span(), certain=True))
    return tuple(entries.values())


def _specialties(page: Page, part: Part) -> tuple[Found, ...]:
    line = _specialty_line(page, part)
    by = "credentials.line" if line else "credentials.prose"
    if line:
        places = _split(page.low, *line.span("names"), _LINE_SEPARATOR)
    else:
        told = sorted((*_CERTIFIED.finditer(page.low, *part), *_PROFESSION.finditer(page.low, *part)), key=lambda m: m.start())
        places = [p for m in told for p in _split(page.low, *m.span(m.lastgroup or "names"), _SEPARATOR)]
        places = places or _named(page, part)
    entries: dict[str, Found] = {}
    for start, end in places:
        if _is_name(page.low[start:end]):
            found = page.found(page.verbatim(start, end), by, (start, end), certain=True)
            entries.setdefault(page.low[start:end], found)
    return tuple(entries.values())


def _specialty_line(page: Page, part: Part) -> re.Match[str] | None:
    return next((m for m in _SPECIALTY_LINE.finditer(page.low, *part) if m["names"].strip(_EDGE)), None)


def _named(page: Page, part: Part) -> list[tuple[int, int]]:
    """Specialties by their own names, where the section is no form but a short list of qualifications."""
    qualifications = page.sections.layout == "professional_review" and page.sections.credentials is not None
    return [m.span() for m in _SPECIALTY.finditer(page.low, *part)] if qualifications else []


def _split(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    """Ranges of the names between separators; a name that holds an "and" of its own stays whole."""
    protected = [m.span() for m in _PROTECT.finditer(text, start, end)]
    places: list[tuple[int, int]] = []
    at = start
    for m in separator.finditer(text, start, end):
        if not any(a < m.end() and m.start() < b for a, b in protected):
            places.append((at, m.start()))
            at = m.end()
    return [_strip(text, a, b) for a, b in (*places, (at, end))]


_LEAD = re.compile(r"(?:and |in |the |a |specialty of |is |also )+")
_EDGE = " .,;:"


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end


_NO_NAME = re.compile(r"\blicens|\bto practice\b|\breviewer\b")
_SHORTEST, _LONGEST = 3, 80


def _is_name(name: str) -> bool:
    """A specialty is a short run of words, and neither a state nor the licence clause."""
    return _SHORTEST <= len(name) <= _LONGEST and name not in _STATE_NAMES and not _NO_NAME.search(name)
