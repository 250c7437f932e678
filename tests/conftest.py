"""Fixtures for everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from governance.core.events.loop import drain
from tests.portal import Portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One real `manage.py up` for the session. Tests that share it use unique names and flush nothing."""
    # Tests stand their own web servers on the loopback, where webhooks may go only by name.
    shared = Portal(tmp_path_factory.mktemp("portal") / "data", GOVERNANCE_PRIVATE_WEBHOOKS="127.0.0.1")
    try:
        yield shared.start()
    finally:
        if shared.process:
            shared.stop()


@pytest.fixture
def facts(db: None) -> Callable[[], int]:
    """Seals what was recorded and lets every subscriber read it, in this process and this transaction."""
    return drain
