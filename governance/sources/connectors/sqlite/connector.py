"""A SQLite file as a source."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Final

from governance.core.errors import DataUnreadable, TimedOut
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
from governance.sources.connectors.path_config import PathConfig, beside, database_file
from governance.sources.connectors.quoting import identifier
from governance.sources.connectors.sqlite import measures
from governance.sources.connectors.sqlite.session import Session
from governance.sources.connectors.sqlite.types import converted, kind_of

LOGS: Final = ("-wal", "-journal")
OBSERVED: Final = 200
"""First rows whose types are looked at."""
OBSERVED_COLUMNS: Final = 500
DENSE: Final = 0.2
"""Share of used row numbers from which on random ones are tried."""


class SQLite(Connector):
    """A SQLite 3 database file, opened read-only."""

    kind: ClassVar[str] = "sqlite"
    label: ClassVar[str] = "SQLite"
    icon: ClassVar[str] = "draft"
    summary: ClassVar[str] = "One database file, such as that of an old program or an app"

    class Config(PathConfig):
        """The path of the database file."""

    def __init__(self, config: Any, limits: Limits | None = None) -> None:
        super().__init__(config, limits)
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            real = database_file(self.config.path)
            beside(real, *LOGS)
            self._session = Session(real, self.limits, self._cancelled)
        return self._session

    def cancel(self) -> None:
        super().cancel()
        if self._session is not None:
            self._session.interrupt()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def check(self) -> Check:
        self.refuse_cancelled()
        started = time.monotonic()
        tables = self._relations()
        latency = time.monotonic() - started
        journal = str(self.session.rows("PRAGMA journal_mode")[0][0])
        views = sum(kind == "view" for _, kind, _ in tables)
        found = (
            Capability("Read-only", True, "The file is opened with mode=ro; nothing is written to it."),
            Capability("Tables", True, f"{counted(len(tables) - views, 'table')} and {counted(views, 'view')}."),
            Capability("Journal", True, f"{journal}" + (": changes in the -wal file are seen." if journal == "wal" else ".")),
            Capability("Skip what is unchanged", True, "By the file as a whole: any change of it makes every table be read again."),
            Capability("Row estimates", self._has_statistics(), "From ANALYZE; without it the number of rows is known after the first profile."),
        )
        return Check(True, f"SQLite {sqlite3.sqlite_version}", latency, found)

    def datasets(self, patterns: Sequence[str] = ()) -> Iterator[DatasetInfo]:
        state = self._state()
        estimates = self._estimates()
        for name, kind, definition in self._relations():
            self.refuse_cancelled()
            if is_wanted((), name, patterns):
                yield self._dataset(name, kind, definition, estimates.get(name), state)

    def sample(self, dataset: DatasetInfo, rows: int, seed: int = 0) -> Sample:
        columns = self._shown(dataset, rows)
        count = self._count(dataset)
        if count <= rows:
            found = self.session.rows(f"SELECT {columns} FROM {identifier(dataset.name)} LIMIT {rows}", dataset.name)
            return self._sampled(dataset, found, "all rows")
        low, high = self._row_numbers(dataset)
        span = high - low + 1
        is_dense = low <= high and count >= DENSE * span
        if is_dense:
            found, among = self._probed(dataset, columns, (low, span), rows, count, seed), f"{count:,} rows"
        else:
            found, budget = self._reservoir(dataset, columns, rows, seed), self.limits.row_budget
            among = f"{count:,} rows" if count <= budget else f"the first {budget:,} rows: row budget"
        return self._sampled(dataset, found, f"uniform {len(found):,} of {among}")

    def batches(self, dataset: DatasetInfo, fields: Sequence[FieldInfo], rows: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        cut = value_limit(self.limits, rows, len(fields))
        texts = ", ".join(f"substr(CAST({identifier(field.name)} AS TEXT), 1, {cut})" for field in fields)
        found = self.session.iterate(f"SELECT {texts} FROM {identifier(dataset.name)}", dataset.name)
        while batch := list(islice(found, rows)):
            yield batch
            self.session.goes_on()

    def preview(self, dataset: DatasetInfo, rows: int = 50) -> Sample:
        query = f"SELECT {self._shown(dataset, rows)} FROM {identifier(dataset.name)} LIMIT {int(rows)}"
        return self._sampled(dataset, self.session.rows(query, dataset.name), "first rows")

    def profile(self, dataset: DatasetInfo, part: tuple[int, int] | None = None) -> DatasetProfile:
        rows = self._count(dataset)
        relation = identifier(dataset.name)
        method, has_all = "all rows", rows <= self.limits.row_budget
        if not has_all:
            low, high = self._row_numbers(dataset)
            relation, method = measures.thinned(relation, rows, self.limits.row_budget, has_row_numbers=low <= high)
        read, profiles = measures.measure(
            lambda query: self.session.rows(query, dataset.name), relation, dataset.fields, self.limits.max_value, min(rows, self.limits.row_budget)
        )
        for profile in profiles:
            profile.distinct_is_exact = profile.distinct_is_exact and has_all
        return DatasetProfile(rows=rows, fields=profiles, method=method.format(read=read, rows=rows), read=read)

    def _relations(self) -> list[tuple[str, str, str]]:
        """Name, kind and definition of tables and views; SQLite's own and the shadow tables of virtual ones are left out."""
        listed = self.session.rows("PRAGMA table_list")
        wanted = {
            name for schema, name, kind, *_ in listed if schema == "main" and kind in ("table", "view", "virtual") and not name.startswith("sqlite_")
        }
        found = self.session.rows("SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
        return [(name, kind, definition) for name, kind, definition in found if name in wanted or (kind == "view" and name not in wanted)]

    def _dataset(self, name: str, kind: str, definition: str, rows: int | None, state: str) -> DatasetInfo:
        error = ""
        fields: tuple[FieldInfo, ...] = ()
        try:
            fields = self._fields(name)
        except DataUnreadable as failed:
            error = failed.detail
        return DatasetInfo(
            key=name,
            path=(),
            name=name,
            kind="view" if kind == "view" else "table",
            fields=fields,
            rows=rows,
            fingerprint="" if kind == "view" and measures.is_unsteady(definition) else digest(state, structure(fields)),
            structure=structure(fields),
            definition=definition if kind == "view" else "",
            references=self._references(name) if not error and kind != "view" else (),
            error=error,
        )

    def _fields(self, name: str) -> tuple[FieldInfo, ...]:
        # hidden: 1 is a virtual table's own column; 2 and 3 are generated columns, which can be read.
        columns = [row for row in self.session.rows(f"PRAGMA table_xinfo({identifier(name)})", name) if row[6] != 1]
        if not columns:
            raise DataUnreadable(f"The columns of {name} cannot be read. Its definition may be broken; try it by hand.")
        try:
            observed = self._observed(name, [row[1] for row in columns])
        except TimedOut:
            # A slow view must not keep the rest from being listed; who reads it is told.
            observed = [()] * len(columns)
        return tuple(
            FieldInfo(column, declared or "", kind_of(declared or "", observed[at]), at + 1, not not_null and not key, "", bool(key))
            for at, (_, column, declared, not_null, _, key, _) in enumerate(columns)
        )

    def _observed(self, name: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(columns), OBSERVED_COLUMNS):
            group = columns[start : start + OBSERVED_COLUMNS]
            types = ", ".join(f"typeof({identifier(column)})" for column in group)
            rows = self.session.rows(f"SELECT {types} FROM {identifier(name)} LIMIT {OBSERVED}", name)
            found += list(zip(*rows, strict=True)) if rows else [()] * len(group)
        return found

    def _references(self, name: str) -> tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]:
        grouped: dict[int, tuple[str, list[str], list[str]]] = {}
        for number, _, table, column, other, *_ in self.session.rows(f"PRAGMA foreign_key_list({identifier(name)})", name):
            entry = grouped.setdefault(number, (table, [], []))
            entry[1].append(column)
            entry[2].append(other or column)
        return tuple((tuple(columns), table, tuple(others)) for table, columns, others in grouped.values())

    def _state(self) -> str:
        """Changes with every commit: sizes and times of the file and its log, and SQLite's own counters in the header."""
        facts = beside(self.session.real, *LOGS)
        with self.session.real.open("rb") as file:
            header = file.read(100)
        return digest(facts, header[24:28].hex(), header[40:44].hex(), self.session.real.stat().st_ino)

    def _has_statistics(self) -> bool:
        return bool(self.session.rows("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"))

    def _estimates(self) -> dict[str, int]:
        if not self._has_statistics():
            return {}
        found: dict[str, int] = {}
        for name, text in self.session.rows("SELECT tbl, stat FROM sqlite_stat1"):
            number = str(text).partition(" ")[0]
            if number.isdigit():
                found[name] = max(found.get(name, 0), int(number))
        return found

    def _count(self, dataset: DatasetInfo) -> int:
        self.refuse_cancelled()
        return int(self.session.rows(f"SELECT count(*) FROM {identifier(dataset.name)}", dataset.name)[0][0])

    def _row_numbers(self, dataset: DatasetInfo) -> tuple[int, int]:
        """The lowest and highest rowid; (0, -1) for views and tables without row numbers."""
        if dataset.kind == "view" or any(field.name.lower() in ("rowid", "_rowid_") for field in dataset.fields):
            return 0, -1
        listed = self.session.rows("PRAGMA table_list")
        if not any(row[:3] == ("main", dataset.name, "table") and not row[4] for row in listed):
            return 0, -1
        low, high = self.session.rows(f"SELECT min(rowid), max(rowid) FROM {identifier(dataset.name)}", dataset.name)[0]
        return (0, -1) if low is None else (int(low), int(high))

    def _probed(self, dataset: DatasetInfo, columns: str, numbers: tuple[int, int], rows: int, count: int, seed: int) -> list[tuple[Any, ...]]:
        """Rows at random row numbers; each number is as likely as any other."""
        low, span = numbers
        wanted = min(span, int(rows * 1.5 * span / count) + 50)
        draw = random.Random(seed)
        chosen = draw.sample(range(low, low + span), wanted)
        found: list[tuple[Any, ...]] = []
        for start in range(0, wanted, 1000):
            listed = ",".join(map(str, chosen[start : start + 1000]))
            found += self.session.rows(f"SELECT {columns} FROM {identifier(dataset.name)} WHERE rowid IN ({listed})", dataset.name)
            if len(found) >= rows:
                break
        return draw.sample(found, min(rows, len(found)))

    def _reservoir(self, dataset: DatasetInfo, columns: str, rows: int, seed: int) -> list[tuple[Any, ...]]:
        """All rows pass by once, and a uniform part of them is kept (algorithm R, Vitter 1985)."""
        draw = random.Random(seed)
        kept: list[tuple[Any, ...]] = []
        passing = self.session.iterate(f"SELECT {columns} FROM {identifier(dataset.name)} LIMIT {self.limits.row_budget}", dataset.name)
        for number, row in enumerate(passing):
            if number < rows:
                kept.append(row)
            elif (place := draw.randrange(number + 1)) < rows:
                kept[place] = row
        return kept

    def _shown(self, dataset: DatasetInfo, rows: int) -> str:
        """Columns with long texts and blobs cut by SQLite; numbers pass as they are."""
        cut = value_limit(self.limits, rows, len(dataset.fields))
        return ", ".join(
            f"CASE WHEN typeof({column}) IN ('text', 'blob') THEN substr({column}, 1, {cut}) ELSE {column} END"
            for column in (identifier(field.name) for field in dataset.fields)
        )

    def _sampled(self, dataset: DatasetInfo, rows: list[tuple[Any, ...]], method: str) -> Sample:
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in dataset.fields]
        columns = [[converted(field.kind, value) for value in column] for field, column in zip(dataset.fields, columns, strict=True)]
        return Sample(dataset.fields, columns, len(rows), method)
