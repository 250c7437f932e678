"""What is measured of each column in one pass of DuckDB, and how a uniform sample is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from governance.sources.connectors.base import SCALED, FieldInfo, FieldProfile, Kind, Sketch, sketch_bound
from governance.sources.connectors.quoting import identifier

Run = Callable[[str], list[tuple[Any, ...]]]
EXACT_ROWS: Final = 200_000
"""Up to here a second pass counts distinct values exactly."""
COLUMNS: Final = 200
"""Columns in one statement."""
VALUES: Final = 200_000_000
"""Values that one statement measures, so that it ends within its time."""
CELLS: Final = 4_000_000
"""Hashes that are held at once while distinct values are counted."""
SKETCHES: Final = 40
NARROWED: Final = 3
"""Times as many rows as are wanted pass the first sieve of a sample, since how many there are is only estimated."""
HASHED: Final = 1 << 64
INTEGERS: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "BIGNUM", "VARINT"}
)


@dataclass(frozen=True, slots=True)
class Column:
    """A field, and SQL for its value in its own type and for its text."""

    field: FieldInfo
    value: str
    text: str


def column(field: FieldInfo) -> Column:
    """Of a relation whose columns have their own types."""
    name = identifier(field.name)
    # Structs and lists as JSON: it can be taken apart again, which DuckDB's own rendering cannot.
    text = name if field.type == "VARCHAR" else f"to_json({name})::VARCHAR" if field.kind in ("struct", "list") else f"{name}::VARCHAR"
    return Column(field, name, text)


def kind_of(name: str) -> Kind:
    """Ours, for a type of DuckDB."""
    if name.endswith("]"):
        return "list"
    base = name.partition("(")[0]
    if base in INTEGERS:
        return "integer"
    plain: dict[str, Kind] = {
        "DECIMAL": "decimal",
        "FLOAT": "decimal",
        "DOUBLE": "decimal",
        "BOOLEAN": "boolean",
        "DATE": "date",
        "TIME": "time",
        "TIME WITH TIME ZONE": "time",
        "TIME_NS": "time",
        "UUID": "uuid",
        "JSON": "json",
        "BLOB": "binary",
        "BIT": "other",
        "STRUCT": "struct",
        "MAP": "struct",
        "UNION": "struct",
        "VARCHAR": "text",
        "ENUM": "text",
    }
    return "timestamp" if base.startswith("TIMESTAMP") else plain.get(base, "other")


def measure(
    run: Run, relation: str, columns: Sequence[Column], cut: int, *, expected: int = 0, has_sketches: bool = False
) -> tuple[int, list[FieldProfile]]:
    """Rows read (about `expected`, when that is known), and a profile for each column; sketches for the distinct values of a part take a second pass."""
    read, profiles = 0, []
    width = _width(expected)
    for start in range(0, max(1, len(columns)), width):
        group = columns[start : start + width]
        asked = [expressions(one, cut) for one in group]
        targets = "".join(f", {expression}" for one in asked for expression in one.values())
        read, *answers = run(f"SELECT count(*){targets} FROM {relation}")[0]
        for one in asked:
            mine, answers = dict(zip(one, answers[: len(one)], strict=True)), answers[len(one) :]
            profiles.append(_profile(mine, read))
    if has_sketches:
        _add_sketches(run, relation, columns, profiles)
    elif read <= EXACT_ROWS:
        _count_exactly(run, relation, columns, profiles, read)
    return int(read), profiles


def measure_and_draw(
    run: Run, relation: str, columns: Sequence[Column], rows: int, seed: int, cuts: tuple[int, int], *, expected: int
) -> tuple[int, list[FieldProfile], list[list[Any]], int] | None:
    """What `measure` and `sample` answer (the same rows), in one pass; `cuts` are theirs, in this order.

    None where it takes several statements, or all rows. With fewer rows than wanted the estimate was too high.
    """
    if not columns or expected <= NARROWED * rows or len(columns) > _width(expected):
        return None
    number = free_name("number", columns)
    low = f"hash({number} + {int(seed)})"
    asked = [expressions(one, cuts[0]) for one in columns]
    measures = "".join(f", {expression} AS m{at}" for at, expression in enumerate(each for one in asked for each in one.values()))
    # Columns as they are read: casts are for the few rows that are drawn.
    kept = ", ".join(f"{name} := {name}" for name in [*(identifier(one.field.name) for one in columns), number])
    drawn = f"list(struct_pack({kept})) FILTER (WHERE {low} < {int(HASHED * NARROWED * rows / expected)})"
    numbered = f"(SELECT *, row_number() OVER () AS {number} FROM {relation})"
    run(f"CREATE OR REPLACE TEMP TABLE measured AS SELECT count(*) AS read{measures}, {drawn} AS drawn FROM {numbered}")
    read, *answers = run("SELECT * EXCLUDE (drawn) FROM measured")[0]
    shown = ", ".join(f"{target} AS c{at}" for at, target in enumerate(targets(columns, cuts[1])))
    found = run(f"SELECT {shown}, {low} AS lowest FROM (SELECT unnest(drawn, max_depth := 2) FROM measured) ORDER BY lowest LIMIT {int(rows)}")
    run("DROP TABLE measured")
    profiles = []
    for one in asked:
        mine, answers = dict(zip(one, answers[: len(one)], strict=True)), answers[len(one) :]
        profiles.append(_profile(mine, read))
    if read <= EXACT_ROWS:
        _count_exactly(run, relation, columns, profiles, read)
    return int(read), profiles, columns_of([row[:-1] for row in found], len(columns)), len(found)


def _width(expected: int) -> int:
    """Columns that one statement measures."""
    return max(10, min(COLUMNS, VALUES // max(1, expected)))


def expressions(one: Column, cut: int) -> dict[str, str]:
    """Measure → SQL."""
    kind, value = one.field.kind, one.value
    asked = {"present": f"count({one.text})", "distinct": f"approx_count_distinct({one.text})"}
    if kind in ("text", "uuid"):
        asked |= {"minimum": f"left(min({one.text}), {cut})", "maximum": f"left(max({one.text}), {cut})"}
    elif kind in SCALED | {"boolean", "time"}:
        asked |= {"minimum": f"min({value})", "maximum": f"max({value})"}
    if kind in ("text", "json", "binary", "other"):
        length = f"octet_length({value})" if kind == "binary" else f"length({one.text})"
        asked |= {"length_min": f"min({length})", "length_max": f"max({length})", "length_mean": f"avg({length})"}
        asked["empty"] = f"count(CASE WHEN {length} = 0 THEN 1 END)"
    if kind == "integer":
        asked |= {"mean": f"avg({value})", "stddev": f"stddev_samp({value})"}
    elif kind == "decimal":
        # Not as FILTER, of which each costs a copy of the rows.
        number = f"CASE WHEN isfinite(({value})::DOUBLE) THEN ({value})::DOUBLE END"
        asked |= {"mean": f"avg({number})", "stddev": f"stddev_samp({number})"}
    return asked


def _profile(answers: dict[str, Any], read: int) -> FieldProfile:
    present = int(answers.pop("present"))
    distinct = min(int(answers.pop("distinct")), present)
    for name in ("mean", "stddev"):
        if answers.get(name) is not None and not math.isfinite(answers[name]):
            answers[name] = None
    return FieldProfile(nulls=read - present, distinct=distinct, distinct_is_exact=present == 0, **answers)


def _count_exactly(run: Run, relation: str, columns: Sequence[Column], profiles: Sequence[FieldProfile], rows: int) -> None:
    # Lists of hashes, since each DISTINCT would keep a hash table of megabytes however few rows there are.
    width = max(1, min(COLUMNS, CELLS // max(1, rows)))
    for start in range(0, len(columns), width):
        group = range(start, min(start + width, len(columns)))
        asked = [f"list_unique(list({_hashed(columns[at])}))" for at in group]
        asked += [f"quantile_disc({columns[at].value}, [0.05, 0.25, 0.5, 0.75, 0.95])" for at in group if columns[at].field.kind in SCALED]
        answers = iter(run(f"SELECT {', '.join(asked)} FROM {relation}")[0])
        for at in group:
            profiles[at].distinct, profiles[at].distinct_is_exact = int(next(answers) or 0), True
        for at in group:
            if columns[at].field.kind in SCALED:
                profiles[at].quantiles = next(answers)


def _hashed(one: Column) -> str:
    return f"CASE WHEN {one.text} IS NOT NULL THEN hash({one.text}) >> 1 END"


def _add_sketches(run: Run, relation: str, columns: Sequence[Column], profiles: Sequence[FieldProfile]) -> None:
    """The lowest hashes of each column; how low is told by the first pass, so that hardly more are kept than wanted."""
    for start in range(0, len(columns), SKETCHES):
        group = range(start, min(start + SKETCHES, len(columns)))
        bounds = {at: sketch_bound(profiles[at].distinct or 0) for at in group}
        asked = [f"list(DISTINCT {_hashed(columns[at])}) FILTER (WHERE {_hashed(columns[at])} < {bounds[at]})" for at in group]
        for at, hashes in zip(group, run(f"SELECT {', '.join(asked)} FROM {relation}")[0], strict=True):
            sketch = Sketch.of(sorted(hashes or ()), bounds[at])
            profiles[at].sketch = sketch
            profiles[at].distinct, profiles[at].distinct_is_exact = sketch.distinct, sketch.is_exact


def sample(
    run: Run, relation: str, columns: Sequence[Column], rows: int, seed: int, cut: int, *, expected: int | None = None
) -> tuple[list[list[Any]], int]:
    """Values by column, and the number of rows, of a uniform sample that is the same for the same seed: the rows whose numbers hash lowest.

    (DuckDB's own reservoir prefers early rows when it is small.) Wide tables are read in several statements, which draw the same rows.
    `expected` rows, roughly, let it pass over those early that will not be drawn; when there are fewer, it reads again without that.
    """
    if expected and expected > NARROWED * rows:
        found, count = _drawn(run, relation, columns, rows, seed, cut, below=int(HASHED * NARROWED * rows / expected))
        if count >= rows:
            return found, count
    return _drawn(run, relation, columns, rows, seed, cut)


def _drawn(
    run: Run, relation: str, columns: Sequence[Column], rows: int, seed: int, cut: int, *, below: int | None = None
) -> tuple[list[list[Any]], int]:
    found: list[list[Any]] = []
    count = 0
    number = free_name("number", columns)
    for start in range(0, len(columns), COLUMNS):
        group = columns[start : start + COLUMNS]
        shown = ", ".join(f"{target} AS c{at}" for at, target in enumerate(targets(group, cut)))
        numbered = f"SELECT *, row_number() OVER () AS {number} FROM {relation}"
        # Long values are cut before they are sorted.
        low = f"hash({number} + {int(seed)})"
        narrowed = f" WHERE {low} < {below}" if below is not None else ""
        query = f"SELECT {shown}, {low} AS lowest FROM ({numbered}) t{narrowed} ORDER BY lowest LIMIT {int(rows)}"
        drawn = [row[:-1] for row in run(query)]
        found += columns_of(drawn, len(group))
        count = len(drawn)
    return found, count


def first(run: Run, relation: str, columns: Sequence[Column], rows: int, cut: int) -> tuple[list[list[Any]], int]:
    """Values by column, and the number of rows, of the first rows."""
    found: list[list[Any]] = []
    count = 0
    for start in range(0, len(columns), COLUMNS):
        group = columns[start : start + COLUMNS]
        shown = ", ".join(targets(group, cut))
        drawn = run(f"SELECT {shown} FROM {relation} LIMIT {int(rows)}")
        found += columns_of(drawn, len(group))
        count = len(drawn)
    return found, count


def every_text(relation: str, columns: Sequence[Column], cut: int) -> str:
    """The statement for all texts of some columns."""
    return f"SELECT {', '.join(f'left({one.text}, {cut})' for one in columns)} FROM {relation}"


def free_name(name: str, columns: Sequence[Column]) -> str:
    """A name that no column has."""
    taken = {one.field.name.lower() for one in columns}
    while name in taken:
        name += "_"
    return name


def targets(columns: Sequence[Column], cut: int) -> list[str]:
    """Two for each column: its value, and its text where there is no such value."""
    found = []
    for one in columns:
        kind = one.field.kind
        if kind in SCALED | {"boolean", "time", "uuid"}:
            found += [
                one.value,
                "NULL" if one.value == identifier(one.field.name) else f"CASE WHEN {one.value} IS NULL THEN left({one.text}, {cut}) END",
            ]
        elif kind == "binary":
            found += [f"({one.value})[1:{cut}]", "NULL"]
        else:
            found += [f"left({one.text}, {cut})", "NULL"]
    return found


def columns_of(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Values by column, from rows of `targets`."""
    if not rows:
        return [[] for _ in range(width)]
    by_column = list(zip(*rows, strict=True))
    return [
        [other if value is None else value for value, other in zip(values, others, strict=True)]
        for values, others in zip(by_column[::2], by_column[1::2], strict=True)
    ]
