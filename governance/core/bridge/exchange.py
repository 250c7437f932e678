"""One HTTP request and its answer: the loop's side receives and sends, the thread's side runs the WSGI application."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any
from wsgiref.types import WSGIApplication

import orjson

from governance.core.bridge.environ import build_environ, header
from governance.core.bridge.inbox import AHEAD, BodyTimedOut, BodyTooLarge, ClientGone, Inbox
from governance.core.errors import GovernanceError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

SLICE = 256 * 1024  # bytes handed to the server at once, so that a large answer never fills its buffer
PROGRESS = 16 * 1024  # bytes that have to arrive within one receive_timeout: a trickle is a stall too
LINGER = 2.0  # seconds a refused upload is read on, because closing at once would destroy the answer on its way
SPOOL = 1024 * 1024
HOP_BY_HOP = frozenset(("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"))
PROBLEM_HEADERS = [
    (b"content-type", b"application/problem+json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'"),
]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a body, seconds for a client to take a part of the answer, seconds for it to send a part of the body."""

    body: int
    send_timeout: float
    receive_timeout: float


class Exchange:
    """Created on the loop, served on a thread, finished on the loop."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limits: Limits) -> None:
        self.scope = scope
        self.limits = limits
        self.loop = asyncio.get_running_loop()
        self.has_begun = False
        self.gone = False
        self._receive = receive
        self._send = send
        self._inbox = Inbox(self.loop)
        self._watcher: asyncio.Task[None] | None = None
        self._status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._length: int | None = None
        self._deadline = 0.0
        self._mark = 0
        # ASGI has no word for "drop this connection"; uvicorn's cycle, which owns `send`, has the transport.
        self._transport: Any = getattr(getattr(send, "__self__", None), "transport", None)

    # The request's body, on the loop

    @property
    def is_arriving(self) -> bool:
        """Whether a part of the body has not been received yet."""
        return self._inbox.is_open

    async def receive_beginning(self) -> None:
        """Receives a small body whole, and the beginning of a large one."""
        length, chunked = header(self.scope, b"content-length"), header(self.scope, b"transfer-encoding")
        if chunked is None and (length == b"0" or (length is None and self.scope["http_version"] < "2")):
            self._inbox.is_open = False
            return
        if length is not None and int(length) > self.limits.body:
            raise self._too_large()
        self._restart_clock()
        while self._inbox.is_open and self._inbox.held < AHEAD:
            await self._receive_part()
        if self._inbox.is_open:
            self._watcher = self.loop.create_task(self._feed())

    async def _receive_part(self) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise BodyTimedOut(f"The body did not arrive: less than {PROGRESS} bytes in {self.limits.receive_timeout:g} s. Send it again.") from error
        if message["type"] == "http.disconnect":
            raise ClientGone
        self._inbox.put(message.get("body", b""), is_last=not message.get("more_body", False))
        if self._inbox.received > self.limits.body:
            raise self._too_large()
        if self._inbox.received - self._mark >= PROGRESS:
            self._restart_clock()

    def _restart_clock(self) -> None:
        self._deadline, self._mark = self.loop.time() + self.limits.receive_timeout, self._inbox.received

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"The body is larger than {self.limits.body} bytes. Send it in smaller parts.", limit=self.limits.body)

    async def _feed(self) -> None:
        """Receives the rest of a large body as fast as it is read, then waits for the client to leave."""
        try:
            while self._inbox.is_open:
                if self._inbox.is_full:
                    await self._inbox.room.wait()
                    self._restart_clock()
                await self._receive_part()
            await self._wait_for_leave()
        except (ClientGone, BodyTooLarge, BodyTimedOut) as error:
            self.gone = self.gone or isinstance(error, ClientGone)
            self._inbox.fail(error)

    def watch(self) -> None:
        """From now on `gone` says whether the client left."""
        if self._watcher is None:
            self._watcher = self.loop.create_task(self._wait_for_leave())

    async def _wait_for_leave(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True

    # The application, on a thread

    def serve(self, application: WSGIApplication) -> bytes:
        """Runs the application and streams its answer; returns the last part, which `finish` sends."""
        if self.gone:
            raise ClientGone
        length = header(self.scope, b"content-length")
        if not self._inbox.is_open and self._inbox.failure is None:
            whole = self._inbox.take_all()
            return self._call(application, io.BytesIO(whole), len(whole) if whole or length is not None else None)
        reader = io.BufferedReader(self._inbox, AHEAD)
        if length is not None and header(self.scope, b"transfer-encoding") is None:
            return self._call(application, reader, int(length))
        # Applications read CONTENT_LENGTH bytes and no more, so a chunked body is measured before they see it.
        with SpooledTemporaryFile(max_size=SPOOL) as spool:
            shutil.copyfileobj(reader, spool, AHEAD)
            size = spool.tell()
            spool.seek(0)
            return self._call(application, spool, size)

    def _call(self, application: WSGIApplication, body: IO[bytes], length: int | None) -> bytes:
        chunks = application(build_environ(self.scope, body, length), self._start_response)
        try:
            return self._deliver(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None) -> Callable[[bytes], object]:
        if exc_info is not None and exc_info[1] is not None:
            try:
                if self.has_begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self._status is not None:
            raise RuntimeError("start_response was called a second time without exc_info")
        self._status, self._length = int(status[:3]), None
        self._headers = []
        for name, value in headers:
            lower = name.lower()
            if lower in HOP_BY_HOP:
                continue
            if lower == "content-length":
                if self._status in (204, 304):
                    continue
                self._length = int(value)
            self._headers.append((lower.encode("latin-1"), value.encode("latin-1")))
        return self._push

    def _is_bodiless(self) -> bool:
        return self._status is not None and (self.scope["method"] == "HEAD" or self._status in (204, 304))

    def _deliver(self, chunks: Iterable[bytes]) -> bytes:
        if self._is_bodiless():
            return b""
        if isinstance(chunks, (list, tuple)) and len(chunks) == 1 and self._status is not None and not self.has_begun:
            return bytes(chunks[0])
        iterator = iter(chunks)
        for chunk in iterator:
            if self._is_bodiless():
                return b""
            if chunk and not self.has_begun and len(chunk) == self._length:
                # The whole answer in one part: it needs no trip to the loop of its own. The iterator still has to run to its end.
                for _ in iterator:
                    pass
                return chunk
            if chunk:
                self._push(chunk)
        if self._status is None:
            raise RuntimeError("The application ended without calling start_response")
        return b""

    def _push(self, chunk: bytes) -> None:
        """Sends a part of the answer from the thread; returns when the server has taken it."""
        if self._status is None:
            raise RuntimeError("The application sent a body before calling start_response")
        asyncio.run_coroutine_threadsafe(self._write(chunk, is_last=False), self.loop).result()

    # The answer, on the loop

    async def finish(self, rest: bytes) -> None:
        """Sends the end of the answer."""
        if not self.is_arriving:
            await self._write(rest, is_last=True)
            return
        await self._write(rest, is_last=False)
        await self._linger()
        await self._hand_over({"type": "http.response.body", "body": b"", "more_body": False})

    async def refuse(self, error: GovernanceError) -> None:
        """Answers with a problem document in place of the application."""
        if self.has_begun:
            await self.abort()
            return
        body = orjson.dumps(error.problem())
        self._inbox.raised = None
        self._status, self._headers = error.status, [*PROBLEM_HEADERS, (b"content-length", str(len(body)).encode())]
        if error.status == 503:
            self._headers.append((b"retry-after", b"1"))
        await self.finish(body)

    async def _write(self, body: bytes, *, is_last: bool) -> None:
        if not self.has_begun:
            await self._begin(is_last=is_last)
        if self._is_bodiless():
            body = b""
        for start in range(0, max(len(body), 1), SLICE):
            part = body[start : start + SLICE] if len(body) > SLICE else body
            await self._hand_over({"type": "http.response.body", "body": part, "more_body": not is_last or start + SLICE < len(body)})

    async def _begin(self, *, is_last: bool) -> None:
        if self._inbox.raised is not None:
            # The application read a body that broke off; whatever it made of that is not an answer.
            raise self._inbox.raised
        if self.is_arriving:
            self._headers.append((b"connection", b"close"))
        elif not is_last:
            self.watch()
        self.has_begun = True
        await self._hand_over({"type": "http.response.start", "status": self._status, "headers": self._headers})

    async def _hand_over(self, message: Message) -> None:
        if self.gone or (self._transport is not None and self._transport.is_closing()):
            raise ClientGone
        try:
            async with asyncio.timeout(self.limits.send_timeout):
                await self._send(message)
        except TimeoutError as error:
            raise ClientGone from error

    async def _linger(self) -> None:
        await self._stop_watching()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while (message := await self._receive())["type"] == "http.request" and message.get("more_body"):
                    pass

    async def abort(self) -> None:
        """Drops the connection and what is still buffered for it."""
        self.gone = True
        await self._stop_watching()
        if self._transport is not None:
            self._transport.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while (await self._receive())["type"] != "http.disconnect":
                    pass

    async def _stop_watching(self) -> None:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            await asyncio.wait([watcher])

    def leave(self) -> None:
        """Nothing of the exchange outlives it: a thread that still reads or sends is told that the client left."""
        self.gone = True
        if self._watcher is not None:
            self._watcher.cancel()
        self._inbox.fail(ClientGone())
