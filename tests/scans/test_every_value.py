"""A scan that reads every value finds what stands in one row of very many, with bounded memory."""

from __future__ import annotations

import json
import time
from pathlib import Path

import duckdb
import pytest

from governance.catalog.models import Field
from governance.core.access import SYSTEM
from governance.sources.connectors.base import Limits
from governance.sources.connectors.files import Files
from governance.sources.models import Source
from governance.sources.services import create_source
from intelligence import rule_sets
from intelligence.classification import Settings, classify
from intelligence.classification.sweeping import Sweep, settled
from intelligence.classification.types import Column
from tests.scans.running import scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db
KEY = "AKIA" + "Q3ZK7WLM2NXT8RPD"
CARD = "4556 7375 8689 9855"
ROWS = 20_000


def noted(source: Source, name: str = "note") -> Field:
    return Field.objects.get(dataset__source=source, name=name)


def rows(special: str) -> list[tuple[int, str, str, int]]:
    return [(at, f"code {at % 50}", special if at == ROWS - 3 else f"the run of batch {at % 90} ended", 1) for at in range(ROWS)]


def test_one_key_among_many_values_is_found_only_when_every_value_is_read(tmp_path: Path) -> None:
    source = sqlite_source(sqlite_file(tmp_path / "jobs.db", {"jobs": rows(f"used {KEY} for it")}, "id, code, note, kind"))
    scan(source)
    assert noted(source).entity == ""
    run = scan(source, depth="values")
    field = noted(source)
    assert (run.state, field.family, field.state) == ("complete", "secret", "suggested")
    evidence = field.evidence or {}
    assert "1 of all 20,000 values" in evidence["reason"] and evidence["minorities"][0]["matched"] == 1
    assert KEY not in json.dumps([evidence, field.profile])


@pytest.mark.parametrize("kind", ["duckdb", "csv", "parquet"])
def test_every_kind_of_source_gives_all_its_values(tmp_path: Path, kind: str) -> None:
    rule_sets.ensure_default()
    query = f"SELECT i, CASE WHEN i = 19997 THEN 'card {CARD} was used' ELSE 'the run of batch ' || i % 90 || ' ended' END AS note FROM range({ROWS}) t(i)"
    if kind == "duckdb":
        with duckdb.connect(str(tmp_path / "jobs.duckdb")) as engine:
            engine.execute(f"CREATE TABLE jobs AS {query}")
        source = create_source(name="jobs", kind="duckdb", config={"path": str(tmp_path / "jobs.duckdb")}, actor=SYSTEM)
    else:
        duckdb.sql(f"COPY ({query}) TO '{tmp_path}/jobs.{kind}'")
        source = create_source(name="jobs", kind="files", config={"path": str(tmp_path)}, actor=SYSTEM)
    scan(source, depth="values")
    minorities = (noted(source).evidence or {})["minorities"]
    assert [(one["entity"], one["matched"], one["read"]) for one in minorities] == [("CREDIT_CARD", 1, ROWS)]


def test_order_numbers_of_which_a_tenth_passes_a_checksum_are_no_cards() -> None:
    done = Sweep(["order"])
    done.feed([[f"4{at * 7919:015}" for at in range(5_000)]])
    assert done.found() == {}


def test_digits_inside_an_identifier_are_no_card() -> None:
    done = Sweep(["id", "code"])
    done.feed([["51325609-4852-4478-a87b-3c3e91f201bf", "48369991-0649-4086-a356-7806850d5917"], ["4556 7375 8689 9855", "4412 0412 0413 0414"]])
    assert [one.entity for one in done.found().pop("code")] == ["CREDIT_CARD"] and "id" not in done.found()
    assert not done.is_wordy("code")


def test_a_slow_reader_of_batches_is_not_late(tmp_path: Path) -> None:
    duckdb.sql(f"COPY (SELECT i, 'v' || i AS note FROM range({ROWS}) t(i)) TO '{tmp_path}/jobs.parquet'")
    with Files(Files.Config(path=str(tmp_path)), Limits(statement_timeout=0.5)) as connector:
        found = next(iter(connector.datasets()))
        reading = connector.batches(found, found.fields, 5000)
        first, started = next(reading), time.monotonic()
        while time.monotonic() < started + 1:
            list(map(str, first))
        assert sum(map(len, reading)) == ROWS - 5000


def test_what_is_switched_off_is_not_reported() -> None:
    done = Sweep(["note"], Settings(disabled=frozenset({"secret"})))
    done.feed([[f"key {KEY} here"]])
    assert done.found() == {}


def test_a_column_that_holds_something_keeps_it_and_tells_of_the_rest() -> None:
    mails = [f"person{at}@firm{at % 9}.example" for at in range(200)]
    verdict = classify([Column("email", mails)])[0]
    done = Sweep(["email"])
    done.feed([[*mails, KEY]])
    told = settled(verdict, done.found()["email"])
    assert told.entity == "EMAIL_ADDRESS" and "Besides, 1 of all 201 values" in told.reason


def test_names_in_notes_are_read_by_the_text_engine() -> None:
    done = Sweep(["note"])
    done.feed([[f"Please call Mrs. Sarah Whitfield back about ticket {at}, she is waiting." for at in range(20)]])
    found = {one.entity: one.matched for one in done.found()["note"]}
    assert found.get("PERSON", 0) >= 15 and done.is_wordy("note")
