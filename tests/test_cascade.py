"""The cascade: how sure the rules are of a letter, which threshold keeps a promise, and who reads what."""

from __future__ import annotations

import random
from statistics import fmean

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline import read_letter
from llm_extract.cascade import Cascade, Trial, Trials, choose, rejects, sureness
from llm_extract.confidence import Calibration, Signals, of_nothing
from llm_extract.grounding import ground
from llm_extract.hybrid import Hybrid
from llm_extract.letters import Letter, letter_from_text

losses_of_letters = st.lists(st.floats(0, 1), max_size=40)
trials_of_letters = st.lists(st.builds(Trial, st.sampled_from((0.2, 0.5, 0.8)), st.floats(0, 1), st.floats(0, 1)), max_size=30)


def sure_of(letter: Letter, *seen: tuple[Signals, bool]) -> float:
    """How sure the rules are of a letter after some values."""
    return sureness(ground(read_letter(letter), letter), letter, Calibration.fit(seen))


# --- sureness --------------------------------------------------------------------------------------------------------


def test_nothing_learnt_is_a_coin() -> None:
    """Without calibration every value may as well be wrong."""
    assert sure_of(samples.letter()) == 0.5


def test_a_rule_that_was_right_makes_sure() -> None:
    """Confidence is learnt by rule: values of a rule that was right make the letter surer, errors less sure."""
    letter = samples.letter()
    found = ground(read_letter(letter), letter).fields["/clinical/medications"]
    assert isinstance(found, tuple)
    known = Signals("baseline", False, "alone", "medications", "baseline", found[0].by, True)
    assert sure_of(letter, *[(known, True)] * 9) > 0.5 > sure_of(letter, *[(known, False)] * 9)


def test_an_empty_list_counts_as_often_as_it_was_right() -> None:
    """A letter in which the rules find no drugs is as sure as such letters were."""
    bare = letter_from_text(samples.letter().text.replace("ibuprofen", "rest").replace("Norco", "ice"))
    rightly, wrongly = ([(of_nothing("baseline", "medications"), right)] * 9 for right in (True, False))
    assert "/clinical/medications" not in read_letter(bare).fields
    assert sure_of(bare, *rightly) > sure_of(bare, *wrongly)


def test_an_unknown_layout_is_never_sure() -> None:
    """Rules read set places; where there are none, the model is asked."""
    letter = letter_from_text("The utilization review denial of physical therapy is overturned: it is medically necessary.")
    assert sure_of(letter, *[(of_nothing("baseline", "diagnoses"), True)] * 99) == 0.0


# --- the promise -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.05, 0.1, 0.3])
def test_a_true_hypothesis_is_rarely_rejected(mean: float) -> None:
    """Losses whose mean is the bound are taken for lower ones in at most 5 % of samples, whatever their spread (simulated)."""
    chance = random.Random(7)
    samples_of = [[float(chance.random() < mean) for _ in range(80)] for _ in range(600)]
    spread = [[min(1.0, chance.expovariate(1 / mean)) for _ in range(80)] for _ in range(600)]
    bound = fmean(loss for sample in spread for loss in sample)
    assert fmean(rejects(sample, mean, 0.05) for sample in samples_of) <= 0.05
    assert fmean(rejects(sample, bound, 0.05) for sample in spread) <= 0.05


def test_small_losses_are_recognised() -> None:
    """Sixty letters with 2 % errors prove less than 10 %, twenty do not prove less than 3 %."""
    assert rejects([0.0, 0.04] * 30, 0.10, 0.05)
    assert not rejects([0.0, 0.04] * 10, 0.03, 0.05)


@given(losses=losses_of_letters, mean=st.floats(0.01, 0.99))
def test_nothing_is_proven_of_what_is_worse(losses: list[float], mean: float) -> None:
    """Letters that all lose at least the bound never reject it; a bound of everything is always kept."""
    assert not rejects([max(loss, mean) for loss in losses], mean, 0.05)
    assert rejects(losses, 1.0, 0.05)
    assert not rejects(losses, 0.0, 0.05)


def test_no_letters_prove_nothing() -> None:
    """Without trials every letter is asked about, and nothing is promised."""
    choice = choose([], 0.1)
    assert (choice.threshold, choice.proven, choice.asked) == (None, False, 1.0)


def test_sure_letters_are_left_to_the_rules() -> None:
    """Where the rules are as good as both on sure letters and bad on the others, the threshold lies between."""
    trials = [Trial(0.95, 0.01, 0.01), Trial(0.6, 0.5, 0.02)] * 60
    choice = choose(trials, 0.06)
    assert (choice.threshold, choice.proven, choice.asked) == (0.95, True, 0.5)
    assert choice.errors == pytest.approx(0.015)
    assert choose(trials, 0.45).threshold == 0.6


def test_a_promise_that_even_the_model_breaks_is_not_made() -> None:
    """Where both readers make more errors than allowed nothing is proven, and every letter is asked about."""
    assert choose([Trial(0.9, 0.2, 0.2)] * 60, 0.1)[:3] == (None, False, 1.0)


@given(trials=trials_of_letters, bounds=st.tuples(st.floats(0.01, 0.98), st.floats(0.01, 0.98)))
def test_more_errors_allowed_never_cost_more(trials: list[Trial], bounds: tuple[float, float]) -> None:
    """A laxer promise asks the model about no more letters."""
    strict, lax = sorted(bounds)
    assert choose(trials, lax).asked <= choose(trials, strict).asked


def test_trials_are_kept_as_they_are() -> None:
    """What is written is read again."""
    trials = Trials("a-model", ("clinical.v1",), (Trial(0.5, 0.25, 0.125), Trial(1.0, 0.0, 0.0)))
    assert Trials.from_json(trials.as_json()) == trials


# --- the engine ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "asked"), [(None, True), (0.51, True), (0.5, False)])
async def test_the_model_is_asked_about_unsure_letters_alone(threshold: float | None, asked: bool) -> None:
    """At the threshold the rules' reading stands and costs nothing; below it, it is the hybrid's."""
    reader, asker = samples.reader_of(samples.answering({}))
    cascade = Cascade(Hybrid(reader), threshold, Calibration({}))
    reading = await cascade.read(samples.letter())
    assert bool(asker.questions) is asked
    assert (reading.usage.answers > 0) is asked
    assert reading.get("/patient/age") == 48
    await cascade.close()
