"""Measures of one column that are taken from a sample of its values in Python: top values, shapes, quantiles, histogram."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from governance.sources.connectors.base import SCALED, FieldProfile, Kind, Sample
from intelligence.classification.masking import shape

TOP: Final = 10
BUCKETS: Final = 20
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
COUNTED: Final[frozenset[Kind]] = SCALED | {"text", "boolean", "time", "uuid"}
SHAPED: Final[frozenset[Kind]] = frozenset({"text", "uuid", "other"})

UNPRINTED: Final = re.compile(r"[^ -~…]")
LETTER: Final = re.compile(r"[0-9A-Za-z]")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def add_sample(profiles: Sequence[FieldProfile], sample: Sample) -> None:
    """Fills in what the aggregate query did not measure, from a uniform sample of the same rows."""
    for field, profile, values in zip(sample.fields, profiles, sample.columns, strict=True):
        present = [value for value in values if value is not None]
        if field.kind in COUNTED:
            profile.top = top(present)
        if field.kind in SHAPED:
            profile.shapes = shapes([value for value in present if isinstance(value, str)])
        if field.kind in SCALED:
            numbers = sorted(number for value in present if (number := position(value)) is not None)
            example = next((value for value in present if position(value) is not None), None)
            if profile.quantiles is None:
                profile.quantiles = quantiles(numbers, example)
            profile.histogram = histogram(numbers, example)


def top(values: Sequence[Any]) -> list[tuple[Any, int]]:
    """The most frequent values; those seen once only when there are hardly any others."""
    counts = Counter(value for value in values if not isinstance(value, bytes | bytearray | memoryview | list | dict))
    common = counts.most_common(TOP)
    return common if len(counts) <= TOP else [(value, count) for value, count in common if count > 1]


def shapes(values: Sequence[str]) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for value, times in Counter(values).items():
        found[safe_shape(value)] += times
    return found.most_common(TOP)


def safe_shape(value: str) -> str:
    """The shape of a value without anything of the value: what is neither ASCII nor a letter or digit becomes x, and pure punctuation its length."""
    plain = UNPRINTED.sub("x", shape(value))
    if LETTER.search(plain):
        return plain
    return f"{len(value)} signs" if value.strip() else "blank"


def position(value: Any) -> float | None:
    """Where a value stands on its line: the number itself, or seconds since 1970; None for what has no finite place."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        try:
            number = float(value)
        except (OverflowError, ValueError):
            return None
        return number if math.isfinite(number) else None
    if isinstance(value, datetime):
        return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - EPOCH).total_seconds()
    if isinstance(value, date):
        return (value - EPOCH.date()).days * 86400.0
    return None


def value_at(number: float, example: Any) -> Any:
    """The inverse of `position`, in the type of `example`."""
    try:
        if isinstance(example, datetime):
            found = EPOCH + timedelta(seconds=number)
            return found if example.tzinfo else found.replace(tzinfo=None)
        if isinstance(example, date):
            return EPOCH.date() + timedelta(days=math.floor(number / 86400))
    except OverflowError:
        return None
    return number


def quantiles(numbers: Sequence[float], example: Any) -> list[Any] | None:
    """Of sorted positions, by the nearest rank, so that integers stay integers."""
    if not numbers:
        return None
    ranks = [numbers[min(len(numbers) - 1, math.ceil(share * len(numbers)) - 1)] for share in QUANTILES]
    return [int(rank) if isinstance(example, int) else value_at(rank, example) for rank in ranks]


def histogram(numbers: Sequence[float], example: Any, buckets: int = BUCKETS) -> list[tuple[Any, Any, int]] | None:
    """Buckets of equal width over sorted positions; the last one includes its upper edge."""
    if not numbers:
        return None
    low, high = numbers[0], numbers[-1]
    width = (high - low) / buckets
    if not (width > 0 and math.isfinite(width)):
        return [(value_at(low, example), value_at(high, example), len(numbers))]
    edges = [low + width * index for index in range(buckets)] + [high]
    ends = [bisect_right(numbers, edge) if index == buckets else bisect_left(numbers, edge) for index, edge in enumerate(edges)]
    return [(value_at(edges[index], example), value_at(edges[index + 1], example), ends[index + 1] - ends[index]) for index in range(buckets)]
