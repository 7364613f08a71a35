"""Where things stand: layouts, headings, items, in every arrangement that PDFs make of them."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass, replace

import pytest
from baseline_samples import ITEM, expert_letter, labelled
from hypothesis import given
from hypothesis import strategies as st
from samples import NAMES, each_letter

from llm_extract import sections as module
from llm_extract.letters import Letter
from llm_extract.schema import Layout
from llm_extract.sections import Part, Sections, sections_of


def of(text: str) -> Sections:
    """The sections of a text."""
    return sections_of(Letter("letter", "", "", text))


@dataclass(frozen=True)
class Seen:
    """One item as words."""

    request: str
    decision: str | None
    decided: str
    claims: str
    reviewer: str
    rationale: str


def seen(sections: Sections) -> list[Seen]:
    """The items as words."""
    words = sections.text
    return [
        Seen(
            words(i.request),
            i.decision,
            words(i.decided),
            words(i.claims_guideline),
            words(i.reviewer_guideline),
            words(i.rationale),
        )
        for i in sections.items
    ]


def item(request: str = "Norco #60", decision: str = ": Upheld", rationale: str = "Not necessary.") -> str:
    """An item of the expert's layout."""
    return (
        f"{request}{decision}\n\nClaims Administrator guideline: Decision based on ODG.\n\n"
        f"MAXIMUS guideline: Decision based on MTUS 2009.\n\nDecision rationale: {rationale}"
    )


# --- layouts ---------------------------------------------------------------------------------------------------------

PHYSICIAN_ITEM = (
    "{n}. {request} is {no}medically necessary and appropriate.\n\n"
    "The Claims Administrator based its decision on the ODG, Pain Chapter.\n\n"
    "The Physician Reviewer based his/her decision on the MTUS: Opioids, which is part of the MTUS.\n\n"
    "The Physician Reviewer's decision rationale:\n\nReason {n}."
)
PHYSICIAN = (
    "HOW THE IMR FINAL DETERMINATION WAS MADE\n\nThe physician reviewer is Board Certified in Surgery.\n\n"
    "DOCUMENTS REVIEWED\n\nThe records.\n\nCLINICAL CASE SUMMARY\n\nShe fell.\n\nIMR DECISION(S) AND RATIONALE(S)\n\n"
    "The Final Determination was based on decisions for the disputed items/services set forth below:\n\n"
)
NOTICE = """Notice of Independent Medical Review Determination
Dated: 9/26/2013
IMR Case Number: CM13-0012345

1) MAXIMUS Federal Services, Inc. has determined the request for a 28 day program is not medically necessary and appropriate.

2) MAXIMUS Federal Services, Inc. has determined the request for a TENS unit is medically necessary and appropriate.

INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE

1) MAXIMUS Federal Services, Inc. has determined the request for a 28 day program is not medically necessary and appropriate.

2) MAXIMUS Federal Services, Inc. has determined the request for a TENS unit is medically necessary and appropriate.

Medical Qualifications of the Expert Reviewer:
The physician reviewer is Board Certified in Surgery and is licensed to practice in Ohio.

Case Summary:
She fell.

Documents Reviewed for Determination:
The records.

1) Regarding the request for a 28 day program:

Section of the Medical Treatment Utilization Schedule Relied Upon by the Expert Reviewer to Make His/Her Decision:
The Claims Administrator based its decision on the ODG. The Expert Reviewer based his/her decision on the MTUS 2009.

Rationale for the Decision:
Reason one.

2) Regarding the request for a TENS unit:

Section of the Medical Treatment Utilization Schedule Relied Upon by the Expert Reviewer to Make His/Her Decision:
The Expert Reviewer found no section applicable and used the ODG.

Rationale for the Decision:
Reason two.

Sincerely,
The director
"""
PROFESSIONAL = """MEDICAL PROFESSIONAL REVIEW
ISSUE AT DISPUTE:
{issue}
CASE SUMMARY:
She fell.
DOCUMENTS REVIEWED FOR DETERMINATION:
The records.
MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY:
ODG, Knee Chapter.
RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS{no} MEDICALLY NECESSARY:
{rationale}
MEDICAL REVIEWER QUALIFICATIONS:
Board Certified in Surgery.
"""


def physician(*decisions: bool) -> str:
    """A physician's letter with an item a decision; True is necessary."""
    items = (
        PHYSICIAN_ITEM.format(n=n, request=f"Thing {n}", no="" if necessary else "not ")
        for n, necessary in enumerate(decisions, 1)
    )
    return PHYSICIAN + "\n\n".join(items)


LAYOUTS: dict[Layout, str] = {
    "expert_reviewer": expert_letter().text,
    "physician_reviewer": physician(False),
    "notice_2013": NOTICE,
    "professional_review": PROFESSIONAL.format(issue="Gym", no=" NOT", rationale="No."),
    "unknown": "Dear Sir, this is no such letter.",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_known_by_its_items(layout: Layout) -> None:
    """The form of the items tells the layout, and what else belongs to it is found."""
    sections = of(LAYOUTS[layout])
    assert sections.layout == layout
    if layout != "unknown":
        assert not sections.cut_off
        assert sections.text(sections.summary).strip() in ("She fell.", "The worker has low back pain.")
        assert len(sections.items) == sections.headings > 0
        assert "Internal Medicine" in sections.text(sections.credentials) or "Surgery" in sections.text(sections.credentials)


def test_quoted_headings_do_not_change_the_layout() -> None:
    """A letter may quote another layout's headings in its narrative, but not its items."""
    quoted = "The former letter said: Notice of Independent Medical Review Determination. MEDICAL PROFESSIONAL REVIEW. She fell."
    assert sections_of(expert_letter(quoted)).layout == "expert_reviewer"


@pytest.mark.parametrize(
    ("heading", "layout"),
    [
        ("IMR ISSUES, DECISIONS AND RATIONALES", "expert_reviewer"),
        ("IMR DECISION(S) AND RATIONALE(S)", "physician_reviewer"),
        ("Notice of Independent Medical Review Determination", "notice_2013"),
        ("MEDICAL PROFESSIONAL REVIEW", "professional_review"),
        ("HOW THE IMR FINAL DETERMINATION WAS MADE", "expert_reviewer"),
        ("C L I N I C A L  C A S E", "unknown"),
        ("", "unknown"),
    ],
)
def test_without_items_the_heading_tells_the_layout(heading: str, layout: Layout) -> None:
    """A letter that was cut off before its items has the layout of its heading, no items, and is known to be cut off."""
    sections = of(f"Some words.\n\n{heading}\n\nSome more.")
    assert (sections.layout, sections.items) == (layout, ())
    assert sections.cut_off == (layout != "unknown")


def test_the_front_of_a_letter_is_divided() -> None:
    """Header, credentials and summary end where the next heading begins; the form's lead-in belongs to none."""
    sections = sections_of(
        expert_letter("She fell.", header="Case Number: CM14-0012345", credentials="Board Certified in Surgery.")
    )
    assert sections.text(sections.header).strip() == "Case Number: CM14-0012345"
    assert sections.text(sections.credentials).strip().endswith("Board Certified in Surgery.")
    assert sections.text(sections.summary).strip() == "She fell."


def test_headings_may_have_lost_or_doubled_blanks() -> None:
    """PDF text sets blanks inside headings and loses those between words."""
    text = expert_letter("She fell.").text
    broken = (
        text.replace("CLINICAL CASE SUMMARY", "CLINICALCASE SUMM ARY")
        .replace("IMR ISSUES, DECISIONS AND RATIONALES", "IMR ISSUES, DECISIONSAND RATION ALES")
        .replace("HOW THE IMR", "HOW  THE I MR")
    )
    assert seen(of(broken)) == seen(of(text))
    assert of(broken).text(of(broken).summary) == of(text).text(of(text).summary)


# --- expert_reviewer -------------------------------------------------------------------------------------------------


def test_an_item_has_its_parts() -> None:
    """Request, decision, both guideline lines and the rationale, without their labels."""
    (only,) = seen(sections_of(expert_letter(items=ITEM)))
    assert only.request == "Norco 10/325mg #60"
    assert (only.decision, only.decided) == ("upheld", "Upheld")
    assert only.claims == "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78."
    assert only.reviewer == "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78-80."
    assert only.rationale == "Benefit is not documented. The request is not medically necessary."


DECISIONS = {
    ": Upheld": "upheld",
    ": Overturned": "overturned",
    ":Upheld": "upheld",
    " : Overturned.": "overturned",
    "; upheld": "upheld",
    " - Overturned": "overturned",
    " – Upheld": "upheld",
    "\nUpheld": "upheld",
    ":\n\nOVERTURNED": "overturned",
    ": Partially Overturned": "partially_overturned",
    ": Overturned in part": "partially_overturned",
    ": Overturned, in part": "partially_overturned",
    ": Partial Overturned": "partially_overturned",
    ": Upheld in part": "partially_overturned",
}


@pytest.mark.parametrize("written", DECISIONS)
def test_the_deciding_word_ends_the_request(written: str) -> None:
    """Whatever stands between request and decision, the request ends before it."""
    (only,) = seen(sections_of(expert_letter(items=item(decision=written))))
    assert only.decision == DECISIONS[written]
    assert only.request.startswith("Norco #60")
    assert "pheld" not in only.request


LABELS = [
    ("Claims Administrator guideline:", "MAXIMUS guideline:", "Decision rationale:"),
    ("The Claims Administrator's guidelines:", "The Expert Reviewer's guideline:", "The Expert Reviewer's decision rationale:"),
    ("CLAIMS ADMINISTRATOR GUIDELINE:", "MAXIMUS GUIDELINE:", "DECISION RATIONALE:"),
    ("Claims Administrator guideline cited :", "Physician Reviewer’s guidelines:", "Decision  rationale :"),
    ("Claims\n\nAdministrator\n\nguideline:", "MAXIMUS\nguideline:", "Decision\n\f\nrationale:"),
    ("Claims Administratorguideline:", "MAXIMUSguideline:", "Decision rationale:"),
]


@pytest.mark.parametrize("labels", LABELS)
def test_labels_are_known_in_every_wording(labels: tuple[str, str, str]) -> None:
    """Who is named in a label, its case and its line breaks do not matter."""
    claims, reviewer, rationale = labels
    (only,) = seen(sections_of(expert_letter(items=f"Norco: Upheld\n\n{claims} A.\n\n{reviewer} B.\n\n{rationale} C.")))
    assert (only.request, only.claims, only.reviewer, only.rationale) == ("Norco", "A.", "B.", "C.")


REQUESTS = [
    "Norco 10/325mg #60",
    "Physical therapy: 3 times a week for 4 weeks, cervical spine",
    "Associated surgical service: Assistant surgeon",
    "Retrospective request (DOS: 3/4/15) for Dr. Smith's compound, 20 mg. per day",
    "90 Skelaxin 800mg with one refill",
    "MRI of the right shoulder, which\nbreaks over a line",
    "upheld prescription of something",
]


@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n", "\n \n", "\r\n\r\n"])
@pytest.mark.parametrize("request_line", REQUESTS)
def test_a_request_begins_behind_the_rationale_before_it(request_line: str, gap: str) -> None:
    """A request has no label in front: the gap behind the rationale before it tells where it begins."""
    items = gap.join((item("First"), item(request_line), item("Last")))
    found = seen(sections_of(expert_letter(items=items)))
    assert [i.request for i in found] == ["First", " ".join(request_line.split()), "Last"]
    assert [i.rationale for i in found] == ["Not necessary."] * 3


def test_requests_are_found_without_any_line_break() -> None:
    """Where all line breaks are lost the end of the rationale's last sentence is the beginning of the request."""
    asked = ["First", "Soma 350mg #90", "Ambien CR 12.5mg #30", "Xanax 0.5 mg", "Capsaicin 0.025% 60gm"]
    text = " ".join(expert_letter(items=" ".join(map(item, asked))).text.split())
    assert [i.request for i in seen(of(text))] == asked


def test_quotations_in_a_rationale_are_no_items() -> None:
    """Deciding words and labels that a rationale quotes neither end it nor make an item."""
    told = (
        'The former letter said "Soma: Overturned" and "Decision rationale: use". The denial was upheld; it is overturned here.'
    )
    found = seen(sections_of(expert_letter(items=item(rationale=told) + "\n\n" + item("Next", ": Overturned"))))
    assert [(i.request, i.decision) for i in found] == [("Norco #60", "upheld"), ("Next", "overturned")]
    assert found[0].rationale == told


@pytest.mark.parametrize("missing", ["Claims Administrator guideline", "MAXIMUS guideline", "Decision rationale"])
def test_a_missing_part_is_none(missing: str) -> None:
    """An item that lacks one of its parts keeps the others."""
    lines = [line for line in ITEM.split("\n\n") if not line.startswith(missing)]
    (only,) = sections_of(expert_letter(items="\n\n".join(lines))).items
    parts = {
        "Claims Administrator guideline": only.claims_guideline,
        "MAXIMUS guideline": only.reviewer_guideline,
        "Decision rationale": only.rationale,
    }
    assert [label for label, part in parts.items() if part is None] == [missing]


@pytest.mark.parametrize(
    "closing", ["Sincerely,\nA", "cc: The parties", "Disclaimer: MAXIMUS is", "Effect of the Decision:\nThe", "/JMR", "/ db\n"]
)
def test_what_follows_the_last_item_belongs_to_none(closing: str) -> None:
    """Letterhead matter behind the last rationale is not part of it."""
    (only,) = seen(sections_of(expert_letter(items=item() + "\n\n" + closing)))
    assert only.rationale == "Not necessary."


def test_a_letter_cut_off_in_its_items_says_so() -> None:
    """Without a rationale in the last item, or without the heading of the items, the letter is cut off."""
    text = expert_letter().text
    assert of(text[: text.index("Decision rationale")]).cut_off
    assert of(text.replace("IMR ISSUES, DECISIONS AND RATIONALES", "")).cut_off
    assert not of(text).cut_off


def test_a_decision_without_a_request_is_counted_and_no_item() -> None:
    """A place that decides and asks for nothing is counted, so that a check can say that an item is missing."""
    sections = of(physician(False).replace("1. Thing 1", ""))
    assert (sections.headings, sections.items) == (1, ())


# --- physician_reviewer ----------------------------------------------------------------------------------------------


def test_numbered_items_of_a_physician() -> None:
    """Number and verdict are cut off; the guideline sentences keep their opening words."""
    found = seen(of(physician(False, True, False)))
    assert [(i.request, i.decision) for i in found] == [("Thing 1", "upheld"), ("Thing 2", "overturned"), ("Thing 3", "upheld")]
    assert found[1].decided == "is medically necessary and appropriate"
    assert found[0].claims == "The Claims Administrator based its decision on the ODG, Pain Chapter."
    assert found[0].reviewer.startswith("The Physician Reviewer based his/her decision on the MTUS")
    assert [i.rationale for i in found] == ["Reason 1.", "Reason 2.", "Reason 3."]


@pytest.mark.parametrize(
    "verdict", ["isnot medically necessary", "IS NOT MEDICALLY NECESSARY AND APPROPRIATE", "are notmedicallynecessary"]
)
def test_a_verdict_may_have_lost_its_blanks(verdict: str) -> None:
    """PDF text loses blanks inside the verdict: the "not" is read all the same."""
    text = physician(False).replace("is not medically necessary and appropriate", verdict)
    assert [(i.request, i.decision) for i in seen(of(text))] == [("Thing 1", "upheld")]


def test_a_number_inside_a_rationale_is_no_item() -> None:
    """Only the number that counts on begins an item."""
    text = physician(True, False).replace("Reason 1.", "Reason 1. See 2. of the list, and page 3.")
    found = seen(of(text))
    assert [i.request for i in found] == ["Thing 1", "Thing 2"]
    assert found[0].rationale == "Reason 1. See 2. of the list, and page 3."


REQUESTS_OF_FORM = {
    "The request for Norco #60": "Norco #60",
    "Request for a TENS unit": "a TENS unit",
    "The requested MRI of the knee": "MRI of the knee",
    "The medical necessity of Norco #60": "Norco #60",
    "The request(s) for Norco #60": "Norco #60",
    "Request for authorization for Norco": "Norco",
    "Retrospective request for Norco": "Retrospective request for Norco",
    "The prospective request for Norco": "prospective request for Norco",
}


@pytest.mark.parametrize("written", REQUESTS_OF_FORM)
def test_a_physicians_request_is_what_the_form_asks_for(written: str) -> None:
    """The words "the request for" are the form's; what says that it is retrospective is the request's own."""
    (only,) = seen(of(physician(False).replace("Thing 1", written)))
    assert only.request == REQUESTS_OF_FORM[written]


def test_an_item_whose_claims_line_is_missing_is_found() -> None:
    """The reviewer's own line right behind the verdict begins an item just so."""
    text = physician(False, True).replace("The Claims Administrator based its decision on the ODG, Pain Chapter.\n\n", "")
    assert [(i.request, i.decision, i.claims) for i in seen(of(text))] == [
        ("Thing 1", "upheld", ""),
        ("Thing 2", "overturned", ""),
    ]


# --- notice_2013 -----------------------------------------------------------------------------------------------------


def test_a_notice_joins_its_list_with_its_rationales() -> None:
    """Decisions stand in the list, which stands twice; guideline and rationale far behind it under the same number."""
    first, second = seen(of(NOTICE))
    assert (first.request, first.decision, first.rationale) == ("a 28 day program", "upheld", "Reason one.")
    assert (second.request, second.decision, second.rationale) == ("a TENS unit", "overturned", "Reason two.")
    assert (first.claims, first.reviewer) == (
        "The Claims Administrator based its decision on the ODG.",
        "The Expert Reviewer based his/her decision on the MTUS 2009.",
    )
    assert (second.claims, second.reviewer) == ("", "The Expert Reviewer found no section applicable and used the ODG.")


def test_a_notice_without_its_list_has_undecided_items() -> None:
    """Where the list is cut off the requests are known from their rationales, and no decision is invented."""
    text = NOTICE.replace("has determined the request for", "determined")
    found = seen(of(text))
    assert [(i.request, i.decision) for i in found] == [("a 28 day program", None), ("a TENS unit", None)]


ADOPTED = [
    "The Expert Reviewer found the guidelines used by the Claims Administrator relevant and appropriate for the case.",
    "The Expert Reviewer found that the section of the MTUS cited by the Claims Administrator was applicable.",
    "The Expert Reviewer agrees with the guidelines cited.",
    "The Expert Reviewer used the same guidelines as the Claims Administrator.",
]
NOT_ADOPTED = [
    "The Expert Reviewer found the guidelines used by the Claims Administrator not relevant.",
    "The Expert Reviewer did not use the guidelines used by the Claims Administrator.",
    "The Expert Reviewer based his/her decision on the ODG. The Claims Administrator used others.",
]


@pytest.mark.parametrize("sentence", [*ADOPTED, *NOT_ADOPTED])
def test_a_reviewer_may_take_over_what_the_claims_administrator_cites(sentence: str) -> None:
    """Then the reviewer's line begins with the other one, so that it holds what it cites."""
    (first, _) = seen(of(NOTICE.replace("The Expert Reviewer based his/her decision on the MTUS 2009.", sentence)))
    assert first.claims == "The Claims Administrator based its decision on the ODG."
    assert first.reviewer == (f"{first.claims} {sentence}" if sentence in ADOPTED else sentence)


def test_a_retrospective_request_of_a_notice_says_so() -> None:
    """The form's "the request for" is cut off; "retrospective request for" belongs to what is asked for."""
    found = seen(of(NOTICE.replace("the request for a TENS unit", "the retrospective request for a TENS unit")))
    assert [i.request for i in found] == ["a 28 day program", "retrospective request for a TENS unit"]
    assert found[1].rationale == "Reason two."


# --- professional_review ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("no", "decision"), [(" NOT", "upheld"), ("", "overturned")])
def test_a_professional_review_decides_in_its_heading(no: str, decision: str) -> None:
    """One issue, decided by the heading of the rationale, without a guideline of the claims administrator."""
    (only,) = seen(
        of(PROFESSIONAL.format(issue="Whether a gym membership is medically necessary.", no=no, rationale="So it is."))
    )
    assert (only.request, only.decision, only.claims) == ("gym membership", decision, "")
    assert (only.reviewer, only.rationale) == ("ODG, Knee Chapter.", "So it is.")


ISSUES = {
    "Whether the request for MRI of the knee is medically necessary.": "MRI of the knee",
    "Whether or not a gym membership is medically necessary and appropriate?": "gym membership",
    "The medical necessity of Functional restoration program, 80 hours": "Functional restoration program, 80 hours",
    "Medical necessity for PT x 12.": "PT x 12",
    "Is the request for PT x 12 medically necessary?": "PT x 12",
    "Was the MRI medically necessary?": "MRI",
    "Determination of the medical necessity of a TENS unit": "TENS unit",
    "Request for PT x 12.": "PT x 12",
    "PT x 12": "PT x 12",
}


@pytest.mark.parametrize("issue", ISSUES)
def test_an_issue_asks_for_what_it_names(issue: str) -> None:
    """The question around it is the form's."""
    (only,) = seen(of(PROFESSIONAL.format(issue=issue, no=" NOT", rationale="No.")))
    assert only.request == ISSUES[issue]


def test_headings_of_a_professional_review_in_other_letters() -> None:
    """Headings that are not in capitals divide the review all the same."""
    text = PROFESSIONAL.format(issue="Gym", no=" NOT", rationale="No.")
    titled = "\n".join(line.title() if line.isupper() or line.endswith(":") else line for line in text.split("\n"))
    assert titled != text
    assert seen(of(titled)) == [replace(i, decided=i.decided.title()) for i in seen(of(text))]


def test_issues_of_a_professional_review_share_or_divide_the_rationale() -> None:
    """Issues in a numbered list share the rationale, unless it is divided by "Issue 1:": then each is decided by its own."""
    issue = "1. Therapy, 24 visits for 12. weeks\n2. Orthotics"
    shared = seen(of(PROFESSIONAL.format(issue=issue, no=" NOT", rationale="Both are too much.")))
    assert [(i.request, i.decision) for i in shared] == [("Therapy, 24 visits for 12. weeks", "upheld"), ("Orthotics", "upheld")]
    rationale = (
        "Issue 1: Ten visits were therefore medically necessary. The rest of the 24 visits was not: it goes past them.\n"
        "Issue 2: The orthotics were not medically necessary."
    )
    own = seen(of(PROFESSIONAL.format(issue=issue, no=" NOT", rationale=rationale)))
    assert [i.decision for i in own] == ["partially_overturned", "upheld"]
    assert own[1].rationale == "The orthotics were not medically necessary."


def test_a_numbered_rationale_is_divided_as_its_issues_are() -> None:
    """A list that counts the issues from its first word on divides a part; numbers inside of its text do not."""
    issue = "1. Lidoderm 5% patches\n2. Cymbalta 60mg"
    rationale = "1. Lidoderm is not medically necessary, see 2. above.\n\n2. Cymbalta is medically necessary."
    told = seen(of(PROFESSIONAL.format(issue=issue, no=" NOT", rationale=rationale)))
    assert [(i.request, i.decision) for i in told] == [("Lidoderm 5% patches", "upheld"), ("Cymbalta 60mg", "overturned")]
    assert told[0].rationale == "Lidoderm is not medically necessary, see 2. above."
    assert told[1].rationale.startswith("Cymbalta is medically necessary.")
    shared = seen(of(PROFESSIONAL.format(issue=issue, no=" NOT", rationale="1. Both are too much.")))
    assert shared[0].rationale == shared[1].rationale


@pytest.mark.parametrize(
    ("rationale", "decision"),
    [
        ("It is medically necessary.", "overturned"),
        ("It is not medically necessary.", "upheld"),
        ("It was therefore not medically necessary.", "upheld"),
        ("Ten are medically necessary; the remaining ones are not medically necessary.", "partially_overturned"),
        ("It is not medically necessary to wait. The brace is medically necessary.", "overturned"),
        ("The rest was not: nothing else is said.", "upheld"),
        ("The denial is therefore overturned.", "overturned"),
        ("The care was not asked for. The decision of UR was upheld.", "upheld"),
    ],
)
def test_an_issue_is_decided_by_the_last_verdict_of_its_rationale(rationale: str, decision: str) -> None:
    """Verdicts of both kinds make it partial only where a word divides them; without a verdict the heading decides."""
    text = PROFESSIONAL.format(
        issue="1. A\n2. B", no=" NOT", rationale=f"Issue 1: {rationale}\nIssue 2: It is medically necessary."
    )
    assert seen(of(text))[0].decision == decision


TWO_HEADINGS = """MEDICAL PROFESSIONAL REVIEW
ISSUE AT DISPUTE:
1. Gym membership
2. Orthotics
CASE SUMMARY:
She fell.
MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY:
1. Gym membership: ODG, Knee Chapter.
2. Orthotics: ODG, Ankle Chapter.
RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS{first} MEDICALLY NECESSARY:
{one}
RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS{second} MEDICALLY NECESSARY:
{two}
MEDICAL REVIEWER QUALIFICATIONS:
Board Certified in Surgery.
"""


def test_an_issue_with_a_heading_of_its_own_is_decided_by_it() -> None:
    """As many headings as issues: each decides its own, whatever another one says, and its number and name are no rationale."""
    told = seen(of(TWO_HEADINGS.format(first=" NOT", one="1. Gym membership: No.", second="", two="2. Orthotics: They help.")))
    assert [(i.decision, i.rationale) for i in told] == [("upheld", "No."), ("overturned", "They help.")]
    assert [i.reviewer for i in told] == ["ODG, Knee Chapter.", "ODG, Ankle Chapter."]
    bare = seen(of(TWO_HEADINGS.format(first="", one="It helps.\n2. Orthotics", second=" NOT", two="They do not.")))
    assert [(i.decision, i.rationale) for i in bare] == [("overturned", "It helps."), ("upheld", "They do not.")]


def test_headings_that_contradict_each_other_decide_nothing() -> None:
    """Where it cannot be told which issue a heading belongs to, no decision is better than a wrong one."""
    text = TWO_HEADINGS.format(first=" NOT", one="No.", second="", two="Yes.").replace(
        "2. Orthotics\nCASE", "2. Orthotics\n3. A brace\nCASE"
    )
    assert [i.decision for i in seen(of(text))] == [None, None, None]


# --- laws ------------------------------------------------------------------------------------------------------------


def inside(part: Part | None, outer: Part) -> bool:
    """Whether a part lies in another."""
    return part is None or outer.start <= part.start <= part.end <= outer.end


@each_letter
def test_parts_lie_in_the_letter_in_order(name: str) -> None:
    """Items follow each other, and the parts of each stand in the order of the form."""
    letter, label = labelled(name)
    sections = sections_of(letter)
    whole = Part(0, len(letter.folded.text))
    assert all(inside(p, whole) for p in (sections.header, sections.credentials, sections.summary))
    assert [sections.text(i.request) for i in sections.items] == [i["request"] for i in label["items"]]
    assert all(inside(i.whole, whole) for i in sections.items)
    assert all(letter.text[s.start : s.end].strip() for i in sections.items for s in sections.spans(i.request))


@given(st.sampled_from(NAMES), st.integers(0, 20_000), st.integers(0, 20_000))
def test_no_piece_of_a_letter_raises(name: str, start: int, end: int) -> None:
    """Whatever is cut out of a letter has sections, whose parts lie in what is left."""
    text = labelled(name)[0].text
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    sections = of(text[:start] + text[end:])
    whole = Part(0, len(sections.folded.text))
    assert all(inside(i.whole, whole) and i.request.end > i.request.start for i in sections.items)


def test_sections_are_found_once_and_go_with_the_letter() -> None:
    """Every reader asks for the same sections of a letter; a letter that was sent to another process takes them along."""
    letter = expert_letter()
    assert sections_of(letter) is sections_of(letter)
    sent = pickle.loads(pickle.dumps(letter))  # noqa: S301 - our own bytes
    assert sent == letter
    assert seen(sections_of(sent)) == seen(sections_of(letter))


def test_a_heading_that_stands_twice_is_no_part_of_the_request() -> None:
    """The items' heading, repeated at the top of a page, does not become the first request."""
    heading = "IMR ISSUES, DECISIONS AND RATIONALES"
    text = expert_letter(item()).text
    assert text.count(heading) == 1
    twice = of(text.replace(heading, f"{heading}\n\n \n\n{heading}"))
    assert twice.text(twice.items[0].request) == "Norco #60"


def test_headings_with_a_typing_error_are_known() -> None:
    """A letter too few or too many in a heading divides the letter all the same."""
    letter = expert_letter("She fell.", header="Date of Injury: 3/4/2009")
    broken = (
        letter.text.replace("FINAL DETERMINATION WAS", "FINAL DETERMINATON WAS")
        .replace("CLINICAL CASE SUMMARY", "CLINCAL CASE SUMARY")
        .replace("IMR ISSUES, DECISIONS AND RATIONALES", "IMR ISSUES, DECISONS AND RATIONALLES")
    )
    sections, whole = of(broken), sections_of(letter)
    assert sections.text(sections.header) == whole.text(whole.header)
    assert sections.text(sections.summary) == whole.text(whole.summary)
    assert seen(sections) == seen(whole)
    assert not sections.cut_off


def test_lost_headings_are_known_by_what_follows_them() -> None:
    """Where a heading is gone, the form's own words behind it divide the letter."""
    letter = expert_letter("She fell.", header="Date of Injury: 3/4/2009")
    text = letter.text.replace(
        "MAXIMUS Federal Services sent the complete case file", "HEADING MAXIMUS Federal Services sent the complete case file"
    )
    lost = of(text.replace("HOW THE IMR FINAL DETERMINATION WAS MADE\n\nHEADING ", "").replace("CLINICAL CASE SUMMARY\n\n", ""))
    assert lost.text(lost.header).strip() == "Date of Injury: 3/4/2009"
    assert lost.text(lost.summary).strip() == "She fell."


@pytest.mark.parametrize(
    "labels",
    [
        ("Claims Administrator guidline:", "MAXIMUS guideliens:", "Decison rationale:"),
        ("Claims Administrator guideline:", "MAXIMUS guideline:", "Decision rational:"),
    ],
)
def test_labels_with_a_typing_error_are_known(labels: tuple[str, str, str]) -> None:
    """A label with a typing error divides an item all the same."""
    claims, reviewer, rationale = labels
    (only,) = seen(sections_of(expert_letter(items=f"Norco: Upheld\n\n{claims} A.\n\n{reviewer} B.\n\n{rationale} C.")))
    assert (only.request, only.claims, only.reviewer, only.rationale) == ("Norco", "A.", "B.", "C.")


def test_headings_on_lines_of_their_own_are_known_in_any_case() -> None:
    """Headings that are not in capitals divide the letter all the same; the same words in running text do not."""
    text = expert_letter(item()).text
    capitals = ("HOW THE IMR FINAL DETERMINATION WAS MADE", "CLINICAL CASE SUMMARY", "IMR ISSUES, DECISIONS AND RATIONALES")
    titled = text
    for heading in capitals:
        titled = titled.replace(heading, heading.title())
    assert of(text).summary is not None
    assert of(titled).text(of(titled).summary) == of(text).text(of(text).summary)
    assert [i.request for i in of(titled).items] == [i.request for i in of(text).items]


@given(st.text("1 2.)a\n٣", max_size=10))
def test_a_list_number_begins_the_text_or_stands_behind_a_blank(text: str) -> None:
    """Numbers of a list are found where the plain words for that find them."""
    told = re.finditer(r"(?:(?<= )|^)\d{1,2} ?[.)] ?(?=\S)", text)
    assert [m.span() for m in module._NUMBERED.finditer(text)] == [m.span() for m in told]
