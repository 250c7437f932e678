"""Titles and texts of alerts. A template can name parts of a fact and nothing else: no attributes, no calls, no format specifications."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.matching import PATHS, values
from intelligence.classification.titles import title

PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
NAME = re.compile(r"([a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)*)(?:\|(count|words))?")
KNOWN = (*PATHS, "time")
SHOWN = 3
LONGEST = 120
NOTHING = "–"


def check(template: str) -> list[str]:
    """What is wrong with a template, in words; empty when nothing is."""
    wrong = []
    for match in PART.finditer(template):
        if match[0] in ("{{", "}}"):
            continue
        named = NAME.fullmatch(match[1].strip()) if match[1] is not None else None
        if named is None:
            wrong.append(f"{match[0]} is not a part of a fact. Write {{subject}} or {{data.fields.entity}}; a brace itself is written twice.")
        elif named[1].partition(".")[0] not in KNOWN:
            wrong.append(f"A fact has no {named[1]}. Known are {', '.join(KNOWN)}.")
    return wrong


def render(template: str, fact: Mapping[str, Any], longest: int = 500) -> str:
    """The text for a fact. `{data.fields}` lists at most three values, `{data.fields|count}` counts them, `{data.entity|words}` writes EMAIL_ADDRESS as E-mail address."""

    def part(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        named = NAME.fullmatch(match[1].strip()) if match[1] is not None else None
        return _shown(fact, named[1], named[2] or "") if named else match[0]

    text = PART.sub(part, template)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _words(name: str) -> str:
    """An entity's title as the catalog shows it: EMAIL_ADDRESS as E-mail address; anything else without its underscores."""
    return title(name) if name.isupper() else name.replace("_", " ")


def plain(text: str) -> str:
    """One line without control characters, for titles and headers of messages."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _shown(fact: Mapping[str, Any], path: str, form: str) -> str:
    found = list(values(fact, path))
    if form == "count":
        return str(len(found))
    different = [text for text in dict.fromkeys(_text(one, form) for one in found) if text]
    if not different:
        return NOTHING
    rest = len(different) - SHOWN
    return ", ".join(different[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _text(value: Any, form: str) -> str:
    if isinstance(value, Mapping):
        return f"{len(value)} values"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    text = plain(str(value))
    text = _words(text) if form == "words" else text
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
