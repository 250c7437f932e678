"""The websocket /ws/live/: subscriptions in, frames out, each checked against the reader's grants."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import orjson
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError
from prometheus_client import Gauge

from governance.core import subjects
from governance.core.access import Actor, visible
from governance.core.errors import GovernanceError, NotFound
from governance.core.live.hub import hub
from governance.core.live.publishing import envelope
from governance.core.live.topics import names, topic_of
from governance.env import env

logger = logging.getLogger(__name__)
MOST_WAITING = 500
"""Frames that may wait for a slow reader; then droppable ones go first, and after that the oldest."""
MOST_TOPICS = 50
REMEMBER = 15.0
"""Seconds that an answer of the gate is believed."""
UNKNOWN, GONE, CROWDED, AGAIN = 4401, 4408, 4429, 1013
"""Close codes: nobody is signed in; not any more; too many sockets; something of ours failed, come back."""

SOCKETS = Gauge("governance_websockets", "Websockets that are open.", multiprocess_mode="livesum")

_open: Counter[int | None] = Counter()
"""Sockets of each person in this process; their tokens' count with them."""

Authenticate = Callable[[dict[str, Any]], Actor]


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """`authenticate(scope)` names the reader; it is asked again while the socket is open, since sessions and tokens end."""

    channel_layer_alias = None
    authenticate: Authenticate = staticmethod(lambda scope: Actor("anonymous", None, ""))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = Actor("anonymous", None, "")
        self.topics: set[str] = set()
        self.waiting: deque[tuple[str, int | None, int | None, bytes]] = deque()
        self.wake = asyncio.Event()
        self.sender: asyncio.Task[None] | None = None
        self.answers: dict[tuple[str, int | None], tuple[float, bool]] = {}
        self.asked = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # `disconnect` is never called when answering a client that has just gone fails.
            await self._leave()

    async def connect(self) -> None:
        self.actor = await database_sync_to_async(self.authenticate)(self.scope)
        await self.accept()
        if not self.actor.is_known:
            await self._say({"error": {"code": "not_authenticated", "detail": "Sign in first, or connect with ?token=gov_…."}})
            await self.close(UNKNOWN)
            return
        if _open[self.actor.id] >= env.live_sockets:
            detail = f"You have {env.live_sockets} live connections open, which is the most. Close some pages or programs, then connect again."
            await self._say({"error": {"code": "too_many_sockets", "detail": detail}})
            await self.close(CROWDED)
            return
        self.asked = time.monotonic()
        _open[self.actor.id] += 1
        SOCKETS.inc()
        self.sender = asyncio.create_task(self._send_all())

    async def disconnect(self, code: int) -> None:
        await self._leave()

    async def _leave(self) -> None:
        """Frees what this socket holds, and returns when its sender has ended; called twice it does nothing more."""
        for topic in self.topics:
            hub().remove(self, topic)
        self.topics.clear()
        sender, self.sender = self.sender, None
        if sender is None:
            return
        SOCKETS.dec()
        _open[self.actor.id] -= 1
        if not _open[self.actor.id]:
            del _open[self.actor.id]
        sender.cancel()
        (failure,) = await asyncio.gather(sender, return_exceptions=True)
        # A client that has gone is no failure; servers tell of it with an OSError.
        if isinstance(failure, Exception) and not isinstance(failure, OSError):
            logger.error("The sender of a live socket failed", exc_info=failure)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.sender is None:
            return
        try:
            message = orjson.loads(text_data if text_data is not None else bytes_data or b"")
            wanted, unwanted = (_topics(message, word) for word in ("subscribe", "unsubscribe"))
        except (orjson.JSONDecodeError, TypeError, ValueError):
            await self._say({"error": {"code": "invalid_input", "detail": 'Send JSON such as {"subscribe": ["system", "scan:42"]}.'}})
            return
        for topic in unwanted:
            if topic in self.topics:
                self.topics.discard(topic)
                hub().remove(self, topic)
        for topic in wanted:
            await self._subscribe(topic)

    async def _subscribe(self, text: str) -> None:
        try:
            topic, key = topic_of(text)
            if topic is None:
                raise NotFound(f"There is no topic {text[:50]!r}. Known: {', '.join(names())}.")
            if len(self.topics) >= MOST_TOPICS:
                raise NotFound(f"At most {MOST_TOPICS} topics on one socket; unsubscribe from some first.")
            if not await database_sync_to_async(topic.may)(self.actor, key):
                # The same words whether the thing is not there or not to be seen: nothing is given away.
                raise NotFound(f"You may not see {text[:50]!r}, or it is not there.")
            first = await database_sync_to_async(topic.first)(self.actor, key) if topic.first else None
        except GovernanceError as error:
            code = "denied" if topic_of(text)[0] else error.code
            await self._say({"topic": text[:50], "error": {"code": code, "detail": error.detail}})
            return
        self.topics.add(text)
        hub().add(self, text)
        if first is not None:
            await self.send(text_data=envelope(text, first[0], first[1], None, None).partition(b"\n")[2].decode())

    # The hub's side

    def offer(self, topic: str, source_id: int | None, dataset_id: int | None, frame: bytes) -> None:
        if len(self.waiting) >= MOST_WAITING:
            self._make_room()
        self.waiting.append((topic, source_id, dataset_id, frame))
        self.wake.set()

    def broken(self) -> None:
        self.waiting.append(("", None, None, b'{"topic":"","type":"gap","data":{}}'))
        self.wake.set()

    def _make_room(self) -> None:
        for at, waiting in enumerate(self.waiting):
            topic, _ = topic_of(waiting[0])
            if topic is None or topic.is_droppable:
                del self.waiting[at]
                return
        self.waiting.popleft()

    async def _send_all(self) -> None:
        try:
            await self._send_waiting()
        except DatabaseError as error:
            # Without a sender the socket would stay open and silent.
            logger.warning("database not there (%s); a live socket is closed, its client comes back", type(error).__name__)
            await self.close(AGAIN)

    async def _send_waiting(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            while self.waiting:
                topic, source_id, dataset_id, frame = self.waiting.popleft()
                if time.monotonic() - self.asked > 2 * REMEMBER and not await self._is_still_known():
                    return
                if not topic or (topic in self.topics and await self._may_see(topic, source_id, dataset_id)):
                    await self.send(text_data=frame.decode())

    async def _is_still_known(self) -> bool:
        self.asked = time.monotonic()
        actor = await database_sync_to_async(self.authenticate)(self.scope)
        if actor.is_known and actor.id == self.actor.id:
            self.actor = actor
            return True
        await self._say({"error": {"code": "not_authenticated", "detail": "Your session or token has ended. Sign in again."}})
        await self.close(GONE)
        return False

    async def _may_see(self, topic: str, source_id: int | None, dataset_id: int | None) -> bool:
        kind, _ = topic_of(topic)
        assert kind is not None
        if dataset_id is not None:
            return await self._remembered(("dataset", dataset_id), lambda: sees(self.actor, "dataset", dataset_id))
        if source_id is not None:
            return await self._remembered(("source", source_id), lambda: sees(self.actor, "source", source_id))
        return await self._remembered((kind.name, None), lambda: kind.unscoped(self.actor))

    async def _remembered(self, key: tuple[str, int | None], ask: Callable[[], bool]) -> bool:
        known = self.answers.get(key)
        now = time.monotonic()
        if known and now - known[0] < REMEMBER:
            return known[1]
        answer = await database_sync_to_async(ask)()
        if len(self.answers) > 5_000:
            self.answers.clear()
        self.answers[key] = now, answer
        return bool(answer)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=orjson.dumps(message).decode())


def sees(actor: Actor, kind: str, pk: int) -> bool:
    """Whether the actor may view one row of a subject type."""
    model = subjects.type_named(kind).model
    return visible(actor, model._default_manager.filter(pk=pk)).exists()


def _topics(message: Any, word: str) -> list[str]:
    if not isinstance(message, dict):
        raise TypeError
    found = message.get(word, [])
    if not (isinstance(found, list) and all(isinstance(one, str) for one in found)):
        raise TypeError
    return found[:MOST_TOPICS]
