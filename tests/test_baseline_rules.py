"""Every rule of the baseline, by its own examples."""

from __future__ import annotations

from collections import Counter

import pytest
from baseline_samples import DEV, labelled

from llm_extract.baseline import read_letter
from llm_extract.baseline.rule import Rule
from llm_extract.baseline.rulebook import matters, rules

CASES = [
    pytest.param(matter, rule, words, expected, id=f"{rule.name}: {words[:60]}")
    for matter in matters().values()
    for rule in matter.rules
    for words, expected in rule.examples.items()
]


@pytest.mark.parametrize(("matter", "rule", "words", "expected"), CASES)
def test_a_rule_reads_in_its_examples_what_they_say(matter, rule, words, expected):
    """Every example of every rule gives what stands beside it; None: the rule leaves the words alone."""
    assert matter.read(rule, words) == expected


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in rules().values()])
def test_a_rule_says_what_it_is_for(rule: Rule):
    """Every rule has a reason in words, and an example in which it reads something."""
    assert rule.why.strip()
    assert any(expected is not None for expected in rule.examples.values())


def test_names_are_given_once():
    """No two rules have the same name, so that a name in a record's trace leads to one rule."""
    names = Counter(rule.name for matter in matters().values() for rule in matter.rules)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("name", DEV)
def test_whatever_is_read_names_its_rule(name):
    """Each value that the rules find in a letter leads to a rule of the book."""
    unknown = {found.by for _, found in read_letter(labelled(name)[0]).leaves()} - rules().keys()
    assert unknown == set()
