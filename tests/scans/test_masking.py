"""What of a profile is stored."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from governance.scans.masking import masked_field
from governance.sources.connectors.base import FieldInfo, FieldProfile, Kind
from intelligence.classification import Verdict
from tests.factories import nothing, verdict


def kept(
    kind: Kind, seen: Verdict | None, rows: int = 1000, *, header: str = "order_status", is_decided: bool = False, **measured: Any
) -> dict[str, Any]:
    profile = FieldProfile(**{"nulls": 0, "distinct": 3, **measured})
    return masked_field(FieldInfo(header, "text", kind, 1), profile, seen, rows, is_decided=is_decided)


def test_a_sensitive_column_keeps_no_value() -> None:
    found = kept("text", verdict("email"), minimum="anna@x.example", maximum="zoe@x.example", top=[("anna@x.example", 900)])
    assert "anna" not in str(found) and found["is_masked"] and found["top"] == [["a•••@•••.•••", 900]]


def test_numbers_of_a_sensitive_column_are_dropped() -> None:
    found = kept("integer", verdict("us_ssn"), minimum=1, maximum=2, mean=1.5, quantiles=[1, 2], histogram=[(1, 2, 3)], top=[(123456789, 9)])
    assert not {"minimum", "maximum", "mean", "quantiles", "histogram"} & set(found) and found["top"] == []


@pytest.mark.parametrize("seen", [None, Verdict(None, None, 0.2, "", candidates=[("PERSON", 0.2)])])
def test_a_column_that_may_be_sensitive_is_treated_as_if_it_were(seen: Verdict | None) -> None:
    found = kept("text", seen, top=[("Anna Schmidt", 900)])
    assert found["is_masked"] and "Schmidt" not in str(found)


def test_a_column_that_a_person_called_sensitive_is_masked_whatever_was_recognised() -> None:
    assert "open" not in str(kept("text", nothing(), is_decided=True, top=[("open", 900)]))


def test_a_short_list_of_words_is_kept() -> None:
    assert kept("text", nothing(), top=[("open", 700), ("closed", 296), ("odd", 4)])["top"] == [["open", 700], ["closed", 296]]


@pytest.mark.parametrize("header", ["value", "name", "col7"])
def test_a_short_list_under_a_header_that_says_nothing_of_business_is_masked(header: str) -> None:
    assert kept("text", nothing(), header=header, top=[("schmidt", 700)])["top"] == [["s•••••t", 700]]


@pytest.mark.parametrize("measured", [{"distinct": 51}, {"distinct": None}])
def test_free_text_is_not_kept(measured: dict[str, Any]) -> None:
    found = kept("text", nothing(), top=[("some words", 700)], minimum="a", maximum="z", shapes=[("aaaa aaaaa", 700)], **measured)
    assert found["top"] == [] and "minimum" not in found and found["shapes"] == [["aaaa aaaaa", 700]]


def test_long_values_are_not_kept() -> None:
    assert kept("text", nothing(), top=[("x" * 41, 700)])["top"] == []


def test_numbers_and_times_keep_their_range() -> None:
    found = kept(
        "decimal", nothing(), minimum=Decimal("1.5"), maximum=Decimal("9"), mean=float("nan"), quantiles=[Decimal("2")], histogram=[(1.5, 9.0, 4)]
    )
    assert (found["minimum"], found["maximum"], found["mean"], found["quantiles"]) == (1.5, 9.0, None, [2.0])
    assert kept("date", nothing(), minimum=date(2020, 1, 1))["minimum"] == "2020-01-01"


def test_somebodys_number_keeps_no_range() -> None:
    assert "minimum" not in kept("integer", nothing(), distinct=990, minimum=1_000_001, maximum=8_675_309)
    assert "minimum" in kept("integer", nothing(), distinct=990, minimum=1, maximum=1000)


@pytest.mark.parametrize("kind", ["uuid", "json", "list", "struct", "binary", "other"])
def test_of_other_kinds_only_counts_are_kept(kind: Kind) -> None:
    found = kept(kind, nothing(), top=[("value", 900)], minimum="a", maximum="b")
    assert found["top"] == [] and "minimum" not in found and found["distinct"] == 3


def test_what_jsonb_refuses_is_escaped() -> None:
    assert kept("text", nothing(), top=[("a\x00b", 9), ("\ud800", 9)])["top"] == [["a\\u0000b", 9], ["\\ud800", 9]]
