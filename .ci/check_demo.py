"""Holds the demo's record against its letter: a model really answered, and every value has its proof."""

import json
import sys
from pathlib import Path


def main() -> str | None:
    """A sentence about what is wrong, None where all is well."""
    records = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    if len(records) != 1 or records[0]["status"] not in ("ok", "partial"):
        return f"expected one usable record, got {[r['status'] for r in records]}"
    record = records[0]
    if not record["run"]["model"] or "model" not in record["provenance"].values():
        return "no value of this record came from the model"
    if [item["decision"] for item in record["items"]] != ["upheld", "overturned"]:
        return "the decisions are wrong"
    text = Path(record["source"]["path"]).read_text("utf-8")
    empty = [p for p, spans in record["evidence"].items() if not all(text[s["start"] : s["end"]].strip() for s in spans)]
    return f"no words behind {empty}" if empty else None


if __name__ == "__main__":
    sys.exit(main())
