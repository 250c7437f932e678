"""The report card, thresholds and the ledger as pages."""

from __future__ import annotations

import pytest

from governance.catalog.models import Field
from governance.catalog.services import decide
from governance.core.access import SYSTEM
from intelligence import rule_sets
from intelligence.classification import families
from intelligence.classification.titles import title
from intelligence.models import RuleSet
from tests.factories import admin_client, find, make_field, make_user, nothing

pytestmark = pytest.mark.django_db
CARD, THRESHOLDS, CHANGES = "/admin/report-card/", "/admin/thresholds/", "/admin/changes/"


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_the_card_shows_each_entity_with_its_numbers_and_their_fields() -> None:
    right, wrong = decide(make_field(), verdict="confirm", actor=SYSTEM), decide(make_field(), verdict="reject", actor=SYSTEM)
    client = admin_client(make_user("steward"))
    said = words(client.get(CARD))
    assert "1 of 2 · too few to say" in said and "2 fields decided" in said and "report-curve" in said
    one = client.get(f"{CARD}entity/", {"entity": "EMAIL_ADDRESS"})
    assert [(what, count, [field.pk for field in fields]) for what, count, fields in one.context["lists"]] == [
        ("Suggested, and wrong", 1, [wrong.pk]),
        ("Holds it, and was not suggested so", 0, []),
        ("Suggested, and right", 1, [right.pk]),
    ]


def test_an_empty_card_says_what_to_do() -> None:
    client = admin_client(make_user("steward"))
    assert "No decision to measure" in words(client.get(CARD))
    make_field()
    assert "Decide now" in words(client.get(CARD))
    assert client.get(f"{CARD}entity/", {"entity": "NOPE"}).status_code == 404


def test_a_threshold_is_looked_at_and_then_kept() -> None:
    rule_sets.ensure_default()
    field, client = make_field(score=0.6), admin_client(make_user("administrator"))
    asked = {"of": f"rules-{RuleSet.objects.get().pk}", "name": "email", "to": "0.80"}
    seen = client.get(THRESHOLDS, asked)
    assert seen.context["told"]["disappears"] == 1 and "Keep 0.80 for" in words(seen)
    assert Field.objects.get(pk=field.pk).state == "suggested"
    after = client.post(THRESHOLDS, asked, follow=True)
    assert "1 disappeared" in words(after) and Field.objects.get(pk=field.pk).state == "none"
    client.post(THRESHOLDS, asked | {"clear": "1"})
    assert Field.objects.get(pk=field.pk).state == "suggested"


def test_thresholds_are_for_those_who_manage() -> None:
    rule_sets.ensure_default()
    assert admin_client(make_user("steward")).get(THRESHOLDS).status_code == 403


def test_the_ledger_is_read_by_scan_field_and_cause() -> None:
    field = make_field()
    find(field.dataset, {"email": nothing()}, scan_id=9)
    decide(make_field(), verdict="confirm", actor=SYSTEM)
    client = admin_client(make_user("viewer"))
    counts = [len(client.get(CHANGES, asked).context["rows"]) for asked in ({}, {"scan": "9"}, {"field": field.pk}, {"cause": "decision"})]
    assert counts == [4, 1, 2, 1]
    assert f"{title('EMAIL_ADDRESS')} → nothing" in words(client.get(CHANGES, {"scan": "9"}))


def test_the_queue_offers_the_fields_that_are_alike() -> None:
    fields = [make_field(), make_field()]
    client = admin_client(make_user("steward"))
    seen = client.get("/admin/decisions/")
    assert [one.field.pk for one in seen.context["similar"]] == [fields[1].pk] and "1 undecided field like this one" in words(seen)
    form = {"chosen": [one.pk for one in fields], "verdict": "confirm", "expected": "EMAIL_ADDRESS", "next": "/admin/decisions/"}
    assert "2 fields decided." in words(client.post("/admin/catalog/field/bulk/", form, follow=True))


def test_the_form_of_a_rule_set_keeps_its_single_thresholds() -> None:
    rule_sets.ensure_default()
    rules, client = RuleSet.objects.get(), admin_client(make_user("administrator"))
    client.post(THRESHOLDS, {"of": f"rules-{rules.pk}", "name": "email", "to": "0.8"})
    form = {"name": rules.name, "threshold": "0.6", "on": list(families.FAMILIES), "custom": "[]"}
    assert "Saved." in words(client.post(f"/admin/intelligence/ruleset/{rules.pk}/change/", form, follow=True))
    settings = rule_sets.settings_of(rule_sets.current(rules))
    assert (settings.threshold, settings.thresholds) == (0.6, {"email": 0.8})
