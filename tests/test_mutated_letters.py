"""Letters as bad copies of themselves: whatever happened to a text, what is read of it is proved by it.

The mutations are those of `evals/mutations.py`; `evals/fuzz.py` tries many more of them than a test run can.
"""

from __future__ import annotations

import runpy
from functools import lru_cache
from random import Random

import hypothesis.strategies as st
import pytest
import samples
from hypothesis import given, settings

from llm_extract.baseline import read_letter
from llm_extract.checks import check
from llm_extract.engine import Reading
from llm_extract.grounding import ground, unsupported
from llm_extract.letters import Letter
from llm_extract.pipeline import assemble, with_treatments
from llm_extract.schema import Content
from llm_extract.sections import sections_of

KIT = runpy.run_path(str(samples.ROOT / "evals" / "mutations.py"))
MUTATIONS = KIT["MUTATIONS"]
SOURCES = ("evals/gold/text/dev-*.txt", "evals/practice/text/*.txt", "fixtures/letters/*.txt")
PATHS = sorted(path for source in SOURCES for path in samples.ROOT.glob(source))
NAMES = [path.stem for path in PATHS]


@lru_cache
def text_of(name: str) -> str:
    """The text of a letter that may be looked at."""
    return next(p for p in PATHS if p.stem == name).read_bytes().decode("utf-8", errors="replace")


def layout_of(name: str) -> str:
    """The layout of a letter."""
    return sections_of(letter_of(text_of(name))).layout


def letter_of(text: str) -> Letter:
    """A text as a letter, also one that no file could hold."""
    return Letter("letter", "", "", text)


def read(letter: Letter) -> Reading:
    """A letter through rules, grounding and checks, as the program does."""
    return with_treatments(check(ground(read_letter(letter), letter), letter))


def values(reading: Reading) -> dict[str, object]:
    """What is read, without its places."""
    return {pointer: found.value for pointer, found in reading.leaves()}


names = st.sampled_from(NAMES)
seeds = st.integers(0, 2**32 - 1)  # of `Random`: a mutation throws too many dice to have hypothesis throw each


def hold_the_laws(text: str) -> None:
    """Read a text and hold the reading against what is true of every letter."""
    letter = letter_of(text)
    reading = read(letter)
    Content.model_validate(assemble(reading).content)
    for pointer, found in reading.leaves():
        assert all(0 <= s.start < s.end <= len(text) for s in found.spans), pointer
        assert unsupported(pointer, found, letter) is None, pointer
    for i, item in enumerate(sections_of(letter).items):
        assert item.request.start < item.request.end <= len(letter.folded.text), i


def test_there_are_letters_to_spoil() -> None:
    """Development, practice and fixture letters are all there; letters of the held-out split are not among them."""
    assert len(NAMES) > 70
    assert not any(name.startswith("test-") for name in NAMES)


@pytest.mark.parametrize("mutation", MUTATIONS)
@given(names, names, seeds)
@settings(max_examples=12)
def test_a_spoilt_letter_is_read_and_what_is_read_is_proved(mutation: str, name: str, other: str, seed: int) -> None:
    """After any one mutation nothing raises, all evidence lies in the letter, and the gate proves each value from it."""
    hold_the_laws(MUTATIONS[mutation](text_of(name), text_of(other), Random(seed)))


@given(names, names, seeds)
@settings(max_examples=60)
def test_a_letter_spoilt_several_times_is_read_and_proved(name: str, other: str, seed: int) -> None:
    """The same after several mutations, one on top of the other."""
    hold_the_laws(KIT["mutated"](text_of(name), text_of(other), Random(seed))[0])


@given(st.sampled_from([name for name in NAMES if layout_of(name) != "unknown"]), seeds)
@settings(max_examples=80)
def test_where_lines_end_inside_a_sentence_does_not_matter(name: str, seed: int) -> None:
    """Lines broken elsewhere inside of paragraphs change no value, no item and no issue.

    A letter of an unknown layout has nothing but its lines to be divided by.
    """
    before, after = (read(letter_of(text)) for text in (text_of(name), KIT["rewrapped"](text_of(name), Random(seed))))
    assert values(after) == values(before)
    assert (after.item_count, after.issues) == (before.item_count, before.issues)


@given(names, seeds)
@settings(max_examples=40)
def test_rewrapping_moves_line_ends_and_nothing_else(name: str, seed: int) -> None:
    """The letters on which the law above is tried have the same words in the same order, and most of them other lines."""
    text = text_of(name)
    assert KIT["rewrapped"](text, Random(seed)).split() == text.split()


def test_rewrapping_breaks_and_joins_lines() -> None:
    """Rewrapping does something: nearly every letter comes out with its lines elsewhere."""
    changed = [name for name in NAMES if KIT["rewrapped"](text_of(name), Random(1)) != text_of(name)]
    assert len(changed) > 0.9 * len(NAMES)


@pytest.mark.parametrize("footer", KIT["FOOTERS"])
@pytest.mark.parametrize("page_break", KIT["PAGE_BREAKS"], ids=repr)
def test_a_footer_in_any_rationale_leaves_it_as_it_was(footer: str, page_break: str) -> None:
    """A page that ends in the middle of a rationale changes neither what it says nor anything else, whatever its footer."""
    text = text_of("first-letter")
    letter = letter_of(text)
    clean = read(letter)
    rationale = letter.folded.spans(*(sections_of(letter).items[0].rationale or (0, 0)))[0]
    middle = text.index(" ", rationale.start + 40)
    torn = text[:middle] + page_break.format(footer=footer.format(n=2)) + text[middle + 1 :]
    assert values(read(letter_of(torn))) == values(clean)


@pytest.mark.parametrize("name", NAMES)
def test_footers_on_every_page_leave_the_items_as_they_were(name: str) -> None:
    """Footers behind every 40th line change no request, decision or rationale of any letter."""
    lines = text_of(name).split("\n")
    torn = []
    for n, line in enumerate(lines, start=1):
        torn += [line, f"Final Letter of Determination Form Effective 5.16.13 Page {n // 40} of 9", ""] if n % 40 == 0 else [line]
    clean, paged = (values(read_letter(letter_of("\n".join(some)))) for some in (lines, torn))
    for pointer in clean:
        if pointer.endswith(("/request", "/decision", "/rationale")):
            assert paged.get(pointer) == clean[pointer], pointer
