"""The embedded PostgreSQL and Valkey."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from governance.core.errors import ConfigurationError
from governance.runtime.kernel import AS_ORDINARY_USER
from governance.runtime.places import Places
from governance.runtime.postgres import Cluster, binaries, portal_cluster, provision_portal
from governance.runtime.preflight import ONCE
from governance.runtime.valkey import Valkey
from tests.needs import missing
from tests.portal import ROOT, free_port, until


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "data")


@pytest.fixture
def cluster(places: Places) -> Iterator[Cluster]:
    cluster = portal_cluster(places)
    try:
        cluster.start(places.log("postgres"))
        provision_portal(cluster, places)
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def valkey(places: Places) -> Iterator[Valkey]:
    valkey = Valkey(places)
    try:
        valkey.start(places.log("valkey"))
        yield valkey
    finally:
        valkey.stop()


def answer(url: str, query: str) -> object:
    opened = psycopg2.connect(url)
    try:
        with opened, opened.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            return row[0] if row else None
    finally:
        opened.close()


def test_the_owner_is_no_superuser_and_may_make_databases(places: Places, cluster: Cluster) -> None:
    assert answer(places.database_url(), "SELECT rolsuper::text || rolcreatedb::text FROM pg_roles WHERE rolname = current_user") == "falsetrue"


def test_text_is_utf8_and_letters_of_all_scripts_have_their_case(places: Places, cluster: Cluster) -> None:
    assert answer(places.database_url(), "SELECT current_setting('server_encoding') || upper('é ж ψ')") == "UTF8É Ж Ψ"


def test_the_reader_cannot_write(places: Places, cluster: Cluster) -> None:
    with pytest.raises(psycopg2.Error):
        answer(places.reader_url(), "CREATE TABLE mine (id int)")
    with pytest.raises(psycopg2.Error):
        answer(places.reader_url(), "SET default_transaction_read_only = off; CREATE TABLE mine (id int)")


def test_no_login_goes_without_its_password(places: Places, cluster: Cluster) -> None:
    for user in ("governance", "governance_reader", "postgres"):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(f"postgresql://{user}:wrong@/postgres?host={places.run}")


def test_the_log_holds_no_value_of_a_failed_statement(places: Places, cluster: Cluster) -> None:
    for query in ("SELECT 'marker-value'::int", "CREATE TEMP TABLE t (a text UNIQUE); INSERT INTO t VALUES ('marker-value'), ('marker-value')"):
        with pytest.raises(psycopg2.Error, match="marker-value"):
            answer(places.database_url(), query)
    assert "marker-value" not in places.log("postgres").read_text()


def test_rows_survive_kill_9_of_the_server(places: Places, cluster: Cluster) -> None:
    answer(places.database_url(), "CREATE TABLE kept AS SELECT 42 AS number; SELECT 1")
    assert cluster.process
    cluster.process.kill()
    cluster.process.wait()
    cluster.start(places.log("postgres"))
    assert answer(places.database_url(), "SELECT number FROM kept") == 42


def test_a_cluster_with_a_port_answers_on_loopback_with_a_password(tmp_path: Path) -> None:
    places = Places(tmp_path / "shop")
    places.prepare()
    places.secret("root")
    shop = Cluster(tmp_path / "shop" / "cluster", places.run, password_file=places.secrets / "root", port=free_port(), durable=False)
    try:
        shop.start()
        shop.provision({"clerk": ("LOGIN", "p@ss/word'")}, {"shop": "clerk"})
        assert answer(shop.url("clerk", "p@ss/word'", "shop"), "SELECT current_database()") == "shop"
    finally:
        shop.stop()


def test_data_of_another_major_version_is_left_alone_and_named(places: Places) -> None:
    old = places.cluster(9)
    old.mkdir(parents=True)
    (old / "PG_VERSION").write_text("9\n")
    with pytest.raises(ConfigurationError, match=rf"holds data of PostgreSQL 9, and this release runs PostgreSQL {binaries()[0]}"):
        portal_cluster(places).start()
    assert [path.name for path in places.postgres.iterdir()] == ["9"]


def test_a_start_that_was_cut_off_during_initdb_is_begun_anew(places: Places) -> None:
    places.prepare()
    half = places.postgres / f".{binaries()[0]}.new-cut"
    half.mkdir()
    (half / "PG_VERSION").write_text(f"{binaries()[0]}\n")
    cluster = portal_cluster(places)
    try:
        cluster.start()
        assert not half.exists() and (places.cluster(binaries()[0]) / "global").is_dir()
    finally:
        cluster.stop()


def test_valkey_refuses_who_has_no_password(places: Places, valkey: Valkey) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(unix_socket_path=str(places.valkey_socket), retry=ONCE).ping()


def test_valkey_keeps_what_it_was_given_over_a_restart(places: Places, valkey: Valkey) -> None:
    with redis.Redis.from_url(places.redis_url()) as client:
        client.set("kept", "yes")
    valkey.stop()
    valkey.start(places.log("valkey"))
    with redis.Redis.from_url(places.redis_url()) as client:
        assert client.get("kept") == b"yes"


def test_no_secret_stands_on_a_command_line(places: Places, cluster: Cluster, valkey: Valkey) -> None:
    secrets = [path.read_text().strip() for path in places.secrets.iterdir()]
    lines = [" ".join(one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"])]
    assert len(secrets) == 4 and not [line for line in lines for secret in secrets if secret in line]


def test_the_servers_end_with_a_process_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from governance.runtime.places import Places; from governance.runtime.postgres import portal_cluster\n"
        "from governance.runtime.valkey import Valkey\n"
        "places = Places(sys.argv[1]); portal_cluster(places, durable=False).start(); Valkey(places).start()\n"
        "print('up', flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "data")], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert starter.stdout and starter.stdout.readline() == b"up\n"
        assert len(living(tmp_path)) >= 3
    finally:
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    until(lambda: not living(tmp_path), "the servers' end", lambda: str(living(tmp_path)))


def test_an_ordinary_user_runs_the_same_servers(tmp_path: Path) -> None:
    ordinary = AS_ORDINARY_USER if os.geteuid() == 0 else []
    if ordinary and subprocess.run([*ordinary, "true"], check=False, capture_output=True).returncode:
        missing("user namespaces are not allowed here")
    program = (
        "import os, sys; from governance.runtime.places import Places; from governance.runtime.postgres import portal_cluster\n"
        "assert os.geteuid() != 0\n"
        "cluster = portal_cluster(Places(sys.argv[1]), durable=False); cluster.start(); cluster.connect().close(); cluster.stop(); print('fine')"
    )
    done = subprocess.run([*ordinary, sys.executable, "-c", program, str(tmp_path / "data")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "fine\n", done.stderr


def living(folder: Path) -> list[str]:
    lines = [" ".join(one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(folder) in line]
