"""Where the demo lies and how it is made, once: a folder beside DATA_DIR with a PostgreSQL cluster, a SQLite file and a lake."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.core.access import SYSTEM
from governance.core.errors import Conflict
from governance.demo import lake, legacy, shop
from governance.runtime.places import write_once
from governance.runtime.postgres import Cluster, server_environment
from governance.runtime.preflight import listen
from governance.runtime.processes import executing
from governance.scans.services import start_scan
from governance.sources.models import Source
from governance.sources.services import create_source

DATABASE, READER = "shop", "catalog_reader"
FIRST_PORT = 55432


@dataclass(frozen=True)
class Estate:
    folder: Path

    @property
    def legacy(self) -> Path:
        return self.folder / "legacy" / "faktura.sqlite"

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    def cluster(self) -> Cluster:
        """The shop's server on its own port; the port is chosen once and kept."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        password = self.folder / "superuser"
        if not password.exists():
            write_once(password, secrets.token_urlsafe(18))
        sockets = self.folder / "run"
        sockets.mkdir(mode=0o700, exist_ok=True)
        return Cluster(self.folder / "postgres", sockets, password_file=password, port=self._port(), durable=False)

    def _port(self) -> int:
        kept = self.folder / "port"
        if not kept.exists():
            write_once(kept, str(free_port()))
        return int(kept.read_text())

    def reader_password(self) -> str:
        path = self.folder / "reader"
        if not path.exists():
            write_once(path, secrets.token_urlsafe(18))
        return path.read_text().strip()

    def make(self, say: Callable[[str], None]) -> None:
        """Everything that is missing. What was cut off is made again from the start."""
        cluster = self.cluster()
        done = self.folder / "made"
        if done.exists():
            return
        for leftover in (self.folder / "legacy", self.lake):
            shutil.rmtree(leftover, ignore_errors=True)
        say("Making the demo estate: a shop's PostgreSQL, a legacy SQLite file and a lake …")
        self.legacy.parent.mkdir(parents=True)
        legacy.make(self.legacy)
        lake.make(self.lake)
        cluster.start(self.folder / "postgres.log")
        try:
            cluster.provision({READER: ("LOGIN", self.reader_password())}, {})
            with_shop(cluster)
        finally:
            cluster.stop()
        done.write_text("1\n")

    def companions(self) -> Mapping[str, Callable[[], object]]:
        """The shop's server, for the supervisor."""
        cluster = self.cluster()
        cluster.initialise()
        return {"shop": executing(cluster.command(), server_environment())}

    def configurations(self) -> list[tuple[str, str, dict[str, Any], str]]:
        """(name, kind, config, description) of the three sources."""
        server = {
            "host": "127.0.0.1",
            "port": self._port(),
            "database": DATABASE,
            "user": READER,
            "password": self.reader_password(),
            "tls": "disable",
        }
        return [
            ("Shop", "postgresql", server, "The web shop: customers, orders, staff. The demo's own PostgreSQL."),
            ("Legacy invoicing", "sqlite", {"path": str(self.legacy)}, "The invoicing program of 2003; nobody dares to turn it off."),
            ("Data lake", "files", {"path": str(self.lake)}, "Clickstream, exports of marketing, claims."),
        ]


def with_shop(cluster: Cluster) -> None:
    """The shop's database, from nothing."""
    opened = cluster.connect()
    try:
        with opened.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        opened.close()
    opened = cluster.connect(DATABASE)
    opened.autocommit = False
    try:
        shop.fill(opened)
        with opened.cursor() as cursor:
            cursor.execute(f"GRANT USAGE ON SCHEMA crm, shop, hr, web, staging TO {READER}")
            cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA crm, shop, hr, web, staging TO {READER}")
    finally:
        opened.close()


def free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + 200):
        try:
            listen("127.0.0.1", port).close()
        except Conflict:
            continue
        return port
    raise Conflict(f"No port between {FIRST_PORT} and {FIRST_PORT + 199} is free for the demo's PostgreSQL; stop a program that uses one.")


def register(estate: Estate, say: Callable[[str], None]) -> None:
    """Registers the sources that are missing, and scans each that was never scanned."""
    present = {source.name: source for source in Source.objects.all()}
    for name, kind, config, description in estate.configurations():
        source = present.get(name) or create_source(name=name, kind=kind, config=config, description=description, actor=SYSTEM)
        if not source.scans.exists():
            start_scan(source, trigger="command", actor=SYSTEM)
            say(f"Scanning the demo's source {name} …")


def folder_beside(data_dir: Path) -> Path:
    """`var` → `var-demo`: outside DATA_DIR, so that file sources may read it."""
    folder = data_dir.absolute()
    return folder.with_name(f"{folder.name}-demo")
