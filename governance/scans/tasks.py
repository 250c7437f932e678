"""Doors for the workers: each loads a row and calls what does the work. All of them may run twice, or never; the sweep knows."""

from __future__ import annotations

import logging

from celery import shared_task

from governance.core.access import SYSTEM
from governance.core.errors import Conflict
from governance.scans import dispatch, planning, services, working
from governance.scans.models import ScanRun, Schedule

logger = logging.getLogger(__name__)


@shared_task(name="scans.run", ignore_result=True)
def run(run_id: int) -> None:
    """Plan a run, then let workers at it."""
    found = ScanRun.objects.select_related("source", "rule_set", "schedule", "retry_of").filter(pk=run_id).first()
    if found is not None and planning.plan(found, working.me()):
        dispatch.send_workers(found)


@shared_task(name="scans.work", ignore_result=True)
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
