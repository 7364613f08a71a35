"""Age and sex of the patient, and of nobody else in the letter."""

from __future__ import annotations

import re

from llm_extract.baseline.page import Page, sentences
from llm_extract.engine import Found
from llm_extract.schema import Sex
from llm_extract.sections import Part
from llm_extract.values import NUMBER, parse_number

_AGE = re.compile(
    rf"\b(?P<age>\d{{1,3}}|(?!\d){NUMBER})(?:"
    r"[ -]*(?:years?|yrs?|yr)\.?[ .-]*(?:-? ?olds?\b|of age\b|o\b\.?)"  # 62 year old, 46-years-old, 45 yrs of age
    r"|[ -]*y ?[./]? ?o\b\.?)"  # 46 y/o, 46yo, 46 y.o.
    r"|\bage(?:d)?:? (?:of )?(?P<age2>\d{2})\b(?! ?(?:years? )?(?:to|-|or|and) )",
    re.IGNORECASE,
)
_OTHER_PERSON = r"(?:son|daughter|child|children|mother|father|wife|husband|brother|sister|spouse|mom|dad|infant|baby|nephew|niece|cousin|grand\w+|parent|sibling|friend|roommate|co-?worker|girl|boy)"
_NOT_A_PERSON = r"(?:injury|injuries|fracture|claim|study|MRI|scan|x-?ray|surgery|scar|wound|report|car|vehicle|truck|history|mattress|tear|fusion|implant|pump|prosthesis|lesion)"
_SOMEBODY_ELSE = re.compile(
    rf"\W{{0,3}}(?:(?:[\w-]+ ){{0,2}}?{_OTHER_PERSON}|(?:(?:right|left|lumbar|cervical|industrial|work|prior|old) )*{_NOT_A_PERSON})\b",
    re.IGNORECASE,
)
_SOMEBODY_ELSE_BEFORE = re.compile(
    rf"\b(?:his|her|their|the patient's|a)\b[^.]{{0,25}}\b{_OTHER_PERSON}\b[^.]{{0,20}}$", re.IGNORECASE
)
_FEMALE = r"(?:female|woman|lady|gentlewoman|girl|F(?= who\b| with\b|,))"
_MALE = r"(?:male|man|gentleman|gentlemen|boy|M(?= who\b| with\b|,))"
_NOUN_AFTER_AGE = re.compile(rf"[^.;]{{0,90}}?\b(?:(?P<female>{_FEMALE})|(?P<male>{_MALE}))\b", re.IGNORECASE)
_NOUN = re.compile(
    rf"\b(?:patient|worker|claimant|applicant|employee|individual|who) (?:is|was) (?:an? |the )?(?:[\w-]+,? ){{0,4}}?(?:(?P<female>{_FEMALE})|(?P<male>{_MALE}))\b"
    rf"|\b(?:this|the|an?)(?: [\w-]+){{0,3}}? (?:(?P<female2>female|woman|lady)|(?P<male2>male|man|gentleman))\b"
    r"|\b(?:sex|gender) ?: ?(?:(?P<female3>female|f)|(?P<male3>male|m))\b"
    r"|\b(?:(?P<female4>female)|(?P<male4>male)) (?:patient|worker|claimant|applicant|employee|injured worker)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?<![/\w])(?:(?P<female>she|her|hers|herself)|(?P<male>he|him|his|himself))\b(?! ?/ ?\w)", re.IGNORECASE)
# Pronouns may mean the physician or a relative: a sentence that names one proves nothing.
_OTHER_SUBJECT = re.compile(
    rf"\b(?:physician|provider|doctor|Dr\b|surgeon|reviewer|therapist|chiropractor|{_OTHER_PERSON})\b", re.IGNORECASE
)
_PATIENT = re.compile(r"\b(?:patient|worker|claimant|applicant|employee|individual|injured)\b", re.IGNORECASE)
_AT_THAT_TIME = re.compile(
    r"\b(?:injured|hurt|began|started|when|diagnosed)(?: \w+){0,3} at(?: the age of| age)? $|\bat (?:the )?age(?: of)? $",
    re.IGNORECASE,
)
_NOW = re.compile(r"\bnow (?:aged? )?(?P<age>\d{2})\b(?! ?(?:%|mg|tablets|months|weeks|visits|sessions))", re.IGNORECASE)
_YOUNGEST, _OLDEST = 14, 100


def read_patient(page: Page) -> dict[str, Found]:
    """`age` and `sex` where the letter gives them."""
    fields: dict[str, Found] = {}
    age = _age(page)
    if age is not None:
        value, m, group = age
        fields["/patient/age"] = page.found(value, "patient.age", m.span(group), certain=True)
        noun = _NOUN_AFTER_AGE.match(page.text, m.end(), m.end() + 110)
        if noun and not _SOMEBODY_ELSE.match(page.text, noun.end()):
            fields["/patient/sex"] = _sex(page, noun, "patient.noun", certain=True)
    if "/patient/sex" not in fields:
        sex = _sex_elsewhere(page)
        if sex is not None:
            fields["/patient/sex"] = sex
    return fields


def absent(page: Page) -> frozenset[str]:
    """The fields of which nothing in the letter speaks at all: no number with "year", no noun, no pronoun."""
    gone = set()
    places = (page.sections.summary, *(i.rationale for i in page.sections.items))
    if not any(page.search(_AGE, p) for p in places):
        gone.add("/patient/age")
    if not any(page.search(_NOUN, p) or page.search(_PRONOUN, p) for p in places):
        gone.add("/patient/sex")
    return frozenset(gone)


def _age(page: Page) -> tuple[int, re.Match[str], str] | None:
    for part in (page.sections.summary, *(i.rationale for i in page.sections.items)):
        for m in page.finditer(_AGE, part):
            group = "age" if m["age"] else "age2"
            value = parse_number(m[group])
            if _AT_THAT_TIME.search(page.text[max(0, m.start() - 30) : m.start()]):
                now = page.search(_NOW, part)
                if now is not None:
                    return int(now["age"]), now, "age"
                continue
            if isinstance(value, int) and _YOUNGEST <= value <= _OLDEST and not _about_somebody_else(page, m):
                return value, m, group
    return None


def _about_somebody_else(page: Page, m: re.Match[str]) -> bool:
    return bool(
        _SOMEBODY_ELSE.match(page.text, m.end()) or _SOMEBODY_ELSE_BEFORE.search(page.text[max(0, m.start() - 60) : m.start()])
    )


def _sex(page: Page, m: re.Match[str], by: str, *, certain: bool) -> Found:
    name, _ = next((k, v) for k, v in m.groupdict().items() if v)
    value: Sex = "female" if name.startswith("female") else "male"
    return page.found(value, by, m.span(name), certain=certain)


def _sex_elsewhere(page: Page) -> Found | None:
    places = (page.sections.summary, *(i.rationale for i in page.sections.items))
    for part in places:
        for m in page.finditer(_NOUN, part):
            if not re.compile(rf" {_OTHER_PERSON}|'s", re.IGNORECASE).match(page.text, m.end()):
                return _sex(page, m, "patient.noun", certain=True)
    for part in places:
        hit = _by_pronouns(page, part)
        if hit is not None:
            return hit
    return None


def _by_pronouns(page: Page, part: Part | None) -> Found | None:
    """By majority of the pronouns; none where they contradict each other. In a sentence, a pronoun behind another person may mean
    that one, and a sentence that begins with a pronoun may go on about the person before it: neither counts."""
    if part is None:
        return None
    hits: dict[str, list[re.Match[str]]] = {"female": [], "male": []}
    other_before = False
    for s in sentences(page.text, part.start, part.end):
        other = page.search(_OTHER_SUBJECT, s)
        patient = page.search(_PATIENT, s)
        for m in page.finditer(_PRONOUN, s):
            behind_other = other is not None and other.start() < m.start() and not (patient and patient.start() < other.start())
            if not behind_other and (not other_before or patient is not None):
                hits["female" if m["female"] else "male"].append(m)
        other_before = other is not None and patient is None
    more, fewer = sorted(hits.values(), key=len, reverse=True)
    if not more or len(more) < 3 * len(fewer) or (fewer and len(more) < 4):
        return None
    return _sex(page, more[0], "patient.pronoun", certain=not fewer and len(more) > 1)
