"""Curator as its documentation has it: an `LLM` with a response format over a dataset, its cache in the working folder.

Its limits of requests and tokens a minute are set out of the way; the concurrency is `max_concurrent_requests`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from bespokelabs import curator
from driving import Clock, Job, job_of

from schema import PROMPT, Record

_NO_LIMIT = 1_000_000_000


class Extractor(curator.LLM):  # type: ignore[misc, name-defined, unused-ignore]
    """One letter to one record."""

    response_format = Record

    def prompt(self, input: Mapping[str, Any]) -> list[dict[str, str]]:  # noqa: A002 - the library's name
        """The messages about a letter."""
        return [{"role": "system", "content": PROMPT}, {"role": "user", "content": input["text"]}]

    def parse(self, input: Mapping[str, Any], response: Record) -> dict[str, Any]:  # noqa: A002 - the library's name
        """The row of a letter."""
        return {"name": input["name"], **response.model_dump()}


def extract(job: Job) -> Iterable[Mapping[str, Any]]:
    """All records, in the letters' order."""
    extractor = Extractor(
        model_name=job.model,
        backend="openai",
        generation_params={"temperature": 0},
        backend_params={
            "base_url": job.base_url,
            "api_key": "unused",
            "max_concurrent_requests": job.concurrency,
            "max_requests_per_minute": _NO_LIMIT,
            "max_tokens_per_minute": _NO_LIMIT,
        },
    )
    rows = [{"name": name, "text": text} for name, text in job.texts().items()]
    return list(extractor(rows, working_dir=str(job.cache)).dataset)


def main() -> None:
    """Run the job."""
    job = job_of()
    clock = Clock()
    records = list(extract(job))
    clock.report(job, records, sum(bool(r["items"]) for r in records), version("bespokelabs-curator"))


if __name__ == "__main__":
    main()
