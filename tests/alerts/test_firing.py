"""A fact is sealed, the subscriber reads it, and an alert stands there."""

from __future__ import annotations

import pytest

from alerts.models import Alert, Notification, Receiver, Rule
from alerts.services import acknowledge, create_rule, resolve, update_rule
from governance.core.access import SYSTEM
from governance.core.events.subscribers import replay
from governance.core.models import Event, SetAside
from tests.alerts.conftest import Happen, only_alert, thing

pytestmark = pytest.mark.django_db


def test_a_fact_that_a_rule_means_becomes_an_alert(rule: Rule, happen: Happen) -> None:
    event = happen(how="badly", subject=thing(3))
    alert = only_alert()
    assert (alert.title, alert.body, alert.severity, alert.state) == ("thing 3 happened", "How: badly", "error", "firing")
    assert (alert.source_id, alert.subject_id, alert.event_id, alert.rule) == (7, 3, event.pk, rule)
    fired = Event.objects.get(type="alerts.alert.fired")
    assert (fired.subject_id, fired.source_id, fired.cause_id, fired.data["rule"]) == (alert.pk, 7, event.pk, rule.pk)


def test_what_happens_again_counts_up(rule: Rule, happen: Happen) -> None:
    for how in ("badly", "worse", "worst"):
        last = happen(how=how)
    alert = only_alert()
    assert (alert.count, alert.body, alert.event_id, alert.last_seen) == (3, "How: worst", last.pk, last.time)
    assert alert.occurrences.count() == 3
    assert Event.objects.filter(type="alerts.alert.fired").count() == 1


def test_other_subjects_are_other_alerts(rule: Rule, happen: Happen) -> None:
    happen(subject=thing(1))
    happen(subject=thing(2))
    assert Alert.objects.count() == 2


def test_a_group_holds_several_subjects(rule: Rule, happen: Happen) -> None:
    update_rule(rule, group_by=["source_id"], actor=SYSTEM)
    happen(subject=thing(1))
    happen(subject=thing(2))
    happen(subject=thing(3, source=8))
    assert sorted(Alert.objects.values_list("source_id", "count")) == [(7, 2), (8, 1)]


def test_the_fact_that_a_rule_names_ends_the_alert(rule: Rule, happen: Happen) -> None:
    happen()
    happen("tests.thing.ended", thing(2))
    assert only_alert().is_open
    happen("tests.thing.ended")
    alert = only_alert()
    assert alert.state == "resolved" and alert.resolved and alert.resolved_by is None
    assert Event.objects.get(type="alerts.alert.resolved").data["by"] == "fact"


def test_what_happens_after_the_end_is_a_new_alert(rule: Rule, happen: Happen) -> None:
    happen()
    resolve(only_alert(), actor=SYSTEM)
    happen()
    assert sorted(Alert.objects.values_list("state", "count")) == [("firing", 1), ("resolved", 1)]


def test_an_acknowledged_alert_counts_up_and_stays_acknowledged(rule: Rule, happen: Happen) -> None:
    happen()
    acknowledge(only_alert(), actor=SYSTEM)
    happen()
    assert (only_alert().state, only_alert().count) == ("acknowledged", 2)


def test_a_disabled_rule_and_a_condition_that_does_not_hold_are_silent(rule: Rule, happen: Happen) -> None:
    update_rule(rule, condition=[{"path": "data.how", "op": "eq", "value": "badly"}], actor=SYSTEM)
    happen(how="well")
    update_rule(rule, is_enabled=False, actor=SYSTEM)
    happen(how="badly")
    assert not Alert.objects.exists()


def test_priority_says_why(rule: Rule, happen: Happen) -> None:
    happen(subject=thing(sensitivity="restricted"), fields=[{"field": f"f{n}"} for n in range(10)])
    alert = only_alert()
    assert alert.sensitivity == "restricted"
    assert [one["why"] for one in alert.priority_reasons] == ["severity error", "holds restricted data", "10 fields"]
    assert alert.priority == sum(one["points"] for one in alert.priority_reasons) == 72
    happen(subject=thing())
    assert "happened 2 times" in [one["why"] for one in only_alert().priority_reasons]


def test_a_rule_on_everything_does_not_ring_for_alerts(happen: Happen) -> None:
    create_rule(name="all", pattern="*", title="{type}", actor=SYSTEM)
    happen()
    assert list(Alert.objects.values_list("title", flat=True).distinct()) == ["tests.thing.happened"]


def test_rules_on_alerts_never_ring_for_ever(rule: Rule, happen: Happen) -> None:
    for name in ("one", "two"):
        create_rule(name=name, pattern="alerts.alert.*", title="{subject}", actor=SYSTEM)
    happen()
    assert 3 <= Alert.objects.count() <= 20
    assert Alert.objects.filter(rule=rule).count() == 1


def test_a_fact_that_was_set_aside_and_read_again_notifies_nobody(rule: Rule, happen: Happen, webhook: Receiver) -> None:
    update_rule(rule, is_enabled=False, actor=SYSTEM)
    event = happen()
    update_rule(rule, is_enabled=True, actor=SYSTEM)
    aside = SetAside.objects.create(subscriber="alerts", event_id=event.pk, error="x")
    replay(aside)
    replay(aside)
    assert only_alert().count == 1 and not Notification.objects.exists()


def test_a_rule_that_cannot_be_read_sets_its_fact_aside_and_the_next_fact_goes_on(rule: Rule, happen: Happen) -> None:
    Rule.objects.filter(pk=rule.pk).update(condition=[{"broken": True}])
    broken = happen(subject=thing(1))
    Rule.objects.filter(pk=rule.pk).update(condition=[])
    happen(subject=thing(2))
    assert SetAside.objects.get().event_id == broken.pk and only_alert().subject_id == 2


def test_no_person_gets_into_a_title(rule: Rule, happen: Happen) -> None:
    happen()
    assert "portal" not in f"{only_alert().title} {only_alert().body} {only_alert().labels}"
