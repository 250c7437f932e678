"""What a recognizer is, and how matches become a weight.

Weights are log-odds (natural logarithm). A value pattern is worth `agreement` when the values fit; a checksum that `luck` of random values would pass adds up to `proof`
by the likelihood ratio of passing and failing values, or takes away up to `failure`.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from importlib import import_module
from math import log
from typing import ClassVar, Final

from governance.core.registry import Registry
from intelligence.classification.preparation import Facts, spread
from intelligence.classification.types import Evidence

MOST_CHECKED: Final = 120
"""Values whose checksum is computed; they are spread evenly over the matches."""
FIRST_CHECKED: Final = 16
"""When fewer than half of so many pass, the others are not asked."""
ERRORS: Final = 0.08
"""Share of wrong values that a good column may have."""


class Recognizer(ABC):
    """One entity. Subclasses set the class attributes, and override `is_valid` or `score` when a pattern is not enough."""

    entity: ClassVar[str | None]
    """None for things that are not sensitive but look as if they were."""
    family: ClassVar[str | None]
    country: ClassVar[str] = ""
    label: ClassVar[str] = ""
    pattern: ClassVar[str] = ""
    """An re2 expression for a whole value, ASCII case-sensitive; empty when `score` looks at the values itself."""
    agreement: ClassVar[float] = 1.0
    contradiction: ClassVar[float] = -8.0
    """Weight when the values do not look like this at all."""
    luck: ClassVar[float] = 1.0
    """Share of random values of this pattern that pass `is_valid`; 1 where there is no checksum."""
    proof: ClassVar[float] = 0.0
    failure: ClassVar[float] = -3.0
    share: ClassVar[float] = 0.6
    """Share of distinct values that must match before they agree."""
    examples: ClassVar[tuple[str, ...]] = ()
    counter_examples: ClassVar[tuple[str, ...]] = ()
    in_text: ClassVar[str] = ""
    """An re2 expression that finds the entity inside a text; empty when it is too vague for that."""
    certainty: ClassVar[float] = 0.85
    """Score of a span that `in_text` finds and `is_valid` passes."""

    def is_valid(self, value: str) -> bool:
        """Whether a value that matches the pattern passes the checksum or the closer look."""
        return True

    @property
    def title(self) -> str:
        return self.label or (self.entity or type(self).__name__).replace("_", " ").lower()

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Evidence from values alone; None when there is nothing to say. `matches` are the values of `looked` ones that the pattern matched."""
        if not looked:
            return None
        share = len(matches) / looked
        if share < self.share:
            return Evidence(
                name, len(matches), looked, self._sentence(len(matches), looked, "look like"), self.contradiction * (1 - share / self.share) ** 0.5
            )
        weight = self.agreement * share * looked / (looked + 0.5)
        if self.luck >= 1:
            return Evidence(name, len(matches), looked, self._sentence(len(matches), looked, "look like"), weight)
        checked = spread(matches, FIRST_CHECKED)
        passed = sum(map(self.is_valid, checked))
        if 2 * passed >= len(checked) and len(matches) > FIRST_CHECKED:
            checked = spread(matches, MOST_CHECKED)
            passed = sum(map(self.is_valid, checked))
        ratio = passed * log((1 - ERRORS) / self.luck) + (len(checked) - passed) * log(ERRORS / (1 - self.luck))
        detail = self._sentence(round(passed * len(matches) / len(checked)), looked, "pass the checks of")
        return Evidence(name, round(passed * len(matches) / len(checked)), looked, detail, weight + max(self.failure, min(self.proof, ratio)))

    def _sentence(self, matched: int, looked: int, verb: str) -> str:
        return f"{matched:,} of {looked:,} distinct values {verb} {self.title}"


class Checked(Recognizer):
    """A number whose check is a module of python-stdnum."""

    module: ClassVar[str]
    _check: ClassVar[Callable[[str], bool] | None] = None

    def is_valid(self, value: str) -> bool:
        check = type(self)._check
        if check is None:
            found: Callable[[str], bool] = import_module(f"stdnum.{self.module}").is_valid
            type(self)._check = staticmethod(found)
            check = found
        try:
            return bool(check(value))
        except (KeyError, IndexError, ValueError):
            return False  # python-stdnum 2.2 looks up places and dates without asking whether they exist


PACKAGE: Final = "intelligence.classification.recognizers"

TABLE: Final[dict[str, str]] = {
    "email": "contact.Email",
    "phone": "contact.Phone",
    "street": "contact.StreetAddress",
    "city": "contact.City",
    "uk_postcode": "contact.BritishPostcode",
    "ca_postal": "contact.CanadianPostalCode",
    "nl_postcode": "contact.DutchPostcode",
    "ie_eircode": "contact.IrishEircode",
    "dashed_postal": "contact.DashedPostalCode",
    "spaced_postal": "contact.SpacedPostalCode",
    "prefixed_postal": "contact.PrefixedPostalCode",
    "ar_postal": "contact.ArgentinePostalCode",
    "other_postal": "contact.OtherPostalCode",
    "digit_postal": "contact.DigitPostalCode",
    "first_name": "person.FirstName",
    "last_name": "person.LastName",
    "person_name": "person.PersonName",
    "username": "person.Username",
    "date_of_birth": "personal.DateOfBirth",
    "birth_year": "personal.BirthYear",
    "age": "personal.Age",
    "gender": "personal.Gender",
    "religion": "personal.Religion",
    "ethnicity": "personal.Ethnicity",
    "us_ssn": "documents.UsSsn",
    "bare_ssn": "documents.BareSsn",
    "partial_ssn": "documents.PartialSsn",
    "uk_nino": "documents.BritishNino",
    "ru_snils": "documents.RussianSnils",
    "tw_id": "documents.TaiwaneseIdentity",
    "sg_nric": "documents.SingaporeNric",
    "hk_id": "documents.HongKongIdentity",
    "au_medicare": "documents.AustralianMedicare",
    "se_personnummer_short": "documents.SwedishShort",
    "national_id": "documents.NationalId",
    "tax_id": "documents.TaxId",
    "passport": "documents.Passport",
    "other_passport": "documents.OtherPassport",
    "driving_licence": "documents.DrivingLicence",
    "lettered_licence": "documents.LetteredLicence",
    "other_licence": "documents.OtherLicence",
    "vin": "vehicles.Vin",
    "de_plate": "vehicles.GermanPlate",
    "fr_it_plate": "vehicles.FrenchItalianPlate",
    "uk_plate": "vehicles.BritishPlate",
    "old_uk_plate": "vehicles.OldBritishPlate",
    "es_plate": "vehicles.SpanishPlate",
    "old_es_plate": "vehicles.OldSpanishPlate",
    "nl_plate": "vehicles.DutchPlate",
    "ru_plate": "vehicles.RussianPlate",
    "pl_plate": "vehicles.EasternPlate",
    "br_plate": "vehicles.BrazilianPlate",
    "in_plate": "vehicles.IndianPlate",
    "east_asian_plate": "vehicles.EastAsianPlate",
    "nordic_plate": "vehicles.NordicPlate",
    "tr_plate": "vehicles.TurkishPlate",
    "ro_plate": "vehicles.RomanianPlate",
    "id_plate": "vehicles.IndonesianPlate",
    "vn_plate": "vehicles.VietnamesePlate",
    "za_plate": "vehicles.SouthAfricanPlate",
    "balkan_plate": "vehicles.BalkanPlate",
    "american_plate": "vehicles.AmericanPlate",
    "script_plate": "vehicles.ScriptPlate",
    "il_plate": "vehicles.IsraeliPlate",
    "other_plate": "vehicles.OtherPlate",
    "icd10": "medical.Icd10",
    "bare_icd10": "medical.BareIcd10",
    "icd9": "medical.Icd9",
    "us_npi": "medical.Npi",
    "us_dea": "medical.Dea",
    "ndc": "medical.Ndc",
    "atc": "medical.Atc",
    "snomed": "medical.Snomed",
    "loinc": "medical.Loinc",
    "procedure_code": "medical.ProcedureCode",
    "diagnosis": "medical.Diagnosis",
    "coordinate_pair": "places.CoordinatePair",
    "written_position": "places.WrittenPosition",
    "single_coordinate": "places.SingleCoordinate",
    "provider_key": "secrets.ProviderKey",
    "jwt": "secrets.JsonWebToken",
    "password_hash": "secrets.PasswordHash",
    "private_key": "secrets.PrivateKey",
    "connection_string": "secrets.ConnectionString",
    "digest_under_password": "secrets.HashUnderPassword",
    "random_text": "secrets.RandomText",
    "any_secret": "secrets.AnySecret",
    "free_text": "text.FreeText",
    "uuid": "benign.Uuid",
    "hex_digest": "benign.HexDigest",
    "base64": "benign.Base64",
    "url": "benign.Url",
    "failed_card": "benign.FailedCard",
    "several_numbers": "benign.SeveralNumbers",
    "hex_color": "benign.HexColor",
    "version": "benign.Version",
    "package_version": "benign.PackageVersion",
    "decimal": "benign.Decimal",
    "moment": "benign.Moment",
    "epoch": "benign.Epoch",
    "duration": "benign.Duration",
    "isbn": "benign.Isbn",
    "issn": "benign.Issn",
    "sku": "benign.Sku",
    "year_number": "benign.YearNumber",
    "product": "benign.Product",
    "calendar": "benign.Calendar",
    "color": "benign.Color",
    "nature": "benign.Nature",
    "country": "benign.Country",
    "business": "benign.Business",
    "company": "benign.Company",
    "job": "benign.Job",
    "counting": "benign.Counting",
    "us_ein": "americas.UsEin",
    "us_itin": "americas.UsItin",
    "us_ptin": "americas.UsPtin",
    "ca_sin": "americas.CanadianSin",
    "ca_bn": "americas.CanadianBusiness",
    "br_cpf": "americas.BrazilianCpf",
    "br_cnpj": "americas.BrazilianCnpj",
    "ar_cuit": "americas.ArgentineCuit",
    "cl_rut": "americas.ChileanRut",
    "co_nit": "americas.ColombianNit",
    "cr_cpf": "americas.CostaRicanCedula",
    "cu_ni": "americas.CubanIdentity",
    "do_cedula": "americas.DominicanCedula",
    "do_rnc": "americas.DominicanRnc",
    "ec_ci": "americas.EcuadorianCedula",
    "ec_ruc": "americas.EcuadorianRuc",
    "gt_nit": "americas.GuatemalanNit",
    "mx_curp": "americas.MexicanCurp",
    "mx_rfc": "americas.MexicanRfc",
    "pe_cui": "americas.PeruvianCui",
    "pe_ruc": "americas.PeruvianRuc",
    "py_ruc": "americas.ParaguayanRuc",
    "sv_nit": "americas.SalvadoranNit",
    "uy_rut": "americas.UruguayanRut",
    "ve_rif": "americas.VenezuelanRif",
    "cn_ric": "asia.ChineseResident",
    "cn_uscc": "asia.ChineseCompany",
    "in_aadhaar": "asia.IndianAadhaar",
    "in_pan": "asia.IndianPan",
    "in_gstin": "asia.IndianGstin",
    "in_epic": "asia.IndianVoter",
    "id_nik": "asia.IndonesianNik",
    "id_npwp": "asia.IndonesianNpwp",
    "il_idnr": "asia.IsraeliIdentity",
    "il_hp": "asia.IsraeliCompany",
    "jp_my_number": "asia.JapaneseMyNumber",
    "jp_cn": "asia.JapaneseCompany",
    "kr_rrn": "asia.KoreanResident",
    "kr_brn": "asia.KoreanBusiness",
    "my_nric": "asia.MalaysianNric",
    "pk_cnic": "asia.PakistaniCnic",
    "sg_uen": "asia.SingaporeUen",
    "th_pin": "asia.ThaiIdentity",
    "tw_ubn": "asia.TaiwaneseCompany",
    "vn_mst": "asia.VietnameseTax",
    "az_voen": "asia.AzerbaijaniTax",
    "au_tfn": "africa_oceania.AustralianTfn",
    "au_abn": "africa_oceania.AustralianAbn",
    "au_acn": "africa_oceania.AustralianAcn",
    "nz_ird": "africa_oceania.NewZealandIrd",
    "za_id": "africa_oceania.SouthAfricanId",
    "za_tin": "africa_oceania.SouthAfricanTax",
    "ke_pin": "africa_oceania.KenyanPin",
    "eg_tn": "africa_oceania.EgyptianTax",
    "ma_ice": "africa_oceania.MoroccanIce",
    "mu_nid": "africa_oceania.MauritianNid",
    "mz_nuit": "africa_oceania.MozambicanNuit",
    "tn_mf": "africa_oceania.TunisianFiscal",
    "gh_tin": "africa_oceania.GhanaianTin",
    "md_idno": "eastern_europe.MoldovanIdno",
    "by_unp": "eastern_europe.BelarusianUnp",
    "me_pib": "eastern_europe.MontenegrinPib",
    "mk_edb": "eastern_europe.MacedonianEdb",
    "al_nipt": "eastern_europe.AlbanianNipt",
    "lu_tva": "eastern_europe.LuxembourgVat",
    "lv_pk": "eastern_europe.LatvianPersonal",
    "ru_ogrn": "eastern_europe.RussianOgrn",
    "de_stnr": "eastern_europe.GermanTaxNumber",
    "ro_cui": "eastern_europe.RomanianFiscal",
    "sk_dph": "eastern_europe.SlovakVat",
    "cz_dic": "eastern_europe.CzechCompany",
    "be_vat": "eastern_europe.BelgianVat",
    "se_vat": "eastern_europe.SwedishVat",
    "uk_vat": "eastern_europe.BritishVat",
    "ipv4": "network.IPv4",
    "ipv6": "network.IPv6",
    "mac_address": "network.MacAddress",
    "bare_mac": "network.BareMac",
    "imei": "network.Imei",
    "credit_card": "finance.CreditCard",
    "iban": "finance.Iban",
    "bic": "finance.Bic",
    "aba_routing": "finance.AbaRouting",
    "uk_sort_code": "finance.SortCode",
    "in_ifsc": "finance.IndianIfsc",
    "au_bsb": "finance.AustralianBsb",
    "bank_code": "finance.BankCode",
    "mx_clabe": "finance.Clabe",
    "bitcoin": "finance.BitcoinAddress",
    "segwit": "finance.SegwitAddress",
    "ethereum": "finance.EthereumAddress",
    "base58_wallet": "finance.Base58Address",
    "other_wallet": "finance.OtherWallet",
    "at_svnr": "europe.AustrianInsurance",
    "be_nn": "europe.BelgianNational",
    "bg_egn": "europe.BulgarianCivil",
    "ch_ahv": "europe.SwissInsurance",
    "cz_rc": "europe.CzechBirthNumber",
    "dk_cpr": "europe.DanishCpr",
    "ee_ik": "europe.EstonianPersonal",
    "es_nif": "europe.SpanishDni",
    "es_nie": "europe.SpanishNie",
    "fi_hetu": "europe.FinnishHetu",
    "fr_nir": "europe.FrenchNir",
    "uk_nhs": "europe.BritishNhs",
    "gr_amka": "europe.GreekAmka",
    "hr_oib": "europe.CroatianOib",
    "ie_pps": "europe.IrishPps",
    "is_kennitala": "europe.IcelandicKennitala",
    "it_fiscal_code": "europe.ItalianFiscalCode",
    "lt_ak": "europe.LithuanianPersonal",
    "nl_bsn": "europe.DutchBsn",
    "no_fodselsnummer": "europe.NorwegianBirthNumber",
    "pl_pesel": "europe.PolishPesel",
    "pt_cc": "europe.PortugueseCitizenCard",
    "ro_cnp": "europe.RomanianCnp",
    "se_personnummer": "europe.SwedishPersonal",
    "si_emso": "europe.SlovenianEmso",
    "tr_tckn": "europe.TurkishKimlik",
    "eu_vat": "europe_tax.EuropeanVat",
    "de_tax_id": "europe_tax.GermanTaxId",
    "es_cif": "europe_tax.SpanishCif",
    "fr_siren": "europe_tax.FrenchSiren",
    "fr_siret": "europe_tax.FrenchSiret",
    "uk_utr": "europe_tax.BritishUtr",
    "gr_afm": "europe_tax.GreekVat",
    "hu_tax": "europe_tax.HungarianTax",
    "it_vat_code": "europe_tax.ItalianVat",
    "pl_nip": "europe_tax.PolishNip",
    "pl_regon": "europe_tax.PolishRegon",
    "pt_nif": "europe_tax.PortugueseNif",
    "se_orgnr": "europe_tax.SwedishOrganisation",
    "fi_ytunnus": "europe_tax.FinnishBusiness",
    "no_orgnr": "europe_tax.NorwegianOrganisation",
    "dk_cvr": "europe_tax.DanishCvr",
    "ch_uid": "europe_tax.SwissUid",
    "ru_inn": "europe_tax.RussianInn",
    "ua_rnokpp": "europe_tax.UkrainianTax",
    "tr_vkn": "europe_tax.TurkishVkn",
    "rs_pib": "europe_tax.SerbianPib",
}

recognizers: Registry[Recognizer] = Registry(Recognizer, {name: f"{PACKAGE}.{path}" for name, path in TABLE.items()}, group="governance.recognizers")
