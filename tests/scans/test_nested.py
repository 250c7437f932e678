"""Documents in JSON columns, structs in Parquet and JSON files are profiled and classified path by path."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest

from governance.catalog import services
from governance.catalog.models import Dataset, Field
from governance.core.access import SYSTEM
from governance.sources.models import Source
from governance.sources.services import create_source
from intelligence import rule_sets
from tests.factories import actor_for, make_user
from tests.scans.running import scan, sqlite_source

pytestmark = pytest.mark.django_db
CARD = "4111111111111111"


def order(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "customer": {"email": f"person{number}@firm{number % 9}.example", "vip": number % 2 == 0},
        "items": [{"sku": f"A-{number % 5}", "price": 1.5 * number}, {"sku": "B-1", "price": 2}],
    }


def json_source(path: Path, count: int = 120) -> Source:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE orders (id integer primary key, payload text)")
        database.executemany("INSERT INTO orders (payload) VALUES (?)", [[json.dumps(order(number))] for number in range(count)])
    return sqlite_source(path)


def lake(folder: Path) -> Source:
    rule_sets.ensure_default()
    return create_source(name="lake", kind="files", config={"path": str(folder)}, actor=SYSTEM)


def fields_of(source: Source) -> dict[str, Field]:
    return {one.name: one for one in Field.objects.filter(dataset__source=source, gone=None).select_related("parent")}


def test_a_json_column_is_classified_by_path(tmp_path: Path) -> None:
    source = json_source(tmp_path / "shop.db")
    scan(source)
    fields = fields_of(source)
    assert fields["payload.customer.email"].entity == "EMAIL_ADDRESS" and fields["payload.customer.email"].parent == fields["payload"]
    assert fields["payload.items[].sku"].entity == "" and fields["payload.items[].price"].kind == "decimal"
    column = fields["payload"]
    assert (column.entity, column.sensitivity) == ("", fields["payload.customer.email"].sensitivity)
    assert "payload.customer.email" in (column.evidence or {})["reason"]
    dataset = Dataset.objects.get(source=source)
    assert (dataset.field_count, dataset.sensitive_fields) == (2, 1)


def test_a_path_has_a_profile_of_its_own(tmp_path: Path) -> None:
    source = json_source(tmp_path / "shop.db")
    scan(source)
    profile = fields_of(source)["payload.items[].price"].profile or {}
    assert (profile["rows"], profile["nulls"], profile["minimum"], profile["maximum"], profile["of_sample"]) == (240, 0, 0, 178.5, True)


def test_structs_and_lists_in_parquet_are_classified_by_path(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    folder.mkdir()
    rows = "SELECT {'name': 'x' || i, 'mail': 'p' || i || '@firm.example'} AS person, ['q' || i || '@mail.example', 'r@mail.example'] AS mails FROM range(300) t(i)"
    duckdb.sql(f"COPY ({rows}) TO '{folder}/people.parquet' (FORMAT parquet)")
    source = lake(folder)
    scan(source)
    fields = fields_of(source)
    assert fields["person.mail"].entity == "EMAIL_ADDRESS" and fields["person"].entity == ""
    assert fields["mails"].entity == "EMAIL_ADDRESS" and "mails[]" not in fields


def test_json_documents_are_classified_by_path(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    folder.mkdir()
    (folder / "orders.jsonl").write_text("\n".join(json.dumps(order(number)) for number in range(150)))
    source = lake(folder)
    scan(source)
    assert fields_of(source)["customer.email"].entity == "EMAIL_ADDRESS"


def test_a_path_that_went_away_is_gone_when_all_rows_were_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    source = json_source(path)
    scan(source)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE orders SET payload = json_remove(payload, '$.customer')")
    scan(source, is_full=True)
    assert "payload.customer.email" not in fields_of(source) and Field.objects.filter(name="payload.customer.email").exists()
    assert fields_of(source)["payload"].sensitivity == "public"


def test_a_rejected_path_lowers_its_column(tmp_path: Path) -> None:
    source = json_source(tmp_path / "shop.db")
    scan(source)
    services.decide(fields_of(source)["payload.customer.email"], verdict="reject", actor=actor_for(make_user("administrator", ceiling="restricted")))
    fields = fields_of(source)
    assert (fields["payload.customer.email"].state, fields["payload"].sensitivity) == ("rejected", "public")
    scan(source, is_full=True)
    assert fields_of(source)["payload.customer.email"].state == "rejected"


def test_paths_follow_a_column_that_was_renamed_and_go_with_one_that_was_dropped(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    source = json_source(path)
    scan(source)
    pk = fields_of(source)["payload.customer.email"].pk
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE orders RENAME COLUMN payload TO document")
    scan(source, is_full=True)
    assert fields_of(source)["document.customer.email"].pk == pk
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE orders DROP COLUMN document")
    scan(source, is_full=True)
    assert set(fields_of(source)) == {"id"}


def test_no_value_of_a_document_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (doc text)")
        database.executemany("INSERT INTO t VALUES (?)", [[json.dumps({"pay": {"card": CARD}, "note": f"zebra{n}"})] for n in range(80)])
    source = sqlite_source(path)
    scan(source)
    stored = json.dumps(list(Field.objects.filter(dataset__source=source).values("evidence", "profile", "reason")))
    assert CARD not in stored and "zebra7" not in stored
    assert fields_of(source)["doc.pay.card"].entity == "CREDIT_CARD"
