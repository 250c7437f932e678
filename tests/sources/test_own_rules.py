"""What a source adds to its rule set: thresholds and what is left out, in the form, over the API, and in what holds."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from governance.catalog.entities import settings_of, threshold_told
from governance.core.models import Event
from governance.sources.models import Source
from intelligence import rule_sets
from tests.factories import admin_client, api_client, make_source, make_user

pytestmark = pytest.mark.django_db
OWN = {"threshold": 0.6, "thresholds": {"EMAIL_ADDRESS": 0.9}, "disabled": ["phone"]}


@pytest.fixture
def source() -> Source:
    rule_sets.ensure_default()
    return make_source("shop")


@pytest.fixture
def api() -> APIClient:
    return api_client(make_user("administrator"))


def patch(api: APIClient, source: Source, own: object) -> Any:
    return api.patch(f"/api/v1/sources/{source.pk}/", {"classification": own}, format="json")


def test_a_sources_own_rules_win_over_its_rule_set(api: APIClient, source: Source) -> None:
    assert patch(api, source, OWN).json()["classification"] == OWN
    rules = settings_of(Source.objects.get(pk=source.pk))
    assert (rules.threshold_for("EMAIL_ADDRESS", "email"), rules.threshold_for("IBAN", "iban"), "phone" in rules.disabled) == (0.9, 0.6, True)
    change = Event.objects.get(type="sources.source.updated").data["change"]
    assert change["before"]["classification"] == {} and change["after"]["classification"] == OWN


def test_which_threshold_counted_is_told(api: APIClient, source: Source) -> None:
    assert threshold_told(source, "EMAIL_ADDRESS") == "It is suggested from 0.5 on: the threshold of the rule set."
    patch(api, source, OWN)
    found = Source.objects.get(pk=source.pk)
    assert "from 0.9 on" in threshold_told(found, "EMAIL_ADDRESS") and threshold_told(found, "EMAIL_ADDRESS").endswith("in this source.")
    assert threshold_told(found, "US_SSN") == "It is suggested from 0.6 on: the threshold of this source."


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ({"threshold": 7}, "above 0 and at most 1"),
        ({"disabled": ["emial"]}, "no entity or family"),
        ({"thresholds": {"EMAIL_ADRES": 0.9}}, "no entity or family"),
        ({"custom": []}, "no setting"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(api: APIClient, source: Source, own: object, reason: str) -> None:
    answer = patch(api, source, own)
    assert answer.status_code == 400 and reason in str(answer.json()["errors"]["classification"])
    assert Source.objects.get(pk=source.pk).classification == {}


def test_the_form_sets_them_and_keeps_single_ones(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(
        kind="sqlite", classification={"thresholds": {"EMAIL_ADDRESS": 0.9}, "disabled": ["US_SSN"]}, is_builtin=True
    )
    client, page = admin_client(make_user("administrator")), f"/admin/sources/source/{source.pk}/"
    sent = {"name": "shop", "description": "", "rule_set": "", "own.threshold": "0.6", "off.phone": "on"}
    assert client.post(f"{page}edit/", sent).status_code == 302
    assert Source.objects.get(pk=source.pk).classification == {
        "threshold": 0.6,
        "thresholds": {"EMAIL_ADDRESS": 0.9},
        "disabled": ["US_SSN", "phone"],
    }
    html = client.get(f"{page}change/").content.decode()
    assert "Lowest score of E-mail address" in html and "Left out" in html


def test_the_form_takes_them_away_and_refuses_nonsense(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(classification=OWN, is_builtin=True)
    client, page = admin_client(make_user("administrator")), f"/admin/sources/source/{source.pk}/edit/"
    html = client.post(page, {"name": "shop", "own.threshold": "nine"}).content.decode()
    assert "above 0 and at most 1" in html and Source.objects.get(pk=source.pk).classification == OWN
    client.post(page, {"name": "shop", "own.threshold": ""})
    assert Source.objects.get(pk=source.pk).classification == {"thresholds": {"EMAIL_ADDRESS": 0.9}}
