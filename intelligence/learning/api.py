"""`/api/v1/column-models/`: what was learned from decisions, and which model judges."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.core.access import require
from governance.core.api.views import Resource
from intelligence.classification.model import shipped
from intelligence.learning import services
from intelligence.learning.models import ColumnModelVersion


class ColumnModels(Resource):
    """Each attempt to learn, with its figures on held-out decisions beside those of the shipped and the then present model."""

    resource = "column-models"
    model = ColumnModelVersion
    columns = {
        "id": "id",
        **{name: name for name in ("number", "outcome", "reason", "is_active", "labels", "groups", "figures", "created")},
        "created_by": "created_by_id",
    }
    details = {"model": "model"}
    filterset_fields = ("is_active", "outcome")
    orderings = ("id", "number", "created")

    def rows(self) -> QuerySet[ColumnModelVersion]:
        return ColumnModelVersion.objects.all()

    @action(detail=False, methods=["get"])
    def current(self, request: Request) -> Response:
        """Which model judges, and whether there are enough decisions to learn from."""
        require(self.actor, "view")
        return Response(_standing())

    @extend_schema(request=None)
    @action(detail=False, methods=["post"])
    def learn(self, request: Request) -> Response:
        """Refit to all decisions; used only when it is better on held-out ones."""
        return Response(self.one(services.learn(actor=self.actor).pk), status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str = "") -> Response:
        """Let this model judge from now on; an older one rolls back."""
        return Response(self.one(services.activate(self.instance("manage"), actor=self.actor).pk))

    @extend_schema(request=None)
    @action(detail=False, methods=["post"], url_path="use-shipped")
    def use_shipped(self, request: Request) -> Response:
        """Let the model that came with the portal judge again."""
        services.use_shipped(actor=self.actor)
        return Response(_standing())


def _standing() -> dict[str, Any]:
    labels, groups, missing = services.readiness()
    model, is_shipped = services.active_model().as_json(), services.active_version() is None
    return {"model": model, "is_shipped": is_shipped, "shipped": shipped().version, "labels": labels, "groups": groups, "missing": missing}
