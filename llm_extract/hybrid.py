"""Two readers, one record: rules settle what they read with certainty, the model is asked for the rest.

Which reader is trusted for a field stands in `TRUST`, decided by figures on the development letters (DECISIONS.md), never by taste.
Where both give a value and they differ, an issue says so with both values, whoever wins. Where the model gives no usable answer the
rules' value stands: for one question that makes the record `partial`, for all of them `fallback`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from llm_extract.baseline import read_letter
from llm_extract.engine import Engine, Entry, Found, Reading, spec_path
from llm_extract.grounding import ground
from llm_extract.letters import Letter
from llm_extract.reader import ModelReader, Topic, reason_topics
from llm_extract.schema import Issue
from llm_extract.sections import sections_of

Trust = Literal["rules", "model", "both"]

TRUST: Mapping[str, Trust] = {
    "/clinical/diagnoses": "model",
    "/clinical/medications": "both",
    "/clinical/prior_treatments": "both",
    "/items/*/reasons": "both",
}
"""Who gives a field when both have read it. A field that is not here belongs to the rules; the other reader fills its gaps.

`both` (lists only): the entries of the two together, in the letter's order, each with the reader that gave it first.
"""

# Facts that the rules may miss in a narrative: the model is asked where they found nothing and the letter may yet say it.
_ASK_WHEN_MISSING = ("/case/date_of_injury", "/patient/age", "/patient/sex", "/reviewer/licensed_states", "/reviewer/specialties")


@dataclass
class Hybrid:
    """The default engine."""

    model: ModelReader
    name: str = "hybrid"

    async def read(self, letter: Letter) -> Reading:
        """Read one letter with both readers."""
        rules = ground(read_letter(letter), letter)
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
    """What the rules cannot settle in this letter."""
    sections = sections_of(letter)
    topics = [Topic("clinical")] if sections.summary is not None else []
    if any(p not in rules.fields and p not in rules.absent for p in _ASK_WHEN_MISSING):
        topics.append(Topic("facts"))
    if not sections.items:
        return [*topics, Topic("items")]
    return topics + reason_topics(sections)


def merge(rules: Reading, model: Reading, letter: Letter) -> Reading:
    """One reading of two, field by field."""
    fields: dict[str, Entry] = {}
    issues: list[Issue] = [*rules.issues, *model.issues]
    for pointer in dict.fromkeys((*rules.fields, *model.fields)):
        entry, issue = _choose(pointer, rules.fields.get(pointer), model.fields.get(pointer))
        fields[pointer] = entry
        issues += [issue] if issue else []
    merged = replace(
        model,
        fields=fields,
        item_count=max(rules.item_count, model.item_count),
        issues=tuple(issues),
        replaced=rules.replaced or model.replaced,
        absent=rules.absent,
    )
    return _unanswered(merged, asked=bool(model.prompts))


def _choose(pointer: str, rules: Entry | None, model: Entry | None) -> tuple[Entry, Issue | None]:
    trust = TRUST.get(spec_path(pointer), "rules")
    if rules is None or model is None:
        return _given(rules, model), None
    if isinstance(rules, tuple) and isinstance(model, tuple):
        if trust == "both":
            return _together(rules, model), None
        chosen: Entry = model if trust == "model" else rules
        return chosen, _disagreement(pointer, _shown(rules), _shown(model), differs=_keys(rules) != _keys(model))
    winner = model if trust == "model" else rules
    return winner, _disagreement(pointer, _shown(rules), _shown(model), differs=_key(rules) != _key(model))


def _given(rules: Entry | None, model: Entry | None) -> Entry:
    if rules is not None:
        return rules
    if model is None:
        raise ValueError("a pointer that neither reader gave")
    return model


def _together(rules: tuple[Found, ...], model: tuple[Found, ...]) -> tuple[Found, ...]:
    """Entries of both, each once, in the letter's order; of two that overlap in the letter the longer one stands."""
    kept: list[Found] = []
    for found in (*model, *rules):
        twin = next((k for k in kept if _same(k, found)), None)
        if twin is None:
            kept.append(found)
        elif len(str(found.value)) > len(str(twin.value)) and isinstance(found.value, str) and " " in found.value:
            kept[kept.index(twin)] = found
    return tuple(sorted(kept, key=lambda f: f.spans[0].start if f.spans else 0))


def _same(a: Found, b: Found) -> bool:
    left, right = _text(a), _text(b)
    if left == right:
        return True
    overlap = any(s.start < t.end and t.start < s.end for s in a.spans for t in b.spans)
    return overlap and (left in right or right in left)


def _text(found: Found) -> str:
    return " ".join(str(found.value).lower().split()).removesuffix("s")


def _key(entry: Entry) -> object:
    return _keys(entry) if isinstance(entry, tuple) else (_text(entry) if isinstance(entry.value, str) else entry.value)


def _keys(entries: tuple[Found, ...]) -> frozenset[str]:
    return frozenset(_text(f) for f in entries)


def _shown(entry: Entry) -> str:
    return "; ".join(str(f.value) for f in entry) if isinstance(entry, tuple) else str(entry.value)


def _disagreement(pointer: str, rules: str, model: str, *, differs: bool) -> Issue | None:
    if not differs:
        return None
    return Issue(pointer=pointer, code="disagreement", message=f"The readers disagree. Rules: {rules!r}; model: {model!r}.")


def filled(reading: Reading, letter: Letter) -> Reading:
    """A model's reading with the rules' values where its questions got no answer, and nowhere else."""
    if not reading.unanswered:
        return reading
    rules = ground(read_letter(letter), letter)
    taken = {p: e for p, e in rules.fields.items() if p not in reading.fields and _is_unanswered(p, reading.unanswered)}
    merged = replace(reading, fields={**reading.fields, **taken}, item_count=max(reading.item_count, rules.item_count))
    return _unanswered(merged, asked=True)


def _is_unanswered(pointer: str, unanswered: Mapping[str, str]) -> bool:
    group = {"/reviewer": "/case", "/patient": "/case"}.get("/" + pointer.split("/")[1])
    return any(pointer == p or pointer.startswith(p + "/") or group == p for p in unanswered)


def _unanswered(reading: Reading, *, asked: bool) -> Reading:
    """Issues for questions without an answer; `fallback` where there is not one value of the model left."""
    if not reading.unanswered:
        return reading
    issues = [
        Issue(
            pointer=p,
            code=why.split(":", 1)[0],
            message=f"The model gave no usable answer ({why.split(':', 1)[1].strip()}); the rules' values stand.",
        )
        for p, why in reading.unanswered.items()
    ]
    by_model = any(f.reader == "model" for _, f in reading.leaves())
    first = next(iter(reading.unanswered.values()))
    return replace(
        reading,
        issues=(*reading.issues, *issues),
        fallback=first if asked and not by_model else None,
        replaced=True,
    )
