"""Makes an expression out of examples: what all of them share stays as it is, what differs becomes classes of characters with their lengths.

Raw examples are not part of the result, so nothing sensitive has to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import re2

from governance.core.errors import InvalidInput
from intelligence.classification.checksums import CHECKSUMS

FEWEST: Final = 3
MOST: Final = 1_000
MOST_FORMS: Final = 6
"""Different forms that become alternatives; with more the examples have nothing in common."""
CLASSES: Final = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]", "L": r"\pL"}


@dataclass(frozen=True, slots=True)
class Derived:
    """An RE2 expression for whole values, the checksum that every example passes (empty: none), and what it was made from, in words."""

    pattern: str
    check: str = ""
    detail: str = ""
    forms: list[str] = field(default_factory=list)


def derive(examples: Sequence[str], counter_examples: Sequence[str] = ()) -> Derived:
    """InvalidInput says what to change: too few examples, nothing in common, or a counter-example that would fit as well."""
    kept = list(dict.fromkeys(text.strip() for text in examples if text.strip()))
    if not FEWEST <= len(kept) <= MOST:
        raise _wrong(f"Give {FEWEST} to {MOST:,} different examples, one a line; these are {len(kept)}.")
    forms: dict[tuple[str, ...], list[list[str]]] = {}
    for text in kept:
        runs = [(kind, "".join(chars)) for kind, chars in groupby(text, _kind)]
        forms.setdefault(tuple(kind for kind, _ in runs), []).append([run for _, run in runs])
    if len(forms) > MOST_FORMS:
        raise _wrong(
            f"These examples have {len(forms)} different forms, so a pattern would fit nearly anything. Give those of one form, or use a list of words."
        )
    patterns = [_pattern(kinds, rows) for kinds, rows in sorted(forms.items(), key=lambda pair: -len(pair[1]))]
    pattern = patterns[0] if len(patterns) == 1 else "(?:" + "|".join(patterns) + ")"
    fits = re2.compile(pattern).fullmatch
    also = next((text.strip() for text in counter_examples if text.strip() and fits(text.strip())), None)
    check = next((name for name, one in CHECKSUMS.items() if all(map(one.is_valid, kept))), "")
    if also is not None and (not check or CHECKSUMS[check].is_valid(also)):
        raise _wrong(
            "One of the counter-examples has the same form as the examples. Give examples that differ more from it, or a pattern of your own."
        )
    words = f"from {len(kept)} examples in {len(forms)} form{'' if len(forms) == 1 else 's'}"
    return Derived(pattern, check, f"{words}; all of them pass {CHECKSUMS[check].title}" if check else words, patterns)


def _pattern(kinds: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """One form: for each run of characters the text that all share, or its class with the lengths seen."""
    parts = []
    for at, kind in enumerate(kinds):
        seen = [row[at] for row in rows]
        if len(set(seen)) == 1 and (len(rows) >= FEWEST or kind not in CLASSES):
            parts.append(re.escape(seen[0]) if seen[0].isascii() else re2.escape(seen[0]))
            continue
        shortest, longest = min(map(len, seen)), max(map(len, seen))
        unit = CLASSES.get(kind) or re.escape(kind)
        parts.append(unit if shortest == longest == 1 else f"{unit}{{{shortest}}}" if shortest == longest else f"{unit}{{{shortest},{longest}}}")
    return "".join(parts)


def _kind(char: str) -> str:
    """A class of characters, or the character itself."""
    if char.isascii():
        return "9" if char.isdigit() else "A" if char.isupper() else "a" if char.islower() else char
    return "L" if char.isalpha() else char


def _wrong(detail: str) -> InvalidInput:
    return InvalidInput(detail, errors={"examples": [detail]})
