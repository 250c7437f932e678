"""The foreign PostgreSQL server of the connectors' tests."""

from __future__ import annotations

from tests.connectors.conftest import server as server
