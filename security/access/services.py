"""Giving, changing and taking away grants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils import timezone

from governance.core.access import Actor, may, require
from governance.core.errors import Denied, InvalidInput
from governance.core.events import record
from governance.core.subjects import type_named
from security.access import administrators
from security.access.gate import ceiling_of
from security.access.holdings import CEILINGS, holdings_of
from security.access.models import Grant
from security.identity.models import Team

CHANGEABLE = ("role", "effect", "scope", "scope_id", "ceiling", "reason", "expires_at", "user", "team", "everyone")


def create_grant(
    *,
    role: str,
    user: User | None = None,
    team: Team | None = None,
    everyone: bool = False,
    effect: str = Grant.Effect.ALLOW,
    scope: str = Grant.Scope.PORTAL,
    scope_id: int | None = None,
    ceiling: str = Grant.Ceiling.INTERNAL,
    reason: str = "",
    expires_at: datetime | None = None,
    actor: Actor,
) -> Grant:
    """Give a role. The actor administers what the grant is on, and gives no higher ceiling than their own."""
    grant = Grant(
        user=user, team=team, everyone=everyone, role=role, effect=effect, scope=scope, scope_id=scope_id, ceiling=ceiling, reason=reason,
        expires_at=expires_at, created_by_id=actor.id,
    )  # fmt: skip
    return _saved(grant, {}, actor)


def change_grant(grant: Grant, *, actor: Actor, **changes: Any) -> Grant:
    """Change a grant; the actor must be allowed to give both what it was and what it becomes."""
    if unknown := set(changes) - set(CHANGEABLE):
        raise InvalidInput(f"A grant has no {', '.join(sorted(unknown))}.")
    _require_given_by(grant, actor)
    before = data_of(grant)
    for name, value in changes.items():
        setattr(grant, name, value)
    return _saved(grant, before, actor)


def delete_grant(grant: Grant, *, actor: Actor) -> None:
    """Take a grant away; Conflict when it made the last administrator."""
    require(actor, "administer", scope_row(grant))
    with administrators.kept():
        record("access.grant.deleted", grant, actor=actor, severity="warning", **data_of(grant))
        Grant.objects.filter(pk=grant.pk).delete()


def scope_row(grant: Grant) -> Model | None:
    """What a grant is on; None for the whole portal. InvalidInput when it is not there."""
    if grant.scope == Grant.Scope.PORTAL:
        return None
    row = type_named(grant.scope).model._default_manager.filter(pk=grant.scope_id).first()
    if row is None:
        raise InvalidInput(f"There is no {grant.scope} {grant.scope_id}. Choose one that is there.", errors={"scope_id": ["not there"]})
    return row


def data_of(grant: Grant) -> dict[str, Any]:
    """A grant as its facts tell of it."""
    return {
        "user": grant.user_id,
        "team": grant.team_id,
        **{name: getattr(grant, name) for name in ("everyone", "role", "effect", "scope", "scope_id", "ceiling")},
        "expires_at": grant.expires_at.isoformat() if grant.expires_at else None,
    }


def _saved(grant: Grant, before: dict[str, Any], actor: Actor) -> Grant:
    if grant.scope == Grant.Scope.PORTAL:
        grant.scope_id = None
    grant.full_clean(exclude=["created_by"])
    _require_given_by(grant, actor)
    if grant.expires_at is not None and grant.expires_at <= timezone.now():
        raise InvalidInput("expires_at is in the past. Choose a later time, or leave it out.", errors={"expires_at": ["in the past"]})
    with administrators.kept():
        grant.save()
        after = data_of(grant)
        if not before:
            record("access.grant.created", grant, actor=actor, severity="warning", **after)
        elif after != before:
            changed: Callable[[dict[str, Any]], dict[str, Any]] = lambda one: {name: one[name] for name in after if before[name] != after[name]}  # noqa: E731
            record(
                "access.grant.changed", grant, actor=actor, severity="warning", change={"before": changed(before), "after": changed(after)}, **after
            )
    return grant


def _require_given_by(grant: Grant, actor: Actor) -> None:
    """Whether the actor may give this: administers the scope, and sees at least as much unmasked. What may not be seen is not told apart from what is not there."""
    row = scope_row(grant) if may(actor, "administer") else _row_seen(grant, actor)
    require(actor, "administer", row)
    if grant.effect == Grant.Effect.ALLOW and CEILINGS.index(grant.ceiling) > ceiling_of(holdings_of(actor), actor, row):
        raise Denied(f"You cannot give the ceiling {grant.ceiling}: your own is lower there. Choose a lower one.", ceiling=grant.ceiling)


def _row_seen(grant: Grant, actor: Actor) -> Model | None:
    try:
        row = scope_row(grant)
    except InvalidInput:
        row = None
    if grant.scope != Grant.Scope.PORTAL and (row is None or not may(actor, "view", row)):
        raise InvalidInput(f"There is no {grant.scope} {grant.scope_id}. Choose one that is there.", errors={"scope_id": ["not there"]})
    return row
