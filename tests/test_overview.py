"""The first page counts what its reader may see, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.models import Alert
from governance import overview
from governance.catalog import services as catalog
from governance.catalog.models import Dataset, Field
from governance.core import subjects
from governance.core.access import SYSTEM
from governance.scans.models import ScanRun
from tests.factories import actor_for, admin_client, make_dataset, make_field, make_source, make_user

pytestmark = pytest.mark.django_db


def test_an_empty_portal_counts_nothing_and_has_no_history() -> None:
    numbers = overview.numbers(actor_for(make_user("administrator")))
    assert [(one.value, one.change) for one in numbers] == [(0, None)] * 4


def test_numbers_follow_what_is_found_and_decided() -> None:
    steward = actor_for(make_user("steward"))
    field, other = make_field(), make_field()
    assert values(steward)[:3] == [2, 2, 2]
    catalog.decide(field, verdict="reject", actor=SYSTEM)
    catalog.decide(other, verdict="confirm", actor=SYSTEM)
    assert values(steward)[:3] == [2, 1, 0]


def test_a_week_of_history_shows_the_change() -> None:
    old, new = make_dataset(), make_dataset()
    Dataset.objects.filter(pk=old.pk).update(first_seen=timezone.now() - timedelta(days=10))
    number = overview.numbers(actor_for(make_user("viewer")))[0]
    assert (number.value, number.change) == (2, 1)
    assert number.history[0] == 1 and number.history[-1] == 2 and len(number.history) == 11
    Dataset.objects.filter(pk=new.pk).update(gone=timezone.now())
    assert overview.numbers(actor_for(make_user("viewer")))[0].value == 1


def test_what_began_before_the_window_counts_from_its_first_day() -> None:
    Dataset.objects.filter(pk=make_dataset().pk).update(first_seen=timezone.now() - timedelta(days=400))
    number = overview.numbers(actor_for(make_user("viewer")))[0]
    assert number.history == [1] * (overview.DAYS + 1) and number.change == 0


def test_a_reader_of_one_source_sees_that_source_only() -> None:
    field = make_field()
    make_field()
    reader = actor_for(make_user("steward", field.dataset.source))
    assert values(reader)[:3] == [1, 1, 1]
    found = overview.families(reader)
    assert [column["title"] for column in found["columns"]] == [field.dataset.source.name]
    assert len(overview.needs(reader)) == 1


def test_nobody_in_particular_sees_nothing() -> None:
    make_field()
    stranger = actor_for(make_user())
    assert values(stranger) == [0, 0, 0, 0]
    assert overview.families(stranger)["rows"] == []
    assert overview.needs(stranger) == []


def test_needs_come_in_order_of_urgency_and_are_seven_at_most() -> None:
    for at in range(9):
        make_field(name=f"email_{at}")
    make_field(family="credit_card")
    now = timezone.now()
    Alert.objects.create(fingerprint="a", severity="critical", title="Critical one", started=now)
    ScanRun.objects.create(source=make_source(), state="failed", finished=now, error={"code": "x", "detail": "No route."})
    found = overview.needs(actor_for(make_user("administrator")))
    assert len(found) == overview.MOST_NEEDS
    assert [one.severity for one in found] == ["critical", "error", "warning", *["info"] * 4]


def test_a_failed_scan_needs_nobody_once_the_next_one_went_through() -> None:
    source = make_source()
    ScanRun.objects.create(source=source, state="failed", finished=timezone.now())
    administrator = actor_for(make_user("administrator"))
    assert len(overview.needs(administrator)) == 1
    ScanRun.objects.create(source=source, state="complete", outcome="clean", finished=timezone.now())
    assert overview.needs(administrator) == []


def test_what_an_alert_tells_is_not_told_twice() -> None:
    run = ScanRun.objects.create(source=make_source(), state="failed", finished=timezone.now())
    subject = subjects.subject_of(run)
    Alert.objects.create(
        fingerprint="b", severity="error", title="A scan failed", subject_type=subject.type, subject_id=subject.id, started=timezone.now()
    )
    assert [one.title for one in overview.needs(actor_for(make_user("administrator")))] == ["A scan failed"]


def test_the_first_steps_go_when_all_are_done() -> None:
    administrator = actor_for(make_user("administrator"))
    assert [step.is_done for step in overview.steps(administrator)] == [False, False, False]
    field = make_field()
    ScanRun.objects.create(source=field.dataset.source, state="complete", finished=timezone.now())
    assert [step.is_done for step in overview.steps(administrator)] == [True, True, False]
    catalog.decide(field, verdict="confirm", actor=SYSTEM)
    assert overview.steps(administrator) == []
    assert overview.steps(actor_for(make_user("viewer"))) == []


def test_gone_fields_are_not_held() -> None:
    field = make_field()
    Field.objects.filter(pk=field.pk).update(gone=timezone.now())
    assert values(actor_for(make_user("viewer")))[1:3] == [0, 0]


def test_the_page_shows_what_it_counted() -> None:
    field = make_field()
    page = admin_client(make_user("administrator")).get("/admin/")
    assert page.status_code == 200
    assert field.dataset.source.name in page.content.decode()
    assert "no history yet" in page.content.decode()


def values(actor: object) -> list[int]:
    return [one.value for one in overview.numbers(actor)]  # type: ignore[arg-type]
