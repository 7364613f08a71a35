"""Words to values: dates, numbers, strengths, page numbers, sentences."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.values import (
    MONTHS,
    any_word,
    find_dates,
    latest_year,
    letter_first,
    lower,
    normal_strength,
    page_numbers,
    parse_date,
    parse_number,
    plain,
    sentences,
)

THE_DAY = date(2014, 10, 7)


@pytest.mark.parametrize(
    "words",
    [
        "10/7/14",
        "10/07/2014",
        "10-7-2014",
        "10.7.2014",
        "10 / 7 / 2014",
        "10/7/ 14",
        "October 7, 2014",
        "October 7,2014",
        "Oct. 7, 2014",
        "Oct 7 2014",
        "October 7th, 2014",
        "7 October 2014",
        "7th of October, 2014",
        "7th day of October 2014",
        "2014-10-07",
        "2014/10/7",
        "10/7/2014.",
        " 10/7/2014 ",
    ],
)
def test_a_date_is_read_however_it_is_written(words: str) -> None:
    """Month before day; a month's name before or behind the day; ISO."""
    assert parse_date(words, latest_year=2015) == THE_DAY
    assert [d.value for d in find_dates(f"Seen on {words.strip()} in the office.", latest_year=2015)] == [THE_DAY]


@pytest.mark.parametrize(
    "words", ["2/30/2015", "13/1/2015", "0/1/2015", "10/2014", "October 2014", "10/325", "1/2/3/2014", "", "7.18"]
)
def test_what_is_no_whole_date_is_none(words: str) -> None:
    """A day that no calendar has, a month alone and a strength are no dates."""
    assert parse_date(words) is None
    assert list(find_dates(words)) == []


@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_from_its_forms(day: date) -> None:
    """Numbers, a month's name and ISO name the same day."""
    month = MONTHS[day.month - 1].title()
    for words in (
        f"{day.month}/{day.day}/{day.year}",
        f"{month} {day.day}, {day.year}",
        f"{month[:3]} {day.day} {day.year}",
        str(day),
    ):
        assert parse_date(words) == day


@pytest.mark.parametrize(
    ("short", "latest", "year"),
    [
        ("3/4/09", 2014, 2009),
        ("3/4/14", 2014, 2014),
        ("3/4/15", 2014, 1915),
        ("3/4/98", 2014, 1998),
        ("3/4/25", None, 2025),
        ("3/4/31", None, 1931),
    ],
)
def test_a_short_year_is_the_latest_one_not_after_the_other_dates(short: str, latest: int | None, year: int) -> None:
    """Without other dates a short year up to 30 is of this century."""
    assert parse_date(short, latest_year=latest) == date(year, 3, 4)


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("Injured 3/4/09, seen June 1, 2014.", 2014),
        ("Injured on 3/4/15-5/6/16", 2016),
        ("12/1/2015-1/2/2016", 2016),
        ("since 3/4/98", None),
        ("page 2015, 10/325 mg, ICD 724.4", None),
        ("Seen on 7.18.2014", 2014),
        ("in September of 2012, and March 2013", 2013),
        ("file 112/3/15, 1/1/155", None),
        ("on 1/2/15/3/4/16", 2016),
        ("2014-03-05 or 2013", None),
        ("in the year 12/2013", 2013),
        ("", None),
    ],
)
def test_the_latest_year_is_that_of_a_date(text: str, latest: int | None) -> None:
    """A number that looks like a year counts only at the end of a date."""
    assert latest_year(text) == latest


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("6", 6),
        ("60.00", 60),
        ("1.5", 1.5),
        ("1,000", 1000),
        ("six", 6),
        ("Six (6)", 6),
        ("(3) three", 3),
        ("12 (twelve)", 12),
        ("(twelve) 12", 12),
        ("(8)", 8),
        ("( 5 )", 5),
        ("twenty-four", 24),
        ("twenty four", 24),
        ("twice", 2),
        ("once", 1),
        ("no", 0),
        ("a", 1),
        ("six (8)", 8),
        ("", None),
        ("x", None),
        ("()", None),
        ("((", None),
        ("9" * 500, None),
        ("1/2", None),
        ("six or seven", None),
    ],
)
def test_a_number_is_read_from_digits_and_words(words: str, number: float | None) -> None:
    """Of a number said twice the digits count; what is no number as a whole is none."""
    assert parse_number(words) == number


@given(st.text(max_size=40))
def test_no_text_makes_a_parser_raise(text: str) -> None:
    """Every parser answers any text."""
    parse_date(text)
    parse_number(text)
    normal_strength(text)
    page_numbers(text)
    latest_year(text)


@pytest.mark.parametrize(
    ("words", "strength"),
    [
        ("10/325mg", "10/325 mg"),
        ("10-325 MG", "10/325 mg"),
        ("10mg-325mg", "10/325 mg"),
        ("8mg/2mg", "8/2 mg"),
        ("10 mg - 325 mg", "10/325 mg"),
        ("5%", "5 %"),
        ("20%/5%", "20/5 %"),
        ("0.025%", "0.025 %"),
        (".5 mg", "0.5 mg"),
        ("5 percent", "5 %"),
        ("100mg/5ml", "100 mg/5ml"),
        ("25mcg/hour", "25 mcg/hr"),
        ("10 mcg/hr", "10 mcg/hr"),
        ("50/325/40mg", "50/325/40 mg"),
        ("1,000 mg", "1000 mg"),
        ("60", None),
        ("", None),
        ("5% 700mg", "5 %/700 mg"),
    ],
)
def test_a_strength_has_one_form(words: str, strength: str | None) -> None:
    """Numbers joined with slashes, one blank, the unit in lower case."""
    assert normal_strength(words) == strength


@pytest.mark.parametrize(
    ("words", "pages"),
    [
        ("75-79, 120", [75, 76, 77, 78, 79, 120]),
        ("68-9", [68, 69]),
        ("78 to 80", [78, 79, 80]),
        ("111-113", [111, 112, 113]),
        ("303", [303]),
        ("24a", [24]),
        ("80-78", [80, 78]),
        ("1-999", [1, 999]),
        ("78\u201380", [78, 79, 80]),
        ("", []),
        ("9" * 5000, []),
    ],
)
def test_ranges_of_pages_are_spelled_out(words: str, pages: list[int]) -> None:
    """A short second number takes the first one's head; what is no range stays two pages."""
    assert page_numbers(words) == pages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("He takes 7.5 mg. It helps!", ["He takes 7.5 mg.", "It helps!"]),
        ("Seen by Dr. Smith vs. Mr. Jones. Then home.", ["Seen by Dr. Smith vs. Mr. Jones.", "Then home."]),
        ("Pain at L5.Muscle spasm.", ["Pain at L5.", "Muscle spasm."]),
        ("e.g. this, i.e. that. No. 3 too.", ["e.g. this, i.e. that.", "No. 3 too."]),
        ("Norco 1 p.o. b.i.d. as needed. Next.", ["Norco 1 p.o. b.i.d. as needed.", "Next."]),
        ('He said "no." Then he left?', ['He said "no."', "Then he left?"]),
        ("... !!", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    """A point inside a number, after a title, an initial or a dotted abbreviation ends no sentence."""
    assert [text[a:b] for a, b in sentences(text)] == expected


@given(st.text(st.sampled_from("aB .?!\"'1)("), max_size=60))
def test_sentences_lie_in_order_and_lose_no_letter(text: str) -> None:
    """Sentences do not overlap, and every letter and digit stands in one."""
    found = sentences(text)
    assert [edge for s in found for edge in s] == sorted(edge for s in found for edge in s)
    assert [c for a, b in found for c in text[a:b] if c.isalnum()] == [c for c in text if c.isalnum()]


@given(st.text(max_size=60))
def test_offsets_stay_under_plain_and_lower(text: str) -> None:
    """Plain quotes and lower case have as many characters as the text."""
    assert len(plain(text)) == len(lower(text)) == len(text)


def test_a_capital_without_a_small_letter_of_its_length_stays_in_place() -> None:
    """The capital I with a dot has a small letter of two characters: it must not move what follows."""
    assert lower("\u0130N") == "\u0130n"
    assert lower("AΣ\u0130Σ") == "aς\u0130σ"


@given(st.lists(st.text("ab -+", max_size=5), max_size=12).filter(any), st.text("ab -+", max_size=12))
def test_a_pattern_for_words_finds_the_longest_at_each_place(words: list[str], text: str) -> None:
    """The pattern for some words finds what the words themselves find when the longest is tried first."""
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    assert spans(any_word(words), text) == spans(longest_first, text)


@given(
    st.lists(st.sampled_from([r"\bab", r"\bb\b", r"a\bb", r"\ba?b", r"(?:\ba|b)\b", r"\b(?:a|b)", "ba"]), min_size=1).map(
        "|".join
    ),
    st.text("abAB ,ſé", max_size=12),
    st.sampled_from([0, re.IGNORECASE]),
)
def test_a_pattern_that_begins_with_its_letters_finds_the_same(pattern: str, text: str, flags: int) -> None:
    """A boundary may stand behind the letter that it is in front of."""
    assert spans(letter_first(pattern), text, flags) == spans(pattern, text, flags)


def spans(pattern: str, text: str, flags: int = 0) -> list[tuple[int, int]]:
    """Where a pattern hits."""
    return [m.span() for m in re.finditer(pattern, text, flags)]


@given(st.text("aé’‘“”–—‐‑−'\"-\u2022"))
def test_plain_signs_replace_typographic_ones_one_for_one(text: str) -> None:
    """Each typographic quote and dash becomes its plain sign, and nothing else changes."""
    assert plain(text) == text.translate(str.maketrans("’‘“”–—‐‑−", "''\"\"-----"))
