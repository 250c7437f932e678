"""Fields that ask for a thing by its name suggest what the reader may see, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from alerts.models import Rule
from governance.catalog.models import Tag
from tests.factories import admin_client, make_dataset, make_source, make_team, make_user

pytestmark = pytest.mark.django_db


def suggested(client: Client, typed: str) -> set[tuple[str, str]]:
    answer = client.get("/admin/palette/things/", {"s": typed})
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    return {(one["type"], one["title"]) for one in answer.json()["results"]}


def test_things_of_every_kind_are_found_by_name() -> None:
    make_dataset(make_source("Orchard"), name="orchids", fields=("orchid_id",))
    Tag.objects.create(name="orchestra")
    make_team("orchard keepers")
    Rule.objects.create(name="Orchid alarm", pattern="x.y", title="x")
    found = suggested(admin_client(make_user("administrator")), "orch")
    kinds = {"source", "dataset", "field", "tag", "team", "alert_rule"}
    assert {kind for kind, _ in found} == kinds and ("alert_rule", "Orchid alarm") in found


def test_nothing_is_suggested_that_the_reader_may_not_see() -> None:
    own, other = make_source("Orchard"), make_source("Orchestra")
    make_dataset(own, name="orchids")
    make_dataset(other, name="orchestras")
    client = admin_client(make_user("viewer", own))
    assert suggested(client, "orch") == {("source", "Orchard"), ("dataset", "orchids")}
    assert suggested(client, "") == {("source", "Orchard")}
    assert suggested(client, f"source {other.pk}") == set()
    assert suggested(admin_client(make_user()), "orch") == set()


def test_what_has_no_name_is_found_by_kind_and_number() -> None:
    source = make_source("Orchard")
    boss = admin_client(make_user("administrator"))
    assert ("source", "Orchard") in suggested(boss, f"Source #{source.pk}")
    assert suggested(boss, f"planet {source.pk}") == set()


def test_people_are_found_by_administrators_only() -> None:
    make_user(name="orchid-lover")
    assert ("person", "orchid-lover") in suggested(admin_client(make_user("administrator")), "orchid")
    assert suggested(admin_client(make_user("viewer")), "orchid") == set()


def test_strangers_are_sent_to_the_sign_in_page() -> None:
    assert Client().get("/admin/palette/things/", {"s": "x"}).status_code == 302


def acted(client: Client, typed: str) -> str:
    answer = client.get("/admin/palette/", {"s": typed})
    assert answer.status_code == 200
    return answer.content.decode()


def test_actions_are_found_by_their_words_and_only_those_that_one_may_do() -> None:
    own, other = make_source("Orchard"), make_source("Orchestra")
    boss, engineer, viewer = (
        admin_client(make_user(role, *scope)) for role, scope in (("administrator", ()), ("engineer", (own,)), ("viewer", (own,)))
    )
    assert "Add a source" in acted(boss, "add source") and "Add a person" in acted(boss, "add person")
    assert "Scan Orchard now" in acted(boss, "scan now") and "Scan Orchestra now" in acted(boss, "scan orchestra")
    assert "Scan Orchard now" in acted(engineer, "scan now") and other.name not in acted(engineer, "scan now")
    assert "Scan Orchard now" not in acted(viewer, "scan now") and "Add a source" not in acted(viewer, "add source")
