"""How urgent an alert is, from 0 to 100, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SEVERITY = {"info": 10, "warning": 30, "error": 50, "critical": 70}
SENSITIVITY = {"internal": 5, "confidential": 12, "restricted": 20}
COUNTED = {"fields": "fields", "failed": "failed parts", "datasets": "datasets", "rows": "rows"}
"""Where facts say how much is concerned, and the word for it."""


def priority(severity: str, sensitivity: str, data: Mapping[str, Any], count: int) -> tuple[float, list[dict[str, Any]]]:
    """(points, [{"points", "why"}]), the reasons that count most first."""
    reasons: list[tuple[float, str]] = [(SEVERITY.get(severity, 0), f"severity {severity}")]
    if points := SENSITIVITY.get(sensitivity, 0):
        reasons.append((points, f"holds {sensitivity} data"))
    size, word = _size(data)
    if size > 1:
        reasons.append((min(6, round(2 * math.log10(size), 1)), f"{size:,} {word}"))
    if count > 1:
        reasons.append((min(4, round(2 * math.log10(count), 1)), f"happened {count:,} times"))
    reasons.sort(key=lambda one: -one[0])
    total = round(min(100.0, sum(points for points, _ in reasons)), 1)
    return total, [{"points": points, "why": why} for points, why in reasons]


def _size(data: Mapping[str, Any]) -> tuple[int, str]:
    """The largest number of things that a fact names."""
    found = []
    summary = data.get("summary")
    named = {**(summary if isinstance(summary, Mapping) else {}), **data}
    for name, word in COUNTED.items():
        value = named.get(name)
        if isinstance(value, list):
            more = data.get("more")
            found.append((len(value) + (more if isinstance(more, int) else 0), word))
        elif isinstance(value, int) and not isinstance(value, bool):
            found.append((value, word))
    return max(found, default=(0, ""))
