"""A scan reads a real source and leaves what it found in the catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.catalog.models import Dataset, Field
from governance.core.models import Event
from governance.scans.models import ScanUnit
from tests.factories import api_client, make_user
from tests.scans.running import PEOPLE, scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db


def test_a_scan_finds_the_e_mail_column_of_a_sqlite_file(tmp_path: Path) -> None:
    run = scan(sqlite_source(sqlite_file(tmp_path / "shop.db")))
    assert (run.state, run.outcome, run.done, run.failed, run.total, run.rows) == ("complete", "clean", 1, 0, 1, 200)
    field = Field.objects.get(dataset__source=run.source, name="email")
    assert (field.entity, field.family, field.state) == ("EMAIL_ADDRESS", "email", "suggested")
    assert run.summary == {"new": 1, "changed": 0, "gone": 0, "skipped": 0, "failed": 0, "sensitive": 1, "new_sensitive": 1}


def test_a_scan_leaves_its_facts_in_order(tmp_path: Path) -> None:
    run = scan(sqlite_source(sqlite_file(tmp_path / "shop.db")))
    types = list(Event.objects.order_by("id").values_list("type", flat=True))
    wanted = ["sources.source.created", "scans.run.started", "catalog.dataset.registered", "catalog.sensitive.found", "scans.run.completed"]
    assert [one for one in types if one in wanted] == wanted
    assert Event.objects.get(type="scans.run.completed").data["summary"] == run.summary


def test_stages_that_are_not_built_yet_claim_nothing(tmp_path: Path) -> None:
    run = scan(sqlite_source(sqlite_file(tmp_path / "shop.db")))
    unit = ScanUnit.objects.get(run=run)
    assert unit.result is not None
    stages = unit.result["stages"]
    assert set(stages) == {"extract", "profile", "sweep", "classify", "register", "trace", "validate", "assess"}
    assert [stages[name] for name in ("sweep", "trace", "validate", "assess")] == [None] * 4
    assert all(stages[name] is not None for name in ("extract", "profile", "classify", "register"))


def test_what_did_not_change_is_skipped(tmp_path: Path) -> None:
    source = sqlite_source(sqlite_file(tmp_path / "shop.db", {"people": PEOPLE, "others": PEOPLE}))
    scan(source)
    assert (second := scan(source)).units.filter(state="skipped").count() == 2
    assert second.summary["skipped"] == 2 and second.outcome == "clean"
    assert scan(source, is_full=True).units.filter(state="done").count() == 2


def test_a_structure_scan_registers_without_reading(tmp_path: Path) -> None:
    run = scan(sqlite_source(sqlite_file(tmp_path / "shop.db")), depth="structure")
    dataset = Dataset.objects.get(source=run.source)
    assert (run.state, run.rows, dataset.field_count, dataset.scanned) == ("complete", 0, 4, None)


def test_rules_are_tried_on_a_field_before_they_are_saved(tmp_path: Path) -> None:
    rows = [(at, f"KD-{at:08}", "x", 1) for at in range(300)]
    source = sqlite_source(sqlite_file(tmp_path / "shop.db", {"orders": rows}, "id, customer, note, kind"))
    scan(source)
    field = Field.objects.get(name="customer")
    own = {"name": "customer", "kind": "regex", "entity": "CUSTOMER_NUMBER", "family": "customer_number", "pattern": "KD-[0-9]{8}"}
    client = api_client(make_user("administrator", ceiling="restricted"))
    told = client.post(f"/api/v1/fields/{field.pk}/try/", {"settings": {"custom": [own]}}, format="json").json()
    assert (told["entity"], told["own"][0]["matched"], told["own"][0]["is_hit"]) == ("CUSTOMER_NUMBER", 300, True)
    assert Event.objects.filter(type="catalog.preview.read").count() == 1 and Field.objects.get(pk=field.pk).entity == ""
    assert api_client(make_user("viewer", source)).post(f"/api/v1/fields/{field.pk}/try/", {"settings": {}}, format="json").status_code == 403


def test_what_a_source_adds_to_its_rules_makes_the_next_scan_read_again(tmp_path: Path) -> None:
    source = sqlite_source(sqlite_file(tmp_path / "shop.db"))
    scan(source)
    client = api_client(make_user("administrator", ceiling="restricted"))
    answer = client.patch(f"/api/v1/sources/{source.pk}/", {"classification": {"disabled": ["email"]}}, format="json")
    assert answer.status_code == 200 and answer.json()["classification"] == {"disabled": ["email"]}
    source.refresh_from_db()
    assert scan(source).summary["skipped"] == 0 and Field.objects.get(name="email").entity == ""
    assert client.patch(f"/api/v1/sources/{source.pk}/", {"classification": {"x": 1}}, format="json").status_code == 400
