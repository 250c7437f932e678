"""The demo's estate, of which we know what each column holds; what is not named here holds nothing sensitive."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from governance.demo import lake, legacy, shop
from intelligence.classification import Column, classify

ROWS = 3_000
SHOP = {
    "customers": {
        "first_name": "first_name",
        "last_name": "last_name",
        "email": "email",
        "phone": "phone",
        "birth_date": "date_of_birth",
        "gender": "gender",
        "street": "street_address",
        "postal_code": "postal_code",
        "city": "city",
        "iban": "iban",
        "remark": "free_text_pii",
    },
    "contacts_old": {"email": "phone", "phone": "email", "kommentar": "credit_card"},
    "tickets": {"message": "free_text_pii"},
    "loyalty": {},
    "payments": {"pan": "credit_card", "holder": "person_name"},
    "employees": {
        "name": "person_name",
        "national_id": "national_id",
        "date_of_birth": "date_of_birth",
        "religion": "religion",
        "bank_account": "iban",
        "work_mail": "email",
    },
    "Krankmeldungen 2024": {"ICD-10": "medical_code", "Arzt / Ärztin": "person_name"},
    "applicants": {"applicant": "person_name", "passport_no": "passport", "cv": "free_text_pii"},
    "api_clients": {"api_key": "secret"},
    "devices": {"imei": "imei", "mac": "mac_address"},
    "settings": {"value": "email"},
    "tmp_export_2019 (copy)": {"col1": "person_name", "col2": "date_of_birth", "col3": "us_ssn", "col4": "iban", "col5": "national_id"},
    "test_users": {"username": "username", "password": "secret"},
}
LEGACY = {
    "KUNDEN": {
        "NAME1": "last_name",
        "NAME2": "first_name",
        "STR": "street_address",
        "PLZ": "postal_code",
        "ORT": "city",
        "TEL": "phone",
        "GEBDAT": "date_of_birth",
        "KTO": "iban",
    },
    "Rechnung Alt": {},
    "Kunden, Premium (VIP)": {"Karten Nr.": "credit_card", "Inhaber": "person_name"},
    "ARTIKEL": {},
    "OFFENE": {},
}
LAKE = {
    "newsletter.tsv": {"mail": "email"},
    "survey results (final) v2.csv": {"age": "age", "sex": "gender", "zip": "postal_code"},
    "claims.parquet": {"member_ssn": "us_ssn", "patient": "person_name", "dob": "date_of_birth", "diagnosis": "medical_code"},
    "auth.jsonl": {"user": "email", "ip": "ipv4"},
}
EXPORT = {
    "Vorname": "first_name",
    "Nachname": "last_name",
    "E-Mail": "email",
    "Strasse": "street_address",
    "PLZ": "postal_code",
    "Ort": "city",
}


def read(query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Headers and rows of a query on files."""
    with duckdb.connect() as database:
        database.execute(query)
        return [column[0] for column in database.description or ()], database.fetchall()


def found(table: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """Header → family of what was found in a table."""
    kept = list(rows)
    columns = [Column(header, [row[at] for row in kept], table=table, position=at) for at, header in enumerate(headers)]
    return {column.name: verdict.family for column, verdict in zip(columns, classify(columns), strict=True) if verdict.family is not None}


def test_the_shop() -> None:
    tables = {}
    for name, headers, rows in shop.tables():
        table = name.split(".", 1)[1].strip('"')
        tables[table] = found(table, next(csv.reader([headers], skipinitialspace=True)), islice(rows, ROWS))
    assert tables == SHOP


def test_the_program_that_everybody_forgot(tmp_path: Path) -> None:
    legacy.make(tmp_path / "old.db")
    opened = sqlite3.connect(tmp_path / "old.db")
    tables = {}
    for table in LEGACY:
        cursor = opened.execute(f'SELECT * FROM "{table}" LIMIT {ROWS}')
        tables[table] = found(table, [column[0] for column in cursor.description], cursor.fetchall())
    opened.close()
    assert tables == LEGACY


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    lake.make(folder)
    return folder


@pytest.mark.parametrize("name", LAKE)
def test_files_of_the_lake(name: str, files: Path) -> None:
    path = next(files.rglob(name))
    source = f"read_csv('{path}', all_varchar = true, ignore_errors = true)" if path.suffix in {".csv", ".tsv"} else f"'{path}'"
    assert found(path.stem, *read(f"SELECT * FROM {source} LIMIT {ROWS}")) == LAKE[name]


def test_an_export_in_another_encoding(files: Path) -> None:
    with (files / "exports" / "kunden_2023.csv").open(encoding="latin-1", newline="") as file:
        headers, *rows = islice(csv.reader(file, delimiter=";"), ROWS)
    assert found("kunden_2023", headers, rows) == EXPORT


def test_the_clickstream(files: Path) -> None:
    query = f"SELECT * EXCLUDE (year, month) FROM '{files}/clickstream/**/*.parquet' LIMIT {ROWS}"
    assert found("clickstream", *read(query)) == {"login": "username", "client_ip": "ipv4"}


def test_where_parcels_went_and_who_visited() -> None:
    """The columns that PostgreSQL itself draws in the demo."""
    dice = Random(4)
    parcels = [
        (at, f"1Z{dice.getrandbits(64):016X}", dice.choice(("DHL", "UPS", "Correos")), 36 + dice.random() * 18, dice.random() * 30 - 8)
        for at in range(800)
    ]
    visits = [(f"203.0.113.{dice.randrange(256)}", f"/p/{dice.randrange(2000)}", dice.randrange(900)) for _ in range(800)]
    rates = [(f"2021-01-{1 + at % 28:02}", dice.choice(("GBP", "USD")), round(0.5 + 3 * dice.random(), 6)) for at in range(800)]
    assert found("shipments", ["order_id", "tracking_no", "carrier", "lat", "lon"], parcels) == {"lat": "geo_coordinate", "lon": "geo_coordinate"}
    assert found("visits", ["ip", "path", "ms"], visits) == {"ip": "ipv4"}
    assert found("exchange_rates", ["day", "currency", "rate"], rates) == {}
