"""What deciding words mean, whoever wrote them: the many ways to say that a denial stands, falls, or falls in part.

"Upheld" and "not approved" are the same to the contract, and so are "overturned" and "certified"; a negation turns each of them
round, and the denial that a sentence speaks of ("the denial is overturned") is not itself a decision.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from llm_extract.schema import Decision
from llm_extract.values import lower, plain

LONGEST = 400
"""Characters of deciding words that are read: a longer text tells and does not decide."""

_NECESSARY = r"(?:necessary|appropriate)"
# Without "medically" these words say many things: they decide only where `Term.loose` is asked for.
_TERMS = (
    (
        "shown",
        r"medical necessity (?:[^.;:]{0,60}? )?(?:established|shown|demonstrated|met|supported|proved|proven|documented"
        r"|substantiated)",
    ),
    (
        "grant",
        rf"(?:medically|reasonabl[ey]|clinically)(?:,? and)?(?: medically)? ?{_NECESSARY}(?:,? (?:and|or"
        rf"|nor)(?: medically)? {_NECESSARY})?",
    ),
    ("grant", r"medical necessity|over-?turn(?:ed)?|revers(?:ed?|al)|rescinded|vacated|set aside"),
    ("grant", r"approved?|certif(?:ied|y)|authori[zs]ed?|granted?|allowed"),
    ("deny", r"non-? ?certif(?:ied|y)|medically un ?necessary|disapproved|disallowed|uncertified"),
    ("deny", r"den(?:ied|y)|up ?h[eo]ld|sustained?|affirmed?|refused|rejected"),
    ("partial", r"partial(?:ly)?|partly|in[ -]part|modif(?:ied|y)|limited to|reduced to"),
    ("noun_deny", r"denial|non-? ?certification|adverse (?:benefit )?(?:determination|decision)"),
    ("noun_grant", r"approval|certification|authori[zs]ation"),
    ("noun_partial", r"modification"),
    ("loose", rf"{_NECESSARY}(?:,? (?:and|or|nor) {_NECESSARY})?|unnecessary"),
)
TERM = re.compile(r"\b(?:" + "|".join(rf"(?P<{kind}_{i}>{words})" for i, (kind, words) in enumerate(_TERMS)) + r")\b")
"""One deciding word, in lower-case text with plain dashes."""

_FORM = (
    r"(?:the|this|request|requests|denial|denials|ur|decision|determination|outcome|result|finding|hereby|therefore"
    r"|thus|not|non|no"
    r"|deemed|considered|found|felt|to|be|been|being|currently|is|are|was|were|has|have|isn't|treatment|service|item|cannot|must"
    r"|should|shall|and)"
)
FILLER = rf"(?:{_FORM} |partially |partly |in part )*"
"""Words that may lead to a deciding word and mean nothing by themselves."""
TAIL = (
    rf"(?:[ ,;]{{0,2}}(?:{TERM.pattern.replace('?P<', '?P<t_')}|as (?:requested|modified|written)|in full|at this time"
    r"|and|only|overall"
    r"|for (?:up to |only )?[\w-]+ [\w-]+|\([^()]{1,60}\)))*[ .)\]!]*"
)
"""What may follow a deciding word up to the end of its line: "(8 visits)", "as requested"."""
DECIDES_ALONE = re.compile(rf"{FILLER}{TERM.pattern.replace('?P<', '?P<f_')}{TAIL}")
"""Words that decide and say nothing else."""

_NOT = re.compile(
    r"\b(?:not|never|nor|neither|no|non|cannot|without|isnot|wasnot|arenot|fail(?:s|ed)? to|lacks?(?: of)?"
    r"|unable to)\b(?: \w+){0,6}? ?-?\Z|n't(?: \w+){0,6}? ?\Z"
)
_ONLY_NOT = re.compile(r"\b(?:not|never)\b|n't\b")
# Who decided before: what these words tell is the denial in dispute, not what became of it.
CLAIMS_SIDE = (
    r"(?:(?:the |workers' compensation |third[- ]party )*(?:claims? (?:administrator|adjust[eo]r|examiner|handler)"
    r"|administrator|insurer"
    r"|insurance (?:company|carrier)|carrier|employer|payer|payor|(?:health )?plan|defendant|tpa|adjuster|uro"
    r"|(?:utilization review|u\.?r\.?)(?: (?:physician|reviewer|organization|agent|department|decision|determination|denial))?"
    r"|(?:utilization review|u\.?r\.?|insurer's|carrier's) (?:physician|doctor))(?:'s)?)"
)
"""The side whose denial is in dispute, as forms name it."""
_TELLS_OF_REVIEW = re.compile(
    rf"\bby (?:the )?{CLAIMS_SIDE}|\b{CLAIMS_SIDE} (?:has |had |have )?(?:denied|modified|approved|certified|refused"
    r"|determined|found"
    r"|non-?certified)|\b(?:previously|prior|earlier|initially|originally)\b"
)
_OF_REVIEW_ONLY = re.compile(r"up ?h[eo]ld|over-?turn|medically ?(?:un)?necessary")

_MARKED = re.compile(r"(?:\[ ?[xX✓✔] ?\]|\( ?[xX✓✔] ?\)|[☒☑✓✔]|(?<![\w_])_+[xX]_+|(?<!\w)[xX](?= )) ?\Z")
_BOX = re.compile(r"\[ ?\]|\( ?\)|[☐□❏]|(?<![\w_])_{2,}(?![\w_])|\[ ?[xX✓✔] ?\]|[☒☑]")
_CHOICE = re.compile(r" ?(?:/|\||\bor\b) ?")


# Words that divide a request: granting one part and denying another is only then no contradiction.
_PARTS = re.compile(r"\d|\b(?:rest|remainder|remaining|balance|otherwise|other|only|first|initial|part|but|except)\b")


class Term(NamedTuple):
    """A deciding word: what it says (`grant`, `deny`, `partial`; `noun_` of what is only named), and its place."""

    kind: str
    start: int
    end: int


def terms(low: str, start: int = 0, end: int | None = None) -> list[Term]:
    """The deciding words of `low[start:end]` (lower case, plain dashes), in order, negations worked in."""
    stop = min(len(low) if end is None else end, start + LONGEST)
    found: list[Term] = []
    for m in TERM.finditer(low, start, stop):
        kind = (m.lastgroup or "").rsplit("_", 1)[0]
        before = low[max(found[-1].end if found else start, m.start() - 60) : m.start()]
        found.append(Term(_turned(kind, m.group(), _NOT.search(before) is not None), *m.span()))
    return found


_TURNED = {"grant": "deny", "deny": "grant", "loose": "loose_deny"}


def _turned(kind: str, words: str, negated: bool) -> str:
    """What a word says behind a negation. A noun and "partly" are not turned."""
    if kind == "shown":
        negated = negated or _ONLY_NOT.search(words) is not None
        kind = "grant"
    if words == "unnecessary":
        return "loose_deny"
    return _TURNED.get(kind, kind) if negated else kind


_LOST_BLANK = re.compile(r"not(?=medically)")
"""PDF text loses blanks: "is notmedically necessary"."""


def read_decision(words: str) -> Decision | None:
    """What deciding words say of the denial. None where they say nothing, offer a choice, or contradict each other.

    Of boxes only the ticked one counts. Approving a part and denying the rest is `partially_overturned`.
    """
    low = _LOST_BLANK.sub("not ", lower(plain(words[:LONGEST])))
    found = terms(low)
    if _BOX.search(low):
        found = [t for t in found if _MARKED.search(low[max(0, t.start - 8) : t.start])]
    elif _offers_choice(low, found):
        return None
    if len(found) == 1 and found[0].kind.startswith("noun_") and low.strip(" .:!") != low[found[0].start : found[0].end]:
        return None  # "the denial of the MRI" names what is decided about
    return _meaning(found, parted=_PARTS.search(low) is not None)


def _offers_choice(low: str, found: list[Term]) -> bool:
    """Whether two words stand to choose from, as a form has them with nothing ticked: "Upheld / Overturned"."""
    return any(a.kind != b.kind and _CHOICE.fullmatch(low, a.end, b.start) for a, b in pairwise(found))


def _meaning(found: list[Term], *, parted: bool) -> Decision | None:
    said = {t.kind for t in found}
    if said & {"partial", "noun_partial"} and not (said & {"grant", "deny"} and "partial" not in said):
        return "partially_overturned"
    for grants, denies in (("grant", "deny"), ("noun_grant", "noun_deny"), ("loose", "loose_deny")):
        if {grants, denies} <= said:
            return "partially_overturned" if grants == "grant" and parted else None
        if grants in said:
            return "overturned"
        if denies in said:
            return "upheld"
    return None


def tells_of_review(words: str) -> bool:
    """Whether words tell what the claims administrator or utilization review decided before."""
    return _TELLS_OF_REVIEW.search(lower(plain(words))) is not None


def says_who_decides(words: str) -> bool:
    """Whether deciding words are those of independent review: others ("denied", "approved") may be either side's."""
    return _OF_REVIEW_ONLY.search(lower(words)) is not None
