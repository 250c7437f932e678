"""PostgreSQL as a source: what is there, a uniform sample, and one pushed-down profile query for each table."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final, NamedTuple

from governance.core.errors import CredentialsRefused, DataUnreadable, TimedOut
from governance.sources.connectors.base import (
    Check,
    Connector,
    DatasetInfo,
    DatasetProfile,
    FieldInfo,
    FieldProfile,
    Limits,
    Sample,
    value_limit,
)
from governance.sources.connectors.postgresql import aggregate, catalog, measures
from governance.sources.connectors.postgresql.capabilities import capabilities
from governance.sources.connectors.postgresql.config import ServerConfig, pinned
from governance.sources.connectors.postgresql.quoting import identifier, literal
from governance.sources.connectors.postgresql.session import Session

Run = Callable[[str], list[tuple[Any, ...]]]

EXACT_ROWS: Final = 200_000
"""Up to here distinct values and quantiles are exact; beyond it, sketches and the sample stand for them."""
HURRIED_ROWS: Final = 100_000
"""Rows that are read of a dataset whose reading took too long."""
CELLS: Final = 15_000_000
"""Values that one statement measures."""
PART_ROWS: Final = 1_000_000
MOST_PARTS: Final = 64
BERNOULLI_PAGES: Final = 50_000
"""Pages (400 MB) up to which every row of a table is visited to draw a part of it."""
PROBED_PAGES: Final = 5_000
"""Pages from which on a sample is drawn by probing random places instead of reading all."""
MOST_PROBES: Final = 60_000
"""Up to here every place is tried that a block may have."""
MOST_TRIED: Final = 200_000

FACTS = """
SELECT c.relkind, c.reltuples::float8, c.relpages, current_setting('block_size')::int,
    CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid)
        WHEN c.relkind = 'p' THEN (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid))::int8 ELSE 0 END,
    CASE WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid)
        WHEN c.relkind = 'p' THEN (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(c.oid))::int8 END,
    c.relhassubclass AND c.relkind <> 'p', current_setting('server_version_num')::int,
    ARRAY(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT'))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = {schema} AND c.relname = {name}"""
DISTINCT = """
SELECT s.attname, s.n_distinct::float8 FROM pg_stats s WHERE s.schemaname = {schema} AND s.tablename = {name} AND NOT s.inherited"""


class Facts(NamedTuple):
    """A relation as it is now. `size` is of its rows, `total` with indexes and long values; `hidden` columns may not be read."""

    relkind: str
    tuples: float
    relpages: int
    block: int
    size: int
    total: int | None
    has_heirs: bool
    version: int
    hidden: list[str]

    @property
    def pages(self) -> int:
        return math.ceil(self.size / self.block)

    @property
    def is_stored(self) -> bool:
        return self.relkind in ("r", "p", "m")

    def rows(self, known: int | None) -> int:
        """About how many rows there are; without statistics a hundred for each page."""
        if self.relpages > 0 and self.tuples >= 0:
            return round(self.tuples / self.relpages * self.pages)
        return known if known is not None else self.pages * 100


class Reading(NamedTuple):
    """What a profile reads: a relation called t, words for it, whether that is all of it (or of the part), the rows there are, and those to expect."""

    relation: str
    method: str
    has_all: bool
    rows: int | None
    expected: int


class PostgreSQL(Connector):
    """A PostgreSQL database, version 13 or later."""

    kind: ClassVar[str] = "postgresql"
    label: ClassVar[str] = "PostgreSQL"
    summary: ClassVar[str] = "A server, or what speaks its protocol; one source is one database"

    class Config(ServerConfig):
        """A server by its parts, or as one URL."""

    def __init__(self, config: Any, limits: Limits | None = None) -> None:
        super().__init__(config, limits)
        self.session = Session(self.parameters, self.limits, self._cancelled)

    def parameters(self) -> dict[str, str]:
        """Checked libpq parameters; called once for each connection."""
        return pinned(self.config.parameters(), self.limits.policy)

    def close(self) -> None:
        self.session.close()

    def check(self) -> Check:
        with self.transaction("the catalog") as run:
            version = str(run("SELECT current_setting('server_version')")[0][0])
            found = tuple(capabilities(run, is_encrypted=self.session.is_encrypted))
        return Check(is_reachable=True, version=f"PostgreSQL {version}", latency=self.session.latency, capabilities=found)

    def datasets(self, patterns: Sequence[str] = ()) -> Iterator[DatasetInfo]:
        with self.transaction("the catalog") as run:
            found = list(catalog.datasets(run, patterns))
        yield from found

    def sample(self, dataset: DatasetInfo, rows: int, seed: int = 0) -> Sample:
        try:
            return self._sample(dataset, rows, seed, self.limits.row_budget)
        except TimedOut:
            if dataset.kind not in ("view", "foreign_table"):
                raise
        found = self._sample(dataset, rows, seed, 10 * rows)
        found.method = f"uniform {found.rows:,} of the first {10 * rows:,} rows: statement timeout"
        return found

    def _sample(self, dataset: DatasetInfo, rows: int, seed: int, budget: int) -> Sample:
        with self.reading(dataset) as (run, facts):
            fields = [field for field in dataset.fields if field.name not in facts.hidden]
            cut = value_limit(self.limits, rows, len(fields))
            targets = ", ".join(_shown(field, cut) for field in fields)
            relation, method = self._drawn(dataset, facts, fields, (rows, budget), seed)
            run(f"SELECT setseed({random.Random(seed).uniform(-1, 1)})")
            found = run(f"SELECT {targets} FROM ({relation}) t") if fields else []
        values = {field.name: column for field, column in zip(fields, _columns(found, len(fields)), strict=True)}
        columns = [values.get(field.name) or [None] * len(found) for field in dataset.fields]
        if method is None:
            method = "all rows" if len(found) < rows else f"uniform {len(found):,}"
        return Sample(dataset.fields, columns, len(found), method)

    def batches(self, dataset: DatasetInfo, fields: Sequence[FieldInfo], rows: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        with self.reading(dataset) as (run, facts):
            shown = [field for field in fields if field.name not in facts.hidden]
            cut = value_limit(self.limits, rows, max(1, len(shown)))
            hidden = {field.name for field in fields if field.name in facts.hidden}
            texts = ", ".join("NULL" if one.name in hidden else f"left({identifier(one.name)}::text, {cut})" for one in fields)
            run(f"DECLARE every_row NO SCROLL CURSOR FOR SELECT {texts} FROM {_relation(dataset)} t")
            while batch := run(f"FETCH FORWARD {int(rows)} FROM every_row"):
                yield batch
            run("CLOSE every_row")

    def preview(self, dataset: DatasetInfo, rows: int = 50) -> Sample:
        with self.reading(dataset) as (run, facts):
            fields = [field for field in dataset.fields if field.name not in facts.hidden]
            cut = value_limit(self.limits, rows, len(fields))
            targets = ", ".join(_shown(field, cut) for field in fields)
            found = run(f"SELECT {targets} FROM {_relation(dataset)} t LIMIT {int(rows)}") if fields else []
        return Sample(tuple(fields), _columns(found, len(fields)), len(found), "first rows")

    def parts(self, dataset: DatasetInfo) -> int:
        with self.reading(dataset) as (_, facts):
            rows = facts.rows(dataset.rows)
            if (
                facts.relkind not in ("r", "m")
                or facts.has_heirs
                or facts.hidden
                or not dataset.size
                or rows <= 2 * PART_ROWS
                or rows > self.limits.row_budget
            ):
                return 1
            return min(MOST_PARTS, math.ceil(rows / PART_ROWS))

    def profile(self, dataset: DatasetInfo, part: tuple[int, int] | None = None) -> DatasetProfile:
        try:
            return self._profile(dataset, part, self.limits.row_budget, "row budget")
        except TimedOut:
            if part is not None or self.limits.row_budget <= HURRIED_ROWS:
                raise
        return self._profile(dataset, None, HURRIED_ROWS, "statement timeout")

    def _profile(self, dataset: DatasetInfo, part: tuple[int, int] | None, budget: int, why: str) -> DatasetProfile:
        with self.reading(dataset) as (run, facts):
            fields = [field for field in dataset.fields if field.name not in facts.hidden]
            read = self._read(run, dataset, facts, part, budget)
            has_sketches = part is not None or read.expected > EXACT_ROWS
            bounds = _bounds(run, dataset, fields, read.expected) if has_sketches else None
            plan = measures.Plan(self.limits.max_value, bounds, not has_sketches, facts.version, max(1, CELLS // max(1, read.expected)))
            count, profiles = aggregate.measure(run, read.relation, fields, plan)
        for profile in profiles:
            profile.distinct_is_exact = profile.distinct_is_exact and read.has_all
            if part is None:
                profile.sketch = None
        known = dict(zip((field.name for field in fields), profiles, strict=True))
        return DatasetProfile(
            rows=count if read.has_all else read.rows,
            fields=[known.get(field.name) or FieldProfile() for field in dataset.fields],
            size=facts.total if part is None or part[0] == 0 else None,
            method=read.method.format(read=count, why=why),
            read=count,
        )

    def transaction(self, what: str) -> Any:
        self.refuse_cancelled()
        return self.session.transaction(what)

    @contextmanager
    def reading(self, dataset: DatasetInfo) -> Iterator[tuple[Run, Facts]]:
        """A transaction on one dataset, and what it is now."""
        name = ".".join((*dataset.path, dataset.name))
        with self.transaction(name) as run:
            found = run(FACTS.format(schema=literal(dataset.path[0]), name=literal(dataset.name)))
            if not found:
                raise DataUnreadable(f"{name} is not there any more. Scan again.")
            facts = Facts(*found[0])
            if dataset.fields and {field.name for field in dataset.fields} <= set(facts.hidden):
                raise CredentialsRefused(dataset.error or f"We may not read {name}. Grant SELECT on it, and USAGE on its schema.")
            yield run, facts

    def _drawn(self, dataset: DatasetInfo, facts: Facts, fields: Sequence[FieldInfo], size: tuple[int, int], seed: int) -> tuple[str, str | None]:
        """A query for a uniform sample of so many whole rows (of views, out of so many first ones), and how it is drawn (None: it depends on how many come).

        Long values are not read here: the sort carries their addresses only.
        """
        relation, total, (rows, budget) = _relation(dataset), facts.rows(dataset.rows), size
        if not facts.is_stored:
            return f"SELECT * FROM (SELECT {_named(fields)} FROM {relation} LIMIT {budget}) s ORDER BY random() LIMIT {rows}", None
        method = f"uniform {rows:,} of about {total:,} rows"
        # Where a row stands may only be asked by those who may read all of it.
        order = f"hashtextextended(s.tableoid::text || s.ctid::text, {int(seed)})" if not facts.hidden else "random()"
        is_plain = facts.relkind in ("r", "m") and not facts.has_heirs and not facts.hidden
        if is_plain and facts.pages > PROBED_PAGES and facts.relpages > 0 and total > 20 * rows:
            slots = _slots(facts, rows, total)
            if slots < _most_slots(facts):
                method += f", the first {slots} of each block"
            places = ",".join(f"'({block},{offset})'" for block, offset in _places(facts, rows, total, slots, seed))
            inner = f"SELECT s.*, s.tableoid, s.ctid FROM {relation} s WHERE s.ctid = ANY(ARRAY[{places}]::tid[])"
            return f"SELECT s.* FROM ({inner}) s ORDER BY {order} LIMIT {rows}", method
        is_large = total > 10 * rows and facts.relpages > 0
        sampled = f" TABLESAMPLE BERNOULLI ({min(100.0, 300.0 * rows / total):.6f}) REPEATABLE ({int(seed)})" if is_large else ""
        return f"SELECT {_named(fields)} FROM {relation} s{sampled} ORDER BY {order} LIMIT {rows}", method if is_large else None

    def _read(self, run: Run, dataset: DatasetInfo, facts: Facts, part: tuple[int, int] | None, budget: int) -> Reading:
        relation = _relation(dataset)
        columns = _named([field for field in dataset.fields if field.name not in facts.hidden])
        if not facts.is_stored:
            # One row more than allowed tells whether there are more.
            rows = int(run(f"SELECT count(*) FROM (SELECT FROM {relation} LIMIT {budget + 1}) t")[0][0])
            if rows <= budget:
                return Reading(f"{relation} t", "all rows", True, rows, rows)
            return Reading(f"(SELECT {columns} FROM {relation} LIMIT {budget}) t", "the first {read:,} rows: {why}", False, None, budget)
        rows = facts.rows(dataset.rows)
        if part is not None and part[1] > 1:
            within = f"(SELECT {columns} FROM {relation} s WHERE {_blocks(dataset, facts, part)}) t"
            return Reading(within, f"part {part[0] + 1} of {part[1]}", True, rows, rows // part[1])
        if rows <= budget:
            return Reading(f"{relation} t", "all rows", True, rows, rows)
        how = "BERNOULLI" if facts.pages <= BERNOULLI_PAGES else "SYSTEM"
        words = "" if how == "BERNOULLI" else " (random blocks)"
        sampled = f"{relation} t TABLESAMPLE {how} ({100.0 * budget / rows:.6f}) REPEATABLE (0)"
        return Reading(sampled, f"uniform {{read:,}} of about {rows:,} rows{words}: {{why}}", False, rows, budget)


def _named(fields: Sequence[FieldInfo]) -> str:
    return ", ".join(identifier(field.name) for field in fields)


def _relation(dataset: DatasetInfo) -> str:
    return identifier(dataset.path[0], dataset.name)


def _shown(field: FieldInfo, cut: int) -> str:
    """A column as a sample shows it: long values are cut by the server and never travel."""
    column = f"t.{identifier(field.name)}"
    if field.kind == "binary":
        return f"substring({column} FROM 1 FOR {cut})"
    if field.kind in measures.NATIVE or field.kind == "uuid":
        return column
    return f"left({measures.text_of(field, column)}, {cut})"


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    if not rows:
        return [[] for _ in range(width)]
    return [[bytes(value) if isinstance(value, memoryview) else value for value in column] for column in zip(*rows, strict=True)]


def _places(facts: Facts, rows: int, total: int, slots: int, seed: int) -> list[tuple[int, int]]:
    """Random places of rows. Each place is as likely as any other, so the rows that are found there are uniform."""
    wanted = min(facts.pages * slots, _probes(facts, rows, total, slots))
    chosen = random.Random(seed).sample(range(facts.pages * slots), wanted)
    return [(place // slots, place % slots + 1) for place in chosen]


def _slots(facts: Facts, rows: int, total: int) -> int:
    """How many places of a block are tried: all that a block can have, or, where that takes too many probes, twice as many as there are on average."""
    most = _most_slots(facts)
    if _probes(facts, rows, total, most) <= MOST_PROBES:
        return most
    return min(most, math.ceil(2 * total / max(1, facts.pages)) + 8)


def _most_slots(facts: Facts) -> int:
    return (facts.block - 24) // 28


def _probes(facts: Facts, rows: int, total: int, slots: int) -> int:
    return min(MOST_TRIED, math.ceil(1.5 * rows * slots * facts.pages / max(1, total)) + 100)


def _blocks(dataset: DatasetInfo, facts: Facts, part: tuple[int, int]) -> str:
    """Rows of one part. The borders come from the listing, so that all parts agree; the last part has no end."""
    pages = (dataset.size or 0) // facts.block
    index, count = part
    lower = f"s.ctid >= '({pages * index // count},0)'::tid"
    return lower if index + 1 == count else f"{lower} AND s.ctid < '({pages * (index + 1) // count},0)'::tid"


def _bounds(run: Run, dataset: DatasetInfo, fields: Sequence[FieldInfo], rows: int) -> dict[str, int]:
    """Where to cut each column's hashes, from the planner's statistics (0: they are so few that grouping is cheaper).

    A wrong guess makes a sketch smaller or the query longer, never wrong.
    """
    known = {}
    for name, distinct in run(DISTINCT.format(schema=literal(dataset.path[0]), name=literal(dataset.name))):
        known[name] = distinct if distinct >= 0 else -distinct * rows
    return {field.name: measures.bound_for(known.get(field.name, rows), is_known=field.name in known) for field in fields}
