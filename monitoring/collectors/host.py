"""The machine: processor, memory, disks, network and load, as psutil reads them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from monitoring.collectors.base import Collector, Family, Rates, missing

MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
MEMORY = ("total", "available", "used", "free", "buffers", "cached")
NOT_COUNTED = "this operating system does not count it"
INNER = ("lo", "ifb", "veth", "docker", "br-", "cni", "cali")
"""Network interfaces whose traffic goes nowhere, or is on the outer interface too."""
MOST = 12
SLOWLY = 10.0
"""Seconds between two looks at what hardly changes: file systems and the list of disks."""


class Host(Collector):
    def __init__(self) -> None:
        self.rates = Rates()
        self.times: Any = None
        self.filesystems: dict[str, Any] = {}
        self.disks: frozenset[str] = frozenset()
        self.looked = 0.0

    def collect(self) -> Mapping[str, Any]:
        now = time.monotonic()
        if not self.looked or now - self.looked >= SLOWLY:
            self.looked = now
            self.filesystems = _tried(_filesystems, "file systems")
            self.disks = _whole_disks()
        return {
            "cpu": self._cpu(),
            "cores": os.cpu_count() or missing(NOT_COUNTED),
            "memory": _tried(_memory, "memory"),
            "swap": _tried(lambda: self._swap(now), "swap"),
            "load": _tried(lambda: dict(zip(("1", "5", "15"), psutil.getloadavg(), strict=True)), "load"),
            "disks": _tried(lambda: self._disks(now), "disks"),
            "filesystems": self.filesystems,
            "network": _tried(lambda: self._network(now), "network"),
        }

    def _cpu(self) -> dict[str, Any]:
        """Share of each mode in the time of all cores since the last reading, in per cent."""
        before, self.times = self.times, psutil.cpu_times()
        if before is None:
            return missing("a share needs two readings")
        spent = {mode: getattr(self.times, mode) - getattr(before, mode) for mode in MODES if hasattr(self.times, mode)}
        whole = sum(spent.values())
        if whole <= 0:
            return missing("the clock of the processor did not move")
        return {mode: round(100 * max(0.0, spent[mode]) / whole, 2) if mode in spent else missing(NOT_COUNTED) for mode in MODES}

    def _swap(self, now: float) -> dict[str, Any]:
        swap = psutil.swap_memory()
        moved = {"in": self.rates.per_second("swap.in", swap.sin, now), "out": self.rates.per_second("swap.out", swap.sout, now)}
        return {"total": swap.total, "used": swap.used, **moved}

    def _disks(self, now: float) -> dict[str, Any]:
        counters = psutil.disk_io_counters(perdisk=True)
        found = {name: self._disk(name, counters[name], now) for name in sorted(counters or ()) if name in self.disks}
        return dict(list(found.items())[:MOST]) or missing("the kernel shows no disks here")

    def _disk(self, name: str, one: Any, now: float) -> dict[str, Any]:
        totals = {"read": one.read_bytes, "written": one.write_bytes, "reads": one.read_count, "writes": one.write_count}
        rates = {what: self.rates.per_second(f"disk.{name}.{what}", total, now) for what, total in totals.items()}
        busy: Any = missing(NOT_COUNTED)
        if hasattr(one, "busy_time"):
            busy = self.rates.per_second(f"disk.{name}.busy", one.busy_time / 1000, now)
            busy = busy if isinstance(busy, dict) else min(100.0, round(100 * busy, 2))
        return {**rates, "busy": busy}

    def _network(self, now: float) -> dict[str, Any]:
        found = {}
        for name, one in _interfaces():
            totals = {"received": one.bytes_recv, "sent": one.bytes_sent, "errors": one.errin + one.errout, "drops": one.dropin + one.dropout}
            found[name] = {what: self.rates.per_second(f"net.{name}.{what}", total, now) for what, total in totals.items()}
        return found or missing("the kernel shows no network interfaces here")

    def families(self) -> Iterable[Family]:
        if self.times is not None:
            seconds = [({"mode": mode}, getattr(self.times, mode)) for mode in MODES if hasattr(self.times, mode)]
            yield Family("node_cpu_seconds_total", "counter", "Seconds that all cores together spent in each mode.", seconds)
        memory = psutil.virtual_memory()
        names = ("total", "available", "free", "buffers", "cached")
        for field in names:
            if hasattr(memory, field):
                yield Family(f"node_memory_{field}_bytes", "gauge", f"Memory: {field}.", [({}, getattr(memory, field))])
        swap = psutil.swap_memory()
        yield Family("node_memory_swap_total_bytes", "gauge", "Swap space.", [({}, swap.total)])
        yield Family("node_memory_swap_free_bytes", "gauge", "Swap space that is free.", [({}, swap.free)])
        for minutes, load in zip((1, 5, 15), psutil.getloadavg(), strict=True):
            yield Family(f"node_load{minutes}", "gauge", f"Load average over {minutes} min.", [({}, load)])
        yield from self._disk_families()
        yield from _network_families()

    def _disk_families(self) -> Iterable[Family]:
        counters = psutil.disk_io_counters(perdisk=True) or {}
        ours = {name: one for name, one in counters.items() if name in self.disks}
        fields = {
            "node_disk_read_bytes_total": ("Bytes read from a disk.", "read_bytes", 1),
            "node_disk_written_bytes_total": ("Bytes written to a disk.", "write_bytes", 1),
            "node_disk_reads_completed_total": ("Reads of a disk.", "read_count", 1),
            "node_disk_writes_completed_total": ("Writes to a disk.", "write_count", 1),
            "node_disk_io_time_seconds_total": ("Seconds that a disk was busy.", "busy_time", 1000),
        }
        for name, (text, field, unit) in fields.items():
            samples = [({"device": device}, getattr(one, field) / unit) for device, one in ours.items() if hasattr(one, field)]
            yield Family(name, "counter", text, samples)
        for name, field in (("size", "size"), ("avail", "available")):
            known = {mount: one[field] for mount, one in self.filesystems.items() if isinstance(one, dict) and field in one}
            yield Family(f"node_filesystem_{name}_bytes", "gauge", f"File system: {field}.", [({"mountpoint": at}, one) for at, one in known.items()])


def _network_families() -> Iterable[Family]:
    interfaces = list(_interfaces())
    received = [({"device": name}, float(one.bytes_recv)) for name, one in interfaces]
    sent = [({"device": name}, float(one.bytes_sent)) for name, one in interfaces]
    yield Family("node_network_receive_bytes_total", "counter", "Bytes received.", received)
    yield Family("node_network_transmit_bytes_total", "counter", "Bytes sent.", sent)


def _interfaces() -> Iterable[tuple[str, Any]]:
    counters = psutil.net_io_counters(pernic=True) or {}
    return [(name, one) for name, one in sorted(counters.items()) if not name.startswith(INNER)][:MOST]


def _memory() -> dict[str, Any]:
    memory = psutil.virtual_memory()
    return {field: getattr(memory, field, missing(NOT_COUNTED)) for field in MEMORY}


def _filesystems() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for partition in psutil.disk_partitions(all=False)[:MOST]:
        try:
            usage = psutil.disk_usage(partition.mountpoint)
        except OSError as error:
            found[partition.mountpoint] = missing(f"cannot be asked ({error.strerror})")
            continue
        found[partition.mountpoint] = {"size": usage.total, "used": usage.used, "available": usage.free}
    return found or missing("no file system of a disk is mounted here")


def _whole_disks() -> frozenset[str]:
    """Names of disks without their partitions, and without devices in memory; all that psutil names where there is no /sys."""
    try:
        names = [path.name for path in Path("/sys/block").iterdir()]
    except OSError:
        names = list(psutil.disk_io_counters(perdisk=True) or ())
    return frozenset(name for name in names if not name.startswith(("loop", "ram", "zram", "sr")))


def _tried(ask: Callable[[], dict[str, Any]], what: str) -> dict[str, Any]:
    try:
        return ask()
    except (psutil.Error, OSError, NotImplementedError, RuntimeError) as error:
        return missing(f"{what} cannot be read here ({type(error).__name__})")
