"""The aggregate query of a profile: what is asked of each column, and how the answers are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from governance.sources.connectors.base import HASHES, SCALED, SKETCH_SIZE, FieldInfo, FieldProfile, Kind, Sketch, sketch_bound
from governance.sources.connectors.postgresql.quoting import identifier

TARGETS: Final = 1_200
"""Expressions in one statement; PostgreSQL takes 1,664."""
NATIVE: Final[frozenset[Kind]] = frozenset({"integer", "decimal", "date", "time", "timestamp", "boolean"})
"""Kinds whose values are compared as they are; all others are compared by the hash of their text."""
FLOATS: Final = ("double precision", "real")
ALL: Final = ("",)
NAN: Final = "('NaN')"
SPECIAL: Final = "('NaN', 'Infinity', '-Infinity')"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one profile asks for. `bounds` (by column name) draws sketches below them instead of counting, 0 nothing; `has_quantiles` sorts every column."""

    cut: int
    bounds: dict[str, int] | None = None
    has_quantiles: bool = True
    version: int = 180000
    width: int = 1600
    """Columns in one statement, so few that it ends within its time."""


def chunks(fields: Sequence[FieldInfo], plan: Plan) -> Iterator[list[tuple[FieldInfo, dict[str, str]]]]:
    """Columns with their expressions, in groups that fit into one statement."""
    group: list[tuple[FieldInfo, dict[str, str]]] = []
    size = 0
    for field in fields:
        asked = expressions(field, plan)
        if group and (size + len(asked) > TARGETS or len(group) >= plan.width):
            yield group
            group, size = [], 0
        group.append((field, asked))
        size += len(asked)
    if group:
        yield group


def expressions(field: FieldInfo, plan: Plan) -> dict[str, str]:
    """Measure → SQL, over a relation called `t`."""
    column = f"t.{identifier(field.name)}"
    text = text_of(field, column)
    asked = {"present": f"count({column})"}
    asked |= _distinct(field, column, plan)
    if field.kind in NATIVE and field.kind != "boolean":
        asked |= {"minimum": f"min({column})", "maximum": f"max({column})"}
    elif field.kind == "boolean":
        asked |= {"minimum": f"bool_and({column})", "maximum": f"bool_or({column})"}
    elif field.kind in ("text", "uuid"):
        shown = f'left({text}, {plan.cut}) COLLATE "C"'
        asked |= {"minimum": f"min({shown})", "maximum": f"max({shown})"}
    if field.kind in ("text", "json", "other"):
        length = f"char_length({text})"
        asked |= _lengths(length) | {"empty": f"count(*) FILTER (WHERE {length} = 0)"}
    elif field.kind == "binary":
        asked |= _lengths(f"octet_length({column})") | {"empty": f"count(*) FILTER (WHERE octet_length({column}) = 0)"}
    if field.kind in ("integer", "decimal"):
        # avg and stddev of NaN or infinity say nothing about the other values.
        special = NAN if field.type.startswith("numeric") and plan.version < 140000 else SPECIAL
        finite = f" FILTER (WHERE {column} NOT IN {special})" if field.kind == "decimal" else ""
        asked |= {"mean": f"(avg({column}){finite})::float8", "stddev": f"(stddev_samp({column}){finite})::float8"}
    if field.kind in SCALED and plan.has_quantiles:
        asked["quantiles"] = f"percentile_disc(ARRAY[0.05, 0.25, 0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY {column})"
    return asked


def text_of(field: FieldInfo, column: str) -> str:
    """A value as text, as psql shows it: a cast alone would put "/32" behind every single address."""
    if field.type in ("text", "character varying"):
        return column
    return f"abbrev({column})" if field.type == "inet" else f"{column}::text"


def _lengths(length: str) -> dict[str, str]:
    return {"length_min": f"min({length})", "length_max": f"max({length})", "length_mean": f"avg({length})::float8"}


def hash_of(field: FieldInfo) -> str:
    """63 bits of a value of `t`, the same in every part and every session of one server version; equal values have equal hashes."""
    column = f"t.{identifier(field.name)}"
    if field.type in ("smallint", "integer", "bigint"):
        hashed = f"hashint8extended({column}::int8, 0)"
    elif field.type in FLOATS:
        hashed = f"hashfloat8extended({column}::float8, 0)"
    elif field.type.startswith("numeric"):
        hashed = f"hash_numeric_extended({column}, 0)"
    elif field.type.startswith("timestamp"):
        hashed = f"timestamp_hash_extended({column}::timestamp, 0)"
    else:
        text = f"md5({column})" if field.kind == "binary" else f"{column}::text"
        hashed = f'hashtextextended({text} COLLATE "C", 0)'
    return f"({hashed} & 9223372036854775807)"


def _distinct(field: FieldInfo, column: str, plan: Plan) -> dict[str, str]:
    if plan.bounds is None:
        return {"distinct": f"count(DISTINCT {column if field.kind in NATIVE else hash_of(field)})"}
    value, bound = hash_of(field), plan.bounds[field.name]
    if not bound:
        return {}
    below = f"{value} < {bound}" if bound < HASHES else f"{column} IS NOT NULL"
    # DISTINCT leaves them in order, so the slice holds the lowest; one more than is kept tells where the sketch ends.
    return {"hashes": f"(array_agg(DISTINCT {value}) FILTER (WHERE {below}))[1:{SKETCH_SIZE + 1}]"}


def read(answers: dict[str, Any], rows: int, bound: int = HASHES) -> FieldProfile:
    """One column's profile from the answers to its expressions."""
    known = {name: value for name, value in answers.items() if name not in ("present", "hashes")}
    profile = FieldProfile(nulls=rows - int(answers["present"]), **known)
    if "hashes" in answers:
        profile.sketch = Sketch.of(answers.get("hashes") or [], bound)
        profile.distinct, profile.distinct_is_exact = min(profile.sketch.distinct, int(answers["present"])), profile.sketch.is_exact
    return profile


def is_poor(profile: FieldProfile) -> bool:
    """Whether the bound was set so low that hardly any hash lies below it."""
    return profile.sketch is not None and not profile.sketch.is_exact and len(profile.sketch.hashes) < SKETCH_SIZE // 8


def bound_for(distinct: float, *, is_known: bool) -> int:
    """Where a sketch of `distinct` values is cut; 0 when there are known to be few."""
    if distinct <= SKETCH_SIZE and is_known:
        return 0
    return sketch_bound(distinct)
