"""The words of each language that the training texts are made of; see `language/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Final

HERE: Final = Path(__file__).parent / "language"
LANGUAGES: Final = ("en", "de", "fr", "es", "pt")


@cache
def lexicon(language: str) -> dict[str, tuple[str, ...]]:
    """Subject → phrases of that language; a line with semicolons is parted by them, as its phrases hold commas."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (HERE / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        subject, _, rest = line.partition(": ")
        if rest and not line.startswith("#"):
            found[subject] = tuple(phrase.strip() for phrase in rest.split(";" if ";" in rest else ","))
    return found


def pick(rng: Random, language: str, subject: str) -> str:
    return rng.choice(lexicon(language)[subject])
