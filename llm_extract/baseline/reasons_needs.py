"""What a sentence must have for a rule of reasons to hit: looked for first, it saves nine of ten tries of a rule.

Nearly every rule hits only where one of a few words begins in a certain way, so that one look at each word of a sentence tells
which rules to try. A rule that is not named here is tried on every sentence. `tests/test_baseline_needs.py` proves of every
entry, from the rule's pattern, that the rule hits nowhere without it.
"""

from __future__ import annotations

from collections.abc import Mapping

from llm_extract.baseline.page import words_of

_LENGTH = 4
BEGINNINGS: Mapping[str, str] = {
    "reasons.benefit.none": (
        "able acti adl adls alle allo anal bene bett can chan cont dail decr drop effe effi enab func gain help impr less "
        "let lets leve life livi lowe obje outc prog rati redu reli resp retu scal scor"
    ),
    "reasons.benefit.undocumented": "abse cann know lack miss neit neve not nowh omit ques t unce uncl undo unkn unsp unst",
    "reasons.benefit.vague": "clea conf insu subj vagu",
    "reasons.benefit.little": "bene impr redu reli",
    "reasons.benefit.not_helped": "avai bett chan effe fail help long mini noth plat prog resp succ temp",
    "reasons.benefit.worse": "10 gone incr rise rose went wors",
    "reasons.benefit.despite": "cons desp it spit taki this usag use usin",
    "reasons.benefit.off_work": "able disa gone off out retu temp tpd ttd unab work",
    "reasons.benefit.daily_life": "bath depe diff dres help perf",
    "reasons.benefit.argued": "argu case marg negl outw triv",
    "reasons.record.unclear": "appa cert clea disc docu evid expl indi know ment unce uncl unkn word",
    "reasons.record.does_not_explain": "fail nor not t",
    "reasons.record.does_not_mention": "cont desc fail iden incl indi list ment name",
    "reasons.record.no_discussion": "acco anal asse comm desc disc expl just",
    "reasons.record.not_given": "neve nor not nowh",
    "reasons.record.no_information": "abse inad insu lack limi neit no nor omit with",
    "reasons.record.information_missing": "abse cann know lack miss neit neve not nowh omit ques t unce uncl undo unkn unsp unst",
    "reasons.record.nobody_says": "deta expl ille inco indi miss no rati reas sile",
    "reasons.record.too_little": "cann diff in inad insu lack limi pauc scan sile spar",
    "reasons.record.no_document": (
        "audi base bloo bmi char emg hist imag inte labo list mri mult narr pr psyc radi ray resu situ vita x"
    ),
    "reasons.record.not_found": "find loca look mean unab",
    "reasons.record.more_needed": "addi adeq ambi deve diff disc ende enou enum furt inad insu item more non nons spel suff vagu",
    "reasons.monitoring.not_done": "abse cann know lack miss neit neve not nowh omit ques t unce uncl undo unkn unsp unst",
    "reasons.monitoring.ignored": "aber addr comm disc expl inco nega noti posi pres show thou unex",
    "reasons.use.long": "anti chro cont exte inde inte leng plan prol sust term usag use",
    "reasons.use.not_short": "brie shor with",
    "reasons.use.beyond": "brie dura ende exce exte far init leng long peri shor time week",
    "reasons.use.ongoing": "long ongo sust",
    "reasons.guideline.against": "advi agai endo exte favo reco supp",
    "reasons.guideline.not_recommended": "been not",
    "reasons.guideline.unproven": "evid expe inve lite stud supp unde unpr",
    "reasons.guideline.excluded": "advi almo disf excl leas serv",
    "reasons.guideline.none_supports": "endo reco supp",
    "reasons.guideline.no_role": "acce esta plac prov reco role vali valu",
    "reasons.guideline.contrary": "advi agai cont coun disc drug form unfa",
    "reasons.guideline.component": "clas comp deem ingr list name neit rate",
    "reasons.count.exceeds": "exce surp well",
    "reasons.count.above": "abov agai beyo both grea high long over past than what",
    "reasons.count.used_up": "comp exha had limi make rece unde used",
    "reasons.count.not_a_trial": "full inst wher",
    "reasons.count.excessive": "exce too",
    "reasons.count.more_often": "freq ofte than",
    "reasons.count.ceiling": "allo cap ceil limi maxi tota",
    "reasons.count.reached": "allo exha full limi maxi most reac used",
    "reasons.count.not_within": "limi numb outs sess trea tria visi",
    "reasons.first_line.no_trial": (
        "atte comp cont cour enga exha fail had havi inef into part reca refr resp tole tria trie try unde unre"
    ),
    "reasons.first_line.care_untried": (
        "atte comp cont cour enga exha fail had havi inef into part reca refr resp tole tria trie try unde unre"
    ),
    "reasons.first_line.care_not_done": "cons exer exha fail hygi into less line lowe non nono phys tria",
    "reasons.first_line.no_such_trial": "tria",
    "reasons.first_line.not_yet": "atte comp ever exha fini had home let neve obvi occu only reac tria trie tryi",
    "reasons.first_line.never_given": "atte been begu give had no pres rece star take trie unde worn",
    "reasons.first_line.care_never_given": "atte begu expl fail give offe plac pres star worn",
    "reasons.first_line.no_record_of_care": "brac cons cort fail modi spli ster",
    "reasons.first_line.still_open": "alte begu choi just line ongo opti star step stil yet",
    "reasons.criteria.not_met": "appl cand crit fulf indi meet met neit none not qual sati warr",
    "reasons.criteria.no_finding": (
        "adhe allo apne arth atro comp cond crep defi defo depr diag diso effu evid find flag frac hist impi infe inju inst "
        "lesi lock migr need neur obje oste path plan prog radi root sign sten susp swel symp tear trau trig tumo twit weak"
    ),
    "reasons.criteria.not_acute": "acut exac flar post rece spas",
    "reasons.criteria.no_gi_risk": "abdo card como cons dysp fact gast gerd gi hear naus pept refl risk stom ulce vomi",
    "reasons.criteria.no_ability": "any assi bed bedb conf defi home hous impa job jobs limi mobi moti prog retu suic unab",
    "reasons.criteria.absent": "abse assi deni does expr help neit none not supp",
    "reasons.criteria.normal": "asym beni inta limi mild mini mino nega norm slig stab unre",
    "reasons.criteria.not_indicated": "appl indi warr",
    "reasons.criteria.no_condition": "adhd conj dyst hall inso inte maxi mmi narc neur obes open peri somn ulce",
    "reasons.criteria.no_surgery_planned": "oper surg",
    "reasons.criteria.past_the_phase": "cut cuto peri phas stag",
    "reasons.criteria.partly_met": "abse crit fulf met miss neit none pres",
    "reasons.criteria.nothing_to_learn": "affe alte chan diag infl",
    "reasons.criteria.well": "able drov drve duty inde job psyc smok",
    "reasons.risk.of": "conc cont dang haza lead led outw plac pote pred put puts putt risk",
    "reasons.risk.side_effects": "adve over side",
    "reasons.risk.after_taking": "blee conf cons dizz drow fall itch naus rash seda somn",
    "reasons.risk.against": (
        "adva agai apne beer comb conc conj cont coun dang depr grow habi harm haza hepa kidn live over poor rena safe shou "
        "toge toxi unsa wors"
    ),
    "reasons.risk.reaction": "alle asle burn derm dizz drow edem head hype irri nodd palp rash seda somn swel swol",
    "reasons.risk.together": "abus addi brea depr fata inte qt seda seiz sero",
    "reasons.risk.outweighs": "avoi cont dang expo fata harm haza just leth outw risk safe toxi unne wort",
    "reasons.risk.dependent": "alco brea depe deve gi hist pote preg seiz sign",
    "reasons.other.duplicate": "alre avai coun dupl nsai own owns pair purp redu stil",
    "reasons.depends.as": "appr auth cert deni nece non nonc not uphe",
    "reasons.depends.associated": "asso inde prim prop requ see surg unde",
    "reasons.depends.service": "appr auth cert deni nece non nonc",
    "reasons.depends.no_need": "appl cont depe form hing latt need pred requ serv",
    "reasons.depends.given_denial": "deni non nona nonc",
    "reasons.depends.without": "abse appr auth cert no with",
    "reasons.depends.companion": "acco anci asso comp deri",
    "reasons.depends.so_too": (
        "anae anes as assi batt beca brac clea cola cold crut elec equi fluo gast lab labs laxa lead matt omep pass post ppi "
        "pre preo psyc rent seda sinc slin stay supp tran walk"
    ),
    "reasons.depends.would_serve": "acco appr auth cert deni fall foll goes moot nece non nonc supp",
    "reasons.recited.long": "chro cont prol term than",
    "reasons.recited.limit": "allo limi maxi reco than up",
    "reasons.use.since": "back firs furt init mont orig sinc tabl year",
    "reasons.sentence.closing": "appr auth cert deni esta inde indi nece non nonc over subs supp unne uphe warr",
    "reasons.sentence.per_guideline": "acco base by from note per rega stat unde",
    "reasons.sentence.guideline_says": (
        "aaos aasm acoe aetn amer beer cms dwc fda guid inde labe lite mtus odg peer prot sche stud"
    ),
    "reasons.sentence.they_say": "acoe amon crit defi incl indi it mean mtus odg p page reco they trea whil",
    "reasons.monitoring.none": (
        "abse can cann devo fail inad insu lack limi litt mini miss neit neve no nobo none nor not noth nowh scan spar t "
        "unce uncl unkn vagu with yet"
    ),
    "reasons.sentence.outside": "abru admi if prej revi shou tape ur util wean well were whet",
    "reasons.sentence.in_general": (
        "4 a any appe appr are can cons defi exis fda for four gene indi may mean most must opti pati reco requ rese shou "
        "show sugg supp usua woul"
    ),
    "reasons.sentence.if_the_patient": "if once unle unti when wher whet",
    "reasons.sentence.turn": (
        "alth and appl are but case clai docu doub empl here howe inju is issu it neit no none pati reco rega requ subm tabl "
        "than that this twic was wher whil work woul yet"
    ),
}
"""By the rule's name the first four letters (all letters of a shorter word) of words of which a sentence must have one."""


def _by_beginning() -> dict[str, tuple[str, ...]]:
    rules: dict[str, list[str]] = {}
    for name, beginnings in BEGINNINGS.items():
        for beginning in beginnings.split():
            rules.setdefault(beginning, []).append(name)
    return {beginning: tuple(names) for beginning, names in rules.items()}


_RULES = _by_beginning()


def possible(low: str) -> set[str]:
    """The names of the rules named here that may hit in a sentence in lower case: no other of them can."""
    found = {beginning for word in words_of(low) if (beginning := word[:_LENGTH]) in _RULES}
    return {name for beginning in found for name in _RULES[beginning]}
