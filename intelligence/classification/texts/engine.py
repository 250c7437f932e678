"""Finds personal data inside texts: patterns with their checks where they are certain, the trained model for what only context tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from threading import Lock
from typing import Any, Final

from stdnum import iban, luhn

from intelligence.classification.patterns import finders
from intelligence.classification.settings import DEFAULT, Settings
from intelligence.classification.texts import pipeline
from intelligence.classification.types import Span

SPELLING: Final = {"IPV4_ADDRESS": "IP_ADDRESS", "IPV6_ADDRESS": "IP_ADDRESS", "POSTAL_CODE": "ZIP_CODE", "DATE_OF_BIRTH": "DATE_TIME"}
"""Entities of columns that go by a wider name inside a text, as Presidio has it."""
FAMILIES: Final = {
    "PERSON": "person_name", "STREET_ADDRESS": "street_address", "GPE": "city", "ZIP_CODE": "postal_code", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "credit_card", "IBAN_CODE": "iban", "US_SSN": "us_ssn", "IP_ADDRESS": "ipv4", "AGE": "age", "US_DRIVER_LICENSE": "driver_license",
    "DRIVER_LICENSE": "driver_license", "PASSPORT": "passport", "NATIONAL_ID": "national_id", "CRYPTO": "crypto_address",
}  # fmt: skip
"""Family of what the model finds, so that a rule set can switch it off; organisations, titles, days and nations have none."""
CERTAIN: Final = 0.8
"""A pattern's certainty from which it wins over the model."""
LEFT_TO_THE_MODEL: Final = frozenset(["PERSON", "DATE_TIME"])
"""What a pattern alone says wrongly too often."""
LONGEST: Final = 2_000
"""Characters of one piece that the model reads."""
WEB: Final = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'\\^`{|}]*[\w/]")
EDGE: Final = ' \t\r\n,;:!?"“”„«»()[]<>|*'
_lock: Final = Lock()


def find_spans(text: str, *, settings: Settings = DEFAULT) -> list[Span]:
    """Spans that do not overlap, in order."""
    return find_many([text], settings=settings)[0]


def find_many(texts: Sequence[str], *, settings: Settings = DEFAULT) -> list[list[Span]]:
    """Spans of each text; many at once are quicker than one after another."""
    judged = _by_model(texts)
    return [_merged(patterns(text, settings), _allowed(spans, settings)) for text, spans in zip(texts, judged, strict=True)]


def engine_name() -> str:
    """Which engine judges free text here."""
    from intelligence.classification.texts import minilm

    return minilm.name() if minilm.available() else str(_shipped()[1]["name"])


def patterns(text: str, settings: Settings = DEFAULT) -> list[Span]:
    """What the recognizers' own expressions find and their checks pass; no model is asked."""
    found = []
    for recognizer, finder in finders():
        if recognizer.entity is None or {recognizer.entity, SPELLING.get(recognizer.entity), recognizer.family} & settings.disabled:
            continue
        for match in finder.finditer(text):
            start, end = match.span()
            if end > start and recognizer.is_valid(match.group()):
                found.append(Span(start, end, SPELLING.get(recognizer.entity, recognizer.entity), recognizer.certainty))
    if "DOMAIN_NAME" not in settings.disabled:
        found += [Span(*match.span(), "DOMAIN_NAME", 0.95) for match in WEB.finditer(text)]
    return found


def _merged(by_pattern: list[Span], by_model: list[Span]) -> list[Span]:
    """Certain patterns, then the model, then the other patterns; of two alike the longer one."""
    ranked = [(0, span) for span in by_pattern if span.score >= CERTAIN]
    ranked += [(1, span) for span in by_model]
    ranked += [(2, span) for span in by_pattern if span.score < CERTAIN and span.entity not in LEFT_TO_THE_MODEL]
    kept: list[Span] = []
    for _, span in sorted(ranked, key=lambda one: (one[0], one[1].start - one[1].end, -one[1].score, one[1].start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda one: one.start)


def _allowed(spans: Iterable[Span], settings: Settings) -> list[Span]:
    return [span for span in spans if not {span.entity, FAMILIES.get(span.entity)} & settings.disabled]


def _by_model(texts: Sequence[str]) -> list[list[Span]]:
    """The model's spans that look like what they are said to be; MiniLM's where the extra brings it."""
    from intelligence.classification.texts import minilm

    if minilm.available():
        return [list(_sound(text, minilm.find(text))) for text in texts]
    pieces = [(at, begin, piece) for at, text in enumerate(texts) for begin, piece in _pieces(text)]
    found: list[list[Span]] = [[] for _ in texts]
    for (at, begin, piece), spans in zip(pieces, _judged([piece for _, _, piece in pieces]), strict=True):
        found[at] += [Span(begin + span.start, begin + span.end, span.entity, span.score) for span in _sound(piece, spans)]
    return found


def _judged(pieces: list[str]) -> list[list[Span]]:
    nlp, meta = _shipped()
    unseen = meta["unseen"]
    with _lock, nlp.memory_zone():
        return [
            [Span(ent.start_char, ent.end_char, ent.label_, unseen.get(ent.label_, unseen["all"])["precision"]) for ent in doc.ents]
            for doc in nlp.pipe(pieces, batch_size=64)
        ]


@cache
def _shipped() -> tuple[Any, dict[str, Any]]:
    return pipeline.load()


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Long texts are cut at the last line, sentence or word that fits."""
    begin = 0
    while len(text) - begin > LONGEST:
        window = text[begin : begin + LONGEST]
        cut = max(window.rfind("\n"), window.rfind(". ") + 1)
        cut = cut if cut > LONGEST // 2 else window.rfind(" ")
        cut = cut + 1 if cut > 0 else LONGEST
        yield begin, window[:cut]
        begin += cut
    if begin < len(text):
        yield begin, text[begin:]


def _sound(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        inner = text[span.start : span.end]
        start = span.start + len(inner) - len(inner.lstrip(EDGE))
        end = span.end - len(inner) + len(inner.rstrip(EDGE + ("." if inner[-2:-1].isdigit() else "")))
        if end > start and _fits(span.entity, text[start:end]):
            yield Span(start, end, span.entity, span.score)


def _fits(entity: str, text: str) -> bool:
    """What must hold whatever the context says."""
    digits = sum(char.isdigit() for char in text)
    match entity:
        case "CREDIT_CARD":
            number = re.sub(r"[ \-]", "", text)
            return 12 <= digits <= 19 and number.isdigit() and bool(luhn.is_valid(number))
        case "IBAN_CODE":
            return bool(iban.is_valid(text, check_country=False))
        case "EMAIL_ADDRESS":
            return "@" in text
        case "PHONE_NUMBER":
            return 6 <= digits <= 18
        case "US_SSN":
            return digits == 9
        case "IP_ADDRESS":
            return text.count(".") == 3 or text.count(":") > 1
        case "AGE":
            return text.isdecimal() and int(text) <= 120
        case "DOMAIN_NAME":
            return "." in text
        case "ZIP_CODE" | "PASSPORT" | "NATIONAL_ID" | "US_DRIVER_LICENSE" | "DRIVER_LICENSE":
            return digits > 1
        case "PERSON" | "GPE" | "ORGANIZATION" | "NRP" | "TITLE":
            return any(char.isalpha() for char in text)
    return True
