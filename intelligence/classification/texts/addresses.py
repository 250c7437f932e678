"""Streets and addresses in the ways of many countries, for the training texts."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from intelligence.classification.texts import names
from intelligence.classification.texts.lexicon import lexicon

ENGLISH: Final = lexicon("parts")["english"]
KINDS: Final = tuple(sorted(("en", "de", "fr", "es", "pt", "it", "nl", "north", "east", "far")))
"""Countries that write streets alike. In their forms: `{n}` house number, `{w}` a name, `{e}` an English ending, `{o}` an ordinal, `{s}` a small number, `{a}` a letter."""
UNITS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("Apt. {n}", "Suite {n}", "Apt {s}{a}", "Unit {s}", "Floor {s}", "Apt. {n}", "Suite {n}", "#{s}", "Flat {s}"),
    "de": ("Whg. {s}", "{s}. OG", "Hinterhaus", "Haus {s}", "c/o Büro {s}", "Etage {s}"),
    "fr": ("Appt {s}", "Bât. {a}", "Apt {n}", "Escalier {a}", "{s}e étage", "Résidence {s}"),
    "es": ("Piso {s}", "{s}º {a}", "Depto. {n}", "Bajo {a}", "Apto {n}", "Esc. {a}", "Oficina {n}"),
    "pt": ("Apto {n}", "{s}º andar", "Bloco {a}", "Sala {n}", "{s}º Esq.", "Casa {s}", "Apt. {n}"),
}
ORDINALS: Final = lexicon("parts")["ordinals"]
JOINS: Final = lexicon("parts")["joins"]


def _forms(kind: str) -> tuple[str, ...]:
    return lexicon("parts")[f"streets_{kind}"]


def street(rng: Random, language: str) -> str:
    """Street and house number, half of the time of another country."""
    kind = language if rng.random() < 0.5 else rng.choice(KINDS)
    if language == "en" and rng.random() < 0.05:
        return _special(rng)
    form = rng.choice(_forms(kind))
    if rng.random() < 0.08 and kind not in {"en", "far"}:
        form = form.replace(" {n}", "").replace(", nº {n}", "").replace(",", "").replace("{n} ", "")
    text = _filled(rng, form, kind)
    return text.lower() if rng.random() < 0.03 else text


def _special(rng: Random) -> str:
    """Field post, and corners of two streets."""
    if rng.random() < 0.5:
        front = rng.choice(
            [
                f"PSC {rng.randint(1, 9999):04}, Box {rng.randint(1, 9999):04}",
                f"Unit {rng.randint(1, 9999):04} Box {rng.randint(1, 9999):04}",
                f"USNS {names.titled(names.invented(rng))}",
            ]
        )
        return f"{front}{rng.choice([chr(10), ', ', ' '])}{rng.choice(['APO', 'FPO', 'DPO'])} {rng.choice(['AA', 'AE', 'AP'])} {rng.randint(0, 99999):05}"
    one, other = (_filled(rng, rng.choice(_forms(rng.choice(KINDS))), "en") for _ in range(2))
    return f"{rng.choice(['the corner of ', 'corner of ', 'the intersection of ', ''])}{one} and {other}"


def _filled(rng: Random, form: str, kind: str) -> str:
    filled = form
    makers: dict[str, Callable[[], str]] = {
        "{n}": lambda: str(rng.choice([rng.randint(1, 99), rng.randint(1, 99), rng.randint(100, 999), rng.randint(1000, 99999)])),
        "{s}": lambda: str(rng.randint(1, 40)),
        "{a}": lambda: rng.choice("abcdABCD"),
        "{e}": lambda: rng.choice(ENGLISH),
        "{o}": lambda: rng.choice(ORDINALS),
        "{w}": lambda: _name(rng, kind),
    }
    for slot, make in makers.items():
        while slot in filled:
            filled = filled.replace(slot, make(), 1)
    return filled


def _name(rng: Random, kind: str) -> str:
    form = rng.random()
    culture = {
        "north": rng.choice(["sv", "no", "da", "fi"]),
        "east": rng.choice(["pl", "hu", "cs", "hr", "lt"]),
        "far": rng.choice(["tr", "in", "id"]),
    }.get(kind, kind)
    if form < 0.3:
        return names.last(rng, culture)
    if form < 0.42:
        return names.first(rng, culture)
    if form < 0.6:
        return names.place(rng).split()[-1]
    if form < 0.75 and kind == "en":
        return rng.choice(JOINS).capitalize()
    return names.titled(names.accented(rng, names.invented(rng, None, (1, 3)), culture))


def unit(rng: Random, language: str) -> str:
    return _filled(rng, rng.choice(UNITS[language if rng.random() < 0.5 else "en"]), language)


def whole(rng: Random, language: str, code: str, country: str) -> str:
    """Street, town and often more, in one line or several, all one address."""
    front = f"{rng.randint(1, 99999)} " if rng.random() < 0.12 else ""
    line = front + street(rng, language)
    if rng.random() < 0.35:
        line += rng.choice([" ", ", ", " "]) + unit(rng, language)
    town = names.place(rng)
    if rng.random() < 0.1:
        town = town.upper()
    sign = rng.choice([", ", ", ", ", ", " ", "\n", "\n "])
    tail = rng.choice(
        [
            town, f"{code} {town}", f"{town} {code}", f"{town}{sign}{country} {code}", f"{town}{sign}{country}", f"{code} {town}{sign}{country}",
            f"{town}, {_region(rng)} {code}", f"{town} {_region(rng)}", f"{town}\n, {_region(rng)}\n {code}",
        ]
    )  # fmt: skip
    return line + sign + tail


def _region(rng: Random) -> str:
    return "".join(rng.choice("ABCDEFGHIJKLMNOPRSTUVWXYZ") for _ in range(2)) if rng.random() < 0.7 else names.place(rng)


def numbered(rng: Random, language: str) -> list[tuple[str, str]]:
    """A building's number before a street that has its own."""
    return [
        (f"{rng.randint(1, 99999):0{rng.randint(1, 5)}}", "STREET_ADDRESS"),
        (" ", ""),
        (street(rng, language).replace("\n", " "), "STREET_ADDRESS"),
    ]


def block(rng: Random, language: str, code: str, country: str) -> list[tuple[str, str]]:
    """The lines of an envelope, each with its own parts."""
    mark = rng.choice(["\n", "\n", "\n ", "\n  ", "\n> ", "\n>", "\n* ", "\n| ", "\n    "])
    pieces = numbered(rng, language) if rng.random() < 0.3 else [(street(rng, language).replace("\n", " "), "STREET_ADDRESS")]
    if rng.random() < 0.5:
        pieces += [(rng.choice([mark, mark, " "]), ""), (unit(rng, language), "STREET_ADDRESS")]
    town = names.place(rng)
    town = town.upper() if rng.random() < 0.25 else town
    forms: list[list[tuple[str, str]]] = [
        [(town, "GPE")],
        [(code, "ZIP_CODE"), (" ", ""), (town, "GPE")],
        [(town, "GPE"), (" ", ""), (code, "ZIP_CODE")],
        [(town, "GPE"), (", ", ""), (_region(rng), "GPE"), (" ", ""), (code, "ZIP_CODE")],
        [(code, "ZIP_CODE"), (mark, ""), (town, "GPE")],
        [(town, "GPE"), (mark, ""), (code, "ZIP_CODE")],
    ]
    pieces += [(mark, ""), *rng.choice(forms)]
    if rng.random() < 0.5:
        pieces += [(rng.choice([mark, mark, ", "]), ""), (country, "GPE")]
    return pieces
