"""What people said of a dataset, as versions keep it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from governance.catalog.models import Dataset, Field


def curation_of(dataset_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """dataset → what people said of it and of its fields, in ids, without what is empty."""
    found: dict[int, dict[str, Any]] = {}
    for one in (
        Dataset.objects.filter(pk__in=dataset_ids).only("description", "domain_id", "certification").prefetch_related("tags", "owners", "owner_teams")
    ):
        found[one.pk] = _filled(
            {
                "description": one.description,
                "domain": one.domain_id,
                "certification": one.certification,
                "tags": sorted(tag.pk for tag in one.tags.all()),
                "owners": sorted(owner.pk for owner in one.owners.all()),
                "owner_teams": sorted(team.pk for team in one.owner_teams.all()),
            }
        )
    tags = Field.tags.through.objects.filter(field__dataset_id__in=dataset_ids).order_by("tag_id")
    for dataset_id, name, tag_id in tags.values_list("field__dataset_id", "field__name", "tag_id"):
        _of_field(found[dataset_id], name).setdefault("tags", []).append(tag_id)
    described = Field.objects.filter(dataset_id__in=dataset_ids).exclude(description="")
    for dataset_id, name, description in described.values_list("dataset_id", "name", "description"):
        _of_field(found[dataset_id], name)["description"] = description
    return found


def _of_field(curation: dict[str, Any], name: str) -> dict[str, Any]:
    fields: dict[str, dict[str, Any]] = curation.setdefault("fields", {})
    return fields.setdefault(name, {})


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
