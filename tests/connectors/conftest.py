"""A PostgreSQL of somebody else, on a port of its own: the guard refuses the portal's."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.runtime.postgres import Cluster
from tests.connectors.server import PASSWORD, Server
from tests.portal import free_port


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home: Path = tmp_path_factory.mktemp("pg")
    home.chmod(0o755)
    password = home / "password"
    password.write_text(secrets.token_hex(8))
    password.chmod(0o600)
    cluster = Cluster(home / "data", home, password_file=password, port=free_port(), durable=False)
    try:
        cluster.start(home / "log")
        cluster.provision({"scanner": ("LOGIN", PASSWORD)}, {"shop": "postgres"})
        yield Server(cluster)
    finally:
        cluster.stop()
