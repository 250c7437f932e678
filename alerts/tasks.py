"""Tasks: sending, asking again for what was lost, and removing what is old."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from alerts import delivery, retention
from governance.core.tasks import enqueue, sweeper


@shared_task(name="alerts.deliver", ignore_result=True)
def deliver(notification_id: int) -> None:
    """Send one notification."""
    delivery.deliver(notification_id)


@shared_task(name="alerts.remove_old", ignore_result=True)
def remove_old() -> None:
    """Let resolved alerts go after their time."""
    retention.remove_old()


@sweeper("alerts")
def sweep() -> int:
    """Ask for the rows whose message was lost, whose sender died, or whose next attempt is due."""
    found = delivery.waiting(timezone.now())
    for pk in found:
        enqueue(deliver, pk)
    return len(found)
