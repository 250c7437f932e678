"""Names of workers that tell, on the machine where they run, whether the worker still lives."""

from __future__ import annotations

import os
import socket
import threading
from hashlib import blake2b
from pathlib import Path

PROC = Path("/proc")
BOOT_ID = PROC / "sys/kernel/random/boot_id"
DEAD = ("Z", "X")


def me() -> str:
    """host:process:thread:start:machine of the calling thread. The last two are empty where the system does not tell."""
    process, thread = os.getpid(), threading.get_native_id()
    known = _machine()
    started = _stat(process, thread)[1] if known else ""
    return f"{socket.gethostname()[:40]}:{process}:{thread}:{started}:{known if started else ''}"


def host(worker: str) -> str:
    """The part of a worker's name that people know."""
    return worker.partition(":")[0]


def is_gone(worker: str) -> bool:
    """Whether this worker certainly does not live any more. False for one of another machine, or when there is no telling."""
    parts = worker.rsplit(":", 4)
    if len(parts) != 5 or not parts[4] or parts[4] != _machine():
        return False
    process, thread, started = int(parts[1]), int(parts[2]), parts[3]
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    state, _ = _stat(process, process)
    if not state:
        return False  # it ended just now, or /proc hides it from us
    if state in DEAD and _threads(process) <= 1:
        return True
    state, found = _stat(process, thread)
    # The number was given to another one, or the thread ended while its process lives on.
    return found != started or state in DEAD


def _machine() -> str:
    """The same for all processes that see one another under the same numbers: one boot, one PID namespace, one host name; empty when unknown."""
    try:
        if str((PROC / "self").readlink()) != str(os.getpid()):
            return ""  # /proc shows another namespace than ours
        place = f"{BOOT_ID.read_text().strip()} {(PROC / 'self/ns/pid').stat().st_ino} {socket.gethostname()}"
    except OSError:
        return ""
    return blake2b(place.encode(), digest_size=6).hexdigest()


def _stat(process: int, thread: int) -> tuple[str, str]:
    """State and start time (clock ticks since boot) of a thread, as proc(5) says; empty when it is not there."""
    try:
        fields = (PROC / str(process) / "task" / str(thread) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[19]


def _threads(process: int) -> int:
    try:
        return len(list((PROC / str(process) / "task").iterdir()))
    except OSError:
        return 0
