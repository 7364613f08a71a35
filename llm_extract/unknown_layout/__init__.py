"""Items and sections of a letter of unknown layout, from what any form has: numbers, labels, deciding words.

A determination by another organisation, or on a form that nobody has seen, still announces its items by a number or a label,
says in a labelled line, at the end of the request's line or in a sentence what it decides, and names whose guideline a line
gives. Several ways are tried, the surest first; the first one that gives whole items is believed, and where none does there is
no item:

1. `numbered`: blocks and rows of tables that count ("1)", "Issue 2:"), several lists of the same numbers taken together;
2. `told`: blocks that begin with a label ("Disputed treatment:");
3. `rows`: lines that end in their decision, and requests under a line that decides;
4. `told`: sentences ("The request for X is not medically necessary").

`labels` has the words, `lines` says what each line does, `blocks` reads one item's stretch, `requests` and `verdicts` the words
that ask and decide; `front` finds summary and credentials.

Only a determination is read so: a utilization review letter, a medical report or an article has the same words and decides
nothing (`determination`).
"""

from __future__ import annotations

from llm_extract.folding import Folded
from llm_extract.sections import MOST_ITEMS, Part, Sections
from llm_extract.unknown_layout.determination import is_determination
from llm_extract.unknown_layout.front import credentials_of, places_of, summary_of
from llm_extract.unknown_layout.items import items_of
from llm_extract.unknown_layout.lines import Lines

__all__ = ["sections_of_unknown"]


def sections_of_unknown(folded: Folded) -> Sections:
    """Items, summary, credentials and header of a letter of no known layout, as far as it proves them; never raises.

    A text that is no determination keeps what every text has: the whole of it as summary, no items, no header.
    """
    whole = Part(0, len(folded.text)) if folded.text else None
    lines = Lines(folded)
    if whole is None or not is_determination(lines):
        return Sections(folded, "unknown", None, None, whole, (), 0, cut_off=False)
    items, first = items_of(lines)
    summary = summary_of(lines, first)
    credentials = credentials_of(lines, [summary if summary and summary.start else None, *places_of(items)])
    front = min(part.start for part in (summary, credentials, Part(first, first)) if part and part.start)
    header = Part(0, front) if 0 < front < whole.end else None
    return Sections(folded, "unknown", header, credentials, summary, items[:MOST_ITEMS], len(items), cut_off=False)
