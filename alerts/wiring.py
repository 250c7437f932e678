"""What alerts register when Django is ready: facts, subject types, the subscriber, the sweep, the live topic, and the built-in rules."""

from __future__ import annotations

from alerts import builtin, facts, models
from alerts import subscribers as subscribers
from alerts import tasks as tasks
from governance.core import live, periodic
from governance.core.access import may
from governance.core.subjects import SubjectType, register
from monitoring.collectors import collectors

facts.declare_all()
scope = {"source": "source_id", "dataset": "dataset_id"}
behind = {name: f"alert__{path}" for name, path in scope.items()}
address = "/admin/alerts/{}/{}/change/"
for one in (
    SubjectType("alert", models.Alert, str, lambda row: address.format("alert", row.pk), scope, "sensitivity", "alerts", unscoped="audit"),
    SubjectType("alert_rule", models.Rule, str, lambda row: address.format("rule", row.pk), plural="alert rules", is_shared=True),
    SubjectType("silence", models.Silence, str, lambda row: address.format("silence", row.pk), {"person": "created_by_id"}, plural="silences"),
    SubjectType("receiver", models.Receiver, str, lambda row: address.format("receiver", row.pk), plural="receivers", unscoped="manage"),
    SubjectType(
        "notification",
        models.Notification,
        str,
        lambda row: address.format("alert", row.alert_id),
        behind,
        plural="notifications",
        unscoped="audit",
    ),
):
    register(one)
live.register_topic(live.Topic("alerts", unscoped=lambda actor: may(actor, "audit")))
collectors.add("alerts", "alerts.counts.Alerts")
periodic.setup_step("alerts", builtin.seed)
periodic.every(3600, "alerts.remove_old")
