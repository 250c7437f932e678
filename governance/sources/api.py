"""`/api/v1/sources/` and `/api/v1/source-kinds/`."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from governance.core.api.problems import CONTENT_TYPE
from governance.core.api.views import Resource, View
from governance.core.errors import Conflict, ForbiddenAddress, InvalidInput
from governance.sources import queries, services
from governance.sources.models import Source
from intelligence.models import RuleSet


class SourceWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    kind = serializers.CharField(max_length=50, help_text="One of /api/v1/source-kinds/; it cannot be changed later.")
    config = serializers.DictField(help_text="The parameters of this kind. Secrets are write-only: •••• keeps what is stored.")
    description = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    rule_set = serializers.PrimaryKeyRelatedField(queryset=RuleSet.objects.all(), required=False, allow_null=True)
    is_paused = serializers.BooleanField(required=False)
    classification = serializers.DictField(
        required=False, help_text="What the source adds to its rule set: threshold, thresholds (entity or family → lowest score), disabled."
    )


class ConfigCheck(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=50)
    config = serializers.DictField()
    source = serializers.IntegerField(required=False, allow_null=True, help_text="The source whose stored secrets •••• stands for.")  # type: ignore[assignment]


class Sources(Resource):
    """Data sources. Creating one does not connect; `check/` does. Secrets are write-only."""

    resource = "sources"
    model = Source
    columns = {
        **{name: name for name in ("id", "name", "kind", "description", "location", "is_builtin", "is_paused")},
        "rule_set": "rule_set_id",
        "checked": "checked",
        "created": "created",
        "updated": "updated",
    }
    details = {"config": "config", "check_result": "check_result", "classification": "classification"}
    filterset_fields = ("kind", "is_paused", "is_builtin")
    searches = ("name", "description", "location")
    orderings = ("id", "name", "created", "updated")

    def create(self, request: Request) -> Response:
        data = self.validated(SourceWrite)
        paused, own = data.pop("is_paused", None), data.pop("classification", None)
        with transaction.atomic():
            source = services.create_source(**data, actor=self.actor)
            if paused or own:
                services.update_source(source, is_paused=paused, classification=own, actor=self.actor)
        return Response(self.one(source.pk), status=201)

    def partial_update(self, request: Request, pk: str = "") -> Response:
        source = self.instance("manage")
        data = self.validated(SourceWrite, partial=True)
        if data.pop("kind", source.kind) != source.kind:
            raise Conflict("The kind of a source cannot be changed. Add another source.")
        services.update_source(source, **data, actor=self.actor)
        return Response(self.one(source.pk))

    def destroy(self, request: Request, pk: str = "") -> Response:
        source = self.instance("manage")
        if request.query_params.get("confirm") != source.name:
            removes = queries.removals(source)
            told = ", ".join(f"{count} {name}" for name, count in removes.items()) or "nothing else"
            raise Conflict(f"This also removes {told}. Send it again with ?confirm= and the source's name.", removes=removes)
        services.delete_source(source, actor=self.actor)
        return Response(status=204)

    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str = "") -> Response:
        return answer(services.check_source(self.instance("manage"), actor=self.actor))

    @action(detail=False, methods=["post"], url_path="check-config")
    def check_config(self, request: Request) -> Response:
        """Test a connection before it is saved. The answer is 200 also when it does not work: `error` then says why."""
        data = self.validated(ConfigCheck)
        source = None
        if data.get("source") is not None:
            self.kwargs["pk"] = data["source"]
            source = self.instance("manage")
        try:
            return Response(services.check_config(data["kind"], data["config"], source=source, actor=self.actor))
        except (InvalidInput, ForbiddenAddress) as error:
            return Response(services.failed(error))


class SourceKinds(View):
    """The kinds of sources that can be added, each with the JSON schema of its config."""

    resource = "sources"

    def list(self, request: Request) -> Response:
        return Response({"next": None, "previous": None, "results": queries.kinds()})


def answer(result: dict[str, Any]) -> Response:
    """What a check found, or the problem that kept it from finding anything."""
    error = result["error"]
    if error is None:
        return Response(result)
    return Response({"type": f"/docs/errors/{error['code']}", **error}, status=error["status"], content_type=CONTENT_TYPE)


router = SimpleRouter()
router.register("sources", Sources, basename="source")
router.register("source-kinds", SourceKinds, basename="source-kind")
urlpatterns = router.urls
