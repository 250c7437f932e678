"""Bad and odd input: each a clear result, and everything else is read."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from governance.catalog.models import Dataset, Field
from governance.core.access import SYSTEM
from governance.scans.models import ScanRun, ScanUnit
from governance.sources.connectors.postgresql import PostgreSQL
from governance.sources.services import create_source
from intelligence import rule_sets
from tests.connectors.server import Server
from tests.scans.running import PEOPLE, run_to_end, scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db
ODD = ["nul\x00name", "emoji 🦄", 'quo"te', "Robert'); DROP TABLE students;--", "  spaces  ", "ключ", "a.b", "per%cent"]


def scanned(path: Path) -> ScanRun:
    rule_sets.ensure_default()
    return scan(create_source(name="lake", kind="files", config={"path": str(path)}, actor=SYSTEM))


def no_defects(run: ScanRun) -> bool:
    return not ScanUnit.objects.filter(run=run, error__code="unforeseen").exists()


def test_broken_files_fail_alone_and_say_why(tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(b"PAR1" + b"\x00" * 100)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "good.csv").write_text("id,email\n" + "".join(f"{at},person{at}@firm.example\n" for at in range(50)))
    run = scanned(tmp_path)
    assert run.state == "complete" and no_defects(run)
    assert Dataset.objects.get(name__startswith="good").sensitive_fields == 1
    error = ScanUnit.objects.get(run=run, key__contains="cut").error
    assert error is not None and error["code"] == "data_unreadable" and len(error["detail"]) > 20


def test_ragged_rows_wrong_delimiters_and_wrong_encodings_do_not_stop_a_scan(tmp_path: Path) -> None:
    (tmp_path / "ragged.csv").write_text("a,b,c\n1,2,3\n1,2\n1,2,3,4\n" * 30)
    (tmp_path / "semicolon.csv").write_text("id;name\n" + "1;Müller\n" * 30, encoding="latin-1")
    (tmp_path / "binary.csv").write_bytes(b"id,name\n" + b"1,\xff\xfe\x00\n" * 30)
    run = scanned(tmp_path)
    assert run.state == "complete" and no_defects(run)


def test_two_thousand_columns(tmp_path: Path) -> None:
    names = [f"column {at}" for at in range(2000)]
    (tmp_path / "wide.csv").write_text(",".join(names) + "\n" + "\n".join(",".join("x" for _ in names) for _ in range(20)) + "\n")
    run = scanned(tmp_path)
    assert run.outcome == "clean" and Field.objects.filter(dataset__source=run.source).count() == 2000


def test_names_that_databases_do_not_like(tmp_path: Path) -> None:
    lines = [json.dumps(dict.fromkeys(ODD, f"person{at}@firm.example")) for at in range(60)]
    (tmp_path / "odd.jsonl").write_text("\n".join(lines) + "\n")
    run = scanned(tmp_path)
    assert (run.state, run.outcome) == ("complete", "clean"), ScanUnit.objects.get(run=run).error
    assert Field.objects.filter(dataset__source=run.source, family="email").count() == len(ODD)


def test_a_value_of_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "big.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE documents (id INTEGER, body TEXT, raw BLOB)")
        database.executemany("INSERT INTO documents VALUES (?, ?, ?)", [(at, "x" * 10_000_000, b"\xff" * 1_000_000) for at in range(3)])
    database.close()
    run = scan(sqlite_source(path))
    assert run.outcome == "clean"
    profile = Field.objects.get(dataset__source=run.source, name="body").profile
    assert profile is not None and len(json.dumps(profile)) < 5000


def test_a_server_that_drops_the_connection_midway(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.execute("DROP SCHEMA IF EXISTS drops CASCADE", "CREATE SCHEMA drops", "GRANT USAGE ON SCHEMA drops TO scanner")
    server.execute(
        *(f"CREATE TABLE drops.t{at} AS SELECT n AS id, 'p' || n || '@x.example' AS email FROM generate_series(1, 200) AS n" for at in range(3))
    )
    server.execute("GRANT SELECT ON ALL TABLES IN SCHEMA drops TO scanner")
    rule_sets.ensure_default()
    source = create_source(name="drops", kind="postgresql", config=server.config(), actor=SYSTEM)
    whole = PostgreSQL.sample
    dropped: list[int] = []

    def dropping(self: PostgreSQL, *args: Any, **options: Any) -> Any:
        if not dropped:
            dropped.append(1)
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scanner'")
        return whole(self, *args, **options)

    monkeypatch.setattr(PostgreSQL, "sample", dropping)
    run = scan(source, datasets=["drops.*"])
    assert dropped and run.units.filter(state="done").count() >= 2
    ScanUnit.objects.filter(run=run).update(not_before=None)
    assert run_to_end(run).outcome == "clean"


def test_a_file_that_goes_away_between_listing_and_reading(tmp_path: Path) -> None:
    source = sqlite_source(path := sqlite_file(tmp_path / "shop.db", {"people": PEOPLE}))
    scan(source)
    path.unlink()
    run = scan(source)
    assert run.state == "failed" and run.error is not None and "no file" in run.error["detail"]
    assert not Dataset.objects.exclude(gone=None).exists()
