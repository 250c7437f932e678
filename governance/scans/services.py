"""What can be done with scans."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from governance.core.access import SYSTEM, Actor, require
from governance.core.api.problems import invalid
from governance.core.errors import Conflict
from governance.core.events import record
from governance.scans import dispatch, finishing, progress
from governance.scans.models import ScanRun, ScanUnit, Schedule
from governance.sources.models import Source
from intelligence import rule_sets
from intelligence.models import RuleSet

MOST_PATTERNS = 100
LONGEST_PATTERN = 500


def start_scan(
    source: Source,
    *,
    rule_set: RuleSet | None = None,
    datasets: Sequence[str] = (),
    is_full: bool = False,
    depth: str = ScanRun.Depth.FULL,
    trigger: str = ScanRun.Trigger.MANUAL,
    schedule: Schedule | None = None,
    retry_of: ScanRun | None = None,
    has_workers: bool = True,
    actor: Actor,
) -> ScanRun:
    """Queue a scan of a source; Conflict while another one of it is not over. Without `has_workers` the caller does the work itself."""
    require(actor, "scan", source)
    patterns = checked_patterns(datasets)
    if depth not in ScanRun.Depth.values:
        raise invalid({"depth": [f"One of {', '.join(ScanRun.Depth.values)}."]})
    version = rule_sets.current(rule_set or source.rule_set)
    with transaction.atomic():
        try:
            with transaction.atomic():
                run = ScanRun.objects.create(
                    source=source,
                    rule_set=version,
                    schedule=schedule,
                    retry_of=retry_of,
                    trigger=trigger,
                    datasets=patterns,
                    is_full=is_full,
                    depth=depth,
                    requested_by_id=actor.id,
                )
        except IntegrityError:
            raise _already(source) from None
        record("scans.run.started", run, actor=actor, trigger=trigger, rule_set=str(version), datasets=patterns, is_full=is_full, depth=depth)
        progress.tell(run.pk)
        if has_workers:
            dispatch.send_planner(run)
    return run


def start_scheduled(schedule: Schedule, *, actor: Actor = SYSTEM) -> ScanRun:
    """The scan that a schedule asks for."""
    return start_scan(
        schedule.source, rule_set=schedule.rule_set, datasets=schedule.datasets, trigger=ScanRun.Trigger.SCHEDULE, schedule=schedule, actor=actor
    )


def cancel_scan(run: ScanRun, *, actor: Actor) -> ScanRun:
    """Ask a scan to stop; what was read until then is kept. Workers notice within seconds."""
    require(actor, "scan", run)
    with transaction.atomic():
        if not ScanRun.objects.filter(pk=run.pk, state__in=ScanRun.ACTIVE).update(cancel_requested=True):
            run.refresh_from_db()
            raise Conflict(f"Scan {run.pk} is {run.get_state_display()} already; there is nothing to stop.")
        record("scans.run.cancelled", run, actor=actor)
    finishing.finish(run.pk)
    progress.tell(run.pk)
    run.refresh_from_db()
    return run


def retry_failed(run: ScanRun, *, trigger: str = ScanRun.Trigger.MANUAL, actor: Actor) -> ScanRun:
    """A new scan of the datasets that failed in this one, under the rules that count now."""
    if not run.is_over:
        raise Conflict(f"Scan {run.pk} is not over yet. Wait for its end, or cancel it.")
    if not run.units.filter(state=ScanUnit.State.FAILED).exists():
        raise Conflict(f"Nothing failed in scan {run.pk}, so there is nothing to read again.")
    rule_set = run.rule_set.rule_set if run.rule_set else None
    return start_scan(run.source, rule_set=rule_set, retry_of=run, trigger=trigger, actor=actor)


def checked_patterns(patterns: Sequence[str]) -> list[str]:
    """Patterns of datasets as they are kept; InvalidInput for too many or too long ones."""
    found = [str(one).strip() for one in patterns]
    found = [one for one in found if one]
    if len(found) > MOST_PATTERNS or any(len(one) > LONGEST_PATTERN or "\0" in one for one in found):
        raise invalid({"datasets": [f"At most {MOST_PATTERNS} patterns of at most {LONGEST_PATTERN} characters, such as public.*."]})
    return found


def _already(source: Source) -> Conflict:
    active = ScanRun.objects.filter(source=source, state__in=ScanRun.ACTIVE).first()
    if active is None:
        return Conflict("Another scan of this source has just ended. Try again.")
    return Conflict(f"{source.name} is being scanned already, by scan {active.pk}. Wait for its end, or cancel it.", scan=active.pk)
