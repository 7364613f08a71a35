"""Conditions that a summary states in place of diagnoses: who has what, who treats it, and what a physician calls it.

What stands behind such words counts only where it is called like a condition; `conditions` sees to that.
"""

from __future__ import annotations

from llm_extract.baseline.rule import Rule, compiled

PERSON = r"(?:the (?:patient|claimant|worker|injured worker|applicant|employee)|him|her)"
SPECIALIST = (
    r"(?:providers?|physicians?|treaters?|doctors?|surgeons?|psychologists?|dentists?|podiatrists?|chiropractors?|psychiatrists?"
    r"|optometrists?|orthop\w+|physiatrists?|internists?|practitioners?|specialists?|therapists?|evaluators?|examiners?|clinicians?"
    r"|[a-z]+ologists?|pcp|ptp|ame|qme|agreed medical examiner|dr\.? [a-z'-]+|(?:his|her|the) (?:clinic|team|office))"
)
_NO_VISIT = (
    r"(?!(?:an? |the |his |her )?(?:[\w-]+ ){0,2}?(?:evaluations?|consult\w*|follow|visits?|reviews?|requests?|authori\w+"
    r"|purposes?|treatment|exam\w*|re-?check\w*|surg\w+|therapy|management|assessments?|refills?)\b)"
)

NEEDS = {
    "diagnoses.axis": ("axis",),
    "diagnoses.diagnosed_with": ("diagnosed", "assessed", "dx"),
    "diagnoses.has_diagnosed": ("diagnosed",),
    "diagnoses.was_diagnosed": ("diagnosed",),
    "diagnoses.looked_after": (" for ", "looks after", "manages", "treats", "follows", "attends"),
    "diagnoses.called": ("what ", "as ", "called", "termed", "labeled", "labelled"),
    "diagnoses.criteria": ("criteria",),
    "diagnoses.judged": ("believe", "felt", "feels", "think", "thought", "opin", "conclude", "consider", "view"),
}
"""Letters of which a summary must have some for a rule to hit; searching for them is cheaper than the pattern."""

TREATED: tuple[Rule, ...] = (
    Rule(
        name="diagnoses.treated_for",
        why="What the patient is treated or seen for, or claims to suffer from.",
        examples={
            "The injured worker is undergoing treatment for: cervical sprain/strain and lumbar strain.": (
                "cervical sprain/strain",
                "lumbar strain",
            ),
            "The provider is treating the injured worker for chronic neck pain and headaches.": (
                "chronic neck pain",
                "headaches",
            ),
            "The applicant has filed a claim for opioid dependence reportedly associated with an injury.": ("opioid dependence",),
            "He is undergoing treatment for knee sprain, status post knee arthroscopy and lumbago.": (
                "knee sprain",
                "status post knee arthroscopy",
                "lumbago",
            ),
            "Active problems: asthma; obesity.": ("asthma", "obesity"),
            "The claim has been accepted for lumbar strain and depression.": ("lumbar strain", "depression"),
            "She was treated for two weeks.": None,
        },
        pattern=compiled(
            r"\b(?:(?:undergoing|under|receiving|received|indicates?|indicating|being|is|was|were|been) (?:\w+ )?(?:treatment"
            r"|treated"
            r"|care|followed|managed|seen)(?: \w+ly)?|(?:treated|treatment)) for ?:? ?"
            rf"|\btreating {PERSON} for ?:? ?"
            r"|\bsuffer(?:s|ed|ing) (?:from|with) |\bclaim(?:ed|s)? (?:for|of|to have developed) (?!cumulative|industrial|injur)"
            r"|\b(?:known|longstanding) (?:history of|to have) |\bproblem list:?(?: -)? ?"
            r"|\b(?:active|current|medical|chronic) problems(?: ?:| - | (?:are|include) ) ?"
            r"|\b(?:accepted|covered|admitted) conditions?(?: ?:| - | (?:is|are|include) ) ?|\baccepted for:? "
        ),
    ),
    Rule(
        name="diagnoses.looked_after",
        why="What the patient is followed for, or a physician looks after.",
        examples={
            "Followed for lumbar stenosis with claudication and for a left ulnar neuropathy for which surgery was done.": (
                "lumbar stenosis with claudication",
                "left ulnar neuropathy",
            ),
            "He is seen by Dr. Ng for lumbar stenosis and neurogenic claudication.": (
                "lumbar stenosis",
                "neurogenic claudication",
            ),
            "She remains under the care of a physiatrist for chronic low back pain and sciatica.": (
                "chronic low back pain",
                "sciatica",
            ),
            "Her internist looks after gout and hypertension.": ("gout", "hypertension"),
            "Her own doctor treats her for asthma.": ("asthma",),
            "She was followed for three months.": None,
            "He was seen by the surgeon for evaluation of carpal tunnel syndrome.": None,
            "The physician manages her medications.": None,
        },
        pattern=compiled(
            rf"\b(?:follow(?:s|ed)(?:[- ]up)?|seen|managed|treated|under (?:the )?care)"
            r"(?: (?:in follow[- ]?up|regularly|chiefly))?(?: (?:by|of|with) (?:the |his |her |an? )?(?:dr\. )?[^.;:,]{2,40}?)?"
            rf" for {_NO_VISIT}"
            rf"|\b{SPECIALIST} (?:also )?(?:looks after|manages|treats|follows|attends to)(?: {PERSON})?(?: for)? {_NO_VISIT}"
        ),
    ),
    Rule(
        name="diagnoses.called",
        why="What a physician, or the record, calls it: words that name a condition in somebody's terms.",
        examples={
            "He is left with what the surgeon calls arachnoiditis with residual L5 radiculopathy.": (
                "arachnoiditis with residual L5 radiculopathy",
            ),
            "The condition has been labeled as fibromyalgia.": ("fibromyalgia",),
            "What the patient calls her good days are few.": None,
        },
        pattern=compiled(
            r"\bwhat (?:the |his |her |an? )?(?!patient|radiolog|claim)"
            r"[a-z][a-z' .]{1,40}? (?:calls?|called|terms?|termed|considers?|describes? as"
            r"|labels?"
            r"|diagnosed as) "
            r"|\b(?:condition|picture|problem|presentation) (?:is|was|has been|had been) (?:labell?ed|termed|called|described)"
            r"(?: as)? "
        ),
    ),
    Rule(
        name="diagnoses.criteria",
        why="Whose criteria the patient meets.",
        examples={
            'She "continues to meet criteria" for posttraumatic stress disorder, chronic, and panic disorder.': (
                "posttraumatic stress disorder, chronic",
                "panic disorder",
            ),
            "He meets the Budapest criteria for complex regional pain syndrome.": ("complex regional pain syndrome",),
            "He does not meet criteria for depression.": None,
            "She meets the criteria for a functional restoration program.": None,
            "The patient meets the criteria for lumbar fusion due to spondylolisthesis.": None,
        },
        pattern=compiled(
            r"\b(?:meets?|meeting|met|fulfill?s|satisf(?:y|ies)) (?:the )?(?:full )?(?:[\w-]+ ){0,2}criteria\"? (?:for|of) "
            r"(?:the )?(?:diagnos[ei]s of )?"
            r"(?![^.;:,]{0,60}(?:fusion|ectomy|plasty|surgery|injection|therapy|program|replacement|block|trial|placement))"
        ),
    ),
    Rule(
        name="diagnoses.judged",
        why="What a physician believes that this is, or that the patient has.",
        examples={
            "The neurologist believes that this is a postconcussion syndrome.": ("postconcussion syndrome",),
            "The surgeon is of the opinion that the pain represents a nonunion of the scaphoid fracture.": (
                "nonunion of the scaphoid fracture",
            ),
            "It was felt that she had thoracic outlet syndrome.": ("thoracic outlet syndrome",),
            "The provider believes that the patient has not improved.": None,
            "She believes that she has cancer, and it is felt that this is due to stress.": None,
        },
        pattern=compiled(
            rf"\b(?:{SPECIALIST} (?:also |still |then )?(?:believes?|believed|feels|felt|thinks|thought|opine[sd]|concludes?"
            r"|concluded|considers|considered)|it (?:is|was) (?:felt|thought|believed)|opinion|view)"
            r" (?:that )?(?:this|it|these|he|she|the (?:[a-z]+ )?(?:patient|worker|claimant|applicant|employee|pain|condition"
            r"|picture|problem|presentation|symptoms|complaints))"
            r" (?:is|are|was|were|to be|has|had|have|represents?|reflects?|suffers? from) (?:in fact |still |now )?"
            r"(?!due to|secondary|related|caused|from\b|not\b|no\b)"
        ),
    ),
    Rule(
        name="diagnoses.was_diagnosed",
        why="A sentence that says of conditions that they were diagnosed.",
        examples={
            "Lumbar radiculopathy and facet arthropathy were diagnosed.": ("Lumbar radiculopathy", "facet arthropathy"),
            "A lumbar strain was diagnosed at the clinic.": ("lumbar strain",),
            "The worker was diagnosed in 2012.": None,
            "Diabetes was never diagnosed.": None,
        },
        pattern=compiled(
            r" (?:was|were|has been|have been|had been) (?:then |also |later |initially |first )?diagnosed\b(?! (?:with|as|to))"
        ),
    ),
)
"""Conditions that somebody treats or names; all of them count."""

IN_PASSING: tuple[Rule, ...] = (
    Rule(
        name="diagnoses.report_lists",
        why="A report or its author lists conditions.",
        examples={
            "The PR-2 of 8/9/13 lists: cervical segmental dysfunction (739.1), and r/o cubital tunnel syndrome, bilateral.": (
                "cervical segmental dysfunction (739.1)",
                "r/o cubital tunnel syndrome, bilateral",
            ),
            "The PR-2 of 8/9/13 lists neck and upper back pain, 6/10 with medication.": None,
        },
        pattern=compiled(
            r"\b(?:report|note|notes|pr-?2|records?|physician|provider|treater|doctor|psychologist|surgeon|clinic|evaluation"
            r"|file)\b"
            r"(?: (?:of|dated|on|from|for) [^.;:]{1,60}?)?(?: [([][^)\]]{1,60}[)\]])? (?:also )?lists?(?: the following)? ?:? ?"
        ),
    ),
    Rule(
        name="diagnoses.has",
        why="The patient has, or presents with, something that is called like a condition.",
        examples={
            "She has left C7 radiculopathy and cervical spondylosis, according to the orthopedist.": (
                "left C7 radiculopathy",
                "cervical spondylosis",
            ),
            "She has pain in the neck and numbness of the hand.": None,
            "He has no coronary disease.": None,
        },
        pattern=compiled(
            r"\b(?:he|she|patient|worker|claimant|applicant|employee) (?:also )?(?:has|had|presents? with|is known to have"
            r"|sustained"
            r"|suffered) (?!had |been |an? (?:\w+ ){0,3}?history)"
        ),
    ),
    Rule(
        name="diagnoses.history",
        why="A history of something that is called like a condition.",
        examples={
            "The patient has a past medical history of hypertension.": ("hypertension",),
            "The worker has a history of chronic low back pain and asthma.": ("chronic low back pain", "asthma"),
            "Family history of diabetes. He denies a history of asthma.": None,
        },
        pattern=compiled(
            r"\b(?:history|pmh|pmhx|comorbidit(?:y|ies))\b(?: (?:is|was|remains))?(?: (?:significant|notable|positive"
            r"|remarkable))?(?: ?:| (?:of|for|includ\w+)) ?"
        ),
    ),
    Rule(
        name="diagnoses.resulting",
        why="What the injury resulted in, where it is called like a condition.",
        examples={
            "A crush injury resulting in fractures of the index and middle fingers.": (
                "fractures of the index and middle fingers",
            ),
            "The fall resulted in pain.": None,
        },
        pattern=compiled(r"\b(?:resulting in|resulted in|sustain(?:ed|ing)|suffer(?:ed|ing)|causing|caused) "),
    ),
)
"""From the surest on: the first that finds a condition is believed."""
