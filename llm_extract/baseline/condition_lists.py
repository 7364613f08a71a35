"""Lists of conditions as letters write them: where one ends, and its entries, split at the list's own separators only.

Numbers or letters ("1. ... 2. ...", "a) ... b) ..."), else semicolons, else commas and "and". What words share an entry
("cervical and lumbar spine", "strain, resolved") is told by what they are, not by which letter they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from llm_extract.baseline.condition_words import (
    CONDITIONS,
    ENDS_IN_PLACE,
    LEVEL,
    ONLY_PLACE,
    OR_PAIN,
    PAIR_LEFT,
    PAIR_RIGHT,
    PAIRED,
)
from llm_extract.baseline.page import sentences

Place = tuple[int, int]

_NUMBER = re.compile(
    r"(?:^|(?<=[ ,;(.:]))(?:[(\[](?P<a>\d{1,2})[)\]]|#?(?P<b>\d{1,2}) ?[.):]{1,2}|#(?P<c>\d{1,2}))[ -]?(?=[^\d\s])"
)
_LETTER = re.compile(r"(?:^|(?<=[ ,;.:]))\(?(?P<letter>[a-jA-J])[.)] ?(?=[A-Za-z])")
_ROMAN = re.compile(r"(?:^|(?<=[ ,;.:]))\(?(?P<roman>i{1,3}|iv|vi{0,3})[.)] ?(?=[A-Za-z])", re.IGNORECASE)
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
# PDF text runs on where a line ended: "3) Lumbar strain, resolved Rx so far: ibuprofen".
_RUN_ON = re.compile(
    r"(?<=[a-z0-9)\"%]) (?="
    r"(?:The|This) (?:patient|injured|claimant|applicant|employee|worker|treat|provider|physician|utilization|request|current"
    r"|plan|medical)"
    r"|(?:Patient|Claimant|Applicant|Employee|Injured worker|Provider|Physician|He|She|His|Her|There|It|They) [a-z']+ "
    r"|Exam(?:ination)?(?: on| of| dated| from|:| show| reveal| find| was)|(?:On|In|As of|Per|According to|At) (?:\d|the|exam"
    r"|physical|a)\b"
    r"|(?:P|Rx|Tx) ?: ?|(?!Axis)[A-Z][a-z]+(?: [a-z]+){0,3}:|(?!AXIS)[A-Z]{4,}(?: [A-Z]{2,}){0,2}:)"
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
    r"|according to|on \d|for which|in addition|axis (?:iv|v|4|5)\b|gaf\b|global assessment)",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r",? (?:(?:is|are|was|were|ha(?:s|ve|d) been) (?:also )?(?:confirmed|supported|accepted|made|given|noted|listed|provided"
    r"|documented|established"
    r"|reported|identified|seen|found|added|entertained|considered|entered|carried|accepted|at issue)\b.*"
    r"|as (?:described|noted|detailed|stated|listed|outlined|summarized|above)\b.*|which (?:is|was|are|were|has|have)\b.*"
    r"|(?:and )?summarized (?:above|below).*|for which\b.*|(?:and )?(?:was |is |has been )?(?:treated|prescribed"
    r"|referred)\b (?:with|for|to).*"
    r"|and (?:the )?(?:patient|injured worker|claimant|applicant|employee) .*|and (?:he|she|it) .*|based on\b.*|per the\b.*"
    r"|according to\b.*|(?:was|were|had been) (?:made|given|noted|established)\b.*|with complaints? of\b.*)$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:and |also |later |then |subsequently |initially |the following:? |of |as |with |for |an? |the |axis (?:iv|v|i{1,3}"
    r"|[1-5])\b ?[:-]? ?|\d{1,2}[.)] ?|[-*•] ?)+",
    re.IGNORECASE,
)
# What is to be done about it, behind the condition: "Lumbar strain - continue Norco".
_PLAN = re.compile(
    r"(?: -|:) (?:cont(?:inue)?|refill|start|stop|plan|request|will|await|schedule|rx|trial|add|increase|decrease|taper|refer"
    r"|see)\b.*$",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:is|was|are|were|been) (?:\w+ly )?(?:ruled out|excluded|rejected|disputed|denied|withdrawn|dropped"
    r"|not (?:made|confirmed|established|supported|accepted|given))\b",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(r"[ ,]+(?:and|or|but|as well as|along with|with|plus|including)$", re.IGNORECASE)
_NO_ENTRY = re.compile(
    r"(?:none|no\b|without\b|denie[sd]\b|unknown|not\b(?! otherwise)|deferred|n/a|same|unchanged|pending|unclear|made\b"
    r"|discussed|reviewed|(?:listed|noted|given)$|at issue\b|see\b|plan\b|pain (?:levels?|scores?|\d)"
    r"|based|provided|consistent|correct|confirmed|performed|normal|negative|positive|mri\b|x-?rays?\b|ct scan|emg\b|report"
    r"|physical exam"
    r"|examination|significant|notable|(?:summarized|described|noted|listed|detailed) (?:above|below|in detail))",
    re.IGNORECASE,
)
# A segment of these only goes on with the entry before it: "carpal tunnel syndrome, bilateral", "strain, resolved".
# One alternative a word: two that match the same one would be tried in every combination.
_QUALIFIER = (
    r"(?:and|or|the|on|of|at|than|side|more|greater|worse|left|right|bilateral(?:ly)?|both|upper|lower|extremit(?:y|ies)"
    r"|dominant|non-?dominant|hand|acute|subacute|chronic|early|late|mild|moderate|severe|advanced|intractable|incomplete"
    r"|complete|recurrent|single|episodes?|resolv(?:ed|ing)|improv(?:ed|ing)|stable|persistent|ongoing|residual|possible"
    r"|probable|suspected|unspecified|nos|not otherwise specified|initial encounter|subsequent encounter|sequela|industrial"
    r"|non-?industrial|in (?:full |partial )?remission|by history|per history|closed|open|displaced|grade|stage|type|i{1,3}|iv"
    r"|\(?[a-z]?-?\d[^ ]*)"
)
_TOLD_BY = (
    r"(?:(?:with(?:out)?|secondary to|due to|related to|associated with"
    r"|(?:as )?(?:seen|shown|confirmed|proven|evidenced|demonstrated) (?:on|by|in)) .*"
    r"|(?:per|by|on) (?:electrodiagnos\w*|ct\b|emg|ncv|ncs|mri|x-?ray|imaging|exam\w*|ultrasound|arthrogram)\b.*)"
)
_QUALIFIES = re.compile(
    rf"(?=.)(?:{_QUALIFIER} )*(?:{_QUALIFIER}|{_TOLD_BY})?",
    re.IGNORECASE,
)
# Names of the ICD that go on behind a comma: "pain in joint, pelvic region and thigh".
_WHERE = re.compile(r"\b(?:joint|joints|limb|soft tissues?|bone)$", re.IGNORECASE)
_SEMICOLON = re.compile(r" ?;(?: and)? ?")
_COMMA = re.compile(r",(?: and| as well as| along with)? | (?:and|as well as|along with|&) | - (?=[A-Za-z])", re.IGNORECASE)


def bracket_end(text: str, start: int, limit: int) -> int:
    """Where the bracket that was opened before `start` is closed."""
    depth = 1
    for at in range(start, min(limit, start + 1000)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return list_end(text, start, limit)


def _sentence_end(text: str, start: int, limit: int) -> int:
    found = sentences(text, start, min(limit, start + 1500))
    return found[0].end if found else limit


def _number(m: re.Match[str]) -> int:
    if m.re is _LETTER:
        return ord(m["letter"].lower()) - ord("a") + 1
    return _ROMANS.index(m["roman"].lower()) + 1 if m.re is _ROMAN else int(m["a"] or m["b"] or m["c"])


def _numbers(text: str, start: int, limit: int) -> list[re.Match[str]]:
    """The list's numbers from 1 on, or its letters from a on where there are two; none where it does not begin with one."""
    run = _run(_NUMBER, text, start, limit)
    return run or next((run for marks in (_LETTER, _ROMAN) if len(run := _run(marks, text, start, limit)) > 1), [])


def _run(marks: re.Pattern[str], text: str, start: int, limit: int) -> list[re.Match[str]]:
    first = marks.match(text, start)
    if first is None or _number(first) != 1:
        return []
    run = [first]
    for m in marks.finditer(text, first.end(), min(limit, start + 3000)):
        if _number(m) == len(run) + 1:
            run.append(m)
    return run


def list_end(text: str, start: int, limit: int) -> int:
    """The end of the sentence, or of the last numbered entry ("1. Lumbar strain. 2. Sciatica."), before what the PDF ran on."""
    numbers = _numbers(text, start, limit)
    last = numbers[-1].end() if numbers else start
    end = _sentence_end(text, last, limit)
    run_on = _RUN_ON.search(text, last, end)
    return run_on.start() if run_on else end


def entries(text: str, start: int, end: int) -> list[Place]:
    """Split at the list's own separators only: numbers or letters, else semicolons, else commas and "and"."""
    if numbers := _numbers(text, start, end):
        edges = [(m.end(), after.start()) for m, after in pairwise(numbers)] + [(numbers[-1].end(), end)]
        edges = [(a, run_on.start() if (run_on := _RUN_ON.search(text, a, b)) else b) for a, b in edges]
    elif len(edges := list(_cut(text, start, end, _SEMICOLON))) == 1:
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
        if _WHERE.search(left) and ONLY_PLACE.fullmatch(lone.replace(" and ", " ")):
            return True
        return bool(_QUALIFIES.fullmatch(lone) or (LEVEL.match(segment) and not CONDITIONS.search(segment)))
    if separator.strip() == "-":
        return bool(left.strip())
    return _shared(left.strip(), segment, right[len(segment) :].startswith(" and "))


def _shared(left: str, right: str, goes_on: bool) -> bool:
    """Whether "and" joins words of one entry: "cervical and lumbar spine", "disc and facet abnormalities", "C5-6 and C6-7"."""
    head = left.rsplit(",", 1)[-1].strip()
    if LEVEL.match(right) and not CONDITIONS.search(right):
        return True
    if PAIRED.search(left) or (PAIR_LEFT.search(head) and PAIR_RIGHT.match(right)):
        return True
    if ONLY_PLACE.fullmatch(right) and (" " in right or not goes_on):
        return True
    if not OR_PAIN.search(head) and (ENDS_IN_PLACE.search(head) or len(head.split()) == 1) and len(right.split()) > 1:
        return True
    in_list = re.search(r"\b(?:of|to|in|at|affecting|involving)\b[^,]*$", head, re.IGNORECASE)
    return bool(in_list and ENDS_IN_PLACE.search(head) and not OR_PAIN.search(right))


def _end_of(text: str, start: int, end: int) -> int:
    """The end without punctuation, and without the "and" of a list that goes on with other words."""
    if left := _LEFT_OVER.search(text[start:end].rstrip(" .,;:\"'-")):
        end = start + left.start()
    while end > start and text[end - 1] in " .,;:\"'-":
        end -= 1
    return end


def tidy(text: str, start: int, end: int) -> Place | None:
    """An entry without its lead-in, references elsewhere and punctuation; None where nothing is left that could be one."""
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    for behind in (_REFERS, _PLAN):
        if m := behind.search(text[start:end]):
            end = start + m.start()
    end = _end_of(text, start, end)
    while start < end and text[start] in " .,;:\"'-":
        start += 1
    words = text[start:end]
    if words.count("(") < words.count(")"):
        end -= words.endswith(")")
    elif words.startswith("(") and ")" not in words:
        start += 1
    words = text[start:end]
    named = re.search(r"[A-Za-z]{3}", words) and not _NO_ENTRY.match(words)
    fits = 2 < len(words) < 160 and named and not _TAKEN_BACK.search(words)
    return (start, end) if fits else None
