"""What the reviewer is certified in or practises, from the form's line, from prose, or from a list of qualifications."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from llm_extract.baseline.licences import is_state
from llm_extract.baseline.page import Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.baseline.specialty_names import SPECIALTY, split_names
from llm_extract.engine import Found
from llm_extract.sections import Part
from llm_extract.values import lower, plain

# Where the names of a certification end: at the next clause, licence or sentence.
_UP_TO_CLAUSE = (
    r"(?P<names>.{0,300}?)"
    r"(?=,? (?:and )?(?:he/she |she |he |who )?(?:is|has|holds|who|was|maintains|also|with|completed) |,? (?:and )?with (?:an? |added )?(?:sub"
    r"|added|special|fellow|certif)|,? and is|,? (?:and )?(?:currently |actively )?(?:licensed|practicing|in active)|,? (?:and )?board[- ]certified"
    r"|,? (?:and )?(?:with )?added qual|,? (?:and )?(?:with )?fellowship|,? (?:and )?sub-?special|\.(?: |$)|$|; )"
)
_SPECIALTIES = r"special(?:ty|ties|ity|ities)(?: ?\(s\)|\(ies\))?"
_CERTIFIED_AS = rf"certif\w{{0,9}} ?(?:\(s\)|s)? ?(?:/|and|&) ?{_SPECIALTIES}"
_PRACTITIONER = r"(?:surgeon|[a-z]{3,}ologist|[a-z]{3,}iatrist|internist|anesthetist|[a-z]{3,}opedist)"

_FORM_LINE = Rule(
    name="specialty.line",
    why="The form's line for certifications and specialties, up to the next label or the end of the list.",
    examples={
        "State(s) of Licensure: Texas Certification(s)/Specialty: Surgery, Surgical Critical Care": (
            "Surgery",
            "Surgical Critical Care",
        ),
        "Certification(s)/Specialty: Physical Medicine & Rehabilitation State(s) of Licensure: Texas": (
            "Physical Medicine & Rehabilitation",
        ),
        "Certification/Specialty: Allergy and Immunology, Internal Medicine": ("Allergy and Immunology", "Internal Medicine"),
        "Board Certification: Orthopedic Surgery; Licensure: California.": ("Orthopedic Surgery",),
        "Specialty: Pain Medicine. Licensed in the State of California.": ("Pain Medicine",),
        "Board certifications: Psychiatry, Neurology": ("Psychiatry", "Neurology"),
        "Certificaton(s)/Speciality: Chiropractor": ("Chiropractor",),
        "Certification(s)/Specialty: Pain Management The expert reviewer has no affiliation.": ("Pain Management",),
        "The specialty of the reviewer is not given.": None,
    },
    pattern=compiled(
        rf"(?:board {_CERTIFIED_AS}|{_CERTIFIED_AS}|board certifications? ?(?:\(s\))?|certifications? ?(?:\(s\))?"
        rf"|{_SPECIALTIES}(?:/certifications?(?:\(s\))?)?) ?: ?(?P<names>.{{0,400}}?)"
        r"(?=(?:; |\. )|states? ?(?:\(s\))? ?of licen|licensure|licensed|clinical case|documents reviewed|sub-?special\w+ ?:| (?:the|this|he/she|he|she) |$)"
    ),
    certain=True,
)
_IN_PROSE: tuple[Rule, ...] = (
    Rule(
        name="specialty.certified",
        why="Board certified, or board eligible, in one specialty or several.",
        examples={
            "The reviewer is Board Certified in Plastic Surgery and Hand Surgery, and is licensed to practice in Nevada.": (
                "Plastic Surgery",
                "Hand Surgery",
            ),
            "The physician reviewer is Board Certified in Physical Medicine and Rehabilitation and is licensed to practice in California.": (
                "Physical Medicine and Rehabilitation",
            ),
            "He is a board-certified physician in Neurology, licensed in Ohio.": ("Neurology",),
            "She holds board certification in Family Medicine.": ("Family Medicine",),
            "Board Certified in PM&R and is licensed to practice in Utah.": ("PM&R",),
            "The reviewer is board certified by the American Board of Anesthesiology in Pain Medicine.": ("Pain Medicine",),
            "The reviewer is board certified and licensed.": None,
        },
        pattern=compiled(
            r"board[- ](?:(?:certified|eligible) (?:physician |medical doctor |specialist |doctor |surgeon )?(?:by the [^.]{0,60}? )?in|certifications? (?:is |are )?in) "
            + _UP_TO_CLAUSE
        ),
        certain=True,
    ),
    Rule(
        name="specialty.certified_without_in",
        why='Board certified with the specialty right behind: the "in" is left out.',
        examples={
            "Reviewer: MD, Board Certified Orthopedic Surgery, licensed in California.": ("Orthopedic Surgery",),
            "Board certified: Neurology and Psychiatry.": ("Neurology", "Psychiatry"),
            "Board Certified Reviewer.": None,
        },
        pattern=compiled(rf"board[- ]certified:? (?P<names>{SPECIALTY}(?:(?:, (?:and )?| and | & ){SPECIALTY})*)\b"),
        certain=True,
    ),
    Rule(
        name="specialty.by_board",
        why="Certified by, or a diplomate of, the American board of a specialty: the board is called after it.",
        examples={
            "Diplomate of the American Board of Anesthesiology, licensed in Ohio.": ("Anesthesiology",),
            "The reviewer is certified by the American Board of Physical Medicine and Rehabilitation and licensed in Georgia.": (
                "Physical Medicine and Rehabilitation",
            ),
            "A diplomate, American Osteopathic Board of Family Physicians, who practices in Iowa.": ("Family Physicians",),
            "She holds certification from the American Board of Neurology.": ("Neurology",),
            "He is certified by the state.": None,
        },
        pattern=compiled(
            r"(?:diplomate (?:of|in)(?: the)?|certified by the|certification (?:by|from) the|diplomate,) (?:american|national|california)"
            rf" (?:osteopathic )?(?:boards? of|academy of|college of) {_UP_TO_CLAUSE}"
        ),
        certain=True,
    ),
    Rule(
        name="specialty.subspecialty",
        why="A subspecialty, added qualifications, or a certificate of them.",
        examples={
            "Board Certified in Anesthesiology, has a subspecialty in Acupuncture & Pain Medicine and is licensed.": (
                "Acupuncture",
                "Pain Medicine",
            ),
            "Board certified in Surgery with added qualifications in Hand Surgery. Licensed in Ohio.": ("Hand Surgery",),
            "With subspecialty certification in Pain Medicine.": ("Pain Medicine",),
            "She has a sub-specialty of Sports Medicine and is licensed.": ("Sports Medicine",),
            "He has a subspecialty in Fellowship trained in Pain Medicine and is licensed.": ("Pain Medicine",),
            "He has a subspecialty.": None,
        },
        pattern=compiled(
            r"(?:sub-? ?special\w+(?: certificat\w+| board certificat\w+| qualificat\w+)? (?:in|of)"
            r"|added qualifications? in|special qualifications? in|additional qualifications? in|certificates? of added qualifications? in)"
            rf" {_UP_TO_CLAUSE}"
        ),
        certain=True,
    ),
    Rule(
        name="specialty.fellowship",
        why="A fellowship, or training in one.",
        examples={
            "Board-certified in Neurosurgery, fellowship trained in Spine Surgery, and licensed in Utah.": ("Spine Surgery",),
            "She completed a fellowship in Pain Medicine.": ("Pain Medicine",),
            "With fellowship training in Hand Surgery and Microsurgery.": ("Hand Surgery", "Microsurgery"),
            "He is a fellow of the college.": None,
        },
        pattern=compiled(rf"fellowship(?:[- ]train(?:ed|ing))? in {_UP_TO_CLAUSE}"),
        certain=True,
    ),
    Rule(
        name="specialty.certificate",
        why="A certificate or a certification in a field, of whatever board.",
        examples={
            "The physician reviewer is a Doctor of Chiropractic, certified in Acupuncture and licensed to practice in Ohio.": (
                "Acupuncture",
            ),
            "He holds a certificate in Medical Toxicology.": ("Medical Toxicology",),
            "She is Certified in Oriental Medicine, and is licensed.": ("Oriental Medicine",),
            "The visits were not certified in March.": None,
        },
        pattern=compiled(rf"(?:certificates?|certifications?|certified(?<!not certified)|qualifications?) in {_UP_TO_CLAUSE}"),
        unless=compiled(r"\bnot certified"),
        certain=True,
    ),
    Rule(
        name="specialty.specializes",
        why="A specialty that is called so in a sentence.",
        examples={
            "The reviewer has a specialty in Occupational Medicine and is licensed.": ("Occupational Medicine",),
            "A physician specializing in Neurology.": ("Neurology",),
            "His specialty is Psychiatry.": None,
            "She has a speciality of Toxicology, and is licensed.": ("Toxicology",),
        },
        pattern=compiled(rf"special(?:i[sz]\w+ in|(?:it)?(?:y|ty|ties|ities)(?: is| are)?(?: in| of|:)) {_UP_TO_CLAUSE}"),
        certain=True,
    ),
    Rule(
        name="specialty.licensed_in",
        why="Professions without boards are licensed in their field: what is no state is the field.",
        examples={
            "The Expert Reviewer is licensed in Psychology and is licensed to practice in California.": ("Psychology",),
            "The Expert Reviewer is licensed in Chiropractic, has a subspecialty in Acupuncture and is licensed.": (
                "Chiropractic",
            ),
            "The reviewer is licensed in California.": None,
            "The reviewer is licensed in the State of Ohio.": None,
        },
        pattern=compiled(rf"(?:is|and) licensed in (?!the states? of){_UP_TO_CLAUSE}"),
        certain=True,
    ),
    Rule(
        name="specialty.profession",
        why="What the reviewer is called in the place of a certification.",
        examples={
            "The Expert Reviewer is a Licensed Acupuncturist and is licensed to practice in California.": ("Acupuncturist",),
            "The Expert Reviewer is a Doctor of Chiropractic, and is licensed to practice in California.": (
                "Doctor of Chiropractic",
            ),
            "The Expert Reviewer is a licensed clinical psychologist.": ("clinical psychologist",),
            "The reviewer is a state licensed Physical Therapist.": ("Physical Therapist",),
            "The reviewer is a physician.": None,
            "The worker saw a chiropractor.": None,
        },
        pattern=compiled(
            r"reviewer (?:is|holds) (?:an? )?(?:currently )?(?:(?:state )?licensed )?(?P<names>acupuncturist|chiropractor|doctor of (?:chiropractic|dental surgery"
            r"|dental medicine|physical therapy|oriental medicine|psychology|podiatric medicine|optometry|pharmacy)|(?:clinical )?psychologist|dentist"
            r"|podiatrist|optometrist|physical therapist|occupational therapist|pharmacist|neuropsychologist|(?:licensed )?clinical social worker)\b"
        ),
        certain=True,
    ),
    Rule(
        name="specialty.practitioner",
        why="A board-certified practitioner, called after the field.",
        examples={
            "The reviewer is a board certified orthopedic surgeon, licensed in California.": ("orthopedic surgeon",),
            "A board-certified neurologist, licensed in Ohio.": ("neurologist",),
            "A board certified physician.": None,
        },
        pattern=compiled(rf"board[- ]certified (?P<names>(?:[a-z-]+ ){{0,3}}?{_PRACTITIONER})\b(?! in\b)"),
        certain=True,
    ),
)
_LISTED = Rule(
    name="specialty.listed",
    why="A specialty by its own name, where a section of qualifications is a mere list of them.",
    examples={
        "MD, Orthopaedic Surgery (ABOS certified), Sports Medicine.": ("Orthopaedic Surgery", "Sports Medicine"),
        "M.D.; Neurology; State license: California": ("Neurology",),
        "Doctor of Chiropractic; 20 years of practice.": ("Doctor of Chiropractic",),
        "D.D.S., Oral and Maxillofacial Surgery, licensed in Texas.": ("Oral and Maxillofacial Surgery",),
        "Twenty years of practice.": None,
    },
    pattern=compiled(rf"\b(?P<names>{SPECIALTY})\b"),
    certain=True,
)
RULES = (_FORM_LINE, *_IN_PROSE, _LISTED)


class Named(NamedTuple):
    """A specialty's place and the rule that read it."""

    place: Part
    rule: Rule


def in_form(text: str, part: Part) -> list[Named]:
    """The specialties of the form's line: the first line that names any."""
    lines = (m for m in _FORM_LINE.pattern.finditer(text, *part)) if _FORM_LINE.pattern else ()
    told = (
        [Named(p, _FORM_LINE) for p in split_names(text, Part(*m.span("names")), in_list=True) if _is_name(text, p)]
        for m in lines
    )
    return next((names for names in told if names), [])


def in_prose(text: str, part: Part, rules: Iterable[Rule] = _IN_PROSE) -> list[Named]:
    """The specialties that sentences tell, in their order; words that one rule has read are not read by another."""
    hits = sorted(((m, rule) for rule in rules for m in _hits(rule, text, part)), key=lambda hit: hit[0].start())
    names: list[Named] = []
    end = part.start
    for m, rule in hits:
        if m.start() >= end:
            names += [Named(p, rule) for p in split_names(text, Part(*m.span("names")), in_list=False) if _is_name(text, p)]
            end = m.end()
    return names


def listed(text: str, part: Part) -> list[Named]:
    """The specialties that stand there by their own names."""
    return [Named(Part(*m.span("names")), _LISTED) for m in _hits(_LISTED, text, part)]


def read_specialties(page: Page, parts: list[Part], *, are_a_list: bool) -> tuple[Found, ...]:
    """`specialties` from the parts that speak of the reviewer; `are_a_list`: they may be names and nothing else."""
    low = page.low
    named = [n for part in parts for n in in_form(low, part)] or [n for part in parts for n in in_prose(low, part)]
    if not named and are_a_list:
        named = [n for part in parts for n in listed(low, part)]
    entries: dict[str, Found] = {}
    for place, rule in named:
        entries.setdefault(low[slice(*place)], page.found(page.verbatim(*place), rule.name, place, certain=rule.certain))
    return tuple(entries.values())


def _hits(rule: Rule, text: str, part: Part) -> Iterator[re.Match[str]]:
    if rule.pattern is None or (rule.unless and rule.unless.search(text, *part)):
        return iter(())
    return rule.pattern.finditer(text, *part)


_NO_NAME = compiled(r"\d|\blicens|\bto practice\b|\breviewer\b|\byears\b")
_SHORTEST, _LONGEST = 3, 80


def _is_name(text: str, place: Part) -> bool:
    """A specialty is a short run of words, and neither a state nor the licence clause."""
    name = text[place.start : place.end]
    return _SHORTEST <= len(name) <= _LONGEST and not is_state(name) and not _NO_NAME.search(name)


def _read(rule: Rule, words: str) -> tuple[str, ...] | None:
    cased = plain(words)
    text, whole = lower(cased), Part(0, len(cased))
    if rule is _FORM_LINE:
        named = in_form(text, whole)
    else:
        named = listed(text, whole) if rule is _LISTED else in_prose(text, whole, [rule])
    return tuple(cased[slice(*place)] for place, _ in named) or None


MATTER = Matter(RULES, _read)
