"""The reviewer's licences and specialties, in the two forms of the letters: labelled lines and prose."""

from __future__ import annotations

import re
from functools import lru_cache

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import STATES
from llm_extract.sections import Part

_STATES_LINE = re.compile(r"State ?(?:\(s\)|s)? of Licensure ?:(?P<states>.*?)(?=Certification|$)", re.IGNORECASE)
_SPECIALTY_LINE = re.compile(
    r"Certification ?(?:\(s\)|s)? ?/ ?Special(?:ty|ties|ity)(?:\(s\)|\(ies\))? ?:(?P<names>.*?)"
    r"(?=State ?(?:\(s\)|s)? of Licensure|CLINICAL CASE|DOCUMENTS|$)"
)
_STATE = re.compile(r"\b(?:" + "|".join(sorted(STATES, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_STATE_NAMES = {s.lower(): s for s in STATES}

_LICENSED = re.compile(
    r"\b(?:is |and |holds an? )?(?:currently |also )?licensed (?:to practice |physician )?(?:medicine )?(?:and practic\w+ )?in (?:the states? of )?(?P<states>[^.]*)",
    re.IGNORECASE,
)
# "is Board Certified in X", "has a subspecialty in Y", "with a fellowship in Z", "is licensed in Chiropractic".
_CERTIFIED = re.compile(
    r"\b(?:board[- ]certified in|board[- ]certified by the [^.]{0,60}? in|sub-?special\w+ (?:certificat\w+ )?(?:in|of)"
    r"|(?:has|holds) (?:a |an )?(?:added |additional )?(?:certificat\w+|qualificat\w+|certificate of added qualifications?) in"
    r"|fellowship[- ]trained in|(?:has |with )?a (?:fellowship|speciality|specialty|certificate) in|speciali[sz]\w+ in|special(?:ty|ties)(?: is| are)?(?: in| of|:)"
    r"|(?:is|and) certified in|(?:is|and) licensed in) "
    r"(?P<names>.*?)(?=,? (?:and )?(?:he/she |she |he )?(?:is|has|holds|who|with a|was) |,? and is|,? licensed to|\.(?: |$)|$|; )",
    re.IGNORECASE,
)
# Names of specialties that hold an "and" or a comma themselves (American Board of Medical Specialties, plus usual spellings).
_WITH_AND = (
    "Physical Medicine and Rehabilitation",
    "Physical Medicine & Rehabilitation",
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
_PROTECT = re.compile("|".join(re.escape(n).replace(r"\ ", " ") for n in sorted(_WITH_AND, key=len, reverse=True)), re.IGNORECASE)
_SEPARATOR = re.compile(r" ?(?:,|;|/(?= )) ?(?:and |& )?| and (?:also )?(?:in )?|(?<=\w) {2,}", re.IGNORECASE)
_LINE_SEPARATOR = re.compile(r" ?[,;] ?(?:and )?")


def read_credentials(page: Page) -> dict[str, tuple[Found, ...]]:
    """`licensed_states` and `specialties`; an absent key where the letter does not say."""
    part = page.sections.credentials or Part(0, min(len(page.text), 4000))
    found = {"/reviewer/licensed_states": _states(page, part), "/reviewer/specialties": _specialties(page, part)}
    return {pointer: entries for pointer, entries in found.items() if entries}


def _states(page: Page, part: Part) -> tuple[Found, ...]:
    line = page.search(_STATES_LINE, part)
    places = [line.span("states")] if line else [m.span("states") for m in page.finditer(_LICENSED, part)]
    entries: list[Found] = []
    for start, end in places:
        for m in _STATE.finditer(page.text, start, end):
            name = _STATE_NAMES[m.group().lower()]
            if name not in (f.value for f in entries):
                entries.append(page.found(name, "credentials.states", m.span(), certain=True))
    return tuple(entries)


def _specialties(page: Page, part: Part) -> tuple[Found, ...]:
    line = page.search(_SPECIALTY_LINE, part)
    if line:
        places = list(_split(page.text, *line.span("names"), _LINE_SEPARATOR))
    else:
        places = [p for m in page.finditer(_CERTIFIED, part) for p in _split(page.text, *m.span("names"), _SEPARATOR)]
    entries: list[Found] = []
    for start, end in places:
        name = page.verbatim(start, end)
        if _is_name(name) and name.lower() not in (f.value.lower() for f in entries):
            entries.append(page.found(name, "credentials.line" if line else "credentials.prose", (start, end), certain=True))
    return tuple(entries)


def _split(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    """Ranges of the names between separators; a name that holds an "and" of its own stays whole."""
    protected = [m.span() for m in _PROTECT.finditer(text, start, end)]
    places: list[tuple[int, int]] = []
    at = start
    for m in separator.finditer(text, start, end):
        if any(a < m.end() and m.start() < b for a, b in protected):
            continue
        places.append((at, m.start()))
        at = m.end()
    places.append((at, end))
    return [_strip(text, a, b) for a, b in places]


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    lead = re.compile(r"(?:and |in |the |a |specialty of |is |also )+", re.IGNORECASE).match(text, start, end)
    start = lead.end() if lead else start
    while start < end and text[start] in " .,;:":
        start += 1
    while end > start and text[end - 1] in " .,;:":
        end -= 1
    return start, end


@lru_cache(maxsize=1024)
def _is_name(name: str) -> bool:
    """A specialty is a short run of words, and neither a state nor the licence clause."""
    return (
        2 < len(name) <= 80
        and name.lower() not in _STATE_NAMES
        and not re.search(r"\blicens|\bto practice\b|\breviewer\b", name, re.I)
    )
