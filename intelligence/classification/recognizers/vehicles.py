"""Vehicles: their numbers and their plates."""

from __future__ import annotations

import re
from typing import Final

from intelligence.classification import dictionaries
from intelligence.classification.recognizers.base import Recognizer

REGION: Final = re.compile(r"[ \-\d]")
VALUES: Final = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", (*range(10), 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def _is_region(country: str, plate: str) -> bool:
    """Whether the letters at the beginning are a district that the country has given out."""
    return dictionaries.fold(REGION.split(plate)[0]) in dictionaries.words(f"plates {country}")


class Vin(Recognizer):
    """The check digit is a duty in North America only, so a failure says little against a clear header."""

    entity = "VIN"
    family = "vin"
    label = "a vehicle number (VIN)"
    pattern = r"[A-HJ-NPR-Z0-9]{12,13}[0-9A-HJ-NPR-Z]{4,5}"
    agreement = 1.4
    luck = 0.091
    proof = 7.0
    failure = -2.4
    examples = ("1HGCM82633A004352", "1M8GDM9AXKP042788", "11111111111111111")
    counter_examples = ("1HGCM82633A004353", "1HGCM82633A00435", "IHGCM82633A004352")

    def is_valid(self, value: str) -> bool:
        if len(value) != 17:
            return False
        rest = sum(VALUES[char] * weight for char, weight in zip(value, WEIGHTS, strict=True)) % 11
        return value[8] == ("X" if rest == 10 else str(rest))


class Plate(Recognizer):
    entity = "LICENSE_PLATE"
    family = "license_plate"
    label = "a licence plate"


class GermanPlate(Plate):
    country = "DE"
    label = "a German licence plate"
    pattern = r"[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?\d{1,4}[EH]?"
    agreement = 2.4
    failure = -1.6
    proof = 3.0
    luck = 0.3
    examples = ("BIR-LN-4532", "M AB 1234", "NOH-Q-4")
    counter_examples = ("BIRLN4532", "QQQ-AB 12")

    def is_valid(self, value: str) -> bool:
        return _is_region("de", value)


class FrenchItalianPlate(Plate):
    country = "FR"
    label = "a French or Italian licence plate"
    pattern = r"[A-HJ-NP-TV-Z]{2}[- ]?\d{3}[- ]?[A-HJ-NP-TV-Z]{2}|\d{3}[- ][A-Z]{3}[- ]\d{2}"
    agreement = 4.3
    examples = ("EB-735-VH", "AB123CD", "692-RKE-44")
    counter_examples = ("EB-73-VH", "ABC123D")


class BritishPlate(Plate):
    """Two letters of the region, the half-year, three letters."""

    country = "GB"
    label = "a British licence plate"
    pattern = r"[A-HJ-PR-Y]{2}\d{2} ?[A-HJ-PR-Z]{3}"
    agreement = 3.6
    luck = 0.48
    proof = 1.4
    examples = ("AB51 DVL", "KX12ABC")
    counter_examples = ("A5 1DVL9", "AB99 DVL")

    def is_valid(self, value: str) -> bool:
        return 2 <= int(value[2:4]) <= 29 or 51 <= int(value[2:4]) <= 79


class OldBritishPlate(Plate):
    """Letters and numbers that much else looks like."""

    country = "GB"
    label = "an old British licence plate"
    pattern = r"[A-HJ-NPR-TV-Y]\d{1,3} ?[A-HJ-PR-Y]{3}|[A-HJ-PR-Y]{3} ?\d{1,3}[A-HJ-NPR-TV-Y]"
    agreement = 2.4
    examples = ("A123 BCD", "ABC 123D")
    counter_examples = ("AB51 DVL", "1234")


class SpanishPlate(Plate):
    country = "ES"
    label = "a Spanish licence plate"
    pattern = r"\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}"
    agreement = 4.6
    examples = ("1234 BBC", "1234BBC")
    counter_examples = ("1234 ABE", "123 BBC")


class OldSpanishPlate(Plate):
    """The province first; article numbers look alike but for that."""

    country = "ES"
    label = "an old Spanish licence plate"
    pattern = r"[A-Z]{1,2}[ -]\d{4}[ -][A-Z]{1,2}"
    agreement = 0.6
    luck = 0.1
    proof = 4.0
    examples = ("M 1234 AB", "SE-4567-BC")
    counter_examples = ("XX-1234-A", "M 123 A")

    def is_valid(self, value: str) -> bool:
        return _is_region("es", value)


class DutchPlate(Plate):
    country = "NL"
    label = "a Dutch licence plate"
    pattern = (
        r"[A-Z]{2}-\d{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|\d{2}-[A-Z]{2}-\d{2}|[A-Z]{2}-\d{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-\d{2}"
        r"|\d{2}-[A-Z]{2,3}-[A-Z0-9]{1,2}|\d-[A-Z]{3}-\d{2}|[A-Z]{1,3}-\d{2,3}-[A-Z]{1,2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}"
        r"|[A-Z]{2}-\d{3}-[A-Z]"
    )
    agreement = 3.9
    examples = ("TS-543-T", "MC-OI-98", "59-TG-KN", "F-232-UK")
    counter_examples = ("TS543T", "12-34-56")


class RussianPlate(Plate):
    country = "RU"
    label = "a Russian licence plate"
    pattern = r"[АВЕКМНОРСТУХABEKMHOPCTYX] ?\d{3} ?[АВЕКМНОРСТУХABEKMHOPCTYX]{2} ?\d{2,3}"
    agreement = 6.0
    examples = ("А123ВС77", "K776XX199")
    counter_examples = ("А12ВС77", "Z123ZZ77")


class EasternPlate(Plate):
    country = "PL"
    label = "a Polish or Ukrainian licence plate"
    pattern = r"[A-Z]{2,3} [0-9A-Z]{4,5}|[A-ZА-ЯІ]{2} ?\d{4} ?[A-ZА-ЯІ]{2}"
    agreement = 2.4
    examples = ("WA 12345", "KR 1AB23", "AA1234BB")
    counter_examples = ("W12", "hello world")


class BrazilianPlate(Plate):
    country = "BR"
    label = "a Brazilian licence plate"
    pattern = r"[A-Z]{3}-?\d[A-J0-9]\d{2}"
    agreement = 2.4
    examples = ("ABC-1234", "ABC1D23")
    counter_examples = ("AB-1234", "ABC12345")


class IndianPlate(Plate):
    country = "IN"
    label = "an Indian licence plate"
    pattern = r"[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{4}"
    agreement = 2.4
    proof = 3.2
    luck = 0.06
    examples = ("MH 12 AB 1234", "DL3CAB1234")
    counter_examples = ("MH 12 1234 AB", "M12AB1234")

    def is_valid(self, value: str) -> bool:
        return _is_region("in", value)


class EastAsianPlate(Plate):
    country = "JP"
    label = "a Japanese, Chinese or Korean licence plate"
    pattern = r"\p{Han}{1,4} ?\d{2,3} ?\p{Hiragana} ?[\d・-]{1,5}|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}|\d{2,3}\p{Hangul} ?\d{4}"
    agreement = 7.0
    examples = ("品川 300 あ 12-34", "京A12345", "12가 3456")
    counter_examples = ("東京都", "123456")


class NordicPlate(Plate):
    """Three letters and three digits with a gap between them: Sweden, Finland, Lithuania, Hungary, Colombia, Malta; Nigeria and Kenya add letters."""

    label = "a licence plate of three letters and three digits"
    pattern = r"[A-ZÅÄÖ]{3} \d{2}[0-9A-Z]|[A-Z]{3}[- ]\d{3} ?[A-Z]{1,2}"
    agreement = 3.0
    examples = ("ABC 12D", "KLM 908", "ABC-123DE")
    counter_examples = ("AB 123", "ABC 1234")


class TurkishPlate(Plate):
    country = "TR"
    label = "a Turkish licence plate"
    pattern = r"(0[1-9]|[1-7]\d|8[01]) [A-Z]{1,3} \d{2,5}|(0[1-9]|[1-7]\d|8[01])[A-Z]{2,3}\d{2,4}"
    agreement = 5.2
    examples = ("34 ABC 123", "06 AB 1234")
    counter_examples = ("82 AB 123", "34 ABCD 1")


class RomanianPlate(Plate):
    country = "RO"
    label = "a Romanian licence plate"
    pattern = r"(B[ -]?\d{2,3}|[A-Z]{2}[ -]?\d{2})[ -]?[A-Z]{3}"
    agreement = 2.0
    proof = 3.4
    luck = 0.08
    examples = ("B 123 ABC", "CJ-45-XYZ")
    counter_examples = ("B 1234 ABC", "CJ 456 XYZ")

    def is_valid(self, value: str) -> bool:
        return _is_region("ro", value)


class IndonesianPlate(Plate):
    country = "ID"
    label = "an Indonesian licence plate"
    pattern = r"[A-Z]{1,2} \d{1,4} [A-Z]{1,3}"
    agreement = 2.0
    proof = 3.2
    luck = 0.2
    examples = ("B 1234 ABC", "BK 1122 CD")
    counter_examples = ("ABC 123 D", "B 12345 A")

    def is_valid(self, value: str) -> bool:
        return _is_region("id", value)


class VietnamesePlate(Plate):
    country = "VN"
    label = "a Vietnamese licence plate"
    pattern = r"\d{2}[A-Z][A-Z0-9]?[- ]?(\d{3}\.\d{2}|\d{4})"
    agreement = 4.6
    examples = ("51F-123.45", "29B1-4567")
    counter_examples = ("5F-123.45", "51F-12")


class SouthAfricanPlate(Plate):
    country = "ZA"
    label = "a South African licence plate"
    pattern = r"(C[A-Z]{1,2}|N[A-Z]{1,2}) ?\d{2,3}[ -]\d{3}|[A-Z]{2,3} ?\d{2,3}( ?[A-Z]{2})? (GP|MP|NW|EC|NC|FS|L|WP|ZN)"
    agreement = 4.4
    examples = ("CA 123-456", "ND 45 GP", "KLM 567 GP")
    counter_examples = ("CA 12", "GP")


class BalkanPlate(Plate):
    country = "HR"
    label = "a licence plate of the Balkans"
    pattern = r"[A-ZČĆĐŠŽ]{2}[ -]\d{3,4}-[A-ZČĆĐŠŽ]{1,2}|[A-ZČŠŽ]{2} [A-Z0-9]{2}-[A-Z0-9]{3}"
    agreement = 2.0
    proof = 3.4
    luck = 0.12
    examples = ("ZG 1234-AB", "BG 123-AŠ", "LJ AB-123")
    counter_examples = ("XX 123-A", "ABC-123")

    def is_valid(self, value: str) -> bool:
        return _is_region("balkan", value)


class AmericanPlate(Plate):
    """Mexico, Peru, Chile and the states of Australia."""

    label = "a licence plate"
    pattern = r"[A-Z]{3}-\d{2}-\d{2}|[A-Z]{3}-\d{3}-[A-Z]|[A-Z]{2}[A-Z]{2}[-·.]\d{2}|\d[A-Z]{2} ?\d[A-Z]{2}|\d{3}[- ][A-Z]{3}"
    agreement = 2.2
    examples = ("ABC-12-34", "ABC-123-D", "BBCD-12", "1AB 2CD")
    counter_examples = ("ABC-123", "1234")


class ScriptPlate(Plate):
    """Thailand, Greece, and where plates are written in Arabic."""

    label = "a licence plate"
    pattern = r"\d?[\x{0E01}-\x{0E2E}]{1,2}[ -]?\d{1,4}|[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]{3}[- ]?\d{4}|\d{1,4} ?\p{Arabic}( ?\p{Arabic}){0,2}( ?\d{1,5})?|\p{Arabic}( ?\p{Arabic}){1,2} ?\d{1,5}"
    agreement = 6.0
    examples = ("1กข 1234", "ΙΚΝ-1234", "ا ب ج 1234")
    counter_examples = ("ABC-1234", "กขคงจ")


class IsraeliPlate(Plate):
    country = "IL"
    label = "an Israeli licence plate"
    pattern = r"\d{2}-\d{3}-\d{2}|\d{3}-\d{2}-\d{3}"
    agreement = 3.0
    examples = ("12-345-67", "123-45-678")
    counter_examples = ("1234567", "12-34-567")


class OtherPlate(Plate):
    """Anything short; the header has to say so."""

    pattern = r"[A-ZÄÖÜА-ЯІ0-9]{1,4}([ -]?[A-ZÄÖÜА-ЯІ0-9]{1,5}){1,2}"
    agreement = 0.3
    examples = ("MZT-9353", "2MQ9189", "TUT U65", "407068")
    counter_examples = ("hello", "a")
