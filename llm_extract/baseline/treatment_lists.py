"""Lists of treatments that the patient had: the words that open one, and its entries that no noun of `treatment_names` names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from llm_extract.baseline.condition_words import is_condition
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.sections import Part

Place = tuple[int, int]

# --- what opens a list -----------------------------------------------------------------------------------------------

_QUALITY = (
    r"(?:(?:prior|previous|past|earlier|conservative|other|initial|current|his|her|the|additional|subsequent|ongoing"
    r"|non-?operative|non-?surgical|medical|interventional|extensive|all|surgical|therapeutic|documented) )*"
)
_THE_FOLLOWING = r"(?: the following)?(?: treatments?(?= ?:))? ?:?"
RULES: tuple[Rule, ...] = (
    Rule(
        name="prior_treatments.treatment_includes",
        why='"Treatment to date has included", "conservative care consisted of", "Tx:": a noun for treatment opens its list.',
        examples={
            "Treatment to date has included medications, a hot tub, and Norco.": ("hot tub",),
            "Conservative care has consisted of moxibustion and NSAIDs.": ("moxibustion",),
            "Tx: PT x 18, Dynasplint x 12.": ("Dynasplint",),
            "Treatment plan includes a hot tub.": None,
            "The plan of care included refills and a request for a hot tub.": None,
            "Treatment has included: ibuprofen; eighteen sessions of therapy.": None,
            "Treatment to date has included Norco and diagnostic studies.": None,
        },
        pattern=compiled(
            rf"\b(?<!plan of ){_QUALITY}(?:treatments?|therap(?:y|ies)|care|management|modalities|measures|interventions?|tx"
            rf"|rx)\b(?! plan)"
            r"(?: (?:to date|thus far|so far|received|tried|history|modalities|measures|provided|in the past|given|rendered"
            r"|of record"
            r"|options))*(?: (?:for|of) [^.;:,()]{1,40}?)?,?"
            r"(?: ?:| ?\(| (?:(?:has|have|had) )?(?:also )?(?:been )?(?:limited to|includ(?:ed|es?|ing)|consist(?:ed|s"
            r"|ing)? (?:of|in)"
            rf"|compris(?:ed|es)|involved)|(?<=date) (?:was|were|is|are|of)| (?:has|have|had) been){_THE_FOLLOWING}"
            r"|\bhistory of treatment\b[^.;]{0,50}? includ(?:es|ed)|\bcourse of care\b[^.;]{0,30}? includ(?:es|ed)"
            r"|\bpast care is (?:also )?noted for|\bpast treatments? (?:was|were)"
        ),
    ),
    Rule(
        name="prior_treatments.treated_with",
        why="The patient was treated or managed with, by or using the entries.",
        examples={
            "Thus far, the applicant has been treated with the following: moxibustion; attorney representation.": (
                "moxibustion",
            ),
            "He was treated conservatively with Reiki and rest.": ("Reiki",),
            "He will be treated with moxibustion, if it is authorized.": None,
        },
        pattern=compiled(
            r"\b(?:has|have|had|was|were|been|being|is) (?:\w+ ){0,2}?(?:treated|managed)(?: [a-z]+ly)?(?: to date| thus far"
            r"| so far)?"
            rf" (?:with|by|using){_THE_FOLLOWING}|\btreated [a-z]+ly with|\b(?:treated|treatment) with\b"
        ),
    ),
    Rule(
        name="prior_treatments.tried",
        why="The patient has tried, failed or exhausted the entries.",
        examples={
            "The patient has failed moxibustion and Norco.": ("moxibustion",),
            "The patient has not failed Reiki.": None,
        },
        pattern=compiled(
            r"\b(?:tried and failed|(?:has|have|had) (?:also )?(?:failed|trialed|tried|exhausted)"
            r"|failed treatments?)(?: with)? ?:?(?= )"
        ),
    ),
    Rule(
        name="prior_treatments.received",
        why="The patient has received, undergone, completed or been provided with the entries.",
        examples={
            "The employee has been provided with a manual hospital bed and a bath bench.": ("manual hospital bed", "bath bench"),
            "The patient has received the following: Norco, moxibustion.": ("moxibustion",),
            "The patient has received Reiki and a second one in May.": ("Reiki",),
            "The patient has received a letter.": None,
        },
        pattern=compiled(
            rf"\bbeen (?:through|provided with)|\b(?:has|have) (?:received|undergone|completed|attended){_THE_FOLLOWING}"
        ),
    ),
)


_NEEDS = {
    "prior_treatments.treatment_includes": (
        *("treat", "therap", "care", "management", "modalities", "measures", "intervention", "tx", "rx"),
    ),
    "prior_treatments.treated_with": ("treat", "managed"),
    "prior_treatments.tried": ("tried", "trialed", "failed", "exhausted"),
    "prior_treatments.received": ("been", "has ", "have "),
}
"""Letters of which a sentence must have some for a rule to hit: most have none of them."""


class Lead(NamedTuple):
    """Where words that open a list stand, and the rule that knows them."""

    start: int
    end: int
    by: str


def leads(low: str, s: Part) -> list[Lead]:
    """The words of a sentence that open a list of treatments, in order."""
    words = low[s.start : s.end]
    return sorted(
        Lead(*m.span(), rule.name)
        for rule in RULES
        if rule.pattern and any(letters in words for letters in _NEEDS[rule.name])
        for m in rule.pattern.finditer(low, *s)
    )


# --- its entries -----------------------------------------------------------------------------------------------------

_SEPARATOR = re.compile(r"[,;]|\b(?:and|as well as|along with|plus|followed by|then)\b|&| - ")
_STARTS = re.compile(
    r"(?:[\s(]|\b(?:an?|the|his|her|some|use of|(?:un)?specified amounts? of|(?:\d+|one|two|three|four|five|six|eight|ten"
    r"|twelve) (?:sessions|visits|courses|sets) of"
    r"|sessions? of|visits? of|(?:short |long |brief )?(?:course|trial|series) of|also|including|previous|prior|earlier"
    r"|home use of|\d+|one|two|three"
    r"|four|multiple|several"
    r"|left|right|bilateral|for|with|of|in)\b)+",
)
_ENDS = re.compile(
    r"(?:\s*\(.*|\s+x ?\d.*|\s+(?:over|with|on|in|of|at|for|x|times|since|from|dated|without|which|that|to|as|by|during|until"
    r"|ending|through)\b.*|[\s.,;:)\"]+)$"
)
_NO_TREATMENT = re.compile(
    r"\b(?:medic\w*|meds?|drugs?|analges\w+|nsaids?|opioids?|opiates?|narcotics?|anti-\w+|antiinflam\w*|relaxants?|creams?"
    r"|gels?|patch(?:es)?|ointments?"
    r"|topicals?|lotions?|pills?|steroids?|supplements?|diagnos\w*|mri|mra|x-?rays?|emg|ncs|ncv|ct|scans?|radiograph\w*|imaging"
    r"|labs?|laborator\w+|urine"
    r"|uds|tests?|testing|stud(?:y|ies)|consult\w*|evaluat\w+|referrals?|reports?|work|duty|disability|attorney|representation"
    r"|transfer|specialt\w+"
    r"|specialists?|follow-?ups?|monitoring|visits?|cane|canes|crutch\w*|walkers?|wheelchairs?|prosthe\w+|pain|relief"
    r"|improvement|injur\w+|surgeon"
    r"|he|she|it|they|him|her|them|patient|worker|claimant|applicant|employee|was|were|is|are|has|have|had|been|did|does|but"
    r"|who|which|that|this"
    r"|not|no|none|only|other|others|same|modalities|treatment|treatments|care|management|measures|conservative|time|off|weeks?"
    r"|months?|years?|days?"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|mg|symptoms|function|motion|exam"
    r"|extensive|good"
    r"|both|total|letters?|amounts?|before|after|from|providers?|\w+(?:ly|ed)|things|index|fingers?|thumbs?|hands?|wrists?"
    r"|some|partial|little"
    r"|significant|temporary|minimal|benefit|success|results?|help|difficulty|numbness|tenderness|back|neck|shoulder|knee|leg"
    r"|reductions?|decreases?|increases?|night|complications?|psych|home|return|changes?|dosage|dose|placebo|hospital|er"
    r"|emergency|clinic|sessions?|series|courses?|trials?|requests?|refills?|decisions?|authorizations?|helpful|effective"
    r"|beneficial|ones?"
    r"|attends|continues|goes|meetings?|individual|group|and)\b",
)
_SHAPE = re.compile(r"[a-z][a-z'/-]{2,}(?: [a-z'/-]{2,}){0,3}")
# What is called so counts though a word of it stands above: "work modification", "manual hospital bed", "ergonomic evaluation".
_COUNTS_YET = re.compile(
    r"(?:work|activity|job|duty|lifestyle) (?:modifications?|restrictions?)|(?:\w+ )?(?:hospital )?bed|ergonomic evaluation"
    r"|modified activit(?:y|ies)"
    r"|bath bench|shower chair|hot packs?|cold packs?|stretch\w*|ergonomic \w+|detox\w*|hospitali[sz]ation",
)


def entries(low: str, start: int, end: int) -> Iterator[Place]:
    """Short entries of a list that are neither drugs nor anything else that such lists hold."""
    return (place for a, b in _between(low, start, end) if (place := _trimmed(low, a, b)) is not None)


def _between(low: str, start: int, end: int) -> Iterator[Place]:
    """The entries of a list as places between separators."""
    at = start
    for m in _SEPARATOR.finditer(low, start, end):
        yield at, m.start()
        at = m.end()
    yield at, end


def _trimmed(low: str, start: int, end: int) -> Place | None:
    lead = _STARTS.match(low, start, end)
    start = lead.end() if lead else start
    if tail := _ENDS.search(low[start:end]):
        end = start + tail.start()
    words = low[start:end]
    if not _SHAPE.fullmatch(words):
        return None
    if (_NO_TREATMENT.search(words) or is_condition(words)) and not _COUNTS_YET.fullmatch(words):
        return None
    return start, end
