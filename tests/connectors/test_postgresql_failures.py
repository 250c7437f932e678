"""What can go wrong between us and a PostgreSQL server: each a clear error, and nothing of the data or the password in it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from pydantic import ValidationError

from governance.core.errors import Cancelled, CredentialsRefused, DataUnreadable, ForbiddenAddress, GovernanceError, TimedOut, Unreachable
from governance.core.http.protected import protected
from governance.sources.connectors.base import Connector, DatasetInfo, Limits
from governance.sources.connectors.postgresql import PostgreSQL, session
from tests.connectors.forwarder import Forwarder
from tests.connectors.server import PASSWORD, Server
from tests.portal import free_port, until


@pytest.fixture(scope="module", autouse=True)
def tables(server: Server) -> None:
    server.execute(
        "CREATE TABLE plain (id int, note text)",
        "INSERT INTO plain VALUES (1, 'confidential-42')",
        "CREATE TABLE closed (id int)",
        "CREATE SCHEMA vault",
        "CREATE TABLE vault.gold (id int)",
        "CREATE VIEW slow AS SELECT pg_sleep(60)::text AS nap, p.id FROM plain p",
        "CREATE VIEW wrong AS SELECT note::int AS number FROM plain",
        "CREATE SEQUENCE counter",
        "CREATE VIEW writes AS SELECT nextval('counter') AS number",
        "GRANT SELECT ON plain, slow, wrong, writes TO scanner",
        "GRANT USAGE ON SEQUENCE counter TO scanner",
    )


def refused(work: Callable[[], Any], kind: type[GovernanceError]) -> str:
    """The text of the error, which holds neither password nor value."""
    with pytest.raises(kind) as caught:
        work()
    problem = str(caught.value.problem())
    assert PASSWORD not in problem and "confidential" not in problem
    assert caught.value.__cause__ is None or PASSWORD not in str(caught.value.__cause__)
    return caught.value.detail


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"password": "wrong"}, CredentialsRefused, "password"),
        ({"user": "nobody"}, CredentialsRefused, "password"),
        ({"database": "nowhere"}, CredentialsRefused, "database"),
        ({"tls": "require"}, Unreachable, "TLS"),
        ({"host": "no-such-host.invalid"}, Unreachable, "resolved"),
        ({"host": "169.254.169.254"}, ForbiddenAddress, "metadata"),
        ({"host": "metadata.google.internal"}, ForbiddenAddress, "metadata"),
        ({"host": "/var/run/postgresql"}, ForbiddenAddress, "socket"),
        ({"host": "240.0.0.1"}, ForbiddenAddress, "reserved"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_connection_that_cannot_be_made_says_why(server: Server, changes: dict[str, Any], kind: type[GovernanceError], words: str) -> None:
    with server.open(**changes) as connector:
        assert words in refused(connector.check, kind)


def test_a_closed_port_says_that_nothing_answers(server: Server) -> None:
    with server.open(port=free_port()) as connector:
        assert "Nothing answers" in refused(connector.check, Unreachable)


def test_a_port_that_never_answers_is_given_up(server: Server) -> None:
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as silent,
        server.open(Limits(connect_timeout=0.3), port=silent.getsockname()[1]) as connector,
    ):
        assert "did not answer" in refused(connector.check, TimedOut)


def test_our_own_server_is_refused(server: Server) -> None:
    protected.add_port(server.port)
    try:
        with server.open() as connector:
            assert "This portal" in refused(connector.check, ForbiddenAddress)
    finally:
        protected.ports.discard(server.port)


def test_a_connection_that_drops_midway_is_an_error_and_the_next_one_works(server: Server) -> None:
    network = Forwarder(server.port)
    with server.open(port=network.port) as connector, running(connector, server.dataset(connector, "slow")) as found:
        network.hang_up()
        assert "lost" in refused(found, Unreachable)
        connector.config = PostgreSQL.Config.model_validate(server.config())
        assert connector.check().is_reachable


def test_a_server_that_falls_silent_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "GRACE", 0.2)
    network = Forwarder(server.port)
    with server.open(Limits(statement_timeout=0.3), port=network.port) as connector:
        connector.check()
        network.is_silent = True
        refused(connector.check, TimedOut)
    network.hang_up()


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux counts the bytes of a connection")
def test_a_server_that_sends_without_end_is_given_up_before_it_fills_the_memory(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_RECEIVED", 1_000_000)
    with server.open() as connector:
        read = connector.session.run
        assert len(read("SELECT repeat('x', 1000) FROM generate_series(1, 500)", "much")) == 500
        assert "does not end" in refused(lambda: read("SELECT repeat('x', 1000) FROM generate_series(1, 100000)", "more"), DataUnreadable)
        assert connector.check().is_reachable


def test_a_slow_query_is_stopped_by_the_server(server: Server) -> None:
    with server.open(Limits(statement_timeout=0.2)) as connector:
        assert "GOVERNANCE_STATEMENT_TIMEOUT" in refused(lambda: connector.profile(server.dataset(connector, "slow")), TimedOut)


def test_a_cancel_ends_the_query_on_the_server_too(server: Server) -> None:
    with server.open() as connector, running(connector, server.dataset(connector, "slow")) as found:
        connector.cancel()
        refused(found, Cancelled)
    until(lambda: not busy(server), "the end of the query")


def test_a_table_that_may_not_be_read_is_listed_and_its_reading_refused(server: Server) -> None:
    with server.open() as connector:
        for name, word in (("closed", "SELECT"), ("gold", "USAGE")):
            found = server.dataset(connector, name)
            assert word in found.error and found.fields
            assert name in refused(lambda found=found: connector.sample(found, 5), CredentialsRefused)  # type: ignore[misc]
            refused(lambda found=found: connector.profile(found), CredentialsRefused)  # type: ignore[misc]
        assert connector.sample(server.dataset(connector, "plain"), 5).rows == 1


def test_an_error_of_the_data_does_not_quote_it(server: Server) -> None:
    with server.open() as connector:
        assert "public.wrong" in refused(lambda: connector.sample(server.dataset(connector, "wrong"), 5), DataUnreadable)


def test_a_view_that_wants_to_write_is_refused(server: Server) -> None:
    with server.open() as connector:
        assert "write" in refused(lambda: connector.sample(server.dataset(connector, "writes"), 5), DataUnreadable)


def test_a_table_that_is_gone_says_so(server: Server) -> None:
    server.execute("CREATE TABLE passing (id int)", "GRANT SELECT ON passing TO scanner")
    with server.open() as connector:
        passing = server.dataset(connector, "passing")
        server.execute("DROP TABLE passing")
        assert "not there any more" in refused(lambda: connector.profile(passing), DataUnreadable)


def test_a_locked_table_does_not_hold_us(server: Server) -> None:
    holder = server.cluster.connect("shop")
    holder.autocommit = False
    try:
        holder.cursor().execute("LOCK TABLE plain IN ACCESS EXCLUSIVE MODE")
        with server.open(Limits(statement_timeout=0.3)) as connector:
            plain = server.dataset(connector, "plain")
            refused(lambda: connector.sample(plain, 5), TimedOut)
    finally:
        holder.close()


@pytest.mark.parametrize(
    "config",
    [
        {"url": "postgresql://u:hunter2@h/d?options=-c%20default_transaction_read_only%3Doff"},
        {"url": "postgresql://u:hunter2@h/d?hostaddr=169.254.169.254"},
        {"url": "postgresql://u:hunter2@h/d?passfile=/etc/passwd"},
        {"url": "postgresql://u:hunter2@h/d?service=x"},
        {"url": "postgresql://u:hunter2@/d"},
        {"url": "mysql://u:hunter2@h/d"},
        {"url": "postgresql://u:hunter2@h:no/d?sslmode=odd"},
        {"host": "h", "database": "d", "user": "u\0", "password": "hunter2"},
        {"host": "h", "password": "hunter2"},
        {"host": "h", "port": 0, "database": "d", "user": "u", "password": "hunter2"},
    ],
    ids=str,
)
def test_a_wrong_configuration_is_refused_without_its_password(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        PostgreSQL.Config.model_validate(config)
    assert "hunter2" not in str(caught.value) and "hunter2" not in repr(caught.value)


def test_a_url_does_what_its_parts_do(server: Server) -> None:
    url = f"postgresql://scanner:{PASSWORD}@localhost:{server.port}/shop?sslmode=disable&connect_timeout=5"
    with PostgreSQL(PostgreSQL.Config.model_validate({"url": url})) as connector:
        assert connector.check().is_reachable
    assert PASSWORD not in repr(connector.config)


class running:
    """Profiles a dataset in a thread; gives a function that returns or raises what came of it. Begins when the server is busy with it."""

    def __init__(self, connector: Connector, dataset: DatasetInfo) -> None:
        self.outcome: list[BaseException] = []
        self.thread = threading.Thread(target=self._run, args=(connector, dataset))

    def __enter__(self) -> Callable[[], None]:
        self.thread.start()
        until(lambda: bool(self.outcome) or busy(SERVERS[-1]), "the query")
        return self.found

    def __exit__(self, *_: object) -> None:
        self.thread.join(30)
        assert not self.thread.is_alive()

    def found(self) -> None:
        self.thread.join(30)
        raise self.outcome[0]

    def _run(self, connector: Connector, dataset: DatasetInfo) -> None:
        try:
            connector.profile(dataset)
        except GovernanceError as error:
            self.outcome.append(error)


SERVERS: list[Server] = []


@pytest.fixture(autouse=True)
def known(server: Server) -> Iterator[None]:
    SERVERS.append(server)
    yield
    SERVERS.pop()


def busy(server: Server) -> bool:
    opened = server.cluster.connect("shop")
    try:
        with opened.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%slow%' AND pid <> pg_backend_pid()")
            return cursor.fetchall() != [(0,)]
    finally:
        opened.close()
