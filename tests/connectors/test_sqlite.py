"""What a SQLite file may hold and what may be wrong with it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from governance.core.errors import Cancelled, DataUnreadable, ForbiddenAddress, GovernanceError, InvalidInput, TimedOut, Unreachable
from governance.core.http.protected import protected
from governance.sources.connectors.base import DatasetInfo, Limits
from governance.sources.connectors.sqlite import SQLite, session

ENDLESS = "CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


@contextmanager
def made(path: Path, *statements: str, limits: Limits | None = None) -> Iterator[SQLite]:
    with closing(sqlite3.connect(path)) as opened, opened:
        for statement in statements:
            opened.execute(statement)
    with SQLite(SQLite.Config(path=str(path)), limits) as connector:
        yield connector


def named(connector: SQLite, name: str) -> DatasetInfo:
    return next(one for one in connector.datasets() if one.name == name)


def test_kinds_follow_the_declared_type_unless_the_values_do_not(tmp_path: Path) -> None:
    statements = (
        "CREATE TABLE t (a INTEGER, b VARCHAR(9), c, d INTEGER, e DATETIME, f BOOLEAN, g BLOB, h DATE, i NUMERIC, j TIME)",
        "INSERT INTO t VALUES (1, 'x', 2.5, 'no number', '2020-01-02 03:04:05+02:00', 1, x'00ff', '2020-01-02', 5, '12:00')",
    )
    with made(tmp_path / "t.db", *statements) as connector:
        found = named(connector, "t")
        values = [column[0] for column in connector.sample(found, 5).columns]
    assert [field.kind for field in found.fields] == [
        "integer",
        "text",
        "decimal",
        "text",
        "timestamp",
        "boolean",
        "binary",
        "date",
        "decimal",
        "time",
    ]
    assert values[4] == datetime(2020, 1, 2, 1, 4, 5, tzinfo=UTC) and values[5] is True and values[7] == date(2020, 1, 2)


def test_text_that_is_no_utf8_keeps_its_readable_part(tmp_path: Path) -> None:
    with made(tmp_path / "t.db", "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES (CAST(x'4aff67' AS TEXT)), ('ok')") as connector:
        found = named(connector, "t")
        assert sorted(connector.sample(found, 5).columns[0]) == ["J\ufffdg", "ok"]
        assert connector.profile(found).fields[0].minimum == "J\ufffdg"


def test_names_may_be_anything(tmp_path: Path) -> None:
    name = 'we\'ird "t" ; DROP TABLE x; -- 😀\n%s'
    quoted = '"' + name.replace('"', '""') + '"'
    statements = (
        f'CREATE TABLE {quoted} ({quoted} TEXT, "rowid" TEXT)',
        f"INSERT INTO {quoted} VALUES ('x', 'y')",
        f'CREATE VIEW {quoted[:-1]}v" AS SELECT 1 AS a',
    )
    with made(tmp_path / "na'me ?#%20😀.db", *statements) as connector:
        found = named(connector, name)
        assert connector.sample(found, 5).columns == [["x"], ["y"]]
        assert connector.profile(found).rows == 1 and connector.profile(named(connector, name + "v")).rows == 1


def test_references_views_and_keys_are_listed(tmp_path: Path) -> None:
    statements = (
        "CREATE TABLE a (id INTEGER PRIMARY KEY)",
        "CREATE TABLE b (a INT REFERENCES a (id), k TEXT NOT NULL)",
        "CREATE VIEW v AS SELECT k FROM b",
    )
    with made(tmp_path / "t.db", *statements) as connector:
        found = {one.name: one for one in connector.datasets()}
    assert found["b"].references == ((("a",), "a", ("id",)),) and not found["b"].fields[1].nullable
    assert found["a"].fields[0].is_key and found["v"].kind == "view" and "SELECT k" in found["v"].definition


def test_a_table_without_row_numbers_and_a_view_are_sampled_uniformly(tmp_path: Path) -> None:
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n"
    statements = ("CREATE TABLE t (i INTEGER PRIMARY KEY, x) WITHOUT ROWID", f"INSERT INTO t (i) {numbers}", "CREATE VIEW v AS SELECT i FROM t")
    with made(tmp_path / "t.db", *statements) as connector:
        for name in ("t", "v"):
            values = connector.sample(named(connector, name), 500, seed=1).columns[0]
            assert len(set(values)) == 500 and 2300 < sum(values) / 500 < 2700


def test_two_thousand_columns_and_ten_megabytes(tmp_path: Path) -> None:
    names = ", ".join(f"c{number}" for number in range(1999))
    statements = (f"CREATE TABLE wide (big TEXT, {names})", "INSERT INTO wide (big, c1998) VALUES (printf('%.*c', 10000000, 'x'), 7)")
    with made(tmp_path / "t.db", *statements) as connector:
        found = named(connector, "wide")
        sample, profile = connector.sample(found, 5), connector.profile(found)
    assert len(sample.columns) == 2000 and len(sample.columns[0][0]) == 10_000
    assert profile.fields[0].length_max == 10_000_000 and not profile.fields[0].distinct_is_exact and profile.fields[1999].maximum == 7


def test_a_write_ahead_log_is_read_and_shows_in_the_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE t (a)")
        with SQLite(SQLite.Config(path=str(path))) as connector:
            before = named(connector, "t")
            writer.execute("INSERT INTO t VALUES (1)")
            after = named(connector, "t")
            assert after.fingerprint != before.fingerprint and connector.profile(after).rows == 1


def failing(path: Path, kind: type[GovernanceError], limits: Limits | None = None) -> str:
    with SQLite(SQLite.Config(path=str(path)), limits) as connector, pytest.raises(kind) as caught:
        for one in connector.datasets():
            connector.profile(one)
    return caught.value.detail


def test_what_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"hello world, this is no database " * 200)
    assert "not a SQLite database" in failing(path, DataUnreadable)
    assert "no file" in failing(tmp_path / "missing.db", Unreachable)
    assert "folder" in failing(tmp_path, InvalidInput)


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with made(
        path, "CREATE TABLE t (a)", "INSERT INTO t SELECT randomblob(3000) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3), (SELECT 1 UNION SELECT 2)"
    ):
        pass
    path.write_bytes(path.read_bytes()[:9000])
    assert "cut off" in failing(path, DataUnreadable)


def test_a_locked_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BUSY", 0.1)
    path = tmp_path / "x.db"
    with made(path, "CREATE TABLE t (a)"), closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        assert "locked" in failing(path, Unreachable)


def test_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with made(path, "CREATE TABLE t (a)") as connector:
        before = path.read_bytes()
        for statement in ("INSERT INTO t VALUES (1)", f"ATTACH '{tmp_path}/other.db' AS other", "CREATE TEMP TABLE x (a)"):
            with pytest.raises(DataUnreadable):
                connector.session.rows(statement)
    assert path.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == ["x.db"]


def test_endless_work_ends_in_time_and_when_cancelled(tmp_path: Path) -> None:
    with made(tmp_path / "t.db", "CREATE TABLE t (a)", ENDLESS) as connector:
        found = DatasetInfo("endless", (), "endless", "view", ())
        threading.Timer(0.2, connector.cancel).start()
        with pytest.raises(Cancelled):
            connector.profile(found)
    with SQLite(SQLite.Config(path=str(tmp_path / "t.db")), Limits(statement_timeout=0.2)) as connector, pytest.raises(TimedOut):
        connector.profile(found)


def test_a_broken_view_is_listed_with_its_error(tmp_path: Path) -> None:
    with made(
        tmp_path / "t.db", "CREATE TABLE t (a)", "CREATE VIEW broken AS SELECT a FROM gone", "CREATE VIEW fine AS SELECT a FROM t"
    ) as connector:
        found = {one.name: one.error for one in connector.datasets()}
    assert found["broken"] and not found["fine"] and not found["t"]


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/environ", "/root/.ssh/id_rsa"])
def test_system_files_are_refused_also_behind_a_link(tmp_path: Path, path: str) -> None:
    link = tmp_path / "innocent.db"
    link.symlink_to(path)
    assert failing(Path(path), ForbiddenAddress) and failing(link, ForbiddenAddress)


def test_our_own_files_are_refused(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with made(own / "t.db", "CREATE TABLE t (a)"):
        pass
    protected.add_folder(own)
    try:
        assert "portal itself" in failing(own / "t.db", ForbiddenAddress)
    finally:
        protected.folders.discard(own.resolve())


def test_a_view_that_never_answers_keeps_nothing_else_from_being_listed(tmp_path: Path) -> None:
    never = "CREATE VIEW never AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS total FROM n"
    with made(tmp_path / "t.db", "CREATE TABLE people (id INTEGER)", never, limits=Limits(statement_timeout=0.2)) as connector:
        assert [one.name for one in connector.datasets()] == ["never", "people"]
        with pytest.raises(TimedOut):
            connector.preview(named(connector, "never"), 5)
