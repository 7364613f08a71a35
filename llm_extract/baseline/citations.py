"""The "guideline" lines: which documents each side cites, with source, title, section and pages.

A line is one or more runs of "Decision based on ...", without the sentences that are form or say that nothing was cited. In a
run, a document's name opens a citation and what follows belongs to it up to the next name; a run without a known name is one
document of an `other` body. Behind its name a document has sections and pages in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import Citation, Source
from llm_extract.sections import Part
from llm_extract.values import page_numbers

# --- names of documents ----------------------------------------------------------------------------------------------

# Documents of the Medical Treatment Utilization Schedule (Cal. Code Regs., title 8, sections 9792.20 to 9792.27) as the letters'
# form names them, then ODG and ACOEM by themselves. The longest name wins; a leading "MTUS" and a year stay in the title.
_MTUS_TOPIC = (
    r"(?:(?:Initial |General )?Approach(?:es)?(?: to (?:Initial Assessment|Treatment)(?:,? (?:and )?Documentation)?)?|Prevention"
    r"|Cornerstones of Disability Prevention(?: and Management)?"
    r"|(?:Neck and Upper Back|Cervical (?:and|&) Thoracic Spine|Shoulder|Elbow|Forearm, Wrist,? (?:and|&) Hand"
    r"|Hand, Wrist,? (?:and|&) Forearm|Low Back|Knee|Ankle (?:and|&) Foot|Stress[- ]Related|Eye|Hip (?:and|&) Groin)"
    r" (?:Complaints|Conditions|Disorders)|Workplace Mental Health|Traumatic Brain Injury|Antiemetics"
    r"|Initial Assessment|Pain,? Suffering,? and the Restoration of Function|Independent Medical Examinations and Consultations)"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_REVISED = r"(?:(?:[Rr]evised|[Rr]ev\.?|[Uu]pdated?) )"
_YEAR = rf"(?:,? ?\(?{_REVISED}?(?:{_MONTH}\.?(?: \d{{1,2}})?,? ?)?(?:19|20)\d\d(?: [Rr]evision)?\)?(?! ?-)(?!\d))"
_EDITION = (
    rf"(?:,? ?\(?(?:\d(?:st|nd|rd|th)|[Ff]irst|[Ss]econd|[Tt]hird) [Ee]d(?:ition|\.)?\)?(?:,? ?\(?{_REVISED}?(?:19|20)\d\d\)?)?)"
)
_CURRENT = r"(?:,? ?\((?:the )?(?:current|latest|most recent|web|online) (?:version|edition)\))"
_STATE = r"(?:(?:the )?(?:CA|California)[ -](?:DWC )?)"
_SCHEDULE = r"Medical Treatment Utilization Schedule(?: ?\(MTUS\))?"
_KNOWN: tuple[tuple[Source, str], ...] = (
    (
        "ACOEM",
        rf"(?:{_STATE}?MTUS(?:[- ]adopted)?:? ?[-/]? ?)?(?:the )?"
        r"(?:ACOEM(?: \(American College of Occupational (?:and|&) Environmental Medicine\))?"
        r"|American College of Occupational (?:and|&) Environmental Medicine(?:['’]s)?(?: \(ACOEM\))?)"
        rf"(?:['’]s)?(?: Occupational Medicine)?(?: Practice)?(?: Guidelines?)?(?:{_EDITION})?(?:{_YEAR})?",
    ),
    (
        "ODG",
        r"(?:the )?(?:(?:\(ODG\) )?Offi?c(?:ia|ai|a)l Disabilit(?:y|ies) Guidelines?(?: ?\(ODG\))?(?:[ -]TWC)?"
        r"|ODG(?:[ /-]TWC)?(?: \(Official Disability Guidelines?\))?(?: [Gg]uidelines?)?)(?: by MCG)?"
        r"(?: ?[/-] ?Treatment (?:in|for) Workers['’]? Comp(?:ensation)?(?: ?\((?:ODG[ /-]?)?TWC\))?)?"
        rf"(?:{_YEAR}|{_CURRENT})?",
    ),
    (
        "MTUS",
        rf"(?:{_STATE}?(?:MTUS|{_SCHEDULE})(?: \(?(?:19|20)\d\d\)?)?[:,]? ?)?{_STATE}?(?:the )?"
        r"(?:Chronic Pain (?:Medical )?(?:Treatment(?: Guidelines?)?|Guidelines?)"
        r"|Post[ -]? ?[Ss]urgical (?:Physical Medicine )?(?:Medical )?(?:Treatment(?: Guidelines?)?|Guidelines?)"
        r"|Acupuncture (?:Medical )?(?:Treatment(?: Guidelines?)?|Guidelines?)"
        r"|Opioids? (?:Medical )?Treatment(?: Guidelines?)?"
        rf"|{_MTUS_TOPIC}(?= ?,? ?\(?(?:19|20)\d\d))(?:{_YEAR})?(?: ?\(MTUS\))?",
    ),
    ("MTUS", rf"{_STATE}?(?:MTUS|{_SCHEDULE})(?: [Gg]uidelines?)?(?:{_YEAR})?(?= ?(?:[.,;&/(]|$|[Pp]age|[Ss]ection|and\b|or\b))"),
    ("MTUS", rf"{_STATE}?MTUS {_MTUS_TOPIC}(?:{_YEAR})?"),
    (
        "MTUS",
        rf"{_STATE}?MTUS (?=[A-Z])(?:(?!Page)[A-Z][\w&,'/-]{{0,40}} ){{1,8}}?(?:Guidelines?|Complaints|Disorders)(?:{_YEAR})?",
    ),
)
_NAMES = "(?<![\\w-])(?:" + "|".join(f"(?P<k{i}>{p})" for i, (_, p) in enumerate(_KNOWN)) + r")(?!\w)"
_DOCUMENT = re.compile(_NAMES)
_DOCUMENT_IN_ANY_CASE = re.compile(_NAMES, re.IGNORECASE)
# "Knee Complaints (ACOEM Practice Guidelines, 2nd Edition (2004), Chapter 13)": the document stands behind its chapter.
_INVERTED = re.compile(
    r"(?P<topic>(?<![\w(])[A-Z][\w'/-]*,?(?: (?:[A-Z][\w'/-]*,?|and|of|&)){0,7}) \((?:the )?"
    + "(?:"
    + "|".join(f"(?P<k{i}>{p})" for i, (_, p) in enumerate(_KNOWN[:3]))
    + r")(?P<rest>[^()]{0,80})\)"
)
_TOPIC = re.compile(rf"{_MTUS_TOPIC}(?: Chapter)?(?!\w)")

# Publishers and works that open a citation of an `other` body in the middle of a line.
_PUBLISHER = (
    r"(?:American (?:Academy|Association|College|Society|Heart|Board|Geriatrics|Pain|Psychiatric|Psychological|Diabetes|Medical"
    r"|Dental|Chiropractic)|National (?:Institutes?|Guidelines? Clearinghouse|Library|Coverage|Comprehensive|Center)"
    r"|Cochrane|Physicians['’]? Desk|PDR\b|Washington State|Colorado (?:Division|Medical)|New England Journal|N Engl|Journal of"
    r"|Food and Drug|U\.?S\.? (?:Food|Preventive|National)|FDA\b|CDC\b|CMS\b|NIH\b|NICE\b|Centers for|UpToDate|Up To Date"
    r"|Medscape"
    r"|PubMed|Mayo|AMA Guides|Medicare|Aetna|Cigna|Blue Cross|Anthem|Epocrates|Micromedex|Mosby|Goodman|Campbell['’]?s|Wheeless"
    r"|International (?:Association|Society)|Agency for|World Health|Beers|North American|European|British|Canadian|ACC/AHA"
    r"|ASIPP|AAOS|AAN\b|AHRQ|Labor Code|California (?:Code|Labor))"
)
_ADDRESS = r"(?:https?://|www\.|(?:[\w-]+\.){1,4}(?:com|gov|org|edu|net)\b)"
# "Chey WD, et al.", "Stulberg DL, Penrod MA, ...", "Skolnick P (1999)"
_AUTHOR = (
    r"(?:[A-Z][A-Za-z'-]{1,24} [A-Z]{1,3}(?:,? et al\b|, [A-Z][a-z'-]{1,24} [A-Z]{1,3}\b|,? \(?(?:19|20)\d\d\b|\. [A-Z][a-z])"
    r"|[A-Z][a-z'-]{1,24},? et al\b)"
)
_WORKS = r"(?:Guidelines?|Manual|Journal|Policy|Bulletin|Handbook|Textbook|Position Statement|Practice Parameters?)"
_TITLED = rf"(?:(?:[A-Z\d][\w'/&.-]*|of|for|on|and|the|in|to) ){{2,12}}{_WORKS}\b"
_OTHER_OPENING = re.compile(
    rf"(?:[;.,)] (?:and )?|\band )(?:on )?(?:the )?(?:(?P<name>{_PUBLISHER}\b)|(?P<author>{_AUTHOR}))"
    rf"|(?:; (?:and )?(?:the )?|\band the )(?P<titled>(?=[A-Z]){_TITLED})"
    rf"|[ ;](?P<address>{_ADDRESS})"
)
# In a document of an `other` body the words of a publisher or an address are its own, unless a separator or "and" parts them.
_NEXT_OTHER = re.compile(
    rf"(?:(?<=; )|(?<=; and )|(?<=; the )|(?<=, and the ))(?P<name>{_PUBLISHER}\b|{_ADDRESS}|{_AUTHOR}|(?=[A-Z]){_TITLED})"
    rf"|(?<= and )(?P<joined>{_ADDRESS}|{_AUTHOR})"
)
_OWN_ADDRESS = re.compile(r"\S*(?:odg|acoem|worklossdata|mdguidelines|dir\.ca\.gov)", re.IGNORECASE)

# --- words of the form -----------------------------------------------------------------------------------------------

_DECIDER = r"(?:claims administrator|(?:(?:physician|expert|professional|medical) )?reviewer)(?:['’]s)?"
_DECIDED = (
    r"(?:(?:has |have )?based (?:its|his/her|their|his|her|the) (?:decisions?|determination) (?:up)?on|relied (?:up)?on|cited"
    r"|(?:used|utilized)|referenced|applied)"
)
# Where a stretch of documents begins; searched in lower-case text.
_FORM_OPENINGS = (
    r"\bdecision (?:was |is )?based (?:up)?on\b:? ?"
    r"|(?:\band )?\bother medical treatment guidelines? or medical evidence ?: ?"
    r"|(?:\band )?(?:the )?\bnon-? ?mtus (?:citations?:?|(?=official|odg|acoem|american|fda|cdc|national|cochrane|physicians"
    r"|medscape|journal)) ?"
)
_FORM_OPENER = re.compile(_FORM_OPENINGS)
_OPENER = re.compile(
    _FORM_OPENINGS
    + rf"|\b(?:the )?{_DECIDER} (?:also |instead |therefore |then )?{_DECIDED}\b ?:?(?! the guidelines? (?:used|cited))"
    r"|\band (?:also |instead |therefore |so |then )?(?:has )?(?:based (?:its|his/her|their|his|her|the) (?:decision"
    r"|determination)"
    r" (?:up)?on|relied (?:up)?on|(?:cited|used|utilized|applied)(?= the\b))\b ?:?"
    rf"|\b(?:the )?{_DECIDER} (?:also |has )?found (?:that )?"
    r"(?=the (?:ca\b|california|mtus|odg|official|acoem|chronic pain|post-?surg|acupuncture|american college))"
    r"|\bthe following (?:guidelines?|citations?|references?|sections?)(?: of the mtus)? (?:was|were) (?:used|relied (?:up)?on"
    r"|cited)"
    r" ?:?"
)
# Words of the openings that tell who decided: a line without them has only those of the form.
_TOLD = ("reviewer", "administrator", "relied", "following")
# What most lines that cite nothing say, as the form has it.
_NONE_CITED = re.compile(
    rf"(?:the )?{_DECIDER} did not"
    r" (?:cite any (?:medical evidence|evidence[- ]based (?:criteria|guidelines))(?: for its decision)?"
    r"|base (?:its|their|his/her) decision on the mtus)\.?"
)
_EVIDENCE = (
    r"(?:medical |evidence[- ]based |specific |applicable |relevant |treatment |other )*"
    r"(?:evidence|guidelines?|citations?|criteria|references?|sections?|mtus)"
)
# What is no citation: nothing was cited, or the words are the form's own. Searched in one sentence of lower-case text.
_NOTHING = re.compile(
    r"(?:did not|does not|do not|didn't|doesn't|has not|had not|not) (?:\w+ )?(?:base|based|cite|cited|use|used|rely|relied"
    r"|reference"
    r"|referenced|provide|provided|find|found|dispute|disputed|address|apply|speak|cover|identify|mention|contain|list|discuss)\b"
    rf"|\bno {_EVIDENCE}(?: of (?:the )?mtus)? (?:was |were |is |are |has been |to be )?"
    r"(?:cited|used|listed|found|applicable|relevant|given|provided|specified|identified|available|address\w*|that)"
    r"|\bfound no\b|\bno (?:applicable|relevant) (?:sections?|guidelines?|mtus)|\bno sections? of (?:the )?(?:mtus"
    r"|medical treatment)"
    r"|\b(?:has|have|gives?|contains?|offers?|provides?) no (?:\w+ )?(?:sections?|guidelines?|recommendations?|guidance|criteria)"
    r"|^\s*(?:none|n/?a|nil|unknown|not (?:cited|applicable|provided|stated|given|specified|available))\b"
    r"|(?:guidelines?|citations?|evidence|criteria) (?:is|are|was|were) not (?:cited|provided|given|stated|specified|listed"
    r"|available)"
    r"|mtus (?:is|was|are|were) (?:silent|not (?:applicable|specific|relevant))|not (?:addressed|applicable|covered)\b"
    r"|\bsilent (?:on|as)"
    r"|\bfailed to (?:cite|provide)"
)
_FORM_BEGINS = re.compile(
    r"\W*(?:(?:per|under|following|according to|in accordance with|given|pursuant to) the (?:mtus |medical )?(?:strength"
    r"|hierarchy)"
    r"|(?:it|they|this|these|those|both|(?:the |this |these |that |those )?(?:cited |above |said |same |other )*"
    r"(?:guidelines?|sections?|topics?|documents?|citations?|references?)) (?:is|was|are|were|has|have|address\w*|speaks?|deals?"
    r"|appl\w+|covers?|supports?|states?|recommends?)\b)"
)
_FORM_INSIDE = re.compile(
    r"\b(?:used|cited|relied (?:up)?on|referenced|applied|provided|utilized) by the claims administrator"
    r"|\bfound (?:this|these|that|those|the (?:above|cited|same|said)) (?:guidelines?|sections?|citations?)"
    r"|\bprovider (?:did|does|has)\b"
)
# A sentence without any of these words cites; most are so, and need not be searched.
_HINTS = (
    *("no ", "not", "n't", "none", "n/a", "nil", "unknown", "silent", "failed", "found", "provider", "by the claims"),
    *("consulted", "considered", "reviewed"),
)
_BECAUSE = re.compile(r",? (?:because|since|although|though|but|so that) ")
_CONSULTED = re.compile(r"\b(?:consulted|considered|reviewed)\b(?!.*\brelied)")
# "The MTUS and the ODG Head Chapter were consulted. ... The ODG was relied upon": the latter says which of the former counts.
_RELIED = re.compile(
    r"\b(?P<source>mtus|odg|official disability guidelines(?: \(odg\))?|acoem)(?: guidelines?)? (?:was|were|is) (?:therefore "
    r"|then )?"
    r"(?:relied (?:up)?on|used|applied|followed)\b"
)
_PAGE_LABEL = r"(?:page ?\(s\)|pages?|pgs?\.?|pp?\.)"
_PAGE = r"\d{1,4}(?!\d)[a-z]?(?: of \d{1,4}(?: pages)?)?"
_PAGES = re.compile(
    rf",? ?\(?\b{_PAGE_LABEL} ?[:.#]? ?#?(?P<list>{_PAGE}"
    rf"(?:(?: ?(?:-|to\b|through\b|,|;|&|and\b|\+)){{1,3}} ?(?:{_PAGE_LABEL} ?:? ?)?{_PAGE})*)\)?",
    re.IGNORECASE,
)
_OF_ALL = re.compile(r" of \d+(?: pages)?", re.IGNORECASE)
_LEAD = re.compile(r"[\s,;:.-]*(?:(?:and|&|as well as|plus|also|on|upon)\b[\s,;:]*){0,3}(?:(?:the|its)\b ?)?", re.IGNORECASE)
_FORM_LABEL = re.compile(
    r"(?:Non-? ?MTUS Citations?:?|Non-? ?MTUS:?|Citation:?|Other Medical Treatment Guidelines? or Medical Evidence:?|Other:?"
    r"|Evidence:?|Guidelines?:|(?:[Tt]he )?Issue (?:No\.? ?)?\d[.:)])(?!\w) ?",
    re.IGNORECASE,
)
_MTUS_LABEL = re.compile(
    rf"(?:the )?(?:(?:CA|California) )?(?:MTUS|{_SCHEDULE}) ?: ?(?:(?:which|it) includes? (?:the )?)?", re.IGNORECASE
)
_LABELS = (_FORM_LABEL, _MTUS_LABEL, _FORM_LABEL)
# "..., which is a medical treatment guideline (MTG) that is not part of the MTUS": how the form ends what it names.
_MEMBER = re.compile(
    r"\b(?:part of|included in|incorporated (?:in|into)|adopted (?:by|in|into)|contained in|found in)"
    r" (?:the )?(?:california(?:'s)? |state )?(?:mtus|medical treatment utilization schedule)(?: ?\(mtus\))?(?: guidelines?)?\)?"
)
_MEMBER_WORDS = ("part of", "included in", "incorporated", "adopted", "contained in", "found in")
_MEMBER_HEAD = re.compile(
    r",? ?\(?(?:(?:as |because |since )?(?:each of |both of |all of )?(?:which|that|and|it|they|both|these) (?:is|are|was"
    r"|were) )?(?:considered )?"
    r"(?P<not>not )?(?:an? (?:evidence[- ]based )?(?:medical )?(?:treatment )?guidelines?(?: ?\(mtg\))?,? )?"
    r"(?:(?:that|which) (?:is|are|was|were) )?(?P<not2>not )?(?:currently |also )?(?:an? )?\Z"
)
_LONGEST_HEAD = 120
# A section is no sentence: what follows a full stop, or says why the document was used, is not part of it.
_REASON = re.compile(
    r",? (?:but (?:did|does|do|gave|gives|without)\b|(?:because|since|in that|due to the fact)\b"
    r"|as (?:it|they|this|these) (?:is|are|was|were|speaks?|deals?|address\w*|appl\w+)\b"
    r"|which (?:is|are|was|were|has|have|address\w*|states?|recommends?|speaks?|deals?|appl\w+|supports?)\b"
    r"|(?:was|were|is|are) (?:also |then |therefore )?(?:consulted|used|cited|relied|applied|relevant|applicable|found|the basis)"
    r"|(?:to be )?(?:relevant|applicable|appropriate)(?: and (?:relevant|applicable|appropriate))?(?= ?[.,;]| for | to | in |$))"
)
_FULL_STOP = re.compile(r"(?<!\b[A-Z])(?<!\bvs)(?<!\b(?:No|Ed|ed))\. +(?=[A-Z])")
_GOES_ON = re.compile(rf"\. +(?:(?:Section|Topic|Table|Chapter)\b|[^.]{{3,120}}?\b{_PAGE_LABEL} ?:? ?\d)", re.IGNORECASE)
_NARRATES = re.compile(
    r"\b(?:found|applicable|was used|were used|consulted|established|following|does not|did not)\b", re.IGNORECASE
)
_TELLS = re.compile(
    r"\breviewer\b|\bclaims administrator\b|\b(?:guidelines?|it|they|these|this|mtus|odg|acoem)"
    r" (?:was|were|is|are|has|have|does|do|did|addresses|speaks?|deals?)\b",
    re.IGNORECASE,
)
_LONGEST_LINE = 4000
"""Characters of a guideline line that are read; real ones stay under 1,000."""


class _Run(NamedTuple):
    start: int
    end: int


class _Piece(NamedTuple):
    """What one "which is part of the MTUS" is said of. `of_mtus`: whether the form says that it belongs there."""

    start: int
    end: int
    of_mtus: bool
    first: bool


class _Opening(NamedTuple):
    """The name that opens a citation: its source, the title's place, and where words of a section stand in front and around."""

    source: Source
    start: int
    title: tuple[int, int]
    end: int
    around: tuple[tuple[int, int], ...] = ()
    front: tuple[int, int] = (0, 0)


def read_citations(page: Page, part: Part | None) -> tuple[Found, ...]:
    """Citations of one guideline line, in the letter's order, each once; empty where it cites nothing."""
    if part is None:
        return ()
    line = Part(part.start, min(part.end, part.start + _LONGEST_LINE))
    if _NONE_CITED.fullmatch(page.low, *line):
        return ()
    cited: dict[Citation, Found] = {}
    for run in _runs(page.low, line):
        for found in _documents(page, run):
            cited.setdefault(found.value, found)
    return _relied_upon(page, line, tuple(cited.values()))


def _relied_upon(page: Page, line: Part, cited: tuple[Found, ...]) -> tuple[Found, ...]:
    """Where a line names a document by its bare name only to say that it counts, what was consulted of that document is cited."""
    relied = _RELIED.search(page.low, *line) if " relied " in page.low[line.start : line.end] else None
    if relied is None:
        return cited
    consulted = next((Part(*m.span()) for m in _SENTENCE.finditer(page.low, *line) if _CONSULTED.search(m.group())), None)
    if consulted is None or consulted.start > relied.start():
        return cited
    source = {"m": "MTUS", "a": "ACOEM"}.get(relied["source"][0], "ODG")
    found = [f for f in _documents(page, _Run(*consulted)) if f.value.source == source and f.value.section]
    return tuple(found) or cited


# --- runs ------------------------------------------------------------------------------------------------------------


def _runs(low: str, part: Part) -> list[_Run]:
    """The stretches that name documents: what stands behind each "Decision based on", without sentences that cite nothing."""
    told = any(word in low[part.start : part.end] for word in _TOLD)
    openers = list((_OPENER if told else _FORM_OPENER).finditer(low, *part))
    opened = {m.start(): m.end() for m in openers}
    runs: list[_Run] = []
    for a, b in pairwise([part.start, *(m.start() for m in openers), part.end]):
        if a in opened or not openers or _names_at_once(low, a, b):
            runs += _without_form(low, opened.get(a, a), b)
    return runs


_AT_ONCE = re.compile(
    r"\W*(?:the )?(?:ca |california )?(?:mtus|odg|acoem|official disab|chronic pain|american college of occ|post-?surg)"
)


def _names_at_once(low: str, start: int, end: int) -> bool:
    """Whether the words in front of the first "Decision based on" name a document themselves."""
    return _AT_ONCE.match(low, start, end) is not None


_SENTENCE = re.compile(r"[^.]+(?:\.(?=[\w,])[^.]*)*\.?")
_CLAUSE = re.compile(r"[^;]+;?")
_WORD = re.compile(r"\w{3}")


def _without_form(low: str, start: int, end: int) -> Iterator[_Run]:
    kept: list[_Run] = []
    for a, b in _said(low, start, end):
        if kept and kept[-1].end == a:
            kept[-1] = _Run(kept[-1].start, b)
        else:
            kept.append(_Run(a, b))
    return (r for r in kept if _WORD.search(low, r.start, r.end))


def _said(low: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences that may cite; of one that says in a clause that nothing is there, the other clauses."""
    for m in _SENTENCE.finditer(low, start, end):
        if not _is_form(m.group()):
            yield m.span()
        elif ";" in m.group():
            yield from (c.span() for c in _CLAUSE.finditer(low, *m.span()) if not _is_form(c.group()))


def _is_form(sentence: str) -> bool:
    """Whether a sentence cites nothing: it says so, or only tells of guidelines. What stands behind "because" does not count."""
    reason = _BECAUSE.search(sentence)
    said = sentence[: reason.start()] if reason else sentence
    if _FORM_BEGINS.match(said):
        return True
    return any(hint in said for hint in _HINTS) and any(p.search(said) for p in (_NOTHING, _FORM_INSIDE, _CONSULTED))


# --- documents of a run ----------------------------------------------------------------------------------------------


def _documents(page: Page, run: _Run) -> list[Found]:
    return [found for piece in _pieces(page, run) for found in _of_piece(page, piece)]


def _pieces(page: Page, run: _Run) -> Iterator[_Piece]:
    """A run divided behind each "which is part of the MTUS", without these words."""
    at, first = run.start, True
    said = page.low[run.start : run.end]
    for m in _MEMBER.finditer(page.low, *run) if any(word in said for word in _MEMBER_WORDS) else ():
        floor = max(at, m.start() - _LONGEST_HEAD)
        head = _MEMBER_HEAD.search(page.low[floor : m.start()])
        if head is None or not (head.group().strip() or m.start() == at):
            continue
        denied = bool(head["not"] or head["not2"])
        yield _Piece(at, floor + head.start(), not denied, first)
        at, first = m.end(), False
    if at < run.end:
        yield _Piece(at, run.end, of_mtus=False, first=first)


def _of_piece(page: Page, piece: _Piece) -> list[Found]:
    text = page.text
    start, labelled = _behind_labels(text, piece)
    of_mtus = labelled or piece.of_mtus
    openings = _openings(text, start, piece.end)
    if not openings and (m := _TOPIC.match(text, start, piece.end)) and of_mtus:
        openings = [_Opening("MTUS", m.start(), m.span(), m.end())]
    found: list[Found | None] = []
    first = openings[0].start if openings else piece.end
    if openings and _PART_IN_FRONT.search(text[start:first]) and not _TELLS.search(text, start, first):
        openings[0] = openings[0]._replace(start=start, front=(start, first))
    elif _is_title(page, piece, start, first, alone=not openings):
        found += _others(page, start, first, of_mtus=of_mtus and (not openings or _TOPIC.match(text, start, first) is not None))
    for i, opening in enumerate(openings):
        end = openings[i + 1].start if i + 1 < len(openings) else piece.end
        others = _other_openings(text, opening.end, end)
        stop = others[0] if others else end
        found.append(_known(page, opening, stop))
        if others:
            found += _others(page, stop, end, of_mtus=False, at=others)
    return [f for f in found if f]


# "page 78 of the Chronic Pain Medical Treatment Guidelines": pages and sections stand in front of the document.
_PART_IN_FRONT = re.compile(
    rf"(?:\b{_PAGE_LABEL} ?\d|\b(?:Chapter|Section|Table|Topic)\b)[^;]{{0,120}}\b(?:of|in|from|within) (?:the )?\Z", re.IGNORECASE
)


def _behind_labels(text: str, piece: _Piece) -> tuple[int, bool]:
    """Where the documents' own words begin, and whether a label says that they are of the MTUS."""
    start, end = piece.start, piece.end
    start = _past(_LEAD, text, start, end)
    of_mtus = False
    for label in _LABELS:
        behind = _past(label, text, start, end)
        of_mtus = of_mtus or (label is _MTUS_LABEL and behind > start)
        start = _past(_LEAD, text, behind, end) if behind > start else start
    return start, of_mtus


def _past(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    m = pattern.match(text, start, end)
    return m.end() if m else start


_SHORTEST_TITLE = 12


def _is_title(page: Page, piece: _Piece, start: int, end: int, *, alone: bool) -> bool:
    """Whether the words in front of the first known name (or all, where there is none) are a document of their own."""
    text = page.text
    if _TELLS.search(text, start, end):
        return False
    if alone:
        return piece.first or text[start : start + 1].isupper() or text[start : start + 1].isdigit()
    return end - start > _SHORTEST_TITLE and not _in_parentheses(text, start, end) and not _NARRATES.search(text, start, end)


def _in_parentheses(text: str, start: int, end: int) -> bool:
    return text.count("(", start, end) > text.count(")", start, end)


_BETWEEN = re.compile(r"(?:[.;:,]|\band(?: on)?|\bas well as|\d|\)|/|&|\bplus|-)\s*(?:the |MTUS )?\Z")


def _openings(text: str, start: int, end: int) -> list[_Opening]:
    """Names that open a citation: not those inside parentheses, but for "Topic (Name, Chapter 5)"."""
    names = list(_DOCUMENT.finditer(text, start, end)) or list(_DOCUMENT_IN_ANY_CASE.finditer(text, start, end))
    inverted = _inverted(text, start, end) if any("(" in text[max(start, m.start() - 5) : m.start()] for m in names) else {}
    openings: list[_Opening] = []
    for m in names:
        turned = next((inverted[at] for at in (m.start() - 1, m.start()) if at in inverted), None)
        opening = _turned(turned) if turned else _Opening(_source(m), m.start(), m.span(), m.end())
        if _in_parentheses(text, start, opening.start) or (openings and not _opens(text, openings[-1], opening)):
            continue
        openings += [opening, *_listed(text, opening, end)]
    return openings


_LISTED = re.compile(rf",? (?:and )?(?!Initial Assessment\b)(?P<topic>{_MTUS_TOPIC})(?!\w)(?! ?,? ?\(?(?:19|20)\d\d)")


def _listed(text: str, opening: _Opening, end: int) -> Iterator[_Opening]:
    """Topics of the schedule that follow one: "MTUS Initial Approaches to Treatment, Shoulder Complaints" are two documents."""
    at = opening.end
    if opening.source != "MTUS" or not _TOPIC.search(text, *opening.title):
        return
    while (m := _LISTED.match(text, at, end)) is not None:
        yield _Opening("MTUS", m.start("topic"), m.span("topic"), m.end())
        at = m.end()


def _inverted(text: str, start: int, end: int) -> dict[int, re.Match[str]]:
    """Documents that stand in parentheses behind their chapter, by the place of the parenthesis."""
    return {m.end("topic") + 1: m for m in _INVERTED.finditer(text, start, end) if not _DOCUMENT.search(m["topic"])}


def _source(m: re.Match[str]) -> Source:
    return next(source for i, (source, _) in enumerate(_KNOWN) if f"k{i}" in m.re.groupindex and m[f"k{i}"] is not None)


def _turned(m: re.Match[str]) -> _Opening:
    name = next(k for k in ("k0", "k1", "k2") if m[k] is not None)
    return _Opening(_source(m), m.start(), m.span(name), m.end(), (m.span("topic"), m.span("rest")))


def _opens(text: str, before: _Opening, opening: _Opening) -> bool:
    """A second name counts behind a full stop, a separator, "and" or pages; "Opioids, MTUS" inside a topic does not."""
    if opening.start < before.end:
        return False
    between = text[before.end : opening.start]
    same = text[slice(*before.title)].strip().lower() == text[slice(*opening.title)].strip().lower()
    if same and "page" not in between.lower() and len(between) < 4:
        return False
    return not between.strip() or bool(_BETWEEN.search(between[-16:]))


def _other_openings(text: str, start: int, end: int) -> list[int]:
    """Where documents of other bodies begin behind a known one."""
    found: list[int] = []
    for m in _OTHER_OPENING.finditer(text, max(0, start - 1), end):
        at = m.start(m.lastgroup or 0)
        own = m.lastgroup == "address" and _OWN_ADDRESS.match(text, at, end)
        if at >= start and not own and not _in_parentheses(text, start, at):
            return [at, *_next_others(text, at, end)]
    return found


def _next_others(text: str, start: int, end: int) -> list[int]:
    """Where further documents begin behind one of an `other` body."""
    starts = (m.start(m.lastgroup or 0) for m in _NEXT_OTHER.finditer(text, start, end))
    return [at for at in starts if at > start and not _in_parentheses(text, start, at)]


def _others(page: Page, start: int, end: int, *, of_mtus: bool, at: list[int] | None = None) -> list[Found | None]:
    edges = [*(at or (start, *_next_others(page.text, start, end))), end]
    return [_other(page, a, b, of_mtus=of_mtus) for a, b in pairwise(edges)]


# --- one document ----------------------------------------------------------------------------------------------------


def _known(page: Page, opening: _Opening, end: int) -> Found:
    title = re.sub(r"^the ", "", page.verbatim(*opening.title)).strip(" ,;:")
    stop = _stop(page.text, opening.end, end)
    in_front, before = _body(page.text, *opening.front)
    behind, after = _body(page.text, opening.end, stop)
    named = [words for place in (*before, *opening.around, *after) if (words := _section(page, *place))]
    pages = tuple(dict.fromkeys((*in_front, *behind)))
    value = Citation(source=opening.source, title=title, section=", ".join(named) or None, pages=pages)
    return page.found(value, "citation.known", (opening.start, _trimmed_end(page.text, opening.end, stop)))


def _stop(text: str, start: int, end: int) -> int:
    """Where sections and pages end: before a reason, or a full stop behind which neither goes on."""
    reason = _REASON.search(text, start, end)
    end = reason.start() if reason else end
    return next((m.start() for m in _FULL_STOP.finditer(text, start, end) if not _GOES_ON.match(text, m.start(), end)), end)


def _body(text: str, start: int, end: int) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
    """Page numbers with ranges spelled out, each once, and the stretches between them: the sections."""
    numbers: dict[int, None] = {}
    stretches: list[tuple[int, int]] = []
    at = start
    for m in _PAGES.finditer(text, start, end):
        numbers |= dict.fromkeys(page_numbers(_OF_ALL.sub("", m["list"])))
        stretches.append((at, m.start()))
        at = m.end()
    return tuple(numbers), [*stretches, (at, end)]


_LETTERS = re.compile(r"[A-Za-z]{3}")
# Reference works in which an entry is named behind the title.
_WORK = re.compile(
    r"(?:Physicians['’]? Desk Reference(?: \(PDR\))?|PDR|Cochrane (?:Database of Systematic Reviews|Library)|UpToDate|Up To Date"
    r"|Medscape|Mosby['’]s Drug Consult|Epocrates|Drugs\.com|WebMD|Beers Criteria|AMA Guides)(?:,? (?:19|20)\d\d)?(?=[,:] )",
    re.IGNORECASE,
)
# Words that name a part of a document behind its title.
_PART_NAMED = re.compile(
    r",? (?:Section|Topic)(?: ?\(s\)|s)? ?:"
    r"|,? (?:(?:[Cc]hapter|[Ss]ection|[Rr]ecommendation|[Tt]able|[Aa]ppendix|[Ff]igure) (?:No\.? ?)?[\dIVX]+\b"
    r"|(?<=, )Position (?:[Ss]tatement )?on\b|(?<=, )[\w' &/-]{3,60} (?:[Cc]hapter|[Tt]opic|[Ss]ection)(?=$|[.,;]))"
)


def _other(page: Page, start: int, end: int, *, of_mtus: bool) -> Found | None:
    text = page.text
    start = _past(_LEAD, text, start, end)
    reason = _REASON.search(text, start, end)
    end = reason.start() if reason else end
    first_page = _PAGES.search(text, start, end)
    part = _PART_NAMED.search(text, start, first_page.start() if first_page else end)
    title_end = part.start() if part else first_page.start() if first_page else end
    title = _TRAILING.sub("", page.verbatim(start, title_end)).strip(" ,;:-").removesuffix(".").strip(" ,;:")
    if not _LETTERS.search(title):
        return None
    pages, stretches = _body(text, title_end, end)
    section = ", ".join(words for place in stretches if (words := _section(page, *place))) or None
    if section is None and (work := _WORK.match(title)):
        title, section = work.group(), title[work.end() :].strip(" ,;:")
    value = Citation(source=_source_of(title, of_mtus=of_mtus), title=title, section=section, pages=pages)
    return page.found(value, "citation.other", (start, _trimmed_end(text, start, end)))


_BODIES: tuple[tuple[Source, re.Pattern[str]], ...] = (
    ("ACOEM", re.compile(r"\bACOEM\b")),
    ("ODG", re.compile(r"\bODG\b|Official Disability")),
    ("MTUS", re.compile(r"^(?:(?:CA|California) )?(?:MTUS|Medical Treatment Utilization)\b")),
)


def _source_of(title: str, *, of_mtus: bool) -> Source:
    """The body whose document an unknown title is."""
    return next((source for source, words in _BODIES if words.search(title)), "MTUS" if of_mtus else "other")


_SECTION_LABEL = re.compile(r"[\s,;:.-]*(?:(?:and|&|as well as) (?=\S))?(?:(?:Section|Topic)(?: ?\(s\)|s)? ?: ?)?", re.IGNORECASE)
_SECTION_LEAD = re.compile(r"^(?:and|in|for|under|from|on|at|the|pertaining to|section) (?=[A-Z(])")
_TRAILING = re.compile(r"(?:(?:\A|[\s,;]+)(?:and|the|on|of|in|from|within))+[\s,;]*\Z")
_NAMES_PART = re.compile(r"[^\W\d_]|\d\.\d")
_NO_SECTION = frozenset({"and", "guidelines", "guideline", "also", "respectively", "mtus"})


def _section(page: Page, start: int, end: int) -> str | None:
    words = page.verbatim(_past(_SECTION_LABEL, page.text, start, end), end)
    words = _TRAILING.sub("", words).strip(" ,;:-–—").removesuffix(".").strip(" ,;:-")
    words = _balanced(_SECTION_LEAD.sub("", words))
    return words if _NAMES_PART.search(words) and words.lower() not in _NO_SECTION else None


def _balanced(words: str) -> str:
    """Without parentheses around the whole, nor one that lacks its other half at an end."""
    if words.startswith("(") and words.endswith(")") and words.count("(") == 1:
        return words[1:-1]
    if words.count("(") > words.count(")"):
        return words.removeprefix("(").removesuffix("(").strip()
    return words.rstrip(")") if words.count("(") < words.count(")") else words


def _trimmed_end(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" ,;"))
