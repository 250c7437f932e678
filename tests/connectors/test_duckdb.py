"""What a DuckDB file may hold and what may be wrong with it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from governance.core.errors import Cancelled, DataUnreadable, ForbiddenAddress, GovernanceError, TimedOut, Unreachable
from governance.sources.connectors.base import DatasetInfo, Limits
from governance.sources.connectors.duckdb import DuckDB
from governance.sources.connectors.duckdb.session import Session

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute('BEGIN'); print('held', flush=True); sys.stdin.read()"


@contextmanager
def made(path: Path, *statements: str, limits: Limits | None = None) -> Iterator[DuckDB]:
    with duckdb.connect(str(path)) as opened:
        for statement in statements:
            opened.execute(statement)
    with DuckDB(DuckDB.Config(path=str(path)), limits) as connector:
        yield connector


def named(connector: DuckDB, name: str) -> DatasetInfo:
    return next(one for one in connector.datasets() if one.name == name)


def failing(path: Path, kind: type[GovernanceError]) -> str:
    with DuckDB(DuckDB.Config(path=str(path))) as connector, pytest.raises(kind) as caught:
        list(connector.datasets())
    return caught.value.detail


def test_every_type_is_sampled_and_measured(tmp_path: Path) -> None:
    columns = (
        "1::HUGEINT a, 2.5::DECIMAL(9,2) b, 'NaN'::DOUBLE c, true d, DATE '2020-01-02' e, TIME '12:00' f, TIMESTAMPTZ '2020-01-02 12:00+02' g, uuid() h,"
        " '{\"a\": 1}'::JSON i, '\\xFF'::BLOB j, [1, 2] k, {'a': 1} l, MAP {'a': 1} m, 'x'::ENUM('x', 'y') n, INTERVAL 1 DAY o, DATE '20000-01-01' p"
    )
    with made(tmp_path / "t.duckdb", f"CREATE TABLE t AS SELECT {columns} FROM range(3)") as connector:
        found = named(connector, "t")
        sample, profile = connector.sample(found, 5), connector.profile(found)
    kinds = "integer decimal decimal boolean date time timestamp uuid json binary list struct struct text other date"
    assert " ".join(field.kind for field in found.fields) == kinds
    assert sample.columns[6][0].isoformat() == "2020-01-02T10:00:00+00:00" and sample.columns[9][0] == b"\xff"
    assert all(field.nulls == 0 and field.distinct in (1, 3) for field in profile.fields) and profile.fields[2].mean is None


def test_names_schemas_keys_and_comments(tmp_path: Path) -> None:
    name = 'we\'ird "t" ; DROP TABLE x; -- 😀 number'
    quoted = '"' + name.replace('"', '""') + '"'
    statements = (
        "CREATE SCHEMA other",
        f"CREATE TABLE other.{quoted} ({quoted} VARCHAR PRIMARY KEY, number INTEGER NOT NULL, lowest INT)",
        f"INSERT INTO other.{quoted} VALUES ('x', 1, 2)",
        f"COMMENT ON TABLE other.{quoted} IS 'odd'",
        f"CREATE VIEW v AS SELECT * FROM other.{quoted}",
    )
    with made(tmp_path / "t.duckdb", *statements) as connector:
        found, view = named(connector, name), named(connector, "v")
        assert connector.sample(found, 5).columns == connector.sample(view, 5).columns == [["x"], [1], [2]]
    assert found.path == ("other",) and found.comment == "odd" and found.fields[0].is_key and found.rows == 1 and view.kind == "view"


def test_two_thousand_columns_and_ten_megabytes(tmp_path: Path) -> None:
    columns = ", ".join(f"{number} AS c{number}" for number in range(1999))
    with made(tmp_path / "t.duckdb", f"CREATE TABLE wide AS SELECT repeat('x', 10000000) AS big, {columns}") as connector:
        found = named(connector, "wide")
        sample, profile = connector.sample(found, 5), connector.profile(found)
    assert len(sample.columns) == 2000 and len(sample.columns[0][0]) == 10_000
    assert profile.fields[0].length_max == 10_000_000 and profile.fields[1999].maximum == 1998


def test_distinct_values_of_many_rows_are_estimated(tmp_path: Path) -> None:
    with made(tmp_path / "t.duckdb", "CREATE TABLE t AS SELECT i, i % 3 AS few FROM range(300000) r (i)") as connector:
        number, few = connector.profile(named(connector, "t")).fields
    assert number.distinct == pytest.approx(300_000, rel=0.1) and not number.distinct_is_exact and few.distinct == 3


def test_a_view_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with made(tmp_path / "t.duckdb", f"CREATE VIEW v AS SELECT * FROM read_csv('{tmp_path}/secret.csv')") as connector:
        found = named(connector, "v")
        with pytest.raises(DataUnreadable, match="other files"):
            connector.sample(found, 5)


def test_nothing_can_be_written_or_reached(tmp_path: Path) -> None:
    path = tmp_path / "t.duckdb"
    with made(path, "CREATE TABLE t (a INT)") as connector:
        before = path.read_bytes()
        for statement in (
            "INSERT INTO t VALUES (1)",
            f"COPY t TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/other.duckdb'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(DataUnreadable):
                connector.run(statement)
    assert path.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == ["t.duckdb"]


def test_what_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    path.write_bytes(b"hello world " * 2000)
    assert "not a DuckDB database" in failing(path, DataUnreadable)
    with made(tmp_path / "whole.duckdb", "CREATE TABLE t AS SELECT * FROM range(1000)"):
        path.write_bytes((tmp_path / "whole.duckdb").read_bytes()[:6000])
    assert "cut off" in failing(path, DataUnreadable)
    assert "no file" in failing(tmp_path / "missing.duckdb", Unreachable)


def test_a_file_that_another_program_holds_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.duckdb"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin and holder.stdout and holder.stdout.readline() == b"held\n"
        assert "locked" in failing(path, Unreachable)
        holder.stdin.close()


def test_long_work_ends_in_time_and_when_cancelled() -> None:
    endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1"
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    for limits, flag, kind in ((Limits(), cancelled, Cancelled), (Limits(statement_timeout=0.3), threading.Event(), TimedOut)):
        session = Session(limits, flag)
        with pytest.raises(kind):
            session.rows(endless, "it")
        session.close()


def test_system_files_are_refused_also_behind_a_link(tmp_path: Path) -> None:
    link = tmp_path / "innocent.duckdb"
    link.symlink_to("/etc/passwd")
    assert failing(link, ForbiddenAddress)
