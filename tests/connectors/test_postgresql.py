"""What a PostgreSQL database may hold, and how it is listed, sampled and measured."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from governance.sources.connectors.base import Connector, DatasetInfo, Limits
from governance.sources.connectors.merge import merge
from governance.sources.connectors.postgresql import connector as postgresql
from tests.connectors.server import Server
from tests.portal import until

WEIRD = 'we\'ird "t" ; DROP TABLE plain; -- 😀 %s {x} \\u0000\n.tab'


def made(server: Server, connector: Connector, name: str, *statements: str) -> DatasetInfo:
    """The dataset `name` in a schema of its own, after these statements."""
    schema = f"s_{abs(hash((name, statements))) % 10**8}"
    quoted = schema
    server.execute(
        f"DROP SCHEMA IF EXISTS {quoted} CASCADE",
        f"CREATE SCHEMA {quoted}",
        f"SET search_path = {quoted}",
        *statements,
        f"GRANT USAGE ON SCHEMA {quoted} TO scanner",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {quoted} TO scanner",
    )
    return next(one for one in connector.datasets() if one.path == (schema,) and one.name == name)


def test_every_type_is_sampled_and_measured(server: Server) -> None:
    with server.open() as connector:
        found = made(
            server,
            connector,
            "types",
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "CREATE DOMAIN email AS text",
            "CREATE TABLE types (i int8, n numeric, f float8, b bool, d date, t time, ts timestamptz, u uuid, j jsonb, x bytea, l text[], m mood,"
            ""
            " e email, ip inet, iv interval, p point, money money, r int4range, c char(5),"
            ' o oid, x8 xid8, rc regclass, cd cidr, ma macaddr, ts_ tsvector, bi bit(3), na name, sc "char", tz timetz, ia int[], co mood[])',
            "INSERT INTO types"
            " SELECT 1, 2.50, 3.5, true, '2020-01-02', '12:00', '2020-01-02 12:00+02', gen_random_uuid(), '{\"a\": 1}', '\\xff00', '{a,b}',"
            " 'ok', 'a@b.example', '10.0.0.1', '1 day', '(1,2)', 5, '[1,5)', 'ab', 5, '7', 'pg_class',"
            " '10.0.0.0/8', '08:00:2b:01:02:03', 'a b', '101', 'n', 'c', '12:00+02', '{1}', '{ok}' FROM generate_series(1, 3)",
        )
        kinds = {field.name: field.kind for field in found.fields}
        sample, profile = connector.sample(found, 10), connector.profile(found)
    assert " ".join(kinds.values()) == (
        "integer decimal decimal boolean date time timestamp uuid json binary list text text other other other other other text"
        " other other other other other other other text other time list list"
    )
    values = {field.name: column[0] for field, column in zip(sample.fields, sample.columns, strict=True)}
    assert values["d"] == date(2020, 1, 2) and values["ts"].utcoffset() is not None and values["x"] == b"\xff\x00" and values["l"] == "{a,b}"
    assert values["ip"] == "10.0.0.1" and values["cd"] == "10.0.0.0/8"
    assert all(field.nulls == 0 and field.distinct in (1, 3) for field in profile.fields)


def test_values_that_python_cannot_hold_come_as_text(server: Server) -> None:
    with server.open() as connector:
        found = made(
            server,
            connector,
            "odd",
            "CREATE TABLE odd (d date, ts timestamp, n numeric, f float8)",
            "INSERT INTO odd VALUES ('0044-03-15 BC', '20000-01-01', 'NaN', 'Infinity'), ('infinity', '-infinity', 1e200, 1e308), ('2000-01-01', NULL, 3, 1e308)",
        )
        sample, profile = connector.sample(found, 10), connector.profile(found)
    assert "0044-03-15 BC" in sample.columns[0] and any(str(value).startswith("20000") for value in sample.columns[1])
    assert profile.fields[2].nulls == 0 and profile.fields[2].mean == pytest.approx(5e199)
    assert profile.fields[3].mean is None and profile.fields[3].distinct == 2


def test_names_may_be_anything(server: Server) -> None:
    quoted = '"' + WEIRD.replace('"', '""') + '"'
    with server.open() as connector:
        name = WEIRD[:63]
        found = made(server, connector, name, f'CREATE TABLE {quoted} ({quoted} text, "select" int)', f"INSERT INTO {quoted} VALUES ('x', 1)")
        sample, profile = connector.sample(found, 10), connector.profile(found)
    assert [field.name for field in found.fields] == [name, "select"]
    assert sample.columns == [["x"], [1]] and profile.rows == 1 and profile.fields[0].minimum == "x"


def test_ten_megabytes_in_one_value_never_travel(server: Server) -> None:
    with server.open() as connector:
        found = made(
            server,
            connector,
            "big",
            "CREATE TABLE big (t text, b bytea, j json)",
            "INSERT INTO big SELECT repeat('ä', 10000000), decode(repeat('ff', 10000000), 'hex'), to_json(repeat('x', 10000000)) FROM generate_series(1, 3)",
        )
        sample, profile = connector.sample(found, 10), connector.profile(found)
    assert [len(column[0]) for column in sample.columns] == [10_000, 10_000, 10_000]
    assert [field.length_max for field in profile.fields] == [10_000_000, 10_000_000, 10_000_002]
    assert len(profile.fields[0].maximum) == 10_000 and [field.distinct for field in profile.fields] == [1, 1, 1]


def test_the_widest_table_is_measured_in_several_statements(server: Server) -> None:
    columns = [f"c{number}" for number in range(1600)]
    with server.open() as connector:
        found = made(
            server,
            connector,
            "wide",
            f"CREATE TABLE wide ({', '.join(f'{name} int2' for name in columns)})",
            f"INSERT INTO wide SELECT {', '.join(str(number % 100) for number in range(1600))} FROM generate_series(1, 2)",
        )
        sample, profile = connector.sample(found, 10), connector.profile(found)
    assert len(sample.columns) == 1600 and len(profile.fields) == 1600
    assert [field.maximum for field in profile.fields] == [number % 100 for number in range(1600)]


def test_partitions_are_one_dataset(server: Server) -> None:
    with server.open() as connector:
        found = made(
            server,
            connector,
            "log",
            "CREATE TABLE log (day date, t text) PARTITION BY RANGE (day)",
            "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
            "CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
            "INSERT INTO log SELECT date '2020-01-01' + i, 'x' FROM generate_series(0, 699) i",
            "ANALYZE",
        )
        names = [one.name for one in connector.datasets() if one.path == found.path]
        profile, sample = connector.profile(found), connector.sample(found, 1000)
    assert names == ["log"] and found.rows == 700 and found.fingerprint
    assert profile.rows == sample.rows == 700 and profile.size


def test_keys_comments_references_and_definitions_are_listed(server: Server) -> None:
    with server.open() as connector:
        orders = made(
            server,
            connector,
            "orders",
            "CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL)",
            "CREATE TABLE orders (number int, person int REFERENCES people (id), PRIMARY KEY (number, person))",
            "COMMENT ON TABLE orders IS 'what was sold'",
            "COMMENT ON COLUMN orders.person IS 'who bought'",
            "CREATE VIEW buyers AS SELECT name FROM people",
            "CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM orders",
        )
        others = {one.name: one for one in connector.datasets() if one.path == orders.path}
    assert orders.references == ((("person",), f"{orders.path[0]}.people", ("id",)),)
    assert (
        orders.comment == "what was sold" and orders.fields[1].comment == "who bought" and [field.is_key for field in orders.fields] == [True, True]
    )
    assert others["buyers"].kind == "view" and "people" in others["buyers"].definition
    assert others["totals"].kind == "materialized_view" and others["people"].fields[1].nullable is False


@pytest.mark.parametrize(
    "change", ["INSERT INTO base VALUES (2)", "UPDATE base SET id = 3", "DELETE FROM base", "TRUNCATE base", "ALTER TABLE base ADD n int"]
)
def test_every_change_shows_in_the_fingerprint_of_a_table_and_of_its_views(server: Server, change: str) -> None:
    def fingerprints() -> dict[str, str]:
        with server.open() as again:
            return {one.name: one.fingerprint for one in again.datasets() if one.path == path}

    with server.open() as connector:
        statements = (
            "CREATE TABLE base (id int)",
            "CREATE TABLE other (id int)",
            "INSERT INTO base VALUES (1)",
            "CREATE VIEW seen AS SELECT id FROM base",
        )
        path = made(server, connector, "base", *statements, f"COMMENT ON TABLE other IS $${change}$$").path
    before = fingerprints()
    server.execute(f"SET search_path = {path[0]}", change)
    # Counters reach the statistics a moment after the commit.
    after = until(lambda: (found := fingerprints())["base"] != before["base"] and found, "a new fingerprint")
    assert after["seen"] != before["seen"] and after["other"] == before["other"]


@pytest.mark.parametrize(
    "query", ["SELECT now() AS t", "SELECT random() AS r", "SELECT CURRENT_USER AS u", "SELECT id FROM base WHERE at > CURRENT_DATE"]
)
def test_a_view_of_the_clock_is_always_read(server: Server, query: str) -> None:
    with server.open() as connector:
        found = made(server, connector, "seen", "CREATE TABLE base (id int, at date)", f"CREATE VIEW seen AS {query}")
    assert found.fingerprint == ""


def test_columns_that_may_not_be_read_are_listed_without_values(server: Server) -> None:
    with server.open() as connector:
        found = made(server, connector, "part", "CREATE TABLE part (open int, secret text)", "INSERT INTO part VALUES (1, 'x'), (2, 'y')")
        server.execute(f"REVOKE SELECT ON {found.key} FROM scanner", f"GRANT SELECT (open) ON {found.key} TO scanner")
        sample, profile, preview = connector.sample(found, 10), connector.profile(found), connector.preview(found)
    assert not found.error and sorted(sample.columns[0]) == [1, 2] and sample.columns[1] == [None, None]
    assert profile.fields[0].distinct == 2 and profile.fields[1].nulls is None and profile.fields[1].maximum is None
    assert [field.name for field in preview.fields] == ["open"]


def test_a_large_table_is_sampled_at_random_places(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PROBED_PAGES", 10)
    with server.open() as connector:
        statements = (
            "CREATE TABLE many (id int, t text)",
            "INSERT INTO many SELECT i, repeat('x', i % 200) FROM generate_series(1, 100000) i",
            "ANALYZE many",
        )
        found = made(server, connector, "many", *statements)
        one, again = connector.sample(found, 1000, seed=1), connector.sample(found, 1000, seed=1)
    assert one.columns[0] == again.columns[0] and one.rows == len(set(one.columns[0])) == 1000
    assert one.method == "uniform 1,000 of about 100,000 rows"
    # Each tenth of the table gives about a hundred rows (standard deviation 9.5).
    tenths = [sum((value - 1) // 10_000 == tenth for value in one.columns[0]) for tenth in range(10)]
    assert all(50 < count < 150 for count in tenths), tenths


def test_parts_of_a_large_table_agree_with_the_whole(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PART_ROWS", 20_000)
    with server.open() as connector:
        statements = ("CREATE TABLE many (id int, few int)", "INSERT INTO many SELECT i, i % 7 FROM generate_series(1, 100000) i", "ANALYZE many")
        found = made(server, connector, "many", *statements)
        count = connector.parts(found)
        parts = [connector.profile(found, (index, count)) for index in range(count)]
        whole = merge(parts)
    assert count == 5 and all(part.rows for part in parts) and whole.rows == 100_000
    assert whole.fields[0].distinct == pytest.approx(100_000, rel=0.1) and not whole.fields[0].distinct_is_exact
    assert (whole.fields[1].distinct, whole.fields[1].distinct_is_exact) == (7, True)
    assert whole.fields[0].mean == pytest.approx(50_000.5) and whole.size


def test_distinct_values_of_a_large_table_are_estimated(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "EXACT_ROWS", 1000)
    with server.open() as connector:
        statements = (
            "CREATE TABLE many (id int, few text)",
            "INSERT INTO many SELECT i, 'v' || i % 7 FROM generate_series(1, 50000) i",
            "ANALYZE many",
        )
        profile = connector.profile(made(server, connector, "many", *statements))
    number, few = profile.fields
    assert number.distinct == pytest.approx(50_000, rel=0.1) and not number.distinct_is_exact and number.quantiles is None
    assert (few.distinct, few.distinct_is_exact, few.sketch) == (7, True, None)


def test_a_view_that_takes_too_long_is_read_in_part(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "HURRIED_ROWS", 5)
    with server.open(Limits(statement_timeout=1)) as connector:
        slowly = "CREATE VIEW slowly AS SELECT i, pg_sleep(0.02)::text AS nap FROM generate_series(1, 1000) i"
        found = made(server, connector, "slowly", slowly)
        sample, profile = connector.sample(found, 2), connector.profile(found)
    assert sample.rows == 2 and sample.method == "uniform 2 of the first 20 rows: statement timeout"
    assert (profile.read, profile.rows, profile.method) == (5, None, "the first 5 rows: statement timeout")


def test_bytes_that_are_no_text_survive_in_a_database_without_encoding(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS raw", database="postgres")
    server.execute("CREATE DATABASE raw ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'", database="postgres")
    server.execute(
        "CREATE TABLE notes (t text)",
        "INSERT INTO notes VALUES (E'ok'), (E'caf\\303\\251'), (E'bad \\377')",
        "GRANT SELECT ON notes TO scanner",
        database="raw",
    )
    with server.open(database="raw") as connector:
        found = server.dataset(connector, "notes")
        values = connector.sample(found, 10).columns[0]
    assert sorted(values) == ["bad \ufffd", "café", "ok"]


def test_a_check_tells_what_is_missing(server: Server) -> None:
    server.execute("CREATE SCHEMA IF NOT EXISTS sealed", "CREATE TABLE IF NOT EXISTS sealed.t (id int)")

    def told(**changes: Any) -> dict[str, tuple[bool, str]]:
        with server.open(**changes) as connector:
            return {one.name: (one.is_granted, one.detail) for one in connector.check().capabilities}

    scanner, boss = told(), told(user="postgres", password=server.cluster.password)
    assert scanner["Read-only session"][0] and not scanner["Encrypted connection"][0] and scanner["Least privilege"][0]
    assert "sealed" in scanner["Closed schemas"][1] and "USAGE" in scanner["Closed schemas"][1]
    assert not boss["Least privilege"][0] and "superuser" in boss["Least privilege"][1] and "Closed schemas" not in boss


def test_a_session_leaves_nothing_behind(server: Server) -> None:
    with server.open(Limits()) as connector:
        list(connector.datasets())
        assert connector.session.run("SELECT current_setting('transaction_read_only'), current_setting('search_path')", "") != [("on", "pg_catalog")]
        with connector.transaction("x") as run:
            settings = run("SELECT current_setting('transaction_read_only'), current_setting('search_path'), current_setting('statement_timeout')")
    assert settings == [("on", "pg_catalog", "1min")]
