"""Whether a text of no known layout is a determination of independent review at all."""

from __future__ import annotations

import re

from llm_extract.unknown_layout.lines import Line, Lines

_HEAD = 1000
"""Characters of letterhead and introduction in which a determination says what it is."""
_TITLE_LINES = 12
_LONGEST_TITLE = 100
_OF_REVIEW = re.compile(
    r"\b(?:independent (?:medical |external )?review|imr\b|external (?:medical )?review|iro\b|cm ?\d\d ?- ?\d{7}\b)"
    r"(?! (?:determination |decision )?(?:dated|of \d|from \d))"
)
_NOT_YET = re.compile(
    r"\b(?:ask(?:ed|s)? for|await\w*|pending|will|request(?:ed|s|ing)?|appl(?:y|ied) for|submit\w*|appeal\w*"
    r"|for) (?:an? |the )?\Z"
)
# A title of what is no such determination; a line of the header ("UR decision: 02/15/2022") has a colon or a date.
_OTHER_TITLE = re.compile(
    r"(?:[a-z' ]{0,40}\b)?(?:utilization (?:review|management)(?! organization)|peer review (?:report|response"
    r"|determination)|peer-to-peer"
    r"|notice of (?:denial|modification|adverse|non-?certification)|non-?certification (?:notice|letter)"
    r"|adverse determination|reconsideration"
    r"|qualified medical|agreed medical|panel qme|medical[- ]legal|progress report|initial (?:evaluation|report|consultation)"
    r"|operative report|bill review|explanation of (?:review|benefits)|invoice|request for authorization|treatment authorization)"
)
_HAS_DATE_OR_COLON = re.compile(r":|\d/\d|(?:19|20)\d\d")
# Who tells how to ask for a review has not held one.
_TELLS_HOW = re.compile(
    r"\b(?:may|can|could|must|right to|wish to|want to|how to|order to|entitled to|eligible (?:to|for)|if you) (?:[^.]{0,60}\b)?"
    r"(?:request|apply|seek|file|submit|obtain|appl(?:y|ication)|appeal|dispute"
    r"|disagree)\b[^.]{0,100}\b(?:independent medical review|imr\b)"
    r"|\bapplication for (?:an )?(?:independent medical review|imr)(?: form)? (?:is )?(?:enclosed|attached|must|form)"
)


def is_determination(lines: Lines) -> bool:
    """Whether a text decides on independent review: its head says so, or its blocks cite both sides; and it is nothing else."""
    low = lines.low
    if _TELLS_HOW.search(low) or any(_is_other_title(low, line) for line in lines.lines[:_TITLE_LINES]):
        return False
    if any(not _NOT_YET.search(low[max(0, m.start() - 40) : m.start()]) for m in _OF_REVIEW.finditer(low, 0, _HEAD)):
        return True
    return {"claims", "reviewer", "decision"} <= {label.kind for label in lines.labels}


def _is_other_title(low: str, line: Line) -> bool:
    words = low[line.start : line.end]
    if len(words) >= _LONGEST_TITLE or words.endswith(".") or "independent" in words or _HAS_DATE_OR_COLON.search(words):
        return False
    return _OTHER_TITLE.match(words) is not None
