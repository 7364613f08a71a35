"""langextract as its documentation has it: examples, documents, `max_workers` threads over batches of chunks.

The whole letter is one chunk and all letters one batch, so that it sends one request a letter and never waits for the last of a
batch: both are the fastest that it can be told. It has neither cache nor resume.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import langextract as lx
from driving import Clock, Job, job_of

from schema import PROMPT, Record

_SHOWN = (
    "The patient is a 48 year old female with a rotator cuff tear who has taken ibuprofen and had physical therapy. "
    "Norco 10/325mg #60: Upheld. There is no documented benefit."
)


def _example() -> lx.data.ExampleData:
    found = lx.data.Extraction
    return lx.data.ExampleData(
        text=_SHOWN,
        extractions=[
            found(extraction_class="age", extraction_text="48 year old"),
            found(extraction_class="sex", extraction_text="female"),
            found(extraction_class="diagnosis", extraction_text="rotator cuff tear"),
            found(extraction_class="medication", extraction_text="ibuprofen"),
            found(extraction_class="prior_treatment", extraction_text="physical therapy"),
            found(
                extraction_class="item",
                extraction_text="Norco 10/325mg #60",
                attributes={"decision": "upheld", "reasons": ["no documented benefit"]},
            ),
        ],
    )


def instructions() -> str:
    """The prompt and what each class means, from the descriptions of the record."""
    told = (f"{name}: {field.description}" for name, field in Record.model_fields.items())
    return "\n".join((PROMPT, *told))


def extract(job: Job) -> list[Any]:
    """All annotated documents, in the letters' order."""
    texts = job.texts()
    config = lx.factory.ModelConfig(
        model_id=job.model,
        provider="OpenAILanguageModel",
        provider_kwargs={"api_key": "unused", "base_url": job.base_url, "max_workers": job.concurrency, "temperature": 0},
    )
    return list(
        lx.extract(
            [lx.data.Document(text=text, document_id=name) for name, text in texts.items()],
            prompt_description=instructions(),
            examples=[_example()],
            config=config,
            max_char_buffer=max(map(len, texts.values())) + 1,
            batch_length=max(len(texts), job.concurrency),
            max_workers=job.concurrency,
            show_progress=False,
        )
    )


def record_of(document: Any) -> dict[str, Any]:
    """A document's extractions with the places that they were found at."""
    return {"name": document.document_id, "extractions": list(_rows(document))}


def _rows(document: Any) -> Iterator[dict[str, Any]]:
    for found in document.extractions:
        place = found.char_interval
        where = [place.start_pos, place.end_pos] if place else None
        yield {"class": found.extraction_class, "text": found.extraction_text, "at": where, **(found.attributes or {})}


def main() -> None:
    """Run the job."""
    job = job_of()
    clock = Clock()
    documents = extract(job)
    complete = sum(any(e.extraction_class == "item" for e in d.extractions or ()) for d in documents)
    clock.report(job, map(record_of, documents), complete, version("langextract"))


if __name__ == "__main__":
    main()
