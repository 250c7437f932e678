"""Identity and tax numbers of Africa and Oceania. The examples are drawn at random and belong to nobody we know of."""

from __future__ import annotations

from intelligence.classification.recognizers.base import Checked


class AustralianTfn(Checked):
    entity = "AU_TFN"
    family = "tax_id"
    country = "AU"
    label = "an Australian TFN"
    module = "au.tfn"
    pattern = r"\d{3} ?\d{3} ?\d{2,3}"
    agreement = -0.3
    luck = 0.09
    proof = 4.2
    examples = ("958 492862", "76890255", "135 263513")
    counter_examples = ("244 230154", "98162539")


class AustralianAbn(Checked):
    entity = "AU_ABN"
    family = "tax_id"
    country = "AU"
    label = "an Australian ABN"
    module = "au.abn"
    pattern = r"\d{2} ?\d{3} ?\d{3} ?\d{3}"
    agreement = -0.1
    luck = 0.0113
    proof = 4.6
    examples = ("28 496 725 226", "32 415 047 586", "43480427823")
    counter_examples = ("97 992818 853", "60 234779 684")


class AustralianAcn(Checked):
    entity = "AU_ACN"
    family = "tax_id"
    country = "AU"
    label = "an Australian ACN"
    module = "au.acn"
    pattern = r"\d{3} ?\d{3} ?\d{3}"
    agreement = -0.5
    luck = 0.103
    proof = 4.0
    examples = ("395361 172", "900011 449", "348677994")
    counter_examples = ("911350 143", "118237 289")


class NewZealandIrd(Checked):
    entity = "NZ_IRD"
    family = "tax_id"
    country = "NZ"
    label = "a New Zealand IRD number"
    module = "nz.ird"
    pattern = r"\d{2,3}-?\d{3}-?\d{3}"
    agreement = -0.4
    luck = 0.0513
    proof = 4.0
    examples = ("15-359536", "59-255-827", "12374151")
    counter_examples = ("172248-074", "39-541-290")


class SouthAfricanId(Checked):
    entity = "ZA_ID"
    family = "national_id"
    country = "ZA"
    label = "a South African identity number"
    module = "za.idnr"
    pattern = r"\d{2}[01]\d[0-3]\d{5}[01]\d{2}"
    agreement = 0.6
    luck = 0.046
    proof = 4.8
    examples = ("9410147044137", "4010272075008", "2408093964040")
    counter_examples = ("6013177477145", "0602353351078")


class SouthAfricanTax(Checked):
    entity = "ZA_TIN"
    family = "tax_id"
    country = "ZA"
    label = "a South African tax number"
    module = "za.tin"
    pattern = r"[01239]\d{9}"
    agreement = -0.4
    luck = 0.0988
    proof = 4.0
    examples = ("0212422653", "9454534208", "1428148017")
    counter_examples = ("9779082082", "3229764209")


class KenyanPin(Checked):
    entity = "KE_PIN"
    family = "tax_id"
    country = "KE"
    label = "a Kenyan PIN"
    module = "ke.pin"
    pattern = r"[AP]\d{9}[A-Z]"
    agreement = 5.0
    luck = 1
    proof = 0.5
    examples = ("A949577508K", "A054730275X", "A066116904P")
    counter_examples = ("abc", "1234")


class EgyptianTax(Checked):
    entity = "EG_TN"
    family = "tax_id"
    country = "EG"
    label = "an Egyptian tax number"
    module = "eg.tn"
    pattern = r"\d{3}-\d{3}-\d{3}"
    agreement = 1.6
    luck = 1
    proof = 0.0
    examples = ("393-993-424", "144-440-728", "635-504-636")
    counter_examples = ("abc", "1234")


class MoroccanIce(Checked):
    entity = "MA_ICE"
    family = "tax_id"
    country = "MA"
    label = "a Moroccan ICE"
    module = "ma.ice"
    pattern = r"\d{15}"
    agreement = -0.4
    luck = 0.01
    proof = 4.6
    examples = ("528647112589845", "630358442973952", "846859557645708")
    counter_examples = ("294980350674827", "519746267284224")


class MauritianNid(Checked):
    entity = "MU_NID"
    family = "national_id"
    country = "MU"
    label = "a Mauritian identity number"
    module = "mu.nid"
    pattern = r"[A-Z][0-3]\d[01]\d{9}[0-9A-Z]"
    agreement = 2.4
    luck = 0.03
    proof = 4.0
    examples = ("K1707853078485", "E2310546362055", "B0705653422904")
    counter_examples = ("D1909585979190", "H090964378876A")


class MozambicanNuit(Checked):
    entity = "MZ_NUIT"
    family = "tax_id"
    country = "MZ"
    label = "a Mozambican NUIT"
    module = "mz.nuit"
    pattern = r"\d{9}"
    agreement = -0.6
    luck = 0.0992
    proof = 3.8
    examples = ("054750234", "446547224", "017337890")
    counter_examples = ("218785248", "780118434")


class TunisianFiscal(Checked):
    entity = "TN_MF"
    family = "tax_id"
    country = "TN"
    label = "a Tunisian fiscal number"
    module = "tn.mf"
    pattern = r"\d{7}[A-Z]/?[ABPDN]/?[CMNPE]/?\d{3}"
    agreement = 4.5
    luck = 0.186
    proof = 1.0
    examples = ("4490330T/NE387", "6629836TBE/988", "0725138ZAE817")
    counter_examples = ("9357607Q/AN421", "2791411EA/P/214")


class GhanaianTin(Checked):
    entity = "GH_TIN"
    family = "tax_id"
    country = "GH"
    label = "a Ghanaian TIN"
    module = "gh.tin"
    pattern = r"[PCGQV]00\d{7}[0-9X]"
    agreement = 3.0
    luck = 0.087
    proof = 3.0
    examples = ("C0031219128", "P0096219874", "V0021461244")
    counter_examples = ("Q001952582X", "C007914288X")
