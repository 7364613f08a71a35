"""Prior treatments of the clinical summary: what the patient is said to have had, in the shortest phrase that names it.

Contract, rule 6: the noun with its preceding words, without side, level, date, count and article; one entry each, at its first
mention. What is only asked for, planned or denied is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from llm_extract.baseline.conditions import is_condition
from llm_extract.baseline.drugs import mentions
from llm_extract.baseline.page import Page
from llm_extract.engine import Found
from llm_extract.sections import Part
from llm_extract.values import lower

Place = tuple[int, int]

# --- nouns -----------------------------------------------------------------------------------------------------------

# Abbreviations are told by their capitals: "pt." is the patient.
_SHORT = (
    r"(?:(?:PT|OT|HEP|CBT|ESIs?|LESIs?|CESIs?|TFESIs?|ILESIs?|MBBs?|RFAs?|TPIs?|CTR|ACDF|RCR|ALIF|PLIF|TLIF|ORIF|ESWT|EMS|IFC|TKA"
    r"|TKR|THA|THR"
    r"|SCS|IDET|FRP|PRP|TENS|CMT|NMES|EMDR))"
)
# A noun that names a treatment by itself.
_NAMES = (
    r"physical therap(?:y|ies)|physiotherapy|occupational therapy|[a-z]*therapy|acc?up\w{0,3}n\w{0,3}ture|chiro(?:practic)?\b"
    r"(?: (?:care|treatments?|manipulative therapy|therapy|manipulations?|adjustments?|visits?|sessions?))?|massages?"
    r"|biofeedback|counseling|acup\b|acu\b|psychotherapy"
    r"|hypnotherapy|aromatherapy|(?:home )?exercises?(?: programs?)?|stretching|yoga|bracing|splinting|casting|traction"
    r"|ultrasound(?! of| guid)"
    r"|(?:activity|work|job|lifestyle|dietary|duty) (?:modifications?|restrictions?)|work[ -]hardening|work[ -]conditioning"
    r"|(?:functional restoration|detoxification|pain management|weight loss|work hardening|help) programs?"
    r"|(?:discectomy|decompression|laminectomy|corpectomy) and fusion|rhizotom(?:y|ies)|radiofrequency (?:ablations?|lesioning"
    r"|neurotom(?:y|ies))|neurotom(?:y|ies)|ablations?"
    r"|\w*(?:ectomy|ectomies|otomy|otomies|oplasty|oplasties|odesis|ostomy|orrhaphy)|arthroscop(?:y|ies)|(?<!post-)fusions?"
    r"|hardware removal"
    r"|removal of (?:the )?hardware|open reduction(?: and)? internal fixation|manipulation under an?esthesia|lithotripsy"
    r"|shock ?-?wave therapy"
    r"|amputations?|debridements?|transplant|cathet\w+ization|immobilization|rest\b|ice\b|heat\b|viscosupplementation"
    r"|plasmapheresis|cupping"
    r"|(?:hyaluronic acid|cortisone|steroid|corticosteroid|kenalog|synvisc|orthovisc|supartz|euflexxa|botox"
    r"|toradol) (?:injections?|shots?)"
    r"|manual therapy|manipulations?|kinesio ?tap(?:e|ing)|desensitization|self[- ]care|injections?|shots?|blocks?"
    r"|epidurals?(?! (?:steroid|cortico|injection|block))"
    r"|surger(?:y|ies)|operations?|(?<!the )procedures?"
)
# A noun that names one only with a word before it: "rotator cuff repair", "heating pad", "activity modification".
_WITH_WORD = (
    r"releases?|repairs?|scopes?|pinning|reconstructions?|decompressions?|replacements?|implants?|implantation|removals?"
    r"|revisions?"
    r"|transpositions?|transfers?"
    r"|grafts?|grafting|stimulation|trainings?|programs?|fillings?|crowns?|stimulators?(?: trial| implant(?:ation)?\b"
    r"| placement)?"
    r"|pumps?(?: implant(?:ation)?\b| replacement| placement)?|reductions?|fixation|conditioning"
)
_DEVICES = (
    r"brac(?:e|es)|splints?|boots?|casts?|slings?|orthotics|orthos[ie]s|insoles|collars?|corsets?|supports?|sleeves?|wraps?"
    r"|(?:\w+ )?(?:pads?|packs?)"
    r"|cushions?|guards?|mattress|h-?wave(?: units?| device| machine)?|tens(?: units?| therapy| machine)?|(?:interferential"
    r"|stimulation|traction|inversion|ultrasound) units?"
    r"|cpap(?: machine)?|immobili[sz]ers?"
)
_TAIL = (
    r"(?: (?:surger(?:y|ies)|injections?|therapy|replacements?|blocks?|programs?|procedures?|units?|machine|devices?|trials?"
    r"|treatments?(?= \w+ed)))?"
)
_HEAD_ENDS = (
    r"(?![\w-])(?! (?:of the (?:claim|file)|syndrome|pain\b|report|technician|deficit|request|department|center|office|notes?"
    r"|clinic|evaluation"
    r"|consult|level|score|for (?:\w+ )?(?:clearance|authorization)))(?!/)"
)
_HEAD = re.compile(rf"(?<![\w-])(?:(?P<device>{_DEVICES})|(?:{_NAMES}){_TAIL}|(?P<needs>{_WITH_WORD}){_TAIL}){_HEAD_ENDS}")
_SHORT_HEAD = re.compile(rf"(?<![\w-]){_SHORT}{_TAIL}{_HEAD_ENDS}")
_NOT_A_HEAD = re.compile(
    r"(?:therapy|exercises?|procedures?|operations?|supports?|programs?|manipulations?|shots?|blocks?|rest|heat|ice|injections?"
    r"|pads?|packs?)",
)
_BARE = re.compile(
    r"(?:surger(?:y|ies)|operations?|procedures?|injections?|shots?|therapy|therapies|blocks?|epidurals?|manipulations?"
    r"|ablations?)"
)

# --- the words before a noun -----------------------------------------------------------------------------------------

_STOP = re.compile(
    r"(?:a|an|the|this|that|these|those|his|her|their|its|my|your|our|and|or|but|nor|so|of|to|in|on|at|by|for|from|with|without"
    r"|as|into|over|under|upon|per|via|than|then|until|till|since|after|before|during|while|through|throughout|because|due|if"
    r"|when|where|which|who|whom|whose|what|no|not|never|right|left|bilateral|bilaterally|both|rt|lt|l|r|b|prior|previous"
    r"|previously|past|earlier|recent|recently|former|formerly|first|second|third|fourth|fifth|last|latest|initial|additional"
    r"|further|more|other|another|such|any|each|every|all|some|several|many|few|multiple|numerous|various|extensive|formal"
    r"|conservative|appropriate|ongoing|current|currently|subsequent|repeat|continued|unspecified|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve|sixteen|eighteen|twenty|thirty|he|she|they|it|we|i|is|are|was|were|be|been|being|am"
    r"|has|have|had|having|do|does|did|done|get|gets|got|go|goes|went|gone|take|takes|took|taken|give|gives|gave|given|make"
    r"|made|see|saw|seen|use|uses|used|using|wear|wears|wore|worn|need|needs|needed|try|tries|tried|trial|begin|began|begun"
    r"|start|starts|started|finish|finished|complete|completes|completed|attend|attends|attended|receive|received|receives"
    r"|underwent|undergone|undergo|undergoes|include|includes|included|including|consist|consists|consisted|comprise|status"
    r"|post|s/p|status-post|patient|claimant|worker|applicant|employee|provider|physician|doctor|surgeon|therapist|treatment"
    r"|treatments|care|tx|rx|hx|sessions|session|visits|visit|course|courses|series|sets|set|round|rounds|months|month|weeks"
    r"|week|days|day|years|year|times|x|only|also|just|even|later|thereafter|about|around|approximately|nearly|least|most|well"
    r"|too|very|quite|still|again|once|twice|oral|helped|helps|help|failed|fails|fail|remained|reports|reported|states|stated"
    r"|notes|noted|denies|denied|want|wants|pain|relief|improved|improvement|possible|potential|pending|proposed|planned"
    r"|requested|new|old|supervised|drug|medication|medications|up|down|out|off|like|plus|minus|versus|vs|unit)"
)
_ADJECTIVES_ED = re.compile(
    r"(?:instrumented|guided|assisted|extended|computerized|fixed|hinged|land-based|home-based|image-guided|x-ray-guided"
    r"|ultrasound-guided|fluoroscopically|weighted|padded|prefabricated|molded|custom-molded|extracorporeal|lateral-wedged"
    r"|staged|combined|closed|modified|tailored|targeted|heating|icing|cooling|sleeping|bursing|nursing|lifting|walking"
    r"|training|strengthening|stretching|conditioning|night-time|nighttime|bathing|counseling|pulsed|limited|directed"
    r"|self-directed|unsupervised|unloading)"
)
_ARTICLE = re.compile(r"(?:^|[\s(])(?:an?|the|his|her|of|with|by|\d+|one|two|three|four|[ctls]\d[\w/-]*)$|[,;:(]$")
_WORD = re.compile(r"[a-z][a-z'/&-]*")
_LEVEL_OR_NUMBER = re.compile(r"[ctls]\d|\d|#")
_MOST_WORDS = 5


def _start_of(low: str, floor: int, head: int) -> int:
    """Where the words that belong to a noun begin: back to the first that is no adjective of it."""
    start = head
    if low[start - 1 : start] == "/" and start > floor:  # "heat/ice"
        start -= 1 + len(re.search(r"[a-z-]*$", low[max(floor, start - 20) : start - 1]).group())  # type: ignore[union-attr]
    for _ in range(_MOST_WORDS):
        before = low[max(floor, start - 40) : start]
        if not before.endswith(" "):
            break
        word = before.rstrip().rsplit(" ", 1)[-1].lstrip("(\"'")
        ahead = low[floor : start - 1 - len(word)].rstrip()[-24:]
        if not _belongs(word, ahead):
            break
        start -= len(word) + 1
    return start


def _belongs(word: str, ahead: str) -> bool:
    if _STOP.fullmatch(word) or not _WORD.fullmatch(word) or _LEVEL_OR_NUMBER.match(word):
        return False
    if word.endswith(("ed", "ing")) and not _ADJECTIVES_ED.fullmatch(word):
        return bool(_ARTICLE.search(ahead))
    return not word.endswith("ly")


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
    r"|nothing further)\b",
)
# What lists treatments that the patient had. Entries of such a list count even where no noun above is in them.
_QUALITY = (
    r"(?:(?:prior|previous|past|earlier|conservative|other|initial|current|his|her|the|additional|subsequent|ongoing"
    r"|non-?operative|non-?surgical"
    r"|medical|interventional|extensive|all|surgical|therapeutic) )*"
)
_LISTS = re.compile(
    rf"\b{_QUALITY}(?:treatments?|therap(?:y|ies)|care|management|modalities|measures|interventions?|tx|rx)\b(?! plan)"
    r"(?: (?:to date|thus far|so far|received|tried|history|modalities|measures|provided|in the past|given|rendered|of record"
    r"|options))*"
    r"(?: (?:for|of) [^.;:,()]{1,40}?)?,?"
    r"(?: ?:| ?\(| (?:(?:has|have|had) )?(?:also )?(?:been )?(?:limited to|includ(?:ed|es?|ing)|consist(?:ed|s|ing) (?:of|in)"
    r"|compris(?:ed|es)|involved)"
    r"|(?<=date) (?:was|were|is|are|of)| (?:has|have|had) been)(?: the following)? ?:?"
    r"|\b(?:has|have|had|was|were|been|being|is) (?:\w+ ){0,2}?(?:treated|managed)(?: [a-z]+ly)?(?: to date| thus far"
    r"| so far)? (?:with|by|using)(?: the following)? ?:?"
    r"|\btreated [a-z]+ly with|\b(?:tried and failed|(?:has|have|had) (?:also )?(?:failed|trialed|tried|exhausted)"
    r"|failed treatments?)(?: with)? ?:?(?= )|\bhistory of treatment\b[^.;]{0,50}? includ(?:es|ed)"
    r"|\bbeen (?:through|provided with)|\bcourse of care\b[^.;]{0,30}? includ(?:es|ed)|\b(?:has|have) (?:received|undergone"
    r"|completed|attended)"
    r"|\b(?:treated|treatment) with\b|\bpast care is (?:also )?noted for|\bpast treatments? (?:was|were)",
)
_HAD = re.compile(
    r"\b(?:treat(?:ed|ments?|ing)|status[- ]?post|s/p|under(?:went|gone|going)|had|has (?:had|tried|received|completed|attended"
    r"|been|done)"
    r"|have (?:included|consisted)|complet(?:ed|es|ing)|receiv(?:ed|ing)|participat\w+|attend\w+|tri(?:ed|als?|aled)"
    r"|previous(?:ly)?|prior|past"
    r"|history of|post[- ]?op\w*|conservative|following|since (?:the|his|her)|did|does|helpful|relief (?:from|with|after)"
    r"|helped|improved"
    r"|failed|therapy to date|performed|uses?|used|using|wear\w*|worn|provided|given|administered|managed with|consist(?:s|ed"
    r"|ing) of|finished"
    r"|sessions? of|visits? of|course of|implant\w*|carried out|rendered|followed\b|was placed|visits? (?:in|from|between"
    r"|ending|since|through)|independent with|through|included|tx\b|dx\b)",
)
_SELF_CARE = re.compile(
    r"rest|ice|heat|stretching|(?:home )?exercises?(?: programs?)?|traction|ultrasound|yoga|self[- ]care|programs?"
)
_DEVICE_IN_USE = re.compile(
    r"\b(?:uses?|using|used|wears?|wearing|wore|worn|provided|given|dispensed|fitted|treated|treatment|tx|has been|had|home"
    r"|included|includes|with"
    r"|failed|tried|placed in|issued|received)\b",
)
_NEVER = re.compile(
    r"\b(?:no|not|never|without|denies|declined|refused|has not|had not|no prior|yet to|absence of|needs?|instead of"
    r"|rather than|candidate for"
    r"|non-?surgical|gained from|respond to|consents? to|afraid of|discussed|regarding|clearance for|prior to|before|until"
    r"|awaits?)\b(?:\W+\w+){0,4}?\W*$",
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
_OF = re.compile(r" of\b(?! (?:fingertip|hardware))")
# "left knee ACL reconstruction" is named well enough by the ligament.
_BEFORE_SHORT = re.compile(r"(?:knee|shoulder|hip|ankle|wrist) (?=(?:acl|pcl|mcl|slap|tfcc)\b)")


_INJECTED = re.compile(r"inject|block")
_WORN = re.compile(r"[^.;,]{0,20}\b(?:has|have|was|were|had) (?:been )?(?:worn|used|provided|given|dispensed|tried)")


class _Head(NamedTuple):
    """A noun, in lower case, with its place."""

    start: int
    end: int
    words: str
    is_device: bool
    needs_word: bool


class _Named(NamedTuple):
    start: int
    end: int
    bare: bool


def prior_treatments(page: Page) -> tuple[Found, ...]:
    """Treatments other than drugs that the summary says the patient has had; each once, at its first mention."""
    if page.narrative is None:
        return ()
    named = [n for s in page.sentences for n in _in_sentence(page, s)]
    kept: dict[frozenset[str], _Named] = {}
    for n in named:
        words = _key(page.text[n.start : n.end])
        if not any(_same(words, other) for other in kept):
            kept[words] = n
    specific = [words for words, n in kept.items() if not n.bare]
    chosen = [n for words, n in kept.items() if not (n.bare and any(words & other for other in specific))]
    return tuple(page.found(page.verbatim(n.start, n.end), "prior_treatments.named", (n.start, n.end)) for n in chosen)


_LONG_FORM = {
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


def _in_sentence(page: Page, s: Part) -> list[_Named]:
    low = page.low
    lists = list(_LISTS.finditer(low, *s))
    heads = _heads(page.text, low, s)
    if not lists and not heads:
        return []
    asks = [m.start() for m in _ASKS.finditer(low, *s)]
    had = _HAD.search(low, *s) is not None
    found: list[_Named] = []
    for head in heads:
        named = _named(low, s, head)
        if named is None or _asked(asks, lists, named.start) or _denied(low, s, named):
            continue
        if _was_had(low, s, head, named, had, bool(lists)):
            found.append(named)
    return sorted([*found, *_unknown(low, s, lists, asks, found)])


def _heads(text: str, low: str, part: Part) -> list[_Head]:
    """The nouns of a part in order; abbreviations are told by their capitals."""
    names = [_Head(*m.span(), m.group(), bool(m["device"]), bool(m["needs"])) for m in _HEAD.finditer(low, *part)]
    shorts = [_Head(*m.span(), m.group().lower(), False, False) for m in _SHORT_HEAD.finditer(text, *part)]
    kept: list[_Head] = []
    for head in sorted([*names, *shorts], key=lambda h: (h.start, -h.end)):
        if not kept or head.start >= kept[-1].end:
            kept.append(head)
    return kept


def _was_had(low: str, s: Part, head: _Head, named: _Named, had: bool, listed: bool) -> bool:
    """Whether a noun that is neither asked for nor denied was had: devices and self-care need words that say so."""
    if head.is_device:
        return listed or _in_use(low, s, head)
    return had or not (named.bare or _SELF_CARE.fullmatch(head.words))


def _in_use(low: str, s: Part, head: _Head) -> bool:
    """Whether words before or behind a device say that the patient has it."""
    return bool(_DEVICE_IN_USE.search(low, s.start, head.start) or _WORN.match(low, head.end, s.end))


def name_in(text: str, part: Part) -> Part | None:
    """The first treatment that is named within a phrase, without article, side, level, date and count."""
    low = lower(text)
    found = (_named(low, part, head) for head in _heads(text, low, part))
    first = next((n for n in found if n is not None), None)
    return Part(first.start, first.end) if first else None


def asked_or_denied(text: str, sentence: Part, place: Place) -> bool:
    """Whether a sentence asks for what stands there or says that the patient did not have it."""
    low = lower(text)
    asks = [m.start() for m in _ASKS.finditer(low, *sentence)]
    lists = list(_LISTS.finditer(low, *sentence))
    return _asked(asks, lists, place[0]) or _denied(low, sentence, _Named(*place, False))


def is_bare(words: str) -> bool:
    """Whether words name no treatment in particular: "surgery", "injections"."""
    return bool(_BARE.fullmatch(words.lower()))


def _named(low: str, s: Part, head: _Head) -> _Named | None:
    """The noun with its preceding words; None where it lacks one that it needs, or only announces what has a name."""
    start = _start_of(low, s.start, head.start)
    if place := _BEFORE_SHORT.match(low, start, head.end):
        start = place.end()
    alone, bare = start == head.start, bool(_BARE.fullmatch(head.words))
    announces = low.startswith(":", head.end)
    of = _OF.match(low, head.end) is not None
    if alone and (head.needs_word or (announces and _NOT_A_HEAD.fullmatch(head.words))):
        return None
    if (alone and bare and (announces or (of and not _INJECTED.match(head.words)))) or (
        of and head.words.startswith("implantation")
    ):
        return None
    return _Named(start, head.end, alone and bare)


def _asked(asks: list[int], lists: list[re.Match[str]], at: int) -> bool:
    """Whether the last word before a phrase that says what is meant asks for it; a list of what was had sets in anew."""
    asked = max((a for a in asks if a < at), default=None)
    listed = max((m.start() for m in lists if m.end() <= at), default=-1)
    return asked is not None and asked > listed


def _denied(low: str, s: Part, n: _Named) -> bool:
    before = low[max(s.start, n.start - 70) : n.start]
    if _NEVER.search(before) or _IS_ASKED.match(low, n.end, s.end):
        return True
    if n.bare and (_REFERS_BACK.search(before) or not _DIRECTLY_HAD.search(before)):
        return True
    return bool(_TO_COME.search(before))


# --- entries of a list that no noun above names ----------------------------------------------------------------------

_SEPARATOR = re.compile(r"[,;]|\b(?:and|as well as|along with|plus|followed by|then)\b|&| - ")
_STARTS = re.compile(
    r"(?:[\s(]|\b(?:an?|the|his|her|some|use of|(?:un)?specified amounts? of|(?:\d+|one|two|three|four|five|six|eight|ten"
    r"|twelve) (?:sessions|visits|courses|sets) of"
    r"|sessions? of|visits? of|course of|series of|trial of|also|including|previous|prior|earlier|home use of|\d+|one|two|three"
    r"|four|multiple|several"
    r"|left|right|bilateral|for|with|of|in)\b)+",
)
_ENDS = re.compile(
    r"(?:\s*\(.*|\s+x ?\d.*|\s+(?:over|with|on|in|of|at|for|x|times|since|from|dated|without|which|that|to|as|by|during|until"
    r"|ending|through)\b.*|[\s.,;:)\"]+)$"
)
_NO_TREATMENT = re.compile(
    r"\b(?:medic\w*|meds?|drugs?|analges\w+|nsaids?|opioids?|opiates?|narcotics?|anti-\w+|antiinflam\w*|relaxants?|creams?"
    r"|gels?|patch(?:es)?|ointments?"
    r"|topicals?|lotions?|pills?|steroids?|supplements?|diagnos\w*|mri|mra|x-?rays?|emg|ncs|ncv|ct|scans?|radiograph\w*|imaging"
    r"|labs?|laborator\w+|urine"
    r"|uds|tests?|testing|stud(?:y|ies)|consult\w*|evaluat\w+|referrals?|reports?|work|duty|disability|attorney|representation"
    r"|transfer|specialt\w+"
    r"|specialists?|follow-?ups?|monitoring|visits?|cane|canes|crutch\w*|walkers?|wheelchairs?|prosthe\w+|pain|relief"
    r"|improvement|injur\w+|surgeon"
    r"|he|she|it|they|him|her|them|patient|worker|claimant|applicant|employee|was|were|is|are|has|have|had|been|did|does|but"
    r"|who|which|that|this"
    r"|not|no|none|only|other|others|same|modalities|treatment|treatments|care|management|measures|conservative|time|off|weeks?"
    r"|months?|years?|days?"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|mg|symptoms|function|motion|exam"
    r"|extensive|good"
    r"|both|before|after|from|providers?|\w+(?:ly|ed)|things|index|fingers?|thumbs?|hands?|wrists?|some|partial|little"
    r"|significant|temporary|minimal|benefit|success|results?|help|difficulty|numbness|tenderness|back|neck|shoulder|knee|leg"
    r"|reductions?|decreases?|increases?|night|complications?|psych|home|return|changes?|dosage|dose|placebo|hospital|er"
    r"|emergency|clinic)\b",
)
_SHAPE = re.compile(r"[a-z][a-z'/-]{2,}(?: [a-z'/-]{2,}){0,3}")
# What is called so counts though a word of it stands above: "work modification", "manual hospital bed", "ergonomic evaluation".
_COUNTS_YET = re.compile(
    r"(?:work|activity|job|duty|lifestyle) (?:modifications?|restrictions?)|(?:\w+ )?(?:hospital )?bed|ergonomic evaluation"
    r"|modified activit(?:y|ies)"
    r"|bath bench|shower chair|hot packs?|cold packs?|stretch\w*|ergonomic \w+|detox\w*|hospitali[sz]ation",
)


def _unknown(low: str, s: Part, lists: list[re.Match[str]], asks: list[int], known: list[_Named]) -> Iterator[_Named]:
    """Short entries of a list of treatments that are neither drugs nor anything else that such lists hold."""
    for a, b in _between(low, lists[0].end(), s.end) if lists else ():
        place = _trimmed(low, a, b)
        if place is None or any(n.start < place[1] and place[0] < n.end for n in known):
            continue
        named = _Named(*place, False)
        if not _asked(asks, lists, place[0]) and not _denied(low, s, named) and not mentions(low, *place):
            yield named


def _between(low: str, start: int, end: int) -> Iterator[Place]:
    """The entries of a list as places between separators."""
    at = start
    for m in _SEPARATOR.finditer(low, start, end):
        yield at, m.start()
        at = m.end()
    yield at, end


def _trimmed(low: str, start: int, end: int) -> Place | None:
    lead = _STARTS.match(low, start, end)
    start = lead.end() if lead else start
    if tail := _ENDS.search(low[start:end]):
        end = start + tail.start()
    words = low[start:end]
    if not _SHAPE.fullmatch(words):
        return None
    if (_NO_TREATMENT.search(words) or is_condition(words)) and not _COUNTS_YET.fullmatch(words):
        return None
    return start, end
