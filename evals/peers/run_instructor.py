"""instructor in a plain asyncio loop: one request a letter, a semaphore for the concurrency, its own disk cache.

`cache_namespace` is what makes its cache hit in a second process: by default every client has a namespace of its own.
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version

import instructor
import openai
from driving import Clock, Job, job_of
from instructor.cache import DiskCache

from schema import PROMPT, Record


async def extract(job: Job) -> list[Record]:
    """All records, in the letters' order."""
    bare = openai.AsyncOpenAI(base_url=job.base_url, api_key="unused")
    client = instructor.from_openai(bare, mode=instructor.Mode.JSON_SCHEMA)
    cache = DiskCache(directory=str(job.cache))
    free = asyncio.Semaphore(job.concurrency)

    async def one(text: str) -> Record:
        async with free:
            return await client.chat.completions.create(
                model=job.model,
                response_model=Record,
                messages=[{"role": "system", "content": PROMPT}, {"role": "user", "content": text}],
                temperature=0,
                cache=cache,
                cache_namespace="bench",
            )

    try:
        return await asyncio.gather(*(one(text) for text in job.texts().values()))
    finally:
        await bare.close()


def main() -> None:
    """Run the job."""
    job = job_of()
    clock = Clock()
    records = asyncio.run(extract(job))
    clock.report(job, (r.model_dump() for r in records), sum(bool(r.items) for r in records), version("instructor"))


if __name__ == "__main__":
    main()
