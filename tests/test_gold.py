"""The labelled set is what its README says, and the committed pages about it are what the code makes."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from functools import cache, partial

import pytest
import samples

from llm_extract.confidence import shipped
from llm_extract.evaluation.cases import Case, load_cases
from llm_extract.evaluation.leaks import near_duplicates
from llm_extract.schema import CATEGORIES, DECISIONS, REASONS
from llm_extract.settings import Settings
from llm_extract.wiring import open_letter

GOLD = samples.ROOT / "evals" / "gold"
OPENER = partial(open_letter, Settings())


@cache
def cases() -> tuple[Case, ...]:
    """The checked cases: loading refuses mistakes in labels and leaks between the splits."""
    return load_cases(GOLD, OPENER).cases


def test_enough_letters_of_every_layout_in_both_splits() -> None:
    """At least 60 letters; every layout stands in both splits, most are expert_reviewer."""
    found = Counter((case.split, case.slices["layout"]) for case in cases())
    layouts = {"expert_reviewer", "physician_reviewer", "notice_2013", "professional_review"}
    assert len(cases()) >= 60
    assert set(found) == {(split, layout) for split in ("dev", "test") for layout in layouts}
    assert sum(n for (_, layout), n in found.items() if layout == "expert_reviewer") > len(cases()) / 2


def test_a_quarter_of_the_items_is_overturned() -> None:
    """At least a quarter of the items is overturned, in either split, so that the rare decision is measured."""
    for split in ("dev", "test"):
        decisions = [item.decision for case in cases() if case.split == split for item in case.label.items]
        assert decisions.count("overturned") >= len(decisions) / 4, split
        assert set(decisions) == set(DECISIONS), split


def test_all_kinds_are_there() -> None:
    """Every category and every reason is labelled somewhere, and letters have 1 to 12 items."""
    items = [item for case in cases() for item in case.label.items]
    assert {item.category for item in items} == set(CATEGORIES)
    assert {reason for item in items for reason in item.reasons} == set(REASONS)
    counts = [len(case.label.items) for case in cases()]
    assert (min(counts), max(counts)) == (1, 12)


def test_every_letter_is_labelled_twice() -> None:
    """Each letter has a second, blind label."""
    assert {path.stem for path in (GOLD / "second").glob("*.json")} == {case.letter_id for case in cases()}


def test_the_agreement_page_is_what_the_labels_give() -> None:
    """`agreement.md` is what `make agreement` writes."""
    page = runpy.run_path(str(samples.ROOT / "evals" / "agreement.py"))["page"]
    assert (GOLD / "agreement.md").read_text("utf-8") == page()


def test_what_was_settled_stands_in_the_labels() -> None:
    """Each settled disagreement is logged with its rule, and the first label is kept where settling changed it."""
    lines = [json.loads(line) for line in (GOLD / "settled.jsonl").read_text("utf-8").splitlines()]
    changed = {line["letter_id"] for line in lines if line["settled"] != line["first"]}
    assert all(line["rule"] for line in lines)
    assert {path.stem for path in (GOLD / "first").glob("*.json")} == changed


def test_the_calibration_knows_no_test_letter() -> None:
    """`make calibrate` is given calibration and development letters alone, and a value of a doubted class is right less often."""
    calibrate = runpy.run_path(str(samples.ROOT / "evals" / "calibrate.py"))
    assert {case.split for case in calibrate["read"](GOLD, ("baseline",), split="dev").cases} == {"dev"}
    hits, values = shipped().classes[()]
    assert 0 < hits < values
    doubted, certain = (shipped().classes[("hybrid", doubt)] for doubt in ("True", "False"))
    assert doubted[0] / doubted[1] < certain[0] / certain[1]


@pytest.mark.parametrize("folder", ["practice", "calibration"])
def test_letters_beside_the_gold_set_are_no_test_letters(folder: str) -> None:
    """What rules were improved on, and what confidence is learnt from, is labelled without mistakes and near no `test` letter."""
    others = load_cases(samples.ROOT / "evals" / folder, OPENER).cases
    test = [case for case in cases() if case.split == "test"]
    texts = {case.letter_id: OPENER(case.file).folded.text for case in (*others, *test)}
    splits = {case.letter_id: case.split or folder for case in (*others, *test)}
    assert not near_duplicates(texts, splits, threshold=0.35)
