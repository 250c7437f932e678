"""What a process tells last, right before it is stopped, is told."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import orjson
import pytest
from redis.client import PubSub

from governance.core import live
from governance.core.cache import redis_client
from governance.core.live import publishing
from governance.core.live.publishing import CHANNEL, Publisher
from governance.runtime import entries
from tests.portal import ROOT, free_port, until

# Its publishing thread never comes round to sending, as when the stop comes in the same moment.
WEB = """
import socket, sys
import governance.asgi
from governance.core import live
from governance.core.live.publishing import Publisher
from governance.runtime import web
Publisher._go = lambda self: None
live.publish_now("tests", "tests.frame", {"n": 1})
web.serve(socket.create_server(("127.0.0.1", int(sys.argv[1]))))
"""


@pytest.fixture
def heard() -> Iterator[PubSub]:
    live.flush()
    with redis_client().pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe(CHANNEL)
        assert pubsub.get_message(timeout=5) is None
        yield pubsub


def told(heard: PubSub) -> int:
    message = heard.get_message(timeout=10)
    assert message is not None, "nothing came"
    number: int = orjson.loads(message["data"].split(b"\n")[1])["data"]["n"]
    return number


def is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_the_web_process_sends_its_last_frames(heard: PubSub) -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", WEB, str(port)], cwd=ROOT) as process:
        until(lambda: is_up(port) or process.poll() is not None, "the web process")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == -signal.SIGTERM
    assert told(heard) == 1


def test_a_supervised_process_sends_its_last_frames(heard: PubSub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Publisher, "_go", lambda self: None)
    monkeypatch.setattr(publishing, "_publisher", Publisher())
    monkeypatch.setattr(entries, "beat", lambda: live.publish_now("tests", "tests.frame", {"n": 2}))
    entries.targets(socket.create_server(("127.0.0.1", 0)), 1)["beat"]()
    assert told(heard) == 2
