"""All datasets of a database, from a handful of queries on pg_catalog."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from governance.core.errors import TimedOut
from governance.sources.connectors.base import DatasetInfo, FieldInfo, Kind, digest, is_wanted, structure
from governance.sources.connectors.postgresql import quoting

Run = Callable[[str], list[tuple[Any, ...]]]
DatasetKind = Literal["table", "view", "materialized_view", "foreign_table"]

KINDS: Final[dict[str, DatasetKind]] = {"r": "table", "p": "table", "v": "view", "m": "materialized_view", "f": "foreign_table"}
USER_SCHEMAS: Final = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
COUNTERS: Final = "pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_deleted(c.oid), c.relfilenode::int8"

DATABASE = """
SELECT current_user, current_setting('block_size')::int, current_setting('track_counts')::bool AND NOT pg_is_in_recovery(),
    pg_stat_get_db_stat_reset_time(d.oid)::text, pg_stat_get_bgwriter_stat_reset_time()::text
FROM pg_database d WHERE d.datname = current_database()"""
RELATIONS = f"""
SELECT c.oid::int8, n.nspname, c.relname, c.relkind, c.reltuples::float8, c.relpages + coalesce(t.relpages, 0), pg_stat_get_live_tuples(c.oid),
    {COUNTERS}, coalesce(d.description, ''),
    CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE') THEN 'schema' WHEN has_table_privilege(c.oid, 'SELECT') THEN ''
        WHEN has_any_column_privilege(c.oid, 'SELECT') THEN '' ELSE 'table' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't' AND {USER_SCHEMAS}
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname"""
COLUMNS = f"""
SELECT a.attrelid::int8, a.attnum, a.attname, a.atttypid::int8, a.atttypmod, NOT a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {USER_SCHEMAS}
ORDER BY a.attrelid, a.attnum"""
TYPES = """
SELECT used.atttypid::int8, used.atttypmod, format_type(used.atttypid, used.atttypmod), coalesce(b.typname, t.typname), t.typcategory, t.typtype
FROM (SELECT DISTINCT atttypid, atttypmod FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped) used
JOIN pg_type t ON t.oid = used.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype"""
COMMENTS = f"""
SELECT d.objoid::int8, d.objsubid, d.description FROM pg_description d
JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0 AND {USER_SCHEMAS}"""
KEYS = f"""
SELECT k.conrelid::int8, k.contype, k.conkey::int[], k.confrelid::int8, k.confkey::int[]
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.contype IN ('p', 'f') AND k.conparentid = 0 AND {USER_SCHEMAS} ORDER BY k.conname"""
VIEWS = f"""
SELECT c.oid::int8, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND {USER_SCHEMAS}"""
CHILDREN = f"""
SELECT i.inhparent::int8, c.oid::int8, c.relkind, c.reltuples::float8, c.relpages, pg_stat_get_live_tuples(c.oid), {COUNTERS}
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind IN ('r', 'p', 'f') ORDER BY c.oid"""
DEPENDENCIES = """
SELECT DISTINCT r.ev_class::int8, d.refobjid::int8, false FROM pg_rewrite r
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
UNION ALL
SELECT r.ev_class::int8, 0, true FROM pg_rewrite r
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_proc'::regclass
JOIN pg_proc p ON p.oid = d.refobjid AND p.provolatile <> 'i'"""
UNSTEADY = "SELECT DISTINCT proname FROM pg_proc WHERE provolatile <> 'i' AND pronamespace = 'pg_catalog'::regnamespace"

# Stable only because they read settings, and our sessions fix those.
STEADY: Final = {
    *("concat", "concat_ws", "format", "to_char", "to_date", "to_timestamp", "date_trunc", "date_part", "extract", "timezone"),
    *("age", "generate_series"),
    *("array_to_string", "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "json_build_object", "jsonb_build_object"),
    *("json_build_array", "jsonb_build_array", "to_json", "to_jsonb", "row_to_json", "array_to_json", "quote_literal", "quote_nullable"),
    *("count", "to_tsvector", "text", "date", "array_agg", "timestamptz", "overlaps"),
}
CLOCK: Final = re.compile(
    r"\b(current_(date|time|timestamp|user|role|schema|catalog)|localtime(stamp)?|session_user|user)\b|'(now|today|tomorrow|yesterday)'",
    re.IGNORECASE,
)
CALL: Final = re.compile(r'\b(\w+)"?\(')
NAMES: Final[dict[str, Kind]] = {
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("numeric", "float4", "float8"), "decimal"),
    "bool": "boolean",
    "date": "date",
    "time": "time",
    "timetz": "time",
    "timestamp": "timestamp",
    "timestamptz": "timestamp",
    "uuid": "uuid",
    "json": "json",
    "jsonb": "json",
    "bytea": "binary",
}


class Counters(NamedTuple):
    inserted: int
    updated: int
    deleted: int
    filenode: int


@dataclass(slots=True)
class Relation:
    oid: int
    schema: str
    name: str
    relkind: str
    tuples: float
    pages: int
    live: int
    counters: Counters
    comment: str = ""
    denied: str = ""
    fields: list[FieldInfo] = field(default_factory=list)


def relation_of(row: tuple[Any, ...]) -> Relation:
    oid, schema, name, relkind, tuples, pages, live, *counters, comment, denied = row
    return Relation(oid, schema, name, relkind, tuples, pages, live, Counters(*counters), comment, denied)


def datasets(run: Run, patterns: Sequence[str]) -> Iterator[DatasetInfo]:
    """Everything is read before the first dataset is given, all of it in the caller's one transaction."""
    listing = Listing(run)
    for relation in listing.relations.values():
        if relation.schema and is_wanted((relation.schema,), relation.name, patterns):
            yield listing.dataset(relation)


class Listing:
    """What the catalog says, joined by hand: six plain scans are faster than one clever query."""

    def __init__(self, run: Run) -> None:
        self.user, self.block, self.is_counted, *resets = run(DATABASE)[0]
        self.resets = resets
        self.relations = {row[0]: relation_of(row) for row in run(RELATIONS)}
        self.children: dict[int, list[Relation]] = defaultdict(list)
        for parent, oid, relkind, tuples, pages, live, *counters in run(CHILDREN):
            self.children[parent].append(Relation(oid, "", "", relkind, tuples, pages, live, counters=Counters(*counters)))
        self.references: dict[int, list[tuple[list[int], int, list[int]]]] = defaultdict(list)
        self._read_fields(run)
        self.definitions = read_definitions(run)
        self.unsteady: set[str] = set()
        self.sources: dict[int, list[int]] = defaultdict(list)
        if self.definitions:
            self._read_dependencies(run)
        self._fingerprints: dict[int, str] = {}

    def _read_fields(self, run: Run) -> None:
        types = {(oid, modifier): (name, kind_of(base, category, typtype)) for oid, modifier, name, base, category, typtype in run(TYPES)}
        comments = {(oid, position): text for oid, position, text in run(COMMENTS)}
        keys: set[tuple[int, int]] = set()
        for oid, contype, columns, other, other_columns in run(KEYS):
            if contype == "p":
                keys.update((oid, position) for position in columns)
            else:
                self.references[oid].append((columns, other, other_columns))
        for oid, position, name, type_oid, modifier, nullable in run(COLUMNS):
            relation = self.relations.get(oid)
            if relation is not None:
                type_name, kind = types[type_oid, modifier]
                comment, is_key = comments.get((oid, position), ""), (oid, position) in keys
                relation.fields.append(FieldInfo(name, type_name, kind, position, nullable, comment, is_key))

    def _read_dependencies(self, run: Run) -> None:
        self.unsteady = {name for (name,) in run(UNSTEADY)} - STEADY
        for view, other, is_function in run(DEPENDENCIES):
            self.sources[view].append(0 if is_function else other)

    def dataset(self, relation: Relation) -> DatasetInfo:
        fields = tuple(relation.fields)
        family = [relation, *self.descendants(relation.oid)]
        is_stored = relation.relkind in "rpm"
        return DatasetInfo(
            key=quoting.key((relation.schema, relation.name)),
            path=(relation.schema,),
            name=relation.name,
            kind=KINDS[relation.relkind],
            fields=fields,
            rows=rows_of(family) if is_stored else None,
            size=sum(one.pages for one in family) * self.block or None if is_stored else None,
            fingerprint=self.fingerprint(relation.oid),
            structure=structure(fields),
            comment=relation.comment,
            definition=self.definitions.get(relation.oid, ""),
            references=tuple(self._references(relation)),
            error=self._denial(relation),
        )

    def _references(self, relation: Relation) -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
        for columns, oid, other_columns in self.references.get(relation.oid, ()):
            other = self.relations.get(oid)
            if other is not None:
                yield names_at(relation, columns), quoting.key((other.schema, other.name)), names_at(other, other_columns)

    def _denial(self, relation: Relation) -> str:
        if relation.denied == "schema":
            return f"The user {self.user} may not use the schema of {relation.schema}.{relation.name}. Grant it USAGE on the schema and SELECT on the table."
        return f"The user {self.user} may not read {relation.schema}.{relation.name}. Grant it SELECT." if relation.denied else ""

    def descendants(self, oid: int) -> list[Relation]:
        """Partitions, and tables that inherit: reading the parent reads them too."""
        found: list[Relation] = []
        for child in self.children.get(oid, ()):
            found += [child, *self.descendants(child.oid)]
        return found

    def fingerprint(self, oid: int) -> str:
        """Changes with every committed change of rows or structure; empty when the server cannot tell."""
        if oid not in self._fingerprints:
            self._fingerprints[oid] = ""  # a view that refers to itself through others has none
            self._fingerprints[oid] = self._fingerprint(oid)
        return self._fingerprints[oid]

    def _fingerprint(self, oid: int) -> str:
        relation = self.relations.get(oid)
        if relation is None or not self.is_counted or relation.relkind == "f":
            return ""
        facts = [
            relation.denied,
            relation.comment,
            self.definitions.get(oid, ""),
            [(one.name, one.type, one.nullable, one.comment) for one in relation.fields],
        ]
        if relation.relkind == "v":
            below = [self.fingerprint(other) for other in self.sources.get(oid, ())]
            return digest(facts, sorted(below)) if all(below) and self.is_steady(facts[2]) else ""
        family = [relation, *self.descendants(oid)]
        if any(one.relkind == "f" for one in family):
            return ""
        # The counters start again from zero after a crash or a reset, and then both times are new.
        return digest(facts, self.resets, [(one.oid, one.counters) for one in family])

    def is_steady(self, definition: Any) -> bool:
        """Whether a view can only change when its tables do: it looks at no clock, no user and no random number."""
        return not CLOCK.search(definition) and self.unsteady.isdisjoint(CALL.findall(definition))


def read_definitions(run: Run) -> dict[int, str]:
    run("SAVEPOINT definitions")
    try:
        return dict(run(VIEWS))
    except TimedOut:
        # Someone holds a table under a view for itself; the listing goes on without the definitions.
        run("ROLLBACK TO SAVEPOINT definitions")
        return {}


def kind_of(name: str, category: str, typtype: str) -> Kind:
    """Ours, for a type of pg_type (for a domain, of the type below it)."""
    if name in NAMES:
        return NAMES[name]
    if category == "A":
        return "list"
    if typtype == "c":
        return "struct"
    return "text" if category in "SE" else "other"


def rows_of(family: Sequence[Relation]) -> int | None:
    """The planner's estimate, or the statistics' where that is missing or far behind; None when neither knows."""
    total = 0
    for one in family:
        if one.relkind == "p":
            continue
        if one.tuples < 0 and not one.live:
            return None
        total += one.live if one.tuples <= 0 or one.live > 2 * one.tuples else round(one.tuples)
    return total


def names_at(relation: Relation, positions: Sequence[int]) -> tuple[str, ...]:
    names = {one.position: one.name for one in relation.fields}
    return tuple(names[position] for position in positions if position in names)
