"""What a scan found in a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from governance.catalog.entities import settings_of
from governance.catalog.indexing import refresh
from governance.catalog.models import Dataset, Field, FindingChange, ProfileSnapshot
from governance.catalog.services import ledger
from governance.catalog.services.nested import of_column, register_paths
from governance.catalog.services.registering import stored_name
from governance.catalog.services.settling import HELD, Suggestion, decisions_of, settle, total
from governance.core.access import Actor
from governance.core.errors import GovernanceError, NotFound
from governance.core.events import record
from governance.core.events.recording import storable_json
from intelligence.classification import Settings, Verdict
from intelligence.models import RuleSetVersion

NAMED = 200
"""Findings that one fact holds."""
UPDATE_FIELDS = """
UPDATE catalog_field AS f SET entity = r.entity, family = r.family, score = r.score, sensitivity = r.sensitivity, state = r.state, found = r.found,
    suggested_entity = r.suggested_entity, suggested_score = r.suggested_score, decided_by_id = r.decided_by_id, decided = r.decided, reason = r.reason,
    evidence = COALESCE(r.evidence, f.evidence), profile = COALESCE(r.profile, f.profile), judge = COALESCE(r.judge, f.judge)
FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, entity text, family text, score float8, sensitivity text, state text, found timestamptz,
    suggested_entity text, suggested_score float8, decided_by_id int, decided timestamptz, reason text, evidence jsonb, profile jsonb, judge jsonb)
WHERE f.id = r.id
"""


@dataclass(frozen=True, slots=True)
class FieldFindings:
    """What one unit of a scan says of a field. Both parts are masked already; a part that is None was not looked at, and what was known stays."""

    profile: dict[str, Any] | None = None
    verdict: Verdict | None = None
    parent: str = ""
    """The stored name of the column whose documents hold this path; empty for a column."""
    kind: str = "other"
    """What a path holds; a column's kind comes with the listing."""
    is_whole: bool = False
    """A column of documents all of which were looked at: a path that is not among the findings is not there."""


@dataclass(frozen=True, slots=True)
class Found:
    """A field that holds something now; `is_new` when the entity was not known there before."""

    field: Field
    entity: str
    score: float | None
    is_new: bool


@transaction.atomic
def record_findings(
    dataset: Dataset,
    *,
    profile: dict[str, Any] | None,
    fields: Mapping[str, FieldFindings],
    scan_id: int | None,
    actor: Actor,
    settings: Settings | None = None,
    version: RuleSetVersion | None = None,
) -> list[Found]:
    """Write what a scan measured and recognised; what people decided holds on. Doing it twice changes nothing the second time.

    `profile` is {"rows", "size", "method", …} of the dataset; names in `fields` are as the source spells them. `settings` are those of the scan's rule set `version`; without
    them the source's own count. Its callers check that the actor may scan the source.
    """
    now = timezone.now()
    rows_of = Dataset.objects.select_for_update(of=("self",)).select_related("source", "source__rule_set").defer("words", "definition")
    locked = rows_of.filter(pk=dataset.pk).first()
    if locked is None:
        raise NotFound("The dataset was removed while it was scanned, with its source. Nothing was kept.")
    chosen = settings or settings_of(locked.source)
    said = {stored_name(name): one for name, one in fields.items()}
    register_paths(locked, said, now)
    rows = list(Field.objects.filter(dataset=locked, name__in=list(said)).defer("words"))
    decisions = decisions_of([one.pk for one in rows])
    rules = ledger.rules_of(locked.source, version)
    found: list[Found] = []
    lines: list[FindingChange | None] = []
    for field in rows:
        before, stood = (field.entity, field.state), ledger.Standing.suggested(field)
        verdict = said[field.name].verdict
        if verdict is not None:
            verdict = of_column(verdict)
            suggestion = Suggestion(verdict.entity or "", verdict.family or "", verdict.score if verdict.entity else None)
            settle(field, suggestion, decisions[field.pk], chosen)
            field.judge = ledger.judge_of(verdict, said[field.name].profile, rules)
            lines.append(ledger.change(stood, field, chosen, scan_id=scan_id, evidence=verdict.as_json()))
        is_new = field.state == Field.State.SUGGESTED and (field.entity, field.state) != before
        if field.entity:
            field.found = field.found or now
            found.append(Found(field, field.entity, field.score, is_new))
    _save(rows, said)
    ledger.write(lines)
    if any(one.verdict is not None for one in said.values()):
        total([locked.pk])
        refresh([locked.pk], [field.pk for field in rows])
    _finish(locked, profile, said, scan_id, now)
    tell(locked, [one for one in found if one.is_new], scan_id, actor)
    dataset.refresh_from_db(fields=["rows", "size", "profile", "error", "scanned", "sensitivity", "sensitive_fields", "scanned_fingerprint"])
    return found


@transaction.atomic
def record_failure(dataset: Dataset, error: GovernanceError, *, scan_id: int | None, actor: Actor) -> None:
    """Note that a dataset could not be scanned; what was known of it stays."""
    told = {"code": error.code, "detail": error.detail[:2000]}
    Dataset.objects.filter(pk=dataset.pk).update(error=told)
    dataset.error = told
    record("catalog.dataset.failed", dataset, actor=actor, severity="warning", scan=scan_id, code=told["code"], detail=told["detail"])


def _save(rows: Sequence[Field], said: Mapping[str, FieldFindings]) -> None:
    values = []
    for field in rows:
        one = said[field.name]
        row: dict[str, Any] = {name: getattr(field, name) for name in ("id", *HELD)}
        row["evidence"] = of_column(one.verdict).as_json() if one.verdict is not None else None
        row["profile"] = one.profile
        row["judge"] = field.judge if one.verdict is not None else None
        values.append(row)
        field.evidence = row["evidence"] or field.evidence
        field.profile = one.profile or field.profile
    write(values)


def write(values: Sequence[Mapping[str, Any]]) -> None:
    """Fields in one statement; evidence, profile and judge stay where they are None."""
    if values:
        with connection.cursor() as cursor:
            cursor.execute(UPDATE_FIELDS, [storable_json(values)])


def _finish(dataset: Dataset, profile: dict[str, Any] | None, said: Mapping[str, FieldFindings], scan_id: int | None, now: datetime) -> None:
    measured = profile or {}
    values: dict[str, Any] = {"scanned": now, "error": None, "scanned_fingerprint": dataset.fingerprint}
    values |= {name: measured[name] for name in ("rows", "size") if measured.get(name) is not None}
    if profile is not None:
        values["profile"] = orjson.loads(storable_json(profile))
    Dataset.objects.filter(pk=dataset.pk).update(**values)
    if profile is None or scan_id is None:
        return
    shares = {name: {what: one.profile.get(what) for what in ("nulls", "distinct")} for name, one in said.items() if one.profile}
    ProfileSnapshot.objects.update_or_create(
        dataset=dataset,
        scan_id=scan_id,
        defaults={"time": now, "rows": measured.get("rows"), "size": measured.get("size") or dataset.size, "fields": shares},
    )


def tell(dataset: Dataset, new: Sequence[Found], scan_id: int | None, actor: Actor) -> None:
    if new:
        dataset.refresh_from_db(fields=["sensitivity"])
        named = [{"field": one.field.name[:100], "entity": one.entity, "score": one.score} for one in new[:NAMED]]
        record("catalog.sensitive.found", dataset, actor=actor, fields=named, more=max(0, len(new) - NAMED), scan=scan_id)
