"""The facts process: seals, and lets every subscriber read. Woken by a publish after commit, polling each second otherwise."""

from __future__ import annotations

import logging
import signal
import time
from types import FrameType

import redis
from django.db import InterfaceError, OperationalError, close_old_connections

from governance.core import live
from governance.core.cache import redis_client
from governance.core.events.sealer import seal
from governance.core.events.subscribers import ATTEMPTS, advance, all_subscribers

logger = logging.getLogger(__name__)
POLL = 1.0
WAKE = "facts"


def step() -> int:
    """One round: seal what there is, then one batch for every subscriber; the number of facts moved."""
    moved = seal()
    for one in all_subscribers():
        moved += advance(one)
    return moved


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
        pubsub: redis.client.PubSub | None = None
        while not self.is_stopping:
            try:
                if pubsub is None:
                    pubsub = redis_client().pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                    pubsub.subscribe(WAKE)
                while step() and not self.is_stopping:
                    pass
                pubsub.get_message(timeout=POLL)
                while pubsub.get_message(timeout=0):
                    pass
            except (redis.RedisError, OSError) as error:
                logger.warning("broker not there (%s); polling", type(error).__name__)
                pubsub = None
                time.sleep(POLL)
            except (OperationalError, InterfaceError) as error:
                logger.warning("database not there (%s); trying again", type(error).__name__)
                close_old_connections()
                time.sleep(POLL)


def main() -> None:
    loop = Loop()
    signal.signal(signal.SIGTERM, loop.stop)
    signal.signal(signal.SIGINT, loop.stop)
    loop.run()
    # A supervised process ends without `atexit`.
    live.flush()
