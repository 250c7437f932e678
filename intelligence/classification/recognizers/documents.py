"""Papers of people: identity numbers without a module in python-stdnum, passports, driving licences, and the general forms that need a header."""

from __future__ import annotations

from intelligence.classification.recognizers.base import Checked, Recognizer


class UsSsn(Checked):
    """Order numbers look alike; areas of 900 and more, 000 and 666 were never given out."""

    entity = "US_SSN"
    family = "us_ssn"
    country = "US"
    label = "a US social security number"
    module = "us.ssn"
    pattern = r"\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}"
    agreement = 5.4
    luck = 0.85
    proof = 1.0
    failure = -9.0
    in_text = r"\b\d{3}-\d{2}-\d{4}\b"
    examples = ("536-90-4399", "304-44-4839", "078 05 1121")
    counter_examples = ("912-09-8779", "000-12-3456", "666-12-3456", "123-45-678", "536904399")

    def is_valid(self, value: str) -> bool:
        return super().is_valid(value.replace(" ", "-"))


class BareSsn(Checked):
    """Nine digits: a social security number only if the header says so."""

    entity = "US_SSN"
    family = "us_ssn"
    country = "US"
    label = "a US social security number without dashes"
    module = "us.ssn"
    pattern = r"\d{9}"
    agreement = 0.2
    luck = 0.85
    proof = 0.6
    failure = -4.0
    examples = ("536904399", "304444839")
    counter_examples = ("912098779", "53690439", "000123456")


class PartialSsn(Recognizer):
    """Masked numbers, or only the last four digits."""

    entity = "US_SSN"
    family = "us_ssn"
    country = "US"
    label = "a part of a US social security number"
    pattern = r"(\*{3}|[xX]{3})-?(\*{2}|[xX]{2})-?\d{4}|\d{4}"
    agreement = 0.0
    examples = ("***-**-4399", "XXX-XX-4839", "4399")
    counter_examples = ("43990", "536-90-4399")


class BritishNino(Recognizer):
    entity = "UK_NINO"
    family = "national_id"
    country = "GB"
    label = "a British national insurance number"
    pattern = r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"
    agreement = 7.0
    luck = 0.95
    in_text = r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"
    examples = ("AB 12 34 56 C", "JG103759A")
    counter_examples = ("QQ123456C", "AB123456E", "BG123456A")

    def is_valid(self, value: str) -> bool:
        return value[:2] not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


class RussianSnils(Recognizer):
    entity = "RU_SNILS"
    family = "national_id"
    country = "RU"
    label = "a Russian SNILS"
    pattern = r"\d{3}-\d{3}-\d{3}[ -]\d{2}|\d{11}"
    agreement = 0.0
    luck = 0.011
    proof = 5.4
    examples = ("112-233-445 95", "11223344595")
    counter_examples = ("112-233-445 96", "11223344596")

    def is_valid(self, value: str) -> bool:
        digits = [int(char) for char in value if char.isdigit()]
        total = sum(digit * (9 - at) for at, digit in enumerate(digits[:9])) % 101
        return total % 100 == digits[9] * 10 + digits[10]


class TaiwaneseIdentity(Recognizer):
    entity = "TW_ID"
    family = "national_id"
    country = "TW"
    label = "a Taiwanese identity number"
    pattern = r"[A-Z][1289]\d{8}"
    agreement = 1.0
    luck = 0.1
    proof = 4.6
    examples = ("A123456789", "F131104093")
    counter_examples = ("A123456788", "A323456789")

    def is_valid(self, value: str) -> bool:
        code = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(value[0]) + 10
        digits = [code // 10, code % 10, *map(int, value[1:])]
        return sum(digit * weight for digit, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


class SingaporeNric(Recognizer):
    entity = "SG_NRIC_FIN"
    family = "national_id"
    country = "SG"
    label = "a Singapore NRIC or FIN"
    pattern = r"[STFGM]\d{7}[A-Z]"
    agreement = 3.4
    luck = 0.042
    proof = 4.0
    examples = ("S1234567D", "T0123456G", "F1234567N")
    counter_examples = ("S1234567E", "A1234567D")

    def is_valid(self, value: str) -> bool:
        total = sum(int(digit) * weight for digit, weight in zip(value[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True)) + {"T": 4, "G": 4, "M": 3}.get(
            value[0], 0
        )
        letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "KLJNPQRTUWX"}[value[0]]
        return value[8] == (letters[10 - total % 11] if value[0] == "M" else letters[total % 11])


class HongKongIdentity(Recognizer):
    entity = "HK_ID"
    family = "national_id"
    country = "HK"
    label = "a Hong Kong identity card"
    pattern = r"[A-Z]{1,2}\d{6}\([0-9A]\)"
    agreement = 6.5
    luck = 0.091
    proof = 1.5
    examples = ("A123456(3)", "G123456(A)")
    counter_examples = ("A123456(4)", "A1234567")

    def is_valid(self, value: str) -> bool:
        text = value.replace("(", "").replace(")", "").rjust(9)
        codes = [36 if char == " " else int(char, 36) for char in text]
        return sum(code * weight for code, weight in zip(codes, range(9, 0, -1), strict=True)) % 11 == 0


class AustralianMedicare(Recognizer):
    entity = "AU_MEDICARE"
    family = "national_id"
    country = "AU"
    label = "an Australian Medicare number"
    pattern = r"[2-6]\d{3} ?\d{5} ?\d"
    agreement = -0.2
    luck = 0.1
    proof = 4.4
    examples = ("2123 45670 1", "2428778132")
    counter_examples = ("2123 45671 1", "7123456701")

    def is_valid(self, value: str) -> bool:
        digits = [int(char) for char in value if char.isdigit()]
        return sum(digit * weight for digit, weight in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9), strict=False)) % 10 == digits[8]


class SwedishShort(Checked):
    """Without a dash a personnummer is ten or twelve digits."""

    entity = "SE_PERSONNUMMER"
    family = "national_id"
    country = "SE"
    label = "a Swedish personnummer"
    module = "se.personnummer"
    pattern = r"(19|20)?\d{2}[01]\d[0-3]\d{5}"
    agreement = -0.3
    luck = 0.06
    proof = 4.4
    examples = ("8803200016", "198803200016")
    counter_examples = ("8803200017", "8813200016")


class NationalId(Recognizer):
    """Any identity number; the header has to say so."""

    entity = "NATIONAL_ID"
    family = "national_id"
    label = "an identity number"
    pattern = r"[A-Za-z]{0,4}[ -]?\d[\d .\-/]{3,20}[0-9A-Za-z]{0,4}([ -]?[0-9A-Za-z]{1,3})?|[A-Z0-9]{6,20}"
    agreement = 0.4
    examples = ("118-58-6823", "X1234567A", "HMTD630101")
    counter_examples = ("hello", "anna@example.org")


class TaxId(Recognizer):
    """Any tax number; the header has to say so."""

    entity = "TAX_ID"
    family = "tax_id"
    label = "a tax number"
    pattern = r"[A-Za-z]{0,4}[ -]?\d[\d .\-/]{4,20}[0-9A-Za-z]{0,4}|[A-Z0-9]{7,18}"
    agreement = 0.4
    examples = ("12/345/67890", "FR59810034477")
    counter_examples = ("hello", "12.5 %")


class Passport(Recognizer):
    entity = "PASSPORT"
    family = "passport"
    label = "a passport number"
    pattern = r"[A-Z]{1,2}[ -]?\d{6,8}"
    agreement = 1.6
    examples = ("D63329604", "GC3219566", "AB 1234567")
    counter_examples = ("ABC12345", "anna", "12345")


class OtherPassport(Recognizer):
    """Digits only, or the mixed letters of newer booklets; the header has to say so."""

    entity = "PASSPORT"
    family = "passport"
    label = "a passport number"
    pattern = r"\d{7,10}|\d{2} ?\d{2} ?\d{6}|[A-Z0-9]{8,9}|\d{2}[A-Z]{2}\d{5}|[A-Z]{3}\d{6}|P[A-Z<][A-Z<]{3}[A-Z<]{5,39}"
    agreement = 0.2
    examples = ("802125475", "45 08 123456", "C01X00T47")
    counter_examples = ("anna", "123")


class DrivingLicence(Recognizer):
    """Numbers whose form gives them away: Florida, Illinois, Wisconsin and Great Britain."""

    entity = "DRIVER_LICENSE"
    family = "driver_license"
    label = "a driving licence"
    pattern = r"[A-Z]\d{3}-\d{3}-\d{2}-\d{3}(-\d)?|[A-Z]\d{3}-\d{4}-\d{4}(-\d{2})?|[A-Z]{1,5}9{0,4}\d{6}[A-Z9]{2}\d[A-Z]{2}"
    agreement = 5.0
    examples = ("T305-3761-3023", "F255-921-50-094-0", "MORGA657054SM9IJ")
    counter_examples = ("T305-376-3023", "123-456")


class LetteredLicence(Recognizer):
    """A letter and up to fourteen digits."""

    entity = "DRIVER_LICENSE"
    family = "driver_license"
    label = "a driving licence"
    pattern = r"[A-Z]\d{12,14}|[A-Z]\d{2}-\d{2}-\d{4}|[A-Z]{2}\d{2} ?(19|20)\d{2}\d{7}"
    agreement = 3.0
    examples = ("F224158763864", "K12-34-5678")
    counter_examples = ("F2241587", "ABC")


class OtherLicence(Recognizer):
    entity = "DRIVER_LICENSE"
    family = "driver_license"
    label = "a driving licence"
    pattern = r"[A-Z0-9][A-Z0-9 /\-]{3,18}[A-Z0-9]"
    agreement = 0.2
    examples = ("74885189", "B072RRE2I55")
    counter_examples = ("anna smith", "1")
