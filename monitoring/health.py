"""`/healthz`, `/readyz` and `/metrics`: for machines, without a login, and quick also when a dependency hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import redis
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from governance.core.cache import redis_client
from monitoring import exposition, store

PATIENCE = 2.0
"""Seconds that a dependency gets to answer."""
FRESH = 15.0
"""Seconds after which the last frame says nothing any more about who runs."""
PROCESSES = ("web", "worker", "tasks", "beat", "facts", "collect")

State = Mapping[str, Any]


class Probe:
    """Asks a dependency in a thread of its own. While one question hangs no second one is asked, so a dead dependency costs one thread and no more."""

    def __init__(self, name: str, ask: Callable[[], State]) -> None:
        self.name, self.ask = name, ask
        self.lock = threading.Lock()
        self.answered = threading.Event()
        self.answered.set()
        self.answer: State = {}
        self.asked = 0.0

    def state(self, patience: float = PATIENCE) -> State:
        with self.lock:
            if self.answered.is_set():
                self.answered = threading.Event()
                self.asked = time.monotonic()
                threading.Thread(target=self._run, args=[self.answered], name=f"probe-{self.name}", daemon=True).start()
            answered = self.answered
        if answered.wait(patience):
            return self.answer
        return {"state": "missing", "detail": f"no answer for {time.monotonic() - self.asked:.0f} s"}

    def _run(self, answered: threading.Event) -> None:
        try:
            self.answer = self.ask()
        finally:
            answered.set()


def _database() -> State:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            waiting = _wanted() - set(cursor.fetchall())
    except DatabaseError as error:
        return {"state": "missing", "detail": f"no connection or no tables yet ({type(error).__name__})"}
    finally:
        connection.close()
    if waiting:
        return {"state": "missing", "detail": f"{len(waiting)} apps wait for their migrations; run manage.py migrate"}
    return {"state": "ok"}


_leaves: set[tuple[str, str]] = set()


def _wanted() -> set[tuple[str, str]]:
    """The last migration of every app on disk; files do not change while we run."""
    if not _leaves:
        _leaves.update(MigrationLoader(None).graph.leaf_nodes())
    return _leaves


def _broker() -> State:
    try:
        redis_client().ping()
    except redis.RedisError as error:
        return {"state": "missing", "detail": f"does not answer ({type(error).__name__})"}
    return {"state": "ok"}


def _processes() -> State:
    """Our processes as the last frames of all hosts name them; beat ticks and collect measures, so without fresh frames nothing is known."""
    try:
        frames = store.latest_frames()
    except redis.RedisError as error:
        return {name: {"state": "unknown", "detail": f"the broker does not answer ({type(error).__name__})"} for name in PROCESSES}
    fresh = [frame for frame in frames if time.time() - frame["at"] < FRESH]
    if not fresh:
        return {name: {"state": "unknown", "detail": f"no measurement in the last {FRESH:.0f} s: beat or collect is not there"} for name in PROCESSES}
    counts = {name: sum(frame["processes"].get(name, {}).get("count", 0) for frame in fresh) for name in PROCESSES}
    return {name: {"state": "ok", "count": count} if count else {"state": "missing"} for name, count in counts.items()}


_probes = {name: Probe(name, ask) for name, ask in {"database": _database, "broker": _broker, "processes": _processes}.items()}


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The web process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve: the database answers and is migrated, and the broker answers.

    The other processes are shown, and do not count: without a worker pages are still right, and taking web out of service would not bring it back.
    """
    deadline = time.monotonic() + PATIENCE
    states = {name: probe.state(max(0.05, deadline - time.monotonic())) for name, probe in _probes.items()}
    processes = states.pop("processes")
    is_ready = all(one["state"] == "ok" for one in states.values())
    body = {"status": "ready" if is_ready else "not ready", "dependencies": states, "processes": processes}
    return JsonResponse(body, status=200 if is_ready else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text format 0.0.4: requests of all web processes together, tasks, and what the collectors saw last."""
    return HttpResponse(exposition.text(), content_type=exposition.CONTENT_TYPE)
