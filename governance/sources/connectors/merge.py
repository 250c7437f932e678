"""One profile from the profiles of disjoint parts: counts add, extremes compare, moments combine, sketches unite."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from governance.sources.connectors.base import DatasetProfile, FieldProfile, Sketch

Value = TypeVar("Value")
TOP = 10


def merge(profiles: Sequence[DatasetProfile]) -> DatasetProfile:
    """Of at least one part; all parts have the same fields. What one part did not measure is None, quantiles and histograms always."""
    if len(profiles) == 1:
        return profiles[0]
    counts = [[_present(profile, field) for field in profile.fields] for profile in profiles]
    fields = [
        merge_fields(parts, present)
        for parts, present in zip(zip(*(one.fields for one in profiles), strict=True), zip(*counts, strict=True), strict=True)
    ]
    sizes = [one.size for one in profiles if one.size is not None]
    return DatasetProfile(
        rows=total(one.rows for one in profiles),
        fields=fields,
        size=sum(sizes) if sizes else None,
        method=_method(profiles),
        read=total(one.read for one in profiles),
        rejected=sum(one.rejected for one in profiles),
    )


def merge_fields(parts: Sequence[FieldProfile], present: Sequence[int | None]) -> FieldProfile:
    """One column; `present` is how many values of each part are not null."""
    sketch = unite([part.sketch for part in parts])
    count = total(present)
    mean, stddev = moments(parts, present)
    distinct = None if sketch is None else sketch.distinct if count is None else min(sketch.distinct, count)
    return FieldProfile(
        nulls=total(part.nulls for part in parts),
        distinct=distinct,
        distinct_is_exact=sketch is not None and sketch.is_exact,
        minimum=extreme(min, (part.minimum for part in parts)),
        maximum=extreme(max, (part.maximum for part in parts)),
        mean=mean,
        stddev=stddev,
        length_min=extreme(min, (part.length_min for part in parts)),
        length_max=extreme(max, (part.length_max for part in parts)),
        length_mean=weighted([part.length_mean for part in parts], present),
        empty=total(part.empty for part in parts),
        top=frequent([part.top for part in parts]),
        shapes=frequent([part.shapes for part in parts]),
        sketch=sketch,
    )


def unite(sketches: Sequence[Sketch | None]) -> Sketch | None:
    """The union up to the lowest bound of all; None when a part has none."""
    known = [sketch for sketch in sketches if sketch is not None]
    if len(known) < len(sketches):
        return None
    below = min(sketch.below for sketch in known)
    hashes = sorted({value for sketch in known for value in sketch.hashes if value < below})
    return Sketch.of(hashes, below)


def moments(parts: Sequence[FieldProfile], present: Sequence[int | None]) -> tuple[float | None, float | None]:
    """Mean and standard deviation of all parts (Chan, Golub, LeVeque 1979)."""
    mean = weighted([part.mean for part in parts], present)
    if mean is None:
        return None, None
    squares, count = 0.0, 0
    for part, number in zip(parts, present, strict=True):
        if not number or part.mean is None:
            continue
        if number > 1 and part.stddev is None:
            return mean, None
        squares += (part.stddev or 0.0) ** 2 * (number - 1) + (part.mean - mean) ** 2 * number
        count += number
    return mean, math.sqrt(squares / (count - 1)) if count > 1 else None


def weighted(means: Sequence[float | None], present: Sequence[int | None]) -> float | None:
    """The mean of all, from means of parts; a part without values does not count."""
    whole, count = 0.0, 0
    for mean, number in zip(means, present, strict=True):
        if number is None or (number and mean is None):
            return None
        if number and mean is not None:
            whole, count = whole + mean * number, count + number
    return whole / count if count else None


def total(values: Iterable[int | None]) -> int | None:
    found = list(values)
    return None if any(value is None for value in found) else sum(value for value in found if value is not None)


def extreme(choose: Callable[[Iterable[Any]], Any], values: Iterable[Any]) -> Any:
    """The least or greatest; of values that cannot be compared, of their texts."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    try:
        return choose(known)
    except TypeError:
        return choose(map(str, known))


def frequent(parts: Sequence[list[tuple[Value, int]] | None]) -> list[tuple[Value, int]] | None:
    """Counts added up; approximate, since each part kept its own most frequent ones."""
    if any(part is None for part in parts):
        return None
    counts: Counter[Value] = Counter()
    for part in parts:
        counts.update(dict(part or ()))
    return counts.most_common(TOP)


def _present(profile: DatasetProfile, field: FieldProfile) -> int | None:
    read = profile.read if profile.read is not None else profile.rows
    return None if read is None or field.nulls is None else read - field.nulls


def _method(profiles: Sequence[DatasetProfile]) -> str:
    return "all rows" if all(one.read is None or one.read == one.rows or one.method.startswith("part ") for one in profiles) else profiles[0].method
