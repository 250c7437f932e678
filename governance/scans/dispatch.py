"""Messages to the workers. They carry a run's id and nothing else; rows say what is to be done, so a message that is lost or doubled does no harm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from governance.celery import app
from governance.core.tasks import enqueue
from governance.scans.models import ScanRun, ScanUnit

QUEUE: Final = "scans"
MOST: Final = 8
"""Messages of one run, and so the number of workers that may be at it at once."""


class Message:
    """A task by its name: what sends messages need not know what the tasks do."""

    def __init__(self, name: str) -> None:
        self.name = name

    def apply_async(self, args: Sequence[Any], **options: Any) -> None:
        app.send_task(self.name, args, **options)


def send_planner(run: ScanRun) -> None:
    """Let a worker plan the run."""
    _note(run)
    enqueue(Message("scans.run"), run.pk, queue=QUEUE)


def send_workers(run: ScanRun) -> None:
    """Let workers get through the run's units."""
    _note(run)
    queued = ScanUnit.objects.filter(run=run, state__in=(ScanUnit.State.QUEUED, ScanUnit.State.RUNNING)).count()
    for _ in range(min(queued, MOST)):
        send_worker(run.pk)


def send_worker(run_id: int, *, after: timedelta | None = None) -> None:
    """One more turn for one worker, now or later."""
    enqueue(Message("scans.work"), run_id, queue=QUEUE, countdown=after.total_seconds() if after else None)


def _note(run: ScanRun) -> None:
    ScanRun.objects.filter(pk=run.pk).update(enqueued=timezone.now())
