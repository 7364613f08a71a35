"""Diagnoses of the clinical summary: the lists that the letter labels, else the conditions that it states in their place.

Contract, rule 4: exactly the entries of labelled lists count, split at the list's own separators only. Findings and symptoms are
no diagnoses, and what is denied, ruled out or a relative's is none of the patient's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from llm_extract.baseline.condition_lists import Place, bracket_end, entries, list_end
from llm_extract.baseline.condition_statements import IN_PASSING, NEEDS, PERSON, SPECIALIST, TREATED
from llm_extract.baseline.condition_words import CONDITIONS, OR_PAIN
from llm_extract.baseline.drugs import mentions
from llm_extract.baseline.page import Page
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.engine import Found
from llm_extract.letters import Letter
from llm_extract.sections import Part

# --- labels ----------------------------------------------------------------------------------------------------------

_NOUN = (
    r"(?:diagnos[ie]s|diagnoses|dx'?s?|diagnostic (?:impressions?|assessments?)|impressions?|assessments?"
    r"|diagnosed conditions?)\b(?:\(es\))?(?: codes?\b| list\b)?"
    r"(?: ?(?:,? and/or|,? and|,? or|/|&) ?(?:diagnos[ie]s|diagnoses|impressions?|assessments?|plans?)\b)*"
)
# What may stand between the noun and its list: "listed by the treating physician on 1/19/15", "as of the last visit".
_DATED = r"(?:,? ?[(\[]?(?:as of |dated |from |per )?\d{1,2}[/-]\d{1,2}[/-]\d{2,4}[)\]]?)?"
_BETWEEN = (
    r"(?:,? (?:at|on|as of|from|per|by|in|of record|according to|listed|given|noted|recorded|documented|made|stated|reported"
    r"|carried|entered|rendered|appearing|found|shown|charted|assigned|offered|under"
    r"|of(?= (?:the|his|her) (?:treating|attending|primary|requesting|provider|physician|doctor|surgeon))"
    r"|identified|provided|dated|currently|to date|then|for (?:this|the|which) \w+)\b(?: [^\s:;]+){0,9}?)?,?"
)
_LISTED = r"(?:listed|noted|given|recorded|stated|documented|reported|established|identified|described|summarized|provided|made)"
_NOT_LIMITED = r"(?:,? ?but (?:are |is |were )?not limited to\b,? ?:?)?"
_LINK = (
    r"(?: ?:| ?(?=\(?1[).]+ ?[a-z])| ?\(| (?:(?:has|have|had|also|is|are|was|were|been|being|now|currently|then) ){0,3}(?:"
    rf"includ(?:e|es|ed|ing){_NOT_LIMITED}|list(?:s|ing)?|consist(?:s|ed|ing)? of|remain(?:s|ed)?|{_LISTED} (?:as|to be"
    rf"|to include)"
    rf"|{_LISTED}(?= ?:)|{_LISTED} of|that of|those of|of|as|with|is|are|was|were|being)\b ?:?)"
    r"(?: ?(?:as )?(?:the )?follow(?:s|ing)\b(?: \w+)? ?:?)? ?"
)
# A link that only goes on to say whose or of when the list is: "the report of 7/9/15", "the diagnoses of the treating physician".
_NO_LIST = (
    r"(?! ?(?:made (?:is|are|was|were)\b|\d{1,2}/\d{1,2}/|the (?:report|note|treating|attending|primary|requesting|provider"
    r"|physician|doctor|surgeon)\b))"
)
_STUDY_OR_OTHER = (
    r"\b(?:no|not|never|without|formal|rule out|ruled out|differential|for the|to the|confirm(?:s|ed)?(?: the)?|pain|risk"
    r"|functional|opioid|psychosocial|needs?|self|outcome|mri|x-?ray|ct|emg|ncv|ultrasound|radiolog\w+|radiographic|study|studies"
    r"|imaging|scan|electrodiagnos\w+|sonogra\w+|arthrogram|emg/ncv|nerve conduction"
)
_RELATION = r"(?:mother|father|brother|sister|wife|husband|son|daughter|family|sibling|parent)"
_NO_LABEL = re.compile(
    rf"{_STUDY_OR_OTHER}|(?:his|her|the patient's) {_RELATION}(?:'s)?|{_RELATION}(?: (?:was|is|has been"
    rf"|had been))?)[\s']*(?:an? |of )?$"
)
_ASSESSMENT_OF = re.compile(r"(?:assessments?|diagnosed conditions?) of ?$")

_LABELS: tuple[Rule, ...] = (
    Rule(
        name="diagnoses.label",
        why="A noun for diagnoses (impression, assessment), a word that links it to a list, and the list.",
        certain=True,
        examples={
            "Diagnoses include lumbago, cervicalgia, and myalgia and myositis.": (
                "lumbago",
                "cervicalgia",
                "myalgia and myositis",
            ),
            "Dx: lumbar radiculopathy; cervical sprain.": ("lumbar radiculopathy", "cervical sprain"),
            "The injured worker's diagnoses included lumbar strain and myospasm.": ("lumbar strain", "myospasm"),
            "He carries diagnoses of failed back surgery syndrome, and depression.": (
                "failed back surgery syndrome",
                "depression",
            ),
            "A woman with diagnoses of 1. Lumbar sprain. 2. Right knee medial meniscus tear. 3. Insomnia.": (
                "Lumbar sprain",
                "Right knee medial meniscus tear",
                "Insomnia",
            ),
            "The diagnoses are M54.5 low back pain and G89.4 chronic pain syndrome.": (
                "M54.5 low back pain",
                "G89.4 chronic pain syndrome",
            ),
            "Diagnoses: Lumbar radiculopathy (M54.16), Muscle spasm of back (M62.830).": (
                "Lumbar radiculopathy (M54.16)",
                "Muscle spasm of back (M62.830)",
            ),
            "Assessment: 1. Neck pain - 723.1. 2. Low back pain - 724.2.": ("Neck pain - 723.1", "Low back pain - 724.2"),
            "Diagnoses: 1.) Lumbar disc protrusion 2.) Gastritis secondary to NSAIDs": (
                "Lumbar disc protrusion",
                "Gastritis secondary to NSAIDs",
            ),
            "Diagnoses include sciatica, and pain in joint, pelvic region and thigh.": (
                "sciatica",
                "pain in joint, pelvic region and thigh",
            ),
            "Diagnoses include, but are not limited to, lumbago and cervicalgia.": ("lumbago", "cervicalgia"),
            "The following diagnoses were noted: sacroiliitis and bursitis.": ("sacroiliitis", "bursitis"),
            "Diagnoses of lumbar strain and knee sprain are noted.": ("lumbar strain", "knee sprain"),
            "Diagnoses, 07/09/15, included lumbago and sciatica.": ("lumbago", "sciatica"),
            "Diagnosis, per the report of 7/9/15, includes lumbago.": ("lumbago",),
            "The diagnoses carried in the notes of the treating neurologist are: migraine; lumbago.": ("migraine", "lumbago"),
            "Dx 1) Lumbar strain 2) Sciatica": ("Lumbar strain", "Sciatica"),
            "Diagnosis codes included 724.2 lumbago and 719.46 knee pain.": ("724.2 lumbago", "719.46 knee pain"),
            "The diagnosis is not clear from the notes.": None,
            "Electrodiagnostic impression: carpal tunnel syndrome.": None,
            "No diagnosis of diabetes was made.": None,
            "Diagnostic studies include an MRI.": None,
        },
        pattern=compiled(rf"\b{_NOUN}{_DATED}{_BETWEEN}{_LINK}{_NO_LIST}"),
    ),
    Rule(
        name="diagnoses.short_label",
        why="An abbreviation of assessment or impression, or either with a dash, and a list that begins with a condition.",
        certain=True,
        examples={
            "A/P: (1) lumbar DDD; (2) HTN, stable; (3) tension HA - improving. Cont PT.": (
                "lumbar DDD",
                "HTN, stable",
                "tension HA - improving",
            ),
            "A&P: 1. Lumbar radiculopathy - continue Norco. 2. Myofascial pain.": ("Lumbar radiculopathy", "Myofascial pain"),
            "Assessment - chemical burn of cornea OD, stem cell deficiency (partial).": (
                "chemical burn of cornea OD",
                "stem cell deficiency (partial)",
            ),
            "Imp: lumbar strain, sciatica.": ("lumbar strain", "sciatica"),
            "Dx - s/p knee arthroscopy; obesity.": ("s/p knee arthroscopy", "obesity"),
            "O: wrist swollen. A: 1) Wrist sprain 2) Tendinitis": ("Wrist sprain", "Tendinitis"),
            "A/P: Norco 10/325 #60 for pain, return in 4 weeks.": None,
            "An assessment - pain 5/10 - was recorded.": None,
            "CT impression - small disc herniation.": None,
        },
        pattern=compiled(
            rf"(?<![\w/&.-])(?:(?:a ?[/&] ?p|imp|impr|diag|{_NOUN}{_DATED}) ?(?::| - |- | -(?=\d|[a-z])|=)|a ?:(?= ?\(?1[).])) ?"
        ),
    ),
    Rule(
        name="diagnoses.axis",
        why="The first three axes of a psychiatric diagnosis hold conditions; the fourth and fifth hold none.",
        certain=True,
        examples={
            "Axis I: Panic disorder; major depressive disorder, single episode. Axis II: Deferred. Axis III: Lumbar strain.": (
                "Panic disorder",
                "major depressive disorder, single episode",
                "Lumbar strain",
            ),
            "The evaluator lists the following: Axis I - insomnia related to pain. Axis V - GAF 58.": (
                "insomnia related to pain",
            ),
            "Axis IV: financial stress. Axis V: GAF of 60.": None,
        },
        pattern=compiled(r"\baxis (?:i{1,3}|[123]) ?(?::| ?-|(?:diagnos[ie]s|diagnoses) (?:is|are|of|include[sd]?)\b) ?"),
    ),
    Rule(
        name="diagnoses.diagnosed_with",
        why='"Was diagnosed with", "was assessed as having" and a list.',
        certain=True,
        examples={
            "The worker was diagnosed as having lumbar disc herniation and chronic pain.": (
                "lumbar disc herniation",
                "chronic pain",
            ),
            "The provider diagnosed the patient with left foot plantar fasciitis.": ("left foot plantar fasciitis",),
            "He was first diagnosed with contusion of the knee and later with a meniscus tear.": (
                "contusion of the knee",
                "meniscus tear",
            ),
            "She was diagnosed with lumbar strain by her family doctor and with PTSD in 2012.": ("lumbar strain", "PTSD"),
            "He was diagnosed with cubital tunnel syndrome when nerve studies were done (latency 5.4; slowing).": (
                "cubital tunnel syndrome",
            ),
            "Dx'd with rotator cuff tear and SLAP lesion.": ("rotator cuff tear", "SLAP lesion"),
            "Diagnosed: lumbar strain, knee sprain.": ("lumbar strain", "knee sprain"),
            "His mother was diagnosed with breast cancer.": None,
        },
        pattern=compiled(
            rf"\b(?:diagnosed|assessed|dx'?d)(?: [a-z]+ly| {PERSON})?(?: by [^.,;:]{{1,40}}?| on \S+| in \S+)? (?:as having"
            rf"|to have|with|as)\b"
            r"(?: the following)? ?:? ?|\bdiagnosed: "
        ),
    ),
    Rule(
        name="diagnoses.has_diagnosed",
        why='A physician "has diagnosed" the conditions themselves.',
        certain=True,
        examples={
            "The treating provider has diagnosed cervical strain and knee contusions.": ("cervical strain", "knee contusions"),
            "The otologist diagnosed sensorineural hearing loss, and subjective tinnitus.": (
                "sensorineural hearing loss",
                "subjective tinnitus",
            ),
            "Dr. Lee diagnosed right knee osteoarthritis when films were read in May (joint space 2 mm; spurs).": (
                "right knee osteoarthritis",
            ),
            "The provider has diagnosed the patient.": None,
        },
        pattern=compiled(
            rf"\b{SPECIALIST} (?:has |had |also |then |later |initially ){{0,2}}diagnosed:? (?!{PERSON}|with\b|as\b"
            rf"|by\b|on\b|in\b|that\b)"
        ),
    ),
)

# --- conditions in place of diagnoses --------------------------------------------------------------------------------

_SYMPTOMS_COUNT = frozenset({"diagnoses.treated_for", "diagnoses.looked_after"})
_END_OF_CLAIM = re.compile(
    r",? (?:reportedly|allegedly|purportedly|said to"
    r"|associated with (?:an? |the )?(?:[\w-]+ )?(?:injur\w+|accident|exposure|claim|fall|work)|as a result"
    r"|arising|due to (?:an|the)|stemming|resulting"
    r"|secondary to (?:an|the)|in connection|is on file|on file|since|after|following|from (?:an?|the) )\b.*"
)
_RELATIVE = re.compile(r"\b(?:no|family|not|denies|without|mother|father|brother|sister|negative|ruled out)\b[^.;:]{0,30}$")

# --- reading ---------------------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    place: Place
    by: str


_SHORT = "diagnoses.short_label"
_VERBS = frozenset({"diagnoses.diagnosed_with", "diagnoses.has_diagnosed"})
_GOES_ON = re.compile(
    r",? (?:when|while|whereas|after which|based on|because|on the basis|(?:after|following|since) (?:an?|the|his|her|\d))\b"
)
_TOLD_WHERE = re.compile(
    r" (?:by (?:the|his|her|an?|dr)|at (?:the|an?|his|her|urgent)|in (?:the (?:er|emergency)|(?:19|20)\d\d|[a-z]+ (?:of )?"
    r"(?:19|20)\d\d)|on \d+/)\b"
)
_NAMED_CONDITION = re.compile(rf"(?:status[- ]post|s/p)\b|{OR_PAIN.pattern}", re.IGNORECASE)

_Read = Callable[[Page, Part, tuple[Rule, ...]], Iterator[_Entry]]


def diagnoses(page: Page) -> tuple[Found, ...]:
    """The entries of the summary's labelled lists; where it labels none, the conditions that it states in their place."""
    summary = page.narrative
    if summary is None:
        return ()
    if labelled := _collected(page, _labelled(page, summary, _LABELS)):
        return labelled
    tiers = (TREATED, *((rule,) for rule in IN_PASSING))
    return next((found for tier in tiers if (found := _collected(page, _stated(page, summary, tier)))), ())


def _collected(page: Page, found: Iterator[_Entry]) -> tuple[Found, ...]:
    """Each entry once, at its first mention."""
    kept: dict[str, Found] = {}
    for place, by in found:
        name = page.verbatim(*place)
        kept.setdefault(name.lower(), page.found(name, by, place, certain=by in _CERTAIN))
    return tuple(kept.values())


def _labelled(page: Page, summary: Part, rules: tuple[Rule, ...]) -> Iterator[_Entry]:
    at = summary.start
    for m, by in _hits(page, summary, rules):
        if m.start() < at or _is_no_label(page.low, m):
            continue
        found = list(_entries_behind(page, m, summary.end, by))
        if by == _SHORT and not (found and _is_condition(page.text, *found[0])):
            continue
        for place in found:
            at = place[1]
            yield _Entry(place, by)


def _is_condition(text: str, start: int, end: int) -> bool:
    """Whether an entry is a condition rather than what is done about one: "Norco for pain"."""
    return bool(_NAMED_CONDITION.search(text, start, end)) and not mentions(text, start, end)


def _entries_behind(page: Page, m: re.Match[str], limit: int, by: str) -> Iterator[Place]:
    """The entries of a labelled list. A verb's list ends where its sentence goes on with when and by whom."""
    opened = m.group().rstrip().endswith("(")
    end = (bracket_end if opened else list_end)(page.text, m.end(), limit)
    if by not in _VERBS:
        yield from entries(page.text, m.end(), end)
        return
    if cut := _GOES_ON.search(page.low, m.end(), end):
        end = cut.start()
    for start, stop in entries(page.text, m.end(), end):
        told = _TOLD_WHERE.search(page.low, start, stop)
        yield start, told.start() if told else stop


def _hits(page: Page, summary: Part, rules: tuple[Rule, ...]) -> list[tuple[re.Match[str], str]]:
    """The leads of all these rules in the order of the text."""
    words = page.low[summary.start : summary.end]
    apt = [rule for rule in rules if any(letters in words for letters in NEEDS.get(rule.name, ("",)))]
    found = [(m, rule.name) for rule in apt if rule.pattern for m in rule.pattern.finditer(page.low, *summary)]
    return sorted(found, key=lambda hit: hit[0].start())


def _is_no_label(low: str, m: re.Match[str]) -> bool:
    before = low[max(0, m.start() - 40) : m.start()]
    return bool(_NO_LABEL.search(before) or _ASSESSMENT_OF.match(m.group()))


def _stated(page: Page, summary: Part, rules: tuple[Rule, ...]) -> Iterator[_Entry]:
    """The entries behind a lead, where the first and at least half of them are called like conditions."""
    at = summary.start
    for m, by in _hits(page, summary, rules):
        if m.start() < at or _RELATIVE.search(page.low[max(summary.start, m.start() - 40) : m.start()]):
            continue
        start, end = _stated_list(page, m, by, at, summary.end)
        condition = _NAMED_CONDITION if by in _SYMPTOMS_COUNT else CONDITIONS
        found = entries(page.text, start, end)
        named = [place for place in found if condition.search(page.text, *place)]
        if found and 2 * len(named) >= len(found) and named[0] == found[0]:
            at = end
            yield from (_Entry(place, by) for place in named)


def _stated_list(page: Page, m: re.Match[str], by: str, floor: int, limit: int) -> Place:
    """The words that may hold the conditions: those behind a lead, or those of which a sentence speaks."""
    if by == "diagnoses.was_diagnosed":
        return _sentence_start(page.low, floor, m.start()), m.start()
    end = list_end(page.text, m.end(), limit)
    cut = _END_OF_CLAIM.search(page.low, m.end(), end)
    return m.end(), cut.start() if cut else end


def _sentence_start(low: str, floor: int, at: int) -> int:
    """Where the sentence of a place begins, or its part behind a semicolon or colon; the place itself where that is far away."""
    ends = (low.rfind(mark, floor, at) for mark in (". ", "; ", ": "))
    begins = max((end + 2 for end in ends if end >= 0), default=floor)
    return begins if at - begins < _LONGEST_SUBJECT else at


_LONGEST_SUBJECT = 120


RULES = (*_LABELS, *TREATED, *IN_PASSING)
_CERTAIN = frozenset(rule.name for rule in RULES if rule.certain)


def _read_one(rule: Rule, words: str) -> tuple[str, ...] | None:
    page = Page(Letter("words", "", "", words))
    read: _Read = _labelled if rule in _LABELS else _stated
    return tuple(f.value for f in _collected(page, read(page, Part(0, len(page.text)), (rule,)))) or None


MATTER = Matter(RULES, _read_one)
