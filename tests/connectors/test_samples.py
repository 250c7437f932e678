"""A sample is uniform over all rows, however it is drawn, and sees what the promise says: a share of 0.1 % with 95 %."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from math import log
from pathlib import Path
from random import Random

import duckdb
import pytest

from governance.sources.connectors.base import Connector, DatasetInfo, Limits
from governance.sources.connectors.duckdb import DuckDB
from governance.sources.connectors.files import Files
from governance.sources.connectors.postgresql import connector as pg
from governance.sources.connectors.sqlite import SQLite
from tests.connectors.server import Server
from tests.connectors.test_postgresql import made

ROWS, SEEN, SEEDS = 100_000, 2_995, 60
BINS, SURPRISE = 20, 63.7
"""Chi-square of 19 degrees of freedom exceeds this once in a million."""
FEWEST = 50
"""Of 60 samples so many see the minority, but once in five thousand times."""
NUMBERS = f"FROM range({ROWS}) t(i)"


def csv(path: Path) -> Connector:
    duckdb.sql(f"COPY (SELECT i, 'v' || i AS t {NUMBERS}) TO '{path}/t.csv'")
    return Files(Files.Config(path=str(path)))


def parquet(path: Path) -> Connector:
    duckdb.sql(f"COPY (SELECT i, 'v' || i AS t {NUMBERS}) TO '{path}/t.parquet' (ROW_GROUP_SIZE 10000)")
    return Files(Files.Config(path=str(path)))


def table(path: Path) -> Connector:
    with duckdb.connect(str(path / "t.duckdb")) as opened:
        opened.execute(f"CREATE TABLE t AS SELECT i, 'v' || i AS t {NUMBERS}")
    return DuckDB(DuckDB.Config(path=str(path / "t.duckdb")))


def dense(path: Path, step: int = 1) -> Connector:
    """Row numbers without gaps, or with them: then all rows pass by."""
    with sqlite3.connect(path / "t.db") as opened:
        opened.execute("CREATE TABLE t (i INTEGER, t TEXT)")
        opened.executemany("INSERT INTO t (rowid, i, t) VALUES (?, ?, 'v')", ((at * step + 1, at) for at in range(ROWS)))
    opened.close()
    return SQLite(SQLite.Config(path=str(path / "t.db")))


def sparse(path: Path) -> Connector:
    return dense(path, 1000)


@pytest.fixture(params=[csv, parquet, table, dense, sparse])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Connector, DatasetInfo]]:
    written: Callable[[Path], Connector] = request.param
    with written(tmp_path) as connector:
        yield connector, next(iter(connector.datasets()))


def samples(connector: Connector, found: DatasetInfo) -> list[list[int]]:
    draw = Random(7)
    drawn = [connector.sample(found, SEEN, seed=draw.randrange(1 << 30)).columns[0] for _ in range(SEEDS)]
    assert all(len(set(one)) == SEEN for one in drawn)
    return drawn


def assert_uniform(drawn: list[list[int]]) -> None:
    counts = [0] * BINS
    for values in drawn:
        for value in values:
            counts[value * BINS // ROWS] += 1
    expected = len(drawn) * SEEN / BINS
    assert sum((count - expected) ** 2 / expected for count in counts) < SURPRISE, counts


def assert_seen(drawn: list[list[int]], rare: set[int]) -> None:
    assert len(rare) == ROWS // 1000
    assert sum(not rare.isdisjoint(one) for one in drawn) >= FEWEST


def test_every_row_is_as_likely_and_a_minority_is_seen_wherever_it_stands(source: tuple[Connector, DatasetInfo]) -> None:
    assert log(0.05) / log(0.999) < SEEN
    drawn = samples(*source)
    assert_uniform(drawn)
    assert_seen(drawn, set(range(ROWS - 100, ROWS)))
    assert_seen(drawn, set(range(0, ROWS, 1000)))


@pytest.mark.parametrize("pages", [10, 1_000_000])
def test_postgresql_samples_are_uniform_by_places_and_row_by_row(server: Server, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    monkeypatch.setattr(pg, "PROBED_PAGES", pages)
    with server.open() as connector:
        # A tenth of the rows is short, so that its blocks hold many more rows than the others.
        texts = f"repeat('x', CASE WHEN i < {ROWS // 10} THEN 1 ELSE 200 END)"
        statements = f"CREATE TABLE uneven AS SELECT i, {texts} t FROM generate_series(0, {ROWS - 1}) i", "ANALYZE uneven"
        found = made(server, connector, "uneven", *statements)
        drawn = samples(connector, found)
    assert_uniform(drawn)
    assert_seen(drawn, set(range(100, 200)))


def test_a_sample_of_the_first_rows_only_says_so(tmp_path: Path) -> None:
    connector = sparse(tmp_path)
    connector.limits = Limits(row_budget=5_000)
    with connector:
        one = connector.sample(next(iter(connector.datasets())), 100)
    assert one.method == "uniform 100 of the first 5,000 rows: row budget" and max(one.columns[0]) < 5_000


@pytest.mark.parametrize("written", [csv, parquet])
def test_one_pass_gives_the_same_sample_and_profile_as_two(tmp_path: Path, written: Callable[[Path], Connector]) -> None:
    with written(tmp_path) as connector:
        found = next(iter(connector.datasets()))
        sample, profile = connector.sample_and_profile(found, SEEN, seed=3)
        assert (sample, profile) == (connector.sample(found, SEEN, seed=3), connector.profile(found))
