"""Recognizers of a rule set: a pattern for whole values, a list of words, or an expression on the header."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import re2

from intelligence.classification.decision import Candidate
from intelligence.classification.headers import fold, tokens
from intelligence.classification.preparation import Facts, Prepared
from intelligence.classification.settings import CustomRecognizer
from intelligence.classification.types import Evidence

SHARE: Final = 0.6
CONTEXT: Final = 2.0
"""Log-odds that a context word in the header or the table's name adds."""


def candidates(prepared: Prepared, facts: Facts, own: tuple[CustomRecognizer, ...]) -> list[Candidate]:
    """One candidate for each recognizer that applies to the column."""
    found: list[Candidate] = []
    for recognizer in own:
        applied = _by_name(recognizer, prepared) if recognizer.kind == "field_name" else _by_value(recognizer, facts)
        if applied is None:
            continue
        evidence, examples = applied
        context = _context(recognizer, prepared)
        found.append(Candidate(recognizer.entity, recognizer.family, [evidence] if context is None else [evidence, context], examples))
    return found


def _by_name(recognizer: CustomRecognizer, prepared: Prepared) -> tuple[Evidence, list[str]] | None:
    if not _compiled(recognizer.pattern).search(prepared.column.name):
        return None
    detail = f"the header matches the rule “{recognizer.name}”"
    return Evidence(recognizer.name, 0, 0, detail, recognizer.weight), prepared.texts[:3]


def _by_value(recognizer: CustomRecognizer, facts: Facts) -> tuple[Evidence, list[str]] | None:
    looked = len(facts.texts)
    if not looked:
        return None
    if recognizer.kind == "regex":
        fits = _compiled(recognizer.pattern).fullmatch
        matches = [text for text in facts.texts if fits(text)]
    else:
        known = _folded(recognizer.words)
        looked = len(facts.few)
        matches = [text for text, folded in zip(facts.few, facts.folded, strict=True) if folded in known]
    share = len(matches) / looked
    if share < SHARE:
        return None
    detail = f"{len(matches):,} of {looked:,} distinct values match the rule “{recognizer.name}”"
    return Evidence(recognizer.name, len(matches), looked, detail, recognizer.weight * share), matches[:3]


def _context(recognizer: CustomRecognizer, prepared: Prepared) -> Evidence | None:
    words = {*tokens(prepared.column.name), *tokens(prepared.column.table)}
    near = next((word for word in recognizer.context if fold(word) in words), None)
    return None if near is None else Evidence("context", 0, 0, f"“{near}” stands in the name of the column or the table", CONTEXT)


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


@lru_cache(maxsize=50)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, words))
