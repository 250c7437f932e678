"""What holds of a field, from what people decided and what the last scan suggests. Scans, decisions and undoing all end here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from governance.catalog.entities import family_known, known_entities
from governance.catalog.models import Dataset, Decision, Field
from governance.catalog.services.nested import raise_columns
from intelligence.classification import Settings, families

HELD = ("entity", "family", "score", "sensitivity", "state", "found", "suggested_entity", "suggested_score", "decided_by_id", "decided", "reason")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a scan thinks that a field holds; no entity: nothing."""

    entity: str = ""
    family: str = ""
    score: float | None = None


def decisions_of(field_ids: Collection[int]) -> dict[int, list[Decision]]:
    """field → its decisions that were not undone, the newest first."""
    found: dict[int, list[Decision]] = defaultdict(list)
    for one in Decision.objects.filter(field_id__in=field_ids, undone=None).order_by("-id"):
        found[one.field_id].append(one)
    return found


def suggestion_from(evidence: Mapping[str, Any] | None, settings: Settings, otherwise: str = "") -> Suggestion:
    """What the kept candidates of a verdict come to under other thresholds: the classification's own last step, without the values.

    `otherwise` is what was suggested, for evidence that keeps no candidates. A column whose paths hold something holds nothing itself.
    """
    kept = evidence or {}
    if kept.get("nested"):
        return Suggestion()
    candidates = kept.get("candidates") or []
    if not candidates:
        return Suggestion(otherwise, family_known(otherwise, settings), kept.get("score") if otherwise else None)
    for entity, score in candidates:
        family = (kept.get("family") if kept.get("entity") == entity else None) or family_known(entity, settings)
        if not {entity, family} & settings.disabled:
            return Suggestion(entity, family, score) if score >= settings.threshold_for(entity, family) else Suggestion()
    return Suggestion()


def settle(field: Field, suggestion: Suggestion, decisions: Sequence[Decision], settings: Settings) -> None:
    """Set what holds of the field (unsaved).

    A confirmed or set entity holds whatever a scan suggests. A rejected entity stays rejected for ever; when a scan suggests another one, that is a new suggestion.
    """
    field.suggested_entity, field.suggested_score = suggestion.entity, suggestion.score
    newest = decisions[0] if decisions else None
    field.decided_by_id, field.decided, field.reason = (newest.user_id, newest.time, newest.reason) if newest else (None, None, "")
    if newest is not None and newest.verdict != Decision.Verdict.REJECT:
        score = (
            suggestion.score if suggestion.entity == newest.entity else newest.suggested_score if newest.suggested_entity == newest.entity else None
        )
        family = suggestion.family if suggestion.entity == newest.entity else known_entities(settings).get(newest.entity, field.family)
        _hold(field, Field.State.CONFIRMED, newest.entity, family, score, settings)
    elif suggestion.entity and suggestion.entity not in rejected(decisions):
        _hold(field, Field.State.SUGGESTED, suggestion.entity, suggestion.family, suggestion.score, settings)
        field.decided_by_id, field.decided, field.reason = None, None, ""
    else:
        _hold(field, Field.State.REJECTED if newest else Field.State.NONE, "", "", None, settings)


def rejected(decisions: Sequence[Decision]) -> set[str]:
    """Entities that were rejected since somebody last confirmed or set one."""
    found: set[str] = set()
    for one in decisions:
        if one.verdict != Decision.Verdict.REJECT:
            break
        found.add(one.entity)
    return found


def total(dataset_ids: Collection[int]) -> None:
    """Write how sensitive datasets are: the highest of the fields that are there, and how many hold something."""
    raise_columns(dataset_ids)
    held = Q(fields__gone=None) & ~Q(fields__entity="")
    rows = Dataset.objects.filter(pk__in=dataset_ids).annotate(
        holding=Count("fields", filter=held),
        **{f"has_{level}": Count("fields", filter=held & Q(fields__sensitivity=level)) for level in families.SENSITIVITIES},
    )
    for row in rows.values("pk", "holding", "sensitivity", "sensitive_fields", *(f"has_{level}" for level in families.SENSITIVITIES)):
        level = next((one for one in reversed(families.SENSITIVITIES) if row[f"has_{one}"]), "public")
        if (level, row["holding"]) != (row["sensitivity"], row["sensitive_fields"]):
            Dataset.objects.filter(pk=row["pk"]).update(sensitivity=level, sensitive_fields=row["holding"])


def _hold(field: Field, state: Field.State, entity: str, family: str, score: float | None, settings: Settings) -> None:
    if entity != field.entity:
        field.found = None
    field.state, field.entity, field.family, field.score = state, entity, family, score
    field.sensitivity = settings.sensitivity(family or None)
