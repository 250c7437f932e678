"""Partial masks that keep a value's shape and give nothing away, and the shape itself."""

from __future__ import annotations

from typing import Final

DOT: Final = "•"
LONGEST: Final = 48
"""Characters of a masked value that are kept."""

HIDDEN: Final = frozenset(
    {"secret", "gender", "religion", "ethnicity", "age", "date_of_birth", "medical_code", "geo_coordinate", "free_text_pii", "us_ssn"}
)
"""Families of which even one character tells too much."""
TAILS: Final[dict[str, int]] = {"credit_card": 4, "phone": 2, "iban": 2, "imei": 2, "vin": 2}
"""Characters at the end that people use to recognise a value of their own."""


def mask_value(value: str, family: str | None) -> str:
    """Letters and digits become dots, separators stay; at most the first and the last character survive, or the customary tail of a number."""
    text = value.strip()
    cut = text[:LONGEST]
    more = "…" if len(text) > LONGEST else ""
    if family in HIDDEN:
        return (DOT * 8 if family == "secret" else _dots(cut)) + more
    if family == "email" and "@" in cut and not more:
        return _email(cut)
    letters = [at for at, char in enumerate(cut) if char.isalnum()]
    if family in TAILS:
        tail = TAILS[family] if len(letters) > 2 * TAILS[family] and not more else 0
        return _dots(cut, keep=set(letters[len(letters) - tail :] if tail else [])) + more
    keep = set(letters[:1]) if len(letters) > 3 else set()
    if len(letters) > 6 and not more:
        keep.add(letters[-1])
    return _dots(cut, keep) + more


def shape(value: str) -> str:
    """`Anna 1980` → `Aaaa 9999`: upper case A, lower case a, other letters x, digits 9, the rest as it is; cut like a mask."""
    return value[:LONGEST].translate(_KINDS) + ("…" if len(value) > LONGEST else "")


def _kind(char: str) -> str:
    if char.isdigit():
        return "9"
    if char.isupper():
        return "A"
    if char.islower():
        return "a"
    return "x" if char.isalpha() else char


class _Kinds(dict[int, str]):
    """Letter → its kind, found out once."""

    def __missing__(self, code: int) -> str:
        self[code] = _kind(chr(code))
        return self[code]


_KINDS: Final = _Kinds()


def _dots(text: str, keep: set[int] | None = None) -> str:
    kept = keep or set()
    return "".join(char if at in kept or _is_separator(char) else DOT for at, char in enumerate(text))


def _is_separator(char: str) -> bool:
    """Only plain punctuation stays: a combining mark or a lone surrogate can be part of a word."""
    return char.isspace() or (char.isascii() and not char.isalnum() and char.isprintable())


def _email(text: str) -> str:
    local, _, domain = text.rpartition("@")
    ending = domain.rpartition(".")[2]
    first = local[:1] if len(local) > 1 and local[:1].isalnum() else DOT
    return f"{first}{DOT * 3}@{DOT * 3}.{ending if ending.isalpha() and len(ending) <= 4 else DOT * 3}"
