"""Schedules: beat's own rows follow from ours, in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from celery.schedules import ParseException, crontab, crontab_parser
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks

from governance.core.access import Actor, require
from governance.core.api.problems import invalid
from governance.core.events import record
from governance.scans.models import WEEKDAYS, Schedule
from governance.scans.services import checked_patterns
from governance.sources.models import Source

TASK = "scans.scheduled"
QUEUE = "scans"
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 6))
"""Of a cron expression, with the least and the greatest value of each."""
Every = Schedule.Every


def create_schedule(source: Source, *, actor: Actor, **values: Any) -> Schedule:
    """Scan a source by the clock."""
    require(actor, "scan", source)
    schedule = Schedule(source=source)
    return _save(schedule, values, "scans.schedule.created", actor)


def update_schedule(schedule: Schedule, *, actor: Actor, **values: Any) -> Schedule:
    """Change when or what is scanned; what is not named stays."""
    require(actor, "scan", schedule)
    return _save(schedule, values, "scans.schedule.updated", actor)


def delete_schedule(schedule: Schedule, *, actor: Actor) -> None:
    """Scan by this schedule no more; scans that it started stay."""
    require(actor, "scan", schedule)
    with transaction.atomic():
        record("scans.schedule.deleted", schedule, actor=actor, every=schedule.every, words=words(schedule))
        task = schedule.task
        schedule.delete()
        if task is not None:
            task.delete()


def words(schedule: Schedule) -> str:
    """When it runs, as people say it."""
    at = f"{schedule.at:%H:%M}"
    said = {
        Every.HOUR: f"Every hour at {schedule.at.minute} minutes past",
        Every.DAY: f"Every day at {at}",
        Every.WEEK: f"Every {WEEKDAYS[schedule.weekday][1]} at {at}",
        Every.MONTH: f"On day {schedule.day} of every month at {at}",
        Every.CRON: f"By cron: {schedule.cron}",
    }[Every(schedule.every)]
    zone = "" if schedule.time_zone == "UTC" and schedule.every == Every.HOUR else f" ({schedule.time_zone})"
    start, end = schedule.window_start, schedule.window_end
    window = (
        f", between {start:%H:%M} and {end:%H:%M} only"
        if start and end
        else f", after {start:%H:%M}"
        if start
        else f", until {end:%H:%M}"
        if end
        else ""
    )
    return said + zone + window


def next_runs(schedule: Schedule, count: int = 3, *, after: datetime | None = None) -> list[datetime]:
    """The next times, in the schedule's zone; none for one that is switched off."""
    if not schedule.is_enabled:
        return []
    zone = ZoneInfo(schedule.time_zone)
    moment = (after or timezone.now()).astimezone(zone)
    clock = crontab(**_cron(schedule), nowfun=lambda: moment)
    found: list[datetime] = []
    for _ in range(count):
        last, delta, _now = clock.remaining_delta(moment, tz=zone)
        moment = last + delta
        found.append(moment)
    return found


def _save(schedule: Schedule, values: Mapping[str, Any], fact: str, actor: Actor) -> Schedule:
    for name, value in values.items():
        setattr(schedule, name, value)
    _check(schedule)
    with transaction.atomic():
        schedule.save()
        schedule.task = _beat(schedule)
        schedule.save(update_fields=["task"])
        record(fact, schedule, actor=actor, every=schedule.every, words=words(schedule))
    return schedule


def _check(schedule: Schedule) -> None:
    errors: dict[str, list[str]] = {}
    if schedule.every not in Every.values:
        errors["every"] = [f"One of {', '.join(Every.values)}."]
    if schedule.time_zone not in available_timezones():
        errors["time_zone"] = ["Give a name such as Europe/Berlin or UTC."]
    if not 0 <= schedule.weekday <= 6:
        errors["weekday"] = ["From 0 (Monday) to 6 (Sunday)."]
    if not 1 <= schedule.day <= 28:
        errors["day"] = ["From 1 to 28, so that every month has it."]
    if schedule.window_start is not None and schedule.window_start == schedule.window_end:
        errors["window_end"] = ["The window ends when it starts. Leave both out to scan at any time."]
    if not errors:
        errors |= _check_cron(schedule)
    if errors:
        raise invalid(errors)
    schedule.datasets = checked_patterns(schedule.datasets or [])


def _check_cron(schedule: Schedule) -> dict[str, list[str]]:
    wrong = _wrong_field(schedule.cron.split()) if schedule.every == Every.CRON else ""
    if not wrong:
        try:
            next_runs(schedule, 1)
        except (ParseException, ValueError, TypeError, RuntimeError, OverflowError):
            wrong = "Such a day never comes. "
    return {"cron": [f"{wrong}For example: 30 2 * * 1-5 is 02:30 from Monday to Friday."]} if wrong else {}


def _wrong_field(given: Sequence[str]) -> str:
    """What is wrong with the fields of a cron expression, in words; empty when each may stand where it stands."""
    if len(given) != len(FIELDS):
        return f"It needs five fields, separated by spaces: {', '.join(name for name, _, _ in FIELDS)}. There are {len(given)}. "
    for text, (name, low, high) in zip(given, FIELDS, strict=True):
        try:
            crontab_parser(high - low + 1, low).parse(text)
        except (ParseException, ValueError):
            return f"“{text}” is no {name}: give {low} to {high}, a list, a range, or * for each. "
    return ""


def _cron(schedule: Schedule) -> dict[str, str]:
    """The fields of a cron expression; in cron Monday is 1."""
    if schedule.every == Every.CRON:
        names = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        return dict(zip(names, schedule.cron.split(), strict=True))
    fields = {"minute": str(schedule.at.minute), "hour": str(schedule.at.hour), "day_of_month": "*", "month_of_year": "*", "day_of_week": "*"}
    if schedule.every == Every.HOUR:
        fields["hour"] = "*"
    elif schedule.every == Every.WEEK:
        fields["day_of_week"] = str((schedule.weekday + 1) % 7)
    elif schedule.every == Every.MONTH:
        fields["day_of_month"] = str(schedule.day)
    return fields


def _beat(schedule: Schedule) -> PeriodicTask:
    """Beat's row for a schedule, brought in line with it."""
    clock, _ = CrontabSchedule.objects.get_or_create(**_cron(schedule), timezone=schedule.time_zone)
    values = {
        "name": f"scan schedule {schedule.pk}",
        "task": TASK,
        "crontab": clock,
        "args": json.dumps([schedule.pk]),
        "queue": QUEUE,
        "enabled": schedule.is_enabled,
        "expire_seconds": 3600,
        "description": f"{schedule.source}: {words(schedule)}"[:500],
    }
    task = schedule.task or PeriodicTask()
    for name, value in values.items():
        setattr(task, name, value)
    task.save()
    PeriodicTasks.update_changed()
    return task
