"""Reasons that rest on another treatment: it was denied, and this one would only serve it."""

from __future__ import annotations

from llm_extract.baseline.reasons_words import matter_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.schema import Reason

_DEPENDS: Reason = "depends_on_denied"

_DENIED = (
    r"(?:not (?:been )?(?:found )?(?:to be )?(?:deemed )?(?:considered )?(?:medically )?(?:necessary|certified|authorized"
    r"|approved|established"
    r"|found|supported|indicated|recommended|warranted)|denied|non-?certified|upheld)"
)
_VERDICT = (
    r"(?:not (?:been )?(?:found )?(?:to be )?(?:deemed )?(?:considered )?(?:medically )?(?:necessary|certified|authorized"
    r"|approved)"
    r"|denied|non-?certified|upheld)"
)
_SERVICE = (
    r"(?:surger(?:y|ies)|surgical \w+|procedures?|operation|injections?|arthroscopy|fusion|blocks?|trial|implant\w*|unit"
    r"|device|program|nsaids?|opioids?|stimulator|services?)"
)
_DEPENDENT: tuple[Rule, ...] = (
    Rule(
        name="reasons.depends.as",
        why='"As/since/because" something else is not necessary, at the head of the sentence.',
        examples={
            "As the primary service is not supported, this associated service is also not supported.": _DEPENDS,
            "Since the surgery is not medically necessary, the assistant is not.": _DEPENDS,
            "Because the guideline is not found, it is unclear.": None,
            "As Soma is specifically not recommended by MTUS, it is not necessary.": None,
            "Since gabapentin is not supported in any topical form, the cream is not.": None,
        },
        pattern=compiled(
            r"^\W*(?:(?:and|additionally|further|also),? )?(?:since|as|because|given that|inasmuch as|in that|with"
            r"|in light of)\b(?:(?!guideline"
            rf"|component|ingredient|criteria|there is|has not (?:been )?(?:tried|fail)|functional|benefit|document|evidence"
            rf"|record)[^.,]){{0,160}}"
            rf"(?:\b{_VERDICT}\b|\b(?:primary|requested|associated|underlying"
            rf"|{_SERVICE})(?:(?!guideline)[^.,]){{0,80}}\b{_DENIED}\b)"
        ),
        unless=compiled(r"\bcomponents?\b|as noted|conservative care cannot"),
    ),
    Rule(
        name="reasons.depends.associated",
        why="Services associated with a surgery that is denied.",
        examples={
            "None of the associated services are medically necessary.": _DEPENDS,
            "The associated surgical request is not certified, therefore this is not necessary.": _DEPENDS,
            "The requested surgery was not approved.": _DEPENDS,
            "The associated pain is bad.": None,
        },
        pattern=compiled(
            rf"\b(?:none of the associated|associated (?:\w+ ){{0,3}}?(?:requests?|services?|items?|procedures?) (?:is|are|was"
            rf"|were) (?:also |therefore )?"
            rf"(?:not|non)|(?:primary|surgical|requested|index|proposed|underlying) {_SERVICE}[^.;]{{0,30}}(?:is|was|are|were"
            rf"|has been) "
            r"(?:not|non|denied)|see #? ?\d)"
        ),
        unless=compiled(r"\bcomponents?\b|as noted|conservative care cannot"),
    ),
    Rule(
        name="reasons.depends.service",
        why="A surgery, injection or device that is denied, and what would only serve it.",
        examples={
            "The surgery has not been approved, so post-operative therapy is not required.": _DEPENDS,
            "The TENS supplies are not necessary as the unit itself is not necessary.": _DEPENDS,
            "The NSAID has been found not medically necessary; therefore a PPI is not needed.": _DEPENDS,
            "The injection is not certified.": _DEPENDS,
            "The surgery went well.": None,
        },
        pattern=compiled(
            rf"\b{_SERVICE}(?: itself)? (?:is|was|are|were|has|have|had)(?: been)?(?: \w+)?? (?:not (?:been )?(?:found "
            rf"|deemed |considered )?(?:to be )?"
            r"(?:medically )?(?:necessary|certified|approved|authorized)|denied|non-?certified)"
        ),
        unless=compiled(
            r"\bcomponents?\b|as noted|conservative care cannot|not (?:\w+ )?(?:supported|indicated|recommended) (?:by|for|in"
            r"|as)\b"
        ),
    ),
    Rule(
        name="reasons.depends.no_need",
        why="What it would serve is gone: nothing is left to need it.",
        examples={
            "The request for a cold unit is dependent on the surgery, which is not certified.": _DEPENDS,
            "The service is moot.": _DEPENDS,
            "There is no need for the brace.": _DEPENDS,
            "He depends on his wife.": None,
        },
        pattern=compiled(
            rf"\b(?:dependen[td]|contingent|predicated|hinges"
            rf"|depends) (?:up)?on (?:\w+ ){{0,4}}?{_SERVICE}\b[^;]{{0,40}}{_DENIED}"
            r"|\b(?:since (?:the )?(?:latter|former)[^.;]{0,40}not|(?:request|service)[^.;]{0,40}(?:moot|no longer (?:needed"
            r"|applicable|necessary))"
            r"|not applicable\b|there is no need for the\b)"
        ),
        unless=compiled(r"\bcomponents?\b|as noted|conservative care cannot"),
    ),
)

_COMPANION = (
    r"(?:assistant|clearance|post-?op\w*|pre-?op\w*|crutch(?:es)?|sling|brace|walker|supplies|electrodes?|batter(?:y|ies)|pass"
    r"|transport\w*|labs?|cold|stay|an(?:a?)esthes\w+|fluoroscop\w+|sedation|equipment|rental|leads?|psych\w+|colace|laxatives?"
    r"|ppi|omeprazole|gastroprotect\w+|mattress)"
)
"""What only comes with something else."""
_GONE_WITH_IT: tuple[Rule, ...] = (
    Rule(
        name="reasons.depends.given_denial",
        why="The request is decided by the denial of another one.",
        examples={
            "Given the non-certification of the surgery, this request is not certified.": _DEPENDS,
            "With the denial of the fusion, this is no longer needed.": _DEPENDS,
            "In view of the denial of item 1, items 2 to 5 are not necessary.": _DEPENDS,
            "The denial of the claim was in May.": None,
        },
        pattern=compiled(
            r"\b(?:given|due to|based on|in light of|in view of|with|because of|owing to|following"
            r"|after) (?:the )?(?:\w+ )?(?:denial|non-?certification|non-?approval) (?:of|for)\b"
        ),
    ),
    Rule(
        name="reasons.depends.without",
        why="What it would serve will not be had, and without that nothing needs it.",
        examples={
            "Without the surgery, there is no need for post-operative care.": _DEPENDS,
            "In the absence of surgery, this service is not needed.": _DEPENDS,
            "The batteries are not needed without the unit.": _DEPENDS,
            "No surgery, no therapy.": _DEPENDS,
            "There is no approved surgery for which clearance is needed.": _DEPENDS,
            "Without a recent examination the surgery is not supported.": None,
        },
        pattern=compiled(
            rf"\b(?:without|absent|in the absence of) (?:the |an? |such an? |approved "
            rf"|any )*{_SERVICE},? [^.;]{{0,60}}?\b(?:no (?:need|purpose|reason|use|indication)|not (?:needed|necessary"
            rf"|medically|required|indicated)|serves? no)"
            rf"|\b(?:not (?:needed|necessary|required)|no need [^.;]{{0,30}}) without (?:the|an?) (?:\w+ )?{_SERVICE}"
            rf"|^\W*no (?:\w+ )?{_SERVICE}, no \w+|\bno (?:approved|authorized|certified) (?:\w+ )?{_SERVICE}"
            rf"|\bno {_SERVICE} (?:is|was|has been|will be) (?:certified|approved|authorized)"
        ),
        needs=("without", "absen", "no "),
    ),
    Rule(
        name="reasons.depends.companion",
        why="A request called associated, ancillary, companion or derivative goes with its primary one.",
        examples={
            "This is a derivative or companion request, and the primary request was not approved.": _DEPENDS,
            "This associated request is likewise not medically necessary.": _DEPENDS,
            "None of the ancillary requests is necessary.": _DEPENDS,
            "The associated neck pain is not severe.": None,
        },
        pattern=compiled(
            r"\b(?:companion|derivative) (?:or \w+ )?requests?\b|\b(?:associated|ancillary|companion|derivative"
            r"|accompanying) (?:\w+ )?(?:requests?|services?|items?|equipment)\b[^.;]{0,40}\b(?:not|non-?certified"
            r"|denied|moot)\b|\bnone of the (?:ancillary|accompanying) "
        ),
    ),
    Rule(
        name="reasons.depends.so_too",
        why="A procedure or device is denied, and so is what only comes with it.",
        examples={
            "The stimulator is not supported; therefore the psychological clearance is not required.": _DEPENDS,
            "Aquatic therapy was not approved and therefore the pool pass is not.": _DEPENDS,
            "The request for fluoroscopy is not necessary as the injection is not.": _DEPENDS,
            "The supplies are not necessary because the unit is not.": _DEPENDS,
            "The surgery is not supported, therefore the surgery is not necessary.": None,
        },
        pattern=compiled(
            rf"\b(?:{_SERVICE}|therapy|treatment|opioids?"
            rf"|consult\w*)\b[^.,;]{{0,40}}\bnot (?:been )?(?:medically )?(?:necessary|approved|certified|authorized"
            rf"|supported|established|warranted)[,;]? (?:and )?(?:so|thus|therefore"
            rf"|hence),? (?:\w+ ){{0,5}}?{_COMPANION}\b|\b{_COMPANION}\b[^.,;]{{0,40}}\bnot (?:medically )?(?:necessary"
            rf"|needed|indicated|certified|required),? (?:as|because|since) (?:the|an?) {_SERVICE}(?: itself)? (?:is"
            rf"|was|are) not\b"
        ),
        needs=("so ", "thus", "therefore", "hence", " as ", "because", "since"),
    ),
    Rule(
        name="reasons.depends.would_serve",
        why="It is for a procedure that was denied, or falls with it.",
        examples={
            "The equipment would only be used after the surgery, which is not approved.": _DEPENDS,
            "Omeprazole was prescribed with the NSAIDs, which were denied.": _DEPENDS,
            "This request falls with the surgery.": _DEPENDS,
            "This issue becomes moot.": _DEPENDS,
            "The procedure that it would accompany was not approved.": _DEPENDS,
            "He falls with the cane.": None,
        },
        pattern=compiled(
            rf"\b(?:after|for|with|of|against|on) (?:the |an? )?(?:\w+ )?{_SERVICE},? (?:which|that) (?:is|was|were|has"
            rf"|have) (?:been )?(?:not (?:been )?(?:medically )?(?:approved|necessary|certified|authorized)|denied"
            rf"|non-?certified)|\b(?:falls?|goes|stands? (?:and|or) falls?) with (?:the|that) {_SERVICE}|\b(?:is"
            rf"|becomes|rendered|therefore|thus) moot\b|\b(?:accompan\w+|support|follow) (?:was|is|were"
            rf"|has been) (?:not (?:been )?(?:approved|authorized|certified)|denied)"
        ),
        unless=compiled(r"\bguideline|\bcomponents?\b"),
    ),
)

APPLIED: dict[Reason, tuple[Rule, ...]] = {_DEPENDS: (*_DEPENDENT, *_GONE_WITH_IT)}
MATTER = matter_of(APPLIED)
RULES = MATTER.rules
