"""The patient's age in years, and nobody else's: no relative's, no physician's, no injury's and no guideline's."""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.sections import Part
from llm_extract.values import lower, parse_number, plain

OTHER_PERSON = (
    r"(?:son|daughter|child|children|mother|father|wife|husband|brother|sister|spouse|mom|dad|infant|baby|nephew|niece|cousin"
    r"|grand\w+|parent|sibling|friend|roommate|co-?worker|girl|boy|aunt|uncle|fianc\w+)"
)
# A character class first: it is looked for many times faster than a lookbehind.
_NUMBER = r"(?P<age>[0-9](?<![\w.,/$#][0-9])[0-9]{1,2})"
_PERSON = r"(?:patient|worker|claimant|applicant|employee|individual|man|woman|male|female|gentleman|lady|he|she|iw|pt)"
_OCCUPATION = r"[a-z]+(?:er|or|ist|ian|ic|man|woman|ent|ant|ee|rk|rse|ide)"
_YEARS_OLD = r"[ -]*(?:years?|yrs?)\.?[ .-]*(?:-? ?olds?\b|of age\b|o\b\.?)"
_GOES_ON = r"(?=,? (?:who|and|has|had|was|is|with)\b|,|\.|;| \(|$)"
_COUNTED = r"(?! ?(?:%|mg|mcg|ml|gm|tab\w*|cap\w*|days?|weeks?|months?|hours?|minutes?|visits?|sessions?|pounds?|lbs?|kg|degrees?|percent|pills?|#))"
_TENS, _ONES = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty)", "(?:one|two|three|four|five|six|seven|eight|nine)"

RULES: tuple[Rule, ...] = (
    Rule(
        name="age.years_old",
        why='A number of years with "old" or "of age" behind it, however it is hyphenated, which is a person\'s age unless a thing or another person follows.',
        examples={
            "The injured worker is a 62 year old male who sustained a work related injury.": 62,
            "The patient is a 52-year-old, right-hand dominant man who fell.": 52,
            "A 48 years old male patient presents with pain.": 48,
            "48 yr old female with neck pain.": 48,
            "Pt is 62yrs old male.": 62,
            "The patient is a 47year old female.": 47,
            "The patient is a male, 48 years of age.": 48,
            "A 48-yr.-old cook with neck pain.": 48,
            "The applicant is a represented 46 -year- old who has filed a claim.": 46,
            "This 40-year-old truck driver fell.": 40,
            "The 44 years-old claimant reports pain.": 44,
            "The injured worker lives with her 22 year old son.": None,
            "The patient has a history of a 20 year old knee injury.": None,
            "This injury is 14 years old.": None,
            "The MRI is now about 20 years old.": None,
            "A report by a 49 year old orthopedist.": None,
            "The guideline is for patients over 65 years of age.": None,
            "He has a 14-year history of pain and has been a smoker of 14 years.": None,
        },
        pattern=compiled(rf"{_NUMBER}{_YEARS_OLD}"),
        certain=True,
    ),
    Rule(
        name="age.in_words",
        why="The same with the number in letters.",
        examples={
            "This forty-eight year old female has pain.": 48,
            "A fifty year-old janitor fell.": 50,
            "The worker is sixty two years of age.": 62,
            "A nineteen-year-old cashier was robbed.": 19,
            "She has a twenty year old scar.": None,
        },
        pattern=compiled(rf"\b(?P<age>{_TENS}(?:[ -]{_ONES})?|(?:eight|nine|seven|six)teen){_YEARS_OLD}"),
        certain=True,
        needs=("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "teen"),
    ),
    Rule(
        name="age.short",
        why='A number with y/o, yo or y.o., which physicians write for "years old".',
        examples={
            "The claimant is a 48 y/o male with back pain.": 48,
            "The pt is a 48yo male with back pain.": 48,
            "48 y.o. female with neck pain.": 48,
            "A 48-y/o cook.": 48,
            "Her 19 y/o daughter drives her.": None,
        },
        pattern=compiled(rf"{_NUMBER}[ -]*y ?[./]? ?o\b\.?"),
        certain=True,
    ),
    Rule(
        name="age.aged",
        why='The word "age" or "aged" with the number behind it, which is no bound of a guideline and no age of another time.',
        examples={
            "This is a male patient, age 39, with low back pain.": 39,
            "The patient is aged 38 and is a male.": 38,
            "Age: 39. Sex: female.": 39,
            "The patient's age is 39.": 39,
            "Her stated age of 39 is plausible.": 39,
            "He has smoked since age 15.": None,
            "This test is advised for patients aged 50.": None,
            "Adults age 50 and older may have it.": None,
            "He was hurt at age 35.": None,
        },
        pattern=compiled(
            r"age(?<=\bage)(?:d|s)?(?::| is| was| of)? ?(?:of )?(?P<age>\d{2})\b(?! ?(?:years? )?(?:to|-|or|and) ?(?:\d|over|older|above|under|younger|up))"
        ),
        unless=compiled(r"\b(?:patients|adults|individuals|people|persons|women|men|those|children|workers) age"),
        certain=True,
    ),
    Rule(
        name="age.now",
        why='A person or an occupation with "now" and a number that counts nothing else.',
        examples={
            "A certified nursing assistant, now 44, who hurt the low back.": 44,
            "The worker, now aged 57, has neck pain.": 57,
            "He is now 61 and has retired.": 61,
            "Injured at 31 years of age, the employee, a bus driver who is now 38, has knee pain.": 38,
            "The worker now 20 % better takes 40 mg.": None,
            "Her brother is now 44.": None,
        },
        pattern=compiled(rf"\b(?:{_PERSON}|{_OCCUPATION}|who),? (?:is )?now (?:aged? )?(?P<age>\d{{2}}){_GOES_ON}"),
        certain=True,
    ),
    Rule(
        name="age.now_as_then",
        why='Two ages: what is "now" stands behind the age at the injury.',
        examples={
            "She was injured at the age of 35 and is now 48.": 48,
            "She was 35 years old when injured and is now 48 years old.": 48,
            "She was injured at the age of 35 and now takes 48 mg.": None,
            "She was injured at the age of 35 and is now better.": None,
        },
        pattern=compiled(
            r"\b(?:(?:at|age(?: of)?) \d{2}|\d{2}[ -]years?[ -]old (?:when|at the (?:time|date)))\b[^;]{0,200}?"
            rf"\bnow (?:aged? )?(?P<age>\d{{2}})\b{_COUNTED}"
        ),
        certain=True,
    ),
    Rule(
        name="age.between_commas",
        why="The patient with a number between commas, as newspapers write an age.",
        examples={
            "The applicant, 52, hurt her back.": 52,
            "This worker, 47, who fell from a roof, has pain.": 47,
            "A male, 39, with pain.": 39,
            "For the patient, 60, 90 or 120 tablets are dispensed.": None,
            "His wife, 47, drives him.": None,
        },
        pattern=compiled(
            r"\b(?:patient|worker|claimant|applicant|employee|individual|man|woman|male|female|gentleman|lady), (?P<age>\d{2})(?=, (?!\d)[a-z])"
        ),
        unless=compiled(r"\bfor the (?:patient|worker), \d"),
    ),
)

_NOT_A_PERSON = (
    r"(?:injury|injuries|fracture|claim|study|mri|scan|x-?ray|surgery|scar|wound|report|car|vehicle|truck|history|mattress|tear"
    r"|fusion|implant|pump|prosthesis|lesion|sprain|accident|incident)"
)
_OF_A_THING = (
    r"(?:right|left|bilateral|lumbar|cervical|thoracic|spinal|industrial|work(?:-related)?|prior|old|remote|knee|shoulder|back"
    r"|neck|wrist|ankle|hip|foot|hand|elbow)"
)
_WORKER = (
    r"(?:driver|operator|mechanic|technician|tech|worker|loader|sales\w+|assembl\w+|attendant|nurse|clerk|detailer|washer|installer"
    r"|painter|inspector|adjuster|examiner|scheduler|repair\w+|dispatcher|builder|handler|cleaner|supervisor|manager|officer"
    r"|assistant|aide|coordinator|broker|dealer|hauler|fitter|welder|processor|analyst)s?"
)
_SOMEBODY_ELSE = compiled(
    rf"\W{{0,3}}(?:(?:[\w-]+ ){{0,2}}?{OTHER_PERSON}|(?:{_OF_A_THING} ){{0,4}}{_NOT_A_PERSON})\b(?! (?:\w+ ){{0,2}}?{_WORKER}\b)"
)
_SOMEBODY_ELSE_BEFORE = compiled(
    rf"\b(?:his|her|their|the patient's|a)\b[^.]{{0,25}}\b{OTHER_PERSON}\b[^.]{{0,20}}\Z"
    r"|\bby (?:an?|the|his|her) \Z|\b(?:patients|adults|individuals|people|persons|women|men|those|children|workers)\b[^.]{0,25}\Z"
)
_BOUND_BEFORE = compiled(r"(?:\b(?:than|over|under|above|below|least|past|exceeding|reach(?:ed|es)?)|[<>=]) ?\Z")
# "this injury is 14 years old", "pain for 14 years of age-related change", "smoker of 14 years"
_A_THING_BEFORE = compiled(
    rf"\b(?:{_NOT_A_PERSON}|claims|fractures|mris?|films?|studies|reports?|symptoms|pain|images?|imaging|request|evaluation|hardware"
    r"|device|unit|brace|batter\w+|chair|bed|shoes|orthotics)(?: (?:which|that))?,? (?:is|was|are|were|being|of)"
    r" (?:now |already |over |about |almost |nearly |approximately |at least |more than |some )*\Z"
)
_AT_THAT_TIME = compiled(
    r"\bthen \Z|\b(?:injured|hurt|began|started|when|diagnosed)(?: \w+){0,3} at(?: the age of| age| the)? \Z|\bat (?:the |an )?(?:age(?: of)? )?\Z"
    r"|\b(?:since|from|until|before|after|by|under|over|than) (?:the )?(?:age(?: of)? )?\Z"
)
_WHEN_INJURED = compiled(
    r",? (?:when (?:(?:he|she|the \w+) )?(?:was |got )?(?:injured|hurt)|(?:at|on) the (?:time|date|day) of (?:the |his |her )?\w+)\b"
)
_AROUND = 60
_YOUNGEST, _OLDEST = 14, 100
# What must stand there for a slow pattern to find anything.
_GUARDS = {
    "age.in_words": compiled("ye?a?rs?[. -]"),
    "age.now": compiled(" now "),
    "age.now_as_then": compiled(" now "),
    "age.between_commas": compiled(r", [0-9]{2},"),
}


class Age(NamedTuple):
    """An age, where its number stands, where the words about it end, and the rule that read it."""

    value: int
    number: Part
    end: int
    rule: Rule


def first_age(text: str, parts: Iterable[Part], rules: tuple[Rule, ...] = RULES) -> Age | None:
    """The patient's age in lower-case text: the first that is told of now, else the first that is told of the day of the injury.

    What says "age" or "years old" goes before a bare number in the same part.
    """
    of_then: list[Age] = []
    for part in parts:
        for certain in (True, False):
            ages = _in_order(text, part, [rule for rule in rules if rule.certain is certain])
            if now := next((age for age in ages if not _WHEN_INJURED.match(text, age.end)), None):
                return now
            of_then += ages
    return of_then[0] if of_then else None


def may_hold_age(text: str, part: Part) -> bool:
    """Whether anything that could be an age stands there, the patient's or not."""
    return any(next(_matches(rule, text, part), None) for rule in RULES)


def _in_order(text: str, part: Part, rules: Iterable[Rule]) -> list[Age]:
    return sorted((age for rule in rules for age in _by(rule, text, part)), key=lambda age: age.number)


def _matches(rule: Rule, text: str, part: Part) -> Iterator[re.Match[str]]:
    guard = _GUARDS.get(rule.name)
    if rule.pattern is None or not rule.may_hit(text, *part) or (guard and not guard.search(text, *part)):
        return iter(())
    return rule.pattern.finditer(text, *part)


def _by(rule: Rule, text: str, part: Part) -> Iterable[Age]:
    for m in _matches(rule, text, part):
        value = parse_number(m["age"].replace(" ", "-"))
        if isinstance(value, int) and _YOUNGEST <= value <= _OLDEST and not _is_another(rule, text, m.span("age"), m.span()):
            yield Age(value, Part(*m.span("age")), m.end(), rule)


def _is_another(rule: Rule, text: str, number: tuple[int, int], words: tuple[int, int]) -> bool:
    """Whether the number is another person's, a thing's, a guideline's or another time's."""
    before = text[max(0, number[0] - _AROUND) : number[0]]
    taken_back = rule.unless is not None and rule.unless.search(text, max(0, words[0] - _AROUND), words[1])
    signs = (_SOMEBODY_ELSE_BEFORE, _A_THING_BEFORE, _BOUND_BEFORE, _AT_THAT_TIME)
    return bool(taken_back or _SOMEBODY_ELSE.match(text, words[1]) or any(sign.search(before) for sign in signs))


def _read(rule: Rule, words: str) -> int | None:
    text = lower(plain(words))
    age = first_age(text, [Part(0, len(text))], (rule,))
    return age.value if age else None


MATTER = Matter(RULES, _read)
