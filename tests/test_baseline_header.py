"""The header block in its arrangements, and the case number wherever it is printed."""

from __future__ import annotations

from datetime import date

import pytest
from baseline_samples import expert_letter
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline import header_labels, read_letter
from llm_extract.letters import Letter

WHOLE = {
    "/case/case_number": "CM14-0012345",
    "/case/priority": "standard",
    "/case/date_of_injury": date(2003, 11, 4),
    "/case/date_assigned": date(2014, 2, 21),
    "/case/application_received": date(2014, 1, 29),
    "/case/ur_denial_date": date(2014, 1, 23),
    "/case/decision_date": date(2014, 7, 24),
}

BLOCKS = {
    "all labels, then all values": """Case Number:
Date Assigned:
Date of Injury:
Decision Date:
UR Denial Date:
Priority:
Application Received:
CM14-0012345
02/21/2014
11/04/2003
07/24/2014
01/23/2014
Standard
01/29/2014""",
    "pairs": """Case Number: CM14-0012345 Date Assigned: 02/21/2014
Date of Injury: 11/04/2003 Decision Date: 07/24/2014
UR Denial Date: 01/23/2014 Priority: Standard
Application Received: 01/29/2014""",
    "one line": "Case Number: CM14-0012345 Date Assigned: 02/21/2014 Date of Injury: 11/04/2003 Decision Date: 07/24/2014 "
    "UR Denial Date: 01/23/2014 Priority: Standard Application Received: 01/29/2014",
    "a line each": """Case Number:    CM14-0012345

Date Assigned:    02/21/2014

Date of Injury:    11/04/2003

Decision Date:    07/24/2014

UR Denial Date:    01/23/2014

Priority:    Standard

Application Received:    01/29/2014""",
    "labels broken over lines": """Case Number: CM14-0012345 Date
Assigned:
02/21/2014 Date of Injury: 11/04/2003 Decision
Date: 07/24/2014 UR Denial
Date: 01/23/2014 Priority:
Standard Application

Received:

01/29/2014""",
    "capitals": """CASE NUMBER: CM14-0012345 DATE ASSIGNED: 02/21/2014
DATE OF INJURY: 11/04/2003 DECISION DATE: 07/24/2014
UR DENIAL DATE: 01/23/2014 PRIORITY: STANDARD APPLICATION RECEIVED: 01/29/2014""",
    "lost colons and spaces": """Case Number CM14-0012345 Date Assigned 02/21/2014
Date of Injury:11/04/2003 Decision Date:07/24/2014 UR Denial Date:01/23/2014 Priority Standard Application Received:01/29/2014""",
    "months by name": """Case Number: CM14-0012345 Date Assigned: February 21, 2014
Date of Injury: November 4, 2003 Decision Date: July 24, 2014 UR Denial Date: January 23, 2014
Priority: Standard Application Received: January 29, 2014""",
    "short years": """Case Number: CM14-0012345 Date Assigned: 2/21/14
Date of Injury: 11/4/03 Decision Date: 7/24/14 UR Denial Date: 1/23/14 Priority: Standard Application Received: 1/29/14""",
    "as in 2013": """Dated: 7/24/2014
IMR Case Number: CM14-0012345
Date Assigned: 2/21/2014
Date of Injury: 11/4/2003
UR Decision Date: 1/23/2014
Priority: STANDARD
IMR Application Received: 1/29/2014""",
    "labels, then their values, two at a time": """Case Number:    Date Assigned:
CM14-0012345    02/21/2014
Date of Injury:    Decision Date:
11/04/2003    07/24/2014
UR Denial Date:    Priority:
01/23/2014    Standard
Application
Received:
01/29/2014""",
    "values on the next line": """Case Number:
CM14-0012345
Date Assigned:
02/21/2014
Date of Injury:
11/04/2003
Decision Date:
07/24/2014
UR Denial Date:
01/23/2014
Priority:
Standard
Application Received:
01/29/2014""",
    "typing errors": """Case Number: cm14-0012345 Date Asigned: 02/21/2014 Date of Injry: 11/04/2003 Decision Dat: 07/24/2014
UR Denail Date: 01/23/2014 Prority: Standard Aplication Recieved: 01/29/2014""",
    "other labels": """Dated: July 24, 2014   Case No. CM14-0012345
Injury Date - 11-04-2003
Utilization Review Denial: 1/23/14
Application Receipt Date: 1/29/14
Date of Assignment: 2/21/14  Priority = STANDARD""",
    "labels of other offices": """MAXIMUS Case Number: CM14-0012345 Injury Date:11/04/2003
Utilization Review Determination Date:01/23/2014
Date IMR Application Received:01/29/2014 Final Determination Date:07/24/2014 Date Case Assigned:02/21/2014
Priority: Standard""",
    "other words": """IMR Case Number: CM14 - 0012345
Date of Determination: 7/24/2014 Date Assigned; 2/21/2014
DOI: 11/4/2003 Date of Utilization Review Decision: 1/23/2014
Priority: Regular Date Application Received: 1/29/2014""",
}


@pytest.mark.parametrize("arrangement", BLOCKS)
def test_every_arrangement_of_the_block_gives_the_same(arrangement: str) -> None:
    """Labels and values are told apart by their words, however many stand on a line and wherever lines break."""
    fields = read_letter(expert_letter(header=BLOCKS[arrangement])).fields
    assert {p: f.value for p, f in fields.items() if p.startswith("/case/")} == WHOLE  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("word", "priority"),
    [("Standard", "standard"), ("Regular", "standard"), ("Expedited", "expedited"), ("EXPEDITED", "expedited"), ("Urgent", None)],
)
def test_priority(word: str, priority: str | None) -> None:
    """The priority is one of two words of the contract; another word gives none."""
    assert read_letter(expert_letter(header=f"Priority: {word}")).get("/case/priority") == priority


def test_an_empty_or_impossible_value_gives_none() -> None:
    """A label without a date, or with a day that no calendar has, gives no date."""
    header = "Date Assigned: Date of Injury: 2/30/2014 Decision Date: N/A Claims Number: UR Denial Date: 10/2014"
    assert not [p for p in read_letter(expert_letter(header=header)).fields if p.startswith("/case/")]


def test_a_redacted_value_between_labels_is_left_out() -> None:
    """A label whose value was taken out of the published letter does not shift the values of the others."""
    header = "IMR Case Number:\nClaims Number:\nDate of Injury:\nUR Denial Date:\n\nCM14-0012345\n11/04/2003\n01/23/2014"
    reading = read_letter(expert_letter(header=header))
    assert (reading.get("/case/date_of_injury"), reading.get("/case/ur_denial_date")) == (date(2003, 11, 4), date(2014, 1, 23))


def test_a_letter_that_something_else_dates_is_not_dated_by_it() -> None:
    """The word "dated" names the letter's own day only as a label: with a colon, or at the beginning of its line."""
    told = expert_letter(header="Dear Sir: this is about the denial dated 1/2/2014.\nDate of Injury: 11/04/2003")
    assert read_letter(told).get("/case/decision_date") is None
    labelled = expert_letter(header="Dated 1/2/2014\nDate of Injury: 11/04/2003")
    assert read_letter(labelled).get("/case/decision_date") == date(2014, 1, 2)


def test_the_first_of_two_labels_counts() -> None:
    """A label that stands twice gives its first date."""
    header = "Date of Injury: 11/04/2003 Date of Injury: 11/05/2003"
    assert read_letter(expert_letter(header=header)).get("/case/date_of_injury") == date(2003, 11, 4)


def test_a_label_in_the_narrative_is_no_header() -> None:
    """Labels that the narrative quotes are not the letter's own header."""
    reading = read_letter(expert_letter("The other letter says Date Assigned: 02/21/2014 Priority: Expedited."))
    assert reading.get("/case/date_assigned") is None
    assert reading.get("/case/priority") is None


def test_a_case_number_is_read_from_a_footer() -> None:
    """Folding takes footers away; one that alone names the case is read from the letter itself, with its place there."""
    letter = expert_letter()
    text = letter.text.replace(
        "Decision rationale:", "Final Determination Letter for IMR Case Number CM15-0099887\n\nDecision rationale:"
    )
    found = read_letter(Letter("letter", "", "", text)).fields["/case/case_number"]
    assert found.value == "CM15-0099887"  # type: ignore[union-attr]
    assert [text[s.start : s.end] for s in found.spans] == ["CM15-0099887"]  # type: ignore[union-attr]


@pytest.mark.parametrize("number", ["CM15-12345", "CM15-00123456", "XCM15-0012345", "CM15 0012345"])
def test_what_is_no_case_number_is_none(number: str) -> None:
    """A case number has two digits of a year and seven of a count."""
    assert read_letter(expert_letter(header=f"Case Number: {number}")).get("/case/case_number") is None


def test_the_end_of_a_time_is_no_day() -> None:
    """An injury that took from one day to another has no day of its own."""
    header = "Date of Injury: 1/1/2003 - 11/4/2003 Decision Date: 7/24/2014"
    fields = read_letter(expert_letter(header=header)).fields
    assert "/case/date_of_injury" not in fields
    assert "/case/decision_date" in fields


def test_labels_of_a_letter_of_no_known_layout_count() -> None:
    """Without a header's place, labels with a colon or at the beginning of a line give what stands behind them."""
    text = BLOCKS["pairs"] + "\n\nThe panel met twice. The decision date 7/25/2014 was put off."
    fields = read_letter(Letter("letter", "", "", text)).fields
    assert {p: f.value for p, f in fields.items() if p in WHOLE} == WHOLE  # type: ignore[union-attr]


def test_words_in_running_text_are_no_labels_without_a_header() -> None:
    """In a text of no known layout the same words without a colon prove nothing."""
    reading = read_letter(Letter("letter", "", "", "To the panel. We ask that the decision date 7/25/2014 be put off."))
    assert reading.get("/case/decision_date") is None


label_words = st.sampled_from(
    [
        *("date", "of", "the", "ur", "imr", "decision", "determination", "denial", "letter", "received", "application"),
        *("injury", "assigned", "dated", "issued", ":", " - ", "."),
    ]
)


@given(st.lists(label_words, max_size=8).map(" ".join))
def test_all_labels_at_once_find_what_the_longest_of_each_finds(before: str) -> None:
    """The label in front of a date is the longest that any rule finds there, of equal ones the first rule's."""
    hits = [(m.start(), rule) for rule in header_labels.RULES if rule.pattern and (m := rule.pattern.search(before))]
    first = min(hits, key=lambda hit: hit[0], default=(len(before), None))
    assert header_labels._longest_label(before, 0, len(before)) == first
