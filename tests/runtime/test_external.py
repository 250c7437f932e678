"""The portal on Debian's PostgreSQL 15 and Redis, over TLS."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from tests import outside
from tests.portal import Portal, until
from tests.runtime.test_up import OURS, refused

pytestmark = pytest.mark.destructive


@pytest.fixture(scope="module")
def external(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose servers are somebody else's."""
    folder = tmp_path_factory.mktemp("outside")
    outside.certificates(folder)
    with outside.postgresql(folder) as database, outside.redis_server(folder) as broker:
        portal = Portal(folder / "portal", DATABASE_URL=database, REDIS_URL=broker)
        try:
            yield portal.start()
        finally:
            portal.stop()


def test_everything_of_ours_runs_and_no_server_of_ours_does(external: Portal) -> None:
    assert external.is_ready() and all(external.pids(name) for name in OURS)
    assert not external.pids("postgres") and not external.pids("valkey")
    assert not list((external.data_dir / "postgres").iterdir())


def test_the_portal_lives_in_the_outside_database_over_tls(external: Portal) -> None:
    opened = psycopg2.connect(external.environment["DATABASE_URL"])
    with opened, opened.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        assert (cursor.fetchone() or [0])[0] > 0
        cursor.execute("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE backend_type = 'client backend'")
        assert cursor.fetchone() == (True,)
    opened.close()


def test_the_workers_take_their_work_from_the_outside_broker(external: Portal) -> None:
    with redis.Redis.from_url(external.environment["REDIS_URL"]) as client:
        # The worker waits in a BRPOP for its next task, collect listens to a broadcast.
        until(lambda: client.info("clients")["blocked_clients"] >= 1 and client.pubsub_numpat() >= 1, "waiting workers", external.text)


def test_the_administrator_can_log_in_there(external: Portal) -> None:
    with external.client() as client:
        assert client.get("/admin/").status_code == 200


def test_a_scan_goes_the_same_way_there(external: Portal, tmp_path: Path) -> None:
    path = tmp_path / "crm.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT)")
        database.executemany("INSERT INTO people (mail) VALUES (?)", [(f"p{at}@firm{at % 7}.example",) for at in range(200)])
    with external.api() as api:
        source = api.post("/api/v1/sources/", json={"name": "outside crm", "kind": "sqlite", "config": {"path": str(path)}}).json()
        run = api.post("/api/v1/scans/", json={"source": source["id"]}).json()
        until(lambda: api.get(f"/api/v1/scans/{run['id']}/").json()["state"] == "complete", "the scan", external.text)
        (field,) = api.get("/api/v1/fields/?search=mail&entity=EMAIL_ADDRESS").json()["results"]
        assert field["state"] == "suggested"
        until(
            lambda: "scans.run.completed" in {one["type"] for one in api.get("/api/v1/events/?limit=200").json()["results"]},
            "the fact",
            external.text,
        )
        # The built-in source reads the outside database, too.
        own = next(one for one in api.get("/api/v1/sources/").json()["results"] if one["kind"] == "portal")
        run = api.post("/api/v1/scans/", json={"source": own["id"]}).json()
        until(lambda: api.get(f"/api/v1/scans/{run['id']}/").json()["outcome"] == "clean", "the scan of the portal itself", external.text)


def test_a_killed_process_comes_back_there_too(external: Portal) -> None:
    killed = external.kill("worker")
    until(lambda: (found := external.pids("worker")) and found[0] != killed, "another worker", external.text)
    assert external.is_ready()


def test_an_authority_that_we_do_not_trust_is_a_clear_error(external: Portal, tmp_path: Path) -> None:
    outside.certificates(tmp_path)
    theirs, ours = str(external.data_dir.parent / "authority.pem"), str(tmp_path / "authority.pem")
    for name in ("DATABASE_URL", "REDIS_URL"):
        stranger = Portal(tmp_path / name, **{name: external.environment[name].replace(theirs, ours)})
        said = refused(stranger)
        assert name in said and "certificate verify failed" in said


def test_no_password_of_the_outside_is_shown_or_logged(external: Portal) -> None:
    text = external.text() + "".join(path.read_text() for path in (external.data_dir / "logs").iterdir())
    for name in ("DATABASE_URL", "REDIS_URL"):
        assert external.environment[name].partition("://")[2].partition("@")[0].partition(":")[2] not in text


def test_a_backup_of_it_is_restored_into_an_embedded_portal(external: Portal, tmp_path: Path) -> None:
    file = tmp_path / "outside.tar.gz"
    assert (made := external.manage("backup", str(file))).returncode == 0, made.stderr
    embedded = Portal(tmp_path / "data")
    embedded.password = external.password
    assert (restored := embedded.manage("restore", str(file))).returncode == 0, restored.stderr
    try:
        embedded.start().client().close()
    finally:
        embedded.stop()
