"""Long: random deaths in scan after scan. Prints what it did."""

from __future__ import annotations

import os
import random
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tests.portal import Portal, until
from tests.scans.test_kills import VICTIMS, asked

pytestmark = [pytest.mark.soak, pytest.mark.destructive]
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "12"))
TABLES = 200


def test_scans_complete_whoever_dies_and_however_often(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(int(os.environ.get("SOAK_SEED", "1")))
    portal = Portal(tmp_path / "data")
    deaths: Counter[str] = Counter()
    try:
        api = portal.start().api()
        for number in range(ROUNDS):
            path = database(tmp_path, number)
            source = api.post("/api/v1/sources/", json={"name": f"crm {number}", "kind": "sqlite", "config": {"path": str(path)}}).json()
            run = api.post("/api/v1/scans/", json={"source": source["id"]}).json()
            deaths += end_of(portal, run["id"], api, dice)
            datasets = asked(api, f"/api/v1/datasets/?source={source['id']}&limit=500")
            assert len(datasets["results"]) == TABLES
    finally:
        portal.stop()
    with capsys.disabled():
        print(f"\n{ROUNDS} scans of {TABLES} units, killed: {dict(deaths)}; all complete, every dataset registered once")  # noqa: T201


def end_of(portal: Portal, run: int, api: object, dice: random.Random) -> Counter[str]:
    """Kills at random points until the scan is over; it must be complete and clean."""
    deaths: Counter[str] = Counter()
    due = dice.uniform(0.05, 0.3)
    address = f"/api/v1/scans/{run}/"
    while True:
        found = until(lambda: asked(api, address), "an answer", portal.text, 120)  # type: ignore[arg-type]
        if found["state"] not in ("queued", "running"):
            assert (found["state"], found["outcome"], found["progress"]["failed"]) == ("complete", "clean", 0), found
            return deaths
        total = found["progress"]["total"]
        if total and found["progress"]["done"] / total >= due and due < 0.95:
            victim = dice.choice(VICTIMS)
            portal.kill(victim)
            deaths[victim] += 1
            due += dice.uniform(0.1, 0.3)


def database(folder: Path, number: int) -> Path:
    path = folder / f"crm{number}.sqlite"
    with sqlite3.connect(path) as connection:
        for table in range(TABLES):
            connection.execute(f"CREATE TABLE t{table:03} (id INTEGER PRIMARY KEY, mail TEXT, amount REAL)")
            rows = [(f"person{at}@firm{at % 7}.example", at * 1.5) for at in range(300)]
            connection.executemany(f"INSERT INTO t{table:03} (mail, amount) VALUES (?, ?)", rows)
    connection.close()
    return path
