"""The lake: Parquet by month, CSV exports of every kind, and a log."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import duckdb

from governance.demo.people import people, ssn

EVENTS = 150_000


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(23)
    _events(folder / "clickstream")
    _exports(folder / "exports", dice)
    _patients(folder / "health_benefit" / "claims.parquet", dice)
    _log(folder / "logs" / "auth.jsonl", dice)


def _events(folder: Path) -> None:
    """A partitioned folder is one dataset: year=…/month=…."""
    with duckdb.connect() as database:
        database.execute("SELECT setseed(0.3)")
        database.execute(
            f"""COPY (SELECT 2025 AS year, 1 + (i % 6)::INT AS month, i AS event_id, 'user' || (random() * 20000)::INT AS login,
                '198.51.100.' || (random() * 254)::INT AS client_ip, list_value('view', 'cart', 'buy', 'search')[1 + (random() * 3)::INT] AS action,
                (TIMESTAMP '2025-01-01' + to_seconds((i * 100)::BIGINT)) AS at, round(random() * 90, 3) AS seconds FROM range({EVENTS}) t(i))
                TO '{str(folder).replace("'", "''")}' (FORMAT parquet, PARTITION_BY (year, month))"""
        )


def _exports(folder: Path, dice: random.Random) -> None:
    folder.mkdir()
    with (folder / "kunden_2023.csv").open("w", encoding="latin-1", errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Vorname", "Nachname", "E-Mail", "Strasse", "PLZ", "Ort", "Umsatz"])
        for one in people(12_000, seed=8):
            writer.writerow([one.first, one.last, one.email, one.street, one.postal, one.city, f"{dice.uniform(0, 900):.2f}".replace(".", ",")])
    with (folder / "newsletter.tsv").open("w", encoding="utf-8", newline="") as file:
        file.write("mail\tsince\tlang\n")
        for one in people(8_000, seed=9):
            file.write(f"{one.email}\t{dice.randrange(2015, 2026)}-0{dice.randrange(1, 10)}-01\t{one.country.lower()}\n")
    with (folder / "survey results (final) v2.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("id,age,sex,zip,answer\n")
        for number in range(1500):
            # Commas in the answer were never quoted, so some rows are too long.
            file.write(
                f"{number},{dice.randrange(16, 92)},{dice.choice('MFX')},{dice.randrange(10_000, 99_999)},{dice.choice(('good', 'bad', 'ok, but slow', ''))}\n"
            )
    (folder / "README.txt").write_text("Exports of marketing. Ask Sabine.\n")
    (folder / "empty.csv").write_text("")


def _patients(path: Path, dice: random.Random) -> None:
    path.parent.mkdir()
    rows = [
        (one.number, ssn(dice), one.full, one.born, dice.choice(("J06.9", "M54.5", "F32.1", "E11.9", "I10")), round(dice.uniform(20, 4000), 2))
        for one in people(9_000, seed=12)
    ]
    with duckdb.connect() as database:
        database.execute("CREATE TABLE claims (claim BIGINT, member_ssn VARCHAR, patient VARCHAR, dob DATE, diagnosis VARCHAR, amount DOUBLE)")
        for start in range(0, len(rows), 1000):
            part = rows[start : start + 1000]
            database.execute("INSERT INTO claims VALUES " + ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(part)), [value for row in part for value in row])
        database.execute(f"COPY claims TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")


def _log(path: Path, dice: random.Random) -> None:
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as file:
        for number, one in enumerate(people(5_000, seed=13)):
            line = {
                "ts": f"2025-05-{1 + number % 28:02}T10:{number % 60:02}:00Z",
                "event": dice.choice(("login", "logout", "reset")),
                "user": one.email,
                "ip": f"203.0.113.{number % 250}",
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
