"""Which facts a rule means."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest

from alerts import matching
from alerts.matching import Condition, fingerprint, holds, values, wants

FACT: dict[str, Any] = {
    "type": "catalog.sensitive.found",
    "severity": "warning",
    "subject": "orders",
    "subject_type": "dataset",
    "subject_id": 4,
    "source_id": 7,
    "data": {
        "fields": [{"field": "iban", "score": 0.9}, {"field": "mail", "score": 0.4}],
        "outcome": "partial",
        "done": 3,
        "empty": [],
        "none": None,
    },
}


@pytest.mark.parametrize(
    ("path", "op", "value", "expected"),
    [
        ("data.outcome", "eq", "partial", True),
        ("data.outcome", "eq", "clean", False),
        ("data.outcome", "ne", "clean", True),
        ("data.outcome", "ne", "partial", False),
        ("data.done", "eq", "3", True),
        ("data.done", "gt", 2, True),
        ("data.done", "gt", 3, False),
        ("data.done", "gte", 3, True),
        ("data.done", "lt", "4", True),
        ("data.done", "lte", 2, False),
        ("data.fields.field", "eq", "mail", True),
        ("data.fields.field", "ne", "mail", False),
        ("data.fields.score", "gte", 0.9, True),
        ("data.fields.field", "in", ["x", "iban"], True),
        ("data.fields.field", "in", ["x"], False),
        ("data.fields.field", "matches", "ib*", True),
        ("data.fields.field", "contains", "AIL", True),
        ("data.fields", "exists", None, True),
        ("data.empty", "exists", None, False),
        ("data.none", "exists", None, False),
        ("data.nothing", "missing", None, True),
        ("data.outcome.deeper", "exists", None, False),
        ("severity", "gte", "warning", True),
        ("severity", "gt", "warning", False),
        ("data.outcome", "gt", 1, False),
    ],
)
def test_a_condition_holds_or_not(path: str, op: Any, value: Any, expected: bool) -> None:
    assert Condition(path=path, op=op, value=value).holds(FACT) is expected


def test_all_conditions_must_hold() -> None:
    one, other = {"path": "data.done", "op": "eq", "value": 3}, {"path": "data.done", "op": "eq", "value": 4}
    assert holds([one], FACT) and not holds([one, other], FACT) and holds([], FACT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "data.__class__", "op": "eq"},
        {"path": "nothing", "op": "exists"},
        {"path": "data", "op": "in", "value": "x"},
        {"path": "data", "op": "eq", "value": ["x"]},
        {"path": "data", "op": "run", "value": 1},
        {"path": "", "op": "exists"},
        {"path": "data", "op": "exists", "more": 1},
    ],
)
def test_a_condition_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Condition.model_validate(wrong)


def test_paths_walk_through_dictionaries_and_lists_only() -> None:
    class Trap:
        name = "x"

    assert list(values({"data": {"trap": Trap()}}, "data.trap.name")) == []


@pytest.mark.parametrize(
    ("pattern", "type", "expected"),
    [
        ("scans.*", "scans.run.failed", True),
        ("*", "scans.run.failed", True),
        ("*", "alerts.alert.fired", False),
        ("alerts.*", "alerts.alert.fired", True),
    ],
)
def test_a_pattern_means_facts_of_alerts_only_when_it_says_so(pattern: str, type: str, expected: bool) -> None:
    assert wants(pattern, type) is expected


def test_facts_of_one_group_have_one_fingerprint() -> None:
    renamed, other = {**FACT, "subject": "orders_old"}, {**FACT, "subject_id": 5}
    assert fingerprint(1, [], FACT) == fingerprint(1, [], renamed) != fingerprint(1, [], other)
    assert fingerprint(1, ["source_id"], FACT) == fingerprint(1, ["source_id"], other) != fingerprint(2, ["source_id"], FACT)
    assert len(fingerprint(1, [], FACT)) == 32


def test_the_words_of_every_operation_are_there() -> None:
    assert set(matching.OPS) == {*matching.TESTS, "ne", "exists", "missing"}
