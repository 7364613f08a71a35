"""The states in which the reviewer is licensed: by name, by postal code, the District of Columbia also as "Washington, D.C."."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from llm_extract.baseline.page import Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.engine import Found
from llm_extract.schema import STATES
from llm_extract.sections import Part
from llm_extract.values import STATE_CODES, any_word, lower, plain

_LIST = r"(?P<states>(?:[^.]|(?<=\bd)\.(?= ?c\b)|(?<=\bd\.c)\.(?=,| and|;| [a-z]+,)|(?<=\bd\. c)\.(?=,| and)){1,400}+)"

RULES: tuple[Rule, ...] = (
    Rule(
        name="licence.line",
        why="The form's line for the states of licensure, up to the line of the certifications or the end of the list.",
        examples={
            "State(s) of Licensure: California Certification(s)/Specialty: Internal Medicine": ("California",),
            "State(s) of Licensure: New York, West Virginia, Pennsylvania Certification(s)/Specialty: Psychiatry": (
                "New York",
                "West Virginia",
                "Pennsylvania",
            ),
            "State of Licensure: CA, NV; TX Certification/Specialty: Surgery": ("California", "Nevada", "Texas"),
            "Licensure: Washington, D.C., Maryland Certification: Surgery": ("District of Columbia", "Maryland"),
            "States Licensed: Washington, Oregon": ("Washington", "Oregon"),
            "Board Certification: Orthopedic Surgery; Licensure - Nevada": ("Nevada",),
            "State(s) of Licensure: District of Columbia, Virginia": ("District of Columbia", "Virginia"),
            "State of Licensure: Ohio. The worker lives in Texas.": ("Ohio",),
            "State(s) of Licensure: withheld Certification(s)/Specialty: Surgery": None,
        },
        pattern=compiled(
            r"(?:states? ?(?:\(s\))? ?of licen[sc](?:ed?|ure|ing)?|licensure states? ?(?:\(s\))?|state licen[sc](?:e|ure)s? ?(?:\(s\))?"
            r"|states? ?(?:\(s\))? licen[sc]ed(?: in)?|licen[sc]ed? (?:states? ?(?:\(s\))?|in)|licen[sc]ed(?= ?:)|licen[sc]e\(s\)|licensure) ?[:-](?P<states>.{0,600}?)"
            r"(?=certif|special|board|clinical case|documents reviewed|he/she|the (?:expert|physician)|(?<!\bd)(?<!\bd\.c)(?<!\bd\. c)\.(?: |$)|$)"
        ),
        certain=True,
    ),
    Rule(
        name="licence.told",
        why="The sentence that says where the reviewer is licensed to practice; a profession in the place of a state is none.",
        examples={
            "The reviewer is Board Certified in Psychiatry and is licensed to practice in Illinois, Wisconsin. He/she": (
                "Illinois",
                "Wisconsin",
            ),
            "He is licensed to practice medicine in the states of New York and New Jersey.": ("New York", "New Jersey"),
            "The reviewer, licensed in CA and TX, is a surgeon.": ("California", "Texas"),
            "Licensed in the State of California.": ("California",),
            "She holds an active license to practice in Georgia, California and the District of Columbia.": (
                "Georgia",
                "California",
                "District of Columbia",
            ),
            "Board certified, licensed to practice in Washington, D.C., and Maryland.": ("District of Columbia", "Maryland"),
            "The physician is licensed in Washington DC.": ("District of Columbia",),
            "Currently licensed and practicing in Washington state.": ("Washington",),
            "The reviewer maintains licensure in Oregon.": ("Oregon",),
            "The reviewer has an unrestricted license in the state of Utah.": ("Utah",),
            "The Expert Reviewer is licensed in Psychology.": None,
            "It is LICENSED IN THE FORM OR IN ANOTHER.": None,
        },
        pattern=compiled(
            r"licen[sc](?:ed (?:(?:to practice |physician )?(?:medicine )?(?:and (?:actively )?practic\w+ )?in|by|to practice)|(?:e|es|ure) (?:to practice (?:\w+ )?)?(?:in|from|for))"
            rf" (?:the )?(?:(?:states?|commonwealth)(?: \(s\)|\(s\))? (?:and territories )?of )?{_LIST}"
        ),
        certain=True,
    ),
)
_LINE, _TOLD = RULES

_STATE_NAMES = {s.lower(): s for s in STATES}
_STATE = compiled(rf"\b(?:(?P<dc>(?:washington,? )?d\. ?c\b\.?|washington,? dc\b)|{any_word(_STATE_NAMES)}\b)")
# A code is believed in capitals, as a whole entry of the list: "or", "in" and "me" are words.
_CODE = re.compile(
    r"(?:\A ?|[,;:/&(] ?|\b(?:and|AND|in|of) )(?:and )?(?P<code>"
    + "|".join(STATE_CODES)
    + r")(?=[,;/&).]|\Z| (?:and|AND|&|is) |\s*\Z)"
)


class Licence(NamedTuple):
    """A state, where it is named, and the rule that read it."""

    state: str
    place: Part
    rule: Rule


def is_state(name: str) -> bool:
    """Whether a name in lower case is a state's."""
    return name in _STATE_NAMES


def licences(cased: str, text: str, part: Part, rules: tuple[Rule, ...] = RULES) -> dict[str, Licence]:
    """The states of a part by name, in the letter's order; prose counts only where no line of the form has any."""
    for rule in rules:
        entries: dict[str, Licence] = {}
        for place in _places(rule, text, part):
            for state, where in _states(cased, text, place):
                entries.setdefault(state, Licence(state, where, rule))
        if entries:
            return entries
    return {}


def read_states(page: Page, parts: list[Part]) -> tuple[Found, ...]:
    """`licensed_states` from the parts that speak of the reviewer."""
    found: dict[str, Licence] = {}
    for part in parts:
        found |= {state: one for state, one in licences(page.text, page.low, part).items() if state not in found}
    return tuple(page.found(one.state, one.rule.name, one.place, certain=one.rule.certain) for one in found.values())


def _places(rule: Rule, text: str, part: Part) -> list[Part]:
    hits = list(rule.pattern.finditer(text, *part)) if rule.pattern else []
    return [Part(*m.span("states")) for m in (hits[:1] if rule is _LINE else hits)]


def _states(cased: str, text: str, place: Part) -> list[tuple[str, Part]]:
    named = [
        ("District of Columbia" if m["dc"] else _STATE_NAMES[m.group()], Part(*m.span())) for m in _STATE.finditer(text, *place)
    ]
    return sorted([*named, *_coded(cased, place)], key=lambda entry: entry[1])


def _coded(cased: str, place: Part) -> Iterator[tuple[str, Part]]:
    words = cased[place.start : place.end]
    for m in _CODE.finditer(words):
        yield STATE_CODES[m["code"]], Part(place.start + m.start("code"), place.start + m.end("code"))


def _read(rule: Rule, words: str) -> tuple[str, ...] | None:
    cased = plain(words)
    return tuple(licences(cased, lower(cased), Part(0, len(cased)), (rule,))) or None


MATTER = Matter(RULES, _read)
