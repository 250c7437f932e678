"""A change as people read it: ids of domains, tags, teams and people become their present names. The fact itself keeps the ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.core import subjects
from governance.core.errors import NotFound
from governance.core.events.declared import refers_of

Change = Mapping[str, Mapping[str, Any]]


def named(type: str, change: Change) -> dict[str, dict[str, Any]]:
    """The change of a fact of this type with names for ids; a part of a part ("mail.tags") is named as its last word."""
    refers = {name: refers_of(type).get(name.rpartition(".")[2], "") for side in change.values() for name in side}
    names = {
        kind: _names(kind, {pk for side in change.values() for name in side if refers[name] == kind for pk in _ids(side[name])})
        for kind in refers.values()
        if kind
    }
    return {
        side: {name: _told(value, names[refers[name]]) if refers[name] else value for name, value in parts.items()} for side, parts in change.items()
    }


def _names(kind: str, ids: set[int]) -> dict[int, str]:
    try:
        found = subjects.type_named(kind)
    except NotFound:
        return {}
    return {one.pk: found.title(one) for one in found.model._default_manager.filter(pk__in=ids)}


def _ids(value: Any) -> list[int]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int)]


def _told(value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, list):
        return ", ".join(sorted(names.get(one, f"{one} (gone)") for one in value)) or None
    return names.get(value, f"{value} (gone)") if isinstance(value, int) else value
