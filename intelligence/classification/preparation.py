"""Turns whatever a driver returned into distinct, trimmed texts of bounded length."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Final

import orjson

from intelligence.classification import dictionaries
from intelligence.classification.headers import fold
from intelligence.classification.types import Column

MOST_VALUES: Final = 3_000
MOST_SAMPLED: Final = 400
"""Distinct values, evenly spread, that recognizers look at: enough to tell a share to within a few per cent."""
FEW: Final = 120
FEWEST_OPENINGS: Final = 5
LETTERS: Final = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff\uac00-\ud7a3]")
LONGEST: Final = 1_000
"""Characters of one value that are looked at."""
MOST_LEAVES: Final = 40
"""Strings taken out of one JSON document."""
MOST_DOCUMENTS: Final = 300
LONGEST_ABSENT: Final = 16
DIGITS: Final = {
    start + digit: str(digit)
    for start in (0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0x17E0, 0x1040)
    for digit in range(10)
}
"""Arabic, Persian, Indian, Thai, Khmer and Burmese digits, read like ours."""


@dataclass(slots=True)
class Prepared:
    """A column's distinct texts. `missing` counts nulls and placeholders, `nested` says that the texts were taken out of JSON."""

    column: Column
    texts: list[str]
    examined: int
    missing: int = 0
    nested: bool = False
    paths: dict[str, int] = field(default_factory=dict)


class Facts:
    """What several recognizers ask about the same texts, computed once."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.texts = spread(prepared.texts, MOST_SAMPLED)
        self.text_engine = ""
        """Which engine read the values as free text, if one did."""

    @cached_property
    def mean_length(self) -> float:
        return sum(map(len, self.texts)) / max(1, len(self.texts))

    @cached_property
    def digits_share(self) -> float:
        """Share of texts that are digits only."""
        return sum(text.isdigit() for text in self.texts) / max(1, len(self.texts))

    @cached_property
    def few(self) -> Sequence[str]:
        """A smaller sample for what has to take texts apart."""
        return spread(self.texts, FEW)

    @cached_property
    def folded(self) -> list[str]:
        """`few` in lower case without diacritics."""
        return [fold(text) for text in self.few]

    @cached_property
    def letters_share(self) -> float:
        """Share of texts that hold two letters or more."""
        return sum(LETTERS.search(text) is not None for text in self.few) / max(1, len(self.few))

    @cached_property
    def common_share(self) -> float:
        """Share of texts with a word that is nobody's name."""
        return sum(any(map(dictionaries.is_common, dictionaries.parts(text))) for text in self.folded) / max(1, len(self.folded))

    @cached_property
    def opening(self) -> tuple[str, float]:
        """The word that most texts of several words begin with, and the share of them: texts made from a template."""
        first = Counter(text.split()[0] for text in self.folded if " " in text)
        if first.total() < FEWEST_OPENINGS:
            return "", 0.0
        word, often = first.most_common(1)[0]
        return word, often / first.total()

    @cached_property
    def words(self) -> list[list[str]]:
        return [text.split() for text in self.texts]

    @cached_property
    def mean_words(self) -> float:
        return sum(map(len, self.words)) / max(1, len(self.words))


def spread(values: Sequence[str], most: int) -> Sequence[str]:
    """At most `most` of the values, evenly spread."""
    if len(values) <= most:
        return values
    step = len(values) / most
    return [values[int(at * step)] for at in range(most)]


def prepare(column: Column) -> Prepared:
    """Distinct texts in order of appearance, at most `MOST_VALUES`; nulls and placeholders are counted and left out."""
    values = column.values
    if len(values) > MOST_VALUES:
        step = len(values) / MOST_VALUES
        values = [values[int(at * step)] for at in range(MOST_VALUES)]
    distinct = dict.fromkeys(value if type(value) is str else _text(value) for value in values)
    examined = len(values)
    missing = sum(value is None for value in values)
    texts = [text for text in dict.fromkeys(_clean(raw) for raw in distinct if raw) if not _is_absent(text)]
    nested = bool(texts) and sum(text[0] in "{[" for text in texts[:50]) > 0.6 * min(50, len(texts))
    if nested:
        leaves = list(dict.fromkeys(leaf for text in texts[:MOST_DOCUMENTS] for leaf in _leaves(text)))
        nested = bool(leaves)
        texts = leaves[:MOST_VALUES] if leaves else texts
    return Prepared(column, [text[:LONGEST] for text in texts], examined, missing, nested)


def _text(value: object) -> str | None:
    """A text for any value; None for null, booleans and bytes that are not text."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _decoded(bytes(value[: 4 * LONGEST]))
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 40 else str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        return _dumped(value)
    return str(value)


def _decoded(value: bytes) -> str | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _dumped(value: object) -> str | None:
    try:
        return orjson.dumps(list(value) if isinstance(value, (set, frozenset)) else value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError):
        return " ".join(_strings(value))[: 4 * LONGEST]


def _clean(text: str) -> str:
    """Trimmed and bounded, except JSON, which is cut after it was parsed; lone surrogates replaced, full-width characters folded."""
    text = text[:20_000].strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode()).translate(DIGITS)
    return text


def _is_absent(text: str) -> bool:
    """What people and exports write where there is no value."""
    return not text or (len(text) <= LONGEST_ABSENT and fold(text) in dictionaries.words("absent"))


def _leaves(text: str) -> Iterable[str]:
    if text[0] not in "{[":
        return [text]
    try:
        return [leaf for leaf in map(_clean, _strings(orjson.loads(text))) if leaf and not _is_absent(leaf)]
    except (orjson.JSONDecodeError, ValueError):
        return [text]


def _strings(value: object) -> list[str]:
    """Strings and long numbers of a document, breadth first, without recursion."""
    found: list[str] = []
    queue: list[object] = [value]
    seen = 0
    while queue and seen < 2_000 and len(found) < MOST_LEAVES:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, dict):
            queue.extend(item.values())
        elif isinstance(item, (list, tuple, set, frozenset)):
            queue.extend(list(item)[:MOST_LEAVES])
        elif isinstance(item, str):
            found.append(item[: 4 * LONGEST])
        elif isinstance(item, int) and not isinstance(item, bool) and abs(item) >= 10**7:
            found.append(str(item))
    return found
