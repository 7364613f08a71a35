"""Words of a letter to values of the contract: dates, numbers, strengths. Rules and model answers go through the same door.

Pure functions on strings, each returning None for what it cannot read. A value is accepted only whole: "2/30/2015" is no date.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
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
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
# Month/day/year with / - or . alike on both sides; a month's name before or behind the day; ISO.
DATE = (
    r"(?:(?<![\d/.-])\d{1,2} ?(?P<sep{n}>[/.-]) ?\d{1,2} ?(?P=sep{n}) ?(?:\d{4}|\d{2})(?![\d/-]|\.\d)"
    r"|\b" + _MONTH + r"\.? ?\d{1,2}(?:st|nd|rd|th)?,? ?\d{4}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:day )?(?:of )?" + _MONTH + r"\.?,? ?\d{4}\b"
    r"|(?<![\d/-])\d{4}(?P<iso{n}>[/-])\d{1,2}(?P=iso{n})\d{1,2}(?![\d/-]))"
)


def date_pattern(group: str = "date") -> str:
    """The date pattern as a named group, for use inside a larger pattern once a group name.

    In lower case: the pattern around it is searched in lower-case text or ignores case.
    """
    return f"(?P<{group}>{DATE.replace('{n}', '_' + group)})"


_DATE = re.compile(date_pattern(), re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,2}) ?([/.-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})([/-])(\d{1,2})\2(\d{1,2})")
_NAMED = re.compile(rf"({_MONTH})\.? ?(\d{{1,2}})(?:st|nd|rd|th)?,? ?(\d{{4}})", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)? (?:day )?(?:of )?({_MONTH})\.?,? ?(\d{{4}})", re.IGNORECASE)
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
        return _date(int(m[1]), int(m[3]), int(m[4]))
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


# Begun with a character class, which is looked for many times faster than a lookbehind.
_SHORT_DATE = re.compile(r"[0-9](?<!\d[0-9])[0-9]?[/-][0-9]{1,2}[/-]([0-9][0-9])(?!\d)")
_LONG_YEAR = re.compile(r"(?:19|20)[0-9][0-9](?!\d)")
_BEFORE_YEAR = re.compile(rf"\b{_MONTH}\.? ?(?:\d{{1,2}}(?:st|nd|rd|th)?)?,? ?$", re.IGNORECASE)
_LONGEST_BEFORE_YEAR = 18  # "September 30th, "


def latest_year(text: str) -> int | None:
    """The latest year of the text's dates; what two-digit years are held against.

    A short year up to `_PIVOT` is of this century, a later one tells nothing.
    """
    years = {2000 + year for year in map(int, set(_SHORT_DATE.findall(text))) if year <= _PIVOT}
    for m in _LONG_YEAR.finditer(text):
        year = int(m[0])
        if _EARLIEST < year < _LATEST and year not in years and _ends_date(text, m.start()):
            years.add(year)
    return max(years, default=None)


def _ends_date(text: str, year: int) -> bool:
    """Whether a date, or a month, stands before the year at this offset."""
    if text[year - 1 : year] in ("/", ".", "-"):
        return True
    return _BEFORE_YEAR.search(text[max(0, year - _LONGEST_BEFORE_YEAR) : year]) is not None


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
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORD_NUMBERS = {
    **{word: i for i, word in enumerate(_UNITS)},
    **{word: 10 * i for i, word in enumerate(_TENS, 2)},
    **{f"{ten}{sep}{_UNITS[i]}": 10 * t + i for t, ten in enumerate(_TENS, 2) for i in range(1, 10) for sep in "- "},
    "once": 1,
    "twice": 2,
    "thrice": 3,
    "a": 1,
    "an": 1,
    "dozen": 12,
    "hundred": 100,
    "no": 0,
}


def any_word(words: Collection[str]) -> str:
    """A pattern for one of the words, at each place the longest; "" is a word too.

    Words with the same first letters share them, so that one look at a letter tells that no word begins there.
    """
    tails: dict[str, list[str]] = {}
    for word in filter(None, words):
        tails.setdefault(word[0], []).append(word[1:])
    branches = [re.escape(first) + (any_word(rest) if any(rest) else "") for first, rest in tails.items()]
    if len(branches) == 1 and "" not in words:
        return branches[0]
    return f"(?:{'|'.join(branches)}){'?' if '' in words else ''}"


_WORD_BEGINS = re.compile(r"\\b([a-z])(?![?*+{])")


def letter_first(pattern: str) -> str:
    r"""The pattern with each `\bx` as `x(?<=\bx)`, which says the same.

    The regex engine looks for alternatives that begin with a letter several times faster than for those that begin with a
    boundary. No `\b` of the pattern may stand in a character class.
    """
    return _WORD_BEGINS.sub(r"\1(?<=\\b\1)", pattern)


_WORDS = any_word([w for w in WORD_NUMBERS if w not in ("a", "an", "no", "once", "twice", "thrice")])
NUMBER = rf"(?:(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|(?:{_WORDS})\b)"
"""Digits or a number word; "six (6)" is matched by `NUMBER_TWICE`."""
NUMBER_TWICE = rf"(?:{NUMBER}(?: ?\( ?(?:\d+|{_WORDS}) ?\))?|\( ?(?:\d+|{_WORDS}) ?\)(?: ?(?:{_WORDS})\b)?)"
"""A number said once or twice: "six (6)", "(3) three", "12 (twelve)", "(8)"."""

_IN_BRACKETS = re.compile(r"\( ?(?P<inside>[^()]*?) ?(?:\)|$)")
_DIGITS = re.compile(r"\d[\d,]{0,11}(?:\.\d+)?")


def parse_number(text: str) -> int | float | None:
    """The number that "120", "1,000", "60.00", "six", "six (6)", "(3) three" or "twice" is; a whole one as int.

    Of a number said twice the digits are believed.
    """
    text = text.strip().lower()
    sayings = [text]
    if "(" in text and (m := _IN_BRACKETS.search(text)):
        sayings = sorted((m["inside"], (text[: m.start()] + text[m.end() :]).strip()), key=lambda said: not said[:1].isdigit())
    return next((n for said in sayings if (n := _one_number(said)) is not None), None)


def _one_number(text: str) -> int | float | None:
    if text in WORD_NUMBERS:
        return WORD_NUMBERS[text]
    if not _DIGITS.fullmatch(text):
        return None
    value = float(text.replace(",", ""))
    return int(value) if value == int(value) else value


_STRENGTH_UNIT = (
    r"(?:mgs?|milligrams?|mcgs?|µg|ug|micrograms?|gms?|grams?|g|%|percent|mls?|units?|iu|meq|mg ?/ ?ml|mcg ?/ ?(?:hr|hour|h))"
)
_STRENGTH_NUMBER = r"(?:\d[\d,]{0,7}(?:\.\d{1,6})?|\.\d{1,6})"
_MOST_INGREDIENTS = 12
STRENGTH = (
    rf"(?:(?<![\w#./])|(?<=[a-z]{{3}})){_STRENGTH_NUMBER} ?{_STRENGTH_UNIT}?"
    rf"(?: ?[/-] ?{_STRENGTH_NUMBER} ?{_STRENGTH_UNIT}?){{0,{_MOST_INGREDIENTS}}}"
    rf" ?(?<=[\d% .a-z])(?:{_STRENGTH_UNIT}(?: ?/ ?(?:ml|hr|hour|h|spray|puff|patch|actuation|day|\d+ ?ml))?)(?![\w])"
)
"""Number and unit, or several numbers with one unit or each with its own; the blank in front may be lost. In lower case."""
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


_NUMBER_AND_UNIT = re.compile(rf"({_STRENGTH_NUMBER}) ?([a-zµ%]*)")
_PER = re.compile(r"(?:mg|mcg|g|units?|ug|meq) ?/ ?((?:\d+ ?)?(?:ml|hr|hour|h|spray|puff|patch|actuation|day))$")


def normal_strength(text: str) -> str | None:
    """The contract's form of "10/325mg", "10mg-325mg" or "5%": "10/325 mg", "5 %"; one blank, the unit in lower case."""
    text = text.lower().strip()
    parts = _NUMBER_AND_UNIT.findall(text)
    per = _PER.search(text)
    if per and per[1][0].isdigit():
        parts = parts[:-1]
    numbers = [("0" + n if n.startswith(".") else n).replace(",", "") for n, _ in parts]
    units = [_CANONICAL_UNIT.get(u, u) for _, u in parts if u]
    if not units:
        return None
    suffix = _per_what(per[1]) if per else ""
    if len(set(units)) > 1:
        return "/".join(f"{n} {u}" for n, u in zip(numbers, units, strict=False)) + suffix
    return f"{'/'.join(numbers)} {units[-1]}{suffix}"


def _per_what(words: str) -> str:
    words = words.replace(" ", "")
    return "/" + _CANONICAL_UNIT.get(words, words)


STATE_CODES = {
    **{"AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado"},
    **{"CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii"},
    **{"ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana"},
    **{"ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi"},
    **{"MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey"},
    **{"NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma"},
    **{"OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina"},
    **{"SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia"},
    **{"WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming"},
}
"""Postal codes of the states and territories that the contract names."""

_PLAIN = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}


def plain(text: str) -> str:
    """Typographic quotes and dashes made plain, one for one, so that offsets stay."""
    if not text.isascii():
        for sign, made_plain in _PLAIN.items():  # none is made into another; several times faster than `str.translate`
            text = text.replace(sign, made_plain)
    return text


def lower(text: str) -> str:
    """The text in lower case, one for one, so that offsets stay: the dotted capital I alone has a longer small letter."""
    small = text.lower()
    return small if len(small) == len(text) else _GROWS.join(part.lower() for part in text.split(_GROWS))


_GROWS = "\u0130"

_LONGEST_RANGE = 60
_PAGE_RANGE = re.compile(r"(?<!\d)(\d{1,5})(?!\d)[a-z]?(?: ?(?:-|to|through) ?(?:pages? )?(\d{1,5})(?!\d))?")


def page_numbers(words: str) -> list[int]:
    """What "75-79, 120" spells out: [75, 76, 77, 78, 79, 120]; a short second number ("68-9") takes the first one's head."""
    numbers: list[int] = []
    for m in _PAGE_RANGE.finditer(plain(words)):
        first, last = int(m[1]), int(m[2] or m[1])
        if m[2] and last < first and len(m[2]) < len(m[1]):
            last = int(m[1][: len(m[1]) - len(m[2])] + m[2])
        numbers += range(first, last + 1) if first <= last <= first + _LONGEST_RANGE else [first, last]
    return numbers


# Possessive throughout: each character is looked at once, whatever the text.
_SENTENCE = re.compile(
    r"(?:[^.?!]++|\.(?:(?=[\w,;)])(?![A-Z][a-z])|(?<=\b[A-Z]\.)|(?<=\b(?:Dr|Mr|Ms|vs)\.)|(?<=\bMrs\.)|(?<=\b(?:e\.g|i\.e)\.)"
    r"|(?<=\bNo\.)(?= \d)|(?<=\.[a-z]\.)(?= [a-z])))++[.?!]*+[\"')\]]*+"
)


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The sentences of `text[start:end]` as ranges.

    A point inside a number, after a title, an initial or a dotted abbreviation ("b.i.d. as needed") ends none.
    """
    stop = len(text) if end is None else end
    found = ((m.group(), m.end()) for m in _SENTENCE.finditer(text, start, stop))
    return [(last - len(words.lstrip()), last) for words, last in found if words.strip(" .?!\"')")]
