"""Who may handle an alert."""

from __future__ import annotations

from typing import Any

from alerts.models import Alert
from governance.core.access import Actor, may, require


def may_handle(actor: Actor, alert: Alert) -> bool:
    """Acknowledging, silencing and resolving is for those who care for the data (edit) and those who run its scans (scan), within their scope."""
    return may(actor, "view", alert) and (may(actor, "edit", alert) or may(actor, "scan", alert))


def require_handling(actor: Actor, alert: Alert) -> None:
    if not may_handle(actor, alert):
        require(actor, "view", alert)
        require(actor, "edit", alert)


def person(actor: Actor, users: Any) -> Any:
    """The user row of an actor, None for the portal itself."""
    return users._default_manager.filter(pk=actor.id).first() if actor.id is not None else None
