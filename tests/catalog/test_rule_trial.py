"""Rules that are not saved yet are tried on a field of the catalog, under the reader's own grant."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from governance.catalog.models import Field
from governance.catalog.services import register_structures
from governance.core.access import SYSTEM
from governance.core.models import Event
from governance.sources.services import connect, create_source
from tests.factories import api_client, find, grant, make_user, nothing, verdict

pytestmark = pytest.mark.django_db
ODD = "oddity-4711-x"
RULES = {"custom": [{"name": "badge", "kind": "regex", "entity": "BADGE", "family": "badge", "pattern": "BG-[0-9]{4}"}]}


@pytest.fixture
def fields(tmp_path: Path) -> dict[str, Field]:
    """A real SQLite file: badges with one value that is none, and an empty column."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE staff (badge TEXT, note TEXT)")
        database.executemany("INSERT INTO staff VALUES (?, NULL)", [(f"BG-{1000 + at}",) for at in range(40)] + [(ODD,)])
    source = create_source(name="shop", kind="sqlite", config={"path": str(path)}, actor=SYSTEM)
    with connect(source) as connector:
        dataset = register_structures(source, list(connector.datasets()), scan_id=1, actor=SYSTEM)[0].dataset
    find(dataset, {"badge": verdict("us_ssn"), "note": nothing()})
    return {one.name: one for one in Field.objects.filter(dataset=dataset)}


def attempt(field: Field, client: Any, rules: object = RULES) -> Any:
    return client.post(f"/api/v1/fields/{field.pk}/try/", {"settings": rules}, format="json")


def test_a_trial_counts_what_fits_and_notes_that_it_read(fields: dict[str, Field]) -> None:
    answer = attempt(fields["badge"], api_client(make_user("administrator", ceiling="restricted"))).json()
    assert (answer["entity"], answer["own"][0]["matched"], answer["own"][0]["looked"]) == ("BADGE", 40, 41)
    assert answer["own"][0]["misses"] == [ODD]
    assert Event.objects.filter(type="catalog.preview.read", subject_id=fields["badge"].dataset_id).count() == 1


def test_what_does_not_fit_is_masked_above_the_ceiling(fields: dict[str, Field]) -> None:
    answer = attempt(fields["badge"], api_client(make_user("administrator", ceiling="internal")))
    assert answer.status_code == 200 and ODD not in answer.content.decode() and answer.json()["own"][0]["matched"] == 40


def test_nobody_reads_without_the_right_to(fields: dict[str, Field]) -> None:
    viewer = make_user("viewer", ceiling="restricted")
    assert attempt(fields["badge"], api_client(viewer)).status_code == 403
    elsewhere = make_user()
    grant(elsewhere, "administrator", fields["badge"].dataset.source, effect="deny")
    assert attempt(fields["badge"], api_client(elsewhere)).status_code in {403, 404}
    assert not Event.objects.filter(type="catalog.preview.read").exists()


@pytest.mark.parametrize("rules", [{"threshold": 7}, {"custom": [{**RULES["custom"][0], "pattern": "(a"}]}])
def test_bad_rules_are_refused_before_anything_is_read(fields: dict[str, Field], rules: object) -> None:
    answer = attempt(fields["badge"], api_client(make_user("administrator", ceiling="restricted")), rules)
    assert answer.status_code == 400 and not Event.objects.filter(type="catalog.preview.read").exists()


def test_a_field_without_values_says_so(fields: dict[str, Field]) -> None:
    answer = attempt(fields["note"], api_client(make_user("administrator", ceiling="restricted")))
    assert answer.status_code == 409 and "holds no values" in answer.json()["detail"]
