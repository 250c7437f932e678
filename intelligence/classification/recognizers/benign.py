"""Things that are not sensitive but look as if they were: they speak against every other reading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import ClassVar, Final

from stdnum import issn, luhn

from intelligence.classification import dictionaries
from intelligence.classification.preparation import Facts
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence

DATED: Final = re.compile(r"(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.((19|20)\d\d|\d\d)|(19|20)\d\d\.(0?[1-9]|1[0-2])\.(0?[1-9]|[12]\d|3[01])")
LETTERED: Final = 1.2
"""Weight of a counter behind letters: customers are numbered like that, but accounts too."""
NUMBERED: Final = re.compile(r"([^\d]{0,8}?)0*(\d{1,12})")


class Benign(Recognizer):
    entity = None
    family = None
    share = 0.75

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        evidence = super().score(name, facts, matches, looked)
        return evidence if evidence is not None and evidence.weight > 0 else None


class Uuid(Benign):
    label = "a UUID"
    pattern = r"\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?"
    agreement = 7.0
    examples = ("5448aa44-9989-4469-abea-2d389ab90724",)
    counter_examples = ("5448aa44-9989-4469-abea",)


class HexDigest(Benign):
    label = "a checksum in hexadecimal"
    pattern = r"([0-9a-f]{2}){14,64}|([0-9A-F]{2}){14,64}|sha(1|256|512)[:-][0-9A-Za-z+/=]{20,130}"
    agreement = 6.0
    examples = ("a30f398fbd58d24bb5ec358f223e831d", "14eddee4d66d32ded56fe8288d63a1efbbd1a564")
    counter_examples = ("0xb93ec43146c4261df35eb7601b167f677aba1f33", "a30f", "hello")


class Base64(Benign):
    label = "binary data in base 64"
    pattern = r"([A-Za-z0-9+/]{4}){5,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)|[A-Za-z0-9+/]{18,}={1,2}"
    agreement = 4.0
    examples = ("LL8ivhhnsqN5xiBRZOoqaNy3/oN3/SY6ghFU2yWY==",)
    counter_examples = ("hello", "sk_live_gAfi7kWRUy4ykESb3PkdAxHB")


class Url(Benign):
    label = "an address of a page or a file"
    pattern = r"(https?|ftp|s3|gs|file)://[^\s@]+|(/[\w.\-%~]+)+/?(\?\S*)?|www\.\S+|[A-Za-z]:\\\S+|[\w\-]+(\.[\w\-]+)*\.(com|org|net|io|de|fr|co\.uk|pdf|jpe?g|png|csv|xlsx?|docx?|txt|html?|json|zip|gz|mp[34])(/\S*)?"
    agreement = 6.0
    examples = ("https://example.org/a?b=c", "/xenon/ember?p=8", "report.pdf")
    counter_examples = ("hello", "anna@example.org")


class HexColor(Benign):
    label = "a colour"
    pattern = r"#[0-9A-Fa-f]{3}([0-9A-Fa-f]{3}([0-9A-Fa-f]{2})?)?|rgba?\([\d ,.%]+\)"
    agreement = 7.0
    examples = ("#54b47a", "rgb(1, 2, 3)")
    counter_examples = ("54b47a", "#12")


class Version(Benign):
    label = "a version"
    pattern = r"[vV]?\d{1,4}\.\d{1,4}\.\d{1,6}(\.\d{1,6})?([-+.](rc|beta|alpha|dev|post)?[\w.]*)?"
    agreement = 3.0
    examples = ("4.1.4.8066", "v2.0.1", "1.2.3-rc1")
    counter_examples = ("1.2", "12.5.")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Four numbers of which the later ones are large, but never above 255, are addresses; `24.12.1987` is a date."""
        split = [value.split(".") for value in matches if value.count(".") == 3]
        parts = [[int(part) for part in value] for value in split if all(part.isdigit() for part in value)]
        dated = sum(DATED.fullmatch(value) is not None for value in matches)
        if dated > 0.9 * len(matches):
            return None
        addresses = sum(max(part) <= 255 and max(part[1:]) >= 30 for part in parts)
        return super().score(name, facts, matches, looked) if addresses < 0.5 * looked else None


class PackageVersion(Benign):
    label = "a package with its version"
    pattern = r"@?[\w.\-/]+@[\^~]?v?\d+(\.\d+){1,3}([-+][\w.]+)?"
    agreement = 8.0
    examples = ("indigo-indigo@4.19.2", "@scope/name@1.0.0")
    counter_examples = ("anna@example.org", "1.2.3")


class Decimal(Benign):
    label = "an amount"
    pattern = r"-?[$€£¥]? ?\d{1,3}([ ,.']\d{3})*[.,]\d{1,2} ?[%€$£]?|-?\d{1,7}\.\d{1,2}|[$€£¥] ?\d+([.,]\d+)*|-\d+|\d+([.,]\d+)? ?(%|EUR|USD|GBP|kg|cm|mm|km|m|g|h|s|ms|min)"
    agreement = 3.4
    examples = ("46.31", "1,234.50", "-12", "$5.00", "12 %")
    counter_examples = ("48.858370", "12")


class Moment(Benign):
    label = "a point in time"
    pattern = (
        r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?"
        r"|\d{1,2}[./-]\d{1,2}[./-]\d{4},? \d{1,2}:\d{2}(:\d{2})?( ?[AP]M)?|\d{8}T\d{6}Z?|\w{3}, \d{1,2} \w{3} \d{4} \d{2}:\d{2}:\d{2}.*"
    )
    agreement = 5.0
    examples = ("2018-07-10 00:51:33", "2021-05-06T11:09:18Z")
    counter_examples = ("2018-07-10", "12:30")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Midnight in every row is a date that a driver returned as a timestamp."""
        evidence = super().score(name, facts, matches, looked)
        dates = sum("00:00:00" in value or value.endswith(("00:00", "00:00Z")) for value in matches)
        return evidence if dates < 0.9 * len(matches) else None


class Epoch(Benign):
    label = "seconds or milliseconds since 1970"
    pattern = r"1[0-9]\d{8}(\.\d+)?|1[0-9]\d{11}|1[0-9]\d{14}"
    agreement = 3.6
    share = 0.9
    examples = ("1542777638", "1507328006703")
    counter_examples = ("2542777638", "154277763")


class Duration(Benign):
    label = "a duration or a time of day"
    pattern = r"\d{1,3}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?|P(\d+D)?T?(\d+H)?(\d+M)?(\d+(\.\d+)?S)?"
    agreement = 7.0
    examples = ("50:32:47", "12:30", "PT5M")
    counter_examples = ("c3:b0:46:11:10:ef", "12:3")


class Isbn(Benign):
    label = "an article number (EAN, ISBN)"
    pattern = r"97[89][- ]?\d{1,5}[- ]?\d{1,7}[- ]?\d{1,7}[- ]?\d"
    agreement = 5.0
    examples = ("9783817247608", "978-3-16-148410-0")
    counter_examples = ("1783817247608", "978")


class FailedCard(Benign):
    """Numbers as long as a payment card's of which hardly one passes the check are references of something."""

    label = "references that fail the check of a payment card"
    pattern = r"[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}"
    agreement = 3.2
    share = 0.9
    examples = ("4539148803436461", "5500 0000 0000 0001")
    counter_examples = ("4539148803436467", "1234")

    def is_valid(self, value: str) -> bool:
        return not luhn.is_valid(value.replace(" ", "").replace("-", ""))

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        failed = [value for value in matches if self.is_valid(value)]
        return super().score(name, facts, matches, looked) if len(matches) > 4 and len(failed) > 0.97 * len(matches) else None


class SeveralNumbers(Benign):
    label = "several measured numbers"
    pattern = r"[(\[]? ?-?\d+[.,]\d+([ ;,]+-?\d+[.,]\d+){2,9} ?[)\]]?"
    agreement = 6.0
    examples = ("1.25 0.33 9.81", "(0.1, 2.5, 3.75)")
    counter_examples = ("1.25", "52.52 13.40")


class Issn(Benign):
    """Local telephone numbers are grouped alike; the check digit tells them apart."""

    label = "a number of a periodical (ISSN)"
    pattern = r"\d{4}-\d{3}[\dX]"
    agreement = 1.0
    luck = 0.091
    proof = 5.0
    examples = ("0317-8471", "2049-3630")
    counter_examples = ("0317-8472", "20493630")

    def is_valid(self, value: str) -> bool:
        return bool(issn.is_valid(value))


class Sku(Benign):
    label = "an article or order number"
    pattern = r"[A-Z]{2,6}[-_/]\d{5,10}([-_/][A-Z0-9]{1,6})?|[A-Z]{5}\d{3}|(SKU|ORD|INV|PO|SO|TKT|REF|ID|CUST|EMP|USR|PRD|TXN|ITEM)[-_#]?\d{2,12}"
    agreement = 2.4
    examples = ("UCPVX844", "ORD-00123", "SKU123")
    counter_examples = ("BIR-LN-4532", "AB12")


class YearNumber(Benign):
    """Documents that are numbered anew each year."""

    label = "a document number with its year"
    pattern = r"(\p{L}{1,5}[-/ ]?)?(19[89]|20[0-4])\d[-/]\d{3,8}"
    agreement = 4.5
    share = 0.95
    examples = ("2024-10017", "RE-2023/00451")
    counter_examples = ("5024-1001", "2024-01-05")


class Product(Benign):
    label = "a product or a label with a number"
    pattern = r"\p{L}[\p{L}\-]+( \p{L}[\p{L}\-]*)+ (v?\d{1,5}|[IVX]+|\d+(GB|TB|ml|cm|mm|kg|g|L|W|V|in)?)"
    agreement = 3.4
    examples = ("Sigma Mini 469", "Bridge Kit 472")
    counter_examples = ("Anna Smith", "469")


class Listed(Benign):
    """All distinct values stand in a closed list."""

    subjects: ClassVar[tuple[str, ...]] = ()
    share = 0.8

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        known, looked = self._known(), len(facts.few)
        matched = sum(text in known for text in facts.folded)
        if not looked or matched < self.share * looked:
            return None
        return Evidence(name, matched, looked, self._sentence(matched, looked, "are"), self.agreement * looked / (looked + 0.6))

    def is_valid(self, value: str) -> bool:
        return dictionaries.fold(value) in self._known()

    def _known(self) -> frozenset[str]:
        return _together(self.subjects)


@cache
def _together(subjects: tuple[str, ...]) -> frozenset[str]:
    """The words of several lists."""
    return frozenset[str]().union(*(dictionaries.words(subject) for subject in subjects))


class Calendar(Listed):
    label = "months or weekdays"
    subjects = ("month", "weekday", "season")
    agreement = 8.0
    examples = ("March", "Montag")
    counter_examples = ("Anna",)


class Color(Listed):
    label = "colours"
    subjects = ("color",)
    agreement = 6.0
    examples = ("red", "Blau")
    counter_examples = ("Anna",)


class Nature(Listed):
    label = "plants, animals, stars, materials or letters"
    subjects = ("nature", "color", "alphabet")
    agreement = 6.0
    examples = ("Jasmine", "Fuchs")
    counter_examples = ("Anna",)


class Country(Listed):
    label = "countries, their parts or languages"
    subjects = ("country", "language", "region")
    share = 0.5
    agreement = 7.0
    examples = ("Germany", "Francia")
    counter_examples = ("Anna",)


class Business(Listed):
    label = "states or categories"
    subjects = ("business",)
    agreement = 6.5
    examples = ("active", "Finance")
    counter_examples = ("Anna",)


class Company(Benign):
    """Names of companies end in their legal form, or join names with an `and`."""

    label = "companies"
    share = 0.35
    agreement = 6.0
    examples = ("Baena y Pozuelo S.Coop.", "Miller Inc", "戴硕电子传媒有限公司")
    counter_examples = ("Anna Smith", "Berlin")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        looked = len(facts.few)
        if facts.letters_share < 0.5:
            return None
        matched = sum(map(self.is_valid, facts.few))
        if not looked or matched < self.share * looked:
            return None
        return Evidence(name, matched, looked, self._sentence(matched, looked, "look like"), self.agreement)

    def is_valid(self, value: str) -> bool:
        folded = dictionaries.fold(value)
        if folded.endswith(("公司", "集团", "회사")) or folded.startswith(("株式会社", "有限会社", "合同会社", "(주)")):
            return True
        ends = [part.strip('.,()"«»') for part in folded.replace(".", "").split()]
        if ", " in folded and any(f" {word} " in folded for word in ("and", "&", "et", "und", "y", "e")):
            return True
        known, beginnings = dictionaries.words("company"), dictionaries.words("company beginnings")
        return len(ends) > 1 and (ends[-1] in known or ends[0] in beginnings or " & " in value)


class Job(Benign):
    """Occupations: a share of them holds a known word is enough, as there are thousands."""

    label = "occupations"
    share = 0.3
    agreement = 6.0
    examples = ("Civil engineer", "Director de cine")
    counter_examples = ("Anna Smith",)

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        looked = len(facts.few)
        if facts.letters_share < 0.5:
            return None
        matched = sum(map(self.is_valid, facts.few))
        if not looked or matched < self.share * looked:
            return None
        return Evidence(name, matched, looked, self._sentence(matched, looked, "look like"), self.agreement)

    def is_valid(self, value: str) -> bool:
        known = dictionaries.words("job")
        return any(part.strip(",()") in known for part in dictionaries.fold(value).replace("/", " ").split())


class Counting(Benign):
    """Row counters: whole numbers one after the other, with or without the same letters before them."""

    label = "a counter"
    agreement = 5.0
    examples = ("1", "2", "3")
    counter_examples = ("a",)

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        texts = facts.prepared.texts
        found = [NUMBERED.fullmatch(text) for text in texts]
        counted = [match for match in found if match is not None]
        if len(texts) < 5 or len(counted) < len(texts) or len({match[1] for match in counted}) > 1:
            return None
        numbers = [int(match[2]) for match in counted]
        steps = Counter(after - before for before, after in pairwise(numbers))
        step, often = steps.most_common(1)[0]
        if step <= 0 or often < 0.8 * (len(numbers) - 1):
            return None
        return Evidence(name, often + 1, len(texts), f"the values count up by {step}", LETTERED if counted[0][1] else self.agreement)

    def is_valid(self, value: str) -> bool:
        return NUMBERED.fullmatch(value) is not None
