"""The request line of an item: each matter's rules in their order, then what no rule used, which is the treatment."""

from __future__ import annotations

from collections.abc import Callable

from llm_extract.baseline.asked import read_treatment
from llm_extract.baseline.body_parts import read_body_part
from llm_extract.baseline.dosing import read_doses, read_rates
from llm_extract.baseline.lead_in import cut_lead, cut_remarks
from llm_extract.baseline.quantities import read_quantity
from llm_extract.baseline.rates import read_durations, read_therapy_rate
from llm_extract.baseline.refills import read_refills
from llm_extract.baseline.request_line import Line, Place, Value
from llm_extract.baseline.service_dates import read_service_date
from llm_extract.baseline.strengths import hide_name_numbers, read_strength

_LONGEST_REQUEST = 1200
"""Characters that are read; a longer text before a decision is no request line, and rules over it would take long."""

STEPS: tuple[Callable[[Line], None], ...] = (
    cut_remarks,
    read_service_date,
    cut_lead,
    hide_name_numbers,
    read_doses,
    read_refills,
    read_therapy_rate,
    read_rates,
    read_durations,
    read_strength,
    read_body_part,
    read_quantity,
    read_treatment,
)
"""In this order: a later step sees only what the earlier ones have left."""


def read_values(text: str, *, latest_year: int | None = None) -> dict[str, Value]:
    """Values of one request with their places in `text` and their rules: treatment, category, strength, quantity, ..."""
    whole = len(text) <= _LONGEST_REQUEST
    line = Line(text if whole else text[:_LONGEST_REQUEST].rpartition(" ")[0], latest_year)
    for step in STEPS:
        step(line)
    return line.values


def read_request(text: str, *, latest_year: int | None = None) -> dict[str, tuple[object, tuple[Place, ...]]]:
    """`read_values` for those who ask for no rule: value and places."""
    return {name: (value, places) for name, (value, places, _) in read_values(text, latest_year=latest_year).items()}
