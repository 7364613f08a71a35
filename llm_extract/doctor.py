"""The `doctor` command: is the endpoint there, does it enforce the schema, what will a letter cost.

A 200 proves nothing: some endpoints take a schema and ignore it. The probe asks for prose under a schema of random words.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from llm_extract.engine import Usage
from llm_extract.errors import LlmExtractError
from llm_extract.letters import letter_from_text
from llm_extract.settings import Settings
from llm_extract.wiring import model_name, open_asker, price_of

if TYPE_CHECKING:
    from llm_extract.model import ModelClient

# Invented, of the usual length of a letter with one item; what it costs stands for what a letter costs.
SAMPLE = """HOW THE IMR FINAL DETERMINATION WAS MADE
The Expert Reviewer has the following credentials:
State(s) of Licensure: California
Certification(s)/Specialty: Pain Management

CLINICAL CASE SUMMARY
The injured worker is a 47 year old female who sustained an industrial injury on 5/6/2012. Diagnoses include lumbar
radiculopathy and depression. Treatment has included physical therapy, two epidural steroid injections and Norco.

IMR ISSUES, DECISIONS AND RATIONALES
The Final Determination was based on decisions for the disputed items/services set forth below:

Norco 10/325mg #90: Upheld

Claims Administrator guideline: Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 74-96.

MAXIMUS guideline: Decision based on MTUS Chronic Pain Treatment Guidelines Opioids, criteria for use Page(s): 76-80.

Decision rationale: The guidelines ask for documented pain relief and function. The records show neither, and there is no urine
drug screen on file. The request is not medically necessary.
"""


def examine(settings: Settings) -> bool:
    """Run every examination and print what it found; whether all are well."""
    console = Console(highlight=False)
    # Answers out of the cache would prove nothing about the endpoint.
    return asyncio.run(_examine(settings.model_copy(update={"cache": False}), console))


async def _examine(settings: Settings, console: Console) -> bool:
    where = "the embedded model" if settings.embedded else (settings.base_url or "OpenAI's endpoint")
    console.print(f"Endpoint: {where}, model {model_name(settings)}")
    started = time.monotonic()
    try:
        asker = await open_asker(settings)
    except LlmExtractError as error:
        return _say(console, "reachable", str(error), well=False)
    _say(console, "reachable", f"ready after {time.monotonic() - started:.1f} s", well=True)
    try:
        enforced = await _guarded(console, "schema", lambda: _schema(settings, asker, console))
        read = await _guarded(console, "a letter", lambda: _letter(settings, asker, console))
    finally:
        await asker.close()
    return enforced and read


async def _guarded(console: Console, name: str, examination: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await examination()
    except LlmExtractError as error:
        return _say(console, name, str(error), well=False)


async def _schema(settings: Settings, asker: object, console: Console) -> bool:
    from llm_extract.model import Enforcement, probe_schema

    probe = await probe_schema(await _client(asker))
    advice = (
        "" if probe else " Answers will be checked all the same, but more of them will be asked again or fall back to the rules."
    )
    return _say(console, "schema", f"{probe.verdict.value}. {probe.evidence}{advice}", well=probe.verdict is Enforcement.ENFORCED)


async def _client(asker: object) -> ModelClient:
    from llm_extract.model import ModelClient
    from llm_extract.wiring import EmbeddedAsker

    client = await asker.client() if isinstance(asker, EmbeddedAsker) else asker
    if not isinstance(client, ModelClient):
        raise TypeError("the schema probe needs a real endpoint")
    return client


async def _letter(settings: Settings, asker: object, console: Console) -> bool:
    from llm_extract.hybrid import Hybrid
    from llm_extract.questions import Questions
    from llm_extract.reader import ModelReader

    started = time.monotonic()
    reading = await Hybrid(ModelReader(asker, Questions.load(settings))).read(letter_from_text(SAMPLE, "sample"))  # type: ignore[arg-type]
    seconds = time.monotonic() - started
    told = _bill(reading.usage, price_of(settings)(reading.usage), seconds)
    if reading.unanswered:
        return _say(console, "a letter", f"no usable answer: {'; '.join(reading.unanswered.values())}", well=False)
    return _say(console, "a letter", told, well=True)


def _bill(usage: Usage, cost: float | None, seconds: float) -> str:
    price = "price unknown (set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE)" if cost is None else f"{cost:.6f} USD"
    return f"one short letter with one item: {usage.input_tokens} tokens in, {usage.output_tokens} out, {seconds:.1f} s, {price}"


def _say(console: Console, name: str, what: str, *, well: bool) -> bool:
    mark, style = ("ok  ", "green") if well else ("FAIL", "red")
    console.print(Text.assemble((mark, style), f" {name}: {what}"), soft_wrap=True)
    return well
