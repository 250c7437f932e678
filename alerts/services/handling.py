"""What people do with an alert. State changes are conditional updates, so two people may press at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from alerts.models import Alert
from alerts.services import notices
from alerts.services.permission import may_handle as may_handle
from alerts.services.permission import require_handling
from governance.core.access import Actor
from governance.core.errors import Conflict
from governance.core.events import record

State = Alert.State


@transaction.atomic
def acknowledge(alert: Alert, *, reason: str = "", actor: Actor) -> Alert:
    """Somebody has seen it and takes care; receivers hear nothing more until it is resolved."""
    require_handling(actor, alert)
    _move(alert, [State.FIRING], state=State.ACKNOWLEDGED, acknowledged=timezone.now(), acknowledged_by_id=actor.id)
    record("alerts.alert.acknowledged", alert, actor=actor, reason=reason[:500])
    notices.publish(alert)
    return alert


@transaction.atomic
def resolve(alert: Alert, *, reason: str = "", actor: Actor) -> Alert:
    """It is over. What happens again is a new alert."""
    require_handling(actor, alert)
    _move(alert, [State.FIRING, State.ACKNOWLEDGED], state=State.RESOLVED, resolved=timezone.now(), resolved_by_id=actor.id)
    record("alerts.alert.resolved", alert, actor=actor, reason=reason[:500])
    notices.tell_resolved(alert)
    notices.publish(alert)
    return alert


@transaction.atomic
def reopen(alert: Alert, *, actor: Actor) -> Alert:
    """Undo resolving; Conflict when the same thing has fired anew since."""
    require_handling(actor, alert)
    if Alert.objects.filter(fingerprint=alert.fingerprint).exclude(state=State.RESOLVED).exists():
        raise Conflict("The same thing has fired again since. Handle the newer alert.")
    back = State.ACKNOWLEDGED if alert.acknowledged else State.FIRING
    _move(alert, [State.RESOLVED], state=back, resolved=None, resolved_by_id=None)
    record("alerts.alert.reopened", alert, actor=actor)
    notices.publish(alert)
    return alert


def _move(alert: Alert, expected: list[Alert.State], **values: Any) -> None:
    if not Alert.objects.filter(pk=alert.pk, state__in=expected).update(**values):
        alert.refresh_from_db()
        raise Conflict(f"This alert is {alert.get_state_display().lower()} already. Load it again.")
    alert.refresh_from_db()
