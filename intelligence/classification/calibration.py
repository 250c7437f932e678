"""Turns a sum of log-odds into the chance of being right: a monotone map over a few knots, learned from columns whose truth is known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import exp, log
from typing import Final

Knots = tuple[tuple[float, float], ...]
"""Pairs of (summed log-odds, log-odds of being right), both rising."""

IDENTITY: Final[Knots] = ((-8.0, -8.0), (8.0, 8.0))
SLOPE: Final = 0.05
"""Rise beyond the outer knots and over flat stretches: a stronger case never scores lower."""
HARDEST: Final = 6.0
"""No column that was judged like others is surer than these log-odds."""
FEWEST: Final = 25
"""Columns that share a knot at least."""
BINS: Final = 10
DOUBTFUL: Final = 1.5


def chance(log_odds: float) -> float:
    return 1 / (1 + exp(-max(-60.0, min(60.0, log_odds))))


def log_odds(probability: float) -> float:
    bounded = max(1e-9, min(1 - 1e-9, probability))
    return log(bounded / (1 - bounded))


def calibrated(knots: Knots, total: float) -> float:
    """The log-odds of being right for a sum of log-odds."""
    if total <= knots[0][0]:
        return knots[0][1] - SLOPE * (knots[0][0] - total)
    if total >= knots[-1][0]:
        return knots[-1][1] + SLOPE * (total - knots[-1][0])
    at = bisect_right(knots, (total, 1e9))
    (left, low), (right, high) = knots[at - 1], knots[at]
    return low + (high - low) * (total - left) / (right - left)


def learn(totals: Sequence[float], rights: Sequence[bool], start: Knots = IDENTITY, *, strength: float = 4.0) -> Knots:
    """Knots by isotonic regression over equally filled bins; `strength` columns of each bin behave as `start` says."""
    pairs = sorted(zip(totals, rights, strict=True))
    size = max(FEWEST, len(pairs) // 16)
    bins = [pairs[at : at + size] for at in range(0, len(pairs) - size + 1, size)]
    if len(bins) < 2:
        return start
    bins[-1] += pairs[len(bins) * size :]
    merged: list[tuple[float, float, float]] = []
    for group in bins:
        centre = sum(total for total, _ in group) / len(group)
        before = chance(calibrated(start, centre))
        merged.append((centre, sum(right for _, right in group) + strength * before, len(group) + strength))
        while len(merged) > 1 and merged[-2][1] / merged[-2][2] >= merged[-1][1] / merged[-1][2]:
            (left, hits, weight), (right, more, heavier) = merged[-2], merged[-1]
            merged[-2:] = [((left * weight + right * heavier) / (weight + heavier), hits + more, weight + heavier)]
    knots = [(round(centre, 4), round(max(-HARDEST, min(HARDEST, log_odds(hits / weight))), 4)) for centre, hits, weight in merged]
    kept = [knots[0]]
    kept += [after for before, after in pairwise(knots) if after[0] > before[0] and after[1] > before[1]]
    return tuple(kept) if len(kept) > 1 else start


def cautious(knots: Knots) -> Knots:
    """In doubt no surer than the sum itself: what was written by rule holds fewer look-alikes than the world."""
    kept = {total: min(right, total) if total < DOUBTFUL else right for total, right in knots}
    kept |= {total: min(total, calibrated(knots, total)) for total in (0.0, DOUBTFUL) if knots[0][0] < total < knots[-1][0]}
    ordered = sorted(kept.items())
    return tuple((total, right) for at, (total, right) in enumerate(ordered) if at == 0 or right > max(one for _, one in ordered[:at]))


def error(scores: Sequence[float], rights: Sequence[bool]) -> float:
    """Expected calibration error: mean distance of score and share of right ones over ten bins, weighted by how many fall into each."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for score, right in zip(scores, rights, strict=True):
        bins[min(BINS - 1, int(score * BINS))].append((score, right))
    gaps = [abs(sum(score for score, _ in group) - sum(right for _, right in group)) for group in bins]
    return sum(gaps) / max(1, len(scores))
