"""`/api/v1/fields/` and what people decide about them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.catalog import search, services
from governance.catalog.models import Decision, Field
from governance.catalog.services import similar as alike
from governance.core.api.views import Resource
from governance.core.errors import NotFound


class DecisionInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Decision.Verdict.choices)
    entity = serializers.CharField(
        required=False, allow_blank=True, max_length=50, help_text="With set: what it holds. Otherwise: what you decide on, as a guard."
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ManyDecisions(DecisionInput):
    fields = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=1_000)  # type: ignore[assignment]


class UndoMany(serializers.Serializer[Any]):
    fields = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=1_000)  # type: ignore[assignment]


class TryRules(serializers.Serializer[Any]):
    settings = serializers.DictField(help_text="Settings of a rule set: threshold, disabled, sensitivities, custom.")


class FieldEdit(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
    tags = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100)


class FieldFilter(filters.FilterSet):  # type: ignore[misc]
    dataset = filters.NumberFilter(field_name="dataset_id")
    source = filters.NumberFilter(field_name="dataset__source_id")
    parent = filters.NumberFilter(field_name="parent_id", help_text="Paths inside the documents of this field.")
    found_since = filters.IsoDateTimeFilter(field_name="found", lookup_expr="gte")
    is_sensitive = filters.BooleanFilter(method="by_sensitive")
    gone = filters.BooleanFilter(field_name="gone", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Field
        fields = ["entity", "family", "state", "sensitivity", "name", "kind"]

    def by_sensitive(self, queryset: QuerySet[Field], name: str, value: bool) -> QuerySet[Field]:
        return queryset.exclude(entity="") if value else queryset.filter(entity="")


class Fields(Resource):
    """Columns, what they hold, and why we think so. Profiles and evidence hold masked values only."""

    resource = "fields"
    model = Field
    columns = {
        "id": "id",
        "name": "name",
        "dataset": "dataset_id",
        "dataset_name": "dataset__name",
        "source": "dataset__source_id",
        "parent": "parent_id",
        **{name: name for name in ("position", "type", "kind", "nullable", "is_key", "entity", "family", "score", "sensitivity", "state")},
        **{name: name for name in ("suggested_entity", "suggested_score", "description", "found", "gone")},
    }
    details = {
        "profile": "profile",
        "evidence": "evidence",
        "comment": "comment",
        "first_seen": "first_seen",
        "decided_by": "decided_by_id",
        "decided": "decided",
        "reason": "reason",
        "dataset_path": "dataset__path",
    }
    has_own_search = True
    filterset_class = FieldFilter
    orderings = ("id", "name", "score", "suggested_score", "found", "dataset", "position")

    def filtered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filtered(queryset)
        typed = self.request.query_params.get("search", "")
        return search.find(found, typed) if typed.strip() else found

    @extend_schema(request=FieldEdit)
    def partial_update(self, request: Request, pk: str = "") -> Response:
        field = self.instance("edit")
        services.edit_field(field, actor=self.actor, **self.validated(FieldEdit, partial=True))
        return Response(self.one(field.pk))

    @extend_schema(request=DecisionInput)
    @action(detail=True, methods=["post"])
    def decision(self, request: Request, pk: str = "") -> Response:
        """Confirm or reject what is suggested, or set what the field holds. Later scans keep it."""
        field = self.instance("decide")
        services.decide(field, actor=self.actor, **self.validated(DecisionInput))
        return Response(self.one(field.pk))

    @extend_schema(request=TryRules)
    @action(detail=True, methods=["post"], url_path="try")
    def attempt(self, request: Request, pk: str = "") -> Response:
        """What rules that are not saved yet say of this field: a uniform sample is read live, nothing is stored."""
        return Response(services.try_rules(self.instance("preview"), self.validated(TryRules)["settings"], actor=self.actor))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str = "") -> Response:
        """Take back the newest decision."""
        field = self.instance("decide")
        services.undo(field, actor=self.actor)
        return Response(self.one(field.pk))

    @action(detail=True, methods=["get"], url_path="decisions")
    def history(self, request: Request, pk: str = "") -> Response:
        """What was decided about it, newest first."""
        field = self.instance("view")
        names = ("id", "verdict", "entity", "suggested_entity", "suggested_score", "reason", "user", "time", "undone")
        rows = Decision.objects.filter(field=field).values(*names)[:500]
        return Response({"next": None, "previous": None, "results": list(rows)})

    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> Any:
        """CSV of the fields that the filters name, in the columns of `datasets/export/`, which `datasets/import/` reads."""
        answer = StreamingHttpResponse(services.export_fields(self.filtered(self.seen()), actor=self.actor), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="fields.csv"'
        return answer

    @extend_schema(request=ManyDecisions)
    @action(detail=False, methods=["post"], url_path="decisions")
    def decisions(self, request: Request) -> Response:
        """The same decision about many fields: all or none."""
        data = self.validated(ManyDecisions)
        rows = self._named(data.pop("fields"))
        decided = services.decide_many(rows, actor=self.actor, **data)
        return Response({"decided": [{"id": one.pk, "state": one.state, "entity": one.entity} for one in decided]})

    @extend_schema(request=UndoMany)
    @action(detail=False, methods=["post"], url_path="decisions/undo")
    def undo_many(self, request: Request) -> Response:
        """Take back the newest decision of many fields: all or none."""
        undone = services.undo_many(self._named(self.validated(UndoMany)["fields"]), actor=self.actor)
        return Response({"undone": [{"id": one.pk, "state": one.state, "entity": one.entity} for one in undone]})

    @action(detail=True, methods=["get"])
    def similar(self, request: Request, pk: str = "") -> Response:
        """Undecided fields like this one, the likest first: the same suggestion, a name of the same words, values of the same shapes."""
        found = alike.similar(self.instance("view"), actor=self.actor)
        return Response({"next": None, "previous": None, "results": [_alike(one) for one in found]})

    @action(detail=False, methods=["get"])
    def groups(self, request: Request) -> Response:
        """Undecided suggestions that one decision each could settle, the largest groups first."""
        return Response({"next": None, "previous": None, "results": [one.as_json() for one in alike.groups(self.actor)]})

    def _named(self, ids: list[int]) -> list[Field]:
        rows = list(self.seen().filter(pk__in=ids))
        if missing := sorted(set(ids) - {one.pk for one in rows}):
            raise NotFound(f"There is no field {missing[0]}, or you may not see it.", fields=missing[:50])
        return rows


def _alike(one: alike.Alike) -> dict[str, Any]:
    field = one.field
    kept = {name: getattr(field, name) for name in ("id", "name", "state", "suggested_entity", "suggested_score", "sensitivity")}
    return kept | {"dataset": field.dataset_id, "dataset_name": field.dataset.name, "source": field.dataset.source_id, "likeness": one.likeness}
