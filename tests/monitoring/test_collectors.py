"""The contract that every collector keeps: numbers, or the reason why there is none; and metrics that Prometheus takes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import psutil
import pytest
from django.db import connection

from governance.core.models import Run
from governance.scans.models import ScanRun
from monitoring.collectors import Rates, collectors, host, missing
from tests.factories import make_source

NAME = re.compile(r"[a-z_:][a-z0-9_:]*")


def leaves(part: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if isinstance(value, Mapping) and "reason" not in value:
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


@pytest.mark.django_db
@pytest.mark.parametrize("name", collectors.names())
def test_what_a_collector_shows_is_a_number_or_a_reason(name: str) -> None:
    collector = collectors.get(name)()
    for part in (collector.collect(), collector.collect()):
        for path, value in leaves(part):
            if isinstance(value, Mapping):
                assert value["value"] is None and value["reason"], path
            else:
                assert isinstance(value, (int, float)) and math.isfinite(value), path


@pytest.mark.django_db
@pytest.mark.parametrize("name", collectors.names())
def test_what_a_collector_exposes_is_named_as_prometheus_names(name: str) -> None:
    collector = collectors.get(name)()
    collector.collect()
    for family in collector.families():
        assert NAME.fullmatch(family.name) and family.help
        assert (family.kind == "counter") == family.name.endswith("_total")
        assert len({tuple(sorted(labels.items())) for labels, _ in family.samples}) == len(family.samples)


def test_a_rate_needs_two_readings_and_begins_again_at_zero() -> None:
    rates = Rates()
    assert rates.per_second("requests", 100, now=10.0) == missing("a rate needs two readings")
    assert rates.per_second("requests", 150, now=20.0) == 5.0
    assert rates.per_second("requests", 30, now=30.0) == 3.0


def test_the_shares_of_the_processor_add_up_to_all_of_it() -> None:
    collector = host.Host()
    first = collector.collect()["cpu"]
    spin = psutil.cpu_times()
    while psutil.cpu_times() == spin:
        sum(range(10_000))
    shares = collector.collect()["cpu"]
    assert first["value"] is None
    assert sum(share for share in shares.values() if isinstance(share, float)) == pytest.approx(100, abs=0.5)


def test_what_the_system_does_not_tell_is_said_and_not_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(psutil, "swap_memory", refused)
    monkeypatch.setattr(psutil, "disk_io_counters", lambda perdisk: None)
    seen = host.Host().collect()
    assert seen["swap"] == missing("swap cannot be read here (PermissionError)")
    assert seen["disks"] == missing("the kernel shows no disks here")


@pytest.mark.django_db
def test_the_database_collector_sees_our_own_connection() -> None:
    seen = collectors.get("database")().collect()
    assert seen["connections"]["active"] >= 1 and seen["size"] > 1_000_000
    assert seen["connections_total"] == sum(seen["connections"].values())


@pytest.mark.django_db
def test_a_scan_that_runs_is_seen_with_its_pace() -> None:
    runs = collectors.get("runs")()
    run = ScanRun.objects.create(source=make_source(), state=Run.State.RUNNING, done=10, rows=1_000)
    assert runs.collect()["scan"]["running"] == 1
    ScanRun.objects.filter(pk=run.pk).update(done=30, rows=5_000)
    pace = runs.collect()["scan"]
    assert pace["rows_per_second"] == pytest.approx(200 * pace["done_per_second"], rel=0.01) and pace["done_per_second"] > 0
    counted = {labels["state"]: count for family in runs.families() for labels, count in family.samples if labels["kind"] == "scan"}
    assert counted["running"] == 1 and counted["failed"] == 0


@pytest.mark.django_db
def test_a_setting_of_the_server_is_read_not_guessed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        most = int(cursor.fetchone()[0])
    assert collectors.get("database")().collect()["connections_most"] == most
