"""Vehicles: their numbers and their plates."""

from __future__ import annotations

from typing import Final

from intelligence.classification.recognizers.base import Recognizer

VALUES: Final = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", (*range(10), 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


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
    agreement = 5.2
    examples = ("BIR-LN-4532", "M AB 1234", "NOH-Q-4")
    counter_examples = ("BIRLN4532", "1234-AB")


class FrenchItalianPlate(Plate):
    country = "FR"
    label = "a French or Italian licence plate"
    pattern = r"[A-HJ-NP-TV-Z]{2}[- ]?\d{3}[- ]?[A-HJ-NP-TV-Z]{2}|\d{3}[- ][A-Z]{3}[- ]\d{2}"
    agreement = 4.8
    examples = ("EB-735-VH", "AB123CD", "692-RKE-44")
    counter_examples = ("EB-73-VH", "ABC123D")


class BritishPlate(Plate):
    country = "GB"
    label = "a British licence plate"
    pattern = r"[A-HJ-PR-Y]{2}\d{2} ?[A-HJ-PR-Z]{3}|[A-HJ-NPR-TV-Y]\d{1,3} ?[A-HJ-PR-Y]{3}|[A-HJ-PR-Y]{3} ?\d{1,3}[A-HJ-NPR-TV-Y]"
    agreement = 4.8
    examples = ("AB51 DVL", "KX12ABC")
    counter_examples = ("A5 1DVL9", "AB123CDE")


class SpanishPlate(Plate):
    country = "ES"
    label = "a Spanish licence plate"
    pattern = r"\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{1,2}[ -]\d{4}[ -][A-Z]{1,2}"
    agreement = 4.6
    examples = ("1234 BBC", "M 1234 AB")
    counter_examples = ("1234 ABE", "123 BBC")


class DutchPlate(Plate):
    country = "NL"
    label = "a Dutch licence plate"
    pattern = (
        r"[A-Z]{2}-\d{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|\d{2}-[A-Z]{2}-\d{2}|[A-Z]{2}-\d{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-\d{2}"
        r"|\d{2}-[A-Z]{2,3}-[A-Z0-9]{1,2}|\d-[A-Z]{3}-\d{2}|[A-Z]{1,3}-\d{2,3}-[A-Z]{1,2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}"
        r"|[A-Z]{2}-\d{3}-[A-Z]"
    )
    agreement = 4.8
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
    agreement = 4.8
    examples = ("MH 12 AB 1234", "DL3CAB1234")
    counter_examples = ("MH 12 1234 AB", "M12AB1234")


class EastAsianPlate(Plate):
    country = "JP"
    label = "a Japanese, Chinese or Korean licence plate"
    pattern = r"\p{Han}{1,4} ?\d{2,3} ?\p{Hiragana} ?[\d・-]{1,5}|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}|\d{2,3}\p{Hangul} ?\d{4}"
    agreement = 7.0
    examples = ("品川 300 あ 12-34", "京A12345", "12가 3456")
    counter_examples = ("東京都", "123456")


class OtherPlate(Plate):
    """Anything short; the header has to say so."""

    pattern = r"[A-ZÄÖÜА-ЯІ0-9]{1,4}([ -]?[A-ZÄÖÜА-ЯІ0-9]{1,5}){1,2}"
    agreement = 0.3
    examples = ("MZT-9353", "2MQ9189", "TUT U65", "407068")
    counter_examples = ("hello", "a")
