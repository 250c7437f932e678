"""Finds personal data inside a text: every recognizer's own expression and its check, overlaps settled by score and length."""

from __future__ import annotations

from intelligence.classification.patterns import finders
from intelligence.classification.settings import DEFAULT, Settings
from intelligence.classification.types import Span


def find_spans(text: str, *, settings: Settings = DEFAULT) -> list[Span]:
    """Spans that do not overlap, in order."""
    found: list[Span] = []
    for recognizer, finder in finders():
        if recognizer.entity is None or recognizer.entity in settings.disabled or recognizer.family in settings.disabled:
            continue
        for match in finder.finditer(text):
            start, end = match.span()
            if end > start and recognizer.is_valid(match.group()):
                found.append(Span(start, end, recognizer.entity, recognizer.certainty))
    return _apart(found)


def _apart(spans: list[Span]) -> list[Span]:
    """The best of those that overlap: the likelier one, then the longer one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (-one.score, one.start - one.end, one.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda one: one.start)
