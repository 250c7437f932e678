"""A structure scan (plan, extract, register; no profile) of a PostgreSQL with many tables, stored in our own catalog; then again with nothing changed.

    python benchmarks/structure_scan.py [--tables 1000] [--columns 20] [--views 200] [--rounds 3]

Beside it the physical limit: the connector's bulk pg_catalog queries alone, with nothing stored. Wall and CPU seconds of this process and CPU seconds of our own
PostgreSQL, medians of the rounds. Goals: first scan at most 3 s, unchanged at most 1 s.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
HOME = tempfile.TemporaryDirectory(prefix="bench-structure-")
for name in [one for one in os.environ if one.startswith("GOVERNANCE_")] + ["DATABASE_URL", "REDIS_URL"]:
    os.environ.pop(name, None)
os.environ |= {"GOVERNANCE_DATA_DIR": f"{HOME.name}/data", "DJANGO_SETTINGS_MODULE": "governance.settings"}

import django  # noqa: E402
import psutil  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from governance.core.access import SYSTEM  # noqa: E402
from governance.core.workers import me  # noqa: E402
from governance.env import env  # noqa: E402
from governance.runtime.postgres import Cluster  # noqa: E402
from governance.runtime.services import running  # noqa: E402
from governance.scans import planning, services  # noqa: E402
from governance.scans.models import ScanRun  # noqa: E402
from governance.sources.models import Source  # noqa: E402
from governance.sources.services import connect, create_source, delete_source  # noqa: E402
from tests.portal import free_port  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser()
    for option, default in (("--tables", 1000), ("--columns", 20), ("--views", 200), ("--rounds", 3)):
        parser.add_argument(option, type=int, default=default)
    options = parser.parse_args()
    home = Path(HOME.name)
    home.chmod(0o755)
    (home / "password").write_text(secrets.token_hex(8))
    cluster = Cluster(home / "theirs", home, password_file=home / "password", port=free_port(), durable=False)
    try:
        cluster.start(home / "log")
        cluster.provision({"scanner": ("LOGIN", "scanner")}, {"shop": "scanner"})
        version = build(cluster, options.tables, options.columns, options.views)
        with running(env.places, "scan", migrated=True):
            measure(cluster, options, version)
    finally:
        cluster.stop()
        HOME.cleanup()


def build(cluster: Cluster, tables: int, columns: int, views: int) -> str:
    """The estate: tables of mixed types with keys and comments, and views over them."""
    kinds = ("integer", "text", "numeric(12,2)", "timestamptz", "boolean", "varchar(80)", "date", "uuid", "jsonb", "bigint")
    theirs = cluster.connect("shop")
    with theirs.cursor() as cursor:
        cursor.execute("GRANT ALL ON SCHEMA public TO scanner; SET ROLE scanner")
        for table in range(tables):
            fields = ", ".join(f"column_{at:02} {kinds[at % len(kinds)]}" for at in range(1, columns))
            cursor.execute(
                f"CREATE TABLE table_{table:04} (id integer PRIMARY KEY, {fields}); COMMENT ON TABLE table_{table:04} IS 'Table number {table}'"
            )
        for view in range(views):
            cursor.execute(f"CREATE VIEW view_{view:03} AS SELECT id, column_01, column_02 FROM table_{view % tables:04} WHERE column_04")
        cursor.execute("SHOW server_version")
        version = str((cursor.fetchone() or ("",))[0])
    theirs.commit()
    theirs.close()
    return version


def measure(cluster: Cluster, options: argparse.Namespace, version: str) -> None:
    config = {"host": "127.0.0.1", "port": cluster.port, "database": "shop", "user": "scanner", "password": "scanner", "tls": "disable"}
    figures: dict[str, list[tuple[float, float, float]]] = {"bulk pg_catalog queries alone": [], "first scan": [], "nothing changed": []}
    for _ in range(options.rounds):
        source = create_source(name="shop", kind="postgresql", config=config, actor=SYSTEM)
        figures["bulk pg_catalog queries alone"].append(timed(lambda source=source: listed(source)))  # type: ignore[misc]
        figures["first scan"].append(timed(lambda source=source: scanned(source, options.tables + options.views)))  # type: ignore[misc]
        figures["nothing changed"].append(timed(lambda source=source: scanned(source, 0)))  # type: ignore[misc]
        delete_source(source, actor=SYSTEM)
    say(f"PostgreSQL {version}, {options.tables} tables x {options.columns} columns, {options.views} views, {options.rounds} rounds, medians")
    say(f"{'':32}{'wall s':>10}{'CPU s here':>12}{'CPU s of our database':>24}")
    for name, found in figures.items():
        wall, own, database = (statistics.median(one[at] for one in found) for at in range(3))
        say(f"{name:32}{wall:>10.2f}{own:>12.2f}{database:>24.2f}")


def listed(source: Source) -> None:
    with connect(source) as connector:
        assert sum(1 for _ in connector.datasets()) >= 1


def scanned(source: Source, new: int) -> None:
    run = services.start_scan(source, depth=ScanRun.Depth.STRUCTURE, has_workers=False, actor=SYSTEM)
    planning.plan(run, me())
    run.refresh_from_db()
    assert run.state == ScanRun.State.COMPLETE and run.summary["new"] == new, (run.state, run.error, run.summary)


def timed(act: Callable[[], Any]) -> tuple[float, float, float]:
    """Wall, CPU of this process, CPU of the backend that serves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    wall, own, database = time.perf_counter(), time.process_time(), sum(backend.cpu_times()[:2])
    act()
    return time.perf_counter() - wall, time.process_time() - own, sum(backend.cpu_times()[:2]) - database


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
