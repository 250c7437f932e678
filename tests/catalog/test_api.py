"""The catalog over REST."""

from __future__ import annotations

from typing import Any

import pytest

from governance.catalog.models import Dataset, Domain, Field, Tag
from governance.core.models import Event
from tests.factories import api_client, find, grant, make_dataset, make_field, make_source, make_team, make_user, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward() -> Any:
    return api_client(make_user("steward"))


def names(answer: Any, what: str = "name") -> list[Any]:
    assert answer.status_code == 200, answer.content
    return [one[what] for one in answer.json()["results"]]


def test_a_list_shows_datasets_with_what_people_said(steward: Any) -> None:
    tag, owner, team = Tag.objects.create(name="pii"), make_user(), make_team()
    dataset = make_dataset(name="orders", description="Sales")
    dataset.tags.add(tag)
    dataset.owners.add(owner)
    dataset.owner_teams.add(team)
    row = steward.get("/api/v1/datasets/").json()["results"][0]
    assert (row["name"], row["description"], row["tags"], row["owners"], row["owner_teams"]) == ("orders", "Sales", [tag.pk], [owner.pk], [team.pk])


def test_filters_narrow_a_list(steward: Any) -> None:
    tag, owner, domain = Tag.objects.create(name="pii"), make_user(), Domain.objects.create(name="Sales")
    one = make_dataset(name="one", domain=domain, certification="certified")
    make_dataset(name="two", gone="2026-01-01T00:00Z")
    one.tags.add(tag)
    one.owner_teams.add(make_team(members=[owner]))
    for query in (
        f"tag={tag.pk}",
        f"owner={owner.pk}",
        f"domain={domain.pk}",
        f"source={one.source_id}",
        "certification=certified",
        "gone=false",
        "search=on",
    ):
        assert names(steward.get(f"/api/v1/datasets/?{query}")) == ["one"], query
    assert names(steward.get("/api/v1/datasets/?gone=true")) == ["two"]
    assert steward.get("/api/v1/datasets/?colour=red").status_code == 400


def test_pages_follow_each_other_and_lead_back(steward: Any) -> None:
    source = make_source()
    for at in range(5):
        make_dataset(source, name=f"d{at}")
    first = steward.get("/api/v1/datasets/?limit=2&ordering=-name").json()
    second = steward.get(first["next"]).json()
    assert [one["name"] for one in first["results"] + second["results"]] == ["d4", "d3", "d2", "d1"]
    assert steward.get(second["previous"]).json()["results"] == first["results"]


def test_an_edit_answers_with_the_object_and_minds_what_others_wrote(steward: Any) -> None:
    dataset = make_dataset()
    address = f"/api/v1/datasets/{dataset.pk}/"
    tag = steward.get(address)["ETag"]
    edited = steward.patch(address, {"description": "All", "tags": ["pii"], "certification": "certified"}, format="json", HTTP_IF_MATCH=tag)
    assert edited.json()["description"] == "All" and Tag.objects.get().name == "pii"
    assert steward.patch(address, {"description": "Late"}, format="json", HTTP_IF_MATCH=tag).status_code == 412
    assert steward.patch(address, {"descripton": "typo"}, format="json").status_code == 400


def test_the_fields_and_the_history_of_a_dataset(steward: Any) -> None:
    field = make_field(make_dataset(fields=("id", "email")))
    base = f"/api/v1/datasets/{field.dataset_id}"
    assert names(steward.get(f"{base}/fields/")) == ["id", "email"]
    steward.patch(f"{base}/", {"description": "new"}, format="json")
    assert names(steward.get(f"{base}/versions/"), "number") == [2, 1]
    assert steward.post(f"{base}/restore/", {"version": 1}, format="json").json()["description"] == ""


def test_a_field_shows_what_surface_promises(steward: Any) -> None:
    field = make_field()
    found = steward.get(f"/api/v1/fields/{field.pk}/").json()
    assert {"name", "dataset", "type", "entity", "family", "score", "profile", "evidence"} <= set(found)
    assert (found["entity"], found["family"], found["score"]) == ("EMAIL_ADDRESS", "email", 0.97)


def test_fields_are_filtered(steward: Any) -> None:
    field = make_field()
    make_field(name="other", family="")
    for query in (
        "entity=EMAIL_ADDRESS",
        "family=email",
        "state=suggested",
        "sensitivity=internal",
        f"dataset={field.dataset_id}&is_sensitive=true",
        "search=mail",
    ):
        assert names(steward.get(f"/api/v1/fields/?{query}")) == ["email"], query


def test_decisions_over_the_api(steward: Any) -> None:
    field = make_field()
    base = f"/api/v1/fields/{field.pk}"
    assert steward.post(f"{base}/decision/", {"verdict": "confirm"}, format="json").json()["state"] == "confirmed"
    assert (
        steward.post(f"{base}/decision/", {"verdict": "set", "entity": "PASSPORT", "reason": "seen"}, format="json").json()["sensitivity"]
        == "restricted"
    )
    assert steward.post(f"{base}/undo/").json()["entity"] == "EMAIL_ADDRESS"
    assert [one["verdict"] for one in steward.get(f"{base}/decisions/").json()["results"]] == ["set", "confirm"]
    assert steward.post(f"{base}/decision/", {"verdict": "maybe"}, format="json").status_code == 400
    assert steward.post(f"{base}/decision/", {"verdict": "set", "entity": "NONSENSE"}, format="json").status_code == 400


def test_a_decision_sent_twice_with_a_key_is_made_once(steward: Any) -> None:
    field = make_field()
    for _ in range(2):
        answer = steward.post(f"/api/v1/fields/{field.pk}/decision/", {"verdict": "reject"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
        assert answer.json()["state"] == "rejected"
    assert field.decisions.count() == 1


def test_many_decisions_and_edits_at_once(steward: Any) -> None:
    fields = [make_field(), make_field()]
    answer = steward.post("/api/v1/fields/decisions/", {"verdict": "confirm", "fields": [one.pk for one in fields]}, format="json")
    assert [one["state"] for one in answer.json()["decided"]] == ["confirmed", "confirmed"]
    ids = [one.dataset_id for one in fields]
    assert (
        steward.post("/api/v1/datasets/bulk/", {"datasets": ids, "add": {"tags": ["pii"]}, "certification": "certified"}, format="json").status_code
        == 200
    )
    assert names(steward.get("/api/v1/datasets/?certification=certified"), "tags") == [[Tag.objects.get().pk]] * 2
    assert steward.post("/api/v1/fields/decisions/", {"verdict": "confirm", "fields": [999999]}, format="json").status_code == 404


def test_domains_and_tags_are_made_changed_merged_and_removed(steward: Any) -> None:
    above = steward.post("/api/v1/domains/", {"name": "Finance"}, format="json").json()
    below = steward.post("/api/v1/domains/", {"name": "Payroll", "parent": above["id"]}, format="json").json()
    assert steward.patch(f"/api/v1/domains/{below['id']}/", {"parent": None}, format="json").json()["parent"] is None
    assert steward.delete(f"/api/v1/domains/{above['id']}/").status_code == 204
    assert steward.post("/api/v1/domains/", {"name": "payroll"}, format="json").status_code == 409
    one, other = (steward.post("/api/v1/tags/", {"name": name}, format="json").json()["id"] for name in ("a", "b"))
    assert steward.post(f"/api/v1/tags/{one}/merge/", {"into": other}, format="json").json()["name"] == "b"
    assert names(steward.get("/api/v1/tags/")) == ["b"]
    assert steward.delete(f"/api/v1/tags/{other}/").status_code == 204


def test_the_entities_are_listed_with_their_sensitivity(steward: Any) -> None:
    found = {one["entity"]: one for one in steward.get("/api/v1/entities/").json()["results"]}
    assert found["US_SSN"]["sensitivity"] == "restricted" and found["EMAIL_ADDRESS"]["family"] == "email"


READS = ("datasets/{d}/", "datasets/{d}/fields/", "datasets/{d}/versions/", "fields/{f}/", "fields/{f}/decisions/")
WRITES: tuple[tuple[str, str, dict[str, Any], set[str]], ...] = (
    ("patch", "datasets/{d}/", {"description": "x"}, {"steward", "administrator"}),
    ("post", "datasets/{d}/restore/", {"version": 1}, {"steward", "administrator"}),
    ("post", "datasets/bulk/", {"datasets": ["{d}"], "description": "y"}, {"steward", "administrator"}),
    ("patch", "fields/{f}/", {"description": "x"}, {"steward", "administrator"}),
    ("post", "fields/{f}/decision/", {"verdict": "confirm"}, {"steward", "administrator"}),
    ("post", "fields/{f}/undo/", {}, {"steward", "administrator"}),
    ("post", "fields/decisions/", {"fields": ["{f}"], "verdict": "confirm"}, {"steward", "administrator"}),
)
ROLES = ("viewer", "steward", "engineer", "auditor", "administrator")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", ["source", "dataset", "domain", "tag"])
def test_whoever_holds_a_grant_sees_its_scope_and_nothing_else(role: str, scope: str) -> None:
    domain, tag = Domain.objects.create(name="Sales"), Tag.objects.create(name="pii")
    field = make_field(make_dataset(name="mine", domain=domain))
    field.dataset.tags.add(tag)
    hidden = make_field(make_dataset(name="hidden"))
    held = {"source": field.dataset.source, "dataset": field.dataset, "domain": domain, "tag": tag}[scope]
    client: Any = api_client(make_user(role, held))
    assert names(client.get("/api/v1/datasets/")) == ["mine"] and names(client.get("/api/v1/fields/?family=email"), "dataset_name") == ["mine"]
    for address in READS:
        assert client.get("/api/v1/" + address.format(d=field.dataset_id, f=field.pk)).status_code == 200, address
        assert client.get("/api/v1/" + address.format(d=hidden.dataset_id, f=hidden.pk)).status_code == 404, address
    assert "hidden" not in b"".join(client.get("/api/v1/datasets/export/").streaming_content).decode()
    for method, address, body, roles in WRITES:
        filled = {
            name: [int(one.format(d=hidden.dataset_id, f=hidden.pk)) for one in value] if isinstance(value, list) else value
            for name, value in body.items()
        }
        assert getattr(client, method)("/api/v1/" + address.format(d=hidden.dataset_id, f=hidden.pk), filled, format="json").status_code == 404, (
            address
        )
        if role not in roles:
            filled = {
                name: [int(one.format(d=field.dataset_id, f=field.pk)) for one in value] if isinstance(value, list) else value
                for name, value in body.items()
            }
            assert getattr(client, method)("/api/v1/" + address.format(d=field.dataset_id, f=field.pk), filled, format="json").status_code == 403, (
                address
            )
    assert not Event.objects.filter(type__in=["catalog.dataset.edited", "catalog.field.decided"]).exists()


def test_nobody_without_a_grant_sees_anything() -> None:
    field = make_field()
    client = api_client(make_user())
    assert names(client.get("/api/v1/datasets/")) == names(client.get("/api/v1/fields/")) == []
    for address in READS:
        assert client.get("/api/v1/" + address.format(d=field.dataset_id, f=field.pk)).status_code == 404
    assert client.post("/api/v1/tags/", {"name": "x"}, format="json").status_code == 403


def test_a_token_is_held_to_its_scopes() -> None:
    field, user = make_field(), make_user("steward")
    reader = api_client(user, scopes=("read:fields",))
    assert reader.get(f"/api/v1/fields/{field.pk}/").status_code == 200
    assert reader.post(f"/api/v1/fields/{field.pk}/decision/", {"verdict": "confirm"}, format="json").status_code == 403
    assert reader.get("/api/v1/datasets/").status_code == 403


def test_a_deny_hides_a_dataset_from_somebody_who_sees_the_rest() -> None:
    shown, hidden, user = make_dataset(name="shown"), make_dataset(name="hidden"), make_user("viewer")
    grant(user, "viewer", hidden, effect="deny")
    assert names(api_client(user).get("/api/v1/datasets/")) == [shown.name]


def test_what_is_found_again_counts_once_in_the_dataset() -> None:
    dataset = make_dataset(fields=("a", "b"))
    find(dataset, {"a": verdict(), "b": verdict("us_ssn")})
    assert (Dataset.objects.get().sensitive_fields, Dataset.objects.get().sensitivity, Field.objects.exclude(entity="").count()) == (
        2,
        "restricted",
        2,
    )
