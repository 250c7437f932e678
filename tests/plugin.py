"""Starts a private PostgreSQL and Valkey before Django's settings are read, and stops them at the end. Loaded with `-p tests.plugin`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from governance.core.errors import GovernanceError
from governance.runtime.places import Places
from governance.runtime.postgres import portal_cluster, provision_portal
from governance.runtime.valkey import Valkey

# A developer's own settings must never reach the tests: they would run on another database.
FOREIGN = ("DATABASE_URL", "DATABASE_REPLICA_URLS", "REDIS_URL", "ADMIN_PASSWORD", "PORT")
_services = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    try:
        start_services()
    except GovernanceError as error:
        _services.close()
        raise pytest.UsageError(f"The tests' own services do not start: {error}") from error
    return (yield)


def pytest_unconfigure() -> None:
    _services.close()


def start_services() -> None:
    """Services in a temporary DATA_DIR that the settings of this process then point at."""
    home = Path(tempfile.mkdtemp(prefix="governance-tests-"))
    _services.callback(shutil.rmtree, home, ignore_errors=True)
    places = Places(home / "data")
    for name in [*FOREIGN, *(name for name in os.environ if name.startswith("GOVERNANCE_"))]:
        os.environ.pop(name, None)
    os.environ["DATA_DIR"] = os.environ["GOVERNANCE_DATA_DIR"] = str(places.data_dir)
    os.environ["DJANGO_SETTINGS_MODULE"] = "governance.settings"
    cluster, valkey = portal_cluster(places, durable=False), Valkey(places, durable=False)
    _services.callback(cluster.stop)
    cluster.start(places.log("postgres"))
    _services.callback(valkey.stop)
    valkey.start(places.log("valkey"))
    provision_portal(cluster, places)
