"""What the form of a rule suggests, and that trying a rule only reads."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from alerts.models import Alert, Notification, Receiver, Rule
from alerts.paths import known_paths
from governance.core.access import SYSTEM
from tests.alerts.conftest import Happen, thing
from tests.factories import actor_for, admin_client, api_client, make_source, make_user

pytestmark = pytest.mark.django_db


def kinds(pattern: str) -> dict[str, str]:
    return {one.path: one.kind for one in known_paths(pattern, actor=SYSTEM)}


def values(pattern: str, path: str) -> dict[str, str]:
    return next(one.values for one in known_paths(pattern, actor=SYSTEM) if one.path == path)


def test_the_paths_of_a_type_come_from_its_declared_model() -> None:
    found = kinds("catalog.sensitive.found")
    assert {path: kind for path, kind in found.items() if path.startswith("data.")} == {
        "data.fields": "list",
        "data.fields.entity": "text",
        "data.fields.field": "text",
        "data.fields.score": "number",
        "data.more": "whole number",
        "data.scan": "whole number",
    }
    assert found["severity"] and next(iter(found)).startswith("data.")


def test_a_pattern_of_several_types_has_the_paths_of_all() -> None:
    found = kinds("scans.run.*")
    assert (found["data.outcome"], found["data.code"], found["data.is_full"], found["data.datasets"]) == ("text", "text", "yes or no", "whole number")
    assert found["data.summary"] == "values by name"


def test_a_pattern_that_means_nothing_has_the_general_parts_only() -> None:
    assert not any(path.startswith("data.") for path in kinds("nothing.of.the.kind"))


def test_values_that_stood_there_are_offered(happen: Happen) -> None:
    for outcome in ("clean", "partial", "clean"):
        happen("scans.run.completed", thing(), outcome=outcome, summary={}, datasets=1, rows=1, bytes=1, seconds=1.0)
    assert list(values("scans.run.completed", "data.outcome")) == ["clean", "partial"]
    assert values("catalog.sensitive.found", "data.fields.entity")["CREDIT_CARD"] == "Payment card number"
    assert list(values("*", "severity")) == ["info", "warning", "error", "critical"]


def test_values_of_what_somebody_may_not_see_are_not_offered(happen: Happen) -> None:
    happen("scans.run.failed", thing(), code="unreachable", detail="x")
    stranger = actor_for(make_user("viewer", make_source()))
    offered = [known_paths("scans.run.failed", actor=actor)[0] for actor in (SYSTEM, stranger)]
    assert [(one.path, list(one.values)) for one in offered] == [("data.code", ["unreachable"]), ("data.code", [])]
    assert api_client(make_user("viewer")).get("/api/v1/alert-rules/paths/?pattern=scans.run.failed").status_code == 403


def test_who_only_reads_a_rule_is_offered_nothing(rule: Rule) -> None:
    pages = [admin_client(make_user(role)).get(f"/admin/alerts/rule/{rule.pk}/change/").content.decode() for role in ("viewer", "administrator")]
    assert ["data-paths" in page for page in pages] == [False, True]


def test_a_preview_lists_the_latest_five_and_tells_nobody(happen: Happen, webhook: Receiver) -> None:
    for number in range(7):
        happen(subject=thing(number), how="badly")
    rule: dict[str, Any] = {"name": "Mine", "pattern": "tests.thing.*", "title": "{subject} went {data.how}", "severity": "error"}
    api: APIClient = api_client(make_user("administrator"))
    body = api.post("/api/v1/alert-rules/preview/", rule).json()
    assert (body["matched"], [one["title"] for one in body["latest"]]) == (7, [f"thing {number} went badly" for number in (6, 5, 4, 3, 2)])
    assert not Alert.objects.exists() and not Notification.objects.exists() and not Rule.objects.exists()


def test_the_latest_matches_lead_to_their_facts(happen: Happen) -> None:
    event = happen(how="badly")
    rule = {"name": "Mine", "pattern": "tests.thing.*", "title": "{subject}", "severity": "error", "do": "preview"}
    html = admin_client(make_user("administrator")).post("/admin/alerts/rule/add/", rule).content.decode()
    assert f'href="/admin/core/event/{event.pk}/change/">thing 1</a>' in html


def test_a_name_that_is_taken_is_said_beside_the_field(rule: Rule) -> None:
    again = {"name": "A thing", "pattern": "tests.thing.*", "title": "x", "severity": "error", "do": "save"}
    answer = admin_client(make_user("administrator")).post("/admin/alerts/rule/add/", again)
    assert answer.status_code == 200 and "Another rule has this name" in answer.content.decode() and Rule.objects.count() == 1
