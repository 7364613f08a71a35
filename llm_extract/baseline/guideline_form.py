"""Words of the form in a guideline line: where documents begin, sentences that cite nothing, and what follows a document.

Searched in lower-case text. None of these words is part of a citation.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.sections import Part
from llm_extract.values import letter_first

_DECIDER = r"(?:claims administrator|(?:(?:physician|expert|professional|medical) )?reviewer)(?:['’]s)?"
# `\b(?:the )?` and the decider, each beginning with its letter.
_THE_DECIDER = letter_first(
    rf"(?:\bthe {_DECIDER}|(?:\bclaims administrator|\bphysician reviewer|\bexpert reviewer|\bprofessional reviewer"
    r"|\bmedical reviewer|\breviewer)(?:['’]s)?)"
)
_DECIDED = (
    r"(?:(?:has |have )?based (?:its|his/her|their|his|her|the) (?:decisions?|determination) (?:up)?on|relied (?:up)?on|cited"
    r"|(?:used|utilized)|referenced|applied)"
)
_EVIDENCE = (
    r"(?:medical |evidence[- ]based |specific |applicable |relevant |treatment |other )*"
    r"(?:evidence|guidelines?|citations?|criteria|references?|sections?|mtus)"
)

# --- where documents begin -------------------------------------------------------------------------------------------

_OTHER_EVIDENCE = r"other medical treatment guidelines? or medical evidence ?: ?"
_NON_MTUS = (
    r"non-? ?mtus (?:citations?:?|(?=official|odg|acoem|american|fda|cdc|national|cochrane|physicians|medscape|journal)) ?"
)
FORM_OPENING = Rule(
    name="opening.form",
    why="The form's words in front of each document: most lines have no others.",
    pattern=compiled(
        letter_first(
            rf"\bdecision (?:was |is )?based (?:up)?on\b:? ?|\band {_OTHER_EVIDENCE}|\b{_OTHER_EVIDENCE}"
            rf"|\band (?:the )?{_NON_MTUS}|the {_NON_MTUS}|\b{_NON_MTUS}"
        )
    ),
    examples={
        "Decision based on MTUS 2009": "decision based on",
        "Non-MTUS Citation ODG": "non-mtus citation",
        "The MTUS is silent": None,
    },
)
DECIDER_OPENING = Rule(
    name="opening.decider",
    why="The older forms say who decided and then on what.",
    pattern=compiled(
        rf"{_THE_DECIDER} (?:also |instead |therefore |then )?{_DECIDED}\b ?:?(?! the guidelines? (?:used|cited))"
        rf"|{_THE_DECIDER} (?:also |has )?found (?:that )?"
        r"(?=the (?:ca\b|california|mtus|odg|official|acoem|chronic pain|post-?surg|acupuncture|american college))"
    ),
    examples={
        "The Claims Administrator based its decision on ACOEM": "the claims administrator based its decision on",
        "The Expert Reviewer relied on the ODG": "the expert reviewer relied on",
        "The reviewer agrees": None,
    },
)
FURTHER_OPENING = Rule(
    name="opening.further",
    why="The same decider's next document, and lists that are announced.",
    pattern=compiled(
        letter_first(
            r"\band (?:also |instead |therefore |so |then )?(?:has )?(?:based (?:its|his/her|their|his|her|the) (?:decision"
            r"|determination)"
            r" (?:up)?on|relied (?:up)?on|(?:cited|used|utilized|applied)(?= the\b))\b ?:?"
            r"|\bthe following (?:guidelines?|citations?|references?|sections?)(?: of the mtus)? (?:was|were) (?:used"
            r"|relied (?:up)?on"
            r"|cited) ?:?"
        )
    ),
    examples={
        "found nothing, and used the ODG": "and used",
        "The following guidelines were used: ODG": "the following guidelines were used:",
        "and the ODG": None,
    },
)
_OPENER = re.compile("|".join(rule.pattern.pattern for rule in (FORM_OPENING, DECIDER_OPENING, FURTHER_OPENING) if rule.pattern))
# Words of the openings that tell who decided: a line without them has only those of the form.
_TOLD = ("reviewer", "administrator", "relied", "following")

# --- what cites nothing ----------------------------------------------------------------------------------------------

NOTHING = (
    Rule(
        name="nothing.did_not",
        why="Says that a side did not cite, base, find or the like.",
        pattern=compiled(
            r"(?:did not|does not|do not|didn't|doesn't|has not|had not|not) (?:\w+ )?(?:base|based|cite|cited|use|used|rely"
            r"|relied"
            r"|reference|referenced|provide|provided|find|found|dispute|disputed|address|apply|speak|cover|identify|mention"
            r"|contain"
            r"|list|discuss)\b|\bfailed to (?:cite|provide)"
        ),
        examples={"The Claims Administrator did not cite any evidence.": "did not cite", "The Administrator cited the ODG": None},
    ),
    Rule(
        name="nothing.no_guideline",
        why="Says that there is no guideline, section or evidence.",
        pattern=compiled(
            rf"\bno {_EVIDENCE}(?: of (?:the )?mtus)? (?:was |were |is |are |has been |to be )?"
            r"(?:cited|used|listed|found|applicable|relevant|given|provided|specified|identified|available|address\w*|that)"
            r"|\bfound no\b|\bno (?:applicable|relevant) (?:sections?|guidelines?|mtus)|\bno sections? of (?:the )?(?:mtus"
            r"|medical treatment)"
            r"|\b(?:has|have|gives?|contains?|offers?|provides?) no (?:\w+ )?(?:sections?|guidelines?|recommendations?"
            r"|guidance|criteria)"
        ),
        examples={"No guidelines were cited.": "no guidelines were cited", "Guidelines were cited": None},
    ),
    Rule(
        name="nothing.none",
        why="The whole sentence is a word for nothing.",
        pattern=compiled(r"^\s*(?:none|n/?a|nil|unknown|not (?:cited|applicable|provided|stated|given|specified|available))\b"),
        examples={"None cited.": "none", "N/A": "n/a", "Nonetheless": None},
    ),
    Rule(
        name="nothing.not_given",
        why="Says of a guideline that it is not given, or of the schedule that it is silent.",
        pattern=compiled(
            r"(?:guidelines?|citations?|evidence|criteria) (?:is|are|was|were) not (?:cited|provided|given|stated|specified"
            r"|listed"
            r"|available)|mtus (?:is|was|are|were) (?:silent|not (?:applicable|specific|relevant))|not (?:addressed"
            r"|applicable|covered)\b"
            r"|\bsilent (?:on|as)"
        ),
        examples={
            "The guideline is not provided.": "guideline is not provided",
            "The MTUS is silent": "mtus is silent",
            "MTUS": None,
        },
    ),
)
TELLING = (
    Rule(
        name="telling.verdict",
        why="Tells what a side thought of the other's guideline; no document is cited by it.",
        pattern=compiled(
            r"\b(?:used|cited|relied (?:up)?on|referenced|applied|provided|utilized) by the claims administrator"
            r"|\bfound (?:this|these|that|those|the (?:above|cited|same|said)) (?:guidelines?|sections?|citations?)"
            r"|\bprovider (?:did|does|has)\b"
        ),
        examples={"The section used by the Claims Administrator is relevant": "used by the claims administrator", "ODG": None},
    ),
    Rule(
        name="telling.consulted",
        why="What was only consulted is not what was relied upon.",
        pattern=compiled(r"\b(?:consulted|considered|reviewed)\b(?!.*\brelied)"),
        examples={"The MTUS and the ODG were consulted.": "consulted", "was consulted and relied upon": None},
    ),
)
BEGINS = Rule(
    name="telling.begins",
    why="A sentence about a guideline, or about the order of evidence, tells and does not cite.",
    pattern=compiled(
        r"\W*(?:(?:per|under|following|according to|in accordance with|given|pursuant to) the (?:mtus |medical )?(?:strength"
        r"|hierarchy)"
        r"|(?:it|they|this|these|those|both|(?:the |this |these |that |those )?(?:cited |above |said |same |other )*"
        r"(?:guidelines?|sections?|topics?|documents?|citations?|references?)) (?:is|was|are|were|has|have|address\w*|speaks?"
        r"|deals?"
        r"|appl\w+|covers?|supports?|states?|recommends?)\b)"
    ),
    examples={"The guideline is applicable because of chronic pain.": "the guideline is", "The ODG is": None},
)
RELIED = Rule(
    name="relied.source",
    why="Where several were consulted, this says which of them counts.",
    pattern=compiled(
        r"\b(?P<source>mtus|odg|official disability guidelines(?: \(odg\))?|acoem)(?: guidelines?)? (?:was|were|is) (?:therefore "
        r"|then )?(?:relied (?:up)?on|used|applied|followed)\b"
    ),
    examples={"The ODG was relied upon": "odg was relied upon", "The ODG": None},
)
MEMBER = Rule(
    name="member.of_mtus",
    why="How the older form ends each document: whether it is part of the schedule.",
    pattern=compiled(
        letter_first(
            r"(?:\bpart of|\bincluded in|\bincorporated (?:in|into)|\badopted (?:by|in|into)|\bcontained in|\bfound in)"
            r" (?:the )?(?:california(?:'s)? |state )?(?:mtus"
            r"|medical treatment utilization schedule)(?: ?\(mtus\))?(?: guidelines?)?\)?"
        )
    ),
    examples={"which is part of the MTUS": "part of the mtus", "the MTUS": None},
)
RULES = (FORM_OPENING, DECIDER_OPENING, FURTHER_OPENING, *NOTHING, *TELLING, BEGINS, RELIED, MEMBER)

# What most lines that cite nothing say, as the form has it.
_NONE_CITED = re.compile(
    rf"(?:the )?{_DECIDER} did not"
    r" (?:cite any (?:medical evidence|evidence[- ]based (?:criteria|guidelines))(?: for its decision)?"
    r"|base (?:its|their|his/her) decision on the mtus)\.?"
)
# A sentence without any of these words cites; most are so, and need not be searched.
_HINTS = (
    *("no ", "not", "n't", "none", "n/a", "nil", "unknown", "silent", "failed", "found", "provider", "by the claims"),
    *("consulted", "considered", "reviewed"),
)
_BECAUSE = re.compile(r"(?:, | )(?:because|since|although|though|but|so that) ")
_MEMBER_WORDS = ("part of", "included in", "incorporated", "adopted", "contained in", "found in")
_MEMBER_HEAD = re.compile(
    r",? ?\(?(?:(?:as |because |since )?(?:each of |both of |all of )?(?:which|that|and|it|they|both|these) (?:is|are|was"
    r"|were) )?(?:considered )?"
    r"(?P<not>not )?(?:an? (?:evidence[- ]based )?(?:medical )?(?:treatment )?guidelines?(?: ?\(mtg\))?,? )?"
    r"(?:(?:that|which) (?:is|are|was|were) )?(?P<not2>not )?(?:currently |also )?(?:an? )?\Z"
)
_LONGEST_HEAD = 120
_LETTERS_OF_HEAD = string.ascii_lowercase + " ,()-"
_AT_ONCE = re.compile(
    r"\W*(?:the )?(?:ca |california )?(?:mtus|odg|acoem|official disab|chronic pain|american college of occ|post-?surg)"
)
SENTENCE = re.compile(r"[^.]+(?:\.(?=[\w,])[^.]*)*\.?")
_CLAUSE = re.compile(r"[^;]+;?")
_WORD = re.compile(r"\w{3}")


class Run(NamedTuple):
    """A stretch of a line that names documents."""

    start: int
    end: int


class Piece(NamedTuple):
    """What one "which is part of the MTUS" is said of. `of_mtus`: whether the form says that it belongs there."""

    start: int
    end: int
    of_mtus: bool
    first: bool


def cites_nothing(low: str, line: Part) -> bool:
    """Whether the whole line is the form's sentence for nothing."""
    return _NONE_CITED.fullmatch(low, *line) is not None


def runs(low: str, part: Part) -> list[Run]:
    """The stretches that name documents: what stands behind each "Decision based on", without sentences that cite nothing."""
    told = any(word in low[part.start : part.end] for word in _TOLD)
    pattern = _OPENER if told else FORM_OPENING.pattern
    openers = list(pattern.finditer(low, *part)) if pattern else []
    opened = {m.start(): m.end() for m in openers}
    found: list[Run] = []
    for a, b in pairwise([part.start, *(m.start() for m in openers), part.end]):
        if a in opened or not openers or _AT_ONCE.match(low, a, b):
            found += _without_form(low, opened.get(a, a), b)
    return found


def _without_form(low: str, start: int, end: int) -> Iterator[Run]:
    kept: list[Run] = []
    for a, b in _said(low, start, end):
        if kept and kept[-1].end == a:
            kept[-1] = Run(kept[-1].start, b)
        else:
            kept.append(Run(a, b))
    return (r for r in kept if _WORD.search(low, r.start, r.end))


def _said(low: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences that may cite; of one that says in a clause that nothing is there, the other clauses."""
    for m in SENTENCE.finditer(low, start, end):
        if not _is_form(m.group()):
            yield m.span()
        elif ";" in m.group():
            yield from (c.span() for c in _CLAUSE.finditer(low, *m.span()) if not _is_form(c.group()))


def _is_form(sentence: str) -> bool:
    """Whether a sentence cites nothing: it says so, or only tells of guidelines. What stands behind "because" does not count."""
    reason = _BECAUSE.search(sentence)
    said = sentence[: reason.start()] if reason else sentence
    if BEGINS.pattern and BEGINS.pattern.match(said):
        return True
    return any(hint in said for hint in _HINTS) and any(rule.search(said) for rule in (*NOTHING, *TELLING))


def is_consulted(sentence: str) -> bool:
    """Whether a sentence says what was consulted, and not that it was relied upon."""
    return TELLING[1].search(sentence) is not None


def pieces(low: str, run: Run) -> Iterator[Piece]:
    """A run divided behind each "which is part of the MTUS", without these words."""
    at, first = run.start, True
    said = low[run.start : run.end]
    for m in MEMBER.pattern.finditer(low, *run) if MEMBER.pattern and any(word in said for word in _MEMBER_WORDS) else ():
        floor = max(at, m.start() - _LONGEST_HEAD)
        floor += len(low[floor : m.start()].rstrip(_LETTERS_OF_HEAD))  # no head goes over any other sign
        head = _MEMBER_HEAD.search(low, floor, m.start())
        if head is None or not (head.group().strip() or m.start() == at):
            continue
        denied = bool(head["not"] or head["not2"])
        yield Piece(at, head.start(), not denied, first)
        at, first = m.end(), False
    if at < run.end:
        yield Piece(at, run.end, of_mtus=False, first=first)


def _read(rule: Rule, words: str) -> str | None:
    low = words.lower()
    m = rule.pattern.match(low) if rule is BEGINS and rule.pattern else rule.search(low)
    return m.group().strip() if m else None


MATTER = Matter(RULES, _read)
