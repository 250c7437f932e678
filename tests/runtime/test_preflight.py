"""What is looked at before anything starts."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.core.errors import ConfigurationError, Conflict, CredentialsRefused, GovernanceError, Unreachable
from governance.runtime import preflight
from governance.runtime.places import Places
from governance.runtime.preflight import Lock, check_database, check_redis, check_space, listen, masked
from tests.portal import free_port


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "data")
    places.prepare()
    return places


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield server.getsockname()[1]


def test_a_second_lock_names_who_holds_the_first(places: Places) -> None:
    lock = Lock(places, "up")
    with pytest.raises(Conflict, match=rf"`manage.py up` already runs on .* \(process {os.getpid()}\)"):
        Lock(places, "scan")
    lock.release()
    Lock(places, "scan").release()


def test_a_taken_port_is_a_conflict_that_says_what_to_do() -> None:
    with listen("127.0.0.1", free_port()) as first, pytest.raises(Conflict, match="is taken; stop the program"):
        listen("127.0.0.1", first.getsockname()[1])


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 0), ("127.0.0.1", 70000), ("no such host", 8000), ("192.0.2.1", 8000)])
def test_an_address_that_is_not_ours_is_a_clear_error(host: str, port: int) -> None:
    with pytest.raises(ConfigurationError):
        listen(host, port)


def test_a_nearly_full_disk_is_refused(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "LEAST_FREE", 1 << 62)
    with pytest.raises(ConfigurationError, match="is full"):
        check_space(places)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cr3t@127.0.0.1:1/db",
        "postgresql://ann:s3cr3t@no-such-host.invalid/db",
        "postgresql://ann:s3cr3t@tail@no-such-host.invalid/db",
        "postgresql://ann:s3cr3t/tail@127.0.0.1:1/db",
        "postgresql://ann:s3cr3t@127.0.0.1:port/db",
        "mysql://ann:s3cr3t@127.0.0.1/db",
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(GovernanceError) as raised:
        check_database(url)
    assert "DATABASE_URL" in raised.value.detail and "\n" not in raised.value.detail
    assert "s3cr3t" not in raised.value.detail and "tail" not in raised.value.detail


def test_a_database_that_never_answers_times_out(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "PATIENCE", 2)
    with pytest.raises(Unreachable, match="timeout expired"):
        check_database(f"postgresql://ann:s3cr3t@127.0.0.1:{silent}/db")


def test_a_wrong_database_password_is_told_from_an_unreachable_server() -> None:
    url = Places(os.environ["DATA_DIR"]).database_url()
    check_database(url)
    password = Places(os.environ["DATA_DIR"]).secret("postgres")
    with pytest.raises(CredentialsRefused, match="password authentication failed"):
        check_database(url.replace(password, "wrong"))


@pytest.mark.parametrize("url", ["redis://:s3cr3t@127.0.0.1:1/0", "rediss://ann:s3cr3t@no-such-host.invalid:6379/0", "http://:s3cr3t@127.0.0.1/"])
def test_a_redis_that_cannot_be_reached_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(GovernanceError) as raised:
        check_redis(url)
    assert "REDIS_URL" in raised.value.detail and "\n" not in raised.value.detail and "s3cr3t" not in raised.value.detail


@pytest.mark.parametrize("given", ["wrong", ""])
def test_a_wrong_or_missing_redis_password_is_told_from_an_unreachable_server(given: str) -> None:
    places = Places(os.environ["DATA_DIR"])
    check_redis(places.redis_url())
    with pytest.raises(CredentialsRefused):
        check_redis(places.redis_url().replace(f":{places.secret('valkey')}@", f":{given}@" if given else ""))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:pw@host:5432/db?sslmode=require", "postgresql://ann:••••@host:5432/db"),
        ("postgresql://ann:p@w:x@host/db", "postgresql://ann:••••@host/db"),
        ("redis://:pw@host/0", "redis://:••••@host/0"),
        ("redis://host/0", "redis://host/0"),
    ],
)
def test_masked_shows_all_but_the_password(url: str, shown: str) -> None:
    assert masked(url) == shown
