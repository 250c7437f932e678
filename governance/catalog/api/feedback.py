"""`/api/v1/report-card/`, `finding-changes/` and `thresholds/`: how well suggestions did, what became of them, and what other thresholds would make of them."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.catalog.models import Field, FindingChange
from governance.catalog.report_files import card_csv
from governance.catalog.services import report_card, thresholding
from governance.core.access import visible
from governance.core.api.problems import invalid
from governance.core.api.views import Resource, View
from governance.core.errors import NotFound
from governance.sources.models import Source
from intelligence.models import RuleSet


class CardQuery(serializers.Serializer[Any]):
    source = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)  # type: ignore[assignment]
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    basis = serializers.ChoiceField(choices=["then", "now"], required=False, default="then")


class BehindQuery(CardQuery):
    entity = serializers.CharField(max_length=50)
    what = serializers.ChoiceField(choices=["right", "wrong", "missed"])


class Thresholds(serializers.Serializer[Any]):
    rule_set = serializers.IntegerField(required=False, help_text="Give this or `source`.")
    source = serializers.IntegerField(required=False)  # type: ignore[assignment]
    threshold = serializers.FloatField(required=False, help_text="The lowest score of everything.")
    thresholds = serializers.DictField(
        child=serializers.FloatField(allow_null=True), required=False, help_text="Entity or family to its lowest score; null takes its own away."
    )


class Move(Thresholds):
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


def asked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The query string as the serializer reads it; an unknown name is an error, since a filter that is ignored counts too much."""
    one = serializer(data=request.query_params.dict())
    if unknown := sorted(set(request.query_params) - set(one.fields) - {"format"}):
        raise invalid({name: [f"no such filter; known are {', '.join(one.fields)}"] for name in unknown[:10]})
    one.is_valid(raise_exception=True)
    return dict(one.validated_data)


SHOWN = ("id", "name", "dataset_id", "dataset__name", "dataset__source_id", "entity", "state", "suggested_entity", "suggested_score")


class ReportCard(View):
    """Precision and recall of the suggestions by entity and family, measured on what people decided, with 95 % intervals and the calibration of the score."""

    resource = "fields"

    @extend_schema(parameters=[CardQuery])
    def list(self, request: Request) -> Response:
        return Response(report_card.report_card(self.actor, **asked(CardQuery, request)).as_json())

    @extend_schema(parameters=[CardQuery])
    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> Any:
        """One line an entity, as CSV."""
        lines = card_csv(report_card.report_card(self.actor, **asked(CardQuery, request)))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="report-card.csv"'
        return answer

    @extend_schema(parameters=[BehindQuery])
    @action(detail=False, methods=["get"])
    def fields(self, request: Request) -> Response:
        """The fields behind a number: suggested as this entity and right, or wrong, or holding it without having been suggested so. At most 500."""
        query = asked(BehindQuery, request)
        entity, what = query.pop("entity"), query.pop("what")
        ids = report_card.behind(report_card.cases(self.actor, **query), entity, what)
        rows = visible(self.actor, Field.objects.filter(pk__in=ids[:500])).order_by("pk").values(*SHOWN)
        names = {"dataset_id": "dataset", "dataset__name": "dataset_name", "dataset__source_id": "source"}
        found = [{names.get(name, name): value for name, value in row.items()} for row in rows]
        return Response({"next": None, "previous": None, "count": len(ids), "results": found})


class FindingChangeFilter(filters.FilterSet):  # type: ignore[misc]
    field = filters.NumberFilter(field_name="field_id")
    dataset = filters.NumberFilter(field_name="field__dataset_id")
    source = filters.NumberFilter(field_name="field__dataset__source_id")
    scan = filters.NumberFilter(field_name="scan_id")
    cause = filters.ChoiceFilter(field_name="causes", choices=FindingChange.Cause.choices, method="by_cause")
    since = filters.IsoDateTimeFilter(field_name="time", lookup_expr="gte")
    entity = filters.CharFilter(method="by_entity")

    class Meta:
        model = FindingChange
        fields: list[str] = []

    def by_cause(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(causes__contains=[value])

    def by_entity(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(before_entity=value) | queryset.filter(after_entity=value)


class FindingChanges(Resource):
    """The ledger: each time something else was suggested of a field, or held, with what caused it. Nothing is written where nothing changed."""

    resource = "fields"
    model = FindingChange
    columns = {
        "id": "id",
        "field": "field_id",
        "field_name": "field__name",
        "dataset": "field__dataset_id",
        "dataset_name": "field__dataset__name",
        "source": "field__dataset__source_id",
        "scan": "scan_id",
        **{name: name for name in ("time", "before_entity", "before_score", "before_state", "after_entity", "after_score", "after_state")},
        **{name: name for name in ("cause", "causes", "detail", "rules_before", "rules_after", "model_before", "model_after", "evidence")},
        "user": "user_id",
    }
    filterset_class = FindingChangeFilter
    orderings = ("-id", "time")


class ThresholdMoves(View):
    """Other thresholds for a rule set or a source."""

    resource = "rule-sets"

    @extend_schema(request=Move)
    def create(self, request: Request) -> Response:
        """Keep other thresholds: a new version of the rule set, or the source's own. Undecided fields are suggested again at once."""
        data = self.validated(Move)
        return Response(thresholding.move(self._subject(data), **data, actor=self.actor), status=201)

    @extend_schema(request=Thresholds)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """What would be suggested otherwise, and how the report card of the decided fields would look. Nothing is stored."""
        data = self.validated(Thresholds)
        return Response(thresholding.preview(self._subject(data), **data, actor=self.actor).as_json(self.actor))

    def _subject(self, data: dict[str, Any]) -> RuleSet | Source:
        rule_set, source = data.pop("rule_set", None), data.pop("source", None)
        if (rule_set is None) == (source is None):
            raise invalid({"rule_set": ["give a rule set or a source"]})
        rows: Any = Source.objects.filter(pk=source) if source is not None else RuleSet.objects.filter(pk=rule_set)
        found = visible(self.actor, rows).first()
        if found is None:
            raise NotFound(f"There is no {'source' if source is not None else 'rule set'} {source or rule_set}, or you may not see it.")
        chosen: RuleSet | Source = found
        return chosen
