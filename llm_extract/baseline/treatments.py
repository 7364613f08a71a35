"""Prior treatments of the clinical summary: what the patient is said to have had, in the shortest phrase that names it.

Contract, rule 6: one entry each, at its first mention. What is only asked for, planned or denied is none. How treatments are
called stands in `treatment_names`, how lists of them open in `treatment_lists`; here, who had what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from llm_extract.baseline import treatment_lists, treatment_names
from llm_extract.baseline.drugs import mentions
from llm_extract.baseline.page import Page, sentences
from llm_extract.baseline.rule import Matter, Rule
from llm_extract.baseline.treatment_lists import Lead, Place, leads
from llm_extract.baseline.treatment_names import BARE, OFTEN_ADVICE, Head, Named, heads, named
from llm_extract.engine import Found
from llm_extract.letters import Letter
from llm_extract.sections import Part
from llm_extract.values import lower

# --- who had what ----------------------------------------------------------------------------------------------------

_ASKS = re.compile(
    r"\b(?:request(?:s|ed|ing)?\b(?! (?:an? )?(?:refill of his|to))|requests? for|at issue|plan of care"
    r"|(?:treatment )?plan\b(?! (?:of care )?of)"
    r"|recommend(?:s|ed|ing|ation)?|authoriz\w+|non-?certif\w+|denied|denial|modified(?! (?:duty|work|activit))"
    r"|utilization review|\bur\b"
    r"|appeal\w*|dispute\w*|(?:is|was|are|were) (?:to )?(?:start|begin|be (?:started|prescribed|scheduled|given))|proposed"
    r"|consider(?:s|ed|ing|ation)?"
    r"|wishes|would like|rfa\b|failed to approve|seeks|seeking|sought|candidate|asked for|asks for|scheduled|awaiting|pending"
    r"|surgical clearance"
    r"|nothing further|orders|dme(?= ?:))\b",
)
_HAD = re.compile(
    r"\b(?:treat(?:ed|ments?|ing)|status[- ]?post|s/p|under(?:went|gone|going)|had|has (?:had|tried|received|completed|attended"
    r"|been|done)"
    r"|have (?:included|consisted)|complet(?:ed|es|ing)|receiv(?:ed|ing)|participat\w+|attend\w+|tri(?:ed|als?|aled)"
    r"|previous(?:ly)?|prior|past"
    r"|history of|post[- ]?op\w*|conservative|following|since (?:the|his|her)|did|does|helpful|relief (?:from|with|after)"
    r"|helped|improved"
    r"|failed|therapy to date|performed|uses?|used|using|utiliz\w+|continue[sd]?|wear\w*|worn|provided|given|administered"
    r"|managed with|gets? by with|cop(?:es|ing) with|doing|performs|performing|there (?:has|have|had) been|taught|consist(?:s|ed"
    r"|ing) of|finished"
    r"|sessions? of|visits? of|course of|implant\w*|carried out|rendered|followed\b|was placed|visits? (?:in|from|between"
    r"|ending|since|through)|independent with|through|included|tx\b|dx\b)",
)
_DEVICE_IN_USE = re.compile(
    r"\b(?:uses?|using|used|utiliz\w+|wears?|wearing|wore|worn|provided|given|dispensed|fitted|treated|treatment|tx|has been"
    r"|had|home"
    r"|included|includes|with"
    r"|sleeps|cop(?:es|ing)|gets? by|there (?:has|have) been"
    r"|failed|tried|placed in|issued|received|applied|has (?:an?|his|her)|owns)\b",
)
_NEVER = re.compile(
    r"\b(?:no|not(?! (?:\w+ly )?(?:responded|improved|benefit|better|been helped|help|tolerate"
    r"|last|hold))|never|without|denies|declined|refused"
    r"|no prior|yet to|absence of|needs?|instead of"
    r"|rather than|candidate for"
    r"|non-?surgical(?! (?:care|treatment|management|measures|therap|modalit))"
    r"|gained from|consents? to|afraid of|discussed|regarding|clearance for|prior to|before|until"
    r"|awaits?)\b(?:[^\w);]+\w+){0,4}?[^\w);]*$",
)
# "who can drive him after surgery", "medicines for after the surgery": to come.
_TO_COME = re.compile(
    r"\b(?:can|will|would|could|should|may|for|if|once)\b[^.;,]{0,60}\b(?:after|following|with)(?: the| his| her)? $"
)
_DIRECTLY_HAD = re.compile(
    r"\b(?:had|underwent|undergone|received|status[- ]?post|s/p|completed|attended|prior|previous|past|given|got|history of"
    r"|failed|performed"
    r"|administered|tried|sessions of|visits of|course of|trial of|includ\w+|treated with|uses)\b[^.;]{0,40}$",
)
_IS_ASKED = re.compile(
    r"[^.,;]{0,60}?\b(?:was|were|is|are|has been|have been|be|being) (?:\w+ ){0,2}?"
    r"(?:request|recommend|denied|propos|consider|authoriz|plan|schedul|advis|non-?certif|sought|declin|order|suggest"
    r"|contemplat|need)",
)
_REFERS_BACK = re.compile(r"\b(?:the|this|that|any|his|her) $")
_WORN = re.compile(
    r"[^.;,]{0,20}\b(?:has|have|was|were|had) (?:been )?(?:worn|used|provided|given|dispensed|tried|made|fitted|placed"
    r"|inserted|implanted)|[^.;,]{0,20}\b(?:was"
    r"|were|is|are|been) (?:\w+ ){0,2}?(?:helpful|effective|beneficial|applied)|[^.;,]{0,40}\bhelp(?:s|ed)\b"
    r"| (?:placed|inserted|implanted|retrieved)\b| (?:at (?:night|home)\b|(?:for |x ?)?\d+"
    r" (?:hours|hrs|days|weeks|wks|months|mos)\b)(?![^.;]*\b(?:would|will|should|may|might|rental|trial)\b)"
    r"|,? (?:which|that) (?:he|she|the \w+) (?:wears|uses)"
)


def prior_treatments(page: Page) -> tuple[Found, ...]:
    """Treatments other than drugs that the summary says the patient has had; each once, at its first mention."""
    return () if page.narrative is None else _treatments(page, page.sentences)


def _treatments(page: Page, places: Iterable[Part]) -> tuple[Found, ...]:
    kept = _once(page, places)
    bare = [words for words, n in kept.items() if n.bare]
    for words in bare if len(bare) < len(kept) else ():
        if _says_again(page.low, words, kept):
            del kept[words]
    return tuple(page.found(page.verbatim(n.start, n.end), n.by, (n.start, n.end)) for n in kept.values())


def _says_again(low: str, words: frozenset[str], kept: Mapping[frozenset[str], Named]) -> bool:
    """Whether a bare noun ("surgery", "injections") only speaks again of one that is named in full."""
    bare = kept[words]
    named = [(other, n) for other, n in kept.items() if not n.bare]
    kind = _kind(low, bare) if _SAYS_AGAIN.match(low, bare.start) else None
    return any(words & other or _kind(low, n) == kind for other, n in named)


def _once(page: Page, places: Iterable[Part]) -> dict[frozenset[str], Named]:
    """Each treatment at its first mention; an arthroscopy and a decompression of one day tell "arthroscopic decompression"."""
    kept: dict[frozenset[str], Named] = {}
    together: list[frozenset[str]] = []
    for s in places:
        operations: set[str] = set()
        for n in _in_sentence(page, s):
            words = _key(page.text[n.start : n.end])
            is_operation = _kind(page.low, n) == _OPERATION
            told = is_operation and any(words <= others for others in together)
            if not (told or any(_same(words, other) for other in kept)):
                kept[words] = n
            if is_operation:
                operations |= words
        if operations:
            together.append(frozenset(operations))
    return kept


_SAYS_AGAIN = re.compile(r"surger|operation|procedure|injection|shot|therap")
_OPERATION = "prior_treatments.surgery"
_IN_THEATRE = re.compile(
    r"\b(?:releases?|repairs?|scopes?|pinning|reconstructions?|decompressions?|replacements?|implantation|removals?|revisions?"
    r"|transpositions?|transfers?|grafts?|grafting|resections?|excisions?|fixation)\b"
)


def _kind(low: str, n: Named) -> str:
    """What a bare noun ("surgery", "therapy", "injections") says again of a name that was given."""
    theatre = n.by == _OPERATION or (n.by == treatment_names.WITH_WORD and _IN_THEATRE.search(low, n.start, n.end))
    return _OPERATION if theatre else n.by


_LONG_FORM = {
    "orif": "open reduction internal fixation",
    "tka": "total knee replacement",
    "tkr": "total knee replacement",
    "tha": "total hip replacement",
    "thr": "total hip replacement",
    "arthroplasty": "replacement",
    "arthroplasties": "replacement",
    "arthroplastie": "replacement",
    "rcr": "rotator cuff repair",
    "alif": "anterior lumbar interbody fusion",
    "plif": "posterior lumbar interbody fusion",
    "tlif": "transforaminal lumbar interbody fusion",
    "mbb": "medial branch block",
    "rfa": "radiofrequency ablation",
    "tfesi": "transforaminal epidural steroid injection",
    "prp": "platelet rich plasma",
    "pt": "physical therapy",
    "ot": "occupational therapy",
    "cbt": "cognitive behavioral therapy",
    "hep": "home exercise program",
    "chiro": "chiropractic",
    "acup": "acupuncture",
    "acu": "acupuncture",
    "esi": "epidural steroid injection",
    "lesi": "lumbar epidural steroid injection",
    "cesi": "cervical epidural steroid injection",
    "tpi": "trigger point injection",
    "ctr": "carpal tunnel release",
    "acdf": "anterior cervical discectomy fusion",
    "frp": "functional restoration program",
    "scs": "spinal cord stimulator",
    "surgeries": "surgery",
    "arthroscopies": "arthroscopy",
    "arthroscopic": "arthroscopy",
}
_NO_KEY = frozenset(
    {"and", "of", "unit", "therapy", "treatment", "care", "machine", "sessions", "visits", "trial", "device", "procedure"}
)


def _key(name: str) -> frozenset[str]:
    """The words that tell two treatments apart: "PT" is "physical therapy", a "TENS unit" a "TENS"."""
    words = [w if w.endswith("ss") else w.rstrip("s") for w in re.findall(r"[a-z]+", name.lower())]
    long = " ".join(_LONG_FORM.get(w, _LONG_FORM.get(w + "s", w)) for w in words).split()
    return frozenset(w for w in long if w not in _NO_KEY) or frozenset(long)


def _same(words: frozenset[str], other: frozenset[str]) -> bool:
    return words <= other or other <= words


def _in_sentence(page: Page, s: Part) -> list[Named]:
    low = page.low
    lists, nouns = leads(low, s), heads(page.text, low, s)
    if not lists and not nouns:
        return []
    asks = [m.start() for m in _ASKS.finditer(low, *s)]
    had = _HAD.search(low, *s) is not None
    found: list[Named] = []
    for head in nouns:
        name = named(low, s, head)
        if name is None or _asked(asks, lists, name.start) or _denied(low, s, name):
            continue
        if _was_had(low, s, head, name, had, bool(lists)):
            found.append(name)
    return sorted([*found, *_unknown(low, s, lists, asks, found)])


def _was_had(low: str, s: Part, head: Head, name: Named, had: bool, listed: bool) -> bool:
    """Whether a noun that is neither asked for nor denied was had: devices and self-care need words that say so."""
    if head.is_device:
        return listed or _in_use(low, s, head)
    return had or not (name.bare or OFTEN_ADVICE.fullmatch(head.words))


def _in_use(low: str, s: Part, head: Head) -> bool:
    """Whether words before or behind a device say that the patient has it."""
    return bool(_DEVICE_IN_USE.search(low, s.start, head.start) or _WORN.match(low, head.end, s.end))


def _asked(asks: list[int], lists: list[Lead], at: int) -> bool:
    """Whether the last word before a phrase that says what is meant asks for it; a list of what was had sets in anew."""
    asked = max((a for a in asks if a < at), default=None)
    listed = max((lead.start for lead in lists if lead.end <= at), default=-1)
    return asked is not None and asked > listed


def _denied(low: str, s: Part, n: Named) -> bool:
    before = low[max(s.start, n.start - 70) : n.start]
    if _NEVER.search(before) or _IS_ASKED.match(low, n.end, s.end):
        return True
    if n.bare and (_REFERS_BACK.search(before) or not _DIRECTLY_HAD.search(before)):
        return True
    return bool(_TO_COME.search(before))


def _unknown(low: str, s: Part, lists: list[Lead], asks: list[int], known: list[Named]) -> Iterator[Named]:
    """Entries of a list of treatments that no noun names."""
    for place in treatment_lists.entries(low, lists[0].end, s.end) if lists else ():
        if any(n.start < place[1] and place[0] < n.end for n in known):
            continue
        by = next(lead.by for lead in reversed(lists) if lead.end <= place[0])
        name = Named(*place, False, by)
        if not _asked(asks, lists, place[0]) and not _denied(low, s, name) and not mentions(low, *place):
            yield name


# --- a phrase that somebody else has named ---------------------------------------------------------------------------


def name_in(text: str, part: Part) -> Part | None:
    """The first treatment that is named within a phrase, without article, side, level, date and count."""
    low = lower(text)
    found = (named(low, part, head) for head in heads(text, low, part))
    first = next((n for n in found if n is not None), None)
    return Part(first.start, first.end) if first else None


def asked_or_denied(text: str, sentence: Part, place: Place) -> bool:
    """Whether a sentence asks for what stands there or says that the patient did not have it."""
    low = lower(text)
    asks = [m.start() for m in _ASKS.finditer(low, *sentence)]
    return _asked(asks, leads(low, sentence), place[0]) or _denied(low, sentence, Named(*place, False, ""))


def is_bare(words: str) -> bool:
    """Whether words name no treatment in particular: "surgery", "injections"."""
    return bool(BARE.fullmatch(words.lower()))


# --- one rule by itself ----------------------------------------------------------------------------------------------


def _read_one(rule: Rule, words: str) -> tuple[str, ...] | None:
    page = Page(Letter("words", "", "", words))
    return tuple(f.value for f in _treatments(page, sentences(page.text)) if f.by == rule.name) or None


RULES = (*treatment_names.RULES, *treatment_lists.RULES)
MATTER = Matter(RULES, _read_one)
