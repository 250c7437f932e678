"""Many rows in one statement each: a thousand tables register in about as many milliseconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from governance.catalog.models import Dataset, Field

INSERT_DATASETS = """
INSERT INTO catalog_dataset (source_id, key, path, name, kind, comment, definition, "references", rows, size, fingerprint, scanned_fingerprint, structure,
    version, sensitivity, sensitive_fields, field_count, first_seen, last_seen, description, certification, words)
SELECT %s, key, ARRAY(SELECT jsonb_array_elements_text(path)), name, kind, comment, definition, "references", rows, size, fingerprint, '', structure,
    1, 'public', 0, field_count, %s, %s, '', '', words::tsvector
FROM jsonb_to_recordset(%s::jsonb) AS r(key text, path jsonb, name text, kind text, comment text, definition text, "references" jsonb, rows bigint, size bigint,
    fingerprint text, structure text, field_count int, words text)
ORDER BY key ON CONFLICT (source_id, key) DO NOTHING RETURNING key, id
"""
UPSERT_FIELDS = """
INSERT INTO catalog_field (dataset_id, name, position, type, kind, nullable, is_key, comment, entity, family, sensitivity, state, suggested_entity, first_seen,
    reason, description, words)
SELECT dataset_id, name, position, type, kind, nullable, is_key, comment, '', '', 'public', 'none', '', %s, '', '', words::tsvector
FROM jsonb_to_recordset(%s::jsonb) AS r(dataset_id bigint, name text, position int, type text, kind text, nullable bool, is_key bool, comment text, words text)
ON CONFLICT (dataset_id, name) DO UPDATE SET position = excluded.position, type = excluded.type, kind = excluded.kind, nullable = excluded.nullable,
    is_key = excluded.is_key, comment = excluded.comment, gone = NULL, parent_id = NULL
"""
SEE_AGAIN = """
UPDATE catalog_dataset AS d SET last_seen = %s, gone = NULL, fingerprint = r.fingerprint,
    rows = CASE WHEN r.rows IS NULL OR (d.scanned IS NOT NULL AND d.fingerprint = r.fingerprint) THEN d.rows ELSE r.rows END,
    size = CASE WHEN r.size IS NULL OR (d.scanned IS NOT NULL AND d.fingerprint = r.fingerprint) THEN d.size ELSE r.size END
FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, fingerprint text, rows bigint, size bigint) WHERE d.id = r.id
"""
RESTRUCTURE = """
UPDATE catalog_dataset AS d SET path = ARRAY(SELECT jsonb_array_elements_text(r.path)), name = r.name, kind = r.kind, comment = r.comment,
    definition = r.definition, "references" = r."references", structure = r.structure, field_count = r.field_count, version = r.version
FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, path jsonb, name text, kind text, comment text, definition text, "references" jsonb, structure text,
    field_count int, version int) WHERE d.id = r.id
"""


def insert_datasets(source_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """key → id of the datasets that were added."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT_DATASETS, [source_id, now, now, _json(rows)])
        return dict(cursor.fetchall())


def upsert_fields(rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Add fields, or write the structure of those that are there; nothing that people or scans found out is touched."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(UPSERT_FIELDS, [now, _json(rows)])


def see_again(pairs: Sequence[tuple[Dataset, Mapping[str, Any]]], now: datetime) -> None:
    """Note that known datasets were listed; measured sizes stay while the source says that nothing changed."""
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            SEE_AGAIN, [now, _json([{"id": dataset.pk, **{name: row[name] for name in ("fingerprint", "rows", "size")}} for dataset, row in pairs])]
        )
    for dataset, row in pairs:
        is_same = dataset.scanned is not None and dataset.fingerprint == row["fingerprint"]
        dataset.last_seen, dataset.gone, dataset.fingerprint = now, None, row["fingerprint"]
        if not is_same:
            dataset.rows = dataset.rows if row["rows"] is None else row["rows"]
            dataset.size = dataset.size if row["size"] is None else row["size"]


def restructure(pairs: Sequence[tuple[Dataset, Mapping[str, Any]]]) -> None:
    """Write what the source says of the structure of datasets."""
    if pairs:
        names = ("path", "name", "kind", "comment", "definition", "references", "structure", "field_count")
        with connection.cursor() as cursor:
            cursor.execute(
                RESTRUCTURE, [_json([{"id": one.pk, "version": one.version, **{name: row[name] for name in names}} for one, row in pairs])]
            )


def fields_of(dataset_ids: Sequence[int]) -> dict[int, dict[str, dict[str, Any]]]:
    """dataset → name → what the source said of each field that is there."""
    found: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    columns = ("dataset_id", "name", "position", "type", "kind", "nullable", "is_key", "comment")
    for row in Field.objects.filter(dataset_id__in=dataset_ids, gone=None, parent=None).order_by("dataset_id", "position").values(*columns):
        found[row.pop("dataset_id")][row["name"]] = row
    return found


def rename_fields(dataset_id: int, renamed: Sequence[Mapping[str, str]]) -> None:
    """Give fields their new names. A field that was gone and bore the new name makes room: the one that was there keeps its history."""
    for one in renamed:
        Field.objects.filter(dataset_id=dataset_id, name=one["after"]).delete()
        rename_paths(dataset_id, one["before"], one["after"])
        Field.objects.filter(dataset_id=dataset_id, name=one["before"]).update(name=one["after"])


def lose_fields(dataset_id: int, names: Sequence[str], now: datetime) -> None:
    """Mark the fields that are not listed any more."""
    Field.objects.filter(dataset_id=dataset_id, gone=None, parent=None).exclude(name__in=names).update(gone=now)
    lose_paths(dataset_id, now)


def rename_paths(dataset_id: int, before: str, after: str) -> None:
    """Let the paths below a column follow its new name."""
    for one in Field.objects.filter(dataset_id=dataset_id, parent__name=before).only("name"):
        Field.objects.filter(pk=one.pk).update(name=after + one.name[len(before) :])


def lose_paths(dataset_id: int, now: datetime) -> None:
    """Mark the paths below columns that are gone."""
    Field.objects.filter(dataset_id=dataset_id, gone=None, parent__gone__isnull=False).update(gone=now)


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
