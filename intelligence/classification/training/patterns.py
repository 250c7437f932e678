"""Draws values from a recognizer's own pattern, and keeps those that pass its check."""

from __future__ import annotations

import re
from functools import cache
from random import Random
from re import _constants as kind  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

from intelligence.classification.recognizers.base import recognizers

MOST_REPEATS: Final = 4
POOL: Final = 60
TRIES: Final = 6_000
DIGITS: Final = "0123456789"
WORD: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LETTERS: Final = {
    "L": "a-zA-Z",
    "Lu": "A-Z",
    "Ll": "a-z",
    "Han": "\u4e00-\u4fff",
    "Hiragana": "\u3042-\u3093",
    "M": "\u093e-\u0940",
    "Arabic": "\u0627-\u063a",
    "Hangul": "\uac00-\uac80",
}
WIDE: Final = re.compile(r"\\x\{([0-9A-F]+)\}")
CLASS: Final = re.compile(r"\\p\{(\w+)\}")


def draw(pattern: str, random: Random) -> str:
    return _drawn(_parsed(pattern), random)


@cache
def pool(name: str, seed: int) -> tuple[str, ...]:
    """Up to `POOL` values of one recognizer; empty where its pattern and its check hardly ever agree."""
    recognizer = recognizers.get(name)()
    random = Random(f"{name} {seed}")
    found: dict[str, None] = {}
    for _ in range(TRIES):
        value = draw(recognizer.pattern, random)
        if recognizer.is_valid(value):
            found[value] = None
        if len(found) == POOL:
            break
    return tuple(found)


@cache
def _parsed(pattern: str) -> Any:
    text, inside = "", False
    pattern = WIDE.sub(lambda match: chr(int(match[1], 16)), pattern)
    for part in re.split(r"(\\.(?:\{\w+\})?|\[|\])", pattern):
        match = CLASS.fullmatch(part)
        inside = part == "[" or (inside and part != "]")
        text += part if match is None else LETTERS[match[1]] if inside else f"[{LETTERS[match[1]]}]"
    return parser.parse(text)


def _drawn(tree: Any, random: Random) -> str:
    return "".join(_one(operation, argument, random) for operation, argument in tree)


def _one(operation: Any, argument: Any, random: Random) -> str:
    if operation is kind.LITERAL:
        return chr(argument)
    if operation is kind.IN:
        return random.choice(_members(argument))
    if operation in (kind.MAX_REPEAT, kind.MIN_REPEAT):
        least, most, inner = argument
        most = min(int(most), max(int(least), MOST_REPEATS) if int(most) > 40 else int(most))
        return "".join(_drawn(inner, random) for _ in range(random.randint(int(least), most)))
    if operation is kind.SUBPATTERN:
        return _drawn(argument[3], random)
    if operation is kind.BRANCH:
        return _drawn(random.choice(argument[1]), random)
    if operation is kind.ANY or operation is kind.NOT_LITERAL:
        return random.choice(WORD)
    return ""


def _members(argument: Any) -> str:
    chars = ""
    for operation, value in argument:
        if operation is kind.LITERAL:
            chars += chr(value)
        elif operation is kind.RANGE:
            chars += "".join(map(chr, range(value[0], value[1] + 1)))
        elif operation is kind.CATEGORY:
            chars += DIGITS if value is kind.CATEGORY_DIGIT else " " if value is kind.CATEGORY_SPACE else WORD
        elif operation is kind.NEGATE:
            return WORD
    return chars
