"""What each of our own processes runs. Apps are named as strings here: the runtime stands outside the house."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init
from django.core.management import call_command
from django.db import connections

from governance.runtime import web
from governance.runtime.kernel import die_with_parent

# Loaded once in the supervisor, so that the processes forked from it share their pages.
PRELOADED = ("governance.urls", "governance.asgi", "governance.celery", "uvicorn.protocols.http.httptools_impl", "celery.concurrency.prefork")
QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")


def preload() -> None:
    """Imports what the processes need, and leaves no connection open."""
    for module in PRELOADED:
        import_module(module)
    connections.close_all()


def setup() -> None:
    """Migrations and the first start; what `setup` prints (the administrator's password) goes to the terminal and into no log."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("setup")


def worker(concurrency: int) -> None:
    """Scans, in processes of their own."""
    _celery("worker", "--queues", "scans", "--pool", "prefork", "--concurrency", str(concurrency), "-O", "fair", "-n", "worker@%h", *QUIET_WORKER)


def tasks() -> None:
    """Everything else that is queued, on threads: it mostly waits, and must not wait for a scan."""
    _celery("worker", "--queues", "default", "--pool", "threads", "--concurrency", "4", "-n", "tasks@%h", *QUIET_WORKER)


def collect() -> None:
    """Collectors of this host, in one process that remembers the last reading."""
    _celery("worker", "--queues", "collect", "--pool", "solo", "-n", "collect@%h", *QUIET_WORKER)


def beat() -> None:
    """The schedules; a leader lock keeps several of these from running one slot twice."""
    _celery("beat", "--scheduler", "governance.core.beat:Scheduler", "--pidfile", "", "--loglevel", "INFO")


def facts() -> None:
    """The sealer and the subscribers."""
    import_module("governance.core.events.loop").main()


def targets(listener: socket.socket, workers: int) -> dict[str, Callable[[], object]]:
    """Name → what it runs, for the supervisor. Only web keeps the listening socket."""

    def without_listener(target: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            listener.close()
            target()

        return run

    others: dict[str, Callable[[], object]] = {"worker": lambda: worker(workers), "tasks": tasks, "beat": beat, "facts": facts, "collect": collect}
    return {"web": lambda: web.serve(listener)} | {name: without_listener(target) for name, target in others.items()}


def await_ready(host: str, port: int, patience: float = 30) -> None:
    """Returns once /readyz answers 200; says what is missing each time `patience` seconds have passed."""
    complain = time.monotonic() + patience
    while True:
        state = _readiness(host, port)
        if not state:
            return
        if time.monotonic() > complain:
            complain += patience
            sys.stderr.write(f"Not ready yet: {state}\n")
            sys.stderr.flush()
        time.sleep(0.05)


def _readiness(host: str, port: int) -> str:
    """What /readyz says is missing; nothing when all is there."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body = answer.read(2000).decode("utf-8", "replace")
        return "" if answer.status == 200 else f"/readyz answers {answer.status} {body}"
    except (OSError, http.client.HTTPException) as error:
        return f"web does not answer ({error or type(error).__name__})"
    finally:
        connection.close()


def _celery(*arguments: str) -> None:
    parent = os.getpid()

    def die_with_worker(**kwargs: object) -> None:
        # A solo pool calls this in the worker itself.
        if os.getpid() != parent:
            die_with_parent(parent, signal.SIGKILL)

    # Pool processes go with their worker, also when it was killed, and also when that happened before they got here.
    worker_process_init.connect(die_with_worker, weak=False)
    # The portal runs as root on purpose where a container does; its messages are JSON, which cannot carry code.
    warnings.simplefilter("ignore", SecurityWarning)
    app: Celery = import_module("governance.celery").app
    app.start(["--quiet", *arguments])
