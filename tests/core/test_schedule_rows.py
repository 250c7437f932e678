"""The portal's own periodic tasks."""

from __future__ import annotations

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from governance.core import periodic
from governance.core.schedule_rows import install

pytestmark = pytest.mark.django_db


def test_registered_tasks_become_rows_of_beat_once() -> None:
    install()
    install()
    names = list(PeriodicTask.objects.filter(name__startswith="portal: ").values_list("name", flat=True))
    assert sorted(names) == sorted(f"portal: {one.name}" for one in periodic.tasks()) and "portal: core.sweep" in names


def test_a_task_that_is_not_registered_any_more_goes_and_those_of_people_stay() -> None:
    interval = IntervalSchedule.objects.create(every=5, period="seconds")
    for name in ("portal: of an older release", "somebody's own"):
        PeriodicTask.objects.create(name=name, task="x", interval=interval)
    install()
    assert list(PeriodicTask.objects.filter(task="x").values_list("name", flat=True)) == ["somebody's own"]


def test_a_row_that_was_changed_by_hand_is_put_right() -> None:
    install()
    PeriodicTask.objects.filter(name="portal: core.sweep").update(enabled=False)
    install()
    assert PeriodicTask.objects.get(name="portal: core.sweep").enabled
