"""Doors for the workers: each loads a row and calls what does the work. All of them may run twice, or never; the sweep knows."""

from __future__ import annotations

import logging
from typing import Any, Final

from celery import shared_task
from celery.signals import worker_ready
from django.db import connections

from governance.core.access import SYSTEM
from governance.core.errors import Conflict
from governance.core.workers import me
from governance.scans import dispatch, planning, recovery, services, working
from governance.scans.boundary import AWAY
from governance.scans.models import ScanRun, Schedule

logger = logging.getLogger(__name__)
AGAIN: Final[dict[str, Any]] = {"autoretry_for": AWAY, "default_retry_delay": 1, "max_retries": 10}
"""While our own database is away."""


@shared_task(name="scans.run", ignore_result=True, **AGAIN)
def run(run_id: int) -> None:
    """Plan a run, then let workers at it."""
    found = ScanRun.objects.select_related("source", "rule_set", "schedule", "retry_of").filter(pk=run_id).first()
    if found is not None and planning.plan(found, me()):
        dispatch.send_workers(found)


@shared_task(name="scans.work", ignore_result=True, **AGAIN)
def work(run_id: int) -> None:
    """A turn at a run's units; another turn is asked for while there are more."""
    if working.work(run_id):
        dispatch.send_worker(run_id)


@shared_task(name="scans.scheduled", ignore_result=True, expires=3600)
def scheduled(schedule_id: int) -> None:
    """A schedule's time has come."""
    schedule = Schedule.objects.select_related("source", "rule_set").filter(pk=schedule_id, is_enabled=True).first()
    if schedule is None or schedule.source.is_paused:
        return
    try:
        services.start_scheduled(schedule, actor=SYSTEM)
    except Conflict as error:
        logger.info("schedule %d: %s", schedule_id, error.detail)


@shared_task(name="scans.sweep", ignore_result=True)
def sweep() -> None:
    """Find work that was lost."""
    recovery.sweep()


@worker_ready.connect
def succeed(sender: Any, **kwargs: object) -> None:
    """A worker that has just started may be the successor of one that was killed on this machine, whose units then need not wait."""
    if dispatch.QUEUE in sender.app.amqp.queues.consume_from:
        try:
            recovery.sweep()
        finally:
            # Processes that are forked later must not share them.
            connections.close_all()
