"""Diagnoses of the clinical summary: the lists that the letter labels, else the conditions that it states in their place.

Contract, rule 4: exactly the entries of labelled lists count, split at the list's own separators only. Findings and symptoms are
no diagnoses, and what is denied, ruled out or a relative's is none of the patient's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from llm_extract.baseline.condition_lists import Place, bracket_end, entries, list_end
from llm_extract.baseline.condition_words import CONDITIONS, OR_PAIN
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
_PERSON = r"(?:the (?:patient|claimant|worker|injured worker|applicant|employee)|him|her)"
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
            "His mother was diagnosed with breast cancer.": None,
        },
        pattern=compiled(
            rf"\b(?:diagnosed|assessed)(?: [a-z]+ly| {_PERSON})?(?: by [^.,;:]{{1,40}}?| on \S+| in \S+)? (?:as having"
            rf"|to have|with|as)\b"
            r"(?: the following)? ?:? ?"
        ),
    ),
    Rule(
        name="diagnoses.has_diagnosed",
        why='A physician "has diagnosed" the conditions themselves.',
        certain=True,
        examples={
            "The treating provider has diagnosed cervical strain and knee contusions.": ("cervical strain", "knee contusions"),
            "The provider has diagnosed the patient.": None,
        },
        pattern=compiled(
            rf"\b(?:provider|physician|treater|doctor|surgeon|psychologist) (?:has |had )?diagnosed (?!{_PERSON}|with\b|as\b"
            rf"|by\b|on\b)"
        ),
    ),
)

# --- conditions in place of diagnoses --------------------------------------------------------------------------------

_STATED: tuple[Rule, ...] = (
    Rule(
        name="diagnoses.treated_for",
        why="What the patient is treated or seen for, or claims to suffer from.",
        examples={
            "The injured worker is undergoing treatment for: cervical sprain/strain and lumbar strain.": (
                "cervical sprain/strain",
                "lumbar strain",
            ),
            "The provider is treating the injured worker for chronic neck pain and headaches.": (
                "chronic neck pain",
                "headaches",
            ),
            "The applicant has filed a claim for opioid dependence reportedly associated with an injury.": ("opioid dependence",),
            "She was treated for two weeks.": None,
        },
        pattern=compiled(
            r"\b(?:(?:undergoing|under|receiving|received|indicates?|indicating|being|is|was|were|been) (?:\w+ )?(?:treatment"
            r"|treated"
            r"|care|followed|managed|seen)(?: \w+ly)?|(?:treated|treatment)) for ?:? ?"
            rf"|\btreating {_PERSON} for ?:? ?"
            r"|\bsuffer(?:s|ed|ing) from |\bclaim(?:ed|s)? (?:for|of|to have developed) (?!cumulative|industrial|injur)"
            r"|\b(?:known|longstanding) (?:history of|to have) |\bproblem list:? ?"
        ),
    ),
    Rule(
        name="diagnoses.report_lists",
        why="A report or its author lists conditions.",
        examples={
            "The PR-2 of 8/9/13 lists: cervical segmental dysfunction (739.1), and r/o cubital tunnel syndrome, bilateral.": (
                "cervical segmental dysfunction (739.1)",
                "r/o cubital tunnel syndrome, bilateral",
            ),
            "The PR-2 of 8/9/13 lists neck and upper back pain, 6/10 with medication.": None,
        },
        pattern=compiled(
            r"\b(?:report|note|notes|pr-?2|records?|physician|provider|treater|doctor|psychologist|surgeon|clinic|evaluation"
            r"|file)\b"
            r"(?: (?:of|dated|on|from|for) [^.;:]{1,60}?)?(?: [([][^)\]]{1,60}[)\]])? (?:also )?lists?(?: the following)? ?:? ?"
        ),
    ),
    Rule(
        name="diagnoses.has",
        why="The patient has, or presents with, something that is called like a condition.",
        examples={
            "She has left C7 radiculopathy and cervical spondylosis, according to the orthopedist.": (
                "left C7 radiculopathy",
                "cervical spondylosis",
            ),
            "She has pain in the neck and numbness of the hand.": None,
            "He has no coronary disease.": None,
        },
        pattern=compiled(
            r"\b(?:he|she|patient|worker|claimant|applicant|employee) (?:also )?(?:has|had|presents? with|is known to have"
            r"|sustained"
            r"|suffered) (?!had |been |an? (?:\w+ ){0,3}?history)"
        ),
    ),
    Rule(
        name="diagnoses.history",
        why="A history of something that is called like a condition.",
        examples={
            "The patient has a past medical history of hypertension.": ("hypertension",),
            "The worker has a history of chronic low back pain and asthma.": ("chronic low back pain", "asthma"),
            "Family history of diabetes. He denies a history of asthma.": None,
        },
        pattern=compiled(
            r"\b(?:history|pmh|pmhx|comorbidit(?:y|ies))\b(?: (?:is|was|remains))?(?: (?:significant|notable|positive"
            r"|remarkable))?(?: ?:| (?:of|for|includ\w+)) ?"
        ),
    ),
    Rule(
        name="diagnoses.resulting",
        why="What the injury resulted in, where it is called like a condition.",
        examples={
            "A crush injury resulting in fractures of the index and middle fingers.": (
                "fractures of the index and middle fingers",
            ),
            "The fall resulted in pain.": None,
        },
        pattern=compiled(r"\b(?:resulting in|resulted in|sustain(?:ed|ing)|suffer(?:ed|ing)|causing|caused) "),
    ),
)
"""From the surest on: the first that finds a condition is believed."""
_SYMPTOMS_COUNT = frozenset({"diagnoses.treated_for"})
_END_OF_CLAIM = re.compile(
    r",? (?:reportedly|allegedly|purportedly|said to|associated with|as a result|arising|due to (?:an|the)|stemming|resulting"
    r"|secondary to (?:an|the)|in connection|is on file|on file|since|after|following|from (?:an?|the) )\b.*"
)
_RELATIVE = re.compile(r"\b(?:no|family|not|denies|without|mother|father|brother|sister|negative|ruled out)\b[^.;:]{0,30}$")

# --- reading ---------------------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    place: Place
    by: str


_Read = Callable[[Page, Part, tuple[Rule, ...]], Iterator[_Entry]]


def diagnoses(page: Page) -> tuple[Found, ...]:
    """The entries of the summary's labelled lists; where it labels none, the conditions that it states in their place."""
    summary = page.narrative
    if summary is None:
        return ()
    if labelled := _collected(page, _labelled(page, summary, _LABELS)):
        return labelled
    return next((found for rule in _STATED if (found := _collected(page, _stated(page, summary, (rule,))))), ())


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
        opened = m.group().rstrip().endswith("(")
        end = (bracket_end if opened else list_end)(page.text, m.end(), summary.end)
        for place in entries(page.text, m.end(), end):
            at = place[1]
            yield _Entry(place, by)


def _hits(page: Page, summary: Part, rules: tuple[Rule, ...]) -> list[tuple[re.Match[str], str]]:
    """The leads of all these rules in the order of the text."""
    found = [(m, rule.name) for rule in rules if rule.pattern for m in rule.pattern.finditer(page.low, *summary)]
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
        end = list_end(page.text, m.end(), summary.end)
        if cut := _END_OF_CLAIM.search(page.low, m.end(), end):
            end = cut.start()
        at = end
        condition = OR_PAIN if by in _SYMPTOMS_COUNT else CONDITIONS
        found = entries(page.text, m.end(), end)
        named = [place for place in found if condition.search(page.text, *place)]
        if found and 2 * len(named) >= len(found) and named[0] == found[0]:
            yield from (_Entry(place, by) for place in named)


RULES = (*_LABELS, *_STATED)
_CERTAIN = frozenset(rule.name for rule in RULES if rule.certain)


def _read_one(rule: Rule, words: str) -> tuple[str, ...] | None:
    page = Page(Letter("words", "", "", words))
    read: _Read = _labelled if rule in _LABELS else _stated
    return tuple(f.value for f in _collected(page, read(page, Part(0, len(page.text)), (rule,)))) or None


MATTER = Matter(RULES, _read_one)
