"""The thing asked for: what no other rule used, or a compound's ingredients; its category and generic name."""

from __future__ import annotations

import re
import string
from itertools import pairwise

from llm_extract.baseline.drugs import generic_by, mentions
from llm_extract.baseline.kinds import kind_of
from llm_extract.baseline.request_line import Line, Place, Value, read_alone, tight
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import lower

PERCENTAGES = Rule(
    name="treatment.compound_percentages",
    why="Two or more names with a percentage each, or one that is called compounded: the ingredients of a compound.",
    pattern=compiled(r"(?P<name>[a-z][a-z' -]{0,60}?(?:-?\d{1,3})?)[ :,(]{0,4}(?P<dose>\d{1,3}(?:\.\d{1,6})?|\.\d{1,6}) ?%\)?"),
    examples={
        "Flurbiprofen 20%/Lidocaine 5% cream": "Flurbiprofen/Lidocaine cream",
        "Compounded Ketoprofen 20% in PLO gel": "Ketoprofen gel",
        "Voltaren gel 1%": None,
    },
)
LISTED = Rule(
    name="treatment.compound_listed",
    why="Drugs side by side in what is called a compound.",
    examples={
        "Compound medication (Ketoprofen, gabapentin, lidocaine)": "Ketoprofen/gabapentin/lidocaine",
        "Ketoprofen, gabapentin": None,
    },
)
REST = Rule(
    name="treatment.rest",
    why="The contract's definition: the request without what the other rules have read.",
    examples={"TENS unit": "TENS unit", "request for an MRI": "MRI"},
)
SECOND_STRENGTH = Rule(
    name="generic.second_strength",
    why="The second number of a hydrocodone, oxycodone or tramadol product is acetaminophen's, up to 2014 also above 325 mg.",
    pattern=compiled(r"[\d.]+/(?:300|325|400|500|650|660|750) mg\Z"),
    examples={"10/325 mg": "acetaminophen", "7.5/200 mg": None, "10 mg": None},
)
RULES = (PERCENTAGES, LISTED, REST, SECOND_STRENGTH)

_EDGE_FRONT = re.compile(
    r"(?:[\s,;:.\-/&+]|(?:of|for|the|with|and|to|at|on|in|x|a|an|by|per|quantity|qty|dosage|dose|then|prescription of"
    r"|request for)\b(?!-))+",
    re.IGNORECASE,
)
_BACK_WORDS = (
    *("of", "for", "the", "with", "and", "to", "at", "on", "in", "x", "by", "per", "quantity", "qty", "dosage", "dose", "total"),
    *("each", "refill", "refills", "date of service", "dos", "month", "sig", "re", "regarding", "then"),
)
_EDGE_BACK = re.compile(rf"(?:[\s,;:\-/&+]|\b(?:{'|'.join(_BACK_WORDS)})\b)+\.?\Z", re.IGNORECASE)
_BACK_ENDS = (*_BACK_WORDS, *",;:-/&+", *string.whitespace, *"\x1c\x1d\x1e\x1f")
_EMPTY_BRACKETS = re.compile(r"[(\[][\s,;:./#x-]*[)\]]")
_BEFORE_POINT = re.compile(r"\s+([,;:.)])")
_DOUBLE_POINT = re.compile(r"([,;:])(?:\s*[,;:])+")
_FREE = re.compile(rb"\x00+")
_FORM = re.compile(r"\b(?:cream|gel|ointment|lotion|solution|spray|patch(?:es)?|capsules?|paste|oil|rub)\b", re.IGNORECASE)
_NOT_INGREDIENT = re.compile(
    r"^(?:.*\b(?:of|with|containing|contains|includes?|and|in|cream|gel|ointment|lotion|compound(?:ed)?|cmpd|topical|transdermal"
    r"|medications?|base|plus|drug|analgesic)\b:? ?)+",
    re.IGNORECASE,
)
_SAYS_COMPOUND = re.compile(r"\b(?:compound(?:ed)?|cmpd)\b", re.IGNORECASE)
_SIDE_BY_SIDE = re.compile(r"[\s,/&+]*(?:and )?\s*")
_WITH_ACETAMINOPHEN = ("hydrocodone", "oxycodone", "tramadol")


def read_treatment(line: Line) -> None:
    """Treatment and category, which every request has, and the generic name of a drug."""
    compound = _compound(line)
    if compound:
        line.put("treatment", compound.value, *compound.places, by=compound.by)
    else:
        _rest(line)
    treatment, places, _ = line.values["treatment"]
    category, by = kind_of(str(treatment), line.text)
    line.put("category", category, *places, by=by)
    if category == "medication":
        _generic(line, str(treatment))


def _rest(line: Line) -> None:
    places = _remaining(line)
    value = _clean(_joined(line, places))
    line.put("treatment", value or line.text.strip(), *(places if value else [(0, len(line.text))]), by=REST.name)


def _generic(line: Line, treatment: str) -> None:
    generic, by = generic_by(treatment)
    if generic is None:
        return
    if generic in _WITH_ACETAMINOPHEN and SECOND_STRENGTH.search(_strength(line)):
        generic, by = f"{generic}/acetaminophen", SECOND_STRENGTH.name
    line.put("generic_name", generic, *((m.start, m.end) for m in mentions(line.text)), by=by)


def _strength(line: Line) -> str:
    return str(line.values["strength"].value) if "strength" in line.values else ""


def _remaining(line: Line) -> list[Place]:
    parts = (tight(line.text, *m.span()) for m in _FREE.finditer(line.used))
    return [(a, b) for a, b in parts if any(c.isalnum() for c in line.text[a:b])]


def _joined(line: Line, places: list[Place]) -> str:
    """The pieces side by side; a comma behind a place that was cut out stays: "X-rays [lumbar spine], flexion and extension".

    So does a bracket around a drug that closes behind what was cut out: "Norco (Hydrocodone/APAP [10/325mg])".
    """
    words = ""
    for (a, b), (after, _) in pairwise([*places, (len(line.text), 0)]):
        piece, between = line.text[a:b], line.text[b:after]
        if piece.count("(") > piece.count(")") and ")" in between and mentions(piece[piece.rindex("(") :]):
            piece += ")"
        words += piece + (", " if any(b <= comma < after for comma in line.commas) else " ")
    return words


def _clean(words: str) -> str:
    words, previous = " ".join(words.split()), None
    while words != previous:
        previous = words
        words = " ".join(_EMPTY_BRACKETS.sub(" ", words).split())
        words = _DOUBLE_POINT.sub(r"\1", _BEFORE_POINT.sub(r"\1", words)).replace("( ", "(")
        words = words[m.end() :] if (m := _EDGE_FRONT.match(words)) else words
        words = _without_edge_behind(words).strip(" ,;:-")
        if words.count("(") != words.count(")"):
            at_edge = words[:1] in "()" or words[-1:] in "()"
            words = words.strip("()") if at_edge else words.replace("(", " ").replace(")", " ")
    return words


def _without_edge_behind(words: str) -> str:
    """Without what `_EDGE_BACK` finds; most words end in nothing of the kind. Only of ASCII letters the case is so plain."""
    if words.isascii() and not words.removesuffix(".").lower().endswith(_BACK_ENDS):
        return words
    return _EDGE_BACK.sub("", words)


def _compound(line: Line) -> Value | None:
    """Two or more ingredients, or one that is called compounded: their names joined with `/`, then the form."""
    by_rule = ((_ingredients_with_percent(line.asked), PERCENTAGES), (_ingredients_listed(line), LISTED))
    places, rule = max(by_rule, key=lambda found: len(found[0]))
    if len(places) < 2 and not (places and _SAYS_COMPOUND.search(line.text)):
        return None
    value = "/".join(line.text[a:b] for a, b in places)
    form = _FORM.search(line.asked)
    if form:
        value += f" {form.group()}"
        places.append(form.span())
    line.use((0, len(line.text)))
    return Value(value, tuple(places), rule.name)


def _ingredients_with_percent(text: str) -> list[Place]:
    """Places of names that a percentage follows; none where one of them is no name."""
    places: list[Place] = []
    for m in PERCENTAGES.pattern.finditer(lower(text)) if PERCENTAGES.pattern and "%" in text else ():
        lead = _NOT_INGREDIENT.match(m["name"])
        name = (m["name"][lead.end() :] if lead else m["name"]).strip(" -:,")
        if len(name) < 3:
            return []
        at = m.start("name") + m["name"].rindex(name)
        places.append((at, at + len(name)))
    return places


def _ingredients_listed(line: Line) -> list[Place]:
    """Places of drugs that stand side by side in what is called a compound: "Compound (ketoprofen, gabapentin, lidocaine)"."""
    if not _SAYS_COMPOUND.search(line.text):
        return []
    found = mentions(line.asked)
    apart = any(not _SIDE_BY_SIDE.fullmatch(line.asked[a.end : b.start]) for a, b in pairwise(found))
    return [] if apart else [(m.start, m.end) for m in found]


def _read(rule: Rule, words: str) -> object:
    if rule is SECOND_STRENGTH:
        return "acetaminophen" if rule.search(words) else None
    if rule is REST:
        return read_alone(_rest, words)
    line = Line(words)
    line.asked = words
    compound = _compound(line)
    return compound.value if compound and compound.by == rule.name else None


MATTER = Matter(RULES, _read)
