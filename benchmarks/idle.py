"""CPU and memory of a portal that nobody uses, by process, beside the limit of 5 % of one core.

    python benchmarks/idle.py [--seconds 60] [--settle 20] [--pid SUPERVISOR]

Starts `manage.py up` on a folder of its own (or looks at a running one), lets it settle, and prints for each kind of process its CPU
time over the interval, from the kernel's own accounts, and its proportional set size. Metrics are collected each second meanwhile.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from tests.portal import Portal

LIMIT = 5.0
NAMES = ("web", "worker", "tasks", "beat", "facts", "collect")


def kind(process: psutil.Process) -> str:
    words = process.cmdline()
    if words[:1] == ["governance"] and words[1:2] and words[1] in NAMES:
        return words[1]
    return next((name for name in ("postgres", "valkey") if name in " ".join(words)), "up")


def spent(pid: int) -> dict[str, float]:
    """CPU seconds by kind of process; those of children that have ended are with their parents."""
    found: dict[str, float] = defaultdict(float)
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            times = process.cpu_times()
            found[kind(process)] += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return found


def weight(pid: int) -> dict[str, float]:
    """Megabytes of proportional set size by kind of process."""
    found: dict[str, float] = defaultdict(float)
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            found[kind(process)] += process.memory_full_info().pss / 1e6
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def measure(pid: int, settle: float, seconds: float) -> bool:
    """Prints the table; whether the whole stays below the limit."""
    time.sleep(settle)
    before, begun = spent(pid), time.monotonic()
    time.sleep(seconds)
    after, elapsed = spent(pid), time.monotonic() - begun
    memory = weight(pid)
    shares = {name: 100 * (after[name] - before.get(name, 0.0)) / elapsed for name in after}
    sys.stdout.write(f"{'process':<10} {'CPU, % of a core':>17} {'PSS, MB':>9}\n")
    for name in sorted(shares, key=lambda one: -shares[one]):
        sys.stdout.write(f"{name:<10} {shares[name]:>17.2f} {memory.get(name, 0.0):>9.1f}\n")
    whole = sum(shares.values())
    sys.stdout.write(f"{'all':<10} {whole:>17.2f} {sum(memory.values()):>9.1f}   over {elapsed:.0f} s; limit {LIMIT:.0f} %\n")
    return whole <= LIMIT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--settle", type=float, default=20)
    parser.add_argument("--pid", type=int, default=0)
    options = parser.parse_args()
    if options.pid:
        return int(not measure(options.pid, 0, options.seconds))
    folder = Path(tempfile.mkdtemp(prefix="idle-"))
    portal = Portal(folder / "data")
    try:
        portal.start()
        return int(not measure(portal.pid, options.settle, options.seconds))
    finally:
        portal.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
