"""The same little estate in every kind of source: 500 people, of whom each tenth has no name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from governance.sources.connectors.base import CONNECTORS, Connector, DatasetInfo, Limits
from tests.connectors.server import Server

PEOPLE = 500
FIRST_DAY = date(1950, 1, 1)
DUCKDB_PEOPLE = f"""
SELECT i::INTEGER AS id, CASE WHEN i % 10 > 0 THEN 'name ' || lpad(i::VARCHAR, 4, '0') END AS name, (DATE '1950-01-01' + i::INTEGER)::DATE AS born,
    (i / 4)::DECIMAL(10, 2) AS paid
FROM range(1, {PEOPLE + 1}) people (i)"""
COLUMNS = "id, name, born, paid"


def rows(start: int = 1, count: int = PEOPLE) -> list[tuple[int, str | None, date, float]]:
    return [(i, None if i % 10 == 0 else f"name {i:04}", FIRST_DAY + timedelta(days=i), i / 4) for i in range(start, start + count)]


@dataclass(frozen=True)
class Estate:
    """A source with the dataset `people`; `grow` adds one person to it."""

    kind: str
    config: dict[str, Any]
    name: str
    grow: Callable[[], object]

    def open(self, limits: Limits | None = None) -> Connector:
        found = CONNECTORS.get(self.kind)
        return found(found.Config.model_validate(self.config), limits)

    def people(self, connector: Connector) -> DatasetInfo:
        return next(one for one in connector.datasets() if one.name == self.name)


def postgresql(folder: Path, server: Server) -> Estate:
    database = f"estate_{folder.name.replace('-', '_')}"[:60].lower()
    server.cluster.provision({}, {database: "postgres"})
    server.execute(
        "CREATE TABLE people (id int PRIMARY KEY, name text, born date NOT NULL, paid numeric(10, 2))",
        "INSERT INTO people SELECT i, CASE WHEN i % 10 > 0 THEN 'name ' || lpad(i::text, 4, '0') END, date '1950-01-01' + i, i / 4.0"
        f" FROM generate_series(1, {PEOPLE}) i",
        "GRANT SELECT ON people TO scanner",
        "ANALYZE people",
        database=database,
    )
    grow = "INSERT INTO people VALUES (501, 'one more', '2000-01-01', 1)"
    return Estate("postgresql", server.config(database=database), "people", lambda: server.execute(grow, database=database))


def sqlite(folder: Path, _: Server) -> Estate:
    path = folder / "people.db"
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, born DATE NOT NULL, paid DECIMAL(10, 2))")
        opened.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", [(i, name, born.isoformat(), paid) for i, name, born, paid in rows()])
    opened.close()

    def grow() -> None:
        with sqlite3.connect(path) as again:
            again.execute("INSERT INTO people VALUES (501, 'one more', '2000-01-01', 1)")
        again.close()

    return Estate("sqlite", {"path": str(path)}, "people", grow)


def duckdb_file(folder: Path, _: Server) -> Estate:
    path = folder / "people.duckdb"
    with duckdb.connect(str(path)) as opened:
        opened.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR, born DATE NOT NULL, paid DECIMAL(10, 2))")
        opened.execute(f"INSERT INTO people {DUCKDB_PEOPLE}")

    def grow() -> None:
        with duckdb.connect(str(path)) as again:
            again.execute("INSERT INTO people VALUES (501, 'one more', '2000-01-01', 1)")

    return Estate("duckdb", {"path": str(path)}, "people", grow)


def csv(folder: Path, _: Server) -> Estate:
    path = folder / "people.csv"
    path.write_text(COLUMNS.replace(" ", "") + "\n" + "".join(f"{i},{name or ''},{born},{paid}\n" for i, name, born, paid in rows()))
    return Estate("files", {"path": str(folder)}, path.name, lambda: path.write_text(path.read_text() + "501,one more,2000-01-01,1\n"))


def jsonl(folder: Path, _: Server) -> Estate:
    path = folder / "people.jsonl"
    lines = [json.dumps({"id": i, "name": name, "born": str(born), "paid": paid}) for i, name, born, paid in rows()]
    path.write_text("\n".join(lines) + "\n")
    more = json.dumps({"id": 501, "name": "one more", "born": "2000-01-01", "paid": 1.0})
    return Estate("files", {"path": str(path)}, path.name, lambda: path.write_text(path.read_text() + more + "\n"))


def parquet(folder: Path, _: Server) -> Estate:
    """A hive folder of two partitions."""
    lake = folder / "lake"

    def write(number: int, condition: str) -> None:
        target = lake / "people" / f"half={number}"
        target.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as opened:
            opened.execute(f"COPY (SELECT * FROM ({DUCKDB_PEOPLE}) WHERE {condition}) TO '{target}/data.parquet' (FORMAT parquet)")

    write(1, "id <= 250")
    write(2, "id > 250")
    return Estate("files", {"path": str(lake)}, "people", lambda: write(3, "id = 1"))


ESTATES = {"postgresql": postgresql, "sqlite": sqlite, "duckdb": duckdb_file, "csv": csv, "jsonl": jsonl, "parquet": parquet}
