"""How an answer becomes values of the contract.

Each answer is turned into `Found`s by locating its words in the letter and reading them with the same parsers that the rules use
(`values.py`), so that a value without its words in the letter cannot come about. What is asked stands in `questions`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from llm_extract.baseline import clinical
from llm_extract.baseline.citations import read_citations
from llm_extract.baseline.condition_names import as_listed
from llm_extract.baseline.drugs import generic_by
from llm_extract.baseline.page import Page
from llm_extract.baseline.request import read_request
from llm_extract.decision_words import read_decision
from llm_extract.engine import Entry, Found, item_pointer
from llm_extract.grounding import locate
from llm_extract.letters import Letter
from llm_extract.questions import (
    KINDS,
    AnswerModel,
    CitedDocument,
    ClinicalAnswer,
    FactsAnswer,
    Faults,
    ItemAnswer,
    ItemsAnswer,
    ListedItem,
    ReasonsAnswer,
)
from llm_extract.reason_words import may_give
from llm_extract.schema import STATES, Citation, Decision, Issue, Source
from llm_extract.sections import ItemParts, Part, Sections, sections_of
from llm_extract.values import NUMBER, latest_year, normal_strength, page_numbers, parse_date, parse_number, plain, sentences


@dataclass(frozen=True)
class Desk:
    """One letter while its answers are read."""

    letter: Letter
    by: str

    @cached_property
    def sections(self) -> Sections:
        """The letter's map."""
        return sections_of(self.letter)

    @cached_property
    def latest_year(self) -> int | None:
        """What short dates are held against."""
        return latest_year(self.letter.folded.text)

    def found(self, value: Any, *parts: Part) -> Found:
        """A value of the model, proved by folded ranges."""
        spans = tuple(s for p in parts for s in self.letter.folded.spans(*p))
        return Found(value, spans, self.by, reader="model")

    def words(self, part: Part) -> str:
        """The letter's own words."""
        return self.letter.folded.text[part.start : part.end]

    def day(self, words: str) -> date | None:
        """The date that words give, short years as the letter's other dates have them."""
        return parse_date(words, latest_year=self.latest_year)

    def quoted(self, quote: str | None, within: Part | None) -> Part | None:
        """Where a quote stands."""
        return locate(quote, self.sections, within) if quote else None


Values = dict[str, Entry]


def unsupported_issue(pointer: str) -> Issue:
    """What is said of a quote that does not stand in the letter."""
    return Issue(
        pointer=pointer,
        code="unsupported",
        message="The model gave a value whose words do not stand in the letter; it was dropped.",
    )


def quote_faults(name: str, answer: AnswerModel, sections: Sections, within: Part | None) -> Faults:
    """Fields with quotes that do not stand in the slice that was shown."""
    faults: Faults = {}
    for field_name in type(answer).model_fields:
        quotes = KINDS[name][1](answer.model_copy(update=dict.fromkeys(type(answer).model_fields.keys() - {field_name}, ())))
        missing = [q for q in quotes if q.strip() and locate(q, sections, within) is None]
        if missing:
            faults[field_name] = f"these words do not stand in the text: {json.dumps(missing[:5])}"
    return faults


def reason_faults(answer: ReasonsAnswer, decision: str | None, sentences: int) -> Faults:
    """Reasons without their sentence, and the one reason that an upheld denial cannot rest on alone."""
    unknown = sorted({given.sentence for given in answer.reasons if not 1 <= given.sentence <= sentences})
    if unknown:
        return {"reasons": f"there are sentences 1 to {sentences}, not {', '.join(map(str, unknown))}"}
    if decision == "upheld" and {given.code for given in answer.reasons} == {"criteria_met"}:
        return {"reasons": "the denial is upheld, so that criteria_met cannot be the only reason"}
    return {}


def read_clinical(desk: Desk, answer: ClinicalAnswer) -> tuple[Values, list[Issue]]:
    """The three lists, each entry located in the summary and cut to what the contract asks for."""
    values: Values = {}
    issues: list[Issue] = []
    for name in ClinicalAnswer.model_fields:
        pointer = f"/clinical/{name}"
        places = [desk.quoted(quote, desk.sections.summary) for quote in dict.fromkeys(getattr(answer, name))]
        issues += [unsupported_issue(pointer)] * places.count(None)
        entries: dict[str, Found] = {}
        for part in _CUTS[name](plain(desk.letter.folded.text), [place for place in places if place]):
            entries.setdefault(desk.words(part).lower(), desk.found(desk.words(part), part))
        if entries:
            values[pointer] = tuple(entries.values())
    return values, issues


def _one_by_one(cut: Callable[[str, Part], Part | None]) -> Callable[[str, list[Part]], Iterable[Part]]:
    return lambda text, places: (kept for place in places if (kept := cut(text, place)))


_CUTS: dict[str, Callable[[str, list[Part]], Iterable[Part]]] = {
    "diagnoses": lambda text, places: (Part(*place) for place in as_listed(text, places)),
    "medications": _one_by_one(clinical.drug_name),
    "prior_treatments": _one_by_one(clinical.treatment_name),
}
"""What of the located words is the entry, by list."""


def numbered(sections: Sections, part: Part) -> tuple[str, list[Part]]:
    """A part's sentences with numbers from 1, and where each one stands."""
    parts = [Part(*s) for s in sentences(sections.folded.text, *part)]
    return " ".join(f"{i}. {sections.text(p)}" for i, p in enumerate(parts, 1)), parts


def read_reasons(desk: Desk, index: int, answer: ReasonsAnswer, parts: Sequence[Part]) -> tuple[Values, list[Issue]]:
    """Codes with the sentences that give them; a sentence that is not there, or cannot give that reason, drops its code."""
    pointer = item_pointer(index, "reasons")
    decision = desk.sections.items[index].decision
    found: dict[str, Found] = {}
    issues: list[Issue] = []
    for given in answer.reasons:
        part = parts[given.sentence - 1] if 1 <= given.sentence <= len(parts) else None
        if part is None:
            issues.append(unsupported_issue(pointer))
        elif may_give(given.code, desk.words(part), decision):
            found.setdefault(given.code, desk.found(given.code, part))
        else:
            issues.append(Issue(pointer=pointer, code="unsupported", message=_NO_SUCH_REASON.format(code=given.code)))
    return ({pointer: tuple(found.values())} if found else {}), issues


_NO_SUCH_REASON = "The model gave the reason {code} with a sentence that cannot give it; it was dropped."


_DATES = ("date_of_injury", "date_assigned", "application_received", "ur_denial_date", "decision_date")


@dataclass
class _Reader:
    """Collects the values of one answer, and an issue for each quote that the letter does not have or that says no such value."""

    desk: Desk
    values: Values = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def put(self, pointer: str, quote: str | None, within: Part | None, read: Callable[[str], Any]) -> None:
        """Locate a quote and read its words."""
        if quote:
            self.place(pointer, self.desk.quoted(quote, within), read)

    def place(self, pointer: str, part: Part | None, read: Callable[[str], Any]) -> None:
        """Read the words of a part; without a part or a value there is an issue."""
        value = read(self.desk.words(part)) if part else None
        if part is None or value is None:
            self.issues.append(unsupported_issue(pointer))
        else:
            self.values[pointer] = self.desk.found(value, part)

    def put_all(self, pointer: str, quotes: Iterable[str], within: Part | None, read: Callable[[str], Any]) -> None:
        """The same for a list field; a value counts once."""
        entries: dict[Any, Found] = {}
        for quote in dict.fromkeys(quotes):
            part = self.desk.quoted(quote, within)
            value = read(self.desk.words(part)) if part else None
            if part is None or value is None:
                self.issues.append(unsupported_issue(pointer))
            else:
                entries.setdefault(value, self.desk.found(value, part))
        if entries:
            self.values[pointer] = tuple(entries.values())


def read_facts(desk: Desk, answer: FactsAnswer) -> tuple[Values, list[Issue]]:
    """Case, reviewer and patient; words are located, then read."""
    reader = _Reader(desk)
    front, credentials = _front(desk.sections), desk.sections.credentials
    reader.put("/case/case_number", answer.case_number, None, _case_number)  # a footer may have it
    reader.put("/case/priority", answer.priority, front, _priority)
    for name in _DATES:
        reader.put(f"/case/{name}", getattr(answer, name), front, desk.day)
    patient = desk.sections.summary or front
    reader.put("/patient/sex", answer.sex, patient, _sex)
    if answer.age is not None:
        reader.place("/patient/age", _age_place(desk, answer.age, patient), lambda _: answer.age)
    reader.put_all("/reviewer/licensed_states", answer.licensed_states, credentials, _state)
    reader.put_all("/reviewer/specialties", answer.specialties, credentials, str)
    return reader.values, reader.issues


def _front(sections: Sections) -> Part | None:
    """Header, credentials and summary: where facts of case and patient stand. None: the whole letter."""
    if sections.layout == "unknown":
        return None  # a date may stand beside the signature
    ends = [part.end for part in (sections.header, sections.credentials, sections.summary) if part]
    return Part(0, max(ends)) if ends else None


def _age_place(desk: Desk, age: int, within: Part | None) -> Part | None:
    """Where the age is written behind "age" or before "year", so that no other number of the letter proves it."""
    pattern = re.compile(
        rf"(?<![\w.,/-]){age}(?=[ -]*(?:years?|yrs?|y\.? ?/? ?o)\b)|(?<=age )(?:of )?{age}\b|(?<=aged ){age}\b", re.IGNORECASE
    )
    m = pattern.search(plain(desk.sections.folded.text), *(within or ()))
    return Part(*m.span()) if m else None


def _case_number(words: str) -> str | None:
    m = re.search(r"CM ?(\d{2}) ?- ?(\d{7})(?!\d)", words)
    return f"CM{m[1]}-{m[2]}" if m else None


def _priority(words: str) -> str | None:
    if re.search("expedit", words, re.IGNORECASE):
        return "expedited"
    return "standard" if re.search("standard|regular", words, re.IGNORECASE) else None


def _sex(words: str) -> str | None:
    if re.search(r"\b(?:female|woman|lady|she|her|girl)\b", words, re.IGNORECASE):
        return "female"
    return "male" if re.search(r"\b(?:male|man|gentleman|he|him|his|boy)\b", words, re.IGNORECASE) else None


def _state(words: str) -> str | None:
    return next((s for s in STATES if s.lower() == words.strip().lower()), None)


def read_item(desk: Desk, index: int, parts: ItemParts, answer: ItemAnswer) -> tuple[Values, list[Issue]]:
    """One item: the request taken apart, decision and citations. Request and rationale come with the sections."""
    reader = _Reader(desk)

    def at(name: str) -> str:
        return item_pointer(index, name)

    reader.place(at("request"), parts.request, str)
    _read_request(reader, at, parts.request, answer)
    reader.put(at("decision"), answer.decision, _around(parts), read_decision)
    for name, part, documents in (
        ("claims_admin_guidelines", parts.claims_guideline, answer.claims),
        ("reviewer_guidelines", parts.reviewer_guideline, answer.reviewer),
    ):
        _read_citations(reader, at(name), part, documents)
    if parts.rationale:
        reader.place(at("rationale"), parts.rationale, str)
    return reader.values, reader.issues


def _read_request(reader: _Reader, at: Callable[[str], str], request: Part, answer: ItemAnswer) -> None:
    """The request line. A treatment that it does not have is the whole request."""
    desk, values = reader.desk, reader.values
    if answer.treatment:
        reader.place(at("treatment"), _behind_label(desk, desk.quoted(answer.treatment, request), request), str)
    values.setdefault(at("treatment"), desk.found(desk.words(request), request))
    _read_kind(desk, values, at, request, answer)
    reader.put(at("strength"), answer.strength, request, normal_strength)
    reader.put(at("quantity"), answer.quantity, request, _quantity)
    reader.put(at("refills"), answer.refills, request, _first_int)
    reader.put(at("frequency"), answer.frequency, request, str)
    reader.put(at("body_part"), answer.body_part, request, str)
    reader.put(at("date_of_service"), answer.date_of_service, request, desk.day)
    retro = _RETROSPECTIVE.search(desk.sections.folded.text, *request)
    values[at("retrospective")] = (
        desk.found(True, Part(*retro.span())) if retro else Found(value=False, by=desk.by, reader="model")
    )


_LABEL = re.compile(r" ?: ?(?=\w)")


def _behind_label(desk: Desk, place: Part | None, request: Part) -> Part | None:
    """The words behind "Associated surgical service:", which says what kind of request follows and is no treatment."""
    label = _LABEL.match(desk.sections.folded.text, place.end, request.end) if place else None
    return Part(label.end(), request.end) if label else place


def _read_kind(desk: Desk, values: Values, at: Callable[[str], str], request: Part, answer: ItemAnswer) -> None:
    """Category and generic name. What a known drug is made of is a matter of tables, not of reading: there the table stands."""
    generic, by = generic_by(str(found.value)) if isinstance(found := values[at("treatment")], Found) else (None, "")
    values[at("category")] = desk.found(answer.category, request)
    if answer.category == "medication" and generic:
        values[at("generic_name")] = replace(desk.found(generic, request), by=by)
    elif answer.category == "medication" and answer.generic_name:
        values[at("generic_name")] = desk.found(answer.generic_name.lower(), request)


_RETROSPECTIVE = re.compile(r"\bretro\w*|\bDOS\b|dates? of ser\w+", re.IGNORECASE)


def _around(parts: ItemParts) -> Part:
    """Request and decision together: where the deciding words of an item may stand."""
    if parts.decided is None:
        return parts.whole
    return Part(min(parts.request.start, parts.decided.start), max(parts.request.end, parts.decided.end))


def _quantity(words: str) -> int | float | None:
    """A count by itself, or a rate multiplied out, by the rules that read requests."""
    found = read_request(f"item {words}").get("quantity")
    if found is None:
        return _first_int(words)
    return found[0] if isinstance(found[0], int | float) else None


_INTEGER = re.compile(rf"{NUMBER}|\bno\b", re.IGNORECASE)


def _first_int(words: str) -> int | None:
    numbers = (parse_number(m.group()) for m in _INTEGER.finditer(words))
    return next((n for n in numbers if isinstance(n, int)), None)


_SOURCES: tuple[tuple[Source, str], ...] = (
    ("ACOEM", r"\bACOEM\b|Occupational and Environmental"),
    ("ODG", r"\bODG\b|Official Disability"),
    ("MTUS", r"\bMTUS\b|Chronic Pain|Post-?surgical|Acupuncture"),
)


def _read_citations(reader: _Reader, pointer: str, part: Part | None, documents: list[CitedDocument]) -> None:
    """Documents whose titles stand in the guideline line; a section or pages that do not are left out, which an issue says.

    The model says which documents are cited. Where one is of a known body (MTUS, ACOEM, ODG), its words are read as the rules
    read them; a document that the model names again for each of its sections is one citation with all of them.
    """
    desk = reader.desk
    of_known_bodies = _known_citations(desk, part) if documents else {}
    cited: dict[Part, list[_Cited]] = {}
    known: dict[Part, Found] = {}
    for document in documents:
        place = _title_of(desk, desk.quoted(document.title, part)) if part else None
        if part is None or place is None:
            reader.issues.append(unsupported_issue(pointer))
            continue
        rest = Part(place.start, part.end)
        section, pages = desk.quoted(document.section, rest), desk.quoted(document.pages, rest)
        if any(quote and not found for quote, found in ((document.section, section), (document.pages, pages))):
            reader.issues.append(unsupported_issue(pointer))
        if read := next((f for at, f in of_known_bodies.items() if at.start < place.end and place.start < at.end), None):
            known[place] = read
        else:
            cited.setdefault(place, []).append(_Cited(section, pages))
    named = known | {title: _citation(desk, title, parts) for title, parts in cited.items()}
    if named:
        reader.values[pointer] = tuple(dict.fromkeys(named[place] for place in sorted(named)))


def _known_citations(desk: Desk, part: Part | None) -> dict[Part, Found]:
    """What the rules read of documents of known bodies in a guideline line, by the range of each."""
    read = (f for f in read_citations(Page(desk.letter), part) if f.value.source != "other")
    ranges = ((f, [at for span in f.spans if (at := desk.letter.folded.find(span))]) for f in read)
    return {Part(at[0][0], at[-1][1]): replace(f, by=desk.by, reader="model") for f, at in ranges if at}


class _Cited(NamedTuple):
    """Section and pages of one naming of a document."""

    section: Part | None
    pages: Part | None


_FORM = re.compile(r"\A(?:(?:decision )?based on\b ?)?(?:the )?(?:non[- ]MTUS citations?\b:?[ ,]*)?", re.IGNORECASE)
_NO_DOCUMENT = re.compile(r"(?:expert|physician|professional)? ?reviewer|claims administrator|decision", re.IGNORECASE)


def _title_of(desk: Desk, place: Part | None) -> Part | None:
    """A title without the form's words in front of it; None where they are all of it."""
    if place is None:
        return None
    words = desk.words(place)
    form = _FORM.match(words)
    start = place.start + (form.end() if form else 0)
    return None if start == place.end or _NO_DOCUMENT.fullmatch(words) else Part(start, place.end)


def _citation(desk: Desk, title: Part, named: Sequence[_Cited]) -> Found:
    words = desk.words(title)
    sections = _outermost([c.section for c in named if c.section])
    pages = sorted({c.pages for c in named if c.pages})
    value = Citation(
        source=next((source for source, pattern in _SOURCES if re.search(pattern, words)), "other"),
        title=words,
        section=", ".join(desk.words(section) for section in sections) or None,
        pages=tuple(dict.fromkeys(number for part in pages for number in page_numbers(desk.words(part)))),
    )
    return desk.found(value, Part(title.start, max(part.end for part in (title, *sections, *pages))))


def _outermost(parts: Iterable[Part]) -> list[Part]:
    """Parts in the letter's order, without those that lie in another one."""
    kept: list[Part] = []
    for part in sorted(set(parts), key=lambda p: (p.start, -p.end)):
        if not kept or part.end > kept[-1].end:
            kept.append(part)
    return kept


# --- items of a letter without a known layout ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Placed:
    """A listed item whose request and decision stand in the letter, `decided` behind or in the sentence of one `mention`."""

    request: Part
    mention: Part
    decided: Part
    decision: Decision
    rationale_begins: str | None


def read_items(desk: Desk, answer: ItemsAnswer) -> tuple[Values, int, list[Issue]]:
    """Request and decision where both are proved, the rationale from its first words to the decision, or to the next item."""
    mentions = [_mentions(desk, listed.request) for listed in answer.items]
    placed: list[_Placed] = []
    for i, listed in enumerate(answer.items):
        others = [m for j, found in enumerate(mentions) if j != i for m in found if m not in mentions[i]]
        item = _placed(desk, listed, mentions[i], others)
        placed += [item] if item else []
    issues = [unsupported_issue("/items")] * (len(answer.items) - len(placed))
    values: Values = {}
    for index, item in enumerate(placed):
        fields = {**_request_fields(desk, item.request), **_decision_fields(desk, item, _reach(item, placed, desk))}
        values.update({item_pointer(index, name): entry for name, entry in fields.items()})
    return values, len(placed), issues


def _reach(item: _Placed, placed: list[_Placed], desk: Desk) -> Part:
    """From the decision of the item before to the place of the item behind: where this item's rationale may stand."""
    floor = max((p.decided.end for p in placed if p.decided.end <= item.decided.start), default=0)
    behind = (p.mention.start for p in placed if p.mention.start >= item.decided.end)
    return Part(floor, min(behind, default=len(desk.sections.folded.text)))


def _mentions(desk: Desk, request: str) -> list[Part]:
    """Every place of a request, in order."""
    found: list[Part] = []
    while part := locate(request, desk.sections, None, after=found[-1].end if found else 0):
        found.append(part)
    return found


def _placed(desk: Desk, listed: ListedItem, mentions: list[Part], others: list[Part]) -> _Placed | None:
    """The item with its decision: between a mention and the next mention of an item, or before it in the same sentence."""
    text = desk.sections.folded.text
    for mention in mentions:
        stop = min((o.start for o in (*others, *mentions) if o.start >= mention.end), default=len(text))
        floor = max((o.end for o in others if o.end <= mention.start), default=0)
        start = max(floor, text.rfind(". ", 0, mention.start) + 1)
        for window in (Part(mention.end, stop), Part(start, mention.start)):
            decided = desk.quoted(listed.decision, window)
            decision = read_decision(desk.words(decided)) if decided else None
            if decided and decision:
                return _Placed(mentions[0], mention, decided, decision, listed.rationale_begins)
    return None


def _request_fields(desk: Desk, request: Part) -> dict[str, Entry]:
    """What the rules read from the request's words."""
    fields: dict[str, Entry] = {
        "request": desk.found(desk.words(request), request),
        "retrospective": Found(value=False, by=desk.by, reader="model"),
    }
    for name, (value, places) in read_request(plain(desk.words(request)), latest_year=desk.latest_year).items():
        spans = (s for a, b in places for s in desk.letter.folded.spans(request.start + a, request.start + b))
        fields[name] = Found(value, tuple(spans), f"request.{name}")
    return fields


def _decision_fields(desk: Desk, item: _Placed, reach: Part) -> dict[str, Entry]:
    """The decision, and the rationale from its first words to the decision, or to the next item where it stands behind."""
    fields: dict[str, Entry] = {"decision": desk.found(item.decision, item.decided)}
    begins = desk.quoted(item.rationale_begins, reach)
    if begins:
        end = item.decided.end if begins.start < item.decided.end else _sentence_end(desk, begins, reach)
        rationale = Part(begins.start, end)
        fields["rationale"] = desk.found(desk.words(rationale), rationale)
    return fields


def _sentence_end(desk: Desk, begins: Part, reach: Part) -> int:
    """The end of the last whole sentence before the next item's place, or of the text."""
    text = desk.sections.folded.text
    whole = text.rfind(". ", begins.start, reach.end)
    return reach.end if whole < 0 or reach.end == len(text) else whole + 1
