"""Looks at every value of a column for what a sample may miss: one key in half a million rows, one card number in a field of notes.

Only what is certain by itself counts here: secrets, and personal data with a check or an unmistakable form. In columns of free text the text engine
reads every value as well.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import log
from typing import Any, Final

import re2

from intelligence.classification.families import SENSITIVITIES
from intelligence.classification.masking import mask_value
from intelligence.classification.patterns import MEMORY, finders
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.settings import DEFAULT, Settings
from intelligence.classification.texts.engine import find_many
from intelligence.classification.titles import title
from intelligence.classification.types import Evidence, Verdict

CERTAIN: Final = 0.9
"""Certainty of a recognizer from which one value among many counts."""
CHECKED: Final = frozenset({"CREDIT_CARD", "IBAN_CODE", "EMAIL_ADDRESS"})
"""Personal data that is certain by its form or its checksum, beside all secrets."""
READ: Final = {"PERSON": "person_name", "STREET_ADDRESS": "street_address", "PHONE_NUMBER": "phone", "US_SSN": "us_ssn"}
"""What the text engine is believed on, and its family; each is counted only where it stands in several texts."""
FEWEST_READ: Final = 3
WORDY: Final = 4.0
"""Words of a value, on average, from which a column is read by the text engine."""
LONGEST: Final = 10_000
MORE: Final = 2.5
"""Times as many must pass a checksum as would by luck: a tenth of all order numbers passes Luhn's."""
EXAMPLES: Final = 3
LETTER: Final = re.compile(r"[^\W\d_]")
JOINED: Final = re.compile(r"[\w-]")
FREE_TEXT: Final = ("FREE_TEXT_PII", "free_text_pii")


@dataclass(frozen=True, slots=True)
class Minority:
    """`matched` of `read` values hold an entity; examples are masked."""

    entity: str
    family: str
    matched: int
    read: int
    certainty: float
    examples: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return f"{self.matched:,} of all {self.read:,} values {'holds' if self.matched == 1 else 'hold'} {title(self.entity).lower()}"


class Sweep:
    """Feed it all values of some columns, a batch of rows at a time; memory does not grow with the number of values."""

    def __init__(self, names: Sequence[str], settings: Settings = DEFAULT) -> None:
        self.names, self.settings = list(names), settings
        self.read: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._tried: dict[str, Counter[str]] = defaultdict(Counter)
        self._luck: dict[str, float] = {}
        self._kinds: dict[str, tuple[str, float]] = {}
        self._examples: dict[tuple[str, str], list[str]] = defaultdict(list)

    def feed(self, columns: Sequence[Sequence[object]]) -> None:
        """One batch: the values of each column, in the order of the names; None is passed over."""
        for name, values in zip(self.names, columns, strict=True):
            repeated = Counter(str(value)[:LONGEST] for value in values if value is not None and value != "")
            self.read[name] += repeated.total()
            self.words[name] += sum(text.count(" ") * times + times for text, times in repeated.items() if LETTER.search(text))
            self._by_pattern(name, repeated)
            if self.is_wordy(name):
                self._by_engine(name, repeated)

    def is_wordy(self, name: str) -> bool:
        """Whether the values so far are texts of several words."""
        return self.words[name] >= WORDY * max(1, self.read[name])

    def found(self) -> dict[str, list[Minority]]:
        """Column → what some of its values hold, the most sensitive first."""
        told: dict[str, list[Minority]] = {}
        for name, counts in self._counts.items():
            rows = [
                Minority(entity, family, matched, self.read[name], certainty, tuple(self._examples[name, entity]))
                for entity, matched in counts.items()
                for family, certainty in [self._kinds[entity]]
                if matched >= (FEWEST_READ if entity in READ else 1) and matched > MORE * self._luck.get(entity, 0.0) * self._tried[name][entity]
            ]
            if rows:
                told[name] = sorted(rows, key=lambda one: (-SENSITIVITIES.index(self.settings.sensitivity(one.family)), -one.matched, one.entity))
        return told

    def _by_pattern(self, name: str, repeated: Counter[str]) -> None:
        automaton, known = _certain()
        match = automaton.Match
        for text, times in repeated.items():
            for index in match(text.encode("utf-8", "replace")) or ():
                recognizer, finder = known[index]
                hits = [one.group() for one in finder.finditer(text) if recognizer.luck == 1 or _stands_alone(text, one.start(), one.end())]
                hit = next(filter(recognizer.is_valid, hits), None)
                if hits and recognizer.entity and recognizer.luck < 1:
                    self._tried[name][recognizer.entity] += times
                    self._luck[recognizer.entity] = recognizer.luck
                if hit is not None and recognizer.entity and recognizer.family:
                    self._note(name, recognizer.entity, recognizer.family, recognizer.certainty, times, hit)

    def _by_engine(self, name: str, repeated: Counter[str]) -> None:
        texts = list(repeated)
        for text, spans in zip(texts, find_many(texts, settings=self.settings), strict=True):
            for span in {span.entity: span for span in spans if span.entity in READ}.values():
                self._note(name, span.entity, READ[span.entity], min(span.score, 0.89), repeated[text], text[span.start : span.end])

    def _note(self, name: str, entity: str, family: str, certainty: float, times: int, hit: str) -> None:
        if {entity, family} & self.settings.disabled:
            return
        self._counts[name][entity] += times
        self._kinds[entity] = (family, certainty)
        examples = self._examples[name, entity]
        if len(examples) < EXAMPLES:
            examples.append(mask_value(hit, family))


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether this is no piece of something longer, as the digits of an identifier are."""
    return not JOINED.match(text[end : end + 1]) and not (start and JOINED.match(text[start - 1]))


def settled(verdict: Verdict, minorities: Sequence[Minority], settings: Settings = DEFAULT, *, is_wordy: bool = False) -> Verdict:
    """A verdict with what all values showed: a column that seemed to hold nothing holds what its most sensitive values are."""
    others = [one for one in minorities if one.family != verdict.family]
    if not others:
        return verdict
    told = [{"entity": one.entity, "family": one.family, "matched": one.matched, "read": one.read} for one in others]
    sentences = "; ".join(one.sentence for one in others[:3])
    if verdict.entity is not None:
        return replace(verdict, minorities=told, reason=f"{verdict.reason} Besides, {sentences}.")
    first = others[0]
    entity, family = (first.entity, first.family) if first.family == "secret" or not is_wordy else FREE_TEXT
    if first.certainty < settings.threshold_for(entity, family) or {entity, family} & settings.disabled:
        return replace(verdict, minorities=told)
    weight = round(log(first.certainty / (1 - first.certainty)), 4)
    return replace(
        verdict,
        entity=entity,
        family=family,
        score=first.certainty,
        reason=f"{sentences[0].upper()}{sentences[1:]}. Every value was read.",
        evidence=[Evidence("every value", one.matched, one.read, one.sentence, weight if one is first else 0.0) for one in others],
        arithmetic=[{"label": first.sentence, "value": weight}, {"label": "score", "value": first.certainty}],
        candidates=[(entity, first.certainty), *verdict.candidates],
        examples=list(first.examples),
        minorities=told,
    )


@cache
def _certain() -> tuple[Any, list[tuple[Recognizer, Any]]]:
    """One set that tells which of the certain expressions occur anywhere in a text, and the recognizers in its order."""
    known = [(one, finder) for one, finder in finders() if one.certainty >= CERTAIN and (one.family == "secret" or one.entity in CHECKED)]
    options = re2.Options()
    options.max_mem = MEMORY
    options.never_capture = True
    automaton = re2.Set.SearchSet(options)
    for recognizer, _ in known:
        automaton.Add(recognizer.in_text)
    automaton.Compile()
    return automaton, known


def sweep(names: Sequence[str], batches: Iterable[Sequence[Sequence[object]]], settings: Settings = DEFAULT) -> Sweep:
    """All batches at once."""
    done = Sweep(names, settings)
    for batch in batches:
        done.feed(batch)
    return done
