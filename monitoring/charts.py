"""What the live page draws: groups of charts over the paths of a frame."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`path` leads into the frame; a `*` stands for every name there (each disk, each process) and for itself in the label."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    id: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    stacked: bool = False
    most: float | None = None

    @property
    def json(self) -> str:
        """The lines as the page's script reads them."""
        return json.dumps([[line.path, line.label] for line in self.lines])


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    charts: tuple[Chart, ...]


def _lines(start: str, *names: str) -> tuple[Line, ...]:
    return tuple(Line(f"{start}.{name}", name.replace("_", " ")) for name in names)


GROUPS = (
    Group(
        "host",
        "Host",
        (
            Chart("cpu", "Processor, all cores", "%", _lines("host.cpu", "user", "system", "nice", "iowait", "irq", "softirq", "steal"), True, 100),
            Chart(
                "memory", "Memory", "bytes", (*_lines("host.memory", "used", "cached", "buffers", "available"), Line("host.swap.used", "swap used"))
            ),
            Chart("load", "Load average", "", (Line("host.load.1", "1 min"), Line("host.load.5", "5 min"), Line("host.load.15", "15 min"))),
            Chart("network", "Network", "bytes/s", (Line("host.network.*.received", "* received"), Line("host.network.*.sent", "* sent"))),
            Chart("disks", "Disks", "bytes/s", (Line("host.disks.*.read", "* read"), Line("host.disks.*.written", "* written"))),
            Chart("busy", "Disks, share of time busy", "%", (Line("host.disks.*.busy", "*"),), False, 100),
            Chart("space", "Space left on file systems", "bytes", (Line("host.filesystems.*.available", "*"),)),
            Chart("swap", "Swapping", "bytes/s", _lines("host.swap", "in", "out")),
        ),
    ),
    Group(
        "processes",
        "Processes of the portal",
        (
            Chart("processes-cpu", "Processor, of one core", "%", (Line("processes.*.cpu", "*"),)),
            Chart("processes-memory", "Memory, proportional share", "bytes", (Line("processes.*.pss", "*"),), True),
        ),
    ),
    Group(
        "database",
        "Database",
        (
            Chart("connections", "Connections", "", _lines("database.connections", "active", "idle", "idle_in_transaction", "hidden"), True),
            Chart(
                "transactions", "Transactions a second", "", (Line("database.transactions", "committed"), Line("database.rollbacks", "rolled back"))
            ),
            Chart("rows", "Rows a second", "", _lines("database.rows", "fetched", "inserted", "updated", "deleted")),
            Chart("cache", "Blocks found in the cache", "%", (Line("database.cache_hit", "cache hit"),), False, 100),
            Chart("locks", "Locks", "", _lines("database.locks", "held", "waiting")),
            Chart("oldest", "Oldest open transaction", "s", (Line("database.oldest_transaction", "age"),)),
            Chart("size", "Size", "bytes", (Line("database.size", "our database"),)),
        ),
    ),
    Group(
        "queues",
        "Queues",
        (
            Chart("queues", "Messages that wait", "", _lines("broker.queues", "default", "scans", "unacknowledged")),
            Chart("tasks", "Tasks that ended a second", "", _lines("web.tasks", "success", "failure", "retry", "revoked", "expired")),
            Chart("commands", "Broker, commands a second", "", (Line("broker.commands", "commands"),)),
            Chart("broker-memory", "Broker, memory", "bytes", (Line("broker.memory", "used"), Line("broker.memory_most", "limit"))),
            Chart("clients", "Broker, connections", "", _lines("broker", "clients", "blocked")),
            Chart("facts", "Facts under way", "", (*_lines("facts", "unsealed", "lag"), Line("facts.set_aside", "set aside"))),
        ),
    ),
    Group(
        "web",
        "Web",
        (
            Chart(
                "requests",
                "Requests a second",
                "",
                (Line("web.requests", "all"), Line("web.refused", "refused (4xx)"), Line("web.errors", "failed (5xx)")),
            ),
            Chart("latency", "Time of a request, mean", "s", (Line("web.latency", "mean"),)),
            Chart("sockets", "Open websockets", "", (Line("web.sockets", "open"),)),
        ),
    ),
    Group(
        "scans",
        "Scans",
        (
            Chart("runs", "Under way", "", (Line("runs.*.running", "* running"), Line("runs.*.queued", "* queued"))),
            Chart("units", "Units a second", "", (Line("runs.*.done_per_second", "* done"), Line("runs.*.failed_per_second", "* failed"))),
            Chart("scan-rows", "Rows a second", "", (Line("runs.*.rows_per_second", "*"),)),
            Chart("scan-bytes", "Bytes a second", "bytes/s", (Line("runs.*.bytes_per_second", "*"),)),
        ),
    ),
)
WINDOWS = ((60, "1 min"), (300, "5 min"), (900, "15 min"), (3600, "1 h"), (6 * 3600, "6 h"), (86_400, "24 h"))
