"""Findings as a file for people who check them: what each field holds, how sure that is, why, and who decided. Values of fields are never in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from governance.catalog.models import Field
from governance.core import spreadsheets
from governance.core.access import Actor
from governance.core.events import record
from intelligence.classification.families import label
from intelligence.classification.titles import title

COLUMNS = (
    *("id", "source", "dataset", "field", "type", "entity", "title", "family", "sensitivity", "score", "state", "suggested", "found"),
    *("why", "decided", "decided_by", "reason"),
)
AT_ONCE = 1_000


def export_findings(fields: QuerySet[Field], kind: str, *, actor: Actor) -> Iterator[str | bytes]:
    """CSV or JSON of fields that the caller has narrowed to those the actor may see, a piece at a time."""
    ids = list(fields.order_by("dataset__source__name", "dataset__key", "position").values_list("pk", flat=True))
    with transaction.atomic():
        record("catalog.exported", actor=actor, datasets=0, fields=len(ids))
    return _csv(ids) if kind == "csv" else _json(ids)


def _csv(ids: list[int]) -> Iterator[str | bytes]:
    yield spreadsheets.BOM + spreadsheets.line(COLUMNS)
    for row in _rows(ids):
        yield spreadsheets.line("" if row[name] is None else row[name] for name in COLUMNS)


def _json(ids: list[int]) -> Iterator[str | bytes]:
    yield b'{"exported":' + orjson.dumps(timezone.now()) + b',"count":' + orjson.dumps(len(ids)) + b',"findings":['
    for at, row in enumerate(_rows(ids)):
        yield (b",\n" if at else b"\n") + orjson.dumps(row)
    yield b"\n]}\n"


def _rows(ids: list[int]) -> Iterator[dict[str, Any]]:
    heavy = ("words", "profile", "dataset__words", "dataset__profile", "dataset__definition", "dataset__references")
    rows = Field.objects.select_related("dataset__source", "decided_by").defer(*heavy)
    for start in range(0, len(ids), AT_ONCE):
        whole = rows.in_bulk(ids[start : start + AT_ONCE])
        yield from (_row(whole[pk]) for pk in ids[start : start + AT_ONCE] if pk in whole)


def _row(one: Field) -> dict[str, Any]:
    return {
        "id": one.pk,
        "source": one.dataset.source.name,
        "dataset": one.dataset.key,
        "field": one.name,
        "type": one.type,
        "entity": one.entity,
        "title": title(one.entity) if one.entity else "",
        "family": label(one.family) if one.family else "",
        "sensitivity": one.sensitivity,
        "score": None if one.score is None else round(one.score, 4),
        "state": one.state,
        "suggested": one.suggested_entity,
        "found": one.found.isoformat() if one.found else None,
        "why": (one.evidence or {}).get("reason", ""),
        "decided": one.decided.isoformat() if one.decided else None,
        "decided_by": one.decided_by.get_username() if one.decided_by else "",
        "reason": one.reason,
    }
