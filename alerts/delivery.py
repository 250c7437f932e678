"""Sending: a row is claimed by one sender, sent outside of any transaction, and marked. A sender that dies leaves its claim to expire."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from alerts.models import Alert, Notification, Receiver
from alerts.receivers import Group, Notice
from alerts.receivers.sealing import plugin_of
from alerts.silencing import is_silenced
from governance.core import live
from governance.core.access import SYSTEM
from governance.core.errors import GovernanceError, RateLimited
from governance.core.events import record
from governance.core.events.recording import stamp

logger = logging.getLogger(__name__)
State = Notification.State
CLAIM = timedelta(seconds=120)
"""How long one sender may take; far more than receivers' own time-outs."""
FIRST_WAIT = 10.0
LONGEST_WAIT = 3600.0
LOST = timedelta(seconds=60)
"""A row that is due and was enqueued longer ago is enqueued again."""
BATCH = 500


def deliver(pk: int) -> bool:
    """Send one notification if it is due and nobody else is at it; whether this call delivered it."""
    row = claim(pk)
    if row is None:
        return False
    if row.kind == "firing" and is_silenced(row.alert.labels):
        _settle(row, state=State.SILENCED, error="")
        return False
    try:
        answer = plugin_of(row.receiver).notify(group_of(row))
    except GovernanceError as error:
        _failed(row, error)
        return False
    except Exception:  # stage boundary: a plugin's defect is one notification's failure
        logger.exception("receiver %s failed", row.receiver_id)
        _failed(row, GovernanceError("The receiver's plugin failed. The log of the worker says where."))
        return False
    return _sent(row, answer)


def claim(pk: int, now: datetime | None = None) -> Notification | None:
    """Take a row for CLAIM; None when it is not due, settled, or in another sender's hands."""
    now = now or timezone.now()
    free = Q(state=State.PENDING) | Q(state=State.SENDING, claimed_until__lt=now)
    with transaction.atomic():
        row = Notification.objects.select_for_update(skip_locked=True, of=("self",)).filter(free, pk=pk, due__lte=now).first()
        if row is None:
            return None
        if row.attempts >= Notification.ATTEMPTS:
            _give_up(row, "The sender died again and again. The log of the worker says where.")
            return None
        row.state, row.attempts, row.claimed_until = State.SENDING, row.attempts + 1, now + CLAIM
        row.save(update_fields=["state", "attempts", "claimed_until"])
    return Notification.objects.select_related("alert__rule", "receiver").get(pk=pk)


def waiting(now: datetime | None = None) -> list[int]:
    """Due rows that nobody was asked to take lately; they count as asked from now on."""
    now = now or timezone.now()
    asked = Q(enqueued__lt=now - LOST) | Q(enqueued__lt=F("due"))
    free = Q(state=State.PENDING) | Q(state=State.SENDING, claimed_until__lt=now)
    with transaction.atomic():
        rows = Notification.objects.select_for_update(skip_locked=True).filter(free, asked, due__lte=now).order_by("due")[:BATCH]
        found = [row.pk for row in rows]
        Notification.objects.filter(pk__in=found).update(enqueued=now)
    return found


def wait_after(attempts: int, asked: float = 0) -> float:
    """Seconds until the next attempt: doubling from 10 s to an hour, spread by a fifth, or longer when the other side asked for it."""
    doubled: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1))
    return max(doubled * random.uniform(0.8, 1.2), min(asked, LONGEST_WAIT))


def group_of(row: Notification) -> Group:
    return Group(row.kind, f"n{row.pk}", row.receiver.name, (notice_of(row.alert),), settings.BASE_URL, row.attempts)  # type: ignore[arg-type]


def notice_of(alert: Alert) -> Notice:
    return Notice(
        id=alert.pk,
        state=alert.state,
        severity=alert.severity,
        title=alert.title,
        body=alert.body,
        rule=alert.rule.name if alert.rule else "",
        labels=dict(alert.labels),
        subject={"type": alert.subject_type, "id": alert.subject_id, "name": alert.subject_name},
        source_id=alert.source_id,
        dataset_id=alert.dataset_id,
        sensitivity=alert.sensitivity,
        priority=alert.priority,
        priority_reasons=[str(one["why"]) for one in alert.priority_reasons],
        count=alert.count,
        started=stamp(alert.started),
        last_seen=stamp(alert.last_seen),
        url=f"{settings.BASE_URL}/admin/alerts/alert/{alert.pk}/change/",
    )


def _sent(row: Notification, answer: str) -> bool:
    now = timezone.now()
    with transaction.atomic():
        if not _settle(row, state=State.SENT, sent=now, error="", answer=answer[:200]):
            logger.warning("notification %s was delivered after its claim had expired", row.pk)
            return False
        Receiver.objects.filter(pk=row.receiver_id).update(last_sent=now, last_error="")
    return True


def _failed(row: Notification, error: GovernanceError) -> None:
    with transaction.atomic():
        Receiver.objects.filter(pk=row.receiver_id).update(last_error=error.detail[:500])
        if not error.retryable or row.attempts >= Notification.ATTEMPTS:
            _give_up(row, error.detail)
            return
        asked = float(error.context.get("retry_after") or 0) if isinstance(error, RateLimited) else 0.0
        due = timezone.now() + timedelta(seconds=wait_after(row.attempts, asked))
        _settle(row, state=State.PENDING, due=due, error=error.detail[:500])


def _give_up(row: Notification, detail: str) -> None:
    if _settle(row, state=State.FAILED, error=detail[:500]):
        values: dict[str, Any] = {"kind": row.receiver.kind, "alert": row.alert_id, "attempts": row.attempts, "detail": detail[:500]}
        record("alerts.receiver.failed", row.receiver, actor=SYSTEM, severity="warning", **values)


def _settle(row: Notification, **values: Any) -> bool:
    """Write the outcome if the claim is still this sender's: the number of attempts is its fence."""
    changed = Notification.objects.filter(pk=row.pk, attempts=row.attempts, state__in=[State.PENDING, State.SENDING]).update(
        claimed_until=None, **values
    )
    if changed:
        shown = {
            "id": row.pk,
            "alert": row.alert_id,
            "receiver": row.receiver.name,
            "state": values["state"],
            "attempts": row.attempts,
            "answer": values.get("answer", ""),
            "error": values.get("error", ""),
            "due": stamp(values["due"]) if "due" in values else "",
        }
        live.publish("alerts", "notification", shown, source_id=row.alert.source_id, dataset_id=row.alert.dataset_id)
    return bool(changed)
