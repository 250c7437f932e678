"""One round of measuring: who is due is read, and the frame is put together, sent and kept."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import redis
from django.db import DatabaseError, InterfaceError, connections

from governance.core import live
from governance.core.cache import redis_client
from monitoring import counting, store
from monitoring.collectors import Collector, Family, collectors, missing

logger = logging.getLogger(__name__)
TOPIC = "system"
LEASE_KEY, LEASE = "monitoring:lease", 15
"""Who measures what all hosts share, and for how many seconds without a sign of life."""
FAMILIES_EVERY = 5.0
CLEAN_EVERY = 60.0


class Part:
    """One collector, what it saw last, and when it is due."""

    def __init__(self, name: str, collector: Collector) -> None:
        self.name, self.collector = name, collector
        self.shown: Mapping[str, Any] = missing("not measured yet")
        self.families: list[Family] = []
        self.due = self.read = 0.0
        self.failing = ""

    def is_due(self, now: float) -> bool:
        # A tick that comes a little early is meant.
        return now >= self.due - 0.2

    def measure(self, now: float) -> None:
        self.due = now + self.collector.every
        try:
            self.shown = self.collector.collect()
            self.families = list(self.collector.families())
            self.failing = ""
        except Exception as error:  # stage boundary: one part that fails leaves the others
            self._failed(error)
        self.read = time.monotonic()

    def _failed(self, error: Exception) -> None:
        kind = type(error).__name__
        if kind != self.failing:
            expected = isinstance(error, (DatabaseError, InterfaceError, redis.RedisError, OSError))
            logger.warning("%s cannot be measured (%s)", self.name, kind, exc_info=None if expected else error)
        self.failing = kind
        self.shown, self.families = missing(f"the {self.name} collector failed ({kind}); see the log of collect"), []
        if isinstance(error, (DatabaseError, InterfaceError)):
            connections.close_all()

    def now_shown(self, now: float) -> Mapping[str, Any]:
        """The last reading, unless it is too old to be shown as the present."""
        patience = max(10.0, 4 * self.collector.every)
        if self.collector.may_hang and self.read and now - self.read > patience:
            return missing(f"no answer for {now - self.read:.0f} s")
        return self.shown


class Station:
    """All collectors of this host. Those that may hang are read by one thread beside, which `tick` wakes and does not wait for."""

    def __init__(self, instance: str = "") -> None:
        self.instance = instance or socket.gethostname()
        self.parts: list[Part] = []
        self.unavailable: dict[str, Mapping[str, Any]] = {}
        for name in collectors.names():
            state = collectors.available(name)
            if state.is_available:
                self.parts.append(Part(name, collectors.get(name)()))
            else:
                self.unavailable[name] = missing(state.reason)
        self.recorder = store.Recorder(self.instance)
        self.wake = threading.Event()
        self.beside: threading.Thread | None = None
        self.holds_lease = False
        self.asked = self.exposed = self.cleaned = 0.0

    def tick(self) -> dict[str, Any]:
        """Measures, publishes and keeps one frame."""
        now = time.monotonic()
        for part in self.parts:
            if not part.collector.may_hang and part.is_due(now):
                part.measure(now)
        if self.beside is None:
            self.beside = threading.Thread(target=self._beside, name="collectors", daemon=True)
            self.beside.start()
        self.wake.set()
        frame = self.frame()
        is_exposing = now - self.exposed >= FAMILIES_EVERY
        if is_exposing:
            self.exposed = now
        live.publish_now(TOPIC, "frame", frame)
        self.recorder.save(frame, self.families() if is_exposing else None)
        if now - self.cleaned >= CLEAN_EVERY:
            self.cleaned = now
            counting.bury()
            store.forget_silent()
        return frame

    def frame(self) -> dict[str, Any]:
        now = time.monotonic()
        seen = {part.name: part.now_shown(now) for part in self._own()}
        return {"instance": self.instance, "at": round(time.time(), 3), **seen, **self.unavailable}

    def families(self) -> Sequence[Family]:
        return [family for part in self._own() for family in part.families]

    def _own(self) -> list[Part]:
        return [part for part in self.parts if self.holds_lease or not part.collector.is_shared]

    def _beside(self) -> None:
        while True:
            self.wake.wait()
            self.wake.clear()
            self.read_beside()

    def read_beside(self) -> None:
        """Reads who may hang and is due, as far as it is for this host to do."""
        now = time.monotonic()
        if now - self.asked >= LEASE / 3:
            self.asked = now
            self.holds_lease = self._hold()
        for part in self._own():
            if part.collector.may_hang and part.is_due(time.monotonic()):
                part.measure(time.monotonic())

    def _hold(self) -> bool:
        client = redis_client()
        try:
            if client.set(LEASE_KEY, self.instance, nx=True, ex=LEASE):
                return True
            if client.get(LEASE_KEY) != self.instance.encode():
                return False
            return bool(client.expire(LEASE_KEY, LEASE))
        except redis.RedisError:
            return self.holds_lease


_station: Station | None = None


def station() -> Station:
    """The one of this process, made on the first tick."""
    global _station
    if _station is None:
        _station = Station()
    return _station
