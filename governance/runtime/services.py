"""The services for one command's duration: the running portal's, or embedded ones of its own."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.core.management import call_command
from django.db import connections

from governance.core.errors import Conflict
from governance.env import env
from governance.runtime.places import Places
from governance.runtime.postgres import Cluster, portal_cluster, provision_portal
from governance.runtime.preflight import Lock, check_database, check_redis, check_space, check_writable
from governance.runtime.valkey import Valkey


@contextmanager
def running(places: Places, purpose: str, *, alone: bool = False, migrated: bool = False) -> Iterator[None]:
    """PostgreSQL and Valkey answer inside this block.

    They are the running portal's when `up` runs on DATA_DIR; otherwise embedded ones are started, and stopped when the last
    command that uses them ends. `alone` refuses (Conflict) when anything else runs; `migrated` brings the database up to date
    first. Call it from the main thread: the servers end with the thread that started them.
    """
    places.prepare()
    check_writable(places)
    with ExitStack() as stack:
        _check_outside()
        users = _Users(places, stack)
        try:
            lock = Lock(places, purpose)
        except Conflict:
            if alone:
                raise
            _await(places)
        else:
            stack.callback(lock.release)
            _start(places, stack)
            # Whoever came after us and uses our servers may finish first.
            stack.callback(users.wait_for_others)
        stack.callback(connections.close_all)
        if migrated:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("setup", stdout=sys.stderr)
        yield


class _Users:
    """Everybody who uses the servers holds this lock together; whoever started them waits until nobody else does."""

    def __init__(self, places: Places, stack: ExitStack) -> None:
        self.file = os.open(places.data_dir / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        stack.callback(os.close, self.file)
        fcntl.flock(self.file, fcntl.LOCK_SH)

    def wait_for_others(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_EX)


def _check_outside() -> None:
    if url := env.database_url:
        check_database(url)
    if url := env.redis_url:
        check_redis(url)


def _servers(places: Places) -> tuple[Cluster | None, Valkey | None]:
    cluster = None if env.database_url else portal_cluster(places)
    return cluster, None if env.redis_url else Valkey(places)


def _start(places: Places, stack: ExitStack) -> None:
    check_space(places)
    cluster, valkey = _servers(places)
    if cluster:
        stack.callback(cluster.stop)
        cluster.start(places.log("postgres"))
        provision_portal(cluster, places)
    if valkey:
        stack.callback(valkey.stop)
        valkey.start(places.log("valkey"))


def _await(places: Places) -> None:
    """The servers of somebody who may only just be starting them."""
    cluster, valkey = _servers(places)
    if cluster:
        cluster.wait(lambda: True)
    if valkey:
        valkey.wait(lambda: True)
