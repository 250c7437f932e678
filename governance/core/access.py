"""The gate: everyone asks here what an actor may see and do. `security.access` implements it; without an implementation everything is denied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from governance.core.errors import Denied, NotAuthenticated

Action = Literal["view", "preview", "edit", "decide", "scan", "manage", "audit", "administer"]
ACTIONS: dict[Action, str] = {
    "view": "see it in lists, searches and pages",
    "preview": "read live values of a source, masked above the ceiling",
    "edit": "change descriptions, owners, domains and tags",
    "decide": "confirm, reject or set what a field holds",
    "scan": "start, schedule and cancel scans",
    "manage": "add and change sources, rule sets, alert rules and receivers",
    "audit": "read the event log",
    "administer": "people, roles, grants, tokens of others and settings",
}

T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, a token on its owner's behalf (`id` is the owner's), or the portal itself."""

    kind: Literal["person", "token", "system", "anonymous"]
    id: int | None
    name: str
    token_id: int | None = None
    scopes: frozenset[str] = field(default=frozenset({"*"}))
    address: str = ""
    request_id: str = ""

    @property
    def is_known(self) -> bool:
        return self.kind != "anonymous"

    def has_scope(self, verb: Literal["read", "write"], resource: str) -> bool:
        """Whether a token's scopes cover a resource; people and the portal have all."""
        return "*" in self.scopes or f"{verb}:{resource}" in self.scopes or f"{verb}:*" in self.scopes


SYSTEM = Actor("system", None, "portal")
ANONYMOUS = Actor("anonymous", None, "")


class Gate(Protocol):
    def visible(self, actor: Actor, queryset: QuerySet[T], action: Action) -> QuerySet[T]: ...

    def may(self, actor: Actor, action: Action, subject: Model | None) -> bool: ...

    def mask(self, actor: Actor, field: Model, value: object) -> object: ...


class _Closed:
    """No implementation registered: nobody but the portal itself sees anything."""

    def visible(self, actor: Actor, queryset: QuerySet[T], action: Action) -> QuerySet[T]:
        return queryset if actor.kind == "system" else queryset.none()

    def may(self, actor: Actor, action: Action, subject: Model | None) -> bool:
        return actor.kind == "system"

    def mask(self, actor: Actor, field: Model, value: object) -> object:
        return None


_gate: Gate = _Closed()


def register(gate: Gate) -> None:
    """Called once by the app that implements the gate, in `ready()`."""
    global _gate
    _gate = gate


def visible(actor: Actor, queryset: QuerySet[T], action: Action = "view") -> QuerySet[T]:
    """The rows of a queryset on which the actor may do `action`."""
    return _gate.visible(actor, queryset, action)


def may(actor: Actor, action: Action, subject: Model | None = None) -> bool:
    """Whether the actor may do `action` on a subject, or portal-wide without one."""
    return _gate.may(actor, action, subject)


def require(actor: Actor, action: Action, subject: Model | None = None) -> None:
    """Denied when the actor may not; NotAuthenticated when nobody is signed in."""
    if _gate.may(actor, action, subject):
        return
    if not actor.is_known:
        raise NotAuthenticated("Sign in, or send a token: Authorization: Bearer gov_….")
    what = f"{subject._meta.verbose_name} {subject.pk}" if subject is not None else "the portal"
    raise Denied(f"You may not {action} {what}. Ask an administrator for a role that allows it.", action=action)


def mask(actor: Actor, field: Model, value: object) -> object:
    """A value of a field as this actor may see it: masked above the ceiling of the actor's grants."""
    return _gate.mask(actor, field, value)


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request: the token's, the signed-in person's, or the anonymous one with its address."""
    found: Any = getattr(request, "actor", None)
    return found if isinstance(found, Actor) else ANONYMOUS
