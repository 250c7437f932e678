"""Reads a header: its words in any of some twenty languages, abbreviations, compounds, and what its last word makes of the others."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from intelligence.classification import vocabulary

STRONG: Final = 5.4
MEDIUM: Final = 2.8
DEMOTED: Final = 0.15
"""What is left of a claim when the header's last word is about something else (`email_template`)."""
OWNER: Final = 0.35
LONGEST: Final = 120
WORLDWIDE: Final = Path(__file__).parent / "dictionaries" / "headers.txt"

BOUNDARY: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
SEPARATORS: Final = re.compile(r"(?:(?![\u0900-\u0e7f])[\W_])+")
"""Vowel signs of India and Thailand belong to their words."""
IDEOGRAPHS: Final = re.compile(r"[\u0590-\u06ff\u0900-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
STROKES: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "a", "œ": "o", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header claims: concept (family or entity) → (weight in log-odds, the words that say so)."""

    claims: dict[str, tuple[float, str]] = field(default_factory=dict)
    benign: str = ""
    """The word of business or machinery that the header ends in, if any."""
    is_neutral: bool = True
    """Missing, generic or numbered: says nothing at all."""


@lru_cache(maxsize=4_000)
def fold(text: str) -> str:
    """Lower case without diacritics; ae, oe, ue count as a, o, u, so that both German spellings meet."""
    if text.isascii():
        return text.lower().replace("ae", "a").replace("oe", "o").replace("ue", "u")
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).lower().translate(STROKES))
    plain = "".join(char for char in plain if not unicodedata.combining(char) or IDEOGRAPHS.match(char) or ord(char) in (0x3099, 0x309A))
    return unicodedata.normalize("NFC", plain).replace("ae", "a").replace("oe", "o").replace("ue", "u")


def tokens(header: str) -> list[str]:
    """`custTelNo_2` → [cust, tel, no, 2]."""
    spaced = BOUNDARY.sub(" ", SEPARATORS.sub(" ", header[:LONGEST].encode("utf-8", "replace").decode()))
    return [fold(word) for word in spaced.split()]


@lru_cache(maxsize=20_000)
def read(header: str) -> Meaning:
    """What the header says. Longer phrases win over the words in them."""
    words = tokens(header)
    words = words[:-1] if len(words) > 1 and words[-1].isdigit() and words[-1] not in {"10", "9", "4", "6"} else words
    said = [word for word in words if not word.isdigit()]
    if not said or all(word in _neutral() for word in said):
        return Meaning(claims=_phrases(words), is_neutral=True)
    claims = _phrases(words)
    benign = _benign(said)
    if benign:
        # A `company name` is no person's, a `file key` no secret: beside a thing only clear words count.
        claims = {
            concept: (weight if benign in phrase.split() or (weight > MEDIUM and not _stands_after(said, benign, phrase)) else weight * OWNER, phrase)
            for concept, (weight, phrase) in claims.items()
        }
    if claims and _is_demoted(said, claims):
        claims = {concept: (weight * DEMOTED, phrase) for concept, (weight, phrase) in claims.items()}
    return Meaning(claims, benign, is_neutral=False)


def _phrases(words: list[str]) -> dict[str, tuple[float, str]]:
    """The claims of all runs of up to five words, as written and with abbreviations spelt out; covered words do not count again."""
    lexicon = _lexicon()
    spelt = [vocabulary.ABBREVIATIONS.get(word, word) for word in words]
    found: dict[str, tuple[float, str]] = {}
    taken: set[int] = set()
    phrases: list[tuple[int, list[tuple[str, float]], str]] = []
    last = 0
    for size in range(min(5, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            span = range(start, start + size)
            if taken.issuperset(span):
                continue
            keys = {"".join(words[start : start + size]), "".join(fold(word) for word in spelt[start : start + size])}
            hits = [hit for key in sorted(keys) for hit in lexicon.get(key, ())]
            if hits:
                taken.update(span)
                last = max(last, start + size)
                phrases.append((start + size, hits, " ".join(words[start : start + size])))
    for end, hits, phrase in phrases:
        # In `customer city` the last noun is the thing, the first one only says whose it is.
        _merge(found, hits if end == last else [(concept, weight * OWNER) for concept, weight in hits], phrase)
    for word in (word for at, word in enumerate(words) if at not in taken and len(word) > 6 and word not in _nouns() and word not in _demoting()):
        _merge(found, _compound(word), word)
    for word in (word for at, word in enumerate(words) if at not in taken and IDEOGRAPHS.search(word)):
        _merge(found, _inside(word), word)
    return found


def _merge(found: dict[str, tuple[float, str]], hits: list[tuple[str, float]], phrase: str) -> None:
    for concept, weight in hits:
        if weight > found.get(concept, (0.0, ""))[0]:
            found[concept] = (weight, phrase)


@lru_cache(maxsize=5_000)
def _compound(word: str) -> list[tuple[str, float]]:
    """Compounds of Germanic and agglutinating languages: the longest known word at the end, then at the beginning."""
    lexicon = _lexicon()
    for size in range(len(word) - 2, 4, -1):
        for part, factor in ((word[-size:], 0.9), (word[:size], 0.7)):
            hits = [(concept, weight * factor) for concept, weight in lexicon.get(part, ()) if weight >= STRONG]
            if hits:
                return hits
    return []


def _inside(word: str) -> list[tuple[str, float]]:
    """Scripts without spaces: the longest known run of characters."""
    lexicon = _lexicon()
    for size in range(len(word), 1, -1):
        for start in range(len(word) - size + 1):
            if word[start : start + size] in lexicon:
                return [(concept, weight * 0.9) for concept, weight in lexicon[word[start : start + size]]]
    return []


def _is_demoted(words: list[str], claims: dict[str, tuple[float, str]]) -> bool:
    """The last word is about something else, and the phrase that claims does not include it."""
    last = words[-1]
    if last not in _demoting() and vocabulary.ABBREVIATIONS.get(last, last) not in _demoting():
        return words[0] in {"is", "has"} and len(words) > 1
    return not any(phrase.split()[-1:] == [last] for _, phrase in claims.values())


def _stands_after(words: list[str], benign: str, phrase: str) -> bool:
    """In `phone order no` the order is what is numbered."""
    last = phrase.split()[-1]
    return last in words and len(words) - 1 - words[::-1].index(benign) > words.index(last)


def _benign(words: list[str]) -> str:
    for word in reversed(words):
        if word in _nouns() or vocabulary.ABBREVIATIONS.get(word, word) in _nouns():
            return word
    return ""


def _listed(text: str) -> list[str]:
    return [fold(" ".join(part.split())) for part in text.split(",") if part.strip()]


@cache
def _lexicon() -> dict[str, list[tuple[str, float]]]:
    """Phrase without spaces → concepts with weights."""
    lexicon: dict[str, list[tuple[str, float]]] = {}
    for weight, table in ((STRONG, vocabulary.STRONG), (STRONG, _worldwide()), (MEDIUM, vocabulary.MEDIUM)):
        for concept, text in table.items():
            for phrase in _listed(text):
                entries = lexicon.setdefault(SEPARATORS.sub("", phrase), [])
                if all(known != concept for known, _ in entries):
                    entries.append((concept, weight))
    return lexicon


def _worldwide() -> dict[str, str]:
    """Family → phrases in languages far from those of vocabulary.py."""
    lines = WORLDWIDE.read_text(encoding="utf-8").splitlines()
    return {family: phrases for family, _, phrases in (line.partition(": ") for line in lines if not line.startswith("#"))}


@cache
def _neutral() -> frozenset[str]:
    return frozenset(_listed(vocabulary.NEUTRAL))


@cache
def _demoting() -> frozenset[str]:
    return frozenset(_listed(vocabulary.DEMOTING))


@cache
def _nouns() -> frozenset[str]:
    return frozenset(_listed(vocabulary.BENIGN))
