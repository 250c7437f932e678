"""How workers get through a run: claim a unit, take it through the stages, settle it, claim the next. Any number of them, on any machine."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import Any, Final, Self

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from governance.catalog.entities import merged
from governance.catalog.models import Dataset, Field
from governance.catalog.services import record_failure
from governance.core.access import SYSTEM
from governance.core.errors import Cancelled, GovernanceError, LeaseLost, Unreachable
from governance.core.runs import LEASE
from governance.core.workers import host, me
from governance.env import env
from governance.scans import dispatch, finishing, partial, pipeline, progress
from governance.scans.boundary import Unforeseen, guarded, returned
from governance.scans.heart import SWEEP_LIMIT, UNIT_LIMIT, Heart
from governance.scans.models import ScanRun, ScanUnit
from governance.scans.snapshot import Snapshot, unpacked
from governance.scans.windows import may_work
from governance.sources.connectors.base import Connector
from governance.sources.services import connect
from intelligence import rule_sets
from intelligence.learning.services import active_model

SLICE: Final = 2.0
"""Seconds after which a worker lets other work have its turn."""
MOST_LOST: Final = 3
ATTEMPTS: Final = 3
BACK_OFF: Final = (timedelta(seconds=2), timedelta(seconds=10))
"""How long a unit waits when its source could not be reached."""

State = ScanUnit.State


def claimable() -> Q:
    """Units that a worker may take: queued ones whose time has come, and those whose worker fell silent."""
    now = timezone.now()
    return Q(state=State.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now)) | Q(state=State.RUNNING, lease_until__lt=now)


def claim(run: ScanRun, worker: str) -> ScanUnit | None:
    """The next unit, held under a lease. One that has cost three workers their lives is set aside as failed."""
    while True:
        with transaction.atomic():
            unit = ScanUnit.objects.select_for_update(skip_locked=True).filter(claimable(), run=run).order_by("id").first()
            if unit is None:
                return None
            lost = unit.lost + (unit.state == State.RUNNING)
            now = timezone.now()
            ScanUnit.objects.filter(pk=unit.pk).update(
                state=State.RUNNING, fence=F("fence") + 1, worker=worker, lease_until=now + LEASE, started=now, lost=lost, stage=""
            )
            unit.refresh_from_db()
        if lost < MOST_LOST:
            return unit
        text = f"{lost} workers were lost while they read this, the last one in {host(unit.worker)}. It is set aside; the log says how they ended."
        settle_failed(run, unit, Unforeseen(text))


class Bench:
    """A worker's place in one run: the connector it keeps open, the rules it applies."""

    def __init__(self, run: ScanRun) -> None:
        self.run = run
        self.rules = merged(rule_sets.settings_of(run.rule_set), run.source.classification)
        self.model = active_model()
        self.rows = rule_sets.sample_rows(run.rule_set, env.sample_rows)
        self._connector: Connector | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.put_away()

    @property
    def connector(self) -> Connector:
        if self._connector is None:
            self._connector = connect(self.run.source)
        return self._connector

    def put_away(self) -> None:
        connector, self._connector = self._connector, None
        if connector is not None:
            connector.close()

    def do(self, unit: ScanUnit) -> None:
        """Take one unit through the stages and settle it."""
        at = ""

        def entering(stage: str) -> None:
            nonlocal at
            at = stage

        progress.tell(self.run.pk, units=[progress.told(unit)])
        try:
            with guarded(f"unit {unit.pk} of scan {self.run.pk}"):
                self._examine(unit, entering)
        except LeaseLost:
            self.put_away()
        except Cancelled:
            self.put_away()
            give_back(unit)
        except GovernanceError as error:
            # A connection that failed once is not trusted with the next unit.
            self.put_away()
            if isinstance(error, Unreachable) and unit.attempts + 1 < ATTEMPTS:
                wait = BACK_OFF[unit.attempts]
                give_back(unit, wait=wait)
                dispatch.send_worker(self.run.pk, after=wait)
            else:
                settle_failed(self.run, unit, error, at)

    def _examine(self, unit: ScanUnit, entering: Any) -> None:
        limit = SWEEP_LIMIT if self.run.depth == ScanRun.Depth.VALUES else UNIT_LIMIT
        heart = Heart(unit, self.run.pk, self.connector, limit=limit)
        try:
            with heart:
                info = unpacked(unit.info)
                snapshot = Snapshot(self.run, unit, info, self.connector, self.rules, self.model, self.rows, _decided(unit))
                pipeline.go(pipeline.OF_A_PART if unit.is_part else pipeline.READING, snapshot, entering)
                with transaction.atomic():
                    _hold(unit)
                    if not unit.is_part:
                        pipeline.go(pipeline.WRITING, snapshot, entering)
                    _settle_done(self.run, snapshot)
        except GovernanceError as error:
            raise heart.explain(error) from None


def work(run_id: int, *, slice_s: float = SLICE) -> bool:
    """Work units of a run until none is left or the slice is over; whether more can be done right now."""
    run = (
        ScanRun.objects.select_related("source", "rule_set", "schedule").filter(pk=run_id, state=ScanRun.State.RUNNING).exclude(planned=None).first()
    )
    if run is None:
        return False
    ScanUnit.let_go_of_the_dead(run.units.filter(state=State.RUNNING))
    until = monotonic() + slice_s
    worker = me()
    with Bench(run) as bench:
        while not _is_stopped(run) and (unit := claim(run, worker)) is not None:
            with returned(unit):
                bench.do(unit)
            if monotonic() > until:
                return True
    finishing.finish(run_id)
    return False


def give_back(unit: ScanUnit, wait: timedelta | None = None) -> None:
    """Put a unit back into the queue; it stays with whoever overtook us, if somebody did."""
    later = timezone.now() + wait if wait else None
    attempts = unit.attempts + (wait is not None)
    ours = ScanUnit.objects.filter(pk=unit.pk, fence=unit.fence, state=State.RUNNING)
    ours.update(state=State.QUEUED, lease_until=None, not_before=later, attempts=attempts)


def settle_failed(run: ScanRun, unit: ScanUnit, error: GovernanceError, stage: str = "") -> None:
    """Record that a unit failed, on the unit, the run and the dataset; nothing when somebody overtook us."""
    told = {"code": error.code, "detail": error.detail, "stage": stage}
    try:
        with transaction.atomic():
            _hold(unit)
            dataset = None if unit.is_part else Dataset.objects.filter(pk=unit.dataset_id or 0).first()
            if dataset is not None:
                record_failure(dataset, error, scan_id=run.pk, actor=SYSTEM)
            unit.fenced(state=State.FAILED, error=told, finished=timezone.now(), lease_until=None, stage=stage)
            _release_gathering(unit)
            ScanRun.objects.filter(pk=run.pk).update(failed=F("failed") + 1)
    except LeaseLost:
        return
    progress.tell(run.pk, units=[progress.told(unit)])


def _settle_done(run: ScanRun, snapshot: Snapshot) -> None:
    """In the transaction of the unit's effects: the unit is done, and counts."""
    unit, measured = snapshot.unit, snapshot.measured
    assert measured is not None
    whole = measured.size if measured.size is not None and not unit.is_part else snapshot.info.size
    size = whole // unit.parts if whole is not None and unit.is_part else whole
    found = [{"field": one.field.name, "entity": one.field.entity, "score": one.field.score, "is_new": one.is_new} for one in snapshot.found]
    unit.fenced(
        state=State.DONE,
        finished=timezone.now(),
        lease_until=None,
        rows=measured.rows,
        bytes=size,
        sealed=partial.sealed(unit, measured) if unit.is_part else None,
        result={**(unit.result or {}), "found": found, "stages": snapshot.seconds, "method": measured.method},
        new_found=sum(one["is_new"] for one in found),
        stage="",
        error=None,
    )
    _release_gathering(unit)
    # What the parts counted is not counted again when they are gathered.
    rows, read = (0, 0) if unit.is_gathering else (measured.rows or 0, size or 0)
    ScanRun.objects.filter(pk=run.pk).update(done=F("done") + 1, rows=F("rows") + rows, bytes=F("bytes") + read)
    progress.tell(run.pk, units=[progress.told(unit)], found=[{**one, "dataset": str(unit.key), "dataset_id": unit.dataset_id} for one in found])


def _release_gathering(unit: ScanUnit) -> None:
    """The last part to end lets the gathering unit start; the lock on that unit makes the parts decide one after the other."""
    if not unit.is_part:
        return
    siblings = ScanUnit.objects.filter(run_id=unit.run_id, key=unit.key)
    siblings.select_for_update().get(part=unit.parts)
    if not siblings.filter(part__lt=unit.parts).exclude(state__in=(State.DONE, State.FAILED)).exists():
        siblings.filter(part=unit.parts, state=State.WAITING).update(state=State.QUEUED)


def _hold(unit: ScanUnit) -> None:
    """Keep the row until the transaction ends; LeaseLost when it is not ours any more."""
    if not ScanUnit.objects.select_for_update().filter(pk=unit.pk, fence=unit.fence, state=State.RUNNING).exists():
        raise LeaseLost(f"Unit {unit.pk} was taken over by another worker.")


def _is_stopped(run: ScanRun) -> bool:
    return not may_work(run) or not ScanRun.objects.filter(pk=run.pk, state=ScanRun.State.RUNNING, cancel_requested=False).exists()


def _decided(unit: ScanUnit) -> frozenset[str]:
    decided = Field.objects.filter(dataset_id=unit.dataset_id or 0, state=Field.State.CONFIRMED).exclude(family="")
    return frozenset(decided.values_list("name", flat=True))
