"""How often and how long: therapy, care at home, rentals; and the count that a rate with a length multiplies out to.

A range ("2-3 times a week for 4-6 weeks") is a frequency, but gives no count: the letter names none.
"""

from __future__ import annotations

import re

from llm_extract.baseline.drugs import mentions
from llm_extract.baseline.request_line import Line, Place, Value, read_alone, tight
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import NUMBER_TWICE, parse_number

_N = NUMBER_TWICE
_PER = r"(?:times? (?:a|per)|a|per|each|every|an|/) ?"
_PERIOD = r"(?:days?|weeks?|wks?|months?|mos?|years?|yrs?)\b"
_UP_TO = rf"(?P<range>{_N} ?(?:-|to|or) ?)?"
_UP_TO_LENGTH = rf"(?P<range_of_length>{_N} ?(?:-|to|or) ?)?"
_EVENTS = r"(?:visits?|sessions?|treatments?|hours?|hrs?|appointments?|injections?)\b"
_TIMES_A = (
    rf"{_UP_TO}(?P<count>{_N}|once|twice|thrice) ?(?:(?:times?|x|sessions?|visits?|days?|hours?|hrs?|treatments?)\b)? ?"
    rf"(?:{_PER})?(?P<period>{_PERIOD}|daily|weekly|wkly\b|monthly)"
)
# The unit of a length is written or, at an end, that of the rate: "2 times a week x 6".
_LENGTH = (
    r",? ?(?:(?:for|x|times|over|during) ?){1,2}(?:the next |a total of |a period of |up to )?"
    rf"{_UP_TO_LENGTH}(?P<length>{_N})(?: ?-?(?P<unit>{_PERIOD})|(?![\w.%/-])(?! ?{_EVENTS}| ?(?:mg|more)))"
)
_A_WEEK = rf"(?P<days>{_N}) ?(?:days?|times?|x) ?(?:{_PER})?(?:week|wk)"
_HOURS = rf"(?P<hours>{_N}) ?(?:hours?|hrs?)"
_A_DAY = rf"{_HOURS} ?(?:{_PER}day|daily)"
_FOR_LENGTH = rf"(?:,? ?(?:for|x|times) ?{_UP_TO_LENGTH}(?P<length>{_N}) ?(?P<unit>weeks?|wks?|months?))?"
_JOIN = r",?(?: and)?(?: ?[x/]| for| at)? ?"

HOURS_DAYS = Rule(
    name="rate.hours_a_day",
    needs=("hour", "hr"),
    why="Care at home: hours a day, days a week, weeks.",
    certain=True,
    pattern=compiled(rf"(?<![\w/.#]){_A_DAY}{_JOIN}{_A_WEEK}{_FOR_LENGTH}"),
    examples={
        "4 hours a day, 3 days a week for 6 weeks": ("4 hours a day, 3 days a week for 6 weeks", 72),
        "Home care 6 hours/day, 7 days/week": "6 hours/day, 7 days/week",
        "4 hours per day/7 days per week": "4 hours per day/7 days per week",
        "4 hours a day": None,
    },
)
DAYS_HOURS = Rule(
    name="rate.days_of_hours",
    needs=("hour", "hr"),
    why="Care at home: days a week, hours each time, weeks.",
    certain=True,
    pattern=compiled(rf"(?<![\w/.#]){_A_WEEK}{_JOIN}{_HOURS}(?: ?(?:{_PER}(?:day|visit)|daily|each))?{_FOR_LENGTH}"),
    examples={
        "3 times a week for 4 hours per day for 6 weeks": ("3 times a week for 4 hours per day for 6 weeks", 72),
        "aide 2x week for 4 hours": "2x week for 4 hours",
        "2 times a week": None,
    },
)
SLASHED = Rule(
    name="rate.short",
    needs=("wk", "week"),
    why="Times a week and weeks, in short: 3/wk x 4 wks.",
    certain=True,
    pattern=compiled(
        rf"(?<![\w./#])(?P<range>\d ?(?:-|to) ?)?(?P<count>\d{{1,2}}) ?x? ?(?:/|per|a|times?/)? ?(?:wk|week)s?,? ?(?:x|for"
        r"|times|,) ?"
        rf"{_UP_TO_LENGTH}(?P<length>{_N}) ?(?P<unit>wks?|weeks?|months?)\b"
    ),
    examples={
        "Physical Therapy 2xWk x 6Wks": ("2xWk x 6Wks", 12),
        "3x/week x 4 weeks": ("3x/week x 4 weeks", 12),
        "3 x wk x 4 wks": ("3 x wk x 4 wks", 12),
        "2-3 x week x 4-6 weeks": "2-3 x week x 4-6 weeks",
        "2x6": None,
    },
)
THERAPY = Rule(
    name="rate.times_a_period",
    why="Times a period, for so many periods; the two multiply where the periods are the same.",
    certain=True,
    pattern=compiled(rf"(?<![\w/.#]){_TIMES_A}(?:{_LENGTH})?"),
    examples={
        "2 times a week for 6 weeks": ("2 times a week for 6 weeks", 12),
        "twice weekly for six weeks": ("twice weekly for six weeks", 12),
        "once a month for 6 months": ("once a month for 6 months", 6),
        "2 times a week x 6": ("2 times a week x 6", 12),
        "20 hours per week for 6 weeks": ("20 hours per week for 6 weeks", 120),
        "2-3 times a week for 6 weeks": "2-3 times a week for 6 weeks",
        "twice a week for 4 to 6 weeks": "twice a week for 4 to 6 weeks",
        "2 times a week for 3 weeks then once a week for 3 weeks": ("2 times a week for 3 weeks then once a week for 3 weeks", 9),
        "2 times a week": "2 times a week",
        "2 times a day for 6 weeks": "2 times a day for 6 weeks",
        "6 week rental": None,
    },
)
WEEKLY = Rule(
    name="rate.weekly",
    needs=("weekly", "monthly"),
    why="Weekly for so many weeks is that many times.",
    certain=True,
    pattern=compiled(rf"\b(?P<period>weekly|monthly)(?: {_EVENTS})?{_LENGTH}"),
    examples={"weekly x 6": ("weekly x 6", 6), "monthly for 3 months": ("monthly for 3 months", 3), "weekly": None},
)
X_BY_Y = Rule(
    name="rate.x_by_y",
    needs=("x", "times"),
    why="The shorthand of therapy orders: times a week by weeks. Of a drug it is the way it is packed.",
    certain=True,
    pattern=compiled(
        r"(?<![\w./#-])(?:(?:one|two|three|four|five) times (?:\w+) \()?(?P<range>\d ?- ?)?"
        r"(?P<count>\d{1,2}) ?(?:x|times) ?(?P<range_of_length>\d{1,2} ?- ?)?(?P<length>\d{1,2})"
        r"(?![\w/%-]|\.\d)(?! ?(?:mg|cm|mm|in\b|inch|ml|gm|g\b|levels?|views?|visits?|sessions?|units?|tab|cap|gauze|pads?))"
        r"\)?(?: ?(?:weeks?|wks?)\b)?"
    ),
    examples={
        "Acupuncture 2x4": ("2x4", 8),
        "PT 3 x 4 weeks": ("3 x 4 weeks", 12),
        "PT 2 times 6": ("2 times 6", 12),
        "Physical therapy 2-3x6": "2-3x6",
        "4x4 gauze": None,
    },
)
_THEN = tuple(
    compiled(rf",? (?:and )?(?:then|followed by) {rule.pattern.pattern}") for rule in (SLASHED, THERAPY) if rule.pattern
)
RATES = (HOURS_DAYS, DAYS_HOURS, SLASHED, THERAPY, WEEKLY, X_BY_Y)
_NOUN = r"(?:home(?:[- ]based)? )?(?:trial(?: period| rental)?|rental(?: period)?|supply|use\b)"
DURATION = Rule(
    name="duration.number",
    why="So long: of a rental, a supply, a membership, a stay. Not an age, nor a point in time.",
    certain=True,
    pattern=compiled(
        r"(?P<lead>,? ?\(?(?:\b(?:for|times|over|during) |\bx ?)?(?:\b(?:a|an|the|up to|approximately) )?)"
        rf"(?:(?<=\bx)|(?<![\w./#-]))(?P<words>(?:initial )?{_UP_TO}{_N}[ -]?{_PERIOD}'?(?: (?P<noun>{_NOUN}))?)\)?"
    ),
    examples={
        "TENS unit 30 day rental": "30 day rental",
        "Gym membership for one year": "one year",
        "electrodes, 3 month supply": "3 month supply",
        "Gym membership x 6 months": "6 months",
        "2-3 days": "2-3 days",
        "Follow up in 4 weeks": None,
        "a 45 year old man": None,
    },
)
ADVERB = Rule(
    name="duration.adverb",
    needs=("rental", "supply"),
    why="A rental or supply by the month.",
    certain=True,
    pattern=compiled(r"(?P<lead>)(?P<words>\b(?:monthly|weekly|daily) (?P<noun>rental|supply))"),
    examples={"TENS unit monthly rental": "monthly rental", "monthly": None},
)
DAY_SUPPLY = Rule(
    name="duration.day_supply",
    needs=("supply",),
    why="The pharmacy's form of a duration.",
    certain=True,
    pattern=compiled(rf",? ?(?P<lead>)(?P<words>\bdays?'? supply:? ?{_N})(?P<noun>)"),
    examples={"Naproxen Day Supply: 30 Qty: 60": "Day Supply: 30", "30 day supply": None},
)
DURATIONS = (DAY_SUPPLY, DURATION, ADVERB)
RULES = (*RATES, *DURATIONS)
_NOT_A_DURATION = re.compile(r"[ -]*(?:old|follow|post|history|status|interval|recheck)")
_POINT_IN_TIME = re.compile(r"\b(?:in|within|after|every|at|q) ?\Z")
_LONGEST_POINT = len("within ")
_JOINS_RATE = re.compile(r"times?|x|/|\ba\b|\bper\b|each|every|once|twice|thrice|weekly|monthly")
_BARE_PERIOD = re.compile(rf"{_N}[ -]?(?:day|week|month|year|wk)s?$")
_JOINT = re.compile(r"[,(]? ?(?:\b(?:at|for|x|of|times|up to) ?)?\Z")
_CLOSING_BRACKET = re.compile(r" ?\)")
# Without one of these there is neither a rate nor a duration; most requests for drugs have none.
_GUARD = re.compile(r"\d ?x|x ?\d|times|da[iy]|week|wk|month|mo\b|year|yr")


def read_therapy_rate(line: Line) -> None:
    """The first rate of therapy or care, and its product."""
    if _GUARD.search(line.rest):
        next((rule for rule in RATES if _rate(line, rule)), None)


def read_durations(line: Line) -> None:
    """Durations; the first is the frequency where no rate is."""
    if _GUARD.search(line.rest):
        for rule in DURATIONS:
            _durations(line, rule)


def _rate(line: Line, rule: Rule) -> bool:
    """Read one rate. A drug's "9x2" is cut and reads as none."""
    m = line.first(rule)
    if m is None or (rule is THERAPY and not _is_rate(m.group())):
        return False
    line.use(_with_joint(line.rest, *m.span()))
    if rule is X_BY_Y and mentions(line.text):
        return False
    count, end = _product(m.groupdict()), m.end()
    while (later := _then(line.rest, end)) is not None:
        more, end = _product(later.groupdict()), later.end()
        count = None if count is None or more is None else count + more
        line.use(later.span())
    place = tight(line.text, m.start(), end)
    line.put("frequency", line.words(place), place, by=rule.name)
    if count is not None:
        line.product = Value(count, (place,), rule.name)
    return True


def _then(rest: str, end: int) -> re.Match[str] | None:
    """A second rate behind the first: "2 times a week for 3 weeks, then once a week for 3 weeks" is asked for in one."""
    hits = (pattern.match(rest, end) for pattern in _THEN) if " then " in rest or " followed " in rest else ()
    return next((m for m in hits if m and m["length"]), None)


def _durations(line: Line, rule: Rule) -> None:
    for m in line.matches(rule):
        floor = max(0, m.start() - _LONGEST_POINT)
        if _NOT_A_DURATION.match(line.rest, m.end()) or _POINT_IN_TIME.search(line.rest, floor, m.start()):
            continue
        line.put("frequency", line.words(m.span("words")).strip(), m.span("words"), by=rule.name)
        # "rental" and "purchase" stay in the treatment (contract, rule 13).
        keeps = (m["noun"] or "").startswith("rental")
        line.use((m.start(), m.start("noun") if keeps else m.end()))


def _is_rate(words: str) -> bool:
    """A count with a period is a rate only when the two are joined: "2 times a week", not "30 day" or "6 week"."""
    return bool(_JOINS_RATE.search(words)) and not _BARE_PERIOD.match(words)


def _with_joint(text: str, start: int, end: int) -> Place:
    """The joint words before a rate go with it: "x ", "for ", ", "."""
    lead = _JOINT.search(text[:start])
    tail = _CLOSING_BRACKET.match(text, end)
    return (lead.start() if lead else start, tail.end() if tail and "(" in text[:start] else end)


def _product(parts: dict[str, str | None]) -> int | float | None:
    """Times a week times weeks; hours a day times days a week times weeks. None for a range, or units that do not multiply."""
    count, length, hours, days = (parse_number((parts.get(k) or "").strip()) for k in ("count", "length", "hours", "days"))
    period = parts.get("period") or "week"
    unit = parts.get("unit") or period
    if length is None or parts.get("range") or parts.get("range_of_length"):
        return None
    if hours is not None and days is not None:
        return hours * days * length if unit.startswith("w") else None
    if "count" not in parts:
        count = 1  # "weekly x 6"
    same = period[:2] == unit[:2] or period[:1] == unit[:1] == "w"
    return count * length if same and count is not None else None


def _read(rule: Rule, words: str) -> object:
    read = _rate if rule in RATES else _durations
    return read_alone(lambda line: read(line, rule), words) if _GUARD.search(words.lower()) else None


MATTER = Matter(RULES, _read)
