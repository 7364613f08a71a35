"""Diagnoses, medications and prior treatments of the clinical summary, as far as rules honestly can.

Drugs are read here, diagnoses in `conditions`, other treatments in `treatments`: from words that say that the patient had them,
not from those that ask for them.
"""

from __future__ import annotations

import re
from bisect import bisect
from typing import NamedTuple

from llm_extract.baseline.conditions import diagnoses as diagnoses
from llm_extract.baseline.drugs import DrugMention, mentions
from llm_extract.baseline.page import Page, sentences
from llm_extract.baseline.treatments import asked_or_denied, is_bare, name_in
from llm_extract.baseline.treatments import prior_treatments as prior_treatments
from llm_extract.engine import Found
from llm_extract.sections import Part

# --- what the patient had, and what is only asked for ----------------------------------------------------------------

_ASKS = re.compile(
    r"\b(?:request(?:s|ed|ing)?\b(?! (?:an? )?(?:refill of his|to))|requests? for|at issue|plan of care|treatment plan"
    r"|plan (?:is|was|included|includes)\b|recommend(?:s|ed|ing|ation)?|authoriz\w+|non-?certif\w+|denied|denial|modified"
    r"|utilization review|\bUR\b"
    r"|appeal\w*|dispute\w*|(?:is|was) (?:to )?(?:start|begin|be (?:started|prescribed|scheduled))|proposed|considered?|wishes"
    r"|would like|RFA\b|failed to approve|seeks|seeking|sought|asks? for|asked for|would benefit|plan ?(?=:)|candidate)\b",
    re.IGNORECASE,
)
_NO_INTAKE = re.compile(
    r"\b(?:urine|toxicolog|drug (?:screen|test)|UDS|CURES|allerg\w+|inconsistent|consistent with prescri|positive for"
    r"|negative for|denies|has not (?:taken|used|tried)|nothing shows|was never|were never|not prescribed)\b",
    re.IGNORECASE,
)
_NOT_TAKEN_AFTER = re.compile(
    r"[ -]*(?:pump|stimulator|implant|equivalent|level|block|challenge|injections?|infusion|trigger|catheter|epidural"
    r"|patch test|overdose|induced|intrathecal)\b",
    re.IGNORECASE,
)
_NOT_TAKEN_BEFORE = re.compile(
    r"\b(?:no|not|never|without|denies|refused|declined|instead of|begin|start|initiate|add|try|injection of|injected with"
    r"|injections? (?:with"
    r"|of))\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"^(?:opioids?|nsaids?|muscle relaxants?|steroids?|narcotics?|opiates?|antibiotics?|supplements?|insulin pump|alcohol"
    r"|nicotine|caffeine|tobacco|oxygen|water|saline|contrast|gadolinium)$",
    re.IGNORECASE,
)
_RELEASE = re.compile(r"\s+(?:ER|XR|SR|CR|IR|DR|XL|LA|ODT|HCL|HCl|PM|EC|DS|ES|gel|cream|patch(?:es)?|ointment)\b")


def medications(page: Page) -> tuple[Found, ...]:
    """Drugs that the summary says the patient takes or took; each drug once, at its first mention."""
    summary = page.narrative
    if summary is None:
        return ()
    entries: list[Found] = []
    seen: dict[str, DrugMention] = {}
    for s in page.sentences:
        named = mentions(page.text, *s)
        says = _says(page.text, s) if named else None
        for m in named:
            if says is None or not _is_taken(page.text, s, says, m) or _repeats(page.text, s, m, seen):
                continue
            seen[_ingredients(m)] = m
            end = tail.end() if (tail := _RELEASE.match(page.text, m.end)) else m.end
            entries.append(page.found(page.verbatim(m.start, end), "medications.named", (m.start, end)))
    return tuple(entries)


_TAKES = re.compile(
    r"\b(?:taking|takes|took|uses?|using|used|on|medications?(?: \w+)? (?:include|are|of|consist)|maintained|continues?"
    r"|prescribed|refilled|treated with|managed with|helpful|tried|trialed)\b",
    re.IGNORECASE,
)
# Behind words that ask, these set in anew what is taken: "at the time of request for ..., treatment to date (Naproxen ...)".
_INTAKE = re.compile(
    r"\b(?:treatments? to date|medications?(?: \w+){0,2}(?: ?:| (?:include[ds]?|are|were|consist\w*))|(?:is|was|been) (?:taking"
    r"|using|on|prescribed)"
    r"|takes|continue[sd]?|cont\.|refilled)(?!\w)",
    re.IGNORECASE,
)


class _Says(NamedTuple):
    """Where a sentence says that drugs are taken, asked for, and not taken."""

    takes: int
    asks: list[int]
    intake: list[int]
    none: int


def _says(text: str, sentence: Part) -> _Says:
    takes, none = _TAKES.search(text, *sentence), _NO_INTAKE.search(text, *sentence)
    return _Says(
        takes=takes.end() if takes else sentence.end + 1,
        asks=[m.start() for m in _ASKS.finditer(text, *sentence)],
        intake=[m.start() for m in _INTAKE.finditer(text, *sentence)],
        none=none.start() if none else sentence.end + 1,
    )


def _is_taken(text: str, sentence: Part, says: _Says, m: DrugMention) -> bool:
    """Whether a sentence that names a drug says that the patient takes or took it."""
    if _CLASS.match(m.drug.name) or _NOT_TAKEN_AFTER.match(text, m.end):
        return False
    if _NOT_TAKEN_BEFORE.search(text[max(sentence.start, m.start - 30) : m.start]):
        return False
    if says.none <= sentence.end and (m.start > says.none or says.takes > m.start):
        return False
    if not says.asks:
        return True
    if m.start < says.asks[0]:
        return says.takes <= says.asks[0]
    asked = says.asks[bisect(says.asks, m.start) - 1]
    at = bisect(says.intake, m.start)
    return at > 0 and says.intake[at - 1] > asked


def _ingredients(m: DrugMention) -> str:
    return m.drug.generic or m.drug.name.lower()


_LISTED = re.compile(r"[^()]*[,;][^()]*|[^()]* and [^()]*")


def _repeats(text: str, sentence: Part, m: DrugMention, seen: dict[str, DrugMention]) -> bool:
    """Whether a drug was named before. Two names of it side by side in one list are two drugs: "Oxycontin, oxycodone IR"."""
    before = seen.get(_ingredients(m))
    if before is None:
        return False
    apart = before.start < sentence.start or m.drug.name == before.drug.name
    return apart or m.start - before.end > 40 or not _LISTED.fullmatch(text[before.end : m.start])


# --- a phrase that somebody else has named ---------------------------------------------------------------------------


def drug_name(text: str, part: Part) -> Part | None:
    """The drug within a phrase, without dose and count; the phrase itself where no drug of the table is in it."""
    found = mentions(text, *part)
    if not found:
        return part if not re.search(r"\d", text[part.start : part.end]) else None
    end = tail.end() if (tail := _RELEASE.match(text, found[0].end, part.end)) else found[0].end
    return Part(found[0].start, end)


_TRIM_FRONT = re.compile(
    r"(?:(?:a|an|the|his|her|some|one|two|three|four|five|six|\d+|twelve|several|multiple|previous|prior|past|recent|right"
    r"|left|bilateral|initial|repeat|second|first|sessions? of|visits? of|course of|series of|trial of|for|with|including"
    r"|and|status[- ]post|s/p)\s+)+",
    re.IGNORECASE,
)
_TRIM_BACK = re.compile(
    r"(?:[\s,(]+(?:over|with|on|in|of|at|for|x|times|since|from|dated|without|which|that|to the|\(?\d{1,2}/|\d{4}|L\d|C\d|T\d"
    r"|S\d)\b.*|[\s,;:.(]+)$",
    re.IGNORECASE,
)


def treatment_name(text: str, part: Part) -> Part | None:
    """The treatment within a phrase, without article, side, level, date and count; None for a drug: it is no such treatment."""
    drugs = mentions(text, *part)
    if drugs and drugs[0].start <= part.start + 2 and drugs[0].end >= part.end - 6:
        return None
    if known := name_in(text, part):
        return known
    start, end = part
    front = _TRIM_FRONT.match(text, start, end)
    start = front.end() if front else start
    back = _TRIM_BACK.search(text[start:end])
    end = start + back.start() if back else end
    return Part(start, end) if re.search(r"[A-Za-z]{3}", text[start:end]) else None


_LIKE_A_TREATMENT = re.compile(
    r"therap|surg|procedure|ectom|otomy|plast|desis|inject|block|splint|brac|boot\b|\bcast|conditioning|debride|decompress|fusion"
    r"|repair|release|graft|implant|filling|crown|stimulat|massage|acupunct|chiropract|exercis|rehab|counsel|traction|orthotic"
    r"|ablation|rhizotom|immobili|amputat|replacement|reduction|fixation|removal|\bTENS\b|biofeedback|\bice\b|\bheat\b|\brest\b",
    re.IGNORECASE,
)


def believable(pointer: str, found: Found, page: Page) -> bool:
    """Whether an entry that only the model names may join the rules' entries of the same list.

    Drugs that the table knows have been judged by the rules; of treatments the model adds what is called like one. Neither may
    stand in words that ask for it or deny it.
    """
    if not found.spans:
        return False
    part = page.letter.folded.find(found.spans[0])
    if part is None:
        return False
    summary = page.sections.summary or Part(0, len(page.text))
    sentence = next((s for s in sentences(page.text, *summary) if s.start <= part[0] < s.end), None)
    if sentence is None or asked_or_denied(page.text, sentence, part):
        return False
    words = page.text[part[0] : part[1]]
    if pointer.startswith("/clinical/medications"):
        return not mentions(words) and not _CLASS.match(words) and " " not in words.strip()
    return bool(_LIKE_A_TREATMENT.search(words)) and not is_bare(words)
