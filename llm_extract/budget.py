"""Money reserved before a letter is sent, so that a limit is kept rather than noticed.

A letter is admitted only while what has been spent, what is reserved for letters under way and the most that this letter could cost
stay within the limit together. The reservation is a bound from the letter's size: every question resends at most the whole letter,
each may be answered to its token limit and re-asked once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from llm_extract.engine import Usage
from llm_extract.errors import SettingsError
from llm_extract.letters import LetterFile
from llm_extract.schema import Record
from llm_extract.settings import Settings
from llm_extract.wiring import price_of

# An upper bound on what one letter can send and receive, in tokens: prompts of about 700 tokens before each question, one question for
# the facts, one for the summary and two an item, up to 14 items, each once more after a re-ask; answers up to their limits.
_QUESTIONS, _PROMPT_TOKENS, _ANSWER_TOKENS = 30, 700, 500
_TOKENS_A_BYTE = 0.5


@dataclass
class Budget:
    """`limit` in USD; None admits everything."""

    limit: float | None
    a_prompt_token: float = 0.0
    an_answer_token: float = 0.0
    spent: float = 0.0
    reserved: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, limit: float | None) -> Budget:
        """Raises `SettingsError` for a limit on an endpoint whose prices nobody has said."""
        if limit is None:
            return cls(None)
        price = price_of(settings)
        a_prompt_token, an_answer_token = price(Usage(1, 1_000_000, 0)), price(Usage(1, 0, 1_000_000))
        if a_prompt_token is None or an_answer_token is None:
            raise SettingsError(
                "--max-cost needs prices: set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE (USD a million tokens)."
            )
        return cls(limit, a_prompt_token / 1_000_000, an_answer_token / 1_000_000)

    def admit(self, files: list[LetterFile]) -> Iterator[LetterFile]:
        """The files, one by one, for as long as the next one's worst case fits under the limit."""
        for file in files:
            most = self._most(file)
            if self.limit is not None and self.spent + sum(self.reserved.values()) + most > self.limit:
                return
            self.reserved[file.letter_id] = most
            yield file

    def settle(self, record: Record) -> None:
        """Put the real cost in the reservation's place."""
        most = self.reserved.pop(record.letter_id, 0.0)
        self.spent += most if record.run.cost_usd is None else record.run.cost_usd

    def _most(self, file: LetterFile) -> float:
        try:
            size = file.path.stat().st_size
        except OSError:
            return 0.0  # it will fail before anything is sent
        sent = 2 * (2 * size * _TOKENS_A_BYTE + _QUESTIONS * _PROMPT_TOKENS)
        return sent * self.a_prompt_token + 2 * _QUESTIONS * _ANSWER_TOKENS * self.an_answer_token
