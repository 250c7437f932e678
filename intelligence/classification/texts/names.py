"""Names of people and invented words for the training texts: from our own dictionary, and made of syllables so that a model learns shape and context."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Final

from intelligence.classification import dictionaries
from intelligence.classification.texts.lexicon import lexicon

ACCENTS: Final[dict[str, dict[str, str]]] = {
    "de": {"a": "ä", "o": "ö", "u": "ü"},
    "fr": {"e": "é", "a": "â", "i": "ï", "c": "ç"},
    "es": {"a": "á", "e": "é", "i": "í", "o": "ó", "n": "ñ"},
    "pt": {"a": "ã", "e": "ê", "o": "ô", "c": "ç", "i": "í"},
    "it": {"o": "ò", "a": "à"},
    "nl": {"e": "ë"},
    "pl": {"l": "ł", "s": "ś", "z": "ż", "n": "ń", "e": "ę", "o": "ó"},
    "sv": {"a": "å", "o": "ö"},
    "no": {"o": "ø", "a": "å"},
    "da": {"o": "ø", "e": "æ"},
    "fi": {"a": "ä", "o": "ö"},
    "cs": {"a": "á", "r": "ř", "s": "š", "c": "č", "y": "ý", "e": "ě", "z": "ž"},
    "hu": {"a": "á", "e": "é", "o": "ö", "u": "ü"},
    "ro": {"a": "ă", "s": "ș", "t": "ț"},
    "tr": {"s": "ş", "c": "ç", "g": "ğ", "u": "ü", "i": "ı"},
    "hr": {"c": "ć", "z": "ž", "s": "š"},
    "lt": {"s": "š", "e": "ė", "u": "ū"},
    "sl": {"c": "č", "z": "ž", "s": "š"},
    "is": {"a": "á", "d": "ð", "o": "ó"},
    "vi": {"a": "ạ", "e": "ế", "o": "ồ"},
}
ONSETS: Final = lexicon("parts")["onsets"]
NUCLEI: Final = ["a", "e", "i", "o", "u", "a", "e", "i", "o", "a", "e", "i", "ai", "au", "ei", "ie", "oa", "ou", "io", "ia", "y", "ee", "oo", "aa"]
CODAS: Final = ["", "", "", "", "n", "r", "l", "s", "t", "m", "k", "nd", "rt", "ck", "ng", "rg", "sk", "x", "lt", "rs", "nn", "ll", "tz"]
SIMPLE: Final = lexicon("parts")["simple"]
FIRST_ENDINGS: Final = lexicon("parts")["first_endings"]
LAST_ENDINGS: Final = lexicon("parts")["last_endings"]
PARTICLES: Final[dict[str, tuple[str, ...]]] = {
    "de": ("von", "von der", "zu"),
    "nl": ("van", "van der", "van den", "de", "ter"),
    "fr": ("de", "de la", "du", "d'", "le"),
    "es": ("de", "de la", "del", "de los"),
    "pt": ("da", "dos", "de", "do"),
    "it": ("di", "della", "de", "lo"),
    "en": ("Mc", "O'", "Mac", "St."),
    "ar": ("al-", "bin", "el", "Abu"),
    "he": ("ben", "bat"),
}
NATIVE: Final[dict[str, str]] = {"de": "de", "fr": "fr", "es": "es", "pt": "pt", "en": "en"}


@cache
def _lines() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for line in (dictionaries.HERE / "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(("first ", "last ")):
            kind, language, *names = line.split()
            found[kind, language] = found.get((kind, language), ()) + tuple(name for name in names if name[0] < "ɐ")
    return {key: names for key, names in found.items() if names}


@cache
def _cultures(kind: str) -> tuple[str, ...]:
    return tuple(sorted(language for one, language in _lines() if one == kind))


@cache
def _place_list() -> tuple[str, ...]:
    return tuple(sorted(name for name in dictionaries.places() if 3 <= len(name) <= 28 and name[0] < "ɐ"))


def culture(rng: Random, language: str) -> str:
    """Mostly the text's own language: people move."""
    return NATIVE.get(language, language) if rng.random() < 0.4 else rng.choice(_cultures("first"))


def accented(rng: Random, word: str, of: str, chance: float = 0.25) -> str:
    """With letters of that language where our dictionary has folded them away."""
    letters = ACCENTS.get(of)
    if not letters or rng.random() > chance * 2:
        return word
    return "".join(letters[char] if char in letters and rng.random() < chance else char for char in word)


def invented(rng: Random, endings: Sequence[str] | None = None, syllables: tuple[int, int] = (1, 3)) -> str:
    """A word that nobody has heard, in lower case."""
    count = rng.randint(*syllables)
    stem = "".join(
        (rng.choice(ONSETS) if at or rng.random() < 0.8 else "") + rng.choice(NUCLEI) + (rng.choice(CODAS) if rng.random() < 0.5 else "")
        for at in range(count)
    )
    return stem + (rng.choice(endings) if endings else "")


def plain(rng: Random, ending: str) -> str:
    """A word that could be an ordinary one, in lower case."""
    return "".join(rng.choice(SIMPLE) + rng.choice("aaeeiioou") + rng.choice(["", "", "n", "r", "l", "s"]) for _ in range(rng.randint(1, 2))) + ending


def titled(word: str) -> str:
    """`de-jong` → `De Jong`, `mary-jane` → `Mary-Jane`, `o'neil` → `O'Neil`."""
    return "".join(part.capitalize() if not (at and before in "’'" and len(part) < 2) else part for at, (before, part) in enumerate(_parts(word)))


def _parts(word: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    current, before = "", ""
    for char in word:
        if char in " -'’":
            found += [(before, current), (before, char)]
            current, before = "", char
        else:
            current += char
    return [*found, (before, current)]


def first(rng: Random, of: str) -> str:
    if rng.random() < 0.35:
        return titled(accented(rng, invented(rng, FIRST_ENDINGS, (1, 2)), rng.choice(sorted(ACCENTS))))
    known = _lines().get(("first", of)) or _lines()["first", "en"]
    name = titled(accented(rng, rng.choice(known), of))
    if rng.random() < 0.05:
        name += rng.choice(["-", " "]) + titled(rng.choice(known))
    return name


def last(rng: Random, of: str) -> str:
    if rng.random() < 0.4:
        name = titled(accented(rng, invented(rng, LAST_ENDINGS, (1, 2)), rng.choice(sorted(ACCENTS))))
    else:
        known = rng.choice(_lines().get(("last", of)) or _lines()["last", "en"])
        inner = known.split("-")
        if len(inner) > 1 and inner[0] in {"de", "van", "von", "der", "di", "del", "da", "la", "ter"}:
            name = " ".join(part if part in {"de", "van", "der", "den", "di", "la"} else titled(part) for part in inner)
        else:
            name = titled(accented(rng, known, of))
    if rng.random() < 0.07 and of in PARTICLES:
        particle = rng.choice(PARTICLES[of])
        name = f"{particle}{'' if particle[-1] in chr(39) + '-c' else ' '}{name}"
    return name


def person(rng: Random, language: str) -> str:
    """A name as people write it: whole, in parts, turned round, with initials or a suffix."""
    of = culture(rng, language)
    form = rng.random()
    if form < 0.12:
        return first(rng, of)
    if form < 0.2:
        return last(rng, of)
    given, family = first(rng, of), last(rng, of)
    if form < 0.24:
        return f"{given[0]}. {family}"
    if form < 0.27:
        return f"{family}, {given}"
    if form < 0.33:
        return f"{given} {rng.choice('ABCDEFGHJKLMNPRSTVW')}{rng.choice(['.', '.', ''])} {family}"
    if form < 0.37:
        return f"{given} {first(rng, of)} {family}"
    if form < 0.43 and of in {"es", "pt", "mx"}:
        return f"{given} {family} {rng.choice(['', '', 'y ', 'e '])}{last(rng, of)}"
    if form < 0.45:
        return f"{given} {family}-{last(rng, of)}"
    if form < 0.47:
        return f"{given} {family} {rng.choice(['Jr.', 'Jr', 'Sr.', 'II', 'III', 'IV', 'PhD', 'MD'])}"
    if form < 0.48:
        return f"{given[0]}.{rng.choice('ABCEFGHJKLMNPRST')}. {family}"
    if form < 0.5:
        return f"{family} {given}"
    return f"{given} {family}"


def place(rng: Random) -> str:
    """A town, from the list of places or invented."""
    if rng.random() < 0.6:
        return titled(accented(rng, rng.choice(_place_list()), rng.choice(sorted(ACCENTS)), 0.12))
    name = titled(accented(rng, invented(rng, lexicon("parts")["place_endings"], (1, 2)), rng.choice(sorted(ACCENTS))))
    if rng.random() < 0.15:
        front = [
            "San",
            "Santa",
            "St.",
            "Bad",
            "Saint",
            "New",
            "Port",
            "Villa",
            "São",
            "Los",
            "La",
            "El",
            "Le",
            "Sankt",
            "Lower",
            "North",
            "Great",
            "Sainte",
        ]
        name = f"{rng.choice(front)} {name}"
    elif rng.random() < 0.08:
        name += " " + rng.choice(
            ["am Main", "an der Elz", "upon Ley", "de la Sierra", "do Norte", "sul Naro", "en Vey", "Beach", "Heights", "Falls", "Springs", "Bay"]
        )
    return name
