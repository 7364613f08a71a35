"""Runs beyond one machine, on Ray (`pip install 'llm_extract[ray]'`).

    rows of letters -> ReadLetters, an actor a worker -> rows of records -> parts of Parquet

- `reading`: `ReadLetters`, the picklable class that turns rows of letters into rows of records. Knows no Ray.
- `rows`: what a row of letters and a row of a record hold.
- `sources`: inputs of a run (folders, Parquet) as rows of letters.
- `parts`: the folder of a run: parts of Parquet, what is done, `run.json`, `records.jsonl`.
- `runs`: `llm-extract run --on ray`. Alone knows Ray.
"""
