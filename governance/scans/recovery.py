"""The sweep: every few seconds it finds runs whose messages were lost or whose workers died, and sends them again."""

from __future__ import annotations

import logging
from datetime import timedelta

import redis
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from governance.core.cache import redis_client
from governance.core.errors import GovernanceError
from governance.scans import dispatch, finishing
from governance.scans.boundary import Unforeseen
from governance.scans.models import ScanRun, ScanUnit
from governance.scans.windows import may_work
from governance.scans.working import MOST_LOST, claimable

logger = logging.getLogger(__name__)
QUIET = timedelta(seconds=3)
"""A run that was given messages so recently is left alone."""
LONG = timedelta(seconds=60)


def sweep() -> int:
    """Look after every run that is not over; how many were given messages again."""
    return sum(_mend(run) for run in ScanRun.objects.filter(state__in=ScanRun.ACTIVE).select_related("source", "schedule"))


def _mend(run: ScanRun) -> bool:
    has_dead = _let_go_of_the_dead(run)
    if _is_being_written(run) or finishing.finish(run.pk) or run.cancel_requested or not may_work(run):
        return False
    now = timezone.now()
    if run.enqueued > now - QUIET and not has_dead:
        return False
    if run.planned is None:
        return _mend_plan(run)
    units = ScanUnit.objects.filter(run=run)
    if not units.filter(claimable()).exists() or units.filter(state=ScanUnit.State.RUNNING, lease_until__gte=now).exists():
        return False
    # While messages wait in the queue ours may be among them; after a minute we do not believe that any more.
    if _waiting() and run.enqueued > now - LONG and not has_dead:
        return False
    dispatch.send_workers(run)
    return True


def _let_go_of_the_dead(run: ScanRun) -> bool:
    """Workers of this machine that were killed need not be waited for; whether there were any."""
    found = ScanRun.let_go_of_the_dead(ScanRun.objects.filter(pk=run.pk)) + ScanUnit.let_go_of_the_dead(
        run.units.filter(state=ScanUnit.State.RUNNING)
    )
    if found:
        run.refresh_from_db(fields=["lease_until"])
    return bool(found)


def _is_being_written(run: ScanRun) -> bool:
    """A long registration holds the row, so nobody could prolong the lease meanwhile; the planner lives, and the sweep must not wait for it."""
    with transaction.atomic():
        return not ScanRun.objects.select_for_update(skip_locked=True).filter(pk=run.pk).exists()


def _mend_plan(run: ScanRun) -> bool:
    now = timezone.now()
    if run.lease_until is not None:
        if run.lease_until >= now:
            return False
        lost = run.lost + 1
        ScanRun.objects.filter(pk=run.pk, fence=run.fence).update(lost=F("lost") + 1, lease_until=None)
        if lost >= MOST_LOST:
            error: GovernanceError = Unforeseen(f"{lost} workers were lost while they listed this source. The log says how they ended.")
            finishing.fail(run, error)
            return False
    elif _waiting() and run.enqueued > now - LONG:
        return False
    dispatch.send_planner(run)
    return True


def _waiting() -> int:
    try:
        return int(redis_client().llen(dispatch.QUEUE))
    except redis.RedisError as error:
        logger.debug("queue not there: %s", type(error).__name__)
        return 0
