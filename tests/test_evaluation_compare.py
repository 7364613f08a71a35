"""What does not count when two values are compared, and what does."""

from __future__ import annotations

from datetime import date
from typing import Any

import evaluation_samples as es
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from llm_extract.evaluation.compare import comparator_of, is_list, normal, similarity, squeezed, words
from llm_extract.schema import BY_NAME, FIELDS, Citation

printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
spaced = st.text(st.sampled_from("aB9 \t\n\u00a0-–—.,:;’'“”/"), max_size=20)
anything = printable | spaced

VERBATIM = {"request", "rationale"}
CITED = {"claims_admin_guidelines", "reviewer_guidelines"}
WORDS = {
    *("case_number", "licensed_states", "specialties", "diagnoses", "medications", "prior_treatments"),
    *("treatment", "generic_name", "frequency", "body_part"),
}
EXACT = {
    *("priority", "date_of_injury", "date_assigned", "application_received", "ur_denial_date", "decision_date", "age", "sex"),
    *("category", "quantity", "refills", "retrospective", "date_of_service", "decision", "reasons"),
}


def cited(title: str = "MTUS", **more: Any) -> Citation:
    """A citation of the MTUS."""
    return Citation(**{"source": "MTUS", "title": title, **more})


# --- which comparator ------------------------------------------------------------------------------------------------


def test_every_field_has_its_comparator() -> None:
    """The comparators of all fields, by name: a new field has to be thought about here."""
    expected = {
        **dict.fromkeys(EXACT, "exact"),
        **dict.fromkeys(WORDS, "words"),
        **dict.fromkeys(VERBATIM, "verbatim"),
        **dict.fromkeys(CITED, "citation"),
        "strength": "strength",
    }
    assert {f.name: comparator_of(f.name) for f in FIELDS} == expected


def test_lists_are_those_of_the_contract() -> None:
    """Fields of several entries are told from fields of one value."""
    assert {f.name for f in FIELDS if is_list(f.name)} == {
        *("licensed_states", "specialties", "diagnoses", "medications", "prior_treatments", "reasons"),
        *CITED,
    }


# --- the normal forms ------------------------------------------------------------------------------------------------

ALIKE = [
    ("diagnoses", "Lumbar  Strain.", "lumbar strain"),
    ("diagnoses", "lumbar\n\nstrain", "lumbar strain"),
    ("diagnoses", "patient’s “sprain” – left", 'patient\'s "sprain" - left'),
    ("diagnoses", "; sprain:,", "sprain"),
    ("specialties", "STRASSE", "straße"),
    ("case_number", "cm15-0012345", "CM15-0012345"),
    ("frequency", "2 Times a Week", "2 times a week"),
    ("request", "MRI of the lum- bar spine", "MRI of the lumbar spine"),
    ("request", "post–operative visit", "postoperative visit"),
    ("request", "Norco -", "Norco"),
    ("request", "Norco. -", "Norco."),
    ("rationale", 'Currently,"The worker', 'Currently, "The worker.'),
    ("strength", "10/325MG", "10/325 mg"),
    ("strength", "5  %", "5 %"),
    ("quantity", 12.0, 12),
    ("date_of_injury", date(2015, 1, 9), date(2015, 1, 9)),
    ("retrospective", True, True),
    ("reviewer_guidelines", cited("MTUS, Opioids."), cited("mtus,  opioids")),
    ("reviewer_guidelines", cited(section="Criteria:"), cited(section="criteria")),
    ("reviewer_guidelines", cited(section=""), cited(section=None)),
    ("reviewer_guidelines", cited(section="."), cited(section=None)),
    ("reviewer_guidelines", cited(pages=(80, 78)), cited(pages=(78, 80))),
    ("reviewer_guidelines", cited(pages=(78, 78)), cited(pages=(78,))),
]
APART = [
    ("diagnoses", "lumbar strain", "lumbar sprain"),
    ("diagnoses", "post-operative", "postoperative"),
    ("diagnoses", "left knee, strain", "left knee strain"),
    ("request", "Norco 5mg", "Norco 10mg"),
    ("request", "Norco, #60", "Norco #60"),
    ("strength", "10 mg", "10 mcg"),
    ("strength", "10/325 mg", "10-325 mg"),
    ("quantity", 12, 12.5),
    ("decision", "upheld", "overturned"),
    ("date_of_injury", date(2015, 1, 9), date(2015, 9, 1)),
    ("reviewer_guidelines", cited(), cited(source="ODG")),
    ("reviewer_guidelines", cited(), cited("MTUS 2009")),
    ("reviewer_guidelines", cited(), cited(section="Opioids")),
    ("reviewer_guidelines", cited(pages=(78,)), cited(pages=(78, 79))),
]


@pytest.mark.parametrize(("name", "one", "other"), ALIKE)
def test_what_does_not_count(name: str, one: Any, other: Any) -> None:
    """Case, white space, typography, final punctuation and the order of pages part no two values."""
    assert normal(name, one) == normal(name, other)
    assert normal(name, one) is not None


@pytest.mark.parametrize(("name", "one", "other"), APART)
def test_what_counts(name: str, one: Any, other: Any) -> None:
    """Every other character does, and every part of a citation."""
    assert normal(name, one) != normal(name, other)


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("date_of_service", date(2015, 1, 9), "2015-01-09"),
        ("quantity", 2.5, 2.5),
        ("retrospective", True, True),
        ("refills", 0, 0),
        ("strength", "10/325 MG", "10/325mg"),
        ("request", "Post-op visit.", "postopvisit"),
        ("claims_admin_guidelines", cited("A", section="B", pages=(80, 78)), ("MTUS", "a", "b", (78, 80))),
        ("claims_admin_guidelines", cited("A"), ("MTUS", "a", None, ())),
    ],
)
def test_forms(name: str, value: Any, form: Any) -> None:
    """A normal form is a plain hashable value, a number stays a number, and 0 is a value."""
    assert normal(name, value) == form
    assert type(normal(name, value)) is type(form)
    hash(normal(name, value))


def test_a_whole_number_is_an_int() -> None:
    """12.0 becomes 12, as JSON and people write it."""
    assert isinstance(normal("quantity", 12.0), int)


@pytest.mark.parametrize("name", [f.name for f in FIELDS])
def test_nothing_is_nothing(name: str) -> None:
    """Null is "the letter does not say" in every field."""
    assert normal(name, None) is None


@pytest.mark.parametrize(("name", "value"), [("body_part", ""), ("body_part", " . "), ("request", " - "), ("strength", " ")])
def test_a_text_without_words_is_nothing(name: str, value: str) -> None:
    """An empty text says no more than null."""
    assert normal(name, value) is None


def test_retrospective_false_is_no_value() -> None:
    """False says nothing, and it says so for `retrospective` alone: 0 of another field is a value."""
    assert normal("retrospective", False) is None
    assert normal("quantity", 0) == 0


# --- laws ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [words, squeezed])
@given(text=anything)
def test_forms_are_final(form, text: str) -> None:
    """A normal form is its own normal form."""
    assert form(form(text)) == form(text)


@pytest.mark.parametrize("name", ["diagnoses", "request", "strength"])
@given(text=anything)
def test_case_and_white_space_are_nothing(name: str, text: str) -> None:
    """Other case, and white space doubled or turned into a line's end, change nothing."""
    assert normal(name, text.swapcase()) == normal(name, text)
    assert normal(name, f"\n {text.replace(' ', '  ')}\u00a0") == normal(name, text)


@given(text=anything, at=st.integers(0, 30), extra=st.sampled_from([" ", "-", "\n", "–"]))
def test_verbatim_texts_may_be_broken_anywhere(text: str, at: int, extra: str) -> None:
    """White space and hyphens that PDF text doubles, drops or adds part no two requests."""
    assert squeezed(text[:at] + extra + text[at:]) == squeezed(text)


@given(st.sampled_from(FIELDS), st.data())
def test_texts_of_other_letters_differ(spec, data: st.DataObject) -> None:
    """Two words are never taken for each other, however alike."""
    one, other = (data.draw(st.text("abc", min_size=1, max_size=4)) for _ in range(2))
    assume(one != other)
    assert comparator_of(spec.name) == "citation" or normal(spec.name, one) != normal(spec.name, other)


# --- how alike -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "one", "other", "expected"),
    [
        ("reasons", "safety", "safety", 1.0),
        ("reasons", "no_monitoring", "no_functional_improvement", 0.0),
        ("diagnoses", "lumbar strain", "strain lumbar", 1.0),
        ("diagnoses", "abcde", "abcxy", 0.6),
        ("diagnoses", "abc", "xyz", 0.0),
        ("reviewer_guidelines", ("MTUS", "opioids", None, (78,)), ("MTUS", "opioids", None, (78,)), 1.0),
    ],
)
def test_similarity(name: str, one: Any, other: Any, expected: float) -> None:
    """Entries of words are alike by their characters in any order of words, codes only where they are equal."""
    assert similarity(name, one, other) == pytest.approx(expected)


@pytest.mark.parametrize("part", [{"title": "Low Back"}, {"section": "Criteria"}, {"pages": (300,)}, {"source": "ODG"}])
def test_each_part_of_a_citation_makes_it_less_alike(part: dict[str, Any]) -> None:
    """No part of a citation is left out when it is asked how alike two are."""
    whole = {"title": "Opioids", "section": "Use", "pages": (78,)}
    one, other = (normal("reviewer_guidelines", cited(**parts)) for parts in (whole, whole | part))
    assert similarity("reviewer_guidelines", one, other) < 1


def test_a_missing_section_is_no_word() -> None:
    """What two citations both lack does not make them alike: of "MTUS ab" and "MTUS cd" ten characters of fourteen are shared."""
    one, other = (normal("reviewer_guidelines", cited(title)) for title in ("ab", "cd"))
    assert similarity("reviewer_guidelines", one, other) == pytest.approx(10 / 14)


@given(one=es.citations, other=es.citations)
def test_similarity_has_no_direction(one: Citation, other: Citation) -> None:
    """Label and record may change places, and the result stays a share."""
    a, b = (normal("reviewer_guidelines", c) for c in (one, other))
    assert 0 <= similarity("reviewer_guidelines", a, b) == similarity("reviewer_guidelines", b, a) <= 1
    assert similarity("reviewer_guidelines", a, a) == 1


def test_names_are_unique() -> None:
    """A field's name alone finds its comparator: no two fields share one."""
    assert len(BY_NAME) == len(FIELDS)
