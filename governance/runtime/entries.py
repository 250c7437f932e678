"""What each of our own processes runs. Apps are named as strings here: the runtime stands outside the house."""

from __future__ import annotations

import gc
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
from celery.signals import worker_before_create_process, worker_process_init
from celery.utils.nodenames import host_format
from django.core.management import call_command
from django.db import connections

from governance.runtime import web
from governance.runtime.kernel import die_with_parent

# Loaded once in the supervisor, so that the processes forked from it share their pages: a module that is loaded after the fork costs its
# memory in each process, and besides the pages of others in whose gaps its objects come to lie.
PRELOADED = (
    "governance.urls",
    "governance.asgi",
    "governance.celery",
    "governance.core.beat",
    "governance.core.events.loop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.concurrency.solo",
    "celery.concurrency.thread",
    "celery.contrib.django.task",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.control",
    "celery.worker.strategy",
    "django.contrib.messages.storage.fallback",
    "django.contrib.sessions.serializers",
    "django.core.cache.backends.redis",
    "kombu.transport.redis",
    "psutil",
)


def preload() -> None:
    """Imports what the processes need, and leaves no connection open."""
    for module in PRELOADED:
        import_module(module)
    app = _app()
    app.loader.import_default_modules()
    app.finalize()
    connections.close_all()


def setup() -> None:
    """Migrations and the first start; what `setup` prints (the administrator's password) goes to the terminal and into no log."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("setup")


def worker(concurrency: int) -> None:
    """Scans, in processes of their own."""
    _work("worker", queue="scans", pool="prefork", concurrency=concurrency, optimization="fair")


def tasks() -> None:
    """Everything else that is queued, on threads: it mostly waits, and must not wait for a scan."""
    _work("tasks", queue="default", pool="threads", concurrency=4)


def collect() -> None:
    """Collectors of this host, in one process that remembers the last reading."""
    _work("collect", queue="collect", pool="solo")


def beat() -> None:
    """The schedules; a leader lock keeps several of these from running one slot twice."""
    _app().Beat(scheduler="governance.core.beat:Scheduler", loglevel="INFO", quiet=True).run()


def facts() -> None:
    """The sealer and the subscribers."""
    import_module("governance.core.events.loop").main()


def targets(listener: socket.socket, workers: int) -> dict[str, Callable[[], object]]:
    """Name → what it runs, for the supervisor. Only web keeps the listening socket."""

    def without_listener(target: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            listener.close()
            try:
                target()
            finally:
                # A supervised process ends without `atexit`, and what it did last is to be seen too.
                import_module("governance.core.live").flush()

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


def _app() -> Celery:
    app: Celery = import_module("governance.celery").app
    return app


def _work(name: str, *, queue: str, **options: object) -> None:
    """A Celery worker, without Celery's command line: that would load a terminal toolkit into every process."""
    parent = os.getpid()

    def die_with_worker(**kwargs: object) -> None:
        # A solo pool calls this in the worker itself.
        if os.getpid() != parent:
            die_with_parent(parent, signal.SIGKILL)

    def keep_pages_shared(**kwargs: object) -> None:
        gc.freeze()

    # Pool processes go with their worker, also when it was killed, and also when that happened before they got here.
    worker_process_init.connect(die_with_worker, weak=False)
    worker_before_create_process.connect(keep_pages_shared, weak=False)
    # The portal runs as root on purpose where a container does; its messages are JSON, which cannot carry code.
    warnings.simplefilter("ignore", SecurityWarning)
    worker = _app().Worker(
        hostname=host_format(f"{name}@%h"),
        queues=[queue],
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        **options,
    )
    worker.start()
    raise SystemExit(worker.exitcode)
