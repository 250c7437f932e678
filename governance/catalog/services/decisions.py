"""What people decide about fields: confirm, reject or set what they hold, and take it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from governance.catalog.entities import family_of, known_entities, settings_of
from governance.catalog.indexing import refresh
from governance.catalog.models import Dataset, Decision, Field, FindingChange
from governance.catalog.services import ledger
from governance.catalog.services.settling import HELD, Suggestion, decisions_of, settle, total
from governance.core.access import Actor, mask, require
from governance.core.errors import Conflict, Denied, InvalidInput
from governance.core.events import record
from intelligence.classification import Settings
from intelligence.classification.families import rank
from intelligence.learning.labels import drop_label, keep_label

VerdictWord = Literal["confirm", "reject", "set"]
MOST = 1_000
"""Fields that one request may decide."""
MOST_OF_ALL = 10_000
"""Fields that one decision about a whole list may be about."""
PROBE = "a value 123"
VALUES = ("minimum", "maximum", "mean", "stddev", "quantiles", "histogram", "top")


@transaction.atomic
def decide(field: Field, *, verdict: VerdictWord, entity: str = "", reason: str = "", actor: Actor) -> Field:
    """Confirm or reject what is suggested, or set what a field holds. Naming an entity with confirm or reject guards against deciding on what has changed meanwhile."""
    locked = _locked([field.pk])[0]
    require(actor, "decide", locked)
    _decide(locked, verdict, entity, reason, actor, settings_of(locked.dataset.source))
    _after([locked])
    return locked


@transaction.atomic
def decide_many(fields: Sequence[Field], *, verdict: VerdictWord, entity: str = "", reason: str = "", actor: Actor) -> list[Field]:
    """The same for many fields, all or none."""
    rows, settings = _several(fields, actor)
    for one in rows:
        _decide(one, verdict, entity, reason, actor, settings[one.dataset.source_id])
    _after(rows)
    return rows


@transaction.atomic
def undo(field: Field, *, actor: Actor) -> Field:
    """Take back the newest decision; the one before it holds again, or what the last scan suggests."""
    locked = _locked([field.pk])[0]
    require(actor, "decide", locked)
    _undo(locked, actor, settings_of(locked.dataset.source))
    _after([locked])
    return locked


@transaction.atomic
def undo_many(fields: Sequence[Field], *, actor: Actor) -> list[Field]:
    """The same for many fields, all or none: what takes a bulk decision back."""
    rows, settings = _several(fields, actor)
    for one in rows:
        _undo(one, actor, settings[one.dataset.source_id])
    _after(rows)
    return rows


@transaction.atomic
def decide_all(fields: Sequence[Field], *, verdict: VerdictWord, entity: str = "", reason: str = "", actor: Actor) -> list[Field]:
    """The same decision about any number of fields, all or none; in the order of their datasets, as locks are taken."""
    _few_enough(fields)
    parts = [fields[at : at + MOST] for at in range(0, len(fields), MOST)]
    return [one for part in parts for one in decide_many(part, verdict=verdict, entity=entity, reason=reason, actor=actor)]


@transaction.atomic
def undo_all(fields: Sequence[Field], *, actor: Actor) -> list[Field]:
    """Take back the newest decision of any number of fields, all or none."""
    _few_enough(fields)
    return [one for at in range(0, len(fields), MOST) for one in undo_many(fields[at : at + MOST], actor=actor)]


def _few_enough(fields: Sequence[Field]) -> None:
    if len(fields) > MOST_OF_ALL:
        raise InvalidInput(f"At most {MOST_OF_ALL:,} fields at once; these are {len(fields):,}. Narrow the filters.")


def _several(fields: Sequence[Field], actor: Actor) -> tuple[list[Field], dict[int, Settings]]:
    """The fields, locked, with the settings of their sources; the actor may decide each of them."""
    if not fields:
        raise InvalidInput("Name at least one field.", errors={"fields": ["empty"]})
    if len(fields) > MOST:
        raise InvalidInput(f"At most {MOST} fields at once; these are {len(fields)}.", errors={"fields": ["too many"]})
    rows = _locked([field.pk for field in fields])
    for one in rows:
        require(actor, "decide", one)
    return rows, {source.pk: settings_of(source) for source in {one.dataset.source for one in rows}}


def _locked(pks: Sequence[int]) -> list[Field]:
    """Fields with their datasets, which are locked first and in order: scans and decisions never wait for each other in a circle."""
    ids = Field.objects.filter(pk__in=pks).values_list("dataset_id", flat=True)
    list(Dataset.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update().values_list("pk"))
    return list(
        Field.objects.filter(pk__in=pks)
        .select_related("dataset__source__rule_set")
        .defer("words", "dataset__words", "dataset__definition")
        .order_by("pk")
    )


def _decide(field: Field, verdict: VerdictWord, entity: str, reason: str, actor: Actor, settings: Settings) -> None:
    meant = field.entity or field.suggested_entity
    if verdict == "set":
        if not entity:
            raise InvalidInput("Name the entity that the field holds.", errors={"entity": ["required"]})
        family_of(entity, settings)
        meant = entity
    elif not meant:
        raise Conflict(f"Nothing is suggested for {field}. Set what it holds instead.", field=field.pk)
    elif entity and entity != meant:
        raise Conflict(f"{field} is now thought to hold {meant}, not {entity}. Look again before you decide.", field=field.pk)
    made = Decision.objects.create(
        field=field,
        verdict=verdict,
        entity=meant,
        suggested_entity=field.suggested_entity,
        suggested_score=field.suggested_score,
        reason=reason[:500],
        user_id=actor.id,
    )
    suggested, before = field.suggested_entity, ledger.Standing.held(field)
    with _not_below_ceiling(field, actor):
        _settle(field, settings)
    told = f"{made.get_verdict_display()} {made.entity}{f': {made.reason}' if made.reason else ''}"
    ledger.write([ledger.note(before, field, FindingChange.Cause.DECISION, actor=actor, detail=told, is_held=True)])
    _learn(field)
    record("catalog.field.decided", field, actor=actor, verdict=verdict, entity=meant, suggested=suggested, reason=reason[:500])


def _undo(field: Field, actor: Actor, settings: Settings) -> None:
    newest = Decision.objects.filter(field=field, undone=None).first()
    if newest is None:
        raise Conflict(f"There is no decision about {field} that could be undone.")
    newest.undone = timezone.now()
    newest.save(update_fields=["undone"])
    before = ledger.Standing.held(field)
    # Whoever raised it may take that back.
    with nullcontext() if newest.user_id == actor.id else _not_below_ceiling(field, actor):
        _settle(field, settings)
    told = f"Taken back: {newest.verdict} {newest.entity}"
    ledger.write([ledger.note(before, field, FindingChange.Cause.DECISION, actor=actor, detail=told, is_held=True)])
    _learn(field)
    record("catalog.field.undone", field, actor=actor, verdict=newest.verdict, entity=newest.entity, suggested=newest.suggested_entity)


@contextmanager
def _not_below_ceiling(field: Field, actor: Actor) -> Iterator[None]:
    """Whoever may not see the values may not declare them harmless, and look at them then: Denied when the block lowers the sensitivity."""
    before, is_masked = rank(field.sensitivity), mask(actor, field, PROBE) != PROBE
    yield
    if is_masked and rank(field.sensitivity) < before:
        raise Denied(f"{field} is above your ceiling, so you may not lower what it counts as. Ask somebody whose grant covers it.", field=field.pk)


def _settle(field: Field, settings: Settings) -> None:
    evidence = field.evidence or {}
    is_told = evidence.get("entity") == field.suggested_entity
    family = (evidence.get("family") if is_told else known_entities(settings).get(field.suggested_entity)) or ""
    settle(field, Suggestion(field.suggested_entity, family, field.suggested_score), decisions_of([field.pk])[field.pk], settings)
    if field.entity:
        field.found = field.found or _found_by_scan(field) or timezone.now()
        field.profile = without_values(field.profile)
    field.save(update_fields=[*(name.removesuffix("_id") for name in HELD), "profile"])


def _found_by_scan(field: Field) -> datetime | None:
    """When a scan last began to suggest what the field holds: what a rejection forgot is known again when it is taken back."""
    began = FindingChange.objects.filter(field=field, after_entity=field.entity, scan_id__isnull=False).exclude(before_entity=field.entity)
    return began.values_list("time", flat=True).first()


def _learn(field: Field) -> None:
    """Hand what a person said of a field to those who learn from it, and forget what was taken back."""
    if field.state not in (Field.State.CONFIRMED, Field.State.REJECTED):
        drop_label(field.pk)
        return
    keep_label(field.pk, group=field.dataset_id, family=field.family or None, features=(field.evidence or {}).get("features"))


def without_values(profile: dict[str, Any] | None) -> dict[str, Any] | None:
    """A profile of what has turned out to be sensitive: values that were stored while nothing spoke for it go, counts and lengths stay."""
    if profile is None or profile.get("is_masked"):
        return profile
    return {name: value for name, value in profile.items() if name not in VALUES} | {"is_masked": True, "top": []}


def _after(fields: Sequence[Field]) -> None:
    datasets = {field.dataset_id for field in fields}
    total(datasets)
    refresh(datasets, [field.pk for field in fields])
