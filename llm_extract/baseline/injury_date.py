"""The day of the injury, as the narrative tells it.

A day on which the patient was seen, examined, operated on or reported about is none, however near it stands to the injury.
"""

# ruff: noqa: E501 - a sentence of a letter stands on one line

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from llm_extract.baseline.page import LONGEST_NARRATIVE, Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.baseline.told_date import D, between, dated_sentences, first_told, read_date, searched
from llm_extract.engine import Found
from llm_extract.sections import Part

_INJURY_DAY, _MAY_FIRST, _LATER = date(2009, 3, 4), date(2011, 5, 1), date(2010, 6, 1)

_NOT_INJURED = (
    r"(?! (?:worker|employee|person|individual|party|body|part|area|level|knee|shoulder|claimant|applicant|patient)s?\b)"
)
_INJURED = rf"(?<!re-)(?:injured|hurt|injuring){_NOT_INJURED}"
_INJURY = (
    rf"(?:injur(?:y|ies)|injured{_NOT_INJURED}|accident|trauma|incident|collision|crash|robbery|assault(?:ed)?|attack(?:ed)?"
    r"|explosion|exposure|fall|sprain|strain|contusion)"
)
_STRUCK = (
    r"(?:was|were|is|been|got) (?:\w+ )?(?:struck|hit|attacked|assaulted|bitten|burned|thrown|pinned|involved|kicked|rear-?ended"
    r"|shot|stabbed|electrocuted|crushed|run over)"
)
_MOVING = r"(?:while|when|was|by|from|since|after) (?:\w+ ){0,2}?(?:lifting|pulling|pushing|carrying|bending|moving|reaching|twisting|unloading|loading)"

# Words of another day than the injury's own.
_ANOTHER_DAY = (
    r"seen|visits?|visited|evaluat\w+|exam|examined|examinations?|re-?exam\w*|reports|notes?|mris?|x-?rays?|imaging|ct scan|emg"
    r"|surger(?:y|ies)|surgical|operations?|operated on|underwent|undergone|arthroscop\w+|follow\w*|treated|treatments?|request\w*"
    r"|denied|utilization|ur|prescri\w+|until|returned|retired|terminated|last|laid off|stopped|consult\w*|diagnos\w+|filed|born|dob"
    r"|submitted|application|presented|presents|status|certified|approved|deni\w+|non-?certified|authoriz\w+"
)
_ANOTHER_INJURY = r"prior|previous|earlier|non-?industrial|non-?work|subsequent|re-?injur\w+|unrelated|childhood"
_TOLD_LATER = rf"{_ANOTHER_DAY}|complain\w*|reported|stated|noted|pain with"
_TO = between(160, _ANOTHER_DAY)
_TO_NEAR = between(60, _ANOTHER_DAY)
_SEEN_FOR_IT = compiled(
    r"\b(?:seen|evaluated|examined|treated|presented|presents|underwent|surgery|operated|visit|follow-?up|consultation)\b"
    rf"[^.;]{{0,80}}\bfor\b[^.;]{{0,60}}\b{_INJURY} (?:on|of) {D}"
    rf"|\breports? of (?:\w+ ){{0,2}}{_INJURY} (?:dated|on|of)\b"
)

RULES: tuple[Rule, ...] = (
    Rule(
        name="injury.labelled",
        why="The words themselves call the day the date of the injury, the accident or the loss.",
        examples={
            "This is a 45 year old female with a date of injury of 3/4/09.": _INJURY_DAY,
            "The patient is a 45-year-old male with date of injury: 3/4/09.": _INJURY_DAY,
            "DOI: 3/4/09. The patient complains of pain.": _INJURY_DAY,
            "This claimant is a 37 year old (D.O.I. 3-4-09).": _INJURY_DAY,
            "The injured worker is a 60 year old with an injury date of 03/04/2009.": _INJURY_DAY,
            "The patient's date of injury is March 4, 2009.": _INJURY_DAY,
            "The underlying date of injury in this case is 3/4/09. Date of UR decision was 8/1/14.": _INJURY_DAY,
            "The mechanism is not given. D/I 3/4/2009.": _INJURY_DAY,
            "The date of the industrial incident is listed as 4 March 2009.": _INJURY_DAY,
            "Date of loss: Mar. 4, 2009": _INJURY_DAY,
            "The reported date of accident was 2009-03-04.": _INJURY_DAY,
            "DATE OF INJURY 03-04-2009": _INJURY_DAY,
            "Injury: 3/4/2009. The patient is 53.": _INJURY_DAY,
            "The date of injury is not stated and he was seen on 3/4/2009.": None,
            "The date of injury is in March 2009.": None,
            "Dates of injury are 1/1/2005 to 3/4/2009.": None,
        },
        pattern=compiled(
            r"\b(?:dates? of (?:the |his |her )?(?:industrial |work |original |claimed )?(?:injury|injuries|accident|loss|incident|trauma)"
            rf"|injury dates?|dates? injured|d\.?o\.?i\b\.?|d/i|injury(?= ?:))(?![a-z]){between(40, _ANOTHER_DAY)}{D}"
        ),
        certain=True,
    ),
    Rule(
        name="injury.dated",
        why="A day that stands right before the words for the injury is the injury's own.",
        examples={
            "This is a 55-year-old man with a March 4, 2009 date of injury.": _INJURY_DAY,
            "The claimant has pain from the 3/4/2009 industrial injury.": _INJURY_DAY,
            "This is a 3/4/09 work-related slip and fall injury to the back.": _INJURY_DAY,
            "The patient, with a 3/4/09 DOI, has neck pain.": _INJURY_DAY,
            "The 3/4/2009 motor vehicle accident left her with neck pain.": _INJURY_DAY,
            "The report of 3/4/2009 lists injury to the knee.": None,
        },
        pattern=compiled(
            rf"{D},? (?:dated )?(?:(?:industrial|work|work(?:place)?(?:-related| related)?|occupational|on-the-job|cumulative trauma|motor vehicle|slip and fall) )*"
            r"(?:date of (?:injury|loss|accident)|doi|injury|accident|mva)\b"
        ),
        certain=True,
    ),
    Rule(
        name="injury.sustained",
        why="Somebody sustained, suffered, reported or was in an injury, and the day is told without any other event between.",
        examples={
            "The injured worker is a 52 year old male, who sustained an industrial injury on 3/4/2009.": _INJURY_DAY,
            "The injured worker is a 43-year-old who reported injury on 03/04/2009.": _INJURY_DAY,
            "She sustained an industrial injury to the lower back after a motor vehicle accident on 3/9/2005.": date(2005, 3, 9),
            "This patient sustained an injury on 3/4/2009 while employed by Acme. Request(s) under consideration include Norco.": _INJURY_DAY,
            "The patient is a 50-year-old, right hand dominant male who suffered a left shoulder injury on 3/4/09.": _INJURY_DAY,
            "This case involves a 45-year-old male who was involved in a work related accident on 3/4/2009.": _INJURY_DAY,
            "She alleges an injury to both hands from repetitive work as of 3/4/2009.": _INJURY_DAY,
            "He had an on-the-job accident (3/4/2009).": _INJURY_DAY,
            "He sustained an injury in March 2009 and underwent surgery on 5/6/2012.": None,
            "The patient sustained an injury in 2009 and was last seen on 5/6/2014.": None,
            "She sustained a non-industrial injury on 5/6/2012.": None,
            "She suffered an injury in 2009, diagnosed as a tear on 5/6/2012.": None,
        },
        pattern=compiled(
            r"\b(?:sustain\w*|suffer\w*|incur\w*|experienc\w*|reported|reports|reporting|claim\w*|alleg\w*|had|with|involved in)"
            rf"{between(60, f'{_ANOTHER_INJURY}|{_ANOTHER_DAY}')}\b{_INJURY}\b{_TO}{D}"
        ),
        unless=_SEEN_FOR_IT,
        certain=True,
    ),
    Rule(
        name="injury.injured",
        why="Somebody was injured, hurt or injuring a part of the body, and the day is told without any other event between.",
        examples={
            "The claimant was injured on 3/4/09 when he fell from a ladder.": _INJURY_DAY,
            "The patient was injured at work on March 4th, 2009 while lifting a box.": _INJURY_DAY,
            "He hurt his back on the 4th of March 2009.": _INJURY_DAY,
            "The worker, a 45-year-old painter injured 3/4/09, has knee pain.": _INJURY_DAY,
            "This 48 year-old individual was reportedly injured in the course of his employment on or about March 4, 2009.": _INJURY_DAY,
            "Injured: 3/4/2009": _INJURY_DAY,
            "She was initially injured on Mar 4 2009.": _INJURY_DAY,
            "The injured worker was seen on 3/4/2014 for a follow-up visit.": None,
            "He was injured by a falling box and was seen on 5/6/2014.": None,
            "The injured worker on 3/4/2014 complained of pain.": None,
            "He re-injured it on 5/6/2012.": None,
            "The patient was injured on February 30, 2009.": None,
        },
        pattern=compiled(rf"\b{_INJURED}{_TO}{D}"),
        certain=True,
    ),
    Rule(
        name="injury.of",
        why="An injury that is called industrial, work-related or by its cause, with its day behind it.",
        examples={
            "He claims chronic low back pain reportedly associated with an industrial injury of June 1, 2010.": _LATER,
            "The applicant has knee pain reportedly associated with an industrial contusion injury of March 4, 2009.": _INJURY_DAY,
            "The patient is a 39 year old male with an industrial injury dated 03/04/2009.": _INJURY_DAY,
            "A 44-year-old male with a history of work related injuries on 3/4/2009.": _INJURY_DAY,
            "He has a cumulative trauma injury from 3/4/2009.": _INJURY_DAY,
            "Status post slip and fall accident at the workplace on 3/4/2009.": _INJURY_DAY,
            "The original injury was on 3/4/09.": _INJURY_DAY,
            "Neck pain since the motor vehicle accident of 3/4/2009.": _INJURY_DAY,
            "She was seen for her industrial injury on 5/6/2014.": None,
            "He has a non-industrial injury of 5/6/2012.": None,
            "The patient underwent surgery for the industrial injury on 5/6/2012.": None,
            "The industrial injury was evaluated on 5/6/2014.": None,
            "The doctor's first report of occupational injury dated 5/6/2012 lists a sprain.": None,
        },
        pattern=compiled(
            r"\b(?<!non-)(?:industrial(?:ly)?|work|workplace|occupational|on-the-job|job|lifting|crush|slip|fall|original|cumulative|traumatic|repetitive|motor vehicle"
            rf"|initial|specific)[\w -]{{0,30}}\b{_INJURY}{_TO_NEAR}{D}"
        ),
        unless=_SEEN_FOR_IT,
        certain=True,
    ),
    Rule(
        name="injury.on_that_day",
        why="The day stands first, and what happened to somebody follows in the same sentence.",
        examples={
            "On 3/4/09, the patient sustained injuries to her low back while lifting.": _INJURY_DAY,
            "On March 4, 2009, the applicant slipped and fell on a wet floor.": _INJURY_DAY,
            "She was working as a cook on 3/4/09 when she slipped.": _INJURY_DAY,
            "On 3/4/2009 a box struck the worker's shoulder.": _INJURY_DAY,
            "On 3/4/2009 he felt a pop in his back while lifting a keg.": _INJURY_DAY,
            "On 5/6/2014, the patient reported that she fell again.": None,
            "On 5/6/2014 he complained of pain when lifting.": None,
            "The patient was born on 3/4/1969 and hurt her neck in 2009.": None,
            "The visit of 5/6/2014 notes pain with lifting.": None,
        },
        pattern=compiled(
            rf"{D},? {between(80, _TOLD_LATER)}"
            rf"\b(?:sustained|suffered|fell|slipped|tripped|struck|twisted|strained|{_MOVING}|{_INJURED}|{_STRUCK})"
        ),
        unless=compiled(r"\b(?:visit|report|note|evaluation|exam(?:ination)?) (?:of|dated|on|from) |\bborn\b"),
    ),
    Rule(
        name="injury.happened",
        why="The injury or the accident is said to have happened, occurred or dated from a day.",
        examples={
            "The mechanism of injury occurred on 03/04/2009 when a shelf gave way.": _INJURY_DAY,
            "Her injury dates from March 4, 2009.": _INJURY_DAY,
            "The accident happened the 3/4/2009.": _INJURY_DAY,
            "He has pain from an injury that occurred 03/04/2009.": _INJURY_DAY,
            "She has an injury dating back to 3/4/09.": _INJURY_DAY,
            "The industrial incident took place at work on 3/4/2009.": _INJURY_DAY,
            "The injury was on 3/4/2009.": _INJURY_DAY,
            "The injury occurred in 2009; he was seen on 5/6/2014.": None,
        },
        pattern=compiled(
            rf"\b{_INJURY} (?:that |which )?(?:happened|occurred|occurring|took place|was|is|arose|dates? (?:from|back to)|dating (?:from|back to)):?"
            rf"(?: at work| at the workplace)?(?: on)?(?: or about)?(?: the)? {D}"
        ),
    ),
    Rule(
        name="injury.with_day",
        why="An injury or an accident with its day right behind it.",
        examples={
            "The request stems from an accident dated 3/4/2009.": _INJURY_DAY,
            "Her claim is for the injury of March 4, 2009.": _INJURY_DAY,
            "The patient was evaluated for the injury on 5/6/2014.": None,
            "The report of injury dated 5/6/2012 is brief.": None,
            "A prior injury of 5/6/2012 has healed.": None,
        },
        pattern=compiled(
            rf"\b(?<!non-industrial )(?<!prior )(?<!previous )(?<!subsequent )(?<!second )(?:injury|accident|incident) (?:dated|of|on|from):? {D}"
        ),
        unless=_SEEN_FOR_IT,
    ),
    Rule(
        name="injury.at_work",
        why="Somebody fell, slipped or was hurt at work, with the day behind it.",
        examples={
            "The patient fell at work 3/4/09.": _INJURY_DAY,
            "She tripped over a cord while at work, 3/4/2009.": _INJURY_DAY,
            "He fell at home 3/4/09.": None,
        },
        pattern=compiled(
            rf"\b(?:fell|slipped|tripped|hurt|injured|struck)(?: \w+){{0,4}} (?:at|while at|at his|at her) work(?:place)?,? \(?{D}"
        ),
    ),
    Rule(
        name="injury.mechanism",
        why="What happened (a fall, a blow, a collision, a lift) with its day behind it and no other event between.",
        examples={
            "According to the records, the patient was hit by a forklift on 3/4/2009.": _INJURY_DAY,
            "The IW is a 45 year old who developed pain after she tripped over a cord on 3/4/2009.": _INJURY_DAY,
            "She was rear-ended by a truck on 3/4/2009.": _INJURY_DAY,
            "He felt a snap while lifting a box on 3/4/2009.": _INJURY_DAY,
            "Low back pain since a fall from a roof on 3/4/2009.": _INJURY_DAY,
            "He twisted his knee and had an MRI on 5/6/2012.": None,
            "She has pain with lifting on 5/6/2014.": None,
        },
        pattern=compiled(
            rf"\b(?:fell|slipped|tripped|{_STRUCK}|robbery|collision|twisted|strained|{_MOVING}|crushed|hurt|fall (?:from|off|down|at|on))"
            rf"{between(120, _ANOTHER_DAY)}\bon (?:or about )?{D}"
        ),
    ),
)
_INTRODUCED = Rule(
    name="injury.introduced",
    why="The one date of the first sentence, when nothing there speaks of a visit, a report or a request: what is left is the injury.",
    examples={
        "Claimant has had chronic low back pain since 3-4-09.": _INJURY_DAY,
        "The worker's claim is of March 4, 2009, for the right knee.": _INJURY_DAY,
        "The progress note of 3/4/2014 lists pain.": None,
        "The patient had surgery on 5/6/2012.": None,
        "The patient has been off work since 5/1/2011.": None,
    },
    pattern=compiled(rf"\b(?:on|of|since) {D}"),
    unless=compiled(
        rf"\b(?:{_ANOTHER_DAY}|{_ANOTHER_INJURY}|reports?|dated|progress|review|imr|treat\w+|work status|off work|worked|den(?:y|ies)|modif\w*|declined|delayed"
        r"|disabled|disability|fusion|injections?|repair|replacement|therapy|repeat|complain\w*|admitted|hospital\w*|medications?|re-?injur\w*|again|reported"
        r"|stated|lifting|letter|determination|decision|rendered|physician)\b"
    ),
)
_LABELLED = RULES[:1]
_IN_WORDS = tuple(rule for rule in RULES if rule.certain)
_INTRODUCTION = 4
"""Sentences that introduce the patient; a later one counts only where it labels the date."""
_SPEAKS_OF_INJURY = compiled(rf"{_INJURY}|\bdoi\b|\bd\.o\.i|\bfell\b|\bslipp|\btripp|\blift|\b{_STRUCK}|\bhurt\b")
_PATIENT = compiled(r"\b(?:patient|worker|claimant|applicant|employee|individual|(?:year|yr)s?[ -]old)\b")

MATTER = Matter((*RULES, _INTRODUCED), read_date)


def injury_date(page: Page) -> Found | None:
    """The day of the injury from the narrative's introduction, else from a sentence that labels it.

    A text of no known layout has no introduction to go by: there a sentence must name the patient and say the injury in words.
    """
    if page.sections.layout == "unknown":
        return first_told(page, _LABELLED, _as_one(page)) or first_told(page, _IN_WORDS, _of_the_patient(page))
    introduction = [s for s in page.sentences[:_INTRODUCTION] if s in page.dated]
    for sentence in introduction:
        if hit := first_told(page, RULES, [sentence]):
            return hit
    first_is_dated = introduction[:1] == list(page.sentences[:1]) != []
    return first_told(page, _LABELLED, _as_one(page)) or (
        first_told(page, [_INTRODUCED], introduction[:1]) if first_is_dated else None
    )


def injury_is_absent(page: Page) -> bool:
    """Whether nothing in the summary could be the date of an injury: no date in any sentence that speaks of one."""
    if page.narrative is None or page.narrative != page.sections.summary:
        return False
    return not any(searched(_SPEAKS_OF_INJURY, page, s) for s in page.dated)


def _as_one(page: Page) -> list[Part]:
    """The narrative without sentences: a label and its date belong together, whatever point an abbreviated month has."""
    if page.sections.layout == "unknown":
        return [Part(0, min(len(page.text), LONGEST_NARRATIVE))]
    return [page.narrative] if page.narrative else []


def _of_the_patient(page: Page) -> Iterator[Part]:
    return (s for s in dated_sentences(page) if searched(_PATIENT, page, s))
