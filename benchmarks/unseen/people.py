"""Persons of a country, composed from the words and formats that the locale files beside this module hold."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from benchmarks.unseen.identifiers import PERSONS, letters, pattern

DOMAINS = [
    "posta.example",
    "mejl.example",
    "firma.example",
    "correo.example",
    "inbox.example",
    "outlook.com",
    "protonmail.com",
    "gmx.net",
    "seznam.cz",
    "naver.com",
    "telia.com",
]
PLAIN = str.maketrans("ıøłđðæœßŁØĐ", "ioldda" + "osLOD")


@dataclass(frozen=True)
class Locale:
    """The words of one country: fields are lists, `heads` the local headers by family."""

    name: str
    words: dict[str, list[str]]
    heads: dict[str, list[str]] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        return key in self.words

    def pick(self, draw: random.Random, key: str) -> str:
        return draw.choice(self.words[key])


def read(path: Path) -> list[Locale]:
    locales: list[Locale] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            locales.append(Locale(line.strip("[] "), {}, {}))
        elif line.startswith("h: "):
            locales[-1].heads.update((key, values.split("|")) for key, values in (pair.split("=", 1) for pair in line[3:].split()))
        elif line:
            key, _, text = line.partition(":")
            locales[-1].words[key] = _values(key, text.strip())
    return locales


def _values(key: str, text: str) -> list[str]:
    if key in {"first", "last", "gender", "ethnicity"} and "|" not in text:
        return text.split()
    parts = text.split("|")
    if key in {"city", "religion", "ethnicity"} and len(parts) > 1:
        # A part of several words is one name when the list is written with bars, except for the longer runs of single words.
        return [word for part in parts for word in ([part] if len(part.split()) <= 2 else part.split())]
    return text.split() if key in {"city", "religion"} else parts


def person(locale: Locale, draw: random.Random) -> tuple[str, str]:
    last = locale.pick(draw, "last")
    if locale.has("double"):
        last = f"{last} {locale.pick(draw, 'last')}"
    return locale.pick(draw, "first"), last


def full_name(locale: Locale, draw: random.Random, style: int = 0) -> str:
    """First and last name as the country writes them; style 1 turns them with a comma, 2 shouts the last name."""
    first, last = person(locale, draw)
    if locale.has("order"):
        return ("" if locale.has("glue") else " ").join((last, first))
    return (f"{first} {last}", f"{last}, {first}", f"{last.upper()} {first}")[style]


def plain(text: str) -> str:
    """Letters of the Latin alphabet only."""
    bare = unicodedata.normalize("NFKD", text.translate(PLAIN).replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in bare.lower() if "a" <= sign <= "z" or sign == " ")


def handle(locale: Locale, draw: random.Random) -> str:
    """A login name; where the country does not write in Latin letters it is composed of syllables."""
    first, last = (plain(word).split(" ")[0] for word in person(locale, draw))
    if len(first) < 2 or len(last) < 2:
        first, last = syllables(draw, 2), syllables(draw, 3)
    year = draw.randint(55, 99)
    return draw.choice(
        [
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}{year}",
            f"{last}_{first[0]}",
            f"{first}-{last[:3]}",
            f"{last[:4]}{first[:2]}{draw.randint(1, 9)}",
            f"{first}_{year}",
        ]
    )


def syllables(draw: random.Random, count: int) -> str:
    return "".join(letters(draw, 1, "bdghjklmnprstvy") + letters(draw, 1, "aeiou") for _ in range(count))


def email(locale: Locale, draw: random.Random) -> str:
    domain = draw.choice([*DOMAINS, f"{draw.choice(['kontor', 'uni', 'stad', 'atelier'])}.{locale.name[-2:].lower()}"])
    return f"{handle(locale, draw)}@{domain}"


def street(locale: Locale, draw: random.Random) -> str:
    return locale.pick(draw, "addr").format(s=locale.pick(draw, "street"), n=draw.randint(1, 180), d=draw.randint(1, 9))


def shape(locale: Locale, key: str, draw: random.Random) -> str:
    return pattern(draw, locale.pick(draw, key))


def identity(locale: Locale, draw: random.Random) -> str:
    """A person's national number."""
    kind = locale.words["ids"][0]
    return PERSONS[kind](draw) if kind in PERSONS else pattern(draw, kind)


def born(draw: random.Random) -> date:
    return date(1938, 1, 1) + timedelta(days=draw.randrange(25_000))


def note(locale: Locale, draw: random.Random) -> str:
    return locale.pick(draw, "notes").format(
        p=full_name(locale, draw), t=shape(locale, "phone", draw), a=street(locale, draw), i=identity(locale, draw), e=email(locale, draw)
    )
