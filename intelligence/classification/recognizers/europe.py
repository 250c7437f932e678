"""Identity numbers of European countries. The examples are drawn at random and belong to nobody we know of."""

from __future__ import annotations

from intelligence.classification.recognizers.base import Checked


class AustrianInsurance(Checked):
    entity = "AT_SVNR"
    family = "national_id"
    country = "AT"
    label = "an Austrian insurance number"
    module = "at.vnr"
    pattern = r"\d{4} ?\d{6}"
    agreement = -0.3
    luck = 0.0803
    proof = 4.6
    examples = ("8364 200958", "1903782765", "8801900072")
    counter_examples = ("4167106840", "8854430443")


class BelgianNational(Checked):
    entity = "BE_NN"
    family = "national_id"
    country = "BE"
    label = "a Belgian national number"
    module = "be.nn"
    pattern = r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}"
    agreement = 0.2
    luck = 0.002
    proof = 5.0
    examples = ("7512.03-90186", "6902.79-01548", "90.06.17-22137")
    counter_examples = ("92458179741", "54.97.43958.15")


class BulgarianCivil(Checked):
    entity = "BG_EGN"
    family = "national_id"
    country = "BG"
    label = "a Bulgarian civil number"
    module = "bg.egn"
    pattern = r"\d{10}"
    agreement = -0.3
    luck = 0.0095
    proof = 4.8
    examples = ("5731191757", "3852315374", "5708168741")
    counter_examples = ("5982713562", "4146779593")


class SwissInsurance(Checked):
    entity = "CH_AHV"
    family = "national_id"
    country = "CH"
    label = "a Swiss AHV number"
    module = "ch.ssn"
    pattern = r"756\.?\d{4}\.?\d{4}\.?\d{2}"
    agreement = 4.0
    luck = 0.0978
    proof = 3.0
    examples = ("7568490.733516", "756.7221872623", "756.1957.5911.86")
    counter_examples = ("7569532792771", "756.9532459087")


class CzechBirthNumber(Checked):
    entity = "CZ_RC"
    family = "national_id"
    country = "CZ"
    label = "a Czech or Slovak birth number"
    module = "cz.rc"
    pattern = r"\d{6}/?\d{4}"
    agreement = 0.4
    luck = 0.021
    proof = 4.6
    examples = ("508204/8609", "0576074048", "2241077421")
    counter_examples = ("8068765257", "765324/9776")


class DanishCpr(Checked):
    entity = "DK_CPR"
    family = "national_id"
    country = "DK"
    label = "a Danish CPR number"
    module = "dk.cpr"
    pattern = r"\d{6}-?\d{4}"
    agreement = 0.2
    luck = 0.0307
    proof = 4.0
    examples = ("161024-4898", "120914-8148", "2307021893")
    counter_examples = ("9784814612", "279789-5793")


class EstonianPersonal(Checked):
    entity = "EE_IK"
    family = "national_id"
    country = "EE"
    label = "an Estonian personal code"
    module = "ee.ik"
    pattern = r"[1-8]\d{10}"
    agreement = -0.3
    luck = 0.00333
    proof = 4.6
    examples = ("73007283673", "41004294524", "84911048154")
    counter_examples = ("16007498121", "53881800343")


class SpanishDni(Checked):
    entity = "ES_NIF"
    family = "national_id"
    country = "ES"
    label = "a Spanish DNI"
    module = "es.dni"
    pattern = r"\d{8}-?[A-Z]"
    agreement = 2.0
    luck = 0.0373
    proof = 4.0
    examples = ("15323539L", "36229053-M", "63482172-X")
    counter_examples = ("13143123-G", "41639180U")


class SpanishNie(Checked):
    entity = "ES_NIE"
    family = "national_id"
    country = "ES"
    label = "a Spanish NIE"
    module = "es.nie"
    pattern = r"[XYZ]-?\d{7}-?[A-Z]"
    agreement = 2.5
    luck = 0.0392
    proof = 4.0
    examples = ("X5724053-C", "Y3920512-S", "Y7021520-W")
    counter_examples = ("Z0071054V", "Z1756313-X")


class FinnishHetu(Checked):
    entity = "FI_HETU"
    family = "national_id"
    country = "FI"
    label = "a Finnish HETU"
    module = "fi.hetu"
    pattern = r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]"
    agreement = 3.0
    luck = 0.002
    proof = 4.0
    examples = ("041044+526Y", "130324E240R", "020654Y676V")
    counter_examples = ("124546U0276", "653425C761T")


class FrenchNir(Checked):
    entity = "FR_NIR"
    family = "national_id"
    country = "FR"
    label = "a French NIR"
    module = "fr.nir"
    pattern = r"[12] ?\d{2} ?[01]\d ?\d[0-9AB] ?\d{3} ?\d{3} ?\d{2}"
    agreement = 0.6
    luck = 0.00917
    proof = 5.5
    examples = ("2 870959 194291 08", "1 51 0444582 410 88", "2 6004 0881817529")
    counter_examples = ("1 5900 72283 21356", "27106 53769 08195")


class BritishNhs(Checked):
    entity = "UK_NHS"
    family = "national_id"
    country = "GB"
    label = "a British NHS number"
    module = "gb.nhs"
    pattern = r"\d{3}[ -]?\d{3}[ -]?\d{4}"
    agreement = -0.3
    luck = 0.084
    proof = 4.4
    examples = ("196913 2507", "816384-5511", "3253869024")
    counter_examples = ("577-0742081", "0829604490")


class GreekAmka(Checked):
    entity = "GR_AMKA"
    family = "national_id"
    country = "GR"
    label = "a Greek AMKA"
    module = "gr.amka"
    pattern = r"\d{11}"
    agreement = -0.3
    luck = 0.003
    proof = 4.6
    examples = ("07060167900", "23059308223", "30077101001")
    counter_examples = ("26036339977", "71657136742")


class CroatianOib(Checked):
    entity = "HR_OIB"
    family = "national_id"
    country = "HR"
    label = "a Croatian OIB"
    module = "hr.oib"
    pattern = r"\d{11}"
    agreement = -0.3
    luck = 0.0995
    proof = 4.4
    examples = ("01455492103", "55008422319", "25072640317")
    counter_examples = ("13492944604", "33680186692")


class IrishPps(Checked):
    entity = "IE_PPS"
    family = "national_id"
    country = "IE"
    label = "an Irish PPS number"
    module = "ie.pps"
    pattern = r"\d{7}[A-W][A-IW]?"
    agreement = 2.0
    luck = 0.0312
    proof = 4.0
    examples = ("4133165L", "6044595K", "0841905PW")
    counter_examples = ("3299669DC", "7985350UW")


class IcelandicKennitala(Checked):
    entity = "IS_KENNITALA"
    family = "national_id"
    country = "IS"
    label = "an Icelandic kennitala"
    module = "is_.kennitala"
    pattern = r"\d{6}-?\d{4}"
    agreement = 0.0
    luck = 0.002
    proof = 4.6
    examples = ("170522-0799", "2610624969", "470662-5149")
    counter_examples = ("419499-6465", "236776-8922")


class ItalianFiscalCode(Checked):
    entity = "IT_FISCAL_CODE"
    family = "national_id"
    country = "IT"
    label = "an Italian codice fiscale"
    module = "it.codicefiscale"
    pattern = r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"
    agreement = 5.0
    luck = 0.027
    proof = 3.0
    examples = ("FSCNKU18P02R381P", "OSBOAP65S30U591H", "CSGGVY91T22X248Q")
    counter_examples = ("UISLSL19D78Z785M", "PFJCYD51S70S932Z")


class LithuanianPersonal(Checked):
    entity = "LT_AK"
    family = "national_id"
    country = "LT"
    label = "a Lithuanian personal code"
    module = "lt.asmens"
    pattern = r"[3-6]\d{10}"
    agreement = -0.3
    luck = 0.00333
    proof = 4.6
    examples = ("44206030308", "62808122120", "34403191060")
    counter_examples = ("47007896612", "59793229346")


class DutchBsn(Checked):
    entity = "NL_BSN"
    family = "national_id"
    country = "NL"
    label = "a Dutch BSN"
    module = "nl.bsn"
    pattern = r"\d{9}"
    agreement = -0.3
    luck = 0.0932
    proof = 4.4
    examples = ("070348388", "196099729", "275687375")
    counter_examples = ("313352177", "273803764")


class NorwegianBirthNumber(Checked):
    entity = "NO_FODSELSNUMMER"
    family = "national_id"
    country = "NO"
    label = "a Norwegian birth number"
    module = "no.fodselsnummer"
    pattern = r"\d{6} ?\d{5}"
    agreement = -0.3
    luck = 0.002
    proof = 4.8
    examples = ("624206 38529", "684117 10533", "570684 16991")
    counter_examples = ("176072 10594", "378231 50054")


class PolishPesel(Checked):
    entity = "PL_PESEL"
    family = "national_id"
    country = "PL"
    label = "a Polish PESEL"
    module = "pl.pesel"
    pattern = r"\d{11}"
    agreement = -0.3
    luck = 0.0218
    proof = 4.8
    examples = ("21422599435", "93261046513", "65922093099")
    counter_examples = ("21899442743", "81774992479")


class PortugueseCitizenCard(Checked):
    entity = "PT_CC"
    family = "national_id"
    country = "PT"
    label = "a Portuguese citizen card"
    module = "pt.cc"
    pattern = r"\d{8} ?\d ?[A-Z]{2}\d"
    agreement = 3.0
    luck = 0.0967
    proof = 3.0
    examples = ("242482220 VR3", "01839569 6 IJ3", "973546545 NS3")
    counter_examples = ("00039430 7BE6", "33483023 6RZ2")


class RomanianCnp(Checked):
    entity = "RO_CNP"
    family = "national_id"
    country = "RO"
    label = "a Romanian CNP"
    module = "ro.cnp"
    pattern = r"[1-8]\d{12}"
    agreement = -0.3
    luck = 0.002
    proof = 4.8
    examples = ("6971217025901", "4240327345399", "5161029024468")
    counter_examples = ("1864019405666", "6778488072786")


class SwedishPersonal(Checked):
    entity = "SE_PERSONNUMMER"
    family = "national_id"
    country = "SE"
    label = "a Swedish personnummer"
    module = "se.personnummer"
    pattern = r"(\d{2})?\d{6}[-+]\d{4}"
    agreement = 0.6
    luck = 0.004
    proof = 4.8
    examples = ("200127-7561", "620226+0847", "071206+1183")
    counter_examples = ("992903-9229", "430221+7308")


class SlovenianEmso(Checked):
    entity = "SI_EMSO"
    family = "national_id"
    country = "SI"
    label = "a Slovenian or Yugoslav EMSO"
    module = "si.emso"
    pattern = r"\d{13}"
    agreement = -0.3
    luck = 0.00433
    proof = 4.6
    examples = ("1510984402564", "2107361692680", "3001941339520")
    counter_examples = ("4321925157433", "7328145881029")


class TurkishKimlik(Checked):
    entity = "TR_TCKN"
    family = "national_id"
    country = "TR"
    label = "a Turkish identity number"
    module = "tr.tckimlik"
    pattern = r"[1-9]\d{10}"
    agreement = -0.3
    luck = 0.0103
    proof = 4.8
    examples = ("67429680282", "14764365534", "83283487980")
    counter_examples = ("39564420592", "51211453432")
