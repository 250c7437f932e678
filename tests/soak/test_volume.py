"""Long: millions of rows through the command line. Prints sizes and outcomes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest

from tests.portal import Portal

pytestmark = [pytest.mark.soak, pytest.mark.destructive]
ROWS = int(os.environ.get("SOAK_ROWS", "10000000"))


def test_a_table_of_millions_of_rows_is_measured_and_classified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "big.parquet"
    with duckdb.connect() as database:
        database.execute(
            f"""COPY (SELECT i AS id, 'person' || i || '@firm' || (i % 97) || '.example' AS mail, (i % 1000) / 7.0 AS amount,
                DATE '2020-01-01' + (i % 1500)::INT AS day FROM range({ROWS}) t(i)) TO '{path}' (FORMAT parquet)"""
        )
    portal = Portal(tmp_path / "data")
    done = portal.manage("scan", str(path), "--json")
    assert done.returncode == 0, done.stderr
    text = json.dumps(json.loads(done.stdout))
    assert "EMAIL_ADDRESS" in text and "person1@firm1.example" not in text
    with capsys.disabled():
        print(f"\n{ROWS:,} rows, {path.stat().st_size / 1e6:.0f} MB of Parquet: measured and classified")  # noqa: T201
