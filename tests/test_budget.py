"""A limit on the money is kept, not noticed."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.budget import Budget
from llm_extract.engine import Usage
from llm_extract.errors import SettingsError
from llm_extract.letters import LetterFile
from llm_extract.pipeline import unknown_price
from llm_extract.schema import Record, RunInfo, SourceFile

SIZE = 4000


def price(usage: Usage) -> float:
    """A dollar a million tokens sent, four a million answered."""
    return (usage.input_tokens + 4 * usage.output_tokens) / 1_000_000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[LetterFile]:
    """Thirty letters of one size."""
    folder = tmp_path_factory.mktemp("letters")
    paths = [folder / f"{i}.txt" for i in range(30)]
    for path in paths:
        path.write_text("x" * SIZE)
    return [LetterFile(path.stem, path) for path in paths]


def record(file: LetterFile, cost: float | None) -> Record:
    """A record that cost so much."""
    return Record(
        letter_id=file.letter_id,
        source=SourceFile(path=str(file.path)),
        status="ok",
        run=RunInfo(engine="hybrid", cost_usd=cost),
    )


def reservation(file: LetterFile) -> float:
    """What is set aside for a letter."""
    budget = Budget.of(price, 1000.0)
    assert next(budget.admit([file])) is file
    return budget.reserved[file.letter_id]


@given(st.data())
def test_a_limit_is_never_overshot(files: list[LetterFile], data: st.DataObject) -> None:
    """Whatever letters really cost, up to their reservation, and however many are under way: the sum stays within the limit."""
    most = reservation(files[0])
    limit = data.draw(st.floats(0, 12 * most))
    concurrency = data.draw(st.integers(1, 8))
    budget = Budget.of(price, limit)
    admitted, under_way, spent = budget.admit(files), deque[LetterFile](), 0.0
    ended = False
    while not ended or under_way:
        file = None if ended or len(under_way) >= concurrency else next(admitted, "end")
        if isinstance(file, LetterFile):
            under_way.append(file)
            continue
        ended = ended or file == "end"
        if under_way:
            cost = most * data.draw(st.floats(0, 1))
            spent += cost
            budget.settle(record(under_way.popleft(), cost))
    assert spent <= limit * (1 + 1e-9)
    assert budget.spent == pytest.approx(spent)
    assert not budget.reserved
    assert ended


def test_letters_go_on_while_the_money_lasts(files: list[LetterFile]) -> None:
    """What is only reserved holds letters up, it does not end the run: cheap letters are all read under a low limit."""
    budget = Budget.of(price, 1.5 * reservation(files[0]))
    under_way, read = deque[LetterFile](), 0
    for file in budget.admit(files):
        if file is not None:
            under_way.append(file)
        else:
            budget.settle(record(under_way.popleft(), 0.0))
            read += 1
    assert read + len(under_way) == len(files)


def test_a_letter_that_fits_no_more_ends_the_run(files: list[LetterFile]) -> None:
    """With nothing under way and too little left, no further letter is admitted."""
    most = reservation(files[0])
    budget = Budget.of(price, 2.5 * most)
    admitted = budget.admit(files)
    for _ in range(2):
        file = next(admitted)
        assert file is not None
        budget.settle(record(file, most))
    assert next(admitted, "end") == "end"


def test_no_money_no_letter(files: list[LetterFile]) -> None:
    """A limit of nothing admits nothing that costs anything."""
    assert list(Budget.of(price, 0.0).admit(files)) == []


def test_letters_that_cost_nothing_need_no_money(files: list[LetterFile]) -> None:
    """The rules and the embedded model are free: a limit of nothing admits them all."""
    assert list(Budget.of(lambda _: 0.0, 0.0).admit(files)) == files


def test_without_a_limit_everything_is_admitted(files: list[LetterFile]) -> None:
    """None is no limit, also where no price is known."""
    assert list(Budget.of(unknown_price, None).admit(files)) == files


def test_a_limit_without_prices_is_refused() -> None:
    """A limit that nobody can check is refused with the settings that are missing."""
    with pytest.raises(SettingsError, match="LLM_EXTRACT_INPUT_PRICE"):
        Budget.of(unknown_price, 5.0)


def test_what_was_spent_before_counts(files: list[LetterFile]) -> None:
    """A run that goes on has only the rest of its limit."""
    most = reservation(files[0])
    assert len(list(Budget.of(price, 3.5 * most, spent=2 * most).admit(files[:1]))) == 1
    assert list(Budget.of(price, 3.5 * most, spent=3 * most).admit(files)) == []


def test_a_record_without_a_price_counts_as_its_reservation(files: list[LetterFile]) -> None:
    """Unknown is never taken for nothing."""
    budget = Budget.of(price, 100.0)
    file = next(budget.admit(files))
    assert file is not None
    most = budget.reserved[file.letter_id]
    budget.settle(record(file, None))
    assert budget.spent == most


def test_a_reservation_covers_what_a_letter_may_send(files: list[LetterFile], tmp_path: Path) -> None:
    """The letter three times, thirty prompts, all answers to their limits, all asked twice; longer letters take more."""
    worst = Usage(attempts=60, input_tokens=2 * (3 * SIZE // 2 + 30 * 700), output_tokens=2 * 30 * 500)
    assert reservation(files[0]) >= price(worst)
    longer = tmp_path / "long.txt"
    longer.write_text("x" * 100_000)
    assert reservation(LetterFile("long", longer)) > 5 * reservation(files[0])


def test_a_missing_letter_needs_no_money(tmp_path: Path) -> None:
    """It fails before anything is sent."""
    file = LetterFile("gone", tmp_path / "gone.txt")
    assert list(Budget.of(price, 0.0).admit([file])) == [file]
