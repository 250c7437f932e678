"""Which facts a rule means. Pure: a fact is a plain dictionary here, and paths walk through dictionaries and lists only."""

from __future__ import annotations

import fnmatch
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from governance.core.models import Event

Op = Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "matches", "exists", "missing"]
OPS: dict[Op, str] = {
    "eq": "is",
    "ne": "is not",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "in": "is one of",
    "contains": "contains",
    "matches": "matches the pattern",
    "exists": "is there",
    "missing": "is not there",
}
PATHS = ("type", "severity", "subject", "subject_type", "subject_id", "source", "source_id", "dataset_id", "sensitivity", "actor_kind", "data")
BY_SUBJECT = ("subject_type", "subject_id", "subject")
PATH = r"^[a-z_][a-z0-9_]*(\.[A-Za-z0-9_-]+)*$"
RANKS = {
    **{word: rank for rank, word in enumerate(("info", "warning", "error", "critical"))},
    **{word: rank for rank, word in enumerate(("public", "internal", "confidential", "restricted"))},
}


class Condition(BaseModel):
    """`path` leads into the fact (`data.fields.entity`); where it meets a list, one element that fits is enough (none may, for `ne` and `missing`)."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(pattern=PATH, max_length=200)
    op: Op = "eq"
    value: str | int | float | bool | list[str | int | float | bool] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Condition:
        check_path(self.path)
        if self.op == "in" and not isinstance(self.value, list):
            raise ValueError("'in' needs a list of values")
        if self.op not in ("in", "exists", "missing") and (self.value is None or isinstance(self.value, list)):
            raise ValueError(f"'{self.op}' needs one value")
        return self

    def holds(self, fact: Mapping[str, Any]) -> bool:
        found = list(values(fact, self.path))
        if self.op == "exists":
            return bool(found)
        if self.op == "missing":
            return not found
        if self.op == "ne":
            return not any(_same(one, self.value) for one in found)
        return any(TESTS[self.op](one, self.value) for one in found)


CONDITIONS: TypeAdapter[list[Condition]] = TypeAdapter(list[Condition])


def check_path(path: str) -> None:
    """ValueError for a path that no fact has."""
    if path.partition(".")[0] not in PATHS:
        raise ValueError(f"a fact has no {path.partition('.')[0]!r}; known are {', '.join(PATHS)}")


def fact_of(event: Event, source: str = "") -> dict[str, Any]:
    """What rules see of a fact: no person, since names of people must stay erasable, and never a value of anybody's data."""
    return {
        "type": event.type,
        "severity": event.severity,
        "subject": event.subject_name,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "source": source,
        "source_id": event.source_id,
        "dataset_id": event.dataset_id,
        "sensitivity": event.sensitivity,
        "actor_kind": event.actor_kind,
        "time": event.time,
        "data": event.data,
    }


def wants(pattern: str, type: str) -> bool:
    """Whether a pattern means a type. Facts of alerts themselves are meant only by patterns that say so, or `*` would ring for its own bell."""
    if type.startswith("alerts.") and not pattern.startswith("alerts."):
        return False
    return fnmatch.fnmatchcase(type, pattern)


def holds(conditions: Sequence[Mapping[str, Any]], fact: Mapping[str, Any]) -> bool:
    """Whether all of a rule's conditions hold."""
    return all(Condition.model_validate(one).holds(fact) for one in conditions)


def values(fact: Mapping[str, Any], path: str) -> Iterator[Any]:
    """What stands at a path, lists opened on the way; nothing where it leads nowhere. Null is nothing."""
    yield from _walk(fact, path.split("."))


def fingerprint(rule_id: int, group_by: Sequence[str], fact: Mapping[str, Any]) -> str:
    """32 hex digits that are equal for facts of one group."""
    # A subject with an id may be renamed and stays the same; one without is known by its name.
    by_subject = BY_SUBJECT[:2] if fact.get("subject_id") is not None else BY_SUBJECT
    parts = [[path, list(values(fact, path))] for path in (group_by or by_subject)]
    return hashlib.sha256(json.dumps([rule_id, parts], sort_keys=True, default=str).encode()).hexdigest()[:32]


def _walk(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _walk(one, steps)
    elif not steps:
        if value is not None:
            yield value
    elif isinstance(value, Mapping) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:])


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return str(found).lower() == str(wanted).lower()
    return bool(found == wanted) or str(found) == str(wanted)


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Compares numbers, and the words of severity and sensitivity by their rank; anything else never fits."""

    def test(found: Any, wanted: Any) -> bool:
        left, right = _number(found), _number(wanted)
        return left is not None and right is not None and compare(left, right)

    return test


def _number(value: Any) -> float | None:
    if isinstance(value, str) and value in RANKS:
        return float(RANKS[value])
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _same,
    "gt": _compared(lambda a, b: a > b),
    "gte": _compared(lambda a, b: a >= b),
    "lt": _compared(lambda a, b: a < b),
    "lte": _compared(lambda a, b: a <= b),
    "in": lambda found, wanted: any(_same(found, one) for one in wanted),
    "contains": lambda found, wanted: str(wanted).lower() in str(found).lower(),
    "matches": lambda found, wanted: fnmatch.fnmatchcase(str(found), str(wanted)),
}
