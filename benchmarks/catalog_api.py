"""The catalog's API on a real `manage.py up`: CPU of the web process for each request, with token authentication, beside the limit.

    python benchmarks/catalog_api.py [--requests 1000] [--rounds 3] [--datasets 1200]

The limit is /healthz: the bridge, the middleware and a constant answer, without authentication, gate or database. Beside it stands /api/v1/domains/ with nothing in it:
what authentication, the gate, one query and the frame of a list cost. Targets (issue 2): a dataset's detail at most 2.2 ms, a list of 50 at most 2.5 ms.
A registration of the same datasets is timed too: new ones at most 2 s, unchanged ones at most 0.3 s.
"""

from __future__ import annotations

import argparse
import http.client
import json
import platform
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from tests.portal import Portal

FILL = """
import json, time
from governance.catalog.models import Dataset, Tag
from governance.catalog.services import register_structures, create_tag
from governance.core.access import SYSTEM
from governance.sources.connectors.base import DatasetInfo, FieldInfo
from governance.sources.models import Source
count = {count}
source = Source.objects.create(name="bench", kind="sqlite", config={{}})
fields = tuple(FieldInfo(f"column_{{at}}", "character varying(40)", "text", at) for at in range(20))
def infos():
    return [DatasetInfo(f"public.table_{{at}}", ("public",), f"table_{{at}}", "table" if at < count * 5 // 6 else "view", fields, rows=10, size=8192) for at in range(count)]
clock = []
for scan in (1, 2, 3):
    listed = infos()
    start, cpu = time.perf_counter(), time.process_time()
    register_structures(source, listed, scan_id=scan, actor=SYSTEM)
    clock.append((time.perf_counter() - start, time.process_time() - cpu))
tags = [create_tag(name=f"tag {{at}}", actor=SYSTEM) for at in range(3)]
through = Dataset.tags.through
through.objects.bulk_create([through(dataset_id=pk, tag_id=tag.pk) for pk in Dataset.objects.values_list("pk", flat=True) for tag in tags[:2]])
print(json.dumps({{"clock": clock, "dataset": Dataset.objects.filter(name="table_7").get().pk}}))
"""


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--requests", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--datasets", type=int, default=1200)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        portal = Portal(Path(folder) / "data").start()
        try:
            measure(portal, chosen.requests, chosen.rounds, chosen.datasets)
        finally:
            portal.stop()


def measure(portal: Portal, requests: int, rounds: int, datasets: int) -> None:
    filled = portal.manage("shell", "-v", "0", "-c", FILL.format(count=datasets))
    if filled.returncode:
        sys.exit(filled.stderr[-2000:])
    told = json.loads(filled.stdout.strip().splitlines()[-1])
    token = portal.api().headers["Authorization"]
    web = psutil.Process(portal.pids("web")[0])
    write(
        f"catalog API, {datasets} datasets of 20 fields, {requests} requests × {rounds} rounds one after the other; Python {platform.python_version()}, Django {version('django')}"
    )
    for name, (wall, cpu) in zip(("new", "unchanged", "unchanged again"), told["clock"], strict=True):
        write(f"  register {datasets} datasets, {name:16} {wall:6.2f} s wall {cpu:6.2f} s CPU")
    dataset = told["dataset"]
    addresses = {
        "limit: /healthz": "/healthz",
        "an empty list": "/api/v1/domains/",
        "list of 50 datasets": "/api/v1/datasets/?limit=50",
        "list of 50 fields": "/api/v1/fields/?limit=50",
        "detail of a dataset": f"/api/v1/datasets/{dataset}/",
        "fields of a dataset": f"/api/v1/datasets/{dataset}/fields/",
        "search": "/api/v1/search/?q=table_7",
    }
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in addresses}
    for _ in range(rounds):
        for name, address in addresses.items():
            figures[name].append(timed(portal.port, address, token, web, requests))
    write(f"  {'':24} {'CPU ms':>8} {'wall ms':>8}   each request, medians of the rounds")
    for name, pairs in figures.items():
        write(f"  {name:24} {statistics.median(cpu for cpu, _ in pairs):8.2f} {statistics.median(wall for _, wall in pairs):8.2f}")


def timed(port: int, address: str, token: str, web: psutil.Process, requests: int) -> tuple[float, float]:
    """Milliseconds of CPU of the web process and of wall time for each request, on one connection that stays open."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": token, "Accept": "application/json"}

    def ask() -> None:
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"{address} answered {answer.status}: {body[:500]!r}")

    for _ in range(max(20, requests // 20)):
        ask()
    before, start = sum(web.cpu_times()[:2]), time.perf_counter()
    for _ in range(requests):
        ask()
    wall, cpu = time.perf_counter() - start, sum(web.cpu_times()[:2]) - before
    connection.close()
    return 1000 * cpu / requests, 1000 * wall / requests


def write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
