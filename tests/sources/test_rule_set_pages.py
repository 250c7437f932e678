"""The page of a rule set: recognizers as rows, what is wrong beside each, and nothing half saved."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from intelligence import rule_sets
from intelligence.models import RuleSet
from tests.factories import actor_for, admin_client, make_user

pytestmark = pytest.mark.django_db
OWN = {"name": "customer", "kind": "regex", "entity": "CUSTOMER_NUMBER", "family": "customer_number", "pattern": "KD-[0-9]{8}", "weight": 8.0}


@pytest.fixture
def client() -> Client:
    return admin_client(make_user("administrator"))


@pytest.fixture
def rule_set() -> RuleSet:
    settings = {"custom": [OWN], "sensitivities": {"customer_number": "restricted"}, "disabled": ["EMAIL_ADDRESS", "age"]}
    return rule_sets.create(name="Ours", settings=settings, actor=actor_for(make_user("administrator")))


def page_of(rule_set: RuleSet) -> str:
    return f"/admin/intelligence/ruleset/{rule_set.pk}/change/"


def fields(html: str) -> dict[str, Any]:
    """What a browser would send of the page's form."""
    boxes = re.findall(r'<input type="checkbox" name="on" value="([^"]+)"[^>]* checked>', html)
    hidden = {"own_family": re.findall(r'name="own_family" value="([^"]+)"', html)}
    hidden["disabled_entity"] = re.findall(r'<input type="hidden" name="disabled_entity" value="([^"]+)">', html)
    hidden["disabled_entity"] += re.findall(r'<input type="checkbox" name="disabled_entity" value="([^"]+)" checked>', html)
    chosen = re.findall(r'name="(sensitivity\.[^"]+)"><option value="">[^<]*</option>(?:(?!</select>).)*?<option value="([a-z]+)" selected>', html)
    return {"name": "Ours", "threshold": "0.5", "on": boxes, **hidden, **dict(chosen)}


def test_each_recognizer_is_a_row_and_the_json_is_at_hand(client: Client, rule_set: RuleSet) -> None:
    html = client.get(page_of(rule_set)).content.decode()
    rows = html.partition('id="own-rows"')[2].partition("<template")[0]
    assert rows.count("data-own") == 1 and 'value="KD-[0-9]{8}"' in rows and "Customer number" in rows
    assert "Edit as JSON" in html and 'name="custom"' in html and '<option value="CREDIT_CARD" data-detail="Payment card number"' in html


def test_what_is_wrong_stands_beside_its_row_and_nothing_is_saved(client: Client, rule_set: RuleSet) -> None:
    bad = json.dumps([OWN, OWN | {"name": "broken", "pattern": "KD-("}])
    html = client.post(page_of(rule_set), {"name": "Renamed", "threshold": "0.7", "custom": bad}).content.decode()
    assert html.count("missing )") == 2 and "Nothing was saved" in html and 'value="0.7"' in html
    rule_set.refresh_from_db()
    assert rule_set.name == "Ours" and rule_set.versions.count() == 1


def test_json_that_is_not_complete_comes_back_as_it_was_typed(client: Client, rule_set: RuleSet) -> None:
    html = client.post(page_of(rule_set), {"name": "Ours", "threshold": "0.7", "custom": "[{"}).content.decode()
    assert "not JSON" in html and ">[{</textarea>" in html and 'value="0.7"' in html and 'id="own-json" open' in html


def test_saving_a_page_without_a_change_changes_nothing(client: Client, rule_set: RuleSet) -> None:
    sent = fields(client.get(page_of(rule_set)).content.decode())
    client.post(page_of(rule_set), sent | {"custom": json.dumps([OWN])})
    assert rule_set.versions.count() == 1
    client.post(page_of(rule_set), sent | {"custom": json.dumps([OWN | {"is_enabled": False}])})
    assert rule_sets.current(rule_set).settings == rule_set.versions.get(number=1).settings | {
        "custom": [OWN | {"words": [], "context": [], "is_enabled": False}]
    }


def test_undo_brings_a_removed_recognizer_back(client: Client, rule_set: RuleSet) -> None:
    client.post(page_of(rule_set), fields(client.get(page_of(rule_set)).content.decode()) | {"custom": "[]"})
    assert rule_sets.current(rule_set).settings["custom"] == []
    client.post(f"/admin/intelligence/ruleset/{rule_set.pk}/restore/1/")
    assert rule_sets.current(rule_set).settings["custom"][0]["name"] == "customer"


def test_single_entities_are_left_out_and_taken_back_in(client: Client, rule_set: RuleSet) -> None:
    sent = fields(client.get(page_of(rule_set)).content.decode()) | {"custom": json.dumps([OWN])}
    assert sent["disabled_entity"] == ["EMAIL_ADDRESS"]
    client.post(page_of(rule_set), sent | {"disabled_entity": ["US_SSN", "DE_TAX_ID"]})
    assert rule_sets.current(rule_set).settings["disabled"] == ["DE_TAX_ID", "US_SSN", "age"]
    html = client.get(page_of(rule_set)).content.decode()
    assert sorted(fields(html)["disabled_entity"]) == ["DE_TAX_ID", "US_SSN"]


def test_single_thresholds_stay_when_the_form_is_saved_and_are_shown(client: Client, rule_set: RuleSet) -> None:
    held = rule_sets.current(rule_set).settings | {"thresholds": {"phone": 0.9}}
    rule_sets.new_version(rule_set, settings=held, actor=actor_for(make_user("administrator")))
    html = client.get(page_of(rule_set)).content.decode()
    assert '<td class="gp-muted">0.9</td>' in html
    client.post(page_of(rule_set), fields(html) | {"custom": "[]"})
    assert rule_sets.current(rule_set).number == 3 and rule_sets.current(rule_set).settings["thresholds"] == {"phone": 0.9}
