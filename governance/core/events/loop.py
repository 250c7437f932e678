"""The facts process: seals, tells the browsers, and lets every subscriber read. Woken by a publish after commit, polling each second otherwise."""

from __future__ import annotations

import logging
import signal
import time
from types import FrameType

import redis
from django.db import InterfaceError, OperationalError, close_old_connections

from governance.core import live
from governance.core.cache import redis_client
from governance.core.events.announcing import announce
from governance.core.events.sealer import seal
from governance.core.events.subscribers import ATTEMPTS, advance, all_subscribers

logger = logging.getLogger(__name__)
POLL = 1.0
REST = 0.002
LONGEST_REST = 0.1
"""Seconds until the next round, for each fact of the last one and at most: a fact that comes alone is passed on at once, those of many writers are taken together."""
WAKE = "facts"


def step() -> int:
    """One round: seal what there is, then one batch for every subscriber; the number of facts moved."""
    return _pass_on(seal())


def _pass_on(sealed: range) -> int:
    announce(sealed)
    return len(sealed) + sum(advance(one) for one in all_subscribers())


def drain() -> int:
    """Rounds until nothing moves, failing facts given all their attempts; for tests, restores and commands."""
    total, idle = 0, 0
    while idle < ATTEMPTS:
        moved = step()
        total += moved
        idle = 0 if moved else idle + 1
    return total


class Loop:
    def __init__(self) -> None:
        self.is_stopping = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def run(self) -> None:
        while not self.is_stopping:
            try:
                with redis_client().pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
                    pubsub.subscribe(WAKE)
                    self._work(pubsub)
            except (redis.RedisError, OSError) as error:
                logger.warning("broker not there (%s); polling", type(error).__name__)
                self._work(None)

    def _work(self, pubsub: redis.client.PubSub | None) -> None:
        """Until the process stops; without a broker for one round, and a second of rest."""
        while not self.is_stopping:
            try:
                self._catch_up()
            except (OperationalError, InterfaceError) as error:
                logger.warning("database not there (%s); trying again", type(error).__name__)
                close_old_connections()
                time.sleep(POLL)
            if pubsub is None:
                time.sleep(POLL)
                return
            pubsub.get_message(timeout=POLL)
            while pubsub.get_message(timeout=0):
                pass

    def _catch_up(self) -> None:
        while not self.is_stopping:
            sealed = seal()
            if not _pass_on(sealed):
                return
            time.sleep(min(REST * len(sealed), LONGEST_REST))


def main() -> None:
    loop = Loop()
    signal.signal(signal.SIGTERM, loop.stop)
    signal.signal(signal.SIGINT, loop.stop)
    loop.run()
    # A supervised process ends without `atexit`.
    live.flush()
