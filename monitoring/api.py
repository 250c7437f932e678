"""REST: what the live page fills its charts and its gaps with."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from governance.core.access import require
from governance.core.api.problems import invalid
from governance.core.api.views import View
from governance.core.errors import NotFound
from monitoring import store


class Asked(serializers.Serializer[Any]):
    window = serializers.IntegerField(default=900, min_value=60, max_value=store.DAY, help_text="Seconds back from now.")
    instance = serializers.CharField(default="", help_text="The host; without it the one that measured last.")
    series = serializers.CharField(default="", help_text="Beginnings of paths, separated by commas, such as host.cpu,database; all without it.")


class Points(serializers.Serializer[Any]):
    instance = serializers.CharField()
    instances = serializers.ListField(child=serializers.CharField(), help_text="All hosts that measured within a day.")
    step = serializers.IntegerField(help_text="Seconds between two points.")
    times = serializers.ListField(child=serializers.FloatField(), help_text="Unix times, rising.")
    series = serializers.DictField(
        child=serializers.ListField(child=serializers.FloatField(allow_null=True)), help_text="Path → a value for each time; null in gaps."
    )


class LiveMetrics(View):
    """System metrics of the last minutes to a day: each second for 15 minutes, in longer steps beyond. A gap is a point whose values are all null."""

    resource = "metrics"
    serializer_class = Points

    @extend_schema(parameters=[Asked], responses=Points)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require(self.actor, "view")
        if unknown := sorted(set(request.query_params) - set(Asked().fields) - {"format"}):
            raise invalid({name: ["unknown; known are window, instance, series"] for name in unknown[:10]})
        asked = Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        instances = [frame["instance"] for frame in store.latest_frames()]
        if not instances:
            return Response({"instance": "", "instances": [], "step": store.step_for(wanted["window"]), "times": [], "series": {}})
        instance = wanted["instance"] or instances[0]
        if instance not in instances:
            raise NotFound(f"No host {instance[:100]!r} measured within a day. Known: {', '.join(instances)}.")
        found = store.history(instance, wanted["window"], [one for one in wanted["series"].split(",") if one])
        return Response({"instance": instance, "instances": instances, "step": found.step, "times": found.times, "series": found.series})


router = SimpleRouter()
router.register("metrics/live", LiveMetrics, basename="metrics-live")
urlpatterns = router.urls
