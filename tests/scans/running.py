"""A scan from start to end in the test's own process, and the databases that it reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from governance.core.access import SYSTEM
from governance.core.workers import me
from governance.scans import planning, services, working
from governance.scans.models import ScanRun
from governance.sources.models import Source
from governance.sources.services import create_source
from intelligence import rule_sets

PEOPLE = [(at, f"person{at}.lastname@firm{at % 7}.example", f"note {at}", at % 3) for at in range(200)]


def sqlite_file(path: Path, tables: Mapping[str, Sequence[Sequence[Any]]] | None = None, columns: str = "id, email, note, kind") -> Path:
    """A database file with these tables; people with e-mail addresses in the table `people` unless told otherwise."""
    with sqlite3.connect(path) as database:
        for name, rows in (tables or {"people": PEOPLE}).items():
            database.execute(f'CREATE TABLE "{name}" ({columns})')
            if rows:
                database.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(rows[0]))})', rows)
    database.close()
    return path


def sqlite_source(path: Path, name: str = "shop") -> Source:
    rule_sets.ensure_default()
    return create_source(name=name, kind="sqlite", config={"path": str(path)}, actor=SYSTEM)


def run_to_end(run: ScanRun) -> ScanRun:
    """Plan and work as workers do, until the run is over."""
    planning.plan(run, me())
    while working.work(run.pk):
        pass
    run.refresh_from_db()
    return run


def scan(source: Source, **options: Any) -> ScanRun:
    return run_to_end(services.start_scan(source, has_workers=False, actor=SYSTEM, **options))
