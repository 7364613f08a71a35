"""Diagnoses, medications and prior treatments of the clinical summary, as far as rules honestly can.

A diagnosis is read only where the letter labels one. Drugs and treatments are read from sentences that say the patient had
them, not from those that ask for them.
"""

from __future__ import annotations

import re

from llm_extract.baseline.drugs import mentions
from llm_extract.baseline.page import Page, sentences
from llm_extract.engine import Found
from llm_extract.sections import Part

# --- diagnoses -------------------------------------------------------------------------------------------------------

_LABEL = re.compile(
    r"\b(?:(?:the |his |her |current |working |treating |primary |listed |documented |relevant |industrial |accepted )*"
    r"(?:diagnos[ei]s|diagnoses|diagnostic (?:impressions?|assessments?)|dx|impressions?|assessments?|diagnosed conditions?)\b"
    r"(?:,? (?:and|and/or|or|/)[ -]*(?:diagnoses|impressions?|assessments?))*"
    r"(?:,? ?(?:at this time|currently|to date|on that date|listed|given|noted|of record|from that visit|in that report|\(es\)"
    r"|include|are))*"
    r"(?:,? (?:has|have|had))?,?"
    r"(?: ?:| (?:included|includes?|including|is documented as|are documented as|was documented as|were documented as|(?:is"
    r"|are|was|were|been) (?:listed|noted|given|recorded|stated|documented|reported) as"
    r"|(?:is|are|was|were|of|been|listed|as|lists?|listing|consist(?:s|ed)? of|consisting of|given as|being|remain(?:s"
    r"|ed)?)) ?:?(?: (?:the )?following:?)?)"
    r"|diagnosed (?:as having|with|as)|carries (?:the |a )?diagnos[ei]s of|assessed (?:with|as)|diagnosis:) ",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:^|(?<=[ ,;(]))\(?(?P<n>\d{1,2}) ?[.)] ?(?=\S)")
_REFERS = re.compile(
    r",? (?:as (?:described|noted|detailed|stated|listed|outlined|summarized|above)\b.*|which (?:is|was|are|were|has|have)\b.*"
    r"|(?:and )?summarized (?:above|below).*|for which\b.*|treated with\b.*|and (?:was|is|has been) (?:treated|prescribed"
    r"|referred)\b.*|and summarized\b.*|based on\b.*|per the\b.*)$",
    re.IGNORECASE,
)
_LIST_LEAD = re.compile(r"^(?:and |the following:? |of |with |also |a |an |the |possible (?=\b\B)|\d{1,2}[.)] ?)+", re.IGNORECASE)
_NOT_CONDITION = re.compile(
    r"^(?:none|unknown|not (?:given|provided|stated|documented)|deferred|n/a|same|unchanged|as above|above|pending)\b",
    re.IGNORECASE,
)
_SURGERY_OR_IMAGING = re.compile(r"\b(?:MRI|x-?ray|CT scan|EMG|report|physical exam|examination)\b", re.IGNORECASE)


def diagnoses(page: Page) -> tuple[Found, ...]:
    """The entries of the labelled lists of the summary; empty where it labels none."""
    summary = page.sections.summary
    entries: list[Found] = []
    for label in page.finditer(_LABEL, summary):
        if summary is None or _is_negated(page.text, label.start()):
            continue
        for start, end in _entries(page.text, label.end(), _list_end(page.text, label.end(), summary.end)):
            name = page.verbatim(start, end)
            if _plausible(name) and name.lower() not in (e.value.lower() for e in entries):
                entries.append(page.found(name, "diagnoses.labelled", (start, end)))
    return tuple(entries)


def _is_negated(text: str, start: int) -> bool:
    return bool(
        re.search(
            r"\b(?:no|rule out|differential|without a|for the|confirm(?: the)?)\s*$",
            text[max(0, start - 16) : start],
            re.IGNORECASE,
        )
    )


def _list_end(text: str, start: int, limit: int) -> int:
    """The end of the sentence, or of the last numbered entry: "1. Lumbar strain. 2. Sciatica." is one list."""
    if not _NUMBER.match(text, start):
        found = sentences(text, start, limit)
        return found[0].end if found else limit
    numbers = list(_NUMBER.finditer(text, start, limit))
    last = numbers[0]
    for m in numbers[1:]:
        if int(m["n"]) == int(last["n"]) + 1:
            last = m
    found = sentences(text, last.end(), limit)
    return found[0].end if found else limit


def _entries(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split at the list's own separators only: numbers, else semicolons, else commas and "and"."""
    if _NUMBER.match(text, start, end):
        numbers: list[re.Match[str]] = []
        for m in _NUMBER.finditer(text, start, end):
            if int(m["n"]) == len(numbers) + 1:
                numbers.append(m)
        edges = [(m.end(), numbers[i + 1].start() if i + 1 < len(numbers) else end) for i, m in enumerate(numbers)]
    elif ";" in text[start:end]:
        edges = _cut(text, start, end, re.compile(r";(?: and)? ?"))
    else:
        edges = _cut(
            text,
            start,
            end,
            re.compile(
                r",(?: and| as well as)? (?!(?:left|right|bilateral|not otherwise|unspecified|initial|subsequent|chronic|with"
                r"|without|status|moderate|severe|mild|single|recurrent|greater|rule)\b)|(?<!-) (?:and|as well as"
                r"|along with) (?!(?:left|right|lower|upper)\b)",
                re.IGNORECASE,
            ),
        )
    return [t for a, b in edges if (t := _tidy(text, a, b))]


def _cut(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    places = []
    at = start
    for m in separator.finditer(text, start, end):
        if text.count("(", at, m.start()) > text.count(")", at, m.start()):
            continue
        if m.group().strip().lower() == "and" and _shared_noun(text[at : m.start()], text[m.end() : end]):
            continue
        places.append((at, m.start()))
        at = m.end()
    return [*places, (at, end)]


def _shared_noun(left: str, right: str) -> bool:
    """In "disc and facet abnormalities" the one word before the "and" that shares the noun behind it is no entry of its own."""
    return len(left.split()) == 1 and len(re.split(r"[,;.]", right)[0].split()) > 1


def _tidy(text: str, start: int, end: int) -> tuple[int, int] | None:
    lead = _LIST_LEAD.match(text[start:end])
    start += lead.end() if lead else 0
    tail = _REFERS.search(text[start:end])
    end = start + tail.start() if tail else end
    while end > start and text[end - 1] in " .,;:":
        end -= 1
    while start < end and text[start] in " .,;:":
        start += 1
    return (
        (start, end)
        if end - start > 2
        and not re.fullmatch(r"(?:summarized|described|noted|listed|detailed) (?:above|below|in detail)", text[start:end])
        else None
    )


def _plausible(name: str) -> bool:
    return (
        len(name) < 160
        and not _NOT_CONDITION.match(name)
        and not _SURGERY_OR_IMAGING.match(name)
        and bool(re.search(r"[A-Za-z]{3}", name))
    )


# --- what the patient had, and what is only asked for ----------------------------------------------------------------

_ASKS = re.compile(
    r"\b(?:request(?:s|ed|ing)?\b(?! (?:an? )?(?:refill of his|to))|requests? for|at issue|plan of care|treatment plan"
    r"|plan (?:is|was|included|includes)\b|recommend(?:s|ed|ing|ation)?|authoriz\w+|non-?certif\w+|denied|denial|modified"
    r"|utilization review|\bUR\b"
    r"|appeal\w*|dispute\w*|(?:is|was) (?:to )?(?:start|begin|be (?:started|prescribed|scheduled))|proposed|considered?|wishes"
    r"|would like|RFA\b|failed to approve|seeks|seeking|candidate)\b",
    re.IGNORECASE,
)
_NO_INTAKE = re.compile(
    r"\b(?:urine|toxicolog|drug (?:screen|test)|UDS|CURES|allerg\w+|inconsistent|consistent with prescri|positive for"
    r"|negative for|denies|has not (?:taken|used|tried))\b",
    re.IGNORECASE,
)
_NOT_TAKEN_AFTER = re.compile(
    r"[ -]*(?:pump|stimulator|implant|equivalent|level|block|challenge|injections?|infusion|trigger|catheter|epidural"
    r"|patch test|overdose|induced|intrathecal)\b",
    re.IGNORECASE,
)
_NOT_TAKEN_BEFORE = re.compile(
    r"\b(?:no|not|never|without|denies|refused|declined|instead of|injection of|injected with|injections? (?:with"
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
    summary = page.sections.summary
    if summary is None:
        return ()
    entries: list[Found] = []
    seen: set[str] = set()
    for s in sentences(page.text, summary.start, summary.end):
        if page.search(_NO_INTAKE, s):
            continue
        asks = page.search(_ASKS, s)
        for m in mentions(page.text, s.start, s.end):
            if asks and not _taken_before(page.text, s, asks.start(), m.start):
                continue
            if _NOT_TAKEN_AFTER.match(page.text, m.end) or _NOT_TAKEN_BEFORE.search(
                page.text[max(s.start, m.start - 30) : m.start]
            ):
                continue
            if _CLASS.match(m.drug.name) or (m.drug.generic or m.drug.name.lower()) in seen:
                continue
            seen.add(m.drug.generic or m.drug.name.lower())
            end = tail.end() if (tail := _RELEASE.match(page.text, m.end)) else m.end
            entries.append(page.found(page.verbatim(m.start, end), "medications.named", (m.start, end)))
    return tuple(entries)


_TAKES = re.compile(
    r"\b(?:taking|takes|took|uses?|using|used|on|medications?(?: \w+)? (?:include|are|of|consist)|maintained|continues?"
    r"|prescribed|refilled|treated with|managed with|helpful|tried|trialed)\b",
    re.IGNORECASE,
)


def _taken_before(text: str, sentence: Part, asks_at: int, mention_at: int) -> bool:
    """In a sentence that also asks, a drug counts when it stands before the asking words and something says that it is taken."""
    return mention_at < asks_at and bool(_TAKES.search(text, sentence.start, asks_at))


_ADJECTIVE = (
    r"(?:lumbar|cervical|thoracic|lumbosacral|transforaminal|interlaminar|caudal|epidural|steroid|corticosteroid|cortisone"
    r"|facet|medial|branch|sacroiliac|SI|joint|trigger|point|nerve|root|sympathetic|stellate|ganglion|occipital"
    r"|intra-?articular|subacromial|"
    r"knee|shoulder|hip|wrist|elbow|ankle|foot|hand|back|neck|spine|spinal|cord|arthroscopic|anterior|posterior|interbody"
    r"|total|partial|open|closed|carpal|cubital|tunnel|rotator|cuff|ulnar|median|labral|SLAP|ACL|meniscal|medial|lateral|"
    r"hernia|inguinal|umbilical|ventral|gastric|bypass|physical|occupational|aquatic|aqua|pool|massage|manual|hand"
    r"|chiropractic|cognitive|behavioral|behavioural|individual|group|psychological|home|work|functional|restoration"
    r"|radiofrequency|"
    r"postoperative|post-operative|post-?surgical|failed|viscosupplementation|hyaluronic|acid|platelet[- ]rich|plasma|PRP"
    r"|botox|intrathecal|morphine|pain|pump|bone|growth|dorsal|column|TENS|H-wave|interferential|lumbosacral|custom"
    r"|microlumbar|hardware|"
    r"below-the-knee|above-the-knee|selective|diagnostic|percutaneous|endoscopic|laparoscopic|distal|clavicle|proximal|biceps"
    r"|tendon|plantar|fascia|index|trapezius|paraspinal|paracervical|orthotic|wrist|thumb|spica|electrical|muscle|nerve|de"
    r"|Quervain's|Synvisc|Orthovisc|Kenalog|Depo-Medrol|Toradol|lidocaine|steroidal|ESI|exercise|stress|activity|self"
    r"|guided)"
)
_HEAD = (
    r"(?:physical therapy|physiotherapy|occupational therapy|aquatic therapy|aqua therapy|pool therapy|hand therapy"
    r"|massage therapy|massage|chiropractic(?: (?:care|treatments?|therapy|manipulation|adjustments?))?|acupuncture"
    r"|manipulation|"
    r"psychotherapy|counseling|biofeedback|cognitive behaviou?ral therapy|CBT|home exercises?(?: program)?|exercises?"
    r"|stretching|rest|ice|heat|activity modifications?|bracing|braces?|splint(?:s|ing)?|casting|cast|immobilization|sling"
    r"|orthotics|"
    r"TENS(?: unit| therapy)?|H-wave|electrical stimulation|traction|ultrasound(?! of)|work hardening|work conditioning"
    r"|functional restoration program|injections?|blocks?|ESIs?|epidurals?|rhizotomy|radiofrequency ablation|neurotomy"
    r"|ablation|"
    r"\w*(?:ectomy|ectomies|otomy|oplasty|odesis|ostomy|orrhaphy|orraphy)|arthroscop(?:y|ies)|(?<!post-)fusion|decompression"
    r"|discectomy|laminectomy|release|repair|reconstruction|surger(?:y|ies)|amputation|implant(?:ation)?|replacement"
    r"|transplant|debridement|"
    r"stimulator(?: (?:trial|implant|placement))?|pump(?: (?:implant|replacement|placement))?|hardware removal"
    r"|removal of hardware|ORIF|open reduction(?: and)? internal fixation|ACDF|manipulation under anesthesia|PT\b"
    r"|lithotripsy|shockwave therapy|nerve transposition|transposition|graft(?:ing)?)"
)
# One word that no list knows may stand before these: "night splint", "bursal injection", "desensitization therapy".
_ANY_WORD = (
    r"(?:(?!(?:a|an|the|his|her|their|with|and|of|or|by|in|on|to|for|from|as|no|not|new|right|left|bilateral|uses?|wears?|had|has"
    r"|did|got|gets|takes?|prior|previous|further|additional|initial|repeat|first|second|third|one|two|three|four|six|multiple"
    r"|several|some|extensive|formal|conservative|recent|after|then|but|that|which|more|other|this|such|any|through|via|without"
    r"|per|plus|under|underwent|includ\w+|failed|post|status|only|also|both|oral|drug)\b)(?!\w+(?:ed|ing|ly)\b)[a-z][a-z'-]+ )?"
)
_OPEN_HEAD = r"(?:braces?|splints?|boots?|casts?|orthotics|injections?|blocks?|decompression|(?<!the )procedures?|conditioning)"
_TREATMENT = re.compile(
    rf"(?<![\w-])(?P<phrase>(?:{_ADJECTIVE}(?:,? (?:and |/ ?)?|/))*{_HEAD}(?: (?:surger(?:y|ies)|injections?|therapy|replacement"
    rf"|blocks?|program))?|{_ANY_WORD}(?:{_ADJECTIVE} )*(?:{_OPEN_HEAD}|(?<=[a-z] )therapy))(?![\w-])"
    r"(?! (?:of the (?:claim|file)|syndrome|pain|report|technician|deficit|request))",
    re.IGNORECASE,
)
_HAD = re.compile(
    r"\b(?:treat(?:ed|ments?|ing)|status[- ]?post|s/p|under(?:went|gone|going)|had|has (?:had|tried|received|completed"
    r"|attended|been)|have (?:included|consisted)|complet(?:ed|ing)|receiv(?:ed|ing)|participat\w+|attend\w+|tri(?:ed|als?"
    r"|aled)|previous(?:ly)?|prior|past|history of|post[- ]?op\w*"
    r"|conservative|after|following|since (?:the|his|her)|did|helpful|relief (?:from|with|after)|helped|improved|failed"
    r"|therapy to date|performed|uses?|using|wear\w*|provided|given|administered|managed with|consist(?:s|ed|ing) of"
    r"|sessions? of|visits? of|course of|implant)\b",
    re.IGNORECASE,
)
# An operation that is named as done counts wherever it stands (contract, labelling rule 6).
_OPERATION = re.compile(
    r"(?:ectomy|otomy|oplasty|odesis|fusion|amputation|implant|replacement|arthroscopy|surgery|release|repair)$", re.IGNORECASE
)
_NEVER = re.compile(
    r"\b(?:no|not|never|without|denies|declined|refused|has not|had not|no prior|yet to|absence of"
    r"|non-?surgical)\b(?:\W+\w+){0,5}?\W*$",
    re.IGNORECASE,
)


# "Surgery was requested", "the operation": asked for, or named before under a better name.
_IS_ASKED = re.compile(
    r"[^.,;]{0,60}?\b(?:was|were|is|are|has been|have been|be|being) (?:\w+ ){0,2}?"
    r"(?:request|recommend|denied|propos|consider|authoriz|plan|schedul|advis|non-?certif)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:surger(?:y|ies)|operations?|procedures?|injections?|therapy)", re.IGNORECASE)
_REFERS_BACK = re.compile(r"\b(?:the|this|that|any) $", re.IGNORECASE)


def _names_again(text: str, m: re.Match[str]) -> bool:
    """Whether the phrase is "the operation", "that injection", which had a better name before."""
    return bool(_BARE.fullmatch(m["phrase"]) and _REFERS_BACK.search(text[max(0, m.start() - 8) : m.start()]))


def prior_treatments(page: Page) -> tuple[Found, ...]:
    """Treatments other than drugs that the summary says the patient has had; each once, at its first mention."""
    summary = page.sections.summary
    if summary is None:
        return ()
    entries: list[Found] = []
    seen: set[str] = set()
    for s in sentences(page.text, summary.start, summary.end):
        asks = page.search(_ASKS, s)
        had = page.search(_HAD, s)
        for m in page.finditer(_TREATMENT, s):
            if asks and m.start() > asks.start():
                break
            if not had and not _OPERATION.search(m["phrase"]):
                continue
            if _NEVER.search(page.text[max(s.start, m.start() - 60) : m.start()]):
                continue
            name = page.verbatim(*m.span("phrase"))
            if _IS_ASKED.match(page.text, m.end("phrase"), s.end) or _names_again(page.text, m):
                continue
            key = re.sub(r"s$", "", name.lower())
            if key in seen or any(key in other for other in seen if len(key) < len(other) and " " not in key):
                continue
            seen.add(key)
            entries.append(page.found(name, "prior_treatments.named", m.span("phrase")))
    return tuple(entries)


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
    r"(?:[\s,(]*(?:over|with|on|in|of|at|for|x|times|since|from|dated|without|which|that|to the|\(?\d{1,2}/|\d{4}|L\d|C\d|T\d"
    r"|S\d)\b.*|[\s,;:.(]+)$",
    re.IGNORECASE,
)


def treatment_name(text: str, part: Part) -> Part | None:
    """The treatment within a phrase, without article, side, level, date and count; None for a drug: it is no such treatment."""
    drugs = mentions(text, *part)
    if drugs and drugs[0].start <= part.start + 2 and drugs[0].end >= part.end - 6:
        return None
    if known := _TREATMENT.search(text, *part):
        return Part(*known.span("phrase"))
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
    if sentence is None or _asked_or_denied(page, sentence, *part):
        return False
    words = page.text[part[0] : part[1]]
    if pointer.startswith("/clinical/medications"):
        return not mentions(words) and not _CLASS.match(words) and " " not in words.strip()
    return bool(_LIKE_A_TREATMENT.search(words)) and not _BARE.fullmatch(words)


def _asked_or_denied(page: Page, sentence: Part, start: int, end: int) -> bool:
    asks = page.search(_ASKS, sentence)
    before = page.text[max(sentence.start, start - 60) : start]
    return bool((asks and asks.start() < start) or _NEVER.search(before) or _IS_ASKED.match(page.text, end, sentence.end))
