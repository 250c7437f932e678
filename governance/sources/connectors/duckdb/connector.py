"""A DuckDB database file as a source."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from governance.sources.connectors.base import (
    Capability,
    Check,
    Connector,
    DatasetInfo,
    DatasetProfile,
    FieldInfo,
    Limits,
    Sample,
    counted,
    digest,
    is_wanted,
    structure,
    value_limit,
)
from governance.sources.connectors.duckdb import measures
from governance.sources.connectors.duckdb.session import Session
from governance.sources.connectors.path_config import PathConfig, beside, database_file
from governance.sources.connectors.quoting import identifier

TABLES = """
SELECT schema_name, table_name, table_oid, coalesce(comment, ''), estimated_size, '' FROM duckdb_tables() WHERE NOT internal AND NOT temporary
UNION ALL SELECT schema_name, view_name, view_oid, coalesce(comment, ''), NULL, sql FROM duckdb_views() WHERE NOT internal AND NOT temporary
ORDER BY 1, 2"""
COLUMNS = """
SELECT table_oid, column_name, column_index, data_type, is_nullable, coalesce(comment, '') FROM duckdb_columns()
WHERE NOT internal ORDER BY table_oid, column_index"""
KEYS = "SELECT table_oid, unnest(constraint_column_names) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
REFERENCES = """
SELECT table_oid, schema_name, constraint_column_names, referenced_table, referenced_column_names FROM duckdb_constraints()
WHERE constraint_type = 'FOREIGN KEY'"""
UNSTEADY = ("random", "now(", "current_", "today(", "uuid", "nextval", "read_", "glob(")


class DuckDB(Connector):
    """A DuckDB file, opened read-only by an engine that can open nothing else."""

    kind: ClassVar[str] = "duckdb"
    label: ClassVar[str] = "DuckDB"
    icon: ClassVar[str] = "draft"
    summary: ClassVar[str] = "One database file, version 0.9 or newer"

    class Config(PathConfig):
        """The path of the database file."""

    def __init__(self, config: Any, limits: Limits | None = None) -> None:
        super().__init__(config, limits)
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(self.limits, self._cancelled, database=database_file(self.config.path))
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def check(self) -> Check:
        self.refuse_cancelled()
        started = time.monotonic()
        version = self.run("SELECT version()")[0][0]
        latency = time.monotonic() - started
        tables = self.run(TABLES)
        views = sum(bool(row[5]) for row in tables)
        found = (
            Capability("Read-only", True, "The file is opened read-only; nothing is written to it."),
            Capability("Tables", True, f"{counted(len(tables) - views, 'table')} and {counted(views, 'view')}."),
            Capability("Other files", False, "Views that read files or other databases cannot be read: access to anything but this file is off."),
            Capability("Skip what is unchanged", True, "By the file as a whole: any change of it makes every table be read again."),
        )
        return Check(True, f"DuckDB {version}", latency, found)

    def datasets(self, patterns: Sequence[str] = ()) -> Iterator[DatasetInfo]:
        state = digest(beside(database_file(self.config.path), ".wal"))
        fields: dict[int, list[FieldInfo]] = defaultdict(list)
        keys = set(self.run(KEYS))
        for oid, name, position, type_name, nullable, comment in self.run(COLUMNS):
            fields[oid].append(FieldInfo(name, type_name, measures.kind_of(type_name), position, nullable, comment, (oid, name) in keys))
        references: dict[int, list[tuple[tuple[str, ...], str, tuple[str, ...]]]] = defaultdict(list)
        for oid, schema, columns, table, others in self.run(REFERENCES):
            references[oid].append((tuple(columns), key(schema, table), tuple(others)))
        for schema, name, oid, comment, rows, definition in self.run(TABLES):
            if is_wanted((schema,), name, patterns):
                mine = tuple(fields[oid])
                is_steady = not any(word in definition.lower() for word in UNSTEADY)
                yield DatasetInfo(
                    key=key(schema, name),
                    path=(schema,),
                    name=name,
                    kind="view" if definition else "table",
                    fields=mine,
                    rows=rows,
                    fingerprint=digest(state, structure(mine), comment, definition) if is_steady else "",
                    structure=structure(mine),
                    comment=comment,
                    definition=definition,
                    references=tuple(references[oid]),
                )

    def sample(self, dataset: DatasetInfo, rows: int, seed: int = 0) -> Sample:
        cut = value_limit(self.limits, rows, len(dataset.fields))
        found, count = measures.sample(self.runner(dataset), _relation(dataset), _columns(dataset), rows, seed, cut, expected=dataset.rows)
        return Sample(dataset.fields, found, count, "all rows" if count < rows else f"uniform {count:,}")

    def batches(self, dataset: DatasetInfo, fields: Sequence[FieldInfo], rows: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        query = measures.every_text(_relation(dataset), list(map(measures.column, fields)), value_limit(self.limits, rows, len(fields)))
        self.refuse_cancelled()
        yield from self.session.batches(query, ".".join((*dataset.path, dataset.name)), rows)

    def preview(self, dataset: DatasetInfo, rows: int = 50) -> Sample:
        cut = value_limit(self.limits, rows, len(dataset.fields))
        found, count = measures.first(self.runner(dataset), _relation(dataset), _columns(dataset), rows, cut)
        return Sample(dataset.fields, found, count, "first rows")

    def profile(self, dataset: DatasetInfo, part: tuple[int, int] | None = None) -> DatasetProfile:
        run, relation = self.runner(dataset), _relation(dataset)
        rows = int(run(f"SELECT count(*) FROM {relation}")[0][0])
        method, has_all = "all rows", rows <= self.limits.row_budget
        if not has_all:
            share = 100.0 * self.limits.row_budget / rows
            relation, method = (
                f"(SELECT * FROM {relation} USING SAMPLE {share:.6f}% (bernoulli, 0))",
                f"uniform {{read:,}} of {rows:,} rows: row budget",
            )
        read, profiles = measures.measure(run, relation, _columns(dataset), self.limits.max_value, expected=min(rows, self.limits.row_budget))
        for profile in profiles:
            profile.distinct_is_exact = profile.distinct_is_exact and has_all
        return DatasetProfile(rows=rows, fields=profiles, method=method.format(read=read), read=read)

    def runner(self, dataset: DatasetInfo) -> measures.Run:
        return lambda query: self.run(query, ".".join((*dataset.path, dataset.name)))

    def run(self, query: str, what: str = "The database") -> list[tuple[Any, ...]]:
        self.refuse_cancelled()
        return self.session.rows(query, what)


def key(schema: str, name: str) -> str:
    """`main.orders`, quoted where a plain name would not say the same."""
    return ".".join(part if part.isidentifier() else identifier(part) for part in (schema, name))


def _relation(dataset: DatasetInfo) -> str:
    return identifier(dataset.path[0], dataset.name)


def _columns(dataset: DatasetInfo) -> list[measures.Column]:
    return list(map(measures.column, dataset.fields))
