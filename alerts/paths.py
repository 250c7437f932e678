"""What a rule can ask of a fact: the paths into it with their kinds, from the declared models, and values that such facts hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django.utils import timezone
from pydantic import BaseModel

from alerts import matching
from alerts.models import SEVERITIES
from governance.core import subjects
from governance.core.access import Actor, visible
from governance.core.events import types
from governance.core.events.declared import declaration
from governance.core.models import Event
from intelligence.classification.families import SENSITIVITIES
from intelligence.classification.titles import title, titles

DEEPEST = 4
LATELY = timedelta(days=7)
LOOKED_AT = 500
"""Facts whose values are offered."""
MOST_VALUES = 30
LONGEST_VALUE = 80
KINDS = {bool: "yes or no", int: "whole number", float: "number", str: "text", datetime: "time"}
GENERAL = {
    "severity": "info, warning, error or critical",
    "subject": "name of what it is about",
    "subject_type": "kind of what it is about",
    "subject_id": "its number",
    "source": "name of the source",
    "source_id": "number of the source",
    "dataset_id": "number of the dataset",
    "sensitivity": "public, internal, confidential or restricted",
    "actor_kind": "who did it: person, token or system",
    "type": "type of the fact",
}


@dataclass(slots=True)
class Known:
    """One path; `values` are (value, title) that may stand there."""

    path: str
    kind: str
    values: dict[str, str] = field(default_factory=dict)


def known_paths(pattern: str, *, actor: Actor) -> list[Known]:
    """The paths of the facts that a pattern means, their own data first. Values come from facts that the actor may see."""
    meant = [name for name in types() if matching.wants(pattern, name)]
    found: dict[str, Known] = {}
    for name in meant:
        for path, kind, values in _of_model(declaration(name).model, "data", 0):
            found.setdefault(path, Known(path, kind)).values.update(dict.fromkeys(values, ""))
    known = [*sorted(found.values(), key=lambda one: one.path), *(Known(path, kind) for path, kind in GENERAL.items())]
    seen = list(
        visible(actor, Event.objects.filter(type__in=meant, time__gte=timezone.now() - LATELY))
        .order_by("-id")
        .defer("body", "leaf", "mac")[:LOOKED_AT]
    )
    for one in known:
        one.values |= dict.fromkeys(_fixed(one.path), "")
        if one.path.rpartition(".")[2] == "entity":
            # What was found here comes before what could be.
            one.values = {**{entity: title(entity) for entity in _seen(one.path, seen)}, **titles()}
        elif one.kind == "yes or no":
            one.values = {"true": "yes", "false": "no"}
        elif one.kind.endswith("text") and not one.values:
            one.values |= dict.fromkeys(_seen(one.path, seen), "")
    return known


def _of_model(model: type[BaseModel], prefix: str, depth: int) -> Iterator[tuple[str, str, list[str]]]:
    for name, one in model.model_fields.items():
        yield from _of_type(one.annotation, f"{prefix}.{name}", depth)


def _of_type(annotation: Any, path: str, depth: int, within: str = "") -> Iterator[tuple[str, str, list[str]]]:
    """Paths below a type: a rule's path walks through lists by itself, so a list's elements are at the list's own path."""
    origin, inner = get_origin(annotation), [one for one in get_args(annotation) if one is not type(None)]
    if origin in (Union, UnionType) and inner:
        yield from _of_type(inner[0], path, depth, within)
    elif origin is Literal:
        yield path, f"{within}text", [str(one) for one in inner]
    elif origin in (list, tuple, set, frozenset) and inner:
        yield from _of_type(inner[0], path, depth, "list of ")
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if within:
            yield path, "list", []
        if depth < DEEPEST:
            yield from _of_model(annotation, path, depth + 1)
    elif origin is dict or annotation is dict:
        yield path, f"{within}values by name", []
    else:
        yield path, within + KINDS.get(annotation, "value"), []


def _fixed(path: str) -> Iterable[str]:
    if path == "severity":
        return SEVERITIES
    if path == "sensitivity":
        return SENSITIVITIES
    if path == "subject_type":
        return sorted(kind.name for kind in subjects.all_types())
    return ("person", "token", "system", "anonymous") if path == "actor_kind" else ()


def _seen(path: str, events: Iterable[Event]) -> list[str]:
    if not path.startswith("data."):
        return []
    found = dict.fromkeys(str(value) for event in events for value in matching.values({"data": event.data}, path))
    return sorted(value for value in found if 0 < len(value) <= LONGEST_VALUE)[:MOST_VALUES]
