"""Words of a request that are no part of what is asked for: what leads in, remarks, and counts that are said to be unknown."""

from __future__ import annotations

from llm_extract.baseline.request_line import Line, read_alone
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import NUMBER_TWICE

_UNKNOWN_OF = (
    r"(?:frequency|duration|quantity|number|dosage|dose|strength|amount|length|sessions?|visits?|refills?|rental period|period)"
)
_UNKNOWN_LIST = rf"{_UNKNOWN_OF}(?:(?: ?(?:,|/|&|and|or)){{1,2}} ?{_UNKNOWN_OF}){{0,3}}"
_ARTICLE = r"(?:a |an |the )?"

LEADS = (
    Rule(
        name="lead.surgical_service",
        why="The form's label of what goes with an operation; the contract cuts it from the treatment.",
        pattern=compiled(
            r"(?:\(?associated surgical (?:services?|procedures?|items?|requests?)\)?|associated services?|surgical services?)"
            r" ?[:;,-]{0,3} ?"
        ),
        examples={
            "Associated surgical service: Assistant surgeon": "Associated surgical service",
            "Associated Surgical Services - Cold therapy unit": "Associated Surgical Services",
            "Arthroscopy": None,
        },
    ),
    Rule(
        name="lead.appeal",
        why="A request that is made again is the same request.",
        pattern=compiled(
            r"(?:(?:the |an )?appeal(?:ed)?(?: (?:of|for|to))?(?: the)?|resubmission of(?: the)?|(?:request for )?reconsideration"
            r" (?:of|for)(?: the)?)(?: (?:(?:previously |prior |upheld |ur )*(?:denial|denied|non-?certification|decision"
            r"|request)"
            rf"(?: (?:of|for))?))? ?[:;,-]{{0,2}} ?{_ARTICLE}"
        ),
        examples={
            "Appeal: Norco 10/325mg #120": "Appeal",
            "Appeal of denial for lumbar ESI": "Appeal of denial for",
            "Reconsideration of MRI": "Reconsideration of",
            "Reconsideration of the upheld denial of an MRI": "Reconsideration of the upheld denial of an",
            "Norco": None,
        },
    ),
    Rule(
        name="lead.request",
        why="Says that something is asked for, not what.",
        pattern=compiled(
            rf"(?:the |a )?requests? for (?:authorization (?:of|for) )?{_ARTICLE}|requests? ?: ?"
            rf"|{_ARTICLE}prospective (?:requests? "
            rf"for|us(?:ag)?e of) {_ARTICLE}|(?:decision|determination|authorization) (?:for|of) {_ARTICLE}"
            rf"|(?:the )?medical necessity (?:of|for) (?:the )?(?:requests? for )?{_ARTICLE}|(?:the )?issue at dispute ?: ?"
        ),
        examples={
            "The request for Norco 10/325mg #60": "The request for",
            "Prospective use of Norco": "Prospective use of",
            "Medical necessity of the request for an MRI": "Medical necessity of the request for an",
            "Decision for Norco": "Decision for",
            "Requested consultation": None,
        },
    ),
    Rule(
        name="lead.unknown",
        why="Says that a count is not known; what follows is the thing itself.",
        pattern=compiled(
            r"(?:unknown|unspecified|undetermined) (?:number of |quantity of |amount of |length of |duration of )?"
            rf"(?!{_UNKNOWN_OF}\b)(?=[a-z]{{3}})"
        ),
        examples={
            "Unknown prescription of Terocin patches": "Unknown",
            "Unspecified number of chiropractic visits": "Unspecified number of",
            "Unknown frequency": None,
        },
    ),
    Rule(
        name="lead.prescription",
        why="A number of prescriptions is no number of tablets.",
        pattern=compiled(
            rf"(?:{NUMBER_TWICE} )?(?:medication )?prescriptions? (?:of|for|drugs?,?) {_ARTICLE}|prescription drugs?[,:]? "
            r"|pharmacy purchase of |purchase of (?=[a-z]+ \d)|us(?:ag)?e of (?=[a-z])"
        ),
        examples={
            "One (1) prescription of Norco 10/325mg": "One (1) prescription of",
            "Pharmacy purchase of Norco": "Pharmacy purchase of",
            "Purchase of LSO brace": None,
        },
    ),
    Rule(
        name="lead.kind",
        why="Names the kind of what follows behind a colon, which the category says better.",
        pattern=compiled(
            r"(?:referrals?|(?:surgical )?procedures?|surgery|services?|treatments?|items?|equipment|imaging|therapy) ?: ?"
            r"|(?:post[ -]?op(?:erative)? )?(?:medications?|pharmacy|prescriptions?|rx|dme"
            r"|durable medical equipment(?: \(dme\))?)[ \0]{0,40}[:-] ?"
        ),
        examples={
            "Medication: Omeprazole 20mg": "Medication",
            "Post op DME: knee brace": "Post op DME",
            "Surgery: L4-5 microdiscectomy": "Surgery",
            "Surgery of the hand": None,
        },
    ),
)
REMARKS = (
    Rule(
        name="remark.outcome",
        why="What became of a request before says nothing of what is asked for now.",
        pattern=compiled(
            r"[(\[](?=[^()\[\]]{0,200}(?:\bden(?:ied|ial)|\bupheld\b|\boverturned\b|\bappeal|certified\b|certification\b"
            r"|\bmodified\b"
            r"|\bapproved\b|\bauthori[sz]ed\b|\breconsideration\b|\bur\b|\butilization review\b"
            r"|\bwithdrawn\b))[^()\[\]]{0,200}[)\]]"
        ),
        examples={
            "Protonix 20mg #60 (UR appeal of 5/6/15 upheld)": "UR appeal of 5/6/15 upheld",
            "Norco #120 (modified to #60)": "modified to #60",
            "MRI [previously denied]": "previously denied",
            "Soma (Carisoprodol)": None,
        },
    ),
    Rule(
        name="remark.dispenser",
        needs=("(", "[", "ndc"),
        why="Who dispenses a drug, and its number in a catalogue, are no part of its name.",
        pattern=compiled(
            r"[(\[](?=[^()\[\]]{0,80}(?:\bexpress scripts\b|\bmail order\b|\bndc\b))[^()\[\]]{0,80}[)\]]"
            r"|,? ?\bndc ?[:#]{0,2} ?\d[\d-]{5,14}"
        ),
        examples={
            "Gabapentin 300mg #90 (Express Scripts)": "Express Scripts",
            "Gabapentin #90, NDC 00071-0803-24": "NDC 00071-0803-24",
            "Gabapentin": None,
        },
    ),
    Rule(
        name="remark.outpatient",
        needs=("patient",),
        why="Where a treatment is given says nothing of what it is, behind it.",
        pattern=compiled(r",? ?\(?\b(?:as an?|as|on an) (?:out|in)-?patient(?: basis)?\)?"),
        examples={
            "Norco 10/325mg #90 as an outpatient": "as an outpatient",
            "Arthroscopy on an outpatient basis": "on an outpatient basis",
            "Inpatient stay": None,
        },
    ),
)
UNKNOWN = (
    Rule(
        name="unknown.named_first",
        needs=("unknown", "unspecified", "undetermined", "unlisted"),
        why="A count that is said to be unknown is none.",
        pattern=compiled(rf"[(,]? ?\b(?:unknown|unspecified|undetermined|unlisted) {_UNKNOWN_LIST}(?: of)?\)?"),
        examples={
            "Physical therapy (unspecified frequency and duration)": "unspecified frequency and duration",
            "Norco, unspecified quantity": "unspecified quantity",
            "quantity 60": None,
        },
    ),
    Rule(
        name="unknown.named_last",
        needs=("unknown", "unspecified", "not "),
        why="A count that is said not to be given is none.",
        pattern=compiled(
            rf"[(,]? ?\b{_UNKNOWN_LIST}:? (?:is |was |are |were )?"
            r"(?:unknown|unspecified|not (?:specified|given|listed|provided|stated|indicated|noted))\)?"
        ),
        examples={"Norco 10/325mg (quantity not specified)": "quantity not specified", "quantity 60": None},
    ),
)
RULES = (*REMARKS, *LEADS, *UNKNOWN)


def cut_remarks(line: Line) -> None:
    """Remarks go first: they hold numbers and dates of something else."""
    for rule in REMARKS:
        _cut(line, rule)


def cut_lead(line: Line) -> None:
    """What leads in, however many such words follow each other; then `line.asked` is what is asked for."""
    start = next((i for i, c in enumerate(line.rest) if c not in "\0 :,-"), 0)
    end = start
    while (after := _past_lead(line, end)) > end:
        end = after
    if start < end < len(line.text):
        line.use((start, end))
    for rule in UNKNOWN:
        _cut(line, rule)
    line.asked = line.unused()


def _past_lead(line: Line, start: int) -> int:
    start += len(line.rest[start:]) - len(line.rest[start:].lstrip(" :,-"))
    hits = (rule.pattern.match(line.rest, start) for rule in LEADS if rule.pattern)
    return next((m.end() for m in hits if m), 0)


def _cut(line: Line, rule: Rule) -> None:
    for m in line.matches(rule):
        line.use(m.span())


def _read(rule: Rule, words: str) -> str | None:
    if rule not in LEADS:
        return read_alone(lambda line: _cut(line, rule), words)  # type: ignore[no-any-return]
    m = rule.pattern.match(words.lower()) if rule.pattern else None
    return words[: m.end()].strip(" :;,-") if m else None


MATTER = Matter(RULES, _read)
