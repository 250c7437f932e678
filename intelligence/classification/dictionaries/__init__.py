"""Word lists, read on first use: names of people by language, places, and closed lists by subject. All words are folded (`headers.fold`)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from intelligence.classification.headers import fold as fold

HERE: Final = Path(__file__).parent
INFLECTED: Final = ("", "s", "es", "d", "ed", "ing", "er")
"""Endings that a common English word may carry."""
APART: Final = re.compile(r"[\s\-'’.,·・]+")


@cache
def first_names() -> frozenset[str]:
    return _names("first") | _people()["first"]


@cache
def last_names() -> frozenset[str]:
    """Also the last word of names like `van den Berg`."""
    return _last_names() | _people()["last"]


@cache
def written_names() -> frozenset[str]:
    """All names of the lists by language."""
    return _names("first") | _last_names()


def is_written(kind: str, folded: str) -> bool:
    """Whether a name stands in the lists by language, and not only among the many of a census."""
    return folded in (_names("first") if kind == "first" else _last_names())


@cache
def _last_names() -> frozenset[str]:
    names = _names("last")
    return names | {name.split()[-1] for name in names if " " in name}


@cache
def _people() -> dict[str, frozenset[str]]:
    """The many names of people.txt that generate.py writes."""
    lines = (HERE / "people.txt").read_text(encoding="utf-8").splitlines()
    return {kind: frozenset(rest.split(",")) for kind, _, rest in (line.partition(": ") for line in lines)}


@cache
def places() -> frozenset[str]:
    return frozenset((HERE / "places.txt").read_text(encoding="utf-8").split("\n"))


@cache
def words(subject: str) -> frozenset[str]:
    """One of the closed lists of words.txt; `KeyError` for an unknown subject."""
    return _subjects()[subject]


@cache
def endings(subject: str) -> tuple[str, ...]:
    """The same as a tuple, for `str.endswith`."""
    return tuple(sorted(words(subject)))


def parts(folded: str) -> list[str]:
    """The words of a folded text, hyphens, apostrophes and dots apart."""
    return [part for part in APART.split(folded) if part]


@lru_cache(maxsize=20_000)
def is_common(folded: str) -> bool:
    """Whether the word belongs to business, software or everyday language and is nobody's name."""
    if folded in _names("first") or folded in _last_names():
        return False
    known = words("common")
    return any(folded.endswith(ending) and folded[: len(folded) - len(ending)] in known for ending in INFLECTED)


@cache
def _names(kind: str) -> frozenset[str]:
    found: set[str] = set()
    for line in (HERE / "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{kind} "):
            found.update(fold(word.replace("-", " ")) for word in line.split()[2:])
    return frozenset(found)


@cache
def _subjects() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in (HERE / "words.txt").read_text(encoding="utf-8").splitlines():
        subject, _, rest = line.partition(":")
        if rest and not line.startswith("#"):
            found[subject] = found.get(subject, frozenset()) | frozenset(fold(word.strip()) for word in rest.split(","))
    for line in (HERE / "cldr.txt").read_text(encoding="utf-8").splitlines():
        subject, _, rest = line.partition(": ")
        found[subject] |= frozenset(rest.split(","))
    return found
