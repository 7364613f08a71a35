"""Diagnoses of the clinical summary: the lists that the letter labels, else the conditions that it states in their place.

Contract, rule 4: exactly the entries of labelled lists count, split at the list's own separators only. Findings and symptoms are
no diagnoses, and what is denied, ruled out or a relative's is none of the patient's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from llm_extract.baseline.page import Page, sentences
from llm_extract.engine import Found
from llm_extract.sections import Part

Place = tuple[int, int]
_Rule = Callable[[Page, Part], Iterator[Place]]

# --- labels ----------------------------------------------------------------------------------------------------------

_NOUN = (
    r"(?:diagnos[ie]s|diagnoses|dx'?s?|diagnostic (?:impressions?|assessments?)|impressions?|assessments?"
    r"|diagnosed conditions?)\b(?:\(es\))?"
    r"(?: ?(?:,? and|,? or|/|&) ?(?:diagnos[ie]s|diagnoses|impressions?|assessments?|plans?)\b)*"
)
# What may stand between the noun and its list: "listed by the treating physician on 1/19/15", "as of the last visit".
_BETWEEN = (
    r"(?:,? (?:at|on|as of|from|per|by|in|of record|according to|listed|given|noted|recorded|documented|made|stated|reported"
    r"|identified"
    r"|provided|dated|currently|to date|then|for (?:this|the) \w+)\b(?: [^\s:;]+){0,9}?)?,?"
)
_LISTED = r"(?:listed|noted|given|recorded|stated|documented|reported|established|identified|described|summarized)"
_LINK = (
    r"(?: ?:| ?\(| (?:(?:has|have|had|also|is|are|was|were|been|being|now|currently|then) ){0,3}(?:"
    rf"includ(?:e|es|ed|ing)|list(?:s|ing)?|consist(?:s|ed|ing)? of|remain(?:s|ed)?|{_LISTED} (?:as|to be|to include)"
    r"|that of|those of|of|as|with|is|are|was|were|being)\b ?:?)"
    r"(?: ?(?:as )?(?:the )?follow(?:s|ing)\b(?: \w+)? ?:?)? ?"
)
_LABEL = re.compile(
    rf"\b(?:{_NOUN}{_BETWEEN}{_LINK}"
    r"|(?:diagnosed|assessed)(?: [a-z]+ly| the (?:patient|claimant|worker|injured worker|applicant|employee)| him"
    r"| her)?(?: by [^.,;:]{1,40}?| on \S+| in \S+)? (?:as having|to have|with|as)\b(?: the following)? ?:? ?)",
    re.IGNORECASE,
)
_NOT_A_LABEL_BEFORE = re.compile(
    r"\b(?:no|not|never|without|formal|rule out|ruled out|differential|for the|to the|confirm(?:s|ed)?(?: the)?|pain|risk"
    r"|functional|opioid"
    r"|psychosocial|needs?|self|outcome|mri|x-?ray|ct|emg|ncv|ultrasound|radiolog\w+|radiographic|study|studies|imaging|scan"
    r"|(?:his|her|the patient's) (?:mother|father|brother|sister|wife|husband|son|daughter)(?:'s)?|(?:mother|father|brother"
    r"|sister|wife"
    r"|husband|son|daughter|family|sibling|parent)(?: (?:was|is|has been|had been))?)[\s']*(?:an? |of )?$",
    re.IGNORECASE,
)
_ASSESSMENT_OF = re.compile(r"(?:assessments?|diagnosed conditions?) of ?$", re.IGNORECASE)

# --- lists -----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?:^|(?<=[ ,;(.:]))(?:\((?P<a>\d{1,2})\)|#?(?P<b>\d{1,2}) ?[.):]|#(?P<c>\d{1,2}))[ -]?(?=[^\d\s])")
# PDF text runs on where a line ended: "3) Lumbar strain, resolved Rx so far: ibuprofen".
_RUN_ON = re.compile(
    r"(?<=[a-z0-9)\"%]) (?="
    r"(?:The|This) (?:patient|injured|claimant|applicant|employee|worker|treat|provider|physician|utilization|request|current"
    r"|plan|medical)"
    r"|(?:Patient|Claimant|Applicant|Employee|Injured worker|Provider|Physician|He|She|His|Her|There|It|They) [a-z']+ "
    r"|Exam(?:ination)?(?: on| of| dated| from|:| show| reveal| find| was)|(?:On|In|As of|Per|According to|At) (?:\d|the|exam"
    r"|physical|a)\b"
    r"|(?!Axis)[A-Z][a-z]+(?: [a-z]+){0,3}:|(?!AXIS)[A-Z]{4,}(?: [A-Z]{2,}){0,2}:)"
)
# A clause is no entry, and ends the list: ", and he was referred ...", "; the patient takes ...".
_CLAUSE = re.compile(
    r"(?:and |but |so |while |with |for |, )*(?:(?:who|which|that|these|those|this|it|they|he|she|there|his|her)\b(?! (?:post"
    r"|pre)-)"
    r"|the (?:patient|injured|claimant|applicant|employee|worker|treat\w*|provider|physician|request\w*|plan|medical|current"
    r"|utilization)\b"
    r"|(?:patient|claimant|applicant|employee|injured worker|provider) (?:is|was|has|had|does|did|will|re\w+|ha[sd])\b"
    r"|(?:is|was|are|were|has|have|had|will|would|reports?|complains?|underwent|treated|treatment|prescribed|referred"
    r"|recommend\w*"
    r"|request\w*|takes|uses|seen|given)\b|as (?:described|noted|detailed|stated|listed|outlined|summarized|above|per)\b"
    r"|per the\b|based on"
    r"|according to|on \d|for which|in addition)",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r",? (?:as (?:described|noted|detailed|stated|listed|outlined|summarized|above)\b.*|which (?:is|was|are|were|has|have)\b.*"
    r"|(?:and )?summarized (?:above|below).*|for which\b.*|(?:and )?(?:was |is |has been )?(?:treated|prescribed"
    r"|referred)\b (?:with|for|to).*"
    r"|and (?:the )?(?:patient|injured worker|claimant|applicant|employee) .*|and (?:he|she|it) .*|based on\b.*|per the\b.*"
    r"|according to\b.*|(?:was|were|had been) (?:made|given|noted|established)\b.*|with complaints? of\b.*)$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:and |also |the following:? |of |as |with |an? |the |axis (?:iv|v|i{1,3}|[1-5])\b ?[:-]? ?|\d{1,2}[.)] ?|[-*•] ?)+",
    re.IGNORECASE,
)
_NO_ENTRY = re.compile(
    r"(?:none|unknown|not (?:given|provided|stated|documented|specified)|deferred|n/a|same|unchanged|pending|unclear|made\b"
    r"|discussed|reviewed"
    r"|based|provided|consistent|correct|confirmed|performed|normal|negative|positive|mri\b|x-?rays?\b|ct scan|emg\b|report"
    r"|physical exam"
    r"|examination|significant|notable|(?:summarized|described|noted|listed|detailed) (?:above|below|in detail))",
    re.IGNORECASE,
)
# A segment of these only goes on with the entry before it: "carpal tunnel syndrome, bilateral", "strain, resolved".
_QUALIFIES = re.compile(
    r"(?:(?:and|or|the|on|of|at|than|side|more|greater|worse|left|right|bilateral(?:ly)?|both|upper|lower|extremit(?:y|ies)"
    r"|dominant"
    r"|non-?dominant|hand|acute|subacute|chronic|early|late|mild|moderate|severe|advanced|intractable|incomplete|complete"
    r"|recurrent|single"
    r"|episodes?|resolv(?:ed|ing)|improv(?:ed|ing)|stable|persistent|ongoing|residual|possible|probable|suspected|unspecified|nos"
    r"|not otherwise specified|initial encounter|subsequent encounter|sequela|industrial|non-?industrial|in (?:full "
    r"|partial )?remission"
    r"|by history|per history|closed|open|displaced|grade|stage|type|with(?:out)? .*|secondary to .*|due to .*|related to .*"
    r"|associated with .*|i{1,3}|iv|[ctls]-?\d[^ ]*|\(?[a-z]?\d{2,3}(?:\.\d+)?\)?|\d+)[ ]?)+",
    re.IGNORECASE,
)
_SEMICOLON = re.compile(r" ?;(?: and)? ?")
_COMMA = re.compile(r",(?: and| as well as| along with)? | (?:and|as well as|along with|&) | - (?=[A-Za-z])", re.IGNORECASE)
_CONDITION = (
    r"\w+(?:itis|osis|oses|opath(?:y|ies)|algias?|stenosis|emia|plegia|paresis|dynia)\b|\b(?:syndromes?|diseases?|disorders?"
    r"|sprains?|strains?"
    r"|sprain/strain|tears?|fractures?|herniations?|hernias?|herniated|protrusions?|displacements?|bulg(?:e|es|ing)"
    r"|spondylolisthesis"
    r"|listhesis|derangement|impingement|dysfunction|degeneration|degenerative|contusions?|concussion|lacerations?|amputation"
    r"|dislocation|depress(?:ion|ive)|anxiety|insomnia|ptsd|crps|rsd|gerd|hnp|ddd|djd|copd|tmj|cts|hypertension|htn|diabetes|dm"
    r"|obesity"
    r"|lumbago|sciatica|dependence|addiction|migraines?|asthma|apnea|palsy|gastritis|constipation|ulcers?|dystrophy|radiculopathy"
    r"|rupture|instability|tinnitus|vertigo|incontinence|chondromalacia|ganglion|cyst|trigger (?:finger|thumb)|bursitis|ankylosis"
    r"|cancer|tumou?r|infection|failed back|reflux|overuse|burns?|stress|hyperlipidemia|hypothyroidism|discopathy|condition)\b"
)
_CONDITIONS = re.compile(_CONDITION, re.IGNORECASE)
_OR_PAIN = re.compile(rf"{_CONDITION}|\b(?:pain|injur(?:y|ies)|stiffness|headaches?|numbness|weakness|symptoms)\b", re.IGNORECASE)
_PLACE_WORD = (
    r"(?:cervical|thoracic|lumbar|lumbosacral|sacral|left|right|bilateral|both|upper|lower|mid|medial|lateral|anterior"
    r"|posterior|neck|back"
    r"|shoulders?|elbows?|wrists?|hands?|thumbs?|fingers?|hips?|knees?|ankles?|foot|feet|legs?|arms?|head|spine|trunk"
    r"|extremit(?:y|ies)"
    r"|median|ulnar|radial|index|middle|ring|little|long|great|small|third|fourth|fifth|disc|facet|joint|soft tissue|muscles?"
    r"|ligaments?|tendons?|anxious|mixed|cartilage|thoracolumbar|low|forearms?)"
)
_ENDS_IN_PLACE = re.compile(rf"\b{_PLACE_WORD}$", re.IGNORECASE)
_ONLY_PLACE = re.compile(rf"(?:the |of |{_PLACE_WORD} ?|[ctls]\d[\w/-]* ?)+$", re.IGNORECASE)
_LEVEL = re.compile(r"(?:[ctls]-?\d|level)", re.IGNORECASE)
_PAIRED = re.compile(r"\b(?:both|between|mixed|with (?:mixed )?(?:anxiety|depress\w+|both medical))\b[^,;]*$", re.IGNORECASE)
# Names that hold an "and": "myalgia and myositis", "sprain and strain".
_PAIR_LEFT = re.compile(r"\b(?:myalgias?|sprains?|strains?|neuritis|synovitis|neuralgia)$", re.IGNORECASE)
_PAIR_RIGHT = re.compile(r"(?:myositis|sprains?|strains?|radiculitis|tenosynovitis|neuritis)\b", re.IGNORECASE)


def diagnoses(page: Page) -> tuple[Found, ...]:
    """The entries of the summary's labelled lists; where it labels none, the conditions that it states in their place."""
    summary = page.narrative
    if summary is None:
        return ()
    if labelled := _collected(page, _labelled(page, summary), "diagnoses.labelled"):
        return labelled
    return next((found for rule in _IN_THEIR_PLACE if (found := _collected(page, rule(page, summary), "diagnoses.stated"))), ())


def _collected(page: Page, places: Iterator[Place], by: str) -> tuple[Found, ...]:
    """Each entry once, at its first mention."""
    entries: dict[str, Found] = {}
    for start, end in places:
        name = page.verbatim(start, end)
        entries.setdefault(name.lower(), page.found(name, by, (start, end)))
    return tuple(entries.values())


def _labelled(page: Page, summary: Part) -> Iterator[Place]:
    at = summary.start
    for m in page.finditer(_LABEL, summary):
        if m.start() < at or _is_no_label(page.text, m):
            continue
        end = _list_end(page.text, m.end(), summary.end)
        if m.group().rstrip().endswith("("):
            end = _bracket_end(page.text, m.end(), summary.end)
        for place in entries(page.text, m.end(), end):
            at = place[1]
            yield place


def _is_no_label(text: str, m: re.Match[str]) -> bool:
    before = text[max(0, m.start() - 40) : m.start()]
    return bool(_NOT_A_LABEL_BEFORE.search(before) or _ASSESSMENT_OF.match(m.group()))


def _bracket_end(text: str, start: int, limit: int) -> int:
    """Where the bracket that was opened before `start` is closed."""
    depth = 1
    for at in range(start, min(limit, start + 1000)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return _list_end(text, start, limit)


def _sentence_end(text: str, start: int, limit: int) -> int:
    found = sentences(text, start, min(limit, start + 1500))
    return found[0].end if found else limit


def _number(m: re.Match[str]) -> int:
    return int(m["a"] or m["b"] or m["c"])


def _numbers(text: str, start: int, limit: int) -> list[re.Match[str]]:
    """The list numbers from 1 on, none where the list does not begin with one."""
    first = _NUMBER.match(text, start)
    if first is None or _number(first) != 1:
        return []
    run = [first]
    for m in _NUMBER.finditer(text, first.end(), min(limit, start + 3000)):
        if _number(m) == len(run) + 1:
            run.append(m)
    return run


def _list_end(text: str, start: int, limit: int) -> int:
    """The end of the sentence, or of the last numbered entry ("1. Lumbar strain. 2. Sciatica."), before what the PDF ran on."""
    numbers = _numbers(text, start, limit)
    last = numbers[-1].end() if numbers else start
    end = _sentence_end(text, last, limit)
    run_on = _RUN_ON.search(text, last, end)
    return run_on.start() if run_on else end


def entries(text: str, start: int, end: int) -> list[Place]:
    """Split at the list's own separators only: numbers, else semicolons, else commas and "and"."""
    if numbers := _numbers(text, start, end):
        edges = [(m.end(), after.start()) for m, after in pairwise(numbers)] + [(numbers[-1].end(), end)]
        edges = [(a, run_on.start() if (run_on := _RUN_ON.search(text, a, b)) else b) for a, b in edges]
    elif _SEMICOLON.search(text, start, end):
        edges = list(_cut(text, start, end, _SEMICOLON))
    else:
        edges = list(_cut(text, start, end, _COMMA))
    return list(_whole(text, edges))


def _whole(text: str, edges: list[Place]) -> Iterator[Place]:
    """The entries without leads and references; a clause ends the list."""
    for a, b in edges:
        if _CLAUSE.match(text[a:b].strip()):
            return
        if place := tidy(text, a, b):
            yield place


def _cut(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[Place]:
    at = start
    depth = counted = 0
    for m in separator.finditer(text, start, end):
        depth += text.count("(", counted + start, m.start()) - text.count(")", counted + start, m.start())
        counted = m.start() - start
        if depth > 0 or _goes_on(text[at : m.start()], m.group(), text[m.end() : min(end, m.end() + 200)]):
            continue
        yield at, m.start()
        at = m.end()
    yield at, end


def _goes_on(left: str, separator: str, right: str) -> bool:
    """Whether what follows a separator belongs to the same entry."""
    if separator.lstrip()[:1] == ";":
        return False
    segment = re.split(r"[,;.]| and ", right, maxsplit=1)[0].strip()
    if separator[:1] == ",":
        lone = re.split(r"[,;]", right, maxsplit=1)[0].strip(' ."')
        return bool(_QUALIFIES.fullmatch(lone) or (_LEVEL.match(segment) and not _CONDITIONS.search(segment)))
    if separator.strip() == "-":
        return bool(left.strip())
    return _shared(left.strip(), segment, right[len(segment) :].startswith(" and "))


def _shared(left: str, right: str, goes_on: bool) -> bool:
    """Whether "and" joins words of one entry: "cervical and lumbar spine", "disc and facet abnormalities", "C5-6 and C6-7"."""
    head = left.rsplit(",", 1)[-1].strip()
    if _LEVEL.match(right) and not _CONDITIONS.search(right):
        return True
    if _PAIRED.search(left) or (_PAIR_LEFT.search(head) and _PAIR_RIGHT.match(right)):
        return True
    if _ONLY_PLACE.fullmatch(right) and (" " in right or not goes_on):
        return True
    if not _OR_PAIN.search(head) and (_ENDS_IN_PLACE.search(head) or len(head.split()) == 1) and len(right.split()) > 1:
        return True
    in_list = re.search(r"\b(?:of|to|in|at|affecting|involving)\b[^,]*$", head, re.IGNORECASE)
    return bool(in_list and _ENDS_IN_PLACE.search(head) and not _OR_PAIN.search(right))


def tidy(text: str, start: int, end: int) -> Place | None:
    """An entry without its lead-in, references elsewhere and punctuation; None where nothing is left that could be one."""
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    if refers := _REFERS.search(text[start:end]):
        end = start + refers.start()
    while end > start and text[end - 1] in " .,;:\"'-":
        end -= 1
    while start < end and text[start] in " .,;:\"'-":
        start += 1
    words = text[start:end]
    if words.count("(") < words.count(")"):
        end -= words.endswith(")")
    elif words.startswith("(") and ")" not in words:
        start += 1
    words = text[start:end]
    fits = 2 < len(words) < 160 and re.search(r"[A-Za-z]{3}", words) and not _NO_ENTRY.match(words)
    return (start, end) if fits else None


def is_condition(words: str) -> bool:
    """Whether words are called like a condition: "lumbar radiculopathy", "morbid obesity"."""
    return bool(_CONDITIONS.search(words))


# --- conditions in place of diagnoses --------------------------------------------------------------------------------

_TREATED_FOR = re.compile(
    r"\b(?:(?:undergoing|under|receiving|received|indicates?|indicating|being|is|was|were|been) (?:\w+ )?(?:treatment|treated"
    r"|care|followed"
    r"|managed|seen)(?: \w+ly)?|(?:treated|treatment)) for ?:? ?"
    r"|\bsuffer(?:s|ed|ing) from |\bclaim(?:ed|s)? (?:for|of|to have developed) (?!cumulative|industrial|injur)"
    r"|\b(?:known|longstanding) (?:history of|to have) |\bproblem list:? ?",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"\b(?:report|note|notes|pr-?2|records?|physician|provider|treater|doctor|psychologist|surgeon|clinic|evaluation|file)\b"
    r"(?: (?:of|dated|on|from|for) [^.;:]{1,60}?)?(?: [([][^)\]]{1,60}[)\]])? (?:also )?lists?(?: the following)? ?:? ?",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"\b(?:he|she|patient|worker|claimant|applicant|employee) (?:also )?(?:has|had|presents? with|is known to have|sustained"
    r"|suffered) ",
    re.IGNORECASE,
)
_RESULTING = re.compile(r"\b(?:resulting in|resulted in|sustain(?:ed|ing)|suffer(?:ed|ing)|causing|caused) ", re.IGNORECASE)
_HISTORY = re.compile(
    r"\b(?:history|pmh|pmhx|comorbidit(?:y|ies))\b(?: (?:is|was|remains))?(?: (?:significant|notable|positive"
    r"|remarkable))?(?: ?:| (?:of|for|includ\w+)) ?",
    re.IGNORECASE,
)
_END_OF_CLAIM = re.compile(
    r",? (?:reportedly|allegedly|purportedly|said to|associated with|as a result|arising|due to (?:an|the)|stemming|resulting"
    r"|secondary to (?:an|the)"
    r"|in connection|is on file|on file|since|after|following|from (?:an?|the) )\b.*",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:no|family|not|denies|without|mother|father|brother|sister|negative|ruled out)\b[^.;:]{0,30}$", re.IGNORECASE
)


def _stated(lead: re.Pattern[str], condition: re.Pattern[str]) -> _Rule:
    """A rule: the entries behind a lead, each of which must be called like a condition."""

    def rule(page: Page, summary: Part) -> Iterator[Place]:
        at = summary.start
        for m in page.finditer(lead, summary):
            if m.start() < at or _RELATIVE.search(page.text[max(summary.start, m.start() - 40) : m.start()]):
                continue
            end = _list_end(page.text, m.end(), summary.end)
            if cut := _END_OF_CLAIM.search(page.text, m.end(), end):
                end = cut.start()
            at = end
            found = entries(page.text, m.end(), end)
            named = [place for place in found if condition.search(page.text, *place)]
            if found and 2 * len(named) >= len(found) and named[0] == found[0]:
                yield from named

    return rule


_IN_THEIR_PLACE: tuple[_Rule, ...] = (
    _stated(_TREATED_FOR, _OR_PAIN),
    _stated(_LISTS, _CONDITIONS),
    _stated(_HAS, _CONDITIONS),
    _stated(_HISTORY, _CONDITIONS),
    _stated(_RESULTING, _CONDITIONS),
)
"""From the surest on: the first that finds a condition is believed."""
