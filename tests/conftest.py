"""Fixtures for everybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal import Portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One real `manage.py up` for the session. Tests that share it use unique names and flush nothing."""
    shared = Portal(tmp_path_factory.mktemp("portal") / "data")
    try:
        yield shared.start()
    finally:
        if shared.process:
            shared.stop()
