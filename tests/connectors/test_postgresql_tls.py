"""TLS, and an older server: Debian's PostgreSQL 15 that takes nothing but TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest

from governance.core.errors import CredentialsRefused, ForbiddenAddress
from governance.sources.connectors.postgresql import PostgreSQL
from tests.outside import certificates, postgresql


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("outside")
    certificates(folder)
    with postgresql(folder) as found:
        with closing(psycopg2.connect(found)) as opened, opened, opened.cursor() as cursor:
            cursor.execute("CREATE TABLE people (id int PRIMARY KEY, name text, paid numeric)")
            cursor.execute("INSERT INTO people SELECT i, 'n' || i, i / 4.0 FROM generate_series(1, 300) i")
            cursor.execute("CREATE VIEW rich AS SELECT name FROM people WHERE paid > 50")
        yield found


def connect(url: str, **changes: object) -> PostgreSQL:
    parts = urlsplit(url)
    config = {"host": "localhost", "port": parts.port, "database": "portal", "user": "portal", "password": unquote(parts.password or "")}
    return PostgreSQL(PostgreSQL.Config.model_validate(config | changes))


def is_encrypted(connector: PostgreSQL) -> bool:
    with connector:
        return {one.name: one.is_granted for one in connector.check().capabilities}["Encrypted connection"]


@pytest.mark.parametrize("tls", ["prefer", "require"])
def test_it_is_encrypted(url: str, tls: str) -> None:
    assert is_encrypted(connect(url, tls=tls))


def test_an_unencrypted_login_is_refused_by_such_a_server(url: str) -> None:
    with connect(url, tls="disable") as connector, pytest.raises(CredentialsRefused, match=r"pg_hba\.conf"):
        connector.check()


def test_a_certificate_of_an_unknown_authority_is_refused(url: str) -> None:
    with connect(url, tls="verify-full") as connector, pytest.raises(CredentialsRefused, match="certificate"):
        connector.check()


def test_a_certificate_of_a_known_authority_is_accepted(url: str) -> None:
    assert is_encrypted(PostgreSQL(PostgreSQL.Config.model_validate({"url": url})))


def test_authorities_are_not_read_from_forbidden_places(url: str) -> None:
    elsewhere = url.partition("sslrootcert=")[0] + "sslrootcert=/etc/passwd"
    with PostgreSQL(PostgreSQL.Config.model_validate({"url": elsewhere})) as connector, pytest.raises(ForbiddenAddress):
        connector.check()


def test_the_callers_own_variables_do_not_matter(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    right = unquote(urlsplit(url).password or "")
    (tmp_path / "pass").write_text(f"*:*:*:portal:{right}\n")
    (tmp_path / "pass").chmod(0o600)
    for name, value in {"PGPASSFILE": str(tmp_path / "pass"), "PGPASSWORD": right, "PGOPTIONS": "-c nothing=1", "PGSSLMODE": "disable"}.items():
        monkeypatch.setenv(name, value)
    for password in (" ", ""):
        with connect(url, password=password) as connector, pytest.raises(CredentialsRefused):
            connector.check()
    assert is_encrypted(connect(url))


def test_an_older_server_is_scanned_alike(url: str) -> None:
    with connect(url) as connector:
        found = {one.name: one for one in connector.datasets()}
        profile = connector.profile(found["people"])
        assert connector.sample(found["rich"], 1000).rows == 100
    assert found["rich"].fingerprint and (profile.rows, profile.fields[1].distinct, profile.fields[2].mean) == (300, 300, 37.625)
