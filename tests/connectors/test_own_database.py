"""The built-in source: our own database, without its secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from governance.core.errors import CredentialsRefused
from governance.env import env
from governance.runtime.places import Places
from governance.sources.connectors.base import CONNECTORS, DatasetInfo
from governance.sources.connectors.postgresql import OwnDatabase, grant_reader

TABLES = (
    "CREATE TABLE own_people (id int, email text, password text, api_token text, sealed bytea)",
    "INSERT INTO own_people VALUES (1, 'a@b.example', 'hash-of-it', 'tok', 'x')",
    "CREATE TABLE own_session (session_key text, session_data text)",
    "INSERT INTO own_session VALUES ('k', 'd')",
    "CREATE TABLE own_leaf (sequence int, hash bytea)",
    "CREATE TABLE own_key (secret text)",
)


@pytest.fixture(scope="module", autouse=True)
def tables() -> Iterator[None]:
    with closing(owner()) as connection, connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement)
        assert grant_reader(cursor) >= 2
        yield
        cursor.execute("DROP TABLE own_people, own_session, own_leaf, own_key")


def owner() -> Any:
    opened = psycopg2.connect(Places(os.environ["DATA_DIR"]).database_url())
    opened.autocommit = True
    return opened


def test_it_is_a_kind_without_configuration() -> None:
    assert CONNECTORS.get("portal") is OwnDatabase
    assert list(OwnDatabase.Config.model_fields) == []


@pytest.mark.parametrize("url", ["", "as owner"])
def test_secrets_are_never_read(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(env, "database_url", Places(os.environ["DATA_DIR"]).database_url() if url else "")
    with OwnDatabase(OwnDatabase.Config()) as connector:
        found = {one.name: one for one in connector.datasets()}
        people = found["own_people"]
        sample = connector.sample(people, 10)
        with pytest.raises(CredentialsRefused):
            connector.sample(DatasetInfo("public.own_session", ("public",), "own_session", "table", people.fields), 10)
    assert sample.columns == [[1], ["a@b.example"], [None], [None], [None]]
    assert not people.error and "own_session" not in found and "own_key" not in found


def test_the_reader_role_itself_sees_no_secret() -> None:
    with closing(psycopg2.connect(Places(os.environ["DATA_DIR"]).reader_url())) as connection:
        for query in (
            "SELECT password FROM own_people",
            "SELECT * FROM own_session",
            "SELECT hash FROM own_leaf",
            "INSERT INTO own_people VALUES (2)",
        ):
            with connection.cursor() as cursor, pytest.raises(psycopg2.Error):
                cursor.execute(query)
            connection.rollback()
        with connection.cursor() as cursor:
            cursor.execute("SELECT email FROM own_people")
            assert cursor.fetchall() == [("a@b.example",)]


def test_granting_again_after_a_migration_keeps_it_so() -> None:
    with closing(owner()) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE own_people ADD refresh_token text")
        assert grant_reader(cursor) == grant_reader(cursor)
        cursor.execute("SELECT has_column_privilege('governance_reader', 'own_people', 'refresh_token', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_a_check_works_through_the_reader() -> None:
    with OwnDatabase(OwnDatabase.Config()) as connector:
        found = {one.name: one.is_granted for one in connector.check().capabilities}
    assert found["Read-only session"] and found["Least privilege"]
