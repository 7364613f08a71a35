"""Medications of the clinical summary, and what the hybrid engine asks of a phrase that a model named.

A drug counts where words say that the patient takes or took it, not where they only ask for it, deny it or find it in urine.
Diagnoses are read in `conditions`, other treatments in `treatments`.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from llm_extract.baseline.drugs import Drug, DrugMention, mentions
from llm_extract.baseline.page import Page, sentences
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.baseline.treatments import asked_or_denied, is_bare, name_in
from llm_extract.engine import Found
from llm_extract.letters import Letter
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
    r"\b(?:(?:no|not|never|without|denies|refused|declined|instead of|begin|start|initiate|add|try)\s+(?:\w+\s+)?"
    r"|(?:injection of|injected with|injections? (?:with|of|using))\s+(?:\w+\s+|[\w-]+,? and\s+|[\w-]+,\s+)?)$",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"^(?:opioids?|nsaids?|muscle relaxants?|steroids?|narcotics?|opiates?|antibiotics?|supplements?|insulin pump|alcohol"
    r"|nicotine|caffeine|tobacco|oxygen|water|saline|contrast|gadolinium)$",
    re.IGNORECASE,
)
_RELEASE = re.compile(r"\s+(?:ER|XR|SR|CR|IR|DR|XL|LA|ODT|HCL|HCl|PM|EC|DS|ES|gel|cream|patch(?:es)?|ointment)\b")


_NAMED = Rule(
    name="medications.named",
    why="A drug of the table (`data/drugs.tsv`) in a sentence that says that the patient takes or took it.",
    examples={
        "Current medications include Norco 10/325 mg, Soma 350 mg, and Prilosec 20 mg.": ("Norco", "Soma", "Prilosec"),
        "The patient is currently taking Tramadol ER and Naproxen.": ("Tramadol ER", "Naproxen"),
        "The plan was to refill Norco and continue gabapentin.": ("Norco", "gabapentin"),
        "She stopped taking Cymbalta due to nausea.": ("Cymbalta",),
        "Medications listed: oxycodone, acetaminophen, lorazepam.": ("oxycodone", "acetaminophen", "lorazepam"),
        "He takes oxycodone/acetaminophen.": ("oxycodone/acetaminophen",),
        "With Norco her pain is 4/10.": ("Norco",),
        "He failed Flexeril and naproxen.": ("Flexeril", "naproxen"),
        "With Ultram ER she sleeps; the urine test of 4/2013 agreed.": ("Ultram ER",),
        "The provider requested Norco and Soma refills.": None,
        "Norco was denied by utilization review.": None,
        "The urine drug screen was positive for oxycodone.": None,
        "Treatment has included epidural injections with Depo-Medrol and lidocaine.": None,
        "He has never taken gabapentin and is allergic to codeine.": None,
    },
)
_WITH_DOSE = Rule(
    name="medications.with_dose",
    why="In a list of what the patient takes, a name with a dose behind it is a drug, though the table does not know it.",
    examples={
        "Current medications: Zorvolix 35 mg, Norco 10/325 mg.": ("Zorvolix",),
        "He takes Xyzalor XR 20 mg daily.": ("Xyzalor XR",),
        "The provider requested Xyzalor 20 mg.": None,
        "The patient lost Twelve 20 mg samples.": None,
    },
    pattern=compiled(
        r"(?<![\w/-])(?!(?:The|Take|Takes|And|Dose|Dosage|Tablets?|Capsules?|Oral|Each|Only|Total|Daily"
        r"|Strength)\b)[A-Z][a-z]{3,}[a-z-]*"
        r"(?: (?:ER|XR|SR|CR|IR|DR|XL|LA|HCL))?(?= \d+(?:\.\d+)?(?:[-/]\d+(?:\.\d+)?)? ?(?:mg|mcg)\b)"
    ),
)
RULES = (_NAMED, _WITH_DOSE)


def medications(page: Page) -> tuple[Found, ...]:
    """Drugs that the summary says the patient takes or took; each drug once, at its first mention."""
    return () if page.narrative is None else _medications(page, page.sentences)


def _medications(page: Page, places: Iterable[Part]) -> tuple[Found, ...]:
    taken: list[Found] = []
    seen: dict[str, DrugMention] = {}
    for s in places:
        named = [one for m in mentions(page.text, *s) for one in _apart(page.text, m)]
        unknown = list(_unknown(page.text, s, named))
        says = _says(page.text, s) if named or unknown else None
        if says is None:
            continue
        for m in sorted([*named, *unknown], key=lambda m: m.start):
            if not _is_taken(page.text, s, says, m) or _repeats(page.text, s, m, seen):
                continue
            seen[_ingredients(m)] = m
            end = tail.end() if (tail := _RELEASE.match(page.text, m.end)) else m.end
            by = _WITH_DOSE.name if m in unknown else _NAMED.name
            taken.append(page.found(page.verbatim(m.start, end), by, (m.start, end)))
    return tuple(taken)


def _apart(text: str, m: DrugMention) -> list[DrugMention]:
    """In a list of drugs a comma parts two of them, though their names side by side are those of a combination."""
    comma = text.find(",", m.start, m.end)
    if comma < 0:
        return [m]
    return [*mentions(text, m.start, comma), *mentions(text, comma + 1, m.end)] or [m]


def _unknown(text: str, s: Part, named: list[DrugMention]) -> Iterator[DrugMention]:
    """Names with a dose, behind words that say that drugs are taken, which the table does not know."""
    says = _LISTS_DRUGS.search(text, *s) if " mg" in text[s.start : s.end] or " mcg" in text[s.start : s.end] else None
    for m in _WITH_DOSE.pattern.finditer(text, says.end(), s.end) if says and _WITH_DOSE.pattern else ():
        if not any(d.start < m.end() and m.start() < d.end for d in named):
            yield DrugMention(Drug(m.group(), "", ""), *m.span())


_LISTS_DRUGS = re.compile(
    r"\b(?:medications?|meds|drugs)(?: [a-z]+){0,2}(?: ?:| (?:include[ds]?|are|were|consist\w*)\b)|\b(?:takes|(?:is"
    r"|was) (?:taking|prescribed))\b",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(?:taking|takes|took|uses?|using|used|on|medications?(?: \w+)? (?:include|are|of|consist)|maintained|continues?"
    r"|prescribed|refilled|treated with|managed with|helpful|tried|trialed)\b",
    re.IGNORECASE,
)
# Behind words that ask, these set in anew what is taken: "at the time of request for ..., treatment to date (Naproxen ...)".
_INTAKE = re.compile(
    r"\b(?:treatments? to date|medications?(?: \w+){0,2}(?: ?:| (?:include[ds]?|are|were|consist\w*))|(?:is|was|been) (?:taking"
    r"|using|on|prescribed)"
    r"|takes|continue[sd]?|cont\.|refill(?:ed|ing)?(?! of))(?!\w)",
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
    if _NOT_TAKEN_BEFORE.search(text[max(sentence.start, m.start - 45) : m.start]):
        return False
    if m.start > says.none or (says.takes > m.start and says.none <= sentence.end and ";" not in text[m.end : says.none]):
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


def _read_one(rule: Rule, words: str) -> tuple[str, ...] | None:
    page = Page(Letter("words", "", "", words))
    return tuple(f.value for f in _medications(page, sentences(page.text)) if f.by == rule.name) or None


MATTER = Matter(RULES, _read_one)

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
    r"|S\d|\d+ (?:hours|hrs|minutes|times|days|weeks|visits|sessions))\b.*|[\s,;:.(]+)$",
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
    r"|ablation|rhizotom|immobili|amputat|replacement|reduction|fixation|removal|\bTENS\b|biofeedback|\bice\b|\bheat\b|\brest\b"
    r"|\bbelt\b|\bstraps?\b|night guard|garment|root canal|irrigat|\bgroup\b|\bbaths?\b|sling|collar|orthosis|orthoses|taping"
    r"|laser|cupping|yoga|aquatic|meditat|hypno|mindful|shock ?wave|viscosup|hyaluron|dressing|stockings?\b|stretching|hygiene"
    r"|\b(?:PRP|[TC]?F?ESIs?|RFA|MBBs?|PT|OT|HEP|CBT|ESWT|H-wave)\b",
    re.IGNORECASE,
)


# One word: a brand with its capital, or a stem of the list of International Nonproprietary Names.
_LIKE_A_DRUG = re.compile(
    r"[A-Z][a-z]{3,}(?:-?[A-Z]{2})?|[a-z]*(?:ine|ol|[ao]zepam|zolam|ide|ate|one|pril|sartan|statin|azole|cillin|mycin|profen|oxacin"
    r"|triptan|gabalin|barbital|coxib|lukast|mab|tidine|parin|gliptin|formin|caine|fenac|olac|oxicam|setron|nib|vir)"
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
        return bool(_LIKE_A_DRUG.fullmatch(words)) and not (
            mentions(words) or _CLASS.match(words) or _LIKE_A_TREATMENT.search(words)
        )
    return bool(_LIKE_A_TREATMENT.search(words)) and not is_bare(words) and "syndrome" not in words.lower()
