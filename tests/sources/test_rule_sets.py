"""Rule sets: versions are never rewritten, and bad settings never get in."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from governance.core.models import Event
from intelligence import rule_sets
from intelligence.models import RuleSet, RuleSetVersion
from tests.factories import api_client, make_user

pytestmark = pytest.mark.django_db
CUSTOM = {"name": "customer", "kind": "regex", "entity": "CUSTOMER_NUMBER", "family": "customer_number", "pattern": "KD-[0-9]{8}", "weight": 12}


@pytest.fixture
def api() -> APIClient:
    rule_sets.ensure_default()
    return api_client(make_user("administrator"))


def test_the_default_one_is_made_once(api: APIClient) -> None:
    rule_sets.ensure_default()
    assert RuleSet.objects.filter(is_default=True).count() == 1 and rule_sets.current().number == 1


def test_a_change_of_settings_is_a_new_version_and_an_old_one_can_come_back(api: APIClient) -> None:
    pk = api.post("/api/v1/rule-sets/", {"name": "strict", "settings": {"threshold": 0.9}}, format="json").json()["id"]
    changed = api.patch(f"/api/v1/rule-sets/{pk}/", {"settings": {"threshold": 0.2}}, format="json").json()
    assert (changed["version"], changed["settings"]["threshold"]) == (2, 0.2)
    assert api.post(f"/api/v1/rule-sets/{pk}/versions/1/restore/").json()["number"] == 3
    assert [one["settings"]["threshold"] for one in api.get(f"/api/v1/rule-sets/{pk}/versions/").json()["results"]] == [0.9, 0.2, 0.9]
    assert RuleSetVersion.objects.get(rule_set=pk, number=1).settings["threshold"] == 0.9


@pytest.mark.parametrize(
    "settings",
    [{"threshold": 7}, {"colour": "red"}, {"custom": [CUSTOM | {"pattern": "("}]}, {"sensitivities": {"email": "purple"}}, {"custom": "x"}],
)
def test_bad_settings_are_refused_with_a_reason(api: APIClient, settings: object) -> None:
    answer = api.post("/api/v1/rule-sets/", {"name": "bad", "settings": settings}, format="json")
    assert answer.status_code == 400 and answer.json()["errors"]["settings"][0] and not RuleSet.objects.filter(name="bad").exists()


def test_there_is_one_default(api: APIClient) -> None:
    pk = api.post("/api/v1/rule-sets/", {"name": "strict"}, format="json").json()["id"]
    assert api.post(f"/api/v1/rule-sets/{pk}/default/").json()["is_default"]
    assert rule_sets.current().rule_set_id == pk and RuleSet.objects.filter(is_default=True).count() == 1
    assert api.delete(f"/api/v1/rule-sets/{pk}/").status_code == 409


def test_values_can_be_tried_and_nothing_of_them_is_kept(api: APIClient) -> None:
    values = [f"KD-{at * 7_654_321 % 10**8:08}" for at in range(1, 21)]
    answer = api.post("/api/v1/rule-sets/try/", {"settings": {"custom": [CUSTOM]}, "header": "kd_nr", "values": values}, format="json")
    assert answer.json()["entity"] == "CUSTOMER_NUMBER"
    assert not any("KD-0765" in str(bytes(one.body)) for one in Event.objects.all())


def test_a_viewer_may_look_and_not_change(api: APIClient) -> None:
    viewer = api_client(make_user("viewer"))
    assert viewer.get("/api/v1/rule-sets/").json()["results"]
    assert viewer.post("/api/v1/rule-sets/", {"name": "mine"}, format="json").status_code == 403
