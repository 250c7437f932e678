"""What the catalog registers with the rooms below: its facts and its subjects."""

from __future__ import annotations

from typing import Any

from governance.catalog import subscribers as subscribers
from governance.catalog.facts import declare_all
from governance.catalog.models import Dataset, Domain, Field, FindingChange, Tag
from governance.core.subjects import SubjectType, register


def page_of(one: Any) -> str:
    return f"/admin/catalog/{one._meta.model_name}/{one.pk}/change/"


declare_all()
scope = {"source": "source_id", "dataset": "id", "domain": "domain_id", "tag": "tags__id"}
register(SubjectType("dataset", Dataset, str, page_of, scope, "sensitivity", "datasets"))
within = {"source": "dataset__source_id", "dataset": "dataset_id", "domain": "dataset__domain_id", "tag": "dataset__tags__id"}
register(SubjectType("field", Field, str, page_of, within, "sensitivity", "fields"))
ledger = {
    "source": "field__dataset__source_id",
    "dataset": "field__dataset_id",
    "domain": "field__dataset__domain_id",
    "tag": "field__dataset__tags__id",
}
register(SubjectType("finding_change", FindingChange, str, lambda one: page_of(one.field), ledger, "field__sensitivity", "finding changes"))
register(SubjectType("domain", Domain, str, page_of, {"domain": "id"}, plural="domains", parent="parent_id", is_shared=True))
register(SubjectType("tag", Tag, str, page_of, {"tag": "id"}, plural="tags", is_shared=True))
