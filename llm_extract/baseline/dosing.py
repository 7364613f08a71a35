"""How often a drug is taken. How much at a time is no count; in front of a rate it is a part of the frequency as written."""

from __future__ import annotations

import re
from functools import lru_cache

from llm_extract.baseline.request_line import Line, read_alone
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import NUMBER_TWICE, letter_first

_HOURS = r"(?:hours?|hrs?|h)\b"
_PERIOD = r"(?:days?|weeks?|wks?|months?|mos?|years?|yrs?)\b"
_RANGE = r"(?: ?(?:-|to) ?\d+)?"
_LATIN = (
    r"(?:b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?h\.?s|q\.?d|q\.?a\.?m|q\.?p\.?m|h\.?s|p\.?r\.?n|q\.?o\.?d)\b\.?"
    rf"|q\.? ?\d+(?: ?- ?\d+)? ?{_HOURS}|q ?(?:day|daily|night|week|month|am|pm|hs)\b"
)
_EVERY = (
    rf"every (?:\d+|\w+){_RANGE} ?{_HOURS}|every (?:day|night|morning|evening|other day|bedtime)\b"
    rf"|every (?:\d+|\w+){_RANGE} ?(?:days?|weeks?|months?)\b|every other (?:week|month)\b"
)
_TIMES_A_DAY = (
    r"(?:once|twice|thrice|(?:one|two|three|four|five|six|\d)(?: ?\([1-6]\))?(?: ?(?:-|to) ?(?:\d|two|three"
    r"|four))?(?: ?\([1-6]\))?"
    r" ?(?:times?|x))(?: ?(?:a|per|every|each|/))? ?(?:day|daily|nightly|night)\b"
)
_WHEN = r"as needed\b|daily\b(?! living| activit)|nightly\b|at (?:bedtime|night)\b|before bed\b"
_ON_OFF = r"12 (?:hours?|hrs?) on(?: ?(?:/|,|and|&))? ?12 (?:hours?|hrs?) off\b"
_RATE = rf"(?:{_LATIN}|{_EVERY}|{_TIMES_A_DAY}|{_WHEN}|{_ON_OFF})"

_FORM_UNIT = (
    r"(?:tab(?:let)?s?|cap(?:sule)?s?|pills?|patch(?:es)?|drops?|sprays?|puffs?|pumps?|films?|lozenges?|grams?|gms?|g|ml|cc"
    r"|units?|applications?|packets?)\b"
)
_ROUTE = r"(?:p\.?o\.?\b(?! box)|by mouth\b|orally\b|topically\b(?= )|sublingually\b|under the tongue\b)"
_TAKE = r"(?:take|use|apply|inhale|place|wear|sig:?)"
_NUMBER = r"(?:[1-9]|one|two|three|four)"
_AMOUNT = rf"(?:1/2|0\.5|one-half|half|{_NUMBER})(?: ?(?:-|to|or|/) ?{_NUMBER})?(?: \([1-9]\))?(?: ?{_FORM_UNIT})?(?: {_ROUTE})?"
# What it is taken for, and with what, go with the rate; neither says how often.
_FOR_WHAT = (
    r"(?:[ ,]{1,2}(?:as directed|for (?:\w+ )?(?:pain|spasms?|sleep|insomnia|nausea|anxiety|inflammation|neuropathy)"
    r"|(?:muscle )?(?:pain|spasms?|sleep|insomnia|nausea|anxiety)|with (?:food|meals)))?"
)
_BEHIND = rf"(?:[ ,]{{1,2}}(?:as needed|prn\b|at bedtime|at night)){{0,2}}(?: (?:for|x) ?{NUMBER_TWICE} ?{_PERIOD})?"

AMOUNT = Rule(
    name="dose.amount",
    why='How much at a time, in front of a rate: "1-2 tabs" of "1-2 tabs TID". The count of a fill has no rate behind it.',
    pattern=compiled(rf",? ?\(?(?<![\w./#-])(?P<words>(?:{_TAKE} )?{_AMOUNT},?|{_TAKE}) (?={_RATE})"),
    examples={
        "Xanax 1 tab po BID": "1 tab po",
        "Norco, take one tablet by mouth every 6 hours": "take one tablet by mouth",
        "1-2 grams 3-4 times a day": "1-2 grams",
        "Flector patch apply q12h": "apply",
        "Norco 60 tablets": None,
        "Methadone 3 times a day": None,
    },
)
ROUTE = Rule(
    name="dose.route",
    needs=("po", "p.o", "mouth", "orally", "topically", "sublingually", "tongue"),
    why="By what way, with or without how much at a time.",
    pattern=compiled(
        rf",? ?\(?(?<![\w./#-])(?:{_TAKE} )?(?:(?:[1-4]|one|two|1-2|1 to 2)(?: \([12]\))?(?: {_FORM_UNIT})? )?{_ROUTE}"
    ),
    examples={"Soma 350mg 1 tab PO": "1 tab PO", "Soma 350mg by mouth": "by mouth", "Soma": None},
)
MAXIMUM = Rule(
    name="dose.maximum",
    needs=("max",),
    why="The most that may be taken is neither count nor rate.",
    pattern=compiled(r",? ?\(?\bmax(?:imum)?:? (?:of )?\d+ ?(?:tab(?:let)?s? )?(?:/|per|a|in) ?(?:day|24 (?:hours|hrs))\b\)?"),
    examples={"Norco q4h prn max 6/day": "max 6/day", "Norco #6": None},
)
APPLIED = Rule(
    name="dose.applied",
    needs=("take", "use", "apply", "inhale", "place", "wear", "sig"),
    why="A patch that is worn half of the day; how many at a time is no count.",
    pattern=compiled(
        rf",? ?\(?\b{_TAKE} (?:\d(?:-\d)?|one|two)? ?(?:patch(?:es)?)? ?(?:to (?:the )?(?:affected|painful) area )?(?={_ON_OFF})"
    ),
    examples={"Lidoderm, apply 1-2 patches 12 hours on/12 hours off": "apply 1-2 patches", "Lidoderm patches": None},
)
CUT = (APPLIED, ROUTE, MAXIMUM)


def _rate(name: str, why: str, words: str, examples: dict[str, str | None]) -> Rule:
    pattern = compiled(rf"(?<![\w./-])(?:up to )?(?P<words>(?:{words}){_BEHIND}){_FOR_WHAT}")
    return Rule(name=f"frequency.{name}", why=why, pattern=pattern, examples=examples, certain=True)


RATES = (
    _rate(
        "latin",
        "The abbreviations of prescriptions.",
        _LATIN,
        {"Norco Q4-6H PRN": "Q4-6H PRN", "Lunesta QHS": "QHS", "Soma TID as needed": "TID as needed", "qdoba": None},
    ),
    _rate(
        "every",
        "Every so many hours or days.",
        _EVERY,
        {"Nucynta every 12 hours": "every 12 hours", "Butrans every 7 days": "every 7 days", "everyone": None},
    ),
    _rate(
        "times_a_day",
        "So many times a day.",
        rf"{_TIMES_A_DAY}|{NUMBER_TWICE} ?/ ?day\b",
        {"Lyrica twice daily": "twice daily", "Cream 3-4 times a day": "3-4 times a day", "Norco 4/day": "4/day", "twice": None},
    ),
    _rate(
        "when",
        "Once a day, or when it is needed, in words.",
        _WHEN,
        {"Ambien at bedtime": "at bedtime", "Cymbalta daily": "daily", "aids for daily living": None},
    ),
    _rate(
        "on_off",
        "How patches with an anaesthetic are worn.",
        _ON_OFF,
        {"12 hours on/12 hours off": "12 hours on/12 hours off", "12 hours": None},
    ),
    _rate(
        "by_period",
        "A period as an adverb, of tests and visits too.",
        r"weekly\b|monthly\b|quarterly\b|annually\b|yearly\b|bi-?(?:weekly|monthly)\b|per (?:day|week|month|year)\b|24/7\b",
        {
            "Urine drug test quarterly": "quarterly",
            "Norco per month x 6 months": "per month x 6 months",
            "Home health aide 24/7": "24/7",
            "a month": None,
        },
    ),
)
RULES = (AMOUNT, *CUT, *RATES)
# Without one of these words no rule of this module reads anything.
_GUARD = re.compile(
    letter_first(
        r"every|daily|nightly|needed|\bday|bed|\bp\.?o\b|mouth|orally|topically|lingually|tongue|24/7|b\.?i\.?d|t\.?i\.?d"
        r"|q\.?i\.?d|\bq|\bh\.?s\b"
        r"|\bp\.?r\.?n|\bmax|night|weekly|monthly|quarterly|annually|yearly|\bper\b| on"
    )
)


@lru_cache(maxsize=1)
def _may_hold_rate(rest: str) -> bool:
    """Asked twice of each request, with hardly ever a change between."""
    return _GUARD.search(rest) is not None


def read_doses(line: Line) -> None:
    """Amounts with their rates: they stand in front of all counts."""
    if not _may_hold_rate(line.rest):
        return
    for amount in line.matches(AMOUNT):
        line.use(amount.span())
        _rate_at(line, amount)
    for rule in CUT:
        _cut(line, rule)


def read_rates(line: Line) -> None:
    """Rates of drugs that stand by themselves, the first in the line first."""
    if not _may_hold_rate(line.rest):
        return
    hits = ((m.start(), -m.end(), m, rule) for rule in RATES for m in line.matches(rule))
    at = 0
    for start, end, m, rule in sorted(hits, key=lambda hit: hit[:2]):
        if start >= at:
            _put(line, m, rule)
            at = -end


def _rate_at(line: Line, amount: re.Match[str]) -> None:
    """The longest rate behind an amount, with it: "1 tab po BID"."""
    hits = [(m.end(), m, rule) for rule in RATES if rule.pattern and (m := rule.pattern.match(line.rest, amount.end()))]
    if hits:
        _, m, rule = max(hits, key=lambda hit: hit[0])
        place = amount.start("words"), m.end("words")
        line.use(m.span())
        line.put("frequency", line.words(place).strip(" ,"), place, by=rule.name)


def _put(line: Line, m: re.Match[str], rule: Rule) -> None:
    line.use(m.span())
    line.put("frequency", line.words(m.span("words")).strip(" ,"), m.span("words"), by=rule.name)


def _put_all(line: Line, rule: Rule) -> None:
    for m in line.matches(rule):
        _put(line, m, rule)


def _cut(line: Line, rule: Rule) -> None:
    for m in line.matches(rule):
        line.use(m.span())


def _read(rule: Rule, words: str) -> object:
    if rule not in RATES:
        return read_alone(lambda line: _cut(line, rule), words)
    return read_alone(lambda line: _put_all(line, rule), words)


MATTER = Matter(RULES, _read)
