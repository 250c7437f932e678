"""A refused login is understood in whatever language the server speaks, and what is not understood is told in its words."""

from __future__ import annotations

import socket
import struct
from typing import Any

import pytest

from governance.core.errors import CredentialsRefused, GovernanceError, Unreachable
from governance.sources.connectors.postgresql import PostgreSQL
from tests.connectors.server import PASSWORD, Server
from tests.core.servers import raw_server

GERMAN = "Passwort-Authentifizierung für Benutzer »scanner« fehlgeschlagen"
RUSSIAN = "пользователь «scanner» не прошёл проверку подлинности"


def error(severity: str, state: str, words: str) -> bytes:
    """An ErrorResponse as PostgreSQL's protocol has it."""
    fields = b"".join(sign + text.encode() + b"\0" for sign, text in ((b"S", severity), (b"V", "FATAL"), (b"C", state), (b"M", words)))
    return b"E" + struct.pack("!I", len(fields) + 5) + fields + b"\0"


def refused(answer: bytes) -> GovernanceError:
    """What a server's answer to the password means to us."""

    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"R" + struct.pack("!II", 8, 3))
        assert PASSWORD.encode() in connection.recv(4096)
        connection.sendall(answer)

    with raw_server(talk) as port:
        config = {"host": "127.0.0.1", "port": port, "database": "shop", "user": "scanner", "password": PASSWORD, "tls": "disable"}
        with PostgreSQL(PostgreSQL.Config.model_validate(config)) as connector, pytest.raises(GovernanceError) as caught:
            connector.check()
    assert PASSWORD not in str(caught.value.problem())
    return caught.value


@pytest.mark.parametrize(
    ("severity", "state", "words", "kind", "meaning"),
    [
        ("FATAL", "28P01", GERMAN, CredentialsRefused, "refused the user or the password"),
        ("ВАЖНО", "28P01", RUSSIAN, CredentialsRefused, "refused the user or the password"),
        ("致命的エラー", "28000", "ホストのエントリがありません", CredentialsRefused, "pg_hba.conf"),
        ("FATAL", "3D000", "Datenbank »shop« existiert nicht", CredentialsRefused, "knows no such database"),
        ("FATAL", "42501", "keine Berechtigung für Datenbank »shop«", CredentialsRefused, "CONNECT"),
        ("FATAL", "53300", "tut mir leid, schon zu viele Verbindungen", Unreachable, "no free connection"),
        ("FATAL", "57P03", "das Datenbanksystem startet", Unreachable, "starting or stopping"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_login_is_judged_by_its_state_and_not_by_its_words(
    severity: str, state: str, words: str, kind: type[GovernanceError], meaning: str
) -> None:
    found = refused(error(severity, state, words))
    assert isinstance(found, kind) and meaning in found.detail and found.context["sqlstate"] == state


def test_a_state_that_we_do_not_know_is_told_in_the_servers_words_without_the_password() -> None:
    found = refused(error("FATAL", "58000", f"Verzeichnis nicht lesbar, sagte {PASSWORD}\n\x1b[31mrot"))
    assert isinstance(found, Unreachable) and "58000" in found.detail and "“Verzeichnis nicht lesbar, sagte ••••”" in found.detail


def test_what_the_driver_itself_complains_of_is_told_without_its_beginning() -> None:
    found = refused(b"R" + struct.pack("!II", 8, 99))
    assert isinstance(found, Unreachable) and "authentication method 99" in found.detail and "connection to server" not in found.detail


def test_a_real_server_is_judged_by_its_states_too(server: Server) -> None:
    for name, value, state in (("password", "wrong", "28P01"), ("database", "nowhere", "3D000")):
        changes: dict[str, Any] = {name: value}
        with server.open(**changes) as connector, pytest.raises(CredentialsRefused) as caught:
            connector.check()
        assert caught.value.context["sqlstate"] == state
