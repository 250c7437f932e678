"""The page of one field: what it holds, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from governance.catalog import services
from governance.catalog.admin.base import answer, posted
from governance.catalog.admin.datasets import way_to
from governance.catalog.admin.explaining import story_of
from governance.catalog.admin.findings import FindingsPages, decision_of
from governance.catalog.entities import choices, settings_of
from governance.catalog.models import Decision, Field
from governance.catalog.services import ledger
from governance.catalog.services.similar import OPEN, similar
from governance.core.access import actor_of, may
from governance.core.face import numbers
from intelligence.classification.titles import title


@admin.register(Field)
class FieldAdmin(FindingsPages):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("dataset__source", "dataset__domain", "decided_by")
        return rows.defer("words", "dataset__words", "dataset__definition", "dataset__profile")

    def routes(self) -> list[Any]:
        return [
            *super().routes(),
            ("<int:pk>/decide/", self.decide, "decide"),
            ("<int:pk>/undo/", self.undo, "undo"),
            ("<int:pk>/edit/", self.edit, "edit"),
        ]

    # The page of one

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        field: Field = self.one(request, object_id)
        actor = actor_of(request)
        siblings = list(Field.objects.filter(dataset_id=field.dataset_id, gone=None).order_by("position", "pk").values_list("pk", flat=True))
        at = siblings.index(field.pk) if field.pk in siblings else -1
        dataset_page = reverse("admin:catalog_dataset_change", args=[field.dataset_id])
        context = {
            **story_of(field),
            "profile_facts": _profile_facts(field),
            "histogram": [{"low": low, "high": high, "count": count} for low, high, count in (field.profile or {}).get("histogram") or []],
            "top": _bars((field.profile or {}).get("top")),
            "shapes": _bars((field.profile or {}).get("shapes")),
            "counted": (field.profile or {}).get("rows") or field.dataset.rows,
            "is_masked": (field.profile or {}).get("is_masked", False),
            "changes": ledger.history(field),
            "similar": similar(field, actor=actor) if field.gone is None and field.suggested_entity and field.state in OPEN else [],
            "next": request.path,
            "decisions": list(Decision.objects.filter(field=field).select_related("user")[:100]),
            "may_decide": may(actor, "decide", field) and field.gone is None,
            "may_edit": may(actor, "edit", field),
            "entities": choices(settings_of(field.dataset.source)) if may(actor, "decide", field) else {},
            "tag_names": "; ".join(one.name for one in field.tags.all()),
            "dataset_page": dataset_page,
            "next_page": reverse("admin:catalog_field_change", args=[siblings[at + 1]]) if 0 <= at < len(siblings) - 1 else "",
            "previous_page": reverse("admin:catalog_field_change", args=[siblings[at - 1]]) if at > 0 else "",
            "place": f"{at + 1} of {len(siblings)}" if at >= 0 else "",
        }
        crumbs = [("Datasets", reverse("admin:catalog_dataset_changelist")), *way_to(field.dataset), (field.dataset.name, dataset_page)]
        return answer(request, "catalog/field.html", field.name, crumbs, context)

    @posted
    def decide(self, request: HttpRequest, pk: int) -> str:
        field = services.decide(self.one(request, pk, "decide"), **decision_of(request), actor=actor_of(request))
        what = title(field.entity) if field.entity else "nothing sensitive"
        return f"{field.name}: {field.get_state_display()}, {what}."

    @posted
    def undo(self, request: HttpRequest, pk: int) -> str:
        field = services.undo(self.one(request, pk, "decide"), actor=actor_of(request))
        return f"The decision about {field.name} was taken back; it is {field.get_state_display()} now."

    @posted
    def edit(self, request: HttpRequest, pk: int) -> str:
        field = self.one(request, pk, "edit")
        actor = actor_of(request)
        names = [name for name in (part.strip() for part in request.POST.get("tags", "").replace(",", ";").split(";")) if name]
        tags = [one.pk for one in services.tags_named(names, actor=actor)]
        services.edit_field(field, actor=actor, description=request.POST.get("description", ""), tags=tags)
        return "Saved."


def _bars(pairs: list[list[Any]] | None) -> list[dict[str, Any]]:
    """Values or shapes with their counts; the most frequent one has the longest bar, since counts are those of a sample."""
    most = max((count for _, count in pairs or []), default=0)
    return [{"value": value, "count": count, "width": f"{100 * count / most:.1f}"} for value, count in pairs or []]


def _number(value: Any) -> Any:
    return numbers.human(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _profile_facts(field: Field) -> list[tuple[str, Any]]:
    profile = field.profile or {}
    lengths = f"{profile['length_min']} to {profile['length_max']}" if profile.get("length_max") is not None else ""
    quantiles = " · ".join(str(_number(one)) for one in profile.get("quantiles") or [])
    facts = [
        ("Type", field.type),
        ("Nullable", "yes" if field.nullable else "no"),
        ("Key", "yes" if field.is_key else ""),
        ("Empty texts", _number(profile.get("empty"))),
        ("Lengths", lengths),
        ("Smallest", _number(profile.get("minimum"))),
        ("Largest", _number(profile.get("maximum"))),
        ("Mean", _number(profile.get("mean"))),
        ("5, 25, 50, 75, 95 %", quantiles),
    ]
    return [(term, value) for term, value in facts if value not in (None, "")]
