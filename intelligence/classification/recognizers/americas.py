"""Identity and tax numbers of the Americas. The examples are drawn at random and belong to nobody we know of."""

from __future__ import annotations

from intelligence.classification.recognizers.base import Checked


class UsEin(Checked):
    entity = "US_EIN"
    family = "tax_id"
    country = "US"
    label = "a US employer number"
    module = "us.ein"
    pattern = r"\d{2}-\d{7}"
    agreement = 3.4
    luck = 0.829
    proof = 1.0
    examples = ("87-8932879", "90-0033907", "68-4538401")
    counter_examples = ("17-2180967", "79-8347017")


class UsItin(Checked):
    entity = "US_ITIN"
    family = "tax_id"
    country = "US"
    label = "a US ITIN"
    module = "us.itin"
    pattern = r"9\d{2}-?[5-9]\d-?\d{4}"
    agreement = 1.6
    luck = 0.556
    proof = 2.6
    examples = ("983-95-0865", "947869386", "988-98-7408")
    counter_examples = ("931-520400", "95852-0280")


class UsPtin(Checked):
    entity = "US_PTIN"
    family = "tax_id"
    country = "US"
    label = "a US preparer number"
    module = "us.ptin"
    pattern = r"P\d{8}"
    agreement = 2.5
    luck = 1
    proof = 0.0
    examples = ("P25117344", "P29307804", "P49480949")
    counter_examples = ("abc", "1234")


class CanadianSin(Checked):
    entity = "CA_SIN"
    family = "national_id"
    country = "CA"
    label = "a Canadian SIN"
    module = "ca.sin"
    pattern = r"\d{3}[ -]?\d{3}[ -]?\d{3}"
    agreement = 0.0
    luck = 0.0795
    proof = 4.4
    examples = ("785924 218", "577579865", "184089027")
    counter_examples = ("687-282306", "614967714")


class CanadianBusiness(Checked):
    entity = "CA_BN"
    family = "tax_id"
    country = "CA"
    label = "a Canadian business number"
    module = "ca.bn"
    pattern = r"\d{9}(R[CPMT]\d{4})?"
    agreement = -0.6
    luck = 0.0985
    proof = 4.0
    examples = ("055984025RT6700", "077160398RC4134", "977649268")
    counter_examples = ("651798364", "791128385")


class BrazilianCpf(Checked):
    entity = "BR_CPF"
    family = "national_id"
    country = "BR"
    label = "a Brazilian CPF"
    module = "br.cpf"
    pattern = r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}"
    agreement = 0.4
    luck = 0.01
    proof = 5.0
    examples = ("913.515.005-03", "451.717678-90", "775.98201943")
    counter_examples = ("196306404-52", "863008.426-08")


class BrazilianCnpj(Checked):
    entity = "BR_CNPJ"
    family = "tax_id"
    country = "BR"
    label = "a Brazilian CNPJ"
    module = "br.cnpj"
    pattern = r"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}"
    agreement = 1.0
    luck = 0.009
    proof = 5.0
    examples = ("88.602.154/0590-93", "93.8434190022-10", "38288.664527349")
    counter_examples = ("60743107/189175", "14517547/967602")


class ArgentineCuit(Checked):
    entity = "AR_CUIT"
    family = "tax_id"
    country = "AR"
    label = "an Argentine CUIT"
    module = "ar.cuit"
    pattern = r"(20|2[3-7]|3[034])-?\d{8}-?\d"
    agreement = 0.6
    luck = 0.0853
    proof = 4.4
    examples = ("20-15675185-6", "33865644057", "24655056489")
    counter_examples = ("33-70253631-8", "2534797250-5")


class ChileanRut(Checked):
    entity = "CL_RUT"
    family = "national_id"
    country = "CL"
    label = "a Chilean RUT"
    module = "cl.rut"
    pattern = r"\d{1,2}\.?\d{3}\.?\d{3}-?[0-9kK]"
    agreement = 0.6
    luck = 0.0897
    proof = 4.4
    examples = ("3.850.338-3", "45665496", "64.027.6762")
    counter_examples = ("13.950.8217", "904393863")


class ColombianNit(Checked):
    entity = "CO_NIT"
    family = "tax_id"
    country = "CO"
    label = "a Colombian NIT"
    module = "co.nit"
    pattern = r"\d{3}\.?\d{3}\.?\d{3}-\d"
    agreement = 0.6
    luck = 0.105
    proof = 4.0
    examples = ("319.201.581-8", "840.350.051-4", "226.899.722-8")
    counter_examples = ("890654187-9", "427107882-4")


class CostaRicanCedula(Checked):
    entity = "CR_CPF"
    family = "national_id"
    country = "CR"
    label = "a Costa Rican cedula"
    module = "cr.cpf"
    pattern = r"0?[1-9]-?\d{4}-?\d{4}"
    agreement = 0.0
    luck = 1
    proof = 0.0
    examples = ("8-90283512", "021988-5467", "942120216")
    counter_examples = ("abc", "1234")


class CubanIdentity(Checked):
    entity = "CU_NI"
    family = "national_id"
    country = "CU"
    label = "a Cuban identity number"
    module = "cu.ni"
    pattern = r"\d{11}"
    agreement = -1.0
    luck = 0.0373
    proof = 3.6
    examples = ("94120884559", "78082424940", "83051305817")
    counter_examples = ("12812604856", "19217179682")


class DominicanCedula(Checked):
    entity = "DO_CEDULA"
    family = "national_id"
    country = "DO"
    label = "a Dominican cedula"
    module = "do.cedula"
    pattern = r"\d{3}-?\d{7}-?\d"
    agreement = 0.2
    luck = 0.0958
    proof = 4.2
    examples = ("609-70965509", "49491753981", "3226974223-8")
    counter_examples = ("8679550434-0", "5356981474-8")


class DominicanRnc(Checked):
    entity = "DO_RNC"
    family = "tax_id"
    country = "DO"
    label = "a Dominican RNC"
    module = "do.rnc"
    pattern = r"\d{1}-?\d{2}-?\d{5}-?\d"
    agreement = -0.4
    luck = 0.106
    proof = 4.0
    examples = ("3-73663852", "5-80030281", "2-86-36958-4")
    counter_examples = ("9-88369782", "473-544961")


class EcuadorianCedula(Checked):
    entity = "EC_CI"
    family = "national_id"
    country = "EC"
    label = "an Ecuadorian cedula"
    module = "ec.ci"
    pattern = r"[0-3]\d{9}"
    agreement = -0.4
    luck = 0.0433
    proof = 4.0
    examples = ("0544982077", "1707956023", "2222469559")
    counter_examples = ("0979841550", "2074365391")


class EcuadorianRuc(Checked):
    entity = "EC_RUC"
    family = "tax_id"
    country = "EC"
    label = "an Ecuadorian RUC"
    module = "ec.ruc"
    pattern = r"\d{10}00\d"
    agreement = 0.6
    luck = 0.0218
    proof = 4.0
    examples = ("1037322904002", "0821144847005", "0907219117003")
    counter_examples = ("2278034546002", "5484347283008")


class GuatemalanNit(Checked):
    entity = "GT_NIT"
    family = "tax_id"
    country = "GT"
    label = "a Guatemalan NIT"
    module = "gt.nit"
    pattern = r"\d{5,8}-[0-9K]"
    agreement = 0.8
    luck = 0.089
    proof = 4.0
    examples = ("4297949-8", "790111-9", "795587-1")
    counter_examples = ("11354-7", "99453-8")


class MexicanCurp(Checked):
    entity = "MX_CURP"
    family = "national_id"
    country = "MX"
    label = "a Mexican CURP"
    module = "mx.curp"
    pattern = r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HM][A-Z]{5}[0-9A-Z]\d"
    agreement = 7.0
    luck = 0.002
    proof = 1.5
    examples = ("XAYS551017HQTHEGM5", "IOKA610104HTLRVHM2", "QAKB790913HTSUXXT5")
    counter_examples = ("ZAGM061796MUTJAUY5", "ZXQA586066HXHVHPA4")


class MexicanRfc(Checked):
    entity = "MX_RFC"
    family = "tax_id"
    country = "MX"
    label = "a Mexican RFC"
    module = "mx.rfc"
    pattern = r"[A-Z&]{3,4}-?\d{6}-?[0-9A-Z]{2}[0-9A]"
    agreement = 5.0
    luck = 0.0395
    proof = 1.0
    examples = ("SKHH-801116-WL7", "OCES-790118YSA", "XZQ-300718-QT8")
    counter_examples = ("LIXY312229QK9", "QKOQ318494TV6")


class PeruvianCui(Checked):
    entity = "PE_CUI"
    family = "national_id"
    country = "PE"
    label = "a Peruvian CUI"
    module = "pe.cui"
    pattern = r"\d{8}-?[0-9A-K]"
    agreement = -0.4
    luck = 0.091
    proof = 2.0
    examples = ("039260072", "098493897", "66830030H")
    counter_examples = ("39240558-3", "19680631-4")


class PeruvianRuc(Checked):
    entity = "PE_RUC"
    family = "tax_id"
    country = "PE"
    label = "a Peruvian RUC"
    module = "pe.ruc"
    pattern = r"(10|15|17|20)\d{9}"
    agreement = 0.4
    luck = 0.0985
    proof = 4.2
    examples = ("20323732222", "10565383987", "20666981031")
    counter_examples = ("17135296588", "15903600949")


class ParaguayanRuc(Checked):
    entity = "PY_RUC"
    family = "tax_id"
    country = "PY"
    label = "a Paraguayan RUC"
    module = "py.ruc"
    pattern = r"\d{5,8}-\d"
    agreement = 0.8
    luck = 0.097
    proof = 4.0
    examples = ("95464843-9", "78206-8", "65344-6")
    counter_examples = ("0678112-0", "776244-9")


class SalvadoranNit(Checked):
    entity = "SV_NIT"
    family = "tax_id"
    country = "SV"
    label = "a Salvadoran NIT"
    module = "sv.nit"
    pattern = r"[019]\d{3}-?\d{6}-?\d{3}-?\d"
    agreement = 0.6
    luck = 0.103
    proof = 4.0
    examples = ("1240004524-646-2", "0813-371335-176-7", "0909-750373-784-8")
    counter_examples = ("9489502699-660-2", "0616421691-6733")


class UruguayanRut(Checked):
    entity = "UY_RUT"
    family = "tax_id"
    country = "UY"
    label = "a Uruguayan RUT"
    module = "uy.rut"
    pattern = r"(0[1-9]|1\d|2[01])\d{6}001\d"
    agreement = 1.0
    luck = 0.0907
    proof = 4.0
    examples = ("193653920012", "119866450014", "151480310018")
    counter_examples = ("108898930015", "095672870018")


class VenezuelanRif(Checked):
    entity = "VE_RIF"
    family = "tax_id"
    country = "VE"
    label = "a Venezuelan RIF"
    module = "ve.rif"
    pattern = r"[VEJPG]-?\d{8}-?\d"
    agreement = 1.8
    luck = 0.1
    proof = 4.2
    examples = ("G-255768982", "E72556684-3", "E-22860121-0")
    counter_examples = ("P892251484", "G-635489120")
