"""One subscription per web process, fanned out to its sockets."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from functools import cache
from typing import Protocol

import orjson
import redis.asyncio as redis
from redis.exceptions import RedisError

from governance.core.cache import redis_url
from governance.core.live.publishing import CHANNEL

logger = logging.getLogger(__name__)
RETRY = 0.5


class Listener(Protocol):
    """A socket's side of the hub."""

    def offer(self, topic: str, source_id: int | None, dataset_id: int | None, frame: bytes) -> None: ...

    def broken(self) -> None:
        """The broker went away and came back: frames may be missing."""
        ...


class Hub:
    """Lives in the event loop of the web process; starts with its first listener and ends with its last."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[Listener]] = defaultdict(set)
        self.task: asyncio.Task[None] | None = None
        self.ending: set[asyncio.Task[None]] = set()
        """Cancelled and still hanging up: the loop itself keeps no task from being collected."""

    def add(self, listener: Listener, topic: str) -> None:
        self.listeners[topic].add(listener)
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, listener: Listener, topic: str) -> None:
        self.listeners[topic].discard(listener)
        if not self.listeners[topic]:
            del self.listeners[topic]
        if not self.listeners and self.task is not None:
            task, self.task = self.task, None
            self.ending.add(task)
            task.add_done_callback(self.ending.discard)
            task.cancel()

    async def _run(self) -> None:
        was_connected = False
        while True:
            try:
                await self._listen(was_connected)
            except (RedisError, OSError) as error:
                logger.warning("broker not there (%s); live frames pause", type(error).__name__)
                was_connected = True
                await asyncio.sleep(RETRY)

    async def _listen(self, is_again: bool) -> None:
        # No read timeout: an idle channel is not a broken one; the keep-alive ping finds out.
        client = redis.Redis.from_url(redis_url(), socket_timeout=None, socket_connect_timeout=5, health_check_interval=20)
        async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(CHANNEL)
            if is_again:
                for listener in {one for group in self.listeners.values() for one in group}:
                    listener.broken()
            async for message in pubsub.listen():
                self._hand_out(message["data"])

    def _hand_out(self, message: bytes) -> None:
        lines = iter(message.split(b"\n"))
        for head, frame in zip(lines, lines, strict=True):
            topic, source_id, dataset_id = orjson.loads(head)
            for listener in tuple(self.listeners.get(topic, ())):
                listener.offer(topic, source_id, dataset_id, frame)


@cache
def hub() -> Hub:
    """The hub of this process."""
    return Hub()
