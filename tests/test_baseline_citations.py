"""Guideline lines: which documents a line cites, each line in the wording of letters of 2013 to today."""

# ruff: noqa: E501 - a guideline line stands on one line, as letters print it

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline.citations import read_citations
from llm_extract.baseline.page import Page
from llm_extract.letters import Letter
from llm_extract.schema import Citation, Source
from llm_extract.sections import Part


def cite(source: Source, title: str, section: str | None = None, pages: tuple[int, ...] = ()) -> Citation:
    """One citation."""
    return Citation(source=source, title=title, section=section, pages=pages)


def page_of(line: str) -> tuple[Page, Part]:
    """A letter that is nothing but a guideline line."""
    page = Page(Letter("line", "", "", line))
    return page, Part(0, len(page.text))


def read(line: str) -> list[Citation]:
    """The citations of a line."""
    return [found.value for found in read_citations(*page_of(line))]


LINES: dict[str, list[Citation]] = {
    "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78-80.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Opioids", pages=(78, 79, 80))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids, criteria for use Page(s): 76-80.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Opioids, criteria for use", pages=(76, 77, 78, 79, 80))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): 78-80, 124 of 127.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", pages=(78, 79, 80, 124))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Muscle relaxants (for pain) Page(s): 63-66.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Muscle relaxants (for pain)", pages=(63, 64, 65, 66))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines NSAIDs, GI symptoms & cardiovascular risk Page(s): 68-69.": [
        cite(
            "MTUS", "MTUS Chronic Pain Treatment Guidelines", section="NSAIDs, GI symptoms & cardiovascular risk", pages=(68, 69)
        )
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Topical Analgesics Page(s): 111-113. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Pain Chapter.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Topical Analgesics", pages=(111, 112, 113)),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain Chapter"),
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Pain Chapter, Zolpidem (Ambien).": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain Chapter, Zolpidem (Ambien)")
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines, Low Back Chapter, MRIs.": [
        cite("ODG", "Official Disability Guidelines", section="Low Back Chapter, MRIs")
    ],
    "Decision based on Non-MTUS Citation ODG-TWC, Pain Chapter, Insomnia Treatment.": [
        cite("ODG", "ODG-TWC", section="Pain Chapter, Insomnia Treatment")
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Treatment in Workers Compensation (TWC), Pain.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Treatment in Workers Compensation (TWC), Pain")
    ],
    "Decision based on Non-MTUS Citation ODG.": [cite("ODG", "ODG")],
    "Decision based on MTUS ACOEM Practice Guidelines, Chapter 12 Low Back Complaints Page(s): 303.": [
        cite("ACOEM", "MTUS ACOEM Practice Guidelines", section="Chapter 12 Low Back Complaints", pages=(303,))
    ],
    "Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 303-305.": [
        cite("ACOEM", "MTUS ACOEM", section="Chapter 12 Low Back Complaints", pages=(303, 304, 305))
    ],
    "Decision based on MTUS ACOEM Chapter 9 Shoulder Complaints Page(s): 207-209, and Non-MTUS Official Disability Guidelines (ODG), Shoulder, MRI.": [
        cite("ACOEM", "MTUS ACOEM", section="Chapter 9 Shoulder Complaints", pages=(207, 208, 209)),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Shoulder, MRI"),
    ],
    "Decision based on MTUS Low Back Complaints 2004, Section(s): Special Studies.": [
        cite("MTUS", "MTUS Low Back Complaints 2004", section="Special Studies")
    ],
    "Decision based on MTUS Neck and Upper Back Complaints 2004, Section(s): Diagnostic Criteria, Special Studies, and Non-MTUS Citation Official Disability Guidelines (ODG), Neck and Upper Back Chapter, MRI.": [
        cite("MTUS", "MTUS Neck and Upper Back Complaints 2004", section="Diagnostic Criteria, Special Studies"),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Neck and Upper Back Chapter, MRI"),
    ],
    "Decision based on MTUS Chronic Pain Medical Treatment 2009, Section(s): Opioids, criteria for use, Opioids, long-term assessment.": [
        cite(
            "MTUS", "MTUS Chronic Pain Medical Treatment 2009", section="Opioids, criteria for use, Opioids, long-term assessment"
        )
    ],
    "Decision based on MTUS Chronic Pain Medical Treatment 2009. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Pain (Chronic).": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment 2009"),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain (Chronic)"),
    ],
    "Decision based on MTUS Chronic Pain Medical Treatment 2009, and Shoulder Complaints 2004.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment 2009"),
        cite("MTUS", "Shoulder Complaints 2004"),
    ],
    "Decision based on MTUS Acupuncture Treatment Guidelines.": [cite("MTUS", "MTUS Acupuncture Treatment Guidelines")],
    "Decision based on MTUS Acupuncture Medical Treatment Guidelines.": [
        cite("MTUS", "MTUS Acupuncture Medical Treatment Guidelines")
    ],
    "Decision based on MTUS Acupuncture Treatment 2007.": [cite("MTUS", "MTUS Acupuncture Treatment 2007")],
    "Decision based on MTUS Postsurgical Treatment Guidelines.": [cite("MTUS", "MTUS Postsurgical Treatment Guidelines")],
    "Decision based on MTUS Postsurgical Treatment 2009, Section(s): Shoulder.": [
        cite("MTUS", "MTUS Postsurgical Treatment 2009", section="Shoulder")
    ],
    "Decision based on MTUS Physical Medicine.": [cite("MTUS", "MTUS Physical Medicine")],
    "Decision based on MTUS Opioids Treatment Guidelines.": [cite("MTUS", "MTUS Opioids Treatment Guidelines")],
    "Decision based on MTUS 2009.": [cite("MTUS", "MTUS 2009")],
    "Decision based on MTUS General Approaches 2004, Section(s): Cornerstones of Disability Prevention and Management.": [
        cite("MTUS", "MTUS General Approaches 2004", section="Cornerstones of Disability Prevention and Management")
    ],
    "Decision based on MTUS Initial Approaches to Treatment Page(s): 48.": [
        cite("MTUS", "MTUS Initial Approaches to Treatment", pages=(48,))
    ],
    "Decision based on MTUS General Approach to Initial Assessment and Documentation Page(s): 127.": [
        cite("MTUS", "MTUS General Approach to Initial Assessment and Documentation", pages=(127,))
    ],
    "Decision based on MTUS Forearm, Wrist, and Hand Complaints 2004, Section(s): Surgical Considerations.": [
        cite("MTUS", "MTUS Forearm, Wrist, and Hand Complaints 2004", section="Surgical Considerations")
    ],
    "Decision based on MTUS Knee Complaints 2004, Section(s): Summary.": [
        cite("MTUS", "MTUS Knee Complaints 2004", section="Summary")
    ],
    "Decision based on MTUS Elbow Disorders 2007.": [cite("MTUS", "MTUS Elbow Disorders 2007")],
    "Decision based on MTUS Stress-Related Conditions 2004.": [cite("MTUS", "MTUS Stress-Related Conditions 2004")],
    "Decision based on Non-MTUS Citation American College of Occupational and Environmental Medicine (ACOEM), 2nd Edition, (2004) Chapter 7, page 127.": [
        cite(
            "ACOEM",
            "American College of Occupational and Environmental Medicine (ACOEM), 2nd Edition, (2004)",
            section="Chapter 7",
            pages=(127,),
        )
    ],
    "Decision based on Non-MTUS Citation ACOEM Chapter 7, Independent Medical Examinations and Consultations, page 127.": [
        cite("ACOEM", "ACOEM", section="Chapter 7, Independent Medical Examinations and Consultations", pages=(127,))
    ],
    "Decision based on Non-MTUS Citation http://www.nlm.nih.gov/medlineplus/druginfo/meds/a693001.html.": [
        cite("other", "http://www.nlm.nih.gov/medlineplus/druginfo/meds/a693001.html")
    ],
    "Decision based on Non-MTUS Citation FDA Zofran.": [cite("other", "FDA Zofran")],
    "Decision based on Non-MTUS Citation Physicians' Desk Reference: Zofran.": [
        cite("other", "Physicians' Desk Reference", section="Zofran")
    ],
    "Decision based on Non-MTUS Citation Medscape Internal Medicine.": [cite("other", "Medscape Internal Medicine")],
    "Decision based on Non-MTUS Citation Mosby's Drug Consult.": [cite("other", "Mosby's Drug Consult")],
    "Decision based on Non-MTUS Citation National Library of Medicine.": [cite("other", "National Library of Medicine")],
    "Decision based on Non-MTUS Citation Aetna Clinical Policy Bulletin: Hypnosis.": [
        cite("other", "Aetna Clinical Policy Bulletin: Hypnosis")
    ],
    "Decision based on Non-MTUS Citation Other Medical Treatment Guideline or Medical Evidence: AAOS position statement.": [
        cite("other", "AAOS position statement")
    ],
    "Decision based on Non-MTUS Citation American Academy of Orthopaedic Surgeons Position Statement Reimbursement of the First Assistant at Surgery in Orthopaedics.": [
        cite(
            "other",
            "American Academy of Orthopaedic Surgeons Position Statement Reimbursement of the First Assistant at Surgery in Orthopaedics",
        )
    ],
    "The Claims Administrator did not cite any medical evidence for its decision.": [],
    "The claims administrator did not base their decision on the MTUS. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG).": [
        cite("ODG", "Official Disability Guidelines (ODG)")
    ],
    "The Claims Administrator based its decision on the MTUS Chronic Pain Medical Treatment Guidelines.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment Guidelines")
    ],
    "The Claims Administrator based its decision on the MTUS Chronic Pain Medical Treatment Guidelines, Opioids, pages 76-80, which is part of the MTUS.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment Guidelines", section="Opioids", pages=(76, 77, 78, 79, 80))
    ],
    "The Claims Administrator based its decision on the MTUS ACOEM Practice Guidelines, Chapter 12 Low Back Complaints.": [
        cite("ACOEM", "MTUS ACOEM Practice Guidelines", section="Chapter 12 Low Back Complaints")
    ],
    "The Expert Reviewer based his/her decision on the MTUS Chronic Pain Medical Treatment Guidelines, Opioids, pages 78-81.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment Guidelines", section="Opioids", pages=(78, 79, 80, 81))
    ],
    "The Expert Reviewer based his/her decision on the Non-MTUS Official Disability Guidelines (ODG), Low Back Chapter.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Low Back Chapter")
    ],
    "The Physician Reviewer based his/her decision on the MTUS: Chronic Pain Medical Treatment Guidelines, Topical Analgesics, page 111, which is part of the MTUS.": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines", section="Topical Analgesics", pages=(111,))
    ],
    "The Claims Administrator based its decision on the Chronic Pain Medical Treatment Guidelines, Section Opioids, On-Going Management, page 78, which is part of the MTUS.": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines", section="Section Opioids, On-Going Management", pages=(78,))
    ],
    "The Expert Reviewer based his/her decision on the Chronic Pain Medical Treatment Guidelines, Opioids, pages 78-80, which is part of MTUS and the Official Disability Guidelines, Pain Chapter, which is not part of MTUS.": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines", section="Opioids", pages=(78, 79, 80)),
        cite("ODG", "Official Disability Guidelines", section="Pain Chapter"),
    ],
    "The Claims Administrator based its decision on the American College of Occupational and Environmental Medicine (ACOEM), 2nd Edition, (2004), Chapter 12, Low Back Complaints, pages 303-305, which is part of the MTUS.": [
        cite(
            "ACOEM",
            "American College of Occupational and Environmental Medicine (ACOEM), 2nd Edition, (2004)",
            section="Chapter 12, Low Back Complaints",
            pages=(303, 304, 305),
        )
    ],
    "The Claims Administrator guideline is not provided.": [],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Proton Pump Inhibitors (PPIs) Page(s): 68. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Pain Chapter: Proton Pump Inhibitors (PPIs).": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Proton Pump Inhibitors (PPIs)", pages=(68,)),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain Chapter: Proton Pump Inhibitors (PPIs)"),
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Transcutaneous Electrical Nerve Stimulation (TENS) Page(s): 114-116.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="Transcutaneous Electrical Nerve Stimulation (TENS)",
            pages=(114, 115, 116),
        )
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Carisoprodol (Soma), Muscle relaxants (for pain) Page(s): 29, 63-66.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="Carisoprodol (Soma), Muscle relaxants (for pain)",
            pages=(29, 63, 64, 65, 66),
        )
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines page 78.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", pages=(78,))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Part 2 Page(s): 91.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Part 2", pages=(91,))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Functional restoration programs (FRPs) Page(s): 49. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Pain, Functional restoration programs.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Functional restoration programs (FRPs)", pages=(49,)),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain, Functional restoration programs"),
    ],
    "Decision based on MTUS ACOEM.": [cite("ACOEM", "MTUS ACOEM")],
    "Decision based on MTUS Chronic Pain Treatment Guidelines. Decision based on Non-MTUS Citation ACOEM, Chronic Pain, and ODG, Pain Chapter.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines"),
        cite("ACOEM", "ACOEM", section="Chronic Pain"),
        cite("ODG", "ODG", section="Pain Chapter"),
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids, specific drug list, Hydrocodone/Acetaminophen; Opioids, criteria for use Page(s): 91; 76-80.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="Opioids, specific drug list, Hydrocodone/Acetaminophen; Opioids, criteria for use",
            pages=(91, 76, 77, 78, 79, 80),
        )
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Pain Chapter, Ambien, and the American Academy of Sleep Medicine, Insomnia.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain Chapter, Ambien"),
        cite("other", "American Academy of Sleep Medicine, Insomnia"),
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids, pages 78 to 80, page 86.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Opioids", pages=(78, 79, 80, 86))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids pp. 78-9.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Opioids", pages=(78, 79))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): 16-22, 49, and 60 of 127.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="and 60 of 127", pages=(16, 17, 18, 19, 20, 21, 22, 49))
    ],
    "Non-MTUS Citation Official Disability Guidelines (ODG), Knee and Leg Chapter.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Knee and Leg Chapter")
    ],
    "None cited.": [],
    "N/A": [],
    "": [],
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_cites_its_documents(line: str) -> None:
    """Source, title, section and pages of every document that a line names, in its order."""
    assert read(line) == LINES[line]


def test_no_line_no_citation() -> None:
    """Where a letter has no guideline line there is no citation."""
    assert read_citations(page_of("")[0], None) == ()


@pytest.mark.parametrize("line", [line for line, cited in LINES.items() if len(cited) == 1])
def test_the_evidence_of_a_citation_holds_its_words(line: str) -> None:
    """The words of title and section stand in the evidence."""
    page, part = page_of(line)
    (found,) = read_citations(page, part)
    evidence = " ".join(line[s.start : s.end] for s in found.spans)
    assert found.value.title in evidence
    assert (found.value.section or "") in evidence


def test_typographic_apostrophes_stay() -> None:
    """A title keeps the letter's own typography."""
    assert [c.title for c in read("Decision based on Non-MTUS Citation Physicians\u2019 Desk Reference, Zofran.")] == [
        "Physicians\u2019 Desk Reference"
    ]


pieces = st.sampled_from(
    (
        *(
            "Decision based on",
            "MTUS",
            "Chronic Pain Treatment Guidelines",
            "Non-MTUS Citation",
            "Official Disability Guidelines",
        ),
        *(
            "(ODG)",
            "ACOEM",
            "Page(s):",
            "78-80",
            "of 127",
            ",",
            ".",
            ";",
            "and",
            "Section(s):",
            "Opioids",
            "did not cite",
            "(",
            ")",
        ),
        *(
            "2009",
            "Chapter 12",
            "which is part of the MTUS",
            "The Claims Administrator based its decision on",
            "FDA",
            "\u2019",
            "1",
        ),
    )
)


@given(st.lists(pieces, max_size=30).map(" ".join) | st.text(max_size=80))
def test_no_line_raises(line: str) -> None:
    """Any text gives citations whose evidence lies inside it."""
    page, part = page_of(line)
    for found in read_citations(page, part):
        assert found.value.title
        assert all(0 <= s.start < s.end <= len(line) for s in found.spans)


def test_only_the_beginning_of_an_endless_line_is_read() -> None:
    """A text that is too long for a guideline line is read as far as such lines go."""
    page, part = page_of("Decision based on MTUS 2009. " + "Decision based on ODG. " * 5000)
    assert all(s.end <= 4000 for found in read_citations(page, part) for s in found.spans)
