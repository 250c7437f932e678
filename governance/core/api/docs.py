"""`/api/docs/`: the API as a page, read from our own schema, with nothing fetched from outside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


def page(request: HttpRequest) -> HttpResponse:
    """Every operation by resource: its parameters, its body's fields and its answers."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method in (one for one in METHODS if one in item):
            groups.setdefault(_group(path), []).append(_operation(schema, method, path, item[method]))
    return render(request, "api_docs.html", {"groups": groups, "info": schema["info"]})


def _group(path: str) -> str:
    parts = [part for part in path.split("/") if part]
    return parts[2] if len(parts) > 2 else parts[-1]


def _operation(schema: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, dict[str, Any]] = operation.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next((one["schema"] for one in content.values() if "schema" in one), {})
    return {
        "method": method.upper(),
        "path": path,
        "description": operation.get("description", ""),
        "parameters": [one for one in operation.get("parameters", []) if one["in"] != "path"],
        "body": _properties(schema, body),
        "answers": {status: one.get("description", "") for status, one in operation.get("responses", {}).items()},
    }


def _properties(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    reference = node.get("$ref", "")
    if reference:
        node = schema["components"]["schemas"][reference.rpartition("/")[2]]
    required = set(node.get("required", []))
    return [
        {"name": name, "type": _type(one), "required": name in required, "help": one.get("description", "")}
        for name, one in node.get("properties", {}).items()
        if not one.get("readOnly")
    ]


def _type(node: dict[str, Any]) -> str:
    kind = node.get("type", "")
    if isinstance(kind, list):
        kind = " or ".join(kind)
    return f"one of {', '.join(map(str, node['enum']))}" if "enum" in node else kind or node.get("$ref", "").rpartition("/")[2] or "any"
