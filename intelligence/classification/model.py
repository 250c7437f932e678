"""The column model: how much each source of evidence counts, how common each family is, and how sure a sum of log-odds makes; learned, versioned, plain JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Any, Final

from intelligence.classification import calibration

PARTS: Final = ("values", "header", "neighbours", "ngrams")
"""Sources of evidence whose weight is learned."""
OWN: Final = "own"
"""A rule set's own recognizers always count in full."""
BENIGN: Final = "benign"
RIVALRY: Final = 0.3
"""How much a second family lowers the first one's score: calling a first name a last name still protects it."""
SHIPPED: Final = Path(__file__).parent / "column_model.json"
MOST: Final = 60.0
STEPS: Final = 200
LIMITS: Final = (0.8, 1.0)
LOOKS: Final = (0.2, 1.0)
"""The look of values never counts more than it says: it is learned from tables that were written by rule."""
BIASES: Final = (-1.0, 0.3)
"""A family is not made likely by being common in what was learned from; being unlikely costs more than it gains."""
MOST_CANDIDATES: Final = 5
NOTHING: Final = "none"

Features = Mapping[str, float]
"""`part:family` → log-odds, and `benign`; no values of the data."""


@dataclass(frozen=True, slots=True)
class ColumnModel:
    """`weights` by source of evidence, `bias` by family, `knots` of the calibration, `figures` measured when it was learned."""

    version: str = "even"
    prior: float = -4.0
    weights: dict[str, float] = field(default_factory=dict)
    bias: dict[str, float] = field(default_factory=dict)
    knots: calibration.Knots = calibration.IDENTITY
    figures: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnModel:
        return cls(
            str(data["version"]),
            float(data["prior"]),
            {str(part): float(weight) for part, weight in data["weights"].items()},
            {str(family): float(bias) for family, bias in data["bias"].items()},
            tuple((float(total), float(right)) for total, right in data["knots"]),
            dict(data.get("figures", {})),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "prior": self.prior,
            "weights": dict(self.weights),
            "bias": dict(self.bias),
            "knots": [list(knot) for knot in self.knots],
            "figures": dict(self.figures),
        }

    def weight(self, part: str) -> float:
        return self.weights.get(part, 1.0)

    def logits(self, features: Features) -> dict[str, float]:
        """Family → its log-odds before rivals and the chance of nothing."""
        found: dict[str, float] = {}
        for key, value in features.items():
            part, _, family = key.partition(":")
            if family:
                found[family] = found.get(family, self.prior + self.bias.get(family, 0.0)) + self.weight(part) * value
        return found

    def nothing(self, benign: float) -> float:
        """Log-odds of there being nothing sensitive."""
        return max(0.0, self.weight(BENIGN) * benign)

    def against(self, family: str, logits: Mapping[str, float], benign: float) -> float:
        """What the other families and the chance of nothing take away from one family."""
        rivals = sum(exp(min(MOST, logit)) for other, logit in logits.items() if other != family)
        return -log(exp(min(MOST, self.nothing(benign))) + RIVALRY * rivals)

    def score(self, total: float) -> float:
        """The chance that a family with this sum of log-odds is right."""
        return calibration.chance(calibration.calibrated(self.knots, total))

    def judge(self, features: Features) -> tuple[str, float, float]:
        """The likeliest family, its sum of log-odds and its score; ("none", -60, 0) where there is no candidate."""
        logits = self.logits(features)
        if not logits:
            return NOTHING, -MOST, 0.0
        family = max(logits, key=lambda one: logits[one])
        total = logits[family] + self.against(family, logits, features.get(BENIGN, 0.0))
        return family, total, self.score(total)


@cache
def shipped() -> ColumnModel:
    """The model of this version of the portal."""
    return ColumnModel.from_json(json.loads(SHIPPED.read_text(encoding="utf-8"))) if SHIPPED.is_file() else ColumnModel()


def fit(
    examples: Sequence[tuple[Features, str | None]],
    start: ColumnModel,
    *,
    version: str = "",
    strength: float = 20.0,
    with_biases: bool = True,
    for_calibration: Sequence[tuple[Features, str | None]] = (),
) -> ColumnModel:
    """Weights and biases by logistic regression held near `start` (`strength` examples' worth), then the calibration.

    Without biases only the weights are learned, as where the families come as often as somebody wrote them. Labels are families, "none" or None.
    Calibration is learned on `for_calibration` where given, else on the examples themselves.
    """
    import numpy as np
    from scipy.optimize import minimize

    families = sorted({family for features, _ in examples for family in ColumnModel().logits(features)})
    names = [*PARTS, BENIGN]
    rows = [row for features, label in examples if (row := _row(features, label or NOTHING, families)) is not None]
    if not rows:
        return start
    inputs = np.array([row[0] for row in rows])  # example × slot × part
    present = np.array([row[1] for row in rows])  # example × slot → index of the family, -1 for an empty slot
    benign = np.array([row[2] for row in rows])
    truth = np.array([row[3] for row in rows])  # slot of the label, or the last one for nothing
    begun = np.array([start.weight(name) for name in names] + [start.bias.get(family, 0.0) for family in families])
    scale = np.array([strength] * len(names) + [strength / 20] * len(families))

    def loss(point: Any) -> tuple[float, Any]:
        weights, bias = point[: len(PARTS)], np.append(point[len(names) :], -1e3)
        logits = start.prior + inputs[:, :, :-1] @ weights + inputs[:, :, -1] + bias[present]
        nothing = np.maximum(0.0, point[len(PARTS)] * benign)
        everything = np.column_stack([np.where(present < 0, -1e3, logits), nothing])
        top = everything.max(axis=1, keepdims=True)
        chances = np.exp(everything - top)
        chances /= chances.sum(axis=1, keepdims=True)
        at = np.arange(len(truth))
        error = chances.copy()
        error[at, truth] -= 1
        slots = error[:, :-1] * (present >= 0)
        slope = np.zeros_like(point)
        slope[: len(PARTS)] = np.einsum("es,esp->p", slots, inputs[:, :, :-1])
        slope[len(PARTS)] = ((nothing > 0) * error[:, -1] * benign).sum()
        np.add.at(slope, len(names) + np.where(present < 0, 0, present).ravel(), slots.ravel())
        apart = point - begun
        return float(-np.log(chances[at, truth] + 1e-12).sum() + 0.5 * (scale * apart**2).sum()), slope + scale * apart

    bounds = (
        [LIMITS] * len(PARTS[:-1])
        + [LOOKS, LIMITS]
        + ([BIASES] * len(families) if with_biases else [(value, value) for value in begun[len(names) :]])
    )
    found = minimize(
        loss,
        np.clip(begun, [low for low, _ in bounds], [high for _, high in bounds]),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": STEPS},
    ).x
    learned = replace(
        start,
        version=version or start.version,
        weights={name: round(float(found[at]), 4) for at, name in enumerate(names)},
        bias={**start.bias, **{family: round(float(found[len(names) + at]), 4) for at, family in enumerate(families)}},
    )
    judged = [(learned.judge(features), label or NOTHING) for features, label in for_calibration or examples]
    judged = [((family, total, score), label) for (family, total, score), label in judged if total > -MOST]
    knots = calibration.learn([total for (_, total, _), _ in judged], [family == label for (family, _, _), label in judged], start.knots)
    return replace(learned, knots=knots)


def evaluate(examples: Sequence[tuple[Features, str | None]], model: ColumnModel, *, threshold: float = 0.5) -> dict[str, float]:
    """Macro-F1 over the families that occur, precision and recall of "sensitive or not", and the calibration error of what is suggested."""
    pairs, scores, rights = [], [], []
    for features, label in examples:
        family, _, score = model.judge(features)
        said = family if score >= threshold else NOTHING
        pairs.append((label or NOTHING, said))
        if said != NOTHING:
            scores.append(score)
            rights.append(said == label)
    right, said_of, true = Counter(a for a, b in pairs if a == b), Counter(b for _, b in pairs), Counter(a for a, _ in pairs)
    kinds = sorted(set(true) - {NOTHING})
    both = sum(a != NOTHING != b for a, b in pairs)
    return {
        "columns": len(pairs),
        "accuracy": round(sum(a == b for a, b in pairs) / max(1, len(pairs)), 4),
        "macro_f1": round(sum(2 * right[kind] / max(1, said_of[kind] + true[kind]) for kind in kinds) / max(1, len(kinds)), 4),
        "precision": round(both / max(1, sum(b != NOTHING for _, b in pairs)), 4),
        "recall": round(both / max(1, sum(a != NOTHING for a, _ in pairs)), 4),
        "false_positives": round(sum(a == NOTHING != b for a, b in pairs) / max(1, true[NOTHING]), 4),
        "calibration_error": round(calibration.error(scores, rights), 4),
    }


def _row(features: Features, label: str, families: Sequence[str]) -> tuple[list[list[float]], list[int], float, int] | None:
    """One example as arrays of five slots; None where the truth is not among the candidates."""
    names = list(ColumnModel().logits(features))[:MOST_CANDIDATES]
    if not names or (label != NOTHING and label not in names):
        return None
    slots = [[features.get(f"{part}:{name}", 0.0) for part in (*PARTS, OWN)] for name in names]
    present = [families.index(name) for name in names]
    empty = MOST_CANDIDATES - len(names)
    truth = names.index(label) if label != NOTHING else MOST_CANDIDATES
    return slots + [[0.0] * (len(PARTS) + 1)] * empty, present + [-1] * empty, features.get(BENIGN, 0.0), truth
