"""Two readers, one record: rules settle what they read with certainty, the model is asked for the rest.

Which reader is trusted for a field stands in `TRUST`, decided by figures on the development letters (DECISIONS.md), never by
taste. Where both give a value and they differ, an issue says so with both values, whoever wins. Where the model gives no usable
answer the rules' value stands: for one question that makes the record `partial`, for all of them `fallback`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from llm_extract.baseline import read_letter
from llm_extract.baseline.clinical import believable
from llm_extract.baseline.page import Page
from llm_extract.engine import Engine, Entry, Found, Reading, item_pointer, spec_path
from llm_extract.grounding import ground
from llm_extract.letters import Letter
from llm_extract.reader import ModelReader, Topic, reason_topics
from llm_extract.schema import Issue
from llm_extract.sections import sections_of

Trust = Literal["rules", "rules_only", "certain", "model", "added"]

TRUST: Mapping[str, Trust] = {
    "/case/case_number": "rules_only",
    "/case/priority": "rules_only",
    "/case/date_assigned": "rules_only",
    "/case/application_received": "rules_only",
    "/case/ur_denial_date": "rules_only",
    "/case/decision_date": "rules_only",
    "/clinical/diagnoses": "certain",
    "/clinical/medications": "added",
    "/clinical/prior_treatments": "added",
}
"""How a field is settled when both readers have read it. A field that is not here is settled by `rules`.

- `rules`: the rules' value stands; the model's fills the gap where they have none.
- `rules_only`: the rules' value or none. These stand in set places, and a small model asked for a date that the letter does not
  give hands over another one, which stands in the letter too. In an `unknown` layout there are no set places: then as `rules`.
- `certain`: the rules' value stands where a rule is certain of it (the letter labels its diagnoses); else as `model`.
- `model`: the model's value stands; the rules' fills the gap.
- `added` (lists): the rules' entries, and those of the model that `believable` admits, in the letter's order.
"""

# Facts that the rules may miss in a narrative: the model is asked where they found nothing and the letter may yet say it.
_ASK_WHEN_MISSING = ("/case/date_of_injury", "/patient/age", "/patient/sex", "/reviewer/licensed_states", "/reviewer/specialties")


def rules_of(letter: Letter) -> Reading:
    """What the rules read and prove in a letter."""
    return ground(read_letter(letter), letter)


@dataclass
class Hybrid:
    """The default engine."""

    model: ModelReader
    name: str = "hybrid"

    async def read(self, letter: Letter) -> Reading:
        """Read one letter with both readers."""
        return await self.complete(letter, rules_of(letter))

    async def complete(self, letter: Letter, rules: Reading) -> Reading:
        """Ask the model what the rules' grounded reading does not settle."""
        answers = await self.model.consult(letter, _topics(letter, rules))
        return merge(rules, ground(answers, letter), letter)

    async def close(self) -> None:
        """Give back what the model holds."""
        await self.model.close()


class WithFallback:
    """An engine whose record falls back to the rules where it gave no usable answer: wraps `ModelReader` for `--engine model`."""

    def __init__(self, inner: Engine) -> None:
        self.name = inner.name
        self._inner = inner

    async def read(self, letter: Letter) -> Reading:
        """The inner engine's reading; rules stand in for what it could not answer."""
        return filled(await self._inner.read(letter), letter)

    async def close(self) -> None:
        """Close the inner engine."""
        await self._inner.close()


def _topics(letter: Letter, rules: Reading) -> list[Topic]:
    """What the rules cannot settle in this letter.

    The list of items is asked only where they found none, in a letter of unknown layout too: rules give all items or none,
    and two lists of different length could not be merged by their numbers.
    """
    sections = sections_of(letter)
    topics = [Topic("clinical")] if sections.summary is not None else []
    if any(p not in rules.fields and p not in rules.absent for p in _ASK_WHEN_MISSING):
        topics.append(Topic("facts"))
    if not sections.items:
        return [*topics, Topic("items")]
    return topics + [t for t in reason_topics(sections) if item_pointer(t.item or 0, "reasons") not in rules.fields]


def merge(rules: Reading, model: Reading, letter: Letter) -> Reading:
    """One reading of two, field by field."""
    fields: dict[str, Entry] = {}
    issues: list[Issue] = [*rules.issues, *model.issues]
    page = Page(letter)
    for pointer in dict.fromkeys((*rules.fields, *model.fields)):
        entry, issue = _settled(pointer, rules.fields.get(pointer), model.fields.get(pointer), page)
        if entry is not None:
            fields[pointer] = entry
        issues += [issue] if issue else []
    merged = replace(
        model,
        fields=fields,
        item_count=max(rules.item_count, model.item_count),
        issues=tuple(issues),
        replaced=rules.replaced or _lost(model, fields),
        absent=rules.absent,
    )
    return _explained(merged)


def _lost(model: Reading, fields: Mapping[str, Entry]) -> bool:
    """Whether a value of the model was dropped and nothing stands in its place."""
    return any(issue.code == "unsupported" and issue.pointer not in fields for issue in model.issues)


def _settled(pointer: str, rules: Entry | None, model: Entry | None, page: Page) -> tuple[Entry | None, Issue | None]:
    """The entry that stands, and what is to be said of the other reader's."""
    trust = TRUST.get(spec_path(pointer), "rules")
    if trust == "added" and isinstance(model, tuple):
        stands = _added(pointer, rules if isinstance(rules, tuple) else (), model, page)
        return stands or None, _disagreement(pointer, rules or (), model)
    if trust == "rules_only" and page.sections.layout != "unknown":
        return rules, _disagreement(pointer, rules or (), model) if model else None
    if rules is None or model is None:
        return rules or model, None
    if trust == "model" or (trust == "certain" and not _is_certain(rules)):
        return model, _disagreement(pointer, rules, model)
    if isinstance(rules, tuple) and isinstance(model, tuple):
        return _credited(rules, model), _disagreement(pointer, rules, model)
    return rules, _disagreement(pointer, rules, model)


def _is_certain(entry: Entry) -> bool:
    return any(found.certain for found in entry) if isinstance(entry, tuple) else entry.certain


def _added(pointer: str, rules: tuple[Found, ...], model: tuple[Found, ...], page: Page) -> tuple[Found, ...]:
    """The rules' entries and the model's that may join them, each once, in the letter's order."""
    joining = [f for f in model if not any(_same(f, r) for r in rules) and believable(pointer, f, page)]
    return tuple(sorted((*_credited(rules, model), *joining), key=lambda f: f.spans[0].start if f.spans else 0))


def _credited(rules: tuple[Found, ...], model: tuple[Found, ...]) -> tuple[Found, ...]:
    """The rules' entries; one that the model gave in the same words is credited to it, who was asked, and confirmed by them."""
    return tuple(next((m for m in model if m.value == r.value and m.spans == r.spans), r) for r in rules)


def _same(a: Found, b: Found) -> bool:
    left, right = _text(a), _text(b)
    if left == right:
        return True
    overlap = any(s.start < t.end and t.start < s.end for s in a.spans for t in b.spans)
    return overlap and (left in right or right in left)


def _text(found: Found) -> str:
    return " ".join(str(found.value).lower().split()).removesuffix("s")


def _key(entry: Entry) -> object:
    """What has to differ for a disagreement: neither case nor white space, nor the order of a list."""
    if isinstance(entry, tuple):
        return frozenset(_text(found) for found in entry)
    return _text(entry) if isinstance(entry.value, str) else entry.value


def _shown(entry: Entry) -> str:
    return "; ".join(str(f.value) for f in entry) or "nothing" if isinstance(entry, tuple) else str(entry.value)


def _disagreement(pointer: str, rules: Entry, model: Entry) -> Issue | None:
    if _key(rules) == _key(model):
        return None
    message = f"The readers disagree. Rules: {_shown(rules)!r}; model: {_shown(model)!r}."
    return Issue(pointer=pointer, code="disagreement", message=message)


def filled(reading: Reading, letter: Letter) -> Reading:
    """A model's reading with the rules' values where its questions got no answer, and nowhere else."""
    if not reading.unanswered:
        return reading
    rules = rules_of(letter)
    taken = {p: e for p, e in rules.fields.items() if p not in reading.fields and _is_unanswered(p, reading.unanswered)}
    of_rules = rules.issues if reading.fallback else ()
    return _explained(
        replace(
            reading,
            fields={**reading.fields, **taken},
            item_count=max(reading.item_count, rules.item_count),
            issues=(*of_rules, *reading.issues),
        )
    )


def _is_unanswered(pointer: str, unanswered: Collection[str]) -> bool:
    """Whether the question that fills this field got no answer."""
    room, *rest = pointer.strip("/").split("/")
    if room != "items":
        return ("/clinical" if room == "clinical" else "/case") in unanswered
    item = f"/items/{rest[0]}"
    return "/items" in unanswered or (f"{item}/reasons" if rest[1] == "reasons" else item) in unanswered


def _explained(reading: Reading) -> Reading:
    """An issue for each question without an answer."""
    issues = tuple(_no_answer(pointer, why) for pointer, why in reading.unanswered.items())
    return replace(reading, issues=(*reading.issues, *issues), replaced=reading.replaced or bool(issues))


def _no_answer(pointer: str, why: str) -> Issue:
    code, _, message = why.partition(": ")
    said = message.rstrip(".")
    return Issue(pointer=pointer, code=code, message=f"The model gave no usable answer ({said}); what the rules found stands.")
