"""What a run will take is said before anything is sent, from a sample and with both ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import samples
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from loopback import Loopback, good
from run_faults import numbered_letters, reply_about

from llm_extract.cli import main
from llm_extract.estimating import SAMPLE, Asked, Estimate, Range, estimate, summed
from llm_extract.letters import LetterFile
from llm_extract.settings import Settings
from llm_extract.wiring import settings_of

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\.1"])

NAMED: dict[str, Any] = {"model": "demo", "base_url": "http://127.0.0.1:9/v1", "input_price": 1.0, "output_price": 2.0}


def letters(folder: Path, count: int) -> list[LetterFile]:
    """So many letters, each of which asks one question of its own."""
    return [samples.file_of(path) for path in sorted(numbered_letters(folder, count).iterdir())]


def settings(tmp_path: Path, **changed: Any) -> Settings:
    """An endpoint at which nobody listens, and a cache folder of the test's own."""
    return settings_of({"cache_dir": tmp_path / "cache", **NAMED, **changed})


def test_nothing_is_sent_and_nothing_is_written(tmp_path: Path) -> None:
    """Nobody listens at the endpoint, and the folders are as they were: yet the questions are known."""
    found = estimate(settings(tmp_path), letters(tmp_path / "letters", 5))
    assert (found.letters, found.sample) == (5, 5)
    assert found.questions.low == 5
    assert found.questions.low <= found.questions.high
    assert found.cost_usd is not None
    assert 0 < found.cost_usd.low < found.cost_usd.high
    assert {path.name for path in tmp_path.iterdir()} == {"letters"}


def test_the_real_bill_lies_between_both_ends(tmp_path: Path) -> None:
    """Of the fixture letters, whose recorded answers came from a real model: requests and tokens are within the estimate."""
    files = [samples.file_of(samples.path_of(name)) for name in ("first-letter", "omeprazole-short")]
    found = estimate(settings(tmp_path), files)
    # Measured with the embedded model: 1,996 prompt and 164 answer tokens for three requests about three letters.
    assert found.input_tokens.low / found.questions.low < 1996 / 3 < found.input_tokens.high / found.questions.low
    assert found.output_tokens.low / found.questions.low < 164 / 3 < found.output_tokens.high / found.questions.low


def test_no_more_than_a_sample_is_read(tmp_path: Path) -> None:
    """However many letters there are: the others need not even be there."""
    present = letters(tmp_path / "letters", 3)
    absent = [LetterFile(f"gone-{i}", tmp_path / f"gone-{i}.txt") for i in range(5000)]
    found = estimate(settings(tmp_path), [*present, *absent])
    assert (found.letters, found.sample) == (5003, SAMPLE)


def test_rules_cost_nothing(tmp_path: Path) -> None:
    """And ask nobody."""
    found = estimate(settings(tmp_path, engine="baseline"), letters(tmp_path / "letters", 2))
    assert (found.questions, found.cost_usd) == (Range(0, 0), Range(0, 0))


def test_an_unknown_price_is_said(tmp_path: Path) -> None:
    """Never as zero."""
    found = estimate(settings(tmp_path, input_price=None), letters(tmp_path / "letters", 2))
    assert (found.cost_usd, found.batch_cost_usd, found.prices) == (None, None, None)
    rows = dict(found.rows())
    assert rows["cost"].startswith("unknown")
    assert "LLM_EXTRACT_PRICES" in rows["prices"]


def test_known_models_have_batch_prices(tmp_path: Path) -> None:
    """Half of the others."""
    own = {"model": "gpt-4o-mini", "base_url": None, "input_price": None, "output_price": None}
    found = estimate(settings(tmp_path, **own), letters(tmp_path / "letters", 2))
    assert found.cost_usd is not None
    assert found.batch_cost_usd is not None
    assert found.batch_cost_usd.high == pytest.approx(found.cost_usd.high / 2)
    assert "prices.toml, 20" in dict(found.rows())["prices"]


def test_limits_of_the_endpoint_take_their_time(tmp_path: Path) -> None:
    """A thousand questions at ten a minute are more than an hour and a half."""
    asked = [Asked(1, Range(100, 100), Range(10, 10))] * 50
    found = summed(settings(tmp_path, requests_per_minute=10), asked, 1000, 0.01)
    assert found.seconds.low == pytest.approx(6000)
    slower = summed(settings(tmp_path, tokens_per_minute=1000), asked, 1000, 0.01)
    assert slower.seconds.low == pytest.approx(110 * 60)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=60), st.integers(0, 1000))
def test_a_larger_share_looked_at_is_a_narrower_interval(counts: list[int], more: int) -> None:
    """The whole looked at leaves no doubt about how many questions there are; else the sample's mean is between both ends."""
    config = settings_of(NAMED)
    asked = [Asked(count, Range(count, count), Range(0, 0)) for count in counts]
    whole = summed(config, asked, len(counts), 0.0)
    assert whole.input_tokens == pytest.approx((sum(counts), sum(counts)))
    part = summed(config, asked, len(counts) + more, 0.0)
    mean = (len(counts) + more) * sum(counts) / len(counts)
    assert part.input_tokens.low <= mean * (1 + 1e-9)
    assert part.input_tokens.high >= mean * (1 - 1e-9)


# --- the command -------------------------------------------------------------------------------------------------------


@contextmanager
def endpoint() -> Iterator[Loopback]:
    """A scripted server."""
    with Loopback([good(reply_about)], models=["demo"]) as server:
        yield server


def run(*arguments: str | Path) -> Any:
    """The program in this process."""
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_only_what_is_left_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that have a record, and questions whose answers are cached, cost nothing more."""
    monkeypatch.setenv("LLM_EXTRACT_CACHE_DIR", str(tmp_path / "cache"))
    folder, out = numbered_letters(tmp_path / "letters", 6), tmp_path / "out"
    with endpoint() as server:
        named = ("--model", "demo", "--base-url", server.base_url, "--progress", "json")
        assert run("run", folder, "--out", out, "--limit", "2", *named).exit_code == 0
        asked = len(server.requests)
        left = run("run", folder, "--out", out, "--estimate", *named)
        fresh = run("run", folder, "--out", out, "--fresh", "--estimate", *named)
        assert len(server.requests) == asked == 2
    assert left.exit_code == 0, left.output
    of_left, of_fresh = json.loads(left.stdout), json.loads(fresh.stdout)
    assert (of_left["letters"], of_left["questions"]["low"]) == (4, 4)
    assert (of_fresh["letters"], of_fresh["questions"]["low"]) == (6, 4)
    assert len((out / "records.jsonl").read_text().splitlines()) == 2


def test_a_person_gets_a_table(tmp_path: Path) -> None:
    """With letters, requests, tokens, cost, batches, prices and time."""
    shown = run("run", samples.LETTERS, "--out", tmp_path / "out", "--estimate", "--engine", "baseline")
    assert shown.exit_code == 0
    for row in ("letters", "requests", "tokens", "cost", "in batches", "prices", "time"):
        assert f"│ {row} " in shown.stdout
    assert not (tmp_path / "out").exists()


def test_an_estimate_is_data() -> None:
    """For scripts: both ends by name."""
    found = Estimate(1, 1, Range(1, 2), Range(3, 4), Range(5, 6), Range(0.1, 0.2), None, Range(1, 2), "prices.toml")
    assert json.loads(found.as_json())["cost_usd"] == {"low": 0.1, "high": 0.2}
