"""What facts, grants, alerts and searches are about: each app registers its models here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from governance.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class SubjectType:
    """A model seen as a subject.

    `paths` maps a scope (source, dataset, domain, tag) to the ORM path that leads to its id ("dataset__source_id"); a scope that is missing there never matches.
    Two more paths: "person" leads to the user whose own the row is (who may always view it), `parent` to the row of the same type above it (a grant on one covers those below).
    `sensitivity` is the ORM path of the sensitivity word, empty when the subject has none. A row that no path places is portal-wide: it takes a grant on the whole
    portal. `is_shared` rows may be viewed by everybody who holds any grant (tags, domains, teams); `unscoped` is the action that viewing portal-wide rows takes ("audit" for facts).
    """

    name: str
    model: type[Model]
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    paths: Mapping[str, str] = field(default_factory=dict)
    sensitivity: str = ""
    plural: str = ""
    parent: str = ""
    is_shared: bool = False
    unscoped: str = "view"


@dataclass(frozen=True, slots=True)
class Subject:
    """One row as facts name it; `source_id` and `dataset_id` null means portal-wide."""

    type: str
    id: int | None
    name: str
    url: str = ""
    source_id: int | None = None
    dataset_id: int | None = None
    sensitivity: str = ""


_types: dict[type[Model], SubjectType] = {}
_names: dict[str, SubjectType] = {}


def register(subject_type: SubjectType) -> None:
    """Called in an app's `ready()`."""
    _types[subject_type.model] = subject_type
    _names[subject_type.name] = subject_type


def type_of(model: type[Model]) -> SubjectType | None:
    """The registered type of a model, or None."""
    return _types.get(model._meta.concrete_model or model)


def type_named(name: str) -> SubjectType:
    if name not in _names:
        raise NotFound(f"There is no subject type {name!r}. Known: {', '.join(sorted(_names))}.")
    return _names[name]


def all_types() -> list[SubjectType]:
    return list(_types.values())


def subject_of(instance: Model) -> Subject:
    """The subject of a row; follows the registered paths on the instance, so relations should be loaded."""
    kind = type_of(instance.__class__)
    if kind is None:
        return Subject(instance._meta.model_name or "", instance.pk, str(instance))
    return Subject(
        type=kind.name,
        id=instance.pk,
        name=kind.title(instance),
        url=kind.url(instance),
        source_id=_follow(instance, kind.paths.get("source", "")),
        dataset_id=_follow(instance, kind.paths.get("dataset", "")),
        sensitivity=_follow(instance, kind.sensitivity) or "",
    )


def url_of(name: str, pk: int) -> str:
    """The page of a subject by its type's name and id; empty when the type has none or the row is gone."""
    kind = _names.get(name)
    row = kind.model._default_manager.filter(pk=pk).first() if kind else None
    return kind.url(row) if kind and row is not None else ""


def _follow(instance: Any, path: str) -> Any:
    for step in path.split("__") if path else []:
        instance = getattr(instance, step, None)
        if instance is None:
            return None
    return instance if path else None
