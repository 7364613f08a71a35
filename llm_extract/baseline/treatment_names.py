"""How treatments are called: one rule a kind of noun, and the words before a noun that belong to its name.

Contract, rule 6: the noun with its preceding words, without side, level, date, count and article.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from llm_extract.baseline.page import words_of
from llm_extract.baseline.rule import Rule, compiled
from llm_extract.sections import Part

# --- nouns -----------------------------------------------------------------------------------------------------------

_HEAD_BEGINS = r"(?<![\w-])"
_TAIL = (
    r"(?: (?:surger(?:y|ies)|injections?|therapy|replacements?|blocks?|programs?|procedures?|units?|machine|devices?|trials?"
    r"|treatments?(?= \w+ed)))?"
)
_HEAD_ENDS = (
    r"(?![\w-])(?! (?:of the (?:claim|file)|syndrome|pain\b|report|technician|deficit|request|department|center|office|notes?"
    r"|fractures?|clinic|evaluation|consult|level|score|for (?:\w+ )?(?:clearance|authorization)))(?!/)"
)
_DRUG_THERAPY = compiled(r"(?:\w+ )*?(?:(?:opioid|opiate|narcotic|medication|drug|antibiotic|nsaid)s? therapy|pharmacotherapy)")


def _noun(names: str) -> re.Pattern[str]:
    return compiled(rf"{_HEAD_BEGINS}(?:{names}){_TAIL}{_HEAD_ENDS}")


_DEVICE = Rule(
    name="prior_treatments.device",
    why="A brace, unit or pad: had where the words say that it is used or was given.",
    examples={
        "He wears a lumbar back brace and uses an H-wave unit at home.": ("lumbar back brace", "H-wave unit"),
        "The patient reported that the TENS unit was helpful.": ("TENS unit",),
        "She was placed in a short leg cast and later a walking boot.": ("short leg cast", "walking boot"),
        "A TENS unit was applied in the office.": ("TENS unit",),
        "He has an unloader brace, which he wears at work.": ("unloader brace",),
        "She was given a sling with abduction pillow.": ("sling with abduction pillow",),
        "She wears pressure garments, an elbow strap and an SI belt.": ("pressure garments", "elbow strap", "SI belt"),
        "Night splints since April helped for a time.": ("Night splints",),
        "Wrist splint at night for 10 weeks, no help.": ("Wrist splint",),
        "A night guard was made in June.": ("night guard",),
        "IVC filter placed 2/20/13, retrieved 5/13.": ("IVC filter",),
        "The brace was requested.": None,
        "A splint at night is recommended.": None,
        "A brace for 6 weeks would help. DME: lumbar support, cold pack 30 days.": None,
        "He was wearing a seat belt and points to the belt line.": None,
    },
    pattern=_noun(
        r"brac(?:e|es)|splints?|boots?|casts?|slings?(?: with (?:an? )?(?:abduction )?pillow)?|orthotics|orthos[ie]s|insoles"
        r"|collars?|corsets?|supports?|sleeves?|wraps?"
        r"|(?:\w+ )?(?:pads?|packs?)|cushions?|guards?|mattress|h-?wave(?: units?| device| machine)?|tens(?: units?| therapy"
        r"| machine)?"
        r"|(?:interferential|stimulation|traction|inversion|ultrasound|cold therapy|hot/cold) units?|(?:cpap|bipap)(?: machine)?"
        r"|cpm(?: machine)?"
        r"|immobili[sz]ers?|(?:t?lso|[hk]?afo)(?: braces?)?|(?<!seat )(?<!tool )(?<!conveyor )(?<!lap )belts?(?! (?:line|level))"
        r"|straps?|(?:pressure|compression|burn) (?:garments?|gloves?|vests?|dressings?)"
        r"|(?:compression|ted|support) (?:stockings|hose)"
        r"|silicone sheet(?:s|ing)|(?:bandage|scleral|therapeutic) contact lens(?:es)?|hearing aids?|pacemakers?|defibrillators?"
        r"|(?:ivc|vena cava) filters?|(?:vp|ventriculoperitoneal) shunts?"
    ),
)
_THERAPY = Rule(
    name="prior_treatments.therapy",
    why="Therapies of the body and of the mind, by themselves a treatment; drugs called a therapy are not.",
    examples={
        "Treatment to date has included physical therapy, acupuncture, and chiropractic care.": (
            "physical therapy",
            "acupuncture",
            "chiropractic care",
        ),
        "The patient attended 6 sessions of cognitive behavioral therapy and biofeedback.": (
            "cognitive behavioral therapy",
            "biofeedback",
        ),
        "Other therapies included massage, traction, and infrared therapy.": ("massage", "traction", "infrared therapy"),
        "Treatment has included land and pool physical therapy and individual and group psychotherapy.": (
            "land and pool physical therapy",
            "individual and group psychotherapy",
        ),
        "She has had localized intense mirror therapy and post operative therapy.": (
            "localized intense mirror therapy",
            "post operative therapy",
        ),
        "Land based physical therapy was tried.": ("Land based physical therapy",),
        "He was treated with ibuprofen and physical therapy.": ("physical therapy",),
        "He soaked the foot in contrast baths, attended a trauma group and had low level laser.": (
            "contrast baths",
            "trauma group",
            "low level laser",
        ),
        "He had occupational therapy with scar management.": ("occupational therapy", "scar management"),
        "He has been treated with opioid therapy.": None,
        "She has not had physical therapy.": None,
    },
    pattern=_noun(
        r"physical therap(?:y|ies)|physiotherapy|occupational therapy|[a-z]*therapy"
        r"|acc?up\w{0,3}n\w{0,3}ture"
        r"|chiro(?:practic)?\b(?: (?:care|treatments?|manipulative therapy|therapy|manipulations?|adjustments?|visits?"
        r"|sessions?))?"
        r"|massages?|biofeedback|counseling|acup\b|acu\b|traction|(?<!diagnostic )ultrasound(?! of| guid)|shock ?-?wave therapy"
        r"|cupping"
        r"|lithotripsy|dry needling"
        r"|manual therapy|manipulations?(?! under)|kinesio ?tap(?:e|ing)|desensitization|iontophoresis|phonophoresis"
        r"|plasmapheresis"
        r"|(?:contrast|paraffin|sitz|whirlpool|epsom(?: salts?)?|fluido) (?:baths?|soaks?)|scar (?:management|mobili[sz]ation)"
        r"|(?:wound|edema) (?:care|management)|(?:low[- ]level|cold|class iv|therapeutic) laser"
        r"|(?:trauma|support|process|coping(?: skills)?|anger management|stress management|pain management|mindfulness)"
        r" (?:groups?|class(?:es)?)"
    ),
)
_SELF_CARE = Rule(
    name="prior_treatments.self_care",
    why="What patients do themselves counts where the words say that they did it (contract, rule 6).",
    examples={
        "Conservative treatments: rest, activity modification, ice, and home exercises.": (
            "rest",
            "activity modification",
            "ice",
            "home exercises",
        ),
        "The injured worker is utilizing a home exercise program, ice and heat.": ("home exercise program", "ice", "heat"),
        "He gets by with heat, and the stretching that was taught to him.": ("heat", "stretching"),
        "Rest was advised.": None,
        "He completed an exercise stress test.": None,
    },
    pattern=_noun(
        r"(?:home )?exercises?(?: programs?)?(?! (?:bikes?|balls?|bands?|tolerance|intolerance|stress|test\w*)\b)"
        r"|stretching"
        r"|yoga|(?:activity|work|job|lifestyle|dietary|duty) (?:modifications?"
        r"|restrictions?)"
        r"|rest\b|ice\b|heat\b|self[- ]care"
    ),
)
_SUPPORT = Rule(
    name="prior_treatments.immobilization",
    why="Bracing, splinting, casting: named by what is done.",
    examples={
        "Treatment consisted of splinting and night bracing.": ("splinting", "night bracing"),
        "Casting was recommended.": None,
    },
    pattern=_noun(r"bracing|splinting|casting|taping|immobilization"),
)
_PROGRAM = Rule(
    name="prior_treatments.program",
    why="Programmes that are treatments by their name.",
    examples={
        "He completed a functional restoration program and work hardening.": ("functional restoration program", "work hardening"),
        "A functional restoration program was requested.": None,
    },
    pattern=_noun(
        r"work[ -]hardening|work[ -]conditioning|gym memberships?"
        r"|(?:functional restoration|detoxification|pain management|weight loss|work hardening|help) programs?"
    ),
)
_SURGERY = Rule(
    name="prior_treatments.surgery",
    why="Operations, by their names or by the endings of such names.",
    examples={
        "He is status post anterior cervical discectomy and fusion C5-6 in 2011.": ("anterior cervical discectomy and fusion",),
        "The patient underwent left knee arthroscopy with partial medial meniscectomy.": (
            "knee arthroscopy",
            "partial medial meniscectomy",
        ),
        "She had open reduction and internal fixation of the ankle and hardware removal.": (
            "open reduction and internal fixation",
            "hardware removal",
        ),
        "The patient had previous surgeries including a left carpal tunnel release.": None,
        "Surgical history is significant for C-section, a remote appendectomy and tubal ligation.": (
            "C-section",
            "appendectomy",
            "tubal ligation",
        ),
        "There have been a tenotomy and a later removal of the plate.": ("tenotomy", "removal of the plate"),
        "She had root canal treatment of #8 and composite bonding of #7.": ("root canal treatment", "composite bonding"),
        "History of tympanostomy tubes. Irrigation at the scene.": ("tympanostomy tubes", "Irrigation"),
        "He had a manipulation under anesthesia.": ("manipulation under anesthesia",),
        "He is a candidate for lumbar fusion.": None,
    },
    pattern=_noun(
        r"(?:discectomy|decompression|laminectomy|corpectomy) and fusion|tympanostomy tubes?"
        r"|\w*(?:ectomy|ectomies|otomy|otomies|oplasty|oplasties|odesis|ostomy|orrhaphy)|arthroscop(?:y|ies)|(?<!post-)fusions?"
        r"|hardware removal|removal of (?:the |an? |his |her )?(?:hardware|plates?|screws?|pins?|rods?"
        r"|implants?|stimulator)|open reduction(?: and)? internal fixation|manipulation under an?esthesia"
        r"|incision and drainage|c-sections?|(?:cesarean|caesarean)(?: sections?| deliver(?:y|ies))?|(?:tubal )?ligations?"
        r"|stent(?:s|ing)?(?: placement)?|punctal plugs?|laser (?:photocoagulation|ablation)"
        r"|irrigation(?: and debridement)?"
        r"|root canals?(?: (?:treatments?|therapy|retreatment))?|(?:composite|resin) (?:bonding|restorations?)"
        r"|scaling(?: and root planing)?"
        r"|amputations?|debridements?|transplant|cathet\w+ization|(?:gastric|coronary artery) bypass(?: graft\w*| surgery)?"
        r"|surger(?:y|ies)|operations?|(?<!the )procedures?"
    ),
)
_INJECTION = Rule(
    name="prior_treatments.injection",
    why="Injections, blocks and what is done to nerves through a needle.",
    examples={
        "The patient has had 3 lumbar epidural injections and medial branch blocks.": (
            "lumbar epidural injections",
            "medial branch blocks",
        ),
        "She underwent radiofrequency neurotomy in 2013.": ("radiofrequency neurotomy",),
        "She had a single subacromial steroid injection.": ("subacromial steroid injection",),
        "She declined any injections.": None,
        "Examination showed a springy block.": None,
    },
    pattern=_noun(
        r"rhizotom(?:y|ies)|radiofrequency (?:ablations?|lesioning|neurotom(?:y|ies))|neurotom(?:y|ies)|ablations?"
        r"|(?:hyaluronic acid|cortisone|steroid|corticosteroid|kenalog|synvisc|orthovisc|supartz|euflexxa|botox|toradol)"
        r" (?:injections?|shots?)|viscosupplementation|injections?|shots?"
        r"|(?<!springy )(?<!bony )(?<!mechanical )(?<!heart )(?<!bundle branch )(?<!city )blocks?"
        r"|epidurals?(?! (?:steroid|cortico|injection"
        r"|block))"
    ),
)
_NEEDS_WORD = Rule(
    name="prior_treatments.with_word",
    why='Nouns that name a treatment only with a word before them: "rotator cuff repair", "ketamine infusion".',
    examples={
        "Patient is s/p right knee ACL reconstruction, s/p left shoulder SLAP repair.": ("ACL reconstruction", "SLAP repair"),
        "He underwent distal clavicle resection and had a ketamine infusion.": ("distal clavicle resection", "ketamine infusion"),
        "Surgical history includes bilateral carpal tunnel release.": ("carpal tunnel release",),
        "He had a spinal cord stimulator implanted in 2009.": ("spinal cord stimulator",),
        "He completed inpatient rehabilitation and outpatient detoxification.": (
            "inpatient rehabilitation",
            "outpatient detoxification",
        ),
        "Inpatient rehab 9 d.": ("Inpatient rehab",),
        "The MRI showed an intact repair.": None,
        "Films show complicated crown fractures.": None,
        "The release was signed.": None,
    },
    pattern=_noun(
        r"releases?|repairs?|scopes?|pinning|reconstructions?|decompressions?|replacements?|implants?|implantation|removals?"
        r"|revisions?"
        r"|transpositions?|transfers?|grafts?|grafting|stimulation|neurostimulation|trainings?|programs?|fillings?|crowns?"
        r"|resections?|excisions?|extractions?|infusions?"
        r"|(?<!vocational )rehab(?:ilitation)?(?! (?:potential|facility|hospital|counselor|nurse))"
        r"|detoxification|detox"
        r"|stimulators?(?: trial| implant(?:ation)?\b| placement)?|pumps?(?: implant(?:ation)?\b| replacement| placement)?"
        r"|reductions?|fixation|conditioning"
    ),
)
_SHORT = Rule(
    name="prior_treatments.abbreviation",
    why='Abbreviations in capitals: "PT" is physical therapy, "pt." the patient.',
    examples={
        "Treatment to date: PT, HEP, LESI, NSAIDs.": ("PT", "HEP", "LESI"),
        "Past procedures: ACDF C5-7.": ("ACDF",),
        "She has had bilateral TFESI's, MBB's and an RFA.": ("TFESI's", "MBB's", "RFA"),
        "Cont PT.": ("PT",),
        "The pt. was seen.": None,
        "An RFA form was submitted with the RFA of 2/9/16.": None,
    },
    pattern=compiled(
        r"(?<![\w-])(?:PT|OT|HEP|CBT|ESIs?|LESIs?|CESIs?|TFESIs?|ILESIs?|MBBs?"
        r"|(?<!the )(?<!The )RFAs?(?! (?:forms?|dated|of \d|on \d|from|was|received|submitted))"
        r"|TPIs?|CTR|ACDF|RCR|ALIF|PLIF|TLIF|XLIF"
        r"|ORIF|ESWT|EMS"
        rf"|IFC|TKA|TKR|THA|THR|SCS|IDET|FRP|PRP|TENS|CMT|NMES|EMDR|MUA|LINT|SGB|ECT|TMS)"
        rf"(?:(?<=SI|BB|PI)'s)?{_TAIL}{_HEAD_ENDS}"
    ),
)
RULES = (_DEVICE, _THERAPY, _SELF_CARE, _SUPPORT, _PROGRAM, _SURGERY, _INJECTION, _NEEDS_WORD, _SHORT)
WITH_WORD = _NEEDS_WORD.name
_NAMED = {rule.name.rsplit(".", 1)[1]: rule for rule in RULES[:-1]}
_KINDS = "|".join(
    f"(?P<{kind}>{rule.pattern.pattern.removeprefix(_HEAD_BEGINS).removesuffix(_TAIL + _HEAD_ENDS)})"
    for kind, rule in _NAMED.items()
    if rule.pattern
)
_HEAD = compiled(rf"{_HEAD_BEGINS}(?:{_KINDS}){_TAIL}{_HEAD_ENDS}")
_BEGINNING = 4
_BEGINNINGS = frozenset(
    """
    abla accu acu acup aest afo aid aids ampu anes arth bath belt biof bipa bloc bond boot brac bypa caes cana cast cath
    cesa chir clas coll cond cors coun cpap cpm crow cupp cush debr deco defi dese deto drai dres dry edem epid exci exer
    extr fill filt fixa fusi garm glov graf grou guar gym h hafo hard heat hose hwav ice immo impl infu inje inso iont
    irri kafo kine lase lens lesi liga lith lso mani manu mass matt modi neur occu oper orth pace pack pad pads phon phys
    pinn plas plug proc prog pump reco redu reha rele remo repa repl rese rest revi rhiz scal scar scop sect self shoc
    shot shun sili slee slin soak spli sten stim stoc stra stre supp surg tapi tens tlso trac trai tran tymp ultr unit
    vest visc woun wrap yoga
    """.split()  # noqa: SIM905
)
_ENDINGS = ("therapy", "ectom", "otom", "oplast", "odesis", "ostom", "orrhaph")
"""Every noun has a word that begins with the letters of `_BEGINNINGS` (four, or the whole word) or one of these endings."""
_CAPITALS = compiled("[A-Z][A-Z]")
"""Every abbreviation has these."""

BARE = compiled(
    r"(?:surger(?:y|ies)|operations?|procedures?|injections?|shots?|therapy|therapies|blocks?|epidurals?|manipulations?"
    r"|ablations?)"
)
"""Nouns that by themselves name no treatment in particular."""
OFTEN_ADVICE = compiled(
    r"rest|ice|heat|stretching|(?:home )?exercises?(?: programs?)?|traction|ultrasound|yoga|self[- ]care|programs?"
)
"""Nouns that need words that say that the patient had it."""
_ANNOUNCING = compiled(
    r"(?:therapy|exercises?|procedures?|operations?|supports?|programs?|manipulations?|shots?|blocks?|rest|heat|ice|injections?"
    r"|pads?|packs?)"
)


class Head(NamedTuple):
    """A noun, in lower case, with its place and the name of its rule."""

    start: int
    end: int
    words: str
    by: str

    @property
    def is_device(self) -> bool:
        """Whether it is a thing that one has."""
        return self.by == _DEVICE.name


class Named(NamedTuple):
    """The place of a treatment's name. `bare`: it names none in particular."""

    start: int
    end: int
    bare: bool
    by: str


def heads(text: str, low: str, part: Part) -> list[Head]:
    """The nouns of a part in order; abbreviations are told by their capitals."""
    names = _nouns(low, part)
    shorts = _abbreviations(text, part)
    kept: list[Head] = []
    for head in sorted([*names, *shorts], key=lambda h: (h.start, -h.end)):
        if not kept or head.start >= kept[-1].end:
            kept.append(head)
    return kept


def _nouns(low: str, part: Part) -> list[Head]:
    if not _may_have_noun(low[part.start : part.end]):
        return []
    return [Head(*m.span(), m.group(), _NAMED[m.lastgroup].name) for m in _HEAD.finditer(low, *part) if m.lastgroup]


def _may_have_noun(low: str) -> bool:
    """Whether there is a word that a noun needs: most sentences have none, and a look at their words is quick."""
    begins = not _BEGINNINGS.isdisjoint([word[:_BEGINNING] for word in words_of(low)])
    return begins or any(ending in low for ending in _ENDINGS)


def _abbreviations(text: str, part: Part) -> list[Head]:
    if _SHORT.pattern is None or _CAPITALS.search(text, *part) is None:
        return []
    return [Head(*m.span(), m.group().lower(), _SHORT.name) for m in _SHORT.pattern.finditer(text, *part)]


_ANNOUNCES = compiled(r" ?:| (?:which |that )?(?:has |have )?(?:also )?(?:includ\w+|consist\w+|such as)\b")
_GENERIC = compiled(
    r"(?:(?:operative|surgical|orthop\w+|invasive|interventional|medical) )?(?:surger(?:y|ies)|procedures?|operations?|therapies)"
)
_OF = compiled(r" of\b(?! (?:fingertip|hardware))")
# "left knee ACL reconstruction" is named well enough by the ligament.
_BEFORE_SHORT = compiled(r"(?:knee|shoulder|hip|ankle|wrist) (?=(?:acl|pcl|mcl|slap|tfcc)\b)")
_INJECTED = compiled(r"inject|block")


def named(low: str, s: Part, head: Head) -> Named | None:
    """The noun with its preceding words; None where it lacks one that it needs, or only announces what has a name."""
    start = _start_of(low, s.start, head.start)
    if place := _BEFORE_SHORT.match(low, start, head.end):
        start = place.end()
    alone, bare = start == head.start, bool(BARE.fullmatch(head.words))
    if _ANNOUNCES.match(low, head.end, s.end) and _GENERIC.fullmatch(low, start, head.end):
        return None
    if _DRUG_THERAPY.fullmatch(low, start, head.end):
        return None
    announces = low.startswith(":", head.end)
    of = _OF.match(low, head.end) is not None
    if alone and (head.by == _NEEDS_WORD.name or (announces and _ANNOUNCING.fullmatch(head.words))):
        return None
    if (alone and bare and (announces or (of and not _INJECTED.match(head.words)))) or (
        of and head.words.startswith("implantation")
    ):
        return None
    return Named(start, head.end, alone and bare, head.by)


# --- the words before a noun -----------------------------------------------------------------------------------------

_STOP_WORDS = """
    a an the this that these those his her their its my your our and or but nor so of to in on at by for from with without
    as into over under upon per via than then until till since after before during while through throughout because due if
    when where which who whom whose what no not never right left bilateral bilaterally both rt lt l r b prior previous
    previously past earlier recent recently former formerly first second third fourth fifth last latest initial additional
    further more other another such any each every all some several many few multiple numerous various extensive formal
    conservative appropriate ongoing current currently subsequent repeat continued unspecified one two three four five six
    seven eight nine ten eleven twelve sixteen eighteen twenty thirty he she they it we i is are was were be been being am
    has have had having do does did done get gets got go goes went gone take takes took taken give gives gave given make
    made see saw seen use uses used using wear wears wore worn need needs needed try tries tried trial begin began begun
    start starts started finish finished complete completes completed attend attends attended receive received receives
    underwent undergone undergo undergoes include includes included including consist consists consisted comprise status
    post s/p status-post patient claimant worker applicant employee provider physician doctor surgeon therapist treatment
    treatments care tx rx hx sessions session visits visit course courses series sets set round rounds months month weeks
    week days day years year times x only also just even later thereafter about around approximately nearly least most
    well too very quite still again once twice oral helped helps help failed fails fail remained reports reported states
    stated notes noted denies denied want wants pain relief improved improvement possible potential pending proposed
    planned requested new old supervised drug medication medications up down out off like plus minus versus vs unit should
    can remote distant uncomplicated successful unsuccessful emergency emergent urgent elective brief intact solid routine
    standard regular same similar unrelated industrial nonindustrial non-industrial apparent adequate aggressive could
    single requests request seeks orders cont would will must may might continue continues proceed utilizing utilized
"""
_STOP = frozenset(_STOP_WORDS.split())
_ADJECTIVES_ED = compiled(
    r"(?:instrumented|guided|assisted|extended|computerized|fixed|hinged|land-based|home-based|image-guided|x-ray-guided"
    r"|ultrasound-guided|fluoroscopically|weighted|padded|prefabricated|molded|custom-molded|extracorporeal|lateral-wedged"
    r"|staged|combined|closed|modified|tailored|targeted|heating|icing|cooling|sleeping|bursing|nursing|lifting|walking"
    r"|training|strengthening|stretching|conditioning|night-time|nighttime|bathing|counseling|pulsed|limited|directed"
    r"|self-directed|infrared|unsupervised|unloading|based|localized|graded|manualized|structured|specialized|individualized"
    r"|focused|motorized|balancing|meshed)"
)
_ARTICLE = compiled(r"(?:^|[\s(])(?:an?|the|his|her|of|with|by|\d+|one|two|three|four|[ctls]\d[\w/-]*)$|[,;:(]$")
_WORD = compiled(r"[a-z][a-z'/&-]*")
_LEVEL_OR_NUMBER = compiled(r"[ctls]\d|\d|#")
_MOST_WORDS = 5
_AFTER_POST = compiled(r"(?:op|operative|surgical|traumatic|injury|procedure)\b")
_PARALLEL = (
    r"(?:(?:land|water|home|pool)[- ]based|land|water|pool|aquatic|aqua|individual|group|family|physical|occupational|speech"
    r"|vestibular|manual|active|passive|cervical|thoracic|lumbar|lumbosacral|sacral|medial|lateral|anterior|posterior|upper|lower"
    r"|hot|cold|facet|epidural)"
)
# "land and pool physical therapy", "cervical and lumbar epidural injections": both words go with the noun.
_PAIR_BEFORE = compiled(rf"(?<![\w-]){_PARALLEL} (?:and|or|&) $")
_PARALLEL_WORD = compiled(_PARALLEL + r"(?![\w-])")


def _start_of(low: str, floor: int, head: int) -> int:
    """Where the words that belong to a noun begin: back to the first that is no adjective of it."""
    start = head
    if low[start - 1 : start] == "/" and start > floor:  # "heat/ice"
        start -= 1 + len(re.search(r"[a-z-]*$", low[max(floor, start - 20) : start - 1]).group())  # type: ignore[union-attr]
    for _ in range(_MOST_WORDS):
        before = low[max(floor, start - 40) : start]
        if not before.endswith(" "):
            break
        word = before.rstrip().rsplit(" ", 1)[-1].lstrip("(\"'")
        ahead = low[floor : start - 1 - len(word)].rstrip()[-24:]
        if not (_belongs(word, ahead) or (word == "post" and ahead[-6:] != "status" and _AFTER_POST.match(low, start))):
            break
        start -= len(word) + 1
    return start - _paired(low, floor, start)


def _paired(low: str, floor: int, start: int) -> int:
    """Characters of "land and " before "pool physical therapy"."""
    if not low[start - 4 : start].endswith(("and ", "or ", "& ")) or not _PARALLEL_WORD.match(low, start):
        return 0
    pair = _PAIR_BEFORE.search(low[max(floor, start - 24) : start])
    return len(pair.group()) if pair else 0


def _belongs(word: str, ahead: str) -> bool:
    if word in _STOP or word.endswith("-level") or not _WORD.fullmatch(word) or _LEVEL_OR_NUMBER.match(word):
        return False
    if word.endswith(("ed", "ing")) and not _ADJECTIVES_ED.fullmatch(word):
        return bool(_ARTICLE.search(ahead))
    return not word.endswith("ly")
