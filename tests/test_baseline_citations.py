"""Guideline lines: which documents a line cites, each line in the wording of letters of 2013 to today."""

# ruff: noqa: E501 - a guideline line stands on one line, as letters print it

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline import guideline_form
from llm_extract.baseline.citations import read_citations
from llm_extract.baseline.page import Page
from llm_extract.baseline.rulebook import rules
from llm_extract.grounding import Evidence, follows
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
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", pages=(16, 17, 18, 19, 20, 21, 22, 49, 60))
    ],
    "Non-MTUS Citation Official Disability Guidelines (ODG), Knee and Leg Chapter.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Knee and Leg Chapter")
    ],
    "The Expert Reviewer based his/her decision on the Chronic Pain Medical Treatment Guidelines, Opioids, dosing, page 86, and Opioids, criteria for use, pages 76-80, which is a part of the MTUS.": [
        cite(
            "MTUS",
            "Chronic Pain Medical Treatment Guidelines",
            section="Opioids, dosing, Opioids, criteria for use",
            pages=(86, 76, 77, 78, 79, 80),
        )
    ],
    "The Physician Reviewer based his/her decision on the MTUS: Chronic Pain Medical Treatment Guidelines, Section: Drug Testing, Page 43 and Section: Opioids, steps to avoid misuse/addiction, Page 94-95, which is part of the MTUS.": [
        cite(
            "MTUS",
            "Chronic Pain Medical Treatment Guidelines",
            section="Drug Testing, Opioids, steps to avoid misuse/addiction",
            pages=(43, 94, 95),
        )
    ],
    "The Physician Reviewer based his/her decision on the Chronic Pain Medical Treatment Guidelines, page 22, Anti-inflammatory medications topic, which is part of the MTUS; and on ACOEM Practice Guidelines, Chapter 3, page 47, which is part of the MTUS.": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines", section="Anti-inflammatory medications topic", pages=(22,)),
        cite("ACOEM", "ACOEM Practice Guidelines", section="Chapter 3", pages=(47,)),
    ],
    "The Physician Reviewer based his/her decision on the MTUS-adopted ACOEM Guidelines in Chapter 15, page 402, which is part of the MTUS.": [
        cite("ACOEM", "MTUS-adopted ACOEM Guidelines", section="Chapter 15", pages=(402,))
    ],
    "The Expert Reviewer found the Acupuncture Medical Treatment Guidelines, 9792.24.1, which is part of the MTUS, relevant.": [
        cite("MTUS", "Acupuncture Medical Treatment Guidelines", section="9792.24.1")
    ],
    "The Expert Reviewer found the guidelines used by the Claims Administrator relevant and appropriate for the employee's clinical circumstance.": [],
    "Decision based on MTUS ACOEM Practice Guidelines Chapter 12 Low Back Complaints Page(s): 303; 309, Table 12-8.": [
        cite("ACOEM", "MTUS ACOEM Practice Guidelines", section="Chapter 12 Low Back Complaints, Table 12-8", pages=(303, 309))
    ],
    "Decision based on Non-MTUS Citation http://www.asahq.org, Position on monitored anesthesia care.": [
        cite("other", "http://www.asahq.org", section="Position on monitored anesthesia care")
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Head Chapter, Triptans; http://www.drugs.com/pro/sumatriptan.html": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Head Chapter, Triptans"),
        cite("other", "http://www.drugs.com/pro/sumatriptan.html"),
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Pain, Zolpidem (Ambien) FDA.gov- Ambien": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain, Zolpidem (Ambien)"),
        cite("other", "FDA.gov- Ambien"),
    ],
    "Decision based on Non-MTUS Citation WHO Guideline on Medicines in Persisting Pain - Geneva, 2012, Recommendation 5.": [
        cite("other", "WHO Guideline on Medicines in Persisting Pain - Geneva, 2012", section="Recommendation 5")
    ],
    "Decision based on Non-MTUS Citation Medicare Benefit Policy Manual, Chapter 7 - Home Health Services, section 50.2.": [
        cite("other", "Medicare Benefit Policy Manual", section="Chapter 7 - Home Health Services, section 50.2")
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Pain, Opioid-induced constipation treatment; Chey WD, et al. Naloxegol for opioid-induced constipation in patients with noncancer pain. N Engl J Med. 2014;370(25):2387-96.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain, Opioid-induced constipation treatment"),
        cite(
            "other",
            "Chey WD, et al. Naloxegol for opioid-induced constipation in patients with noncancer pain. N Engl J Med. 2014;370(25):2387-96",
        ),
    ],
    "The Physician Reviewer based his/her decision on the FDA prescribing information for Nuedexta and Pioro EP, et al. Dextromethorphan plus ultra low-dose quinidine reduces pseudobulbar affect. Ann Neurol. 2010;68(5):693-702.": [
        cite("other", "FDA prescribing information for Nuedexta"),
        cite(
            "other",
            "Pioro EP, et al. Dextromethorphan plus ultra low-dose quinidine reduces pseudobulbar affect. Ann Neurol. 2010;68(5):693-702",
        ),
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Pain Chapter, Cytokine DNA testing. Other Medical Treatment Guideline or Medical Evidence: Evaluation of Genomic Applications in Practice and Prevention (EGAPP) Working Group. Genet Med 2007;9:819-25.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain Chapter, Cytokine DNA testing"),
        cite(
            "other",
            "Evaluation of Genomic Applications in Practice and Prevention (EGAPP) Working Group. Genet Med 2007;9:819-25",
        ),
    ],
    "The MTUS and the ODG Head Chapter, Dental trauma treatment (facial fractures) were consulted. The MTUS has no section on teeth. The ODG was relied upon, because it deals with teeth.": [
        cite("ODG", "ODG", section="Head Chapter, Dental trauma treatment (facial fractures)")
    ],
    "Chronic Pain Medical Treatment Guidelines (2009), Chronic pain programs (functional restoration programs), pages 30-34, which is part of the MTUS. The guideline was relied upon because it addresses the requested program directly. The ODG was consulted and does not differ.": [
        cite(
            "MTUS",
            "Chronic Pain Medical Treatment Guidelines (2009)",
            section="Chronic pain programs (functional restoration programs)",
            pages=(30, 31, 32, 33, 34),
        )
    ],
    "The Claims Administrator based its decision on the Knee Complaints Chapter (ACOEM Practice Guidelines, 2nd Edition (2004), Chapter 13) pg 341-343, which is part of the California Medical Treatment Utilization Schedule (MTUS) and the Official Disability Guidelines (ODG), (current version), Knee Chapter, MRI section, a medical treatment guideline (MTG), which is not part of the MTUS.": [
        cite(
            "ACOEM",
            "ACOEM Practice Guidelines, 2nd Edition (2004)",
            section="Knee Complaints Chapter, Chapter 13",
            pages=(341, 342, 343),
        ),
        cite("ODG", "Official Disability Guidelines (ODG), (current version)", section="Knee Chapter, MRI section"),
    ],
    "The Expert Reviewer found that the MTUS does not address the issue in dispute. Per the strength of evidence hierarchy established by the California Department of Industrial Relations, Division of Workers' Compensation, the Expert Reviewer relied on the Official Disability Guidelines (ODG), Treatment in Workers' Compensation, 5th Edition, 2007, Low Back Chapter, a Medical Treatment Guideline (MTG) not part of the MTUS.": [
        cite(
            "ODG",
            "Official Disability Guidelines (ODG)",
            section="Treatment in Workers' Compensation, 5th Edition, 2007, Low Back Chapter",
        )
    ],
    "The Claims Administrator based its decision on the Chronic Pain Medical Treatment Guidelines (May, 2009), pg. 74-96, part of the Medical Treatment Utilization Schedule (MTUS).": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines (May, 2009)", pages=tuple(range(74, 97)))
    ],
    "The Physician Reviewer based his/her decision on the MTUS Chronic Pain Medical Treatment Guidelines 8 C.C.R. §§9792.20 - 9792.26, Opioids, page 78 of 127, which is part of MTUS.": [
        cite(
            "MTUS", "MTUS Chronic Pain Medical Treatment Guidelines", section="8 C.C.R. §§9792.20 - 9792.26, Opioids", pages=(78,)
        )
    ],
    "The Physician Reviewer found that no section of the MTUS was applicable and relied on the Official Disability Guidelines, Low Back Chapter, MRI, which is a medical treatment guideline that is not part of the MTUS.": [
        cite("ODG", "Official Disability Guidelines", section="Low Back Chapter, MRI")
    ],
    "The Physician Reviewer did not find any section of the MTUS to be applicable. The Physician Reviewer based his/her decision on Medscape, Ondansetron.": [
        cite("other", "Medscape", section="Ondansetron")
    ],
    "The Expert Reviewer found that the guidelines cited by the Claims Administrator are applicable to the employee's clinical circumstance.": [],
    "Decision based on MTUS ACOEM Chapter 12 Low Back Complaints, Chronic Pain Treatment Guidelines. Decision based on Non-MTUS Citation ODG, Low Back": [
        cite("ACOEM", "MTUS ACOEM", section="Chapter 12 Low Back Complaints"),
        cite("MTUS", "Chronic Pain Treatment Guidelines"),
        cite("ODG", "ODG", section="Low Back"),
    ],
    "Decision based on MTUS ACOEM Practice Guidelines, Chronic Pain Treatment Guidelines Opioids Page(s): 78.": [
        cite("ACOEM", "MTUS ACOEM Practice Guidelines"),
        cite("MTUS", "Chronic Pain Treatment Guidelines", section="Opioids", pages=(78,)),
    ],
    "Decision based on MTUS General Approach to Initial Assessment and Documentation, Initial Approaches to Treatment, Shoulder Complaints, Chronic Pain Treatment Guidelines Page(s): 1, 48, 60.": [
        cite("MTUS", "MTUS General Approach to Initial Assessment and Documentation"),
        cite("MTUS", "Initial Approaches to Treatment"),
        cite("MTUS", "Shoulder Complaints"),
        cite("MTUS", "Chronic Pain Treatment Guidelines", pages=(1, 48, 60)),
    ],
    "Decision based on MTUS Chronic Pain Medical Treatment 2009, Section(s): Introduction, Medications for chronic pain, and Shoulder Complaints 2004, Section(s): Initial Care. Decision based on Non-MTUS Citation Uptodate.com.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment 2009", section="Introduction, Medications for chronic pain"),
        cite("MTUS", "Shoulder Complaints 2004", section="Initial Care"),
        cite("other", "Uptodate.com"),
    ],
    "Decision based on Non-MTUS Citation (ODG) Official Disability Guidelines, Pain Chapter.": [
        cite("ODG", "(ODG) Official Disability Guidelines", section="Pain Chapter")
    ],
    "Decision based on MTUS Physical Medicine Page(s): 98-99. Decision based on Non-MTUS Citation ODG Physical Therapy.": [
        cite("MTUS", "MTUS Physical Medicine", pages=(98, 99)),
        cite("ODG", "ODG", section="Physical Therapy"),
    ],
    "The Claims Administrator based its decision on the CA MTUS: Opioids, pages 76-80, which is part of the MTUS.": [
        cite("MTUS", "Opioids", pages=(76, 77, 78, 79, 80))
    ],
    "The Claims Administrator based its decision on the MTUS: Low Back Complaints, page 303, which is part of the MTUS.": [
        cite("MTUS", "Low Back Complaints", pages=(303,))
    ],
    "Decision based on CA MTUS Chronic Pain Medical Treatment Guidelines, page 43.": [
        cite("MTUS", "CA MTUS Chronic Pain Medical Treatment Guidelines", pages=(43,))
    ],
    "Decision based on California MTUS guidelines, Web-based edition.": [
        cite("MTUS", "California MTUS guidelines", section="Web-based edition")
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Pain (Chronic): Urine drug testing (UDT) (2015); and on Washington State Department of Labor Guidelines.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Pain (Chronic): Urine drug testing (UDT) (2015)"),
        cite("other", "Washington State Department of Labor Guidelines"),
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78-80. Opioids, long-term assessment Page(s): 88-89.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="Opioids, Opioids, long-term assessment",
            pages=(78, 79, 80, 88, 89),
        )
    ],
    "Decision based on MTUS Postsurgical Treatment Guidelines Shoulder, Page(s): 26-27 and Chronic Pain Treatment Guidelines, Physical Medicine, Page(s): 98-99.": [
        cite("MTUS", "MTUS Postsurgical Treatment Guidelines", section="Shoulder", pages=(26, 27)),
        cite("MTUS", "Chronic Pain Treatment Guidelines", section="Physical Medicine", pages=(98, 99)),
    ],
    "Decision based on MTUS chronic pain treatment guidelines opioids page 78.": [
        cite("MTUS", "MTUS chronic pain treatment guidelines", section="opioids", pages=(78,))
    ],
    "Decision based on Non-MTUS Citation Chou R, et al. Nonsurgical interventional therapies for low back pain. Spine 2009;34:1078-93.": [
        cite("other", "Chou R, et al. Nonsurgical interventional therapies for low back pain. Spine 2009;34:1078-93")
    ],
    "Decision based on Non-MTUS Citation ODG-TWC Pain Procedure Summary (last updated 06/07/2013), Opioids.": [
        cite("ODG", "ODG-TWC", section="Pain Procedure Summary (last updated 06/07/2013), Opioids")
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Low Back Chapter, and on the Non-MTUS FDA (Lyrica).": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Low Back Chapter"),
        cite("other", "FDA (Lyrica)"),
    ],
    "Decision based on Non-MTUS Citation National Guidelines Clearinghouse. Decision based on Non-MTUS Citation www.guidelines.gov.": [
        cite("other", "National Guidelines Clearinghouse"),
        cite("other", "www.guidelines.gov"),
    ],
    "The Expert Reviewer based his/her decision on the ACOEM Guidelines, 2nd Edition, (2004), Chapter 12, Low Back Complaints, pg. 303, and Table 12-8, which are part of the MTUS.": [
        cite(
            "ACOEM", "ACOEM Guidelines, 2nd Edition, (2004)", section="Chapter 12, Low Back Complaints, Table 12-8", pages=(303,)
        )
    ],
    "The Expert Reviewer relied on the Chronic Pain Medical Treatment Guidelines, 2009, pages 22 and 98-99, which is part of the MTUS.": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines, 2009", pages=(22, 98, 99))
    ],
    "MTUS Chronic Pain Medical Treatment Guidelines (2009), Opioids, page 80. The guideline is applicable because the employee has chronic pain.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment Guidelines (2009)", section="Opioids", pages=(80,))
    ],
    "ODG, Low Back Chapter, MRI. This was used as the MTUS does not address repeat MRI.": [
        cite("ODG", "ODG", section="Low Back Chapter, MRI")
    ],
    "The reviewer relied upon ACOEM, Chapter 9 (Shoulder Complaints), pages 207-208, as it is part of the MTUS and addresses imaging.": [
        cite("ACOEM", "ACOEM", section="Chapter 9 (Shoulder Complaints)", pages=(207, 208))
    ],
    "1. MTUS, Chronic Pain Medical Treatment Guidelines, page 60. 2. ODG, Pain Chapter, Massage therapy.": [
        cite("MTUS", "MTUS, Chronic Pain Medical Treatment Guidelines", pages=(60,)),
        cite("ODG", "ODG", section="Pain Chapter, Massage therapy"),
    ],
    "The Claims Administrator's decision was based on the ODG.": [cite("ODG", "ODG")],
    "The Claims Administrator cited the MTUS Chronic Pain guidelines but did not give a page.": [
        cite("MTUS", "MTUS Chronic Pain guidelines")
    ],
    "The Claims Administrator did not provide a guideline; The Claims Administrator based its decision on ACOEM.": [
        cite("ACOEM", "ACOEM")
    ],
    "No guidelines were cited.": [],
    "The Claims Administrator did not identify any guidelines.": [],
    "Decision based on Non-MTUS Citation Official Disability Guidelines Pain Chapter, Ambien; Mental Illness & Stress Chapter, Insomnia treatment.": [
        cite(
            "ODG",
            "Official Disability Guidelines",
            section="Pain Chapter, Ambien; Mental Illness & Stress Chapter, Insomnia treatment",
        )
    ],
    "Decision based on MTUS. Non-MTUS Citation: the ACOEM Occupational Medicine Practice Guidelines, 3rd Edition, Chapter 4, Page 91.": [
        cite("MTUS", "MTUS"),
        cite("ACOEM", "ACOEM Occupational Medicine Practice Guidelines, 3rd Edition", section="Chapter 4", pages=(91,)),
    ],
    "Decision based on Non-MTUS Citation American College of Occupational and Environmental Medicine (ACOEM), Chronic Pain, Opioids, 2014.": [
        cite(
            "ACOEM", "American College of Occupational and Environmental Medicine (ACOEM)", section="Chronic Pain, Opioids, 2014"
        )
    ],
    "Decision based on MTUS ACOEM Practice Guidelines Chapter 8 Neck and Upper Back Complaints Page(s): 165-188, Chapter 9 Shoulder Complaints Page(s): 195-220.": [
        cite(
            "ACOEM",
            "MTUS ACOEM Practice Guidelines",
            section="Chapter 8 Neck and Upper Back Complaints, Chapter 9 Shoulder Complaints",
            pages=(*range(165, 189), *range(195, 221)),
        )
    ],
    "Decision based on MTUS Elbow Complaints 2007, Section(s): Lateral Epicondylalgia, Medial Epicondylalgia, and Chronic Pain Medical Treatment 2009, Section(s): Physical Medicine, Post-Operative.": [
        cite("MTUS", "MTUS Elbow Complaints 2007", section="Lateral Epicondylalgia, Medial Epicondylalgia"),
        cite("MTUS", "Chronic Pain Medical Treatment 2009", section="Physical Medicine, Post-Operative"),
    ],
    "Decision based on Non-MTUS Citation Labor Code 4600(a); Vasudevan SV. Physical medicine.": [
        cite("other", "Labor Code 4600(a)"),
        cite("other", "Vasudevan SV. Physical medicine"),
    ],
    "Decision based on Non-MTUS Citation Physicians Desk Reference 2014.": [cite("other", "Physicians Desk Reference 2014")],
    "Decision based on Non-MTUS Citation Mosby's Drug Consult, Wellbutrin; and http://www.rxlist.com/wellbutrin-drug.htm.": [
        cite("other", "Mosby's Drug Consult", section="Wellbutrin"),
        cite("other", "http://www.rxlist.com/wellbutrin-drug.htm"),
    ],
    "The Physician Reviewer based his/her decision on the MTUS: ACOEM Guidelines, Chapter 8, pg. 177-178, and Chronic Pain Medical Treatment Guidelines, pg. 46, which is part of the MTUS, and on the ODG, Neck Chapter, ESI, which is not part of the MTUS.": [
        cite("ACOEM", "ACOEM Guidelines", section="Chapter 8", pages=(177, 178)),
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines", pages=(46,)),
        cite("ODG", "ODG", section="Neck Chapter, ESI"),
    ],
    "Decision based on MTUS Neck and Upper Back Complaints 2004, Section(s): Initial Care, Physical Methods, Shoulder Complaints 2004, Section(s): Initial Care.": [
        cite("MTUS", "MTUS Neck and Upper Back Complaints 2004", section="Initial Care, Physical Methods"),
        cite("MTUS", "Shoulder Complaints 2004", section="Initial Care"),
    ],
    "Decision based on MTUS ACOEM Page(s): 303-305.": [cite("ACOEM", "MTUS ACOEM", pages=(303, 304, 305))],
    "Decision based on MTUS Low Back Disorders 2017, Section(s): Lumbar fusion. Decision based on Non-MTUS Citation ODG by MCG, Low Back Chapter, Fusion.": [
        cite("MTUS", "MTUS Low Back Disorders 2017", section="Lumbar fusion"),
        cite("ODG", "ODG by MCG", section="Low Back Chapter, Fusion"),
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines/Treatment in Workers Compensation (ODG/TWC), Pain Chapter.": [
        cite("ODG", "Official Disability Guidelines/Treatment in Workers Compensation (ODG/TWC)", section="Pain Chapter")
    ],
    "Decision based on Non-MTUS Citation ODG (Pain Chapter: Compound drugs).": [
        cite("ODG", "ODG", section="Pain Chapter: Compound drugs")
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Anti-epilepsy drugs (AEDs) Page(s): 16-22 of 127.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="Anti-epilepsy drugs (AEDs)",
            pages=(16, 17, 18, 19, 20, 21, 22),
        )
    ],
    "Decision based on Non-MTUS Citation Cochrane Database Syst Rev. 2007 Jul 18;(3):CD002014.": [
        cite("other", "Cochrane Database Syst Rev. 2007 Jul 18;(3):CD002014")
    ],
    "The Expert Reviewer based his/her decision on the Chronic Pain Medical Treatment Guidelines, NSAIDs section, pages 67-68 and on the Chronic Pain Medical Treatment Guidelines, Opioids section, page 78, both of which are part of the MTUS.": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines", section="NSAIDs section", pages=(67, 68)),
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines", section="Opioids section", pages=(78,)),
    ],
    "The Expert Reviewer found no guideline in the MTUS on point, and used the Official Disability Guidelines (ODG), Foot & Ankle, Orthotics.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Foot & Ankle, Orthotics")
    ],
    "The MTUS is silent; the Official Disability Guidelines, Hip & Pelvis Chapter, Total hip replacement, was relied upon.": [
        cite("ODG", "Official Disability Guidelines", section="Hip & Pelvis Chapter, Total hip replacement")
    ],
    "Medical Treatment Utilization Schedule (MTUS), Chronic Pain Medical Treatment Guidelines, Topical Analgesics, pages 111-113. Relied upon because the request is for a topical.": [
        cite(
            "MTUS",
            "Medical Treatment Utilization Schedule (MTUS), Chronic Pain Medical Treatment Guidelines",
            section="Topical Analgesics",
            pages=(111, 112, 113),
        )
    ],
    "The Claims Administrator based its decision on MTUS and ODG.": [cite("MTUS", "MTUS"), cite("ODG", "ODG")],
    "The Physician Reviewer based his/her decision on the Chronic Pain Medical Treatment Guidelines, Carisoprodol (page 29) and Muscle relaxants (pages 63-66), which are part of the MTUS.": [
        cite(
            "MTUS",
            "Chronic Pain Medical Treatment Guidelines",
            section="Carisoprodol, Muscle relaxants",
            pages=(29, 63, 64, 65, 66),
        )
    ],
    "Postsurgical Treatment Guidelines (MTUS), Knee, page 24.": [
        cite("MTUS", "Postsurgical Treatment Guidelines (MTUS)", section="Knee", pages=(24,))
    ],
    "The ACOEM Practice Guidelines (2004), Chapter 13, Knee Complaints, page 343, was relied upon because it is part of the MTUS. The ODG, Knee Chapter, was also relied upon.": [
        cite("ACOEM", "ACOEM Practice Guidelines (2004)", section="Chapter 13, Knee Complaints", pages=(343,)),
        cite("ODG", "ODG", section="Knee Chapter"),
    ],
    "Opioids, pages 78-80 of the MTUS Chronic Pain Medical Treatment Guidelines.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment Guidelines", section="Opioids", pages=(78, 79, 80))
    ],
    "The Expert Reviewer based his/her decision on Chapter 12 of the ACOEM Practice Guidelines, pages 303-305, part of the MTUS, and on the Low Back Chapter of the ODG, not part of the MTUS.": [
        cite("ACOEM", "ACOEM Practice Guidelines", section="Chapter 12", pages=(303, 304, 305)),
        cite("ODG", "ODG", section="Low Back Chapter"),
    ],
    "The Expert Reviewer found the guidelines used by the Claims Administrator not applicable. The Expert Reviewer based his/her decision on the ODG, Neck Chapter.": [
        cite("ODG", "ODG", section="Neck Chapter")
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines 9792.20 - 9792.26 Page(s): 78-80.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="9792.20 - 9792.26", pages=(78, 79, 80))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines 8 C.C.R. 9792.20 - 9792.26 MTUS (Effective July 18, 2009) Page(s): 111-113.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="8 C.C.R. 9792.20 - 9792.26 MTUS (Effective July 18, 2009)",
            pages=(111, 112, 113),
        )
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines CRITERIA FOR USE OF OPIOIDS Page(s): 76-80.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="CRITERIA FOR USE OF OPIOIDS", pages=(76, 77, 78, 79, 80))
    ],
    "Decision based on MTUS ACOEM Chapter 9 Shoulder Complaints Page(s): 209-210.": [
        cite("ACOEM", "MTUS ACOEM", section="Chapter 9 Shoulder Complaints", pages=(209, 210))
    ],
    "Decision based on MTUS ACOEM Practice Guidelines, Chapter 11 Forearm, Wrist, and Hand Complaints Page(s): 265.": [
        cite("ACOEM", "MTUS ACOEM Practice Guidelines", section="Chapter 11 Forearm, Wrist, and Hand Complaints", pages=(265,))
    ],
    "Decision based on MTUS General Approaches Page(s): 47.": [cite("MTUS", "MTUS General Approaches", pages=(47,))],
    "Decision based on MTUS Low Back Complaints Page(s): 303-304. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Low Back chapter, MRI.": [
        cite("MTUS", "MTUS Low Back Complaints", pages=(303, 304)),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Low Back chapter, MRI"),
    ],
    "Decision based on MTUS Low Back Complaints.": [cite("MTUS", "MTUS Low Back Complaints")],
    "Decision based on MTUS Acupuncture Treatment Guidelines. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Low Back, Acupuncture.": [
        cite("MTUS", "MTUS Acupuncture Treatment Guidelines"),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Low Back, Acupuncture"),
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Treatment Index, 11th Edition (web), 2014, Pain, Compound drugs.": [
        cite(
            "ODG",
            "Official Disability Guidelines (ODG)",
            section="Treatment Index, 11th Edition (web), 2014, Pain, Compound drugs",
        )
    ],
    "Decision based on Non-MTUS Citation Official disability guidelines, Pain (updated 10/06/14), Proton pump inhibitors (PPIs).": [
        cite("ODG", "Official disability guidelines", section="Pain (updated 10/06/14), Proton pump inhibitors (PPIs)")
    ],
    "Decision based on Non-MTUS Citation ODG, Online Edition, Chapter: Low Back - Lumbar & Thoracic, Gym memberships.": [
        cite("ODG", "ODG", section="Online Edition, Chapter: Low Back - Lumbar & Thoracic, Gym memberships")
    ],
    "Decision based on Non-MTUS Citation Title 8, California Code of Regulations, section 9792.21(c).": [
        cite("other", "Title 8, California Code of Regulations", section="section 9792.21(c)")
    ],
    "Decision based on Non-MTUS Citation Title 8, California Code of Regulations, section 9792.20 et seq.": [
        cite("other", "Title 8, California Code of Regulations", section="section 9792.20 et seq")
    ],
    "Decision based on Non-MTUS Citation Milliman Care Guidelines.": [cite("other", "Milliman Care Guidelines")],
    "Decision based on Non-MTUS Citation Medicare Benefits Manual (Rev. 144, 05-06-11), Chapter 7 - Home Health Services; section 50.2.": [
        cite("other", "Medicare Benefits Manual (Rev. 144, 05-06-11)", section="Chapter 7 - Home Health Services; section 50.2")
    ],
    "Decision based on Non-MTUS Citation Up-to-date.": [cite("other", "Up-to-date")],
    "Decision based on Non-MTUS Citation Harris J (Ed), Occupational Medicine Practice Guidelines, 2nd Edition (2004) - pp. 127.": [
        cite("other", "Harris J (Ed), Occupational Medicine Practice Guidelines, 2nd Edition (2004)", pages=(127,))
    ],
    "Decision based on Non-MTUS Citation J Am Acad Orthop Surg. 2011; 19(6):368-379.": [
        cite("other", "J Am Acad Orthop Surg. 2011; 19(6):368-379")
    ],
    "Decision based on Non-MTUS Citation http://www.ncbi.nlm.nih.gov/pubmed/17602377.": [
        cite("other", "http://www.ncbi.nlm.nih.gov/pubmed/17602377")
    ],
    "Decision based on Non-MTUS Citation Ann Intern Med. 2007;147:478-91; and ODG Low Back Chapter.": [
        cite("other", "Ann Intern Med. 2007;147:478-91"),
        cite("ODG", "ODG", section="Low Back Chapter"),
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines TENS, chronic pain (transcutaneous electrical nerve stimulation) Page(s): 114-117. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Knee.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="TENS, chronic pain (transcutaneous electrical nerve stimulation)",
            pages=(114, 115, 116, 117),
        ),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Knee"),
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids, specific drug list; Opioids, criteria for use; Weaning of Medications Page(s): 91, 78-80, 124.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Treatment Guidelines",
            section="Opioids, specific drug list; Opioids, criteria for use; Weaning of Medications",
            pages=(91, 78, 79, 80, 124),
        )
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Page 64 of 127.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", pages=(64,))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Muscle Relaxants for pain, page 66. Decision based on Non-MTUS Citation ODG TWC Pain.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="Muscle Relaxants for pain", pages=(66,)),
        cite("ODG", "ODG TWC", section="Pain"),
    ],
    "The Claims Administrator based its decision on the MTUS Chronic Pain guidelines, and ODG.": [
        cite("MTUS", "MTUS Chronic Pain guidelines"),
        cite("ODG", "ODG"),
    ],
    "The Claims Administrator based its decision on the Official Disability Guidelines (ODG), (no chapter cited), which is not part of MTUS.": [
        cite("ODG", "Official Disability Guidelines (ODG)")
    ],
    "The Claims Administrator based its decision on the Non-MTUS Official Disability Guidelines (ODG) Low Back Chapter, Lumbar Supports.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Low Back Chapter, Lumbar Supports")
    ],
    "The Physician Reviewer based his/her decision on the MTUS Chronic Pain Medical Treatment Guidelines, section on Opioids, pages 74-96, which is part of the MTUS.": [
        cite(
            "MTUS",
            "MTUS Chronic Pain Medical Treatment Guidelines",
            section="section on Opioids",
            pages=(74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96),
        )
    ],
    "The Expert Reviewer based his/her decision on the Chronic Pain Medical Treatment Guidelines (May, 2009), Physical Medicine, pgs. 98-99, part of the MTUS.": [
        cite("MTUS", "Chronic Pain Medical Treatment Guidelines (May, 2009)", section="Physical Medicine", pages=(98, 99))
    ],
    "The Claims Administrator based its decision on the American College of Occupational and Environmental Medicine (ACOEM) Guidelines, 2nd Edition, 2004, Chapter 12, page 303, part of the MTUS, and the Official Disability Guidelines (ODG), Low Back Section, MRI topic, not part of the MTUS. The Expert Reviewer found the referenced section of the MTUS used by the Claims Administrator relevant and appropriate for the employee's clinical circumstance.": [
        cite(
            "ACOEM",
            "American College of Occupational and Environmental Medicine (ACOEM) Guidelines, 2nd Edition, 2004",
            section="Chapter 12",
            pages=(303,),
        ),
        cite("ODG", "Official Disability Guidelines (ODG)", section="Low Back Section, MRI topic"),
    ],
    "The Claims Administrator did not cite any evidence basis for its decision. The Expert Reviewer based his/her decision on the ACOEM Practice Guidelines, 3rd Edition, Low Back Disorders, which is not part of the MTUS.": [
        cite("ACOEM", "ACOEM Practice Guidelines, 3rd Edition", section="Low Back Disorders")
    ],
    "The Expert Reviewer found that no section of the MTUS was applicable. Per the Strength of Evidence hierarchy established by the California Department of Industrial Relations, Division of Workers' Compensation, the Expert Reviewer based his/her decision on the Official Disability Guidelines (ODG), Knee & Leg Chapter, Hyaluronic acid injections, which is a medical treatment guideline (MTG) not part of the MTUS.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Knee & Leg Chapter, Hyaluronic acid injections")
    ],
    "The Claims Administrator guideline: Decision based on MTUS Chronic Pain Treatment Guidelines NSAIDs (non-steroidal anti-inflammatory drugs).": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", section="NSAIDs (non-steroidal anti-inflammatory drugs)")
    ],
    "Decision based on MTUS Chronic Pain Medical Treatment 2016, Section(s): Opioids Treatment Guidelines.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment 2016", section="Opioids Treatment Guidelines")
    ],
    "Decision based on MTUS Opioids Treatment 2016.": [cite("MTUS", "MTUS Opioids Treatment 2016")],
    "Decision based on MTUS Chronic Pain Medical Treatment 2016, Opioids Treatment 2016.": [
        cite("MTUS", "MTUS Chronic Pain Medical Treatment 2016"),
        cite("MTUS", "Opioids Treatment 2016"),
    ],
    "Decision based on MTUS Interventional Pain 2017; ACOEM Chronic Pain Guidelines 2017 page 5.": [
        cite("MTUS", "MTUS Interventional Pain 2017"),
        cite("ACOEM", "ACOEM", section="Chronic Pain Guidelines 2017", pages=(5,)),
    ],
    "Decision based on MTUS Ankle and Foot Complaints 2004, Section(s): Physical Methods, Follow-up Visits, and Postsurgical Treatment 2009, Section(s): Ankle & Foot.": [
        cite("MTUS", "MTUS Ankle and Foot Complaints 2004", section="Physical Methods, Follow-up Visits"),
        cite("MTUS", "Postsurgical Treatment 2009", section="Ankle & Foot"),
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Chronic Pain, Low Back, and Knee Chapters.": [
        cite("ODG", "Official Disability Guidelines (ODG)", section="Chronic Pain, Low Back, and Knee Chapters")
    ],
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Mental Illness and Stress, Cognitive Therapy for Depression; ODG psychotherapy guidelines.": [
        cite(
            "ODG", "Official Disability Guidelines (ODG)", section="Mental Illness and Stress, Cognitive Therapy for Depression"
        ),
        cite("ODG", "ODG", section="psychotherapy guidelines"),
    ],
    "Decision based on Non-MTUS Citation Other Medical Treatment Guideline or Medical Evidence: Tapentadol, FDA label.": [
        cite("other", "Tapentadol, FDA label")
    ],
    "Decision based on Non-MTUS Citation Drugs.com (Temazepam).": [cite("other", "Drugs.com (Temazepam)")],
    "Decision based on Non-MTUS Citation ODG-Pain chapter and pg 64.": [cite("ODG", "ODG", section="Pain chapter", pages=(64,))],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): Pages 78-80.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", pages=(78, 79, 80))
    ],
    "Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): 22, 67, 68-69, 111 & 112.": [
        cite("MTUS", "MTUS Chronic Pain Treatment Guidelines", pages=(22, 67, 68, 69, 111, 112))
    ],
    "Decision based on MTUS ACOEM, Chronic Pain Treatment Guidelines Page(s): 60, 61.": [
        cite("ACOEM", "MTUS ACOEM"),
        cite("MTUS", "Chronic Pain Treatment Guidelines", pages=(60, 61)),
    ],
    "None cited.": [],
    "N/A": [],
    "": [],
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_cites_its_documents(line: str) -> None:
    """Source, title, section and pages of every document that a line names, in its order."""
    assert read(line) == LINES[line]


def test_every_citation_names_the_rule_that_read_it() -> None:
    """Each citation of each line leads to a rule of the book."""
    assert {found.by for line in LINES for found in read_citations(*page_of(line))} - rules().keys() == set()


def test_no_line_no_citation() -> None:
    """Where a letter has no guideline line there is no citation."""
    assert read_citations(page_of("")[0], None) == ()


@pytest.mark.parametrize("line", [line for line, cited in LINES.items() if cited])
def test_the_evidence_of_a_citation_proves_it(line: str) -> None:
    """Title, sections and pages stand in the evidence of each citation in this order, as the gate wants them."""
    page, part = page_of(line)
    for found in read_citations(page, part):
        evidence = " ".join(line[s.start : s.end] for s in found.spans)
        assert follows("/items/reviewer_guidelines", found.value, Evidence(evidence, None)), (found.value, evidence)


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


@given(st.from_regex(guideline_form._MEMBER_HEAD, fullmatch=True))
def test_words_before_a_membership_have_no_other_signs(head: str) -> None:
    """Behind any other sign than these the words begin that say of what a document is a part."""
    assert not head.strip(guideline_form._LETTERS_OF_HEAD)
