"""What of a profile may be stored. The rule, for each column:

1. A column that is sensitive, or that may be (some entity has a score of 0.1 or more), keeps counts, lengths and shapes. Its top values are masked, and left
   out where even a mask says too much. Minimum, maximum, mean, deviation, quantiles and histogram are dropped.
2. Of any other column, top values are stored as they are only when the column is a short list of words that many rows share: at most 50 distinct values,
   each of those shown in at least 5 rows and at most 40 characters long; and texts only when the header, too, speaks of a thing of business (a status,
   a category, a country). Otherwise they are masked, and the shapes have to do.
3. The minimum and maximum of texts are somebody's values and never stored.
4. Numbers and times keep minimum, maximum, mean, quantiles and histogram, unless they look like somebody's number: nearly every row has its own, of 7 or more digits.
5. Of everything else (JSON, lists, bytes, UUIDs) only counts, lengths and shapes are stored.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from governance.core.events.recording import storable
from governance.sources.connectors.base import DatasetProfile, FieldInfo, FieldProfile
from intelligence.classification import Verdict, headers
from intelligence.classification.masking import HIDDEN, mask_value

DOUBT: Final = 0.1
MOST_DISTINCT: Final = 50
FEWEST_ROWS: Final = 5
LONGEST_WORD: Final = 40
NUMBERS: Final = frozenset({"integer", "decimal"})
TIMES: Final = frozenset({"date", "time", "timestamp"})
WORDS: Final = frozenset({"text", "boolean"})
IDENTIFIER: Final = 10**6
NEARLY_ALL: Final = 0.9


def masked_field(field: FieldInfo, profile: FieldProfile, verdict: Verdict | None, rows: int | None, *, is_decided: bool = False) -> dict[str, Any]:
    """A column's profile as it may be stored; `rows` is how many rows its counts are of. `is_decided`: a person said that it is sensitive."""
    kept: dict[str, Any] = {
        "rows": rows,
        "nulls": profile.nulls,
        "distinct": profile.distinct,
        "distinct_is_exact": profile.distinct_is_exact,
        "empty": profile.empty,
        "length_min": profile.length_min,
        "length_max": profile.length_max,
        "length_mean": _number(profile.length_mean),
        "shapes": [[storable(shape), count] for shape, count in profile.shapes or []],
    }
    if is_decided or is_doubtful(verdict):
        return kept | {"is_masked": True, "top": _masked_top(profile, verdict)}
    if field.kind in NUMBERS | TIMES and not _identifies(profile, rows):
        kept |= {
            "minimum": plain(profile.minimum),
            "maximum": plain(profile.maximum),
            "mean": _number(profile.mean),
            "stddev": _number(profile.stddev),
            "quantiles": [plain(one) for one in profile.quantiles or []],
            "histogram": [[plain(low), plain(high), count] for low, high, count in profile.histogram or []],
        }
    return kept | {"is_masked": False, "top": _shared_top(field, profile)}


def masked_dataset(measured: DatasetProfile) -> dict[str, Any]:
    """What is stored of a dataset as a whole: numbers, and how they were measured."""
    return {
        "rows": measured.rows,
        "size": measured.size,
        "read": measured.read if measured.read is not None else measured.rows,
        "rejected": measured.rejected,
        "method": measured.method,
    }


def is_doubtful(verdict: Verdict | None) -> bool:
    """Whether a column is sensitive or may be; a column that nobody looked at may be."""
    return verdict is None or verdict.entity is not None or any(score >= DOUBT for _, score in verdict.candidates)


def plain(value: Any) -> Any:
    """A number or a time as JSON has it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return _number(float(value)) if value.is_finite() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return None


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _identifies(profile: FieldProfile, rows: int | None) -> bool:
    present = (rows or 0) - (profile.nulls or 0)
    largest = max((abs(float(one)) for one in (profile.minimum, profile.maximum) if isinstance(one, int | float | Decimal)), default=0.0)
    return present > 0 and (profile.distinct or 0) >= NEARLY_ALL * present and largest >= IDENTIFIER


def _shared_top(field: FieldInfo, profile: FieldProfile) -> list[list[Any]]:
    if field.kind not in WORDS | NUMBERS | TIMES or profile.distinct is None or profile.distinct > MOST_DISTINCT:
        return []
    shared = [(value, count) for value, count in profile.top or [] if count >= FEWEST_ROWS and len(str(value)) <= LONGEST_WORD]
    if field.kind == "text" and not headers.read(field.name).benign:
        return [[storable(mask_value(str(value), None)), count] for value, count in shared]
    return [[_shown(value), count] for value, count in shared]


def _shown(value: Any) -> Any:
    return value if isinstance(value, bool) else storable(value) if isinstance(value, str) else plain(value)


def _masked_top(profile: FieldProfile, verdict: Verdict | None) -> list[list[Any]]:
    family = verdict.family if verdict else None
    if verdict is None or family in HIDDEN:
        return []
    return [[storable(mask_value(str(value), family)), count] for value, count in profile.top or []]
