"""Our own processes: web, worker, beat, facts, collect, the embedded servers and whoever watches them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from governance.env import env
from monitoring.collectors.base import Collector, Family, missing

EXPECTED = ("up", "web", "worker", "tasks", "beat", "facts", "collect", "postgres", "valkey")
LOOK = 5.0
"""Seconds between two looks for new processes; one that is gone is noticed at once."""


@dataclass
class Known:
    """One process and what we read of it last."""

    process: psutil.Process
    group: str
    cpu: float = 0.0
    rss: int = 0
    threads: int = 0
    pss: int | None = None


@dataclass
class Totals:
    """A group of processes; `spent` are CPU seconds also of those that have ended."""

    spent: float = 0.0
    fresh: float = 0.0
    members: list[Known] = field(default_factory=list)


class Processes(Collector):
    """The tree below the supervisor. Where each process runs by itself (in containers) it sees its own."""

    def __init__(self) -> None:
        self.known: dict[int, Known] = {}
        self.groups: dict[str, Totals] = {}
        self.looked = self.read = 0.0
        self.turn = 0

    def collect(self) -> Mapping[str, Any]:
        now = time.monotonic()
        is_first, elapsed, self.read = not self.read, now - self.read, now
        for totals in self.groups.values():
            totals.fresh = 0.0
        if now - self.looked >= LOOK or not self._read_all():
            self.looked = now
            self._look()
            self._read_all()
        self._weigh()
        groups = self._grouped()
        return {name: self._shown(groups[name], elapsed, is_first) for name in groups} or missing("no process of the portal is visible here")

    def _look(self) -> None:
        """Walks the tree: who hangs directly below the supervisor names the group of everybody below."""
        root = _root()
        present: dict[int, Known] = {}
        try:
            tree = [root, *root.children(recursive=True)]
        except psutil.Error:
            tree = [psutil.Process()]
        groups = {root.pid: "up" if root.pid != os.getpid() else "collect"}
        for process in tree:
            try:
                parent = groups.get(process.ppid(), "up")
                group = groups[process.pid] if process.pid in groups else parent if parent != "up" else _name(process)
                groups[process.pid] = group
                known = self.known.get(process.pid)
                present[process.pid] = known if known and known.process == process and known.group == group else Known(process, group)
            except psutil.Error:
                continue
        self.known = present

    def _read_all(self) -> bool:
        """Reads everybody; False when somebody has gone since the last look."""
        is_complete = bool(self.known)
        for pid, one in list(self.known.items()):
            try:
                with one.process.oneshot():
                    times = one.process.cpu_times()
                    one.rss, one.threads = one.process.memory_info().rss, one.process.num_threads()
            except psutil.Error:
                del self.known[pid]
                is_complete = False
                continue
            spent = times.user + times.system
            totals = self.groups.setdefault(one.group, Totals())
            # What a process used before we first saw it counts in the total, and not as this second's.
            totals.fresh += spent - one.cpu if one.cpu else 0.0
            totals.spent += spent - one.cpu
            one.cpu = spent
        return is_complete

    def _weigh(self) -> None:
        """PSS walks a process's pages, so each reading weighs one process and all have their turn."""
        pids = sorted(self.known)
        if not pids:
            return
        self.turn = (self.turn + 1) % len(pids)
        unweighed = [pid for pid in pids if self.known[pid].pss is None]
        one = self.known[unweighed[0] if unweighed else pids[self.turn]]
        try:
            one.pss = getattr(one.process.memory_full_info(), "pss", None)
        except (psutil.Error, OSError):
            one.pss = None

    def _grouped(self) -> dict[str, list[Known]]:
        found: dict[str, list[Known]] = {name: [] for name in EXPECTED if name in self.groups}
        for one in self.known.values():
            found.setdefault(one.group, []).append(one)
        return found

    def _shown(self, members: list[Known], elapsed: float, is_first: bool) -> dict[str, Any]:
        if not members:
            return {"count": 0, **{what: missing("the process is not there") for what in ("cpu", "rss", "pss", "threads")}}
        fresh = self.groups[members[0].group].fresh
        weights = [one.pss for one in members]
        return {
            "count": len(members),
            "cpu": missing("a share needs two readings") if is_first or elapsed <= 0 else round(100 * fresh / elapsed, 2),
            "rss": sum(one.rss for one in members),
            "pss": missing("not weighed yet, or not permitted") if None in weights else sum(filter(None, weights)),
            "threads": sum(one.threads for one in members),
        }

    def families(self) -> Iterable[Family]:
        groups = self._grouped()
        seconds = [({"groupname": name}, totals.spent) for name, totals in self.groups.items()]
        yield Family("namedprocess_namegroup_cpu_seconds_total", "counter", "CPU seconds of the portal's processes.", seconds)
        counts = [({"groupname": name}, float(len(members))) for name, members in groups.items()]
        yield Family("namedprocess_namegroup_num_procs", "gauge", "Number of the portal's processes.", counts)
        threads = [({"groupname": name}, float(sum(one.threads for one in members))) for name, members in groups.items()]
        yield Family("namedprocess_namegroup_num_threads", "gauge", "Threads of the portal's processes.", threads)
        memory = [({"groupname": name, "memtype": "resident"}, float(sum(one.rss for one in members))) for name, members in groups.items()]
        for name, members in groups.items():
            if members and all(one.pss is not None for one in members):
                memory.append(({"groupname": name, "memtype": "proportional"}, float(sum(one.pss or 0 for one in members))))
        yield Family("namedprocess_namegroup_memory_bytes", "gauge", "Memory of the portal's processes.", memory)


def _root() -> psutil.Process:
    """The supervisor when it started us (it gave us our title), else ourselves."""
    me = psutil.Process()
    if me.cmdline()[:1] == ["governance"]:
        return me.parent() or me
    return me


def _name(process: psutil.Process) -> str:
    """The name of a process that hangs directly below the supervisor."""
    words = process.cmdline()
    if words[:1] == ["governance"]:
        return words[1] if len(words) > 1 else "up"
    program = Path(words[0]).name if words else process.name()
    if program.startswith("valkey"):
        return "valkey"
    if "postgres" in program or "postgres" in words[:8]:
        return "postgres" if str(env.places.postgres) in " ".join(words) else "companions"
    return "companions"
