"""What the model is asked, and how an answer becomes values of the contract.

A question is a prompt file, a response schema from this module, and a slice of the letter. Answers are short and hold words of the
letter, or numbers of its sentences: never a date in another form, never a rationale. Each answer is turned into `Found`s here by
locating those words and reading them with the same parsers that the rules use (`values.py`), so that a value without its words in
the letter cannot come about.

To change a wording: a new file in `prompts/`. To ask for another field: its line in an answer model here, in the prompt's text and
examples, and in the function that reads the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from llm_extract.engine import Entry, Found, Question, item_pointer
from llm_extract.grounding import locate
from llm_extract.letters import Letter
from llm_extract.prompts import Prompt, check_prompt, fence, load_prompt
from llm_extract.schema import STATES, Category, Citation, Issue, Reason, Source, Span
from llm_extract.sections import ItemParts, Part, Sections, sections_of
from llm_extract.settings import Settings
from llm_extract.values import latest_year, normal_strength, page_numbers, parse_date, parse_number, plain, sentences


class AnswerModel(BaseModel):
    """Base of the response schemas: closed, every key required, so that a schema-enforcing endpoint leaves nothing out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClinicalAnswer(AnswerModel):
    """Answer to `clinical`."""

    diagnoses: list[str] = Field(description="conditions, words of the summary, one an entry", max_length=40)
    medications: list[str] = Field(description="drugs that the patient takes or took, names only", max_length=40)
    prior_treatments: list[str] = Field(description="treatments other than drugs that the patient has had", max_length=40)


class GivenReason(AnswerModel):
    """One reason with the number of the sentence that gives it."""

    sentence: int = Field(description="number of the sentence")
    code: Reason = Field(description="the reason's code")


class ReasonsAnswer(AnswerModel):
    """Answer to `reasons`."""

    finding: str = Field(description="what was found about this patient, in a few words")
    reasons: list[GivenReason] = Field(description="fewest codes that fit", max_length=6)


class FactsAnswer(AnswerModel):
    """Answer to `facts`. Dates are the letter's words."""

    case_number: str | None = Field(description="IMR case number")
    priority: str | None = Field(description="standard or expedited")
    date_of_injury: str | None = Field(description="words of the date")
    date_assigned: str | None = Field(description="words of the date")
    application_received: str | None = Field(description="words of the date")
    ur_denial_date: str | None = Field(description="words of the date")
    decision_date: str | None = Field(description="words of the date")
    licensed_states: list[str] = Field(description="states of the reviewer's licence", max_length=60)
    specialties: list[str] = Field(description="the reviewer's certifications and specialties", max_length=20)
    age: int | None = Field(description="of the patient, in years")
    sex: str | None = Field(description="the word that tells the patient's sex")


class CitedDocument(AnswerModel):
    """One document of a guideline line."""

    title: str = Field(description="the document's name as written")
    section: str | None = Field(description="section, chapter or topic as written")
    pages: str | None = Field(description="page numbers as written")


class ItemAnswer(AnswerModel):
    """Answer to `item`. Everything but category and generic name is words of the letter."""

    treatment: str = Field(description="the thing asked for")
    category: Category = Field(description="kind of treatment")
    generic_name: str | None = Field(description="active ingredients of a medication")
    strength: str | None = Field(description="words that give the strength")
    quantity: str | None = Field(description="words that give the count")
    refills: str | None = Field(description="words that give the refills")
    frequency: str | None = Field(description="words that give rate or duration")
    body_part: str | None = Field(description="body part with side and level")
    date_of_service: str | None = Field(description="date of a retrospective request")
    decision: str = Field(description="the deciding word or words")
    claims: list[CitedDocument] = Field(description="cited by the claims administrator", max_length=8)
    reviewer: list[CitedDocument] = Field(description="cited by the reviewer", max_length=8)


class ListedItem(AnswerModel):
    """One disputed item of a letter of unknown layout."""

    request: str = Field(description="the request as worded")
    decision: str = Field(description="the deciding words")
    rationale_begins: str | None = Field(description="first five words of the rationale")


class ItemsAnswer(AnswerModel):
    """Answer to `items`."""

    items: list[ListedItem] = Field(description="the disputed items in the letter's order", max_length=30)


# --- prompts ---------------------------------------------------------------------------------------------------------


def _strings(answer: BaseModel, *names: str) -> Iterator[str]:
    for name in names:
        value = getattr(answer, name)
        yield from ([value] if isinstance(value, str) else value or ())


def _quotes_of_item(answer: ItemAnswer) -> Iterator[str]:
    yield from _strings(
        answer, "treatment", "strength", "quantity", "refills", "frequency", "body_part", "date_of_service", "decision"
    )
    for document in (*answer.claims, *answer.reviewer):
        yield from _strings(document, "title", "section", "pages")


_FACT_WORDS = tuple(name for name in FactsAnswer.model_fields if name != "age")

KINDS: dict[str, tuple[type[AnswerModel], Callable[[Any], Iterable[str]]]] = {
    "clinical": (ClinicalAnswer, lambda a: _strings(a, "diagnoses", "medications", "prior_treatments")),
    "reasons": (ReasonsAnswer, lambda _: ()),
    "facts": (FactsAnswer, lambda a: _strings(a, *_FACT_WORDS)),
    "item": (ItemAnswer, _quotes_of_item),
    "items": (ItemsAnswer, lambda a: (q for i in a.items for q in _strings(i, "request", "decision", "rationale_begins"))),
}
"""Name of a question to its response schema and to the quotes in an answer that must stand in the letter."""

_LIMITS = {"clinical": 500, "reasons": 220, "facts": 300, "item": 420, "items": 1500}


@dataclass(frozen=True)
class Questions:
    """The prompts of a run, checked before any call."""

    prompts: dict[str, Prompt]

    @classmethod
    def load(cls, settings: Settings) -> Questions:
        """The newest version of every prompt. Raises `PromptError` for a file that cannot be used."""
        prompts = {name: load_prompt(name, directory=settings.prompts_dir) for name in KINDS}
        for name, prompt in prompts.items():
            answer, quotes = KINDS[name]
            check_prompt(prompt, answer, quotes, slots={"letter"})
        return cls(prompts)

    def ask(self, name: str, text: str, doubts: Callable[[Any], str | None] | None = None) -> Question:
        """A question about a slice of a letter."""
        prompt = self.prompts[name]
        system, user = prompt.render(letter=fence(text))
        return Question(prompt.id, system, user, KINDS[name][0], _LIMITS[name], doubts)

    @property
    def names(self) -> tuple[str, ...]:
        """Names and versions of all prompts, for the record."""
        return tuple(p.id for p in self.prompts.values())


# --- from answers to values ------------------------------------------------------------------------------------------


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


def quote_doubts(name: str, sections: Sections, within: Part | None) -> Callable[[Any], str | None]:
    """Doubts for a re-ask: quotes of an answer that do not stand in the slice that was shown."""
    quotes = KINDS[name][1]

    def doubts(answer: Any) -> str | None:
        missing = [q for q in quotes(answer) if q.strip() and locate(q, sections, within) is None]
        if not missing:
            return None
        return f"These words do not stand in the text: {missing[:5]}. Copy words exactly as they stand there, or leave them out."

    return doubts


def read_clinical(desk: Desk, answer: ClinicalAnswer) -> tuple[Values, list[Issue]]:
    """The three lists, each entry located in the summary."""
    values: Values = {}
    issues: list[Issue] = []
    for name in ("diagnoses", "medications", "prior_treatments"):
        pointer = f"/clinical/{name}"
        entries: list[Found] = []
        for quote in dict.fromkeys(getattr(answer, name)):
            part = desk.quoted(quote, desk.sections.summary)
            if part is None:
                issues.append(unsupported_issue(pointer))
            elif desk.words(part).lower() not in (str(e.value).lower() for e in entries):
                entries.append(desk.found(desk.words(part), part))
        if entries:
            values[pointer] = tuple(entries)
    return values, issues


def numbered(sections: Sections, part: Part) -> tuple[str, list[Part]]:
    """A part's sentences with numbers from 1, and where each one stands."""
    parts = [Part(*s) for s in sentences(sections.folded.text, *part)]
    return " ".join(f"{i}. {sections.text(p)}" for i, p in enumerate(parts, 1)), parts


def read_reasons(desk: Desk, index: int, answer: ReasonsAnswer, parts: list[Part]) -> tuple[Values, list[Issue]]:
    """Codes with the sentences that give them; a sentence that is not there drops its code."""
    pointer = item_pointer(index, "reasons")
    found: dict[str, Found] = {}
    issues: list[Issue] = []
    for given in answer.reasons:
        if 1 <= given.sentence <= len(parts):
            found.setdefault(given.code, desk.found(given.code, parts[given.sentence - 1]))
        else:
            issues.append(unsupported_issue(pointer))
    return ({pointer: tuple(found.values())} if found else {}), issues


def read_facts(desk: Desk, answer: FactsAnswer) -> tuple[Values, list[Issue]]:
    """Case, reviewer and patient; words are located, then read."""
    values: Values = {}
    issues: list[Issue] = []
    front = _front(desk.sections)

    def put(pointer: str, quote: str | None, read: Callable[[str], Any]) -> None:
        if not quote:
            return
        part = desk.quoted(quote, front)
        value = read(desk.words(part)) if part else None
        if part is None or value is None:
            issues.append(unsupported_issue(pointer))
        else:
            values[pointer] = desk.found(value, part)

    put("/case/case_number", answer.case_number, _case_number)
    put("/case/priority", answer.priority, _priority)
    for name in ("date_of_injury", "date_assigned", "application_received", "ur_denial_date", "decision_date"):
        put(f"/case/{name}", getattr(answer, name), lambda words: parse_date(words, latest_year=desk.latest_year))
    put("/patient/sex", answer.sex, _sex)
    put("/patient/age", _age_words(desk, answer.age), lambda words: answer.age)
    for name, known in (("licensed_states", _state), ("specialties", str)):
        entries = _entries(desk, getattr(answer, name), desk.sections.credentials, known)
        issues += [unsupported_issue(f"/reviewer/{name}")] * (len(getattr(answer, name)) - len(entries))
        if entries:
            values[f"/reviewer/{name}"] = tuple(entries)
    return values, issues


def _front(sections: Sections) -> Part | None:
    """Everything before the first item's decision: where facts of case and patient stand."""
    first = sections.items[0].decided if sections.items else None
    return Part(0, first.start) if first and sections.layout != "professional_review" else None


def _entries(desk: Desk, quotes: list[str], within: Part | None, read: Callable[[str], Any]) -> list[Found]:
    entries: list[Found] = []
    for quote in dict.fromkeys(quotes):
        part = desk.quoted(quote, within)
        value = read(desk.words(part)) if part else None
        if part and value:
            entries.append(desk.found(value, part))
    return entries


def _age_words(desk: Desk, age: int | None) -> str | None:
    """The age as it is written behind "age" or before "year", so that no other number of the letter proves it."""
    if age is None:
        return None
    m = re.search(
        rf"\b{age}(?=[ -]*(?:y|years?)\b|[ -]*y/?o|[ -]*year)|(?<=age ){age}\b|(?<=aged ){age}\b",
        plain(desk.letter.folded.text),
        re.I,
    )
    return m.group() if m else None


def _case_number(words: str) -> str | None:
    m = re.search(r"CM ?(\d{2}) ?- ?(\d{7})", words)
    return f"CM{m[1]}-{m[2]}" if m else None


def _priority(words: str) -> str | None:
    return (
        "expedited" if re.search("expedit", words, re.I) else ("standard" if re.search("standard|regular", words, re.I) else None)
    )


def _sex(words: str) -> str | None:
    if re.search(r"\b(?:female|woman|lady|she|her|girl)\b", words, re.I):
        return "female"
    return "male" if re.search(r"\b(?:male|man|gentleman|he|him|his|boy)\b", words, re.I) else None


def _state(words: str) -> str | None:
    return next((s for s in STATES if s.lower() == words.strip().lower()), None)


def read_item(desk: Desk, index: int, parts: ItemParts, answer: ItemAnswer) -> tuple[Values, list[Issue]]:
    """One item: the request taken apart, decision and citations. Request and rationale come with the sections."""
    issues: list[Issue] = []
    request = desk.words(parts.request)
    values: dict[str, Entry] = {"request": desk.found(request, parts.request)}

    def put(name: str, quote: str | None, within: Part | None, read: Callable[[str], Any]) -> None:
        if not quote:
            return
        part = desk.quoted(quote, within)
        value = read(desk.words(part)) if part else None
        if part is None or value is None:
            issues.append(unsupported_issue(item_pointer(index, name)))
        else:
            values[name] = desk.found(value, part)

    put("treatment", answer.treatment, parts.request, str)
    values.setdefault("treatment", desk.found(request, parts.request))
    values["category"] = desk.found(answer.category, parts.request)
    if answer.generic_name and answer.category == "medication":
        values["generic_name"] = desk.found(answer.generic_name.lower(), parts.request)
    put("strength", answer.strength, parts.request, normal_strength)
    put("quantity", answer.quantity, parts.request, _quantity)
    put("refills", answer.refills, parts.request, _first_int)
    put("frequency", answer.frequency, parts.request, str)
    put("body_part", answer.body_part, parts.request, str)
    put("date_of_service", answer.date_of_service, parts.request, lambda words: parse_date(words, latest_year=desk.latest_year))
    retro = re.compile(r"\bretro\w*|\bDOS\b|dates? of ser\w+", re.I).search(desk.sections.folded.text, *parts.request)
    values["retrospective"] = desk.found(True, Part(*retro.span())) if retro else Found(value=False, by=desk.by, reader="model")
    decided = _around(parts)
    put("decision", answer.decision, decided, _decision)
    for name, part, documents in (
        ("claims_admin_guidelines", parts.claims_guideline, answer.claims),
        ("reviewer_guidelines", parts.reviewer_guideline, answer.reviewer),
    ):
        citations = [c for d in documents if (c := _citation(desk, part, d))]
        issues += [unsupported_issue(item_pointer(index, name))] * (len(documents) - len(citations))
        if citations:
            values[name] = tuple(citations)
    if parts.rationale:
        values["rationale"] = desk.found(desk.words(parts.rationale), parts.rationale)
    return {item_pointer(index, name): entry for name, entry in values.items()}, issues


def _around(parts: ItemParts) -> Part:
    """Request and decision together: where the deciding words of an item may stand."""
    return (
        Part(min(parts.request.start, parts.decided.start), max(parts.request.end, parts.decided.end))
        if parts.decided
        else parts.whole
    )


def _quantity(words: str) -> int | float | None:
    """A count by itself, or a rate multiplied out, by the rules that read requests."""
    from llm_extract.baseline.request import read_request

    if found := read_request(f"item {words}").get("quantity"):
        value = found[0]
        return value if isinstance(value, int | float) else None
    return _first_int(words)


def _first_int(words: str) -> int | None:
    m = re.search(r"\d+", words)
    value = int(m.group()) if m else next((n for w in words.lower().split() if isinstance(n := parse_number(w), int)), None)
    return value


def _decision(words: str) -> str | None:
    plain_words = words.lower()
    if re.search(r"partial|in part", plain_words):
        return "partially_overturned"
    if "upheld" in plain_words or "uphold" in plain_words:
        return "upheld"
    if "overturn" in plain_words:
        return "overturned"
    if "medically necessary" in plain_words:
        return "upheld" if re.search(r"\bnot\b", plain_words) else "overturned"
    return "upheld" if "unnecessary" in plain_words else None


_SOURCES: tuple[tuple[Source, str], ...] = (
    ("ACOEM", r"\bACOEM\b|Occupational and Environmental"),
    ("ODG", r"\bODG\b|Official Disability"),
    ("MTUS", r"\bMTUS\b|Chronic Pain|Post-?surgical|Acupuncture"),
)


def _citation(desk: Desk, part: Part | None, document: CitedDocument) -> Found | None:
    """A document whose title, section and pages all stand in the guideline line; None where the title does not."""
    title = desk.quoted(document.title, part)
    if title is None or part is None:
        return None
    rest = Part(title.start, part.end)
    section = desk.quoted(document.section, rest)
    pages = desk.quoted(document.pages, rest)
    places = [p for p in (title, section, pages) if p]
    words = desk.words(title)
    source: Source = next((s for s, pattern in _SOURCES if re.search(pattern, words)), "other")
    value = Citation(
        source=source,
        title=words,
        section=desk.words(section) if section else None,
        pages=tuple(page_numbers(desk.words(pages))) if pages else (),
    )
    return desk.found(value, Part(title.start, max(p.end for p in places)))


def read_items(desk: Desk, answer: ItemsAnswer) -> tuple[Values, int, list[Issue]]:
    """Items of a letter without a known layout: request and decision where both are proved, the rationale up to the next one."""
    from llm_extract.baseline.request import read_request

    placed: list[tuple[Part, Part, str, Part | None]] = []
    issues: list[Issue] = []
    for listed in answer.items:
        request, decided = desk.quoted(listed.request, None), desk.quoted(listed.decision, None)
        if request:
            decided = locate(listed.decision, desk.sections, None, after=request.end) or decided
        decision = _decision(desk.words(decided)) if decided else None
        if request is None or decided is None or decision is None:
            issues.append(unsupported_issue("/items"))
            continue
        placed.append((request, decided, decision, desk.quoted(listed.rationale_begins, None)))
    values: Values = {}
    for index, (request, decided, decision, begins) in enumerate(placed):
        words = plain(desk.words(request))
        own: dict[str, Entry] = {
            "request": desk.found(desk.words(request), request),
            "decision": desk.found(decision, decided),
            "retrospective": Found(value=False, by=desk.by, reader="model"),
        }
        for name, (value, places) in read_request(words, latest_year=desk.latest_year).items():
            own[name] = Found(
                value,
                tuple(s for a, b in places for s in desk.letter.folded.spans(request.start + a, request.start + b)),
                f"request.{name}",
            )
        if begins and begins.start < decided.end:
            own["rationale"] = desk.found(desk.words(Part(begins.start, decided.end)), Part(begins.start, decided.end))
        values.update({item_pointer(index, name): entry for name, entry in own.items()})
    return values, len(placed), issues


def spans_of(entry: Entry) -> tuple[Span, ...]:
    """All spans of an entry."""
    return entry.spans if isinstance(entry, Found) else tuple(s for f in entry for s in f.spans)
