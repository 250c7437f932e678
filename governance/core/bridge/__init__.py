"""Runs a WSGI application under an ASGI server, on a fixed number of threads that no slow client can hold.

A small request body is received whole before its request takes a thread. A larger one is streamed, and only half of the threads
are lent to bodies that are still arriving, so stalled uploads never keep other requests waiting.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import queue
import threading
from dataclasses import dataclass
from wsgiref.types import WSGIApplication

from governance.core.bridge.exchange import Exchange, Limits, Receive, Scope, Send
from governance.core.bridge.inbox import BodyTimedOut, BodyTooLarge, ClientGone
from governance.core.errors import GovernanceError, Overloaded

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One exchange on its way to a thread and back."""

    exchange: Exchange
    context: contextvars.Context
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[bytes]


class Bridge:
    """ASGI application for the scope type `http`; threads start when they are first needed and then stay."""

    def __init__(
        self,
        application: WSGIApplication,
        *,
        threads: int = 8,
        body_limit: int = 64 * 1024 * 1024,
        backlog: int = 256,
        send_timeout: float = 60,
        receive_timeout: float = 30,
    ) -> None:
        self.application = application
        self.threads = threads
        self.backlog = backlog
        self.limits = Limits(body_limit, send_timeout, receive_timeout)
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._started = 0
        self.busy = 0  # requests that run or wait for a thread
        self._uploads = 0  # requests whose large body is still arriving
        self._upload_slots = asyncio.Semaphore(max(1, threads // 2))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send, self.limits)
        try:
            await exchange.receive_beginning()
            rest = await (self._run_upload(exchange) if exchange.is_arriving else self._run(exchange))
            await exchange.finish(rest)
        except ClientGone:
            await exchange.abort()
        except (BodyTooLarge, BodyTimedOut, Overloaded) as error:
            await self._refuse(exchange, error)
        except Exception:
            # Once the answer has begun, only cutting the connection can tell the client that it is not whole: the server does that.
            if exchange.has_begun:
                raise
            logger.exception("Unhandled error in the WSGI application: %s %s", scope["method"], scope["path"])
            await self._refuse(exchange, GovernanceError("The request failed and was logged. Try again, or tell an administrator."))
        finally:
            exchange.leave()

    async def _run_upload(self, exchange: Exchange) -> bytes:
        if self._uploads >= max(1, self.threads // 2) + self.backlog:
            raise Overloaded("Too many uploads are under way. Try again in a moment.")
        self._uploads += 1
        try:
            async with self._upload_slots:
                return await self._run(exchange)
        finally:
            self._uploads -= 1

    async def _run(self, exchange: Exchange) -> bytes:
        """Runs the application on a thread; what it returns is the end of the body that is still to be sent."""
        if self.busy >= self.threads + self.backlog:
            raise Overloaded("Every thread is busy and the waiting line is full. Try again in a moment.")
        loop = asyncio.get_running_loop()
        self.busy += 1
        if self.busy > self.threads:
            exchange.watch()  # a request whose client leaves while it waits in line is not run at all
        elif self.busy > self._started:
            self._started += 1
            threading.Thread(target=self._work, name=f"http-{self._started}", daemon=True).start()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._jobs.put(Job(exchange, contextvars.copy_context(), loop, answer))
        return await answer

    def _work(self) -> None:
        while True:
            self._do(self._jobs.get())

    def _do(self, job: Job) -> None:
        rest = b""
        failure: BaseException | None = None
        try:
            rest = job.context.run(job.exchange.serve, self.application)
        except StopIteration as error:
            failure = RuntimeError(f"The application raised {error!r}")  # which a future would refuse to carry
        except BaseException as error:
            failure = error
        try:
            job.loop.call_soon_threadsafe(self._settle, job.answer, rest, failure)
        except RuntimeError:
            logger.debug("The loop ended before the answer did")

    def _settle(self, answer: asyncio.Future[bytes], rest: bytes, failure: BaseException | None) -> None:
        self.busy -= 1
        if answer.done():
            return
        if failure is None:
            answer.set_result(rest)
        else:
            answer.set_exception(failure)

    async def _refuse(self, exchange: Exchange, error: GovernanceError) -> None:
        """A problem document in place of the application's answer."""
        try:
            await exchange.refuse(error)
        except ClientGone:
            await exchange.abort()
