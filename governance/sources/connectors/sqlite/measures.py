"""What is measured of each column of a SQLite table, in two passes: the second takes deviations from the mean of the first."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from governance.sources.connectors.base import FieldInfo, FieldProfile
from governance.sources.connectors.quoting import identifier
from governance.sources.connectors.sqlite.types import converted

COLUMNS: Final = 60
"""Columns in one statement: SQLite gives back at most 2,000 values at once."""
UNSTEADY: Final = re.compile(r"random|current_|'now'|changes\s*\(|date\s*\(|time|julianday|unixepoch", re.IGNORECASE)
CELLS: Final = 15_000_000
"""Values that one statement measures, so that it ends within its time."""
Run = Callable[[str], list[tuple[Any, ...]]]


def is_unsteady(definition: str) -> bool:
    """Whether a view may change though its tables do not."""
    return UNSTEADY.search(definition) is not None


def thinned(relation: str, rows: int, budget: int, *, has_row_numbers: bool) -> tuple[str, str]:
    """A relation with about `budget` of its rows, and words for it."""
    if not has_row_numbers:
        return f"(SELECT * FROM {relation} LIMIT {budget})", "the first {read:,} of {rows:,} rows: row budget"
    # Neighbouring row numbers are scattered by a multiplicative hash (Knuth), so no period of the data is met.
    share = int(budget / rows * 1_000_003)
    scattered = "(((rowid % 1000003) * 514229 + rowid / 1000003 * 196613) % 1000003 + 1000003) % 1000003"
    return f"(SELECT * FROM {relation} WHERE {scattered} < {share})", "uniform {read:,} of {rows:,} rows: row budget"


def measure(run: Run, relation: str, fields: Sequence[FieldInfo], cut: int, rows: int) -> tuple[int, list[FieldProfile]]:
    """Rows read (about `rows` are expected), and a profile for each field."""
    read, profiles = 0, []
    width = max(1, min(COLUMNS, CELLS // max(1, rows)))
    for start in range(0, len(fields), width):
        group = fields[start : start + width]
        asked = [expressions(field, cut) for field in group]
        targets = ", ".join(expression for one in asked for expression in one.values())
        read, *answers = run(f"SELECT count(*), {targets} FROM {relation}")[0]
        for field, one in zip(group, asked, strict=True):
            mine, answers = dict(zip(one, answers[: len(one)], strict=True)), answers[len(one) :]
            profiles.append(_profile(field, mine, read, cut))
    _deviations(run, relation, fields, profiles)
    return read, profiles


def expressions(field: FieldInfo, cut: int) -> dict[str, str]:
    """Measure → SQL. Long values are told apart by their beginning and length, so that they are not kept while counting."""
    column = identifier(field.name)
    short = f"CASE WHEN typeof({column}) IN ('text', 'blob') AND length({column}) > {cut} THEN substr({column}, 1, {cut}) || length({column}) ELSE {column} END"
    asked = {"present": f"count({column})", "distinct": f"count(DISTINCT {short})"}
    if field.kind in ("integer", "decimal"):
        number = f"CASE WHEN typeof({column}) IN ('integer', 'real') THEN {column} END"
        asked |= {"minimum": f"min({number})", "maximum": f"max({number})", "mean": f"avg({number})"}
    elif field.kind == "boolean":
        asked |= {"minimum": f"min({column})", "maximum": f"max({column})"}
    elif field.kind != "binary":
        text = f"CASE WHEN typeof({column}) = 'text' THEN substr({column}, 1, {cut}) END"
        asked |= {"minimum": f"min({text})", "maximum": f"max({text})"}
    if field.kind in ("text", "json", "binary", "uuid"):
        length = f"length({column})"
        asked |= {"length_min": f"min({length})", "length_max": f"max({length})", "length_mean": f"avg({length})"}
        asked["empty"] = f"count(CASE WHEN {length} = 0 THEN 1 END)"
    return asked


def _profile(field: FieldInfo, answers: dict[str, Any], read: int, cut: int) -> FieldProfile:
    known = {name: value for name, value in answers.items() if name != "present"}
    for name in ("minimum", "maximum"):
        if name in known:
            known[name] = converted(field.kind, known[name])
    return FieldProfile(nulls=read - answers["present"], distinct_is_exact=(answers.get("length_max") or 0) <= cut, **known)


def _deviations(run: Run, relation: str, fields: Sequence[FieldInfo], profiles: Sequence[FieldProfile]) -> None:
    known = [(field, profile) for field, profile in zip(fields, profiles, strict=True) if profile.mean is not None and math.isfinite(profile.mean)]
    for start in range(0, len(known), COLUMNS):
        group = known[start : start + COLUMNS]
        targets = []
        for field, profile in group:
            column = identifier(field.name)
            number = f"CASE WHEN typeof({column}) IN ('integer', 'real') THEN {column} - {profile.mean!r} END"
            targets.append(f"avg(({number}) * ({number})), count({number})")
        answers = run(f"SELECT {', '.join(targets)} FROM {relation}")[0]
        for (_, profile), variance, count in zip(group, answers[::2], answers[1::2], strict=True):
            if count > 1:
                profile.stddev = math.sqrt(variance * count / (count - 1))
