"""What every peer is asked to extract: the part of our record that their tutorials would ask for, in one definition.

It is plain pydantic, so that every library takes it as it is; `run_delm.py` says the same in DELM's own schema language.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Item(BaseModel):
    """One disputed item."""

    request: str = Field(description="the disputed item or service as worded")
    decision: Literal["upheld", "overturned", "partially_overturned"] = Field(description="how the reviewer decided")
    reasons: list[str] = Field(description="why the reviewer decided so, in a few words each")


class Record(BaseModel):
    """What one letter becomes."""

    age: int | None = Field(description="age of the patient in years")
    sex: Literal["female", "male"] | None = Field(description="sex of the patient")
    diagnoses: list[str] = Field(description="conditions that the letter gives the patient")
    medications: list[str] = Field(description="drugs that the patient takes or took, names only")
    prior_treatments: list[str] = Field(description="treatments other than drugs that the patient has had")
    items: list[Item] = Field(description="the disputed items in the letter's order")


PROMPT = "Extract the record of this Independent Medical Review letter. Use its own words; leave out what it does not say."
"""The instruction that every peer is given."""
