"""`/api/v1/scans/` and `/api/v1/schedules/`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from governance.core.access import Action, visible
from governance.core.api.keyset import Order, page
from governance.core.api.problems import invalid
from governance.core.api.views import Resource
from governance.core.errors import NotFound
from governance.scans import queries, schedules, services
from governance.scans.models import WEEKDAYS, ScanRun, ScanUnit, Schedule
from governance.sources.models import Source
from intelligence.models import RuleSet

PROGRESS = ("done", "failed", "total", "rows", "bytes")
UNIT = {
    **{
        name: name for name in ("id", "key", "part", "parts", "state", "stage", "rows", "bytes", "attempts", "started", "finished", "error", "result")
    },
    "dataset": "dataset_id",
}


class ScanStart(serializers.Serializer[Any]):
    source = serializers.IntegerField()  # type: ignore[assignment]
    rule_set = serializers.IntegerField(required=False, allow_null=True)
    datasets = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Shell-style patterns such as public.*; all when left out."
    )
    is_full = serializers.BooleanField(required=False, help_text="Read everything again, also what did not change.")
    depth = serializers.ChoiceField(choices=ScanRun.Depth.choices, required=False)


class Scans(Resource):
    """Scans of sources: started here, by hand, or by a schedule."""

    resource = "scans"
    model = ScanRun
    columns = {
        **{name: name for name in ("id", "state", "outcome", "trigger", "depth", "datasets", "is_full", "cancel_requested", "error", "summary")},
        **{name: name for name in ("created", "started", "finished", "planned", *PROGRESS)},
        "source": "source_id",
        "source_name": "source__name",
        "rule_set": "rule_set__rule_set_id",
        "rule_set_version": "rule_set__number",
        "schedule": "schedule_id",
        "retry_of": "retry_of_id",
    }
    extra = {"progress": serializers.DictField()}
    filterset_fields = ("source", "state", "outcome", "trigger", "schedule")
    searches = ("source__name",)
    orderings = ("-id", "created", "finished")

    def rows(self) -> QuerySet[ScanRun]:
        return ScanRun.objects.all()

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        run = ScanRun(**{name: row[name] for name in ("state", "started", *PROGRESS)})
        return {name: value for name, value in row.items() if name not in PROGRESS} | {"progress": run.progress()}

    def create(self, request: Request) -> Response:
        data = self.validated(ScanStart)
        source = named(self, Source, data.pop("source"), "source", "view")
        rule_set = data.pop("rule_set", None)
        if rule_set is not None:
            data["rule_set"] = named(self, RuleSet, rule_set, "rule_set", "view")
        run = services.start_scan(source, **data, trigger=ScanRun.Trigger.API, actor=self.actor)
        return Response(self.one(run.pk), status=202)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str = "") -> Response:
        return Response(self.one(services.cancel_scan(self.instance("scan"), actor=self.actor).pk), status=202)

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str = "") -> Response:
        run = services.retry_failed(self.instance("scan"), trigger=ScanRun.Trigger.API, actor=self.actor)
        return Response(self.one(run.pk), status=202)

    @action(detail=True, methods=["get"])
    def units(self, request: Request, pk: str = "") -> Response:
        rows = ScanUnit.objects.filter(run=self.instance("view"))
        state = request.query_params.get("state")
        if state:
            if state not in ScanUnit.State.values:
                raise invalid({"state": [f"one of {', '.join(ScanUnit.State.values)}"]})
            rows = rows.filter(state=state)
        found = page(rows, Order("pk", False), list(UNIT.values()), request.query_params, request.build_absolute_uri(request.path))
        results = [{name: row[path] for name, path in UNIT.items()} for row in found.rows]
        return Response({"next": found.next, "previous": found.previous, "results": results})

    @action(detail=True, methods=["get"], url_path=r"compare/(?P<other>\d{1,18})")
    def compare(self, request: Request, pk: str = "", other: str = "") -> Response:
        earlier = self.seen().filter(pk=int(other)).first()
        if earlier is None:
            raise NotFound(f"There is no scan {other}, or you may not see it.")
        return Response(queries.compare(self.instance("view"), earlier))


class ScheduleWrite(serializers.Serializer[Any]):
    source = serializers.IntegerField()  # type: ignore[assignment]
    every = serializers.ChoiceField(choices=Schedule.Every.choices, required=False)
    at = serializers.TimeField(required=False)
    weekday = serializers.ChoiceField(choices=WEEKDAYS, required=False)
    day = serializers.IntegerField(required=False, min_value=1, max_value=28)
    cron = serializers.CharField(required=False, allow_blank=True, max_length=100)
    time_zone = serializers.CharField(required=False, max_length=50)
    window_start = serializers.TimeField(required=False, allow_null=True)
    window_end = serializers.TimeField(required=False, allow_null=True)
    datasets = serializers.ListField(child=serializers.CharField(), required=False)
    rule_set = serializers.IntegerField(required=False, allow_null=True)
    is_enabled = serializers.BooleanField(required=False)


class Schedules(Resource):
    """When sources are scanned by themselves."""

    resource = "schedules"
    model = Schedule
    columns = {
        **{
            name: name
            for name in ("id", "every", "at", "weekday", "day", "cron", "time_zone", "window_start", "window_end", "datasets", "is_enabled")
        },
        "created": "created",
        "source": "source_id",
        "rule_set": "rule_set_id",
    }
    extra = {"words": serializers.CharField(), "next_runs": serializers.ListField(child=serializers.DateTimeField())}
    filterset_fields = ("source", "is_enabled", "every")
    orderings = ("id", "created")

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        names = {field.attname for field in Schedule._meta.concrete_fields}
        paths = {name: self.columns[name] for name in row}
        one = Schedule(**{paths[name]: value for name, value in row.items() if paths[name] in names})
        return row | {"words": schedules.words(one), "next_runs": schedules.next_runs(one)}

    def create(self, request: Request) -> Response:
        data = self._values(self.validated(ScheduleWrite))
        schedule = schedules.create_schedule(data.pop("source"), **data, actor=self.actor)
        return Response(self.one(schedule.pk), status=201)

    def partial_update(self, request: Request, pk: str = "") -> Response:
        schedule = self.instance("scan")
        data = self._values(self.validated(ScheduleWrite, partial=True))
        if data.pop("source", schedule.source) != schedule.source:
            raise invalid({"source": ["A schedule stays with its source. Make another one."]})
        schedules.update_schedule(schedule, **data, actor=self.actor)
        return Response(self.one(schedule.pk))

    def destroy(self, request: Request, pk: str = "") -> Response:
        schedules.delete_schedule(self.instance("scan"), actor=self.actor)
        return Response(status=204)

    def _values(self, data: dict[str, Any]) -> dict[str, Any]:
        if "source" in data:
            data["source"] = named(self, Source, data["source"], "source", "view")
        if data.get("rule_set") is not None:
            data["rule_set"] = named(self, RuleSet, data["rule_set"], "rule_set", "view")
        return data


def named(view: Resource, model: Any, pk: int, field: str, may_do: Action) -> Any:
    """A row that the body names by its id, if the actor may see it."""
    found = visible(view.actor, model._default_manager.all(), may_do).filter(pk=pk).first()
    if found is None:
        raise invalid({field: [f"There is no {model._meta.verbose_name} {pk}, or you may not see it."]})
    return found


router = SimpleRouter()
router.register("scans", Scans, basename="scan")
router.register("schedules", Schedules, basename="schedule")
urlpatterns = router.urls
