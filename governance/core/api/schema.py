"""How the OpenAPI document describes our views: keyset lists in their envelope, filters by name, problem details for every error."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from governance.core.api.keyset import LIMIT, MOST

PROBLEM = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("type", "title", "detail", "code")}
    | {"status": {"type": "integer"}, "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}},
    "required": ["type", "title", "status", "detail", "code"],
}


class Keyset:
    """What the schema generator asks of a paginator."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {"type": "object", "required": ["next", "previous", "results"], "properties": {"next": link, "previous": link, "results": schema}}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = ", ".join(name.removeprefix("-") for name in view.orderings)
        found = [
            _parameter("cursor", "Where a page begins; taken from `next` and `previous`."),
            _parameter("limit", f"Rows of a page, 1 to {MOST}; {LIMIT} when not given.", "integer"),
            _parameter("ordering", f"One of {names}; with - in front for descending. {view.orderings[0]} when not given."),
        ]
        if view.searches or view.has_own_search:
            found.append(_parameter("search", "Words that all must be found."))
        filters = view._filterset()
        for name, one in (filters.base_filters if filters else {}).items():
            found.append(_parameter(name, str(one.extra.get("help_text") or f"Only rows with this {name.replace('_', ' ')}.")))
        return found


class Schema(AutoSchema):
    """Understands `core.api.views.Resource`."""

    def _get_paginator(self) -> Any:
        return Keyset() if hasattr(self.view, "orderings") else None

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST":
            return []
        what = "A key of your own: the same request with the same key is done once and answered the same."
        return [OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description=what)]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        answers["default"] = {"description": "A problem (RFC 9457).", "content": {"application/problem+json": {"schema": PROBLEM}}}
        return answers


def _parameter(name: str, description: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": {"type": kind}}
