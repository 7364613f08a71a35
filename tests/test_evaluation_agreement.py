"""Two labellings of the same letters: equal ones agree wholly, known differences give known figures."""

from __future__ import annotations

from collections.abc import Mapping

import evaluation_samples as es
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_extract.evaluation.agreement import Disagreement, FieldAgreement, agreement, table
from llm_extract.evaluation.compare import is_list
from llm_extract.evaluation.metrics import FIELD_NAMES
from llm_extract.evaluation.score import ITEM
from llm_extract.schema import Label


def measured(first: Mapping[str, Label], second: Mapping[str, Label]) -> dict[str, FieldAgreement]:
    """Agreement by the field's name."""
    return {found.name: found for found in agreement(first, second)[0]}


def ages(*values: int | None) -> dict[str, Label]:
    """Labels of as many letters that say nothing but an age."""
    return {f"letter-{i}": es.changed(es.SPARSE, patient__age=age) for i, age in enumerate(values)}


LABELS = {name: es.label(name) for name in samples.NAMES}

# --- equal labellings ------------------------------------------------------------------------------------------------


def test_equal_labellings_agree_wholly() -> None:
    """Every measure that applies is 1, of every field, and nothing is a disagreement."""
    labels = {**LABELS, "full": es.FULL}
    found, disagreements = agreement(labels, labels)
    assert [f.name for f in found] == list(FIELD_NAMES)
    assert disagreements == []
    for field in found:
        alone = field.name == ITEM or is_list(field.name)
        assert (field.agreed, field.ac1, field.kappa, field.f1) == ((None, None, None, 1.0) if alone else (1.0, 1.0, 1.0, 1.0))


def test_values_are_counted() -> None:
    """Of a field with one value each place counts, also where both say nothing; of lists each entry, of items each item."""
    found = measured(LABELS, LABELS)
    items = sum(len(label.items) for label in LABELS.values())
    assert (found["age"].values, found["decision"].values, found["quantity"].values) == (len(LABELS), items, items)
    assert found[ITEM].values == items
    treatments = [len(label.clinical.prior_treatments) for label in LABELS.values()]
    assert 0 in treatments
    assert found["prior_treatments"].values == sum(treatments)


def test_only_letters_that_both_have_are_compared() -> None:
    """A letter of one labelling alone is no disagreement."""
    found, disagreements = agreement({"a": es.FULL, "b": es.SPARSE}, {"a": es.FULL, "c": es.FULL})
    assert disagreements == []
    assert {f.name: f for f in found}["age"].values == 1


def test_no_letter_in_common() -> None:
    """Without a letter that both have no measure applies."""
    found, disagreements = agreement({"a": es.FULL}, {"b": es.FULL})
    assert disagreements == []
    assert found == [FieldAgreement(name, 0, None, None, None, None) for name in FIELD_NAMES]


# --- known disagreements ---------------------------------------------------------------------------------------------


def test_a_field_with_one_value_by_hand() -> None:
    """Ages 1, 1, 2, none against 1, 2, 2, none: three of four agree, and F1 leaves out what neither says."""
    age = measured(ages(1, 1, 2, None), ages(1, 2, 2, None))["age"]
    assert (age.values, age.agreed) == (4, 0.75)
    assert age.kappa == pytest.approx(7 / 11)  # by chance 5/16
    assert age.ac1 == pytest.approx(27 / 43)  # by chance 21/64
    assert age.f1 == pytest.approx(2 / 3)


def test_saying_nothing_is_a_value_of_its_own() -> None:
    """One labelling says an age where the other says none: they differ there, and agree where both say none."""
    age = measured(ages(48, None), ages(None, None))["age"]
    assert (age.agreed, age.f1) == (0.5, 0.0)


def test_kappa_collapses_where_ac1_does_not() -> None:
    """Where both say the same of every letter kappa says nothing, AC1 says 1; and there is no F1 of what nobody says."""
    age = measured(ages(None, None), ages(None, None))["age"]
    assert age == FieldAgreement("age", 2, agreed=1.0, ac1=1.0, kappa=None, f1=None)


def test_lists_by_hand() -> None:
    """Two of the first's three entries and of the second's two are shared: F1 4/5, other measures do not apply."""
    first = {"a": es.changed(es.SPARSE, clinical__diagnoses=["gout", "lumbar strain", "anxiety"])}
    second = {"a": es.changed(es.SPARSE, clinical__diagnoses=["anxiety", "gout"])}
    found = measured(first, second)["diagnoses"]
    assert found == FieldAgreement("diagnoses", 3, None, None, None, pytest.approx(4 / 5))


def test_items_by_hand() -> None:
    """One item of three in common: F1 1/2, and values of the others are disagreements."""
    first = {"a": es.SPARSE.model_copy(update={"items": (es.an_item("MRI"), es.an_item("Cane"))})}
    second = {"a": es.SPARSE.model_copy(update={"items": (es.an_item("Norco"), es.an_item("MRI"))})}
    found = measured(first, second)
    assert found[ITEM] == FieldAgreement(ITEM, 3, None, None, None, 0.5)
    assert (found["decision"].values, found["decision"].agreed) == (3, pytest.approx(1 / 3))


def test_each_disagreement_is_named() -> None:
    """Letter, place and both values; what the first does not have is named by the second's place."""
    first = es.changed(es.FULL, patient__age=None)
    second = es.changed(es.FULL, patient__age=48, items__0__decision="overturned", clinical__medications=["gabapentin", "Soma"])
    assert agreement({"x": first}, {"x": second})[1] == [
        Disagreement("x", "/patient/age", None, 48),
        Disagreement("x", "/clinical/medications/0", "naproxen", None),
        Disagreement("x", "second:/clinical/medications/1", None, "Soma"),
        Disagreement("x", "/items/0/decision", "upheld", "overturned"),
    ]


def test_disagreements_stand_by_letter() -> None:
    """Letters are gone through in the order of their names, however the labels were read."""
    first = {name: es.changed(es.SPARSE, patient__age=age) for name, age in (("b", 2), ("c", 3), ("a", 1))}
    second = dict.fromkeys(("c", "a", "b"), es.SPARSE)
    assert [(d.letter_id, d.first) for d in agreement(first, second)[1]] == [("a", 1), ("b", 2), ("c", 3)]


@settings(max_examples=25)  # each example is several letters
@given(pairs=st.lists(st.tuples(es.contents(), es.contents()), max_size=3))
def test_neither_labelling_is_the_right_one(pairs: list[tuple[Label, Label]]) -> None:
    """Exchanging the labellings changes no figure, and there are as many disagreements."""
    first, second = ({f"letter-{i}": pair[side] for i, pair in enumerate(pairs)} for side in (0, 1))
    one, other = agreement(first, second), agreement(second, first)
    assert one[0] == [
        field._replace(**{k: pytest.approx(v) for k, v in field._asdict().items() if isinstance(v, float)}) for field in other[0]
    ]
    assert len(one[1]) == len(other[1])


# --- the table -------------------------------------------------------------------------------------------------------


def test_the_table() -> None:
    """A line a field with three digits; a dash where a measure does not apply."""
    lines = table([FieldAgreement("age", 4, 0.75, 0.65517, 0.6363, 2 / 3), FieldAgreement("item", 3, None, None, None, 0.5)])
    assert lines == (
        "| field | values | equal | AC1 | kappa | F1 |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| age | 4 | 0.750 | 0.655 | 0.636 | 0.667 |\n"
        "| item | 3 | – | – | – | 0.500 |\n"
    )
