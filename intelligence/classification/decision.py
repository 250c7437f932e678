"""From evidence to a verdict: log-odds of each family are summed, rivals and the chance of nothing at all are weighed, and a doubtful case is left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from intelligence.classification.calibration import log_odds
from intelligence.classification.families import FAMILIES
from intelligence.classification.headers import MEDIUM, Meaning
from intelligence.classification.masking import mask_value
from intelligence.classification.model import BENIGN, MOST_CANDIDATES, OWN, PARTS, ColumnModel
from intelligence.classification.preparation import Prepared
from intelligence.classification.settings import Settings
from intelligence.classification.types import Evidence, Verdict

PRIOR: Final = -4.0
"""Log-odds of one family in a column of which nothing is known, before a column model is asked."""
BENIGN_HEADER: Final = -1.4
"""What a header of business or machinery (`order_no`) takes away from a family that it does not name."""
OTHER_THING: Final[dict[str, float]] = {"license_plate": -2.8, "date_of_birth": -3.2, "passport": -2.4, "driver_license": -2.4}
"""The same for families whose formats are those of a great many numbers and dates."""
FAINT: Final = 1.0
"""A claim below this is taken back by a word of business beside it."""
OTHER_CLAIM: Final = -0.25
"""Part of a header's claim that speaks against the other families."""
EXAMPLES: Final = 3
MOST_SHOWN: Final = 40
"""Characters of a header that are repeated in a sentence."""


@dataclass(slots=True)
class Candidate:
    """One entity that a column may hold, with what speaks for it."""

    entity: str
    family: str
    evidence: list[Evidence] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    @property
    def logit(self) -> float:
        return PRIOR + sum(one.weight for one in self.evidence)


@dataclass(slots=True)
class Weighed:
    """A column with all its candidates, before its neighbours are asked."""

    prepared: Prepared
    meaning: Meaning
    candidates: list[Candidate]
    benign: list[Evidence] = field(default_factory=list)
    engine: str = ""
    """Which engine read its free text."""

    def nothing(self) -> float:
        """Log-odds of there being nothing sensitive."""
        return max([0.0, *(one.weight for one in self.benign)])


def header_evidence(name: str, meaning: Meaning, family: str, entity: str) -> Evidence | None:
    """What the header says of a family: for it, against it, or nothing."""
    claims = [meaning.claims[concept] for concept in (entity, family) if concept in meaning.claims]
    if claims:
        weight, phrase = max(claims)
        if meaning.benign and weight < FAINT:
            return Evidence("header", 0, 0, f"the header speaks of “{meaning.benign}”", BENIGN_HEADER)
        return Evidence("header", 0, 0, f"the header says “{name if 0 < len(name) <= MOST_SHOWN else phrase}”", round(weight, 3))
    strongest = max((weight for weight, _ in meaning.claims.values()), default=0.0)
    if strongest >= MEDIUM:
        return Evidence("header", 0, 0, "the header speaks of something else", OTHER_CLAIM * strongest)
    if meaning.benign:
        return Evidence("header", 0, 0, f"the header speaks of “{meaning.benign}”", OTHER_THING.get(family, BENIGN_HEADER))
    return None


def decide(weighed: Weighed, settings: Settings, model: ColumnModel) -> Verdict:
    """The likeliest entity and the chance that it is right; none where that stays below the threshold."""
    prepared = weighed.prepared
    ranked = _ranked(weighed.candidates, model)
    features = _features(ranked, weighed.benign)
    logits = model.logits(features)
    benign = features.get(BENIGN, 0.0)
    odds = {family: logit + model.against(family, logits, benign) for family, logit in logits.items()}
    scores = {family: round(model.score(total), 4) for family, total in odds.items()}
    chosen = ranked[0] if ranked else None
    score = scores[chosen.family] if chosen else 0.0
    threshold = settings.threshold_for(chosen.entity, chosen.family) if chosen else None
    is_found = threshold is not None and score >= threshold
    evidence = _weighed(chosen, model) if chosen else []
    against = [one.detail for one in weighed.benign]
    if is_found:
        against += [one.detail for one in evidence if one.weight < 0]
    return Verdict(
        chosen.entity if chosen and is_found else None,
        chosen.family if chosen and is_found else None,
        score,
        _reason(evidence) if is_found else _nothing(weighed),
        evidence=evidence if is_found else [],
        against=against,
        candidates=[(one.entity, scores[one.family]) for one in ranked if scores[one.family] >= 0.01],
        examples=[mask_value(value, chosen.family) for value in chosen.examples[:EXAMPLES]] if chosen and is_found else [],
        examined=prepared.examined,
        distinct=len(prepared.texts),
        arithmetic=_arithmetic(chosen, evidence, model, odds[chosen.family], score) if chosen else [],
        judge={"model": model.version, "text": weighed.engine},
        features=features,
        threshold=threshold,
    )


def _ranked(candidates: Sequence[Candidate], model: ColumnModel) -> list[Candidate]:
    """The best entity of each family, the likeliest family first."""
    best: dict[str, tuple[float, Candidate]] = {}
    for candidate in candidates:
        logit = model.logits(_parts(candidate))[candidate.family]
        if candidate.family not in best or logit > best[candidate.family][0]:
            best[candidate.family] = (logit, candidate)
    return [candidate for _, candidate in sorted(best.values(), key=lambda pair: -pair[0])[:MOST_CANDIDATES]]


def part(evidence: Evidence) -> str:
    """Which weight of the column model an evidence gets."""
    if evidence.is_own:
        return OWN
    return evidence.recognizer if evidence.recognizer in PARTS else "values"


def _parts(candidate: Candidate) -> dict[str, float]:
    found: dict[str, float] = {f"values:{candidate.family}": 0.0}
    for one in candidate.evidence:
        key = f"{part(one)}:{candidate.family}"
        found[key] = found.get(key, 0.0) + one.weight
    return found


def _features(ranked: Sequence[Candidate], benign: Sequence[Evidence]) -> dict[str, float]:
    features = {key: round(value, 4) for candidate in ranked for key, value in _parts(candidate).items()}
    strongest = max((one.weight for one in benign), default=0.0)
    return features | ({BENIGN: round(strongest, 4)} if strongest > 0 else {})


def _weighed(candidate: Candidate, model: ColumnModel) -> list[Evidence]:
    """The evidence with the weights that the model gives it, the strongest first."""
    scaled = [replace(one, weight=round(one.weight * model.weight(part(one)), 4)) for one in candidate.evidence if one.weight]
    return sorted(scaled, key=lambda one: -one.weight)


def _arithmetic(candidate: Candidate, evidence: Sequence[Evidence], model: ColumnModel, total: float, score: float) -> list[dict[str, str | float]]:
    """Steps whose sum is the log-odds of the score."""
    bias = model.bias.get(candidate.family, 0.0)
    steps: list[tuple[str, float]] = [("before anything is known", model.prior)]
    if bias:
        steps.append((f"how often it is {FAMILIES[candidate.family][0].lower() if candidate.family in FAMILIES else candidate.family}", bias))
    steps += [(one.detail, one.weight) for one in evidence]
    so_far = sum(value for _, value in steps)
    steps.append(("what else it could be, or nothing", round(total - so_far, 4)))
    steps.append(("calibration on columns whose truth is known", round(log_odds(score) - total, 4)))
    told: list[dict[str, str | float]] = [{"label": label, "value": round(value, 4)} for label, value in steps]
    return [*told, {"label": "calibrated score", "value": score}]


def _reason(evidence: Sequence[Evidence]) -> str:
    """The strongest two or three reasons as one sentence."""
    parts = [one.detail for one in evidence if one.weight > 0][:3]
    text = "; ".join(dict.fromkeys(parts)) or "nothing speaks against it"
    return f"{text[0].upper()}{text[1:]}."


def _nothing(weighed: Weighed) -> str:
    if not weighed.prepared.texts:
        return "There are no values to look at."
    strongest = max(weighed.benign, key=lambda one: one.weight, default=None)
    if strongest is not None and strongest.weight > 0:
        return f"{strongest.detail[0].upper()}{strongest.detail[1:]}."
    return "Nothing sensitive was recognised."
