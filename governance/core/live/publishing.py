"""Publishing frames: after commit, by a thread beside the work that is told of, several in one round trip when many come."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import redis
from celery.signals import worker_process_shutdown
from django.db import transaction

from governance.core.cache import redis_client, redis_url

logger = logging.getLogger(__name__)
CHANNEL = "live"
FACTS = "facts"
"""The channel that wakes the facts process."""
PAUSE = 0.02
LONGEST_PAUSE = 0.15
"""Seconds until the next round trip, for each frame of the last one and at most: a frame that comes alone goes at once, one in a stream of many waits for others."""
MOST = 10_000
"""Frames that may wait for the broker; the oldest are given up first."""
BATCH = 500


Data = Mapping[str, Any]


def publish(topic: str, type: str, data: Data, *, source_id: int | None = None, dataset_id: int | None = None) -> None:
    """Send a frame to every socket that subscribed to `topic` and whose reader may see the scope, once the transaction is committed."""
    message = envelope(topic, type, data, source_id, dataset_id)
    transaction.on_commit(lambda: _publisher.offer(message))


def publish_now(topic: str, type: str, data: Data, *, source_id: int | None = None, dataset_id: int | None = None) -> None:
    """The same for what no transaction tells of, such as a measurement."""
    _publisher.offer(envelope(topic, type, data, source_id, dataset_id))


def wake_facts() -> None:
    """Tell the facts process that there is something committed to read; it tells the browsers."""
    _publisher.wake()


def is_heard() -> bool:
    """Whether any web process has a socket that waits for frames; no without a broker."""
    try:
        return any(count for _, count in redis_client().pubsub_numsub(CHANNEL))
    except redis.RedisError:
        return False


def flush() -> None:
    """Every frame of this process that was offered until now is sent (or given up, without a broker) when this returns."""
    _publisher.flush()


def envelope(topic: str, type: str, data: Data, source_id: int | None, dataset_id: int | None) -> bytes:
    """A line with the scope for the hub, then one with the frame as browsers get it, serialised once for all of them.

    A message holds one such pair of lines or several.
    """
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    frame = orjson.dumps({"topic": topic, "type": type, "time": time, "data": data}, default=str)
    return orjson.dumps([topic, source_id, dataset_id]) + b"\n" + frame


class Publisher:
    """The frames of one process on their way, in the order in which they were offered. They are lost only when the process is killed or the broker is away."""

    def __init__(self) -> None:
        self.waiting: deque[bytes] = deque(maxlen=MOST)
        self.wakes = 0
        self.is_offered = threading.Event()
        self.starting = threading.Lock()
        self.sending = threading.Lock()
        self.thread: threading.Thread | None = None
        self.connection: Any = None

    def offer(self, message: bytes) -> None:
        """Returns at once."""
        self.waiting.append(message)
        self._go()

    def wake(self) -> None:
        """Returns at once; the facts process hears of several with one message."""
        self.wakes += 1
        self._go()

    def flush(self) -> int:
        """Sends what waits; the number of frames and wakes."""
        count = 0
        with self.sending:
            while self.waiting or self.wakes:
                # A wake that another thread adds between these two is one that the message still to be sent tells of.
                wakes, self.wakes = self.wakes, 0
                batch = [self.waiting.popleft() for _ in range(min(len(self.waiting), BATCH))]
                commands = [("PUBLISH", CHANNEL, b"\n".join(batch))] if batch else []
                if wakes:
                    commands.append(("PUBLISH", FACTS, b"1"))
                self._send(commands)
                count += len(batch) + wakes
        return count

    def _go(self) -> None:
        if self.thread is None or not self.thread.is_alive():
            self._start()
        if not self.is_offered.is_set():
            self.is_offered.set()

    def _start(self) -> None:
        with self.starting:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._run, name="live-publisher", daemon=True)
                self.thread.start()

    def _run(self) -> None:
        while True:
            self.is_offered.wait()
            # Cleared before the queue is read: what comes in between is sent now, or sets it again.
            self.is_offered.clear()
            time.sleep(min(PAUSE * self.flush(), LONGEST_PAUSE))

    def _send(self, commands: list[tuple[str, str, bytes]]) -> None:
        # A connection that was open may have been closed by the broker while nobody looked; one that is new tells how things are.
        was_open = self.connection is not None
        try:
            self._round_trip(commands)
        except redis.RedisError as error:
            self._hang_up()
            if was_open and isinstance(error, redis.ConnectionError):
                self._send(commands)
                return
            # Rows are what counts; browsers read them again when the broker is back, and the facts process polls.
            logger.debug("frames not sent: %s", type(error).__name__)

    def _round_trip(self, commands: list[tuple[str, str, bytes]]) -> None:
        connection: Any = self.connection
        if connection is None:
            # Nobody may wait long for a frame, least of all a process that ends.
            connection = redis.ConnectionPool.from_url(redis_url(), socket_timeout=1, socket_connect_timeout=1).make_connection()
            self.connection = connection
        connection.send_packed_command(connection.pack_commands(commands))
        for _ in commands:
            connection.read_response()

    def _hang_up(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.disconnect()


_publisher = Publisher()


def _start_anew() -> None:
    """A forked process has no thread, and what its parent still has to send is not its own."""
    global _publisher
    _publisher = Publisher()


def _flush_at_end(**kwargs: object) -> None:
    flush()


os.register_at_fork(after_in_child=_start_anew)
atexit.register(flush)
# Pool processes of Celery end without `atexit`.
worker_process_shutdown.connect(_flush_at_end, weak=False)
