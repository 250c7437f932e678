"""All recognizers of this process, and the one RE2 set that matches a value against all their patterns in a single pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import re2

from governance.core.errors import ConfigurationError
from intelligence.classification.recognizers.base import Recognizer, recognizers

MEMORY: Final = 256 << 20
"""Bytes that the lazily built automaton may take; with too few RE2 starts over again and again."""
MOST_SPACES: Final = 14
"""Values with more spaces are texts and match no whole-value pattern."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Recognizers by name. `matched` are those with a pattern in the order of the set, `others` look at the values themselves."""

    all: dict[str, Recognizer]
    matched: list[str]
    others: list[str]
    automaton: Any

    def matches(self, values: Iterable[str]) -> dict[str, list[str]]:
        """Recognizer → the values that its pattern matches."""
        found: dict[int, list[str]] = {}
        match = self.automaton.Match
        for value in values:
            if len(value) > 80 and value.count(" ") > MOST_SPACES:
                continue
            for index in match(value.encode("utf-8", "replace")) or ():
                if index in found:
                    found[index].append(value)
                else:
                    found[index] = [value]
        return {self.matched[index]: hits for index, hits in found.items()}


@cache
def catalogue() -> Catalogue:
    """Built on first use; a plugin that cannot be imported is left out."""
    known: dict[str, Recognizer] = {}
    for name in recognizers:
        try:
            known[name] = recognizers.get(name)()
        except ConfigurationError:
            continue
    matched = [name for name, recognizer in known.items() if recognizer.pattern]
    return Catalogue(known, matched, [name for name in known if name not in set(matched)], automaton_of(known[name].pattern for name in matched))


def automaton_of(patterns: Iterable[str]) -> Any:
    """One RE2 set that tells of a value which of the patterns it matches as a whole."""
    options = re2.Options()
    options.max_mem = MEMORY
    options.never_capture = True
    found = re2.Set.FullMatchSet(options)
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


@cache
def finders() -> Sequence[tuple[Recognizer, Any]]:
    """Recognizers that also find their entity inside a text, with the compiled expression."""
    options = re2.Options()
    options.max_mem = MEMORY // 8
    return [(recognizer, re2.compile(recognizer.in_text, options)) for recognizer in catalogue().all.values() if recognizer.in_text]
