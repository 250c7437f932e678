"""Peak memory (PSS) of all our processes while the demo estate is scanned, beside the limit of 700 MB.

    python benchmarks/memory.py

Starts `manage.py demo` on a folder of its own, samples the proportional set size of every process below it twice a second from the
first request of the scans to their end, and prints the peak, its parts by process, and how long the scans took.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from tests.portal import Portal

LIMIT = 700
PATIENCE = 600
NAMES = ("web", "worker", "tasks", "beat", "facts", "collect")


class Demo(Portal):
    """A portal started by `manage.py demo`."""

    def start(self) -> Demo:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.command("demo"), "--port", str(self.port), "--data-dir", str(self.data_dir)],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        while "is ready at" not in self.text():
            if self.process.poll() is not None:
                raise SystemExit(self.text())
            time.sleep(0.2)
        return self


def memory(pid: int) -> dict[str, float]:
    """Megabytes by kind of process."""
    found: dict[str, float] = defaultdict(float)
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            title = " ".join(process.cmdline())
            pss = process.memory_full_info().pss / 1e6
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        kind = next((name for name in NAMES if title.startswith(f"governance {name} ")), "")
        found[kind or ("postgres" if "postgres" in title else "valkey" if "valkey" in title else "up")] += pss
    return found


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="memory-"))
    demo = Demo(folder / "data")
    try:
        demo.start()
        begun, peak = time.monotonic(), dict[str, float]()
        with demo.api() as api:
            while True:
                now = memory(demo.pid)
                peak = max(peak, now, key=lambda one: sum(one.values()))
                runs = api.get("/api/v1/scans/").json()["results"]
                if len(runs) >= 3 and all(run["state"] in ("complete", "failed", "aborted") for run in runs):
                    break
                if time.monotonic() - begun > PATIENCE:
                    raise SystemExit(f"the scans are not over in {PATIENCE} s: {[(run['state'], run['progress']) for run in runs]}")
                time.sleep(0.5)
            rows = sum(run["progress"]["rows"] or 0 for run in runs)
        out = sys.stdout
        out.write(f"demo: {len(runs)} scans, {rows:,} rows in {time.monotonic() - begun:.1f} s\n")
        out.write(f"peak of PSS: {sum(peak.values()):.0f} MB (limit {LIMIT} MB)\n")
        out.write("  " + ", ".join(f"{name} {size:.0f}" for name, size in sorted(peak.items(), key=lambda pair: -pair[1])) + "\n")
    finally:
        if demo.process and demo.process.poll() is None:
            os.killpg(demo.process.pid, signal.SIGTERM)
            demo.process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
