"""Paths inside documents as fields of their own, below the column that holds the documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from governance.catalog.indexing import field_vector
from governance.catalog.models import Dataset, Field
from governance.catalog.services import bulk
from intelligence.classification import Verdict

if TYPE_CHECKING:
    from governance.catalog.services.findings import FieldFindings

MOST = 500
"""Paths of one column that are kept."""
RAISE = """
UPDATE catalog_field AS f SET sensitivity = r.level FROM (
    SELECT p.id, (ARRAY['public', 'internal', 'confidential', 'restricted'])[MAX(array_position(
        ARRAY['public', 'internal', 'confidential', 'restricted'], CASE WHEN c.entity <> '' AND c.gone IS NULL THEN c.sensitivity::text ELSE 'public' END))] AS level
    FROM catalog_field p JOIN catalog_field c ON c.parent_id = p.id WHERE p.dataset_id = ANY(%s) AND p.entity = '' GROUP BY p.id
) AS r WHERE f.id = r.id AND f.sensitivity <> r.level
"""


def register_paths(dataset: Dataset, said: Mapping[str, FieldFindings], now: datetime) -> None:
    """Add the paths that a scan saw (`said` by stored name); one that was not seen is marked as gone only when all rows were looked at.

    A column of its own that bears the name of a path keeps it: then the path is left out.
    """
    nested = {name: one for name, one in said.items() if one.parent}
    wholes = {name for name, one in said.items() if one.is_whole}
    if not nested and not wholes:
        return
    parents = {one.name: one for one in Field.objects.filter(dataset=dataset, parent=None, name__in={one.parent for one in nested.values()} | wholes)}
    taken = set(Field.objects.filter(dataset=dataset, parent=None, name__in=list(nested)).values_list("name", flat=True))
    rows = [
        {
            "dataset_id": dataset.pk,
            "name": name,
            "position": parents[one.parent].position,
            "type": one.kind,
            "kind": one.kind,
            "nullable": True,
            "is_key": False,
            "comment": "",
            "words": field_vector(name, dataset.name, ()),
        }
        for name, one in nested.items()
        if one.parent in parents and name not in taken
    ]
    bulk.upsert_fields(rows[: MOST * max(1, len(parents))], now)
    for parent in parents.values():
        below = [name for name, one in nested.items() if one.parent == parent.name and name not in taken]
        Field.objects.filter(dataset=dataset, name__in=below).update(parent=parent)
        if parent.name in wholes:
            Field.objects.filter(parent=parent, gone=None).exclude(name__in=below).update(gone=now)


def of_column(verdict: Verdict) -> Verdict:
    """What a column of documents holds itself: nothing, where its paths hold it."""
    if not any(one.entity for one in verdict.nested.values()):
        return verdict
    return replace(verdict, entity=None, family=None, examples=[])


def raise_columns(dataset_ids: Collection[int]) -> None:
    """A column of documents that holds nothing of its own is as sensitive as the most sensitive path below it."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [list(dataset_ids)])
