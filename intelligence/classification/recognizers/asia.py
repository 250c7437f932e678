"""Identity and tax numbers of Asia. The examples are drawn at random and belong to nobody we know of."""

from __future__ import annotations

from intelligence.classification.recognizers.base import Checked


class ChineseResident(Checked):
    entity = "CN_RIC"
    family = "national_id"
    country = "CN"
    label = "a Chinese resident number"
    module = "cn.ric"
    pattern = r"[1-8]\d{5}(19|20)\d{2}[01]\d[0-3]\d\d{3}[0-9X]"
    agreement = 3.2
    luck = 0.002
    proof = 5.0
    examples = ("360421199711208075", "230600202112028827")
    counter_examples = ("333572205901121630", "792841207307085010")


class ChineseCompany(Checked):
    entity = "CN_USCC"
    family = "tax_id"
    country = "CN"
    label = "a Chinese credit code"
    module = "cn.uscc"
    pattern = r"[1-9A-Y][1239]\d{6}[0-9A-Y]{10}"
    agreement = 2.6
    luck = 0.00217
    proof = 4.0
    examples = ("61007424J53LKUM7QN", "5338471985TCQMJ0KM", "53425959KG0JFK0ECQ")
    counter_examples = ("X2023116COHPXPFPMF", "72193739N1FO6AG433")


class IndianAadhaar(Checked):
    entity = "IN_AADHAAR"
    family = "national_id"
    country = "IN"
    label = "an Indian Aadhaar number"
    module = "in_.aadhaar"
    pattern = r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}"
    agreement = 0.4
    luck = 0.101
    proof = 4.6
    examples = ("6047-4826 9499", "54634161 2657", "8257-5239 0930")
    counter_examples = ("4294-7177 5740", "969026331259")


class IndianPan(Checked):
    entity = "IN_PAN"
    family = "tax_id"
    country = "IN"
    label = "an Indian PAN"
    module = "in_.pan"
    pattern = r"[A-Z]{3}[ABCEFGHJLKPT][A-Z]\d{4}[A-Z]"
    agreement = 6.0
    luck = 0.916
    proof = 0.5
    examples = ("LFYHR1744T", "ENXAH5491H", "WKVCK3897A")
    counter_examples = ("HLJEO1452D", "TYOEM4188U")


class IndianGstin(Checked):
    entity = "IN_GSTIN"
    family = "tax_id"
    country = "IN"
    label = "an Indian GSTIN"
    module = "in_.gstin"
    pattern = r"[0-3]\d[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]"
    agreement = 6.5
    luck = 0.0123
    proof = 2.0
    examples = ("22RHKFZ3986A7Z1", "02IMKGQ0679E6Z9", "09CZJJI5766WHZV")
    counter_examples = ("00PRLPP1118WRZS", "08TJNEN3020EXZ0")


class IndianVoter(Checked):
    entity = "IN_EPIC"
    family = "national_id"
    country = "IN"
    label = "an Indian voter card"
    module = "in_.epic"
    pattern = r"[A-Z]{3}\d{7}"
    agreement = 1.0
    luck = 0.102
    proof = 4.2
    examples = ("EPI7697162", "UVU5477500", "IWR3994662")
    counter_examples = ("TAX9641582", "LFI9315883")


class IndonesianNik(Checked):
    entity = "ID_NIK"
    family = "national_id"
    country = "ID"
    label = "an Indonesian NIK"
    module = "id.nik"
    pattern = r"\d{6}[0-7]\d[01]\d{3}\d{4}"
    agreement = 0.4
    luck = 0.15
    proof = 4.6
    examples = ("6273541509021680", "7105526506581404", "3695851210037290")
    counter_examples = ("9359212507410184", "5535745309688935")


class IndonesianNpwp(Checked):
    entity = "ID_NPWP"
    family = "tax_id"
    country = "ID"
    label = "an Indonesian NPWP"
    module = "id.npwp"
    pattern = r"\d{2}\.?\d{3}\.?\d{3}\.?\d-?\d{3}\.?\d{3}"
    agreement = 1.2
    luck = 0.095
    proof = 3.0
    examples = ("86.720.2988321283", "168022978137073", "79.103.361.6-197.614")
    counter_examples = ("03.320.2974-064.851", "41.025.234.7612.889")


class IsraeliIdentity(Checked):
    entity = "IL_IDNR"
    family = "national_id"
    country = "IL"
    label = "an Israeli identity number"
    module = "il.idnr"
    pattern = r"\d{9}"
    agreement = -0.5
    luck = 0.1
    proof = 4.0
    examples = ("551021090", "373664242", "419307723")
    counter_examples = ("506641774", "068495745")


class IsraeliCompany(Checked):
    entity = "IL_HP"
    family = "tax_id"
    country = "IL"
    label = "an Israeli company number"
    module = "il.hp"
    pattern = r"5\d{8}"
    agreement = -0.4
    luck = 0.0965
    proof = 4.0
    examples = ("592509632", "584159693", "521279232")
    counter_examples = ("594374542", "518608917")


class JapaneseMyNumber(Checked):
    entity = "JP_MY_NUMBER"
    family = "national_id"
    country = "JP"
    label = "a Japanese My Number"
    module = "jp.in_"
    pattern = r"\d{4}[ -]?\d{4}[ -]?\d{4}"
    agreement = -0.3
    luck = 0.0985
    proof = 4.4
    examples = ("12484437 5566", "41479496 1106", "3965-42965402")
    counter_examples = ("9608-7454 8850", "32060384 7402")


class JapaneseCompany(Checked):
    entity = "JP_CN"
    family = "tax_id"
    country = "JP"
    label = "a Japanese corporate number"
    module = "jp.cn"
    pattern = r"[1-9]\d{12}"
    agreement = -0.4
    luck = 0.112
    proof = 4.2
    examples = ("2444044618603", "2519098009724", "1185056206546")
    counter_examples = ("8339834409559", "8063361381296")


class KoreanResident(Checked):
    entity = "KR_RRN"
    family = "national_id"
    country = "KR"
    label = "a Korean resident number"
    module = "kr.rrn"
    pattern = r"\d{6}-?[0-9]\d{6}"
    agreement = 1.0
    luck = 0.00367
    proof = 4.6
    examples = ("8305277480155", "0905132171079", "3109053492942")
    counter_examples = ("482666-9407346", "664688-8691160")


class KoreanBusiness(Checked):
    entity = "KR_BRN"
    family = "tax_id"
    country = "KR"
    label = "a Korean business number"
    module = "kr.brn"
    pattern = r"\d{3}-\d{2}-\d{5}"
    agreement = 3.2
    luck = 0.896
    proof = 1.0
    examples = ("948-62-34532", "145-59-87809", "344-88-25635")
    counter_examples = ("861-00-14750", "048-93-46463")


class MalaysianNric(Checked):
    entity = "MY_NRIC"
    family = "national_id"
    country = "MY"
    label = "a Malaysian NRIC"
    module = "my.nric"
    pattern = r"\d{6}-?\d{2}-?\d{4}"
    agreement = 1.0
    luck = 0.0335
    proof = 4.0
    examples = ("200904572870", "26082133-5447", "120509572742")
    counter_examples = ("026329-490842", "210077177450")


class PakistaniCnic(Checked):
    entity = "PK_CNIC"
    family = "national_id"
    country = "PK"
    label = "a Pakistani CNIC"
    module = "pk.cnic"
    pattern = r"[1-7]\d{4}-?\d{7}-?[1-9]"
    agreement = 1.6
    luck = 1
    proof = 2.5
    examples = ("463827595384-8", "71369-2581470-7", "333604449846-2")
    counter_examples = ("abc", "1234")


class SingaporeUen(Checked):
    entity = "SG_UEN"
    family = "tax_id"
    country = "SG"
    label = "a Singapore UEN"
    module = "sg.uen"
    pattern = r"(\d{8}[A-Z]|(19|20)\d{7}[A-Z]|[TRS]\d{2}[A-Z]{2}\d{4}[A-Z])"
    agreement = 1.0
    luck = 0.0208
    proof = 4.0
    examples = ("191352544C", "50457032C", "11275214D")
    counter_examples = ("204710391E", "192357614P")


class ThaiIdentity(Checked):
    entity = "TH_PIN"
    family = "national_id"
    country = "TH"
    label = "a Thai identity number"
    module = "th.pin"
    pattern = r"[1-8](\d{12}|-\d{4}-\d{5}-\d{2}-\d)"
    agreement = 0.2
    luck = 0.0965
    proof = 4.4
    examples = ("8466386383186", "6-8537-47622-68-4", "5256438519951")
    counter_examples = ("5442514164405", "2828284767799")


class TaiwaneseCompany(Checked):
    entity = "TW_UBN"
    family = "tax_id"
    country = "TW"
    label = "a Taiwanese business number"
    module = "tw.ubn"
    pattern = r"\d{8}"
    agreement = -1.0
    luck = 0.106
    proof = 3.2
    examples = ("35817578", "84450401", "50409333")
    counter_examples = ("52912331", "86033414")


class VietnameseTax(Checked):
    entity = "VN_MST"
    family = "tax_id"
    country = "VN"
    label = "a Vietnamese tax code"
    module = "vn.mst"
    pattern = r"\d{10}(-\d{3})?"
    agreement = -0.4
    luck = 0.0902
    proof = 4.0
    examples = ("5800384805-384", "2973388775", "2408810149")
    counter_examples = ("5240124655-788", "2299295635")


class AzerbaijaniTax(Checked):
    entity = "AZ_VOEN"
    family = "tax_id"
    country = "AZ"
    label = "an Azerbaijani VOEN"
    module = "az.voen"
    pattern = r"\d{9}[12]"
    agreement = -0.4
    luck = 0.095
    proof = 3.6
    examples = ("3224366262", "4414346341", "8298178291")
    counter_examples = ("6430075662", "5815120521")
