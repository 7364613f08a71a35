"""The patient's sex: from a noun that can only mean the patient, else from pronouns that can only refer to the patient.

A noun decides, whatever pronouns follow (contract, rule 17); "he/she" is the reviewer (rule 10).
"""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from llm_extract.baseline.age import OTHER_PERSON, Age, first_age
from llm_extract.baseline.page import sentences, words_of
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.schema import Sex
from llm_extract.sections import Part
from llm_extract.values import lower, plain

_FEMALE = r"(?P<female>females?|wom[ae]n|lady|gentlewoman|girl)"
_MALE = r"(?P<male>males?|man|gentlem[ae]n|boy)"
_EITHER = rf"(?:{_FEMALE}|{_MALE})\b"
_TELLING = frozenset(
    "female females woman women lady gentlewoman girl male males man gentleman gentlemen boy sex gender".split()  # noqa: SIM905
)
"""The words of which every rule for a noun needs one: few parts have any, and looking at the words is quick."""
_PERSON = r"(?:patient|worker|claimant|applicant|employee|individual|iw|pt)"
# Somebody whom the patient met: "assaulted by a male patient", "lifting an elderly woman".
_MET = (
    r"by|lift\w*|assist\w*|help\w*|transfer\w*|restrain\w*|catch\w*|against|moving|carr(?:y|ied)\w*|with|from|another|his|her|whose"
    r"|toward\w*|for|onto|treating|caring|versus|arrest\w*|subdu\w*|another"
)

RULES: tuple[Rule, ...] = (
    Rule(
        name="sex.after_age",
        why="The noun behind the patient's age, in the same sentence and before anybody else is named.",
        examples={
            "The injured worker is a 62 year old male who sustained a work related injury.": "male",
            "The patient is a 67 year old retired female school teacher.": "female",
            "The patient is a 39 year-old (DOB 3/4/75) male.": "male",
            "This is a 33-year-old right hand dominant Hispanic male.": "male",
            "Patient is a 47 y/o F with pain.": "female",
            "This is a 52-year-old, right-hand dominant gentleman.": "male",
            "A 45-year-old aide was pushed by a man.": None,
            "A 62yo F.": None,
        },
        pattern=compiled(
            rf"(?:(?!\b(?:{_MET}|when|while|after)\b)[^.;]){{0,90}}?(?:\b{_EITHER}|\b(?:(?P<female2>f)|(?P<male2>m))(?= (?:who|with|s/p)\b|,))"
        ),
        certain=True,
    ),
    Rule(
        name="sex.labelled",
        why='The word "sex" or "gender" with the answer behind it.',
        examples={"Age: 39. Sex: F. Occupation: cook.": "female", "Gender: Male": "male", "The sex is not given.": None},
        pattern=compiled(rf"\b(?:sex|gender) ?: ?(?:{_EITHER}|(?:(?P<female2>f)|(?P<male2>m))\b)"),
        certain=True,
    ),
    Rule(
        name="sex.called",
        why="The patient, the worker or the claimant is said to be a man or a woman.",
        examples={
            "The patient is a male who was injured on 3/4/09.": "male",
            "The applicant is a right-handed, obese woman.": "female",
            "The claimant was an otherwise healthy gentleman.": "male",
            "The worker, who is a female, lifts boxes.": "female",
            "The patient is a police officer.": None,
            "The patient is a nurse who cared for a man.": None,
        },
        pattern=compiled(
            rf"\b(?:{_PERSON}(?: \(\w+\))?|who) (?:is|was) (?:an? |the )?(?:(?!(?:{_MET}|who)\b)[\w-]+,? ){{0,4}}?{_EITHER}"
        ),
        certain=True,
    ),
    Rule(
        name="sex.of_patient",
        why='"Female" or "male" right before the word for the patient, who is no other patient that somebody met.',
        examples={
            "The female patient has pain.": "female",
            "This male injured worker has pain.": "male",
            "A right-handed male claimant presents.": "male",
            "The nurse was kicked by a male patient.": None,
            "She was hurt while lifting a heavy female patient.": None,
        },
        pattern=compiled(
            r"\b(?:(?P<female>female)|(?P<male>male)) (?:patient|worker|claimant|applicant|employee|injured worker|pt)\b"
        ),
        certain=True,
    ),
    Rule(
        name="sex.this_person",
        why='"This man", "the woman", or "a gentleman" at the head of a clause: the letter speaks of one person.',
        examples={
            "This unfortunate woman has had three operations.": "female",
            "The gentleman returned to work.": "male",
            "Retired fire captain, a right-handed man with knee pain.": "male",
            "The male physician agrees.": None,
            "The woman's physician wrote a note.": None,
            "The guard was struck by the man.": None,
        },
        pattern=compiled(
            rf"\b(?:this|the|(?:(?<=^)|(?<=[.;:,] )|(?<=is )|(?<=was )|(?<=of )|(?<=regards )|(?<=involves ))an?)(?: (?!(?:{_MET})\b)[\w-]+){{0,3}}? {_EITHER}"
        ),
        certain=True,
    ),
    Rule(
        name="sex.pronoun",
        why="Most of the pronouns that can only mean the patient, none where they contradict each other: letters seldom give more than that.",
        examples={
            "The applicant has filed a claim. She reported pain. Her pain is severe.": "female",
            "The patient has neck pain. He was given Norco.": "male",
            "The worker takes Norco, and his wife drives.": "male",
            "Dr. Smith states that she agrees.": None,
            "The treating physician states that he has examined the worker.": None,
            "He/she has been in active practice for five years.": None,
            "(S)he has been in active practice.": None,
            "She has pain. He has pain.": None,
        },
    ),
)
_AFTER_AGE, *_NOUNS = RULES[:-1]
_BY_PRONOUN = RULES[-1]

_NOT_THE_PATIENT = compiled(
    rf" {OTHER_PERSON}\b|'s| (?:physician|doctor|surgeon|reviewer|provider|therapist|evaluator|nurse practitioner|psychologist"
    r"|psychiatrist|orthopedist|chiropractor|examiner|co-?worker|supervisor|colleague|resident|inmate|student|suspect|customer)\b"
)
_ANY_NOUN = compiled(rf"\b{_EITHER}|\b(?:sex|gender) ?:|(?:\b|(?<=\d))[mf]\b")
_MET_BEFORE = compiled(rf"\b(?:{_MET}) (?:an? |the )?(?:(?!(?:is|was|patient|worker)\b)[\w-]+ ){{0,3}}\Z")
_PRONOUN = compiled(r"(?:(?P<female>she|her|hers|herself)|(?P<male>he|him|his|himself))\b(?! ?/ ?\w)")
_PART_OF_A_WORD = compiled(r"[/)\w]")
# Pronouns may mean the physician or a relative: a sentence that names one proves nothing.
_OTHER_SUBJECT = compiled(
    r"\b(?:physician|provider|doctor|dr\b|surgeon|reviewer|therapist|chiropractor|psychologist|psychiatrist|neurologist"
    r"|orthopedist|podiatrist|dentist|specialist|examiner|evaluator|nurse|attorney|employer|supervisor|manager|foreman"
    rf"|{OTHER_PERSON})\b"
)
_SUBJECT = compiled(r"\b(?:patient|worker|claimant|applicant|employee|individual|injured)\b(?!')")
_AFTER_AGE_REACH = 110
_AROUND = 60


class SexTold(NamedTuple):
    """The sex, the word that tells it, and the rule that read it."""

    value: Sex
    place: Part
    rule: Rule
    certain: bool


def told_sex(cased: str, text: str, parts: list[Part], age: Age | None) -> SexTold | None:
    """From the noun behind the age, else any noun, else the pronouns; the summary before the rationales.

    `text` is `cased` in lower case: sentences end by their capitals.
    """
    told = (_behind(text, age) if age else None) or _by_nouns(text, parts, _NOUNS)
    return told or next((sex for part in parts if (sex := _by_pronouns(cased, text, part))), None)


def may_tell_sex(text: str, part: Part) -> bool:
    """Whether any noun or pronoun of a sex stands there, the patient's or not."""
    return _ANY_NOUN.search(text, *part) is not None or bool(_pronouns(text, part))


def _behind(text: str, age: Age) -> SexTold | None:
    if _AFTER_AGE.pattern is None:
        return None
    m = _AFTER_AGE.pattern.match(text, age.end, age.end + _AFTER_AGE_REACH)
    return _told(m, _AFTER_AGE) if m and not _NOT_THE_PATIENT.match(text, m.end()) else None


def _by_nouns(text: str, parts: Iterable[Part], rules: Iterable[Rule]) -> SexTold | None:
    """The first noun of a part that means the patient, whichever rule reads it."""
    for part in parts:
        if _TELLING.isdisjoint(words_of(text[part.start : part.end])):
            continue
        hits = [(m, rule) for rule in rules if rule.pattern for m in rule.pattern.finditer(text, *part)]
        for m, rule in sorted(hits, key=lambda hit: hit[0].start()):
            if not _NOT_THE_PATIENT.match(text, m.end()) and not _MET_BEFORE.search(
                text[max(0, m.start() - _AROUND) : m.start()]
            ):
                return _told(m, rule)
    return None


def _told(m: re.Match[str], rule: Rule, *, certain: bool = True) -> SexTold:
    name = next(name for name, words in m.groupdict().items() if words)
    return SexTold("female" if name.startswith("female") else "male", Part(*m.span(name)), rule, certain)


def _pronouns(text: str, part: Part) -> list[re.Match[str]]:
    """The pronouns of a part that stand for one sex."""
    return [m for m in _PRONOUN.finditer(text, *part) if not _PART_OF_A_WORD.match(text[max(0, m.start() - 1) : m.start()])]


def _by_pronouns(cased: str, text: str, part: Part) -> SexTold | None:
    """By majority of the pronouns that can only mean the patient; none where they contradict each other.

    In a sentence, a pronoun behind another person may mean that one, and a sentence that begins with a pronoun may go on about
    the person before it: neither counts.
    """
    if not _pronouns(text, part):
        return None
    hits: dict[str, list[re.Match[str]]] = {"female": [], "male": []}
    other_before = False
    for s in sentences(cased, *part):
        other = _OTHER_SUBJECT.search(text, *s)
        patient = _SUBJECT.search(text, *s)
        for m in _pronouns(text, s):
            behind_other = other is not None and other.start() < m.start() and not (patient and patient.start() < other.start())
            if not behind_other and (not other_before or patient is not None):
                hits["female" if m["female"] else "male"].append(m)
        other_before = other is not None and patient is None
    more, fewer = sorted(hits.values(), key=len, reverse=True)
    if not more or len(more) < 3 * len(fewer) or (fewer and len(more) < 4):
        return None
    return _told(more[0], _BY_PRONOUN, certain=not fewer and len(more) > 1)


def _read(rule: Rule, words: str) -> Sex | None:
    text = lower(plain(words))
    whole = Part(0, len(text))
    if rule is _AFTER_AGE:
        age = first_age(text, [whole])
        told = _behind(text, age) if age else None
    else:
        told = _by_pronouns(plain(words), text, whole) if rule is _BY_PRONOUN else _by_nouns(text, [whole], [rule])
    return told.value if told else None


MATTER = Matter(RULES, _read)
