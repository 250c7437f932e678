"""Whether an expression may be used, and if not, why not. RE2 runs in time linear to the text, so no expression can be catastrophic; some are too large or say nothing."""

from __future__ import annotations

import re
from typing import Any, Final

import re2

LARGEST: Final = 4 << 20
"""Bytes that the program of one expression may take."""
ANYTHING: Final = ("x", "17", "a b", "Zürich", "~", "2024-05-01", "some longer words here", "0", "東京")
LOOKS: Final = {
    "(?=": "look-ahead",
    "(?!": "look-ahead",
    "(?<=": "look-behind",
    "(?<!": "look-behind",
    "(?>": "an atomic group",
    "(?(": "a condition",
}
ADVICE: Final = "It is not part of RE2, which never tries twice and so cannot be slow. Say what the value is, and not what stands around it."


def compiled(pattern: str) -> Any:
    """The expression for use; re2.error when it is none."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = LARGEST
    return re2.compile(pattern, options)


def refusal(pattern: str, *, is_whole: bool) -> str:
    """Why a pattern is refused, empty for one that is good; `is_whole`: it is meant for whole values and not for a part of a header."""
    try:
        fits = compiled(pattern)
    except re2.error as error:
        return _said(error, pattern)
    found = fits.fullmatch if is_whole else fits.search
    if found("") is not None:
        return "It fits the empty text, and with that every column. Make at least one part of it necessary (+ instead of *)."
    if all(found(text) is not None for text in ANYTHING):
        return "It fits anything. Say what is special about these values: a prefix, a length, which characters."
    return ""


def _said(error: Exception, pattern: str) -> str:
    look = next((name for sign, name in LOOKS.items() if sign in pattern), None)
    if look is not None:
        return f"It uses {look}. {ADVICE}"
    if re.search(r"(?<!\\)(?:\\\\)*\\(?:[1-9]|k<)|\(\?P=", pattern):
        return f"It refers back to a group. {ADVICE}"
    text = error.args[0] if error.args else ""
    words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    if "too large" in words or "repetition" in words:
        return f"It is too large: {words}. Repetitions of repetitions multiply; write one with a smaller number."
    culprit = words.partition(": ")[2]
    at = pattern.find(culprit) if culprit else -1
    place = f" at character {at + 1}" if at >= 0 and culprit else ""
    return f"It is not an RE2 expression: {words}{place}. Correct it."
