"""Every scan judges again; the ledger keeps only what that changed, with its cause."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from governance.catalog.models import Field, FindingChange
from governance.catalog.services import decide, thresholding
from governance.core.access import SYSTEM
from governance.sources.models import Source
from intelligence import rule_sets
from intelligence.classification import Settings
from intelligence.models import RuleSet
from tests.scans.running import scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db


def people(path: Path) -> Source:
    rows = [[at, f"person{at}@firm{at % 7}.example", "late", "a"] for at in range(150)]
    return sqlite_source(sqlite_file(path, {"people": rows}))


def changes(scan_id: int) -> list[tuple[str, str, list[str]]]:
    rows = FindingChange.objects.filter(scan_id=scan_id).order_by("field__position")
    return [(one.field.name, one.after_entity, one.causes) for one in rows]


def test_scanning_the_same_again_leaves_no_line(tmp_path: Path) -> None:
    source = people(tmp_path / "shop.db")
    first, second = scan(source), scan(source, is_full=True)
    assert changes(first.pk) == [("email", "EMAIL_ADDRESS", ["data"])] and changes(second.pk) == []
    judge = Field.objects.get(name="email").judge
    assert judge is not None and judge["rules"] == "Standard v1" and judge["model"]


def test_other_values_are_the_cause_of_what_goes(tmp_path: Path) -> None:
    source = people(tmp_path / "shop.db")
    scan(source)
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("UPDATE people SET email = 'size ' || (id % 5)")
    assert changes(scan(source, is_full=True).pk) == [("email", "", ["data"])]


def test_a_rule_set_that_switches_an_entity_off_is_the_cause(tmp_path: Path) -> None:
    source = people(tmp_path / "shop.db")
    scan(source)
    settings = Settings(disabled=frozenset({"email", "username"})).as_json()
    rule_sets.new_version(RuleSet.objects.get(is_default=True), settings=settings, actor=SYSTEM)
    assert ("email", "", True) in [(name, after, "rule_set" in causes) for name, after, causes in changes(scan(source).pk)]


def test_a_threshold_of_the_source_holds_in_its_next_scan(tmp_path: Path) -> None:
    source = people(tmp_path / "shop.db")
    scan(source)
    assert thresholding.move(source, thresholds={"email": 1.0}, actor=SYSTEM)["disappears"] == 1
    source.refresh_from_db()
    assert changes(scan(source, is_full=True).pk) == [] and Field.objects.get(name="email").entity == ""


def test_what_was_decided_outlives_a_scan_that_finds_nothing(tmp_path: Path) -> None:
    source = people(tmp_path / "shop.db")
    scan(source)
    decide(Field.objects.get(name="email"), verdict="confirm", actor=SYSTEM)
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("UPDATE people SET email = 'size ' || (id % 5)")
    run = scan(source, is_full=True)
    field = Field.objects.get(name="email")
    assert (field.entity, field.state) == ("EMAIL_ADDRESS", "confirmed") and changes(run.pk) == [("email", "", ["data"])]
