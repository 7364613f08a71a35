"""How many are asked for: one fill, never multiplied by refills.

The number sign goes first, then words, then what a rate multiplies out to.
"""

from __future__ import annotations

import re

from llm_extract.baseline.request_line import Line, read_alone, tight
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import NUMBER, NUMBER_TWICE, parse_number

_N = NUMBER_TWICE
_TABLETS = r"(?:tablets?|tabs?|capsules?|caps?|pills?|patches|units?|each|count|ct|sessions?|visits?)\b"
_PER_FILL = r"(?: ?(?:/|per|a|each) ?(?:month|mo|30 days|fill)\b)?"
_UNIT = (
    r"(?:tablets?|tabs?\b|capsules?|caps?\b|pills?|patch(?:es)?|lozenges?|suppositor(?:y|ies)|vials?|ampules?|tubes?|bottles?"
    r"|containers?|jars?|boxes|box\b|packs?\b|packets?|pieces?|sets?\b|visits?|sessions?|treatments?|units\b"
    r"|hours\b|hrs\b|(?<=\b1 )hour\b|appointments?|films?|count|doses?|injections?|pairs?|sprays?|syringes?|pens?\b|inhalers?)"
)
_MASS = r"(?:gms?|grams?|g|ml|mls|cc|fl oz|oz|ounces?)\b\.?"
_TUBE = r"(?:tubes?|bottles?|jars?|containers?|cans?)"

TUBES = Rule(
    name="quantity.tubes",
    needs=("tube", "bottle", "jar", "container", "can"),
    why="So many tubes of so many grams are the grams of all.",
    certain=True,
    pattern=compiled(
        rf"[(,]? ?(?<![\w./])(?P<amount>\d+(?:\.\d+)?) ?-?{_MASS} ?{_TUBE},? ?(?:\(?(?:x|times|#|qty:?"
        rf"|quantity:?) ?)(?P<n>{_N})(?!\w)\)?"
        rf"|[(,]? ?(?<![\w./])(?P<n2>{_N}) {_TUBE} (?:of |at )?\(?(?P<amount2>\d+(?:\.\d+)?) ?-?{_MASS}\)?"
    ),
    examples={"100 gm tubes x 3": 300, "3 tubes of 100 gm": 300, "100 gm tube": None},
)
SIGN = Rule(
    name="quantity.sign",
    needs=("#", "no.", "number"),
    why="The number sign.",
    certain=True,
    pattern=compiled(
        r"[(,]? ?(?:\b(?:quantity|qty)\.? ?:? ?(?:of )?)?(?:#|\bno\. ?|\bnumber (?:of )?):? ?"
        rf"(?P<n>{_N})(?:\)? ?{_TABLETS}|(?!\w|\.\d)\)?){_PER_FILL}"
    ),
    examples={
        "Norco #120": 120,
        "Norco # 60": 60,
        "Norco (#60)": 60,
        "Norco number sixty (60)": 60,
        "#120/month": 120,
        "Norco": None,
    },
)
LABELLED = Rule(
    name="quantity.labelled",
    needs=("quantity", "qty", "count", "disp"),
    why="A number behind the word for it.",
    certain=True,
    pattern=compiled(
        r"[(,]? ?\b(?:quantity|qty|(?<!ty )(?<!teen )(?<!dred )count|dispensed?|disp)\b\.?(?: ?(?:[:=#-]|of)){0,3}"
        rf" ?(?P<n>{_N})(?:\)? ?{_TABLETS}|(?!\w|\.\d)\)?){_PER_FILL}"
    ),
    examples={"Norco QTY: 60.00": 60, "quantity of 90": 90, "Visits Qty: 6": 6, "Norco 60 count": None},
)
SERIES = Rule(
    name="quantity.series",
    needs=("series of",),
    why="A series of injections is that many.",
    certain=True,
    pattern=compiled(rf",? ?\(?(?:\ba )?\bseries of (?P<n>{_N})(?: injections?)?\)?"),
    examples={"Orthovisc injections, series of 3": 3, "a series of five": 5, "series": None},
)
RANGE = Rule(
    name="quantity.range",
    why="From so many to so many is no number; the words are no part of the treatment either.",
    pattern=compiled(
        rf"[(,]? ?(?:\b(?:for|x) ?)?(?<![\w./-]){_N} ?(?:-|to|or) ?{_N} (?:visits|sessions|treatments)(?: of\b)?\)?"
    ),
    examples={"CBT 4-6 sessions": "4-6 sessions", "6 to 8 visits of PT": "6 to 8 visits of", "6 sessions": None},
)
UNITS = Rule(
    name="quantity.units",
    why="A number with the unit in which such things are counted; with a period behind it, it is a rate.",
    certain=True,
    pattern=compiled(
        r"[(,]? ?(?:\b(?:for|of|with|times|total(?: of)?|additional|up to|x) ){0,3}(?:\bx ?)?(?:(?<=\bx)|(?<![\w./-]))"
        rf"(?P<n>{_N})(?: additional| more| total| initial| post-?op(?:erative)?)? ?-?(?P<unit>{_UNIT})"
        r"(?: ?\( ?\d+ ?\))?(?! (?:a|per|each|every|/)\b|/)\)?(?: total)?"
    ),
    examples={
        "90 tablets of Norco": 90,
        "Norco, ninety count (90)": 90,
        "Physical therapy x 12 visits": 12,
        "Eight (8) additional sessions of PT": 8,
        "Functional restoration program, 80 hours": 80,
        "Quantitative chromatography (42 units)": 42,
        "4 hours per day": None,
    },
)
TIMES = Rule(
    name="quantity.times",
    needs=("x", "times"),
    why="Times a number, where nothing says of what.",
    certain=True,
    pattern=compiled(
        rf"[(,]? ?\b(?:x|times) ?(?P<n>{_N})(?! ?(?:days?|weeks?|wks?|months?|mos?|years?|mg|%|/|x\b|times|refills?))(?!\w"
        r"|\.\d)\)?"
    ),
    examples={"Office visits x 3": 3, "Biofeedback x4": 4, "x 6 weeks": None},
)
MASS = Rule(
    name="quantity.mass",
    why="Of creams and liquids the grams or millilitres are the count.",
    certain=True,
    pattern=compiled(
        rf"[(,]? ?(?<![\w./])(?P<n>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?) ?-?{_MASS}(?! ?/)"
        rf"(?: (?:tube|bottle|jar|container)s?)?\)?{_PER_FILL}"
    ),
    examples={"Menthoderm 120ml": 120, "cream, 60 grams": 60, "LidoPro 4 oz": 4, "Norco 10 mg": None},
)
BRACKETED = Rule(
    name="quantity.bracketed",
    why="A number in brackets that ends the request.",
    certain=True,
    pattern=compiled(rf" ?\( ?(?P<n>{NUMBER}) ?\)[\s.]*\Z"),
    examples={"Trigger point injections (4)": 4, "(4) injections": None},
)
TRAILING = Rule(
    name="quantity.trailing",
    why="A bare number that ends the request behind a comma.",
    certain=True,
    pattern=compiled(rf" ?[,;:] ?(?P<n>{_N})(?<!\d{{4}})[\s.]*\Z"),
    examples={"Follow-up visits, six": 6, "Guidelines, 2009": None},
)
LEADING = Rule(
    name="quantity.leading",
    why="A number in front of the thing, unless it is part of its name (4 wheeled walker, 3 view x-ray).",
    certain=True,
    pattern=compiled(
        rf"\W*(?:(?:an )?additional |another )?(?P<n>{_N}) (?![-/]|(?:views?|levels?|phases?|points?|stage|part|channel"
        r"|leads?|wheel\w*|panel|t|tesla|drug|in"
        r"|month|day|week|hour|year|mg|times|x|way|star|prong|inch|piece|person)\b)"
    ),
    examples={
        "60 Omeprazole 20mg": 60,
        "Three (3) trigger point injections": 3,
        "Additional 8 physical therapy visits": 8,
        "4 wheeled walker": None,
        "10 panel screen": None,
    },
)
ORDINAL = Rule(
    name="count_word.ordinal",
    why="Which one of a series it is says nothing of what is asked for.",
    pattern=compiled(r", ?(?:1st|2nd|3rd|[4-9]th|first|second|third)[\s.]*\Z"),
    examples={"epidural steroid injection, 3rd": "3rd", "third injection": None},
)
AFTER = Rule(
    name="count_word.after",
    needs=("after ",),
    why="When it shall be done says nothing of what is asked for.",
    pattern=compiled(r",? after (?:the |her |his )?(?:surgery|operation)\b"),
    examples={"RN evaluation after surgery": "after surgery", "aftercare": None},
)
PACKED = Rule(
    name="count_word.packed",
    needs=("bottle", "box", "tube", "pack", "jar", "container"),
    why="A second number of bottles or boxes is how a drug is packed.",
    pattern=compiled(rf"[(,]? ?(?<![\w./]){_N} (?:bottles?|box(?:es)?|tubes?|packs?|jars?|containers?)\b\)?"),
    examples={"Sentra PM #60, 2 bottles": "2 bottles", "bottles": None},
)
_COUNTS = (SIGN, LABELLED, SERIES, UNITS, TIMES, MASS, BRACKETED, TRAILING)
_CUT = (RANGE, ORDINAL, AFTER, PACKED)
RULES = (TUBES, *_COUNTS, LEADING, *_CUT)
_HAS_NUMBER = re.compile(NUMBER)
_RANGED = ("visits", "sessions", "treatments")
_CONTAINER = ("tube", "bottle", "container", "jar", "box")
_UNIT_IS_THING = ("inject", "visit", "appoint", "treatment", "session")
_GLUED = re.compile(r"\W*x\d+\W*", re.IGNORECASE)


def read_quantity(line: Line) -> None:
    """An explicit count, else the product of a rate; further numbers are packaging and are cut."""
    numbers = _HAS_NUMBER.search(line.rest) is not None
    if numbers:
        if any(word in line.rest for word in _RANGED):
            _cut(line, RANGE)
        for rule in (TUBES, *_COUNTS, LEADING):
            if "quantity" not in line.values:
                _count(line, rule)
    if line.product is not None and "strength" not in line.values:
        line.put("quantity", line.product.value, *line.product.places, by=line.product.by)
    # A second amount ("#1, 120 gm tube", "#9 x 2") is part of the packaging, not of the treatment.
    packaging = (LABELLED, MASS, TIMES, *((PACKED,) if "quantity" in line.values else ())) if numbers else ()
    for rule in (*packaging, ORDINAL, AFTER):
        _cut(line, rule)


def _count(line: Line, rule: Rule) -> None:
    if rule is TUBES:
        _tubes(line)
    elif rule is LEADING:
        m = LEADING.pattern.match(line.rest) if LEADING.pattern else None
        _take(line, m, rule)
    else:
        for m in line.matches(rule):
            if "quantity" not in line.values:
                _take(line, m, rule)


def _tubes(line: Line) -> None:
    m = line.first(TUBES)
    if m is None:
        return
    count, amount = parse_number((m["n"] or m["n2"]).strip()), parse_number(m["amount"] or m["amount2"])
    if count and amount:
        line.use(m.span())
        line.put("quantity", count * amount, tight(line.text, *m.span()), by=TUBES.name)


def _take(line: Line, m: re.Match[str] | None, rule: Rule) -> None:
    value = parse_number(m["n"]) if m else None
    if m is None or value is None:
        return
    unit = m.groupdict().get("unit") or ""
    if unit.startswith(_CONTAINER) and value == 1 and (line.first(MASS) or len(list(line.matches(UNITS))) > 1):
        line.use(m.span())  # "1 tube of Voltaren gel 100gm": the grams are the quantity
        return
    line.use((m.start(), m.start("unit")) if _unit_is_thing(line, m, unit) else m.span())
    place = tight(line.text, *m.span())
    glued = _GLUED.fullmatch(line.words(place))  # "x2": the number alone proves it
    line.put("quantity", value, m.span("n") if glued else place, by=rule.name)


def _unit_is_thing(line: Line, m: re.Match[str], unit: str) -> bool:
    """Of "3 injections" the unit is the thing, when nothing else names it."""
    start, end = m.span()
    return unit.startswith(_UNIT_IS_THING) and len((line.text[:start] + line.text[end:]).strip(" ,.()")) < 4


def _cut(line: Line, rule: Rule) -> None:
    for m in line.matches(rule):
        line.use(m.span())


def _read(rule: Rule, words: str) -> object:
    if rule in _CUT:
        return read_alone(lambda line: _cut(line, rule), words)
    found = read_alone(lambda line: _count(line, rule), words)
    return None if isinstance(found, str) else found


MATTER = Matter(RULES, _read)
