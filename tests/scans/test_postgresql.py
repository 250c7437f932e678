"""A scan of a PostgreSQL server of somebody else, with what real ones hold."""

from __future__ import annotations

from typing import Any

import pytest

from governance.catalog.models import Dataset, Field
from governance.core.access import SYSTEM
from governance.scans.models import ScanRun
from governance.sources.models import Source
from governance.sources.services import create_source
from intelligence import rule_sets
from tests.connectors.server import Server
from tests.scans.running import scan

pytestmark = pytest.mark.django_db
ODD = ['we"ird', "two words", "emoji 🦄", "Robert'); DROP TABLE students;--", "per%cent", "ключ"]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture
def source(server: Server) -> Source:
    server.execute("DROP SCHEMA IF EXISTS crm CASCADE", "CREATE SCHEMA crm", "GRANT USAGE ON SCHEMA crm TO scanner")
    people = "SELECT n AS id, 'person' || n || '@firm' || n % 7 || '.example' AS email, n % 3 AS kind FROM generate_series(1, 300) AS n"
    server.execute(f"CREATE TABLE crm.people AS {people}", "CREATE VIEW crm.mails AS SELECT email FROM crm.people")
    for name in ODD:
        server.execute(f"CREATE TABLE crm.{quoted(name)} ({quoted(name)} text, {quoted('email ' + name)} text)")
        server.execute(f"INSERT INTO crm.{quoted(name)} SELECT 'x', 'person' || n || '@odd.example' FROM generate_series(1, 100) AS n")
    server.execute("GRANT SELECT ON ALL TABLES IN SCHEMA crm TO scanner")
    server.execute("CREATE TABLE crm.closed (salary integer)")
    rule_sets.ensure_default()
    return create_source(name="crm", kind="postgresql", config=server.config(), actor=SYSTEM)


def crm(source: Source, **options: Any) -> ScanRun:
    return scan(source, datasets=["crm.*"], **options)


def test_tables_views_and_odd_names_are_read(source: Source) -> None:
    run = crm(source)
    assert run.state == "complete" and run.summary["failed"] == 1, run.error
    found = set(Field.objects.filter(dataset__source=source, family="email").values_list("dataset__name", flat=True))
    assert found == {"people", "mails", *ODD}


def test_a_table_that_we_may_not_read_says_what_to_grant(source: Source) -> None:
    crm(source)
    error = Dataset.objects.get(source=source, name="closed").error
    assert error is not None and "Grant it SELECT" in error["detail"]


def test_only_the_table_that_changed_is_read_again(source: Source, server: Server) -> None:
    crm(source)
    server.execute("UPDATE crm.people SET kind = 9 WHERE id = 1", "SELECT pg_stat_force_next_flush()")
    second = crm(source)
    read = set(second.units.exclude(state="skipped").values_list("key", flat=True))
    assert any("people" in key for key in read) and second.units.filter(state="skipped").count() >= len(ODD)


def test_a_new_column_makes_a_version_and_what_is_in_it_is_found(source: Source, server: Server) -> None:
    crm(source)
    server.execute("ALTER TABLE crm.people ADD COLUMN iban text", "UPDATE crm.people SET iban = 'DE89370400440532013000'")
    run = crm(source)
    assert run.summary["changed"] == 1 and Dataset.objects.get(source=source, name="people").version == 2
    assert Field.objects.get(dataset__source=source, name="iban").family == "iban"


def test_a_wrong_password_fails_the_scan_with_a_clear_error(server: Server) -> None:
    rule_sets.ensure_default()
    wrong = "-".join(("not", "this"))
    source = create_source(name="wrong", kind="postgresql", config=server.config(password=wrong), actor=SYSTEM)
    run = scan(source)
    assert run.state == "failed" and run.error is not None and run.error["code"] == "credentials_refused" and wrong not in run.error["detail"]
