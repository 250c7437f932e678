"""What the web process does when it ends: ASGI's lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from governance.core.live.publishing import flush


async def lifespan(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """Sends the frames of the last requests: the server ends its process by a signal, and then nothing of `atexit` runs."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.to_thread(flush)
    await send({"type": "lifespan.shutdown.complete"})
