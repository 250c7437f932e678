"""Alerts listen to every fact."""

from __future__ import annotations

from alerts.services.firing import SUBSCRIBER, react
from governance.core.events import subscriber
from governance.core.models import Event


@subscriber(SUBSCRIBER, "*")
def on_fact(event: Event) -> None:
    """Rules look at the fact; what follows are rows."""
    react(event)
