"""The ledger of findings: what changed, and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from governance.catalog.admin.base import listed
from governance.catalog.models import Field, FindingChange
from governance.catalog.queries import MOST_OPTIONS, Choice, Option
from governance.core.access import actor_of, visible
from governance.core.admin_pages import page
from governance.core.api.keyset import Order
from governance.sources.models import Source

NUMBERS = {"scan": "scan_id", "source": "field__dataset__source_id", "field": "field_id", "dataset": "field__dataset_id"}
HEAVY = ("words", "profile", "evidence", "dataset__words", "dataset__profile", "dataset__definition", "dataset__references")


@page("changes/", "finding-changes", "What changed", "catalog/changes.html")
def changes(request: HttpRequest) -> dict[str, Any]:
    """Newest first; the filters stand in the URL."""
    actor = actor_of(request)
    rows = visible(actor, FindingChange.objects.all())
    kept = {name: text for name in NUMBERS if (text := request.GET.get(name, "")).isdecimal() and len(text) < 19}
    for name, text in kept.items():
        rows = rows.filter(**{NUMBERS[name]: int(text)})
    cause = request.GET.get("cause", "")
    if cause in FindingChange.Cause.values:
        rows = rows.filter(causes__contains=[cause])
    field = visible(actor, Field.objects.filter(pk=int(kept["field"]))).select_related("dataset").defer(*HEAVY).first() if "field" in kept else None
    return {
        **listed(request, rows, Order("pk", True), _load),
        "crumbs": [("Sensitive data", ""), ("What changed", "")],
        "choices": [
            Choice(
                "source",
                "All sources",
                [Option(str(one.pk), one.name, str(one.pk) == kept.get("source")) for one in visible(actor, Source.objects.all())[:MOST_OPTIONS]],
            ),
            Choice("cause", "Any cause", [Option(value, words.capitalize(), value == cause) for value, words in FindingChange.Cause.choices]),
        ],
        "hidden": [(name, kept[name]) for name in ("scan", "field", "dataset") if name in kept],
        "scan": kept.get("scan", ""),
        "field": field,
        "is_filtered": bool(kept or cause),
    }


def _load(ids: list[int]) -> list[FindingChange]:
    heavy = [f"field__{name}" for name in HEAVY]
    return list(FindingChange.objects.filter(pk__in=ids).select_related("field__dataset__source", "user").defer(*heavy))
