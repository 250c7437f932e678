"""Units are claimed by one worker at a time, survive its death, and settle once."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from governance.catalog.models import Dataset, ProfileSnapshot
from governance.core.access import SYSTEM
from governance.core.errors import Conflict, LeaseLost, Unreachable
from governance.core.models import Event
from governance.core.workers import me
from governance.scans import dispatch, planning, recovery, services, working
from governance.scans.models import ScanRun, ScanUnit
from governance.sources.connectors.sqlite import SQLite
from tests.scans.running import PEOPLE, run_to_end, scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db


def planned(tmp_path: Path, tables: int = 1) -> ScanRun:
    path = sqlite_file(tmp_path / "shop.db", {f"people_{at}": PEOPLE for at in range(tables)})
    run = services.start_scan(sqlite_source(path), has_workers=False, actor=SYSTEM)
    assert planning.plan(run, "planner")
    run.refresh_from_db()
    return run


def killed() -> str:
    """The name of a worker on this machine whose process is gone."""
    code = "from governance.core.workers import me; print(me())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def fall_silent(unit: ScanUnit) -> None:
    ScanUnit.objects.filter(pk=unit.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_unit_that_is_held_is_not_given_to_another(tmp_path: Path) -> None:
    run = planned(tmp_path)
    assert working.claim(run, "one") is not None
    assert working.claim(run, "two") is None


def test_a_unit_of_a_silent_worker_is_taken_over_and_the_old_one_cannot_write(tmp_path: Path) -> None:
    run = planned(tmp_path)
    first = working.claim(run, "one")
    assert first is not None
    fall_silent(first)
    second = working.claim(run, "two")
    assert second is not None and (second.pk, second.fence, second.lost) == (first.pk, first.fence + 1, 1)
    with pytest.raises(LeaseLost):
        first.fenced(rows=1)
    with working.Bench(run) as bench:
        bench.do(first)
        assert ScanUnit.objects.get(pk=first.pk).state == "running"
        bench.do(second)
    assert ScanUnit.objects.get(pk=first.pk).state == "done"
    assert ProfileSnapshot.objects.count() == 1


def test_a_unit_of_a_worker_that_was_killed_is_taken_over_at_once(tmp_path: Path) -> None:
    run = planned(tmp_path)
    first = working.claim(run, killed())
    assert first is not None and first.lease_until is not None and first.lease_until > timezone.now()
    working.work(run.pk)
    unit = ScanUnit.objects.get(pk=first.pk)
    assert (unit.state, unit.lost, unit.fence) == ("done", 1, first.fence + 1)
    with pytest.raises(LeaseLost):
        first.fenced(rows=1)


def test_a_unit_of_a_worker_that_is_merely_slow_is_left_to_it(tmp_path: Path) -> None:
    run = planned(tmp_path)
    first = working.claim(run, me())
    assert first is not None
    assert not working.work(run.pk) and not recovery.sweep()
    first.refresh_from_db()
    assert (first.state, first.lost) == ("running", 0)


def test_the_sweep_asks_for_workers_as_soon_as_one_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = planned(tmp_path)
    sent: list[int] = []
    monkeypatch.setattr(dispatch, "send_worker", sent.append)
    dispatch.send_workers(run)
    unit = working.claim(run, killed())
    assert unit is not None and recovery.sweep() == 1 and sent == [run.pk, run.pk]
    assert recovery.sweep() == 0


def test_a_plan_of_a_worker_that_was_killed_is_made_by_the_next(tmp_path: Path) -> None:
    run = services.start_scan(sqlite_source(sqlite_file(tmp_path / "shop.db")), has_workers=False, actor=SYSTEM)
    assert run.claim(killed()) and not planning.plan(ScanRun.objects.get(pk=run.pk), "two")
    assert recovery.sweep() == 1
    assert planning.plan(ScanRun.objects.get(pk=run.pk), "three")


def test_a_unit_is_let_go_when_our_own_database_went_away_and_no_result_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = planned(tmp_path)

    def gone(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr(SQLite, "profile", gone)
        working.work(run.pk)
    unit = ScanUnit.objects.get(run=run)
    assert unit.state == "running" and unit.error is None and unit.lease_until is not None and unit.lease_until < timezone.now()
    assert run_to_end(run).outcome == "clean"


def test_what_is_done_is_not_given_back(tmp_path: Path) -> None:
    run = planned(tmp_path)
    unit = working.claim(run, me())
    assert unit is not None
    with working.Bench(run) as bench:
        bench.do(unit)
    working.give_back(unit)
    assert ScanUnit.objects.get(pk=unit.pk).state == "done"


def test_three_lost_workers_set_a_unit_aside(tmp_path: Path) -> None:
    run = planned(tmp_path)
    for name in ("one", "two", "three"):
        unit = working.claim(run, name)
        assert unit is not None
        fall_silent(unit)
    assert working.claim(run, "four") is None
    unit = ScanUnit.objects.get(run=run)
    assert unit.state == "failed" and unit.error is not None and "3 workers were lost" in unit.error["detail"]
    assert run_to_end(run).outcome == "partial"


def test_a_run_ends_once_however_often_it_is_asked(tmp_path: Path) -> None:
    run = run_to_end(planned(tmp_path, tables=3))
    working.work(run.pk)
    planning.plan(run, "again")
    assert Event.objects.filter(type="scans.run.completed").count() == 1
    assert Event.objects.filter(type="catalog.dataset.registered").count() == 3


def test_a_connection_that_drops_midway_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = planned(tmp_path, tables=2)
    whole, calls = SQLite.profile, []

    def dropping(self: SQLite, *args: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise Unreachable("The connection was dropped.")
        return whole(self, *args)

    monkeypatch.setattr(SQLite, "profile", dropping)
    asked: list[timedelta | None] = []
    monkeypatch.setattr(dispatch, "send_worker", lambda run_id, *, after=None: asked.append(after))
    working.work(run.pk)
    assert asked == [working.BACK_OFF[0]], "a worker is asked for when the time of the next attempt has come"
    waiting = ScanUnit.objects.get(run=run, state="queued")
    assert waiting.attempts == 1 and waiting.not_before is not None
    ScanUnit.objects.filter(pk=waiting.pk).update(not_before=None)
    assert run_to_end(run).outcome == "clean"


def test_a_dataset_that_cannot_be_read_is_a_result_and_the_next_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = planned(tmp_path, tables=3)
    whole = SQLite.sample

    def defective(self: SQLite, dataset: Any, *args: Any, **options: Any) -> Any:
        if dataset.name == "people_1":
            raise ValueError("could not read 'person1.lastname@firm1.example'")
        return whole(self, dataset, *args, **options)

    monkeypatch.setattr(SQLite, "sample", defective)
    run_to_end(run)
    unit = ScanUnit.objects.get(run=run, state="failed")
    assert (run.state, run.outcome, run.done, run.failed) == ("complete", "partial", 2, 1)
    assert unit.error is not None and unit.error["code"] == "unforeseen" and unit.error["stage"] == "extract"
    assert "ValueError" in unit.error["detail"] and "person1" not in str(unit.error) + str(Dataset.objects.get(name="people_1").error)


def test_only_what_failed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = planned(tmp_path, tables=3)
    ScanUnit.objects.filter(run=run, key__contains="people_2").update(info={"text": "{"})
    assert run_to_end(run).outcome == "partial"
    again = run_to_end(services.retry_failed(run, actor=SYSTEM))
    assert (again.state, again.outcome, again.total, again.summary["gone"]) == ("complete", "clean", 1, 0)


def test_one_scan_at_a_time_and_the_refusal_names_it(tmp_path: Path) -> None:
    run = planned(tmp_path)
    with pytest.raises(Conflict, match=f"by scan {run.pk}"):
        services.start_scan(run.source, actor=SYSTEM)
    run_to_end(run)
    assert scan(run.source).state == "complete"
