"""The request line of an item: what is asked for, how strong, how many, how often, where, and for which day.

Each rule marks the characters that it used. What no rule used is the treatment: that is how the contract defines it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from llm_extract.baseline.drugs import generic_of, mentions
from llm_extract.baseline.kinds import category_of
from llm_extract.values import NUMBER, STRENGTH, date_pattern, normal_strength, parse_date, parse_number

Place = tuple[int, int]
_N = rf"(?:{NUMBER}(?: ?\( ?\d+ ?\))?|\( ?\d+ ?\))"


@dataclass
class Line:
    """A request while it is read: its text, which characters are used, and the values with their places."""

    text: str
    latest_year: int | None = None
    used: bytearray = field(default_factory=bytearray)
    rest: str = ""
    values: dict[str, tuple[object, tuple[Place, ...]]] = field(default_factory=dict)
    product: tuple[int | float, Place] | None = None

    def __post_init__(self) -> None:
        self.used = bytearray(len(self.text))
        self.rest = self.text

    def use(self, *places: Place) -> None:
        """Mark characters as used."""
        for start, end in places:
            self.used[start:end] = b"\x01" * (end - start)
            self.rest = self.rest[:start] + "\0" * (end - start) + self.rest[end:]

    def matches(self, pattern: re.Pattern[str]) -> Iterable[re.Match[str]]:
        """Matches on characters that are still free."""
        return pattern.finditer(self.rest)

    def put(self, name: str, value: object, *places: Place) -> None:
        """Record a value; the first rule that gives one wins."""
        self.values.setdefault(name, (value, places))


def read_request(text: str, *, latest_year: int | None = None) -> dict[str, tuple[object, tuple[Place, ...]]]:
    """Values of one request with their places in `text`: treatment, category, generic_name, strength, quantity, ..."""
    line = Line(text, latest_year)
    for rule in RULES:
        rule(line)
    return line.values


# --- retrospective ---------------------------------------------------------------------------------------------------

_RETRO = re.compile(
    r"\(?\bretro(?:spective(?:ly)?)?\b(?: (?:review|authorization))?(?: (?:request|prescription))?s?\)?(?: ?(?:for|of|:|-))*(?: the)?",
    re.IGNORECASE,
)
_DATES = rf"{date_pattern()}(?:(?: ?(?:,|and|&|to|through|-|;) ?)+(?:\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{2,4}}))*"
_SERVICE_DATE = re.compile(
    rf"[(\[]?,? ?(?:for |on |with )?(?:the )?\b(?:(?:dates?|date\(s\)) of ser(?:vices?|ve)|DO?S|D\.O\.S\.?|service dates?)\b ?(?:of|on|:|-)? ?{_DATES} ?[)\]]?(?: for)?",
    re.IGNORECASE,
)
_ANY_DATE = re.compile(
    rf"[(\[]?,? ?(?:performed |provided |dispensed |dated |rendered |given |administered |prescribed |done )?(?:on |from |of |dated )?{_DATES}[)\]]?",
    re.IGNORECASE,
)


def _retrospective(line: Line) -> None:
    word = next(iter(line.matches(_RETRO)), None)
    if word:
        line.use(word.span())
        line.put("retrospective", True, word.span())
    service = next(iter(line.matches(_SERVICE_DATE)), None) or (next(iter(line.matches(_ANY_DATE)), None) if word else None)
    if service is None:
        return
    value = parse_date(service["date"], latest_year=line.latest_year)
    line.use(service.span())
    if isinstance(value, date):
        line.put("date_of_service", value, service.span("date"))
        line.put("retrospective", True, service.span())


_LEAD = re.compile(
    r"^[\s:,-]*(?:(?:\(?associated surgical (?:services?|procedures?|items?)\)?|associated services?|surgical services?) ?[:;,-]* ?"
    r"|(?:the )?requests? for (?:authorization (?:of|for) )?(?:a |an |the )?"
    r"|(?:unknown|unspecified|undetermined) (?=prescription|quantity|amount)"
    rf"|(?:{_N} )?(?:medication )?prescriptions? (?:of|for|drugs?,?) (?:a |an |the )?|prescription drugs?[,:]? |(?:purchase|pharmacy purchase) of (?=[A-Z][a-z]+ \d)"
    r"|(?:decision|determination) for |(?:medications?|pharmacy) ?: )+",
    re.IGNORECASE,
)


def _lead(line: Line) -> None:
    start = next((i for i in range(len(line.text)) if not line.used[i] and line.text[i] not in " :,-"), 0)
    m = _LEAD.match(line.text[start:]) if start else _LEAD.match(line.text)
    if m and m.end() and start + m.end() < len(line.text):
        line.use((start, start + m.end()))


# "Tylenol #3", "codeine #4": a number that belongs to the name (contract, rule 7), not a count.
_NAME_NUMBER = re.compile(
    r"\b(?:tylenol|codeine)(?: (?:with|w/) ?codeine)?(?P<number> ?(?:#|no\.? ?)[1-4])(?!\d)(?=.*(?:#|qty|quantity|\d ?tab)|$)",
    re.IGNORECASE,
)
# How to take it is neither name nor rate.
_SIG = re.compile(
    r",? ?\b(?:take |use |apply )?(?:(?:one|two|1|2|1-2|\d/\d) (?:\([12]\) )?(?:tab(?:let)?s?|cap(?:sule)?s?|pills?)? ?(?:p\.?o\.?|by mouth|orally)\b|p\.?o\.?\b(?! box)|by mouth\b)",
    re.IGNORECASE,
)


def _name_numbers(line: Line) -> None:
    for m in line.matches(_NAME_NUMBER):
        start, end = m.span("number")
        line.rest = line.rest[:start] + "\0" * (end - start) + line.rest[end:]  # out of reach, and yet not used


def _sig(line: Line) -> None:
    for m in line.matches(_SIG):
        line.use(m.span())


# --- amounts ---------------------------------------------------------------------------------------------------------

_REFILLS = re.compile(
    rf"[,(]? ?(?:with |w/ ?|plus |and |x )?(?:(?P<n>{_N}|no|zero|a) (?:additional |monthly )?(?:refills?|RF|rfs?)\b|(?:refills?|RF)(?: ?[x:#=]| of)? ?(?P<n2>{_N})|(?:refills? )x ?(?P<n3>\d+))(?: each)?\)?",
    re.IGNORECASE,
)
_HASH = re.compile(
    r"[(,]? ?(?:(?:quantity|qty)\.? ?:? ?)?(?:#|No\. ?|number ) ?(?P<n>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\)?(?: ?(?:tablets?|tabs?|capsules?|caps?|pills?|patches|units?|each|count|ct))?",
    re.IGNORECASE,
)
_QTY = re.compile(
    rf"[(,]? ?\b(?:quantity|qty|count|dispense)\.?(?: ?[:=#-]| of)* ?(?P<n>{_N})\)?(?: (?:tablets?|tabs?|capsules?|caps?|patches|units?))?",
    re.IGNORECASE,
)
_UNIT = (
    r"(?:tablets?|tabs?\b|capsules?|caps?\b|pills?|patch(?:es)?|lozenges?|suppositor(?:y|ies)|vials?|ampules?|tubes?|bottles?|boxes|visits?|sessions?|treatments?|units?|"
    r"hours?|hrs?\b|appointments?|films?|count|doses?|injections?|pairs?|sprays?|syringes?|pens?)"
)
_UNITS_KEPT = r"(?=injections?|visits?|office|follow)"
_COUNTED = re.compile(
    rf"[(,]? ?(?:(?:for|of|with|x|times|total(?: of)?|additional|up to) )*(?:x ?)?(?<![\w./-])(?P<n>{_N})(?: additional| more| total| initial| post-?op(?:erative)?)? ?(?P<unit>{_UNIT})(?! (?:a|per|each|every|/)\b|/)\)?(?: total)?",
    re.IGNORECASE,
)
_TIMES = re.compile(
    rf"[(,]? ?\b(?:x|times) ?(?P<n>{_N})(?! ?(?:days?|weeks?|wks?|months?|mos?|years?|mg|%|/|x\b|times))\b\)?", re.IGNORECASE
)
_SERIES = re.compile(rf",? ?\(?(?:a )?series of (?P<n>{_N})(?: injections?)?\)?", re.IGNORECASE)
_GRAMS = re.compile(
    r"[(,]? ?(?<![\w./])(?P<n>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?(?:gms?|grams?|g|ml|mls|cc|oz|ounces?)\b\.?(?! ?/)(?: (?:tube|bottle|jar)s?)?\)?",
    re.IGNORECASE,
)
_LEADING = re.compile(
    rf"^\W*(?P<n>{_N}) (?![-/]|(?:views?|levels?|phases?|points?|stage|part|channel|lead|wheel|panel|T\b|Tesla|drug|in|month|day|week|hour|year|mg|times|x)\b)",
    re.IGNORECASE,
)
_TOPICAL_UNIT = re.compile(r"^\s*[\d.,]+ ?(?:gms?|grams?|g|ml|mls|cc|oz)\b", re.IGNORECASE)
_STRENGTH = re.compile(STRENGTH, re.IGNORECASE)
_RATIO = re.compile(r"(?<![\w.#/-])\d+(?:\.\d+)?(?: ?[/-] ?\d+(?:\.\d+)?){1,2}(?![\w/%-])")


def _refills(line: Line) -> None:
    for m in line.matches(_REFILLS):
        group = next(g for g in ("n", "n2", "n3") if m[g])
        value = parse_number(m[group])
        if isinstance(value, int):
            line.use(m.span())
            line.put("refills", value, m.span())
            return


def _strength(line: Line) -> None:
    matches = [m for m in line.matches(_STRENGTH) if not _TOPICAL_UNIT.match(m.group())]
    matches = [m for m in matches if not re.match(r" ?(?:rental|supply)", line.text[m.end() :])]
    if not matches:
        return
    line.use(*(m.span() for m in matches))
    normal = [n for m in matches if (n := normal_strength(m.group()))]
    units = {n.rsplit(" ", 1)[1] for n in normal}
    value = "/".join(n.rsplit(" ", 1)[0] for n in normal) + " " + units.pop() if len(units) == 1 else "/".join(normal)
    if normal:
        line.put("strength", value, *(m.span() for m in matches))


def _quantity(line: Line) -> None:
    """An explicit count: the sign first, then words; one fill, never multiplied by refills."""
    for pattern in (_HASH, _QTY, _SERIES, _COUNTED, _TIMES, _GRAMS, _LEADING):
        for m in line.matches(pattern):
            value = parse_number(m["n"])
            if value is None or "quantity" in line.values:
                continue
            span = m.span()
            if pattern is _COUNTED and _keeps_unit(m["unit"], line.text, m):
                span = (m.start(), m.start("unit"))
            line.use(span)
            line.put("quantity", value, _tight(line.text, *m.span()))
    if line.product is not None:
        line.put("quantity", *line.product)
    # A second amount of a topical ("#1, 120 gm tube") is part of the packaging, not of the treatment.
    for m in line.matches(_GRAMS):
        line.use(m.span())


def _keeps_unit(unit: str, text: str, m: re.Match[str]) -> bool:
    """ "6 office visits", "3 injections": the unit is the thing itself when nothing else names it."""
    rest = (text[: m.start()] + text[m.end() :]).strip(" ,.()")
    return unit.lower().startswith(("inject", "visit", "appoint", "treatment", "session")) and len(rest) < 4


# --- rate and duration -----------------------------------------------------------------------------------------------

_PER = r"(?:a|per|each|every|/|an|times? (?:a|per)) ?"
_PERIOD = r"(?:day|week|wk|month|mo|year|yr)s?\b"
_TIMES_A = rf"(?:{_N} ?(?:-|to) ?)?(?P<count>{_N}|once|twice|thrice) ?(?:(?:times?|x|sessions?|visits?|days?|hours?|hrs?|treatments?|X)\b)? ?(?:{_PER})?(?P<period>{_PERIOD}|daily|weekly|monthly)"
_LENGTH = rf"(?:(?:for|x|times|over|X|,|during) ?){{1,2}}(?:the next |a total of |a period of |up to )?(?P<length>{_N}) ?-?(?P<unit>{_PERIOD})"
_THERAPY_RATE = re.compile(rf"(?<![\w/.]){_TIMES_A}(?: ?{_LENGTH})?", re.IGNORECASE)
_HOURS_DAYS = re.compile(
    rf"(?P<hours>{_N}) ?(?:hours?|hrs?) ?{_PER}day,?(?: and)?(?: ?x?(?: for)?) ?(?P<days>{_N}) ?(?:days?|times?|x) ?{_PER}(?:week|wk),? ?(?:for|x) ?(?P<length>{_N}) ?(?P<unit>weeks?|wks?|months?)",
    re.IGNORECASE,
)
_X_BY_Y = re.compile(
    r"(?<![\w./-])(?P<count>\d{1,2}) ?x ?(?P<length>\d{1,2})(?![\w./%-])(?! ?(?:mg|cm|in|inch))(?: ?(?:weeks?|wks?)\b)?",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    rf"(?<![\w./])(?P<count>\d{{1,2}}) ?x? ?(?:/|per|a|times?/)? ?(?:wk|week)s?,? ?(?:x|for|times|,) ?(?P<length>{_N}) ?(?P<unit>wks?|weeks?|months?)\b",
    re.IGNORECASE,
)
_DOSING = re.compile(
    r"\b(?:(?:once|twice|thrice|(?:one|two|three|four|\d) times?|\d ?x)(?: (?:a|per|every|each))? ?(?:day|daily|night|nightly)|every (?:\d+|\w+)(?: ?(?:-|to) ?\d+)? ?(?:hours?|hrs?|days?|weeks?|months?)|every (?:day|night|morning|evening|other day|bedtime)"
    r"|q\.? ?\d+(?:-\d+)? ?(?:h|hours?|hrs?)\b|(?:b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?h\.?s|q\.?d|q\.?a\.?m|q\.?p\.?m|h\.?s|p\.?r\.?n|q\.?o\.?d)\b\.?|as needed|daily|nightly|weekly|monthly|at (?:bedtime|night)|per (?:day|week|month))"
    r"(?:[ ,]*(?:as needed|prn|at bedtime))?",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"(?P<lead>,? ?\(?(?:(?:for|x|times|over|during) )?(?:a |an |the |up to )?)(?P<words>(?:initial )?{_N}[ -]?{_PERIOD}(?: (?P<noun>home trial|trial|rental|supply|use|trial rental|rental period))?)\)?"
    r"|(?P<words2>\b(?:monthly|weekly|daily) (?P<noun2>rental|supply))",
    re.IGNORECASE,
)
_NOT_RATE = re.compile(r"^\s*(?:follow|visit|office|check|post)", re.IGNORECASE)


def _frequency(line: Line) -> None:
    """Rate and duration words; for therapy and care also the count that they multiply out to."""
    for pattern in (_HOURS_DAYS, _SLASHED, _THERAPY_RATE, _X_BY_Y):
        m = next(iter(line.matches(pattern)), None)
        if m is None or (pattern is _THERAPY_RATE and not _is_rate(m)):
            continue
        start, end = _with_joint(line.text, *m.span())
        line.use((start, end))
        place = _tight(line.text, *m.span())
        line.put("frequency", line.text[place[0] : place[1]], place)
        product = _product(m.groupdict())
        if product is not None:
            line.product = (product, place)
        return
    dosing = next(iter(line.matches(_DOSING)), None)
    if dosing:
        line.use(dosing.span())
        line.put("frequency", dosing.group().strip(" ,"), dosing.span())
    duration = next(
        (m for m in line.matches(_DURATION) if not re.match(r"[ -]*(?:old|follow|post|history)", line.text[m.end() :])), None
    )
    if duration and "frequency" not in line.values:
        group = "words" if duration["words"] else "words2"
        noun = duration["noun"] or duration["noun2"]
        line.put("frequency", duration[group].strip(), duration.span(group))
        # "rental" and "purchase" stay in the treatment (contract, rule 13).
        keep = duration.start("noun") if noun and noun.lower().startswith("rental") and duration["noun"] else None
        line.use((duration.start(), keep if keep is not None else duration.end()))


def _is_rate(m: re.Match[str]) -> bool:
    """A count with a period is a rate only when the two are joined: "2 times a week", not "30 day" or "6 week"."""
    words = m.group().lower()
    return bool(re.search(r"times?|x|/|\ba\b|\bper\b|each|every|once|twice|thrice|weekly|monthly", words)) and not re.match(
        rf"{_N}[ -]?(?:day|week|month|year|wk)s?$", words
    )


def _with_joint(text: str, start: int, end: int) -> Place:
    """The joint words before a rate go with it: "x ", "for ", ", "."""
    lead = re.search(r"[,(]? ?(?:(?:at|for|x|of|times)? ?)$", text[:start], re.IGNORECASE)
    tail = re.match(r" ?\)", text[end:])
    return (lead.start() if lead else start, end + (tail.end() if tail and "(" in text[:start] else 0))


def _product(parts: dict[str, str | None]) -> int | float | None:
    """Times a week times weeks; hours a day times days a week times weeks. None where the units do not multiply."""
    count, length, hours, days = (parse_number((parts.get(k) or "").strip()) for k in ("count", "length", "hours", "days"))
    unit, period = (parts.get("unit") or "week").lower(), (parts.get("period") or "week").lower()
    if hours is not None and days is not None and length is not None:
        return hours * days * length if unit.startswith("w") else None
    if count is None or length is None:
        return None
    same = period[:2] == unit[:2] or {period[:1], unit[:1]} <= {"w"} or (period in ("weekly",) and unit.startswith("w"))
    return count * length if same else None


# --- body part -------------------------------------------------------------------------------------------------------

_SIDE = r"(?:(?:right|left|bilateral(?:ly)?|both|rt\.?|lt\.?)(?:[ -]sided)?(?: ?(?:and|&|/|or) ?(?:right|left))?)"
_LEVEL = r"(?:\b[CTLS]-?\d{1,2}(?: ?(?:-|/|to|through) ?(?:[CTLS]-?)?\d{1,2})*\b)"
_LEVELS = rf"{_LEVEL}(?:(?:, and | and |, ?|/| ?& ?| plus ){_LEVEL})*"
_REGION = r"(?:cervical|thoracic|lumbar|lumbosacral|sacral|cervicothoracic|thoracolumbar|C|T|L|L/S|LS)"
_PARTS = (
    rf"(?:{_REGION}(?:(?:, | and |/| & |-){_REGION})*[ /-]spines?|(?:upper|lower|low|mid|middle)[ -]?(?:and (?:upper|lower|mid|low) )?back|back|neck|head|brain|skull|chest|thorax|ribs?|abdomen|pelvis|groin|"
    r"(?:upper|lower)(?: and (?:upper|lower))? (?:extremit(?:y|ies)|limbs?|arms?|legs?)|extremit(?:y|ies)|shoulders?|shoulder blade|clavicle|arms?|elbows?|forearms?|wrists?|hands?|thumbs?|"
    r"(?:index |middle |ring |little |long |small )?fingers?|hips?|thighs?|trapezius|scapula|legs?|knees?|calf|calves|shins?|ankles?|foot|feet|heels?|(?:great |big )?toes?|"
    r"(?:sacroiliac|SI|facet|acromioclavicular|AC|temporomandibular|TMJ) joints?|spine|jaw|face|nose|eyes?|ears?|(?:tooth|teeth)(?: (?:numbers? |no\.? )?#? ?\d+(?:(?:, | and |-)#?\d+)*)?|coccyx|sacrum|buttocks?|testicles?|scrotum|whole body|body)"
)
_JOIN = r"(?:, and |, ?| and |/| ?& ?| or )"
_PREP = r"(?:,? ?\(?(?:(?:of|for|to|at|in|on|involving|over|around|about|targeting) )(?:the |his |her )?(?:levels? (?:of )?)?|, ?|- ?)?"
_ONE = rf"(?:{_SIDE} (?:{_LEVELS} ?(?:level)?|{_PARTS})|{_LEVELS}|{_PARTS})"
_PART = re.compile(
    rf"(?P<prep>{_PREP})(?P<part>(?<![\w-]){_ONE}(?:{_JOIN}{_ONE})*)(?P<tail>(?: levels?| region| area)?)(?![\w-])\)?",
    re.IGNORECASE,
)
_SIDE_ONLY = re.compile(
    rf"(?P<prep>,? ?\(?|(?:on|to|for|of|at) (?:the )?)(?P<part>(?<![\w-]){_SIDE}(?: (?:side))?)(?![\w-])\)?", re.IGNORECASE
)
# A bare part followed by one of these is inside a name: knee brace, wrist splint, hand therapy, back support.
_NAME_AFTER = re.compile(
    r"\s*(?:brace|splint|support|orthosis|orthotic|sling|immobilizer|pillow|wrap|belt|corset|collar|pad|walker|boot|cane|chair|scooter|therapy|surgery|school|injury|lift|massag|traction|exercis|class|pain|unit|kit|machine|rub|cream|"
    r"lesion|replacement|arthroplasty|arthroscop|fusion|pump|strap|sleeve|garment|stocking|bed|rest|stabiliz|conditioning|mobili[sz])",
    re.IGNORECASE,
)


def _body_part(line: Line) -> None:
    for m in line.matches(_PART):
        if m["part"].lower() in ("body", "head", "face") and not m["prep"].strip():
            continue
        if not _is_place(line.text, m):
            continue
        line.use(m.span())
        line.put("body_part", m["part"].strip(), _tight(line.text, *m.span("part")))
    if "body_part" in line.values:
        return
    side = next(iter(line.matches(_SIDE_ONLY)), None)
    if side:
        line.use(side.span())
        line.put("body_part", side["part"].strip(), side.span("part"))


def _is_place(text: str, m: re.Match[str]) -> bool:
    """A side, a level or a spinal region makes a place; a bare part does so behind a preposition or at an end."""
    if re.match(rf"{_SIDE}\b|{_LEVEL}|(?:tooth|teeth) .*\d", m["part"], re.IGNORECASE) or re.search(
        r"\w[ /-]spines?$", m["part"], re.IGNORECASE
    ):
        return True
    if _NAME_AFTER.match(text[m.end("part") :]):
        return False
    if re.search(r"\w", m["prep"]):
        return True
    return m.start("part") > 2 and bool(re.match(r"\s*(?:$|[,;()])", text[m.end() :]))


# --- what is left ----------------------------------------------------------------------------------------------------

_EDGE = re.compile(
    r"^(?:[\s,;:.\-/&+]|(?:of|for|the|with|and|to|at|on|in|x|a|an|by|per|quantity|qty|dosage|dose|then|total|prescription of|request for)\b(?!-))+|(?:[\s,;:\-/&+]|\b(?:of|for|the|with|and|to|at|on|in|x|by|per|quantity|qty|dosage|dose|total|each|refills?|date of service|dos))+\.?$",
    re.IGNORECASE,
)
_EMPTY_BRACKETS = re.compile(r"[(\[][\s,;:./#x-]*[)\]]")
_FORM = re.compile(
    r"\b(cream|gel|ointment|lotion|solution|spray|patch(?:es)?|capsules?|paste|oil|rub|cmpd|compound)\b", re.IGNORECASE
)


def _treatment(line: Line) -> None:
    compound = _compound(line)
    if compound:
        line.put("treatment", *compound)
    else:
        places = _remaining(line)
        words = " ".join(line.text[a:b] for a, b in places)
        value = _clean(words)
        line.put("treatment", value or line.text.strip(), *(places or [(0, len(line.text))]))
    value = str(line.values["treatment"][0])
    category = category_of(value, line.text)
    line.put("category", category, *line.values["treatment"][1])
    if category == "medication":
        generic = generic_of(value)
        if generic:
            named = mentions(line.text)
            line.put("generic_name", generic, *((m.start, m.end) for m in named))


def _remaining(line: Line) -> list[Place]:
    places: list[Place] = []
    start = None
    for i in range(len(line.text) + 1):
        free = i < len(line.text) and not line.used[i]
        if free and start is None:
            start = i
        elif not free and start is not None:
            tight = _tight(line.text, start, i)
            if tight[1] > tight[0] and re.search(r"\w", line.text[tight[0] : tight[1]]):
                places.append(tight)
            start = None
    return places


def _clean(words: str) -> str:
    previous = None
    while words != previous:
        previous = words
        words = _EMPTY_BRACKETS.sub(" ", words)
        words = re.sub(r"\s+", " ", words)
        words = re.sub(r"\s+([,;:.)])", r"\1", words)
        words = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", words)
        words = re.sub(r"\(\s+", "(", words)
        words = _EDGE.sub("", words).strip(" ,;:-")
        if words.count("(") != words.count(")"):
            words = words.strip("()") if words[:1] in "()" or words[-1:] in "()" else words.replace("(", " ").replace(")", " ")
    return words


_INGREDIENT = re.compile(r"(?P<name>[A-Za-z][A-Za-z' -]*?(?:-?\d+)?)[ :,(]*(?P<dose>\d+(?:\.\d+)?|\.\d+) ?%\)?")


def _compound(line: Line) -> tuple[str, *tuple[Place, ...]] | None:
    """Two or more ingredients with percentages: their names joined with `/`, then the form."""
    found = [m for m in _INGREDIENT.finditer(line.text)]
    if len(found) < 2:
        return None
    names: list[str] = []
    places: list[Place] = []
    for m in found:
        name = re.sub(
            r"^(?:.*\b(?:of|with|containing|contains|includes?|and|in|cream|gel|ointment|compound(?:ed)?|topical|transdermal|medication|base|plus|drug)\b:? )+",
            "",
            m["name"].strip(" -:,"),
            flags=re.IGNORECASE,
        )
        if not name or name.lower() in ("and", "in", "with"):
            return None
        at = m.start("name") + m["name"].rindex(name)
        names.append(name)
        places.append((at, at + len(name)))
    form = next((m for m in _FORM.finditer(line.text) if m.group().lower() not in ("compound", "cmpd")), None)
    value = "/".join(names)
    if form:
        value += f" {form.group()}"
        places.append(form.span())
    line.use((0, len(line.text)))
    return (value, *places)


def _tight(text: str, start: int, end: int) -> Place:
    while start < end and text[start] in " ,;:(-[":
        start += 1
    opened = text.count("(", start, end)
    while end > start and (text[end - 1] in " ,;:-[" or (text[end - 1] == ")" and text.count(")", start, end) > opened)):
        end -= 1
    return start, end


RULES = (_retrospective, _lead, _name_numbers, _sig, _refills, _frequency, _strength, _body_part, _quantity, _treatment)
"""In this order: a later rule sees only what the earlier ones have left."""
