"""What looks like personal data and is none: nothing sensitive may be suggested, whatever the header says and whatever stands beside it."""

from __future__ import annotations

import pytest

from intelligence.classification import Column, Verdict, classify
from tests.intelligence.columns import MAILS
from tests.intelligence.look_alikes import NAMESAKES, columns

NAMES = ("Anna", "Ben", "Clara", "Dora", "Emil")
KNOWN = columns()


def beside_people(column: Column) -> Verdict:
    """The verdict on a column in a table of people."""
    return classify([column, Column("email", MAILS * 3, table=column.table), Column("first_name", NAMES * 3, table=column.table)])[0]


def said(verdict: Verdict) -> tuple[str | None, float, str] | None:
    """What a failing test shows."""
    return None if verdict.family is None else (verdict.family, verdict.score, verdict.reason)


@pytest.mark.parametrize("header", KNOWN)
def test_nothing_is_suggested_under_an_honest_header(header: str) -> None:
    assert said(classify([Column(header, KNOWN[header])])[0]) is None


@pytest.mark.parametrize("header", [header for header in KNOWN if header not in NAMESAKES])
@pytest.mark.parametrize("neutral", ["", "col_1"])
def test_nothing_is_suggested_without_a_header(header: str, neutral: str) -> None:
    assert said(classify([Column(neutral, KNOWN[header])])[0]) is None


@pytest.mark.parametrize("header", [header for header in KNOWN if header not in NAMESAKES])
def test_people_beside_it_change_nothing(header: str) -> None:
    assert said(beside_people(Column(header, KNOWN[header], table="users"))) is None


@pytest.mark.parametrize("repeated", [1, 40])
def test_repetition_proves_nothing(repeated: int) -> None:
    for header in ("pattern", "season", "role", "feature_flag", "container"):
        assert said(classify([Column("", KNOWN[header] * repeated)])[0]) is None


def test_the_permissions_of_django_are_no_people() -> None:
    names = [f"Can {verb} {thing}" for verb in ("add", "change", "delete", "view") for thing in ("user", "log entry", "martin rule", "session")]
    assert said(beside_people(Column("name", names, table="auth_permission"))) is None


def test_names_that_are_common_words_are_still_found() -> None:
    people = ["Grace Baker", "Will Young", "Mark Hall", "Rose Parker", "Frank Cook", "Summer Hill", "Dean Woods", "Bill King"]
    assert classify([Column("", people)])[0].family == "person_name"
