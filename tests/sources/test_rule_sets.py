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


def test_a_trial_says_of_each_own_recognizer_whether_it_hits_and_why(api: APIClient) -> None:
    values = ["KD-00000017", "KD-00000042", "KD-9"]
    off, header = CUSTOM | {"name": "off", "is_enabled": False}, CUSTOM | {"name": "header", "kind": "field_name", "pattern": "^kd"}
    strict = CUSTOM | {"name": "strict", "pattern": "KD-9"}
    own = api.post(
        "/api/v1/rule-sets/try/", {"settings": {"custom": [CUSTOM, off, header, strict]}, "header": "kd_nr", "values": values}, format="json"
    ).json()["own"]
    assert [one["is_hit"] for one in own] == [True, False, True, False]
    assert (own[0]["matched"], own[0]["looked"], own[0]["misses"], own[0]["title"]) == (2, 3, ["KD-9"], "Customer number")
    assert "switched off" in own[1]["detail"] and "name fits" in own[2]["detail"] and "1 of 3" in own[3]["detail"] and "60 %" in own[3]["detail"]


def test_a_recognizer_is_checked_by_field_while_it_is_written(api: APIClient) -> None:
    def wrong(**change: object) -> dict[str, list[str]]:
        found: dict[str, list[str]] = api.post("/api/v1/rule-sets/check/", {"recognizer": CUSTOM | change}, format="json").json()["errors"]
        return found

    assert wrong() == {}
    assert "missing )" in wrong(pattern="KD-(")["pattern"][0] and list(wrong(pattern="(?=x)")) == ["pattern"]
    assert [list(one) for one in (wrong(name=""), wrong(weight=99), wrong(kind="dictionary"))] == [["name"], ["weight"], ["words"]]
    assert api_client(make_user("viewer")).post("/api/v1/rule-sets/check/", {"recognizer": CUSTOM}, format="json").status_code == 403


def test_the_score_that_a_recognizer_makes_alone_is_told(api: APIClient) -> None:
    def score(weight: object) -> float | None:
        told: float | None = api.post("/api/v1/rule-sets/check/", {"recognizer": CUSTOM | {"weight": weight}}, format="json").json()["score"]
        return told

    light, heavy = score(2), score(8)
    assert light is not None and heavy is not None and light < 0.5 < heavy
    assert score("much") is None and score(99) is None


def test_a_viewer_may_look_and_not_change(api: APIClient) -> None:
    viewer = api_client(make_user("viewer"))
    assert viewer.get("/api/v1/rule-sets/").json()["results"]
    assert viewer.post("/api/v1/rule-sets/", {"name": "mine"}, format="json").status_code == 403
