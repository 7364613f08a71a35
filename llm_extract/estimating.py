"""`run --estimate`: what a run will ask, cost and take, before anything is sent. Nothing is spent and nothing is written.

A random sample of the letters that are left is read by the engine of the settings, with an asker in the endpoint's place that
takes down every question and answers none; what the answer cache holds is not asked and costs nothing. So the number and the
length of the questions are those of the run itself. What cannot be known without asking is taken from measurements, low and high:

- tokens: 3.4 to 4.2 bytes each (measured on the shipped prompts: 3.6 to 3.9), the response schema counted as prompt or not;
- answers: 0.7 to 1.5 times what the embedded model needed for 30 labelled letters, by prompt (`ANSWER_TOKENS`); of a prompt that
  is not in that table a fifth to all of its limit;
- re-asks: none to 30 %, each with the prompt twice;
- the sample: two standard errors of its mean, nothing where it is the whole.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from llm_extract.budget import Prices
from llm_extract.engine import Answer, Question
from llm_extract.errors import EmptyAnswerError
from llm_extract.letters import LetterFile
from llm_extract.settings import Settings
from llm_extract.wiring import cached_around, open_pipeline, prices_of

SAMPLE = 100
"""Letters that are read, at most."""

ANSWER_TOKENS: Mapping[str, float] = {"clinical": 75, "facts": 108, "item": 125, "reasons": 38}
"""Mean length of an answer by prompt."""

_BYTES_A_TOKEN = (4.2, 3.4)
_ANSWERS = (0.7, 1.5)
_UNKNOWN_ANSWERS = (0.2, 1.0)
_RE_ASKED = (0.0, 0.3)
_SECONDS_A_REQUEST = (0.5, 6.0)
"""What hosted endpoints take for an answer of this length."""
_EMBEDDED_SECONDS_A_TOKEN = ((0.023, 0.08), (0.029, 0.16))
"""Prompt and answer token of the embedded model on two cores."""


class Range(NamedTuple):
    """A low and a high end."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:,.0f} to {self.high:,.0f}"


@dataclass(frozen=True)
class Asked:
    """What one letter asks: requests, and tokens at both ends."""

    questions: int
    input_tokens: Range
    output_tokens: Range


@dataclass(frozen=True)
class Estimate:
    """What a run will take. Costs in USD, None where the price is unknown; seconds without waiting for throttling."""

    letters: int
    sample: int
    questions: Range
    input_tokens: Range
    output_tokens: Range
    cost_usd: Range | None
    batch_cost_usd: Range | None
    seconds: Range
    prices: str | None

    def as_json(self) -> str:
        """For machines."""
        data = {name: value._asdict() if isinstance(value, Range) else value for name, value in vars(self).items()}
        return json.dumps(data)

    def rows(self) -> Iterator[tuple[str, str]]:
        """For people."""
        yield "letters", f"{self.letters:,} to read; {self.sample} of them looked at, nothing sent"
        yield "requests", str(self.questions)
        yield "tokens", f"{self.input_tokens} in, {self.output_tokens} out"
        yield "cost", _usd(self.cost_usd, "unknown: no price is known for this model")
        yield "in batches", _usd(self.batch_cost_usd, "unknown: no batch price is known for this model")
        yield "prices", self.prices or "none: set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE, or LLM_EXTRACT_PRICES"
        yield "not in it", "hidden reasoning, which some hosted models bill as answer tokens"
        yield "time", f"{_time(self.seconds.low)} to {_time(self.seconds.high)}"


def _usd(cost: Range | None, otherwise: str) -> str:
    return otherwise if cost is None else f"{cost.low:.4f} to {cost.high:.4f} USD"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@dataclass
class _Listener:
    """An asker that answers nothing and remembers what it was asked."""

    heard: list[Question] = field(default_factory=list)

    async def ask(self, question: Question) -> Answer:
        """Take the question down."""
        self.heard.append(question)
        raise EmptyAnswerError("Nothing is asked while a run is estimated.")

    async def close(self) -> None:
        """Nothing to give back."""


def estimate(settings: Settings, files: Sequence[LetterFile], *, seed: int = 7) -> Estimate:
    """What reading these files would take. Raises `SettingsError` for settings with which the run could not begin."""
    sample = random.Random(seed).sample(files, min(SAMPLE, len(files)))  # noqa: S311 - a sample, no secret
    started = time.process_time()
    asked = asyncio.run(_asked(settings, sample))
    processor = (time.process_time() - started) / max(1, len(sample))
    return summed(settings, asked, len(files), processor)


async def _asked(settings: Settings, sample: Sequence[LetterFile]) -> list[Asked]:
    listener = _Listener()
    pipeline = await open_pipeline(settings, asker=cached_around(settings, listener))
    found = []
    try:
        for file in sample:
            listener.heard.clear()
            await pipeline.read_file(file)
            found.append(_of_letter(listener.heard))
    finally:
        await pipeline.close()
    return found


def _of_letter(questions: Sequence[Question]) -> Asked:
    sent = [_each_end(_prompt_tokens, q) for q in questions]
    answered = [_each_end(_answer_tokens, q) for q in questions]
    return Asked(len(questions), _sum(sent), _sum(answered))


def _each_end(count: Callable[[Question, int], float], question: Question) -> Range:
    return Range(count(question, 0), count(question, 1))


def _sum(ranges: Sequence[Range]) -> Range:
    return Range(sum(r.low for r in ranges), sum(r.high for r in ranges))


def _prompt_tokens(question: Question, end: int) -> float:
    """Prompt tokens with re-asks, each of which sends the prompt and the first answer again."""
    schema = len(json.dumps(question.answer.model_json_schema()).encode()) if end else 0
    once = (len((question.system + question.user).encode()) + schema) / _BYTES_A_TOKEN[end]
    return once + _RE_ASKED[end] * (once + _answer_once(question, end))


def _answer_tokens(question: Question, end: int) -> float:
    return _answer_once(question, end) * (1 + _RE_ASKED[end])


def _answer_once(question: Question, end: int) -> float:
    mean = ANSWER_TOKENS.get(question.prompt.partition(".")[0])
    if mean is None:
        return _UNKNOWN_ANSWERS[end] * question.max_output_tokens
    return min(mean * _ANSWERS[end], question.max_output_tokens)


# --- from the sample to all -------------------------------------------------------------------------------------------


def summed(settings: Settings, asked: Sequence[Asked], letters: int, processor: float) -> Estimate:
    """The estimate for `letters` letters from what a sample of them asks; `processor` in seconds a letter."""
    questions = _total([Range(a.questions, a.questions * (1 + _RE_ASKED[1])) for a in asked], letters)
    sent = _total([a.input_tokens for a in asked], letters)
    answered = _total([a.output_tokens for a in asked], letters)
    prices = prices_of(settings)
    return Estimate(
        letters,
        len(asked),
        questions,
        sent,
        answered,
        _cost(prices, sent, answered),
        _cost(prices.batch if prices else None, sent, answered),
        _seconds(settings, letters * processor, questions, sent, answered),
        f"{prices.said} ({prices.input} in, {prices.output} out, USD a million tokens)" if prices else None,
    )


def _total(of_sample: Sequence[Range], letters: int) -> Range:
    """The sum over all letters: the sample's mean less or more two standard errors, which a whole sample does not have."""
    if not of_sample:
        return Range(0, 0)
    low, high = ([r[end] for r in of_sample] for end in (0, 1))
    return Range(
        letters * max(0.0, statistics.fmean(low) - 2 * _error(low, letters)),
        letters * (statistics.fmean(high) + 2 * _error(high, letters)),
    )


def _error(values: Sequence[float], letters: int) -> float:
    if len(values) < 2:
        return 0.0 if letters <= 1 else values[0]
    rest = max(0.0, 1 - len(values) / letters)
    return statistics.stdev(values) / math.sqrt(len(values)) * math.sqrt(rest)


def _cost(prices: Prices | None, sent: Range, answered: Range) -> Range | None:
    if prices is None:
        return None
    return Range(*(prices.picodollars(round(sent[i]), round(answered[i])) / 1e12 for i in (0, 1)))


def _seconds(settings: Settings, processor: float, questions: Range, sent: Range, answered: Range) -> Range:
    """The slowest of processor, endpoint and its limits."""

    def at(end: int) -> float:
        if settings.engine == "baseline":
            return processor
        if settings.embedded:
            a_prompt, an_answer = _EMBEDDED_SECONDS_A_TOKEN[end]
            return processor + sent[end] * a_prompt + answered[end] * an_answer
        waits = [processor + questions[end] * _SECONDS_OF_CLIENT, questions[end] * _SECONDS_A_REQUEST[end] / settings.concurrency]
        if settings.requests_per_minute:
            waits.append(questions[end] / settings.requests_per_minute * 60)
        if settings.tokens_per_minute:
            waits.append((sent[end] + answered[end]) / settings.tokens_per_minute * 60)
        return max(waits)

    return Range(at(0), at(1))


_SECONDS_OF_CLIENT = 0.008
"""Processor time of one request in this program (openai and instructor)."""
