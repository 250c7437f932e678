"""How to reach people: mail, telephone, post."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from intelligence.classification import dictionaries
from intelligence.classification.preparation import Facts, spread
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence

APART: Final = re.compile(r"[- ]")
REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IT", "BR", "JP", "CN", "IN", "RU", "NL", "PL", "MX", "AU", "SE", "TR", "ZA", "KR", "BE")
MOST_PARSED: Final = 20
DECIMALS: Final = re.compile(r"\d\.\d+ \d+\.\d")
CHINESE_MOBILE: Final = re.compile(r"(86)?1[3-9]\d{9}")
CAMEL: Final = re.compile(r"^(?!Ma?c|De|Di|Le|La|Fitz).+[a-z][A-Z]")
"""`DateTimeField`, but not `McAllen`."""
EASTERN_STREET: Final = re.compile("[路街巷弄丁座]|番地|대로|[로길]( ?\\d+|$)")


class Email(Recognizer):
    entity = "EMAIL_ADDRESS"
    family = "email"
    label = "an e-mail address"
    pattern = r"(mailto:)?[^\s@,;:<>()\[\]\\\"]+@[^\s@/:._]+(\.[^\s@/:._]+)*\.[\p{L}]{2,}|[^@<>]+<[^\s<>@]+@[^\s<>@]+\.\p{L}{2,}>"
    agreement = 10.0
    in_text = r"[A-Za-z0-9_.+%\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,24}\b"
    certainty = 0.98
    examples = ("anna@example.org", "Anna Smith <anna.smith+tag@mail.example.co.uk>", "jürgen@müller.de")
    counter_examples = ("indigo-indigo@4.19.2", "anna@localhost", "@anna", "a b@example.org")


class Phone(Recognizer):
    entity = "PHONE_NUMBER"
    family = "phone"
    label = "a telephone number"
    pattern = r"(tel:)?(\+|00)?[ ]?\(?\d{1,5}\)?([ .\-/()]{0,3}\d{1,5}){1,6}([ ,;]{0,2}(x|ext\.?|доб\.?|#) ?\d{1,6})?"
    agreement = 1.0
    in_text = r"(?:\+\d{1,3}[ .-]?)?\(?\d{2,4}\)?[ .-]\d{3,4}[ .-]?\d{3,4}\b|\+\d{8,15}\b|\+\d{1,3}(?: ?\(?\d{1,4}\)?){2,5}\b"
    certainty = 0.7
    examples = ("+49 30 901820", "(681)844-1203", "+1-307-752-1485x787", "080-2429-0316", "8 (334) 109-48-84")
    counter_examples = ("2018-07-10", "123-45-6789", "12.5", "anna", "10.1.2.3", "12345")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        good = [value for value in matches if _is_dialled(value)]
        evidence = super().score(name, facts, good, looked)
        if evidence is None or not good or evidence.weight <= 0:
            return evidence
        sample = spread(good, MOST_PARSED)
        international = sum(value.removeprefix("tel:").startswith(("+", "00")) for value in sample) / len(sample)
        grouped = sum(any(char in " -()/." for char in value.strip()) for value in sample) / len(sample)
        if not international and grouped < 0.1:
            # Bare digits: only the mobile numbers of China and India are long and regular enough to be seen.
            mobile = sum(CHINESE_MOBILE.fullmatch(value) is not None for value in good) > 0.95 * len(good)
            return Evidence(name, len(good), looked, evidence.detail, 3.8 if mobile and len(good) > 5 else 0.2)
        possible = sum(map(_is_possible, sample)) / len(sample) if international else 0.0
        valid = _best_share(sample)
        weight = evidence.weight + 6.0 * international * possible + 2.6 * (1 - international) * grouped + 2.2 * valid
        if possible < 0.3 and valid < 0.3 and international > 0.5:
            weight -= 3.0
        return Evidence(name, len(good), looked, evidence.detail, min(8.5, weight))

    def is_valid(self, value: str) -> bool:
        return _is_dialled(value) and (_is_possible(value) or _best_share([value]) > 0)


def _is_dialled(value: str) -> bool:
    """Seven to fifteen digits that are not grouped like a date, a social security number or an address."""
    digits = sum(map(str.isdigit, value))
    if not 7 <= digits <= 19 or value.count(".") == 1 or value.count(".") > 5 or (digits > 15 and value.isdigit()) or DECIMALS.search(value):
        return False
    groups = [len(part) for part in value.replace(".", "-").replace("/", "-").replace(" ", "-").split("-")]
    return groups not in (
        [4, 2, 2],
        [2, 2, 4],
        [3, 2, 4],
        [1, 2, 4],
        [2, 1, 4],
        [1, 1, 4],
        [4, 4, 4, 4],
        [5, 3],
        [4, 3],
        [6, 7],
        [6, 5],
        [6, 4],
        [2, 3, 2],
        [3, 2, 3],
    ) and not (groups[0] == 4 and len(groups) > 3 and digits == 16)


@lru_cache(maxsize=4_000)
def _is_possible(value: str) -> bool:
    import phonenumbers

    text = "+" + value.removeprefix("tel:").strip()[2:] if value.startswith("00") else value.removeprefix("tel:")
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(text, None)))
    except phonenumbers.NumberParseException:
        return False


def _best_share(values: Sequence[str]) -> float:
    """The share of values that are numbers in the country that fits best."""
    best = 0.0
    first = values[:6]
    for region in REGIONS:
        if best > 0.85 or sum(_is_number(value, region) for value in first) < 0.5 * len(first):
            continue
        best = max(best, sum(_is_number(value, region) for value in values) / len(values))
    return best


@lru_cache(maxsize=10_000)
def _is_number(value: str, region: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(value, region)))
    except phonenumbers.NumberParseException:
        return False


class PostalCode(Recognizer):
    entity = "POSTAL_CODE"
    family = "postal_code"
    label = "a postal code"


class BritishPostcode(PostalCode):
    country = "GB"
    label = "a British postcode"
    pattern = r"[A-Z]{1,2}\d[A-Z0-9]? ?\d[ABD-HJLNP-UW-Z]{2}"
    agreement = 5.6
    in_text = r"\b[A-Z]{1,2}\d[A-Z0-9]? \d[ABD-HJLNP-UW-Z]{2}\b"
    certainty = 0.6
    examples = ("SW1A 1AA", "M1 1AE", "CW41 4JF")
    counter_examples = ("SW1A", "12345", "SW1A 1CC")


class CanadianPostalCode(PostalCode):
    country = "CA"
    label = "a Canadian postal code"
    pattern = r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?-?\d[ABCEGHJ-NPRSTV-Z]\d"
    agreement = 6.4
    examples = ("K1A 0B1", "V6B4Y8")
    counter_examples = ("D1A 0B1", "K1A0B")


class DutchPostcode(PostalCode):
    country = "NL"
    label = "a Dutch postcode"
    pattern = r"[1-9]\d{3} ?[A-Z]{2}"
    agreement = 4.9
    examples = ("1234 AB", "9723ZA")
    counter_examples = ("0234 AB", "1234 ABC")


class DashedPostalCode(PostalCode):
    """Poland, Portugal, Brazil, Japan and the longer American form."""

    label = "a postal code with a dash"
    pattern = r"\d{2}-\d{3}|\d{5}-\d{3,4}|\d{4}-\d{3}|\d{3}-\d{4}|〒\d{3}-?\d{4}"
    agreement = 4.5
    examples = ("00-950", "96568-731", "661-2579", "1000-001", "90210-1234")
    counter_examples = ("12-34", "123456")


class PrefixedPostalCode(PostalCode):
    """The letters of the country before the number: Latvia, Lithuania, Moldova, Azerbaijan, Andorra, Barbados, Georgia."""

    label = "a postal code with the country before it"
    pattern = r"(LV|LT|MD|AZ|BB|GE|SI|HR|RO|EE|FI|AX|RS|BA|ME|MK|BG)-? ?\d{4,6}|AD\d{3}"
    agreement = 4.6
    examples = ("LV-1010", "LT-44249", "AD500")
    counter_examples = ("XX-1010", "LV-10")


class ArgentinePostalCode(PostalCode):
    country = "AR"
    label = "an Argentine postal code"
    pattern = r"[A-HJ-NP-Z]\d{4}[A-Z]{3}"
    agreement = 4.8
    examples = ("C1425CLA", "B1842ABC")
    counter_examples = ("C142CLA", "1425")


class OtherPostalCode(PostalCode):
    """Iceland, Taiwan, Malta, Brunei, Iran, Somalia; the header has to say so."""

    pattern = r"\d{3}(-?\d{2,3})?|[A-Z]{2,3} ?\d{4,5}|\d{5}-?\d{5}|[A-Z]{2}\d{2} ?\d[A-Z]{2}"
    agreement = 0.1
    examples = ("101", "VLT 1117", "BU1929", "1193653471")
    counter_examples = ("10", "hello")


class SpacedPostalCode(PostalCode):
    """Sweden, Czechia, Slovakia and Greece."""

    label = "a postal code"
    pattern = r"(SE-|CZ-|SK-|S-)?\d{3} \d{2}"
    agreement = 4.3
    examples = ("114 55", "SE-114 55")
    counter_examples = ("11455", "114 555")


class IrishEircode(PostalCode):
    country = "IE"
    label = "an Irish Eircode"
    pattern = r"([AC-FHKNPRTV-Y]\d{2}|D6W) ?[0-9AC-FHKNPRTV-Y]{4}"
    agreement = 3.4
    examples = ("D02 X285", "A65 F4E2")
    counter_examples = ("B02 X285", "D02 X28")


class DigitPostalCode(PostalCode):
    """Four to eight digits: a code if the header says so, or rather if some begin with a zero and all are equally long."""

    label = "a postal code"
    pattern = r"(\p{L}{1,2}[- ])?\d{4,8}|\d{5}-\d{3,4}|(\p{L}{1,2}[- ])?\d{3} \d{2}"
    agreement = 0.4
    examples = ("10115", "1010", "89663080", "D-10115")
    counter_examples = ("101", "SW1A 1AA")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        evidence = super().score(name, facts, matches, looked)
        if evidence is None or evidence.weight <= 0:
            return evidence
        lengths = Counter(max(map(len, APART.split(value))) for value in matches)
        zeros = sum(value.startswith("0") for value in matches) / len(matches)
        mixed = sum("-" in value for value in matches) / len(matches)
        if lengths.most_common(1)[0][1] < 0.55 * len(matches):
            return Evidence(name, evidence.matched, looked, evidence.detail, -1.6)
        if lengths.get(5, 0) > 0.9 * len(matches) and 0.01 < zeros < 0.35 and len(matches) > 15:
            return Evidence(name, evidence.matched, looked, f"{evidence.detail}, some with a leading zero", 3.6)
        return Evidence(name, evidence.matched, looked, evidence.detail, 3.6) if 0.1 < mixed < 0.9 else evidence


UNITS: Final = frozenset(
    ["no", "nr", "n°", "num", "numero", "flat", "unit", "apt", "apartment", "suite", "shop", "villa", "house", "plot", "haus", "top"]
)


class StreetAddress(Recognizer):
    entity = "STREET_ADDRESS"
    family = "street_address"
    label = "a street address"
    agreement = 7.0
    in_text = (
        r"\b\d{1,5} (?:[A-Z][a-z]+ ){1,3}"
        r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Terrace|Square|Highway|Parkway)\b\.?(?:,? (?:Apt|Suite|Unit)\.? ?\w+)?"
    )
    certainty = 0.75
    examples = ("993 Vanessa Court Suite 087", "Hauptstraße 5", "12 rue de la Paix", "Calle Mayor 3", "ul. Marszałkowska 10/2", "丸の内1丁目9番1号")
    counter_examples = ("Anna Smith", "Sigma Mini 469", "hello", "Berlin", "step 12 went well", "the run of batch 5 ended")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        looked = len(facts.few)
        if facts.letters_share < 0.3:
            return Evidence(name, 0, looked, "the values are numbers", -8.0)
        matched = sum(map(self.is_valid, facts.few))
        share = matched / looked if looked else 0.0
        detail = self._sentence(matched, looked, "look like")
        if share >= 0.4:
            return Evidence(name, matched, looked, detail, self.agreement * min(1.0, share + 0.15))
        written = sum(any(char.isalpha() for char in text) and len(text) > 4 for text in facts.few)
        return Evidence(name, matched, looked, detail, -0.4 if looked and written > 0.8 * looked and facts.mean_words >= 1.3 else -5.0)

    def is_valid(self, value: str) -> bool:
        if not 3 <= len(value) <= 160 or "@" in value or "//" in value:
            return False
        if not value.isascii() and EASTERN_STREET.search(value):
            return True
        words = dictionaries.parts(dictionaries.fold(value).replace("/", " "))
        known = dictionaries.words("street")
        named = [
            at
            for at, word in enumerate(words)
            if not word.isdigit() and (word in known or (len(word) > 5 and word.endswith(dictionaries.endings("street endings"))))
        ]
        numbered = any(any(char.isdigit() for char in word) for word in words)
        compound = any(len(words[at]) > 5 and words[at] not in known for at in named)
        if not named or len(words) > 16 or _is_said(words, named):
            return False
        return (len(words) > 2 or (compound and numbered)) and (numbered or named[0] == 0)


def _is_said(words: Sequence[str], named: Sequence[int]) -> bool:
    """`Order 5 close to court`: little words between, or everyday words where a street has its name, or a number far from both."""
    others = [word for at, word in enumerate(words) if at not in named and word.isalpha() and len(word) > 1]
    if any(word in dictionaries.words("said") for word in others):
        return True
    common = sum(map(dictionaries.is_common, others))
    return common > 1 and 2 * common >= len(others)


class City(Recognizer):
    entity = "CITY"
    family = "city"
    label = "a city"
    agreement = 6.4
    examples = ("Berlin", "São Paulo", "North Michaelport", "贵阳市", "Новосибирск")
    counter_examples = ("12345", "Sigma Mini 469", "a@b.de", "active")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        looked = len(facts.few)
        if not looked or facts.letters_share < 0.5:
            return Evidence(name, 0, looked, "the values are numbers", -8.0)
        known = sum(text in dictionaries.places() for text in facts.folded)
        matched = sum(map(self.is_valid, facts.few))
        share = (known + 0.7 * (matched - known)) / looked
        detail = self._sentence(matched, looked, "look like")
        if share >= 0.3:
            return Evidence(name, matched, looked, detail, self.agreement * min(1.0, 0.3 + 0.9 * share) * looked / (looked + 2.2))
        plain = sum(_is_wordy(text) for text in facts.few) / looked
        return Evidence(name, matched, looked, detail, -0.3 if plain > 0.8 else -6.0)

    def is_valid(self, value: str) -> bool:
        folded = dictionaries.fold(value.strip())
        if folded in dictionaries.places():
            return bool(folded)
        if not _is_wordy(value):
            return False
        words = dictionaries.parts(folded)
        if not words or len(words) > 5:
            return False
        return (len(words) > 1 and words[0] in dictionaries.words("place beginnings")) or (
            len(words[-1]) > (1 if not words[-1].isascii() else 6) and words[-1].endswith(dictionaries.endings("place endings"))
        )


def _is_wordy(text: str) -> bool:
    """Letters and little else, begun with a capital where the script has them."""
    return (
        1 < len(text) <= 60
        and not any(char.isdigit() or char in "@_/\\#=<>{}" for char in text)
        and any(not word[0].islower() for word in text.split())
        and not any(CAMEL.search(word) for word in text.split())
    )
