"""plan: the datasets of a source become units of a run. A listing that fails part-way plans nothing and marks nothing as gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.catalog.services import Registered, mark_vanished, register_structures
from governance.core.access import SYSTEM
from governance.core.errors import Cancelled, GovernanceError, LeaseLost
from governance.core.events.recording import storable
from governance.scans import finishing, progress
from governance.scans.boundary import guarded, returned
from governance.scans.heart import Heart
from governance.scans.models import Reading, ScanRun, ScanUnit
from governance.scans.snapshot import judged_by, packed
from governance.sources.connectors.base import Connector, DatasetInfo
from governance.sources.services import connect, note_check
from intelligence.learning.services import active_model

LARGE_ROWS = 200_000
LARGE_BYTES = 32 * 1024 * 1024


def plan(run: ScanRun, worker: str) -> bool:
    """Plan a run that nobody else is planning; whether it now has units to work on. Safe to call again."""
    if run.is_over or run.planned or not run.claim(worker):
        return False
    if run.state == ScanRun.State.QUEUED:
        run.move(to=ScanRun.State.RUNNING, expected=(ScanRun.State.QUEUED,))
        progress.tell(run.pk)
    try:
        with returned(run), guarded(f"planning scan {run.pk}"):
            _plan(run)
    except LeaseLost:
        return False
    except Cancelled:
        run.fenced(lease_until=None)
        finishing.finish(run.pk)
        return False
    except GovernanceError as error:
        finishing.fail(run, error)
        return False
    finishing.finish(run.pk)
    return ScanUnit.objects.filter(run=run, state=ScanUnit.State.QUEUED).exists()


def _plan(run: ScanRun) -> None:
    with connect(run.source) as connector:
        heart = Heart(run, run.pk, connector)
        try:
            with heart:
                infos = _wanted(run, list(connector.datasets(run.datasets)))
                note_check(run.source, connector)
                with transaction.atomic():
                    _hold(run)
                    registered = register_structures(run.source, infos, scan_id=run.pk, actor=SYSTEM)
                    gone = (
                        0 if run.datasets or run.retry_of_id else mark_vanished(run.source, {one.key for one in infos}, scan_id=run.pk, actor=SYSTEM)
                    )
                    _make_units(run, registered, connector, gone)
        except GovernanceError as error:
            raise heart.explain(error) from None


def _wanted(run: ScanRun, infos: list[DatasetInfo]) -> list[DatasetInfo]:
    if run.retry_of is None:
        return infos
    failed = set(run.retry_of.units.filter(state=ScanUnit.State.FAILED).values_list("dataset_id", flat=True))
    keys = set(run.retry_of.units.filter(dataset_id__in=failed).values_list("key", flat=True))
    return [info for info in infos if storable(info.key) in keys]


def _hold(run: ScanRun) -> None:
    """Nobody else can plan this run until the transaction ends; LeaseLost when somebody did."""
    if not ScanRun.objects.select_for_update().filter(pk=run.pk, fence=run.fence, planned=None, state=ScanRun.State.RUNNING).exists():
        raise LeaseLost(f"Scan {run.pk} was planned by another worker.")


def _make_units(run: ScanRun, registered: Sequence[Registered], connector: Connector, gone: int) -> None:
    readings: dict[str, Any] = {
        one["key"]: one for one in Reading.objects.filter(source=run.source_id).values("key", "fingerprint", "rule_set_id", "model")
    }
    units: list[ScanUnit] = []
    judge = judged_by(run.source, active_model())
    for one in registered:
        if run.depth == ScanRun.Depth.STRUCTURE:
            state = ScanUnit.State.DONE if one.change != "same" else ScanUnit.State.SKIPPED
            units.append(_unit(run, one, state=state))
        elif _is_unchanged(run, one, readings.get(one.dataset.key), judge):
            units.append(_unit(run, one, state=ScanUnit.State.SKIPPED))
        else:
            units += _work(run, one, connector.parts(one.info) if _is_large(one.info) else 1)
    # The largest first, so that no worker is left alone with a giant at the end.
    units.sort(key=lambda unit: -(unit.bytes or 0))
    ScanUnit.objects.bulk_create(units, batch_size=1000)
    is_over = (ScanUnit.State.DONE, ScanUnit.State.SKIPPED)
    changes = [one.change for one in registered]
    skipped = sum(unit.state == ScanUnit.State.SKIPPED for unit in units)
    run.fenced(
        planned=timezone.now(),
        total=len(units),
        done=sum(unit.state in is_over for unit in units),
        summary={"new": changes.count("new"), "changed": changes.count("changed"), "gone": gone, "skipped": skipped},
        lease_until=None,
    )
    progress.tell(run.pk)


def _is_large(info: DatasetInfo) -> bool:
    """Whether the source should be asked about parts at all: that may cost it a query for each dataset."""
    return not info.error and ((info.rows or 0) >= LARGE_ROWS or (info.size or 0) >= LARGE_BYTES)


def _is_unchanged(run: ScanRun, one: Registered, reading: dict[str, Any] | None, judge: str) -> bool:
    return (
        not run.is_full
        and run.depth != ScanRun.Depth.VALUES
        and reading is not None
        and one.change == "same"
        and bool(one.info.fingerprint)
        and not one.info.error
        and reading["fingerprint"] == storable(one.info.fingerprint)[:200]
        and reading["rule_set_id"] == run.rule_set_id
        and reading["model"] == judge
    )


def _work(run: ScanRun, one: Registered, parts: int) -> list[ScanUnit]:
    info = packed(one.info)
    if parts <= 1:
        return [_unit(run, one, state=ScanUnit.State.QUEUED, info=info)]
    split = [_unit(run, one, state=ScanUnit.State.QUEUED, info=info, part=part, parts=parts) for part in range(parts)]
    return [*split, _unit(run, one, state=ScanUnit.State.WAITING, info=info, part=parts, parts=parts)]


def _unit(run: ScanRun, one: Registered, **values: Any) -> ScanUnit:
    now = timezone.now()
    is_over = values["state"] in (ScanUnit.State.DONE, ScanUnit.State.SKIPPED)
    return ScanUnit(
        run=run,
        key=one.dataset.key,
        dataset_id=one.dataset.pk,
        bytes=one.info.size,
        result={"change": one.change},
        finished=now if is_over else None,
        **values,
    )
