"""Publishing frames: after commit, in one round trip, and never in the way of the work that is told of."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
import redis
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from governance.core.cache import redis_url

logger = logging.getLogger(__name__)
CHANNEL = "live"
FACTS = "facts"
"""The channel that wakes the facts process."""


def publish(topic: str, type: str, data: Mapping[str, Any], *, source_id: int | None = None, dataset_id: int | None = None) -> None:
    """Send a frame to every socket that subscribed to `topic` and whose reader may see the scope, once the transaction is committed."""
    message = envelope(topic, type, data, source_id, dataset_id)
    channels = ((CHANNEL, message), (FACTS, b"1")) if topic == "events" else ((CHANNEL, message),)
    transaction.on_commit(lambda: _send(channels))


def publish_now(topic: str, type: str, data: Mapping[str, Any], *, source_id: int | None = None, dataset_id: int | None = None) -> None:
    """The same for what no transaction tells of, such as a measurement."""
    _send(((CHANNEL, envelope(topic, type, data, source_id, dataset_id)),))


def envelope(topic: str, type: str, data: Mapping[str, Any], source_id: int | None, dataset_id: int | None) -> bytes:
    """A line with the scope for the hub, then the frame as browsers get it, serialised once for all of them."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    frame = orjson.dumps({"topic": topic, "type": type, "time": time, "data": data}, default=str)
    return orjson.dumps([topic, source_id, dataset_id]) + b"\n" + frame


def _send(messages: tuple[tuple[str, bytes], ...]) -> None:
    try:
        client = _client()
        if len(messages) == 1:
            client.publish(*messages[0])
            return
        pipeline = client.pipeline(transaction=False)
        for channel, message in messages:
            pipeline.publish(channel, message)
        pipeline.execute()
    except redis.RedisError as error:
        # Rows are what counts; browsers read them again when the broker is back, and the facts process polls.
        logger.debug("frame not sent: %s", type(error).__name__)


@cache
def _client() -> redis.Redis:
    """A client that gives up at once, since nobody may wait for a frame."""
    return redis.Redis.from_url(redis_url(), socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1))
