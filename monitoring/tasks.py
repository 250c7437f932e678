"""The tick of the clock: beat sends it each second to the collect process of every host."""

from __future__ import annotations

import redis
from celery import shared_task

from monitoring.collecting import station


@shared_task(name="monitoring.collect", ignore_result=True, expires=1, acks_late=False)
def collect() -> None:
    """Measure this host once. A broker that went away in between loses this second and no more."""
    try:
        station().tick()
    except redis.RedisError:
        return
