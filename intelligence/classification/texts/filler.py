"""Everyday words around the personal data, many of them invented with the endings of the language: whatever a text says, most of its words are nobody's."""

from __future__ import annotations

from random import Random
from typing import Final

from intelligence.classification.texts import names
from intelligence.classification.texts.lexicon import pick

PATTERNS: Final = (
    "d n v d n", "d a n v t d n", "e v d n t n", "w v d a n b", "d n t d n v a", "b, d n v d n t d a n", "v d n a", "a n t n", "d a n", "w v t w v b", "n, n t n", "e v b a t d n",
    "d n v b t d n v", "a, a t a n", "v w b", "w b v d n t v d n", "n v t n t n", "b v d a n t d n t n", "d n t n", "t d a n, w v b",
)  # fmt: skip
"""`d` article, `n` noun, `a` adjective, `v` verb, `b` adverb, `t` what ties words, `e` somebody, `w` somebody or a noun."""
SUBJECTS: Final = {
    "d": "small_words",
    "n": "nouns",
    "a": "plain",
    "v": "verbs",
    "b": "adverbs",
    "t": "ties",
    "e": "people_words",
    "w": "people_words",
}
OPEN: Final = frozenset("nav")
"""Kinds of which a language makes new words every day."""
STANDS_FOR: Final[dict[str, str]] = {
    "person": "e", "full": "e", "first": "e", "last": "n", "mr": "e", "job": "n", "org": "dn", "city": "dn", "country": "dn", "street": "dn", "address": "dan", "nrp": "a", "nrps": "n",
    "weekday": "b", "date": "b", "year": "n", "phone": "dn", "email": "dn", "url": "dn", "zip": "dn", "age": "a",
}  # fmt: skip
"""What can stand in a template where a value is expected, and is not personal."""


def word(rng: Random, language: str, kind: str) -> str:
    """A word of the language, or for open kinds one that only sounds like it."""
    if kind in OPEN and rng.random() < 0.3:
        made = names.plain(rng, pick(rng, language, "endings"))
        return made.capitalize() if language == "de" and kind == "n" else made
    return pick(rng, language, SUBJECTS[kind])


def phrase(rng: Random, language: str, pattern: str | None = None) -> str:
    """A run of words."""

    def made(char: str) -> str:
        return word(rng, language, char) if char in SUBJECTS else char

    text = " ".join("".join(map(made, part)) for part in (pattern or rng.choice(PATTERNS)).split(" "))
    return text.replace("' ", "'")


def instead(rng: Random, language: str, slot: str) -> str:
    """Something that is not personal, where a value is expected."""
    return phrase(rng, language, " ".join(STANDS_FOR[slot]))


def sentence(rng: Random, language: str) -> str:
    """Without any personal data: plain, a headline, a question, a list."""
    form = rng.random()
    text = phrase(rng, language)
    if form < 0.12:
        return names.titled(text)
    if form < 0.2:
        return f'"{names.titled(text)}"' if rng.random() < 0.5 else f"{text[0].upper()}{text[1:]}: {phrase(rng, language)}"
    if form < 0.26:
        return ", ".join(word(rng, language, "n").capitalize() for _ in range(rng.randint(2, 5)))
    if form < 0.32:
        return f"{text} #{rng.randint(1, 60)}" + rng.choice([" (", " - "]) + phrase(rng, language) + ")"
    if form < 0.36:
        return f"{rng.randint(1, 90)}{rng.choice(['+', '%', 'th', ' '])} {text}"
    whole = f"{text[0].upper()}{text[1:]}{rng.choice(['.', '.', '.', '!', '?', '...', ';'])}"
    return f"{whole[:-1]}, {phrase(rng, language)}." if rng.random() < 0.25 else whole
