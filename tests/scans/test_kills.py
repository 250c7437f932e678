"""kill -9 of anything in the middle of a scan: it completes, and every dataset is registered once."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.portal import Portal, until

pytestmark = pytest.mark.destructive
TABLES = 110
MANY = 220
VICTIMS = ("worker", "facts", "postgres", "beat", "valkey", "web")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = Portal(tmp_path_factory.mktemp("kills") / "data")
    try:
        yield portal.start()
    finally:
        portal.stop()


def database(folder: Path, tables: int) -> Path:
    path = folder / "crm.sqlite"
    with sqlite3.connect(path) as connection:
        for table in range(tables):
            connection.execute(f"CREATE TABLE t{table:03} (id INTEGER PRIMARY KEY, mail TEXT, amount REAL, note TEXT)")
            rows = [(f"person{at}@firm{at % 7}.example", at * 1.5, f"note {at}") for at in range(400)]
            connection.executemany(f"INSERT INTO t{table:03} (mail, amount, note) VALUES (?, ?, ?)", rows)
    connection.close()
    return path


def asked(api: httpx.Client, address: str) -> Any:
    """The answer, or nothing while web or what stands behind it is away."""
    try:
        answer = api.get(address)
    except httpx.HTTPError:
        return None
    return answer.json() if answer.status_code == 200 else None


def test_a_scan_survives_the_death_of_every_process_in_turn(own: Portal, tmp_path: Path) -> None:
    survive(own, tmp_path, "crm", VICTIMS, TABLES)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_scans_survive_deaths_in_any_order(own: Portal, tmp_path: Path, seed: int) -> None:
    victims = Random(seed).choices(VICTIMS, k=len(VICTIMS))
    sys.stdout.write(f"seed {seed}: {MANY} units, kill -9 of {', '.join(victims)}\n")
    survive(own, tmp_path, f"soak {seed}", victims, MANY)


def survive(own: Portal, folder: Path, name: str, victims: Sequence[str], tables: int) -> None:
    """A scan of many units during which processes die, one after the other, between 10 and 90 %."""
    api = own.api()
    source = api.post("/api/v1/sources/", json={"name": name, "kind": "sqlite", "config": {"path": str(database(folder, tables))}}).json()
    run = api.post("/api/v1/scans/", json={"source": source["id"]}).json()
    address = f"/api/v1/scans/{run['id']}/"

    def behind(share: float) -> Any:
        found = asked(api, address)
        return found if found and found["progress"]["total"] and found["progress"]["done"] >= share * tables else None

    shares = []
    for at, victim in enumerate(victims):
        before = until(partial(behind, 0.1 + 0.12 * at), f"progress before the death of {victim}", own.text, 150)
        own.kill(victim)
        shares.append(before["progress"]["done"] / tables)
    assert shares[0] >= 0.1 and shares[-1] < 0.95, shares
    ended = until(
        lambda: (found := asked(api, address)) and found["state"] not in ("queued", "running") and found, "the end of the scan", own.text, 180
    )
    assert (ended["state"], ended["outcome"], ended["progress"]["done"], ended["progress"]["failed"]) == ("complete", "clean", tables, 0)
    assert_registered_once(own, source["id"], tables)


def assert_registered_once(own: Portal, source: int, datasets: int, *, sensitive: int | None = None) -> None:
    """Rows and facts, read by a command on the same DATA_DIR; each dataset holds something sensitive unless told otherwise."""
    code = f"""
from governance.catalog.models import Dataset, DatasetVersion, ProfileSnapshot
from governance.core.models import Event
facts = Event.objects.filter(source_id={source})
print(Dataset.objects.filter(source={source}).count(), DatasetVersion.objects.filter(dataset__source={source}).count(),
    ProfileSnapshot.objects.filter(dataset__source={source}).count(), facts.filter(type='catalog.dataset.registered').count(),
    facts.filter(type='catalog.sensitive.found').count(), facts.filter(type='scans.run.completed').count())
"""
    answer = own.manage("shell", "--verbosity", "0", "-c", code)
    expected = [datasets] * 4 + [datasets if sensitive is None else sensitive, 1]
    assert answer.stdout.split() == [str(one) for one in expected], answer.stdout + answer.stderr
