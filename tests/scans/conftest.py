"""The foreign PostgreSQL server of the connectors' tests, and hearts that do not beat."""

from __future__ import annotations

import pytest

from governance.scans import heart
from tests.connectors.conftest import server as server


@pytest.fixture(autouse=True)
def _quiet_hearts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heart looks from a connection of its own, where it does not find the rows of a test that is rolled back: on a slow machine it would end the work."""
    monkeypatch.setattr(heart, "BEAT", 3600.0)
