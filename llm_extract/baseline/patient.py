"""Age and sex of the patient, and of nobody else in the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm_extract.baseline.page import Page, sentences
from llm_extract.engine import Found
from llm_extract.schema import Sex
from llm_extract.sections import Part
from llm_extract.values import NUMBER, parse_number

# Patterns are searched in lower-case text.
_AGE = re.compile(
    rf"\b(?P<age>\d{{1,3}}|(?!\d){NUMBER})(?:"
    r"[ -]*(?:years?|yrs?|yr)\.?[ .-]*(?:-? ?olds?\b|of age\b|o\b\.?)"  # 62 year old, 46-years-old, 45 yrs of age
    r"|[ -]*y ?[./]? ?o\b\.?)"  # 46 y/o, 46yo, 46 y.o.
    r"|\bage(?:d)?:? (?:of )?(?P<age2>\d{2})\b(?! ?(?:years? )?(?:to|-|or|and) ?(?:\d|over|older|above|under|younger|up))"
)
_OTHER_PERSON = (
    r"(?:son|daughter|child|children|mother|father|wife|husband|brother|sister|spouse|mom|dad|infant|baby|nephew|niece|cousin"
    r"|grand\w+|parent|sibling|friend|roommate|co-?worker|girl|boy)"
)
_NOT_A_PERSON = (
    r"(?:injury|injuries|fracture|claim|study|mri|scan|x-?ray|surgery|scar|wound|report|car|vehicle|truck|history|mattress|tear"
    r"|fusion|implant|pump|prosthesis|lesion)"
)
_OF_A_THING = (
    r"(?:right|left|bilateral|lumbar|cervical|thoracic|spinal|industrial|work(?:-related)?|prior|old|remote|knee|shoulder|back"
    r"|neck"
    r"|wrist|ankle|hip|foot|hand|elbow)"
)
_OCCUPATION = (
    r"(?:driver|operator|mechanic|technician|tech|worker|loader|sales\w+|assembl\w+|attendant|nurse|clerk|detailer|washer"
    r"|installer"
    r"|painter|inspector|adjuster|examiner|scheduler|repair\w+|dispatcher|builder|handler|cleaner|supervisor|manager|officer"
    r"|assistant|aide|coordinator|broker|dealer|hauler|fitter|welder|processor|analyst)s?"
)
_SOMEBODY_ELSE = re.compile(
    rf"\W{{0,3}}(?:(?:[\w-]+ ){{0,2}}?{_OTHER_PERSON}"
    rf"|(?:{_OF_A_THING} ){{0,4}}{_NOT_A_PERSON})\b(?! (?:\w+ ){{0,2}}?{_OCCUPATION}\b)"
)
_SOMEBODY_ELSE_BEFORE = re.compile(rf"\b(?:his|her|their|the patient's|a)\b[^.]{{0,25}}\b{_OTHER_PERSON}\b[^.]{{0,20}}\Z")
_BY_SOMEBODY = re.compile(r"\bby (?:an?|the|his|her) \Z")
# "this injury is 14 years old", "pain for 14 years of age-related change", "smoker of 14 years"
_A_THING_BEFORE = re.compile(
    rf"\b(?:{_NOT_A_PERSON}|injuries|claims|fractures|mris?|films?|studies|reports?|symptoms|pain|images?|imaging|request"
    rf"|evaluation"
    r"|hardware|device|unit|brace|batter\w+|chair|bed|shoes|orthotics)(?: (?:which|that))?,? (?:is|was|are|were|being|of)"
    r" (?:now |already |over |about |almost |nearly |approximately |at least |more than |some )*\Z"
)
_FEMALE = r"(?:female|woman|lady|gentlewoman|girl|f(?= who\b| with\b|,))"
_MALE = r"(?:male|man|gentleman|gentlemen|boy|m(?= who\b| with\b|,))"
_NOUN_AFTER_AGE = re.compile(rf"[^.;]{{0,90}}?\b(?:(?P<female>{_FEMALE})|(?P<male>{_MALE}))\b")
_NOUN = re.compile(
    r"\b(?:patient|worker|claimant|applicant|employee|individual|who) (?:is|was) (?:an? |the )?(?:[\w-]+,? ){0,4}?"
    rf"(?:(?P<female>{_FEMALE})|(?P<male>{_MALE}))\b"
    r"|\b(?:this|the|an?)(?: [\w-]+){0,3}? (?:(?P<female2>female|woman|lady)|(?P<male2>male|man|gentleman))\b"
    r"|\b(?:sex|gender) ?: ?(?:(?P<female3>female|f)|(?P<male3>male|m))\b"
    r"|\b(?:(?P<female4>female)|(?P<male4>male)) (?:patient|worker|claimant|applicant|employee|injured worker)\b"
)
_NOT_THE_PATIENT = re.compile(
    rf" {_OTHER_PERSON}\b|'s| (?:physician|doctor|surgeon|reviewer|provider|therapist|evaluator|nurse practitioner|psychologist"
    r"|psychiatrist|orthopedist|chiropractor|examiner)\b"
)
_PRONOUN = re.compile(r"(?<![/\w])(?:(?P<female>she|her|hers|herself)|(?P<male>he|him|his|himself))\b(?! ?/ ?\w)")
# Pronouns may mean the physician or a relative: a sentence that names one proves nothing.
_OTHER_SUBJECT = re.compile(
    r"\b(?:physician|provider|doctor|dr\b|surgeon|reviewer|therapist|chiropractor|psychologist|psychiatrist|neurologist"
    r"|orthopedist"
    rf"|podiatrist|dentist|specialist|examiner|evaluator|nurse|attorney|employer|supervisor|manager|foreman|{_OTHER_PERSON})\b"
)
_PATIENT = re.compile(r"\b(?:patient|worker|claimant|applicant|employee|individual|injured)\b(?!')")
_AT_THAT_TIME = re.compile(
    r"\b(?:injured|hurt|began|started|when|diagnosed)(?: \w+){0,3} at(?: the age of| age| the)? \Z|\bat (?:the )?age(?: of)? \Z"
)
_WHEN_INJURED = re.compile(
    r",? (?:when (?:(?:he|she|the \w+) )?(?:was |got )?(?:injured|hurt)|(?:at|on) the (?:time|date|day) of (?:the |his "
    r"|her )?\w+)\b"
)
_NOW = re.compile(r"\bnow (?:aged? )?(?P<age>\d{2})\b(?! ?(?:%|mg|tablets|months|weeks|visits|sessions))")
# "a nursing assistant, now 44, who hurt her back"
_NOW_AGED = re.compile(
    r"\b(?:he|she|patient|worker|claimant|applicant|employee|individual|assistant|man|woman|male|female|gentleman|lady"
    r"|[a-z]+(?:er|or|ist"
    r"|ian|ic|man|woman|ent|ant|ee|rk|rse|ide)),? (?:is )?now (?:aged? )?(?P<age>\d{2})(?=,? (?:who|and|has|had|was|is|with)\b"
    r"|,|\.|;| \()"
)
_YOUNGEST, _OLDEST = 14, 100


def read_patient(page: Page) -> dict[str, Found]:
    """`age` and `sex` where the letter gives them."""
    fields: dict[str, Found] = {}
    age = _age(page)
    if age is not None:
        value, m, group = age
        fields["/patient/age"] = page.found(value, "patient.age", _whole_word(page.low, *m.span(group)), certain=True)
        noun = _NOUN_AFTER_AGE.match(page.low, m.end(), m.end() + 110)
        if noun and not _NOT_THE_PATIENT.match(page.low, noun.end()):
            fields["/patient/sex"] = _sex(page, noun, "patient.noun", certain=True)
    if "/patient/sex" not in fields:
        sex = _sex_elsewhere(page)
        if sex is not None:
            fields["/patient/sex"] = sex
    return fields


_REST_OF_WORD = re.compile(r"\w*")


def _whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of a number with what is written to it without a blank: "62yo"."""
    rest = _REST_OF_WORD.match(text, end)
    return start, rest.end() if rest else end


def absent(page: Page) -> frozenset[str]:
    """The fields of which nothing in the letter speaks at all: no number with "year", no noun, no pronoun."""
    gone = set()
    if not any(_AGE.search(page.low, *p) for p in _places(page)):
        gone.add("/patient/age")
    if not any(_NOUN.search(page.low, *p) or _PRONOUN.search(page.low, *p) for p in _places(page)):
        gone.add("/patient/sex")
    return frozenset(gone)


def _places(page: Page) -> Iterator[Part]:
    """Where the patient is spoken of: the summary, then the rationales."""
    yield from (part for part in (page.narrative, *(i.rationale for i in page.sections.items)) if part is not None)


def _age(page: Page) -> tuple[int, re.Match[str], str] | None:
    for part in _places(page):
        for m in _AGE.finditer(page.low, *part):
            before = _AT_THAT_TIME.search(page.low[max(0, m.start() - 30) : m.start()])
            if before or _WHEN_INJURED.match(page.low, m.end()):
                now = _NOW.search(page.low, m.end(), min(part.end, m.end() + 400))
                if now is not None:
                    return int(now["age"]), now, "age"
            if before:
                continue
            group = "age" if m["age"] else "age2"
            value = parse_number(m[group])
            if isinstance(value, int) and _YOUNGEST <= value <= _OLDEST and not _about_somebody_else(page, m):
                return value, m, group
        for now in _NOW_AGED.finditer(page.low, *part):
            if _YOUNGEST <= int(now["age"]) <= _OLDEST and not _SOMEBODY_ELSE_BEFORE.search(page.low, *_before(now.start("age"))):
                return int(now["age"]), now, "age"
    return None


def _before(at: int) -> tuple[int, int]:
    return max(0, at - 60), at


def _about_somebody_else(page: Page, m: re.Match[str]) -> bool:
    before = page.low[max(0, m.start() - 60) : m.start()]
    return bool(
        _SOMEBODY_ELSE.match(page.low, m.end())
        or _SOMEBODY_ELSE_BEFORE.search(before)
        or _A_THING_BEFORE.search(before)
        or _BY_SOMEBODY.search(before)
    )


def _sex(page: Page, m: re.Match[str], by: str, *, certain: bool) -> Found:
    name, _ = next((k, v) for k, v in m.groupdict().items() if v)
    value: Sex = "female" if name.startswith("female") else "male"
    return page.found(value, by, m.span(name), certain=certain)


def _sex_elsewhere(page: Page) -> Found | None:
    for part in _places(page):
        for m in _NOUN.finditer(page.low, *part):
            if not _NOT_THE_PATIENT.match(page.low, m.end()):
                return _sex(page, m, "patient.noun", certain=True)
    return next((hit for part in _places(page) if (hit := _by_pronouns(page, part)) is not None), None)


def _by_pronouns(page: Page, part: Part) -> Found | None:
    """By majority of the pronouns that can only mean the patient; none where they contradict each other.

    In a sentence, a pronoun behind another person may mean that one, and a sentence that begins with a pronoun may go on about
    the person before it: neither counts.
    """
    hits: dict[str, list[re.Match[str]]] = {"female": [], "male": []}
    other_before = False
    for s in sentences(page.text, *part):
        other = _OTHER_SUBJECT.search(page.low, *s)
        patient = _PATIENT.search(page.low, *s)
        for m in _PRONOUN.finditer(page.low, *s):
            behind_other = other is not None and other.start() < m.start() and not (patient and patient.start() < other.start())
            if not behind_other and (not other_before or patient is not None):
                hits["female" if m["female"] else "male"].append(m)
        other_before = other is not None and patient is None
    more, fewer = sorted(hits.values(), key=len, reverse=True)
    if not more or len(more) < 3 * len(fewer) or (fewer and len(more) < 4):
        return None
    return _sex(page, more[0], "patient.pronoun", certain=not fewer and len(more) > 1)
