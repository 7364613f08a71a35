"""The "guideline" lines: which documents each side cites, with source, title, section and pages.

A line is one or more runs of "Decision based on ...". In a run, a known document's name opens a citation and what follows belongs to
it up to the next name; a run without a known name is one document of an `other` body.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.schema import Citation, Source
from llm_extract.sections import Part
from llm_extract.values import page_numbers, plain

# Documents of the Medical Treatment Utilization Schedule (Cal. Code Regs., title 8, sections 9792.20 to 9792.27) as the letters' form
# names them, then ODG and ACOEM by themselves. The longest name wins; a leading "MTUS" and a year stay in the title.
_MTUS_TOPIC = (
    r"(?:(?:Initial |General )?Approach(?:es)?(?: to (?:Initial Assessment|Treatment)(?:,? (?:and )?Documentation)?)?|Prevention|Cornerstones of Disability Prevention(?: and Management)?"
    r"|(?:Neck and Upper Back|Shoulder|Elbow|Forearm, Wrist,? (?:and|&) Hand|Low Back|Knee|Ankle and Foot|Stress[- ]Related|Eye|Hip and Groin) (?:Complaints|Conditions|Disorders)|Elbow Disorders"
    r"|Initial Assessment|Pain,? Suffering,? and the Restoration of Function|Independent Medical Examinations and Consultations)"
)
_YEAR = r"(?:,? ?\(?(?:19|20)\d\d\)?(?! ?-))"
_EDITION = r"(?:,? ?\(?(?:\d(?:st|nd|rd|th)|[Ss]econd|[Tt]hird) [Ee]d(?:ition|\.)?\)?(?: ?\(?(?:19|20)\d\d\)?)?)"
_KNOWN: tuple[tuple[Source, str], ...] = (
    ("ACOEM", rf"(?:MTUS:? ?[-/]? ?)?(?:the )?(?:ACOEM|American College of Occupational and Environmental Medicine(?: \(ACOEM\))?)(?:['’]s)?(?: Occupational Medicine)?(?: Practice)?(?: Guidelines?)?(?:{_EDITION})?(?:{_YEAR})?"),
    ("ODG", rf"(?:the )?(?:Official Disabilit(?:y|ies) Guidelines?(?: ?\(ODG\))?(?:[ -]TWC)?|ODG(?:[ -]TWC)?(?: \(Official Disability Guidelines\))?(?: guidelines?)?)(?:{_YEAR})?"),
    ("MTUS", rf"(?:MTUS[:,]? ?)?(?:(?:CA|California) )?(?:the )?(?:Chronic Pain (?:Medical )?Treatment(?: Guidelines?)?|Post-? ?surgical (?:Medical )?Treatment(?: Guidelines?)?|Acupuncture (?:Medical )?Treatment(?: Guidelines?)?|Opioids? (?:Medical )?Treatment(?: Guidelines?)?|{_MTUS_TOPIC}(?= ?,? ?\(?(?:19|20)\d\d))(?:{_YEAR})?"),
    ("MTUS", rf"MTUS(?: Guidelines?)?(?:{_YEAR})?(?= ?(?:[.,;]|$|Page|Section|\())"),
    ("MTUS", r"MTUS (?=[A-Z])(?:(?!Page)[A-Z][\w&,'/-]* ?){1,8}?(?:Guidelines?|Complaints|Disorders)(?:,? ?(?:19|20)\d\d)?"),
)  # fmt: skip
_DOCUMENT = re.compile("|".join(f"(?P<k{i}>(?<![\\w-]){p})" for i, (_, p) in enumerate(_KNOWN)))

_RUN = re.compile(r"(?:The )?Decision (?:was |is )?based on:? ?", re.IGNORECASE)
_BASED = re.compile(
    r"(?:The )?(?:Claims Administrator|(?:Physician|Expert|Professional|Medical)? ?Reviewer)(?:['’]s)? (?:also )?(?:based (?:its|his/her|their|his|her) decision on|relied (?:up)?on|cited|used) ?:?",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:did not|does not|didn't) (?:base|cite|use|rely|reference|provide)|no (?:medical )?(?:evidence|guidelines?|citation)s? (?:was|were|is|are)? ?(?:cited|used|listed)|^\s*(?:none|n/?a|not (?:cited|applicable|provided|stated))\b"
    r"|MTUS (?:is|was) (?:silent|not applicable)|not (?:addressed|applicable)",
    re.IGNORECASE,
)
_PAGES = re.compile(
    r",? ?\(?\b(?:page ?\(s\)|pages?|pgs?\.?|pp?\.) ?[:.#]? ?(?P<list>\d{1,4}[a-z]?(?: ?(?:-|to|through|,|;|&|and|\+)+ ?(?:(?:page ?\(s\)|pages?|pgs?\.?|pp?\.) ?:? ?)?\d{1,4}[a-z]?)*)(?P<of> of \d+(?: pages)?)?\)?",
    re.IGNORECASE,
)
_SECTION_LABEL = re.compile(r"^[\s,;:.(-]*(?:(?:Section|Topic)(?: ?\(s\)|s)? ?: ?)?", re.IGNORECASE)
_FORM_LABEL = re.compile(
    r"^(?:Non-? ?MTUS Citations?:?|Non-? ?MTUS:?|Citation:?|Other:?|Evidence:?|Guidelines?:|the) ?", re.IGNORECASE
)
_BASED_INSIDE = re.compile(
    r"^.*?\b(?:based (?:its|his/her|their|his|her) decision on|(?:following )?guidelines? (?:was|were) used:?|relied (?:up)?on) (?:the )?",
    re.IGNORECASE,
)
_MTUS_PART = re.compile(r"^(?:the )?(?:MTUS|Medical Treatment Utilization Schedule(?: \(MTUS\))?) ?: ?", re.IGNORECASE)
_TAIL = re.compile(
    r",? ?\(?(?:which (?:is|are) (?:not )?(?:a )?part of (?:the )?(?:MTUS|Medical Treatment Utilization Schedule)(?: \(MTUS\))?|(?:a )?part of the MTUS)[^.]*|,? and (?:the )?$",
    re.IGNORECASE,
)
# A section is no sentence: what follows a full stop, or says why the document was used, is not part of it.
_NEXT_SENTENCE = re.compile(
    r"(?<!\b[A-Z])(?<!\bvs)\. +(?=[A-Z])|,? (?:because|since|in that) |,? (?:was|were|is|are) (?:consulted|used|cited|relied|applied|relevant|applicable)"
)
# Publishers and works that open a citation of an `other` body in the middle of a line.
_OTHER_OPENING = re.compile(
    r"(?:(?<=; )|(?<=\. )|(?<=and the )|(?<=and )|(?<=, ))(?:the )?(?P<name>(?:American (?:Academy|Association|College|Society|Heart|Board|Geriatrics|Pain|Psychiatric|Diabetes|Medical)"
    r"|National (?:Institutes?|Guidelines? Clearinghouse|Library)|Cochrane|Physicians['’]? Desk|Washington State|Colorado (?:Division|Medical)|New England Journal|N Engl|Journal of|Food and Drug|U\.?S\.? (?:Food|Preventive)"
    r"|FDA\b|CDC\b|Centers for|UpToDate|Up To Date|Medscape|PubMed|Mayo|AMA Guides|International (?:Association|Society)|Agency for|World Health|Beers)\b)"
)
_NARRATES = re.compile(
    r"\b(?:found|applicable|was used|were used|consulted|established|following|does not|did not)\b", re.IGNORECASE
)


class _Run(NamedTuple):
    start: int
    end: int


def read_citations(page: Page, part: Part | None) -> tuple[Found, ...]:
    """Citations of one guideline line, in the letter's order; empty where it cites nothing."""
    if part is None:
        return ()
    found: list[Found] = []
    for run in _runs(page.text, part):
        found.extend(_documents(page, run))
    return tuple(found)


def _runs(text: str, part: Part) -> list[_Run]:
    """The stretches that name documents: what stands behind each "Decision based on", without sentences that cite nothing."""
    starts = [*_RUN.finditer(text, part.start, part.end), *_BASED.finditer(text, part.start, part.end)]
    starts.sort(key=lambda m: m.start())
    edges = [part.start, *(m.start() for m in starts), part.end]
    opened = {m.start(): m.end() for m in starts}
    runs = []
    for a, b in zip(edges, edges[1:], strict=False):
        begin = opened.get(a, a)
        if a not in opened and starts and _NOTHING.search(text, begin, b):
            continue
        for piece in _without_nothing(text, begin, b):
            runs.append(piece)
    return runs


def _without_nothing(text: str, start: int, end: int) -> list[_Run]:
    sentences = [m.span() for m in re.compile(r"[^.]+(?:\.(?=[\w,])[^.]*)*\.?").finditer(text, start, end)]
    kept: list[_Run] = []
    for a, b in sentences:
        if _NOTHING.search(text[a:b]):
            continue
        if kept and kept[-1].end == a:
            kept[-1] = _Run(kept[-1].start, b)
        else:
            kept.append(_Run(a, b))
    return [r for r in kept if re.search(r"\w{3}", text[r.start : r.end])]


def _documents(page: Page, run: _Run) -> list[Found]:
    text = page.text
    start = run.start
    for label in (_BASED_INSIDE, _FORM_LABEL, _MTUS_PART, _FORM_LABEL):
        m = label.match(text[start : run.end].lstrip())
        if m:
            start += len(text[start : run.end]) - len(text[start : run.end].lstrip()) + m.end()
    openings = _openings(text, start, run.end)
    if not openings:
        whole = _other(page, start, run.end)
        return [whole] if whole else []
    found = []
    first = openings[0][1].start()
    if first - start > 12 and not _in_parentheses(text, start, first) and not _NARRATES.search(text, start, first):
        before = _other(page, start, first)
        found += [before] if before else []
    for i, (source, m) in enumerate(openings):
        end = openings[i + 1][1].start() if i + 1 < len(openings) else run.end
        others = [o for o in _OTHER_OPENING.finditer(text, m.end(), end) if not _in_parentheses(text, m.end(), o.start())]
        found.append(_citation(page, source, m, others[0].start() if others else end))
        for j, o in enumerate(others):
            other = _other(page, o.start("name"), others[j + 1].start() if j + 1 < len(others) else end)
            found += [other] if other else []
    return found


def _in_parentheses(text: str, start: int, end: int) -> bool:
    return text.count("(", start, end) > text.count(")", start, end)


def _openings(text: str, start: int, end: int) -> list[tuple[Source, re.Match[str]]]:
    """Names that open a citation: not those inside parentheses or named as the body of what went before."""
    openings: list[tuple[Source, re.Match[str]]] = []
    for m in _DOCUMENT.finditer(text, start, end):
        if _in_parentheses(text, start, m.start()) or re.search(r"part of (?:the )?$", text[start : m.start()]):
            continue
        if openings and not _opens(text, openings[-1][1], m):
            continue
        openings.append((_KNOWN[int((m.lastgroup or "k0")[1:])][0], m))
    return openings


def _opens(text: str, before: re.Match[str], m: re.Match[str]) -> bool:
    """A second name counts behind a full stop, a separator, "and" or pages; "Opioids, MTUS" inside a topic does not."""
    between = text[before.end() : m.start()]
    if before.group().strip().lower() == m.group().strip().lower() and "page" not in between.lower() and len(between) < 4:
        return False
    return (
        bool(re.search(r"(?:[.;:,]|\band|\bas well as|\d|\)|/|&|\bplus|-)\s*(?:the |MTUS )?$", between)) or between.strip() == ""
    )


def _citation(page: Page, source: Source, m: re.Match[str], end: int) -> Found:
    text = page.text
    title_end = m.end()
    title = re.sub(r"^the ", "", page.verbatim(m.start(), title_end)).strip(" ,;:")
    pages = _pages(text, title_end, end)
    rest_end = pages[1] if pages else end
    section = _section(page, title_end, rest_end)
    # Words behind the pages ("Page(s): 63, Muscle relaxants") are a section too when none stood before.
    if pages and section is None:
        section = _section(page, pages[2], end)
    value = Citation(source=source, title=title, section=section, pages=pages[0] if pages else ())
    return page.found(value, "citation.known", (m.start(), _trimmed_end(text, m.start(), end)))


def _other(page: Page, start: int, end: int) -> Found | None:
    text = page.text
    pages = _pages(text, start, end)
    title_end = pages[1] if pages else end
    if (stop := _NEXT_SENTENCE.search(text, start, title_end)) and stop.group().strip() != ".":
        title_end = stop.start()
    section_label = re.compile(r",? ?(?:Section|Topic)(?: ?\(s\)|s)? ?:", re.IGNORECASE).search(text, start, title_end)
    section = _section(page, section_label.start(), title_end) if section_label else None
    if section_label:
        title_end = section_label.start()
    title = _TAIL.sub("", page.verbatim(start, title_end)).strip(" ,;:-").removesuffix(".").strip(" ,;:")
    if not re.search(r"[A-Za-z]{3}", title):
        return None
    at = text.index(plain_head(title), start) if plain_head(title) in text[start:end] else start
    value = Citation(source=_body(title), title=title, section=section, pages=pages[0] if pages else ())
    return page.found(value, "citation.other", (at, _trimmed_end(text, at, end)))


def plain_head(title: str) -> str:
    """The first characters of a title with plain quotes, to find it again in the page's text."""
    return plain(title)[:12]


def _body(title: str) -> Source:
    if re.search(r"\bACOEM\b", title):
        return "ACOEM"
    if re.search(r"\bODG\b|Official Disability", title):
        return "ODG"
    return "MTUS" if re.match(r"(?:MTUS|Medical Treatment Utilization)\b", title) else "other"


def _section(page: Page, start: int, end: int) -> str | None:
    words = page.verbatim(start, end)
    words = _NEXT_SENTENCE.split(words, maxsplit=1)[0]
    lead = _SECTION_LABEL.match(words)
    words = words[lead.end() :] if lead else words
    words = _TAIL.sub("", words).strip(" ,;:-–—").removesuffix(".").strip(" ,;:-")
    words = re.sub(r"^(?:and|in|for|under|from|on|at|the|pertaining to|section) (?=[A-Z(])", "", words)
    if words.startswith("(") and words.endswith(")") and words.count("(") == 1:
        words = words[1:-1]
    elif words.count("(") < words.count(")"):
        words = words.rstrip(")")
    return words if re.search(r"[A-Za-z0-9]", words) and words.lower() not in ("and", "guidelines", "guideline") else None


def _pages(text: str, start: int, end: int) -> tuple[tuple[int, ...], int, int] | None:
    """Page numbers with ranges spelled out, and where they stand; several runs of pages are put together."""
    matches = list(_PAGES.finditer(text, start, end))
    if not matches:
        return None
    numbers: list[int] = []
    for m in matches:
        numbers += [n for n in page_numbers(m["list"]) if n not in numbers]
    return tuple(numbers), matches[0].start(), matches[-1].end()


def _trimmed_end(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" ,;"))
