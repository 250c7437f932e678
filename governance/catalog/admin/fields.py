"""Findings, and the page of one field."""

from __future__ import annotations

from datetime import timedelta
from math import log
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone

from governance.catalog import queries, services
from governance.catalog.admin.base import CatalogAdmin, answer, listed, ordered, posted
from governance.catalog.admin.basis import basis_of
from governance.catalog.admin.datasets import way_to
from governance.catalog.entities import choices, settings_of
from governance.catalog.models import Decision, Field
from governance.core.access import Actor, actor_of, may, visible
from governance.core.errors import InvalidInput
from governance.core.face import numbers
from intelligence.classification.decision import PRIOR
from intelligence.classification.titles import title

ORDERS = {"found": "found", "score": "score", "name": "name", "dataset": "dataset__name"}
SINCE = ((1, "24 hours"), (7, "7 days"), (30, "30 days"))


@admin.register(Field)
class FieldAdmin(CatalogAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("dataset__source", "dataset__domain", "decided_by")
        return rows.defer("words", "dataset__words", "dataset__definition", "dataset__profile")

    def routes(self) -> list[Any]:
        return [
            ("bulk/", self.bulk, "bulk"),
            ("<int:pk>/decide/", self.decide, "decide"),
            ("<int:pk>/undo/", self.undo, "undo"),
            ("<int:pk>/edit/", self.edit, "edit"),
        ]

    # Findings

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        actor = actor_of(request)
        rows = queries.fields_under(actor, request.GET)
        order, asked = ordered(request, ORDERS, "-found")
        kept = request.GET.copy()
        for name in ("cursor", "order"):
            kept.pop(name, None)
        without_since = kept.copy()
        without_since.pop("since", None)
        now = timezone.now()
        address = reverse("admin:catalog_field_changelist")
        context = {
            **listed(request, rows, order, self._load),
            "map": queries.heat_map(actor, request.GET, address),
            "counts": _counts(actor, address, (now - timedelta(days=7)).isoformat(timespec="seconds")),
            "choices": queries.field_choices(actor, request.GET),
            "typed": request.GET.get("q", ""),
            "export": f"{reverse('field-export')}?{queries.field_export_query(request.GET)}",
            "since": queries.since_of(request.GET),
            "sinces": [((now - timedelta(days=days)).isoformat(timespec="seconds"), words) for days, words in SINCE],
            "without_since": without_since.urlencode(),
            "order": asked,
            "kept": kept.urlencode(),
            "is_filtered": bool(kept),
            "total": rows.count(),
            "may_decide": visible(actor, Field.objects.all(), "decide").exists(),
            "entities": choices(),
        }
        return answer(request, "catalog/findings.html", "Findings", [("Sensitive data", "")], context)

    def _load(self, ids: list[int]) -> list[Field]:
        return list(Field.objects.filter(pk__in=ids).select_related("dataset__source").defer(*queries.FIELD_HEAVY))

    @posted
    def bulk(self, request: HttpRequest) -> str:
        """One decision about all chosen fields."""
        fields = self.several(request, Field, request.POST.getlist("chosen"))
        if not fields:
            raise InvalidInput("Choose at least one field first.")
        decided = services.decide_many(fields, **_decision(request), actor=actor_of(request))
        return f"{len(decided)} field{'s' if len(decided) > 1 else ''} decided."

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
        field = services.decide(self.one(request, pk, "decide"), **_decision(request), actor=actor_of(request))
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


def story_of(field: Field) -> dict[str, Any]:
    """What a field holds and why, for parts/verdict.html."""
    evidence = field.evidence or {}
    score = evidence.get("score")
    items = evidence.get("evidence") or []
    shown = field.entity or field.suggested_entity
    return {
        "field": field,
        "evidence": evidence,
        "shown_entity": shown,
        "basis": basis_of(field),
        "examples": evidence.get("examples") or [],
        "against": [one for one in evidence.get("against") or [] if one.lower() != (evidence.get("reason") or "").rstrip(".").lower()],
        "candidates": [{"entity": entity, "score": value} for entity, value in evidence.get("candidates") or [] if entity != evidence.get("entity")],
        "arithmetic": arithmetic(items, score) if evidence.get("entity") and score is not None else None,
    }


def arithmetic(items: list[dict[str, Any]], score: float) -> dict[str, Any]:
    """How the score comes about, in log-odds: the start, each piece of evidence, and what rivals and doubt take away."""
    bounded = min(max(score, 1e-4), 1 - 1e-4)
    total = log(bounded / (1 - bounded))
    known = PRIOR + sum(one["weight"] for one in items)
    rest = total - known
    return {
        "prior": PRIOR,
        "items_": items,
        "rest": rest if abs(rest) >= 0.05 else 0.0,
        "total": total,
        "score": score,
        "is_capped": not 1e-4 < score < 1 - 1e-4,
    }


def _counts(actor: Actor, address: str, week: str) -> list[dict[str, Any]]:
    """The numbers beside the heat map, each with the list that it counts."""
    found = queries.fields_under(actor, QueryDict()).aggregate(
        held=Count("pk"),
        waiting=Count("pk", filter=Q(state=Field.State.SUGGESTED)),
        restricted=Count("pk", filter=Q(sensitivity="restricted")),
        new=Count("pk", filter=Q(found__gte=week)),
    )
    return [
        {"label": "Sensitive fields", "value": found["held"], "href": address, "note": "in all sources"},
        {"label": "Restricted", "value": found["restricted"], "href": f"{address}?sensitivity=restricted", "note": "the most sensitive"},
        {"label": "Undecided", "value": found["waiting"], "href": f"{address}?state=suggested", "note": "wait for a yes or a no"},
        {"label": "New", "value": found["new"], "href": f"{address}?{urlencode({'since': week})}", "note": "in the last 7 days"},
    ]


def _decision(request: HttpRequest) -> dict[str, Any]:
    verdict = request.POST.get("verdict", "")
    if verdict not in Decision.Verdict.values:
        raise InvalidInput("Choose confirm, reject or set.")
    entity = request.POST.get("entity", "") if verdict == "set" else request.POST.get("expected", "")
    return {"verdict": verdict, "entity": entity, "reason": request.POST.get("reason", "")[:500]}


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
