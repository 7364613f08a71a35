"""Conditions that a model named, as the list that they stand in has them.

A model breaks a list where the letter does not ("posttraumatic stress disorder", "chronic"), hands a whole list over as one, and
takes findings and operations for conditions. The list's own separators say where an entry ends, words what is a condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from llm_extract.baseline.condition_lists import Place, entries, tidy
from llm_extract.baseline.condition_words import CONDITIONS

# Wider than what the rules go by: they have to find conditions, this has only to refuse what is none.
_LIKE_A_CONDITION = re.compile(
    rf"{CONDITIONS.pattern}|\b(?:loss|deficien\w+|deficits?|scar(?:ring|s)?|contractures?|fractured|bruxism|(?:myo)?spasms?|dvt"
    r"|thrombo\w+|embol\w+|status[- ]post|s/p|d/o|disturbances?|abuse|use|tolerance|failure|neurogenic|bladder|bowel|frozen"
    r"|loose bod\w+|foreign body|nonunion|malunion|non-union|deformit\w+|lesions?|polyps?|abscess\w*|hematomas?|seizures?|stroke"
    r"|infarct\w*|arrhythmia|fibrillation|insufficiency|hearing|vision|blindness|cataracts?|glaucoma|edema|lymphedema|swelling"
    r"|psych\w*|mood|grief|panic|phobia|adjustment|bipolar|schizo\w+|cognitive|dementia|encephal\w+|post-?concussi\w+|tbi"
    r"|headaches?|ha|cephal\w+|pain|injur(?:y|ies)|stiffness|weakness|numbness|symptoms?|allerg\w+|rash|dermat\w+|eczema"
    r"|cellulitis|wounds?|crush|avulsions?|open|strictures?|fistula\w*|hemorrhoids?|fibro\w+|lupus|gout|anemia|hepat\w+|hiv"
    r"|kidney|renal|thyroid\w*|cholesterol|sleep|fatigue|vitamin|deaf\w*|pruritus|keloids?|slap|bankart|hill-sachs"
    r"|exposure|poisoning|hypoxia|effusion|atroph\w+|laxity|maltracking|subluxation|scoliosis|kyphosis|spur|spurs|calcific\w*)\b",
    re.IGNORECASE,
)
_ONLY_BLANK = re.compile(r" ?, ?| ")


def as_listed(text: str, places: Iterable[Place]) -> list[Place]:
    """The conditions among the named places, in the letter's order, each once.

    A qualifier goes on with the entry in front of it, a list that was named as one is split, and what another one says in more
    words is left out.
    """
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and _is_one(text, joined[-1], (start, end)):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    pieces = [piece for place in joined for piece in _parted(text, *place) if _LIKE_A_CONDITION.search(text, *piece)]
    return [
        p for i, p in enumerate(pieces) if not any(_says_more(text, q, p, first=j < i) for j, q in enumerate(pieces) if j != i)
    ]


def _is_one(text: str, before: Place, after: Place) -> bool:
    """Whether two places overlap, or the list goes on with the same entry between them."""
    if after[0] < before[1]:
        return True
    return bool(_ONLY_BLANK.fullmatch(text, before[1], after[0])) and len(entries(text, before[0], after[1])) == 1


def _parted(text: str, start: int, end: int) -> list[Place]:
    """A place split into its entries where each of them is called like a condition; else the place itself."""
    found = entries(text, start, end)
    if len(found) > 1 and all(_LIKE_A_CONDITION.search(text, *place) for place in found):
        return found
    whole = tidy(text, start, end)
    return [whole] if whole else []


def _says_more(text: str, other: Place, place: Place, *, first: bool) -> bool:
    """Whether another place has all the words of this one and more, or the same words at an earlier place."""
    words, more = ({*text[a:b].lower().split()} for a, b in (place, other))
    return words < more or (words == more and first)
