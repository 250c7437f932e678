"""Writes texts with known personal data in five languages, from our own templates and values; the same seed writes the same texts.

Templates lie one a line in `language/LANGUAGE.templates.txt`: `[a|b|]` is one of several wordings, `{slot}` a value (see `values.SLOTS`), `\\n` a line break.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from random import Random
from typing import Final, Literal

from intelligence.classification.texts import filler
from intelligence.classification.texts.lexicon import HERE, LANGUAGES
from intelligence.classification.texts.values import SLOTS, Piece

Mark = tuple[int, int, str]
"""Start, end, entity."""
Part = Literal["train", "unseen"]
CHOICE: Final = re.compile(r"\[([^\[\]]*)\]")
SLOT: Final = re.compile(r"\{(\w+)\}")
UNSEEN_SHARE: Final = 0.12
"""Of the templates; training never sees them, so that figures on them mean something."""
SENTENCES: Final = (1, 1, 1, 1, 2, 2, 3, 4)
FILLED: Final = 0.3
"""Share of sentences followed or preceded by one without personal data."""
INSTEAD: Final = 0.045
"""Share of values in whose place stands something that is not personal."""


@cache
def templates(language: str, part: Part | None = None) -> tuple[str, ...]:
    """All templates of a language, or those of a part; a template belongs to a part by its own hash."""
    lines = (HERE / f"{language}.templates.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#") and (part is None or part == _part(line)))


def _part(template: str) -> Part:
    return "unseen" if int(sha256(template.encode()).hexdigest()[:8], 16) / 2**32 < UNSEEN_SHARE else "train"


def write(seed: int, count: int, languages: Iterable[str] = LANGUAGES, part: Part | None = None) -> Iterator[tuple[str, list[Mark], str]]:
    """`count` texts with their spans and language, languages in turn."""
    rng = Random(seed)
    tongues = list(languages)
    for number in range(count):
        language = tongues[number % len(tongues)]
        yield (*_joined(_noisy(rng, _composed(rng, language, part))), language)


def _composed(rng: Random, language: str, part: Part | None) -> list[Piece]:
    """One to four templates after one another."""
    pieces: list[Piece] = []
    known = templates(language, part)
    for at in range(rng.choice(SENTENCES)):
        if at:
            pieces.append((rng.choice([" ", " ", " ", "\n", "\n\n"]), ""))
        if rng.random() < FILLED:
            pieces.append((filler.sentence(rng, language) + rng.choice([" ", " ", "\n"]), ""))
        pieces += filled(rng, rng.choice(known), language)
        if rng.random() < FILLED:
            pieces.append((rng.choice([" ", " ", ", ", "\n"]) + filler.sentence(rng, language), ""))
    return pieces


def filled(rng: Random, template: str, language: str) -> list[Piece]:
    """The pieces of one template."""
    text = template
    while match := CHOICE.search(text):
        text = text[: match.start()] + rng.choice(match.group(1).split("|")) + text[match.end() :]
    pieces: list[Piece] = []
    at = 0
    for slot in SLOT.finditer(text):
        pieces.append((text[at : slot.start()].replace("\\n", "\n"), ""))
        name = slot.group(1)
        plain = name in filler.STANDS_FOR and rng.random() < INSTEAD
        pieces += [(filler.instead(rng, language, name), "")] if plain else SLOTS[name](rng, language)
        at = slot.end()
    pieces.append((text[at:].replace("\\n", "\n"), ""))
    return pieces


def _noisy(rng: Random, pieces: list[Piece]) -> list[Piece]:
    """As people write: all small or all capital letters, without accents or full stops, with a slip of the finger."""
    form = rng.random()
    if form < 0.09:
        return [(text.lower(), kind) for text, kind in pieces]
    if form < 0.12:
        return [(text if kind in {"EMAIL_ADDRESS", "DOMAIN_NAME", "CRYPTO"} else text.upper(), kind) for text, kind in pieces]
    if form < 0.17:
        return [(text.lower() if kind in {"PERSON", "GPE", "ORGANIZATION", "STREET_ADDRESS", "NRP"} else text, kind) for text, kind in pieces]
    if form < 0.2:
        return [(text.upper() if kind in {"PERSON", "GPE", "ORGANIZATION"} else text, kind) for text, kind in pieces]
    if form < 0.25 and not pieces[-1][1]:
        return [*pieces[:-1], (pieces[-1][0].rstrip(".!? "), "")]
    if form < 0.31:
        return [(_slipped(rng, text) if not kind else text, kind) for text, kind in pieces]
    return pieces


def _slipped(rng: Random, text: str) -> str:
    """Two letters swapped, one lost, or a comma gone."""
    if len(text) < 6:
        return text
    at = rng.randrange(1, len(text) - 2)
    if not (text[at].isalpha() and text[at + 1].isalpha()):
        return text.replace(",", "", 1)
    return text[:at] + rng.choice([text[at + 1] + text[at], text[at], text[at] * 2 + text[at + 1]]) + text[at + 2 :]


def _joined(pieces: list[Piece]) -> tuple[str, list[Mark]]:
    text, marks = "", []
    for part, kind in pieces:
        if kind and part.strip():
            start = len(text) + len(part) - len(part.lstrip())
            marks.append((start, start + len(part.strip()), kind))
        text += part
    return text, marks
