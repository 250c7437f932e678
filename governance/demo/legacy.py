"""The SQLite file of the program that everybody forgot."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from governance.demo.people import card, people

SCHEMA = """
CREATE TABLE KUNDEN (KDNR INTEGER PRIMARY KEY, NAME1 TEXT, NAME2 TEXT, STR TEXT, PLZ TEXT, ORT TEXT, TEL TEXT, GEBDAT TEXT, KTO TEXT);
CREATE TABLE "Rechnung Alt" (RENR TEXT, KDNR INTEGER, BETRAG REAL, DATUM TEXT, BEMERKUNG TEXT);
CREATE TABLE "Kunden, Premium (VIP)" ("Karten Nr." TEXT, "gültig bis" TEXT, "Inhaber" TEXT);
CREATE TABLE ARTIKEL (NR TEXT, BEZ TEXT, PREIS REAL);
CREATE VIEW OFFENE AS SELECT RENR, KDNR, BETRAG FROM "Rechnung Alt" WHERE BEMERKUNG = 'offen';
"""


def make(path: Path) -> None:
    dice = random.Random(11)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA)
        known = list(people(6000, seed=5))
        database.executemany(
            "INSERT INTO KUNDEN VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (p.number, p.last.upper(), p.first, p.street, p.postal, p.city, p.phone.replace(" ", ""), f"{p.born:%d.%m.%y}", p.iban or "")
                for p in known
            ],
        )
        database.executemany(
            'INSERT INTO "Rechnung Alt" VALUES (?, ?, ?, ?, ?)',
            [
                (
                    f"R{n:07}",
                    dice.randrange(1, 6001),
                    round(dice.uniform(2, 900), 2),
                    f"{dice.randrange(2003, 2012)}-07-15",
                    dice.choice(("offen", "bezahlt", "")),
                )
                for n in range(25_000)
            ],
        )
        database.executemany(
            'INSERT INTO "Kunden, Premium (VIP)" VALUES (?, ?, ?)',
            [(card(dice), f"0{dice.randrange(1, 10)}/{dice.randrange(12, 20)}", p.full) for p in known[:400]],
        )
        database.executemany("INSERT INTO ARTIKEL VALUES (?, ?, ?)", [(f"A-{n}", f"Artikel {n}", n * 1.1) for n in range(800)])
