"""How a run ends: exactly once, whoever notices first."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from governance.catalog.models import Field
from governance.core.access import SYSTEM
from governance.core.errors import GovernanceError
from governance.core.events import record
from governance.scans import progress
from governance.scans.models import ScanRun, ScanUnit

State, UnitState = ScanRun.State, ScanUnit.State
OPEN = (UnitState.WAITING, UnitState.QUEUED, UnitState.RUNNING)
STOPPED = {"code": "cancelled", "detail": "The scan was stopped before this was read.", "stage": ""}


def finish(run_id: int) -> bool:
    """End a run whose units are all over, or which was cancelled and nobody works on any more; whether this call did it."""
    with transaction.atomic():
        # Whoever holds the row now is at work on this run, and asks again when done.
        run = ScanRun.objects.select_for_update(of=("self",), skip_locked=True).select_related("source").filter(pk=run_id).first()
        if run is None or run.is_over:
            return False
        if run.cancel_requested:
            if _is_held(run):
                return False
            _abort(run)
        elif run.planned is None or run.units.filter(state__in=OPEN).exists():
            return False
        else:
            _complete(run)
    progress.tell(run_id, is_last=True)
    return True


def fail(run: ScanRun, error: GovernanceError) -> None:
    """End a run that could not be planned; what was there before stays as it was."""
    with transaction.atomic():
        run.refresh_from_db(fields=["state"])
        if run.is_over:
            return
        told = {"code": error.code, "detail": error.detail}
        run.move(to=State.FAILED, expected=(State.QUEUED, State.RUNNING), error=told, lease_until=None)
        record("scans.run.failed", run, actor=SYSTEM, severity="error", code=error.code, detail=error.detail)
    progress.tell(run.pk, is_last=True)


def _is_held(run: ScanRun) -> bool:
    now = timezone.now()
    is_planned_now = run.planned is None and run.lease_until is not None and run.lease_until >= now
    return is_planned_now or run.units.filter(state=UnitState.RUNNING, lease_until__gte=now).exists()


def _complete(run: ScanRun) -> None:
    summary = _summary(run)
    outcome = ScanRun.Outcome.PARTIAL if summary["failed"] else ScanRun.Outcome.CLEAN
    run.move(to=State.COMPLETE, expected=(State.RUNNING,), outcome=outcome, summary=summary, lease_until=None)
    _forget_parts(run)
    assert run.finished is not None and run.started is not None
    record(
        "scans.run.completed",
        run,
        actor=SYSTEM,
        severity="warning" if summary["failed"] else "info",
        outcome=outcome,
        summary=summary,
        datasets=run.units.values("key").distinct().count(),
        rows=run.rows,
        bytes=run.bytes,
        seconds=round((run.finished - run.started).total_seconds(), 3),
    )


def _abort(run: ScanRun) -> None:
    left = run.units.filter(state__in=OPEN).update(state=UnitState.SKIPPED, error=STOPPED, finished=timezone.now(), lease_until=None)
    run.move(to=State.ABORTED, expected=(State.QUEUED, State.RUNNING), summary=_summary(run), lease_until=None)
    _forget_parts(run)
    record("scans.run.aborted", run, actor=SYSTEM, severity="warning", done=run.done, left=left)


def _summary(run: ScanRun) -> dict[str, int]:
    """ScanRun.summary: what the plan counted, and what came of the units."""
    units = run.units
    there = Field.objects.filter(dataset__source_id=run.source_id, dataset__gone=None, gone=None)
    found: Any = units.aggregate(new=Sum("new_found"))
    return {
        "new": 0,
        "changed": 0,
        "gone": 0,
        "skipped": 0,
        **run.summary,
        "failed": units.filter(state=UnitState.FAILED).values("key").distinct().count(),
        "sensitive": there.exclude(family="").exclude(state=Field.State.REJECTED).count(),
        "new_sensitive": found["new"] or 0,
    }


def _forget_parts(run: ScanRun) -> None:
    run.units.exclude(sealed=None).update(sealed=None)
