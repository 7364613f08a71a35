"""Reasons that speak of what comes first: other or conservative treatment was not tried, or did not fail."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import FIRST, NO, TREATED, gap, matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_FIRST: Reason = "first_line_not_tried"

_NOT_CARE = (
    r"tried to return|last tested|trial of (?:the )?(?:spinal|stimulator)|decision has|no decision|trials? to (?:determine"
    r"|show)|randomi[sz]ed"
    r"|has been no decision|how many|number of|description of|account of|\bresults? of|\brespon(?:se|ded) to|\boutcomes?\b"
    r"|\bspecifics\b|\bdetails\b"
    r"|not (?:been )?(?:recommended|supported)|\bfailed attempts? (?:is|was|were)?\b(?:reported|noted|documented)?"
)
_ELSE_WHEN = (
    r"(?:until|unless|because|but|however|although|whereas|before|prior to|since|as (?:he|she|the)|only (?:following|after))\b"
)
_UNTRIED: tuple[Rule, ...] = (
    Rule(
        name="reasons.first_line.no_trial",
        why="A negation, then a trial or failure, then what comes first.",
        examples={
            "There is no documentation that the patient has tried and failed first-line medications.": _FIRST,
            "The patient has not exhausted conservative treatment.": _FIRST,
            "The records do not show failure of antidepressants.": _FIRST,
            "There is no indication that the patient cannot tolerate oral NSAIDs.": _FIRST,
            "The patient has yet to try a home exercise program.": _FIRST,
            "It is unclear how many sessions of therapy have been completed.": None,
        },
        pattern=compiled(rf"{NO}{gap(16, but=_ELSE_WHEN)}\b{TREATED}\b{gap(9)}{FIRST}"),
        unless=compiled(_NOT_CARE),
    ),
    Rule(
        name="reasons.first_line.care_untried",
        why="A negation, then what comes first, then that it was tried or failed.",
        examples={
            "There is no evidence that conservative treatment has been exhausted.": _FIRST,
            "There was no mention of Tylenol, NSAID, Tricyclic or weaning failure.": _FIRST,
            "There is no documentation that TENS was trialed for one month.": _FIRST,
            "There is no record of active physical therapy having been done before this.": _FIRST,
            "No benefit of therapy was seen.": None,
        },
        pattern=compiled(rf"{NO}{gap(12)}{FIRST}{gap(12)}\b{TREATED}\b"),
        unless=compiled(_NOT_CARE),
    ),
    Rule(
        name="reasons.first_line.care_not_done",
        why="What comes first, then that it was not done.",
        examples={
            "Conservative care has not been exhausted.": _FIRST,
            "Sleep hygiene was never attempted.": _FIRST,
            "Intolerance of other treatments is not shown.": _FIRST,
            "First-line treatment was given.": None,
        },
        pattern=compiled(
            r"\b(?:first[- ]line|conservative|non-?operative|home exercise program|sleep hygiene|physical therapy|lesser"
            r"|lower levels? of care)\b"
            r"[^.;]{0,60}\b(?:not|never) (?:been |yet been |yet )?(?:failing|tried|attempted|exhausted|failed|documented"
            r"|completed|provided|given"
            r"|trialed|optimi[sz]ed|maximi[sz]ed)\b"
            r"|\b(?:intoleran\w+|failure|exhaustion|trials?) (?:of|to|with) (?:[a-z-]+ ){1,6}?(?:is|was|are|were|has"
            r"|have) not (?:been )?"
            r"(?:shown|documented|established|demonstrated|described|mentioned|evident|noted)\b"
        ),
        unless=compiled(_NOT_CARE + r"|not (?:been )?documented to (?:help|improve)"),
    ),
    Rule(
        name="reasons.first_line.no_such_trial",
        why="A negation, then the trial that was spoken of before.",
        examples={"The notes failed to provide evidence of such a trial.": _FIRST, "Such a trial was done.": None},
        pattern=compiled(rf"{NO}{gap(8)}\b(?:such an?|any|prior|previous) trials?\b"),
        unless=compiled(_NOT_CARE),
    ),
    Rule(
        name="reasons.first_line.not_yet",
        why="The words alone say that something else comes first.",
        examples={
            "Ongoing use of Norco obviates the need for the topical compound.": _FIRST,
            "A trial has not yet been completed.": _FIRST,
            "No prior trial of a splint is on record.": _FIRST,
            "Failure of oral drugs has not occurred.": _FIRST,
            "There is no record that a home program was ever set up.": _FIRST,
            "He had finished only half of the therapy prescribed.": _FIRST,
            "Only three sessions of therapy had been done.": _FIRST,
            "The trial helped.": None,
        },
        pattern=compiled(
            r"\b(?:prior to (?:trying|exhausting)|cannot be called exhausted|not (?:yet )?(?:been )?(?:completed|finished"
            r"|tried|attempted)\b"
            r"|had not (?:had|tried|been)|has not (?:had an? (?:\w+ )?trial|occurred|reached )|obviates?\b"
            r"|failure[^.;]{0,60}has not occurred"
            r"|never (?:been )?(?:referred|sent|offered|tried)\b|let alone (?:that )?(?:(?:it|they) )?(?:\w+ )?fail\w*"
            r"|not been given a home|(?:was|were) ever (?:tried|set up|given|attempted|done|started)|not (?:\w+ )?a trial of\b"
            r"|no (?:\w+ )?(?:prior|previous|initial|adequate|formal) (?:\w+ )?(?:trial of|attempts? at)"
            r"|no (?:word|sign|evidence|mention|record)[^;]{0,30}\b(?:tried|attempted|trialed)\b"
            r"|only (?:[\w-]+ ){1,3}?(?:visits|sessions) (?:of (?:\w+ ){1,3}?)?(?:had|have|has|were|was) (?:been )?(?:done"
            r"|attended|completed|had)"
            r"|(?:finished|completed|attended|had) only (?:half|part|some|a few|\w+) of (?:\w+ ){0,3}?(?:therapy|visits"
            r"|sessions|treatment))"
        ),
        unless=compiled(_NOT_CARE + r"|has not begun the program"),
    ),
)

_COMES_FIRST = (
    r"(?:conservative \w+|physical therapy|physiotherapy|acetaminophen|tylenol|nsaids?|anti-inflammator\w+|anti-?depress\w+"
    r"|anti-?convuls\w+|tricyclics?|snri|gabapentin|lyrica|pregabalin|splints?|(?:cortisone |steroid )?injections?|home exercise"
    r"|oral (?:drugs?|medic\w+)|therapy|omeprazole|classes|first[- ]line \w+)"
)
_NEVER_HAD: tuple[Rule, ...] = (
    Rule(
        name="reasons.first_line.never_given",
        why="The patient has never had, or was never given, what comes first.",
        examples={
            "The patient has not been given acetaminophen.": _FIRST,
            "She was never started on an antidepressant.": _FIRST,
            "The patient has not had any cortisone injections.": _FIRST,
            "The applicant had received no physical therapy before surgery was proposed.": _FIRST,
            "Nor has he ever been handed a prescription for any drug of those classes.": _FIRST,
            "The patient has not had any relief with medications.": None,
            "He has not received the report.": None,
        },
        pattern=compiled(
            rf"\b(?:not|never|n't|nor (?:has|was) (?:he|she|the \w+)) (?:yet |ever )?(?:had|received|been (?:given"
            rf"|prescribed|handed|offered|started on|tried on)|taken|worn|prescribed|started|begun|given|undergone"
            rf"|attended) (?:on )?(?:(?!more|new|repeat|benefi|relief|improv|report|result"
            rf"|respon)[a-z-]+ ){{0,7}}?{_COMES_FIRST}"
            rf"|\b(?:had|received|has had|given|tried) no (?:\w+ )?{_COMES_FIRST}|\bno {_COMES_FIRST} (?:has been|was"
            rf"|were|had been) (?:done|had|tried|given|prescribed|attempted)"
        ),
    ),
    Rule(
        name="reasons.first_line.care_never_given",
        why="What comes first, then that it was never given.",
        examples={
            "A TENS was never placed on this employee.": _FIRST,
            "The approved physical therapy has not yet been started.": _FIRST,
            "Oral medications have not failed.": _FIRST,
            "A TENS unit was never prescribed.": _FIRST,
            "Physical therapy was given.": None,
        },
        pattern=compiled(
            rf"\b(?:{_COMES_FIRST}|tens)\b (?:[a-z]+ ){{0,3}}?(?:was|were|has|have|had|is|authorized but) (?:not"
            rf"|never) (?:yet )?(?:been )?(?:prescribed|placed|offered|worn|started|begun|failed|explored|attended"
            rf"|given)\b"
        ),
    ),
    Rule(
        name="reasons.first_line.no_record_of_care",
        why="A negation, then conservative treatment, or that something less failed.",
        examples={
            "There is no record of conservative treatment.": _FIRST,
            "There is no documentation of any conservative treatment for the wrist.": _FIRST,
            "There is no evidence of night splinting.": _FIRST,
            "There is no documentation of failed CBT.": _FIRST,
            "There is no record of the response to conservative treatment.": None,
        },
        pattern=compiled(
            r"\b(?:no|without|little|lack of) (?:\w+ )?(?:documentation|record|evidence|mention|indication"
            r"|history) of (?:(?!benefi|respon|result|outcome|number)[a-z0-9-]+ ){0,6}?(?:conservative (?:care"
            r"|treatment|therapy|management|measures)|splinting|bracing|activity modification|failed (?:cbt"
            r"|conservative|therapy|treatment|medic\w+|physical)|(?:cortico)?steroid injections? (?:before|prior))"
        ),
    ),
    Rule(
        name="reasons.first_line.still_open",
        why="Something that comes first is still to be had, going on or just begun.",
        examples={
            "Other options are still open to the patient.": _FIRST,
            "A less costly alternative was not considered.": _FIRST,
            "Conservative treatment is still ongoing.": _FIRST,
            "Therapy has just begun.": _FIRST,
            "It is not a first step.": _FIRST,
            "The treating options were discussed.": None,
        },
        pattern=compiled(
            r"\b(?:options?|alternatives?)\b (?:\w+ )?(?:is|are|remains?|was|were|has|have) (?:still )?(?:open|untried"
            r"|not (?:been )?(?:explored|considered|tried))\b|\b(?:conservative (?:care|treatment)"
            r"|(?:physical )?therapy) (?:is (?:still )?ongoing|is still|has (?:only )?just|had just|was just)\b"
            r"|\b(?:just starting|still undergoing|not yet started|not yet begun) (?:[a-z]+ ){0,2}?(?:therapy"
            r"|conservative|treatment)|\b(?:is|are) not an? first[- ](?:line|step|choice)\b"
        ),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_FIRST: (*_UNTRIED, *_NEVER_HAD)}
MATTER = matter_of(APPLIED)
RULES = MATTER.rules
