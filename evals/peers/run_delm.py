"""DELM as its documentation has it: a frame of texts, `max_workers` threads, one batch, its default SQLite cache.

The record is told in DELM's own schema language; two kinds of structure in one answer are a `Schema.multiple`.
"""

from __future__ import annotations

import json
from importlib.metadata import version

import pandas as pd
from delm import DELM, ExtractionVariable, Schema
from driving import Clock, Job, job_of

from schema import PROMPT, Item, Record

_TYPES = {"age": "integer", "sex": "string"}


def schema() -> Schema:
    """The record in DELM's terms, every description taken from it."""
    facts = [
        ExtractionVariable(name, field.description or "", _TYPES.get(name, "[string]"))
        for name, field in Record.model_fields.items()
        if name != "items"
    ]
    told = {name: field.description or "" for name, field in Item.model_fields.items()}
    items = [
        ExtractionVariable("request", told["request"], "string"),
        ExtractionVariable(
            "decision", told["decision"], "string", allowed_values=["upheld", "overturned", "partially_overturned"]
        ),
        ExtractionVariable("reasons", told["reasons"], "[string]"),
    ]
    return Schema.multiple(letter=Schema.simple(variables_list=facts), items=Schema.nested("items", variables_list=items))


def extract(job: Job) -> list[dict[str, object]]:
    """All records, in the letters' order; an empty one where DELM has none."""
    texts = job.texts()
    delm = DELM(
        schema=schema(),
        provider="openai",
        model=job.model,
        base_url=job.base_url,
        mode="json_schema",
        system_prompt=PROMPT,
        model_input_cost_per_1M_tokens=1.0,  # its price table does not know the endpoint's model
        model_output_cost_per_1M_tokens=1.0,
        batch_size=len(texts),
        max_workers=job.concurrency,
        cache_path=job.cache,
        console_log_level="ERROR",
    )
    found = delm.extract(pd.DataFrame({"text": list(texts.values())}))
    return [json.loads(record) if isinstance(record, str) else {} for record in found["delm_extracted_data_json"]]


def main() -> None:
    """Run the job."""
    job = job_of()
    clock = Clock()
    records = extract(job)
    clock.report(job, records, sum(bool(r.get("items")) for r in records), version("delm"))


if __name__ == "__main__":
    main()
