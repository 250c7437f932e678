"""Resolved alerts go after their time, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts import retention, tasks
from alerts.models import Alert, Notification, Occurrence, Rule
from governance.core import periodic
from governance.core.models import Event
from governance.env import env
from tests.alerts.conftest import Happen

pytestmark = pytest.mark.django_db
numbers = iter(range(10**6))


def alert(days: float | None, **values: Any) -> Alert:
    """An alert that was resolved so many days ago, or is open."""
    state = Alert.State.FIRING if days is None else Alert.State.RESOLVED
    resolved = None if days is None else timezone.now() - timedelta(days=days)
    row = Alert.objects.create(fingerprint=f"f{next(numbers)}", state=state, resolved=resolved, severity="error", title="it broke", **values)
    Alert.objects.filter(pk=row.pk).update(started=timezone.now() - timedelta(days=900))
    return row


def test_what_was_resolved_long_ago_goes_and_the_rest_stays() -> None:
    kept = [alert(None), alert(364)]
    old = alert(366)
    Occurrence.objects.create(alert=old, event_id=1)
    tasks.remove_old()
    assert list(Alert.objects.order_by("pk")) == kept and not Occurrence.objects.exists() and not Notification.objects.exists()


def test_the_removal_is_a_fact_with_its_count() -> None:
    for _ in range(3):
        alert(400)
    assert retention.remove_old() == 3
    assert Event.objects.get(type="alerts.alert.removed").data["count"] == 3


def test_nothing_old_leaves_no_fact() -> None:
    alert(10)
    assert retention.remove_old() == 0 and not Event.objects.filter(type="alerts.alert.removed").exists()


def test_many_go_in_batches_that_each_tell_their_count() -> None:
    for _ in range(5):
        alert(400)
    assert retention.remove_old(batch=2) == 5
    assert [event.data["count"] for event in Event.objects.filter(type="alerts.alert.removed").order_by("pk")] == [2, 2, 1]


def test_one_run_has_an_end() -> None:
    for _ in range(5):
        alert(400)
    assert retention.remove_old(batch=1, batches=2) == 2 and Alert.objects.count() == 3


def test_the_setting_says_how_long_and_zero_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    alert(40)
    monkeypatch.setattr(env, "alert_retention", 0)
    assert retention.remove_old() == 0
    monkeypatch.setattr(env, "alert_retention", 30)
    assert retention.remove_old() == 1


def test_the_clock_runs_it() -> None:
    assert "alerts.remove_old" in {one.task for one in periodic.tasks()}


def test_facts_about_a_removed_alert_stay(rule: Rule, happen: Happen) -> None:
    happen()
    Alert.objects.update(state="resolved", resolved=timezone.now() - timedelta(days=400))
    before = set(Event.objects.values_list("pk", flat=True))
    assert retention.remove_old() == 1
    assert before < set(Event.objects.values_list("pk", flat=True)) and Event.objects.filter(type="alerts.alert.fired").exists()
