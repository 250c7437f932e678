"""Who sees alerts and who may handle them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import services
from alerts.models import Alert, Rule
from governance.core.access import SYSTEM, visible
from governance.core.errors import Denied
from governance.core.subjects import Subject
from tests.alerts.conftest import Happen, only_alert, thing
from tests.factories import actor_for, make_dataset, make_source, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "sees", "handles"),
    [
        ("viewer", True, False),
        ("steward", True, True),
        ("engineer", True, True),
        ("auditor", True, False),
        ("administrator", True, True),
        ("", False, False),
    ],
)
def test_a_role_on_a_source_decides_about_its_alerts(rule: Rule, happen: Happen, role: str, sees: bool, handles: bool) -> None:
    mine, other = make_source(), make_source()
    happen(subject=thing(1, source=mine.pk))
    happen(subject=thing(2, source=other.pk))
    alert = Alert.objects.get(source_id=mine.pk)
    actor = actor_for(make_user(role, mine if role else None))
    assert list(visible(actor, Alert.objects.all())) == ([alert] if sees else [])
    assert services.may_handle(actor, alert) is handles
    assert not services.may_handle(actor, Alert.objects.get(source_id=other.pk))


@pytest.mark.parametrize(
    ("role", "sees", "handles"),
    [("viewer", False, False), ("steward", False, False), ("engineer", False, False), ("auditor", True, False), ("administrator", True, True)],
)
def test_alerts_of_the_whole_portal_are_for_administrators_and_auditors(rule: Rule, happen: Happen, role: str, sees: bool, handles: bool) -> None:
    happen(subject=thing(1, source=None))
    actor = actor_for(make_user(role))
    assert visible(actor, Alert.objects.all()).exists() is sees
    assert services.may_handle(actor, only_alert()) is handles


def test_a_grant_on_a_dataset_shows_its_alerts_only(rule: Rule, happen: Happen) -> None:
    dataset = make_dataset()
    happen(subject=Subject("dataset", dataset.pk, "d", source_id=dataset.source_id, dataset_id=dataset.pk))
    happen(subject=thing(2, source=dataset.source_id))
    actor = actor_for(make_user("steward", dataset))
    assert [alert.dataset_id for alert in visible(actor, Alert.objects.all())] == [dataset.pk]


def test_what_one_may_not_do_says_so_and_changes_nothing(rule: Rule, happen: Happen) -> None:
    source = make_source()
    happen(subject=thing(source=source.pk))
    viewer = actor_for(make_user("viewer", source))
    for act in (services.acknowledge, services.resolve):
        with pytest.raises(Denied):
            act(only_alert(), actor=viewer)
    with pytest.raises(Denied):
        services.silence(only_alert(), until=timezone.now() + timedelta(hours=1), reason="x", actor=viewer)
    assert only_alert().state == "firing"


def test_rules_receivers_and_wide_silences_take_a_grant_on_the_whole_portal(rule: Rule) -> None:
    scoped = actor_for(make_user("engineer", make_source()))
    with pytest.raises(Denied):
        services.update_rule(rule, is_enabled=False, actor=scoped)
    with pytest.raises(Denied):
        services.create_receiver(name="x", kind="email", config={"to": ["a@example.org"]}, actor=scoped)
    with pytest.raises(Denied):
        services.create_silence(matchers={"rule": "*"}, reason="x", ends=timezone.now() + timedelta(hours=1), actor=scoped)
    wide = actor_for(make_user("engineer"))
    assert services.update_rule(rule, is_enabled=False, actor=wide).is_enabled is False


def test_a_steward_may_silence_an_alert_of_theirs_and_end_that_silence(rule: Rule, happen: Happen) -> None:
    source = make_source("shop")
    happen(subject=thing(source=source.pk))
    steward = actor_for(make_user("steward", source))
    made = services.silence(only_alert(), until=timezone.now() + timedelta(hours=1), reason="known", actor=steward)
    assert made.matchers == {"rule": rule.name, "source": "shop", "subject": "thing 1", "group": only_alert().fingerprint}
    with pytest.raises(Denied):
        services.end_silence(made, actor=actor_for(make_user("steward", source)))
    assert services.end_silence(made, actor=steward).ends <= timezone.now()


def test_a_title_names_the_source(happen: Happen) -> None:
    services.create_rule(name="r", pattern="tests.thing.happened", title="{subject} in {source}", actor=SYSTEM)
    happen(subject=thing(source=make_source("shop").pk))
    assert only_alert().title == "thing 1 in shop"
