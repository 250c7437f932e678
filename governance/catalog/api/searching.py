"""`/api/v1/search/`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.catalog.search import KINDS, Filters, search
from governance.core.api.keyset import limit_of
from governance.core.api.problems import invalid
from governance.core.api.views import View
from intelligence.classification import families


class Parameters(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=KINDS, required=False, default="")
    source = serializers.IntegerField(required=False, default=None)  # type: ignore[assignment]
    sensitivity = serializers.ChoiceField(choices=families.SENSITIVITIES, required=False, default="")
    tag = serializers.IntegerField(required=False, default=None)
    facets = serializers.BooleanField(required=False, default=False)


class Search(View):
    """Datasets, fields, sources, domains and tags by name, description, tag, owner and what they hold; typing errors are forgiven."""

    resource = "search"

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True),
            OpenApiParameter("kind", str, enum=KINDS),
            OpenApiParameter("source", int),
            OpenApiParameter("sensitivity", str, enum=families.SENSITIVITIES),
            OpenApiParameter("tag", int),
            OpenApiParameter("facets", bool),
            OpenApiParameter("limit", int),
        ]
    )
    def list(self, request: Request) -> Response:
        given = request.query_params.dict()
        given.pop("limit", None)
        if unknown := sorted(set(given) - set(Parameters().fields)):
            raise invalid({name: ["unknown"] for name in unknown})
        parameters = Parameters(data=given)
        parameters.is_valid(raise_exception=True)
        data = dict(parameters.validated_data)
        text, facets = data.pop("q"), data.pop("facets")
        found = search(self.actor, text, filters=Filters(**data), limit=limit_of(request.query_params), has_facets=facets)
        answer = {"next": None, "previous": None, "results": [asdict(hit) for hit in found.hits], "total": found.total, "corrected": found.corrected}
        return Response(answer | ({"facets": found.facets} if facets else {}))
