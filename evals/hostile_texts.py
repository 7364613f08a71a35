"""Texts that nobody wrote: what a letter must never be able to do to the program is tried with these.

`UNITS` are repeated to any length; `places` puts such a text where rules read closely: alone, behind a letter, and into each
room of one. `tests/test_hostile.py` and `evals/bench_hostile.py` share them.
"""

from __future__ import annotations

from collections.abc import Mapping

LETTER = """Case Number: CM15-0012345 Date Assigned: 02/04/2015
Date of Injury: 06/17/2013 Decision Date: 03/23/2015
{header}
HOW THE IMR FINAL DETERMINATION WAS MADE

MAXIMUS Federal Services sent the complete case file to an expert reviewer. The Expert Reviewer is Board Certified in
Pain Management, {credentials} and is licensed to practice in California.

CLINICAL CASE SUMMARY

The injured worker is a 48 year old female. Diagnoses include lumbar sprain. {summary} She takes Norco and had physical therapy.

IMR ISSUES, DECISIONS AND RATIONALES

Norco 10/325mg #60 {request}: Upheld

Claims Administrator guideline: Decision based on MTUS Chronic Pain Medical Treatment Guidelines, {claims} page 78.

MAXIMUS guideline: Decision based on MTUS Chronic Pain Medical Treatment Guidelines, Opioids {guideline} Page(s): 75-79.

Decision rationale: The records do not show functional improvement. {rationale} The request is not medically necessary.
"""
ROOMS = ("header", "credentials", "summary", "request", "claims", "guideline", "rationale")

UNITS: Mapping[str, str] = {
    # line noise
    "blanks": " ",
    "tabs": "\t",
    "line ends": "\n",
    "line ends of Windows": "a\r\n",
    "form feeds": "\f",
    "NULs": "\0",
    "replaced surrogates": "\ufffd",
    "combining characters": "a\u0301\u0327",
    "combining characters alone": "\u0301",
    "invisible characters": "a\u200b\u00ad",
    "invisible characters alone": "\u200b",
    "typographic": "é—“”ﬁ",
    "wide": "\U0001f642",
    "capitals that grow": "İ",
    "other digits": "٣",
    "one word": "a",
    "short words": "a b ",
    "short lines": "a b\n",
    "hyphenated lines": "a-\n",
    "dashes": "-",
    "dots": ". ",
    "dots without blanks": ".",
    "semicolons": "; ",
    "colons": "a: ",
    "quotation marks": '"',
    "slashes": "a/",
    "ampersands": " & ",
    "hashes": "#",
    "open brackets": "(",
    "open square brackets": "[",
    "nested brackets": "(a ",
    # digits, dates, commas
    "digits": "1",
    "numbers": "1 ",
    "lines of numbers": "1\n",
    "dashed numbers": "1-",
    "thousands": "1,000,",
    "decimals": "1.1",
    "doses": "10mg ",
    "strengths": "10/325mg-",
    "percentages": "5% ",
    "counts": "2x",
    "hashed counts": "#60 ",
    "number words": "one hundred ",
    "dates": "1/1/14 ",
    "dates in words": "January 1, 2014 ",
    "months": "January ",
    "years": "2014 ",
    "dates with prepositions": "on 1/2/14 ",
    "commas": ",",
    "commas and words": "a, ",
    "ands": "and ",
    "ors": "or, ",
    "negations": "not ",
    "negations and commas": "without a, ",
    # words of the form, repeated
    "upheld": "Upheld ",
    "items without labels": "x: Upheld\n",
    "headings": "CLINICAL CASE SUMMARY\n",
    "headings of items": "IMR ISSUES, DECISIONS AND RATIONALES\n",
    "headings misspelt": "CLINICAL CASE SUMARY\n",
    "lines of capitals": "ABC DEF\n",
    "front headings": "HOW THE IMR FINAL DETERMINATION WAS MADE\n",
    "labels of guidelines": "MAXIMUS guideline: ",
    "labels of rationales": "Decision rationale: ",
    "items without words": "x: Upheld\nClaims Administrator guideline: a\nMAXIMUS guideline: b\nDecision rationale: c.\n",
    "verdicts": "1. x is not medically necessary and appropriate.\n",
    "physician's items": "1. x is medically necessary and appropriate. The Claims Administrator based its decision on x. ",
    "notice's items": "1) MAXIMUS Federal Services, Inc. has determined the request for x is not medically necessary"
    " and appropriate.\n",
    "notice's details": "1) Regarding the request for x:\n",
    "professional's headings": "ISSUE AT DISPUTE:\n",
    "footers": "Final Determination Letter for IMR Case Number CM14-0012345 3\n",
    "footers of the form": "Final Letter of Determination Form Effective 5.16.13 Page 2 of 6\n",
    "page numbers": "Page 2\n",
    "pages of many": "Page 2 of 6\n",
    "citations": "MTUS Chronic Pain, Page(s): 1-2, 3-4 of 5, ",
    "bodies": "MTUS ODG ACOEM ",
    "other bodies": "Decision based on Non-MTUS Citation ",
    # beginnings of patterns that never end
    "page labels": "Page(s): 1-",
    "case numbers": "CM15-001234",
    "case labels": "IMR Case Number: ",
    "footers begun": "Final Determination Letter for ",
    "names of the reviewer": "The Expert Reviewer ",
    "certifications": "is Board Certified in ",
    "licences": "licensed to practice in ",
    "licence labels": "State(s) of Licensure: ",
    "ages": "a 50 year old ",
    "ages without numbers": "year old ",
    "patients": "the patient is ",
    "diagnoses": "diagnoses include ",
    "denials": "denies any history of ",
    "statuses": "status post ",
    "levels": "L4-L5 ",
    "sides": "right left ",
    "brands": "Norco ",
    "brands and commas": "Norco, ",
    "compounds": "Lidocaine/Menthol/",
    "rates": "2 times a week for ",
    "durations": "for 6 weeks ",
    "refills": "with 2 refills ",
    "service dates": "date of service ",
    "retrospective": "Retrospective request for ",
    "request leads": "request for prescription of ",
    "because": "there is no documentation of ",
    "benefits": "functional improvement ",
}


def repeated(unit: str, length: int) -> str:
    """A unit over and over, `length` characters of it."""
    return (unit * (length // len(unit) + 1))[:length]


def places(noise: str) -> dict[str, str]:
    """The noise alone, behind a letter, in front of one, and in each of its rooms."""
    empty = dict.fromkeys(ROOMS, "")
    letter = LETTER.format(**empty)
    rooms = {room: LETTER.format(**{**empty, room: noise}) for room in ROOMS}
    return {"alone": noise, "behind": letter + noise, "in front": noise + "\n" + letter, **rooms}
