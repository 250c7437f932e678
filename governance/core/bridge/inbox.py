"""A request's body between the loop that receives it and the thread that reads it."""

from __future__ import annotations

import asyncio
import io
import threading
from collections import deque
from typing import TYPE_CHECKING

from governance.core.errors import GovernanceError, TimedOut, TooLarge

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

AHEAD = 64 * 1024  # bytes received before they are asked for


# They are OSErrors too, because that is what an application expects from reading a body that broke off.
class ClientGone(GovernanceError, OSError):
    code, status, title = "client_gone", 400, "The client left before the exchange was complete"


class BodyTooLarge(TooLarge, OSError):
    """A body beyond the limit."""


class BodyTimedOut(TimedOut, OSError):
    """A body that stopped arriving."""

    code, status = "body_timed_out", 408


class Inbox(io.RawIOBase):
    """`put` and `fail` are called on the loop, reading happens on a thread and blocks until there is something."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.is_open = True  # more is to come
        self.held = 0
        self.received = 0
        self.failure: GovernanceError | None = None
        self.raised: GovernanceError | None = None  # the failure, once a reader has met it
        self._loop = loop
        self._chunks: deque[bytes] = deque()
        self._arrived = threading.Condition()
        self._room: asyncio.Event | None = None

    @property
    def room(self) -> asyncio.Event:
        """Set by the reader when it has made room; made on first use because small bodies never need it."""
        if self._room is None:
            self._room = asyncio.Event()
        return self._room

    @property
    def is_full(self) -> bool:
        """Whether the reader is behind; if so, `room` is cleared until it has caught up."""
        with self._arrived:
            if self.held < AHEAD:
                return False
            self.room.clear()
            return True

    def put(self, chunk: bytes, *, is_last: bool) -> None:
        with self._arrived:
            if chunk:
                self._chunks.append(chunk)
                self.held += len(chunk)
                self.received += len(chunk)
            self.is_open = not is_last
            self._arrived.notify()

    def fail(self, error: GovernanceError) -> None:
        """Every read from now on raises; a body that has arrived whole stays readable."""
        with self._arrived:
            if self.is_open and self.failure is None:
                self.failure = error
            self._arrived.notify()

    def take_all(self) -> bytes:
        with self._arrived:
            whole = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
            self._chunks.clear()
            self.held = 0
            return whole

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        with self._arrived:
            while not self._chunks and self.is_open and self.failure is None:
                self._arrived.wait()
            if self.failure is not None:
                self.raised = self.failure
                raise self.failure
            if not self._chunks:
                return 0
            chunk = self._chunks.popleft()
            size = min(len(target), len(chunk))
            target[:size] = chunk[:size]
            if size < len(chunk):
                self._chunks.appendleft(chunk[size:])
            self.held -= size
            has_room = self._room is not None and self.held < AHEAD
        if has_room:
            self._loop.call_soon_threadsafe(self.room.set)
        return size
