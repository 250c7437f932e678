"""How quickly a fact is in a browser, and what a frame to a thousand websockets costs.

    python benchmarks/live.py [--calls 200] [--sockets 1000] [--frames 40] [--size 2500]

Starts a portal on a folder of its own. First: milliseconds from a service call (its transaction included) to the frame in a Chromium
page, one call at a time; limit 40 ms at p95. Then: CPU of the web process for frames to many sockets at once, beside a bare server that
writes the same bytes to as many sockets and does nothing else: the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import multiprocessing
import os
import resource
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from hashlib import sha1
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
import redis
import uvloop
from playwright.sync_api import sync_playwright

from governance.runtime.places import Places
from tests.portal import Portal, free_port

LIMIT = 40.0
SETTLE = 1.0
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
SUBSCRIBE = b'{"subscribe":["events"]}'
LISTEN = """(address) => new Promise((resolve) => {
  window.arrived = [];
  const socket = new WebSocket(address);
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.topic === "events") window.arrived.push([Date.now(), frame.data.id]);
    else resolve(true);
  };
  socket.onopen = () => { socket.send('{"subscribe":["events"]}'); socket.send('{"subscribe":["ready"]}'); };
})"""


def to_browser(portal: Portal, token: str, calls: int) -> None:
    """Service calls of this process, on the portal's database and broker."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        try:
            page = browser.new_page()
            page.goto(f"{portal.base_url}/healthz")
            page.evaluate(LISTEN, f"ws://127.0.0.1:{portal.port}/ws/live/?token={token}")
            with multiprocessing.get_context("spawn").Pool(1, _configured, (str(portal.data_dir),)) as pool:
                pool.apply(_call)
                page.evaluate("window.arrived.length = 0")
                waits = []
                for number in range(calls):
                    begun = pool.apply(_call)
                    page.wait_for_function("(count) => window.arrived.length >= count", arg=number + 1, polling=5)
                    waits.append(page.evaluate("(at) => window.arrived[at][0]", number) - begun)
        finally:
            browser.close()
    waits.sort()
    p95 = waits[int(len(waits) * 0.95) - 1]
    sys.stdout.write(f"service call to browser, {calls} calls: p50 {statistics.median(waits):.1f} ms, p95 {p95:.1f} ms (limit {LIMIT:.0f} ms)\n")


def _configured(data_dir: str) -> None:
    os.environ |= {"GOVERNANCE_DATA_DIR": data_dir, "DJANGO_SETTINGS_MODULE": "governance.settings"}
    import django

    django.setup()


def _call() -> float:
    """Milliseconds since the epoch at which the call began."""
    from django.contrib.auth import get_user_model

    from governance.core.access import Actor
    from security.identity.tokens import create_token

    user = get_user_model().objects.get(username="admin")
    begun = time.time() * 1000
    create_token(user, name=f"bench {secrets.token_hex(4)}", scopes=["read:events"], actor=Actor("person", user.pk, user.get_username()))
    return begun


class Reader(asyncio.Protocol):
    """A websocket client that counts bytes and does nothing else."""

    received = 0

    def __init__(self, path: str, port: int, opened: asyncio.Event) -> None:
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self.opened, self.head = opened, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.opened.is_set():
            Reader.received += len(data)
            return
        self.head += data
        if b"\r\n\r\n" in self.head:
            # A mask of zeros leaves the payload as it is.
            self.transport.write(bytes([0x81, 0x80 | len(SUBSCRIBE), 0, 0, 0, 0]) + SUBSCRIBE)
            self.opened.set()


async def readers(path: str, port: int, count: int) -> list[Reader]:
    loop, found = asyncio.get_running_loop(), []
    for _ in range(count):
        opened = asyncio.Event()
        _, reader = await loop.create_connection(lambda opened=opened: Reader(path, port, opened), "127.0.0.1", port)  # type: ignore[misc]
        await opened.wait()
        found.append(reader)
    return found


async def fan_out(path: str, port: int, url: str, pid: int, options: argparse.Namespace) -> float:
    """CPU milliseconds of process `pid` for one frame to all sockets."""
    open_sockets = await readers(path, port, options.sockets)
    await asyncio.sleep(SETTLE)
    message, size = framed(options.size)
    process, Reader.received = psutil.Process(pid), 0
    before = process.cpu_times()
    async with redis.asyncio.Redis.from_url(url) as client:
        for sent in range(1, options.frames + 1):
            await client.publish("live", message)
            while Reader.received < sent * size * options.sockets:
                await asyncio.sleep(0.002)
    after = process.cpu_times()
    for one in open_sockets:
        one.transport.close()
    return float(1000 * (after.user + after.system - before.user - before.system) / options.frames)


def framed(size: int) -> tuple[bytes, int]:
    """A message as the hub takes it, and the bytes of its frame on the wire."""
    frame = b'{"topic":"events","type":"bench","time":"2026-01-01T00:00:00.000Z","data":{"padding":"' + b"x" * size + b'"}}'
    return b'["events",null,null]\n' + frame, len(frame) + (4 if len(frame) < 65536 else 10)


def bare(port: int, url: str) -> None:
    """The limit: a handshake, and then the same bytes to every transport."""
    transports: list[Any] = []

    class Bare(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            if self.transport in transports:
                return
            key = data.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
            accept = base64.b64encode(sha1(key + GUID, usedforsecurity=False).digest())
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            transports.append(self.transport)

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", port, backlog=2048)
        async with server, redis.asyncio.Redis.from_url(url) as client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe("live")
            async for message in pubsub.listen():
                frame = message["data"].partition(b"\n")[2]
                head = b"\x81\x7e" + len(frame).to_bytes(2, "big") if len(frame) < 65536 else b"\x81\x7f" + len(frame).to_bytes(8, "big")
                for transport in transports:
                    transport.write(head + frame)

    uvloop.run(serve())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--size", type=int, default=2500)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = Path(tempfile.mkdtemp(prefix="live-"))
    # All sockets are one person's.
    portal = Portal(folder / "data", GOVERNANCE_LIVE_SOCKETS=str(options.sockets + 10))
    url = Places(portal.data_dir).redis_url()
    try:
        portal.start()
        with portal.api() as api:
            token = api.headers["Authorization"].removeprefix("Bearer ")
        to_browser(portal, token, options.calls)
        cost = uvloop.run(fan_out(f"/ws/live/?token={token}", portal.port, url, portal.pids("web")[0], options))
        port = free_port()
        limit = multiprocessing.get_context("spawn").Process(target=bare, args=(port, url), daemon=True)
        limit.start()
        time.sleep(2 * SETTLE)
        least = uvloop.run(fan_out("/", port, url, limit.pid or 0, options))
        limit.terminate()
        words = f"a frame of {options.size} bytes to {options.sockets} sockets, mean of {options.frames}"
        sys.stdout.write(f"{words}: web {cost:.1f} ms CPU, bare server {least:.1f} ms (× {cost / least:.1f})\n")
        sys.stdout.write(f"uvicorn {version('uvicorn')}, channels {version('channels')}, uvloop {version('uvloop')}, redis {version('redis')}\n")
    finally:
        portal.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
