"""`manage.py up`: starts, comes back, stops, and says clearly what is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg2
import pytest

from governance.runtime.places import Places
from governance.runtime.postgres import binaries
from tests.needs import missing
from tests.portal import ROOT, Portal, until

OURS = ("web", "worker", "tasks", "beat", "facts", "collect")
ALL = (*OURS, "postgres", "valkey")
pytestmark = pytest.mark.destructive


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that these tests may hurt."""
    portal = Portal(tmp_path_factory.mktemp("up") / "data")
    try:
        yield portal.start()
    finally:
        portal.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Portal]:
    """A portal that the test starts and stops itself."""
    portal = Portal(tmp_path / "data")
    yield portal
    if portal.process:
        portal.stop()


def refused(portal: Portal, **environment: str) -> str:
    """The one line of an `up` that does not start; nothing is left running."""
    before = {one.pid for one in portal.processes()}
    done = portal.manage("up", "--port", str(portal.port), "--data-dir", str(portal.data_dir), **environment)
    assert done.returncode in (1, 2), done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: "), done.stderr
    assert {one.pid for one in portal.processes()} == before
    return lines[0]


def test_everything_runs_and_is_named(own: Portal) -> None:
    assert own.is_ready() and all(own.pids(name) for name in ALL)


def test_the_first_start_prints_the_administrator_and_logs_no_password(own: Portal) -> None:
    assert "admin" in own.text()
    logs = b"".join(path.read_bytes() for path in (own.data_dir / "logs").iterdir())
    assert own.password.encode() not in logs


def test_each_process_has_a_private_log(own: Portal) -> None:
    for name in ALL:
        assert stat.S_IMODE((own.data_dir / "logs" / f"{name}.log").stat().st_mode) == 0o600


def test_the_administrator_can_log_in(own: Portal) -> None:
    with own.client() as client:
        assert client.get("/admin/").status_code == 200


def test_a_second_up_names_the_first(own: Portal) -> None:
    second = Portal(own.data_dir)
    assert f"(process {own.pid})" in refused(second)
    assert own.is_ready()


def test_a_taken_port_is_said_before_anything_is_made(own: Portal, tmp_path: Path) -> None:
    other = Portal(tmp_path / "data")
    other.port = own.port
    assert f"Port {own.port} on 127.0.0.1 is taken" in refused(other)
    assert not (other.data_dir / "postgres" / str(binaries()[0])).exists()


@pytest.mark.parametrize("name", ALL)
def test_a_process_that_was_killed_comes_back_by_itself(own: Portal, name: str) -> None:
    killed = own.kill(name)
    until(lambda: (found := own.pids(name)) and found[0] != killed, f"another {name}", own.text)
    until(lambda: own.is_ready() and all(own.pids(other) for other in ALL), "everything", own.text)


def test_a_request_during_the_restart_of_web_waits_and_is_answered(own: Portal) -> None:
    own.kill("web")
    assert httpx.get(f"{own.base_url}/healthz", timeout=30).status_code == 200


def test_pool_processes_go_with_a_worker_that_was_killed(own: Portal) -> None:
    before = until(lambda: len(found := own.pids("worker")) > 1 and found, "the worker's pool", own.text)
    own.kill("worker")
    until(lambda: not set(before) & set(own.pids("worker")), "the end of the old pool", lambda: str(own.pids("worker")))
    until(lambda: len(own.pids("worker")) > 1, "a new pool", own.text)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_leaves_no_process_and_the_next_start_finds_everything(fresh: Portal, number: signal.Signals) -> None:
    fresh.start()
    assert fresh.stop(number) == 0 and not fresh.processes()
    ended = (fresh.data_dir / "logs" / "postgres.log").read_text()
    assert ended.rstrip().endswith("database system is shut down")
    fresh.start()
    fresh.client().close()


def test_a_stop_during_the_start_leaves_no_process(fresh: Portal) -> None:
    process = subprocess.Popen(
        [*fresh.command("up"), "--port", str(fresh.port), "--data-dir", str(fresh.data_dir)],
        cwd=ROOT,
        env=fresh.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    fresh.process = process
    until(lambda: (fresh.data_dir / "logs" / "valkey.log").exists(), "the first server")
    code = fresh.stop()
    assert code == 0 and not fresh.processes(), process.stderr and process.stderr.read().decode()


def test_a_stop_that_reaches_a_step_of_the_start_before_us_is_no_failure(fresh: Portal) -> None:
    process = subprocess.Popen(
        [*fresh.command("up"), "--port", str(fresh.port), "--data-dir", str(fresh.data_dir)],
        cwd=ROOT,
        env=fresh.environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    fresh.process = process
    step = until(lambda: fresh.pids("initdb"), "initdb", fresh.text)[0]
    os.kill(step, signal.SIGTERM)
    time.sleep(0.05)
    assert fresh.stop() == 0 and not fresh.processes()


def test_nothing_outlives_a_supervisor_that_was_killed(fresh: Portal) -> None:
    fresh.start()
    os.kill(fresh.pid, signal.SIGKILL)
    until(lambda: not fresh.processes(), "the end of everything", lambda: str(fresh.processes()))
    fresh.start()
    assert fresh.is_ready()


def test_the_next_start_succeeds_after_everything_was_killed_at_once(fresh: Portal) -> None:
    fresh.start()
    for process in fresh.processes():
        process.kill()
    until(lambda: not fresh.processes(), "the end of everything", lambda: str(fresh.processes()))
    fresh.start()
    fresh.client().close()


def test_make_up_stops_with_its_whole_process_group(fresh: Portal) -> None:
    make = shutil.which("make") or missing("make is not installed")
    if not (ROOT / ".venv" / ".installed").exists():
        missing("there is no .venv made by make")
    with fresh.output.open("wb") as output:
        fresh.process = subprocess.Popen(
            [make, "up", f"PORT={fresh.port}", f"DATA_DIR={fresh.data_dir}"],
            cwd=ROOT,
            env=fresh.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    until(lambda: f"ready at {fresh.base_url}" in fresh.text(), "the ready line", fresh.text)
    fresh.stop()
    until(lambda: not fresh.processes(), "the end of everything", lambda: str(fresh.processes()), patience=15)


def test_a_data_dir_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    portal = Portal(tmp_path / "file" / "data")
    portal.output = tmp_path / "out"
    assert "choose another DATA_DIR" in refused(portal)


def test_a_read_only_data_dir_is_a_clear_error(tmp_path: Path) -> None:
    """Root may write where the mode says no, so the folder is on a file system that is read-only for everybody."""
    done = on_small_disk(tmp_path, "ro,size=300m")
    assert done.returncode in (1, 2) and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Read-only file system" in done.stderr


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    done = on_small_disk(tmp_path, "size=20m")
    assert done.returncode in (1, 2) and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "is full" in done.stderr and "make room" in done.stderr


def on_small_disk(folder: Path, options: str) -> subprocess.CompletedProcess[str]:
    """`up` on a tmpfs of its own, in a namespace of its own."""
    (folder / "disk").mkdir()
    portal = Portal(folder / "disk" / "data")
    script = f'mount -t tmpfs -o {options} none $0/disk || exit 99; shift; exec "$@"'
    up = [*portal.command("up"), "--port", str(portal.port), "--data-dir", str(portal.data_dir)]
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, str(folder), "shifted"]
    if not shutil.which("unshare"):
        missing("unshare is not installed")
    done = subprocess.run([*namespace, *up], cwd=ROOT, env=portal.environment, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 99 or "unshare" in done.stderr:
        missing(f"a file system cannot be mounted here ({done.stderr.strip()})")
    return done


def test_a_data_folder_of_an_unknown_major_version_is_a_clear_error(fresh: Portal) -> None:
    old = fresh.data_dir / "postgres" / "9"
    old.mkdir(parents=True)
    (old / "PG_VERSION").write_text("9\n")
    assert "holds data of PostgreSQL 9" in refused(fresh)
    assert (old / "PG_VERSION").read_text() == "9\n"


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgresql://ann:s3cr3t@127.0.0.1:1/db"),
        ("DATABASE_URL", "postgresql://ann:s3cr3t@no-such-host.invalid/db"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "redis://:s3cr3t@127.0.0.1:1/0"),
        ("REDIS_URL", "rediss://:s3cr3t@no-such-host.invalid:6379/0"),
    ],
)
def test_a_url_that_cannot_be_reached_is_a_clear_error_without_its_password(fresh: Portal, name: str, url: str) -> None:
    said = refused(fresh, **{name: url})
    assert name in said and "s3cr3t" not in said


def test_a_wrong_password_of_an_outside_database_is_a_clear_error(fresh: Portal) -> None:
    ours = Places(os.environ["DATA_DIR"])
    said = refused(fresh, DATABASE_URL=ours.database_url().replace(ours.secret("postgres"), "s3cr3t"))
    assert "password authentication failed" in said and "s3cr3t" not in said


def test_database_and_broker_listen_on_no_network(own: Portal) -> None:
    servers = [one for one in own.processes() if one.pid in (*own.pids("postgres"), *own.pids("valkey"))]
    assert servers and not [seen for one in servers for seen in one.net_connections("inet")]


def test_a_command_beside_up_uses_its_services(own: Portal) -> None:
    before = own.pids("postgres")
    done = own.manage("backup", str(own.data_dir.parent / "beside.tar.gz"))
    assert done.returncode == 0, done.stderr
    assert own.pids("postgres") == before and own.is_ready()


def test_the_database_takes_connections_as_the_reader(own: Portal) -> None:
    psycopg2.connect(Places(own.data_dir).reader_url()).close()
