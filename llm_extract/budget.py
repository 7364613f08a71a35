"""Money reserved before a letter is sent, so that a limit is kept rather than noticed.

A letter is admitted only while what has been spent, what is reserved for letters under way and the most that this letter could
cost stay within the limit together. The reservation is a bound from the letter's size: all questions together show the letter
three times at most, each may be answered to its token limit and re-asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from llm_extract.engine import Usage
from llm_extract.errors import SettingsError
from llm_extract.letters import LetterFile
from llm_extract.pipeline import Price
from llm_extract.schema import Record

# An upper bound on what one letter can send and receive, in tokens: prompts of about 700 tokens before each question, one
# question for the facts, one for the summary and two an item, each once more after a re-ask; answers up to their limits. An
# item of a real letter is longer than `_SHORTEST_ITEM` bytes: its labels alone take 150. A letter of unknown layout is shown
# whole three times.
_FEWEST_QUESTIONS, _PROMPT_TOKENS, _ANSWER_TOKENS = 30, 700, 500
_SHORTEST_ITEM = 600
_TIMES_SHOWN = 3
_TOKENS_A_BYTE = 0.5
_WITH_RE_ASK = 2
_MILLION = 1_000_000


@dataclass
class Budget:
    """`limit` in USD; None admits everything. `spent` begins with what earlier starts of the same run have cost."""

    limit: float | None
    a_prompt_token: float = 0.0
    an_answer_token: float = 0.0
    spent: float = 0.0
    reserved: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, price: Price, limit: float | None, *, spent: float = 0.0) -> Budget:
        """Raises `SettingsError` for a limit on an endpoint whose prices nobody has said."""
        if limit is None:
            return cls(None)
        sent, answered = price(Usage(1, _MILLION, 0)), price(Usage(1, 0, _MILLION))
        if sent is None or answered is None:
            raise SettingsError(
                "--max-cost needs prices: set LLM_EXTRACT_INPUT_PRICE and LLM_EXTRACT_OUTPUT_PRICE (USD a million tokens)."
            )
        return cls(limit, sent / _MILLION, answered / _MILLION, spent)

    def admit(self, files: Iterable[LetterFile]) -> Iterator[LetterFile | None]:
        """The files, one by one, for as long as the next one's worst case fits under the limit.

        None while it only does not fit because of what is reserved: letters under way usually cost less.
        """
        for file in files:
            most = self._most(file)
            while not self._fits(most):
                if not self.reserved:
                    return
                yield None
            self.reserved[file.letter_id] = most
            yield file

    def settle(self, record: Record) -> None:
        """Put the real cost in the reservation's place."""
        most = self.reserved.pop(record.letter_id, 0.0)
        self.spent += most if record.run.cost_usd is None else record.run.cost_usd

    def _fits(self, most: float) -> bool:
        return self.limit is None or self.spent + sum(self.reserved.values()) + most <= self.limit

    def _most(self, file: LetterFile) -> float:
        try:
            size = file.path.stat().st_size
        except OSError:
            return 0.0  # it will fail before anything is sent
        questions = max(_FEWEST_QUESTIONS, 2 + 2 * (size // _SHORTEST_ITEM))
        sent = _TIMES_SHOWN * size * _TOKENS_A_BYTE + questions * _PROMPT_TOKENS
        answered = questions * _ANSWER_TOKENS
        return _WITH_RE_ASK * (sent * self.a_prompt_token + answered * self.an_answer_token)
