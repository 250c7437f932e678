"""Where things lie below DATA_DIR."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from governance.core.errors import ConfigurationError
from governance.runtime.places import LONGEST_SOCKET_PATH, POSTGRES_SOCKET, Places, write_once


def test_the_database_url_names_the_socket_folder_and_the_owner(tmp_path: Path) -> None:
    places = Places(tmp_path / "data")
    parsed = parse_dsn(places.database_url())
    assert parsed["host"] == str(places.run) and parsed["user"] == parsed["dbname"] == "governance"
    assert parsed["password"] == (places.secrets / "postgres").read_text().strip()


def test_the_reader_has_another_password(tmp_path: Path) -> None:
    places = Places(tmp_path / "data")
    owner, reader = parse_dsn(places.database_url()), parse_dsn(places.reader_url())
    assert reader["user"] == "governance_reader" and reader["password"] != owner["password"]


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    places = Places(tmp_path / "data")
    places.redis_url()
    assert stat.S_IMODE(places.secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE((places.secrets / "valkey").stat().st_mode) == 0o600


def test_processes_that_make_a_secret_at_once_agree_on_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda number: Places(tmp_path / "data").secret("shared"), range(64)))
    assert len(found) == 1 and [path.name for path in (tmp_path / "data" / "secrets").iterdir()] == ["shared"]


def test_write_once_keeps_what_is_there(tmp_path: Path) -> None:
    write_once(tmp_path / "file", "first")
    write_once(tmp_path / "file", "second")
    assert (tmp_path / "file").read_text() == "first" and [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_long_data_dir_gets_a_short_private_socket_folder(tmp_path: Path) -> None:
    places = Places(tmp_path / ("long" * 30))
    places.prepare()
    try:
        assert len(str(places.run / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH
        assert stat.S_IMODE(places.run.stat().st_mode) == 0o700
        assert (places.data_dir / "run").resolve() == places.run.resolve()
    finally:
        places.run.rmdir()


def test_the_socket_folder_is_found_again_under_another_tmpdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(tmp_path / ("long" * 30))
    places.prepare()
    before = places.run
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    try:
        assert Places(places.data_dir).run == before
    finally:
        before.rmdir()


def test_a_socket_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    places = Places(tmp_path / ("long" * 30))
    places.run.mkdir(mode=0o755)
    try:
        with pytest.raises(ConfigurationError, match="not a private folder"):
            places.prepare()
    finally:
        places.run.rmdir()


def test_a_data_dir_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(ConfigurationError, match="choose another DATA_DIR"):
        Places(tmp_path / "data").prepare()
