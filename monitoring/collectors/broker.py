"""Our own Valkey or Redis: the queues, and what it says of itself."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from governance.core.cache import redis_client
from monitoring.collectors.base import Collector, Family, Rates, missing

QUEUES = ("default", "scans")
GAUGES = {
    "redis_memory_used_bytes": ("Memory of the broker.", "used_memory"),
    "redis_connected_clients": ("Connections to the broker.", "connected_clients"),
    "redis_blocked_clients": ("Connections that wait for a message.", "blocked_clients"),
}
COUNTERS = {
    "redis_commands_processed_total": ("Commands of the broker.", "total_commands_processed"),
    "redis_keyspace_hits_total": ("Keys that were found.", "keyspace_hits"),
    "redis_keyspace_misses_total": ("Keys that were not found.", "keyspace_misses"),
    "redis_evicted_keys_total": ("Keys that were dropped for want of memory.", "evicted_keys"),
}


class Broker(Collector):
    every: ClassVar[float] = 2.0
    is_shared: ClassVar[bool] = True
    may_hang: ClassVar[bool] = True

    def __init__(self) -> None:
        self.rates = Rates()
        self.info: dict[str, Any] = {}
        self.queues: dict[str, int] = {}

    def collect(self) -> Mapping[str, Any]:
        pipeline = redis_client().pipeline(transaction=False)
        for queue in QUEUES:
            pipeline.llen(queue)
        pipeline.hlen("unacked")
        for section in ("memory", "clients", "stats"):
            pipeline.info(section)
        *lengths, unacked, memory, clients, stats = pipeline.execute()
        self.queues = dict(zip(QUEUES, lengths, strict=True)) | {"unacknowledged": unacked}
        self.info = {**memory, **clients, **stats}
        most = self.info.get("maxmemory", 0)
        return {
            "queues": self.queues,
            "memory": self._told("used_memory"),
            "memory_most": most or missing("no limit is set"),
            "clients": self._told("connected_clients"),
            "blocked": self._told("blocked_clients"),
            "commands": self._rate("total_commands_processed"),
            "hits": self._rate("keyspace_hits"),
            "misses": self._rate("keyspace_misses"),
            "evicted": self._rate("evicted_keys"),
        }

    def _told(self, field: str) -> Any:
        return self.info.get(field, missing("this server does not tell"))

    def _rate(self, field: str) -> Any:
        total = self.info.get(field)
        return missing("this server does not tell") if total is None else self.rates.per_second(field, float(total), time.monotonic())

    def families(self) -> Iterable[Family]:
        lengths = [({"queue": name}, float(length)) for name, length in self.queues.items()]
        yield Family("governance_queue_messages", "gauge", "Messages that wait in a queue, and those taken but not acknowledged.", lengths)
        for name, (text, field) in GAUGES.items():
            if field in self.info:
                yield Family(name, "gauge", text, [({}, float(self.info[field]))])
        for name, (text, field) in COUNTERS.items():
            if field in self.info:
                yield Family(name, "counter", text, [({}, float(self.info[field]))])
