"""The database as COPY text, one file a table, read in one snapshot.

Plain COPY and our own migrations are enough to rebuild everything, over TLS, between PostgreSQL versions and between the
embedded server and one of yours; the wheel's pg_dump speaks no TLS and must be as new as the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from pydantic import BaseModel

from governance.core.errors import Conflict, DataUnreadable

OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"
TABLES = f"""
    SELECT n.nspname, c.relname,
           array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE {OURS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
     GROUP BY 1, 2 ORDER BY 1, 2"""
PARTITIONS = f"""
    SELECT n.nspname, c.relname, pn.nspname, p.relname, pg_get_expr(c.relpartbound, c.oid)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class p ON p.oid = i.inhparent
      JOIN pg_namespace pn ON pn.oid = p.relnamespace
     WHERE {OURS} AND c.relispartition AND c.relkind IN ('r', 'p') ORDER BY c.oid"""
SEQUENCES = "SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


class Table(BaseModel):
    """One table's rows: where they lie in the archive and which columns they have."""

    namespace: str
    name: str
    columns: list[str]
    file: str
    rows: int

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.namespace, self.name)


class Database(BaseModel):
    """What the archive says about the database."""

    server_version: int
    migrations: list[tuple[str, str]]
    tables: list[Table]
    partitions: list[tuple[str, str, str, str, str]]
    sequences: list[tuple[str, str, int]]


def is_empty() -> bool:
    """Whether no migration ever ran here."""
    return "django_migrations" not in connection.introspection.table_names()


@contextmanager
def snapshot() -> Iterator[Cursor]:
    """A cursor that sees the database as it is now until the block ends, and cannot change it."""
    connection.ensure_connection()
    raw: Any = connection.connection
    with transaction.atomic(), raw.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # A text format that any server reads the same way.
        cursor.execute("SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        yield cursor


def describe(cursor: Cursor) -> Database:
    """Everything but the rows."""
    migrations = _rows(cursor, "SELECT app, name FROM django_migrations ORDER BY id")
    found = _rows(cursor, TABLES)
    return Database(
        server_version=cursor.connection.server_version,
        migrations=[(app, name) for app, name in migrations],
        tables=[
            Table(namespace=namespace, name=name, columns=columns or [], file=f"database/{number:04}.copy", rows=0)
            for number, (namespace, name, columns) in enumerate(found)
        ],
        partitions=[(one, two, three, four, five) for one, two, three, four, five in _rows(cursor, PARTITIONS)],
        sequences=[(namespace, name, value) for namespace, name, value in _rows(cursor, SEQUENCES)],
    )


def copy_out(cursor: Cursor, table: Table, path: Path) -> None:
    """Writes a table's rows to a file and notes their number."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (ENCODING 'UTF8')").format(columns, table.identifier)
    with path.open("wb") as file:
        cursor.copy_expert(query, file)
    table.rows = cursor.rowcount


def clear() -> None:
    """Drops everything in our schema."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def load(database: Database, folder: Path) -> None:
    """Builds the schema by migrations, up to those of the archive, and loads all rows in one transaction."""
    _migrate_to(database.migrations)
    with transaction.atomic():
        raw: Any = connection.connection
        with raw.cursor() as cursor:
            _load_rows(cursor, database, folder)


def _migrate_to(migrations: Sequence[tuple[str, str]]) -> None:
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    installed = executor.loader.migrated_apps
    unknown = [f"{app}.{name}" for app, name in migrations if (app, name) not in known and app in installed]
    if unknown:
        raise Conflict(f"The backup was made by a newer release (it has {unknown[0]}); install that release or a later one, then restore.")
    executor.migrate([key for key in migrations if key in known])


def _load_rows(cursor: Cursor, database: Database, folder: Path) -> None:
    for namespace, name, parent_namespace, parent, bound in database.partitions:
        words = (sql.Identifier(namespace, name), sql.Identifier(parent_namespace, parent), sql.SQL(bound))
        cursor.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} {}").format(*words))
    present = {(namespace, name) for namespace, name, _ in _rows(cursor, TABLES)}
    tables = [table for table in database.tables if (table.namespace, table.name) in present]
    lost = [table.name for table in database.tables if table not in tables and table.rows]
    if lost:
        raise DataUnreadable(f"This release has no table for {', '.join(lost)} of the backup; install the release that made it, then restore.")
    # Triggers of ours keep rows from being changed or renumber them; what is restored was already right.
    for table in tables:
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table.identifier))
    cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(table.identifier for table in tables)))
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for table in tables:
        _copy_in(cursor, table, folder / table.file)
    # Foreign keys are checked here, before the tables may be altered again.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table.identifier))
    for namespace, name, value in database.sequences:
        cursor.execute("SELECT setval(to_regclass(%s), %s)", [f'"{namespace}"."{name}"', value])


def _copy_in(cursor: Cursor, table: Table, path: Path) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    with path.open("rb") as file:
        cursor.copy_expert(sql.SQL("COPY {} ({}) FROM STDIN (ENCODING 'UTF8')").format(table.identifier, columns), file)
    if cursor.rowcount != table.rows:
        raise DataUnreadable(f"{cursor.rowcount} of {table.rows} rows of {table.name} were read; the backup is damaged, use another one.")


def _rows(cursor: Cursor, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    return cursor.fetchall()
