"""A worker that is stopped for longer than its lease and then goes on: its unit was done by another, and nothing is done or counted twice."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from governance.runtime.places import Places
from tests.portal import Portal, until
from tests.scans.test_kills import asked, assert_registered_once

pytestmark = pytest.mark.destructive
LEASE = "4"
NUMBERS = 700_000


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = Portal(tmp_path_factory.mktemp("stopped") / "data", GOVERNANCE_LEASE=LEASE)
    try:
        yield portal.start()
    finally:
        portal.stop()


@pytest.fixture
def rows(own: Portal) -> Iterator[Any]:
    """Asks the portal's own database."""
    connection = psycopg2.connect(Places(own.data_dir).database_url())
    connection.autocommit = True

    def ask(query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    try:
        yield ask
    finally:
        connection.close()


def slow_database(path: Path) -> Path:
    """A view that takes a worker about a second to read."""
    with sqlite3.connect(path) as connection:
        numbers = f"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < {NUMBERS}) SELECT x FROM c"
        connection.execute(f"CREATE VIEW slow AS {numbers}")
    connection.close()
    return path


def stopped_in_the_middle(rows: Any, run: int) -> tuple[int, int]:
    """Stop the worker that reads the view, between two transactions of its own; its process id, and the fence it works under."""

    def stop() -> tuple[int, int] | None:
        held = "SELECT split_part(worker, ':', 2)::int, fence FROM scans_scanunit WHERE state = 'running' AND run_id = " + str(run)
        found = rows(held)
        if not found:
            return None
        pid, fence = found[0]
        os.kill(pid, signal.SIGSTOP)
        # What it had sent may still be done; one that was stopped while it wrote would keep its rows locked.
        is_writing = "SELECT 1 FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() AND datname = current_database()"
        if rows(is_writing) or rows(held) != found:
            os.kill(pid, signal.SIGCONT)
            return None
        return pid, fence

    result: tuple[int, int] = until(stop, "a worker in the middle of its unit")
    return result


def test_a_worker_that_was_stopped_and_goes_on_changes_nothing(own: Portal, rows: Any, tmp_path: Path) -> None:
    api = own.api()
    path = slow_database(tmp_path / "slow.sqlite")
    source = api.post("/api/v1/sources/", json={"name": "slow", "kind": "sqlite", "config": {"path": str(path)}}).json()
    run = api.post("/api/v1/scans/", json={"source": source["id"]}).json()
    pid, fence = stopped_in_the_middle(rows, run["id"])
    try:
        address = f"/api/v1/scans/{run['id']}/"
        ended = until(lambda: (found := asked(api, address)) and found["state"] not in ("queued", "running") and found, "the end", own.text)
    finally:
        os.kill(pid, signal.SIGCONT)
    with redis.Redis.from_url(Places(own.data_dir).redis_url()) as broker:
        until(lambda: broker.hlen("unacked") == 0, "the end of the worker's turn", own.text)
    assert (ended["state"], ended["outcome"], ended["progress"]["done"], ended["progress"]["failed"]) == ("complete", "clean", 1, 0)
    after = asked(api, address)
    assert (after["progress"], after["finished"]) == (ended["progress"], ended["finished"])
    assert rows(f"SELECT state, lost, fence FROM scans_scanunit WHERE run_id = {run['id']}") == [("done", 1, fence + 1)]
    assert pid in own.pids("worker"), "it lives, and works on"
    assert_registered_once(own, source["id"], 1, sensitive=0)
