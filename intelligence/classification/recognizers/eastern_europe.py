"""Further identity and tax numbers of European countries. The examples are drawn at random and belong to nobody we know of."""

from __future__ import annotations

from intelligence.classification.recognizers.base import Checked


class MoldovanIdno(Checked):
    entity = "MD_IDNO"
    family = "national_id"
    country = "MD"
    label = "a Moldovan IDNO"
    module = "md.idno"
    pattern = r"[0129]\d{12}"
    agreement = -0.3
    luck = 0.098
    proof = 4.2
    examples = ("2960364229757", "1815095836860", "0368580054971")
    counter_examples = ("9833000958500", "1743356164906")


class BelarusianUnp(Checked):
    entity = "BY_UNP"
    family = "tax_id"
    country = "BY"
    label = "a Belarusian UNP"
    module = "by.unp"
    pattern = r"[A-Z1-7][0-9A-Z]?\d{7}"
    agreement = -0.3
    luck = 0.00583
    proof = 4.2
    examples = ("774027688", "CH9029354", "EO2243937")
    counter_examples = ("I0948050", "O7388938")


class MontenegrinPib(Checked):
    entity = "ME_PIB"
    family = "tax_id"
    country = "ME"
    label = "a Montenegrin PIB"
    module = "me.pib"
    pattern = r"\d{8}"
    agreement = -1.0
    luck = 0.101
    proof = 3.4
    examples = ("15049116", "77939352", "28731255")
    counter_examples = ("84663266", "04136580")


class MacedonianEdb(Checked):
    entity = "MK_EDB"
    family = "tax_id"
    country = "MK"
    label = "a Macedonian EDB"
    module = "mk.edb"
    pattern = r"4\d{12}"
    agreement = 0.2
    luck = 0.099
    proof = 4.2
    examples = ("4981585347758", "4629984936583", "4913108861185")
    counter_examples = ("4362115810281", "4908262926774")


class AlbanianNipt(Checked):
    entity = "AL_NIPT"
    family = "tax_id"
    country = "AL"
    label = "an Albanian NIPT"
    module = "al.nipt"
    pattern = r"[JKLM]\d{8}[A-Z]"
    agreement = 5.0
    luck = 1
    proof = 0.5
    examples = ("L54722599T", "L52077976D", "L91476224T")
    counter_examples = ("abc", "1234")


class LuxembourgVat(Checked):
    entity = "LU_TVA"
    family = "tax_id"
    country = "LU"
    label = "a Luxembourg VAT number"
    module = "lu.tva"
    pattern = r"LU ?\d{8}"
    agreement = 4.6
    luck = 0.008
    proof = 2.0
    examples = ("LU05984032", "LU50034172", "LU 44215705")
    counter_examples = ("LU98009910", "LU 68266474")


class LatvianPersonal(Checked):
    entity = "LV_PK"
    family = "national_id"
    country = "LV"
    label = "a Latvian personal code"
    module = "lv.pvn"
    pattern = r"[0-3]\d[01]\d{3}-?[012]\d{4}"
    agreement = 0.4
    luck = 0.0497
    proof = 4.6
    examples = ("080145-13410", "040946-06087", "010417-06160")
    counter_examples = ("39141200771", "08073003132")


class RussianOgrn(Checked):
    entity = "RU_OGRN"
    family = "tax_id"
    country = "RU"
    label = "a Russian OGRN"
    module = "ru.ogrn"
    pattern = r"[1-9]\d{12}(\d{2})?"
    agreement = -0.2
    luck = 0.0552
    proof = 4.6
    examples = ("3407403288190", "5321504020250", "4097600901185")
    counter_examples = ("643187679863642", "625436652829660")


class GermanTaxNumber(Checked):
    entity = "DE_STNR"
    family = "tax_id"
    country = "DE"
    label = "a German tax number"
    module = "de.stnr"
    pattern = r"\d{2,3}/\d{3,4}/\d{4,5}"
    agreement = 3.4
    luck = 0.753
    proof = 0.5
    examples = ("19/540/02684", "54/7115/3693", "33/8958/6847")
    counter_examples = ("31/188/9132", "334/0944/01454")


class RomanianFiscal(Checked):
    entity = "RO_CUI"
    family = "tax_id"
    country = "RO"
    label = "a Romanian CUI"
    module = "ro.cui"
    pattern = r"(RO)?[1-9]\d{5,9}"
    agreement = -1.0
    luck = 0.105
    proof = 3.8
    examples = ("21386886", "RO7832797", "RO8094640589")
    counter_examples = ("61138281", "RO67835049")


class SlovakVat(Checked):
    entity = "SK_DPH"
    family = "tax_id"
    country = "SK"
    label = "a Slovak VAT number"
    module = "sk.dph"
    pattern = r"(SK)?[1-9]\d[2-47-9]\d{7}"
    agreement = 0.0
    luck = 0.0888
    proof = 3.6
    examples = ("5430995064", "5138892473", "5379698841")
    counter_examples = ("8896315255", "SK3833537369")


class CzechCompany(Checked):
    entity = "CZ_DIC"
    family = "tax_id"
    country = "CZ"
    label = "a Czech DIC"
    module = "cz.dic"
    pattern = r"CZ\d{8,10}"
    agreement = 4.4
    luck = 0.086
    proof = 2.0
    examples = ("CZ079429308", "CZ75118459", "CZ843222873")
    counter_examples = ("CZ035244565", "CZ3739325603")


class BelgianVat(Checked):
    entity = "BE_VAT"
    family = "tax_id"
    country = "BE"
    label = "a Belgian enterprise number"
    module = "be.vat"
    pattern = r"[01]\d{3}\.?\d{3}\.?\d{3}"
    agreement = 0.6
    luck = 0.00867
    proof = 4.2
    examples = ("0447.174057", "0495639.118", "1931969883")
    counter_examples = ("0621733904", "1466.077750")


class SwedishVat(Checked):
    entity = "SE_VAT"
    family = "tax_id"
    country = "SE"
    label = "a Swedish VAT number"
    module = "se.vat"
    pattern = r"SE\d{10}01"
    agreement = 5.4
    luck = 0.105
    proof = 1.0
    examples = ("SE812887847001", "SE166957199201", "SE574894308001")
    counter_examples = ("SE231376266501", "SE338874091001")


class BritishVat(Checked):
    entity = "UK_VAT"
    family = "tax_id"
    country = "GB"
    label = "a British VAT number"
    module = "gb.vat"
    pattern = r"(GB ?)?\d{3} ?\d{4} ?\d{2}"
    agreement = 0.4
    luck = 0.0305
    proof = 3.8
    examples = ("516 5061 66", "GB757 7413 56", "GB5500521 49")
    counter_examples = ("3112901 25", "GB538290275")
