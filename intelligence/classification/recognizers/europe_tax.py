"""Tax numbers of European countries. The examples are drawn at random and belong to nobody we know of."""

from __future__ import annotations

from intelligence.classification.recognizers.base import Checked


class EuropeanVat(Checked):
    entity = "EU_VAT"
    family = "tax_id"
    country = "EU"
    label = "a European VAT number"
    module = "eu.vat"
    pattern = (
        r"(ATU\d{8}|BE ?[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE ?\d{9}|DK ?\d{8}|EE\d{9}|EL\d{9}|ES[A-Z]\d{7}[A-Z0-9]"
        r"|FI\d{8}|FR ?[0-9A-Z]{2} ?\d{9}|HR\d{11}|HU\d{8}|IE\d{7}[A-W][A-I]?|IT ?\d{11}|LT\d{9}|LU\d{8}|LV\d{11}"
        r"|MT\d{8}|NL ?\d{9}B\d{2}|PL ?\d{10}|PT ?\d{9}|RO\d{6,10}|SE\d{10}01|SI\d{8}|SK\d{10})"
    )
    agreement = 3.6
    luck = 0.0678
    proof = 3.0
    examples = ("ATU05436919", "DK29138931", "EE400041481")
    counter_examples = ("HR66291739350", "FRHI 095197188")


class GermanTaxId(Checked):
    entity = "DE_TAX_ID"
    family = "tax_id"
    country = "DE"
    label = "a German tax id"
    module = "de.idnr"
    pattern = r"\d{2} ?\d{3} ?\d{3} ?\d{3}"
    agreement = 0.5
    luck = 0.003
    proof = 5.0
    examples = ("29 738 577 104", "25 197 083267", "47 859 183 024")
    counter_examples = ("21621754711", "64 373976 524")


class SpanishCif(Checked):
    entity = "ES_CIF"
    family = "tax_id"
    country = "ES"
    label = "a Spanish CIF"
    module = "es.cif"
    pattern = r"[A-HJNPQRSUVW]-?\d{7}-?[0-9A-J]"
    agreement = 1.0
    luck = 0.101
    proof = 4.0
    examples = ("R-1212380-H", "H59506139", "F-8615510H")
    counter_examples = ("U-4201593-J", "Q-9738135-7")


class FrenchSiren(Checked):
    entity = "FR_SIREN"
    family = "tax_id"
    country = "FR"
    label = "a French SIREN"
    module = "fr.siren"
    pattern = r"\d{3} ?\d{3} ?\d{3}"
    agreement = -0.8
    luck = 0.101
    proof = 2.6
    examples = ("444 137434", "932 038912", "896240 637")
    counter_examples = ("762727 335", "838 095 950")


class FrenchSiret(Checked):
    entity = "FR_SIRET"
    family = "tax_id"
    country = "FR"
    label = "a French SIRET"
    module = "fr.siret"
    pattern = r"\d{3} ?\d{3} ?\d{3} ?\d{5}"
    agreement = -0.3
    luck = 0.00967
    proof = 3.6
    examples = ("647446 54163126", "20809402916605", "779 70174735797")
    counter_examples = ("084 16966636667", "049 25988589808")


class BritishUtr(Checked):
    entity = "UK_UTR"
    family = "tax_id"
    country = "GB"
    label = "a British UTR"
    module = "gb.utr"
    pattern = r"\d{5} ?\d{5}"
    agreement = -0.6
    luck = 0.106
    proof = 3.8
    examples = ("5665058902", "1084959698", "87162 84584")
    counter_examples = ("46230 52396", "78357 00758")


class GreekVat(Checked):
    entity = "GR_AFM"
    family = "tax_id"
    country = "GR"
    label = "a Greek AFM"
    module = "gr.vat"
    pattern = r"\d{9}"
    agreement = -0.6
    luck = 0.102
    proof = 3.8
    examples = ("805991734", "258804748", "257215286")
    counter_examples = ("865101905", "321641647")


class HungarianTax(Checked):
    entity = "HU_TAX"
    family = "tax_id"
    country = "HU"
    label = "a Hungarian tax number"
    module = "hu.anum"
    pattern = r"\d{8}-\d-\d{2}"
    agreement = 3.0
    luck = 0.1
    proof = 3.0
    examples = ("55807302-2-09", "67368196-2-02", "46426217-2-41")
    counter_examples = ("99242432-1-08", "07537821-9-51")

    def is_valid(self, value: str) -> bool:
        return super().is_valid(value[:8])


class ItalianVat(Checked):
    entity = "IT_VAT_CODE"
    family = "tax_id"
    country = "IT"
    label = "an Italian partita IVA"
    module = "it.iva"
    pattern = r"\d{11}"
    agreement = -0.6
    luck = 0.008
    proof = 3.6
    examples = ("68664020432", "37650570247", "96208330090")
    counter_examples = ("68061910115", "25474724401")


class PolishNip(Checked):
    entity = "PL_NIP"
    family = "tax_id"
    country = "PL"
    label = "a Polish NIP"
    module = "pl.nip"
    pattern = r"(\d{10}|\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3})"
    agreement = 0.2
    luck = 0.0923
    proof = 4.2
    examples = ("519-677-59-94", "8212221879", "848-888-64-14")
    counter_examples = ("031-28-29-344", "418-09-97-275")


class PolishRegon(Checked):
    entity = "PL_REGON"
    family = "tax_id"
    country = "PL"
    label = "a Polish REGON"
    module = "pl.regon"
    pattern = r"\d{9}(\d{5})?"
    agreement = -0.8
    luck = 0.0577
    proof = 3.4
    examples = ("457267640", "642422534", "051135022")
    counter_examples = ("10928500967780", "31942246150321")


class PortugueseNif(Checked):
    entity = "PT_NIF"
    family = "tax_id"
    country = "PT"
    label = "a Portuguese NIF"
    module = "pt.nif"
    pattern = r"[1-9]\d{8}"
    agreement = -0.3
    luck = 0.108
    proof = 4.0
    examples = ("731711629", "771788932", "962770256")
    counter_examples = ("143977771", "867134281")


class SwedishOrganisation(Checked):
    entity = "SE_ORGNR"
    family = "tax_id"
    country = "SE"
    label = "a Swedish organisation number"
    module = "se.orgnr"
    pattern = r"[1-9]\d[2-9]\d{3}-\d{4}"
    agreement = 0.0
    luck = 0.107
    proof = 3.4
    examples = ("732679-8332", "325836-6578", "546845-9390")
    counter_examples = ("176219-8856", "236640-6507")


class FinnishBusiness(Checked):
    entity = "FI_YTUNNUS"
    family = "tax_id"
    country = "FI"
    label = "a Finnish Y-tunnus"
    module = "fi.ytunnus"
    pattern = r"\d{7}-\d"
    agreement = 1.0
    luck = 0.0927
    proof = 4.0
    examples = ("7005899-6", "0687723-3", "5786575-0")
    counter_examples = ("2325997-3", "9070268-7")


class NorwegianOrganisation(Checked):
    entity = "NO_ORGNR"
    family = "tax_id"
    country = "NO"
    label = "a Norwegian organisation number"
    module = "no.orgnr"
    pattern = r"[89]\d{2} ?\d{3} ?\d{3}"
    agreement = -0.3
    luck = 0.096
    proof = 3.8
    examples = ("971 023 716", "872363 874", "970 364013")
    counter_examples = ("921164152", "977 380398")


class DanishCvr(Checked):
    entity = "DK_CVR"
    family = "tax_id"
    country = "DK"
    label = "a Danish CVR number"
    module = "dk.cvr"
    pattern = r"[1-9]\d{7}"
    agreement = -0.8
    luck = 0.0882
    proof = 3.2
    examples = ("41048050", "20648651", "61223037")
    counter_examples = ("57156927", "67752316")


class SwissUid(Checked):
    entity = "CH_UID"
    family = "tax_id"
    country = "CH"
    label = "a Swiss UID"
    module = "ch.uid"
    pattern = r"CHE-?\d{3}\.?\d{3}\.?\d{3}"
    agreement = 6.0
    luck = 0.092
    proof = 2.0
    examples = ("CHE-827073.964", "CHE922523.995", "CHE-347534888")
    counter_examples = ("CHE182076395", "CHE-652726.708")


class RussianInn(Checked):
    entity = "RU_INN"
    family = "tax_id"
    country = "RU"
    label = "a Russian INN"
    module = "ru.inn"
    pattern = r"\d{10}(\d{2})?"
    agreement = -0.3
    luck = 0.055
    proof = 4.4
    examples = ("7682929589", "1497285184", "2945993820")
    counter_examples = ("1088662837", "8071764596")


class UkrainianTax(Checked):
    entity = "UA_RNOKPP"
    family = "tax_id"
    country = "UA"
    label = "a Ukrainian tax number"
    module = "ua.rntrc"
    pattern = r"\d{10}"
    agreement = -0.5
    luck = 0.0948
    proof = 4.0
    examples = ("4784055654", "1813592136", "4337217225")
    counter_examples = ("7907656489", "3470688417")


class TurkishVkn(Checked):
    entity = "TR_VKN"
    family = "tax_id"
    country = "TR"
    label = "a Turkish tax number"
    module = "tr.vkn"
    pattern = r"\d{10}"
    agreement = -0.6
    luck = 0.099
    proof = 3.6
    examples = ("3074943037", "4694286621", "7580382593")
    counter_examples = ("7420104401", "3290491331")


class SerbianPib(Checked):
    entity = "RS_PIB"
    family = "tax_id"
    country = "RS"
    label = "a Serbian PIB"
    module = "rs.pib"
    pattern = r"\d{9}"
    agreement = -0.8
    luck = 0.0945
    proof = 3.4
    examples = ("190233247", "846634464", "417920346")
    counter_examples = ("058618922", "658743877")
