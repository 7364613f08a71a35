"""Whole letters through the default engine, with answers that the embedded model once gave over real HTTP (`make record`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_extract.hybrid import Hybrid
from llm_extract.letters import LetterFile
from llm_extract.model import ModelClient
from llm_extract.pipeline import Pipeline
from llm_extract.questions import Questions
from llm_extract.reader import ModelReader
from llm_extract.schema import Record
from llm_extract.settings import EMBEDDED_MODEL, Settings
from llm_extract.wiring import open_letter

FIXTURES = Path(__file__).parent.parent / "fixtures" / "letters"


async def read(name: str, base_url: str) -> Record:
    """The record of a fixture letter. Every setting that is on the wire is written down here."""
    settings = Settings(temperature=0, seed=7, timeout=900)
    client = ModelClient(settings, base_url=base_url, model=EMBEDDED_MODEL)
    pipeline = Pipeline(
        engine=Hybrid(ModelReader(client, Questions.load(settings))),
        open_letter=lambda file: open_letter(settings, file),
    )
    try:
        return await pipeline.read_file(LetterFile(Path(name).stem, FIXTURES / name))
    finally:
        await pipeline.close()


@pytest.mark.recorded
@pytest.mark.parametrize("name", ["first-letter.txt", "omeprazole-short.txt", "pdf-neck.pdf"])
async def test_a_letter_and_recorded_answers_give_a_proved_record(embedded_endpoint: str, name: str) -> None:
    """A fixture letter and the answers that a real model gave make a record with values of both readers, each with its proof."""
    record = await read(name, embedded_endpoint)
    assert record.status == "ok"
    assert {"model", "baseline"} == set(record.provenance.values())
    assert record.run.model == EMBEDDED_MODEL
    assert record.run.attempts >= 1
    assert record.run.input_tokens > 0
    assert all(f"/clinical/diagnoses/{i}" in record.evidence for i in range(len(record.clinical.diagnoses)))
    assert record.items
    assert all(f"/items/{i}/decision" in record.evidence for i in range(len(record.items)))
