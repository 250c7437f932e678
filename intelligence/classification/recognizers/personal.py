"""What people are: born when, how old, of which gender, belief and origin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import ClassVar, Final

from intelligence.classification import dictionaries
from intelligence.classification.preparation import Facts
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence

YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)|年")
COMPACT: Final = re.compile(r"(1[89]\d\d|20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])")
SHORT: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](\d{2})")


class DateOfBirth(Recognizer):
    """Dates without a time, spread over decades and mostly in the past; dates of business are recent."""

    entity = "DATE_OF_BIRTH"
    family = "date_of_birth"
    label = "a date of birth"
    pattern = (
        r"(1[89]|20)\d{2}(\. |[-/. ])\d{1,2}(\. |[-/. ])\d{1,2}\.?([T ]00:00(:00(\.0+)?)?(Z|[+-]\d{2}:?\d{2})?)?"
        r"|\d{1,2}(\. |[-/. ])\d{1,2}(\.? |[-/.])((1[89]|20|2[45])\d{2}|\d{2})( ?[гr]\.?)?|(1[89]|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])"
        r"|\d{1,2}(\.|er|st|nd|rd|th|º)?[ -](de |da |of )?[\p{L}\p{M}]+\.?,?[ -](de |del |da )?(1[89]|20|2[45])\d{2}( ?(г|р|г\.|р\.|m\.))?"
        r"|[\p{L}\p{M}]+\.? \d{1,2}(st|nd|rd|th)?,? (1[89]|20)\d{2}|(1[89]|20)\d{2}\.? [\p{L}\p{M}]+\.? \d{1,2}\.?(?: d\.)?"
        r"|(1[89]|20)\d{2}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]|(明治|大正|昭和|平成|令和|[MTSHR])\d{1,2}[年./-]\d{1,2}[月./-]\d{1,2}日?"
        r"|1[34]\d{2}[/-]\d{1,2}[/-]\d{1,2}|\d{1,2} tháng \d{1,2},? năm (19|20)\d{2}"
    )
    agreement = 0.4
    share = 0.7
    in_text = r"(?i)\b(?:born|dob|date of birth|birth ?date)\b[^\d]{0,12}\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    certainty = 0.6
    examples = ("1987-12-14", "18/06/1942", "14 Dec 1987", "19871214", "1987年12月14日")
    counter_examples = ("2018-07-10 00:51:33", "12345", "1987", "hello")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        evidence = super().score(name, facts, matches, looked)
        if evidence is None or evidence.weight <= 0:
            return evidence
        years = [year for year in map(_year, matches) if year]
        if not years:
            return evidence
        now = date.today().year
        middle = median(years)
        recent = sum(year > now - 13 for year in years) / len(years)
        span = max(years) - min(years)
        detail = f"{evidence.detail}; the middle one lies in {int(middle)}"
        if recent > 0.75:
            return Evidence(name, evidence.matched, looked, f"{evidence.matched:,} of {looked:,} distinct values are recent dates", -3.2)
        if middle < now - 16 and recent < 0.2 and (span > 20 or (span > 8 and len(years) < 6)):
            return Evidence(name, evidence.matched, looked, detail, 4.9 if len(years) > 5 else 3.6)
        return Evidence(name, evidence.matched, looked, detail, 0.2)


def _year(value: str) -> int:
    found = COMPACT.fullmatch(value)
    if found:
        return int(found[1])
    full = YEAR.search(value)
    if full and full[1]:
        return int(full[1])
    short = SHORT.fullmatch(value)
    if short:
        year = int(short[1])
        return year + (2000 if year <= date.today().year % 100 else 1900)
    return int(value[:4]) if value[:4].isdigit() else 0


class BirthYear(Recognizer):
    """Years alone; the header has to say so."""

    entity = "DATE_OF_BIRTH"
    family = "date_of_birth"
    label = "a year of birth"
    pattern = r"(19[1-9]\d|20[0-2]\d)"
    agreement = 0.2
    examples = ("1987", "2004")
    counter_examples = ("1887", "87", "20045")


class Age(Recognizer):
    """Small whole numbers; the header has to say so, as percentages look alike."""

    entity = "AGE"
    family = "age"
    label = "an age"
    pattern = r"(1[01]\d|\d{1,2})(\.0+|\.\d{1,2})?( ?(years?|yrs?|y|yo|ans|jahre|años|anos|anni|лет|歳|岁|세)( old)?)?|\d{1,2} ?[-–] ?\d{1,3}|\d{2}\+"
    agreement = 0.5
    share = 0.85
    examples = ("49", "7", "102", "35 years", "18-25", "65+")
    counter_examples = ("149", "1987", "12.555", "-3")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        evidence = super().score(name, facts, matches, looked)
        worded = sum(any(char.isalpha() for char in value) for value in matches)
        if evidence is not None and evidence.weight > 0 and worded > 0.6 * len(matches):
            return Evidence(name, evidence.matched, looked, evidence.detail, 5.0)
        return evidence


LETTERS: Final = 3.2
"""Weight of two letters that mean the genders in some language, and anything in others."""
MOST_LISTED: Final = 30
"""Distinct values of a closed list that a header alone may name."""


class Closed(Recognizer):
    """A closed list of words, of which the vague ones alone prove nothing."""

    subject: ClassVar[str]
    decisive: ClassVar[int] = 2
    share = 0.6

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        if not looked:
            return None
        values = {text.strip(" .").replace("-", " ") for text in facts.folded}
        known = values & dictionaries.words(self.subject)
        share = len(known) / len(values)
        detail = self._sentence(len(known), len(values), "are words for")
        if share >= self.share:
            clear = len(known - dictionaries.words(f"vague {self.subject}"))
            return Evidence(name, len(known), len(values), detail, self.agreement * share if clear >= self.decisive else 1.6 if clear else 0.4)
        # The list is never complete: under a clear header short texts may be another language's words.
        wordy = facts.mean_length < 40 and facts.digits_share < 0.2 and len(values) <= max(60, looked // 2)
        # A dozen words that come back again and again are a closed list of something.
        is_list = wordy and len(values) <= MOST_LISTED and len(values) < looked + 1 and facts.letters_share > 0.9 and facts.mean_words < 4
        return Evidence(
            name,
            len(known),
            len(values),
            detail,
            (-0.2 - 0.6 * (1 - share)) if is_list else -0.4 - 2.0 * (1 - share) * (not known) if wordy else -6.0,
        )

    def is_valid(self, value: str) -> bool:
        return dictionaries.fold(value) in dictionaries.words(self.subject)


class Religion(Closed):
    entity = "RELIGION"
    family = "religion"
    label = "a religion"
    subject = "religion"
    agreement = 8.5
    examples = ("Buddhist", "evangelisch", "мусульманин", "仏教")
    counter_examples = ("active", "blue")


class Ethnicity(Closed):
    entity = "ETHNICITY"
    family = "ethnicity"
    label = "an ethnicity"
    subject = "ethnicity"
    agreement = 8.0
    examples = ("Hispanic or Latino", "Asian", "汉族", "Pacific Islander")
    counter_examples = ("red", "active")


class Gender(Recognizer):
    """Two opposite words among few distinct values."""

    entity = "GENDER"
    family = "gender"
    label = "a gender"
    agreement = 6.0
    examples = ("male", "F", "männlich", "女")
    counter_examples = ("active", "blue", "12")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        if not looked:
            return None
        values = {text.strip(" .").replace("_", " ") for text in facts.folded}
        known = values & dictionaries.words("gender")
        detail = self._sentence(len(known), len(values), "are words for")
        if len(known) < 0.6 * len(values) or len(values) > 30:
            coded = values <= {"0", "1", "2", "9"} or (len(values) < 5 and all(len(value) < 16 and not value.isdigit() for value in values))
            return Evidence(name, len(known), len(values), detail, -0.2 if coded or known else -3.0 if len(values) < 9 else -8.0)
        if any(set(pair.split("|")) <= values for pair in dictionaries.words("gender pairs")):
            letters = all(len(value) == 1 and value.isascii() for value in values) and values.isdisjoint({"f", "w"})
            return Evidence(
                name, len(known), len(values), detail, LETTERS if letters else self.agreement + 0.5 * any(len(value) > 2 for value in known)
            )
        return Evidence(name, len(known), len(values), detail, 3.0 if any(len(value) > 2 for value in known) else 1.0)

    def is_valid(self, value: str) -> bool:
        return dictionaries.fold(value) in dictionaries.words("gender")
