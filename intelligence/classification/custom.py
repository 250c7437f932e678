"""Recognizers of a rule set: a pattern for whole values, a list of words, or an expression on the header."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from intelligence.classification.checksums import CHECKSUMS
from intelligence.classification.decision import Candidate
from intelligence.classification.expressions import compiled
from intelligence.classification.headers import fold, tokens
from intelligence.classification.preparation import Facts, Prepared, prepare
from intelligence.classification.settings import CustomRecognizer, Settings
from intelligence.classification.types import Column, Evidence

SHARE: Final = 0.6
MISSES: Final = 3
CONTEXT: Final = 2.0
"""Log-odds that a context word in the header or the table's name adds."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one recognizer says of pasted values; `misses` are some that do not fit, as they were pasted."""

    name: str
    entity: str
    is_hit: bool
    detail: str
    matched: int = 0
    looked: int = 0
    misses: list[str] = field(default_factory=list)


def candidates(prepared: Prepared, facts: Facts, own: tuple[CustomRecognizer, ...]) -> list[Candidate]:
    """One candidate for each recognizer that applies to the column."""
    found: list[Candidate] = []
    for recognizer in own:
        if not recognizer.is_enabled:
            continue
        applied = _by_name(recognizer, prepared) if recognizer.kind == "field_name" else _by_value(recognizer, facts)
        if applied is None:
            continue
        evidence, examples = applied
        context = _context(recognizer, prepared)
        found.append(Candidate(recognizer.entity, recognizer.family, [evidence] if context is None else [evidence, context], examples))
    return found


def trials(column: Column, settings: Settings) -> list[Trial]:
    """What each recognizer of a rule set says of a column, those that say nothing included, in order."""
    prepared = prepare(column)
    facts = Facts(prepared)
    return [_trial(one, prepared, facts, settings) for one in settings.custom]


def _trial(own: CustomRecognizer, prepared: Prepared, facts: Facts, settings: Settings) -> Trial:
    if not own.is_enabled:
        return Trial(own.name, own.entity, False, "It is switched off.")
    if {own.entity, own.family} & settings.disabled:
        return Trial(own.name, own.entity, False, "What it finds is switched off in this rule set.")
    context = _context(own, prepared)
    extra = "" if context is None else f" It counts more, since {context.detail}."
    if own.kind == "field_name":
        is_hit = _compiled(own.pattern).search(prepared.column.name) is not None
        return Trial(own.name, own.entity, is_hit, f"The column's name {'fits' if is_hit else 'does not fit'}.{extra if is_hit else ''}")
    matches, others = _sorted_out(own, facts)
    looked = len(matches) + len(others)
    is_hit = looked > 0 and len(matches) / looked >= SHARE
    needed = "" if is_hit else f" At least {SHARE * 100:.0f} % of them must fit."
    detail = f"{len(matches):,} of {looked:,} distinct values fit.{needed}{extra if is_hit else ''}"
    return Trial(own.name, own.entity, is_hit, detail, len(matches), looked, others[:MISSES])


def _by_name(recognizer: CustomRecognizer, prepared: Prepared) -> tuple[Evidence, list[str]] | None:
    if not _compiled(recognizer.pattern).search(prepared.column.name):
        return None
    detail = f"the header matches the rule “{recognizer.name}”"
    return Evidence(recognizer.name, 0, 0, detail, recognizer.weight, True), prepared.texts[:3]


def _by_value(recognizer: CustomRecognizer, facts: Facts) -> tuple[Evidence, list[str]] | None:
    matches, others = _sorted_out(recognizer, facts)
    looked = len(matches) + len(others)
    if not looked or len(matches) / looked < SHARE:
        return None
    share = len(matches) / looked
    detail = f"{len(matches):,} of {looked:,} distinct values match the rule “{recognizer.name}”"
    return Evidence(recognizer.name, len(matches), looked, detail, recognizer.weight * share, True), matches[:3]


def _sorted_out(recognizer: CustomRecognizer, facts: Facts) -> tuple[list[str], list[str]]:
    """The values that fit, and the others."""
    if recognizer.kind == "regex":
        texts, fits = facts.texts, _compiled(recognizer.pattern).fullmatch
        verdicts = [fits(text) is not None for text in texts]
        if recognizer.check:
            is_valid = CHECKSUMS[recognizer.check].is_valid
            verdicts = [is_fit and is_valid(text) for text, is_fit in zip(texts, verdicts, strict=True)]
    else:
        known = _folded(recognizer.words)
        texts, verdicts = facts.few, [folded in known for folded in facts.folded]
    paired = list(zip(texts, verdicts, strict=True))
    return [text for text, is_fit in paired if is_fit], [text for text, is_fit in paired if not is_fit]


def _context(recognizer: CustomRecognizer, prepared: Prepared) -> Evidence | None:
    words = {*tokens(prepared.column.name), *tokens(prepared.column.table)}
    near = next((word for word in recognizer.context if fold(word) in words), None)
    return None if near is None else Evidence("context", 0, 0, f"“{near}” stands in the name of the column or the table", CONTEXT, True)


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> Any:
    return compiled(pattern)


@lru_cache(maxsize=50)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, words))
