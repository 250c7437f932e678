"""Counters of all processes of this host together, in the files of prometheus_client's multiprocess mode below DATA_DIR/metrics.

Each process counts in files that carry its process id. What a process counted stays true after its end, so the files of the dead are added up into
one, and counters go on across restarts.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import signals
from prometheus_client import Counter, Histogram, mmap_dict

from governance.runtime.kernel import is_alive

logger = logging.getLogger(__name__)
MmapedDict: Any = mmap_dict.MmapedDict
"""A dict of floats in a file, as prometheus_client keeps one for each process."""
DEAD = "dead"

tasks = Counter("governance_tasks", "Tasks that ended, by name and state.", ["task", "state"])
task_seconds = Histogram("governance_task_seconds", "Seconds that a task took.", ["task"], buckets=(0.01, 0.1, 1, 10, 60, 600))
_started: dict[str, float] = {}


def folder() -> Path:
    """Where this host's processes count; the settings have put it there before anything could count."""
    return Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])


@contextmanager
def settled(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Nobody moves numbers from one file to another inside this block, unless it is us (`alone`)."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


# Tasks count themselves in whichever process they run.


def _begins(task_id: str = "", **kwargs: Any) -> None:
    _started[task_id] = time.monotonic()


def _ends(task_id: str = "", task: Any = None, state: str | None = None, **kwargs: Any) -> None:
    name = getattr(task, "name", "unknown")
    tasks.labels(name, (state or "unknown").lower()).inc()
    began = _started.pop(task_id, None)
    if began is not None:
        task_seconds.labels(name).observe(time.monotonic() - began)


def _revoked(request: Any = None, expired: bool = False, **kwargs: Any) -> None:
    tasks.labels(getattr(request, "task", None) or getattr(request, "name", "unknown"), "expired" if expired else "revoked").inc()


def count_tasks() -> None:
    """Called once in `ready()`."""
    signals.task_prerun.connect(_begins, dispatch_uid="governance-counting")
    signals.task_postrun.connect(_ends, dispatch_uid="governance-counting")
    signals.task_revoked.connect(_revoked, dispatch_uid="governance-counting")


# Reading a few numbers each second, without parsing all of them again


class _File:
    """Positions of the wanted numbers in one file; it only ever grows, so what was parsed stays right."""

    def __init__(self, inode: int) -> None:
        self.inode = inode
        self.parsed = 8
        self.wanted: list[tuple[tuple[str, str], int]] = []

    def learn(self, data: bytes, used: int, by: Mapping[str, str], names: frozenset[str]) -> None:
        while self.parsed < used:
            length = struct.unpack_from("i", data, self.parsed)[0]
            key = data[self.parsed + 4 : self.parsed + 4 + length]
            value_at = self.parsed + 4 + length + (8 - (length + 4) % 8)
            self.parsed = value_at + 16
            name, sample, labels, _ = json.loads(key)
            if sample in names:
                self.wanted.append(((sample, labels.get(by[sample], "") if sample in by else ""), value_at))
            elif sample == name and name in names:
                self.wanted.append(((name, ""), value_at))


class Totals:
    """Sums of samples over all processes; `by` names the label after which a sample is told apart, `names` what is summed without."""

    def __init__(self, *, by: Mapping[str, str], names: frozenset[str]) -> None:
        self.by, self.names = by, names | set(by)
        self.files: dict[str, _File] = {}

    def read(self) -> dict[tuple[str, str], float]:
        """(sample, label) → total."""
        found: dict[tuple[str, str], float] = {}
        home = folder()
        with settled(home):
            present = [entry for entry in os.scandir(home) if entry.name.endswith(".db")]
            self.files = {entry.name: self.files[entry.name] for entry in present if entry.name in self.files}
            for entry in present:
                if not entry.name.startswith("gauge") or _is_living(entry.name):
                    self._add(entry, found)
        return found

    def _add(self, entry: os.DirEntry[str], found: dict[tuple[str, str], float]) -> None:
        file = self.files.get(entry.name)
        if file is None or file.inode != entry.inode():
            file = self.files[entry.name] = _File(entry.inode())
        data = Path(entry.path).read_bytes()
        used = struct.unpack_from("i", data)[0] if len(data) >= 8 else 0
        file.learn(data, used, self.by, self.names)
        for key, at in file.wanted:
            found[key] = found.get(key, 0.0) + struct.unpack_from("d", data, at)[0]


def _is_living(name: str) -> bool:
    pid = name.removesuffix(".db").rpartition("_")[2]
    return pid.isdigit() and is_alive(int(pid))


def bury() -> int:
    """Adds the files of processes that have ended to one file for each kind, and forgets their gauges; how many files are gone."""
    home = folder()
    with settled(home, alone=True):
        gone = [path for path in home.glob("*.db") if not path.stem.endswith(f"_{DEAD}") and not _is_living(path.name)]
        for kind in {path.name.split("_")[0] for path in gone} - {"gauge"}:
            _add_up(home / f"{kind}_{DEAD}.db", [path for path in gone if path.name.startswith(f"{kind}_")])
        for path in gone:
            path.unlink(missing_ok=True)
    return len(gone)


def _add_up(target: Path, parts: list[Path]) -> None:
    sums: dict[str, float] = {}
    for path in [target, *parts]:
        try:
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
                sums[key] = sums.get(key, 0.0) + value
        except FileNotFoundError:
            continue
        except (RuntimeError, struct.error, UnicodeDecodeError):
            # A process that was killed while its file grew; what it counted until then is in the entries before.
            logger.warning("%s is cut off; the rest of its counters is lost", path.name)
    fresh = target.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    file = MmapedDict(str(fresh))
    try:
        for key, value in sums.items():
            file.write_value(key, value, 0.0)
    finally:
        file.close()
    fresh.replace(target)
