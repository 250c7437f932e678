"""A socket's beginning and end, at the level of ASGI: how many one person may have, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import orjson
import pytest
from django.db import OperationalError

from governance.core.access import Actor
from governance.core.live import Topic, consumer, register_topic, topics
from governance.core.live.consumer import AGAIN, CROWDED, LiveConsumer
from governance.core.live.hub import hub
from governance.env import env

TOPIC = "tests-sockets"
SCOPE = {"type": "websocket", "path": "/ws/live/", "client": ["203.0.113.7", 5000]}


class Client:
    """The far side of one socket. Once `is_gone`, what is sent to it fails as servers let it fail."""

    def __init__(self, person: int, authenticate: Callable[[dict[str, Any]], Actor] | None = None) -> None:
        actor = Actor("person", person, f"person {person}")
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.is_gone = False
        live: Any = type("Live", (LiveConsumer,), {"authenticate": staticmethod(authenticate or (lambda scope: actor))})
        self.task = asyncio.create_task(live.as_asgi()(SCOPE, self.inbox.get, self._send))
        self.inbox.put_nowait({"type": "websocket.connect"})

    async def _send(self, message: dict[str, Any]) -> None:
        if self.is_gone:
            raise ConnectionResetError
        self.outbox.put_nowait(message)

    async def hear(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.outbox.get(), 10)

    def say(self, **message: Any) -> None:
        self.inbox.put_nowait({"type": "websocket.receive", "text": orjson.dumps(message).decode()})

    async def leave(self) -> None:
        self.inbox.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(asyncio.gather(self.task, return_exceptions=True), 10)

    async def opened(self) -> dict[str, Any]:
        """The first message after the handshake: the answer to a question, when the socket was let in."""
        assert (await self.hear())["type"] == "websocket.accept"
        self.say(nothing=True, subscribe="no list")
        return await self.hear()


def told(message: dict[str, Any]) -> Any:
    return orjson.loads(message["text"])["error"]["code"]


def run(work: Callable[[], Awaitable[None]]) -> list[str]:
    """Runs it in a loop of its own; what the loop complained of, also once everything was collected."""
    complaints: list[str] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context["message"]))
        await work()
        gc.collect()
        await asyncio.sleep(0)
        while hub().ending:
            await asyncio.wait(set(hub().ending), timeout=10)
        gc.collect()

    asyncio.run(watched())
    gc.collect()
    return complaints


@pytest.fixture(autouse=True)
def topic() -> Iterator[None]:
    register_topic(Topic(TOPIC, may=lambda actor, key: True, first=lambda actor, key: ("tests.first", {})))
    yield
    topics._topics.pop(TOPIC)
    assert not consumer._open and not hub().listeners and hub().task is None


@pytest.mark.parametrize("moment", ["while it is answered", "while it gets its first frame", "while a frame is sent", "in between"])
def test_a_client_that_goes_without_a_word_leaves_nothing_behind(moment: str) -> None:
    async def work() -> None:
        client = Client(1)
        await client.opened()
        if moment == "while it is answered":
            client.is_gone = True
            client.say(subscribe="no list")
        elif moment == "while it gets its first frame":
            client.is_gone = True
            client.say(subscribe=[TOPIC])
        else:
            client.say(subscribe=[TOPIC])
            await client.hear()
            client.is_gone = moment == "while a frame is sent"
            (listener,) = hub().listeners[TOPIC]
            listener.broken()
            await asyncio.sleep(0)
            client.inbox.put_nowait({"type": "websocket.disconnect", "code": 1006})
        await asyncio.wait_for(asyncio.gather(client.task, return_exceptions=True), 10)

    assert run(work) == []


def test_one_person_may_have_so_many_sockets_and_others_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "live_sockets", 2)

    async def work() -> None:
        first, second, other = Client(1), Client(1), Client(2)
        assert [told(await one.opened()) for one in (first, second, other)] == ["invalid_input"] * 3
        third = Client(1)
        assert (await third.hear())["type"] == "websocket.accept"
        assert told(await third.hear()) == "too_many_sockets"
        assert (await third.hear()) == {"type": "websocket.close", "code": CROWDED}
        await third.leave()
        await first.leave()
        again = Client(1)
        assert told(await again.opened()) == "invalid_input"
        for one in (second, other, again):
            await one.leave()

    assert run(work) == []


def test_a_socket_is_closed_rather_than_silent_when_the_database_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "REMEMBER", -1.0)
    answers: list[Actor] = [Actor("person", 1, "ada")]

    def authenticate(scope: dict[str, Any]) -> Actor:
        if not answers:
            raise OperationalError
        return answers.pop()

    async def work() -> None:
        client = Client(1, authenticate)
        await client.opened()
        client.say(subscribe=[TOPIC])
        await client.hear()
        (listener,) = hub().listeners[TOPIC]
        listener.broken()
        assert await client.hear() == {"type": "websocket.close", "code": AGAIN}
        await client.leave()

    assert run(work) == []
