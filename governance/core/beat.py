"""Celery beat with the database scheduler, one leader at a time."""

from __future__ import annotations

import logging
import os
import secrets
import time

import redis
from django_celery_beat.schedulers import DatabaseScheduler

from governance.core.cache import redis_client

logger = logging.getLogger(__name__)
KEY = "beat:leader"
LEASE = 10  # seconds; a leader that dies is replaced after so long
RENEW_EVERY = LEASE / 5
LOOK_EVERY = 1.0  # seconds between two looks whether somebody changed the schedules
SHORTEST = 0.01
RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('expire', KEYS[1], ARGV[2]) else return 0 end"


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """Ticks only while it holds the leader's key in Redis."""

    identity = f"{os.getpid()}-{secrets.token_hex(8)}"
    is_leader = False
    renewed = 0.0
    looked = 0.0

    def tick(self, *args: object, **kwargs: object) -> float:
        if not self._leads():
            return 1.0
        # Celery wakes 10 ms early and then asks again and again until the time has come: an hour of that is half a minute of work.
        return max(SHORTEST, float(super().tick(*args, **kwargs)))

    def schedule_changed(self) -> bool:
        if time.monotonic() - self.looked < LOOK_EVERY:
            return False
        self.looked = time.monotonic()
        return bool(super().schedule_changed())

    def close(self) -> None:
        try:
            if self.is_leader and redis_client().get(KEY) == self.identity.encode():
                redis_client().delete(KEY)
        except redis.RedisError:
            pass
        super().close()

    def _leads(self) -> bool:
        if self.is_leader and time.monotonic() - self.renewed < RENEW_EVERY:
            return True
        client = redis_client()
        try:
            leads = bool(client.set(KEY, self.identity, nx=True, ex=LEASE)) or bool(client.eval(RENEW, 1, KEY, self.identity, LEASE))
        except redis.RedisError as error:
            logger.warning("broker not there (%s)", type(error).__name__)
            return False
        if leads != self.is_leader:
            logger.info("leader" if leads else "standing by")
        self.is_leader, self.renewed = leads, time.monotonic()
        return leads
