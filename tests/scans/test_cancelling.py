"""A scan that is cancelled stops, keeps what it has, and ends once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from governance.catalog.models import Dataset
from governance.core.access import SYSTEM
from governance.core.errors import Cancelled, Conflict
from governance.core.models import Event
from governance.scans import heart, services, working
from governance.scans.models import ScanUnit
from governance.sources.connectors.sqlite import SQLite
from tests.scans.running import run_to_end, scan, sqlite_file, sqlite_source
from tests.scans.test_units import planned


@pytest.mark.django_db
def test_a_waiting_scan_is_aborted_at_once(tmp_path: Path) -> None:
    run = services.start_scan(sqlite_source(sqlite_file(tmp_path / "shop.db")), has_workers=False, actor=SYSTEM)
    assert services.cancel_scan(run, actor=SYSTEM).state == "aborted"
    assert run_to_end(run).state == "aborted"


@pytest.mark.django_db
def test_units_that_were_not_read_are_skipped_and_what_was_read_stays(tmp_path: Path) -> None:
    run = planned(tmp_path, tables=4)
    working.work(run.pk, slice_s=0)
    services.cancel_scan(run, actor=SYSTEM)
    assert (run.state, run.done, run.units.filter(state="skipped").count()) == ("aborted", 1, 3)
    assert Dataset.objects.exclude(scanned=None).count() == 1
    assert Event.objects.filter(type="scans.run.aborted").count() == 1


@pytest.mark.django_db
def test_a_scan_that_is_over_cannot_be_cancelled(tmp_path: Path) -> None:
    run = scan(sqlite_source(sqlite_file(tmp_path / "shop.db")))
    with pytest.raises(Conflict, match="Complete already"):
        services.cancel_scan(run, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_worker_in_the_middle_of_a_query_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = planned(tmp_path, tables=2)
    is_reading = threading.Event()

    def endless(self: SQLite, *args: Any, **options: Any) -> Any:
        is_reading.set()
        assert self._cancelled.wait(30)
        raise Cancelled("The work on this source was cancelled.")

    monkeypatch.setattr(SQLite, "sample", endless)
    monkeypatch.setattr(heart.Heart.__init__, "__kwdefaults__", {"beat": 0.05, "limit": 60.0})

    def work() -> None:
        working.work(run.pk)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert is_reading.wait(30)
    assert services.cancel_scan(run, actor=SYSTEM).state == "running"
    worker.join(30)
    run.refresh_from_db()
    assert (run.state, ScanUnit.objects.filter(run=run, state="skipped").count()) == ("aborted", 2)
