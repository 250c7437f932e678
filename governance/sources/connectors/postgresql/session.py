"""One session with a PostgreSQL server that can only read, never hangs, and can be cancelled at any moment."""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE, make_dsn, new_array_type, new_type
from psycopg2.extensions import connection as Connection

from governance.core.errors import Cancelled, DataUnreadable, GovernanceError, InvalidInput, TimedOut
from governance.sources.connectors.base import Limits
from governance.sources.connectors.postgresql.failures import failure, login_failure, tell_states, timed_out

TICK = 0.2
"""Seconds between looks at the clock and the cancel flag while waiting."""
GRACE = 5.0
"""Seconds that the server has to end a statement by itself before we hang up."""
MOST_RECEIVED = 512 * 1024 * 1024
"""Bytes that one answer may have: the driver keeps all of it in memory, and a server can send without end."""
BYTES_RECEIVED = 128
"""Where the count of received bytes stands in Linux's struct tcp_info."""
TEMPORAL = {
    (1082, 1182): psycopg2.extensions.PYDATE,
    (1114, 1115): psycopg2.extensions.PYDATETIME,
    (1184, 1185): psycopg2.extensions.PYDATETIMETZ,
    (1083, 1183): psycopg2.extensions.PYTIME,
}
"""By the numbers of the types and of their arrays."""
TEXTS = (18, 19, 25, 1042, 1043)


class Session:
    """Statements run in READ ONLY transactions whose settings end with them, so the session is safe behind a connection pooler too.

    The driver works asynchronously: a server that stops answering is noticed by our clock, whatever its own timeouts do.
    """

    def __init__(self, parameters: Callable[[], dict[str, str]], limits: Limits, cancelled: threading.Event) -> None:
        self._parameters = parameters
        self._limits = limits
        self._cancelled = cancelled
        self._connection: Connection | None = None
        self._has_check: bool | None = None
        self.place = ""
        self.latency = 0.0

    @contextmanager
    def transaction(self, what: str = "the database") -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
        """Gives a function that runs one query and returns its rows. Errors are GovernanceErrors that name `what`."""
        milliseconds = max(1, int(self._limits.statement_timeout * 1000))
        settings = {
            "statement_timeout": milliseconds,
            "lock_timeout": min(milliseconds, 5000),
            "idle_in_transaction_session_timeout": 120_000,
            "search_path": "pg_catalog",
            "standard_conforming_strings": "on",
            "datestyle": "ISO",
            "intervalstyle": "postgres",
            "bytea_output": "hex",
            "extra_float_digits": 1,
            "timezone": "UTC",
        }
        if self._can_notice_us_gone():
            settings["client_connection_check_interval"] = "2s"
        begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; "
        self.run(begin + "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items()), what)
        try:
            yield lambda query: self.run(query, what)
        finally:
            self._end()

    def _can_notice_us_gone(self) -> bool:
        """Whether this server can end a statement whose client has vanished (PostgreSQL 14, and not on every system)."""
        self._open()
        if self._has_check is None:
            self._has_check = False
            try:
                self.run("SELECT set_config('client_connection_check_interval', '2s', true)", "the settings")
                self._has_check = True
            except DataUnreadable:
                pass  # it cannot, and then its statement_timeout ends it
        return self._has_check

    def run(self, query: str, what: str) -> list[tuple[Any, ...]]:
        """One statement, without parameters; its rows."""
        connection = self._open()
        cursor = connection.cursor()
        try:
            # As bytes: in a database without an encoding the session speaks Latin-1, and names may hold anything.
            cursor.execute(query.encode())
            self._wait(connection, self._limits.statement_timeout + GRACE, what)
            return cursor.fetchall() if cursor.description else []
        except psycopg2.Error as error:
            if error.pgcode is None:
                self.close()
            raise failure(error, what, is_cancelled=self._cancelled.is_set()) from None
        except GovernanceError:
            self.close()
            raise
        except UnicodeError:
            self.close()
            raise failure(psycopg2.errors.CharacterNotInRepertoire(), what, is_cancelled=False) from None

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def status(self, name: str) -> str:
        """A parameter that the server reported at login, as `server_encoding`."""
        return self._open().info.parameter_status(name) or ""

    @property
    def is_encrypted(self) -> bool:
        return bool(self._open().info.ssl_in_use)

    def _end(self) -> None:
        if self._connection is not None and not self._connection.closed:
            try:
                self.run("ROLLBACK", "the database")
            except GovernanceError:
                # The transaction ends with its connection, and the error that led here is the one to tell.
                self.close()

    def _open(self) -> Connection:
        if self._connection is not None and not self._connection.closed:
            return self._connection
        if self._cancelled.is_set():
            raise Cancelled("The work on this source was cancelled.")
        parameters = self._parameters()
        self.place = f"{parameters.get('host', '')}:{parameters.get('port', '')}" if "hostaddr" in parameters else "the server"
        started = time.monotonic()
        connection = self._login(parameters)
        if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
            connection.close()
            connection = self._login({**parameters, "client_encoding": "LATIN1"})
            _register_raw_texts(connection)
        self.latency = time.monotonic() - started
        for (oid, of_arrays), base in TEMPORAL.items():
            lenient = new_type((oid,), f"lenient {oid}", _lenient(base))
            psycopg2.extensions.register_type(lenient, connection)
            psycopg2.extensions.register_type(new_array_type((of_arrays,), f"lenient {of_arrays}", lenient), connection)
        self._connection = connection
        return connection

    def _login(self, parameters: dict[str, str]) -> Connection:
        secret = parameters.get("password", "")
        try:
            connection: Connection = psycopg2.connect(make_dsn(**parameters), async_=True)
        except (psycopg2.Error, UnicodeError, ValueError, TypeError) as error:
            if isinstance(error, psycopg2.OperationalError):
                raise login_failure(error, self.place, secret) from None
            raise InvalidInput("The connection parameters cannot be used. Check host, database, user and password for odd characters.") from None
        tell_states(connection)
        try:
            self._wait(connection, self._limits.connect_timeout, "")
        except psycopg2.Error as error:
            connection.close()
            raise login_failure(error, self.place, secret) from None
        except GovernanceError:
            connection.close()
            raise
        return connection

    def _wait(self, connection: Connection, seconds: float, what: str) -> None:
        """Until the driver is done; `what` is empty while logging in."""
        deadline, before = time.monotonic() + seconds, _received(connection)
        asked_to_stop = False
        while True:
            state = connection.poll()
            if state == POLL_OK:
                return
            if _received(connection) - before > MOST_RECEIVED:
                raise DataUnreadable(f"The server's answer about {what or 'the login'} does not end. Check what runs at this address.")
            poller = select.poll()
            poller.register(connection.fileno(), {POLL_READ: select.POLLIN, POLL_WRITE: select.POLLOUT}[state])
            poller.poll(min(TICK, max(0.0, deadline - time.monotonic())) * 1000)
            if self._cancelled.is_set() and not asked_to_stop:
                if not what:
                    raise Cancelled("The work on this source was cancelled.")
                asked_to_stop, deadline = True, time.monotonic() + GRACE
                # In a thread: it opens a connection of its own, and that may hang as well.
                threading.Thread(target=_ask_to_stop, args=(connection,), daemon=True).start()
            if time.monotonic() >= deadline:
                if asked_to_stop:
                    raise Cancelled("The work on this source was cancelled.")
                raise timed_out(what) if what else TimedOut(f"{self.place} did not answer within {seconds:g} s. Check host, port and firewalls.")


def _received(connection: Connection) -> int:
    """Bytes that came over a connection, as the kernel counts them; 0 where it does not (unix sockets, other systems than Linux)."""
    name = getattr(socket, "TCP_INFO", None)
    if name is None:
        return 0
    try:
        with socket.socket(fileno=os.dup(connection.fileno())) as same:
            told = same.getsockopt(socket.IPPROTO_TCP, name, BYTES_RECEIVED + 8)
    except (OSError, psycopg2.Error):
        return 0
    return int.from_bytes(told[BYTES_RECEIVED : BYTES_RECEIVED + 8], sys.byteorder)


def _ask_to_stop(connection: Connection) -> None:
    try:
        connection.cancel()
    except psycopg2.Error:
        pass  # already gone, which is what was wanted


def _lenient(base: Any) -> Callable[[Any, Any], Any]:
    """A cast that leaves what Python cannot hold (years before 1 and after 9999) as text."""

    def cast(value: Any, cursor: Any) -> Any:
        try:
            return base(value, cursor)
        except (ValueError, OverflowError, psycopg2.Error):
            return value

    return cast


def _register_raw_texts(connection: Connection) -> None:
    """Bytes that came as Latin-1, read as the UTF-8 that they most likely are."""

    def cast(value: Any, _: Any) -> Any:
        return value if value is None else value.encode("latin-1").decode("utf-8", "replace")

    psycopg2.extensions.register_type(new_type(TEXTS, "raw text", cast), connection)
