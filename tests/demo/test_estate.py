"""The demo's files: what is made, and that it is made once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb

from governance.demo import lake, legacy
from governance.demo.estate import folder_beside


def test_the_estate_lies_outside_of_the_data_folder(tmp_path: Path) -> None:
    assert folder_beside(tmp_path / "var") == tmp_path / "var-demo"


def test_the_legacy_file_has_customers_and_invoices(tmp_path: Path) -> None:
    legacy.make(tmp_path / "old.sqlite")
    with sqlite3.connect(tmp_path / "old.sqlite") as database:
        assert database.execute("SELECT count(*) FROM KUNDEN").fetchone() == (6000,)
        assert database.execute('SELECT count(*) FROM "Rechnung Alt"').fetchone() == (25_000,)


def test_the_lake_has_partitions_and_exports_of_several_kinds(tmp_path: Path) -> None:
    lake.make(tmp_path / "lake")
    kinds = {path.suffix for path in (tmp_path / "lake").rglob("*") if path.is_file()}
    assert {".parquet", ".csv", ".tsv", ".jsonl"} <= kinds
    with duckdb.connect() as database:
        assert database.execute(f"SELECT count(*) FROM '{tmp_path}/lake/clickstream/*/*/*.parquet'").fetchone() == (lake.EVENTS,)
