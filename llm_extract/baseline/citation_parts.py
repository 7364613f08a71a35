"""What stands with a document's name: pages with ranges spelled out, sections, and the words behind which neither follows."""

from __future__ import annotations

import re

from llm_extract.baseline.documents import SCHEDULE
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import page_numbers

PAGE_LABEL = r"(?:page ?\(s\)|pages?|pgs?\.?|pp?\.)"
_PAGE = r"\d{1,4}(?!\d)[a-z]?(?: of \d{1,4}(?: pages)?)?"
PAGES = Rule(
    name="pages.labelled",
    why="Numbers behind the word for pages; the number of all pages is none of them.",
    pattern=re.compile(
        rf",? ?\(?\b{PAGE_LABEL} ?[:.#]? ?(?:{PAGE_LABEL} ?[:.]? ?)?#?(?P<list>{_PAGE}"
        rf"(?:(?: ?(?:-|to\b|through\b|,|;|&|and\b|\+)){{1,3}} ?(?:{PAGE_LABEL} ?:? ?)?{_PAGE})*)\)?",
        re.IGNORECASE,
    ),
    examples={
        "Page(s): 75-79, 120 of 127": (75, 76, 77, 78, 79, 120),
        "pg. 303": (303,),
        "Page(s): Pages 78-80": (78, 79, 80),
        "pages 22 and 98-99": (22, 98, 99),
        "Chapter 12": None,
    },
)
NAMED_PART = Rule(
    name="section.named",
    why="Words that name a part of a document behind its title.",
    pattern=re.compile(
        r",? (?:[Ss]ection|[Tt]opic)(?: ?\(s\)|s)? ?:"
        r"|,? (?:(?:[Cc]hapter|[Ss]ection|[Rr]ecommendation|[Tt]able|[Aa]ppendix|[Ff]igure) (?:No\.? ?)?[\dIVX]+\b"
        r"|(?<=, )Position (?:[Ss]tatement )?on\b|(?<=, )[\w' &/-]{3,60} (?:[Cc]hapter|[Tt]opic|[Ss]ection)(?=$|[.,;]))"
    ),
    examples={"Medicare Manual, Chapter 7": "Chapter 7", "Handbook, Section: Pain": "Section:", "Handbook": None},
)
WORK = Rule(
    name="section.entry",
    why="Reference works in which an entry is named behind the title.",
    pattern=re.compile(
        r"(?:Physicians['’]? Desk Reference(?: \(PDR\))?|PDR|Cochrane (?:Database of Systematic Reviews|Library)|UpToDate"
        r"|Up To Date"
        r"|Medscape|Mosby['’]s Drug Consult|Epocrates|Drugs\.com|WebMD|Beers Criteria|AMA Guides)(?:,? (?:19|20)\d\d)?(?=[,:] )",
        re.IGNORECASE,
    ),
    examples={"Physicians' Desk Reference: Zofran": "Physicians' Desk Reference", "FDA: Zofran": None},
)
REASON = Rule(
    name="section.ends_at_reason",
    why="Words that say why a document was used are no part of its section.",
    pattern=compiled(
        r"(?:, | )(?:but (?:did|does|do|gave|gives|without)\b|(?:because|since|in that|due to the fact)\b"
        r"|as (?:it|they|this|these) (?:is|are|was|were|speaks?|deals?|address\w*|appl\w+)\b"
        r"|which (?:is|are|was|were|has|have|address\w*|states?|recommends?|speaks?|deals?|appl\w+|supports?)\b"
        r"|(?:was|were|is|are) (?:also |then |therefore )?(?:consulted|used|cited|relied|applied|relevant|applicable|found"
        r"|the basis)"
        r"|(?:to be )?(?:relevant|applicable|appropriate)(?: and (?:relevant|applicable|appropriate))?(?= ?[.,;]| for | to "
        r"| in |$))"
    ),
    examples={
        "Knee Chapter, was also relied upon": "was also relied",
        "Chapter 9, as it is part": "as it is",
        "Knee Chapter": None,
    },
)
RULES = (PAGES, NAMED_PART, WORK, REASON)
_OF_ALL = re.compile(r" of \d+(?: pages)?", re.IGNORECASE)
LEAD = re.compile(r"[\s,;:.-]*(?:(?:and|&|as well as|plus|also|on|upon)\b[\s,;:]*){0,3}(?:(?:the|its)\b ?)?", re.IGNORECASE)
_FORM_LABEL = re.compile(
    r"(?:Non-? ?MTUS Citations?:?|Non-? ?MTUS:?|Citation:?|Other Medical Treatment Guidelines? or Medical Evidence:?|Other:?"
    r"|Evidence:?|Guidelines?:|(?:[Tt]he )?Issue (?:No\.? ?)?\d[.:)])(?!\w) ?",
    re.IGNORECASE,
)
_MTUS_LABEL = re.compile(
    rf"(?:the )?(?:(?:CA|California) )?(?:MTUS|{SCHEDULE}) ?: ?(?:(?:which|it) includes? (?:the )?)?", re.IGNORECASE
)
_LABELS = (_FORM_LABEL, _MTUS_LABEL, _FORM_LABEL)
# A section is no sentence: what follows a full stop is not part of it, unless it names a part again.
_FULL_STOP = re.compile(r"\.(?<!\b[A-Z]\.)(?<!\bvs\.)(?<!\b(?:No|Ed|ed)\.) +(?=[A-Z])")
_GOES_ON = re.compile(rf"\. +(?:(?:Section|Topic|Table|Chapter)\b|[^.]{{3,120}}?\b{PAGE_LABEL} ?:? ?\d)", re.IGNORECASE)
_SECTION_LABEL = re.compile(r"[\s,;:.-]*(?:(?:and|&|as well as) (?=\S))?(?:(?:Section|Topic)(?: ?\(s\)|s)? ?: ?)?", re.IGNORECASE)
_SECTION_LEAD = re.compile(r"^(?:and|in|for|under|from|on|at|the|pertaining to|section) (?=[A-Z(])")
_TRAILING = re.compile(r"(?:(?:\A|[\s,;]+)(?:and|the|on|of|in|from|within))+[\s,;]*\Z")
_NAMES_PART = re.compile(r"[^\W\d_]|\d\.\d")
_NO_SECTION = re.compile(
    r"(?:and|guidelines?|also|respectively|mtus|page ?\(?s?\)?|(?:no|unspecified|unknown) (?:chapter|section|page|topic)s?"
    r"(?: (?:cited|given|specified|listed|provided|noted))?|(?:chapter|section|page)s? not (?:cited|given|specified|listed"
    r"|provided))",
    re.IGNORECASE,
)


def past(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Behind the pattern where it stands at `start`."""
    m = pattern.match(text, start, end)
    return m.end() if m else start


def behind_labels(text: str, start: int, end: int) -> tuple[int, bool]:
    """Where the documents' own words begin, and whether a label says that they are of the MTUS."""
    start = past(LEAD, text, start, end)
    of_mtus = False
    for label in _LABELS:
        behind = past(label, text, start, end)
        of_mtus = of_mtus or (label is _MTUS_LABEL and behind > start)
        start = past(LEAD, text, behind, end) if behind > start else start
    return start, of_mtus


def reason_start(text: str, start: int, end: int) -> int:
    """Where the words begin that say why, else `end`."""
    m = REASON.search(text, start, end)
    return m.start() if m else end


def stop(text: str, start: int, end: int) -> int:
    """Where sections and pages end: before a reason, or a full stop behind which neither goes on."""
    end = reason_start(text, start, end)
    return next((m.start() for m in _FULL_STOP.finditer(text, start, end) if not _GOES_ON.match(text, m.start(), end)), end)


def body(text: str, start: int, end: int) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
    """Page numbers with ranges spelled out, each once, and the stretches between them: the sections."""
    numbers: dict[int, None] = {}
    stretches: list[tuple[int, int]] = []
    at = start
    for m in PAGES.pattern.finditer(text, start, end) if PAGES.pattern else ():
        numbers |= dict.fromkeys(_numbers(m))
        stretches.append((at, m.start()))
        at = m.end()
    return tuple(numbers), [*stretches, (at, end)]


def _numbers(m: re.Match[str]) -> list[int]:
    return page_numbers(_OF_ALL.sub("", m["list"]))


def section_start(text: str, start: int, end: int) -> int:
    """Where a section's words begin, behind its label."""
    return past(_SECTION_LABEL, text, start, end)


def section_of(words: str) -> str | None:
    """A section as the contract wants it, None where the words name none."""
    words = trimmed_title(words).strip("–—").removesuffix(".").strip(" ,;:-")
    words = _balanced(_SECTION_LEAD.sub("", words))
    return words if _NAMES_PART.search(words) and not _NO_SECTION.fullmatch(words) else None


def trimmed_title(words: str) -> str:
    """Without joint words and signs at its ends."""
    return _TRAILING.sub("", words).strip(" ,;:-")


def _balanced(words: str) -> str:
    """Without parentheses around the whole, nor one that lacks its other half at an end."""
    if words.startswith("(") and words.endswith(")") and words.count("(") == 1:
        return words[1:-1]
    if words.count("(") > words.count(")"):
        return words.removeprefix("(").removesuffix("(").strip()
    return words.rstrip(")") if words.count("(") < words.count(")") else words


def _read(rule: Rule, words: str) -> object:
    m = rule.search(words)
    if m is None:
        return None
    return tuple(_numbers(m)) if rule is PAGES else m.group().strip(" ,")


MATTER = Matter(RULES, _read)
