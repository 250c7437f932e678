"""Runs the aggregate queries of one profile: as few statements as the server's limits allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from governance.core.errors import DataUnreadable
from governance.sources.connectors.base import HASHES, SKETCH_SIZE, FieldInfo, FieldProfile, Sketch
from governance.sources.connectors.postgresql import measures
from governance.sources.connectors.postgresql.quoting import identifier

Run = Callable[[str], list[tuple[Any, ...]]]
Group = list[tuple[FieldInfo, dict[str, str]]]
NUMBER_TOO_LARGE: Final = "22003"
SETS: Final = 50
"""Columns that are grouped by in one statement."""


def measure(run: Run, relation: str, fields: Sequence[FieldInfo], plan: measures.Plan) -> tuple[int, list[FieldProfile]]:
    """Rows read, and a profile for each field; wide tables take several statements in the one transaction."""
    if not fields:
        return int(run(f"SELECT count(*) FROM {relation}")[0][0]), []
    read, profiles = 0, []
    for group in measures.chunks(fields, plan):
        read, found = _aggregate(run, relation, group, plan)
        profiles += found
    if plan.bounds is not None:
        _complete(run, relation, fields, profiles, plan)
    return read, profiles


def _complete(run: Run, relation: str, fields: Sequence[FieldInfo], profiles: Sequence[FieldProfile], plan: measures.Plan) -> None:
    """Sketches of columns with few values; and of those whose statistics were so wrong that hardly a hash lay below the bound."""
    known = dict(zip((field.name for field in fields), profiles, strict=True))
    few = [field for field in fields if known[field.name].sketch is None]
    missing = [field for field in fields if measures.is_poor(known[field.name])]
    width = min(SETS, 2 * plan.width)
    for start in range(0, len(few), width):
        group = few[start : start + width]
        found = _few(run, relation, group, plan)
        for field in group:
            if field.name in found:
                _set_sketch(known[field.name], Sketch.of(sorted(found[field.name]), HASHES))
            else:
                missing.append(field)
    if missing:
        whole = replace(plan, bounds=dict.fromkeys((field.name for field in missing), HASHES))
        for group_of_one in measures.chunks(missing, whole):
            for (field, _), profile in zip(group_of_one, _aggregate(run, relation, group_of_one, whole)[1], strict=True):
                if profile.sketch is not None:
                    _set_sketch(known[field.name], profile.sketch)


def _set_sketch(profile: FieldProfile, sketch: Sketch) -> None:
    profile.sketch, profile.distinct, profile.distinct_is_exact = sketch, sketch.distinct, sketch.is_exact


def _few(run: Run, relation: str, fields: Sequence[FieldInfo], plan: measures.Plan) -> dict[str, set[int]]:
    """All hashes of columns that are said to have few values, from one scan with a hash table for each; nothing when there are too many after all."""
    hashes = ", ".join(measures.hash_of(field) for field in fields)
    sets = ", ".join(f"(t.{identifier(field.name)})" for field in fields)
    limit = 4 * SKETCH_SIZE * len(fields)
    rows = run(f"SELECT {hashes} FROM {relation} GROUP BY GROUPING SETS ({sets}) LIMIT {limit}")
    if len(rows) == limit:
        return {}
    return {field.name: {value for value in column if value is not None} for field, column in zip(fields, _turned(rows, len(fields)), strict=True)}


def _turned(rows: Sequence[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _aggregate(run: Run, relation: str, group: Group, plan: measures.Plan) -> tuple[int, list[FieldProfile]]:
    """One statement. Numbers too large to be averaged leave mean and deviation unknown: first of floats, then of all."""
    read, *answers = _tried(run, [_query(relation, group, types) for types in ((), measures.FLOATS, measures.ALL)])
    found = []
    for field, asked in group:
        mine, answers = dict(zip(asked, answers[: len(asked)], strict=True)), answers[len(asked) :]
        found.append(measures.read(mine, int(read), plan.bounds[field.name] if plan.bounds else HASHES))
    return int(read), found


def _tried(run: Run, queries: Sequence[str]) -> tuple[Any, ...]:
    """The one row of the first query whose numbers are not too large."""
    *others, last = queries
    for query in others:
        run("SAVEPOINT tried")
        try:
            return run(query)[0]
        except DataUnreadable as error:
            if error.context.get("sqlstate") != NUMBER_TOO_LARGE:
                raise
            run("ROLLBACK TO SAVEPOINT tried")
    return run(last)[0]


def _query(relation: str, group: Group, unaveraged: Sequence[str]) -> str:
    """`unaveraged` types have neither mean nor deviation."""
    targets = [
        "NULL" if name in ("mean", "stddev") and field.type.startswith(tuple(unaveraged)) else expression
        for field, asked in group
        for name, expression in asked.items()
    ]
    return f"SELECT count(*), {', '.join(targets)} FROM {relation}"
