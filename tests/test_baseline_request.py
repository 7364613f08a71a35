"""The request line: one table a kind of request, each line worded as letters word it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract.baseline import asked, body_parts, rates, service_dates
from llm_extract.baseline.request import read_request, read_values
from llm_extract.baseline.request_line import Line
from llm_extract.baseline.rule import Rule
from llm_extract.baseline.rulebook import rules

Values = dict[str, object]


def asks(treatment: str, **values: object) -> Values:
    """What a request asks for; a field that is not named is not in the request."""
    return {"treatment": treatment, **values}


def read(request: str) -> Values:
    """The bare values of a request, category and generic name aside: they have their own tests."""
    found = read_request(request, latest_year=2015)
    return {name: value for name, (value, _) in found.items() if name not in ("category", "generic_name")}


DRUGS = {
    "Soma 350mg # 60 w/ 3 RF": asks("Soma", strength="350 mg", quantity=60, refills=3),
    "Genicin (glucosamine) 500mg, 1 capsule three times a day, #90": asks(
        "Genicin (glucosamine)", strength="500 mg", quantity=90, frequency="1 capsule three times a day"
    ),
    "Ambien 10mg, one at bedtime, #30": asks("Ambien", strength="10 mg", quantity=30, frequency="one at bedtime"),
    "Norco 10/325mg, take one tablet by mouth every 6 hours, #120": asks(
        "Norco", strength="10/325 mg", quantity=120, frequency="take one tablet by mouth every 6 hours"
    ),
    "18 Sumatriptan Succinate tablets 25mg (9x2)": asks("Sumatriptan Succinate tablets", strength="25 mg", quantity=18),
    "Voltaren gel 1%, 100 gm tubes x 3": asks("Voltaren gel", strength="1 %", quantity=300),
    "Voltaren gel 1%, 3 tubes of 100 gm": asks("Voltaren gel", strength="1 %", quantity=300),
    "Protonix 20mg #60 (UR appeal of 5/6/15 upheld)": asks("Protonix", strength="20 mg", quantity=60),
    "Norco 10/325mg #120 (modified to #60)": asks("Norco", strength="10/325 mg", quantity=120),
    "Gabapentin 300mg #90 (Express Scripts)": asks("Gabapentin", strength="300 mg", quantity=90),
    "Gabapentin 300mg #90, NDC 00071-0803-24": asks("Gabapentin", strength="300 mg", quantity=90),
    "Soma refills": asks("Soma"),
    "Soma 350mg x3 refills": asks("Soma", strength="350 mg", refills=3),
    "Soma 350mg #30 x2 refills": asks("Soma", strength="350 mg", quantity=30, refills=2),
    "Omeprazole20mg #60": asks("Omeprazole", strength="20 mg", quantity=60),
    "Norco 10/325mg #120": asks("Norco", strength="10/325 mg", quantity=120),
    "NORCO 10/325 MG, #60": asks("NORCO", strength="10/325 mg", quantity=60),
    "Norco 10/325mg, QTY: 60.00": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10-325mg Qty: 60.00": asks("Norco", strength="10/325 mg", quantity=60),
    "Hydrocodone/APAP 10/325mg #90": asks("Hydrocodone/APAP", strength="10/325 mg", quantity=90),
    "Hydrocodone-Acetaminophen 10/325mg, #120 with 2 refills": asks(
        "Hydrocodone-Acetaminophen", strength="10/325 mg", quantity=120, refills=2
    ),
    "Hydrocodone/Acetaminophen 5/325 mg #60, 1 refill": asks(
        "Hydrocodone/Acetaminophen", strength="5/325 mg", quantity=60, refills=1
    ),
    "1 prescription of Norco 10/325mg #60": asks("Norco", strength="10/325 mg", quantity=60),
    "One (1) prescription of Norco 10/325mg, #90 with 1 refill": asks("Norco", strength="10/325 mg", quantity=90, refills=1),
    "1 PRESCRIPTION OF NAPROXEN 550MG, #60": asks("NAPROXEN", strength="550 mg", quantity=60),
    "Prescription of Soma 350mg #60": asks("Soma", strength="350 mg", quantity=60),
    "Prescription for Tramadol ER 150mg, #30": asks("Tramadol ER", strength="150 mg", quantity=30),
    "(1) Prescription of Omeprazole 20mg #60": asks("Omeprazole", strength="20 mg", quantity=60),
    "One prescription of Flexeril 7.5mg #60": asks("Flexeril", strength="7.5 mg", quantity=60),
    "Unknown prescription of Terocin patches": asks("Terocin patches"),
    "Unknown prescription of Menthoderm gel": asks("Menthoderm gel"),
    "90 tablets of Norco 10/325mg": asks("Norco", strength="10/325 mg", quantity=90),
    "60 tablets of Naproxen 550mg with 3 refills": asks("Naproxen", strength="550 mg", quantity=60, refills=3),
    "60 Omeprazole 20 mg": asks("Omeprazole", strength="20 mg", quantity=60),
    "180 Capsules of Omeprazole 20mg": asks("Omeprazole", strength="20 mg", quantity=180),
    "Omeprazole 20mg #60 with 5 refills": asks("Omeprazole", strength="20 mg", quantity=60, refills=5),
    "Omeprazole DR 20mg #60 x 3 refills": asks("Omeprazole DR", strength="20 mg", quantity=60, refills=3),
    "Omeprazole 20mg quantity 60": asks("Omeprazole", strength="20 mg", quantity=60),
    "Omeprazole 20 mg, sixty count": asks("Omeprazole", strength="20 mg", quantity=60),
    "Omeprazole capsules 20mg, quantity 120": asks("Omeprazole capsules", strength="20 mg", quantity=120),
    "Prilosec 20mg 1 po bid #60": asks("Prilosec", strength="20 mg", quantity=60, frequency="1 po bid"),
    "Naproxen Sodium 550mg #90": asks("Naproxen Sodium", strength="550 mg", quantity=90),
    "Anaprox DS 550mg #60": asks("Anaprox DS", strength="550 mg", quantity=60),
    "Naprosyn 500mg tablets #60 with 1 refill": asks("Naprosyn tablets", strength="500 mg", quantity=60, refills=1),
    "Fexmid 7.5mg tablets 1 by mouth twice a day #60": asks(
        "Fexmid tablets", strength="7.5 mg", quantity=60, frequency="1 by mouth twice a day"
    ),
    "Cyclobenzaprine HCL 7.5mg #90": asks("Cyclobenzaprine HCL", strength="7.5 mg", quantity=90),
    "Cyclobenzaprine Hydrochloride tablets 7.5mg quantity 120": asks(
        "Cyclobenzaprine Hydrochloride tablets", strength="7.5 mg", quantity=120
    ),
    "Tizanidine 4mg #60 refills: 2": asks("Tizanidine", strength="4 mg", quantity=60, refills=2),
    "Zanaflex 4mg 1 tablet twice daily #60": asks("Zanaflex", strength="4 mg", quantity=60, frequency="1 tablet twice daily"),
    "Gabapentin 600mg TID #90": asks("Gabapentin", strength="600 mg", quantity=90, frequency="TID"),
    "Neurontin 300mg #90 RF x3": asks("Neurontin", strength="300 mg", quantity=90, refills=3),
    "Lyrica 75 mg twice daily, #60 with 2 refills": asks(
        "Lyrica", strength="75 mg", quantity=60, refills=2, frequency="twice daily"
    ),
    "Butrans Patch 10mcg/hr #4": asks("Butrans Patch", strength="10 mcg/hr", quantity=4),
    "Butrans patches 10 mcg/hour, #4 with 1 refill": asks("Butrans patches", strength="10 mcg/hr", quantity=4, refills=1),
    "Butrans 20mcg/hr patch, one patch every 7 days, #4": asks(
        "Butrans patch", strength="20 mcg/hr", quantity=4, frequency="one patch every 7 days"
    ),
    "Fentanyl patch 50mcg/hr #10": asks("Fentanyl patch", strength="50 mcg/hr", quantity=10),
    "Duragesic 25mcg/hour #15": asks("Duragesic", strength="25 mcg/hr", quantity=15),
    "Duragesic 100 mcg #10": asks("Duragesic", strength="100 mcg", quantity=10),
    "Lidoderm 5% patch #30": asks("Lidoderm patch", strength="5 %", quantity=30),
    "Lidoderm patches 5%, #60 with 1 refill": asks("Lidoderm patches", strength="5 %", quantity=60, refills=1),
    "Lidoderm 5% (700mg/patch) #30": asks("Lidoderm", strength="5 %", quantity=30),
    "Terocin patches #30": asks("Terocin patches", quantity=30),
    "Terocin lotion 120ml": asks("Terocin lotion", quantity=120),
    "Voltaren gel 1% 100gm tube": asks("Voltaren gel", strength="1 %", quantity=100),
    "Voltaren 1% gel, 3 tubes": asks("Voltaren gel", strength="1 %", quantity=3),
    "Flector patch 1.3% #60": asks("Flector patch", strength="1.3 %", quantity=60),
    "Dendracin lotion 120 ml": asks("Dendracin lotion", quantity=120),
    "Percocet 10/325mg 1 tab q6h prn #120": asks("Percocet", strength="10/325 mg", quantity=120, frequency="1 tab q6h prn"),
    "Percocet 5/325mg 1 PO every 4-6 hours as needed for pain #180": asks(
        "Percocet", strength="5/325 mg", quantity=180, frequency="1 PO every 4-6 hours as needed"
    ),
    "OxyContin 20mg #60": asks("OxyContin", strength="20 mg", quantity=60),
    "Oxycodone IR 15mg #120": asks("Oxycodone IR", strength="15 mg", quantity=120),
    "Oxycodone 30 mg, 1 tablet every 4 hours #180": asks(
        "Oxycodone", strength="30 mg", quantity=180, frequency="1 tablet every 4 hours"
    ),
    "MS Contin 30mg BID #60": asks("MS Contin", strength="30 mg", quantity=60, frequency="BID"),
    "Morphine Sulfate ER 15mg #60": asks("Morphine Sulfate ER", strength="15 mg", quantity=60),
    "Opana ER 20mg #60": asks("Opana ER", strength="20 mg", quantity=60),
    "Nucynta 75mg #90": asks("Nucynta", strength="75 mg", quantity=90),
    "Tylenol #3 #60": asks("Tylenol #3", quantity=60),
    "Tylenol No. 3, #60": asks("Tylenol No. 3", quantity=60),
    "Tylenol with codeine #3 #90": asks("Tylenol with codeine #3", quantity=90),
    "Tylenol #4, QTY 60": asks("Tylenol #4", quantity=60),
    "Ultram 50mg 1-2 tabs q 6 hours #120": asks("Ultram", strength="50 mg", quantity=120, frequency="1-2 tabs q 6 hours"),
    "Ultram ER 150mg, #30, one daily": asks("Ultram ER", strength="150 mg", quantity=30, frequency="one daily"),
    "Ketoprofen 20% cream 165gm": asks("Ketoprofen cream", strength="20 %", quantity=165),
    "Methoderm ointment 120gm": asks("Methoderm ointment", quantity=120),
    "Menthoderm gel 240 gm": asks("Menthoderm gel", quantity=240),
    "Menthoderm 120ml": asks("Menthoderm", quantity=120),
    "Medrox patches #30": asks("Medrox patches", quantity=30),
    "LidoPro cream 121gm": asks("LidoPro cream", quantity=121),
    "Lidopro topical ointment 4oz #1": asks("Lidopro topical ointment", quantity=1),
    "Capsaicin cream 0.025%": asks("Capsaicin cream", strength="0.025 %"),
    "Capsaicin cream": asks("Capsaicin cream"),
    "Pennsaid 2% pump": asks("Pennsaid pump", strength="2 %"),
    "Ambien 10mg QHS #30": asks("Ambien", strength="10 mg", quantity=30, frequency="QHS"),
    "Ambien 10 mg at bedtime, #30": asks("Ambien", strength="10 mg", quantity=30, frequency="at bedtime"),
    "Xanax 0.5mg #60": asks("Xanax", strength="0.5 mg", quantity=60),
    "Restoril 30 mg, #30": asks("Restoril", strength="30 mg", quantity=30),
    "Cymbalta 60mg daily #30": asks("Cymbalta", strength="60 mg", quantity=30, frequency="daily"),
    "Zofran 4mg #10": asks("Zofran", strength="4 mg", quantity=10),
    "Ondansetron ODT 8mg #30": asks("Ondansetron ODT", strength="8 mg", quantity=30),
    "Medrol dose pack": asks("Medrol dose pack"),
    "Sumatriptan Succinate 25mg #9 x 2": asks("Sumatriptan Succinate", strength="25 mg", quantity=9),
    "Norco 5/325mg 1 tab by mouth every 6 hours #100": asks(
        "Norco", strength="5/325 mg", quantity=100, frequency="1 tab by mouth every 6 hours"
    ),
    "Dilaudid 4 mg 1 tablet q 4-6 hours, #150": asks("Dilaudid", strength="4 mg", quantity=150, frequency="1 tablet q 4-6 hours"),
    "Methadone 10mg 3 times a day, #90": asks("Methadone", strength="10 mg", quantity=90, frequency="3 times a day"),
    "Suboxone 8/2mg #60": asks("Suboxone", strength="8/2 mg", quantity=60),
    "Suboxone 8mg/2mg SL film #60": asks("Suboxone SL film", strength="8/2 mg", quantity=60),
    "Senokot-S #120": asks("Senokot-S", quantity=120),
    "Colace 100mg bid #60": asks("Colace", strength="100 mg", quantity=60, frequency="bid"),
    "Docuprene 100mg #60": asks("Docuprene", strength="100 mg", quantity=60),
    "Celebrex 200 mg, 30 count, 2 refills": asks("Celebrex", strength="200 mg", quantity=30, refills=2),
    "Ibuprofen 800mg, ninety count": asks("Ibuprofen", strength="800 mg", quantity=90),
    "Diclofenac XR 100mg #60": asks("Diclofenac XR", strength="100 mg", quantity=60),
    "Norflex ER 100mg (orphenadrine) #60": asks("Norflex ER (orphenadrine)", strength="100 mg", quantity=60),
    "Soma (Carisoprodol) 350mg, #90": asks("Soma (Carisoprodol)", strength="350 mg", quantity=90),
    "Protonix (pantoprazole) 20 mg #60": asks("Protonix (pantoprazole)", strength="20 mg", quantity=60),
    "Trazodone 50mg 1-2 tabs at bedtime #60": asks("Trazodone", strength="50 mg", quantity=60, frequency="1-2 tabs at bedtime"),
    "Fioricet #60": asks("Fioricet", quantity=60),
    "Vicodin ES 7.5/750mg #60": asks("Vicodin ES", strength="7.5/750 mg", quantity=60),
    "Baclofen 10mg 1 q8h #90": asks("Baclofen", strength="10 mg", quantity=90, frequency="1 q8h"),
    "Norco (Hydrocodone/APAP) 10/325 mg #120": asks("Norco (Hydrocodone/APAP)", strength="10/325 mg", quantity=120),
    "Hydrocodone/APAP (Norco) 10/325mg, #60": asks("Hydrocodone/APAP (Norco)", strength="10/325 mg", quantity=60),
    "Hydrocodone 10/325mg #90": asks("Hydrocodone", strength="10/325 mg", quantity=90),
    "Norco 10/325mg Q4-6H #150": asks("Norco", strength="10/325 mg", quantity=150, frequency="Q4-6H"),
    "Norco 10/325mg QID #120, no refills": asks("Norco", strength="10/325 mg", quantity=120, refills=0, frequency="QID"),
    "Norco 10/325mg PO Q6H PRN pain #120": asks("Norco", strength="10/325 mg", quantity=120, frequency="Q6H PRN"),
    "60 tablets Norco 10/325mg with 0 refills": asks("Norco", strength="10/325 mg", quantity=60, refills=0),
    "Norco 10/325mg #120 x 1 month": asks("Norco", strength="10/325 mg", quantity=120, frequency="1 month"),
    "Norco 10/325mg #120 (1 month supply)": asks("Norco", strength="10/325 mg", quantity=120, frequency="1 month supply"),
    "1 month supply of Norco 10/325mg #90": asks("Norco", strength="10/325 mg", quantity=90, frequency="1 month supply"),
    "Norco 10/325mg number sixty (60)": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10/325mg, 1 tablet by mouth 4 times a day, #120, 0 refills": asks(
        "Norco", strength="10/325 mg", quantity=120, refills=0, frequency="1 tablet by mouth 4 times a day"
    ),
    "Norco 10/325mg 4/day #120": asks("Norco", strength="10/325 mg", quantity=120, frequency="4/day"),
    "Norco 10/325mg #120/month": asks("Norco", strength="10/325 mg", quantity=120),
    "Norco 10/325mg, sixty (60) tablets": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10/325mg (#60)": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10/325mg #60.00": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10/325mg qty #60": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10/325 mg, # 60 with one refill": asks("Norco", strength="10/325 mg", quantity=60, refills=1),
    "Norco 10 mg - 325 mg #60": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 5-325 mg tablet, #30, refills 2": asks("Norco tablet", strength="5/325 mg", quantity=30, refills=2),
    "Norco 10/325mg (quantity not specified)": asks("Norco", strength="10/325 mg"),
    "Norco, unspecified quantity": asks("Norco"),
    "Norco tablets": asks("Norco tablets"),
    "Medication: Omeprazole 20mg #60": asks("Omeprazole", strength="20 mg", quantity=60),
    "Decision for Norco 10/325mg #60": asks("Norco", strength="10/325 mg", quantity=60),
    "Pharmacy purchase of Norco 10/325mg #60": asks("Norco", strength="10/325 mg", quantity=60),
    "The request for Norco 10/325mg #60": asks("Norco", strength="10/325 mg", quantity=60),
    "Eszopiclone 1 mg Qty 30": asks("Eszopiclone", strength="1 mg", quantity=30),
    "Lunesta 3mg tablet, 1 at bedtime #30": asks("Lunesta tablet", strength="3 mg", quantity=30, frequency="1 at bedtime"),
    "Tramadol 50mg 1-2 PO q6-8h PRN #240 with 1 refill": asks(
        "Tramadol", strength="50 mg", quantity=240, refills=1, frequency="1-2 PO q6-8h PRN"
    ),
    "Ibuprofen 800 mg 1 tab TID with food #90": asks("Ibuprofen", strength="800 mg", quantity=90, frequency="1 tab TID"),
    "Flexeril 10 mg 1 PO TID PRN spasms #90": asks("Flexeril", strength="10 mg", quantity=90, frequency="1 PO TID PRN"),
    "Cyclobenzaprine 7.5mg one tab po qhs #30": asks(
        "Cyclobenzaprine", strength="7.5 mg", quantity=30, frequency="one tab po qhs"
    ),
    "Prospective request for 1 prescription of Norco 10/325mg #60": asks("Norco", strength="10/325 mg", quantity=60),
    "Prospective use of Norco 10/325mg": asks("Norco", strength="10/325 mg"),
    "Gabapentin/Pyridoxine 250mg/10mg": asks("Gabapentin/Pyridoxine", strength="250/10 mg"),
    "2 boxes of Terocin patches": asks("Terocin patches", quantity=2),
    "1 box of Terocin patches (10 patches)": asks("Terocin patches", quantity=10),
    "1 container of Flurbiprofen 20% cream 180gm": asks("Flurbiprofen cream", strength="20 %", quantity=180),
    "One tube of Voltaren gel 1% 100g": asks("Voltaren gel", strength="1 %", quantity=100),
    "Voltaren gel 1% 4 gm QID": asks("Voltaren gel", strength="1 %", frequency="4 gm QID"),
    "Topical Menthoderm gel 4oz": asks("Topical Menthoderm gel", quantity=4),
    "Capsaicin 0.025% cream, 60 grams with 2 refills": asks("Capsaicin cream", strength="0.025 %", quantity=60, refills=2),
    "Theramine #90": asks("Theramine", quantity=90),
    "Sentra AM #60": asks("Sentra AM", quantity=60),
    "Genicin #90": asks("Genicin", quantity=90),
    "Somnicin #30": asks("Somnicin", quantity=30),
    "Trepadone #120": asks("Trepadone", quantity=120),
    "Glucosamine 500mg #90": asks("Glucosamine", strength="500 mg", quantity=90),
    "Tylenol 500mg #60": asks("Tylenol", strength="500 mg", quantity=60),
    "Tylenol with codeine 300/30mg #60": asks("Tylenol with codeine", strength="300/30 mg", quantity=60),
    "Tylenol-Codeine No.3 300mg-30mg #60": asks("Tylenol-Codeine No.3", strength="300/30 mg", quantity=60),
    "Fentanyl 25mcg/hr patches #10": asks("Fentanyl patches", strength="25 mcg/hr", quantity=10),
    "Fentanyl patch 75 mcg every 72 hours #10": asks(
        "Fentanyl patch", strength="75 mcg", quantity=10, frequency="every 72 hours"
    ),
    "Exalgo ER 16mg #30": asks("Exalgo ER", strength="16 mg", quantity=30),
    "Butrans 10 mcg patch #4 with 2 refills": asks("Butrans patch", strength="10 mcg", quantity=4, refills=2),
    "Subsys spray 800mcg #120": asks("Subsys spray", strength="800 mcg", quantity=120),
    "Imitrex 50mg #9": asks("Imitrex", strength="50 mg", quantity=9),
    "Viagra 100mg #10": asks("Viagra", strength="100 mg", quantity=10),
    "Wellbutrin XL 150mg #30 x 2 refills": asks("Wellbutrin XL", strength="150 mg", quantity=30, refills=2),
    "Brintellix 10 mg q day, #30": asks("Brintellix", strength="10 mg", quantity=30, frequency="q day"),
    "Lorazepam 1mg 1 tab po bid #60": asks("Lorazepam", strength="1 mg", quantity=60, frequency="1 tab po bid"),
    "Buspirone 10mg #60": asks("Buspirone", strength="10 mg", quantity=60),
    "Prozac 20mg #60 with 2 refills": asks("Prozac", strength="20 mg", quantity=60, refills=2),
    "Savella 50mg #60": asks("Savella", strength="50 mg", quantity=60),
    "Levothyroxine 25mcg #30": asks("Levothyroxine", strength="25 mcg", quantity=30),
    "Promethazine 25mg #30": asks("Promethazine", strength="25 mg", quantity=30),
    "Amitiza 24mcg #60": asks("Amitiza", strength="24 mcg", quantity=60),
    "Intermezzo 3.5mg SL #30": asks("Intermezzo SL", strength="3.5 mg", quantity=30),
    "Medrox ointment": asks("Medrox ointment"),
    "Synapryn 10mg/1ml oral suspension 500ml": asks("Synapryn oral suspension", strength="10 mg/1ml", quantity=500),
    "Tabradol 1mg/ml oral suspension 250ml": asks("Tabradol oral suspension", strength="1 mg/ml", quantity=250),
    "Deprizine 15mg/ml 250ml": asks("Deprizine", strength="15 mg/ml", quantity=250),
    "Dicopanol 5mg/ml 150ml": asks("Dicopanol", strength="5 mg/ml", quantity=150),
    "Fanatrex 25mg/ml 420ml": asks("Fanatrex", strength="25 mg/ml", quantity=420),
    "Ketoprofen cream": asks("Ketoprofen cream"),
    "Cyclophene 5% gel 120 grams": asks("Cyclophene gel", strength="5 %", quantity=120),
    "Keflex 500mg qid #28": asks("Keflex", strength="500 mg", quantity=28, frequency="qid"),
    "Post-op Percocet 5/325mg #60": asks("Post-op Percocet", strength="5/325 mg", quantity=60),
    "Appeal: Norco 10/325mg #120": asks("Norco", strength="10/325 mg", quantity=120),
    "Sentra PM #60, 2 bottles": asks("Sentra PM", quantity=60),
    "Lidoderm 5% patch, apply 1-2 patches 12 hours on/12 hours off #60": asks(
        "Lidoderm patch", strength="5 %", quantity=60, frequency="apply 1-2 patches 12 hours on/12 hours off"
    ),
    "Norco (Hydrocodone/Acetaminophen 10/325mg) Qty 90 as an outpatient": asks(
        "Norco (Hydrocodone/Acetaminophen)", strength="10/325 mg", quantity=90
    ),
    "Soma 350mg RF x2": asks("Soma", strength="350 mg", refills=2),
}

COMPOUNDS = {
    "Flurbiprofen 20%/Lidocaine 5% cream 180gm": asks("Flurbiprofen/Lidocaine cream", strength="20/5 %", quantity=180),
    "Flurbiprofen 20%, Cyclobenzaprine 4%, Lidocaine 5% 180 grams": asks(
        "Flurbiprofen/Cyclobenzaprine/Lidocaine", strength="20/4/5 %", quantity=180
    ),
    "Compound cream: Flurbiprofen 20%, Baclofen 2%, Lidocaine 5%, 180gms": asks(
        "Flurbiprofen/Baclofen/Lidocaine cream", strength="20/2/5 %", quantity=180
    ),
    "Compounded Ketoprofen 20% in PLO gel, 120 grams": asks("Ketoprofen gel", strength="20 %", quantity=120),
    "Compound Cyclobenzaprine 5% cream, 100 grams": asks("Cyclobenzaprine cream", strength="5 %", quantity=100),
    "Topical compound cream: Gabapentin 10%/Amitriptyline 10%/Bupivacaine 5% 210 grams": asks(
        "Gabapentin/Amitriptyline/Bupivacaine cream", strength="10/10/5 %", quantity=210
    ),
    "Capsaicin 0.025%, Flurbiprofen 15%, Gabapentin 10%, Menthol 2%, Camphor 2% 180gm": asks(
        "Capsaicin/Flurbiprofen/Gabapentin/Menthol/Camphor", strength="0.025/15/10/2/2 %", quantity=180
    ),
    "Flurbi (NAP) cream-LA 180gm: Flurbiprofen 20%, Lidocaine 5%, Amitriptyline 5%": asks(
        "Flurbiprofen/Lidocaine/Amitriptyline cream", strength="20/5/5 %", quantity=180
    ),
    "Gabacyclotram 180gm: Gabapentin 10%, Cyclobenzaprine 6%, Tramadol 10%": asks(
        "Gabapentin/Cyclobenzaprine/Tramadol", strength="10/6/10 %", quantity=180
    ),
    "Terocin 240ml: Capsaicin 0.025%-Methyl Salicylate 25%-Menthol 10%-Lidocaine 2.5%": asks(
        "Capsaicin/Methyl Salicylate/Menthol/Lidocaine", strength="0.025/25/10/2.5 %", quantity=240
    ),
    "Compound: Flurbiprofen/Lidocaine 20%/5% 180gm": asks("Flurbiprofen/Lidocaine", strength="20/5 %", quantity=180),
    "Flurbiprofen/Capsaicin/Menthol 10/0.025/2/1% 120gm": asks(
        "Flurbiprofen/Capsaicin/Menthol", strength="10/0.025/2/1 %", quantity=120
    ),
    "FCL (Flurbiprofen 20%, Baclofen 2%, Dexamethasone 2%, Camphor 2%, Capsaicin 0.0375%, Hyaluronic acid 0.20%) 180 gm": asks(
        "Flurbiprofen/Baclofen/Dexamethasone/Camphor/Capsaicin/Hyaluronic acid",
        strength="20/2/2/2/0.0375/0.20 %",
        quantity=180,
    ),
    "Compound medication (Ketoprofen, gabapentin, lidocaine) 240g": asks("Ketoprofen/gabapentin/lidocaine", quantity=240),
    "CMPD-Flurbipro/Cyclobenz/Gabapent/Lidoca/Prilocai day supply: 30 qty: 120": asks(
        "CMPD-Flurbipro/Cyclobenz/Gabapent/Lidoca/Prilocai", quantity=120, frequency="day supply: 30"
    ),
    "Lidocaine 6%, Gabapentin 10%, Tramadol 10% in cream base": asks("Lidocaine/Gabapentin/Tramadol cream", strength="6/10/10 %"),
    "HMPHCC2 (Flurbiprofen 20%, Baclofen 5%, Camphor 2%, Menthol 2%) 240 g": asks(
        "Flurbiprofen/Baclofen/Camphor/Menthol", strength="20/5/2/2 %", quantity=240
    ),
    "Topical cream (Ketoprofen 10%, Cyclobenzaprine 3%, Capsaicin 0.0375%, Menthol 2%) 1-2 grams 3-4 times a day, 120 gm": asks(
        "Ketoprofen/Cyclobenzaprine/Capsaicin/Menthol cream",
        strength="10/3/0.0375/2 %",
        quantity=120,
        frequency="1-2 grams 3-4 times a day",
    ),
    "Compounded cream (ketoprofen 10%, gabapentin 6%, bupivacaine 5%) 240gm": asks(
        "ketoprofen/gabapentin/bupivacaine cream", strength="10/6/5 %", quantity=240
    ),
    "Flurbiprofen 25%-Menthol 10%-Camphor 3%-Capsaicin 0.0375% topical cream": asks(
        "Flurbiprofen/Menthol/Camphor/Capsaicin cream", strength="25/10/3/0.0375 %"
    ),
    "Flurbiprofen/Cyclobenzaprine/Menthol cream 20%/10%/4% 180 gm": asks(
        "Flurbiprofen/Cyclobenzaprine/Menthol cream", strength="20/10/4 %", quantity=180
    ),
    "Cyclobenzaprine 2%/Flurbiprofen 25% 180g": asks("Cyclobenzaprine/Flurbiprofen", strength="2/25 %", quantity=180),
    "Cyclobenzaprine 10%/Gabapentin 10% cream, 30g tube": asks(
        "Cyclobenzaprine/Gabapentin cream", strength="10/10 %", quantity=30
    ),
    "Amitriptyline 4%/Dextromethorphan 20%/Tramadol 10% in Mediderm base 210g": asks(
        "Amitriptyline/Dextromethorphan/Tramadol", strength="4/20/10 %", quantity=210
    ),
}

DATED = {
    "Hydrocodone Bitartrate/Acetaminophen 10/325mg #60 (DOS: 3/4/15)": asks(
        "Hydrocodone Bitartrate/Acetaminophen",
        strength="10/325 mg",
        quantity=60,
        retrospective=True,
        date_of_service=date(2015, 3, 4),
    ),
    "Terocin Patch #10 (DOS 3/12/14)": asks("Terocin Patch", quantity=10, retrospective=True, date_of_service=date(2014, 3, 12)),
    "Tramadol 50mg, #60 (retrospective DOS 1/2/2014)": asks(
        "Tramadol", strength="50 mg", quantity=60, retrospective=True, date_of_service=date(2014, 1, 2)
    ),
    "Retrospective request for Norco 10/325mg #60 (DOS 1/9/14)": asks(
        "Norco", strength="10/325 mg", quantity=60, retrospective=True, date_of_service=date(2014, 1, 9)
    ),
    "Retrospective Norco 10/325mg #120 DOS: 12/5/13": asks(
        "Norco", strength="10/325 mg", quantity=120, retrospective=True, date_of_service=date(2013, 12, 5)
    ),
    "Retrospective (DOS: 02/13/2014) Ondansetron 8mg #30": asks(
        "Ondansetron", strength="8 mg", quantity=30, retrospective=True, date_of_service=date(2014, 2, 13)
    ),
    "RETROSPECTIVE REQUEST FOR 1 URINE DRUG SCREEN BETWEEN 3/4/2014 AND 3/4/2014": asks(
        "URINE DRUG SCREEN", quantity=1, retrospective=True, date_of_service=date(2014, 3, 4)
    ),
    "Retrospective request for one urine drug screen (DOS 11/4/14)": asks(
        "urine drug screen", quantity=1, retrospective=True, date_of_service=date(2014, 11, 4)
    ),
    "Retrospective: Urine drug screen, date of service 12/01/2014": asks(
        "Urine drug screen", retrospective=True, date_of_service=date(2014, 12, 1)
    ),
    "Retro: UDS (DOS 10/3/2014)": asks("UDS", retrospective=True, date_of_service=date(2014, 10, 3)),
    "Retro Toradol 60mg IM injection DOS 3/3/15": asks(
        "Toradol IM injection", strength="60 mg", retrospective=True, date_of_service=date(2015, 3, 3)
    ),
    "Retrospective request: Toradol injection 60 mg with date of service of 10/15/2014": asks(
        "Toradol injection", strength="60 mg", retrospective=True, date_of_service=date(2014, 10, 15)
    ),
    "Retrospective lumbar spine x-ray DOS 6/5/2013": asks(
        "x-ray", body_part="lumbar spine", retrospective=True, date_of_service=date(2013, 6, 5)
    ),
    "Retrospective Flurbiprofen 20%, Lidocaine 5% 180gm (DOS 4/2/15)": asks(
        "Flurbiprofen/Lidocaine", strength="20/5 %", quantity=180, retrospective=True, date_of_service=date(2015, 4, 2)
    ),
    "Retrospective request for Cyclobenzaprine 10% cream 60gm dispensed on 5/6/14": asks(
        "Cyclobenzaprine cream", strength="10 %", quantity=60, retrospective=True, date_of_service=date(2014, 5, 6)
    ),
    "Retrospective request for Tramadol ER 150mg #30 (DOS: 1/14/14, 2/11/14 and 3/11/14)": asks(
        "Tramadol ER", strength="150 mg", quantity=30, retrospective=True, date_of_service=date(2014, 1, 14)
    ),
    "Retrospective request for 3 Terocin patches on 8/12/2013": asks(
        "Terocin patches", quantity=3, retrospective=True, date_of_service=date(2013, 8, 12)
    ),
    "Urine Drug Screen (retrospective date of service 04/07/2015)": asks(
        "Urine Drug Screen", retrospective=True, date_of_service=date(2015, 4, 7)
    ),
    "Urine toxicology screen (DOS 9/3/13)": asks("Urine toxicology screen", retrospective=True, date_of_service=date(2013, 9, 3)),
    "Fioricet 50/325/40mg #60": asks("Fioricet", strength="50/325/40 mg", quantity=60),
    "Exoten-C lotion 0.002/10/20% 120ml": asks("Exoten-C lotion", strength="0.002/10/20 %", quantity=120),
    "Zanaflex 4mg #60 with 2 refills (DOS 9/4/15)": asks(
        "Zanaflex", strength="4 mg", quantity=60, refills=2, retrospective=True, date_of_service=date(2015, 9, 4)
    ),
    "Soma 350mg #120 (RFA 3/4/15)": asks("Soma", strength="350 mg", quantity=120),
    "Xanax 1mg #60 (Rx 11/3/15)": asks("Xanax", strength="1 mg", quantity=60),
    "Norco 10/325mg #60 prescribed 3/4/15": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10/325mg #60 dispensed 3/4/15": asks(
        "Norco", strength="10/325 mg", quantity=60, retrospective=True, date_of_service=date(2015, 3, 4)
    ),
    "Naproxen 550mg #60 (dispensed on 03/04/2014)": asks(
        "Naproxen", strength="550 mg", quantity=60, retrospective=True, date_of_service=date(2014, 3, 4)
    ),
    "Naproxen 550mg, #100 (retrospective DOS: 3/4/2014)": asks(
        "Naproxen", strength="550 mg", quantity=100, retrospective=True, date_of_service=date(2014, 3, 4)
    ),
    "Retrospective request for date of service 3/4/14 for Naproxen 550mg #60": asks(
        "Naproxen", strength="550 mg", quantity=60, retrospective=True, date_of_service=date(2014, 3, 4)
    ),
    "Retrospective request for medications dispensed 3/4/14: Naproxen 550mg #60": asks(
        "Naproxen", strength="550 mg", quantity=60, retrospective=True, date_of_service=date(2014, 3, 4)
    ),
    "Retrospective request (DOS 3/4/14) for 1 prescription of Naproxen 550mg #60": asks(
        "Naproxen", strength="550 mg", quantity=60, retrospective=True, date_of_service=date(2014, 3, 4)
    ),
    "Retrospective request for Naproxen 550mg #60 DOS 3/4/14 - 5/6/14": asks(
        "Naproxen", strength="550 mg", quantity=60, retrospective=True, date_of_service=date(2014, 3, 4)
    ),
    "Retrospective 1 prescription for Norco 10/325mg between 1/2/2014 and 1/2/2014": asks(
        "Norco", strength="10/325 mg", retrospective=True, date_of_service=date(2014, 1, 2)
    ),
    "1 urine drug screen between 9/18/2013 and 11/2/2013": asks("urine drug screen", quantity=1),
    "12 sessions of physical therapy between 3/5/2014 and 5/5/2014": asks("physical therapy", quantity=12),
    "6 chiropractic sessions between 3/5/2014 and 5/5/2014": asks("chiropractic sessions", quantity=6),
    "1 MRI of the lumbar spine between 12/3/2013 and 1/17/2014": asks("MRI", quantity=1, body_part="lumbar spine"),
    "Percocet 10/325mg 1 q 4 hrs prn #180 fill on or after 4/1/15": asks(
        "Percocet", strength="10/325 mg", quantity=180, frequency="1 q 4 hrs prn"
    ),
    "Norco 10/325mg #90 (do not dispense until 4/5/15)": asks("Norco", strength="10/325 mg", quantity=90),
    "Retrospective usage of Tramadol 50mg #60 (DOS 5/1/12)": asks(
        "Tramadol", strength="50 mg", quantity=60, retrospective=True, date_of_service=date(2012, 5, 1)
    ),
}

THERAPY = {
    "Aquatic therapy: 2 times per week for 4 weeks, for the lumbar spine and the bilateral knees (earlier request denied)": asks(
        "Aquatic therapy",
        quantity=8,
        frequency="2 times per week for 4 weeks",
        body_part="lumbar spine and the bilateral knees",
    ),
    "Acupuncture 1 time wkly for 6 wks": asks("Acupuncture", quantity=6, frequency="1 time wkly for 6 wks"),
    "Left hand therapy 2x4": asks("hand therapy", quantity=8, frequency="2x4", body_part="Left"),
    "12 sessions of physical therapy": asks("physical therapy", quantity=12),
    "Physical therapy x 12 visits": asks("Physical therapy", quantity=12),
    "Physical Therapy 2xWk x 6Wks": asks("Physical Therapy", quantity=12, frequency="2xWk x 6Wks"),
    "Physical therapy 2 x 6": asks("Physical therapy", quantity=12, frequency="2 x 6"),
    "Physical therapy 2x6 for the lumbar spine": asks("Physical therapy", quantity=12, frequency="2x6", body_part="lumbar spine"),
    "Physical therapy, 2 times a week for 6 weeks, lumbar spine": asks(
        "Physical therapy", quantity=12, frequency="2 times a week for 6 weeks", body_part="lumbar spine"
    ),
    "Physical therapy 2 times per week times 6 weeks": asks(
        "Physical therapy", quantity=12, frequency="2 times per week times 6 weeks"
    ),
    "Physical therapy two (2) times a week for six (6) weeks": asks(
        "Physical therapy", quantity=12, frequency="two (2) times a week for six (6) weeks"
    ),
    "Physical therapy 3x/week x 4 weeks for the right shoulder": asks(
        "Physical therapy", quantity=12, frequency="3x/week x 4 weeks", body_part="right shoulder"
    ),
    "Physical therapy 3 x per week x 4 weeks cervical spine": asks(
        "Physical therapy", quantity=12, frequency="3 x per week x 4 weeks", body_part="cervical spine"
    ),
    "Physical therapy 3x4 cervical, lumbar spine": asks(
        "Physical therapy", quantity=12, frequency="3x4", body_part="cervical, lumbar spine"
    ),
    "Physical therapy 1-2 times a week for 6 weeks": asks("Physical therapy", frequency="1-2 times a week for 6 weeks"),
    "Physical therapy 2-3 times per week for 4 weeks": asks("Physical therapy", frequency="2-3 times per week for 4 weeks"),
    "Physical therapy for the left knee, twice weekly for four weeks": asks(
        "Physical therapy", quantity=8, frequency="twice weekly for four weeks", body_part="left knee"
    ),
    "Physical Therapy Quantity: 12.00": asks("Physical Therapy", quantity=12),
    "PT 2 times 6": asks("PT", quantity=12, frequency="2 times 6"),
    "Additional physical therapy 8 visits": asks("Additional physical therapy", quantity=8),
    "Eight (8) additional sessions of physical therapy for the low back": asks(
        "physical therapy", quantity=8, body_part="low back"
    ),
    "8 Physical therapy sessions": asks("Physical therapy sessions", quantity=8),
    "Physical therapy, 8 sessions for bilateral wrists": asks("Physical therapy", quantity=8, body_part="bilateral wrists"),
    "(12) physical therapy visits for the cervical spine": asks(
        "physical therapy visits", quantity=12, body_part="cervical spine"
    ),
    "Post-operative physical therapy 3 times a week for 4 weeks for the right shoulder": asks(
        "Post-operative physical therapy", quantity=12, frequency="3 times a week for 4 weeks", body_part="right shoulder"
    ),
    "Postoperative physical therapy, twelve sessions": asks("Postoperative physical therapy", quantity=12),
    "Associated surgical service: Post-op physical therapy x 12 sessions": asks("Post-op physical therapy", quantity=12),
    "Acupuncture 2 times a week for 4 weeks": asks("Acupuncture", quantity=8, frequency="2 times a week for 4 weeks"),
    "Acupuncture 2x4": asks("Acupuncture", quantity=8, frequency="2x4"),
    "Acupuncture x 6 sessions, lumbar": asks("Acupuncture", quantity=6, body_part="lumbar"),
    "Six (6) acupuncture sessions": asks("acupuncture sessions", quantity=6),
    "Acupuncture, once a week for six weeks": asks("Acupuncture", quantity=6, frequency="once a week for six weeks"),
    "Acupuncture one times six (1 x 6) weeks": asks("Acupuncture", quantity=6, frequency="one times six (1 x 6) weeks"),
    "Chiropractic 2 times per week for 6 weeks": asks("Chiropractic", quantity=12, frequency="2 times per week for 6 weeks"),
    "Chiropractic treatment 3 times per week for 4 weeks lumbar/thoracic spine": asks(
        "Chiropractic treatment", quantity=12, frequency="3 times per week for 4 weeks", body_part="lumbar/thoracic spine"
    ),
    "Chiropractic manipulation 12 visits": asks("Chiropractic manipulation", quantity=12),
    "Chiropractic care, eight sessions": asks("Chiropractic care", quantity=8),
    "Chiro 2x4": asks("Chiro", quantity=8, frequency="2x4"),
    "Aquatic therapy 2x8": asks("Aquatic therapy", quantity=16, frequency="2x8"),
    "Aqua therapy two times a week times four weeks": asks(
        "Aqua therapy", quantity=8, frequency="two times a week times four weeks"
    ),
    "Massage therapy 1 time per week for 6 weeks": asks("Massage therapy", quantity=6, frequency="1 time per week for 6 weeks"),
    "Cognitive behavioral therapy x 6 sessions": asks("Cognitive behavioral therapy", quantity=6),
    "Cognitive behavioral therapy 1x6": asks("Cognitive behavioral therapy", quantity=6, frequency="1x6"),
    "Six sessions of individual psychotherapy": asks("individual psychotherapy", quantity=6),
    "Biofeedback x 4": asks("Biofeedback", quantity=4),
    "Biofeedback therapy, 10 sessions": asks("Biofeedback therapy", quantity=10),
    "Psychotherapy 1x/week x 20 weeks": asks("Psychotherapy", quantity=20, frequency="1x/week x 20 weeks"),
    "Group medical psychotherapy 1 time per week for 12 weeks": asks(
        "Group medical psychotherapy", quantity=12, frequency="1 time per week for 12 weeks"
    ),
    "Extracorporeal shockwave therapy x 3 sessions": asks("Extracorporeal shockwave therapy", quantity=3),
    "Extracorporeal Shock Wave Therapy (ESWT) 1 time a week for 3 weeks to the left elbow": asks(
        "Extracorporeal Shock Wave Therapy (ESWT)", quantity=3, frequency="1 time a week for 3 weeks", body_part="left elbow"
    ),
    "Physical therapy (unspecified frequency and duration)": asks("Physical therapy"),
    "Physical therapy, frequency and duration not specified": asks("Physical therapy"),
    "Unknown sessions of acupuncture": asks("acupuncture"),
    "Unspecified number of chiropractic visits": asks("chiropractic visits"),
    "Physical therapy x12": asks("Physical therapy", quantity=12),
    "Physical therapy x12 visits": asks("Physical therapy", quantity=12),
    "PT x 6 visits left shoulder": asks("PT", quantity=6, body_part="left shoulder"),
    "PT 3x4": asks("PT", quantity=12, frequency="3x4"),
    "PT 2x6 left knee": asks("PT", quantity=12, frequency="2x6", body_part="left knee"),
    "Physical therapy 2x/wk x 6wks": asks("Physical therapy", quantity=12, frequency="2x/wk x 6wks"),
    "Physical therapy 2 times a week x 6": asks("Physical therapy", quantity=12, frequency="2 times a week x 6"),
    "Physical therapy 2 times a week x 6 weeks (12 sessions) for the low back": asks(
        "Physical therapy", quantity=12, frequency="2 times a week x 6 weeks", body_part="low back"
    ),
    "Physical therapy (2 times per week for 6 weeks)": asks(
        "Physical therapy", quantity=12, frequency="2 times per week for 6 weeks"
    ),
    "Physical therapy 2-3x6": asks("Physical therapy", frequency="2-3x6"),
    "Physical Therapy 3x Wk x 4 Wks for the Lumbar Spine": asks(
        "Physical Therapy", quantity=12, frequency="3x Wk x 4 Wks", body_part="Lumbar Spine"
    ),
    "Physical therapy three times per week for four weeks, cervical/lumbar spine": asks(
        "Physical therapy", quantity=12, frequency="three times per week for four weeks", body_part="cervical/lumbar spine"
    ),
    "Physical therapy for the neck and low back 2 times a week for 4 weeks": asks(
        "Physical therapy", quantity=8, frequency="2 times a week for 4 weeks", body_part="neck and low back"
    ),
    "Physical Therapy, Lumbar Spine, 12 visits": asks("Physical Therapy", quantity=12, body_part="Lumbar Spine"),
    "Physical therapy low back 2x6": asks("Physical therapy", quantity=12, frequency="2x6", body_part="low back"),
    "Physical therapy evaluation and treatment 2 x 4": asks(
        "Physical therapy evaluation and treatment", quantity=8, frequency="2 x 4"
    ),
    "Physical therapy weekly x 6": asks("Physical therapy", quantity=6, frequency="weekly x 6"),
    "Acupuncture weekly for 6 weeks": asks("Acupuncture", quantity=6, frequency="weekly for 6 weeks"),
    "Acupuncture 2x3 for cervical, thoracic and lumbar spine": asks(
        "Acupuncture", quantity=6, frequency="2x3", body_part="cervical, thoracic and lumbar spine"
    ),
    "Acupuncture 1 x week x 6 weeks": asks("Acupuncture", quantity=6, frequency="1 x week x 6 weeks"),
    "Acupuncture with electrical stimulation 2x4": asks("Acupuncture with electrical stimulation", quantity=8, frequency="2x4"),
    "12 Acupuncture visits": asks("Acupuncture visits", quantity=12),
    "Acupuncture (6-sessions)": asks("Acupuncture", quantity=6),
    "Infrared therapy 1 x 6 lumbar": asks("Infrared therapy", quantity=6, frequency="1 x 6", body_part="lumbar"),
    "Chiropractic 3x4 neck, back": asks("Chiropractic", quantity=12, frequency="3x4", body_part="neck, back"),
    "Chiropractic manipulation, cervical/lumbar, 6 visits": asks(
        "Chiropractic manipulation", quantity=6, body_part="cervical/lumbar"
    ),
    "Chiropractic physiotherapy 2 x 4": asks("Chiropractic physiotherapy", quantity=8, frequency="2 x 4"),
    "Massage x 6": asks("Massage", quantity=6),
    "Psychotherapy 12 sessions": asks("Psychotherapy", quantity=12),
    "CBT x 4": asks("CBT", quantity=4),
    "Cognitive Behavioral Therapy (CBT) 1x week for 6 weeks": asks(
        "Cognitive Behavioral Therapy (CBT)", quantity=6, frequency="1x week for 6 weeks"
    ),
    "Individual psychotherapy, one session per week for 12 weeks": asks(
        "Individual psychotherapy", quantity=12, frequency="one session per week for 12 weeks"
    ),
    "Biofeedback 1x/week x 6 weeks": asks("Biofeedback", quantity=6, frequency="1x/week x 6 weeks"),
    "Medical hypnotherapy/relaxation training 1 time a week for 12 weeks": asks(
        "Medical hypnotherapy/relaxation training", quantity=12, frequency="1 time a week for 12 weeks"
    ),
    "Work hardening 10 visits": asks("Work hardening", quantity=10),
    "Work hardening program 3 x per week for 4 weeks": asks(
        "Work hardening program", quantity=12, frequency="3 x per week for 4 weeks"
    ),
    "Associated surgical services: Post operative physical therapy 3x4": asks(
        "Post operative physical therapy", quantity=12, frequency="3x4"
    ),
    "Associated Surgical Services: 12 post-op physical therapy visits": asks("post-op physical therapy visits", quantity=12),
    "Physical therapy 2-3 x week x 4-6 weeks": asks("Physical therapy", frequency="2-3 x week x 4-6 weeks"),
    "Cognitive Behavioral Therapy 4-6 sessions": asks("Cognitive Behavioral Therapy"),
}

PROCEDURES = {
    "Lumbar epidural steroid injection at L5-S1 on the left under fluoroscopy": asks(
        "Lumbar epidural steroid injection under fluoroscopy", body_part="L5-S1 on the left"
    ),
    "Right L4-5 lumbar transforaminal epidural steroid injection, 3rd": asks(
        "lumbar transforaminal epidural steroid injection", body_part="Right L4-5"
    ),
    "X-rays lumbar spine, flexion and extension views": asks("X-rays, flexion and extension views", body_part="lumbar spine"),
    "Shoulder MRI": asks("MRI", body_part="Shoulder"),
    "MRI brain without contrast": asks("MRI without contrast", body_part="brain"),
    "Left ulnar nerve decompression at the elbow": asks("ulnar nerve decompression", body_part="elbow"),
    "Trigger point injections to the cervical paraspinal muscles": asks(
        "Trigger point injections", body_part="cervical paraspinal muscles"
    ),
    "Corticosteroid injection to the right thumb CMC joint": asks("Corticosteroid injection", body_part="right thumb CMC joint"),
    "Procedure: Left shoulder arthroscopy": asks("arthroscopy", body_part="Left shoulder"),
    "Unknown trigger point injections": asks("trigger point injections"),
    "Urine drug screen x 4": asks("Urine drug screen", quantity=4),
    "Urine drug test quarterly": asks("Urine drug test", frequency="quarterly"),
    "10 panel random urine drug screen": asks("10 panel random urine drug screen"),
    "Qualitative urine drug screen QTY: 1": asks("Qualitative urine drug screen", quantity=1),
    "Associated surgical services: Pre-op labs: CBC, CMP, PT/PTT": asks("Pre-op labs: CBC, CMP, PT/PTT"),
    "Associated Surgical Service: Assistant surgeon": asks("Assistant surgeon"),
    "Surgical assistant": asks("Surgical assistant"),
    "Right shoulder arthroscopy with subacromial decompression and rotator cuff repair": asks(
        "arthroscopy with subacromial decompression and rotator cuff repair", body_part="Right shoulder"
    ),
    "Left knee arthroscopy with partial medial meniscectomy": asks(
        "arthroscopy with partial medial meniscectomy", body_part="Left knee"
    ),
    "Anterior Cervical Discectomy and Fusion C5-C6, C6-C7": asks(
        "Anterior Cervical Discectomy and Fusion", body_part="C5-C6, C6-C7"
    ),
    "L4-5 and L5-S1 posterior lumbar interbody fusion": asks("posterior lumbar interbody fusion", body_part="L4-5 and L5-S1"),
    "Lumbar fusion at L4-L5": asks("Lumbar fusion", body_part="L4-L5"),
    "Right L5 transforaminal epidural steroid injection": asks("transforaminal epidural steroid injection", body_part="Right L5"),
    "Lumbar epidural steroid injection at L4-L5": asks("Lumbar epidural steroid injection", body_part="L4-L5"),
    "Lumbar epidural steroid injection L5-S1 under fluoroscopy": asks(
        "Lumbar epidural steroid injection under fluoroscopy", body_part="L5-S1"
    ),
    "Bilateral L4-L5, L5-S1 transforaminal epidural steroid injections": asks(
        "transforaminal epidural steroid injections", body_part="Bilateral L4-L5, L5-S1"
    ),
    "Right L4-L5 and L5-S1 transforaminal epidural steroid injection under fluoroscopic guidance": asks(
        "transforaminal epidural steroid injection under fluoroscopic guidance", body_part="Right L4-L5 and L5-S1"
    ),
    "Left C4, C5, C6 medial branch blocks": asks("medial branch blocks", body_part="Left C4, C5, C6"),
    "Bilateral L3, L4, L5 medial branch block": asks("medial branch block", body_part="Bilateral L3, L4, L5"),
    "Cervical facet injections at bilateral C4-5 and C5-6": asks(
        "Cervical facet injections", body_part="bilateral C4-5 and C5-6"
    ),
    "One (1) epidural steroid injection to the right L5-S1": asks(
        "epidural steroid injection", quantity=1, body_part="right L5-S1"
    ),
    "Second lumbar epidural steroid injection at the levels of L4-5": asks(
        "Second lumbar epidural steroid injection", body_part="L4-5"
    ),
    "Trigger point injections x 4 to the trapezius": asks("Trigger point injections", quantity=4, body_part="trapezius"),
    "Series of 3 Synvisc injections to the left knee": asks("Synvisc injections", quantity=3, body_part="left knee"),
    "Series of three Supartz injections, right knee": asks("Supartz injections", quantity=3, body_part="right knee"),
    "Orthovisc injections x 3, bilateral knees": asks("Orthovisc injections", quantity=3, body_part="bilateral knees"),
    "Cortisone injection to right shoulder": asks("Cortisone injection", body_part="right shoulder"),
    "Right shoulder cortisone injection": asks("cortisone injection", body_part="Right shoulder"),
    "Ultrasound guided corticosteroid injection to the left shoulder": asks(
        "Ultrasound guided corticosteroid injection", body_part="left shoulder"
    ),
    "Botox injections 200 units": asks("Botox injections", strength="200 units"),
    "MRI of the lumbar spine": asks("MRI", body_part="lumbar spine"),
    "MRI lumbar spine without contrast": asks("MRI without contrast", body_part="lumbar spine"),
    "MRI of the right shoulder without contrast": asks("MRI without contrast", body_part="right shoulder"),
    "MRI (magnetic resonance imaging) of the left knee": asks("MRI (magnetic resonance imaging)", body_part="left knee"),
    "1 MRI of the cervical spine": asks("MRI", quantity=1, body_part="cervical spine"),
    "Lumbar MRI": asks("Lumbar MRI"),
    "X-ray of the cervical spine (AP, lateral, flexion, extension)": asks(
        "X-ray (AP, lateral, flexion, extension)", body_part="cervical spine"
    ),
    "CT scan of the lumbar spine": asks("CT scan", body_part="lumbar spine"),
    "EMG/NCV of the bilateral upper extremities": asks("EMG/NCV", body_part="bilateral upper extremities"),
    "EMG of the right lower extremity": asks("EMG", body_part="right lower extremity"),
    "EMG/NCS bilateral lower extremities": asks("EMG/NCS", body_part="bilateral lower extremities"),
    "Electromyography (EMG) of the left upper extremity": asks("Electromyography (EMG)", body_part="left upper extremity"),
    "NCV right upper extremity": asks("NCV", body_part="right upper extremity"),
    "Nerve Conduction Velocity (NCV) of the bilateral lower extremities": asks(
        "Nerve Conduction Velocity (NCV)", body_part="bilateral lower extremities"
    ),
    "Pre-op EKG": asks("Pre-op EKG"),
    "Preoperative labs": asks("Preoperative labs"),
    "Sleep study": asks("Sleep study"),
    "Polysomnogram": asks("Polysomnogram"),
    "Genetic testing": asks("Genetic testing"),
    "DNA testing": asks("DNA testing"),
    "Functional capacity evaluation": asks("Functional capacity evaluation"),
    "Spinal cord stimulator trial": asks("Spinal cord stimulator trial"),
    "Toradol 60mg IM": asks("Toradol IM", strength="60 mg"),
    "Vitamin B12 injection": asks("Vitamin B12 injection"),
    "Synvisc One injection right knee": asks("Synvisc One injection", body_part="right knee"),
    "Request for authorization for MRI of the lumbar spine": asks("MRI", body_part="lumbar spine"),
    "Psychological testing": asks("Psychological testing"),
    "MRI Lumbar Spine": asks("MRI", body_part="Lumbar Spine"),
    "MRI Left Knee": asks("MRI", body_part="Left Knee"),
    "MRI of the cervical spine w/o contrast": asks("MRI w/o contrast", body_part="cervical spine"),
    "MRI bilateral knees": asks("MRI", body_part="bilateral knees"),
    "MRI of brain": asks("MRI", body_part="brain"),
    "MRI arthrogram right shoulder": asks("MRI arthrogram", body_part="right shoulder"),
    "3T MRI of the left wrist": asks("3T MRI", body_part="left wrist"),
    "MRI with gadolinium of the lumbar spine": asks("MRI with gadolinium", body_part="lumbar spine"),
    "Cervical spine x-rays": asks("x-rays", body_part="Cervical spine"),
    "Chest x-ray": asks("Chest x-ray"),
    "CT myelogram of the lumbar spine": asks("CT myelogram", body_part="lumbar spine"),
    "Bone scan": asks("Bone scan"),
    "Bilateral knee x-rays": asks("x-rays", body_part="Bilateral knee"),
    "Ultrasound of the right shoulder": asks("Ultrasound", body_part="right shoulder"),
    "Diagnostic ultrasound bilateral wrists": asks("Diagnostic ultrasound", body_part="bilateral wrists"),
    "EMG/NCV BUE": asks("EMG/NCV", body_part="BUE"),
    "EMG/NCV bilateral upper extremity": asks("EMG/NCV", body_part="bilateral upper extremity"),
    "EMG bilateral lower extremities": asks("EMG", body_part="bilateral lower extremities"),
    "NCV of left lower extremity": asks("NCV", body_part="left lower extremity"),
    "Electrodiagnostic studies of the bilateral upper extremities": asks(
        "Electrodiagnostic studies", body_part="bilateral upper extremities"
    ),
    "Nerve conduction study (NCS) right lower extremity": asks("Nerve conduction study (NCS)", body_part="right lower extremity"),
    "VNG test": asks("VNG test"),
    "Labs: CBC, CMP, UA": asks("Labs: CBC, CMP, UA"),
    "Lab: CBC w/ diff": asks("Lab: CBC w/ diff"),
    "TSH, T3, T4": asks("TSH, T3, T4"),
    "Quarterly labs": asks("labs", frequency="Quarterly"),
    "Urinalysis": asks("Urinalysis"),
    "UDS x 1": asks("UDS", quantity=1),
    "Urine drug testing 4 times per year": asks("Urine drug testing", frequency="4 times per year"),
    "Saliva DNA test": asks("Saliva DNA test"),
    "Hemoglobin A1C": asks("Hemoglobin A1C"),
    "Home sleep study": asks("Home sleep study"),
    "Right knee arthroscopy with medial meniscectomy": asks("arthroscopy with medial meniscectomy", body_part="Right knee"),
    "Right total knee arthroplasty": asks("total knee arthroplasty", body_part="Right"),
    "Left shoulder arthroscopy, subacromial decompression, Mumford procedure, possible rotator cuff repair": asks(
        "arthroscopy, subacromial decompression, Mumford procedure, possible rotator cuff repair", body_part="Left shoulder"
    ),
    "Left carpal tunnel release": asks("carpal tunnel release", body_part="Left"),
    "Right trigger thumb release": asks("trigger thumb release", body_part="Right"),
    "L5-S1 microdiscectomy": asks("microdiscectomy", body_part="L5-S1"),
    "C4-5, C5-6, C6-7 anterior cervical discectomy and fusion": asks(
        "anterior cervical discectomy and fusion", body_part="C4-5, C5-6, C6-7"
    ),
    "L4-L5 laminectomy and fusion with instrumentation": asks("laminectomy and fusion with instrumentation", body_part="L4-L5"),
    "Removal of hardware, right ankle": asks("Removal of hardware", body_part="right ankle"),
    "Right De Quervain's release": asks("De Quervain's release", body_part="Right"),
    "Bilateral L4-5 and L5-S1 facet joint injections": asks("facet joint injections", body_part="Bilateral L4-5 and L5-S1"),
    "Left L4-5 TFESI": asks("TFESI", body_part="Left L4-5"),
    "C7-T1 interlaminar epidural steroid injection": asks("interlaminar epidural steroid injection", body_part="C7-T1"),
    "Caudal epidural steroid injection": asks("Caudal epidural steroid injection"),
    "Epidural steroid injection L4-5, L5-S1 bilaterally": asks("Epidural steroid injection", body_part="L4-5, L5-S1 bilaterally"),
    "Lumbar ESI at L5-S1": asks("Lumbar ESI", body_part="L5-S1"),
    "Lumbar epidural steroid injection #2": asks("Lumbar epidural steroid injection #2"),
    "Bilateral SI joint injections": asks("injections", body_part="Bilateral SI joint"),
    "Right sacroiliac joint injection": asks("injection", body_part="Right sacroiliac joint"),
    "Radiofrequency ablation left L3-5": asks("Radiofrequency ablation", body_part="left L3-5"),
    "Radiofrequency ablation at right C4, C5, and C6": asks("Radiofrequency ablation", body_part="right C4, C5, and C6"),
    "Left stellate ganglion block": asks("stellate ganglion block", body_part="Left"),
    "Greater occipital nerve block": asks("Greater occipital nerve block"),
    "Trigger point injections x 2": asks("Trigger point injections", quantity=2),
    "Right knee Synvisc injection": asks("Synvisc injection", body_part="Right knee"),
    "Synvisc-One injection left knee": asks("Synvisc-One injection", body_part="left knee"),
    "Synvisc injections x3 to the right knee": asks("Synvisc injections", quantity=3, body_part="right knee"),
    "Euflexxa series of 3 left knee": asks("Euflexxa", quantity=3, body_part="left knee"),
    "Hyalgan injections (5)": asks("Hyalgan injections", quantity=5),
    "PRP injection right elbow": asks("PRP injection", body_part="right elbow"),
    "Botox 200 units": asks("Botox", strength="200 units"),
    "Ultrasound guided injection right shoulder": asks("Ultrasound guided injection", body_part="right shoulder"),
    "Steroid injection": asks("Steroid injection"),
    "Depo Medrol 80mg injection": asks("Depo Medrol injection", strength="80 mg"),
    "Toradol 60mg IM injection": asks("Toradol IM injection", strength="60 mg"),
    "Vitamin B-12 injection IM": asks("Vitamin B-12 injection IM"),
    "Pre-operative testing": asks("Pre-operative testing"),
    "Pre-op testing: EKG": asks("Pre-op testing: EKG"),
    "Preoperative CBC, chest x-ray, EKG": asks("Preoperative CBC, chest x-ray, EKG"),
    "Lovenox 40mg injections x 14": asks("Lovenox injections", strength="40 mg", quantity=14),
    "Medial branch blocks bilaterally at C4, C5 and C6": asks("Medial branch blocks", body_part="bilaterally at C4, C5 and C6"),
    "Lumbar spine fusion L4-S1": asks("Lumbar spine fusion", body_part="L4-S1"),
    "Quantitative chromatography (42 units)": asks("Quantitative chromatography", quantity=42),
}

EQUIPMENT = {
    "Associated surgical service: Shoulder CPM for 21 days": asks("CPM", frequency="21 days", body_part="Shoulder"),
    "replacement batteries for power wheelchair (x2)": asks("replacement batteries for power wheelchair", quantity=2),
    "Associated surgical service: Cold therapy unit, 7 day rental": asks("Cold therapy unit rental", frequency="7 day rental"),
    "Associated surgical service: Continuous passive motion (CPM) device x 21 days": asks(
        "Continuous passive motion (CPM) device", frequency="21 days"
    ),
    "Associated Surgical Service: Polar care unit rental x 14 days": asks("Polar care unit rental", frequency="14 days"),
    "Associated surgical service: DVT compression pump with sleeves, 30 day rental": asks(
        "DVT compression pump with sleeves rental", frequency="30 day rental"
    ),
    "TENS unit": asks("TENS unit"),
    "TENS unit 30 day trial": asks("TENS unit", frequency="30 day trial"),
    "TENS unit for home use": asks("TENS unit for home use"),
    "TENS unit rental x 30 days": asks("TENS unit rental", frequency="30 days"),
    "30 day rental of TENS unit": asks("rental of TENS unit", frequency="30 day rental"),
    "One month rental of an interferential unit": asks("rental of an interferential unit", frequency="One month rental"),
    "Interferential unit 30-60 day rental": asks("Interferential unit rental", frequency="30-60 day rental"),
    "IF unit with supplies, 60 day rental": asks("IF unit with supplies rental", frequency="60 day rental"),
    "H-wave unit purchase": asks("H-wave unit purchase"),
    "Home H-wave device purchase": asks("Home H-wave device purchase"),
    "H-Wave 30 day trial": asks("H-Wave", frequency="30 day trial"),
    "TENS unit purchase": asks("TENS unit purchase"),
    "DME: TENS unit with supplies": asks("TENS unit with supplies"),
    "DME rental hot/cold unit x 2 weeks": asks("DME rental hot/cold unit", frequency="2 weeks"),
    "DME: Lumbar brace": asks("Lumbar brace"),
    "DME LSO back brace": asks("DME LSO back brace"),
    "Purchase of lumbar brace": asks("Purchase of lumbar brace"),
    "Hot and cold contrast therapy unit with compression, 3 weeks rental": asks(
        "Hot and cold contrast therapy unit with compression rental", frequency="3 weeks rental"
    ),
    "Cold therapy unit rental for 7 days": asks("Cold therapy unit rental", frequency="7 days"),
    "Vascutherm cold compression rental, 14 days": asks("Vascutherm cold compression rental", frequency="14 days"),
    "Pneumatic intermittent compression device (purchase)": asks("Pneumatic intermittent compression device (purchase)"),
    "Electrodes x 8 packs": asks("Electrodes", quantity=8),
    "Knee brace": asks("Knee brace"),
    "Right knee brace": asks("brace", body_part="Right knee"),
    "Left wrist splint": asks("splint", body_part="Left wrist"),
    "Back brace": asks("Back brace"),
    "Cervical pillow": asks("Cervical pillow"),
    "Orthopedic mattress": asks("Orthopedic mattress"),
    "Front wheeled walker": asks("Front wheeled walker"),
    "4 wheeled walker": asks("4 wheeled walker"),
    "3-in-1 commode": asks("3-in-1 commode"),
    "Gym membership x 6 months": asks("Gym membership", frequency="6 months"),
    "6 month gym membership": asks("gym membership", frequency="6 month"),
    "1 year gym membership": asks("gym membership", frequency="1 year"),
    "One year gym membership with pool access": asks("gym membership with pool access", frequency="One year"),
    "Weight loss program": asks("Weight loss program"),
    "Functional restoration program": asks("Functional restoration program"),
    "Functional Restoration Program x 160 hours": asks("Functional Restoration Program", quantity=160),
    "80 hours of functional restoration program": asks("functional restoration program", quantity=80),
    "10 days of Functional Restoration Program": asks("Functional Restoration Program", frequency="10 days"),
    "Home exercise kit": asks("Home exercise kit"),
    "TENS unit (purchase)": asks("TENS unit (purchase)"),
    "TENS unit, purchase": asks("TENS unit, purchase"),
    "TENS unit rental for one month": asks("TENS unit rental", frequency="one month"),
    "TENS unit x 1 month rental": asks("TENS unit rental", frequency="1 month rental"),
    "TENS unit and supplies (rental or purchase)": asks("TENS unit and supplies (rental or purchase)"),
    "TENS unit supplies x 3 months": asks("TENS unit supplies", frequency="3 months"),
    "Replacement TENS pads": asks("Replacement TENS pads"),
    "H-wave rental x 3 months": asks("H-wave rental", frequency="3 months"),
    "Home H-wave device rental for 30 days": asks("Home H-wave device rental", frequency="30 days"),
    "H-wave unit (30 day home trial)": asks("H-wave unit", frequency="30 day home trial"),
    "Interferential stimulator, 30 day trial": asks("Interferential stimulator", frequency="30 day trial"),
    "Solace multi stim unit, 5 month rental": asks("Solace multi stim unit rental", frequency="5 month rental"),
    "Orthostim 4 unit": asks("Orthostim 4 unit"),
    "Prime dual TENS/EMS unit": asks("Prime dual TENS/EMS unit"),
    "LSO brace": asks("LSO brace"),
    "Lumbar support orthosis": asks("Lumbar support orthosis"),
    "Lumbosacral brace": asks("Lumbosacral brace"),
    "Right wrist brace": asks("brace", body_part="Right wrist"),
    "Left knee hinged brace": asks("hinged brace", body_part="Left knee"),
    "Bilateral wrist braces": asks("braces", body_part="Bilateral wrist"),
    "Shoulder immobilizer": asks("Shoulder immobilizer"),
    "Ultra sling": asks("Ultra sling"),
    "Aircast walking boot": asks("Aircast walking boot"),
    "Cold therapy unit": asks("Cold therapy unit"),
    "Cold therapy unit x 7 day rental": asks("Cold therapy unit rental", frequency="7 day rental"),
    "Cold compression unit 21 day rental": asks("Cold compression unit rental", frequency="21 day rental"),
    "Game Ready unit 2 week rental": asks("Game Ready unit rental", frequency="2 week rental"),
    "Thermacure 30 day rental": asks("Thermacure rental", frequency="30 day rental"),
    "Motorized cold therapy unit (rental for 4 weeks)": asks("Motorized cold therapy unit rental", frequency="4 weeks"),
    "VascuTherm 4 with DVT cold compression, 30 day rental": asks(
        "VascuTherm 4 with DVT cold compression rental", frequency="30 day rental"
    ),
    "CPM machine for 14 days": asks("CPM machine", frequency="14 days"),
    "Continuous passive motion machine 30 days rental": asks(
        "Continuous passive motion machine rental", frequency="30 days rental"
    ),
    "Combo care 4 electrotherapy": asks("Combo care 4 electrotherapy"),
    "Bone growth stimulator purchase": asks("Bone growth stimulator purchase"),
    "Single point cane": asks("Single point cane"),
    "Four wheeled walker": asks("Four wheeled walker"),
    "Wheelchair purchase": asks("Wheelchair purchase"),
    "Electric scooter": asks("Electric scooter"),
    "Adjustable bed": asks("Adjustable bed"),
    "Tempur-pedic mattress": asks("Tempur-pedic mattress"),
    "Hot/cold pack": asks("Hot/cold pack"),
    "Ice machine rental": asks("Ice machine rental"),
    "Lumbar traction unit": asks("Lumbar traction unit"),
    "Home cervical traction unit": asks("Home cervical traction unit"),
    "Exercise ball": asks("Exercise ball"),
    "Home paraffin unit": asks("Home paraffin unit"),
    "Gym membership 1 year": asks("Gym membership", frequency="1 year"),
    "Gym membership for one year": asks("Gym membership", frequency="one year"),
    "3 month gym membership": asks("gym membership", frequency="3 month"),
    "Gym membership with pool": asks("Gym membership with pool"),
    "Weight loss program (Lindora)": asks("Weight loss program (Lindora)"),
    "Lindora weight loss program x 10 weeks": asks("Lindora weight loss program", frequency="10 weeks"),
    "Functional restoration program x 10 days": asks("Functional restoration program", frequency="10 days"),
    "Functional restoration program x 2 weeks": asks("Functional restoration program", frequency="2 weeks"),
    "NESP-R program": asks("NESP-R program"),
    "Detox program": asks("Detox program"),
    "Post-op DME: sling": asks("sling"),
    "Associated surgical service- Cold therapy unit": asks("Cold therapy unit"),
}

VISITS = {
    "Psychiatric follow up visits, six": asks("Psychiatric follow up visits", quantity=6),
    "Follow-up visit with hand surgeon, 1": asks("Follow-up visit with hand surgeon", quantity=1),
    "Home health RN evaluation after surgery, 1 visit": asks("Home health RN evaluation", quantity=1),
    "Referral: pain management consultation": asks("pain management consultation"),
    "The medical necessity of functional restoration program, 80 hours": asks("functional restoration program", quantity=80),
    "Office visit re: right knee": asks("Office visit", body_part="right knee"),
    "Associated surgical service: 1 day inpatient stay": asks("inpatient stay", frequency="1 day"),
    "Associated surgical service: Inpatient length of stay 2-3 days": asks("Inpatient length of stay", frequency="2-3 days"),
    "Associated surgical service: Medical clearance": asks("Medical clearance"),
    "Initial evaluation for functional restoration program": asks("Initial evaluation for functional restoration program"),
    "Multidisciplinary evaluation": asks("Multidisciplinary evaluation"),
    "Medication management, 1 session per month for 6 months": asks(
        "Medication management", quantity=6, frequency="1 session per month for 6 months"
    ),
    "Follow-up visit": asks("Follow-up visit"),
    "Follow up with pain management": asks("Follow up with pain management"),
    "Office visits x 3": asks("Office visits", quantity=3),
    "6 office visits": asks("office visits", quantity=6),
    "Pain management consultation": asks("Pain management consultation"),
    "Consultation with a spine surgeon": asks("Consultation with a spine surgeon"),
    "Orthopedic consult": asks("Orthopedic consult"),
    "Referral to a pain management specialist": asks("Referral to a pain management specialist"),
    "Pre-operative medical clearance": asks("Pre-operative medical clearance"),
    "Psychiatric evaluation": asks("Psychiatric evaluation"),
    "Home health aide 4 hours a day, 3 days a week for 6 weeks": asks(
        "Home health aide", quantity=72, frequency="4 hours a day, 3 days a week for 6 weeks"
    ),
    "Home health care 8 hours per day, 7 days a week": asks("Home health care", frequency="8 hours per day, 7 days a week"),
    "Home health aide 4 hours per day x 5 days per week": asks("Home health aide", frequency="4 hours per day x 5 days per week"),
    "Home care 6 hours/day, 7 days/week": asks("Home care", frequency="6 hours/day, 7 days/week"),
    "Home health services 20 hours a week": asks("Home health services", frequency="20 hours a week"),
    "Transportation to and from medical appointments": asks("Transportation to and from medical appointments"),
    "Transportation to all appointments": asks("Transportation to all appointments"),
    "Pain psychology evaluation": asks("Pain psychology evaluation"),
    "HELP program evaluation": asks("HELP program evaluation"),
    "Home health care 4 hours per day 3 days per week x 6 weeks": asks(
        "Home health care", quantity=72, frequency="4 hours per day 3 days per week x 6 weeks"
    ),
    "Home health care, 8 hours a day x 7 days a week x 4 weeks": asks(
        "Home health care", quantity=224, frequency="8 hours a day x 7 days a week x 4 weeks"
    ),
    "Home health aide 3 times a week for 4 hours per day for 6 weeks": asks(
        "Home health aide", quantity=72, frequency="3 times a week for 4 hours per day for 6 weeks"
    ),
    "Home health aide 20 hours per week for 6 weeks": asks(
        "Home health aide", quantity=120, frequency="20 hours per week for 6 weeks"
    ),
    "Home health evaluation": asks("Home health evaluation"),
    "24 hour home care": asks("24 hour home care"),
    "Housekeeping services 4 hours per week": asks("Housekeeping services", frequency="4 hours per week"),
    "Transportation to medical visits": asks("Transportation to medical visits"),
    "Follow up visit with Dr. Smith": asks("Follow up visit with Dr. Smith"),
    "Follow-up with pain management x 1": asks("Follow-up with pain management", quantity=1),
    "One follow-up visit": asks("follow-up visit", quantity=1),
    "Office visit, once a month for 6 months": asks("Office visit", quantity=6, frequency="once a month for 6 months"),
    "Internal medicine consultation": asks("Internal medicine consultation"),
    "Consult with neurologist": asks("Consult with neurologist"),
    "Consultation with orthopedic surgeon for the right knee": asks(
        "Consultation with orthopedic surgeon", body_part="right knee"
    ),
    "Referral for psychological evaluation": asks("Referral for psychological evaluation"),
    "Neurology referral": asks("Neurology referral"),
    "Spine surgeon consultation": asks("Spine surgeon consultation"),
    "Evaluation and treatment with pain management": asks("Evaluation and treatment with pain management"),
    "Pre-op clearance": asks("Pre-op clearance"),
    "Associated surgical service: Hospital stay 1 day": asks("Hospital stay", frequency="1 day"),
    "Associated surgical service: Pre-op visit": asks("Pre-op visit"),
    "Facility fee": asks("Facility fee"),
    "Overnight stay": asks("Overnight stay"),
    "Home health care 4 hours per day/7 days per week": asks("Home health care", frequency="4 hours per day/7 days per week"),
    "Home health aide 2x week for 4 hours": asks("Home health aide", frequency="2x week for 4 hours"),
}

# The same matters in further wordings of such letters.
PHRASINGS = {
    "Retrospective request for: Naproxen 550mg #60": asks("Naproxen", strength="550 mg", quantity=60, retrospective=True),
    "retrospective request for one urine drug screen between 3/4/2013 and 3/4/2013": asks(
        "urine drug screen", quantity=1, retrospective=True, date_of_service=date(2013, 3, 4)
    ),
    "retrospective request for 1 prescription of Medrox ointment between 1/2/2013 and 3/5/2013": asks(
        "Medrox ointment", retrospective=True, date_of_service=date(2013, 1, 2)
    ),
    "Xanax XR 1 mg 1 tab po BID #60": asks("Xanax XR", strength="1 mg", quantity=60, frequency="1 tab po BID"),
    "Norco 10/325mg #120, RF: 2": asks("Norco", strength="10/325 mg", quantity=120, refills=2),
    "Tramadol 50mg #60 with no refills": asks("Tramadol", strength="50 mg", quantity=60, refills=0),
    "Tramadol 50mg #60 refill x 3": asks("Tramadol", strength="50 mg", quantity=60, refills=3),
    "Tramadol 50mg #60 (2 refills)": asks("Tramadol", strength="50 mg", quantity=60, refills=2),
    "Norco 10/325mg #90 with zero refills": asks("Norco", strength="10/325 mg", quantity=90, refills=0),
    "Physical therapy 3 x wk x 4 wks": asks("Physical therapy", quantity=12, frequency="3 x wk x 4 wks"),
    "Physical therapy twice weekly for six weeks": asks("Physical therapy", quantity=12, frequency="twice weekly for six weeks"),
    "Physical therapy 2-3 times a week for 4-6 weeks, right shoulder": asks(
        "Physical therapy", frequency="2-3 times a week for 4-6 weeks", body_part="right shoulder"
    ),
    "Physical therapy (2x6)": asks("Physical therapy", quantity=12, frequency="2x6"),
    "Physical therapy two to three times a week for six weeks": asks(
        "Physical therapy", frequency="two to three times a week for six weeks"
    ),
    "Outpatient physical therapy two (2) to three (3) times per week times four (4) weeks": asks(
        "Outpatient physical therapy", frequency="two (2) to three (3) times per week times four (4) weeks"
    ),
    "Appeal of previously upheld denial: lumbar ESI": asks("lumbar ESI"),
    "Medication: Norco: 10/325mg #120": asks("Norco", strength="10/325 mg", quantity=120),
    "MRI: lumbar spine": asks("MRI", body_part="lumbar spine"),
    "Topical compound: Flurbiprofen 20%/Tramadol 20% in Mediderm base, 30 grams": asks(
        "Flurbiprofen/Tramadol", strength="20/20 %", quantity=30
    ),
    "Topical compound cream: Capsaicin 0.025%, Flurbiprofen 15%, Tramadol 15%, Menthol 2%, Camphor 2% 240gm": asks(
        "Capsaicin/Flurbiprofen/Tramadol/Menthol/Camphor cream", strength="0.025/15/15/2/2 %", quantity=240
    ),
    "TGHot (Tramadol 8%/Gabapentin 10%/Menthol 2%/Camphor 2%/Capsaicin 0.05%) 240 gm": asks(
        "Tramadol/Gabapentin/Menthol/Camphor/Capsaicin", strength="8/10/2/2/0.05 %", quantity=240
    ),
    "TGHot cream 180gm": asks("TGHot cream", quantity=180),
    "FluriFlex (Flurbiprofen 10%/Cyclobenzaprine 10%) cream 180gm": asks(
        "Flurbiprofen/Cyclobenzaprine cream", strength="10/10 %", quantity=180
    ),
    "Fluriflex 180 gm": asks("Fluriflex", quantity=180),
    "Ketoprofen cream 20% 120gm": asks("Ketoprofen cream", strength="20 %", quantity=120),
    "Dendracin topical lotion 120mL": asks("Dendracin topical lotion", quantity=120),
    "LidoPro topical ointment 4 oz": asks("LidoPro topical ointment", quantity=4),
    "Lidopro 121 gm": asks("Lidopro", quantity=121),
    "1 prescription for Theramine #90": asks("Theramine", quantity=90),
    "Gabadone #60": asks("Gabadone", quantity=60),
    "Medrox patch #30": asks("Medrox patch", quantity=30),
    "30 day trial of TENS unit": asks("TENS unit", frequency="30 day trial"),
    "TENS unit (30-day trial)": asks("TENS unit", frequency="30-day trial"),
    "TENS unit with supplies (electrodes, batteries), purchase": asks(
        "TENS unit with supplies (electrodes, batteries), purchase"
    ),
    "Interferential unit rental x 60 days": asks("Interferential unit rental", frequency="60 days"),
    "Home H-wave device (purchase/indefinite use)": asks("Home H-wave device (purchase/indefinite use)"),
    "DVT prophylaxis unit 30 day rental": asks("DVT prophylaxis unit rental", frequency="30 day rental"),
    "Cold therapy unit rental for 14 days": asks("Cold therapy unit rental", frequency="14 days"),
    "Hot and cold contrast unit with pump, rental for 30 days": asks(
        "Hot and cold contrast unit with pump, rental", frequency="30 days"
    ),
    "Pneumatic intermittent compression device": asks("Pneumatic intermittent compression device"),
    "Lumbar Epidural Steroid Injection at Left L4-5": asks("Lumbar Epidural Steroid Injection", body_part="Left L4-5"),
    "Lumbar ESI at L4-L5 and L5-S1 bilaterally": asks("Lumbar ESI", body_part="L4-L5 and L5-S1 bilaterally"),
    "Bilateral L5-S1 facet joint injections": asks("facet joint injections", body_part="Bilateral L5-S1"),
    "Left shoulder subacromial corticosteroid injection under ultrasound guidance": asks(
        "subacromial corticosteroid injection under ultrasound guidance", body_part="Left shoulder"
    ),
    "Three Supartz injections to the left knee": asks("Supartz injections", quantity=3, body_part="left knee"),
    "Synvisc one injection to right knee": asks("Synvisc one injection", body_part="right knee"),
    "Series of 5 Hyalgan injections to bilateral knees": asks("Hyalgan injections", quantity=5, body_part="bilateral knees"),
    "Trigger point injections x 4, lumbar paraspinals": asks(
        "Trigger point injections", quantity=4, body_part="lumbar paraspinals"
    ),
    "Radiofrequency ablation left L3-L5": asks("Radiofrequency ablation", body_part="left L3-L5"),
    "EMG of the bilateral lower extremities": asks("EMG", body_part="bilateral lower extremities"),
    "NCS bilateral lower extremities": asks("NCS", body_part="bilateral lower extremities"),
    "MRI Lumbar spine without contrast": asks("MRI without contrast", body_part="Lumbar spine"),
    "MRI of the left shoulder w/o contrast": asks("MRI w/o contrast", body_part="left shoulder"),
    "MR arthrogram left shoulder": asks("MR arthrogram", body_part="left shoulder"),
    "CT scan of lumbar spine without dye": asks("CT scan without dye", body_part="lumbar spine"),
    "X-ray of the right knee, 3 views": asks("X-ray, 3 views", body_part="right knee"),
    "Urine Drug Screen, DOS 11/4/13": asks("Urine Drug Screen", retrospective=True, date_of_service=date(2013, 11, 4)),
    "Urine Toxicology (retrospective DOS 7/17/13)": asks(
        "Urine Toxicology", retrospective=True, date_of_service=date(2013, 7, 17)
    ),
    "Quantitative chromatography (42 units), DOS 2/4/2014": asks(
        "Quantitative chromatography", quantity=42, retrospective=True, date_of_service=date(2014, 2, 4)
    ),
    "Retrospective Quantitative Chromatography, per 8/1/14 Qty: 1.00": asks(
        "Quantitative Chromatography", quantity=1, retrospective=True, date_of_service=date(2014, 8, 1)
    ),
    "Omeprazole 20mg QTY 60 DOS 5/2/13": asks(
        "Omeprazole", strength="20 mg", quantity=60, retrospective=True, date_of_service=date(2013, 5, 2)
    ),
    "Retrospective (DOS 4/2/14) Menthoderm Gel 120gm": asks(
        "Menthoderm Gel", quantity=120, retrospective=True, date_of_service=date(2014, 4, 2)
    ),
    "Retrospective review of Prilosec 20 mg #60, dispensed 1/2/14": asks(
        "Prilosec", strength="20 mg", quantity=60, retrospective=True, date_of_service=date(2014, 1, 2)
    ),
    "Retro request for Protonix 20mg #60 on 02/03/2014": asks(
        "Protonix", strength="20 mg", quantity=60, retrospective=True, date_of_service=date(2014, 2, 3)
    ),
    "Prospective request for 8 sessions of acupuncture": asks("acupuncture", quantity=8),
    "Post-op physical therapy 2x/week x 6 weeks, left shoulder": asks(
        "Post-op physical therapy", quantity=12, frequency="2x/week x 6 weeks", body_part="left shoulder"
    ),
    "12 additional post-operative physical therapy visits for the right shoulder": asks(
        "additional post-operative physical therapy visits", quantity=12, body_part="right shoulder"
    ),
    "24 sessions of post-op PT for the left knee": asks("post-op PT", quantity=24, body_part="left knee"),
    "Aquatic Therapy 2 x Wk x 6 Wks for the Lumbar Spine": asks(
        "Aquatic Therapy", quantity=12, frequency="2 x Wk x 6 Wks", body_part="Lumbar Spine"
    ),
    "Acupuncture 2x6 weeks": asks("Acupuncture", quantity=12, frequency="2x6 weeks"),
    "Acupuncture 1 x 6, neck and low back": asks("Acupuncture", quantity=6, frequency="1 x 6", body_part="neck and low back"),
    "Acupuncture (visits) Qty: 6.00": asks("Acupuncture (visits)", quantity=6),
    "Physical Therapy (sessions) QTY: 12": asks("Physical Therapy (sessions)", quantity=12),
    "Chiro/Physiotherapy 2x3 cervical spine, bilateral shoulders": asks(
        "Chiro/Physiotherapy", quantity=6, frequency="2x3", body_part="cervical spine, bilateral shoulders"
    ),
    "Continued chiropractic care 1 x a week x 8 weeks for the neck": asks(
        "Continued chiropractic care", quantity=8, frequency="1 x a week x 8 weeks", body_part="neck"
    ),
    "Work conditioning x 10 sessions": asks("Work conditioning", quantity=10),
    "Psychotherapy sessions 1x per week for 12 weeks (12 sessions)": asks(
        "Psychotherapy sessions", quantity=12, frequency="1x per week for 12 weeks"
    ),
    "6-8 sessions of CBT": asks("CBT"),
    "Home Health Aid: 3 hours/day x 2 days/week x 4 weeks": asks(
        "Home Health Aid", quantity=24, frequency="3 hours/day x 2 days/week x 4 weeks"
    ),
    "Transportation to/from doctor visits": asks("Transportation to/from doctor visits"),
    "Gym membership x 1 year": asks("Gym membership", frequency="1 year"),
    "Gym membership (1 year)": asks("Gym membership", frequency="1 year"),
    "Weight loss program 10 weeks": asks("Weight loss program", frequency="10 weeks"),
    "Functional restoration program for 160 hours": asks("Functional restoration program", quantity=160),
    "One year pool and gym membership": asks("pool and gym membership", frequency="One year"),
    "Percocet 10/325 mg 1 tablet q 4-6h prn #180": asks(
        "Percocet", strength="10/325 mg", quantity=180, frequency="1 tablet q 4-6h prn"
    ),
    "Gabapentin 600mg 1 tab po tid #90 w/ 2 refills": asks(
        "Gabapentin", strength="600 mg", quantity=90, refills=2, frequency="1 tab po tid"
    ),
    "Butrans 10mcg/hr, 1 patch q week, #4": asks("Butrans", strength="10 mcg/hr", quantity=4, frequency="1 patch q week"),
    "Duragesic patch 50 mcg/hr, one q 48 hours #15": asks(
        "Duragesic patch", strength="50 mcg/hr", quantity=15, frequency="one q 48 hours"
    ),
    "Zolpidem 10mg 1 qhs prn insomnia #30": asks("Zolpidem", strength="10 mg", quantity=30, frequency="1 qhs prn"),
    "Norco 10/325mg one to two tablets q4-6h prn pain max 6/day #180": asks(
        "Norco", strength="10/325 mg", quantity=180, frequency="one to two tablets q4-6h prn"
    ),
    "Butalbital/APAP/Caffeine 50/325/40mg #30": asks("Butalbital/APAP/Caffeine", strength="50/325/40 mg", quantity=30),
    "Fioricet 50-325-40mg qty 60": asks("Fioricet", strength="50/325/40 mg", quantity=60),
    "Hydrocodone/APAP 7.5/750 mg": asks("Hydrocodone/APAP", strength="7.5/750 mg"),
    "Hydrocodone bitartrate/APAP 10/325mg, #60 dispensed on 8/6/13": asks(
        "Hydrocodone bitartrate/APAP", strength="10/325 mg", quantity=60, retrospective=True, date_of_service=date(2013, 8, 6)
    ),
    "Hydrocodone 7.5/325 mg #60": asks("Hydrocodone", strength="7.5/325 mg", quantity=60),
    "Tramadol/APAP 37.5/325mg #90": asks("Tramadol/APAP", strength="37.5/325 mg", quantity=90),
    "Vicoprofen 7.5/200 mg #60": asks("Vicoprofen", strength="7.5/200 mg", quantity=60),
    "Cyclobenzaprine hcl tab 7.5mg #90": asks("Cyclobenzaprine hcl tab", strength="7.5 mg", quantity=90),
    "Naproxen Sod Tab 550 mg Day Supply: 30 Qty: 60 Refills: 00": asks(
        "Naproxen Sod Tab", strength="550 mg", quantity=60, refills=0, frequency="Day Supply: 30"
    ),
    "Diclofenac Sod Tab 100mg ER Day Supply: 30 Qty: 30 Refill: 2": asks(
        "Diclofenac Sod Tab ER", strength="100 mg", quantity=30, refills=2, frequency="Day Supply: 30"
    ),
    "Pantoprazole Tab 20mg QTY 60, 30 days supply": asks(
        "Pantoprazole Tab", strength="20 mg", quantity=60, frequency="30 days supply"
    ),
    "Voltaren Gel 1% 3 tubes with 2 refills": asks("Voltaren Gel", strength="1 %", quantity=3, refills=2),
    "Voltaren XR 100mg 1 po qd": asks("Voltaren XR", strength="100 mg", frequency="1 po qd"),
    "Flector patches 1.3% 1 box": asks("Flector patches", strength="1.3 %", quantity=1),
    "Follow up in 4 weeks": asks("Follow up in 4 weeks"),
    "Pain Management Consult and Treat": asks("Pain Management Consult and Treat"),
    "Ortho consult right knee": asks("Ortho consult", body_part="right knee"),
    "Functional Capacity Evaluation (FCE) QTY: 1": asks("Functional Capacity Evaluation (FCE)", quantity=1),
    "Pre-op testing: EKG, chest x-ray, CBC": asks("Pre-op testing: EKG, chest x-ray, CBC"),
    "Associated Surgical Services: Cold Therapy Unit x 30 days": asks("Cold Therapy Unit", frequency="30 days"),
    "Associated surgical service: Post op DME: knee brace": asks("knee brace"),
    "Associated Surgical Service: One day hospital stay": asks("hospital stay", frequency="One day"),
    "Associated surgical service: Norco 5/325mg #60": asks("Norco", strength="5/325 mg", quantity=60),
    "Associated surgical service: Post-operative Physical Therapy 2-3 times a week for 6 weeks": asks(
        "Post-operative Physical Therapy", frequency="2-3 times a week for 6 weeks"
    ),
    "Surgery: L4-5 microdiscectomy": asks("microdiscectomy", body_part="L4-5"),
    "Left Knee Arthroscopy, Partial Medial Meniscectomy, Chondroplasty, Debridement": asks(
        "Arthroscopy, Partial Medial Meniscectomy, Chondroplasty, Debridement", body_part="Left Knee"
    ),
    "Right shoulder arthroscopy, subacromial decompression, and Mumford procedure": asks(
        "arthroscopy, subacromial decompression, and Mumford procedure", body_part="Right shoulder"
    ),
    "Right cubital tunnel release, possible transposition": asks(
        "cubital tunnel release, possible transposition", body_part="Right"
    ),
    "ACDF C5-6, C6-7": asks("ACDF", body_part="C5-6, C6-7"),
    "Left L5 selective nerve root block": asks("selective nerve root block", body_part="Left L5"),
    "Hardware removal left ankle": asks("Hardware removal", body_part="left ankle"),
    "Custom knee brace for the left knee": asks("Custom knee brace", body_part="left knee"),
    "Right knee hinged brace": asks("hinged brace", body_part="Right knee"),
    "Bilateral wrist splints": asks("splints", body_part="Bilateral wrist"),
    "Extracorporeal shockwave therapy to the left elbow, 3 sessions": asks(
        "Extracorporeal shockwave therapy", quantity=3, body_part="left elbow"
    ),
    "Localized intense neurostimulation therapy (LINT) 6 sessions lumbar spine": asks(
        "Localized intense neurostimulation therapy (LINT)", quantity=6, body_part="lumbar spine"
    ),
    "Botox 100 units for chronic migraine": asks("Botox for chronic migraine", strength="100 units"),
    "Botox injection 155 units": asks("Botox injection", strength="155 units"),
    "Terocin 120ml (Capsaicin 0.025%/Methyl Salicylate 25%/Menthol 10%/Lidocaine 2.5%)": asks(
        "Capsaicin/Methyl Salicylate/Menthol/Lidocaine", strength="0.025/25/10/2.5 %", quantity=120
    ),
    "Dicopanol (diphenhydramine) 5mg/ml oral suspension 150ml": asks(
        "Dicopanol (diphenhydramine) oral suspension", strength="5 mg/ml", quantity=150
    ),
    "Synapryn (10mg/1ml 500ml)": asks("Synapryn", strength="10 mg/1ml", quantity=500),
    "Synapryn 10mg/1ml oral suspension 500ml 5ml TID": asks(
        "Synapryn oral suspension", strength="10 mg/1ml", quantity=500, frequency="5ml TID"
    ),
    "Ibuprofen 10% cream 60 grams": asks("Ibuprofen cream", strength="10 %", quantity=60),
    "Lidocaine 5% ointment 50gm tube x2": asks("Lidocaine ointment", strength="5 %", quantity=100),
    "Capsaicin 0.1% cream 60gm x2 refills": asks("Capsaicin cream", strength="0.1 %", quantity=60, refills=2),
    "Norco 10/325mg #180 (for 30 days)": asks("Norco", strength="10/325 mg", quantity=180, frequency="30 days"),
    "Opana ER 30mg bid #60/30 days": asks("Opana ER", strength="30 mg", quantity=60, frequency="bid"),
    "Suboxone 8mg/2mg SL films": asks("Suboxone SL films", strength="8/2 mg"),
    "MS Contin 15mg q12h #60": asks("MS Contin", strength="15 mg", quantity=60, frequency="q12h"),
    "retrospective request for a urine drug screen on 5/14/2013": asks(
        "urine drug screen", retrospective=True, date_of_service=date(2013, 5, 14)
    ),
    "the retrospective request for Medrox ointment 120gm DOS 3/4/13": asks(
        "Medrox ointment", quantity=120, retrospective=True, date_of_service=date(2013, 3, 4)
    ),
    "a retrospective request for Terocin lotion": asks("Terocin lotion", retrospective=True),
    "retrospective request for the purchase of an LSO brace (DOS 6/1/12)": asks(
        "purchase of an LSO brace", retrospective=True, date_of_service=date(2012, 6, 1)
    ),
    "retrospective request for authorization for urine toxicology screen (DOS 5/2/13)": asks(
        "urine toxicology screen", retrospective=True, date_of_service=date(2013, 5, 2)
    ),
    "retrospective request for 1 prescription of Norco 10/325mg, #60 between 3/4/13 and 3/4/13": asks(
        "Norco", strength="10/325 mg", quantity=60, retrospective=True, date_of_service=date(2013, 3, 4)
    ),
    "Retrospective request (DOS: 12/10/12) for pharmacy purchase of Omeprazole DR 20mg #60": asks(
        "Omeprazole DR", strength="20 mg", quantity=60, retrospective=True, date_of_service=date(2012, 12, 10)
    ),
    "request for retrospective urine drug screen": asks("urine drug screen", retrospective=True),
    "retrospective: physical therapy 12 visits": asks("physical therapy", quantity=12, retrospective=True),
    "retrospective review for 6 chiropractic visits (DOS 1/2/13 - 2/3/13)": asks(
        "chiropractic visits", quantity=6, retrospective=True, date_of_service=date(2013, 1, 2)
    ),
    "retrospective Toradol 60mg injection provided on 6/5/2013": asks(
        "Toradol injection", strength="60 mg", retrospective=True, date_of_service=date(2013, 6, 5)
    ),
    "retrospective requests for Medrox Patch #30 on 11/1/12": asks(
        "Medrox Patch", quantity=30, retrospective=True, date_of_service=date(2012, 11, 1)
    ),
    "Retrospective DOS 1/26/15 Cyclobenzaprine 7.5mg #90": asks(
        "Cyclobenzaprine", strength="7.5 mg", quantity=90, retrospective=True, date_of_service=date(2015, 1, 26)
    ),
    "Retrospective drug screen, DOS: 8-12-14": asks("drug screen", retrospective=True, date_of_service=date(2014, 8, 12)),
    "DOS 3/4/15 Norco 10/325mg #120": asks(
        "Norco", strength="10/325 mg", quantity=120, retrospective=True, date_of_service=date(2015, 3, 4)
    ),
    "DOS: 11/20/2014: Omeprazole 20mg #60": asks(
        "Omeprazole", strength="20 mg", quantity=60, retrospective=True, date_of_service=date(2014, 11, 20)
    ),
    "Urine drug screen (date of service: June 5, 2014)": asks(
        "Urine drug screen", retrospective=True, date_of_service=date(2014, 6, 5)
    ),
    "Urine drug screen performed June 5, 2014": asks("Urine drug screen", retrospective=True, date_of_service=date(2014, 6, 5)),
    "Urine drug screening collected 6/5/14": asks("Urine drug screening", retrospective=True, date_of_service=date(2014, 6, 5)),
    "Naproxen 550mg #60 with 2 refills, DOS 7/2/14": asks(
        "Naproxen", strength="550 mg", quantity=60, refills=2, retrospective=True, date_of_service=date(2014, 7, 2)
    ),
    "Compound: Gabapentin 10% / Lidocaine 5%: 180gm": asks("Gabapentin/Lidocaine", strength="10/5 %", quantity=180),
    "Norco 10/325mg: #60": asks("Norco", strength="10/325 mg", quantity=60),
    "Pharmacy: Norco 10/325mg, QTY: 60, Refills: 0": asks("Norco", strength="10/325 mg", quantity=60, refills=0),
    "Physical therapy: 2x6: left knee": asks("Physical therapy", quantity=12, frequency="2x6", body_part="left knee"),
    "Physical therapy for left shoulder: 2 times per week for 6 weeks": asks(
        "Physical therapy", quantity=12, frequency="2 times per week for 6 weeks", body_part="left shoulder"
    ),
    "Acupuncture: 6 sessions: low back": asks("Acupuncture", quantity=6, body_part="low back"),
    "Cervical epidural steroid injection: C5-C6": asks("Cervical epidural steroid injection", body_part="C5-C6"),
    "Surgical procedure: right carpal tunnel release": asks("carpal tunnel release", body_part="right"),
    "Durable medical equipment: TENS unit purchase": asks("TENS unit purchase"),
    "DME: cold therapy unit": asks("cold therapy unit"),
    "DME - lumbar brace": asks("lumbar brace"),
    "Prescription: Lyrica 75mg #60": asks("Lyrica", strength="75 mg", quantity=60),
    "Rx: Soma 350mg #90": asks("Soma", strength="350 mg", quantity=90),
    "Request for reconsideration of the upheld denial of an MRI": asks("MRI"),
    "MRI of the lumbar spine (denial upheld on appeal 3/4/15)": asks("MRI", body_part="lumbar spine"),
    "Physical therapy 2 x 6 (12)": asks("Physical therapy", quantity=12, frequency="2 x 6"),
    "Physical therapy 12 visits (2x6)": asks("Physical therapy", quantity=12, frequency="2x6"),
    "12 physical therapy sessions, 2 times per week for 6 weeks, for the right knee": asks(
        "physical therapy sessions", quantity=12, frequency="2 times per week for 6 weeks", body_part="right knee"
    ),
    "8 sessions of acupuncture 2x4 to the neck": asks("acupuncture", quantity=8, frequency="2x4", body_part="neck"),
    "Chiropractic therapy 2x/week for 3 weeks then 1x/week for 3 weeks": asks(
        "Chiropractic therapy", quantity=9, frequency="2x/week for 3 weeks then 1x/week for 3 weeks"
    ),
    "Physical therapy 3 times weekly for 4 weeks": asks("Physical therapy", quantity=12, frequency="3 times weekly for 4 weeks"),
    "Physical therapy 2-3 times/week x 6 weeks (18 visits)": asks(
        "Physical therapy", quantity=18, frequency="2-3 times/week x 6 weeks"
    ),
    "Physical therapy twice a week for six weeks for the cervical and lumbar spine": asks(
        "Physical therapy", quantity=12, frequency="twice a week for six weeks", body_part="cervical and lumbar spine"
    ),
    "Physical therapy 1x/week x 6-8 weeks": asks("Physical therapy", frequency="1x/week x 6-8 weeks"),
    "Physical therapy 3/week x 4 weeks": asks("Physical therapy", quantity=12, frequency="3/week x 4 weeks"),
    "Physical therapy 2 times a week for 6 weeks (lumbar spine)": asks(
        "Physical therapy", quantity=12, frequency="2 times a week for 6 weeks", body_part="lumbar spine"
    ),
    "PT 2 x a week x 6 weeks L-spine": asks("PT", quantity=12, frequency="2 x a week x 6 weeks", body_part="L-spine"),
    "PT/OT 2x4 R hand": asks("PT/OT", quantity=8, frequency="2x4", body_part="R hand"),
    "OT 2-3x/wk x 4-6 wks": asks("OT", frequency="2-3x/wk x 4-6 wks"),
    "Occupational therapy for bilateral wrists, 2x6": asks(
        "Occupational therapy", quantity=12, frequency="2x6", body_part="bilateral wrists"
    ),
    "Eight sessions of physical therapy": asks("physical therapy", quantity=8),
    "Physical therapy for right elbow, additional 6 visits": asks("Physical therapy", quantity=6, body_part="right elbow"),
    "Physical therapy with modalities 2x6": asks("Physical therapy with modalities", quantity=12, frequency="2x6"),
    "Physical therapy, quantity 8": asks("Physical therapy", quantity=8),
    "Physical Therapy, QTY: 8": asks("Physical Therapy", quantity=8),
    "Aquatic therapy evaluation and 6 visits": asks("Aquatic therapy evaluation", quantity=6),
    "Four (4) psychotherapy visits": asks("psychotherapy visits", quantity=4),
    "Individual psychotherapy once per week for 20 weeks": asks(
        "Individual psychotherapy", quantity=20, frequency="once per week for 20 weeks"
    ),
    "Group therapy weekly x 12 weeks": asks("Group therapy", quantity=12, frequency="weekly x 12 weeks"),
    "Psychotherapy twice monthly for 6 months": asks("Psychotherapy", quantity=12, frequency="twice monthly for 6 months"),
    "Psychiatric follow up once a month x 6 months": asks(
        "Psychiatric follow up", quantity=6, frequency="once a month x 6 months"
    ),
    "One (1) psychiatric consultation": asks("psychiatric consultation", quantity=1),
    "Follow-up visits with psychiatrist every 4-6 weeks": asks("Follow-up visits with psychiatrist", frequency="every 4-6 weeks"),
    "Office visits every 6 weeks": asks("Office visits", frequency="every 6 weeks"),
    "Home health aide for 4 hours per day for 2 weeks": asks("Home health aide", frequency="4 hours per day for 2 weeks"),
    "Home health aide 8 hrs/day x 7 days/wk x 4 wks": asks(
        "Home health aide", quantity=224, frequency="8 hrs/day x 7 days/wk x 4 wks"
    ),
    "Home health nurse 1 x week for 4 weeks": asks("Home health nurse", quantity=4, frequency="1 x week for 4 weeks"),
    "Home health services 3 hours per day, 5 days per week": asks(
        "Home health services", frequency="3 hours per day, 5 days per week"
    ),
    "Home care for 6 hours a day for 6 weeks": asks("Home care", frequency="6 hours a day for 6 weeks"),
    "1 month rental of TENS unit": asks("rental of TENS unit", frequency="1 month rental"),
    "One month rental H-wave": asks("rental H-wave", frequency="One month rental"),
    "TENS patches x 2 pairs": asks("TENS patches", quantity=2),
    "TENS electrodes, 2 packs": asks("TENS electrodes", quantity=2),
    "Electrodes #8": asks("Electrodes", quantity=8),
    "Batteries for TENS unit, 12": asks("Batteries for TENS unit", quantity=12),
    "Cold therapy unit rental x 7-10 days": asks("Cold therapy unit rental", frequency="7-10 days"),
    "CPM rental x 21 days": asks("CPM rental", frequency="21 days"),
    "Polar care x 21 days": asks("Polar care", frequency="21 days"),
    "IF unit for 30 to 60 day rental": asks("IF unit rental", frequency="30 to 60 day rental"),
    "X-ray of lumbar spine, 5 views": asks("X-ray, 5 views", body_part="lumbar spine"),
    "AP and lateral x-rays of the right ankle": asks("AP and lateral x-rays", body_part="right ankle"),
    "MRI 3.0T of the left knee": asks("MRI 3.0T", body_part="left knee"),
    "MRI with contrast of the cervical spine": asks("MRI with contrast", body_part="cervical spine"),
    "CT scan of the head/brain": asks("CT scan", body_part="head/brain"),
    "Repeat MRI of the right wrist": asks("Repeat MRI", body_part="right wrist"),
    "EMG/NCS of right upper extremity": asks("EMG/NCS", body_part="right upper extremity"),
    "EMG/NCV of left lower extremity and right lower extremity": asks(
        "EMG/NCV", body_part="left lower extremity and right lower extremity"
    ),
    "Right knee viscosupplementation injections x3": asks("viscosupplementation injections", quantity=3, body_part="Right knee"),
    "Left knee Orthovisc injections (3)": asks("Orthovisc injections", quantity=3, body_part="Left knee"),
    "Cortisone injection right shoulder": asks("Cortisone injection", body_part="right shoulder"),
    "L4-L5, L5-S1 lumbar ESI x1": asks("lumbar ESI", quantity=1, body_part="L4-L5, L5-S1"),
    "C4-C7 anterior cervical discectomy and fusion": asks("anterior cervical discectomy and fusion", body_part="C4-C7"),
    "Left L4-5 laminotomy/microdiscectomy": asks("laminotomy/microdiscectomy", body_part="Left L4-5"),
    "Left knee ACL reconstruction": asks("ACL reconstruction", body_part="Left knee"),
    "Right ring trigger finger release": asks("ring trigger finger release", body_part="Right"),
    "Right thumb A1 pulley release": asks("A1 pulley release", body_part="Right thumb"),
    "Left wrist arthroscopy with TFCC debridement": asks("arthroscopy with TFCC debridement", body_part="Left wrist"),
    "Bilateral inguinal hernia repair": asks("inguinal hernia repair", body_part="Bilateral"),
    "Norco 10-325 mg, 1 tab every 6 hrs as needed for pain, #120, no refill": asks(
        "Norco", strength="10/325 mg", quantity=120, refills=0, frequency="1 tab every 6 hrs as needed"
    ),
    "Hydrocodone-APAP 10mg/325mg #120": asks("Hydrocodone-APAP", strength="10/325 mg", quantity=120),
    "Oxycodone/APAP 10/325mg #90": asks("Oxycodone/APAP", strength="10/325 mg", quantity=90),
    "Soma 350mg tab #60": asks("Soma tab", strength="350 mg", quantity=60),
    "Tramadol HCL ER 150mg cap #30": asks("Tramadol HCL ER cap", strength="150 mg", quantity=30),
    "Naproxen sodium 550mg tablets #60 x 2": asks("Naproxen sodium tablets", strength="550 mg", quantity=60),
    "Tizanidine 4mg one tablet every evening #30": asks(
        "Tizanidine", strength="4 mg", quantity=30, frequency="one tablet every evening"
    ),
    "Omeprazole 20mg one capsule twice daily #60": asks(
        "Omeprazole", strength="20 mg", quantity=60, frequency="one capsule twice daily"
    ),
    "Gabapentin 300mg three times a day #90": asks("Gabapentin", strength="300 mg", quantity=90, frequency="three times a day"),
    "Voltaren gel 1% apply 2-4 grams QID 3 tubes": asks(
        "Voltaren gel", strength="1 %", quantity=3, frequency="apply 2-4 grams QID"
    ),
    "Flector patch 1.3% apply q12h #60": asks("Flector patch", strength="1.3 %", quantity=60, frequency="apply q12h"),
    "Lidoderm patch 5% 1-3 patches daily #90": asks("Lidoderm patch", strength="5 %", quantity=90, frequency="1-3 patches daily"),
    "Butrans patch 10mcg weekly #4": asks("Butrans patch", strength="10 mcg", quantity=4, frequency="weekly"),
    "Zolpidem tartrate 10mg 1/2 to 1 tab qhs #30": asks(
        "Zolpidem tartrate", strength="10 mg", quantity=30, frequency="1/2 to 1 tab qhs"
    ),
    "Xanax 0.25mg 1/2 tab BID prn anxiety #30": asks("Xanax", strength="0.25 mg", quantity=30, frequency="1/2 tab BID prn"),
    "Unknown topical compound cream": asks("topical compound cream"),
    "Topical Ketoprofen 20% and Lidocaine 10%": asks("Ketoprofen/Lidocaine", strength="20/10 %"),
    "Flurbiprofen 20% / Tramadol 20%": asks("Flurbiprofen/Tramadol", strength="20/20 %"),
    "Gabapentin 10% cream": asks("Gabapentin cream", strength="10 %"),
    "Ketoprofen 10% gel 120gm tube": asks("Ketoprofen gel", strength="10 %", quantity=120),
    "Medications x 3 months": asks("Medications", frequency="3 months"),
    "Right elbow brace": asks("brace", body_part="Right elbow"),
    "Left shoulder sling": asks("sling", body_part="Left shoulder"),
    "Gym membership 6 months": asks("Gym membership", frequency="6 months"),
    "6-month gym membership": asks("gym membership", frequency="6-month"),
    "Six-month gym membership with pool": asks("gym membership with pool", frequency="Six-month"),
    "Weight Watchers x 3 months": asks("Weight Watchers", frequency="3 months"),
    "Functional restoration program 2 weeks (10 days)": asks("Functional restoration program", frequency="2 weeks"),
    "Functional restoration program (80 hours)": asks("Functional restoration program", quantity=80),
    "HELP program 160 hours": asks("HELP program", quantity=160),
    "Interdisciplinary pain program evaluation": asks("Interdisciplinary pain program evaluation"),
    "Referral to Dr. Smith": asks("Referral to Dr. Smith"),
    "Referral to orthopedic surgeon, right shoulder": asks("Referral to orthopedic surgeon", body_part="right shoulder"),
    "Pain management follow up": asks("Pain management follow up"),
    "Internal medicine consult for hypertension": asks("Internal medicine consult for hypertension"),
    "Toxicology - urine drug screen": asks("Toxicology - urine drug screen"),
    "UDS x 4 per year": asks("UDS", frequency="4 per year"),
    "Urine drug screen, 12 panel": asks("Urine drug screen, 12 panel"),
    "Quarterly urine drug screens": asks("urine drug screens", frequency="Quarterly"),
    "Lab work every 6 months": asks("Lab work", frequency="every 6 months"),
    "one (1) prescription of Norco 10/325mg, ninety count (90) with two (2) refills": asks(
        "Norco", strength="10/325 mg", quantity=90, refills=2
    ),
    "Norco 10/325mg, ninety tablets": asks("Norco", strength="10/325 mg", quantity=90),
    "Norco 10/325mg #120 with 2 additional refills": asks("Norco", strength="10/325 mg", quantity=120, refills=2),
    "Norco 10/325mg #60 (with 1 refill)": asks("Norco", strength="10/325 mg", quantity=60, refills=1),
    "Norco 10/325mg #60 + 1 refill": asks("Norco", strength="10/325 mg", quantity=60, refills=1),
    "Norco 10/325mg #60, refills x2": asks("Norco", strength="10/325 mg", quantity=60, refills=2),
    "Norco 10/325mg #60 refill 1": asks("Norco", strength="10/325 mg", quantity=60, refills=1),
    "Norco 10/325mg #60 (refills: none)": asks("Norco", strength="10/325 mg", quantity=60, refills=0),
    "Norco 10/325mg #60, refill unspecified": asks("Norco", strength="10/325 mg", quantity=60),
    "Norco 10/325mg, quantity unspecified": asks("Norco", strength="10/325 mg"),
    "Norco 10/325mg (unknown quantity)": asks("Norco", strength="10/325 mg"),
    "Unknown Norco 10/325mg": asks("Norco", strength="10/325 mg"),
    "Norco 10/325mg quantity: 120 (30 day supply)": asks("Norco", strength="10/325 mg", quantity=120, frequency="30 day supply"),
    "Norco 10/325mg #120, 30 day supply with 1 refill": asks(
        "Norco", strength="10/325 mg", quantity=120, refills=1, frequency="30 day supply"
    ),
    "Norco 10/325mg 1 po q6h prn pain #120 (DOS 3/4/15)": asks(
        "Norco",
        strength="10/325 mg",
        quantity=120,
        frequency="1 po q6h prn",
        retrospective=True,
        date_of_service=date(2015, 3, 4),
    ),
    "Norco 10/325mg 1 tablet twice a day as needed, #60": asks(
        "Norco", strength="10/325 mg", quantity=60, frequency="1 tablet twice a day as needed"
    ),
    "Norco 10/325 mg PO every 6 hours PRN #90": asks("Norco", strength="10/325 mg", quantity=90, frequency="every 6 hours PRN"),
    "Norco 10/325mg up to 4 per day #120": asks("Norco", strength="10/325 mg", quantity=120, frequency="4 per day"),
    "Norco 10/325mg up to four times daily #120": asks("Norco", strength="10/325 mg", quantity=120, frequency="four times daily"),
    "Gabapentin 300mg 2 tabs TID #180": asks("Gabapentin", strength="300 mg", quantity=180, frequency="2 tabs TID"),
    "Gabapentin 300 mg, two (2) tablets three (3) times per day, #180": asks(
        "Gabapentin", strength="300 mg", quantity=180, frequency="two (2) tablets three (3) times per day"
    ),
    "Ibuprofen 800mg tid with meals #90": asks("Ibuprofen", strength="800 mg", quantity=90, frequency="tid"),
    "Naproxen 500mg po bid with food #60": asks("Naproxen", strength="500 mg", quantity=60, frequency="bid"),
    "Medrol dosepak 4mg #21": asks("Medrol dosepak", strength="4 mg", quantity=21),
    "Lidocaine patch 5% #30 x 3 refills": asks("Lidocaine patch", strength="5 %", quantity=30, refills=3),
    "Lidocaine 5% patches #30, 1 box": asks("Lidocaine patches", strength="5 %", quantity=30),
    "Terocin patches, 2 boxes": asks("Terocin patches", quantity=2),
    "Terocin patch (quantity 30)": asks("Terocin patch", quantity=30),
    "Capsaicin 0.05%/Cyclobenzaprine 4% cream 120 gm DOS 5/6/15": asks(
        "Capsaicin/Cyclobenzaprine cream", strength="0.05/4 %", quantity=120, retrospective=True, date_of_service=date(2015, 5, 6)
    ),
    "Compounded topical cream: Flurbiprofen 15%, Cyclobenzaprine 2%, Baclofen 2%, Lidocaine 5%": asks(
        "Flurbiprofen/Cyclobenzaprine/Baclofen/Lidocaine cream", strength="15/2/2/5 %"
    ),
    "Compounded medication: Cyclobenzaprine/Gabapentin/Amitriptyline 180gm": asks(
        "Cyclobenzaprine/Gabapentin/Amitriptyline", quantity=180
    ),
    "Topical compounded medication (Gabapentin 10%/Cyclobenzaprine 10%)": asks("Gabapentin/Cyclobenzaprine", strength="10/10 %"),
    "Flurbiprofen/Cyclobenzaprine/Menthol 180gm": asks("Flurbiprofen/Cyclobenzaprine/Menthol", quantity=180),
    "Flexeril 7.5 mg, QTY 90": asks("Flexeril", strength="7.5 mg", quantity=90),
    "Fexmid (Cyclobenzaprine) 7.5mg #60": asks("Fexmid (Cyclobenzaprine)", strength="7.5 mg", quantity=60),
    "Sumatriptan 25 mg #9 with 1 refill": asks("Sumatriptan", strength="25 mg", quantity=9, refills=1),
    "Zofran ODT 4mg 1 tablet under the tongue as needed #10": asks(
        "Zofran ODT", strength="4 mg", quantity=10, frequency="1 tablet under the tongue as needed"
    ),
    "Senna 8.6mg #60": asks("Senna", strength="8.6 mg", quantity=60),
    "Senokot-S 8.6/50mg #60": asks("Senokot-S", strength="8.6/50 mg", quantity=60),
    "Colace 100 mg 2 tabs at bedtime #60": asks("Colace", strength="100 mg", quantity=60, frequency="2 tabs at bedtime"),
    "Insulin 10 units": asks("Insulin", strength="10 units"),
    "Vitamin D3 2000 IU #60": asks("Vitamin D3", strength="2000 iu", quantity=60),
    "Testosterone cypionate 200mg/ml injection": asks("Testosterone cypionate injection", strength="200 mg/ml"),
    "Ketorolac 60 mg IM injection x1": asks("Ketorolac IM injection", strength="60 mg", quantity=1),
    "Toradol 60mg injection (retrospective)": asks("Toradol injection", strength="60 mg", retrospective=True),
    "B12 injection (DOS 3/4/14)": asks("B12 injection", retrospective=True, date_of_service=date(2014, 3, 4)),
    "Trigger point injection x 1": asks("Trigger point injection", quantity=1),
    "Corticosteroid injection of left shoulder x1": asks("Corticosteroid injection", quantity=1, body_part="left shoulder"),
    "Three (3) Synvisc injections, right knee": asks("Synvisc injections", quantity=3, body_part="right knee"),
    "Hyalgan injection series of 5 right knee": asks("Hyalgan injection", quantity=5, body_part="right knee"),
    "Lumbar medial branch block bilateral L4-S1": asks("Lumbar medial branch block", body_part="bilateral L4-S1"),
    "Medial branch block at L3, L4, L5 bilaterally": asks("Medial branch block", body_part="L3, L4, L5 bilaterally"),
    "Diagnostic facet block L4-5 and L5-S1 bilateral": asks("Diagnostic facet block", body_part="L4-5 and L5-S1 bilateral"),
    "SI joint injection, left": asks("SI joint injection", body_part="left"),
    "Right stellate ganglion block x 3": asks("stellate ganglion block", quantity=3, body_part="Right"),
    "Lumbar sympathetic block, left": asks("Lumbar sympathetic block", body_part="left"),
    "Radiofrequency neurotomy at right L4-5 and L5-S1": asks("Radiofrequency neurotomy", body_part="right L4-5 and L5-S1"),
    "Right shoulder manipulation under anesthesia": asks("manipulation under anesthesia", body_part="Right shoulder"),
    "L5-S1 anterior lumbar interbody fusion, posterior fusion and instrumentation": asks(
        "anterior lumbar interbody fusion, posterior fusion and instrumentation", body_part="L5-S1"
    ),
    "Two level cervical fusion at C5-6 and C6-7": asks("Two level cervical fusion", body_part="C5-6 and C6-7"),
    "Associated surgical service: 3 day hospital stay": asks("hospital stay", frequency="3 day"),
    "Associated surgical service: Post-op physical therapy 2 times a week for 6 weeks, right knee": asks(
        "Post-op physical therapy", quantity=12, frequency="2 times a week for 6 weeks", body_part="right knee"
    ),
    "Associated surgical service: Polar care unit 2 week rental": asks("Polar care unit rental", frequency="2 week rental"),
    "Associated surgical service: Hospital length of stay: 2 days": asks("Hospital length of stay", frequency="2 days"),
    "Post-operative physical therapy to the right shoulder, 12 sessions": asks(
        "Post-operative physical therapy", quantity=12, body_part="right shoulder"
    ),
    "Post-op PT 3x6 right shoulder": asks("Post-op PT", quantity=18, frequency="3x6", body_part="right shoulder"),
    "Initial post-op physical therapy 2x6": asks("Initial post-op physical therapy", quantity=12, frequency="2x6"),
    "PT evaluation and treat 2x6 lumbar": asks("PT evaluation and treat", quantity=12, frequency="2x6", body_part="lumbar"),
    "Chiropractic manipulation and modalities 2x4 cervical spine": asks(
        "Chiropractic manipulation and modalities", quantity=8, frequency="2x4", body_part="cervical spine"
    ),
    "Acupuncture initial trial 6 visits": asks("Acupuncture initial trial", quantity=6),
    "Initial trial of acupuncture 6 sessions for the right shoulder": asks(
        "Initial trial of acupuncture", quantity=6, body_part="right shoulder"
    ),
    "Acupuncture for neck, 2 times a week for 6 weeks": asks(
        "Acupuncture", quantity=12, frequency="2 times a week for 6 weeks", body_part="neck"
    ),
    "Aquatic therapy times 12": asks("Aquatic therapy", quantity=12),
    "Pool therapy three times a week for six weeks": asks(
        "Pool therapy", quantity=18, frequency="three times a week for six weeks"
    ),
    "Physical therapy times 12 sessions": asks("Physical therapy", quantity=12),
    "Physical therapy (12 sessions)": asks("Physical therapy", quantity=12),
    "Physical therapy, #12": asks("Physical therapy", quantity=12),
    "Physical therapy (PT) 2 times a week for 4 weeks": asks(
        "Physical therapy (PT)", quantity=8, frequency="2 times a week for 4 weeks"
    ),
    "Physical therapy x 6 weeks": asks("Physical therapy", frequency="6 weeks"),
    "Physical therapy 2x a week": asks("Physical therapy", frequency="2x a week"),
    "Therapy 2 times a week": asks("Therapy", frequency="2 times a week"),
    "Massage therapy x 6 sessions neck": asks("Massage therapy", quantity=6, body_part="neck"),
    "CBT 6 sessions over 6 weeks": asks("CBT", quantity=6, frequency="6 weeks"),
    "Psychotherapy 1 x 6": asks("Psychotherapy", quantity=6, frequency="1 x 6"),
    "Biofeedback 1x week x 6 weeks": asks("Biofeedback", quantity=6, frequency="1x week x 6 weeks"),
    "Psychological testing (4 hours)": asks("Psychological testing", quantity=4),
    "Follow-up visits (monthly)": asks("Follow-up visits", frequency="monthly"),
    "Urine drug screen every 3 months": asks("Urine drug screen", frequency="every 3 months"),
    "Random urine drug screens x 4": asks("Random urine drug screens", quantity=4),
    "MRI lumbar": asks("MRI", body_part="lumbar"),
    "MRI right knee": asks("MRI", body_part="right knee"),
    "MRI of right shoulder, without contrast": asks("MRI, without contrast", body_part="right shoulder"),
    "MRI of the cervical and lumbar spine": asks("MRI", body_part="cervical and lumbar spine"),
    "X-rays of the left foot": asks("X-rays", body_part="left foot"),
    "CT scan lumbar": asks("CT scan", body_part="lumbar"),
    "Bone scan of lower extremities": asks("Bone scan", body_part="lower extremities"),
    "EMG bilateral upper extremities": asks("EMG", body_part="bilateral upper extremities"),
    "NCV right lower extremity": asks("NCV", body_part="right lower extremity"),
    "Electromyography (EMG)/nerve conduction velocity (NCV) of the bilateral lower extremities": asks(
        "Electromyography (EMG)/nerve conduction velocity (NCV)", body_part="bilateral lower extremities"
    ),
    "TENS unit trial x 30 days": asks("TENS unit trial", frequency="30 days"),
    "TENS unit 1 month trial": asks("TENS unit", frequency="1 month trial"),
    "Home interferential unit 30 day trial": asks("Home interferential unit", frequency="30 day trial"),
    "H-Wave homecare system, 3 month rental": asks("H-Wave homecare system rental", frequency="3 month rental"),
    "Right ankle brace": asks("brace", body_part="Right ankle"),
    "Home health aide 24/7": asks("Home health aide", frequency="24/7"),
    "Home health aide, 8 hours per day, 7 days a week, for 12 weeks": asks(
        "Home health aide", quantity=672, frequency="8 hours per day, 7 days a week, for 12 weeks"
    ),
    "Home health care 4 hours a day x 5 days a week x 6 weeks": asks(
        "Home health care", quantity=120, frequency="4 hours a day x 5 days a week x 6 weeks"
    ),
    "Home health assistance 20 hours/week x 6 weeks": asks(
        "Home health assistance", quantity=120, frequency="20 hours/week x 6 weeks"
    ),
    "Skilled nursing visits 2x/week": asks("Skilled nursing visits", frequency="2x/week"),
    "Gym membership with pool access for 12 months": asks("Gym membership with pool access", frequency="12 months"),
    "Functional restoration program 5 days a week for 4 weeks": asks(
        "Functional restoration program", quantity=20, frequency="5 days a week for 4 weeks"
    ),
    "Medical weight loss program x 6 months": asks("Medical weight loss program", frequency="6 months"),
    "Multidisciplinary pain program x 160 hours": asks("Multidisciplinary pain program", quantity=160),
}


@pytest.mark.parametrize("request_line", DRUGS)
def test_drug_requests(request_line: str) -> None:
    """A drug line gives its name, strength, count, refills and rate, however they are written; how much at a time is no rate."""
    assert read(request_line) == DRUGS[request_line]


@pytest.mark.parametrize("request_line", COMPOUNDS)
def test_compound_requests(request_line: str) -> None:
    """A compound is its ingredients joined with slashes and its form; its strengths stand in the same order."""
    assert read(request_line) == COMPOUNDS[request_line]


@pytest.mark.parametrize("request_line", DATED)
def test_dated_requests(request_line: str) -> None:
    """A day of service makes a request retrospective; the day of the asking and the days to come do not."""
    assert read(request_line) == DATED[request_line]


@pytest.mark.parametrize("request_line", THERAPY)
def test_therapy_requests(request_line: str) -> None:
    """Sessions are counted, and a rate that has a length is multiplied out; a range gives no count."""
    assert read(request_line) == THERAPY[request_line]


@pytest.mark.parametrize("request_line", PROCEDURES)
def test_procedure_requests(request_line: str) -> None:
    """Side, level and part of the body are cut out of what is done."""
    assert read(request_line) == PROCEDURES[request_line]


@pytest.mark.parametrize("request_line", EQUIPMENT)
def test_equipment_requests(request_line: str) -> None:
    """A rental and a supply have a duration and no count."""
    assert read(request_line) == EQUIPMENT[request_line]


@pytest.mark.parametrize("request_line", VISITS)
def test_visit_requests(request_line: str) -> None:
    """Visits and care at home are counted where a length is given."""
    assert read(request_line) == VISITS[request_line]


@pytest.mark.parametrize("request_line", PHRASINGS)
def test_further_phrasings(request_line: str) -> None:
    """However a request is worded, what it names is read, and nothing else."""
    assert read(request_line) == PHRASINGS[request_line]


SAYS_NOTHING = {
    "Norco 10/325mg (quantity not specified)": "quantity",
    "Physical therapy (unspecified frequency and duration)": "frequency",
    "TENS unit": "quantity",
    "Home health aide 4 hours a day, 5 days a week": "quantity",
    "Physical therapy 2-3 times a week for 4-6 weeks": "quantity",
    "Psychotherapy, 6 to 8 sessions": "quantity",
    "Soma 350mg 1-2 tabs": "frequency",
    "Soma 350mg #60": "refills",
    "Lumbar MRI": "body_part",
    "Tylenol #3": "strength",
    "Norco 10/325": "strength",
    "Orthostim 4 unit": "strength",
    "4 wheeled walker": "quantity",
    "24 hour caregiver": "quantity",
    "12 sessions of physical therapy between 3/5/2014 and 5/5/2014": "date_of_service",
    "Norco 10/325mg #60 (RFA 3/4/15)": "retrospective",
}


@pytest.mark.parametrize("request_line", SAYS_NOTHING)
def test_a_field_that_the_request_does_not_name_is_absent(request_line: str) -> None:
    """What looks like a count, a strength or a day of service and is none gives no value."""
    assert SAYS_NOTHING[request_line] not in read_request(request_line)


GENERICS = {
    "Norco 10/325mg #120": "hydrocodone/acetaminophen",
    "Hydrocodone 10/325mg #90": "hydrocodone/acetaminophen",
    "Hydrocodone ER 20mg #60": "hydrocodone",
    "Oxycodone 5/325 mg #60": "oxycodone/acetaminophen",
    "Oxycodone 15mg #60": "oxycodone",
    "Soma (Carisoprodol) 350mg, #90": "carisoprodol",
    "Flurbiprofen 20%/Lidocaine 5% cream 180gm": "flurbiprofen/lidocaine",
    "Compound medication (Ketoprofen, gabapentin, lidocaine) 240g": "ketoprofen/gabapentin/lidocaine",
    "Lidoderm 5% patch #30": "lidocaine",
    "Theramine #90": None,
    "Synvisc injection": None,
    "Physical therapy x 12 visits": None,
}


@pytest.mark.parametrize("request_line", GENERICS)
def test_a_medication_has_its_ingredients(request_line: str) -> None:
    """The generic name is that of the drug; a second number of a strength may name its acetaminophen. Else there is none."""
    assert read_request(request_line).get("generic_name", (None,))[0] == GENERICS[request_line]


EVERY_REQUEST = (*DRUGS, *COMPOUNDS, *DATED, *THERAPY, *PROCEDURES, *EQUIPMENT, *VISITS, *PHRASINGS)


def test_every_value_names_the_rule_that_read_it() -> None:
    """Each value of each request leads to a rule of the book."""
    names = {value.by for request_line in EVERY_REQUEST for value in read_values(request_line).values()}
    assert names - rules().keys() == set()


@pytest.mark.parametrize("request_line", EVERY_REQUEST)
def test_places_hold_what_was_read(request_line: str) -> None:
    """Every value's places lie in the request and hold its words, in the order of the value."""
    for name, (value, places) in read_request(request_line, latest_year=2015).items():
        assert all(0 <= start < end <= len(request_line) for start, end in places)
        if name in ("treatment", "frequency", "body_part"):
            words = " ".join(request_line[start:end] for start, end in places)
            told = iter(re.findall(r"\w+", words))
            assert all(word in told for word in re.findall(r"\w+", str(value))), (name, words)


@pytest.mark.parametrize(
    "request_line", ["Norco 10/325mg #120 with 2 refills", "Physical therapy 2x6, left knee", "MRI lumbar spine"]
)
def test_case_tells_nothing(request_line: str) -> None:
    """A request in capitals reads as the same one in small letters."""
    small = {name: str(value).lower() for name, value in read(request_line).items()}
    assert {name: str(value).lower() for name, value in read(request_line.upper()).items()} == small


def test_a_long_text_is_no_request_line() -> None:
    """Of a text that is too long for a request only the beginning is read, up to a whole word."""
    found = read_request("Norco 10/325mg #120, " + "and more " * 1000)
    assert found["quantity"][0] == 120
    assert max(end for _, places in found.values() for _, end in places) <= 1200


pieces = st.sampled_from(
    (
        *("Norco", "#", "120", "(", ")", "10/325", "mg", "%", "2", "x", "6", "weeks", "times a week for", "retrospective", "DOS"),
        *("3/4/15", "refills", "with", "left", "L4-5", "knee", "lumbar", "and", ",", ":", "-", "/", "cream", "compound", "one"),
        *("½", "İ", "\x00", "1.5"),
    )
)


@given(st.lists(pieces, max_size=25).map(" ".join) | st.text(max_size=80))
def test_no_request_raises(request_line: str) -> None:
    """Any text gives a treatment and a category, and places inside the text."""
    found = read_request(request_line)
    assert {"treatment", "category"} <= found.keys()
    assert all(0 <= start <= end <= len(request_line) for _, places in found.values() for start, end in places)


@pytest.mark.parametrize("rule", [rule for rule in service_dates.RULES if rule.pattern and "date" in rule.pattern.groupindex])
@given(st.data())
def test_every_rule_of_a_day_hits_what_may_hold_one(rule: Rule, data: st.DataObject) -> None:
    """Where the quick look says that a request holds no date, no rule of the day of service hits."""
    assert rule.pattern
    assert service_dates._MAY_BE_DATE.search(data.draw(st.from_regex(rule.pattern.pattern)))


edges = st.lists(
    st.sampled_from(["unit", "of", " ", "-", ".", ",", "The", "doſe", "date of service", "x", "ion", "\xa0", "\x1c"])
)


@given(edges.map("".join) | edges.map(" ".join))
def test_the_quick_look_at_an_edge_leaves_what_the_pattern_leaves(words: str) -> None:
    """Words that are taken from a treatment's end are those of the pattern, whether or not the quick look spares it."""
    assert asked._without_edge_behind(words) == asked._EDGE_BACK.sub("", words)


@given(
    st.text("ab \0", max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted).map(tuple), max_size=4)
)
def test_used_characters_are_hidden_and_no_others(text: str, places: list[tuple[int, int]]) -> None:
    """Of a request with used places every character is as written or, where used, NUL."""
    line = Line(text)
    line.use(*((min(a, len(text)), min(b, len(text))) for a, b in places))
    assert line.unused() == "".join("\0" if used else c for c, used in zip(text, line.used, strict=True))


@pytest.mark.parametrize(
    ("pattern", "longest"), [(body_parts._PREP, body_parts._LONGEST_PREP), (rates._POINT_IN_TIME, rates._LONGEST_POINT)]
)
@given(st.data())
def test_words_before_a_place_are_no_longer_than_is_searched(pattern: re.Pattern[str], longest: int, data: st.DataObject) -> None:
    """The stretch in front of a hit that is searched is as long as the longest words that count there."""
    assert len(data.draw(st.from_regex(pattern, fullmatch=True))) <= longest
