"""How good the records are, said honestly: labelled letters against records, leaf by leaf.

    Case (letter, label) ──┐
                           ├─ align ─ compare ─ Row ─ metrics, statistics, confidence ─ Report ─ terminal, Markdown, HTML, gate
    Record (an engine's) ──┘

`cases` reads and checks labelled letters, `recorded` replays a model's answers, `align` pairs items, `compare` says when two
values are the same, `score` makes one `Row` a leaf, and every figure of `report` is counted from those rows.
Needs the `eval` extra (numpy, scipy, rapidfuzz, matplotlib, jinja2).
"""
