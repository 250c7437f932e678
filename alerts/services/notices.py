"""Who is told of an alert: a row for each receiver, made with the alert; and the frame that browsers get."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from alerts import tasks
from alerts.models import SEVERITIES, Alert, Notification, Receiver
from alerts.silencing import is_silenced
from governance.core import live, subjects
from governance.core.access import Actor, require
from governance.core.errors import Conflict
from governance.core.events import record
from governance.core.events.recording import stamp
from governance.core.tasks import enqueue

AGAIN = (Notification.State.FAILED, Notification.State.PENDING)
"""States in which a notification can be sent at once: given up, or waiting for its next attempt."""


def tell(alert: Alert) -> int:
    """A notification for every enabled receiver that takes this severity and has none for this alert; the number that will be sent.

    One that was kept back by a silence that is over goes out with the next occurrence.
    """
    silent = is_silenced(alert.labels)
    sending = 0
    for receiver in Receiver.objects.filter(is_enabled=True, least_severity__in=SEVERITIES[: SEVERITIES.index(alert.severity) + 1]):
        state = Notification.State.SILENCED if silent else Notification.State.PENDING
        row, is_new = Notification.objects.get_or_create(alert=alert, receiver=receiver, kind="firing", defaults={"state": state})
        if not is_new and row.state == Notification.State.SILENCED and not silent:
            now = timezone.now()
            is_new = bool(
                Notification.objects.filter(pk=row.pk, state=Notification.State.SILENCED).update(
                    state=Notification.State.PENDING, due=now, enqueued=now
                )
            )
        if is_new and not silent:
            sending += 1
            enqueue(tasks.deliver, row.pk)
    return sending


def tell_resolved(alert: Alert) -> None:
    """The end of an alert is told to those who were told of its beginning; a beginning that nobody has sent yet is not sent any more."""
    told = alert.notifications.select_related("receiver").filter(kind="firing")
    told.filter(state=Notification.State.PENDING, attempts=0).update(state=Notification.State.SILENCED, error="It was over before it was sent.")
    for row in told.filter(state__in=[Notification.State.SENT, Notification.State.SENDING, Notification.State.PENDING]):
        if row.receiver.is_enabled:
            made, is_new = Notification.objects.get_or_create(alert=alert, receiver=row.receiver, kind="resolved")
            if is_new:
                enqueue(tasks.deliver, made.pk)


@transaction.atomic
def send_again(row: Notification, *, actor: Actor) -> None:
    """Try a notification now that was given up or waits for its next attempt; Conflict when it is neither, or its receiver is off."""
    require(actor, "manage", row.receiver)
    if not row.receiver.is_enabled:
        raise Conflict(f"“{row.receiver.name}” is switched off. Switch it on first.")
    now = timezone.now()
    # One that has used up its attempts gets one more.
    changed = Notification.objects.filter(pk=row.pk, state__in=AGAIN).update(
        state=Notification.State.PENDING, due=now, enqueued=now, attempts=Least(F("attempts"), Notification.ATTEMPTS - 1)
    )
    if not changed:
        raise Conflict("This message is not waiting any more: it was sent, or is being sent.")
    record("alerts.receiver.retried", row.receiver, actor=actor, kind=row.receiver.kind, alert=row.alert_id)
    enqueue(tasks.deliver, row.pk)


def publish(alert: Alert) -> None:
    """Tell open pages; the hub sends it to those who may see the alert's scope."""
    live.publish("alerts", "alert", frame(alert), source_id=alert.source_id, dataset_id=alert.dataset_id)


def frame(alert: Alert) -> dict[str, Any]:
    """What a browser gets of an alert."""
    return {
        "id": alert.pk,
        "state": alert.state,
        "severity": alert.severity,
        "title": alert.title,
        "priority": alert.priority,
        "count": alert.count,
        "source_id": alert.source_id,
        "started": stamp(alert.started),
        "last_seen": stamp(alert.last_seen),
        "subject": {"type": alert.subject_type, "id": alert.subject_id, "name": alert.subject_name},
    }


def subject_url(alert: Alert) -> str:
    """The page of what an alert is about; empty when it has none or is gone."""
    return subjects.url_of(alert.subject_type, alert.subject_id) if alert.subject_id is not None else ""
