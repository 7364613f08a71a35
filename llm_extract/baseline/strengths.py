"""How strong a drug is, and the numbers that belong to its name."""

from __future__ import annotations

import re

from llm_extract.baseline.drugs import mentions
from llm_extract.baseline.request_line import Line, read_alone
from llm_extract.baseline.rule import Matter, Rule, compiled
from llm_extract.values import STRENGTH, normal_strength

NAME_NUMBER = Rule(
    name="name.number",
    needs=("tylenol", "codeine", "injection", "esi", "block", "synvisc"),
    why="Tylenol #3, Synvisc One and the second injection of a series are so called (contract, rule 7): no count, no strength.",
    pattern=compiled(
        r"\b(?:tylenol|codeine)(?: (?:with|w/) ?codeine)?(?P<number> ?(?:#|no\.? ?)[1-4])(?!\d)(?=.*(?:#|qty|quantity|\d ?tab)|$)"
        r"|\b(?:injection|esi|block)(?P<number2> ?# ?[1-3])(?!\d)|\bsynvisc[ -](?P<number3>one)\b"
    ),
    examples={"Tylenol #3, #60": "#3", "Epidural steroid injection #2": "#2", "Synvisc One": "One", "Norco #60": None},
)
STRENGTHS = Rule(
    name="strength.number_and_unit",
    why="A number with a unit of mass, share or rate; an amount in grams or millilitres is the size of a fill and no strength.",
    certain=True,
    pattern=compiled(STRENGTH),
    examples={
        "Norco 10/325mg #60": "10/325 mg",
        "Flurbiprofen 20%/Lidocaine 5% 180gm": "20/5 %",
        "Butrans 10mcg/hour": "10 mcg/hr",
        "Lidoderm 5% (700mg/patch)": "5 %",
        "Botox 200 units": "200 units",
        "Voltaren gel 100gm": None,
        "Orthostim 4 unit": None,
        "Quantitative chromatography (42 units)": None,
    },
)
RULES = (NAME_NUMBER, STRENGTHS)
_TOPICAL_UNIT = re.compile(r"\s*[\d.,]+ ?(?:gms?|grams?|g|ml|mls|cc|oz)\b")
_NO_STRENGTH_BEHIND = re.compile(r" ?(?:rental|supply)")
_UNITS = re.compile(r"[\d ,]+units?")
_IN_BRACKETS = re.compile(r"\( ?\Z")


def hide_name_numbers(line: Line) -> None:
    """Keep the numbers of names from the rules that count."""
    for m in line.matches(NAME_NUMBER):
        line.hide(m.span(m.lastgroup or 0))


def read_strength(line: Line) -> None:
    """One strength, or those of a compound's ingredients in their order."""
    matches = [m for m in line.matches(STRENGTHS) if _is_strength(line, m)]
    line.use(*(m.span() for m in matches))
    told = [(m, normal) for m in matches if (normal := normal_strength(m.group()))]
    if len({_unit(normal) for _, normal in told}) > 1:  # "5% (700mg/patch)": the brackets say the same again
        told = [(m, n) for m, n in told if not _IN_BRACKETS.search(line.text[: m.start()])] or told
    if told:
        line.put("strength", _joined([normal for _, normal in told]), *(m.span() for m, _ in told), by=STRENGTHS.name)


def _is_strength(line: Line, m: re.Match[str]) -> bool:
    if _TOPICAL_UNIT.match(m.group()) or _NO_STRENGTH_BEHIND.match(line.rest, m.end()):
        return False
    # "4 unit" is a device, "42 units" of what is no drug are a count.
    return not _UNITS.fullmatch(m.group()) or (m.group().endswith("s") and bool(mentions(line.text)))


def _unit(normal: str) -> str:
    return normal.rsplit(" ", 1)[1]


def _joined(strengths: list[str]) -> str:
    units = {_unit(normal) for normal in strengths}
    if len(units) > 1:
        return "/".join(strengths)
    return f"{'/'.join(normal.rsplit(' ', 1)[0] for normal in strengths)} {units.pop()}"


def _read(rule: Rule, words: str) -> object:
    if rule is STRENGTHS:
        return read_alone(read_strength, words)
    m = rule.search(words.lower())
    return words[slice(*m.span(m.lastgroup or 0))].strip() if m else None


MATTER = Matter(RULES, _read)
