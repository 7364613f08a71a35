"""What rules need in order to hit: each short cut is proved from the pattern, so that it changes nothing in any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pattern_needs import Needs, tree

from llm_extract.baseline import conditions, reasons, reasons_needs, sex, treatment_lists, treatment_names
from llm_extract.baseline.page import words_of
from llm_extract.baseline.reasons_indication import NOT
from llm_extract.baseline.reasons_words import NO, NOT_STATED
from llm_extract.baseline.rule import Rule
from llm_extract.baseline.rulebook import rules

RULES = rules()
NARROWED = {
    "diagnoses.called",  # "is described" alone is not read
    "reasons.benefit.off_work",  # "not been able to return" alone
    "reasons.criteria.well",  # "drve", which its pattern allows
    "reasons.depends.so_too",  # "so," with a comma
    "reasons.risk.after_taking",  # "with starting"
}
"""Rules whose letters are no short cut but part of what they read: their patterns alone would hit more."""
LETTERS: dict[str, tuple[str, ...]] = {
    **treatment_lists._NEEDS,
    **conditions.NEEDS,
    **{rule.name: rule.needs for rule in RULES.values() if rule.needs},
}
texts = st.text("no failed treatmen-_.,'2é\n", max_size=80) | st.text(max_size=80)


@pytest.mark.parametrize("name", reasons_needs.BEGINNINGS)
def test_a_rule_hits_only_where_a_word_begins_as_it_needs(name: str) -> None:
    """Of every rule with beginnings: no text without a word that begins so is hit by its pattern."""
    assert Needs(reasons_needs.BEGINNINGS[name].split()).are_proved(pattern_of(RULES[name]))


@pytest.mark.parametrize("name", sorted(LETTERS.keys() - NARROWED))
def test_a_rule_hits_only_where_there_are_the_letters_that_it_needs(name: str) -> None:
    """Of every rule with letters: no text without them is hit by its pattern."""
    assert Needs(letters=LETTERS[name]).are_proved(pattern_of(RULES[name]))


def test_a_treatment_s_noun_has_a_word_that_begins_or_ends_in_a_known_way() -> None:
    """No text without such a word names a treatment."""
    assert Needs(treatment_names._BEGINNINGS, treatment_names._ENDINGS).are_proved(treatment_names._HEAD)


@pytest.mark.parametrize("rule", sex._NOUNS, ids=lambda rule: rule.name)
def test_a_rule_for_the_sex_hits_only_where_a_word_for_one_stands(rule: Rule) -> None:
    """No text without one of these whole words is hit."""
    assert Needs(sex._TELLING, length=20).are_proved(pattern_of(rule))


def test_an_abbreviation_of_a_treatment_has_two_capitals() -> None:
    """They stand side by side in each."""
    pairs = {a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert Needs(letters=pairs).are_proved(pattern_of(treatment_names._SHORT))


@pytest.mark.parametrize("name", sorted(reasons._UNSTATED))
def test_a_rule_that_ends_with_what_is_not_stated_has_it_in_every_alternative(name: str) -> None:
    """Whatever such a rule hits ends so, because the words end the pattern itself and not its last alternative."""
    end = tree(NOT_STATED)
    assert str(tree(pattern_of(RULES[name]).pattern)[-len(end) :]) == str(end)


OWN_ALTERNATIVES = {
    "reasons.criteria.not_met",  # what it has beside counts behind a negation only
    "reasons.criteria.not_acute",  # "not acute" is a negation itself
}


@pytest.mark.parametrize("name", sorted(reasons._DENYING - OWN_ALTERNATIVES))
def test_a_rule_that_begins_with_a_negation_has_it_in_every_alternative(name: str) -> None:
    """Whatever such a rule hits begins so, because the negation begins the pattern itself and not its first alternative."""
    pattern = pattern_of(RULES[name]).pattern
    assert any(str(tree(pattern)[: len(tree(begin))]) == str(tree(begin)) for begin in (NO, NOT))


UNPROVED = {
    "inside of a word": (r"fail(?:s|ed) to", Needs(["fail"])),
    "an alternative without": (r"\bfailed|\btried", Needs(["fail"])),
    "a shorter word": (r"\bno", Needs(["no"])),
    "that may be left out": (r"\b(?:failed )?care\b", Needs(["fail"])),
    "any word": (r"\b\w+ not", Needs(["noth"])),
    "in a look-ahead": (r"x(?=failed)", Needs(letters=["fail"])),
    "across what may be longer": (r"fa\w*il", Needs(letters=["fail"])),
}


@pytest.mark.parametrize("case", UNPROVED)
def test_the_proof_refuses_what_may_be_missing(case: str) -> None:
    """What some match of the pattern can do without is never proved to be needed."""
    pattern, needs = UNPROVED[case]
    assert not needs.are_proved(re.compile(pattern))


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        (r"\bfail(?:s|ed)? to", Needs(["fail"])),
        (r"\bno\b", Needs(["no"])),
        (r"x (?:no|not) y", Needs(["no", "not"])),
        (r"(?:sedat|addict)\w+", Needs(letters=["sedat", "dict"])),
        (r"(?<!\w)(?:a )?(?:pads?|packs?)(?!\w)", Needs(["pad", "pads", "pack"])),
    ],
)
def test_the_proof_finds_what_every_match_has(pattern: str, needs: Needs) -> None:
    """Words behind a word's edge, in every alternative, and letters within words."""
    assert needs.are_proved(re.compile(pattern))


@given(texts)
def test_the_words_of_a_text_are_those_of_re(text: str) -> None:
    """Any text has the same words as `re` finds in it."""
    assert words_of(text) == re.findall(r"\w+", text)


EXAMPLES = [words.lower() for rule in RULES.values() if rule.name.startswith("reasons.") for words in rule.examples]
sentences = st.lists(st.sampled_from(sorted({w for words in EXAMPLES for w in words.split()})), max_size=25).map(" ".join)


@given(sentences | st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=3).map(" ".join))
def test_whatever_rule_hits_a_sentence_was_thought_possible(low: str) -> None:
    """In any row of words of the examples, no rule of reasons hits that was not to be tried."""
    hitting = {name for name in reasons_needs.BEGINNINGS if pattern_of(RULES[name]).search(low)}
    assert hitting <= reasons_needs.possible(low)


def pattern_of(rule: Rule) -> re.Pattern[str]:
    """The rule's pattern."""
    assert rule.pattern is not None
    return rule.pattern
