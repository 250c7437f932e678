"""The gate: grants as a filter over rows and as a check of one row, both from the same reach; deny comes first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar, cast

from django.db.models import Model, Q, QuerySet

from governance.core import subjects
from governance.core.access import Action, Actor
from governance.core.subjects import SubjectType
from intelligence.classification.masking import mask_value
from security.access.holdings import CEILINGS, Held, Holdings, Reach, holdings_of

T = TypeVar("T", bound=Model)
SCOPES = ("source", "dataset", "domain", "tag")
Places = dict[str, frozenset[int]]


class GrantGate:
    """Implements `core.access.Gate`."""

    def visible(self, actor: Actor, queryset: QuerySet[T], action: Action) -> QuerySet[T]:
        held = holdings_of(actor)
        if held.is_all:
            return queryset
        kind = subjects.type_of(queryset.model)
        if kind is None:
            return queryset if held.has_everywhere(action) else queryset.none()
        condition = _filter(kind, held, action, actor) if held.is_active else None
        return queryset.none() if condition is None else queryset.filter(condition) if condition else queryset

    def may(self, actor: Actor, action: Action, subject: Model | None) -> bool:
        held = holdings_of(actor)
        if held.is_all or not held.is_active:
            return held.is_all
        kind = subjects.type_of(subject.__class__) if subject is not None else None
        if subject is None or kind is None:
            return held.has_everywhere(action)
        return _check(kind, held, action, actor, subject)

    def mask(self, actor: Actor, field: Model, value: object) -> object:
        if value is None or _rank(field) <= self.ceiling(actor, field):
            return value
        return mask_value(str(value), getattr(field, "family", None) or "secret")

    def ceiling(self, actor: Actor, subject: Model) -> int:
        """The most sensitive rank that the actor sees unmasked, -1 for nothing; remembered on the row, since a page asks for each value."""
        known: dict[Actor, int] = subject.__dict__.setdefault("_ceilings", {})
        if actor not in known:
            known[actor] = ceiling_of(holdings_of(actor), actor, subject)
        return known[actor]


def ceiling_of(held: Holdings, actor: Actor, subject: Model | None) -> int:
    """The most sensitive rank shown unmasked; without a subject that of the whole portal."""
    if held.is_all:
        return len(CEILINGS) - 1
    if not GrantGate().may(actor, "preview", subject):
        return -1
    return max((one.ceiling for one in covering_grants(held, subject) if one.gives("preview")), default=-1)


def covering_grants(held: Holdings, subject: Model | None) -> list[Held]:
    """The grants whose scope covers the subject, allowing and denying; without a subject those on the whole portal."""
    kind = subjects.type_of(subject.__class__) if subject is not None else None
    scoped = [one for one in held.grants if one.scope != "portal"]
    places = _places(kind, subject, {one.scope for one in scoped}) if kind and subject is not None else {}
    return [one for one in held.grants if one.scope == "portal" or held.spread(one) & places.get(one.scope, frozenset())]


def _rank(field: Model) -> int:
    return CEILINGS.index(getattr(field, "sensitivity", "") or CEILINGS[0])


def _is_shared(kind: SubjectType, held: Holdings, action: Action) -> bool:
    return kind.is_shared and action == "view" and held.has_any


def _unscoped_hidden(kind: SubjectType, held: Holdings, action: Action) -> bool:
    """Whether rows that no path places are beyond even a grant on the whole portal."""
    return action == "view" and kind.unscoped != "view" and not held.has_everywhere(cast(Action, kind.unscoped))


# As a filter


def _filter(kind: SubjectType, held: Holdings, action: Action, actor: Actor) -> Q | None:
    """The condition on rows of a kind: empty for all of them, None for none."""
    allowed, denied = held.reach(action, is_allow=True), held.reach(action, is_allow=False)
    condition: Q | None
    if denied.everywhere:
        condition = None
    elif _is_shared(kind, held, action):
        condition = Q()
    elif allowed.everywhere:
        condition = _placed(kind) if _unscoped_hidden(kind, held, action) else Q()
    else:
        condition = _within(kind, allowed)
    if condition is not None and (taken := _within(kind, denied)) is not None:
        condition &= ~taken
    if action == "view" and "person" in kind.paths:
        own = Q(**{kind.paths["person"]: actor.id})
        condition = own if condition is None else condition and (condition | own)
    return condition


def _within(kind: SubjectType, reach: Reach) -> Q | None:
    found: Q | None = None
    for scope, ids in reach.within.items():
        one = _in_scope(kind, scope, ids)
        if one is not None:
            found = one if found is None else found | one
    return found


def _in_scope(kind: SubjectType, scope: str, ids: Iterable[int]) -> Q | None:
    """Rows inside the given sources, datasets, domains or tags; by way of their dataset where they have no path of their own."""
    path = kind.paths.get(scope)
    if path is not None:
        inside = Q(**{f"{path}__in": ids})
        # Many tags of one row must not make many rows of it.
        return Q(pk__in=kind.model._default_manager.filter(inside).values("pk")) if _is_many(kind.model, path) else inside
    if scope == "dataset" or "dataset" not in kind.paths:
        return None
    dataset = subjects.type_named("dataset")
    inside_dataset = _in_scope(dataset, scope, ids)
    if inside_dataset is None:
        return None
    return Q(**{f"{kind.paths['dataset']}__in": dataset.model._default_manager.filter(inside_dataset).values("pk")})


def _placed(kind: SubjectType) -> Q | None:
    """Rows that name a source, a dataset, a domain or a tag."""
    found: Q | None = None
    for scope in SCOPES:
        if scope in kind.paths:
            one = Q(**{f"{kind.paths[scope]}__isnull": False})
            found = one if found is None else found | one
    return found


@cache
def _is_many(owner: type[Model], path: str) -> bool:
    """Whether a path leads to many ids for one row."""
    model: Any = owner
    for step in path.split("__"):
        found = next(one for one in model._meta.get_fields() if step in (one.name, getattr(one, "attname", "")))
        if found.many_to_many or found.one_to_many:
            return True
        model = found.related_model
    return False


# As a check of one row


def _check(kind: SubjectType, held: Holdings, action: Action, actor: Actor, subject: Model) -> bool:
    if action == "view" and "person" in kind.paths and _follow(subject, kind.paths["person"]) == actor.id:
        return True
    allowed, denied = held.reach(action, is_allow=True), held.reach(action, is_allow=False)
    if denied.everywhere or not (allowed or _is_shared(kind, held, action)):
        return False
    hidden = _unscoped_hidden(kind, held, action)
    places = _places(kind, subject, {*allowed.within, *denied.within, *(SCOPES if hidden else ())})
    if denied.covers(places):
        return False
    if _is_shared(kind, held, action):
        return True
    if allowed.everywhere:
        return not hidden or any(places.values())
    return allowed.covers(places)


def _places(kind: SubjectType, subject: Model, scopes: Iterable[str]) -> Places:
    """Where a row is: the ids of its source, dataset, domain and tags, as far as they are asked for."""
    return {scope: _ids(kind, subject, scope) for scope in scopes}


def _ids(kind: SubjectType, subject: Model, scope: str) -> frozenset[int]:
    path = kind.paths.get(scope)
    if path is not None:
        if _is_many(kind.model, path):
            found = kind.model._default_manager.filter(pk=subject.pk).values_list(path, flat=True)
            return frozenset(one for one in found if one is not None)
        one = _follow(subject, path)
        return frozenset() if one is None else frozenset({one})
    if scope == "dataset" or "dataset" not in kind.paths:
        return frozenset()
    dataset_id = _follow(subject, kind.paths["dataset"])
    dataset = subjects.type_named("dataset")
    if dataset_id is None or scope not in dataset.paths:
        return frozenset()
    found = dataset.model._default_manager.filter(pk=dataset_id).values_list(dataset.paths[scope], flat=True)
    return frozenset(one for one in found if one is not None)


def _follow(instance: Any, path: str) -> Any:
    for step in path.split("__"):
        instance = getattr(instance, step, None)
        if instance is None:
            return None
    return instance
