"""Schedules, their windows, and the sweep."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from governance.core.access import SYSTEM
from governance.core.errors import InvalidInput
from governance.scans import dispatch, schedules, services, tasks, windows, working
from governance.scans.models import ScanRun, Schedule
from governance.scans.recovery import sweep
from governance.sources.models import Source
from governance.sources.services import update_source
from tests.scans.running import run_to_end, sqlite_file, sqlite_source
from tests.scans.test_units import fall_silent, planned

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return sqlite_source(sqlite_file(tmp_path / "shop.db"))


@pytest.mark.parametrize(
    ("values", "words", "following"),
    [
        ({"every": "hourly", "at": time(0, 20)}, "Every hour at 20 minutes past", ["2026-11-23T10:20", "2026-11-23T11:20", "2026-11-23T12:20"]),
        ({"every": "daily", "at": time(3, 15)}, "Every day at 03:15 (UTC)", ["2026-11-24T03:15", "2026-11-25T03:15", "2026-11-26T03:15"]),
        (
            {"every": "weekly", "weekday": 6, "at": time(1)},
            "Every Sunday at 01:00 (UTC)",
            ["2026-11-29T01:00", "2026-12-06T01:00", "2026-12-13T01:00"],
        ),
        (
            {"every": "monthly", "day": 1, "at": time(1)},
            "On day 1 of every month at 01:00 (UTC)",
            ["2026-12-01T01:00", "2027-01-01T01:00", "2027-02-01T01:00"],
        ),
        ({"every": "cron", "cron": "30 2 * * 1-5"}, "By cron: 30 2 * * 1-5 (UTC)", ["2026-11-24T02:30", "2026-11-25T02:30", "2026-11-26T02:30"]),
    ],
)
def test_the_next_three_runs(source: Source, values: dict[str, Any], words: str, following: list[str]) -> None:
    schedule = schedules.create_schedule(source, actor=SYSTEM, **values)
    assert schedules.words(schedule) == words
    assert [f"{one:%Y-%m-%dT%H:%M}" for one in schedules.next_runs(schedule, after=MONDAY)] == following


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("30 2 * *", "There are 4."),
        ("61 2 * * 1-5", "“61” is no minute: give 0 to 59"),
        ("0 0 * 13 *", "“13” is no month: give 1 to 12"),
        ("0 0 31 2 *", "Such a day never comes."),
    ],
)
def test_a_wrong_cron_expression_says_which_part_is_wrong(source: Source, cron: str, told: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        schedules.create_schedule(source, every="cron", cron=cron, actor=SYSTEM)
    assert told in raised.value.context["errors"]["cron"][0]


def test_times_are_those_of_the_schedules_zone(source: Source) -> None:
    schedule = schedules.create_schedule(source, every="daily", at=time(2), time_zone="Europe/Berlin", actor=SYSTEM)
    (first,) = schedules.next_runs(schedule, 1, after=MONDAY)
    assert first.astimezone(UTC) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_beats_row_follows(source: Source) -> None:
    schedule = schedules.create_schedule(source, every="daily", at=time(3, 15), actor=SYSTEM)
    task = PeriodicTask.objects.get(pk=schedule.task_id)
    assert (task.task, task.args, task.enabled, task.crontab.hour) == ("scans.scheduled", f"[{schedule.pk}]", True, "3")
    schedules.update_schedule(schedule, at=time(4), is_enabled=False, actor=SYSTEM)
    task.refresh_from_db()
    assert (task.crontab.hour, task.enabled) == ("4", False)
    schedules.delete_schedule(schedule, actor=SYSTEM)
    assert not PeriodicTask.objects.filter(pk=task.pk).exists()


def test_a_schedule_starts_a_scan_unless_one_runs_or_the_source_is_paused(source: Source) -> None:
    schedule = schedules.create_schedule(source, actor=SYSTEM)
    tasks.scheduled(schedule.pk)
    tasks.scheduled(schedule.pk)
    run = ScanRun.objects.get(source=source)
    assert (run.trigger, run.schedule_id) == ("schedule", schedule.pk)
    run_to_end(run)
    update_source(source, is_paused=True, actor=SYSTEM)
    tasks.scheduled(schedule.pk)
    assert ScanRun.objects.count() == 1


@pytest.mark.parametrize(
    ("start", "end", "hour", "is_open"),
    [
        *((time(22), time(5), hour, is_open) for hour, is_open in ((23, True), (3, True), (5, False), (12, False))),
        *((time(1), time(5), hour, is_open) for hour, is_open in ((0, False), (1, True), (4, True), (5, False))),
        *((None, None, 12, True), (time(9), None, 8, False), (None, time(9), 8, True)),
    ],
)
def test_a_window_may_span_midnight(start: time | None, end: time | None, hour: int, is_open: bool) -> None:
    schedule = Schedule(window_start=start, window_end=end, time_zone="Asia/Tokyo")
    assert windows.is_open(schedule, datetime(2026, 11, 23, hour, 0, tzinfo=ZoneInfo("Asia/Tokyo"))) is is_open


def test_a_run_outside_its_window_waits_and_goes_on_when_it_opens(source: Source) -> None:
    now = timezone.now()
    closed = {"window_start": (now + timedelta(hours=2)).time(), "window_end": (now + timedelta(hours=3)).time()}
    schedule = schedules.create_schedule(source, actor=SYSTEM, **closed)
    run = services.start_scheduled(schedule)
    run_to_end(run)
    assert run.state == "running" and run.units.filter(state="queued").count() == 1
    schedules.update_schedule(schedule, window_start=None, window_end=None, actor=SYSTEM)
    assert run_to_end(run).state == "complete"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the messages that were sent."""
    found: list[str] = []
    monkeypatch.setattr(dispatch, "enqueue", lambda message, *args, **options: found.append(message.name))
    return found


def long_ago(run: ScanRun) -> None:
    ScanRun.objects.filter(pk=run.pk).update(enqueued=timezone.now() - timedelta(minutes=5))


def test_a_run_whose_message_was_lost_is_sent_again(source: Source, sent: list[str]) -> None:
    run = services.start_scan(source, has_workers=False, actor=SYSTEM)
    assert (sweep(), sent) == (0, [])
    long_ago(run)
    assert (sweep(), sent) == (1, ["scans.run"])
    assert sweep() == 0


def test_units_of_a_dead_worker_are_sent_again_once_their_lease_is_over(tmp_path: Path, sent: list[str]) -> None:
    run = planned(tmp_path)
    unit = working.claim(run, "dead")
    assert unit is not None
    long_ago(run)
    assert (sweep(), sent) == (0, [])
    fall_silent(unit)
    assert (sweep(), sent) == (1, ["scans.work"])


def test_three_lost_planners_fail_the_run(source: Source, sent: list[str]) -> None:
    run = services.start_scan(source, has_workers=False, actor=SYSTEM)
    for _ in range(3):
        run.refresh_from_db()
        assert run.claim("planner")
        ScanRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1), state="running")
        long_ago(run)
        sweep()
    run.refresh_from_db()
    assert run.state == "failed" and run.error is not None and "3 workers were lost" in run.error["detail"]


def test_a_cancelled_run_of_a_dead_worker_is_ended_by_the_sweep(tmp_path: Path) -> None:
    run = planned(tmp_path)
    unit = working.claim(run, "dead")
    assert unit is not None and services.cancel_scan(run, actor=SYSTEM).state == "running"
    fall_silent(unit)
    sweep()
    run.refresh_from_db()
    assert run.state == "aborted"
