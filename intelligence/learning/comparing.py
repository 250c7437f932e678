"""Whether a learned model is better: measured on decisions that it did not learn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from random import Random
from typing import Final

from intelligence.classification.model import NOTHING, ColumnModel, evaluate, fit

FOLDS: Final = 5
RESAMPLES: Final = 1_000
SURE: Final = 0.9
"""Share of resampled sets of datasets on which the learned model must be the better one."""
GAIN: Final = 0.01
"""Least relative fall of the mean loss that is worth a change, and the least fall at all."""
LEAST: Final = 0.005
FLOOR: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Example:
    """One decision; `group` is its dataset."""

    features: dict[str, float]
    family: str
    group: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`figures` of the models on held-out decisions, by name, and whether the learned one should be used, with the reason."""

    figures: dict[str, dict[str, float]]
    is_better: bool
    reason: str


def compare(examples: Sequence[Example], *, shipped: ColumnModel, current: ColumnModel) -> Comparison:
    """Cross-validation over datasets: each decision is judged by a model that saw no decision on the same dataset.

    The measure is the mean logarithmic loss of the score that the field holds what was said; a paired bootstrap over datasets
    (Efron and Tibshirani 1993) tells whether the gain could be luck.
    """
    folds = _folds(examples)
    losses: dict[str, list[tuple[int, float]]] = defaultdict(list)
    judged: dict[str, list[dict[str, float]]] = defaultdict(list)
    for held_out in folds:
        trained = [one for fold in folds if fold is not held_out for one in fold]
        models = {"shipped": shipped, "current": current, "learned": fit(_pairs(trained), shipped)}
        for name, model in models.items():
            losses[name] += [(one.group, loss(model, one)) for one in held_out]
            judged[name].append(evaluate(_pairs(held_out), model) | {"size": float(len(held_out))})
    figures = {name: _pooled(judged[name]) | {"loss": round(_mean(losses[name]), 4)} for name in judged}
    before, after = figures["current"], figures["learned"]
    share = _won(losses["current"], losses["learned"])
    told = f"On {len(examples):,} held-out decisions its loss is {after['loss']:.3f} where the present model's is {before['loss']:.3f}"
    if after["loss"] > min(before["loss"] * (1 - GAIN), before["loss"] - LEAST):
        return Comparison(figures, False, f"{told}: not better.")
    if after["accuracy"] < before["accuracy"]:
        return Comparison(figures, False, f"{told}, but it is right on {after['accuracy']:.0%} of them and not on {before['accuracy']:.0%}.")
    if after["false_positives"] > before["false_positives"]:
        return Comparison(figures, False, f"{told}, but it calls more of what is harmless sensitive.")
    if share < SURE:
        return Comparison(figures, False, f"{told}, but that may be luck: it wins on {share:.0%} of resampled datasets, and {SURE:.0%} are needed.")
    return Comparison(figures, True, f"{told}; it wins on {share:.0%} of resampled datasets.")


def loss(model: ColumnModel, one: Example) -> float:
    """Minus the logarithm of the chance that the model gave to what was decided."""
    family, _, score = model.judge(one.features)
    chance = 1 - score if one.family == NOTHING or family != one.family else score
    if one.family != NOTHING and family != one.family:
        # It named another family, or none: what it left for all others together.
        chance = min(chance, 0.5)
    return -log(max(FLOOR, chance))


def _folds(examples: Sequence[Example]) -> list[list[Example]]:
    """The datasets dealt out so that the folds are about equally large."""
    groups: dict[int, list[Example]] = defaultdict(list)
    for one in examples:
        groups[one.group].append(one)
    folds: list[list[Example]] = [[] for _ in range(min(FOLDS, len(groups)))]
    for _, members in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        min(folds, key=len).extend(members)
    return folds


def _pairs(examples: Sequence[Example]) -> list[tuple[dict[str, float], str | None]]:
    return [(one.features, one.family) for one in examples]


def _pooled(parts: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean over the folds, each counted by its size."""
    total = sum(one["size"] for one in parts)
    return {name: round(sum(one[name] * one["size"] for one in parts) / total, 4) for name in parts[0] if name not in ("size", "columns")}


def _mean(losses: Sequence[tuple[int, float]]) -> float:
    return sum(value for _, value in losses) / max(1, len(losses))


def _won(before: Sequence[tuple[int, float]], after: Sequence[tuple[int, float]]) -> float:
    """The share of resampled sets of datasets on which the loss fell."""
    gains: dict[int, float] = defaultdict(float)
    for (group, old), (_, new) in zip(before, after, strict=True):
        gains[group] += old - new
    values = list(gains.values())
    draw = Random(len(values))  # the same resamples each time
    wins = sum(sum(draw.choices(values, k=len(values))) > 0 for _ in range(RESAMPLES))
    return wins / RESAMPLES
