"""What can be asked about sources."""

from __future__ import annotations

from typing import Any

from django.db.models import CASCADE, Model

from governance.core.errors import NotFound
from governance.sources.configuration import secret_names
from governance.sources.connectors.base import CONNECTORS, Connector
from governance.sources.models import Source

DEEPEST = 3
"""Levels of rows below a source that are counted before it is removed."""


def kinds() -> list[dict[str, Any]]:
    """Every kind of source that people can add, with the JSON schema of its parameters; one whose driver is missing says what to install."""
    found = []
    for name in CONNECTORS:
        state = CONNECTORS.available(name)
        if not state.is_available:
            found.append(
                {
                    "kind": name,
                    "label": name,
                    "icon": "block",
                    "summary": "",
                    "is_available": False,
                    "reason": state.reason,
                    "schema": {},
                    "secrets": [],
                }
            )
            continue
        connector = CONNECTORS.get(name)
        if is_offered(connector):
            found.append(
                {
                    "kind": name,
                    "label": connector.label,
                    "icon": connector.icon,
                    "summary": connector.summary,
                    "is_available": True,
                    "reason": "",
                    "schema": connector.Config.model_json_schema(),
                    "secrets": secret_names(connector.Config),
                }
            )
    return found


def is_offered(connector: type[Connector]) -> bool:
    """A kind without any parameter is the portal's own and cannot be added."""
    return bool(connector.Config.model_fields)


def kind_named(name: str) -> dict[str, Any]:
    """One kind as `kinds` shows it."""
    for one in kinds():
        if one["kind"] == name:
            return one
    raise NotFound(f"There is no kind of source called {name[:50]!r}. Known: {', '.join(one['kind'] for one in kinds())}.")


def properties_of(kind: str) -> dict[str, Any]:
    """The parameters of a kind by name, in the order of its form; empty while its driver is missing."""
    if not CONNECTORS.available(kind).is_available:
        return {}
    found: dict[str, Any] = CONNECTORS.get(kind).Config.model_json_schema().get("properties", {})
    return found


def label_of(kind: str) -> str:
    """The kind's name for people."""
    return CONNECTORS.get(kind).label if CONNECTORS.available(kind).is_available else kind


def removals(source: Source) -> dict[str, int]:
    """How many rows of each sort go with a source when it is removed; whatever rooms above hang on it is found through the models' own relations."""
    counts: dict[str, int] = {}
    _count(Source, "pk", source, counts, DEEPEST)
    return dict(sorted(counts.items(), key=lambda one: -one[1]))


def _count(model: type[Model], path: str, source: Source, counts: dict[str, int], depth: int) -> None:
    for relation in model._meta.related_objects:
        if relation.on_delete is not CASCADE or relation.many_to_many:
            continue
        below: Any = relation.related_model
        lookup = relation.field.name if path == "pk" else f"{relation.field.name}__{path}"
        found = below._default_manager.filter(**{lookup: source}).count()
        if found:
            name = str(below._meta.verbose_name_plural)
            counts[name] = counts.get(name, 0) + found
            if depth > 1:
                _count(below, lookup, source, counts, depth - 1)
