"""Websocket clients of the session's portal, at the level of the protocol."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import redis
from websockets.sync.client import ClientConnection, connect

from governance.runtime.places import Places
from tests.portal import Portal

PATIENCE = 20


@contextmanager
def opened(portal: Portal, *, token: str = "", cookies: str = "", origin: str | None = None, **options: Any) -> Iterator[ClientConnection]:
    """A socket that names itself by a token or by cookies."""
    address = f"ws://127.0.0.1:{portal.port}/ws/live/" + (f"?token={token}" if token else "")
    with connect(address, additional_headers={"Cookie": cookies} if cookies else {}, origin=origin, **options) as socket:  # type: ignore[arg-type]
        yield socket


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(orjson.dumps(message).decode())


def hear(socket: ClientConnection, timeout: float = PATIENCE) -> dict[str, Any]:
    frame: dict[str, Any] = orjson.loads(socket.recv(timeout=timeout))
    return frame


def hear_from(socket: ClientConnection, topic: str) -> dict[str, Any]:
    """The next frame of a topic."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        frame = hear(socket)
        if frame.get("topic") == topic:
            return frame
    raise AssertionError(f"no frame of {topic} came")


def token_of(portal: Portal, *scopes: str, username: str = "admin", password: str = "") -> str:
    """The secret of a fresh token."""
    with portal.api(scopes=scopes or ("*",), username=username, password=password) as client:
        return client.headers["Authorization"].removeprefix("Bearer ")


def cookies_of(portal: Portal) -> str:
    with portal.client() as client:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


def broker_of(portal: Portal) -> redis.Redis:
    return redis.Redis.from_url(Places(portal.data_dir).redis_url())
