"""Letter files to `Letter`s. The only opener of letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from llm_extract.folding import Folded, fold


@dataclass(frozen=True)
class Letter:
    """One letter as decoded text. Offsets everywhere are code points of `text`, which is never changed after decoding.

    `encoding` is how the bytes became text: utf-8, utf-8-sig, utf-16, cp1252 or pdf. `pages` is None for text files.
    """

    letter_id: str
    path: str
    sha256: str
    text: str
    encoding: str = "utf-8"
    pages: int | None = None

    @cached_property
    def folded(self) -> Folded:
        """The text with its typesetting folded away; what rules and prompts read."""
        return fold(self.text)
