"""Resolved alerts go after their time, with what was sent about them; the facts that they stood on stay in the audit log."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alerts.models import Alert
from governance.core.access import SYSTEM
from governance.core.events import record
from governance.env import env

BATCH = 500
BATCHES = 100
"""At most so many in one run: the next one comes within the hour."""


def remove_old(now: datetime | None = None, *, batch: int = BATCH, batches: int = BATCHES) -> int:
    """Remove alerts that were resolved longer ago than the settings keep them; how many that were."""
    if not env.alert_retention:
        return 0
    before = (now or timezone.now()) - timedelta(days=env.alert_retention)
    total = 0
    for _ in range(batches):
        removed = _remove(before, batch)
        total += removed
        if removed < batch:
            break
    return total


@transaction.atomic
def _remove(before: datetime, batch: int) -> int:
    """One batch and the fact that tells of it. An alert that somebody opens again at this moment is left alone."""
    old = Alert.objects.filter(state=Alert.State.RESOLVED, resolved__lt=before).order_by("pk")
    ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:batch])
    if ids:
        Alert.objects.filter(pk__in=ids).delete()
        record("alerts.alert.removed", actor=SYSTEM, count=len(ids), resolved_before=before.isoformat(timespec="seconds"))
    return len(ids)
