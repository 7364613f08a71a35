"""The documents that a guideline line names: the schedule's own by their titles, ODG and ACOEM, and works of other bodies.

Names count with their case: "Acupuncture Treatment Guidelines" is a document, "acupuncture treatment" is none. Only a line
without any is searched again in any case. The name at a place is that of the first rule that fits there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.schema import Source

# --- the schedule, ODG, ACOEM ----------------------------------------------------------------------------------------

# Documents of the Medical Treatment Utilization Schedule (Cal. Code Regs., title 8, sections 9792.20 to 9792.27) as the letters'
# form names them; a leading "MTUS" and a year stay in the title.
_MTUS_TOPIC = (
    r"(?:(?:Initial |General )?Approach(?:es)?(?: to (?:Initial Assessment|Treatment)(?:,? (?:and )?Documentation)?)?|Prevention"
    r"|Cornerstones of Disability Prevention(?: and Management)?"
    r"|(?:Neck and Upper Back|Cervical (?:and|&) Thoracic Spine|Shoulder|Elbow|Forearm, Wrist,? (?:and|&) Hand"
    r"|Hand, Wrist,? (?:and|&) Forearm|Low Back|Knee|Ankle (?:and|&) Foot|Stress[- ]Related|Eye|Hip (?:and|&) Groin)"
    r" (?:Complaints|Conditions|Disorders)|Workplace Mental Health|Traumatic Brain Injury|Antiemetics|Interventional Pain"
    r"|Initial Assessment|Pain,? Suffering,? and the Restoration of Function|Independent Medical Examinations and Consultations)"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_REVISED = r"(?:(?:[Rr]evised|[Rr]ev\.?|[Uu]pdated?) )"
_YEAR = rf"(?:,? ?\(?{_REVISED}?(?:{_MONTH}\.?(?: \d{{1,2}})?,? ?)?(?:19|20)\d\d(?: [Rr]evision)?\)?(?! ?-)(?!\d))"
_EDITION = (
    rf"(?:,? ?\(?(?:\d(?:st|nd|rd|th)|[Ff]irst|[Ss]econd|[Tt]hird) [Ee]d(?:ition|\.)?\)?(?:,? ?\(?{_REVISED}?(?:19|20)\d\d\)?)?)"
)
_CURRENT = r"(?:,? ?\((?:the )?(?:current|latest|most recent|web|online) (?:version|edition)\))"
_STATE = r"(?:(?:the )?(?:CA|California)[ -](?:DWC )?)"
SCHEDULE = r"Medical Treatment Utilization Schedule(?: ?\(MTUS\))?"

ACOEM = Rule(
    name="document.acoem",
    why="The occupational physicians' guidelines by their initials or full name; with MTUS in front they are the adopted ones.",
    pattern=compiled(
        rf"(?:{_STATE}?MTUS(?:[- ]adopted)?:? ?[-/]? ?)?(?:the )?"
        r"(?:ACOEM(?: \(American College of Occupational (?:and|&) Environmental Medicine\))?"
        r"|American College of Occupational (?:and|&) Environmental Medicine(?:['’]s)?(?: \(ACOEM\))?)"
        rf"(?:['’]s)?(?: Occupational Medicine)?(?: Practice)?(?: Guidelines?)?(?:{_EDITION})?(?:{_YEAR})?"
    ),
    examples={
        "ACOEM Practice Guidelines, 2nd Edition (2004)": ("ACOEM", "ACOEM Practice Guidelines, 2nd Edition (2004)"),
        "MTUS ACOEM Practice Guidelines, Chapter 12": ("ACOEM", "MTUS ACOEM Practice Guidelines"),
        "American College of Rheumatology": None,
    },
)
ODG = Rule(
    name="document.odg",
    why="The Official Disability Guidelines under any of their names, with the slips that letters make in them.",
    pattern=compiled(
        r"(?:the )?(?:(?:\(ODG\) )?Offi?c(?:ia|ai|a)l Disabilit(?:y|ies) Guidelines?(?: ?\(ODG\))?(?:[ -]TWC)?"
        r"|ODG(?:[ /-]TWC)?(?: \(Official Disability Guidelines?\))?(?: [Gg]uidelines?)?)(?: by MCG)?"
        r"(?: ?[/-] ?Treatment (?:in|for) Workers['’]? Comp(?:ensation)?(?: ?\((?:ODG[ /-]?)?TWC\))?)?"
        rf"(?:{_YEAR}|{_CURRENT})?"
    ),
    examples={
        "Official Disability Guidelines (ODG), Low Back Chapter": ("ODG", "Official Disability Guidelines (ODG)"),
        "ODG-TWC, Pain Chapter": ("ODG", "ODG-TWC"),
        "Offical Disability Guidelines": ("ODG", "Offical Disability Guidelines"),
        "Disability": None,
    },
)
GUIDELINE = Rule(
    name="document.mtus_guideline",
    why="A guideline of the schedule by its title; a body part's topic counts as one where a year stands with it.",
    pattern=compiled(
        rf"(?:{_STATE}?(?:MTUS|{SCHEDULE})(?: \(?(?:19|20)\d\d\)?)?[:,]? ?)?{_STATE}?(?:the )?"
        r"(?:Chronic Pain (?:Medical )?(?:Treatment(?: Guidelines?)?|Guidelines?)"
        r"|Post[ -]? ?[Ss]urgical (?:Physical Medicine )?(?:Medical )?(?:Treatment(?: Guidelines?)?|Guidelines?)"
        r"|Acupuncture (?:Medical )?(?:Treatment(?: Guidelines?)?|Guidelines?)"
        r"|Opioids? (?:Medical )?Treatment(?: Guidelines?)?"
        rf"|{_MTUS_TOPIC}(?= ?,? ?\(?(?:19|20)\d\d))(?:{_YEAR})?(?: ?\(MTUS\))?"
    ),
    examples={
        "MTUS Chronic Pain Medical Treatment Guidelines, Opioids": ("MTUS", "MTUS Chronic Pain Medical Treatment Guidelines"),
        "MTUS Low Back Complaints 2004, Section(s): Special Studies": ("MTUS", "MTUS Low Back Complaints 2004"),
        "Acupuncture Treatment 2007": ("MTUS", "Acupuncture Treatment 2007"),
        "Low Back Complaints": None,
    },
)
SCHEDULE_ALONE = Rule(
    name="document.mtus",
    why="The schedule itself, where no title follows; its legal citation with a date of effect is no second document.",
    pattern=compiled(
        rf"{_STATE}?(?:MTUS|{SCHEDULE})(?: [Gg]uidelines?)?(?:{_YEAR})?"
        r"(?= ?(?:[.,;&/]|\((?![Ee]ffective)|$|[Pp]age|[Ss]ection|and\b|or\b))"
    ),
    examples={
        "MTUS 2009.": ("MTUS", "MTUS 2009"),
        "California MTUS guidelines, Web-based edition": ("MTUS", "California MTUS guidelines"),
        "8 C.C.R. 9792.20 - 9792.26 MTUS (Effective July 18, 2009)": None,
    },
)
TOPIC = Rule(
    name="document.mtus_topic",
    why="A topic of the schedule behind its initials, without a year.",
    pattern=compiled(rf"{_STATE}?MTUS {_MTUS_TOPIC}(?:{_YEAR})?"),
    examples={"MTUS Low Back Complaints Page(s): 303": ("MTUS", "MTUS Low Back Complaints"), "Low Back Complaints": None},
)
TITLED = Rule(
    name="document.mtus_titled",
    why="Whatever is titled a guideline behind the schedule's initials.",
    pattern=compiled(
        rf"{_STATE}?MTUS (?=[A-Z])(?:(?!Page)[A-Z][\w&,'/-]{{0,40}} ){{1,8}}?(?:Guidelines?|Complaints|Disorders)(?:{_YEAR})?"
    ),
    examples={"MTUS Physical Medicine Guidelines": ("MTUS", "MTUS Physical Medicine Guidelines"), "MTUS opioids": None},
)
KNOWN: tuple[tuple[Source, Rule], ...] = (
    ("ACOEM", ACOEM),
    ("ODG", ODG),
    ("MTUS", GUIDELINE),
    ("MTUS", SCHEDULE_ALONE),
    ("MTUS", TOPIC),
    ("MTUS", TITLED),
)


def _any_of(rules: tuple[tuple[Source, Rule], ...]) -> str:
    return "|".join(f"(?P<k{i}>{rule.pattern.pattern})" for i, (_, rule) in enumerate(rules) if rule.pattern)


_BY_GROUP = {f"k{i}": known for i, known in enumerate(KNOWN)}


_NAMES = rf"(?<![\w-])(?:{_any_of(KNOWN)})(?!\w)"
DOCUMENT = re.compile(_NAMES)
_IN_ANY_CASE = re.compile(_NAMES, re.IGNORECASE)
INVERTED = Rule(
    name="document.inverted",
    why='The document stands in brackets behind its chapter: "Knee Complaints (ACOEM Practice Guidelines, Chapter 13)".',
    pattern=compiled(
        r"(?P<topic>(?<![\w(])[A-Z][\w'/-]*,?(?: (?:[A-Z][\w'/-]*,?|and|of|&)){0,7}) \((?:the )?"
        rf"(?:{_any_of(KNOWN[:3])})(?P<rest>[^()]{{0,80}})\)"
    ),
    examples={
        "Knee Complaints (ACOEM Practice Guidelines, 2nd Edition (2004), Chapter 13)": (
            "ACOEM",
            "ACOEM Practice Guidelines, 2nd Edition (2004)",
        ),
        "ACOEM (knee)": None,
    },
)
BARE_TOPIC = Rule(
    name="document.bare_topic",
    why="A topic of the schedule alone is its document where the line says that it is of the schedule.",
    pattern=compiled(rf"{_MTUS_TOPIC}(?: Chapter)?(?!\w)"),
    examples={"Shoulder Complaints": ("MTUS", "Shoulder Complaints"), "shoulder pain": None},
)
LISTED = Rule(
    name="document.listed_topic",
    why="Topics of the schedule that follow one are documents of their own.",
    pattern=compiled(rf",? (?:and )?(?!Initial Assessment\b)(?P<topic>{_MTUS_TOPIC})(?!\w)(?! ?,? ?\(?(?:19|20)\d\d)"),
    examples={", Shoulder Complaints": ("MTUS", "Shoulder Complaints"), ", Opioids": None},
)

# --- other bodies ----------------------------------------------------------------------------------------------------

_PUBLISHER = (
    r"(?:American (?:Academy|Association|College|Society|Heart|Board|Geriatrics|Pain|Psychiatric|Psychological|Diabetes|Medical"
    r"|Dental|Chiropractic)|National (?:Institutes?|Guidelines? Clearinghouse|Library|Coverage|Comprehensive|Center)"
    r"|Cochrane|Physicians['’]? Desk|PDR\b|Washington State|Colorado (?:Division|Medical)|New England Journal|N Engl|Journal of"
    r"|Food and Drug|U\.?S\.? (?:Food|Preventive|National)|FDA\b|CDC\b|CMS\b|NIH\b|NICE\b|Centers for|UpToDate|Up To Date"
    r"|Medscape|PubMed|Mayo|AMA Guides|Medicare|Aetna|Cigna|Blue Cross|Anthem|Epocrates|Micromedex|Mosby|Goodman|Campbell['’]?s"
    r"|Wheeless|Milliman|InterQual|International (?:Association|Society)|Agency for|World Health|Beers|North American|European"
    r"|British|Canadian|ACC/AHA|ASIPP|AAOS|AAN\b|AHRQ|Labor Code|California (?:Code|Labor)|Title 8\b)"
)
_ADDRESS = r"(?:https?://|www\.|(?:[\w-]+\.){1,4}(?:com|gov|org|edu|net)\b)"
# "Chey WD, et al.", "Stulberg DL, Penrod MA, ...", "Skolnick P (1999)"
_AUTHOR = (
    r"(?:[A-Z][A-Za-z'-]{1,24} [A-Z]{1,3}(?:,? et al\b|, [A-Z][a-z'-]{1,24} [A-Z]{1,3}\b|,? \(?(?:19|20)\d\d\b|\. [A-Z][a-z])"
    r"|[A-Z][a-z'-]{1,24},? et al\b)"
)
_WORKS = r"(?:Guidelines?|Manual|Journal|Policy|Bulletin|Handbook|Textbook|Position Statement|Practice Parameters?)"
_TITLE = rf"(?:(?:[A-Z\d][\w'/&.-]*|of|for|on|and|the|in|to) ){{2,12}}{_WORKS}\b"
OTHER_OPENING = Rule(
    name="document.other_behind",
    why="Behind a document of a known body a publisher, an author, a titled work or an address opens one of another.",
    pattern=compiled(
        rf"(?:[;.,)] (?:and )?|\band )(?:on )?(?:the )?(?:(?P<name>{_PUBLISHER}\b)|(?P<author>{_AUTHOR}))"
        rf"|(?:; (?:and )?(?:the )?|\band the )(?P<titled>(?=[A-Z]){_TITLE})|[ ;](?P<address>{_ADDRESS})"
    ),
    examples={"ODG; and FDA (Lyrica)": ("other", "FDA (Lyrica)"), "ODG, Pain Chapter": None},
)
NEXT_OTHER = Rule(
    name="document.other_next",
    why="In a document of another body a publisher's words or an address are its own, unless a separator parts them.",
    pattern=compiled(
        rf"(?:(?<=; )|(?<=; and )|(?<=; the )|(?<=, and the ))(?P<name>{_PUBLISHER}\b|{_ADDRESS}|{_AUTHOR}|(?=[A-Z]){_TITLE})"
        rf"|(?<= and )(?P<joined>{_ADDRESS}|{_AUTHOR})"
    ),
    examples={"AAOS; FDA label": ("other", "FDA label"), "AAOS position statement": None},
)
OTHER = Rule(
    name="document.other",
    why="A run that names no known document is one document of another body, under the words that it has.",
    examples={"Milliman Care Guidelines": ("other", "Milliman Care Guidelines"), "78-80": None},
)
RULES = (*(rule for _, rule in KNOWN), INVERTED, BARE_TOPIC, LISTED, OTHER_OPENING, NEXT_OTHER, OTHER)
_OWN_ADDRESS = re.compile(r"\S*(?:odg|acoem|worklossdata|mdguidelines|dir\.ca\.gov)", re.IGNORECASE)


class Opening(NamedTuple):
    """The name that opens a citation: its source, the title's place, and where words of a section stand in front and around."""

    source: Source
    start: int
    title: tuple[int, int]
    end: int
    by: str
    around: tuple[tuple[int, int], ...] = ()
    front: tuple[int, int] = (0, 0)


def openings(text: str, start: int, end: int) -> list[Opening]:
    """Names that open a citation: not those inside parentheses, but for "Topic (Name, Chapter 5)"."""
    names = list(DOCUMENT.finditer(text, start, end)) or list(_IN_ANY_CASE.finditer(text, start, end))
    inverted = _inverted(text, start, end) if any("(" in text[max(start, m.start() - 5) : m.start()] for m in names) else {}
    found: list[Opening] = []
    for m in names:
        turned = next((inverted[at] for at in (m.start() - 1, m.start()) if at in inverted), None)
        opening = _turned(turned) if turned else _opening(m)
        if in_parentheses(text, start, opening.start) or (found and not _opens(text, found[-1], opening)):
            continue
        found += [opening, *_listed(text, opening, end)]
    return found


def bare_topic(text: str, start: int, end: int) -> Opening | None:
    """A topic of the schedule without its initials, at `start`."""
    m = BARE_TOPIC.pattern.match(text, start, end) if BARE_TOPIC.pattern else None
    return Opening("MTUS", m.start(), m.span(), m.end(), BARE_TOPIC.name) if m else None


def other_openings(text: str, start: int, end: int) -> list[int]:
    """Where documents of other bodies begin behind a known one."""
    for m in OTHER_OPENING.pattern.finditer(text, max(0, start - 1), end) if OTHER_OPENING.pattern else ():
        at = m.start(m.lastgroup or 0)
        own = m.lastgroup == "address" and _OWN_ADDRESS.match(text, at, end)
        if at >= start and not own and not in_parentheses(text, start, at):
            return [at, *next_others(text, at, end)]
    return []


def next_others(text: str, start: int, end: int) -> list[int]:
    """Where further documents begin behind one of an `other` body."""
    hits = NEXT_OTHER.pattern.finditer(text, start, end) if NEXT_OTHER.pattern else ()
    starts = (m.start(m.lastgroup or 0) for m in hits)
    return [at for at in starts if at > start and not in_parentheses(text, start, at)]


def in_parentheses(text: str, start: int, end: int) -> bool:
    """Whether a parenthesis is open at `end`."""
    return text.count("(", start, end) > text.count(")", start, end)


def _opening(m: re.Match[str]) -> Opening:
    source, rule = _BY_GROUP[m.lastgroup or ""]
    return Opening(source, m.start(), m.span(), m.end(), rule.name)


def _listed(text: str, opening: Opening, end: int) -> Iterator[Opening]:
    """Topics of the schedule that follow one: "MTUS Initial Approaches to Treatment, Shoulder Complaints" are two documents."""
    at = opening.end
    if opening.source != "MTUS" or not BARE_TOPIC.search(text, *opening.title) or not LISTED.pattern:
        return
    while (m := LISTED.pattern.match(text, at, end)) is not None:
        yield Opening("MTUS", m.start("topic"), m.span("topic"), m.end(), LISTED.name)
        at = m.end()


def _inverted(text: str, start: int, end: int) -> dict[int, re.Match[str]]:
    """Documents that stand in parentheses behind their chapter, by the place of the parenthesis."""
    hits = INVERTED.pattern.finditer(text, start, end) if INVERTED.pattern else ()
    return {m.end("topic") + 1: m for m in hits if not DOCUMENT.search(m["topic"])}


def _turned(m: re.Match[str]) -> Opening:
    name = next(k for k in ("k0", "k1", "k2") if m[k] is not None)
    around = (m.span("topic"), m.span("rest"))
    return Opening(_BY_GROUP[name][0], m.start(), m.span(name), m.end(), INVERTED.name, around)


_BETWEEN = re.compile(r"(?:[.;:,]|\band(?: on)?|\bas well as|\d|\)|/|&|\bplus|-)\s*(?:the |MTUS )?\Z")
_SECTION_LABEL = re.compile(r"\b(?:Section|Topic)(?: ?\(s\)|s)? ?:\s*\Z", re.IGNORECASE)


def _opens(text: str, before: Opening, opening: Opening) -> bool:
    """A second name counts behind a full stop, a separator, "and" or pages; "Opioids, MTUS" inside a topic does not.

    Nor does what a label calls a section, nor a title directly behind ACOEM's name: theirs have the same titles.
    """
    if opening.start < before.end:
        return False
    between = text[before.end : opening.start]
    same = text[slice(*before.title)].strip().lower() == text[slice(*opening.title)].strip().lower()
    if same and "page" not in between.lower() and len(between) < 4:
        return False
    if _SECTION_LABEL.search(between):
        return False
    if not between.strip():
        return before.source != "ACOEM" or opening.source != "MTUS" or "MTUS" in text[slice(*opening.title)]
    return bool(_BETWEEN.search(between[-16:]))


def _read(rule: Rule, words: str) -> tuple[Source, str] | None:
    """Source and title of what this rule opens in a line of these words."""
    if rule in (OTHER_OPENING, NEXT_OTHER, OTHER):
        return _read_other(rule, words)
    if rule in (BARE_TOPIC, LISTED):
        m = rule.pattern.match(words) if rule.pattern else None
        return ("MTUS", m[m.lastgroup or 0]) if m else None
    opened = next((opening for opening in openings(words, 0, len(words)) if opening.by == rule.name), None)
    return (opened.source, words[slice(*opened.title)]) if opened else None


def _read_other(rule: Rule, words: str) -> tuple[Source, str] | None:
    starts = [0] if rule is OTHER else (other_openings if rule is OTHER_OPENING else next_others)(words, 0, len(words))
    named = [words[at:] for at in starts if re.match("[A-Z]", words[at:])]
    return ("other", named[0]) if named else None


MATTER = Matter(RULES, _read)
