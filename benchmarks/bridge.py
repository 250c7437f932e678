"""The WSGI bridge beside asgiref's WsgiToAsgi and a bare ASGI application, each in its own uvicorn, same client.

    python benchmarks/bridge.py [--requests 6000] [--connections 16] [--rounds 3]

Prints requests a second and the server's CPU milliseconds a request (medians of the rounds), then the time, the CPU and the extra
memory of one 50 MB upload. Bare ASGI is the limit: the price of uvicorn itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextvars
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
import uvicorn
from asgiref.sync import ThreadSensitiveContext
from asgiref.wsgi import WsgiToAsgi

from governance.core.bridge import Bridge

UPLOAD = 50 * 1024 * 1024
GET = b"GET / HTTP/1.1\r\nHost: portal\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n"


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Reads what was sent, and says hello."""
    left = int(environ.get("CONTENT_LENGTH") or 0)
    while left and (data := environ["wsgi.input"].read(min(left, 65536))):
        left -= len(data)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


async def bare(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """The same in ASGI, with nothing between."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


def peer() -> Any:
    """WsgiToAsgi, each request in a fresh context: in an inherited one, asgiref 3.13 loses its executor and the request fails."""
    application: Any = WsgiToAsgi(hello)  # type: ignore[no-untyped-call]

    async def call(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.create_task(isolated(scope, receive, send), context=contextvars.Context())

    async def isolated(scope: Any, receive: Any, send: Any) -> None:
        async with ThreadSensitiveContext():
            await application(scope, receive, send)

    return call


APPLICATIONS: dict[str, Callable[[], Any]] = {
    "bridge": lambda: Bridge(hello, threads=8),
    "asgiref WsgiToAsgi": peer,
    "bare ASGI (limit)": lambda: bare,
}


def serve(name: str, listener: socket.socket) -> None:
    config = uvicorn.Config(APPLICATIONS[name](), http="httptools", loop="uvloop", lifespan="off", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


async def load(port: int, requests: int, connections: int) -> None:
    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(requests // connections):
            writer.write(GET)
            await reader.readuntil(b"hello")
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))


def upload(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: portal\r\nContent-Length: {UPLOAD}\r\n\r\n".encode())
        block = b"x" * 65536
        for _ in range(UPLOAD // len(block)):
            client.sendall(block)
        answer = b""
        while not answer.endswith(b"hello"):
            answer += client.recv(4096)


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def measure(name: str, options: argparse.Namespace) -> tuple[float, float, float, float, float]:
    """Requests a second, CPU ms a request, seconds of the upload, its CPU seconds, its megabytes."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        port = listener.getsockname()[1]
        server = multiprocessing.get_context("fork").Process(target=serve, args=(name, listener), daemon=True)
        server.start()
    try:
        process = psutil.Process(server.pid)
        asyncio.run(load(port, 500, options.connections))
        before, start = cpu(process), time.perf_counter()
        asyncio.run(load(port, options.requests, options.connections))
        wall, spent = time.perf_counter() - start, cpu(process) - before
        memory, before, start = process.memory_info().rss, cpu(process), time.perf_counter()
        upload(port)
        grown = (process.memory_info().rss - memory) / 1e6
        return options.requests / wall, spent / options.requests * 1000, time.perf_counter() - start, cpu(process) - before, grown
    finally:
        server.terminate()
        server.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    figures: dict[str, list[tuple[float, ...]]] = {name: [] for name in APPLICATIONS}
    for _ in range(options.rounds):
        for name, rows in figures.items():
            rows.append(measure(name, options))
    out = sys.stdout
    out.write(f"{options.requests} requests, {options.connections} connections, {options.rounds} rounds, medians; ")
    out.write(f"Python {sys.version.split()[0]}, uvicorn {version('uvicorn')}, asgiref {version('asgiref')}\n")
    out.write(f"{'':22}{'requests/s':>12}{'CPU ms/request':>16}{'upload s':>10}{'CPU s':>8}{'MB more':>9}\n")
    for name, rows in figures.items():
        rate, each, seconds, spent, grown = (statistics.median(column) for column in zip(*rows, strict=True))
        out.write(f"{name:22}{rate:12.0f}{each:16.3f}{seconds:10.2f}{spent:8.2f}{grown:9.1f}\n")


if __name__ == "__main__":
    main()
