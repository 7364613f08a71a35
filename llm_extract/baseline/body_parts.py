"""Where on the body: sides, levels of the spine, regions and parts, as the request writes them.

A part may stand inside a name ("knee brace", "hand therapy"). So each rule says by what a part is known to be a place.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from llm_extract.baseline.request_line import Line, read_alone, tight
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import letter_first

_SIDE = r"(?:(?:right|left|bilateral(?:ly)?|both|rt\b\.?|lt\b\.?)(?:[ -]sided)?(?: ?(?:and|&|/|or) ?(?:right|left)\b)?)"
_LEVEL = r"(?:\b[ctls]-?\d{1,2}(?: ?(?:-|/|to|through) ?(?:[ctls]-?)?\d{1,2})*\b)"
_LEVELS = rf"{_LEVEL}(?:(?:, and | and |, ?|/| ?& ?| plus ){_LEVEL})*"
_REGION = r"(?:cervical|thoracic|lumbar|lumbosacral|sacral|cervicothoracic|thoracolumbar)"
_SHORT_REGION = r"(?:[ctl]|l/s|ls)"
_REGIONS = rf"(?:{_REGION}|{_SHORT_REGION})(?:(?:, | and |/| & |-)(?:{_REGION}|{_SHORT_REGION}))*"
_SPINE = (
    rf"{_REGIONS}[ /-]spines?"
    r"|(?:upper|lower|low|mid|middle)[ -]?(?:and (?:upper|lower|mid|low) )?back|back|neck|spine|coccyx|sacrum"
)
_TRUNK = (
    r"head|brain|skull|chest(?: wall)?|thorax|ribs?|abdomen|pelvis|groin|jaw|face|nose|eyes?|ears?|buttocks?|testicles?|scrotum"
    r"|whole body|body|(?:tooth|teeth)(?: (?:numbers? |no\.? )?#? ?\d+(?:(?:, | and |-)#?\d+)*)?"
)
_MUSCLES = (
    r"(?:(?:cervical|thoracic|lumbar|lumbosacral) )?(?:paraspinal|paravertebral|gluteal|rhomboid)s?(?: muscles?| musculature)?"
    r"|trapezius(?: muscles?)?|plantar fascia|achilles(?: tendon)?"
)
_ARM = (
    r"shoulders?|shoulder blade|subacromial (?:space|bursa)|clavicle|scapula|arms?|elbows?|forearms?|wrists?|hands?|thumbs?"
    r"|humerus"
    r"|(?:index |middle |ring |little |long |small )?fingers?"
)
_LEG = r"hips?|thighs?|legs?|knees?|calf|calves|shins?|ankles?|foot|feet|heels?|(?:great |big )?toes?|tibia|fibula|femur"
_JOINTS = (
    r"(?:thumb |hip |knee |ankle |shoulder |elbow |wrist )?(?:cmc|mcp|pip|dip|glenohumeral|subtalar|carpometacarpal) joints?"
    r"|(?:sacroiliac|si|facet|acromioclavicular|ac|temporomandibular|tmj) joints?"
)
_LIMBS = r"(?:upper|lower)(?: and (?:upper|lower))? (?:extremit(?:y|ies)|limbs?|arms?|legs?)|extremit(?:y|ies)|[blr][lu]es?"
_PARTS = rf"(?:{_JOINTS}|{_SPINE}|{_LIMBS}|{_MUSCLES}|{_ARM}|{_LEG}|{_TRUNK})"
_JOIN = r"(?:(?:, and |, ?| and | or )(?:the )?|/| ?& ?)"
_SIDE_BEHIND = rf"(?:,? (?:(?:on|to) the )?\(?{_SIDE}(?: side)?\b\)?(?! (?:{_LEVEL}|{_PARTS})\b))?"
_LETTER = rf"[rl]\b\.? (?:{_JOINTS}|{_LIMBS}|{_ARM}|{_LEG})"
_SIDED = rf"{_SIDE} (?:(?:at |of )?(?:the )?{_LEVELS} ?(?:level)?|{_PARTS})"
_ONE = rf"(?:{_LETTER}|{_SIDED}|{_LEVELS}{_SIDE_BEHIND}|{_PARTS}{_SIDE_BEHIND})"
_PLACE = re.compile(rf"(?<![\w-])(?P<part>{_ONE}(?:{_JOIN}{_ONE})*)(?P<tail>(?: levels?| region| area)?)(?![\w-])\)?")
_PREP = re.compile(
    r"(?:,? ?\(?\b(?:of|for|to|at|in|on|involving|over|around|about|targeting) (?:the |his |her )?(?:levels? (?:of )?)?"
    r"|, ?|- ?)\Z"
)
_LONGEST_PREP = len(", (targeting the levels of ")

SURE = Rule(
    name="body.side_or_level",
    why="A side, a level or a region of the spine makes a place of what it stands with, wherever that is in the request.",
    examples={
        "Right shoulder arthroscopy": "Right shoulder",
        "Bilateral L4-L5, L5-S1 facet injections": "Bilateral L4-L5, L5-S1",
        "MRI lumbar spine": "lumbar spine",
        "Blocks bilaterally at C4, C5 and C6": "bilaterally at C4, C5 and C6",
        "EMG/NCV BUE": "BUE",
        "OT R hand": "R hand",
        "Vitamin L": None,
        "Crown, tooth #19": "tooth #19",
        "Lumbar spine fusion L4-S1": "L4-S1",
        "knee brace": None,
    },
)
IMAGED = Rule(
    name="body.imaged",
    why="A part beside the name of a picture or a motion machine is what it is made of.",
    examples={"Shoulder MRI": "Shoulder", "X-ray knee": "knee", "Knee CPM": "Knee", "Chest x-ray": None, "Knee brace": None},
)
PREPOSITION = Rule(
    name="body.preposition",
    why='A part behind "of", "for", "to" and the like.',
    examples={"Physical therapy for the knee": "knee", "Office visit re: head": None, "hand therapy": None},
)
AT_END = Rule(
    name="body.at_end",
    why="A part behind the thing asked for, where the request or a clause ends.",
    examples={"Acupuncture 2x4, knee": "knee", "Physical therapy knee": "knee", "back brace": None, "Gym, whole": None},
)
SIDE_ONLY = Rule(
    name="body.side_only",
    needs=("right", "left", "bilateral", "both", "rt", "lt"),
    why="Where no part is named the side alone says where.",
    pattern=compiled(rf"(?:,? ?\(?|\b(?:on|to|for|of|at) (?:the )?)(?P<part>(?<![\w-]){_SIDE}(?: side)?)(?![\w-])\)?"),
    examples={"Left carpal tunnel release": "Left", "Stellate block on the right side": "right side", "Leftover": None},
)
REGION_ONLY = Rule(
    name="body.region_only",
    needs=("cervic", "thoracic", "lumb", "sacral"),
    why="A region of the spine behind the thing asked for; in front of it, it is part of its name.",
    pattern=compiled(
        r"(?:,? ?\(?\b(?:of|for|to|at) (?:the )?|[,;(] ?|(?<=\0) ?|(?<=\bmri )|(?<=\bct )|(?<=scan )|(?<=x-ray )|(?<=x-rays ))"
        rf"(?P<part>{_REGION}(?:(?:, and |, ?| and |/| ?& ?|-){_REGION})*)\)?(?=[\s.]*(?:\Z|[,;()\0]))"
    ),
    examples={
        "Acupuncture, lumbar": "lumbar",
        "MRI lumbar": "lumbar",
        "Chiropractic, cervical/lumbar": "cervical/lumbar",
        "Lumbar support": None,
    },
)
# A bare part followed by one of these is inside a name: knee brace, wrist splint, hand therapy, back support.
_NAME_BEHIND = re.compile(
    r"\s*(?:brace|splint|support|orthosis|orthotic|sling|immobilizer|pillow|wrap|belt|corset|collar|pad|walker|boot|cane|chair"
    r"|scooter|therapy|surgery|school|injury|lift|massag|traction|exercis|class|pain|unit|kit|machine|rub|cream|lesion"
    r"|replacement|arthroplasty|arthroscop|fusion|pump|strap|sleeve|garment|stocking|bed|rest|stabiliz|conditioning|mobili[sz]"
    r"|specialist|surgeon|clinic|program|protector|crutch|scan\b.*\bguid)"
)
# "Lumbar spine fusion L4-S1": where a level follows, the region is part of the operation's name.
_SPINE_OPERATION = re.compile(r"\s*(?:fusion|surgery|decompression|laminectomy|discectomy|injection|epidural|esi)\b")
_REGION_NAME = re.compile(rf"{_REGION} spine$")
_ANY_LEVEL = re.compile(_LEVEL)
_IMAGED_BY = re.compile(r"\b(?:mr[ia]|ct(?: scan)?|x-?rays?|ultrasound|emg|ncv|ncs)s? ?\Z")
_HAND_THERAPY = re.compile(r" therapy\b")
_IMAGED_WITH = re.compile(
    r"(?<!chest) ?(?:cpm\b|continuous passive|mr[ia]\b|ct\b|x-?rays?\b|ultrasound\b(?! (?:guid|therap))|radiograph)"
)
_SURE_PLACE = re.compile(rf"{_SIDE}\b|[rl]\b|[blr][lu]e\b|{_LEVEL}|(?:tooth|teeth) .*\d|.*\w[ /-]spines?$|.*\b{_SIDE}\)?$")
_ENDS_HERE = re.compile(r"\s*(?:$|[,;()\0\d]|x ?\d)")
_LABORATORY = re.compile(letter_first(r"\bt[34]\b.*\btsh\b|\btsh\b.*\bt[34]\b|thyroid|\bc-?(?:reactive|peptide)"))
# "Left ulnar nerve decompression at the elbow": the side is no part of the treatment, wherever the place stands.
_SIDE_IN_FRONT = re.compile(rf"[\s\0]*{_SIDE} ")

Accepts = Callable[[str, re.Match[str], re.Match[str] | None], bool]


def _sure(rest: str, m: re.Match[str], _prep: re.Match[str] | None) -> bool:
    if m["part"].endswith(("hand", "hands")) and _HAND_THERAPY.match(rest, m.end("part")):
        return False
    named = _REGION_NAME.match(m["part"]) and _SPINE_OPERATION.match(rest, m.end())
    return bool(_SURE_PLACE.match(m["part"])) and not (named and _ANY_LEVEL.search(rest, m.end()))


def _imaged(rest: str, m: re.Match[str], _prep: re.Match[str] | None) -> bool:
    before = _IMAGED_BY.search(rest[max(0, m.start() - 12) : m.start()])
    return bool(before or (_IMAGED_WITH.match(rest, m.end("part")) and not _NAME_BEHIND.match(rest, m.end("part"))))


def _behind_preposition(rest: str, m: re.Match[str], prep: re.Match[str] | None) -> bool:
    return bool(prep and any(c.isalpha() for c in prep.group())) and not _NAME_BEHIND.match(rest, m.end("part"))


def _at_end(rest: str, m: re.Match[str], prep: re.Match[str] | None) -> bool:
    if _NAME_BEHIND.match(rest, m.end("part")) or (m["part"] in ("body", "head", "face") and not prep):
        return False
    return m.start("part") > 2 and bool(_ENDS_HERE.match(rest, m.end()))


_ACCEPTS: dict[str, Accepts] = {
    SURE.name: _sure,
    IMAGED.name: _imaged,
    PREPOSITION.name: _behind_preposition,
    AT_END.name: _at_end,
}
PLACES = (SURE, IMAGED, PREPOSITION, AT_END)
SIDES = (SIDE_ONLY, REGION_ONLY)
RULES = (*PLACES, *SIDES)


def read_body_part(line: Line) -> None:
    """The first place is the body part; all are cut. Where there is none, a side or a region alone."""
    _places(line, PLACES)
    if "body_part" in line.values and (front := _SIDE_IN_FRONT.match(line.rest)):
        line.use(front.span())
    for rule in SIDES:
        if "body_part" not in line.values:
            _alone(line, rule)


def _places(line: Line, rules: tuple[Rule, ...]) -> None:
    if _LABORATORY.search(line.rest):
        return
    for m in _PLACE.finditer(line.rest):
        prep = _PREP.search(line.rest, max(0, m.start() - _LONGEST_PREP), m.start())
        rule = next((rule for rule in rules if _ACCEPTS[rule.name](line.rest, m, prep)), None)
        if rule is not None:
            _use(line, m, prep, rule)


def _use(line: Line, m: re.Match[str], prep: re.Match[str] | None, rule: Rule) -> None:
    if line.rest[m.end() : m.end() + 1] == "," and not (prep and prep.group().strip().startswith(",")):
        line.commas.add(m.end())
    line.use((prep.start() if prep else m.start(), m.end()))
    place = tight(line.text, *m.span("part"))
    line.put("body_part", line.words(place), place, by=rule.name)


def _alone(line: Line, rule: Rule) -> None:
    m = line.first(rule)
    if m:
        line.use(m.span())
        line.put("body_part", line.words(m.span("part")).strip(), m.span("part"), by=rule.name)


def _read(rule: Rule, words: str) -> object:
    if rule in PLACES:
        return read_alone(lambda line: _places(line, (rule,)), words)
    return read_alone(lambda line: _alone(line, rule), words)


MATTER = Matter(RULES, _read)
