"""From evidence to a verdict: log-odds of each family are summed, rivals and the chance of nothing at all are weighed, and a doubtful case is left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Final

from intelligence.classification.headers import MEDIUM, Meaning
from intelligence.classification.masking import mask_value
from intelligence.classification.preparation import Prepared
from intelligence.classification.settings import Settings
from intelligence.classification.types import Evidence, Verdict

PRIOR: Final = -4.0
"""Log-odds of one family in a column of which nothing is known."""
BENIGN_HEADER: Final = -1.4
"""What a header of business or machinery (`order_no`) takes away from a family that it does not name."""
FAINT: Final = 1.0
"""A claim below this is taken back by a word of business beside it."""
OTHER_CLAIM: Final = -0.25
"""Part of a header's claim that speaks against the other families."""
RIVALRY: Final = 0.3
"""How much a second family lowers the first one's score: calling a first name a last name still protects it."""
MOST_CANDIDATES: Final = 5
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
        return Evidence("header", 0, 0, f"the header speaks of “{meaning.benign}”", BENIGN_HEADER)
    return None


def decide(weighed: Weighed, settings: Settings) -> Verdict:
    """The likeliest entity and its probability; none where that stays below the threshold."""
    prepared = weighed.prepared
    best: dict[str, Candidate] = {}
    for candidate in weighed.candidates:
        if candidate.family not in best or candidate.logit > best[candidate.family].logit:
            best[candidate.family] = candidate
    ranked = sorted(best.values(), key=lambda one: -one.logit)
    nothing = weighed.nothing()
    scores = [_score(candidate, ranked, nothing) for candidate in ranked[:MOST_CANDIDATES]]
    against = [one.detail for one in weighed.benign]
    candidates = [(candidate.entity, score) for candidate, score in zip(ranked, scores, strict=False) if score >= 0.01]
    if not ranked or scores[0] < settings.threshold:
        return Verdict(
            None,
            None,
            scores[0] if scores else 0.0,
            _nothing(weighed),
            against=against,
            candidates=candidates,
            examined=prepared.examined,
            distinct=len(prepared.texts),
        )
    chosen = ranked[0]
    against += [one.detail for one in chosen.evidence if one.weight < 0]
    evidence = sorted((one for one in chosen.evidence if one.weight != 0), key=lambda one: -one.weight)
    return Verdict(
        chosen.entity,
        chosen.family,
        scores[0],
        _reason(evidence),
        evidence=evidence,
        against=against,
        candidates=candidates,
        examples=[mask_value(value, chosen.family) for value in chosen.examples[:EXAMPLES]],
        examined=prepared.examined,
        distinct=len(prepared.texts),
    )


def _score(candidate: Candidate, ranked: Sequence[Candidate], nothing: float) -> float:
    rivals = sum(exp(min(60.0, other.logit)) for other in ranked if other is not candidate)
    odds = candidate.logit - log(exp(min(60.0, nothing)) + RIVALRY * rivals)
    return round(1 / (1 + exp(-max(-60.0, min(60.0, odds)))), 4)


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
