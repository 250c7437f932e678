"""Labelled tables: families in many formats under clear, abbreviated, foreign, missing or lying headers, spoilt as real columns are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from intelligence.classification import Column, vocabulary
from intelligence.classification.families import FAMILIES
from intelligence.classification.training import people, values

ABSENT: Final = (None, "", "n/a", "-", "unknown")
HIDDEN: Final = ("", "c{n}", "col_{n}", "Unnamed: {n}", "field{n}", "X{n}", "{n}", "attr_{n}")
TABLES: Final = ("", "", "", "customers", "orders", "export", "t_{n}", "kunden", "employees", "readings")
BENIGN: Final = 0.55
"""Share of columns that are not sensitive."""
MODES: Final = (("clear", 0.4), ("abbreviated", 0.1), ("missing", 0.27), ("lying", 0.1), ("foreign", 0.13))


@dataclass(frozen=True, slots=True)
class Labelled:
    """One table: its columns, the truth of each, the header's mode, and the recognizers that drew the values."""

    columns: list[Column]
    labels: list[str]
    modes: list[str]
    drawn_by: list[str]


def tables(count: int, seed: int, languages: frozenset[str]) -> Iterator[Labelled]:
    """The same tables for the same seed; names are those of the languages given."""
    for at in range(count):
        yield _table(Random(f"{seed} {at}"), seed, sorted(languages), at)


def languages() -> frozenset[str]:
    return frozenset(people.languages("first")) & frozenset(people.languages("last"))


def _table(random: Random, seed: int, known: list[str], at: int) -> Labelled:
    rows, table, language = random.choice((6, 15, 30, 60, 120)), random.choice(TABLES).format(n=at), random.choice(known)
    found = Labelled([], [], [], [])
    # Half of the tables hold one benign column after another, as those of machines do.
    benign = BENIGN if random.random() < 0.8 else 0.95
    for position in range(random.randint(2, 9)):
        label = "none" if random.random() < benign else random.choice(sorted(FAMILIES))
        if label == "none":
            draw, name = values.benign(random), ""
        else:
            draw, name = values.positive(label, language, random, random.choice((0.0, 0.3, 0.6, 0.9)), seed)
        drawn = [str(draw()) for _ in range(max(2, round(rows * random.choice((1, 1, 0.3)))))]
        header, mode = _header(label, random, position)
        found.columns.append(Column(header, _spoilt([random.choice(drawn) for _ in range(rows)], random), table=table, position=position))
        found.labels.append(label)
        found.modes.append(mode)
        found.drawn_by.append(name)
    return found


def _spoilt(texts: list[str], random: Random) -> list[object]:
    nulls, dirt, case = random.choice((0, 0, 0.1, 0.4)), random.choice((0, 0, 0.03)), random.choice((str, str, str, str.upper, str.lower))
    padded = random.random() < 0.1
    drawn = [case(text) if any(char.isalpha() for char in text) and " " in text and len(text) < 40 else text for text in texts]
    return [
        random.choice(ABSENT) if random.random() < nulls else "see note" if random.random() < dirt else f" {text} " if padded else text
        for text in drawn
    ]


def _header(label: str, random: Random, position: int) -> tuple[str, str]:
    mode = random.choices([mode for mode, _ in MODES], [share for _, share in MODES])[0]
    if mode == "missing":
        return random.choice(HIDDEN).format(n=position), mode
    if mode == "foreign":
        return people.composed("last", random.choice(("fi", "hu", "tr", "id")), random).lower(), mode
    own = random.choice(_said(label) if label != "none" else _said_of_things())
    if mode == "lying":
        return random.choice(_said_of_things()), mode
    if label == "none" and random.random() < 0.06:
        own = f"{random.choice(_said(random.choice(sorted(FAMILIES))))} {random.choice(('template', 'count', 'status', 'type', 'id'))}"
    words = own.split()
    if mode == "abbreviated":
        words = [word[:1] + "".join(char for char in word[1:] if char not in "aeiou") for word in words]
    joined = random.choice(("_".join, " ".join, lambda parts: "".join(part.title() for part in parts)))(words)
    return (joined.upper() if random.random() < 0.15 else joined), mode


@cache
def _said(family: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in vocabulary.STRONG[family].split(",") if phrase.strip()] or ["text"]


@cache
def _said_of_things() -> list[str]:
    return [" ".join(phrase.split()) for phrase in vocabulary.BENIGN.split(",")]
