"""The web process: uvicorn with one port for HTTP and websockets."""

from __future__ import annotations

import socket

import uvicorn

from governance.env import env
from governance.runtime.preflight import listen

APPLICATION = "governance.asgi:application"


def serve(listener: socket.socket) -> None:
    """Serves until SIGTERM; then requests under way get 3 s to end."""
    config = uvicorn.Config(
        APPLICATION,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run(sockets=[listener])


def main() -> None:
    """The web process by itself, as a container runs it: GOVERNANCE_HOST and GOVERNANCE_PORT say where it listens."""
    serve(listen(env.host, env.port))
