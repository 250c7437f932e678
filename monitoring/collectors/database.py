"""Our own PostgreSQL, as its statistics views tell it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import connection

from monitoring.collectors.base import Collector, Family, Rates, missing

STATES = ("active", "idle", "idle in transaction", "idle in transaction (aborted)", "fastpath function call", "disabled")
TOTALS = (
    *("xact_commit", "xact_rollback", "blks_hit", "blks_read", "tup_returned", "tup_fetched", "tup_inserted", "tup_updated", "tup_deleted"),
    *("deadlocks", "temp_bytes"),
)
SIZE_EVERY = 60.0

# One round trip. A role without pg_monitor sees other people's connections without their state: they are counted as hidden.
ASK = f"""
SELECT
  (SELECT json_object_agg(state, n) FROM (
     SELECT coalesce(state, 'hidden') AS state, count(*) AS n FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1) AS states),
  (SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()),
  (SELECT json_build_object('held', count(*) FILTER (WHERE granted), 'waiting', count(*) FILTER (WHERE NOT granted)) FROM pg_locks
     WHERE pid <> pg_backend_pid()),
  (SELECT json_build_object({", ".join(f"'{name}', {name}" for name in TOTALS)}) FROM pg_stat_database WHERE datname = current_database()),
  current_setting('max_connections')::int
"""


class Database(Collector):
    every: ClassVar[float] = 2.0
    is_shared: ClassVar[bool] = True
    may_hang: ClassVar[bool] = True

    def __init__(self) -> None:
        self.rates = Rates()
        self.before: dict[str, float] = {}
        self.totals: dict[str, float] = {}
        self.shown: dict[str, Any] = {}
        self.size: Any = missing("not asked yet")
        self.sized = 0.0

    def collect(self) -> Mapping[str, Any]:
        now = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(ASK)
            states, oldest, locks, totals, most = cursor.fetchone()
            if not self.sized or now - self.sized >= SIZE_EVERY:
                cursor.execute("SELECT pg_database_size(current_database())")
                self.size, self.sized = cursor.fetchone()[0], now
        states = states or {}
        self.before, self.totals = self.totals, totals or {}
        self.shown = {
            "connections": {state.replace(" ", "_"): states.get(state, 0) for state in (*STATES[:3], "hidden")},
            "connections_total": sum(states.values()),
            "connections_most": most,
            "size": self.size,
            "locks": locks,
            # No open transaction at all is a true zero.
            "oldest_transaction": round(float(oldest or 0), 3),
            **self._rates(now),
        }
        return self.shown

    def _rates(self, now: float) -> dict[str, Any]:
        if not self.totals:
            return {name: missing("pg_stat_database does not show our database") for name in ("transactions", "rollbacks", "rows", "cache_hit")}
        rates = {name: self.rates.per_second(name, total, now) for name, total in self.totals.items()}
        return {
            "transactions": rates["xact_commit"],
            "rollbacks": rates["xact_rollback"],
            "rows": {name: rates[f"tup_{name}"] for name in ("fetched", "inserted", "updated", "deleted")},
            "deadlocks": rates["deadlocks"],
            "cache_hit": self._cache_hit(),
        }

    def _cache_hit(self) -> Any:
        """Share of the blocks asked for since the last reading that were in PostgreSQL's cache, in per cent."""
        if not self.before:
            return missing("a share needs two readings")
        hit, read = (self.totals[name] - self.before[name] for name in ("blks_hit", "blks_read"))
        if hit < 0 or read < 0 or hit + read == 0:
            return missing("no block was asked for since the last reading")
        return round(100 * hit / (hit + read), 2)

    def families(self) -> Iterable[Family]:
        if not self.shown:
            return
        label = {"datname": str(connection.settings_dict["NAME"])}
        for name, total in self.totals.items():
            yield Family(f"pg_stat_database_{name}_total", "counter", f"pg_stat_database.{name} of our database.", [(label, float(total))])
        connections = [({**label, "state": state}, float(count)) for state, count in self.shown["connections"].items()]
        yield Family("pg_stat_activity_connections", "gauge", "Connections to our database by state.", connections)
        locks = [({**label, "state": state}, float(count)) for state, count in self.shown["locks"].items()]
        yield Family("pg_locks", "gauge", "Locks that are held and waited for.", locks)
        yield Family("pg_settings_max_connections", "gauge", "Connections that PostgreSQL allows.", [({}, float(self.shown["connections_most"]))])
        oldest = float(self.shown["oldest_transaction"])
        yield Family("pg_stat_activity_max_tx_duration_seconds", "gauge", "Age of the oldest open transaction.", [(label, oldest)])
        if isinstance(self.size, int):
            yield Family("pg_database_size_bytes", "gauge", "Size of our database.", [(label, float(self.size))])
