"""Retrospective requests: the words that say so, the day of service, and days that are something else."""

from __future__ import annotations

import re
from datetime import date

from llm_extract.baseline.request_line import Line, read_alone
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import date_pattern, parse_date

_SHORT_DATE = r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}"
_DATES = rf"{date_pattern()}(?:(?: ?(?:,|and|&|to|through|thru|-|;|dos:?)){{1,3}} ?{_SHORT_DATE}){{0,12}}"
# Words that say that it was done: the day is past, whether or not the request calls itself retrospective.
_DONE = (
    *("performed", "provided", "dispensed", "rendered", "given", "administered", "done", "completed", "obtained", "collected"),
    *("received", "fitted", "delivered", "furnished", "supplied"),
)

RETROSPECTIVE = Rule(
    name="retrospective.word",
    needs=("retro",),
    why="The request calls itself retrospective; the words around it are the form's.",
    certain=True,
    pattern=compiled(
        r"\(?\bretro(?:[- ]?spective(?:ly)?|[- ]?active(?:ly)?)?\b"
        r"(?: (?:review|authorization|approval|certification|usage?|treatment)(?= (?:of|for|request)))?"
        r"(?: (?:requests?|prescriptions?|medications?(?= (?:request|dispensed|:))))?\)?(?: ?(?:for|of|:|-)){0,3}"
        r"(?: (?:authorization|approval|payment|reimbursement) (?:of|for))?(?: the(?= [a-z])| an?(?= [a-z]))?"
    ),
    examples={
        "Retrospective request for urine drug screen": True,
        "retro UDS": True,
        "Retrospective usage of Tramadol 50mg": True,
        "Retro-active authorization for Soma": True,
        "Retropatellar injection": None,
    },
)
SERVICE = Rule(
    name="service.date",
    why="A date of service is the day of the treatment; where it is named the treatment is past.",
    certain=True,
    pattern=compiled(
        r"[(\[]?,? ?(?:\b(?:for|on|with|from) )?(?:\bthe )?\b(?:(?:dates?|date\(s\)) of ser(?:vices?|ve)|dos|d\.o\.s\.?"
        rf"|service dates?)(?: ?(?:of|on|between|from|was|:|-)){{0,3}} ?{_DATES} ?[)\]]?(?: for)?"
    ),
    examples={
        "Urine drug screen (DOS 11/4/14)": (date(2014, 11, 4), True),
        "Toradol injection with date of service of 10/15/2014": (date(2014, 10, 15), True),
        "UDS, dates of service 3/18/13, 4/15/13": (date(2013, 3, 18), True),
        "UDS 3/18/13": None,
    },
)
DONE = Rule(
    name="service.done",
    needs=_DONE,
    why="What was performed or dispensed on a day is past.",
    certain=True,
    pattern=compiled(rf"[(\[]?,? ?\b(?:{'|'.join(_DONE)}) (?:on |from |of |between )?{_DATES} ?[)\]]?"),
    examples={
        "LSO brace dispensed 11-04-2014": (date(2014, 11, 4), True),
        "Injection given on 7/9/13": (date(2013, 7, 9), True),
        "Brace prescribed 7/9/13": None,
    },
)
ANY = Rule(
    name="service.any_date",
    why="A date of a request that calls itself retrospective is its day of service; read only there.",
    certain=True,
    pattern=compiled(rf"[(\[]?,? ?\b(?:dated |prescribed )?(?:on |from |of |between |for |per )?{_DATES} ?[)\]]?"),
    examples={
        "3 Terocin patches on 8/12/2013": (date(2013, 8, 12), True),
        "drug screen between 3/4/2014 and 3/5/2014": (date(2014, 3, 4), True),
        "3 Terocin patches": None,
    },
)
_ASKED = Rule(
    name="other_date.asked",
    needs=("rfa", "request", "rx", "prescri", "written", "ordered", "dated", "as of"),
    why="The day of the asking is no day of service.",
    pattern=compiled(
        r"[(\[]?,? ?\b(?:per |on |from )?(?:the )?(?:rfa|requested|request|rx|prescription|prescribed|written|ordered|dated"
        r"|as of)"
        rf"(?: ?(?:of|on|dated|date|from|:|-)){{0,3}} ?{_DATES} ?[)\]]?"
    ),
    examples={
        "Soma 350mg #120 (RFA 3/4/15)": "RFA 3/4/15",
        "Xanax 1mg #60 (Rx 11/3/15)": "Rx 11/3/15",
        "Norco, per the request dated 3/4/15": "per the request dated 3/4/15",
        "Soma 350mg": None,
    },
)
_PERIOD = Rule(
    name="other_date.period",
    needs=("expir", "through", "thru", "until", "starting", "beginning", "between", "from", "dispense", "fill"),
    why="Days between which a treatment shall be given are those for which it is asked, not on which it was.",
    pattern=compiled(
        r"[(\[]?,? ?\b(?:for dates? )?(?:expir\w+|through|thru|until|starting|beginning|between|from"
        r"|(?:do not )?(?:dispensed?|fill(?:ed)?) (?:until|before|on or after|date))"
        rf"(?: ?(?:of|on|date|from|:|-)){{0,3}} ?{_DATES} ?[)\]]?"
    ),
    examples={
        "urine drug screen between 9/18/2013 and 11/2/2013": "between 9/18/2013 and 11/2/2013",
        "Norco #90 (do not dispense until 4/5/15)": "do not dispense until 4/5/15",
        "Norco #90": None,
    },
)
NOT_SAID = Rule(
    name="retrospective.not_said",
    why="A request that neither says so nor names a day of service is of the future: false, as the contract has it.",
    certain=True,
    examples={"Norco 10/325mg #60": False, "Retrospective Norco": None, "Urine drug screen (DOS 11/4/14)": None},
)
_OTHERS = (_ASKED, _PERIOD)
# Every date holds this, and every rule of this module but the first holds a date.
_MAY_BE_DATE = re.compile(r"\d(?: ?[/.-] ?\d{1,2} ?[/.-] ?\d|\d{3})")
RULES = (RETROSPECTIVE, SERVICE, DONE, ANY, NOT_SAID, *_OTHERS)


def read_service_date(line: Line) -> None:
    """Whether a request is of the past, and the first day of service; days that are something else are cut."""
    word = line.first(RETROSPECTIVE)
    if word:
        line.use(word.span())
        line.put("retrospective", True, word.span(), by=RETROSPECTIVE.name)
    if not _MAY_BE_DATE.search(line.rest):
        return
    dated = (SERVICE, DONE, ANY) if word else (SERVICE, DONE)
    next((rule for rule in dated if _day_of_service(line, rule)), None)
    for rule in _OTHERS:
        _cut(line, rule)


def _day_of_service(line: Line, rule: Rule) -> bool:
    m = line.first(rule)
    if m is None:
        return False
    value = parse_date(m["date"], latest_year=line.latest_year)
    line.use(m.span())
    if isinstance(value, date):
        line.put("date_of_service", value, m.span("date"), by=rule.name)
        line.put("retrospective", True, m.span(), by=rule.name)
    return True


def _cut(line: Line, rule: Rule) -> None:
    for m in line.matches(rule):
        line.use(m.span())


def _read(rule: Rule, words: str) -> object:
    if rule is RETROSPECTIVE:
        return True if rule.search(words.lower()) else None
    if rule is NOT_SAID:
        line = Line(words)
        read_service_date(line)
        return None if "retrospective" in line.values else False
    if rule in _OTHERS:
        return read_alone(lambda line: _cut(line, rule), words)
    return read_alone(lambda line: _day_of_service(line, rule), words)


MATTER = Matter(RULES, _read)
