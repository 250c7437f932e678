"""Finds out what the columns of a table hold, with evidence for people; a pure library without Django, database or network."""

from __future__ import annotations

from intelligence.classification.engine import classify
from intelligence.classification.settings import DEFAULT, CustomRecognizer, Settings
from intelligence.classification.texts.engine import find_spans
from intelligence.classification.types import Column, Evidence, Span, Verdict

__all__ = ["DEFAULT", "Column", "CustomRecognizer", "Evidence", "Settings", "Span", "Verdict", "classify", "find_spans"]
