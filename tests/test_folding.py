"""Laws of folding, and the footers that it takes out."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm_extract.folding import Break, Folded, fold, folded_str

REAL_LETTERS = Path(__file__).parents[2] / "shared" / "letters"
FOOTER = "Final Determination Letter for IMR Case Number CM15-0012345"

# "page" and any of these numbers is a guideline's page: no letter has so many.
words = st.sampled_from(
    ["Norco", "10/325mg", "#60", "60", "24", "the", "pain,", "page", "63", "of", "127", "(MTUS)", "L4-5", "naïve", "🙂", "_x"]
)
spaces = st.sampled_from([" ", "  ", "\n", "\n\n", " \n \n", "\r\n", "\t", "\u00a0", "\u2003", "\x85"])
invisible = st.sampled_from(["\u00ad", "\u200b", "\ufeff", "\u202e", "\U000e0041"])
hyphens = st.sampled_from(["-", "- ", "-\n", "-\r\n\r\n", "\u2010\n", " - ", "\n- ", "–\n"])
footers = st.sampled_from(
    [
        f"\n{FOOTER} 3\n",
        f" {FOOTER} 3 of 7 ",
        f"\n{FOOTER}\n\f",
        "\nPage 3 of 7\n",
        "\n- 3 -\n",
        "\f",
        "\n\n1\n\f",
        "\f2\n",
        "\nCM15-0012345 Page 2\n",
    ]
)
texts = st.lists(words | spaces | invisible | hyphens | footers, max_size=40).map("".join) | st.text(max_size=60)


def test_the_shape_of_a_letter_line_is_folded_away() -> None:
    """Doubled lines and spaces become one space, and none is left at the ends."""
    assert (
        folded_str("\n The injured  worker \n\n\n is a\t62 year \r\n old male. \n") == "The injured worker is a 62 year old male."
    )


@given(texts)
def test_folding_changes_white_space_only(text: str) -> None:
    """Every folded character is the same character in the original, or a space where the original has white space or a footer."""
    folded = fold(text)
    for i, c in enumerate(folded.text):
        original = text[folded.original(i)]
        assert original == c or (c == " " and original.isspace())


@given(texts)
def test_folded_characters_keep_their_order(text: str) -> None:
    """The way back never turns round."""
    folded = fold(text)
    way = [folded.original(i) for i in range(len(folded.text))]
    assert way == sorted(set(way))


@given(texts)
def test_folding_leaves_single_spaces_and_no_invisible_character(text: str) -> None:
    """Folded text holds no white space but single spaces between visible characters."""
    folded = folded_str(text)
    assert folded == " ".join(folded.split())
    assert not re.search("[\u00ad\u200b\ufeff\u202e\U000e0041]", folded)


@given(texts)
@example("- 3 -\n")
@example("Page\n1 of 3")
@example("a -\nb")
@example(f"\n{FOOTER}\n60 tablets")
def test_folding_twice_is_folding_once(text: str) -> None:
    """What is folded stays as it is, so that a quote of folded text is found by folding it too."""
    once = folded_str(text)
    assert folded_str(once) == once


@given(st.lists(words, min_size=1, max_size=30), st.data())
def test_rewrapping_changes_nothing(parts: list[str], data: st.DataObject) -> None:
    """Where lines end does not matter: numbers and guideline pages on lines of their own are no footers."""
    gaps = st.sampled_from([" ", "\n", "\n\n", " \n", "\r\n", "   "])
    wrapped = parts[0] + "".join(data.draw(gaps) + p for p in parts[1:])
    assert folded_str(wrapped) == " ".join(parts)


@given(texts, st.integers(-5, 200), st.integers(-5, 200))
def test_spans_lie_inside_and_hold_what_was_asked_for(text: str, start: int, end: int) -> None:
    """Spans are ordered, never empty, begin and end on visible characters, and hold the asked text but for white space."""
    folded = fold(text)
    spans = folded.spans(start, end)
    edges = [edge for s in spans for edge in (s.start, s.end)]
    assert edges == sorted(set(edges))
    assert all(0 <= e <= len(text) for e in edges)
    assert not any(text[s.start].isspace() or text[s.end - 1].isspace() for s in spans)
    asked = folded.text[max(start, 0) : max(end, 0)].replace(" ", "")
    assert "".join(_visible(folded, text, s.start, s.end) for s in spans) == asked


def _visible(folded: Folded, text: str, start: int, end: int) -> str:
    """The original characters of a span that folding kept, without white space."""
    kept = {folded.original(i) for i, c in enumerate(folded.text) if c != " "}
    return "".join(text[i] for i in range(start, end) if i in kept)


@given(texts)
def test_without_footers_one_span_is_enough(text: str) -> None:
    """Several spans stand for footers that were cut out, and for nothing else."""
    folded = fold(text)
    assert len(folded.spans(0, len(folded.text))) == len(folded._cuts) + bool(folded.text)


@given(texts)
def test_breaks_are_ordered_and_their_lines_are_the_text_s(text: str) -> None:
    """Breaks ascend, lie in the text, and count every line end and twice every form feed, but for those in running footers."""
    folded = fold(text)
    at = [b.at for b in folded.breaks]
    assert at == sorted(set(at))
    assert all(0 <= a <= len(folded.text) for a in at)
    ends = len(re.findall(r"\r\n|\r|\n", text)) + 2 * text.count("\f")
    assert sum(b.lines for b in folded.breaks) == ends
    assert folded.lines_broken_at(0, len(folded.text) + 1) == folded.breaks


def test_breaks_say_how_many_lines_ended() -> None:
    """A heading is known by the line ends around it, so their number and place are kept."""
    folded = fold("SUMMARY\n\nThe pa-\ntient\r\nis well.\n")
    assert folded.text == "SUMMARY The pa-tient is well."
    assert folded.breaks == (Break(8, 2), Break(15, 1), Break(21, 1), Break(29, 1))
    assert folded.lines_broken_at(9, 21) == (Break(15, 1),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("post-\nlaminectomy", "post-laminectomy"),
        ("post- \r\n \r\n laminectomy", "post-laminectomy"),
        ("L4-\n5", "L4-5"),
        ("post\u2010\nlaminectomy", "post\u2010laminectomy"),
        (f"post-\n\n{FOOTER} 2\n\flaminectomy", "post-laminectomy"),
        ("2 -\n3 times", "2 - 3 times"),
        ("pain\n-\nfever", "pain - fever"),
        ("-\nfever", "- fever"),
        ("Norco -\n(hydrocodone)", "Norco - (hydrocodone)"),
        ("well-known", "well-known"),
        ("ends in a dash–\nnext", "ends in a dash– next"),
    ],
)
def test_a_hyphen_at_a_line_end_stays_and_the_break_goes(text: str, expected: str) -> None:
    """A broken word is joined, over a page's end too; a dash or a bullet is not."""
    assert folded_str(text) == expected


@pytest.mark.parametrize(
    "footer",
    [
        f"{FOOTER}",
        f"{FOOTER} 3",
        f"{FOOTER}   Page 3 of 7",
        f"Page 3 {FOOTER}",
        f"3 {FOOTER}",
        "Final Determination Letter for IMR Case Number: CM13-0012345 | Page 12",
        "CM15-0012345 Page 3 of 7",
        "IMR Case Number: CM15-0012345   Page 3",
        "IMR Final Determination CM15-0012345 3",
        "Independent Medical Review Final Determination CM15-0012345 Page 2",
        "- 3 -",
        "Page 3 of 7",
        "  Page 3 of 7  ",
        "Page | 3",
        "Page | 3 of 7",
        "3 | Page",
        "3 | P a g e",
        "Final Letter of Determination Form Effective 5.16.13 Page 2 of 6",
        "Final Letter of Determination      Form Effective 5.16.13                                Page 2 of 6",
        "Final Letter of Determination Form Effective 12.09.13 2 of 6",
        "Final Letter of Determination Page 2 of 6",
        "Form Effective 12.09.13 Page 2 of 6",
        "12.09.13 2 of 6",
        "12.09.13 Page 2 of 6",
        f"{FOOTER}\n\n3",
        "Final Letter of Determination Form Effective 12.09.13 1 of 2\nCase Number: CM13-0990110",
        "Golden Valley PRO                       CM19-0990113                       page 1",
        "Page 2 of 3                             IMR CM22-0990114",
        " " * 60 + "1",
        "Final Letter of Determination\nForm Effective 12.09.13\n2 of 6",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n", " \n \n"])
def test_footers_of_these_letters_vanish(footer: str, gap: str) -> None:
    """A page footer in a sentence goes with its line, and the sentence has two spans."""
    text = f"is not{gap}{footer}{gap}medically necessary"
    folded = fold(text)
    assert folded.text == "is not medically necessary"
    assert [text[s.start : s.end] for s in folded.spans(0, len(folded.text))] == ["is not", "medically necessary"]


@pytest.mark.parametrize("page_break", ["\n{}\n", "\n\n{}\n\f", "\n{}\n\f\n", "\f{}\n", " {} "])
@pytest.mark.parametrize("footer", ["Final Letter of Determination Form Effective 5.16.13 Page 2 of 6", "Page | 2"])
def test_footers_of_the_form_vanish_at_any_page_break(footer: str, page_break: str) -> None:
    """Whatever ends the page, and where line ends were lost too, a sentence goes on behind the form's footer."""
    assert folded_str("would go beyond both" + page_break.format(footer) + "the number") == "would go beyond both the number"


def test_page_lines_inside_a_page_are_footers_where_they_count_its_pages() -> None:
    """A line as "Page 2 of 6" over one of small print is a footer where another page has it at the same place."""
    text = "one\nPage 1 of 6\nSmall print.\n\ftwo\nPage 2 of 6\nSmall print.\n\fthree"
    assert folded_str(text) == "one Small print. two Small print. three"


def test_a_footer_in_running_text_vanishes() -> None:
    """Where line ends were lost, the full phrase with a case number is still a footer."""
    text = f"The request is not {FOOTER} 3 medically necessary."
    folded = fold(text)
    assert folded.text == "The request is not medically necessary."
    assert [text[s.start : s.end] for s in folded.spans(4, 29)] == ["request is not", "medically"]
    assert folded_str(f"A prior {FOOTER} dated 3/3/2014 upheld it.") == f"A prior {FOOTER} dated 3/3/2014 upheld it."


def test_a_footer_leaves_a_number_on_the_next_line() -> None:
    """A request that goes on behind the footer keeps its count."""
    assert folded_str(f"Norco 10/325mg\n{FOOTER}\n60 tablets") == "Norco 10/325mg 60 tablets"


def test_page_numbers_beside_form_feeds_vanish() -> None:
    """Bare numbers that count the pages go, at the foot and at the head of pages."""
    assert folded_str("one\n\n1\n\ftwo\n\n2\n\fthree\n3") == "one two three"
    assert folded_str("one\f2\ntwo\f3\nthree") == "one two three"


def test_page_numbers_are_known_where_the_first_pages_are_missing() -> None:
    """A letter whose first pages were cut off counts from where it starts."""
    assert folded_str("one\n3\n\ftwo\n4\n\fthree\n") == "one two three"
    assert folded_str("one\n8\n\ftwo\n9\n\fthree\n10") == "one two three"


def test_page_lines_in_a_row_vanish_without_form_feeds() -> None:
    """Lines such as "Page 1" and "Page 2" count a letter's pages."""
    assert folded_str("one\n\nPage 1\n\ntwo\n\nPage 2\n\nthree") == "one two three"


@pytest.mark.parametrize(
    "text",
    [
        "Norco 10/325mg\n\n#\n\n60\n\nwith one refill",
        "Norco 10/325mg quantity\n60\n\fwith one refill\n\fend",
        "Norco 10/325mg quantity\n\n\f60\nwith one refill",
        "MTUS Chronic Pain Medical Treatment Guidelines,\n\nPage 78\n\nDecision rationale",
        "MTUS Chronic Pain Medical Treatment Guidelines,\nPage 78 of 127\nDecision rationale",
        "MTUS,\nPage 78 of 127\n\fDecision rationale",
        "MTUS,\nPage 2 of 12\nDecision\n\frationale",
        "Medications:\n3\nrefills",
        "A prior\nIndependent Medical Review, CM14-0012345, denied Norco\nagain.",
        "Notice of Independent Medical Review Determination\nIMR Case Number: CM13-0012345\nDate of Injury: 1/1/2010",
        "Case Number:\nCM15-0012345\nDate Assigned: 3/3/2015",
        "HOW THE IMR FINAL DETERMINATION WAS MADE\nMAXIMUS",
        "Pulse\n- 80\nWeight",
        "The Final Letter of Determination was sent\non 5.16.13 to all.",
        "seen on\n12.09.13\n2 of 6 visits",
        f"{FOOTER} was sent.\n30\ntablets",
        "Norco |\n60\ntablets",
        "seen in the office    CM15-0012345 page 2 says",
        "Standard\nCase Number: CM13-0990110\nDate of Injury",
        " " * 10 + "60\ntablets",
    ],
)
def test_lines_of_the_letter_are_no_footers(text: str) -> None:
    """Counts, guideline pages, headings and header lines stay, wherever the line or the page ends."""
    assert folded_str(text) == " ".join(text.split())
    assert len(fold(text).spans(0, len(text))) == 1


def test_empty_text_folds_to_empty_text() -> None:
    """Nothing, and white space alone, fold to nothing and have no spans."""
    for text in ("", " ", "\n\f\n", "\u200b"):
        folded = fold(text)
        assert folded.text == ""
        assert folded.spans(0, 10) == ()


ADVERSARIAL = [
    *("\f", " ", "-\n", "- ", "1\n", "page 1\n", "3\f", "\u200b", f"{FOOTER} 3\n", "Final  ", "\r", "a \u200b"),
    *("page " * 23 + "\n", "CM15-0012345" + " " * 60 + "\n", " " * 1000 + "\f"),
]


@pytest.mark.parametrize("unit", ADVERSARIAL)
def test_folding_is_linear(unit: str) -> None:
    """Twice the text takes no more than twice the steps, whatever it is made of.

    Steps are Python lines; what the regular expressions do shows in that the long text is folded at all.
    """
    text = unit * (4_000 // len(unit))
    once, twice = _steps(text), _steps(text * 2)
    assert twice <= 2.2 * once + 200
    fold(unit * (300_000 // len(unit)))


def _steps(text: str) -> int:
    steps = 0

    def trace(*_: object) -> object:
        nonlocal steps
        steps += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        fold(text)
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.skipif(not REAL_LETTERS.is_dir(), reason="the real letters lie beside the project only where it is developed")
def test_real_letters_fold_to_what_their_labels_quote() -> None:
    """Requests and rationales, which are labelled verbatim, are parts of the folded letter."""
    labels = sorted((REAL_LETTERS / "labels").glob("*.json"))
    assert labels
    for label in labels:
        text = fold((REAL_LETTERS / "text" / f"{label.stem}.txt").read_text(encoding="utf-8")).text
        for item in json.loads(label.read_text(encoding="utf-8"))["items"]:
            for name in ("request", "rationale"):
                assert item[name] is None or item[name] in text, f"{label.stem}: {name} of an item is not in the folded letter"
