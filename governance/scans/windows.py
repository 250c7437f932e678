"""The time of day in which a schedule's scans may read their source."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from governance.scans.models import ScanRun, Schedule


def is_open(schedule: Schedule, now: datetime | None = None) -> bool:
    """Whether the window is open; it may span midnight. Without a window it always is."""
    start, end = schedule.window_start, schedule.window_end
    if start is None and end is None:
        return True
    time = (now or timezone.now()).astimezone(ZoneInfo(schedule.time_zone)).time()
    if start is None or end is None:
        return time >= start if start is not None else end is not None and time < end
    return start <= time < end if start <= end else time >= start or time < end


def may_work(run: ScanRun) -> bool:
    """Whether a run's units may be read now."""
    return run.schedule is None or is_open(run.schedule)
