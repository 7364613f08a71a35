"""The request line of an item: what is asked for, how strong, how many, how often, where, and for which day.

Each rule marks the characters that it used. What no rule used is the treatment: that is how the contract defines it. Patterns
are written for lower-case text, which is what they are searched in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from llm_extract.baseline.drugs import generic_of, mentions
from llm_extract.baseline.kinds import category_of
from llm_extract.values import NUMBER, NUMBER_TWICE, STRENGTH, date_pattern, lower, normal_strength, parse_date, parse_number

Place = tuple[int, int]
_N = NUMBER_TWICE
_LONGEST_REQUEST = 1200
"""Characters that are read; a longer text before a decision is no request line, and rules over it would take long."""


@dataclass
class Line:
    """A request while it is read: its text, which characters are used, and the values with their places."""

    text: str
    latest_year: int | None = None
    used: bytearray = field(default_factory=bytearray)
    rest: str = ""
    values: dict[str, tuple[object, tuple[Place, ...]]] = field(default_factory=dict)
    product: tuple[int | float, Place] | None = None
    asked: str = ""
    commas: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.used = bytearray(len(self.text))
        self.rest = lower(self.text)

    def use(self, *places: Place) -> None:
        """Mark characters as used."""
        for start, end in places:
            self.used[start:end] = b"\x01" * (end - start)
            self.hide((start, end))

    def hide(self, place: Place) -> None:
        """Keep characters from later rules without using them."""
        start, end = place
        self.rest = self.rest[:start] + "\0" * (end - start) + self.rest[end:]

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches on characters that are still free."""
        return pattern.finditer(self.rest)

    def first(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match on characters that are still free."""
        return pattern.search(self.rest)

    def put(self, name: str, value: object, *places: Place) -> None:
        """Record a value; the first rule that gives one wins."""
        self.values.setdefault(name, (value, places))

    def unused(self) -> str:
        """The text as written, used characters as NUL."""
        return "".join("\0" if used else c for c, used in zip(self.text, self.used, strict=True))


def read_request(text: str, *, latest_year: int | None = None) -> dict[str, tuple[object, tuple[Place, ...]]]:
    """Values of one request with their places in `text`: treatment, category, generic_name, strength, quantity, ..."""
    whole = len(text) <= _LONGEST_REQUEST
    line = Line(text if whole else text[:_LONGEST_REQUEST].rpartition(" ")[0], latest_year)
    for rule in RULES:
        rule(line)
    return line.values


# --- retrospective, dates --------------------------------------------------------------------------------------------

_RETRO = re.compile(
    r"\(?\bretro(?:spective(?:ly)?|active(?:ly)?)?\b(?: (?:review|authorization))?(?: (?:request|prescription))?s?\)?"
    r"(?: ?(?:for|of|:|-)){0,3}(?: the)?"
)
_SHORT_DATE = r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}"
_DATES = rf"{date_pattern()}(?:(?: ?(?:,|and|&|to|through|thru|-|;|dos:?)){{1,3}} ?{_SHORT_DATE}){{0,12}}"
_SERVICE_DATE = re.compile(
    r"[(\[]?,? ?(?:\b(?:for|on|with|from) )?(?:\bthe )?\b(?:(?:dates?|date\(s\)) of ser(?:vices?|ve)|dos|d\.o\.s\.?"
    rf"|service dates?)(?: ?(?:of|on|between|from|was|:|-)){{0,3}} ?{_DATES} ?[)\]]?(?: for)?"
)
# Words that say that it was done: the day is past, whether or not the request calls itself retrospective.
_DONE = r"(?:performed|provided|dispensed|rendered|given|administered|done|completed|obtained|collected|received)"
_DONE_ON = re.compile(rf"[(\[]?,? ?\b{_DONE} (?:on |from |of |between )?{_DATES} ?[)\]]?")
_ANY_DATE = re.compile(rf"[(\[]?,? ?\b(?:dated |prescribed )?(?:on |from |of |between |for )?{_DATES} ?[)\]]?")
# The day of the asking, and the days between which it shall be done.
_OTHER_DATE = re.compile(
    r"[(\[]?,? ?\b(?:per |on |from )?(?:the )?(?:rfa|requested|request|rx|prescription|prescribed|written|ordered|dated|expir\w+"
    r"|through|thru|until|starting|beginning|between|from|as of"
    r"|(?:do not )?(?:dispensed?|fill(?:ed)?) (?:until|before|on or after|date))"
    rf"(?: ?(?:of|on|dated|date|from|:|-)){{0,3}} ?{_DATES} ?[)\]]?"
)


def _retrospective(line: Line) -> None:
    word = line.first(_RETRO)
    if word:
        line.use(word.span())
        line.put("retrospective", True, word.span())
    service = line.first(_SERVICE_DATE) or line.first(_DONE_ON) or (line.first(_ANY_DATE) if word else None)
    if service is not None:
        value = parse_date(service["date"], latest_year=line.latest_year)
        line.use(service.span())
        if isinstance(value, date):
            line.put("date_of_service", value, service.span("date"))
            line.put("retrospective", True, service.span())
    for m in line.matches(_OTHER_DATE):
        line.use(m.span())


# What became of a request before ("(UR appeal of 5/6/15 upheld)", "(previously denied)", "(modified to #30)") is no part of it.
_REMARK = re.compile(
    r"[(\[](?=[^()\[\]]{0,200}(?:\bden(?:ied|ial)|\bupheld\b|\bappeal|certified\b|certification\b|\bmodified\b|\bapproved\b"
    r"|\bauthori[sz]ed\b|\breconsideration\b|\bUR\b|\butilization review\b|\bnot approved\b|\bwithdrawn\b|\bexpress scripts\b"
    r"|\bmail order\b|\bndc\b))[^()\[\]]{0,200}[)\]]"
    r"|,? ?\bndc ?[:#]{0,2} ?\d[\d-]{5,14}",
    re.IGNORECASE,
)


def _remarks(line: Line) -> None:
    for m in line.matches(_REMARK):
        line.use(m.span())


# --- what leads in ---------------------------------------------------------------------------------------------------

_UNKNOWN_OF = r"(?:frequency|duration|quantity|number|dosage|dose|strength|amount|length|sessions?|visits?|rental period|period)"
_LEAD = re.compile(
    r"[\s:,-]*(?:(?:\(?associated surgical (?:services?|procedures?|items?|requests?)\)?|associated services?|surgical services?)"
    r" ?[:;,-]{0,3} ?"
    r"|(?:the )?requests? for (?:authorization (?:of|for) )?(?:a |an |the )?|requests? ?: ?"
    r"|(?:unknown|unspecified|undetermined) (?:number of |quantity of |amount of |length of |duration of )?"
    rf"(?!{_UNKNOWN_OF}\b)(?=[a-z]{{3}})"
    rf"|(?:{_N} )?(?:medication )?prescriptions? (?:of|for|drugs?,?) (?:a |an |the )?|prescription drugs?[,:]? "
    r"|pharmacy purchase of |purchase of (?=[a-z]+ \d)|prospective (?:requests? for|use of) "
    r"|(?:decision|determination|authorization) for |(?:the )?medical necessity (?:of|for) (?:the )?(?:requests? for )?"
    r"|(?:referrals?|procedures?|surgery|services?|treatments?|items?|equipment|imaging|therapy) ?: ?"
    r"|(?:post-?op(?:erative)? )?(?:medications?|pharmacy|rx|dme|durable medical equipment(?: \(dme\))?)[ \0]{0,40}[:-] ?)+"
)
_UNKNOWN_LIST = rf"{_UNKNOWN_OF}(?:(?: ?(?:,|/|&|and|or)){{1,2}} ?{_UNKNOWN_OF}){{0,3}}"
_UNKNOWN = re.compile(
    rf"[(,]? ?\b(?:unknown|unspecified|undetermined|unlisted) {_UNKNOWN_LIST}(?: of)?\)?"
    rf"|[(,]? ?\b{_UNKNOWN_LIST}:? (?:is |was |are |were )?"
    r"(?:unknown|unspecified|not (?:specified|given|listed|provided|stated|indicated|noted))\)?"
)


def _lead(line: Line) -> None:
    start = next((i for i, c in enumerate(line.rest) if c not in "\0 :,-"), 0)
    m = _LEAD.match(line.rest, start)
    if m and m.end() > start and m.end() < len(line.text):
        line.use((start, m.end()))
    for m in line.matches(_UNKNOWN):
        line.use(m.span())
    line.asked = line.unused()


# Numbers that belong to the name (contract, rule 7): "Tylenol #3", "codeine #4", "Synvisc One", "epidural steroid injection #2".
_NAME_NUMBER = re.compile(
    r"\b(?:tylenol|codeine)(?: (?:with|w/) ?codeine)?(?P<number> ?(?:#|no\.? ?)[1-4])(?!\d)(?=.*(?:#|qty|quantity|\d ?tab)|$)"
    r"|\b(?:injection|esi|block)(?P<number2> ?# ?[1-3])(?!\d)|\bsynvisc[ -](?P<number3>one)\b"
)
_ROUTE = r"(?:p\.?o\.?\b(?! box)|by mouth\b|orally\b)"
_FORM_UNIT = (
    r"(?:tab(?:let)?s?|cap(?:sule)?s?|pills?|patch(?:es)?|drops?|sprays?|puffs?|pumps?|films?|lozenges?|grams?|gms?|g|ml|cc"
    r"|units?|applications?|packets?)\b"
)
_HOURS = r"(?:hours?|hrs?|h)\b"
_DRUG_RATE = (
    rf"(?:every (?:\d+|\w+)(?: ?(?:-|to) ?\d+)? ?{_HOURS}|every (?:day|night|morning|evening|other day|bedtime)\b"
    rf"|q\.? ?\d+(?: ?- ?\d+)? ?{_HOURS}|q ?(?:day|night|week|month|am|pm|hs)\b"
    r"|(?:b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?h\.?s|q\.?d|q\.?a\.?m|q\.?p\.?m|h\.?s|p\.?r\.?n|q\.?o\.?d)\b\.?"
    r"|(?:once|twice|thrice|(?:one|two|three|four|five|six|\d)(?: ?(?:-|to) ?\d)? ?(?:times?|x))(?: ?(?:a|per|every|each|/))?"
    r" ?(?:day|daily|nightly|night)\b"
    r"|as needed\b|daily\b(?! living| activit)|nightly\b|at (?:bedtime|night)\b)"
)
_FOR_WHAT = (
    r"(?:[ ,]{1,2}(?:as directed|for (?:\w+ )?(?:pain|spasms?|sleep|insomnia|nausea|anxiety|inflammation|neuropathy)"
    r"|(?:muscle )?(?:pain|spasms?|sleep|insomnia|nausea|anxiety)|with (?:food|meals)))?"
)
# How much to take at a time is neither name nor count: "1-2 tabs by mouth", "one patch"; before a rate it is part of the rate.
_TAKE = r"(?:take|use|apply|inhale|inject|place|wear|sig:?)"
_DOSE = (
    r"(?:[1-9]|1/2|0\.5|one-half|half|one|two|three|four)(?: ?(?:-|to|or|/) ?(?:[1-9]|one|two|three|four))?(?: \([1-9]\))?"
    rf"(?: ?{_FORM_UNIT})?(?: {_ROUTE})?"
)
_SIG = re.compile(
    rf",? ?\(?(?<![\w./#-])(?:{_TAKE} )?(?:{_DOSE} (?={_DRUG_RATE})"
    rf"|(?:[1-4]|one|two|1-2|1 to 2)(?: \([12]\))?(?: {_FORM_UNIT})? {_ROUTE}|{_ROUTE})"
    rf"|,? ?\bmax(?:imum)? (?:of )?\d+ ?(?:/|per|a) ?day\b"
)
_DOSED = re.compile(
    rf",? ?\(?(?:\b{_TAKE} )?(?<![\w./#-])(?P<words>{_DOSE},? (?:{_DRUG_RATE}|every (?:\d+|\w+) (?:days?|weeks?)\b)"
    rf"(?:[ ,]{{1,2}}(?:as needed|prn\b|at bedtime|at night)){{0,2}}){_FOR_WHAT}"
)


def _name_numbers(line: Line) -> None:
    for m in line.matches(_NAME_NUMBER):
        line.hide(m.span(m.lastgroup or 0))


def _sig(line: Line) -> None:
    dosed = line.first(_DOSED)
    if dosed:
        line.use(dosed.span())
        line.put("frequency", line.text[slice(*dosed.span("words"))].rstrip(" ,"), dosed.span("words"))
    for m in line.matches(_SIG):
        line.use(m.span())


# --- refills, strength -----------------------------------------------------------------------------------------------

_REFILLS = re.compile(
    r"[,(]? ?(?:\b(?:with|w/|plus|and) ?|\bx ?)?(?:(?<=\bx)|(?<![#\w.]))"
    rf"(?P<n>{_N}|no|a) (?:additional |monthly |more )?(?:refills?|rfs?)\b(?! ?[:=x] ?\d)(?: each| allowed)?\)?"
)
_REFILLS_BEHIND = re.compile(
    r"[,(]? ?(?:\b(?:with|w/|plus|and) ?)?\b(?:refills?|rfs?)(?: ?(?:[x:#=-]|of|times)){0,2}"
    rf" ?(?P<n>{_N}|none\b|no\b)(?: times?)?\)?"
)
_COUNT_BEFORE = re.compile(r"(?:#|\bqty|\bquantity|\bcount|\bno\.|\bnumber)[ :.#]{0,3}\Z")
_STRENGTH = re.compile(STRENGTH)
_TOPICAL_UNIT = re.compile(r"\s*[\d.,]+ ?(?:gms?|grams?|g|ml|mls|cc|oz)\b")
_NO_STRENGTH_BEFORE = re.compile(r" ?(?:rental|supply)")
_ONE_UNIT = re.compile(r"[\d ]+unit")  # "Orthostim 4 unit": a device
_IN_BRACKETS = re.compile(r"\( ?\Z")


def _refills(line: Line) -> None:
    if "refill" not in line.rest and "rf" not in line.rest:
        return
    ahead = (m for m in line.matches(_REFILLS) if not _COUNT_BEFORE.search(line.rest[: m.start("n")]))
    m = next(ahead, None) or line.first(_REFILLS_BEHIND)
    value = parse_number("no" if m["n"] == "none" else m["n"]) if m else None
    if m and isinstance(value, int):
        line.use(m.span())
        line.put("refills", value, m.span())


def _strength(line: Line) -> None:
    matches = [m for m in line.matches(_STRENGTH) if not _TOPICAL_UNIT.match(m.group()) and not _ONE_UNIT.fullmatch(m.group())]
    matches = [m for m in matches if not _NO_STRENGTH_BEFORE.match(line.rest, m.end())]
    line.use(*(m.span() for m in matches))
    told = [(m, normal) for m in matches if (normal := normal_strength(m.group()))]
    units = {normal.rsplit(" ", 1)[1] for _, normal in told}
    if len(units) > 1:  # "5% (700mg/patch)": the brackets say the same again
        told = [(m, n) for m, n in told if not _IN_BRACKETS.search(line.text[: m.start()])] or told
        units = {normal.rsplit(" ", 1)[1] for _, normal in told}
    if told:
        numbers = [normal.rsplit(" ", 1)[0] for _, normal in told]
        value = f"{'/'.join(numbers)} {units.pop()}" if len(units) == 1 else "/".join(n for _, n in told)
        line.put("strength", value, *(m.span() for m, _ in told))


# --- rate and duration -----------------------------------------------------------------------------------------------

_PER = r"(?:times? (?:a|per)|a|per|each|every|an|/) ?"
_PERIOD = r"(?:days?|weeks?|wks?|months?|mos?|years?|yrs?)\b"
_UP_TO = rf"(?:{_N} ?(?:-|to) ?)?"
_EVENTS = r"(?:visits?|sessions?|treatments?|hours?|appointments?|injections?)\b"
_TIMES_A = (
    rf"{_UP_TO}(?P<count>{_N}|once|twice|thrice) ?(?:(?:times?|x|sessions?|visits?|days?|hours?|hrs?|treatments?)\b)? ?"
    rf"(?:{_PER})?(?P<period>{_PERIOD}|daily|weekly|wkly\b|monthly)"
)
# The unit of a length is written or, at an end, that of the rate: "2 times a week x 6".
_LENGTH = (
    r",? ?(?:(?:for|x|times|over|during) ?){1,2}(?:the next |a total of |a period of |up to )?"
    rf"{_UP_TO}(?P<length>{_N})(?: ?-?(?P<unit>{_PERIOD})|(?![\w.%/-])(?! ?{_EVENTS}| ?(?:mg|more)))"
)
_THERAPY_RATE = re.compile(rf"(?<![\w/.#]){_TIMES_A}(?:{_LENGTH})?")
_WEEKLY_LENGTH = re.compile(rf"\b(?P<period>weekly|monthly)(?: {_EVENTS})?{_LENGTH}")
_A_WEEK = rf"(?P<days>{_N}) ?(?:days?|times?|x) ?{_PER}(?:week|wk)"
_A_DAY = rf"(?P<hours>{_N}) ?(?:hours?|hrs?) ?(?:{_PER}day|daily)"
_FOR_LENGTH = rf"(?:,? ?(?:for|x|times) ?{_UP_TO}(?P<length>{_N}) ?(?P<unit>weeks?|wks?|months?))?"
_HOURS_DAYS = re.compile(rf"(?<![\w/.#]){_A_DAY},?(?: and)?(?: ?x| for| at)? ?{_A_WEEK}{_FOR_LENGTH}")
_DAYS_HOURS = re.compile(rf"(?<![\w/.#]){_A_WEEK},?(?: and)?(?: ?x| for| at)? ?{_A_DAY}{_FOR_LENGTH}")
_X_BY_Y = re.compile(
    r"(?<![\w./#-])(?:(?:one|two|three|four|five) times (?:\w+) \()?(?:\d ?- ?)?"
    r"(?P<count>\d{1,2}) ?(?:x|times) ?(?P<length>\d{1,2})"
    r"(?![\w/%-]|\.\d)(?! ?(?:mg|cm|mm|in\b|inch|ml|gm|g\b|levels?|views?|visits?|sessions?|units?|tab|cap|gauze|pads?))"
    r"\)?(?: ?(?:weeks?|wks?)\b)?"
)
_SLASHED = re.compile(
    r"(?<![\w./#])(?P<count>\d{1,2}) ?x? ?(?:/|per|a|times?/)? ?(?:wk|week)s?,? ?(?:x|for|times|,) ?"
    rf"(?P<length>{_N}) ?(?P<unit>wks?|weeks?|months?)\b"
)
_RATES = (_HOURS_DAYS, _DAYS_HOURS, _SLASHED, _THERAPY_RATE, _WEEKLY_LENGTH, _X_BY_Y)
_DOSING = re.compile(
    rf"(?P<words>\b(?:{_DRUG_RATE}|every (?:\d+|\w+)(?: ?(?:-|to) ?\d+)? ?(?:days?|weeks?|months?)\b|{_N} ?/ ?day\b"
    r"|weekly\b|monthly\b|quarterly\b|annually\b|yearly\b|bi-?(?:weekly|monthly)\b|every other (?:week|month)\b"
    r"|per (?:day|week|month)\b)"
    rf"(?:[ ,]{{1,2}}(?:as needed|prn|at bedtime)){{0,2}}(?: (?:for|x) ?{_N} ?{_PERIOD})?){_FOR_WHAT}"
)
_DURATION = re.compile(
    r"(?P<lead>,? ?\(?(?:\b(?:for|times|over|during) |\bx ?)?(?:\b(?:a|an|the|up to|approximately) )?)"
    rf"(?:(?<=\bx)|(?<![\w./#-]))(?P<words>(?:initial )?{_UP_TO}{_N}[ -]?{_PERIOD}"
    r"(?: (?P<noun>(?:home(?:[- ]based)? )?(?:trial(?: period| rental)?|rental(?: period)?|supply|use\b)))?)\)?"
    r"|(?P<words2>\b(?:monthly|weekly|daily) (?P<noun2>rental|supply))"
    rf"|,? ?(?P<words3>\bdays?'? supply:? ?{_N})"
)
_NOT_A_DURATION = re.compile(r"[ -]*(?:old|follow|post|history|status|interval|recheck)")
_POINT_IN_TIME = re.compile(r"\b(?:in|within|after|every|at|q) ?\Z")
_JOINS_RATE = re.compile(r"times?|x|/|\ba\b|\bper\b|each|every|once|twice|thrice|weekly|monthly")
_BARE_PERIOD = re.compile(rf"{_N}[ -]?(?:day|week|month|year|wk)s?$")
_JOINT = re.compile(r"[,(]? ?(?:\b(?:at|for|x|of|times) ?)?\Z")
_CLOSING_BRACKET = re.compile(r" ?\)")


# Without one of these there is neither a rate nor a duration; most requests for drugs have none.
_PERIODIC = re.compile(r"\d ?x|x ?\d|times|da[iy]|week|wk|month|mo\b|year|yr")


def _frequency(line: Line) -> None:
    """Rate and duration words; for therapy and care also the count that they multiply out to."""
    periodic = bool(line.first(_PERIODIC))
    for pattern in _RATES if periodic else ():
        m = line.first(pattern)
        if m is None or (pattern is _THERAPY_RATE and not _is_rate(m.group())):
            continue
        if pattern is _X_BY_Y and mentions(line.text):
            line.use(_with_joint(line.rest, *m.span()))  # "18 Sumatriptan (9x2)": how a drug is packed
            continue
        line.use(_with_joint(line.rest, *m.span()))
        place = _tight(line.text, *m.span())
        line.put("frequency", line.text[place[0] : place[1]], place)
        product = _product(m.groupdict())
        if product is not None:
            line.product = (product, place)
        break
    for m in line.matches(_DOSING):
        line.use(m.span())
        line.put("frequency", line.text[slice(*m.span("words"))].strip(" ,"), m.span("words"))
    for m in line.matches(_DURATION) if periodic else ():
        if not _NOT_A_DURATION.match(line.rest, m.end()) and not _POINT_IN_TIME.search(line.rest[: m.start()]):
            _use_duration(line, m)


def _use_duration(line: Line, m: re.Match[str]) -> None:
    group = next(g for g in ("words", "words2", "words3") if m[g])
    noun = "noun" if m["noun"] else "noun2"
    line.put("frequency", line.text[slice(*m.span(group))].strip(), m.span(group))
    # "rental" and "purchase" stay in the treatment (contract, rule 13).
    keeps = (m[noun] or "").startswith("rental")
    line.use((m.start(), m.start(noun) if keeps else m.end()))


def _is_rate(words: str) -> bool:
    """A count with a period is a rate only when the two are joined: "2 times a week", not "30 day" or "6 week"."""
    return bool(_JOINS_RATE.search(words)) and not _BARE_PERIOD.match(words)


def _with_joint(text: str, start: int, end: int) -> Place:
    """The joint words before a rate go with it: "x ", "for ", ", "."""
    lead = _JOINT.search(text[:start])
    tail = _CLOSING_BRACKET.match(text, end)
    return (lead.start() if lead else start, tail.end() if tail and "(" in text[:start] else end)


def _product(parts: dict[str, str | None]) -> int | float | None:
    """Times a week times weeks; hours a day times days a week times weeks. None where the units do not multiply."""
    count, length, hours, days = (parse_number((parts.get(k) or "").strip()) for k in ("count", "length", "hours", "days"))
    period = parts.get("period") or "week"
    unit = parts.get("unit") or period
    if length is None:
        return None
    if hours is not None and days is not None:
        return hours * days * length if unit.startswith("w") else None
    if "count" not in parts:
        count = 1  # "weekly x 6"
    same = period[:2] == unit[:2] or period[:1] == unit[:1] == "w"
    return count * length if same and count is not None else None


# --- body part -------------------------------------------------------------------------------------------------------

_SIDE = r"(?:(?:right|left|bilateral(?:ly)?|both|rt\b\.?|lt\b\.?)(?:[ -]sided)?(?: ?(?:and|&|/|or) ?(?:right|left)\b)?)"
_LEVEL = r"(?:\b[ctls]-?\d{1,2}(?: ?(?:-|/|to|through) ?(?:[ctls]-?)?\d{1,2})*\b)"
_LEVELS = rf"{_LEVEL}(?:(?:, and | and |, ?|/| ?& ?| plus ){_LEVEL})*"
_REGION = r"(?:cervical|thoracic|lumbar|lumbosacral|sacral|cervicothoracic|thoracolumbar)"
_SHORT_REGION = r"(?:[ctl]|l/s|ls)"
_REGIONS = rf"(?:{_REGION}|{_SHORT_REGION})(?:(?:, | and |/| & |-)(?:{_REGION}|{_SHORT_REGION}))*"
_PARTS = (
    r"(?:(?:thumb |hip |knee |ankle |shoulder |elbow |wrist )?(?:cmc|mcp|pip|dip|glenohumeral|subtalar|carpometacarpal) joints?"
    rf"|{_REGIONS}[ /-]spines?|(?:upper|lower|low|mid|middle)[ -]?(?:and (?:upper|lower|mid|low) )?back|back|neck|head|brain"
    r"|skull|chest|thorax|ribs?|abdomen|pelvis|groin"
    r"|(?:upper|lower)(?: and (?:upper|lower))? (?:extremit(?:y|ies)|limbs?|arms?|legs?)"
    r"|extremit(?:y|ies)|shoulders?|shoulder blade|subacromial (?:space|bursa)|clavicle|(?:(?:cervical|thoracic|lumbar"
    r"|lumbosacral) )?(?:paraspinal|paravertebral|gluteal|rhomboid)s?(?: muscles?| musculature)?|plantar fascia"
    r"|achilles(?: tendon)?|arms?|elbows?|forearms?|wrists?|hands?"
    r"|thumbs?"
    r"|(?:index |middle |ring |little |long |small )?fingers?|hips?|thighs?|trapezius|scapula|legs?|knees?|calf|calves|shins?"
    r"|ankles?|foot|feet|heels?|(?:great |big )?toes?"
    r"|tibia|fibula|femur"
    r"|humerus|(?:sacroiliac|si|facet|acromioclavicular|ac|temporomandibular|tmj) joints?|spine|jaw"
    r"|face|nose|eyes?|ears?|(?:tooth|teeth)(?: (?:numbers? |no\.? )?#? ?\d+(?:(?:, | and |-)#?\d+)*)?|coccyx|sacrum|buttocks?"
    r"|testicles?|scrotum|whole body|body|[blr][lu]es?)"
)
_JOIN = r"(?:(?:, and |, ?| and | or )(?:the )?|/| ?& ?)"
_SIDE_BEHIND = rf"(?:,? (?:(?:on|to) the )?\(?{_SIDE}(?: side)?\b\)?(?! (?:{_LEVEL}|{_PARTS})\b))?"
_ONE = rf"(?:{_SIDE} (?:{_LEVELS} ?(?:level)?|{_PARTS})|{_LEVELS}{_SIDE_BEHIND}|{_PARTS}{_SIDE_BEHIND})"
_PART = re.compile(rf"(?<![\w-])(?P<part>{_ONE}(?:{_JOIN}{_ONE})*)(?P<tail>(?: levels?| region| area)?)(?![\w-])\)?")
_PREP = re.compile(
    r"(?:,? ?\(?\b(?:of|for|to|at|in|on|involving|over|around|about|targeting) (?:the |his |her )?(?:levels? (?:of )?)?"
    r"|, ?|- ?)\Z"
)
# "Left ulnar nerve decompression at the elbow": the side is no part of the treatment, wherever the place stands.
_SIDE_IN_FRONT = re.compile(rf"[\s\0]*{_SIDE} ")
_SIDE_ONLY = re.compile(rf"(?:,? ?\(?|\b(?:on|to|for|of|at) (?:the )?)(?P<part>(?<![\w-]){_SIDE}(?: side)?)(?![\w-])\)?")
# "Acupuncture 2x4, cervical": a region alone, where the line ends with it.
_REGION_ONLY = re.compile(
    r"(?:,? ?\(?\b(?:of|for|to|at) (?:the )?|[,;(] ?|(?<=\0) ?)"
    rf"(?P<part>{_REGION}(?:(?:, and |, ?| and |/| ?& ?|-){_REGION})*)\)?(?=[\s.]*(?:\Z|[,;()\0]))"
)
# A bare part followed by one of these is inside a name: knee brace, wrist splint, hand therapy, back support.
_NAME_AFTER = re.compile(
    r"\s*(?:brace|splint|support|orthosis|orthotic|sling|immobilizer|pillow|wrap|belt|corset|collar|pad|walker|boot|cane|chair"
    r"|scooter|therapy|surgery|school|injury|lift|massag|traction|exercis|class|pain|unit|kit|machine|rub|cream|lesion"
    r"|replacement"
    r"|arthroplasty|arthroscop|fusion|pump|strap|sleeve|garment|stocking|bed|rest|stabiliz|conditioning|mobili[sz])"
)
# A bare part in front of one of these is the place: "Shoulder CPM", "Knee MRI".
_PLACED_BEFORE = re.compile(r"\b(?:mr[ia]|ct(?: scan)?|x-?rays?|ultrasound|emg|ncv|ncs)s? ?\Z")
_HAND_THERAPY = re.compile(r" therapy\b")
_PLACED_AFTER = re.compile(
    r"(?<!chest) ?(?:cpm\b|continuous passive|mr[ia]\b|ct\b|x-?rays?\b|ultrasound\b(?! (?:guid|therap))|radiograph)"
)
_SURE_PLACE = re.compile(rf"{_SIDE}\b|[blr][lu]e\b|{_LEVEL}|(?:tooth|teeth) .*\d|.*\w[ /-]spines?$|.*\b{_SIDE}\)?$")
_ENDS_HERE = re.compile(r"\s*(?:$|[,;()\0\d]|x ?\d)")
_THYROID = re.compile(r"\bt[34]\b.*\btsh\b|\btsh\b.*\bt[34]\b|thyroid")


def _body_part(line: Line) -> None:
    if _THYROID.search(line.rest):
        return
    for m in line.matches(_PART):
        prep = _PREP.search(line.rest[: m.start()])
        if _is_place(line.rest, m, prep):
            if line.rest[m.end() : m.end() + 1] == "," and not (prep and prep.group().strip().startswith(",")):
                line.commas.add(m.end())
            line.use((prep.start() if prep else m.start(), m.end()))
            place = _tight(line.text, *m.span("part"))
            line.put("body_part", line.text[slice(*place)], place)
    if "body_part" in line.values and (front := _SIDE_IN_FRONT.match(line.rest)):
        line.use(front.span())
    for pattern in (_SIDE_ONLY, _REGION_ONLY):
        side = None if "body_part" in line.values else line.first(pattern)
        if side:
            line.use(side.span())
            line.put("body_part", line.text[slice(*side.span("part"))].strip(), side.span("part"))


def _is_place(rest: str, m: re.Match[str], prep: re.Match[str] | None) -> bool:
    """A side, a level or a spinal region makes a place; a bare part does so behind a preposition or at an end."""
    if m["part"].endswith(("hand", "hands")) and _HAND_THERAPY.match(rest, m.end("part")):
        return False
    if _SURE_PLACE.match(m["part"]) or _PLACED_BEFORE.search(rest[max(0, m.start() - 12) : m.start()]):
        return True
    if _NAME_AFTER.match(rest, m.end("part")):
        return False
    if prep and any(c.isalpha() for c in prep.group()):
        return True
    if _PLACED_AFTER.match(rest, m.end("part")):
        return True
    if m["part"] in ("body", "head", "face") and not prep:
        return False
    return m.start("part") > 2 and bool(_ENDS_HERE.match(rest, m.end()))


# --- quantity --------------------------------------------------------------------------------------------------------

_TABLETS = r"(?:tablets?|tabs?|capsules?|caps?|pills?|patches|units?|each|count|ct)\b"
_PER_FILL = r"(?: ?(?:/|per|a|each) ?(?:month|mo|30 days|fill)\b)?"
_HASH = re.compile(
    r"[(,]? ?(?:\b(?:quantity|qty)\.? ?:? ?(?:of )?)?(?:#|\bno\. ?|\bnumber (?:of )?) ?"
    rf"(?P<n>{_N})(?:\)? ?{_TABLETS}|(?!\w|\.\d)\)?){_PER_FILL}"
)
_QTY = re.compile(
    r"[(,]? ?\b(?:quantity|qty|count|dispensed?|disp)\b\.?(?: ?(?:[:=#-]|of)){0,3}"
    rf" ?(?P<n>{_N})(?:\)? ?{_TABLETS}|(?!\w|\.\d)\)?){_PER_FILL}"
)
_UNIT = (
    r"(?:tablets?|tabs?\b|capsules?|caps?\b|pills?|patch(?:es)?|lozenges?|suppositor(?:y|ies)|vials?|ampules?|tubes?|bottles?"
    r"|containers?|jars?|boxes|box\b|packs?\b|packets?|pieces?|sets?\b|visits?|sessions?|treatments?|units\b"
    r"|hours\b|hrs\b|(?<=\b1 )hour\b|appointments?|films?|count|doses?|injections?|pairs?|sprays?|syringes?|pens?\b|inhalers?)"
)
_COUNTED = re.compile(
    r"[(,]? ?(?:\b(?:for|of|with|times|total(?: of)?|additional|up to|x) ){0,3}(?:\bx ?)?(?:(?<=\bx)|(?<![\w./-]))"
    rf"(?P<n>{_N})(?: additional| more| total| initial| post-?op(?:erative)?)? ?-?(?P<unit>{_UNIT})"
    r"(?! (?:a|per|each|every|/)\b|/)\)?(?: total)?"
)
_TIMES = re.compile(
    rf"[(,]? ?\b(?:x|times) ?(?P<n>{_N})(?! ?(?:days?|weeks?|wks?|months?|mos?|years?|mg|%|/|x\b|times))(?!\w|\.\d)\)?"
)
_SERIES = re.compile(rf",? ?\(?(?:\ba )?\bseries of (?P<n>{_N})(?: injections?)?\)?")
_GRAMS = re.compile(
    r"[(,]? ?(?<![\w./])(?P<n>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?(?:gms?|grams?|g|ml|mls|cc|fl oz|oz|ounces?)\b\.?(?! ?/)"
    rf"(?: (?:tube|bottle|jar|container)s?)?\)?{_PER_FILL}"
)
# "100 gm tubes x 3" and "3 tubes of 100 gm" are 300.
_TUBE = r"(?:tubes?|bottles?|jars?|containers?|cans?)"
_AMOUNT = r"(?P<amount>\d+(?:\.\d+)?) ?-?(?:gms?|grams?|g|ml|mls|cc|oz)\b\.?"
_TUBES = re.compile(
    rf"[(,]? ?(?<![\w./]){_AMOUNT} ?{_TUBE},? ?(?:\(?(?:x|times|#|qty:?|quantity:?) ?)(?P<n>{_N})(?!\w)\)?"
    rf"|[(,]? ?(?<![\w./])(?P<n2>{_N}) {_TUBE} (?:of |at )?\(?(?P<amount2>\d+(?:\.\d+)?) ?-?(?:gms?|grams?|g|ml|mls|cc"
    rf"|oz)\b\.?\)?"
)
_LEADING = re.compile(
    rf"\W*(?P<n>{_N}) (?![-/]|(?:views?|levels?|phases?|points?|stage|part|channel|leads?|wheel\w*|panel|t|tesla|drug|in"
    r"|month|day|week|hour|year|mg|times|x|way|star)\b)"
)
_BRACKETED = re.compile(rf" ?\( ?(?P<n>{NUMBER}) ?\)[\s.]*\Z")
# "Follow-up visits, six": a bare number that ends the line.
_TRAILING = re.compile(rf" ?[,;:] ?(?P<n>{_N})(?<!\d{{4}})[\s.]*\Z")
# Which one of a series it is, and when, say nothing of what is asked for: "injection, 3rd", "evaluation after surgery".
_ORDINAL = re.compile(r", ?(?:1st|2nd|3rd|[4-9]th|first|second|third)[\s.]*\Z")
_AFTER = re.compile(r",? after (?:the |her |his )?(?:surgery|operation)\b")
_COUNT_RULES = (_HASH, _QTY, _SERIES, _COUNTED, _TIMES, _GRAMS, _BRACKETED, _TRAILING)
_HAS_NUMBER = re.compile(NUMBER)
_CONTAINER = ("tube", "bottle", "container", "jar", "box")
_UNIT_IS_THING = ("inject", "visit", "appoint", "treatment", "session")


def _quantity(line: Line) -> None:
    """An explicit count: the sign first, then words; one fill, never multiplied by refills."""
    tubes = line.first(_TUBES)
    if tubes:
        _count_tubes(line, tubes)
    for pattern in _COUNT_RULES if line.first(_HAS_NUMBER) else ():
        for m in line.matches(pattern) if "quantity" not in line.values else ():
            _count(line, m)
    leading = _LEADING.match(line.rest)
    if leading:
        _count(line, leading)
    if line.product is not None and "strength" not in line.values:
        line.put("quantity", *line.product)
    # A second amount ("#1, 120 gm tube", "#9 x 2") is part of the packaging, not of the treatment.
    for pattern in (_QTY, _GRAMS, _TIMES, _ORDINAL, _AFTER):
        for m in line.matches(pattern):
            line.use(m.span())


def _count_tubes(line: Line, m: re.Match[str]) -> None:
    count, amount = parse_number((m["n"] or m["n2"]).strip()), parse_number(m["amount"] or m["amount2"])
    if count and amount:
        line.use(m.span())
        line.put("quantity", count * amount, _tight(line.text, *m.span()))


def _count(line: Line, m: re.Match[str]) -> None:
    value = parse_number(m["n"])
    if value is None or "quantity" in line.values:
        return
    span = m.span()
    unit = m.groupdict().get("unit") or ""
    if unit.startswith(_CONTAINER) and value == 1 and (line.first(_GRAMS) or len(list(line.matches(_COUNTED))) > 1):
        line.use(span)  # "1 tube of Voltaren gel 100gm": the grams are the quantity
        return
    if unit.startswith(_UNIT_IS_THING) and len((line.text[: span[0]] + line.text[span[1] :]).strip(" ,.()")) < 4:
        span = (m.start(), m.start("unit"))  # "3 injections": the unit is the thing when nothing else names it
    line.use(span)
    place = _tight(line.text, *m.span())
    glued = re.fullmatch(r"\W*x\d+\W*", line.text[slice(*place)], re.IGNORECASE)  # "x2": the number alone proves it
    line.put("quantity", value, m.span("n") if glued else place)


# --- what is left ----------------------------------------------------------------------------------------------------

_EDGE_FRONT = re.compile(
    r"(?:[\s,;:.\-/&+]|(?:of|for|the|with|and|to|at|on|in|x|a|an|by|per|quantity|qty|dosage|dose|then|prescription of"
    r"|request for)\b(?!-))+",
    re.IGNORECASE,
)
_EDGE_BACK = re.compile(
    r"(?:[\s,;:\-/&+]|\b(?:of|for|the|with|and|to|at|on|in|x|by|per|quantity|qty|dosage|dose|total|each|refills?"
    r"|date of service|dos|month|sig|re|regarding)\b)+\.?\Z",
    re.IGNORECASE,
)
_EMPTY_BRACKETS = re.compile(r"[(\[][\s,;:./#x-]*[)\]]")
_BEFORE_POINT = re.compile(r"\s+([,;:.)])")
_DOUBLE_POINT = re.compile(r"([,;:])(?:\s*[,;:])+")
_FREE = re.compile(rb"\x00+")
_FORM = re.compile(r"\b(?:cream|gel|ointment|lotion|solution|spray|patch(?:es)?|capsules?|paste|oil|rub)\b", re.IGNORECASE)


def _treatment(line: Line) -> None:
    compound = _compound(line)
    if compound:
        line.put("treatment", *compound)
    else:
        places = _remaining(line)
        value = _clean(_joined(line, places))
        line.put("treatment", value or line.text.strip(), *(places if value else [(0, len(line.text))]))
    treatment, places_of_it = line.values["treatment"]
    category = category_of(str(treatment), line.text)
    line.put("category", category, *places_of_it)
    generic = generic_of(str(treatment)) if category == "medication" else None
    if generic:
        if generic in _WITH_ACETAMINOPHEN and _SECOND_STRENGTH.match(str(line.values.get("strength", ("",))[0])):
            generic += "/acetaminophen"
        line.put("generic_name", generic, *((m.start, m.end) for m in mentions(line.text)))


# "Hydrocodone 10/325mg": the second number is acetaminophen's (all US products; up to 2014 also above 325 mg).
_WITH_ACETAMINOPHEN = ("hydrocodone", "oxycodone", "tramadol")
_SECOND_STRENGTH = re.compile(r"[\d.]+/(?:300|325|400|500|650|660|750) mg$")


def _remaining(line: Line) -> list[Place]:
    tight = (_tight(line.text, *m.span()) for m in _FREE.finditer(line.used))
    return [(a, b) for a, b in tight if any(c.isalnum() for c in line.text[a:b])]


def _joined(line: Line, places: list[Place]) -> str:
    """The pieces side by side; a comma behind a place that was cut out stays: "X-rays [lumbar spine], flexion and extension"."""
    words = ""
    for (a, b), (after, _) in pairwise([*places, (len(line.text), 0)]):
        words += line.text[a:b] + (", " if any(b <= comma < after for comma in line.commas) else " ")
    return words


def _clean(words: str) -> str:
    previous = None
    while words != previous:
        previous = words
        words = " ".join(_EMPTY_BRACKETS.sub(" ", words).split())
        words = _DOUBLE_POINT.sub(r"\1", _BEFORE_POINT.sub(r"\1", words)).replace("( ", "(")
        words = words[m.end() :] if (m := _EDGE_FRONT.match(words)) else words
        words = _EDGE_BACK.sub("", words).strip(" ,;:-")
        if words.count("(") != words.count(")"):
            at_edge = words[:1] in "()" or words[-1:] in "()"
            words = words.strip("()") if at_edge else words.replace("(", " ").replace(")", " ")
    return words


_INGREDIENT = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z' -]{0,60}?(?:-?\d{1,3})?)[ :,(]{0,4}(?P<dose>\d{1,3}(?:\.\d{1,6})?|\.\d{1,6}) ?%\)?"
)
_NOT_INGREDIENT = re.compile(
    r"^(?:.*\b(?:of|with|containing|contains|includes?|and|in|cream|gel|ointment|lotion|compound(?:ed)?|cmpd|topical|transdermal"
    r"|medications?|base|plus|drug|analgesic)\b:? ?)+",
    re.IGNORECASE,
)
_SAYS_COMPOUND = re.compile(r"\b(?:compound(?:ed)?|cmpd)\b", re.IGNORECASE)
_LISTED = re.compile(r"[\s,/&+]*(?:and )?\s*")


def _compound(line: Line) -> tuple[str, *tuple[Place, ...]] | None:
    """Two or more ingredients, or one that is called compounded: their names joined with `/`, then the form."""
    places = max(_ingredients_with_percent(line.asked), _ingredients_listed(line), key=len)
    if len(places) < 2 and not (places and _SAYS_COMPOUND.search(line.text)):
        return None
    value = "/".join(line.text[a:b] for a, b in places)
    form = _FORM.search(line.asked)
    if form:
        value += f" {form.group()}"
        places.append(form.span())
    line.use((0, len(line.text)))
    return (value, *places)


def _ingredients_with_percent(text: str) -> list[Place]:
    """Places of names that a percentage follows; none where one of them is no name."""
    places: list[Place] = []
    for m in _INGREDIENT.finditer(text) if "%" in text else ():
        lead = _NOT_INGREDIENT.match(m["name"])
        name = (m["name"][lead.end() :] if lead else m["name"]).strip(" -:,")
        if len(name) < 3:
            return []
        at = m.start("name") + m["name"].rindex(name)
        places.append((at, at + len(name)))
    return places


def _ingredients_listed(line: Line) -> list[Place]:
    """Places of drugs that stand side by side in what is called a compound: "Compound (ketoprofen, gabapentin, lidocaine)"."""
    if not _SAYS_COMPOUND.search(line.text):
        return []
    found = mentions(line.asked)
    apart = any(not _LISTED.fullmatch(line.asked[a.end : b.start]) for a, b in pairwise(found))
    return [] if apart else [(m.start, m.end) for m in found]


def _tight(text: str, start: int, end: int) -> Place:
    """The range without blanks, points and brackets at its ends; a bracket that is closed inside stays."""
    while start < end and (text[start] in " ,;:-" or (text[start] in "([" and not _closed(text, start, end))):
        start += 1
    opened = text.count("(", start, end)
    while end > start and (text[end - 1] in " ,;:-[(" or (text[end - 1] == ")" and text.count(")", start, end) > opened)):
        opened -= text[end - 1] == "("
        end -= 1
    return start, end


def _closed(text: str, start: int, end: int) -> bool:
    return text.find(")" if text[start] == "(" else "]", start, end) > start


RULES = (_remarks, _retrospective, _lead, _name_numbers, _sig, _refills, _frequency, _strength, _body_part, _quantity, _treatment)
"""In this order: a later rule sees only what the earlier ones have left."""
