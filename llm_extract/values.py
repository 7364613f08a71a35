"""Words of a letter to values of the contract: dates, numbers, strengths. Rules and model answers go through the same door.

Pure functions on strings, each returning None for what it cannot read. A value is accepted only whole: "2/30/2015" is no date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
# Month/day/year with / - or . alike on both sides; a month's name before or behind the day; ISO.
DATE = (
    r"(?:(?<![\d/.-])\d{1,2} ?(?P<sep{n}>[/.-]) ?\d{1,2} ?(?P=sep{n}) ?(?:\d{4}|\d{2})(?![\d/-]|\.\d)"
    r"|\b" + _MONTH + r"\.? \d{1,2}(?:st|nd|rd|th)?,? ?\d{4}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:of )?" + _MONTH + r"\.?,? \d{4}\b"
    r"|(?<![\d/-])\d{4}-\d{2}-\d{2}(?![\d-]))"
)


def date_pattern(group: str = "date") -> str:
    """The date pattern as a named group, for use inside a larger pattern once a group name."""
    return f"(?P<{group}>{DATE.replace('{n}', '_' + group)})"


_DATE = re.compile(date_pattern(), re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,2}) ?([/.-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NAMED = re.compile(rf"({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? ?(\d{{4}})", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})\.?,? (\d{{4}})", re.IGNORECASE)
_EARLIEST, _LATEST = 1900, 2100
# Two-digit years up to this one are of this century where the letter has no other date to hold them against.
_PIVOT = 30


class DatedText(NamedTuple):
    """A date and where it stands (offsets into the searched text)."""

    value: date
    start: int
    end: int


def parse_date(text: str, *, latest_year: int | None = None) -> date | None:
    """The date that `text` is, whole; month before day. A two-digit year is the latest one not after `latest_year`."""
    text = text.strip().rstrip(".,;")
    if m := _ISO.fullmatch(text):
        return _date(int(m[1]), int(m[2]), int(m[3]))
    if m := _NUMERIC.fullmatch(text):
        year = int(m[4]) if len(m[4]) == 4 else _century(int(m[4]), latest_year)
        return _date(year, int(m[1]), int(m[3]))
    if m := _NAMED.fullmatch(text):
        return _date(int(m[3]), _month(m[1]), int(m[2]))
    if m := _DAY_FIRST.fullmatch(text):
        return _date(int(m[3]), _month(m[2]), int(m[1]))
    return None


def find_dates(text: str, *, latest_year: int | None = None) -> Iterator[DatedText]:
    """Every valid date of `text`, in order."""
    for m in _DATE.finditer(text):
        value = parse_date(m.group(), latest_year=latest_year)
        if value is not None:
            yield DatedText(value, m.start(), m.end())


def latest_year(text: str) -> int | None:
    """The latest year of the text's dates; what two-digit years are held against. A short year up to `_PIVOT` is of this century."""
    years = [int(y) for y in re.findall(r"[/.-]((?:19|20)\d\d)\b", text)]
    years += [int(m[3]) for m in _NAMED.finditer(text)]
    years += [2000 + int(y) for y in re.findall(r"\b\d{1,2}[/-]\d{1,2}[/-](\d\d)\b", text) if int(y) <= _PIVOT]
    return max((y for y in years if _EARLIEST < y < _LATEST), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    return value if _EARLIEST < year < _LATEST else None


def _month(name: str) -> int:
    return next(i for i, full in enumerate(MONTHS, 1) if full.startswith(name.lower().rstrip(".")[:3]))


def _century(two: int, reference: int | None) -> int:
    limit = reference if reference is not None else 2000 + _PIVOT
    return 2000 + two if 2000 + two <= limit else 1900 + two


_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WORD_NUMBERS = {
    **{word: i for i, word in enumerate(_UNITS)},
    **{word: 10 * i for i, word in enumerate(_TENS, 2)},
    **{f"{ten}-{_UNITS[i]}": 10 * t + i for t, ten in enumerate(_TENS, 2) for i in range(1, 10)},
    "once": 1,
    "twice": 2,
    "thrice": 3,
    "a": 1,
    "an": 1,
    "dozen": 12,
    "hundred": 100,
    "no": 0,
}
_WORDS = "|".join(
    sorted((w for w in WORD_NUMBERS if w not in ("a", "an", "no", "once", "twice", "thrice")), key=len, reverse=True)
)
NUMBER = rf"(?:(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|(?:{_WORDS})\b)"
"""Digits or a number word; "six (6)" is matched by `NUMBER_TWICE`."""
NUMBER_TWICE = rf"{NUMBER}(?: ?\( ?\d+ ?\))?"


def parse_number(text: str) -> int | float | None:
    """ "120", "1,000", "60.00", "six", "six (6)", "twice" to a number; whole numbers as int."""
    text = text.strip().lower()
    if m := re.search(r"\( ?(\d+) ?\)?$", text):
        return int(m[1])
    if text in WORD_NUMBERS:
        return WORD_NUMBERS[text]
    if not re.fullmatch(r"\d[\d,]*(?:\.\d+)?", text):
        return None
    value = float(text.replace(",", ""))
    return int(value) if value == int(value) else value


_STRENGTH_UNIT = (
    r"(?:mgs?|milligrams?|mcgs?|µg|ug|micrograms?|gms?|grams?|g|%|percent|mls?|units?|iu|meq|mg ?/ ?ml|mcg ?/ ?(?:hr|hour|h))"
)
STRENGTH = (
    rf"(?<![\w#./])(?:\d[\d,]*(?:\.\d+)?|\.\d+) ?{_STRENGTH_UNIT}?(?: ?[/-] ?(?:\d[\d,]*(?:\.\d+)?|\.\d+) ?{_STRENGTH_UNIT}?)*"
    rf" ?(?<=[\d% .a-z])(?:{_STRENGTH_UNIT}(?: ?/ ?(?:ml|hr|hour|h|spray|puff|patch|actuation|day|\d+ ?ml))?)(?![\w])"
)
_CANONICAL_UNIT = {
    "mgs": "mg",
    "milligram": "mg",
    "milligrams": "mg",
    "mcgs": "mcg",
    "µg": "mcg",
    "ug": "mcg",
    "microgram": "mcg",
    "micrograms": "mcg",
    "gms": "g",
    "gm": "g",
    "gram": "g",
    "grams": "g",
    "percent": "%",
    "mls": "ml",
    "unit": "units",
    "hour": "hr",
    "h": "hr",
}


def normal_strength(text: str) -> str | None:
    """ "10/325mg", "10mg-325mg", "5%" to "10/325 mg", "5 %": number(s) and unit, one blank, lower-case unit."""
    parts = re.findall(r"(\d[\d,]*(?:\.\d+)?|\.\d+) ?([a-zµ%]*)", text.lower())
    if not parts:
        return None
    per = re.search(
        r"(?:mg|mcg|g|units?|ug|meq) ?/ ?((?:\d+ ?)?(?:ml|hr|hour|h|spray|puff|patch|actuation|day))$", text.lower().strip()
    )
    if per and per[1][0].isdigit():
        parts = parts[:-1]
    numbers = [n.replace(",", "") for n, _ in parts]
    numbers = ["0" + n if n.startswith(".") else n for n in numbers]
    units = [_CANONICAL_UNIT.get(u, u) for _, u in parts if u]
    if not units:
        return None
    suffix = ""
    if per:
        tail = per[1].replace(" ", "")
        suffix = "/" + _CANONICAL_UNIT.get(tail, tail)
    if len(set(units)) > 1:
        return "/".join(f"{n} {u}" for n, u in zip(numbers, units, strict=False)) + suffix
    unit: str = units[-1]
    return f"{'/'.join(numbers)} {unit}{suffix}"


_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"})


def plain(text: str) -> str:
    """Typographic quotes and dashes made plain, one for one, so that offsets stay."""
    return text.translate(_QUOTES)


_LONGEST_RANGE = 60


def page_numbers(words: str) -> list[int]:
    """ "75-79, 120" to [75, 76, 77, 78, 79, 120]; a short second number ("68-9") takes the first one's head."""
    numbers: list[int] = []
    for m in re.finditer(r"(\d+)[a-z]?(?: ?(?:-|to|through) ?(\d+))?", plain(words)):
        first, last = int(m[1]), int(m[2] or m[1])
        if m[2] and last < first and len(m[2]) < len(m[1]):
            last = int(m[1][: len(m[1]) - len(m[2])] + m[2])
        numbers += range(first, last + 1) if first <= last <= first + _LONGEST_RANGE else [first, last]
    return numbers


_SENTENCE = re.compile(
    r"(?:[^.?!]|[.](?=[\w,;)])(?![A-Z][a-z])|(?<=\b[A-Z])[.]|(?<=\bDr)[.]|(?<=\bMr)[.]|(?<=\bMs)[.]|(?<=\bvs)[.]|(?<=\bMrs)[.]"
    r"|(?<=\be\.g)[.]|(?<=\bi\.e)[.]|(?<=\bNo)[.](?= \d))+[.?!]*[\"')\]]*"
)


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The sentences of `text[start:end]` as ranges. A point inside a number, after a title or an initial ends none."""
    stop = len(text) if end is None else end
    return [
        (m.start() + len(m.group()) - len(m.group().lstrip()), m.end())
        for m in _SENTENCE.finditer(text, start, stop)
        if m.group().strip(" .?!\"')")
    ]
