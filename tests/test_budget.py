"""A limit on the money is kept, not noticed, and what was spent is known whatever happened in between."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.budget import (
    PICO,
    SHIPPED_PRICES,
    SPENDING,
    Budget,
    Prices,
    SpendingLog,
    known_prices,
    prices_in,
)
from llm_extract.engine import Usage
from llm_extract.errors import LimitReachedError, SettingsError

PRICES = Prices(1.0, 4.0)
"""A dollar a million tokens sent, four a million answered."""

TOKENS = st.integers(0, 100_000)


# --- the limit -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(TOKENS, TOKENS, st.floats(0, 1), st.booleans()), max_size=60), st.floats(0, 3), st.integers(1, 8))
def test_a_limit_is_never_overshot(requests: list[tuple[int, int, float, bool]], limit: float, at_once: int) -> None:
    """Whatever requests really cost, up to their bound, and however many are under way: the exact sum stays within the limit."""
    budget, under_way = Budget.of(PRICES, limit), []

    def end_one() -> None:
        number, most, share, sure = under_way.pop(0)
        budget.settle(number, int(most * share) if sure else most, sure=sure)

    for sent, answered, share, sure in requests:
        most = budget.most(sent, answered)
        try:
            while len(under_way) >= at_once or not budget.fits(most):
                end_one()
        except LimitReachedError:
            break
        under_way.append((budget.reserve(most), most, share, sure))
        assert budget.spent + sum(budget.reserved.values()) <= limit * PICO + 1
    while under_way:
        end_one()
    assert budget.spent <= limit * PICO + 1
    assert 0 <= budget.unsure <= budget.spent
    assert not budget.reserved


def test_a_request_waits_for_what_is_only_reserved() -> None:
    """It fits as soon as a reservation turns out to have been too high; with none left there is nothing to wait for."""
    budget = Budget.of(PRICES, 1.0)
    number = budget.reserve(budget.most(700_000, 0))
    assert not budget.fits(budget.most(500_000, 0))
    budget.settle(number, budget.most(400_000, 0))
    assert budget.fits(budget.most(500_000, 0))
    with pytest.raises(LimitReachedError, match="--max-cost"):
        budget.fits(budget.most(700_000, 0))


def test_the_limit_itself_may_be_spent() -> None:
    """To the last picodollar and not one more."""
    budget = Budget.of(PRICES, 0.5)
    assert budget.fits(PICO // 2)
    with pytest.raises(LimitReachedError):
        budget.fits(PICO // 2 + 1)


def test_what_costs_nothing_needs_no_money() -> None:
    """A limit of nothing admits what is free."""
    assert Budget.of(Prices(0.0, 0.0), 0.0).fits(0)


def test_without_a_limit_everything_is_admitted() -> None:
    """Also where no price is known: then nothing is counted, and nothing is said to have been spent."""
    assert Budget.of(None, None).fits(10 * PICO)
    assert Budget.of(None, None).most(1000, 1000) == 0
    assert Budget.of(None, None).spent_usd is None
    assert Budget.of(PRICES, None).spent_usd == 0.0


def test_a_limit_without_prices_is_refused() -> None:
    """A limit that nobody can check is refused with the settings that are missing."""
    with pytest.raises(SettingsError, match="LLM_EXTRACT_INPUT_PRICE"):
        Budget.of(None, 5.0)


def test_what_was_spent_before_counts() -> None:
    """A run that goes on has only the rest of its limit."""
    budget = Budget.of(PRICES, 1.0, spent=0.75)
    assert budget.fits(PICO // 4)
    with pytest.raises(LimitReachedError):
        budget.fits(PICO // 4 + 1)


# --- what was spent, over starts --------------------------------------------------------------------------------------


def test_a_killed_start_has_spent_what_it_had_reserved(tmp_path: Path) -> None:
    """Nobody knows whether its requests were answered: they count in full, and are called a bound."""
    log = SpendingLog(tmp_path)
    budget = Budget.of(PRICES, 1.0, log=log)
    first, _ = budget.reserve(1000), budget.reserve(500)
    budget.settle(first, 300)
    # killed: nothing is closed
    log.close()  # of the file alone: nothing is written
    again = Budget.of(PRICES, 1.0, log=SpendingLog(tmp_path))
    assert (again.spent, again.unsure) == (800, 500)


@given(
    st.lists(st.tuples(st.integers(1, 999), st.integers(0, 999), st.booleans(), st.booleans()), max_size=20), st.integers(0, 99)
)
def test_a_cut_log_never_says_less_than_was_spent(requests: list[tuple[int, int, bool, bool]], cut: int) -> None:
    """Wherever a crash cut the log behind its reservations: what the next start counts is at least what was spent."""
    with tempfile.TemporaryDirectory() as folder:
        log, spent = SpendingLog(Path(folder)), 0
        budget = Budget.of(PRICES, None, log=log)
        numbers = [budget.reserve(most) for most, _, _, _ in requests]
        path = Path(folder) / SPENDING
        whole = path.stat().st_size if path.exists() else 0
        for number, (most, cost, sure, ended) in zip(numbers, requests, strict=True):
            if ended:
                spent += min(cost, most)
                budget.settle(number, min(cost, most), sure=sure)
        log.close()
        if path.exists():
            os.truncate(path, max(whole, path.stat().st_size - cut))
        again = SpendingLog(Path(folder))
        assert spent <= again.spent <= sum(most for most, _, _, _ in requests)


def test_the_log_of_many_starts_is_one_line_and_its_own(tmp_path: Path) -> None:
    """A start puts earlier ones together with its first reservation, and writes nothing before."""
    for _ in range(3):
        log = SpendingLog(tmp_path)
        budget = Budget.of(PRICES, None, log=log)
        budget.settle(budget.reserve(1000), 700)
        log.close()
    before = (tmp_path / SPENDING).read_bytes()
    assert [json.loads(line) for line in before.splitlines()] == [
        {"before": 1400, "unsure": 0},
        {"n": 0, "reserved": 1000},
        {"n": 0, "cost": 700},
    ]
    SpendingLog(tmp_path, fresh=True).close()
    assert (tmp_path / SPENDING).read_bytes() == before
    assert SpendingLog(tmp_path).spent == 2100
    assert SpendingLog(tmp_path, fresh=True).spent == 0


def test_records_of_before_count_where_there_is_no_log(tmp_path: Path) -> None:
    """A log that was deleted does not make money come back."""
    assert Budget.of(PRICES, None, log=SpendingLog(tmp_path), spent=0.5).spent == PICO // 2


def test_a_log_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Nothing is sent whose money cannot be written down."""
    log = SpendingLog(tmp_path / "gone")
    with pytest.raises(SettingsError, match=r"spending\.jsonl cannot be written"):
        Budget.of(PRICES, 1.0, log=log).reserve(5)


# --- prices ----------------------------------------------------------------------------------------------------------


def test_prices_are_of_a_million_tokens() -> None:
    """Exactly, also for the cheapest: ten thousand prompt tokens at half a cent a million."""
    assert PRICES(Usage(1, 2_000_000, 500_000)) == 4.0
    assert Prices(0.005, 0.0).picodollars(10_000, 0) == 5 * 10**7


def test_prompt_tokens_that_were_cached_have_a_price_of_their_own() -> None:
    """They are a part of the prompt's, and cost as much as the others where nobody has said their price."""
    usage = Usage(1, 1_000_000, 0, cached_input_tokens=400_000)
    assert PRICES(usage) == 1.0
    assert Prices(1.0, 4.0, cached_input=0.25)(usage) == pytest.approx(0.6 + 0.1)
    assert PRICES(usage + usage) == 2.0


@given(TOKENS, TOKENS, st.floats(0, 1), st.floats(0, 3))
def test_what_was_cached_never_costs_more_than_was_reserved(sent: int, answered: int, share: float, cached: float) -> None:
    """Whatever a table says, dearer cached tokens too, and however many of them there are."""
    budget = Budget(Prices(1.0, 4.0, cached_input=cached))
    assert budget.cost(sent, answered, int(share * sent)) <= budget.most(sent, answered)


def test_the_shipped_table_is_whole() -> None:
    """Each model has its prices, cached prompts and batches are cheaper, and the table says of which day it is."""
    table = prices_in(SHIPPED_PRICES)
    assert len(table) > 5
    for prices in table.values():
        assert 0 < prices.input < prices.output
        assert prices.cached_input is not None
        assert prices.cached_input < prices.input
        assert prices.batch is not None
        assert prices.batch.input < prices.input
        assert "20" in prices.said


def test_the_users_table_goes_before_the_shipped_one(tmp_path: Path) -> None:
    """And knows models that the shipped one does not; a dated snapshot costs what its model costs."""
    own = tmp_path / "prices.toml"
    own.write_text('[models."gpt-4o"]\ninput = 7\noutput = 8\n[models."house"]\ninput = 0.1\noutput = 0.2\n')
    assert known_prices("gpt-4o", table=own, shipped=True) == Prices(7, 8, said="prices.toml")
    assert known_prices("house", table=own, shipped=False) == Prices(0.1, 0.2, said="prices.toml")
    assert known_prices("gpt-4o-2024-08-06", table=None, shipped=True) == prices_in(SHIPPED_PRICES)["gpt-4o"]
    assert known_prices("gpt-4o", table=None, shipped=False) is None
    assert known_prices("nobody-knows-it", table=own, shipped=True) is None


@pytest.mark.parametrize(
    "text",
    ["", "models = 5", "no toml [", '[models."x"]\ninput = 1', '[models."x"]\ninput = -1\noutput = 1', '[models."x"]\nimput = 1'],
)
def test_a_table_that_is_none_is_said(text: str, tmp_path: Path) -> None:
    """In one sentence, with the setting to mend."""
    table = tmp_path / "prices.toml"
    table.write_text(text)
    with pytest.raises(SettingsError, match="prices"):
        known_prices("x", table=table, shipped=True)
    with pytest.raises(SettingsError, match="LLM_EXTRACT_PRICES"):
        known_prices("x", table=tmp_path / "absent.toml", shipped=True)
