"""The reviewer's licences and specialties, in the two forms of the letters: labelled lines and prose."""

from __future__ import annotations

import re

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import STATES
from llm_extract.sections import Part

# Patterns are searched in lower-case text.
_STATES_LINE = re.compile(r"state ?(?:\(s\)|s)? of licensure ?:(?P<states>.*?)(?=certification|$)")
_SPECIALTY_LINE = re.compile(
    r"certification ?(?:\(s\)|s)? ?/ ?special(?:ty|ties|ity)(?:\(s\)|\(ies\))? ?:(?P<names>.*?)"
    r"(?=state ?(?:\(s\)|s)? of licensure|clinical case|documents|$)"
)
_STATE_NAMES = {s.lower(): s for s in STATES}
_STATE = re.compile(r"\b(?:" + "|".join(sorted(_STATE_NAMES, key=len, reverse=True)) + r")\b")

_LICENSED = re.compile(
    r"\b(?:is |and |holds an? )?(?:currently |also )?licensed (?:to practice |physician )?(?:medicine )?(?:and practic\w+ )?in"
    r" (?:the states? of )?(?P<states>[^.]*)"
)
# "is Board Certified in X", "has a subspecialty in Y", "with a fellowship in Z", "is licensed in Chiropractic".
_CERTIFIED = re.compile(
    r"\b(?:board[- ]certified in|board[- ]certified by the [^.]{0,60}? in|sub-?special\w+ (?:certificat\w+ )?(?:in|of)"
    r"|(?:has|holds) (?:a |an )?(?:added |additional )?(?:certificat\w+|qualificat\w+|certificate of added qualifications?) in"
    r"|fellowship[- ]trained in|(?:has |with )?a (?:fellowship|speciality|specialty|certificate) in|speciali[sz]\w+ in"
    r"|special(?:ty|ties)(?: is| are)?(?: in| of|:)|(?:is|and) certified in|(?:is|and) licensed in) "
    r"(?P<names>.*?)(?=,? (?:and )?(?:he/she |she |he )?(?:is|has|holds|who|with a|was) |,? and is|,? licensed to|\.(?: |$)|$|; )"
)
# A profession instead of a certification: "is a Licensed Acupuncturist".
_PROFESSION = re.compile(
    r"\breviewer is (?:an? )?(?:licensed )?(?P<names>acupuncturist|chiropractor|doctor of chiropractic|psychologist|dentist"
    r"|podiatrist|optometrist|physical therapist|occupational therapist|pharmacist)\b"
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
    line = _SPECIALTY_LINE.search(page.low, *part)
    by = "credentials.line" if line else "credentials.prose"
    if line:
        places = _split(page.low, *line.span("names"), _LINE_SEPARATOR)
    else:
        told = sorted((*_CERTIFIED.finditer(page.low, *part), *_PROFESSION.finditer(page.low, *part)), key=lambda m: m.start())
        places = [p for m in told for p in _split(page.low, *m.span("names"), _SEPARATOR)]
    entries: dict[str, Found] = {}
    for start, end in places:
        if _is_name(page.low[start:end]):
            found = page.found(page.verbatim(start, end), by, (start, end), certain=True)
            entries.setdefault(page.low[start:end], found)
    return tuple(entries.values())


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
