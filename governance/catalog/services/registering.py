"""What a source lists becomes datasets, fields and versions; what a complete listing does not show is marked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from django.db import connection, transaction
from django.utils import timezone

from governance.catalog.indexing import dataset_vector, field_vector, learn_vectors, refresh
from governance.catalog.models import Dataset, DatasetVersion
from governance.catalog.services import bulk
from governance.catalog.services.curation import curation_of
from governance.catalog.services.differences import Difference, difference
from governance.catalog.services.settling import total
from governance.core.access import Actor
from governance.core.errors import NotFound
from governance.core.events import record
from governance.core.events.recording import storable
from governance.sources.connectors.base import DatasetInfo
from governance.sources.models import Source

LOCK = 7_301
"""First half of the advisory lock under which one worker at a time registers datasets of a source."""
LONGEST_KEY = 1000
LONGEST_NAME = 500
NAMED = 100
"""Names that one fact holds of each kind."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A listed dataset as the catalog knows it, and what was new about it."""

    dataset: Dataset
    info: DatasetInfo
    change: Literal["new", "changed", "same"]


@dataclass(slots=True)
class Listed:
    """A listing's entry in the shape of the catalog's columns."""

    info: DatasetInfo
    row: dict[str, Any]
    fields: dict[str, dict[str, Any]]


def stored_key(key: str) -> str:
    """A dataset's key as the catalog keeps it: without what the database does not take, and not too long for its index."""
    return _cut(key, LONGEST_KEY)


def stored_name(name: str) -> str:
    """The same for a field's name."""
    return _cut(name, LONGEST_NAME)


@transaction.atomic
def register_structures(source: Source, infos: Sequence[DatasetInfo], *, scan_id: int | None, actor: Actor) -> list[Registered]:
    """Bring the catalog in line with what a source lists; the answer is in the order of `infos` (a key that is listed twice counts once).

    Its callers check that the actor may scan the source. Two workers may register the same datasets at once. What people said is kept.
    """
    now = timezone.now()
    listed = {one.row["key"]: one for one in map(_listed, infos)}
    if not listed:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, source.pk])
    if not Source.objects.filter(pk=source.pk).exists():
        raise NotFound("The source was removed while it was scanned. Nothing was kept.")
    known = (
        Dataset.objects.filter(source=source, key__in=list(listed))
        .order_by("pk")
        .select_for_update(of=("self",))
        .defer("definition", "profile", "words")
    )
    present = {one.key: one for one in known}
    for one in present.values():
        one.source = source
    new = [one for key, one in listed.items() if key not in present]
    kept = [(present[key], one) for key, one in listed.items() if key in present]
    changed = [(dataset, one) for dataset, one in kept if _is_changed(dataset, one)]
    added = {one.key: one for one in _add(source, new, scan_id, now)}
    has_reappeared = {dataset.pk for dataset, _ in changed if dataset.gone}
    bulk.see_again([(dataset, one.row) for dataset, one in kept], now)
    differences = _change(changed, scan_id, now)
    for dataset in added.values():
        record("catalog.dataset.registered", dataset, actor=actor, kind=dataset.kind, fields=dataset.field_count, scan=scan_id)
    for dataset, _ in changed:
        data = differences[dataset.pk].summary(NAMED)
        record(
            "catalog.dataset.changed",
            dataset,
            actor=actor,
            version=dataset.version,
            has_reappeared=dataset.pk in has_reappeared,
            scan=scan_id,
            **data,
        )
    other = {dataset.pk for dataset, _ in changed}
    everything = present | added
    return [
        _registered(everything[key], one.info, "new" if key in added else "changed" if everything[key].pk in other else "same")
        for key, one in listed.items()
    ]


@transaction.atomic
def mark_vanished(source: Source, keys_listed: set[str], *, scan_id: int | None, actor: Actor) -> int:
    """Mark the datasets that a complete listing did not show as gone; how many they were. Its callers know that the listing was complete."""
    now = timezone.now()
    keys = {stored_key(key) for key in keys_listed}
    there = Dataset.objects.filter(source=source, gone=None).order_by("pk").select_for_update(of=("self",)).defer("definition", "profile", "words")
    vanished = [dataset for dataset in there if dataset.key not in keys]
    Dataset.objects.filter(pk__in=[one.pk for one in vanished]).update(gone=now)
    for dataset in vanished:
        dataset.gone = now
        record("catalog.dataset.vanished", dataset, actor=actor, severity="warning", scan=scan_id)
    return len(vanished)


def _registered(dataset: Dataset, info: DatasetInfo, change: Literal["new", "changed", "same"]) -> Registered:
    return Registered(dataset, info, change)


def _listed(info: DatasetInfo) -> Listed:
    fields: dict[str, dict[str, Any]] = {}
    for one in info.fields:
        name = stored_name(one.name)
        fields.setdefault(
            name,
            {
                "name": name,
                "position": one.position,
                "type": storable(one.type)[:1000],
                "kind": one.kind,
                "nullable": one.nullable,
                "is_key": one.is_key,
                "comment": storable(one.comment)[:10_000],
            },
        )
    row = {
        "key": stored_key(info.key),
        "path": [storable(step) for step in info.path],
        "name": stored_name(info.name),
        "kind": info.kind,
        "comment": storable(info.comment)[:10_000],
        "definition": storable(info.definition),
        "references": [[[storable(c) for c in own], stored_key(key), [storable(c) for c in theirs]] for own, key, theirs in info.references],
        "rows": info.rows,
        "size": info.size,
        "fingerprint": storable(info.fingerprint)[:200],
        "field_count": len(fields),
    }
    seen = orjson.dumps([row["path"], row["name"], row["kind"], row["comment"], row["definition"], row["references"], list(fields.values())])
    row["structure"] = hashlib.blake2b(seen, digest_size=16).hexdigest()
    return Listed(info, row, fields)


def _is_changed(dataset: Dataset, one: Listed) -> bool:
    # A dataset whose fields could not be read keeps the structure it had.
    return dataset.gone is not None or (dataset.structure != one.row["structure"] and not one.info.error)


def _add(source: Source, new: Sequence[Listed], scan_id: int | None, now: datetime) -> list[Dataset]:
    """Insert datasets with their fields and first versions."""
    if not new:
        return []
    vectors: list[str] = []
    for one in new:
        one.row["words"] = dataset_vector(one.row["name"], one.row["path"], (one.row["comment"],))
        vectors.append(one.row["words"])
    ids = bulk.insert_datasets(source.pk, [one.row for one in new], now)
    field_rows: list[dict[str, Any]] = []
    for one in new:
        pk, name = ids[one.row["key"]], one.row["name"]
        for field in one.fields.values():
            words = field_vector(field["name"], name, (field["comment"],))
            field_rows.append({**field, "dataset_id": pk, "words": words})
            vectors.append(words)
    bulk.upsert_fields(field_rows, now)
    _versions(((ids[one.row["key"]], 1, one.fields.values(), {}, {}) for one in new), scan_id, now)
    learn_vectors(vectors)
    found = list(Dataset.objects.filter(pk__in=list(ids.values())).defer("definition", "profile", "words"))
    for dataset in found:
        dataset.source = source
    return found


def _change(changed: Sequence[tuple[Dataset, Listed]], scan_id: int | None, now: datetime) -> Mapping[int, Difference]:
    """Write new structures over old ones, with a version each; what went away is marked, what came back is there again."""
    if not changed:
        return {}
    before = bulk.fields_of([dataset.pk for dataset, _ in changed])
    curations = curation_of([dataset.pk for dataset, _ in changed])
    found: dict[int, Difference] = {}
    rows: list[dict[str, Any]] = []
    versions: list[tuple[int, int, Iterable[Mapping[str, Any]], Mapping[str, Any], Mapping[str, Any]]] = []
    for dataset, one in changed:
        if one.info.error:
            found[dataset.pk] = Difference()
            continue
        told = found[dataset.pk] = difference(before[dataset.pk], one.fields, has_other_facts=dataset.structure != one.row["structure"])
        bulk.rename_fields(dataset.pk, told.renamed)
        rows += [{**field, "dataset_id": dataset.pk, "words": ""} for field in one.fields.values()]
        bulk.lose_fields(dataset.pk, list(one.fields), now)
        if told.is_any:
            dataset.version += 1
            versions.append((dataset.pk, dataset.version, one.fields.values(), told.as_json(), curations[dataset.pk]))
    bulk.upsert_fields(rows, now)
    bulk.restructure([(dataset, one.row) for dataset, one in changed if not one.info.error])
    _versions(versions, scan_id, now)
    total([dataset.pk for dataset, _ in changed])
    refresh([dataset.pk for dataset, _ in changed])
    for dataset, one in changed:
        for name in ("path", "name", "kind", "comment", "structure", "field_count") if not one.info.error else ():
            setattr(dataset, name, one.row[name])
    return found


def _versions(
    rows: Iterable[tuple[int, int, Iterable[Mapping[str, Any]], Mapping[str, Any], Mapping[str, Any]]], scan_id: int | None, now: datetime
) -> None:
    DatasetVersion.objects.bulk_create(
        [
            DatasetVersion(
                dataset_id=pk,
                number=number,
                fields=[{name: value for name, value in field.items() if name not in ("position", "words", "dataset_id")} for field in fields],
                change=change,
                curation=curation,
                scan_id=scan_id,
                created=now,
            )
            for pk, number, fields, change, curation in rows
        ],
        batch_size=2000,
    )


def _cut(text: str, longest: int) -> str:
    text = storable(text)
    if len(text) <= longest:
        return text
    return f"{text[: longest - 17]}…{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"
