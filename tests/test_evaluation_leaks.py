"""Letters copied into another split and words of test letters in sources are found, however they were disguised."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.evaluation.leaks import Leak, foreign_strings, near_duplicates, shared_families

TEXTS = {name: samples.letter(name).text for name in samples.NAMES}
SPLITS = {name: ("dev", "test")[index % 2] for index, name in enumerate(samples.NAMES)}
OTHER = {"dev": "test", "test": "dev"}

CLAUSE = "the walker broke on a gravel path and she has slept in a borrowed recliner ever since"
FORM = "Claims Administrator guideline: Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78."
TESTS = {"test-a": f"{FORM} The worker says that {CLAUSE}. Nothing else is known."}
OTHERS = {"dev-a": f"{FORM} The worker says that nothing is known."}

_DRUGS = re.compile(
    r"\b(?:Norco|ibuprofen|omeprazole|gabapentin|naproxen|tramadol|cyclobenzaprine|lidocaine|trazodone)\b", re.IGNORECASE
)


def disguised(text: str) -> str:
    """The text with another number for every number, other drugs, and he for she."""
    text = re.sub(r"\d+", lambda m: str(7 * int(m.group()) + 13), text)
    text = _DRUGS.sub("Fictamol", text)
    return re.sub(r"\b(?:she|he)\b", lambda m: "he" if m.group().lower() == "she" else "she", text, flags=re.IGNORECASE)


def pairs(texts: Mapping[str, str], splits: Mapping[str, str]) -> set[frozenset[str]]:
    """The names of near-duplicates."""
    return {frozenset((pair.first, pair.second)) for pair in near_duplicates(texts, splits)}


# --- near-duplicates -------------------------------------------------------------------------------------------------


def test_unrelated_letters_of_one_form_are_no_duplicates() -> None:
    """Twelve letters that share their form and their headings are not taken for copies."""
    assert near_duplicates(TEXTS, SPLITS) == []


@pytest.mark.parametrize("first", samples.NAMES)
def test_two_unrelated_letters_alone_are_no_duplicates(first: str) -> None:
    """A set too small to tell the form from a copy does not call two letters of one form alike."""
    second = samples.NAMES[samples.NAMES.index(first) - 1]
    assert near_duplicates({first: TEXTS[first], second: TEXTS[second]}, {first: "dev", second: "test"}) == []


@samples.each_letter
def test_a_copy_in_another_split_is_found(name: str) -> None:
    """A letter that was copied once is wholly contained, and only that pair is named."""
    (found,) = near_duplicates(TEXTS | {"copy": TEXTS[name]}, SPLITS | {"copy": OTHER[SPLITS[name]]})
    assert (found.first, found.second, found.similarity) == (*sorted(("copy", name)), 1.0)


@samples.each_letter
def test_a_disguised_copy_is_found(name: str) -> None:
    """Other numbers, doses, drugs and pronouns do not hide where a letter comes from."""
    copy = disguised(TEXTS[name])
    assert copy != TEXTS[name]
    assert pairs(TEXTS | {"copy": copy}, SPLITS | {"copy": OTHER[SPLITS[name]]}) == {frozenset((name, "copy"))}


@samples.each_letter
def test_a_copy_set_differently_is_found(name: str) -> None:
    """Capitals and another line length change nothing."""
    copy = "\n".join(samples.letter(name).folded.text.upper().split(" "))
    assert frozenset((name, "copy")) in pairs(TEXTS | {"copy": copy}, SPLITS | {"copy": OTHER[SPLITS[name]]})


@pytest.mark.parametrize("copies", [2, 3, 5, 12])
def test_a_letter_copied_often_does_not_become_the_form(copies: int) -> None:
    """However many copies stand in one split, each with words of its own, each one is a duplicate of the letter in the other."""
    family = {f"copy-{n}": f"{TEXTS['first-letter']}\nThe reviewer adds{' again' * n} that all is said." for n in range(copies)}
    found = pairs(TEXTS | family, SPLITS | dict.fromkeys(family, OTHER[SPLITS["first-letter"]]))
    assert found == {frozenset(("first-letter", name)) for name in family}


def test_the_most_alike_come_first() -> None:
    """The exact copy is named before the disguised one, whatever they are called."""
    copies = {"a": disguised(TEXTS["first-letter"]), "z": TEXTS["first-letter"]}
    found = near_duplicates(TEXTS | copies, SPLITS | dict.fromkeys(copies, OTHER[SPLITS["first-letter"]]))
    assert [(pair.first, pair.second) for pair in found] == [("first-letter", "z"), ("a", "first-letter")]


def test_a_letter_that_is_all_form_is_still_compared() -> None:
    """Three copies in each split leave a letter no words of its own; they are found all the same."""
    names = [f"{split}-{n}" for split in OTHER for n in range(3)]
    splits = {name: name.partition("-")[0] for name in names}
    assert len(near_duplicates(dict.fromkeys(names, TEXTS["first-letter"]), splits)) == 9


@samples.each_letter
def test_a_letter_that_was_cut_short_is_found(name: str) -> None:
    """The smaller letter is the measure: a third of a letter is a copy of it."""
    words = TEXTS[name].split()
    part = " ".join(words[len(words) * 2 // 3 :])
    assert frozenset((name, "part")) in pairs(TEXTS | {"part": part}, SPLITS | {"part": OTHER[SPLITS[name]]})


def test_copies_within_a_split_are_no_leak() -> None:
    """Two like letters of one split do not make its figures flatter."""
    assert near_duplicates(TEXTS | {"copy": TEXTS["first-letter"]}, SPLITS | {"copy": SPLITS["first-letter"]}) == []


@pytest.mark.parametrize(("text", "found"), [("", 0), ("Upheld.", 1), ("!", 0)])
def test_short_texts_are_compared_whole(text: str, found: int) -> None:
    """A text of fewer than five words equals itself; one without any word equals nothing."""
    assert len(near_duplicates({"a": text, "b": text}, {"a": "dev", "b": "test"})) == found


def test_a_text_without_a_split_is_an_error() -> None:
    """Nothing is left out of the comparison in silence."""
    with pytest.raises(KeyError, match="b"):
        near_duplicates({"a": "One two.", "b": "One two."}, {"a": "dev"})


_WORD = st.sampled_from(("pain", "knee", "the", "of", "not", "was", "upheld", "denied", "care", "12", "60mg", "left"))
_SETS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.tuples(st.lists(_WORD, max_size=25).map(" ".join), st.sampled_from(("dev", "test", "train"))),
    max_size=8,
)


@given(_SETS, st.permutations(("dev", "test", "train")), st.floats(0, 1))
def test_neither_the_order_nor_the_names_of_splits_matter(
    letters: dict[str, tuple[str, str]], names: list[str], threshold: float
) -> None:
    """Splits called otherwise and letters in reverse order give the same pairs, each a fraction at or over the threshold."""
    renamed = dict(zip(("dev", "test", "train"), names, strict=True))
    texts, splits = ({key: value[part] for key, value in letters.items()} for part in (0, 1))
    found = near_duplicates(texts, splits, threshold=threshold)
    reverse = dict(reversed(texts.items()))
    assert near_duplicates(reverse, {key: renamed[split] for key, split in splits.items()}, threshold=threshold) == found
    assert all(threshold <= pair.similarity <= 1 and pair.first < pair.second for pair in found)
    assert found == sorted(found, key=lambda pair: -pair.similarity)


# --- families --------------------------------------------------------------------------------------------------------


def test_families_of_two_splits_are_named() -> None:
    """A family is named once, in order, and only where it stands in more than one split."""
    families = {"a": "knee", "b": "knee", "c": "opioids", "d": "opioids", "e": "dental", "f": "ankle", "g": "ankle"}
    splits = {"a": "dev", "b": "test", "c": "dev", "d": "dev", "e": "test", "f": "test", "g": "dev"}
    assert shared_families(families, splits) == ["ankle", "knee"]
    assert shared_families(families, dict.fromkeys(splits, "dev")) == []


# --- strings of test letters -----------------------------------------------------------------------------------------


def test_a_pasted_sentence_is_found_with_its_place() -> None:
    """The leak names the file, the line on which the words begin and the letter, and no word of it."""
    prompt = f"# System\n\nRead the letter.\n\nThe worker says that {CLAUSE}.\n"
    (leak,) = foreign_strings(TESTS, OTHERS, {"prompts/a.md": prompt, "prompts/b.md": "Read the letter."})
    assert leak == Leak("prompts/a.md", 5, "test-a")
    assert str(leak) == "prompts/a.md:5 has words of test-a"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(CLAUSE.upper(), id="capitals"),
        pytest.param(CLAUSE.replace(" ", "\n"), id="a word a line"),
        pytest.param(CLAUSE.replace(" ", "\r\n    # "), id="comment"),
        pytest.param(CLAUSE.replace(" ", "\\s+"), id="pattern"),
        pytest.param(CLAUSE.replace(" ", "\\n"), id="escapes"),
        pytest.param(CLAUSE.replace(" ", "\\u00a0"), id="json"),
        pytest.param(CLAUSE.replace(" on ", ' "\n    f"on '), id="string over two lines"),
        pytest.param(CLAUSE.replace(" ", "_"), id="name"),
        pytest.param(re.sub(r" (?=\w+ \w+ \w+)", ", ", CLAUSE), id="punctuation"),
    ],
)
def test_setting_hides_nothing(source: str) -> None:
    """The words are found however a source writes what stands between them."""
    assert {leak.letter_id for leak in foreign_strings(TESTS, OTHERS, {"rules.py": f"x = 1\n{source}\n"})} == {"test-a"}


_GAPS = st.lists(st.sampled_from((" ", "  ", "\n", "\r\n", "\t", " \n# ", ", ", "\\n")), min_size=16, max_size=16)


@given(_GAPS, st.lists(st.booleans(), min_size=17, max_size=17), st.text("xyz \n", max_size=40))
def test_no_white_space_and_no_case_hides_a_clause(gaps: list[str], capitals: list[bool], before: str) -> None:
    """Any mixture of breaks and capitals, behind any text, leaves the first of its lines named."""
    cased = [word.upper() if capital else word for word, capital in zip(CLAUSE.split(), capitals, strict=True)]
    source = f"{before}\n" + "".join(word + gap for word, gap in zip(cased, [*gaps, ""], strict=True))
    assert foreign_strings(TESTS, OTHERS, {"a": source})[0] == Leak("a", before.count("\n") + 2, "test-a")


def test_the_line_is_right_behind_escapes() -> None:
    """What is read as a gap between words does not shift the place of those that follow."""
    source = "".join(rf'x = f"\s+\u00a0\x0c\n{n}"' + "\n" for n in range(50))
    assert foreign_strings(TESTS, OTHERS, {"a": f"{source}{CLAUSE}\n\n"})[0] == Leak("a", 51, "test-a")


def test_words_over_a_page_of_the_letter_are_found() -> None:
    """A footer that stands in the middle of a clause does not part it."""
    broken = CLAUSE.replace(" and ", " and\n\nFinal Determination Letter for IMR Case Number CM15-0990001 3\n\n")
    assert foreign_strings({"test-a": broken}, OTHERS, {"a": CLAUSE}) == [Leak("a", 1, "test-a")]


def test_what_a_development_letter_says_is_not_foreign() -> None:
    """Rules and prompts may be made of letters that are there for it, also where a test letter says the same."""
    assert foreign_strings(TESTS, OTHERS | {"dev-b": f"It is so: {CLAUSE.upper()}!"}, {"a": CLAUSE}) == []


def test_the_form_is_nobodys_own() -> None:
    """Words of the form with another drug, page or specialty in their midst do not trip it."""
    filled = FORM.replace("Opioids", "Gabapentin").replace("78", "18")
    assert foreign_strings({"test-a": filled}, OTHERS, {"a": filled}) == []


def test_a_short_phrase_is_nobodys_own() -> None:
    """Nine words of a letter do not trip it, ten do."""
    nine, ten = (" ".join(CLAUSE.split()[:count]) for count in (9, 10))
    assert foreign_strings(TESTS, OTHERS, {"a": nine}) == []
    assert (
        foreign_strings(TESTS, OTHERS, {"a": nine}, words=9)
        == foreign_strings(TESTS, OTHERS, {"a": ten})
        == [Leak("a", 1, "test-a")]
    )


def test_every_letter_and_every_place_is_named_once() -> None:
    """A clause of two letters on two lines is four leaks, in order."""
    source = f"{CLAUSE}.\nNo.\n{CLAUSE}."
    found = foreign_strings(TESTS | {"test-b": CLAUSE}, OTHERS, {"a": source})
    assert found == [Leak("a", line, letter) for line in (1, 3) for letter in ("test-a", "test-b")]


@samples.each_letter
def test_a_stretch_of_any_letter_is_found(name: str) -> None:
    """Sixty words from the middle of a letter that is all by itself are found in a source."""
    words = samples.letter(name).folded.text.split()
    pasted = " ".join(words[len(words) // 2 :][:60])
    others = {other: text for other, text in TEXTS.items() if other != name}
    assert {leak.letter_id for leak in foreign_strings({name: TEXTS[name]}, others, {"a": pasted})} == {name}
