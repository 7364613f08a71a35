"""The "guideline" lines: which documents each side cites, with source, title, section and pages.

A line is one or more runs of "Decision based on ...". In a run, a known document's name opens a citation and what follows
belongs to it up to the next name; a run without a known name is one document of an `other` body.
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
from llm_extract.values import page_numbers, plain

# Documents of the Medical Treatment Utilization Schedule (Cal. Code Regs., title 8, sections 9792.20 to 9792.27) as the letters'
# form names them, then ODG and ACOEM by themselves. The longest name wins; a leading "MTUS" and a year stay in the title.
_MTUS_TOPIC = (
    r"(?:(?:Initial |General )?Approach(?:es)?(?: to (?:Initial Assessment|Treatment)(?:,? (?:and )?Documentation)?)?|Prevention"
    r"|Cornerstones of Disability Prevention(?: and Management)?"
    r"|(?:Neck and Upper Back|Shoulder|Elbow|Forearm, Wrist,? (?:and|&) Hand|Low Back|Knee|Ankle and Foot|Stress[- ]Related|Eye"
    r"|Hip and Groin) (?:Complaints|Conditions|Disorders)|Elbow Disorders"
    r"|Initial Assessment|Pain,? Suffering,? and the Restoration of Function|Independent Medical Examinations and Consultations)"
)
_YEAR = r"(?:,? ?\(?(?:19|20)\d\d\)?(?! ?-))"
_EDITION = r"(?:,? ?\(?(?:\d(?:st|nd|rd|th)|[Ss]econd|[Tt]hird) [Ee]d(?:ition|\.)?\)?(?: ?\(?(?:19|20)\d\d\)?)?)"
_KNOWN: tuple[tuple[Source, str], ...] = (
    (
        "ACOEM",
        r"(?:MTUS:? ?[-/]? ?)?(?:the )?(?:ACOEM|American College of Occupational and Environmental Medicine(?: \(ACOEM\))?)"
        rf"(?:['’]s)?(?: Occupational Medicine)?(?: Practice)?(?: Guidelines?)?(?:{_EDITION})?(?:{_YEAR})?",
    ),
    (
        "ODG",
        r"(?:the )?(?:Official Disabilit(?:y|ies) Guidelines?(?: ?\(ODG\))?(?:[ -]TWC)?"
        rf"|ODG(?:[ -]TWC)?(?: \(Official Disability Guidelines\))?(?: guidelines?)?)(?:{_YEAR})?",
    ),
    (
        "MTUS",
        r"(?:MTUS[:,]? ?)?(?:(?:CA|California) )?(?:the )?"
        r"(?:Chronic Pain (?:Medical )?Treatment(?: Guidelines?)?|Post-? ?surgical (?:Medical )?Treatment(?: Guidelines?)?"
        r"|Acupuncture (?:Medical )?Treatment(?: Guidelines?)?|Opioids? (?:Medical )?Treatment(?: Guidelines?)?"
        rf"|{_MTUS_TOPIC}(?= ?,? ?\(?(?:19|20)\d\d))(?:{_YEAR})?",
    ),
    ("MTUS", rf"MTUS(?: Guidelines?)?(?:{_YEAR})?(?= ?(?:[.,;]|$|Page|Section|\())"),
    (
        "MTUS",
        r"MTUS (?=[A-Z])(?:(?!Page)[A-Z][\w&,'/-]{0,40} ?){1,8}?(?:Guidelines?|Complaints|Disorders)(?:,? ?(?:19|20)\d\d)?",
    ),
)
_DOCUMENT = re.compile("(?<![\\w-])(?:" + "|".join(f"(?P<k{i}>{p})" for i, (_, p) in enumerate(_KNOWN)) + r")(?!\w)")

# Where a stretch of documents begins; searched in lower-case text.
_OPENER = re.compile(
    r"\bdecision (?:was |is )?based on\b:? ?"
    r"|\b(?:the )?(?:claims administrator|(?:(?:physician|expert|professional|medical) )?reviewer)(?:['’]s)? (?:also )?"
    r"(?:based (?:its|his/her|their|his|her) decision on|relied (?:up)?on|cited|used)\b ?:?"
    r"|(?:\band )?(?:the )?\bnon-? ?mtus (?:citations?:?|(?=official|odg|acoem|american)) ?"
)
_NOTHING = re.compile(
    r"(?:did not|does not|didn't) (?:base|cite|use|rely|reference|provide)"
    r"|no (?:medical )?(?:evidence|guidelines?|citation)s? (?:was|were|is|are)? ?(?:cited|used|listed)"
    r"|^\s*(?:none|n/?a|not (?:cited|applicable|provided|stated))\b"
    r"|guidelines? (?:is|are|was|were) not (?:cited|provided|given|stated|specified|listed|available)"
    r"|mtus (?:is|was) (?:silent|not applicable)|not (?:addressed|applicable)"
)
_PAGE_LABEL = r"(?:page ?\(s\)|pages?|pgs?\.?|pp?\.)"
_PAGES = re.compile(
    rf",? ?\(?\b{_PAGE_LABEL} ?[:.#]? ?(?P<list>\d{{1,4}}(?!\d)[a-z]?"
    rf"(?: ?(?:-|to|through|,|;|&|and|\+){{1,3}} ?(?:{_PAGE_LABEL} ?:? ?)?\d{{1,4}}(?!\d)[a-z]?)*)(?P<of> of \d+(?: pages)?)?\)?",
    re.IGNORECASE,
)
_SECTION_LABEL = re.compile(r"^[\s,;:.(-]*(?:(?:Section|Topic)(?: ?\(s\)|s)? ?: ?)?", re.IGNORECASE)
_FORM_LABEL = re.compile(
    r"^(?:Non-? ?MTUS Citations?:?|Non-? ?MTUS:?|Citation:?|Other Medical Treatment Guidelines? or Medical Evidence:?|Other:?"
    r"|Evidence:?|Guidelines?:|the)(?!\w) ?",
    re.IGNORECASE,
)
_BASED_INSIDE = re.compile(
    r"^.*?\b(?:based (?:its|his/her|their|his|her) decision on|(?:following )?guidelines? (?:was|were) used:?"
    r"|relied (?:up)?on)"
    r" (?:the )?",
    re.IGNORECASE,
)
_MTUS_PART = re.compile(r"^(?:the )?(?:MTUS|Medical Treatment Utilization Schedule(?: \(MTUS\))?) ?: ?", re.IGNORECASE)
_LABELS = (_BASED_INSIDE, _FORM_LABEL, _MTUS_PART, _FORM_LABEL)
_TAIL = re.compile(
    r",? ?\(?(?:which (?:is|are) (?:not )?(?:a )?part of (?:the )?(?:MTUS|Medical Treatment Utilization Schedule)(?: \(MTUS\))?"
    r"|(?:a )?part of the MTUS)[^.]*|,? and (?:the )?$",
    re.IGNORECASE,
)
# A section is no sentence: what follows a full stop, or says why the document was used, is not part of it.
_NEXT_SENTENCE = re.compile(
    r"(?<!\b[A-Z])(?<!\bvs)\. +(?=[A-Z])|,? (?:because|since|in that) "
    r"|,? (?:was|were|is|are) (?:consulted|used|cited|relied|applied|relevant|applicable)"
)
# Publishers and works that open a citation of an `other` body in the middle of a line.
_OTHER_OPENING = re.compile(
    r"(?:(?<=; )|(?<=\. )|(?<=and the )|(?<=and )|(?<=, ))(?:the )?(?P<name>(?:American (?:Academy|Association|College|Society"
    r"|Heart|Board|Geriatrics|Pain|Psychiatric|Diabetes|Medical)|National (?:Institutes?|Guidelines? Clearinghouse|Library)"
    r"|Cochrane|Physicians['’]? Desk|Washington State|Colorado (?:Division|Medical)|New England Journal|N Engl|Journal of"
    r"|Food and Drug|U\.?S\.? (?:Food|Preventive)|FDA\b|CDC\b|Centers for|UpToDate|Up To Date|Medscape|PubMed|Mayo|AMA Guides"
    r"|International (?:Association|Society)|Agency for|World Health|Beers)\b)"
)
_NARRATES = re.compile(
    r"\b(?:found|applicable|was used|were used|consulted|established|following|does not|did not)\b", re.IGNORECASE
)
_LONGEST_LINE = 4000
"""Characters of a guideline line that are read; real ones stay under 1,000."""


class _Run(NamedTuple):
    start: int
    end: int


def read_citations(page: Page, part: Part | None) -> tuple[Found, ...]:
    """Citations of one guideline line, in the letter's order; empty where it cites nothing."""
    if part is None:
        return ()
    line = Part(part.start, min(part.end, part.start + _LONGEST_LINE))
    return tuple(found for run in _runs(page.low, line) for found in _documents(page, run))


def _runs(low: str, part: Part) -> list[_Run]:
    """The stretches that name documents: what stands behind each "Decision based on", without sentences that cite nothing."""
    openers = list(_OPENER.finditer(low, *part))
    opened = {m.start(): m.end() for m in openers}
    runs: list[_Run] = []
    for a, b in pairwise([part.start, *(m.start() for m in openers), part.end]):
        begin = opened.get(a, a)
        if a in opened or not openers or not _NOTHING.search(low, begin, b):
            runs += _without_nothing(low, begin, b)
    return runs


_SENTENCE = re.compile(r"[^.]+(?:\.(?=[\w,])[^.]*)*\.?")
_WORD = re.compile(r"\w{3}")


def _without_nothing(low: str, start: int, end: int) -> Iterator[_Run]:
    kept: list[_Run] = []
    for m in _SENTENCE.finditer(low, start, end):
        if _NOTHING.search(m.group()):
            continue
        if kept and kept[-1].end == m.start():
            kept[-1] = _Run(kept[-1].start, m.end())
        else:
            kept.append(_Run(*m.span()))
    return (r for r in kept if _WORD.search(low, r.start, r.end))


def _documents(page: Page, run: _Run) -> list[Found]:
    text = page.text
    start = _behind_labels(text, run)
    openings = _openings(text, start, run.end)
    if not openings:
        whole = _other(page, start, run.end)
        return [whole] if whole else []
    found: list[Found | None] = []
    first = openings[0][1].start()
    if first - start > 12 and not _in_parentheses(text, start, first) and not _NARRATES.search(text, start, first):
        found.append(_other(page, start, first))
    for i, (source, m) in enumerate(openings):
        end = openings[i + 1][1].start() if i + 1 < len(openings) else run.end
        others = [o for o in _OTHER_OPENING.finditer(text, m.end(), end) if not _in_parentheses(text, m.end(), o.start())]
        edges = [*(o.start("name") for o in others), end]
        found.append(_citation(page, source, m, others[0].start() if others else end))
        found += [_other(page, a, b) for a, b in pairwise(edges)]
    return [f for f in found if f]


def _behind_labels(text: str, run: _Run) -> int:
    """Where the documents' own words begin."""
    start = run.start
    for label in _LABELS:
        words = text[start : run.end]
        m = label.match(words.lstrip())
        if m:
            start += len(words) - len(words.lstrip()) + m.end()
    return start


def _in_parentheses(text: str, start: int, end: int) -> bool:
    return text.count("(", start, end) > text.count(")", start, end)


_PART_OF = re.compile(r"part of (?:the )?\Z")
_BETWEEN = re.compile(r"(?:[.;:,]|\band|\bas well as|\d|\)|/|&|\bplus|-)\s*(?:the |MTUS )?\Z")


def _openings(text: str, start: int, end: int) -> list[tuple[Source, re.Match[str]]]:
    """Names that open a citation: not those inside parentheses or named as the body of what went before."""
    openings: list[tuple[Source, re.Match[str]]] = []
    for m in _DOCUMENT.finditer(text, start, end):
        if _in_parentheses(text, start, m.start()) or _PART_OF.search(text[max(start, m.start() - 12) : m.start()]):
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
    return not between.strip() or bool(_BETWEEN.search(between[-16:]))


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


_INNER_LABEL = re.compile(r",? ?(?:Section|Topic)(?: ?\(s\)|s)? ?:", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Za-z]{3}")
# Reference works in which an entry is named behind the title.
_WORK = re.compile(
    r"(?:Physicians['’]? Desk Reference(?: \(PDR\))?|PDR|Cochrane (?:Database of Systematic Reviews|Library)|UpToDate|Up To Date"
    r"|Medscape|Mosby['’]s Drug Consult|Epocrates|Drugs\.com|WebMD|Beers Criteria|AMA Guides)(?:,? (?:19|20)\d\d)?(?=[,:] )",
    re.IGNORECASE,
)


def _other(page: Page, start: int, end: int) -> Found | None:
    text = page.text
    pages = _pages(text, start, end)
    title_end = pages[1] if pages else end
    if (stop := _NEXT_SENTENCE.search(text, start, title_end)) and stop.group().strip() != ".":
        title_end = stop.start()
    section_label = _INNER_LABEL.search(text, start, title_end)
    section = _section(page, section_label.start(), title_end) if section_label else None
    if section_label:
        title_end = section_label.start()
    title = _TAIL.sub("", page.verbatim(start, title_end)).strip(" ,;:-").removesuffix(".").strip(" ,;:")
    if not _LETTERS.search(title):
        return None
    if section is None and (work := _WORK.match(title)):
        title, section = work.group(), title[work.end() :].strip(" ,;:")
    head = text.find(plain(title)[:12], start, end)
    at = head if head >= 0 else start
    value = Citation(source=_body(title), title=title, section=section, pages=pages[0] if pages else ())
    return page.found(value, "citation.other", (at, _trimmed_end(text, at, end)))


_BODIES: tuple[tuple[Source, re.Pattern[str]], ...] = (
    ("ACOEM", re.compile(r"\bACOEM\b")),
    ("ODG", re.compile(r"\bODG\b|Official Disability")),
    ("MTUS", re.compile(r"^(?:MTUS|Medical Treatment Utilization)\b")),
)


def _body(title: str) -> Source:
    return next((source for source, words in _BODIES if words.search(title)), "other")


_SECTION_LEAD = re.compile(r"^(?:and|in|for|under|from|on|at|the|pertaining to|section) (?=[A-Z(])")


def _section(page: Page, start: int, end: int) -> str | None:
    words = page.verbatim(start, end)
    words = _NEXT_SENTENCE.split(words, maxsplit=1)[0]
    lead = _SECTION_LABEL.match(words)
    words = words[lead.end() :] if lead else words
    words = _TAIL.sub("", words).strip(" ,;:-–—").removesuffix(".").strip(" ,;:-")
    words = _SECTION_LEAD.sub("", words)
    if words.startswith("(") and words.endswith(")") and words.count("(") == 1:
        words = words[1:-1]
    elif words.count("(") < words.count(")"):
        words = words.rstrip(")")
    return words if any(c.isalnum() for c in words) and words.lower() not in ("and", "guidelines", "guideline") else None


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
