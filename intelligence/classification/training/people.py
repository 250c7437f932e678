"""Names of people and places, known ones and composed ones that stand in no list."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from random import Random
from typing import Final

from intelligence.classification import dictionaries

CHAIN: Final = 3
"""Letters that decide the next one in a composed name."""
STREETS: Final = (
    "{n} {x} Street", "{n} {x} Ave", "{n} {x} Rd, Apt {m}", "{x}straße {n}", "{x}weg {n}", "{x}gasse {n}/{m}", "{n} rue {x}", "{n}, avenue de {x}",
    "Calle {x} {n}", "Av. {x} #{n}", "Calle {x} {n}, {m}º B", "Via {x} {n}", "Viale {x}, {n}", "Rua {x}, {n}", "Travessa {x} {n}", "ul. {x} {n}/{m}",
    "{x}straat {n}", "{x}laan {n}", "{x}gatan {n}", "{x}vägen {n} B", "{x}gade {n}, {m}. tv", "{x}veien {n}", "{x}katu {n} A {m}", "{x}tie {n}",
    "ulice {x} {n}", "{x} utca {n}.", "Str. {x} nr. {n}, bl. {m}", "{x} Caddesi No:{n}", "{x} Sokak {n}/{m}", "ул. {x}, д. {n}", "вул. {x}, {n}",
    "Jl. {x} No. {n}", "Jalan {x} {n}", "{n} đường {x}", "{n}/{m} {x} Road", "{n} {x} Nagar", "{x} iela {n}", "{x} g. {n}", "{x} tn {n}", "ulica {x} {n}",
    "{n} {x} Crescent", "Flat {m}, {n} {x} Lane", "P.O. Box {n}", "{n} {x} Drive",
)  # fmt: skip


@cache
def languages(kind: str) -> dict[str, list[str]]:
    """Language → its names as they are spelt."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (dictionaries.HERE / "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{kind} "):
            _, language, *names = line.split()
            found[language] += [name.title() if name.isascii() or name.islower() else name for name in names]
    return dict(found)


def name(kind: str, language: str, random: Random, unseen: float) -> str:
    known = languages(kind).get(language) or languages(kind)["en"]
    return composed(kind, language, random) if random.random() < unseen else random.choice(known)


def composed(kind: str, language: str, random: Random) -> str:
    """A name that sounds like the language's, letter after letter."""
    chain = _chain(kind, language if language in languages(kind) else "en")
    for _ in range(20):
        text = ""
        while len(text) < 14:
            char = random.choice(chain[text[-CHAIN + 1 :] if text else ""])
            if not char:
                break
            text += char
        if len(text) > 3 or not text.isascii():
            break
    return text[:1].upper() + text[1:]


@cache
def _chain(kind: str, language: str) -> dict[str, list[str]]:
    chain: dict[str, list[str]] = defaultdict(list)
    for word in languages(kind)[language]:
        text = ""
        for char in [*word.lower(), ""]:
            chain[text[-CHAIN + 1 :]].append(char)
            text += char
    return dict(chain)


def city(random: Random, unseen: float) -> str:
    if random.random() < unseen:
        ending = random.choice(sorted(dictionaries.words("place endings")))
        return f"{composed('last', random.choice(sorted(languages('last'))), random)}{ending}"[:30]
    return random.choice(_places()).title()


@cache
def _places() -> list[str]:
    return sorted(place for place in dictionaries.places() if place.isascii() and len(place) > 3)


def street(language: str, random: Random, unseen: float) -> str:
    return random.choice(STREETS).format(n=random.randint(1, 400), m=random.randint(1, 60), x=name("last", language, random, unseen))


def full_name(language: str, random: Random, unseen: float, style: int) -> str:
    first, last = name("first", language, random, unseen), name("last", language, random, unseen)
    return (f"{first} {last}", f"{last}, {first}", f"{first} {first[0]}. {last}", f"{last.upper()} {first}", f"{last} {first}")[style % 5]
