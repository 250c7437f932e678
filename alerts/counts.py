"""Alerts and notifications as a number: a collector of `monitoring`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db.models import Count

from alerts.models import Alert, Notification, Severity
from monitoring.collectors import Collector, Family


class Alerts(Collector):
    """How many alerts are open, by severity, and how many notifications are in which state."""

    every: ClassVar[float] = 10.0
    is_shared: ClassVar[bool] = True
    may_hang: ClassVar[bool] = True

    def __init__(self) -> None:
        self.alerts: dict[tuple[str, str], int] = {}
        self.notifications: dict[str, int] = {}

    def collect(self) -> Mapping[str, Any]:
        rows = Alert.objects.order_by().values_list("state", "severity").annotate(Count("pk"))
        self.alerts = {(state, severity): count for state, severity, count in rows}
        self.notifications = dict(Notification.objects.order_by().values_list("state").annotate(Count("pk")))
        return {
            "open": {severity: sum(self.alerts.get((state, severity), 0) for state in _open()) for severity in Severity.values},
            "notifications": {state: self.notifications.get(state, 0) for state in Notification.State.values},
        }

    def families(self) -> Iterable[Family]:
        alerts = [
            ({"state": state, "severity": severity}, float(self.alerts.get((state, severity), 0)))
            for state in Alert.State.values
            for severity in Severity.values
        ]
        yield Family("governance_alerts", "gauge", "Alerts by state and severity, as the database holds them.", alerts)
        sent = [({"state": state}, float(self.notifications.get(state, 0))) for state in Notification.State.values]
        yield Family("governance_notifications", "gauge", "Notifications by state, as the database holds them.", sent)


def _open() -> list[str]:
    return [state for state in Alert.State.values if state != Alert.State.RESOLVED]
